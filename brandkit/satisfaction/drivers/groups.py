"""Drivers by segment or brand: importances of each group, and whether they differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from brandkit.core.intervals import holm
from brandkit.core.linalg import Floats
from brandkit.sampling.draws import MOST_GROUPS, person_keys
from brandkit.sampling.rows import RowDraws, SurveyRows
from brandkit.satisfaction.centred import centred_covariances, centred_values, correlations
from brandkit.satisfaction.drivers.kernel import Estimates, Measure, estimates, shuffled_of
from brandkit.satisfaction.pooling.kernel import morris_pooled, reml
from brandkit.satisfaction.pooling.pooling import FEWEST

#: Numbers held at once while labels are permuted.
_BLOCK = 4_000_000

Codes = np.ndarray
Importance = Callable[[Floats], Floats]


@dataclass(frozen=True, eq=False)
class GroupedAnswers:
    """Answers of groups whose importances are compared.

    Parameters
    ----------
    values : ndarray, shape (n, p + 1)
        Drivers and outcome, centred within each group and brought to one scale; missing ones 0.
    weight : ndarray, shape (n,)
        Of mean 1 within each group, so that mixing groups mixes no levels of weight.
    group : ndarray of int, shape (n,)
    unit : ndarray of int, shape (n,)
        Persons or clusters, numbered in an order that neither rows nor names decide.
    """

    values: Floats
    weight: Floats
    group: Codes
    unit: Codes

    @property
    def n_groups(self) -> int:
        """Groups."""
        return int(self.group.max()) + 1


class Equality(NamedTuple):
    """Differences of each driver's importance over groups, and of all drivers together last."""

    statistic: Floats  # (p + 1,)
    p_value: Floats  # (p + 1,)


