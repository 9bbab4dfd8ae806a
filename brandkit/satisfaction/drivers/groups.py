"""Drivers by segment or brand: importances of each group, and whether they differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from brandkit.core.intervals import holm
from brandkit.core.labels import coded
from brandkit.core.linalg import Codes, Floats
from brandkit.sampling.draws import MOST_GROUPS, person_keys
from brandkit.sampling.rows import RowDraws, SurveyRows
from brandkit.satisfaction.alikeness.variance import morris_pooled, reml
from brandkit.satisfaction.centred import centred_covariances, centred_values, correlations
from brandkit.satisfaction.drivers.kernel import Estimates, Measure, estimates, shuffled_of
from brandkit.satisfaction.pooling.pooling import FEWEST

#: Persons under which a group is left out, or three for each driver where that is more.
SMALLEST_GROUP: Final = 10
PERSONS_A_DRIVER: Final = 3
#: Permutations where drivers are too many for exact values.
FEW_PERMUTATIONS: Final = 199
#: Labels permuted at most; with more blocks of responses there are fewer permutations.
MOST_LABELS: Final = 20_000_000
#: Numbers held at once while labels are permuted.
_BLOCK: Final = 4_000_000

_GROUPS = "by segment driver label importance share ci_low ci_high ci_level noise_floor above_noise"
_EQUALITY = "driver label statistic p_value p_adjusted"


class GroupFrames(NamedTuple):
    """Tables by group, and which groups were left out, for having fewer persons than needed."""

    groups: pd.DataFrame = pd.DataFrame(columns=[*_GROUPS.split(), "pooled", "r2", "n"])
    equality: pd.DataFrame = pd.DataFrame(columns=_EQUALITY.split())
    left_out: tuple[str, ...] = ()
    needed: int = 0


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
    code, labels = coded(rows.frame[by])
    hashes = person_keys(rows.keys)  # of rows as they came: their content may be their key
    rows = replace(rows, frame=rows.frame.assign(**{by: code}))
    inner = None if within == by else within
    moments = centred_covariances(rows, drawn=drawn, by=by, within=inner, pairwise=pairwise)
    needed = max(SMALLEST_GROUP, PERSONS_A_DRIVER * (len(rows.columns) - 1))
    kept: dict[int, Estimates] = {}
    persons = []
    for group, sample in enumerate(moments.sample):
        n = len(np.unique(rows.person[code == group]))
        if n < needed or sample[-1, -1] <= 0:
            continue
        _, shuffled = shuffled_of(rows, by, inner, inside=code == group)
        draws = moments.drawn[:, group]
        kept[group] = estimates(sample, draws, measure=measure, shuffled=shuffled, level=level)
        persons.append(n)
    left_out = tuple(label for group, label in enumerate(labels) if group not in kept)
    result = GroupFrames(left_out=left_out, needed=needed)
    if not kept:
        return result
    pooled = _pooled(list(kept.values()), np.array(persons, dtype=float))
    parts = [
        importance_frame(rows, group, level=level).assign(
            by=by, segment=labels[at], pooled=pooled[place], r2=group.r2, n=persons[place]
        )
        for place, (at, group) in enumerate(kept.items())
    ]
    groups = pd.concat(parts, ignore_index=True)[list(result.groups.columns)]
    if len(kept) == 1:
        return result._replace(groups=groups)
    answers = _grouped(rows, by, inner, kept=list(kept), hashes=hashes)
    blocks = len(np.unique(answers.unit * answers.n_groups + answers.group))
    times = min(permutations, max(FEW_PERMUTATIONS, MOST_LABELS // blocks))
    if measure.orders is not None:
        times = min(times, FEW_PERMUTATIONS)
    equality = _equality_frame(rows, equality_test(answers, measure.many, times, seed=seed))
    return result._replace(groups=groups, equality=equality)


def importance_frame(rows: SurveyRows, group: Estimates, *, level: float) -> pd.DataFrame:
    """Give one row a driver: importance, share of all that is explained, interval, noise floor."""
    names = list(rows.columns[:-1])
    total = group.importance.sum()
    low, high = group.interval(level)
    return pd.DataFrame(
        {
            "driver": names,
            "label": [rows.labels.get(name, name) for name in names],
            "importance": group.importance,
            "share": group.importance / total if total > 0 else np.full(len(names), np.nan),
            "ci_low": low,
            "ci_high": high,
            "ci_level": level,
            "noise_floor": group.floor,
            "above_noise": group.importance > group.floor,
        }
    )


def _pooled(kept: list[Estimates], persons: Floats) -> Floats:
    """Draw importances of groups to their mean, from four groups on, shape (groups, p).

    As :func:`brandkit.satisfaction.partial_pooling` pools, with one variance a person for all
    groups: an importance that came out low has a variance that came out low, and its own would
    draw all groups towards the lowest.
    """
    importance = np.stack([group.importance for group in kept])
    draws = np.stack([group.draws for group in kept], axis=1)
    draws = draws[~np.isnan(draws).any(axis=(1, 2))]
    if len(kept) < FEWEST or len(draws) < 2:
        return np.full(importance.shape, np.nan)
    each = (draws.var(axis=0, ddof=1) * persons[:, None]).mean(axis=0)
    variance = np.maximum(each[:, None] / persons, 1e-12)
    between = reml(importance.T, variance=variance)
    return np.asarray(morris_pooled(importance.T, variance=variance, between=between).value.T)


# --- the test of equal importances ---------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class GroupedAnswers:
    """Responses of groups whose importances are compared.

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
    answers: GroupedAnswers,
    importance: Callable[[Floats], Floats],
    permutations: int,
    *,
    seed: int,
) -> Equality:
    """Test whether importances are the same in all groups, by permuting persons' groups.

    ``importance`` takes correlation matrices (draws, p + 1, p + 1), gives importances (draws, p).
    Each statistic is over its mean under permutation: about 1 where groups are alike.

    Notes
    -----
    Q = sum over groups of n_g (importance - mean)² about the mean weighted with n_g, the group's
    effective number of units; for all drivers, the sum of Q over their means. A unit keeps its
    answers and gets the group of another; one with several groups (a person who rated three
    banks) gets those of another with as many, in random order. p = (1 + #) / (1 + permutations).
    Under the null the groups' answers follow one pattern once each is centred and scaled.
    """
    moments, unit, group = _blocks(answers)
    totals = np.zeros((answers.n_groups, int(answers.unit.max()) + 1))
    np.add.at(totals, (answers.group, answers.unit), answers.weight)
    size = totals.sum(axis=1) ** 2 / (totals**2).sum(axis=1)  # Kish's number of units

    def spread(labels: Codes) -> Floats:
        correlation = _group_correlations(moments, labels, len(size))
        some, n_groups, q, _ = correlation.shape
        values = importance(correlation.reshape(-1, q, q)).reshape(some, n_groups, q - 1)
        mean = (size[:, None] * values).sum(axis=1, keepdims=True) / size.sum()
        return np.asarray((size[:, None] * (values - mean) ** 2).sum(axis=1))

    step = max(1, _BLOCK // (len(moments) * 4))
    steps = [min(step, permutations - start) for start in range(0, permutations, step)]
    rng = np.random.default_rng([seed, 11])
    chance = np.concatenate([spread(labels) for labels in _permuted(unit, group, steps, rng=rng)])
    seen = spread(group[None])
    # the sample is one of the labellings: left out of the mean, the test would reject too often
    usual = np.maximum(np.concatenate([seen, chance]).mean(axis=0), 1e-300)
    seen, chance = (
        np.concatenate([part, part.sum(axis=1, keepdims=True)], axis=1)
        for part in (seen / usual, chance / usual)
    )
    reached = (chance >= seen * (1 - 1e-12)).sum(axis=0)
    return Equality(seen[0], (1 + reached) / (1 + permutations))


def _equality_frame(rows: SurveyRows, test: Equality) -> pd.DataFrame:
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
    rows: SurveyRows, by: str, within: str | None, *, kept: list[int], hashes: NDArray[np.uint64]
) -> GroupedAnswers:
    """Centre answers within groups, bring them to one scale; number units by their hashes."""
    inside = np.asarray(rows.frame[by].isin(kept))
    group = np.searchsorted(kept, rows.frame[by][inside])
    weight = rows.weight[inside]
    weight = weight / (np.bincount(group, weights=weight) / np.bincount(group))[group]
    values = on_one_scale(centred_values(rows, by, within)[inside], weight=weight, group=group)
    unit = np.unique(hashes, return_inverse=True)[1].reshape(-1)[inside]
    first = [int(unit[group == place].min()) for place in range(len(kept))]
    rank = np.argsort(np.argsort(first, kind="stable"), kind="stable")
    return GroupedAnswers(values, weight, rank[group], unit)


