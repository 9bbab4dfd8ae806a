"""Design errors by linearisation: the variance of totals over sampling units within strata."""

from __future__ import annotations

import numpy as np

from brandkit.core.linalg import Codes, Floats


def unit_totals(influence: Floats, *, unit: Codes) -> Floats:
    """Add up what the rows of each sampling unit give to an estimate.

    Parameters
    ----------
    influence : ndarray, shape (n,) or (n, k)
        Weight times linearised value of each row; 0 for rows outside the domain.
    unit : ndarray of int, shape (n,)
        Sampling unit of each row, 0 to units - 1.

    Returns
    -------
    ndarray, shape (units, k)

    Examples
    --------
    >>> unit_totals(np.array([1.0, 2.0, 5.0]), unit=np.array([0, 0, 1])).ravel().tolist()
    [3.0, 5.0]
    """
    rows = influence.reshape(len(unit), -1)
    return added_up(rows, place=unit, n_places=int(unit.max()) + 1 if len(unit) else 0)


def added_up(rows: Floats, *, place: Codes, n_places: int) -> Floats:
    """Add rows up by the place each belongs to.

    Parameters
    ----------
    rows : ndarray, shape (n, k)
    place : ndarray of int, shape (n,)
        From 0 to n_places - 1.
    n_places : int
        Places; those without a row get 0.

    Returns
    -------
    ndarray, shape (n_places, k)

    Examples
    --------
    >>> rows = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> added_up(rows, place=np.array([1, 1]), n_places=3).tolist()
    [[0.0, 0.0], [4.0, 6.0], [0.0, 0.0]]
    """
    total = np.zeros((n_places, rows.shape[1]))
    if len(rows):
        # sorting and adding runs is many times as fast as np.add.at
        order = np.argsort(place, kind="stable")
        first = np.flatnonzero(np.diff(place[order], prepend=-1))
        total[place[order[first]]] = np.add.reduceat(rows[order], first, axis=0)
    return total


def linearised_covariance(totals: Floats, *, stratum: Codes | None = None) -> Floats:
    """Give the covariance of estimates from the totals of their sampling units.

    Parameters
    ----------
    totals : ndarray, shape (units, k)
        As :func:`unit_totals` gives them, for all units of the sample: those without a row in
        the domain belong to it with 0.
    stratum : ndarray of int, shape (units,), optional
        Stratum of each unit; without, one stratum.

    Returns
    -------
    ndarray, shape (k, k)
        The sum over strata of n/(n - 1) times the cross-products of the totals about their
        stratum's mean. A stratum of a single unit is centred on the mean over all units.

    References
    ----------
    Binder, D. A. (1983). On the variances of asymptotically normal estimators from complex
    surveys. International Statistical Review 51, 279-292. doi:10.2307/1402588

    Examples
    --------
    The variance of a plain mean of 1, 2, 6 is 7 / 3:

    >>> values = np.array([1.0, 2.0, 6.0])
    >>> linearised_covariance((values - values.mean())[:, None] / 3).round(4).tolist()
    [[2.3333]]
    """
    home = np.zeros(len(totals), dtype=np.intp) if stratum is None else stratum
    centred = stratum_residuals(totals, stratum=home)
    return np.asarray(centred.T @ centred)


def stratum_residuals(totals: Floats, *, stratum: Codes) -> Floats:
    """Centre the totals of sampling units so that their products add up to a covariance.

    Parameters
    ----------
    totals : ndarray, shape (units, k)
    stratum : ndarray of int, shape (units,)

    Returns
    -------
    ndarray, shape (units, k)
        Totals about their stratum's mean times the root of n/(n - 1); a stratum of a single unit
        is centred on the mean over all units.

    Examples
    --------
    >>> stratum_residuals(np.array([[1.0], [3.0]]), stratum=np.array([0, 0])).round(4).tolist()
    [[-1.4142], [1.4142]]
    """
    size = np.bincount(stratum)
    mean = added_up(totals, place=stratum, n_places=len(size)) / np.maximum(size, 1)[:, None]
    mean[size == 1] = totals.mean(axis=0)
    factor = np.where(size > 1, size / np.maximum(size - 1, 1), 1.0)
    return np.asarray((totals - mean[stratum]) * np.sqrt(factor[stratum])[:, None])


def domain_residuals(totals: Floats, *, unit: Codes, stratum: Codes) -> Floats:
    """Centre the totals of the units met in a domain, where all others of the sample have 0.

    Parameters
    ----------
    totals : ndarray, shape (met, k)
    unit : ndarray of int, shape (met,)
        Which units of the sample they are.
    stratum : ndarray of int, shape (units,)
        Stratum of each unit of the sample.

    Returns
    -------
    ndarray, shape (met + strata, k)
        Their products add up as those of :func:`stratum_residuals` over all units do; a last row
        a stratum stands for its units that were not met.

    Examples
    --------
    >>> part = domain_residuals(np.array([[2.0]]), unit=np.array([0]), stratum=np.zeros(4, int))
    >>> whole = stratum_residuals(np.array([[2.0], [0], [0], [0]]), stratum=np.zeros(4, int))
    >>> float((part**2).sum()), float((whole**2).sum())
    (4.0, 4.0)
    """
    size, home = np.bincount(stratum), stratum[unit]
    mean = added_up(totals, place=home, n_places=len(size)) / size[:, None]
    mean[size == 1] = totals.sum(axis=0) / len(stratum)
    factor = np.sqrt(np.where(size > 1, size / np.maximum(size - 1, 1), 1.0))[:, None]
    absent = size - np.bincount(home, minlength=len(size))
    rest = -mean * factor * np.sqrt(absent)[:, None]
    return np.concatenate([(totals - mean[home]) * factor[home], rest])
