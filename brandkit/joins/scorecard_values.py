"""The table behind a scorecard: checked, brought to 0-1 by declared limits, and weighed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brandkit.core.checks import check_option, numeric_matrix, require_frame, require_unique
from brandkit.core.errors import InputError, NotEnoughDataError, ScaleError, did_you_mean, shown
from brandkit.core.linalg import Floats

Direction = Literal["higher", "lower"]
Limits = Mapping[str, tuple[float, float]] | tuple[float, float]
Directions = Mapping[str, Direction] | Direction

CONCENTRATION = 1.0
"""Weights are drawn as from a Dirichlet distribution with so much a criterion on average."""


@dataclass(frozen=True)
class ScorecardValues:
    """A scorecard's numbers, ready to add up.

    Parameters
    ----------
    brands, criteria : tuple of str
    raw : ndarray, institutions x criteria
    scaled : ndarray, institutions x criteria, 0-1
        1 is the better limit.
    errors : ndarray or None, institutions x criteria
        Standard errors of `scaled`.
    weights : ndarray, criteria
        Sum to 1.
    low, high : ndarray, criteria
    is_lower_better : ndarray of bool, criteria
    """

    brands: tuple[str, ...]
    criteria: tuple[str, ...]
    raw: Floats
    scaled: Floats
    errors: Floats | None
    weights: Floats
    low: Floats
    high: Floats
    is_lower_better: NDArray[np.bool_]

    @property
    def totals(self) -> Floats:
        """Weighted sums, 0-1, one an institution."""
        return np.asarray(self.scaled @ self.weights)

    @property
    def total_errors(self) -> Floats | None:
        """Standard errors of the totals; cells err independently."""
        if self.errors is None:
            return None
        return np.asarray(np.sqrt(self.errors**2 @ self.weights**2))

    def drawn_weights(self, draws: int, seed: int) -> Floats:
        """Draw weights about the chosen ones, shape (draws, criteria).

        Neutral weights draw evenly from all there are; others scatter about what was chosen, and a
        criterion without weight stays without. The order of rows and columns does not matter.
        """
        order = self._canonical()
        shape = CONCENTRATION * np.count_nonzero(self.weights) * self.weights[order]
        drawn = np.zeros((draws, len(shape)))
        used = shape > 0
        drawn[:, used] = np.random.default_rng(seed).dirichlet(shape[used], draws)
        back = np.empty_like(drawn)
        back[:, order] = drawn
        return back

    def _canonical(self) -> NDArray[np.intp]:
        """Order criteria by what they hold; names decide only between equals."""
        content = np.sort(self.scaled.round(12), axis=0)
        keys = (np.array(self.criteria), *content[::-1], self.weights)
        return np.lexsort(keys)


def checked_values(
    scores: pd.DataFrame,
    *,
    weights: Mapping[str, float] | None,
    limits: Limits | None,
    std_errors: pd.DataFrame | None,
    direction: Directions,
) -> ScorecardValues:
    """Check a scorecard's table and bring it to 0-1.

    Parameters
    ----------
    scores : DataFrame, institutions x criteria
    weights : mapping, optional
    limits : mapping of criterion to (low, high), or one pair for all
    std_errors : DataFrame, optional
    direction : "higher", "lower" or a mapping

    Returns
    -------
    ScorecardValues

    Raises
    ------
    InputError
        See :func:`brandkit.joins.scorecards.scorecard`.
    """
    require_frame("scores", scores)
    brands, criteria = [[str(one) for one in labels] for labels in (scores.index, scores.columns)]
    require_unique("scores", brands, what="institution")
    require_unique("scores", criteria, what="criterion")
    if len(brands) < 2 or not criteria:
        raise NotEnoughDataError(
            "`scores` must have at least 2 institutions and 1 criterion; found "
            f"{len(brands)} x {len(criteria)}."
        )
    raw = numeric_matrix("scores", scores, allow_missing=True)
    _refuse_gaps(raw, brands, criteria)
    low, high = _limits(limits, criteria)
    _refuse_outside(raw, brands, criteria, low=low, high=high)
    lower = _directions(direction, criteria)
    scaled = (raw - low) / (high - low)
    return ScorecardValues(
        brands=tuple(brands), criteria=tuple(criteria), raw=raw,
        scaled=np.where(lower, 1 - scaled, scaled),
        errors=None if std_errors is None else _errors(std_errors, scores) / (high - low),
        weights=_weights(weights, criteria), low=low, high=high, is_lower_better=lower,
    )  # fmt: skip


def _refuse_gaps(raw: Floats, brands: list[str], criteria: list[str]) -> None:
    gaps = np.isnan(raw)
    if gaps.any():
        row, column = (int(at[0]) for at in np.nonzero(gaps))
        raise InputError(
            f"`scores` must have every cell filled; found {int(gaps.sum())} empty, the first in "
            f"row {shown(brands[row])}, column {shown(criteria[column])}. Fill it in, or leave "
            "the institution or the criterion out: an empty cell is no 0."
        )


def _limits(limits: Limits | None, criteria: list[str]) -> tuple[Floats, Floats]:
    if limits is None:
        raise InputError(
            "`limits` must be declared, the lowest and highest possible value of each criterion; "
            "found none. Limits taken from the table would let one more institution reverse ranks "
            "of others. Write limits=(0, 10), or {criterion: (low, high)}."
        )
    if not isinstance(limits, Mapping):
        limits = dict.fromkeys(criteria, limits)
    _refuse_unknown("limits", limits, criteria)
    missing = [name for name in criteria if name not in limits]
    if missing:
        raise InputError(
            f"`limits` must hold every criterion; found none for {shown(missing)}. Declare the "
            "lowest and highest possible value: limits taken from the table would let one more "
            "institution reverse ranks of others."
        )
    pairs = []
    for name in criteria:
        pair = tuple(limits[name])
        if len(pair) != 2 or not all(np.isfinite(pair)) or not pair[0] < pair[1]:
            raise ScaleError(
                f"`limits` must be two finite numbers, the lower first; found {shown(pair)} for "
                f"{shown(name)}."
            )
        pairs.append(pair)
    low, high = np.array(pairs, dtype=float).T
    return low, high


def _refuse_outside(
    raw: Floats, brands: list[str], criteria: list[str], *, low: Floats, high: Floats
) -> None:
    outside = (raw < low) | (raw > high)
    if outside.any():
        row, column = (int(at[0]) for at in np.nonzero(outside))
        raise ScaleError(
            f"`scores` must lie within `limits`; found {raw[row, column]:g} in row "
            f"{shown(brands[row])}, column {shown(criteria[column])}, outside "
            f"{low[column]:g} to {high[column]:g}. Mend the value or widen the limits, for all "
            "institutions alike."
        )


def _directions(direction: Directions, criteria: list[str]) -> NDArray[np.bool_]:
    if not isinstance(direction, Mapping):
        check_option("direction", direction, get_args(Direction))
        return np.full(len(criteria), direction == "lower")
    _refuse_unknown("direction", direction, criteria)
    for each in direction.values():
        check_option("direction", each, get_args(Direction))
    return np.array([direction.get(name, "higher") == "lower" for name in criteria])


def _weights(weights: Mapping[str, float] | None, criteria: list[str]) -> Floats:
    if weights is None:
        return np.full(len(criteria), 1 / len(criteria))
    if not isinstance(weights, Mapping):
        raise TypeError(f"`weights` must map criteria to numbers; found {type(weights).__name__}.")
    _refuse_unknown("weights", weights, criteria)
    missing = [name for name in criteria if name not in weights]
    if missing:
        raise InputError(
            f"`weights` must hold every criterion; found none for {shown(missing)}. Write 0 where "
            "a criterion shall not count."
        )
    values = np.array([float(weights[name]) for name in criteria])
    if not np.isfinite(values).all() or (values < 0).any():
        raise ScaleError(f"`weights` must be finite and >= 0; found {shown(values.tolist())}.")
    if not values.any():
        raise ScaleError("`weights` must be above 0 for some criterion; found zeros only.")
    return np.asarray(values / values.sum())


def _errors(std_errors: pd.DataFrame, scores: pd.DataFrame) -> Floats:
    require_frame("std_errors", std_errors)
    there = std_errors.set_axis([str(one) for one in std_errors.index], axis=0)
    there = there.set_axis([str(one) for one in there.columns], axis=1)
    brands, criteria = [[str(one) for one in labels] for labels in (scores.index, scores.columns)]
    if set(there.index) != set(brands) or set(there.columns) != set(criteria):
        odd = sorted(set(there.index) ^ set(brands)) + sorted(set(there.columns) ^ set(criteria))
        raise InputError(
            "`std_errors` must have the institutions and criteria of `scores`; found "
            f"{shown(odd)} on one side only."
        )
    values = numeric_matrix("std_errors", there.loc[brands, criteria])
    if (values < 0).any():
        raise ScaleError(
            f"`std_errors` must be >= 0; found {values.min():g}. Write 0 where a value is known "
            "without error."
        )
    if not values.any():
        raise ScaleError(
            "`std_errors` must be above 0 somewhere; found zeros only. Leave them out where all "
            "values are known without error."
        )
    return values


def _refuse_unknown(argument: str, given: Mapping[str, object], criteria: list[str]) -> None:
    unknown = [name for name in given if name not in criteria]
    if unknown:
        raise InputError(
            f"`{argument}` must name criteria of the table; found {shown(unknown)}. It has "
            f"{shown(criteria, most=14)}.{did_you_mean(str(unknown[0]), criteria)}"
        )
