"""satisfaction_scores against R's survey, its invariants, its refusals, its contract."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from benchmarks.simulations.scores import Market, runs
from brandkit.core.errors import InputError, MissingColumnsError, ScaleError
from brandkit.core.intervals import wilson_interval
from brandkit.sampling.variance import linearised_covariance
from brandkit.satisfaction.groups import grouped_rows
from brandkit.satisfaction.scores.kernel import Domains
from brandkit.satisfaction.scores.scores import group_comparison, satisfaction_scores
from brandkit.satisfaction.scores.weights import survey_weights
from brandkit.sources import read_study
from tests.conftest import some
from tests.contract import assert_contract

TOLERANCE = 1e-10
REFERENCE = Path(__file__).parent.parent / "reference"
VALUES = json.loads((REFERENCE / "satisfaction_scores/values.json").read_text(encoding="utf-8"))
WEIGHTING = json.loads((REFERENCE / "survey_weights/values.json").read_text(encoding="utf-8"))
MARGINS = {"sex": {"f": 0.5, "m": 0.5}, "age": {"old": 0.3, "young": 0.7}}


@pytest.fixture
def sample() -> pd.DataFrame:
    return pd.DataFrame(VALUES["data"])


@pytest.fixture
def ratings(rng: np.random.Generator) -> pd.DataFrame:
    """Persons who rate several banks, with weights, strata and gaps."""
    frame = Market().sample(rng, 150)
    person = frame["id"].to_numpy()
    frame["w"] = rng.uniform(0.4, 2.5, 150)[person]
    frame["stratum"] = np.where(person % 3 == 0, "north", "south")
    frame.loc[rng.choice(len(frame), 20, replace=False), "sat"] = np.nan
    return frame


@pytest.fixture
def plain_linearisation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Errors as R's survey has them, without what leverage adds."""
    estimates = Domains.estimates
    monkeypatch.setattr(
        Domains, "estimates", lambda self, values, **_: estimates(self, values, leveraged=False)
    )


def numbers(scores: pd.DataFrame, measure: str, column: str) -> np.ndarray:
    return scores.loc[scores["measure"] == measure, column].to_numpy()


# --- known values --------------------------------------------------------------------------------


@pytest.mark.usefixtures("plain_linearisation")
@pytest.mark.parametrize("measure", ["mean", "top2", "nps"])
@pytest.mark.parametrize("design", ["design", "raked"])
def test_scores_of_banks_are_those_of_r(sample, design: str, measure: str) -> None:
    """With strata, clusters, weights or margins, and missing answers."""
    options = {"weight": "w", "strata": "coast", "cluster": "branch"}
    if design == "raked":
        options = {"weight": survey_weights(sample, margins=MARGINS)}
        np.testing.assert_allclose(options["weight"].weights, VALUES["raked_weights"], rtol=1e-10)
    result = satisfaction_scores(
        sample, items="sat", by={"brand": "bank"}, respondent="id", **options
    )
    for column in ("estimate", "std_error"):
        found = numbers(result.scores, measure, column)
        np.testing.assert_allclose(found, VALUES[design][measure][column], rtol=TOLERANCE)


@pytest.mark.real
@pytest.mark.usefixtures("plain_linearisation")
@pytest.mark.parametrize("weights", ["margins", "column"])
def test_scores_of_a_real_bank_are_those_of_r(real: Path, weights: str) -> None:
    bank = pd.read_csv(real / "surveys/csibank/csibank.csv")
    known = WEIGHTING[weights]
    cells = pd.DataFrame(WEIGHTING["cell_weights"]).set_index(["Gender", "Region"])["w"]
    bank["w"] = cells[list(zip(bank["Gender"], bank["Region"], strict=True))].to_numpy()
    margins = {
        "Gender": {"Female": 0.51, "Male": 0.49},
        "Region": {"Center": 0.4, "East": 0.35, "North": 0.25},
    }
    weight = "w" if weights == "column" else survey_weights(bank, margins=margins)
    result = satisfaction_scores(bank, items="sat1", by="Region", weight=weight)
    assert result.weighting == weights
    assert numbers(result.scores, "mean", "segment").tolist() == known["region"]
    for measure in ("mean", "top2"):
        for column in ("estimate", "std_error"):
            found = numbers(result.scores, measure, column)
            np.testing.assert_allclose(found, known[measure][column], rtol=TOLERANCE)
    nps = satisfaction_scores(bank, items="loy3", weight=weight, measures="nps").scores.iloc[0]
    np.testing.assert_allclose(nps["estimate"], known["nps"]["estimate"], rtol=TOLERANCE)
    np.testing.assert_allclose(nps["std_error"], known["nps"]["std_error"], rtol=TOLERANCE)


