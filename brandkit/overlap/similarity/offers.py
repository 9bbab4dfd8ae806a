"""A catalogue's offers in one canonical order, and the cells of its facets as codes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from brandkit.core.errors import InputError, require_columns, shown
from brandkit.core.linalg import Floats, Ints
from brandkit.core.message import Message
from brandkit.sources.catalog.names import folded

HAS, HAS_NOT, NOT_STATED = 2, 1, 0
_STATES = {"has": HAS, "has_not": HAS_NOT, "not_stated": NOT_STATED}
_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True)
class Cells:
    """Cells of one facet over the whole catalogue, each offer and key once, as codes."""

    offers: Ints
    keys: Ints
    states: Ints
    values: Floats
    names: tuple[str, ...]
    shown: tuple[str, ...]


def entry_key(name: str) -> str:
    """Give the form in which entries of a list meet: one script, width and case, blanks for _.

    Examples
    --------
    >>> entry_key("EXTRA_REPAYMENTS"), entry_key("國際 轉帳")
    ('extra repayments', '国际 转帐')
    """
    return " ".join(folded(name.replace("_", " ")).split())


def canonical_offers(products: pd.DataFrame) -> tuple[pd.DataFrame, list[Message]]:
    """Sort the offers by category, brand and product, and unite spellings of a category."""
    require_columns(products, ["brand", "product", "name", "category"], argument="catalog.products")
    columns = ["brand", "product", "name", "category"]
    columns += ["description"] if "description" in products else []
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
            text = (
                "{others} {n:was|were} read as the category {first}: they differ only in spelling."
            )
            values = {"others": labels[1:], "n": len(labels) - 1, "first": labels[0]}
            notes.append(Message(text, values))
    united = {label: labels[0] for labels in same.values() for label in labels}
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


def category_key(label: str) -> str:
    """Give the form in which spellings of a category meet: letters and digits only.

    Examples
    --------
    >>> category_key("Credit Cards") == category_key("CREDIT_CARDS") == category_key("credit-cards")
    True
    """
    return re.sub(r"[\W_]+", "", folded(label))


def offer_codes(attributes: pd.DataFrame, offers: pd.DataFrame) -> Ints:
    """Say which offer each attribute row belongs to; -1 for offers that were left out."""
    brands = pd.Index(sorted(set(offers["brand"])))
    products = pd.Index(sorted(set(offers["product"])))
    width = len(products) + 1

    def keys(frame: pd.DataFrame) -> Ints:
        brand = _category_codes(frame["brand"], brands)
        product = _category_codes(frame["product"], products)
        return np.where((brand < 0) | (product < 0), -1, brand * width + product)

    own = keys(offers)
    order = np.argsort(own, kind="stable")
    asked = keys(attributes)
    at = np.minimum(np.searchsorted(own[order], asked), max(len(own) - 1, 0))
    found = (asked >= 0) & (own[order][at] == asked) if len(own) else asked < -1
    return np.where(found, order[at] if len(own) else -1, -1).astype(np.int64)


def _category_codes(column: pd.Series, known: pd.Index) -> Ints:
    codes, values = pd.factorize(column)
    places = np.append(known.get_indexer(pd.Index(values.astype("str"))), -1)
    return places[codes].astype(np.int64)


def list_cells(attributes: pd.DataFrame, owner: Ints, rows: Ints) -> Cells | None:
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
    return Cells(
        offers=owner[rows][first],
        keys=keys[codes][first],
        states=states[first],
        values=values[first],
        names=names,
        shown=shown_as,
    )


def amount_cells(attributes: pd.DataFrame, owner: Ints, rows: Ints) -> Cells | None:
    """Gather a number facet: an attribute in two units is two attributes."""
    stated = attributes["value"].iloc[rows].notna().to_numpy()
    rows = rows[stated]
    if not len(rows):
        return None
    units = attributes["unit"].iloc[rows].astype("str").fillna("").to_numpy(dtype=object)
    words = attributes["attribute"].iloc[rows].astype("str").to_numpy(dtype=object)
    named = pd.Series(words) + pd.Series(units).map(lambda unit: f" [{unit}]" if unit else "")
    frame = attributes.iloc[rows].assign(attribute=named.to_numpy(), state="has")
    return list_cells(frame, owner[rows], np.arange(len(rows)))


def _united(labels: Sequence[str], codes: Ints) -> tuple[Ints, tuple[str, ...], tuple[str, ...]]:
    """Give each label's key as a code, the keys, and the commonest spelling of each."""
    counts = np.bincount(codes, minlength=len(labels))
    spelt: dict[str, list[tuple[int, str]]] = {}
    for label, count in zip(labels, counts.tolist(), strict=True):
        spelt.setdefault(entry_key(label), []).append((-count, label))
    names = tuple(sorted(spelt))
    place = {name: at for at, name in enumerate(names)}
    keys = np.array([place[entry_key(label)] for label in labels], dtype=np.int64)
    return keys, names, tuple(min(spelt[name])[1] for name in names)


def currency_notes(amounts: Iterable[Cells]) -> list[Message]:
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
