"""What columns and their values are called: one way for every result, note, plot and focus.

Every column of every public frame stands in ``columns.txt`` with its meaning and the way it is
written in a report; a test refuses columns that do not. Names are part of the contract: they never
depend on the call, the level of an interval is a column of its own, shares run from 0 to 1.

A bank is one bank whether a file writes it 1, 1.0 or "1": whole numbers are written without a
point, whatever the column's type. Lines that total the others (NET, 合計, silent sums) are no
bank: left in a table they would count everything twice and pull every map towards themselves.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from brandkit.core.linalg import Codes, Floats
from brandkit.core.message import Message


def label_text(value: object) -> str:
    """Write a label as text.

    Examples
    --------
    >>> [label_text(one) for one in (1, 1.0, np.float32(1), "1", 2.5, True, "A")]
    ['1', '1', '1', '1', '2.5', 'True', 'A']
    """
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value)


def hashed_ids(ids: Iterable[object]) -> list[str]:
    """Give what stands for persons' ids in what is kept: the same for the same id.

    Examples
    --------
    >>> hashed_ids(["R-1", "R-2"])
    ['#aee554ed8db7', '#c32c37143e71']
    """
    return [f"#{hashlib.sha256(label_text(one).encode()).hexdigest()[:12]}" for one in ids]


def coded(column: pd.Series[Any]) -> tuple[Codes, tuple[str, ...]]:
    """Give a column's codes and labels; -1 where it is missing.

    Categories keep their declared order, those that occur; other labels stand in order: numbers
    by value, texts by text, numbers first.

    Examples
    --------
    >>> codes, labels = coded(pd.Series([2.0, 10.0, None, 2.0]))
    >>> codes.tolist(), labels
    ([0, 1, -1, 0], ('2', '10'))
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        values = list(column.cat.categories)
        raw = np.asarray(column.cat.codes, dtype=np.intp)
        occurring = np.unique(raw[raw >= 0])
    else:
        factored, found = pd.factorize(column)
        raw, values = np.asarray(factored, dtype=np.intp), list(found)
        occurring = np.array(sorted(range(len(values)), key=lambda at: _order(values[at])), np.intp)
    labels: dict[str, int] = {}
    place = np.full(len(values) + 1, -1, dtype=np.intp)  # the last one for -1
    for at in occurring:
        place[at] = labels.setdefault(label_text(values[at]), len(labels))
    return place[raw], tuple(labels)


def known_focus(
    focus: object, labels: Iterable[object], *, what: str = "banks"
) -> tuple[str | None, tuple[Message, ...]]:
    """Find a focus among a result's labels; one that is not there counts as none, with a note.

    Examples
    --------
    >>> known_focus("1.0", ["1", "2"])
    ('1', ())
    >>> focus, notes = known_focus("Civic", ["Kestrel"])
    >>> focus, str(notes[0])
    (None, 'Civic is not among the banks compared here.')
    """
    if focus is None:
        return None, ()
    known = {label_text(one) for one in labels}
    asked = label_text(focus)
    if asked not in known and _number(asked) is not None:
        asked = label_text(_number(asked))
    if asked in known:
        return asked, ()
    values = {"focus": label_text(focus)}
    if what == "segments":
        return None, (Message("{focus} is not among the segments compared here.", values),)
    return None, (Message("{focus} is not among the banks compared here.", values),)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _order(value: object) -> tuple[int, float, str]:
    if isinstance(value, (int, float, np.number)) and not isinstance(value, bool):
        return 0, float(value), ""
    return 1, 0.0, str(value)


Kind = Literal[
    "text", "count", "share", "number", "decimal", "signed", "points", "p_value", "flag", "date"
]

