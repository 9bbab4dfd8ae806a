"""Texts as a page shows them: rendered, with the language they turned out to be in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from brandkit.core.message import Message
from brandkit.language import current_language, translate, translation
from brandkit.page.branding import current_brand

_CHINESE = re.compile(r"[㐀-䶿一-鿿豈-﫿]")
_CHINESE_RUN = re.compile(r"[\u3400-\u9fff][\u3400-\u9fff\u3000-\u303f\uff00-\uffef]*")
_LETTERS = re.compile(r"[A-Za-zÀ-ɏ]")
_WORDS = re.compile(r"[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ'’-]+")

#: Nothing is fetched, nothing runs: the page has no script, and its JSON is only data.
CONTENT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "base-uri 'none'; form-action 'none'"
)


def policy_with(script_hash: str) -> str:
    """Give the policy of a page on which one script may run, told by its hash.

    Examples
    --------
    >>> policy_with("sha256-x=").split("; ")[4]
    "script-src 'sha256-x='"
    """
    return CONTENT_POLICY.replace("base-uri", f"script-src '{script_hash}'; base-uri")


#: From so many English words on, text without a translation is prose and no name.
PROSE_WORDS = 4


@dataclass(frozen=True)
class Text:
    """A text ready for a reader.

    Parameters
    ----------
    text : str
        In the language in use, numbers filled in.
    lang : str
        The language it is truly in: a text without a translation stays English.
    is_untranslated : bool
        It is prose, and should have been in the language in use.
    """

    text: str
    lang: str
    is_untranslated: bool = False

    def to_json(self) -> dict[str, Any]:
        """Give what the block's JSON holds."""
        return {"text": self.text, "lang": self.lang, "untranslated": self.is_untranslated}


def text_of(message: Message | str) -> Text:
    """Write a message in the language in use, and say which language came out.

    Parameters
    ----------
    message : Message or str

    Returns
    -------
    Text

    Examples
    --------
    >>> text_of(Message("{n:count} banks", {"n": 3}))
    Text(text='3 banks', lang='en', is_untranslated=False)
    """
    language = current_language()
    written = translate(message)
    lang = language_of(written, language)
    known = message if isinstance(message, Message) else Message(message)
    is_english = language != "en" and lang == "en" and translation(known, language) is None
    return Text(written, lang, is_english and is_prose(written))


def language_of(text: str, language: str) -> str:
    """Say which language a text on a page is in, as far as its script shows.

    Parameters
    ----------
    text : str
    language : "en" | "zh-Hant" | "zh-Hans"
        Of the page.

    Returns
    -------
    str
        The page's language where the text has its script or no letters at all.

    Examples
    --------
    >>> language_of("Harbour Bank", "zh-Hant"), language_of("海港銀行", "en")
    ('en', 'zh')
    >>> language_of("最接近 Tidewater。", "zh-Hant"), language_of("−0.50", "zh-Hant")
    ('zh-Hant', 'zh-Hant')
    """
    has_chinese = bool(_CHINESE.search(text))
    if language == "en":
        is_chinese = has_chinese and len(_CHINESE.findall(text)) > len(_LETTERS.findall(text))
        return "zh" if is_chinese else "en"
    return language if has_chinese or not _LETTERS.search(text) else "en"


def is_prose(text: str) -> bool:
    """Say whether a text is a sentence rather than a name.

    Examples
    --------
    >>> is_prose("Harbour Bank"), is_prose("It is the only other brand.")
    (False, True)
    """
    return len(_WORDS.findall(text)) >= PROSE_WORDS


TEMPLATES = Path(__file__).with_name("template")


def prepared(environment: Environment) -> Environment:
    """Set an environment up for brandkit's templates: escape, refuse what is undefined."""
    environment.autoescape = True
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.globals["words"] = words
    environment.filters["marked"] = marked
    environment.filters["quoting"] = quoting
    environment.globals["foreign"] = foreign
    environment.globals["figure_css"] = figure_css
    environment.globals["brand"] = current_brand
    return environment


def foreign(text: str, language: str) -> Markup:
    """Give the attribute of an element whose text is not in the page's language.

    Examples
    --------
    >>> foreign("Harbour Bank", "zh-Hant")
    Markup(' lang="en"')
    """
    lang = language_of(text, language)
    return Markup() if lang == language else Markup(' lang="{}"').format(lang)


