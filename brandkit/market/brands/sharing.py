"""Sharing of customers: with whom a bank shares them beyond what sizes explain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from scipy.special import gammaln

from brandkit.core.errors import InputError, NotEnoughDataError, check_known, check_level, shown
from brandkit.core.intervals import holm_of_tested
from brandkit.core.linalg import Codes, Flags, Floats, ratio
from brandkit.core.message import Message, noted
from brandkit.core.result import Result
from brandkit.market.asked import Asked, Ticks, asked, bases, is_nobody, rated, ticks
from brandkit.sampling.ratios import Ratios, jackknifed
from brandkit.sampling.rows import Data, Weight

#: Ratios beneath which, and above the inverse of which, more or less sharing is worth telling.
SMALLEST_RATIO = 1.25
#: Persons who hold both beneath which a pair is not tested.
LEAST_JOINT = 5


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CustomerSharing(Result):
    """Who shares customers with whom, and how many banks customers have.

    Parameters
    ----------
    brands : DataFrame
        One row a bank, the largest first: ``brand penetration ci_low ci_high ci_level sole
        repertoire n``, and where frequencies are given ``frequency requirements
        expected_penetration expected_frequency`` of the NBD-Dirichlet.
    pairs : DataFrame
        One row a pair: ``brand_a brand_b duplication_a duplication_b ratio ci_low ci_high ci_level
        expected_ratio std_error statistic p_value p_adjusted settled n_joint n``. Duplication is
        the share of a bank's customers who also hold the other; the ratio is observed over what
        the law of duplication expects, ``std_error`` of its logarithm; ``expected_ratio`` what
        sizes and persons' numbers of banks alone would give.
    duplication : float
        D of the law, pooled. It only says how many banks people hold, never how close banks are.
    repertoire : float
        Banks a person.
    cap : int
        The most banks that anybody holds; 0 where no cap shows.
    period : str
        Of the frequencies.
    is_rated : bool
        Whether the banks a person rated stand for those it holds.
    ci_level : float
    n, n_dropped : int
    """

    brands: pd.DataFrame
    pairs: pd.DataFrame
    duplication: float
    repertoire: float
    cap: int
    period: str
    is_rated: bool
    ci_level: float
    n: int
    n_dropped: int

    def glance(self) -> pd.DataFrame:
        """Give one row: D, banks a person, and how many pairs stand out."""
        return self._row(
            "n_brands duplication repertoire n_pairs n_distinct n n_dropped ci_level",
            n_brands=len(self.brands),
            n_pairs=len(self.pairs),
            n_distinct=int((self.pairs["settled"] != "open").sum()),
        )

    def of(self, brand: str) -> pd.DataFrame:
        """Give a bank's pairs with the other named ``brand``, the closest first."""
        pairs = self.pairs
        there = pairs[(pairs["brand_a"] == brand) | (pairs["brand_b"] == brand)]
        other = there["brand_b"].where(there["brand_a"] == brand, there["brand_a"])
        return there.assign(brand=other).sort_values("ratio", ascending=False, kind="stable")


