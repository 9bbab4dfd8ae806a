"""Tables of brands by attributes: counts, shares or ratings, in any of the usual files.

Wide: one row a brand, one column an attribute. Long: one row a pair with its amount, or one row a
mention, which is then counted. What is wrong in the file is refused with its place; what was taken
for granted is said in ``notes``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brandkit.core.errors import SchemaError, Words, check_option, did_you_mean, shown
from brandkit.core.labels import is_total_name, sums_of_others
from brandkit.core.message import Message
from brandkit.sources.tables.cells import Cell, Grid, is_empty, label_text, named, read_grid
from brandkit.sources.tables.numerals import (
    DecimalMark,
    Number,
    decimal_mark,
    parsed_number,
    says_none,
)

TableKind = Literal["counts", "shares", "ratings"]
Unit = Literal["share", "percent"]
KINDS: tuple[TableKind, ...] = ("counts", "shares", "ratings")
UNITS: tuple[Unit, ...] = ("share", "percent")
MOST_BRANDS = 5_000
MOST_ATTRIBUTES = 1_000


@dataclass(frozen=True)
class CellRules:
    """What the cells of a table are, and how they are written.

    Parameters
    ----------
    kind : "counts" | "shares" | "ratings"
    unit : "share" | "percent", optional
        How shares are written where cells carry no percent sign.
    decimal : "." or ",", optional
        What begins the decimals; found out from the cells where not given.
    """

    kind: TableKind
    unit: Unit | None = None
    decimal: DecimalMark | None = None

    def mark(self, grid: Grid, cells: Iterable[Any]) -> DecimalMark:
        """Say which mark begins the decimals, or refuse cells that leave it open."""
        if self.decimal is not None:
            return self.decimal
        texts = [cell for cell in cells if isinstance(cell, str) and cell.strip()]
        mark = decimal_mark(texts, delimiter=grid.delimiter)
        if mark is None:
            telling = [text.strip() for text in dict.fromkeys(texts) if "," in text or "." in text]
            raise SchemaError(
                "numbers must show which mark begins the decimals",
                file=grid.file,
                found=telling,
                way_out='Say decimal = "." or decimal = ",".',
            )
        return mark

    def number(self, grid: Grid, place: str, cell: Any, *, mark: DecimalMark) -> Number:
        """Read one cell, or refuse it."""
        number = parsed_number(cell, mark=mark)
        floor = "" if self.kind == "ratings" else " >= 0"
        if number is None:
            raise SchemaError(
                f"{self.kind} must be numbers{floor}",
                file=grid.file,
                place=place,
                found=Words("an empty cell") if is_empty(cell) else str(cell).strip(),
                way_out="Write the number, or drop the row or column with `leave_out`.",
            )
        if number.value < 0 and self.kind != "ratings":
            raise SchemaError(
                f"{self.kind} must be numbers >= 0",
                file=grid.file,
                place=place,
                found=str(cell).strip(),
                way_out='Correct it; means on a scale need kind = "ratings".',
            )
        return number

    def in_unit(self, file: Path, numbers: Sequence[Sequence[Number]]) -> NDArray[np.float64]:
        """Give the numbers as an array, shares from 0 to 1."""
        signs = {number.percent for row in numbers for number in row if number.value != 0}
        if True in signs and self.kind != "shares":
            raise SchemaError(
                f"{self.kind} must be plain numbers",
                file=file,
                found=Words("percent signs"),
                way_out='Percentages need kind = "shares".',
            )
        if len(signs) > 1:
            raise SchemaError(
                "all cells or none must carry a percent sign",
                file=file,
                found=Words("both"),
                way_out="Write them one way.",
            )
        values = np.array([[number.value for number in row] for row in numbers], dtype=float)
        is_percent = self.kind == "shares" and self.unit == "percent" and True not in signs
        return values / 100 if is_percent else values


def refuse_too_large(file: Path, n_brands: int, n_attributes: int) -> None:
    """Refuse a table larger than any of brands by attributes."""
    if n_brands > MOST_BRANDS or n_attributes > MOST_ATTRIBUTES:
        raise SchemaError(
            f"a table may have at most {MOST_BRANDS:,} brands and {MOST_ATTRIBUTES:,} attributes",
            file=file,
            found=Words(f"{n_brands:,} × {n_attributes:,}"),
            way_out="Check that `brand` and `attribute` name the right columns, or choose some "
            "with `brands` and `attributes`.",
        )


def refuse_repeats(file: Path, what: str, labels: Iterable[str]) -> None:
    """Refuse labels that stand twice, and labels that differ only in case or width."""
    seen: dict[str, str] = {}
    for label in labels:
        folded = unicodedata.normalize("NFKC", label).casefold()
        first = seen.get(folded)
        seen[folded] = label
        if first is not None:
            how = Words("it twice" if first == label else f"{first!r} too")
            raise SchemaError(
                f"every {what} must stand once, written one way",
                file=file,
                place=f"{what} {label!r}",
                found=how,
                way_out="Add them up or name them apart in the file.",
            )


@dataclass(frozen=True)
class Chosen:
    """Which rows (``brands``) or columns (``attributes``) are asked for.

    Parameters
    ----------
    name : "brands" | "attributes"
    subset, supplementary, left_out : tuple of str
    """

    name: str
    subset: tuple[str, ...]
    supplementary: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def named(self) -> tuple[str, ...]:
        """The labels that are named as wanted."""
        return (*self.subset, *self.supplementary)

    def of(self, labels: Sequence[str], file: Path) -> list[str]:
        """Give the labels to keep: in the order asked for, else in the table's."""
        asked = {self.name: self.subset, f"supplementary_{self.name}": self.supplementary}
        for key, wanted in asked.items():
            missing = [label for label in wanted if label not in labels]
            if missing:
                near = did_you_mean(missing[0], labels).strip()
                raise SchemaError(
                    f"must name {self.name} of the table; it has {shown(labels, most=8)}",
                    file=file,
                    place=f"`{key}`",
                    found=missing,
                    way_out=near or "Write them as the file does.",
                )
        kept = dict.fromkeys(self.named) if self.subset else dict.fromkeys(labels)
        return [label for label in kept if label not in self.left_out or label in self.named]


