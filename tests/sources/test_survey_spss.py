"""SPSS files: labels, missing ranges, sets and encodings as real exporters write them."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest

from brandkit.core.errors import SchemaError
from brandkit.sources import read_survey

END = struct.pack("<ii", 999, 0)


def write(folder: Path, frame: pd.DataFrame, **options: Any) -> Path:
    file = folder / "a.sav"
    pyreadstat.write_sav(frame, str(file), **options)
    return file


def with_sets(file: Path, definition: str) -> Path:
    """Add multiple-response sets to a file's dictionary, which the writer cannot."""
    content, text = file.read_bytes(), definition.encode()
    at = content.index(END)
    record = struct.pack("<iiii", 7, 7, 1, len(text)) + text
    file.write_bytes(content[:at] + record + content[at:])
    return file


def with_encoding(file: Path, name: bytes) -> Path:
    content = file.read_bytes()
    assert content.count(b"UTF-8") == 1
    assert len(name) == 5
    file.write_bytes(content.replace(b"UTF-8", name))
    return file


def test_labels_ranges_and_measures(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "sat": [0.0, 7.0, 98.0, 99.0, None], "region": [1.0, 2.0, 2.0, 9.0, 1.0],
            "gender": [1.0, 2.0, 1.0, 2.0, 1.0], "agree": [1.0, 2.0, 5.0, 8.0, 3.0],
            "text": ["a", "DK", "", "c", "d"], "yes": [0.0, 1.0, 1.0, 0.0, 1.0],
        }
    )  # fmt: skip
    file = write(
        tmp_path, frame, column_labels={"sat": "Satisfaction"},
        variable_value_labels={
            "sat": {0: "not at all", 10: "completely", 98: "don't know"},
            "region": {1: "North", 2: "South", 9: "refused"}, "gender": {1: "man", 2: "woman"},
            "agree": {1: "no", 2: "rather no", 3: "so-so", 4: "rather", 5: "yes", 8: "Don't know"},
            "yes": {0: "no", 1: "yes"},
        },
        missing_ranges={"sat": [{"lo": 98, "hi": 99}], "text": ["DK"], "region": [9]},
        variable_measure={"region": "nominal", "sat": "nominal", "yes": "nominal"},
    )  # fmt: skip
    survey = read_survey(file)
    answers, codebook = survey.responses, survey.codebook.set_index("item")
    assert answers["sat"].tolist()[:2] == [0, 7]
    assert answers["sat"].isna().tolist() == [False, False, True, True, True]
    assert codebook.loc["sat", ["label", "low", "high", "missing"]].tolist() == [
        "Satisfaction", 0, 10, "98..99",
    ]  # fmt: skip
    assert answers["region"].tolist()[:3] == ["North", "South", "South"]
    assert answers["region"].isna().tolist() == [False, False, False, True, False]
    assert answers["gender"].cat.categories.tolist() == ["man", "woman"]
    assert codebook.loc["agree", ["low", "high", "missing"]].tolist() == [1, 5, "8"]
    assert answers["agree"].isna().tolist() == [False, False, False, True, False]
    assert answers["text"].fillna("-").tolist() == ["a", "-", "-", "c", "d"]
    assert answers["yes"].tolist() == [0, 1, 1, 0, 1]
    assert "agree" in str(survey.notes[0])
    assert survey.missing_cells.set_index("item").loc["sat", ["n_coded", "n_blank"]].tolist() == [
        2,
        1,
    ]


def test_ids_and_dates(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"id": [100001.0, 100002.0], "day": pd.to_datetime(["2026-03-01", "2026-03-02"])}
    )
    survey = read_survey(write(tmp_path, frame), respondent="id", wave="day")
    assert survey.responses["id"].tolist() == [100001, 100002]
    assert pd.api.types.is_integer_dtype(survey.responses["id"])
    assert survey.responses["day"].dt.day.tolist() == [1, 2]


