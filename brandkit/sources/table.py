"""Tables of brands by attributes: counts, shares or ratings, in any of the usual files.

Wide: one row a brand, one column an attribute. Long: one row a pair with its amount, or one row a
mention, which is then counted. What is wrong in the file is refused with its place; what was taken
for granted is said in ``notes``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from brandkit.core.errors import SchemaError, Words, check_option, shown
from brandkit.core.message import Message
from brandkit.sources.grid import read_grid
from brandkit.sources.numerals import DecimalMark
from brandkit.sources.table_cells import KINDS, UNITS, CellRules, TableKind, Unit
from brandkit.sources.table_forms import Chosen, long_table, wide_table
from brandkit.sources.totals import refuse_sums, refuse_total_names


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
    header_row: int = 1,
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
    notes = grid.notes
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
            "a table needs at least 2 brands and 2 attributes", file=file,
            found=Words(f"{len(values.index)} × {len(values.columns)}"), way_out="Add the others.",
        )  # fmt: skip
    if rules.kind == "ratings":
        return
    largest = float(values.to_numpy().max())
    if rules.kind == "shares" and largest > 1:
        way_out = 'If they are percentages, say unit = "percent".'
        raise SchemaError(
            "shares must lie between 0 and 1", file=file, found=largest,
            way_out=way_out if rules.unit is None else "Correct them.",
        )  # fmt: skip
    for axis, sums in (("row", values.sum(axis=1)), ("column", values.sum(axis=0))):
        zero = [str(label) for label in sums.index[sums == 0]]
        if zero:
            more = f" and {len(zero) - 5} more" if len(zero) > 5 else ""
            listed = ", ".join(f'"{label}"' for label in zero[:5])
            raise SchemaError(
                f"every {axis} must hold something other than zeros", file=file,
                place=f"{axis} {zero[0]!r}", found=Words(f"only zeros in {shown(zero)}"),
                way_out=f"Drop it: leave_out = [{listed}]{more}.",
            )  # fmt: skip
    if rules.kind == "counts" and largest < 1:
        raise SchemaError(
            "counts must be numbers of answers or mentions", file=file,
            found=Words(f"nothing above {largest:g}"),
            way_out='If these are shares, say kind = "shares".',
        )  # fmt: skip
