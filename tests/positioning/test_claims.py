"""claim_check: planted claims are found, and what is not there is not claimed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.contingency_tables import Table

from brandkit.core.errors import InputError, NotEnoughDataError, ScaleError
from brandkit.positioning.image.stability import (
    claim_check,
    fitted_sizes,
    judged_cells,
    map_stability,
)
from brandkit.positioning.maps.correspondence import correspondence_map
from tests.contract import assert_contract
from tests.positioning.images import small_image

OPTIONS = {
    "brand": "brand", "respondent": "respondent", "attributes": ["fair", "modern", "near"],
}  # fmt: skip


def test_contract() -> None:
    frame = small_image(persons=60)
    assert_contract(lambda: claim_check(frame, **OPTIONS), frame)


def answers(
    *,
    brands: int = 8,
    attributes: int = 8,
    persons: int = 300,
    rated: int = 3,
    seed: int = 0,
    weights: float = 0.0,
    clusters: int = 0,
    planted: float = 0.0,
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Give ticks whose chance is size of brand times size of attribute, and what was planted."""
    rng = np.random.default_rng(seed)
    place = np.concatenate([rng.choice(brands, rated, replace=False) for _ in range(persons)])
    chance = np.outer(np.linspace(0.6, 1.2, brands), np.linspace(0.15, 0.5, attributes))
    for at in ((0, 0), (1, 3), (4, 6), (6, 2)):
        chance[at] += planted
    home = np.arange(persons) % max(clusters, 1)
    taste = rng.normal(0, 0.06 * bool(clusters), (max(clusters, 1), brands, attributes))
    who = np.repeat(np.arange(persons), rated)
    shares = np.clip(chance[place] + taste[home[who], place], 0.01, 0.99)
    names = [f"a{at}" for at in range(attributes)]
    rows = pd.DataFrame((rng.random(shares.shape) < shares).astype(int), columns=names)
    spread = np.sqrt(np.log(1 + weights**2))
    weight = rng.lognormal(-(spread**2) / 2, spread, persons)
    rows = rows.assign(id=who, brand=[f"B{at}" for at in place], weight=weight[who], town=home[who])
    options = {"brand": "brand", "attributes": names, "respondent": "id"}
    options |= {"weight": "weight"} if weights else {}
    return rows, options | ({"cluster": "town"} if clusters else {})


def test_without_claims_residuals_are_those_of_the_map() -> None:
    rows, options = answers()
    stability = map_stability(rows, draws=50, **options)
    claims = claim_check(stability).claims
    assert claims["claim"].eq("not_shown").all()
    plain = correspondence_map(stability.table).associations
    np.testing.assert_allclose(claims["residual"], plain["residual"], atol=1e-12)
    np.testing.assert_allclose(claims["ratio"], plain["ratio"], atol=1e-12)


def test_of_a_plain_table_it_is_the_adjusted_residual() -> None:
    table = np.array([[50.0, 60, 40], [45, 70, 52], [61, 80, 43]])
    cells = judged_cells(table, None)
    assert cells["claim"].eq("not_shown").all()
    expected = Table(table).standardized_resids
    np.testing.assert_allclose(cells["statistic"], np.ravel(expected), atol=1e-9)


def test_sizes_are_fitted_on_what_is_kept_alone() -> None:
    table = np.outer([20.0, 10, 30, 15], [1.0, 4, 5, 3])
    loud = table.copy()
    loud[0, 0], loud[2, 3] = 200.0, 5.0
    np.testing.assert_allclose(fitted_sizes(loud, loud == table), table, rtol=1e-9)
    every = fitted_sizes(loud, np.ones(loud.shape, dtype=bool))
    np.testing.assert_allclose(every, np.outer(loud.sum(axis=1), loud.sum(axis=0)) / loud.sum())


def test_a_true_claim_makes_no_neighbour_seem_denied() -> None:
    rows, options = answers(persons=3000, planted=0.2)
    claims = claim_check(rows, **options).claims
    called = claims[claims["claim"] != "not_shown"]
    planted = {("B0", "a0"), ("B1", "a3"), ("B4", "a6"), ("B6", "a2")}
    found = set(zip(called["brand"], called["attribute"], strict=True))
    assert planted <= found
    assert len(found - planted) <= 1
    own = called[[pair in planted for pair in zip(called["brand"], called["attribute"],
                                                  strict=True)]]  # fmt: skip
    # four right intervals of 95 % hold all at once in .81 of the studies, three of them in .99
    assert ((own["gap_low"] < 0.2) & (own["gap_high"] > 0.2)).sum() >= 3
    assert abs(own["gap"].mean() - 0.2) < 0.02


def test_a_bank_that_differs_throughout_is_measured_against_all_that_is_said_of_it() -> None:
    """A rest of it would call common what marks it, and deny by 50 points what it has."""
    rng = np.random.default_rng(3)
    share = np.full((12, 14), 0.4)
    share[0, :7], share[0, 7:] = 0.6, 0.2
    table = rng.binomial(600, share).astype(float)
    cells = judged_cells(table, None)
    own, gap = cells["claim"].to_numpy()[:14], cells["gap"].to_numpy()[:14] * table[0].sum() / 600
    assert (own[:7] == "supported").all()
    assert (own[7:] == "contradicted").all()
    assert np.abs(np.abs(gap) - 0.2).max() < 0.06
    assert (cells["claim"].to_numpy()[14:] == "not_shown").mean() > 0.9


