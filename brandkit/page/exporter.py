"""From an executed notebook to one self-contained page."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from jinja2 import Environment
from markupsafe import Markup
from traitlets import default

from brandkit.language import current_language, use_language
from brandkit.page.blocks import BLOCK_TYPE
from brandkit.page.explore.script import explorer_style, script, script_hash
from brandkit.page.notebooks import load_nbformat
from brandkit.page.page import Page, page_of, place_label
from brandkit.page.prose import paragraphs
from brandkit.page.provenance import Provenance, json_in_page, numbers_sha256
from brandkit.page.texts import CONTENT_POLICY, TEMPLATES, policy_with, prepared, stylesheet
from brandkit.viz.fonts import cjk_font, font_subset, is_wide
from brandkit.viz.svg import number

load_nbformat()  # before nbconvert loads it
from nbconvert.exporters import TemplateExporter  # noqa: E402
from nbformat import NotebookNode  # noqa: E402

__all__ = ["ReportExporter", "paragraphs"]

_STYLE = re.compile(r"<style>(.*?)</style>")
_RULE = re.compile(r"\.([\w-]+)\{([^}]*)\}")
#: The light value of a colour that the page gives itself, decimals that no eye sees, and a mark.
_FALLBACK = re.compile(r"(?<=var\()(--[a-z-]+),#[0-9a-f]{6}")
_CLASS = re.compile(r'(?<=class=")[\w-]+')
_FINE = re.compile(r'(?<= )([a-z]+\d?)="(-?\d*\.\d\d)(%?)"')
_MARK = re.compile(r'<(\w+)( [^<>]*?) class="(f\d+)"(/>|>[^<]*</\1>)')
_TAGS = re.compile(r"<style>.*?</style>|<[^>]*>", re.DOTALL)


class ReportExporter(TemplateExporter):
    """Write the page of an executed notebook.

    The page's language and :class:`~brandkit.page.provenance.Provenance` are taken from
    ``resources["language"]`` and ``resources["provenance"]``. nbconvert knows it by name:
    ``jupyter nbconvert --to brandkit --execute notebook.ipynb``.
    """

    export_from_notebook = "brandkit report"
    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    @default("template_file")
    def _template_file_default(self) -> str:
        return "page.html.j2"

    @default("template_paths")
    def _template_paths(self, prune: bool = True, root_dirs: Any = None) -> list[str]:  # noqa: ARG002
        return [str(TEMPLATES)]

    def _create_environment(self) -> Environment:
        return prepared(super()._create_environment())  # type: ignore[no-untyped-call]

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Write a notebook.

        Parameters
        ----------
        nb : NotebookNode
            Executed.
        resources : dict, optional
            ``language`` of the page, ``provenance``.
        **kw
            As nbconvert's.

        Returns
        -------
        str
            The page.
        dict
            The resources; ``summary`` is what the index shows of it.

        Raises
        ------
        ReportError
            The notebook cannot become a page; says which cell and why.
        """
        before = current_language()
        try:
            written, given = super().from_notebook_node(nb, resources, **kw)
        finally:
            use_language(before)
        return written.rstrip("\n") + "\n", given

    def _preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Put the page in order when the notebook is through, also where nbconvert ran it."""
        nb, given = super()._preprocess(nb, resources)  # type: ignore[no-untyped-call]
        language = str(given.get("language") or _spoken(nb) or current_language())
        use_language(language)
        page = page_of(nb)
        name = given.get("metadata", {}).get("name") or ""
        origin = given.get("provenance") or Provenance(notebook=f"{name}.ipynb" if name else "")
        font = _figure_font(page, language)
        given["summary"] = summary(page, origin, language, font)
        css = stylesheet() + _shared_style(page)
        explores = any(part.kind == "explore" for part in page.parts)
        policy = policy_with(script_hash()) if explores else CONTENT_POLICY
        given["brandkit"] = {
            "page": page,
            "language": language,
            "policy": policy,
            "origin": origin,
            "css": css + explorer_style() if explores else css,
            "script": script() if explores else "",
            "font": font,
            "bases": _bases(page),
            "json": json_in_page(given["summary"]),
            "places": _places(page),
            "pages": _pages(page),
            # of one's own notebook, and for analysts, a table is shown whole
            "is_short": bool(re.match(r"0[1-467]_", origin.notebook)),
        }
        return nb, given


def _spoken(notebook: NotebookNode) -> str | None:
    """Say in which language a notebook's blocks were made; None where it has none."""
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", []))
    blocks = (output.get("data", {}).get(BLOCK_TYPE) for output in outputs)
    return next((str(block["language"]) for block in blocks if block), None)


