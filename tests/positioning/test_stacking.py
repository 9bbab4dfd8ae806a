"""stacked_tables: the waves under one another, one map, brand and wave kept apart."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from brandkit.core.errors import InputError, NotEnoughDataError
from brandkit.positioning.maps.correspondence import correspondence_map, stacked_tables
from tests.contract import assert_contract


@pytest.fixture
def waves(rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    names = {"index": ["Harbour", "Civic", "Kestrel"], "columns": ["fair", "modern", "near"]}
    first = pd.DataFrame(rng.integers(20, 90, (3, 3)), **names)
    second = first.copy()
    second.loc["Kestrel"] = [10, 90, 20]
    return {"2025": first, "2026": second.loc[["Civic", "Kestrel"], ["near", "fair", "modern"]]}


def test_rows_are_brands_in_waves_by_the_attributes_of_the_first(waves) -> None:
    stack = stacked_tables(waves)
    counts = stack.counts
    assert counts.index.tolist() == [
        "Harbour · 2025", "Civic · 2025", "Kestrel · 2025", "Civic · 2026", "Kestrel · 2026",
    ]  # fmt: skip
    assert counts.columns.tolist() == ["fair", "modern", "near"]
    assert counts.loc["Kestrel · 2026"].tolist() == [10, 90, 20]
    assert counts.loc["Civic · 2026"].tolist() == waves["2025"].loc["Civic"].tolist()
    facts = stack.glance().iloc[0]
    assert (facts["n_waves"], facts["n_brands"], facts["n_rows"]) == (2, 3, 5)


def test_a_brand_that_did_not_change_stands_where_it_stood(waves) -> None:
    stack = stacked_tables(waves)
    places = stack.places(correspondence_map(stack.counts))
    at = places.set_index(["brand", "wave", "axis"])["coordinate"].unstack()
    np.testing.assert_allclose(at.loc["Civic", "2026"], at.loc["Civic", "2025"], atol=1e-12)
    assert np.hypot(*(at.loc["Kestrel", "2026"] - at.loc["Kestrel", "2025"])) > 0.1
    assert places.columns[:3].tolist() == ["brand", "wave", "label"]
    assert len(places) == 2 * len(stack.counts)


def test_the_map_is_that_of_the_table_written_by_hand(waves) -> None:
    by_hand = pd.concat(
        [table.rename(index=lambda brand, wave=wave: f"{brand} · {wave}")
         for wave, table in waves.items()]
    )  # fmt: skip
    one = correspondence_map(by_hand).rows
    two = correspondence_map(stacked_tables(waves).counts).rows
    pd.testing.assert_frame_equal(one, two)


def test_rows_of_other_tables_are_left_out_of_the_places(waves) -> None:
    stack = stacked_tables(waves)
    more = pd.concat([stack.counts, pd.DataFrame([[5, 5, 9]], ["other"], stack.counts.columns)])
    places = stack.places(correspondence_map(more))
    assert "other" not in set(places["label"])


def test_a_wave_that_leads_the_axes_is_named(waves) -> None:
    assert not stacked_tables({"a": waves["2025"], "b": waves["2025"]}).notes
    (note,) = stacked_tables({"a": waves["2025"], "b": waves["2025"] * 3}).notes
    assert str(note).startswith("Wave b holds 75% of all mentions")


def test_contract(waves) -> None:
    assert_contract(lambda: stacked_tables(waves), *waves.values())


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda w: [w["2025"]], TypeError, "a mapping of waves to DataFrames; found list"),
        (lambda w: {"2025": w["2025"]}, NotEnoughDataError, "at least 2 waves; found 1"),
        (lambda w: w | {"2026": w["2026"].drop(columns="fair")}, InputError,
         r"wave '2026' lacks \['fair'\]"),
        (lambda w: w | {"2026": w["2026"].assign(new=1)}, InputError,
         r"wave '2026' has \['new'\] beside the others"),
        (lambda w: w | {"2026": w["2026"].astype(object).replace(10, "ten")}, InputError,
         r"tables\['2026'\]` must hold numbers only; found 'ten' in row 'Kestrel'"),
        (lambda w: w | {"2026": w["2026"].iloc[[0, 0]]}, InputError, "each brand once"),
        (lambda w: {"b · c": w["2025"], "c": w["2025"].rename(index=lambda n: n + " · b")},
         InputError, "each brand and wave once"),
    ],
)  # fmt: skip
def test_refusals(waves, change, error, message) -> None:
    with pytest.raises(error, match=message):
        stacked_tables(change(waves))
