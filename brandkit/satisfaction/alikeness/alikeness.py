"""Perceived alikeness: whether customers notice a difference between the banks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.special import ndtr

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    check_level,
    check_option,
    check_whole_number,
    did_you_mean,
    shown,
)
from brandkit.core.intervals import t_interval
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.sampling.rows import Data, Weight
from brandkit.satisfaction.alikeness.kernel import (
    BankRows,
    Measured,
    Where,
    bank_rows,
    checked_columns,
    checked_smallest,
    image_squares,
    pair_contrasts,
    rating_squares,
    require_ticks,
    rest_contrasts,
    verdicts,
)

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


MissingAnswers = Literal["pairwise", "drop", "raise"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PerceivedAlikeness(Result):
    """How much of what customers say depends on the bank, and which banks they tell apart.

    Parameters
    ----------
    measures : DataFrame
        ``measure wave item label estimate ci_low ci_high ci_level untruncated observed expected
        p_value n n_persons n_brands n_attributes``. ``measure`` is "between_share": the share of
        the variance of an item's ratings that lies between banks, 0-1, on the row without an item
        over all items; or "inertia": of the table of banks by attributes, chi-square over n.
        ``observed`` is the uncorrected value, ``expected`` what noise adds to it. ``estimate`` is
        ``observed`` less that, never below 0; ``untruncated`` may be. ``p_value`` tests that
        there is no difference at all.
    changes : DataFrame
        From each wave to the next: ``measure item label wave_a wave_b estimate std_error ci_low
        ci_high ci_level p_value``.
    pairs : DataFrame
        One row a wave, item and pair of banks: ``wave item label brand_a brand_b estimate
        std_error ci_low ci_high ci_level smallest_difference declared p_equal p_equal_adjusted
        p_value p_adjusted verdict n_a n_b n_both``; ``estimate`` is the first bank's mean less the
        second's, in scale points.
    brands : DataFrame
        The same for each bank against the plain mean of the others: ``wave item label brand score
        estimate … verdict n``.
    ci_level : float
        Coverage the intervals aim at; the tests of `pairs` keep 1 - ci_level.
    draws : int
        Draws over persons.
    """

    measures: pd.DataFrame
    changes: pd.DataFrame
    pairs: pd.DataFrame
    brands: pd.DataFrame
    ci_level: float
    draws: int

    def tidy(self) -> pd.DataFrame:
        """Give the measures, one row a wave and item."""
        return self.measures.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: banks, persons and how many pairs are equal, different or open."""
        shares = self.pairs["verdict"].value_counts(normalize=True)
        found = self.measures
        return pd.DataFrame(
            {
                "n_brands": [int(found["n_brands"].max())],
                "n_persons": [int(found.groupby("wave", dropna=False)["n_persons"].max().sum())],
                "n_tests": [len(self.pairs)],
                **{
                    f"share_{verdict}": [
                        float(shares.get(verdict, 0.0)) if len(self.pairs) else np.nan
                    ]
                    for verdict in ("equal", "different", "open")
                },
                "draws": [self.draws],
                "ci_level": [self.ci_level],
            }
        )


