"""Who moved between waves, once what the whole market did is taken off."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtr

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    check_level,
    check_option,
    check_whole_number,
    did_you_mean,
    shown,
)
from brandkit.core.intervals import holm, t_interval
from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.positioning.image.answers import (
    SUPPRESSED_BASE,
    ImageAnswers,
    ImageData,
    ImageTables,
    image_answers,
    image_tables,
    label_text,
    small_bases,
    some_names,
    without_empty,
)
from brandkit.positioning.image.kernel import drawn_maps
from brandkit.positioning.image.stability import (
    AGREES,
    HOLDS,
    RowScaling,
    degrees_of_freedom,
    ellipses,
    joint_df,
    quantile,
    second_moments,
    stability_notes,
    tail,
    wald,
)
from brandkit.positioning.maps.correspondence import CorrespondenceMap, correspondence_map
from brandkit.positioning.maps.stacking import JOINT
from brandkit.sampling.design import Weight
from brandkit.sources.survey.batteries import PickAny
from brandkit.sources.survey.survey import Survey

ROUNDS = 60
"""Rounds of Weiszfeld's steps; the middle of some brands is found to 1e-6 of their spread."""
NEAREST = 1e-9
"""Distance, as a part of the spread, under which a brand counts as lying in the middle."""


def spatial_median(points: Floats) -> Floats:
    """Give the point with the least sum of distances to others, many sets at once.

    Half of the points may lie anywhere without carrying it away: one brand that moves does not
    make the others seem to move back.

    Parameters
    ----------
    points : ndarray, shape (..., points, axes)
        Missing points are NaN and left out.

    Returns
    -------
    ndarray, shape (..., axes)

    References
    ----------
    Vardi, Y. and Zhang, C.-H. (2000). The multivariate L1-median and associated data depth.
    PNAS 97, 1423-1426. doi:10.1073/pnas.97.4.1423

    Examples
    --------
    >>> moves = np.array([[0.0, 0.0], [0.1, 0.0], [-0.1, 0.0], [0.0, 0.1], [0.0, -0.1], [9.0, 0.0]])
    >>> bool(np.abs(spatial_median(moves)).max() < 0.08)
    True
    """
    there: Floats = np.asarray(~np.isnan(points).any(axis=-1), dtype=np.float64)
    known = np.where(there[..., None] > 0, points, 0.0)
    n = np.maximum(there.sum(axis=-1), 1.0)[..., None]
    middle = known.sum(axis=-2) / n
    away = (known - middle[..., None, :]) * there[..., None]
    spread = np.sqrt((away**2).sum(axis=(-1, -2)))[..., None]
    scale = np.where(spread > 0, spread, 1.0)
    for _ in range(ROUNDS):
        gap = known - middle[..., None, :]
        distance = np.sqrt((gap**2).sum(axis=-1)) / scale
        pull = there / np.maximum(distance, NEAREST)
        middle = (known * pull[..., None]).sum(axis=-2) / pull.sum(axis=-1)[..., None]
    return np.asarray(middle)


def market_shift(moves: Floats, anchors: Floats) -> Floats:
    """Give the shift that brands' moves have in common.

    Parameters
    ----------
    moves : ndarray, shape (..., brands, axes)
    anchors : ndarray of bool, shape (brands,)
        Brands declared not to move: the shift is their mean. Where there are none, the spatial
        median of all.

    Returns
    -------
    ndarray, shape (..., axes)
    """
    chosen = np.flatnonzero(anchors)
    return np.asarray(moves[..., chosen, :].mean(axis=-2)) if len(chosen) else spatial_median(moves)


def length_limits(gap: Floats, covariance: Floats, size: Floats) -> tuple[Floats, Floats]:
    """Give the shortest and longest move within an ellipse around each.

    Parameters
    ----------
    gap : ndarray, shape (points, axes)
    covariance : ndarray, shape (points, axes, axes)
    size : ndarray, shape (points,)
        Quantile of the squared distance.

    Returns
    -------
    low, high : ndarray, shape (points,)
        ``low`` is 0 where the ellipse holds the origin: where the move may be none.
    """
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0) * size[:, None])[:, None, :]
    edge = gap[:, None, :] + _directions(gap.shape[1]) @ np.swapaxes(root, 1, 2)
    length = np.sqrt((edge**2).sum(axis=2))
    with np.errstate(divide="ignore", invalid="ignore"):
        along = np.einsum("pk,pkl->pl", gap, vectors)
        inside = (along**2 / np.maximum(values, 1e-300)).sum(axis=1) <= size
    return np.where(inside, 0.0, length.min(axis=1)), length.max(axis=1)


