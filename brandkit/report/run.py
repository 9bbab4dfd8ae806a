"""From a study to its reports: what nothing has changed for is left as it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from brandkit.core.errors import InputError, MissingFileError, check_option
from brandkit.page.notebooks import chosen_notebooks
from brandkit.report.unchanged import Receipt
from brandkit.sources.study.settings import LANGUAGES
from brandkit.sources.study.store import clone_folder, notebooks_folder, sha256_of, study_folder

if TYPE_CHECKING:
    from brandkit.sources.study.study import Study

Progress = Callable[[str], None]


def export_report(
    study: str | Path | Study,
    *,
    notebooks: Sequence[str] | None = None,
    language: str | None = None,
    focus: str | None = None,
    out: str | Path | None = None,
    fresh: bool = False,
    pdf: bool = False,
    pptx: bool = False,
    template: str | Path | None = None,
    progress: Progress | None = None,
) -> list[Path]:
    """Run a study's notebooks and write its reports.

    A notebook runs only where its study, its parameters, brandkit or its libraries have changed
    since its page was made.

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
    fresh : bool
        Run every notebook, whatever was kept.
    pdf : bool
        Print each report to a PDF beside it, where a browser is found.
    pptx : bool
        Write slides beside the reports.
    template : str or Path, optional
        A company's own ``.pptx`` for the slides.
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
    if language is not None:
        check_option("language", language, (*LANGUAGES, "all"))
    tell = progress or (lambda _: None)
    named = study if isinstance(study, (str, Path)) else study.folder
    folder = study_folder(named)
    files = chosen_notebooks(notebooks_folder(), notebooks)
    top = Path(out) if out is not None else clone_folder() / "reports" / folder.name
    given = None if template is None else _template(Path(template), pptx=pptx)
    receipt = Receipt(
        folder,
        notebooks=files,
        language=language,
        focus=focus,
        out=top.resolve(),
        pdf=pdf,
        whole=notebooks is None,
        pptx=pptx,
        template=given and sha256_of(given),
        brand=(folder / "_brand.yml").is_file(),
    )
    written = None if fresh else receipt.written()
    if written is not None:
        for file in written:
            tell(f"  {file.name}: nothing has changed since it was made")
        tell(f"Open {written[-1]}")
        return written
    from brandkit.page.branding import read_brand
    from brandkit.report.writing import Asked, files_declared, write_reports

    asked = Asked(
        named,
        language,
        focus,
        top,
        is_whole=notebooks is None,
        fresh=fresh,
        pdf=pdf,
        pptx=pptx,
        template=given,
    )
    written, own = write_reports(asked, files, tell)
    languages = LANGUAGES if language == "all" else (language or own.language,)
    sources = (
        *own.sources(),
        *own.settings.report.notebooks,
        *files_declared(own),
        *read_brand(own.folder).files,
    )
    receipt.keep(written, sources=sources, languages=languages)
    return written


def _template(file: Path, *, pptx: bool) -> Path:
    """Refuse a template that is not there, or that nothing is made from."""
    if not pptx:
        raise InputError("`template` is of slides; found no wish for them. Add --pptx.")
    if not file.is_file():
        raise MissingFileError(
            "the template is not there", file=file, way_out="Name a .pptx of your company."
        )
    return file
