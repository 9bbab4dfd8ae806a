"""Whether banks that offer something else, or little of everything, are liked more or less."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from brandkit.core.errors import (
    NotEnoughDataError,
    check_whole_number,
    numeric_matrix,
    require_columns,
    require_unique,
)
from brandkit.core.intervals import holm
from brandkit.core.linalg import Codes, Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.overlap import BrandOverlap
from brandkit.strategy.links.distances import FEWEST_BANKS
from brandkit.strategy.links.kernel import CERTAIN, ENOUGH_BANKS, Chance, chance, orders_of

TRAITS = ("uniqueness", "breadth")
SPECIALIST, UNIVERSAL = 0.5, 0.75
"""Parts of the market's categories, evenly sold, up to and from which a bank is called so."""
MOSTLY_NOISE = 0.7
"""Part of the differences in satisfaction under which notes warn of noise."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class UniquenessLink(Result):
    """What banks' offers have to do with how satisfied their customers are.

    Parameters
    ----------
    tests : DataFrame
        One row a trait, "uniqueness" and "breadth": ``trait estimate correlation p_value
        p_adjusted n_brands draws exact detectable verdict``. ``estimate`` is Pearson's
        correlation with satisfaction, ``correlation`` that of ranks; both p are two-sided, the
        adjusted one for two traits. ``verdict`` is "linked" or "open".
    brands : DataFrame
        One row a bank, the broadest last: ``brand uniqueness breadth effective_categories
        profile estimate std_error ci_low ci_high``. ``profile`` is "specialist", "between" or
        "universal"; ``estimate`` is satisfaction; its error is missing where none was given.
    reliability : float
        Part of the differences in satisfaction between banks that is no error of the survey;
        missing where no errors were given.
    n_brands, n_left_out : int
        Banks compared, and those that only one side knows.
    """

    tests: pd.DataFrame
    brands: pd.DataFrame
    reliability: float
    n_brands: int
    n_left_out: int

    def tidy(self) -> pd.DataFrame:
        """Give the banks."""
        return self.brands.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: banks, and the correlation of satisfaction with uniqueness."""
        first = self.tests.iloc[0]
        return pd.DataFrame({
            "n_brands": [self.n_brands],
            "n_left_out": [self.n_left_out],
            "estimate": [first["estimate"]],
            "p_adjusted": [first["p_adjusted"]],
            "detectable": [first["detectable"]],
            "verdict": [first["verdict"]],
            "reliability": [self.reliability],
        })  # fmt: skip


