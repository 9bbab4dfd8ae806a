"""Fieldwork quality: what a careful reader would check before believing a survey.

Everything is counted and nothing is left out. Respondents are never named: a check says how many
rows it concerns, and a column at most.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from brandkit.core.errors import ScaleError, require_columns, shown
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.sources.survey.answers import as_numbers
from brandkit.sources.survey.design import SurveyDesign, repeated_rows

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
            if kind == "phone" and answers.nunique() * 5 <= len(answers):
                kind = None  # what is thought of the phone, over and over
        if kind is not None:
            found.append(PersonalColumn(name, kind, n_found, n))
    return found


#: Satisfied customers recommend: a correlation below this speaks of a scale from best to worst.
_AGAINST = -0.3


def running_against(answers: pd.DataFrame, outcome: str | None, recommend: str | None) -> list[str]:
    """Name the ratings that run from the best to the worst, as recommendation tells.

    Parameters
    ----------
    answers : DataFrame
        Ratings as numbers.
    outcome, recommend : str, optional
        Columns; without both nothing can be told.

    Examples
    --------
    >>> frame = pd.DataFrame({"sat": [1, 2, 5] * 10, "app": [1, 2, 4] * 10, "rec": [9, 8, 1] * 10})
    >>> running_against(frame, "sat", "rec")
    ['sat', 'app']
    """
    if outcome is None or recommend is None or outcome == recommend:
        return []
    if not {outcome, recommend} <= {*answers}:
        return []
    tied = answers.corr(min_periods=30)[recommend].drop(recommend)
    return [str(name) for name in tied.index[tied < _AGAINST]] if tied[outcome] < _AGAINST else []


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
            return None if numeric and kind in ("ip_address", "name", "address") else kind
    return None


def _by_content(texts: pd.Series) -> tuple[str | None, int, int]:
    for kind, pattern in _CONTENT.items() if len(texts) else ():
        n_found = int(texts.str.fullmatch(pattern).sum())
        if n_found >= max(1, LEAST_SHARE * len(texts)):
            return kind, n_found, len(texts)
    return None, 0, len(texts)


#: Answers a row must have before its sameness means anything.
FEWEST_IN_BATTERY, FEWEST_FOR_TWINS = 4, 10

_DURATION = re.compile(
    r"(duration|interview[_ ]?(length|time)|time[_ ]?taken|elapsed|loi|seconds|secs|"
    r"total[_ ]?time|作答時間|作答时间|填答時間|填答时间|作答時長|作答时长|用時|用时|"
    r"所用時間|所用时间)"
    r"([ _(（].*)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Quality(Result):
    """Counts of what is odd in the fieldwork.

    Parameters
    ----------
    checks : DataFrame
        One row a check and what it was made on: ``check item set detail n_found n share``.
        ``n_found`` of ``n`` rows (or answers) were found. ``check`` is one of
        "straight_lining", "speeding", "duplicate_answers", "duplicate_ids", "out_of_range",
        "nonresponse" and "personal_data"; ``detail`` is the kind of personal data, or whether an
        answer was "coded" as missing or "blank".
    n_rows, n_respondents : int
    """

    checks: pd.DataFrame
    n_rows: int
    n_respondents: int

    def tidy(self) -> pd.DataFrame:
        """Give one row a check."""
        return self.checks.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: rows, respondents, and checks that found something."""
        found = int((self.checks["n_found"] > 0).sum())
        return pd.DataFrame(
            {"n": [self.n_rows], "n_respondents": [self.n_respondents], "n_checks_found": [found]}
        )


