"""claim_check: planted claims are found, and what is not there is not claimed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from brandkit.core.errors import InputError, ScaleError
from brandkit.positioning.examples import small_image
from brandkit.positioning.image.claims import benjamini_hochberg, claim_check, judged_cells
from brandkit.positioning.image.stability import map_stability
from brandkit.positioning.maps.correspondence import correspondence_map
from tests.contract import assert_contract

OPTIONS = {
    "brand": "brand", "respondent": "respondent", "attributes": ["fair", "modern", "near"],
    "draws": 200,
}  # fmt: skip


def test_contract() -> None:
    frame = small_image(persons=60)
    assert_contract(lambda: claim_check(frame, **OPTIONS), frame)


def test_false_discoveries_are_counted_as_statsmodels_does(rng) -> None:
    p_values = rng.uniform(size=40) ** 3
    expected = multipletests(p_values, method="fdr_bh")[1]
    np.testing.assert_allclose(benjamini_hochberg(p_values), expected, rtol=1e-12)


def test_residuals_are_those_of_the_map_and_errors_those_of_the_draws() -> None:
    stability = map_stability(small_image(), **OPTIONS)
    result = claim_check(stability)
    plain = correspondence_map(stability.table).associations
    np.testing.assert_allclose(result.claims["residual"], plain["residual"], atol=1e-12)
    np.testing.assert_allclose(result.claims["ratio"], plain["ratio"], atol=1e-12)
    drawn = []
    for table in stability.draw_tables:
        share = table / table.sum()
        expected = np.outer(share.sum(axis=1), share.sum(axis=0))
        drawn.append(((share - expected) / np.sqrt(expected)).ravel())
    away = np.array(drawn) - plain["residual"].to_numpy()
    np.testing.assert_allclose(
        result.claims["std_error"], np.sqrt((away**2).mean(axis=0)), rtol=1e-9
    )
    assert result.n_cells == 9


def test_kinds_follow_sign_test_and_what_the_map_shows() -> None:
    claims = claim_check(small_image(), **OPTIONS).claims
    settled = claims["q_value"] <= 0.05
    supported = settled & (claims["residual"] > 0) & (claims["visible"] >= 0.5)
    contradicted = settled & (claims["residual"] < 0)
    assert (claims["claim"].eq("supported") == supported).all()
    assert (claims["claim"].eq("contradicted") == contradicted).all()
    kinds = claims.set_index(["brand", "attribute"])["claim"]
    assert kinds["Tidewater", "fair"] == "supported"
    assert kinds["Kestrel", "near"] == "contradicted"


def test_a_claim_off_the_plane_is_weak() -> None:
    # three orthogonal contrasts; where the first two all but cancel out, the third decides
    first, second = np.array([1.0, 1, -1, -1]), np.array([1.0, -1, 1, -1])
    third = first * second
    table = 100 * (
        1 + 0.5 * np.outer(first, first) + 0.4 * np.outer(second, second)
        - 0.15 * np.outer(third, third)
    )  # fmt: skip
    draws = np.stack([table] * 50) * (1 + 1e-3 * np.random.default_rng(1).normal(size=(50, 4, 4)))
    cells = judged_cells(
        table, draws, n_effective=np.full(4, 400.0), mentions=float(table.sum()),
        false_discovery=0.05,
    )  # fmt: skip
    cell = cells.iloc[0 * 4 + 2]
    assert table[0, 2] == pytest.approx(105.0)
    assert cell["residual"] > 0
    assert cell["q_value"] < 0.05
    assert cell["visible"] == 0.0
    assert cell["claim"] == "weak"


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
    assert few["claim"].eq("weak").all()
    assert "3 of 12 pairs of brand and attribute have fewer than 5 mentions" in str(
        result.notes[-1]
    )


def test_a_plain_table_is_never_called_from_respondents() -> None:
    table = map_stability(small_image(), **OPTIONS).table
    result = claim_check(table, draws=200)
    assert not result.from_respondents
    assert "holds no respondents" in str(result.notes[0])


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"claims": [("Civik", "fair")]}, InputError, r"found the brand 'Civik'\. Did you mean"),
        ({"claims": [("Civic", "kind")]}, InputError, r"found the attribute 'kind'"),
        ({"claims": [("Civic", "fair")] * 2}, InputError, r"`claims` must name at least one pair"),
        ({"claims": []}, InputError, r"`claims` must name at least one pair"),
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
