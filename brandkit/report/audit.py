"""The gate every report passes before it is put in place."""

from __future__ import annotations

import getpass
import platform
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import astuple, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from brandkit.core.errors import MissingFileError, SchemaError, check_option
from brandkit.core.message import NO_VALUE
from brandkit.core.result import Result
from brandkit.language import LANGUAGES
from brandkit.page.explore.script import script, script_hash
from brandkit.page.markup import Element, Markup, read_markup
from brandkit.page.provenance import json_of_page
from brandkit.page.texts import is_prose, language_of

Severity = Literal["fails", "warns"]

#: Kilobytes from which a page is called heavy; Chinese pages carry their figures' characters.
SIZE_GOAL = {"en": 120, "zh-Hant": 180, "zh-Hans": 180}

_FETCHING = ("src", "srcset", "poster", "data", "background", "action", "formaction", "ping")
_REFERRING = ("link", "use", "image", "base", "feimage", "script")
_SCOPES = ("col", "row", "colgroup", "rowgroup")
_FRAMES = ("iframe", "frame", "object", "embed", "portal", "base")
_CSS_ADDRESS = re.compile(r"url\(\s*['\"]?(?!data:|#)([^)'\"]*)|@import\b", re.IGNORECASE)
_RUNS = re.compile(r"\s*(?:javascript|vbscript):", re.IGNORECASE)
_EMBEDDED = re.compile(r"data:[\w/+.-]+;base64,[A-Za-z0-9+/=]+")
_LEAKS = {
    "an absolute path": re.compile(
        r"(?<![\w.:/<~-])/(?:home|Users|root|tmp|var|opt|work|mnt|usr|private|srv|etc|media)"
        r"/[\w.@~+-]+|\b[A-Za-z]:\\\\?[\w.]|\\\\\\\\[\w.-]+\\\\|\bfile://"
    ),
    "a traceback": re.compile(r"Traceback \(most recent call last\)|File \".+?\", line \d+"),
    "terminal output": re.compile(r"\x1b\[|\b[A-Z]\w+Warning:"),
    "an e-mail address": re.compile(r"\b[\w.+-]+@[\w-]+\.[\w.-]*[A-Za-z]{2,}\b"),
    "a personal number": re.compile(r"(?<![\w.])(?:[A-Z][12]\d{8}|\d{17}[\dX])(?![\w.])"),
}
_TEX = re.compile(
    r"\$\$|\\[(\[]|\\begin\{|\\(?:frac|sum|alpha|beta|mathrm|text|sqrt|hat|times)\b|\$[^$]*\\[a-z]+"
)
_EMPTY_ALT = re.compile(
    r"\s*(?:no description.*|image|figure|picture|.+\.(?:png|svg|jpe?g))?\s*", re.IGNORECASE
)
_TOO_COMMON = ("root", "user", "admin", "runner", "ubuntu", "debian", "jovyan", "localhost")


def _is_picture(e: Element) -> bool:
    return "svg" not in e.inside and e.attributes.get("aria-hidden") != "true"


#: Rule, tags (every tag where empty), what is wrong with an element, and how that is said.
_WRONG_ELEMENTS: tuple[tuple[str, tuple[str, ...], Callable[[Element], object], str], ...] = (
    ("requests", _FRAMES, lambda _: True, "embeds another document"),
    (
        "requests",
        (),
        lambda e: _CSS_ADDRESS.search(e.attributes.get("style", "")),
        "its style fetches something",
    ),
    (
        "alt text",
        ("svg",),
        lambda e: _is_picture(e) and e.attributes.get("role") != "img",
        'an svg must have role="img"',
    ),
    (
        "alt text",
        ("svg", "img"),
        lambda e: (
            _is_picture(e)
            and _EMPTY_ALT.fullmatch(
                e.attributes.get("aria-label" if e.tag == "svg" else "alt", "")
            )
        ),
        "a figure has no description",
    ),
    ("translation", (), lambda e: "data-untranslated" in e.attributes, "a text is still English"),
    (
        "tables",
        ("th",),
        lambda e: e.attributes.get("scope") not in _SCOPES,
        "a heading has no scope",
    ),
    # whatever may be wider than a phone scrolls by itself, and can be scrolled by keyboard
    (
        "overflow",
        ("table",),
        lambda e: not e.within or e.within.attributes.get("tabindex") != "0",
        "does not scroll by itself",
    ),
    (
        "overflow",
        ("pre",),
        lambda e: e.attributes.get("tabindex") != "0",
        "does not scroll by itself",
    ),
    (
        "overflow",
        ("svg", "img"),
        lambda e: "svg" not in e.inside and not e.attributes.get("width", "100%").endswith("%"),
        "has a fixed width",
    ),
)
#: Rule, what is wrong in a text, how that is said, and where it may stand.
_WRONG_TEXTS = (
    ("TeX", _TEX, "formulas are not drawn offline", ("script", "style", "pre", "code", "svg")),
    (
        "alt text",
        re.compile("No description has been provided"),
        "a figure has a filler",
        ("script", "style"),
    ),
)


