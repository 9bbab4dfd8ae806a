"""group_comparison against R and statsmodels, its invariants, its refusals, its contract."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student
from scipy.stats import ttest_ind
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportions_ztest

from benchmarks.simulations.scores import Market, runs
from brandkit.core.errors import InputError, MissingColumnsError, NotEnoughDataError, ScaleError
from brandkit.sampling.ratios import column_letters, design_tests, open_ranks
from brandkit.satisfaction.scores.kernel import Domains
from brandkit.satisfaction.scores.scores import group_comparison, satisfaction_scores
from brandkit.satisfaction.scores.weights import survey_weights
from brandkit.sources import read_study
from tests.conftest import some
from tests.contract import assert_contract

REFERENCE = Path(__file__).parent.parent / "reference" / "satisfaction_scores" / "values.json"
VALUES = json.loads(REFERENCE.read_text(encoding="utf-8"))
MARGINS = {"sex": {"f": 0.5, "m": 0.5}, "age": {"old": 0.3, "young": 0.7}}


@pytest.fixture
def ratings(rng: np.random.Generator) -> pd.DataFrame:
    frame = Market(levels=(6.0, 6.4, 7.0, 7.0, 7.6, 8.8)).sample(rng, 200)
    frame["w"] = rng.uniform(0.4, 2.5, 200)[frame["id"]]
    frame["wave"] = 2025 + frame["id"] % 2
    return frame


def compared(frame: pd.DataFrame, **options: object):
    return group_comparison(
        frame, **{"items": "sat", "by": "brand", "respondent": "id", "limits": (0, 10), **options}
    )


# --- known values --------------------------------------------------------------------------------


@pytest.mark.parametrize("design", ["design", "raked"])
def test_a_difference_of_two_banks_and_its_error_are_those_of_r(
    design: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With strata, clusters and weights, or margins, and missing answers."""
    estimates = Domains.estimates  # R's survey knows no leverage
    monkeypatch.setattr(
        Domains, "estimates", lambda self, values, **_: estimates(self, values, leveraged=False)
    )
    sample = pd.DataFrame(VALUES["data"])
    options = {"weight": "w", "strata": "coast", "cluster": "branch"}
    if design == "raked":
        options = {"weight": survey_weights(sample, margins=MARGINS)}
    pair = group_comparison(
        sample, items="sat", by={"brand": "bank"}, measures="mean", respondent="id", **options
    ).pairs.iloc[0]
    known = VALUES["difference"][design]
    np.testing.assert_allclose(pair["estimate"], known["estimate"], rtol=1e-10)
    np.testing.assert_allclose(pair["std_error"], known["std_error"], rtol=1e-10)


def test_two_independent_samples_are_welch_s_test(rng) -> None:
    first, second = (
        rng.normal(m, s, n).round().clip(0, 10) for m, s, n in ((6, 1, 40), (7, 2, 60))
    )
    frame = pd.DataFrame({
        "sat": np.r_[first, second], "brand": ["A"] * 40 + ["B"] * 60, "id": np.arange(100)
    })  # fmt: skip
    pair = compared(frame, measures="mean").pairs.iloc[0]
    known = ttest_ind(first, second, equal_var=False)
    np.testing.assert_allclose(pair["statistic"], known.statistic, rtol=1e-10)
    np.testing.assert_allclose(pair["p_value"], known.pvalue, rtol=1e-9)


def test_the_same_persons_rating_two_banks_are_a_paired_test(rng) -> None:
    first = rng.integers(3, 9, 50)
    second = np.clip(first + rng.integers(-1, 3, 50), 0, 10)
    brand, person = np.repeat(["A", "B"], 50), np.tile(np.arange(50), 2)
    frame = pd.DataFrame({"sat": np.r_[first, second], "brand": brand, "id": person})
    pair = compared(frame, measures="mean").pairs.iloc[0]
    gap = first - second
    np.testing.assert_allclose(pair["estimate"], gap.mean(), rtol=1e-12)
    np.testing.assert_allclose(pair["std_error"], gap.std(ddof=1) / 50**0.5, rtol=1e-10)


