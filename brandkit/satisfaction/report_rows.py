"""Results as tables that a reader follows: labels for codes, the columns that are argued with."""

from __future__ import annotations

import pandas as pd

from brandkit.language import translate
from brandkit.satisfaction.paths.design import Names, block_name
from brandkit.satisfaction.paths.paths import PathModel
from brandkit.satisfaction.paths.priorities import ImportancePerformance


def path_rows(result: PathModel, *, names: Names | None = None) -> pd.DataFrame:
    """Give direct and total effects by their blocks' names."""
    direct = result.paths[["source", "target", "estimate", "ci_low", "ci_high", "ci_level", "f2"]]
    total = result.paths["total_effect"]
    return direct.assign(
        source=_block_texts(direct["source"], names),
        target=_block_texts(direct["target"], names),
        total_effect=total,
    )


def priority_rows(result: ImportancePerformance, *, names: Names | None = None) -> pd.DataFrame:
    """Give importance and performance by the blocks' names."""
    points = result.points
    return points.assign(block=_block_texts(points["block"], names))[[
        "block", "importance", "importance_low", "importance_high", "performance",
        "performance_low", "performance_high",
    ]]  # fmt: skip


def _block_texts(blocks: pd.Series, names: Names | None) -> list[str]:
    return [translate(block_name(str(block), names)) for block in blocks]
