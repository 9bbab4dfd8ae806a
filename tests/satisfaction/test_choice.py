"""Choice models: R's clogit to the last digits, what-ifs by hand, and what may be left out."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.discrete.conditional_models import ConditionalLogit

from benchmarks.simulations.choice import Cell, runs_of
from brandkit.core.errors import InputError, MissingColumnsError, NotEnoughDataError, ScaleError
from brandkit.satisfaction.choice.choice import choice_model
from brandkit.satisfaction.choice.kernel import set_scores
from brandkit.satisfaction.choice.solution import attribute_effects
from brandkit.sources import read_study
from tests.conftest import some
from tests.contract import assert_contract

VALUES = json.loads(
    (Path(__file__).parents[1] / "reference/choice_model/values.json").read_text("utf-8")
)
CHOICES = pd.DataFrame(VALUES["choices"])
ATTRIBUTES = ["fair", "modern", "rates"]
IMAGES = [f"img_{number:02d}" for number in range(1, 15)]


def model(frame: pd.DataFrame = CHOICES, **options):
    defaults = {
        "choice": "main", "brand": "bank", "respondent": "id", "attributes": ATTRIBUTES
    }  # fmt: skip
    return choice_model(frame, **{**defaults, **options})


def named(frame: pd.DataFrame = CHOICES) -> pd.DataFrame:
    """The same choices with the chosen bank's name in every row."""
    main = frame[frame["main"] == 1].set_index("id")["bank"]
    return frame.assign(main=frame["id"].map(main).map("bank {}".format),
                        bank=frame["bank"].map("bank {}".format))  # fmt: skip


def said(result) -> str:
    return " ".join(str(note) for note in result.notes)


@pytest.fixture(scope="module")
def sample():
    return choice_model(
        read_study("sample").survey, choice="main", attributes=IMAGES, missing="drop"
    )


# Known values ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("main", {}),
        ("considered", {"choice": "considered"}),
        ("with_constants", {"constants": "brand"}),
        ("weighted", {"weight": "w"}),
    ],
)
def test_all_is_as_in_r(kind: str, options: dict) -> None:
    told, result = VALUES[kind], model(**options)
    table, errors = result.coefficients.set_index("term"), told["std_error"]
    column = "std_error_model" if "weight" in options else "std_error"
    for term in ATTRIBUTES:
        assert table.loc[term, "estimate"] == pytest.approx(told["coefficients"][term], rel=1e-9)
        assert table.loc[term, column] == pytest.approx(errors[term], rel=1e-9)
    facts = result.glance().iloc[0]
    assert facts["log_likelihood"] == pytest.approx(told["log_likelihood"], rel=1e-12)
    assert facts["pseudo_r2"] == pytest.approx(1 - told["log_likelihood"] / told["null"], rel=1e-9)
    if kind == "with_constants":
        own = result.constants.set_index("term")["estimate"]
        for bank in "23456":
            assert own[bank] - own["1"] == pytest.approx(
                told["coefficients"][f"bank_name{bank}"], rel=1e-9
            )
        assert own.sum() == pytest.approx(0.0, abs=1e-12)


def test_the_peer_has_its_maximum_where_ours_is() -> None:
    """statsmodels stops four digits before it, so that its likelihood is asked at our estimate."""
    peer = ConditionalLogit(CHOICES["main"], CHOICES[ATTRIBUTES].astype(float),
                            groups=CHOICES["id"])  # fmt: skip
    result = model()
    ours = result.coefficients["estimate"].to_numpy()
    np.testing.assert_allclose(peer.score(ours), 0.0, atol=1e-9)
    assert peer.loglike(ours) == pytest.approx(result.glance()["log_likelihood"].item(), rel=1e-12)
    fitted = peer.fit(disp=False)
    np.testing.assert_allclose(ours, fitted.params, rtol=1e-3)
    np.testing.assert_allclose(result.coefficients["std_error"], fitted.bse, rtol=1e-3)


