"""Path model: how image, expectations, quality and value lead to satisfaction and loyalty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

import numpy as np
import pandas as pd

from brandkit.core import errors
from brandkit.core.errors import shown
from brandkit.core.intervals import percentile_interval
from brandkit.core.linalg import Floats
from brandkit.core.message import Message, noted
from brandkit.core.result import Result
from brandkit.core.story import speaker
from brandkit.sampling.rows import Data, MissingRule, SurveyRows, Weight, survey_rows
from brandkit.satisfaction.fitting import SMALL_BASE
from brandkit.satisfaction.paths import kernel
from brandkit.satisfaction.paths.design import (
    Blocks,
    Mode,
    PathDesign,
    Paths,
    ScaleEnds,
    Scheme,
    block_name,
    block_pair,
    path_design,
    scale_ends,
)

#: The smallest path that matters where none is declared, in standard deviations of the scores.
SMALLEST_PATH = 0.10
#: Errors that a path must lie under the smallest one to be called small (5 %, one-sided).
ONE_SIDED = 1.645
#: Heterotrait-monotrait ratio from which two blocks are not told apart.
ALIKE = 0.90


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PathModel(Result):
    """What leads to what among blocks of answers, how strongly, and how sure that is.

    Parameters
    ----------
    paths : DataFrame
        One row a path, as declared: ``source target estimate std_error ci_low ci_high ci_level
        corrected corrected_low corrected_high size total_effect f2``. Coefficients are in standard
        deviations of the scores; ``corrected`` are freed of the items' unreliability (PLSc, by
        rho_A); ``size`` is "matters", "small" or "open", against `smallest`.
    effects : DataFrame
        One row a pair of blocks that any way joins: ``source target direct_effect
        indirect_effect indirect_low indirect_high total_effect std_error ci_low ci_high
        ci_level``; error and interval are those of the total effect.
    items : DataFrame
        One row an item: ``block item label loading std_error ci_low ci_high ci_level weight``.
        The weight is that of the standardised item in a score of unit variance (of the item as
        answered in an unscaled model).
    cross_loadings : DataFrame
        One row an item and block: ``item block loading``.
    blocks : DataFrame
        One row a block: ``block mode n_items r2 r2_adjusted ave alpha rho_a rho_c index
        index_low index_high ci_level``. The index is the mean score from 0 to 100.
    htmt : DataFrame
        One row a pair of blocks: ``block_a block_b estimate ci_low ci_high ci_level distinct``.
        Not distinct: the heterotrait-monotrait ratio is .90 or more, or its interval reaches 1.
    design : PathDesign
        Blocks, items and paths as they were fitted.
    sample, drawn : kernel.PathValues
        All numbers of the sample, and of the draws that could be fitted.
    facts : mapping
        What ``glance`` tells: scheme, bases, fit, draws.
    target : str
        The block to be explained.
    df : int
        Degrees of freedom of the design.
    level : float
        Coverage that intervals aim at.
    stretch : float
        By what ends of percentile intervals are moved out: above 1 where clusters were drawn.
    smallest : float
        The smallest path that matters.
    """

    paths: pd.DataFrame
    effects: pd.DataFrame
    items: pd.DataFrame
    cross_loadings: pd.DataFrame
    blocks: pd.DataFrame
    htmt: pd.DataFrame
    design: PathDesign
    sample: kernel.PathValues
    drawn: kernel.PathValues
    facts: Mapping[str, Any]
    target: str
    df: int
    level: float
    stretch: float = 1.0
    smallest: float = SMALLEST_PATH

    def glance(self) -> pd.DataFrame:
        """Give one row: scheme, bases, goodness of fit, iterations and what became of the draws."""
        return pd.DataFrame([dict(self.facts)])


def path_model(
    data: Data,
    *,
    blocks: Blocks,
    paths: Paths,
    scheme: Scheme = "path",
    scaled: bool = True,
    modes: Mode | Mapping[str, Mode] = "A",
    limits: ScaleEnds | None = None,
    target: str | None = None,
    missing: MissingRule = "raise",
    within: str | None = None,
    weight: Weight | None = None,
    respondent: str | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    draws: int = 1000,
    seed: int = 0,
    level: float = 0.95,
    smallest: float = SMALLEST_PATH,
) -> PathModel:
    """Fit a path model of composites by partial least squares.

    Answers *what drives satisfaction and loyalty, directly and through what?* for any blocks of
    questions: ECSI, ACSI (:mod:`brandkit.satisfaction.paths.design`) or a study's own.

    Parameters
    ----------
    data : DataFrame or Survey
        One row a respondent, or a respondent and bank.
    blocks : mapping of str to sequence of str
        Blocks with the columns of their items.
    paths : sequence of (str, str)
        Source and target of each path. They may not go round.
    scheme : "path", "centroid" or "factorial"
        How the neighbours of a block are weighed.
    scaled : bool, default True
        Whether each item is standardised by its own standard deviation; else it is only centred.
    modes : "A", "B" or mapping of block to mode
        A: the block shows in its items (reflective). B: the items make the block (formative).
    limits : (low, high) or mapping of item or block to (low, high), optional
        Ends of the scales, for the index from 0 to 100; else those of the codebook. Ends that
        were only observed are never used.
    target : str, optional
        The block to be explained, of which the model's story is told: SAT where there is one of
        that name, else the last that paths lead to.
    missing : "raise", "drop", "mean" or "pairwise"
        Missing answers: refuse, leave the row out, put the item's mean there, or use for each
        pair of items the rows that have both.
    within : str, optional
        A column, such as the bank, within whose groups items are centred first: what tells banks
        apart then plays no part. Indices stay overall means.
    weight : str or SurveyWeights, optional
        Column of weights, or the result of ``survey_weights``.
    respondent, strata, cluster : str, optional
        Columns of the design; a survey brings its own.
    draws : int, default 1000
        Draws over persons (clusters), by random groups.
    seed : int, default 0
    level : float, default 0.95
    smallest : float, default 0.10
        The smallest path that matters, in standard deviations.

    Returns
    -------
    PathModel

    Raises
    ------
    InputError
        A block or item is unknown or twice, paths go round, items in mode B or blocks that lead to
        one block determine each other, or everybody answered a whole block alike.
    ScaleError
        `limits` do not hold an answer.
    NotEnoughDataError
        Fewer persons than the paths need.
    NotConvergedError
        The weights did not settle.

    Notes
    -----
    Everything is a function of the items' weighted correlations (covariances when unscaled). The
    iteration stops when no weight changes by 1e-10. Signs: the majority of a block's loadings is
    positive, where as many are negative their sum is; draws are turned to agree with the sample.
    Alpha is that of standardised items, rho_A Dijkstra and Henseler's, HTMT the mean absolute
    correlation between two blocks over the geometric mean of those within them. f2 compares with
    the model fitted anew without the path, as R's ``seminr`` does. The index weighs the items as
    answered: 100 sum w(mean - low)/s over sum w(high - low)/s, w the weights and s the items'
    standard deviations.

    A path *matters* where its interval lies beyond `smallest` and the corrected one does not cover
    0; it is *small* where its size plus 1.645 errors stays under `smallest`; else it is *open*.

    Intervals of paths, effects and loadings are bias-corrected percentiles of the draws, those of
    indices Student's t, those of ratios the lower end of t and the upper percentile (see
    :mod:`brandkit.satisfaction.paths.kernel` for why). Their target is the value the same
    algorithm gives in the population, not the coefficient between latent variables, from which it
    differs by the items' reliability.

    References
    ----------
    Tenenhaus, M., Vinzi, V. E., Chatelin, Y.-M. and Lauro, C. (2005). PLS path modeling.
    Computational Statistics & Data Analysis 48(1). doi:10.1016/j.csda.2004.03.005
    Henseler, J., Ringle, C. M. and Sarstedt, M. (2015). A new criterion for assessing discriminant
    validity. Journal of the Academy of Marketing Science 43. doi:10.1007/s11747-014-0403-8
    Dijkstra, T. K. and Henseler, J. (2015). Consistent partial least squares path modeling. MIS
    Quarterly 39(2).

    Examples
    --------
    >>> answers = pd.DataFrame({
    ...     "q1": [8, 5, 9, 4, 7, 6, 3, 8], "q2": [7, 5, 9, 5, 8, 6, 2, 9],
    ...     "s1": [8, 4, 9, 5, 6, 7, 3, 7], "s2": [9, 5, 8, 4, 7, 6, 4, 8]})
    >>> model = path_model(answers, blocks={"QUAL": ["q1", "q2"], "SAT": ["s1", "s2"]},
    ...                    paths=[("QUAL", "SAT")], limits=(0, 10), draws=50)
    >>> model.paths["estimate"].round(3).tolist(), model.blocks["index"].round(1).tolist()
    ([0.938], [63.1, 62.5])
    """
    errors.check_whole_number("draws", draws, low=2)
    errors.check_level(level)
    if not 0 <= smallest < 1:
        raise errors.ScaleError(f"`smallest` must lie between 0 and 1; found {smallest}.")
    design = path_design(blocks=blocks, paths=paths, scheme=scheme, modes=modes)
    if target is not None:
        design.place_led_to(target, argument="target")
    rows = survey_rows(
        data,
        columns=design.items,
        others=[] if within is None else [within],
        weight=weight,
        respondent=respondent,
        strata=strata,
        cluster=cluster,
        missing=missing,
    )
    _check_base(rows, design)
    source = kernel.MomentSource(rows, scaled=scaled, within=within, pairwise=missing == "pairwise")
    design, constant = _varying_items(source.of_sample(design.items), design)
    ends = scale_ends(rows, design=design, limits=limits)

    plan = rows.draws(draws, seed=seed)
    moments = source.moments(design.items, plan)
    have = source.items(moments.sums())
    _check_determined(have, design)
    sample = kernel.path_values(have, design=design, limits=ends)
    _check_solved(sample, design)
    drawn, n_turned = kernel.drawn_values(
        source, moments, plan.times, design=design, limits=ends, sample=sample
    )
    negative = np.unique(design.block_of[sample.weights[0] < 0])
    sample, drawn = (kernel.without_index(values, negative) for values in (sample, drawn))
    drawn = drawn.chosen(drawn.settled)
    n_left = len(drawn.settled)
    _check_drawn(n_left, draws)

    stretch = rows.stretch(level)
    frames = _Frames(design, have.matrices[0], sample, drawn, rows.df, level, stretch, smallest)
    ratios = frames.ratios()
    facts = {
        **dict(scheme=scheme, n=len(rows), n_persons=rows.n_persons, n_dropped=rows.n_dropped),
        **dict(gof=kernel.goodness_of_fit(sample, design), n_iterations=int(sample.rounds[0])),
        **dict(draws=draws, n_degenerate=draws - n_left, n_turned=n_turned, ci_level=level),
    }
    return PathModel(
        **frames.tables(rows),
        htmt=ratios,
        design=design,
        sample=sample,
        drawn=drawn,
        facts=facts,
        target=target or _last_explained(design),
        df=rows.df,
        level=level,
        stretch=stretch,
        smallest=smallest,
        notes=(
            *rows.notes,
            *_notes(facts, alike_pairs(ratios), constant, ends=ends, sample=sample, design=design),
        ),
    )


# --- checks of what a model is made of -----------------------------------------------------------


def _check_base(rows: SurveyRows, design: PathDesign) -> None:
    """Refuse fewer persons than the largest regression needs."""
    if rows.n_persons < design.needed_persons:
        raise errors.NotEnoughDataError(
            f"`data` must have answers of at least {design.needed_persons} persons for these "
            f"paths; found {rows.n_persons}. Join groups, or leave paths out."
        )


def _check_drawn(n_left: int, draws: int) -> None:
    """Refuse where hardly a draw could be fitted."""
    if n_left < 2:
        raise errors.NotEnoughDataError(
            f"`draws` must give at least 2 models that can be fitted; found {n_left} of {draws}. "
            "There are too few answers, or items nearly without differences: leave those out."
        )


def _varying_items(have: kernel.ItemMoments, design: PathDesign) -> tuple[PathDesign, list[str]]:
    """Leave out items that everybody answered alike; refuse where a block has no other."""
    flat = ~(np.diagonal(have.matrices[0]) > 0)
    constant = [item for item, is_flat in zip(design.items, flat, strict=True) if is_flat]
    if not constant:
        return design, []
    left = np.bincount(design.block_of[~flat], minlength=len(design.blocks))
    empty = [name for name, n in zip(design.blocks, left, strict=True) if not n]
    if empty:
        raise errors.InputError(
            f"`blocks` must have items with different answers; found the same answer in every row "
            f"of {shown(constant)}, all there is of {shown(empty)}. Leave the block out."
        )
    return design.without(constant), constant


def _check_determined(have: kernel.ItemMoments, design: PathDesign) -> None:
    """Refuse blocks in mode B whose items determine each other."""
    for block in np.flatnonzero(design.formative).tolist():
        items = design.items_of(block)
        part = have.matrices[0, items, items]
        values, vectors = np.linalg.eigh(part)
        if values[0] <= kernel.NO_VARIANCE * np.trace(part):
            bound = np.abs(vectors[:, 0]) > 1e-6
            names = [name for name, one in zip(design.items[items], bound, strict=True) if one]
            raise errors.InputError(
                f'`modes` "B" must have items that do not determine each other; found '
                f'{shown(names)} in {shown(design.blocks[block])}. Leave one out, or use mode "A".'
            )


def _check_solved(values: kernel.PathValues, design: PathDesign) -> None:
    """Refuse a model whose paths are not determined, or whose weights did not settle."""
    if values.settled[0]:
        return
    if values.rounds[0] >= kernel.MOST_ROUNDS:
        raise errors.NotConvergedError(
            f"`scheme` must let the weights settle; found them still moving after "
            f"{int(values.rounds[0])} rounds. Try scheme='factorial', or look for items that fit "
            "no block."
        )
    several = design.inner.sum(axis=1) > 1
    targets = [
        design.blocks[target]
        for (_, target), value in zip(design.paths, values.paths[0], strict=True)
        if several[target] and not np.isfinite(value)
    ]
    raise errors.InputError(
        f"`paths` must come from blocks that do not determine each other; found that those "
        f"leading to {shown(list(dict.fromkeys(targets)))} do. Leave one of the paths out."
    )


# --- tables --------------------------------------------------------------------------------------


def _last_explained(design: PathDesign) -> str:
    """Name satisfaction where it is explained, else the last block that paths lead to."""
    explained = [design.blocks[at] for at in design.order if design.inner[at].any()]
    return "SAT" if "SAT" in explained else explained[-1]


@dataclass(frozen=True, eq=False)
class _Frames:
    """Puts names and intervals to the numbers of the sample and its draws."""

    design: PathDesign
    matrix: Floats
    sample: kernel.PathValues
    drawn: kernel.PathValues
    df: int
    level: float
    stretch: float
    smallest: float

    def _estimates(self, name: str, estimate: Floats, draws: Floats) -> dict[str, Any]:
        low, high = kernel.corrected_interval(
            estimate, draws=draws, level=self.level, stretch=self.stretch
        )
        error = draws.std(axis=0, ddof=1)
        ends = {"ci_low": low, "ci_high": high, "ci_level": self.level}
        return {name: estimate, "std_error": error, **ends}

    def tables(self, rows: SurveyRows) -> dict[str, pd.DataFrame]:
        """All tables but the ratios."""
        return {
            "paths": self.paths(),
            "effects": self.effects(),
            "items": self.items(rows.labels),
            "cross_loadings": self.cross_loadings(),
            "blocks": self.blocks(len(rows)),
        }

    def paths(self) -> pd.DataFrame:
        """One row a path, as declared."""
        source, target = np.array(self.design.paths).T
        found = self._estimates("estimate", self.sample.paths[0], self.drawn.paths)
        free = self.sample.corrected[0]
        ends = percentile_interval(self.drawn.corrected, level=self.level)
        low, high = (free + max(self.stretch, 1.0) * (end - free) for end in ends)
        frame = pd.DataFrame(self.design.path_ends() | found)
        frame = frame.assign(corrected=free, corrected_low=low, corrected_high=high)
        return frame.assign(
            size=path_size(found, corrected=(low, high), smallest=self.smallest),
            total_effect=self.sample.total[0, target, source],
            f2=kernel.effect_sizes(self.matrix, self.sample, self.design),
        )

    def effects(self) -> pd.DataFrame:
        """One row a pair of blocks that any way joins, causes first."""
        source, target = np.nonzero(self.design.reached.T)
        names = np.array(self.design.blocks, dtype=object)
        total, drawn = (values.total[:, target, source] for values in (self.sample, self.drawn))
        direct, direct_drawn = (
            kernel.direct_effects(values, self.design)[:, target, source]
            for values in (self.sample, self.drawn)
        )
        indirect = (total - direct)[0]
        low, high = kernel.corrected_interval(
            indirect, draws=drawn - direct_drawn, level=self.level, stretch=self.stretch
        )
        frame = pd.DataFrame({"source": names[source], "target": names[target]})
        frame = frame.assign(direct_effect=direct[0], indirect_effect=indirect)
        frame = frame.assign(indirect_low=low, indirect_high=high)
        return frame.assign(**self._estimates("total_effect", total[0], drawn))

    def items(self, labels: Mapping[str, str]) -> pd.DataFrame:
        """One row an item, block by block."""
        blocks = np.array(self.design.blocks, dtype=object)[self.design.block_of]
        frame = pd.DataFrame({"block": blocks, "item": self.design.items})
        frame = frame.assign(label=[labels.get(item, item) for item in self.design.items])
        loadings = self._estimates("loading", self.sample.loadings[0], self.drawn.loadings)
        return frame.assign(**loadings, weight=self.sample.weights[0])

    def cross_loadings(self) -> pd.DataFrame:
        """One row an item and block: how the item correlates with the block's score."""
        p, k = len(self.design.items), len(self.design.blocks)
        weights = np.zeros((p, k))
        weights[np.arange(p), self.design.block_of] = self.sample.weights[0]
        crossed = self.matrix @ weights / np.sqrt(np.diagonal(self.matrix))[:, None]
        items, blocks = (np.array(x, dtype=object) for x in (self.design.items, self.design.blocks))
        places = {"item": np.repeat(items, k), "block": np.tile(blocks, p)}
        return pd.DataFrame(places | {"loading": crossed.ravel()})

    def blocks(self, n: int) -> pd.DataFrame:
        """One row a block: explained variance, reliability, index."""
        design, r2, index = self.design, self.sample.r2[0], self.sample.index[0]
        q = design.inner.sum(axis=1)
        low, high = kernel.mean_interval(
            index, draws=self.drawn.index, df=self.df, level=self.level
        )
        adjusted = np.where(q > 0, 1 - (1 - r2) * (n - 1) / (n - q - 1), 0.0)
        frame = pd.DataFrame({"block": design.blocks, "mode": np.where(design.formative, "B", "A")})
        frame = frame.assign(n_items=design.sizes, r2=r2, r2_adjusted=adjusted)
        frame = frame.assign(**kernel.block_quality(self.matrix, self.sample, design))
        return frame.assign(index=index, index_low=low, index_high=high, ci_level=self.level)

    def ratios(self) -> pd.DataFrame:
        """One row a pair of blocks, and whether answers tell them apart."""
        first, second = np.triu_indices(len(self.design.blocks), k=1)
        names = np.array(self.design.blocks, dtype=object)
        estimate, draws = (values.htmt[:, first, second] for values in (self.sample, self.drawn))
        low, high = kernel.ratio_interval(
            estimate[0], draws=draws, df=self.df, level=self.level, stretch=self.stretch
        )
        frame = pd.DataFrame({"block_a": names[first], "block_b": names[second]})
        frame = frame.assign(estimate=estimate[0], ci_low=low, ci_high=high, ci_level=self.level)
        return frame.assign(distinct=(estimate[0] < ALIKE) & (high < 1))


