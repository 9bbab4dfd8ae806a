"""League tables: a score a brand, as somebody published it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import pandas as pd

from brandkit.core.errors import SchemaError, shown
from brandkit.core.labels import is_total_name
from brandkit.core.message import Message
from brandkit.sources.tables.cells import Grid, label_text, read_grid
from brandkit.sources.tables.numerals import decimal_mark, parsed_number

LeagueUnit = Literal["percent", "index", "nps", "per_million"]
#: Between what scores of a unit lie.
UNITS: dict[LeagueUnit, tuple[float, float]] = {
    "percent": (0, 100), "nps": (-100, 100), "index": (0, 1000), "per_million": (0, 1e6),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class League:
    """A published ranking.

    Parameters
    ----------
    scores : DataFrame
        One row a brand: ``brand score n``; ``n`` is missing where no base was published.
    unit : "percent" | "index" | "nps" | "per_million"
    title, measure, published : str
        Empty where not told.
    step : float, optional
        What scores are rounded to.
    deff : float
        Design effect of its sample.
    file : str
    notes : tuple of Message
        How the file was read.
    """

    scores: pd.DataFrame
    unit: LeagueUnit
    title: str
    measure: str
    published: str
    step: float | None
    deff: float
    file: str
    notes: tuple[Message, ...] = ()


def read_league(
    path: str | Path,
    *,
    brand: str,
    score: str,
    n: str | int | None = None,
    unit: LeagueUnit = "percent",
    published: str | date | None = None,
    measure: str | None = None,
    step: float | None = None,
    deff: float = 1.0,
    title: str | None = None,
    aliases: Mapping[str, str] | None = None,
    sheet: str | None = None,
    encoding: str | None = None,
) -> League:
    r"""Read a league table: a row a brand.

    Parameters
    ----------
    path : path
    brand, score : str
        Columns.
    n : str or int, optional
        The column of the bases, or one base for all brands.
    unit : "percent" | "index" | "nps" | "per_million"
    published, measure, title : optional
        What the publisher says.
    step, deff : float
    aliases : mapping, optional
        Brand as published to brand.
    sheet, encoding : str, optional

    Returns
    -------
    League

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> file = Path(mkdtemp()) / "scores.csv"
    >>> _ = file.write_text("Rank,Bank,Score\n1,Civic,83%\n2,Nova,79%\n", encoding="utf-8")
    >>> read_league(file, brand="Bank", score="Score", n=900).scores.to_dict("list")
    {'brand': ['Civic', 'Nova'], 'score': [83.0, 79.0], 'n': [900.0, 900.0]}
    """
    grid = read_grid(Path(path), sheet=sheet, encoding=encoding)
    at = grid.column(brand, asked_by="`brand`")
    kept = [row for row, cells in enumerate(grid.rows) if not is_total_name(label_text(cells[at]))]
    brands = [label_text(grid.rows[row][at]) for row in kept]
    brands = [(aliases or {}).get(one, one) for one in brands]
    twice = [one for one in dict.fromkeys(brands) if brands.count(one) > 1 or not one]
    if twice:
        raise SchemaError(
            "every brand must stand in a league table once",
            file=path,
            found=twice,
            way_out="Delete the other rows, or name them apart.",
        )
    scores = numbers_of(grid, score, kept)
    bases = numbers_of(grid, n, kept) if isinstance(n, str) else [float(n or "nan")] * len(kept)
    low, high = UNITS[unit]
    outside = [one for one in scores if not low <= one <= high]
    if outside:
        raise SchemaError(
            f"scores in {unit} lie between {low:,} and {high:,.0f}",
            file=path,
            found=outside,
            place=f"column {shown(score)}",
            way_out="Say another `unit`, or correct them.",
        )
    frame = pd.DataFrame({"brand": pd.array(brands, dtype="str"), "score": scores, "n": bases})
    said = published.isoformat() if isinstance(published, date) else published or ""
    return League(
        frame, unit, title or "", measure or "", said, step, deff, Path(path).name, grid.notes
    )


def numbers_of(grid: Grid, name: str, kept: list[int]) -> list[float]:
    """Read the numbers of a column, in some rows; a percentage as it is printed."""
    at = grid.column(name, asked_by=f"`{name}`")
    cells = [grid.rows[row][at] for row in kept]
    mark = decimal_mark([c for c in cells if isinstance(c, str)], delimiter=grid.delimiter) or "."
    read = []
    for row, cell in zip(kept, cells, strict=True):
        number = parsed_number(cell, mark=mark)
        if number is None:
            raise SchemaError(
                "scores, their errors and bases must be numbers",
                file=grid.file,
                place=f"{grid.places[row]}, column {shown(name)}",
                found=str(cell),
                way_out="Fill it in or correct it, or delete the row.",
            )
        read.append(number.value * 100 if number.percent else number.value)
    return read