def _directions(axes: int) -> Floats:
    """Give directions all around, as unit vectors."""
    if axes == 1:
        return np.array([[-1.0], [1.0]])
    if axes == 2:
        turn = np.linspace(0, 2 * np.pi, 720, endpoint=False)
        return np.stack([np.cos(turn), np.sin(turn)], axis=1)
    drawn = np.random.default_rng(0).normal(size=(4000, axes))
    return np.asarray(drawn / np.sqrt((drawn**2).sum(axis=1))[:, None])


@dataclass(frozen=True, eq=False)
class Step:
    """From a wave to the next: the brands of both, and their rows of the stacked table."""

    before: str
    after: str
    brands: tuple[str, ...]
    first: NDArray[np.intp]
    second: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Moves:
    """The moves of one step, relative to the market."""

    shift: Floats
    relative: Floats
    covariance: Floats
    df: Floats


def step_moves(
    step: Step, places: Floats, drawn: Floats, *, df: Floats, anchors: Collection[str]
) -> Moves:
    """Give the moves of a step less the market's shift, which every draw finds anew.

    Parameters
    ----------
    step : Step
    places : ndarray, shape (rows, axes)
    drawn : ndarray, shape (draws, rows, axes)
    df : ndarray, shape (rows,)
    anchors : collection of str

    Returns
    -------
    Moves
    """
    still = np.array([name in anchors for name in step.brands])
    if anchors and not still.any():
        raise InputError(
            f"`anchors` must be there in every wave; found none from {step.before} to "
            f"{step.after}. Name brands that all waves have."
        )
    moves = places[step.second] - places[step.first]
    drawn_moves = drawn[:, step.second] - drawn[:, step.first]
    shift = market_shift(moves, still)
    spread = np.trace(second_moments(drawn - places), axis1=1, axis2=2)
    relative = moves - shift
    drawn_relative = drawn_moves - market_shift(drawn_moves, still)[:, None, :]
    return Moves(
        shift, relative, second_moments(drawn_relative - relative),
        joint_df(spread[step.first], spread[step.second], df=(df[step.first], df[step.second])),
    )  # fmt: skip


def moves_frame(
    steps: Sequence[Step], moved: Sequence[Moves], tables: ImageTables, *, level: float
) -> pd.DataFrame:
    """Make one row a brand and step."""
    frame = pd.concat(
        [_step_frame(step, moves, tables, level) for step, moves in zip(steps, moved, strict=True)],
        ignore_index=True,
    )
    # a brand that anchors the market by itself cannot move, and is no test
    tested = frame["p_value"].notna().to_numpy()
    adjusted = np.full(len(frame), np.nan)
    adjusted[tested] = holm(frame["p_value"].to_numpy(dtype=float)[tested])
    frame = frame.assign(p_adjusted=adjusted, moved=adjusted <= 1 - level)
    ahead = list(frame.columns[: frame.columns.get_loc("radius_long")])
    return frame[[*ahead, "p_adjusted", "moved", "radius_long", "radius_short", "angle", "n"]]


def _step_frame(step: Step, moves: Moves, tables: ImageTables, level: float) -> pd.DataFrame:
    gap, covariance, df = moves.relative, moves.covariance, moves.df
    axes = gap.shape[1]
    length = np.sqrt((gap**2).sum(axis=1))
    along = gap / np.where(length > 0, length, 1.0)[:, None]
    statistic = wald(gap, covariance)
    varies = np.trace(covariance, axis1=1, axis2=2) > 1e-20
    low, high = length_limits(gap, covariance, quantile(df, axes=axes, level=level))
    long, short, angle = ellipses(covariance, quantile(df, axes=min(axes, 2), level=level))
    return pd.DataFrame(
        {
            "brand": list(step.brands),
            "wave_from": step.before,
            "wave_to": step.after,
            "move_across": gap[:, 0],
            "move_upward": gap[:, 1] if axes > 1 else 0.0,
            "map_distance": length,
            "std_error": np.sqrt(np.einsum("pk,pkl,pl->p", along, covariance, along)),
            "ci_low": low,
            "ci_high": high,
            "ci_level": level,
            "statistic": np.where(varies, statistic, np.nan),
            "p_value": np.where(varies, tail(statistic, df=df, axes=axes), np.nan),
            "radius_long": long,
            "radius_short": short,
            "angle": angle,
            "n": np.minimum(tables.n[step.first], tables.n[step.second]),
        }
    )


