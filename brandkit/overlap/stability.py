"""How much an overlap hangs on which offers a bank happens to list."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from brandkit.core.intervals import Interval, bootstrap_t_interval, t_interval
from brandkit.core.linalg import Floats

SMALLEST = 5
"""Offers under which no interval is given."""
WIDEST = 2.0
"""Half-widths of Student's t that no end may exceed."""


def stability_interval(values: Floats, *, draws: int, seed: int, level: float) -> Interval:
    """Put an interval around the mean of each column by resampling its values.

    Parameters
    ----------
    values : ndarray, offers x banks, 0-1
        Best match of each offer; missing where nothing could be compared.
    draws : int
        Resamples; 0 gives the interval of Student's t.
    seed : int
    level : float

    Returns
    -------
    Interval
        Ends of shape (banks,), within 0-1; missing under five values.

    Notes
    -----
    The interval is the bootstrap-t one, no end further from the mean than twice that of Student's
    t: where nearly all values are equal (sister banks) hardly any resample shows the spread, and
    the bootstrap-t interval alone would run from 0 to 1. What it covers stands in
    ``benchmarks/simulations/overlap.py``: 91 to 98 % for 5 to 100 offers, less where all but a
    few values are equal.

    Each column is sorted before it is resampled, and the resampling depends on the number of
    values only: neither the order of rows nor a bank's name moves an end.

    Examples
    --------
    >>> steady = np.full((6, 1), 0.7)
    >>> low, high = stability_interval(steady, draws=100, seed=0, level=0.95)
    >>> low.tolist(), high.tolist()
    ([0.7], [0.7])
    """
    low, high = np.full(values.shape[1], np.nan), np.full(values.shape[1], np.nan)
    there = (~np.isnan(values)).sum(axis=0)
    for n in np.unique(there[there >= SMALLEST]).tolist():
        columns = np.flatnonzero(there == n)
        # missing values are sorted to the end
        sample = np.sort(values[:, columns], axis=0)[:n]
        ends = _interval(sample, draws=draws, seed=seed, level=level)
        low[columns] = np.clip(ends.low, 0.0, 1.0)
        high[columns] = np.clip(ends.high, 0.0, 1.0)
    return Interval(low, high)


def _interval(sample: Floats, *, draws: int, seed: int, level: float) -> Interval:
    n = len(sample)
    mean = sample.mean(axis=0)
    # centred first: the spread of values that are equal is 0, not the rounding of a square
    centred = sample - mean
    error = np.sqrt((centred**2).sum(axis=0) / (n - 1) / n)
    error[np.ptp(sample, axis=0) == 0] = 0.0
    if draws == 0:
        return t_interval(mean, std_error=error, df=n - 1, level=level)
    weights = resamples(n, draws, seed)
    moved = weights @ centred
    spread = np.maximum(weights @ centred**2 - moved**2, 0.0)
    # what rounding leaves of no spread at all
    spread[spread < 1e-13 * (1e-3 + (centred**2).max(axis=0))] = 0.0
    draw_errors = np.sqrt(spread / (n - 1))
    ends = bootstrap_t_interval(
        mean, std_error=error, draws=mean + moved, draw_errors=draw_errors, level=level
    )
    widest = t_interval(mean, std_error=WIDEST * error, df=n - 1, level=level)
    return Interval(np.maximum(ends.low, widest.low), np.minimum(ends.high, widest.high))


@lru_cache(maxsize=64)
def resamples(n: int, draws: int, seed: int) -> Floats:
    """Give each draw's share of every value, draws x n."""
    generator = np.random.default_rng([seed, n])
    shares: Floats = generator.multinomial(n, np.full(n, 1 / n), size=draws) / n
    return shares
