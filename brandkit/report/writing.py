"""Writing a study's reports: pages made, checked, and put in place together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from brandkit.core.errors import InputError, ReportError, SchemaError
from brandkit.language import LANGUAGES, current_language, use_language, use_noun
from brandkit.page.branding import read_brand, use_brand
from brandkit.page.notebooks import read_notebook
from brandkit.questions import Answers, answers
from brandkit.report.audit import audit_report
from brandkit.report.gate import declared_files
from brandkit.report.index import (
    INDEX,
    focus_folder,
    index_page,
    links_from,
    places_of,
    summaries_in,
)
from brandkit.report.making import made_pages, page_job, study_origin
from brandkit.report.pdf import printed_pdf
from brandkit.report.workbook import WORKBOOK, workbook_bytes
from brandkit.sources.study.study import Study, read_study

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Asked:
    """What was asked for: of which study, in which languages, for which bank, whither, and how."""

    study: str | Path
    language: str | None
    focus: str | None
    top: Path
    is_whole: bool
    fresh: bool
    pdf: bool
    pptx: bool
    template: Path | None


def write_reports(asked: Asked, files: Sequence[Path], tell: Progress) -> tuple[list[Path], Study]:
    """Write the reports; gives their files, and the study as it speaks for itself."""
    own = read_study(asked.study, focus=asked.focus)
    files = [*files, *_of_ones_own(own, files)] if asked.is_whole else files
    languages = LANGUAGES if asked.language == "all" else (asked.language or own.language,)
    of_itself = read_study(asked.study).focus
    top = asked.top if own.focus == of_itself else asked.top / focus_folder(str(own.focus))
    folders = {code: top if code == own.language else top / code for code in languages}
    known = answers(own)
    use_noun(own.settings.study.compared)
    written: list[Path] = []
    before = current_language()
    use_brand(read_brand(own.folder))
    try:
        for code in languages:
            use_language(code)
            told = known
            if code != own.language:
                told = known.in_language(read_study(asked.study, language=code, focus=asked.focus))
            planned = {at: (one, told.study.focus) for one, at in folders.items()}
            links = links_from(folders[code], {**places_of(asked.top), **planned})
            written += _export(
                told, files, folder=folders[code], asked=asked, tell=tell, links=links
            )
            if asked.pdf:
                written[-1:-1] = _print(folders[code], files, tell)
            if asked.pptx:
                written[-1:-1] = _slides(told, folders[code], asked.template, tell)
    finally:
        use_language(before)
        use_noun(None)
        use_brand()
    if top != asked.top:
        _link_from(asked, folders)
    tell(f"Open {top / INDEX if own.language in languages else written[-1]}")
    return written, own


def _link_from(asked: Asked, written: Mapping[str, Path]) -> None:
    """Let the other indexes in these languages link to a bank's own reports."""
    places = places_of(asked.top)
    for folder, (code, focus) in places.items():
        if code not in written or folder == written[code]:
            continue
        use_language(code)
        study = read_study(asked.study, language=code, focus=focus)
        listed = summaries_in(folder, study=study.name, language=code)
        page = index_page(
            listed,
            study=study_origin(study),
            language=code,
            others=links_from(folder, places),
            workbook=WORKBOOK if (folder / WORKBOOK).is_file() else None,
        )
        _put_in_place({INDEX: page.encode()}, folder)


def _of_ones_own(study: Study, files: Sequence[Path]) -> tuple[Path, ...]:
    """Give the notebooks that the study declares; each page has its name alone."""
    taken = {file.stem for file in files}
    for at, file in enumerate(study.notebooks):
        if file.stem in taken:
            raise SchemaError(
                "a notebook must have a name of its own",
                file=study.toml.path,
                place=study.toml.place(("report", "notebooks", at)),
                found=file.name,
                way_out="Rename it.",
            )
        taken.add(file.stem)
    return study.notebooks


def files_declared(study: Study) -> tuple[str, ...]:
    """Give the files that the study's own notebooks read."""
    found = (declared_files(read_notebook(file), file=file) for file in study.notebooks)
    return tuple(name for names in found for name in names)


def _counted(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def _export(
    told: Answers,
    files: Sequence[Path],
    *,
    folder: Path,
    asked: Asked,
    tell: Progress,
    links: Sequence[Mapping[str, str]],
) -> list[Path]:
    """Make the pages of one language and put them in place."""
    study = told.study
    origin = study_origin(study)
    jobs = [page_job(file, study, focus=asked.focus) for file in files]
    made = (
        {}
        if asked.fresh
        else {job.page: kept for job in jobs if (kept := job.place.read()) is not None}
    )
    for name in made:
        tell(f"  {name}: nothing has changed since it was made")
    stale = [job for job in jobs if job.page not in made]
    if stale:
        told.read()
        if not any(told[name] for name in told):
            raise InputError(
                f"{study.name}: no question can be answered from this study, so there is nothing "
                f"to report. `brandkit check {study.name}` says what each takes."
            )
        tell(f"{study.name}: running {_counted(len(stale), 'notebook')} in {study.language} …")
        made |= made_pages(stale, told, done=lambda name: tell(f"  {name} ran"))
    before = (
        {} if asked.is_whole else summaries_in(folder, study=study.name, language=study.language)
    )
    in_order = {job.page: made[job.page] for job in jobs if not made[job.page].summary["is_empty"]}
    empty = [job.page for job in jobs if job.page not in in_order]
    for name in empty:
        tell(f"  {name}: nothing of it can be answered from this study")
    listed = {**before, **{name: one.summary for name, one in in_order.items()}}
    content = {name: one.page.encode() for name, one in in_order.items()}
    sheets = [sheet for one in in_order.values() for sheet in one.sheets]
    if asked.is_whole and sheets:
        content[WORKBOOK] = workbook_bytes(sheets, title=study.title, origin=origin)
    has_workbook = WORKBOOK in content or (not asked.is_whole and (folder / WORKBOOK).is_file())
    index = index_page(
        listed,
        study=origin,
        language=study.language,
        others=links,
        workbook=WORKBOOK if has_workbook else None,
    )
    content[INDEX] = index.encode()
    _audit(content, tell)
    for job in stale:  # only what has passed is worth keeping
        job.place.keep(made[job.page])
    for name in empty:  # of a time when it could
        (folder / name).unlink(missing_ok=True)
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
    for file in (one for one in files if (folder / f"{one.stem}.html").is_file()):
        printed[f"{file.stem}.pdf"] = printed_pdf(folder / f"{file.stem}.html")
        tell(f"  {file.stem}.pdf printed")
    return _put_in_place(printed, folder)


def _slides(told: Answers, folder: Path, template: Path | None, tell: Progress) -> list[Path]:
    """Write the slides of one language."""
    from brandkit.report.slides import SLIDES, slides_bytes

    made = {SLIDES: slides_bytes(told, template=template)}
    tell(f"  {SLIDES} written")
    return _put_in_place(made, folder)


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
