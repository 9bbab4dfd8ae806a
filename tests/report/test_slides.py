"""Slides and a company's own look: what stands on them, in whose layouts, fonts and colours."""

from __future__ import annotations

import base64
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pptx import Presentation
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.oxml.ns import qn

import brandkit as bk
from brandkit.core.errors import InputError, SchemaError
from brandkit.page.branding import read_brand, use_brand
from brandkit.page.texts import stylesheet
from brandkit.report import audit_report, export_report
from brandkit.report.slides import slides_bytes
from tests.questions.test_answers import small_study

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
BRAND = """meta: { name: Civic }
color:
  palette: { navy: "#003366" }
  primary: navy
  secondary: "#7A1F1F"
typography:
  base: Open Sans
  headings: { family: Georgia }
logo: { small: logo.png }
"""


@pytest.fixture(autouse=True)
def _as_it_was() -> Any:
    yield
    use_brand()


def opened(content: bytes) -> Any:
    return Presentation(BytesIO(content))


def texts(slide: Any) -> list[str]:
    return [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]


def ours(told: bk.Answers, *names: str) -> bk.Answers:
    """Leave few questions answered, so that few figures are drawn."""
    told._said = {name: _open(name) for name in told if name not in names}
    return told


def _open(name: str) -> Any:
    from brandkit.core.message import Message
    from brandkit.questions import Unanswered

    return Unanswered(name, "absent", Message("It is left out."))


FEW = ("alikeness", "drivers", "priorities", "map")


@pytest.fixture(scope="module")
def deck() -> Any:
    return opened(slides_bytes(ours(bk.answers("sample"), *FEW)))


def of(deck: Any, told: bk.Answers, name: str) -> Any:
    headline = str(told.story(name).findings[0].headline).rstrip(".")
    return [one for one in deck.slides if one.shapes.title.text_frame.text == headline][-1]


def test_one_finding_a_slide_after_the_answer_and_what_to_do(deck: Any) -> None:
    titles = [slide.shapes.title.text_frame.text for slide in deck.slides]
    assert len(titles) == 2 + len(FEW)
    assert titles[1] == "What to do"
    assert "for Harbour Bank" in texts(deck.slides[0])[1]
    assert (deck.slide_width, deck.slide_height) == (12192000, 6858000)
    for slide in list(deck.slides)[2:]:
        assert any(text[:1] in "●◐○" for text in texts(slide)), "how sure it is"
        assert slide.notes_slide.notes_text_frame.text.endswith(".")


def test_a_list_of_values_is_a_chart_with_its_intervals(deck: Any) -> None:
    told = bk.answers("sample")
    (chart,) = [one.chart for one in of(deck, told, "drivers").shapes if one.has_chart]
    drivers = told.drivers.drivers
    assert sorted(chart.plots[0].series[0].values) == sorted(drivers["importance"])
    (bars,) = chart._chartSpace.iter(qn("c:errBars"))
    plus = [float(one.text) for one in bars.find(qn("c:plus")).iter(qn("c:v"))]
    assert sorted(plus) == pytest.approx(sorted(drivers["ci_high"] - drivers["importance"]))
    book = openpyxl.load_workbook(BytesIO(chart.part.chart_workbook.xlsx_part.blob))
    assert len(list(book.active.values)) == 1 + len(drivers), "its data can be edited"


def test_tables_stay_tables_and_other_figures_are_pictures_with_words(deck: Any) -> None:
    told = bk.answers("sample")
    (table,) = [one.table for one in of(deck, told, "priorities").shapes if one.has_table]
    cells = told.block("priorities", "first").cells
    assert table.cell(1, 0).text == cells.rows[0].texts[0]
    (picture,) = [one for one in of(deck, told, "map").shapes if one.shape_type == 13]
    assert len(picture._element.nvPicPr.cNvPr.get("descr")) > 40


def test_chinese_slides_name_a_chinese_typeface_and_are_the_same_twice() -> None:
    told = bk.answers("sample", language="zh-Hant")
    content = slides_bytes(ours(told, "drivers"))
    assert slides_bytes(told) == content
    for slide in opened(content).slides:
        for run in slide._element.iter(qn("a:rPr")):
            assert run.find(qn("a:ea")).get("typeface") == "Microsoft JhengHei"
            assert run.get("lang") == "zh-TW"


