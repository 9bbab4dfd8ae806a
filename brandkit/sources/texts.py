"""Text as banks publish it, made readable: blanks, tags, quotes, damaged characters."""

from __future__ import annotations

import html
import re

_SUSPECT = re.compile(
    "[\u00a0\u00ad\u2007\u2009\u200a\u200b-\u200f\u202f\u2028\u2029\u2060\ufeff\ufffd<&‘’“”‚„ÃÂâ]"
)
_BLANKS = re.compile("[\u00a0\u2007\u2009\u200a\u202f\u2028\u2029]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,400}>")
_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]{2,8});")
_CURLY = str.maketrans({"‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"'})
#: UTF-8 read as Windows-1252: "â€™" for "’", "Ã©" for "é", "Â " for a hard blank.
_DAMAGED = re.compile("â(?:€.|„.)|Ã[\u0080-\u00bf\u0152-\u2122]|Â[\u00a0-\u00bf]")


def repaired_text(text: str) -> tuple[str, tuple[str, ...]]:
    r"""Make published text readable, and say what was done.

    Parameters
    ----------
    text : str

    Returns
    -------
    text : str
        Without tags, entities, curly quotes, hard and invisible blanks; blanks single.
    repairs : tuple of str
        Reasons out of :data:`brandkit.sources.problems.REASONS`, in a fixed order. Trimming
        and joining lines is not told.

    Notes
    -----
    Curly quotes stay where the text is Chinese: there they are its own punctuation. Replacement
    characters (U+FFFD) are left as they are, since what stood there is lost.

    Examples
    --------
    >>> repaired_text("<b>Bank</b>\u00a0of\nCards")
    ('Bank of Cards', ('blanks', 'markup'))
    """
    if not _SUSPECT.search(text):
        return " ".join(text.split()), ()
    repairs = []
    if _DAMAGED.search(text):
        text = _DAMAGED.sub(_undamaged, text)
        repairs.append("mojibake")
    elif "\ufffd" in text:
        repairs.append("mojibake")
    if _TAG.search(text) or _ENTITY.search(text):
        text = html.unescape(_TAG.sub(" ", text))
        repairs.append("markup")
    if _BLANKS.search(text) or _INVISIBLE.search(text):
        text = _INVISIBLE.sub("", _BLANKS.sub(" ", text))
        repairs.append("blanks")
    straight = text if re.search(r"[㐀-鿿]", text) else text.translate(_CURLY)
    if straight != text:
        repairs.append("quotes")
    return " ".join(straight.split()), tuple(sorted(repairs))


def _undamaged(found: re.Match[str]) -> str:
    try:
        return found.group().encode("cp1252").decode("utf-8")
    except UnicodeError:
        return found.group()
