"""Moved to :mod:`brandkit.viz.placement`."""

from brandkit.viz.placement import overlaps as overlaps