def test_a_company_s_layouts_are_used_by_what_their_places_are_for(tmp_path: Path) -> None:
    own = Presentation()
    own.slides.add_slide(own.slide_layouts[6])
    for layout in own.slide_layouts:
        layout.name = "x"
    own.save(tmp_path / "own.pptx")
    made = opened(slides_bytes(ours(bk.answers("sample"), "drivers"),
                               template=tmp_path / "own.pptx"))  # fmt: skip
    assert made.slide_width == own.slide_width
    kinds = [made.slide_layouts.index(slide.slide_layout) for slide in made.slides]
    assert kinds[0] == 0, "a title with its subtitle"
    assert set(kinds[1:]) == {5}, "then titles alone"
    chart = next(one.chart for slide in made.slides for one in slide.shapes if one.has_chart)
    colour = chart.plots[0].series[0].points[0].format.fill.fore_color
    assert colour.theme_color == MSO_THEME_COLOR.ACCENT_1, "the template's own"


def test_what_is_no_template_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.pptx").write_bytes(b"PK\x03\x04cut")
    with pytest.raises(InputError, match=r"must be a PowerPoint file; found 'a\.pptx'"):
        slides_bytes(bk.answers("sample"), template=tmp_path / "a.pptx")
    with pytest.raises(InputError, match="Add --pptx"):
        export_report("sample", template=tmp_path / "a.pptx", out=tmp_path)


def test_pages_and_slides_bear_the_company_s_look(tmp_path: Path) -> None:
    study, out = small_study(tmp_path / "study"), tmp_path / "out"
    before = export_report(study, notebooks=["03"], out=out)[0].read_text(encoding="utf-8")
    (study / "_brand.yml").write_text(BRAND, encoding="utf-8")
    (study / "logo.png").write_bytes(PIXEL)
    written = export_report(study, notebooks=["03"], out=out, pptx=True)
    page = written[0].read_text(encoding="utf-8")
    assert audit_report(written[0]).ok
    assert "--accent:#003366" not in before
    assert "--accent:#003366" in page
    assert 'class="logo"' in page
    assert '"logo.png"' in page, "it is one of the inputs"
    assert "003366" not in stylesheet(), "nobody else bears it"
    deck = Presentation(out / "slides.pptx")
    theme = next(one.blob for one in deck.part.package.iter_parts() if "theme1" in one.partname)
    assert b'<a:accent2><a:srgbClr val="003366"/>' in theme
    assert b'<a:latin typeface="Georgia"' in theme
    assert deck.slides[0].shapes[-1].image.blob == PIXEL


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("color: [", "must be YAML with sections"),
        ("- a\n- b\n", "must be YAML with sections"),
        ("color: { primary: nvy, palette: { navy: '#003366' } }", "Did you mean 'navy'"),
        ("color: { primary: '#FFEE00' }", r"color\.primary: text must stand out .* Choose a dark"),
        ("typography: { base: 'a;}' }", r"typography\.base: a font must be the name"),
        ("logo: ../logo.png", "must be a PNG or JPEG in the study's folder"),
    ],
)
def test_a_brand_that_breaks_the_convention_is_told(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "_brand.yml").write_text(text, encoding="utf-8")
    with pytest.raises(SchemaError, match=says):
        read_brand(tmp_path)


def test_figures_take_the_company_s_colours() -> None:
    from matplotlib.colors import to_hex

    from brandkit.viz.export import recolour
    from brandkit.viz.palette import PALETTE
    from brandkit.viz.theme import new_axes

    ax = new_axes(2, 1)
    (mine,) = ax.plot([0, 1], color=PALETTE["accent"])
    (other,) = ax.plot([1, 0], color="#123456")
    dots = ax.scatter([0], [1], c=PALETTE["accent"])
    recolour(ax.figure, {"accent": "#003366"})
    assert (to_hex(mine.get_color()), to_hex(other.get_color())) == ("#003366", "#123456")
    assert to_hex(dots.get_facecolor()[0]) == "#003366"
