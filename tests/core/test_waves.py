"""Waves stand in the order of time, however they are written, or are refused."""

from __future__ import annotations

from itertools import islice, permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from brandkit.core.errors import InputError, SchemaError
from brandkit.core.waves import order_of_time, wave_order, wave_text, waves_in_order
from brandkit.questions import answers as answers_of
from brandkit.satisfaction import (
    driver_importance,
    group_comparison,
    perceived_alikeness,
    survey_weights,
)
from brandkit.sources import read_study
from brandkit.sources.study.inspection import check_study
from tests.positioning.images import small_image

#: Each in the order of time.
TOLD = [
    "Dezember 2024|Januar 2025|März 2025", "ago 2024|dic 2024|ene 2025",
    "juil. 2024|août 2024|févr. 2025",
    "Q3 2024|Q4 2024|Q1 2025", "1er semestre 2024|2º semestre 2024",
    "4. Quartal 2024|1. Quartal 2025",
    "2024Q4|2025Q1|2025Q2", "2024-Q4|2025-Q1", "4Q24|1Q25|2Q25",
    "Q4'24|Q1'25", "24Q4|25Q1", "Q42024|Q12025", "Q4/24|Q1/25", "FY24 Q4|FY25 Q1",
    "Quarter 4 2024|Quarter 1 2025", "Fourth quarter 2024|1st quarter 2025", "Q1|Q2|Q3|Q4",
    "Oct 2024|Jan 2025|Apr 2025", "Nov-24|Feb-25", "October 2024|January 2025",
    "Sept 2024|Oct 2024", "2024-10|2025-01", "10/2024|01/2025", "2024/9|2024/10|2025/1",
    "202410|202501", "2024M12|2025M01", "Jan|Apr|Jul|Oct", "January|February|March",
    "Oct-Dec 2024|Jan-Mar 2025",
    "Dec 2024 - Feb 2025|Mar 2025 - May 2025", "15 Dec 2024|14 Jan 2025",
    "2024-12-31|2025-01-01", "31.12.2024|1.1.2025", "2024H2|2025H1", "1H24|2H24|1H25", "H1|H2",
    "First half 2025|Second half 2025", "2023/24|2024/25", "2024|2025H1|2025H2",
    "W9|W10|W11", "Wave 2|Wave 10", "wave_2|wave_10", "W50 2024|W2 2025", "2025-W9|2025-W10",
    "Wave 2 (Q4 2024)|Wave 3 (Q1 2025)", "Wave II|Wave IV|Wave V|Wave IX", "first wave|second wave",
    "Wave A|Wave B", "9|10|11", "第一季度|第二季度|第三季度|第四季度", "上半年|下半年",
    "2024年第四季|2025年第一季", "2024年4季度|2025年1季度", "2024下半年|2025上半年",
    "2024年9月|2024年10月|2024年十一月", "第2波|第10波", "第九輪|第十輪|第十一輪",
    "民國113年第四季|民國114年第一季", "２０２４Ｑ４|２０２５Ｑ１", "Spring 2024|Spring 2025",
]  # fmt: skip
UNTOLD = [
    "Spring 2025|Autumn 2025", "春季|秋季", "2025年春季|2025年冬季", "Nov|Dec|Jan", "Q4|Q1",
    "before|after", "pilot|main", "Q1 2025|2025Q1", "2025|2025Q1", "Q1 2025|Wave 2",
    "03/04/2025|04/03/2025", "Jan 28|Feb 04", "Q4 2024|Q1", "Wave 2 (Q4 2024)|Wave 1 (Q1 2025)",
]  # fmt: skip


@pytest.mark.parametrize("told", TOLD)
def test_the_order_is_that_of_time(told: str) -> None:
    waves = told.split("|")
    for mixed in islice(permutations(waves), 24):
        assert wave_order(pd.Series(mixed)) == waves
        assert wave_order(pd.Series(mixed, dtype="category")) == waves