def path_size(
    found: Mapping[str, Any], *, corrected: tuple[Floats, Floats], smallest: float
) -> list[str]:
    """Say of each path whether it matters, is too small to, or is open.

    Two causes that are correlated and answered with error leak into each other: a path of 0 is
    "not 0" in every large sample. So that the path freed of that must not cover 0 either.
    """
    path, error, low, high = (
        np.asarray(found[name]) for name in ("estimate", "std_error", "ci_low", "ci_high")
    )
    away, (from_, to) = np.where(path > 0, low, -high), corrected
    conditions = [
        (away > smallest) & ((from_ > 0) | (to < 0)),
        np.abs(path) + ONE_SIDED * error < smallest,
    ]
    return [str(one) for one in np.select(conditions, ["matters", "small"], default="open")]


def alike_pairs(ratios: pd.DataFrame) -> list[Message]:
    """Name the pairs of blocks that cannot be told apart, the most alike first."""
    alike = ratios[~ratios["distinct"]].sort_values("estimate", ascending=False, kind="stable")
    return [block_pair(a, b) for a, b in alike[["block_a", "block_b"]].astype(str).to_numpy()]


def _notes(
    facts: Mapping[str, Any],
    alike: list[Message],
    constant: list[str],
    *,
    ends: Floats,
    sample: kernel.PathValues,
    design: PathDesign,
) -> list[Message]:
    """Say what a reader must know before the table of paths."""
    items, names = np.array(design.items, dtype=object), list(map(block_name, design.blocks))
    is_against, is_negative = sample.loadings[0] < 0, sample.weights[0] < 0
    negative = [names[at] for at in np.unique(design.block_of[is_negative])]
    single = [names[at] for at in np.flatnonzero(design.sizes == 1)]
    has_no_ends = np.isnan(ends[:, 0])
    say = speaker()
    notes = [
        (
            bool(alike),
            say(
                "Answers do not tell these blocks apart (heterotrait–monotrait ratio from .90, or "
                "an interval up to 1): {pairs}.",
                pairs=alike,
            ),
        ),
        (
            True,
            say(
                "Paths join composites of answers, not the latent constructs behind them; with "
                "unreliable items they are smaller than those would be."
            ),
        ),
        (
            bool(constant),
            say("Left out because everybody gave the same answer: {items}.", items=constant),
        ),
        (
            is_against.any(),
            say(
                "These items run against their block; they may be worded the other way round: "
                "{items}.",
                items=items[is_against].tolist(),
            ),
        ),
        (
            is_negative.any(),
            say(
                "{items} {n:has a negative weight|have negative weights}; no index is given for "
                "{blocks}.",
                items=items[is_negative].tolist(),
                n=int(is_negative.sum()),
                blocks=negative,
            ),
        ),
        (
            bool(single),
            say(
                "A single item stands for {blocks}, whose reliability is not known.", blocks=single
            ),
        ),
        (
            has_no_ends.any(),
            say(
                "No index from 0 to 100 is given where the ends of a scale are unknown: {items}.",
                items=items[has_no_ends].tolist(),
            ),
        ),
    ]
    return [message for is_so, message in notes if is_so] + _base_notes(facts)