def on_one_scale(values: Floats, *, weight: Floats, group: Codes) -> Floats:
    """Scale answers (n, p + 1), centred by group, so that groups of unlike spread can be mixed.

    Divided by each group's standard deviation, drawn to that of all groups as far as chance
    explains their differences: groups scaled by their own outliers would not be exchangeable any
    more, and the test rejected 6.2 % instead of 5 % where tails are heavy.
    """
    n_groups = int(group.max()) + 1
    total = np.bincount(group, weights=weight, minlength=n_groups)
    power = np.zeros((2, n_groups, values.shape[1]))
    for k in (0, 1):
        np.add.at(power[k], group, weight[:, None] * values ** (2 * k + 2))
    second, fourth = power / total[:, None]
    square = np.where(second > 0, second, 1.0)
    size = total**2 / np.bincount(group, weights=weight**2, minlength=n_groups)
    # the variance of the logarithm of a standard deviation
    tail = np.maximum((fourth / square**2).mean(axis=0) - 1, 0.5)
    variance = tail[:, None] / (4 * size)
    log = np.log(square).T / 2
    between = reml(log, variance=variance)[:, None]
    own = 1 / (variance + between)
    mean = (own * log).sum(axis=1, keepdims=True) / own.sum(axis=1, keepdims=True)
    kept = mean + between / (between + variance) * (log - mean)
    return np.asarray(values / np.exp(kept.T)[group])


