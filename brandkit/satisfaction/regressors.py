"""Drivers of a regression: told constant or tied ones, and put on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from brandkit.core.errors import InputError, NotEnoughDataError, shown
from brandkit.core.linalg import Floats
from brandkit.core.message import Message

TIED = 1e-9
"""Eigenvalue of the correlations under which drivers are called tied."""


@dataclass(frozen=True, eq=False)
class Regressors:
    """Columns a regression can use.

    Parameters
    ----------
    kept : tuple of int
        Positions of the columns that vary.
    centre, spread : ndarray, shape (kept,)
        Their weighted means and standard deviations.
    notes : tuple of Message
        Which columns were left out.
    """

    kept: tuple[int, ...]
    centre: Floats
    spread: Floats
    notes: tuple[Message, ...] = ()

    def standardised(self, values: Floats) -> Floats:
        """Give the kept columns about their means in standard deviations."""
        return np.asarray((values[:, list(self.kept)] - self.centre) / self.spread)


def checked_regressors(
    values: Floats,
    *,
    weight: Floats,
    names: Sequence[str],
    within: Floats | None = None,
    argument: str = "drivers",
) -> Regressors:
    """Leave out columns that do not vary, and refuse columns that are tied to each other.

    Parameters
    ----------
    values : ndarray, shape (n, k)
    weight : ndarray, shape (n,), > 0
    names : sequence of str
        Of the columns.
    within : ndarray, shape (n, k), optional
        The columns about the means of their groups, where only differences within count.
    argument : str
        What the columns are called in an error.

    Returns
    -------
    Regressors

    Raises
    ------
    InputError
        Some columns are sums and differences of others.
    NotEnoughDataError
        No column varies.

    Examples
    --------
    >>> x = np.array([[1.0, 5.0], [2.0, 5.0], [4.0, 5.0]])
    >>> found = checked_regressors(x, weight=np.ones(3), names=["fees", "advice"])
    >>> found.kept, str(found.notes[0])
    ((0,), '“advice” does not vary and is left out.')
    """
    total = weight.sum()
    centre = weight @ values / total
    moved = values - centre if within is None else within
    spread = np.sqrt(weight @ moved**2 / total)
    varies = spread > 1e-10 * np.maximum(1.0, np.abs(centre))
    if not varies.any():
        raise NotEnoughDataError(
            f"`{argument}` must have at least one column that varies; found the same value "
            f"throughout in {shown(list(names))}. Name others."
        )
    kept = tuple(np.flatnonzero(varies).tolist())
    scaled = moved[:, kept] / spread[list(kept)]
    size, vectors = np.linalg.eigh((scaled * weight[:, None]).T @ scaled / total)
    null = vectors[:, size < TIED]
    if null.size:
        involved = np.flatnonzero((np.abs(null) > 1e-5).any(axis=1)).tolist()
        tied = [names[kept[at]] for at in involved]
        raise InputError(
            f"`{argument}` must not follow from each other; found that {shown(tied, most=8)} are "
            "sums, differences or multiples of one another. Leave one of them out."
        )
    lost = [names[at] for at in np.flatnonzero(~varies).tolist()]
    notes = tuple(
        Message("“{item}” does not vary and is left out.", {"item": name}) for name in lost
    )
    return Regressors(kept, centre[list(kept)], spread[list(kept)], notes)
