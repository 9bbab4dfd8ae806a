"""Value curve: what a bank offers beside its rivals, what customers see, and what decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.special import ndtr

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    ScaleError,
    check_known,
    check_level,
    numeric_matrix,
    require_kind,
    require_unique,
)
from brandkit.core.intervals import holm_of_tested
from brandkit.core.labels import label_text
from brandkit.core.linalg import Floats
from brandkit.core.message import noted
from brandkit.core.result import Result
from brandkit.positioning import MapStability
from brandkit.satisfaction import DriverImportance
from brandkit.sources.catalog.catalog import Catalog

#: Points, as a share, within which two banks are seen alike, and from which apart counts.
SMALLEST_SEEN: Final = 0.05
#: p up to which a perceived lag is clear.
SURELY: Final = 0.01
#: Share of rivals' offers up to which nearly nobody lists a feature.
RARE: Final = 0.05
#: Part of the rivals from which "most offer it".
MOST: Final = 0.5

Declared = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ValueCurve(Result):
    """Where a bank offers like its rivals, where customers see it, and what to look into.

    Parameters
    ----------
    canvas : DataFrame
        One row an attribute: ``attribute our_share rivals_mean rivals_q25 rivals_q75 difference
        rank n_rivals_have n_rivals share_not_stated perceived perceived_error p_value p_adjusted
        is_alike importance above_noise``. Shares are of a bank's offers; ``perceived`` is the
        bank's share of ticks less the mean of rivals', in points; ``is_alike``: surely within five
        points of them. What was not joined is missing.
    candidates : DataFrame
        One row a candidate: ``attribute candidate settled``: "raise", "reduce", "eliminate" or
        "create".
    brand, category : str
    divergence : float
        Mean absolute difference of offers.
    n_rivals : int
    ci_level : float
    """

    canvas: pd.DataFrame
    candidates: pd.DataFrame
    brand: str
    category: str
    divergence: float
    n_rivals: int
    ci_level: float

    def glance(self) -> pd.DataFrame:
        """Give one row: how far the bank's offers are from its rivals', and candidates."""
        return self._row(
            "brand category n_rivals n_attributes divergence n_candidates",
            n_attributes=len(self.canvas),
            n_candidates=len(self.candidates),
        )


def value_curve(
    offers: Catalog | pd.DataFrame,
    *,
    brand: str,
    attributes: Declared | None = None,
    image: MapStability | None = None,
    drivers: DriverImportance | None = None,
    category: str | None = None,
    level: float = 0.95,
) -> ValueCurve:
    """Set what a bank offers beside what customers see and what matters to them.

    Answers *where do we spend like everyone, where do customers see it, what could be raised or
    dropped?*

    Parameters
    ----------
    offers : Catalog, or DataFrame of banks x features
        What banks offer; or shares from 0 to 1 of their offers.
    brand : str
        The focus bank.
    attributes : mapping, optional
        Name to ``{"features": [...], "image": ..., "driver": ...}``, each part optional: what of
        the catalogue, of the image and of the drivers is one attribute. Every feature alone where
        not given.
    image : MapStability, optional
        How customers describe the banks, with draws.
    drivers : DriverImportance, optional
        What rises above noise.
    category : str, optional
        Of a catalogue; all of them where not given.
    level : float

    Returns
    -------
    ValueCurve

    Raises
    ------
    InputError
        A name is unknown.
    NotEnoughDataError
        The bank has no rival.

    Notes
    -----
    Of an attribute with several features an offer has it where it lists any. Rivals of one owner
    with the bank are left out. Candidates, never orders: *raise* is above noise and surely seen
    below rivals (draws, Holm over attributes); *reduce* is not above noise and offered above the
    rivals' upper quartile; *eliminate* is not above noise, offered by the bank and by half of its
    rivals, and surely seen alike (two one-sided tests within 5 points); *create* is in at most 5 %
    of rivals' offers and none of ours. Not to be above noise is no proof: these two stay open. What
    no catalogue lists is not found here, and silence of a catalogue is no absence.

    References
    ----------
    Kim, W. C. and Mauborgne, R. (2005). Blue Ocean Strategy.

    Examples
    --------
    >>> offers = pd.DataFrame({"app": [0.5, 1, 0.8], "advice": [1, 0, 0.2]}, index=list("ABC"))
    >>> curve = value_curve(offers, brand="A")
    >>> curve.canvas[["attribute", "difference"]].round(2).to_numpy().tolist()
    [['app', -0.4], ['advice', 0.9]]
    """
    check_level(level)
    if isinstance(offers, Catalog):
        shares, silent = _of_catalog(offers, attributes, category)
        own = offers.owners.get(brand, brand)
        sisters = [one for one in shares.index if offers.owners.get(one, one) == own != one]
    else:
        shares, silent, sisters = _of_table(offers, attributes), None, list[str]()
    check_known("brand", brand, list(shares.index), rule="be a bank of the offers")
    rivals = shares.drop(index=[one for one in {brand, *sisters} if one in shares.index])
    if rivals.empty:
        raise NotEnoughDataError("`offers` must hold a rival of the bank; found none. Add rivals.")
    canvas = _canvas(shares.loc[[brand]].to_numpy()[0], rivals)
    untold = silent if silent is None else silent.reindex(rivals.index).mean()
    canvas["share_not_stated"] = np.nan if untold is None else untold.to_numpy()
    canvas = _seen(canvas, attributes or {}, image, brand=brand, leave=sisters, level=level)
    canvas = _matters(canvas, attributes or {}, drivers)
    told = [found for _, row in canvas.iterrows() for found in _candidates(row, 1 - level)]
    notes = noted("Of one owner with {bank} and left out: {names}.", names=sisters, bank=brand)
    return ValueCurve(
        canvas=canvas[_COLUMNS],
        candidates=pd.DataFrame(told, columns=["attribute", "candidate", "settled"]),
        brand=brand,
        category=category or "",
        n_rivals=len(rivals),
        ci_level=level,
        divergence=float(canvas["difference"].abs().mean()),
        notes=tuple(notes),
    )


_COLUMNS = [
    "attribute",
    "our_share",
    "rivals_mean",
    "rivals_q25",
    "rivals_q75",
    "difference",
    "rank",
    "n_rivals_have",
    "n_rivals",
    "share_not_stated",
    "perceived",
    "perceived_error",
    "p_value",
    "p_adjusted",
    "is_alike",
    "importance",
    "above_noise",
]


def _of_catalog(
    catalog: Catalog, attributes: Declared | None, category: str | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give shares of offers with each attribute, and of those that say nothing of it."""
    offer = ["brand", "product"]
    rows = catalog.attributes[catalog.attributes["facet"] == "features"]
    rows = rows.astype({name: "str" for name in (*offer, "attribute", "state")})
    products = catalog.products.astype(dict.fromkeys([*offer, "category"], "str"))
    rows = rows.merge(products[[*offer, "category"]], on=offer)
    if category is not None:
        check_known("category", category, sorted(set(rows["category"])), rule="have features")
        rows = rows[rows["category"] == category]
    known = sorted(set(rows["attribute"]))
    groups = _features(attributes, known)
    has, silent = {}, {}
    for name, features in groups.items():
        own = rows[rows["attribute"].isin(features)]
        by = [own[one] for one in offer]
        any_has = (own["state"] == "has").groupby(by).max().groupby("brand").mean()
        untold = (own["state"] == "not_stated").groupby(by).min().groupby("brand").mean()
        has[name], silent[name] = any_has, untold
    brands = catalog.brands
    return pd.DataFrame(has).reindex(brands), pd.DataFrame(silent).reindex(brands)