def summary(
    page: Page, origin: Provenance, language: str, font: dict[str, str] | None
) -> dict[str, Any]:
    """Give the report for programs: what it says, and what it was made from."""
    return {
        "report": origin.notebook.removesuffix(".ipynb"),
        "language": language,
        "subject": page.heading.text.to_json() if page.heading else None,
        "question": page.question.text.to_json() if page.question else None,
        "title": page.title_text.to_json(),
        "lede": page.title["lede"] if page.title else None,
        "is_unanswered": page.is_unanswered,
        "is_empty": page.is_empty,
        "findings": [
            {key: finding[key] for key in ("headline", "detail", "settled")}
            for finding in page.findings
        ],
        "board": page.board,
        "places": sorted(page.places()),
        "notes": page.notes,
        "facts": [{key: fact[key] for key in ("label", "value")} for fact in page.facts],
        "bases": _bases(page),
        "numbers_sha256": numbers_sha256(page.blocks()),
        "font": None if font is None else {key: font[key] for key in ("family", "version")},
        **origin.to_json(),
    }


def _bases(page: Page) -> list[int]:
    sizes = {block["base_size"] for block in page.blocks() if block.get("base_size") is not None}
    return sorted(sizes)


def _pages(page: Page) -> list[str]:
    """Name the reports that the first screen leads to; they lie beside it."""
    items = (page.board or {}).values()
    return sorted({one["page"] for column in items if isinstance(column, list) for one in column})


def _places(page: Page) -> dict[str, dict[str, str]]:
    return {
        name: {"name": name, "label": place_label(kind, number)}
        for name, (kind, number) in page.places().items()
    }


def _shared_style(page: Page) -> Markup:
    """Let all drawings of a page share their rules and short names; give these rules."""
    shared: dict[str, str] = {}

    def name(rule: str) -> str:
        return shared.setdefault(_FALLBACK.sub(r"\1", rule), f"f{len(shared)}")

    for part in page.parts:
        if part.kind != "figure":
            continue
        block, svg = part.block, str(part.block["picture"])
        own = {one: name(rule) for one, rule in _RULE.findall("".join(_STYLE.findall(svg)))}
        svg = _STYLE.sub("", svg)
        svg = _CLASS.sub(partial(_called, own), svg)
        svg = re.sub(rf'(#|id=")(?:{re.escape(block["name"])})-', rf"\1g{part.number}-", svg)
        svg = _FINE.sub(
            lambda told: f'{told[1]}="{number(round(float(told[2]), 1))}{told[3]}"', svg
        )
        block["picture"] = Markup("".join(_together(_FALLBACK.sub(r"\1", svg))))
        block["key"] = [
            (re.sub('style="([^"]*)"', lambda told: f'class="{name(told[1])}"', mark), text)
            for mark, text in block["key"]
        ]
    return Markup("".join(f".{name}{{{rule}}}" for rule, name in shared.items()))


def _called(own: Mapping[str, str], told: re.Match[str]) -> str:
    return own.get(told[0], told[0])


def _together(svg: str) -> Iterator[str]:
    """Let marks of one look that follow each other be told it once."""
    end, run = 0, list[re.Match[str]]()

    def gathered() -> str:
        if len(run) < 3:
            return "".join(one[0] for one in run)
        inside = "".join(f"<{one[1]}{one[2]}{one[4]}" for one in run)
        return f'<g class="{run[0][3]}">{inside}</g>'

    for mark in _MARK.finditer(svg):
        if mark.start() != end or (run and run[-1][3] != mark[3]):
            yield gathered() + svg[end : mark.start()]
            run = []
        run.append(mark)
        end = mark.end()
    yield gathered() + svg[end:]


def _figure_font(page: Page, language: str) -> dict[str, str] | None:
    """Cut the Chinese font down to what the figures say; None where none is needed or there."""
    figures = (part.block["svg"] for part in page.parts if part.kind == "figure")
    drawn = "".join(_TAGS.sub("", svg) for svg in figures)
    wide = sorted({one for one in drawn if is_wide(one)})
    font = cjk_font(language) if wide else None
    subset = font_subset(wide, language=language) if font else None
    if font is None or subset is None:
        return None
    return {
        "family": font.family,
        "version": font.version.removeprefix("Version ").partition(";")[0],
        "data": Markup(base64.b64encode(subset).decode("ascii")),
    }