def test_a_plain_sample_has_the_textbook_s_errors() -> None:
    sat = np.array([2.0, 7, 9, 10, 6, 8, 9, 3, 10, 10, 5, 9])
    result = satisfaction_scores(
        pd.DataFrame({"sat": sat, "id": range(12)}), items="sat", respondent="id"
    ).scores.set_index("measure")
    assert result.loc["mean", "estimate"] == pytest.approx(sat.mean(), rel=1e-12)
    assert result.loc["mean", "std_error"] == pytest.approx(sat.std(ddof=1) / 12**0.5, rel=1e-12)
    share = (sat >= 9).mean()
    assert result.loc["top2", "estimate"] == pytest.approx(share, rel=1e-12)
    # n* = p (1 - p) / (p (1 - p) / (n - 1))
    assert result.loc["top2", "n_effective"] == pytest.approx(11.0, rel=1e-12)
    assert result.loc["nps", "estimate"] == pytest.approx(100 * (6 / 12 - 4 / 12), rel=1e-12)
    assert result["unit"].tolist() == ["scale", "share", "points"]


def test_the_error_of_a_weighted_mean_is_that_of_cr2(rng: np.random.Generator) -> None:
    """Clusters of unequal size and weight: sum of u^2/(1 - h), h the share of the weight."""
    sizes = np.array([2, 5, 9, 14, 20])
    branch = np.repeat(np.arange(5), sizes)
    y, w = rng.normal(6, 1, 50), rng.uniform(0.2, 3, 50)
    frame = pd.DataFrame({"y": y, "w": w, "id": range(50), "branch": branch})
    row = satisfaction_scores(
        frame, items="y", weight="w", respondent="id", cluster="branch", measures="mean",
        limits=(0, 10),
    ).scores.iloc[0]  # fmt: skip
    mean = np.average(y, weights=w)
    h = np.bincount(branch, weights=w) / w.sum()
    u = np.bincount(branch, weights=w * (y - mean)) / w.sum() / np.sqrt(1 - h)
    # over all five clusters of the sample, the sums are centred as linearisation has it
    assert row["std_error"] == pytest.approx(np.sqrt((u**2).sum() - u.sum() ** 2 / 5), rel=1e-10)
    half = student.ppf(0.975, 1 / (h**2).sum() - 1) * row["std_error"]
    assert row["ci_high"] - row["estimate"] == pytest.approx(half, rel=1e-10)
    assert row["n_clusters"] == 5
    assert row["base"] == "small"


def test_groups_of_equal_clusters_get_g_over_g_less_one(rng: np.random.Generator) -> None:
    """A bank in 3 of 30 branches: its variance times 3/2 * 29/30, on 2 degrees of freedom."""
    branch, y = np.repeat(np.arange(30), 15), rng.normal(size=450)
    frame = pd.DataFrame({"y": 6 + y, "branch": branch, "id": range(450)})
    frame["brand"] = np.where(branch < 3, "A", "B")
    options = {"items": "y", "by": "brand", "respondent": "id", "cluster": "branch",
               "limits": (0, 10), "measures": "mean"}  # fmt: skip
    row = satisfaction_scores(frame, **options).scores.iloc[0]
    means = frame[frame["brand"] == "A"].groupby("branch")["y"].mean()
    assert row["std_error"] == pytest.approx(means.std(ddof=1) / 3**0.5, rel=1e-10)
    half = student.ppf(0.975, 2) * row["std_error"]
    assert row["ci_high"] - row["estimate"] == pytest.approx(half, rel=1e-10)