def _of_table(offers: Any, attributes: Declared | None) -> pd.DataFrame:
    require_kind("offers", offers, pd.DataFrame, what="a catalogue or a table of banks x features")
    labels = [label_text(one) for one in offers.index]
    require_unique("offers", labels, what="bank")
    values = numeric_matrix("offers", offers)
    if values.min(initial=0.0) < 0 or values.max(initial=0.0) > 1:
        raise ScaleError(
            f"`offers` must hold shares from 0 to 1; found {values.min():g} to {values.max():g}. "
            "Divide by what they are shares of."
        )
    table = pd.DataFrame(values, index=labels, columns=[str(one) for one in offers.columns])
    groups = _features(attributes, list(table.columns))
    return pd.DataFrame({name: table[one].max(axis=1) for name, one in groups.items()})


def _features(attributes: Declared | None, known: Sequence[str]) -> dict[str, list[str]]:
    """Name the features of each attribute; every feature alone where none is declared."""
    if attributes is None:
        return {name: [name] for name in known}
    groups = {name: list(one.get("features") or []) for name, one in attributes.items()}
    groups = {name: features for name, features in groups.items() if features}
    if not groups:
        raise InputError(
            "`attributes` must join features of the catalogue; found none. Name features of at "
            "least one attribute."
        )
    for features in groups.values():
        check_known("attributes", features, known, rule="name features of the catalogue")
    return groups


