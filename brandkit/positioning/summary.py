"""What the maps say in the end: the headline and the findings that head a report."""

from __future__ import annotations

from brandkit.core.answers import MOST_FINDINGS, Answer, Summary
from brandkit.core.message import Finding
from brandkit.positioning.image.stability import MapStability
from brandkit.positioning.image.story import map_stability_findings, map_stability_lede
from brandkit.positioning.maps.correspondence import CorrespondenceMap
from brandkit.positioning.options.opportunities import Opportunities
from brandkit.positioning.options.repositioning import Repositioning
from brandkit.positioning.options.story import opportunities_findings, repositioning_findings
from brandkit.positioning.waves.story import wave_movement_findings
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
    story = positions.story(focus=focus)
    mapped, lede = story.findings, story.lede or story.headline
    if stability is None:
        answers = [Answer(one, "map") for one in mapped]
    else:
        answers = [Answer(map_stability_findings(stability, focus=focus)[0], "map")]
        answers += [Answer(one, "marks") for one in mapped[1:2] if focus is not None]
        lede = map_stability_lede(stability)
    if movement is not None:
        answers.append(Answer(wave_movement_findings(movement, focus=focus)[0], "moves"))
    if room is not None:
        answers.append(Answer(opportunities_findings(room)[0], "room"))
    if what_if is not None:
        answers.append(Answer(_firmest(repositioning_findings(what_if)), "what-if"))
    return Summary(
        headline=story.headline, lede=lede,
        answers=tuple(answers[:MOST_FINDINGS]),
    )  # fmt: skip


def _firmest(findings: tuple[Finding, ...]) -> Finding:
    return max(findings, key=lambda one: _FIRMNESS.index(one.settled))
