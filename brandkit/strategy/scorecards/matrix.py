"""Two composites of one scorecard against each other: what it brings and what it could bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar, cast

import numpy as np
import pandas as pd

from brandkit.core.errors import InputError, ScaleError, check_whole_number, require_frame, shown
from brandkit.core.labels import label_text
from brandkit.core.linalg import Codes, Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.strategy.scorecards.scorecards import (
    Directions,
    Limits,
    ScorecardValues,
    checked_values,
    criteria_frame,
)

Given = TypeVar("Given")
Sides = dict[str, list[str]]

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
        facts = {"n_brands": len(self.positions), "n_criteria": len(self.criteria)}
        facts |= {"n_lead": int((self.positions["tier"] == "lead").sum())}
        settled = int((self.positions["tier_support"] >= SETTLED_TIER).sum())
        return pd.DataFrame([facts | {"n_settled_tiers": settled, "draws": self.draws}])


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
    require_frame("scores", scores)
    sides = _checked_sides(scores, contribution=contribution, potential=potential)
    for cut in cuts:
        if not 0 < cut < 1:
            raise ScaleError(f"`cuts` must lie between 0 and 1; found {cut}. Write (0.5, 0.5).")
    used = [*sides["contribution"], *sides["potential"]]
    whole = checked_values(
        _columns(scores, used),
        weights=_of_criteria(weights, used),
        limits=_of_criteria(limits, used),
        std_errors=_columns(std_errors, used),
        direction=_of_criteria(direction, used),
    )
    parts = {name: _part(whole, names, name) for name, names in sides.items()}

    tiers = _tiers([part.totals for part in parts.values()], cuts)
    drawn = _drawn_tiers(parts, cuts, draws=draws, seed=seed)

    notes = []
    if weights is None:
        text = "No weights were chosen: criteria count alike within each of the two scores."
        notes.append(Message(text))
    if whole.errors is None:
        text = "The scores carry no errors: how often a tier stays is over other weights only."
        notes.append(Message(text))
    criteria = pd.concat({name: criteria_frame(part) for name, part in parts.items()})
    criteria = criteria.reset_index(level=0, names="composite").reset_index(drop=True)
    positions = pd.DataFrame({f"{name}_score": part.totals for name, part in parts.items()})
    positions.insert(0, "brand", list(whole.brands))
    for name, part in parts.items():
        positions[f"{name}_error"] = np.nan if part.total_errors is None else part.total_errors
    positions["tier"] = np.array(TIERS, dtype=object)[tiers]
    return ScorecardMatrix(
        positions=positions.assign(tier_support=(drawn == tiers).mean(axis=0)),
        criteria=criteria,
        cuts=(float(cuts[0]), float(cuts[1])),
        draws=draws,
        notes=tuple(notes),
    )


def _checked_sides(scores: pd.DataFrame, **given: Sequence[str]) -> Sides:
    known = [label_text(name) for name in scores.columns]
    for name, criteria in given.items():
        if isinstance(criteria, str) or not criteria:
            raise InputError(
                f"`{name}` must be a list of one criterion or more; found {shown(criteria)}."
            )
    sides = {name: [label_text(one) for one in criteria] for name, criteria in given.items()}
    both = sorted(set(sides["contribution"]) & set(sides["potential"]))
    if both:
        raise InputError(
            f"`potential` must hold other criteria than `contribution`; found {shown(both)} in "
            "both. Put each where it belongs most: counted twice, it makes the two look alike."
        )
    unknown = [name for criteria in sides.values() for name in criteria if name not in known]
    if unknown:
        raise InputError(
            f"`contribution` and `potential` must name columns of `scores`; found {shown(unknown)}."
            f" It has {shown(known, most=14)}."
        )
    return sides


def _columns(frame: Given, names: list[str]) -> Given:
    """Give the columns of those names that a frame has; what is no frame as it is."""
    if not isinstance(frame, pd.DataFrame):
        return frame
    known = [label_text(name) for name in frame.columns]
    at = [known.index(name) for name in names if name in known]
    return cast("Given", frame.iloc[:, at])


def _of_criteria(given: Given, used: list[str]) -> Given:
    """Keep what is declared of the criteria in use."""
    if not isinstance(given, Mapping):
        return given
    return cast("Given", {name: value for name, value in given.items() if name in used})


def _part(whole: ScorecardValues, criteria: list[str], composite: str) -> ScorecardValues:
    """Give one composite as a scorecard of its own."""
    part = whole.of(criteria)
    if not part.weights.any():
        raise ScaleError(
            f"`weights` must be above 0 for some criterion of `{composite}`; found zeros only."
        )
    return replace(part, weights=part.weights / part.weights.sum())


def _tiers(scores: Sequence[Floats], cuts: tuple[float, float]) -> Codes:
    """Give 0 to 3 by whether contribution and potential are high; the cut itself is high."""
    contributes, promises = (side >= cut - 1e-12 for side, cut in zip(scores, cuts, strict=True))
    return np.asarray(3 - 2 * contributes.astype(np.intp) - promises)


def _drawn_tiers(
    parts: dict[str, ScorecardValues], cuts: tuple[float, float], *, draws: int, seed: int
) -> Codes:
    """Give the tiers under other weights, and other errors where known, (draws, institutions)."""
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
