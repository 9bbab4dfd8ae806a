"""A small catalogue written out by hand, to try things on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from brandkit.sources.catalog.catalog import Catalog
from brandkit.sources.catalog.listing import Entry, Listing
from brandkit.sources.catalog.offers import Offer, attribute_frame, product_frame

_LISTS = ("features", "eligibility", "channels", "regions")
_AMOUNTS = {"fees": "AUD", "rates": "share", "terms": "months"}


def small_catalog() -> Catalog:
    """Three invented banks with a handful of cards and savings accounts.

    Examples
    --------
    >>> small_catalog().products["brand"].unique().tolist()
    ['Meridian', 'Kestrel', 'Tidewater']
    """
    return catalog_of(
        [
            {
                "brand": "Meridian",
                "product": "m1",
                "name": "Everyday card",
                "category": "cards",
                "features": ["contactless", "insurance"],
                "fees": {"annual fee": 30.0},
            },
            {
                "brand": "Meridian",
                "product": "m2",
                "name": "Travel card",
                "category": "cards",
                "features": ["contactless", "lounge"],
                "fees": {"annual fee": 120.0},
            },
            {
                "brand": "Meridian",
                "product": "m3",
                "name": "Bonus saver",
                "category": "savings",
                "features": ["bonus interest"],
                "rates": {"deposit": 0.045},
            },
            {
                "brand": "Kestrel",
                "product": "k1",
                "name": "Everyday card",
                "category": "cards",
                "features": ["contactless"],
                "fees": {"annual fee": 0.0},
            },
            {
                "brand": "Kestrel",
                "product": "k2",
                "name": "Cashback card",
                "category": "cards",
                "features": ["contactless", "cashback"],
                "fees": {"annual fee": 60.0},
            },
            {
                "brand": "Tidewater",
                "product": "t1",
                "name": "Bonus saver",
                "category": "savings",
                "features": ["bonus interest", "no minimum"],
                "rates": {"deposit": 0.040},
            },
        ]
    )


def catalog_of(
    offers: Sequence[Mapping[str, Any]],
    *,
    owners: Mapping[str, str] | None = None,
    disclosure: Mapping[str, Any] | None = None,
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
    rule = dict.fromkeys(_LISTS, "brand") | dict(disclosure or {})
    made = [_offer(one) for one in offers]
    return Catalog(
        products=product_frame(made, None),
        attributes=attribute_frame(made, rule),
        owners=dict(owners or {}),
        disclosure=rule,
    )


def _offer(said: Mapping[str, Any]) -> Offer:
    names = ("brand", "name", "category", "description")
    texts: dict[str, Any] = {name: str(said.get(name, "")) for name in names}
    lists, numbers = {}, {}
    for facet in _LISTS:
        entries = said.get(facet)
        states: Any = (
            entries if isinstance(entries, Mapping) else dict.fromkeys(entries or (), "has")
        )
        stated = {name: Entry(state) for name, state in states.items()}
        lists[facet] = None if entries is None else stated
    for facet, usual in _AMOUNTS.items():
        amounts = {
            name: amount if isinstance(amount, tuple) else (amount, usual)
            for name, amount in (said.get(facet) or {}).items()
        }
        numbers[facet] = {name: Entry("has", *amount) for name, amount in amounts.items()}
    listing = Listing(record=str(said["product"]), file="", lists=lists, numbers=numbers, **texts)
    return Offer(listing, 1, numbers)
