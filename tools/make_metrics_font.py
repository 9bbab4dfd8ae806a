"""Build the font that lays figures out where no Chinese font is installed.

It draws every character as the box of its em: as wide as a Chinese character is in any font,
and as high. Figures keep their text as text, so the reader's own fonts draw it; this font only
tells how much room it takes. One glyph serves every character (cmap format 13), which keeps the
file below one kilobyte.

    python tools/make_metrics_font.py
"""

from __future__ import annotations

from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import newTable
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable
from fontTools.ttLib.tables._g_l_y_f import Glyph

TARGET = Path(__file__).resolve().parent.parent / "brandkit" / "viz" / "metrics_only.ttf"
FAMILY = "brandkit metrics"
UNITS = 1000
ASCENT, DESCENT = 880, 120
BORN = 3_800_000_000  # a fixed date (seconds since 1904), so that the bytes repeat


def em_box() -> Glyph:
    """Draw the outline of the em."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, -DESCENT))
    pen.lineTo((0, ASCENT))
    pen.lineTo((UNITS, ASCENT))
    pen.lineTo((UNITS, -DESCENT))
    pen.closePath()
    return pen.glyph()


def every_character() -> CmapSubtable:
    """Map every character but the controls to the one box."""
    table = CmapSubtable.newSubtable(13)
    table.platformID, table.platEncID, table.language = 3, 10, 0
    table.format, table.reserved, table.length, table.nGroups = 13, 0, 0, 0
    table.cmap = dict.fromkeys([*range(0x20, 0x7F), *range(0xA0, 0x110000)], "box")
    return table


def build(target: Path) -> None:
    """Write the font."""
    font = FontBuilder(UNITS, isTTF=True)
    font.setupGlyphOrder([".notdef", "box"])
    font.font["cmap"] = newTable("cmap")
    font.font["cmap"].tableVersion = 0
    font.font["cmap"].tables = [every_character()]
    font.setupGlyf({".notdef": em_box(), "box": em_box()})
    font.setupHorizontalMetrics({".notdef": (UNITS, 0), "box": (UNITS, 0)})
    font.setupHorizontalHeader(ascent=ASCENT, descent=-DESCENT)
    font.setupNameTable({"familyName": FAMILY, "styleName": "Regular"}, mac=False)
    font.setupOS2(sTypoAscender=ASCENT, sTypoDescender=-DESCENT, usWinAscent=ASCENT,
                  usWinDescent=DESCENT, sxHeight=500, sCapHeight=700)  # fmt: skip
    font.setupPost(keepGlyphNames=False)
    font.font["head"].created = font.font["head"].modified = BORN
    font.font.recalcTimestamp = False
    font.save(target)


if __name__ == "__main__":
    build(TARGET)
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes")