def market_frame(steps: Sequence[Step], moved: Sequence[Moves]) -> pd.DataFrame:
    """Make one row a step: what the brands did together."""
    return pd.DataFrame(
        {
            "wave_from": [step.before for step in steps],
            "wave_to": [step.after for step in steps],
            "move_across": [float(moves.shift[0]) for moves in moved],
            "move_upward": [float(moves.shift[1]) if len(moves.shift) > 1 else 0.0
                            for moves in moved],
            "n_brands": [len(step.brands) for step in steps],
        }
    )  # fmt: skip


def places_frame(
    cells: Sequence[tuple[str, str | None]],
    places: Floats,
    covariance: Floats,
    n: NDArray[np.int64],
) -> pd.DataFrame:
    """Make one row a brand, wave and axis."""
    kept = places.shape[1]
    return pd.DataFrame(
        {
            "brand": np.repeat([name for name, _ in cells], kept),
            "wave": np.repeat([str(when) for _, when in cells], kept),
            "axis": np.tile(np.arange(1, kept + 1), len(cells)),
            "coordinate": places.ravel(),
            "std_error": np.sqrt(np.diagonal(covariance, axis1=1, axis2=2)).ravel(),
            "n": np.repeat(n, kept),
        }
    )


def shares_frame(
    steps: Sequence[Step], tables: ImageTables, moves: pd.DataFrame, *, level: float
) -> pd.DataFrame:
    """Make one row an attribute and step: the change of its mean share over brands that stayed.

    What one mover did is no change of the market; where fewer than two stayed, all count.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        share = tables.table / tables.bases[:, None]
        drawn = tables.draw_tables / tables.draw_bases[..., None]
    parts = []
    for step in steps:
        stayed = ~moves.loc[moves["wave_from"] == step.before, "moved"].to_numpy(dtype=bool)
        chosen = stayed if stayed.sum() > 1 else np.ones(len(stayed), dtype=bool)
        first, second = step.first[chosen], step.second[chosen]
        before, after = share[first].mean(axis=0), share[second].mean(axis=0)
        drawn_change = np.nanmean(drawn[:, second] - drawn[:, first], axis=1)
        error = drawn_change.std(axis=0, ddof=1)
        low, high = t_interval(after - before, std_error=error, df=tables.df, level=level)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(error > 0, np.abs(after - before) / error, 0.0)
        parts.append(
            pd.DataFrame(
                {
                    "attribute": list(tables.attributes),
                    "wave_from": step.before,
                    "wave_to": step.after,
                    "share_from": before,
                    "share_to": after,
                    "change": after - before,
                    "std_error": error,
                    "ci_low": low,
                    "ci_high": high,
                    "ci_level": level,
                    "p_value": 2 * stdtr(tables.df, -ratio),
                }
            )
        )
    frame = pd.concat(parts, ignore_index=True)
    return frame.assign(p_adjusted=holm(frame["p_value"].to_numpy(dtype=float)))


MOST_WAVES = 12
FEWEST_BRANDS = 4
"""Brands in both waves from which what they did together can be told from what one did."""


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

    def tidy(self) -> pd.DataFrame:
        """Give one row a brand and step."""
        return self.moves.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: persons, brands, waves, and how many moves are more than noise."""
        return pd.DataFrame(
            {
                "scaling": [self.map.scaling],
                "n_respondents": [self.n_respondents],
                "n_brands": [self.places["brand"].nunique()],
                "n_attributes": [self.attributes["attribute"].nunique()],
                "n_waves": [len(self.waves)],
                "n_moved": [int(self.moves["moved"].sum())],
                "draws": [len(self.draw_places)],
                "share_explained": [self.axes["share"].head(self.draw_places.shape[2]).sum()],
                "plane_stability": [self.plane_stability],
                "ci_level": [self.level],
            }
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
    answers = image_answers(
        data, brand=brand, attributes=attributes, respondent=respondent, weight=weight,
        strata=strata, cluster=cluster, wave=_wave_column(data, wave),
    )  # fmt: skip
    _check_waves(answers)
    tables, left_out = without_empty(image_tables(answers, draws=draws, seed=seed))
    labels = [f"{name}{JOINT}{when}" for name, when in tables.cells]
    stacked = pd.DataFrame(tables.table, index=labels, columns=list(tables.attributes))
    shown_map = correspondence_map(stacked, scaling=scaling, axes=axes)
    kept = int(shown_map.rows["axis"].max())
    maps = drawn_maps(tables.table, tables.draw_tables, axes=kept)
    places = shown_map.rows["coordinate"].to_numpy(dtype=float).reshape(-1, kept)
    steps = _steps(tables, answers)
    is_anchor = _anchors(anchors, tables)
    df = degrees_of_freedom(tables, kept)
    moved = [step_moves(step, places, maps.rows, df=df, anchors=is_anchor) for step in steps]
    moves = moves_frame(steps, moved, tables, level=level)
    plane = float((maps.agreement >= AGREES).mean())
    shaky = stability_notes(plane, (maps.kept >= HOLDS).mean(axis=0))
    return WaveMovement(
        moves=moves,
        market=market_frame(steps, moved),
        places=places_frame(tables.cells, places, second_moments(maps.rows - places), tables.n),
        attributes=shares_frame(steps, tables, moves, level=level),
        axes=shown_map.axes,
        map=shown_map,
        plane_stability=plane,
        anchors=tuple(map(str, anchors)),
        level=level,
        n_respondents=answers.rows.n_persons,
        draw_places=maps.rows,
        notes=(*tables.notes, *left_out, *shaky, *small_bases(tables), *_notes(steps, tables)),
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


def _check_waves(answers: ImageAnswers) -> None:
    n = len(answers.waves)
    if n < 2:
        raise NotEnoughDataError(
            f"`wave` must have at least 2 waves; found {n}. Of one wave make map_stability."
        )
    if n > MOST_WAVES:
        raise InputError(
            f"`wave` must have at most {MOST_WAVES} waves; found {n}. Put dates together into "
            "quarters, half-years or years, as a column of their own."
        )


def _steps(tables: ImageTables, answers: ImageAnswers) -> list[Step]:
    """Pair the cells of the brands that two waves in turn share."""
    waves = list(dict.fromkeys(str(when) for _, when in tables.cells))
    order = [name for name in map(label_text, answers.waves) if name in waves]
    at = {cell: place for place, cell in enumerate(tables.cells)}
    brands = list(dict.fromkeys(name for name, _ in tables.cells))
    steps = []
    for before, after in pairwise(order):
        both = [
            name for name in brands
            if all(tables.n[at[name, when]] >= SUPPRESSED_BASE if (name, when) in at else False
                   for when in (before, after))
        ]  # fmt: skip
        if len(both) < FEWEST_BRANDS:
            raise NotEnoughDataError(
                f"`wave` must share at least {FEWEST_BRANDS} brands of {SUPPRESSED_BASE} persons "
                f"from one to the next; found {len(both)} from {before} to {after}. Put waves "
                "together, or leave one out."
            )
        first, second = (np.array([at[name, when] for name in both]) for when in (before, after))
        steps.append(Step(before, after, tuple(both), first, second))
    return steps


def _anchors(anchors: Sequence[str], tables: ImageTables) -> frozenset[str]:
    if isinstance(anchors, str):
        raise InputError(f"`anchors` must be a list of brands; found {shown(anchors)}.")
    known = list(dict.fromkeys(name for name, _ in tables.cells))
    unknown = [name for name in anchors if name not in known]
    if unknown:
        raise InputError(
            f"`anchors` must be brands of the data; found {shown(unknown)}."
            f"{did_you_mean(str(unknown[0]), known) or f' It has {shown(known)}.'}"
        )
    return frozenset(map(str, anchors))


def _notes(steps: Sequence[Step], tables: ImageTables) -> tuple[Message, ...]:
    known = dict.fromkeys(name for name, _ in tables.cells)
    missing = [name for name in known if not all(name in step.brands for step in steps)]
    if not missing:
        return ()
    said = (
        "Not followed from wave to wave, as a wave has fewer than {limit:count} persons: {names}."
    )
    return (Message(said, {"limit": SUPPRESSED_BASE, "names": some_names(missing)}),)
