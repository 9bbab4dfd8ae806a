"""Covariances of answers after each brand's mean is taken out, of the sample and of all draws."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from brandkit.core.linalg import Floats
from brandkit.sampling.moments import Moments
from brandkit.sampling.rows import RowDraws, SurveyRows

#: A variance under this part of the column's own is rounding: nothing varies.
NO_VARIANCE = 1e-12
#: Draws whose moments are held at once where every pair of columns has rows of its own.
_PAIRWISE_DRAWS = 100


@dataclass(frozen=True, eq=False)
class Covariances:
    """Covariances of the standardised columns, of the sample and of each draw, by group.

    Parameters
    ----------
    groups : tuple
        Labels of the g groups; one ``None`` where rows were not split.
    sample : ndarray, shape (g, q, q)
        In units of the columns' spread over all rows.
    drawn : ndarray, shape (draws, g, q, q)
    spread : ndarray, shape (q,)
        By what to multiply to have the columns' own units.
    """

    groups: tuple[object, ...]
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

    Parameters
    ----------
    rows : SurveyRows
        Its ``columns`` are what varies.
    drawn : RowDraws, optional
        Draws of persons; without, none are given.
    by : str, optional
        Column whose groups are kept apart.
    within : str, optional
        Column whose groups (brands) are each centred on their own means, anew in every draw.
    pairwise : bool
        Whether each pair of columns uses the rows where both are there.

    Returns
    -------
    Covariances
        With the sum of weights as denominator. What does not vary has variance 0.
    """
    even, spread = _standardised(rows)
    make = _pairwise if pairwise else _whole
    groups, sample, draws = make(even, drawn, by, within)
    return Covariances(groups, sample, draws, spread)


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
    weight, total = np.zeros((n_cells, filled.shape[1])), np.zeros((n_cells, filled.shape[1]))
    np.add.at(weight, code, there)
    np.add.at(total, code, there * filled)
    mean = total / np.where(weight > 0, weight, 1.0)
    return np.asarray(np.where(np.isnan(rows.values), 0.0, filled - mean[code]))


def cell_codes(rows: SurveyRows, *cells: str | None) -> np.ndarray:
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


# --- moments to covariances --------------------------------------------------------------------


def _whole(
    rows: SurveyRows, drawn: RowDraws | None, by: str | None, within: str | None
) -> tuple[tuple[object, ...], Floats, Floats]:
    """Cross-products by group; sums alone by brand within group, which is all centring takes."""
    cells = [] if by is None else [by]
    products = rows.moments(cells=cells, drawn=drawn)
    centres = [name for name in (by, within) if name is not None]
    sums = products
    if within is not None:
        sums = rows.moments(cells=centres, drawn=drawn, products=False)
    labels = tuple(cell[0] if cell else None for cell in products.cells)
    places = [
        [at for at, cell in enumerate(sums.cells) if by is None or cell[0] == label]
        for label in labels
    ]
    sample = _centred(products, sums, places, None)[0]
    if drawn is None:
        return labels, sample, np.empty((0, *sample.shape))
    return labels, sample, _centred(products, sums, places, drawn.times)


def _centred(
    products: Moments, sums: Moments, places: list[list[int]], times: Floats | None
) -> Floats:
    whole, parts = products.sums(times), sums.sums(times)
    lead = (1,) if times is None else ()
    weight = whole.weight.reshape(*lead, *whole.weight.shape)
    held = np.asarray(whole.products)
    covariance = held.reshape(*lead, *held.shape).copy()
    part_weight = parts.weight.reshape(*lead, *parts.weight.shape)
    part_sums = parts.sums.reshape(*lead, *parts.sums.shape)
    root = np.sqrt(np.where(part_weight > 0, part_weight, 1.0))
    scaled = part_sums / root[..., None]
    for group, cells in enumerate(places):
        inside = scaled[:, cells]
        covariance[:, group] -= np.swapaxes(inside, -1, -2) @ inside
    covariance /= np.where(weight > 0, weight, 1.0)[..., None, None]
    place = np.arange(covariance.shape[-1])
    variance = covariance[..., place, place]
    covariance[..., place, place] = np.where(variance > NO_VARIANCE, variance, 0.0)
    return np.asarray(covariance)


def _pairwise(
    rows: SurveyRows, drawn: RowDraws | None, by: str | None, within: str | None
) -> tuple[tuple[object, ...], Floats, Floats]:
    cells = [name for name in (by, within) if name is not None]
    made = rows.moments(cells=cells, drawn=drawn, pairwise=True)
    labels = tuple(dict.fromkeys(cell[0] for cell in made.cells)) if by else (None,)
    places = [
        [at for at, cell in enumerate(made.cells) if by is None or cell[0] == label]
        for label in labels
    ]
    sample = _pairwise_covariances(made, places, None)
    if drawn is None:
        return labels, sample, np.empty((0, *sample.shape))
    blocks = [
        _pairwise_covariances(made, places, drawn.times[start : start + _PAIRWISE_DRAWS])
        for start in range(0, len(drawn.times), _PAIRWISE_DRAWS)
    ]
    return labels, sample, np.concatenate(blocks)


def _pairwise_covariances(made: Moments, places: list[list[int]], times: Floats | None) -> Floats:
    """Give each pair's correlation on its own rows, times both columns' spreads on theirs."""
    sums, out = made.sums(times), []
    for cells in places:
        part = replace(
            sums,
            cells=tuple(sums.cells[at] for at in cells),
            weight=sums.weight[..., cells, :, :],
            sums=sums.sums[..., cells, :, :],
            products=None if sums.products is None else sums.products[..., cells, :, :],
            squares=None if sums.squares is None else sums.squares[..., cells, :, :],
        ).within()
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
