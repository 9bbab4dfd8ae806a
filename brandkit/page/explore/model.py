"""What the explorer shows: plain numbers by the places of banks and words, and how they travel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from brandkit.core.linalg import Floats
from brandkit.core.message import Message

#: Banks up to which all pairs are told in full.
MOST_IN_FULL = 30
#: One letter a value: shares in whole per cent, and missing last. No letter can end a script,
#: open a path or make an address; the commonest take one byte.
_PLAIN = [chr(code) for code in range(33, 127) if chr(code) not in "\"&'/:<>@\\|~"]
LETTERS = "".join([*_PLAIN, *map(chr, range(0xC0, 0xC0 + 100 - len(_PLAIN))), "|", "~"])

#: Facets in words, what each adds and could add; products of both banks, and how alike.
Pair = tuple[Sequence[tuple[Message, float, float]], Sequence[tuple[str, str, float]]]


@dataclass(frozen=True)
class View:
    """Places on one map: of all answers, or of a step between two waves.

    Parameters
    ----------
    title : Message
    places : ndarray, banks x 2
        Missing where a bank is not on this map.
    regions : ndarray, banks x 3
        Long and short radius, and the angle of the long one; missing where there is none.
    words : ndarray, words x 2
    telling : ndarray, words
        How much of the map each makes.
    ends : list of str or Message
        Left, right, lower and upper end in words.
    start : ndarray, banks x 2, optional
        Where each stood before.
    moved : mapping
        Bank to its distance with interval, and whether it is beyond chance.
    since : str
        The wave it moved from.
    """

    title: Message
    places: Floats
    regions: Floats
    words: Floats
    telling: Floats
    ends: list[str | Message]
    start: Floats | None = None
    moved: Mapping[int, tuple[float, float, float, bool]] = field(default_factory=dict)
    since: str = ""


@dataclass(frozen=True)
class Step:
    """What some points more of one word would do for the focus bank.

    Parameters
    ----------
    word, points, near : int
    place, region : ndarray, 2 and 3
    now, then : float
        Distance to the nearest bank, before and after.
    change : list of float
        Points of choices: least, most, and the interval's ends; empty where not known.
    """

    word: int
    points: int
    near: int
    place: Floats
    region: Floats
    now: float
    then: float
    change: list[float]


@dataclass(frozen=True, kw_only=True)
class Explored:
    """All that the explorer shows, of the banks and words of a study.

    Parameters
    ----------
    banks, words : tuple of str
    focus : int, optional
    base : ndarray, banks
        Persons who rated each bank; missing where nobody counted them.
    few, hidden : frozenset of int
        Banks with few answers, and with too few to show anything of.
    views : list of View
        The first is of all answers; none without an image.
    said, market : ndarray, banks x words, and words
        Shares of people, or of mentions, or ratings.
    said_kind : "people" | "mentions" | "ratings"
    near : mapping
        Bank to the one most like it in image, and whether they are told apart.
    scores : mapping
        Bank to its satisfaction with interval.
    overlap : mapping
        Category ("": all) to shares with a counterpart, those expected by size, and the ends of
        their stability; each banks x banks, missing where not known.
    order : tuple of int
        Banks with a catalogue, those alike beside each other.
    pairs : mapping
        Ordered pair of banks to what it is made of.
    steps : list of Step
    """

    banks: tuple[str, ...]
    words: tuple[str, ...] = ()
    focus: int | None = None
    base: Floats = field(default_factory=lambda: np.empty(0))
    few: frozenset[int] = frozenset()
    hidden: frozenset[int] = frozenset()
    views: list[View] = field(default_factory=list)
    said: Floats = field(default_factory=lambda: np.empty((0, 0)))
    market: Floats = field(default_factory=lambda: np.empty(0))
    said_kind: str = "people"
    near: Mapping[int, tuple[int, bool | None]] = field(default_factory=dict)
    scores: Mapping[int, tuple[float, float, float]] = field(default_factory=dict)
    overlap: Mapping[str, Sequence[Floats]] = field(default_factory=dict)
    order: tuple[int, ...] = ()
    pairs: Mapping[tuple[int, int], Pair] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)

    @property
    def first(self) -> int:
        """The bank it opens with: the focus, or the first."""
        return self.focus or 0

    @property
    def second(self) -> int:
        """The bank that the first is compared with: the nearest in image, else in products."""
        if self.first in self.near:
            return self.near[self.first][0]
        if self.overlap and np.isfinite(row := self.overlap[""][0][self.first]).any():
            return int(np.nanargmax(row))
        return int(self.first == 0)


def percents(shares: ArrayLike) -> Floats:
    """Round shares to whole per cent as sentences do.

    Examples
    --------
    >>> percents([0.125, np.nan]).tolist()
    [13.0, nan]
    """
    return np.floor(100 * np.asarray(shares, dtype=float) + 0.5 + 1e-9)


def lettered(shares: ArrayLike) -> str:
    """Write shares a letter each, row by row.

    Examples
    --------
    >>> lettered([0.0, 0.53, 1.0, np.nan]) == LETTERS[0] + LETTERS[53] + LETTERS[100:]
    True
    """
    wholes = np.nan_to_num(percents(shares).ravel(), nan=101.0)
    return "".join(LETTERS[int(one)] for one in wholes)
