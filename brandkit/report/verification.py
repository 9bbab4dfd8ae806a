"""Whether a report still stands: its inputs as they were, its numbers as they come out today."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from brandkit.core.errors import InputError, MissingFileError, SchemaError
from brandkit.core.result import Result
from brandkit.language import LANGUAGES, current_language, use_language
from brandkit.page.notebooks import chosen_notebooks
from brandkit.page.provenance import json_of_page
from brandkit.questions import answers
from brandkit.report.making import made_pages, page_job
from brandkit.sources.study import read_evidence, read_study
from brandkit.sources.study_folders import clone_folder


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ReportVerification(Result):
    """What making a report again has shown.

    Parameters
    ----------
    file : str
        The report's name.
    remarks : DataFrame
        ``rule`` ("inputs", "notebook", "versions" or "numbers"), ``severity`` ("fails" or
        "warns"), ``place`` and ``problem``, one row each; empty where all is as it was.
    numbers_stand : bool
        Whether every number comes out the same.
    """

    file: str
    remarks: pd.DataFrame
    numbers_stand: bool

    def lines(self) -> list[str]:
        """Write the findings, one sentence each."""
        rows = self.remarks.to_dict("records")
        return [f"{row['rule']}: {row['place']}: {row['problem']}." for row in rows]

    def tidy(self) -> pd.DataFrame:
        """Give the findings, one row each."""
        return self.remarks.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: whether the numbers stand, how many things differ."""
        severity = self.remarks["severity"]
        row = {
            "file": self.file, "numbers_stand": self.numbers_stand,
            "n_failures": int((severity == "fails").sum()),
            "n_warnings": int((severity == "warns").sum()),
        }  # fmt: skip
        return pd.DataFrame([row])


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
        The study or the notebook is not there.

    Notes
    -----
    Numbers are compared by one hash over all values of all figures and tables, unrounded. Inputs
    are compared by the sha256 of their bytes.

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
        evidence = read_study(study or told["study"], language=told["language"],
                              focus=told["focus"])  # fmt: skip
        read_evidence(evidence)
        file = chosen_notebooks(clone_folder() / "notebooks", [told["report"]])[0]
        job = page_job(file, evidence, focus=told["focus"])
        tell(f"{evidence.name}: running {file.name} again in {evidence.language} …")
        made = made_pages([job], answers(evidence))[job.page]
    finally:
        use_language(before)
    stands = made.summary["numbers_sha256"] == told["numbers_sha256"]
    rows = _differences(told, made.summary)
    if not stands:
        why = "they differ from those shown" if rows else (
            "they differ from those shown, though inputs, notebook and versions are the same"
        )  # fmt: skip
        rows.append(("numbers", "fails", "figures and tables", why))
    columns = ["rule", "severity", "place", "problem"]
    return ReportVerification(
        file=Path(path).name, remarks=pd.DataFrame(rows, columns=columns, dtype=str),
        numbers_stand=stands,
    )  # fmt: skip


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
    if not isinstance(told["inputs"], list):
        raise InputError(f"{file.name} does not list its inputs. Export it again.")
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
