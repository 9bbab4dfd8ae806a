"""Which names look alike, among very many: every pair above a likeness, found without all pairs.

Most of the work in comparing names pairwise goes into the commonest pieces ("loan", "card"), which
decide least. They are left aside first: the product of what remains, plus the product of the
lengths of what was left aside, is the most that two names can reach (Cauchy-Schwarz). Only pairs
that can reach the least likeness asked for are looked at in full, so that nothing is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
import scipy.sparse as sp
from sparse_dot_topn import sp_matmul_topn

from brandkit.core.errors import InputError, ScaleError, check_whole_number
from brandkit.core.linalg import Floats, Ints
from brandkit.overlap.similarity.facets import (
    LENGTHS,
    Pieces,
    counted_texts,
    text_pieces,
    unit_rows,
)

_COMMON = 60
"""Commonest pieces that are left aside first."""
_ASIDE = 0.3
"""Share of a name's squared length that may be left aside; names with more are compared whole."""
_BANDS = 12
"""Parts in which the names are compared, so that each pair is met once."""
_ROOM = 512
"""Matches of a name that are made room for at first: room for all would cost more than finding."""
_SLACK = 1e-5
"""Room for single precision when pairs are left out."""


@dataclass(frozen=True)
class _Pairs:
    """Pairs of different texts, each once."""

    first: Ints
    second: Ints
    likeness: Floats


def similar_names(
    names: Sequence[str],
    *,
    groups: Sequence[str] | None = None,
    minimum: float = 0.6,
    top: int | None = 10,
    lengths: Sequence[int] = LENGTHS,
    around: str = " ",
) -> pd.DataFrame:
    """Find for every name the names most like it.

    Parameters
    ----------
    names : sequence of str
        Normalised, see :func:`brandkit.sources.catalog.names.normalised_name`; empty names match
        nothing.
    groups : sequence of str, optional
        The group of each name (its category): names are compared within groups, and how rare a
        piece is, is counted within the group.
    minimum : float, above 0 and up to 1, default 0.6
        Least likeness.
    top : int, optional, default 10
        Most matches for each name; None for all.
    lengths, around
        How names are cut, see :func:`brandkit.overlap.similarity.facets.text_pieces`.

    Returns
    -------
    DataFrame
        ``row_a row_b similarity``: places of the two names in ``names``, by row and best match
        first, ties by place; every pair both ways, no name with itself.

    Raises
    ------
    InputError
        ``groups`` has another length than ``names``.
    ScaleError
        ``minimum`` is not above 0 or not up to 1.

    Notes
    -----
    Exact: the pairs and their likeness are those of the full product. Equal names are compared
    once and handed out to all that bear them.

    Examples
    --------
    >>> similar_names(["easy saver", "easy saver plus", "gold card"]).round(4).to_numpy().tolist()
    [[0.0, 1.0, 0.7406], [1.0, 0.0, 0.7406]]
    """
    if not 0 < minimum <= 1:
        raise ScaleError(f"`minimum` must be above 0 and up to 1; found {minimum}. Write 0.6.")
    if top is not None:
        check_whole_number("top", top, low=1)
    if groups is not None and len(groups) != len(names):
        raise InputError(
            f"`groups` must have one entry a name; found {len(groups)} for {len(names)} names."
        )
    codes = np.zeros(len(names), dtype=np.int64) if groups is None else pd.factorize(
        np.asarray(groups, dtype=object))[0]  # fmt: skip
    texts = np.asarray(names, dtype=object)
    kind, known = pd.factorize(texts)
    pieces = text_pieces(known.tolist(), lengths=lengths, around=around)
    filled = np.array([bool(text) for text in known], dtype=bool)[kind]

    found = [
        _within(np.flatnonzero((codes == code) & filled), kind, pieces, minimum=minimum, top=top)
        for code in np.unique(codes)
    ]
    frame = pd.concat(found, ignore_index=True)
    return frame.sort_values("row_a", kind="stable", ignore_index=True)


def _within(
    rows: Ints, kind: Ints, pieces: Pieces, *, minimum: float, top: int | None
) -> pd.DataFrame:
    """Match the names of one group: different texts first, then all that bear them."""
    kinds, which = np.unique(kind[rows], return_inverse=True)
    repeats = np.bincount(which, minlength=len(kinds))
    chosen = Pieces(pieces.keys, sp.csr_array(pieces.counts[kinds]))
    used = np.flatnonzero(np.bincount(chosen.counts.indices, minlength=len(pieces.keys)))
    chosen = Pieces(pieces.keys[used], sp.csr_array(chosen.counts[:, used]))
    vectors = unit_rows(chosen, counted_texts(chosen, repeats=repeats))
    pairs = _close_pairs(vectors, minimum)
    itself = np.flatnonzero(repeats > 1)
    first = np.concatenate([pairs.first, pairs.second, itself])
    second = np.concatenate([pairs.second, pairs.first, itself])
    likeness = np.concatenate([pairs.likeness, pairs.likeness, np.ones(len(itself))])
    members = rows[np.argsort(which, kind="stable")]
    starts = np.cumsum(np.append(0, repeats))
    # a name's best matches reach over texts; no text can give it more than ``top`` of them
    order = np.lexsort((second, -likeness, first))
    first, second, likeness = first[order], second[order], likeness[order]
    if top is not None:
        before = np.cumsum(repeats[second]) - repeats[second]
        at_start = before[np.searchsorted(first, first, side="left")]
        # a text's own bearers find one match fewer in it: themselves are none
        enough = np.flatnonzero(before - at_start <= top)
        last = enough[np.searchsorted(first[enough], first, side="right") - 1]
        # ties with the last one stay: which of them comes first is decided by the names' places
        keep = likeness >= likeness[last]
        first, second, likeness = first[keep], second[keep], likeness[keep]
    return _handed_out(first, second, likeness, members=members, starts=starts, top=top)


