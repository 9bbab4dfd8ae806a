"""Mental availability: in how many buying situations how many people think of each bank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from brandkit.core.errors import (
    InputError,
    ScaleError,
    check_known,
    check_level,
    numeric_matrix,
)
from brandkit.core.intervals import false_discovery
from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.market.asked import asked, bases, is_nobody
from brandkit.sampling.ratios import SMALL_BASE, Ratios, jackknifed
from brandkit.sampling.rows import Data, Weight

#: What is told of each bank, in order.
MEASURES: Final = ("penetration", "network_size", "market_share", "share_of_mind")
#: Smallest over largest base beneath which brands were not asked of the same people.
EVEN_BASES = 0.8
#: Points from which an advantage is worth acting on.
SMALLEST_ADVANTAGE = 5.0


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class MentalAvailability(Result):
    """How many people link each bank to how many buying situations, and to which.

    Parameters
    ----------
    brands : DataFrame
        One row a brand and measure: ``brand measure estimate std_error ci_low ci_high ci_level
        n``. Penetration: share of those asked with a link; network size: mean links of those;
        market share: links a person asked over all brands' links; share of mind: own links over
        all links of own linkers, missing where brands were asked of unlike numbers of people.
    cues : DataFrame
        One row a brand and cue: ``brand attribute share expected_share advantage std_error
        p_value q_value settled n``. The advantage is in points: share less row x column / total.
    lead : DataFrame
        The first two by penetration: ``brand_a brand_b difference std_error p_value``.
    size_correlation : float
        Between penetration and network size: the law, not a finding.
    ci_level : float
    n, n_dropped, n_persons, n_cues : int
    is_rated : bool
        Whether only those who rated a bank were asked about it.
    """

    brands: pd.DataFrame
    cues: pd.DataFrame
    lead: pd.DataFrame
    size_correlation: float
    ci_level: float
    n: int
    n_dropped: int
    n_persons: int
    n_cues: int
    is_rated: bool

    def glance(self) -> pd.DataFrame:
        """Give one row: what was asked of how many."""
        return self._row(
            "n_brands n_cues n n_persons n_dropped size_correlation is_rated ci_level",
            n_brands=self.brands["brand"].nunique(),
        )

    def wide(self) -> pd.DataFrame:
        """Give one row a brand, a column a measure, the widest known first."""
        table = self.brands.pivot(index="brand", columns="measure", values="estimate")
        n = self.brands.drop_duplicates("brand").set_index("brand")["n"]
        return (
            table[list(MEASURES)]
            .assign(n=n)
            .sort_values("penetration", ascending=False)
            .reset_index()
            .rename_axis(columns=None)
        )


def mental_availability(
    data: Data,
    *,
    cues: Sequence[str] | None = None,
    images: Sequence[str] | None = None,
    brand: str | None = None,
    waves: str = "newest",
    weight: Weight | None = None,
    respondent: str | None = None,
    wave: str | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    level: float = 0.95,
) -> MentalAvailability:
    """Say how many people think of each bank in how many buying situations.

    Parameters
    ----------
    data : DataFrame or Survey
        One row a respondent and brand with a column of ticks a cue; or a survey with columns of
        its own for every brand.
    cues : sequence of str, optional
        Which attributes are entry points: needs and occasions. All of ``images`` where not given.
    images : sequence of str, optional
        Columns, or sets of a survey, that hold the ticks; those of ``cues`` where not given.
    brand, respondent, wave, strata, cluster : str, optional
        Columns of the design, where a survey does not bring them.
    waves : "newest", "all" or a wave
    weight : str or SurveyWeights, optional
    level : float

    Returns
    -------
    MentalAvailability

    Raises
    ------
    InputError
        There is no column of brands and no battery, or a cue is unknown.

    Notes
    -----
    Links are counted a person asked, so that brands asked of few and of many compare. Errors are
    those of the delete-one jackknife over persons; advantages are called at a rate of false
    discoveries of 5 %, and clear from 5 points.

    References
    ----------
    Romaniuk, J. (2013). Modeling mental market share. Journal of Business Research 66, 188-195.
    doi:10.1016/j.jbusres.2012.07.012

    Examples
    --------
    >>> rows = pd.DataFrame({"id": [1, 1, 2, 2], "bank": ["A", "B", "A", "B"],
    ...                      "near": [1, 0, 1, 1], "fair": [1, 0, 0, 0]})
    >>> seen = mental_availability(rows, cues=["near", "fair"], brand="bank", respondent="id")
    >>> seen.wide()[["brand", "penetration", "network_size"]].to_numpy().tolist()
    [['A', 1.0, 1.5], ['B', 0.5, 1.0]]
    """
    check_level(level)
    rows, items, design = _long(data, cues=cues, images=images, brand=brand)
    named = {"weight": weight, "respondent": respondent, "strata": strata, "cluster": cluster}
    named = {role: name for role, name in named.items() if name is not None}
    one = asked(rows, waves=waves, wave=wave or design.pop("wave", None), **{**design, **named})
    if one.brand is None:
        raise InputError(
            "`brand` must name the column that says which brand a row is about; found none. Name "
            "it, or give a survey with a battery of brands by attributes."
        )
    check_known("cues", items, list(map(str, one.frame.columns)), rule="name columns of ticks")
    flags = [name for name in items if pd.api.types.is_bool_dtype(one.frame[name])]
    ticks = one.frame[items].astype(dict.fromkeys(flags, float))
    links = numeric_matrix("cues", ticks, allow_missing=True)
    if not np.isin(links[~np.isnan(links)], (0, 1)).all():
        odd = links[~np.isnan(links) & ~np.isin(links, (0, 1))]
        raise ScaleError(
            f"`cues` must hold ticks, 1 and 0; found {odd[0]:g}. Cut ratings at a value to say who "
            "agrees."
        )
    code, brands = one.coded(one.brand)
    nobody = np.array([is_nobody(name) for name in brands])
    reached = one.inside & (code >= 0) & ~np.isnan(links).all(axis=1)
    reached &= ~nobody[np.maximum(code, 0)]
    links = np.nan_to_num(links) * reached[:, None]
    present = np.unique(code[reached])
    if not len(present):
        raise InputError("`cues` must be answered in some row; found none. Name other columns.")
    place = np.searchsorted(present, np.clip(code, present[0], present[-1]))
    names = np.array(brands, dtype=object)[present]
    found = _estimated(one.rows, links, place=place, reached=reached, n_brands=len(names))
    base = np.bincount(place[reached], minlength=len(names))
    table = _brand_rows(found, names, base, level)
    labels = [one.text(item) for item in items]
    notes = list(one.notes)
    if base.min() < EVEN_BASES * base.max():
        table.loc[
            table["measure"] == "share_of_mind", ["estimate", "std_error", "ci_low", "ci_high"]
        ] = np.nan
        ends = {"low": int(base.min()), "high": int(base.max())}
        notes.append(
            Message("Asked of {low:count} to {high:count} people: share of mind is left out.", ends)
        )
    if cues is None:
        notes.append(Message("What was asked are attributes, not named as entry points (cues)."))
    persons = np.unique(one.rows.person[reached])
    return MentalAvailability(
        brands=table,
        cues=_cue_rows(found, names, labels, base),
        lead=_lead(found, names),
        size_correlation=_correlation(found.estimate, len(names)),
        ci_level=level,
        n_persons=len(persons),
        n_cues=len(items),
        is_rated=not _is_wide(data),
        notes=tuple(notes),
        **bases(reached),
    )


def _long(
    data: Any, *, cues: Sequence[str] | None, images: Sequence[str] | None, brand: str | None
) -> tuple[Any, list[str], dict[str, Any]]:
    """Give rows a respondent and brand, the cues' columns, and the columns of the design."""
    named = list(images or cues or ())
    if _is_wide(data):
        battery = data.images(images)
        if battery.nobody:
            battery = data.images(images, without=battery.nobody)
        check_known("cues", list(cues or ()), battery.attributes, rule="name attributes")
        answers = battery.answers()
        roles = ("brand", "respondent", "weight", "strata", "cluster", "wave")
        design = {role: role for role in roles if role in answers}
        return answers, list(cues or battery.attributes), design
    if hasattr(data, "batteries"):
        sets = data.batteries
        named = named or list(sets.loc[sets["kind"] == "pick", "set"].dropna().unique()[:1])
        items = {name: list(sets.loc[sets["set"] == name, "item"]) or [name] for name in named}
        named = list(dict.fromkeys(item for name in named for item in items[name]))
        named = [item for item in named if not cues or item in cues or not images]
    return data, [*(cues if cues and images else named)], {"brand": brand}


