"""Words, dates and column heads in English, 繁體中文 and 简体中文.

Texts are written once, in English, where they are used. Their translations stand in
``catalogues/<language>/<room>.po`` (gettext), one file a room of the package, and are found by
the English text. What has no translation stays English, and the report audit says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from datetime import date
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from babel.dates import format_date
from babel.messages.pofile import read_po

from brandkit.core.columns import COLUMNS
from brandkit.core.errors import check_option
from brandkit.core.message import Message, fill, formatted

LANGUAGES = ("en", "zh-Hant", "zh-Hans")
CATALOGUES = Path(__file__).parent / "catalogues"

_HAN = "[\u3400-\u4dbf\u4e00-\u9fff]"
_ENDS_HAN, _STARTS_HAN = re.compile(f"{_HAN} ?$"), re.compile(f"^ ?{_HAN}")
_ENDS_LATIN, _STARTS_LATIN = re.compile(r"[A-Za-z0-9%.]$"), re.compile(r"^[+−]?[A-Za-z0-9.]")

_current: ContextVar[str] = ContextVar("language", default="en")


def use_language(language: str) -> None:
    """Choose the language that figures and blocks are written in from here on.

    Numbers never depend on it.

    Parameters
    ----------
    language : "en" | "zh-Hant" | "zh-Hans"

    Examples
    --------
    >>> use_language("en")
    """
    check_option("language", language, LANGUAGES)
    _current.set(language)


def current_language() -> str:
    """Say which language is in use.

    Examples
    --------
    >>> current_language()
    'en'
    """
    return _current.get()


def translate(message: Message | str, language: str | None = None) -> str:
    """Write a message, with its numbers, in a language.

    Parameters
    ----------
    message : Message or str
    language : str, optional
        The language in use where not given.

    Returns
    -------
    str
        The translation; the English text where there is none.

    Examples
    --------
    >>> translate(Message("Quality", context="column"), "zh-Hant")
    '呈現品質'
    """
    code = language or current_language()
    said = Message(message) if isinstance(message, str) else message
    found = translation(said, code)
    text = found or said.text
    if not said.values:
        return text  # a name or a plain text: braces in it are its own
    values = {name: _ready(value, code) for name, value in said.values.items()}
    return _fill_spaced(text, values) if found and code != "en" else fill(text, values)


def translation(message: Message, language: str) -> str | None:
    """Give the text of a translation, numbers not filled in; None where there is none."""
    if language == "en":
        return message.text
    return _catalogue(language).get((message.context, message.text))


def column_label(name: str, language: str | None = None) -> str:
    """Give the heading of a column of a result.

    Examples
    --------
    >>> column_label("std_error", "zh-Hans")
    '标准误'
    """
    label = COLUMNS[name].label if name in COLUMNS else name
    return translate(Message(label, context="column"), language)


def date_text(day: date, language: str | None = None) -> str:
    """Write a date the way readers of the language do.

    Examples
    --------
    >>> date_text(date(2026, 3, 2), "en"), date_text(date(2026, 3, 2), "zh-Hans")
    ('2 March 2026', '2026年3月2日')
    """
    code = language or current_language()
    if code == "en":
        return format_date(day, "d MMMM y", locale="en")
    return format_date(day, "long", locale=code.replace("-", "_"))


def _fill_spaced(text: str, values: Mapping[str, Any]) -> str:
    """Fill a Chinese text: a space beside names and numbers in Latin signs, none beside Chinese.

    Only here is known which of the two a bank's name is; the translation cannot say.
    """
    written = ""
    after_value = False
    for literal, name, kind, _ in Formatter().parse(text):
        after = literal
        if after_value and literal:
            if _ENDS_HAN.search(written) and _STARTS_HAN.search(literal):
                after = literal.lstrip(" ")
            elif _ENDS_LATIN.search(written) and re.match(_HAN, literal):
                after = " " + literal
        written += after
        after_value = name is not None
        if name is None:
            continue
        value = fill(f"{{{name}:{kind}}}", values)
        if literal and _ENDS_HAN.search(literal):
            if re.match(_HAN, value):
                written = written.removesuffix(" ")
            elif _STARTS_LATIN.search(value) and not written.endswith(" "):
                written += " "
        written += value
    return written


def _ready(value: Any, language: str) -> Any:
    """Translate messages inside a value, and join lists the way the language does."""
    if isinstance(value, Message):
        return translate(value, language)
    if isinstance(value, Sequence) and not isinstance(value, str):
        between = ", " if language == "en" else "、"
        return between.join(formatted(_ready(item, language)) for item in value)
    return value


@cache
def _catalogue(language: str) -> Mapping[tuple[str, str], str]:
    folder = CATALOGUES / language
    texts = {}
    for file in sorted(folder.glob("*.po")):
        with file.open("rb") as stream:
            for entry in read_po(stream, locale=language.replace("-", "_")):
                if entry.id and entry.string and isinstance(entry.id, str):
                    texts[(entry.context or "", entry.id)] = str(entry.string)
    return texts
