"""A notebook small enough to read, with every kind of block, run without a kernel or with one."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from brandkit.core.message import Finding, Message
from brandkit.language import use_language
from brandkit.page.blocks import Block
from brandkit.page.exporter import ReportExporter
from brandkit.page.provenance import Provenance, versions
from brandkit.report import fact, figure, findings, note, table, title, use_bases
from brandkit.viz.labels import label_lines
from brandkit.viz.theme import new_axes, theme

PARAMETERS = 'study = "sample"\nlanguage = None\nfocus = None'
HOSTILE = (
    "<script>alert(1)</script>", "$5–$10 滙豐", "=cmd|' /C calc'!A0", 'A & B "quoted"',
    '"><img src=x onerror=alert(1)>', '=HYPERLINK("https://example.org","x")', "{n:count} {{7*7}}",
    "\u202egnirts desrever\u200f", "x" * 200, "🏦 emoji 👩‍💼", "㗎啦銀行", "</text></svg>",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """Leave language and limits as they were found."""
    yield
    use_language("en")
    use_bases()


@pytest.fixture(autouse=True)
def kept(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep pages in a folder of the test's own, never in the clone."""
    folder = tmp_path_factory.mktemp("kept")
    for module in ("making", "unchanged"):
        monkeypatch.setattr(f"brandkit.report.{module}.processed_folder", lambda _: folder)
    return folder / "pages"


def scores(names: tuple[str, ...] = ("Harbour Bank", "Tidewater", "Old Quay", "Civic")) -> Any:
    """Give four banks' scores, one on a small base and one on too small a base."""
    return pd.DataFrame(
        {
            "brand": names, "estimate": [7.91, 7.8, 7.0, 6.4], "ci_low": [7.7, 7.6, 6.2, 5.0],
            "ci_high": [8.1, 8.0, 7.8, 7.9], "ci_level": 0.95, "n": [812, 640, 27, 7],
        }
    )  # fmt: skip


def drawn(names: tuple[str, ...] = ("Harbour Bank", "Tidewater")) -> Any:
    """Draw two named points."""
    with theme():
        ax = new_axes(6.4, 3)
        ax.scatter([0, 1], [1, 0])
        for at, name in enumerate(names):
            ax.annotate(label_lines([name], line=40)[0], (at, 1 - at))
    return ax


def blocks(names: tuple[str, ...] = ("Harbour Bank", "Tidewater", "Old Quay", "Civic")) -> Any:
    """Give one block of every kind."""
    settled: tuple[Any, ...] = ("clear", "likely", "open")
    said = [
        Finding(Message("{name} is ahead.", {"name": names[0]}), Message("Base 812."), how)
        for how in settled
    ]
    return {
        "title": title(Message("{name} leads", {"name": names[0]}), lede="Four banks."),
        "findings": findings(said, about=["points", "scores"]),
        "figure": figure(
            drawn(names[:2]), name="points", caption="Two banks", alt=f"{names[0]} lies above",
            data=scores(names), notes=["Generated."], base=812, focus=names[0],
        ),
        "table": table(scores(names), name="scores", caption="Scores", focus=names[0]),
        "note": note("Prices are missing."),
        "fact": fact("Respondents", 2986),
    }  # fmt: skip


def shown_by(block: Block, source: str = "block") -> NotebookNode:
    """Give the cell that ends in a block, as if it had been run."""
    data = block._repr_mimebundle_()
    return new_code_cell(source, outputs=[new_output("execute_result", data=data)])


def notebook_of(made: dict[str, Block]) -> NotebookNode:
    """Give a notebook as if it had been run."""
    return new_notebook(
        cells=[
            new_markdown_cell("# Satisfaction\n\nWhom do customers prefer?"),
            new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}),
            new_code_cell("import pandas as pd"),
            shown_by(made["title"]),
            shown_by(made["findings"]),
            new_markdown_cell("## Where banks stand\n\nNear means *alike*.\n\n- one\n- two"),
            shown_by(made["figure"], "figure(ax, name='points')"),
            new_markdown_cell("## Who satisfies"),
            shown_by(made["table"], "table(scores, name='scores')"),
            new_markdown_cell("## What it costs\n\nThis prose points at nothing."),
            shown_by(made["note"]),
            shown_by(made["fact"]),
        ]
    )


ORIGIN = Provenance(
    study="sample", title="Banks, 2026", focus="Harbour Bank", seed=0,
    inputs=(("study.toml", "ab" * 32),), notebook="02_tiny.ipynb", notebook_sha256="cd" * 32,
    versions=versions(),
)  # fmt: skip

Export = Callable[..., str]


@pytest.fixture
def export() -> Export:
    """Give a function that writes the page of a notebook."""

    def written(
        notebook: NotebookNode, *, language: str = "en", origin: Provenance = ORIGIN
    ) -> str:
        given = {"language": language, "provenance": origin}
        page, _ = ReportExporter().from_notebook_node(notebook, resources=given)
        return page

    return written


@pytest.fixture
def without_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run notebooks in this process, where a kernel of their own would prove nothing more."""

    def run(notebooks: Sequence[tuple[str, NotebookNode]], **told: Any) -> list[NotebookNode]:
        for name, notebook in notebooks:
            known: dict[str, Any] = {}
            for cell in (one for one in notebook.cells if one.cell_type == "code"):
                lines = ast.parse(cell.source)
                last = lines.body.pop() if isinstance(lines.body[-1], ast.Expr) else None
                exec(compile(lines, name, "exec"), known)
                if isinstance(last, ast.Expr):
                    value = eval(compile(ast.Expression(last.value), name, "eval"), known)
                    cell.outputs = [] if value is None else shown_by(value).outputs
            told["done"](name)
        return [notebook for _, notebook in notebooks]

    monkeypatch.setattr("brandkit.report.making.run_notebooks", run)


LIVE_SETUP = """
import pandas as pd
from brandkit.core.message import Finding, Message
from brandkit.report import figure, findings, leave_out, note, table, title
from brandkit.sources import read_study
from brandkit.viz.labels import label_lines
from brandkit.viz.theme import new_axes

evidence = read_study(study, language=language, focus=focus)
counts = evidence.brand_table.values
"""
SMALL_SETUP = "from brandkit.report import leave_out, note, title"
LIVE_CELLS = (
    'title(Message("{n:count} banks", {"n": len(counts)}))',
    'findings([Finding(Message("So it is."), Message("Base 12."), "clear")], about="bars")',
    "ax = new_axes(6.4, 3)\nax.barh(list(counts.index), counts.sum(axis=1))\n"
    'figure(ax, name="bars", caption="Mentions", alt="Bars of mentions", '
    'data=counts.sum(axis=1).rename("n").to_frame())',
    'table(counts, name="counts", caption="All mentions", focus=evidence.focus)',
)


@pytest.fixture
def live(tmp_path: Path) -> Callable[..., Path]:
    """Give a function that writes a notebook to be run."""

    def write(*cells: str, name: str = "05_live", setup: str = LIVE_SETUP) -> Path:
        sources = [setup, *(cells or LIVE_CELLS)]
        notebook = new_notebook(
            cells=[
                new_markdown_cell("# Live"),
                new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}),
                *(new_code_cell(source) for source in sources),
            ],
            metadata={"kernelspec": {"name": "python3", "display_name": "", "language": "python"}},
        )
        path = tmp_path / f"{name}.ipynb"
        path.write_text(nbformat.writes(notebook), encoding="utf-8", newline="\n")
        return path

    return write
