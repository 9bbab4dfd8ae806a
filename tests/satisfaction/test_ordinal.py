"""Ordinal models: R's clm to the last digits, weights as repeated rows, errors over persons."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from statsmodels.miscmodels.ordinal_model import OrderedModel

from benchmarks.simulations.ordinal import Cell, runs_of
from brandkit.core.errors import InputError, MissingColumnsError, NotEnoughDataError, ScaleError
from brandkit.core.labels import COLUMNS
from brandkit.satisfaction.ordinal.kernel import (
    average_changes,
    bands_of,
    cells_of,
    directions,
    fit,
    level_shares,
    pieces,
    scores,
    without_itself,
)
from brandkit.satisfaction.ordinal.ordinal import ordinal_model
from brandkit.sources import read_study
from tests.conftest import some
from tests.contract import assert_contract

VALUES = json.loads(
    (Path(__file__).parents[1] / "reference/ordinal_model/values.json").read_text("utf-8")
)
SERVICES = ["counter", "lobby", "premises", "waiting", "digital", "advice", "complain", "fees"]


def drawn(n: int = 200, *, seed: int = 0, levels: int = 5) -> pd.DataFrame:
    """Answers of persons to two services that matter and one that does not."""
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 11, (n, 3)).astype(float)
    latent = x @ [0.5, 0.25, 0.0] + rng.logistic(size=n)
    steps = np.quantile(latent, np.linspace(0, 1, levels + 1)[1:-1])
    frame = pd.DataFrame(x, columns=["counter", "fees", "lobby"])
    return frame.assign(
        sat=np.searchsorted(steps, latent).astype(float), id=np.arange(n),
        w=rng.integers(1, 4, n).astype(float),
    )  # fmt: skip


def model(frame: pd.DataFrame, **options):
    defaults = {"outcome": "sat", "drivers": ["counter", "fees", "lobby"]}
    return ordinal_model(frame, **{**defaults, **options})


def said(result) -> str:
    return " ".join(str(note) for note in result.notes)


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    return drawn()


@pytest.fixture(scope="module")
def sample():
    return ordinal_model(
        read_study("sample").survey, outcome="sat1", drivers=SERVICES, missing="drop",
        within="brand",
    )  # fmt: skip


# Known values ------------------------------------------------------------------------------------


@pytest.mark.real
@pytest.mark.parametrize("kind", ["logit", "probit", "logit_weighted", "probit_weighted"])
def test_all_is_as_in_r(real: Path, kind: str) -> None:
    bank = pd.read_csv(real / "surveys/csibank/csibank.csv")
    bank["w"] = np.where(bank["Gender"] == "Female", 2.0, 1.0)
    told, link = VALUES[kind], kind.partition("_")[0]
    result = ordinal_model(
        bank, outcome=VALUES["outcome"], drivers=VALUES["drivers"], link=link,
        weight="w" if "weighted" in kind else None,
    )  # fmt: skip
    table = result.tidy().set_index("term")
    for term, value in {**told["coefficients"], **told["thresholds"]}.items():
        assert table.loc[term, "estimate"] == pytest.approx(value, rel=1e-10)
    # with weights the model's errors are no longer those to use, and stand in their own column
    column = "std_error_model" if "weighted" in kind else "std_error"
    for term, value in told["std_error"].items():
        assert table.loc[term, column] == pytest.approx(value, rel=1e-9)
    facts = result.glance().iloc[0]
    assert facts["log_likelihood"] == pytest.approx(told["log_likelihood"], rel=1e-12)
    typical = bank[VALUES["drivers"]].median().to_frame().T
    np.testing.assert_allclose(result.predict(typical)["estimate"], told["shares"], rtol=1e-9)


@pytest.mark.real
@pytest.mark.parametrize("link", ["logit", "probit"])
def test_the_oracle_is_met(real: Path, oracles: Path, link: str) -> None:
    told = json.loads((oracles / "ordinal_model.json").read_text("utf-8"))
    bank = pd.read_csv(real / "surveys/csibank/csibank.csv")
    result = ordinal_model(bank, outcome=told["outcome"], drivers=told["drivers"], link=link)
    table = result.tidy().set_index("term")
    for term, value in {**told[link]["coefficients"], **told[link]["thresholds"]}.items():
        assert table.loc[term, "estimate"] == pytest.approx(value, abs=1e-8)
    for term, value in told[link]["std_error"].items():
        assert table.loc[term, "std_error"] == pytest.approx(value, abs=1e-8)
    assert result.glance()["log_likelihood"].item() == pytest.approx(told[link]["loglik"], rel=1e-9)


def test_two_levels_and_a_flag_are_the_log_of_an_odds_ratio() -> None:
    counts = {(0, 0): 12, (1, 0): 8, (0, 1): 5, (1, 1): 15}
    rows = [(x, y) for (y, x), n in counts.items() for _ in range(n)]
    frame = pd.DataFrame(rows, columns=["fees", "sat"], dtype=float)
    result = ordinal_model(frame, outcome="sat", drivers=["fees"])
    ratio = np.log(15 / 5) - np.log(8 / 12)
    error = np.sqrt(sum(1 / n for n in counts.values()))
    row = result.coefficients.iloc[0]
    assert row["estimate"] == pytest.approx(ratio, rel=1e-12)
    assert row["std_error"] == pytest.approx(error, rel=1e-12)
    assert result.thresholds["term"].tolist() == ["0|1"]
    assert result.thresholds["estimate"].item() == pytest.approx(np.log(12 / 8), rel=1e-12)
    assert result.proportionality.empty
    # one more point for everybody, from the fitted logits
    now = expit(np.log(8 / 12) + ratio * frame["fees"])
    then = expit(np.log(8 / 12) + ratio * (frame["fees"] + 1))
    effects = result.effects.set_index("measure")["estimate"]
    assert effects["top1"] == pytest.approx((then - now).mean(), rel=1e-12)
    assert effects["mean"] == pytest.approx(effects["top1"], rel=1e-12)


@pytest.mark.parametrize("link", ["logit", "probit"])
def test_weights_are_rows_repeated(answers: pd.DataFrame, link: str) -> None:
    weighted = model(answers, weight="w", link=link, respondent="id")
    repeated = answers.loc[answers.index.repeat(answers["w"].astype(int))]
    plain = model(repeated, link=link, respondent="id")
    for name in ("estimate", "std_error_model"):
        np.testing.assert_allclose(weighted.tidy()[name], plain.tidy()[name], rtol=1e-9)
    # persons stay persons, however often their row is written
    np.testing.assert_allclose(weighted.tidy()["std_error"], plain.tidy()["std_error"], rtol=0.03)
    one, other = weighted.glance().iloc[0], plain.glance().iloc[0]
    assert one["log_likelihood"] == pytest.approx(other["log_likelihood"], rel=1e-12)
    assert (one["n"], other["n"]) == (200, len(repeated))


def test_the_peer_ignores_weights_in_silence(answers: pd.DataFrame) -> None:
    drivers = answers[["counter", "fees", "lobby"]]

    def theirs(y, x, **options) -> np.ndarray:
        fitted = OrderedModel(y, x, distr="logit", **options).fit(method="bfgs", disp=False)
        return np.asarray(fitted.params)[:3]

    ignored = theirs(answers["sat"].astype(int), drivers, freq_weights=answers["w"])
    np.testing.assert_allclose(ignored, theirs(answers["sat"].astype(int), drivers))
    again = answers.index.repeat(answers["w"].astype(int))
    right = theirs(answers.loc[again, "sat"].astype(int), drivers.loc[again])
    ours = model(answers, weight="w").coefficients["estimate"]
    np.testing.assert_allclose(ours, right, rtol=2e-4)
    assert np.abs(ours - ignored).max() > 0.01


def test_rows_of_a_person_are_not_new_evidence(answers: pd.DataFrame) -> None:
    four = answers.loc[answers.index.repeat(4)]
    once, often = model(answers, respondent="id"), model(four, respondent="id")
    design = often.coefficients["std_error_design"] / once.coefficients["std_error_design"]
    assert (often.coefficients["std_error"] == often.coefficients["std_error_design"]).all()
    assert (once.coefficients["std_error"] == once.coefficients["std_error_model"]).all()
    np.testing.assert_allclose(design, 1.0, atol=0.03)
    shrunk = often.coefficients["std_error_model"] / once.coefficients["std_error_model"]
    np.testing.assert_allclose(shrunk, 0.5, rtol=1e-9)


def test_groups_have_constants_and_only_differences_within_count() -> None:
    frame = drawn(300, seed=3)
    rng = np.random.default_rng(4)
    frame["bank"] = np.array(list("abc"))[rng.integers(0, 3, 300)]
    high = frame["bank"] == "c"
    frame.loc[high, "sat"] = np.minimum(frame.loc[high, "sat"] + 2, 4)
    flags = pd.get_dummies(frame["bank"], dtype=float)[["b", "c"]]
    inside = model(frame, within="bank")
    plain = model(frame.join(flags), drivers=["counter", "fees", "lobby", "b", "c"])
    np.testing.assert_allclose(
        inside.coefficients["estimate"], plain.coefficients["estimate"][:3], rtol=1e-9
    )
    constants = inside.groups.set_index("term")["estimate"]
    assert constants["c"] - constants["a"] == pytest.approx(
        plain.coefficients["estimate"][4], rel=1e-9
    )
    share = frame["bank"].value_counts(normalize=True)
    assert (constants * share).sum() == pytest.approx(0.0, abs=1e-12)
    one = frame.iloc[[0]].assign(bank="b")
    same = one.join(flags.iloc[[0]]).assign(b=1.0, c=0.0)
    np.testing.assert_allclose(
        inside.predict(one)["estimate"], plain.predict(same)["estimate"], rtol=1e-9
    )


# Kernels -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("link", ["logit", "probit"])
def test_derivatives_are_those_of_the_likelihood(link: str) -> None:
    frame = drawn(40, seed=1)
    cells = cells_of(frame[["counter", "fees"]].to_numpy() / 5, frame["sat"].to_numpy(int),
                     frame["w"].to_numpy())  # fmt: skip
    place = np.array([-0.5, 0.2, 1.0, 2.4, 0.3, 0.2])

    def value(at: np.ndarray) -> np.ndarray:
        return pieces(cells, cells.x @ at[4:], at[:4], link).value

    got = pieces(cells, cells.x @ place[4:], place[:4], link)
    step = 1e-6 * np.eye(6)
    numeric = np.stack([(value(place + h) - value(place - h)) / 2e-6 for h in step], axis=1)
    np.testing.assert_allclose(scores(directions(cells), got), numeric, atol=1e-7)


@pytest.mark.parametrize("link", ["logit", "probit"])
def test_far_answers_keep_their_digits(link: str) -> None:
    cells = cells_of(np.array([[0.0], [0.0], [0.0]]), np.array([0, 1, 2]), np.ones(3))
    eta = np.array([30.0, 0.0, -30.0])
    got = pieces(cells, eta, np.array([-0.5, 0.5]), link)
    assert np.isfinite(np.concatenate(got)).all()
    assert got.value[0] == pytest.approx(got.value[2], rel=1e-12)


def test_what_a_row_adds_is_freed_of_itself() -> None:
    frame = drawn(30, seed=2)
    x = frame[["counter", "fees"]].to_numpy() / 5 + np.arange(30)[:, None] * 1e-3
    cells = cells_of(x, frame["sat"].to_numpy(int), np.ones(30))
    found = fit(cells, "probit")
    place = found.place
    got = pieces(cells, x[np.argsort(cells.of_row)] @ place[4:], place[:4], "probit")
    inverse = np.linalg.inv(found.information)
    ours = scores(directions(cells), without_itself(cells, got, inverse)) @ inverse
    for row in (0, 7, 29):
        own = np.zeros((6, 6))
        for name, a, b in (("above_above", 1, 1), ("below_below", 0, 0), ("above_below", 1, 0)):
            ways = [np.zeros(6), np.zeros(6)]
            for way, cut in zip(ways, (cells.level[row] - 1, cells.level[row]), strict=True):
                if 0 <= cut < 4:
                    way[cut] = 1.0
                way[4:] = -cells.x[row]
            part = getattr(got, name)[row] * np.outer(ways[a], ways[b])
            own -= part if a == b else part + part.T
        plain = scores(directions(cells), got)[row]
        np.testing.assert_allclose(
            ours[row], np.linalg.solve(found.information - own, plain), rtol=1e-8, atol=1e-12
        )


@pytest.mark.parametrize("link", ["logit", "probit"])
def test_gradients_of_effects_and_shares(link: str) -> None:
    frame = drawn(60, seed=5)
    cells = cells_of(frame[["counter", "fees"]].to_numpy() / 5, frame["sat"].to_numpy(int),
                     frame["w"].to_numpy())  # fmt: skip
    place = np.array([-0.5, 0.2, 1.0, 2.4, 0.3, 0.2])
    options = {"gains": np.array([[1.0, 1, 1, 2], [0, 0, 1, 0]]), "steps": np.array([0.2, 0.5])}
    found = average_changes(cells, place, link, **options)
    h = 1e-6 * np.eye(6)
    numeric = np.stack(
        [
            (average_changes(cells, place + one, link, **options).estimate
             - average_changes(cells, place - one, link, **options).estimate) / 2e-6
            for one in h
        ], axis=2,
    )  # fmt: skip
    np.testing.assert_allclose(found.gradient, numeric, atol=1e-8)
    x = np.array([[1.0, 2.0], [-3.0, 9.0]])

    def shares(at: np.ndarray) -> np.ndarray:
        return level_shares(x @ at[4:], x, at[:4], link)[0]

    _, gradient = level_shares(x @ place[4:], x, place[:4], link)
    numeric = np.stack([(shares(place + one) - shares(place - one)) / 2e-6 for one in h], axis=2)
    np.testing.assert_allclose(gradient, numeric, atol=1e-8)
    np.testing.assert_allclose(shares(place).sum(axis=1), 1.0, rtol=1e-14)


def test_equal_rows_are_united_and_change_nothing(answers: pd.DataFrame) -> None:
    few = answers.assign(counter=np.minimum(answers["counter"], 2), lobby=answers["lobby"] // 6)
    few["fees"] = few["fees"] // 4
    cells = cells_of(few[["counter", "fees", "lobby"]].to_numpy(), few["sat"].to_numpy(int),
                     few["w"].to_numpy())  # fmt: skip
    assert len(cells.x) < 0.7 * len(few)
    np.testing.assert_array_equal(
        cells.x[cells.of_row], few[["counter", "fees", "lobby"]].to_numpy()
    )
    np.testing.assert_array_equal(cells.level[cells.of_row], few["sat"])
    # a shift by a quarter leaves the model alone and is not united
    moved = few.assign(counter=few["counter"] + 0.25)
    for name in ("estimate", "std_error_model", "std_error_design"):
        np.testing.assert_allclose(
            model(few, weight="w").coefficients[name],
            model(moved, weight="w").coefficients[name], rtol=1e-8,
        )  # fmt: skip


# Equal slopes ------------------------------------------------------------------------------------


def test_bands_part_the_steps_by_what_they_tell() -> None:
    cells = cells_of(np.ones((11, 1)), np.arange(11), np.ones(11))
    assert bands_of(cells).tolist() == [0, 0, 0, 1, 1, 2, 2, 3, 3, 3]


def test_planted_slopes_are_found_and_told() -> None:
    rng = np.random.default_rng(7)
    x = rng.integers(0, 7, (1500, 2)).astype(float)
    steps, slopes = np.array([0.0, 1.2, 3.2, 4.4]), np.array([0.2, 0.2, 0.5, 0.5])
    above = expit(x[:, :1] * slopes + 0.3 * x[:, 1:] - steps)
    frame = pd.DataFrame(x, columns=["digital", "counter"])
    frame["sat"] = (rng.random((1500, 1)) < above).sum(axis=1).astype(float)
    result = ordinal_model(frame, outcome="sat", drivers=["digital", "counter"])
    table = result.proportionality.set_index("driver")
    assert table.loc["digital", "p_adjusted"] < 1e-6
    assert table.loc["counter", "p_adjusted"] > 0.01
    assert table.loc["digital", "slope_low"] == pytest.approx(0.2, abs=0.08)
    assert table.loc["digital", "slope_high"] == pytest.approx(0.5, abs=0.08)
    assert "“digital” counts unequally along the scale" in said(result)


def test_the_score_test_is_near_the_likelihood_ratio(answers: pd.DataFrame) -> None:
    """With two steps one more slope is all there is: three levels, two binary slopes."""
    from scipy.optimize import minimize

    frame = drawn(2000, seed=8, levels=3)
    x, y = frame["counter"].to_numpy() / 10, frame["sat"].to_numpy(int)

    def minus(at: np.ndarray) -> float:
        below = expit(at[0] - at[2] * x), expit(at[1] - at[3] * x)
        share = np.select([y == 0, y == 1], [below[0], below[1] - below[0]], 1 - below[1])
        return -float(np.log(np.maximum(share, 1e-300)).sum())

    free = minimize(minus, [0.0, 1.0, 3.0, 3.0], method="Nelder-Mead",
                    options={"xatol": 1e-7, "fatol": 1e-9, "maxiter": 5000})  # fmt: skip
    result = ordinal_model(frame.assign(counter=x), outcome="sat", drivers=["counter"])
    ratio = 2 * (-free.fun - result.glance()["log_likelihood"].item())
    row = result.proportionality.iloc[0]
    assert row["statistic"] == pytest.approx(ratio, rel=0.1, abs=0.05)
    assert row["slope_low"] == pytest.approx(free.x[2], rel=0.02)
    assert row["slope_high"] == pytest.approx(free.x[3], rel=0.02)


# Invariants --------------------------------------------------------------------------------------


@settings(max_examples=some(8))
@given(seed=st.integers(0, 10_000), link=st.sampled_from(["logit", "probit"]))
def test_order_units_and_direction(seed: int, link: str) -> None:
    frame = drawn(80, seed=seed, levels=4)
    first = model(frame, weight="w", link=link)
    shuffled = model(frame.sample(frac=1, random_state=seed), weight="w", link=link)
    np.testing.assert_allclose(first.tidy()["std_error"], shuffled.tidy()["std_error"], rtol=1e-8)
    scaled = model(frame.assign(w=10 * frame["w"]), weight="w", link=link)
    for name in ("estimate", "std_error", "ci_low", "p_value"):
        np.testing.assert_allclose(first.tidy()[name], scaled.tidy()[name], rtol=1e-7, atol=1e-12)
    np.testing.assert_allclose(first.effects["std_error"], scaled.effects["std_error"], rtol=1e-7)
    # a service on another scale
    other = model(frame.assign(counter=3 * frame["counter"] - 40), weight="w", link=link)
    assert other.coefficients["estimate"][0] * 3 == pytest.approx(
        first.coefficients["estimate"][0], rel=1e-8
    )
    # the outcome turned round
    turned = model(frame.assign(sat=3 - frame["sat"]), weight="w", link=link)
    np.testing.assert_allclose(
        turned.coefficients["estimate"], -first.coefficients["estimate"], rtol=1e-7, atol=1e-10
    )
    np.testing.assert_allclose(
        turned.thresholds["estimate"], -first.thresholds["estimate"][::-1], rtol=1e-7, atol=1e-9
    )


def test_predicted_shares_are_shares_and_meet_what_was_observed(answers: pd.DataFrame) -> None:
    result = model(answers)
    told = result.predict(answers)
    by_row = told.groupby("label")["estimate"].sum()
    np.testing.assert_allclose(by_row, 1.0, rtol=1e-12)
    assert ((told["ci_low"] > 0) & (told["ci_high"] < 1)).all()
    assert ((told["ci_low"] < told["estimate"]) & (told["estimate"] < told["ci_high"])).all()
    # the likelihood's equations make expected and observed levels agree closely
    expected = told.groupby("level")["estimate"].mean().to_numpy()
    np.testing.assert_allclose(expected, result.levels["share"], atol=0.02)
    profiles = result.profiles.set_index(["label", "measure"])["estimate"]
    shares = result.predicted.set_index(["label", "level"])["estimate"]
    assert profiles["low", "top2"] == pytest.approx(shares["low", "3"] + shares["low", "4"])
    mean = sum(float(level) * shares["high", level] for level in "01234")
    assert profiles["high", "mean"] == pytest.approx(mean)


def test_the_typical_profile_stands_at_the_medians(answers: pd.DataFrame) -> None:
    result = model(answers)
    medians = answers[["counter", "fees", "lobby"]].quantile(0.5, interpolation="lower")
    again = result.predict(medians.to_frame().T)["estimate"]
    typical = result.predicted.query("label == 'typical'")["estimate"]
    np.testing.assert_allclose(typical, again, rtol=1e-12)


def test_levels_in_words_are_ordered_levels(answers: pd.DataFrame) -> None:
    words = ["awful", "poor", "fair", "good", "great"]
    spoken = answers.assign(
        sat=pd.Categorical.from_codes(answers["sat"].astype(int), words, ordered=True)
    )
    first, second = model(answers), model(spoken)
    np.testing.assert_array_equal(first.coefficients["estimate"], second.coefficients["estimate"])
    assert second.thresholds["term"].tolist()[0] == "awful|poor"
    assert set(second.effects["measure"]) == {"top2"}


# What is wrong with data -------------------------------------------------------------------------


def test_thin_and_empty_levels_are_named(answers: pd.DataFrame) -> None:
    gap = answers.assign(sat=answers["sat"].replace({1.0: 7.0}))
    gap.loc[:2, "sat"] = 8.0
    result = model(gap)
    assert "Fewer than 10 answers at level 8" in said(result)
    assert "Nobody answered 1, 5, 6; the levels are united with the next." in said(result)
    assert result.thresholds["term"].tolist() == ["0|2", "2|3", "3|4", "4|7", "7|8"]


def test_the_top_counts_from_the_end_of_the_scale(answers: pd.DataFrame) -> None:
    book = read_study("sample").survey
    nobody = book.responses.assign(sat1=book.responses["sat1"].where(book.responses["sat1"] < 10))
    result = ordinal_model(
        type("Lower", (), {"responses": nobody, "codebook": book.codebook,
                           "design": vars(book.design)})(),
        outcome="sat1", drivers=SERVICES[:2], missing="drop",
    )  # fmt: skip
    assert result.levels["level"].iloc[-1] == "9"
    assert set(result.effects["measure"]) == {"mean", "top1"}


def test_a_driver_that_does_not_vary_is_left_out(answers: pd.DataFrame) -> None:
    result = model(answers.assign(lobby=5.0))
    assert result.coefficients["term"].tolist() == ["counter", "fees"]
    assert "“lobby” does not vary and is left out." in said(result)


def test_codes_for_no_answer_do_not_count_as_answers(answers: pd.DataFrame) -> None:
    coded = answers.copy()
    coded.loc[:9, "fees"] = -99
    coded.loc[10:14, "sat"] = -99
    result = model(coded, missing="drop")
    np.testing.assert_allclose(
        result.coefficients["estimate"], model(answers.iloc[15:]).coefficients["estimate"],
        rtol=1e-9,
    )  # fmt: skip
    assert "holds −99 in 10 rows" in said(result)
    assert result.glance()["n_dropped"].item() == 15


def test_a_small_base_and_banks_together_are_said(answers: pd.DataFrame) -> None:
    assert "effective base is 25 persons" in said(model(drawn(25, levels=3)))
    survey = read_study("sample").survey
    result = ordinal_model(survey, outcome="sat1", drivers=SERVICES[:2], missing="drop")
    assert "within=“brand” looks within banks" in said(result)
    assert result.glance()["method"].item() == "design"


REFUSALS = [
    ({"link": "cloglog"}, InputError, "`link` must be one of 'logit', 'probit'"),
    ({"missing": "mean"}, InputError, "`missing` must be one of 'raise', 'drop'"),
    ({"level": 95}, ScaleError, "`level` must lie between 0 and 1"),
    ({"drivers": []}, InputError, "`drivers` must name at least one column"),
    ({"drivers": "fees"}, InputError, "`drivers` must be a list"),
    ({"drivers": ["fees", "sat"]}, InputError, "must not name the outcome"),
    ({"drivers": ["fes"]}, MissingColumnsError, "Did you mean 'fees'"),
    ({"top": 5}, InputError, "`top` must be a whole number between 1 and 4"),
    ({"within": "one"}, InputError, "`within` must name a column of at least two groups"),
    ({"weight": "bad"}, ScaleError, "`weight` must be >= 0"),
    ({"outcome": "same"}, NotEnoughDataError, "`outcome` must have at least two different"),
    ({"outcome": "amount"}, InputError, "`outcome` must have at most 50 different answers"),
    ({"drivers": ["one_value"]}, NotEnoughDataError, "at least one column that varies"),
    ({"drivers": ["counter", "fees", "sum"]}, InputError,
     r"must not follow from each other; found that \['counter', 'fees', 'sum'\]"),
    ({"drivers": ["tells"]}, InputError, r"found that \['tells'\] does"),
    ({"drivers": ["fees", "gappy"]}, InputError, r"no missing answers; found \['gappy \(1\)'\]"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "kind", "match"), REFUSALS)
def test_what_cannot_be_is_refused(change: dict, kind: type, match: str) -> None:
    frame = drawn(120)
    frame["one"], frame["bad"], frame["same"], frame["one_value"] = "a", -frame["w"], 7.0, 3.0
    frame["amount"], frame["sum"] = np.arange(120.0), frame["counter"] - 2 * frame["fees"] + 1
    frame["tells"] = frame["sat"] * 5 + np.arange(120) % 3
    frame["gappy"] = frame["lobby"].where(frame.index != 3)
    with pytest.raises(kind, match=match):
        model(frame, **change)


def test_quasi_separation_is_named_too() -> None:
    frame = drawn(80)
    frame["only"] = ((frame["sat"] == 4) & (frame.index % 2 == 0)).astype(float)
    with pytest.raises(InputError, match="does, so that there is no estimate"):
        model(frame, drivers=["fees", "only"])


def test_too_few_rows_are_refused() -> None:
    with pytest.raises(NotEnoughDataError, match="more rows than the model has numbers"):
        model(drawn(7))


def test_predictions_need_known_columns_and_groups(sample) -> None:
    one = pd.DataFrame([dict.fromkeys(SERVICES, 7.0)])
    with pytest.raises(MissingColumnsError, match="'fees'"):
        sample.predict(one.drop(columns="fees"))
    with pytest.raises(InputError, match="must name groups of the model"):
        sample.predict(one.assign(brand="Nobody's Bank"))


# Contract, sample, coverage ----------------------------------------------------------------------


def test_what_is_computed_when_asked_for_is_known_and_the_same(answers: pd.DataFrame) -> None:
    first, second = model(answers, weight="w"), model(answers, weight="w")
    stored = pickle.loads(pickle.dumps(first))
    for name in ("effects", "profiles", "predicted"):
        frame = getattr(first, name)
        assert set(frame.columns) <= set(COLUMNS)
        pd.testing.assert_frame_equal(frame, getattr(second, name), check_exact=True)
        pd.testing.assert_frame_equal(frame, getattr(stored, name), check_exact=True)


def test_the_contract_is_kept(answers: pd.DataFrame) -> None:
    frame = answers.assign(bank=np.array(list("ab"))[answers.index % 2])
    assert_contract(
        lambda: ordinal_model(frame, outcome="sat", drivers=["counter", "fees"], weight="w",
                              respondent="id", within="bank"),
        frame,
    )  # fmt: skip


def test_the_sample_study_shows_what_was_planted(sample) -> None:
    truth = json.loads(
        (Path(__file__).parents[2] / "data/raw/sample/truth.json").read_text("utf-8")
    )
    kinds = {name: one["kind"] for name, one in truth["satisfaction"]["services"].items()}
    effects = sample.effects.query("measure == 'top2'").set_index("driver")
    weak = effects.loc[[name for name in SERVICES if kinds[name] == "none"]]
    strong = effects.drop(index=weak.index)
    assert len(weak) == 2
    assert (strong["ci_low"] > 0).all()
    assert weak["estimate"].max() < strong["estimate"].min()
    assert weak["rank_low"].min() > 1 == strong["rank_low"].min()


@pytest.mark.slow
@pytest.mark.parametrize("samples", [50, pytest.param(150, marks=pytest.mark.exhaustive)])
def test_intervals_cover_under_weights_and_clusters(samples: int) -> None:
    """A small part of ``benchmarks.simulations.ordinal``: samples of 60 persons."""
    runs = runs_of(Cell(60, rows=3, is_weighted=True), samples)
    # four intervals that hang together within a sample: 3.5 errors of the samples
    error = (0.05 * 0.95 / samples) ** 0.5
    for name in ("coefficient", "change of the top 2"):
        assert np.mean([one[name] for one in runs]) > 0.95 - 3.5 * error
    assert np.mean([one["model"] for one in runs]) < 0.92
    assert np.mean([one["any slope"] for one in runs]) < 0.05 + 3.5 * error
    assert np.mean([one["ranks"] for one in runs]) > 0.95