# --- invariants ----------------------------------------------------------------------------------


def test_sums_over_pairs_agree_with_the_covariance_of_all_units(ratings) -> None:
    """Two ways to the same variance: sparse sums, and totals of every unit for every bank."""
    margins = {"region": {0: 0.4, 1: 0.3, 2: 0.3}}
    for weight in ("w", survey_weights(ratings, margins=margins, respondent="id")):
        grouped = grouped_rows(
            ratings, items=["sat"], by="brand", weight=weight, respondent="id", strata="stratum"
        )
        rows, cell = grouped.rows, grouped.cell
        estimate = Domains(rows, cell, 6).estimates(grouped.values, leveraged=False)
        values = np.nan_to_num(grouped.values[:, 0])
        there = ~np.isnan(grouped.values[:, 0])
        influence = np.stack([
            (cell == at) * there * (values - estimate.mean[at, 0]) / estimate.total[at, 0]
            for at in range(6)
        ], axis=1)  # fmt: skip
        whole = linearised_covariance(rows.contributions(influence), stratum=rows.stratum)
        np.testing.assert_allclose(estimate.covariance(0), whole, rtol=1e-9, atol=1e-14)
        np.testing.assert_allclose(estimate.variance[:, 0], np.diagonal(whole), rtol=1e-9)