@dataclass(frozen=True)
class Problem:
    """One thing found.

    Parameters
    ----------
    rule : str
    severity : "fails" | "warns"
    place : str
    problem : str
    """

    rule: str
    severity: Severity
    place: str
    problem: str


#: What rules find: their name, where, and what is wrong.
Found = Iterator[tuple[str, "Element | str", str]]
_WARNS = ("translation", "size")


@dataclass(frozen=True)
class AuditedPage:
    """A page's text with its parts and its language."""

    text: str
    markup: Markup
    language: str


def problems_of(page: str) -> list[Problem]:
    """Check a page against every rule.

    Parameters
    ----------
    page : str

    Returns
    -------
    list of Problem

    Examples
    --------
    >>> sorted({found.rule for found in problems_of('<html lang="en"><h1>Hi</h1></html>')})
    ['content policy', 'overflow', 'provenance', 'title']
    """
    markup = read_markup(page)
    html = next(markup.named("html"), None)
    audited = AuditedPage(page, markup, html.lang if html else "")
    found = [one for rule in RULES for one in rule(audited)]
    return [
        Problem(name, "warns" if name in _WARNS else "fails", _place(where), problem)
        for name, where, problem in found
    ]


def _place(where: Element | str) -> str:
    if isinstance(where, str):
        return where
    name = where.attributes.get("id")
    return f"line {where.line}, <{where.tag}{f' id={name}' if name else ''}>"


def _requests(page: AuditedPage) -> Found:
    for element in page.markup.elements:
        for name, value in element.attributes.items():
            refers = name in ("href", "xlink:href") and element.tag in _REFERRING
            if (refers or name in _FETCHING) and not value.startswith(("data:", "#")):
                yield "requests", element, f"`{name}` fetches something"
            if name.startswith("on") or _RUNS.match(value):
                yield "scripts", element, f"`{name}` runs code"


def _elements(page: AuditedPage) -> Found:
    for rule, tags, is_wrong, problem in _WRONG_ELEMENTS:
        for element in page.markup.named(*tags) if tags else page.markup.elements:
            if is_wrong(element):
                yield rule, element, problem


def _scripts(page: AuditedPage) -> Found:
    """Only the explorer's own script may stand on a page, once and to the letter."""
    running = [
        one
        for one in page.markup.named("script")
        if one.attributes.get("type") != "application/json"
    ]
    is_own = len(running) == 1 and f"<script>{script()}</script>" in page.text
    for element in running:
        if not is_own:
            yield "scripts", element, "a report needs no script but the explorer's own"


def _texts(page: AuditedPage) -> Found:
    for rule, wrong, problem, without in _WRONG_TEXTS:
        for words in page.markup.words(without=without):
            if wrong.search(words.text):
                yield rule, words.element, problem
    for words in page.markup.texts:
        if words.element.tag == "style" and _CSS_ADDRESS.search(words.text):
            yield "requests", words.element, "its style fetches something"


def _policy(page: AuditedPage) -> Found:
    metas = [
        meta
        for meta in page.markup.named("meta")
        if meta.attributes.get("http-equiv", "").lower() == "content-security-policy"
    ]
    if len(metas) != 1:
        found = f"must be there once; found {len(metas)}"
        yield "content policy", "<head>", found
        return
    parts = [part.split() for part in metas[0].attributes.get("content", "").split(";")]
    directives = {part[0]: part[1:] for part in parts if part}
    for name in ("default-src", "base-uri", "form-action"):
        if directives.get(name) != ["'none'"]:
            yield "content policy", metas[0], f"{name} must be 'none'"
    allowed = {
        "style-src": "'unsafe-inline'",
        "img-src": "data:",
        "font-src": "data:",
        "script-src": f"'{script_hash()}'",
    }
    for name, sources in directives.items():
        if name in allowed and not all(source.startswith(allowed[name]) for source in sources):
            yield "content policy", metas[0], f"{name} allows too much"
        elif name not in (*allowed, "default-src", "base-uri", "form-action"):
            yield "content policy", metas[0], f"{name} is not expected"
    first = next(page.markup.named("style", "script", "link"), None)
    if first is not None and page.markup.elements.index(first) < page.markup.elements.index(
        metas[0]
    ):
        yield "content policy", metas[0], "must come before any style"


