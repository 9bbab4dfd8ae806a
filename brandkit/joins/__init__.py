"""The only place that joins capabilities."""

from brandkit.joins.brief import Brief, brief
from brandkit.joins.distances import DistanceLink, distance_link
from brandkit.joins.scorecards import Scorecard, scorecard
from brandkit.joins.scorecards_matrix import ScorecardMatrix, scorecard_matrix
from brandkit.joins.strategy import StrategyReading, strategy_reading
from brandkit.joins.study_facts import study_facts
from brandkit.joins.study_results import study_overlap, study_positions, study_reference
from brandkit.joins.study_satisfaction import (
    study_alikeness,
    study_choice,
    study_comparison,
    study_drivers,
    study_paths,
    study_penalties,
    study_priorities,
    study_weights,
)
from brandkit.joins.uniqueness import UniquenessLink, uniqueness_link

__all__ = [
    "Brief",
    "DistanceLink",
    "Scorecard",
    "ScorecardMatrix",
    "StrategyReading",
    "UniquenessLink",
    "brief",
    "distance_link",
    "scorecard",
    "scorecard_matrix",
    "strategy_reading",
    "study_alikeness",
    "study_choice",
    "study_comparison",
    "study_drivers",
    "study_facts",
    "study_overlap",
    "study_paths",
    "study_penalties",
    "study_positions",
    "study_priorities",
    "study_reference",
    "study_weights",
    "uniqueness_link",
]
