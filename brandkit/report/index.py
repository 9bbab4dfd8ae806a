"""The first page of a folder of reports: what was asked, and each answer."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from brandkit.language import current_language, translate, use_language
from brandkit.page.provenance import Provenance, json_in_page, json_of_page
from brandkit.page.texts import CONTENT_POLICY, rendered, stylesheet

INDEX = "index.html"


def index_page(
    summaries: Mapping[str, Mapping[str, Any]],
    *,
    study: Provenance,
    language: str,
    workbook: str | None = None,
    others: Sequence[Mapping[str, str]] = (),
) -> str:
    """Write the index of the reports in a folder.

    Parameters
    ----------
    summaries : mapping
        File name to what the report says of itself.
    study : Provenance
    language : "en" | "zh-Hant" | "zh-Hans"
    workbook : str, optional
        File of all tables, beside the reports.
    others : sequence of mapping
        Other languages and banks: ``address``, ``text`` and ``lang`` of each.

    Returns
    -------
    str
        The page.

    Examples
    --------
    >>> page = index_page({}, study=Provenance(study="s", title="Banks"), language="en")
    >>> "<h1>Banks</h1>" in page
    True
    """
    before = current_language()
    use_language(language)
    try:
        reports = dict(sorted(summaries.items()))
        written = rendered(
            "index.html.j2",
            reports=_listed(reports),
            main=_main(reports),
            origin=study,
            pages=[name.removesuffix(".html") for name in reports],
            others=others,
            language=language,
            policy=CONTENT_POLICY,
            css=stylesheet(),
            workbook=workbook,
            json=json_in_page({"language": language, "others": [*others], **study.to_json()}),
        )
    finally:
        use_language(before)
    return written.rstrip("\n") + "\n"


def _main(reports: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Choose the report whose first screen heads the index: the brief, where it has one."""
    brief = next((one for one in reports.values() if one.get("board")), None)
    return None if brief is None else {**brief, "board": _shortened(brief["board"])}


#: Words of the three columns, so that the index has at most 250 in all.
MOST_WORDS = 165


def _shortened(board: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave out the last of the longest column until a board has read it in a minute."""
    columns = {name: list(board[name]) for name in ("found", "why", "do")}

    def size(name: str) -> int:
        texts = [
            one[part]["text"] for one in columns[name] for part in ("text", "gain") if one[part]
        ]
        return sum(len(text.split()) for text in texts)

    while sum(map(size, columns)) > MOST_WORDS:
        longest = max(columns, key=lambda name: (len(columns[name]), size(name)))
        if len(columns[longest]) < 2:
            break
        columns[longest].pop()
    return {**board, **columns}


def _listed(reports: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Mapping[str, Any]]:
    """Give the reports as they are read: the brief first, then the argument."""
    return dict(sorted(reports.items(), key=lambda pair: not pair[1].get("board")))


#: What each language calls itself.
LANGUAGE_NAMES = {"en": "English", "zh-Hant": "繁體中文", "zh-Hans": "简体中文"}


def focus_folder(focus: str) -> str:
    """Name the folder of a bank's own reports.

    Examples
    --------
    >>> focus_folder("St. George Bank"), focus_folder("臺灣銀行")
    ('st-george-bank', '臺灣銀行')
    """
    return re.sub(r"[\W_]+", "-", focus).strip("-").lower() or "focus"


def places_of(top: Path) -> dict[Path, tuple[str, str | None]]:
    """Find the indexes of a study's reports: folder to language and bank.

    Parameters
    ----------
    top : Path
        The study's folder of reports; a bank has a folder in it, a language one in these.
    """
    found = {}
    for file in sorted({*top.glob(INDEX), *top.glob(f"*/{INDEX}"), *top.glob(f"*/*/{INDEX}")}):
        told = json_of_page(file.read_text(encoding="utf-8", errors="replace"))
        if told is not None and told.get("language") in LANGUAGE_NAMES:
            found[file.parent] = (str(told["language"]), told.get("focus"))
    return found


def links_from(folder: Path, places: Mapping[Path, tuple[str, str | None]]) -> list[dict[str, str]]:
    """Give the links from one index to other languages of its bank, and to other banks.

    Parameters
    ----------
    folder : Path
        Where the index stands.
    places : mapping
        Folder to language and bank, as of :func:`places_of`.
    """

    def of_bank(place: Path) -> Path:
        return place.parent if place.name in LANGUAGE_NAMES else place

    language, links = places[folder][0], []
    for other, (code, bank) in places.items():
        address = quote(os.path.relpath(other / INDEX, folder).replace(os.sep, "/"))
        if of_bank(other) == of_bank(folder) and code != language:
            links.append({"address": address, "text": LANGUAGE_NAMES[code], "lang": code})
        elif of_bank(other) != of_bank(folder) and code == language:
            text = bank or translate("The whole market")
            links.append({"address": address, "text": text, "lang": ""})
    return links


def summaries_in(folder: Path, *, study: str, language: str) -> dict[str, dict[str, Any]]:
    """Read what the reports that lie in a folder say of themselves.

    Parameters
    ----------
    folder : Path
    study, language : str
        Reports of another study or language are not listed.

    Returns
    -------
    dict
        File name to summary.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> summaries_in(Path(mkdtemp()), study="sample", language="en")
    {}
    """
    found = {}
    for file in sorted(folder.glob("*.html")):
        summary = json_of_page(file.read_text(encoding="utf-8", errors="replace"))
        if file.name == INDEX or summary is None:
            continue
        if (summary.get("study"), summary.get("language")) == (study, language):
            found[file.name] = summary
    return found