def _is_wide(data: Any) -> bool:
    """Whether a survey asks about every brand in columns of its own."""
    return hasattr(data, "images") and data.design.brand is None


def _estimated(rows: Any, links: Floats, *, place: Any, reached: Any, n_brands: int) -> Ratios:
    """Estimate the four measures of all brands, then the advantage of each in each cue."""
    own = links.sum(axis=1)
    # a bank that a person answered for in several rows is one of those in mind
    cell = rows.person * n_brands + place
    times = np.maximum(np.bincount(cell, weights=reached), 1.0)[cell]
    of_person = np.bincount(rows.person, weights=own / times)[rows.person]
    linked = (own > 0).astype(np.float64)
    values = np.column_stack([reached, linked, own, linked * of_person, links])

    def measures(totals: Floats) -> Floats:
        base, linkers, own_links, all_links = (totals[..., at] for at in range(4))
        rate = own_links / base
        each = (
            linkers / base,
            own_links / linkers,
            rate / rate.sum(axis=-1, keepdims=True),
            own_links / all_links,
        )
        share = totals[..., 4:] / base[..., None]
        row, column = share.sum(axis=-1, keepdims=True), share.sum(axis=-2, keepdims=True)
        advantage = 100 * (share - row * column / share.sum(axis=(-2, -1), keepdims=True))
        parts = [
            *each,
            share.reshape(*base.shape[:-1], -1),
            advantage.reshape(*base.shape[:-1], -1),
        ]
        return np.concatenate(parts, axis=-1)

    return jackknifed(
        values, function=measures, rows=rows, inside=reached, place=place, n_places=n_brands
    )


