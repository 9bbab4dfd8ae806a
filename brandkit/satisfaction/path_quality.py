"""How well a path model's blocks are measured, and what each path adds: of the sample alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brandkit.core.linalg import Floats
from brandkit.satisfaction.path_design import PathDesign
from brandkit.satisfaction.path_kernel import fit_paths
from brandkit.satisfaction.path_values import PathValues, coefficients_of, explained_by


@dataclass(frozen=True, eq=False)
class BlockQuality:
    """Quality of each block's measurement, shape (k,); missing where it does not apply.

    Parameters
    ----------
    ave, alpha, rho_a, rho_c : ndarray
        Mean squared loading; Cronbach's alpha of standardised items; Dijkstra and Henseler's
        rho_A; composite reliability. None of them for a block in mode B; a block of one item has
        an ``ave`` of 1 and no reliability.
    """

    ave: Floats
    alpha: Floats
    rho_a: Floats
    rho_c: Floats


def block_quality(matrix: Floats, values: PathValues, design: PathDesign) -> BlockQuality:
    """Work out the reliability of each block of one model."""
    size = np.sqrt(np.diagonal(matrix))
    correlation = matrix / np.outer(size, size)
    found = np.full((4, len(design.blocks)), np.nan)
    for block in np.flatnonzero(~design.formative).tolist():
        items = design.items_of(block)
        loading = values.loadings[0, items]
        found[0, block] = np.mean(loading**2)
        if design.sizes[block] > 1:
            weight = values.weights[0, items] * size[items]
            found[1:, block] = _reliability(correlation[items, items], loading, weight)
    return BlockQuality(*found)


def _reliability(correlation: Floats, loading: Floats, weight: Floats) -> list[float]:
    m = len(loading)
    beside = correlation - np.eye(m)
    squares = np.outer(weight, weight)
    apart = squares - np.diag(np.diag(squares))
    alpha = m / (m - 1) * (1 - m / correlation.sum())
    rho_a = (weight @ weight) ** 2 * (weight @ beside @ weight) / (weight @ apart @ weight)
    total = loading.sum() ** 2
    return [float(alpha), float(rho_a), float(total / (total + np.sum(1 - loading**2)))]


def effect_sizes(matrix: Floats, values: PathValues, design: PathDesign) -> Floats:
    """Give Cohen's f2 of each path of one model.

    What explained variance the path adds, over what stays unexplained. As in R's ``seminr`` the
    model without the path is fitted anew, so its weights may differ.
    """
    found = []
    for at, (_, target) in enumerate(design.paths):
        r2, without = values.r2[0, target], 0.0
        if design.inner[target].sum() > 1:
            rest = design.without_path(at)
            stays = np.isin(design.items, rest.items)
            fits = fit_paths(matrix[np.ix_(stays, stays)][None], design=rest)
            explained = explained_by(coefficients_of(fits.between, rest), fits.between)
            without = explained[0, rest.blocks.index(design.blocks[target])]
        found.append((r2 - without) / (1 - r2))
    return np.array(found)


def goodness_of_fit(values: PathValues, design: PathDesign) -> float:
    """Give the geometric mean of the mean communality and the mean explained variance.

    Blocks of one item, which explain themselves, are left out of the first.
    """
    many = (design.sizes > 1)[design.block_of]
    if not many.any():
        return float("nan")
    explained = values.r2[0, design.inner.any(axis=1)]
    return float(np.sqrt(np.mean(values.loadings[0, many] ** 2) * np.mean(explained)))
