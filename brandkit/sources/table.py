"""Tables of brands by attributes: counts, shares or ratings, in any of the usual files.

Wide: one row a brand, one column an attribute. Long: one row a pair with its amount, or one row a
mention, which is then counted. What is wrong in the file is refused with its place; what was taken
for granted is said in ``notes``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from brandkit.core.checks import check_option
from brandkit.core.errors import SchemaError, did_you_mean, shown
from brandkit.core.message import Message
from brandkit.sources.grid import Grid, is_empty, label_text, read_grid
from brandkit.sources.numerals import DecimalMark, Number, decimal_mark, parsed_number
from brandkit.sources.totals import refuse_sums, refuse_total_names

TableKind = Literal["counts", "shares", "ratings"]
KINDS: tuple[TableKind, ...] = ("counts", "shares", "ratings")
UNITS = ("share", "percent")
MOST_BRANDS = 5_000
MOST_ATTRIBUTES = 1_000


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


@dataclass(frozen=True)
class _Chosen:
    """Which rows or columns a study asks for."""

    name: str
    subset: tuple[str, ...]
    supplementary: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def named(self) -> tuple[str, ...]:
        return (*self.subset, *self.supplementary)

    def of(self, labels: Sequence[str], file: Path) -> list[str]:
        """Give the labels to keep, in the order asked for, or in the table's where not asked."""
        for key, asked in ((self.name, self.subset), ("supplementary_" + self.name, self.supplementary)):
            missing = [label for label in asked if label not in labels]
            if missing:
                raise SchemaError(
                    f"must name {self.name} of the table; it has {shown(labels, most=8)}",
                    file=file, place=f"`{key}`", found=missing,
                    way_out=did_you_mean(missing[0], labels).strip() or "Write them as the file does.",
                )  # fmt: skip
        kept = dict.fromkeys(self.named) if self.subset else dict.fromkeys(labels)
        return [label for label in kept if label not in self.left_out or label in self.named]


@dataclass(frozen=True)
class _Block:
    """Cells brands × attributes with the place of each row, before they are numbers."""

    brands: list[str]
    attributes: list[str]
    cells: list[list[Any]]
    places: list[str]


