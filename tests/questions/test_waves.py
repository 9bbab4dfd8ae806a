"""What is not about time is of the newest wave, unless study.toml pools the waves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import brandkit as bk
from brandkit.questions import Answers

TOML = """[study]
title = "Two waves"
focus = "A"
[survey]
source = "survey.csv"
brand = "bank"
respondent = "id"
wave = "wave"
outcome = "sat"
images = ["modern", "fair", "near"]
choice = "main"
scale = [1, 10]
segments = ["sex"]
{more}
"""


def two_waves(folder: Path, more: str = "", *, panel: bool = False) -> Answers:
    """Write a study whose second wave, of half the persons, rates A by three points more."""
    rng = np.random.default_rng(2)
    size = {2025: 240, 2026: 120 if not panel else 240}
    start = {2025: 0, 2026: 0 if panel else 1000}
    rows = [
        {
            "id": 7 * (start[wave] + person) + 3,  # no numbers from 1 on: those start anew
            "wave": wave, "bank": bank, "sex": "fm"[person % 2], "main": "ABC"[person % 3],
            "sat": int(rng.integers(3, 7)) + 3 * (bank == "A" and wave == 2026),
            "modern": int(rng.random() < (0.8 if bank == "A" and wave == 2026 else 0.3)),
            "fair": int(rng.random() < 0.5),
            "near": int(rng.random() < 0.4),
        }
        for wave, n in size.items() for person in range(n) for bank in "ABC"
    ]  # fmt: skip
    pd.DataFrame(rows).to_csv(folder / "survey.csv", index=False)
    (folder / "study.toml").write_text(TOML.format(more=more), encoding="utf-8")
    return bk.answers(folder)


def test_what_is_not_about_time_is_of_the_newest_wave_and_says_so(tmp_path: Path) -> None:
    answers = two_waves(tmp_path)
    now = answers.study.of_newest_wave().survey.responses
    mean = answers.scores.groups.set_index("label").query("measure == 'mean'")
    assert mean["n"].tolist() == [120] * 3
    assert mean.loc["A", "estimate"] == pytest.approx(now.loc[now["bank"] == "A", "sat"].mean())
    assert answers.stability.n_respondents == 120
    assert answers.stability.shares.loc["A", "modern"] > 0.65
    for result in (answers.scores, answers.stability, answers.choice):
        (told,) = [note.values for note in result.notes if "rows" in note.values]
        assert (told["wave"], told["rows"], told["all"]) == ("2026", 360, 1080)


def test_what_changed_is_of_all_waves(tmp_path: Path) -> None:
    changes = two_waves(tmp_path).scores.changes
    row = changes[(changes["label"] == "A") & (changes["measure"] == "mean")].iloc[0]
    assert (str(row["wave_a"]), str(row["wave_b"]), row["n_a"], row["n_b"]) == (
        "2025", "2026", 240, 120,
    )  # fmt: skip
    assert row["estimate"] == pytest.approx(3, abs=0.5)


def test_study_toml_may_pool_the_waves(tmp_path: Path) -> None:
    margins = "pool_waves = true\n[survey.margins]\nsex = { f = 0.6, m = 0.4 }"
    answers = two_waves(tmp_path, margins)
    mean = answers.scores.groups.query("measure == 'mean'")
    assert mean["n"].tolist() == [360] * 3
    assert any(note.values.get("waves") == ["2025", "2026"] for note in answers.scores.notes)


def test_weights_are_those_of_the_newest_wave(tmp_path: Path) -> None:
    answers = two_waves(tmp_path, "[survey.margins]\nsex = { f = 0.8, m = 0.2 }")
    now = answers.study.of_newest_wave().survey.responses
    rated = now[now["bank"] == "A"].groupby("sex")["sat"].mean()
    mean = answers.scores.groups.set_index("label").query("measure == 'mean'")
    assert mean.loc["A", "estimate"] == pytest.approx(0.8 * rated["f"] + 0.2 * rated["m"])
    assert answers.weights.waves["wave"].tolist() == ["2025", "2026"]  # and told of every wave


def test_choices_of_a_panel_take_all_waves(tmp_path: Path) -> None:
    notes = two_waves(tmp_path, panel=True).choice.notes
    assert any(note.values.get("waves") == ["2025", "2026"] for note in notes)