def customer_sharing(
    data: Data,
    *,
    holds: str | Sequence[str] | None = None,
    frequency: Sequence[str] | None = None,
    period: str = "",
    brand: str | None = None,
    waves: str = "newest",
    weight: Weight | None = None,
    respondent: str | None = None,
    wave: str | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    level: float = 0.95,
) -> CustomerSharing:
    """Say with whom each bank shares customers beyond what the sizes of both explain.

    Parameters
    ----------
    data : DataFrame or Survey
    holds : str or sequence of str, optional
        The set, or columns of ticks, of banks that a person is a customer of. Without, the rows
        of a person tell: then the column of brands must mean "customer of".
    frequency : sequence of str, optional
        Columns of how often each bank was used in a stated period, in the order of ``holds``.
    period : str
        Of the frequencies: "month".
    brand, respondent, wave, strata, cluster : str, optional
        Columns of the design, where a survey does not bring them.
    waves : "newest", "all" or a wave
    weight : str or SurveyWeights, optional
    level : float

    Returns
    -------
    CustomerSharing

    Raises
    ------
    InputError
        Nothing says who holds what, or frequencies do not fit the banks.
    NotEnoughDataError
        Fewer than two banks have customers.

    Notes
    -----
    The law of duplication: of X's customers a share D b(Y) holds Y. D is pooled over all pairs,
    and equals (E k^2 - E k)/((E k)^2 - sum b^2) with k banks a person: it tells how many banks
    people hold, and a questionnaire that takes three at most brings it below 1. A pair stands out
    where its ratio differs both from 1 and from what sizes and persons' numbers of banks give
    (Holm over all pairs; jackknife over persons), and is clear from a ratio of 1.25, or 0.8. From
    1 it must differ by its logarithm, which is what is shown, and by itself: the logarithm alone
    calls some pair clear by chance in 6 to 8 % of the samples of 500, both in 1 to 2 %.

    References
    ----------
    Ehrenberg, A. S. C. (1988). Repeat-Buying, 2nd ed. Goodhardt, G. J., Ehrenberg, A. S. C. and
    Chatfield, C. (1984). The Dirichlet. JRSS A 147, 621-655. doi:10.2307/2981696

    Examples
    --------
    >>> held = pd.DataFrame({"A": [1, 1, 1, 0, 0, 1], "B": [1, 1, 0, 0, 0, 1],
    ...                      "C": [0, 0, 1, 1, 1, 0]})
    >>> sharing = customer_sharing(held, holds=["A", "B", "C"])
    >>> sharing.pairs[["brand_a", "brand_b", "ratio"]].round(2).to_numpy().tolist()[0]
    ['A', 'B', 2.06]
    """
    check_level(level)
    one = asked(
        data,
        waves=waves,
        wave=wave,
        brand=brand,
        weight=weight,
        respondent=respondent,
        strata=strata,
        cluster=cluster,
    )
    told = rated(one) if holds is None else ticks(one, holds, argument="holds")
    if frequency is not None and (len(frequency) != len(told.items) or not period):
        raise InputError(
            f"`frequency` must have a column for each of the {len(told.items)} banks of `holds`, "
            f"and `period` must say of which; found {len(frequency)} columns and {shown(period)}."
        )
    held, at, notes = _held(one, told)
    named = np.array(told.labels, dtype=object)[at]
    first, second = np.triu_indices(len(at), 1)
    found = _estimated(one, held, told.inside, pairs=(first, second))
    number = held[told.inside].sum(axis=1)
    weights = one.rows.weight[told.inside]
    brands = _brand_rows(found, held, told, at=at, level=level).assign(brand=named)
    pairs = _pair_rows(found, held[told.inside], weights, pairs=(first, second), level=level)
    pairs = pairs.assign(brand_a=named[first], brand_b=named[second])
    if frequency is not None:
        bought = [frequency[place] for place in at]
        brands = _with_frequencies(one, brands, held, told=told, columns=bought)
    most = int(number.max(initial=0))
    capped = most if most < len(at) and (number == most).mean() > 0.25 and most > 1 else 0
    order = brands.sort_values("penetration", ascending=False, kind="stable")
    return CustomerSharing(
        brands=order.reset_index(drop=True)[[c for c in _BRANDS if c in order]],
        pairs=pairs[_PAIRS].reset_index(drop=True),
        duplication=float(found.estimate[-1]),
        repertoire=float(np.average(number, weights=weights)),
        cap=capped,
        period=period if frequency is not None else "",
        is_rated=holds is None,
        ci_level=level,
        notes=(*one.notes, *told.notes, *notes),
        **bases(told.inside),
    )


_BRANDS = [
    "brand", "penetration", "ci_low", "ci_high", "ci_level", "sole", "repertoire", "frequency",
    "requirements", "expected_penetration", "expected_frequency", "n",
]  # fmt: skip
_PAIRS = [
    "brand_a", "brand_b", "duplication_a", "duplication_b", "ratio", "ci_low", "ci_high",
    "ci_level", "expected_ratio", "std_error", "statistic", "p_value", "p_adjusted", "settled",
    "n_joint", "n",
]  # fmt: skip


def _held(one: Asked, told: Ticks) -> tuple[Floats, list[int], list[Message]]:
    """Give who holds what among the banks that were asked of all, and somebody holds."""
    values = told.values[told.inside]
    whole = ~np.isnan(values).any(axis=0)
    some = np.nansum(values, axis=0) > 0
    named = [not is_nobody(label) for label in told.labels]
    at = np.flatnonzero(whole & some & np.array(named)).tolist()
    if len(at) < 2:
        raise NotEnoughDataError(
            f"`holds` must hold at least 2 banks with customers; found {len(at)}. Name the columns "
            "of all banks."
        )
    held = np.where(told.inside[:, None], np.nan_to_num(told.values[:, at]), 0.0)
    partly = [told.labels[place] for place in np.flatnonzero(~whole & some)]
    notes = noted(
        "Left out, as they were not asked of all: {names}.",
        names=partly if one.wave is None else [],
    )
    return held, at, notes


