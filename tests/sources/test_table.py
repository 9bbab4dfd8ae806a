"""Tables of brands by attributes: every form is read back the same, every defect is told."""
# ruff: noqa: E501 - one refusal a line

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brandkit.core.errors import MissingFileError, SchemaError
from brandkit.core.labels import is_total_name
from brandkit.language import translate
from brandkit.sources.tables.brand_table import read_brand_table
from brandkit.sources.tables.cells import read_grid
from brandkit.sources.tables.numerals import decimal_mark, parsed_number
from tests.conftest import some

WIDE = "bank,modern,fair\nCivic,12,3\nKestrel,7,9\nOld Quay,0,4\n"
EXPECTED = pd.DataFrame(
    [[12.0, 3.0], [7.0, 9.0], [0.0, 4.0]],
    index=pd.Index(["Civic", "Kestrel", "Old Quay"], name="brand"),
    columns=pd.Index(["modern", "fair"], name="attribute"),
)


def written(folder: Path, content: str | bytes, name: str = "image.csv") -> Path:
    file = folder / name
    file.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return file


def workbook(folder: Path, rows: list[list[Any]], name: str = "image.xlsx", **more: Any) -> Path:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(row)
    for title, other in more.items():
        sheet = book.create_sheet(title)
        for row in other:
            sheet.append(row)
    book.save(folder / name)
    return folder / name


# ---------------------------------------------------------------- known values


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (WIDE, "a.csv"),
        (WIDE.replace(",", ";"), "a.csv"),
        (WIDE.replace(",", "\t"), "a.tsv"),
        (WIDE.replace(",", "|"), "a.txt"),
        ("sep=;\n" + WIDE.replace(",", ";"), "a.csv"),
        (WIDE.replace("\n", "\r\n"), "a.csv"),
        ("\ufeff" + WIDE, "a.csv"),
        (WIDE.encode("utf-16"), "a.csv"),
        (WIDE.encode("utf-16-le"), "a.csv"),
        (WIDE.encode("utf-32"), "a.csv"),
        (WIDE.rstrip("\n"), "a.csv"),
        (WIDE.replace("\n", "\n\n"), "a.csv"),
        (WIDE.replace("\n", ",\n"), "a.csv"),  # an empty last column
        (WIDE.replace("bank,", ",").replace("Civic", " Civic  "), "a.csv"),
        (WIDE.replace("Old Quay", '"Old\nQuay"'), "a.csv"),  # a line break in a cell
        (",bank,modern,fair\n1,Civic,12,3\n2,Kestrel,7,9\n3,Old Quay,0,4\n", "a.csv"),
        (WIDE.replace("12", "１２").replace("9", '"9.0"'), "a.csv"),  # full-width digits
    ],
)
def test_however_it_is_written_it_is_the_same_table(
    tmp_path: Path, content: str | bytes, name: str
) -> None:
    table = read_brand_table(written(tmp_path, content, name))
    pd.testing.assert_frame_equal(table.values, EXPECTED)
    assert table.kind == "counts"
    assert table.notes == ()


def test_workbook_and_parquet_are_the_same_table(tmp_path: Path) -> None:
    rows = [["bank", "modern", "fair"], ["Civic", 12, 3], ["Kestrel", 7, 9.0], ["Old Quay", 0, "4"]]
    pd.testing.assert_frame_equal(read_brand_table(workbook(tmp_path, rows)).values, EXPECTED)
    EXPECTED.to_parquet(tmp_path / "a.parquet")
    pd.testing.assert_frame_equal(read_brand_table(tmp_path / "a.parquet").values, EXPECTED)
    EXPECTED.reset_index().to_parquet(tmp_path / "b.parquet")
    pd.testing.assert_frame_equal(read_brand_table(tmp_path / "b.parquet").values, EXPECTED)


@pytest.mark.parametrize("encoding", [None, "big5"])
def test_other_encodings_are_tried_or_named(tmp_path: Path, encoding: str | None) -> None:
    text = "銀行,現代感,收費透明\n市民銀行,12,3\n紅隼銀行,7,9\n"
    file = written(tmp_path, text.encode("big5"))
    assert read_brand_table(file, encoding=encoding).brands == ["市民銀行", "紅隼銀行"]


