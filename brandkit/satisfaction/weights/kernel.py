"""Raking weights of persons, with or without a limit on the largest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from brandkit.core.errors import NotConvergedError
from brandkit.core.linalg import Codes, Floats
from brandkit.sampling.calibration import Margin, raked_factors

AfterTrim = Literal["rake", "keep"]

#: Rounds of cutting and raking in turn, and by how much a weight may exceed its limit.
ROUNDS, SLACK = 60, 1e-6


@dataclass(frozen=True, eq=False)
class Raking:
    """Persons to be raked.

    Parameters
    ----------
    margins : tuple of Margin
    codes : ndarray of int, shape (n, margins)
        Group of each person in each margin.
    base : ndarray, shape (n,), > 0
        Weights before raking.
    part : ndarray of int, shape (n,)
        Wave of each person.
    """

    margins: tuple[Margin, ...]
    codes: Codes
    base: Floats
    part: Codes

    @cached_property
    def _cells(self) -> tuple[Codes, Codes]:
        groups, cell = np.unique(self.codes, axis=0, return_inverse=True)
        return groups.astype(np.intp), cell.reshape(-1).astype(np.intp)

    def weights(self, start: Floats | None = None) -> Floats:
        """Bring weights to the margins."""
        weight = self.base if start is None else start
        return _brought(weight, self.margins, *self._cells)

    def limited(self, limit: float, *, after: AfterTrim) -> tuple[Floats, NDArray[np.bool_]]:
        """Bring weights to the margins with none above a limit.

        Parameters
        ----------
        limit : float
            In units of the mean weight of its part.
        after : "rake" or "keep"
            Whether margins must hold in the end.

        Returns
        -------
        weights : ndarray
        cut : ndarray of bool
            Who was held at the limit.
        """
        weight = self.weights()
        whole = np.bincount(self.part, weights=self.base)
        most = (limit * whole / np.maximum(np.bincount(self.part), 1))[self.part]
        if after == "keep":
            cut = weight > most * (1 + SLACK)
            weight = np.minimum(weight, most)
            kept = np.bincount(self.part, weights=weight)
            # what was cut goes to all, so that each part keeps its total
            return np.asarray(weight * (whole / kept)[self.part]), np.asarray(cut)
        return self._held(weight, most)

    def _held(self, weight: Floats, most: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        """Hold at the limit whoever exceeds it, and rake the others to what is left."""
        held = np.zeros(len(weight), dtype=bool)
        for _ in range(len(weight)):
            over = weight > most * (1 + SLACK)
            if not over.any():
                return weight, held
            held |= over
            rest = self._rest(held, most)
            if rest is None:
                return self._in_turn(most)
            weight = np.where(held, most, rest)
        return weight, held

    def _rest(self, held: NDArray[np.bool_], most: Floats) -> Floats | None:
        """Rake those not held to what the held leave of each group; None where that cannot be."""
        free = np.where(held, 0.0, self.base)
        left = self.base.sum() - most[held].sum()
        margins = []
        for at, margin in enumerate(self.margins):
            size = len(margin.groups)
            taken = np.bincount(self.codes[held, at], weights=most[held], minlength=size)
            targets = margin.targets * self.base.sum() - taken
            have = np.bincount(self.codes[:, at], weights=free, minlength=size)
            if (targets <= 0).any() or (have <= 0).any():
                return None
            margins.append(replace(margin, targets=targets / left))
        try:
            return _brought(free * left / free.sum(), tuple(margins), *self._cells)
        except NotConvergedError:
            return None

    def _in_turn(self, most: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        """Cut and rake in turn, where margins and limit cannot both be kept."""
        weight, cut = self.weights(), np.zeros(len(most), dtype=bool)
        for _ in range(ROUNDS):
            over = weight > most * (1 + SLACK)
            cut |= over
            weight = self.weights(np.minimum(weight, most))
        return weight, cut


def _brought(weight: Floats, margins: tuple[Margin, ...], groups: Codes, cell: Codes) -> Floats:
    total = np.zeros(len(groups))
    np.add.at(total, cell, weight)
    return np.asarray(weight * raked_factors(total, groups=groups, margins=margins)[cell])
