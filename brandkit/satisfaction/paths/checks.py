"""Checks of the answers a path model is to be made of, and what its notes say of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from brandkit.core.errors import (
    InputError,
    NotConvergedError,
    NotEnoughDataError,
    ScaleError,
    did_you_mean,
    shown,
)
from brandkit.core.linalg import Floats
from brandkit.sampling.rows import SurveyRows
from brandkit.satisfaction.paths.design import PathDesign
from brandkit.satisfaction.paths.kernel import MOST_ROUNDS, NO_VARIANCE, ItemMoments, PathValues

#: Ends of a scale: of all items, or by item or block.
ScaleEnds = tuple[float, float] | Mapping[str, tuple[float, float]]

#: What can be done about missing answers where whole rows are needed.
WholeRule = Literal["raise", "drop", "mean"]

ALIKE = 0.90
"""Heterotrait-monotrait ratio from which two blocks are not told apart."""
SMALL_BASE = 30


def varying_items(have: ItemMoments, design: PathDesign) -> tuple[PathDesign, list[str]]:
    """Leave out items that everybody answered alike; refuse where a block has no other."""
    flat = ~(np.diagonal(have.matrices[0]) > 0)
    constant = [item for item, is_flat in zip(design.items, flat, strict=True) if is_flat]
    if not constant:
        return design, []
    left = np.bincount(design.block_of[~flat], minlength=len(design.blocks))
    empty = [name for name, n in zip(design.blocks, left, strict=True) if not n]
    if empty:
        raise InputError(
            f"`blocks` must have items with different answers; found the same answer in every row "
            f"of {shown(constant)}, all there is of {shown(empty)}. Leave the block out."
        )
    return design.without(constant), constant


def check_determined(have: ItemMoments, design: PathDesign) -> None:
    """Refuse blocks in mode B whose items determine each other."""
    for block in np.flatnonzero(design.formative).tolist():
        items = design.items_of(block)
        part = have.matrices[0, items, items]
        values, vectors = np.linalg.eigh(part)
        if values[0] <= NO_VARIANCE * np.trace(part):
            bound = np.abs(vectors[:, 0]) > 1e-6
            names = [name for name, one in zip(design.items[items], bound, strict=True) if one]
            raise InputError(
                f'`modes` "B" must have items that do not determine each other; found '
                f'{shown(names)} in {shown(design.blocks[block])}. Leave one out, or use mode "A".'
            )


def check_solved(values: PathValues, design: PathDesign) -> None:
    """Refuse a model whose paths are not determined, or whose weights did not settle."""
    if values.settled[0]:
        return
    if values.rounds[0] >= MOST_ROUNDS:
        raise NotConvergedError(
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
    raise InputError(
        f"`paths` must come from blocks that do not determine each other; found that those "
        f"leading to {shown(list(dict.fromkeys(targets)))} do. Leave one of the paths out."
    )


def check_drawn(n_left: int, draws: int) -> None:
    """Refuse where hardly a draw could be fitted."""
    if n_left < 2:
        raise NotEnoughDataError(
            f"`draws` must give at least 2 models that can be fitted; found {n_left} of {draws}. "
            "There are too few answers, or items nearly without differences: leave those out."
        )


def check_smallest(smallest: float) -> None:
    """Refuse a smallest path that matters off 0 to 1."""
    if not 0 <= smallest < 1:
        raise ScaleError(f"`smallest` must lie between 0 and 1; found {smallest}.")


def needed_persons(design: PathDesign) -> int:
    """Give the fewest persons that the largest regression of a model can do with."""
    return max(int(design.inner.sum(axis=1).max()) + 3, 5)


def check_base(rows: SurveyRows, design: PathDesign) -> None:
    """Refuse fewer persons than the largest regression needs."""
    needed = needed_persons(design)
    if rows.n_persons < needed:
        raise NotEnoughDataError(
            f"`data` must have answers of at least {needed} persons for these paths; found "
            f"{rows.n_persons}. Join groups, or leave paths out."
        )


def scale_ends(rows: SurveyRows, *, design: PathDesign, limits: ScaleEnds | None) -> Floats:
    """Give the ends of each item's scale, shape (p, 2): as declared, else from the codebook.

    Ends that were only observed are never used: they would make the index of a sample depend on
    who happened to answer.
    """
    known = dict(rows.limits)
    if isinstance(limits, Mapping):
        members = {name: design.items[design.items_of(at)] for at, name in enumerate(design.blocks)}
        for name, ends in limits.items():
            if name not in design.items and name not in members:
                raise InputError(
                    f"`limits` must name items or blocks; found {shown(name)}."
                    f"{did_you_mean(str(name), [*design.items, *design.blocks])}"
                )
            known |= dict.fromkeys(members.get(name, (name,)), ends)
    elif limits is not None:
        known |= dict.fromkeys(design.items, limits)
    found = np.array([_ends(known.get(item)) for item in design.items])
    values = rows.values[:, [rows.columns.index(item) for item in design.items]]
    beyond = np.asarray(((values < found[:, 0]) | (values > found[:, 1])).any(axis=0))
    if beyond.any():
        names = [item for item, is_out in zip(design.items, beyond, strict=True) if is_out]
        raise ScaleError(
            f"`limits` must hold every answer; found answers beyond them in {shown(names)}. "
            "Write the ends of the scale that was asked."
        )
    return found


def _ends(pair: Sequence[float] | None) -> tuple[float, float]:
    if pair is None:
        return float("nan"), float("nan")
    if len(pair) != 2 or not pair[0] < pair[1]:
        raise ScaleError(
            f"`limits` must be a low end and a higher one; found {shown(list(pair))}. "
            "Write (0, 10)."
        )
    return float(pair[0]), float(pair[1])
