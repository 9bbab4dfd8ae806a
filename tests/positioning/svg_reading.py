"""Reading maps back from their SVG: where texts and markers stand, as a browser shows them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree import ElementTree

import numpy as np
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

from brandkit.viz.fonts import is_wide
from brandkit.viz.placement import overlaps

ASCENT, DESCENT = 0.74, 0.2
"""Of a line of type, in ems: what is inked, without the air above and below."""


@dataclass(frozen=True)
class SvgMap:
    """What stands on a map.

    Parameters
    ----------
    texts : list of str
        Every line of text.
    boxes : ndarray, lines x 4
        Left, top, right, bottom, in points.
    circles : ndarray, n x 2
        Centres of the round markers, upward positive.
    size : tuple of float
        Width and height.
    """

    texts: list[str]
    boxes: np.ndarray
    circles: np.ndarray
    size: tuple[float, float]

    def clashes(self) -> list[tuple[str, str]]:
        """Give the pairs of lines that lie on each other."""
        hurt = np.triu(overlaps(self.boxes, self.boxes, pad=0), 1)
        return [(self.texts[a], self.texts[b]) for a, b in zip(*np.nonzero(hurt), strict=True)]

    def says(self, text: str) -> bool:
        """Say whether a text stands on the map, on one line or over several."""
        return text in " ".join(self.texts) or text in "".join(self.texts)


def read_map(svg: str) -> SvgMap:
    """Read texts and round markers of an SVG that ``figure_svg(…, standalone=True)`` wrote."""
    root = ElementTree.fromstring(svg)
    name = "{http://www.w3.org/2000/svg}"
    rules = dict(re.findall(r"\.([\w-]+)\{([^}]*)\}", root.findtext(f"{name}style") or ""))
    width, height = (float(part) for part in root.attrib["viewBox"].split()[2:])
    texts, boxes = [], []
    for text in root.iter(f"{name}text"):
        style = _style(rules, text.attrib.get("class", ""))
        turned = "rotate(-90" in text.attrib.get("transform", "")
        for line in [text, *text.iter(f"{name}tspan")]:
            said = (line.text or "").strip()
            if said:
                at = {key: line.attrib.get(key, text.attrib.get(key)) for key in "xy"}
                texts.append(said)
                boxes.append(_box(said, float(at["x"]), float(at["y"]), style, turned=turned))
    circles = [
        (float(one.attrib["cx"]), -float(one.attrib["cy"])) for one in root.iter(f"{name}circle")
    ]
    return SvgMap(texts, np.array(boxes), np.array(circles).reshape(-1, 2), (width, height))


def _style(rules: dict[str, str], classes: str) -> dict[str, str]:
    every = ";".join(rules.get(name, "") for name in classes.split())
    return dict(part.split(":", 1) for part in every.split(";") if ":" in part)


def _box(text: str, x: float, y: float, style: dict[str, str], *, turned: bool) -> list[float]:
    size = float(style.get("font-size", "12px").removesuffix("px"))
    font = FontProperties(
        family="DejaVu Sans", size=size,
        weight="bold" if style.get("font-weight") == "700" else "normal",
        style="italic" if style.get("font-style") == "italic" else "normal",
    )  # fmt: skip
    wide = sum(is_wide(one) for one in text)
    narrow = "".join(one for one in text if not is_wide(one))
    across = wide * size + TextToPath().get_text_width_height_descent(narrow, font, False)[0]
    start = {"middle": across / 2, "end": across}.get(style.get("text-anchor", ""), 0.0)
    if turned:
        return [x - ASCENT * size, y + start - across, x + DESCENT * size, y + start]
    return [x - start, y - ASCENT * size, x - start + across, y + DESCENT * size]