def _handed_out(
    first: Ints, second: Ints, likeness: Floats, *, members: Ints, starts: Ints, top: int | None
) -> pd.DataFrame:
    """Give matches of texts to the names that bear them."""
    n_first, n_second = np.diff(starts)[first], np.diff(starts)[second]
    n_pairs = n_first * n_second
    pair = np.repeat(np.arange(len(first)), n_pairs)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(n_pairs) - n_pairs, n_pairs)
    a = members[starts[first][pair] + within // n_second[pair]]
    b = members[starts[second][pair] + within % n_second[pair]]
    value = likeness[pair]
    apart = a != b
    a, b, value = a[apart], b[apart], value[apart]
    order = np.lexsort((b, -value, a))
    a, b, value = a[order], b[order], value[order]
    if top is not None:
        keep = np.arange(len(a)) - np.searchsorted(a, a, side="left") < top
        a, b, value = a[keep], b[keep], value[keep]
    return pd.DataFrame({"row_a": a, "row_b": b, "similarity": value})


def _close_pairs(rows: sp.csr_array, minimum: float) -> _Pairs:
    """Find every pair of different rows whose product reaches the minimum."""
    n_with = np.bincount(rows.indices, minlength=rows.shape[1])
    common = np.zeros(rows.shape[1], dtype=bool)
    common[np.argsort(-n_with, kind="stable")[:_COMMON]] = True
    aside = sp.csr_array(rows[:, common])
    length = np.asarray(aside.multiply(aside).sum(axis=1)).ravel()
    cap = min(_ASIDE, minimum / 2)
    light, heavy = np.flatnonzero(length <= cap), np.flatnonzero(length > cap)
    slim = sp.csr_matrix(rows[light][:, ~common], dtype=np.float32)
    whole = sp.csr_matrix(rows, dtype=np.float32)
    some = _banded(slim, minimum - cap - _SLACK)
    i, j = light[some.first], light[some.second]
    reach = some.likeness + np.sqrt(length[i] * length[j])
    near = reach >= minimum - _SLACK
    parts = [(i[near], j[near])]
    if len(heavy):
        found = _product(whole[heavy], whole, minimum - _SLACK)
        i, j = heavy[found.first], found.second
        # a pair of two heavy names is met twice, one with a light name once
        once = (length[j] <= cap) | (i < j)
        parts.append((i[once], j[once]))
    first = np.concatenate([part[0] for part in parts])
    second = np.concatenate([part[1] for part in parts])
    # rounded, so that names of the same words in another order are ties and not a hair apart
    exact = np.round(_row_products(rows, first, second), 12)
    kept = (exact >= minimum) & (first != second)
    return _Pairs(first[kept], second[kept], np.minimum(exact[kept], 1.0))


def _banded(rows: sp.csr_matrix, least: float) -> _Pairs:
    """Multiply rows with the rows after them, band by band."""
    cuts = np.linspace(0, rows.shape[0], _BANDS + 1).astype(int)
    firsts, seconds, values = [], [], []
    for start, stop in pairwise(cuts.tolist()):
        if start == stop:
            continue
        found = _product(rows[start:stop], rows[start:], least)
        after = found.second > found.first
        firsts.append(found.first[after] + start)
        seconds.append(found.second[after] + start)
        values.append(found.likeness[after])
    if not firsts:
        return _Pairs(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0))
    return _Pairs(np.concatenate(firsts), np.concatenate(seconds), np.concatenate(values))


def _product(left: sp.csr_matrix, right: sp.csr_matrix, least: float) -> _Pairs:
    turned, least = right.T.tocsr(), max(least, 1e-6)
    room = min(_ROOM, right.shape[0])
    made = sp_matmul_topn(left, turned, top_n=room, threshold=least)
    found = [_places(made, np.arange(left.shape[0]))]
    full = np.flatnonzero(np.diff(made.indptr) == room)
    if room < right.shape[0] and len(full):
        more = sp_matmul_topn(left[full], turned, top_n=right.shape[0], threshold=least)
        some = ~np.isin(found[0].first, full)
        found = [
            _Pairs(found[0].first[some], found[0].second[some], found[0].likeness[some]),
            _places(more, full),
        ]
    return _Pairs(
        np.concatenate([part.first for part in found]),
        np.concatenate([part.second for part in found]),
        np.concatenate([part.likeness for part in found]),
    )


def _places(made: sp.csr_matrix, rows: Ints) -> _Pairs:
    first = np.repeat(rows, np.diff(made.indptr))
    return _Pairs(first, made.indices.astype(np.int64), made.data.astype(np.float64))


def _row_products(rows: sp.csr_array, first: Ints, second: Ints) -> Floats:
    """Multiply chosen rows in full, in double precision."""
    result = np.empty(len(first))
    for start in range(0, len(first), 200_000):
        part = slice(start, start + 200_000)
        product = rows[first[part]].multiply(rows[second[part]])
        result[part] = np.asarray(product.sum(axis=1)).ravel()
    return result