# ---------------------------------------------------------------- wide


def wide_table(
    grid: Grid, *, brand: str | None, rows: Chosen, columns: Chosen, rules: CellRules
) -> tuple[pd.DataFrame, tuple[Message, ...]]:
    """Read one row a brand, one column an attribute.

    Parameters
    ----------
    grid : Grid
    brand : str, optional
        Column of the brands; the first with text where not given. Columns before it are skipped.
    rows, columns : Chosen
    rules : CellRules

    Returns
    -------
    DataFrame, brands × attributes
    tuple of Message
        What was taken for granted.
    """
    at = grid.column(brand, asked_by="`brand`") if brand else _label_column(grid)
    labels = [label_text(row[at]) for row in grid.rows]
    _refuse_unlabelled(grid, "brand", at, labels)
    refuse_repeats(grid.file, "brand", labels)
    heads = _attribute_columns(grid, at)
    keep_rows, keep_columns = rows.of(labels, grid.file), columns.of(list(heads), grid.file)
    refuse_too_large(grid.file, len(keep_rows), len(keep_columns))

    where = {label: i for i, label in enumerate(labels)}
    cells = [[_unlettered(grid.rows[where[b]][heads[a]]) for a in keep_columns] for b in keep_rows]
    places = [grid.places[where[b]] for b in keep_rows]
    values, empty = _wide_values(grid, cells, places=places, heads=keep_columns, rules=rules)
    frame = pd.DataFrame(
        values,
        index=pd.Index(keep_rows, name="brand"),
        columns=pd.Index(keep_columns, name="attribute"),
    )
    if not empty:
        return frame, ()
    said = "{n:count} empty {n:cell was|cells were} read as 0 in {file}."
    return frame, (Message(said, {"n": empty, "file": grid.file.name}),)


def _label_column(grid: Grid) -> int:
    """Find the column of the brands: the first, unless that is an unnamed row number."""
    if len(grid.header) > 2 and not grid.header[0]:
        numbers = [parsed_number(row[0]) for row in grid.rows]
        counted = [number.value for number in numbers if number is not None]
        is_index = len(counted) == len(numbers) and all(b - a == 1 for a, b in pairwise(counted))
        if is_index and all(parsed_number(row[1]) is None for row in grid.rows):
            return 1
    return 0


