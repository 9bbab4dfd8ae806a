"""A study whose banks bear hostile names: they print as text, on pages, in pictures, in sheets."""

from __future__ import annotations

import csv
import html
import re
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from brandkit.report import audit_report, export_report
from tests.report.conftest import HOSTILE

ATTRIBUTES = ("fair", "modern", "near", "=1+1", "<b>bold</b>")
FEATURES = ("app", "card", "<i>chat</i>", "branch", "advice", "cash back")


def rows_of(path: Path, head: list[str], rows: list[list[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(head)
        writer.writerows(rows)


@pytest.fixture
def study(tmp_path: Path, rng: np.random.Generator) -> Path:
    folder = tmp_path / "hostile"
    folder.mkdir()
    counts = rng.integers(20, 90, (len(HOSTILE), len(ATTRIBUTES)))
    mentions = [[name, *line] for name, line in zip(HOSTILE, counts.tolist(), strict=True)]
    rows_of(folder / "客户形象.csv", ["bank", *ATTRIBUTES], mentions)
    products: list[list[object]] = []
    for name in HOSTILE:
        for number in range(4):
            has = [one for one in FEATURES if rng.random() < 0.5] or ["app"]
            kind = "Cards" if number % 2 else "Accounts"
            products.append([name, f"p{number}", f"{name[:30]} {number}", kind, "; ".join(has)])
    rows_of(folder / "products.csv", ["brand", "product", "name", "category", "features"], products)
    (folder / "study.toml").write_text(
        '[study]\ntitle = "<script>alert(2)</script> & $5–$10 滙豐"\n'
        f"focus = {_toml(HOSTILE[1])}\n"
        '[brand_table]\nsource = "客户形象.csv"\nbrand = "bank"\n'
        '[catalog]\nsource = "products.csv"\nformat = "table"\n'
        'columns = { brand = "brand", product = "product", name = "name", category = "category", '
        'features = ["features"] }\n',
        encoding="utf-8",
    )
    return folder


def _toml(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@pytest.mark.slow
def test_they_print_as_text_everywhere(study: Path, tmp_path: Path) -> None:
    files = export_report(study, notebooks=None, out=tmp_path / "out")
    pages = [file for file in files if file.suffix == ".html"]
    assert len(pages) >= 4
    for file in pages:
        page = file.read_text(encoding="utf-8")
        assert audit_report(file).ok, audit_report(file).lines(severity="fails")
        ours = re.sub(r"(<script>).*?(</script>)", "", page, flags=re.DOTALL)  # held by its hash
        found = set(re.findall(r"<(script|img|b|i|u)\b([^>]*)", ours))
        allowed = {
            ("script", ' type="application/json" id="provenance"'),
            ("b", ""),
            ("u", ""),
            ("script", ' type="application/json"'),
        }
        assert found <= allowed, file.name
        assert "onerror=" not in re.sub(r'"[^"]*"|>[^<]*<', "", page), file.name
    overlap = (tmp_path / "out" / "01_overlap.html").read_text(encoding="utf-8")
    shown = html.unescape(re.sub(r"<[^>]*>", "\n", overlap))
    for name in HOSTILE:
        assert any(part in shown for part in (name, name[:12])), name
    # no cell of the workbook is a formula or a link
    book = openpyxl.load_workbook(tmp_path / "out" / "tables.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    links = [cell.hyperlink for cell in cells if cell.hyperlink is not None]
    assert all(link.location and not link.target for link in links), "within the book only"
    texts = {str(cell.value) for cell in cells}
    assert '=HYPERLINK("https://example.org","x")' in texts
    assert "=1+1" in texts