def test_three_to_one_is_the_log_of_three() -> None:
    frame = pd.DataFrame(
        {"id": np.repeat(np.arange(40), 2), "bank": ["A", "B"] * 40, "fair": [1, 0] * 40,
         "main": ["A"] * 60 + ["B"] * 20}
    )  # fmt: skip
    result = model(frame, attributes=["fair"])
    row = result.coefficients.iloc[0]
    assert row["estimate"] == pytest.approx(np.log(3), rel=1e-12)
    assert row["std_error"] == pytest.approx(np.sqrt(1 / 30 + 1 / 10), rel=1e-12)
    # a bank that is seen as fair beside one that is: 1/2; beside one that is not: 3/4
    assert result.importance["estimate"].item() == pytest.approx(
        np.mean([0.75 - 0.5, 0.5 - 0.25]), rel=1e-12
    )
    # B becomes fair for one in four: its chance goes from 1/4 to 1/2 there
    change = result.share_changes("B", {"fair": 0.25}).set_index("brand")["estimate"]
    assert change["B"] == pytest.approx(0.25 * 0.25, rel=1e-9)
    assert change["A"] == pytest.approx(-0.25 * 0.25, rel=1e-9)


def test_names_and_flags_are_the_same_choices() -> None:
    flags, names = model(), model(named())
    np.testing.assert_array_equal(flags.coefficients["estimate"], names.coefficients["estimate"])
    numbers = named().assign(
        main=lambda frame: frame["main"].str[5:].astype(float),
        bank=lambda frame: frame["bank"].str[5:].astype(int),
    )
    np.testing.assert_array_equal(
        flags.coefficients["estimate"], model(numbers).coefficients["estimate"]
    )
    truths = model(CHOICES.assign(main=CHOICES["main"] == 1))
    np.testing.assert_array_equal(flags.coefficients["estimate"], truths.coefficients["estimate"])


def test_constants_make_predicted_shares_those_observed() -> None:
    brands = model(constants="brand").brands
    np.testing.assert_allclose(brands["expected"], brands["observed"], rtol=1e-10)
    without = model().brands
    assert without["expected"].sum() == pytest.approx(1.0)
    assert without["n_chosen"].sum() == 150


# Errors ------------------------------------------------------------------------------------------


def test_choices_of_a_person_are_not_new_evidence() -> None:
    four = pd.concat([CHOICES.assign(wave=wave) for wave in range(4)])
    once, often = model(), model(four, wave="wave")
    assert often.glance()["method"].item() == "design"
    ratio = often.coefficients["std_error"] / once.coefficients["std_error_design"]
    np.testing.assert_allclose(ratio, 1.0, atol=0.04)
    shrunk = often.coefficients["std_error_model"] / once.coefficients["std_error_model"]
    np.testing.assert_allclose(shrunk, 0.5, rtol=1e-9)


def test_what_a_choice_adds_is_freed_of_itself() -> None:
    solution = model(CHOICES[CHOICES["id"] <= 40], choice="considered").fitted
    options = solution.options
    x = options.over(solution.columns)
    ours = set_scores(options, x, solution.maximum.place, solution.inverse) @ solution.inverse
    chance, _ = options.chances(x @ solution.maximum.place)
    for number in (0, 11, 39):
        low, high = options.starts[number : number + 2]
        p, mine = chance[low:high], x[low:high]
        own = mine.T @ (np.diag(p) - np.outer(p, p)) @ mine
        plain = mine.T @ ((np.arange(low, high) == options.picked[number]) - p)
        left = np.linalg.solve(solution.maximum.information - own, plain)
        np.testing.assert_allclose(ours[number], left, rtol=1e-8, atol=1e-12)


def test_effects_are_averages_of_recomputed_chances() -> None:
    result = model(choice="considered")
    solution = result.fitted
    place = solution.maximum.place[:3] / solution.spread
    rows = CHOICES.sort_values(["id", "bank"])
    changes = []
    for _, one in rows.groupby("id"):
        x = one[ATTRIBUTES].to_numpy(float)
        k = int(one["considered"].sum())
        for row in range(len(x)):
            ends = []
            for value in (0.0, 1.0):
                changed = x.copy()
                changed[row, 0] = value
                ends.append(_inclusion(changed @ place, k)[row])
            changes.append(ends[1] - ends[0])
    assert result.importance["estimate"][0] == pytest.approx(np.mean(changes), rel=1e-10)
    assert attribute_effects(solution).estimate[0] == pytest.approx(np.mean(changes), rel=1e-10)


