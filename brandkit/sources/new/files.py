"""What a file probably is, and which of its columns is what: guesses for a new study.toml.

Guesses go by headings in English and Chinese and by what the cells look like. They are written
down with their reason, and never acted on before a person has seen them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from brandkit.core.errors import BrandkitError
from brandkit.core.totals import is_total_name
from brandkit.sources.catalog.listing import NUMBER_FACETS, named_day
from brandkit.sources.new.columns import FACETS, ROLES, Column, Guess, Unreadable, profiled, role_of
from brandkit.sources.new.survey import guessed_spss, guessed_survey
from brandkit.sources.tables.brand_table import MOST_ATTRIBUTES
from brandkit.sources.tables.cells import Grid, label_text, read_grid
from brandkit.sources.tables.files import ENDINGS, unpacked
from brandkit.sources.tables.files import ending as ending_of

#: Cells that number or date what stands in a row: P001, R_3hK29, a@b.c, 2025/03/01 10:22:31.
_MOMENT = r"\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}"
_CODE = re.compile(rf"[^\W\d]{{0,12}}[-_#. ]?\d+|(?=\S*\d)[\w-]{{6,}}|\S+@\S+|{_MOMENT}.*")


def guessed_file(path: Path) -> Guess | str:
    r"""Guess what a file is.

    Parameters
    ----------
    path : Path
        A file or a folder.

    Returns
    -------
    Guess or str
        The reason as text where there is no telling.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> file = Path(mkdtemp()) / "names.csv"
    >>> _ = file.write_text("label,zh-Hant\nCivic,市民銀行\n", encoding="utf-8")
    >>> guess = guessed_file(file)
    >>> guess.section, guess.reason
    ('names', 'names of 1 label')
    """
    ending = "" if path.is_dir() else ending_of(path)
    if path.is_dir() or ending in (".json", ".jsonl"):
        return _catalog_files(path)
    if ending in (".sav", ".zsav"):
        return guessed_spss(path)
    if ending not in ENDINGS:
        return f"{path.name} was left out: its ending {ending or '(none)'} says no table"
    try:
        grid = read_grid(path)
    except BrandkitError as error:
        return Unreadable(error)
    return guessed_table(grid)


def _catalog_files(path: Path) -> Guess | str:
    if path.is_file() and re.search(r"register|brands_", path.name, re.IGNORECASE):
        return Guess("register", {}, "a register of brands")
    if path.is_dir():
        inside = sorted(file.name for file in path.rglob("*.json*"))
        if not inside:
            return f"{path.name} was left out: a folder without .json files"
    else:
        try:
            head = unpacked(path).lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")[:1]
        except BrandkitError as error:
            return Unreadable(error)
        if head not in (b"{", b"["):
            return Unreadable(f"{path.name}: the file is no JSON. Download it again.")
    return Guess("catalog", {"format": "cdr"}, "a catalogue in the form of the Consumer Data Right")


def guessed_table(grid: Grid) -> Guess | str:
    """Guess what a table is from its heading and its cells.

    Parameters
    ----------
    grid : Grid

    Returns
    -------
    Guess or str

    Examples
    --------
    >>> rows = (("Civic", "12", "3"), ("Kestrel", "7", "9"))
    >>> guessed_table(Grid(Path("a.csv"), ("bank", "modern", "fair"), rows, ("", ""))).section
    'brand_table'
    """
    header = [name.casefold() for name in grid.header]
    if "label" in header and {"en", "zh-hant", "zh-hans"} & set(header):
        n = len(grid.rows)
        return Guess("names", {}, f"names of {n} label{'' if n == 1 else 's'}")
    if header and header[0] in ("item", "variable") and "label" in header:
        return Guess("codebook", {}, f"a codebook of {len(grid.rows)} items")
    if "crosswalk" in grid.file.name.casefold():
        return Guess("crosswalk", {}, "a crosswalk from old keys of brands to new ones")
    columns = [profiled(grid, at) for at in range(len(grid.header))]
    kinds = [_catalog_table, _branches, _long_table, _persons, _wide_table, _survey_table]
    if role_of(columns, "person"):
        kinds.insert(0, _persons)
    for classify in kinds:
        guess = classify(grid, columns)
        if guess is not None:
            return guess
    return (
        f"{grid.file.name} was left out: nothing in its columns "
        f"({', '.join(name for name in grid.header[:6] if name)} …) says what it is"
    )


def _catalog_table(grid: Grid, columns: list[Column]) -> Guess | None:
    brand = role_of(columns, "brand", text=True)
    name = role_of(columns, "name", text=True)
    product = role_of([c for c in columns if c is not name], "product")
    category = role_of(columns, "category", text=True)
    if brand is None or (name is None and product is None) or brand.n_distinct == brand.n:
        return None
    mapped = {"brand": brand, "product": product, "name": name, "category": category}
    for role in ("segment", "description", "currency"):
        taken = [c.name for c in mapped.values() if c is not None]
        mapped[role] = role_of([c for c in columns if c.name not in taken], role, text=True)
    keys: dict[str, Any] = {role: column.name for role, column in mapped.items() if column}
    facets = _facets([c for c in columns if c.name and c.name not in keys.values()])
    if not facets:
        return None
    keys |= {facet: names[0] if len(names) == 1 else names for facet, names in facets.items()}
    unused = [c.name for c in columns if c.name and c.name not in _flat(keys.values())]
    return Guess(
        "catalog", {"format": "table", "columns": keys},
        f"a catalogue: {len(grid.rows)} rows of {brand.n_distinct} brands",
        f"columns not used: {', '.join(unused[:8])}{' …' if len(unused) > 8 else ''}; those that "
        "tell products apart may stand under `features`" if unused else "",
        _labels(grid, brand),
    )  # fmt: skip


def _facets(columns: Sequence[Column]) -> dict[str, list[str]]:
    """Give each facet its columns, by their headings; whatever says yes or no is a feature."""
    found: dict[str, list[str]] = {}
    for column in columns:
        folded = column.name.casefold()
        facet = next((f for f, words in FACETS.items() if any(w in folded for w in words)), None)
        if column.yes_no and facet in (None, *NUMBER_FACETS):
            facet = "features"
        if facet is not None:
            found.setdefault(facet, []).append(column.name)
    return found


def _branches(grid: Grid, columns: list[Column]) -> Guess | None:
    brand = role_of(columns, "brand", text=True)
    named = [c for c in columns if brand and c.name and c.name != brand.name]
    market = role_of(named, "market", text=True) or role_of(named, "market")
    if brand is None or market is None or brand.n_distinct == brand.n:
        return None
    if role_of(named, "attribute", text=True) or market.n_distinct < 2:
        return None
    others = [c for c in named if c is not market]
    code = role_of(others, "brand_code")
    numeric = [c for c in others if c.is_number and c is not code]
    if len(numeric) > max(4, len(columns) // 2):  # a survey with a region
        return None
    amount = role_of(numeric, "amount")
    keys: dict[str, Any] = {"brand": brand.name, "market": market.name}
    if code is not None:  # names of banks repeat, and change
        keys |= {"brand": code.name, "name": brand.name}
    if amount is not None:
        keys["amount"] = amount.name
    year = role_of([c for c in numeric if c.is_whole and c is not amount], "year")
    if year is not None and year.n_distinct > 1:
        keys["where"] = {year.name: int(max(year.numbers))}
    return Guess(
        "branches", keys,
        f"branches: {brand.n_distinct} brands in {market.n_distinct} markets",
        "" if amount else "no column of amounts was found: presence only", _labels(grid, brand),
    )  # fmt: skip


def _long_table(grid: Grid, columns: list[Column]) -> Guess | None:
    brand = role_of(columns, "brand", text=True)
    others = [c for c in columns if brand and c.name and c.name != brand.name]
    attribute = role_of(others, "attribute", text=True)
    if brand is None or attribute is None or attribute.n_distinct == attribute.n:
        return None
    amount = role_of([c for c in others if c.is_number], "amount")
    keys: dict[str, Any] = {"brand": brand.name, "attribute": attribute.name, "kind": "counts"}
    if amount is not None:
        keys |= {"amount": amount.name, **_kind([amount])}
    mentions = "" if amount else ", one row a mention"
    return Guess(
        "brand_table", keys,
        f"a long table: {brand.n_distinct} brands × {attribute.n_distinct} attributes{mentions}",
        "", _labels(grid, brand),
    )  # fmt: skip


def _persons(grid: Grid, columns: list[Column]) -> Guess | None:
    """Look for a survey whose rows are numbered persons, before they are taken for brands."""
    numbered = _numbered(grid, columns)
    brand = role_of(columns, "brand", text=True)
    if numbered is None or (brand is not None and brand.n == brand.n_distinct):
        return None
    named = next((c for c in columns[:2] if _is_name(grid, c, columns)), None)
    if named is not None and not role_of([numbered], "person"):
        return None  # a table of brands may number them
    return _survey_table(grid, columns, person=numbered)


def _numbered(grid: Grid, columns: list[Column]) -> Column | None:
    """Find the column that tells rows apart by a number, a code or a moment."""
    whole = [c for c in columns if c.name and c.n == c.n_distinct == len(grid.rows)]
    headed = role_of(whole, "person") or role_of(whole, "respondent")
    coded = (c for c in whole if not c.is_number and _is_coded(grid, columns.index(c)))
    return headed or next((c for c in coded if not role_of([c], "brand")), None)


def _is_coded(grid: Grid, at: int) -> bool:
    """Whether the cells of a column are codes, addresses or moments rather than names."""
    cells = [label_text(row[at]) for row in grid.rows]
    coded = [cell for cell in cells if _CODE.fullmatch(cell)]
    words = {re.sub(r"[\W\d_]+", "", cell).casefold() for cell in coded}
    return len(coded) >= 0.9 * len(cells) and not words & set(ROLES["brand"])


def _is_name(grid: Grid, column: Column, columns: list[Column]) -> bool:
    is_whole = not column.is_number and column.n == column.n_distinct == len(grid.rows)
    return is_whole and not _is_coded(grid, columns.index(column))


def _wide_table(grid: Grid, columns: list[Column]) -> Guess | None:
    named = [c for c in columns if role_of([c], "brand") or not _is_coded(grid, columns.index(c))]
    first = next((c for c in named if not c.is_number and c.n == c.n_distinct), None)
    if first is None or columns.index(first) > 1 or first.n < len(grid.rows):
        return None
    at = columns.index(first)
    values = columns[at + 1 :]
    numeric = [column for column in values if column.is_number]
    if not numeric or len(numeric) < 0.7 * len(values) or len(values) > MOST_ATTRIBUTES:
        return None
    labels = [label_text(row[at]) for row in grid.rows]
    totals = [label for label in (*labels, *(c.name for c in values)) if is_total_name(label)]
    texts = [column.name for column in values if not column.is_number]
    keys = {"brand": first.name} if first.name else {}
    keys |= _kind([c for c in numeric if c.name not in totals])
    if totals or texts:
        keys["leave_out"] = [*totals, *texts]  # type: ignore[assignment]
    return Guess(
        "brand_table", keys,
        f"a wide table: {len(labels)} brands × {len(numeric)} attributes, {keys['kind']}",
        f"left out: {', '.join((*totals, *texts))}" if totals or texts else "",
        tuple(label for label in labels if label not in totals),
    )  # fmt: skip


def _kind(columns: Sequence[Column]) -> dict[str, str]:
    """Guess whether numbers are counts, shares or ratings."""
    numbers = [number for column in columns for number in column.numbers]
    if any(column.percent for column in columns):
        return {"kind": "shares"}
    if max(numbers, default=0.0) <= 1 and min(numbers, default=0.0) >= 0:
        return {"kind": "shares"}
    if all(number.is_integer() and number >= 0 for number in numbers):
        return {"kind": "counts"}
    if max(numbers) <= 10:
        return {"kind": "ratings"}
    return {"kind": "shares", "unit": "percent"} if max(numbers) <= 100 else {"kind": "counts"}


def _survey_table(
    grid: Grid, columns: list[Column], *, person: Column | None = None
) -> Guess | None:
    answered = [
        c for c in columns if c is not person and c.is_whole and 2 <= c.n_distinct <= 15
    ]  # fmt: skip
    if len(grid.rows) < 10 or len(answered) < (3 if person is None else 1):
        return None
    brand = role_of(columns, "brand", text=True)
    keys, question = guessed_survey(columns, n_rows=len(grid.rows))
    if person is not None and not re.match(
        _MOMENT, label_text(grid.rows[0][columns.index(person)])
    ):
        keys.setdefault("respondent", person.name)
    return Guess(
        "survey", keys,
        f"a survey: {len(grid.rows)} rows, {len(answered)} columns of answers", question,
        _labels(grid, brand) if brand else (),
    )  # fmt: skip


def _labels(grid: Grid, column: Column) -> tuple[str, ...]:
    at = grid.header.index(column.name)
    counted: dict[str, int] = {}
    for row in grid.rows:
        label = label_text(row[at])
        if label:
            counted[label] = counted.get(label, 0) + 1
    return tuple(sorted(counted, key=lambda label: -counted[label]))


def _flat(values: Iterable[Any]) -> list[str]:
    return [name for value in values for name in ([value] if isinstance(value, str) else value)]


#: A file's path from the study's folder, and what it was taken for.
Guessed = tuple[str, Guess]

_MONTH = re.compile(r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])(?!\d)")
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")


class Bare(str):
    """Text that TOML writes without quotation marks: a date."""

    __slots__ = ()


class Named(NamedTuple):
    """The day that a file's name tells, and whether it tells the whole of it."""

    day: date
    is_whole: bool


