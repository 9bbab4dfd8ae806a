"""Surveys: what is written by hand is read back the same, and what is wrong is said plainly."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brandkit.core.errors import BrandkitError, InputError, MissingColumnsError, SchemaError
from brandkit.sources import read_survey
from brandkit.sources.survey.codebook import CODEBOOK_COLUMNS, Item, read_codebook
from brandkit.sources.survey.survey import Survey
from tests.conftest import some

CODEBOOK = """item,label,low,high,missing,reversed,set,question
sat1,Satisfied,0,10,98;99,,SAT,How satisfied are you?
sat2,Would leave,0,10,98;99,yes,SAT,How satisfied are you?
"""
ANSWERS = "id,bank,w,sat1,sat2\n007,Civic,1.5,10,0\n007,Harbour,1.5,98,3\n12,Civic,0.5,,10\n"


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8", newline="\n")
    return file


def read(folder: Path, answers: str = ANSWERS, codebook: str = CODEBOOK, **options: Any) -> Survey:
    return read_survey(
        write(folder, "answers.csv", answers), codebook=write(folder, "codebook.csv", codebook),
        **{"brand": "bank", "respondent": "id", "weight": "w", **options},
    )  # fmt: skip


# Known values ------------------------------------------------------------------------------------


def test_a_csv_with_a_codebook(tmp_path: Path) -> None:
    survey = read(tmp_path)
    expected = pd.DataFrame(
        {
            "id": ["007", "007", "12"], "bank": ["Civic", "Harbour", "Civic"], "w": [1.5, 1.5, 0.5],
            "sat1": [10.0, np.nan, np.nan], "sat2": [10.0, 7.0, 0.0],
        }
    ).astype({"id": "str", "bank": "str"})  # fmt: skip
    pd.testing.assert_frame_equal(survey.responses, expected)
    assert list(survey.codebook.columns) == list(CODEBOOK_COLUMNS)
    assert survey.codebook["stage"].isna().all()
    assert survey.codebook.drop(columns="stage").to_numpy().tolist() == [
        ["sat1", "Satisfied", 0.0, 10.0, "98; 99", False, "SAT", "How satisfied are you?"],
        ["sat2", "Would leave", 0.0, 10.0, "98; 99", True, "SAT", "How satisfied are you?"],
    ]
    assert survey.missing_cells.to_numpy().tolist() == [["sat1", 1, 1, 3], ["sat2", 0, 0, 3]]
    assert (survey.n_respondents, survey.items) == (2, ("sat1", "sat2"))
    assert dict(survey.design) == {
        "brand": "bank", "respondent": "id", "weight": "w", "strata": None, "cluster": None,
        "wave": None,
    }  # fmt: skip
    assert survey.notes == ()


def test_a_scale_is_never_observed(tmp_path: Path) -> None:
    survey = read(tmp_path, codebook="item,label\nsat1,Satisfied\nsat2,Would leave\n")
    assert survey.codebook[["low", "high"]].isna().all(axis=None)
    assert survey.items == ("sat1", "sat2")


@pytest.mark.parametrize("missing", [[98], 98, ["97..99"], {"sat1": [98]}, "98"])
def test_missing_codes_are_declared(tmp_path: Path, missing: Any) -> None:
    survey = read(tmp_path, codebook="item,low,high\nsat1,0,10\nsat2,0,10\n", missing=missing)
    assert survey.responses["sat1"].tolist()[0] == 10
    assert survey.responses["sat1"].isna().tolist() == [False, True, True]


def test_a_missing_code_may_be_an_answer_elsewhere(tmp_path: Path) -> None:
    answers = "a,b\n9,9\n3,3\n"
    codebook = "item,low,high\na,0,10\nb,1,5\n"
    plain: dict[str, Any] = {"brand": None, "respondent": None, "weight": None}
    with pytest.raises(InputError, match=r"found 9, which lies on the scale of 'a', 0 to 10"):
        read(tmp_path, answers, codebook, missing=[9], **plain)
    survey = read(tmp_path, answers, codebook, missing={"b": [9]}, **plain)
    assert survey.responses["a"].tolist() == [9, 3]
    assert survey.responses["b"].isna().tolist() == [True, False]


def test_a_constant_brand(tmp_path: Path) -> None:
    survey = read(tmp_path, "id,w,sat1,sat2\n1,1,5,5\n", brand="Civic Bank")
    assert survey.design.brand == "brand"
    assert survey.responses["brand"].tolist() == ["Civic Bank"]


def test_codes_with_labels_are_read_as_labels_in_their_order(tmp_path: Path) -> None:
    survey = read(
        tmp_path, "id,bank,w,age,main\n1,2,1,3,1\n2,1,1,1,9\n3,2,1,2,2\n",
        "item,values\nage,1=<=25; 2=26-65; 3=>=66\nbank,1=Civic; 2=Harbour\n"
        "main,1=Civic; 2=Harbour\n",
    )  # fmt: skip
    assert survey.responses["bank"].tolist() == ["Harbour", "Civic", "Harbour"]
    assert survey.responses["age"].tolist() == [">=66", "<=25", "26-65"]
    assert survey.responses["age"].cat.categories.tolist() == ["<=25", "26-65", ">=66"]
    assert survey.responses["main"].tolist() == ["Civic", "9", "Harbour"]


def test_scales_may_be_written_as_their_labels(tmp_path: Path) -> None:
    survey = read(
        tmp_path, "id,bank,w,sat1\n1,A,1,Good\n2,A,1,2\n3,A,1,NA\n",
        "item,low,high,values\nsat1,1,3,1=Bad; 3=Good\n",
    )  # fmt: skip
    assert survey.responses["sat1"].tolist()[:2] == [3, 2]
    assert survey.missing_cells["n_blank"].tolist() == [1]
    assert survey.labelled("sat1").tolist()[0] == "Good"


def test_columns_can_be_read_as_categories(tmp_path: Path) -> None:
    survey = read(tmp_path, categories=["sat1"])
    assert survey.responses["sat1"].tolist()[0] == "10"
    with pytest.raises(MissingColumnsError, match=r"`categories` must name columns.*mean 'sat\d'"):
        read(tmp_path, categories=["sat"])


@pytest.mark.parametrize(
    ("answers", "kinds"),
    [
        ("zip,n\n00501,1\n10001,2\n", ("str", "float")),
        ("x,n\nNA,1\n5,2\n", ("float", "float")),
        ('x,n\n"1,5",1\n"2,25",2\n', ("float", "float")),
        ("x,n\nNA,1\nNamibia,2\n", ("str", "float")),
        ("x,n\n<=25,1\n>=66,２\n", ("str", "float")),
        ("x,n\n,1\n,2\n", ("str", "float")),
    ],
)
def test_columns_nobody_describes(tmp_path: Path, answers: str, kinds: tuple[str, str]) -> None:
    responses = read_survey(write(tmp_path, "a.csv", answers)).responses
    found = tuple(
        "float" if pd.api.types.is_float_dtype(responses[name]) else "str" for name in responses
    )
    assert found == kinds


def test_headings_that_repeat_are_numbered(tmp_path: Path) -> None:
    survey = read_survey(write(tmp_path, "a.csv", "q,q,r\n1,2,3\n4,5,6\n"))
    assert list(survey.responses.columns) == ["q", "q (2)", "r"]
    assert str(survey.notes[0]) == "Columns with the same name were numbered: q."


def test_a_column_that_counts_the_rows_is_left_out(tmp_path: Path) -> None:
    assert list(read_survey(write(tmp_path, "a.csv", ",q\n1,7\n2,7\n")).responses) == ["q"]
    assert list(read_survey(write(tmp_path, "b.csv", ",q\n5,7\n2,7\n")).responses) == [
        "column 1",
        "q",
    ]


def test_a_codebook_says_at_which_stage_of_the_sale_a_service_is_met(tmp_path: Path) -> None:
    codebook = "item,low,high,階段\nsat1,0,10,before\nsat2,0,10,\n"
    survey = read(tmp_path, codebook=codebook)
    assert survey.codebook["stage"].fillna("").tolist() == ["before", ""]
    assert read_codebook(tmp_path / "codebook.csv")["sat2"].stage is None


def test_rows_of_question_texts_become_labels(tmp_path: Path) -> None:
    text = 'Q1,Q2\nHow satisfied?,Which?\n"{""ImportId"":""a""}","{""ImportId"":""b""}"\n7,x\n'
    survey = read_survey(write(tmp_path, "a.csv", text))
    assert survey.codebook["label"].tolist() == ["How satisfied?", "Which?"]
    assert survey.responses["Q1"].tolist() == [7]


@pytest.mark.parametrize(
    ("text", "encoding", "option"),
    [
        ("品牌,分數\n臺灣銀行,7\n", "utf-16", None),
        ("品牌\t分數\n臺灣銀行\t7\n", "utf-16-le", None),
        ("品牌;分數\n臺灣銀行;7\n", "utf-8-sig", None),
        ("品牌,分數\n臺灣銀行,7\n", "big5", "big5"),
    ],
)
def test_encodings(tmp_path: Path, text: str, encoding: str, option: str | None) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(text.encode(encoding))
    survey = read_survey(file, brand="品牌", encoding=option)
    assert survey.responses.to_numpy().tolist() == [["臺灣銀行", 7.0]]


def test_a_chinese_codebook(tmp_path: Path) -> None:
    file = write(
        tmp_path, "codebook.csv", "題號,標籤,最低,最高,遺漏值,題組\nq1,整體滿意,0,10,98；99,滿意\n"
    )
    assert read_codebook(file)["q1"] == Item(
        "q1", "整體滿意", 0.0, 10.0, (98.0, 99.0), set="滿意"
    )  # fmt: skip


def test_items_only_the_codebook_knows_are_said(tmp_path: Path) -> None:
    survey = read(tmp_path, codebook=CODEBOOK + "sat3,Old,0,10,,,,\n")
    assert str(survey.notes[0]) == "1 item of the codebook is not in the survey: sat3."


def test_repeats_and_uneven_weights_are_said(tmp_path: Path) -> None:
    survey = read(
        tmp_path, "id,bank,w,sat1,sat2\n1,A,1,1,1\n1,A,2,1,1\n1,B,1,1,1\n2,B,0,1,1\n"
    )  # fmt: skip
    assert [str(note) for note in survey.notes] == [
        "1 row has weight 0 and counts nowhere.",
        "1 row repeats the respondent and brand of another.",
        "1 respondent has different weights in their rows.",
    ]
    plain = read(tmp_path, respondent=None)
    assert [str(note) for note in plain.notes] == [
        "No column names the respondent, so each row counts as a person of its own."
    ]


# Round trips -------------------------------------------------------------------------------------

scores = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(0, 10)),
        st.sampled_from(["<=25", "NA", "臺北", 'a "b"\nc']),
        st.floats(0.001, 1000, allow_nan=False).map(lambda x: round(x, 6)),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


SAME_FOLDER = [HealthCheck.function_scoped_fixture]


@settings(max_examples=some(12), deadline=None, suppress_health_check=SAME_FOLDER)
@given(rows=scores)
@pytest.mark.parametrize("form", ["csv", "tsv", "xlsx", "parquet", "sav", "zsav"])
def test_what_is_written_is_read_back(form: str, rows: list[Any], tmp_path: Path) -> None:
    frame = pd.DataFrame(rows, columns=["score", "place", "w"])
    frame["score"] = frame["score"].astype(float)
    file = tmp_path / f"a.{form}"
    if form in ("csv", "tsv"):
        frame.to_csv(file, sep="," if form == "csv" else "\t", index=False, lineterminator="\n")
    elif form == "xlsx":
        frame.to_excel(file, index=False)
    elif form == "parquet":
        frame.to_parquet(file, index=False)
    else:
        pyreadstat.write_sav(frame, str(file), compress=form == "zsav")
    codebook = write(tmp_path, "codebook.csv", "item,low,high\nscore,0,10\n")
    read_back = read_survey(file, weight="w", codebook=codebook).responses
    pd.testing.assert_frame_equal(
        read_back, frame.assign(place=frame["place"].astype("str")), check_exact=True
    )


def test_order_of_rows_and_columns_does_not_matter(tmp_path: Path) -> None:
    first = read(tmp_path).responses
    lines = ANSWERS.splitlines()
    turned = read(tmp_path, "\n".join([lines[0], *reversed(lines[1:])]) + "\n").responses
    pd.testing.assert_frame_equal(first.iloc[::-1].reset_index(drop=True), turned)


# Refusals ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ("id,bank,w,sat1,sat2\n1,A,-1,1,1\n", r"column 'w': weights must be >= 0; found 1 cell"),
        ("id,bank,w,sat1,sat2\n1,A,,1,1\n", r"every row must have a weight.*line 2"),
        ("id,bank,w,sat1,sat2\n1,A,inf,1,1\n", r"every row must have a weight"),
        ("id,bank,w,sat1,sat2\n1,A,0,1,1\n", r"weight above 0; found zeros only"),
        ("id,bank,w,sat1,sat2\n,A,1,1,1\n", r"every row must have its respondent"),
        ("id,bank,w,sat1,sat2\n1,,1,1,1\n", r"every row must have its brand"),
        ("id,bank,w,sat1,sat2\n1,A,1,often,1\n", r"scale is 0 to 10, so it must hold numbers"),
        ("id,bank,w,sat1,sat2\n", r"no rows|must have rows"),
        ("id,bank,w,sat1,sat2\n1,A,1,1\n", r"as many cells as the heading"),
        ("id,bank,w,sat1,sat2\n1,A,1,1,1,7\n", r"as many cells as the heading"),
        ('id,bank,w,sat1,sat2\n1,"A,1,1,1\n', r"quot|not a table"),
    ],
)
def test_answers_that_break_a_rule(tmp_path: Path, answers: str, message: str) -> None:
    with pytest.raises(SchemaError, match=message):
        read(tmp_path, answers)


def test_no_answer_or_id_is_ever_shown(tmp_path: Path) -> None:
    secret = "my neighbour Ann Example, 0912345678"
    for bad in (f'1,A,1,"{secret}",1', f'"{secret}",A,x,1,1', f'"{secret}",A,-5,1,1'):
        with pytest.raises(SchemaError) as caught:
            read(tmp_path, f"id,bank,w,sat1,sat2\n{bad}\n")
        assert "neighbour" not in str(caught.value)
        assert "line 2" in str(caught.value)


@pytest.mark.parametrize(
    ("codebook", "error", "message"),
    [
        ("label\nx\n", MissingColumnsError, "a codebook must have a column 'item'"),
        ("item,low,high\nsat1,0,\n", SchemaError, "a scale needs both ends"),
        ("item,low,high\nsat1,10,0\n", SchemaError, "the low one first"),
        ("item,low,high\nsat1,zero,10\n", SchemaError, "'low' must be a number; found 'zero'"),
        ("item,reversed\nsat1,yes\n", SchemaError, "needs the ends of its scale"),
        ("item,low,high,reversed\nsat1,0,10,maybe\n", SchemaError, "'reversed' must be yes or no"),
        ("item,low\nsat1,\nsat1,\n", SchemaError, "must stand in the codebook once"),
        ("item,low\nother,\n", SchemaError, "none of its items is one"),
    ],
)
def test_codebooks_that_break_a_rule(
    tmp_path: Path, codebook: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        read(tmp_path, codebook=codebook)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"respondent": "idd"}, r"`respondent` must name a column.*Did you mean 'id'"),
        ({"weight": "weights"}, r"`weight` must name a column"),
        ({"brand": "Bank"}, r"`brand` must name a column.*Did you mean 'bank'"),
        ({"brand": "banks"}, r"`brand` must name a column"),
        ({"wave": "id"}, r"each column can have one role; found 'id'"),
        ({"missing": {"sat9": [1]}}, r"`missing` must name columns.*Did you mean"),
        ({"missing": [5]}, r"found 5, which lies on the scale"),
    ],
)
def test_arguments_that_break_a_rule(tmp_path: Path, options: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(tmp_path, **options)


def test_a_brand_column_is_not_overwritten(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="`brand` must be the column 'brand'"):
        read_survey(write(tmp_path, "a.csv", "brand,q\nA,1\n"), brand="Civic Bank")


def _wide(rows: int) -> str:
    header = ",".join(f"q{number}" for number in range(10_000))
    return "\n".join([header, *[",".join("1" for _ in range(10_000))] * rows]) + "\n"


def _sav(**options: Any) -> bytes:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a.sav"
        pyreadstat.write_sav(pd.DataFrame({"q": [1.0, 2.0], "t": ["a", "b"]}), str(file), **options)
        return file.read_bytes()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.sav", b"", "must not be empty"),
        ("a.sav", b"$FL2", "must be whole and readable"),
        ("a.sav", _sav()[:300], "must be whole and readable"),
        ("a.sav", _sav()[:-7], "must be whole and readable"),
        ("a.zsav", _sav(compress=True)[:-30], "must be whole and readable"),
        ("a.sav", b"id,q\n1,2\n", "must be that of an SPSS file"),
        ("a.csv", b"", "empty"),
        ("a.csv", b"\xff\xfe", "empty"),
        ("a.csv", b"\n\n", "empty|no heading"),
        ("a.csv", _sav(), "SPSS file"),
        ("a.csv", b"%PDF-1.7 x", "PDF"),
        ("a.csv", b"q,t\n1,\x81\x8d\x9d\n", "must be UTF-8"),
        ("a.csv", b"q,t\n1,\x00\x00x\n", "null|UTF|NUL"),
        ("a.csv", _wide(1).encode(), "may have 5,000 columns; found 10000"),
        ("a.xlsx", b"q,t\n1,2\n", "not what its ending"),
        ("a.xlsx", b"PK\x03\x04broken", "cannot be opened"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0old", "Excel file"),
        ("a.parquet", b"PAR1broken", "cannot be opened"),
        ("a.doc", b"hello", "ending must be one of"),
    ],
)
def test_files_that_are_not_what_they_should_be(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(SchemaError, match=message) as caught:
        read_survey(file)
    said = str(caught.value)
    assert "\n" not in said
    assert len(said) < 700
    assert name in said


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for name in ("nowhere.sav", "nowhere.csv", "nowhere.parquet"):
        with pytest.raises(FileNotFoundError, match=re.escape(name)) as caught:
            read_survey(tmp_path / name)
        assert isinstance(caught.value, BrandkitError)


def test_a_wide_spss_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brandkit.sources.tables.files.MOST_COLUMNS", 1)
    file = tmp_path / "wide.sav"
    file.write_bytes(_sav())
    with pytest.raises(SchemaError, match="may have 1 columns; found 2"):
        read_survey(file)