def _brand_rows(found: Ratios, names: Any, base: Any, level: float) -> pd.DataFrame:
    k, tables = len(names), []
    for at, measure in enumerate(MEASURES):
        part = found.of(np.arange(k * at, k * (at + 1)))
        columns = part.columns(level=level, is_share=measure != "network_size")
        tables.append(pd.DataFrame({"brand": names, "measure": measure, **columns, "n": base}))
    return pd.concat(tables, ignore_index=True)


def _cue_rows(found: Ratios, names: Any, labels: Sequence[str], base: Any) -> pd.DataFrame:
    k, c = len(names), len(labels)
    share, advantage = (found.of(4 * k + k * c * half + np.arange(k * c)) for half in (0, 1))
    rate = false_discovery(advantage.p_value)
    holds = rate <= 0.05
    large = np.abs(advantage.estimate) >= SMALLEST_ADVANTAGE
    large &= np.repeat(base, c) >= SMALL_BASE
    return pd.DataFrame(
        {
            "brand": np.repeat(names, c),
            "attribute": np.tile(np.array(labels, dtype=object), k),
            "share": share.estimate,
            "expected_share": share.estimate - advantage.estimate / 100,
            "advantage": advantage.estimate,
            "std_error": advantage.std_error,
            "p_value": advantage.p_value,
            "q_value": rate,
            "settled": np.where(holds & large, "clear", np.where(holds, "likely", "open")),
            "n": np.repeat(base, c),
        }
    )


def _lead(found: Ratios, names: Any) -> pd.DataFrame:
    """Set the first two by penetration against each other."""
    k = len(names)
    order = np.argsort(-np.nan_to_num(found.estimate[:k]), kind="stable")[:2]
    if k < 2:
        return pd.DataFrame(columns=["brand_a", "brand_b", "difference", "std_error", "p_value"])
    gap = found.of(order).combined(np.array([[1.0], [-1.0]]))
    return pd.DataFrame(
        {
            "brand_a": [names[order[0]]],
            "brand_b": [names[order[1]]],
            "difference": gap.estimate,
            "std_error": gap.std_error,
            "p_value": gap.p_value,
        }
    )


def _correlation(estimate: Floats, k: int) -> float:
    size, depth = estimate[:k], estimate[k : 2 * k]
    there = ~np.isnan(depth)
    if there.sum() < 3 or np.ptp(size[there]) == 0 or np.ptp(depth[there]) == 0:
        return float("nan")
    return float(np.corrcoef(size[there], depth[there])[0, 1])
