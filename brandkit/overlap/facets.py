"""A catalogue as matrices: for each category, who lists what, states which amount, says which text.

Everything here is in one canonical order (category, brand, product; attributes by name), so that
nothing computed from it depends on the order of the catalogue's rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from brandkit.core.checks import require_columns
from brandkit.core.errors import InputError, shown
from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.overlap.text import Pieces, text_pieces
from brandkit.sources.names import folded, normalised_name

if TYPE_CHECKING:
    from brandkit.sources.catalog import Catalog

Whole = NDArray[np.int64]
Facet = Literal[
    "features", "fees", "eligibility", "channels", "regions",
    "rates", "fee_amounts", "terms", "name", "description",
]  # fmt: skip

LIST_FACETS: tuple[Facet, ...] = ("features", "fees", "eligibility", "channels", "regions")
NUMBER_FACETS: tuple[Facet, ...] = ("rates", "fee_amounts", "terms")
TEXT_FACETS: tuple[Facet, ...] = ("name", "description")
FACETS: tuple[Facet, ...] = (*LIST_FACETS, *NUMBER_FACETS, *TEXT_FACETS)

HAS, HAS_NOT, NOT_STATED = 2, 1, 0
_STATES = {"has": HAS, "has_not": HAS_NOT, "not_stated": NOT_STATED}
_ATTRIBUTE_COLUMNS = ["brand", "product", "facet", "attribute", "state", "value", "unit"]
_AMOUNTS_FROM: dict[Facet, str] = {"rates": "rates", "fee_amounts": "fees", "terms": "terms"}
_CURRENCY = re.compile(r"[A-Z]{3}")


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
    rows: tuple[Whole, ...]
    values: tuple[Floats, ...]


@dataclass(frozen=True)
class Texts:
    """The normalised texts of a category's offers.

    Parameters
    ----------
    codes : ndarray of int, shape (n,)
        Which of the catalogue's different texts each offer has; -1 where it has none.
    """

    codes: Whole


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
    offers: Whole
    brands: Whole
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


@dataclass(frozen=True)
class _Cells:
    """Cells of one facet over the whole catalogue, each offer and key once, as codes."""

    offers: Whole
    keys: Whole
    states: Whole
    values: Floats
    names: tuple[str, ...]
    shown: tuple[str, ...]


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
    offers, notes = _canonical_offers(catalog.products)
    attributes = catalog.attributes
    require_columns(attributes, _ATTRIBUTE_COLUMNS, argument="catalog.attributes")
    owner = _offer_codes(attributes, offers)
    facet_of = attributes["facet"].to_numpy(dtype=object)
    lists = {
        facet: cells
        for facet in LIST_FACETS
        if (cells := _cells(attributes, owner, np.flatnonzero(facet_of == facet))) is not None
    }
    amounts = {
        facet: cells
        for facet, source in _AMOUNTS_FROM.items()
        if (cells := _amounts(attributes, owner, np.flatnonzero(facet_of == source))) is not None
    }
    texts = {facet: _texts(offers, facet) for facet in TEXT_FACETS if facet in offers}
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
                    facet: _numbers(cells, rows, listed.get("fees") if facet == "fee_amounts" else None)
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
        notes=(*notes, *_currency_notes(amounts)),
        as_of=_as_of(catalog.products),
    )


def entry_key(name: str) -> str:
    """Give the form in which entries of a list meet: one script, width and case, blanks for _.

    Examples
    --------
    >>> entry_key("EXTRA_REPAYMENTS"), entry_key("國際 轉帳")
    ('extra repayments', '国际 转帐')
    """
    return " ".join(folded(name.replace("_", " ")).split())


def _canonical_offers(products: pd.DataFrame) -> tuple[pd.DataFrame, list[Message]]:
    """Sort the offers by category, brand and product, and unite spellings of a category."""
    require_columns(products, ["brand", "product", "name", "category"], argument="catalog.products")
    columns = [*("brand", "product", "name", "category"),
               *(["description"] if "description" in products else [])]  # fmt: skip
    offers = pd.DataFrame({
        column: products[column].astype("str").fillna("").to_numpy(dtype=object)
        for column in columns
    })  # fmt: skip
    twice = offers[offers.duplicated(["brand", "product"], keep=False)]
    if len(twice):
        raise InputError(
            "`catalog.products` must hold each offer (brand and product id) once; found "
            f"{shown(sorted({f'{row.brand}: {row.product}' for row in twice.itertuples()}))} more "
            "than once. Give the offers different ids, or leave the copies out."
        )
    notes = []
    spellings = offers["category"].value_counts()
    same: dict[str, list[str]] = {}
    for label in sorted(spellings.index, key=lambda label: (-spellings[label], label)):
        same.setdefault(category_key(label), []).append(label)
    for labels in sorted(same.values()):
        if len(labels) > 1:
            text = "{others} {n:was|were} read as the category {first}: they differ only in spelling."
            notes.append(Message(text, {"others": labels[1:], "n": len(labels) - 1, "first": labels[0]}))
    united = {label: labels[0] for labels in same.values() for label in labels}
    offers["category"] = offers["category"].map(united)
    blank = int((offers["category"] == "").sum())
    if blank:
        notes.append(Message(
            "{n:count} {n:offer|offers} without a category {n:is|are} left out: offers are compared "
            "within a category.", {"n": blank}))  # fmt: skip
        offers = offers[offers["category"] != ""]
    return offers.sort_values(["category", "brand", "product"], ignore_index=True), notes


def category_key(label: str) -> str:
    """Give the form in which spellings of a category meet: letters and digits only.

    Examples
    --------
    >>> category_key("Credit Cards") == category_key("CREDIT_CARDS") == category_key("credit-cards")
    True
    """
    return re.sub(r"[\W_]+", "", folded(label))


def _offer_codes(attributes: pd.DataFrame, offers: pd.DataFrame) -> Whole:
    """Say which offer each attribute row belongs to; -1 for offers that were left out."""
    brands = pd.Index(sorted(set(offers["brand"])))
    products = pd.Index(sorted(set(offers["product"])))
    width = len(products) + 1

    def keys(frame: pd.DataFrame) -> Whole:
        brand = _category_codes(frame["brand"], brands)
        product = _category_codes(frame["product"], products)
        return np.where((brand < 0) | (product < 0), -1, brand * width + product)

    own = keys(offers)
    order = np.argsort(own, kind="stable")
    asked = keys(attributes)
    at = np.minimum(np.searchsorted(own[order], asked), max(len(own) - 1, 0))
    found = (asked >= 0) & (own[order][at] == asked) if len(own) else asked < -1
    return np.where(found, order[at] if len(own) else -1, -1).astype(np.int64)


def _category_codes(column: pd.Series, known: pd.Index) -> Whole:
    codes, values = pd.factorize(column)
    places = np.append(known.get_indexer(pd.Index(values.astype("str"))), -1)
    return places[codes].astype(np.int64)


def _cells(attributes: pd.DataFrame, owner: Whole, rows: Whole) -> _Cells | None:
    """Gather a list facet: spellings of an entry united, the most positive state kept."""
    rows = rows[owner[rows] >= 0]
    if not len(rows):
        return None
    codes, labels = pd.factorize(attributes["attribute"].iloc[rows])
    keys, names, shown_as = _united([str(label) for label in labels], codes)
    states = attributes["state"].iloc[rows].map(_STATES).to_numpy(dtype=np.int64)
    values = attributes["value"].iloc[rows].to_numpy(dtype=np.float64)
    # the most positive state first, then the smallest amount: what stays does not depend on rows
    order = np.lexsort((values, -states, keys[codes], owner[rows]))
    cell = (owner[rows] * len(names) + keys[codes])[order]
    first = order[np.append(True, cell[1:] != cell[:-1])]
    return _Cells(owner[rows][first], keys[codes][first], states[first], values[first], names, shown_as)


def _amounts(attributes: pd.DataFrame, owner: Whole, rows: Whole) -> _Cells | None:
    """Gather a number facet: an attribute in two units is two attributes."""
    stated = attributes["value"].iloc[rows].notna().to_numpy()
    rows = rows[stated]
    if not len(rows):
        return None
    units = attributes["unit"].iloc[rows].astype("str").fillna("").to_numpy(dtype=object)
    words = attributes["attribute"].iloc[rows].astype("str").to_numpy(dtype=object)
    named = pd.Series(words) + pd.Series(units).map(lambda unit: f" [{unit}]" if unit else "")
    frame = attributes.iloc[rows].assign(attribute=named.to_numpy(), state="has")
    return _cells(frame, owner[rows], np.arange(len(rows)))


def _united(labels: Sequence[str], codes: Whole) -> tuple[Whole, tuple[str, ...], tuple[str, ...]]:
    """Give each label's key as a code, the keys, and the commonest spelling of each."""
    counts = np.bincount(codes, minlength=len(labels))
    spelt: dict[str, list[tuple[int, str]]] = {}
    for label, count in zip(labels, counts.tolist(), strict=True):
        spelt.setdefault(entry_key(label), []).append((-count, label))
    names = tuple(sorted(spelt))
    place = {name: at for at, name in enumerate(names)}
    keys = np.array([place[entry_key(label)] for label in labels], dtype=np.int64)
    return keys, names, tuple(min(spelt[name])[1] for name in names)


