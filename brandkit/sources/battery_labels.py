"""Which brand and attribute a column of a wide battery is about, read from its labels.

``Fair fees - Civic Bank`` in a set whose labels all end in ``Civic Bank`` is an attribute of that
bank. Where labels leave it open who is the brand, the other questions tell: brands are listed
there too, attributes are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from brandkit.core.errors import InputError, MissingColumnsError, check_option, did_you_mean, shown

Side = Literal["sets", "items"]

#: Columns of ``Survey.batteries``: a row an item of a set.
BATTERY_COLUMNS = ("set", "question", "kind", "item", "label", "brand", "attribute")

_PARTS = re.compile(r"\s+[-–—|/]\s+|\s*[:：]\s+|\s*：\s*|——")


@dataclass(frozen=True)
class _Set:
    """A set's items, what their labels share, and what differs."""

    name: str
    items: tuple[str, ...]
    shared: str
    varying: tuple[str, ...]
    explicit: bool


def chosen_items(
    batteries: pd.DataFrame, names: Sequence[str] | None, *, responses: pd.DataFrame
) -> pd.DataFrame:
    """Give the rows of the batteries that sets or items name; all pick-any sets where none do.

    Parameters
    ----------
    batteries : DataFrame
        With ``BATTERY_COLUMNS``.
    names : sequence of str, optional
    responses : DataFrame
        Items named must hold 1 and 0 there.

    Returns
    -------
    DataFrame

    Examples
    --------
    >>> table = pd.DataFrame([("s", "Q", "pick", "a", "A", None, None)], columns=BATTERY_COLUMNS)
    >>> chosen_items(table, ["s"], responses=pd.DataFrame({"a": [1.0]}))["item"].tolist()
    ['a']
    """
    picks = batteries[batteries["kind"] == "pick"]
    if names is None:
        if picks.empty:
            raise InputError(
                "the survey must have a pick-any battery; found none. Name its columns in the "
                "codebook: a row each, with the same `set`."
            )
        return picks
    known = set(batteries["set"]) | set(responses.columns)
    unknown = [name for name in names if name not in known]
    if unknown:
        raise MissingColumnsError(
            f"`sets` must name sets or columns of the survey; found {shown(unknown)}. Its sets "
            f"are {shown(batteries['set'].unique(), most=20)}."
            f"{did_you_mean(unknown[0], sorted(map(str, known)))}"
        )
    in_sets = batteries[batteries["set"].isin(names)]
    alone = [name for name in names if name not in set(in_sets["set"]) | set(in_sets["item"])]
    rows = batteries[batteries["item"].isin(alone)].drop_duplicates("item")
    extra = [name for name in alone if name not in set(rows["item"])]
    added = pd.DataFrame(
        [(None, None, "pick", name, name, None, None) for name in extra], columns=BATTERY_COLUMNS
    )
    chosen = pd.concat([part for part in (in_sets, rows, added) if len(part)], ignore_index=True)
    bad = [item for item in chosen["item"] if not _is_picks(responses[item])]
    if bad:
        raise InputError(
            f"a pick-any battery must hold 1 and 0, ticked or not; found other answers in "
            f"{shown(bad)}. Name the columns that hold ticks."
        )
    return chosen


def placed_by_labels(
    chosen: pd.DataFrame, *, brands: Side | None, elsewhere: Iterable[str], named: bool
) -> pd.DataFrame:
    """Give each item of a wide battery its brand and attribute.

    Parameters
    ----------
    chosen : DataFrame
        Rows of the batteries.
    brands : "sets" | "items", optional
        Whether a set stands for a brand and its items for attributes, or the other way round.
    elsewhere : iterable of str
        Labels of the other questions: brands occur there.
    named : bool
        Whether the user named the sets: then all of them are one battery.

    Returns
    -------
    DataFrame
        ``item brand attribute``.

    Examples
    --------
    >>> rows = [("s1", "Q1", "pick", "a1", "Fair - Civic", None, None),
    ...         ("s1", "Q1", "pick", "a2", "Near - Civic", None, None),
    ...         ("s2", "Q2", "pick", "b1", "Fair - Harbour", None, None),
    ...         ("s2", "Q2", "pick", "b2", "Near - Harbour", None, None)]
    >>> chosen = pd.DataFrame(rows, columns=BATTERY_COLUMNS)
    >>> placed_by_labels(chosen, brands="sets", elsewhere=(), named=False)["brand"].tolist()
    ['Civic', 'Civic', 'Harbour', 'Harbour']
    """
    if brands is not None:
        check_option("brands", brands, ("sets", "items"))
    told = chosen[chosen["brand"].notna() & chosen["attribute"].notna()]
    if len(told) and (not named or len(told) == len(chosen)):
        return told[["item", "brand", "attribute"]].reset_index(drop=True)
    group = _battery(_read_sets(chosen), named=named)
    own = {item for one in group for item in one.items}
    side = brands or _brand_side(group, {*elsewhere, *_labels_outside(chosen, own)})
    rows = [
        (item, one.shared, label) if side == "sets" else (item, label, one.shared)
        for one in group
        for item, label in zip(one.items, one.varying, strict=True)
    ]
    return pd.DataFrame(rows, columns=["item", "brand", "attribute"])