@cache
def _own_names() -> dict[str, re.Pattern[str]]:
    """Find the names of this user and this machine, where they could be told from words."""
    found = {"the home folder": str(Path.home()), "the machine's name": platform.node()}
    with suppress(OSError, KeyError, ImportError):  # a user without a name has none to leak
        found["a user name"] = getpass.getuser()
    return {
        what: re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
        for what, name in found.items()
        if len(name) > 5 and name.strip("/\\").lower() not in _TOO_COMMON
    }


def _leaks(page: AuditedPage) -> Found:
    for number, line in enumerate(_EMBEDDED.sub("", page.text).splitlines(), start=1):
        for what, pattern in {**_LEAKS, **_own_names()}.items():
            if pattern.search(line):
                yield "leaks", f"line {number}", f"shows {what}"


def _languages(page: AuditedPage) -> Found:
    if page.language not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        yield "language", "<html>", f"`lang` must be one of {known}; found {page.language!r}"
        return
    for words in page.markup.words(without=("script", "style", "pre", "code")):
        text, lang = words.text.strip(), words.element.lang
        is_chinese = lang.startswith("zh")
        found = language_of(text, lang if lang in LANGUAGES else "zh-Hant" if is_chinese else "en")
        if is_chinese and found == "en" and is_prose(text):
            yield "language", words.element, "English is not marked so"
        if not is_chinese and found == "zh":
            yield "language", words.element, "Chinese is not marked so"


def _headings(page: AuditedPage) -> Found:
    titles = list(page.markup.named("title"))
    has_words = any(
        w.element.tag == "title" and "svg" not in w.element.inside for w in page.markup.texts
    )
    if not titles or not has_words:
        yield "title", "<head>", "the page has no title"
    ones = list(page.markup.named("h1"))
    if len(ones) != 1:
        yield "headings", "<body>", f"must be one <h1>; found {len(ones)}"
    level = 0
    for heading in page.markup.named("h1", "h2", "h3", "h4", "h5", "h6"):
        now = int(heading.tag[1])
        if now > level + 1:
            yield "headings", heading, f"comes after level {level}"
        level = now


def _tables(page: AuditedPage) -> Found:
    captions = {element.line for element in page.markup.named("caption")}
    for table in page.markup.named("table"):
        named = table.attributes.get("aria-labelledby") or table.attributes.get("aria-label")
        if not named and not captions:
            yield "tables", table, "a table has no caption"


def _viewport(page: AuditedPage) -> Found:
    metas = page.markup.named("meta")
    if not any(meta.attributes.get("name") == "viewport" for meta in metas):
        yield "overflow", "<head>", "no viewport: phones shrink the whole page"


def _captions(page: AuditedPage) -> Found:
    said = {id(around) for words in page.markup.texts for around in words.element.lineage()}
    captions = [one for one in page.markup.named("figcaption") if id(one) in said]
    figures = list(page.markup.named("figure"))
    if len(captions) < len(figures):
        yield "captions", "<main>", f"{len(figures)} figures have {len(captions)} captions"


def _provenance(page: AuditedPage) -> Found:
    told = json_of_page(page.text)
    if told is None:
        yield "provenance", "<body>", "the page does not say what it was made from"
        return
    for name in ("study", "language", "inputs", "versions"):
        if not told.get(name):
            yield "provenance", "its own data", f"does not give its {name}"
    digests = [str(entry.get("sha256", "")) for entry in told.get("inputs") or []]
    if not all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in digests):
        yield "provenance", "its own data", "an input has no sha256"
    if page.language in LANGUAGES and told.get("language") not in (None, "", page.language):
        yield "provenance", "its own data", "is in another language than the page"


def _small_cells(page: AuditedPage) -> Found:
    """Nothing is shown of a group of so few people that one could be known by it."""
    limit = (json_of_page(page.text) or {}).get("suppress_below", 10)
    for heads, row in page.markup.table_rows():
        for at, head in enumerate(heads):
            if "data-people" not in head.attributes or at >= len(row):
                continue
            base = page.markup.text_of(row[at])
            figures = re.sub(r"\D", "", base)
            few = base.lstrip().startswith("<") or (figures and int(figures) < limit)
            others = [
                one
                for other, one in enumerate(row)
                if other != at and one.tag == "td" and "t" not in one.classes
            ]
            if few and any(page.markup.text_of(one) != NO_VALUE for one in others):
                yield "small cells", row[at], f"numbers stand on fewer than {limit} people"


