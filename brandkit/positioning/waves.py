"""Who moved between waves, once what the whole market did is taken off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import get_args

import numpy as np
import pandas as pd

from brandkit.core.checks import check_level, check_option, check_whole_number
from brandkit.core.errors import InputError, NotEnoughDataError, did_you_mean, shown
from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.core.survey_design import Weight
from brandkit.core.waves import wave_text
from brandkit.positioning.correspondence import CorrespondenceMap, correspondence_map
from brandkit.positioning.image_answers import (
    SUPPRESSED_BASE,
    ImageAnswers,
    ImageData,
    ImageTables,
    image_answers,
    image_tables,
)
from brandkit.positioning.image_bases import small_bases, some_names, without_empty
from brandkit.positioning.map_draws import drawn_maps
from brandkit.positioning.place_frames import second_moments
from brandkit.positioning.stability import (
    AGREES,
    HOLDS,
    RowScaling,
    degrees_of_freedom,
    stability_notes,
)
from brandkit.positioning.stacking import JOINT
from brandkit.positioning.wave_frames import (
    Step,
    market_frame,
    moves_frame,
    places_frame,
    shares_frame,
    step_moves,
)
from brandkit.sources.batteries import PickAny
from brandkit.sources.survey import Survey

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
        :func:`~brandkit.positioning.stability.map_stability`.
    brand, wave, respondent : str, optional
        Columns. A survey brings them. Waves stand in the order of time, and are refused where
        they do not tell it. Persons who answered in several waves keep their id, and the errors
        know it.
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
    order = [name for name in map(wave_text, answers.waves) if name in waves]
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
