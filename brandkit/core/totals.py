"""Lines that total the others: NET, Total, 合計, and silent sums.

Left in a table they would count everything twice and pull every map towards themselves.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np

from brandkit.core.linalg import Floats

_NAMES = re.compile(
    r"((grand )?(net|total|totals|sum|subtotal|sub-total|average|mean|base|sample size"
    r"|all (brands|banks|attributes|respondents))"
    r"|合計|總計|小計|總和|總數|平均|平均值|基數|樣本數|樣本量|人數|全體"
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
