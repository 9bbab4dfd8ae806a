"""What the maps say in the end: the headline and the findings that head a report."""

from __future__ import annotations

from brandkit.core.answers import MOST_FINDINGS, Answer, Summary
from brandkit.core.message import Finding
from brandkit.positioning.image.stability import MapStability
from brandkit.positioning.maps.correspondence import CorrespondenceMap
from brandkit.positioning.maps.story import (
    correspondence_map_findings,
    correspondence_map_headline,
    correspondence_map_lede,
)
from brandkit.positioning.options.opportunities import Opportunities
from brandkit.positioning.options.repositioning import Repositioning
from brandkit.positioning.waves.waves import WaveMovement

_FIRMNESS = ("open", "likely", "clear")


def positioning_summary(
    positions: CorrespondenceMap,
    *,
    stability: MapStability | None = None,
    movement: WaveMovement | None = None,
    room: Opportunities | None = None,
    what_if: Repositioning | None = None,
    focus: str | None = None,
) -> Summary:
    """Choose what a report on positioning begins with.

    Parameters
    ----------
    positions : CorrespondenceMap
    stability : MapStability, optional
        The same map with its doubt; without, the map's own findings stand.
    movement : WaveMovement, optional
    room : Opportunities, optional
    what_if : Repositioning, optional
    focus : str, optional
        The bank the report is for.

    Returns
    -------
    Summary

    Examples
    --------
    >>> import pandas as pd
    >>> from brandkit.positioning.maps.correspondence import correspondence_map
    >>> table = pd.DataFrame({"fair": [9, 2, 3], "modern": [2, 9, 8], "near": [4, 4, 9]},
    ...                      index=["A", "B", "C"])
    >>> str(positioning_summary(correspondence_map(table), focus="A").headline)
    'A stands between C and B and is marked by “fair”'
    """
    mapped = correspondence_map_findings(positions, focus=focus)
    if stability is None:
        answers = [Answer(one, "map") for one in mapped]
        lede = correspondence_map_lede(positions)
    else:
        sure = stability.story(focus=focus)
        answers = [Answer(sure.findings[0], "map")]
        answers += [Answer(one, "marks") for one in mapped[1:2] if focus is not None]
        lede = sure.lede or correspondence_map_lede(positions)
    if movement is not None:
        answers.append(Answer(movement.story(focus=focus).findings[0], "moves"))
    if room is not None:
        answers.append(Answer(room.story(focus=focus).findings[0], "room"))
    if what_if is not None:
        answers.append(Answer(_firmest(what_if.story(focus=focus).findings), "what-if"))
    return Summary(
        headline=correspondence_map_headline(positions, focus=focus), lede=lede,
        answers=tuple(answers[:MOST_FINDINGS]),
    )  # fmt: skip


def _firmest(findings: tuple[Finding, ...]) -> Finding:
    return max(findings, key=lambda one: _FIRMNESS.index(one.settled))
