"""From a notebook to the page it makes: parameters in, blocks out, with where it came from."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from brandkit.core.errors import ReportError
from brandkit.report.exporter import ReportExporter
from brandkit.report.kept_pages import MadePage, PagePlace, page_place
from brandkit.report.kernels import run_notebooks
from brandkit.report.notebooks import read_notebook, with_parameters
from brandkit.report.provenance import Provenance, sha256, versions
from brandkit.report.workbook import sheet_of
from brandkit.sources.study import Study
from brandkit.sources.study_folders import clone_folder, raw_folder


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
    """

    file: Path
    notebook: NotebookNode
    origin: Provenance
    parameters: Mapping[str, Any]
    place: PagePlace

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
        study=study.name, title=study.title, focus=study.focus, seed=study.seed,
        inputs=study.inputs, versions=versions(), minimum_base=shown.minimum_base,
        suppress_below=shown.suppress_below,
    )  # fmt: skip


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
    parameters = _parameters(study, focus)
    return PageJob(file, notebook, origin, parameters, page_place(study, origin, parameters))


def made_pages(
    jobs: Sequence[PageJob], study: Study, *, done: Callable[[str], None] = lambda _: None
) -> dict[str, MadePage]:
    """Run notebooks and write their pages.

    Parameters
    ----------
    jobs : sequence of PageJob
    study : Study
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
    setup = _setup(study)
    ready = [
        (job.file.name, with_parameters(job.notebook, job.parameters, file=job.file, setup=setup))
        for job in jobs
    ]
    run = run_notebooks(ready, folder=clone_folder(), done=done)
    return {
        job.page: _page(executed, job.origin, study.language)
        for job, executed in zip(jobs, run, strict=True)
    }


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


def _page(executed: NotebookNode, origin: Provenance, language: str) -> MadePage:
    exporter = ReportExporter()  # type: ignore[no-untyped-call]
    try:
        page, resources = exporter.from_notebook_node(
            executed, resources={"language": language, "provenance": origin}
        )
    except ReportError as error:
        raise ReportError(f"{origin.notebook}: {error}") from None
    prefix = origin.notebook.partition("_")[0] + "_"
    blocks = resources["brandkit"]["page"].blocks()
    sheets = tuple(sheet for block in blocks if (sheet := sheet_of(block, prefix=prefix)))
    return MadePage(page, resources["summary"], sheets)