def _inclusion(eta: np.ndarray, k: int) -> np.ndarray:
    subsets = list(combinations(range(len(eta)), k))
    chance = np.exp([eta[list(one)].sum() for one in subsets])
    chance /= chance.sum()
    return np.array([sum(c for c, s in zip(chance, subsets, strict=True) if row in s)
                     for row in range(len(eta))])  # fmt: skip


# What is identifiable ----------------------------------------------------------------------------


def test_gaps_and_tipping_odds_are_those_of_the_sketch() -> None:
    """Against the median, errors less the mean of the middle half: METHODS_MENDED, F6."""
    from benchmarks.simulations.choice import used_banks

    frame = used_banks(np.random.default_rng(4), persons=400, use=0.8, effects=(1.0,))
    names = [name for name in frame if name.startswith("tick")]
    result = model(frame, attributes=names)
    b = result.coefficients["estimate"].to_numpy()
    turn = result.fitted.to_units()
    covariance = turn @ result.fitted.inverse @ turn.T
    n = len(b)
    less = np.eye(n)
    less[:, np.argsort(b)[n // 4 : n - n // 4]] -= 1 / (n - 2 * (n // 4))
    error = np.sqrt(np.diag(less @ covariance @ less.T))
    gap = b - np.median(b)
    table = result.importance
    np.testing.assert_allclose(table["above_most"], gap, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(table["above_most_error"], error, rtol=1e-8)
    from scipy.stats import norm

    tipping = np.exp(np.maximum(gap - norm.ppf(1 - 0.025 / n) * error, 0))
    np.testing.assert_allclose(table["tipping_odds"], tipping, rtol=1e-5)
    assert table["p_above"].min() == pytest.approx(n * norm.sf(gap / error).min(), rel=1e-4)


def test_what_use_adds_to_every_tick_changes_no_gap() -> None:
    result = model(choice="considered")
    assert np.isnan(result.importance["above_most"]).all()  # two ticks and a scale: no most
    assert np.isnan(result.importance["tipping_odds"]).all()
    change = result.what_if(brand="2", changes={"fair": 0.05}).glance()
    assert change["change_low"].item() == pytest.approx(0.0, abs=1e-15)


def waves(frame: pd.DataFrame = CHOICES) -> pd.DataFrame:
    """A panel of two waves: what is said in the first, the choice of the second."""
    first = frame.assign(wave="Q4 2024", main=np.where(frame["bank"] == 1, 1, 0))
    second = frame.assign(wave="Q1 2025", fair=0, modern=1, rates=3)
    return pd.concat([second, first], ignore_index=True)


def test_a_panel_sets_what_was_said_beside_the_next_choice() -> None:
    result = model(waves(), wave="wave", panel=True)
    known = model(constants="brand")
    np.testing.assert_allclose(
        result.coefficients["estimate"], known.coefficients["estimate"], rtol=1e-8
    )
    assert len(result.constants) == 6  # in a panel each bank has its own
    facts = result.glance().iloc[0]
    kept = int(CHOICES.loc[CHOICES["main"] == 1, "bank"].eq(1).sum())
    assert (facts["n_kept"], facts["n_changed"]) == (kept, 150 - kept)
    assert set(result.movers["mover"]) <= {"keep", "change"}
    assert result.movers.set_index("mover").loc["change", "n"].max() <= 150 - kept
    assert np.isnan(result.what_if(brand="2", changes={"fair": 0.05}).changes["change_low"]).all()


def test_ids_that_start_again_in_every_wave_are_noticed() -> None:
    assert any(
        "same numbers in every wave" in str(one) for one in model(waves(), wave="wave").notes
    )
    left = waves().query("not (id == id.min() + 3 and wave == 'Q1 2025')")  # a panel loses persons
    said = model(left, wave="wave", panel=True).notes
    assert not any("same numbers" in str(one) for one in said)


def test_without_a_second_occasion_there_is_no_panel() -> None:
    with pytest.raises(NotEnoughDataError, match="answer on two occasions or more"):
        model(CHOICES.assign(wave="2024"), wave="wave", panel=True)
    with pytest.raises(InputError, match="`wave` must name a column"):
        model(panel=True)


@pytest.mark.slow
@pytest.mark.parametrize("runs", [10, pytest.param(40, marks=pytest.mark.exhaustive)])
def test_use_alone_makes_nothing_likely(runs: int) -> None:
    """A part of ``benchmarks.simulations.choice``."""
    from benchmarks.simulations.choice import USED, used_rows

    for row in used_rows(USED[:3], runs=runs):
        limit = 0.05 + 2.6 * (0.05 * 0.95 / runs) ** 0.5
        if row["effects"] == "none":
            assert row["any likely"] <= limit, row
            assert row["any above most"] <= limit or row["use differs"], row
        else:
            assert row["planted likely"] >= 0.9, row


# What if -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("choice", ["main", "considered"])
def test_a_what_if_is_the_mean_over_everybody_who_may_change(choice: str) -> None:
    result = model(choice=choice)
    place = result.fitted.maximum.place[:3] / result.fitted.spread
    bank, points, shift = 3, 0.12, 0.5
    rows = CHOICES.sort_values(["id", "bank"])
    mine = rows[rows["bank"] == bank]
    rate = points / (1 - mine["fair"].mean())
    change, n = dict.fromkeys(range(1, 7), 0.0), 0
    for _, one in rows.groupby("id"):
        x, banks = one[ATTRIBUTES].to_numpy(float, copy=True), one["bank"].to_numpy()
        k, n = int(one[choice].sum()), n + 1
        if bank not in banks:
            continue
        at = int(np.flatnonzero(banks == bank)[0])
        now = _inclusion(x @ place, k)
        x[at, 2] += shift
        then = _inclusion(x @ place, k)
        if x[at, 0] == 0:
            x[at, 0] = 1.0
            then = (1 - rate) * then + rate * _inclusion(x @ place, k)
        for name, gain in zip(banks.tolist(), then - now, strict=True):
            change[name] += gain
    found = result.what_if(brand="3", changes={"fair": points, "rates": shift})
    told = found.changes.set_index("brand")["estimate"]
    for name, total in change.items():
        assert told[str(name)] == pytest.approx(total / n, rel=1e-9, abs=1e-14)
    assert told.sum() == pytest.approx(0.0, abs=1e-12)
    assert found.glance()["estimate"].item() == pytest.approx(told["3"])


def test_no_change_changes_nothing() -> None:
    found = model().what_if(brand="2", changes={"fair": 0.0, "rates": 0.0}).changes
    np.testing.assert_allclose(found["estimate"], 0.0, atol=1e-15)
    np.testing.assert_allclose(found["share_if"], found["share"], atol=1e-15)


def test_less_is_the_other_way_round() -> None:
    result = model()
    more = result.share_changes("2", {"fair": 0.05}).set_index("brand")
    less = result.share_changes("2", {"fair": -0.05}).set_index("brand")
    assert more.loc["2", "estimate"] > 0 > less.loc["2", "estimate"]
    assert (more.drop("2")["estimate"] <= 0).all()
    assert (less.drop("2")["estimate"] >= 0).all()


def test_rivals_lose_in_proportion_to_their_chances() -> None:
    """Independence of irrelevant alternatives, for a person who rates three banks."""
    solution = model().fitted
    whole = model(CHOICES[CHOICES["id"].isin(CHOICES["id"].value_counts().index[:60])])
    found = whole.what_if(brand="1", changes={"rates": 1.0}).changes.set_index("brand")
    assert found.loc["1", "n"] == found["n"].max()
    assert solution.choices.sets.size.min() >= 2
    assert "lose in proportion to their chances" in said(whole)


def test_what_positioning_asks_for_is_there() -> None:
    found = model().share_changes("2", {"fair": 0.05})
    assert found.columns.tolist() == [
        "brand", "estimate", "ci_low", "ci_high", "change_low", "change_high"
    ]  # fmt: skip
    assert (found["change_low"] <= found["change_high"]).all()
    assert (found["ci_low"] <= found["estimate"]).all()


WHAT_IF_REFUSALS = [
    ({"brand": "9"}, InputError, "`brand` must be a bank of the model; found '9'"),
    ({"changes": {"fare": 0.1}}, InputError, "Did you mean 'fair'"),
    ({"changes": {"fair": 0.9}}, ScaleError, "must leave 'fair' between 0 and 1"),
    ({"changes": {"fair": 10}}, ScaleError, "0.10 for ten in a hundred"),
    ({"changes": {"fair": float("nan")}}, ScaleError, "must leave 'fair'"),
]


@pytest.mark.parametrize(("change", "kind", "match"), WHAT_IF_REFUSALS)
def test_what_ifs_that_cannot_be_are_refused(change: dict, kind: type, match: str) -> None:
    with pytest.raises(kind, match=match):
        model().what_if(**{"brand": "1", "changes": {"fair": 0.1}, **change})


# Invariants --------------------------------------------------------------------------------------


@settings(max_examples=some(6))
@given(seed=st.integers(0, 10_000))
def test_order_units_and_weights(seed: int) -> None:
    first = model(weight="w")
    shuffled = model(CHOICES.sample(frac=1, random_state=seed), weight="w")
    scaled = model(CHOICES.assign(w=CHOICES["w"] * 7.5), weight="w")
    for other in (shuffled, scaled):
        for name in ("estimate", "std_error", "p_value"):
            np.testing.assert_allclose(
                first.coefficients[name], other.coefficients[name], rtol=1e-8, atol=1e-12
            )
        np.testing.assert_allclose(
            first.importance["std_error"], other.importance["std_error"], rtol=1e-7
        )
    moved = model(CHOICES.assign(rates=4 * CHOICES["rates"] - 9), weight="w")
    assert 4 * moved.coefficients["estimate"][2] == pytest.approx(
        first.coefficients["estimate"][2], rel=1e-8
    )


def test_what_a_person_gives_all_banks_does_not_count() -> None:
    halo = CHOICES.assign(rates=CHOICES["rates"] + CHOICES["id"] % 5)
    np.testing.assert_allclose(
        model().coefficients["estimate"], model(halo).coefficients["estimate"], rtol=1e-9
    )


# What is wrong with data -------------------------------------------------------------------------


def test_choices_that_say_nothing_are_counted() -> None:
    frame = CHOICES.copy()
    frame.loc[frame["id"] <= 3, "main"] = 0
    frame.loc[frame["id"] == 4, "main"] = 1
    frame = frame[(frame["id"] > 6) | (frame.groupby("id").cumcount() == 0) | (frame["id"] < 5)]
    facts = model(frame).glance().iloc[0]
    assert facts[["n", "n_single", "n_without", "n_all"]].tolist() == [144, 2, 3, 1]
    note = said(model(frame))
    assert "3 choices are left out because no rated bank was chosen" in note
    assert "2 choices are left out because only one bank is rated" in note
    assert "1 choice is left out because every rated bank was chosen" in note


def test_a_bank_that_nobody_chooses_has_no_constant() -> None:
    frame = CHOICES.copy()
    lost = frame.loc[(frame["bank"] == 6) & (frame["main"] == 1), "id"]
    frame = frame[~frame["id"].isin(lost)]
    result = model(frame, constants="brand")
    assert "6 is never chosen" in said(result)
    assert result.constants["term"].tolist() == ["1", "2", "3", "4", "5"]
    np.testing.assert_allclose(
        result.coefficients["estimate"],
        model(frame[frame["bank"] != 6], constants="brand").coefficients["estimate"], rtol=1e-9,
    )  # fmt: skip
    # without constants its rows count
    assert "6" in model(frame).brands["brand"].tolist()


def test_codes_for_no_answer_and_gaps() -> None:
    coded = CHOICES.astype({"rates": float})
    coded.loc[:4, "rates"] = -99
    result = model(coded, missing="drop")
    assert "holds −99 in 5 rows" in said(result)
    assert result.glance()["n_dropped"].item() == 5
    with pytest.raises(InputError, match=r"no missing answers; found \['rates \(5\)'\]"):
        model(coded)


REFUSALS = [
    ({"respondent": None}, InputError, "`respondent` must name a column"),
    ({"brand": None}, InputError, "`brand` must name a column"),
    ({"brand": "bnak"}, MissingColumnsError, "Did you mean 'bank'"),
    ({"choice": "mian"}, MissingColumnsError, "Did you mean 'main'"),
    ({"attributes": []}, InputError, "`attributes` must be a list"),
    ({"attributes": "fair"}, InputError, "`attributes` must be a list"),
    ({"attributes": ["fair", "main"]}, InputError, "must not hold choice"),
    ({"constants": "bank"}, InputError, "`constants` must be one of 'none', 'brand'"),
    ({"missing": "mean"}, InputError, "`missing` must be one of"),
    ({"level": 0}, ScaleError, "`level` must lie"),
    ({"weight": "bad"}, ScaleError, "`weight` must be >= 0"),
    ({"choice": "strange"}, InputError, "must be 1 and 0, or name banks as `brand` does"),
    ({"choice": "nobody"}, NotEnoughDataError, "rate at least two banks and chose one"),
    ({"attributes": ["halo"]}, NotEnoughDataError, "at least one column that varies"),
    ({"attributes": ["fair", "modern", "both"]}, InputError,
     r"must not follow from each other; found that \['fair', 'modern', 'both'\]"),
    ({"attributes": ["fair", "tells"]}, InputError, "must not tell every choice without error"),
    ({"brand": "one_bank"}, InputError, "one row a respondent and bank"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "kind", "match"), REFUSALS)
def test_what_cannot_be_is_refused(change: dict, kind: type, match: str) -> None:
    frame = CHOICES.assign(
        bad=-CHOICES["w"], strange="no bank", nobody=0, halo=CHOICES["id"],
        both=CHOICES["fair"] + CHOICES["modern"] + CHOICES["id"] % 3,
        tells=CHOICES["main"] * 3 + CHOICES["bank"] % 2, one_bank="A",
    )  # fmt: skip
    with pytest.raises(kind, match=match):
        model(frame, **change)


def test_too_many_ways_to_answer_are_refused() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"id": np.repeat(np.arange(3), 24), "bank": np.tile(np.arange(24), 3)})
    frame["main"] = (frame["bank"] < 12).astype(int)
    frame["fair"] = rng.integers(0, 2, len(frame))
    with pytest.raises(InputError, match="Name the main bank, or ask for fewer banks"):
        model(frame, attributes=["fair"])


# Assumptions, contract, sample, coverage ---------------------------------------------------------


def test_liked_banks_show_in_the_test_of_constants() -> None:
    runs = runs_of(Cell(300, planted="liked"), 4)
    assert all(one["constants"] for one in runs)
    assert model().glance()["p_constants"].item() > 0.05


def test_banks_that_stand_in_for_each_other_are_named() -> None:
    """Two banks that are one and the same to customers share what one of them would have."""
    rng = np.random.default_rng(3)
    n, banks = 900, 4
    fair = (rng.random((n, banks)) < 0.5).astype(float)
    taste = -np.log(-np.log(rng.random((n, banks))))
    taste[:, 1] = taste[:, 0] + rng.normal(0, 0.1, n)  # A and B are liked by the same persons
    rated = np.argsort(rng.random((n, banks)), axis=1) < 3
    chosen = np.where(rated, 0.8 * fair + taste, -np.inf).argmax(axis=1)
    at, bank = np.nonzero(rated)
    names = np.array(list("ABCD"))
    frame = pd.DataFrame({"id": at, "bank": names[bank], "fair": fair[at, bank],
                          "main": names[chosen[at]]})  # fmt: skip
    result = model(frame, attributes=["fair"])
    worst = result.independence.sort_values("p_value").iloc[0]
    assert (worst["brand_a"], worst["brand_b"]) == ("A", "B")
    assert worst["estimate"] < 0
    assert worst["p_adjusted"] < 0.01
    assert worst["n"] == (rated[:, 0] & rated[:, 1]).sum()
    assert "stand in for each other" in said(result)
    assert result.glance()["p_independence"].item() == worst["p_adjusted"]


def test_what_a_pair_loses_is_one_step_from_the_maximum() -> None:
    """The coefficient of meeting, against a model that has it as an attribute."""
    result = model(constants="brand")
    row = result.independence.iloc[0]
    size = CHOICES.groupby("id")["bank"].transform("size")
    met = CHOICES.assign(
        a=CHOICES["bank"].astype(str) == row["brand_a"],
        b=CHOICES["bank"].astype(str) == row["brand_b"],
    ).groupby("id")[["a", "b"]].transform("any").all(axis=1)  # fmt: skip
    one_of = CHOICES["bank"].astype(str).isin([row["brand_a"], row["brand_b"]])
    frame = CHOICES.assign(meeting=(met & one_of & (size > 2)).astype(float))
    full = model(frame, attributes=[*ATTRIBUTES, "meeting"], constants="brand").coefficients
    assert row["n"] == frame.loc[met & (size > 2), "id"].nunique()
    assert row["estimate"] == pytest.approx(full["estimate"][3], rel=0.1, abs=0.02)
    assert row["std_error"] == pytest.approx(full["std_error_design"][3], rel=0.1)


def test_the_contract_is_kept() -> None:
    frame = named()
    assert_contract(lambda: model(frame, weight="w", constants="brand"), frame)
    assert_contract(
        lambda: model(frame, weight="w").what_if(brand="bank 2", changes={"fair": 0.1}), frame
    )


def test_the_sample_study_shows_what_was_planted(sample) -> None:
    truth = json.loads(
        (Path(__file__).parents[2] / "data/raw/sample/truth.json").read_text("utf-8")
    )
    planted: dict[str, float] = {}
    for group in truth["choice"]["groups"].values():
        for name, weight in group["weights"].items():
            planted[name] = planted.get(name, 0.0) + group["share"] * weight
    table = sample.importance.set_index("label")
    for name in planted:
        if planted[name] > 0.2:
            assert table.loc[name, "ci_low"] > 0, name
    others = table.drop(index=list(planted))
    assert (others["ci_low"] < 0.005).all()
    assert others["estimate"].max() < table.loc[list(planted), "estimate"].median()
    order = table.loc[list(planted), "estimate"]
    assert np.corrcoef(order, pd.Series(planted)[order.index])[0, 1] > 0.67  # 5 % for nine pairs


def test_labels_name_attributes_too(sample) -> None:
    by_label = sample.share_changes("Harbour Bank", {"transparent fees": 0.10})
    by_column = sample.share_changes("Harbour Bank", {"img_03": 0.10})
    pd.testing.assert_frame_equal(by_label, by_column)
    mine = by_label.set_index("brand").loc["Harbour Bank"]
    assert mine["ci_low"] > 0
    few = sample.what_if(brand="Harbour Bank", changes={"img_03": 0.1})
    assert "Fewer than 30 persons choose between this bank and Old Quay" in said(few)


@pytest.mark.slow
@pytest.mark.parametrize("samples", [30, pytest.param(100, marks=pytest.mark.exhaustive)])
def test_intervals_cover_under_weights_and_several_choices(samples: int) -> None:
    """A small part of ``benchmarks.simulations.choice``: samples of 100 persons."""
    runs = runs_of(Cell(100, choices=3, is_weighted=True), samples)
    error = (0.05 * 0.95 / samples) ** 0.5
    for name in ("coefficient", "rise of a chance", "share change"):
        assert np.mean([one[name] for one in runs if name in one]) > 0.95 - 3.5 * error
    assert np.mean([one["independence"] for one in runs]) < 0.05 + 3.5 * error
    assert np.mean([one["constants"] for one in runs]) < 0.05 + 3.5 * error
