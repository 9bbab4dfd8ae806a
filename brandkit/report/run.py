"""From a study to its reports: run the notebooks, write the pages, check them, put them in place."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from brandkit.core.checks import check_option
from brandkit.core.errors import ReportError
from brandkit.language import LANGUAGES
from brandkit.report.audit import audit_report
from brandkit.report.exporter import ReportExporter
from brandkit.report.index import INDEX, index_page, summaries_in
from brandkit.report.kernels import run_notebooks
from brandkit.report.notebooks import chosen_notebooks, read_notebook, with_parameters
from brandkit.report.provenance import Provenance, sha256, versions
from brandkit.sources.study_folders import clone_folder, raw_folder
from brandkit.sources.study import Study, read_study

Progress = Callable[[str], None]


def export_report(
    study: str | Path | Study,
    *,
    notebooks: Sequence[str] | None = None,
    language: str | None = None,
    focus: str | None = None,
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> list[Path]:
    """Run a study's notebooks and write its reports.

    What was there before stays as it is until every new page is made and has passed its audit;
    then files are replaced one by one, ``index.html`` last.

    Parameters
    ----------
    study : str, Path or Study
        A name in ``data/raw``, a folder, or a study that was read.
    notebooks : sequence of str, optional
        Numbers or names, such as ``["03"]``; all of them where not given.
    language : "en" | "zh-Hant" | "zh-Hans" | "all", optional
        The study's own where not given. Others go to a folder of their own.
    focus : str, optional
        The bank the report is for, where it is not the study's.
    out : str or Path, optional
        Folder to write to; ``reports/<study>`` of the clone where not given.
    progress : callable, optional
        Told in sentences what happens.

    Returns
    -------
    list of Path
        The files written, ``index.html`` of each language last.

    Raises
    ------
    InputError, SchemaError
        The study or what was asked of it is wrong.
    ReportError
        A notebook failed, or a page did not pass its audit. Nothing was replaced.

    Examples
    --------
    >>> export_report("sample", language="fr")
    Traceback (most recent call last):
    brandkit.core.errors.InputError: `language` must be one of 'en', 'zh-Hant', 'zh-Hans', 'all';
    found 'fr'.
    """
    tell = progress or (lambda _: None)
    if language is not None:
        check_option("language", language, (*LANGUAGES, "all"))
    named = study.folder if isinstance(study, Study) else study
    own = read_study(named, focus=focus)
    languages = LANGUAGES if language == "all" else (language or own.language,)
    files = chosen_notebooks(clone_folder() / "notebooks", notebooks)
    top = Path(out) if out is not None else clone_folder() / "reports" / own.name
    written: list[Path] = []
    for code in languages:
        spoken = read_study(named, language=code, focus=focus)
        folder = top if code == own.language else top / code
        tell(f"{own.name}: running {_counted(len(files), 'notebook')} in {code} …")
        written += _export(spoken, files, folder=folder, focus=focus, tell=tell)
    tell(f"Open {top / INDEX if own.language in languages else written[-1]}")
    return written


def _counted(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def _export(
    study: Study, files: Sequence[Path], *, folder: Path, focus: str | None, tell: Progress
) -> list[Path]:
    """Make the pages of one language and put them in place."""
    raw = [(file, read_notebook(file)) for file in files]
    ready = [
        (file.name, with_parameters(notebook, _parameters(study, focus), file=file,
                                    setup=_setup(study)))
        for file, notebook in raw
    ]  # fmt: skip
    run = run_notebooks(ready, folder=clone_folder(), done=lambda name: tell(f"  {name} ran"))
    origin = Provenance(
        study=study.name, title=study.title, focus=study.focus, seed=study.seed,
        inputs=study.inputs, versions=versions(),
    )  # fmt: skip
    pages: dict[str, str] = {}
    summaries: dict[str, dict[str, Any]] = {}
    for (file, notebook), executed in zip(raw, run, strict=True):
        name = f"{file.stem}.html"
        its_own = replace(origin, notebook=file.name, notebook_sha256=_sha256_of(notebook))
        pages[name], summaries[name] = _page(executed, its_own, study.language)
    folder.mkdir(parents=True, exist_ok=True)
    listed = summaries_in(folder, study=study.name, language=study.language) | summaries
    pages[INDEX] = index_page(listed, study=origin, language=study.language)
    return _put_in_place(pages, folder, tell)


def _parameters(study: Study, focus: str | None) -> dict[str, Any]:
    is_in_clone = study.folder.parent == raw_folder()
    named = study.name if is_in_clone else str(study.folder.resolve())
    return {"study": named, "language": study.language, "focus": focus}


def _setup(study: Study) -> str:
    """Give the code that makes blocks speak the language and keep the limits of the study."""
    shown = study.settings.report
    return (
        "from brandkit.language import use_language\n"
        "from brandkit.report import use_bases\n"
        f"use_language({study.language!r})\n"
        f"use_bases(minimum={shown.minimum_base}, suppress={shown.suppress_below})"
    )


def _sha256_of(notebook: NotebookNode) -> str:
    """Give a notebook's hash: of its cells, the same however it was last run."""
    cells = [[cell.cell_type, cell.source] for cell in notebook.cells]
    return sha256(json.dumps(cells, ensure_ascii=False).encode())


def _page(
    executed: NotebookNode, origin: Provenance, language: str
) -> tuple[str, dict[str, Any]]:
    try:
        page, resources = ReportExporter().from_notebook_node(
            executed, resources={"language": language, "provenance": origin}
        )
    except ReportError as error:
        raise ReportError(f"{origin.notebook}: {error}") from None
    return page, resources["summary"]


def _put_in_place(pages: dict[str, str], folder: Path, tell: Progress) -> list[Path]:
    """Write all pages beside their places, check them, then replace one by one, the index last."""
    waiting = {folder / f".{name}.part": folder / name for name in pages}
    try:
        for part, target in waiting.items():
            part.write_text(pages[target.name], encoding="utf-8", newline="\n")
        for part, target in waiting.items():
            _audit(part, target.name, tell)
        for part, target in waiting.items():
            os.replace(part, target)
    finally:
        for part in waiting:
            with suppress(FileNotFoundError):
                part.unlink()
    return list(waiting.values())


def _audit(part: Path, name: str, tell: Progress) -> None:
    found = audit_report(part)
    for line in found.lines(severity="warns"):
        tell(f"  {name}: {line}")
    if not found.ok:
        lines = found.lines(severity="fails")
        more = f" ({len(lines) - 1} more)" if len(lines) > 1 else ""
        raise ReportError(f"{name} did not pass its audit: {lines[0]}{more} Nothing was replaced.")