def test_mentions_are_counted_and_ordered_by_total(tmp_path: Path) -> None:
    rows = "Company,Issue\nCivic,fees\nKestrel,app\nKestrel,fees\nKestrel,fees\n"
    table = read_brand_table(written(tmp_path, rows), brand="Company", attribute="Issue")
    assert table.brands == ["Kestrel", "Civic"]
    assert table.attributes == ["fees", "app"]
    assert table.values.to_numpy().tolist() == [[2.0, 1.0], [1.0, 0.0]]


def test_amounts_of_a_long_table_add_up(tmp_path: Path) -> None:
    rows = "b;a;n\nCivic;fees;1,5\nCivic;fees;2\nKestrel;app;4\nKestrel;fees;1\n"
    table = read_brand_table(written(tmp_path, rows), brand="b", attribute="a", amount="n")
    assert table.values.loc["Civic", "fees"] == 3.5
    assert table.values.loc["Civic", "app"] == 0


def test_shares_come_as_shares_percent_cells_or_percentages(tmp_path: Path) -> None:
    forms = {
        "bank,a,b\nX,0.12,0.4\nY,1,0\n": None,
        "bank,a,b\nX,12%,40 %\nY,100％,0\n": None,
        "bank;a;b\nX;12;40\nY;100;0\n": "percent",
    }
    for text, unit in forms.items():
        table = read_brand_table(written(tmp_path, text), kind="shares", unit=unit)  # type: ignore[arg-type]
        assert table.values.to_numpy().tolist() == [[0.12, 0.4], [1.0, 0.0]]


def test_ratings_may_be_negative(tmp_path: Path) -> None:
    file = written(tmp_path, "bank,a,b\nX,−1.5,0\nY,2,-0.25\n")
    table = read_brand_table(file, kind="ratings")
    assert table.values.to_numpy().tolist() == [[-1.5, 0.0], [2.0, -0.25]]


def test_empty_cells_of_counts_are_zeros_and_said_to_be(tmp_path: Path) -> None:
    table = read_brand_table(written(tmp_path, "bank,a,b\nX,1,\nY,,2\nZ,3,4\n"))
    assert table.values.to_numpy().tolist() == [[1.0, 0.0], [0.0, 2.0], [3.0, 4.0]]
    assert [str(note) for note in table.notes] == ["2 empty cells were read as 0 in image.csv."]
    assert translate(table.notes[0], "zh-Hant") == "image.csv 有 2 個空白儲存格，以 0 計。"


def test_brands_can_be_chosen_set_aside_and_left_out(tmp_path: Path) -> None:
    text = "bank,a,b,c,Base\nX,1,2,3,9\nNET,9,9,9,9\nY,4,5,6,9\nZ,7,8,9,9\n"
    table = read_brand_table(
        written(tmp_path, text), leave_out=["NET", "Base"], supplementary_brands=["Z"],
        attributes=["c", "a"], supplementary_attributes=["b"],
    )  # fmt: skip
    assert table.brands == ["X", "Y", "Z"]
    assert table.attributes == ["c", "a", "b"]
    assert table.supplementary_brands == ("Z",)
    assert table.supplementary_attributes == ("b",)
    chosen = read_brand_table(written(tmp_path, text), brands=["Z", "X"], leave_out=["Base"])
    assert chosen.brands == ["Z", "X"]


def test_a_brand_may_be_called_total_when_the_study_says_so(tmp_path: Path) -> None:
    file = written(tmp_path, "bank,a,b\nTotal,1,2\nShell,4,5\n")
    with pytest.raises(SchemaError, match="totals, means and bases"):
        read_brand_table(file)
    assert read_brand_table(file, brands=["Total", "Shell"]).brands == ["Total", "Shell"]


def test_the_first_sheet_that_holds_something_is_read_and_said(tmp_path: Path) -> None:
    rows = [["bank", "a", "b"], ["X", 1, 2], ["Y", 3, 4]]
    file = workbook(tmp_path, [], One=rows, Two=[["bank", "a"], ["X", 1]])
    table = read_brand_table(file)
    assert table.brands == ["X", "Y"]
    assert "the first, “One”, was read" in str(table.notes[0])
    assert read_brand_table(file, sheet="One").notes == ()


