"""Who moved between waves, once what the whole market did is taken off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple, get_args

import numpy as np
import pandas as pd
from scipy.special import stdtr

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    check_known,
    check_level,
    check_option,
    check_whole_number,
    shown,
)
from brandkit.core.intervals import holm, holm_of_tested, t_interval
from brandkit.core.labels import label_text
from brandkit.core.linalg import Codes, Flags, Floats, ratio
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.positioning.image import kernel
from brandkit.positioning.image.kernel import (
    SUPPRESSED_BASE,
    ImageData,
    ImageTables,
    image_responses,
    image_tables,
    joint_df,
    second_moments,
)
from brandkit.positioning.image.stability import RowScaling, map_of_draws
from brandkit.positioning.maps.correspondence import CorrespondenceMap, points_frame, some_names
from brandkit.sampling.design import Weight
from brandkit.sources.survey.batteries import PickAny
from brandkit.sources.survey.survey import Survey

MOST_WAVES = 12
#: Brands in both waves from which what they did together can be told from what one did.
FEWEST_BRANDS = 4
#: Rounds of Weiszfeld's steps; the middle of some brands is found to 1e-6 of their spread.
ROUNDS = 60
#: Distance, as a part of the spread, under which a brand counts as lying in the middle.
NEAREST = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class WaveMovement(Result):
    """How brands moved on one map of all waves, relative to the market.

    Parameters
    ----------
    moves : DataFrame
        One row a brand and step from a wave to the next: ``brand wave_from wave_to move_across
        move_upward map_distance std_error ci_low ci_high ci_level statistic p_value p_adjusted
        moved radius_long radius_short angle n``. ``map_distance`` is the length of the move over
        the kept axes, the interval is its shortest and longest within the move's region, whose
        radii and angle stand beside; ``n`` is the smaller base of the two waves.
    market : DataFrame
        One row a step: ``wave_from wave_to move_across move_upward n_brands``: what the brands
        did together, which is taken off.
    places : DataFrame
        One row a brand, wave and axis: ``brand wave axis coordinate std_error n``.
    attributes : DataFrame
        One row an attribute and step: ``attribute wave_from wave_to share_from share_to change
        std_error ci_low ci_high ci_level p_value p_adjusted``: mean shares over the brands of
        both waves that did not move, each brand counting once.
    axes : DataFrame
        One row an axis: ``axis singular_value inertia share``.
    map : CorrespondenceMap
        Of the stacked table, rows "brand · wave".
    plane_stability : float
        Share of draws whose plane agrees, RV >= .9.
    anchors : tuple of str
        Brands whose mean move stands for the market; none where it is the middle of all.
    level : float
    n_respondents : int
    draw_places : ndarray, shape (draws, rows of the map, axes)
    """

    moves: pd.DataFrame
    market: pd.DataFrame
    places: pd.DataFrame
    attributes: pd.DataFrame
    axes: pd.DataFrame
    map: CorrespondenceMap
    plane_stability: float
    anchors: tuple[str, ...]
    level: float
    n_respondents: int
    draw_places: Floats = field(repr=False)

    @property
    def waves(self) -> list[str]:
        """The waves, in their order."""
        return [str(self.market["wave_from"].iloc[0]), *map(str, self.market["wave_to"])]

    def step(self, wave_to: str | None = None) -> pd.DataFrame:
        """Give the moves of the step that leads to a wave, the last where not given."""
        wave_to = self.waves[-1] if wave_to is None else str(wave_to)
        check_option("wave_to", wave_to, self.waves[1:])
        return self.moves[self.moves["wave_to"] == wave_to].reset_index(drop=True)

    def glance(self) -> pd.DataFrame:
        """Give one row: persons, brands, waves, and how many moves are more than noise."""
        return self._row(
            "scaling n_respondents n_brands n_attributes n_waves n_moved draws share_explained "
            "plane_stability ci_level",
            scaling=self.map.scaling,
            n_brands=self.places["brand"].nunique(),
            n_attributes=self.attributes["attribute"].nunique(),
            n_waves=len(self.waves),
            n_moved=int(self.moves["moved"].sum()),
            draws=len(self.draw_places),
            share_explained=self.axes["share"].head(self.draw_places.shape[2]).sum(),
            ci_level=self.level,
        )


def wave_movement(
    data: ImageData,
    *,
    brand: str | None = None,
    attributes: Sequence[str] | None = None,
    wave: str | None = None,
    respondent: str | None = None,
    weight: Weight | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    anchors: Sequence[str] = (),
    scaling: RowScaling = "row_green",
    axes: int = 2,
    draws: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> WaveMovement:
    """Find the brands that moved between waves, relative to the market.

    Answers *who moved, by how much, and is that more than noise?* All waves stand in one table,
    a row a brand and wave, so that their places share the same axes and nothing is turned onto
    anything.

    Parameters
    ----------
    data : DataFrame, Survey or PickAny
        One row a respondent, brand and wave; see
        :func:`~brandkit.positioning.image.stability.map_stability`.
    brand, wave, respondent : str, optional
        Columns. A survey brings them. Waves stand in the order of their codes or numbers, else
        sorted. Persons who answered in several waves keep their id, and the errors know it.
    attributes : sequence of str, optional
        Columns of ticks.
    weight : str or SurveyWeights, optional
    strata, cluster : str, optional
    anchors : sequence of str, optional
        Brands that are known not to have moved. Without, the market's shift is the spatial median
        of all brands' moves, which one mover cannot carry away.
    scaling : str, default "row_green"
        One with brands in principal coordinates.
    axes : int, default 2
    draws : int, default 1000
    seed : int, default 0
    level : float, default 0.95

    Returns
    -------
    WaveMovement

    Raises
    ------
    InputError
        A column is missing or no tick, or an anchor is no brand.
    NotEnoughDataError
        Fewer than two waves, or fewer than four brands that two waves share.

    Notes
    -----
    A brand's move is the difference of its two places less the market's shift; its covariance
    comes from draws over persons, in each of which the shift is found anew. The test is
    Hotelling's, adjusted by Holm over all moves. The interval of the length is the shortest and
    longest within the move's region, so that it holds 0 exactly where the move's own test does not
    reject, and covers a little more than its level.

    What the whole market did is not on the map once it is taken off: ``attributes`` has it, as the
    change of each attribute's mean share over the brands of both waves that stayed in place.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> chance = {"A": (0.7, 0.3, 0.4), "B": (0.3, 0.7, 0.4), "C": (0.5, 0.4, 0.8),
    ...           "D": (0.2, 0.3, 0.6)}
    >>> rows = pd.DataFrame([
    ...     (f"{year}-{person}", year, bank, *rng.binomial(1, p if (bank, year) != ("A", 2026)
    ...      else (0.2, 0.8, 0.4))) for year in (2025, 2026) for person in range(150)
    ...     for bank, p in chance.items()],
    ...     columns=["id", "year", "bank", "fair", "modern", "near"])
    >>> result = wave_movement(rows, brand="bank", wave="year", respondent="id", draws=200,
    ...                        attributes=["fair", "modern", "near"])
    >>> result.moves.loc[result.moves["moved"], "brand"].tolist()
    ['A']
    """
    check_option("scaling", scaling, get_args(RowScaling))
    check_whole_number("draws", draws, low=50)
    check_level(level)
    roles = {"brand": brand, "respondent": respondent, "strata": strata, "cluster": cluster}
    roles["wave"] = _wave_column(data, wave)
    responses = image_responses(data, roles, attributes=attributes, weight=weight)
    tables = image_tables(responses, draws=draws, seed=seed)
    steps = _steps(tables, responses.waves)
    still = _checked_anchors(anchors, tables, steps)

    drawn = map_of_draws(tables, scaling=scaling, axes=axes)
    places, drawn_places = drawn.places, drawn.maps.rows
    moved = [
        step_moves(step, places, drawn_places, df=drawn.df, still=np.isin(step.brands, still))
        for step in steps
    ]
    shift = np.array([[*one.shift, 0.0][:2] for one in moved])

    moves = moves_frame(moved, tables, level=level)
    error = kernel.errors(second_moments(drawn_places - places))
    waves = np.repeat([str(when) for _, when in tables.cells], places.shape[1])
    brands = pd.Series([name for name, _ in tables.cells])
    by_wave = points_frame(list(brands), places, std_error=error, n=tables.n)
    by_wave = by_wave.rename(columns={"label": "brand"})
    by_wave.insert(1, "wave", waves)
    missing = [name for name in brands.unique() if not all(name in step.brands for step in steps)]
    lost = Message(
        "Not followed from wave to wave, as a wave has fewer than {limit:count} persons: {names}.",
        {"limit": SUPPRESSED_BASE, "names": some_names(missing)},
    )
    return WaveMovement(
        moves=moves,
        market=pd.DataFrame(
            {
                "wave_from": [one.before for one in steps],
                "wave_to": [one.after for one in steps],
                "move_across": shift[:, 0],
                "move_upward": shift[:, 1],
                "n_brands": [len(one.brands) for one in steps],
            }
        ),
        places=by_wave,
        attributes=shares_frame(steps, tables, moves, level=level),
        axes=drawn.map.axes,
        map=drawn.map,
        plane_stability=drawn.plane,
        anchors=tuple(still),
        level=level,
        n_respondents=responses.rows.n_persons,
        draw_places=drawn_places,
        notes=(*drawn.notes, *[lost] * bool(missing)),
    )


def _wave_column(data: ImageData, wave: str | None) -> str:
    if wave is None and isinstance(data, Survey):
        wave = data.design.wave
    if wave is None and isinstance(data, PickAny) and "wave" in data.rows:
        wave = "wave"
    if wave is None:
        raise InputError(
            "`wave` must name the column of waves; found none. Name it, or read the survey with "
            "wave=."
        )
    return wave


def _steps(tables: ImageTables, waves: Sequence[str]) -> list[Step]:
    """Pair the cells of the brands that two waves in turn share."""
    if len(waves) < 2:
        raise NotEnoughDataError(
            f"`wave` must have at least 2 waves; found {len(waves)}. Of one wave make "
            "map_stability."
        )
    if len(waves) > MOST_WAVES:
        raise InputError(
            f"`wave` must have at most {MOST_WAVES} waves; found {len(waves)}. Put dates together "
            "into quarters, half-years or years, as a column of their own."
        )
    there = {when for _, when in tables.cells}
    at = {cell: row for row, cell in enumerate(tables.cells) if tables.n[row] >= SUPPRESSED_BASE}
    steps = []
    for before, after in pairwise([wave for wave in waves if wave in there]):
        both = [name for name, when in at if when == before and (name, after) in at]
        if len(both) < FEWEST_BRANDS:
            raise NotEnoughDataError(
                f"`wave` must share at least {FEWEST_BRANDS} brands of {SUPPRESSED_BASE} persons "
                f"from one to the next; found {len(both)} from {before} to {after}. Put waves "
                "together, or leave one out."
            )
        first, second = (np.array([at[name, when] for name in both]) for when in (before, after))
        steps.append(Step(before, after, tuple(both), first, second))
    return steps


def _checked_anchors(
    anchors: Sequence[str], tables: ImageTables, steps: Sequence[Step]
) -> list[str]:
    """Give the anchors as labels; refuse those that are no brands of every step."""
    if isinstance(anchors, str):
        raise InputError(f"`anchors` must be a list of brands; found {shown(anchors)}.")
    labels = [label_text(name) for name in anchors]
    known = list(dict.fromkeys(name for name, _ in tables.cells))
    check_known("anchors", labels, known, rule="be brands of the data")
    for step in steps:
        if labels and not set(labels) & set(step.brands):
            raise InputError(
                f"`anchors` must be there in every wave; found none from {step.before} to "
                f"{step.after}. Name brands that all waves have."
            )
    return labels


# --- frames --------------------------------------------------------------------------------------


class Step(NamedTuple):
    """From a wave to the next: the brands of both, and their rows of the stacked table."""

    before: str
    after: str
    brands: tuple[str, ...]
    first: Codes
    second: Codes


class Moves(NamedTuple):
    """The moves of one step, relative to the market: its shift, and (brands, axes) beyond it."""

    step: Step
    shift: Floats
    relative: Floats
    covariance: Floats
    df: Floats


def step_moves(step: Step, places: Floats, drawn: Floats, *, df: Floats, still: Flags) -> Moves:
    """Give the moves of a step less the market's shift, which every draw finds anew.

    Places (rows, axes), drawn (draws, rows, axes), df (rows,), still (brands,).
    """
    moves = places[step.second] - places[step.first]
    drawn_moves = drawn[:, step.second] - drawn[:, step.first]
    shift = market_shift(moves, still)
    relative = moves - shift
    drawn_relative = drawn_moves - market_shift(drawn_moves, still)[:, None, :]
    spread = np.trace(second_moments(drawn - places), axis1=1, axis2=2)
    worth = joint_df(spread[step.first], spread[step.second], df=(df[step.first], df[step.second]))
    return Moves(step, shift, relative, second_moments(drawn_relative - relative), worth)


def market_shift(moves: Floats, still: Flags) -> Floats:
    """Give the shift common to moves (..., brands, axes): the mean of those declared still.

    Where there are none, the spatial median of all.
    """
    return np.asarray(moves[..., still, :].mean(axis=-2)) if still.any() else spatial_median(moves)


def spatial_median(points: Floats) -> Floats:
    """Give the point with the least sum of distances to others, of many sets (..., points, axes).

    Half of the points may lie anywhere without carrying it away: one brand that moves does not
    make the others seem to move back. Missing points are left out. Vardi, Y. and Zhang, C.-H.
    (2000). The multivariate L1-median and associated data depth. PNAS 97, 1423-1426.

    Examples
    --------
    >>> moves = np.array([[0.0, 0.0], [0.1, 0.0], [-0.1, 0.0], [0.0, 0.1], [0.0, -0.1], [9.0, 0.0]])
    >>> bool(np.abs(spatial_median(moves)).max() < 0.08)
    True
    """
    present: Floats = np.asarray(~np.isnan(points).any(axis=-1), dtype=np.float64)
    known = np.where(present[..., None] > 0, points, 0.0)
    n = np.maximum(present.sum(axis=-1), 1.0)[..., None]
    middle = known.sum(axis=-2) / n
    away = (known - middle[..., None, :]) * present[..., None]
    spread = np.sqrt((away**2).sum(axis=(-1, -2)))[..., None]
    scale = np.where(spread > 0, spread, 1.0)
    for _ in range(ROUNDS):
        gap = known - middle[..., None, :]
        distance = np.sqrt((gap**2).sum(axis=-1)) / scale
        pull = present / np.maximum(distance, NEAREST)
        middle = (known * pull[..., None]).sum(axis=-2) / pull.sum(axis=-1)[..., None]
    return np.asarray(middle)


def length_limits(gap: Floats, covariance: Floats, size: Floats) -> tuple[Floats, Floats]:
    """Give the shortest and longest move (points, axes) within an ellipse around each.

    ``size`` (points,) is the quantile of the squared distance; the shortest is 0 where the
    ellipse holds the origin: where the move may be none.
    """
    axes = gap.shape[1]
    if axes == 2:
        turn = np.linspace(0, 2 * np.pi, 720, endpoint=False)
        around = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    else:
        drawn = np.random.default_rng(0).normal(size=(4000, axes))
        around = np.array([[-1.0], [1.0]]) if axes == 1 else drawn
        around = ratio(around, np.sqrt((around**2).sum(axis=1))[:, None])
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0) * size[:, None])[:, None, :]
    edge = gap[:, None, :] + around @ np.swapaxes(root, 1, 2)
    length = np.sqrt((edge**2).sum(axis=2))
    along = np.einsum("pk,pkl->pl", gap, vectors)
    inside = (along**2 / np.maximum(values, 1e-300)).sum(axis=1) <= size
    return np.where(inside, 0.0, length.min(axis=1)), length.max(axis=1)


def moves_frame(moved: Sequence[Moves], tables: ImageTables, *, level: float) -> pd.DataFrame:
    """Make one row a brand and step."""
    frame = pd.concat([_step_frame(one, tables, level) for one in moved], ignore_index=True)
    # a brand that anchors the market by itself cannot move, and is no test
    adjusted = holm_of_tested(frame["p_value"].to_numpy(dtype=float))
    return frame.assign(p_adjusted=adjusted, moved=adjusted <= 1 - level)


def _step_frame(moves: Moves, tables: ImageTables, level: float) -> pd.DataFrame:
    step, gap, covariance, df = moves.step, moves.relative, moves.covariance, moves.df
    axes = gap.shape[1]
    length, error, statistic, p_value = kernel.tested(gap, covariance, df=df)
    varies = np.trace(covariance, axis1=1, axis2=2) > 1e-20
    low, high = length_limits(gap, covariance, kernel.quantile(df, axes=axes, level=level))
    size = kernel.quantile(df, axes=min(axes, 2), level=level)
    long, short, angle = kernel.ellipses(covariance, size)
    return pd.DataFrame(
        {
            "brand": list(step.brands),
            "wave_from": step.before,
            "wave_to": step.after,
            "move_across": gap[:, 0],
            "move_upward": gap[:, 1] if axes > 1 else 0.0,
            "map_distance": length,
            "std_error": error,
            "ci_low": low,
            "ci_high": high,
            "ci_level": level,
            "statistic": np.where(varies, statistic, np.nan),
            "p_value": np.where(varies, p_value, np.nan),
            "p_adjusted": np.nan,
            "moved": False,
            "radius_long": long,
            "radius_short": short,
            "angle": angle,
            "n": np.minimum(tables.n[step.first], tables.n[step.second]),
        }
    )


def shares_frame(
    steps: Sequence[Step], tables: ImageTables, moves: pd.DataFrame, *, level: float
) -> pd.DataFrame:
    """Make one row an attribute and step: the change of its mean share over brands that stayed.

    What one mover did is no change of the market; where fewer than two stayed, all count.
    """
    share = ratio(tables.table, tables.bases[:, None])
    drawn = ratio(tables.draw_tables, tables.draw_bases[..., None])
    parts = []
    for step in steps:
        stayed = ~moves.loc[moves["wave_from"] == step.before, "moved"].to_numpy(dtype=bool)
        chosen = stayed if stayed.sum() > 1 else np.ones(len(stayed), dtype=bool)
        first, second = step.first[chosen], step.second[chosen]
        before, after = share[first].mean(axis=0), share[second].mean(axis=0)
        change = after - before
        error = np.nanmean(drawn[:, second] - drawn[:, first], axis=1).std(axis=0, ddof=1)
        low, high = t_interval(change, std_error=error, df=tables.df, level=level)
        p_value = 2 * stdtr(tables.df, -ratio(np.abs(change), error, empty=0.0))
        parts.append(
            pd.DataFrame(
                {
                    "attribute": list(tables.attributes),
                    "wave_from": step.before,
                    "wave_to": step.after,
                    "share_from": before,
                    "share_to": after,
                    "change": change,
                    "std_error": error,
                    "ci_low": low,
                    "ci_high": high,
                    "ci_level": level,
                    "p_value": p_value,
                }
            )
        )
    frame = pd.concat(parts, ignore_index=True)
    return frame.assign(p_adjusted=holm(frame["p_value"].to_numpy(dtype=float)))
