"""value_curve: R's values, candidates that are planted, refusals, contract."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import brandkit as bk
from brandkit.core.errors import InputError, NotEnoughDataError, ScaleError
from brandkit.sources import read_study
from brandkit.strategy import value_curve
from tests.conftest import some
from tests.contract import assert_contract
from tests.strategy.test_distinctiveness import australian_profiles

REFERENCE = Path(__file__).parent.parent / "reference" / "value_curve" / "values.json"
MADE: dict[str, Any] = json.loads(REFERENCE.read_text(encoding="utf-8"))
KEYS = {
    "focus": "our_share",
    "rivals_mean": "rivals_mean",
    "rivals_q25": "rivals_q25",
    "rivals_q75": "rivals_q75",
    "banks_with_any": "n_rivals_have",
    "rank_from_top": "rank",
    "difference": "difference",
}
JOIN = {
    "app": {"features": ["app"], "image": "easy", "driver": "digital"},
    "branch": {"features": ["branch"], "image": "near", "driver": "counter"},
}


def check(found: Any, given: dict[str, Any]) -> None:
    rows = found.canvas.set_index("attribute").loc[given["feature"]]
    for key, column in KEYS.items():
        np.testing.assert_allclose(rows[column].astype(float), given[key], rtol=1e-9, atol=1e-12)
    assert rows["n_rivals"].unique().tolist() == [given["banks"]]
    assert found.divergence == pytest.approx(given["divergence"], rel=1e-9)


def made() -> pd.DataFrame:
    table = MADE["table"]
    return pd.DataFrame(table["values"], table["rows"], table["columns"], dtype=float)


def test_the_made_curve_is_r_s() -> None:
    check(value_curve(made(), brand=MADE["focus"]), MADE["values"])


@pytest.mark.slow
@pytest.mark.real
def test_the_curve_of_westpac_is_r_s(real: Path, oracles: Path) -> None:
    given = json.loads((oracles / "market" / "value_curve.json").read_text(encoding="utf-8"))
    check(value_curve(australian_profiles(real)[0], brand=given["focus"]), given["values"])


def image(gap: float, *, error: float = 0.01) -> Any:
    """Four banks seen alike in two words, but that A is `gap` apart in the first."""
    rng = np.random.default_rng(1)
    shares = np.full((4, 2), 0.4) + np.array([[gap, 0.0], *[[0.0, 0.0]] * 3])
    draws = shares + rng.normal(0, error, (400, 4, 2))
    return SimpleNamespace(
        brands=list("ABCD"),
        shares=pd.DataFrame(shares, list("ABCD"), ["easy", "near"]),
        draw_tables=100 * draws,
        draw_bases=np.full((400, 4), 100.0),
        from_respondents=True,
    )


def drivers(*above: str) -> Any:
    names = ["digital", "counter"]
    return SimpleNamespace(
        drivers=pd.DataFrame(
            {
                "driver": names,
                "importance": [0.2, 0.01],
                "above_noise": [n in above for n in names],
            }
        )
    )


def joined(offers: list[list[float]], gap: float, *above: str, error: float = 0.01) -> Any:
    table = pd.DataFrame(offers, list("ABCD"), ["app", "branch"])
    return value_curve(
        table, brand="A", attributes=JOIN, image=image(gap, error=error), drivers=drivers(*above)
    )


ALIKE = [[0.5, 0.5]] * 4


def test_a_lag_in_what_matters_is_to_raise_and_only_all_legs_make_it() -> None:
    found = joined(ALIKE, -0.15, "digital", "counter")
    assert found.candidates.to_numpy().tolist() == [["app", "raise", "clear"]]
    story = found.story(focus="A")
    assert str(story.headline) == "Customers see A behind on “app”, which matters to them"
    assert "not an order" in found.findings()[0]
    assert story.actions[0].verb == "check"
    assert joined(ALIKE, -0.15, "counter").candidates.empty
    assert joined(ALIKE, -0.15, "digital", "counter", error=0.2).candidates.empty


def test_what_matters_to_nobody_is_open_to_be_reduced_or_dropped() -> None:
    more = [[0.9, 0.5], *[[0.4, 0.5]] * 3]
    found = joined(more, 0.0, "counter", error=0.005)
    told = found.candidates.set_index("candidate")["settled"]
    assert told.to_dict() == {"reduce": "open", "eliminate": "open"}
    assert "is open: its effect is not above noise" in " ".join(found.findings())


def test_what_hardly_anybody_lists_may_be_added() -> None:
    found = value_curve(made(), brand="A")
    assert found.candidates.to_numpy().tolist() == [["rare", "create", "open"]]


@given(seed=st.integers(0, 999))
@settings(max_examples=some(15))
def test_a_clone_of_the_mean_has_no_candidate_and_rivals_order_does_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rivals = pd.DataFrame(rng.uniform(0.1, 0.9, (5, 3)), list("BCDEF"), ["app", "branch", "card"])
    table = pd.concat([rivals.mean().to_frame("A").T, rivals])
    found = value_curve(table, brand="A")
    assert found.candidates.empty
    assert found.divergence == pytest.approx(0, abs=1e-12)
    other = value_curve(table.sample(frac=1, random_state=seed), brand="A")
    pd.testing.assert_frame_equal(other.canvas, found.canvas)


def test_the_sample_recovers_that_its_local_bank_lags_in_its_app() -> None:
    """Harbour Bank stands at the local end of the map, “easy app” at the digital one."""
    found = bk.answers("sample").value_curve
    rows = found.canvas.set_index("attribute")
    assert rows.loc["easy app", "perceived"] < 0
    assert ["easy app", "raise", "clear"] in found.candidates.to_numpy().tolist()


def test_refusals() -> None:
    with pytest.raises(InputError, match="`brand` must be a bank of the offers"):
        value_curve(made(), brand="Z")
    with pytest.raises(ScaleError, match="shares from 0 to 1"):
        value_curve(made() * 2, brand="A")
    with pytest.raises(InputError, match="`attributes` must name features of the catalogue"):
        value_curve(made(), brand="A", attributes={"x": {"features": ["halff"]}})
    with pytest.raises(InputError, match="`attributes` must join features"):
        value_curve(made(), brand="A", attributes={"x": {"image": "easy"}})
    with pytest.raises(InputError, match="`category` must have features"):
        value_curve(read_study("sample").catalog, brand="Harbour Bank", category="Yachts")
    with pytest.raises(NotEnoughDataError, match="must hold a rival"):
        value_curve(made().head(1), brand="A")


def test_the_contract() -> None:
    table = made()
    assert_contract(lambda: value_curve(table, brand="A"), table)
    ax = value_curve(table, brand="A").plot()
    assert len(ax.get_yticklabels()) == 4
