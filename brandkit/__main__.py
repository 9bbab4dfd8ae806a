"""The command line: parses arguments, calls sources and report, says how it went.

Exit codes: 0 done · 1 it ran and failed its purpose · 2 the input is wrong · 130 interrupted.
Heavy libraries are imported inside the commands, so that ``--help`` answers at once.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn, ParamSpec, TypeVar

import typer

from brandkit.core.errors import BrandkitError, ReportError

DONE, FAILED, WRONG_INPUT, INTERRUPTED = 0, 1, 2, 130

P = ParamSpec("P")
R = TypeVar("R")

app = typer.Typer(
    name="brandkit",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 it ran and failed its purpose, 2 the input is wrong, "
    "130 interrupted.",
)
fetch_app = typer.Typer(
    no_args_is_help=True,
    help="Collect data that banks publish themselves.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(fetch_app, name="fetch")

_debugging = False
#: Characters that a terminal obeys rather than shows.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

StudyName = Annotated[
    str, typer.Argument(metavar="STUDY", help="A folder's name in data/raw, or its path.")
]


def _answering(command: Callable[P, R]) -> Callable[P, R]:
    """Turn what a command raises into a paragraph and an exit code."""

    @functools.wraps(command)
    def answered(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except KeyboardInterrupt:
            _stop("Interrupted. Nothing half-written was left behind.", INTERRUPTED)
        except ReportError as error:
            _stop(str(error), FAILED)
        except BrandkitError as error:
            _stop(str(error), WRONG_INPUT)
        except typer.Exit:
            raise
        except Exception as error:
            if _debugging:
                raise
            _stop(
                f"brandkit met something it did not expect ({type(error).__name__}). "
                "This is a mistake in brandkit, not in your files. "
                "`brandkit --debug …` shows where it happened.",
                FAILED,
            )

    return answered


def _stop(text: str, code: int) -> NoReturn:
    _say(text, to_errors=True)
    raise typer.Exit(code)


def _say(text: str, *, to_errors: bool = False) -> None:
    """Print a paragraph, wrapped where a person reads it, whole where a program does."""
    from rich.console import Console

    console = Console(stderr=to_errors, highlight=False)
    shortened = text.replace(str(Path.cwd()) + ("\\" if "\\" in str(Path.cwd()) else "/"), "")
    # what a file holds may be shown, and must not command the terminal
    shortened = _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", shortened)
    console.print(shortened, markup=False, soft_wrap=not console.is_terminal)


def _version(wanted: bool) -> None:
    if wanted:
        from brandkit import __version__

        _say(f"brandkit {__version__}")
        raise typer.Exit(DONE)


@app.callback()
def options(
    *,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of unexpected errors.")
    ] = False,
    version: Annotated[  # noqa: ARG001 - acted on by its callback
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Say how alike the banks are, whether customers notice, and where we could stand instead."""
    global _debugging
    _debugging = debug


@app.command()
@_answering
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The study's folder.")],
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILES]...", help="Its files; those in DIR where none is given."),
    ] = None,
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a study.toml that is there.")
    ] = False,
    form: Annotated[
        str | None,
        typer.Option("--form", help="An empty scorecard instead: brand-audit or institutions."),
    ] = None,
    language: Annotated[str | None, typer.Option(help="Of the form.")] = None,
) -> None:
    """Write a commented study.toml with guesses from the files."""
    if form is not None:
        _say(f"Fill in {_written_form(folder, form, language)}, then: brandkit check {folder}")
        return
    from brandkit.sources.new.new import new_study

    made = new_study(folder, files=files or None, replace=force)
    _say(f"Written: {made.path}")
    for line in made.guesses:
        _say(f"  {line}")
    for line in made.questions:
        _say(f"  Please look: {line}")
    _say(f"Next: brandkit check {folder}")


