"""repositioning: the transition formula by hand, invariants, refusals, contract, the sample."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brandkit.core.errors import InputError, ScaleError
from brandkit.positioning.image.stability import MapStability, map_stability
from brandkit.positioning.maps.preferences import preference_map
from brandkit.positioning.options.repositioning import choice_shares, repositioning
from tests.conftest import some
from tests.contract import assert_contract
from tools.sample.market import ATTRIBUTES
from tools.sample.survey import IMAGE_ITEMS, survey_answers

BANKS = ["A", "B", "C", "D", "E"]
CHANCE = np.array([
    [0.7, 0.3, 0.5, 0.4], [0.3, 0.7, 0.5, 0.4], [0.5, 0.4, 0.8, 0.2], [0.2, 0.3, 0.4, 0.7],
    [0.6, 0.6, 0.2, 0.3],
])  # fmt: skip
ITEMS = ["fair", "modern", "near", "warm"]


def answers(n: int = 150, *, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    ticks = rng.random((n, len(BANKS), len(ITEMS))) < CHANCE
    frame = pd.DataFrame(ticks.reshape(-1, len(ITEMS)).astype(int), columns=ITEMS)
    frame.insert(0, "bank", np.tile(BANKS, n))
    frame.insert(0, "id", np.repeat(np.arange(n), len(BANKS)))
    return frame.assign(w=1 + (frame["id"] % 3))


def mapped(frame: pd.DataFrame, **options: object) -> MapStability:
    given = {"brand": "bank", "attributes": ITEMS, "respondent": "id", "draws": 200, **options}
    return map_stability(frame, **given)


@pytest.fixture(scope="module")
def stability() -> MapStability:
    return mapped(answers(), weight="w")


# --- known values ------------------------------------------------------------------------------


@pytest.mark.parametrize("bank", BANKS)
def test_no_change_gives_the_own_place(stability, bank: str) -> None:
    found = repositioning(stability, brand=bank, changes={"fair": 0.0}).moves.iloc[0]
    own = stability.drawn.places[stability.brands.index(bank)]
    assert found[["new_across", "new_upward"]].tolist() == pytest.approx(own.tolist(), abs=1e-10)
    assert found["map_distance"] == pytest.approx(0, abs=1e-10)
    assert found["nearest"] == found["nearest_then"]
    assert found["nearest_support"] == found["nearest_then_support"]
    region = stability.regions.set_index("label").loc[bank]
    assert found["radius_long"] == pytest.approx(region["radius_long"], rel=1e-9)
    assert found["radius_short"] == pytest.approx(region["radius_short"], rel=1e-9)


def test_the_new_place_by_the_transition_formula(stability) -> None:
    found = repositioning(stability, brand="A", changes={"modern": 0.1, "fair": -0.2})
    row = stability.table.loc["A"].copy()
    row["modern"] += 0.1 * stability.bases["A"]
    row["fair"] -= 0.2 * stability.bases["A"]
    columns = stability.map.columns.pivot(index="label", columns="axis", values="coordinate")
    mass = stability.map.columns.query("axis == 1").set_index("label")["mass"]
    standard = columns.loc[ITEMS].div(np.sqrt(mass.loc[ITEMS]), axis=0)
    expected = row.to_numpy() @ standard.to_numpy() / row.sum()
    assert found.moves.loc[0, ["new_across", "new_upward"]].tolist() == pytest.approx(
        expected.tolist(), abs=1e-12
    )
    changes = found.changes.set_index("attribute")
    shares = stability.table.loc["A"] / stability.bases["A"]
    assert changes.loc["modern", "share_then"] == pytest.approx(shares["modern"] + 0.1, abs=1e-12)
    assert changes.loc["fair", "change"] == pytest.approx(-0.2, abs=1e-12)


def test_rivals_and_their_support_by_hand(stability) -> None:
    found = repositioning(stability, brand="A", changes={"modern": 0.3, "fair": -0.3})
    place = found.moves.loc[0, ["new_across", "new_upward"]].to_numpy(dtype=float)
    others = [at for at, name in enumerate(stability.brands) if name != "A"]
    gaps = np.linalg.norm(stability.drawn.places[others] - place, axis=1)
    rivals = found.rivals
    assert rivals["brand"].tolist() == [stability.brands[others[at]] for at in np.argsort(gaps)]
    np.testing.assert_allclose(rivals["distance_then"], np.sort(gaps), atol=1e-12)
    assert rivals["support"].sum() == pytest.approx(1, abs=1e-12)
    row = found.moves.iloc[0]
    assert (row["nearest"], row["nearest_then"]) == ("E", "B")
    assert row["nearest_then_support"] == rivals["support"][0]
    added = np.array([-0.3, 0.3, 0, 0])
    drawn = stability.place_with("A", added)[1]
    near = np.linalg.norm(stability.draw_places[:, others] - drawn[:, None], axis=2).argmin(axis=1)
    assert rivals.set_index("brand").loc["B", "support"] == pytest.approx(
        (near == [stability.brands[at] for at in others].index("B")).mean(), abs=1e-12
    )


def test_leading_needs_a_raised_share_above_all_rivals(stability) -> None:
    shares = stability.table.div(stability.bases, axis=0)
    lift = float(shares["modern"].max() - shares.loc["A", "modern"])
    low, high = (
        repositioning(stability, brand="A", changes={"modern": lift + more}).moves.loc[0, "leads"]
        for more in (-0.01, 0.01)
    )
    assert (low, high) == ("", "modern")


def test_rules_of_choice_by_hand() -> None:
    liking = np.array([[2.0, 5.0, 1.0], [2.0, 4.0, 3.0]])
    weight = np.array([0.5, 0.25, 0.25])
    first = choice_shares(liking, weight=weight, rule="first_choice")
    np.testing.assert_allclose(first, [0.5, 0.5], atol=1e-12)
    logit = choice_shares(liking, weight=weight, rule="logit")
    by_hand = 0.25 + 0.25 / (1 + np.exp(-1)) + 0.25 / (1 + np.exp(2))
    np.testing.assert_allclose(logit, [by_hand, 1 - by_hand], atol=1e-12)
    shifted = choice_shares(liking + np.array([100.0, -3, 7]), weight=weight, rule="logit")
    np.testing.assert_allclose(shifted, logit, atol=1e-12)


# --- shares of choices -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def likings(stability) -> pd.DataFrame:
    rng = np.random.default_rng(4)
    places = pd.DataFrame(stability.drawn.places[:, :2], index=stability.brands)
    ideal = places.loc["B"].to_numpy() + 0.05 * rng.normal(size=(40, 2))
    gap = np.linalg.norm(places.to_numpy()[:, None] - ideal, axis=2)
    return pd.DataFrame(10 - 5 * gap + 0.1 * rng.normal(size=gap.shape), index=places.index)


@pytest.mark.parametrize("rule", ["logit", "first_choice"])
def test_moving_to_what_is_liked_wins_choices(stability, likings, rule: str) -> None:
    preference = preference_map(stability.map, liking=likings, model="circular")
    towards = {"modern": 0.39, "fair": -0.39}
    found = repositioning(stability, brand="A", changes=towards, preference=preference, rule=rule)
    row = found.moves.iloc[0]
    assert found.rule == rule
    assert row["choice_change"] > 0
    assert row["ci_low"] <= row["choice_change"] <= row["ci_high"]
    assert row["choice_then"] - row["choice_now"] == pytest.approx(row["choice_change"], abs=1e-12)
    assert found.choices["estimate"].sum() == pytest.approx(0, abs=1e-12)
    still = repositioning(
        stability, brand="A", changes={"fair": 0.0}, preference=preference, rule=rule
    ).moves.iloc[0]
    assert still[["choice_change", "ci_low", "ci_high"]].tolist() == pytest.approx([0, 0, 0])


class Choices:
    """A stand-in for a choice model: asks are kept, gains are half the change."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, float]]] = []

    def share_changes(self, brand: str, changes: dict[str, float]) -> pd.DataFrame:
        self.asked.append((brand, changes))
        gain = sum(changes.values()) / 2
        return pd.DataFrame({
            "brand": [brand, "B"], "estimate": [gain, -gain], "ci_low": [gain - 0.01, -gain - 0.01],
            "ci_high": [gain + 0.01, -gain + 0.01],
        })  # fmt: skip


