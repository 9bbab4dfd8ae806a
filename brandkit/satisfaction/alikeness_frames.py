"""Frames of perceived alikeness: measures, changes from wave to wave, pairs of banks."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.special import ndtr

from brandkit.core.intervals import t_interval
from brandkit.satisfaction.alikeness_rows import BankRows, Measured
from brandkit.satisfaction.equivalence import pair_contrasts, rest_contrasts, verdicts

_TESTED = (
    "estimate", "std_error", "ci_low", "ci_high", "ci_level", "smallest_difference", "declared",
    "p_equal", "p_equal_adjusted", "p_value", "p_adjusted", "verdict",
)  # fmt: skip
PAIR_COLUMNS = (
    "wave", "item", "label", "brand_a", "brand_b", *_TESTED, "n_a", "n_b", "n_both",
)  # fmt: skip
BRAND_COLUMNS = ("wave", "item", "label", "brand", "score", *_TESTED, "n")
CHANGE_COLUMNS = (
    "measure", "item", "label", "wave_a", "wave_b", "estimate", "std_error", "ci_low", "ci_high",
    "ci_level", "p_value",
)  # fmt: skip


def measure_frame(measures: list[Measured], *, level: float) -> pd.DataFrame:
    """Give one row a measure, wave and item."""
    made = []
    for one in measures:
        low, high = one.square.interval(level)
        observed, corrected = one.square.observed, one.square.corrected
        made.append({
            "measure": one.measure, "wave": one.wave, "item": one.item, "label": one.label,
            "estimate": float(one.scaled(max(corrected, 0.0))),
            "ci_low": float(one.scaled(low)), "ci_high": float(one.scaled(high)),
            "ci_level": level, "untruncated": float(one.scaled(corrected)),
            "observed": float(one.scaled(observed)),
            "expected": float(one.scaled(observed) - one.scaled(corrected)),
            "p_value": one.square.p_value(), "n": one.n, "n_persons": one.n_persons,
            "n_brands": one.n_brands,
            "n_attributes": np.nan if one.n_attributes is None else float(one.n_attributes),
        })  # fmt: skip
    return _typed(pd.DataFrame(made), ("wave", "item", "label"))


def change_frame(measures: list[Measured], *, level: float) -> pd.DataFrame:
    """Give the change of every measure from each wave to the next.

    The error comes from the same draws over persons in both waves, about the corrected values.
    """
    places: dict[tuple[str, str | None], list[Measured]] = {}
    for one in measures:
        places.setdefault((one.measure, one.item), []).append(one)
    made = []
    for (measure, item), waves in places.items():
        for before, after in pairwise(waves):
            change = after.scaled(after.square.corrected) - before.scaled(before.square.corrected)
            drawn = after.scaled(after.square.settled) - before.scaled(before.square.settled)
            error = float(drawn.std(ddof=1))
            low, high = t_interval(change, std_error=error, level=level)
            p_value = 2 * float(ndtr(-abs(change) / error)) if error > 0 else 1.0
            made.append((measure, item, after.label, before.wave, after.wave, float(change), error,
                         float(low), float(high), level, p_value))  # fmt: skip
    texts = ("measure", "item", "label", "wave_a", "wave_b")
    return _typed(pd.DataFrame(made, columns=list(CHANGE_COLUMNS)), texts)


def equivalence_frames(
    found: BankRows | None, *, smallest: dict[str, float], declared: bool, level: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the tests of all pairs, and of each bank against the others, by wave and item."""
    pairs: list[pd.DataFrame] = []
    brands: list[pd.DataFrame] = []
    if found is None:
        return _joined(pairs, PAIR_COLUMNS), _joined(brands, BRAND_COLUMNS)
    for wave, name in enumerate(found.waves):
        for at, item in enumerate(found.rows.columns):
            banks, means = found.means(at, wave)
            if len(banks) < 2:
                continue
            place = {"wave": name, "item": item, "label": found.label(item), "declared": declared}
            names = np.array(found.banks, dtype=object)[banks]
            k = len(banks)
            test = partial(verdicts, means, smallest=smallest[item], rows=found.rows, level=level)
            first, second = np.triu_indices(k, 1)
            tested = test(contrasts=pair_contrasts(k))
            pairs.append(tested.assign(
                **place, brand_a=names[first], brand_b=names[second], n_a=means.n[first],
                n_b=means.n[second], n_both=means.both[first, second],
            ))  # fmt: skip
            tested = test(contrasts=rest_contrasts(k))
            brands.append(tested.assign(**place, brand=names, score=means.mean, n=means.n))
    return (
        _joined(pairs, PAIR_COLUMNS, counts=("n_a", "n_b", "n_both")),
        _joined(brands, BRAND_COLUMNS, counts=("n",)),
    )


def _joined(
    parts: list[pd.DataFrame], columns: tuple[str, ...], *, counts: tuple[str, ...] = ()
) -> pd.DataFrame:
    if not parts:
        return pd.DataFrame(columns=list(columns))
    frame = pd.concat(parts, ignore_index=True)[list(columns)]
    texts = [name for name in columns if name in (
        "wave", "item", "label", "brand", "brand_a", "brand_b", "verdict")]  # fmt: skip
    return _typed(frame.astype(dict.fromkeys(counts, np.int64)), tuple(texts))


def _typed(frame: pd.DataFrame, texts: tuple[str, ...]) -> pd.DataFrame:
    return frame.astype(dict.fromkeys(texts, "str"))
