"""Names short enough for a label: wrapped into two lines, cut where even that is too long."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from brandkit.viz.fonts import is_wide

#: Half ems in a line; a Chinese character takes two.
LINE: Final = 22
ELLIPSIS: Final = "…"

_NEVER_FIRST: Final = "，。、；：！？）」』》〉】．,.;:!?)]}%"
_NEVER_LAST: Final = "（「『《〈【([{"
_WORD: Final = re.compile(r"\S+\s*")


def text_width(text: str) -> int:
    """Measure a text in half ems.

    Examples
    --------
    >>> text_width("Bank 銀行")
    9
    """
    return sum(2 if is_wide(one) else 1 for one in text)


def label_lines(names: Sequence[str], *, line: int = LINE) -> list[str]:
    r"""Write names as labels of at most two lines, different names differently.

    Parameters
    ----------
    names : sequence of str
    line : int, half ems
        A longer name takes two lines; what two lines cannot hold is cut at its end, or in its
        middle where another name would read the same.

    Returns
    -------
    list of str

    Examples
    --------
    >>> label_lines(["Civic", "Harbour Islands Savings Bank"])
    ['Civic', 'Harbour Islands\nSavings Bank']
    """
    plain = [" ".join(name.split()) for name in names]
    written = [_two_lines(name, line) for name in plain]
    often = Counter(written)
    distinct = {label: len({name for name, it in zip(plain, written, strict=True) if it == label})
                for label, times in often.items() if times > 1}  # fmt: skip
    return [
        _middle_cut(name, line) if distinct.get(label, 1) > 1 else label
        for name, label in zip(plain, written, strict=True)
    ]


def row_names(names: Sequence[str], *, line: int = LINE) -> list[str]:
    r"""Write names as labels of one line, as rows of a figure have, different ones differently.

    Parameters
    ----------
    names : sequence of str
    line : int, half ems
        A longer name is cut at its end, or in its middle where another would read the same.

    Returns
    -------
    list of str

    Examples
    --------
    >>> row_names(["Civic", "Harbour Islands Savings Bank", "Harbour Islands Savings Bonds"])
    ['Civic', 'Harbour Isl…vings Bank', 'Harbour Isl…ings Bonds']
    """
    plain = [" ".join(name.split()) for name in names]
    written = [_cut(name, line) for name in plain]
    alike = {label for label, times in Counter(written).items() if times > 1}
    return [
        f"{_cut(name, line // 2 + 1)}{_end(name, line - line // 2 - 1)}"
        if label in alike and label != name
        else label
        for name, label in zip(plain, written, strict=True)
    ]


def _end(name: str, room: int) -> str:
    """Give as much of a name's end as there is room for."""
    kept = ""
    for one in reversed(name):
        if text_width(one + kept) > room:
            break
        kept = one + kept
    return kept.lstrip()


def _two_lines(name: str, line: int) -> str:
    if text_width(name) <= line:
        return name
    first, rest = _best_break(name, line)
    if not rest:
        return _cut(first, line)
    return f"{_cut(first, line)}\n{_cut(rest, line)}"


def _best_break(name: str, line: int) -> tuple[str, str]:
    """Break where the two lines are most alike, or where the first is fullest if it must be cut."""
    parts = _parts(name)
    breaks = [("".join(parts[:at]).rstrip(), "".join(parts[at:])) for at in range(1, len(parts))]
    fitting = [pair for pair in breaks if text_width(pair[0]) <= line]
    if not fitting:
        return (name, "") if not breaks else breaks[0]
    whole = [pair for pair in fitting if text_width(pair[1]) <= line]
    if whole:
        return min(whole, key=lambda pair: max(text_width(pair[0]), text_width(pair[1])))
    return fitting[-1]


def _parts(name: str) -> list[str]:
    """Take a name apart where a line may break: after words, between Chinese characters."""
    parts: list[str] = []
    for word in _WORD.findall(name):
        piece = ""
        for one in word:
            may_break = piece and (is_wide(one) or is_wide(piece[-1])) and not one.isspace()
            if may_break and one not in _NEVER_FIRST and piece[-1] not in _NEVER_LAST:
                parts.append(piece)
                piece = ""
            piece += one
        parts.append(piece)
    return parts


def _cut(text: str, line: int) -> str:
    """Cut the end of a text off that does not fit in a line."""
    if text_width(text) <= line:
        return text
    kept = ""
    for one in text:
        if text_width(kept + one) > line - 1:
            break
        kept += one
    return kept.rstrip(" ,.;:-&，、（(") + ELLIPSIS


def _middle_cut(name: str, line: int) -> str:
    """Keep the beginning in the first line and the end in the second."""
    return f"{_cut(name, line)}\n{ELLIPSIS}{_end(name, line - 1)}"
