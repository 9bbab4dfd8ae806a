"""Kano questionnaires: R's values, every pair of answers, what was planted, what chance calls."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from brandkit.core.errors import InputError
from brandkit.language import translate
from brandkit.market import kano
from brandkit.questions import answers
from tests.contract import assert_contract
from tests.market.shared import REFERENCE, near

GIVEN: dict[str, Any] = json.loads((REFERENCE.parent / "kano.json").read_text(encoding="utf-8"))
NAMES = {
    "A": "attractive",
    "O": "one_dimensional",
    "M": "must_be",
    "I": "indifferent",
    "R": "reverse",
    "Q": "questionable",
}
FIVE = (1, 2, 3, 4, 5)
CHINESE = ("我很喜歡", "理所當然", "無所謂", "可以忍受", "不喜歡")
#: A pair of answers that says so.
SAYS = {
    "attractive": (1, 3),
    "one_dimensional": (1, 5),
    "must_be": (2, 5),
    "indifferent": (3, 3),
    "reverse": (5, 1),
    "questionable": (1, 1),
}


def made(shares: dict[str, float], n: int, seed: int) -> pd.DataFrame:
    """Give answers with and without a service of persons of each kind."""
    kinds = np.random.default_rng(seed).choice(list(shares), n, p=list(shares.values()))
    return pd.DataFrame([SAYS[kind] for kind in kinds], columns=["with", "without"])


def asked(frame: pd.DataFrame, **options: Any) -> Any:
    return kano(frame, pairs={"X": ("with", "without")}, answers=FIVE, **options)


def test_kano_is_r_s() -> None:
    given = GIVEN["made"]
    frame = pd.DataFrame(given["answers"])
    row = kano(frame, pairs={"X": ("fn", "dys")}, answers=FIVE, weight="w").services.iloc[0]
    near(row[[*NAMES.values()]], [given["share"][letter] for letter in NAMES])
    near(
        row[["better", "worse", "better_error", "worse_error", "lead", "lead_error", "strength"]],
        [
            given[key]
            for key in (
                "better",
                "worse",
                "se_better",
                "se_worse",
                "gap",
                "gap_se",
                "total_strength",
            )
        ],
    )
    assert {row["kind"], row["second_kind"]} == {NAMES[given["first"]], NAMES[given["second"]]}
    assert row["by_rule"] == "must_be"
    assert row["settled"] == "open"


def test_every_pair_of_answers_has_its_kind_and_swapping_turns_it_round() -> None:
    frame = pd.DataFrame({f"{side}{at}": [at + 1] for side in "wo" for at in range(5)})
    pairs: dict[str, tuple[str, str]] = {}
    turned: dict[str, tuple[str, str]] = {}
    for at, letters in enumerate(GIVEN["table"]):
        for to, letter in enumerate(letters):
            pairs[letter + str(len(pairs))] = f"w{at}", f"o{to}"
            turned[letter + str(len(turned))] = f"o{to}", f"w{at}"
    told, back = (
        kano(frame, pairs=one, answers=FIVE, suppress_below=1, draws=1).services
        for one in (pairs, turned)
    )
    for (_, row), (_, other) in zip(told.iterrows(), back.iterrows(), strict=True):
        letter = row["label"][0]
        assert row[NAMES[letter]] == 1.0
        assert letter not in "AOM" or other["reverse"] == 1.0
        assert letter not in "IQ" or other[NAMES[letter]] == 1.0


@pytest.mark.parametrize("kind", ["attractive", "one_dimensional", "must_be", "indifferent"])
def test_a_planted_kind_is_clear_and_told(kind: str) -> None:
    rest = [name for name in NAMES.values() if name not in (kind, "reverse", "questionable")]
    found = asked(made({kind: 0.55, **dict.fromkeys(rest, 0.15)}, 300, seed=1))
    row = found.services.iloc[0]
    assert (row["kind"], row["settled"]) == (kind, "clear")
    story = found.story()
    assert story.findings[0].settled == "clear"
    assert len(story.actions) == (kind != "indifferent")


def test_a_service_that_was_not_understood_is_refused() -> None:
    found = asked(made({"must_be": 0.8, "questionable": 0.2}, 200, seed=2))
    row = found.services.iloc[0]
    assert (row["kind"], row["settled"]) == ("", "open")
    assert any("Not understood" in str(note) for note in found.notes)
    assert "Of no service" in str(found.story().headline)


def test_groups_that_cancel_out_are_told_apart() -> None:
    first = made({"attractive": 0.9, "indifferent": 0.1}, 150, seed=3).assign(tier="large")
    frame = pd.concat([first, made({"reverse": 0.2, "indifferent": 0.8}, 250, 4).assign(tier="s")])
    found = asked(frame, by="tier")
    assert found.services["kind"].tolist() == ["indifferent"]
    told = [str(one.headline) for one in found.story().findings]
    assert any("For large, “X” is attractive" in one for one in told)


def test_small_bases_are_never_clear_and_the_smallest_not_shown() -> None:
    assert asked(made({"must_be": 1.0}, 20, 5)).services["settled"].tolist() == ["likely"]
    row = asked(made({"must_be": 1.0}, 9, 5)).services.iloc[0]
    assert (row["settled"], row["base"]) == ("open", "suppressed")
    assert np.isnan(row["better"])


def test_weights_times_a_number_and_the_order_of_rows_change_nothing() -> None:
    frame = made({"must_be": 0.5, "attractive": 0.5}, 60, 6).assign(w=np.arange(60) % 4 + 1.0)
    one, other = (
        asked(part, weight="w").services
        for part in (frame, frame.iloc[::-1].assign(w=7 * frame["w"]))
    )
    numbers = ["better", "worse", "lead", "lead_error"]
    near(one[numbers], other[numbers])


def test_kano_refuses_and_keeps_its_contract() -> None:
    frame = made({"must_be": 0.5, "attractive": 0.5}, 60, 6)
    with pytest.raises(InputError, match="`pairs` must have two columns"):
        kano(frame, pairs={"X": ["with"]})
    with pytest.raises(InputError, match="`pairs` must name columns"):
        kano(frame, pairs={"X": ["with", "withot"]})
    with pytest.raises(InputError, match="`answers` must be the five"):
        kano(frame, pairs={"X": ["with", "without"]}, answers=[1, 2, 3])
    with pytest.raises(InputError, match="Declare `answers`"):
        kano(frame, pairs={"X": ["with", "without"]})
    assert_contract(lambda: asked(frame), frame)


@pytest.mark.parametrize("n_runs", [200, pytest.param(2_000, marks=pytest.mark.slow)])
def test_two_kinds_named_equally_often_are_seldom_told_apart(n_runs: int) -> None:
    shares = {"must_be": 0.35, "attractive": 0.35, "indifferent": 0.2, "one_dimensional": 0.1}
    n_services = 20
    told = 0
    for run in range(n_runs // n_services):
        pairs, frames = {}, []
        for at in range(n_services):
            part = made(shares, 200, seed=run * n_services + at)
            frames.append(part.add_prefix(f"q{at}_"))
            pairs[f"S{at}"] = (f"q{at}_with", f"q{at}_without")
        found = kano(pd.concat(frames, axis=1), pairs=pairs, answers=FIVE, draws=40)
        told += (found.services["p_value"] < 0.05).sum()
        assert (found.services["settled"] == "clear").sum() <= 1
    assert told / n_runs <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / n_runs)


def test_a_study_in_chinese_words_is_answered(tmp_path: Path) -> None:
    kinds = ("must_be", "attractive", "indifferent")
    frames = [
        made({kind: 0.7, "indifferent" if kind != "indifferent" else "must_be": 0.3}, 240, at)
        .map(lambda place: CHINESE[place - 1])
        .set_axis([f"{kind} 有", f"{kind} 沒有"], axis=1)
        for at, kind in enumerate(kinds)
    ]
    told = pd.concat([pd.DataFrame({"編號": range(240)}), *frames], axis=1)
    told.to_csv(tmp_path / "kano.csv", index=False)
    lines = [f'"{kind}" = ["{kind} 有", "{kind} 沒有"]' for kind in kinds]
    head = '[study]\ntitle = "k"\nlanguage = "zh-Hant"\n\n[survey]\nsource = "kano.csv"\n'
    text = "\n".join([head + 'respondent = "編號"\n\n[survey.kano]', *lines, ""])
    (tmp_path / "study.toml").write_text(text, encoding="utf-8", newline="\n")
    found = answers(tmp_path)
    assert dict(zip(found.kano.services["label"], found.kano.services["kind"], strict=True)) == {
        kind: kind for kind in kinds
    }
    assert (found.kano.services["settled"] == "clear").all()
    assert "must_be" in translate(found.story("kano").headline, "zh-Hant")