def _written_form(folder: Path, form: str, language: str | None) -> Path:
    """Write an empty scorecard and its study.toml."""
    from brandkit.sources.new.new import new_form
    from brandkit.strategy import scorecard_template

    name: Any = form.replace("-", "_")
    template = scorecard_template(name, language=language)
    composites = template.composites
    keys: dict[str, Any] = {"limits": [*next(iter(template.limits.values()))]}
    if lower := [one for one, better in template.direction.items() if better == "lower"]:
        keys["lower"] = lower
    if "potential" in composites:
        keys["matrix"] = {"x": composites["contribution"], "y": composites["potential"]}
    heads = {"zh-Hant": "機構", "zh-Hans": "机构"}
    return new_form(
        folder, template.scores.rename_axis(heads.get(language or "", "institution")), keys=keys
    )


@app.command()
@_answering
def check(
    study: StudyName,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For programs, as JSON.")] = False,
) -> None:
    """Read everything and ask every question: what is answered, what is not, and how to mend it."""
    import json

    from brandkit.report.checking import checked

    found = checked(study, tell=(lambda _: None) if as_json else _say)
    if as_json:
        told = {name: found[name] for name in ("ready", "remarks", "questions")}
        _say(json.dumps(told, ensure_ascii=False, indent=2))
        raise typer.Exit(DONE if found["ready"] else WRONG_INPUT)
    asked = found["questions"]
    if not asked:
        _stop(found["verdict"], WRONG_INPUT)
    if not found["ready"]:
        _stop(
            "No question can be answered from this study, so there is nothing to report. Each "
            "line above says what it takes.",
            WRONG_INPUT,
        )
    n = sum(one["state"] == "answered" for one in asked)
    _say(f"{n} of {len(asked)} questions are answered. {found['verdict']}")


@app.command()
@_answering
def ask(
    study: StudyName,
    question: Annotated[str, typer.Argument(help="Its name, such as drivers; check lists them.")],
    *,
    language: Annotated[str | None, typer.Option(help="en, zh-Hant or zh-Hans.")] = None,
    focus: Annotated[str | None, typer.Option(help="The bank the answer is for.")] = None,
) -> None:
    """Say the answer to one question: its sentences and the first rows."""
    from brandkit.language import translate
    from brandkit.questions import Unanswered, answers

    told = answers(study, focus=focus, language=language)
    answer, story = told[question], told.story(question)
    code = told.study.language
    _say(translate(story.headline, code))
    if story.lede is not None:
        _say(translate(story.lede, code))
    if isinstance(answer, Unanswered):
        raise typer.Exit(FAILED)
    for one in story.findings:
        _say(f"  {translate(one.headline, code)} {translate(one.detail, code)}")
    rows = answer.tidy()
    _say(rows.head(12).to_string(index=False))
    if len(rows) > 12:
        _say(f"12 of {len(rows)} rows")


@app.command()
@_answering
def report(
    study: StudyName,
    *,
    only: Annotated[
        list[str] | None, typer.Option(help="Number or name of a notebook, such as 03; repeatable.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="en, zh-Hant, zh-Hans, or all.")] = None,
    focus: Annotated[str | None, typer.Option(help="The bank the report is for.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where to write; reports/ otherwise.")] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="Print each report to a PDF too.")] = False,
    pptx: Annotated[bool, typer.Option("--pptx", help="Write slides too.")] = False,
    template: Annotated[
        Path | None, typer.Option(help="Your company's .pptx, for the slides.")
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Run every notebook, changed or not.")
    ] = False,
) -> None:
    """Run the notebooks of a study and write its reports."""
    from brandkit.report.run import export_report

    asked = {"fresh": fresh, "pdf": pdf, "pptx": pptx, "template": template}
    wishes: dict[str, Any] = {name: wish for name, wish in asked.items() if wish}
    export_report(
        study,
        notebooks=only or None,
        language=language,
        focus=focus,
        out=out,
        progress=_say,
        **wishes,
    )


