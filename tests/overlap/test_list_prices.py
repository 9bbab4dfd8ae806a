"""list_prices: clubSandwich's numbers, invariants, how often it errs, refusals, contract."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brandkit.core.errors import InputError, NotEnoughDataError, ScaleError
from brandkit.overlap import list_prices
from brandkit.overlap.prices.prices import clustered
from brandkit.sources import read_study
from tests.conftest import some
from tests.contract import assert_contract
from tests.overlap.australian_rates import term_deposits

REFERENCE = Path(__file__).parent.parent / "reference" / "list_prices" / "values.json"
MADE: dict[str, Any] = json.loads(REFERENCE.read_text(encoding="utf-8"))
KEYS = {
    "coefficient": "estimate",
    "se_CR1": "error_plain",
    "se_CR2": "std_error",
    "df_satterthwaite": "df",
    "p_CR2": "p_value",
}


def near(found: object, expected: object) -> None:
    np.testing.assert_allclose(
        np.asarray(found, float), np.asarray(expected, float), rtol=1e-9, atol=1e-12
    )


def test_a_made_table_has_the_errors_of_clubsandwich() -> None:
    rows = pd.DataFrame(MADE["table"])
    bank = pd.factorize(rows["bank"])[0]
    design = np.column_stack([rows["f"], rows["t"], np.eye(4)[bank]])
    found, r2 = clustered(
        design, rows["y"].to_numpy(), bank=bank, weight=np.ones(16), wanted=np.eye(6)[:2]
    )
    for key, column in KEYS.items():
        near(found[column], MADE[key])
    near(r2, MADE["r2"])


@pytest.mark.slow
@pytest.mark.real
def test_australian_term_deposits_are_those_of_r(real: Path, oracles: Path) -> None:
    given = json.loads((oracles / "market" / "hedonic_price.json").read_text(encoding="utf-8"))
    rows = term_deposits(real)
    whole = list_prices(
        rows,
        price="rate",
        terms=["months"],
        features=["paid_monthly", "digital", "business", "notifications"],
    )
    few = list_prices(rows, price="rate", terms=["months"], features=["paid_monthly", "business"])
    for result, model, case in (
        (whole, "pooled", given["pooled"]),
        (few, "within", given["bank_effects"]),
    ):
        told = pd.concat(
            [
                result.features[result.features["model"] == model],
                result.terms[
                    (result.terms["model"] == model)
                    & result.terms["aspect"].isin(["log", "square"])
                ],
            ]
        )
        for key, column in KEYS.items():
            near(told[column], case[key])
        fit = result.fits.set_index("model").loc[model]
        near(fit["r2"], case["r2"])
        assert [fit["n"], fit["n_brands"]] == [case["n"], case["clusters"]]
    digital = whole.features.set_index(["model", "attribute"]).loc[("within", "digital")]
    assert digital["n_varying"] == given["within_share_of_products"]
    assert set(whole.features["settled"]) == {"open"}
    assert whole.turns["settled"].tolist() == ["clear"]
    assert "up to about 15.7, beyond it with a lower one" in " ".join(whole.findings())


def market(seed: int = 0, *, worth: float = 0.0, banks: int = 14, n: int = 6) -> pd.DataFrame:
    """Offers of banks that differ, with two features; the first goes with the price."""
    rng = np.random.default_rng(seed)
    bank = np.repeat(np.arange(banks), n)
    lean = rng.uniform(0.2, 0.8, banks)[bank]
    bonus, card = (rng.random((2, len(bank))) < lean).astype(float)
    level = 3 * rng.normal(size=banks)[bank] + 2 * lean
    price = 10 + level + worth * bonus + rng.normal(0, 0.4, len(bank))
    return pd.DataFrame(
        {
            "bank": [f"b{one:02d}" for one in bank],
            "price": price,
            "bonus": bonus,
            "card": card,
            "amount": rng.integers(1, 9, len(bank)) * 100.0,
        }
    )


def priced(rows: pd.DataFrame, **more: Any) -> Any:
    return list_prices(rows, price="price", brand="bank", **{"features": ["bonus", "card"]} | more)


def test_a_planted_price_is_clear_and_the_other_feature_open() -> None:
    found = priced(market(worth=1.5))
    levels = found.features.drop_duplicates("attribute").set_index("attribute")["settled"]
    assert levels.to_dict() == {"bonus": "clear", "card": "open"}
    story = found.story(focus="b00")
    assert str(story.headline) == "Offers with “bonus” list a higher price"
    assert "no cause" in str(story.exhibits["list-prices"].notes[0])
    assert [tick.get_text() for tick in found.plot().get_yticklabels()] == ["bonus", "card"]
    less = priced(market(worth=1.5).assign(price=lambda rows: -rows["price"]))
    assert str(less.story().headline) == "Offers with “bonus” list a lower price"


@given(seed=st.integers(0, 99), shift=st.floats(-5, 50))
@settings(max_examples=some(6))
def test_a_price_moved_for_all_moves_nothing_else(seed: int, shift: float) -> None:
    rows = market(seed, worth=0.5, banks=6, n=4)
    plain = priced(rows).features
    moved = priced(rows.assign(price=rows["price"] + shift).sample(frac=1, random_state=seed))
    columns = ["estimate", "std_error", "df"]
    np.testing.assert_allclose(moved.features[columns], plain[columns], rtol=1e-6, atol=1e-8)


def test_records_that_stand_twice_leave_errors_as_they_are() -> None:
    rows = market(worth=0.5)
    once, twice = priced(rows).features, priced(pd.concat([rows, rows])).features
    near(twice["estimate"], once["estimate"])
    np.testing.assert_allclose(twice["std_error"], once["std_error"], rtol=0.02)


def wrong(runs: int) -> float:
    told = 0
    for seed in range(runs):
        features = priced(market(seed, banks=10, n=5)).features
        told += bool((features["settled"] != "open").any())
    return told / runs


def test_where_nothing_goes_with_the_price_little_is_told() -> None:
    assert wrong(20) <= 0.2


@pytest.mark.slow
@pytest.mark.exhaustive
def test_where_nothing_goes_with_the_price_one_in_twenty_is_told() -> None:
    assert wrong(1000) <= 0.05 + 0.014


def test_a_sentinel_is_no_price_and_few_banks_settle_nothing() -> None:
    rows = market(worth=1.5)
    odd = pd.concat([rows, rows.head(1).assign(price=99999.0)])
    found = priced(odd)
    assert "1 prices are left out" in " ".join(map(str, found.notes))
    near(found.features["estimate"], priced(rows).features["estimate"])
    few = priced(market(worth=3.0, banks=5)).features
    assert (few.loc[few["df"] < 5, "settled"] == "open").all()


def test_terms_are_told_by_their_slopes() -> None:
    rows = market()
    log = np.log(rows["amount"] / 100)
    turned = priced(rows.assign(price=rows["price"] + 8 * log - 5 * log**2), terms=["amount"])
    assert turned.turns["course"].tolist() == ["rises_then_falls"]
    assert turned.turns["extremum"].iloc[0] == pytest.approx(100 * np.exp(0.8), rel=0.1)
    risen = priced(rows.assign(price=rows["price"] + 4 * log), terms=["amount"])
    assert "The larger “amount”, the higher the price" in " ".join(risen.findings())


def test_the_sample_is_answered_without_a_false_claim() -> None:
    found = list_prices(read_study("sample").catalog, price="rate", category="Savings accounts")
    assert found.n_brands == 12
    # features do not enter the sample's rates
    assert not (found.features["settled"] == "clear").any()
    assert {"within", "pooled", "even"} == set(found.features["model"])


def test_refusals() -> None:
    rows, catalog = market(), read_study("sample").catalog
    with pytest.raises(InputError, match="`features` must name the columns of a table"):
        priced(rows, features=None)
    with pytest.raises(ScaleError, match="`features` must be 1 and 0"):
        priced(rows, features=["amount"])
    with pytest.raises(ScaleError, match="`terms` must be above 0"):
        priced(rows.assign(amount=0.0), terms=["amount"])
    with pytest.raises(NotEnoughDataError, match="at 4 banks or more; found 3"):
        priced(rows[rows["bank"] < "b03"])
    with pytest.raises(InputError, match="`category` must be given, as rate stands in"):
        list_prices(catalog, price="rate")
    with pytest.raises(InputError, match="`price` must be a rate or fee"):
        list_prices(catalog, price="ratte")
    with pytest.raises(NotEnoughDataError, match="none of them can be told apart"):
        priced(rows.assign(bonus=1.0), features=["bonus"])


def test_the_contract() -> None:
    rows = market(worth=1.0)
    assert_contract(lambda: priced(rows, terms=["amount"]), rows)