def _estimated(one: Asked, held: Floats, inside: Flags, *, pairs: tuple[Codes, Codes]) -> Ratios:
    """Estimate sizes, sole shares, repertoires, log ratios, and D at the end."""
    k, (first, second) = held.shape[1], pairs
    number = held.sum(axis=1, keepdims=True)
    values = np.column_stack(
        [
            inside,
            held,
            held[:, first] * held[:, second],
            held * (number == 1),
            held * number,
        ]
    )

    def measures(totals: Floats) -> Floats:
        flat = totals[..., 0, :]
        whole, m = flat[..., :1], len(first)
        size, joint = flat[..., 1 : k + 1] / whole, flat[..., k + 1 : k + 1 + m] / whole
        sole, banks = flat[..., k + 1 + m : 2 * k + 1 + m], flat[..., 2 * k + 1 + m :]
        products = size[..., first] * size[..., second]
        law = joint.sum(axis=-1, keepdims=True) / products.sum(axis=-1, keepdims=True)
        own = size * whole
        each = (size, sole / own, banks / own, np.log(joint / (law * products)), law)
        return np.concatenate(each, axis=-1)

    return jackknifed(values, function=measures, rows=one.rows, inside=inside)


def _brand_rows(
    found: Ratios, held: Floats, told: Ticks, *, at: Sequence[int], level: float
) -> pd.DataFrame:
    k = len(at)
    size = found.of(np.arange(k))
    low, high = size.share_interval(level=level)
    return pd.DataFrame(
        {
            "penetration": size.estimate,
            "ci_low": low,
            "ci_high": high,
            "ci_level": level,
            "sole": found.estimate[k : 2 * k],
            "repertoire": found.estimate[2 * k : 3 * k],
            "n": held[told.inside].sum(axis=0).astype(np.int64),
        }
    )


def _pair_rows(
    found: Ratios, held: Floats, weight: Floats, *, pairs: tuple[Codes, Codes], level: float
) -> pd.DataFrame:
    first, second = pairs
    k, m = held.shape[1], len(first)
    part = found.of(np.arange(3 * k, 3 * k + m))
    joint = (held[:, first] * held[:, second]).sum(axis=0)
    log_ratio, error = (np.where(joint > 0, one, np.nan) for one in (part.estimate, part.std_error))
    size = found.estimate[:k]
    null = shared_by_counts(held, weight)[first, second]
    expected = null / (size[first] * size[second] * found.estimate[-1])
    tested = (joint >= LEAST_JOINT) & np.isfinite(error) & (error > 1e-12)
    times = np.exp(log_ratio)

    def chance(off: Floats, scale: Floats | float = 1.0) -> Floats:
        one = replace(part, estimate=off, residuals=part.residuals * scale)
        return np.where(tested, one.p_value, np.nan)

    p_value, by_counts = chance(log_ratio), chance(log_ratio - np.log(expected))
    adjusted = holm_of_tested(p_value)
    # a ratio that came out high has its error of the logarithm too small
    both = np.maximum(adjusted, holm_of_tested(chance(times - 1, times)))
    agree = np.sign(log_ratio) == np.sign(log_ratio - np.log(expected))
    large = np.abs(log_ratio) >= np.log(SMALLEST_RATIO)
    differ = agree & (both < 1 - level)
    holds = differ & (holm_of_tested(by_counts) < 1 - level)
    likely = differ & (by_counts < 1 - level)
    low, high = part.t_interval(level=level)
    over = times * found.estimate[-1]
    return pd.DataFrame(
        {
            "duplication_a": over * size[second],
            "duplication_b": over * size[first],
            "ratio": times,
            "ci_low": np.exp(low),
            "ci_high": np.exp(high),
            "ci_level": level,
            "expected_ratio": expected,
            "std_error": error,
            "statistic": ratio(log_ratio, np.where(tested, error, 0.0)),
            "p_value": p_value,
            "p_adjusted": adjusted,
            "settled": np.where(holds & large, "clear", np.where(likely, "likely", "open")),
            "n_joint": joint.astype(np.int64),
            "n": len(held),
        }
    )


def _with_frequencies(
    one: Asked, brands: pd.DataFrame, held: Floats, *, told: Ticks, columns: Sequence[str]
) -> pd.DataFrame:
    """Add how often buyers buy, what part of their buying is the bank's, and the Dirichlet's."""
    check_known("frequency", list(columns), list(map(str, one.frame.columns)), rule="name columns")
    bought = one.frame[list(columns)].apply(pd.to_numeric, errors="coerce").to_numpy(np.float64)
    bought = np.nan_to_num(bought[told.inside])
    if (bought < 0).any():
        raise InputError("`frequency` must be numbers >= 0; found negative ones. Mend the column.")
    weight = one.rows.weight[told.inside]
    weight, own = weight / weight.sum(), held[told.inside]
    total, buys = bought.sum(axis=1), bought > 0
    mean, share = float(weight @ total), weight @ bought / (weight @ total)
    k = nbd(mean, float(weight @ (total > 0)))
    s = fitted_s(share, weight @ buys, mean=mean, k=k)
    penetration, rate = dirichlet(share, mean=mean, k=k, s=s)
    return brands.assign(
        frequency=ratio(weight @ bought, weight @ own),
        requirements=ratio(weight @ bought, weight @ (total[:, None] * own)),
        expected_penetration=penetration,
        expected_frequency=rate,
    )


