"""Moved to :mod:`brandkit.viz.labels`."""

from brandkit.viz.labels import label_lines as label_lines
from brandkit.viz.labels import row_names as row_names
from brandkit.viz.labels import text_width as text_width
