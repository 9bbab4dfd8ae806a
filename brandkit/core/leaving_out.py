"""Whether a change of a market holds for the market: each bank left out in turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from scipy.special import stdtrit

from brandkit.core.linalg import Floats

#: Banks from which a change can be clear.
FEWEST: Final = 5

#: Banks under which nothing can be said of a market.
FEWEST_COMMON: Final = 3

Holds = Literal["clear", "likely", "carried", "open"]


@dataclass(frozen=True, eq=False)
class MarketChange:
    """A change of a market figure among the same banks, and who carries it.

    ``without`` (banks,) are the changes with each bank left out; ``holds`` is "clear", "likely",
    "carried" by ``carrier`` (its place), or "open".
    """

    estimate: float
    std_error: float
    without: Floats
    carrier: int
    holds: Holds


def market_change(change: Floats, errors: Floats | None = None, *, smallest: float) -> MarketChange:
    """Judge a change of all banks, and without each.

    Open: within 1.96 errors, under the smallest that matters, or of under three banks. Carried:
    without some bank less than half is left, or what is left is not shown (one-sided 5 %). Clear,
    else likely: beyond the jackknife over banks as well, with five banks at least.

    Parameters
    ----------
    change : ndarray, shape (1 + banks,)
        Of all banks, then with each left out.
    errors : ndarray, shape (1 + banks,), optional
        Standard errors of these; none where all there is was counted.
    smallest : float
        The smallest change that matters.

    Returns
    -------
    MarketChange

    Examples
    --------
    >>> alone = market_change(np.array([1.0, 1.2, 1.2, 0.1, 1.2, 1.2]), smallest=0.5)
    >>> alone.holds, alone.carrier
    ('carried', 2)
    """
    errors = np.zeros(len(change)) if errors is None else errors
    whole, without, sign = float(change[0]), change[1:], float(np.sign(change[0]))
    k, carrier = len(without), int(np.argmin(without * sign))
    jackknife = np.sqrt((k - 1) / k * ((without - without.mean()) ** 2).sum())
    rest, doubt = float(without[carrier]) * sign, 1.645 * float(errors[1 + carrier])
    holds: Holds = "open"
    if k >= FEWEST_COMMON and abs(whole) > 1.96 * errors[0] and abs(whole) >= smallest:
        holds = "carried"
        if rest >= 0.5 * abs(whole) and rest > doubt:
            beyond = k >= FEWEST and abs(whole) > stdtrit(k - 1, 0.95) * jackknife
            holds = "clear" if beyond else "likely"
    return MarketChange(whole, float(errors[0]), without, carrier, holds)
