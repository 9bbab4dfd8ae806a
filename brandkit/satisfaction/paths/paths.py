"""Path model: how image, expectations, quality and value lead to satisfaction and loyalty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from brandkit.core.errors import NotEnoughDataError, check_level, check_whole_number
from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.sampling.rows import Data, MissingRule, RowDraws, SurveyRows, Weight, survey_rows
from brandkit.satisfaction.paths.checks import (
    ALIKE,
    Remarks,
    ScaleEnds,
    check_base,
    check_determined,
    check_solved,
    model_notes,
    negative_blocks,
    scale_ends,
    varying_items,
)
from brandkit.satisfaction.paths.design import (
    Blocks,
    Mode,
    PathDesign,
    Paths,
    Scheme,
    block_pair,
    path_design,
)
from brandkit.satisfaction.paths.kernel import (
    ItemMoments,
    MomentSource,
    PathValues,
    block_quality,
    corrected_interval,
    drawn_values,
    effect_sizes,
    goodness_of_fit,
    mean_interval,
    path_values,
    ratio_interval,
    without_index,
)


def path_frame(
    matrix: Floats, sample: PathValues, drawn: PathValues, *, design: PathDesign, level: float
) -> pd.DataFrame:
    """One row a path, as declared."""
    source, target = np.array(design.paths).T
    names = np.array(design.blocks, dtype=object)
    return pd.DataFrame(
        {
            "source": names[source],
            "target": names[target],
            **_estimates(sample.paths[0], drawn.paths, level),
            "total_effect": sample.total[0, target, source],
            "f2": effect_sizes(matrix, sample, design),
        }
    )


def effect_frame(
    sample: PathValues, drawn: PathValues, design: PathDesign, level: float
) -> pd.DataFrame:
    """One row a pair of blocks that any way joins, causes first."""
    joined = reached(design)
    source, target = np.nonzero(joined.T)
    names = np.array(design.blocks, dtype=object)
    direct, direct_drawn = (
        direct_effects(one, design)[:, target, source] for one in (sample, drawn)
    )
    total, total_drawn = sample.total[0, target, source], drawn.total[:, target, source]
    through = total_drawn - direct_drawn
    indirect = corrected_interval(total - direct[0], draws=through, level=level)
    shown = _estimates(total, total_drawn, level)
    return pd.DataFrame(
        {
            "source": names[source],
            "target": names[target],
            "direct_effect": direct[0],
            "indirect_effect": total - direct[0],
            "indirect_low": indirect.low,
            "indirect_high": indirect.high,
            "total_effect": shown.pop("estimate"),
            **shown,
        }
    )


def item_frame(
    sample: PathValues,
    drawn: PathValues,
    *,
    design: PathDesign,
    labels: Mapping[str, str],
    level: float,
) -> pd.DataFrame:
    """One row an item, block by block."""
    shown = _estimates(sample.loadings[0], drawn.loadings, level)
    return pd.DataFrame(
        {
            "block": np.array(design.blocks, dtype=object)[design.block_of],
            "item": design.items,
            "label": [labels.get(item, item) for item in design.items],
            "loading": shown.pop("estimate"),
            **shown,
            "weight": sample.weights[0],
        }
    )


def cross_frame(matrix: Floats, sample: PathValues, design: PathDesign) -> pd.DataFrame:
    """One row an item and block: how the item correlates with the block's score."""
    k = len(design.blocks)
    weights = np.zeros((len(design.items), k))
    weights[np.arange(len(weights)), design.block_of] = sample.weights[0]
    crossed = matrix @ weights / np.sqrt(np.diagonal(matrix))[:, None]
    return pd.DataFrame(
        {
            "item": np.repeat(np.array(design.items, dtype=object), k),
            "block": np.tile(np.array(design.blocks, dtype=object), len(design.items)),
            "loading": crossed.ravel(),
        }
    )


