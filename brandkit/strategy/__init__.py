"""The only place that joins capabilities."""

from brandkit.strategy.links import DistanceLink, UniquenessLink, distance_link, uniqueness_link
from brandkit.strategy.matrix import (
    ScorecardMatrix,
    ScorecardTemplate,
    scorecard_matrix,
    scorecard_template,
)
from brandkit.strategy.reading import StrategyReading, strategy_reading
from brandkit.strategy.scorecards import Scorecard, scorecard
from brandkit.strategy.standing.canvas import ValueCurve, value_curve
from brandkit.strategy.standing.distinct import Distinctiveness, distinctiveness

__all__ = [
    "DistanceLink", "Distinctiveness", "Scorecard", "ScorecardMatrix", "ScorecardTemplate",
    "StrategyReading", "UniquenessLink", "ValueCurve", "distance_link", "distinctiveness",
    "scorecard", "scorecard_matrix", "scorecard_template", "strategy_reading", "uniqueness_link",
    "value_curve",
]  # fmt: skip