def day_in_name(source: str) -> Named | None:
    """Give the day in a file's name; the first one where it tells a month or a year alone.

    Parameters
    ----------
    source : str

    Examples
    --------
    >>> [str(day_in_name(name).day) for name in ("p_2024-08-12.csv", "p202408.csv", "p_2024.csv")]
    ['2024-08-12', '2024-08-01', '2024-01-01']
    """
    name = Path(source).name
    day = named_day(name)
    if day is not None:
        return Named(day, True)
    month = _MONTH.search(name)
    if month:
        return Named(date(int(month[1]), int(month[2]), 1), False)
    year = _YEAR.search(name)
    return Named(date(int(year[1]), 1, 1), False) if year else None


def in_one_catalog(
    own: Sequence[Guessed], found: Sequence[Guessed]
) -> tuple[list[Guessed], list[str]]:
    """Make one guess of catalogues that carry different days in their names.

    Parameters
    ----------
    own : sequence of (str, Guess)
        The catalogues.
    found : sequence of (str, Guess)
        All files, for the registers among them.

    Returns
    -------
    list of (str, Guess)
        The dated catalogue first, then files that did not fit into it; all as they were where
        fewer than two fit.
    list of str
        What a person should look at.
    """
    days = {source: day_in_name(source) for source, _ in own}
    dated = [pair for pair in own if days[pair[0]] is not None]
    dated.sort(key=lambda pair: (days[pair[0]], pair[0]), reverse=True)  # the newest sets the form
    taken: list[Guessed] = []
    for source, guess in dated:
        is_new = days[source] not in [days[other] for other, _ in taken]
        if is_new and (not taken or _fits(guess, taken[0][1])):
            taken.append((source, guess))
    if len(taken) < 2:
        return list(own), []
    source, newest = taken[0]
    taken.reverse()
    registers = {named.day: name for name, guess in found
                 if guess.section == "register" and (named := day_in_name(name))}  # fmt: skip
    dates = [_entry(name, days[name], registers) for name, _ in taken]
    keys = {**newest.keys, "dates": dates}
    labels = newest.labels
    reason = f"a catalogue at {len(dates)} dates"
    guess = Guess("catalog", keys, reason, newest.question, labels)
    names = {name for name, _ in taken}
    rest = [pair for pair in own if pair[0] not in names]
    partly = [name for name in (n for n, _ in taken) if not _whole(days[name])]
    asked = (
        [f"{', '.join(Path(name).name for name in partly)}: the names tell no whole day; mend "
         "`as_of` under [[catalog.dates]]"] if partly else []
    )  # fmt: skip
    return [(source, guess), *rest], asked


def _whole(named: Named | None) -> bool:
    return named is not None and named.is_whole


def _entry(source: str, named: Named | None, registers: dict[date, str]) -> dict[str, Any]:
    day = named.day if named else date.min
    entry: dict[str, Any] = {"as_of": Bare(day.isoformat()), "source": source}
    if day in registers:
        entry["register"] = registers[day]
    return entry


def _fits(guess: Guess, newest: Guess) -> bool:
    """Say whether a catalogue has the form and the columns of the newest one."""
    if guess.keys.get("format") != newest.keys.get("format"):
        return False
    mapped, columns = guess.keys.get("columns", {}), newest.keys.get("columns", {})
    has = {name for value in mapped.values() for name in _names(value)}
    wants = {name for value in columns.values() for name in _names(value)}
    return wants <= has


def _names(value: str | Sequence[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
