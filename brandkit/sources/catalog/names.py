"""Product names without what only tells one record of an offer from the next.

Catalogues write rates, tiers, loan-to-value ratios, terms, purposes, series numbers and share
classes into names. Two records that differ in nothing else are one offer, and a name is compared
with a rival's name only after they, and the bank's own name, are gone.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from functools import cache, lru_cache

from opencc import OpenCC

_CJK = re.compile(r"[㐀-鿿豈-﫿]")
_QUOTES = str.maketrans({mark: " " for mark in "\"“”„〝〞〟「」『』《》〈〉«»‘’'`·•*|"})

# every repetition has an end, so that a text without blanks is read in a moment
_SIGNS = r"(?:[<>≤≥=~]{1,9}\s*)?"
_NUMBER = r"\d[\d,]{0,40}(?:\.\d{1,40})?"
_AMOUNT = (
    rf"{_SIGNS}(?:[a-z]{{0,3}}[$€£¥]\s*{_NUMBER}\s*(?:k|m|bn|million|thousand)?"
    rf"|{_NUMBER}\s*(?:k|m)\b)\+?"
)
_PERCENT = rf"{_SIGNS}{_NUMBER}\s*%\+?"
_OR_MORE = r"(?:\s+(?:or|and)\s+(?:less|more|above|below|over|under))?"
_COUNT_WORD = r"(?:one|two|three|four|five|six|seven|ten|twelve)"
_COUNT = rf"(?:\d+(?:\.\d+)?|{_COUNT_WORD})"
_PERIOD = r"(?:years?|yrs?|months?|mths?|mnths?|mos?|weeks?|wks?|days?)"
_BETWEEN = r"\s*(?:-|–|—|~|to|and)\s*"
_CN_NUMBER = r"(?:\d{1,40}(?:\.\d{1,40})?|[一二两三四五六七八九十半]{1,40})"
_CN_PERIOD = r"(?:个月|年期|年|天|日|周|月)"

#: Always: rates, tiers, terms, purposes of repayment, series, share classes.
_ALWAYS = [
    # codes in brackets: (25GS6706), (A), (M)
    r"\((?=[0-9a-z]*\d{3})[0-9a-z]+\)",
    r"\(\s*[a-z]\s*\)",
    # rates and ratios, alone or as a range, with the words around them
    rf"\b(?:up to|over|under|above|below|from|between|(?:less|more|greater) than)\s+"
    rf"(?={_PERCENT}|{_AMOUNT})",
    rf"{_PERCENT}(?:{_BETWEEN}{_PERCENT})?(?:\s*(?:p\.?\s?a\.?)(?!\w))?{_OR_MORE}",
    rf"{_NUMBER}{_BETWEEN}(?=lvr\b)",
    r"\b(?:lvr|ltv|loan[ -]to[ -]value(?: ratio)?)\b[:\s]*[<>≤≥=~]*",
    rf"{_AMOUNT}(?:{_BETWEEN}{_AMOUNT})?{_OR_MORE}",
    # terms
    rf"\b{_COUNT}(?:{_BETWEEN}{_COUNT})?[ -]?{_PERIOD}\b",
    r"\bp\d+[ymwd]\b",
    # purpose: how it is repaid, who lives there
    r"\bprincipal\s*(?:and|&|\+)\s*interest\b",
    r"\bp\s*(?:&|and|\+)\s*i\b",
    r"\bint(?:erest)?[ -]?only\b",
    r"\bi/?o\b",
    r"\bowner[ -]?occ(?:upied|upiers?|upation)?\b",
    r"\boo\b",
    r"\bo/o\b",
    # series and share classes
    r"\b(?:series|issue|tranche|no\.?|number)\s*#?\d+[a-z]?\b",
    r"#\s*\d+\b",
    r"\bclass\s+[a-z]\b",
    r"\b[a-z][ -]class\b",
    r"(?<!\d)20[0-9]{2}(?!\d)年?度?",
    r"第(?:[0-9a-z/、,\-~至]+|[一二三四五六七八九十百]+)(?:期|号|款|批|季|只|档)",
    r"(?:[0-9a-z]{0,60}\d[0-9a-z/\-]{0,60})(?:期|号|款|批)",
    r"(?<![a-z])[a-z](?:类份额|类|份额|级)",
    rf"{_CN_NUMBER}(?:[-~至]{_CN_NUMBER})?{_CN_PERIOD}",
    r"[0-9a-z]{0,60}\d{5,}[0-9a-z]*",
    r"(?<![0-9a-z])\d{4}$",
]
_LENDING = re.compile(
    r"\b(?:loans?|mortgages?|fixed|variable|lvr|p\s*&\s*i|i/?o|interest only|principal|"
    r"refinanc\w+)\b"
)
#: Only in names of loans: an "investment account" is a product, an "investment loan" a purpose.
_PURPOSE = re.compile(r"\b(?:inv(?:est(?:ment|ors?)?)?)\b|\(\s*home\s*\)")
_CARD = re.compile(r"\b(?:cards?|visa|mastercard)\b|卡")
#: Only in names of cards. Platinum, classic and the like are grades, not colours.
_COLOUR = re.compile(
    r"\b(?:black|white|red|blue|green|pink|purple|orange|yellow|grey|gray|silver|gold|rose)\b"
    r"|[黑白红蓝绿粉紫橙黄灰银金]色"
)
_SERIES = re.compile("|".join(f"(?:{pattern})" for pattern in _ALWAYS))
_LAST_NUMBER = re.compile(r"(?:(?<=\s)|(?<=[㐀-鿿]))\d{1,3}$")
_BETWEEN_CJK = re.compile(r"(?<=[㐀-鿿]) (?=[㐀-鿿])")
_PUNCTUATION = re.compile(r"[^\w&+%]+|_+")

_LEGAL = re.compile(
    r"(?:股份有限公司|有限责任公司|有限公司|\((?:中国|香港|台湾)\))"
    r"|\b(?:limited|ltd|pty|inc|plc|co|corporation)\b\.?"
)
_KIND_OF_BANK = re.compile(
    r"\s+(?:bank|banking|credit union|building society|mutual bank|mutual|australia)$"
)


def folded(text: str) -> str:
    """Give text in one width, one script and one case, with single blanks.

    Examples
    --------
    >>> folded("ＡＢＣ  國泰 Saver")
    'abc 国泰 saver'
    """
    return _folded(text)


@lru_cache(maxsize=200_000)
def _folded(text: str) -> str:
    wide = unicodedata.normalize("NFKC", text).casefold()
    if _CJK.search(wide):
        wide = _to_simplified().convert(wide)
    return " ".join(wide.split())


def one_spelling(
    words: Iterable[str], *, key: Callable[[str], str] | None = None
) -> dict[str, str]:
    """Give every spelling of a word the commonest one: case, width, script and blanks aside.

    Examples
    --------
    >>> one_spelling(["Home Loans", "home_loans", "Home Loans"])["home_loans"]
    'Home Loans'
    """
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for word in words:
        counts[(key or spelling_key)(word)][word] += 1
    return {
        word: min(spellings, key=lambda word: (-spellings[word], word))
        for spellings in counts.values()
        for word in spellings
    }


def spelling_key(word: str) -> str:
    """Fold a word so that its spellings meet.

    Examples
    --------
    >>> spelling_key("Ｈome_Loans ") == spelling_key("home  loans")
    True
    """
    return " ".join(re.sub(r"[_\-]+", " ", folded(word)).split())


def series_key(text: str) -> str:
    """Give what is left of a name once rate, tier, LVR, term, purpose and series are gone.

    Two records of a brand with the same key, and nothing else to tell them apart, are one offer.

    Parameters
    ----------
    text : str
        A product's name, in English or Chinese.

    Returns
    -------
    str
        Folded; never empty unless the name is: a name made of such parts alone is kept whole.

    Notes
    -----
    "Investment" is a purpose only in names of loans, and colours count only in names of cards.

    Examples
    --------
    >>> series_key("3 Year Fixed Home Loan Investment (P&I) LVR <=80%")
    'fixed home loan'
    >>> series_key("丰收丰禾2025年第091期"), series_key("豐收豐禾2025年第092期")
    ('丰收丰禾', '丰收丰禾')
    """
    return _stripped(_folded(text))


def normalised_name(text: str, *, brand: str | None = None) -> str:
    """Give a product's name as it is compared with a rival's.

    Parameters
    ----------
    text : str
        The product's name.
    brand : str, optional
        Its bank, whose own name is taken out of the product's.

    Returns
    -------
    str
        :func:`series_key` of the name without the bank's; never empty unless the name is.

    Examples
    --------
    >>> normalised_name("Bendigo Easy Home Loan ", brand="Bendigo Bank")
    'easy home loan'
    >>> normalised_name("招银理财招睿增鑫180天持有期6号", brand="招银理财有限责任公司")
    '招睿增鑫持有期'
    """
    name = _folded(text)
    if brand:
        own = _own_name(_folded(brand))
        if own is not None:
            without = _squeezed(own.sub(" ", name))
            if without:
                name = own.sub(" ", name)
    return _stripped(" ".join(name.split()))


@lru_cache(maxsize=200_000)
def _stripped(name: str) -> str:
    text = name.replace("_", " ").translate(_QUOTES)
    lending, card = _LENDING.search(text), _CARD.search(text)
    bare = _SERIES.sub(" ", " ".join(text.split()))
    if lending:
        bare = _PURPOSE.sub(" ", bare)
    if card:
        bare = _COLOUR.sub(" ", bare)
    bare = _LAST_NUMBER.sub("", _squeezed(bare)).strip()
    return bare or _squeezed(text) or name


def _squeezed(text: str) -> str:
    """Put one blank for punctuation, and none between Chinese characters."""
    return _BETWEEN_CJK.sub("", " ".join(_PUNCTUATION.sub(" ", text).split()))


@lru_cache(maxsize=10_000)
def _own_name(brand: str) -> re.Pattern[str] | None:
    """Match the bank's name, with and without its legal form and the word for its kind."""
    legal = " ".join(_LEGAL.sub(" ", brand).split())
    core = _KIND_OF_BANK.sub("", legal)
    forms = {form for form in (brand, legal, core) if len(form) > 1}
    if not forms:
        return None
    longest_first = sorted(forms, key=lambda form: (-len(form), form))
    words = "|".join(re.escape(form) for form in longest_first)
    # Chinese has no blanks between words, so its names may stand anywhere
    return re.compile(rf"(?<![a-z0-9])(?:{words})(?:'s)?(?![a-z0-9])")


@cache
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")


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
        Reasons out of :data:`brandkit.sources.catalog.listing.REASONS`, in a fixed order. Trimming
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
