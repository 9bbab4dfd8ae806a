"""The only place that joins capabilities."""

from brandkit.strategy.brief import Brief, brief
from brandkit.strategy.links.distances import DistanceLink, distance_link
from brandkit.strategy.links.uniqueness import UniquenessLink, uniqueness_link
from brandkit.strategy.reading.reading import StrategyReading, strategy_reading
from brandkit.strategy.scorecards.matrix import ScorecardMatrix, scorecard_matrix
from brandkit.strategy.scorecards.scorecards import Scorecard, scorecard
from brandkit.strategy.scorecards.templates import ScorecardTemplate, scorecard_template
from brandkit.strategy.study_results import (
    study_alikeness,
    study_choice,
    study_comparison,
    study_drivers,
    study_facts,
    study_movement,
    study_opportunities,
    study_overlap,
    study_paths,
    study_penalties,
    study_positions,
    study_priorities,
    study_reference,
    study_reliability,
    study_stability,
    study_tiers,
    study_weights,
    study_what_ifs,
    target_block,
)

__all__ = [
    "Brief",
    "DistanceLink",
    "Scorecard",
    "ScorecardMatrix",
    "ScorecardTemplate",
    "StrategyReading",
    "UniquenessLink",
    "brief",
    "distance_link",
    "scorecard",
    "scorecard_matrix",
    "scorecard_template",
    "strategy_reading",
    "study_alikeness",
    "study_choice",
    "study_comparison",
    "study_drivers",
    "study_facts",
    "study_movement",
    "study_opportunities",
    "study_overlap",
    "study_paths",
    "study_penalties",
    "study_positions",
    "study_priorities",
    "study_reference",
    "study_reliability",
    "study_stability",
    "study_tiers",
    "study_weights",
    "study_what_ifs",
    "target_block",
    "uniqueness_link",
]
