"""The only place that joins capabilities."""

from brandkit.strategy.links.distances import DistanceLink, distance_link
from brandkit.strategy.links.uniqueness import UniquenessLink, uniqueness_link
from brandkit.strategy.reading.reading import StrategyReading, strategy_reading
from brandkit.strategy.scorecards.matrix import (
    ScorecardMatrix,
    ScorecardTemplate,
    scorecard_matrix,
    scorecard_template,
)
from brandkit.strategy.scorecards.scorecards import Scorecard, scorecard

__all__ = [
    "DistanceLink", "Scorecard", "ScorecardMatrix", "ScorecardTemplate", "StrategyReading",
    "UniquenessLink", "distance_link", "scorecard", "scorecard_matrix", "scorecard_template",
    "strategy_reading", "uniqueness_link",
]  # fmt: skip