def _lists(cells: _Cells, rows: Whole) -> Lists:
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


def _silence_read(lists: Lists, brands: Whole, rule: str) -> Lists:
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


def _numbers(cells: _Cells, rows: Whole, charged: Lists | None) -> Numbers:
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


def _inside(cells: _Cells, rows: Whole) -> NDArray[np.bool_]:
    inside = np.zeros(int(max(cells.offers.max(initial=0), rows.max(initial=0))) + 1, dtype=bool)
    inside[rows] = True
    return inside[cells.offers]


def _within(cells: _Cells, rows: Whole) -> tuple[Whole, Whole, Whole]:
    chosen = _inside(cells, rows)
    return np.searchsorted(rows, cells.offers[chosen]), cells.keys[chosen], cells.states[chosen]


def _indicator(
    at: Whole, places: Whole, chosen: NDArray[np.bool_], shape: tuple[int, int]
) -> sp.csr_array:
    cells = (at[chosen], places[chosen])
    return sp.csr_array((np.ones(int(chosen.sum())), cells), shape=shape)


def _texts(offers: pd.DataFrame, facet: str) -> tuple[Whole, tuple[str, ...], Pieces]:
    pairs = pd.MultiIndex.from_arrays([offers[facet], offers["brand"]])
    codes, kinds = pd.factorize(pairs)
    plain = np.array([normalised_name(text, brand=brand) for text, brand in kinds], dtype=object)
    known = tuple(sorted(set(plain) - {""}))
    places = np.append(pd.Index(known, dtype=object).get_indexer(plain[codes]), -1)[:-1]
    return places.astype(np.int64), known, text_pieces(known)


def _currency_notes(amounts: Mapping[Facet, _Cells]) -> list[Message]:
    """Say where one amount is stated in several currencies."""
    units: dict[str, set[str]] = {}
    for cells in amounts.values():
        for name in cells.shown:
            word, _, unit = name.rstrip("]").rpartition(" [")
            if _CURRENCY.fullmatch(unit):
                units.setdefault(entry_key(word), set()).add(unit)
    mixed = sorted({unit for found in units.values() if len(found) > 1 for unit in found})
    if not mixed:
        return []
    return [Message("Amounts stand in {n:count} currencies ({units}). Amounts in different "
                    "currencies are not compared.", {"n": len(mixed), "units": mixed})]  # fmt: skip


def _as_of(products: pd.DataFrame) -> str:
    if "as_of" not in products:
        return ""
    days = pd.to_datetime(products["as_of"]).dropna()
    return str(days.max().date().isoformat()) if len(days) else ""