def test_p_values_are_adjusted_after_holm_over_the_pairs_of_a_row(ratings) -> None:
    pairs = compared(ratings).pairs
    for _, row in pairs.groupby("measure"):
        expected = multipletests(row["p_value"], method="holm")[1]
        np.testing.assert_allclose(row["p_adjusted"], expected, rtol=1e-10)
    assert pairs["distinct"].equals(pairs["p_adjusted"] < 0.05)


# --- as SPSS does --------------------------------------------------------------------------------


def test_shares_compared_as_in_ctables_are_pooled_z_with_bonferroni(ratings) -> None:
    pairs = compared(ratings, style="ctables", measures="top2").pairs
    top = (ratings["sat"] >= 9).groupby(ratings["brand"]).agg(["sum", "size"])
    for pair in pairs.to_dict("records"):
        two = top.loc[[pair["group_a"], pair["group_b"]]]
        z, p = proportions_ztest(two["sum"].to_numpy(), two["size"].to_numpy())
        np.testing.assert_allclose(pair["statistic"], z, rtol=1e-10)
        np.testing.assert_allclose(pair["p_value"], p, rtol=1e-9)
        np.testing.assert_allclose(pair["p_adjusted"], min(15 * p, 1.0), rtol=1e-9)


def test_a_column_at_zero_or_one_is_not_compared_in_ctables_nor_counted(ratings) -> None:
    ratings.loc[ratings["brand"] == "A", "sat"] = 3
    pairs = compared(ratings, style="ctables", measures="top2").pairs
    left_out = pairs["group_a"] == "A"
    assert pairs.loc[left_out, "p_value"].isna().all()
    assert not pairs.loc[left_out, "distinct"].any()
    rest = pairs[~left_out]
    np.testing.assert_allclose(
        rest["p_adjusted"], np.minimum(10 * rest["p_value"], 1.0), rtol=1e-12
    )


def test_means_compared_as_in_ctables_pool_the_variance_of_all_columns(ratings) -> None:
    pairs = compared(ratings, style="ctables", measures="mean").pairs
    by = ratings.groupby("brand")["sat"]
    n, mean = by.size(), by.mean()
    df = n.sum() - 6
    variance = ((n - 1) * by.var(ddof=1)).sum() / df
    for pair in pairs.to_dict("records"):
        a, b = pair["group_a"], pair["group_b"]
        statistic = (mean[a] - mean[b]) / np.sqrt(variance * (1 / n[a] + 1 / n[b]))
        np.testing.assert_allclose(pair["statistic"], statistic, rtol=1e-10)
        np.testing.assert_allclose(pair["p_value"], 2 * student.sf(abs(statistic), df), rtol=1e-9)


def test_weights_of_ctables_are_summed_as_persons(ratings) -> None:
    pairs = compared(ratings, style="ctables", measures="top2", weight="w").pairs
    weight = ratings.groupby("brand")["w"].sum()
    up = (ratings["w"] * (ratings["sat"] >= 9)).groupby(ratings["brand"]).sum()
    first = pairs.iloc[0]
    pooled = (up["A"] + up["B"]) / (weight["A"] + weight["B"])
    error = np.sqrt(pooled * (1 - pooled) * (1 / weight["A"] + 1 / weight["B"]))
    z = (up["A"] / weight["A"] - up["B"] / weight["B"]) / error
    np.testing.assert_allclose(first["statistic"], z, rtol=1e-10)


# --- letters and ranks ---------------------------------------------------------------------------


def test_letters_name_those_it_lies_significantly_above_at_two_levels(ratings) -> None:
    result = compared(ratings, measures="mean", levels=(0.9999, 0.80))
    letter = dict(zip(result.groups["label"], result.groups["letter"], strict=True))
    for group in result.groups.to_dict("records"):
        expected = []
        for other in letter:
            pairs = result.pairs
            one = pairs[
                ((pairs["group_a"] == group["label"]) & (pairs["group_b"] == other))
                | ((pairs["group_b"] == group["label"]) & (pairs["group_a"] == other))
            ]
            if not len(one):
                continue
            higher = (one["estimate"].iloc[0] > 0) == (one["group_a"].iloc[0] == group["label"])
            if higher and one["p_adjusted"].iloc[0] < 0.0001:
                expected.append(letter[other])
            elif higher and one["p_adjusted"].iloc[0] < 0.20:
                expected.append(letter[other].lower())
        assert group["letters"].split() == expected
    whole = " ".join(result.groups["letters"])
    assert any(one.islower() for one in whole.split())
    assert any(one.isupper() for one in whole.split())


