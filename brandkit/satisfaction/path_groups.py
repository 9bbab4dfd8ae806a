"""Comparing path models of customer groups, by exchanging persons between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from brandkit.core.linalg import Floats
from brandkit.core.resample import person_keys
from brandkit.core.survey_rows import SurveyRows
from brandkit.satisfaction.path_design import Codes, PathDesign
from brandkit.satisfaction.path_kernel import PathFits, fit_paths, own_covariances, turned
from brandkit.satisfaction.path_values import coefficients_of

Labels = NDArray[np.int16]

#: Exchanges and rows worked on at once.
_EXCHANGES: Final = 250
_ROWS: Final = 4000


@dataclass(frozen=True, eq=False)
class GroupFits:
    """Path models of g groups, of the sample (n = 1) or of n exchanges.

    Parameters
    ----------
    paths : ndarray, shape (n, g, paths)
    alike : ndarray, shape (n, k)
        Smallest correlation, over pairs of groups, between the scores that the weights of both
        give all persons.
    settled : ndarray of bool, shape (n,)
        Whether every group's model could be fitted.
    """

    paths: Floats
    alike: Floats
    settled: NDArray[np.bool_]

    def chosen(self, keep: NDArray[np.bool_]) -> GroupFits:
        """Keep some of the exchanges."""
        return GroupFits(self.paths[keep], self.alike[keep], self.settled[keep])


def centred_answers(rows: SurveyRows, group: Codes, *, scaled: bool) -> Floats:
    """Take each group's own means and spreads out of the answers.

    What is compared is how answers hang together: groups that differ in level or in how far they
    use the scale are no evidence of other paths. Correlations within groups stay as they are.
    """
    n_groups = int(group.max()) + 1
    total = np.bincount(group, weights=rows.weight, minlength=n_groups)[:, None]
    sums = _group_sums(rows.values, group, rows.weight, n_groups)
    values = np.asarray(rows.values - (sums / total)[group])
    if not scaled:
        return values
    spread = np.sqrt(_group_sums(values**2, group, rows.weight, n_groups) / total)
    return np.asarray(values / np.where(spread > 0, spread, 1.0)[group])


def _group_sums(values: Floats, group: Codes, weight: Floats, n_groups: int) -> Floats:
    sums = np.zeros((n_groups, values.shape[1]))
    np.add.at(sums, group, values * weight[:, None])
    return sums


def exchanged_labels(rows: SurveyRows, group: Codes, *, draws: int, seed: int) -> Labels:
    """Give groups to persons anew, shape (draws, n).

    Where every person (or cluster) is in one group, persons change places. Where persons are in
    several, as with banks, a person's groups go together to another with as many rows, in another
    order. Nothing depends on the order of rows.
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed).spawn(1)[0])
    keys = person_keys(rows.keys, seed=seed)
    order = np.lexsort((group, keys))
    _, first, size = np.unique(keys[order], return_index=True, return_counts=True)
    labels = group[order].astype(np.int16)
    whole = np.minimum.reduceat(labels, first) == np.maximum.reduceat(labels, first)
    found = np.empty((draws, len(group)), dtype=np.int16)
    if whole.all():
        units = np.broadcast_to(labels[first], (draws, len(first)))
        found[:, order] = np.repeat(rng.permuted(units, axis=1), size, axis=1)
        return found
    for n in np.unique(size).tolist():
        places = first[size == n][:, None] + np.arange(n)
        sets = np.broadcast_to(labels[places], (draws, *places.shape))
        among = rng.random((draws, len(places), 1)).argsort(axis=1)
        moved = np.take_along_axis(sets, among, axis=1)
        found[:, order[places]] = rng.permuted(moved, axis=2)
    return found


def group_fits(
    answers: Floats,
    labels: Labels,
    *,
    weight: Floats,
    n_groups: int,
    design: PathDesign,
    scaled: bool,
) -> GroupFits:
    """Fit a path model to each group under each set of labels, shape (draws, n)."""
    nobody = np.zeros((1, len(answers)), dtype=np.int16)
    pooled = _matrices(_sums(answers, nobody, weight, 1), scaled=scaled)
    whole = fit_paths(pooled, design=design)
    parts = []
    for start in range(0, len(labels), _EXCHANGES):
        sums = _sums(answers, labels[start : start + _EXCHANGES], weight, n_groups)
        fits = fit_paths(_matrices(sums, scaled=scaled), design=design)
        agree = own_covariances(fits.crossed, design) * own_covariances(whole.crossed, design)
        sign = np.where(np.add.reduceat(agree, design.starts, axis=1) < 0, -1.0, 1.0)
        parts.append(_compared(turned(fits, sign, design), pooled[0], design, n_groups))
    paths, alike, settled = (np.concatenate(part) for part in zip(*parts, strict=True))
    return GroupFits(paths, alike, settled)


def _compared(
    fits: PathFits, pooled: Floats, design: PathDesign, n_groups: int
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Give each group's paths, how alike the groups' scores are, and what could be fitted."""
    coefficients = coefficients_of(fits.between, design)
    paths = np.stack([coefficients[target, source] for source, target in design.paths], axis=1)
    paths = paths.reshape(-1, n_groups, len(design.paths))
    weights = fits.weights.reshape(-1, n_groups, len(design.items))
    alike = np.ones((len(paths), len(design.blocks)))
    for block in range(len(design.blocks)):
        items = design.items_of(block)
        own = weights[:, :, items]
        covariance = own @ pooled[items, items] @ np.swapaxes(own, 1, 2)
        size = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
        # a score and itself are alike whatever rounding says
        alike[:, block] = np.minimum(
            (covariance / (size[:, :, None] * size[:, None, :])).min(axis=(1, 2)), 1.0
        )
    settled = fits.settled.reshape(-1, n_groups).all(axis=1)
    return paths, alike, settled & np.isfinite(paths).all(axis=(1, 2))


def _sums(answers: Floats, labels: Labels, weight: Floats, n_groups: int) -> Floats:
    """Add up 1, x and the products of x over each group, shape (draws x g, 1 + p + pairs)."""
    p = answers.shape[1]
    upper = np.triu_indices(p)
    total = np.zeros((n_groups, len(labels), 1 + p + len(upper[0])))
    for start in range(0, len(answers), _ROWS):
        x = answers[start : start + _ROWS]
        out = np.concatenate([np.ones((len(x), 1)), x, x[:, upper[0]] * x[:, upper[1]]], axis=1)
        out *= weight[start : start + _ROWS, None]
        for group in range(n_groups):
            total[group] += (labels[:, start : start + _ROWS] == group).astype(float) @ out
    return np.ascontiguousarray(np.swapaxes(total, 0, 1)).reshape(-1, total.shape[2])


def _matrices(sums: Floats, *, scaled: bool) -> Floats:
    """Bring sums to correlations, or covariances, shape (n, p, p)."""
    p = int(np.sqrt(2 * sums.shape[1] + 0.25) - 1.5)
    place = np.empty((p, p), dtype=np.intp)
    upper = np.triu_indices(p)
    place[upper] = place.T[upper] = np.arange(len(upper[0]))
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = sums[:, 1 : p + 1] / sums[:, :1]
        covariance = (sums[:, p + 1 :] / sums[:, :1])[:, place] - mean[:, :, None] * mean[:, None]
        if not scaled:
            return np.asarray(covariance)
        variance = np.diagonal(covariance, axis1=1, axis2=2)
        spread = np.sqrt(np.where(variance > 1e-13, variance, np.nan))
        return np.asarray(covariance / (spread[:, :, None] * spread[:, None, :]))