@pytest.mark.parametrize("untold", UNTOLD)
def test_what_tells_no_order_is_refused_with_the_way_out(untold: str) -> None:
    waves = untold.split("|")
    for given in (waves, waves[::-1]):
        with pytest.raises(InputError, match=r"must tell the order of time.*waves = "):
            wave_order(pd.Series(given))
    with pytest.raises(InputError, match="must tell the order of time"):
        wave_order(pd.Series(waves, dtype="category"))  # sorted by nobody's will
    told = pd.Series(pd.Categorical(waves, categories=waves, ordered=True))
    assert wave_order(told) == waves


def test_numbers_dates_and_single_waves_need_no_telling() -> None:
    assert wave_order(pd.Series([10, 9, 2])) == [2, 9, 10]
    assert wave_order(pd.Series([12025, 122024])) == [122024, 12025]
    assert wave_order(pd.Series([-1, 0, 1])) == [-1, 0, 1]
    days = pd.Series(pd.to_datetime(["2025-01-01", "2024-12-31"]))
    assert [wave_text(day) for day in wave_order(days)] == ["2024-12-31", "2025-01-01"]
    assert wave_order(pd.Series(["only", None])) == ["only"]
    assert wave_order(pd.Series([], dtype=object)) == []
    assert order_of_time(["new", "old"]) is None


def test_waves_are_printed_as_read() -> None:
    made = waves_in_order(pd.Series([2026.0, np.nan, 2025.0]))
    assert made.cat.categories.tolist() == [2025, 2026]
    assert made.cat.codes.tolist() == [1, -1, 0]


# --- every method that orders waves ------------------------------------------------------------


@pytest.fixture
def answers(rng: np.random.Generator) -> pd.DataFrame:
    n = 600
    wave = rng.choice(["Q4 2024", "Q1 2025"], n)
    fees, advice = rng.normal(size=(2, n))
    noise = rng.normal(0, 1, n)
    return pd.DataFrame({
        "id": range(n), "brand": rng.choice(["Civic", "Harbour", "Kestrel"], n), "wave": wave,
        "fees": fees, "advice": advice, "age": rng.choice(["young", "old"], n),
        "sat": np.clip(np.rint(6 + (wave == "Q1 2025") + fees + noise), 0, 10),
    })  # fmt: skip


def test_methods_go_from_the_earlier_wave_to_the_later(answers: pd.DataFrame) -> None:
    changes = group_comparison(
        answers, items="sat", by="brand", wave="wave", respondent="id"
    ).changes
    assert set(zip(changes["wave_a"], changes["wave_b"], strict=True)) == {("Q4 2024", "Q1 2025")}
    assert (changes.loc[changes["measure"] == "mean", "estimate"] > 0).all()
    groups = group_comparison(answers, items="sat", by="wave", respondent="id").groups
    assert groups["label"].drop_duplicates().tolist() == ["Q4 2024", "Q1 2025"]
    alike = perceived_alikeness(answers, items=["sat"], brand="brand", wave="wave",
                                smallest_difference=0.5, respondent="id", draws=100)  # fmt: skip
    assert alike.changes["wave_a"].unique().tolist() == ["Q4 2024"]
    by = driver_importance(answers, outcome="sat", drivers=["fees", "advice"], by="wave",
                           respondent="id", draws=200)  # fmt: skip
    assert by.groups["segment"].drop_duplicates().tolist() == ["Q4 2024", "Q1 2025"]
    weights = survey_weights(answers, margins={"age": {"young": 1, "old": 1}}, wave="wave",
                             respondent="id")  # fmt: skip
    assert weights.waves["wave"].tolist() == ["Q4 2024", "Q1 2025"]