def test_scores_beside_letters_are_those_of_satisfaction_scores(ratings) -> None:
    options = {"items": "sat", "by": "brand", "respondent": "id", "weight": "w", "limits": (0, 10)}
    ours = group_comparison(ratings, **options).groups
    scores = satisfaction_scores(ratings, **options).scores
    for column in ("estimate", "std_error", "ci_low", "ci_high", "n", "n_effective", "base"):
        assert ours[column].tolist() == scores[column].tolist(), column


def test_columns_beyond_z_have_two_letters() -> None:
    names = column_letters(60)
    assert len(set(names)) == 60
    assert names[25:28] == ["Z", "AA", "AB"]


def test_fixed_ranks_are_not_what_the_data_say(ratings, rng) -> None:
    """A peer's trap: observed ranks printed as if they were certain."""
    near = Market(levels=(7.5, 7.5, 7.5, 7.5, 7.5, 9.5)).sample(rng, 150)
    groups = compared(near, measures="mean").groups
    assert sorted(groups["rank"]) == [1, 2, 3, 4, 5, 6]
    best = groups.iloc[5]
    assert (best["rank_low"], best["rank_high"]) == (1, 1)
    rest = groups.iloc[:5]
    assert (rest["rank_low"] == 2).all()
    assert (rest["rank_high"] == 6).all()


@settings(max_examples=some(30))
@given(st.integers(0, 2**32 - 1), st.integers(2, 7))
def test_rank_sets_hold_the_observed_rank_and_follow_from_the_pairs(seed: int, g: int) -> None:
    rng = np.random.default_rng(seed)
    mean, own = rng.normal(0, 1, g), rng.uniform(0.01, 0.5, g)
    tests = design_tests(mean, np.diag(own), df=np.full(g, 50.0))
    rank, low, high = open_ranks(mean, tests, level=0.95)
    assert ((low <= rank) & (rank <= high)).all()
    above = np.zeros((g, g), dtype=bool)
    for (i, j), p in zip(combinations(range(g), 2), tests.p_adjusted, strict=True):
        above[i, j], above[j, i] = p < 0.05 and mean[i] > mean[j], p < 0.05 and mean[j] > mean[i]
    assert low.tolist() == (1 + above.sum(axis=0)).tolist()
    assert high.tolist() == (g - above.sum(axis=1)).tolist()


# --- invariants ----------------------------------------------------------------------------------


def test_turning_the_scale_round_turns_every_difference(ratings) -> None:
    one = compared(ratings, measures="mean").pairs
    two = compared(ratings.assign(sat=10 - ratings["sat"]), measures="mean").pairs
    np.testing.assert_allclose(one["estimate"], -two["estimate"], atol=1e-12)
    np.testing.assert_allclose(one["p_adjusted"], two["p_adjusted"], rtol=1e-8)


def test_answers_that_persons_share_make_differences_surer(rng) -> None:
    """The same rows taken as of different persons lose their covariance."""
    ratings = Market(rated=6).sample(rng, 100)
    together = compared(ratings, measures="mean").pairs["std_error"]
    apart = compared(ratings.assign(id=range(len(ratings))), measures="mean").pairs["std_error"]
    assert (together < 0.75 * apart).all()


def test_the_order_of_rows_changes_nothing(ratings) -> None:
    one, two = compared(ratings), compared(ratings.sample(frac=1, random_state=3))
    pd.testing.assert_frame_equal(one.pairs, two.pairs, rtol=1e-8)
    pd.testing.assert_frame_equal(one.groups, two.groups, rtol=1e-8)


# --- waves ---------------------------------------------------------------------------------------


