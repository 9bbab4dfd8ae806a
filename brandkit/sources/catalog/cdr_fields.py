"""What one product of the Consumer Data Right says: features, fees, rates, terms, conditions."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from brandkit.sources.catalog.amounts import (
    NOTHING,
    PERCENT_FROM,
    Amount,
    mostly_percent,
    parsed_amount,
    parsed_months,
)
from brandkit.sources.catalog.fee_names import fee_attribute
from brandkit.sources.catalog.listing import Entry, Note
from brandkit.sources.catalog.offers import headline

Fields = Mapping[str, Any]
#: Types as they are read -> as readers see them, where lower case is not enough.
_WORDS = {
    "UNLIMITED_TXNS": "unlimited transactions",
    "FREE_TXNS": "free transactions",
    "FREE_TXNS_ALLOWANCE": "free transactions allowance",
    "NPP_PAYID": "PayID",
    "NPP_ENABLED": "fast payments (NPP)",
}
_NUMBERED = (
    "ADDITIONAL_CARDS",
    "BALANCE_TRANSFERS",
    "NOTIFICATIONS",
    "UNLIMITED_TXNS",
    "FREE_TXNS",
    "INTEREST_FREE_TRANSFERS",
    "EXTRA_REPAYMENTS",
    "BONUS_REWARDS",
    "COMPLEMENTARY_PRODUCT_DISCOUNTS",
)
#: Singular forms that some banks write, and the type they mean.
_SINGULAR = {name.replace("_", "").removesuffix("S"): name for name in _NUMBERED}
_NO = frozenset({"no", "n", "false", "not available", "not applicable"})
_CHANNELS = {
    "DIGITAL_BANKING": "digital banking",
    "DIGITAL_WALLET": "digital wallet",
    "CARD_ACCESS": "card",
}
_CHANNEL_WORDS = (
    ("branch", re.compile(r"\bbranch(?:es)?\b|over[- ]the[- ]counter|bank@post", re.IGNORECASE)),
    (
        "phone",
        re.compile(r"\b(?:tele)?phone banking|\bby phone\b|(?:call|contact) cent", re.IGNORECASE),
    ),
    ("ATM", re.compile(r"\bATMs?\b")),
)
_AGES = {"MIN_AGE": "years", "MAX_AGE": "years", "MIN_INCOME": "AUD", "MIN_TURNOVER": "AUD"}
_BUSINESS_CATEGORIES = frozenset({"BUSINESS_LOANS", "TRADE_FINANCE"})
_PERSONAL_CATEGORIES = frozenset({"RESIDENTIAL_MORTGAGES", "PERS_LOANS", "TRAVEL_CARDS"})
_BUSINESS_NAME = re.compile(
    r"\b(?:business|corporate|commercial|company|agri\w*|farm)\b", re.IGNORECASE
)
#: How often a periodic fee is charged -> times a year.
_YEAR = 12.0
_AT_COST = re.compile(r"\bat[- ]cost\b|\bactual cost", re.IGNORECASE)
_PLAIN = re.compile(r"\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*", re.IGNORECASE)
_RATES = ("rate", "balanceRate", "transactionRate", "accruedRate")

_MORE = ("additionalValue", "additionalInfo", "additionalInfoUri")
_RATE_KEYS = frozenset(
    {
        "rate",
        "calculationFrequency",
        "applicationFrequency",
        "applicationType",
        "tiers",
        "applicabilityConditions",
        "adjustmentToBase",
        "adjustmentBundle",
        *_MORE,
    }
)
#: The fields that the standard's forms 1 to 6 have, of a product ("") and of what it lists.
_KNOWN: Mapping[str, frozenset[str]] = {
    "": frozenset(
        {
            "productId",
            "effectiveFrom",
            "effectiveTo",
            "lastUpdated",
            "productCategory",
            "name",
            "description",
            "brand",
            "brandName",
            "applicationUri",
            "isTailored",
            "additionalInformation",
            "cardArt",
            "bundles",
            "features",
            "constraints",
            "eligibility",
            "fees",
            "depositRates",
            "lendingRates",
            "instalments",
        }
    ),
    "features": frozenset({"featureType", "isActivated", *_MORE}),
    "eligibility": frozenset({"eligibilityType", *_MORE}),
    "constraints": frozenset({"constraintType", *_MORE}),
    "fees": frozenset(
        {
            "name",
            "feeType",
            "feeCategory",
            "amount",
            "balanceRate",
            "transactionRate",
            "accruedRate",
            "accrualFrequency",
            "currency",
            "discounts",
            "feeMethodUType",
            "fixedAmount",
            "rateBased",
            "variable",
            "feeCap",
            "feeCapPeriod",
            *_MORE,
        }
    ),
    "fees.fixedAmount": frozenset({"amount", "currency"}),
    "fees.rateBased": frozenset({"rateType", "accrualFrequency", "amountRange", *_RATES}),
    "fees.variable": frozenset({"feeMinimum", "feeMaximum"}),
    "depositRates": _RATE_KEYS | {"depositRateType"},
    "lendingRates": _RATE_KEYS
    | {
        "lendingRateType",
        "comparisonRate",
        "referenceRate",
        "interestPaymentDue",
        "repaymentType",
        "loanPurpose",
    },
}


@dataclass(slots=True)
class Rate:
    """A rate as written, before anybody knows whether the bank writes percentages."""

    attribute: str
    value: float
    is_discount: bool
    where: str
    written: str


@dataclass(slots=True)
class Parts:
    """What was read out of one product."""

    lists: dict[str, dict[str, Entry] | None] = field(default_factory=dict)
    fees: dict[str, Entry] = field(default_factory=dict)
    terms: dict[str, Entry] = field(default_factory=dict)
    rates: list[Rate] = field(default_factory=list)
    fee_detail: frozenset[tuple[object, ...]] = frozenset()
    n_free_text: int = 0
    segment: str = ""


def product_parts(data: Fields, note: Note, fee_names: Counter[tuple[str, str]]) -> Parts:
    """Read the parts of one product.

    Parameters
    ----------
    data : mapping
        The ``data`` of a product's answer.
    note : callable
        Takes a reason, the field and what was found.
    fee_names : Counter
        Counts (name, type) of every fee, for the list to review.

    Returns
    -------
    Parts

    Examples
    --------
    >>> parts = product_parts({"features": [{"featureType": "REDRAW"}], "fees": None},
    ...     lambda *problem: None, Counter())
    >>> parts.lists["features"], parts.lists["eligibility"], parts.fees
    ({'redraw': Entry(state='has', value=nan, unit='')}, None, {})
    """
    parts = Parts()
    _note_unknown([data], "", note)
    _read_features(data, note, parts)
    _read_eligibility(data, note, parts)
    _read_fees(data, note, parts, fee_names)
    _read_constraints(data, note, parts)
    _read_rates(data, note, parts)
    parts.segment = _segment(data, parts)
    return parts


def _entries(data: Fields, name: str, note: Note) -> list[Fields] | None:
    """Give a list of the product; None where it is absent, null or no list."""
    value = data.get(name)
    if value is None:
        return None
    if not isinstance(value, list):
        note("wrong_form", name, value)
        return None
    entries = [entry for entry in value if isinstance(entry, Mapping)]
    if len(entries) < len(value):
        note("wrong_form", name, next(e for e in value if not isinstance(e, Mapping)))
    _note_unknown(entries, name, note)
    return entries


def _note_unknown(entries: list[Fields], name: str, note: Note) -> None:
    """Say which fields the standard does not have: what they hold is not read."""
    for key in sorted({key for entry in entries for key in entry} - _KNOWN[name]):
        note("unknown_key", f"{name}.{key}" if name else key, key)


@lru_cache(maxsize=5_000)
def _type(written: str) -> tuple[str, bool]:
    """Give the type without drift in its spelling, and whether it had drifted."""
    plain = "_".join(written.upper().replace("-", " ").replace("_", " ").split())
    shorter = plain.replace("TRANSACTION", "TXN").replace("_", "")
    plain = _SINGULAR.get(shorter.removesuffix("S"), plain)
    return plain, plain != written


@lru_cache(maxsize=5_000)
def words_of(written: str) -> str:
    """Give the words of an enumerated value.

    Examples
    --------
    >>> words_of("EXTRA_REPAYMENTS"), words_of("NPP_PAYID")
    ('extra repayments', 'PayID')
    """
    return _WORDS.get(written) or written.lower().replace("_", " ")


def _typed(
    entries: list[Fields], key: str, field_name: str, note: Note
) -> Iterator[tuple[str, Fields]]:
    for entry in entries:
        written = entry.get(key)
        if not isinstance(written, str) or not written.strip():
            note("no_type", field_name, written)
            continue
        plain, drifted = _type(written)
        if drifted:
            note("attribute_spelling", field_name, written)
        yield plain, entry


def _read_features(data: Fields, note: Note, parts: Parts) -> None:
    entries = _entries(data, "features", note)
    parts.lists["features"] = parts.lists["channels"] = None
    if entries is None:
        return
    features: dict[str, Entry] = {}
    channels: dict[str, Entry] = {}
    for plain, entry in _typed(entries, "featureType", "features", note):
        if plain == "OTHER":
            parts.n_free_text += 1
            said = f"{entry.get('additionalValue') or ''} {entry.get('additionalInfo') or ''}"
            for channel, pattern in _CHANNEL_WORDS:
                if pattern.search(said):
                    channels[channel] = Entry()
            continue
        answer = Entry("has_not") if _says_no(entry) else Entry()
        _merge(features, words_of(plain), answer)
        if plain in _CHANNELS:
            _merge(channels, _CHANNELS[plain], answer)
    parts.lists["features"] = features
    parts.lists["channels"] = channels


def _says_no(entry: Fields) -> bool:
    value = entry.get("additionalValue")
    return isinstance(value, str) and value.strip().lower() in _NO


def _merge(entries: dict[str, Entry], attribute: str, entry: Entry) -> None:
    """Keep one entry an attribute: yes wins over no, the lower amount over the higher."""
    before = entries.get(attribute)
    if before is None or (before.state == "has_not" and entry.state == "has"):
        entries[attribute] = entry
    elif before.state == entry.state == "has":
        entries[attribute] = headline([before, entry], "minimum")


def _read_eligibility(data: Fields, note: Note, parts: Parts) -> None:
    entries = _entries(data, "eligibility", note)
    parts.lists["eligibility"] = None
    if entries is None:
        return
    read: dict[str, Entry] = {}
    for plain, entry in _typed(entries, "eligibilityType", "eligibility", note):
        if plain == "OTHER":
            continue
        amount = _first_amount(entry) if plain in _AGES else None
        answer = Entry("has_not") if _says_no(entry) else Entry()
        if amount is not None:
            answer = Entry("has", amount.value, _AGES[plain])
        _merge(read, words_of(plain), answer)
    parts.lists["eligibility"] = read


def _first_amount(entry: Fields) -> Amount | None:
    told = (entry.get(key) for key in ("additionalValue", "additionalInfo"))
    amounts = (
        parsed_amount(str(value))
        for value in told
        if isinstance(value, (str, int, float)) and not isinstance(value, bool)
    )
    return next((amount for amount in amounts if amount is not None), None)


def _read_fees(data: Fields, note: Note, parts: Parts, fee_names: Counter[tuple[str, str]]) -> None:
    entries = _entries(data, "fees", note)
    if entries is None:
        return
    stated: dict[str, list[Entry]] = {}
    detail: set[tuple[object, ...]] = set()
    for entry in entries:
        name, kind = _text(entry.get("name")), _text(entry.get("feeType"))
        plain, drifted = _type(kind) if kind else ("", False)
        if drifted:
            note("attribute_spelling", "fees", kind)
        if not name and not plain:
            note("no_type", "fees", entry.get("name"))
            continue
        fee_names[name, plain] += 1
        attribute, _ = fee_attribute(name, plain)
        amounts = list(_fee_amounts(entry, plain, note))
        detail.add((" ".join(name.lower().split()), plain, *amounts))
        for suffix, value, unit in amounts or [("", math.nan, "")]:
            stated.setdefault(attribute + suffix, []).append(Entry("has", value, unit))
    parts.fees = {attribute: headline(found, "fee") for attribute, found in stated.items()}
    parts.fee_detail = frozenset(detail)


def _fee_amounts(entry: Fields, kind: str, note: Note) -> Iterator[tuple[str, float, str]]:
    """Give (suffix, value, unit): money as such, shares of a balance or transaction as rates."""
    given = {**entry, **_by_method(entry, note)}
    amount = _amount(given.get("amount"), "fees.amount", note)
    if amount is not None and not (amount.value == 0 and _is_at_cost(entry, kind)):
        currency = _text(given.get("currency")).upper()
        unit = amount.unit or (currency if len(currency) == 3 and currency != "XXX" else "AUD")
        times = 1.0
        if kind == "PERIODIC":
            # what a period costs is compared by the year
            period = parsed_months(_text(entry.get("additionalValue")))
            times = _YEAR / period if period else 1.0
            unit = f"{unit} a year" if period else unit
        yield "", amount.value * times, unit
    for key in _RATES:
        rate = _amount(given.get(key), f"fees.{key}", note)
        if rate is not None:
            yield " (rate)", rate.value, "share"


def _by_method(entry: Fields, note: Note) -> Fields:
    """Give the amounts of the form since 2025, under the names of the form before it."""
    given: dict[str, object] = {}
    for method in ("fixedAmount", "rateBased", "variable"):
        told = entry.get(method)
        if told is None:
            continue
        if not isinstance(told, Mapping):
            note("wrong_form", f"fees.{method}", told)
            continue
        _note_unknown([told], f"fees.{method}", note)
        if method == "fixedAmount":
            given |= told
        elif method == "rateBased":
            rate = next((told[key] for key in _RATES if told.get(key) not in (None, "")), None)
            given |= {**dict.fromkeys(_RATES), "rate": rate}
        else:
            low = _amount(told.get("feeMinimum"), "fees.variable.feeMinimum", note)
            if low is not None and low.value > 0:  # from 0 upward is charged at cost, not free
                given["amount"] = told["feeMinimum"]
    return given


def _is_at_cost(entry: Fields, kind: str) -> bool:
    """Whether an amount of 0 stands for whatever it comes to."""
    said = " ".join(_text(entry.get(key)) for key in ("name", *_MORE[:2]))
    return kind == "VARIABLE" or bool(_AT_COST.search(said))


def _amount(value: object, field_name: str, note: Note) -> Amount | None:
    """Read a number; what is no number is told and not stated, "" and null are simply absent."""
    if value is None or isinstance(value, bool):
        return None
    text = str(value)
    amount = parsed_amount(text)
    if amount is None:
        if text.strip():
            note("no_number", field_name, text)
    elif amount.with_text or not _PLAIN.fullmatch(text):
        note("amount_text", field_name, text)
    return amount


def _read_constraints(data: Fields, note: Note, parts: Parts) -> None:
    stated: dict[str, list[Entry]] = {}
    entries = _entries(data, "constraints", note) or []
    for plain, entry in _typed(entries, "constraintType", "constraints", note):
        value = entry.get("additionalValue")
        amount = parsed_amount(str(value)) if isinstance(value, (str, int, float)) else None
        if amount is None:
            if isinstance(value, str) and value.strip().casefold() not in NOTHING:
                note("no_number", "constraints", value)
            continue
        stated.setdefault(words_of(plain), []).append(
            Entry("has", amount.value, amount.unit or "AUD")
        )
    parts.terms = {name: headline(found, name) for name, found in stated.items()}


def _read_rates(data: Fields, note: Note, parts: Parts) -> None:
    periods: list[float] = []
    for side in ("deposit", "lending"):
        name = f"{side}Rates"
        entries = _entries(data, name, note) or []
        for plain, entry in _typed(entries, f"{side}RateType", name, note):
            written = entry.get("rate")
            amount = _amount(written, name, note)
            if isinstance(written, str) and not written.strip():
                note("no_number", name, written)
            if plain == "FIXED":
                period = parsed_months(_text(entry.get("additionalValue")))
                periods += [period] if period else []
            if amount is None:
                continue
            attribute, is_discount = f"{side} {words_of(plain)} rate", "DISCOUNT" in plain
            parts.rates.append(Rate(attribute, amount.value, is_discount, name, str(written)))
    if periods:
        parts.terms["minimum term"] = Entry("has", min(periods), "months")
        parts.terms["maximum term"] = Entry("has", max(periods), "months")


def _segment(data: Fields, parts: Parts) -> str:
    category = _text(data.get("productCategory")).upper()
    may = parts.lists.get("eligibility") or {}
    business, person = "business" in may, "natural person" in may
    if category in _BUSINESS_CATEGORIES or (business and not person):
        return "business"
    if business and person:
        return "both"
    if _BUSINESS_NAME.search(_text(data.get("name"))):
        return "business"
    if person or category in _PERSONAL_CATEGORIES:
        return "personal"
    return "not stated"


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def rate_entries(products: list[tuple[list[Rate], Note]]) -> list[dict[str, Entry]]:
    """Bring one bank's rates to fractions, and give each product its headline rates.

    Parameters
    ----------
    products : list of (rates, note)
        All products of one bank.

    Returns
    -------
    list of dict
        Attribute -> entry, one dict a product.

    Notes
    -----
    The rule for percentages. A rate of 1 or more would be 100 % a year: it is a percentage. So
    are the bank's other rates if more than a third of its non-zero rates are .3 or more, and the
    product's other rates if more than a third of its are and one is 1 or more: such a bank or
    product writes ``2.00`` and ``.50`` side by side. Every rate divided by 100 is noted.

    Examples
    --------
    >>> rates = [Rate("deposit variable rate", value, False, "depositRates", str(value))
    ...     for value in (2.0, 0.5)]
    >>> rate_entries([(rates, lambda *problem: None)])[0]["deposit variable rate"].value
    0.02
    """
    every = [rate.value for rates, _ in products for rate in rates]
    whole_bank = mostly_percent(every)
    result = []
    for rates, note in products:
        values = [rate.value for rate in rates]
        whole = whole_bank or mostly_percent(values)
        stated: dict[str, list[Entry]] = {}
        for rate in rates:
            value = rate.value
            if value and (whole or abs(value) >= PERCENT_FROM) and "%" not in rate.written:
                note("percent", rate.where, rate.written)
                value /= 100
            if rate.is_discount and value < 0:
                note("discount_sign", rate.where, rate.written)
                value = -value
            stated.setdefault(rate.attribute, []).append(Entry("has", value, "share"))
        result.append({name: headline(found, name) for name, found in stated.items()})
    return result
