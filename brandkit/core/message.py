"""A sentence with its numbers, kept apart until somebody reads it.

A result's notes, a figure's caption and a finding are written once, in English, with named
places for their numbers. :mod:`brandkit.language` finds the translation by that English text;
the numbers are formatted here, the same way in every language brandkit speaks.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from string import Formatter
from types import MappingProxyType
from typing import Any, Literal

NO_VALUE = "–"
MINUS = "−"


@dataclass(frozen=True)
class Message:
    """An English sentence and the numbers that belong in it.

    Parameters
    ----------
    text : str
        English, with places such as ``{n:count}``. A place takes one of the formats of
        :func:`formatted`, or two words, ``{n:bank|banks}``, chosen by whether n is one.
    values : mapping
        The value for each place: a number, a text, another message, or a list of these.
    context : str
        Tells apart the same English text with two meanings (``"column"`` for table heads).

    Examples
    --------
    >>> str(Message("{n:count} {n:bank|banks} hold {part:percent}", {"n": 3, "part": 0.525}))
    '3 banks hold 53%'
    """

    text: str
    values: Mapping[str, Any] = field(default_factory=dict)
    context: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))

    def __str__(self) -> str:
        return fill(self.text, self.values)

    def __hash__(self) -> int:
        return hash((self.text, self.context, repr(sorted(self.values.items(), key=str))))

    def __reduce__(self) -> tuple[Any, ...]:
        return (Message, (self.text, dict(self.values), self.context))


Settled = Literal["clear", "likely", "open"]


@dataclass(frozen=True)
class Finding:
    """What a reader should take away, and how settled it is.

    Parameters
    ----------
    headline : Message
        The finding in one short sentence.
    detail : Message
        Its numbers, base and uncertainty.
    settled : "clear" | "likely" | "open"
        Clear: the interval or test leaves no doubt. Likely: most of the evidence says so. Open:
        the data do not settle it, which is a finding too.
    """

    headline: Message
    detail: Message
    settled: Settled


#: Overrides and embeddings of writing direction, and what keeps them to themselves.
_DIRECTIONS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
_DOUBLE_STOP = re.compile(r"(?<!\.)\.\.(?!\.)")


class _Filler(Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        return formatted(value, format_spec)


def fill(text: str, values: Mapping[str, Any]) -> str:
    """Put the values into their places in a text.

    A name that ends with a full stop ("Co.") takes the sentence's own along.
    """
    return _DOUBLE_STOP.sub(".", _Filler().vformat(text, (), values))


def formatted(value: Any, kind: str = "") -> str:
    """Write one value the way readers see it.

    Parameters
    ----------
    value : number, str, Message, None or a sequence of these
        A missing value (None, NaN) becomes an en dash.
    kind : str
        ``count`` 1,234 · ``percent`` (of a share 0–1) 53% · ``percent1`` 52.5% ·
        ``number`` three significant digits · ``decimal1`` ``decimal2`` ``decimal3`` fixed ·
        ``signed`` two decimals with sign · ``points`` a whole number with sign ·
        ``p`` a p-value · ``one|many`` a word chosen by number · ``title`` a sentence without its
        full stop · ``clause`` one that goes on in another · empty: as it is.

    Examples
    --------
    >>> [formatted(0.0004, "p"), formatted(-0.5, "signed"), formatted(1234, "count")]
    ['< .001', '−0.50', '1,234']
    >>> formatted(["Tidewater", "Civic"])
    'Tidewater, Civic'
    """
    if "|" in kind:
        one, many = kind.split("|")
        return one if value == 1 else many
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(formatted(item, kind) for item in value)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return NO_VALUE
    if kind in ("title", "clause"):
        text = str(value).rstrip(".。")
        is_word = kind == "clause" and text[1:2].islower()
        return text[:1].lower() + text[1:] if is_word else text
    if kind == "" or isinstance(value, (str, Message)):
        return _isolated(str(value))
    return _number(float(value), kind)


def _isolated(text: str) -> str:
    """Keep marks of writing direction inside a name from turning the sentence around it."""
    if not _DIRECTIONS.search(text) or text.startswith(_ISOLATE):
        return text
    return f"{_ISOLATE}{text}{_END_ISOLATE}"


def _number(value: float, kind: str) -> str:
    if math.isinf(value):
        return "∞" if value > 0 else MINUS + "∞"
    if kind == "p":
        return "< .001" if value < 0.001 else f"{value:.3f}".lstrip("0") if value < 1 else "1"
    written = {
        "count": lambda: f"{value:,.0f}",
        "percent": lambda: f"{_clean(100 * value, 0):.0f}%",
        "percent1": lambda: f"{_clean(100 * value, 1):.1f}%",
        "number": lambda: _significant(value),
        "decimal1": lambda: f"{_clean(value, 1):,.1f}",
        "decimal2": lambda: f"{_clean(value, 2):,.2f}",
        "decimal3": lambda: f"{_clean(value, 3):,.3f}",
        "signed": lambda: f"{_clean(value, 2):+.2f}",
        "points": lambda: f"{_clean(value, 0):+.0f}",
    }
    return written[kind]().replace("-", MINUS)


def _clean(value: float, digits: int) -> float:
    """Round half up and drop the sign of a rounded zero."""
    scale = 10.0**digits
    rounded = math.floor(abs(value) * scale + 0.5 + 1e-9) / scale
    return math.copysign(rounded, value) if rounded else 0.0


def _significant(value: float) -> str:
    if value == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{_clean(value, min(digits, 6)):,.{min(digits, 6)}f}"


def noted(text: str, *, most: int = 100, **values: Any) -> list[Message]:
    """Note what holds of the first of the values, a list or a number; nothing where it is empty.

    The number of a list stands under ``n``.

    Examples
    --------
    >>> note = "{items} {n:is|are} left out: fewer than {least:count} answers."
    >>> [str(one) for one in noted(note, items=["fees"], least=10)], noted(note, items=[])
    (['fees is left out: fewer than 10 answers.'], [])
    """
    key, about = next(iter(values.items()))
    if isinstance(about, Sequence) and not isinstance(about, str):
        values = {"n": len(about), **values, key: list(about[:most])}
    return [Message(text, values)] if about else []


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