@app.command()
@_answering
def compare(
    old: Annotated[
        str, typer.Argument(metavar="A", help="A study; or of one date: sample@2025-03-01.")
    ],
    new: Annotated[str, typer.Argument(metavar="B", help="The newer one.")],
    *,
    language: Annotated[str | None, typer.Option(help="en, zh-Hant or zh-Hans.")] = None,
    focus: Annotated[str | None, typer.Option(help="The bank the alerts are for.")] = None,
) -> None:
    """Say what came, went and moved between two studies or dates; exit 1 where an alert stands."""
    from brandkit.language import translate
    from brandkit.questions.comparing import compare as compared

    found = compared(old, new, focus=focus)
    for one in found.findings():
        mark = "note " if one.settled == "open" else one.settled
        _say(f"{mark:<6}  {translate(one.headline, language)} {translate(one.detail, language)}")
    for note in found.changes.notes if found.changes is not None else ():
        _say(f"note    {translate(note, language)}")
    if found.n_alerts:
        _stop(
            f"{found.n_alerts} {'alert stands' if found.n_alerts == 1 else 'alerts stand'}.", FAILED
        )
    _say("No alert stands.")


@app.command()
@_answering
def audit(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A report, as .html.")],
) -> None:
    """Check a report: no requests, no leaks, alt texts, language, what a reader needs."""
    from brandkit.report.audit import audit_report

    found = audit_report(file)
    for line in found.lines(severity="warns"):
        _say(f"note   {line}")
    failures = found.lines(severity="fails")
    for line in failures:
        _say(f"WRONG  {line}")
    if not found.ok:
        _stop(f"{found.file} did not pass: {len(failures)} kinds of failure.", FAILED)
    _say(f"{found.file} passed, {found.n_bytes / 1000:.0f} KB.")


@app.command()
@_answering
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A report, as .html.")],
    *,
    study: Annotated[
        str | None, typer.Option(help="The study's folder, where it is not in data/raw.")
    ] = None,
) -> None:
    """Make a report again from its study, and say whether the numbers stand."""
    from brandkit.report.verification import report_verification

    found = report_verification(file, study=study, progress=_say)
    for line in found.lines():
        _say(f"{'note ' if found.numbers_stand else 'WRONG'}  {line}")
    if not found.numbers_stand:
        _stop(f"{found.file}: the numbers do not stand.", FAILED)
    _say(f"{found.file}: the numbers stand.")


@fetch_app.command("au-cdr")
@_answering
def fetch_australia(
    out: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to collect into.")],
    *,
    brand: Annotated[
        list[str] | None, typer.Option(help="Only this bank; may be given several times.")
    ] = None,
    register: Annotated[
        str | None, typer.Option(help="The register's address, where it is not the public one.")
    ] = None,
    concurrency: Annotated[int, typer.Option(help="Banks asked at the same time.")] = 8,
) -> None:
    """Collect the product catalogues of Australian banks from their public interfaces."""
    from brandkit.sources.fetch.fetch import AU_REGISTER, fetch_au_cdr
    from brandkit.sources.fetch.folder import BankOutcome

    def told(outcome: BankOutcome, finished: int, total: int) -> None:
        said = f"{outcome.n_products} products"
        if outcome.n_errors:
            said += f", {outcome.n_errors} errors"
        if outcome.reason:
            said += f"; not finished: {outcome.reason}"
        _say(f"[{finished}/{total}] {outcome.register_name}: {said}")

    fetched = fetch_au_cdr(
        out,
        register_url=register or AU_REGISTER,
        brands=brand or None,
        concurrency=concurrency,
        progress=told,
    )
    _say(f"Written: {fetched.path} and {fetched.register}")
    if fetched.n_failed:
        _stop(
            f"{fetched.n_failed} of {len(fetched.banks)} banks are not finished. The same command "
            "goes on with these.",
            FAILED,
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the process where not given.

    Returns
    -------
    int

    Examples
    --------
    >>> main(["--version"])
    brandkit 0.1.0
    0
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # names the terminal cannot write become "?"
            stream.reconfigure(errors="replace")
    words = list(sys.argv[1:] if arguments is None else arguments)
    if "--debug" in words:  # wherever it stands
        words = ["--debug", *(word for word in words if word != "--debug")]
    try:
        app(words, prog_name="brandkit", standalone_mode=True)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else DONE
    return DONE


if __name__ == "__main__":
    sys.exit(main())
