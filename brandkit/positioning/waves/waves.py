"""Who moved between waves, once what the whole market did is taken off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import get_args

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
from brandkit.core.intervals import holm, t_interval
from brandkit.core.labels import label_text
from brandkit.core.linalg import Floats, ratio
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.positioning.image import kernel
from brandkit.positioning.image.responses import (
    SUPPRESSED_BASE,
    ImageData,
    ImageTables,
    image_responses,
    image_tables,
    small_bases,
    some_names,
    without_empty,
)
from brandkit.positioning.image.stability import (
    AGREES,
    HOLDS,
    RowScaling,
    map_of_draws,
    stability_notes,
)
from brandkit.positioning.maps.correspondence import CorrespondenceMap
from brandkit.positioning.waves.kernel import Moves, Step, length_limits, step_moves
from brandkit.sampling.design import Weight
from brandkit.sources.survey.batteries import PickAny
from brandkit.sources.survey.survey import Survey

MOST_WAVES = 12
#: Brands in both waves from which what they did together can be told from what one did.
FEWEST_BRANDS = 4


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

    def tidy(self) -> pd.DataFrame:
        """Give one row a brand and step."""
        return self.moves.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: persons, brands, waves, and how many moves are more than noise."""
        return pd.DataFrame({
            "scaling": [self.map.scaling], "n_respondents": [self.n_respondents],
            "n_brands": [self.places["brand"].nunique()],
            "n_attributes": [self.attributes["attribute"].nunique()],
            "n_waves": [len(self.waves)], "n_moved": [int(self.moves["moved"].sum())],
            "draws": [len(self.draw_places)],
            "share_explained": [self.axes["share"].head(self.draw_places.shape[2]).sum()],
            "plane_stability": [self.plane_stability], "ci_level": [self.level],
        })  # fmt: skip


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
    _check_waves(responses.waves)
    tables, left_out = without_empty(image_tables(responses, draws=draws, seed=seed))
    steps = _steps(tables, responses.waves)
    still = _checked_anchors(anchors, tables, steps)

    shown_map, maps, places = map_of_draws(tables, scaling=scaling, axes=axes)
    df = kernel.degrees_of_freedom(tables, places.shape[1])
    moved = [
        step_moves(step, places, maps.rows, df=df, still=np.isin(step.brands, still))
        for step in steps
    ]
    plane = float((maps.agreement >= AGREES).mean())
    shaky = stability_notes(plane, (maps.kept >= HOLDS).mean(axis=0))

    moves = moves_frame(moved, tables, level=level)
    return WaveMovement(
        moves=moves,
        market=_market_frame(moved),
        places=_places_frame(tables, places, kernel.second_moments(maps.rows - places)),
        attributes=shares_frame(steps, tables, moves, level=level),
        axes=shown_map.axes,
        map=shown_map,
        plane_stability=plane,
        anchors=tuple(still),
        level=level,
        n_respondents=responses.rows.n_persons,
        draw_places=maps.rows,
        notes=tables.notes + left_out + shaky + small_bases(tables) + _notes(steps, tables),
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


def _check_waves(waves: Sequence[str]) -> None:
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


def _steps(tables: ImageTables, waves: Sequence[str]) -> list[Step]:
    """Pair the cells of the brands that two waves in turn share."""
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


def _notes(steps: Sequence[Step], tables: ImageTables) -> tuple[Message, ...]:
    known = dict.fromkeys(name for name, _ in tables.cells)
    missing = [name for name in known if not all(name in step.brands for step in steps)]
    note = Message(
        "Not followed from wave to wave, as a wave has fewer than {limit:count} persons: {names}.",
        {"limit": SUPPRESSED_BASE, "names": some_names(missing)},
    )
    return (note,) if missing else ()


# --- frames --------------------------------------------------------------------------------------


def moves_frame(moved: Sequence[Moves], tables: ImageTables, *, level: float) -> pd.DataFrame:
    """Make one row a brand and step."""
    frame = pd.concat([_step_frame(one, tables, level) for one in moved], ignore_index=True)
    # a brand that anchors the market by itself cannot move, and is no test
    tested = frame["p_value"].notna().to_numpy()
    adjusted = np.full(len(frame), np.nan)
    adjusted[tested] = holm(frame["p_value"].to_numpy(dtype=float)[tested])
    return frame.assign(p_adjusted=adjusted, moved=adjusted <= 1 - level)


def _step_frame(moves: Moves, tables: ImageTables, level: float) -> pd.DataFrame:
    step, gap, covariance, df = moves.step, moves.relative, moves.covariance, moves.df
    axes = gap.shape[1]
    length, error = kernel.lengths(gap, covariance)
    statistic = kernel.wald(gap, covariance)
    varies = np.trace(covariance, axis1=1, axis2=2) > 1e-20
    low, high = length_limits(gap, covariance, kernel.quantile(df, axes=axes, level=level))
    size = kernel.quantile(df, axes=min(axes, 2), level=level)
    long, short, angle = kernel.ellipses(covariance, size)
    p_value = np.where(varies, kernel.tail(statistic, df=df, axes=axes), np.nan)
    return pd.DataFrame({
        "brand": list(step.brands), "wave_from": step.before, "wave_to": step.after,
        "move_across": gap[:, 0], "move_upward": gap[:, 1] if axes > 1 else 0.0,
        "map_distance": length, "std_error": error, "ci_low": low, "ci_high": high,
        "ci_level": level, "statistic": np.where(varies, statistic, np.nan), "p_value": p_value,
        "p_adjusted": np.nan, "moved": False, "radius_long": long, "radius_short": short,
        "angle": angle, "n": np.minimum(tables.n[step.first], tables.n[step.second]),
    })  # fmt: skip


def _market_frame(moved: Sequence[Moves]) -> pd.DataFrame:
    """Make one row a step: what the brands did together."""
    shift = np.array([[*one.shift, 0.0][:2] for one in moved])
    return pd.DataFrame({
        "wave_from": [one.step.before for one in moved],
        "wave_to": [one.step.after for one in moved], "move_across": shift[:, 0],
        "move_upward": shift[:, 1], "n_brands": [len(one.step.brands) for one in moved],
    })  # fmt: skip


def _places_frame(tables: ImageTables, places: Floats, covariance: Floats) -> pd.DataFrame:
    """Make one row a brand, wave and axis."""
    n, kept = places.shape
    return pd.DataFrame({
        "brand": np.repeat([name for name, _ in tables.cells], kept),
        "wave": np.repeat([str(when) for _, when in tables.cells], kept),
        "axis": np.tile(np.arange(1, kept + 1), n), "coordinate": places.ravel(),
        "std_error": kernel.errors(covariance).ravel(), "n": np.repeat(tables.n, kept),
    })  # fmt: skip


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
        parts.append(pd.DataFrame({
            "attribute": list(tables.attributes), "wave_from": step.before, "wave_to": step.after,
            "share_from": before, "share_to": after, "change": change, "std_error": error,
            "ci_low": low, "ci_high": high, "ci_level": level, "p_value": p_value,
        }))  # fmt: skip
    frame = pd.concat(parts, ignore_index=True)
    return frame.assign(p_adjusted=holm(frame["p_value"].to_numpy(dtype=float)))
