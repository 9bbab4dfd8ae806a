"""The renderer that writes a figure as slim SVG, and measures text the same way everywhere.

Each drawn thing becomes one element. Text is anchored where its artist is, so that a reader's
own font may be narrower or wider without a label drifting. Styles are gathered and written once.
"""

from __future__ import annotations

import math
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final
from xml.sax.saxutils import escape

import numpy as np
from matplotlib.backend_bases import FigureCanvasBase, RendererBase
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, weight_dict
from matplotlib.path import Path
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Affine2D, Transform
from numpy.typing import NDArray
from PIL import Image

from brandkit.core.linalg import Floats
from brandkit.viz.fonts import LAYOUT_FAMILIES, register_metrics_font
from brandkit.viz.palette import PALETTE

_CIRCLE_CODES: Final = np.asarray(Path.unit_circle().codes)
_CIRCLE: Final = np.column_stack([np.asarray(Path.unit_circle().vertices), np.ones(26)])
_CURVES: Final = {int(Path.CURVE3): ("q", 2), int(Path.CURVE4): ("c", 3)}


@dataclass(frozen=True)
class Shape:
    """An element without its style.

    Parameters
    ----------
    element : str
        The beginning of its tag, as ``<circle cx="3" cy="4" r="2"``.
    low, high : tuple of float
        Its corners.
    """

    element: str
    low: tuple[float, float]
    high: tuple[float, float]


