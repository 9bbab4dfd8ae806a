"""brief: uses what a study has, and names what it lacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from brandkit.language import translate
from brandkit.sources import read_study
from brandkit.strategy import brief
from brandkit.strategy.brief import MOST_FINDINGS

IMAGE = "bank,fair,modern,near\nTidewater,60,10,30\nHarbour,55,12,33\nKestrel,10,60,20\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "image.csv").write_text(IMAGE, encoding="utf-8")
    (tmp_path / "study.toml").write_text(
        '[study]\ntitle = "Three banks"\nfocus = "Harbour"\n'
        '[brand_table]\nsource = "image.csv"\nkind = "counts"\n',
        encoding="utf-8",
    )
    return tmp_path


def test_a_study_with_a_brand_table_has_positions_and_findings(folder: Path) -> None:
    summary = brief(read_study(folder))
    assert summary.positions is not None
    assert "Harbour" in str(summary.headline)
    assert 3 <= len(summary.findings) <= MOST_FINDINGS


def test_what_the_study_lacks_is_named_with_what_it_takes(folder: Path) -> None:
    said = " ".join(str(message) for message in brief(read_study(folder)).unanswered)
    for section in ("[catalog]", "[survey]", "[branches]"):
        assert section in said
    assert "[brand_table]" not in said


def test_a_study_without_a_brand_table_is_served(folder: Path) -> None:
    (folder / "study.toml").write_text(
        '[study]\ntitle = "Branches"\n[branches]\nsource = "branches.csv"\n'
        'brand = "bank"\nmarket = "region"\n',
        encoding="utf-8",
    )
    (folder / "branches.csv").write_text("bank,region\nA,North\nB,South\n", encoding="utf-8")
    summary = brief(read_study(folder))
    assert summary.positions is None
    assert summary.findings == ()
    assert any("[brand_table]" in str(message) for message in summary.unanswered)


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans"])
def test_the_shipped_study_is_summed_up_in_every_language(language: str) -> None:
    summary = brief(read_study("sample", language=language))
    for message in (summary.headline, summary.lede, *summary.unanswered):
        assert translate(message, language) != str(message)


def test_image_questions_of_a_survey_stand_in_for_a_brand_table(folder: Path) -> None:
    (folder / "study.toml").write_text(
        '[study]\ntitle = "Survey"\n[survey]\nsource = "answers.csv"\nbrand = "bank"\n'
        'respondent = "id"\nimages = ["fair", "modern", "near"]\n',
        encoding="utf-8",
    )
    rows = ["id,bank,fair,modern,near"]
    ticks = {"Tidewater": (1, 0, 0), "Harbour": (1, 0, 1), "Kestrel": (0, 1, 0)}
    for person in range(60):
        for bank, (fair, modern, near) in ticks.items():
            turned = person % 3 == 0
            picks = [int(bool(tick) != turned) for tick in (fair, modern, near)]
            rows.append(f"{person},{bank},{picks[0]},{picks[1]},{picks[2]}")
    (folder / "answers.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    study = read_study(folder)
    assert study.brand_table is None
    image = study.brand_image
    assert image is not None
    assert image.values.loc["Kestrel"].to_dict() == {"fair": 20, "modern": 40, "near": 20}
    summary = brief(study)
    assert summary.positions is not None
    assert not any("[brand_table]" in str(message) for message in summary.unanswered)