def _addresses(page: AuditedPage) -> Found:
    ids = [e.attributes["id"] for e in page.markup.elements if "id" in e.attributes]
    for name, count in Counter(ids).items():
        if count > 1:
            yield "addresses", f"id={name}", f"stands {count} times"
    known = set(ids)
    for element in page.markup.elements:
        wanted = element.attributes.get("aria-labelledby", "").split()
        wanted += element.attributes.get("aria-describedby", "").split()
        link = element.attributes.get("href") or element.attributes.get("xlink:href") or ""
        if link.startswith("#"):
            wanted.append(link[1:])
        for name in wanted:
            if name not in known:
                yield "addresses", element, f"points to nothing: #{name}"


def _size(page: AuditedPage) -> Found:
    kilobytes = len(page.text.encode()) / 1024
    goal = SIZE_GOAL.get(page.language, 120)
    if kilobytes > goal:
        yield "size", "the file", f"{kilobytes:.0f} KB; the goal is {goal} KB"


RULES: tuple[Callable[[AuditedPage], Found], ...] = (
    _requests,
    _elements,
    _scripts,
    _texts,
    _policy,
    _leaks,
    _languages,
    _headings,
    _tables,
    _viewport,
    _captions,
    _provenance,
    _small_cells,
    _addresses,
    _size,
)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Remarks(Result):
    """What was found about a page.

    Parameters
    ----------
    file : str
        The page's name.
    remarks : DataFrame
        ``rule``, ``severity`` ("fails" or "warns"), ``place``, ``problem``; empty where all is
        well.
    """

    file: str
    remarks: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """Give the findings, one row each."""
        return self.remarks.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: how many fail, how many warn, and what else the result says."""
        counts = self.remarks["severity"].value_counts()
        row = {"n_failures": int(counts.get("fails", 0)), "n_warnings": int(counts.get("warns", 0))}
        own = {key: one for key, one in vars(self).items() if key not in ("notes", "remarks")}
        return pd.DataFrame([own | row])

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"text/html": self.remarks.to_html(index=False), "text/plain": repr(self)}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Audit(Remarks):
    """What an audit found.

    Parameters
    ----------
    n_bytes : int
        The page's size.
    """

    n_bytes: int

    @property
    def ok(self) -> bool:
        """Whether the page may be shown: nothing fails."""
        return not (self.remarks["severity"] == "fails").any()

    def lines(self, *, severity: str) -> list[str]:
        """Write the findings of one severity, one sentence each, equal ones once.

        Parameters
        ----------
        severity : "fails" | "warns"
        """
        check_option("severity", severity, ("fails", "warns"))
        found = self.remarks[self.remarks["severity"] == severity]
        lines = []
        for (rule, problem), group in found.groupby(["rule", "problem"], sort=False):
            more = f" and {len(group) - 1} more places" if len(group) > 1 else ""
            lines.append(f"{rule}: {group['place'].iloc[0]}{more}: {problem}.")
        return lines


def audit_report(path: str | Path) -> Audit:
    """Check a page: requests, policy, leaks, alt texts, language, headings, tables, links.

    Parameters
    ----------
    path : str or Path
        An HTML file.

    Returns
    -------
    Audit

    Raises
    ------
    MissingFileError
        There is no such file.
    SchemaError
        It is not an HTML page in UTF-8.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> page = Path(mkdtemp()) / "page.html"
    >>> _ = page.write_text('<!doctype html><html lang="en"><h1>Banks</h1></html>')
    >>> audit_report(page).ok
    False
    """
    file = Path(path)
    if not file.is_file():
        raise MissingFileError(
            "the report is not there", file=path, way_out="`brandkit report STUDY` writes it."
        )
    raw = file.read_bytes()
    try:
        page = raw.decode("utf-8")
    except UnicodeDecodeError:
        page = ""
    if "<html" not in page[:2000].lower():
        raise SchemaError("a report must be an HTML page in UTF-8", file=path)
    columns = [field.name for field in fields(Problem)]
    found = pd.DataFrame([astuple(one) for one in problems_of(page)], columns=columns, dtype=str)
    found.insert(0, "file", file.name)
    return Audit(file=file.name, remarks=found, n_bytes=len(raw))