def _blocks(answers: GroupedAnswers) -> tuple[Floats, Codes, Codes]:
    """Add up each unit's rows of one group: moments, unit and group of each block, by unit."""
    place = answers.unit * answers.n_groups + answers.group
    cell, block = np.unique(place, return_inverse=True)
    z, (one, other) = answers.values, np.triu_indices(answers.values.shape[1])
    products = np.concatenate([np.ones((len(z), 1)), z, z[:, one] * z[:, other]], axis=1)
    moments = np.zeros((len(cell), products.shape[1]))
    np.add.at(moments, block.reshape(-1), products * answers.weight[:, None])
    return _united(moments, cell // answers.n_groups, cell % answers.n_groups)


def _united(moments: Floats, unit: Codes, group: Codes) -> tuple[Floats, Codes, Codes]:
    """Unite units of one group into blocks of as many each, where there are very many.

    Permuting such blocks is permuting units in step: the test stays exact.
    """
    alone = np.bincount(unit)[unit] == 1
    each = int(alone.sum()) // MOST_GROUPS
    if each < 2:
        return moments, unit, group
    order = np.lexsort((unit, group))
    order = order[alone[order]]
    own = group[order]
    number = np.arange(len(own)) - np.searchsorted(own, own)  # within the group
    place = unit.copy()
    place[order] = -1 - (number // each + own * len(unit))  # below all units that stay
    key = place * (int(group.max()) + 1) + group
    cell, first, block = np.unique(key, return_index=True, return_inverse=True)
    united = np.zeros((len(cell), moments.shape[1]))
    np.add.at(united, block.reshape(-1), moments)
    return united, place[first], group[first]


def _permuted(
    unit: Codes, group: Codes, steps: list[int], *, rng: np.random.Generator
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
            labels[:, place] = rng.permuted(given, axis=2) if k > 1 else given
        yield labels


def _group_correlations(moments: Floats, labels: Codes, n_groups: int) -> Floats:
    """Give the correlations of each group under each labelling, shape (some, groups, q, q)."""
    some, blocks = labels.shape
    # each block adds once a labelling: one sparse product, whatever the number of groups
    place = (labels + n_groups * np.arange(some)[:, None]).T.ravel()
    ends = np.arange(0, blocks * some + 1, some)
    adds = csr_matrix((np.ones(len(place)), place, ends), shape=(blocks, some * n_groups))
    sums = np.asarray(adds.T @ moments).reshape(some, n_groups, -1)
    q = round((np.sqrt(8 * moments.shape[1] + 1) - 3) / 2)  # 1 + q + q (q + 1) / 2 moments
    one, other = np.triu_indices(q)
    weight = np.where(sums[..., :1] > 0, sums[..., :1], 1.0)
    mean = sums[..., 1 : q + 1] / weight
    covariance = np.empty((*sums.shape[:-1], q, q))
    covariance[..., one, other] = covariance[..., other, one] = sums[..., q + 1 :] / weight
    return correlations(covariance - mean[..., :, None] * mean[..., None, :])