def _base_notes(facts: Mapping[str, Any]) -> list[Message]:
    """Say what became of draws, and how few answered."""
    say = speaker(draws=facts["draws"])
    notes = [
        (
            facts["n_degenerate"] > 0,
            say(
                "{n:count} of {draws:count} draws could not be fitted (an item without "
                "differences, or weights that did not settle) and are left out.",
                n=facts["n_degenerate"],
            ),
        ),
        (
            facts["n_turned"] > 0,
            say(
                "In {n:count} of {draws:count} draws a block pointed the other way and was turned "
                "round.",
                n=facts["n_turned"],
            ),
        ),
        (
            facts["n_persons"] < SMALL_BASE,
            say(
                "Only {n:count} persons answered; read every number with care.",
                n=facts["n_persons"],
            ),
        ),
    ]
    return [message for is_so, message in notes if is_so]


# --- importance and performance ------------------------------------------------------------------


Detail = Literal["block", "item"]
Quadrant = Literal["act", "keep", "later", "enough"]

#: Quadrants by (importance above its mean, performance above its mean).
QUADRANTS: Final[dict[tuple[bool, bool], Quadrant]] = {
    (True, False): "act", (True, True): "keep", (False, False): "later", (False, True): "enough",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ImportancePerformance(Result):
    """How important each block or item is for a target, how well it does, and what follows.

    Parameters
    ----------
    points : DataFrame
        One row a block or item: ``block item label importance importance_low importance_high
        performance performance_low performance_high ci_level quadrant share_act share_keep
        share_later share_enough``. Importance: points of the target's index (0-100) that one point
        more of this moves along all ways. Performance: 0-100. Shares: of the draws, in which the
        point lies in each quadrant. ``item`` is missing where blocks are compared.
    target : str
        The block that is to be moved.
    detail : "block" or "item"
        What is compared.
    importance_mean, performance_mean : float
        Where the lines between the quadrants lie.
    n, draws : int
        Rows and draws behind the points.
    """

    points: pd.DataFrame
    target: str
    detail: Detail
    importance_mean: float
    performance_mean: float
    n: int
    draws: int

    def glance(self) -> pd.DataFrame:
        """Give one row: target, lines between the quadrants, base and draws."""
        return self._row("target n importance_mean performance_mean draws")


def importance_performance(
    model: PathModel, *, target: str = "SAT", detail: Detail = "block"
) -> ImportancePerformance:
    """Set what moves a target against how well it is done.

    Answers *where should we act first?* from a path model: what is important and done badly.

    Parameters
    ----------
    model : PathModel
        With the ends of its items' scales known.
    target : str, default "SAT"
        The block to be moved.
    detail : "block" or "item"
        Whether the blocks that lead to the target are compared, or their items.

    Returns
    -------
    ImportancePerformance

    Raises
    ------
    InputError
        The target is no block of the model, no path leads to it, or scales are unknown.
    NotEnoughDataError
        Fewer than two blocks or items can be compared.

    Notes
    -----
    A block's importance is its total effect b on the target, brought to the 0-100 scales of both
    indices: b s_target / s_block. An item's is that of its block times its weight in the block's
    index. The lines between the quadrants are the means of the points; in the draws they are drawn
    along, so that the share of a quadrant counts both doubts.

    A block with a negative weight has no index and is left out.

    References
    ----------
    Martilla, J. A. and James, J. C. (1977). Importance-performance analysis. Journal of Marketing
    41(1). Ringle, C. M. and Sarstedt, M. (2016). Gain more insight from your PLS-SEM results: the
    importance-performance map analysis. Industrial Management & Data Systems 116(9).
    doi:10.1108/IMDS-10-2015-0449

    Examples
    --------
    >>> answers = pd.DataFrame({
    ...     "q1": [8, 5, 9, 4, 7, 6, 3, 8], "q2": [7, 5, 9, 5, 8, 6, 2, 9],
    ...     "v1": [6, 6, 7, 2, 5, 6, 4, 8], "s1": [8, 4, 9, 5, 6, 7, 3, 7]})
    >>> model = path_model(
    ...     answers, blocks={"QUAL": ["q1", "q2"], "VAL": ["v1"], "SAT": ["s1"]},
    ...     paths=[("QUAL", "SAT"), ("VAL", "SAT")], limits=(0, 10), draws=50)
    >>> importance_performance(model).points[["block", "quadrant"]].to_numpy().tolist()
    [['QUAL', 'keep'], ['VAL', 'later']]
    """
    errors.check_option("detail", detail, get_args(Detail))
    design = model.design
    at = design.place_led_to(target, argument="target")
    has_index = ~np.isnan(model.sample.index[0])
    if not has_index[at]:
        raise errors.InputError(
            f"`model` must have an index of {shown(target)} from 0 to 100; found none. Name the "
            "ends of its scales in `limits` of path_model, and look at its negative weights."
        )
    leading = design.reached[at]
    blocks = np.flatnonzero(leading & has_index)
    chosen = np.flatnonzero(np.isin(design.block_of, blocks)) if detail == "item" else blocks
    left_out = [design.blocks[block] for block in np.flatnonzero(leading & ~has_index)]
    if len(chosen) < 2:
        raise errors.NotEnoughDataError(
            f"`model` must have at least 2 of what `detail` compares; found {len(chosen)} with an "
            f"index, and none for {shown(left_out)}. Name the ends of scales in `limits`, or "
            "compare items."
        )

    def placed(values: kernel.PathValues) -> tuple[Floats, Floats]:
        """Bring total effects to points of the index a point: importance and performance."""
        effect = values.total[:, at] * values.spread[:, [at]] / values.spread
        if detail == "block":
            return effect[:, chosen], values.index[:, chosen]
        of_items = effect[:, design.block_of[chosen]] * values.parts[:, chosen]
        return of_items, values.performance[:, chosen]

    importance, performance = placed(model.sample)
    notes = noted(
        "Without an index, and so left out: {blocks}.",
        blocks=[block_name(name) for name in left_out],
    )
    notes += noted(
        "Answers hardly tell these blocks apart; how importance is shared between them is "
        "uncertain: {pairs}.",
        pairs=alike_pairs(model.htmt),
    )
    names = model.items.loc[chosen, ["block", "item", "label"]].reset_index(drop=True)
    if detail == "block":
        codes = np.array(design.blocks, dtype=object)[chosen]
        names = pd.DataFrame({"block": codes, "item": None, "label": codes})
    return ImportancePerformance(
        points=names.join(_points((importance, performance), placed(model.drawn), model)),
        target=target,
        detail=detail,
        importance_mean=float(importance.mean()),
        performance_mean=float(performance.mean()),
        n=int(model.facts["n"]),
        draws=len(model.drawn.settled),
        notes=tuple(notes),
    )


def _points(
    sample: tuple[Floats, Floats], drawn: tuple[Floats, Floats], model: PathModel
) -> pd.DataFrame:
    """Give places with intervals, quadrants and how often each is met in the draws."""
    level = model.level
    across = kernel.corrected_interval(
        sample[0][0], draws=drawn[0], level=level, stretch=model.stretch
    )
    up = kernel.mean_interval(sample[1][0], draws=drawn[1], df=model.df, level=level)
    above, often = (
        [values >= values.mean(axis=1, keepdims=True) for values in both]
        for both in (sample, drawn)
    )
    shares = {
        f"share_{name}": ((often[0] == important) & (often[1] == well)).mean(axis=0)
        for (important, well), name in QUADRANTS.items()
    }
    quadrants = [QUADRANTS[bool(a), bool(b)] for a, b in zip(above[0][0], above[1][0], strict=True)]
    frame = pd.DataFrame({"importance": sample[0][0]})
    frame = frame.assign(importance_low=across.low, importance_high=across.high)
    frame = frame.assign(performance=sample[1][0], performance_low=up.low, performance_high=up.high)
    return frame.assign(ci_level=level, quadrant=quadrants, **shares)


def point_name(row: Mapping[Any, Any]) -> str | Message:
    """Name a block by what readers call it, an item by its label."""
    return block_name(str(row["block"])) if row["item"] is None else str(row["label"])