#: How a kind is written in a report: a format of :func:`brandkit.core.message.formatted`.
FORMATS: dict[Kind, str] = {
    "text": "", "count": "count", "share": "percent", "number": "number", "decimal": "decimal3",
    "signed": "signed", "points": "points", "p_value": "p", "flag": "", "date": "",
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A column's meaning.

    Parameters
    ----------
    label : str
        The heading a reader sees, in English; translated under the context ``"column"``.
    kind : str
        What its values are; decides how they are written.
    meaning : str
        One sentence: unit and range.
    """

    label: str
    kind: Kind
    meaning: str


def _read(table: str) -> Iterator[tuple[str, Column]]:
    for line in table.splitlines():
        if not line or line.startswith("#"):
            continue
        name, label, kind, meaning = (cell.strip() for cell in line.split("|"))
        plain: Any = kind.removesuffix(" ±")
        yield name, Column(label, plain, meaning)
        if plain != kind:
            what = f"end of the interval of the {label.lower()}"
            yield f"{name}_low", Column(f"{label} from", plain, f"lower {what}")
            yield f"{name}_high", Column(f"{label} to", plain, f"upper {what}")


_TABLE = Path(__file__).with_name("columns.txt").read_text(encoding="utf-8")
COLUMNS: dict[str, Column] = dict(_read(_TABLE))


#: What the law adds to a company's name, and nobody says.
_LEGAL = re.compile(
    r"(?<=[\u4e00-\u9fff]{2})(?:股份有限公司|有限[責责]任公司|有限公司)$"
    r"|(?<=\w{2}),? (?:Inc(?:orporated)?|LLC|L\.L\.C|Ltd|Limited|PLC|plc|N\.A)\.?$",
)
#: Words that stay small inside a name, and how long one must be to be a word, not initials.
_SMALL, _WORD = {"of", "and", "the", "for", "de", "la", "y", "e"}, 4


def spoken(name: str) -> str:
    """Write a name as people do: without the company's legal form, and not in capitals.

    Examples
    --------
    >>> spoken("臺灣土地銀行股份有限公司"), spoken("PayPal Holdings, Inc.")
    ('臺灣土地銀行', 'PayPal Holdings')
    >>> spoken("BANK OF QUEENSLAND"), spoken("ME BANK"), spoken("ANZ"), spoken("ING Direct")
    ('Bank of Queensland', 'ME Bank', 'ANZ', 'ING Direct')
    """
    short = _LEGAL.sub("", name)
    words = short.split(" ")
    if len(words) < 2 or not short.isupper() or max(map(len, words)) < _WORD:
        return short
    said = [word.capitalize() if len(word) >= _WORD else word for word in words]
    return " ".join(
        word.lower() if at and word.lower() in _SMALL else word for at, word in enumerate(said)
    )


_NAMES = re.compile(
    r"((grand )?(net|total|totals|sum|subtotal|sub-total|average|mean|base|sample size"
    r"|all (brands|banks|attributes|respondents))"
    r"|(industry|market|sector|overall|group) (average|mean)"
    r"|[同行產业業]{1,3}平均|全[體体]平均"
    r"|[合總总小]?[計计]|合計|總計|小計|總和|總數|平均|平均值|基數|樣本數|樣本量|人數|全體"
    r"|合计|总计|小计|总和|总数|平均数|均值|基数|样本量|样本数|人数|全体"
    r"|gesamt|insgesamt|summe|durchschnitt|basis|mittelwert|moyenne|effectif|ensemble|media|promedio"
    r"|suma|base de cálculo|totale|média|razem|ogółem|итого|всего|база|합계|전체|평균)"
    r"[ （(]*(\(?(n|%|net|total|weighted|unweighted|人)[)）]?)?|n ?=.*"
)
#: Fewer others than this, and a sum among them may well be chance.
FEWEST_OTHERS = 3


def is_total_name(label: str) -> bool:
    """Say whether a label names a total, a mean or a base.

    Parameters
    ----------
    label : str

    Examples
    --------
    >>> is_total_name("NET"), is_total_name("总计"), is_total_name("Total Bank")
    (True, True, False)
    """
    folded = unicodedata.normalize("NFKC", label).casefold().strip(" :.*-—–")
    return bool(_NAMES.fullmatch(folded))


def sums_of_others(values: Floats) -> list[int]:
    """Find lines that equal the sum of all other lines, to rounding.

    Parameters
    ----------
    values : ndarray, lines x cells, >= 0

    Returns
    -------
    list of int
        Their positions; none among fewer than four lines.

    Examples
    --------
    >>> sums_of_others(np.array([[1.0, 4], [5, 1], [2, 3], [8, 8]]))
    [3]
    """
    if len(values) <= FEWEST_OTHERS:
        return []
    rest = values.sum(axis=0) - values
    return np.flatnonzero(np.isclose(values, rest, rtol=1e-9, atol=1e-12).all(axis=1)).tolist()


def find_totals(labels: Sequence[object], values: Floats) -> list[str]:
    """Find lines that total the others, by their name or by their sums.

    Parameters
    ----------
    labels : sequence
        One a line.
    values : ndarray, lines x cells, >= 0

    Returns
    -------
    list of str

    Examples
    --------
    >>> find_totals(["Civic", "NET"], np.array([[1.0, 4], [5, 1]]))
    ['NET']
    """
    sums = set(sums_of_others(values))
    return [
        str(label) for at, label in enumerate(labels) if at in sums or is_total_name(str(label))
    ]
