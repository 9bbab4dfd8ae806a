"""Whether a report still stands: its inputs as they were, its numbers as they come out today."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import zip_longest
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import pandas as pd

from brandkit.core.errors import InputError, MissingFileError, SchemaError, Words, shown
from brandkit.language import LANGUAGES, current_language, use_language
from brandkit.page.branding import read_brand, use_brand
from brandkit.page.notebooks import chosen_notebooks
from brandkit.page.provenance import Provenance, json_of_page
from brandkit.questions import answers
from brandkit.report.audit import Remarks
from brandkit.report.index import INDEX, index_page, summaries_in
from brandkit.report.making import MadePage, made_pages, page_job, study_origin
from brandkit.report.workbook import WORKBOOK, workbook_bytes
from brandkit.sources.study.store import notebooks_folder, studies
from brandkit.sources.study.study import read_evidence, read_study


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ReportVerification(Remarks):
    """What making a report again has shown.

    Its rules are "inputs", "notebook", "versions", "page" and "numbers".

    Parameters
    ----------
    numbers_stand : bool
        Whether every number comes out the same, and the page shows what comes out.
    """

    numbers_stand: bool

    def lines(self) -> list[str]:
        """Write the findings, one sentence each."""
        rows = self.remarks.to_dict("records")
        return [f"{row['rule']}: {row['place']}: {row['problem']}." for row in rows]


def report_verification(
    path: str | Path,
    *,
    study: str | Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> ReportVerification:
    """Make a report again from the study it names, and compare every number.

    Parameters
    ----------
    path : str or Path
        A report, as .html; of an ``index.html`` all reports that it lists, and the workbook.
    study : str or Path, optional
        The study's folder, where it is not in ``data/raw`` under the name the report gives.
    progress : callable, optional
        Told in sentences what happens.

    Returns
    -------
    ReportVerification

    Raises
    ------
    MissingFileError, SchemaError
        The file is not there, or is no report of brandkit's.
    InputError
        The study is not there.

    Notes
    -----
    Numbers are compared by one hash over all values of all figures and tables, unrounded, and
    the page is laid beside the one that comes out. Inputs are compared by the sha256 of their
    bytes. Only brandkit's own notebooks are run, whatever the page names.

    Examples
    --------
    >>> report_verification("no such report.html")
    Traceback (most recent call last):
    brandkit.core.errors.MissingFileError: no such report.html: the report is not there. `brandkit
    report STUDY` writes it.
    """
    told = _told(path)
    tell = progress or (lambda _: None)
    before = current_language()
    use_language(told["language"])
    try:
        evidence = read_study(
            study or _own_study(path, told), language=told["language"], focus=told["focus"]
        )
        use_brand(read_brand(evidence.folder))
        pages = {Path(path): told} if told["report"] else _listed(Path(path), told)
        known = {
            file.stem: file for file in (*chosen_notebooks(notebooks_folder()), *evidence.notebooks)
        }
        files = [_own_notebook(page, of, known) for page, of in pages.items()]
        read_evidence(evidence)
        jobs = [page_job(file, evidence, focus=told["focus"]) for file in files]
        tell(f"{evidence.name}: running {len(files)} again in {evidence.language} …")
        # with the pages' own sources, so that page and page can be laid side by side
        own = [
            replace(job, origin=_origin(of, job.origin))
            for job, of in zip(jobs, pages.values(), strict=True)
        ]
        made = made_pages(own, answers(evidence))
        rows = [
            row
            for job, (page, of) in zip(jobs, pages.items(), strict=True)
            for row in _page_rows(page, of, made[job.page], _differences(of, job.origin.to_json()))
        ]
        if not told["report"]:
            in_order = {
                f"{name}.html": made[f"{name}.html"] for name in known if f"{name}.html" in made
            }
            rows += _beside_rows(Path(path), _origin(told, study_origin(evidence)), in_order)
    finally:
        use_language(before)
        use_brand()
    columns = ["rule", "severity", "place", "problem"]
    return ReportVerification(
        file=Path(path).name,
        numbers_stand=all(rule not in _SHOWN for rule, *_ in rows),
        remarks=pd.DataFrame(list(dict.fromkeys(rows)), columns=columns, dtype=str),
    )


#: What fails where something that is shown does not come out.
_SHOWN = ("page", "numbers")
Row = tuple[str, str, str, str]


def _page_rows(page: Path, told: Mapping[str, Any], made: MadePage, rows: list[Row]) -> list[Row]:
    """Tell how a page and what it was made from differ from what is here."""
    if made.summary["numbers_sha256"] != told["numbers_sha256"]:
        why = (
            "they differ from those shown"
            if rows
            else ("they differ from those shown, though inputs, notebook and versions are the same")
        )
        return [*rows, ("numbers", "fails", "figures and tables", why)]
    place = _first_difference(page, told, made, rows)
    return [*rows, ("page", "fails", *place)] if place else rows


def _listed(index: Path, told: Mapping[str, Any]) -> dict[Path, dict[str, Any]]:
    """Give the pages beside an index that it lists, with what each says of itself."""
    names = summaries_in(index.parent, study=told["study"], language=told["language"])
    pages = {index.parent / name: _told(index.parent / name) for name in names}
    if not pages:
        raise MissingFileError(
            "the reports that the index lists are not beside it",
            file=index,
            way_out="Verify it where `brandkit report` wrote it.",
        )
    return pages


def _beside_rows(index: Path, origin: Provenance, made: Mapping[str, MadePage]) -> list[Row]:
    """Lay the index, and the workbook where there is one, beside those that the pages make."""
    book = index.parent / WORKBOOK
    found = index.read_bytes().decode("utf-8", errors="replace")
    others = (json_of_page(found) or {}).get("others", ())
    page = index_page(
        {name: one.summary for name, one in made.items()},
        study=origin,
        language=current_language(),
        workbook=WORKBOOK if book.is_file() else None,
        others=others,
    )
    place = _unlike(found.splitlines(), page.splitlines())
    rows: list[Row] = [("page", "fails", f"{index.name}, {place[0]}", place[1])] if place else []
    if book.is_file():
        sheets = [sheet for one in made.values() for sheet in one.sheets]
        expected = workbook_bytes(sheets, title=origin.title, origin=origin)
        if _parts(book.read_bytes()) != _parts(expected):
            rows.append(("page", "fails", book.name, "its cells are not those of the pages"))
    return rows


def _parts(book: bytes) -> dict[str, bytes] | None:
    """Give the parts of a workbook by name; None of what is no workbook."""
    try:
        with ZipFile(BytesIO(book)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except BadZipFile:
        return None


def _own_notebook(path: Path, told: Mapping[str, Any], known: Mapping[str, Path]) -> Path:
    """Find the notebook among brandkit's and those study.toml declares; a page's is never run."""
    if told["report"] not in known:
        raise SchemaError(
            "a report must be made by a notebook of brandkit's, or by one that study.toml "
            "declares, to be made again",
            file=path,
            found=told["report"],
            way_out=f"Those are {', '.join(known)}. Nothing else that a page names is run.",
        )
    return known[told["report"]]


def _own_study(path: str | Path, told: Mapping[str, Any]) -> str:
    """Give the study's name where it is one in data/raw: a page's paths are not followed."""
    if told["study"] in studies():
        return str(told["study"])
    raise InputError(
        f"{Path(path).name} names the study {shown(told['study'])}, which is not in data/raw. "
        "Say where it is: --study FOLDER."
    )


def _origin(told: Mapping[str, Any], now: Provenance) -> Provenance:
    """Give where the page says it comes from."""
    return replace(
        now,
        inputs=tuple((entry["file"], entry["sha256"]) for entry in told["inputs"]),
        versions=told["versions"],
        notebook_sha256=told["notebook_sha256"],
    )


def _first_difference(
    file: Path, told: Mapping[str, Any], made: MadePage, rows: list[Row]
) -> tuple[str, str] | None:
    """Give the first place where the page differs from the page made again, and how.

    Other libraries and fonts draw other lines: then figures are compared by their words.
    """
    page = file.read_bytes().decode("utf-8", errors="replace")
    is_exact = not any(rule == "versions" for rule, *_ in rows)
    is_exact = is_exact and told.get("font") == made.summary["font"]
    return _unlike(*(_comparable(text, exact=is_exact) for text in (page, made.page)))


def _unlike(lines: list[str], wanted: list[str]) -> tuple[str, str] | None:
    """Give the first line that is not as it comes out, and how."""
    for number, (found, expected) in enumerate(zip_longest(lines, wanted), start=1):
        if found != expected:
            words = [
                " ".join(re.sub(r"<[^>]*>", " ", one or "").split()) for one in (found, expected)
            ]
            at = next((at for at, (a, b) in enumerate(zip_longest(*words)) if a != b), 0)
            said = [shown(Words(one[max(0, at - 20) : at + 40]) if one else "") for one in words]
            return f"line {number}", f"it shows {said[0]}, where {said[1]} comes out"
    return None


def _comparable(page: str, *, exact: bool) -> list[str]:
    if not exact:
        page = re.sub(r"<svg\b.*?</svg>", _words_of_drawing, page, flags=re.DOTALL)
        page = re.sub(r"data:font/woff2;base64,[\w+/=]*", "", page)
        page = re.sub(r'"font":(?:null|\{[^{}]*\})', "", page)
    return page.splitlines()


def _words_of_drawing(found: re.Match[str]) -> str:
    """Give the words of a drawing in their order, and the kinds of its elements."""
    labels = re.findall(r'aria-label="[^"]*"', found[0])
    drawn = re.sub(r"<style\b.*?</style>|<metadata\b.*?</metadata>", "", found[0], flags=re.DOTALL)
    words = re.sub(r"<[^>]*>", " ", drawn).split()
    return " ".join([*sorted(set(re.findall(r"<(\w+)", drawn))), *labels, *words])


def _told(path: str | Path) -> dict[str, Any]:
    """Read what the report says of itself."""
    file = Path(path)
    if not file.is_file():
        raise MissingFileError(
            "the report is not there", file=path, way_out="`brandkit report STUDY` writes it."
        )
    told = json_of_page(file.read_text(encoding="utf-8", errors="replace")) or {}
    needed: tuple[str, ...] = ("study", "language", "inputs")
    if file.name != INDEX:
        needed += ("report", "numbers_sha256", "notebook_sha256")
    missing = [name for name in needed if not told.get(name)]
    if missing or told["language"] not in LANGUAGES:
        raise SchemaError(
            "a report must say what it was made from",
            file=path,
            found=f"no {missing[0]}" if missing else told["language"],
            way_out="Verify a page that `brandkit report` wrote.",
        )
    entries = told["inputs"] if isinstance(told["inputs"], list) else [None]
    is_listed = all(
        isinstance(one, dict) and all(isinstance(one.get(key), str) for key in ("file", "sha256"))
        for one in entries
    )
    told = {"report": "", "numbers_sha256": "", "notebook_sha256": "", **told}
    texts = ("study", "report", "notebook_sha256", "numbers_sha256")
    if not is_listed or not all(isinstance(told[name], str) for name in texts):
        raise InputError(f"{file.name} does not list its inputs. Export it again.")
    if not isinstance(told.get("versions", {}), dict):
        raise InputError(f"{file.name} does not list its versions. Export it again.")
    return {"focus": None, "versions": {}, **told}


def _differences(told: Mapping[str, Any], now: Mapping[str, Any]) -> list[Row]:
    """Compare what a report was made from with what is here today."""
    then = {entry["file"]: entry["sha256"] for entry in told["inputs"]}
    here = {entry["file"]: entry["sha256"] for entry in now["inputs"]}
    rows = []
    for name in sorted({*then, *here}):
        if name not in here:
            rows.append(("inputs", "fails", name, "the study no longer names it"))
        elif name not in then:
            rows.append(("inputs", "fails", name, "it is new since the report"))
        elif then[name] != here[name]:
            rows.append(("inputs", "fails", name, "its bytes have changed since the report"))
    if told["notebook_sha256"] != now["notebook_sha256"]:
        rows.append(("notebook", "warns", str(now["notebook"]), "it has changed since the report"))
    for name, number in now["versions"].items():
        was = told["versions"].get(name)
        if was != number:
            rows.append(("versions", "warns", name, f"{number} here, {was or 'none'} then"))
    return rows
