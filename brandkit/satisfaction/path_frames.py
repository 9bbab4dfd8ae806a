"""The tables of a path model: numbers with their names and intervals."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.satisfaction.path_checks import ALIKE
from brandkit.satisfaction.path_design import PathDesign
from brandkit.satisfaction.path_intervals import corrected_interval, mean_interval, ratio_interval
from brandkit.satisfaction.path_names import block_pair
from brandkit.satisfaction.path_quality import block_quality, effect_sizes
from brandkit.satisfaction.path_values import PathValues


def path_frame(
    matrix: Floats, sample: PathValues, drawn: PathValues, *, design: PathDesign, level: float
) -> pd.DataFrame:
    """One row a path, as declared."""
    source, target = np.array(design.paths).T
    names = np.array(design.blocks, dtype=object)
    return pd.DataFrame(
        {
            "source": names[source],
            "target": names[target],
            **_estimates(sample.paths[0], drawn.paths, level),
            "total_effect": sample.total[0, target, source],
            "f2": effect_sizes(matrix, sample, design),
        }
    )


def effect_frame(
    sample: PathValues, drawn: PathValues, design: PathDesign, level: float
) -> pd.DataFrame:
    """One row a pair of blocks that any way joins, causes first."""
    joined = reached(design)
    source, target = np.nonzero(joined.T)
    names = np.array(design.blocks, dtype=object)
    direct, direct_drawn = (
        direct_effects(one, design)[:, target, source] for one in (sample, drawn)
    )
    total, total_drawn = sample.total[0, target, source], drawn.total[:, target, source]
    through = total_drawn - direct_drawn
    indirect = corrected_interval(total - direct[0], draws=through, level=level)
    shown = _estimates(total, total_drawn, level)
    return pd.DataFrame(
        {
            "source": names[source],
            "target": names[target],
            "direct_effect": direct[0],
            "indirect_effect": total - direct[0],
            "indirect_low": indirect.low,
            "indirect_high": indirect.high,
            "total_effect": shown.pop("estimate"),
            **shown,
        }
    )


def item_frame(
    sample: PathValues,
    drawn: PathValues,
    *,
    design: PathDesign,
    labels: Mapping[str, str],
    level: float,
) -> pd.DataFrame:
    """One row an item, block by block."""
    shown = _estimates(sample.loadings[0], drawn.loadings, level)
    return pd.DataFrame(
        {
            "block": np.array(design.blocks, dtype=object)[design.block_of],
            "item": design.items,
            "label": [labels.get(item, item) for item in design.items],
            "loading": shown.pop("estimate"),
            **shown,
            "weight": sample.weights[0],
        }
    )


def cross_frame(matrix: Floats, sample: PathValues, design: PathDesign) -> pd.DataFrame:
    """One row an item and block: how the item correlates with the block's score."""
    k = len(design.blocks)
    weights = np.zeros((len(design.items), k))
    weights[np.arange(len(weights)), design.block_of] = sample.weights[0]
    crossed = matrix @ weights / np.sqrt(np.diagonal(matrix))[:, None]
    return pd.DataFrame(
        {
            "item": np.repeat(np.array(design.items, dtype=object), k),
            "block": np.tile(np.array(design.blocks, dtype=object), len(design.items)),
            "loading": crossed.ravel(),
        }
    )


def block_frame(
    matrix: Floats,
    sample: PathValues,
    drawn: PathValues,
    *,
    design: PathDesign,
    n: int,
    df: int,
    level: float,
) -> pd.DataFrame:
    """One row a block: explained variance, reliability, index."""
    quality = block_quality(matrix, sample, design)
    q = design.inner.sum(axis=1)
    r2 = sample.r2[0]
    index = mean_interval(sample.index[0], draws=drawn.index, df=df, level=level)
    return pd.DataFrame(
        {
            "block": design.blocks,
            "mode": np.where(design.formative, "B", "A"),
            "n_items": design.sizes,
            "r2": r2,
            "r2_adjusted": np.where(q > 0, 1 - (1 - r2) * (n - 1) / (n - q - 1), 0.0),
            "ave": quality.ave,
            "alpha": quality.alpha,
            "rho_a": quality.rho_a,
            "rho_c": quality.rho_c,
            "index": sample.index[0],
            "index_low": index.low,
            "index_high": index.high,
            "ci_level": level,
        }
    )


def ratio_frame(
    sample: PathValues, drawn: PathValues, *, design: PathDesign, df: int, level: float
) -> pd.DataFrame:
    """One row a pair of blocks, and whether answers tell them apart."""
    first, second = np.triu_indices(len(design.blocks), k=1)
    names = np.array(design.blocks, dtype=object)
    estimate = sample.htmt[0, first, second]
    ends = ratio_interval(estimate, draws=drawn.htmt[:, first, second], df=df, level=level)
    return pd.DataFrame(
        {
            "block_a": names[first],
            "block_b": names[second],
            "estimate": estimate,
            "ci_low": ends.low,
            "ci_high": ends.high,
            "ci_level": level,
            "distinct": (estimate < ALIKE) & (ends.high < 1),
        }
    )


def alike_pairs(ratios: pd.DataFrame) -> list[Message]:
    """Name the pairs of blocks that cannot be told apart, the most alike first."""
    alike = ratios[~ratios["distinct"]].sort_values("estimate", ascending=False, kind="stable")
    return [
        block_pair(str(a), str(b)) for a, b in zip(alike["block_a"], alike["block_b"], strict=True)
    ]


def _estimates(estimate: Floats, draws: Floats, level: float) -> dict[str, Floats | float]:
    ends = corrected_interval(estimate, draws=draws, level=level)
    return {
        "estimate": estimate,
        "std_error": draws.std(axis=0, ddof=1),
        "ci_low": ends.low,
        "ci_high": ends.high,
        "ci_level": level,
    }


def direct_effects(values: PathValues, design: PathDesign) -> Floats:
    """Put path coefficients into matrices, target by source."""
    direct = np.zeros_like(values.total)
    for at, (source, target) in enumerate(design.paths):
        direct[:, target, source] = values.paths[:, at]
    return direct


def reached(design: PathDesign) -> np.typing.NDArray[np.bool_]:
    """Say which block (row: target) any way leads to from which (column: source)."""
    reached = design.inner.copy()
    for target in design.order:
        for source in np.flatnonzero(design.inner[target]).tolist():
            reached[target] |= reached[source]
    return reached
