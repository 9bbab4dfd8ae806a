"""What a study's stories say as slides: tables and charts that can be edited, else pictures."""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_TICK_LABEL_POSITION
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Emu, Inches, Pt

from brandkit.core.errors import InputError, shown
from brandkit.core.message import Finding
from brandkit.core.story import Story
from brandkit.language import translate
from brandkit.page.blocks import TableBlock, whole_figure
from brandkit.page.branding import current_brand
from brandkit.page.tables import TableCells, text_width
from brandkit.page.texts import words
from brandkit.questions import QUESTIONS, Answers
from brandkit.questions.board import first_screen
from brandkit.questions.pages import BRIEF, led_by, show_lead, speaking

SLIDES = "slides.pptx"
#: Pages whose findings make slides; rows, columns and bars on a slide.
PAGES = ("01_overlap", "02_satisfaction", "03_positioning", "06_market", "07_rankings")
ROWS, COLUMNS, BARS, ACTIONS = 10, 6, 16, 6
_LONG_TITLE, _FOOT = 70, Inches(0.4)
_FURNITURE = {PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER}
_TITLES = {PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE}
_SPOKEN = {"en": "en-GB", "zh-Hant": "zh-TW", "zh-Hans": "zh-CN"}
_CHINESE = {"zh-Hans": "Microsoft YaHei"}
_SIGNS = {"clear": "●", "likely": "◐", "open": "○"}
_EXCEL = {"count": "#,##0", "points": "0", "decimal": "0.000"}
_DATES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_NO_CLOCK = (2000, 1, 1, 0, 0, 0)

#: Left, top, width and height.
Box = tuple[int, int, int, int]


def slides_bytes(told: Answers, *, template: Path | None = None) -> bytes:
    """Write what a study's answers say as slides, one finding each.

    Parameters
    ----------
    told : Answers
        In the language of the slides.
    template : Path, optional
        A company's own ``.pptx``, whose layouts are used by what their places are for.

    Returns
    -------
    bytes
        A PowerPoint file, the same bytes for the same answers.

    Raises
    ------
    InputError
        The template is no such file, or has no layout with a title.
    """
    deck = _opened(template)
    with speaking(told.study):
        stories = {name: story for page in PAGES for name, story in led_by(told, page)}
        _title_slide(deck, told)
        actions = [one.what for one in first_screen(told).do]
        if actions:
            slide = _slide(deck, words("What to do"))
            lines = dict.fromkeys(f"{_SIGNS[one.settled]} {translate(one.text)}" for one in actions)
            _write(slide, _free(deck, slide), list(lines)[:ACTIONS], size=20)
        for name, story in stories.items():
            _finding_slide(deck, told, name, story)
        _dress(deck, told.study.language)
    deck.core_properties.title = told.study.title
    deck.core_properties.author = deck.core_properties.last_modified_by = "brandkit"
    written = BytesIO()
    deck.save(written)
    return _repacked(written.getvalue())


# --- the deck and its layouts --------------------------------------------------------------------


def _opened(template: Path | None) -> Any:
    try:
        deck = Presentation(None if template is None else str(template))
    except Exception:  # python-pptx raises whatever its parsers raise
        raise InputError(
            f"`template` must be a PowerPoint file; found {shown(Path(str(template)).name)}. Save "
            "your company's template as .pptx."
        ) from None
    if template is None:
        _widen(deck)
    if template is None or current_brand().own:
        _colour(deck)
    for slide in list(deck.slides._sldIdLst):  # a template's own slides are examples
        deck.part.drop_rel(slide.rId)
        deck.slides._sldIdLst.remove(slide)
    return deck


