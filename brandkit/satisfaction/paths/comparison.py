"""Comparison of path models: whether groups or banks differ in what drives satisfaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    check_option,
    check_whole_number,
    shown,
)
from brandkit.core.intervals import holm
from brandkit.core.labels import coded
from brandkit.core.linalg import Codes, Flags, Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.core.waves import coded_waves
from brandkit.sampling.draws import person_keys
from brandkit.sampling.rows import Data, SurveyRows, Weight, survey_rows
from brandkit.satisfaction.paths.checks import SMALL_BASE, WholeRule, needed_persons
from brandkit.satisfaction.paths.design import (
    Blocks,
    Mode,
    PathDesign,
    Paths,
    Scheme,
    block_name,
    path_design,
)
from brandkit.satisfaction.paths.kernel import (
    PathFits,
    coefficients_of,
    fit_paths,
    own_covariances,
    turned,
)

Labels = NDArray[np.int16]

#: Exchanges and rows worked on at once.
_EXCHANGES: Final = 250
_ROWS: Final = 4000
#: Adjusted p-value up to which a block is said to mean another thing in another group.
NOT_ALIKE = 0.05
#: Correlation from which two sets of weights give the same score for any purpose.
SAME_SCORE = 0.99


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PathComparison(Result):
    """How path coefficients differ between groups, and whether by more than chance.

    Parameters
    ----------
    invariance : DataFrame
        To be read first. One row a block: ``block correlation p_value p_adjusted
        invariant``. Correlation: the smallest, over pairs of groups, between the scores that both
        groups' weights give all persons. Not invariant: below .99, and exchanging persons seldom
        makes it as small (Holm over blocks), so that the block is made of something else in
        another group.
    estimates : DataFrame
        One row a path and group: ``source target segment estimate n n_persons``.
    tests : DataFrame
        One row a path: ``source target difference p_value p_adjusted``. Difference: largest less
        smallest coefficient. Adjusted by Holm over the paths.
    pairs : DataFrame
        One row a path and pair of groups: ``source target segment_a segment_b difference p_value
        p_adjusted``. Adjusted by Holm over all rows.
    by : str
        The column that makes the groups.
    draws, n_degenerate : int
        Exchanges made, and those that could not be fitted and are left out.
    n, n_dropped : int
        Rows used and left out.
    """

    invariance: pd.DataFrame
    estimates: pd.DataFrame
    tests: pd.DataFrame
    pairs: pd.DataFrame
    by: str
    draws: int
    n_degenerate: int
    n: int
    n_dropped: int

    def tidy(self) -> pd.DataFrame:
        """Give the tests of the paths."""
        return self.tests.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: groups, bases, exchanges and the smallest adjusted p-value."""
        return pd.DataFrame(
            {
                "n": [self.n],
                "n_dropped": [self.n_dropped],
                "n_segments": [self.estimates["segment"].nunique()],
                "p_adjusted": [self.tests["p_adjusted"].min()],
                "draws": [self.draws],
                "n_degenerate": [self.n_degenerate],
            }
        )