@settings(max_examples=some(8))
@given(st.integers(0, 2**32 - 1), st.floats(0.01, 100))
def test_weights_are_free_of_scale_and_rows_of_order(seed: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    frame = Market().sample(rng, 60)
    frame["w"] = rng.uniform(0.5, 2, 60)[frame["id"]]
    options = {"items": "sat", "by": "brand", "weight": "w", "respondent": "id"}
    one = satisfaction_scores(frame, **options, limits=(0, 10)).scores
    mixed = frame.sample(frac=1, random_state=seed % 1000).assign(w=lambda rows: rows["w"] * scale)
    two = satisfaction_scores(mixed, **options, limits=(0, 10)).scores
    pd.testing.assert_frame_equal(one, two, rtol=1e-8, atol=1e-9)


def test_equal_weights_change_nothing(ratings) -> None:
    options = {"items": "sat", "by": "brand", "respondent": "id"}
    plain = satisfaction_scores(ratings, **options).scores
    equal = satisfaction_scores(ratings.assign(w=3.0), **options, weight="w").scores
    pd.testing.assert_frame_equal(plain, equal, rtol=1e-10)


def test_ends_of_shares_and_scores_stay_within_their_bounds(ratings) -> None:
    ratings.loc[ratings["brand"] == "A", "sat"] = 10
    scores = satisfaction_scores(ratings, items="sat", by="brand", respondent="id").scores
    top, nps = (scores[scores["measure"] == name] for name in ("top2", "nps"))
    assert top["ci_low"].ge(0).all()
    assert top["ci_high"].le(1).all()
    assert nps["ci_low"].ge(-100).all()
    assert nps["ci_high"].le(100).all()
    assert (scores["ci_low"].isna() | (scores["ci_low"] <= scores["estimate"] + 1e-9)).all()
    assert (scores["ci_high"].isna() | (scores["ci_high"] >= scores["estimate"] - 1e-9)).all()


def test_a_wider_level_gives_wider_intervals(ratings) -> None:
    options = {"items": "sat", "by": "brand", "respondent": "id"}
    narrow, wide = (
        satisfaction_scores(ratings, **options, level=level).scores for level in (0.8, 0.99)
    )
    assert (wide["ci_high"] - wide["ci_low"] > narrow["ci_high"] - narrow["ci_low"]).all()


# --- groups --------------------------------------------------------------------------------------


def test_groups_stand_under_fixed_names_whatever_columns_are_called(ratings) -> None:
    frame = ratings.rename(columns={"brand": "bank"}).assign(year=2025)
    named = satisfaction_scores(
        frame, items="sat", by={"brand": "bank", "wave": "year"}, respondent="id"
    ).scores
    assert named["brand"].tolist()[:6] == list("ABCDEF")
    assert set(named["wave"]) == {"2025"}
    assert named["segment"].isna().all()
    other = satisfaction_scores(frame, items="sat", by="bank", respondent="id").scores
    assert other["segment"].tolist()[:6] == list("ABCDEF")
    assert named.columns.tolist() == other.columns.tolist()


def test_several_columns_make_one_segment(ratings) -> None:
    result = satisfaction_scores(
        ratings, items="sat", by=["brand", "region", "stratum"], respondent="id"
    )
    assert result.by == {"brand": ("brand",), "segment": ("region", "stratum")}
    assert "0 · north" in set(result.scores["segment"])


def test_a_survey_brings_its_design_and_its_scales() -> None:
    survey = read_study("sample").survey
    result = satisfaction_scores(survey, items=["sat1", "recommend"], by=["brand", "wave"])
    assert result.scores["brand"].iloc[0] == "Harbour Bank"
    assert set(result.scores["wave"]) == {"2025", "2026"}
    assert result.limits == {"sat1": (0.0, 10.0), "recommend": (0.0, 10.0)}
    assert result.labels["sat1"] == "overall satisfaction"
    assert result.weighting == "column"
    plain = satisfaction_scores(
        survey.responses, items=["sat1"], by="brand", weight="weight", respondent="respondent",
        strata="stratum",
    ).scores  # fmt: skip
    ours = satisfaction_scores(survey, items=["sat1"], by="brand").scores
    pd.testing.assert_frame_equal(ours, plain)


# --- bad input: named, counted, gone on ----------------------------------------------------------


def test_a_bank_with_four_answers_is_not_shown_and_named(ratings) -> None:
    mine = ratings[(ratings["brand"] == "F") & ratings["sat"].notna()]
    few = pd.concat([ratings[ratings["brand"] != "F"], mine.head(4)])
    result = satisfaction_scores(few, items="sat", by="brand", respondent="id")
    mine = result.scores[result.scores["brand"] == "F"]
    assert mine["n"].tolist() == [4, 4, 4]
    assert mine[["estimate", "std_error", "ci_low", "ci_high", "n_effective"]].isna().all(axis=None)
    assert set(mine["base"]) == {"suppressed"}
    assert "Too few persons answered in 1 group to show: F." in map(str, result.notes)
    assert result.scores.loc[result.scores["brand"] == "A", "estimate"].notna().all()


def test_small_bases_are_flagged(ratings) -> None:
    few = ratings[(ratings["brand"] != "F") | (ratings["id"] < 40)]
    result = satisfaction_scores(few, items="sat", by="brand", respondent="id")
    assert set(result.scores.loc[result.scores["brand"] == "F", "base"]) == {"small"}
    assert any("Few persons answered in 1 group (F)" in str(note) for note in result.notes)
    assert result.glance().loc[0, "n_small"] == 1
    wide = satisfaction_scores(few, items="sat", by="brand", respondent="id", minimum_base=5,
                               suppress_below=2)  # fmt: skip
    assert set(wide.scores["base"]) == {"enough"}


def test_a_bank_in_one_cluster_has_no_error_and_is_compared_with_nobody(rng) -> None:
    branch = np.where(np.arange(300) % 2, np.arange(300), 0)
    frame = pd.DataFrame({
        "id": range(300), "brand": np.where(branch, "B", "A"), "branch": branch,
        "sat": rng.integers(0, 11, 300),
    })  # fmt: skip
    options = {"items": "sat", "by": {"brand": "brand"}, "respondent": "id", "cluster": "branch"}
    result = satisfaction_scores(frame, **options)
    mine = result.scores[result.scores["brand"] == "A"]
    assert mine["estimate"].notna().all()
    assert mine[["std_error", "ci_low", "ci_high", "n_effective"]].isna().all(axis=None)
    assert set(mine["base"]) == {"small"}
    others = result.scores[result.scores["brand"] == "B"]
    assert others[["std_error", "ci_low", "ci_high"]].notna().all(axis=None)
    said = "The answers of 1 group (A) come from one cluster: their error cannot be estimated"
    assert any(said in str(note) for note in result.notes)
    story = result.story(focus="A")
    assert story.findings[0].settled == "open"
    assert "without an interval" in str(story.findings[0].detail)

    pairs = group_comparison(frame, **options)
    assert pairs.pairs[["std_error", "p_value", "p_adjusted"]].isna().all(axis=None)
    assert not pairs.pairs["distinct"].any()
    assert set(pairs.groups["letters"]) == {""}
    assert any(said in str(note) for note in pairs.notes)
    assert {one.settled for one in pairs.story(focus="A").findings} <= {"open", "likely"}


def test_all_alike_in_one_cluster_has_no_interval_either(rng) -> None:
    frame = pd.DataFrame({"id": range(80), "brand": ["A", "B"] * 40, "sat": 10})
    frame["branch"] = np.where(frame["brand"] == "A", 0, frame["id"])
    frame.loc[frame["brand"] == "B", "sat"] = rng.integers(0, 11, 40)
    scores = satisfaction_scores(
        frame, items="sat", by={"brand": "brand"}, respondent="id", cluster="branch"
    ).scores
    assert scores.loc[scores["brand"] == "A", ["ci_low", "ci_high"]].isna().all(axis=None)


def test_heavy_weights_flag_a_base_and_say_so(rng) -> None:
    frame = pd.DataFrame({"id": range(120), "brand": ["A", "B"] * 60})
    frame["sat"], frame["w"] = rng.integers(0, 11, 120), 1.0
    frame.loc[[0, 2, 4], "w"] = 60.0
    result = satisfaction_scores(
        frame, items="sat", by={"brand": "brand"}, respondent="id", weight="w"
    )
    base = result.scores.drop_duplicates("brand").set_index("brand")["base"]
    assert base.to_dict() == {"A": "small", "B": "enough"}
    assert any("Unequal weights leave 1 group (A) the base of fewer than 30 persons" in str(note)
               for note in result.notes)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("clusters", "samples"),
    [(2, 80), *(pytest.param(one, 300, marks=pytest.mark.exhaustive) for one in (2, 4))],
)
def test_a_mean_in_few_clusters_is_covered(clusters: int, samples: int) -> None:
    """At the rates of benchmarks/simulations: .95, give or take 2.6 errors."""
    covered = []
    for rng in runs(7, samples):
        branch = np.repeat(np.arange(30), 10)
        y = 6 + 0.32 * rng.normal(size=30)[branch] + 0.95 * rng.normal(size=300)
        frame = pd.DataFrame({"y": y, "branch": branch, "id": range(300)})
        frame["brand"] = np.where(branch < clusters, "A", "B")
        row = satisfaction_scores(
            frame, items="y", by={"brand": "brand"}, respondent="id", cluster="branch",
            limits=(0, 12), measures="mean",
        ).scores.iloc[0]  # fmt: skip
        covered.append(row["ci_low"] <= 6 <= row["ci_high"])
    assert np.mean(covered) >= 0.95 - 2.6 * (0.05 * 0.95 / samples) ** 0.5


