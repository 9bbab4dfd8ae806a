"""A catalogue as matrices: for each category, who lists what, states which amount, says which text.

Everything here is in one canonical order (category, brand, product; attributes by name), so that
nothing computed from it depends on the order of the catalogue's rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import pandas as pd
import scipy.sparse as sp

from brandkit.core.errors import InputError, require_columns, shown
from brandkit.core.linalg import Flags, Floats, Ints
from brandkit.core.message import Message
from brandkit.core.story import N_
from brandkit.sources.catalog.catalog import Catalog
from brandkit.sources.catalog.names import folded, normalised_name
from brandkit.sources.catalog.reference import TextCounts

Facet = Literal[
    "features",
    "fees",
    "eligibility",
    "channels",
    "regions",
    "rates",
    "fee_amounts",
    "terms",
    "name",
    "description",
]
FACETS: tuple[Facet, ...] = get_args(Facet)
LIST_FACETS, TEXT_FACETS = FACETS[:5], FACETS[8:]

_FACET_NAMES: Mapping[str, str] = {
    "features": N_("Features"),
    "fees": N_("Which fees"),
    "eligibility": N_("Who may have it"),
    "channels": N_("Channels"),
    "regions": N_("Regions"),
    "rates": N_("Rates"),
    "fee_amounts": N_("How high the fees"),
    "terms": N_("Terms and limits"),
    "name": N_("Name"),
    "description": N_("Description"),
}
_AMOUNTS_FROM: dict[Facet, str] = {"rates": "rates", "fee_amounts": "fees", "terms": "terms"}
_HAS, _HAS_NOT, _NOT_STATED = 2, 1, 0
_STATES = {"has": _HAS, "has_not": _HAS_NOT, "not_stated": _NOT_STATED}
_CURRENCY = re.compile(r"[A-Z]{3}")
_BITS = 21  # of a Unicode code point: three of them fit one 64-bit whole number


def facet_name(facet: str) -> Message:
    """Give what a facet is called.

    Examples
    --------
    >>> str(facet_name("fee_amounts"))
    'How high the fees'
    """
    return Message(_FACET_NAMES[facet])


def in_facet(facet: str, entry: str) -> Message:
    """Name an entry of a facet so that "none" says of what; features speak for themselves.

    Examples
    --------
    >>> str(in_facet("features", "cashback")), str(in_facet("fees", "none"))
    ('cashback', 'Which fees: none')
    """
    values = {"facet": facet_name(facet), "entry": entry}
    return (
        Message("{entry}", values) if facet == "features" else Message("{facet}: {entry}", values)
    )


@dataclass(frozen=True)
class Lists:
    """What a category's offers list in one facet.

    Parameters
    ----------
    keys, shown : tuple of str
        Entries that at least one offer has, ascending, and their commonest spellings.
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
    is_open: Flags
    discloses: Flags


@dataclass(frozen=True)
class Numbers:
    """Which amounts a category's offers state in one facet.

    Parameters
    ----------
    keys, shown : tuple of str
        ``"attribute [unit]"``, ascending, and their commonest spellings.
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
    """Which of the catalogue's different texts each offer of a category has; -1 for none."""

    codes: Ints


@dataclass(frozen=True)
class CategoryFacets:
    """One category of a catalogue, offers sorted by brand and product.

    Parameters
    ----------
    category : str
    offers, brands : ndarray of int, shape (n,)
        Rows of :attr:`CatalogFacets.offers` and codes into its brands, both ascending.
    lists, numbers, texts : mappings from facet to its matrices
    """

    category: str
    offers: Ints
    brands: Ints
    lists: Mapping[Facet, Lists]
    numbers: Mapping[Facet, Numbers]
    texts: Mapping[Facet, Texts]

    def matrix(self, facet: Facet) -> Lists | Numbers | Texts | None:
        """Give what is stated in one facet."""
        return self.lists.get(facet) or self.numbers.get(facet) or self.texts.get(facet)


