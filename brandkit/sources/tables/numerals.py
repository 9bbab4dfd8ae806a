"""Numbers the way people write them in table cells: 1,234.5 · 1.234,5 · 12% · １２."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from typing import Any, Literal

DecimalMark = Literal[".", ","]

_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
_COMMA_DECIMAL = re.compile(r"[+-]?(\d*),\d+([eE][+-]?\d+)?$")
_GROUPED = {
    ".": re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$"),
    ",": re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+(,\d+)?$"),
}
#: One group of three after a mark: the mark may group thousands or begin decimals.
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}$")


@dataclass(frozen=True)
class Number:
    """A cell's number, and whether it was written as a percentage.

    Parameters
    ----------
    value : float
        The number; a percentage is divided by 100.
    percent : bool
    """

    value: float
    percent: bool = False


def tidied(text: str) -> str:
    """Fold full-width digits, unify minus signs, drop blanks within numbers.

    Examples
    --------
    >>> tidied("−１ 234,5 ％")
    '-1234,5%'
    """
    folded = unicodedata.normalize("NFKC", text).strip().replace("−", "-").replace("–", "-")
    return re.sub(r"(?<=\d)[\s'’](?=\d{3}(?!\d))|\s+(?=%$)", "", folded)


def decimal_mark(texts: Iterable[str], *, delimiter: str = "") -> DecimalMark | None:
    """Find out which mark begins the decimals, from all the cells of a table together.

    Parameters
    ----------
    texts : iterable of str
        Cells as written.
    delimiter : str
        The delimiter of the file they come from: a comma makes decimal commas unlikely, a
        semicolon leaves a lone ``1.234`` undecided.

    Returns
    -------
    "." or "," or None
        None where the cells contradict each other or leave it open.

    Examples
    --------
    >>> decimal_mark(["0,5", "1.234,5"], delimiter=";"), decimal_mark(["1,234", "12.5"])
    (',', '.')
    >>> decimal_mark(["1,234"], delimiter=";") is None
    True
    """
    cells = {tidied(text).rstrip("%") for text in texts}
    open_ = {cell for cell in cells if _EITHER.match(cell)}
    rest = cells - open_
    says_comma = any(_COMMA_DECIMAL.match(c) or ("." in c and _GROUPED[","].match(c)) for c in rest)
    says_point = any(
        ("." in c and _PLAIN.match(c)) or ("," in c and _GROUPED["."].match(c)) for c in rest
    )
    if says_comma and says_point:
        return None
    if says_comma or says_point:
        return "," if says_comma else "."
    # nothing but whole numbers and cells such as 1,234 or 1.234
    if any("," in cell for cell in open_) and delimiter != ",":
        return None
    if any("." in cell for cell in open_) and delimiter == ";":
        return None
    return "."


def says_none(cell: Any) -> bool:
    """Whether a cell of a table holds the dash that stands for "nobody".

    Examples
    --------
    >>> says_none("–"), says_none("0"), says_none("")
    (True, False, False)
    """
    return isinstance(cell, str) and cell.strip() in {"-", "–", "—", "*"}


def parsed_number(cell: Any, *, mark: DecimalMark = ".") -> Number | None:
    """Read one cell as a number; None where it is none.

    Parameters
    ----------
    cell : object
        Text or a number. Truth values and dates are no numbers.
    mark : "." or ","
        What begins the decimals in text.

    Examples
    --------
    >>> parsed_number("12,5 %", mark=",")
    Number(value=0.125, percent=True)
    >>> parsed_number("n/a") is None
    True
    """
    if isinstance(cell, bool):
        return None
    if isinstance(cell, (Real, Decimal)):
        return Number(float(cell)) if math.isfinite(cell) else None
    if not isinstance(cell, str):
        return None
    text = tidied(cell)
    percent = text.endswith("%")
    text = text.removesuffix("%")
    if _GROUPED[mark].match(text):
        text = text.replace("," if mark == "." else ".", "")
    if mark == ",":
        if "." in text:
            return None
        text = text.replace(",", ".")
    if not _PLAIN.match(text):
        return None
    value = float(text)
    return Number(value / 100 if percent else value, percent) if math.isfinite(value) else None
