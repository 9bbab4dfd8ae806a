"""Layout needs no font of the machine; what a report embeds is no more than it shows."""

from __future__ import annotations

import importlib.util
from io import BytesIO
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from matplotlib import font_manager

from brandkit.core.errors import InputError
from brandkit.viz import fonts
from brandkit.viz.svg import slim_canvas
from brandkit.viz.theme import new_axes, theme

NAMES = "海港銀行、潮汐銀行"


@pytest.fixture
def chinese_font() -> fonts.FontFile:
    font = fonts.cjk_font("zh-Hant")
    if font is None:
        pytest.skip("no Chinese font is installed (Debian: fonts-noto-cjk)")
    return font


def width_of(text: str, *, size: float = 10) -> float:
    with theme():
        ax = new_axes()
        written = ax.text(0, 0, text, fontsize=size)
        with slim_canvas(ax.figure) as canvas:
            return float(written.get_window_extent(canvas.get_renderer()).width)


@pytest.mark.parametrize("text", ["海", "海港銀行", "、。「」", "ㄅㄆ", "한국"])
def test_wide_characters_are_one_em(text: str) -> None:
    assert width_of(text) == pytest.approx(10 * len(text), abs=0.05)


def test_layout_is_the_same_without_the_machines_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    mixed = "海港 Harbour 銀行 & Co."
    before = width_of(mixed)
    kept = [font for font in font_manager.fontManager.ttflist if "CJK" not in font.name]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", kept)
    fonts.picture_families.cache_clear()
    font_manager.fontManager._findfont_cached.cache_clear()
    assert fonts.picture_families() == fonts.LAYOUT_FAMILIES
    assert width_of(mixed) == before
    fonts.picture_families.cache_clear()


def test_metrics_font_is_what_its_script_builds(root: Path, tmp_path: Path) -> None:
    script = root / "tools" / "make_metrics_font.py"
    spec = importlib.util.spec_from_file_location("make_metrics_font", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.build(tmp_path / "built.ttf")
    built = (tmp_path / "built.ttf").read_bytes()
    assert built == fonts.METRICS_FILE.read_bytes()
    assert len(built) < 1000


def test_metrics_font_is_registered_once() -> None:
    fonts.register_metrics_font()
    fonts.register_metrics_font()
    entries = [f for f in font_manager.fontManager.ttflist if f.name == fonts.METRICS]
    assert sorted(int(entry.weight) for entry in entries) == [400, 700]


def test_subset_holds_the_wide_characters_only(chinese_font: fonts.FontFile) -> None:
    subset = fonts.font_subset([NAMES, "Harbour"], language="zh-Hant")
    assert subset is not None
    assert subset[:4] == b"wOF2"
    with TTFont(BytesIO(subset)) as font:
        assert set(font.getBestCmap()) == {ord(one) for one in NAMES}


def test_subset_is_repeatable(chinese_font: fonts.FontFile) -> None:
    assert fonts.font_subset(NAMES) == fonts.font_subset(NAMES[::-1] + "海")
    assert chinese_font.family.endswith("TC")
    assert chinese_font.version.startswith("Version")


def test_languages_have_shapes_of_their_own(chinese_font: fonts.FontFile) -> None:
    assert fonts.font_subset("直骨", language="zh-Hant") != fonts.font_subset(
        "直骨", language="zh-Hans"
    )
    assert fonts.cjk_font("en") == chinese_font


def test_subset_of_150_characters_is_small(chinese_font: fonts.FontFile) -> None:
    subset = fonts.font_subset(chr(0x4E00 + at) for at in range(150))
    assert subset is not None
    assert len(subset) * 4 / 3 < 35_000


def test_no_wide_character_needs_no_font() -> None:
    assert fonts.font_subset("Harbour – 5 %") is None
    assert fonts.font_subset([]) is None


def test_no_font_no_subset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_font_files", lambda: ())
    fonts._installed.cache_clear()
    assert fonts.font_subset(NAMES) is None
    fonts._installed.cache_clear()


def test_languages_are_refused() -> None:
    with pytest.raises(InputError, match="must be one of 'en', 'zh-Hant', 'zh-Hans'"):
        fonts.cjk_font("zh")
