"""Institutions by many criteria in one total, and how far its ranks can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    ScaleError,
    check_level,
    check_option,
    check_whole_number,
    did_you_mean,
    numeric_matrix,
    require_frame,
    require_unique,
    shown,
)
from brandkit.core.linalg import Flags, Floats, Ints
from brandkit.core.message import Message
from brandkit.core.result import Result

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
        See :func:`brandkit.strategy.scorecards.scorecards.scorecard`.
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


_SAME = 1e-12
_CELLS = 4_000_000


def ranks_of(totals: Floats) -> Ints:
    """Rank totals, the highest 1; equal totals share the better rank.

    Parameters
    ----------
    totals : ndarray, shape (..., institutions)

    Returns
    -------
    ndarray of int

    Examples
    --------
    >>> ranks_of(np.array([0.2, 0.9, 0.2])).tolist()
    [2, 1, 2]
    """
    if totals.ndim == 1:
        return np.asarray(1 + (totals > totals[:, None] + _SAME).sum(axis=-1))
    step = max(1, _CELLS // totals.shape[-1] ** 2)
    return np.concatenate([
        1 + (part[:, None, :] > part[:, :, None] + _SAME).sum(axis=-1)
        for part in (totals[at : at + step] for at in range(0, len(totals), step))
    ])  # fmt: skip


def surely_better(totals: Floats, *, errors: Floats, draws: int, seed: int, level: float) -> Flags:
    """Say which totals are better than which others, all said at once.

    Parameters
    ----------
    totals, errors : ndarray, institutions
        Errors are independent over institutions and normal.
    draws : int
    seed : int
    level : float
        Chance that not one of the statements is false.

    Returns
    -------
    ndarray of bool, institutions x institutions
        [j, k]: j is better than k.

    Notes
    -----
    Every ordered pair is a hypothesis "j is no better than k". All whose standardised difference
    exceeds the `level` point of the largest one under equality are rejected; the rest are looked
    at again against the largest of themselves, until no more fall (Romano and Wolf 2005; Mogstad,
    Romano, Shaikh and Wilhelm 2024 for ranks).
    """
    m = len(totals)
    spread = np.sqrt(errors[:, None] ** 2 + errors**2)
    gap = totals[:, None] - totals
    known = spread == 0
    better: Flags = known & (gap > _SAME)
    open_pairs = ~known
    np.fill_diagonal(open_pairs, val=False)
    if not open_pairs.any():
        return better
    # draws belong to content, not to rows
    order = np.lexsort((errors, totals))
    noise = np.zeros((draws, m))
    noise[:, order] = np.random.default_rng(seed).standard_normal((draws, m)) * errors[order]
    statistic = np.divide(gap, spread, out=np.full((m, m), -np.inf), where=~known)
    place = int(np.ceil((draws + 1) * level)) - 1
    while open_pairs.any():
        largest = np.sort(_largest(noise, spread, open_pairs))
        cut = largest[place] if place < draws else np.inf
        found = open_pairs & (statistic > cut)
        if not found.any():
            break
        better |= found
        open_pairs &= ~found
    return better


def _largest(noise: Floats, spread: Floats, open_pairs: Flags) -> Floats:
    """Give the largest standardised difference of each draw over the pairs that are open."""
    first, second = np.nonzero(open_pairs)
    step = max(1, _CELLS // len(first))
    scale = spread[first, second]
    return np.concatenate([
        ((part[:, first] - part[:, second]) / scale).max(axis=1)
        for part in (noise[at : at + step] for at in range(0, len(noise), step))
    ])  # fmt: skip


def acceptability(ranks: Ints) -> Floats:
    """Give the share of draws in which each institution takes each rank.

    Parameters
    ----------
    ranks : ndarray of int, shape (draws, institutions)

    Returns
    -------
    ndarray, institutions x ranks
        Rows sum to 1 (Lahdelma and Salminen 2001).
    """
    m = ranks.shape[1]
    return np.asarray((ranks[:, :, None] == np.arange(1, m + 1)).mean(axis=0))


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Scorecard(Result):
    """Totals and ranks of institutions, and what would change them.

    Parameters
    ----------
    totals : DataFrame
        One row an institution, the best first: ``brand estimate rank std_error ci_low ci_high
        rank_low rank_high weights_rank_low weights_rank_high share_first omit_rank_low
        omit_rank_high bound_rank_low bound_rank_high``. ``estimate`` runs from 0 (the worse limit
        of every criterion) to 1. Errors, their intervals and the rank set (``rank_low`` to
        ``rank_high``) are missing without standard errors. ``weights_rank_…`` is the central part
        of the weights drawn, ``omit_rank_…`` any one criterion left out, ``bound_rank_…`` what no
        weights can leave.
    parts : DataFrame
        One row an institution and criterion: ``brand criterion value scaled weight part``; the
        parts of an institution add up to its total.
    acceptability : DataFrame
        One row an institution and rank: ``brand rank share``: of the weights drawn.
    omissions : DataFrame
        One row an institution and criterion left out: ``brand criterion estimate rank``.
    criteria : DataFrame
        ``criterion weight low high direction``.
    pairs : DataFrame
        One row a pair, with standard errors only: ``brand_a brand_b estimate std_error
        distinct``; the first has the higher total.
    level : float
        What intervals, rank sets and the range over weights aim at.
    draws : int
    """

    totals: pd.DataFrame
    parts: pd.DataFrame
    acceptability: pd.DataFrame
    omissions: pd.DataFrame
    criteria: pd.DataFrame
    pairs: pd.DataFrame
    level: float
    draws: int

    @property
    def has_errors(self) -> bool:
        """Whether standard errors were given, so that there are rank sets."""
        return bool(self.totals["std_error"].notna().any())

    def tidy(self) -> pd.DataFrame:
        """Give the totals."""
        return self.totals.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: size, who is first, how often, and how many pairs are told apart."""
        first = self.totals.iloc[0]
        often = self.totals.iloc[int(self.totals["share_first"].to_numpy().argmax())]
        return pd.DataFrame({
            "n_brands": [len(self.totals)],
            "n_criteria": [len(self.criteria)],
            "brand": [first["brand"]],
            "estimate": [first["estimate"]],
            "share_first": [first["share_first"]],
            "most_share_first": [often["brand"]],
            "n_pairs": [len(self.totals) * (len(self.totals) - 1) // 2],
            "n_told_apart": [int(self.pairs["distinct"].sum()) if self.has_errors else None],
            "ci_level": [self.level],
            "draws": [self.draws],
        })  # fmt: skip


def scorecard(
    scores: pd.DataFrame,
    *,
    weights: Mapping[str, float] | None = None,
    limits: Limits | None = None,
    std_errors: pd.DataFrame | None = None,
    direction: Directions = "higher",
    draws: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> Scorecard:
    """Score institutions by weighted criteria, and say how far the ranking holds.

    Answers *who leads, by how much, and would it lead under other weights?*

    Parameters
    ----------
    scores : DataFrame, institutions x criteria
        Every cell filled. The index names the institutions.
    weights : mapping of criterion to weight >= 0, optional
        For all criteria; equal weights where not given.
    limits : mapping of criterion to (low, high), or one pair for all
        The lowest and highest possible value. They must be declared, never taken from the table:
        so one more institution reverses no rank of others.
    std_errors : DataFrame, institutions x criteria, optional
        Standard errors in the units of `scores`, 0 where a value is known without error.
    direction : "higher", "lower", or a mapping of criterion to either, default "higher"
        Which end is better.
    draws : int, default 1000
        Draws of weights, and of errors for the rank sets.
    seed : int, default 0
    level : float, default 0.95

    Returns
    -------
    Scorecard

    Raises
    ------
    InputError
        A cell is empty or no number, a label occurs twice, or limits or weights do not hold every
        criterion.
    ScaleError
        A value lies outside its limits, a weight is negative, or all are 0.
    NotEnoughDataError
        Fewer than two institutions.

    Notes
    -----
    total = sum of weight x (value - low) / (high - low), weights brought to sum 1, turned round
    where lower is better.

    With standard errors: a rank set holds every rank that the errors do not rule out, for all
    institutions at once: from 1 + those surely better, to all but those surely worse. Differences
    of all pairs are looked at together, stepwise. Cells are taken to err independently; where the
    same persons rated all institutions, differences are more certain than that and the sets wide.

    Without, there is no interval. Either way weights are drawn: evenly from all there are where
    none were chosen, else about the chosen ones (Dirichlet with one per criterion that counts).
    A criterion left out leaves its weight to the others. What dominates on every criterion stays
    ahead whatever the weights: that gives the bounds.

    References
    ----------
    Mogstad, M., Romano, J., Shaikh, A. and Wilhelm, D. (2024). Inference for ranks with
    applications to mobility across neighbourhoods and academic achievement across countries.
    Review of Economic Studies 91(1). doi:10.1093/restud/rdad006
    Lahdelma, R. and Salminen, P. (2001). SMAA-2: stochastic multicriteria acceptability analysis
    for group decision making. Operations Research 49(3). doi:10.1287/opre.49.3.444.11220

    Examples
    --------
    >>> table = pd.DataFrame({"service": [8.0, 6.0, 9.0], "fees": [12.0, 4.0, 10.0]},
    ...                      index=["Civic", "Kestrel", "Meridian"])
    >>> card = scorecard(table, limits={"service": (0, 10), "fees": (0, 20)},
    ...                  direction={"fees": "lower"})
    >>> card.totals[["brand", "estimate", "rank", "bound_rank_high"]].values.tolist()
    [['Kestrel', 0.7, 1, 3], ['Meridian', 0.7, 1, 2], ['Civic', 0.6000000000000001, 3, 3]]
    """
    check_whole_number("draws", draws, low=99)
    check_whole_number("seed", seed, low=0)
    check_level(level)
    values = checked_values(
        scores, weights=weights, limits=limits, std_errors=std_errors, direction=direction
    )
    if len(values.criteria) > 1 and np.count_nonzero(values.weights) == 1:
        one = values.criteria[int(values.weights.argmax())]
        raise InputError(
            f"`weights` must be above 0 for two criteria at least; found {one!r} alone. A table "
            "of one criterion is ranked without a scorecard: leave the others out."
        )

    over_weights = ranks_of(values.drawn_weights(draws, seed) @ values.scaled.T)
    omissions = _omissions(values)
    better = _better(values, draws=draws, seed=seed, level=level)
    return Scorecard(
        totals=_totals_frame(values, better, over_weights, omissions, level=level),
        parts=_parts_frame(values),
        acceptability=_acceptability_frame(values, over_weights),
        omissions=omissions,
        criteria=_criteria_frame(values),
        pairs=_pairs_frame(values, better),
        level=level,
        draws=draws,
        notes=_notes(values, is_neutral=weights is None),
    )


def _better(values: ScorecardValues, *, draws: int, seed: int, level: float) -> np.ndarray | None:
    errors = values.total_errors
    if errors is None:
        return None
    return surely_better(values.totals, errors=errors, draws=draws, seed=seed, level=level)


def _omissions(values: ScorecardValues) -> pd.DataFrame:
    """Leave out each criterion that counts; its weight goes to the others in proportion."""
    used = np.flatnonzero(values.weights > 0)
    if len(used) < 2:
        return pd.DataFrame(columns=["brand", "criterion", "estimate", "rank"])
    left = np.tile(values.weights, (len(used), 1))
    left[np.arange(len(used)), used] = 0.0
    left /= left.sum(axis=1, keepdims=True)
    totals = left @ values.scaled.T
    m = len(values.brands)
    return pd.DataFrame({
        "brand": np.tile(np.array(values.brands, dtype=object), len(used)),
        "criterion": np.array(values.criteria, dtype=object)[used].repeat(m),
        "estimate": totals.ravel(),
        "rank": ranks_of(totals).ravel(),
    })  # fmt: skip


def _totals_frame(
    values: ScorecardValues,
    better: np.ndarray | None,
    over_weights: Ints,
    omissions: pd.DataFrame,
    *,
    level: float,
) -> pd.DataFrame:
    totals, errors = values.totals, values.total_errors
    m = len(totals)
    nothing = np.full(m, np.nan)
    error = nothing if errors is None else errors
    half = norm.ppf((1 + level) / 2) * error
    tail = (1 - level) / 2
    low, high = np.quantile(over_weights, [tail, 1 - tail], axis=0, method="inverted_cdf")
    rank = ranks_of(totals)
    by_brand = omissions.groupby("brand", sort=False)["rank"]
    omit = by_brand.agg(["min", "max"]).reindex(values.brands).to_numpy(dtype=float)
    dominates = _dominates(values)
    frame = pd.DataFrame({
        "brand": list(values.brands), "estimate": totals, "rank": rank, "std_error": error,
        "ci_low": np.maximum(totals - half, 0.0), "ci_high": np.minimum(totals + half, 1.0),
        "rank_low": nothing if better is None else 1 + better.sum(axis=0),
        "rank_high": nothing if better is None else m - better.sum(axis=1),
        "weights_rank_low": low.astype(int), "weights_rank_high": high.astype(int),
        "share_first": (over_weights == 1).mean(axis=0),
        "omit_rank_low": np.where(np.isnan(omit[:, 0]), rank, omit[:, 0]).astype(int),
        "omit_rank_high": np.where(np.isnan(omit[:, 1]), rank, omit[:, 1]).astype(int),
        "bound_rank_low": 1 + dominates.sum(axis=0),
        "bound_rank_high": m - dominates.sum(axis=1),
    })  # fmt: skip
    if better is not None:
        frame = frame.astype({"rank_low": int, "rank_high": int})
    order = np.lexsort((np.arange(m), rank))
    return frame.iloc[order].reset_index(drop=True)


def _dominates(values: ScorecardValues) -> np.ndarray:
    """Say who is ahead of whom under all weights: no worse anywhere, better where it counts."""
    scaled = values.scaled[:, values.weights > 0]
    gap = scaled[:, None, :] - scaled
    # equal somewhere is enough for a tie under some weights, and a tie shares the better rank
    return np.asarray((gap > _SAME).all(axis=-1))


def _parts_frame(values: ScorecardValues) -> pd.DataFrame:
    m, k = values.raw.shape
    return pd.DataFrame({
        "brand": np.array(values.brands, dtype=object).repeat(k),
        "criterion": np.tile(np.array(values.criteria, dtype=object), m),
        "value": values.raw.ravel(),
        "scaled": values.scaled.ravel(),
        "weight": np.tile(values.weights, m),
        "part": (values.scaled * values.weights).ravel(),
    })  # fmt: skip


def _acceptability_frame(values: ScorecardValues, over_weights: Ints) -> pd.DataFrame:
    m = len(values.brands)
    return pd.DataFrame({
        "brand": np.array(values.brands, dtype=object).repeat(m),
        "rank": np.tile(np.arange(1, m + 1), m),
        "share": acceptability(over_weights).ravel(),
    })  # fmt: skip


def _criteria_frame(values: ScorecardValues) -> pd.DataFrame:
    return pd.DataFrame({
        "criterion": list(values.criteria), "weight": values.weights, "low": values.low,
        "high": values.high, "direction": np.where(values.is_lower_better, "lower", "higher"),
    })  # fmt: skip


def _pairs_frame(values: ScorecardValues, better: np.ndarray | None) -> pd.DataFrame:
    columns = ["brand_a", "brand_b", "estimate", "std_error", "distinct"]
    errors = values.total_errors
    if better is None or errors is None:
        return pd.DataFrame(columns=columns)
    order = np.lexsort((np.arange(len(errors)), -values.totals))
    first, second = (order[at] for at in np.triu_indices(len(order), 1))
    names = np.array(values.brands, dtype=object)
    return pd.DataFrame({
        "brand_a": names[first], "brand_b": names[second],
        "estimate": values.totals[first] - values.totals[second],
        "std_error": np.sqrt(errors[first] ** 2 + errors[second] ** 2),
        "distinct": better[first, second],
    })  # fmt: skip


def _notes(values: ScorecardValues, *, is_neutral: bool) -> tuple[Message, ...]:
    notes = []
    if is_neutral:
        text = (
            "No weights were chosen: all {n:count} criteria count alike, and ranks over weights "
            "look at every possible weighting."
        )
        notes.append(Message(text, {"n": len(values.criteria)}))
    unused = [name for name, w in zip(values.criteria, values.weights, strict=True) if w == 0]
    if unused:
        text = "{n:count} {n:criterion counts|criteria count} nothing: {names}."
        notes.append(Message(text, {"n": len(unused), "names": unused[:5]}))
    if values.errors is None:
        notes.append(
            Message(
                "The scores carry no errors, so nothing here is an interval: ranges show what "
                "other weights or one criterion less would do."
            )
        )
    else:
        notes.append(
            Message(
                "Rank sets hold for all institutions at once; the scores are taken to err "
                "independently of each other."
            )
        )
    flat = _flat(values.scaled)
    if flat:
        text = "{n:count} {n:criterion does|criteria do} not tell institutions apart: {names}."
        names = [values.criteria[at] for at in flat]
        notes.append(Message(text, {"n": len(names), "names": names[:5]}))
    return tuple(notes)


def _flat(scaled: Floats) -> list[int]:
    return [int(at) for at in np.flatnonzero(np.ptp(scaled, axis=0) < _SAME)]
