"""Pick-any batteries: which attributes respondents tick for which brands.

Tracking files hold them in three forms, which all come out the same: one column a brand and
attribute (a set of columns a brand, or a set a attribute), one row a respondent-brand with a
column an attribute, or lists of codes in one cell, which reading has already made columns of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brandkit.core.errors import (
    InputError,
    MissingColumnsError,
    NotEnoughDataError,
    check_option,
    did_you_mean,
    shown,
)
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.sources.survey.design import SurveyDesign
from brandkit.sources.survey.words import NOBODY


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PickAny(Result):
    """What respondents ticked, brand by attribute.

    Parameters
    ----------
    cells : DataFrame
        One row a brand and attribute: ``brand attribute count weighted_base share n_picked n``.
        ``count`` and ``weighted_base`` are weighted, ``n_picked`` and ``n`` are not. ``brand`` is
        missing where the battery is about no brand.
    rows : DataFrame
        One row a respondent-brand that was asked: ``brand``, ``respondent`` and what else the
        survey has of ``weight strata cluster wave``, under these names.
    ticks : ndarray, shape (rows, attributes)
        1 ticked, 0 not, missing where the attribute was not asked for the brand.
    attributes : tuple of str
    """

    cells: pd.DataFrame
    rows: pd.DataFrame
    ticks: NDArray[np.float64]
    attributes: tuple[str, ...]

    @property
    def nobody(self) -> tuple[str, ...]:
        """Brands and attributes that by their names are none: "None of these", "Don't know"."""
        names = [*self.cells["brand"].dropna().unique(), *self.attributes]
        return tuple(str(name) for name in names if NOBODY.fullmatch(str(name).strip()))

    def tidy(self) -> pd.DataFrame:
        """Give one row a brand and attribute."""
        return self.cells.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: brands, attributes, rows asked."""
        n_brands = self.cells["brand"].nunique()
        return pd.DataFrame(
            {"n_brands": [n_brands], "n_attributes": [len(self.attributes)], "n": [len(self.rows)]}
        )

    def answers(self) -> pd.DataFrame:
        """Give one row a respondent-brand: ``rows``, then a column of ticks an attribute."""
        ticks = pd.DataFrame(self.ticks, columns=list(self.attributes), index=self.rows.index)
        return pd.concat([self.rows, ticks], axis=1)

    def counts(self) -> pd.DataFrame:
        """Give brands by attributes, weighted counts: what a correspondence map takes."""
        return self._table("count")

    def shares(self) -> pd.DataFrame:
        """Give brands by attributes, shares of those asked, 0-1."""
        return self._table("share")

    def _table(self, value: str) -> pd.DataFrame:
        cells = self.cells.assign(brand=self.cells["brand"].fillna(""))
        table = cells.pivot(index="brand", columns="attribute", values=value)
        order = cells["brand"].drop_duplicates(), list(self.attributes)
        return table.loc[order[0], order[1]]


def battery_answers(
    responses: pd.DataFrame,
    *,
    placed: pd.DataFrame,
    design: SurveyDesign,
    without: Iterable[str] = (),
) -> PickAny:
    """Make a pick-any result of columns whose brand and attribute are known.

    Parameters
    ----------
    responses : DataFrame
        Items as 1, 0 and missing. A blank counts as "not picked" where its respondent ticked or
        crossed anything else for the brand, as "not asked" where all is blank.
    placed : DataFrame
        ``item brand attribute``, a row a column. ``brand`` is missing where a column of the
        design says it, or where the battery is about none.
    design : SurveyDesign
    without : iterable of str
        Brands and attributes to leave out, "none of these" for one.

    Returns
    -------
    PickAny

    Examples
    --------
    >>> responses = pd.DataFrame({"a": [1.0, 0.0], "b": [1.0, 1.0], "w": [1.0, 3.0]})
    >>> placed = pd.DataFrame({"item": ["a", "b"], "brand": ["Civic", "Harbour"],
    ...                        "attribute": ["modern", "modern"]})
    >>> picked = battery_answers(responses, placed=placed, design=SurveyDesign(weight="w"))
    >>> picked.counts()["modern"].tolist(), picked.shares()["modern"].tolist()
    ([1.0, 4.0], [0.25, 1.0])
    """
    left_out = set(without)
    by_column = design.brand is not None
    if by_column:
        responses = responses[responses[design.brand].notna()]
    brands = responses[design.brand] if by_column else placed["brand"]
    unknown = left_out - set(brands.dropna()) - set(placed["attribute"])
    if unknown:
        raise InputError(
            f"`without` must name brands or attributes of the battery; found "
            f"{shown(sorted(unknown))}. Write them as the battery does."
        )
    kept = placed[~placed["attribute"].isin(left_out)]
    if by_column:
        responses = responses[~brands.isin(left_out)]
    else:
        kept = kept[~kept["brand"].isin(left_out)]
    rows, ticks = _stacked(responses, _told_apart(kept), design)
    if rows.empty:
        raise NotEnoughDataError(
            "the battery must have answers; found none. Check its columns and missing codes."
        )
    cells = _cells(rows, ticks)
    if cells["brand"].nunique() > 1 and not _is_shared(responses, kept, brand=design.brand):
        raise InputError(
            "an image's attributes must be shared by brands; found each with one brand alone. Name "
            "the columns of one question, or give `brand` and `attribute` in the codebook."
        )
    return PickAny(
        cells=cells,
        rows=rows,
        ticks=ticks.to_numpy(dtype=float),
        attributes=tuple(ticks.columns),
        notes=_notes(rows, wide=not by_column),
    )


