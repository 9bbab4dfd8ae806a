"""Real surveys and branch lists, with the figures their publishers state."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from brandkit.sources import read_branches, read_survey

pytestmark = pytest.mark.real

BLOCKS = {"imag": 6, "expe": 4, "qual": 7, "val": 4, "sat": 3, "loy": 3}


def test_csibank(real: Path) -> None:
    survey = read_survey(real / "surveys" / "csibank" / "csibank.csv", brand="The bank")
    assert len(survey.responses) == 1707
    assert survey.items == tuple(
        f"{block}{number}" for block, size in BLOCKS.items() for number in range(1, size + 1)
    )
    answers = survey.responses[list(survey.items)]
    assert answers.notna().all(axis=None)
    assert answers.isin(range(11)).all(axis=None)
    assert "<=25" in set(survey.responses["Age"])
    assert 0.49 < survey.responses["loy2"].corr(survey.responses["loy1"]) < 0.52
    checks = survey.quality().checks
    assert not (checks["check"] == "personal_data").any()
    assert checks.query("check == 'nonresponse'")["n_found"].sum() == 0
    assert survey.notes == ()


def test_satisfaction(real: Path) -> None:
    survey = read_survey(real / "surveys" / "satisfaction" / "satisfaction.csv")
    assert survey.responses.shape == (250, 28)
    assert len(survey.items) == 27
    assert survey.responses.columns[0] == "imag1"


@pytest.mark.slow
def test_burger_tracker(real: Path) -> None:
    path = real / "surveys" / "burger_tracker" / "Burger_Brand_Tracking_Dec_2017.sav"
    survey = read_survey(path, respondent="ID", weight="wgt", wave="date")
    assert survey.responses.shape == (4853, 523)
    assert survey.n_respondents == 4853
    assert survey.batteries["set"].nunique() == 18
    assert (survey.batteries["kind"] == "pick").all()
    labels = survey.codebook["label"]
    # 45 labels repeat an earlier one: the brands of four questions, told apart by their sets
    assert int(labels.duplicated().sum()) == 45
    assert survey.responses["S2"].cat.categories.tolist() == ["Male", "Female"]

    image = survey.images()
    assert image.counts().shape == (11, 21)
    assert len(image.attributes) == 21
    raw = survey.responses
    weights = raw["wgt"]
    np.testing.assert_allclose(
        image.counts().loc["Arnold's", "Good value for money"],
        _by_hand(survey.batteries, raw, weights, "Arnold's"), rtol=1e-12,
    )  # fmt: skip
    assert "None of These" in str(image.notes[0])
    assert image.counts().index.isin(["None of These"]).sum() == 1
    assert survey.images(without=["None of These"]).counts().shape == (10, 21)
    assert image.shares().max(axis=None) <= 1

    aware = survey.pick_any("Q1.Aidedbrandawareness").cells.set_index("attribute")
    assert aware.loc["Arnold's", ["n_picked", "n"]].tolist() == [4772, 4853]
    quality = survey.quality()
    assert quality.checks.query("check == 'duplicate_ids'")["n_found"].item() == 0
    assert not (quality.checks["check"] == "personal_data").any()


def _by_hand(batteries: pd.DataFrame, raw: pd.DataFrame, weights: pd.Series, brand: str) -> float:
    item = batteries.loc[batteries["label"] == f"Good value for money - {brand}", "item"].item()
    return float((raw[item].fillna(0) * weights).sum())


def test_taiwanese_branches(real: Path) -> None:
    path = real / "branches" / "tw_bank_branches" / "tw_branches.csv"
    branches = read_branches(path, brand="bank_code", market="city_derived", name="bank_name")
    raw = pd.read_csv(path, dtype=str, keep_default_na=False)
    assert (branches.n_rows, branches.n_unplaced) == (4672, 743)
    assert raw["bank_code"].nunique() == 113
    presence = branches.presence
    by_market = presence.groupby("market")["n"].sum()
    assert len(by_market) == 22
    assert by_market[["臺北市", "新北市", "臺中市"]].tolist() == [1130, 620, 442]
    assert presence["n"].sum() == 4672 - 743
    assert presence["brand"].nunique() == 113 - 15
    assert any("15 brands have no market" in str(note) for note in branches.notes)
    by_address = raw.assign(city=raw["address"].str[:3]).query("city in ('台北市', '臺北市')")
    folded = write_and_read(by_address[["bank_code", "city"]], path)
    assert folded["market"].unique().tolist() == ["台北市"]
    assert folded["n"].sum() == 720 + 398


def write_and_read(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / path.name
        frame.to_csv(file, index=False, encoding="utf-16")
        return read_branches(file, brand="bank_code", market="city").presence


def test_american_branches(real: Path) -> None:
    path = real / "branches" / "us_fdic_sod" / "bank_county_1994_2023.csv.xz"
    branches = read_branches(
        path, brand="CERT", market="STCNTYBR", amount="deposits_k", where={"YEAR": 2023},
        name="NAMEFULL",
    )  # fmt: skip
    presence = branches.presence
    # The file holds full-service branches: ten of the year's 4,655 banks have none
    assert presence["brand"].nunique() == 4645
    assert presence["market"].nunique() == 3197
    assert presence["market"].str.len().eq(5).all()
    assert len(presence) == branches.n_rows == 25224
    np.testing.assert_allclose(presence["amount"].sum(), 16_258_370_447)
    assert presence["amount"].eq(0).sum() == 44
    assert presence["brand"].str.startswith("First State Bank (").sum() > 1