def test_a_choice_model_is_asked_for_each_what_if(stability) -> None:
    model = Choices()
    moves = {"one": {"fair": 0.1}, "two": {"fair": 0.1, "near": 0.1}}
    found = repositioning(stability, brand="A", changes=moves, preference=model)
    assert [name for name, _ in model.asked] == ["A", "A"]
    assert list(model.asked[1][1]) == ["fair", "near"]
    assert found.moves["choice_change"].tolist() == pytest.approx([0.05, 0.1])
    assert found.rule == "choice_model"
    assert "independence of irrelevant alternatives" in " ".join(map(str, found.notes))


class Range(Choices):
    """One that can only tell a range, as of a single survey."""

    def share_changes(self, brand: str, changes: dict[str, float]) -> pd.DataFrame:
        found = super().share_changes(brand, changes)
        return found.assign(change_low=found["estimate"] / 5, change_high=found["estimate"])


def test_a_change_of_choices_known_as_a_range_is_said_as_one(stability) -> None:
    found = repositioning(stability, brand="A", changes={"fair": 0.1}, preference=Range())
    assert found.moves.loc[0, ["choice_low", "choice_high"]].tolist() == pytest.approx([0.01, 0.05])
    said = str(found.story().findings[0].detail)
    assert "Share of choices +1.00 to +5.00 points, if what customers say moves them" in said
    plain = repositioning(stability, brand="A", changes={"fair": 0.1}, preference=Choices())
    assert "Share of choices +5.00 points (" in str(plain.story().findings[0].detail)


