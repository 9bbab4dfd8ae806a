"""Banks 1, 2, 3 are the same three banks in every method, whatever a file made of their codes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

import brandkit as bk
from brandkit.core.errors import NotEnoughDataError
from brandkit.core.result import Result


def answers(kind: str) -> pd.DataFrame:
    """Give 600 answers of 200 persons about three banks, whose codes are of a type."""
    rng, n = np.random.default_rng(0), 600
    rows = pd.DataFrame({"id": np.arange(n) // 3, "bank": np.tile([1, 2, 3], n // 3)})
    rows["bank"] = rows["bank"].astype(kind)
    rows["sat"] = rng.integers(2, 9, n) + np.tile([0, 0, 1], n // 3)
    rows["fees"] = rows["sat"] + rng.normal(size=n)
    for name in "abc":
        rows[name] = (rng.random(n) < 0.4 + 0.1 * np.tile([0, 1, 2], n // 3)).astype(int)
    return rows


Made = Callable[[pd.DataFrame], Result]
METHODS: dict[str, tuple[Made, str, str]] = {
    "alikeness": (lambda d: bk.perceived_alikeness(
        d, brand="bank", items=["sat"], respondent="id", smallest_difference=0.5, draws=100
    ), "brands", "brand"),
    "scores": (lambda d: bk.satisfaction_scores(
        d, items="sat", by={"brand": "bank"}, respondent="id"
    ), "scores", "brand"),
    "stability": (lambda d: bk.map_stability(
        d, brand="bank", attributes=["a", "b", "c"], respondent="id", draws=50
    ), "points", "label"),
    "drivers": (lambda d: bk.driver_importance(
        d, outcome="sat", drivers=["fees"], by="bank", within="none", respondent="id", draws=50
    ), "groups", "segment"),
}  # fmt: skip


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", ["int64", "float64", "str"])
def test_every_method_names_them_alike(method: str, kind: str) -> None:
    make, frame, column = METHODS[method]
    assert set(getattr(make(answers(kind)), frame)[column]) >= {"1", "2", "3"}


@pytest.mark.parametrize("method", ["scores", "drivers"])
@pytest.mark.parametrize("focus", ["1", "1.0", 1.0, 1, np.int64(1)], ids=repr)
def test_the_focus_may_be_written_as_any(method: str, focus: object) -> None:
    result = METHODS[method][0](answers("float64"))
    assert result.plot(focus=focus)
    plain = [str(one.headline) for one in result.story(focus="1").findings]
    assert [str(one.headline) for one in result.story(focus=focus).findings] == plain


def test_ticks_too_few_for_a_map_are_refused_in_words() -> None:
    ticks = pd.DataFrame({
        "p": [1, 0, 0, 1, 0, 0, 1], "q": [0, 0, 1, 1, 0, 0, 0], "r": [1, 0, 0, 0, 0, 1, 0],
        "bank": list("AABBCCA"), "id": range(7),
    })  # fmt: skip
    ask = {"brand": "bank", "attributes": ["p", "q", "r"], "respondent": "id", "draws": 1000}
    assert len(bk.map_stability(ticks, **ask).brands) == 3
    for wanting in (ticks.assign(p=0), ticks.assign(p=0, q=0), ticks.iloc[:3]):
        with pytest.raises(NotEnoughDataError, match=r"Keep fewer axes|Check the columns"):
            bk.map_stability(wanting, **ask)