def block_frame(
    matrix: Floats,
    sample: PathValues,
    drawn: PathValues,
    *,
    design: PathDesign,
    n: int,
    df: int,
    level: float,
) -> pd.DataFrame:
    """One row a block: explained variance, reliability, index."""
    quality = block_quality(matrix, sample, design)
    q = design.inner.sum(axis=1)
    r2 = sample.r2[0]
    index = mean_interval(sample.index[0], draws=drawn.index, df=df, level=level)
    return pd.DataFrame(
        {
            "block": design.blocks,
            "mode": np.where(design.formative, "B", "A"),
            "n_items": design.sizes,
            "r2": r2,
            "r2_adjusted": np.where(q > 0, 1 - (1 - r2) * (n - 1) / (n - q - 1), 0.0),
            "ave": quality.ave,
            "alpha": quality.alpha,
            "rho_a": quality.rho_a,
            "rho_c": quality.rho_c,
            "index": sample.index[0],
            "index_low": index.low,
            "index_high": index.high,
            "ci_level": level,
        }
    )


def ratio_frame(
    sample: PathValues, drawn: PathValues, *, design: PathDesign, df: int, level: float
) -> pd.DataFrame:
    """One row a pair of blocks, and whether answers tell them apart."""
    first, second = np.triu_indices(len(design.blocks), k=1)
    names = np.array(design.blocks, dtype=object)
    estimate = sample.htmt[0, first, second]
    ends = ratio_interval(estimate, draws=drawn.htmt[:, first, second], df=df, level=level)
    return pd.DataFrame(
        {
            "block_a": names[first],
            "block_b": names[second],
            "estimate": estimate,
            "ci_low": ends.low,
            "ci_high": ends.high,
            "ci_level": level,
            "distinct": (estimate < ALIKE) & (ends.high < 1),
        }
    )


def alike_pairs(ratios: pd.DataFrame) -> list[Message]:
    """Name the pairs of blocks that cannot be told apart, the most alike first."""
    alike = ratios[~ratios["distinct"]].sort_values("estimate", ascending=False, kind="stable")
    return [
        block_pair(str(a), str(b)) for a, b in zip(alike["block_a"], alike["block_b"], strict=True)
    ]


def _estimates(estimate: Floats, draws: Floats, level: float) -> dict[str, Floats | float]:
    ends = corrected_interval(estimate, draws=draws, level=level)
    return {
        "estimate": estimate,
        "std_error": draws.std(axis=0, ddof=1),
        "ci_low": ends.low,
        "ci_high": ends.high,
        "ci_level": level,
    }


def direct_effects(values: PathValues, design: PathDesign) -> Floats:
    """Put path coefficients into matrices, target by source."""
    direct = np.zeros_like(values.total)
    for at, (source, target) in enumerate(design.paths):
        direct[:, target, source] = values.paths[:, at]
    return direct


def reached(design: PathDesign) -> np.typing.NDArray[np.bool_]:
    """Say which block (row: target) any way leads to from which (column: source)."""
    reached = design.inner.copy()
    for target in design.order:
        for source in np.flatnonzero(design.inner[target]).tolist():
            reached[target] |= reached[source]
    return reached


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PathModel(Result):
    """What leads to what among blocks of answers, how strongly, and how sure that is.

    Parameters
    ----------
    paths : DataFrame
        One row a path, as declared: ``source target estimate std_error ci_low ci_high ci_level
        total_effect f2``. Coefficients are in standard deviations of the scores.
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
    sample, drawn : PathValues
        All numbers of the sample, and of the draws that could be fitted.
    facts : mapping
        What ``glance`` tells: scheme, bases, fit, draws.
    df : int
        Degrees of freedom of the design.
    level : float
        Coverage that intervals aim at.
    """

    paths: pd.DataFrame
    effects: pd.DataFrame
    items: pd.DataFrame
    cross_loadings: pd.DataFrame
    blocks: pd.DataFrame
    htmt: pd.DataFrame
    design: PathDesign
    sample: PathValues
    drawn: PathValues
    facts: Mapping[str, Any]
    df: int
    level: float

    def tidy(self) -> pd.DataFrame:
        """Give the paths."""
        return self.paths.copy()

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
    missing: MissingRule = "raise",
    within: str | None = None,
    weight: Weight | None = None,
    respondent: str | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    draws: int = 1000,
    seed: int = 0,
    level: float = 0.95,
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
    check_whole_number("draws", draws, low=2)
    check_level(level)
    design = path_design(blocks=blocks, paths=paths, scheme=scheme, modes=modes)
    rows = survey_rows(
        data, columns=design.items, others=[] if within is None else [within], weight=weight,
        respondent=respondent, strata=strata, cluster=cluster, missing=missing,
    )  # fmt: skip
    check_base(rows, design)
    source = MomentSource(rows, scaled=scaled, within=within, pairwise=missing == "pairwise")
    fitted = _fitted(source, rows.draws(draws, seed=seed), design=design, limits=limits)
    return _labelled(rows, fitted, level=level)