def test_kinds_follow_sign_and_test_alone() -> None:
    claims = claim_check(small_image(), **OPTIONS).claims
    settled = claims["q_value"] <= 0.05
    assert (claims["claim"].eq("supported") == (settled & (claims["gap"] > 0))).all()
    assert (claims["claim"].eq("contradicted") == (settled & (claims["gap"] < 0))).all()
    kinds = claims.set_index(["brand", "attribute"])["claim"]
    assert kinds["Tidewater", "fair"] == "supported"


def test_interval_and_test_are_one() -> None:
    claims = claim_check(answers(planted=0.1)[0], **answers()[1]).claims
    outside = (claims["gap_low"] > 0) | (claims["gap_high"] < 0)
    assert (outside == (claims["p_value"] < 0.05)).all()


def test_what_is_not_asked_is_not_judged_and_scaling_weights_changes_nothing() -> None:
    rows, options = answers(weights=0.6)
    rows.loc[rows["brand"] == "B2", "a3"] = np.nan
    rows["a3"] = rows["a3"].astype(float)
    claims = claim_check(rows, **options).claims
    cell = claims.query("brand == 'B2' and attribute == 'a3'").iloc[0]
    assert np.isnan(cell["q_value"])
    assert cell["claim"] == "not_shown"
    again = claim_check(rows.assign(weight=7 * rows["weight"]), **options).claims
    np.testing.assert_allclose(again["p_value"], claims["p_value"], rtol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("design", "most"),
    [
        ({"weights": 1.5}, 0.05),
        *(
            pytest.param(one, 0.05, marks=pytest.mark.exhaustive)
            for one in (
                {"brands": 12, "attributes": 14, "persons": 150}, {"clusters": 10},
                {"persons": 1000, "weights": 0.6},
            )
        ),
    ],
)  # fmt: skip
def test_no_claim_is_made_of_nothing(design: dict, most: float) -> None:
    """Of 60 studies without any claim: at most .05 and 2.6 errors have one; .1 to .6 had."""
    studies = 60
    false = sum(
        (claim_check(rows, **options).claims["claim"] != "not_shown").any()
        for rows, options in (answers(seed=seed, **design) for seed in range(studies))
    )
    assert false / studies <= most + 2.6 * np.sqrt(most * (1 - most) / studies)


def test_claims_come_in_their_order_and_all_pairs_are_tested() -> None:
    asked = [("Kestrel", "modern"), ("Civic", "near")]
    some, every = (
        claim_check(small_image(), claims=asked, **OPTIONS),
        claim_check(small_image(), **OPTIONS),
    )
    assert list(zip(some.claims["brand"], some.claims["attribute"], strict=True)) == asked
    assert some.n_cells == every.n_cells == 9
    merged = some.claims.merge(every.claims, on=["brand", "attribute"])
    np.testing.assert_allclose(merged["q_value_x"], merged["q_value_y"])


def test_rare_mentions_are_not_judged() -> None:
    frame = small_image(persons=40)
    rare = np.zeros(len(frame))
    rare[[0, 1, 5]] = 1
    result = claim_check(
        frame.assign(rare=rare), **{**OPTIONS, "attributes": ["fair", "modern", "near", "rare"]}
    )
    few = result.claims.query("attribute == 'rare'")
    assert few["q_value"].isna().all()
    assert few["claim"].eq("not_shown").all()
    assert "3 of 12 pairs of brand and attribute have fewer than 5 mentions" in str(
        result.notes[-1]
    )


def test_few_clusters_are_refused() -> None:
    rows, options = answers(clusters=5)
    with pytest.raises(NotEnoughDataError, match=r"at least 6 persons or clusters; found 5"):
        claim_check(rows, **options)


def test_a_plain_table_is_never_called_from_respondents() -> None:
    table = map_stability(small_image(), draws=50, **OPTIONS).table
    result = claim_check(table)
    assert not result.from_respondents
    assert "holds no respondents" in str(result.notes[0])


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (
            {"claims": [("Civik", "fair")]},
            InputError,
            r"by its brand; found \['Civik'\]. Did you mean",
        ),
        ({"claims": [("Civic", "kind")]}, InputError, r"by its attribute; found \['kind'\]"),
        ({"claims": [("Civic", "fair")] * 2}, InputError, r"one at least and each once"),
        ({"claims": []}, InputError, r"one at least and each once"),
        ({"false_discovery": 5}, ScaleError, r"`false_discovery` must lie between 0 and 1"),
    ],
)
def test_refusals(options: dict, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        claim_check(small_image(persons=40), **OPTIONS, **options)


def test_planted_claims_are_found_and_few_others() -> None:
    """A part of benchmarks/simulations/positioning.py, where all of it runs 2,000 times."""
    from benchmarks.simulations.positioning import claim_rows

    rows = pd.DataFrame(claim_rows(10, (1000,)))
    assert (rows["verdict"] == "pass").all(), rows
