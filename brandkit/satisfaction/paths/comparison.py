"""Path models compared: between groups of customers, and with a regression on unseen answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtr

from brandkit.core import errors
from brandkit.core.errors import (
    shown,
)
from brandkit.core.intervals import holm, t_interval
from brandkit.core.labels import coded
from brandkit.core.linalg import Codes, Flags, Floats
from brandkit.core.message import Message, noted
from brandkit.core.result import Result
from brandkit.core.waves import coded_waves
from brandkit.sampling.draws import person_keys
from brandkit.sampling.rows import Data, RowDraws, SurveyRows, Weight, survey_rows
from brandkit.sampling.variance import added_up
from brandkit.satisfaction.fitting import SMALL_BASE
from brandkit.satisfaction.paths import kernel
from brandkit.satisfaction.paths.design import (
    Blocks,
    Mode,
    PathDesign,
    Paths,
    Scheme,
    WholeRule,
    block_name,
    path_design,
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

    tests: pd.DataFrame
    invariance: pd.DataFrame
    estimates: pd.DataFrame
    pairs: pd.DataFrame
    by: str
    draws: int
    n_degenerate: int
    n: int
    n_dropped: int

    def glance(self) -> pd.DataFrame:
        """Give one row: groups, bases, exchanges and the smallest adjusted p-value."""
        return self._row(
            "n n_dropped n_segments p_adjusted draws n_degenerate",
            n_segments=self.estimates["segment"].nunique(),
            p_adjusted=self.tests["p_adjusted"].min(),
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
    errors.check_option("missing", missing, get_args(WholeRule))
    errors.check_whole_number("draws", draws, low=19)
    design = path_design(blocks=blocks, paths=paths, scheme=scheme, modes=modes)
    rows = survey_rows(
        data,
        columns=design.items,
        others=[by],
        weight=weight,
        respondent=respondent,
        cluster=cluster,
        missing=missing,
    )
    is_wave = by in ("wave", rows.design.get("wave"))
    cells = rows.frame[by] if is_wave else rows.frame[by].astype(object)
    group, names = (coded_waves if is_wave else coded)(cells)  # exchanges hang on this order
    persons = [int(np.unique(rows.person[group == at]).size) for at in range(len(names))]
    _check_groups(rows, group, names, persons, by=by, design=design)

    answers = centred_answers(rows, group, scaled=scaled)
    labels = exchanged_labels(rows, group, draws=draws, seed=seed)
    sample, drawn = (
        group_fits(
            answers, some, weight=rows.weight, n_groups=len(names), design=design, scaled=scaled
        )
        for some in (group[None].astype(np.int16), labels)
    )
    if not sample.settled[0]:
        raise errors.InputError(
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
    invariance = {"block": design.blocks, "correlation": sample.alike[0], "p_value": p_blocks}
    estimates = {
        **by_group,
        "segment": names * len(design.paths),
        "estimate": sample.paths[0].T.ravel(),
        "n": np.tile(np.bincount(group), len(design.paths)),
        "n_persons": persons * len(design.paths),
    }
    tests = {**ends, "difference": np.ptp(sample.paths[0], axis=0), "p_value": p_paths}
    return PathComparison(
        invariance=pd.DataFrame(
            {**invariance, "p_adjusted": holm(p_blocks), "invariant": is_alike}
        ),
        estimates=pd.DataFrame(estimates),
        tests=pd.DataFrame({**tests, "p_adjusted": holm(p_paths)}),
        pairs=_pairs(sample, drawn, design, names),
        by=by,
        draws=draws,
        n_degenerate=int((~keep).sum()),
        n=len(rows),
        n_dropped=rows.n_dropped,
        notes=(*rows.notes, *_notes(design, is_alike, names, persons)),
    )


def _check_groups(
    rows: SurveyRows,
    group: Codes,
    names: tuple[str, ...],
    persons: list[int],
    *,
    by: str,
    design: PathDesign,
) -> None:
    if len(names) < 2:
        raise errors.InputError(
            f"`by` must have at least two groups; found {shown(names)} in {shown(by)}. "
            "Name another column."
        )
    needed = design.needed_persons
    few = [f"{name} ({n})" for name, n in zip(names, persons, strict=True) if n < needed]
    if few:
        raise errors.NotEnoughDataError(
            f"`by` must make groups of at least {needed} persons for these paths; found "
            f"{shown(few)}. Join groups, or leave them out."
        )
    for at, name in enumerate(names):
        flat = np.ptp(rows.values[group == at], axis=0) == 0
        if flat.any():
            constant = np.array(design.items, dtype=object)[flat].tolist()
            raise errors.InputError(
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
    ends = {name: np.repeat(values, len(first)) for name, values in design.path_ends().items()}
    frame = pd.DataFrame(ends).assign(
        segment_a=[names[at] for at in first] * len(design.paths),
        segment_b=[names[at] for at in second] * len(design.paths),
    )
    return frame.assign(difference=gap.ravel(), p_value=p, p_adjusted=holm(p))


def _notes(
    design: PathDesign, is_alike: Flags, names: tuple[str, ...], persons: list[int]
) -> list[Message]:
    notes = noted(
        "{blocks} {n:is|are} made of other things in other groups; differences of paths to and "
        "from there may come from that.",
        blocks=[block_name(design.blocks[at]) for at in np.flatnonzero(~is_alike)],
    )
    return notes + noted(
        "Fewer than {limit:count} persons are in {groups}.",
        groups=[name for name, n in zip(names, persons, strict=True) if n < SMALL_BASE],
        limit=SMALL_BASE,
    )


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
    n_groups, weight = int(group.max()) + 1, rows.weight[:, None]
    total = np.bincount(group, weights=rows.weight, minlength=n_groups)[:, None]
    sums = added_up(rows.values * weight, place=group, n_places=n_groups)
    values = np.asarray(rows.values - (sums / total)[group])
    if not scaled:
        return values
    spread = np.sqrt(added_up(values**2 * weight, place=group, n_places=n_groups) / total)
    return np.asarray(values / np.where(spread > 0, spread, 1.0)[group])


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
    whole = kernel.own_covariances(kernel.fit_paths(pooled, design=design).crossed, design)
    parts = []
    for start in range(0, len(labels), _EXCHANGES):
        sums = _sums(answers, labels[start : start + _EXCHANGES], weight, n_groups)
        fits = kernel.fit_paths(_matrices(sums, scaled=scaled), design=design)
        agree = kernel.own_covariances(fits.crossed, design) * whole
        sign = np.where(np.add.reduceat(agree, design.starts, axis=1) < 0, -1.0, 1.0)
        parts.append(_compared(kernel.turned(fits, sign, design), pooled[0], design, n_groups))
    return GroupFits(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _compared(
    fits: kernel.PathFits, pooled: Floats, design: PathDesign, n_groups: int
) -> tuple[Floats, Floats, Flags]:
    """Give each group's paths, how alike the groups' scores are, and what could be fitted."""
    source, target = np.array(design.paths).T
    paths = kernel.coefficients_of(fits.between, design)[target, source].T
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


# --- prediction, compared with a regression ------------------------------------------------------


Antecedents = Literal["earliest", "direct"]

FEW_PERSONS = 100
"""Persons under which the interval of the comparison is too short: .88 of them hold at 50."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PathPrediction(Result):
    """How well a path model foretells the answers of persons it was not fitted to.

    Parameters
    ----------
    items : DataFrame
        One row an item of the outcome: ``item label n rmse rmse_linear rmse_mean mae mae_linear
        q2``. Errors are in the item's own units: of the path model, of a linear regression on
        the same blocks' items, and of the mean alone. q2 is 1 less the path model's squared error
        over that of the mean: above 0 it foretells something.
    comparison : DataFrame
        One row: ``estimate std_error ci_low ci_high ci_level p_value``: mean squared error of the
        path model less that of the linear regression, over items standardised by their spread;
        below 0 the path model is the better.
    facts : mapping
        What ``glance`` tells.
    """

    items: pd.DataFrame
    comparison: pd.DataFrame
    facts: Mapping[str, Any]

    def glance(self) -> pd.DataFrame:
        """Give one row: outcome, base, folds and errors over all items."""
        return pd.DataFrame([dict(self.facts)])


