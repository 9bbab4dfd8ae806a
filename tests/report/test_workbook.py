"""The workbook: numbers as numbers, text as text, the same bytes twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from brandkit.core.errors import InputError
from brandkit.report import write_workbook
from brandkit.report.workbook import sheet_of, workbook_bytes
from tests.report.conftest import HOSTILE, ORIGIN, blocks, scores


def opened(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(path)


def test_tables_and_figures_become_sheets(tmp_path: Path) -> None:
    made = blocks()
    given = {"map": made["figure"], "scores": made["table"], "plain": scores()}
    path = write_workbook(given, path=tmp_path / "tables.xlsx", title="Banks")
    book = opened(path)
    assert book.sheetnames == ["Contents", "map", "scores", "plain"]
    rows = list(book["scores"].values)
    assert rows[0] == ("Brand", "Estimate", "Low", "High", "Base")
    assert rows[1] == ("Harbour Bank", 7.91, 7.7, 8.1, 812)
    assert rows[4] == ("Civic", None, None, None, None), "what the report holds back is not here"
    said = [cell for row in book["Contents"].values for cell in row if cell]
    assert said[0] == "Banks"
    assert "Two banks\nBase 812\n▵ base under 30\n– base under 10: not shown\nGenerated." in said
    assert book["map"]["B2"].number_format == "0.0##"
    assert book["scores"].auto_filter.ref == "A1:E5"
    assert book["scores"].freeze_panes == "B2"


def test_the_same_bytes_twice(tmp_path: Path) -> None:
    first = write_workbook({"a": scores()}, path=tmp_path / "a.xlsx").read_bytes()
    assert write_workbook({"a": scores()}, path=tmp_path / "b.xlsx").read_bytes() == first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.xlsx", "b.xlsx"]


@pytest.mark.parametrize("name", [*HOSTILE, "+1", "-1", "@x", "https://example.org", "007", "\t"])
def test_names_stay_text(tmp_path: Path, name: str) -> None:
    path = write_workbook(
        {"t": pd.DataFrame({"brand": [name], "share": [0.5]})}, path=tmp_path / "t.xlsx"
    )
    cell = opened(path)["t"]["A2"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (name, "s", None)


def test_names_of_sheets_are_made_to_fit(tmp_path: Path) -> None:
    long = "a" * 40
    given = {long: scores(), long + "b": scores(), "Contents": scores(), "x/y": scores()}
    names = opened(write_workbook(given, path=tmp_path / "t.xlsx")).sheetnames
    assert names == ["Contents", "a" * 31, "a" * 29 + "_2", "Contents_2", "x_y"]


@pytest.mark.parametrize(
    ("given", "name", "says"),
    [
        ({}, "t.xlsx", "at least one table"),
        ({"t": scores()}, "t.csv", "must end in .xlsx"),
    ],
)
def test_refusals(tmp_path: Path, given: dict[str, pd.DataFrame], name: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        write_workbook(given, path=tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_figure_without_data_has_no_sheet(tmp_path: Path) -> None:
    empty = replace(blocks()["figure"], name="f", data=None)
    with pytest.raises(InputError, match="found none in 'f'"):
        write_workbook({"f": empty}, path=tmp_path / "t.xlsx")


def test_what_tables_were_made_from_stands_on_the_last_sheet(tmp_path: Path) -> None:
    sheets = [sheet_of({**blocks()["table"].to_json()})]
    (tmp_path / "t.xlsx").write_bytes(workbook_bytes(sheets, title="Banks", origin=ORIGIN))
    book = opened(tmp_path / "t.xlsx")
    assert book.sheetnames == ["Contents", "scores", "How this was made"]
    rows = dict(book["How this was made"].values)
    assert rows["Study"] == "Banks, 2026"
    assert rows["Focus bank"] == "Harbour Bank"
    assert rows["study.toml"] == "sha256 " + "ab" * 32


def test_columns_are_wide_enough_for_chinese(tmp_path: Path) -> None:
    names = ("港灣群島農業合作銀行總行", "Tidewater", "Old Quay", "Civic")
    path = write_workbook({"t": scores(names)}, path=tmp_path / "t.xlsx")
    assert opened(path)["t"].column_dimensions["A"].width >= 24
