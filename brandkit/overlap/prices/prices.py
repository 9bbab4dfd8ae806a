"""Hedonic list prices: what each feature goes with in the listed rate or fee."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    ScaleError,
    check_known,
    check_level,
    numeric_matrix,
    require_columns,
    require_kind,
)
from brandkit.core.intervals import holm_of_tested
from brandkit.core.labels import coded
from brandkit.core.linalg import Codes, Flags, Floats
from brandkit.core.message import Message, noted
from brandkit.core.result import Result
from brandkit.sources.catalog.catalog import Catalog

#: Banks that must have, and that must lack, a feature.
FEWEST_BANKS: Final = 3
#: Offers for each column of the model, where features are not named.
OFFERS_A_COLUMN: Final = 5
#: Degrees of freedom under which nothing is settled.
FEWEST_DF: Final = 5.0
#: Ranges between quartiles from the median beyond which a price is no price: 999, a percentage.
FAR: Final = 20.0
#: Where along a term its slope is tested, in parts of the offers.
ENDS: Final = (0.1, 0.9)
#: Within banks, all banks together, and these with every bank weighing the same.
MODELS: Final = ("within", "pooled", "even")
ASPECTS: Final = ("log", "square", "short", "long")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ListPrices(Result):
    """What features and terms of offers go with in the price that is listed.

    Parameters
    ----------
    features : DataFrame
        One row a feature and model: ``attribute model estimate std_error error_plain ci_low ci_high
        ci_level df p_value p_adjusted n_varying settled``. ``estimate`` is in units of the price;
        ``model`` is "within" banks, "pooled" over them, or "even" with every bank weighing the
        same; errors are CR2 by bank, ``error_plain`` CR1; ``n_varying`` counts the banks that list
        the feature for some of their offers only.
    terms : DataFrame
        The same a term and aspect: ``attribute aspect model estimate …``; ``aspect`` is "log" and
        "square" (of the logarithm), or "short" and "long": the slope by the logarithm near either
        end.
    fits : DataFrame
        One row a model: ``model n n_brands r2``.
    turns : DataFrame
        One row a term: ``attribute extremum settled``, where the price turns within banks.
    price, unit, category : str
    n, n_brands : int
        Offers with a price, and their banks.
    """

    features: pd.DataFrame
    terms: pd.DataFrame
    fits: pd.DataFrame
    turns: pd.DataFrame
    price: str
    unit: str
    category: str
    n: int
    n_brands: int

    def glance(self) -> pd.DataFrame:
        """Give one row: offers, banks, and features that go with the price."""
        settled = self.features[self.features["settled"] != "open"]
        return self._row(
            "price unit category n n_brands n_attributes n_settled r2",
            n_attributes=self.features["attribute"].nunique(),
            n_settled=settled["attribute"].nunique(),
            r2=self.fits["r2"].iloc[0],
        )


def list_prices(
    offers: Catalog | pd.DataFrame,
    *,
    price: str,
    category: str | None = None,
    features: Sequence[str] | None = None,
    terms: Sequence[str] = (),
    brand: str = "brand",
    level: float = 0.95,
) -> ListPrices:
    """Say what each feature goes with in the listed rate or fee.

    Answers *which features come with a higher or lower list price, within a bank?*

    Parameters
    ----------
    offers : Catalog, or DataFrame of one row a listed price
    price : str
        The rate or fee of the catalogue, or a column. Rates of a catalogue are told in percentage
        points.
    category : str, optional
        Of a catalogue; not needed where the price stands in one only.
    features : sequence of str, optional
        Features of the catalogue, or columns of 1 and 0; all that can be told apart where not
        given, which a DataFrame needs.
    terms : sequence of str
        Amounts and durations > 0, which enter by their logarithm and its square.
    brand : str, default "brand"
        Column of the bank.
    level : float

    Returns
    -------
    ListPrices

    Raises
    ------
    InputError
        A name is unknown, features are not 1 and 0, or terms not above 0.
    NotEnoughDataError
        Fewer than 4 banks list the price, or no feature can be told apart.

    Notes
    -----
    Least squares with a level for each bank, and pooled beside, where differences between banks
    enter. Banks are the unit: errors are CR2 with Satterthwaite's degrees of freedom, as CR1
    misleads with few or unequal banks; Holm over features. Under 5 degrees of freedom nothing is
    settled. A feature is likely within banks at the level, clear where all banks together, each
    weighing the same, say so too at the level; one that no bank varies is at most likely. What a
    list leaves out counts as not there. A list price is neither what is paid nor what a feature is
    worth, and no cause.

    References
    ----------
    Rosen, S. (1974). Hedonic prices and implicit markets. Journal of Political Economy 82, 34-55.
    Pustejovsky, J. and Tipton, E. (2018). Small-sample methods for cluster-robust variance
    estimation. JBES 36, 672-683. doi:10.1080/07350015.2016.1247004

    Examples
    --------
    >>> rates = pd.DataFrame({"bank": list("aabbccddee"), "bonus": [0, 1] * 5,
    ...                       "rate": [2, 3.1, 1, 2, 4, 4.9, 2, 3, 3, 4]})
    >>> found = list_prices(rates, price="rate", features=["bonus"], brand="bank")
    >>> found.features[["model", "estimate"]].round(2).to_numpy().tolist()[0]
    ['within', 1.0]
    """
    check_level(level)
    table, names, unit, category = (
        _of_catalog(offers, price=price, category=category, features=features, terms=terms)
        if isinstance(offers, Catalog)
        else _of_table(
            offers, price=price, category=category, features=features, terms=terms, brand=brand
        )
    )
    values = numeric_matrix("offers", table[["price", *terms]], allow_missing=True)
    stated: Flags = np.asarray(~np.isnan(values).any(axis=1))
    near = _near(values[:, 0], stated)
    lost = int((~stated & ~np.isnan(values[:, 0])).sum())
    notes = [
        *noted("{n:count} offers are left out, as they do not state the terms.", n=lost),
        *noted(
            "{n:count} prices are left out, too far from all others to be prices.",
            n=int((stated & ~near).sum()),
        ),
    ]
    table, values = table[stated & near], values[stated & near]
    if (values[:, 1:] <= 0).any() or any(len(np.unique(one)) < 3 for one in values[:, 1:].T):
        raise ScaleError(
            "`terms` must be above 0 and take three values or more; found others. Leave them out."
        )
    bank, labels = coded(table["brand"])
    if len(labels) <= FEWEST_BANKS:
        raise NotEnoughDataError(
            f"`offers` must list the price at {FEWEST_BANKS + 1} banks or more; found "
            f"{len(labels)}."
        )
    told = _Offers(values[:, 0], table[names].to_numpy(dtype=float), np.log(values[:, 1:]), bank)
    kept, more = _told_apart(told, names, chosen=features is not None)
    told = told._replace(features=told.features[:, kept])
    names = [names[at] for at in kept]
    return _result(
        told,
        names,
        terms,
        level=level,
        price=price,
        unit=unit,
        category=category or "",
        notes=(*notes, *more),
    )


class _Offers(NamedTuple):
    price: Floats
    features: Floats
    terms: Floats
    bank: Codes

    @property
    def varying(self) -> Codes:
        """Count for each feature the banks that list it for some of their offers only."""
        mean = pd.DataFrame(self.features).groupby(self.bank).mean().to_numpy()
        return np.asarray(((mean > 0) & (mean < 1)).sum(axis=0))


# --- what is listed ------------------------------------------------------------------------------


def _of_table(
    offers: Any,
    *,
    price: str,
    category: str | None,
    features: Sequence[str] | None,
    terms: Sequence[str],
    brand: str,
) -> tuple[pd.DataFrame, list[str], str, str | None]:
    require_kind("offers", offers, pd.DataFrame, what="a catalogue or a table of listed prices")
    if not features or category is not None:
        raise InputError(
            "`features` must name the columns of a table, and `category` belongs to a catalogue. "
            "Name features, and choose the rows of one category."
        )
    names = list(features)
    require_columns(offers, [brand, price, *names, *terms], argument="offers")
    if not np.isin(numeric_matrix("offers", offers[names]), (0, 1)).all():
        raise ScaleError("`features` must be 1 and 0; found other numbers. Say yes as 1.")
    table = offers[[*names, *terms]].assign(brand=offers[brand], price=offers[price])
    return table, names, "", None


def _of_catalog(
    catalog: Catalog,
    *,
    price: str,
    category: str | None,
    features: Sequence[str] | None,
    terms: Sequence[str],
) -> tuple[pd.DataFrame, list[str], str, str | None]:
    """Give one row an offer with the price, and the features that its category knows."""
    offer = ["brand", "product"]
    rows = catalog.attributes.astype(dict.fromkeys([*offer, "facet", "attribute"], "str"))
    products = catalog.products.astype(dict.fromkeys([*offer, "category"], "str"))
    rows = rows.merge(products[[*offer, "category"]], on=offer)
    listed = rows[rows["facet"].isin(["rates", "fees"]) & rows["value"].notna()]
    check_known("price", price, sorted(listed["attribute"].unique()), rule="be a rate or fee")
    priced = listed[listed["attribute"] == price]
    where = sorted(priced["category"].unique())
    if category is None and len(where) > 1:
        raise InputError(
            f"`category` must be given, as {price} stands in {len(where)}: {', '.join(where)}. "
            "Name one."
        )
    category = where[0] if category is None else category
    check_known("category", category, where, rule="have the price")
    priced = priced[priced["category"] == category].set_index(offer)
    rows = rows[rows["category"] == category]
    numbers = rows[rows["facet"] == "terms"].pivot_table(
        index=offer, columns="attribute", values="value", aggfunc="first"
    )
    check_known("terms", list(terms), sorted(numbers.columns), rule="be terms of the category")
    has = rows[rows["facet"] == "features"].assign(has=rows["state"] == "has")
    wide = has.pivot_table(index=offer, columns="attribute", values="has", aggfunc="max")
    known = sorted(wide.columns)
    names = list(known if features is None else features)
    check_known("features", names, known, rule="be features of the category")
    unit = str(priced["unit"].iloc[0])
    table = wide[names].reindex(priced.index).fillna(0).astype(float)
    table = table.join(numbers[list(terms)]).assign(
        price=priced["value"] * (100 if unit == "share" else 1)
    )
    return table.reset_index("brand"), names, unit, category


def _near(price: Floats, stated: Flags) -> Flags:
    """Say which prices are no sentinel: 999, or a percentage among fractions."""
    known = price[stated]
    if not len(known):
        return stated
    low, middle, high = np.quantile(known, [0.25, 0.5, 0.75])
    return np.asarray(np.abs(price - middle) <= FAR * max(high - low, 1e-9 + abs(middle)))


def _told_apart(
    told: _Offers, names: Sequence[str], *, chosen: bool
) -> tuple[list[int], list[Message]]:
    """Choose features that banks do not share, in which some differ, and that are not one."""
    banks = pd.DataFrame(told.features).groupby(told.bank)
    has, lacks = (banks.max() > 0).sum().to_numpy(), (banks.min() < 1).sum().to_numpy()
    common = np.minimum(has, lacks)
    able = np.flatnonzero(common >= (1 if chosen else FEWEST_BANKS))
    if not chosen:  # the most telling first: within banks, then among them
        able = able[np.lexsort((able, -common[able], -told.varying[able]))]
    room = len(names) if chosen else len(told.price) // OFFERS_A_COLUMN - 2 * told.terms.shape[1]
    base = np.column_stack([np.ones(len(told.price)), _terms(told.terms)])
    kept = able[independent(base, told.features[:, able])].tolist()[: max(room, 0)]
    if not kept:
        raise NotEnoughDataError(
            f"`features` must differ between offers, with {OFFERS_A_COLUMN} offers for each; none "
            "of them can be told apart. Compare more banks."
        )
    left = [name for at, name in enumerate(names) if at not in kept]
    return sorted(kept), noted(
        "{n:count} features are left out: listed by nearly all or none, the same offers as another,"
        " or too many for so few offers: {left}.",
        left=left,
        most=8,
    )


# --- what goes with it ---------------------------------------------------------------------------


def _terms(logs: Floats) -> Floats:
    """Lay out each term's logarithm and its square."""
    return np.stack([logs, logs**2], axis=-1).reshape(len(logs), 2 * logs.shape[1])