def _is_picks(answers: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(answers) and bool(answers.dropna().isin([0, 1]).all())


def _labels_outside(chosen: pd.DataFrame, own: set[str]) -> set[str]:
    return set(chosen.loc[~chosen["item"].isin(own), "label"])


def _read_sets(chosen: pd.DataFrame) -> list[_Set]:
    sets = []
    for name, rows in chosen.groupby("set", sort=False, dropna=False):
        labels, items = list(rows["label"]), tuple(rows["item"])
        heads, tails = zip(*(_cut(label) for label in labels), strict=True)
        question = rows["question"].iloc[0] or name
        if len(items) > 1 and len(set(tails)) == 1 and tails[0]:
            sets.append(_Set(str(name), items, tails[0], heads, explicit=True))
        elif len(items) > 1 and len(set(heads)) == 1 and all(tails):
            sets.append(_Set(str(name), items, heads[0], tails, explicit=True))
        else:
            sets.append(_Set(str(name), items, str(question), tuple(labels), explicit=False))
    return sets


def _cut(label: str) -> tuple[str, str]:
    """Cut a label at its last parting sign; the second part is empty where there is none."""
    signs = list(_PARTS.finditer(label))
    if not signs:
        return label.strip(), ""
    return label[: signs[-1].start()].strip(), label[signs[-1].end() :].strip()


def _battery(sets: list[_Set], *, named: bool) -> list[_Set]:
    """Give the sets that ask the same of several: those whose labels say so come first."""
    if named and len(sets) > 1:
        return sets
    groups: list[list[_Set]] = []
    for one in sets:
        like = next((group for group in groups if _alike(group[0], one)), None)
        if like is None:
            groups.append([one])
        else:
            like.append(one)
    several = [group for group in groups if len(group) > 1]
    several = [group for group in several if group[0].explicit] or several
    if len(several) == 1:
        return several[0]
    found = [[one.name for one in group] for group in several]
    raise InputError(
        "the survey must have one battery of brands by attributes; found "
        f"{len(several)}{': ' + shown([names[0] + ' …' for names in found]) if found else ''}. "
        "Name its sets, or give `brand` and `attribute` of its columns in the codebook."
    )


def _alike(first: _Set, second: _Set) -> bool:
    """Whether two sets list the same things, give or take some."""
    if first.explicit != second.explicit:
        return False
    one = {label.casefold() for label in first.varying}
    other = {label.casefold() for label in second.varying}
    return len(one & other) * 2 > len(one | other)


def _brand_side(group: list[_Set], elsewhere: set[str]) -> Side:
    known = {label.casefold() for label in elsewhere}
    shared = {one.shared.casefold() for one in group}
    varying = {label.casefold() for one in group for label in one.varying}
    of_sets, of_items = len(shared & known) / len(shared), len(varying & known) / len(varying)
    if of_sets == of_items:
        raise InputError(
            "`brands` must say what stands for a brand, as the labels do not: each set "
            f"({shown(sorted(one.shared for one in group)[:2])} …) or each item "
            f"({shown(list(group[0].varying[:2]))} …). Write 'sets' or 'items', or give `brand` "
            "and `attribute` of its columns in the codebook."
        )
    return "sets" if of_sets > of_items else "items"
