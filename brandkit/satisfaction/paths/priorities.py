"""Importance-performance map: what moves a target most, and how well it is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

import numpy as np
import pandas as pd

from brandkit.core.errors import InputError, NotEnoughDataError, check_option, shown
from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.satisfaction.paths.design import block_name
from brandkit.satisfaction.paths.kernel import PathValues, corrected_interval, mean_interval
from brandkit.satisfaction.paths.paths import PathModel, alike_pairs

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

    def tidy(self) -> pd.DataFrame:
        """Give the points."""
        return self.points.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: target, lines between the quadrants, base and draws."""
        return pd.DataFrame(
            {
                "target": [self.target],
                "n": [self.n],
                "importance_mean": [self.importance_mean],
                "performance_mean": [self.performance_mean],
                "draws": [self.draws],
            }
        )


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
    >>> from brandkit.satisfaction.paths.paths import path_model
    >>> answers = pd.DataFrame({
    ...     "q1": [8, 5, 9, 4, 7, 6, 3, 8], "q2": [7, 5, 9, 5, 8, 6, 2, 9],
    ...     "v1": [6, 6, 7, 2, 5, 6, 4, 8], "s1": [8, 4, 9, 5, 6, 7, 3, 7]})
    >>> model = path_model(
    ...     answers, blocks={"QUAL": ["q1", "q2"], "VAL": ["v1"], "SAT": ["s1"]},
    ...     paths=[("QUAL", "SAT"), ("VAL", "SAT")], limits=(0, 10), draws=50)
    >>> importance_performance(model).points[["block", "quadrant"]].to_numpy().tolist()
    [['QUAL', 'keep'], ['VAL', 'later']]
    """
    check_option("detail", detail, get_args(Detail))
    design = model.design
    at = design.place_led_to(target, argument="target")
    has_index = ~np.isnan(model.sample.index[0])
    if not has_index[at]:
        raise InputError(
            f"`model` must have an index of {shown(target)} from 0 to 100; found none. Name the "
            "ends of its scales in `limits` of path_model, and look at its negative weights."
        )
    leading = design.reached[at]
    blocks = np.flatnonzero(leading & has_index)
    chosen = np.flatnonzero(np.isin(design.block_of, blocks)) if detail == "item" else blocks
    left_out = [design.blocks[block] for block in np.flatnonzero(leading & ~has_index)]
    if len(chosen) < 2:
        raise NotEnoughDataError(
            f"`model` must have at least 2 of what `detail` compares; found {len(chosen)} with an "
            f"index, and none for {shown(left_out)}. Name the ends of scales in `limits`, or "
            "compare items."
        )

    def placed(values: PathValues) -> tuple[Floats, Floats]:
        """Bring total effects to points of the index a point: importance and performance."""
        effect = values.total[:, at] * values.spread[:, [at]] / values.spread
        if detail == "block":
            return effect[:, chosen], values.index[:, chosen]
        of_items = effect[:, design.block_of[chosen]] * values.parts[:, chosen]
        return of_items, values.performance[:, chosen]

    importance, performance = placed(model.sample)
    notes = []
    if left_out:
        text = "Without an index, and so left out: {blocks}."
        notes.append(Message(text, {"blocks": [block_name(name) for name in left_out]}))
    if alike := alike_pairs(model.htmt):
        text = "Answers hardly tell these blocks apart; how importance is shared between them is uncertain: {pairs}."  # noqa: E501
        notes.append(Message(text, {"pairs": alike}))
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
    across = corrected_interval(sample[0][0], draws=drawn[0], level=level, stretch=model.stretch)
    up = mean_interval(sample[1][0], draws=drawn[1], df=model.df, level=level)
    above, often = (
        [values >= values.mean(axis=1, keepdims=True) for values in both]
        for both in (sample, drawn)
    )
    shares = {
        f"share_{name}": ((often[0] == important) & (often[1] == well)).mean(axis=0)
        for (important, well), name in QUADRANTS.items()
    }
    quadrants = [QUADRANTS[bool(a), bool(b)] for a, b in zip(above[0][0], above[1][0], strict=True)]
    return pd.DataFrame(
        {
            "importance": sample[0][0],
            "importance_low": across.low,
            "importance_high": across.high,
            "performance": sample[1][0],
            "performance_low": up.low,
            "performance_high": up.high,
            "ci_level": level,
            "quadrant": quadrants,
            **shares,
        }
    )


def point_name(row: Mapping[Any, Any]) -> str | Message:
    """Name a block by what readers call it, an item by its label."""
    return block_name(str(row["block"])) if row["item"] is None else str(row["label"])