def test_a_heading_may_stand_further_down(tmp_path: Path) -> None:
    rows = [["Brand image 2026"], [], ["bank", "a", "b"], ["X", 1, 2], ["Y", 3, 4]]
    file = workbook(tmp_path, rows)
    assert read_brand_table(file).attributes == ["a", "b"]
    assert read_brand_table(file, header_row=3).attributes == ["a", "b"]


@pytest.mark.parametrize(
    ("texts", "delimiter", "mark"),
    [
        (["1,5", "2"], ";", ","),
        (["1.5", "2"], ";", "."),
        (["1.234,5"], ";", ","),
        (["1,234.5"], ",", "."),
        (["1,234"], ",", "."),
        (["1,234"], ";", None),
        (["1.234"], ";", None),
        (["1.234"], ",", "."),
        (["0,123"], ";", ","),
        (["1.234.567"], ";", ","),
        (["1,234,567"], "\t", "."),
        (["1,5", "1.5"], ";", None),
        (["1 234,5"], "\t", ","),
        (["12", "n/a"], ";", "."),
        (["12,5 %"], ";", ","),
    ],
)
def test_decimal_mark(texts: list[str], delimiter: str, mark: str | None) -> None:
    assert decimal_mark(texts, delimiter=delimiter) == mark


@pytest.mark.parametrize(
    "cell",
    ["", "n/a", "NA", "1.2.3", "1,2", "--", "–", "5-6", True, None, float("nan"), "∞", "inf"],
)
def test_what_is_no_number(cell: object) -> None:
    assert parsed_number(cell) is None


@pytest.mark.parametrize(
    "name", ["NET", "Total", "TOTAL (n)", "合計", "总计", "Base", "n = 812", "Grand Total"]
)
def test_totals_are_known_by_name(name: str) -> None:
    assert is_total_name(name)


@pytest.mark.parametrize(
    "name", ["Netbank", "Total Bank", "National", "Bassenthwaite", "總銀行", "Sum Up"]
)
def test_banks_are_not_taken_for_totals(name: str) -> None:
    assert not is_total_name(name)


# ---------------------------------------------------------------- invariants

LABEL = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp")),
    min_size=1,
    max_size=12,
).filter(lambda text: bool(text.strip()) and not is_total_name(text) and not _is_number(text))


def _is_number(text: str) -> bool:
    return parsed_number(text) is not None or parsed_number(text, mark=",") is not None


def _folded(text: str) -> str:
    import unicodedata

    squeezed = re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()
    return unicodedata.normalize("NFKC", squeezed).casefold()


@st.composite
def counts(draw: st.DrawFn) -> tuple[list[str], list[str], list[list[int]]]:
    n, p = draw(st.integers(2, 5)), draw(st.integers(2, 5))
    brands = draw(st.lists(LABEL, min_size=n, max_size=n, unique_by=_folded))
    attributes = draw(st.lists(LABEL, min_size=p, max_size=p, unique_by=_folded))
    cells = draw(
        st.lists(st.lists(st.integers(1, 10**6), min_size=p, max_size=p), min_size=n, max_size=n)
    )
    values = np.array(cells, dtype=float)
    for side in (values, values.T):  # a row that is the sum of the others is refused
        is_sum = np.isclose(2 * side, side.sum(axis=0)).all(axis=1)
        side[is_sum] += 1.0
    return brands, attributes, values.astype(int).tolist()


def _squeezed(labels: list[str]) -> list[str]:
    import unicodedata

    return [re.sub(r"\s+", " ", unicodedata.normalize("NFC", label)).strip() for label in labels]