def path_prediction(
    data: Data,
    *,
    blocks: Blocks,
    paths: Paths,
    outcome: str = "SAT",
    antecedents: Antecedents = "earliest",
    scheme: Scheme = "path",
    scaled: bool = True,
    modes: Mode | Mapping[str, Mode] = "A",
    missing: WholeRule = "raise",
    weight: Weight | None = None,
    respondent: str | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    folds: int = 10,
    seed: int = 0,
    level: float = 0.95,
) -> PathPrediction:
    """Foretell the answers of persons left out, by the path model and by linear regression.

    Answers *does the model say more than a regression would?* A model that explains well and
    foretells badly fits its sample only.

    Parameters
    ----------
    data : DataFrame or Survey
        One row a respondent, or a respondent and bank.
    blocks, paths, scheme, scaled, modes
        The model, as in :func:`~brandkit.satisfaction.paths.paths.path_model`.
    outcome : str, default "SAT"
        The block whose items are foretold.
    antecedents : "earliest" or "direct"
        What is known of a person left out: the blocks where all ways to the outcome begin, or
        those with a path to it.
    missing : "raise", "drop" or "mean"
    weight : str or SurveyWeights, optional
    respondent, strata, cluster : str, optional
        Columns of the design.
    folds : int, default 10
        Parts; all rows of a person (cluster) are in one.
    seed : int, default 0
    level : float, default 0.95

    Returns
    -------
    PathPrediction

    Raises
    ------
    InputError
        The outcome is no block, or no path leads to it.
    NotEnoughDataError
        Fewer persons than folds, or too few for the regression.

    Notes
    -----
    Each part is foretold by the model of all others (weights, paths, loadings, means and spreads
    from there): an item is its mean plus its spread times its loading times the score that the
    known blocks' scores give along the paths. The benchmark is the regression of each item on all
    items of the known blocks. The comparison is that of predictive abilities: the mean over items
    of squared errors, by person, with the error of the design.

    References
    ----------
    Shmueli, G., Ray, S., Velasquez Estrada, J. M. and Chatla, S. B. (2016). The elephant in the
    room: predictive performance of PLS models. Journal of Business Research 69(10).
    doi:10.1016/j.jbusres.2016.03.049
    Liengaard, B. D. et al. (2021). Prediction: coveted, yet forsaken? Decision Sciences 52(2).
    doi:10.1111/deci.12445

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> quality = rng.normal(size=100)
    >>> answers = pd.DataFrame(
    ...     {name: quality + rng.normal(size=100) for name in ("q1", "q2", "s1")})
    >>> result = path_prediction(
    ...     answers, blocks={"QUAL": ["q1", "q2"], "SAT": ["s1"]}, paths=[("QUAL", "SAT")])
    >>> result.items[["rmse", "rmse_linear"]].round(3).to_numpy().tolist()
    [[1.106, 1.107]]
    """
    errors.check_option("missing", missing, get_args(WholeRule))
    errors.check_option("antecedents", antecedents, get_args(Antecedents))
    errors.check_whole_number("folds", folds, low=2)
    errors.check_level(level)
    design = path_design(blocks=blocks, paths=paths, scheme=scheme, modes=modes)
    at = design.place_led_to(outcome, argument="outcome")
    begins = ~design.inner.any(axis=1)
    known = design.inner[at] if antecedents == "direct" else design.reached[at] & begins
    rows = survey_rows(
        data,
        columns=design.items,
        weight=weight,
        respondent=respondent,
        strata=strata,
        cluster=cluster,
        missing=missing,
    )
    n_known = int(design.sizes[known].sum())
    if rows.n_units < folds or rows.n_persons * (folds - 1) // folds < n_known + 2:
        raise errors.NotEnoughDataError(
            f"`data` must have at least {max(folds, n_known + 3)} persons for {folds} folds and "
            f"{n_known} items in the regression; found {rows.n_persons}. Use fewer folds or items."
        )
    # units are dealt out whatever the order of rows
    _, rank = np.unique(person_keys(rows.keys, seed=seed), return_inverse=True)
    fold = np.asarray(rank % folds, dtype=np.intp)

    misses = _misses(
        kernel.MomentSource(rows, scaled=scaled),
        fold,
        design=design,
        at=at,
        known=known,
        is_direct=antecedents == "direct",
    )
    share = rows.weight / rows.weight.sum()
    squared = {name: share @ error**2 for name, error in misses.items()}
    compared = _losses_compared(rows, misses, squared["mean"], level)
    items = list(design.items[design.items_of(at)])
    frame = pd.DataFrame({"item": items, "label": rows.named(items), "n": len(rows)})
    for name, error in (("rmse", "path"), ("rmse_linear", "linear"), ("rmse_mean", "mean")):
        frame[name] = np.sqrt(squared[error])
    for name, error in (("mae", "path"), ("mae_linear", "linear")):
        frame[name] = share @ np.abs(misses[error])
    frame["q2"] = 1 - squared["path"] / squared["mean"]
    facts = {
        "outcome": outcome,
        "n": len(rows),
        "n_dropped": rows.n_dropped,
        "folds": folds,
        "q2": float(1 - squared["path"].sum() / squared["mean"].sum()),
        "difference": compared["estimate"],
        "p_value": compared["p_value"],
    }
    few = noted(
        "With {n:count} persons the interval of the comparison with a regression is too short; it "
        "holds from about {limit:count} on.",
        n=rows.n_persons if rows.n_persons < FEW_PERSONS else 0,
        limit=FEW_PERSONS,
    )
    return PathPrediction(
        items=frame, comparison=pd.DataFrame([compared]), facts=facts, notes=(*rows.notes, *few)
    )


