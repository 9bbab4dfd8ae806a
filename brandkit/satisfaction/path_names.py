"""Ready-made path models of customer satisfaction, and what their blocks are called."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from brandkit.core.message import Message

#: What readers call the blocks of the satisfaction indices, by their usual codes.
BLOCK_NAMES: Final[dict[str, Message]] = {
    "IMAG": Message("Brand image"),
    "EXPE": Message("Expectations"),
    "QUAL": Message("Perceived quality"),
    "VAL": Message("Perceived value"),
    "SAT": Message("Customer satisfaction"),
    "COMP": Message("Complaints"),
    "LOY": Message("Loyalty"),
}

#: What readers call blocks and items, where the study says so.
Names = Mapping[str, str | Message]


@dataclass(frozen=True)
class PathTemplate:
    """Blocks and paths of a well-known model.

    Parameters
    ----------
    blocks : tuple of str
        Codes of the blocks.
    paths : tuple of (str, str)
        Source and target of each path.
    """

    blocks: tuple[str, ...]
    paths: tuple[tuple[str, str], ...]

    def items_in(self, columns: Sequence[str]) -> dict[str, list[str]]:
        """Find each block's items among columns named by its code and a number.

        Examples
        --------
        >>> ECSI.items_in(["id", "sat1", "sat2", "loy1", "loyal"])
        {'SAT': ['sat1', 'sat2'], 'LOY': ['loy1']}
        """
        found = {
            block: [name for name in columns if re.fullmatch(rf"{block}_?\d+", name, re.IGNORECASE)]
            for block in self.blocks
        }
        return {block: items for block, items in found.items() if items}

    def paths_among(self, blocks: Sequence[str]) -> tuple[tuple[str, str], ...]:
        """Give the paths between blocks that were measured.

        Examples
        --------
        >>> ECSI.paths_among(["VAL", "SAT", "LOY"])
        (('VAL', 'SAT'), ('SAT', 'LOY'))
        """
        return tuple(path for path in self.paths if set(path) <= set(blocks))


#: The European Customer Satisfaction Index (Tenenhaus et al. 2005).
ECSI: Final = PathTemplate(
    ("IMAG", "EXPE", "QUAL", "VAL", "SAT", "LOY"),
    (
        ("IMAG", "EXPE"), ("EXPE", "QUAL"), ("EXPE", "VAL"), ("QUAL", "VAL"), ("IMAG", "SAT"),
        ("EXPE", "SAT"), ("QUAL", "SAT"), ("VAL", "SAT"), ("IMAG", "LOY"), ("SAT", "LOY"),
    ),
)  # fmt: skip
#: The American Customer Satisfaction Index (Fornell et al. 1996).
ACSI: Final = PathTemplate(
    ("EXPE", "QUAL", "VAL", "SAT", "COMP", "LOY"),
    (
        ("EXPE", "QUAL"), ("EXPE", "VAL"), ("QUAL", "VAL"), ("EXPE", "SAT"), ("QUAL", "SAT"),
        ("VAL", "SAT"), ("SAT", "COMP"), ("SAT", "LOY"), ("COMP", "LOY"),
    ),
)  # fmt: skip


def block_name(code: str, names: Names | None = None) -> str | Message:
    """Say what readers call a block: as the study does, else by its usual code, else the code.

    Examples
    --------
    >>> str(block_name("SAT")), block_name("Trust"), block_name("SAT", {"SAT": "Happiness"})
    ('Customer satisfaction', 'Trust', 'Happiness')
    """
    if names is not None and code in names:
        return names[code]
    return BLOCK_NAMES.get(code.upper(), code)


def block_pair(first: str, second: str, names: Names | None = None) -> Message:
    """Name two blocks.

    Examples
    --------
    >>> str(block_pair("EXPE", "QUAL"))
    'Expectations and Perceived quality'
    """
    ends = {"first": block_name(first, names), "second": block_name(second, names)}
    return Message("{first} and {second}", ends)