def test_sets_of_ticks(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0, None], "b": [2.0, 2.0, 1.0], "c": [1.0, 1.0, 1.0]})
    file = write(tmp_path, frame, column_labels=["Modern", "Fair", "Other"],
                 variable_measure=dict.fromkeys("abc", "nominal"))  # fmt: skip
    survey = read_survey(with_sets(file, "$img=D1 1 5 Image a b\n"))
    assert survey.responses["a"].tolist()[:2] == [1, 0]
    assert survey.batteries[["set", "question", "kind", "item", "label"]].to_numpy().tolist() == [
        ["img", "Image", "pick", "a", "Modern"], ["img", "Image", "pick", "b", "Fair"],
    ]  # fmt: skip
    assert survey.pick_any("img").cells["n_picked"].tolist() == [1, 1]
    assert survey.pick_any("img").cells["n"].tolist() == [3, 3]


def test_sets_of_codes_become_ticks(tmp_path: Path) -> None:
    frame = pd.DataFrame({"m1": [1.0, 2.0, None, 99.0], "m2": [3.0, None, None, None]})
    labels = {1: "Civic", 2: "Harbour", 3: "Tidewater"}
    file = write(tmp_path, frame, variable_value_labels={"m1": labels, "m2": labels},
                 variable_measure={"m1": "nominal", "m2": "nominal"},
                 missing_ranges={"m1": [99]})  # fmt: skip
    survey = read_survey(with_sets(file, "$main=C 5 Banks m1 m2\n"))
    picked = survey.pick_any("main")
    assert picked.attributes == ("Civic", "Harbour", "Tidewater")
    assert picked.ticks.tolist() == [[1, 0, 1], [0, 1, 0]]
    assert survey.responses["m1"].tolist()[:2] == ["Civic", "Harbour"]


@pytest.mark.parametrize("declared", [b"ASCII", b"CP437"])
def test_a_wrong_declared_encoding_is_seen_through(tmp_path: Path, declared: bytes) -> None:
    frame = pd.DataFrame({"q": ["臺灣銀行", "café"]})
    file = with_encoding(write(tmp_path, frame, column_labels=["你的主要銀行"]), declared)
    if declared == b"CP437":
        survey = read_survey(file, encoding="UTF-8")
    else:
        survey = read_survey(file)
        assert "does not fit the encoding it declares" in str(survey.notes[0])
    assert survey.codebook["label"].tolist() == ["你的主要銀行"]
    assert survey.responses["q"].tolist() == ["臺灣銀行", "café"]


def test_mojibake_is_seen_through(tmp_path: Path) -> None:
    frame = pd.DataFrame({"q": ["x"]})
    file = write(tmp_path, frame, column_labels=["préféré"])
    content = file.read_bytes().replace(b"UTF-8", b"L1   ").replace(b"L1   ", b"L1\0\0\0")
    file.write_bytes(content)
    try:
        label = read_survey(file).codebook["label"].tolist()
    except SchemaError:
        pytest.skip("this build of the reader does not know the code page")
    assert label == ["préféré"]


def test_a_survey_without_rows_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path, pd.DataFrame({"q": pd.Series([], dtype=float)}))
    with pytest.raises(SchemaError, match=r"must have respondents; found no rows"):
        read_survey(file)


def test_the_sample_survey_is_read_whole(root: Path) -> None:
    survey = read_survey(
        root / "data" / "raw" / "sample" / "survey.sav", brand="brand", respondent="respondent",
        weight="weight", strata="stratum", wave="wave", categories=["age", "tier"],
    )  # fmt: skip
    assert survey.n_respondents == 3000
    assert survey.responses["brand"].nunique() == 12
    image = survey.images("image")
    assert image.counts().shape == (12, 14)
    assert survey.quality().checks.query("check == 'speeding'")["n_found"].item() > 0
    assert survey.responses["age"].cat.categories[0] == survey.labelled("age").cat.categories[0]