def test_without_evidence_nothing_is_said_of_shares(stability) -> None:
    found = repositioning(stability, brand="A", changes={"fair": 0.1})
    columns = ["choice_now", "choice_then", "choice_change", "ci_low", "ci_high"]
    assert found.moves[columns].isna().all().all()
    assert found.choices.empty
    assert found.rule is None
    assert "nothing is said of market share" in " ".join(map(str, found.notes))


def test_preferences_on_another_map_are_refused(stability, likings) -> None:
    other = mapped(answers(seed=9)).map
    preference = preference_map(other, liking=likings, model="vector")
    with pytest.raises(InputError, match="must be drawn on the map of `stability`"):
        repositioning(stability, brand="A", changes={"fair": 0.1}, preference=preference)


# --- invariants --------------------------------------------------------------------------------


@settings(max_examples=some(6))
@given(change=st.floats(-0.15, 0.15), seed=st.integers(0, 50))
def test_size_and_order_of_rows_change_nothing(change: float, seed: int) -> None:
    frame = answers(60, seed=seed)
    first = mapped(frame, draws=50)
    mixed = mapped(frame.sample(frac=1, random_state=seed), draws=50)
    moves = [
        repositioning(one, brand="C", changes={"near": change}).moves for one in (first, mixed)
    ]
    pd.testing.assert_frame_equal(*moves, check_exact=False, atol=1e-9)


def test_named_what_ifs_are_the_same_alone(stability) -> None:
    named = {"innovative": {"modern": 0.2}, "evolutionary": {"fair": 0.05}}
    both = repositioning(stability, brand="A", changes=named)
    assert both.moves["move"].tolist() == list(named)
    for name, changes in named.items():
        alone = repositioning(stability, brand="A", changes=changes).moves.iloc[0].drop("move")
        pd.testing.assert_series_equal(
            both.moves.set_index("move").loc[name], alone, check_names=False
        )