def _canvas(mine: Floats, rivals: pd.DataFrame) -> pd.DataFrame:
    """Lay the bank's offers beside its rivals'."""
    theirs = rivals.to_numpy()
    known = ~np.isnan(theirs)
    with np.errstate(invalid="ignore"):
        low, high = np.nanquantile(theirs, [0.25, 0.75], axis=0)
        rank = 1.0 + (theirs > mine).sum(axis=0)
    mean = np.nanmean(theirs, axis=0)
    return pd.DataFrame(
        {
            "attribute": list(rivals.columns),
            "our_share": mine,
            "rivals_mean": mean,
            "rivals_q25": low,
            "rivals_q75": high,
            "difference": mine - mean,
            "rank": np.where(np.isnan(mine), np.nan, rank),
            "n_rivals_have": (np.nan_to_num(theirs) > 0).sum(axis=0),
            "n_rivals": known.sum(axis=0),
        }
    )


def _seen(
    canvas: pd.DataFrame,
    attributes: Declared,
    image: MapStability | None,
    *,
    brand: str,
    leave: Sequence[str],
    level: float,
) -> pd.DataFrame:
    """Add what customers see: the bank's share less the mean of rivals', with draws' errors."""
    gap, error = np.full((2, len(canvas)), np.nan)
    if image is not None and brand in image.brands:
        words = [str(one) for one in image.shares.columns]
        drawn = image.draw_tables / image.draw_bases[..., None]
        mine = image.brands.index(brand)
        others = [at for at, one in enumerate(image.brands) if one not in (brand, *leave)]

        def apart(shares: Floats) -> Floats:
            return np.asarray(shares[..., mine, :] - shares[..., others, :].mean(axis=-2))

        sample, draws = apart(image.shares.to_numpy(dtype=float)), apart(drawn)
        for at, name in enumerate(canvas["attribute"]):
            word = attributes.get(name, {}).get("image")
            if word is not None:
                check_known("attributes", word, words, rule="name words of the image")
                place = words.index(word)
                gap[at] = sample[place]
                error[at] = np.nanstd(draws[:, place], ddof=1) if image.from_respondents else np.nan
    z = gap / np.where(error > 0, error, np.nan)
    p = 2 * ndtr(-np.abs(z))
    alike = ndtr(-(SMALLEST_SEEN - np.abs(gap)) / np.where(error > 0, error, np.nan)) < 1 - level
    return canvas.assign(
        perceived=100 * gap,
        perceived_error=100 * error,
        p_value=p,
        p_adjusted=holm_of_tested(p),
        is_alike=alike,
    )


def _matters(
    canvas: pd.DataFrame, attributes: Declared, drivers: DriverImportance | None
) -> pd.DataFrame:
    """Add whether the driver of an attribute rises above noise."""
    size = np.full(len(canvas), np.nan)
    above = pd.array([pd.NA] * len(canvas), dtype="boolean")
    if drivers is not None:
        rows = drivers.drivers.set_index("driver")
        for at, name in enumerate(canvas["attribute"]):
            driver = attributes.get(name, {}).get("driver")
            if driver is not None:
                check_known("attributes", driver, list(rows.index), rule="name drivers")
                size[at] = rows.loc[driver, "importance"]
                above[at] = bool(rows.loc[driver, "above_noise"])
    return canvas.assign(importance=size, above_noise=above)


def _candidates(row: pd.Series[Any], chance: float) -> list[tuple[str, str, str]]:
    """Name what an attribute is a candidate for, and how settled that is."""
    found = []
    known = not pd.isna(row["above_noise"])
    matters = known and bool(row["above_noise"])
    if matters and row["perceived"] < 0 and row["p_adjusted"] < chance:
        far = row["perceived"] <= -100 * SMALLEST_SEEN and row["p_adjusted"] < SURELY
        found.append(("raise", "clear" if far else "likely"))
    if known and not matters:
        if row["our_share"] > row["rivals_q75"]:
            found.append(("reduce", "open"))
        most = row["n_rivals_have"] >= MOST * row["n_rivals"]
        if most and row["our_share"] > 0 and row["is_alike"]:
            found.append(("eliminate", "open"))
    if row["our_share"] == 0 and 0 < row["rivals_mean"] <= RARE:
        found.append(("create", "likely" if matters else "open"))
    return [(str(row["attribute"]), *one) for one in found]
