"""Where brands stand: maps of brands and attributes, how sure they are, what could change."""

from brandkit.positioning.image.stability import (
    ClaimCheck,
    MapStability,
    claim_check,
    map_stability,
)
from brandkit.positioning.image.waves import WaveMovement, wave_movement
from brandkit.positioning.maps.components import ComponentMap, component_map
from brandkit.positioning.maps.correspondence import (
    CorrespondenceMap,
    StackedTables,
    correspondence_map,
    stacked_tables,
)
from brandkit.positioning.maps.distances import DistanceMap, distance_map
from brandkit.positioning.maps.preferences import PreferenceMap, preference_map
from brandkit.positioning.options.opportunities import Opportunities, opportunities
from brandkit.positioning.options.repositioning import Repositioning, repositioning

__all__ = [
    "ClaimCheck", "ComponentMap", "CorrespondenceMap", "DistanceMap", "MapStability",
    "Opportunities", "PreferenceMap", "Repositioning", "StackedTables", "WaveMovement",
    "claim_check", "component_map", "correspondence_map", "distance_map", "map_stability",
    "opportunities", "preference_map", "repositioning", "stacked_tables", "wave_movement",
]  # fmt: skip
