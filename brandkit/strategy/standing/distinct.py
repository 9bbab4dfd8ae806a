"""Optimal distinctiveness: how different each bank is from the rest, and whether that pays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    ScaleError,
    check_known,
    check_whole_number,
    numeric_matrix,
    require_kind,
    require_unique,
)
from brandkit.core.labels import label_text
from brandkit.core.linalg import Codes, Flags, Floats, ratio
from brandkit.core.message import Message, noted
from brandkit.core.result import Result
from brandkit.sources.catalog.catalog import Catalog
from brandkit.strategy.links import (
    CERTAIN,
    ENOUGH_BANKS,
    FEWEST_BANKS,
    bank_rows,
    chance,
    correlations,
    orders_of,
)

#: Banks under which only a straight line is tested.
ENOUGH_FOR_CURVE: Final = 20
#: p up to which a shape is called clear.
SURELY: Final = 0.01
#: Best-liked others that are averaged to the exemplar.
EXEMPLARS: Final = 3
#: Parts of the banks that must lie on either side of a turn.
BEYOND: Final = (0.1, 0.9)
#: Chance that a curve which explains a quarter of the differences is found, by banks (simulated).
POWER: Final = {20: 0.23, 40: 0.48, 80: 0.67, 120: 0.83}
#: Correlation of distance with features listed from which a note warns.
DISCLOSURE: Final = 0.5


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Distinctiveness(Result):
    """How different banks are from the rest of their market, and what goes with it.

    Parameters
    ----------
    brands : DataFrame
        One row a bank, the most different first: ``brand distance scaled_distance
        prototype_likeness exemplar_likeness n_listed estimate std_error is_counted``. ``distance``
        is the sum over features of the absolute difference from the mean of the others;
        ``scaled_distance`` from the mean of all, in standard deviations of each feature; the
        likenesses are cosines with the mean of the others and of the three others that do best.
        ``estimate`` is the performance; of banks of one owner one is counted.
    tests : DataFrame
        One row a test, "line" and, from 20 banks on, "curve": ``test estimate p_value p_adjusted
        p_listed detectable power n_brands settled``. ``estimate`` is the correlation, or the
        coefficient of the square; ``p_listed`` the same with the number of features listed held.
    curve : DataFrame
        At most one row: ``shape slope_low slope_high p_low p_high extremum extremum_low
        extremum_high ci_level side_low side_high side_low_p side_high_p is_inside``.
    profiles : DataFrame
        One row a bank and feature: ``brand attribute share prototype exemplar``.
    heterogeneity : float
        Mean distance from the mean of all.
    category, performance : str
    n_brands, n_left_out : int
        Banks tested, and those that only one side knows.
    """

    brands: pd.DataFrame
    tests: pd.DataFrame
    curve: pd.DataFrame
    profiles: pd.DataFrame
    heterogeneity: float
    category: str
    performance: str
    n_brands: int
    n_left_out: int

    def glance(self) -> pd.DataFrame:
        """Give one row: how unlike banks are, and the correlation with performance."""
        line = self.tests.iloc[0]
        return self._row(
            "category n_brands n_left_out heterogeneity estimate p_value detectable settled",
            **{name: line[name] for name in ("estimate", "p_value", "detectable")},
            settled=told_test(self)["settled"],
        )


def told_test(result: Distinctiveness) -> pd.Series[Any]:
    """Give the test that is told: the curve where it is settled, else the line."""
    last = result.tests.iloc[-1]
    return last if last["settled"] != "open" else result.tests.iloc[0]


def distinctiveness(
    offers: Catalog | pd.DataFrame,
    *,
    performance: pd.DataFrame,
    category: str | None = None,
    measure: str = "",
    draws: int = 999,
    seed: int = 0,
) -> Distinctiveness:
    """Say how different each bank is from the rest, and whether that goes with doing well.

    Answers *are we too alike or too different, and does it pay?*

    Parameters
    ----------
    offers : Catalog, or DataFrame of banks x features
        What banks offer; or shares from 0 to 1 of their offers, or of what customers say.
    performance : DataFrame
        One row a bank: ``brand estimate``, and ``std_error`` where known: satisfaction, a net
        promoter score, a published score.
    category : str, optional
        Of a catalogue; the one that most banks sell in where not given.
    measure : str
        What performance is called.
    draws : int, default 999
        Random orders of the banks; up to 8 banks all orders are gone through.
    seed : int, default 0

    Returns
    -------
    Distinctiveness

    Raises
    ------
    InputError
        Unknown category, shares beyond 0 to 1, or a bank with several rows.
    NotEnoughDataError
        Fewer than 4 banks are known to both, or all are equally different.

    Notes
    -----
    A bank is no part of what it is compared with, nor are banks of its owner; these count as one
    bank. A curve (performance on distance and its square, errors HC3) is believed only where
    slopes at both ends differ from 0 in opposite directions (Lind and Mehlum), two straight lines
    parted at the turn do so too, and a tenth of the banks lies on either side: likely at 5 %,
    clear at 1 % with both lines at 5 %. The first alone calls y = log x an inverted U. Under 20
    banks only a straight line is tested, by dealing performance out anew; from 20 on its p counts
    twice. Where banks that list more look more different, clear is only what stays with the number
    listed held. Where errors are known, banks weigh 1 / (spread + error squared) in the curve. A
    link of banks is no cause.

    References
    ----------
    Deephouse, D. (1999). To be different, or to be the same? Strategic Management Journal 20,
    147-166. Lind, J. and Mehlum, H. (2010). With or without U? Oxford Bulletin of Economics and
    Statistics 72, 109-118. doi:10.1111/j.1468-0084.2009.00569.x Simonsohn, U. (2018). Two lines.
    AMPPS 1, 538-555. doi:10.1177/2515245918805755

    Examples
    --------
    >>> offers = pd.DataFrame({"app": [1, 1, 1, 0.5, 0], "advice": [0, 0, 0.5, 1, 1]},
    ...                       index=list("ABCDE"))
    >>> liked = pd.DataFrame({"brand": list("ABCDE"), "estimate": [6.0, 6.1, 5.0, 7.0, 8.5]})
    >>> found = distinctiveness(offers, performance=liked)
    >>> found.brands[["brand", "distance"]].round(2).to_numpy().tolist()[0]
    ['E', 1.5]
    """
    check_whole_number("draws", draws, low=99)
    check_whole_number("seed", seed, low=0)
    table, owners, category, notes = _profiles(offers, category)
    liked = bank_rows("performance", performance, ["estimate"], ["std_error"])
    liked = liked[liked["estimate"].notna()].set_index("brand")
    names = table.index
    done = liked["estimate"].reindex(names).to_numpy(dtype=float)
    known = ~np.isnan(done)
    values = table.to_numpy(dtype=float)
    owner = pd.factorize(np.array([owners.get(name, name) for name in names], dtype=object))[0]
    if len(np.unique(owner[known])) < FEWEST_BANKS:
        raise NotEnoughDataError(
            f"`performance` must know at least {FEWEST_BANKS} of the banks in `offers`; found "
            f"{len(np.unique(owner[known]))}. Write the banks' names alike on both sides."
        )
    means = compared_with(values, done, owner)
    brands = pd.DataFrame(
        {
            "brand": names,
            "distance": np.abs(values - means[0]).sum(axis=1),
            "scaled_distance": scaled_distance(values),
            "prototype_likeness": cosine(values, means[0]),
            "exemplar_likeness": cosine(values, means[1]),
            "n_listed": values.sum(axis=1),
            "estimate": done,
            "std_error": liked["std_error"].reindex(names).to_numpy(dtype=float),
            "is_counted": known & ~pd.Series(np.where(known, owner, -1)).duplicated().to_numpy(),
        }
    )
    is_catalog = isinstance(offers, Catalog)
    tests, curve, more = _tested(brands[brands["is_counted"]], is_catalog, draws=draws, seed=seed)
    cells = [np.broadcast_to(one, values.shape).ravel() for one in (values, *means)]
    order = np.lexsort((names, -brands["distance"].round(9)))
    return Distinctiveness(
        brands=brands.iloc[order].reset_index(drop=True),
        tests=tests,
        curve=curve,
        profiles=pd.DataFrame(
            {
                "brand": np.repeat(names.to_numpy(dtype=object), values.shape[1]),
                "attribute": np.tile(table.columns.to_numpy(dtype=object), len(names)),
                **dict(zip(("share", "prototype", "exemplar"), cells, strict=True)),
            }
        ),
        heterogeneity=float(np.abs(values - values.mean(axis=0)).sum(axis=1).mean()),
        category=category or "",
        performance=measure,
        n_brands=int(brands["is_counted"].sum()),
        n_left_out=int((~known).sum() + (~liked.index.isin(names)).sum()),
        notes=(*notes, *more),
    )


# --- how different -------------------------------------------------------------------------------


def feature_shares(catalog: Catalog, category: str | None = None) -> pd.DataFrame:
    """Give the share of each bank's offers that list each feature, banks x features.

    Missing where none of a bank's offers could have it: it sells in no category that knows it.
    """
    offer = ["brand", "product"]
    rows = catalog.attributes[catalog.attributes["facet"] == "features"].astype(
        {"brand": "str", "product": "str", "attribute": "str"}
    )
    if category is not None:
        sold = catalog.products[catalog.products["category"].astype("str") == category]
        there = pd.MultiIndex.from_frame(sold[offer].astype("str"))
        rows = rows[pd.MultiIndex.from_frame(rows[offer]).isin(there)]
    has = (rows["state"] == "has").astype(float)
    return has.groupby([rows["brand"], rows["attribute"]]).mean().unstack()


def _profiles(
    offers: Catalog | pd.DataFrame, category: str | None
) -> tuple[pd.DataFrame, dict[str, str], str | None, list[Message]]:
    """Give banks x features, their owners, and the category they are compared in."""
    if isinstance(offers, Catalog):
        sold = offers.products.astype({"brand": "str", "category": "str"})
        width = sold.groupby("category")["brand"].nunique().sort_index()
        notes: list[Message] = []
        if category is None:
            category = str(width.sort_values(ascending=False, kind="stable").index[0])
            notes = noted(
                "Compared in {category}, the category that most banks sell in.", category=category
            )
        check_known("category", category, list(width.index), rule="be one of the catalogue")
        return feature_shares(offers, category).fillna(0.0), dict(offers.owners), category, notes
    require_kind("offers", offers, pd.DataFrame, what="a catalogue or a table of banks x features")
    if category is not None:
        raise InputError("`category` belongs to a catalogue; found it with a table. Leave it out.")
    labels = [label_text(one) for one in offers.index]
    require_unique("offers", labels, what="bank")
    values = numeric_matrix("offers", offers)
    if values.min(initial=0.0) < 0 or values.max(initial=0.0) > 1:
        raise ScaleError(
            f"`offers` must hold shares from 0 to 1; found {values.min():g} to {values.max():g}. "
            "Divide by what they are shares of."
        )
    table = pd.DataFrame(values, index=labels, columns=[str(one) for one in offers.columns])
    return table.sort_index(), {}, None, []


def compared_with(values: Floats, done: Floats, owner: Codes) -> tuple[Floats, Floats]:
    """Average for each bank (banks, features) all others, and the three others that do best."""
    others = owner[:, None] != owner[None, :]
    best = np.argsort(-done, kind="stable")
    best = best[~np.isnan(done[best])]
    first = [best[others[at, best]][:EXEMPLARS] for at in range(len(owner))]
    exemplars = np.array([values[some].mean(axis=0) for some in first])
    return ratio(others @ values, others.sum(axis=1, keepdims=True)), exemplars


def scaled_distance(values: Floats) -> Floats:
    """Sum distances from the mean of all in standard deviations of each feature (Deephouse)."""
    spread = values.std(axis=0, ddof=1)
    kept = values[:, spread > 0]
    return np.asarray((np.abs(kept - kept.mean(axis=0)) / spread[spread > 0]).sum(axis=1))


def cosine(some: Floats, others: Floats) -> Floats:
    """Give the cosine of each row of one with that of the other; missing of an empty row."""
    return ratio((some * others).sum(axis=1), np.sqrt((some**2).sum(1) * (others**2).sum(1)))


# --- whether it pays -----------------------------------------------------------------------------


def _tested(
    rows: pd.DataFrame, is_catalog: bool, *, draws: int, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame, list[Message]]:
    """Test the line and the curve over banks, also with the number of features listed held."""
    rows = rows.sort_values(["distance", "estimate", "brand"])  # draws must not hang on names
    x, y, listed = (rows[name].to_numpy() for name in ("distance", "estimate", "n_listed"))
    for argument, one in (("offers", x), ("performance", y)):
        if np.ptp(one) < 1e-12:
            raise NotEnoughDataError(
                f"`{argument}` must hold banks that differ; found the same for all {len(x)}. There "
                "is nothing to relate."
            )
    n, held, notes = len(x), None, list[Message]()
    if is_catalog and np.ptp(listed) > 1e-12:
        held = listed
        r = float(np.corrcoef(x, listed)[0, 1])
        notes = noted(
            "Banks that list more features look more different (correlation {r:decimal2}): part of "
            "the distance may be how much is told.",
            r=r if r >= DISCLOSURE else 0,
        )
    orders, is_exact = orders_of(n, draws=draws, seed=seed)
    line = chance(correlations(pd.Series(x), y, orders), is_exact=is_exact, points=n)
    p_held = line["p_value"]
    if held is not None:
        given, left = (without(one, held) for one in (x, y))
        p_held = np.nan
        if min(np.ptp(given), np.ptp(left)) > 1e-9:
            values = correlations(pd.Series(given), left, orders)
            p_held = chance(values, is_exact=is_exact, points=n)["p_value"]
    both = n >= ENOUGH_FOR_CURVE
    p = min(1.0, line["p_value"] * (2 if both else 1))
    first = {
        "test": "line",
        **{name: line[name] for name in ("estimate", "p_value")},
        "p_adjusted": p,
        "p_listed": p_held,
        "detectable": line["detectable"],
        "power": np.nan,
        "n_brands": n,
        "settled": level_of(p, p_held) if n >= ENOUGH_BANKS else "open",
    }
    if not both:
        return pd.DataFrame([first]), pd.DataFrame(columns=_CURVE), notes
    weight = performance_weight(y, rows["std_error"].to_numpy())
    found, second = judged_curve(x, y, weight=weight, held=held)
    return pd.DataFrame([first, second]), pd.DataFrame([found])[_CURVE], notes


def level_of(p: float, p_held: float) -> str:
    """Say how settled a line is: clear only where it holds whatever is listed."""
    if not p < CERTAIN:
        return "open"
    return "clear" if p < SURELY and p_held < CERTAIN else "likely"


def without(values: Floats, held: Floats) -> Floats:
    """Take out of values what goes along with another."""
    centred, other = values - values.mean(), held - held.mean()
    return np.asarray(centred - other * (centred @ other) / (other @ other))


def performance_weight(y: Floats, error: Floats) -> Floats:
    """Weigh banks by 1 / (spread between banks + own error squared); alike without errors."""
    if np.isnan(error).any():
        return np.ones(len(y))
    spread = max(0.0, float(y.var(ddof=1) - (error**2).mean()))
    total = spread + error**2
    return np.asarray(total.mean() / total) if (total > 0).all() else np.ones(len(y))


_CURVE = [
    "shape",
    "slope_low",
    "slope_high",
    "p_low",
    "p_high",
    "extremum",
    "extremum_low",
    "extremum_high",
    "ci_level",
    "side_low",
    "side_high",
    "side_low_p",
    "side_high_p",
    "is_inside",
]


def judged_curve(
    x: Floats, y: Floats, *, weight: Floats | None = None, held: Floats | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Fit the curve, and say by all three rules how settled it is."""
    weight = np.ones(len(x)) if weight is None else weight
    found = u_curve(x, y, weight=weight)
    p = max(found["p_low"], found["p_high"]) if found["is_turned"] else 1.0
    p_held = p
    if held is not None:
        more = u_curve(x, y, weight=weight, held=held)
        same = more["is_turned"] and more["shape"] == found["shape"]
        p_held = max(more["p_low"], more["p_high"]) if same else 1.0
    low, high = np.quantile(x, BEYOND)
    found["is_inside"] = bool(low < found["extremum"] < high)
    settled = "open"
    if p < CERTAIN and found["is_inside"]:
        sides = two_lines(x, y, weight=weight, at=found["extremum"])
        found |= sides
        sign = 1 if found["shape"] == "U" else -1
        if sides["side_low"] * sign < 0 < sides["side_high"] * sign:
            both = max(sides["side_low_p"], sides["side_high_p"]) < CERTAIN
            settled = "clear" if p < SURELY and both and p_held < CERTAIN else "likely"
    row = {
        "test": "curve",
        "estimate": found["square"],
        "p_value": p,
        "p_adjusted": p,
        "p_listed": p_held,
        "detectable": np.nan,
        "n_brands": len(x),
        "settled": settled,
        "power": float(np.interp(len(x), [*POWER], [*POWER.values()])),
    }
    sides = dict.fromkeys(("side_low", "side_high", "side_low_p", "side_high_p"), np.nan)
    return sides | found | {"ci_level": 1 - CERTAIN}, row


