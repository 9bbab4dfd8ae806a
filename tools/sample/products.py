"""The invented banks' catalogues at three dates.

The market has kinds of products, and for each a usual set of features. A bank follows usage to the
degree of its conformity and goes its own way in the rest; one bank's conformity grows over the
dates. The draws of a cell are the same at all dates, so that nothing changes but what was planted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from brandkit.core.linalg import Floats
from tools.sample import market
from tools.sample.names import FEATURES

YEARS = (2024, 2025, 2026)
#: Harbour Islands dollars; no country has this code.
CURRENCY = "HID"

# kind | category | names banks give it | fee a month (cards: a year) | rate | minimum | for whom
_KINDS = """
    everyday | Current accounts | Everyday Account; Daily Account; Classic Account | 5 | 0.10 | 0 | aged 18 or over
    premier | Current accounts | Premier Account; Prestige Account; Private Account | 18 | 0.25 | 50000 | aged 18 or over; regular income
    student | Current accounts | Student Account; Campus Account; Young Account | 0 | 0.10 | 0 | students
    business | Current accounts | Business Account; Trader Account; Enterprise Account | 12 | 0.05 | 0 | business owners
    easy | Savings accounts | Easy Saver; Flexible Saver; Online Saver | 0 | 2.40 | 0 | residents
    bonus | Savings accounts | Bonus Saver; Reward Saver; Step Saver | 0 | 3.60 | 100 | residents
    junior | Savings accounts | Junior Saver; Youth Saver; First Saver | 0 | 3.10 | 0 | residents
    notice | Savings accounts | Notice Saver; Reserve Saver; Cash Reserve | 0 | 3.30 | 5000 | residents
    fixed | Term deposits | Term Deposit; Fixed Deposit; Time Deposit | 0 | 4.10 | 5000 | residents
    senior | Term deposits | Senior Term Deposit; Silver Deposit; Retiree Deposit | 0 | 4.30 | 5000 | aged 60 or over
    standard | Mortgages | Standard Home Loan; Variable Home Loan; Flexi Home Loan | 10 | 5.90 | 100000 | aged 18 or over; regular income
    package | Mortgages | Package Home Loan; Complete Home Loan; All-in Home Loan | 30 | 5.60 | 250000 | aged 18 or over; regular income
    starter | Mortgages | First Home Loan; Starter Home Loan; Nest Home Loan | 8 | 5.70 | 100000 | aged 18 or over; regular income
    personal | Personal loans | Personal Loan; Plain Loan; Any Purpose Loan | 5 | 9.50 | 2000 | aged 18 or over; regular income
    car | Personal loans | Car Loan; Vehicle Loan; Drive Loan | 5 | 7.40 | 5000 | aged 18 or over; regular income
    home care | Personal loans | Renovation Loan; Home Improvement Loan; Makeover Loan | 5 | 8.20 | 5000 | residents; regular income
    low rate | Credit cards | Low Rate Card; Simple Card; Essential Card | 45 | 12.90 | 0 | aged 18 or over; regular income
    rewards | Credit cards | Rewards Card; Points Card; Plus Card | 120 | 19.90 | 0 | aged 18 or over; regular income
    platinum | Credit cards | Platinum Card; Signature Card; Prestige Card | 290 | 20.50 | 0 | aged 18 or over; regular income
    purchase | Credit cards | Business Card; Company Card; Trader Card | 90 | 17.90 | 0 | business owners
    fund | Wealth products | Managed Fund; Balanced Fund; Growth Fund | 0 | 0.90 | 1000 | aged 18 or over
    pension | Wealth products | Retirement Plan; Pension Plan; Later Life Plan | 0 | 0.80 | 500 | aged 18 or over
    mandate | Wealth products | Private Mandate; Wealth Mandate; Managed Portfolio | 0 | 1.20 | 1000000 | aged 18 or over