def path_comparison(
    data: Data,
    *,
    by: str,
    blocks: Blocks,
    paths: Paths,
    scheme: Scheme = "path",
    scaled: bool = True,
    modes: Mode | Mapping[str, Mode] = "A",
    missing: WholeRule = "raise",
    weight: Weight | None = None,
    respondent: str | None = None,
    cluster: str | None = None,
    draws: int = 999,
    seed: int = 0,
) -> PathComparison:
    """Test whether paths differ between groups of customers, by exchanging persons.

    Answers *does the same drive satisfaction for all?* for segments, waves or banks.

    Parameters
    ----------
    data : DataFrame or Survey
        One row a respondent, or a respondent and bank.
    by : str
        Column of the groups.
    blocks, paths, scheme, scaled, modes
        The model, as in :func:`~brandkit.satisfaction.paths.paths.path_model`.
    missing : "raise", "drop" or "mean"
    weight : str or SurveyWeights, optional
    respondent, cluster : str, optional
        Columns of the design. Strata play no part: groups often are strata.
    draws : int, default 999
        Exchanges of persons between groups.
    seed : int, default 0

    Returns
    -------
    PathComparison

    Raises
    ------
    InputError
        There is only one group, or an item has the same answer throughout a group.
    NotEnoughDataError
        A group has fewer persons than its paths need.

    Notes
    -----
    Each group's means and standard deviations are taken out first, so that groups which only differ
    in level or in how they use the scale are not told apart; then persons change places. p is
    (1 + number of exchanges with at least as large a value) / (1 + draws), of the variance of a
    coefficient over groups for the test of a path, and of the absolute difference for a pair.
    Persons in several groups (who rate several banks) hand all their groups to another person with
    as many rows; a cluster stays together.

    Before that the second step of the measurement invariance of composites: the correlation of
    scores made with different groups' weights.

    References
    ----------
    Chin, W. W. and Dibbern, J. (2010). A permutation based procedure for multi-group PLS analysis.
    Handbook of Partial Least Squares. Springer. doi:10.1007/978-3-540-32827-8_8
    Henseler, J., Ringle, C. M. and Sarstedt, M. (2016). Testing measurement invariance of
    composites using partial least squares. International Marketing Review 33(3).
    doi:10.1108/IMR-09-2014-0304

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> quality, noise = rng.normal(size=(2, 60))
    >>> answers = pd.DataFrame({
    ...     "q1": quality, "s1": quality * np.repeat([1, -1], 30) + noise / 2,
    ...     "tier": np.repeat(["low", "high"], 30)})
    >>> result = path_comparison(answers, by="tier", blocks={"QUAL": ["q1"], "SAT": ["s1"]},
    ...                          paths=[("QUAL", "SAT")], draws=199)
    >>> result.tests[["p_value"]].round(3).to_numpy().tolist()
    [[0.005]]
    """
    check_option("missing", missing, get_args(WholeRule))
    check_whole_number("draws", draws, low=19)
    design = path_design(blocks=blocks, paths=paths, scheme=scheme, modes=modes)
    rows = survey_rows(
        data, columns=design.items, others=[by], weight=weight, respondent=respondent,
        cluster=cluster, missing=missing,
    )  # fmt: skip
    is_wave = by in ("wave", rows.design.get("wave"))
    cells = rows.frame[by] if is_wave else rows.frame[by].astype(object)
    group, names = (coded_waves if is_wave else coded)(cells)  # exchanges hang on this order
    persons = [int(np.unique(rows.person[group == at]).size) for at in range(len(names))]
    _check_groups(rows, group, names, persons, by=by, needed=needed_persons(design), design=design)

    answers = centred_answers(rows, group, scaled=scaled)
    labels = exchanged_labels(rows, group, draws=draws, seed=seed)
    sample, drawn = (
        group_fits(
            answers, some, weight=rows.weight, n_groups=len(names), design=design, scaled=scaled
        )
        for some in (group[None].astype(np.int16), labels)
    )
    if not sample.settled[0]:
        raise InputError(
            f"`by` must make groups whose models can be fitted; found one in which items or blocks "
            f"of {shown(design.blocks)} determine each other. Join groups, or leave paths out."
        )
    keep = drawn.settled
    drawn = GroupFits(drawn.paths[keep], drawn.alike[keep], drawn.settled[keep])

    p_blocks = _p_values(-sample.alike[0], -drawn.alike)
    is_alike = (holm(p_blocks) > NOT_ALIKE) | (sample.alike[0] >= SAME_SCORE)
    p_paths = _p_values(sample.paths.var(axis=1)[0], drawn.paths.var(axis=1))
    g, ends = len(names), design.path_ends()
    by_group = {name: np.repeat(values, g) for name, values in ends.items()}
    return PathComparison(
        invariance=pd.DataFrame(
            {"block": design.blocks, "correlation": sample.alike[0], "p_value": p_blocks,
             "p_adjusted": holm(p_blocks), "invariant": is_alike}
        ),
        estimates=pd.DataFrame(
            {**by_group, "segment": names * len(design.paths),
             "estimate": sample.paths[0].T.ravel(),
             "n": np.tile(np.bincount(group), len(design.paths)),
             "n_persons": persons * len(design.paths)}
        ),
        tests=pd.DataFrame(
            {**ends, "difference": np.ptp(sample.paths[0], axis=0), "p_value": p_paths,
             "p_adjusted": holm(p_paths)}
        ),
        pairs=_pairs(sample, drawn, design, names),
        by=by,
        draws=draws,
        n_degenerate=int((~keep).sum()),
        n=len(rows),
        n_dropped=rows.n_dropped,
        notes=(*rows.notes, *_notes(design, is_alike, names, persons)),
    )  # fmt: skip


