"""A catalogue as matrices: for each category, who lists what, states which amount, says which text.

Everything here is in one canonical order (category, brand, product; attributes by name), so that
nothing computed from it depends on the order of the catalogue's rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from brandkit.core.errors import require_columns
from brandkit.core.linalg import Floats, Ints
from brandkit.core.message import Message
from brandkit.overlap.similarity.offers import (
    HAS,
    HAS_NOT,
    NOT_STATED,
    Cells,
    amount_cells,
    canonical_offers,
    currency_notes,
    list_cells,
    offer_codes,
)
from brandkit.sources.catalog.catalog import Catalog
from brandkit.sources.catalog.names import normalised_name
from brandkit.sources.catalog.reference import TextCounts

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

    keys: Ints
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


def piece_texts(keys: Ints) -> list[str]:
    """Write pieces as text again.

    Examples
    --------
    >>> piece_texts(piece_keys(["ab", "國泰金"]))
    ['ab', '國泰金']
    """
    mask = (1 << _BITS) - 1
    points = np.stack([(keys >> (_BITS * place)) & mask for place in (2, 1, 0)], axis=1)
    return ["".join(map(chr, row[row > 0])) for row in points]


def piece_keys(pieces: Sequence[str]) -> Ints:
    """Write pieces of up to three characters as numbers, in the order given."""
    keys = np.zeros(len(pieces), dtype=np.int64)
    for at, piece in enumerate(pieces):
        key = 0
        for character in piece:
            key = (key << _BITS) | ord(character)
        keys[at] = key
    return keys


def counted_texts(pieces: Pieces, *, repeats: Ints) -> TextCounts:
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


def cosines(rows: sp.csr_array, chosen: Ints) -> Floats:
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


def _sorted_counts(texts_with: Mapping[str, int]) -> tuple[Ints, Floats]:
    keys = piece_keys(list(texts_with))
    order = np.argsort(keys)
    return keys[order], np.array(list(texts_with.values()), dtype=np.float64)[order]


Facet = Literal[
    "features", "fees", "eligibility", "channels", "regions",
    "rates", "fee_amounts", "terms", "name", "description",
]  # fmt: skip

LIST_FACETS: tuple[Facet, ...] = ("features", "fees", "eligibility", "channels", "regions")
NUMBER_FACETS: tuple[Facet, ...] = ("rates", "fee_amounts", "terms")
TEXT_FACETS: tuple[Facet, ...] = ("name", "description")
FACETS: tuple[Facet, ...] = (*LIST_FACETS, *NUMBER_FACETS, *TEXT_FACETS)

_ATTRIBUTE_COLUMNS = ["brand", "product", "facet", "attribute", "state", "value", "unit"]
_CHARGED: dict[Facet, Facet] = {"fee_amounts": "fees"}
"""Amounts of which a list says where there is none."""
_AMOUNTS_FROM: dict[Facet, str] = {"rates": "rates", "fee_amounts": "fees", "terms": "terms"}


@dataclass(frozen=True)
class Lists:
    """What a category's offers list in one facet.

    Parameters
    ----------
    keys : tuple of str
        Entries that at least one offer has, ascending.
    shown : tuple of str
        Their commonest spellings.
    has, has_not : csr_array, offers x keys, 0 or 1
    is_open : ndarray of bool, shape (n,)
        Offers of which at least one known entry of the category is not stated.
    discloses : ndarray of bool, shape (n,)
        Offers of which at least one entry is stated, either way.
    """

    keys: tuple[str, ...]
    shown: tuple[str, ...]
    has: sp.csr_array
    has_not: sp.csr_array
    is_open: NDArray[np.bool_]
    discloses: NDArray[np.bool_]


@dataclass(frozen=True)
class Numbers:
    """Which amounts a category's offers state in one facet.

    Parameters
    ----------
    keys : tuple of str
        ``"attribute [unit]"``, ascending.
    shown : tuple of str
        Their commonest spellings.
    stated : csr_array, offers x keys, 0 or 1
    settled : csr_array, offers x keys, 0 or 1
        Cells without an amount of which it is known that there is none (a fee not charged).
    rows, values : tuples of ndarrays, one for each key
        The offers that state it, ascending, and what they state.
    """

    keys: tuple[str, ...]
    shown: tuple[str, ...]
    stated: sp.csr_array
    settled: sp.csr_array
    rows: tuple[Ints, ...]
    values: tuple[Floats, ...]


@dataclass(frozen=True)
class Texts:
    """The normalised texts of a category's offers.

    Parameters
    ----------
    codes : ndarray of int, shape (n,)
        Which of the catalogue's different texts each offer has; -1 where it has none.
    """

    codes: Ints


@dataclass(frozen=True)
class CategoryFacets:
    """One category of a catalogue, offers sorted by brand and product.

    Parameters
    ----------
    category : str
    offers : ndarray of int, shape (n,)
        Rows of :attr:`CatalogFacets.offers`, ascending.
    brands : ndarray of int, shape (n,)
        Codes into :attr:`CatalogFacets.brands`, ascending.
    lists, numbers, texts : mappings from facet to its matrices
    """

    category: str
    offers: Ints
    brands: Ints
    lists: Mapping[Facet, Lists]
    numbers: Mapping[Facet, Numbers]
    texts: Mapping[Facet, Texts]


@dataclass(frozen=True)
class CatalogFacets:
    """A catalogue ready to be compared.

    Parameters
    ----------
    offers : DataFrame
        ``brand product category name`` in canonical order, one row an offer.
    brands : tuple of str
        Ascending.
    categories : tuple of CategoryFacets
        Ascending by name.
    texts : mapping from facet to (different texts, their pieces)
    notes : tuple of Message
        What was repaired on the way.
    as_of : str
    """

    offers: pd.DataFrame
    brands: tuple[str, ...]
    categories: tuple[CategoryFacets, ...]
    texts: Mapping[Facet, tuple[tuple[str, ...], Pieces]]
    notes: tuple[Message, ...]
    as_of: str


def catalog_facets(catalog: Catalog) -> CatalogFacets:
    """Turn a catalogue into matrices, in an order that its rows do not decide.

    Parameters
    ----------
    catalog : Catalog

    Raises
    ------
    InputError
        Two offers share a brand and product id, or an attribute belongs to no offer.
    """
    offers, notes = canonical_offers(catalog.products)
    attributes = catalog.attributes
    require_columns(attributes, _ATTRIBUTE_COLUMNS, argument="catalog.attributes")
    owner = offer_codes(attributes, offers)
    facet_of = attributes["facet"].to_numpy(dtype=object)
    lists = {
        facet: cells
        for facet in LIST_FACETS
        if (cells := list_cells(attributes, owner, np.flatnonzero(facet_of == facet))) is not None
    }
    amounts = {
        facet: cells
        for facet, source in _AMOUNTS_FROM.items()
        if (cells := amount_cells(attributes, owner, np.flatnonzero(facet_of == source)))
        is not None
    }
    texts = {
        facet: _texts(offers, facet, catalog.own_names) for facet in TEXT_FACETS if facet in offers
    }
    brands = tuple(sorted(set(offers["brand"])))
    brand_codes = pd.Index(brands).get_indexer(offers["brand"]).astype(np.int64)
    names, codes = np.unique(offers["category"].to_numpy(dtype=str), return_inverse=True)
    fee_rule = str((catalog.disclosure or {}).get("fees", "brand"))
    categories = []
    for code, name in enumerate(names):
        rows = np.flatnonzero(codes == code)
        listed = {facet: _lists(cells, rows) for facet, cells in lists.items()}
        if "fees" in lists:
            listed["fees"] = _silence_read(listed["fees"], brand_codes[rows], fee_rule)
        categories.append(
            CategoryFacets(
                category=str(name),
                offers=rows,
                brands=brand_codes[rows],
                lists=listed,
                numbers={
                    facet: _numbers(cells, rows, listed.get(_CHARGED.get(facet, "name")))
                    for facet, cells in amounts.items()
                },
                texts={facet: Texts(kind[rows]) for facet, (kind, _, _) in texts.items()},
            )
        )
    return CatalogFacets(
        offers=offers.drop(columns=["description"], errors="ignore"),
        brands=brands,
        categories=tuple(categories),
        texts={facet: (kinds, pieces) for facet, (_, kinds, pieces) in texts.items()},
        notes=(*notes, *currency_notes(amounts.values())),
        as_of=_as_of(catalog.products),
    )


def _lists(cells: Cells, rows: Ints) -> Lists:
    """Cut a list facet down to one category."""
    at, keys, states = _within(cells, rows)
    known, places = np.unique(keys, return_inverse=True)
    n_stated = np.bincount(at[states > NOT_STATED], minlength=len(rows))
    shape = (len(rows), len(known))
    has = _indicator(at, places, states == HAS, shape)
    keep = np.flatnonzero(np.asarray(has.sum(axis=0)).ravel() > 0)
    return Lists(
        keys=tuple(cells.names[key] for key in known[keep]),
        shown=tuple(cells.shown[key] for key in known[keep]),
        has=sp.csr_array(has[:, keep]),
        has_not=sp.csr_array(_indicator(at, places, states == HAS_NOT, shape)[:, keep]),
        is_open=n_stated < len(known),
        discloses=n_stated > 0,
    )


def _silence_read(lists: Lists, brands: Ints, rule: str) -> Lists:
    """Read what a fee list leaves out, by the rule declared for it.

    Catalogues give a row for a fee where it is charged only, so that silence is read here: by
    "brand" it means no where the bank names the fee for another offer of the category, by
    "closed" always, by "open" never.
    """
    has, stated = lists.has.toarray() > 0, lists.has_not.toarray() > 0
    silent = ~has & ~stated
    if rule == "closed":
        denied = silent
    elif rule == "open":
        denied = np.zeros_like(silent)
    else:
        codes = np.unique(brands, return_inverse=True)[1]
        named = np.zeros((int(codes.max(initial=0)) + 1, has.shape[1]), dtype=bool)
        np.logical_or.at(named, codes, has)
        denied = silent & named[codes] & (has.any(axis=1) | stated.any(axis=1))[:, None]
    denied |= stated
    return replace(
        lists,
        has_not=sp.csr_array(denied.astype(np.float64)),
        is_open=~(has | denied).all(axis=1),
    )


def _numbers(cells: Cells, rows: Ints, charged: Lists | None) -> Numbers:
    """Cut a number facet down to one category."""
    at, keys, _ = _within(cells, rows)
    values = cells.values[_inside(cells, rows)]
    known, places = np.unique(keys, return_inverse=True)
    order = np.lexsort((at, places))
    cuts = np.searchsorted(places[order], np.arange(1, len(known)))
    shape = (len(rows), len(known))
    stated = _indicator(at, places, np.ones(len(at), dtype=bool), shape)
    names = tuple(cells.names[key] for key in known)
    settled = sp.csr_array(shape, dtype=np.float64)
    if charged is not None and names:
        entries = {key: place for place, key in enumerate(charged.keys)}
        take = [entries.get(name.rsplit(" [", 1)[0], -1) for name in names]
        denied = np.hstack([charged.has_not.toarray(), np.zeros((len(rows), 1))])[:, take]
        settled = sp.csr_array(denied * (stated.toarray() == 0))
    return Numbers(
        keys=names,
        shown=tuple(cells.shown[key] for key in known),
        stated=stated,
        settled=settled,
        rows=tuple(np.split(at[order], cuts)) if len(known) else (),
        values=tuple(np.split(values[order], cuts)) if len(known) else (),
    )


def _inside(cells: Cells, rows: Ints) -> NDArray[np.bool_]:
    inside = np.zeros(int(max(cells.offers.max(initial=0), rows.max(initial=0))) + 1, dtype=bool)
    inside[rows] = True
    return inside[cells.offers]


def _within(cells: Cells, rows: Ints) -> tuple[Ints, Ints, Ints]:
    chosen = _inside(cells, rows)
    return np.searchsorted(rows, cells.offers[chosen]), cells.keys[chosen], cells.states[chosen]


def _indicator(
    at: Ints, places: Ints, chosen: NDArray[np.bool_], shape: tuple[int, int]
) -> sp.csr_array:
    cells = (at[chosen], places[chosen])
    return sp.csr_array((np.ones(int(chosen.sum())), cells), shape=shape)


def _texts(
    offers: pd.DataFrame, facet: str, own_names: Mapping[str, str]
) -> tuple[Ints, tuple[str, ...], Pieces]:
    banks = [own_names.get(brand, brand) for brand in offers["brand"]]
    pairs = pd.MultiIndex.from_arrays([offers[facet], banks])
    codes, kinds = pd.factorize(pairs)
    plain = np.array([normalised_name(text, brand=brand) for text, brand in kinds], dtype=object)
    known = tuple(sorted(set(plain) - {""}))
    places = np.append(pd.Index(known, dtype=object).get_indexer(plain[codes]), -1)[:-1]
    return places.astype(np.int64), known, text_pieces(known)


def _as_of(products: pd.DataFrame) -> str:
    if "as_of" not in products:
        return ""
    days = pd.to_datetime(products["as_of"]).dropna()
    return str(days.max().date().isoformat()) if len(days) else ""


FACET_NAMES: Mapping[str, Message] = MappingProxyType({
    "features": Message("Features"),
    "fees": Message("Which fees"),
    "eligibility": Message("Who may have it"),
    "channels": Message("Channels"),
    "regions": Message("Regions"),
    "rates": Message("Rates"),
    "fee_amounts": Message("How high the fees"),
    "terms": Message("Terms and limits"),
    "name": Message("Name"),
    "description": Message("Description"),
})  # fmt: skip


def facet_name(facet: str) -> Message:
    """Give what a facet is called.

    Parameters
    ----------
    facet : str

    Returns
    -------
    Message

    Examples
    --------
    >>> str(facet_name("fee_amounts"))
    'How high the fees'
    """
    return FACET_NAMES[facet]