def fieldwork_quality(
    responses: pd.DataFrame,
    *,
    codebook: pd.DataFrame,
    design: SurveyDesign,
    items: Sequence[str],
    missing_cells: pd.DataFrame,
    duration: str | None = None,
    speed: float = 1 / 3,
) -> Quality:
    """Make every check that the survey's columns allow.

    Parameters
    ----------
    responses, codebook : DataFrame
    design : SurveyDesign
    items : sequence of str
        Rating items.
    missing_cells : DataFrame
        ``item n_coded n_blank n``.
    duration : str, optional
    speed : float

    Returns
    -------
    Quality

    Examples
    --------
    >>> from brandkit.sources.survey.codebook import Item, codebook_frame
    >>> names = ["a1", "a2", "a3", "a4"]
    >>> quality = fieldwork_quality(
    ...     pd.DataFrame([[7, 7, 7, 7], [1, 9, 5, 12]], columns=names, dtype=float),
    ...     codebook=codebook_frame([Item(name, "", 0.0, 10.0, set="a") for name in names]),
    ...     design=SurveyDesign(), items=names,
    ...     missing_cells=pd.DataFrame(columns=["item", "n_coded", "n_blank", "n"]))
    >>> found = quality.checks[quality.checks["n_found"] > 0]
    >>> found[["check", "set", "item", "n_found", "n"]].fillna("").to_numpy().tolist()
    [['straight_lining', 'a', '', 1, 2], ['out_of_range', '', 'a4', 1, 2]]
    """
    if not 0 < speed < 1:
        raise ScaleError(f"`speed` must lie between 0 and 1; found {shown(speed)}. Write 0.33.")
    if duration is not None:
        require_columns(responses, [duration], argument="duration")
    duration = duration or _duration_column(responses, design)
    ratings = responses[list(items)].drop(columns=[duration] if duration in items else [])
    ratings = _as_asked(ratings, codebook)
    rows = [
        *_straight_lining(ratings, codebook),
        *_speeding(responses, duration, speed),
        *_duplicates(responses, ratings, design),
        *_out_of_range(responses, codebook),
        *_nonresponse(missing_cells),
        *(
            ("personal_data", found.column, None, found.kind, found.n_found, found.n)
            for found in personal_data(responses, design=design)
        ),
    ]
    checks = pd.DataFrame(rows, columns=["check", "item", "set", "detail", "n_found", "n"])
    texts = dict.fromkeys(("check", "item", "set", "detail"), "str")
    checks = checks.astype({**texts, "n_found": int, "n": int})
    checks["share"] = checks["n_found"] / checks["n"].where(checks["n"] > 0)
    n = len(responses)
    persons = n if design.respondent is None else int(responses[design.respondent].nunique())
    return Quality(checks=checks, n_rows=n, n_respondents=persons, notes=_notes(checks, speed))


_Row = tuple[str, str | None, str | None, str | None, int, int]


def _duration_column(responses: pd.DataFrame, design: SurveyDesign) -> str | None:
    for name in responses.columns:
        if name not in design.columns and _DURATION.fullmatch(str(name).strip()):
            values, unread = as_numbers(responses[name])
            if values.notna().any() and not unread.any():
                return str(name)
    return None


def _as_asked(ratings: pd.DataFrame, codebook: pd.DataFrame) -> pd.DataFrame:
    """Turn back the items that reading turned round: sameness is of what was ticked."""
    turned = codebook[codebook["reversed"] & codebook["item"].isin(ratings.columns)]
    sums = (turned["low"] + turned["high"]).tolist()
    back = {
        name: ends - ratings[name] for name, ends in zip(turned["item"].tolist(), sums, strict=True)
    }
    return ratings.assign(**back)


def _batteries(ratings: pd.DataFrame, codebook: pd.DataFrame) -> dict[str, list[str]]:
    """Give the batteries of ratings; by the stems of their names where no set is declared."""
    if codebook["set"].notna().any():
        groups = codebook.set_index("item")["set"].reindex(list(ratings.columns)).dropna()
    else:
        stems = {name: re.sub(r"[_.]?\d+[a-z]?$", "", name) for name in ratings.columns}
        groups = pd.Series(
            {name: stem for name, stem in stems.items() if stem != name}, dtype="str"
        )
    members: dict[str, list[str]] = {}
    for name, group in groups.items():
        members.setdefault(str(group), []).append(str(name))
    return {group: names for group, names in members.items() if len(names) >= FEWEST_IN_BATTERY}


