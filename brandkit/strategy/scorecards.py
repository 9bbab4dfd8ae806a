"""Institutions by many criteria in one total, and how far its ranks can be trusted."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    ScaleError,
    check_known,
    check_level,
    check_option,
    check_whole_number,
    frame_of,
    numeric_matrix,
    require_kind,
    require_unique,
    shown,
)
from brandkit.core.labels import label_text
from brandkit.core.linalg import Flags, Floats, Ints
from brandkit.core.message import Message, noted
from brandkit.core.result import Result

Direction = Literal["higher", "lower"]
Limits = Mapping[str, tuple[float, float]] | tuple[float, float]
Directions = Mapping[str, Direction] | Direction
CONCENTRATION = 1.0
"""Weights are drawn as from a Dirichlet distribution with so much a criterion on average."""
_SAME = 1e-12
_CELLS = 4_000_000


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

    def glance(self) -> pd.DataFrame:
        """Give one row: size, who is first, how often, and how many pairs are told apart."""
        n, often = len(self.totals), int(self.totals["share_first"].to_numpy().argmax())
        names = ("brand", "estimate", "share_first")
        first = {name: self.totals[name].iloc[0] for name in names}
        return self._row(
            "n_brands n_criteria brand estimate share_first most_share_first n_pairs n_told_apart "
            "ci_level draws",
            n_brands=n,
            n_criteria=len(self.criteria),
            **first,
            most_share_first=self.totals["brand"].iloc[often],
            n_pairs=n * (n - 1) // 2,
            n_told_apart=int(self.pairs["distinct"].sum()) if self.has_errors else None,
            ci_level=self.level,
        )


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
        alone = values.criteria[int(values.weights.argmax())]
        raise InputError(
            f"`weights` must be above 0 for two criteria at least; found {alone!r} alone. A table "
            "of one criterion is ranked without a scorecard: leave the others out."
        )

    over_weights = ranks_of(values.drawn_weights(draws, seed) @ values.scaled.T)
    omissions = _omissions(values)
    ranks = _grid(brand=values.brands, rank=range(1, len(values.brands) + 1))
    parts = _grid(brand=values.brands, criterion=values.criteria)
    weights_of = np.tile(values.weights, len(values.brands))
    errors, better = values.total_errors, None
    if errors is not None:
        better = surely_better(values.totals, errors=errors, draws=draws, seed=seed, level=level)
    return Scorecard(
        totals=_totals_frame(values, better, over_weights, omissions, level=level),
        parts=parts.assign(
            value=values.raw.ravel(),
            scaled=values.scaled.ravel(),
            weight=weights_of,
            part=values.scaled.ravel() * weights_of,
        ),
        acceptability=ranks.assign(share=acceptability(over_weights).ravel()),
        omissions=omissions,
        criteria=criteria_frame(values),
        pairs=_pairs_frame(values, better),
        level=level,
        draws=draws,
        notes=_notes(values, is_neutral=weights is None),
    )


# --- checks --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ScorecardValues:
    """A checked scorecard: raw, scaled to 0-1 (1 the better limit) and errors (brands, criteria).

    Weights sum to 1; errors are those of ``scaled``.
    """

    brands: list[str]
    criteria: list[str]
    raw: Floats
    scaled: Floats
    errors: Floats | None
    weights: Floats
    low: Floats
    high: Floats
    is_lower_better: Flags

    @property
    def totals(self) -> Floats:
        """Weighted sums, 0-1, one an institution."""
        return np.asarray(self.scaled @ self.weights)

    @property
    def total_errors(self) -> Floats | None:
        """Standard errors of the totals; cells err independently."""
        errors = self.errors
        return None if errors is None else np.asarray(np.sqrt(errors**2 @ self.weights**2))

    def drawn_weights(self, draws: int, seed: int) -> Floats:
        """Draw weights about the chosen ones, (draws, criteria).

        Neutral weights draw evenly from all there are; others scatter about what was chosen, and a
        criterion without weight stays without. Criteria are drawn by what they hold, names
        deciding only between equals: the order of rows and columns does not matter.
        """
        content = np.sort(self.scaled.round(12), axis=0)
        order = np.lexsort((np.array(self.criteria), *content[::-1], self.weights))
        order = order[self.weights[order] > 0]
        shape = CONCENTRATION * len(order) * self.weights[order]
        drawn = np.zeros((draws, len(self.weights)))
        drawn[:, order] = np.random.default_rng(seed).dirichlet(shape, draws)
        return drawn

    def of(self, criteria: Sequence[str]) -> ScorecardValues:
        """Give some of the criteria, their weights as they are."""
        at = [self.criteria.index(name) for name in criteria]
        names = ("raw", "scaled", "errors", "weights", "low", "high", "is_lower_better")
        parts = {name: getattr(self, name) for name in names}
        chosen: dict[str, Any] = {
            name: part[..., at] for name, part in parts.items() if part is not None
        }
        return replace(self, criteria=list(criteria), **chosen)


def checked_values(
    scores: pd.DataFrame,
    *,
    weights: Mapping[str, float] | None,
    limits: Limits | None,
    std_errors: pd.DataFrame | None,
    direction: Directions,
) -> ScorecardValues:
    """Check a scorecard's table and bring it to 0-1."""
    scores = frame_of("scores", scores, named=False)
    brands, criteria = _labels(scores)
    require_unique("scores", brands, what="institution")
    require_unique("scores", criteria, what="criterion")
    if len(brands) < 2 or not criteria:
        raise NotEnoughDataError(
            "`scores` must have at least 2 institutions and 1 criterion; found "
            f"{len(brands)} x {len(criteria)}."
        )
    raw = numeric_matrix("scores", scores, allow_missing=True)
    low, high = _limits(limits, criteria)
    empty, outside = np.isnan(raw), (raw < low) | (raw > high)
    if (empty | outside).any():
        row, column = (int(at[0]) for at in np.nonzero(empty if empty.any() else outside))
        place = f"row {shown(brands[row])}, column {shown(criteria[column])}"
        if empty.any():
            raise InputError(
                f"`scores` must have every cell filled; found {int(empty.sum())} empty, the first "
                f"in {place}. Fill it in, or leave the institution or the criterion out: an empty "
                "cell is no 0."
            )
        raise ScaleError(
            f"`scores` must lie within `limits`; found {raw[row, column]:g} in {place}, outside "
            f"{low[column]:g} to {high[column]:g}. Mend the value or widen the limits, for all "
            "institutions alike."
        )
    lower = _directions(direction, criteria)
    scaled = (raw - low) / (high - low)
    return ScorecardValues(
        brands=brands,
        criteria=criteria,
        raw=raw,
        scaled=np.where(lower, 1 - scaled, scaled),
        errors=None if std_errors is None else _errors(std_errors, scores) / (high - low),
        weights=_weights(weights, criteria),
        low=low,
        high=high,
        is_lower_better=lower,
    )


