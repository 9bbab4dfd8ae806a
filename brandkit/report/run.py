"""From a study to its reports: run notebooks, write pages, check them, put them in place."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from nbformat import NotebookNode

from brandkit.core.checks import check_option
from brandkit.core.errors import ReportError
from brandkit.language import LANGUAGES, current_language, use_language
from brandkit.report.audit import audit_report
from brandkit.report.exporter import ReportExporter
from brandkit.report.index import INDEX, index_page, summaries_in
from brandkit.report.kernels import run_notebooks
from brandkit.report.notebooks import chosen_notebooks, read_notebook, with_parameters
from brandkit.report.provenance import Provenance, sha256, versions
from brandkit.report.workbook import WORKBOOK, Sheet, sheet_of, workbook_bytes
from brandkit.sources.study import Study, read_evidence, read_study
from brandkit.sources.study_folders import clone_folder, raw_folder

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
    read_evidence(own)
    languages = LANGUAGES if language == "all" else (language or own.language,)
    files = chosen_notebooks(clone_folder() / "notebooks", notebooks)
    top = Path(out) if out is not None else clone_folder() / "reports" / own.name
    written: list[Path] = []
    asked = _Asked(focus, is_whole=notebooks is None)
    before = current_language()
    try:
        for code in languages:
            use_language(code)
            spoken = read_study(named, language=code, focus=focus)
            folder = top if code == own.language else top / code
            tell(f"{own.name}: running {_counted(len(files), 'notebook')} in {code} …")
            written += _export(spoken, files, folder=folder, asked=asked, tell=tell)
    finally:
        use_language(before)
    tell(f"Open {top / INDEX if own.language in languages else written[-1]}")
    return written


@dataclass(frozen=True)
class _Asked:
    """What was asked for: a bank, and all notebooks or some."""

    focus: str | None
    is_whole: bool


def _counted(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


@dataclass(frozen=True)
class _Made:
    """A page with what it says of itself, and its tables."""

    page: str
    summary: Mapping[str, Any]
    sheets: Sequence[Sheet]


def _export(
    study: Study, files: Sequence[Path], *, folder: Path, asked: _Asked, tell: Progress
) -> list[Path]:
    """Make the pages of one language and put them in place."""
    raw = [read_notebook(file) for file in files]
    values, setup = _parameters(study, asked.focus), _setup(study)
    ready = [
        (file.name, with_parameters(notebook, values, file=file, setup=setup))
        for file, notebook in zip(files, raw, strict=True)
    ]
    run = run_notebooks(ready, folder=clone_folder(), done=lambda name: tell(f"  {name} ran"))
    origin = Provenance(
        study=study.name, title=study.title, focus=study.focus, seed=study.seed,
        inputs=study.inputs, versions=versions(),
    )  # fmt: skip
    made: dict[str, _Made] = {}
    for file, notebook, executed in zip(files, raw, run, strict=True):
        its_own = replace(origin, notebook=file.name, notebook_sha256=_sha256_of(notebook))
        made[f"{file.stem}.html"] = _page(executed, its_own, study.language)
    before = {} if asked.is_whole else summaries_in(folder, study=study.name,
                                                    language=study.language)  # fmt: skip
    listed = {**before, **{name: one.summary for name, one in made.items()}}
    content = {name: one.page.encode() for name, one in made.items()}
    sheets = [sheet for one in made.values() for sheet in one.sheets]
    if asked.is_whole and sheets:
        content[WORKBOOK] = workbook_bytes(sheets, title=study.title)
    has_workbook = WORKBOOK in content or (not asked.is_whole and (folder / WORKBOOK).is_file())
    index = index_page(
        listed, study=origin, language=study.language, workbook=WORKBOOK if has_workbook else None
    )
    content[INDEX] = index.encode()
    _audit(content, tell)
    return _put_in_place(content, folder)


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


def _page(executed: NotebookNode, origin: Provenance, language: str) -> _Made:
    exporter = ReportExporter()  # type: ignore[no-untyped-call]
    try:
        page, resources = exporter.from_notebook_node(
            executed, resources={"language": language, "provenance": origin}
        )
    except ReportError as error:
        raise ReportError(f"{origin.notebook}: {error}") from None
    prefix = origin.notebook.partition("_")[0] + "_"
    blocks = resources["brandkit"]["page"].blocks()
    sheets = [sheet for block in blocks if (sheet := sheet_of(block, prefix=prefix))]
    return _Made(page, resources["summary"], sheets)


def _audit(content: Mapping[str, bytes], tell: Progress) -> None:
    """Refuse all of them where one page does not pass."""
    with TemporaryDirectory(prefix="brandkit-") as aside:
        for name, page in content.items():
            if not name.endswith(".html"):
                continue
            file = Path(aside, name)
            file.write_bytes(page)
            found = audit_report(file)
            for line in found.lines(severity="warns"):
                tell(f"  {name}: {line}")
            if not found.ok:
                lines = found.lines(severity="fails")
                more = f" ({len(lines) - 1} more)" if len(lines) > 1 else ""
                raise ReportError(
                    f"{name} did not pass its audit: {lines[0]}{more} Nothing was replaced."
                )


def _put_in_place(content: Mapping[str, bytes], folder: Path) -> list[Path]:
    """Write every file beside its place, then replace one by one, the index last."""
    folder.mkdir(parents=True, exist_ok=True)
    waiting = {folder / f".{name}.part": folder / name for name in content}
    try:
        for part, target in waiting.items():
            part.write_bytes(content[target.name])
        for part, target in waiting.items():
            part.replace(target)
    finally:
        for part in waiting:
            part.unlink(missing_ok=True)
    return list(waiting.values())
