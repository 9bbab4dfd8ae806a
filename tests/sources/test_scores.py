"""Scorecards from files: wide and long, errors, refusals, what ``brandkit new`` makes of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import brandkit as bk
from brandkit.__main__ import main
from brandkit.core.errors import InputError, SchemaError
from brandkit.sources.new.new import new_study
from brandkit.sources.study.inspection import check_study
from brandkit.sources.tables.scores import read_scores

WIDE = "機構,面向一,面向二,面向三\n甲,8.1,5,6\n乙,6,9,4\n丙,7,7,7.5\n"
TIERS = 'tiers = { "核心" = "拜訪", "穩定" = "維持", "培育" = "投入", "觀望" = "等待" }'


def study(folder: Path, text: str, *, toml: str = "", name: str = "評分表.csv") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    if toml:
        (folder / "study.toml").write_text(toml, encoding="utf-8")
    return folder


def test_wide_and_long_tables_hold_the_same(tmp_path: Path) -> None:
    long = "bank,item,points,error\nA,x,8,.2\nA,y,5,.3\nB,x,6,.2\nB,y,9,.1\n"
    wide = "bank,x,y\nA,8,5\nB,6,9\n"
    folder = study(tmp_path, long, name="long.csv")
    study(tmp_path, wide, name="wide.csv")
    a = read_scores(folder / "long.csv", brand="bank", item="item", score="points", se="error")
    b = read_scores(folder / "wide.csv", se=0.2)
    assert a.wide().equals(b.wide())
    assert a.wide("std_error").loc["A"].tolist() == [0.2, 0.3]
    assert b.wide("std_error").to_numpy().tolist() == [[0.2, 0.2], [0.2, 0.2]]


def test_bases_alone_give_the_widest_errors(tmp_path: Path) -> None:
    folder = study(tmp_path, "bank,n,x\nA,100,8\nB,400,5\n", name="s.csv")
    table = read_scores(folder / "s.csv", n="n", limits=(0, 10))
    assert table.is_widest
    np.testing.assert_allclose(table.scores["std_error"], [np.sqrt(16 / 100), np.sqrt(25 / 400)])


@pytest.mark.parametrize(
    ("text", "options", "error", "told"),
    [("bank,x\nA,\nB,2\n", {}, SchemaError, "line 2, column 'x'.*Fill it in"),
     ("bank,x\nA,1\nA,2\n", {}, SchemaError, "one score a criterion"),
     ("bank,x\nA,1\nB,2\n", {"item": "x"}, InputError, "must come together"),
     ("bank,x\nA,1\nB,2\n", {"se": "x"}, InputError, "a number of a wide table"),
     ("bank,n\nA,1\nB,2\n", {"n": "n"}, SchemaError, "must have criteria")],
)  # fmt: skip
def test_refusals(tmp_path: Path, text: str, options: dict, error: type, told: str) -> None:
    folder = study(tmp_path, text, name="s.csv")
    with pytest.raises(error, match=told):
        read_scores(folder / "s.csv", **options)


def test_a_scorecard_is_known_by_two_signs_and_answers(tmp_path: Path) -> None:
    folder = study(tmp_path / "s", WIDE)
    assert new_study(folder).guesses == ("評分表.csv: a scorecard: 3 institutions × 3 criteria",)
    assert check_study(folder).is_sound
    answers = bk.answers(folder)
    assert answers.study.language == "zh-Hant"
    assert answers.scorecard.totals["brand"].iloc[0] == "丙"
    assert not answers.scorecard_matrix
    blocks = answers.show("scorecard").blocks
    assert "丙" in str(blocks[0].to_json())


def test_one_sign_is_asked_about(tmp_path: Path) -> None:
    folder = study(tmp_path, "bank,modern,fair,near\nA,3.5,4,2\nB,2,3,4.5\n", name="scores.csv")
    made = new_study(folder)
    assert "a wide table" in made.guesses[0]
    assert any("a scorecard of institutions" in one for one in made.questions)


def test_tiers_bring_an_action_each(tmp_path: Path) -> None:
    toml = (
        '[study]\ntitle = "同業"\nlanguage = "zh-Hant"\n[scorecard]\nsource = "評分表.csv"\n'
        'limits = [0, 10]\nse = 0.1\n[scorecard.matrix]\nx = ["面向一"]\ny = ["面向二"]\n' + TIERS
    )
    rows = "機構,面向一,面向二\n甲,9,9\n乙,9,1\n丙,1,9\n丁,1,1\n"
    answers = bk.answers(study(tmp_path, rows, toml=toml))
    story = answers.story("scorecard_matrix")
    told = [str(action.text) for action in story.actions]
    assert told == ["核心 (甲): 拜訪", "穩定 (乙): 維持", "培育 (丙): 投入", "觀望 (丁): 等待"]
    assert [one.verb for one in story.actions] == ["keep", "secure", "test", "check"]


def test_three_tiers_and_a_slip_are_told_by_key(tmp_path: Path) -> None:
    base = '[study]\ntitle = "x"\n[scorecard]\nsource = "評分表.csv"\nlimits = [0, 10]\n'
    matrix = '[scorecard.matrix]\nx = ["面向一"]\ny = ["面向二"]\ntiers = { a = "b" }\n'
    folder = study(tmp_path, WIDE, toml=base + matrix)
    with pytest.raises(SchemaError, match="`tiers` must name four"):
        bk.answers(folder)
    study(tmp_path, WIDE, toml=base + "wieghts = { }\n")
    with pytest.raises(SchemaError, match="weights"):
        bk.answers(folder)
    study(tmp_path, WIDE, toml=base + 'weights = { "面向一" = 1 }\n')
    assert "[scorecard] weights must hold every criterion" in str(bk.answers(folder).scorecard)


def test_a_form_is_filled_in_and_answers(tmp_path: Path) -> None:
    folder = tmp_path / "audit"
    words = ["new", str(folder), "--form", "brand-audit", "--language", "zh-Hant"]
    assert main(words) == 0
    assert not check_study(folder).is_sound
    assert main(words) == 2  # nobody's work is written over
    lines = (folder / "scores.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "機構,品牌理念,品牌文化,品牌定位,品牌管理,品牌維護"
    filled = [lines[0], *(f"銀行{k},{k},{9 - k},5,{k},6" for k in range(1, 8))]
    (folder / "scores.csv").write_text("\n".join(filled), encoding="utf-8")
    answers = bk.answers(folder)
    assert answers.scorecard.totals["brand"].iloc[0] == "銀行7"
    assert main(["new", str(tmp_path / "i"), "--form", "institutions"]) == 0
    assert "[scorecard.matrix]" in (tmp_path / "i" / "study.toml").read_text(encoding="utf-8")
    assert main(["new", str(tmp_path / "j"), "--form", "audit"]) == 2


def test_the_tiers_of_the_sample_are_recovered() -> None:
    import json

    answers = bk.answers("sample")
    truth = json.loads((answers.study.folder / "truth.json").read_text())["partners"]
    rows = answers.scorecard_matrix.positions.set_index("brand")
    for brand, brings in truth["brings"].items():
        could = truth["could_bring"][brand]
        if min(abs(brings - 5), abs(could - 5)) >= 1:
            tier = {(1, 1): "lead", (1, 0): "hold", (0, 1): "build", (0, 0): "watch"}
            assert rows.loc[brand, "tier"] == tier[int(brings > 5), int(could > 5)], brand