def _labels(frame: pd.DataFrame) -> tuple[list[str], list[str]]:
    rows, columns = ([label_text(one) for one in side] for side in (frame.index, frame.columns))
    return rows, columns


def _check_names(
    argument: str, given: Mapping[str, object], criteria: list[str], *, way_out: str | None = None
) -> None:
    """Refuse names that are no criteria, and with a way out criteria that are not named."""
    check_known(argument, list(given), criteria, rule="name criteria of the table")
    missing = [name for name in criteria if name not in given]
    if way_out and missing:
        raise InputError(
            f"`{argument}` must hold every criterion; found none for {shown(missing)}. {way_out}"
        )


def _limits(limits: Limits | None, criteria: list[str]) -> tuple[Floats, Floats]:
    pair = limits if limits is not None and not isinstance(limits, Mapping) else None
    given = limits if isinstance(limits, Mapping) else dict.fromkeys(criteria if pair else [], pair)
    way_out = (
        "Declare the lowest and highest possible value, (0, 10) or {criterion: (low, high)}: "
        "limits taken from the table would let one more institution reverse ranks of others."
    )
    _check_names("limits", given, criteria, way_out=way_out)
    for name in criteria:
        found = np.array(given[name], dtype=float)
        if found.shape != (2,) or not np.isfinite(found).all() or not found[0] < found[1]:
            raise ScaleError(
                f"`limits` must be two finite numbers, the lower first; found {shown(found)} for "
                f"{shown(name)}."
            )
    low, high = np.array([given[name] for name in criteria], dtype=float).T
    return low, high


def _directions(direction: Directions, criteria: list[str]) -> Flags:
    given = direction if isinstance(direction, Mapping) else dict.fromkeys(criteria, direction)
    _check_names("direction", given, criteria)
    for each in given.values():
        check_option("direction", each, get_args(Direction))
    return np.array([given.get(name, "higher") == "lower" for name in criteria])