@settings(
    max_examples=some(20),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    table=counts(),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    ends=st.sampled_from(["\n", "\r\n"]),
)
def test_written_by_hand_as_text_it_is_read_back_the_same(
    tmp_path: Path,
    table: tuple[list[str], list[str], list[list[int]]],
    delimiter: str,
    encoding: str,
    ends: str,
) -> None:
    brands, attributes, cells = table
    text = io.StringIO(newline="")
    rows = csv.writer(text, delimiter=delimiter, lineterminator=ends, quoting=csv.QUOTE_NONNUMERIC)
    rows.writerow(["bank", *attributes])
    rows.writerows([brand, *row] for brand, row in zip(brands, cells, strict=True))
    read = read_brand_table(written(tmp_path, text.getvalue().encode(encoding)), brand="bank")
    assert read.brands == _squeezed(brands)
    assert read.attributes == _squeezed(attributes)
    assert read.values.to_numpy().tolist() == [[float(cell) for cell in row] for row in cells]


@settings(
    max_examples=some(6), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(table=counts(), form=st.sampled_from(["xlsx", "parquet"]))
def test_written_with_types_it_is_read_back_the_same(
    tmp_path: Path, table: tuple[list[str], list[str], list[list[int]]], form: str
) -> None:
    brands, attributes, cells = table
    frame = pd.DataFrame(cells, index=pd.Index(brands, name="bank"), columns=attributes)
    file = tmp_path / f"a.{form}"
    if form == "xlsx":
        frame.reset_index().to_excel(
            file,
            index=False,
            engine="xlsxwriter",
            engine_kwargs={"options": {"strings_to_formulas": False, "strings_to_urls": False}},
        )
    else:
        frame.to_parquet(file)
    read = read_brand_table(file, brand="bank")
    assert read.brands == _squeezed(brands)
    assert read.values.to_numpy().tolist() == [[float(cell) for cell in row] for row in cells]


@settings(
    max_examples=some(15),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(table=counts(), seed=st.integers(0, 99))
def test_long_and_wide_are_the_same_table_in_any_order(
    tmp_path: Path, table: tuple[list[str], list[str], list[list[int]]], seed: int
) -> None:
    brands, attributes, cells = table
    long = [[b, a, n] for b, row in zip(brands, cells, strict=True)
            for a, n in zip(attributes, row, strict=True)]  # fmt: skip
    np.random.default_rng(seed).shuffle(long)
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["who", "what", "n"], *long])
    file = written(tmp_path, text.getvalue())
    read = read_brand_table(file, brand="who", attribute="what", amount="n")
    wide = pd.DataFrame(cells, index=_squeezed(brands), columns=_squeezed(attributes), dtype=float)
    again = read.values.loc[wide.index, wide.columns]
    np.testing.assert_array_equal(again.to_numpy(), wide.to_numpy())
    assert read.values.sum(axis=1).is_monotonic_decreasing


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ("bank,a,b\nX,1,2\nY,n/a,4\n", {}, r"line 3, column 'a': counts must be numbers >= 0; found 'n/a'"),
        ("bank,a,b\nX,1,-2\nY,3,4\n", {}, r"line 2, column 'b': counts must be numbers >= 0; found '-2'"),
        ("bank,a,b\nX,1,2\nX,3,4\n", {}, r"brand 'X': every brand must stand once.*found it twice"),
        ("bank,a,b\nCivic,1,2\nCIVIC,3,4\n", {}, r"brand 'CIVIC': .*found 'Civic' too"),
        ("bank,a,a\nX,1,2\nY,3,4\n", {}, r"attribute 'a': every attribute must stand once"),
        ("bank,a,\nX,1,2\nY,3,4\n", {}, r"column 3: every column needs a name"),
        ("bank,a,b\nX,1,2\n,3,4\n", {}, r"line 3, column 'bank': every row must name its brand"),
        ("bank,a,b\nX,0,0\nY,3,4\n", {}, r"row 'X': every row must hold something.*leave_out = \[\"X\"\]"),
        ("bank,a,b\nX,0,1\nY,0,4\n", {}, r"column 'a': every column must hold something"),
        ("bank,a,b\nX,1,2\nNET,3,4\n", {}, r"row 'NET': totals, means and bases.*leave_out = \[\"NET\"\]"),
        ("bank,a,合計\nX,1,1\nY,4,4\n", {}, r"column '合計': totals, means and bases"),
        ("bank,a,b\nX,1,2\nY,3,5\nZ,4,1\nAll of it,8,8\n", {}, r"row 'All of it'.*the sum of all the others"),
        ("bank,a,b,c,d\nX,1,2,4,7\nY,3,5,1,9\n", {}, r"column 'd'.*the sum of all the others"),
        ("bank,a,b\nX,1,2\n", {}, r"at least 2 brands and 2 attributes; found 1 × 2"),
        ("bank,a\nX,1\nY,2\n", {}, r"at least 2 brands and 2 attributes; found 2 × 1"),
        ("bank\nX\nY\n", {}, r"a wide table needs a column of brands"),
        ("bank,a,b\n", {}, r"the table has a heading and no rows"),
        ("", {}, r"the file is empty"),
        ("\n\n \n", {}, r"the file is empty"),
        ("bank,a,b\nX,1,2\nY,3\n", {}, r"line 3: every row must have as many cells as the heading, 3; found 2 cells"),
        ("bank,a,b\nX,1,2,3\nY,3,4\n", {}, r"line 2: every row must have as many cells"),
        ('bank,a,b\nX,"1,2\nY,3,4\n', {}, r"line 2: the text is not a table: unexpected end of data"),
        ("bank,a,b\nX,12%,3%\nY,3%,4%\n", {}, r"counts must be plain numbers; found percent signs"),
        ("bank,a,b\nX,0.5,0.2\nY,0.3,0.4\n", {}, r"counts must be numbers of answers.*kind = \"shares\""),
        ("bank,a,b\nX,50,20\nY,30,40\n", {"kind": "shares"}, r"shares must lie between 0 and 1; found 50.*unit = \"percent\""),
        ("bank,a,b\nX,150,20\nY,30,40\n", {"kind": "shares", "unit": "percent"}, r"shares must lie between 0 and 1; found 1.5"),
        ("bank,a,b\nX,50%,0.2\nY,30%,40%\n", {"kind": "shares"}, r"all cells or none must carry a percent sign"),
        ("bank,a,b\nX,0.5,\nY,0.3,0.4\n", {"kind": "shares"}, r"line 2, column 'b': shares must be numbers >= 0; found an empty cell"),
        ("bank;a;b\nX;1,234;2\nY;3;4\n", {}, r"which mark begins the decimals; found \['1,234'\].*decimal = \",\""),
        ("bank;a;b\nX;1,5;2.5\nY;3;4\n", {}, r"which mark begins the decimals"),
        (WIDE, {"brand": "bnak"}, r"`brand`: must name a column.*Did you mean 'bank'"),
        (WIDE, {"brands": ["Civc"]}, r"`brands`: must name brands of the table.*Did you mean 'Civic'"),
        (WIDE, {"supplementary_attributes": ["morden"]}, r"`supplementary_attributes`.*Did you mean 'modern'"),
        (WIDE, {"sheet": "One"}, r"only a workbook has sheets"),
        (WIDE, {"encoding": "utf-9"}, r"encoding: must be the name of an encoding; found 'utf-9'"),
        (WIDE, {"header_row": 9}, r"line 9: there is no heading"),
        (WIDE, {"attribute": "fair"}, r"`brand`: a long table needs the column of its brands"),
        (WIDE, {"brand": "bank", "attribute": "fair", "kind": "shares"}, r"`amount`: a long table of shares needs"),
        ("b,a,n\nX,f,1\nX,f,2\nY,g,3\n", {"brand": "b", "attribute": "a", "amount": "n", "kind": "ratings"},
         r"line 3: ratings must have one row for each brand and attribute; found X × f again"),
        ("b,a,n\nX,f,1\nY,g,3\n", {"brand": "b", "attribute": "a", "amount": "n", "kind": "ratings"},
         r"ratings must be given for every brand and attribute; found no row for X × g \(2 such pairs\)"),
        ("b,a\nX,f\nY,\n", {"brand": "b", "attribute": "a"}, r"line 3, column 'a': every row must name its attribute"),
        ("b,a\nX,f\nx,g\n", {"brand": "b", "attribute": "a"}, r"brand 'x': every brand must stand once"),
        (b"%PDF-1.7 \xe2\xe3", {}, r"the file is a PDF document, not a table"),
        (b"PK\x03\x04" + b"x" * 50, {}, r"is an Excel workbook .* not what its ending \.csv says"),
        (b"<html><table><tr><td>1</td></tr></table></html>", {}, r"the file is a web page"),
        (b"bank,a,b\n" + b"x" * 300 + b"\x00,1,2\n", {}, r"null characters"),
    ],
)  # fmt: skip
def test_defects_of_text_files(
    tmp_path: Path, content: str | bytes, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(SchemaError, match=message) as caught:
        read_brand_table(written(tmp_path, content), **options)
    told = str(caught.value)
    assert "\n" not in told
    assert "image.csv" in told


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"%PDF-1.7", "a.xlsx", r"the file is a PDF document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 90, "a.xlsx", r"an old or password-locked Excel"),
        (b"PK\x03\x04" + b"\x14\x00" * 40, "a.xlsx", r"cannot be opened \(BadZipFile\)"),
        (b"bank,a,b\nX,1,2\n", "a.xlsx", r"the file is plain text or unknown bytes, not what its ending \.xlsx"),
        (b"PAR1" + b"\x00" * 60, "a.parquet", r"the Parquet file cannot be opened"),
        (b"$FL2@(#) SPSS DATA FILE", "a.csv", r"the file is an SPSS file.*\[survey\]"),
        (b"\x1f\x8b\x08\x00", "a.csv", r"a gzip archive, not a table. Unpack it first"),
        (b"bank,a,b\nX,1,2\n", "a.doc", r"the ending must be one of .*found '.doc'"),
    ],
)  # fmt: skip
def test_files_that_are_not_what_they_say(
    tmp_path: Path, content: bytes, name: str, message: str
) -> None:
    with pytest.raises(SchemaError, match=message):
        read_brand_table(written(tmp_path, content, name))