def test_persons_not_rows_are_the_base(ratings) -> None:
    eight = ratings[ratings["id"] < 8]
    many = pd.concat([eight] * 10)
    result = satisfaction_scores(many, items="sat", respondent="id")
    assert result.scores["n"].iloc[0] >= 200
    assert set(result.scores["base"]) == {"suppressed"}


def test_minus_99_is_no_answer(ratings) -> None:
    clean = satisfaction_scores(ratings, items="sat", by="brand", respondent="id")
    coded = ratings.assign(sat=ratings["sat"].fillna(-99))
    result = satisfaction_scores(coded, items="sat", by="brand", respondent="id")
    pd.testing.assert_frame_equal(result.scores, clean.scores)
    assert any("“sat” holds −99 in 20 rows, a code for no answer" in str(n) for n in result.notes)


def test_a_constant_item_has_no_interval_of_its_mean(ratings) -> None:
    ratings["sat"] = 8.0
    result = satisfaction_scores(ratings, items="sat", by="brand", respondent="id", limits=(0, 10))
    mean = result.scores[result.scores["measure"] == "mean"]
    assert (mean["estimate"] == 8).all()
    assert mean["ci_low"].isna().all()
    assert any("All answers are alike in 6 cases" in str(note) for note in result.notes)
    share = result.scores[result.scores["measure"] == "top2"]
    assert (share["ci_high"] > 0.03).all()