def _attribute_columns(grid: Grid, at: int) -> dict[str, int]:
    """Give the columns after that of the brands, by name."""
    positions = range(at + 1, len(grid.header))
    for position in positions:
        if not grid.header[position]:
            raise SchemaError(
                "every column needs a name",
                file=grid.file,
                place=f"column {position + 1}",
                found=Words("an empty heading"),
                way_out="Name it or delete it; set `header_row` if the heading stands below.",
            )
    refuse_repeats(grid.file, "attribute", [grid.header[position] for position in positions])
    if not positions:
        raise SchemaError(
            "a wide table needs a column of brands, then columns of attributes",
            file=grid.file,
            found=named(grid.header),
            way_out="Put the brands first; long tables need `brand` and `attribute`.",
        )
    return {grid.header[position]: position for position in positions}


def _wide_values(
    grid: Grid,
    cells: list[list[Cell]],
    *,
    places: Sequence[str],
    heads: Sequence[str],
    rules: CellRules,
) -> tuple[NDArray[np.float64], int]:
    mark = rules.mark(grid, [cell for row in cells for cell in row])
    numbers, empty = [], 0
    for place, row in zip(places, cells, strict=True):
        found = []
        for head, cell in zip(heads, row, strict=True):
            is_dash = says_none(cell) and rules.kind != "ratings"
            if is_dash or (is_empty(cell) and rules.kind == "counts"):  # nobody said so
                empty += 1
                found.append(Number(0.0))
            else:
                found.append(rules.number(grid, f"{place}, column {head!r}", cell, mark=mark))
        numbers.append(found)
    return rules.in_unit(grid.file, numbers), empty


def _refuse_unlabelled(grid: Grid, what: str, at: int, labels: Sequence[str]) -> None:
    if "" in labels:
        raise SchemaError(
            f"every row must name its {what}",
            file=grid.file,
            place=f"{grid.places[labels.index('')]}, column {grid.header[at]!r}",
            found=Words("an empty cell"),
            way_out="Fill it, or delete the row.",
        )


# ---------------------------------------------------------------- long


def long_table(
    grid: Grid, *, brand: str | None, attribute: str, amount: str | None, rules: CellRules
) -> pd.DataFrame:
    """Read one row a pair of brand and attribute, or one row a mention.

    Parameters
    ----------
    grid : Grid
    brand, attribute : str
        Columns of the labels.
    amount : str, optional
        Column of the amounts; without it, rows are counted.
    rules : CellRules

    Returns
    -------
    DataFrame, brands × attributes
        Ordered by total, largest first. Pairs without a row count 0.
    """
    if brand is None:
        raise SchemaError(
            "a long table needs the column of its brands",
            file=grid.file,
            place="`brand`",
            found=named(grid.header),
            way_out="Name it with `brand`.",
        )
    if amount is None and rules.kind != "counts":
        raise SchemaError(
            f"a long table of {rules.kind} needs the column of its amounts",
            file=grid.file,
            place="`amount`",
            way_out='Name it with `amount`, or set kind = "counts".',
        )
    pairs = pd.DataFrame(
        {"brand": _labels(grid, "brand", brand), "attribute": _labels(grid, "attribute", attribute)}
    )
    refuse_too_large(grid.file, pairs["brand"].nunique(), pairs["attribute"].nunique())
    if rules.kind != "counts":
        _refuse_uneven_pairs(grid, pairs, rules.kind)
    amounts = np.ones(len(pairs)) if amount is None else _amounts(grid, amount, rules)
    sums = pairs.assign(amount=amounts).groupby(["brand", "attribute"], sort=False)["amount"].sum()
    table = sums.unstack().fillna(0.0)
    order = table.sum(axis=1).sort_values(ascending=False, kind="stable").index
    heads = table.sum(axis=0).sort_values(ascending=False, kind="stable").index
    return table.loc[order, heads]


def _labels(grid: Grid, what: str, name: str) -> list[str]:
    at = grid.column(name, asked_by=f"`{what}`")
    labels = [label_text(row[at]) for row in grid.rows]
    _refuse_unlabelled(grid, what, at, labels)
    refuse_repeats(grid.file, what, dict.fromkeys(labels))
    return labels


def _amounts(grid: Grid, amount: str, rules: CellRules) -> Any:
    at = grid.column(amount, asked_by="`amount`")
    cells = [row[at] for row in grid.rows]
    mark = rules.mark(grid, cells)
    numbers = [
        rules.number(grid, f"{place}, column {amount!r}", cell, mark=mark)
        for place, cell in zip(grid.places, cells, strict=True)
    ]
    return rules.in_unit(grid.file, [numbers])[0]