def independent(base: Floats, columns: Floats) -> Flags:
    """Say which columns are no combination of a base and of the columns before them."""
    whole = np.column_stack([base, columns])
    left = np.abs(np.diag(np.linalg.qr(whole, mode="r")))
    size = np.sqrt((whole**2).sum(axis=0))
    free: Flags = np.zeros(whole.shape[1], dtype=bool)
    free[: len(left)] = left > 1e-9 * np.maximum(size[: len(left)], 1e-12)
    return free[base.shape[1] :]


def _levels(columns: Floats, bank: Codes) -> Floats:
    """Take each bank's mean out of columns."""
    level = np.eye(int(bank.max()) + 1)[bank]
    means = (level.T @ columns) / level.sum(axis=0)[:, None]
    return np.asarray(columns - means[bank])


def _result(
    told: _Offers, names: list[str], terms: Sequence[str], *, level: float, **facts: Any
) -> ListPrices:
    sizes = np.bincount(told.bank)
    parts, fits = list[pd.DataFrame](), []
    for model in MODELS:
        found, r2 = _fitted(told, names, terms, model)
        if len(found):
            parts.append(found)
            fits.append({"model": model, "n": len(told.price), "n_brands": len(sizes), "r2": r2})
    from scipy.special import stdtrit

    table = pd.concat(parts, ignore_index=True)
    half = stdtrit(table["df"], 0.5 + level / 2) * table["std_error"]
    table = table.assign(
        ci_low=table["estimate"] - half, ci_high=table["estimate"] + half, ci_level=level
    )
    features = table[table["aspect"] == ""]
    features = features.assign(settled=_settled(features, 1 - level))[_FEATURES]
    on_terms = table[table["aspect"] != ""][_TERMS].reset_index(drop=True)
    return ListPrices(
        features=features.reset_index(drop=True),
        terms=on_terms,
        fits=pd.DataFrame(fits),
        turns=_turns(on_terms, 1 - level),
        n=len(told.price),
        n_brands=len(sizes),
        **facts,
    )