def test_empty_categories_missing_groups_and_gaps_are_counted(ratings) -> None:
    ratings["brand"] = pd.Categorical(ratings["brand"], list("FEDCBAX"))
    ratings.loc[[1, 2, 3], "brand"] = np.nan
    result = satisfaction_scores(ratings, items="sat", by="brand", respondent="id")
    assert numbers(result.scores, "mean", "brand").tolist() == list("FEDCBA")
    said = " ".join(map(str, result.notes))
    assert "Nobody is in 1 declared group: X." in said
    assert "3 rows are in no group" in said
    assert "% of the answers are missing" in said


def test_a_group_where_nobody_answered_stands_empty(ratings) -> None:
    ratings.loc[ratings["brand"] == "B", "sat"] = np.nan
    result = satisfaction_scores(ratings, items="sat", by="brand", respondent="id")
    mine = result.scores[result.scores["brand"] == "B"]
    assert mine["n"].tolist() == [0, 0, 0]
    assert mine["estimate"].isna().all()
    assert "Nobody answered in 1 group: B." in map(str, result.notes)


def test_zero_weights_count_nowhere(ratings) -> None:
    ratings["w"] = np.where(ratings["id"] < 50, 0.0, 1.0)
    kept = ratings[ratings["id"] >= 50]
    options = {"items": "sat", "by": "brand", "respondent": "id"}
    one = satisfaction_scores(ratings, **options, weight="w")
    pd.testing.assert_frame_equal(one.scores, satisfaction_scores(kept, **options).scores)
    assert any("weight 0 and count nowhere" in str(note) for note in one.notes)


def test_notes_say_which_errors_these_are(ratings) -> None:
    options = {"items": "sat", "respondent": "id"}
    raked = survey_weights(ratings, margins={"region": {0: 0.4, 1: 0.3, 2: 0.3}}, respondent="id")
    for weight, said in (
        (None, "The answers are not weighted."),
        ("w", "errors are those of plain linearisation"),
        (raked, "raked to margins, which the errors take into account"),
    ):
        notes = satisfaction_scores(ratings, **options, weight=weight).notes
        assert any(said in str(note) for note in notes)


def test_without_a_respondent_rows_are_persons_and_notes_say_so(ratings) -> None:
    notes = satisfaction_scores(ratings, items="sat").notes
    assert any("each row counts as a person of its own" in str(note) for note in notes)


# --- peers' traps --------------------------------------------------------------------------------


def test_weights_are_not_ignored(ratings) -> None:
    """A peer's trap: a weight is accepted and plays no part."""
    ratings["w"] = np.where(ratings["region"] == 2, 10.0, 1.0)
    options = {"items": "sat", "by": "brand", "respondent": "id", "measures": "mean"}
    plain = satisfaction_scores(ratings, **options).scores
    weighed = satisfaction_scores(ratings, **options, weight="w").scores
    assert ((weighed["estimate"] - plain["estimate"]) > 0.3).all()
    assert (weighed["std_error"] != plain["std_error"]).all()
    assert (weighed["n_kish"] < 0.7 * plain["n_kish"]).all()
    one = ratings[(ratings["brand"] == "A") & ratings["sat"].notna()]
    np.testing.assert_allclose(weighed["estimate"][0], np.average(one["sat"], weights=one["w"]))