def _refuse_uneven_pairs(grid: Grid, pairs: pd.DataFrame, kind: str) -> None:
    """Shares and ratings cannot be added up, and a missing one is not zero."""
    brands, attributes = pairs["brand"].tolist(), pairs["attribute"].tolist()
    twice = np.flatnonzero(pairs.duplicated())
    if len(twice):
        row = int(twice[0])
        raise SchemaError(
            f"{kind} must have one row for each brand and attribute",
            file=grid.file,
            place=grid.places[row],
            way_out="Keep one of the rows.",
            found=Words(f"{brands[row]} × {attributes[row]} again"),
        )
    there = set(zip(brands, attributes, strict=True))
    possible = product(dict.fromkeys(brands), dict.fromkeys(attributes))
    missing = [pair for pair in possible if pair not in there]
    if missing:
        lonely, absent = missing[0]
        raise SchemaError(
            f"{kind} must be given for every brand and attribute",
            file=grid.file,
            found=Words(f"no row for {lonely} × {absent} ({len(missing)} such pairs)"),
            way_out="Add the rows, or take brands or attributes out of the file.",
        )


def refuse_total_names(
    file: Path, axis: str, labels: Iterable[Any], *, named: Sequence[str]
) -> None:
    """Refuse a row or column whose name says that it is a total, a mean or a base.

    Parameters
    ----------
    file : Path
    axis : "row" | "column"
    labels : iterable of str
    named : sequence of str
        Labels the study names itself: these are what it says they are.

    Examples
    --------
    >>> labels = ["Civic", "合計"]
    >>> refuse_total_names(Path("a.csv"), "row", labels, named=())  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    brandkit.core.errors.SchemaError: a.csv, row '合計': totals, means and bases must not ...
    """
    for label in map(str, labels):
        if label not in named and is_total_name(label):
            raise _refusal(file, axis, label, "its name")


def refuse_sums(
    file: Path, counts: pd.DataFrame, *, named_rows: Sequence[str], named_columns: Sequence[str]
) -> None:
    """Refuse a row or column of counts that is the sum of all the others.

    Parameters
    ----------
    file : Path
    counts : DataFrame, brands × attributes
    named_rows, named_columns : sequence of str
        Labels the study names itself.

    Examples
    --------
    >>> table = pd.DataFrame({"a": [1, 5, 2, 8], "b": [4, 1, 3, 8], "c": [2, 2, 7, 11]},
    ...     index=["Civic", "Kestrel", "Juniper", "Everybody"])
    >>> refuse_sums(Path("image.csv"), table, named_rows=(), named_columns=())  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    brandkit.core.errors.SchemaError: image.csv, row 'Everybody': totals, means and bases must ...
    """
    for axis, table, wanted in (("row", counts, named_rows), ("column", counts.T, named_columns)):
        if len(table.columns) < 2:
            continue
        sums = sums_of_others(table.to_numpy(dtype=float))
        for label in map(str, table.index[sums]):
            if label not in wanted:
                raise _refusal(file, axis, label, "the sum of all the others")


def _refusal(file: Path, axis: str, label: str, reason: str) -> SchemaError:
    key = "brands" if axis == "row" else "attributes"
    return SchemaError(
        f"totals, means and bases must not stand among the {key}; this {axis} looks like one "
        f"by {reason}",
        file=file,
        place=f"{axis} {label!r}",
        way_out=f'Delete it or set leave_out = ["{label}"]. If it is real, list it in `{key}`.',
    )


@dataclass(frozen=True, eq=False)
class BrandTable:
    """Brands by attributes.

    Parameters
    ----------
    values : DataFrame, brands × attributes
        Index name ``"brand"``, columns name ``"attribute"``. Counts and shares are >= 0, shares
        run from 0 to 1, nothing is missing. Supplementary rows and columns are among them.
    kind : "counts" | "shares" | "ratings"
    supplementary_brands, supplementary_attributes : tuple of str
        Labels that are placed on maps without shaping them.
    notes : tuple of Message
        What was taken for granted in reading the file.
    """

    values: pd.DataFrame
    kind: TableKind
    supplementary_brands: tuple[str, ...] = ()
    supplementary_attributes: tuple[str, ...] = ()
    notes: tuple[Message, ...] = ()

    @property
    def brands(self) -> list[str]:
        """The labels of all rows."""
        return [str(label) for label in self.values.index]

    @property
    def attributes(self) -> list[str]:
        """The labels of all columns."""
        return [str(label) for label in self.values.columns]


