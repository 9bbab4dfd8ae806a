"""Columns that look as if they named persons: by their heading, and by what stands in them."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from brandkit.sources.design import SurveyDesign

#: A column is reported when at least this share of its cells looks like personal data.
LEAST_SHARE = 0.05
#: Cells looked at in a column, evenly spread.
MOST_CELLS = 5_000

_CONTENT = {
    "email": re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}"),
    "ip_address": re.compile(r"(\d{1,3}\.){3}\d{1,3}"),
    "phone": re.compile(
        r"\+\d[\d ()-]{6,18}\d|\(?0\d{1,4}\)?[ -]\d{3,4}[ -]?\d{3,4}|09\d{2}[ -]?\d{3}[ -]?\d{3}|"
        r"1[3-9]\d{9}|\d{3}[ .-]\d{3}[ .-]\d{4}"
    ),
    "national_id": re.compile(r"[A-Z][1289]\d{8}|\d{17}[\dXx]"),
    "address": re.compile(
        r".*(\d+\s*[號号]|[路街巷弄道]\s*\d+).*|\d+[A-Za-z]?,? .*\b(street|st\.?|road|rd\.?|avenue|"
        r"ave\.?|lane|drive|boulevard)\b.*",
        re.IGNORECASE,
    ),
}
_HEADINGS = {
    "email": r"e[-_ ]?mail( address)?|電子郵件|電郵|电子邮件|邮箱|信箱",
    "ip_address": r"ip([-_ ]?addr(ess)?)?",
    "phone": r"(tele)?phone([-_ ]?(no|number))?|mobile([-_ ]?(no|number|phone))?|cell[-_ ]?phone|"
    r"tel|電話(號碼)?|电话(号码)?|手機(號碼)?|手机号?(码)?",
    "national_id": r"(national|citizen)[-_ ]?id|passport([-_ ]?no)?|ssn|身分證(字號)?|"
    r"身份证号?(码)?",
    "name": r"(first|last|full|family|given|sur|respondent|customer|contact)[-_ ]?name|name|姓名|"
    r"受訪者姓名|受访者姓名|客戶姓名|客户姓名",
    "address": r"((home|street|postal|mailing)[-_ ]?)?address|地址|住址|通訊地址|通讯地址",
    "birth_date": r"(date[-_ ]?of[-_ ]?birth|birth[-_ ]?da(te|y)|dob|生日|出生日期|出生年月日)",
}
_BY_HEADING = {kind: re.compile(text, re.IGNORECASE) for kind, text in _HEADINGS.items()}


@dataclass(frozen=True)
class PersonalColumn:
    """A column that looks like personal data.

    Parameters
    ----------
    column, kind : str
    n_found, n : int
        Cells that look so, of the cells that hold anything and were looked at.
    """

    column: str
    kind: str
    n_found: int
    n: int


def personal_data(responses: pd.DataFrame, *, design: SurveyDesign) -> list[PersonalColumn]:
    """Find the columns that look like personal data.

    Parameters
    ----------
    responses : DataFrame
    design : SurveyDesign
        Its columns are looked at too, but not for headings: a respondent id is no name.

    Returns
    -------
    list of PersonalColumn

    Examples
    --------
    >>> frame = pd.DataFrame({"contact": ["ann@example.org", None], "sat": [7.0, 8.0]})
    >>> [(one.column, one.kind, one.n_found) for one in personal_data(frame, design=SurveyDesign())]
    [('contact', 'email', 1)]
    """
    found = []
    for name in map(str, responses.columns):
        answers = responses[name].dropna()
        numeric = pd.api.types.is_numeric_dtype(answers)
        kind, n_found, n = _by_content(_texts(answers))
        if kind is None and name not in design.columns and len(answers):
            kind, n_found = _by_heading(name.strip(), numeric=numeric), len(answers)
            n = n_found
        if kind is not None:
            found.append(PersonalColumn(name, kind, n_found, n))
    return found


def _texts(answers: pd.Series) -> pd.Series:
    """Give a spread of a column's cells as text; no numbers too short for a phone's or a card's."""
    given = answers.iloc[:: max(1, len(answers) // MOST_CELLS)]
    if pd.api.types.is_datetime64_any_dtype(given):
        return given.iloc[:0].astype("str")
    if pd.api.types.is_numeric_dtype(given):
        long = given[(given % 1 == 0) & (given >= 1e9)]
        # Most cells must be as long as a phone number, or it is an amount
        return (long if len(long) * 2 > len(given) else long.iloc[:0]).astype("int64").astype("str")
    return given.astype("str").str.strip()


def _by_heading(name: str, *, numeric: bool) -> str | None:
    for kind, heading in _BY_HEADING.items():
        if heading.fullmatch(name):
            return None if numeric and kind in ("ip_address", "name") else kind
    return None


def _by_content(texts: pd.Series) -> tuple[str | None, int, int]:
    for kind, pattern in _CONTENT.items() if len(texts) else ():
        n_found = int(texts.str.fullmatch(pattern).sum())
        if n_found >= max(1, LEAST_SHARE * len(texts)):
            return kind, n_found, len(texts)
    return None, 0, len(texts)
