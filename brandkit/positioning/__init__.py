"""Where brands stand: maps of brands and attributes."""

from brandkit.positioning.correspondence import CorrespondenceMap, correspondence_map

__all__ = ["CorrespondenceMap", "correspondence_map"]