def number(value: float) -> str:
    """Write a number with at most two decimals, as short as SVG allows.

    Examples
    --------
    >>> number(0.5), number(-0.004), number(12.3456), number(100)
    ('.5', '0', '12.35', '100')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    if text in ("-0", "0", ""):
        return "0"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def joined(values: Floats | list[float] | tuple[float, ...]) -> str:
    """Write numbers one after another; a minus sign parts them as well as a space.

    Examples
    --------
    >>> joined([1, -2, 0.5])
    '1-2 .5'
    """
    text = ""
    for value in values:
        written = number(float(value))
        text += written if not text or written[0] == "-" else " " + written
    return text


def shape_of(path: Path, transform: Transform, *, height: float, simplify: bool) -> Shape | None:
    """Write a path in a drawing whose y runs downwards.

    Parameters
    ----------
    path : Path
    transform : Transform
        From the path to the drawing, y upwards.
    height : float
        Of the drawing.
    simplify : bool
        Whether points that cannot be seen may be left out of a line.

    Returns
    -------
    Shape or None
        None where nothing of it can be drawn.
    """
    placed = transform.transform_path(path)
    if (round_one := _circle_to(placed)) is not None:
        return _ellipse(round_one, height)
    simplify = simplify and placed.should_simplify
    clean = placed.cleaned(remove_nans=True, simplify=simplify, curves=True)
    points = np.round(np.asarray(clean.vertices, dtype=float) * (1, -1) + (0, height), 2)
    codes = np.asarray(clean.codes)
    drawn = (codes != Path.STOP) & (codes != Path.CLOSEPOLY)
    if not drawn.any():
        return None
    low, high = points[drawn].min(axis=0), points[drawn].max(axis=0)
    return Shape(f'<path d="{_commands(points, codes)}"', tuple(low), tuple(high))


def _circle_to(path: Path) -> Floats | None:
    """Find the matrix that makes the path of the unit circle; None where there is none."""
    if path.codes is None or not np.array_equal(path.codes, _CIRCLE_CODES):
        return None
    made = np.asarray(path.vertices, dtype=float)
    if not np.isfinite(made).all():
        return None
    matrix = np.linalg.lstsq(_CIRCLE, made)[0].T
    size = np.abs(matrix[:, :2]).max()
    return matrix if size > 0 and np.abs(_CIRCLE @ matrix.T - made).max() < 1e-6 * size else None


def _ellipse(matrix: Floats, height: float) -> Shape:
    """Write the image of the unit circle: its half axes are the singular values."""
    x, y = matrix[0, 2], height - matrix[1, 2]
    turned, (a, b), _ = np.linalg.svd(matrix[:2, :2])
    reach_x, reach_y = np.hypot(matrix[:2, 0], matrix[:2, 1])
    low, high = (x - reach_x, y - reach_y), (x + reach_x, y + reach_y)
    centre = f'cx="{number(x)}" cy="{number(y)}"'
    if number(a) == number(b):
        return Shape(f'<circle {centre} r="{number(a)}"', low, high)
    angle = math.degrees(math.atan2(turned[1, 0], turned[0, 0])) % 180
    if min(angle, abs(angle - 90), 180 - angle) < 0.01:
        return Shape(f'<ellipse {centre} rx="{number(reach_x)}" ry="{number(reach_y)}"', low, high)
    turn = f' transform="rotate({joined([-angle, x, y])})"'
    return Shape(f'<ellipse {centre} rx="{number(a)}" ry="{number(b)}"{turn}', low, high)


def _commands(points: Floats, codes: NDArray[np.uint8]) -> str:
    """Write path commands, relative to the point before, which keeps the numbers short."""
    written = ""
    here = start = np.zeros(2)
    at = 0
    while at < len(codes) and codes[at] != Path.STOP:
        code, count = int(codes[at]), 1
        if code in _CURVES:
            letter, count = _CURVES[code]
            run = points[at : at + count]
            written += letter + joined((run - here).ravel())
            here = run[-1]
        elif code == Path.CLOSEPOLY:
            written += "z"
            here = start
        elif code == Path.MOVETO:
            here = start = points[at]
            written += "M" + joined(here)
        else:
            written += _line(points[at] - here)
            here = points[at]
        at += count
    return written


def _line(step: Floats) -> str:
    across, down = (number(length) for length in step)
    if down == "0":
        return "h" + across
    return "v" + down if across == "0" else "l" + joined(step)


Pixels = NDArray[np.uint8]


def colour_layers(pixels: Pixels) -> list[tuple[str, Pixels]]:
    """Take a bitmap apart into theme colours and their strengths (255 where one covers).

    Such a bitmap can follow a page into the dark. Others have no layers.

    Parameters
    ----------
    pixels : array, rows × columns × 4
        Red, green, blue and opacity.

    Examples
    --------
    >>> blank = np.zeros((2, 3, 4), dtype=np.uint8)
    >>> list(colour_layers(blank)), len(colour_layers(blank + np.uint8(255)))
    ([], 0)
    """
    strength = pixels[..., 3]
    layers: list[tuple[str, Pixels]] = []
    covered = strength == 0
    for colour in PALETTE.values():
        own = np.array(tuple(bytes.fromhex(colour[1:])))
        # A colour map cuts its bytes off rather than round them.
        here = (np.abs(pixels[..., :3] - own) <= 1).all(axis=-1) & (strength > 0) & ~covered
        if here.any():
            layers.append((colour, np.where(here, strength, 0).astype(np.uint8)))
            covered = covered | here
    return layers if covered.all() else []


def png_uri(pixels: Pixels) -> str:
    """Write a bitmap as a ``data:`` address: PNG without any metadata.

    Examples
    --------
    >>> png_uri(np.zeros((1, 1), dtype=np.uint8))[:22]
    'data:image/png;base64,'
    """
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    if pixels.ndim == 3 and (pixels[..., 3] == 255).all():
        picture = picture.convert("RGB")
    written = BytesIO()
    picture.save(written, format="PNG", optimize=True)
    return "data:image/png;base64," + b64encode(written.getvalue()).decode("ascii")


POINTS_AN_INCH: Final = 72

#: Text with this gid is written with a rim in the colour of the paper.
HALO: Final = "halo"
#: The gid of the line between a marker and its label.
LEADER: Final = "leader"
#: Gids of what a phone leaves out, of what only a wide screen shows, and of what only a phone does.
MINOR, WIDE, NARROW = "minor", "wide", "narrow"
#: The gid of a line of letters of one width that is spread over the plot, where there is room.
SPREAD: Final = "spread minor"

_SHARE: Final = {"start": 0.0, "middle": 0.5, "end": 1.0}
_ANCHOR: Final = {"left": "start", "center": "middle", "right": "end"}
_UPRIGHT: Final = {"bottom": "start", "baseline": "start", "top": "end"}
_REVERSED: Final = {"start": "end", "end": "start", "middle": "middle"}
_CAPS: Final = {"projecting": "square"}
_BLANK: Final = re.compile(r"[\t\n\r\v\f\x85\u2028\u2029]")
_NOT_TEXT: Final = re.compile("[^ -~\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: How far a shape may stand over its window without being cut, in points.
_BLEED: Final = 0.75
#: What an element looks like without being told.
_DEFAULTS: Final = {
    "fill-opacity": "1", "stroke-opacity": "1", "stroke-width": "1", "stroke-linecap": "butt",
    "stroke-linejoin": "round", "stroke-dashoffset": "0", "font-weight": "400",
    "font-style": "normal", "text-anchor": "start",
}  # fmt: skip

Style = dict[str, str]


@dataclass(frozen=True)
class Fluid:
    """How a figure follows its width: places across the plot are percent, all else keeps its size.

    Parameters
    ----------
    left, right : float
        Where the plot begins and ends in the drawing, in points.

    Examples
    --------
    >>> Fluid(100, 300).across(150)
    '25%'
    """

    left: float
    right: float

    @property
    def width(self) -> float:
        """Width of the plot."""
        return self.right - self.left

    def across(self, x: float) -> str:
        """Write a place across."""
        return number(100 * (float(x) - self.left) / self.width) + "%"

    def text(self, x: float, y: float, angle: float, *, size: float, held: float | None) -> str:
        """Write the place of a text: so far beside its point, or beside the plot, in ems."""
        if held is None:
            held = min(max(x, self.left), self.right)
        away = number((x - held) / size)
        if angle:
            place = f"{away}em" if held == self.left and x < held else self.across(held)
            return f'x="{place}" y="{number(y)}"'
        beside = f' dx="{away}em"' if away != "0" else ""
        return f'x="{self.across(held)}"{beside} y="{number(y)}"'


def _held_at(artist: Text | None) -> float | None:
    """Say where across the drawing the point lies that a text holds on to, if it does."""
    if not isinstance(artist, Annotation) or artist.xycoords != "data" or artist.axes is None:
        return None
    return float(artist.axes.transData.transform(artist.xy)[0])


def _is_upright(path: Path) -> bool:
    """Say whether a path is a rectangle along the axes."""
    points = np.asarray(path.vertices, dtype=float)
    sides = [len(np.unique(points[:4, side].round(3))) for side in (0, 1)]
    return len(points) in (4, 5) and sides == [2, 2] and path.codes is not None


class SlimRenderer(RendererBase):
    """Draws a figure into SVG elements.

    Parameters
    ----------
    figure : Figure
        Its size and resolution decide the size of the drawing.
    prefix : str
        Begins every id and class.
    colour : callable
        Writes a colour given as ``#rrggbb``.
    """

    def __init__(
        self,
        figure: Figure,
        *,
        prefix: str = "",
        colour: Callable[[str], str] = str,
        fluid: Fluid | None = None,
    ) -> None:
        super().__init__()
        register_metrics_font()
        self.dpi = float(figure.dpi)
        inches = figure.get_size_inches()
        self.width, self.height = float(inches[0]) * self.dpi, float(inches[1]) * self.dpi
        self.elements: list[str] = []
        self.definitions: list[str] = []
        self.styles: dict[str, str] = {}
        self.artists: dict[str, tuple[Text, str]] = {}
        self.fluid, self.figure_gid = fluid, figure.get_gid()
        self.key: list[tuple[str, str]] = []
        self._prefix, self._colour = prefix, colour
        self._clips: dict[str, str] = {}
        self._masks = 0
        self._text: tuple[Text | None, str] = (None, "")
        self._line, self._is_mark = "", False
        self._in_key: list[str] | None = None

    # What matplotlib asks of a renderer

    def points_to_pixels(self, points: Any) -> Any:
        """Give the length of so many points."""
        return points * self.dpi / POINTS_AN_INCH

    def get_canvas_width_height(self) -> tuple[float, float]:
        """Give the size of the drawing."""
        return self.width, self.height

    def flipy(self) -> bool:
        """Say that y runs downwards."""
        return True

    def option_scale_image(self) -> bool:
        """Say that images may be scaled: a cell of a heat map stays one pixel."""
        return True

    def option_image_nocomposite(self) -> bool:
        """Say that images are not to be joined."""
        return True

    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: Any
    ) -> tuple[float, float, float]:
        """Measure text in the fonts that are the same on every machine."""
        layout = prop.copy()
        layout.set_family(list(LAYOUT_FAMILIES))
        said = s if ismath else printable(s)
        width, height, descent = super().get_text_width_height_descent(said, layout, ismath)
        return float(width), float(height), float(descent)

    def open_group(self, s: str, gid: str | None = None) -> None:
        """Remember whose text or line comes next, and that a key begins."""
        if s == "text":
            self._text = self.artists.get(gid or "", (None, ""))
        elif s == "line2d":
            self._line = gid or ""
        elif s == "legend":
            self._in_key = []

    def close_group(self, s: str) -> None:
        """Forget whose text or line it was."""
        if s == "text":
            self._text = (None, "")
        elif s == "line2d":
            self._line = ""
        elif s == "legend":
            self._in_key = None

    def draw_path(self, gc: Any, path: Path, transform: Transform, rgbFace: Any = None) -> None:
        """Write a path."""
        style = self._style(gc, rgbFace)
        if "fill" not in style and "stroke" not in style:
            return
        filled = "fill" in style
        if self.fluid is not None and self._in_key is None:
            self._draw_fluid(self.fluid, gc, transform.transform_path(path), style)
            return
        shape = shape_of(path, transform, height=self.height, simplify=not filled)
        if shape is not None and (clip := self._clip(gc, shape)) is not None:
            self._write(shape.element + clip, style, "/>")

    def draw_markers(self, *args: Any, **options: Any) -> None:
        """Write marks of one size along a line."""
        self._is_mark = True
        super().draw_markers(*args, **options)
        self._is_mark = False

    def draw_path_collection(self, *args: Any, **options: Any) -> None:
        """Write marks of one size, or lines, which are known by their two points."""
        self._is_mark = True
        super().draw_path_collection(*args, **options)
        self._is_mark = False

    def _draw_fluid(self, fluid: Fluid, gc: Any, placed: Path, style: Style) -> None:
        """Write a path whose places across follow the width, and whose marks keep their size."""
        shape = shape_of(placed, Affine2D(), height=self.height, simplify="fill" not in style)
        if shape is None or (gc.get_clip_rectangle() and self._clip(gc, shape) is None):
            return
        low, high = np.array(shape.low), np.array(shape.high)
        across, wide = fluid.across, high - low
        points = np.asarray(placed.vertices, dtype=float) * (1, -1) + (0, self.height)
        if shape.element.startswith("<circle"):
            rest = shape.element.split('" ', 1)[1]
            element = f'<circle cx="{across(float(low[0] + high[0]) / 2)}" {rest}'
        elif len(points) == 2 and not wide.all():
            ends = across(points[0][0]), across(points[1][0])
            y = [number(one) for one in points[:, 1]]
            element = f'<line x1="{ends[0]}" x2="{ends[1]}" y1="{y[0]}" y2="{y[1]}"'
        elif self._is_mark or self._line.startswith(LEADER):
            self._write_mark(across(points[0][0]), points[0], placed, style)
            return
        elif _is_upright(placed):
            width = f"{number(100 * wide[0] / fluid.width)}%"
            element = (
                f'<rect x="{across(low[0])}" y="{number(low[1])}" width="{width}" '
                f'height="{number(wide[1])}"'
            )
        else:
            box = f"{number(fluid.left)} 0 {number(fluid.width)} {number(self.height)}"
            self.elements.append(f'<svg viewBox="{box}" preserveAspectRatio="none">')
            self._write(f'{shape.element} vector-effect="non-scaling-stroke"', style, "/></svg>")
            return
        self._write(element, style, "/>")

    def _write_mark(self, across: str, at: Floats, placed: Path, style: Style) -> None:
        """Write a mark of one size at its place; its outline stands once among the definitions."""
        moved = Affine2D().translate(-at[0], at[1] - self.height)
        shape = shape_of(placed, moved, height=0.0, simplify=False)
        if shape is None:
            return
        outline = shape.element.removeprefix("<path")
        if outline not in self._clips:
            name = self._clips[outline] = f"{self._prefix}m{len(self._clips)}"
            self.definitions.append(f'<path id="{name}"{outline}/>')
        place = f'x="{across}" y="{number(at[1])}"'
        self._write(f'<use href="#{self._clips[outline]}" {place}', style, "/>")

    def draw_image(  # noqa: PLR0917 - matplotlib's signature
        self, gc: Any, x: float, y: float, im: Any, transform: Any = None
    ) -> None:
        """Write an image as an embedded bitmap."""
        rows, columns = im.shape[:2]
        place = Affine2D().scale(columns, rows) if transform is None else transform.frozen()
        first, last = place.transform([(0, 0), (1, 1)]) + np.array([x, y])
        self._image(gc, np.asarray(im, dtype=np.uint8), first, last)

    def draw_text(  # noqa: PLR0917 - matplotlib's signature
        self,
        gc: Any,
        x: float,
        y: float,
        s: str,
        prop: FontProperties,
        angle: float,
        ismath: Any = False,
        mtext: Text | None = None,
    ) -> None:
        """Write one line of text, anchored the way its artist is."""
        if ismath:
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
            return
        known, gid = self._text
        artist = mtext or known
        anchor = "start" if artist is None else _anchor(artist)
        along = self.get_text_width_height_descent(s, prop, False)[0] * _SHARE[anchor]
        x += along * math.cos(math.radians(angle))
        y -= along * math.sin(math.radians(angle))
        style = self._text_style(gc, prop, anchor=anchor, has_halo=HALO in gid)
        said = escape(printable(s))
        if self._in_key is not None:
            size = self.points_to_pixels(prop.get_size_in_points())
            corner, sides = (x - 2.2 * size, y - 0.95 * size), (1.8 * size, 1.2 * size)
            box = f'viewBox="{joined(corner)} {joined(sides)}"'
            frame = f'<svg {box} fill="none" aria-hidden="true">'
            self.key.append((f"{frame}{''.join(self._in_key)}</svg>", s))
            self._in_key.clear()
            return
        shown = ' display="none"' if NARROW in gid else ""
        extra = next((f" {one}" for one in (MINOR, WIDE, NARROW) if one in gid), "")
        if self.fluid is None:
            turn = f' transform="rotate({joined([-angle, x, y])})"' if angle else ""
            clip = self._clip(gc, None) or ""
            place, end = f'x="{number(x)}" y="{number(y)}"{turn}{clip}{shown}', ""
        else:
            base = style.pop("font-size")
            held = _held_at(artist)
            place, end = self.fluid.text(x, y, angle, size=float(base[:-2]), held=held), ""
            if angle:
                self.elements.append(f"<svg {place}>")
                place, end = f'transform="rotate({number(-angle)})"', "</svg>"
            place += shown
            if gid == SPREAD:
                place = f'x="0" y="{number(y)}" textLength="100%"'
        self._write(f"<text {place}", style, f">{said}</text>{end}", extra=extra)

    # How elements are written

    def _write(self, begin: str, style: Style, end: str, *, extra: str = "") -> None:
        told = {name: value for name, value in style.items() if _DEFAULTS.get(name) != value}
        rule = ";".join(f"{name}:{value}" for name, value in told.items())
        if self._in_key is not None:
            self._in_key.append(f'{begin} style="{rule}"{end}')
            return
        name = self.styles.setdefault(rule, f"{self._prefix}{_letters(len(self.styles))}")
        extra += next((f" {one}" for one in (WIDE, NARROW) if one in self._line), "")
        extra += '" display="none' if NARROW in self._line else ""
        self.elements.append(f'{begin} class="{name}{extra}"{end}')

    def _length(self, points: float) -> str:
        return number(self.points_to_pixels(points))

    def _style(self, gc: Any, face: Any) -> Style:
        style: Style = {}
        strength = _strength(gc, face)
        if gc.get_hatch() is not None:
            style["fill"] = self._hatch(gc, face)
        elif strength:
            style["fill"] = self._colour(to_hex(face[:3]))
            style["fill-opacity"] = number(strength)
        line = gc.get_rgb()
        if not gc.get_linewidth() or line[3] == 0:
            return style
        style["stroke"] = self._colour(to_hex(line[:3]))
        style["stroke-opacity"] = number(line[3])
        style["stroke-width"] = self._length(gc.get_linewidth())
        style["stroke-linecap"] = _CAPS.get(gc.get_capstyle(), gc.get_capstyle())
        style["stroke-linejoin"] = gc.get_joinstyle()
        offset, dashes = gc.get_dashes()
        if dashes is not None:
            style["stroke-dasharray"] = " ".join(self._length(dash) for dash in dashes)
            style["stroke-dashoffset"] = self._length(offset)
        return style

    def _text_style(self, gc: Any, prop: FontProperties, *, anchor: str, has_halo: bool) -> Style:
        *colour, opacity = gc.get_rgb()
        weight = prop.get_weight()
        size = self.points_to_pixels(prop.get_size_in_points())
        style = {
            "fill": self._colour(to_hex(colour)),
            "fill-opacity": number(gc.get_alpha() if gc.get_forced_alpha() else opacity),
            "font-size": f"{number(size)}px",
            "font-weight": str(weight_dict.get(str(weight), weight)),
            "font-style": str(prop.get_style()),
            "text-anchor": anchor,
        }
        if has_halo:
            style |= {"paint-order": "stroke", "stroke": self._colour(PALETTE["paper"])}
            style["stroke-width"] = number(size / 4)
        return style

    def _clip(self, gc: Any, shape: Shape | None) -> str | None:
        """Give the attribute that clips a shape, nothing if it needs none, None if all is cut."""
        path, transform = gc.get_clip_path()
        if path is not None:
            cut = shape_of(path, transform, height=self.height, simplify=False)
            return "" if cut is None else self._clipped_by(f"{cut.element}/>")
        window = gc.get_clip_rectangle()
        if window is None:
            return ""
        low = np.array([window.x0, self.height - window.y1])
        high = np.array([window.x1, self.height - window.y0])
        if shape is not None:
            if (np.array(shape.high) < low).any() or (np.array(shape.low) > high).any():
                return None
            inside = (np.array(shape.low) >= low - _BLEED) & (np.array(shape.high) <= high + _BLEED)
            if inside.all():
                return ""
        return self._clipped_by(f"<rect {_box(low, high - low)}/>")

    def _clipped_by(self, element: str) -> str:
        if element not in self._clips:
            name = self._clips[element] = f"{self._prefix}clip{len(self._clips)}"
            self.definitions.append(f'<clipPath id="{name}">{element}</clipPath>')
        return f' clip-path="url(#{self._clips[element]})"'

    def _hatch(self, gc: Any, face: Any) -> str:
        """Define a hatching as a pattern and give the paint that uses it."""
        lines = shape_of(gc.get_hatch_path(), Affine2D().scale(72), height=72, simplify=False)
        if lines is None:
            return "none"
        ink = self._colour(to_hex(gc.get_hatch_color()[:3]))
        ground = f'<path fill="{self._colour(to_hex(face[:3]))}" d="M0 0h72v72h-72z"/>'
        width = self._length(gc.get_hatch_linewidth())
        body = (
            f'patternUnits="userSpaceOnUse" width="72" height="72">'
            f"{ground if _strength(gc, face) else ''}"
            f'{lines.element} fill="{ink}" stroke="{ink}" stroke-width="{width}"/></pattern>'
        )
        if body not in self._clips:
            name = self._clips[body] = f"{self._prefix}hatch{len(self._clips)}"
            self.definitions.append(f'<pattern id="{name}" {body}')
        return f"url(#{self._clips[body]})"

    def _image(self, gc: Any, pixels: NDArray[np.uint8], first: Any, last: Any) -> None:
        """Write a bitmap whose first row and column begin at one corner, upright."""
        first, last = np.asarray(first, dtype=float), np.asarray(last, dtype=float)
        if first[0] > last[0]:
            pixels = pixels[:, ::-1]
        if first[1] < last[1]:
            pixels = pixels[::-1]
        low, size = np.minimum(first, last), np.abs(last - first)
        corner = np.array([low[0], self.height - low[1] - size[1]])
        clip = self._clip(gc, Shape("", tuple(corner), tuple(corner + size)))
        if clip is None or not pixels[..., 3].any():
            return
        box = _box(corner, size)
        if self.fluid is not None:
            clip = ""
            width = number(100 * size[0] / self.fluid.width)
            box = (
                f'x="{self.fluid.across(corner[0])}" y="{number(corner[1])}" '
                f'width="{width}%" height="{number(size[1])}"'
            )
        layers = colour_layers(pixels)
        if not layers:
            self.elements.append(_bitmap(box, pixels, clip))
        for colour, strength in layers:
            name = f"{self._prefix}mask{self._masks}"
            self._masks += 1
            self.definitions.append(f'<mask id="{name}">{_bitmap(box, strength)}</mask>')
            begin, end = (f"<g{clip}>", "/></g>") if clip else ("", "/>")
            rect = f'{begin}<rect {box} mask="url(#{name})"'
            self._write(rect, {"fill": self._colour(colour)}, end)


class SlimCanvas(FigureCanvasBase):
    """A canvas whose figures are measured and laid out the same on every machine."""

    def get_renderer(self) -> SlimRenderer:
        """Give a renderer to measure with."""
        key = (float(self.figure.dpi), *map(float, self.figure.get_size_inches()))
        if getattr(self, "_measured", None) != key:
            self._measured = key
            self._renderer = SlimRenderer(self.figure)
        return self._renderer

    def draw(self, *_args: Any, **_options: Any) -> None:
        """Lay the figure out."""
        self.figure.draw(SlimRenderer(self.figure))


@contextmanager
def slim_canvas(figure: Figure) -> Iterator[SlimCanvas]:
    """Measure a figure in points on a canvas of ours; afterwards it has its own again.

    Examples
    --------
    >>> figure = Figure(figsize=(2, 1), dpi=300)
    >>> with slim_canvas(figure) as canvas:
    ...     canvas.get_renderer().get_canvas_width_height()
    (144.0, 72.0)
    >>> figure.dpi
    300
    """
    canvas, dpi = figure.canvas, figure.dpi
    ours = SlimCanvas(figure)
    figure.dpi = POINTS_AN_INCH
    try:
        yield ours
    finally:
        figure.dpi = dpi
        figure.set_canvas(canvas)


def printable(text: str) -> str:
    r"""Leave out what no font can draw and no page may hold.

    Examples
    --------
    >>> printable("Harbour\tBank\x00")
    'Harbour Bank'
    """
    return _NOT_TEXT.sub("", _BLANK.sub(" ", text))


def _strength(gc: Any, face: Any) -> float:
    """Give the opacity of a fill."""
    if face is None:
        return 0.0
    if gc.get_forced_alpha():
        return float(gc.get_alpha())
    return float(face[3]) if len(face) == 4 else 1.0


def _anchor(artist: Text) -> str:
    """Say which end of a line of text stays where it is in another font."""
    across = str(artist.get_horizontalalignment())
    angle = artist.get_rotation() % 360
    if angle in (90, 270) and artist.get_rotation_mode() != "anchor":
        anchor = _UPRIGHT.get(str(artist.get_verticalalignment()), "middle")
        return anchor if angle == 90 else _REVERSED[anchor]
    return _ANCHOR[across]


def _box(corner: NDArray[np.float64], size: NDArray[np.float64]) -> str:
    (x, y), (width, height) = map(number, corner), map(number, size)
    return f'x="{x}" y="{y}" width="{width}" height="{height}"'


def _bitmap(box: str, pixels: NDArray[np.uint8], clip: str = "") -> str:
    return (
        f'<image {box}{clip} preserveAspectRatio="none" style="image-rendering:pixelated" '
        f'href="{png_uri(pixels)}"/>'
    )


def _letters(at: int) -> str:
    """Count in letters: a, b … z, aa, ab and so on."""
    text = ""
    while at >= 0:
        text, at = chr(97 + at % 26) + text, at // 26 - 1
    return text
