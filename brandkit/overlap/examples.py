"""A small catalogue written out by hand, to try things on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from brandkit.sources.catalog.catalog import Catalog

_COLUMNS = ["brand", "product", "facet", "attribute", "state", "value", "unit"]


def small_catalog() -> Catalog:
    """Three invented banks with a handful of cards and savings accounts.

    Examples
    --------
    >>> small_catalog().products["brand"].unique().tolist()
    ['Meridian', 'Kestrel', 'Tidewater']
    """
    return catalog_of([
        {"brand": "Meridian", "product": "m1", "name": "Everyday card", "category": "cards",
         "features": ["contactless", "insurance"], "fees": {"annual fee": 30.0}},
        {"brand": "Meridian", "product": "m2", "name": "Travel card", "category": "cards",
         "features": ["contactless", "lounge"], "fees": {"annual fee": 120.0}},
        {"brand": "Meridian", "product": "m3", "name": "Bonus saver", "category": "savings",
         "features": ["bonus interest"], "rates": {"deposit": 0.045}},
        {"brand": "Kestrel", "product": "k1", "name": "Everyday card", "category": "cards",
         "features": ["contactless"], "fees": {"annual fee": 0.0}},
        {"brand": "Kestrel", "product": "k2", "name": "Cashback card", "category": "cards",
         "features": ["contactless", "cashback"], "fees": {"annual fee": 60.0}},
        {"brand": "Tidewater", "product": "t1", "name": "Bonus saver", "category": "savings",
         "features": ["bonus interest", "no minimum"], "rates": {"deposit": 0.040}}
    ])  # fmt: skip


def catalog_of(
    offers: Sequence[Mapping[str, object]],
    *,
    owners: Mapping[str, str] | None = None,
    disclosure: Mapping[str, str] | None = None,
) -> Catalog:
    """Build a catalogue from offers written as mappings.

    Parameters
    ----------
    offers : sequence of mappings
        ``brand product name category`` and, where the offer has them, ``description``, lists
        (``features eligibility channels regions``: names, or name -> state) and amounts
        (``fees rates terms``: name -> amount, or name -> (amount, unit)).
    owners : mapping of brand to group, optional
    disclosure : mapping of facet to "brand", "closed" or "open", optional
        How silence is read; "brand" where not given.

    Returns
    -------
    Catalog

    Examples
    --------
    >>> made = catalog_of([
    ...     {"brand": "A", "product": "1", "name": "x", "category": "c", "features": ["p", "q"]},
    ...     {"brand": "A", "product": "2", "name": "y", "category": "c", "features": ["p"]},
    ... ])
    >>> made.attributes["state"].tolist()
    ['has', 'has', 'has', 'has_not']
    """
    rule = {facet: "brand" for facet in _LISTS} | dict(disclosure or {})
    products = pd.DataFrame({
        column: [str(offer.get(column, "")) for offer in offers]
        for column in ("brand", "product", "name", "category", "description")
    })  # fmt: skip
    rows = [row for facet in _LISTS for row in _list_rows(offers, facet, rule[facet])]
    rows += [row for facet in _AMOUNTS for offer in offers for row in _amount_rows(offer, facet)]
    attributes = pd.DataFrame(rows, columns=_COLUMNS).astype(
        {"brand": "str", "product": "str", "facet": "str", "attribute": "str", "state": "str",
         "value": "float64", "unit": "str"}
    )  # fmt: skip
    return Catalog(
        products=products, attributes=attributes, owners=dict(owners or {}), disclosure=rule
    )


_LISTS = ("features", "eligibility", "channels", "regions")
_AMOUNTS = {"fees": "AUD", "rates": "share", "terms": "months"}


def _list_rows(
    offers: Sequence[Mapping[str, object]], facet: str, rule: str
) -> list[tuple[object, ...]]:
    """Write a row for every offer and every entry its category knows."""
    rows: list[tuple[object, ...]] = []
    listed = [_states(offer.get(facet)) for offer in offers]
    for offer, mine in zip(offers, listed, strict=True):
        same = [(other["brand"], theirs) for other, theirs in zip(offers, listed, strict=True)
                if other["category"] == offer["category"] and theirs]  # fmt: skip
        for entry in sorted({entry for _, theirs in same for entry in theirs or {}}):
            state = "not_stated"
            if mine is not None:
                named = any(brand == offer["brand"] and theirs.get(entry) == "has"
                            for brand, theirs in same if theirs)  # fmt: skip
                silent = "has_not" if rule == "closed" or (rule == "brand" and named) else state
                state = mine.get(entry, silent)
            rows.append((offer["brand"], offer["product"], facet, entry, state, None, None))
    return rows


def _states(entries: object) -> Mapping[str, str] | None:
    if entries is None or isinstance(entries, Mapping):
        return entries
    return dict.fromkeys(entries, "has")  # type: ignore[call-overload, no-any-return]


def _amount_rows(offer: Mapping[str, object], facet: str) -> list[tuple[object, ...]]:
    amounts = offer.get(facet) or {}
    rows: list[tuple[object, ...]] = []
    for entry, amount in amounts.items():  # type: ignore[attr-defined]
        value, unit = amount if isinstance(amount, tuple) else (amount, _AMOUNTS[facet])
        rows.append((offer["brand"], offer["product"], facet, entry, "has", value, unit))
    return rows
