"""What customers say that leadership should know: do they notice, and what comes first."""

from __future__ import annotations

from dataclasses import dataclass

from brandkit.core.message import Finding
from brandkit.joins.study_satisfaction import (
    study_alikeness,
    study_drivers,
    study_penalties,
    study_priorities,
)
from brandkit.satisfaction import PerceivedAlikeness, ServicePriorities, SurveyWeights
from brandkit.satisfaction.wording_alikeness import perceived_alikeness_findings
from brandkit.satisfaction.wording_service_priorities import service_priorities_findings
from brandkit.sources import Study


@dataclass(frozen=True, kw_only=True, eq=False)
class CustomerFindings:
    """What the ratings of a study's survey give.

    Parameters
    ----------
    findings : tuple of Finding
        At most two: whether customers notice a difference, and what the focus bank does first.
    alike : PerceivedAlikeness or None
    todo : ServicePriorities or None
    """

    findings: tuple[Finding, ...] = ()
    alike: PerceivedAlikeness | None = None
    todo: ServicePriorities | None = None


def customer_findings(study: Study, *, weight: SurveyWeights | None = None) -> CustomerFindings:
    """Gather what a study's customers say of the focus bank and its rivals.

    Parameters
    ----------
    study : Study
    weight : SurveyWeights, optional

    Returns
    -------
    CustomerFindings

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> found = customer_findings(read_study("sample"))
    >>> str(found.findings[0].headline)
    'Which bank it is explains little of what customers say.'
    """
    section = study.settings.survey
    if section is None or section.outcome is None:
        return CustomerFindings()
    alike = study_alikeness(study, weight=weight)
    drivers = study_drivers(study, weight=weight)
    roles = study_penalties(study, weight=weight)
    todo = study_priorities(study, drivers=drivers, roles=roles, weight=weight)
    findings: tuple[Finding, ...] = ()
    if alike is not None:
        findings += perceived_alikeness_findings(alike, focus=study.focus)[:1]
    if todo is not None:
        findings += service_priorities_findings(todo)[:1]
    return CustomerFindings(findings=findings, alike=alike, todo=todo)
