"""What a study's survey says of the banks' images, with its doubt, in one place for all reports."""

from __future__ import annotations

from collections.abc import Mapping

from brandkit.core.errors import NotEnoughDataError
from brandkit.core.survey_design import Weight
from brandkit.joins.wide_battery import n_brands, wide_battery
from brandkit.positioning import (
    MapStability,
    Opportunities,
    Repositioning,
    WaveMovement,
    map_stability,
    opportunities,
    repositioning,
    wave_movement,
)
from brandkit.satisfaction import ChoiceModel
from brandkit.sources import Study

#: What a what-if raises, in shares of the bank's base, and how many are looked at.
RAISE, MOST_MOVES = 0.10, 3


def study_stability(study: Study, *, weight: Weight | None = None) -> MapStability | None:
    """Map how customers describe the banks, from their single answers.

    Parameters
    ----------
    study : Study
    weight : SurveyWeights, optional
        For surveys of one row a respondent and bank; others bring their own weight.

    Returns
    -------
    MapStability or None
        None where the survey has no image answers about two banks or more.

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> study_stability(read_study("sample")).glance().loc[0, "n_brands"].item()
    12
    """
    survey, section = study.survey, study.settings.survey
    if survey is None or section is None:
        return None
    if n_brands(survey) > 1:
        if not section.images:
            return None
        return map_stability(survey, attributes=section.images, weight=weight, seed=study.seed)
    battery = wide_battery(survey, section.images)
    return None if battery is None else map_stability(battery, seed=study.seed)


def study_movement(study: Study, *, weight: Weight | None = None) -> WaveMovement | None:
    """Say which banks' images moved between the waves of a survey.

    Parameters
    ----------
    study : Study
    weight : SurveyWeights, optional

    Returns
    -------
    WaveMovement or None
        None with fewer than two waves, or without image answers.

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> moves = study_movement(read_study("sample")).moves
    >>> moves.loc[moves["moved"], "brand"].tolist()
    ['Juniper']
    """
    survey, section = study.survey, study.settings.survey
    if survey is None or section is None or survey.design.wave is None:
        return None
    if survey.responses[survey.design.wave].nunique() < 2:
        return None
    if n_brands(survey) > 1:
        if not section.images:
            return None
        return wave_movement(survey, attributes=section.images, weight=weight, seed=study.seed)
    battery = wide_battery(survey, section.images)
    return None if battery is None else wave_movement(battery, seed=study.seed)


def study_opportunities(study: Study, *, stability: MapStability | None) -> Opportunities | None:
    """Look for free ground on a study's map, seen from the focus bank.

    Parameters
    ----------
    study : Study
    stability : MapStability or None

    Returns
    -------
    Opportunities or None
        None without a map of two axes and four banks.

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> study = read_study("sample")
    >>> len(study_opportunities(study, stability=study_stability(study)).spots) > 0
    True
    """
    if stability is None:
        return None
    on_map = set(stability.map.rows["label"].astype(str))
    try:
        return opportunities(
            stability, brand=study.focus if study.focus in on_map else None, seed=study.seed
        )
    except NotEnoughDataError:
        return None


def study_what_ifs(
    study: Study,
    *,
    stability: MapStability | None,
    choice: ChoiceModel | None = None,
    room: Opportunities | None = None,
) -> Repositioning | None:
    """Ask what ten points more would do for the focus bank, where it counts most.

    Parameters
    ----------
    study : Study
    stability : MapStability or None
    choice : ChoiceModel, optional
        What decides for a bank: its three most telling attributes are raised, and shares of
        choices told.
    room : Opportunities, optional
        Without a choice model: what people would have to say at the freest ground.

    Returns
    -------
    Repositioning or None
        None without a map with the focus bank, or without either evidence.

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> study = read_study("sample")
    >>> there = study_stability(study)
    >>> room = study_opportunities(study, stability=there)
    >>> what_ifs = study_what_ifs(study, stability=there, room=room)
    >>> what_ifs.brand, len(what_ifs.moves)
    ('Harbour Bank', 3)
    """
    if stability is None or study.focus is None:
        return None
    cells = stability.cells[stability.cells["brand"].astype(str) == study.focus]
    if cells.empty:
        return None
    present = dict(zip(cells["attribute"].astype(str), cells["share"], strict=True))
    wanted = _wanted(choice, room)
    moves: dict[str, Mapping[str, float]] = {
        name: {name: min(RAISE, 1.0 - present[name])} for name in wanted if name in present
    }
    if not moves:
        return None
    moves = dict(list(moves.items())[:MOST_MOVES])
    return repositioning(
        stability, brand=study.focus, changes=moves, preference=choice, seed=study.seed
    )


def _wanted(choice: ChoiceModel | None, room: Opportunities | None) -> list[str]:
    """Name the attributes to raise, the most promising first."""
    if choice is not None:
        ranked = choice.importance.sort_values("estimate", ascending=False, kind="stable")
        return [str(label) for label in ranked["label"]]
    if room is None or room.changes.empty:
        return []
    first = room.changes[room.changes["spot"] == room.changes["spot"].iloc[0]]
    ranked = first.sort_values("change", ascending=False, kind="stable")
    return [str(name) for name in ranked["attribute"]]
