"""What is said of a result, before anybody writes, translates or draws it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from brandkit.core.message import Finding, Message, Settled

Verb = Literal["keep", "secure", "fix", "test", "check"]


@dataclass(frozen=True)
class Exhibit:
    """A figure or a table of a story.

    Parameters
    ----------
    caption : Message
        What is shown.
    alt : Message, optional
        What the picture tells, for those who cannot see it; a figure has one, a table has none.
    data : DataFrame, optional
        The numbers behind the figure, or the table itself.
    notes : tuple of Message
        Caveats and findings that belong beneath it.
    draw : callable, optional
        Gives Axes or a Figure; called only by who shows it. None for a table.
    heads : mapping
        Column to heading, where the dictionary's is not right.
    kinds : str or mapping
        How columns are written that the dictionary does not know.
    of_people : bool
        Whether column ``n`` counts people, so that small bases are marked and held back.
    title : Message, optional
        The finding that a figure shows; of a story's first figure its headline where not given.
    aside : int
        Above 0, a table that only the workbook has, with so many columns that name its rows.
    """

    caption: Message
    alt: Message | None = None
    data: pd.DataFrame | None = None
    notes: tuple[Message, ...] = ()
    draw: Callable[[], Any] | None = None
    heads: Mapping[str, Message | str] = field(default_factory=dict)
    kinds: Any = None
    of_people: bool = True
    title: Message | None = None
    aside: int = 0


@dataclass(frozen=True)
class Action:
    """What a reader may do, on what evidence.

    Parameters
    ----------
    verb : "keep" | "secure" | "fix" | "test" | "check"
    text : Message
        The action in one sentence, with its gain and interval where one is known.
    settled : "clear" | "likely" | "open"
        As the finding that it rests on.
    about : str
        The exhibit that shows the evidence.
    on : tuple of str
        What is acted on, and against whom: of two actions on one thing the better is told.
    gain : Message, optional
        What it may win or hold, with its interval.
    base : int, optional
        The answers or products it stands on.
    """

    verb: Verb
    text: Message
    settled: Settled
    about: str = ""
    on: tuple[str, ...] = ()
    gain: Message | None = None
    base: int | None = None


@dataclass(frozen=True)
class Point:
    """What a board should know of a result.

    Parameters
    ----------
    text : Message
        At most 25 words, with one number and its interval.
    settled : "clear" | "likely" | "open"
        As the finding that it rests on.
    value : float
        How much hangs on it for whom the page is for, from 0 to 1.
    about : str
        The exhibit that shows the evidence.
    on : tuple of str
        What or whom it is about.
    title : Message, optional
        The consequence in a few words, where a page may be called by it.
    why : bool
        Whether it says why something matters; what was found otherwise.
    """

    text: Message
    settled: Settled
    value: float
    about: str = ""
    on: tuple[str, ...] = ()
    title: Message | None = None
    why: bool = False


@dataclass(frozen=True)
class Story:
    """What a result says: from here title, findings, captions, slides and alt texts are taken.

    Parameters
    ----------
    headline : Message
        The consequence in one sentence; agrees with the first finding.
    lede : Message, optional
        What it stands on.
    findings : tuple of Finding
        In the reader's order; empty only for footing (weights, reliability).
    actions : tuple of Action
    exhibits : mapping
        Figures and tables by their names, which are unique on a page.
    points : tuple of Point
        What of it belongs on the first screen.
    """

    headline: Message
    lede: Message | None = None
    findings: tuple[Finding, ...] = ()
    actions: tuple[Action, ...] = ()
    exhibits: Mapping[str, Exhibit] = field(default_factory=dict)
    points: tuple[Point, ...] = ()


Say = Callable[..., Message]


def speaker(other: Say | None = None, /, **values: Any) -> Say:
    """Make messages that share their values, and those of another speaker.

    The text is written where it is said, as one literal, so that translators find it.

    Examples
    --------
    >>> say = speaker(bank="Civic", n=3)
    >>> str(say("{bank} has {n:count} rivals, {near} nearest.", near="Kestrel"))
    'Civic has 3 rivals, Kestrel nearest.'
    """
    known = values if other is None else {**other("").values, **values}
    return lambda text, **more: Message(text, {**known, **more})


def listed(names: Sequence[Any]) -> Message | str:
    """Join names as a sentence does.

    Examples
    --------
    >>> str(listed(["staff", "fees", "advice"]))
    'staff, fees and advice'
    """
    if len(names) < 2:
        alone = names[0] if names else ""
        return alone if isinstance(alone, Message) else str(alone)
    return Message("{first} and {last}", {"first": list(names[:-1]), "last": names[-1]})


def titled(finding: Finding) -> Message:
    """Give a finding as a headline, without its full stop."""
    return Message("{title:title}", {"title": finding.headline})


def pointed(finding: Finding, value: float, about: str, number: Message | None = None) -> Point:
    """Take a finding for the first screen, with its number; what is open gives no title.

    Examples
    --------
    >>> fees = Finding(Message("Fees decide."), Message("31% of it."), "clear")
    >>> point = pointed(fees, 0.5, "drivers", Message("31%."))
    >>> str(point.text), str(point.title)
    ('Fees decide. 31%.', 'Fees decide')
    """
    text = finding.headline
    if number is not None:
        text = Message("{headline} {number}", {"headline": text, "number": number})
    title = None if finding.settled == "open" else titled(finding)
    return Point(text, finding.settled, value, about, title=title)


def N_(text: str) -> str:
    """Mark a text for translators where it is kept before it is said."""
    return text