def _check_groups(
    rows: SurveyRows,
    group: Codes,
    names: tuple[str, ...],
    persons: list[int],
    *,
    by: str,
    needed: int,
    design: PathDesign,
) -> None:
    if len(names) < 2:
        raise InputError(
            f"`by` must have at least two groups; found {shown(names)} in {shown(by)}. "
            "Name another column."
        )
    few = [f"{name} ({n})" for name, n in zip(names, persons, strict=True) if n < needed]
    if few:
        raise NotEnoughDataError(
            f"`by` must make groups of at least {needed} persons for these paths; found "
            f"{shown(few)}. Join groups, or leave them out."
        )
    for at, name in enumerate(names):
        flat = np.ptp(rows.values[group == at], axis=0) == 0
        if flat.any():
            constant = np.array(design.items, dtype=object)[flat].tolist()
            raise InputError(
                f"`by` must make groups whose answers differ; found the same answer throughout "
                f"{shown(name)} in {shown(constant)}. Leave the item or the group out."
            )


def _p_values(observed: Floats, drawn: Floats) -> Floats:
    """Give the share of exchanges with at least as large a value, the sample among them."""
    return np.asarray((1 + (drawn >= observed - 1e-12).sum(axis=0)) / (1 + len(drawn)))


def _pairs(
    sample: GroupFits, drawn: GroupFits, design: PathDesign, names: tuple[str, ...]
) -> pd.DataFrame:
    """One row a path and pair of groups."""
    first, second = np.triu_indices(len(names), k=1)
    gap, drawn_gap = (
        np.swapaxes(one.paths[:, first] - one.paths[:, second], 1, 2) for one in (sample, drawn)
    )
    p = _p_values(np.abs(gap[0]), np.abs(drawn_gap)).ravel()
    return pd.DataFrame(
        {
            **{name: np.repeat(values, len(first)) for name, values in design.path_ends().items()},
            "segment_a": [names[at] for at in first] * len(design.paths),
            "segment_b": [names[at] for at in second] * len(design.paths),
            "difference": gap.ravel(),
            "p_value": p,
            "p_adjusted": holm(p),
        }
    )


def _notes(
    design: PathDesign, is_alike: Flags, names: tuple[str, ...], persons: list[int]
) -> list[Message]:
    notes = []
    other = [block_name(design.blocks[at]) for at in np.flatnonzero(~is_alike)]
    if other:
        text = "{blocks} {n:is|are} made of other things in other groups; differences of paths to and from there may come from that."  # noqa: E501
        notes.append(Message(text, {"blocks": other, "n": len(other)}))
    small = [name for name, n in zip(names, persons, strict=True) if n < SMALL_BASE]
    if small:
        text = "Fewer than {limit:count} persons are in {groups}."
        notes.append(Message(text, {"limit": SMALL_BASE, "groups": small}))
    return notes


# --- exchanges -----------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class GroupFits:
    """Path models of g groups, of the sample (n = 1) or of n exchanges.

    ``paths`` (n x g x paths); ``alike`` (n x k), the smallest correlation over pairs of groups
    between the scores that the weights of both give all persons.
    """

    paths: Floats
    alike: Floats
    settled: Flags


def centred_answers(rows: SurveyRows, group: Codes, *, scaled: bool) -> Floats:
    """Take each group's own means and spreads out of the answers.

    What is compared is how answers hang together: groups that differ in level or in how far they
    use the scale are no evidence of other paths. Correlations within groups stay as they are.
    """
    n_groups = int(group.max()) + 1
    total = np.bincount(group, weights=rows.weight, minlength=n_groups)[:, None]
    sums = _group_sums(rows.values, group, rows.weight, n_groups)
    values = np.asarray(rows.values - (sums / total)[group])
    if not scaled:
        return values
    spread = np.sqrt(_group_sums(values**2, group, rows.weight, n_groups) / total)
    return np.asarray(values / np.where(spread > 0, spread, 1.0)[group])


def _group_sums(values: Floats, group: Codes, weight: Floats, n_groups: int) -> Floats:
    sums = np.zeros((n_groups, values.shape[1]))
    np.add.at(sums, group, values * weight[:, None])
    return sums