def _fitted(
    told: _Offers, names: list[str], terms: Sequence[str], model: str
) -> tuple[pd.DataFrame, float]:
    """Fit one model: a row a feature that it can tell, then four rows a term."""
    sizes = np.bincount(told.bank)
    columns, extra = _terms(told.terms), np.ones((len(told.price), 1))
    varies: Flags = np.ones(len(names), dtype=bool)
    if model == "within":
        extra = np.eye(len(sizes))[told.bank]
        if not independent(extra, columns).all():  # no bank lists several terms
            columns, terms = columns[:, :0], ()
        base = _levels(columns, told.bank)
        varies = independent(base, _levels(told.features, told.bank)) & (told.varying > 0)
    own = [name for name, is_in in zip(names, varies, strict=True) if is_in]
    design = np.column_stack([told.features[:, varies], columns, extra])
    wanted = _contrasts(
        len(own), np.quantile(told.terms, ENDS, axis=0).T[: len(terms)], design.shape[1]
    )
    if not len(wanted):
        return pd.DataFrame(), np.nan
    weight = 1.0 / sizes[told.bank] if model == "even" else np.ones(len(told.price))
    found, r2 = clustered(design, told.price, bank=told.bank, weight=weight, wanted=wanted)
    of_terms = [(name, aspect) for name in terms for aspect in ASPECTS]
    p = found["p_value"].where(np.arange(len(found)) < len(own))
    return found.assign(
        model=model,
        attribute=[*own, *(name for name, _ in of_terms)],
        aspect=[*[""] * len(own), *(aspect for _, aspect in of_terms)],
        n_varying=[*told.varying[varies], *[len(sizes)] * len(of_terms)],
        p_adjusted=holm_of_tested(p.to_numpy(dtype=float)),
    ), r2


