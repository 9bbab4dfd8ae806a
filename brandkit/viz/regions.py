"""Moved to :mod:`brandkit.viz.maps`."""

from brandkit.viz.maps import draw_regions as draw_regions
from brandkit.viz.maps import label_map as name_points
from brandkit.viz.maps import region_edges as region_edges
from brandkit.viz.maps import region_room as region_room

__all__ = ["draw_regions", "name_points", "region_edges", "region_room"]
