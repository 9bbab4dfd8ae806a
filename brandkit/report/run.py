"""From a study to its reports: run notebooks, write pages, check them, put them in place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from brandkit.core.errors import InputError, ReportError, check_option
from brandkit.language import LANGUAGES, current_language, use_language
from brandkit.page.exporter import CONTENT_POLICY
from brandkit.page.notebooks import chosen_notebooks
from brandkit.page.provenance import Provenance, json_in_page, json_of_page
from brandkit.page.texts import rendered, stylesheet
from brandkit.questions import Answers, answers
from brandkit.report.audit import audit_report
from brandkit.report.making import made_pages, page_job, study_origin
from brandkit.report.pdf import printed_pdf
from brandkit.report.workbook import WORKBOOK, workbook_bytes
from brandkit.sources.study.store import clone_folder, notebooks_folder
from brandkit.sources.study.study import Study, read_evidence, read_study

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
    files = chosen_notebooks(notebooks_folder(), notebooks)
    top = Path(out) if out is not None else clone_folder() / "reports" / own.name
    written: list[Path] = []
    asked = _Asked(own, focus, is_whole=notebooks is None, fresh=fresh)
    known = answers(own)
    before = current_language()
    try:
        for code in languages:
            use_language(code)
            spoken = read_study(named, language=code, focus=focus)
            folder = top if code == own.language else top / code
            told = known.in_language(spoken)
            written += _export(told, files, folder=folder, asked=asked, tell=tell)
            if pdf:
                written[-1:-1] = _print(folder, files, tell)
    finally:
        use_language(before)
    tell(f"Open {top / INDEX if own.language in languages else written[-1]}")
    return written


@dataclass(frozen=True)
class _Asked:
    """What was asked for: of which study, for a bank, all notebooks or some, kept pages or not."""

    own: Study
    focus: str | None
    is_whole: bool
    fresh: bool


def _counted(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def _export(
    told: Answers, files: Sequence[Path], *, folder: Path, asked: _Asked, tell: Progress
) -> list[Path]:
    """Make the pages of one language and put them in place."""
    study = told.study
    origin = study_origin(study)
    jobs = [page_job(file, study, focus=asked.focus) for file in files]
    made = {} if asked.fresh else {
        job.page: kept for job in jobs if (kept := job.place.read()) is not None
    }  # fmt: skip
    for name in made:
        tell(f"  {name}: nothing has changed since it was made")
    stale = [job for job in jobs if job.page not in made]
    if stale:
        read_evidence(asked.own)
        if not any(told[name] for name in told):
            raise InputError(
                f"{study.name}: no question can be answered from this study, so there is nothing "
                f"to report. `brandkit check {study.name}` says what each takes."
            )
        tell(f"{study.name}: running {_counted(len(stale), 'notebook')} in {study.language} …")
        made |= made_pages(stale, told, done=lambda name: tell(f"  {name} ran"))
    before = {} if asked.is_whole else summaries_in(folder, study=study.name,
                                                    language=study.language)  # fmt: skip
    in_order = {job.page: made[job.page] for job in jobs}
    listed = {**before, **{name: one.summary for name, one in in_order.items()}}
    content = {name: one.page.encode() for name, one in in_order.items()}
    sheets = [sheet for one in in_order.values() for sheet in one.sheets]
    if asked.is_whole and sheets:
        content[WORKBOOK] = workbook_bytes(sheets, title=study.title, origin=origin)
    has_workbook = WORKBOOK in content or (not asked.is_whole and (folder / WORKBOOK).is_file())
    index = index_page(
        listed, study=origin, language=study.language, workbook=WORKBOOK if has_workbook else None
    )
    content[INDEX] = index.encode()
    _audit(content, tell)
    for job in stale:  # only what has passed is worth keeping
        job.place.keep(made[job.page])
    return _put_in_place(content, folder)


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


def _print(folder: Path, files: Sequence[Path], tell: Progress) -> list[Path]:
    """Print the pages of one language to PDF."""
    printed = {}
    for file in files:
        printed[f"{file.stem}.pdf"] = printed_pdf(folder / f"{file.stem}.html")
        tell(f"  {file.stem}.pdf printed")
    return _put_in_place(printed, folder)


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
