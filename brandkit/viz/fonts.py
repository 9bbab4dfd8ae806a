"""Fonts: what figures are laid out with, and what a report embeds.

Layout never depends on the machine: Latin text is measured in DejaVu Sans, which comes with
matplotlib, and every other character in a font of metrics alone, one em wide, which comes with
brandkit. Figures keep text as text, so that a reader's own fonts draw it. Where Noto Sans CJK
is installed, a report can carry a subset of it for readers who have no Chinese font.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont
from matplotlib import font_manager

from brandkit.core.errors import check_option

LATIN: Final = "DejaVu Sans"
METRICS: Final = "brandkit metrics"
METRICS_FILE: Final = Path(__file__).with_name("metrics_only.ttf")

#: Fonts that figures are measured in: the same on every machine.
LAYOUT_FAMILIES: Final = (LATIN, METRICS)

#: Free fonts that may be embedded, best first: file name, then family of the face.
_EMBEDDABLE: Final = (
    ("NotoSansCJK-Regular.ttc", "Noto Sans CJK {kind}"),
    ("NotoSansCJK{low}-Regular.otf", "Noto Sans CJK {kind}"),
    ("NotoSans{kind}-Regular.otf", "Noto Sans {kind}"),
    ("SourceHanSans-Regular.ttc", "Source Han Sans {kind}"),
    ("SourceHanSans{kind}-Regular.otf", "Source Han Sans {kind}"),
)

#: Families that can draw Chinese in a picture, where one of them is installed.
_PICTURE_FAMILIES: Final = (
    "Noto Sans CJK TC", "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans TC", "Noto Sans SC",
    "Source Han Sans TC", "Source Han Sans SC", "PingFang TC", "PingFang SC", "PingFang HK",
    "Microsoft JhengHei", "Microsoft YaHei", "WenQuanYi Zen Hei",
)  # fmt: skip


@dataclass(frozen=True)
class FontFile:
    """A font that a report can embed.

    Parameters
    ----------
    path : Path
        The file.
    face : int
        Which face of a collection; 0 in a file of one font.
    family : str
        The family's name, as ``"Noto Sans CJK TC"``.
    version : str
        The version the font states of itself, for a report's provenance.
    """

    path: Path
    face: int
    family: str
    version: str


def is_wide(character: str) -> bool:
    """Say whether a character takes a whole em, as Chinese characters do.

    Examples
    --------
    >>> is_wide("銀"), is_wide("、"), is_wide("a")
    (True, True, False)
    """
    return unicodedata.east_asian_width(character) in "WF"


@cache
def picture_families() -> tuple[str, ...]:
    """Give the fonts for text, best first; the last of them knows every character.

    Examples
    --------
    >>> picture_families()[0], picture_families()[-1]
    ('DejaVu Sans', 'brandkit metrics')
    """
    register_metrics_font()
    have = set(font_manager.fontManager.get_font_names())
    chinese = tuple(name for name in _PICTURE_FAMILIES if name in have)
    return (LATIN, *chinese[:1], METRICS)


def register_metrics_font() -> None:
    """Make the font of metrics known to matplotlib; a second call does nothing.

    Examples
    --------
    >>> register_metrics_font()
    """
    known = font_manager.fontManager
    if METRICS in known.get_font_names():
        return
    known.addfont(METRICS_FILE)
    entry = next(font for font in known.ttflist if font.name == METRICS)
    # The one face stands for the bold one as well: the box of an em has one width.
    known.ttflist.append(replace(entry, weight=700))


def cjk_font(language: str = "zh-Hant") -> FontFile | None:
    """Find the installed font whose characters may be embedded in a report.

    Parameters
    ----------
    language : "en" | "zh-Hant" | "zh-Hans"
        Chinese characters have other shapes in traditional and simplified type. English
        reports with Chinese names take the traditional ones.

    Returns
    -------
    FontFile or None
        None where none is installed.

    Examples
    --------
    >>> font = cjk_font("zh-Hans")
    >>> font is None or font.family.endswith("SC")
    True
    """
    check_option("language", language, ("en", "zh-Hant", "zh-Hans"))
    return _installed("SC" if language == "zh-Hans" else "TC")


def font_subset(characters: Iterable[str], *, language: str = "zh-Hant") -> bytes | None:
    """Cut the installed Chinese font down to the wide characters among those given.

    Parameters
    ----------
    characters : str or iterable of str
        All text of the figures; only its wide characters are taken.
    language : "en" | "zh-Hant" | "zh-Hans"

    Returns
    -------
    bytes or None
        A woff2 file, the same bytes for the same characters and font file. None where there
        are no such characters or no such font.

    Examples
    --------
    >>> font_subset("Harbour Bank") is None
    True
    """
    wanted = sorted({one for text in characters for one in text if is_wide(one)})
    font = cjk_font(language) if wanted else None
    if font is None:
        return None
    options = subset.Options(font_number=font.face)
    options.parse_opts(
        [
            "--flavor=woff2",
            "--no-hinting",
            "--desubroutinize",
            "--layout-features=",
            "--name-IDs=1,2",
            "--name-languages=0x409",
            "--notdef-outline",
            "--drop-tables+=BASE,GDEF,GPOS,GSUB,VORG,vhea,vmtx",
        ]
    )
    with subset.load_font(str(font.path), options) as whole:
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=[ord(one) for one in wanted])
        cutter.subset(whole)
        written = BytesIO()
        subset.save_font(whole, written, options)
    return written.getvalue()


@cache
def _installed(kind: str) -> FontFile | None:
    files = {file.name: file for file in _font_files()}
    for name, family in _EMBEDDABLE:
        file = files.get(name.format(kind=kind, low=kind.lower()))
        if file and (found := _face_of(file, family.format(kind=kind))):
            return found
    return None


@cache
def _font_files() -> tuple[Path, ...]:
    """List the font files in the machine's usual folders, as matplotlib knows them."""
    return tuple(sorted(map(Path, font_manager.findSystemFonts())))


def _face_of(file: Path, family: str) -> FontFile | None:
    with TTCollection(file, lazy=True) if file.suffix == ".ttc" else TTFont(file) as opened:
        faces = opened.fonts if isinstance(opened, TTCollection) else [opened]
        for at, face in enumerate(faces):
            names: Any = face["name"]
            if family in (names.getDebugName(1), names.getDebugName(16)):
                return FontFile(file, at, family, str(names.getDebugName(5)))
    return None