def _is_shared(responses: pd.DataFrame, placed: pd.DataFrame, *, brand: str | None) -> bool:
    """Whether some attribute was answered for two brands."""
    answered = responses[placed["item"]].notna()
    if brand is not None:
        return bool((answered.groupby(responses[brand].to_numpy()).any().sum() > 1).any())
    asked = placed[answered.any().to_numpy()]
    return bool(asked.groupby("attribute")["brand"].nunique().max() > 1)


def _told_apart(placed: pd.DataFrame) -> pd.DataFrame:
    """Number attributes that a brand has twice or that are spelt like a column of the design."""
    nth = placed.groupby(["brand", "attribute"], dropna=False).cumcount() + 1
    nth += placed["attribute"].isin(list(SurveyDesign())).astype(int)
    numbered = placed["attribute"] + " (" + nth.astype("str") + ")"
    return placed.assign(attribute=placed["attribute"].where(nth == 1, numbered))


def _stacked(
    responses: pd.DataFrame, placed: pd.DataFrame, design: SurveyDesign
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put the brands' columns under each other: one row a respondent-brand that was asked."""
    attributes = list(dict.fromkeys(placed["attribute"]))
    roles = {role: name for role, name in design.items() if name is not None}
    columns = {role: responses[name] for role, name in roles.items()}
    fixed = pd.DataFrame(columns, index=responses.index)
    if design.respondent is None:
        fixed["respondent"] = np.arange(1, len(responses) + 1)
    rows, ticks = [], []
    for brand, items in placed.groupby("brand", sort=False, dropna=False):
        block = responses[list(items["item"])].set_axis(list(items["attribute"]), axis=1)
        asked = block.notna().any(axis=1)
        ticks.append(block[asked].fillna(0.0).reindex(columns=attributes))
        rows.append(fixed[asked].assign(brand=brand) if isinstance(brand, str) else fixed[asked])
    stacked = pd.concat(rows, ignore_index=True)
    if placed["brand"].notna().any():
        order = list(dict.fromkeys(placed["brand"]))
        stacked["brand"] = pd.Categorical(stacked["brand"], categories=order)
    roles_kept = [role for role in design if role in stacked]
    return stacked[roles_kept], pd.concat(ticks, ignore_index=True)


def _cells(rows: pd.DataFrame, ticks: pd.DataFrame) -> pd.DataFrame:
    weights = rows["weight"] if "weight" in rows else pd.Series(1.0, index=rows.index)
    asked = ticks.notna()
    brands = rows["brand"] if "brand" in rows else pd.Series("", index=rows.index)
    if not isinstance(brands.dtype, pd.CategoricalDtype):
        order = sorted(brands.unique(), key=str)
        brands = pd.Series(pd.Categorical(brands, categories=order), index=rows.index)

    def summed(table: pd.DataFrame) -> pd.Series:
        total = table.groupby(brands.rename("brand"), observed=True).sum()
        return pd.Series(total.stack())

    frame = pd.DataFrame(
        {
            "count": summed(ticks.mul(weights, axis=0)),
            "weighted_base": summed(asked.mul(weights, axis=0)),
            "n_picked": summed(ticks).round().astype(int),
            "n": summed(asked).astype(int),
        }
    )
    share = frame["count"] / frame["weighted_base"].where(frame["weighted_base"] > 0)
    frame.insert(2, "share", share)
    frame = frame.rename_axis(["brand", "attribute"]).reset_index()
    brand = frame["brand"].astype("str")
    return frame.assign(brand=brand if "brand" in rows else brand.mask(brand == ""))


def _notes(rows: pd.DataFrame, *, wide: bool) -> tuple[Message, ...]:
    notes: list[Message] = []
    if "brand" not in rows:
        return ()
    n = rows.groupby("brand", observed=True).size()
    nobody = [brand for brand in map(str, n.index) if NOBODY.fullmatch(brand.strip())]
    if nobody:
        said = "Counted among the brands though by its name it is none: {brands}."
        notes.append(Message(said, {"brands": nobody}))
    if wide and n.nunique() > 1:
        said = "Brands were shown to {low:count} to {high:count} respondents."
        notes.append(Message(said, {"low": int(n.min()), "high": int(n.max())}))
    return tuple(notes)


Side = Literal["sets", "items"]

#: Columns of ``Survey.batteries``: a row an item of a set.
BATTERY_COLUMNS = ("set", "question", "kind", "item", "label", "brand", "attribute")

_PARTS = re.compile(r"\s+[-–—|/]\s+|\s*[:：]\s+|\s*[：－｜]\s*|——")


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
    if all(re.fullmatch(r"-?\d+", label) for label in (*first.varying, *second.varying)):
        return False  # codes alone do not tell that two questions list the same things
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
