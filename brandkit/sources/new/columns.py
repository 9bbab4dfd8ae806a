"""What the columns of a table look like, and which roles their headings suggest."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from brandkit.sources.catalog.table import says_yes_or_no
from brandkit.sources.survey.words import names_of, words_of
from brandkit.sources.tables.cells import Grid, is_empty
from brandkit.sources.tables.numerals import decimal_mark, parsed_number, says_none

Section = Literal[
    "names",
    "codebook",
    "brand_table",
    "catalog",
    "survey",
    "branches",
    "league_tables",
    "scorecard",
    "register",
    "crosswalk",
]

#: Headings by the role they play; a heading matches when it is the word, or ends or begins with it.
ROLES = {role: words_of("roles", role) for role in names_of("roles")}
#: Facets of a catalogue by words their headings hold.
FACETS = {facet: words_of("facets", facet) for facet in names_of("facets")}


class Unreadable(str):
    """Why a file cannot be read, as against: read, and there is no telling what it is."""

    __slots__ = ()


#: Columns of more different texts are not kept word by word.
FEW = 60


@dataclass(frozen=True)
class Column:
    """What the cells of a column look like.

    Parameters
    ----------
    name : str
    n : int
        Cells that are filled.
    n_distinct : int
    numbers : tuple of float
        The distinct numbers, sorted; empty where less than nine tenths of the cells are numbers.
    percent : bool
        Whether cells carry a percent sign.
    yes_no : bool
        Whether cells say yes or no, and nothing else.
    label : str
        What the file calls the column beside its name.
    texts : tuple of str
        The distinct texts, or the labels of the codes, where there are few.
    is_scale : bool, optional
        Whether the file declares a scale; None where it cannot.
    """

    name: str
    n: int
    n_distinct: int
    numbers: tuple[float, ...] = ()
    percent: bool = False
    yes_no: bool = False
    label: str = ""
    texts: tuple[str, ...] = ()
    is_scale: bool | None = None

    @property
    def is_number(self) -> bool:
        """Whether the column holds numbers."""
        return bool(self.numbers)

    @property
    def is_whole(self) -> bool:
        """Whether all of its numbers are whole."""
        return self.is_number and all(number.is_integer() for number in self.numbers)


class Doubt(NamedTuple):
    """A key that is written commented out, with the reason."""

    key: str
    value: Any
    reason: str


@dataclass(frozen=True)
class Guess:
    """What a file probably is.

    Parameters
    ----------
    section : str
        The section of study.toml it belongs to; ``"codebook"`` and ``"register"`` belong to
        others.
    keys : mapping
        Key of the section to its value.
    reason : str
        One line for the person who reads it.
    question : str
        What that person should look at; empty where nothing is in doubt.
    labels : tuple of str
        Names of brands seen, to find out the language and to propose a focus.
    doubts : tuple of Doubt
    words : tuple of str
        Texts that tell the language where no label does.
    """

    section: Section
    keys: Mapping[str, Any]
    reason: str
    question: str = ""
    labels: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    words: tuple[str, ...] = ()


def profiled(grid: Grid, at: int) -> Column:
    """Look at the cells of a column.

    Parameters
    ----------
    grid : Grid
    at : int
    """
    cells = [row[at] for row in grid.rows if not is_empty(row[at])]
    distinct = dict.fromkeys(one if isinstance(one, Hashable) else str(one) for one in cells)
    texts = [cell for cell in distinct if isinstance(cell, str)]
    mark = decimal_mark(texts, delimiter=grid.delimiter) or "."
    parsed = [parsed_number(cell, mark=mark) for cell in distinct if not says_none(cell)]
    numbers = [number.value for number in parsed if number is not None]
    is_number = bool(numbers) and len(numbers) >= 0.9 * len(parsed)
    return Column(
        grid.header[at],
        len(cells),
        len(distinct),
        tuple(sorted(set(numbers))) if is_number else (),
        any(number.percent for number in parsed if number is not None),
        yes_no=says_yes_or_no(texts) and len(texts) == len(distinct),
        texts=tuple(texts) if not is_number and len(texts) <= FEW else (),
    )


def role_of(columns: Sequence[Column], role: str, *, text: bool | None = None) -> Column | None:
    """Find the column that plays a role, by its heading: the whole word before parts of it.

    Parameters
    ----------
    columns : sequence of Column
    role : str
        A key of ``ROLES``.
    text : bool, optional
        True for columns of text only, False for columns of numbers only.
    """
    fitting = [c for c in columns if c.name and (text is None or c.is_number != text)]
    for word in ROLES[role]:
        for column in fitting:
            if column.name.casefold().strip() == word:
                return column
    for word in ROLES[role]:
        for column in fitting:
            if _begins_or_ends(column.name, word):
                return column
    return None


def _begins_or_ends(heading: str, word: str) -> bool:
    parts = re.split(r"[\s_.\-]+", heading.casefold().strip())
    is_chinese = not word.isascii() and word in heading
    return is_chinese or (len(word) > 2 and word in (parts[0], parts[-1]))
