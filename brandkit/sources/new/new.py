"""A new study: a commented study.toml, filled in with guesses from the files it is given."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brandkit.core.errors import BrandkitError, InputError, MissingFileError, did_you_mean
from brandkit.sources.new.columns import Guess, Section, Unreadable
from brandkit.sources.new.files import Bare, guessed_file, in_one_catalog
from brandkit.sources.study.settings import INSURER, SurveySection
from brandkit.sources.study.store import FILE_NAME, write_whole
from brandkit.sources.study.study import declared_survey

if TYPE_CHECKING:
    import pandas as pd

Reader = Callable[[Path, Mapping[str, Any]], None]

#: Keys that a section can do without, those that are least missed first.
_OPTIONAL: Mapping[Section, tuple[str, ...]] = {
    "survey": ("missing", "scale", "images", "cluster", "strata", "wave", "segments", "weight",
               "choice", "respondent", "codebook", "brand"),
    "branches": ("amount", "name", "where"),
}  # fmt: skip


def tried(guess: Guess, path: Path, *, beside: Mapping[str, Path] | None = None) -> Guess:
    r"""Read a file as it was guessed, and leave out the key that its reader refuses.

    Parameters
    ----------
    guess : Guess
    path : Path
    beside : mapping, optional
        What ``keys`` call the files that belong to this one -> where they are.

    Returns
    -------
    Guess
        Its question says which key was left out and why, or what is wrong with the file.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> file = Path(mkdtemp()) / "a.csv"
    >>> _ = file.write_text("bank,city,n\nCivic,North,few\nCivic,South,2\n", encoding="utf-8")
    >>> keys = {"brand": "bank", "market": "city", "amount": "n"}
    >>> tried(Guess("branches", keys, ""), file).keys
    {'brand': 'bank', 'market': 'city'}
    """
    read = _READERS.get(guess.section)
    if read is None or guess.keys.get("format") == "cdr":
        return guess
    places = beside or {}

    def problem(keys: Mapping[str, Any]) -> str:
        found = {k: places.get(v, v) if isinstance(v, str) else v for k, v in keys.items()}
        try:
            read(path, found)
        except BrandkitError as error:
            return str(error)
        return ""

    said = problem(guess.keys)
    if not said:
        return guess
    for key in _OPTIONAL.get(guess.section, ()):
        rest = {name: value for name, value in guess.keys.items() if name != key}
        if key in guess.keys and not problem(rest):
            return _asking(guess, rest, f"`{key}` was left out: {said}")
    return _asking(guess, guess.keys, said)


def _asking(guess: Guess, keys: Mapping[str, Any], said: str) -> Guess:
    question = f"{guess.question}\n{said}" if guess.question else said
    return replace(guess, keys=keys, question=question)


def _read_survey(path: Path, keys: Mapping[str, Any]) -> None:
    codebook = keys.get("codebook")
    named = {key: value for key, value in keys.items() if key != "codebook"}
    section = SurveySection.model_validate({"source": path.name, **named})
    survey = declared_survey(section, path, codebook=codebook)
    if "images" in keys:
        survey.images(keys["images"])
    columns = {*map(str, survey.responses.columns), *survey.batteries["set"].dropna()}
    for key in ("drivers", "images", "segments", "outcome", "recommend", "choice"):
        value = keys.get(key, ())
        gone = [
            name for name in ([value] if isinstance(value, str) else value) if name not in columns
        ]
        if gone:
            raise InputError(
                f"`{key}` names {gone[0]!r}, which is no column once the file is read."
            )


def _read_table(kind: str, path: Path, keys: Mapping[str, Any]) -> None:
    """Read a file by the reader of a kind of table, such as ``read_branches``."""
    getattr(import_module(f"brandkit.sources.tables.{kind}"), f"read_{kind}")(path, **keys)


def _read_catalog(path: Path, keys: Mapping[str, Any]) -> None:
    from brandkit.sources.catalog.catalog import read_catalog

    read_catalog(
        path,
        format="table",
        columns=keys["columns"],
        register=keys.get("register"),
        sheet=keys.get("sheet"),
    )


def _read_leagues(path: Path, keys: Mapping[str, Any]) -> None:
    from brandkit.sources.tables.league import read_league

    for table in keys["tables"]:
        read_league(path, sheet=keys.get("sheet"), **table)


_READERS: Mapping[Section, Reader] = {
    "survey": _read_survey,
    "catalog": _read_catalog,
    "league_tables": _read_leagues,
    "branches": partial(_read_table, "branches"),
    "scorecard": partial(_read_table, "scores"),
    "brand_table": partial(_read_table, "brand_table"),
}


#: Words of comment for the keys that a new study.toml shows.
_COMMENTS: Mapping[str, Mapping[str, str]] = {
    "names": {"source": "label, en, zh-Hant, zh-Hans: how brands and attributes are called"},
    "brand_table": {
        "source": "csv, tsv, xlsx or parquet", "brand": "column of the brands",
        "attribute": "column of the attributes: one row a pair or a mention",
        "amount": "column of the amounts; without it rows are counted",
        "kind": '"counts", "shares" (0 to 1) or "ratings"', "unit": "12 means 12 %",
        "leave_out": "rows and columns that are no brand and no attribute",
    },
    "catalog": {
        "source": "a file or a folder", "format": '"table", or "cdr": Consumer Data Right',
        "register": "the brands as the register names them; others are left out",
        "as_of": "the day the catalogue shows",
        "crosswalk": "old key of a brand, new key",
        "columns": "what the columns of the table are",
        "peers": "only these banks are compared; the focus is one of them",
        "minimum_offers": "banks with fewer offers are left out",
        "possible": "segments of a category that could be sold, though nobody does",
    },
    "survey": {
        "source": "sav, csv, xlsx or parquet", "codebook": "item, label, low, high, missing, set",
        "brand": "column of the brand rated, or the one brand's name",
        "sheet": "the sheet of the workbook",
        "stack": "columns a brand put under each other, as labels tell",
        "respondent": "column of the respondent's id", "weight": "column of the weight",
        "strata": "column of the sampling strata", "cluster": "column of the sampling clusters",
        "wave": "column of the wave",
        "waves": "the waves in the order of time, where their names do not tell it",
        "missing": "codes that are no answers",
        "images": "columns of ticks: attributes seen in the brand",
        "recommend": "likelihood to recommend, 0 to 10", "outcome": "what drivers explain",
        "choice": "column of the bank chosen: the main bank",
        "scale": "lowest and highest answer of the ratings",
        "reversed": "ratings whose lowest answer is the best: they are turned round",
        "smallest_difference": "in points of the scale: what would matter",
        "drivers": "what may explain it", "segments": "groups to compare",
        "stages": "services before, during and after the sale",
        "extended": "gifts, outings, events: do they go with satisfaction?",
        "expectations": "service, and the column of what was expected of it",
        "kano": "a service: what people say to having and to lacking it",
        "blocks": "batteries: constructs and their items",
        "paths": "which construct leads to which",
    },
    "league_tables": {
        "source": "a row a brand", "brand": "column of the brands", "score": "column of the scores",
        "n": "column of the bases, or one for all", "unit": '"percent", "index", "nps" or '
        '"per_million"', "measure": "what was asked",
    },
    "scorecard": {
        "source": "a row an institution, a column a criterion", "brand": "column of the names",
        "limits": "lowest and highest score there can be", "lower": "criteria better low",
        "matrix": "today across, tomorrow upward",
    },
    "branches": {
        "source": "one row a branch, or a brand and market", "brand": "column of the brand",
        "market": "column of the market",
        "amount": "column of deposits or branches, where known",
    },
}  # fmt: skip

_EXAMPLES = {
    "names": 'source = "names.csv"',
    "brand_table": 'source = "image.csv"\nkind = "counts"',
    "catalog": 'source = "products.csv"\nformat = "table"\n'
    'columns = { brand = "bank", product = "id", name = "product", category = "type" }',
    "survey": 'source = "survey.sav"\nbrand = "bank"\nweight = "weight"',
    "league_tables": 'source = "scores.csv"\nbrand = "bank"\nscore = "score"\nn = "sample"',
    "scorecard": 'source = "scores.csv"\nlimits = [0, 10]\nse = 0.3',
    "branches": 'source = "branches.csv"\nbrand = "bank"\nmarket = "county"\namount = "deposits"',
}

_TITLES = {
    "names": "Names of brands, attributes and categories in other languages.",
    "brand_table": "A table of brands by attributes: what people see in each brand.",
    "catalog": "The banks' products.",
    "survey": "Answers of customers.",
    "branches": "Where the banks are present.",
    "league_tables": "Rankings that others published.",
    "scorecard": "Institutions scored by many criteria.",
}


#: Further keys of a scorecard, shown commented out.
_SCORECARD_KEYS: tuple[tuple[str, Any, str], ...] = (
    ("se", 0.3, "standard errors; or n, how many answers stand behind a score"),
    ("weights", {"service": 2, "fees": 1}, "what criteria count; alike where not said"),
    ("lower", ["complaints"], "criteria better low"),
    ("matrix", {"x": ["revenue"], "y": ["growth"], "tiers": {"core": "visit", "keep": "serve",
                "grow": "invest", "watch": "wait"}}, "today by tomorrow, with actions"),
)  # fmt: skip
#: What a section shows for the key ``brand`` where it was not found.
_NO_BRAND = {
    "brand_table": ("bank", "its column of brands; else the first column"),
    "survey": ("Harbour Bank", "the bank's name, where all answers are about one"),
}
#: Sections -> the files of other kinds that belong to them.
_COMPANIONS = {"catalog": ("register", "crosswalk"), "survey": ("codebook",)}


@dataclass(frozen=True)
class NewStudy:
    """A study.toml that was written.

    Parameters
    ----------
    path : Path
    guesses : tuple of str
        What was guessed of each file.
    questions : tuple of str
        What a person should look at.
    """

    path: Path
    guesses: tuple[str, ...]
    questions: tuple[str, ...]


def new_study(
    folder: str | Path, *, files: Sequence[str | Path] | None = None, replace: bool = False
) -> NewStudy:
    r"""Write a commented study.toml from the files it is given. Nothing is copied or changed.

    Parameters
    ----------
    folder : str or Path
        The study's folder; made where it is not there.
    files : sequence of str or Path, optional
        Its files, wherever they are; those in the folder where not given.
    replace : bool
        Write over a study.toml that is there.

    Returns
    -------
    NewStudy

    Raises
    ------
    InputError
        There is a study.toml already, or none of the files can be read.
    MissingFileError
        A file is not there.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> folder = Path(mkdtemp())
    >>> text = "bank,modern,fair\nCivic,12,3\nKestrel,7,9\n"
    >>> _ = (folder / "image.csv").write_text(text, encoding="utf-8")
    >>> new_study(folder).guesses
    ('image.csv: a wide table: 2 brands × 2 attributes, counts',)
    """
    target = Path(folder)
    if not files and not target.exists():
        near = did_you_mean(target.name, [p.name for p in target.parent.glob("*") if p.is_dir()])
        raise InputError(
            f"`folder` must be there, with the study's files in it; found no {target}.{near} Name "
            "its files too, and the folder is made."
        )
    if target.is_file():
        raise InputError(
            f"`folder` must be a folder; found the file {target.name}. Name the folder it is in, "
            "or a new one before it."
        )
    path = target / FILE_NAME
    if path.exists() and not replace:
        raise InputError(
            f"{path} is there already, and may hold somebody's work. "
            "`brandkit check` reads it; --force writes it anew."
        )
    sources = [_existing(Path(file)) for file in files] if files else _in_folder(target)
    guesses, questions = _gathered(target, sources)
    unreadable = [question for question in questions if isinstance(question, Unreadable)]
    if not guesses:
        why = [*unreadable, *(q for q in questions if q not in unreadable)]
        raise InputError(
            " ".join(f"{one.rstrip('.')}." for one in why)
            if why
            else f"{target} holds no file that brandkit reads. Put the study's files "
            "there, or name them."
        )
    text = _written(target, [(source, guess) for source, guess in guesses])
    target.mkdir(parents=True, exist_ok=True)
    write_whole(path, text)
    said = tuple(f"{Path(source).name}: {guess.reason}" for source, guess in guesses)
    asked = [
        f"{Path(source).name}: {question}"
        for source, guess in guesses
        for question in guess.question.split("\n")
        if question
    ]
    return NewStudy(path, said, (*asked, *questions))


def new_form(folder: str | Path, scores: pd.DataFrame, *, keys: Mapping[str, Any]) -> Path:
    r"""Write an empty scorecard to fill in, and the study.toml that reads it.

    Parameters
    ----------
    folder : str or Path
    scores : DataFrame, institutions x criteria
        The index named as the column of the institutions is to be.
    keys : mapping
        Of ``[scorecard]``.

    Returns
    -------
    Path
        The table.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> import pandas as pd
    >>> empty = pd.DataFrame(index=pd.Index(["Civic", "Nova"], name="bank"), columns=["service"])
    >>> file = new_form(mkdtemp(), empty, keys={"limits": [0, 10]})
    >>> file.read_text(encoding="utf-8-sig")
    'bank,service\nCivic,\nNova,\n'
    """
    target, table = Path(folder), Path(folder) / "scores.csv"
    for path in (target / FILE_NAME, table):
        if path.exists():
            raise InputError(
                f"{path} is there already, and may hold somebody's work. Name another folder."
            )
    target.mkdir(parents=True, exist_ok=True)
    # spreadsheets know UTF-8 by its mark
    write_whole(table, "\ufeff" + scores.to_csv(lineterminator="\n"))
    labels = tuple(map(str, (*scores.index, *scores.columns)))
    size = f"{len(scores)} institutions × {scores.shape[1]} criteria"
    guess = Guess(
        "scorecard",
        {"brand": str(scores.index.name), **keys},
        f"an empty scorecard to fill in, {size}",
        "",
        labels,
    )
    write_whole(target / FILE_NAME, _written(target, [(table.name, guess)]))
    return table


def _existing(file: Path) -> Path:
    if not file.exists():
        beside = file.parent.iterdir() if file.parent.is_dir() else ()
        near = did_you_mean(file.name, [other.name for other in beside]).strip()
        raise MissingFileError("the file is not there", file=file, way_out=near or None)
    return file


def _in_folder(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    skipped = (FILE_NAME, "readme.md", "source.md", "licence", "license")
    return sorted(
        entry
        for entry in folder.iterdir()
        if not entry.name.startswith((".", "~$")) and entry.name.lower() not in skipped
    )


def _relative(folder: Path, file: Path) -> str:
    try:
        return Path(os.path.relpath(file.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive
        raise InputError(
            f"{file} must be on the same drive as the study's folder. Copy it into the folder."
        ) from None


def _gathered(folder: Path, sources: Sequence[Path]) -> tuple[list[tuple[str, Guess]], list[str]]:
    """Guess every file; join codebooks, registers and dated catalogues to what they belong to."""
    found: list[tuple[str, Guess]] = []
    questions = []
    places = {}
    for source in sources:
        guess = guessed_file(source)
        if isinstance(guess, str):
            questions.append(guess)
        else:
            found.append((_relative(folder, source), guess))
            places[found[-1][0]] = source
    book = next((places[name] for name, guess in found if guess.section == "codebook"), None)
    if book is not None:  # what columns are goes by what it says of them
        told = [
            guessed_file(places[name], codebook=book) if guess.section == "survey" else guess
            for name, guess in found
        ]
        found = [
            (name, guess if isinstance(now, str) else now)
            for (name, guess), now in zip(found, told, strict=True)
        ]
    kept: list[tuple[str, Guess]] = []
    for section in (
        "names",
        "brand_table",
        "catalog",
        "survey",
        "branches",
        "league_tables",
        "scorecard",
    ):
        own = [(source, guess) for source, guess in found if guess.section == section]
        if section == "catalog" and len(own) > 1:
            own, dated = in_one_catalog(own, found)
            questions += dated
        for key in _COMPANIONS.get(section, ()):
            own = [*_with(own[:1], found, key), *own[1:]]
        questions += [
            f"{Path(source).name}: not used, because a study has one [{section}]; "
            f"{Path(own[0][0]).name} was taken"
            for source, _ in own[1:]
        ]
        kept += [(source, tried(guess, places[source], beside=places)) for source, guess in own[:1]]
    return kept, questions


def _with(
    own: list[tuple[str, Guess]], found: list[tuple[str, Guess]], key: str
) -> list[tuple[str, Guess]]:
    """Give the first guess the file of another kind that belongs to it, under its key."""
    other = next((source for source, guess in found if guess.section == key), None)
    if other is None or not own or ("dates" in own[0][1].keys and key == "register"):
        return own
    source, guess = own[0]
    return [(source, replace(guess, keys={**guess.keys, key: other}))]


# ---------------------------------------------------------------- writing


def _written(folder: Path, guesses: Sequence[tuple[str, Guess]]) -> str:
    labels = next((g.labels for _, g in guesses if g.labels), ())
    told = labels if any(not label.isdigit() for label in labels) else ()  # codes tell none
    language = _language(told or next((g.words for _, g in guesses if g.words), ()))
    title = re.sub(r"[_\-]+", " ", folder.resolve().name).strip() or "A study"
    focus = labels[0] if labels else "Harbour Bank"
    insure = len(labels) > 1 and sum(bool(INSURER.search(one)) for one in labels) > len(labels) / 2
    rows = [
        "# A study: what brandkit reads, and what its columns are. Paths start from this folder.",
        "# The values below are guesses from the files; `brandkit check` says whether they hold.",
        "",
        "[study]",
        _line("title", title[:1].upper() + title[1:], "as the reports are headed"),
        _line("language", language, '"en", "zh-Hant" or "zh-Hans"'),
        "# " + _line("focus", focus, "the bank the reports are written for"),
        ("" if insure else "# ")
        + _line("noun", "insurer", "what is compared, where it is no banks"),
        _line("seed", 0, "the same seed gives the same numbers"),
        "",
    ]
    by_section = {str(guess.section): (source, guess) for source, guess in guesses}
    for section in _TITLES:
        rows.append(f"# {_TITLES[section]}")
        if section in by_section:
            rows += _section(section, *by_section[section])
        else:
            rows += [f"# {line}" for line in (f"[{section}]", *_EXAMPLES[section].splitlines())]
        rows.append("")
    rows += [
        "[report]",
        _line("minimum_base", 30, "smaller bases are marked"),
        _line("suppress_below", 10, "smaller cells are not shown"),
        _line("level", 0.95, "what intervals aim at"),
        "# " + _line("notebooks", ["mine.ipynb"], "pages of one's own, from notebooks here"),
    ]
    return "\n".join(rows) + "\n"


def _section(section: str, source: str, guess: Guess) -> list[str]:
    comments: Mapping[str, str | None] = _COMMENTS[section]
    keys = dict(guess.keys)
    if section == "league_tables":
        rows = [f"# Guess: {guess.reason}."]
        for table in keys["tables"]:
            shown = {
                "source": source,
                **({"sheet": keys["sheet"]} if "sheet" in keys else {}),
                **table,
            }
            rows += ["[[league_tables]]", *(_line(k, v, comments.get(k)) for k, v in shown.items())]
        return [*rows, "# " + _line("published", "2026-03", "when, and by whom: `title`")]
    dates = keys.pop("dates", None)
    if dates is None:
        keys = {"source": source, **keys}
    rows = [f"# Guess: {guess.reason}.", f"[{section}]"]
    tables = {key: value for key, value in keys.items() if isinstance(value, Mapping)}
    rows += [_line(k, v, comments.get(k)) for k, v in keys.items() if k not in tables]
    for key, value, why in guess.doubts:
        rows += [f"# Not sure: {why.rstrip('.')}"]
        rows += [f"# {line}" for line in _line(key, value, comments.get(key)).splitlines()]
    asked = {doubt.key for doubt in guess.doubts}
    if (
        "brand" not in keys
        and "brand" not in asked
        and section in _NO_BRAND
        and not (
            ({"stack", "transposed", "wave"} & set(keys) and section != "survey") or "stack" in keys
        )
    ):
        rows.append("# " + _line("brand", *_NO_BRAND[section]))
    rows += [
        f"# {line}"  # a long key stands below its comment, and neither may be live
        for key, value, why in _further(section, guess)
        for line in _line(key, value, why).splitlines()
    ]
    for key, table in tables.items():
        rows += ["", f"[{section}.{key}]" + (f"  # {comments[key]}" if comments.get(key) else "")]
        rows += [_line(name, value, None) for name, value in table.items()]
    for entry in dates or ():
        rows += ["", f"[[{section}.dates]]", *(_line(k, v, None) for k, v in entry.items())]
    return rows


def _further(section: str, guess: Guess) -> Iterator[tuple[str, Any, str]]:
    """Give keys that a section may have, shown commented out."""
    comments = _COMMENTS[section]
    drivers = list(guess.keys.get("drivers", ()))
    if section == "survey" and drivers:
        yield "stages", {"before": drivers[:1], "after": drivers[1:2]}, comments["stages"]
        yield "extended", drivers[-1:], comments["extended"]
    if section == "scorecard":
        yield from _SCORECARD_KEYS
    if section == "catalog":
        peers = list(guess.labels[:3]) or ["Harbour Bank", "Civic"]
        yield "peers", peers, comments["peers"]
        yield "minimum_offers", 3, comments["minimum_offers"]
        yield "possible", {"savings": ["business"]}, comments["possible"]


def _line(key: str, value: Any, comment: str | None) -> str:
    said = f"{_key(key)} = {_toml(value)}"
    if not comment:
        return said
    return f"{said:<30} # {comment}" if len(said) < 70 else f"# {comment}\n{said}"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _toml(name)


def _toml(value: Any) -> str:
    """Write a value as TOML; its text is written as JSON writes it."""
    if isinstance(value, Bare):
        return str(value)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_key(name)} = {_toml(item)}" for name, item in value.items())
        return "{ " + inside + " }"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _language(labels: Sequence[str]) -> str:
    """Find the language of labels: traditional, simplified, or neither."""
    text = "".join(labels)
    if sum("\u4e00" <= letter <= "\u9fff" for letter in text) < len(text) / 3 or not text:
        return "en"
    from opencc import OpenCC

    return "zh-Hans" if OpenCC("t2s").convert(text) == text else "zh-Hant"
