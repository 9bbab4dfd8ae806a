"""The fieldwork is a question: what is odd is told by check and on the analysts' page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import brandkit as bk
from brandkit.__main__ import main

TOML = """[study]
title = "調查"
language = "zh-Hant"
[survey]
source = "survey.csv"
brand = "銀行"
outcome = "q1"
drivers = ["q2", "q3", "q4", "q5"]
scale = [0, 10]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(3)
    rows = pd.DataFrame(rng.integers(3, 10, (200, 5)), columns=[f"q{k}" for k in range(1, 6)])
    rows.loc[:29, :] = 7  # thirty answer all alike
    rows["銀行"] = rng.choice(["甲", "乙"], 200)
    rows["seconds"] = np.where(np.arange(200) < 20, 10, 300)
    rows.to_csv(tmp_path / "survey.csv", index=False)
    (tmp_path / "study.toml").write_text(TOML, encoding="utf-8")
    return tmp_path


def test_planted_carelessness_is_counted_and_said(folder: Path) -> None:
    answers = bk.answers(folder)
    checks = answers.quality.checks.set_index("check")["n_found"]
    assert checks["straight_lining"] >= 30
    assert checks["speeding"] == 20
    assert "one answer all through" in str(answers.story("quality").headline)
    (block,) = answers.show("quality").blocks
    assert "全部填同一個答案" in str(block.to_json())


def test_check_tells_it_on_lines_of_its_own(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(folder)]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("note")]
    assert any("give one and the same answer" in line for line in lines)
    assert any("20 of 200 interviews took less" in line for line in lines)
    assert not any("甲" in line for line in lines)
