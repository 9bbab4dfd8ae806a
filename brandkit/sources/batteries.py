"""Pick-any batteries: which attributes respondents tick for which brands.

Tracking files hold them in three forms, which all come out the same: one column a brand and
attribute (a set of columns a brand, or a set a attribute), one row a respondent-brand with a
column an attribute, or lists of codes in one cell, which reading has already made columns of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brandkit.core.errors import InputError, NotEnoughDataError, shown
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.sources.design import SurveyDesign

_NOBODY = re.compile(
    r"(none|none of (these|the above|them)|no (brand|bank)|don'?t know|other|以上皆非|以上都不是|"
    r"都沒有|都没有|不知道|其他)",
    re.IGNORECASE,
)


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
        return tuple(str(name) for name in names if _NOBODY.fullmatch(str(name).strip()))

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
    return PickAny(
        cells=_cells(rows, ticks), rows=rows, ticks=ticks.to_numpy(dtype=float),
        attributes=tuple(ticks.columns), notes=_notes(rows, wide=not by_column),
    )  # fmt: skip


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
    nobody = [brand for brand in map(str, n.index) if _NOBODY.fullmatch(brand.strip())]
    if nobody:
        said = "Counted among the brands though by its name it is none: {brands}."
        notes.append(Message(said, {"brands": nobody}))
    if wide and n.nunique() > 1:
        said = "Brands were shown to {low:count} to {high:count} respondents."
        notes.append(Message(said, {"low": int(n.min()), "high": int(n.max())}))
    return tuple(notes)