def test_a_truncated_workbook_is_told(tmp_path: Path) -> None:
    file = workbook(tmp_path, [["bank", "a", "b"], ["X", 1, 2], ["Y", 3, 4]])
    file.write_bytes(file.read_bytes()[:-900])
    with pytest.raises(SchemaError, match="the workbook cannot be opened"):
        read_brand_table(file)


def test_formulas_without_results_are_not_taken_for_zeros(tmp_path: Path) -> None:
    file = workbook(tmp_path, [["bank", "a", "b"], ["X", "=1+1", 2], ["Y", 3, 4]])
    with pytest.raises(SchemaError, match=r"row 2: a formula's result is not stored.*'=1\+1'"):
        read_brand_table(file)


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (pd.Timestamp(2026, 3, 1).to_pydatetime(), r"row 2, column 'a': counts must be numbers"),
        (True, r"counts must be numbers >= 0; found 'True'"),
        ("#DIV/0!", r"found '#DIV/0!'"),
    ],
)
def test_cells_of_workbooks_that_are_no_numbers(tmp_path: Path, cell: Any, message: str) -> None:
    file = workbook(tmp_path, [["bank", "a", "b"], ["X", cell, 2], ["Y", 3, 4]])
    with pytest.raises(SchemaError, match=message):
        read_brand_table(file)


