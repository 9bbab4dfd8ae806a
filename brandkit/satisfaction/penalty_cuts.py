"""Where an answer counts as poor or good: declared cuts, or parts of the declared scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from brandkit.core.errors import InputError, did_you_mean, shown
from brandkit.core.linalg import Floats

#: Parts of the scale up to which an answer is poor, and from which it is good.
POOR, GOOD = 0.5, 0.8
#: How far other cuts are moved, as a part of the scale; at least one step.
MOVED = 0.1

Cut = float | Mapping[str, float] | None


@dataclass(frozen=True, eq=False)
class Cuts:
    """The cuts of each attribute.

    Parameters
    ----------
    low, high : ndarray, shape (p,)
        Poor is <= low, good >= high.
    step : ndarray, shape (p,)
        How far other cuts are moved.
    limits : ndarray, shape (p, 2)
        Ends of the scales; infinite where they are not known.
    is_default : bool
        Whether any was taken from the scale.
    """

    low: Floats
    high: Floats
    step: Floats
    limits: Floats
    is_default: bool

    def others(self) -> list[Cuts]:
        """Give the cuts with one end moved by a step either way."""
        moves = ((-1, 0), (1, 0), (0, -1), (0, 1))
        return [
            Cuts(
                self.low + down * self.step, self.high + up * self.step, self.step, self.limits,
                self.is_default,
            )
            for down, up in moves
        ]  # fmt: skip

    def possible(self) -> np.ndarray:
        """Say which leave room between poor and good, and lie on the scale."""
        between = self.high - self.low > self.step * (1 + 1e-9)
        return np.asarray(
            between & (self.low >= self.limits[:, 0]) & (self.high <= self.limits[:, 1])
        )


def cuts_of(
    attributes: Sequence[str],
    *,
    low: Cut,
    high: Cut,
    limits: Mapping[str, tuple[float, float]],
) -> Cuts:
    """Take cuts as declared, and from the codebook's scale where they are not.

    Parameters
    ----------
    attributes : sequence of str
    low, high : number, mapping of attribute to number, or None
    limits : mapping
        Attribute to the ends of its scale.

    Returns
    -------
    Cuts

    Examples
    --------
    >>> made = cuts_of(["fees"], low=None, high=None, limits={"fees": (0.0, 10.0)})
    >>> made.low.tolist(), made.high.tolist()
    ([5.0], [8.0])
    """
    ends = np.array([limits.get(name, (-np.inf, np.inf)) for name in attributes], dtype=float)
    span = ends[:, 1] - ends[:, 0]
    known = np.isfinite(span)
    start, span = np.where(known, ends[:, 0], 0.0), np.where(known, span, 10.0)
    step = np.maximum(np.rint(span * MOVED), 1.0)
    from_scale = [np.floor(start + POOR * span), np.ceil(start + GOOD * span - 1e-9)]
    made, is_default = [], False
    for argument, cut, default in (("low", low, from_scale[0]), ("high", high, from_scale[1])):
        values, taken = _declared(argument, cut, attributes)
        gaps = [name for name, lacks in zip(attributes, taken & ~known, strict=True) if lacks]
        if gaps:
            raise InputError(
                f"`{argument}` must be given for items whose scale is not known; found none for "
                f"{shown(gaps)}. Write low=5, high=8, or give the scale in a codebook."
            )
        is_default = is_default or bool(taken.any())
        made.append(np.where(taken, default, values))
    cuts = Cuts(made[0], made[1], step, ends, is_default)
    _check(cuts, attributes)
    return cuts


def _declared(argument: str, cut: Cut, attributes: Sequence[str]) -> tuple[Floats, np.ndarray]:
    """Give the declared cuts, and where there is none."""
    if cut is None:
        return np.zeros(len(attributes)), np.ones(len(attributes), dtype=bool)
    if not isinstance(cut, Mapping):
        return np.full(len(attributes), float(cut)), np.zeros(len(attributes), dtype=bool)
    strange = [name for name in cut if name not in attributes]
    if strange:
        raise InputError(
            f"`{argument}` must name attributes; found {shown(strange)}."
            f"{did_you_mean(str(strange[0]), attributes)}"
        )
    values = np.array([float(cut.get(name, np.nan)) for name in attributes])
    return np.nan_to_num(values), np.isnan(values)


def _check(cuts: Cuts, attributes: Sequence[str]) -> None:
    wrong = [
        name
        for name, low, high in zip(attributes, cuts.low, cuts.high, strict=True)
        if not low < high
    ]
    if wrong:
        at = list(attributes).index(wrong[0])
        raise InputError(
            f"`low` must be below `high`; found {cuts.low[at]:g} and {cuts.high[at]:g} for "
            f"{shown(wrong[0])}. Answers between the two are what poor and good are set against."
        )
    off = [
        name
        for name, low, high, (start, end) in zip(
            attributes, cuts.low, cuts.high, cuts.limits, strict=True
        )
        if low < start or high > end
    ]
    if off:
        at = list(attributes).index(off[0])
        raise InputError(
            f"`low` and `high` must lie on the item's scale; found {cuts.low[at]:g} and "
            f"{cuts.high[at]:g} for {shown(off[0])}, whose scale runs from "
            f"{cuts.limits[at, 0]:g} to {cuts.limits[at, 1]:g}. Give cuts for each item."
        )