# --- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("brand", "changes", "error", "message"),
    [
        ("A", {"fair": 0.5}, ScaleError, "'fair' is 7.*\\+50.0 points were asked. Allowed are -7"),
        ("A", {"fair": -0.9}, ScaleError, "-90.0 points were asked"),
        ("A", {"fairness": 0.1}, InputError, "Did you mean 'fair'"),
        ("Z", {"fair": 0.1}, InputError, "`brand` must be a brand of the map"),
        ("A", {}, InputError, "must map attributes to changes"),
        ("A", {"fair": 0.1, "x": {"near": 0.1}}, InputError, "found both mixed"),
        ("A", {"fair": float("nan")}, InputError, "finite numbers"),
        ("A", {"fair": "0.1"}, InputError, "finite numbers"),
    ],
)
def test_what_cannot_be_asked_is_refused(stability, brand, changes, error, message: str) -> None:
    with pytest.raises(error, match=message):
        repositioning(stability, brand=brand, changes=changes)


def test_other_arguments_are_refused(stability) -> None:
    with pytest.raises(TypeError, match="result of map_stability"):
        repositioning(stability.map, brand="A", changes={"fair": 0.1})
    with pytest.raises(TypeError, match="preference_map or choice_model"):
        repositioning(stability, brand="A", changes={"fair": 0.1}, preference=[1])
    with pytest.raises(InputError, match="`rule` must be one of"):
        repositioning(stability, brand="A", changes={"fair": 0.1}, rule="random")


def test_the_limits_themselves_are_allowed(stability) -> None:
    share = float(stability.table.loc["A", "fair"] / stability.bases["A"])
    found = repositioning(stability, brand="A", changes={"all": {"fair": 1 - share},
                                                         "none": {"fair": -share}})  # fmt: skip
    assert found.changes["share_then"].tolist() == pytest.approx([1, 0], abs=1e-12)
    notes = " ".join(map(str, found.notes))
    assert "Beyond what any bank has today: all, none" in notes
    assert "more than 25 points" in notes


# --- the sample --------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, 1])
def test_transparent_fees_pull_towards_the_planted_empty_ground(seed: int) -> None:
    rows = survey_answers(seed=seed)
    names = dict(zip(IMAGE_ITEMS, [one.name for one in ATTRIBUTES], strict=True))
    stability = map_stability(
        rows.rename(columns=names), brand="brand", attributes=list(names.values()),
        respondent="respondent", weight="weight", draws=200,
    )  # fmt: skip
    found = repositioning(
        stability, brand="1", changes={"transparent fees": 0.10, "modern": 0.10, "easy app": 0.10}
    )
    row = found.moves.iloc[0]
    # Harbour Bank (1) and Tidewater (2) cannot be told apart: the move takes it away from there
    assert row["nearest"] == "2"
    assert row["distance_then"] > row["distance_now"]
    assert row["further_support"] >= 0.8
    shift = np.array([row["new_across"] - row["across"], row["new_upward"] - row["upward"]])
    columns = stability.map.columns.pivot(index="label", columns="axis", values="coordinate")
    assert shift @ columns.loc["modern"].to_numpy() > 0
    assert shift @ columns.loc["transparent fees"].to_numpy() > 0


# --- contract ----------------------------------------------------------------------------------


def test_contract() -> None:
    frame = answers(60)
    stability = mapped(frame, draws=50)
    liking = pd.DataFrame(np.random.default_rng(0).random((5, 6)), index=BANKS)
    preference = preference_map(stability.map, liking=liking, model="vector")
    assert_contract(
        lambda: repositioning(
            mapped(frame, draws=50), brand="A", changes={"fair": 0.1}, preference=preference
        ),
        frame,
    )
