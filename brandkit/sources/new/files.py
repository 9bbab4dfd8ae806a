"""What a file probably is, and which of its columns is what: guesses for a new study.toml.

Guesses go by headings in English and Chinese and by what the cells look like. They are written
down with their reason, and never acted on before a person has seen them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from brandkit.core.errors import BrandkitError, SchemaError
from brandkit.core.labels import is_total_name
from brandkit.sources.catalog.cdr import other_form
from brandkit.sources.catalog.listing import NUMBER_FACETS, named_day
from brandkit.sources.new.columns import FACETS, ROLES, Column, Guess, Unreadable, profiled, role_of
from brandkit.sources.new.layouts import (
    is_agreements,
    is_experiment,
    laid_out_otherwise,
    snapshots,
)
from brandkit.sources.new.survey import guessed_survey
from brandkit.sources.survey.codebook import is_codebook_heading
from brandkit.sources.survey.words import BANK, NOBODY, PERSON, pattern
from brandkit.sources.tables.brand_table import MOST_ATTRIBUTES, without_letters
from brandkit.sources.tables.cells import Grid, label_text, read_grid, sheet_names, written_once
from brandkit.sources.tables.files import ENDINGS, unpacked
from brandkit.sources.tables.files import ending as ending_of

_COUNTED = re.compile(r"(?:n|no|nr|num|number|count)(?:[ _]of)?[ _]")
_MONTH_OR_YEAR = re.compile(r"(?:19|20)\d\d(?:[-/ ]?(?:[QH]\d|\d{1,2}))?|[QH]\d ?(?:20)\d\d")


def guessed_file(path: Path, *, codebook: Path | None = None) -> Guess | str:
    r"""Guess what a file is.

    Parameters
    ----------
    path : Path
        A file or a folder.
    codebook : Path, optional
        What says more of a survey's columns.

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
    try:
        if path.is_dir() or ending in (".json", ".jsonl"):
            return _catalog_files(path)
        if ending in (".sav", ".zsav"):
            return guessed_survey(path, codebook=codebook, certain=True) or "no survey"
        if ending not in ENDINGS:
            return f"{path.name} was left out: its ending {ending or '(none)'} says no table"
        names = sheet_names(path)
        if len(names) > 1:
            return _workbook(path, names)
        return guessed_table(read_grid(path), codebook=codebook)
    except BrandkitError as error:
        return Unreadable(error)


def _workbook(path: Path, names: Sequence[str]) -> Guess | str:
    """Find the sheet that holds the data; or several of one heading: a catalogue in parts."""
    grids: dict[str, Grid] = {}
    for name in names:
        try:
            grids[name] = read_grid(path, sheet=name)
        except SchemaError:
            continue
    data = {n: g for n, g in grids.items() if not is_codebook_heading(g.header)}
    if not data:
        return f"{path.name} was left out: none of its sheets holds a table"
    size = {name: len(grid.rows) * len(grid.header) for name, grid in data.items()}
    largest = max(size, key=lambda name: size[name])
    alike = [name for name, grid in data.items() if grid.header == data[largest].header]
    codebook = path if len(data) < len(grids) else None
    guess = guessed_table(data[largest], sheet=largest, codebook=codebook)
    if isinstance(guess, str):
        return guess
    keys = dict(guess.keys)
    told = f"sheet {largest!r} of {len(names)} was read"
    if guess.section == "catalog" and len(alike) > 1:
        keys["sheet"], told = alike, f"{len(alike)} sheets, each a category"
    elif largest != names[0]:
        keys["sheet"] = largest
    else:
        keys.pop("sheet", None)
    if guess.section == "survey" and len(data) < len(grids):
        keys["codebook"] = path.name
    question = "\n".join(part for part in (guess.question, told) if part)
    return replace(guess, keys=keys, question=question)


_CONSUMER_DATA = Guess(
    "catalog", {"format": "cdr"}, "a catalogue in the form of the Consumer Data Right"
)