@dataclass(frozen=True)
class Pieces:
    """Pieces of texts as numbers, ascending, and how often each text holds each (texts x keys)."""

    keys: Ints
    counts: sp.csr_array


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

    Raises
    ------
    InputError
        Two offers share a brand and product id.
    """
    offers, notes = _canonical_offers(catalog.products)
    lists, amounts = _catalog_cells(catalog.attributes, offers)
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
        numbers = {
            # of amounts a list says where there is none: fees not charged
            facet: _numbers(cells, rows, listed.get("fees") if facet == "fee_amounts" else None)
            for facet, cells in amounts.items()
        }
        said = {facet: Texts(kind[rows]) for facet, (kind, _, _) in texts.items()}
        categories.append(CategoryFacets(str(name), rows, brand_codes[rows], listed, numbers, said))
    return CatalogFacets(
        offers=offers.drop(columns=["description"], errors="ignore"),
        brands=brands,
        categories=tuple(categories),
        texts={facet: (kinds, pieces) for facet, (_, kinds, pieces) in texts.items()},
        notes=(*_left_out(catalog), *notes, *_currency_notes(amounts.values())),
        as_of=_as_of(catalog.products),
    )


def _left_out(catalog: Catalog) -> list[Message]:
    """Say which banks have too few offers to be compared."""
    if not catalog.left_out:
        return []
    text = "{n:count} {n:bank|banks} with too few products {n:is|are} not compared: {names}."
    return [Message(text, {"n": len(catalog.left_out), "names": list(catalog.left_out)})]


def entry_key(name: str) -> str:
    """Give the form in which entries of a list meet: one script, width and case, blanks for _.

    Examples
    --------
    >>> entry_key("EXTRA_REPAYMENTS"), entry_key("國際 轉帳")
    ('extra repayments', '国际 转帐')
    """
    return " ".join(folded(name.replace("_", " ")).split())


def category_key(label: str) -> str:
    """Give the form in which spellings of a category meet: letters and digits only.

    Examples
    --------
    >>> category_key("Credit Cards") == category_key("CREDIT_CARDS") == category_key("credit-cards")
    True
    """
    return re.sub(r"[\W_]+", "", folded(label))


# --- offers and cells ----------------------------------------------------------------------------


def _canonical_offers(products: pd.DataFrame) -> tuple[pd.DataFrame, list[Message]]:
    """Sort the offers by category, brand and product, and unite spellings of a category."""
    columns = ["brand", "product", "name", "category"]
    require_columns(products, columns, argument="catalog.products")
    columns += ["description"] if "description" in products else []
    texts = {column: products[column].astype("str").fillna("") for column in columns}
    offers = pd.DataFrame({name: text.to_numpy(dtype=object) for name, text in texts.items()})
    twice = offers[offers.duplicated(["brand", "product"])]
    if len(twice):
        raise InputError(
            "`catalog.products` must hold each offer (brand and product id) once; found "
            f"{shown(sorted({f'{row.brand}: {row.product}' for row in twice.itertuples()}))} more "
            "than once. Give the offers different ids, or leave the copies out."
        )
    notes = []
    counts = offers["category"].value_counts()
    spellings: dict[str, list[str]] = {}
    for label in sorted(counts.index, key=lambda label: (-counts[label], label)):
        spellings.setdefault(category_key(label), []).append(label)
    for first, *others in sorted(spellings.values()):
        if others:
            text = (
                "{others} {n:was|were} read as the category {first}: they differ only in spelling."
            )
            notes.append(Message(text, {"others": others, "n": len(others), "first": first}))
    united = {label: labels[0] for labels in spellings.values() for label in labels}
    offers["category"] = offers["category"].map(united)
    blank = int((offers["category"] == "").sum())
    if blank:
        text = (
            "{n:count} {n:offer|offers} without a category {n:is|are} left out: offers are "
            "compared within a category."
        )
        notes.append(Message(text, {"n": blank}))
        offers = offers[offers["category"] != ""]
    return offers.sort_values(["category", "brand", "product"], ignore_index=True), notes


@dataclass(frozen=True)
class _Cells:
    """Cells of one facet over the whole catalogue, each offer and key once, as codes."""

    offers: Ints
    keys: Ints
    states: Ints
    values: Floats
    names: tuple[str, ...]
    shown: tuple[str, ...]


def _catalog_cells(
    attributes: pd.DataFrame, offers: pd.DataFrame
) -> tuple[dict[Facet, _Cells], dict[Facet, _Cells]]:
    """Gather what is listed and which amounts are stated; offers that were left out are not in."""
    columns = ["brand", "product", "facet", "attribute", "state", "value", "unit"]
    require_columns(attributes, columns, argument="catalog.attributes")
    offer = ["brand", "product"]
    asked = pd.MultiIndex.from_frame(attributes[offer].astype("str").astype(object))
    owner = pd.MultiIndex.from_frame(offers[offer]).get_indexer(asked).astype(np.int64)
    facet_of, known = attributes["facet"].to_numpy(dtype=object), owner >= 0
    lists: dict[Facet, _Cells] = {}
    for facet in LIST_FACETS:
        rows = np.flatnonzero(known & (facet_of == facet))
        if len(rows):
            lists[facet] = _cells(attributes.iloc[rows], owner[rows])
    stated = known & attributes["value"].notna().to_numpy()
    amounts: dict[Facet, _Cells] = {}
    for facet, source in _AMOUNTS_FROM.items():
        rows = np.flatnonzero(stated & (facet_of == source))
        if len(rows):
            part = attributes.iloc[rows]
            units = part["unit"].astype("str").fillna("").to_numpy(dtype=object)
            words = part["attribute"].astype("str").to_numpy(dtype=object)
            # an attribute in two units is two attributes
            named = [f"{a} [{b}]" if b else a for a, b in zip(words, units, strict=True)]
            amounts[facet] = _cells(part.assign(attribute=named, state="has"), owner[rows])
    return lists, amounts


def _cells(part: pd.DataFrame, owner: Ints) -> _Cells:
    """Unite spellings of an entry (the commonest is shown) and keep its most positive state."""
    codes, labels = pd.factorize(part["attribute"])
    spelt: dict[str, list[tuple[int, str]]] = {}
    for label, count in zip(map(str, labels), np.bincount(codes).tolist(), strict=True):
        spelt.setdefault(entry_key(label), []).append((-count, label))
    names = tuple(sorted(spelt))
    place = {name: at for at, name in enumerate(names)}
    keys = np.array([place[entry_key(str(label))] for label in labels], dtype=np.int64)[codes]
    states = part["state"].map(_STATES).to_numpy(dtype=np.int64)
    values = part["value"].to_numpy(dtype=np.float64)
    # the most positive state first, then the smallest amount: what stays does not depend on rows
    order = np.lexsort((values, -states, keys, owner))
    cell = (owner * len(names) + keys)[order]
    first = order[np.append(True, cell[1:] != cell[:-1])]
    shown_as = tuple(min(spelt[name])[1] for name in names)
    return _Cells(owner[first], keys[first], states[first], values[first], names, shown_as)


def _currency_notes(amounts: Iterable[_Cells]) -> list[Message]:
    """Say where one amount is stated in several currencies."""
    units: dict[str, set[str]] = {}
    for cells in amounts:
        for name in cells.shown:
            word, _, unit = name.rstrip("]").rpartition(" [")
            if _CURRENCY.fullmatch(unit):
                units.setdefault(entry_key(word), set()).add(unit)
    mixed = sorted({unit for found in units.values() if len(found) > 1 for unit in found})
    if not mixed:
        return []
    text = (
        "Amounts stand in {n:count} currencies ({units}). Amounts in different currencies are not "
        "compared."
    )
    return [Message(text, {"n": len(mixed), "units": mixed})]


def _as_of(products: pd.DataFrame) -> str:
    if "as_of" not in products:
        return ""
    days = pd.to_datetime(products["as_of"]).dropna()
    return str(days.max().date().isoformat()) if len(days) else ""


# --- matrices of one category --------------------------------------------------------------------


def _lists(cells: _Cells, rows: Ints) -> Lists:
    """Cut a list facet down to one category."""
    inside = np.isin(cells.offers, rows)
    at, states = np.searchsorted(rows, cells.offers[inside]), cells.states[inside]
    known, places = np.unique(cells.keys[inside], return_inverse=True)
    n_stated = np.bincount(at[states > _NOT_STATED], minlength=len(rows))
    shape = (len(rows), len(known))
    has, has_not = (
        _indicator(at[states == state], places[states == state], shape)
        for state in (_HAS, _HAS_NOT)
    )
    keep = np.flatnonzero(np.asarray(has.sum(axis=0)).ravel() > 0)
    return Lists(
        keys=tuple(cells.names[key] for key in known[keep]),
        shown=tuple(cells.shown[key] for key in known[keep]),
        has=sp.csr_array(has[:, keep]),
        has_not=sp.csr_array(has_not[:, keep]),
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
    has_not = sp.csr_array(denied.astype(np.float64))
    return replace(lists, has_not=has_not, is_open=~(has | denied).all(axis=1))


def _numbers(cells: _Cells, rows: Ints, charged: Lists | None) -> Numbers:
    """Cut a number facet down to one category."""
    inside = np.isin(cells.offers, rows)
    at, values = np.searchsorted(rows, cells.offers[inside]), cells.values[inside]
    known, places = np.unique(cells.keys[inside], return_inverse=True)
    order = np.lexsort((at, places))
    cuts = np.searchsorted(places[order], np.arange(1, len(known)))
    shape = (len(rows), len(known))
    stated = _indicator(at, places, shape)
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


def _indicator(rows: Ints, columns: Ints, shape: tuple[int, int]) -> sp.csr_array:
    return sp.csr_array((np.ones(len(rows)), (rows, columns)), shape=shape)


# --- texts ---------------------------------------------------------------------------------------


def _texts(
    offers: pd.DataFrame, facet: str, own_names: Mapping[str, str]
) -> tuple[Ints, tuple[str, ...], Pieces]:
    """Give each offer's text as a code, the different texts, and their pieces."""
    banks = [own_names.get(brand, brand) for brand in offers["brand"]]
    codes, kinds = pd.factorize(pd.MultiIndex.from_arrays([offers[facet], banks]))
    plain = np.array([normalised_name(text, brand=brand) for text, brand in kinds], dtype=object)
    known = tuple(sorted(set(plain) - {""}))
    places = pd.Index(known, dtype=object).get_indexer(plain[codes])
    return places.astype(np.int64), known, text_pieces(known)


