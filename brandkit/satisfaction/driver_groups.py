"""Drivers by segment or brand: importances of each group, and whether they differ."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from brandkit.core.multiplicity import holm
from brandkit.core.resample import person_keys
from brandkit.core.survey_rows import RowDraws, SurveyRows
from brandkit.core.waves import wave_order
from brandkit.satisfaction.centred import centred_covariances, centred_values
from brandkit.satisfaction.driver_estimates import Estimates, Measure, estimates, shuffled_of
from brandkit.satisfaction.equal_drivers import (
    GroupedAnswers,
    equality_test,
    on_one_scale,
    pooled_importance,
)
from brandkit.satisfaction.pooling import FEWEST

SMALLEST_GROUP = 10
"""Persons under which a group is left out, or three for each driver where that is more."""
PERSONS_A_DRIVER = 3
FEW_PERMUTATIONS = 199
"""Permutations where drivers are too many for exact values."""
MOST_LABELS = 20_000_000
"""Labels permuted at most; with more blocks of answers there are fewer permutations."""

_GROUPS = (
    "by", "segment", "driver", "label", "importance", "share", "ci_low", "ci_high", "ci_level",
    "noise_floor", "above_noise", "pooled", "r2", "n",
)  # fmt: skip
_EQUALITY = ("driver", "label", "statistic", "p_value", "p_adjusted")


class GroupFrames(NamedTuple):
    """Tables by group, and which groups were left out or have a small base."""

    groups: pd.DataFrame
    equality: pd.DataFrame
    left_out: tuple[str, ...] = ()
    needed: int = 0


def no_groups() -> GroupFrames:
    """Give the tables of a call without groups: no rows, the same columns."""
    return GroupFrames(pd.DataFrame(columns=_GROUPS), pd.DataFrame(columns=_EQUALITY))


def group_frames(
    rows: SurveyRows,
    drawn: RowDraws,
    *,
    by: str,
    within: str | None,
    measure: Measure,
    pairwise: bool,
    level: float,
    permutations: int,
    seed: int,
) -> GroupFrames:
    """Compute importances for each group of a column, and test whether they are the same."""
    inner = None if within == by else within
    made = centred_covariances(rows, drawn=drawn, by=by, within=inner, pairwise=pairwise)
    labels = rows.frame[by]
    is_wave = by in ("wave", rows.design.get("wave"))
    needed = max(SMALLEST_GROUP, PERSONS_A_DRIVER * (len(rows.columns) - 1))
    kept, left_out, found, sizes = [], [], [], []
    for place in _in_order(labels, made.groups, is_wave=is_wave):
        group = made.groups[place]
        inside = np.asarray(labels == group)
        persons = int(np.unique(rows.person[inside]).size)
        if persons < needed or made.sample[place, -1, -1] <= 0:
            left_out.append(str(group))
            continue
        _, shuffled = shuffled_of(rows, by, inner, inside=inside)
        kept.append(group)
        sizes.append(persons)
        found.append(
            estimates(
                made.sample[place], made.drawn[:, place], measure=measure, shuffled=shuffled,
                level=level,
            )
        )  # fmt: skip
    if not kept:
        return no_groups()._replace(left_out=tuple(left_out), needed=needed)
    groups = _groups_frame(rows, kept, found, by=by, sizes=sizes, level=level)
    equality = no_groups().equality
    if len(kept) > 1:
        equality = _equality(
            rows, by, inner, kept=kept, measure=measure, permutations=permutations, seed=seed
        )
    return GroupFrames(groups, equality, tuple(left_out), needed)


def _in_order(labels: pd.Series, groups: tuple[object, ...], *, is_wave: bool) -> list[int]:
    """Give the places of the groups in the order of time or of their codes, where there is one."""
    if is_wave:
        order = wave_order(labels)
    elif isinstance(labels.dtype, pd.CategoricalDtype):
        order = labels.dtype.categories.tolist()
    else:
        return list(range(len(groups)))
    rank = {one: at for at, one in enumerate(order)}
    return sorted(range(len(groups)), key=lambda place: rank[groups[place]])


def _groups_frame(
    rows: SurveyRows,
    kept: list[object],
    found: list[Estimates],
    *,
    by: str,
    sizes: list[int],
    level: float,
) -> pd.DataFrame:
    names = rows.columns[:-1]
    importance = np.stack([one.importance for one in found])
    draws = np.stack([one.draws for one in found], axis=1)
    usable = draws[~np.isnan(draws).any(axis=(1, 2))]
    pooled = np.full(importance.shape, np.nan)
    if len(found) >= FEWEST and len(usable) > 1:
        pooled = pooled_importance(importance, usable, size=np.array(sizes, dtype=float))
    parts = []
    for place, (group, one) in enumerate(zip(kept, found, strict=True)):
        low, high = one.interval(level)
        total = one.importance.sum()
        parts.append(
            pd.DataFrame(
                {
                    "by": by,
                    "segment": str(group),
                    "driver": list(names),
                    "label": [rows.labels.get(name, name) for name in names],
                    "importance": one.importance,
                    "share": one.importance / total if total > 0 else np.nan,
                    "ci_low": low,
                    "ci_high": high,
                    "ci_level": level,
                    "noise_floor": one.floor,
                    "above_noise": one.importance > one.floor,
                    "pooled": pooled[place],
                    "r2": one.r2,
                    "n": sizes[place],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _equality(
    rows: SurveyRows,
    by: str,
    within: str | None,
    *,
    kept: list[object],
    measure: Measure,
    permutations: int,
    seed: int,
) -> pd.DataFrame:
    answers = _grouped(rows, by, within, kept=kept)
    blocks = len(np.unique(answers.unit * answers.n_groups + answers.group))
    times = min(permutations, max(FEW_PERMUTATIONS, MOST_LABELS // blocks))
    if measure.orders is not None:
        times = min(times, FEW_PERMUTATIONS)
    test = equality_test(answers, measure.many, permutations=times, seed=seed)
    names = [*rows.columns[:-1], None]
    adjusted = np.append(holm(test.p_value[:-1]), test.p_value[-1])
    return pd.DataFrame(
        {
            "driver": np.array(names, dtype=object),
            "label": [None if name is None else rows.labels.get(name, name) for name in names],
            "statistic": test.statistic,
            "p_value": test.p_value,
            "p_adjusted": adjusted,
        }
    )


def _grouped(
    rows: SurveyRows, by: str, within: str | None, *, kept: list[object]
) -> GroupedAnswers:
    """Centre answers within groups, bring them to one scale; number units by their content."""
    inside = np.asarray(rows.frame[by].isin(kept))
    values = centred_values(rows, by, within)[inside]
    weight = rows.weight[inside].copy()
    group = np.array([kept.index(one) for one in rows.frame[by][inside]], dtype=np.intp)
    for place in range(len(kept)):
        own = group == place
        weight[own] /= weight[own].mean()
    values = on_one_scale(values, weight=weight, group=group)
    unit = _canonical_units(rows)[inside]
    first = [int(unit[group == place].min()) for place in range(len(kept))]
    rank = np.argsort(np.argsort(first, kind="stable"), kind="stable")
    return GroupedAnswers(values, weight, rank[group], unit)


def _canonical_units(rows: SurveyRows) -> np.ndarray:
    """Number the units in the order of their hashes, which the order of rows does not change."""
    hashes = person_keys(rows.keys)
    return np.asarray(np.unique(hashes, return_inverse=True)[1], dtype=np.intp).reshape(-1)
