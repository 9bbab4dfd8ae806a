"""What sizes alone explain of shared customers, and of how often people buy."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.special import gammaln

from brandkit.core.linalg import Floats, ratio

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
        gammaln(k + n) - gammaln(k) - gammaln(n + 1)
        + k * np.log(k / (k + mean)) + n * np.log(mean / (k + mean))
    )  # fmt: skip
    rest = s * (1 - share)[:, None]
    none = gammaln(s) + gammaln(rest + n) - gammaln(rest) - gammaln(s + n)
    penetration = 1 - (np.exp(log_p) * np.exp(none)).sum(axis=1)
    return penetration, ratio(mean * share, penetration)


def fitted_s(share: Floats, penetration: Floats, *, mean: float, k: float) -> float:
    """Give the S whose penetrations lie nearest to those observed (least squares)."""

    def apart(log_s: float) -> float:
        fitted, _ = dirichlet(share, mean=mean, k=k, s=float(np.exp(log_s)))
        return float(((fitted - penetration) ** 2).sum())

    return float(np.exp(minimize_scalar(apart, bounds=(-4, 6), method="bounded").x))
