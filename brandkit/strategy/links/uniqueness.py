"""Whether banks that offer something else, or little of everything, are liked more or less."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from brandkit.core.errors import (
    NotEnoughDataError,
    check_whole_number,
    numeric_matrix,
    require_columns,
    require_kind,
    require_unique,
)
from brandkit.core.intervals import holm
from brandkit.core.labels import label_text
from brandkit.core.linalg import Codes, Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.core.story import speaker
from brandkit.overlap import BrandOverlap
from brandkit.strategy.links.distances import (
    CERTAIN,
    ENOUGH_BANKS,
    FEWEST_BANKS,
    chances_frame,
    few_banks_notes,
    orders_of,
)

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
        names = ("estimate", "p_adjusted", "detectable", "verdict")
        told = {name: self.tests[name].iloc[0] for name in names}
        return self._row(" ".join(["n_brands n_left_out", *told, "reliability"]), **told)


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
    sold = catalogue.brands if isinstance(catalogue, BrandOverlap) else catalogue
    sold = _bank_rows("catalogue", sold, [*TRAITS, "n_categories"]).dropna()
    liked = _bank_rows(
        "satisfaction", satisfaction, ["estimate"], ["std_error", "ci_low", "ci_high"]
    )
    liked = liked[liked["estimate"].notna()]
    rows = sold.merge(liked, on="brand", how="inner")
    _check_rows(rows)

    # draws must not hang on the order of rows or on names
    rows = rows.sort_values(["breadth", "uniqueness", "estimate", "brand"], ignore_index=True)
    n, outcome = len(rows), rows["estimate"].to_numpy()
    orders, is_exact = orders_of(n, draws=draws, seed=seed)
    values = {trait: _correlations(rows[trait], outcome, orders) for trait in TRAITS}
    # missing where one error is
    noise = (rows["std_error"].to_numpy() ** 2).mean()
    reliability = float(np.maximum(0.0, 1 - noise / rows["estimate"].var(ddof=1)))

    frame = chances_frame(values, "trait", is_exact=is_exact, points=n).assign(n_brands=n)
    ranks = rows[[*TRAITS, "estimate"]].rank().corr()["estimate"]
    frame.insert(2, "correlation", ranks[list(TRAITS)].to_numpy())
    frame.insert(4, "p_adjusted", holm(frame["p_value"].to_numpy()))
    is_linked = (frame["p_adjusted"] <= CERTAIN) & (n >= ENOUGH_BANKS)
    even = np.exp(rows["breadth"])
    part = even / rows["n_categories"].max()
    bounds = [part <= SPECIALIST, part >= UNIVERSAL]
    profile = np.select(bounds, ["specialist", "universal"], "between")
    columns = ["brand", *TRAITS, "effective_categories", "profile", "estimate", "std_error"]
    brands = rows.assign(effective_categories=even, profile=profile)
    n_left_out = len(set(sold["brand"]) | set(liked["brand"])) - n
    size = float(frame["detectable"].max())
    return UniquenessLink(
        tests=frame.assign(verdict=np.where(is_linked, "linked", "open")),
        brands=brands[[*columns, "ci_low", "ci_high"]],
        reliability=reliability,
        n_brands=n,
        n_left_out=n_left_out,
        notes=_notes(n, n_left_out, detectable=size, reliability=reliability),
    )


def _bank_rows(
    argument: str, frame: pd.DataFrame, columns: list[str], optional: list[str] | None = None
) -> pd.DataFrame:
    """Check a frame of one row a bank, and give its numbers; optional columns may be missing."""
    require_kind(argument, frame, pd.DataFrame, what="a DataFrame with one row a bank")
    require_columns(frame, ["brand", *columns], argument=argument)
    brands = [label_text(brand) for brand in frame["brand"]]
    require_unique(argument, brands, what="bank")
    names = [*columns, *(optional or [])]
    values = numeric_matrix(argument, frame.reindex(columns=names), allow_missing=True)
    return pd.DataFrame(values, columns=names).assign(brand=np.array(brands, dtype=object))


def _check_rows(rows: pd.DataFrame) -> None:
    if len(rows) < FEWEST_BANKS:
        raise NotEnoughDataError(
            f"`satisfaction` must know at least {FEWEST_BANKS} of the banks in `catalogue`; found "
            f"{len(rows)}. Write the banks' names alike on both sides, or add banks."
        )
    for column in ("estimate", *TRAITS):
        if np.ptp(rows[column].to_numpy()) < 1e-12:
            argument = "satisfaction" if column == "estimate" else "catalogue"
            raise NotEnoughDataError(
                f"`{argument}` must hold banks that differ in {column}; found the same value for "
                f"all {len(rows)}. There is nothing to correlate."
            )


def _correlations(trait: pd.Series[float], outcome: Floats, orders: Codes) -> Floats:
    """Correlate a trait with the outcome dealt out in every order, (orders,)."""
    values = trait.to_numpy()
    given, dealt = values - values.mean(), (outcome - outcome.mean())[orders]
    return np.asarray(dealt @ given / np.sqrt((given**2).sum() * (dealt[0] ** 2).sum()))


def _notes(
    n: int, n_left_out: int, *, detectable: float, reliability: float
) -> tuple[Message, ...]:
    say = speaker(n=n, size=detectable, part=reliability)
    left_out = say(
        "{n:count} {n:bank|banks} {n:is|are} left out because only one side knows {n:it|them}.",
        n=n_left_out,
    )
    found = say(
        "With {n:count} banks, correlations from {size:decimal2} upward or below −{size:decimal2} "
        "would be found in four of five cases; smaller ones mostly go unnoticed."
    )
    noisy = say(
        "Only {part:percent} of the differences in satisfaction between banks is "
        "more than errors of the survey; the correlation is pulled towards 0."
    )
    is_noisy = reliability < MOSTLY_NOISE
    few = few_banks_notes(n, say)
    return (*[left_out] * bool(n_left_out), *few, found, *[noisy] * is_noisy)
