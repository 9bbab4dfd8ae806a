"""Amounts as banks write them: rates, money, periods."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

#: Words that stand where a value is not given.
NOTHING = frozenset({
    "", "-", "--", "–", "—", "n/a", "na", "n.a.", "nil/a", "null", "none", "nan", "tbd", "tba",
    "?", "/", "无", "不适用", "未知", "暂无", "無", "不適用",
})  # fmt: skip
_FREE = frozenset(
    {
        "free",
        "nil",
        "waived",
        "no fee",
        "no charge",
        "免费",
        "免費",
        "免年費",
        "免年费",
        "免",
        "免收",
        "全免",
        "kostenlos",
        "gratis",
        "gratuit",
        "gratuito",
        "無料",
        "무료",
    }
)
_CURRENCIES = (
    ("AUD", r"\ba\$|\bau\$|\baud\b|澳元"), ("USD", r"us\$|usd|美元|美金"),
    ("HKD", r"hk\$|hkd|港币|港幣|港元"),
    ("TWD", r"nt\$|twd|ntd|新台币|新臺幣|新台幣|台币|臺幣"), ("SGD", r"s\$|sgd|新加坡元"),
    ("NZD", r"nz\$|nzd"), ("CAD", r"c\$|ca\$|cad"), ("EUR", r"€|eur|欧元|歐元"),
    ("GBP", r"£|gbp|英镑|英鎊"), ("JPY", r"jpy|日元|日圆|日圓"), ("MOP", r"mop\$?|澳门元|澳門元"),
    ("CNY", r"cny|rmb|人民币|人民幣|cn¥|[¥￥]"), ("KRW", r"₩|krw"), ("INR", r"₹|inr"),
)  # fmt: skip
_CURRENCY = re.compile("|".join(f"(?P<{code}>{words})" for code, words in _CURRENCIES))
_SCALE = {
    "百万": 1e6, "百萬": 1e6, "千万": 1e7, "千萬": 1e7, "亿": 1e8, "億": 1e8,
    "万": 1e4, "萬": 1e4, "千": 1e3, "百": 1e2, "thousand": 1e3, "k": 1e3,
    "million": 1e6, "mn": 1e6, "m": 1e6, "billion": 1e9, "bn": 1e9,
}  # fmt: skip
_NUMBER = re.compile(
    r"(?P<sign>[-+]?)\s*"
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?P<power>e[-+]?\d+)?\s*"
    r"(?P<scale>百万|百萬|千万|千萬|亿|億|万|萬|千|百|thousand|million|billion|bn|mn|k|m)?(?![a-z])"
)
_PER_YEAR = re.compile(r"p\.?\s?a\.?|per annum|a year|/年|每年")

_ISO_PERIOD = re.compile(
    r"p(?:(?P<y>\d+(?:\.\d+)?)y)?(?:(?P<m>\d+(?:\.\d+)?)m)?(?:(?P<w>\d+(?:\.\d+)?)w)?"
    r"(?:(?P<d>\d+(?:\.\d+)?)d)?(?:t.*)?"
)
_MONTHS = {"y": 12.0, "m": 1.0, "w": 7 * 12 / 365.25, "d": 12 / 365.25}
_CN_UNITS = {"年": "y", "周": "w", "週": "w", "天": "d", "日": "d"}
_CN_DIGITS = {"半": 0.5, "一": 1, "二": 2, "两": 2, "兩": 2, "三": 3, "四": 4, "五": 5, "六": 6,
              "七": 7, "八": 8, "九": 9, "十": 10}  # fmt: skip
_PERIOD_UNIT = r"years?|yrs?|months?|mths?|weeks?|days?|个月|個月|月|年|天|日|周|週"
_PERIOD_COUNT = r"\d+(?:\.\d+)?|[半一二两兩三四五六七八九十]"
_PERIOD_WORD = re.compile(
    rf"(?:(?P<low>{_PERIOD_COUNT})\s*(?P<low_unit>{_PERIOD_UNIT})?\s*(?:-|–|—|~|至|到|to)\s*)?"
    rf"(?P<high>{_PERIOD_COUNT})\s*\(?(?:[^\W\d_]\))?\s*-?(?P<unit>{_PERIOD_UNIT})(?![a-z])"
)
_DAILY = frozenset({"每日", "daily", "at call", "at-call", "on call", "活期", "t+0", "t+1"})


#: A rate from here on would be 100 % a year, so it is a percentage.
PERCENT_FROM = 1.0
#: Fractions of .3 and more are rare: where they are many, the bank writes percentages.
IMPLAUSIBLE_FROM = 0.3


class Amount(NamedTuple):
    """A number with its unit: "share", a currency, "months", or "" where none is told."""

    value: float
    unit: str = ""
    with_text: bool = False


@lru_cache(maxsize=50_000)
def parsed_amount(text: str) -> Amount | None:
    """Read a cell or field as an amount.

    Parameters
    ----------
    text : str
        "HK$1,200", "1.5%", "5万", "(20)", "free".

    Returns
    -------
    Amount or None
        None where nothing is given or nothing can be read. A percentage becomes a fraction of
        unit "share". ``with_text`` says that other words stood beside the number.

    Examples
    --------
    >>> parsed_amount("HK$1,200")
    Amount(value=1200.0, unit='HKD', with_text=False)
    >>> parsed_amount("１.5％").value, parsed_amount("5万元").value
    (0.015, 50000.0)
    >>> parsed_amount("N/A") is None, parsed_amount("by negotiation") is None
    (True, True)
    """
    plain = unicodedata.normalize("NFKC", text).strip().casefold().replace("−", "-")
    if plain in NOTHING:
        return None
    if plain in _FREE:
        return Amount(0.0)
    try:
        quick = float(plain)
    except ValueError:
        pass
    else:
        return Amount(quick) if math.isfinite(quick) and "_" not in plain else None
    return _worded_amount(plain)


def _worded_amount(plain: str) -> Amount | None:
    negative = re.fullmatch(r"\((.*)\)", plain)
    plain = f"-{negative[1]}" if negative else plain
    money = _CURRENCY.search(plain)
    rest = _CURRENCY.sub(" ", plain).replace("$", " ").replace("元", " ").strip()
    numbers = list(_NUMBER.finditer(rest))
    if len(numbers) != 1:
        return None
    found = numbers[0]
    value = float(found["digits"].replace(",", "") + (found["power"] or ""))
    value *= _SCALE.get(found["scale"] or "", 1.0)
    value = -value if found["sign"] == "-" else value
    after = rest[found.end() :].strip()
    unit = money.lastgroup or "" if money else ""
    if after.startswith("%"):
        value, unit, after = value / 100, "share", after[1:]
    elif after.startswith("‰"):
        value, unit, after = value / 1000, "share", after[1:]
    others = _PER_YEAR.sub("", rest[: found.start()] + after).strip(" -+.,;:()/")
    return Amount(value, unit, with_text=bool(others))


def currency_code(text: str) -> str:
    """Give the ISO code of the currency that a text names; empty where it names none.

    Examples
    --------
    >>> currency_code("人民币(CNY)"), currency_code("US$"), currency_code("chf"), currency_code("")
    ('CNY', 'USD', 'CHF', '')
    """
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    found = _CURRENCY.search(plain)
    if found:
        return found.lastgroup or ""
    return plain.upper() if re.fullmatch(r"[a-z]{3}", plain) else ""


@lru_cache(maxsize=50_000)
def parsed_months(text: str) -> float | None:
    """Read a period as months: ISO 8601, English or Chinese words.

    Parameters
    ----------
    text : str
        "P1Y6M", "90 days", "6-12个月(含)", "每日".

    Returns
    -------
    float or None
        Of a range the middle. A day is 12/365.25 months. None where no period is told.

    Examples
    --------
    >>> parsed_months("P1Y"), parsed_months("6-12个月(含)"), parsed_months("3年以上")
    (12.0, 9.0, 36.0)
    """
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    if plain in _DAILY:
        return _MONTHS["d"]
    iso = _ISO_PERIOD.fullmatch(plain)
    if iso and any(iso.groupdict().values()):
        return sum(float(n) * _MONTHS[unit] for unit, n in iso.groupdict().items() if n)
    found = _PERIOD_WORD.search(plain)
    if not found:
        return None
    high = _count(found["high"]) * _unit_months(found["unit"])
    if not found["low"]:
        return high
    return (_count(found["low"]) * _unit_months(found["low_unit"] or found["unit"]) + high) / 2


def _count(text: str) -> float:
    return float(_CN_DIGITS.get(text) or text)


def _unit_months(word: str) -> float:
    return _MONTHS.get(_CN_UNITS.get(word, word)[0], 1.0)


def mostly_percent(values: Sequence[float]) -> bool:
    """Say whether rates are written as percentages: one is 1 or more, a third are .3 or more.

    Examples
    --------
    >>> mostly_percent([2.0, 0.5, 0.01]), mostly_percent([0.02, 0.005, 5.0, 0.04])
    (True, False)
    """
    some = [abs(value) for value in values if value]
    high = sum(value >= IMPLAUSIBLE_FROM for value in some)
    return bool(some) and max(some) >= PERCENT_FROM and 3 * high > len(some)
