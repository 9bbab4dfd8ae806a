"""What a survey says in the end: the headline and the findings that head a report."""

from __future__ import annotations

from dataclasses import dataclass

from brandkit.core.answers import MOST_FINDINGS, Answer, Summary
from brandkit.core.message import Finding, Message
from brandkit.satisfaction.alikeness.alikeness import PerceivedAlikeness
from brandkit.satisfaction.drivers.drivers import DriverImportance
from brandkit.satisfaction.paths.paths import PathModel
from brandkit.satisfaction.paths.story import (
    path_model_findings,
    path_model_headline,
    path_model_lede,
)
from brandkit.satisfaction.penalty.penalty import PenaltyReward
from brandkit.satisfaction.scores.comparison import GroupComparison
from brandkit.satisfaction.service.priorities import ServicePriorities
from brandkit.satisfaction.service.story import (
    service_priorities_findings,
    service_priorities_headline,
)


@dataclass(frozen=True, kw_only=True)
class SatisfactionResults:
    """What could be computed of a survey; None where it has no evidence."""

    compared: GroupComparison | None = None
    alike: PerceivedAlikeness | None = None
    drivers: DriverImportance | None = None
    roles: PenaltyReward | None = None
    model: PathModel | None = None
    todo: ServicePriorities | None = None


def satisfaction_summary(
    results: SatisfactionResults, *, focus: str | None = None, target: str = "SAT"
) -> Summary:
    """Choose what a report on satisfaction begins with.

    Parameters
    ----------
    results : SatisfactionResults
    focus : str, optional
        The bank the report is for.
    target : str, default "SAT"
        The block of a path model that is to be explained.

    Returns
    -------
    Summary

    Examples
    --------
    >>> str(satisfaction_summary(SatisfactionResults()).headline)
    'The survey answers none of these questions'
    """
    headlines: list[Message] = []
    answers: list[Answer] = []

    def take(headline: Message, findings: tuple[Finding, ...], about: str, most: int = 1) -> None:
        headlines.append(headline)
        answers.extend(Answer(one, about) for one in findings[:most])

    if results.compared is not None:
        story = results.compared.story(focus=focus)
        take(story.headline, story.findings, "scores")
    if results.alike is not None:
        about = "alike" if len(results.alike.pairs) else "noticed"
        story = results.alike.story(focus=focus)
        take(story.headline, story.findings, about)
    if results.drivers is not None:
        told = results.drivers.story(focus=focus)
        take(told.headline, told.findings, "drivers")
    elif results.model is not None:
        take(path_model_headline(results.model, target=target),
             path_model_findings(results.model, target=target), "paths")  # fmt: skip
    if results.roles is not None:
        told = results.roles.story(focus=focus)
        take(told.headline, told.findings, "kinds")
    if results.todo is not None:
        take(service_priorities_headline(results.todo),
             service_priorities_findings(results.todo), "first")  # fmt: skip
    return Summary(
        headline=_headline(results, headlines), lede=_lede(results),
        answers=tuple(answers[:MOST_FINDINGS]),
    )  # fmt: skip


def _headline(results: SatisfactionResults, headlines: list[Message]) -> Message:
    """Lead with what to do where that is known, else with who satisfies, else what there is."""
    if results.todo is not None:
        return headlines[-1]
    return headlines[0] if headlines else Message("The survey answers none of these questions")


def _lede(results: SatisfactionResults) -> Message:
    if results.drivers is not None and (lede := results.drivers.story().lede) is not None:
        return lede
    if results.model is not None:
        return path_model_lede(results.model)
    n = None
    if results.alike is not None:
        n = int(results.alike.glance()["n_persons"].iloc[0])
    if results.compared is not None:
        n = int(results.compared.n_respondents)
    if n is None:
        return Message("Each statement says how settled it is.")
    return Message("{n:count} customers. Each statement says how settled it is.", {"n": n})