def text_pieces(texts: Sequence[str], *, lengths: Sequence[int] = (2, 3)) -> Pieces:
    """Cut normalised texts, put between blanks, into pieces of 1 to 3 characters and count them.

    Examples
    --------
    >>> found = text_pieces(["ab", "abb"], lengths=(2,))
    >>> piece_texts(found.keys)
    [' a', 'ab', 'b ', 'bb']
    >>> found.counts.toarray().tolist()
    [[1, 1, 1, 0], [1, 1, 1, 1]]
    """
    joined = "".join(f" {text} " for text in texts)
    points = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
    sizes = np.array([len(text) + 2 for text in texts], dtype=np.int64)
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
    known, codes = np.unique(np.concatenate(keys), return_inverse=True)
    cells = (np.concatenate(owners), codes)
    ones = np.ones(len(codes), dtype=np.int64)
    counts = sp.csr_array((ones, cells), shape=(len(texts), len(known)))
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


def piece_keys(pieces: Iterable[str]) -> Ints:
    """Write pieces of up to three characters as numbers, in the order given."""
    keys = []
    for piece in pieces:
        key = 0
        for character in piece:
            key = (key << _BITS) | ord(character)
        keys.append(key)
    return np.array(keys, dtype=np.int64)


def counted_texts(pieces: Pieces, *, repeats: Ints) -> TextCounts:
    """Count in how many texts each piece occurs; ``repeats``: offers that carry each text."""
    present = pieces.counts.copy()
    present.data = np.ones_like(present.data)
    n_with = np.asarray(present.T @ repeats)
    names = piece_texts(pieces.keys)
    return TextCounts(int(repeats.sum()), dict(zip(names, n_with.tolist(), strict=True)))


def unit_rows(pieces: Pieces, counts: TextCounts) -> sp.csr_array:
    """Weight pieces by rarity and bring every text to length one, as ``TfidfVectorizer`` does.

    The weight of a piece is its count in the text times ln((1+N)/(1+n)) + 1, where n of the
    reference's N texts hold it; a piece the reference never saw has n = 0.
    """
    known = piece_keys(counts.texts_with)
    order = np.argsort(known)
    known, held = known[order], np.array(list(counts.texts_with.values()), dtype=float)[order]
    n_with = np.zeros(len(pieces.keys))
    if len(known):
        at = np.minimum(np.searchsorted(known, pieces.keys), len(known) - 1)
        found = known[at] == pieces.keys
        n_with[found] = held[at[found]]
    rarity = np.log((1 + counts.n_texts) / (1 + n_with)) + 1
    rows = sp.csr_array(pieces.counts.astype(np.float64) * rarity[None, :])
    length = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    rows.data /= np.repeat(np.where(length > 0, length, 1.0), np.diff(rows.indptr))
    return rows
