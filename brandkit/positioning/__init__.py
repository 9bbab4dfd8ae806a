"""Where brands stand: maps of brands and attributes, how sure they are, what could change."""

from brandkit.positioning.claims import ClaimCheck, claim_check
from brandkit.positioning.components import ComponentMap, component_map
from brandkit.positioning.correspondence import CorrespondenceMap, correspondence_map
from brandkit.positioning.distances import DistanceMap, distance_map
from brandkit.positioning.opportunities import Opportunities, opportunities
from brandkit.positioning.preferences import PreferenceMap, preference_map
from brandkit.positioning.repositioning import Repositioning, repositioning
from brandkit.positioning.stability import MapStability, map_stability
from brandkit.positioning.stacking import StackedTables, stacked_tables
from brandkit.positioning.waves import WaveMovement, wave_movement

__all__ = [
    "ClaimCheck",
    "ComponentMap",
    "CorrespondenceMap",
    "DistanceMap",
    "MapStability",
    "Opportunities",
    "PreferenceMap",
    "Repositioning",
    "StackedTables",
    "WaveMovement",
    "claim_check",
    "component_map",
    "correspondence_map",
    "distance_map",
    "map_stability",
    "opportunities",
    "preference_map",
    "repositioning",
    "stacked_tables",
    "wave_movement",
]
