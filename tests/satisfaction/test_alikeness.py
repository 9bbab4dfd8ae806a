"""Perceived alikeness: analysis of variance by hand, two one-sided tests, and what noise adds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from benchmarks.simulations.alikeness import market, pairs_found, results
from brandkit.core.errors import InputError, MissingColumnsError, NotEnoughDataError, ScaleError
from brandkit.satisfaction.alikeness.alikeness import perceived_alikeness
from brandkit.sources import read_study
from tests.conftest import some
from tests.contract import assert_contract

RATINGS = {
    "a": [4.0, 5.0, 6.0, 5.0, 6.0], "b": [7.0, 8.0, 6.0, 9.0, 7.0], "c": [3.0, 5.0, 4.0, 5.0, 6.0],
}  # fmt: skip


def table(ratings: dict[str, list[float]] = RATINGS) -> pd.DataFrame:
    """One row a person and bank, nobody rates two."""
    rows = [(bank, value) for bank, values in ratings.items() for value in values]
    frame = pd.DataFrame(rows, columns=["bank", "fees"])
    return frame.assign(id=np.arange(len(frame)))


def alike(frame: pd.DataFrame, **options):
    defaults = {
        "brand": "bank", "items": ["fees"], "respondent": "id", "smallest_difference": 1.0,
        "suppress_below": 2, "draws": 200,
    }  # fmt: skip
    return perceived_alikeness(frame, **{**defaults, **options})


@pytest.fixture
def answers(rng: np.random.Generator) -> pd.DataFrame:
    """120 persons rate three of five banks, in two waves, with weights and ticks."""
    bank = np.argsort(rng.random((120, 5)), axis=1)[:, :3]
    frame = pd.DataFrame(
        {"id": np.repeat(np.arange(120), 3), "bank": np.array(list("abcde"))[bank].ravel()}
    )
    halo = np.repeat(rng.normal(0, 1, 120), 3)
    for item in ("fees", "advice"):
        frame[item] = np.clip(np.rint(6 + halo + rng.normal(0, 1.5, 360)), 0, 10)
    frame["w"] = np.repeat(rng.uniform(0.5, 2, 120), 3)
    frame["wave"] = np.where(frame["id"] < 60, "2025", "2026")
    for tick in ("fair", "near", "new"):
        frame[tick] = (rng.random(360) < 0.4).astype(float)
    return frame


# Known values ------------------------------------------------------------------------------------


def test_a_balanced_table_gives_omega_squared() -> None:
    # means 5.2, 7.4, 4.6; squared deviations within 2.8, 5.2 and 5.2
    values = np.array(list(RATINGS.values()))
    between = 5 * ((values.mean(axis=1) - values.mean()) ** 2).sum()
    within = ((values - values.mean(axis=1, keepdims=True)) ** 2).sum()
    error = within / 12
    assert (between, within) == pytest.approx((21.7333333333, 13.2), rel=1e-9)
    omega = (between - 2 * error) / (between + within + error)
    found = alike(table()).measures.loc[0]
    assert found["untruncated"] == pytest.approx(omega, rel=1e-12)
    assert found["estimate"] == found["untruncated"]
    # uncorrected: the between part over the same total
    assert found["observed"] == pytest.approx((between / 15) / (between / 15 + error), rel=1e-12)


def test_an_unbalanced_table_by_its_components() -> None:
    ratings = {"a": [4.0, 6.0, 5.0, 7.0], "b": [7.0, 9.0, 8.0], "c": [2.0, 3.0, 6.0, 5.0, 4.0]}
    parts = [np.array(values) for values in ratings.values()]
    n, size = 12, np.array([4, 3, 5])
    share, mean = size / n, np.array([part.mean() for part in parts])
    squared_error = np.array([part.var(ddof=1) / len(part) for part in parts])
    between = share @ mean**2 - (share @ mean) ** 2
    between -= share @ squared_error - share**2 @ squared_error
    within = share @ np.array([part.var(ddof=1) for part in parts])
    found = alike(table(ratings)).measures.loc[0]
    assert found["untruncated"] == pytest.approx(between / (between + within), rel=1e-12)


def test_banks_that_vary_less_than_noise_get_an_honest_zero() -> None:
    found = alike(table({"a": [4, 6, 5, 5], "b": [5, 4, 6, 5], "c": [6, 5, 5, 4]})).measures.loc[0]
    assert found["untruncated"] < 0
    assert found["estimate"] == 0
    assert found["ci_low"] == 0
    assert found["p_value"] > 0.5


def test_two_one_sided_tests_are_those_of_the_textbook() -> None:
    rng = np.random.default_rng(5)
    first, second = rng.normal(6, 1, 40), rng.normal(6.2, 1, 50)
    pair = alike(table({"a": first.tolist(), "b": second.tolist()})).pairs.loc[0]
    gap = first.mean() - second.mean()
    # linearised over all 90 units: the plain variances with n as denominator times 90/89
    error = np.sqrt(90 / 89 * (first.var() / 40 + second.var() / 50))
    assert pair["estimate"] == pytest.approx(gap, rel=1e-12)
    assert pair["std_error"] == pytest.approx(error, rel=1e-12)
    u = np.concatenate([(first - first.mean()) / 40, -(second - second.mean()) / 50]) ** 2
    df = min(89, 1 + u.sum() ** 2 / (u**2).sum())
    upper = stats.t.cdf((gap - 1.0) / error, df)
    lower = stats.t.sf((gap + 1.0) / error, df)
    assert pair["p_equal"] == pytest.approx(max(upper, lower), rel=1e-9)
    assert pair["p_value"] == pytest.approx(2 * stats.t.sf(abs(gap) / error, df), rel=1e-9)
    assert pair["verdict"] == "equal"


def test_persons_who_rated_both_bring_their_covariance() -> None:
    rng = np.random.default_rng(6)
    halo = rng.normal(0, 2, 60)
    frame = pd.DataFrame(
        {
            "id": np.tile(np.arange(60), 2),
            "bank": np.repeat(["a", "b"], 60),
            "fees": np.concatenate([6 + halo + rng.normal(0, 0.3, 60) for _ in "ab"]),
        }
    )
    pair = alike(frame).pairs.loc[0]
    paired = frame["fees"].to_numpy()[:60] - frame["fees"].to_numpy()[60:]
    assert pair["std_error"] == pytest.approx(paired.std(ddof=1) / np.sqrt(60), rel=1e-12)
    assert (pair["n_a"], pair["n_both"]) == (60, 60)
    apart = alike(frame.assign(id=np.arange(120))).pairs.loc[0]
    assert apart["std_error"] > 4 * pair["std_error"]


def test_against_the_others_is_against_their_plain_mean() -> None:
    brands = alike(table()).brands
    assert brands["estimate"].tolist() == pytest.approx([5.2 - 6.0, 7.4 - 4.9, 4.6 - 6.3])
    assert brands["score"].tolist() == pytest.approx([5.2, 7.4, 4.6])


def test_inertia_of_a_table_by_hand(answers) -> None:
    result = alike(answers, items=None, images=["fair", "near", "new"])
    counts = answers[["fair", "near", "new"]].groupby(answers["bank"]).sum().to_numpy()
    chi2 = stats.chi2_contingency(counts).statistic / counts.sum()
    found = result.measures.loc[0]
    assert found["observed"] == pytest.approx(chi2, rel=1e-12)
    assert found["untruncated"] == pytest.approx(found["observed"] - found["expected"])
    assert (found["n"], found["n_persons"], found["n_attributes"]) == (360, 120, 3)
    # independent ticks at 40 %: the degrees of freedom of chi-square, times 1 - .4
    assert found["expected"] == pytest.approx(0.6 * 4 * 2 / counts.sum(), rel=0.1)
    assert len(result.pairs) == 0


def test_what_was_planted_in_the_sample_is_seen() -> None:
    survey = read_study("sample").survey
    result = perceived_alikeness(
        survey, items=["sat1"], images=[f"img_{at:02d}" for at in range(1, 15)], draws=200,
        smallest_difference=0.5,
    )  # fmt: skip
    pairs = result.pairs.query("wave == '2026' and brand_a == 'Harbour Bank'").set_index("brand_b")
    assert pairs.loc["Tidewater", "verdict"] == "equal"
    assert pairs.loc["Civic", "verdict"] == "different"
    assert pairs.loc["Old Quay", "verdict"] == "open"
    # Juniper moves to the digital side: the images of 2026 lie further apart
    change = result.changes.query("measure == 'inertia'").iloc[0]
    assert change["ci_low"] > 0
    assert result.measures["label"].iloc[0] == "overall satisfaction"


# Invariants --------------------------------------------------------------------------------------


@settings(max_examples=some(15))
@given(st.integers(0, 10_000), st.floats(0.5, 20), st.floats(-50, 50))
def test_units_and_order_change_nothing(seed: int, factor: float, shift: float) -> None:
    frame = market(40, spread=0.4, image=0.2).sample(np.random.default_rng(seed), 40)
    options = {"items": ["rating"], "images": ["t0", "t1", "t2"], "draws": 100}
    one = alike(frame, **options)
    moved = frame.sample(frac=1, random_state=seed).assign(
        rating=lambda f: f["rating"] * factor + shift
    )
    other = alike(moved, **options, smallest_difference=factor)
    columns = ["estimate", "ci_low", "ci_high", "p_value", "observed"]
    np.testing.assert_allclose(one.measures[columns], other.measures[columns], rtol=1e-6, atol=1e-9)
    assert one.pairs["verdict"].tolist() == other.pairs["verdict"].tolist()
    assert (one.measures["ci_low"] <= one.measures["estimate"] + 1e-9).all()
    assert (one.measures["estimate"] <= one.measures["ci_high"] + 1e-9).all()


def test_weights_that_repeat_persons_are_those_persons(answers) -> None:
    doubled = pd.concat([answers, answers.query("id < 30")], ignore_index=True)
    weighted = answers.assign(w=np.where(answers["id"] < 30, 2.0, 1.0))
    one = alike(doubled, images=["fair", "near"], wave="wave")
    other = alike(weighted, images=["fair", "near"], wave="wave", weight="w")
    np.testing.assert_allclose(one.brands["score"], other.brands["score"], rtol=1e-12)
    both = [r.measures.query("measure == 'inertia'")["observed"] for r in (one, other)]
    np.testing.assert_allclose(*both, rtol=1e-12)


def test_every_wave_stands_by_itself_and_over_all_items(answers) -> None:
    whole = alike(answers, items=["fees", "advice"], wave="wave", weight="w")
    alone = alike(answers.query("wave == '2026'"), items=["fees", "advice"], weight="w")
    columns = ["untruncated", "observed"]
    part = whole.measures.query("wave == '2026'")
    np.testing.assert_allclose(part[columns], alone.measures[columns], rtol=1e-2)
    assert part["item"].isna().sum() == 1
    ratios = part["untruncated"] / (1 - part["untruncated"])
    assert ratios.iloc[-1] == pytest.approx(ratios.iloc[:-1].mean(), rel=1e-12)
    assert whole.changes["wave_a"].unique().tolist() == ["2025"]


def test_missing_answers_are_left_out_item_by_item(answers) -> None:
    answers.loc[answers.index[:40], "advice"] = np.nan
    whole = alike(answers, items=["fees", "advice"])
    pd.testing.assert_frame_equal(
        whole.brands.query("item == 'fees'").reset_index(drop=True),
        alike(answers, items=["fees"]).brands,
    )
    assert whole.measures.set_index("item").loc["advice", "n"] == 320
    dropped = alike(answers, items=["fees", "advice"], missing="drop")
    assert dropped.measures["n"].tolist() == [320, 320, 320]
    assert "40 of 360 rows are left out" in " ".join(map(str, dropped.notes))


@pytest.mark.slow
@pytest.mark.parametrize("runs", [20, pytest.param(60, marks=pytest.mark.exhaustive)])
@pytest.mark.parametrize(("spread", "image"), [(0.0, 0.0), (0.5, 0.3)])
def test_coverage_where_there_is_something_and_where_there_is_nothing(spread, image, runs) -> None:
    one = market(150, spread=spread, image=image, weighted=True)
    true = dict(zip(("between_share", "inertia"), one.truth(60_000), strict=True))
    seen = pd.concat([result.measures for result in results(one, runs)])
    for measure, part in seen.groupby("measure"):
        target = true[measure] if spread else 0.0
        inside = (part["ci_low"] <= target + 1e-12) & (target <= part["ci_high"])
        assert inside.mean() >= 0.95 - 2.6 * np.sqrt(0.95 * 0.05 / runs)
        assert part["untruncated"].mean() == pytest.approx(target, abs=0.006)
        if spread:  # the uncorrected value lies above
            assert part["observed"].mean() > target + 0.005
            assert (part["p_value"] <= 0.05).mean() > 0.9
        else:
            assert (part["p_value"] <= 0.05).mean() <= 0.15


def test_equal_banks_are_called_equal_and_not_different() -> None:
    found = [
        pairs["verdict"].tolist()
        for pairs in pairs_found(market(400, spread=0, image=0), 20, smallest=1.0)
    ]
    said = [verdict for one in found for verdict in one]
    assert said.count("equal") >= 0.95 * len(said)
    assert sum("different" in one for one in found) <= 3


# What is left out, what is refused ---------------------------------------------------------------


def test_small_banks_and_undeclared_limits_are_said_aloud(answers) -> None:
    few = answers[(answers["bank"] != "e") | (answers["id"] < 12)]
    result = alike(few, suppress_below=10)
    assert "e" not in set(result.brands["brand"])
    assert "Fewer than 10 persons answered for e" in " ".join(map(str, result.notes))
    survey = read_study("sample").survey
    loud = perceived_alikeness(survey, items=["sat1"], draws=100)
    assert "Nobody said which difference" in str(loud.notes[0])
    assert loud.pairs["smallest_difference"].unique().tolist() == [0.5]
    assert not loud.pairs["declared"].any()


def test_a_constant_item_is_left_out_and_the_rest_goes_on(answers) -> None:
    result = alike(answers.assign(flat=5.0), items=["fees", "flat"])
    assert result.measures["item"].tolist() == ["fees"]
    assert "“flat”" in " ".join(map(str, result.notes))


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"items": None}, InputError, "`items` or `images` must name columns"),
        ({"items": "fees"}, InputError, "`items` must be a list of columns"),
        ({"items": ["fees"], "images": ["fees"]}, InputError, r"found \['fees'\] in both"),
        ({"brand": None}, InputError, "`brand` must name the column of the bank"),
        ({"brand": "bnak"}, MissingColumnsError, "`brand` names columns.*Did you mean 'bank'"),
        ({"wave": "year"}, MissingColumnsError, "`wave` names columns"),
        ({"smallest_difference": None}, InputError, "must be declared where no codebook"),
        ({"smallest_difference": 0}, ScaleError, "must be above 0, in scale points; found 0"),
        ({"smallest_difference": {"feees": 1}}, InputError, "Did you mean 'fees'"),
        ({"images": ["advice"]}, ScaleError, r"1 \(ticked\) and 0; found"),
        ({"missing": "mean"}, InputError, "`missing` must be one of 'pairwise'"),
        ({"draws": 10}, InputError, "`draws` must be a whole number at least 100"),
        ({"suppress_below": 500}, NotEnoughDataError, "at least two banks with 500 persons"),
        ({"items": ["flat"]}, NotEnoughDataError, "every answer the same"),
    ],
)
def test_refusals(answers, options, error, message) -> None:
    with pytest.raises(error, match=message):
        alike(answers.assign(flat=5.0), **options)


def test_missing_answers_are_refused_where_that_is_asked(answers) -> None:
    answers.loc[0, "fees"] = np.nan
    with pytest.raises(InputError, match="no missing answers"):
        alike(answers, missing="raise")


def test_contract(answers) -> None:
    options = {"images": ["fair", "near", "new"], "wave": "wave", "weight": "w", "draws": 100}
    assert_contract(lambda: alike(answers, **options), answers)
    assert_contract(
        lambda: perceived_alikeness(
            answers, brand="bank", images=["fair", "near", "new"], respondent="id", draws=100
        ),
        answers,
    )


def test_a_bank_met_in_one_cluster_is_left_out_and_said() -> None:
    rng = np.random.default_rng(6)
    frame = pd.DataFrame({"y": rng.normal(7, 1, 300), "bank": np.tile(list("XYZ"), 100),
                          "id": np.arange(300)})  # fmt: skip
    frame["branch"] = np.where(frame["bank"] == "X", 0, frame["id"] % 20 + 1)
    call = {"brand": "bank", "items": ["y"], "respondent": "id", "smallest_difference": 0.5,
            "draws": 100}  # fmt: skip
    found = perceived_alikeness(frame, cluster="branch", **call)
    assert set(found.pairs["brand_a"]) | set(found.pairs["brand_b"]) == {"Y", "Z"}
    assert any("(X) come from one cluster" in str(one) for one in found.notes)
    assert len(perceived_alikeness(frame, **call).pairs) == 3
