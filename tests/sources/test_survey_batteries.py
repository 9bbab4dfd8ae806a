"""Pick-any batteries in their three forms come out the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from brandkit.core.errors import InputError, MissingColumnsError, NotEnoughDataError
from brandkit.sources import read_survey
from brandkit.sources.survey.batteries import PickAny, battery_answers
from brandkit.sources.survey.design import SurveyDesign
from brandkit.sources.survey.survey import Survey
from tests.conftest import some
from tests.contract import assert_contract

BRANDS, ATTRIBUTES = ["Civic", "Harbour"], ["modern", "fair", "near me"]
#: respondent -> weight, brand -> ticks; the third was not asked about Harbour.
TICKS: dict[int, tuple[float, dict[str, list[int]]]] = {
    1: (1.0, {"Civic": [1, 0, 1], "Harbour": [0, 0, 0]}),
    2: (2.0, {"Civic": [0, 0, 1], "Harbour": [1, 1, 0]}),
    3: (0.5, {"Civic": [1, 1, 1]}),
}
COUNTS = [[1.5, 0.5, 3.5], [2.0, 2.0, 0.0]]
SHARES = [[1.5 / 3.5, 0.5 / 3.5, 1.0], [2 / 3, 2 / 3, 0.0]]


def survey_of(folder: Path, frame: pd.DataFrame, codebook: pd.DataFrame, **options: Any) -> Survey:
    frame.to_csv(folder / "a.csv", index=False)
    codebook.to_csv(folder / "codebook.csv", index=False)
    return read_survey(folder / "a.csv", codebook=folder / "codebook.csv", respondent="id",
                       weight="w", **options)  # fmt: skip


def long_form(folder: Path) -> Survey:
    rows = [
        [person, brand, weight, *ticks]
        for person, (weight, rated) in TICKS.items() for brand, ticks in rated.items()
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["id", "bank", "w", "i1", "i2", "i3"])
    codebook = pd.DataFrame({"item": ["i1", "i2", "i3"], "label": ATTRIBUTES, "set": "image"})
    return survey_of(folder, frame, codebook, brand="bank")


def wide_form(folder: Path, *, by: str, told: bool = False, blank: bool = False) -> Survey:
    columns = {f"q_{brand}_{number}": [] for brand in range(2) for number in range(3)}
    for _, rated in TICKS.values():
        for b, brand in enumerate(BRANDS):
            for a in range(3):
                tick = rated[brand][a] if brand in rated else None
                # A person who ticked nothing for a brand and leaves blanks looks as if not asked
                columns[f"q_{b}_{a}"].append(
                    None if blank and tick == 0 and any(rated[brand]) else tick
                )
    frame = pd.DataFrame(columns).astype("Int64")
    frame.insert(0, "id", list(TICKS))
    frame.insert(1, "w", [weight for weight, _ in TICKS.values()])
    frame["main"] = [1, 2, 1]
    rows = [("main", "", "", "1=Civic; 2=Harbour", "", "")]
    for b, brand in enumerate(BRANDS):
        for a, attribute in enumerate(ATTRIBUTES):
            own = brand if by == "sets" else attribute
            other = attribute if by == "sets" else brand
            rows.append(
                (f"q_{b}_{a}", f"{other} - {own}", f"set {own}", "",
                 brand if told else "", attribute if told else "")
            )  # fmt: skip
    names = ["item", "label", "set", "values", "brand", "attribute"]
    return survey_of(folder, frame, pd.DataFrame(rows, columns=names))


def check(image: PickAny) -> None:
    np.testing.assert_allclose(image.counts().loc[BRANDS, ATTRIBUTES], COUNTS, rtol=1e-12)
    np.testing.assert_allclose(image.shares().loc[BRANDS, ATTRIBUTES], SHARES, rtol=1e-12)
    base = image.cells.groupby("brand")[["n", "weighted_base"]].max().loc[BRANDS]
    assert base.to_numpy().tolist() == [[3, 3.5], [2, 3.0]]
    answers = image.answers()
    assert list(answers) == ["brand", "respondent", "weight", *answers.columns[3:]]
    assert set(answers.columns[3:]) == set(ATTRIBUTES)
    assert len(answers) == 5


def test_long_form(tmp_path: Path) -> None:
    check(long_form(tmp_path).images())
    check(long_form(tmp_path).images("image"))
    check(long_form(tmp_path).images(["i1", "i2", "i3"]))


@pytest.mark.parametrize("by", ["sets", "items"])
@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("blank", [True, False])
def test_wide_form(tmp_path: Path, by: str, *, told: bool, blank: bool) -> None:
    survey = wide_form(tmp_path, by=by, told=told, blank=blank)
    image = survey.images()
    check(image)
    assert str(image.notes[0]) == "Brands were shown to 2 to 3 respondents."


def test_lists_of_codes_in_one_cell(tmp_path: Path) -> None:
    rows = [
        [person, brand, weight, ";".join(str(a + 1) for a in range(3) if ticks[a]) or "0"]
        for person, (weight, rated) in TICKS.items() for brand, ticks in rated.items()
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["id", "bank", "w", "image"])
    codebook = pd.DataFrame(
        {"item": ["image"], "values": ["1=modern; 2=fair; 3=near me; 0=none of these"]}
    )
    image = survey_of(tmp_path, frame, codebook, brand="bank").images(without=["none of these"])
    check(image)


def test_sentences_are_no_lists(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text('q,r\n"good; but slow",1;3\nfine,2\n', encoding="utf-8")
    survey = read_survey(file)
    assert list(survey.responses) == ["q", "r", "r_1", "r_2", "r_3"]
    assert survey.responses["r_3"].tolist() == [1, 0]


@pytest.mark.parametrize(
    "marks", [("x", ""), ("yes", "no"), ("TRUE", "FALSE"), ("是", "否"), (1, 0)]
)
def test_the_usual_marks_are_ticks(tmp_path: Path, marks: tuple[Any, Any]) -> None:
    yes, no = marks
    frame = pd.DataFrame({"id": [1, 2], "w": 1, "a": [yes, no], "b": [yes, yes]})
    codebook = pd.DataFrame({"item": ["a", "b"], "set": "s"})
    cells = survey_of(tmp_path, frame, codebook).pick_any("s").cells
    assert cells["n_picked"].tolist() == [1, 2]
    assert cells["n"].tolist() == [2, 2]


def test_a_set_of_ratings_is_no_battery_of_ticks(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": [1, 2], "w": 1, "a": [1, 0], "b": [1, 10]})
    codebook = pd.DataFrame({"item": ["a", "b"], "low": 0, "high": 10, "set": "s"})
    survey = survey_of(tmp_path, frame, codebook)
    assert survey.batteries["kind"].tolist() == ["scale", "scale"]
    with pytest.raises(InputError, match=r"must hold 1 and 0.*found other answers in \['b'\]"):
        survey.pick_any("s")
    with pytest.raises(InputError, match="must have a pick-any battery; found none"):
        survey.images()


def test_brands_and_attributes_can_be_left_out(tmp_path: Path) -> None:
    survey = long_form(tmp_path)
    assert survey.images(without=["Harbour"]).counts().index.tolist() == ["Civic"]
    assert survey.images(without=["fair"]).attributes == ("modern", "near me")
    wide = wide_form(tmp_path, by="sets").images(without=["Harbour", "modern"])
    assert wide.counts().shape == (1, 2)
    with pytest.raises(InputError, match=r"`without` must name brands or attributes.*'Tidewater'"):
        survey.images(without=["Tidewater"])


def test_labels_that_leave_the_brand_open_are_asked_about(tmp_path: Path) -> None:
    survey = wide_form(tmp_path, by="sets")
    alone = Survey(**{**vars(survey), "labels": {}})
    with pytest.raises(InputError, match=r"`brands` must say what stands for a brand"):
        alone.images()
    check(alone.images(brands="sets"))
    with pytest.raises(InputError, match="`brands` must be one of 'sets', 'items'"):
        alone.images(brands="columns")  # type: ignore[arg-type]


def test_unknown_sets_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingColumnsError, match=r"found \['imag'\].*Did you mean 'image'"):
        long_form(tmp_path).images("imag")


def test_names_that_say_none_are_noted(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": [1, 1], "w": 1, "bank": ["Civic", "None of these"], "a": 1, "b": 0})
    codebook = pd.DataFrame({"item": ["a", "b"], "set": "s"})
    notes = survey_of(tmp_path, frame, codebook, brand="bank").images().notes
    assert str(notes[0]).endswith("by its name it is none: None of these.")


def test_a_battery_without_answers_is_refused(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": [1], "w": 1, "a": [None], "b": [None]})
    codebook = pd.DataFrame({"item": ["a", "b"], "set": "s"})
    with pytest.raises(NotEnoughDataError, match="must have answers"):
        survey_of(tmp_path, frame, codebook).pick_any("s")


@settings(max_examples=some(10), deadline=None)
@given(
    ticks=st.lists(st.lists(st.sampled_from([0.0, 1.0, np.nan]), min_size=4, max_size=4),
                   min_size=1, max_size=12),
    factor=st.floats(0.1, 10),
)  # fmt: skip
def test_invariants(ticks: list[list[float]], factor: float) -> None:
    frame = pd.DataFrame(ticks, columns=list("abcd"))
    asked = frame.notna().any()
    assume((asked["a"] and asked["c"]) or (asked["b"] and asked["d"]))
    frame["w"] = factor
    placed = pd.DataFrame({"item": list("abcd"), "brand": ["A", "A", "B", "B"],
                           "attribute": ["x", "y", "x", "y"]})  # fmt: skip
    weighted = battery_answers(frame, placed=placed, design=SurveyDesign(weight="w"))
    plain = battery_answers(frame, placed=placed, design=SurveyDesign())
    np.testing.assert_allclose(weighted.cells["count"], factor * plain.cells["count"], atol=1e-9)
    pd.testing.assert_frame_equal(weighted.shares(), plain.shares())
    assert (plain.cells["n_picked"] <= plain.cells["n"]).all()
    assert plain.cells["n_picked"].sum() == frame[list("abcd")].sum(axis=None)
    turned = battery_answers(frame.iloc[::-1], placed=placed, design=SurveyDesign())
    pd.testing.assert_frame_equal(turned.cells, plain.cells)


def test_contract(tmp_path: Path) -> None:
    survey = long_form(tmp_path)
    assert_contract(survey.images, survey.responses, survey.batteries)