_FEATURES = [
    "attribute",
    "model",
    "estimate",
    "std_error",
    "error_plain",
    "ci_low",
    "ci_high",
    "ci_level",
    "df",
    "p_value",
    "p_adjusted",
    "n_varying",
    "settled",
]
_TERMS = [
    "attribute",
    "aspect",
    "model",
    "estimate",
    "std_error",
    "error_plain",
    "ci_low",
    "ci_high",
    "ci_level",
    "df",
    "p_value",
]


def _contrasts(n_features: int, ends: Floats, width: int) -> Floats:
    """Ask for every feature, and of a term for both coefficients and its slope at both ends."""
    rows = [np.eye(width)[at] for at in range(n_features)]
    for at, (low, high) in enumerate(ends):
        first = n_features + 2 * at
        log, square = np.eye(width)[first], np.eye(width)[first + 1]
        rows += [log, square, log + 2 * low * square, log + 2 * high * square]
    return np.array(rows).reshape(len(rows), width)


def clustered(
    design: Floats, price: Floats, *, bank: Codes, weight: Floats, wanted: Floats
) -> tuple[pd.DataFrame, float]:
    """Fit, and give contrasts (m, columns) their CR2 errors and Satterthwaite's df by bank.

    Bell and McCaffrey (2002), Pustejovsky and Tipton (2018): residuals of bank g are multiplied by
    (I - H_gg)^(-1/2), with a working variance of 1 / weight.
    """
    # a second to load, which only who asks for it should pay
    from scipy.special import stdtr
    from statsmodels.regression.linear_model import WLS

    fit = WLS(price, design, weights=weight).fit(cov_type="cluster", cov_kwds={"groups": bank})
    x, rest = np.asarray(fit.model.wexog), np.asarray(fit.wresid)
    bread = np.asarray(fit.normalized_cov_params)
    root, direct = np.linalg.cholesky(bread), bread @ wanted.T
    total, loads, sizes = np.zeros(len(wanted)), [], []
    for one in range(int(bank.max()) + 1):
        own = x[bank == one]
        u, s, _ = np.linalg.svd(own @ root, full_matrices=False)
        whole = s > 1 - 1e-9  # the bank's own level: nothing of it is left in the residuals
        stretch = np.where(whole, 0.0, 1 / np.sqrt(np.where(whole, 1.0, 1 - np.minimum(s, 1) ** 2)))
        a = own @ direct
        a = a + u @ ((stretch - 1)[:, None] * (u.T @ a))
        total += (a.T @ rest[bank == one]) ** 2
        loads.append(own.T @ a)
        sizes.append((a**2).sum(axis=0))
    load, size = np.array(loads), np.array(sizes)
    df = np.array(
        [
            np.trace(p) ** 2 / (p**2).sum()
            for p in (
                np.diag(size[:, at]) - load[:, :, at] @ bread @ load[:, :, at].T
                for at in range(len(wanted))
            )
        ]
    )
    estimate, error = wanted @ np.asarray(fit.params), np.sqrt(total)
    plain = np.sqrt(np.einsum("mi,ij,mj->m", wanted, np.asarray(fit.cov_params()), wanted))
    frame = pd.DataFrame({"estimate": estimate, "std_error": error, "error_plain": plain, "df": df})
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * stdtr(df, -np.abs(estimate / error))
    return frame.assign(p_value=np.where(error > 1e-12, p, np.nan)), float(fit.rsquared)