@dataclass(frozen=True, eq=False)
class _Fitted:
    """The model of the sample and those of the draws."""

    design: PathDesign
    have: ItemMoments
    sample: PathValues
    drawn: PathValues
    ends: Floats
    constant: list[str]
    n_turned: int


def _fitted(
    source: MomentSource, plan: RowDraws, *, design: PathDesign, limits: ScaleEnds | None
) -> _Fitted:
    """Fit the sample and all draws from one pass over the rows."""
    design, constant = varying_items(source.of_sample(design.items), design)
    moments = source.moments(design.items, plan)
    have = source.items(moments.sums())
    check_determined(have, design)
    ends = scale_ends(source.rows, design=design, limits=limits)
    sample = path_values(have, design=design, limits=ends)
    check_solved(sample, design)
    drawn, n_turned = drawn_values(
        source, moments, plan.times, design=design, limits=ends, sample=sample
    )
    withheld = negative_blocks(sample, design)
    sample, drawn = (without_index(one, withheld) for one in (sample, drawn))
    return _Fitted(design, have, sample, drawn, ends, constant, n_turned)


def _labelled(rows: SurveyRows, fitted: _Fitted, *, level: float) -> PathModel:
    """Put names and intervals to the numbers."""
    design, sample, matrix = fitted.design, fitted.sample, fitted.have.matrices[0]
    drawn = fitted.drawn.chosen(fitted.drawn.settled)
    draws, n_left = len(fitted.drawn.settled), len(drawn.settled)
    if n_left < 2:
        raise NotEnoughDataError(
            f"`draws` must give at least 2 models that can be fitted; found {n_left} of {draws}. "
            "There are too few answers, or items nearly without differences: leave those out."
        )
    ratios = ratio_frame(sample, drawn, design=design, df=rows.df, level=level)
    said = Remarks(
        constant=fitted.constant, alike=alike_pairs(ratios), n_persons=rows.n_persons,
        draws=draws, n_degenerate=draws - n_left, n_turned=fitted.n_turned,
    )  # fmt: skip
    facts = {
        "scheme": design.scheme, "n": len(rows), "n_persons": rows.n_persons,
        "n_dropped": rows.n_dropped, "gof": goodness_of_fit(sample, design),
        "n_iterations": int(sample.rounds[0]), "draws": draws,
        "n_degenerate": said.n_degenerate, "n_turned": said.n_turned, "ci_level": level,
    }  # fmt: skip
    return PathModel(
        paths=path_frame(matrix, sample, drawn, design=design, level=level),
        effects=effect_frame(sample, drawn, design, level),
        items=item_frame(sample, drawn, design=design, labels=rows.labels, level=level),
        cross_loadings=cross_frame(matrix, sample, design),
        blocks=block_frame(
            matrix, sample, drawn, design=design, n=len(rows), df=rows.df, level=level
        ),
        htmt=ratios,
        design=design, sample=sample, drawn=drawn, facts=facts, df=rows.df, level=level,
        notes=(*rows.notes, *model_notes(said, values=sample, design=design, limits=fitted.ends)),
    )  # fmt: skip
