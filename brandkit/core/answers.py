"""The top of a report: a headline, what it stands on, and the findings in their order."""

from __future__ import annotations

from dataclasses import dataclass

from brandkit.core.message import Finding, Message

#: A page begins with no more findings.
MOST_FINDINGS = 5


@dataclass(frozen=True)
class Answer:
    """One finding, and the figure or table it stands on.

    Parameters
    ----------
    finding : Finding
    about : str
        The figure's or table's name in the report.
    """

    finding: Finding
    about: str


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What a report begins with.

    Parameters
    ----------
    headline : Message
        The one sentence to remember.
    lede : Message
        What it stands on.
    answers : tuple of Answer
        In the order of the argument.
    """

    headline: Message
    lede: Message
    answers: tuple[Answer, ...]
