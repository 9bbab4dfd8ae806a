"""The rules that cells and labels of a brand table must keep, each refused with its place."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from brandkit.core.errors import SchemaError, Words
from brandkit.sources.grid import Grid, is_empty
from brandkit.sources.numerals import DecimalMark, Number, decimal_mark, parsed_number

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
                "numbers must show which mark begins the decimals", file=grid.file,
                found=telling, way_out='Say decimal = "." or decimal = ",".',
            )  # fmt: skip
        return mark

    def number(self, grid: Grid, place: str, cell: Any, *, mark: DecimalMark) -> Number:
        """Read one cell, or refuse it."""
        number = parsed_number(cell, mark=mark)
        floor = "" if self.kind == "ratings" else " >= 0"
        if number is None:
            raise SchemaError(
                f"{self.kind} must be numbers{floor}", file=grid.file, place=place,
                found=Words("an empty cell") if is_empty(cell) else str(cell).strip(),
                way_out="Write the number, or drop the row or column with `leave_out`.",
            )  # fmt: skip
        if number.value < 0 and self.kind != "ratings":
            raise SchemaError(
                f"{self.kind} must be numbers >= 0", file=grid.file, place=place,
                found=str(cell).strip(),
                way_out='Correct it; means on a scale need kind = "ratings".',
            )  # fmt: skip
        return number

    def in_unit(self, file: Path, numbers: Sequence[Sequence[Number]]) -> NDArray[np.float64]:
        """Give the numbers as an array, shares from 0 to 1."""
        signs = {number.percent for row in numbers for number in row if number.value != 0}
        if True in signs and self.kind != "shares":
            raise SchemaError(
                f"{self.kind} must be plain numbers", file=file, found=Words("percent signs"),
                way_out='Percentages need kind = "shares".',
            )  # fmt: skip
        if len(signs) > 1:
            raise SchemaError(
                "all cells or none must carry a percent sign", file=file, found=Words("both"),
                way_out="Write them one way.",
            )  # fmt: skip
        values = np.array([[number.value for number in row] for row in numbers], dtype=float)
        is_percent = self.kind == "shares" and self.unit == "percent" and True not in signs
        return values / 100 if is_percent else values


def refuse_too_large(file: Path, n_brands: int, n_attributes: int) -> None:
    """Refuse a table larger than any of brands by attributes."""
    if n_brands > MOST_BRANDS or n_attributes > MOST_ATTRIBUTES:
        raise SchemaError(
            f"a table may have at most {MOST_BRANDS:,} brands and {MOST_ATTRIBUTES:,} attributes",
            file=file, found=Words(f"{n_brands:,} × {n_attributes:,}"),
            way_out="Check that `brand` and `attribute` name the right columns, or choose some "
            "with `brands` and `attributes`.",
        )  # fmt: skip


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
                f"every {what} must stand once, written one way", file=file,
                place=f"{what} {label!r}", found=how,
                way_out="Add them up or name them apart in the file.",
            )  # fmt: skip
