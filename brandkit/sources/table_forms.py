"""The two forms of a table of brands by attributes: wide and long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brandkit.core.errors import SchemaError, Words, did_you_mean, shown
from brandkit.core.message import Message
from brandkit.sources.grid import Cell, Grid, is_empty, label_text, named
from brandkit.sources.numerals import Number, parsed_number
from brandkit.sources.table_cells import CellRules, refuse_repeats, refuse_too_large


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
                    file=file, place=f"`{key}`", found=missing,
                    way_out=near or "Write them as the file does.",
                )  # fmt: skip
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
    cells = [[grid.rows[where[b]][heads[a]] for a in keep_columns] for b in keep_rows]
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
                "every column needs a name", file=grid.file, place=f"column {position + 1}",
                found=Words("an empty heading"),
                way_out="Name it or delete it; set `header_row` if the heading stands below.",
            )  # fmt: skip
    refuse_repeats(grid.file, "attribute", [grid.header[position] for position in positions])
    if not positions:
        raise SchemaError(
            "a wide table needs a column of brands, then columns of attributes", file=grid.file,
            found=named(grid.header),
            way_out="Put the brands first; long tables need `brand` and `attribute`.",
        )  # fmt: skip
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
            if is_empty(cell) and rules.kind == "counts":  # nobody said so
                empty += 1
                found.append(Number(0.0))
            else:
                found.append(rules.number(grid, f"{place}, column {head!r}", cell, mark=mark))
        numbers.append(found)
    return rules.in_unit(grid.file, numbers), empty


def _refuse_unlabelled(grid: Grid, what: str, at: int, labels: Sequence[str]) -> None:
    if "" in labels:
        raise SchemaError(
            f"every row must name its {what}", file=grid.file,
            place=f"{grid.places[labels.index('')]}, column {grid.header[at]!r}",
            found=Words("an empty cell"), way_out="Fill it, or delete the row.",
        )  # fmt: skip


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
            "a long table needs the column of its brands", file=grid.file, place="`brand`",
            found=named(grid.header), way_out="Name it with `brand`.",
        )  # fmt: skip
    if amount is None and rules.kind != "counts":
        raise SchemaError(
            f"a long table of {rules.kind} needs the column of its amounts", file=grid.file,
            place="`amount`", way_out='Name it with `amount`, or set kind = "counts".',
        )  # fmt: skip
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
            f"{kind} must have one row for each brand and attribute", file=grid.file,
            place=grid.places[row], way_out="Keep one of the rows.",
            found=Words(f"{brands[row]} × {attributes[row]} again"),
        )  # fmt: skip
    there = set(zip(brands, attributes, strict=True))
    possible = product(dict.fromkeys(brands), dict.fromkeys(attributes))
    missing = [pair for pair in possible if pair not in there]
    if missing:
        lonely, absent = missing[0]
        raise SchemaError(
            f"{kind} must be given for every brand and attribute", file=grid.file,
            found=Words(f"no row for {lonely} × {absent} ({len(missing)} such pairs)"),
            way_out="Add the rows, or take brands or attributes out of the file.",
        )  # fmt: skip