def _weights(weights: Mapping[str, float] | None, criteria: list[str]) -> Floats:
    if weights is None:
        return np.full(len(criteria), 1 / len(criteria))
    require_kind("weights", weights, Mapping, what="a mapping of criteria to numbers")
    way_out = "Write 0 where a criterion shall not count."
    _check_names("weights", weights, criteria, way_out=way_out)
    values = np.array([float(weights[name]) for name in criteria])
    if not np.isfinite(values).all() or (values < 0).any() or not values.any():
        found = shown(values.tolist()) if values.any() else "zeros only"
        raise ScaleError(f"`weights` must be finite and >= 0, and not all 0; found {found}.")
    return np.asarray(values / values.sum())


def _errors(std_errors: pd.DataFrame, scores: pd.DataFrame) -> Floats:
    std_errors = frame_of("std_errors", std_errors, named=False)
    wanted, given = _labels(scores), _labels(std_errors)
    odd = [name for a, b in zip(given, wanted, strict=True) for name in sorted(set(a) ^ set(b))]
    if odd:
        raise InputError(
            "`std_errors` must have the institutions and criteria of `scores`; found "
            f"{shown(odd)} on one side only."
        )
    frame = std_errors.set_axis(given[0], axis=0).set_axis(given[1], axis=1)
    values = numeric_matrix("std_errors", frame.loc[wanted[0], wanted[1]])
    if (values < 0).any() or not values.any():
        found = f"{values.min():g}" if values.any() else "zeros only"
        raise ScaleError(
            f"`std_errors` must be >= 0, and not all 0; found {found}. Write 0 where a value is "
            "known without error, and leave them out where all are."
        )
    return values


# --- labels --------------------------------------------------------------------------------------


def _grid(**sides: Sequence[Hashable]) -> pd.DataFrame:
    """Give a row each combination, the last side fastest."""
    rows = pd.MultiIndex.from_product(list(sides.values()), names=list(sides))
    return pd.DataFrame(rows.to_frame(index=False))


def _omissions(values: ScorecardValues) -> pd.DataFrame:
    """Leave out each criterion that counts; its weight goes to the others in proportion."""
    used = np.flatnonzero(values.weights > 0)
    left = np.tile(values.weights, (len(used), 1))
    left[np.arange(len(used)), used] = 0.0
    if len(used) < 2:
        used, left = used[:0], left[:0]
    totals = left / left.sum(axis=1, keepdims=True) @ values.scaled.T
    frame = _grid(criterion=[values.criteria[at] for at in used], brand=values.brands)
    frame = frame.assign(
        estimate=totals.ravel(), rank=ranks_of(totals).ravel() if len(used) else []
    )
    return frame[["brand", "criterion", "estimate", "rank"]]


def _totals_frame(
    values: ScorecardValues,
    better: Flags | None,
    over_weights: Ints,
    omissions: pd.DataFrame,
    *,
    level: float,
) -> pd.DataFrame:
    from scipy.stats import norm

    totals, errors, rank = values.totals, values.total_errors, ranks_of(values.totals)
    m, tail = len(totals), (1 - level) / 2
    low, high = np.quantile(over_weights, [tail, 1 - tail], axis=0, method="inverted_cdf")
    omitted = omissions.groupby("brand")["rank"].agg(low="min", high="max").reindex(values.brands)
    omitted = omitted.apply(lambda one: one.fillna(pd.Series(rank, values.brands)).astype(int))
    # who is no better anywhere that counts is behind under all weights; equal somewhere is enough
    # for a tie under some, and a tie shares the better rank
    scaled = values.scaled[:, values.weights > 0]
    dominates = (scaled[:, None, :] - scaled > _SAME).all(axis=-1)
    frame = pd.DataFrame(
        {
            "brand": values.brands,
            "estimate": totals,
            "rank": rank,
            "std_error": np.nan,
            "ci_low": np.nan,
            "ci_high": np.nan,
            "rank_low": np.nan,
            "rank_high": np.nan,
            "weights_rank_low": low.astype(int),
            "weights_rank_high": high.astype(int),
            "share_first": (over_weights == 1).mean(axis=0),
            "omit_rank_low": omitted["low"].to_numpy(),
            "omit_rank_high": omitted["high"].to_numpy(),
            "bound_rank_low": 1 + dominates.sum(axis=0),
            "bound_rank_high": m - dominates.sum(axis=1),
        }
    )
    if errors is not None and better is not None:
        half = norm.ppf((1 + level) / 2) * errors
        frame = frame.assign(
            std_error=errors,
            ci_low=np.maximum(totals - half, 0.0),
            ci_high=np.minimum(totals + half, 1.0),
            rank_low=1 + better.sum(axis=0),
            rank_high=m - better.sum(axis=1),
        )
    return frame.sort_values("rank", kind="stable", ignore_index=True)


