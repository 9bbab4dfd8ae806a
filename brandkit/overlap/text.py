"""Likeness of short texts: pieces of two and three characters, weighted by how rare they are.

Pieces of characters need no word borders, so English and Chinese names are compared the same way,
and spelling variants stay near each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from brandkit.core.linalg import Floats
from brandkit.sources.reference import TextCounts

Whole = NDArray[np.int64]

LENGTHS = (2, 3)
"""Characters in a piece."""
_BITS = 21
"""Bits of a Unicode code point: three of them fit one 64-bit whole number."""


@dataclass(frozen=True)
class Pieces:
    """The pieces of a list of texts, counted.

    Parameters
    ----------
    keys : ndarray of int64, shape (k,)
        Each piece as one number, ascending.
    counts : csr_array, texts x pieces
        How often each text holds each piece.
    """

    keys: Whole
    counts: sp.csr_array


def text_pieces(
    texts: Sequence[str], *, lengths: Sequence[int] = LENGTHS, around: str = " "
) -> Pieces:
    """Cut texts into pieces of characters and count them.

    Parameters
    ----------
    texts : sequence of str
        Normalised texts.
    lengths : sequence of int
        Characters in a piece, 1 to 3.
    around : str, default a blank
        What each text is put between, so that beginnings and ends count.

    Returns
    -------
    Pieces

    Examples
    --------
    >>> found = text_pieces(["ab", "abb"], lengths=(2,))
    >>> piece_texts(found.keys)
    [' a', 'ab', 'b ', 'bb']
    >>> found.counts.toarray().tolist()
    [[1, 1, 1, 0], [1, 1, 1, 1]]
    """
    joined = "".join(f"{around}{text}{around}" for text in texts)
    points = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
    sizes = np.array([len(text) + 2 * len(around) for text in texts], dtype=np.int64)
    owner = np.repeat(np.arange(len(texts)), sizes)
    left = np.repeat(np.cumsum(sizes), sizes) - np.arange(len(points))
    owners, keys = [], []
    for length in lengths:
        starts = np.flatnonzero(left >= length)
        key = np.zeros(len(starts), dtype=np.int64)
        for offset in range(length):
            key = (key << _BITS) | points[starts + offset]
        owners.append(owner[starts])
        keys.append(key)
    every_owner, every_key = np.concatenate(owners), np.concatenate(keys)
    known, codes = np.unique(every_key, return_inverse=True)
    ones = np.ones(len(codes), dtype=np.int64)
    counts = sp.csr_array((ones, (every_owner, codes)), shape=(len(texts), len(known)))
    counts.sum_duplicates()
    return Pieces(keys=known, counts=counts)


def piece_texts(keys: Whole) -> list[str]:
    """Write pieces as text again.

    Examples
    --------
    >>> piece_texts(piece_keys(["ab", "國泰金"]))
    ['ab', '國泰金']
    """
    mask = (1 << _BITS) - 1
    points = np.stack([(keys >> (_BITS * place)) & mask for place in (2, 1, 0)], axis=1)
    return ["".join(map(chr, row[row > 0])) for row in points]


def piece_keys(pieces: Sequence[str]) -> Whole:
    """Write pieces of up to three characters as numbers, in the order given."""
    keys = np.zeros(len(pieces), dtype=np.int64)
    for at, piece in enumerate(pieces):
        key = 0
        for character in piece:
            key = (key << _BITS) | ord(character)
        keys[at] = key
    return keys


def counted_texts(pieces: Pieces, *, repeats: Whole) -> TextCounts:
    """Count in how many texts each piece occurs.

    Parameters
    ----------
    pieces : Pieces
        Of the different texts.
    repeats : ndarray of int
        How many offers carry each text.
    """
    present = pieces.counts.copy()
    present.data = np.ones_like(present.data)
    n_with = np.asarray(present.T @ repeats)
    names = piece_texts(pieces.keys)
    return TextCounts(int(repeats.sum()), dict(zip(names, n_with.tolist(), strict=True)))


def unit_rows(pieces: Pieces, counts: TextCounts) -> sp.csr_array:
    """Weight pieces by rarity and bring every text to length one.

    The weight of a piece is its count in the text times ln((1+N)/(1+n)) + 1, where n of the
    reference's N texts hold it; a piece the reference never saw has n = 0. Agrees with
    scikit-learn's ``TfidfVectorizer`` on the texts it was fitted on.
    """
    known_keys, known_counts = _sorted_counts(counts.texts_with)
    n_with = np.zeros(len(pieces.keys))
    if len(known_keys):
        at = np.minimum(np.searchsorted(known_keys, pieces.keys), len(known_keys) - 1)
        found = known_keys[at] == pieces.keys
        n_with[found] = known_counts[at[found]]
    rarity = np.log((1 + counts.n_texts) / (1 + n_with)) + 1
    rows: sp.csr_array = pieces.counts.astype(np.float64) * rarity[None, :]
    rows = sp.csr_array(rows)
    length = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    rows.data /= np.repeat(np.where(length > 0, length, 1.0), np.diff(rows.indptr))
    return rows


def shared_pieces(rows: sp.csr_array) -> sp.csr_array:
    """Leave out pieces that only one text holds: no product of two rows needs them."""
    n_with = np.bincount(rows.indices, minlength=rows.shape[1])
    return sp.csr_array(rows[:, np.flatnonzero(n_with > 1)])


def cosines(rows: sp.csr_array, chosen: Whole) -> Floats:
    """Cosine of every row with the chosen ones, 1 exactly for a row with itself.

    Parameters
    ----------
    rows : csr_array, texts x pieces, unit length before :func:`shared_pieces`
    chosen : ndarray of int, shape (b,)

    Returns
    -------
    ndarray, shape (b, texts)
    """
    block = np.ascontiguousarray(rows[chosen].toarray().T)
    found = np.minimum((rows @ block).T, 1.0)
    found[np.arange(len(chosen)), chosen] = 1.0
    return np.ascontiguousarray(found)


def _sorted_counts(texts_with: Mapping[str, int]) -> tuple[Whole, Floats]:
    keys = piece_keys(list(texts_with))
    order = np.argsort(keys)
    return keys[order], np.array(list(texts_with.values()), dtype=np.float64)[order]
