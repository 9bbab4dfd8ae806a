"""What a survey says in the end: the headline and the findings that head a report."""

from __future__ import annotations

from dataclasses import dataclass

from brandkit.core.answers import MOST_FINDINGS, Answer, Summary
from brandkit.core.message import Finding, Message
from brandkit.satisfaction.alikeness.alikeness import PerceivedAlikeness
from brandkit.satisfaction.alikeness.story import (
    perceived_alikeness_findings,
    perceived_alikeness_headline,
)
from brandkit.satisfaction.drivers.drivers import DriverImportance
from brandkit.satisfaction.drivers.story import (
    driver_importance_findings,
    driver_importance_headline,
    driver_importance_lede,
)
from brandkit.satisfaction.paths.paths import PathModel
from brandkit.satisfaction.penalty.penalty import PenaltyReward
from brandkit.satisfaction.penalty.story import penalty_reward_findings, penalty_reward_headline
from brandkit.satisfaction.scores.comparison import GroupComparison
from brandkit.satisfaction.scores.story import group_comparison_findings, group_comparison_headline
from brandkit.satisfaction.service.priorities import ServicePriorities


@dataclass(frozen=True, kw_only=True)
class SatisfactionResults:
    """What could be computed of a survey; None where it has no evidence."""

    compared: GroupComparison | None = None
    alike: PerceivedAlikeness | None = None
    drivers: DriverImportance | None = None
    roles: PenaltyReward | None = None
    model: PathModel | None = None
    todo: ServicePriorities | None = None


def satisfaction_summary(results: SatisfactionResults, *, focus: str | None = None) -> Summary:
    """Choose what a report on satisfaction begins with.

    Parameters
    ----------
    results : SatisfactionResults
    focus : str, optional
        The bank the report is for.

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
        take(group_comparison_headline(results.compared, focus=focus),
             group_comparison_findings(results.compared, focus=focus), "scores")  # fmt: skip
    if results.alike is not None:
        about = "alike" if len(results.alike.pairs) else "noticed"
        take(perceived_alikeness_headline(results.alike, focus=focus),
             perceived_alikeness_findings(results.alike, focus=focus), about)  # fmt: skip
    if results.drivers is not None:
        take(driver_importance_headline(results.drivers),
             driver_importance_findings(results.drivers), "drivers")  # fmt: skip
    elif results.model is not None:
        model = results.model.story(focus=focus)
        take(model.headline, model.findings, "paths")
    if results.roles is not None:
        take(penalty_reward_headline(results.roles),
             penalty_reward_findings(results.roles), "kinds")  # fmt: skip
    if results.todo is not None:
        todo = results.todo.story(focus=focus)
        take(todo.headline, todo.findings, "first")
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
    if results.drivers is not None:
        return driver_importance_lede(results.drivers)
    if results.model is not None:
        return results.model.story().lede or Message("")
    n = None
    if results.alike is not None:
        n = int(results.alike.glance()["n_persons"].iloc[0])
    if results.compared is not None:
        n = int(results.compared.n_respondents)
    if n is None:
        return Message("Each statement says how settled it is.")
    return Message("{n:count} customers. Each statement says how settled it is.", {"n": n})