def _settled(features: pd.DataFrame, chance: float) -> list[str]:
    """Say of each feature, by all models, how settled it is."""
    levels = {}
    for name, rows in features.groupby("attribute", sort=False):
        by = rows.set_index("model")
        own = by.loc["within" if "within" in by.index else "pooled"]
        even = by.loc["even"]
        level = "open"
        if own["p_adjusted"] < chance and own["df"] >= FEWEST_DF:
            same = even["estimate"] * own["estimate"] > 0 and even["p_value"] < chance
            level = "clear" if "within" in by.index and same else "likely"
        levels[name] = level
    return [levels[name] for name in features["attribute"]]


def _turns(on_terms: pd.DataFrame, chance: float) -> pd.DataFrame:
    """Say where the price turns along each term, and whether both slopes stand."""
    rows = []
    told = on_terms.loc[on_terms["model"] == "within", "attribute"]
    for name in told.unique():
        by = on_terms[(on_terms["attribute"] == name) & (on_terms["model"] == "within")]
        by = by.set_index("aspect")
        ends = by.loc[["short", "long"]]
        turns = ends["estimate"].prod() < 0
        worst = ends["p_value"].max() if (ends["df"] >= FEWEST_DF).all() else 1.0
        level = "clear" if worst < chance / 5 else "likely" if worst < chance else "open"
        log, square = by["estimate"][["log", "square"]]
        rows.append(
            {
                "attribute": name,
                "settled": level,
                "course": _direction(ends["estimate"]),
                "extremum": float(np.exp(-log / (2 * square))) if turns else np.nan,
            }
        )
    return pd.DataFrame(rows, columns=["attribute", "course", "extremum", "settled"])


def _direction(slopes: pd.Series[float]) -> str:
    """Name the course of the price along a term: its sign near both ends."""
    first, last = (slopes > 0).tolist()
    if first == last:
        return "rises" if first else "falls"
    return "rises_then_falls" if first else "falls_then_rises"
