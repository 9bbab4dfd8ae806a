"""The only place that joins capabilities."""

from brandkit.joins.brief import Brief, brief
from brandkit.joins.study_facts import study_facts
from brandkit.joins.study_results import study_overlap, study_positions, study_reference

__all__ = ["Brief", "brief", "study_facts", "study_overlap", "study_positions", "study_reference"]