def _losses_compared(
    rows: SurveyRows, misses: dict[str, Floats], variance: Floats, level: float
) -> dict[str, float]:
    """Compare squared errors person by person, each item in units of its own spread."""
    loss = ((misses["path"] ** 2 - misses["linear"] ** 2) / variance).mean(axis=1)
    total = rows.weight.sum()
    estimate = float(rows.weight @ loss / total)
    error = float(np.sqrt(rows.covariance((loss - estimate) / total)[0, 0]))
    low, high = t_interval(estimate, std_error=error, df=rows.df, level=level)
    p_value = float(2 * stdtr(rows.df, -abs(estimate / error))) if error > 0 else np.nan
    ends = {"ci_low": float(low), "ci_high": float(high), "ci_level": level}
    return {"estimate": estimate, "std_error": error, **ends, "p_value": p_value}


def _misses(
    source: kernel.MomentSource,
    fold: Codes,
    *,
    design: PathDesign,
    at: int,
    known: Flags,
    is_direct: bool,
) -> dict[str, Floats]:
    """Give answers less what the model of all other folds foretells, by way: n x items."""
    n_folds, p = int(fold.max()) + 1, len(design.items)
    others = RowDraws(fold, 1.0 - np.eye(n_folds))
    sums = source.moments(design.items, others).sums(others.times)
    have = source.items(sums)
    values = kernel.path_values(have, design=design, limits=np.full((p, 2), np.nan))
    if not values.settled.all():
        raise errors.NotEnoughDataError(
            "`folds` must leave answers that a model can be fitted to; found a part without which "
            "items have no differences or determine each other. Use fewer folds."
        )
    outcome, inputs = design.items_of(at), np.flatnonzero(known[design.block_of])
    effects = kernel.direct_effects(values, design) if is_direct else values.total
    covariance = sums.covariance().reshape(-1, p, p)
    spreads = np.sqrt(np.maximum(np.diagonal(covariance, axis1=1, axis2=2), 0.0))
    into_score = values.weights[:, inputs] * effects[:, at, design.block_of[inputs]]
    slopes = into_score[:, :, None] * values.loadings[:, None, outcome]
    slopes *= spreads[:, None, outcome] / have.spreads[:, inputs, None]
    inverse = np.linalg.pinv(covariance[:, inputs[:, None], inputs], rcond=1e-12, hermitian=True)
    linear = inverse @ covariance[:, inputs, outcome]
    x = source.rows.values[:, inputs] - have.means[fold][:, inputs]
    off_mean = source.rows.values[:, outcome] - have.means[fold][:, outcome]
    return {
        "path": off_mean - np.einsum("ni,nio->no", x, slopes[fold]),
        "linear": off_mean - np.einsum("ni,nio->no", x, linear[fold]),
        "mean": off_mean,
    }
