"""What no result may depend on: the order of rows, names, doubled rows, units of weights, more."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest

import brandkit as bk
from brandkit.core.labels import COLUMNS
from tests.contract import frames_of
from tests.public import BANKS, CALLS, OF_FILES, World, make_world

FRAMES = (
    "rows",
    "people",
    "counts",
    "ratings",
    "apart",
    "liking",
    "errors",
    "places",
    "league",
    "scores",
    "features",
    "prices",
)
NAMED = {name: f"Ω {name} 銀行" for name in (*BANKS, "bank P", "bank Q", "bank R")}
#: What changes all the same, column by column, each for the reason beside it.
_PAIRS = ({"brand_a", "brand_b", "label_a", "label_b"}, "pairs are named in the table's order")
_MODEL = ({"std_error_model", "log_likelihood"}, "weights of a likelihood count answers")
_SUMS = ({"count", "weight", "weighted_base"}, "sums of weights")
EXEMPT: dict[tuple[str, str], tuple[set[str], str]] = {
    ("choice_model", "doubled rows of half the weight"): (
        {"*"},
        "a second row of a person and bank is refused",
    ),
    ("choice_model", "unit of the weights"): _MODEL,
    ("ordinal_model", "unit of the weights"): _MODEL,
    ("map_stability", "unit of the weights"): _SUMS,
    ("crosstab", "unit of the weights"): _SUMS,
    ("crosstab", "doubled rows of half the weight"): _SUMS,
    ("survey_weights", "unit of the weights"): _SUMS,
    ("survey_weights", "doubled rows of half the weight"): _SUMS,
    ("distance_map", "order of rows"): _PAIRS,
    ("overlap_test", "order of rows"): _PAIRS,
    ("driver_importance", "doubled rows of half the weight"): (
        {"ci_low", "ci_high", "noise_floor"},
        "what chance explains is taken off by rows",
    ),
    ("path_model", "doubled rows of half the weight"): ({"r2_adjusted"}, "adjusted by rows"),
    ("scale_reliability", "doubled rows of half the weight"): ({"spread"}, "n - 1 of rows"),
    ("ordinal_model", "doubled rows of half the weight"): (
        {
            "std_error",
            "std_error_design",
            "ci_low",
            "ci_high",
            "statistic",
            "p_value",
            "p_proportional",
            "p_adjusted",
        },
        "errors are corrected for small samples by leaving out rows",
    ),
    ("claim_check", "doubled rows of half the weight"): (
        {"q_value", "gap_low", "gap_high", "detectable_gap"},
        "cells of few ticks, which are counted, are not judged",
    ),
}


def each(world: World, change: Callable[[pd.DataFrame], pd.DataFrame], *names: str) -> World:
    """Change frames of a world, all but the catalogue where none is named."""
    changed = {name: change(getattr(world, name)) for name in names or FRAMES}
    return dataclasses.replace(world, **changed)


def shuffled(world: World) -> World:
    return each(world, lambda frame: frame.sample(frac=1, random_state=5))


def turned(world: World) -> World:
    return each(world, lambda frame: frame.iloc[:, ::-1])


def renamed(world: World) -> World:
    def rename(frame: pd.DataFrame) -> pd.DataFrame:
        named = frame.rename(index=NAMED, columns=NAMED).apply(_renamed)
        return named.rename(columns=lambda name: _prefixed(str(name)))

    changed, catalog = each(world, rename), world.catalog
    return dataclasses.replace(
        changed,
        catalog=dataclasses.replace(
            catalog,
            products=catalog.products.apply(_renamed),
            attributes=catalog.attributes.apply(_renamed),
        ),
        banks=tuple(NAMED[one] for one in world.banks),
        sellers=tuple(NAMED[one] for one in world.sellers),
    )


def _renamed(cells: pd.Series) -> pd.Series:
    if isinstance(cells.dtype, pd.CategoricalDtype):
        return cells.cat.rename_categories(NAMED)
    return cells.replace(NAMED)


def _prefixed(name: str) -> str:
    head, _, bank = name.partition("_")
    return f"{head}_{NAMED[bank]}" if bank in NAMED else name


def doubled(world: World) -> World:
    def twice(frame: pd.DataFrame) -> pd.DataFrame:
        return pd.concat([frame, frame], ignore_index=True).assign(w=np.tile(frame["w"] / 2, 2))

    return each(world, twice, "rows", "people")


def rescaled(world: World) -> World:
    return each(world, lambda frame: frame.assign(w=frame["w"] * 7.3), "rows", "people")


def with_more(world: World) -> World:
    return each(
        world,
        lambda frame: frame.assign(zz="text", aa=np.arange(len(frame)) / 3),
        "rows",
        "people",
        "places",
        "league",
        "scores",
    )


PROPERTIES = {
    "order of rows": shuffled,
    "order of columns": turned,
    "names of banks": renamed,
    "doubled rows of half the weight": doubled,
    "unit of the weights": rescaled,
    "columns that are not asked": with_more,
}


def numbers_of(
    result: Any, *, names: Mapping[str, str], counts: bool, left_out: Collection[str] = ()
) -> dict[str, pd.DataFrame]:
    """Every frame of a result, in an order that its labels give."""
    found = {}
    for name, frame in frames_of(result).items():
        flat = frame.reset_index(drop=isinstance(frame.index, pd.RangeIndex))
        flat = flat.rename(columns=str).drop(columns=list(left_out), errors="ignore")
        flat = flat.astype(
            {one: object for one in flat if isinstance(flat[one].dtype, pd.CategoricalDtype)}
        )
        text = [one for one in flat if not pd.api.types.is_numeric_dtype(flat[one])]
        for one in text:
            flat[one] = [_called(cell, names) for cell in flat[one]]
        if not counts:
            flat = flat[[one for one in flat if _is_no_count(one)]]
        ordered = [one for one in flat if one in text]
        keys = flat[ordered].assign(at=[_rounded(row) for row in flat.drop(columns=ordered).values])
        found[name] = (
            flat.iloc[np.lexsort([keys[one] for one in keys][::-1])] if len(flat) else flat
        )
    return found


def _rounded(row: Any) -> str:
    return str(["–" if pd.isna(one) else f"{float(one):.5f}" for one in row])


def _called(cell: Any, names: Mapping[str, str]) -> str:
    said = str(cell)
    for before, after in names.items():
        said = said.replace(after, before)
    return said


def _is_no_count(column: str) -> bool:
    return column not in COLUMNS or COLUMNS[column].kind != "count"


def test_every_public_function_is_tried() -> None:
    assert set(CALLS) | OF_FILES == set(bk.__all__), "write its call in tests/public.py"
    assert {name for name, _ in EXEMPT} <= set(CALLS)
    assert {one for _, one in EXEMPT} <= set(PROPERTIES)


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(3)


def differences(name: str, world: World, *properties: str) -> list[str]:
    """Say where a result of changed data is another."""
    changed, counts = world, "doubled rows of half the weight" not in properties
    left_out: set[str] = set()
    for one in properties:
        changed = PROPERTIES[one](changed)
        left_out |= EXEMPT.get((name, one), (set(), ""))[0]
    if "*" in left_out:
        return []
    told = {"left_out": left_out, "counts": counts}
    expected = numbers_of(CALLS[name](world), names={}, **told)
    is_renamed = "names of banks" in properties
    found = numbers_of(CALLS[name](changed), names=NAMED if is_renamed else {}, **told)
    said = []
    for frame, before in expected.items():
        try:
            pd.testing.assert_frame_equal(
                found[frame][list(before)].reset_index(drop=True),
                before.reset_index(drop=True),
                check_dtype=False,
                rtol=1e-5,
                atol=1e-8,
            )
        except (AssertionError, KeyError) as error:
            said.append(f"{frame}: {error}")
    return said


@pytest.mark.parametrize("name", sorted(set(CALLS) - {"show"}))
def test_a_result_does_not_depend_on_how_the_data_are_laid_out(name: str, world: World) -> None:
    at_once = [one for one in PROPERTIES if one != "doubled rows of half the weight"]
    assert differences(name, world, *at_once) == []


@pytest.mark.exhaustive
@pytest.mark.parametrize("property_", PROPERTIES)
@pytest.mark.parametrize("name", sorted(set(CALLS) - {"show"}))
def test_a_result_has_each_property(name: str, property_: str, world: World) -> None:
    assert differences(name, world, property_) == []
