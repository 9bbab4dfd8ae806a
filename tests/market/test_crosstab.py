"""crosstab against R's survey, its invariants, its refusals, its coverage, its story."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brandkit.core.errors import InputError, NotEnoughDataError, ScaleError
from brandkit.market import crosstab
from tests.conftest import some
from tests.contract import assert_contract
from tests.market.shared import VALUES, burger, near, oracle, table

MADE = VALUES["crosstab"]


def made() -> pd.DataFrame:
    frame = pd.DataFrame(MADE["table"]).astype({"x1": float, "x2": float})
    return frame.assign(a=(frame["g"] == "a") * 1.0, b=(frame["g"] == "b") * 1.0)


def people(rng: np.random.Generator, n: int = 240) -> pd.DataFrame:
    return pd.DataFrame({
        "id": np.arange(n), "tier": rng.choice(["mass", "plus", "private"], n),
        "region": rng.choice(["north", "south"], n), "app": rng.choice(["yes", "no"], n),
        "bank": rng.choice(["Civic", "Harbour", "None"], n), "w": rng.uniform(0.5, 2, n),
        "sat": rng.integers(0, 11, n).astype(float),
    })  # fmt: skip


class Sets:
    """A survey with one set that overlaps, as a banner and as rows."""

    def __init__(self, frame: pd.DataFrame, items: list[str], labels: list[str]) -> None:
        self.responses = frame
        self.design = dict.fromkeys(("brand", "respondent", "strata", "cluster", "wave"))
        self.design["weight"] = "w"
        self.codebook = pd.DataFrame({"item": items, "label": labels, "low": 0.0, "high": 1.0})
        self.batteries = pd.DataFrame({
            "set": "held", "question": "Which do you hold?", "kind": "pick", "item": items,
            "label": labels,
        })  # fmt: skip


def compared(found: Any, given: dict[str, Any], *, style: str) -> None:
    cells = found.cells[found.cells["segment"].notna()]
    for key, column in {
        "estimate": "estimate", "std_error_linearised": "std_error", "n": "n",
        "ci_low_wilson_nstar": "ci_low", "ci_high_wilson_nstar": "ci_high",
        "weighted_base": "weighted_base", "n_effective_kish": "n_kish",
    }.items():  # fmt: skip
        wide = cells.pivot(index="label", columns="segment", values=column)
        expected = table(given[key])
        near(wide.loc[expected.index, expected.columns], expected)
    holm = {"difference": "difference", "std_error": "std_error", "statistic": "z",
            "p_value": "p_value", "p_adjusted": "p_holm"}  # fmt: skip
    quantum = {"difference": "difference", "statistic": "pooled_t", "p_value": "pooled_p",
               "p_adjusted": "pooled_p_bonferroni"}  # fmt: skip
    for label, pairs in given["pairs"].items():
        rows = found.pairs[found.pairs["label"] == label].set_index(["group_a", "group_b"])
        rows = rows.loc[list(zip(pairs["a"], pairs["b"], strict=True))]
        for column, key in (holm if style == "holm" else quantum).items():
            near(rows[column], pairs[key])


# --- known values --------------------------------------------------------------------------------


@pytest.mark.parametrize("style", ["holm", "quantum"])
def test_groups_that_overlap_are_tested_as_r_does(style: Any) -> None:
    frame = made()
    survey = Sets(frame, ["a", "b", "h"], ["a", "b", "h"])
    found = crosstab(survey, rows=["x1", "x2"], banner="held", style=style, suppress_below=1)
    one = found.cells["label"] == "1"
    cells = found.cells[one].assign(label=found.cells["item"])
    pairs = found.pairs[found.pairs["label"] == "1"].assign(label=found.pairs["item"])
    compared(type(found)(**{**vars(found), "cells": cells, "pairs": pairs}), MADE, style=style)


@pytest.mark.real
@pytest.mark.parametrize("style", ["holm", "quantum"])
def test_the_burger_tracker_by_age(real: Path, oracles: Path, style: Any) -> None:
    given = oracle(oracles, "crosstab")["eaten_last_month_by_age"]
    nets = {"Net: burger chains": ["Burger Shack", "Burger Chef", "Nuovo Burger", "Ma's burgers"]}
    found = crosstab(burger(real), rows=["Q2Eatenboughtlastmonth"], banner="S1", nets=nets,
                     waves="all", style=style)  # fmt: skip
    compared(found, given, style=style)


@pytest.mark.real
def test_scores_of_a_bank_by_age(real: Path, oracles: Path) -> None:
    given = oracle(oracles, "crosstab")["bank"]["values"]
    frame = pd.read_csv(real / "surveys" / "csibank" / "csibank.csv")
    frame["w"] = np.where(frame["Gender"] == "Female", 1.2, 0.8)
    survey = Sets(frame, ["loy1"], ["loy1"])
    survey.batteries = survey.batteries.iloc[:0]
    survey.codebook = survey.codebook.assign(low=0.0, high=10.0)
    for measure in ("mean", "top2", "nps"):
        found = crosstab(survey, rows=["loy1"], banner="Age", measure=measure)  # type: ignore[arg-type]
        cells = found.cells.set_index("segment").loc[given[measure]["group"]]
        near(cells["estimate"], given[measure]["estimate"])
        near(cells["std_error"], given[measure]["std_error"], rtol=1e-3)  # R's subset drops rows


# --- invariants ----------------------------------------------------------------------------------


@settings(max_examples=some(10))
@given(factor=st.floats(0.01, 100), seed=st.integers(0, 99))
def test_weights_have_no_unit_and_rows_no_order(factor: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = people(rng)
    one = crosstab(frame, rows=["bank"], banner="tier", weight="w", respondent="id")
    other = frame.assign(w=frame["w"] * factor).sample(frac=1, random_state=seed)
    again = crosstab(other, rows=["bank"], banner="tier", weight="w", respondent="id")
    columns = ["estimate", "std_error", "ci_low", "p_adjusted", "n"]
    near(again.cells[columns], one.cells[columns], rtol=1e-7)
    assert again.cells["letters"].tolist() == one.cells["letters"].tolist()


def test_answers_of_one_question_add_up_and_nets_are_between(rng: np.random.Generator) -> None:
    nets = {"A bank": ["Civic", "Harbour"]}
    cells = crosstab(people(rng), rows=["bank"], banner="tier", nets=nets, weight="w").cells
    by = cells.pivot(index="label", columns="letter", values="estimate")
    near(by.loc[["Civic", "Harbour", "None"]].sum(), np.ones(by.shape[1]))
    near(by.loc["A bank"], by.loc[["Civic", "Harbour"]].sum())


def test_nets_of_ticks_count_persons_not_ticks(rng: np.random.Generator) -> None:
    frame = people(rng).assign(p=rng.integers(0, 2, 240) * 1.0, q=rng.integers(0, 2, 240) * 1.0)
    survey = Sets(frame, ["p", "q"], ["P", "Q"])
    cells = crosstab(survey, rows=["held"], banner="tier", nets={"Any": ["P", "Q"]}).cells
    by = cells.pivot(index="label", columns="segment", values="estimate")
    assert (by.loc["Any"] >= by.loc[["P", "Q"]].max() - 1e-12).all()
    assert (by.loc["Any"] <= by.loc[["P", "Q"]].sum() + 1e-12).all()
    assert (by.loc["Any"] < by.loc[["P", "Q"]].sum() - 0.05).any()


def test_equal_columns_are_not_tested(rng: np.random.Generator) -> None:
    frame = people(rng).assign(p=1.0 * (np.arange(240) < 120))
    survey = Sets(frame.assign(q=frame["p"]), ["p", "q"], ["P", "Q"])
    for style in ("holm", "quantum"):
        pairs = crosstab(survey, rows=["app"], banner="held", style=style).pairs  # type: ignore[arg-type]
        assert pairs["p_value"].isna().all()


def test_a_persons_rows_twice_change_no_error(rng: np.random.Generator) -> None:
    frame = people(rng)
    once = crosstab(frame, rows=["bank"], banner="tier", respondent="id", weight="w")
    twice = pd.concat([frame, frame])
    again = crosstab(twice, rows=["bank"], banner="tier", respondent="id", weight="w")
    columns = ["estimate", "std_error", "n", "p_adjusted"]
    near(again.cells[columns], once.cells[columns])


def test_a_group_that_is_too_small_is_nowhere(rng: np.random.Generator) -> None:
    frame = people(rng)
    frame.loc[:4, "tier"] = "founder"
    found = crosstab(frame, rows=["app"], banner="tier").cells
    without = crosstab(frame.iloc[5:], rows=["app"], banner="tier").cells
    assert "founder" not in set(found["segment"].dropna())
    # neither in the total nor in the others: it cannot be reckoned back
    near(found[["estimate", "n", "rest", "difference"]],
         without[["estimate", "n", "rest", "difference"]])  # fmt: skip


def test_what_nobody_ticked_in_a_wave_was_not_asked(rng: np.random.Generator) -> None:
    frame = people(rng).assign(p=rng.integers(0, 2, 240) * 1.0, q=0.0)
    frame["wave"] = np.repeat(["Q1 2025", "Q2 2025"], 120)
    frame.loc[120:, "q"] = rng.integers(0, 2, 120)
    survey = Sets(frame, ["p", "q"], ["P", "Q"])
    survey.design["wave"] = "wave"
    newest = crosstab(survey, rows=["held"], banner="region")
    pooled = crosstab(survey, rows=["held"], banner="region", waves="all")
    for found in (newest, pooled):
        own = found.cells[(found.cells["label"] == "Q") & found.cells["segment"].isna()]
        assert own["n"].tolist() == [120]
    assert newest.n == 120
    assert any("not asked then: Q" in str(note) for note in pooled.notes)


@pytest.mark.exhaustive
@pytest.mark.parametrize("design", ["plain", "weighted", "clustered"])
def test_intervals_cover_in_three_designs(design: str) -> None:
    rng = np.random.default_rng(5)
    hits, runs = 0, 2000
    for _ in range(runs):
        n = 120
        cluster = np.repeat(np.arange(30), 4)
        shift = rng.normal(0, 0.6, 30)[cluster] if design == "clustered" else 0.0
        p = 1 / (1 + np.exp(-(-0.6 + shift)))
        frame = pd.DataFrame({
            "x": np.where(rng.random(n) < p, "yes", "no"), "g": np.tile(["a", "b"], n // 2),
            "w": rng.uniform(0.5, 2, n) if design == "weighted" else 1.0, "c": cluster,
        })  # fmt: skip
        options: dict[str, Any] = {"cluster": "c"} if design == "clustered" else {}
        cells = crosstab(frame, rows=["x"], banner="g", weight="w", **options).cells
        own = cells[(cells["label"] == "yes") & (cells["segment"] == "a")].iloc[0]
        truth = _truth(design)
        hits += own["ci_low"] <= truth <= own["ci_high"]
    assert 0.93 <= hits / runs <= 0.97, hits / runs


def _truth(design: str) -> float:
    z = np.random.default_rng(0).normal(0, 0.6, 2_000_000) if design == "clustered" else np.zeros(1)
    return float((1 / (1 + np.exp(0.6 - z))).mean())


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rows": ["bnak"]}, "`rows` must name sets or columns of the survey; found \\['bnak'\\]"),
        ({"rows": ["id"]}, "at most 30 different answers; found 240 in 'id'"),
        ({"rows": []}, "at least one question"),
        ({"banner": "one"}, "must make 2 to 30 groups; found 1 in 'one'"),
        ({"banner": "teir"}, "`banner` must name columns or sets"),
        ({"nets": {"N": ["Civik", "Harbour"]}}, "found \\['Civik'\\] in 'N'.*Did you mean 'Civic'"),
        ({"nets": {"N": ["Civic", "None"]}}, "which is none"),
        ({"style": "ctables"}, "`style` must be"),
        ({"rows": ["sat"], "measure": "nps"}, "takes a declared scale"),
        ({"rows": ["bank"], "measure": "mean"}, "takes numbers"),
        ({"suppress_below": 1000}, "a group of 1000 persons"),
    ],
)
def test_refusals(rng: np.random.Generator, change: dict[str, Any], said: str) -> None:
    asked: dict[str, Any] = {"rows": ["bank"], "banner": "tier", **change}
    with pytest.raises((InputError, ScaleError, NotEnoughDataError), match=f"(?s){said}"):
        crosstab(people(rng).assign(one="x"), **asked)


# --- contract, story, figure ---------------------------------------------------------------------


def test_contract(rng: np.random.Generator) -> None:
    frame = people(rng)
    assert_contract(lambda: crosstab(frame, rows=["bank"], banner=["tier", "region"]), frame)


def test_the_story_tells_who_differs_and_names_the_rest(rng: np.random.Generator) -> None:
    frame = people(rng)
    frame["app"] = np.where(rng.random(240) < np.where(frame["tier"] == "private", 0.9, 0.3),
                            "yes", "no")  # fmt: skip
    found = crosstab(frame, rows=["app", "region"], banner="tier", respondent="id")
    story = found.story()
    assert story.findings[0].settled == "clear"
    assert "private" in str(story.headline)
    exhibit = story.exhibits["tab_1"]
    assert any("No group is shown to differ in: region" in str(note) for note in exhibit.notes)
    assert exhibit.data is not None
    assert exhibit.data.loc[exhibit.data["label"] == "yes", "c2"].item().endswith("% AB")
    sheet = story.exhibits["shares_1"]
    assert sheet.aside == 2
    assert sheet.data is not None
    assert len(sheet.data) == 4
    drawn = found.plot()
    assert [label.get_text() for label in drawn.get_xticklabels()] == ["mass", "plus", "private"]


def test_where_nothing_differs_it_says_so(rng: np.random.Generator) -> None:
    story = crosstab(people(rng), rows=["app"], banner="region").story()
    assert story.findings[0].settled == "open"
    assert "In no question" in str(story.headline)
