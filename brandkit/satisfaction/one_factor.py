"""One factor behind some items, by maximum likelihood: how much of their sum is common."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

from brandkit.core.linalg import Floats

#: Smallest share of an item's variance that is its own, as in R's ``factanal``.
LEAST_OWN = 0.005


class OneFactor(NamedTuple):
    """Loadings on one factor, and what is each item's own; of standardised items."""

    loadings: Floats
    own: Floats

    @property
    def is_bounded(self) -> bool:
        """Whether an item was left no variance of its own (a Heywood case)."""
        return bool((self.own <= LEAST_OWN * (1 + 1e-6)).any())

    def omega(self, deviations: Floats) -> float:
        """Give McDonald's omega of the sum of items with these standard deviations."""
        common = float((self.loadings * deviations).sum()) ** 2
        return common / (common + float((self.own * deviations**2).sum()))


def one_factor(correlations: Floats) -> OneFactor:
    """Fit one factor to a correlation matrix.

    Parameters
    ----------
    correlations : ndarray, shape (p, p)
        Of at least three items; with fewer one factor is not determined.

    Returns
    -------
    OneFactor
        Loadings sum to a number >= 0.

    Notes
    -----
    Minimises over the items' own variances u the profile likelihood: with the eigenvalues e of
    u^-1/2 R u^-1/2, all but the largest, the sum of e - log(e) - 1. The loadings are
    u^1/2 v (e_1 - 1)^1/2, v the leading eigenvector.

    References
    ----------
    Jöreskog, K. G. (1967). Some contributions to maximum likelihood factor analysis.
    Psychometrika 32, 443-482.

    Examples
    --------
    >>> loadings = np.array([0.8, 0.7, 0.6])
    >>> correlations = np.outer(loadings, loadings)
    >>> np.fill_diagonal(correlations, 1.0)
    >>> one_factor(correlations).loadings.round(6).tolist()
    [0.8, 0.7, 0.6]
    """
    inverse = np.linalg.inv(correlations)
    start = np.clip((1 - 0.5 / len(correlations)) / np.diagonal(inverse), LEAST_OWN, 1.0)
    found = minimize(
        _misfit, start, args=(correlations,), jac=True, method="L-BFGS-B",
        bounds=[(LEAST_OWN, 1.0)] * len(correlations),
        options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 2000},
    )  # fmt: skip
    own = np.asarray(found.x)
    loadings = _loadings(own, correlations)
    return OneFactor(loadings if loadings.sum() >= 0 else -loadings, own)


def _loadings(own: Floats, correlations: Floats) -> Floats:
    root = np.sqrt(own)
    values, vectors = np.linalg.eigh(correlations / np.outer(root, root))
    return np.asarray(root * vectors[:, -1] * np.sqrt(max(values[-1] - 1.0, 0.0)))


def _misfit(own: Floats, correlations: Floats) -> tuple[float, Floats]:
    """Give the likelihood's misfit and its slopes, as R's ``factanal`` computes them."""
    root = np.sqrt(own)
    values, _ = np.linalg.eigh(correlations / np.outer(root, root))
    rest = np.maximum(values[:-1], 1e-300)
    loadings = _loadings(own, correlations)
    apart = np.outer(loadings, loadings) + np.diag(own) - correlations
    return float((rest - np.log(rest) - 1.0).sum()), np.asarray(np.diagonal(apart) / own**2)
