"""How every figure looks: one theme, in force only while drawing.

A figure is drawn as wide as a page, a point a pixel. On a phone a figure with rows keeps the size
of its text and gives up width (:data:`FLUID`); a map is scaled, and names its points anew.
Nothing is told by colour alone: series differ in marker and line as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import matplotlib as mpl
import seaborn as sns
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgba
from matplotlib.figure import Figure

from brandkit.core.errors import InputError
from brandkit.viz.fonts import picture_families
from brandkit.viz.palette import PALETTE
from brandkit.viz.svg import POINTS_AN_INCH, SlimCanvas

WIDTH: Final = 10.0
HEIGHT: Final = 6.0
TEXT_SIZE: Final = 13.0
#: Width of a figure on a phone of 390 pixels, and its text there.
PHONE: Final = 348.0
PHONE_TEXT: Final = 11.5
#: The gid of a figure that follows the width of its page.
FLUID: Final = "fluid"
#: The gid of a figure that is no wider on a page than on a phone turned.
UPRIGHT: Final = "upright"

#: Height of a labelled row in points, and of what stands around the rows in inches.
ROW: Final = 22.0
AROUND_ROWS: Final = 0.75

#: Marker, line and colour of the first series, the second and so on.
SERIES: Final[tuple[dict[str, str], ...]] = (
    {"marker": "o", "linestyle": "-", "color": PALETTE["ink"]},
    {"marker": "s", "linestyle": "--", "color": PALETTE["accent"]},
    {"marker": "^", "linestyle": "-.", "color": PALETTE["second"]},
    {"marker": "D", "linestyle": ":", "color": PALETTE["soft"]},
)


@contextmanager
def theme(*, width: float = WIDTH) -> Iterator[None]:
    """Draw in brandkit's look; afterwards matplotlib is as it was.

    Parameters
    ----------
    width : float, inches
        Of the figure. A wider figure shrinks more on a phone, so its text is larger.

    Examples
    --------
    >>> with theme():
    ...     mpl.rcParams["font.size"], mpl.rcParams["text.parse_math"]
    (13.0, False)
    """
    with mpl.rc_context(rc=_settings(TEXT_SIZE * max(1.0, width / WIDTH))):
        yield


def new_axes(width: float = WIDTH, height: float = HEIGHT, *, fluid: bool = False) -> Axes:
    """Give empty axes on a figure of their own.

    The figure is unknown to pyplot: nothing needs closing, nothing is shown by itself.

    Parameters
    ----------
    width, height : float, inches
    fluid : bool
        Whether across and upward are different things, so that it may grow narrow.

    Returns
    -------
    Axes

    Examples
    --------
    >>> ax = new_axes(6.4, 3)
    >>> [float(side) for side in ax.figure.get_size_inches()]
    [6.4, 3.0]
    """
    if not (width > 0 and height > 0):
        raise InputError(
            f"`width` and `height` must be inches > 0; found {width} and {height}. Write 10, 6."
        )
    with theme():
        figure = Figure(figsize=(width, height), dpi=POINTS_AN_INCH, layout="constrained")
        figure.set_gid(FLUID if fluid else None)
        SlimCanvas(figure)
        return figure.add_subplot()


def rows_height(count: float) -> float:
    """Give the height of a figure in which so many rows are labelled, each on a line of its own.

    Parameters
    ----------
    count : float
        Rows of a dot plot or heat map.

    Returns
    -------
    float
        Inches, with room for one axis and its title.

    Examples
    --------
    >>> rows_height(7), rows_height(30)
    (2.89, 9.92)
    """
    return round(count * ROW / POINTS_AN_INCH + AROUND_ROWS, 2)


def strength_colours(*, strongest: float = 1.0) -> LinearSegmentedColormap:
    """Give a scale from nothing to a theme colour, for heat maps that follow the page.

    Parameters
    ----------
    strongest : float, 0 to 1
        How much the strongest value covers. Up to 0.5, numbers in ink stay readable on every
        cell, on light paper and on dark.

    Examples
    --------
    >>> [round(float(part), 2) for part in strength_colours()(0.0)]
    [0.04, 0.42, 0.39, 0.0]
    """
    ends = [to_rgba(PALETTE["second"], strength) for strength in (0.0, strongest)]
    return LinearSegmentedColormap.from_list("brandkit strength", ends)


_SIZES: Final = (
    "font.size",
    "axes.titlesize",
    "axes.labelsize",
    "xtick.labelsize",
    "ytick.labelsize",
    "legend.fontsize",
    "legend.title_fontsize",
    "figure.titlesize",
)


def _settings(size: float) -> Any:
    ink, soft, line = PALETTE["ink"], PALETTE["soft"], PALETTE["line"]
    return {
        **sns.axes_style("white"),
        # After seaborn, which sets fonts of its own.
        "font.family": list(picture_families()),
        **dict.fromkeys(_SIZES, size),
        "text.parse_math": False,
        "axes.formatter.use_mathtext": False,
        "text.color": ink,
        "axes.labelcolor": soft,
        "axes.edgecolor": line,
        "axes.titlecolor": ink,
        "axes.titlelocation": "left",
        **{f"{axis}tick.color": line for axis in "xy"},
        **{f"{axis}tick.labelcolor": soft for axis in "xy"},
        **{f"{axis}tick.{which}.size": 0.0 for axis in "xy" for which in ("major", "minor")},
        "axes.linewidth": 1.0,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.facecolor": "none",
        "figure.facecolor": PALETTE["paper"],
        "figure.edgecolor": "none",
        "savefig.facecolor": PALETTE["paper"],
        "grid.color": line,
        "grid.linewidth": 1.0,
        "lines.linewidth": 2.0,
        "lines.markersize": 6.0,
        "scatter.edgecolors": "none",
        "legend.frameon": False,
        "image.interpolation": "none",
        "hatch.linewidth": 1.0,
        "path.simplify": True,
        "axes.prop_cycle": cycler(color=[series["color"] for series in SERIES])
        + cycler(linestyle=[series["linestyle"] for series in SERIES]),
        "svg.fonttype": "none",
        "svg.hashsalt": "brandkit",
    }
