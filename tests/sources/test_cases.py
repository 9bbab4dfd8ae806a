"""Files that were once read wrongly, each with what must come of it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from brandkit import answers
from brandkit.core.errors import BrandkitError, InputError, SchemaError
from brandkit.satisfaction import perceived_alikeness
from brandkit.sources import read_brand_table, read_study, read_survey
from brandkit.sources.new.new import new_study
from brandkit.sources.study.inspection import check_study
from brandkit.sources.study.settings import Settings, StudySection, read_settings
from brandkit.sources.study.study import Study

CASES = Path(__file__).with_name("cases")
BANKS = ("Civic Bank", "Kestrel Bank", "Harbour Bank")
MEANS = (6.217949, 6.935484, 7.323529)
MODERN = (0.205128, 0.340426, 0.676471)


def case(folder: Path, name: str) -> Path:
    return Path(shutil.copytree(CASES / name, folder / name))


def anew(folder: Path, name: str) -> tuple[Settings, str, Path]:
    """Guess a case from its files alone: its settings, what is asked, its folder."""
    target = case(folder, name)
    (target / "study.toml").unlink(missing_ok=True)
    made = new_study(target)
    return read_settings(made.path)[0], "\n".join(made.questions), target


def means(study: Study, item: str) -> dict[str, float]:
    survey = study.survey
    assert survey is not None
    assert survey.design.brand is not None
    found = survey.responses.groupby(survey.design.brand, observed=True)[item].mean()
    return {str(bank): float(value) for bank, value in found.items()}


@pytest.mark.parametrize(
    ("name", "banks", "n_attributes"),
    [
        ("qualtrics_numeric", ("1", "2", "3"), 4),
        ("qualtrics_choice_text", BANKS, 4),
        ("google_forms", BANKS, 4),
        ("limesurvey", BANKS, 4),
        ("surveymonkey", BANKS, 4),
    ],
)
def test_a_service_s_own_columns_are_neither_persons_nor_drivers(
    tmp_path: Path, name: str, banks: tuple[str, ...], n_attributes: int
) -> None:
    settings, asked, folder = anew(tmp_path, name)
    survey = settings.survey
    assert survey is not None
    assert survey.outcome
    assert survey.recommend
    assert len(survey.drivers) == 4
    assert len(survey.images) == n_attributes
    assert len(survey.segments) == 1
    assert "days of" not in asked or "Start Date" in asked  # a latitude is no day
    assert check_study(folder).is_sound
    study = read_study(folder)
    assert study.survey is not None
    assert study.survey.n_respondents == 240
    shares = study.survey.images(survey.images).shares()
    shares.index = shares.index.map(str)
    modern = shares[next(one for one in shares if str(one).endswith("Modern"))]
    assert [modern[bank] for bank in banks] == pytest.approx(MODERN, abs=1e-6)
    if name != "surveymonkey":  # in words there, from 1 to 5
        found = means(study, survey.outcome)
        assert [found[bank] for bank in banks] == pytest.approx(MEANS, abs=1e-6)


def test_a_form_in_chinese(tmp_path: Path) -> None:
    settings, _, folder = anew(tmp_path, "google_forms_zh")
    assert settings.survey is not None
    assert (len(settings.survey.drivers), len(settings.survey.images)) == (3, 3)
    assert settings.study.language == "zh-Hant"
    assert means(read_study(folder), str(settings.survey.outcome)) == pytest.approx(
        {"台新銀行": 6.509091, "國泰世華": 6.253521, "玉山銀行": 6.310811}, abs=1e-6
    )


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("blank_ticks", {"brand": "bank", "images": ["img_modern", "img_fair", "img_expert"]}),
        ("text_ids_are_brands", {"brand": "bank", "respondent": "respondent",
                                 "outcome": "satisfaction", "recommend": "recommend"}),
        ("likert_marked_nominal", {"outcome": "sat", "recommend": "rec",
                                   "drivers": ["app", "fees"], "scale": None}),
        ("weight_conscious_tick_guessed_as_weight", {"weight": None, "recommend": "rec"}),
        ("customer_survey_read_as_catalogue", {"brand": "Bank Name", "outcome": None}),
        ("survey_workbook_with_cover", {"sheet": "Data", "codebook": "survey.xlsx",
                                        "outcome": "sat"}),
        ("four_multi_answer_questions_become_brand_image", {"brand": None, "images": []}),
        ("wave_order", {"wave": "wave", "brand": "bank"}),
        ("outcome_is_recommend", {"outcome": "sat", "recommend": "rec", "scale": None}),
        ("date_beyond_9999", {"brand": "bank", "outcome": "sat"}),
    ],
)  # fmt: skip
def test_what_the_columns_are(tmp_path: Path, name: str, keys: dict[str, Any]) -> None:
    settings, _, folder = anew(tmp_path, name)
    assert settings.evidence == ("survey",)
    for key, value in keys.items():
        assert getattr(settings.survey, key) == value
    assert check_study(folder).is_sound


def test_blank_ticks_count_as_zeros_do(tmp_path: Path) -> None:
    folder = case(tmp_path, "blank_ticks")
    told = read_study(folder).survey
    zeros = read_survey(folder / "zeros.csv", brand="bank", respondent="respondent")
    names = ["img_modern", "img_fair", "img_expert"]
    assert told is not None
    pd.testing.assert_frame_equal(told.images(names).shares(), zeros.images(names).shares())
    blank, zero = (perceived_alikeness(one, brand="bank", images=names) for one in (told, zeros))
    pd.testing.assert_frame_equal(blank.measures, zero.measures)
    assert blank.glance()["n_persons"].item() == 120


def test_a_day_that_no_calendar_knows_costs_its_cell(tmp_path: Path) -> None:
    survey = read_survey(case(tmp_path, "date_beyond_9999") / "survey.sav")
    assert survey.responses["when"].isna().sum() == 1
    assert len(survey.responses) == 4
    assert any("1 day in when lies past the year 9999" in str(note) for note in survey.notes)


@pytest.mark.parametrize("name", ["check_ready_report_refuses", "no_answers_between_cuts"])
def test_ready_means_that_scores_are_told(tmp_path: Path, name: str) -> None:
    folder = case(tmp_path, name)
    assert check_study(folder).is_sound
    told = answers(read_study(folder))
    asked = told.scores if name == "check_ready_report_refuses" else told.drivers
    assert type(asked).__name__ != "Unanswered"


def test_the_scale_of_the_outcome_leaves_the_likelihood_to_recommend(tmp_path: Path) -> None:
    study = read_study(case(tmp_path, "nps_zero_scale"))
    assert study.survey is not None
    by_bank = study.survey.responses.groupby("bank")["rec"]
    nps = by_bank.agg(lambda told: 100 * ((told >= 9).mean() - (told <= 6).mean()))
    assert sorted(nps) == pytest.approx([22, 28])
    assert by_bank.count().tolist() == [50, 50]


def test_one_column_is_not_asked_twice(tmp_path: Path) -> None:
    found = check_study(case(tmp_path, "outcome_is_recommend"))
    assert not found.is_sound
    assert any("[survey] outcome" in line and "`recommend`" in line for line in found.lines())


def test_quarters_run_as_the_calendar_does(tmp_path: Path) -> None:
    survey = read_study(case(tmp_path, "wave_order")).survey
    assert survey is not None
    harbour = survey.responses[survey.responses["bank"] == "Harbour"]
    found = harbour.groupby("wave")["sat"].mean()
    order = ["Q3 2024", "Q4 2024", "Q1 2025"]
    assert any(", ".join(order) in line for line in check_study(tmp_path / "wave_order").lines())
    assert (found[order].diff().dropna() > 1).all()


def test_labels_that_are_empty_fall_back_to_names(tmp_path: Path) -> None:
    survey = read_study(case(tmp_path, "sav_empty_labels")).survey
    assert survey is not None
    assert survey.codebook["label"].str.strip().ne("").all()


def test_questions_of_their_own_are_no_map(tmp_path: Path) -> None:
    study = read_study(case(tmp_path, "four_multi_answer_questions_become_brand_image"))
    assert study.brand_image is None


def test_many_drivers_are_said(tmp_path: Path) -> None:
    settings, asked, folder = anew(tmp_path, "wide25")
    assert settings.survey is not None
    assert len(settings.survey.drivers) == 25
    assert "25 of them, and 20 at most" in asked
    unasked = answers(read_study(folder))["drivers"]
    assert not unasked
    assert "found 25" in str(unasked)


@pytest.mark.parametrize(
    ("name", "kind", "shape", "left_out"),
    [
        ("title_base_footnote", "shares", (5, 6), {"Base (n)"}),
        ("sig_letters_percent_text", "shares", (5, 6), {"Column letters"}),
        ("net_total", "counts", (5, 6), {"Total", "NET", "None of these"}),
        ("notes_sheet_first", "counts", (5, 6), set()),
        ("shares_reported_as_mentions", "shares", (6, 5), set()),
        ("zhname", "counts", (4, 3), set()),
    ],
)
def test_tables_as_agencies_write_them(
    tmp_path: Path, name: str, kind: str, shape: tuple[int, int], left_out: set[str]
) -> None:
    settings, asked, folder = anew(tmp_path, name)
    section = settings.brand_table
    assert section is not None
    assert section.kind == kind
    assert set(section.leave_out) == left_out
    assert all(label in asked for label in left_out)
    table = read_study(folder).brand_table
    assert table is not None
    assert table.values.shape == shape


def test_shares_are_no_mentions_and_say_that_their_base_is_not_given(tmp_path: Path) -> None:
    folder = anew(tmp_path, "shares_reported_as_mentions")[2]
    story = answers(folder)["map"].story()
    assert "base not given" in str(story.lede)
    told = [story.headline, story.lede, *(one.detail for one in story.findings)]
    assert not any("mention" in str(one) for one in told)


def test_percents_with_letters_are_their_numbers(tmp_path: Path) -> None:
    anew(tmp_path, "sig_letters_percent_text")
    table = read_study(tmp_path / "sig_letters_percent_text").brand_table
    assert table is not None
    assert table.values.loc["Civic Bank", ["Modern", "Fair"]].tolist() == [0.70, 0.69]


def test_formulas_without_results_are_refused_with_their_place(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"row 2: a formula's result is not stored"):
        new_study(case(tmp_path, "formulas"))


# ---------------------------------------------------------------- what cannot be meant


@pytest.mark.parametrize("head", ["", "wave,"])
def test_a_respondent_who_answers_twice_is_refused(tmp_path: Path, head: str) -> None:
    rows = "".join(
        f"{'W1,' if head else ''}p{at % 19},Civic,{at % 5 + 1},{at % 11}\n" for at in range(20)
    )
    (tmp_path / "a.csv").write_text(f"{head}respondent,bank,satisfaction,recommend\n{rows}")
    toml = '[study]\ntitle = "T"\n[survey]\nsource = "a.csv"\nrespondent = "respondent"\n'
    (tmp_path / "study.toml").write_text(toml + ('wave = "wave"\n' if head else ""))
    lines = check_study(tmp_path).lines()
    assert any("each respondent must have one row" in line for line in lines)
    assert not any("p0" in line for line in lines)
    with pytest.raises(SchemaError, match="one row a brand and wave"):
        read_study(tmp_path).survey  # noqa: B018
    (tmp_path / "study.toml").unlink()
    assert read_settings(new_study(tmp_path).path)[0].survey.respondent is None  # type: ignore[union-attr]


def test_an_image_whose_attributes_share_no_brand_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("bank,modern,fair\nA,1,\nA,0,\nB,,1\nB,,0\n")
    with pytest.raises(InputError, match="must be shared by brands"):
        read_survey(file, brand="bank").images(["modern", "fair"])
    file.write_text("bank,modern,fair,near\nA,5,0,0\nB,0,7,0\nC,0,0,4\n")
    with pytest.raises(BrandkitError, match="attributes must be shared by brands"):
        read_brand_table(file)


def test_who_names_no_bank_counts_for_none_and_it_is_said(tmp_path: Path) -> None:
    rows = "".join(f"p{at},{('Civic', '', 'Nova')[at % 3]},{at % 5 + 1}\n" for at in range(60))
    (tmp_path / "a.csv").write_text("id,bank,satisfaction\n" + rows)
    assert read_settings(new_study(tmp_path).path)[0].survey.brand == "bank"  # type: ignore[union-attr]
    found = check_study(tmp_path)
    assert found.is_sound
    assert any(re.search("20 rows name no brand", line) for line in found.lines())
    assert sorted(means(read_study(tmp_path), "satisfaction")) == ["Civic", "Nova"]


def test_a_scorecard_is_no_image_of_brands(tmp_path: Path) -> None:
    settings, _, folder = anew(tmp_path, "scorecard_12x14")
    assert settings.scorecard is not None
    assert settings.brand_table is None
    toml = (folder / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(toml.replace("# se = 0.3", "se = 0.3"), encoding="utf-8")
    assert check_study(folder).is_sound
    card = answers(read_study(folder))["scorecard"].glance()
    assert card[["n_pairs", "n_told_apart"]].iloc[0].tolist() == [66, 22]


def test_insurers_are_brands_and_waves_are_years(tmp_path: Path) -> None:
    rated = "整體滿意度,諮詢,風險規劃,迎賓,承保,理賠,契約保全,申訴,贈品,旅遊聯誼"
    companies = ("南山人壽", "新光人壽", "國泰人壽")
    rows = [f"{at // 3},{companies[at % 3]},{('企業', '個人')[at // 3 % 2]},{2024 + at // 60},"
            + ",".join(str((at * step + step) % 11) for step in range(1, 11))
            for at in range(120)]  # fmt: skip
    folder = tmp_path / "s"
    folder.mkdir()
    text = "\n".join([f"受訪者,公司,客戶別,波次,{rated}", *rows]) + "\n"
    (folder / "survey.csv").write_text(text, encoding="utf-8")
    survey = read_settings(new_study(folder).path)[0].survey
    assert survey is not None
    assert (survey.brand, survey.respondent, survey.wave) == ("公司", "受訪者", "波次")
    assert survey.outcome == "整體滿意度"
    assert survey.drivers == rated.split(",")[1:]
    study = read_settings(folder / "study.toml")[0].study
    assert study.compared == "insurer"
    with_focus = StudySection(title="T", focus="南山人壽")
    assert with_focus.compared == "insurer"  # where no noun is told, the focus tells it
