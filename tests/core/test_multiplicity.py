"""Holm's adjustment against statsmodels."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from statsmodels.stats.multitest import multipletests

from brandkit.core.intervals import holm


def test_the_numbers_are_those_of_statsmodels(rng: np.random.Generator) -> None:
    for size in (1, 2, 45):
        p = rng.random(size) ** 3
        np.testing.assert_allclose(holm(p), multipletests(p, method="holm")[1], rtol=1e-12)


@given(arrays(np.float64, st.integers(1, 12), elements=st.floats(0, 1)))
def test_adjusted_values_keep_the_order_and_are_no_smaller(p: np.ndarray) -> None:
    adjusted = holm(p)
    assert (adjusted >= p).all()
    assert (adjusted <= 1).all()
    order = np.argsort(p, kind="stable")
    assert (np.diff(adjusted[order]) >= 0).all()
