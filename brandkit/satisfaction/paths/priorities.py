"""Importance-performance map: what moves a target most, and how well it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
import pandas as pd

from brandkit.core.errors import InputError, NotEnoughDataError, check_option, did_you_mean, shown
from brandkit.core.linalg import Codes, Flags, Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.satisfaction.paths.design import PathDesign, block_name
from brandkit.satisfaction.paths.kernel import PathValues, corrected_interval, mean_interval
from brandkit.satisfaction.paths.paths import PathModel, alike_pairs, reached

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
    at = _target_place(model, target)
    chosen, left_out = _compared(model, at, detail)
    sample, drawn = (
        _placed(values, at=at, chosen=chosen, design=design, detail=detail)
        for values in (model.sample, model.drawn)
    )
    facts = model.facts
    return ImportancePerformance(
        points=pd.concat([_named(model, chosen, detail), _points(sample, drawn, model)], axis=1),
        target=target,
        detail=detail,
        importance_mean=float(sample.importance.mean()),
        performance_mean=float(sample.performance.mean()),
        n=int(facts["n"]),
        draws=len(model.drawn.settled),
        notes=_notes(left_out, model),
    )


@dataclass(frozen=True, eq=False)
class _Placed:
    """Points of the sample (n = 1) or of n draws, each of shape (n, points)."""

    importance: Floats
    performance: Floats


def _target_place(model: PathModel, target: str) -> int:
    names = model.design.blocks
    if target not in names:
        raise InputError(
            f"`target` must be a block of the model; found {shown(target)}. It has "
            f"{shown(names, most=12)}.{did_you_mean(target, names)}"
        )
    at = names.index(target)
    if not reached(model.design)[at].any():
        raise InputError(
            f"`target` must be a block that paths lead to; found none leading to {shown(target)}. "
            "Name another block."
        )
    if np.isnan(model.sample.index[0, at]):
        raise InputError(
            f"`model` must have an index of {shown(target)} from 0 to 100; found none. Name the "
            "ends of its scales in `limits` of path_model, and look at its negative weights."
        )
    return at


def _compared(model: PathModel, at: int, detail: Detail) -> tuple[Codes, list[str]]:
    """Give the blocks or items to compare, and the blocks that have no index."""
    design = model.design
    leading = np.flatnonzero(reached(design)[at])
    without = np.isnan(model.sample.index[0, leading])
    blocks = leading[~without]
    chosen = np.flatnonzero(np.isin(design.block_of, blocks)) if detail == "item" else blocks
    left_out = [design.blocks[block] for block in leading[without].tolist()]
    if len(chosen) < 2:
        raise NotEnoughDataError(
            f"`model` must have at least 2 of what `detail` compares; found {len(chosen)} with an "
            f"index, and none for {shown(left_out)}. Name the ends of scales in `limits`, or "
            "compare items."
        )
    return chosen.astype(np.intp), left_out


def _placed(
    values: PathValues, *, at: int, chosen: Codes, design: PathDesign, detail: Detail
) -> _Placed:
    """Bring total effects to points of the index a point."""
    effect = values.total[:, at] * values.spread[:, [at]] / values.spread
    if detail == "block":
        return _Placed(effect[:, chosen], values.index[:, chosen])
    of_items = effect[:, design.block_of[chosen]] * values.parts[:, chosen]
    return _Placed(of_items, values.performance[:, chosen])


def _named(model: PathModel, chosen: Codes, detail: Detail) -> pd.DataFrame:
    if detail == "block":
        blocks = np.array(model.design.blocks, dtype=object)[chosen]
        return pd.DataFrame({"block": blocks, "item": None, "label": blocks})
    return model.items.loc[chosen, ["block", "item", "label"]].reset_index(drop=True)


def _points(sample: _Placed, drawn: _Placed, model: PathModel) -> pd.DataFrame:
    """Give places with intervals, quadrants and how often each is met in the draws."""
    level = model.level
    important, well = _sides(sample)
    across = corrected_interval(sample.importance[0], draws=drawn.importance, level=level)
    up = mean_interval(sample.performance[0], draws=drawn.performance, df=model.df, level=level)
    often_important, often_well = _sides(drawn)
    frame = pd.DataFrame(
        {
            "importance": sample.importance[0],
            "importance_low": across.low,
            "importance_high": across.high,
            "performance": sample.performance[0],
            "performance_low": up.low,
            "performance_high": up.high,
            "ci_level": level,
            "quadrant": [
                QUADRANTS[bool(a), bool(b)] for a, b in zip(important[0], well[0], strict=True)
            ],
        }
    )
    for (is_important, is_well), name in QUADRANTS.items():
        there = (often_important == is_important) & (often_well == is_well)
        frame[f"share_{name}"] = there.mean(axis=0)
    return frame


def _sides(points: _Placed) -> tuple[Flags, Flags]:
    """Say which points lie above the mean of all, in importance and in performance."""
    return (
        points.importance >= points.importance.mean(axis=1, keepdims=True),
        points.performance >= points.performance.mean(axis=1, keepdims=True),
    )


def _notes(left_out: list[str], model: PathModel) -> tuple[Message, ...]:
    notes = []
    if left_out:
        text = "Without an index, and so left out: {blocks}."
        notes.append(Message(text, {"blocks": [block_name(name) for name in left_out]}))
    alike = alike_pairs(model.htmt)
    if alike:
        text = "Answers hardly tell these blocks apart; how importance is shared between them is uncertain: {pairs}."  # noqa: E501
        notes.append(Message(text, {"pairs": alike}))
    return tuple(notes)