def read_brand_table(
    path: str | Path,
    *,
    brand: str | None = None,
    attribute: str | None = None,
    amount: str | None = None,
    kind: TableKind = "counts",
    unit: Unit | None = None,
    brands: Sequence[str] = (),
    attributes: Sequence[str] = (),
    supplementary_brands: Sequence[str] = (),
    supplementary_attributes: Sequence[str] = (),
    leave_out: Sequence[str] = (),
    sheet: str | None = None,
    encoding: str | None = None,
    decimal: DecimalMark | None = None,
    header_row: int | None = None,
    transposed: bool = False,
    wave: str | int | None = None,
) -> BrandTable:
    r"""Read a table of brands by attributes.

    Parameters
    ----------
    path : str or Path
        A ``.csv``, ``.tsv``, ``.txt``, ``.xlsx`` or ``.parquet`` file.
    brand : str, optional
        Column of the brands. Wide tables: the first column with text where not given.
    attribute : str, optional
        Column of the attributes. Given, the table is long; otherwise it is wide.
    amount : str, optional
        Column of the amounts of a long table. Not given, each row is one mention and is counted.
    kind : "counts" | "shares" | "ratings"
        Counts: mentions, complaints, answers. Shares: parts of a base, such as the share of
        customers who say so. Ratings: means on a scale.
    unit : "share" | "percent", optional
        How shares are written where cells carry no percent sign: 0.12 or 12.
    brands, attributes : sequence of str
        Keep only these, in this order.
    supplementary_brands, supplementary_attributes : sequence of str
        Keep these too, without letting them shape a map.
    leave_out : sequence of str
        Rows or columns to drop, such as ``"NET"``.
    sheet : str, optional
        The sheet of a workbook.
    encoding : str, optional
        Of a text file that is not UTF-8, e.g. ``"big5"``.
    decimal : "." or ",", optional
        What begins the decimals, where the table itself leaves it open.
    header_row : int, optional
        Which row is the heading, from 1; found under lines of title where not given.
    transposed : bool
        Whether the brands are the columns of the file.
    wave : str or int, optional
        Of a table whose second heading parts attributes into waves: the one to read.

    Returns
    -------
    BrandTable
        Wide tables keep their order; long tables are ordered by total, largest first.

    Raises
    ------
    SchemaError
        File and place, the rule, what was found, the way out.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> file = Path(mkdtemp()) / "image.csv"
    >>> text = "bank;modern;fair\nCivic;12%;40%\nKestrel;55,5%;8%\n"
    >>> _ = file.write_text(text, encoding="utf-8")
    >>> read_brand_table(file, kind="shares").values
    attribute  modern  fair
    brand
    Civic       0.120  0.40
    Kestrel     0.555  0.08
    """
    check_option("kind", kind, KINDS)
    if unit is not None:
        check_option("unit", unit, UNITS)
    if decimal is not None:
        check_option("decimal", decimal, (".", ","))
    left_out = tuple(leave_out)
    rows = Chosen("brands", tuple(brands), tuple(supplementary_brands), left_out)
    columns = Chosen("attributes", tuple(attributes), tuple(supplementary_attributes), left_out)
    rules = CellRules(kind, unit, decimal)

    grid = read_grid(Path(path), sheet=sheet, encoding=encoding, header_row=header_row)
    grid, notes = without_letters(grid), grid.notes
    if wave is not None:
        grid = _one_wave(grid, str(wave))
    if transposed:
        grid = _turned(grid)
    if attribute is None:
        values, taken = wide_table(grid, brand=brand, rows=rows, columns=columns, rules=rules)
        notes += taken
    else:
        table = long_table(grid, brand=brand, attribute=attribute, amount=amount, rules=rules)
        kept = rows.of(list(table.index), grid.file), columns.of(list(table.columns), grid.file)
        values = table.loc[kept]

    _check_totals(grid.file, values, rows=rows, columns=columns, kind=kind)
    _check_values(grid.file, values, rules)
    labelled = values.rename_axis(index="brand", columns="attribute")
    return BrandTable(labelled, kind, rows.supplementary, columns.supplementary, notes)


def _one_wave(grid: Grid, wave: str) -> Grid:
    """Keep the columns of one wave; each belongs to the attribute over it or before it."""
    below = [label_text(cell) for cell in grid.rows[0]]
    if wave not in below:
        known = shown([text for text in dict.fromkeys(below) if text])
        raise SchemaError(
            "must be a wave of the table's second heading",
            file=grid.file,
            place="`wave`",
            found=wave,
            way_out=f"It has {known}.",
        )
    heads: list[str] = []
    for head in grid.header:
        heads.append(head or heads[-1])
    kept = [0, *(at for at, text in enumerate(below) if text == wave)]
    return replace(
        grid,
        header=tuple(heads[at] for at in kept),
        places=grid.places[1:],
        rows=tuple(tuple(row[at] for at in kept) for row in grid.rows[1:]),
    )