def test_changes_are_the_later_wave_less_the_earlier(ratings) -> None:
    result = compared(ratings, wave="wave", measures="mean")
    assert len(result.changes) == 6
    assert set(result.changes["wave_a"]) == {"2025"}
    means = ratings.groupby(["brand", "wave"])["sat"].mean().unstack()
    expected = (means[2026] - means[2025])[result.changes["label"]]
    np.testing.assert_allclose(result.changes["estimate"], expected, rtol=1e-10)
    np.testing.assert_allclose(
        result.changes["p_adjusted"], multipletests(result.changes["p_value"], method="holm")[1]
    )
    spread = result.waves.set_index(["label", "wave"])["std_error"].unstack()
    # new persons in each wave: no covariance
    alone = np.sqrt((spread**2).sum(axis=1))[result.changes["label"]]
    np.testing.assert_allclose(result.changes["std_error"], alone, rtol=0.02)


def test_persons_in_both_waves_bring_their_covariance(rng) -> None:
    first = Market().sample(rng, 120).assign(wave=1)
    second = first.assign(wave=2, sat=(first["sat"] + rng.integers(-1, 2, len(first))).clip(0, 10))
    both = pd.concat([first, second], ignore_index=True)
    change = compared(both, wave="wave", measures="mean").changes.set_index("label").loc["A"]
    gap = second.loc[second["brand"] == "A", "sat"] - first.loc[first["brand"] == "A", "sat"]
    np.testing.assert_allclose(change["estimate"], gap.mean(), atol=1e-12)
    np.testing.assert_allclose(change["std_error"], gap.std(ddof=1) / len(gap) ** 0.5, rtol=0.02)


def test_three_waves_give_two_steps_and_a_group_in_one_wave_none(ratings) -> None:
    ratings["wave"] = pd.Categorical(
        np.array(["spring", "autumn", "winter"])[ratings["id"] % 3],
        ["spring", "autumn", "winter"],
    )
    kept = ratings[(ratings["brand"] != "F") | (ratings["wave"] == "spring")]
    result = compared(kept, wave="wave", measures="mean")
    steps = result.changes.groupby(["wave_a", "wave_b"], sort=False)["label"].apply(list)
    assert steps.index.tolist() == [("spring", "autumn"), ("autumn", "winter")]
    assert all(labels == list("ABCDE") for labels in steps)


def test_a_survey_s_own_brands_and_waves_are_taken() -> None:
    result = group_comparison(read_study("sample").survey, items="sat1", measures="mean")
    assert result.role == "brand"
    assert len(result.groups) == 12
    assert len(result.changes) == 12
    assert result.share_several == pytest.approx(0.83, abs=0.01)
    by_wave = group_comparison(read_study("sample").survey, items="sat1", by="wave")
    assert by_wave.groups["label"].tolist()[:2] == ["2025", "2026"]
    assert not len(by_wave.changes)


# --- bad input -----------------------------------------------------------------------------------


def test_a_bank_with_four_answers_is_neither_shown_nor_compared(ratings) -> None:
    few = pd.concat([ratings[ratings["brand"] != "F"], ratings[ratings["brand"] == "F"].head(4)])
    result = compared(few)
    mine = result.groups[result.groups["label"] == "F"]
    assert mine[["estimate", "rank", "rank_low", "rank_high"]].isna().all(axis=None)
    pairs = result.pairs[result.pairs["group_b"] == "F"]
    assert pairs[["estimate", "std_error", "p_value", "p_adjusted"]].isna().all(axis=None)
    assert not pairs["distinct"].any()
    others = result.groups[result.groups["label"] != "F"]
    assert others["rank_high"].max() == 5
    assert "Too few persons answered in 1 group to compare: F." in map(str, result.notes)
    without = compared(ratings[ratings["brand"] != "F"])
    kept = result.pairs[result.pairs["group_b"] != "F"]
    assert len(kept) == len(without.pairs)


