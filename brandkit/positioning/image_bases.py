"""Which brands and attributes have answers enough: empty ones left out, small bases named."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from brandkit.core.errors import NotEnoughDataError
from brandkit.core.message import Message
from brandkit.positioning.image_answers import SMALL_BASE, SUPPRESSED_BASE, ImageTables

MOST_NAMED = 4
"""Names that a sentence tells."""


def without_empty(tables: ImageTables) -> tuple[ImageTables, tuple[Message, ...]]:
    """Leave out brands and attributes that nobody ticked, and say so."""
    columns: NDArray[np.bool_] = tables.table.sum(axis=0) > 0
    rows: NDArray[np.bool_] = tables.table.sum(axis=1) > 0
    if rows.sum() < 2 or columns.sum() < 2:
        raise NotEnoughDataError(
            "`data` must have ticks for at least 2 brands and 2 attributes; found "
            f"{int(rows.sum())} and {int(columns.sum())}. Check the columns and their codes."
        )
    names = [_name(cell) for cell, keep in zip(tables.cells, rows, strict=True) if not keep]
    names += [name for name, keep in zip(tables.attributes, columns, strict=True) if not keep]
    if not names:
        return tables, ()
    said = Message("Nobody ticked {names}; left out.", {"names": some_names(names)})
    return tables.kept(rows, columns), (said,)


def small_bases(tables: ImageTables) -> tuple[Message, ...]:
    """Name the cells with few persons, and those with too few for a region."""
    notes = []
    few = [_name(cell) for cell, n in zip(tables.cells, tables.n, strict=True)
           if SUPPRESSED_BASE <= n < SMALL_BASE]  # fmt: skip
    hidden = [_name(cell) for cell, n in zip(tables.cells, tables.n, strict=True)
              if n < SUPPRESSED_BASE]  # fmt: skip
    if few:
        said = "Fewer than {limit:count} persons rated {names}; read with care."
        notes.append(Message(said, {"limit": SMALL_BASE, "names": some_names(few)}))
    if hidden:
        told = "Fewer than {limit:count} persons rated {names}; no region is given."
        notes.append(Message(told, {"limit": SUPPRESSED_BASE, "names": some_names(hidden)}))
    return tuple(notes)


def some_names(names: Sequence[str], *, most: int = MOST_NAMED) -> list[str | Message]:
    """Give the first names, and how many more there are."""
    rest = len(names) - most
    more = [Message("{n:count} more", {"n": rest})] if rest > 0 else []
    return [*names[:most], *more]


def _name(cell: tuple[str, str | None]) -> str:
    return cell[0] if cell[1] is None else f"{cell[0]} · {cell[1]}"