def perceived_alikeness(
    data: Data,
    *,
    brand: str | None = None,
    items: Sequence[str] | None = None,
    images: Sequence[str] | None = None,
    smallest_difference: float | Mapping[str, float] | None = None,
    wave: str | None = None,
    weight: Weight | None = None,
    respondent: str | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    missing: MissingAnswers = "pairwise",
    suppress_below: int = 10,
    draws: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> PerceivedAlikeness:
    """Say whether customers notice a difference between the banks.

    Not finding a difference does not show that there is none. Three answers are given: how much
    of the ratings depends on the bank at all, how much the banks' images differ beyond noise, and
    for each pair of banks whether it is shown to be equal, shown to differ, or neither.

    Parameters
    ----------
    data : DataFrame or Survey
        One row a respondent and bank.
    brand : str, optional
        Column of the bank; a survey knows it.
    items : sequence of str, optional
        Ratings.
    images : sequence of str, optional
        Attributes that were ticked (1) or not (0). Ratings, images or both must be given.
    smallest_difference : float or mapping, optional
        The smallest difference of two banks' means that matters, in scale points, for all items
        or for each. **It should be declared**, from what a difference is worth to the bank, before
        the answers are looked at. Where it is not, 5 % of the scale's length in the codebook is
        taken (half a point from 0 to 10), and ``notes`` and the ``declared`` column say so;
        without a codebook it must be given.
    wave : str, optional
        Column of the wave; a survey knows it. Each wave is looked at by itself.
    weight : str or SurveyWeights, optional
    respondent, strata, cluster : str, optional
        Columns of the design; a survey knows them.
    missing : "pairwise", "drop" or "raise"
        Use for each item the rows where it was answered, only rows with all items, or refuse.
        Rows with a missing tick are left out of the image in any case.
    suppress_below : int, default 10
        Banks with fewer persons in a wave are left out of it, and ``notes`` say so.
    draws : int, default 1000
        Draws over persons.
    seed : int, default 0
    level : float, default 0.95
        Coverage of intervals; 1 - level is the chance of a false verdict for each item.

    Returns
    -------
    PerceivedAlikeness

    Raises
    ------
    InputError
        No column is given, or an answer is missing where it must not; `smallest_difference` is
        neither given nor known from a codebook.
    ScaleError
        A tick is neither 0 nor 1, or a smallest difference is not above 0.
    NotEnoughDataError
        Fewer than two banks have enough answers in every wave, or every answer is the same.

    Notes
    -----
    The share between banks is B/(B + W), with the variance of the banks' means, weighted by their
    ratings, less what their design errors add to it (persons who rate several banks included):
    omega squared where rows are independent. A negative B is written as 0, and stands in
    ``untruncated``. Intervals invert a test by draws over persons, as the noncentral F does for
    normal data, so that they are right at 0 too: there they are [0, upper].

    Equivalence by two one-sided tests on the design covariance, adjusted by Holm over the pairs
    of an item and wave. "equal": shown to differ by less than the smallest difference that
    matters. Else "different": shown to differ. Else "open": the answers do not settle it.

    References
    ----------
    Hays, W. L. (1963). Statistics for Psychologists. Schuirmann, D. J. (1987). A comparison of the
    two one-sided tests procedure and the power approach. Journal of Pharmacokinetics and
    Biopharmaceutics 15, 657-680. doi:10.1007/BF01068419
    Lakens, D. (2017). Equivalence tests. Social Psychological and Personality Science 8, 355-362.
    doi:10.1177/1948550617697177

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> answers = pd.DataFrame({"bank": ["a", "b", "c"] * 200, "id": np.repeat(range(200), 3)})
    >>> answers["fees"] = rng.normal(6.0, 1.5, 600) + np.tile([0, 0.05, 1], 200)
    >>> result = perceived_alikeness(answers, brand="bank", items=["fees"], respondent="id",
    ...                              smallest_difference=0.5)
    >>> result.pairs[["brand_a", "brand_b", "verdict"]].to_numpy().tolist()
    [['a', 'b', 'equal'], ['a', 'c', 'different'], ['b', 'c', 'different']]
    """
    check_option("missing", missing, ("pairwise", "drop", "raise"))
    check_level(level)
    check_whole_number("draws", draws, low=100)
    check_whole_number("suppress_below", suppress_below, low=2)
    rated, ticked = checked_columns(items, images)
    design = {"weight": weight, "respondent": respondent, "strata": strata, "cluster": cluster}
    smallest, declared = checked_smallest(data, rated, smallest_difference)

    where = Where(brand=brand, wave=wave, design=design, suppress_below=suppress_below)
    ratings = bank_rows(data, columns=rated, missing=missing, where=where) if rated else None
    whole = "raise" if missing == "raise" else "drop"
    image = bank_rows(data, columns=ticked, missing=whole, where=where) if ticked else None
    if image:
        require_ticks(image.rows)

    measures = rating_squares(ratings, draws=draws, seed=seed) if ratings else []
    measures += image_squares(image, draws=draws, seed=seed) if image else []
    pairs, brands = equivalence_frames(ratings, smallest=smallest, declared=declared, level=level)
    if not measures:
        raise NotEnoughDataError(
            "`data` must hold banks with differing answers; found every answer the same. Read the "
            "file again, or leave constant items out."
        )

    return PerceivedAlikeness(
        measures=measure_frame(measures, level=level),
        changes=change_frame(measures, level=level),
        pairs=pairs,
        brands=brands,
        ci_level=level,
        draws=draws,
        notes=_notes([one for one in (ratings, image) if one], declared=declared or not rated),
    )


def _notes(parts: list[BankRows], *, declared: bool) -> tuple[Message, ...]:
    """Gather what was left out and taken for granted, each thing once."""
    said = dict.fromkeys(note for part in parts for note in part.notes)
    if declared:
        return tuple(said)
    loud = Message(
        "The smallest difference that matters was not declared. 5% of the scale's length stands in "
        "for it; which banks count as equal depends on it. Declare it with smallest_difference."
    )
    return (loud, *said)


def last_wave(frame: pd.DataFrame) -> str | None:
    """Give the last wave of a frame; None where there are none."""
    waves = frame["wave"].dropna()
    return str(waves.iloc[-1]) if len(waves) else None


def of_wave(frame: pd.DataFrame, wave: str | None) -> pd.DataFrame:
    """Give the rows of a wave, the last where none is named."""
    known = list(dict.fromkeys(frame["wave"].dropna().astype(str)))
    chosen = last_wave(frame) if wave is None else str(wave)
    if wave is not None and chosen not in known:
        raise InputError(f"`wave` must be one of {shown(known)}; found {shown(wave)}.")
    return frame if chosen is None else frame[frame["wave"] == chosen]


def share_rows(result: PerceivedAlikeness, *, wave: str | None = None) -> pd.DataFrame:
    """Give the shares between banks of a wave, the largest item first and all items last.

    Parameters
    ----------
    result : PerceivedAlikeness
    wave : str, optional
        The last where not given.

    Returns
    -------
    DataFrame

    Raises
    ------
    NotEnoughDataError
        No ratings were looked at.
    """
    shares = result.measures[result.measures["measure"] == "between_share"]
    if not len(shares):
        raise NotEnoughDataError(
            "`result` must hold ratings for this; found images only. Name `items` when asking "
            "whether customers notice."
        )
    rows = of_wave(shares, wave)
    single = rows[rows["item"].notna()].sort_values("untruncated", ascending=False, kind="stable")
    return pd.concat([single, rows[rows["item"].isna()]], ignore_index=True)


def whole_share(result: PerceivedAlikeness, *, wave: str | None = None) -> dict[str, Any]:
    """Give the share over all items, or that of the only one."""
    return dict(share_rows(result, wave=wave).iloc[-1])


def chosen_item(result: PerceivedAlikeness, item: str | None) -> str:
    """Give the item asked for, or the first that was tested."""
    known = [str(one) for one in result.pairs["item"].unique()]
    if not known:
        raise NotEnoughDataError(
            "`result` must hold tested pairs of banks; found none. Name `items` when asking "
            "whether customers notice."
        )
    one = known[0] if item is None else item
    if one not in known:
        raise InputError(
            f"`item` must be one that was tested; found {shown(item)}. It has {shown(known)}."
            f"{did_you_mean(one, known)}"
        )
    return one


def against_rows(
    result: PerceivedAlikeness,
    *,
    item: str | None = None,
    focus: str | None = None,
    wave: str | None = None,
) -> pd.DataFrame:
    """Give each bank against the focus, or where there is none against the others' mean.

    Parameters
    ----------
    result : PerceivedAlikeness
    item : str, optional
        The first tested where not given.
    focus : str, optional
        Must have been rated by enough persons.
    wave : str, optional
        The last where not given.

    Returns
    -------
    DataFrame
        ``brand estimate ci_low ci_high smallest_difference declared verdict n label``, the highest
        first. With a focus, ``estimate`` is the other bank less the focus.
    """
    one = chosen_item(result, item)
    columns = ["brand", "estimate", "ci_low", "ci_high", "smallest_difference", "declared",
               "verdict", "n", "label"]  # fmt: skip
    if focus is None:
        rows = of_wave(result.brands[result.brands["item"] == one], wave)
        return _highest_first(rows[columns])
    pairs = of_wave(result.pairs[result.pairs["item"] == one], wave)
    known = list(dict.fromkeys([*pairs["brand_a"], *pairs["brand_b"]]))
    if focus not in known:
        raise InputError(
            f"`focus` must be a bank that enough people rated; found {shown(focus)}. It has "
            f"{shown(known)}.{did_you_mean(str(focus), known)}"
        )
    first = pairs[pairs["brand_a"] == focus]
    second = pairs[pairs["brand_b"] == focus]
    turned = first.assign(
        brand=first["brand_b"], n=first["n_b"], estimate=-first["estimate"],
        ci_low=-first["ci_high"], ci_high=-first["ci_low"],
    )  # fmt: skip
    same = second.assign(brand=second["brand_a"], n=second["n_a"])
    return _highest_first(pd.concat([turned, same])[columns])


def _highest_first(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values(
        ["estimate", "brand"], ascending=[False, True], kind="stable", ignore_index=True
    )
