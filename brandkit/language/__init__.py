"""Words, dates and column heads in English, 繁體中文 and 简体中文.

Texts are written once, in English, where they are used. Their translations stand in
``catalogues/zh-Hant`` (gettext) and are found by the English text; 简体中文 is converted from them,
but for the entries and words in ``catalogues/zh-Hans``. ``make messages`` brings the catalogues to
the code. What has no translation stays English, and the report audit says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from babel.dates import format_date
from babel.messages.pofile import read_po

from brandkit.core.errors import check_option
from brandkit.core.labels import COLUMNS, spoken
from brandkit.core.message import Message, fill, formatted
from brandkit.language.spacing import fill_spaced

LANGUAGES = ("en", "zh-Hant", "zh-Hans")
CATALOGUES = Path(__file__).parent / "catalogues"
_QUOTES = str.maketrans("「」『』", "“”‘’")

_current: ContextVar[str] = ContextVar("language", default="en")
_noun: ContextVar[Mapping[str, str]] = ContextVar("noun", default=MappingProxyType({}))
_BANK = re.compile(r"\b([Aa] )?([Bb])ank(s?)\b")
_WHAT_BANKS_ARE = {"en": "bank", "zh-Hant": "銀行", "zh-Hans": "银行"}
#: What a study may be about instead, in 繁體中文.
NOUNS = {
    "insurer": "保險公司", "company": "公司", "chain": "連鎖店", "brand": "品牌",
    "retailer": "零售商", "broker": "券商", "fund": "基金", "hospital": "醫院",
    "airline": "航空公司", "issuer": "發行機構",
}  # fmt: skip


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


def use_noun(noun: str | Mapping[Any, str] | None) -> None:
    """Choose what sentences call those that are compared, where they are no banks.

    Parameters
    ----------
    noun : str, mapping of language to str, or None
        In the singular; one of :data:`NOUNS` is known in every language.

    Examples
    --------
    >>> use_noun("insurer")
    >>> translate("Which bank it is explains little of how customers rate.")
    'Which insurer it is explains little of how customers rate.'
    >>> use_noun(None)
    """
    known = {"en": "company", "zh-Hant": NOUNS["company"]}
    if isinstance(noun, str):
        in_english = noun if noun.isascii() else None
        named = {chinese: english for english, chinese in NOUNS.items()}.get(noun)
        noun = {
            "en": in_english or named or known["en"],
            "zh-Hant": NOUNS.get(noun, known["zh-Hant"] if in_english else noun),
        }
    said = {**known, **noun} if noun else {}
    if said and "zh-Hans" not in said:
        said["zh-Hans"] = simplified(said["zh-Hant"])
    _noun.set(MappingProxyType(said))


def current_noun() -> Mapping[str, str] | None:
    """Give what :func:`use_noun` chose, by language; None for banks."""
    return _noun.get() or None


def in_noun(text: str, message: Message, code: str) -> str:
    """Call banks by the study's noun, in one of our own texts before names are filled in."""
    noun = _noun.get().get(code)
    if noun is None or (message.context, message.text) not in _catalogue("zh-Hant"):
        return text
    if code != "en":
        return text.replace(_WHAT_BANKS_ARE[code], noun)
    many = f"{noun[:-1]}ies" if re.search(r"[^aeiou]y$", noun) else f"{noun}s"

    def word(found: re.Match[str]) -> str:
        said = many if found[3] else noun
        if found[1]:
            article = "an" if said[0].lower() in "aeiou" else "a"
            return f"{article.capitalize() if found[1][0] == 'A' else article} {said}"
        return said.capitalize() if found[2] == "B" else said

    return _BANK.sub(word, text)


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
    text = in_noun(text, said, code)
    if not said.values:
        return text  # a name or a plain text: braces in it are its own
    values = {name: _ready(value, code) for name, value in said.values.items()}
    return fill_spaced(text, values) if found and code != "en" else fill(text, values)


def translation(message: Message, language: str) -> str | None:
    """Give the text of a translation, numbers not filled in; None where there is none."""
    if language == "en":
        return message.text
    key = (message.context, message.text)
    found = _catalogue(language).get(key)
    if found is None and language == "zh-Hans":
        traditional = _catalogue("zh-Hant").get(key)
        return simplified(traditional) if traditional else None
    return found


@cache
def simplified(text: str) -> str:
    """Write a text of Taiwan as the mainland does: OpenCC's conversion, then our field's words.

    Examples
    --------
    >>> simplified("「海港銀行」的 95% 信賴區間")
    '“海港银行”的 95% 置信区间'
    """
    converter, words = _conversion()
    written = str(converter.convert(text)).translate(_QUOTES)
    return words.sub(lambda word: _mainland_words()[word[0]], written)


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


def _ready(value: Any, language: str) -> Any:
    """Translate messages inside a value, and join lists the way the language does."""
    if isinstance(value, Message):
        return translate(value, language)
    if isinstance(value, Sequence) and not isinstance(value, str):
        between = ", " if language == "en" else "、"
        return between.join(formatted(_ready(item, language)) for item in value)
    return spoken(value) if isinstance(value, str) else value


@cache
def _mainland_words() -> dict[str, str]:
    lines = (CATALOGUES / "zh-Hans" / "words.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split() for line in lines if not line.startswith("#"))


@cache
def _conversion() -> tuple[Any, re.Pattern[str]]:
    from opencc import OpenCC

    longest_first = sorted(_mainland_words(), key=len, reverse=True)
    return OpenCC("tw2sp"), re.compile("|".join(longest_first))


@cache
def _catalogue(language: str) -> Mapping[tuple[str, str], str]:
    """Read what is translated by hand; for zh-Hans only what the conversion does not give."""
    texts = {}
    for file in sorted((CATALOGUES / language).glob("*.po")):
        with file.open("rb") as stream:
            for entry in read_po(stream, locale=language.replace("-", "_")):
                if entry.id and entry.string and isinstance(entry.id, str) and not entry.fuzzy:
                    texts[(entry.context or "", entry.id)] = str(entry.string)
    return texts
