"""Whether a report still stands: its inputs as they were, its numbers as they come out today."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pandas as pd

from brandkit.core.errors import InputError, MissingFileError, SchemaError, Words, shown
from brandkit.language import LANGUAGES, current_language, use_language
from brandkit.page.notebooks import chosen_notebooks
from brandkit.page.provenance import Provenance, json_of_page
from brandkit.questions import answers
from brandkit.report.audit import Remarks
from brandkit.report.making import MadePage, made_pages, page_job
from brandkit.sources.study.store import notebooks_folder, studies
from brandkit.sources.study.study import Study, read_evidence, read_study


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
        A report, as .html.
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
        evidence = read_study(study or _own_study(path, told), language=told["language"],
                              focus=told["focus"])  # fmt: skip
        file = _own_notebook(path, told, evidence)
        read_evidence(evidence)
        job = page_job(file, evidence, focus=told["focus"])
        tell(f"{evidence.name}: running {file.name} again in {evidence.language} …")
        # with the page's own sources, so that page and page can be laid side by side
        made = made_pages([replace(job, origin=_origin(told, job.origin))], answers(evidence))[
            job.page
        ]
    finally:
        use_language(before)
    stands = made.summary["numbers_sha256"] == told["numbers_sha256"]
    rows = _differences(told, job.origin.to_json())
    if stands and (place := _first_difference(Path(path), told, made, rows)):
        stands = False
        rows.append(("page", "fails", *place))
    elif not stands:
        why = "they differ from those shown" if rows else (
            "they differ from those shown, though inputs, notebook and versions are the same"
        )  # fmt: skip
        rows.append(("numbers", "fails", "figures and tables", why))
    columns = ["rule", "severity", "place", "problem"]
    return ReportVerification(
        file=Path(path).name, remarks=pd.DataFrame(rows, columns=columns, dtype=str),
        numbers_stand=stands,
    )  # fmt: skip


def _own_notebook(path: str | Path, told: Mapping[str, Any], study: Study) -> Path:
    """Find the notebook among brandkit's and those study.toml declares; a page's is never run."""
    own = {file.stem: file for file in (*study.notebooks, *chosen_notebooks(notebooks_folder()))}
    if told["report"] not in own:
        raise SchemaError(
            "a report must be made by a notebook of brandkit's, or by one that study.toml "
            "declares, to be made again", file=path,
            found=told["report"],
            way_out=f"Those are {', '.join(own)}. Nothing else that a page names is run.",
        )  # fmt: skip
    return own[told["report"]]


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
        now, inputs=tuple((entry["file"], entry["sha256"]) for entry in told["inputs"]),
        versions=told["versions"], notebook_sha256=told["notebook_sha256"],
    )  # fmt: skip


def _first_difference(
    file: Path, told: Mapping[str, Any], made: MadePage, rows: list[tuple[str, str, str, str]]
) -> tuple[str, str] | None:
    """Give the first place where the page differs from the page made again, and how.

    Other libraries and fonts draw other lines: then figures are compared by their words.
    """
    page = file.read_bytes().decode("utf-8", errors="replace")
    is_exact = not any(rule == "versions" for rule, *_ in rows)
    is_exact = is_exact and told.get("font") == made.summary["font"]
    lines = [_comparable(text, exact=is_exact) for text in (page, made.page)]
    for number, (found, expected) in enumerate(zip_longest(*lines), start=1):
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
    label = re.search(r'aria-label="[^"]*"', found[0])
    words = re.findall(r"<text[^>]*>(.*?)</text>", found[0], flags=re.DOTALL)
    return " ".join([label[0] if label else "", *sorted(words)])


def _told(path: str | Path) -> dict[str, Any]:
    """Read what the report says of itself."""
    file = Path(path)
    if not file.is_file():
        raise MissingFileError(
            "the report is not there", file=path, way_out="`brandkit report STUDY` writes it."
        )
    told = json_of_page(file.read_text(encoding="utf-8", errors="replace")) or {}
    needed = ("study", "language", "report", "numbers_sha256", "inputs", "notebook_sha256")
    missing = [name for name in needed if not told.get(name)]
    if missing or told["language"] not in LANGUAGES:
        raise SchemaError(
            "a report must say what it was made from", file=path,
            found=f"no {missing[0]}" if missing else told["language"],
            way_out="Verify a page that `brandkit report` wrote, not its index.",
        )  # fmt: skip
    entries = told["inputs"] if isinstance(told["inputs"], list) else [None]
    is_listed = all(
        isinstance(one, dict) and all(isinstance(one.get(key), str) for key in ("file", "sha256"))
        for one in entries
    )
    texts = ("study", "report", "notebook_sha256", "numbers_sha256")
    if not is_listed or not all(isinstance(told[name], str) for name in texts):
        raise InputError(f"{file.name} does not list its inputs. Export it again.")
    if not isinstance(told.get("versions", {}), dict):
        raise InputError(f"{file.name} does not list its versions. Export it again.")
    return {"focus": None, "versions": {}, **told}


def _differences(
    told: Mapping[str, Any], now: Mapping[str, Any]
) -> list[tuple[str, str, str, str]]:
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