def exchanged_labels(rows: SurveyRows, group: Codes, *, draws: int, seed: int) -> Labels:
    """Give groups to persons anew, shape (draws, n).

    Where every person (or cluster) is in one group, persons change places. Where persons are in
    several, as with banks, a person's groups go together to another with as many rows, in another
    order. Nothing depends on the order of rows.
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed).spawn(1)[0])
    keys = person_keys(rows.keys, seed=seed)
    order = np.lexsort((group, keys))
    _, first, size = np.unique(keys[order], return_index=True, return_counts=True)
    labels = group[order].astype(np.int16)
    whole = np.minimum.reduceat(labels, first) == np.maximum.reduceat(labels, first)
    found = np.empty((draws, len(group)), dtype=np.int16)
    if whole.all():
        units = np.broadcast_to(labels[first], (draws, len(first)))
        found[:, order] = np.repeat(rng.permuted(units, axis=1), size, axis=1)
        return found
    for n in np.unique(size).tolist():
        places = first[size == n][:, None] + np.arange(n)
        sets = np.broadcast_to(labels[places], (draws, *places.shape))
        among = rng.random((draws, len(places), 1)).argsort(axis=1)
        moved = np.take_along_axis(sets, among, axis=1)
        found[:, order[places]] = rng.permuted(moved, axis=2)
    return found


def group_fits(
    answers: Floats,
    labels: Labels,
    *,
    weight: Floats,
    n_groups: int,
    design: PathDesign,
    scaled: bool,
) -> GroupFits:
    """Fit a path model to each group under each set of labels (draws x n), turned as the whole."""
    nobody = np.zeros((1, len(answers)), dtype=np.int16)
    pooled = _matrices(_sums(answers, nobody, weight, 1), scaled=scaled)
    whole = own_covariances(fit_paths(pooled, design=design).crossed, design)
    parts = []
    for start in range(0, len(labels), _EXCHANGES):
        sums = _sums(answers, labels[start : start + _EXCHANGES], weight, n_groups)
        fits = fit_paths(_matrices(sums, scaled=scaled), design=design)
        agree = own_covariances(fits.crossed, design) * whole
        sign = np.where(np.add.reduceat(agree, design.starts, axis=1) < 0, -1.0, 1.0)
        parts.append(_compared(turned(fits, sign, design), pooled[0], design, n_groups))
    return GroupFits(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _compared(
    fits: PathFits, pooled: Floats, design: PathDesign, n_groups: int
) -> tuple[Floats, Floats, Flags]:
    """Give each group's paths, how alike the groups' scores are, and what could be fitted."""
    source, target = np.array(design.paths).T
    paths = coefficients_of(fits.between, design)[target, source].T
    paths = paths.reshape(-1, n_groups, len(design.paths))
    weights = fits.weights.reshape(-1, n_groups, len(design.items))
    alike = np.ones((len(paths), len(design.blocks)))
    for block in range(len(design.blocks)):
        items = design.items_of(block)
        own = weights[:, :, items]
        covariance = own @ pooled[items, items] @ np.swapaxes(own, 1, 2)
        size = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
        alike[:, block] = (covariance / (size[:, :, None] * size[:, None, :])).min(axis=(1, 2))
    settled = fits.settled.reshape(-1, n_groups).all(axis=1) & np.isfinite(paths).all(axis=(1, 2))
    # a score and itself are alike whatever rounding says
    return paths, np.minimum(alike, 1.0), settled


def _sums(answers: Floats, labels: Labels, weight: Floats, n_groups: int) -> Floats:
    """Add up 1, x and the products of x over each group, shape (draws x g, 1 + p + pairs)."""
    p = answers.shape[1]
    upper = np.triu_indices(p)
    total = np.zeros((n_groups, len(labels), 1 + p + len(upper[0])))
    for start in range(0, len(answers), _ROWS):
        x = answers[start : start + _ROWS]
        out = np.concatenate([np.ones((len(x), 1)), x, x[:, upper[0]] * x[:, upper[1]]], axis=1)
        out *= weight[start : start + _ROWS, None]
        for group in range(n_groups):
            total[group] += (labels[:, start : start + _ROWS] == group).astype(float) @ out
    return np.ascontiguousarray(np.swapaxes(total, 0, 1)).reshape(-1, total.shape[2])


def _matrices(sums: Floats, *, scaled: bool) -> Floats:
    """Bring sums to correlations, or covariances, shape (n, p, p)."""
    p = int(np.sqrt(2 * sums.shape[1] + 0.25) - 1.5)
    place = np.empty((p, p), dtype=np.intp)
    upper = np.triu_indices(p)
    place[upper] = place.T[upper] = np.arange(len(upper[0]))
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = sums[:, 1 : p + 1] / sums[:, :1]
        covariance = (sums[:, p + 1 :] / sums[:, :1])[:, place] - mean[:, :, None] * mean[:, None]
        if not scaled:
            return np.asarray(covariance)
        variance = np.diagonal(covariance, axis1=1, axis2=2)
        spread = np.sqrt(np.where(variance > 1e-13, variance, np.nan))
        return np.asarray(covariance / (spread[:, :, None] * spread[:, None, :]))
