"""One rule of spacing for Chinese: a space beside Latin words and numbers, none beside Chinese."""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import Formatter
from typing import Any

from brandkit.core.message import formatted

_HAN, _BORDER = "[\u3400-\u4dbf\u4e00-\u9fff]", "\x02"
_NEEDLESS = re.compile(f"(?<={_HAN}) ?{_BORDER}+ ?(?={_HAN})")
_MISSING = re.compile(
    f"(?<={_HAN}){_BORDER}+(?=[+−]?[A-Za-z0-9.])|(?<=[A-Za-z0-9%.]){_BORDER}+(?={_HAN})"
)


class _Bordered(Formatter):
    """Marks where a value begins and ends: only there the rule applies, never inside a name."""

    def format_field(self, value: Any, format_spec: str) -> str:
        return f"{_BORDER}{formatted(value, format_spec)}{_BORDER}"


def fill_spaced(text: str, values: Mapping[str, Any]) -> str:
    """Fill a Chinese text; only now is known whether a bank's name is Latin or Chinese.

    Examples
    --------
    >>> fill_spaced("減去 {bank} 的{n:count}分", {"bank": "海港銀行", "n": 3})
    '減去海港銀行的 3 分'
    """
    filled = _NEEDLESS.sub("", _Bordered().vformat(text, (), values))
    return _MISSING.sub(" ", filled).replace(_BORDER, "")
