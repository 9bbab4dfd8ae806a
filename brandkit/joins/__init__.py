"""The only place that joins capabilities."""

from brandkit.joins.brief import Brief, brief
from brandkit.joins.distances import DistanceLink, distance_link
from brandkit.joins.scorecard_templates import ScorecardTemplate, scorecard_template
from brandkit.joins.scorecards import Scorecard, scorecard
from brandkit.joins.scorecards_matrix import ScorecardMatrix, scorecard_matrix
from brandkit.joins.strategy import StrategyReading, strategy_reading
from brandkit.joins.study_facts import study_facts
from brandkit.joins.study_image import (
    study_movement,
    study_opportunities,
    study_stability,
    study_what_ifs,
)
from brandkit.joins.study_results import study_overlap, study_positions, study_reference
from brandkit.joins.study_satisfaction import (
    study_alikeness,
    study_choice,
    study_comparison,
    study_drivers,
    study_paths,
    study_penalties,
    study_priorities,
    study_reliability,
    study_tiers,
    study_weights,
    target_block,
)
from brandkit.joins.uniqueness import UniquenessLink, uniqueness_link

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