def _catalog_files(path: Path) -> Guess | str:
    if path.is_file() and re.search(r"register|brands_", path.name, re.IGNORECASE):
        return Guess("register", {}, "a register of brands")
    if path.is_dir():
        inside = sorted(path.rglob("*.json*"))
        if not inside:
            return f"{path.name} was left out: a folder without .json files"
        return _CONSUMER_DATA
    content = unpacked(path).lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")
    if content[:1] not in (b"{", b"["):
        return Unreadable(f"{path.name}: the file is no JSON. Download it again.")
    other = other_form(content[:200_000].decode("utf-8", "replace"))
    if other:
        return f"{path.name} was left out: {other}"
    if content.strip() != b"{}" and b"productId" not in content.replace(b"\x00", b""):
        form = "JSON is read in the form of the Consumer Data Right"
        return f"{path.name} was left out: {form}, and no `productId` stands in it; export a table"
    return _CONSUMER_DATA


def guessed_table(
    grid: Grid, *, sheet: str | None = None, codebook: Path | None = None
) -> Guess | str:
    """Guess what a table is from its heading and its cells.

    Parameters
    ----------
    grid : Grid
    sheet : str, optional
        The sheet that it is.
    codebook : Path, optional

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
    if is_codebook_heading(grid.header):
        return Guess("codebook", {}, f"a codebook of {len(grid.rows)} items")
    if "crosswalk" in grid.file.name.casefold():
        return Guess("crosswalk", {}, "a crosswalk from old keys of brands to new ones")
    if is_experiment(header):
        return (
            f"{grid.file.name} was left out: it looks like a choice experiment (conjoint), one row "
            "an alternative of a choice task; brandkit reads answers of persons about brands"
        )
    if is_agreements(header):
        return (
            f"{grid.file.name} was left out: it looks like a list of US credit card agreements, "
            "which names documents, no terms; the survey of card plans has fees and rates"
        )
    return _by_columns(grid, sheet, codebook) or (
        f"{grid.file.name} was left out: "
        + (
            laid_out_otherwise(grid)
            or f"nothing in its columns ({', '.join(name for name in grid.header[:6] if name)} …) "
            "says what it is"
        )
    )


def _by_columns(grid: Grid, sheet: str | None, codebook: Path | None) -> Guess | None:
    grid = without_letters(grid)
    columns = [profiled(grid, at) for at in range(len(grid.header))]
    for classify in (_league, _scorecard, _transposed, _wide_table):
        guess = classify(grid, columns)
        if guess is not None:
            return guess
    asks = any("？" in name or ("?" in name and len(name.split()) > 3) for name in grid.header)
    if not asks and (guess := _catalog_table(grid, columns)) is not None:
        return guess
    if (
        grid.file.is_file()
        and (guess := guessed_survey(grid.file, sheet=sheet, codebook=codebook)) is not None
    ):
        return guess
    for classify in (_catalog_table, _branches, _long_table):
        guess = classify(grid, columns)
        if guess is not None:
            return guess
    return None


def _catalog_table(grid: Grid, columns: list[Column]) -> Guess | None:
    grid, columns = _brands_below(grid, columns)
    brand = role_of(columns, "brand", text=True)
    others = [c for c in columns if c is not brand]
    category = role_of(others, "category", text=True)
    others = [c for c in others if c is not category]
    name = role_of(others, "name", text=True)
    product = role_of([c for c in others if c is not name], "product")
    if name is None and product is not None and not product.is_number:
        name, product = product, None
    if brand is None or (name is None and product is None) or brand.n_distinct == brand.n:
        return None
    telling = name or product
    if telling is None or _n_pairs(grid, brand, telling) < 0.6 * telling.n:
        return None
    mapped = {"brand": brand, "product": product, "name": name, "category": category}
    for role in ("segment", "description", "currency"):
        taken = [c.name for c in mapped.values() if c is not None]
        mapped[role] = role_of([c for c in columns if c.name not in taken], role, text=True)
    keys: dict[str, Any] = {role: column.name for role, column in mapped.items() if column}
    twice = {name for name in grid.header if grid.header.count(name) > 1}
    free = [c for c in columns if c.name and c.name not in {*keys.values(), *twice}]
    facets, doubtful = _facets(free)
    if not facets and not doubtful:
        return None
    if snapshots([c for c in columns if c.name not in keys.values()]):
        return None  # one catalogue is of one date
    asked = [f"{', '.join(doubtful[:8])} say yes or no: are they `features`?"] if doubtful else []
    keys |= {facet: names[0] if len(names) == 1 else names for facet, names in facets.items()}
    if twice - {""}:
        asked.append(
            f"{', '.join(sorted(twice))}: the heading stands over several columns; name "
            "them apart to use them"
        )
    if doubtful:
        keys["features"] = [*facets.get("features", ()), *doubtful]
    unused = [c.name for c in columns if c.name and c.name not in _flat(keys.values())]
    if unused:
        asked.append(
            f"columns not used: {', '.join(unused[:8])}{' …' if len(unused) > 8 else ''}; "
            "those that tell products apart may stand under `features`"
        )
    is_us = any("credit card plan" in name.casefold() for name in grid.header)
    what = "a catalogue of US credit card plans" if is_us else "a catalogue"
    return Guess(
        "catalog",
        {"format": "table", "columns": keys},
        f"{what}: {len(grid.rows)} rows of {brand.n_distinct} brands",
        "\n".join(asked),
        _labels(grid, brand),
    )


def _brands_below(grid: Grid, columns: list[Column]) -> tuple[Grid, list[Column]]:
    """Write brands that stand once, as in merged cells, in every row that is theirs."""
    brand = role_of(columns, "brand", text=True)
    if brand is None or not brand.n == brand.n_distinct < len(grid.rows):
        return grid, columns
    at = grid.header.index(brand.name)
    names = written_once([label_text(row[at]) for row in grid.rows])
    rows = tuple(
        (*row[:at], name, *row[at + 1 :]) for row, name in zip(grid.rows, names, strict=True)
    )
    filled = replace(grid, rows=rows)
    return filled, [profiled(filled, at) if c.name == brand.name else c for c in columns]


def _n_pairs(grid: Grid, first: Column, second: Column) -> int:
    a, b = grid.header.index(first.name), grid.header.index(second.name)
    return len({(label_text(row[a]), label_text(row[b])) for row in grid.rows})


def _facets(columns: Sequence[Column]) -> tuple[dict[str, list[str]], list[str]]:
    """Give each facet its columns, by heading and cells; what says yes or no is asked."""
    found: dict[str, list[str]] = {}
    doubtful: list[str] = []
    for column in columns:
        folded = re.sub(r"[_\s]+", " ", column.name.casefold())
        facet = next(
            (
                f
                for f, words in FACETS.items()
                if any(
                    re.search(rf"(?<![a-z]){word}", folded) if word.isascii() else word in folded
                    for word in words
                )
            ),
            None,
        )
        if column.yes_no:
            doubtful += [column.name] if facet in (None, *NUMBER_FACETS) else []
            if facet not in (None, *NUMBER_FACETS):
                found.setdefault(str(facet), []).append(column.name)
            continue
        is_rating = re.search(r"rating|score|stars?\b|評分|评分|rank", folded) is not None
        is_rating = is_rating or (column.is_whole and bool(_COUNTED.match(folded)))
        if facet is not None and not is_rating and not re.search(r"\brisk|availab", folded):
            found.setdefault(facet, []).append(column.name)
    return found, doubtful


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
    year = role_of([c for c in numeric if c.is_whole], "year")
    amount = role_of([c for c in numeric if c is not year], "amount")
    keys: dict[str, Any] = {"brand": brand.name, "market": market.name}
    if code is not None and code.n_distinct > brand.n_distinct / 2:  # names repeat, and change
        keys |= {"brand": code.name, "name": brand.name}
    if amount is not None:
        keys["amount"] = amount.name
    if year is not None and year.n_distinct > 1:
        keys["where"] = {year.name: int(max(year.numbers))}
    return Guess(
        "branches",
        keys,
        f"branches: {brand.n_distinct} brands in {market.n_distinct} markets",
        "" if amount else "no column of amounts was found: rows are counted",
        _labels(grid, brand),
    )


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
    none = [text for text in (*attribute.texts, *brand.texts) if _is_sum(label_text(text))]
    at, of = (grid.header.index(column.name) for column in (brand, attribute))
    pairs = {(label_text(row[at]), label_text(row[of])) for row in grid.rows}
    kept = {label for label, said in pairs if not {label, said} & {*map(label_text, none)}}
    none += sorted(
        {label for label, _ in pairs} - kept - {*none, ""}
    )  # nothing else is said of them
    if none:
        keys["leave_out"] = none
    mentions = "" if amount else ", one row a mention"
    return Guess(
        "brand_table",
        keys,
        f"a long table: {brand.n_distinct} brands × {attribute.n_distinct} attributes{mentions}",
        f"left out: {', '.join(none)}" if none else "",
        _labels(grid, brand),
    )


#: What columns of a league table are called.
_LEAGUE = {key: pattern("league", key) for key in ("rank", "n", "score")}


def _league(grid: Grid, columns: list[Column]) -> Guess | None:
    """A published ranking: a brand a row, a rank or a base, a score or few."""
    brand = next((c for c in columns[:3] if not c.is_number and c.n == c.n_distinct), None)
    if brand is None or not 3 <= len(grid.rows) <= 100 or len(columns) > 12:
        return None
    found: dict[str, list[Column]] = {key: [] for key in _LEAGUE}
    for column in columns:
        if column is brand or not column.is_number:
            continue
        role = next((k for k, w in _LEAGUE.items() if w.search(column.name)), None)
        if role is None:
            return None
        found[role].append(column)
    if not found["score"] or not (found["rank"] or found["n"]):
        return None
    if not role_of([brand], "brand") and not found["rank"]:
        return None
    tables = []
    for score in found["score"]:
        nps = re.search(r"nps|net promoter", score.name.casefold()) or min(score.numbers) < 0
        percent = score.percent or "%" in score.name or max(score.numbers) <= 100
        unit = "nps" if nps else "percent" if percent else "index"
        keys: dict[str, Any] = {"brand": brand.name, "score": score.name, "unit": unit}
        if found["n"]:
            keys["n"] = found["n"][0].name
        tables.append({**keys, "measure": score.name})
    base = "" if found["n"] else "no column of bases was found: without `n` only the order is told"
    return Guess(
        "league_tables",
        {"tables": tables},
        f"a published league table: {len(grid.rows)} brands, {len(tables)} scores",
        "\n".join(part for part in (base, "who published it, when, on what scale?") if part),
        _labels(grid, brand),
    )


#: What a file, its rows and its columns are called where they hold a scorecard.
_SCORECARD = {key: pattern("scorecard", key) for key in ("file", "rows", "columns")}


def _scorecard(grid: Grid, columns: list[Column]) -> Guess | None:
    """A scorecard: ratings of institutions by criteria; two signs tell it from an image."""
    guess = _wide_table(grid, columns)
    if guess is None or guess.keys.get("kind") not in ("ratings", "counts", "shares"):
        return None
    numbers = [c for c in columns if c.is_number]
    if len(numbers) < 3:
        return None
    low, high = min(min(c.numbers) for c in numbers), max(max(c.numbers) for c in numbers)
    if low < 0 or high > 100:
        return None
    called = {
        "file": bool(_SCORECARD["file"].search(grid.file.stem)),
        "rows": bool(_SCORECARD["rows"].search(columns[0].name)),
        "columns": sum(bool(_SCORECARD["columns"].search(c.name)) for c in numbers)
        >= 0.5 * len(numbers),
    }
    if sum(called.values()) < 2:
        if called["file"] and guess.keys["kind"] == "ratings":
            question = "a scorecard of institutions ([scorecard]), or what people see in banks?"
            return replace(guess, question="\n".join(filter(None, (guess.question, question))))
        return None
    ends = next(pair for pair in ((1, 5), (0, 10), (0, 100)) if pair[0] <= low and high <= pair[1])
    keys: dict[str, Any] = {"brand": columns[0].name} if columns[0].name else {}
    return Guess(
        "scorecard",
        {**keys, "limits": list(ends)},
        f"a scorecard: {len(grid.rows)} institutions × {len(numbers)} criteria",
        f"`limits`: do scores run from {ends[0]} to {ends[1]}, and is higher better in all?",
        (*guess.labels, *(column.name for column in columns)),
    )


def _transposed(grid: Grid, columns: list[Column]) -> Guess | None:
    """A table with the brands as columns: headings name banks, the first one says attribute."""
    first = columns[0]
    numeric = [c for c in columns[1:] if c.is_number or _is_lettered(grid, c)]
    if len(numeric) < 3 or len(numeric) < len(columns) - 1 or len(grid.rows) > 200:
        return None
    says = first.name and role_of([first], "attribute")
    own = sum(bool(BANK.search(c.name)) for c in numeric) / len(numeric)
    if not (says and (own > 0.3 or len(numeric) > 1)) and own <= 0.5:
        return None
    labels = [label_text(row[0]) for row in grid.rows]
    if (own <= 0.5 and role_of([first], "brand")) or first.is_number or _are_codes(labels):
        return None
    totals = [label for label in (*labels, *(c.name for c in numeric)) if _is_sum(label)]
    totals += [
        label
        for label, row in zip(labels, grid.rows, strict=True)
        if label not in totals and not re.search(r"\d", " ".join(map(str, row[1:])))
    ]
    kept = [c for c in numeric if c.name not in totals]
    summed = [row for row, label in zip(grid.rows, labels, strict=True) if label not in totals]
    body = replace(grid, rows=tuple(summed), places=grid.places[: len(summed)])
    kept = [profiled(body, grid.header.index(c.name)) for c in kept]
    keys: dict[str, Any] = {"transposed": True, **_kind(kept, grid.title)}
    if totals:
        keys["leave_out"] = totals
    left = f"left out: {', '.join(totals)}\n" if totals else ""
    return Guess(
        "brand_table",
        keys,
        f"a wide table with the brands as columns: {len(kept)} brands × "
        f"{len([label for label in labels if label not in totals])} attributes, {keys['kind']}",
        f"{left}`kind`: are these {keys['kind']}?",
        tuple(c.name for c in kept),
    )


def _is_sum(label: str) -> bool:
    said = re.match(r"(net|top|bottom)\b.{0,20}$|base\b", label.casefold())
    return is_total_name(label) or bool(said or NOBODY.fullmatch(label))


def _wide_table(grid: Grid, columns: list[Column]) -> Guess | None:
    if len(grid.rows) > 200 or any(re.search(r"[?？]", name) for name in grid.header):
        return None
    two = _two_headings(grid)
    if two is not None:
        return two
    whole = [c for c in columns[:2] if not c.is_number and c.n == c.n_distinct == len(grid.rows)]
    first = next(
        (
            c
            for c in whole
            if role_of([c], "brand")
            or not _are_codes([label_text(row[columns.index(c)]) for row in grid.rows])
        ),
        None,
    )
    if first is None or (PERSON.search(first.name) and not role_of([first], "brand")):
        return None
    labels = [label_text(row[columns.index(first)]) for row in grid.rows]
    values = columns[columns.index(first) + 1 :]
    numeric = [column for column in values if column.is_number or _is_lettered(grid, column)]
    if not numeric or len(numeric) < 0.7 * len(values) or len(values) > MOST_ATTRIBUTES:
        return None
    totals = [label for label in (*labels, *(c.name for c in values)) if _is_sum(label)]
    texts = [column.name for column in values if column not in numeric]
    if any(BANK.search(name) for name in texts):  # a bank that is no column of numbers
        return None
    keys: dict[str, Any] = {"brand": first.name} if first.name else {}
    rows = [row for row, label in zip(grid.rows, labels, strict=True) if label not in totals]
    kept = replace(grid, rows=tuple(rows), places=grid.places[: len(rows)])
    told = [profiled(kept, columns.index(c)) for c in numeric if c.name not in totals]
    keys |= _kind(told, grid.title)
    if totals or texts:
        keys["leave_out"] = [*totals, *texts]
    asked = [f"left out: {', '.join((*totals, *texts))}"] if totals or texts else []
    if (
        keys["kind"] == "counts"
        and 30 < max((c.numbers[-1] for c in told if c.numbers), default=0) <= 100
    ):
        asked.append("`kind`: are these counts, or percentages (shares, `unit` percent)?")
    if any(_is_lettered(grid, c) for c in numeric):
        asked.append("letters behind numbers were taken for marks of significance")
        keys |= {"kind": "shares"}
    n = len([label for label in labels if label not in totals])
    return Guess(
        "brand_table",
        keys,
        f"a wide table: {n} brands × {len(numeric)} attributes, {keys['kind']}",
        "\n".join(asked),
        tuple(label for label in labels if label not in totals),
    )


def _are_codes(labels: Sequence[str]) -> bool:
    """Whether labels number persons or rows rather than name brands."""
    code = re.compile(r"[^\W\d]{0,12}[-_#. ]?\d+|(?=\S*\d)[\w-]{6,}|\S+@\S+|\d{1,4}[-/.年].*")
    coded = [label for label in labels if code.fullmatch(label)]
    words = {re.sub(r"[\W\d_]+", "", label).casefold() for label in coded}
    return len(coded) >= 0.9 * len(labels) and not words & set(ROLES["brand"])


def _is_lettered(grid: Grid, column: Column) -> bool:
    at = grid.header.index(column.name) if column.name in grid.header else -1
    cells = [label_text(row[at]) for row in grid.rows] if at >= 0 else []
    cells = [cell for cell in cells if not re.fullmatch(r"[A-Z]{0,2}", cell)]  # columns' letters
    marked = [
        cell for cell in cells if re.fullmatch(r"[-<]?[\d.,]+ ?%?\s*[A-Za-z*↑↓+]{0,6}|[-–—]", cell)
    ]
    return not column.is_number and bool(cells) and len(marked) >= 0.9 * len(cells)


def _two_headings(grid: Grid) -> Guess | None:
    """A table whose second row parts every attribute into waves."""
    if not grid.rows or sum(not name for name in grid.header[1:]) < 2:
        return None
    below = [label_text(cell) for cell in grid.rows[0]]
    if below[0] or not all(_MONTH_OR_YEAR.fullmatch(text) for text in below[1:] if text):
        return None
    waves = sorted({text for text in below[1:] if text})
    labels = [label_text(row[0]) for row in grid.rows[1:]]
    kept = [label for label in labels if not _is_sum(label)]
    body = replace(
        grid,
        header=tuple(f"{at}" for at in range(len(below))),
        rows=grid.rows[1:],
        places=grid.places[1:],
    )
    rows = [row for row in body.rows if label_text(row[0]) in kept]
    body = replace(body, rows=tuple(rows), places=body.places[: len(rows)])
    keys: dict[str, Any] = {
        "wave": waves[-1],
        **_kind([profiled(body, at) for at in range(1, len(below))]),
    }
    totals = [label for label in labels if label not in kept]
    if totals:
        keys["leave_out"] = totals
    return Guess(
        "brand_table",
        keys,
        f"a wide table of {len(waves)} waves: {len(kept)} brands, {keys['kind']}; {waves[-1]} is "
        "the newest",
        f"`wave`: {', '.join(waves)} stand in the second heading, and one is read at a time",
        tuple(kept),
    )


def _kind(columns: Sequence[Column], title: str = "") -> dict[str, str]:
    """Guess whether numbers are counts, shares or ratings."""
    numbers = [number for column in columns for number in column.numbers]
    if any(column.percent for column in columns):
        return {"kind": "shares"}
    if max(numbers, default=0.0) <= 1 and min(numbers, default=0.0) >= 0:
        return {"kind": "shares"}
    if re.search(r"%|percent|百分|prozent|pourcent|porcentaj", title.casefold()) and (
        min(numbers, default=0.0) >= 0 and 1 < max(numbers, default=0.0) <= 100
    ):
        return {"kind": "shares", "unit": "percent"}
    if all(number.is_integer() and number >= 0 for number in numbers):
        return {"kind": "counts"}
    if max(numbers) <= 10:
        return {"kind": "ratings"}
    return {"kind": "shares", "unit": "percent"} if max(numbers) <= 100 else {"kind": "counts"}


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
    registers = {
        named.day: name
        for name, guess in found
        if guess.section == "register" and (named := day_in_name(name))
    }
    dates = [_entry(name, days[name], registers) for name, _ in taken]
    keys = {**newest.keys, "dates": dates}
    labels = newest.labels
    reason = f"a catalogue at {len(dates)} dates"
    guess = Guess("catalog", keys, reason, newest.question, labels)
    names = {name for name, _ in taken}
    rest = [pair for pair in own if pair[0] not in names]
    partly = [name for name in (n for n, _ in taken) if not _whole(days[name])]
    asked = (
        [
            f"{', '.join(Path(name).name for name in partly)}: the names tell no whole day; mend "
            "`as_of` under [[catalog.dates]]"
        ]
        if partly
        else []
    )
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
