"""Findings as sentences beneath the figure they stand on."""

from __future__ import annotations

from collections.abc import Sequence

from brandkit.core.message import Finding, Message


def as_notes(findings: Sequence[Finding]) -> tuple[Message, ...]:
    """Write findings as notes: what is found, then its numbers.

    The findings a report begins with are few; the others stand where they are argued.

    Parameters
    ----------
    findings : sequence of Finding

    Returns
    -------
    tuple of Message

    Examples
    --------
    >>> found = Finding(Message("Fees decide."), Message("31% of it."), "clear")
    >>> [str(note) for note in as_notes([found])]
    ['Fees decide. 31% of it.']
    """
    return tuple(
        Message("{headline} {detail}", {"headline": one.headline, "detail": one.detail})
        for one in findings
    )
