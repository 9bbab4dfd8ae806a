"""From a notebook to the page it makes: parameters in, blocks out, with where it came from."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brandkit.core.errors import ReportError
from brandkit.page.blocks import BLOCK_TYPE
from brandkit.page.branding import current_brand
from brandkit.page.exporter import ReportExporter
from brandkit.page.notebooks import TAG, read_notebook, with_parameters
from brandkit.page.provenance import Provenance, sha256, versions
from brandkit.questions import Answers
from brandkit.report.gate import declared_files, gate_code
from brandkit.report.kernels import run_notebooks
from brandkit.report.unchanged import font_of, libraries_sha256, own_code_sha256
from brandkit.report.workbook import Sheet, sheet_of
from brandkit.sources.study.store import (
    clone_folder,
    input_hashes,
    keep_document,
    kept_document,
    processed_folder,
    raw_folder,
    sha256_of,
)
from brandkit.sources.study.study import Study

if TYPE_CHECKING:
    from nbformat import NotebookNode


@dataclass(frozen=True)
class MadePage:
    """A page with what it says of itself, and its tables.

    Parameters
    ----------
    page : str
    summary : mapping
    sheets : tuple of Sheet
    """

    page: str
    summary: Mapping[str, Any]
    sheets: tuple[Sheet, ...]


@dataclass(frozen=True)
class PagePlace:
    """Where a page is kept, and all that it follows from.

    Parameters
    ----------
    path : Path
    made_from : mapping
    """

    path: Path
    made_from: Mapping[str, Any]

    def read(self) -> MadePage | None:
        """Give the page, where nothing has changed since it was kept."""
        kept = kept_document(self.path, made_from=self.made_from)
        if kept is None:
            return None
        sheets = tuple(_sheet(one) for one in kept["sheets"])
        return MadePage(kept["page"], kept["summary"], sheets)

    def keep(self, made: MadePage) -> None:
        """Keep the page for the next run."""
        document = {
            "page": made.page,
            "summary": made.summary,
            "sheets": [asdict(sheet) for sheet in made.sheets],
        }
        keep_document(self.path, document, made_from=self.made_from)


def page_place(study: Study, origin: Provenance, parameters: Mapping[str, Any]) -> PagePlace:
    """Say where a study's page is kept.

    Parameters
    ----------
    study : Study
    origin : Provenance
        Of the page: inputs, notebook, seed, versions.
    parameters : mapping
        Of the notebook.

    Returns
    -------
    PagePlace
    """
    stem = origin.notebook.removesuffix(".ipynb")
    made_from = {
        **origin.to_json(),
        "parameters": dict(parameters),
        "code": own_code_sha256(),
        "libraries": libraries_sha256(),
        "font": font_of(study.language),
    }
    return PagePlace(
        processed_folder(study.folder) / "pages" / f"{stem}.{study.language}.json", made_from
    )


def _sheet(kept: Mapping[str, Any]) -> Sheet:
    return Sheet(
        kept["name"],
        kept["caption"],
        tuple(kept["notes"]),
        tuple(kept["heads"]),
        tuple(kept["kinds"]),
        tuple(tuple(row) for row in kept["rows"]),
    )


@dataclass(frozen=True)
class PageJob:
    """A notebook to make a page of, for a study in one language.

    Parameters
    ----------
    file : Path
    notebook : NotebookNode
    origin : Provenance
        Of its page.
    parameters : mapping
        What the notebook is given.
    place : PagePlace
        Where its page is kept.
    files : tuple of str, optional
        What a notebook of the study's own declares; None for one of brandkit's.
    """

    file: Path
    notebook: NotebookNode
    origin: Provenance
    parameters: Mapping[str, Any]
    place: PagePlace
    files: tuple[str, ...] | None = None

    @property
    def page(self) -> str:
        """The page's file name."""
        return f"{self.file.stem}.html"


def study_origin(study: Study) -> Provenance:
    """Say where everything made of a study comes from.

    Parameters
    ----------
    study : Study

    Returns
    -------
    Provenance
        Without a notebook.
    """
    shown = study.settings.report
    return Provenance(
        study=study.name,
        title=study.title,
        focus=study.focus,
        seed=study.seed,
        inputs=input_hashes(study.folder, (*study.sources(), *current_brand().files)),
        versions=versions(),
        minimum_base=shown.minimum_base,
        suppress_below=shown.suppress_below,
    )


def page_job(file: Path, study: Study, *, focus: str | None) -> PageJob:
    """Prepare a notebook for a study.

    Parameters
    ----------
    file : Path
    study : Study
    focus : str, optional
        The bank asked for, where it is not the study's own.

    Returns
    -------
    PageJob
    """
    notebook = read_notebook(file)
    digest = _sha256_of(notebook)
    origin = replace(study_origin(study), notebook=file.name, notebook_sha256=digest)
    files = declared_files(notebook, file=file) if file in study.notebooks else None
    if files:
        read = [(name, sha256_of(study.file(name, "report", "notebooks"))) for name in files]
        inputs = tuple(dict.fromkeys((*origin.inputs, *read)))
        origin = replace(origin, inputs=inputs)
    parameters = _parameters(study, focus)
    place = page_place(study, origin, parameters)
    return PageJob(file, notebook, origin, parameters, place, files)


