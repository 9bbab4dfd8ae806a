"""What is asked of catalogues and branches: how alike, in what, since when, and what is lacking."""

from __future__ import annotations

from typing import Any

from brandkit.core.message import Message
from brandkit.overlap import (
    brand_overlap,
    catalog_changes,
    catalog_gaps,
    fit_reference,
    list_prices,
    look_alike_names,
    market_overlap,
    overlap_explanation,
    overlap_history,
    overlap_test,
    weight_sensitivity,
)
from brandkit.overlap.brands.brands import compared_pair
from brandkit.questions.question import Asking, Question

PAGE = "01_overlap"
NO_CATALOG = Message(
    "How alike the products are cannot be told: the study has no catalogue of at least two banks' "
    "products."
)
NO_FOCUS = Message("What sets a bank apart takes a focus bank; this study names none.")
_CATALOG: dict[str, Any] = {
    "page": PAGE, "reads": ("catalog",), "keys": ("catalog",), "takes": NO_CATALOG,
    "arguments": {"weights": "catalog.weights", "catalog": "catalog", "brand": "study.focus"},
}  # fmt: skip
_ANALYSTS = {**_CATALOG, "page": "05_analysts"}


def _weights(a: Asking) -> Any:
    return a.settings.catalog.weights or None


def _overlap(a: Asking) -> Any:
    a.require(len(a.catalog.brands) > 1)
    reference = fit_reference(next(iter(a.catalogs.values())))
    return brand_overlap(a.catalog, weights=_weights(a), reference=reference, seed=a.seed)


def _explanation(a: Asking) -> Any:
    overlap = a["overlap"]
    brand = a.focus if a.focus in a.catalog.brands else None
    pair = a.require(compared_pair(overlap, brand=brand))
    return overlap_explanation(
        a.catalog, brand=pair[0], rival=pair[1], weights=_weights(a), reference=overlap.reference
    )


def _sensitivity(a: Asking) -> Any:
    reference = a["overlap"].reference
    return weight_sensitivity(a.catalog, weights=_weights(a), reference=reference, seed=a.seed)


def _history(a: Asking) -> Any:
    a.require(len(a.catalogs) > 1)
    return overlap_history(a.catalogs, weights=_weights(a))


def _changes(a: Asking) -> Any:
    a.require(len(a.catalogs) > 1)
    old, new = list(a.catalogs.values())[-2:]
    return catalog_changes(new, since=old, focus=a.focus if a.focus in new.brands else None)


def _gaps(a: Asking) -> Any:
    a.require(a.focus in a.catalog.brands)
    return catalog_gaps(a.catalog, brand=a.focus, reference=a["overlap"].reference)


def _names(a: Asking) -> Any:
    focus = a.focus if a.focus in a.catalog.brands else None
    return look_alike_names(a.catalog, focus=focus, sisters=a["overlap"].sisters)


def _list_prices(a: Asking) -> Any:
    told = a.settings.catalog.price
    category = None if told.category is None else a.study.called(told.category)
    return list_prices(
        a.catalog,
        price=told.attribute,
        category=category,
        terms=told.terms,
        level=a.settings.report.level,
    )


def _market_overlap(a: Asking) -> Any:
    places = a.branches.presence
    amount = "amount" if places["amount"].notna().all() else None
    return market_overlap(places, brand="brand", market="market", amount=amount)


QUESTIONS = (
    Question(
        name="overlap",
        text=Message("How alike are the banks' products?"),
        call=_overlap,
        **_CATALOG,
    ),
    Question(
        name="explanation",
        text=Message("In what are they alike?"),
        call=_explanation,
        need=("overlap",),
        of_focus=True,
        leads=False,
        **_CATALOG,
    ),
    Question(
        name="chance",
        text=Message("Is it more than chance?"),
        need=("overlap",),
        call=lambda a: overlap_test(a.catalog, seed=a.seed),
        **_ANALYSTS,
    ),
    Question(
        name="sensitivity",
        text=Message("Does it hang on the weights?"),
        call=_sensitivity,
        need=("overlap",),
        leads=False,
        **_ANALYSTS,
    ),
    Question(
        name="history",
        text=Message("Since when are they alike?"),
        call=_history,
        **{
            **_CATALOG,
            "takes": Message("Since when banks are alike takes catalogues of at least two dates."),
        },
    ),
    Question(
        name="changes",
        text=Message("What changed since the last date?"),
        call=_changes,
        of_focus=True,
        leads=False,
        **{
            **_CATALOG,
            "takes": Message("What changed in catalogues takes those of at least two dates."),
        },
    ),
    Question(
        name="gaps",
        text=Message("What do we lack, and what have only we?"),
        call=_gaps,
        need=("overlap",),
        of_focus=True,
        **{**_CATALOG, "takes": NO_FOCUS, "keys": ("catalog", "study.focus")},
    ),
    Question(
        name="names",
        text=Message("Whose products bear names like ours?"),
        call=_names,
        need=("overlap",),
        of_focus=True,
        leads=False,
        **_CATALOG,
    ),
    Question(
        name="list_prices",
        page=PAGE,
        reads=("catalog",),
        keys=("catalog.price",),
        leads=False,
        text=Message("What do features go with in the listed price?"),
        call=_list_prices,
        takes=Message(
            "What features go with in the listed price takes a rate or fee of the catalogue "
            "([catalog.price] in study.toml)."
        ),
        arguments={
            "price": "catalog.price.attribute",
            "category": "catalog.price.category",
            "terms": "catalog.price.terms",
            "offers": "catalog",
        },
    ),
    Question(
        name="market_overlap",
        page=PAGE,
        text=Message("Where do we meet?"),
        call=_market_overlap,
        takes=Message("Where banks meet takes their branches by market; this study has none."),
        reads=("branches",),
        keys=("branches",),
        arguments={"amount": "branches.amount", "brand": "branches.brand"},
    ),
)