def _straight_lining(ratings: pd.DataFrame, codebook: pd.DataFrame) -> list[_Row]:
    rows: list[_Row] = []
    for group, names in _batteries(ratings, codebook).items():
        answers = ratings[names]
        enough = answers.notna().sum(axis=1) >= FEWEST_IN_BATTERY
        same = enough & (answers.max(axis=1) == answers.min(axis=1))
        rows.append(("straight_lining", None, group, None, int(same.sum()), int(enough.sum())))
    return rows


def _speeding(responses: pd.DataFrame, duration: str | None, speed: float) -> list[_Row]:
    if duration is None:
        return []
    values, _ = as_numbers(responses[duration])
    fast = int((values < speed * values.median()).sum())
    return [("speeding", duration, None, None, fast, int(values.notna().sum()))]


def _duplicates(responses: pd.DataFrame, ratings: pd.DataFrame, design: SurveyDesign) -> list[_Row]:
    rows: list[_Row] = []
    if ratings.shape[1] >= FEWEST_FOR_TWINS:
        # Straight-liners are alike without being copies, so they are not counted again
        telling = (ratings.notna().sum(axis=1) >= FEWEST_FOR_TWINS) & (
            ratings.max(axis=1) > ratings.min(axis=1)
        )
        twins = int(ratings[telling].duplicated().sum())
        rows.append(("duplicate_answers", None, None, None, twins, int(telling.sum())))
    if design.respondent is not None:
        again = int(repeated_rows(responses, design).sum())
        rows.append(("duplicate_ids", design.respondent, None, None, again, len(responses)))
    return rows


def _out_of_range(responses: pd.DataFrame, codebook: pd.DataFrame) -> list[_Row]:
    rows: list[_Row] = []
    stated = codebook.dropna(subset=["low", "high"])
    for name, low, high in stated[["item", "low", "high"]].to_numpy().tolist():
        answers = responses[name]
        if not pd.api.types.is_numeric_dtype(answers):
            continue
        outside = answers.notna() & ~answers.between(low, high)
        found, n = int(outside.sum()), int(answers.notna().sum())
        rows.append(("out_of_range", name, None, None, found, n))
    return rows


def _nonresponse(missing_cells: pd.DataFrame) -> list[_Row]:
    counts = missing_cells[["item", "n_coded", "n_blank", "n"]].to_numpy().tolist()
    return [
        ("nonresponse", item, None, detail, found, n)
        for item, n_coded, n_blank, n in counts
        for detail, found in (("coded", n_coded), ("blank", n_blank))
    ]


def _notes(checks: pd.DataFrame, speed: float) -> tuple[Message, ...]:
    found = checks[checks["n_found"] > 0]
    notes = []
    for row in found[found["check"] == "straight_lining"].itertuples():
        said = "{found:count} of {n:count} rows give one and the same answer all through {set}."
        notes.append(Message(said, {"found": row.n_found, "n": row.n, "set": row.set}))
    single = {
        "speeding": "{found:count} of {n:count} interviews took less than {speed:percent} of the "
        "median time.",
        "duplicate_answers": "{found:count} of {n:count} rows repeat the ratings of an earlier "
        "row from end to end.",
        "duplicate_ids": "{found:count} of {n:count} rows repeat the respondent, brand and wave "
        "of an earlier row.",
    }
    for check, said in single.items():
        for row in found[found["check"] == check].itertuples():
            values = {"found": row.n_found, "n": row.n, "speed": speed}
            notes.append(Message(said, values))
    outside = found[found["check"] == "out_of_range"]
    if len(outside):
        said = "{found:count} {found:answer lies|answers lie} outside the scale, in {items}."
        n_outside, items = int(outside["n_found"].sum()), list(outside["item"][:12])
        notes.append(Message(said, {"found": n_outside, "items": items}))
    personal = found[found["check"] == "personal_data"]
    if len(personal):
        said = "These columns look like personal data: {items}. Take them out before you share."
        notes.append(Message(said, {"items": list(dict.fromkeys(personal["item"]))[:12]}))
    return tuple(notes)