def _widen(deck: Any) -> None:
    """Bring the empty deck that comes with python-pptx from 4:3 to 16:9, titles to the left."""
    for one in [deck.slide_master, *deck.slide_layouts]:
        for shape in one.placeholders:
            if shape.element.spPr.find(qn("a:xfrm")) is not None:
                shape.left, shape.width = Emu(shape.left * 4 // 3), Emu(shape.width * 4 // 3)
    deck.slide_width = Emu(deck.slide_width * 4 // 3)
    title = deck.slide_master.placeholders[0]
    title.top, title.height = Inches(0.35), Inches(1.0)
    styles = [
        deck.slide_master.element.find(f".//{qn('p:titleStyle')}"),
        *deck.slide_layouts[0].element.iter(qn("a:lstStyle")),
    ]
    for level in (level for style in styles for level in style.iter(qn("a:lvl1pPr"))):
        level.set("algn", "l")


def _colour(deck: Any) -> None:
    """Give the deck's theme the colours and fonts of the company, or of brandkit."""
    brand, part = current_brand(), deck.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    theme = part.blob.decode()
    for role, name in (("dk1", "ink"), ("accent1", "second"), ("accent2", "accent")):
        colour = f'<a:{role}><a:srgbClr val="{brand.hex(name)}"/></a:{role}>'
        theme = re.sub(rf"<a:{role}>.*?</a:{role}>", colour, theme, flags=re.DOTALL)
    for place, key in (("minorFont", "base"), ("majorFont", "headings")):
        family = brand.fonts.get(key, brand.fonts.get("base"))
        if family:
            theme = re.sub(rf'(<a:{place}>\s*<a:latin typeface=")[^"]*', rf"\g<1>{family}", theme)
    part._blob = theme.encode()


def _slide(deck: Any, title: str, *wanted: Any) -> Any:
    """Add a slide of the layout that has the places wanted and the fewest others."""

    def badness(layout: Any) -> tuple[int, int]:
        kinds = {one.placeholder_format.type for one in layout.placeholders} - _FURNITURE
        kinds = {PP_PLACEHOLDER.TITLE if kind in _TITLES else kind for kind in kinds}
        return len({PP_PLACEHOLDER.TITLE, *wanted} - kinds), len(kinds)

    slide = deck.slides.add_slide(min(deck.slide_layouts, key=badness))
    if slide.shapes.title is None:
        raise InputError("`template` must have a layout with a title; found none. Add one.")
    slide.shapes.title.text_frame.text = title
    _size(slide.shapes.title.text_frame, 26 - 4 * min(2, text_width(title) // _LONG_TITLE))
    for one in list(slide.placeholders):
        if one.placeholder_format.type not in {*_TITLES, *wanted}:
            one.element.getparent().remove(one.element)
    return slide


def _free(deck: Any, slide: Any) -> Box:
    """Give the place beneath a slide's title, above the template's foot."""
    title = slide.shapes.title
    top = title.top + title.height + Inches(0.1)
    feet = [
        one.top
        for one in slide.slide_layout.placeholders
        if one.placeholder_format.type in _FURNITURE and (one.top or 0) > top
    ]
    bottom = min([*feet, deck.slide_height - _FOOT])
    return title.left, top, title.width, bottom - top


# --- slides --------------------------------------------------------------------------------------


def _title_slide(deck: Any, told: Answers) -> None:
    lead: list[Any] = [*show_lead(told, BRIEF).blocks][:1]
    answer = lead[0].text.text if lead else told.study.title
    slide = _slide(deck, answer, PP_PLACEHOLDER.SUBTITLE)
    _size(slide.shapes.title.text_frame, 36)
    focus = [words("for {focus}", focus=told.study.focus)] if told.study.focus else []
    lines = [one.lede.text for one in lead if one.lede]
    lines.append(" · ".join([told.study.title, *focus]))
    places = [one for one in slide.placeholders if one.placeholder_format.type not in _TITLES]
    if places:
        places[0].text_frame.text = "\n".join(lines)
        _size(places[0].text_frame, 18)
    else:
        _write(slide, _free(deck, slide), lines, size=18)
    logo = current_brand().logo
    if logo is not None:
        slide.shapes.add_picture(BytesIO(logo), Inches(0.5), Inches(0.4), height=Inches(0.7))


def _finding_slide(deck: Any, told: Answers, name: str, story: Story) -> None:
    finding = story.findings[0]
    slide = _slide(deck, translate(finding.headline).rstrip(".。"))
    left, top, width, height = _free(deck, slide)
    sure = _sure(finding)
    lines = -(-text_width(sure) * 9 // Emu(width).pt)  # a letter is at most .6 of 15 points wide
    taken = Pt(lines * 20 + 12)
    _write(slide, (left, top, width, taken), [sure], size=15)
    notes = [translate(QUESTIONS[name].text)]
    for key in list(story.exhibits)[:1]:
        box = (left, top + taken, width, height - taken - _FOOT)
        block: Any = told.block(name, key)
        notes += _shown(slide, box, block, story.exhibits[key].draw)
        # what follows in a caption explains marks that a chart of its own does not have
        first = re.split(r"(?<=[.。]) |(?<=。)", block.caption.text)[0]
        base = [block.base.text] if block.base else []
        _write(
            slide, (left, top + height - _FOOT, width, _FOOT), [" ".join([first, *base])], size=11
        )
        notes.append(block.caption.text)
    notes += [f"{translate(one.headline)} {translate(one.detail)}" for one in story.findings[1:]]
    notes += [translate(note) for note in getattr(told[name], "notes", ())]
    slide.notes_slide.notes_text_frame.text = "\n".join(dict.fromkeys(filter(None, notes)))


def _sure(finding: Finding) -> str:
    said = {"clear": words("clear"), "likely": words("likely"), "open": words("not settled")}
    certainty = f"{_SIGNS[finding.settled]} {said[finding.settled]}"
    return f"{certainty} · {translate(finding.detail)}"


def _shown(slide: Any, box: Box, block: Any, draw: Any) -> list[str]:
    """Show a figure or table so that it can be edited, where it can; gives what is to be noted."""
    cells = block.cells if isinstance(block, TableBlock) else block.data
    bars = None if draw is None or cells is None else _bars_of(cells)
    alt = block.caption.text if draw is None else block.alt.text
    left_out = ""
    if bars is not None:
        shape = _chart(slide, box, cells, bars)
    elif draw is not None:
        shape = _picture(slide, box, whole_figure(draw()))
    else:
        shape, left_out = _table(slide, box, cells)
    shape._element.find(f".//{qn('p:cNvPr')}").set("descr", alt)
    return [left_out, *(one.text for one in (*(cells.notes if cells else ()), *block.notes))]


def _write(slide: Any, box: Box, lines: list[str], *, size: float) -> None:
    frame = slide.shapes.add_textbox(*box).text_frame
    frame.word_wrap = True
    frame.text = "\n".join(lines)
    for paragraph in frame.paragraphs:
        paragraph.space_after = Pt(size / 2)
    _size(frame, size)


def _size(frame: Any, points: float) -> None:
    for run in (run for paragraph in frame.paragraphs for run in paragraph.runs):
        run.font.size = Pt(points)


def _picture(slide: Any, box: Box, figure: Any) -> Any:
    from brandkit.viz.export import png, recolour

    recolour(figure, current_brand().own)
    left, top, width, height = box
    inches = figure.get_size_inches()
    scale = min(width / inches[0], height / inches[1])
    wide, high = (int(side * scale) for side in inches)
    picture = BytesIO(png(figure))
    return slide.shapes.add_picture(picture, left + (width - wide) // 2, top, wide, high)


def _bars_of(cells: TableCells) -> tuple[int, int | None] | None:
    """Give the columns of value and interval where the data are one list of named values."""
    at = {name: place for place, one in enumerate(cells.columns) for name in one.names}
    value = at.get("estimate", at.get("importance"))
    labels = [row.texts[0] for row in cells.rows]
    is_list = cells.columns[0].is_header and len(set(labels)) == len(labels) <= BARS
    is_list = is_list and sum(one.is_header for one in cells.columns) == 1
    if not is_list or value is None or any(row.values[value] is None for row in cells.rows):
        return None
    return value, at.get("ci_low")


def _chart(slide: Any, box: Box, cells: TableCells, at: tuple[int, int | None]) -> Any:
    value, ends = at
    rows, column = cells.rows[::-1], cells.columns[value]  # the first stands on top
    is_percent = rows[0].texts[value].endswith("%")
    data: Any = CategoryChartData(  # type: ignore[no-untyped-call]  # ships no types
        number_format="0%" if is_percent else _EXCEL.get(column.kind, "0.0##")
    )
    data.categories = [row.texts[0] for row in rows]
    data.add_series(column.head.text, [row.values[value] for row in rows])
    frame = slide.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, *box, data)
    chart, series = frame.chart, frame.chart.plots[0].series[0]
    chart.has_legend = chart.has_title = chart.value_axis.has_major_gridlines = False
    chart.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    chart.font.size, chart.plots[0].gap_width = Pt(13), 60
    for number, row in enumerate(rows):
        fill = series.points[number].format.fill
        fill.solid()
        fill.fore_color.theme_color = (
            MSO_THEME_COLOR.ACCENT_2 if row.is_focus else MSO_THEME_COLOR.ACCENT_1
        )
    if ends is not None:
        _error_bars(series, [(row.values[value], row.values[ends]) for row in rows])
        intervals: list[Any] = [row.values[ends] for row in rows]
        limits = [0.0, *(float(end) for both in intervals if both for end in both)]
        step = 10 ** math.floor(math.log10(max(limits) - min(limits) or 1)) / 2
        chart.value_axis.minimum_scale = math.floor(min(limits) / step) * step
        chart.value_axis.maximum_scale = math.ceil(max(limits) / step) * step
    return frame


def _error_bars(series: Any, values: list[tuple[Any, Any]]) -> None:
    """Draw intervals, for which python-pptx has no words."""
    sides = ""
    for name, end in (("plus", 1), ("minus", 0)):
        points = "".join(
            f'<c:pt idx="{n}"><c:v>{abs(ends[end] - value)!r}</c:v></c:pt>'
            for n, (value, ends) in enumerate(values)
            if ends is not None
        )
        sides += (
            f'<c:{name}><c:numLit><c:ptCount val="{len(values)}"/>{points}</c:numLit></c:{name}>'
        )
    series._element.cat.addprevious(
        parse_xml(
            f'<c:errBars {nsdecls("c")}><c:errBarType val="both"/><c:errValType val="cust"/>'
            f'<c:noEndCap val="0"/>{sides}</c:errBars>'
        )
    )


def _table(slide: Any, box: Box, cells: TableCells) -> tuple[Any, str]:
    """Lay out the first rows and columns; gives what is left out too."""
    columns = [at for at, one in enumerate(cells.columns) if one.is_header or not one.is_long]
    rows = cells.rows[:ROWS]
    mine = [row for row in cells.rows[ROWS:] if row.is_focus][:1]
    rows = (*rows[: len(rows) - len(mine)], *mine)
    left, top, width, height = box
    high = min(height, Inches(0.38) * (len(rows) + 1))
    texts_of = [
        [cells.columns[at].head.text, *(row.texts[at] for row in rows)] for at in columns[:COLUMNS]
    ]
    frame = slide.shapes.add_table(len(rows) + 1, len(texts_of), left, top, width, high)
    wide = [min(max(map(text_width, texts)), 34) + 4 for texts in texts_of]
    for x, texts in enumerate(texts_of):
        frame.table.columns[x].width = Emu(width * wide[x] // sum(wide))
        for y, text in enumerate(texts):
            cell = frame.table.cell(y, x)
            cell.text = text
            cell.margin_top = cell.margin_bottom = Pt(3)
            _size(cell.text_frame, 12)
            for run in cell.text_frame.paragraphs[0].runs if y and rows[y - 1].is_focus else ():
                run.font.bold = True
    known = {"shown": len(rows), "all": len(cells.rows)}
    said = words("{shown:count} of {all:count} rows", **known)
    return frame, said if len(rows) < len(cells.rows) else ""


# --- typefaces and bytes -------------------------------------------------------------------------


def _dress(deck: Any, language: str) -> None:
    """Set language and the typeface for Chinese of every run, in charts too."""
    typeface = _CHINESE.get(language, "Microsoft JhengHei")
    for slide in deck.slides:
        charts = [one.chart._chartSpace for one in slide.shapes if one.has_chart]
        for tree in [slide._element, *charts]:
            for run in tree.iter(qn("a:r")):
                run.get_or_add_rPr().set("lang", _SPOKEN[language])
            for properties in tree.iter(qn("a:rPr"), qn("a:defRPr")):
                properties.append(parse_xml(f'<a:ea {nsdecls("a")} typeface="{typeface}"/>'))


def _repacked(content: bytes) -> bytes:
    """Write a package anew without the time of its writing, workbooks within it too."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name, data in _parts(old):
            entry = zipfile.ZipInfo(name, date_time=_NO_CLOCK)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, data)
    return out.getvalue()


def _parts(package: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    for name in package.namelist():
        data = package.read(name)
        if name.endswith(".xlsx"):
            data = _repacked(data)
        elif name == "docProps/core.xml":
            data = _DATES.sub(rb"\g<1>2000-01-01T00:00:00Z", data)
        yield name, data