def test_sheets_that_are_not_there(tmp_path: Path) -> None:
    file = workbook(tmp_path, [], Image=[["bank", "a", "b"], ["X", 1, 2], ["Y", 3, 4]])
    with pytest.raises(
        SchemaError, match=r"sheet: the workbook has no such sheet.*Did you mean 'Image'"
    ):
        read_brand_table(file, sheet="Imgae")
    with pytest.raises(SchemaError, match="the workbook is empty"):
        read_brand_table(workbook(tmp_path, [], name="b.xlsx"))


def test_ten_thousand_columns_are_too_many(tmp_path: Path) -> None:
    header = ",".join(["bank", *(f"a{i}" for i in range(10_000))])
    rows = [",".join([brand, *["1"] * 10_000]) for brand in ("X", "Y")]
    file = written(tmp_path, "\n".join([header, *rows]))
    with pytest.raises(
        SchemaError, match="at most 5,000 brands and 1,000 attributes; found 2 × 10,000"
    ):
        read_brand_table(file)
    few = read_brand_table(file, attributes=["a3", "a9"])
    assert few.attributes == ["a3", "a9"]


def test_an_id_column_taken_for_brands_is_told(tmp_path: Path) -> None:
    rows = "\n".join(f"r{i},fees" for i in range(5_001))
    with pytest.raises(
        SchemaError, match=r"found 5,001 × 1.*`brand` and `attribute` name the right"
    ):
        read_brand_table(written(tmp_path, f"id,issue\n{rows}"), brand="id", attribute="issue")


