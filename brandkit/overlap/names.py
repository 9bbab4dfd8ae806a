"""Product names that a customer could take for each other.

Likeness of all characters does not do: "low rate credit card" and "low fee credit card" share most
of theirs, "金彩人生信用卡" and "航空里程信用卡" half. What names a *kind* of product tells nothing
apart, so it hardly counts; what is left is compared word by word, whatever the order, the blanks
and the endings.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np
import pandas as pd
from rapidfuzz import process
from rapidfuzz.distance import Indel

from brandkit.core.errors import InputError, ScaleError, shown
from brandkit.core.result import Result
from brandkit.sources.catalog.catalog import Catalog
from brandkit.sources.catalog.names import normalised_name

LOOKS_ALIKE = 0.60
"""Likeness from which two names look alike: chosen on pairs labelled by hand."""

#: Words for a kind of product: they never tell two names apart, unless nothing else is there.
_KINDS = frozenset({
    "account", "acct", "a/c", "accounts", "card", "cards", "credit", "debit", "visa", "mastercard",
    "loan", "loans", "home", "personal", "mortgage", "deposit", "saver", "product", "package",
    "pack", "bank", "banking", "the", "and", "of", "for", "with", "a", "an", "your", "my"
})  # fmt: skip
#: Words that grade or renew a product, and count half.
_GRADES = frozenset({"plus", "extra", "new", "club", "up", "special", "offer", "series", "version"})
#: Kinds that banks write in one word with what is distinct: SuperSaver.
_JOINED = frozenset({"saver"})
_SAME_WORD = {
    "savings": "saver", "saving": "saver", "savers": "saver", "save": "saver", "acct": "account",
    "deposits": "deposit", "kidz": "kids"
}  # fmt: skip
_KINDS_ZH = re.compile(
    r"理财产品|理财计划|理财管理计划|理财|产品|计划|计画|信用卡|借记卡|卡|贷款|贷|存款|定期|定存"
    r"|活期|储蓄|[账帐]户|人民币|封闭式|开放式|封闭|净值型|净值|固定收益类|固收类|固收|现金管理类"
    r"|系列|个人|住房|房屋|版|[类型款]$"
)
_CJK = re.compile(r"[㐀-鿿豈-﫿]")
_LONE_LETTER = re.compile(r"(?<![a-z])[a-z](?![a-z])")
_KIND_WEIGHT, _GRADE_WEIGHT = 0.1, 0.4
_NEAR = 0.7
"""Likeness of two words from which they are one word spelt in two ways."""
_OF_DISTINCT = 0.8
"""Weight of what is distinct in the names; the rest goes to the names as a whole."""
_CANDIDATE = 0.4
"""Likeness of characters below which two names are not looked at: half of them is never alike."""


@dataclass(frozen=True, slots=True)
class _Name:
    """A name taken apart: its words, how much each counts, and what is distinct in one string."""

    words: tuple[str, ...]
    weights: tuple[float, ...]
    whole: str
    distinct: str
    generic: bool


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class LookAlikeNames(Result):
    """Product names of different banks that look alike.

    Parameters
    ----------
    pairs : DataFrame
        ``row_a row_b brand_a name_a brand_b name_b category similarity``: places in the names
        given, each pair once (the focus bank's first), most alike first.
    brands : DataFrame
        One row a bank: ``brand n_offers n_look_alikes``: its names, and how many of them look
        like another's. Empty where no banks were given.
    n_offers : int
        Names compared.
    """

    pairs: pd.DataFrame
    brands: pd.DataFrame
    n_offers: int

    def glance(self) -> pd.DataFrame:
        """Give one row: names, banks, pairs that look alike."""
        columns = "n_offers n_brands n_look_alikes"
        return self._row(columns, n_brands=len(self.brands), n_look_alikes=len(self.pairs))


def look_alike_names(
    names: Sequence[str] | Catalog,
    *,
    brands: Sequence[str] | None = None,
    groups: Sequence[str] | None = None,
    focus: str | None = None,
    sisters: Mapping[str, Collection[str]] | None = None,
    at_least: float = LOOKS_ALIKE,
    generic: bool = False,
) -> LookAlikeNames:
    """Find product names of different banks that look alike.

    Answers *which of our products could a customer confuse with a rival's by its name?*

    Parameters
    ----------
    names : sequence of str, or Catalog
        A catalogue brings its banks and categories along.
    brands : sequence of str, optional
        The bank of each: its own name is taken out, and names of one bank are not compared. Where
        not given every name is compared with every other.
    groups : sequence of str, optional
        The category of each; names are compared within categories.
    focus : str, optional
        Only pairs with this bank.
    sisters : mapping of bank to banks, optional
        Whose names are not compared with its own, as of ``BrandOverlap.sisters``.
    at_least : float, above 0 and up to 1, default 0.6
    generic : bool, default False
        Whether to keep names made of words for a kind of product alone ("Term Deposit"): every
        bank has them, and nobody takes them for a brand.

    Returns
    -------
    LookAlikeNames

    Raises
    ------
    InputError
        A name is missing, ``brands`` or ``groups`` has another length than ``names``, or ``focus``
        is no brand.

    Examples
    --------
    >>> found = look_alike_names(["Super Saver", "SuperSaver", "Golf Club"], brands=list("ABC"))
    >>> found.pairs[["row_a", "row_b", "brand_a", "brand_b"]].values.tolist()
    [[0, 1, 'A', 'B']]
    """
    if not 0 < at_least <= 1:
        raise ScaleError(f"`at_least` must be above 0 and up to 1; found {at_least}. Write 0.6.")
    own_names: Mapping[str, str] = {}
    if isinstance(names, Catalog):
        products, own_names = names.products, names.own_names
        names, brands, groups = (products[name].tolist() for name in ("name", "brand", "category"))
    texts, owner, group = _checked(names, brands, groups, focus)
    # product names hold the bank's name as the files write it, in whatever language we speak
    bank = [None if name is None else own_names.get(name, name) for name in owner]
    plain = [normalised_name(text, brand=name) for text, name in zip(texts, bank, strict=True)]
    filled = [bool(text) and (generic or not _taken_apart(text).generic) for text in plain]
    every = pd.DataFrame({"plain": plain, "owner": owner, "group": group})
    every["owner"] = range(len(every)) if brands is None else pd.factorize(every["owner"])[0]
    every["is_focus"] = [focus is not None and name == focus for name in owner]
    found = [
        (a, b, likeness)
        for _, rows in every[np.array(filled, dtype=bool)].groupby("group", dropna=False)
        for a, b, likeness in _alike(rows, of_one=focus is not None, at_least=at_least)
        if owner[b] not in (sisters or {}).get(str(owner[a]), ())
    ]
    found.sort(key=lambda pair: (-pair[2], pair[0], pair[1]))
    a, b = np.array([pair[:2] for pair in found], dtype=np.int64).reshape(-1, 2).T
    labels = pd.DataFrame({"brand": owner, "name": texts, "category": group}, dtype="str")
    ends = {
        f"{what}_{side}": labels[what].take(rows).array
        for side, rows in (("a", a), ("b", b))
        for what in ("brand", "name")
    }
    similarity = np.array([pair[2] for pair in found], dtype=np.float64)
    pairs = pd.DataFrame(
        {
            "row_a": a,
            "row_b": b,
            **ends,
            "category": labels["category"].take(b).array,
            "similarity": similarity,
        }
    )
    alike = np.isin(np.arange(len(texts)), np.concatenate([a, b]))
    of_brand = labels.assign(alike=alike).groupby("brand")["alike"].agg(["size", "sum"])
    of_brand.columns = pd.Index(["n_offers", "n_look_alikes"])
    return LookAlikeNames(pairs=pairs, brands=of_brand.reset_index(), n_offers=len(texts))


def _checked(
    names: Sequence[str],
    brands: Sequence[str] | None,
    groups: Sequence[str] | None,
    focus: str | None,
) -> tuple[list[str], list[str | None], list[str]]:
    """Give names, banks and groups as lists of one length, every name a text."""
    for argument, labels in (("brands", brands), ("groups", groups)):
        if labels is not None and len(labels) != len(names):
            raise InputError(
                f"`{argument}` must have one entry a name; found {len(labels)} for {len(names)}."
            )
    if focus is not None and (brands is None or focus not in set(brands)):
        raise InputError(f"`focus` must be one of `brands`; found {focus!r}.")
    places = np.flatnonzero([not isinstance(name, str) for name in names]).tolist()
    if places:
        raise InputError(
            f"`names` must hold a text in every place; found {shown(list(names)[places[0]])} in "
            f"place {places[0]}, and {len(places)} such places in all. Leave them out, or fill in "
            "the names."
        )
    owner: list[str | None] = [None] * len(names) if brands is None else list(brands)
    return list(names), owner, [""] * len(names) if groups is None else list(groups)


def _alike(
    rows: pd.DataFrame, *, of_one: bool, at_least: float
) -> Iterator[tuple[int, int, float]]:
    """Compare the different names of one category, and give all pairs of rows that bear them.

    Each pair once: a focus bank's row first, or in the order of rows.
    """
    owner, is_focus = rows["owner"].to_dict(), rows["is_focus"].to_dict()
    bearers = {str(name): part.index.tolist() for name, part in rows.groupby("plain")}
    mine = sorted(set(rows.loc[rows["is_focus"], "plain"])) if of_one else list(bearers)
    for first, second in _candidates(mine, list(bearers)):
        if (first > second and not of_one) or (likeness := name_likeness(first, second)) < at_least:
            continue
        for a, b in product(bearers[first], bearers[second]):
            is_once = is_focus[a] if of_one else a < b or first != second
            if is_once and owner[a] != owner[b]:
                yield (*((a, b) if of_one else sorted((a, b))), likeness)


def _candidates(mine: list[str], known: list[str]) -> Iterator[tuple[str, str]]:
    """Give pairs of names with enough characters in common, block by block."""
    distinct = [_taken_apart(name).distinct for name in known]
    for start in range(0, len(mine), 512):
        block = mine[start : start + 512]
        near = process.cdist(
            [_taken_apart(name).distinct for name in block],
            distinct,
            dtype=np.float32,
            scorer=Indel.normalized_similarity,
            score_cutoff=_CANDIDATE,
        )
        for at, other in zip(*np.nonzero(near > 0), strict=True):
            yield block[at], known[other]


def name_likeness(a: str, b: str) -> float:
    """Say how much two normalised names look alike, 0 to 1.

    Examples
    --------
    >>> name_likeness("everyday access account", "every day access") >= LOOKS_ALIKE
    True
    >>> name_likeness("low rate credit card", "low fee credit card") >= LOOKS_ALIKE
    False
    """
    if a == b:
        return 1.0
    one, two = _taken_apart(a), _taken_apart(b)
    if one.distinct == two.distinct:
        distinct = 1.0
    else:
        distinct = max(_shared_words(one, two), _joined(one.distinct, two.distinct))
    whole = Indel.normalized_similarity(one.whole, two.whole)
    return _OF_DISTINCT * distinct + (1 - _OF_DISTINCT) * float(whole)


def _joined(a: str, b: str) -> float:
    """Compare without blanks; only near sameness counts, as chance likeness is common."""
    likeness = float(Indel.normalized_similarity(a, b))
    is_chinese = bool(_CJK.search(a) and _CJK.search(b))
    return likeness if is_chinese or likeness >= 0.85 else 0.0


def _shared_words(a: _Name, b: _Name) -> float:
    """Give the share of weight in words that both have, each word used once, best pairs first."""
    pairs = sorted(
        (-float(Indel.normalized_similarity(x, y, score_cutoff=_NEAR)), i, j)
        for i, x in enumerate(a.words)
        for j, y in enumerate(b.words)
    )
    used: set[tuple[str, int]] = set()
    shared = 0.0
    for minus, i, j in pairs:
        if minus < 0 and not used & {("a", i), ("b", j)}:
            used |= {("a", i), ("b", j)}
            shared += -minus * (a.weights[i] + b.weights[j])
    return shared / (sum(a.weights) + sum(b.weights))


@lru_cache(maxsize=200_000)
def _taken_apart(name: str) -> _Name:
    """Take a normalised name apart into words and their weights."""
    text = name.replace("账", "帐")
    if _CJK.search(text):
        text = _LONE_LETTER.sub(" ", text)
        bare = " ".join(_KINDS_ZH.sub(" ", text).split())
        words = tuple((bare or text).split())
        whole = "".join(text.split())
        return _Name(words, (1.0,) * len(words), whole, "".join(words), not bare)
    words = tuple(_SAME_WORD.get(word, word) for word in text.split())
    weights = tuple(
        _KIND_WEIGHT if word in _KINDS else _GRADE_WEIGHT if word in _GRADES else 1.0
        for word in words
    )
    distinct = [word for word in words if word not in _KINDS - _JOINED] or list(words)
    generic = all(word in _KINDS for word in words)
    return _Name(words, weights, " ".join(sorted(words)), "".join(distinct), generic)