def without_letters(grid: Grid) -> Grid:
    """Leave out the row of letters by which marks of significance name columns: A, B, C."""
    kept = [
        at
        for at, row in enumerate(grid.rows)
        if label_text(row[0])
        or not all(re.fullmatch(r"[(（]?[A-Za-z]{0,2}[)）]?", label_text(cell)) for cell in row)
    ]
    return replace(
        grid, rows=tuple(grid.rows[at] for at in kept), places=tuple(grid.places[at] for at in kept)
    )


def _turned(grid: Grid) -> Grid:
    """Make rows of columns."""
    heads = [grid.header[0] or "brand", *(label_text(row[0]) for row in grid.rows)]
    rows = [
        (name, *(row[at] for row in grid.rows))
        for at, name in enumerate(grid.header)
        if at and name
    ]
    places = tuple(f"column {name!r}" for name in grid.header[1:] if name)
    return replace(grid, header=tuple(heads), rows=tuple(rows), places=places)


_BELOW = re.compile(r"\s*[<＜]\s*(\d+(?:[.,]\d+)?)\s*(%?)\s*")
_LETTERED = re.compile(r"\s*(-?[\d.,]+\s*%?)\s*(?:[A-Z]{1,6}|[a-z]{1,3}|[*↑↓+]{1,3})\s*")


def _unlettered(cell: Cell) -> Cell:
    """Take marks of significance off a number: "69% AB"; "<1%" is half of its bound."""
    if not isinstance(cell, str):
        return cell
    if below := _BELOW.fullmatch(cell):
        return f"{float(below[1].replace(',', '.')) / 2:g}{below[2]}"
    said = _LETTERED.fullmatch(cell)
    return said[1] if said else cell


def _check_totals(
    file: Path, values: pd.DataFrame, *, rows: Chosen, columns: Chosen, kind: TableKind
) -> None:
    refuse_total_names(file, "row", values.index, named=rows.named)
    refuse_total_names(file, "column", values.columns, named=columns.named)
    if kind == "counts":
        active = values.drop(index=list(rows.supplementary), columns=list(columns.supplementary))
        refuse_sums(file, active, named_rows=rows.named, named_columns=columns.named)


def _check_values(file: Path, values: pd.DataFrame, rules: CellRules) -> None:
    if len(values.index) < 2 or len(values.columns) < 2:
        raise SchemaError(
            "a table needs at least 2 brands and 2 attributes",
            file=file,
            found=Words(f"{len(values.index)} × {len(values.columns)}"),
            way_out="Add the others.",
        )
    if rules.kind == "ratings":
        return
    largest = float(values.to_numpy().max())
    if rules.kind == "shares" and largest > 1:
        way_out = 'If they are percentages, say unit = "percent".'
        raise SchemaError(
            "shares must lie between 0 and 1",
            file=file,
            found=largest,
            way_out=way_out if rules.unit is None else "Correct them.",
        )
    for axis, sums in (("row", values.sum(axis=1)), ("column", values.sum(axis=0))):
        zero = [str(label) for label in sums.index[sums == 0]]
        if zero:
            more = f" and {len(zero) - 5} more" if len(zero) > 5 else ""
            listed = ", ".join(f'"{label}"' for label in zero[:5])
            raise SchemaError(
                f"every {axis} must hold something other than zeros",
                file=file,
                place=f"{axis} {zero[0]!r}",
                found=Words(f"only zeros in {shown(zero)}"),
                way_out=f"Drop it: leave_out = [{listed}]{more}.",
            )
    if (values > 0).sum(axis=0).max() < 2:
        raise SchemaError(
            "attributes must be shared by brands, or nothing can be compared",
            file=file,
            found=Words("each attribute with one brand alone"),
            way_out="Check that `brand` and `attribute` name the right columns.",
        )
    if rules.kind == "counts" and largest < 1:
        raise SchemaError(
            "counts must be numbers of answers or mentions",
            file=file,
            found=Words(f"nothing above {largest:g}"),
            way_out='If these are shares, say kind = "shares".',
        )