def fitted(columns: list[Floats], y: Floats, weight: Floats, errors: str) -> Any:
    """Fit by weighted least squares, the constant first."""
    # a second to load, which only who asks for it should pay
    from statsmodels.regression.linear_model import WLS

    design = np.column_stack([np.ones(len(y)), *columns])
    return WLS(y, design, weights=weight).fit(cov_type=errors, use_t=True)


def u_curve(
    x: Floats, y: Floats, *, weight: Floats, held: Floats | None = None, errors: str = "HC3"
) -> dict[str, Any]:
    """Test slopes at both ends against the sign that a turn needs (Lind and Mehlum 2010).

    The turn has Fieller's interval, which is missing where it does not end.
    """
    from scipy.special import stdtr, stdtrit

    model = fitted([x, x**2, *([] if held is None else [held])], y, weight, errors)
    (_, b, c), cov, df = model.params[:3], model.cov_params()[1:3, 1:3], model.df_resid
    ends = np.array([x.min(), x.max()])
    slope = b + 2 * c * ends
    error = np.sqrt(cov[0, 0] + 4 * ends**2 * cov[1, 1] + 4 * ends * cov[0, 1])
    t = np.sign(c) * slope / error * np.array([1, -1])
    p_low, p_high = stdtr(df, t).tolist()
    turn = np.array([np.nan, np.nan])
    z = stdtrit(df, 1 - CERTAIN / 2) ** 2
    lead, mid = c**2 - z * cov[1, 1], b * c - z * cov[0, 1]
    inside = mid**2 - lead * (b**2 - z * cov[0, 0])
    if lead > 0 < inside:
        turn = np.sort(-(mid + np.array([-1, 1]) * np.sqrt(inside)) / lead / 2)
    return {
        "shape": "U" if c > 0 else "inverted_U",
        "square": float(c),
        "slope_low": slope[0],
        "slope_high": slope[1],
        "p_low": p_low,
        "p_high": p_high,
        "extremum": float(-b / (2 * c)) if c else np.nan,
        "extremum_low": float(turn[0]),
        "extremum_high": float(turn[1]),
        "is_turned": bool(slope[0] * slope[1] < 0),
    }


def two_lines(x: Floats, y: Floats, *, weight: Floats, at: float) -> dict[str, float]:
    """Fit a line on either side of a point, with a step between (Simonsohn 2018)."""
    above: Flags = x >= at
    parted = [np.where(above, 0.0, x - at), np.where(above, x - at, 0.0), above.astype(float)]
    model = fitted(parted, y, weight, "HC3")
    names = ("side_low", "side_high")
    return {
        **dict(zip(names, model.params[1:3].tolist(), strict=True)),
        **{f"{name}_p": float(model.pvalues[1 + k]) for k, name in enumerate(names)},
    }
