"""Geometry as SVG: short numbers, circles as circles, paths in relative coordinates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from matplotlib.path import Path
from matplotlib.transforms import Transform
from numpy.typing import NDArray

from brandkit.core.linalg import Floats

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
    written: list[tuple[str, str]] = []
    here = start = np.zeros(2)
    at = 0
    while at < len(codes) and codes[at] != Path.STOP:
        code, point = int(codes[at]), points[at]
        if code in _CURVES:
            letter, count = _CURVES[code]
            run = points[at : at + count]
            written.append((letter, joined((run - here).ravel())))
            here, at = run[-1], at + count
            continue
        if code == Path.CLOSEPOLY:
            written.append(("z", ""))
            here = start
        elif code == Path.MOVETO:
            written.append(("M", joined(point)))
            here = start = point
        else:
            written.append(_line(point - here))
            here = point
        at += 1
    return _without_repeats(written)


def _line(step: Floats) -> tuple[str, str]:
    if number(step[1]) == "0":
        return "h", number(step[0])
    return ("v", number(step[1])) if number(step[0]) == "0" else ("l", joined(step))


def _without_repeats(written: list[tuple[str, str]]) -> str:
    """Leave out a letter that says the same as the one before."""
    text, last = "", ""
    for letter, numbers in written:
        if letter == last and letter in "lqc":
            text += numbers if numbers[0] == "-" else " " + numbers
        else:
            text += letter + numbers
        last = letter
    return text
