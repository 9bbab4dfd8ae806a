"""The brief: what the evidence of a study says, gathered on one page."""

from __future__ import annotations

from dataclasses import dataclass

from brandkit.core.message import Finding, Message
from brandkit.positioning import CorrespondenceMap, correspondence_map
from brandkit.positioning.wording import (
    NO_BRAND_TABLE,
    correspondence_map_findings,
    correspondence_map_headline,
    correspondence_map_lede,
)
from brandkit.sources import Study

MOST_FINDINGS = 5
"""A page of more is read by nobody."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Brief:
    """What leadership should know, and what this study cannot tell them.

    Parameters
    ----------
    headline : Message
        The one sentence to remember.
    lede : Message
        What it stands on.
    findings : tuple of Finding
        At most five, each with how settled it is.
    positions : CorrespondenceMap or None
        The map behind them, where the study has a brand table.
    unanswered : tuple of Message
        Questions left open for want of evidence, and what it would take.
    """

    headline: Message
    lede: Message
    findings: tuple[Finding, ...]
    positions: CorrespondenceMap | None
    unanswered: tuple[Message, ...]


def brief(study: Study) -> Brief:
    """Gather what a study's evidence says, and what it cannot say.

    Parameters
    ----------
    study : Study
        Any study; what it has is used, what it lacks is named.

    Returns
    -------
    Brief

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> len(brief(read_study("sample")).findings) <= MOST_FINDINGS
    True
    """
    positions = _positions(study)
    if positions is None:
        return Brief(
            headline=Message("What the evidence of this study can and cannot answer"),
            lede=Message("No table of brands by attributes, so no positions."),
            findings=(),
            positions=None,
            unanswered=_unanswered(study),
        )
    return Brief(
        headline=correspondence_map_headline(positions, focus=study.focus),
        lede=correspondence_map_lede(positions),
        findings=correspondence_map_findings(positions, focus=study.focus)[:MOST_FINDINGS],
        positions=positions,
        unanswered=_unanswered(study),
    )


def _positions(study: Study) -> CorrespondenceMap | None:
    image = study.brand_image
    if image is None:
        return None
    return correspondence_map(
        image.values,
        scaling="row_green",
        supplementary_rows=image.supplementary_brands,
        supplementary_columns=image.supplementary_attributes,
    )


def _unanswered(study: Study) -> tuple[Message, ...]:
    """Name the questions this study leaves open, and the evidence each of them takes."""
    questions = {
        "brand_table": NO_BRAND_TABLE,
        "catalog": Message(
            "How alike the banks' offers are: it takes a product catalogue ([catalog] in "
            "study.toml)."
        ),
        "survey": Message(
            "How sure the places on the map are, and what drives satisfaction: it takes the "
            "answers of single respondents ([survey] in study.toml)."
        ),
        "branches": Message(
            "Where the banks meet: it takes their branches by market ([branches] in study.toml)."
        ),
    }
    has = {kind for kind in questions if getattr(study.settings, kind) is not None}
    if study.brand_image is not None:
        has.add("brand_table")
    missing = [text for kind, text in questions.items() if kind not in has]
    if study.settings.survey is not None:
        missing.append(
            Message(
                "What drives satisfaction: the survey is read and checked, but this version of "
                "brandkit does not model it yet."
            )
        )
    return tuple(missing)