def test_movement_goes_from_the_earlier_wave_to_the_later() -> None:
    from brandkit.positioning import wave_movement

    image = small_image(wave=None, brands=4)
    names = {2025: "Wave 9", 2026: "Wave 10"}
    first, second = sorted(image["wave"].unique())
    image["wave"] = image["wave"].map({first: names[2025], second: names[2026]})
    moved = wave_movement(image, brand="brand", wave="wave", respondent="respondent",
                          attributes=["fair", "modern", "near"], draws=50)  # fmt: skip
    assert moved.waves == ["Wave 9", "Wave 10"]


def test_waves_of_two_columns_are_one_time(answers: pd.DataFrame) -> None:
    said = answers["wave"].str.split(" ", expand=True)
    parted = answers.assign(quarter=said[0], year=said[1].astype(int)).drop(columns="wave")
    made = group_comparison(parted, items="sat", by={"wave": ["quarter", "year"]}, respondent="id")
    assert made.groups["label"].drop_duplicates().tolist() == ["Q4 · 2024", "Q1 · 2025"]


# --- a study -----------------------------------------------------------------------------------


def _study(folder: Path, waves: tuple[str, str, str], told: str = "") -> Path:
    """Write a study whose first bank gains a point from wave to wave."""
    rows = [
        f"{wave}{bank}{person},{wave},{bank},{4 + gain * (bank == 'Harbour') + person % 2},"
        + ",".join(str(int((person + at + gain * (bank == "Harbour")) % 3 == 0)) for at in range(3))
        for gain, wave in enumerate(waves) for bank in ("Harbour", "Civic", "Kestrel", "Tidewater")
        for person in range(40)
    ]  # fmt: skip
    text = "id,wave,bank,sat,img_fair,img_near,img_warm\n" + "\n".join(rows) + "\n"
    (folder / "survey.csv").write_text(text, encoding="utf-8")
    (folder / "study.toml").write_text(
        '[study]\ntitle = "Waves"\nfocus = "Harbour"\n[survey]\nsource = "survey.csv"\n'
        'brand = "bank"\nrespondent = "id"\nwave = "wave"\noutcome = "sat"\nscale = [0, 10]\n'
        f'images = ["img_fair", "img_near", "img_warm"]\n{told}',
        encoding="utf-8",
    )
    return folder


@pytest.mark.parametrize(
    "waves", [("Q3 2024", "Q4 2024", "Q1 2025"), ("Oct 2024", "Jan 2025", "Apr 2025"),
              ("W9", "W10", "W11"), ("2024年下半年", "2025年上半年", "2025年下半年")],
)  # fmt: skip
def test_a_study_tells_its_waves_in_order(tmp_path: Path, waves: tuple[str, str, str]) -> None:
    study = read_study(_study(tmp_path, waves))
    told = answers_of(study)
    changes = told["scores"].changes
    own = changes[(changes["label"] == "Harbour") & (changes["measure"] == "mean")]
    assert own[["wave_a", "wave_b"]].to_numpy().tolist() == [list(waves[:2]), list(waves[1:])]
    assert own["estimate"].tolist() == pytest.approx([1.0, 1.0])
    assert told["movement"].waves == list(waves)
    assert ", ".join(waves) in [fact.value.text for fact in told.facts().blocks]
    assert f"waves: {', '.join(waves)}" in [one.text for one in check_study(tmp_path).remarks]


def test_a_study_without_an_order_is_refused_until_it_is_told(tmp_path: Path) -> None:
    waves = ("Spring 2025", "Summer 2025", "Autumn 2025")
    found = check_study(_study(tmp_path, waves))
    assert not found.is_sound
    assert "must tell the order of time" in str(answers_of(tmp_path)["scores"])
    told = _study(tmp_path, waves, 'waves = ["Spring 2025", "Summer 2025", "Autumn 2025"]\n')
    assert check_study(told).is_sound
    assert answers_of(told)["scores"].changes["wave_b"].unique().tolist() == [
        "Summer 2025", "Autumn 2025"]  # fmt: skip
    with pytest.raises(SchemaError, match="must name every wave"):
        _ = read_study(_study(tmp_path, waves, 'waves = ["Spring 2025", "Fall 2025"]\n')).survey