def made_pages(
    jobs: Sequence[PageJob], answers: Answers, *, done: Callable[[str], None] = lambda _: None
) -> dict[str, MadePage]:
    """Run notebooks and write their pages.

    A notebook that only shows answers is rendered in this process; any other runs in a kernel,
    where it finds the answers kept.

    Parameters
    ----------
    jobs : sequence of PageJob
    answers : Answers
        Of the study, in its language.
    done : callable
        Told the name of each notebook that is through.

    Returns
    -------
    dict
        File name to page.

    Raises
    ------
    InputError, ReportError
        A cell refused its input, or failed.
    """
    study = answers.study
    ready = {
        job.page: with_parameters(
            job.notebook,
            job.parameters,
            file=job.file,
            setup="" if shows(job.notebook) else _setup(study, job.files),
        )
        for job in jobs
    }
    run = {}
    for job in jobs:
        if shows(job.notebook):
            run[job.page] = shown_here(ready[job.page], answers)
            done(job.file.name)
    others = [job for job in jobs if job.page not in run]
    if others:
        pairs = [(job.file.name, ready[job.page]) for job in others]
        ran = run_notebooks(pairs, folder=clone_folder(), done=done)
        run |= {job.page: one for job, one in zip(others, ran, strict=True)}
    return {job.page: _page(run[job.page], job.origin, study.language) for job in jobs}


_VERBS = ("lead", "show", "explore", "evidence", "facts", "open")
_START = ast.dump(
    ast.parse("import brandkit as bk\nanswers = bk.answers(study, focus=focus, language=language)")
)


def shows(notebook: NotebookNode) -> bool:
    """Say whether a notebook only shows answers: `answers.show("drivers")` and the like."""
    return all(
        bool(_asked(cell.source)) or ast.dump(ast.parse(cell.source)) == _START
        for cell in notebook.cells
        if cell.cell_type == "code" and TAG not in cell.metadata.get("tags", [])
    )


def shown_here(notebook: NotebookNode, answers: Answers) -> NotebookNode:
    """Give the notebook as a kernel would: each cell with the blocks that it shows."""
    from nbformat import NotebookNode

    for cell in notebook.cells:
        asked = _asked(cell.source) if cell.cell_type == "code" else []
        if asked:
            blocks = [
                block
                for verb, names, options in asked
                for block in getattr(answers, verb)(*names, **options).blocks
            ]
            cell.outputs = [
                NotebookNode(  # type: ignore[no-untyped-call]
                    output_type="display_data", data={BLOCK_TYPE: block.to_json()}, metadata={}
                )
                for block in blocks
            ]
    return notebook


Asked = tuple[str, list[Any], dict[str, Any]]


def _asked(source: str) -> list[Asked]:
    """Read a cell that shows answers, one or the sum of several; empty where it is anything else.

    Examples
    --------
    >>> _asked('answers.show("map", only=("pairs", "map")) + answers.facts()')
    [('show', ['map'], {'only': ('pairs', 'map')}), ('facts', [], {})]
    >>> _asked("1 + 1")
    []
    """
    try:
        parts: list[ast.expr] = [ast.parse(source, mode="eval").body]
    except SyntaxError:
        return []
    while isinstance(parts[0], ast.BinOp) and isinstance(parts[0].op, ast.Add):
        parts[:1] = [parts[0].left, parts[0].right]
    calls = [_call(part) for part in parts]
    return [call for call in calls if call is not None] if None not in calls else []


def _call(part: ast.expr) -> Asked | None:
    if not (isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute)):
        return None
    own = isinstance(part.func.value, ast.Name) and part.func.value.id == "answers"
    if not own or part.func.attr not in _VERBS:
        return None
    try:
        names = [ast.literal_eval(value) for value in part.args]
        options = {str(word.arg): ast.literal_eval(word.value) for word in part.keywords}
    except ValueError:  # what must be worked out is a kernel's
        return None
    return part.func.attr, names, options


def _parameters(study: Study, focus: str | None) -> dict[str, Any]:
    is_in_clone = study.folder.parent == raw_folder()
    named = study.name if is_in_clone else str(study.folder.resolve())
    return {"study": named, "language": study.language, "focus": focus}


def _setup(study: Study, files: Sequence[str] | None) -> str:
    """Give the code that makes blocks speak the language and keep the limits of the study."""
    shown = study.settings.report
    gate = "" if files is None else f"\n{gate_code(study, files)}"
    return (
        "from brandkit.language import use_language, use_noun\n"
        "from brandkit.report import use_bases\n"
        f"use_language({study.language!r})\n"
        f"use_noun({study.settings.study.compared!r})\n"
        f"use_bases(minimum={shown.minimum_base}, suppress={shown.suppress_below}){gate}"
    )


def _sha256_of(notebook: NotebookNode) -> str:
    """Give a notebook's hash: of its cells, the same however it was last run."""
    cells = [[cell.cell_type, cell.source] for cell in notebook.cells]
    return sha256(json.dumps(cells, ensure_ascii=False).encode())


@cache
def _exporter() -> ReportExporter:
    return ReportExporter()  # type: ignore[no-untyped-call]


def _page(executed: NotebookNode, origin: Provenance, language: str) -> MadePage:
    try:
        page, resources = _exporter().from_notebook_node(
            executed, resources={"language": language, "provenance": origin}
        )
    except ReportError as error:
        raise ReportError(f"{origin.notebook}: {error}") from None
    prefix = origin.notebook.partition("_")[0] + " "
    made = resources["brandkit"]["page"]
    blocks = [*made.blocks(), *made.sheets]
    sheets = tuple(sheet for block in blocks if (sheet := sheet_of(block, prefix=prefix)))
    return MadePage(page, resources["summary"], sheets)
