"""league_table: another program's values, invariants, refusals, its page from a file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import brandkit as bk
from brandkit.core.errors import InputError, NotEnoughDataError, ScaleError
from brandkit.market import league_table
from brandkit.market.league.story import longest_tie
from brandkit.sources.new.new import new_study
from tests.contract import assert_contract

ORACLE = json.loads(
    (Path(__file__).parents[1] / "reference" / "league_table" / "league_table.json").read_text()
)


def published(case: dict, **more: object) -> pd.DataFrame:
    score = 100 * np.round(case["share"], 10)
    return pd.DataFrame({"brand": case["bank"], "score": score.round(8), "n": case["n"], **more})


@pytest.fixture
def cma() -> pd.DataFrame:
    return published(ORACLE["cma"])


@pytest.mark.parametrize("name", ["cma", "made"])
def test_intervals_ranks_and_pooling_are_those_of_r(name: str) -> None:
    case = ORACLE[name]
    result = league_table(published(case), step=1)
    rows = result.scores.set_index("brand").loc[case["bank"]]
    for column in ("ci_low", "ci_high", "rank", "rank_low", "rank_high"):
        np.testing.assert_allclose(rows[column].astype(float), case[column], atol=1e-12)
    np.testing.assert_allclose(rows["pooled"], case["shrunk"], rtol=1e-9)
    assert result.pairs["distinct"].sum() == case["pairs_distinct_at_95_holm"]
    assert len(result.pairs) == case["pairs"]
    tau2 = result.tables["between_sd"].iloc[0] ** 2
    assert tau2 == pytest.approx(case["tau2_dersimonian_laird"], rel=1e-9)


def test_a_design_effect_widens_as_in_r(cma: pd.DataFrame) -> None:
    case, plain = ORACLE["cma_deff"], league_table(cma, step=1).scores
    result = league_table(cma, step=1, deff=1.5)
    rows = result.scores.set_index("brand").loc[cma["brand"]]
    for column in ("ci_low", "ci_high", "rank_low", "rank_high"):
        np.testing.assert_allclose(rows[column].astype(float), case[column], atol=1e-12)
    assert result.pairs["distinct"].sum() == case["pairs_distinct_at_95_holm"]
    wider = result.scores["ci_high"] - result.scores["ci_low"]
    assert (wider > plain["ci_high"] - plain["ci_low"]).all()


def test_complaints_have_the_exact_interval_of_poisson_and_fewer_are_better() -> None:
    case = ORACLE["complaints"]
    table = pd.DataFrame(
        {"brand": case["institution"], "score": case["per_million"], "n": case["clients"]}
    )
    result = league_table(table, unit="per_million")
    rows = result.scores.set_index("brand").loc[case["institution"]]
    for column in ("ci_low", "ci_high"):
        np.testing.assert_allclose(rows[column], case[column], rtol=1e-9, atol=1e-9)
    assert result.scores["brand"].iloc[0] == "BANCO DO NORDESTE DO BRASIL"  # none upheld
    assert result.scores["rank_high"].iloc[0] == 1


def test_equal_scores_share_a_rank_and_ranks_follow_scores(cma: pd.DataFrame) -> None:
    scores = league_table(cma).scores
    assert (np.diff(scores["estimate"]) <= 0).all()
    assert scores.groupby("estimate")["rank"].nunique().eq(1).all()
    for column in ("rank_low", "rank_high"):
        assert (np.diff(scores[column].astype(int)) >= 0).all()
    between = scores["rank"].between(scores["rank_low"], scores["rank_high"])
    assert between.all()


def test_the_order_of_rows_does_not_matter(cma: pd.DataFrame) -> None:
    a, b = league_table(cma), league_table(cma.sample(frac=1, random_state=4))
    pd.testing.assert_frame_equal(a.scores, b.scores)
    assert a.pairs["distinct"].sum() == b.pairs["distinct"].sum()


def test_the_widest_tie_has_no_pair_apart_and_cannot_grow(cma: pd.DataFrame) -> None:
    result = league_table(cma, step=1)
    start, end = longest_tie(result, result.tables["measure"].iloc[0])
    assert (start + 1, end + 1) == (6, 15)
    told = " ".join(result.findings())
    assert "Ranks 6 to 15 are one tie" in told
    assert "Monzo, Starling Bank, first direct, Metro Bank lead (86% to 81%)" in told


@pytest.mark.parametrize(("unit", "n"), [("percent", None), ("index", 900)])
def test_without_bases_or_spread_there_is_the_order_only(unit: str, n: int | None) -> None:
    table = pd.DataFrame({"brand": list("abc"), "score": [80, 70, 60]})
    result = league_table(table if n is None else table.assign(n=n), unit=unit)
    assert result.scores[["ci_low", "rank_low"]].isna().all(axis=None)
    assert result.pairs.empty
    assert "only the order is told" in str(result.notes[0])
    assert result.story(focus="b").findings[0].settled == "open"


def test_a_net_promoter_score_has_the_widest_interval_it_can_have() -> None:
    table = pd.DataFrame({"brand": ["a", "b"], "score": [40, -4], "n": [400, 400]})
    row = league_table(table, unit="nps").scores.iloc[0]
    half = 1.959964 * np.sqrt((100**2 - 40**2) / 400)
    assert row["ci_high"] - row["estimate"] == pytest.approx(half, rel=1e-6)


def test_nothing_and_everything_have_an_error_too() -> None:
    table = pd.DataFrame({"brand": list("abc"), "score": [0, 100, 0], "n": [5, 5, 5]})
    result = league_table(table)
    assert (result.pairs["std_error"] > 0).all()
    pair = result.pairs.set_index(["brand_a", "brand_b"])["p_value"]
    assert pair["a", "c"] == 1


def test_agreement_is_kendalls_over_what_both_rank(cma: pd.DataFrame) -> None:
    ours = dict(zip(cma["brand"], cma["score"] / 10, strict=True))
    few = dict(list(ours.items())[:3])
    result = league_table(cma, beside={"ours": ours, "few": few})
    assert result.agreement[["measure_b", "n_brands"]].values.tolist() == [["ours", 19]]
    assert result.agreement["tau"].iloc[0] == pytest.approx(1)
    assert "rank banks alike" in " ".join(result.findings())


def test_of_many_rankings_that_agree_by_chance_none_is_told(cma: pd.DataFrame) -> None:
    """One pair in twenty has p < .05 where nothing agrees."""
    rng = np.random.default_rng(1)
    beside = {f"r{at}": dict(zip(cma["brand"], rng.normal(size=19), strict=True))
              for at in range(40)}  # fmt: skip
    result = league_table(cma, beside=beside)
    assert (result.agreement["p_value"] < 0.05).any()
    told = result.story().findings[-len(beside) :]
    assert {one.settled for one in told} == {"open"}


@pytest.mark.parametrize(
    ("change", "error", "told"),
    [({"brand": ["a", "a", "b"]}, InputError, "brand"),
     ({"score": [101, 2, 3]}, ScaleError, "scores from 0 to 100"),
     ({"n": [0, 9, 9]}, ScaleError, "bases above 0"),
     ({"score": [np.nan, 2, 3]}, InputError, "score")],
)  # fmt: skip
def test_refusals(change: dict, error: type[Exception], told: str) -> None:
    table = pd.DataFrame({"brand": list("abc"), "score": [80, 70, 60], "n": 100}).assign(**change)
    with pytest.raises(error, match=told):
        league_table(table)


def test_one_brand_is_no_ranking() -> None:
    with pytest.raises(NotEnoughDataError, match="found 1"):
        league_table(pd.DataFrame({"brand": ["a"], "score": [80]}))
    with pytest.raises(InputError, match="columns brand and score"):
        league_table(pd.DataFrame({"bank": ["a"]}))


def test_the_contract(cma: pd.DataFrame) -> None:
    assert_contract(lambda: league_table(cma), cma)


def test_the_figure_has_a_row_a_bank_and_a_bar_at_the_tie(cma: pd.DataFrame) -> None:
    ax = league_table(cma, step=1).plot(focus="TSB")
    assert len(ax.get_yticklabels()) == 19
    assert any(list(line.get_ydata()) == [4.7, 14.3] for line in ax.lines)


def test_a_study_of_a_ranking_alone_answers(tmp_path: Path) -> None:
    rows = ["名次,銀行,滿意度(%),樣本數", *(f"{k + 1},銀行{k},{86 - 4 * k},1000" for k in range(9))]
    (tmp_path / "排名.csv").write_text("\n".join(rows), encoding="utf-8")
    new_study(tmp_path)
    answers = bk.answers(tmp_path)
    assert answers.study.language == "zh-Hant"
    assert answers.league_table.scores["rank_high"].notna().all()
    lead = answers.lead("07_rankings")
    assert "滿意度" in str(lead.blocks[0].to_json())
    (block,) = answers.show("league_table").blocks
    assert "86%" in str(block.to_json())


def test_the_sample_ranking_is_recovered() -> None:
    """Where the truth of two banks is 15 points apart, 600 a bank tell them apart."""
    answers = bk.answers("sample")
    truth = json.loads((answers.study.folder / "truth.json").read_text())["rankings"]["share"]
    pairs = answers.league_table.pairs
    gap = pairs["brand_a"].map(truth) - pairs["brand_b"].map(truth)
    known = ~pairs[["brand_a", "brand_b"]].isin(["Old Quay"]).any(axis=1)
    assert pairs.loc[known & (gap >= 0.15), "distinct"].all()
    assert not pairs.loc[gap.abs() < 0.01, "distinct"].any()
    assert (answers.league_table.agreement["tau"] > 0.6).all()