def uniqueness_link(
    catalogue: BrandOverlap | pd.DataFrame,
    *,
    satisfaction: pd.DataFrame,
    draws: int = 999,
    seed: int = 0,
) -> UniquenessLink:
    """Set banks' uniqueness and breadth beside how satisfied their customers are.

    Answers *are banks with offers of their own liked better, and specialists better than banks
    that sell everything?*

    Parameters
    ----------
    catalogue : BrandOverlap, or DataFrame
        A comparison of offers, or one row a bank with ``brand uniqueness breadth n_categories``.
    satisfaction : DataFrame
        One row a bank: ``brand estimate``, and ``std_error ci_low ci_high`` where known, as
        ``satisfaction_scores`` gives them by bank for one item and measure.
    draws : int, default 999
        Random orders of the banks; up to 8 banks all orders are gone through.
    seed : int, default 0

    Returns
    -------
    UniquenessLink

    Raises
    ------
    InputError
        A column is missing, or a bank has several rows.
    NotEnoughDataError
        Fewer than 4 banks are known to both, or all of them are the same.

    Notes
    -----
    Correlations over banks, tested by dealing out satisfaction anew; Holm for two traits. Under 8
    banks no link is claimed. Errors of the survey pull a correlation towards 0: reliability =
    1 - mean squared error / variance of the estimates. A bank is called a specialist where its
    offers spread like an even spread over at most half of the categories of the broadest bank,
    universal from three quarters. A link is no cause.

    Examples
    --------
    >>> sold = pd.DataFrame({"brand": list("ABCDE"), "uniqueness": [0.1, 0.2, 0.3, 0.4, 0.5],
    ...                      "breadth": [1.9, 1.2, 1.8, 0.6, 1.7], "n_categories": [7, 4, 7, 2, 7]})
    >>> liked = pd.DataFrame({"brand": list("ABCDE"), "estimate": [6.1, 6.9, 7.0, 7.2, 8.0]})
    >>> found = uniqueness_link(sold, satisfaction=liked)
    >>> found.tests["estimate"].round(3).tolist(), found.tests["verdict"].tolist()
    ([0.953, -0.202], ['open', 'open'])
    """
    check_whole_number("draws", draws, low=99)
    check_whole_number("seed", seed, low=0)
    sold = _catalogue_rows(catalogue)
    liked = _satisfaction_rows(satisfaction)
    rows = sold.merge(liked, on="brand", how="inner")
    if len(rows) < FEWEST_BANKS:
        raise NotEnoughDataError(
            f"`satisfaction` must know at least {FEWEST_BANKS} of the banks in `catalogue`; found "
            f"{len(rows)}. Write the banks' names alike on both sides, or add banks."
        )
    # draws must not hang on the order of rows or on names
    rows = rows.sort_values(["breadth", "uniqueness", "estimate", "brand"], ignore_index=True)
    _check_spread(rows)

    orders, is_exact = orders_of(len(rows), draws=draws, seed=seed)
    outcome = rows["estimate"].to_numpy()
    tests = {
        trait: chance(
            _correlations(rows[trait].to_numpy(), outcome, orders),
            is_exact=is_exact, points=len(rows),
        )
        for trait in TRAITS
    }  # fmt: skip
    reliability = _reliability(rows)
    n_left_out = len(set(sold["brand"]) | set(liked["brand"])) - len(rows)
    return UniquenessLink(
        tests=_tests_frame(tests, rows),
        brands=_profiled(rows),
        reliability=reliability,
        n_brands=len(rows),
        n_left_out=n_left_out,
        notes=_notes(tests, n=len(rows), n_left_out=n_left_out, reliability=reliability),
    )  # fmt: skip


def _catalogue_rows(catalogue: BrandOverlap | pd.DataFrame) -> pd.DataFrame:
    frame = catalogue.brands if isinstance(catalogue, BrandOverlap) else catalogue
    if not isinstance(frame, pd.DataFrame):
        raise TypeError(
            "`catalogue` must be the result of brand_overlap or a DataFrame; found "
            f"{type(frame).__name__}."
        )
    columns = ["uniqueness", "breadth", "n_categories"]
    require_columns(frame, ["brand", *columns], argument="catalogue")
    require_unique("catalogue", frame["brand"].tolist(), what="bank")
    values = numeric_matrix("catalogue", frame[columns], allow_missing=True)
    rows = pd.DataFrame(values, columns=columns)
    rows.insert(0, "brand", frame["brand"].astype(str).to_numpy(dtype=object))
    return rows.dropna().reset_index(drop=True)


def _satisfaction_rows(frame: pd.DataFrame) -> pd.DataFrame:
    if not isinstance(frame, pd.DataFrame):
        raise TypeError(
            "`satisfaction` must be a DataFrame with one row a bank; found "
            f"{type(frame).__name__}. Take the rows of one item and measure of `scores`."
        )
    require_columns(frame, ["brand", "estimate"], argument="satisfaction")
    require_unique("satisfaction", frame["brand"].tolist(), what="bank")
    columns = ["estimate", "std_error", "ci_low", "ci_high"]
    there = frame.reindex(columns=columns)
    values = numeric_matrix("satisfaction", there, allow_missing=True)
    rows = pd.DataFrame(values, columns=columns)
    rows.insert(0, "brand", frame["brand"].astype(str).to_numpy(dtype=object))
    return rows[rows["estimate"].notna()].reset_index(drop=True)