def criteria_frame(values: ScorecardValues) -> pd.DataFrame:
    """Give a row a criterion, with what was declared of it."""
    return pd.DataFrame(
        {
            "criterion": list(values.criteria),
            "weight": values.weights,
            "low": values.low,
            "high": values.high,
            "direction": np.where(values.is_lower_better, "lower", "higher"),
        }
    )


def _pairs_frame(values: ScorecardValues, better: Flags | None) -> pd.DataFrame:
    errors, names = values.total_errors, np.array(values.brands, dtype=object)
    if better is None or errors is None:
        return pd.DataFrame(columns=["brand_a", "brand_b", "estimate", "std_error", "distinct"])
    order = np.argsort(-values.totals, kind="stable")
    first, second = (order[at] for at in np.triu_indices(len(order), 1))
    return pd.DataFrame(
        {
            "brand_a": names[first],
            "brand_b": names[second],
            "estimate": values.totals[first] - values.totals[second],
            "std_error": np.sqrt(errors[first] ** 2 + errors[second] ** 2),
            "distinct": better[first, second],
        }
    )


def _notes(values: ScorecardValues, *, is_neutral: bool) -> tuple[Message, ...]:
    names = np.array(values.criteria, dtype=object)
    idle, flat = names[values.weights == 0], names[np.ptp(values.scaled, axis=0) < _SAME]
    errors = Message(
        "Rank sets hold for all institutions at once; the scores are taken to err independently "
        "of each other."
    )
    if values.errors is None:
        errors = Message(
            "The scores carry no errors, so nothing here is an interval: ranges show what other "
            "weights or one criterion less would do."
        )
    return (
        *noted(
            "No weights were chosen: all {n:count} criteria count alike, and ranks over weights "
            "look at every possible weighting.",
            n=len(names) * is_neutral,
        ),
        *noted(
            "{n:count} {n:criterion counts|criteria count} nothing: {names}.",
            names=list(idle),
            most=5,
        ),
        errors,
        *noted(
            "{n:count} {n:criterion does|criteria do} not tell institutions apart: {names}.",
            names=list(flat),
            most=5,
        ),
    )


# --- ranks ----------------------------------------------------------------------------------------


def ranks_of(totals: Floats) -> Ints:
    """Rank totals (..., institutions), the highest 1; equal totals share the better rank.

    >>> ranks_of(np.array([0.2, 0.9, 0.2])).tolist()
    [2, 1, 2]
    """
    if totals.ndim == 1:
        return np.asarray(1 + (totals > totals[:, None] + _SAME).sum(axis=-1))
    step = max(1, _CELLS // totals.shape[-1] ** 2)
    parts = (totals[at : at + step] for at in range(0, len(totals), step))
    better = ((part[:, None, :] > part[:, :, None] + _SAME).sum(axis=-1) for part in parts)
    return np.concatenate([1 + one for one in better])


def surely_better(totals: Floats, *, errors: Floats, draws: int, seed: int, level: float) -> Flags:
    """Say which totals are better than which others, [j, k], all said at once.

    Errors (institutions,) are independent and normal. Every ordered pair is a hypothesis "j is no
    better than k". All whose standardised difference exceeds the `level` point of the largest one
    under equality are rejected; the rest are looked at again against the largest of themselves,
    until no more fall (Romano and Wolf 2005; Mogstad, Romano, Shaikh and Wilhelm 2024 for ranks).
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
    parts = (noise[at : at + step] for at in range(0, len(noise), step))
    return np.concatenate(
        [((part[:, first] - part[:, second]) / scale).max(axis=1) for part in parts]
    )


def acceptability(ranks: Ints) -> Floats:
    """Give the share of draws (draws, institutions) with each rank (Lahdelma, Salminen 2001)."""
    m = ranks.shape[1]
    return np.asarray((ranks[:, :, None] == np.arange(1, m + 1)).mean(axis=0))
