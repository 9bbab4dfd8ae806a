"""Covariances of answers after each brand's mean is taken out, of the sample and of all draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np
import pandas as pd

from brandkit.core.linalg import Codes, Floats
from brandkit.sampling.moments import Moments
from brandkit.sampling.rows import RowDraws, SurveyRows

#: A variance under this part of the column's own is rounding: nothing varies.
NO_VARIANCE: Final = 1e-12
#: Draws whose moments are held at once where every pair of columns has rows of its own.
_PAIRWISE_DRAWS: Final = 100


@dataclass(frozen=True, eq=False)
class Covariances:
    """Covariances of the standardised columns, of the sample and of each draw, by group.

    Parameters
    ----------
    sample : ndarray, shape (g, q, q)
        In units of the columns' spread over all rows; groups in order, one where rows were not
        split.
    drawn : ndarray, shape (draws, g, q, q)
    spread : ndarray, shape (q,)
        By what to multiply to have the columns' own units.
    """

    sample: Floats
    drawn: Floats
    spread: Floats


def centred_covariances(
    rows: SurveyRows,
    *,
    drawn: RowDraws | None,
    by: str | None = None,
    within: str | None = None,
    pairwise: bool = False,
) -> Covariances:
    """Reduce rows once to moments, and give covariances of the sample and of every draw.

    ``by`` names a column whose groups are kept apart; ``within`` one whose groups (brands) are
    each centred on their own means, anew in every draw; with ``pairwise`` each pair of columns
    uses the rows where both are there. The sum of weights is the denominator; what does not vary
    has variance 0. Without ``drawn`` there are no draws.
    """
    even, spread = _standardised(rows)
    centres = [name for name in (by, within) if name is not None]
    step = _PAIRWISE_DRAWS
    if pairwise:
        sums = even.moments(cells=centres, drawn=drawn, pairwise=True)
        covariances = partial(_pairwise, sums, _places(sums, by))
    else:
        products = sums = even.moments(cells=centres[: by is not None], drawn=drawn)
        if within is not None:  # centring takes sums alone
            sums = even.moments(cells=centres, drawn=drawn, products=False)
        covariances = partial(_centred, products, sums, _places(sums, by))
        step = 1 if drawn is None else len(drawn.times)
    sample = covariances(None)
    times = np.empty((0, 0)) if drawn is None else drawn.times
    blocks = [covariances(times[start : start + step]) for start in range(0, len(times), step)]
    return Covariances(sample, np.concatenate([np.empty((0, *sample.shape)), *blocks]), spread)


def centred_values(rows: SurveyRows, *cells: str | None) -> Floats:
    """Give the answers minus the weighted mean of their cell, missing ones as 0, shape (n, q).

    Parameters
    ----------
    rows : SurveyRows
    *cells : str or None
        Columns whose combinations are the cells; without any, all rows are one.
    """
    code = cell_codes(rows, *cells)
    there = (~np.isnan(rows.values)) * rows.weight[:, None]
    filled = np.nan_to_num(rows.values)
    n_cells = int(code.max()) + 1
    weight, total = np.zeros((2, n_cells, filled.shape[1]))
    np.add.at(weight, code, there)
    np.add.at(total, code, there * filled)
    mean = total / np.where(weight > 0, weight, 1.0)
    return np.asarray(np.where(np.isnan(rows.values), 0.0, filled - mean[code]))


def cell_codes(rows: SurveyRows, *cells: str | None) -> Codes:
    """Number the cells of rows, from 0."""
    names = [name for name in cells if name is not None]
    if not names:
        return np.zeros(len(rows), dtype=np.intp)
    return np.asarray(pd.factorize(pd.MultiIndex.from_frame(rows.frame[names]))[0], np.intp)


def correlations(covariance: Floats) -> Floats:
    """Give correlations; missing where nothing varies beyond rounding."""
    variance = np.diagonal(covariance, axis1=-2, axis2=-1)
    spread = np.sqrt(np.where(variance > NO_VARIANCE, variance, np.nan))
    return np.asarray(np.clip(covariance / (spread[..., :, None] * spread[..., None, :]), -1, 1))


# --- moments to covariances ----------------------------------------------------------------------


def _places(moments: Moments, by: str | None) -> list[list[int]]:
    """Give the places of the cells of each group; its label comes first in a cell."""
    groups: dict[object, list[int]] = {}
    for at, cell in enumerate(moments.cells):
        groups.setdefault(None if by is None else cell[0], []).append(at)
    return list(groups.values())


def _centred(
    products: Moments, sums: Moments, places: Sequence[list[int]], times: Floats | None
) -> Floats:
    """Take the means of a group's cells out of its cross-products."""
    whole, parts = products.sums(times), sums.sums(times)
    covariance = np.array(whole.products)
    root = np.sqrt(np.where(parts.weight > 0, parts.weight, 1.0))
    scaled = parts.sums / root[..., None]
    for group, cells in enumerate(places):
        inside = scaled[..., cells, :]
        covariance[..., group, :, :] -= np.swapaxes(inside, -1, -2) @ inside
    covariance /= np.where(whole.weight > 0, whole.weight, 1.0)[..., None, None]
    place = np.arange(covariance.shape[-1])
    variance = covariance[..., place, place]
    covariance[..., place, place] = np.where(variance > NO_VARIANCE, variance, 0.0)
    return covariance


def _pairwise(moments: Moments, places: Sequence[list[int]], times: Floats | None) -> Floats:
    """Give each pair's correlation on its own rows, times both columns' spreads on theirs."""
    sums, out = moments.sums(times), []
    names = ("weight", "sums", "products", "squares")
    for cells in places:
        own = {name: getattr(sums, name) for name in names}
        own = {name: None if x is None else x[..., cells, :, :] for name, x in own.items()}
        part = replace(sums, cells=tuple(sums.cells[at] for at in cells), **own).within()
        correlation = np.nan_to_num(part.correlation()[..., 0, :, :])
        variance = np.diagonal(part.covariance()[..., 0, :, :], axis1=-2, axis2=-1)
        spread = np.sqrt(np.where(variance > NO_VARIANCE, variance, 0.0))
        out.append(correlation * spread[..., :, None] * spread[..., None, :])
    return np.stack(out, axis=-3)


def _standardised(rows: SurveyRows) -> tuple[SurveyRows, Floats]:
    """Bring every column to mean 0 and spread 1, so that sums lose no digits; give the spreads."""
    there = (~np.isnan(rows.values)) * rows.weight[:, None]
    filled = np.nan_to_num(rows.values)
    total = there.sum(axis=0)
    centre = (there * filled).sum(axis=0) / total
    spread = np.sqrt((there * (filled - centre) ** 2).sum(axis=0) / total)
    spread = np.where(spread > 1e-9 * np.abs(centre), spread, 1.0)
    even = dict(zip(rows.columns, ((rows.values - centre) / spread).T, strict=True))
    return replace(rows, frame=rows.frame.assign(**even)), np.where(spread > 0, spread, 1.0)
