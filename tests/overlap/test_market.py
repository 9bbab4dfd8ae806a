"""market_overlap against R's values, its identities, its refusals, its contract."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from brandkit.core.errors import BrandkitError
from brandkit.overlap.regions import MarketOverlap, market_overlap
from tests.contract import assert_contract

TOLERANCE = 1e-10
REFERENCE = Path(__file__).parent.parent / "reference" / "market_overlap" / "values.json"
VALUES = json.loads(REFERENCE.read_text(encoding="utf-8"))


def long_form(amounts: np.ndarray, names: list[str] | None = None) -> pd.DataFrame:
    names = names or [f"bank {i}" for i in range(len(amounts))]
    rows, columns = np.indices(amounts.shape)
    return pd.DataFrame(
        {
            "bank": np.array(names, dtype=object)[rows.ravel()],
            "city": [f"city {j}" for j in columns.ravel()],
            "deposits": amounts.ravel().astype(float),
        }
    )


def measured(amounts: np.ndarray, **options) -> MarketOverlap:
    return market_overlap(
        long_form(amounts, **options), brand="bank", market="city", amount="deposits"
    )


@pytest.fixture
def known() -> MarketOverlap:
    return measured(np.array(VALUES["amounts"]["values"]), names=VALUES["amounts"]["rows"])


@pytest.mark.parametrize(
    ("column", "reference"),
    [
        ("commonality", "market_commonality"),
        ("jaffe", "jaffe"),
        ("closeness", "bsv_mahalanobis"),
    ],
)
def test_pairs_are_those_of_r(known, column: str, reference: str) -> None:
    matrix = pd.DataFrame(
        VALUES[reference]["values"], VALUES[reference]["rows"], VALUES[reference]["columns"]
    )
    expected = [
        matrix.loc[a, b]
        for a, b in zip(known.pairs["brand_a"], known.pairs["brand_b"], strict=True)
    ]
    assert len(expected) == 6
    np.testing.assert_allclose(known.pairs[column], expected, atol=TOLERANCE, rtol=0)


def test_normalised_closeness_is_over_the_own_values_of_r(known) -> None:
    matrix = np.array(VALUES["bsv_mahalanobis"]["values"])
    first = known.pairs.iloc[0]
    assert (first["brand_a"], first["brand_b"]) == ("A", "B")
    expected = matrix[0, 1] / np.sqrt(matrix[0, 0] * matrix[1, 1])
    assert first["closeness_normalised"] == pytest.approx(expected, abs=TOLERANCE)


def test_banks_have_their_own_commonality_and_the_rival_they_meet_most(known) -> None:
    matrix = np.array(VALUES["market_commonality"]["values"])
    np.testing.assert_allclose(
        known.brands["self_commonality"], np.diag(matrix), atol=TOLERANCE, rtol=0
    )
    assert known.brands["rival"].tolist() == ["B", "A", "B"]


tables = st.tuples(st.integers(2, 6), st.integers(1, 6)).flatmap(
    lambda shape: arrays(np.int64, shape, elements=st.integers(0, 9))
)


@given(tables)
def test_identities(amounts: np.ndarray) -> None:
    if ((amounts.sum(axis=1)) > 0).sum() < 2:
        return
    result = measured(amounts)
    total = dict(zip(result.brands["brand"], result.brands["amount"], strict=True))
    pairs = result.pairs.set_index(["brand_a", "brand_b"])
    for (a, b), row in pairs.iterrows():
        back = pairs.loc[(b, a)]
        # M_ab x_a = M_ba x_b: what a meets of b is what b meets of a.
        assert row["commonality"] * total[a] == pytest.approx(back["commonality"] * total[b])
        for column in ("jaffe", "closeness", "closeness_normalised"):
            assert row[column] == pytest.approx(back[column])
        assert 0 < row["jaffe"] <= 1 + 1e-12
        assert 0 < row["closeness_normalised"] <= 1 + 1e-12
    # All of a bank's commonalities, its own included, add up to one.
    all_met = result.pairs.groupby("brand_a")["commonality"].sum()
    whole = result.brands.set_index("brand")["self_commonality"].add(all_met, fill_value=0)
    np.testing.assert_allclose(whole, 1.0, atol=1e-12)


@given(tables, st.integers(1, 50))
def test_units_and_order_of_rows_change_nothing(amounts: np.ndarray, unit: int) -> None:
    if ((amounts.sum(axis=1)) > 0).sum() < 2:
        return
    rows = long_form(amounts)
    turned = rows.iloc[::-1].assign(deposits=lambda frame: frame["deposits"] * unit)
    one = market_overlap(rows, brand="bank", market="city", amount="deposits")
    two = market_overlap(turned, brand="bank", market="city", amount="deposits")
    pd.testing.assert_frame_equal(one.pairs, two.pairs, rtol=1e-12)


def test_without_amounts_branches_are_counted() -> None:
    rows = pd.DataFrame({"bank": list("AAABB"), "city": ["x", "x", "y", "x", "y"]})
    counted = market_overlap(rows, brand="bank", market="city")
    amounts = np.array([[2, 1], [1, 1]])
    pd.testing.assert_frame_equal(
        counted.pairs.drop(columns=["brand_a", "brand_b"]),
        measured(amounts).pairs.drop(columns=["brand_a", "brand_b"]),
    )


def test_banks_that_meet_nowhere_make_no_pair() -> None:
    result = measured(np.array([[1, 0], [0, 1], [1, 1]]))
    assert ("bank 0", "bank 1") not in set(
        zip(result.pairs["brand_a"], result.pairs["brand_b"], strict=True)
    )
    assert result.glance().loc[0, "n_meeting"] == 2


def test_a_bank_without_any_amount_is_left_out_and_named() -> None:
    result = measured(np.array([[1, 2], [0, 0], [3, 1]]))
    assert result.brands["brand"].tolist() == ["bank 0", "bank 2"]
    assert str(result.notes[0]) == "Left out for want of any amount: 1 bank (bank 1)."


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"deposits": -1.0}, r"amounts >= 0; found -1.0 in row 0, and 1 such rows"),
        ({"deposits": np.nan}, r"amounts >= 0; found nan in row 0"),
        ({"bank": None}, r"`bank` must name a bank or market in every row; found 1 empty"),
        ({"city": None}, r"`city` must name a bank or market in every row; found 1 empty"),
    ],
)
def test_refusals(change: dict, message: str) -> None:
    rows = long_form(np.array([[1, 2], [3, 4]])).astype(object)
    for column, value in change.items():
        rows.loc[0, column] = value
    with pytest.raises(BrandkitError, match=message):
        market_overlap(rows, brand="bank", market="city", amount="deposits")


def test_refusals_of_columns_and_of_one_bank() -> None:
    rows = long_form(np.array([[1, 2], [3, 4]]))
    with pytest.raises(BrandkitError, match=r"not in the table: \['town'\]"):
        market_overlap(rows, brand="bank", market="town", amount="deposits")
    with pytest.raises(BrandkitError, match=r"at least 2 banks with an amount above 0; found 1"):
        market_overlap(rows.iloc[:2], brand="bank", market="city", amount="deposits")


def test_contract() -> None:
    rows = long_form(np.array([[1, 2, 0], [3, 4, 1], [0, 0, 2]]))
    assert_contract(
        lambda: market_overlap(rows, brand="bank", market="city", amount="deposits"), rows
    )