#: Purchases a person beyond which nobody is counted.
_MOST_BOUGHT: Final = 2000


def shared_by_counts(held: Floats, weight: Floats) -> Floats:
    """Expected share of all who hold both, where sizes and persons' numbers of banks are given.

    ``held`` of shape (n, k), 0 and 1; gives (k, k). What fixed-fixed swaps have on average, as the
    model of greatest entropy: who holds c banks holds a set with odds w(1) ... w(c), from
    elementary symmetric functions (Chen, Dempster and Liu 1994, Biometrika 81, 457-469).
    """
    k = held.shape[1]
    number = held.sum(axis=1).round().astype(int)
    mass = np.bincount(number, weights=weight, minlength=k + 1) / weight.sum()
    size = weight @ held / weight.sum()
    odds = np.clip(size / np.maximum(1 - size, 1e-9), 1e-9, 1e9)
    for _ in range(300):
        odds = odds / np.exp(np.log(odds).mean())
        whole = _symmetric(odds)
        without = np.stack([_symmetric(np.delete(odds, at)) for at in range(k)])
        chance = odds * (without[:, :k] @ ratio(mass[1:], whole[1:], empty=0.0))
        if np.abs(chance - size).max() < 1e-11:
            break
        odds = odds * (size / chance)
    shared = np.diag(size)
    for a in range(k):
        for b in range(a + 1, k):
            rest = _symmetric(np.delete(odds, [a, b]))
            both = odds[a] * odds[b] * (rest @ ratio(mass[2:], whole[2:], empty=0.0))
            shared[a, b] = shared[b, a] = both
    return shared


def _symmetric(odds: Floats) -> Floats:
    """Give the elementary symmetric functions of order 0 to k, shape (k + 1,)."""
    found = np.zeros(len(odds) + 1)
    found[0] = 1.0
    for at, one in enumerate(odds, start=1):
        found[1 : at + 1] += one * found[:at]
    return found


def nbd(mean: float, penetration: float) -> float:
    """Give K of the negative binomial with a mean and a share who buy at all.

    1 - (1 + M/K)^-K = b: Ehrenberg (1988), Repeat-Buying, chapter 4.
    """
    if not 0 < penetration < 1 - np.exp(-mean):
        return float("inf")  # nobody's number varies more than chance
    from scipy.optimize import brentq

    return float(brentq(lambda k: (1 + mean / k) ** -k - (1 - penetration), 1e-6, 1e6, xtol=1e-13))


def dirichlet(
    share: Floats, *, mean: float, k: float, s: float, most: int = _MOST_BOUGHT
) -> tuple[Floats, Floats]:
    """Give penetration and purchases a buyer of brands from the NBD-Dirichlet, each of shape (b,).

    P(brand j not bought | n) = G(S) G(S - a_j + n) / (G(S - a_j) G(S + n)), a_j = S share_j:
    Goodhardt, Ehrenberg and Chatfield (1984), The Dirichlet, JRSS A 147, 621-655.
    """
    n = np.arange(most + 1)
    log_p = (
        gammaln(k + n)
        - gammaln(k)
        - gammaln(n + 1)
        + k * np.log(k / (k + mean))
        + n * np.log(mean / (k + mean))
    )
    rest = s * (1 - share)[:, None]
    none = gammaln(s) + gammaln(rest + n) - gammaln(rest) - gammaln(s + n)
    penetration = 1 - (np.exp(log_p) * np.exp(none)).sum(axis=1)
    return penetration, ratio(mean * share, penetration)


def fitted_s(share: Floats, penetration: Floats, *, mean: float, k: float) -> float:
    """Give the S whose penetrations lie nearest to those observed (least squares)."""

    def apart(log_s: float) -> float:
        fitted, _ = dirichlet(share, mean=mean, k=k, s=float(np.exp(log_s)))
        return float(((fitted - penetration) ** 2).sum())

    from scipy.optimize import minimize_scalar

    return float(np.exp(minimize_scalar(apart, bounds=(-4, 6), method="bounded").x))