_INTERVAL = re.compile(r"[(（](?:[^()（）]*[^\w()（）])?\d[^()（）]*[)）]")
_NUMBER = re.compile(r"(?<![\w.“「,#])[+−]?\d[\d,]*(?:\.\d+)?%?(?![\w.,]*\d)")


def marked(text: str) -> Markup:
    """Set off a sentence's number, the one its interval is of or the first, and step that back.

    Examples
    --------
    >>> str(marked("They are 94% alike (83% to 98%)."))
    'They are <b>94%</b> alike <span class="soft">(83% to 98%)</span>.'
    >>> str(marked("Value (val1) stands at 73.6 of 100 (72.8 to 74.4)."))
    'Value (val1) stands at <b>73.6</b> of 100 <span class="soft">(72.8 to 74.4)</span>.'

    Cut into pieces, what is quoted in Chinese has to be marked by itself:

    >>> str(marked("It scores 7.7 on “總體滿意度”."))
    'It scores <b>7.7</b> on “<span lang="zh">總體滿意度</span>”.'
    """
    plain = str(escape(text))
    interval = _INTERVAL.search(plain)
    end = interval.start() if interval else len(plain)
    numbers = [*_NUMBER.finditer(plain, 0, end)]
    written = plain[:end]
    if numbers:
        number = _within(numbers, interval[0]) if interval else numbers[0]
        a, b = number.span()
        written = f"{plain[:a]}<b>{number[0]}</b>{plain[b:end]}"
    if interval:
        written += f'<span class="soft">{interval[0]}</span>{plain[interval.end() :]}'
    is_english = language_of(text, "en") == "en"
    is_marked = "<span lang=" in plain
    return _with_quotes(written) if is_english and not is_marked else Markup(written)


def _within(numbers: list[re.Match[str]], interval: str) -> re.Match[str]:
    """Choose the number that an interval is of: the last between its ends, else the last."""
    ends = [_value(end[0]) for end in _NUMBER.finditer(interval)] or [0.0]
    inside = [number for number in numbers if min(ends) <= _value(number[0]) <= max(ends)]
    return (inside or numbers)[-1]


def _value(number: str) -> float:
    return float(number.replace("−", "-").replace(",", "").rstrip("%"))


def quoting(text: str, language: str) -> Markup:
    """Mark what an English sentence quotes in Chinese, where it quotes more than it says.

    Examples
    --------
    >>> str(quoting("Of “總體滿意度”.", "en"))
    'Of “<span lang="zh">總體滿意度</span>”.'
    """
    plain = str(escape(text))
    foreign_most = language == "en" and language_of(text, language) != "en"
    return _with_quotes(plain) if foreign_most else Markup(plain)


def _with_quotes(written: str) -> Markup:
    return Markup(_CHINESE_RUN.sub(r'<span lang="zh">\g<0></span>', written))


def words(text: str, **values: Any) -> str:
    """Write the page's own words in the language in use.

    Examples
    --------
    >>> words("Data of figure {number:count}", number=2)
    'Data of figure 2'
    """
    return translate(Message(text, values))


@cache
def environment() -> Environment:
    """Give the environment in which blocks are written for JupyterLab, and the index."""
    return prepared(Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True))


def rendered(template: str, **names: Any) -> str:
    """Fill one of brandkit's templates."""
    return environment().get_template(template).render(**names)


def stylesheet() -> Markup:
    """Give the CSS of every page without comments and line breaks, then the company's own."""
    lines = (TEMPLATES / "page.css").read_text(encoding="utf-8").splitlines()
    kept = (line.strip() for line in lines if not line.strip().startswith("/*"))
    return Markup("".join(kept) + current_brand().css())


def figure_css() -> Markup:
    """Give the CSS that a figure needs wherever it stands."""
    lines = (TEMPLATES / "page.css").read_text(encoding="utf-8").splitlines()
    return Markup(
        "".join(line for line in lines if re.match(r"\.(fluid|upright|marks|axis)|svg \.", line))
    )


def block_html(block: Mapping[str, Any], *, language: str) -> str:
    """Write one block for JupyterLab.

    Parameters
    ----------
    block : mapping
        The block's JSON.
    language : str

    Returns
    -------
    str
    """
    return rendered("block.html.j2", block=block, language=language).strip()
