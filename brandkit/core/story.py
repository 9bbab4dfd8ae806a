"""What is said of a result, before anybody writes, translates or draws it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    """

    caption: Message
    alt: Message | None = None
    data: pd.DataFrame | None = None
    notes: tuple[Message, ...] = ()
    draw: Callable[[], Any] | None = None
    heads: Mapping[str, Message | str] = field(default_factory=dict)
    kinds: Any = None
    of_people: bool = True


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
    """

    verb: Verb
    text: Message
    settled: Settled
    about: str = ""


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
    """

    headline: Message
    lede: Message | None = None
    findings: tuple[Finding, ...] = ()
    actions: tuple[Action, ...] = ()
    exhibits: Mapping[str, Exhibit] = field(default_factory=dict)


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


def titled(finding: Finding) -> Message:
    """Give a finding as a headline, without its full stop."""
    return Message("{title:title}", {"title": finding.headline})


def N_(text: str) -> str:
    """Mark a text for translators where it is kept before it is said."""
    return text