def read_brand_table(
    path: str | Path,
    *,
    brand: str | None = None,
    attribute: str | None = None,
    amount: str | None = None,
    kind: TableKind = "counts",
    unit: Literal["share", "percent"] | None = None,
    brands: Sequence[str] = (),
    attributes: Sequence[str] = (),
    supplementary_brands: Sequence[str] = (),
    supplementary_attributes: Sequence[str] = (),
    leave_out: Sequence[str] = (),
    sheet: str | None = None,
    encoding: str | None = None,
    decimal: DecimalMark | None = None,
    header_row: int = 1,
) -> BrandTable:
    """Read a table of brands by attributes.

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
    header_row : int
        Which row is the heading, from 1.

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
    >>> _ = file.write_text("bank;modern;fair\\nCivic;12%;40%\\nKestrel;55,5%;8%\\n", encoding="utf-8")
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
    rows = _Chosen("brands", tuple(brands), tuple(supplementary_brands), left_out)
    columns = _Chosen("attributes", tuple(attributes), tuple(supplementary_attributes), left_out)

    grid = read_grid(Path(path), sheet=sheet, encoding=encoding, header_row=header_row)
    if attribute is None:
        block = _wide_block(grid, brand=brand, rows=rows, columns=columns)
        values, notes = _wide_values(grid, block, kind=kind, unit=unit, decimal=decimal)
    else:
        values = _long_values(
            grid, brand=brand, attribute=attribute, amount=amount, kind=kind, unit=unit,
            decimal=decimal,
        ).pipe(_selected, rows=rows, columns=columns, file=grid.file)  # fmt: skip
        notes = ()

    refuse_total_names(grid.file, "row", values.index, named=rows.named)
    refuse_total_names(grid.file, "column", values.columns, named=columns.named)
    _check_values(grid.file, values, kind=kind, unit=unit)
    if kind == "counts":
        active = values.drop(index=list(rows.supplementary), columns=list(columns.supplementary))
        refuse_sums(grid.file, active, named_rows=rows.named, named_columns=columns.named)
    return BrandTable(
        values, kind, rows.supplementary, columns.supplementary, (*grid.notes, *notes)
    )


# ---------------------------------------------------------------- wide tables


def _wide_block(grid: Grid, *, brand: str | None, rows: _Chosen, columns: _Chosen) -> _Block:
    at = grid.column(brand, asked_by="`brand`") if brand else _label_column(grid)
    body = [label_text(row[at]) for row in grid.rows]
    for label, place in zip(body, grid.places, strict=True):
        if not label:
            raise SchemaError(
                "every row must name its brand", file=grid.file,
                place=f"{place}, column {grid.header[at]!r}", found="an empty cell",
                way_out="Fill it, or delete the row.",
            )  # fmt: skip
    _refuse_repeats(grid.file, "brand", body)
    start = at + 1 if brand is None else 0
    others = {name: i for i, name in enumerate(grid.header) if i >= start and i != at and name}
    heads = [grid.header[i] for i in range(start, len(grid.header)) if i != at and grid.header[i]]
    _refuse_repeats(grid.file, "attribute", heads)
    _refuse_unnamed(grid, start, at)
    if not others:
        raise SchemaError(
            "a wide table needs a column of brands and columns of attributes", file=grid.file,
            found=list(grid.header),
            way_out="Long tables need `attribute`; check the delimiter too.",
        )  # fmt: skip
    keep_rows, keep_columns = rows.of(body, grid.file), columns.of(list(others), grid.file)
    _refuse_too_large(grid.file, len(keep_rows), len(keep_columns))
    where = {label: i for i, label in enumerate(body)}
    cells = [[grid.rows[where[b]][others[a]] for a in keep_columns] for b in keep_rows]
    return _Block(keep_rows, keep_columns, cells, [grid.places[where[b]] for b in keep_rows])


def _label_column(grid: Grid) -> int:
    """Find the column of the brands: the first, unless that is an unnamed row number."""
    if len(grid.header) > 2 and not grid.header[0]:
        numbers = [parsed_number(row[0]) for row in grid.rows]
        counted = [number.value for number in numbers if number is not None]
        is_index = len(counted) == len(numbers) and all(b - a == 1 for a, b in pairwise(counted))
        if is_index and all(parsed_number(row[1]) is None for row in grid.rows):
            return 1
    return 0


def _refuse_unnamed(grid: Grid, start: int, at: int) -> None:
    for i in range(start, len(grid.header)):
        if i != at and not grid.header[i]:
            raise SchemaError(
                "every column needs a name", file=grid.file, place=f"column {i + 1}",
                found="an empty heading",
                way_out="Name it, delete it, or set `header_row` if the heading stands further down.",
            )  # fmt: skip


def _wide_values(
    grid: Grid, block: _Block, *, kind: TableKind, unit: str | None, decimal: DecimalMark | None
) -> tuple[pd.DataFrame, tuple[Message, ...]]:
    mark = _mark(grid, [cell for row in block.cells for cell in row], decimal)
    numbers, empty = [], 0
    for place, row in zip(block.places, block.cells, strict=True):
        found = []
        for name, cell in zip(block.attributes, row, strict=True):
            if is_empty(cell) and kind == "counts":
                empty += 1
                found.append(Number(0.0))
                continue
            found.append(_number(grid.file, f"{place}, column {name!r}", cell, kind, mark))
        numbers.append(found)
    values = _in_unit(grid.file, numbers, kind=kind, unit=unit)
    frame = pd.DataFrame(
        values,
        index=pd.Index(block.brands, name="brand"),
        columns=pd.Index(block.attributes, name="attribute"),
    )
    if not empty:
        return frame, ()
    said = "{n:count} empty {n:cell|cells} of {file} {n:was|were} read as 0."
    return frame, (Message(said, {"n": empty, "file": grid.file.name}),)


# ---------------------------------------------------------------- long tables


def _long_values(
    grid: Grid,
    *,
    brand: str | None,
    attribute: str,
    amount: str | None,
    kind: TableKind,
    unit: str | None,
    decimal: DecimalMark | None,
) -> pd.DataFrame:
    if brand is None:
        raise SchemaError(
            "a long table needs the column of its brands", file=grid.file, place="`brand`",
            found=[name for name in grid.header if name], way_out="Name it with `brand`.",
        )  # fmt: skip
    if amount is None and kind != "counts":
        raise SchemaError(
            f"a long table of {kind} needs the column of its amounts", file=grid.file,
            place="`amount`", way_out='Name it with `amount`, or set kind = "counts".',
        )  # fmt: skip
    labels = {}
    for what, name in (("brand", brand), ("attribute", attribute)):
        at = grid.column(name, asked_by=f"`{what}`")
        labels[what] = [label_text(row[at]) for row in grid.rows]
        if "" in labels[what]:
            raise SchemaError(
                f"every row must name its {what}", file=grid.file,
                place=f"{grid.places[labels[what].index('')]}, column {name!r}",
                found="an empty cell", way_out="Fill it, or delete the row.",
            )  # fmt: skip
        _refuse_repeats(grid.file, what, dict.fromkeys(labels[what]))
    frame = pd.DataFrame(labels)
    _refuse_too_large(grid.file, frame["brand"].nunique(), frame["attribute"].nunique())
    frame["amount"] = 1.0
    if amount is not None:
        frame["amount"] = _long_amounts(grid, amount, kind=kind, unit=unit, decimal=decimal)
    if kind != "counts":
        _refuse_uneven_pairs(grid, frame, kind)
    table = frame.groupby(["brand", "attribute"], sort=False)["amount"].sum().unstack(fill_value=0.0)
    order = table.sum(axis=1).sort_values(ascending=False, kind="stable").index
    heads = table.sum(axis=0).sort_values(ascending=False, kind="stable").index
    return table.loc[order, heads]


def _long_amounts(
    grid: Grid, amount: str, *, kind: TableKind, unit: str | None, decimal: DecimalMark | None
) -> Any:
    at = grid.column(amount, asked_by="`amount`")
    cells = [row[at] for row in grid.rows]
    mark = _mark(grid, cells, decimal)
    numbers = [
        _number(grid.file, f"{place}, column {amount!r}", cell, kind, mark)
        for place, cell in zip(grid.places, cells, strict=True)
    ]
    return _in_unit(grid.file, [numbers], kind=kind, unit=unit)[0]


def _refuse_uneven_pairs(grid: Grid, frame: pd.DataFrame, kind: TableKind) -> None:
    """Shares and ratings cannot be added up, and a missing one is not zero."""
    pairs = frame[["brand", "attribute"]]
    twice = pairs.duplicated()
    if twice.any():
        row = int(np.flatnonzero(twice)[0])
        raise SchemaError(
            f"{kind} must have one row for each brand and attribute", file=grid.file,
            place=grid.places[row], found=f"{pairs.iloc[row, 0]} × {pairs.iloc[row, 1]} again",
            way_out="Keep one of the rows.",
        )  # fmt: skip
    possible = pairs["brand"].nunique() * pairs["attribute"].nunique()
    if len(pairs) < possible:
        there = pd.crosstab(pairs["brand"], pairs["attribute"])
        row, column = (int(at[0]) for at in np.nonzero(there.to_numpy() == 0))
        raise SchemaError(
            f"{kind} must be given for every brand and attribute", file=grid.file,
            found=f"no row for {there.index[row]} × {there.columns[column]}"
            f" ({possible - len(pairs)} pairs are missing)",
            way_out="Add the rows, or choose `brands` and `attributes` that are complete.",
        )  # fmt: skip


def _selected(
    values: pd.DataFrame, *, rows: _Chosen, columns: _Chosen, file: Path
) -> pd.DataFrame:
    kept = values.loc[rows.of(list(values.index), file), columns.of(list(values.columns), file)]
    return kept.rename_axis(index="brand", columns="attribute")


# ---------------------------------------------------------------- cells and rules


def _mark(grid: Grid, cells: Iterable[Any], decimal: DecimalMark | None) -> DecimalMark:
    if decimal is not None:
        return decimal
    texts = [cell for cell in cells if isinstance(cell, str) and cell.strip()]
    mark = decimal_mark(texts, delimiter=grid.delimiter)
    if mark is None:
        telling = [text.strip() for text in dict.fromkeys(texts) if "," in text or "." in text]
        raise SchemaError(
            "numbers must show which mark begins the decimals", file=grid.file,
            found=telling, way_out='Say decimal = "." or decimal = ",".',
        )  # fmt: skip
    return mark


def _number(file: Path, place: str, cell: Any, kind: TableKind, mark: DecimalMark) -> Number:
    number = parsed_number(cell, mark=mark)
    floor = "" if kind == "ratings" else " >= 0"
    if number is None:
        raise SchemaError(
            f"{kind} must be numbers{floor}", file=file, place=place,
            found="an empty cell" if is_empty(cell) else str(cell).strip(),
            way_out="Write the number, or leave the row or column out with `leave_out`.",
        )  # fmt: skip
    if number.value < 0 and kind != "ratings":
        raise SchemaError(
            f"{kind} must be numbers >= 0", file=file, place=place, found=str(cell).strip(),
            way_out='Correct it; means on a scale need kind = "ratings".',
        )  # fmt: skip
    return number


def _in_unit(
    file: Path, numbers: list[list[Number]], *, kind: TableKind, unit: str | None
) -> np.ndarray[Any, np.dtype[np.float64]]:
    signs = {number.percent for row in numbers for number in row if number.value != 0}
    if True in signs and kind != "shares":
        raise SchemaError(
            f"{kind} must be plain numbers", file=file, found="cells with a percent sign",
            way_out='Percentages need kind = "shares".',
        )  # fmt: skip
    if len(signs) > 1:
        raise SchemaError(
            "either all cells or none must carry a percent sign", file=file, found="both",
            way_out="Write them one way.",
        )  # fmt: skip
    values = np.array([[number.value for number in row] for row in numbers], dtype=float)
    return values / 100 if unit == "percent" and kind == "shares" and True not in signs else values


def _check_values(file: Path, values: pd.DataFrame, *, kind: TableKind, unit: str | None) -> None:
    if len(values.index) < 2 or len(values.columns) < 2:
        raise SchemaError(
            "a table needs at least 2 brands and 2 attributes", file=file,
            found=f"{len(values.index)} × {len(values.columns)}", way_out="Add the others.",
        )  # fmt: skip
    if kind == "ratings":
        return
    largest = float(values.to_numpy().max())
    if kind == "shares" and largest > 1:
        raise SchemaError(
            "shares must lie between 0 and 1", file=file, found=largest,
            way_out='If they are percentages, say unit = "percent".' if unit is None else
            "Correct them.",
        )  # fmt: skip
    for axis, labels in (("row", values.sum(axis=1)), ("column", values.sum(axis=0))):
        zero = [str(label) for label in labels.index[labels == 0]]
        if zero:
            raise SchemaError(
                f"every {axis} must hold something other than zeros", file=file,
                place=f"{axis} {zero[0]!r}", found=f"zeros only in {shown(zero)}",
                way_out=f"Leave the {axis} out: leave_out = {_toml_list(zero)}.",
            )  # fmt: skip
    if kind == "counts" and largest < 1:
        raise SchemaError(
            "counts must be numbers of answers or mentions", file=file,
            found=f"nothing above {largest:g}", way_out='If these are shares, say kind = "shares".',
        )  # fmt: skip


def _toml_list(labels: Sequence[str]) -> str:
    return "[" + ", ".join(f'"{label}"' for label in labels[:5]) + ("]" if len(labels) < 6 else ", …]")


def _refuse_too_large(file: Path, n_brands: int, n_attributes: int) -> None:
    if n_brands > MOST_BRANDS or n_attributes > MOST_ATTRIBUTES:
        raise SchemaError(
            f"a table may have at most {MOST_BRANDS:,} brands and {MOST_ATTRIBUTES:,} attributes",
            file=file, found=f"{n_brands:,} × {n_attributes:,}",
            way_out="Check that `brand` and `attribute` name the right columns, or choose some "
            "with `brands` and `attributes`.",
        )  # fmt: skip


def _refuse_repeats(file: Path, what: str, labels: Iterable[str]) -> None:
    """Refuse labels that stand twice, and labels that differ only in case or width."""
    seen: dict[str, str] = {}
    for label in labels:
        folded = unicodedata.normalize("NFKC", label).casefold()
        first = seen.get(folded)
        seen[folded] = label
        if first is not None:
            how = "twice" if first == label else f"as {first!r} and as {label!r}"
            raise SchemaError(
                f"every {what} must stand once, written one way", file=file,
                place=f"{what} {label!r}", found=f"it stands {how}",
                way_out="Add them up or name them apart in the file.",
            )  # fmt: skip
