"""Two composites of one scorecard against each other: what it brings and what it could bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar, cast

import numpy as np
import pandas as pd

from brandkit.core.errors import InputError, ScaleError, check_whole_number, shown
from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.strategy.scorecards.scorecards import (
    Directions,
    Limits,
    ScorecardValues,
    checked_values,
)

Given = TypeVar("Given")

TIERS = ("lead", "hold", "build", "watch")
"""High in both; high in contribution only; high in potential only; low in both."""
SETTLED_TIER = 0.9
"""Share of draws from which a tier is called settled."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ScorecardMatrix(Result):
    """Where institutions stand in contribution and potential.

    Parameters
    ----------
    positions : DataFrame
        One row an institution: ``brand contribution_score potential_score contribution_error
        potential_error tier tier_support``. Scores run from 0 to 1. Errors are missing without
        standard errors. ``tier`` is "lead", "hold", "build" or "watch".
    criteria : DataFrame
        ``composite criterion weight low high direction``; weights sum to 1 in each composite.
    cuts : tuple of float
        From which contribution, and from which potential, an institution is high.
    draws : int
    """

    positions: pd.DataFrame
    criteria: pd.DataFrame
    cuts: tuple[float, float]
    draws: int

    def tidy(self) -> pd.DataFrame:
        """Give the positions."""
        return self.positions.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: size, how many lead, and how many tiers are settled."""
        settled = self.positions["tier_support"] >= SETTLED_TIER
        return pd.DataFrame({
            "n_brands": [len(self.positions)],
            "n_criteria": [len(self.criteria)],
            "n_lead": [int((self.positions["tier"] == "lead").sum())],
            "n_settled_tiers": [int(settled.sum())],
            "draws": [self.draws],
        })  # fmt: skip


def scorecard_matrix(
    scores: pd.DataFrame,
    *,
    contribution: Sequence[str],
    potential: Sequence[str],
    weights: Mapping[str, float] | None = None,
    limits: Limits | None = None,
    std_errors: pd.DataFrame | None = None,
    direction: Directions = "higher",
    cuts: tuple[float, float] = (0.5, 0.5),
    draws: int = 1000,
    seed: int = 0,
) -> ScorecardMatrix:
    """Set what institutions bring today against what they could bring.

    Answers *whom do we keep close, whom do we build up, and how sure is that?*

    Parameters
    ----------
    scores : DataFrame, institutions x criteria
        Every cell filled. The index names the institutions.
    contribution, potential : sequence of str
        The criteria of each composite; none in both. Other columns are not read.
    weights : mapping of criterion to weight >= 0, optional
        For all criteria of both; equal weights within a composite where not given.
    limits : mapping of criterion to (low, high), or one pair for all
        As in :func:`brandkit.strategy.scorecards.scorecards.scorecard`.
    std_errors : DataFrame, institutions x criteria, optional
    direction : "higher", "lower", or a mapping of criterion to either, default "higher"
    cuts : tuple of float, 0-1, default (0.5, 0.5)
        From which contribution and potential an institution is high. Declared, not taken from the
        table, so that one more institution changes nobody's tier.
    draws : int, default 1000
        Draws of weights, and of errors where they are known.
    seed : int, default 0

    Returns
    -------
    ScorecardMatrix

    Raises
    ------
    InputError
        As for a scorecard, or a criterion is in both composites or unknown.
    ScaleError
        A cut is not strictly between 0 and 1.

    Notes
    -----
    Each composite is a scorecard of its own. High in both is "lead", in contribution only "hold",
    in potential only "build", in neither "watch". ``tier_support`` is the share of draws that
    leave the tier as it is: weights as in a scorecard, and normal errors where they are known.

    Examples
    --------
    >>> table = pd.DataFrame({"revenue": [8, 3, 6], "growth": [2, 7, 9]}, index=["A", "B", "C"])
    >>> found = scorecard_matrix(table, contribution=["revenue"], potential=["growth"],
    ...                          limits=(0, 10))
    >>> found.positions[["brand", "tier"]].values.tolist()
    [['A', 'hold'], ['B', 'build'], ['C', 'lead']]
    """
    check_whole_number("draws", draws, low=99)
    check_whole_number("seed", seed, low=0)
    sides = {"contribution": list(contribution), "potential": list(potential)}
    _check_sides(sides, given=(contribution, potential))
    for cut in cuts:
        if not 0 < cut < 1:
            raise ScaleError(f"`cuts` must lie between 0 and 1; found {cut}. Write (0.5, 0.5).")
    whole = checked_values(
        _chosen(scores, [*sides["contribution"], *sides["potential"]]),
        weights=_of_criteria(weights, sides), limits=_of_criteria(limits, sides),
        std_errors=_chosen_errors(std_errors, sides), direction=_of_criteria(direction, sides),
    )  # fmt: skip

    parts = {name: _part(whole, criteria, name) for name, criteria in sides.items()}
    tiers = _tiers([parts[name].totals for name in sides], cuts)
    return ScorecardMatrix(
        positions=_positions(parts, tiers, _drawn_tiers(parts, cuts, draws=draws, seed=seed)),
        criteria=pd.concat(
            [_criteria(part, name) for name, part in parts.items()], ignore_index=True
        ),
        cuts=(float(cuts[0]), float(cuts[1])),
        draws=draws,
        notes=_notes(parts, is_neutral=weights is None),
    )  # fmt: skip


def _check_sides(sides: dict[str, list[str]], *, given: tuple[object, object]) -> None:
    for (name, criteria), argument in zip(sides.items(), given, strict=True):
        if isinstance(argument, str) or not criteria:
            raise InputError(
                f"`{name}` must be a list of one criterion or more; found {shown(argument)}."
            )
    both = sorted(set(sides["contribution"]) & set(sides["potential"]))
    if both:
        raise InputError(
            f"`potential` must hold other criteria than `contribution`; found {shown(both)} in "
            "both. Put each where it belongs most: counted twice, it makes the two look alike."
        )


def _chosen(scores: pd.DataFrame, criteria: list[str]) -> pd.DataFrame:
    if not isinstance(scores, pd.DataFrame):
        raise TypeError(f"`scores` must be a pandas DataFrame; found {type(scores).__name__}.")
    unknown = [name for name in criteria if name not in scores.columns]
    if unknown:
        raise InputError(
            f"`contribution` and `potential` must name columns of `scores`; found {shown(unknown)}."
            f" It has {shown([str(one) for one in scores.columns], most=14)}."
        )
    return scores[criteria]


def _chosen_errors(
    std_errors: pd.DataFrame | None, sides: dict[str, list[str]]
) -> pd.DataFrame | None:
    if not isinstance(std_errors, pd.DataFrame):
        return std_errors
    asked = [*sides["contribution"], *sides["potential"]]
    return std_errors[[name for name in asked if name in std_errors.columns]]


def _of_criteria(given: Given, sides: dict[str, list[str]]) -> Given:
    """Keep what is declared of the criteria in use."""
    if not isinstance(given, Mapping):
        return given
    used = {*sides["contribution"], *sides["potential"]}
    return cast("Given", {name: value for name, value in given.items() if name in used})


def _part(whole: ScorecardValues, criteria: list[str], composite: str) -> ScorecardValues:
    """Give one composite as a scorecard of its own."""
    at = [whole.criteria.index(name) for name in criteria]
    weights = whole.weights[at]
    if not weights.any():
        raise ScaleError(
            f"`weights` must be above 0 for some criterion of `{composite}`; found zeros only."
        )
    return replace(
        whole,
        criteria=tuple(criteria), raw=whole.raw[:, at], scaled=whole.scaled[:, at],
        errors=None if whole.errors is None else whole.errors[:, at],
        weights=weights / weights.sum(), low=whole.low[at], high=whole.high[at],
        is_lower_better=whole.is_lower_better[at],
    )  # fmt: skip


def _tiers(scores: Sequence[Floats], cuts: tuple[float, float]) -> np.ndarray:
    """Give 0 to 3 by whether contribution and potential are high; the cut itself is high."""
    high = [side >= cut - 1e-12 for side, cut in zip(scores, cuts, strict=True)]
    return np.asarray(np.where(high[0], np.where(high[1], 0, 1), np.where(high[1], 2, 3)))


def _drawn_tiers(
    parts: dict[str, ScorecardValues], cuts: tuple[float, float], *, draws: int, seed: int
) -> np.ndarray:
    """Give the tiers under other weights, and other errors where they are known."""
    scores = []
    for number, part in enumerate(parts.values()):
        weights = part.drawn_weights(draws, seed + number)
        drawn = weights @ part.scaled.T
        if part.errors is not None:
            spread = np.sqrt(weights**2 @ (part.errors**2).T)
            # draws belong to content, not to rows
            order = np.lexsort((part.errors @ part.weights, part.totals))
            noise = np.random.default_rng([seed, number]).standard_normal(drawn.shape)
            drawn[:, order] += noise * spread[:, order]
        scores.append(drawn)
    return _tiers(scores, cuts)


def _positions(
    parts: dict[str, ScorecardValues], tiers: np.ndarray, drawn: np.ndarray
) -> pd.DataFrame:
    first = parts["contribution"]
    nothing = np.full(len(first.brands), np.nan)
    errors = {
        name: nothing if part.total_errors is None else part.total_errors
        for name, part in parts.items()
    }
    return pd.DataFrame({
        "brand": list(first.brands),
        "contribution_score": first.totals, "potential_score": parts["potential"].totals,
        "contribution_error": errors["contribution"], "potential_error": errors["potential"],
        "tier": np.array(TIERS, dtype=object)[tiers],
        "tier_support": (drawn == tiers).mean(axis=0),
    })  # fmt: skip


def _criteria(part: ScorecardValues, composite: str) -> pd.DataFrame:
    return pd.DataFrame({
        "composite": composite, "criterion": list(part.criteria), "weight": part.weights,
        "low": part.low, "high": part.high,
        "direction": np.where(part.is_lower_better, "lower", "higher"),
    })  # fmt: skip


def _notes(parts: dict[str, ScorecardValues], *, is_neutral: bool) -> tuple[Message, ...]:
    notes = []
    if is_neutral:
        notes.append(
            Message("No weights were chosen: criteria count alike within each of the two scores.")
        )
    if parts["contribution"].errors is None:
        notes.append(
            Message(
                "The scores carry no errors: how often a tier stays is over other weights only."
            )
        )
    return tuple(notes)
