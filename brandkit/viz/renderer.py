"""Moved to :mod:`brandkit.viz.svg`."""

from brandkit.viz.svg import HALO as HALO
from brandkit.viz.svg import POINTS_AN_INCH as POINTS_AN_INCH
from brandkit.viz.svg import SlimCanvas as SlimCanvas
from brandkit.viz.svg import slim_canvas as slim_canvas
