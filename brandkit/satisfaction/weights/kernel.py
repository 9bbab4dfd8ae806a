"""Raking weights of persons, with or without a limit on the largest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np

from brandkit.core.errors import NotConvergedError
from brandkit.core.linalg import Codes, Flags, Floats
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

    def weights(self, start: Floats, margins: tuple[Margin, ...] | None = None) -> Floats:
        """Bring weights to the margins."""
        groups, cell = self._cells
        total = np.zeros(len(groups))
        np.add.at(total, cell, start)
        factors = raked_factors(total, groups=groups, margins=margins or self.margins)
        return np.asarray(start * factors[cell])

    def limited(self, limit: float, *, after: AfterTrim) -> tuple[Floats, Flags]:
        """Give weights none of which is above ``limit`` mean weights of its part, and who was cut.

        Margins hold in the end after "rake", not after "keep".
        """
        weight = self.weights(self.base)
        whole = np.bincount(self.part, weights=self.base)
        most = (limit * whole / np.maximum(np.bincount(self.part), 1))[self.part]
        if after == "rake":
            return self._held(weight, most)
        cut = weight > most * (1 + SLACK)
        weight = np.minimum(weight, most)
        # what was cut goes to all, so that each part keeps its total
        return weight * (whole / np.bincount(self.part, weights=weight))[self.part], cut

    def _held(self, weight: Floats, most: Floats) -> tuple[Floats, Flags]:
        """Hold at the limit whoever exceeds it, and rake the others to what is left."""
        held = np.zeros(len(weight), dtype=bool)
        for _ in range(len(weight)):
            over = weight > most * (1 + SLACK)
            if not over.any():
                break
            held |= over
            rest = self._rest(held, most)
            if rest is None:
                return self._in_turn(most)
            weight = np.where(held, most, rest)
        return weight, held

    def _rest(self, held: Flags, most: Floats) -> Floats | None:
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
            return self.weights(free * left / free.sum(), tuple(margins))
        except NotConvergedError:
            return None

    def _in_turn(self, most: Floats) -> tuple[Floats, Flags]:
        """Cut and rake in turn, where margins and limit cannot both be kept."""
        weight, cut = self.weights(self.base), np.zeros(len(most), dtype=bool)
        for _ in range(ROUNDS):
            cut |= weight > most * (1 + SLACK)
            weight = self.weights(np.minimum(weight, most))
        return weight, cut


def weight_facts(weight: Floats) -> dict[str, float]:
    """Give Kish's design effect, the effective base and the extremes of weights above 0.

    Examples
    --------
    >>> {name: round(value, 3) for name, value in weight_facts(np.array([1.0, 3.0])).items()}
    {'kish_effect': 1.25, 'n_effective': 1.6, 'weight_low': 0.5, 'weight_high': 1.5}
    """
    effect = len(weight) * float((weight**2).sum()) / float(weight.sum()) ** 2
    mean = float(weight.mean())
    return {
        "kish_effect": effect,
        "n_effective": len(weight) / effect,
        "weight_low": float(weight.min()) / mean,
        "weight_high": float(weight.max()) / mean,
    }