def equality_test(
    answers: GroupedAnswers, importance: Importance, *, permutations: int, seed: int
) -> Equality:
    """Test whether importances are the same in all groups, by permuting persons' groups.

    Parameters
    ----------
    answers : GroupedAnswers
    importance : callable
        Takes correlation matrices (draws, p + 1, p + 1), gives importances (draws, p).
    permutations : int
    seed : int

    Returns
    -------
    Equality
        Each statistic over its mean under permutation: about 1 where groups are alike.

    Notes
    -----
    Q = sum over groups of n_g (importance - mean)² about the mean weighted with n_g, the group's
    effective number of units; for all drivers, the sum of Q over their means. A unit keeps its
    answers and gets the group of another; one with several groups (a person who rated three
    banks) gets those of another with as many, in random order. p = (1 + #) / (1 + permutations).
    Under the null the groups' answers follow one pattern once each is centred and scaled.
    """
    moments, unit, group = _blocks(answers)
    size = _effective_sizes(answers)
    seen = _statistic(importance, _group_correlations(moments, group[None], len(size)), size)
    step = max(1, _BLOCK // (len(moments) * 4))
    rng = np.random.default_rng([seed, 11])
    chance = np.concatenate([
        _statistic(importance, _group_correlations(moments, labels, len(size)), size)
        for labels in _permuted(unit, group, _steps(permutations, step), rng)
    ])  # fmt: skip
    # the sample is one of the labellings: left out of the mean, the test would reject too often
    usual = np.maximum(np.concatenate([seen, chance]).mean(axis=0), 1e-300)
    seen, chance = _with_total(seen / usual), _with_total(chance / usual)
    reached = (chance >= seen * (1 - 1e-12)).sum(axis=0)
    return Equality(seen[0], (1 + reached) / (1 + permutations))


def on_one_scale(values: Floats, *, weight: Floats, group: Codes) -> Floats:
    """Scale answers so that groups whose spreads differ can be mixed.

    Parameters
    ----------
    values : ndarray, shape (n, p + 1)
        Centred within each group.
    weight : ndarray, shape (n,)
    group : ndarray of int, shape (n,)

    Returns
    -------
    ndarray, shape (n, p + 1)
        Divided by each group's standard deviation, drawn to that of all groups as far as chance
        explains their differences: groups scaled by their own outliers would not be exchangeable
        any more, and the test rejected 6.2 % instead of 5 % where tails are heavy.
    """
    n_groups = int(group.max()) + 1
    total = np.bincount(group, weights=weight, minlength=n_groups)
    moments = [_by_group(weight[:, None] * values**k, group, n_groups) / total[:, None]
               for k in (2, 4)]  # fmt: skip
    square = np.where(moments[0] > 0, moments[0], 1.0)
    size = total**2 / np.bincount(group, weights=weight**2, minlength=n_groups)
    # the variance of the logarithm of a standard deviation
    tail = np.maximum((moments[1] / square**2).mean(axis=0) - 1, 0.5)
    variance = tail[:, None] / (4 * size)
    log = np.log(square).T / 2
    between = reml(log, variance=variance)[:, None]
    own = 1 / (variance + between)
    mean = (own * log).sum(axis=1, keepdims=True) / own.sum(axis=1, keepdims=True)
    kept = mean + between / (between + variance) * (log - mean)
    return np.asarray(values / np.exp(kept.T)[group])


def _by_group(values: Floats, group: Codes, n_groups: int) -> Floats:
    out = np.zeros((n_groups, values.shape[1]))
    np.add.at(out, group, values)
    return out


def pooled_importance(estimate: Floats, draws: Floats, *, size: Floats) -> Floats:
    """Give importances of groups drawn towards their mean, the smaller the group the more.

    Parameters
    ----------
    estimate : ndarray, shape (groups, p)
        At least four groups.
    draws : ndarray, shape (draws, groups, p)
    size : ndarray, shape (groups,)
        Persons in each group.

    Returns
    -------
    ndarray, shape (groups, p)
        As :func:`brandkit.satisfaction.partial_pooling` pools, with one variance a person
        for all groups: an importance that came out low has a variance that came out low, and its
        own would draw all groups towards the lowest.
    """
    one = (draws.var(axis=0, ddof=1) * size[:, None]).mean(axis=0)
    variance = np.maximum(one[:, None] / size, 1e-12)
    between = reml(estimate.T, variance=variance)
    return np.asarray(morris_pooled(estimate.T, variance=variance, between=between).value.T)


# --- permutations ------------------------------------------------------------------------------


def _blocks(answers: GroupedAnswers) -> tuple[Floats, Codes, Codes]:
    """Add up each unit's rows of one group: moments, unit and group of each block, by unit."""
    place = answers.unit * answers.n_groups + answers.group
    found, block = np.unique(place, return_inverse=True)
    z, upper = answers.values, np.triu_indices(answers.values.shape[1])
    out = np.concatenate([np.ones((len(z), 1)), z, z[:, upper[0]] * z[:, upper[1]]], axis=1)
    moments = np.zeros((len(found), out.shape[1]))
    np.add.at(moments, block.reshape(-1), out * answers.weight[:, None])
    return _united(moments, found // answers.n_groups, found % answers.n_groups)


def _united(moments: Floats, unit: Codes, group: Codes) -> tuple[Floats, Codes, Codes]:
    """Unite units of one group into blocks of as many each, where there are very many.

    Permuting such blocks is permuting units in step: the test stays exact.
    """
    alone = np.bincount(unit)[unit] == 1
    each = int(alone.sum()) // MOST_GROUPS
    if each < 2:
        return moments, unit, group
    place = np.zeros(len(unit), dtype=np.intp)
    order = np.lexsort((unit, group))
    order = order[alone[order]]
    own = group[order]
    start = np.flatnonzero(np.r_[True, own[1:] != own[:-1]])
    number = np.arange(len(own)) - np.repeat(start, np.diff(np.r_[start, len(own)]))
    place[order] = -1 - (number // each + own * len(unit))  # below all units that stay
    place[~alone] = unit[~alone]
    key = place * (int(group.max()) + 1) + group
    found, first, block = np.unique(key, return_index=True, return_inverse=True)
    united = np.zeros((len(found), moments.shape[1]))
    np.add.at(united, block.reshape(-1), moments)
    return united, place[first], group[first]


def _effective_sizes(answers: GroupedAnswers) -> Floats:
    """Give Kish's number of units in each group."""
    totals = np.zeros((answers.n_groups, int(answers.unit.max()) + 1))
    np.add.at(totals, (answers.group, answers.unit), answers.weight)
    return np.asarray(totals.sum(axis=1) ** 2 / (totals**2).sum(axis=1))


def _permuted(
    unit: Codes, group: Codes, steps: list[int], rng: np.random.Generator
) -> Iterator[Codes]:
    """Give labels of all blocks, some permutations at a time, shape (some, blocks)."""
    first = np.flatnonzero(np.r_[True, unit[1:] != unit[:-1]])
    size = np.diff(np.r_[first, len(unit)])
    for some in steps:
        labels = np.empty((some, len(unit)), dtype=group.dtype)
        for k in np.unique(size):
            place = first[size == k][:, None] + np.arange(k)  # (units, k)
            order = np.broadcast_to(np.arange(len(place)), (some, len(place)))
            given = group[place][rng.permuted(order, axis=1)]  # (some, units, k)
            if k > 1:
                given = rng.permuted(given, axis=2)
            labels[:, place] = given
        yield labels


def _steps(permutations: int, step: int) -> list[int]:
    """Part the permutations into blocks."""
    return [min(step, permutations - start) for start in range(0, permutations, step)]


def _group_correlations(moments: Floats, labels: Codes, n_groups: int) -> Floats:
    """Give the correlations of each group under each labelling, shape (some, groups, q, q)."""
    some, blocks = labels.shape
    # each block adds once a labelling: one sparse product, whatever the number of groups
    place = (labels + n_groups * np.arange(some)[:, None]).T.ravel()
    ends = np.arange(0, blocks * some + 1, some)
    adds = csr_matrix((np.ones(len(place)), place, ends), shape=(blocks, some * n_groups))
    sums = np.asarray(adds.T @ moments).reshape(some, n_groups, -1)
    # 1 + q + q (q + 1) / 2 moments
    q = round((np.sqrt(8 * moments.shape[1] + 1) - 3) / 2)
    upper = np.triu_indices(q)
    weight = np.where(sums[..., :1] > 0, sums[..., :1], 1.0)
    mean = sums[..., 1 : q + 1] / weight
    covariance = np.empty((*sums.shape[:-1], q, q))
    covariance[..., upper[0], upper[1]] = sums[..., q + 1 :] / weight
    covariance[..., upper[1], upper[0]] = covariance[..., upper[0], upper[1]]
    return correlations(covariance - mean[..., :, None] * mean[..., None, :])


def _statistic(importance: Importance, correlation: Floats, size: Floats) -> Floats:
    some, groups, q, _ = correlation.shape
    found = importance(correlation.reshape(-1, q, q)).reshape(some, groups, q - 1)
    return _spread(found, np.broadcast_to(size[:, None], found.shape[1:]))


def _spread(values: Floats, weight: Floats) -> Floats:
    """Give the weighted sum of squares over groups about their weighted mean, shape (..., p)."""
    mean = (weight * values).sum(axis=-2, keepdims=True) / weight.sum(axis=0)
    return np.asarray((weight * (values - mean) ** 2).sum(axis=-2))


def _with_total(values: Floats) -> Floats:
    return np.concatenate([values, values.sum(axis=-1, keepdims=True)], axis=-1)


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
    needed = max(SMALLEST_GROUP, PERSONS_A_DRIVER * (len(rows.columns) - 1))
    kept, left_out, found, sizes = [], [], [], []
    for place in _in_order(labels, made.groups):
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


def _in_order(labels: pd.Series, groups: tuple[object, ...]) -> list[int]:
    """Give the places of the groups in the order of their codes, where the column has one."""
    if not isinstance(labels.dtype, pd.CategoricalDtype):
        return list(range(len(groups)))
    rank = {one: at for at, one in enumerate(labels.dtype.categories.tolist())}
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
