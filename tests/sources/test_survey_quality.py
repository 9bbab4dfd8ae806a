"""Fieldwork quality: planted faults are counted, nobody is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from brandkit.core.errors import MissingColumnsError, ScaleError
from brandkit.sources import read_survey
from brandkit.sources.survey.design import SurveyDesign, row_notes
from brandkit.sources.survey.survey import Survey
from tests.contract import assert_contract

ITEMS = [f"q{number}" for number in range(1, 13)]


@pytest.fixture
def survey(tmp_path: Path, rng: np.random.Generator) -> Survey:
    frame = pd.DataFrame(rng.integers(0, 11, (60, 12)), columns=ITEMS)
    frame.iloc[:5, :6] = 7  # five straight-liners in the first battery
    frame.iloc[10] = frame.iloc[11] = frame.iloc[12]  # two copies
    frame.loc[20:22, "q8"] = 12  # out of range
    frame = frame.astype("Int64")
    frame.loc[30:33, "q9"] = None
    frame.loc[34:39, "q9"] = 99
    frame.insert(0, "id", np.arange(1, 61))
    frame.loc[59, "id"] = 1
    frame["seconds"] = 600
    frame.loc[:3, "seconds"] = 90
    frame["contact"] = [f"person{number}@example.org" for number in range(60)]
    frame["tel"] = [f"0912-345-{number:03d}" for number in range(60)]
    frame["notes"] = [
        "臺北市中正區重慶南路一段120號" if number < 10 else "ok" for number in range(60)
    ]
    frame["Name"] = "Ann Example"
    frame["brand name"] = "Civic"
    frame.to_csv(tmp_path / "a.csv", index=False)
    codebook = pd.DataFrame(
        {"item": ITEMS, "low": 0, "high": 10, "missing": "99",
         "set": ["first"] * 6 + ["second"] * 6,
         "reversed": ["yes" if item == "q3" else "" for item in ITEMS]}
    )  # fmt: skip
    codebook.to_csv(tmp_path / "codebook.csv", index=False)
    return read_survey(tmp_path / "a.csv", codebook=tmp_path / "codebook.csv", respondent="id")


def found(survey: Survey) -> dict[tuple[str, str], tuple[int, int]]:
    checks = survey.quality().checks.query("n_found > 0")
    places = checks["set"].fillna(checks["item"]).fillna("")
    keys = zip(checks["check"], places, strict=True)
    return dict(zip(keys, zip(checks["n_found"], checks["n"], strict=True), strict=True))


def test_planted_faults_are_counted(survey: Survey) -> None:
    assert found(survey) == {
        ("straight_lining", "first"): (5, 60),
        ("speeding", "seconds"): (4, 60),
        ("duplicate_answers", ""): (2, 60),
        ("duplicate_ids", "id"): (1, 60),
        ("out_of_range", "q8"): (3, 60),
        ("nonresponse", "q9"): (4, 60),
        ("personal_data", "contact"): (60, 60),
        ("personal_data", "tel"): (60, 60),
        ("personal_data", "notes"): (10, 60),
        ("personal_data", "Name"): (60, 60),
    }
    checks = survey.quality().checks
    assert checks.query("item == 'q9' and check == 'nonresponse'")["n_found"].tolist() == [6, 4]
    kinds = checks.query("check == 'personal_data'").set_index("item")["detail"].to_dict()
    assert kinds == {"contact": "email", "tel": "phone", "notes": "address", "Name": "name"}


def test_nothing_is_left_out_and_nobody_is_named(survey: Survey) -> None:
    quality = survey.quality()
    assert len(survey.responses) == 60
    said = " ".join([*map(str, quality.notes), repr(quality), str(quality._repr_mimebundle_()),
                     quality.tidy().to_string()])  # fmt: skip
    for secret in ("example.org", "Ann", "0912", "重慶"):
        assert secret not in said
    assert str(quality.notes[0]) == ("5 of 60 rows give one and the same answer all through first.")
    assert quality.notes[-1].values["items"] == ["contact", "tel", "notes", "Name"]


def test_turned_items_are_judged_as_they_were_asked(survey: Survey) -> None:
    assert survey.responses.loc[0, "q3"] == 3
    assert found(survey)["straight_lining", "first"] == (5, 60)


def test_what_is_not_personal(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "id,bank_name,income,code,comment\n1,Civic,52000,12345678,in 2 hours\n"
        "2,Harbour,48000,12345679,no. 3 is best\n", encoding="utf-8",
    )  # fmt: skip
    survey = read_survey(tmp_path / "a.csv", respondent="id")
    assert not (survey.quality().checks["check"] == "personal_data").any()


def test_the_duration_can_be_named(survey: Survey) -> None:
    quality = survey.quality(duration="q1", speed=0.5)
    assert quality.checks.query("check == 'speeding'")["item"].tolist() == ["q1"]
    with pytest.raises(MissingColumnsError, match=r"`duration` names columns"):
        survey.quality(duration="minutes")
    with pytest.raises(ScaleError, match="`speed` must lie between 0 and 1"):
        survey.quality(speed=2)


def test_contract(survey: Survey) -> None:
    assert_contract(survey.quality, survey.responses, survey.codebook)


def test_numbers_that_start_again_in_every_wave_are_noticed() -> None:
    waves = [2025] * 3 + [2026] * 3
    frame = pd.DataFrame({"id": [1, 2, 3, 1, 2, 3], "wave": waves, "sat": range(6)})
    design = SurveyDesign(respondent="id", wave="wave")
    assert "taken for one person" in str(row_notes(frame, design)[0])
    # a panel loses persons, and numbers that go on are different persons
    assert row_notes(frame.assign(id=[1, 2, 3, 1, 3, 4]), design) == []
    assert row_notes(frame.assign(id=range(6)), design) == []