def test_intervals_cover_where_persons_have_several_rows_and_kish_s_n_does_not() -> None:
    """A peer's trap: Wilson on Kish's n. The fast part of benchmarks/simulations/scores.py."""
    market = Market(rated=2, times=5)
    truth = market.truth(60_000).loc["A"]
    covered: dict[str, list[bool]] = {"mean": [], "top2": [], "nps": [], "kish": []}
    for rng in runs(42, 40):
        scores = satisfaction_scores(
            market.sample(rng, 150), items="sat", by={"brand": "brand"}, respondent="id",
            limits=(0, 10),
        ).scores  # fmt: skip
        mine = scores[scores["brand"] == "A"].set_index("measure")
        for measure in ("mean", "top2", "nps"):
            ends = mine.loc[measure, ["ci_low", "ci_high"]]
            covered[measure].append(ends.iloc[0] <= truth[measure] <= ends.iloc[1])
        share = mine.loc["top2"]
        assert share["n_effective"] < 0.6 * share["n_kish"]
        low, high = wilson_interval(share["estimate"], n=share["n_kish"])
        covered["kish"].append(low <= truth["top2"] <= high)
    assert np.mean(covered["mean"]) > 0.88
    assert min(np.mean(covered["top2"]), np.mean(covered["nps"])) > 0.9
    assert np.mean(covered["kish"]) < 0.85


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"items": []}, InputError, r"`items` must name at least one column"),
        ({"items": ["sat", "sat"]}, InputError, r"`items` must name each column once"),
        ({"items": "satt"}, MissingColumnsError, r"`items` names columns.*Did you mean 'sat'"),
        ({"items": "brand"}, InputError, r"must hold numbers only"),
        ({"by": "bank"}, MissingColumnsError, r"`by` names columns"),
        ({"by": ["brand", "brand"]}, InputError, r"`by` must name each column once"),
        ({"by": {"bank": "brand"}}, InputError, r"`by` must map brand, segment or wave"),
        ({"weight": "weight"}, MissingColumnsError, r"`weight` names columns"),
        ({"respondent": "person"}, MissingColumnsError, r"`respondent` names columns"),
        ({"strata": "strat"}, MissingColumnsError, r"`strata` names columns"),
        ({"cluster": "c"}, MissingColumnsError, r"`cluster` names columns"),
        ({"level": 95}, ScaleError, r"`level` must lie between 0 and 1"),
        ({"measures": "average"}, InputError, r"`measures` must be one of 'mean', 'top2', 'nps'"),
        ({"minimum_base": 5}, InputError, r"`suppress_below` must be at most `minimum_base`"),
        ({"limits": (10, 0)}, ScaleError, r"`limits` must be two ends, low < high"),
    ],
)
def test_refusals(ratings, options: dict, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        satisfaction_scores(ratings, **{"items": "sat", "respondent": "id", **options})


def test_a_negative_weight_is_refused(ratings) -> None:
    ratings.loc[0, "w"] = -1
    with pytest.raises(ScaleError, match=r"`weight` must be >= 0; found 1 negative values in 'w'"):
        satisfaction_scores(ratings, items="sat", weight="w")


def test_what_is_no_data_is_refused() -> None:
    with pytest.raises(TypeError, match="`data` must be a DataFrame of pandas"):
        satisfaction_scores([1, 2, 3], items="sat")


def test_weights_of_other_data_are_refused(ratings) -> None:
    other = survey_weights(ratings.head(90), margins={"region": {0: 1, 1: 1, 2: 1}})
    with pytest.raises(InputError, match=r"one weight a row; found 90 for 450 rows"):
        satisfaction_scores(ratings, items="sat", weight=other)


# --- contract ------------------------------------------------------------------------------------


def test_contract(ratings) -> None:
    assert_contract(
        lambda: satisfaction_scores(ratings, items="sat", by="brand", respondent="id"), ratings
    )


def test_many_items_at_once_are_each_by_itself(ratings, rng) -> None:
    frame = ratings.assign(other=rng.integers(1, 6, len(ratings)))
    options = {"by": "brand", "respondent": "id", "weight": "w", "limits": {"other": (1, 5)}}
    both = satisfaction_scores(frame, items=["sat", "other"], **options).scores
    for item in ("sat", "other"):
        alone = satisfaction_scores(frame, items=item, **options).scores
        mine = both[both["item"] == item].reset_index(drop=True)
        pd.testing.assert_frame_equal(mine, alone, rtol=1e-10)
