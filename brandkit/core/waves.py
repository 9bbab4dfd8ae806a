"""The order of waves: that of time, or a refusal. Never that of the alphabet.

``Q1 2025`` comes after ``Q4 2024``, ``Wave 10`` after ``Wave 2``, ``上半年`` before ``下半年``.
Spring comes before autumn here and after it there: such waves need their order told.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from brandkit.core.errors import InputError, shown
from brandkit.core.labels import coded
from brandkit.core.linalg import Codes

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
#: Months as other languages write them where English does not tell them.
_MONTHS_ELSEWHERE = (
    "januari?|enero|ene|janvier|janv|janeiro|gennaio|gen(?=\\.? 20\\d\\d)",
    "februari?|febrero|février|févr|fevereiro|fev|febbraio",
    "märz|mrz|mär|marzo|mars|março|maart|mrt",
    "abril|abr|avril|avr|aprile",
    "mai|mayo|maio|maggio|mag(?=\\.? 20\\d\\d)|mei",
    "juni|junio|juin|junho|giugno|giu",
    "juli|julio|juillet|juil|julho|luglio|lug",
    "agosto|ago|août|augustus",
    "septiembre|setiembre|septembre|setembro|set(?=\\.? 20\\d\\d)|settembre|sett",
    "oktober|okt|octubre|octobre|outubro|out(?=\\.? 20\\d\\d)|ottobre|ott",
    "noviembre|novembre|novembro",
    "dezember|dez|diciembre|dic|décembre|déc|dezembro|dicembre",
)
_ENDS = "uary|ruary|ch|il|e|y|ust|t|tember|ober|ember"
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth",
             "ninth", "tenth", "eleventh", "twelfth")  # fmt: skip
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
            "eleven", "twelve")  # fmt: skip
_DIGITS = {sign: value for value, sign in enumerate("〇一二三四五六七八九")} | {
    "零": 0,
    "两": 2,
    "兩": 2,
}
_ROMAN = {"i": 1, "v": 5, "x": 10}

_FISCAL = r"(?<![a-z])fy|財務年度|财务年度|會計年度|会计年度|財年|财年|財政年度|财政年度"
_YEAR = r"(?:19|20)\d\d"
_DATE = rf"(?<!\d)({_YEAR})[-/.年 ](\d{{1,2}})[-/.月 ](\d{{1,2}})日?(?!\d)|(?<!\d)({_YEAR})(0[1-9]|1[0-2])([0-3]\d)(?!\d)"  # noqa: E501
_QUARTER = (
    rf"(?<![a-z])q ?([1-4])(?!\d)|(?<![a-z])q([1-4])(?={_YEAR})|(?<!\d)([1-4])q(?!\d(?!\d))"
    r"|(?<!\d)([1-4]) ?季|(?<![a-z])(?:quarter|qtr) ?([1-4])(?!\d)"
    r"|(?<!\d)([1-4])\.? ?(?:quarter|qtr|trimest[a-z]*|[kq]uarta+l|kwarta[lł]|kvartal|"
    rf"квартал|분기)(?![a-z])|(?<![a-z])t([1-4])(?=[ -/]*{_YEAR})"
)
_HALF = (
    r"(?<![a-z])h ?([12])(?!\d)|(?<!\d)([12])h(?!\d(?!\d))|(?<!\d)([12]) ?半年"
    r"|(?<![a-z])half(?:[- ]?year)? ?([12])(?!\d)|(?<!\d)([12]) ?half(?:[- ]?year)?(?![a-z])"
    r"|(?<!\d)([12])\.? ?(?:semest[a-z]*|halbjahr|półrocze|полугодие|반기)(?![a-z])"
    r"|([上下])(?:半年?度?|期|(?![^\s\d]))"
)
_MONTH = rf"(?<![a-z])({'|'.join(_MONTHS)})(?:{_ENDS})?\.?(?![a-z])|(?<!\d)(0?[1-9]|1[0-2]) ?月份?"
_MONTH_NUMBER = (
    rf"({_YEAR})[-/.年 ]*m?(0[1-9]|1[0-2])[月份]*|({_YEAR})[-/.年 ]+m?([1-9])[月份]*"
    rf"|m?(0?[1-9]|1[0-2])[-/. ]?({_YEAR})"
)
_SEASON = r"(?<![a-z])(?:spring|summer|autumn|fall|winter)(?![a-z])|[春夏秋冬]季?"
_SPAN = rf"(?<!\d)({_YEAR}) ?[-/–~至到] ?(?:19|20)?(\d\d)(?!\d)"

_NO_YEAR = 0
#: Two-digit years further apart than this are days of a month, or no years at all.
_FURTHEST = 20


class _When(NamedTuple):
    """A stretch of time, in days of years of 372 (12 x 31), and what is comparable with it."""

    kind: str
    start: float
    end: float
    has_year: bool = True
    number: float | None = None
    is_short: bool = False


def numbered_anew(person: pd.Series[Any], wave: pd.Series[Any]) -> bool:
    """Say whether ids look numbered from the same start in every wave: 1 to n, without gaps.

    Then one id is another person in every wave. A panel loses persons, so that its numbers have
    gaps.

    Examples
    --------
    >>> numbered_anew(pd.Series([1, 2, 1, 2]), pd.Series([2025, 2025, 2026, 2026]))
    True
    """
    number = pd.to_numeric(person.astype(str), errors="coerce")
    if number.isna().any() or wave.nunique() < 2:
        return False
    ends = number.groupby(wave.to_numpy()).agg(["min", "max", "nunique"])
    filled = ends["max"] - ends["min"] + 1 == ends["nunique"]
    return bool(filled.all() and ends["min"].nunique() == 1)


def wave_order(column: pd.Series) -> list[object]:
    """Give the waves of a column in the order of time.

    Parameters
    ----------
    column : Series
        The wave of each row: numbers, dates, or texts that tell a time or a number. An ordered
        Categorical tells the order itself.

    Returns
    -------
    list
        The waves that occur, as they stand in the column.

    Raises
    ------
    InputError
        The order cannot be told, or two texts name one time.

    Examples
    --------
    >>> wave_order(pd.Series(["Q1 2025", "Q3 2024", "Q4 2024"]))
    ['Q3 2024', 'Q4 2024', 'Q1 2025']
    >>> wave_order(pd.Series(["Wave 10", "Wave 2"])), wave_order(pd.Series(["下半年", "上半年"]))
    (['Wave 2', 'Wave 10'], ['上半年', '下半年'])
    >>> wave_order(pd.Series(["Spring 2025", "Autumn 2025"]))
    Traceback (most recent call last):
    brandkit.core.errors.InputError: `wave` must tell the order of time; found ['Spring 2025',
    'Autumn 2025'], which do not. Write waves so that they do (2025-Q1, 2025-03, Wave 2), or tell
    the order: waves = ["…", "…"] under [survey] of study.toml, an ordered Categorical in a frame.
    """
    found = column.dropna().unique().tolist()
    if isinstance(column.dtype, pd.CategoricalDtype):
        declared = [one for one in column.dtype.categories.tolist() if one in set(found)]
        if column.dtype.ordered:
            return declared
        # made of a column of texts, categories are sorted: an order that nobody told
        is_told = declared != sorted(declared, key=str)
        return order_of_time(declared) or (declared if is_told else _refused(found))
    return order_of_time(found) or (found if len(found) < 2 else _refused(found))


def waves_in_order(column: pd.Series) -> pd.Series:
    """Give a column of waves as an ordered Categorical, in the order of time.

    Parameters
    ----------
    column : Series

    Returns
    -------
    Series
        2025.0 is 2025 in it, and midnight a day.

    Examples
    --------
    >>> waves_in_order(pd.Series([2026.0, None, 2025.0])).cat.categories.tolist()
    [2025, 2026]
    """
    order = wave_order(column)
    place = {label: at for at, label in enumerate(order)}
    codes = [place.get(label, -1) for label in column.astype(object).where(column.notna(), None)]
    made = pd.Categorical.from_codes(codes, pd.Index(_plain(order), dtype=object), ordered=True)
    return pd.Series(made, index=column.index, name=column.name)


def wave_text(label: object) -> str:
    """Write a wave as it was read.

    Examples
    --------
    >>> wave_text(2025.0), wave_text(pd.Timestamp("2025-03-01")), wave_text("Q1 2025")
    ('2025', '2025-03-01', 'Q1 2025')
    """
    return str(_plain([label])[0])


def order_of_time(labels: Sequence[object]) -> list[object] | None:
    """Put labels in the order of time; None where it cannot be told.

    Examples
    --------
    >>> order_of_time(["Feb-25", "Nov-24"]), order_of_time(["new", "old"])
    (['Nov-24', 'Feb-25'], None)
    """
    if len(labels) < 2:
        return list(labels)
    if all(isinstance(one, (date, np.datetime64, pd.Period)) for one in labels):
        return sorted(labels)  # type: ignore[type-var]
    texts = [_normal(wave_text(one)) for one in labels]
    dates = [_calendar(text) for text in texts]
    order = _sorted(dates)
    if order is None and all(isinstance(one, (int, float, np.number)) for one in labels):
        return sorted(labels)  # type: ignore[type-var]
    if order is None and None in dates:  # what are dates throughout are nothing else
        readings = ([read(text) for text in texts] for read in (_day_first, _numbered, _lettered))
        order = next((found for times in readings if (found := _sorted(times))), None)
    return None if order is None else [labels[at] for at in order]


def _refused(labels: Sequence[object]) -> list[object]:
    raise InputError(
        f"`wave` must tell the order of time; found {shown(map(wave_text, labels))}, which do not. "
        "Write waves so that they do (2025-Q1, 2025-03, Wave 2), or tell the order: "
        'waves = ["…", "…"] under [survey] of study.toml, an ordered Categorical in a frame.'
    )


def _plain(labels: Sequence[object]) -> list[object]:
    plain: list[object] = []
    for one in labels:
        if isinstance(one, (float, np.floating)) and float(one).is_integer():
            plain.append(int(one))
        elif isinstance(one, pd.Timestamp) and one == one.normalize():
            plain.append(one.date().isoformat())
        else:
            plain.append(one.item() if isinstance(one, np.generic) else one)
    return plain


def _sorted(times: Sequence[_When | None]) -> list[int] | None:
    """Give the order of times that can be compared: each after the end of the one before."""
    known = [time for time in times if time is not None]
    if len(known) < len(times) or len({(time.kind, time.has_year) for time in known}) > 1:
        return None
    order = sorted(range(len(known)), key=lambda at: known[at].start)
    steps = [(known[a], known[b]) for a, b in pairwise(order)]
    if any(after.start < before.end for before, after in steps):
        return None
    if any(time.is_short for time in known) and known[order[-1]].start > (
        known[order[0]].start + _FURTHEST * 372
    ):
        return None
    if any(a.number is not None and b.number is not None and a.number > b.number for a, b in steps):
        return None  # waves are numbered against their dates
    if known[0].kind == "calendar" and not known[0].has_year:
        # without years, November to February may run over the turn of the year
        gaps = [after.start - before.start for before, after in steps]
        first, last = known[order[0]], known[order[-1]]
        if max(gaps) > first.start + 372 - last.start:
            return None
    return order


# ---------------------------------------------------------------- reading texts


def _normal(text: str) -> str:
    """Write a text in one way: full width, ordinals and Chinese numbers as digits."""
    plain = (
        unicodedata.normalize("NFKC", re.sub("[ºª°]", "", text))
        .casefold()
        .replace("_", " ")
        .replace("’", "'")
    )
    signs = f"[{''.join(_DIGITS)}十]+"
    plain = re.sub(
        rf"{signs}(?=[月季波期輪轮次批回年週周])|(?<=第){signs}",
        lambda found: _chinese(found[0]),
        plain,
    )
    plain = re.sub(r"(\d)(?:st|nd|rd|th|er|re|ère)(?![a-z])", r"\1", plain)
    for month, written in zip(_MONTHS, _MONTHS_ELSEWHERE, strict=True):
        plain = re.sub(rf"(?<![^\W\d_])(?:{written})(?![^\W\d_])", month, plain)
    for words in (_ORDINALS, _NUMBERS):
        plain = re.sub(
            rf"(?<![a-z])({'|'.join(words)})(?![a-z])",
            lambda found, words=words: str(words.index(found[0]) + 1),  # type: ignore[misc]
            plain,
        )
    plain = re.sub(
        r"民[國国] ?(\d{2,3})(?: ?年)?|(?<!\d)(1\d\d)年",
        lambda found: f"{int(found[1] or found[2]) + 1911}年",
        plain,
    )
    return " ".join(plain.replace("第", " ").split())


def _chinese(written: str) -> str:
    if "十" in written:
        tens, ones = written.split("十", 1)
        return str(10 * _DIGITS.get(tens, 1) + _DIGITS.get(ones, 0))
    return "".join(str(_DIGITS[sign]) for sign in written)


def _calendar(text: str) -> _When | None:
    """Read a year, half, quarter, month or day."""
    kind = "fiscal" if re.search(_FISCAL, text) else "calendar"
    text = re.sub(_FISCAL, " ", text)
    if found := re.search(_DATE, text):
        year, month, day = (int(part) for part in found.groups() if part is not None)
        known = 1 <= month <= 12 and 1 <= day <= 31
        return _when(kind, year, (month - 1) * 31 + day - 1, 1) if known else None
    if found := re.fullmatch(_MONTH_NUMBER, text):
        month, year = sorted(int(part) for part in found.groups() if part)
        return _when(kind, year, (month - 1) * 31, 31)
    unit, parts, rest = _parts(text)
    span = re.search(_SPAN, rest)
    if span and len(parts) < 2 and int(span[2]) == (int(span[1]) + 1) % 100:
        kind, rest = "fiscal", rest.replace(span[0], f" {span[1]} ")
    years, is_short, numbers = _years(rest, short=bool(parts) or kind == "fiscal" or "'" in rest)
    if len(parts) > 2 or len(years) > 2 or len(numbers) > 1:
        return None
    if not parts:  # a number beside a year is a wave of that year, not a time of its own
        told = _when(kind, years[0], 0, 372) if len(years) == 1 and not numbers else None
        return told and told._replace(is_short=is_short)
    if re.search(_SEASON, rest):
        return None
    first, last = parts[0], parts[-1]
    if unit == 31 and len(parts) == 1 and numbers and years and numbers[0] <= 31:
        return _when(kind, years[0], (first - 1) * 31 + numbers[0] - 1, 1)
    year, until = (years[0], years[-1]) if years else (_NO_YEAR, _NO_YEAR)
    length = (until - year) * 372 + (last - first + 1) * unit
    if length <= 0:
        return None
    return _When(
        kind,
        start := year * 372 + (first - 1) * unit,
        start + length,
        has_year=bool(years),
        number=numbers[0] if numbers else None,
        is_short=is_short,
    )


def _parts(text: str) -> tuple[int, list[int], str]:
    """Read quarters, halves or months: how long one is, which, and the rest of the text."""
    for pattern, unit in ((_QUARTER, 93), (_HALF, 186), (_MONTH, 31)):
        if told := re.findall(pattern, text):
            return unit, [_number("".join(one)) for one in told], re.sub(pattern, " ", text)
    return 0, [], text


def _years(text: str, *, short: bool) -> tuple[list[int], bool, list[int]]:
    """Read years, whether by two digits only, and what other numbers there are."""
    whole, two = rf"(?<!\d){_YEAR}(?!\d)", r"(?<!\d)\d\d(?!\d)"
    years, rest = re.findall(whole, text), re.sub(whole, " ", text)
    found = re.findall(two, rest) if short and not years else []
    if len(found) == 1:
        years, rest = [f"20{found[0]}"], re.sub(two, " ", rest)
    return (
        [int(year) for year in years],
        len(found) == 1,
        [int(one) for one in re.findall(r"\d+", rest)],
    )


def _when(kind: str, year: int, start: float, length: float) -> _When:
    return _When(kind, year * 372 + start, year * 372 + start + length)


def _number(said: str) -> int:
    if said in _MONTHS:
        return _MONTHS.index(said) + 1
    return {"上": 1, "下": 2}.get(said) or int(said)


def _day_first(text: str) -> _When | None:
    """Read a day before its month where points say so: 31.3.2025."""
    found = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text)
    if found is None or not 1 <= int(found[2]) <= 12:
        return None
    return _when("calendar", int(found[3]), (int(found[2]) - 1) * 31 + int(found[1]) - 1, 1)


def _numbered(text: str) -> _When | None:
    """Read what is numbered: waves, weeks, rounds, of a year where one stands beside."""
    if re.search(_SEASON, text):
        return None
    years = re.findall(rf"(?<!\d)({_YEAR})(?!\d)", text)
    rest = re.sub(rf"(?<!\d){_YEAR}(?!\d)", " ", text) if len(years) == 1 else text
    said = re.findall(r"\d+(?:\.\d+)?", rest)
    if not said:
        roman = re.findall(r"(?<![a-z])[ivx]+(?![a-z])", rest)
        values = [_roman(one) for one in roman]
        said, rest = (
            [str(value) for value in values],
            re.sub(r"(?<![a-z])[ivx]+(?![a-z])", "#", rest),
        )
    if not said and len(years) == 1:
        said, years, rest = years, [], text
    if len(said) != 1:
        return None
    frame = re.sub(r"[\s\W]+", "", re.sub(r"\d+(?:\.\d+)?", "", rest))
    if re.search(rf"(?<![a-z])(?:{'|'.join(_MONTHS)})(?:{_ENDS})?(?![a-z])", rest):
        return None
    number, year = float(said[0]), int(years[0]) if years else 0
    return _When(f"#{frame}", year * 1e6 + number, year * 1e6 + number + 1e-9, bool(years))


def _roman(written: str) -> int:
    values = [_ROMAN[sign] for sign in written]
    return sum(-one if later > one else one for one, later in pairwise([*values, 0]))


def _lettered(text: str) -> _When | None:
    """Read what has a letter of its own: Wave A, Wave B."""
    letters = re.findall(r"(?<![a-z])[a-z](?![a-z])", text)
    if len(letters) != 1 or re.search(r"\d", text):
        return None
    frame = re.sub(r"(?<![a-z])[a-z](?![a-z])", "#", text)
    return _When(frame, ord(letters[0]), ord(letters[0]) + 1e-9)


def coded_waves(column: pd.Series[Any]) -> tuple[Codes, tuple[str, ...]]:
    """Give the codes and labels of waves in the order of time; -1 where it is missing.

    Examples
    --------
    >>> codes, labels = coded_waves(pd.Series(["W10", "W9", None]))
    >>> codes.tolist(), labels
    ([1, 0, -1], ('W9', 'W10'))
    """
    return coded(waves_in_order(column))
