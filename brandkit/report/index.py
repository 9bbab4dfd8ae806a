"""The first page of a folder of reports: what was asked, and each answer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from brandkit.language import current_language, use_language
from brandkit.page.provenance import Provenance, json_in_page, json_of_page
from brandkit.page.texts import CONTENT_POLICY, rendered, stylesheet

INDEX = "index.html"


def index_page(
    summaries: Mapping[str, Mapping[str, Any]],
    *,
    study: Provenance,
    language: str,
    workbook: str | None = None,
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
            "index.html.j2", reports=reports, main=_main(reports), origin=study,
            language=language, policy=CONTENT_POLICY, css=stylesheet(), workbook=workbook,
            json=json_in_page({"language": language, **study.to_json()}),
        )  # fmt: skip
    finally:
        use_language(before)
    return written.rstrip("\n") + "\n"


def _main(reports: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Choose the report whose answer heads the index: the brief, where it has one."""
    briefs = (one for name, one in reports.items() if name.endswith("_brief.html"))
    return next((one for one in briefs if one["findings"]), None)


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