def test_a_bank_of_one_mind_is_compared_with_a_variance_of_its_own(ratings) -> None:
    ratings.loc[ratings["brand"] == "F", "sat"] = 10
    result = compared(ratings, measures=("top2", "nps"))
    pairs = result.pairs[result.pairs["group_b"] == "F"]
    assert pairs["distinct"].all()
    assert (pairs["std_error"] > 0).all()
    both = ratings.assign(sat=np.where(ratings["brand"].isin(["E", "F"]), 10, ratings["sat"]))
    equal = compared(both, measures="top2").pairs.iloc[-1]
    assert (equal["estimate"], equal["distinct"]) == (0.0, False)
    assert equal["std_error"] > 0


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"by": None}, InputError, r"`by` must say what to compare"),
        ({"by": "bank"}, MissingColumnsError, r"`by` names columns"),
        ({"style": "spss"}, InputError, r"`style` must be one of 'holm', 'ctables'"),
        ({"levels": (0.9, 0.95)}, InputError, r"`levels` must be written strictest first"),
        ({"levels": (0.95, 0.9, 0.8)}, InputError, r"`levels` must be one or two levels"),
        ({"levels": (95, 90)}, ScaleError, r"`levels` must lie between 0 and 1"),
        ({"wave": "year"}, MissingColumnsError, r"`by` names columns|`wave` names columns"),
        ({"items": "satt"}, MissingColumnsError, r"`items` names columns"),
    ],
)
def test_refusals(ratings, options: dict, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        compared(ratings, **options)


def test_one_group_cannot_be_compared(ratings) -> None:
    with pytest.raises(NotEnoughDataError, match=r"at least two groups to compare; found 1"):
        compared(ratings[ratings["brand"] == "A"])


def test_notes_say_how_pairs_are_tested(ratings) -> None:
    said = " ".join(map(str, compared(ratings).notes))
    assert "adjusted after Holm over the 15 pairs of each row" in said
    assert "100% of the persons are in several groups" in said
    assert "capitals at 95%, small letters at 90%" in said
    spss = " ".join(map(str, compared(ratings, style="ctables", levels=(0.95,)).notes))
    assert "as SPSS CTABLES does (pooled variance, Bonferroni over 15 pairs)" in spss
    assert "significantly above, at 95%." in spss


# --- contract, simulation ------------------------------------------------------------------------


def test_contract(ratings) -> None:
    assert_contract(
        lambda: group_comparison(
            ratings, items="sat", by="brand", wave="wave", respondent="id", weight="w"
        ),
        ratings,
    )


@pytest.mark.slow
def test_false_pairs_are_rare_true_ones_found_and_ranks_kept_in_a_few_runs() -> None:
    """The fast part of benchmarks/simulations/scores.py: 40 runs."""
    equal, apart = Market(levels=(7.5,) * 6), Market(levels=(7.5,) * 5 + (8.5,))
    false, found, kept = [], [], []
    for rng in runs(3, 40):
        false.append(compared(equal.sample(rng, 150), measures="mean").pairs["distinct"].any())
        result = compared(apart.sample(rng, 150), measures="mean")
        mine = result.pairs["group_b"] == "F"
        found.append(result.pairs.loc[mine, "distinct"].mean())
        low, high = result.groups["rank_low"], result.groups["rank_high"]
        kept.append(low.iloc[5] == 1 and (low[:5] <= 2).all() and (high[:5] == 6).all())
    assert np.mean(false) <= 0.15
    assert np.mean(found) > 0.5
    assert np.mean(kept) > 0.85


@pytest.mark.slow
@pytest.mark.parametrize("samples", [50, pytest.param(200, marks=pytest.mark.exhaustive)])
def test_no_pair_of_equal_banks_is_told_apart_under_heavy_weights(samples: int) -> None:
    """The family's error, all equal: 12 banks, 300 persons, weights with CV 1.5; it was .08."""
    false = []
    for rng in runs(11, samples):
        frame = pd.DataFrame({"id": range(300), "brand": rng.integers(0, 12, 300).astype(str)})
        frame["sat"] = rng.normal(6, 1.5, 300)
        frame["w"] = np.exp(1.086 * rng.normal(size=300))
        pairs = compared(frame, by={"brand": "brand"}, weight="w", measures="mean", limits=(-9, 20),
                         suppress_below=2).pairs  # fmt: skip
        false.append(pairs["distinct"].any())
    assert np.mean(false) <= 0.05 + 2.6 * (0.05 * 0.95 / samples) ** 0.5