"""  # noqa: E501

# what the distinctive bank calls its products: in the order of the kinds
_OWN_NAMES = (
    "Wing; Wing Metal; Wing Campus; Wing Studio; Nest; Nest Up; Fledgling; Nest Still; Perch; "
    "Perch Silver; Roost; Roost Plus; Roost One; Swoop; Swoop Drive; Swoop Home; Talon; "
    "Talon Points; Talon Black; Talon Studio; Thermal; Thermal Long; Thermal Private"
)
_PURPOSES = {
    "Current accounts": "for daily payments", "Savings accounts": "to put money aside",
    "Term deposits": "for money that can wait", "Mortgages": "to buy or move home",
    "Personal loans": "for plans that cannot wait", "Credit cards": "to pay now and settle later",
    "Wealth products": "to build up capital",
}  # fmt: skip
_TERMS = (6, 12, 24)

#: Degree of following usage; those not named follow it half way, a little more each year.
CONFORMITY: dict[str, tuple[float, float, float]] = {
    market.HOMOGENISING_BANK: (0.10, 0.50, 0.95),
    market.DISTINCTIVE_BANK: (0.08, 0.08, 0.08),
}
_USUAL_CONFORMITY = (0.50, 0.53, 0.56)
#: Chance that a bank goes its own way with a standard, common or rare feature.
_OWN_WAY = {"s": 0.75, "c": 0.40, "r": 0.25}
#: The distinctive bank seeks what is rare and leaves out what is usual.
_DISTINCTIVE_WAY = {"s": 0.45, "c": 0.25, "r": 0.70}
#: Share of kinds the close rival copies from the focus bank, and of features it then changes.
RIVAL_COPIES, RIVAL_CHANGES = 0.85, 0.02
#: Banks of few kinds, and what they have.
_SPECIALISTS = {
    "Lantern Savings": {"Savings accounts", "Term deposits", "Mortgages", "Wealth products"},
    "Juniper": {"Current accounts", "Savings accounts", "Personal loans", "Credit cards"},
}
_FIRST_YEAR = {"Juniper": 2025}
_ELIGIBILITY_NOT_STATED = ("Old Quay", "Civic")
_CHANNELS_STATED_FROM = {"Crown Mutual": 2025, "Silver Pine": 2026}
PARITY_GAP = "card freeze in the app"
POINT_OF_DIFFERENCE = "community dividend"


@dataclass(frozen=True)
class _Kind:
    name: str
    category: str
    names: tuple[str, ...]
    fee: float
    rate: float
    minimum: int
    eligibility: str


def _kinds() -> tuple[_Kind, ...]:
    kinds = []
    for line in _KINDS.strip().splitlines():
        name, category, names, fee, rate, minimum, who = (cell.strip() for cell in line.split("|"))
        kinds.append(
            _Kind(name, category, tuple(names.split("; ")), float(fee), float(rate), int(minimum),
                  who)
        )  # fmt: skip
    return tuple(kinds)


KINDS = _kinds()


@dataclass(frozen=True)
class _Draws:
    """All chance of the catalogues; axes are banks, kinds and, where any, features."""

    usual: dict[str, np.ndarray]
    own: dict[str, np.ndarray]
    follows: dict[str, Floats]
    changed: dict[str, np.ndarray]
    offered: Floats
    born: np.ndarray
    gone: np.ndarray
    name: np.ndarray
    price: Floats
    waiver: np.ndarray


def catalogues(*, seed: int = 0) -> dict[int, pd.DataFrame]:
    """Give the catalogue table of each year: one row a record, lists as cells.

    Parameters
    ----------
    seed : int, default 0
        Draws other catalogues of the same market.

    Returns
    -------
    dict of int to DataFrame
        A term deposit is three records that differ in term and rate; all else is one record.

    Examples
    --------
    >>> tables = catalogues()
    >>> sorted(tables), tables[2026]["brand"].nunique(), tables[2024]["brand"].nunique()
    ([2024, 2025, 2026], 12, 11)
    """
    draws = _draws(np.random.default_rng([seed, 2]))
    return {year: _catalogue(draws, year) for year in YEARS}


def catalog_truth() -> dict[str, Any]:
    """Say what was planted in the catalogues."""
    usual = dict(zip(map(str, YEARS), _USUAL_CONFORMITY, strict=True))
    return {
        "about": "Conformity is the chance that a product's feature follows the market's usage, "
        "by year; banks not named have the usual one.",
        "conformity": {
            "usual": usual,
            **{bank: dict(zip(map(str, YEARS), path, strict=True))
               for bank, path in CONFORMITY.items()},
        },
        "sisters": list(market.SISTERS),
        "sister_owner": market.SISTER_OWNER,
        "nearest_rivals": list(market.NEAREST_RIVALS),
        "share_of_features_the_rival_changes": RIVAL_CHANGES,
        "homogenising": market.HOMOGENISING_BANK,
        "distinctive": market.DISTINCTIVE_BANK,
        "new_in": {bank: str(year) for bank, year in _FIRST_YEAR.items()},
        "parity_gap_of_the_focus_bank": {"Credit cards": PARITY_GAP},
        "point_of_difference_of_the_focus_bank": {"Savings accounts": POINT_OF_DIFFERENCE},
        "never_states_eligibility": list(_ELIGIBILITY_NOT_STATED),
        "states_channels_from": {bank: str(year) for bank, year in _CHANNELS_STATED_FROM.items()},
    }  # fmt: skip


def _draws(rng: np.random.Generator) -> _Draws:
    banks, kinds = len(market.BANKS), len(KINDS)
    usual, own, follows, changed = {}, {}, {}, {}
    for category, features in FEATURES.items():
        grades = np.array(list(features.values()))
        shape = (banks, kinds, len(grades))
        # usage is a matter of the kind, not of the bank
        common = rng.random((kinds, len(grades))) < 0.6
        usual[category] = (grades == "s") | ((grades == "c") & common)
        chance = np.tile([_OWN_WAY[grade] for grade in grades], (banks, 1))
        chance[_number(market.DISTINCTIVE_BANK)] = [_DISTINCTIVE_WAY[grade] for grade in grades]
        own[category] = rng.random(shape) < chance[:, None, :]
        follows[category] = rng.random(shape)
        changed[category] = rng.random(shape[1:]) < RIVAL_CHANGES
    fate = rng.random((2, banks, kinds))
    return _Draws(
        usual, own, follows, changed,
        offered=rng.random((banks, kinds)),
        born=np.select([fate[0] < 0.06, fate[0] < 0.12], [2025, 2026], 2024),
        gone=np.select([fate[1] < 0.03, fate[1] < 0.06], [2025, 2026], 9999),
        name=rng.integers(0, 3, (banks, kinds)),
        price=rng.uniform(-1, 1, (banks, kinds)),
        waiver=rng.integers(0, 4, (banks, kinds)),
    )  # fmt: skip


def _catalogue(draws: _Draws, year: int) -> pd.DataFrame:
    rows = []
    for bank in market.BANKS:
        if year < _FIRST_YEAR.get(bank.name, YEARS[0]):
            continue
        for at in range(len(KINDS)):
            model = _model(bank.name, at, draws)
            personal_only = bank.name == market.SISTERS[1]
            if personal_only and KINDS[at].eligibility == "business owners":
                continue
            if _is_offered(draws, (model, at), year=year):
                rows += _records(draws, bank, at=at, year=year)
    return pd.DataFrame(rows)


def _number(bank: str) -> int:
    return [one.name for one in market.BANKS].index(bank)


def _model(bank: str, at: int, draws: _Draws) -> int:
    """Give the bank whose products these are: sisters share them, the close rival copies."""
    if bank == market.SISTERS[1]:
        return _number(market.SISTERS[0])
    rival, focus = market.NEAREST_RIVALS[1], market.NEAREST_RIVALS[0]
    # prices run from -1 to 1 and are free to decide, as the copy takes over the original's
    if bank == rival and draws.price[_number(bank), at] < 2 * RIVAL_COPIES - 1:
        return _number(focus)
    return _number(bank)


def _is_offered(draws: _Draws, cell: tuple[int, int], *, year: int) -> bool:
    bank, kind = market.BANKS[cell[0]].name, KINDS[cell[1]]
    known = bank not in _SPECIALISTS or kind.category in _SPECIALISTS[bank]
    chance = 0.9 if bank in _SPECIALISTS else 0.64
    alive = draws.born[cell] <= year < draws.gone[cell]
    return bool(known and alive and draws.offered[cell] < chance)


def _conformity(bank: str, year: int) -> float:
    return CONFORMITY.get(bank, _USUAL_CONFORMITY)[YEARS.index(year)]


def _features(draws: _Draws, bank: str, *, at: int, year: int) -> list[str]:
    category = KINDS[at].category
    model = _model(bank, at, draws)
    follows = draws.follows[category][model, at] < _conformity(market.BANKS[model].name, year)
    has = np.where(follows, draws.usual[category][at], draws.own[category][model, at])
    if bank == market.NEAREST_RIVALS[1] and model != _number(bank):
        has = has ^ draws.changed[category][at]
    listed = [name for name, there in zip(FEATURES[category], has, strict=True) if there]
    if bank == market.FOCUS and category == "Credit cards":
        listed = [name for name in listed if name != PARITY_GAP]
    if bank == market.FOCUS and category == "Savings accounts":
        listed.append(POINT_OF_DIFFERENCE)
    return listed


def _records(draws: _Draws, bank: market.Bank, *, at: int, year: int) -> list[dict[str, Any]]:
    kind, model = KINDS[at], _model(bank.name, at, draws)
    features = _features(draws, bank.name, at=at, year=year)
    # prices come together where features do
    apart = 1 - _conformity(market.BANKS[model].name, year)
    lean = apart * draws.price[model, at]
    card = kind.category == "Credit cards"
    fee = round(kind.fee * (1 + 0.5 * lean))
    rate = kind.rate * (1 + 0.12 * lean)
    row: dict[str, Any] = {
        "brand": bank.name,
        "product_id": f"{_number(bank.name) + 1:02d}-{at + 1:02d}",
        "name": f"{bank.name} {_name(draws, bank.name, at=at)}",
        "category": kind.category,
        "segment": "business" if kind.eligibility == "business owners" else "personal",
        "description": _description(draws, (model, at), features=features),
        "features": "; ".join(features),
        "fee waiver": ("yes", "yes", "no", "")[draws.waiver[model, at]] if kind.fee else "",
        "eligibility": "" if bank.name in _ELIGIBILITY_NOT_STATED else kind.eligibility,
        "channels": _channels(bank, year),
        "regions": "; ".join(_regions(bank)),
        "currency": CURRENCY,
        "monthly fee": "" if card or not kind.fee else f"{fee:.2f}",
        "annual fee": f"{fee:.2f}" if card else "",
        "rate": f"{rate:.2f}%",
        "minimum amount": kind.minimum or "",
        "term": "",
    }
    if kind.category != "Term deposits":
        return [row]
    return [
        row | {"product_id": f"{row['product_id']}-{term:02d}", "term": f"{term} months",
               "rate": f"{rate + 0.15 * step:.2f}%"}
        for step, term in enumerate(_TERMS)
    ]  # fmt: skip


def _name(draws: _Draws, bank: str, *, at: int) -> str:
    if bank == market.DISTINCTIVE_BANK:
        return _OWN_NAMES.split("; ")[at]
    return KINDS[at].names[int(draws.name[_model(bank, at, draws), at])]


def _description(draws: _Draws, cell: tuple[int, int], *, features: list[str]) -> str:
    kind = KINDS[cell[1]]
    said = " and ".join(features[:2]) or "no extras"
    openings = (
        f"An account with {said}, {_PURPOSES[kind.category]}.",
        f"{_PURPOSES[kind.category].capitalize()}: {said}.",
        f"Made {_PURPOSES[kind.category]}. Comes with {said}.",
    )
    if market.BANKS[cell[0]].name == market.DISTINCTIVE_BANK:
        return f"Fly further. {said.capitalize()} in one subscription."
    opening = openings[int(draws.name[cell])]
    return opening if "account" in kind.category else opening.replace("An account", "A product")


def _channels(bank: market.Bank, year: int) -> str:
    if year < _CHANNELS_STATED_FROM.get(bank.name, YEARS[0]):
        return ""
    few_branches = sum(bank.branches) < 6
    return "app; web" if few_branches else "branch; app; web; phone"


def _regions(bank: market.Bank) -> list[str]:
    """Give where a bank sells: digital banks everywhere, others where they have branches."""
    if sum(bank.branches) < 6:
        return [region.name for region in market.REGIONS]
    return [
        region.name for region, number in zip(market.REGIONS, bank.branches, strict=True) if number
    ]