def _check_spread(rows: pd.DataFrame) -> None:
    for column, argument in (
        ("estimate", "satisfaction"), ("uniqueness", "catalogue"), ("breadth", "catalogue"),
    ):  # fmt: skip
        if np.ptp(rows[column].to_numpy()) < 1e-12:
            raise NotEnoughDataError(
                f"`{argument}` must hold banks that differ in {column}; found the same value for "
                f"all {len(rows)}. There is nothing to correlate."
            )


def _correlations(trait: Floats, outcome: Floats, orders: Codes) -> Floats:
    given, dealt = trait - trait.mean(), (outcome - outcome.mean())[orders]
    return np.asarray(dealt @ given / np.sqrt((given**2).sum() * (dealt[0] ** 2).sum()))


def _reliability(rows: pd.DataFrame) -> float:
    errors = rows["std_error"].to_numpy()
    if np.isnan(errors).any():
        return float("nan")
    return float(max(0.0, 1 - (errors**2).mean() / rows["estimate"].var(ddof=1)))


def _tests_frame(tests: dict[str, Chance], rows: pd.DataFrame) -> pd.DataFrame:
    found = list(tests.values())
    p_value = np.array([one.p_value for one in found])
    adjusted = holm(p_value)
    rank = rankdata(rows["estimate"].to_numpy())
    linked = (adjusted <= CERTAIN) & (len(rows) >= ENOUGH_BANKS)
    return pd.DataFrame({
        "trait": list(tests),
        "estimate": [one.observed for one in found],
        "correlation": [
            float(np.corrcoef(rankdata(rows[trait].to_numpy()), rank)[0, 1]) for trait in tests
        ],
        "p_value": p_value,
        "p_adjusted": adjusted,
        "n_brands": len(rows),
        "draws": [one.n_orders for one in found],
        "exact": [one.is_exact for one in found],
        "detectable": [one.detectable for one in found],
        "verdict": np.where(linked, "linked", "open"),
    })  # fmt: skip


def _profiled(rows: pd.DataFrame) -> pd.DataFrame:
    even = np.exp(rows["breadth"].to_numpy())
    part = even / rows["n_categories"].max()
    profile = np.select(
        [part <= SPECIALIST, part >= UNIVERSAL], ["specialist", "universal"], "between"
    )
    return pd.DataFrame({
        "brand": rows["brand"], "uniqueness": rows["uniqueness"], "breadth": rows["breadth"],
        "effective_categories": even, "profile": profile, "estimate": rows["estimate"],
        "std_error": rows["std_error"], "ci_low": rows["ci_low"], "ci_high": rows["ci_high"],
    })  # fmt: skip


def _notes(
    tests: dict[str, Chance], *, n: int, n_left_out: int, reliability: float
) -> tuple[Message, ...]:
    notes = []
    if n_left_out:
        text = (
            "{n:count} {n:bank|banks} {n:is|are} left out because only one side knows {n:it|them}."
        )
        notes.append(Message(text, {"n": n_left_out}))
    if n < ENOUGH_BANKS:
        text = (
            "With {n:count} banks no link is claimed, whatever the test says; it takes at least "
            "{enough:count}."
        )
        notes.append(Message(text, {"n": n, "enough": ENOUGH_BANKS}))
    size = max(one.detectable for one in tests.values())
    text = (
        "With {n:count} banks, correlations from {size:decimal2} upward or below −{size:decimal2} "
        "would be found in four of five cases; smaller ones mostly go unnoticed."
    )
    notes.append(Message(text, {"n": n, "size": size}))
    if reliability < MOSTLY_NOISE:
        text = (
            "Only {part:percent} of the differences in satisfaction between banks is "
            "more than errors of the survey; the correlation is pulled towards 0."
        )
        notes.append(Message(text, {"part": reliability}))
    return tuple(notes)
