"""Gower's similarity against R's daisy, by hand, and its refusals."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from brandkit.core.errors import BrandkitError
from brandkit.overlap import gower
from tests.conftest import some

VALUES = Path(__file__).parents[1] / "reference" / "gower" / "values.json"
EXACT = {"rtol": 0, "atol": 1e-10}


@pytest.fixture
def example() -> pd.DataFrame:
    stored = json.loads(VALUES.read_text(encoding="utf-8"))
    frame = pd.DataFrame(stored["example"])
    frame["tier"] = pd.Categorical(frame["tier"], stored["levels"]["tier"], ordered=True)
    return frame


def test_agrees_with_daisy(example: pd.DataFrame) -> None:
    stored = json.loads(VALUES.read_text(encoding="utf-8"))
    np.testing.assert_allclose(gower(example, kinds=stored["kinds"]), stored["similarity"], **EXACT)


@pytest.mark.real
def test_agrees_with_the_oracle(example: pd.DataFrame, oracles: Path) -> None:
    oracle = json.loads((oracles / "overlap.json").read_text(encoding="utf-8"))["gower"]
    found = gower(example, kinds={"app": "symmetric"})
    np.testing.assert_allclose(found, oracle["similarity"]["values"], **EXACT)


def test_by_hand_with_weights_ranges_and_missing() -> None:
    frame = pd.DataFrame({"fee": [0.0, 5.0, np.nan], "open": [True, False, True]})
    found = gower(frame, weights={"fee": 3}, ranges={"fee": 10})
    # fee: 1 - 5/10 with weight 3; open: differs, weight 1
    expected = [[1, 1.5 / 4, 1], [1.5 / 4, 1, 0], [1, 0, 1]]
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_beyond_a_declared_range_likeness_is_cut_off() -> None:
    frame = pd.DataFrame({"fee": [0.0, 30.0], "rate": [1.0, 1.0]})
    assert gower(frame, ranges={"fee": 10}).iloc[0, 1] == pytest.approx(0.5, abs=1e-12)


def test_nothing_in_common_is_missing_not_nought() -> None:
    found = gower(pd.DataFrame({"a": [1.0, np.nan], "b": [np.nan, 2.0]}))
    assert np.isnan(found.iloc[0, 1])
    assert found.iloc[0, 0] == 1


@given(
    arrays(float, (7, 3), elements=st.floats(-1e3, 1e3).map(lambda x: round(x, 3))),
    st.permutations(range(7)),
)
@settings(max_examples=some(30), deadline=None)
def test_symmetric_bounded_and_free_of_order(values: np.ndarray, order: list[int]) -> None:
    frame = pd.DataFrame(values, columns=list("abc"))
    found = gower(frame).to_numpy()
    assert np.array_equal(found, found.T)
    assert np.all(np.diag(found) == 1)
    assert found.min() >= 0
    assert found.max() <= 1
    moved = gower(frame.iloc[order]).to_numpy()
    np.testing.assert_allclose(moved, found[np.ix_(order, order)], atol=1e-12)


def test_shared_out_bands_give_what_one_band_gives(rng: np.random.Generator) -> None:
    values = rng.normal(size=(1040, 4))
    found = gower(pd.DataFrame(values, columns=list("abcd"))).to_numpy()
    some = rng.integers(0, 1040, size=(200, 2))
    apart = np.abs(values[some[:, 0]] - values[some[:, 1]]) / np.ptp(values, axis=0)
    np.testing.assert_allclose(found[some[:, 0], some[:, 1]], 1 - apart.mean(axis=1), atol=1e-12)


REFUSED = [
    (lambda f: gower(f.iloc[:0]), "at least one row and one column; found 0 x 3"),
    (lambda f: gower(f, kinds={"fees": "numeric"}), "not in the table.*Did you mean 'fee'"),
    (lambda f: gower(f, kinds={"fee": "number"}), "must be one of 'numeric'"),
    (lambda f: gower(f, kinds={"kind": "symmetric"}), "two values; found .*Call it nominal"),
    (lambda f: gower(f, kinds={"kind": "ordinal"}), "ordered Categorical"),
    (lambda f: gower(f, kinds={"kind": "numeric"}), "needs numbers.*Call it nominal"),
    (lambda f: gower(f, ranges={"fee": 0}), "`ranges` must be > 0"),
    (lambda f: gower(f, weights={"fee": -1}), "`weights` must be >= 0"),
    (lambda f: gower(f, weights=dict.fromkeys(f, 0)), "at least one column a weight above 0"),
    (lambda f: gower(f.assign(fee=np.inf)), "column 'fee' holds infinity"),
]


@pytest.mark.parametrize(("call", "said"), REFUSED)
def test_refusals(call: Callable[[pd.DataFrame], object], said: str) -> None:
    frame = pd.DataFrame({"fee": [1.0, 2, 3], "kind": ["x", "y", "z"], "open": [1, 0, 1]})
    with pytest.raises(BrandkitError, match=said):
        call(frame)


def test_only_frames() -> None:
    with pytest.raises(TypeError, match="polars or pyarrow; found list"):
        gower([[1, 2]])  # type: ignore[arg-type]