def test_files_that_are_not_there(tmp_path: Path) -> None:
    written(tmp_path, WIDE)
    with pytest.raises(MissingFileError, match=r"Did you mean 'image\.csv'"):
        read_brand_table(tmp_path / "imgae.csv")
    with pytest.raises(SchemaError, match="must be a file, not a folder"):
        read_brand_table(tmp_path)
    with pytest.raises(FileNotFoundError):
        read_brand_table(tmp_path / "nothing like it.csv")


def test_options_are_checked() -> None:
    with pytest.raises(ValueError, match=r"`kind` must be one of .* Did you mean 'counts'"):
        read_brand_table("a.csv", kind="count")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="`unit` must be one of"):
        read_brand_table("a.csv", unit="%")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="`decimal` must be one of"):
        read_brand_table("a.csv", decimal="'")  # type: ignore[arg-type]


def test_places_count_lines_as_an_editor_does(tmp_path: Path) -> None:
    grid = read_grid(written(tmp_path, 'a,b\n"one\ntwo",1\n\nthree,2\n'))
    assert grid.places == ("line 2", "line 5")


# ---------------------------------------------------------------- real tables


@pytest.mark.real
def test_real_brand_tables(real: Path) -> None:
    tables = real / "brand_tables"
    complaints = read_brand_table(
        tables / "cfpb_complaints_2015" / "complaints.csv", brand="Company", attribute="Issue"
    )
    assert complaints.values.shape == (226, 30)
    assert complaints.values.to_numpy().sum() == 17_301
    assert complaints.brands[:3] == ["Citibank", "Capital One", "JPMorgan Chase & Co."]
    assert "PayPal Holdings, Inc." in complaints.brands

    cars = read_brand_table(tables / "cars_39x7" / "data_brands.csv")
    assert cars.values.shape == (39, 7)
    assert cars.values.loc["Ford", "Value"] == 188

    brands = read_brand_table(tables / "brands_42x15" / "brand_associations.csv", kind="shares")
    assert brands.values.shape == (42, 15)
    assert brands.values.loc["Porsche", "Daring"] == 0.76
    with pytest.raises(SchemaError, match='kind = "shares"'):
        read_brand_table(tables / "brands_42x15" / "brand_associations.csv")

    smoke = read_brand_table(tables / "smoke" / "smoke.csv")
    assert smoke.values.to_numpy().tolist() == [
        [4, 2, 3, 2], [4, 3, 7, 4], [25, 10, 12, 4], [18, 24, 33, 13], [10, 6, 7, 2]
    ]  # fmt: skip


@pytest.mark.parametrize("said", ["A1", "A1:B3", "A1:C4", "A1:XFD1048576", "B2:C3"])
def test_a_sheet_is_read_whole_whatever_size_it_declares(tmp_path: Path, said: str) -> None:
    rows = [["bank", "x", "y", "z"], *([f"Bank {at}", at, None, at + 1] for at in range(8))]
    file = workbook(tmp_path, rows)
    wrong = tmp_path / "wrong.xlsx"
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(wrong, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content, n = re.subn(
                    rb'(<dimension ref=)"[^"]*"', rb'\1"%s"' % said.encode(), content
                )
                assert n == 1
            new.writestr(name, content)
    grid = read_grid(wrong)
    assert (grid.header, len(grid.rows)) == (("bank", "x", "y", "z"), 8)
    assert grid.rows[-1] == ("Bank 7", 7, None, 8)
    assert grid.rows == read_grid(file).rows
