"""Moments by cell and random group, against plain numpy and pandas."""

from __future__ import annotations

import itertools
from functools import reduce
from operator import add

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brandkit.core.errors import InputError, MissingColumnsError, ScaleError
from brandkit.sampling.draws import group_draws, plan_groups
from brandkit.sampling.moments import Moments, moments
from tests.conftest import some

ITEMS = ["x", "y", "z"]


def survey(seed: int = 0, *, persons: int = 90, gaps: float = 0.0) -> pd.DataFrame:
    """Persons with one to three rows each, alike within a person."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(persons), rng.integers(1, 4, persons))
    values = rng.normal(size=(persons, 3))[person] + rng.normal(size=(len(person), 3)) + 5
    values[rng.random(values.shape) < gaps] = np.nan
    data = pd.DataFrame(values, columns=ITEMS)
    data["person"], data["w"] = person, rng.uniform(0.5, 2, persons)[person]
    data["bank"] = rng.choice(["b", "a", "c"], len(data))
    data["wave"] = rng.choice([2026, 2025], len(data))
    return data


def reduced(data: pd.DataFrame, **options: object) -> Moments:
    plan = plan_groups(np.arange(90), most=40)
    groups = plan.groups(data["person"].to_numpy())
    settings_ = {"columns": ITEMS, "weight": "w", "cells": ["bank"], **options}
    return moments(data, groups=groups, n_groups=plan.n_groups, **settings_)


# Known values


def test_means_covariances_and_correlations_are_numpys():
    data = survey()
    sums = reduced(data, cells=["bank", "wave"]).sums()
    assert sums.cells == tuple((bank, wave) for bank in "abc" for wave in (2025, 2026))
    for at, (bank, wave) in enumerate(sums.cells):
        rows = data[(data["bank"] == bank) & (data["wave"] == wave)]
        x, w = rows[ITEMS].to_numpy(), rows["w"].to_numpy()
        expected = np.cov(x.T, aweights=w, ddof=0)
        np.testing.assert_allclose(sums.weight[at], w.sum(), rtol=1e-12)
        np.testing.assert_allclose(sums.means()[at], np.average(x, axis=0, weights=w), rtol=1e-12)
        np.testing.assert_allclose(sums.covariance()[at], expected, rtol=1e-10)
        spread = np.sqrt(np.diag(expected))
        np.testing.assert_allclose(
            sums.correlation()[at], expected / np.outer(spread, spread), rtol=1e-10
        )


def test_draws_are_weighted_samples():
    data = survey()
    plan = plan_groups(np.arange(90), most=40)
    groups = plan.groups(data["person"].to_numpy())
    weights = group_draws(plan, draws=7)
    drawn = reduced(data).sums(weights)
    assert drawn.products.shape == (7, 3, 3, 3)
    for draw in range(7):
        for at, (bank,) in enumerate(drawn.cells):
            rows = (data["bank"] == bank).to_numpy()
            w = data["w"].to_numpy()[rows] * weights[draw][groups[rows]]
            x = data.loc[rows, ITEMS].to_numpy()
            np.testing.assert_allclose(drawn.weight[draw, at], w.sum(), rtol=1e-12)
            np.testing.assert_allclose(
                drawn.covariance()[draw, at], np.cov(x.T, aweights=w, ddof=0), rtol=1e-9
            )


def test_pairwise_is_that_of_pandas():
    data = survey(gaps=0.2)
    pairwise = reduced(data, weight=None, cells=(), missing="pairwise").sums()
    np.testing.assert_allclose(pairwise.means()[0], data[ITEMS].mean(), rtol=1e-12)
    np.testing.assert_allclose(pairwise.correlation()[0], data[ITEMS].corr(), rtol=1e-10)
    there = data[["x", "y"]].dropna()
    np.testing.assert_allclose(pairwise.weight[0, 0, 1], len(there))
    np.testing.assert_allclose(
        pairwise.covariance()[0, 0, 1], np.cov(there.T, ddof=0)[0, 1], rtol=1e-10
    )


def test_drop_leaves_incomplete_rows_out():
    data = survey(gaps=0.2)
    complete = data.dropna()
    dropped = reduced(data, missing="drop")
    assert dropped.n_dropped == len(data) - len(complete) > 0
    assert dropped.n.sum() == len(complete)
    np.testing.assert_allclose(dropped.totals, reduced(complete).totals, rtol=1e-12)


def test_without_gaps_pairwise_is_the_plain_way():
    data = survey()
    plain, pairwise = reduced(data).sums(), reduced(data, missing="pairwise").sums()
    for ours, theirs in (
        (plain, pairwise),
        (plain.pooled(), pairwise.pooled()),
        (plain.within(), pairwise.within()),
    ):
        np.testing.assert_allclose(ours.means(), theirs.means(), rtol=1e-12)
        np.testing.assert_allclose(ours.covariance(), theirs.covariance(), atol=1e-12)
        np.testing.assert_allclose(ours.correlation(), theirs.correlation(), rtol=1e-10)


def test_within_is_the_correlation_of_centred_rows():
    data = survey()
    means = data.groupby("bank")[ITEMS].transform("mean")
    expected = (data[ITEMS] - means).corr().to_numpy()
    sums = reduced(data, weight=None).sums()
    np.testing.assert_allclose(sums.within().correlation()[0], expected, rtol=1e-10)
    gappy = survey(gaps=0.2)
    pairwise = reduced(gappy, weight=None, missing="pairwise").sums().within()
    for a, b in ((0, 1), (0, 2), (1, 2)):
        pair = gappy[[ITEMS[a], ITEMS[b], "bank"]].dropna()
        centred = pair[[ITEMS[a], ITEMS[b]]] - pair.groupby("bank")[[ITEMS[a], ITEMS[b]]].transform(
            "mean"
        )
        np.testing.assert_allclose(
            pairwise.correlation()[0, a, b], centred.corr().iloc[0, 1], rtol=1e-10
        )


def test_pooled_before_and_after_are_the_same():
    data = survey()
    weights = group_draws(plan_groups(np.arange(90), most=40), draws=3)
    whole = reduced(data)
    one, two = whole.pooled().sums(weights), whole.sums(weights).pooled()
    np.testing.assert_allclose(one.covariance(), two.covariance(), rtol=1e-12)
    np.testing.assert_allclose(one.covariance(), reduced(data, cells=()).sums(weights).covariance())


def test_rows_of_a_person_are_one_cluster(rng):
    # every person three times: the draws vary as for the persons, not for thrice as many
    persons = pd.DataFrame(rng.normal(size=(600, 1)), columns=["x"])
    thrice = pd.concat([persons] * 3, ignore_index=True)
    ids = np.tile(np.arange(600), 3)
    plan = plan_groups(ids)
    weights = group_draws(plan, draws=1500)
    spread = {}
    for name, data, who in (("once", persons, np.arange(600)), ("thrice", thrice, ids)):
        one = moments(data, columns=["x"], groups=plan.groups(who), n_groups=plan.n_groups)
        spread[name] = one.sums(weights).means().std()
    assert spread["thrice"] == pytest.approx(spread["once"], rel=1e-9)
    assert spread["once"] == pytest.approx(persons["x"].std() / np.sqrt(600), rel=0.08)


# Invariants


@settings(max_examples=some(30), deadline=None)
@given(
    cuts=st.lists(st.integers(0, 170), max_size=5),
    order=st.permutations(range(3)),
    missing=st.sampled_from(["drop", "pairwise"]),
    seed=st.integers(0, 20),
)
def test_chunks_and_their_order_change_nothing(cuts, order, missing, seed):
    data = survey(seed, gaps=0.1)
    bounds = [0, *sorted(cuts), len(data)]
    chunks = [data.iloc[a:b] for a, b in itertools.pairwise(bounds)]
    parts = [reduced(chunk, missing=missing) for chunk in chunks if len(chunk)]
    parts = sorted(parts, key=lambda part: order[int(part.n.sum()) % 3])
    whole, in_one = reduced(data, missing=missing), None
    for chunk in chunks:
        in_one = reduced(chunk, missing=missing, into=in_one) if len(chunk) else in_one
    for added in (reduce(add, parts), Moments.combine(iter(parts)), in_one):
        assert added.cells == whole.cells
        assert added.n.tolist() == whole.n.tolist()
        assert added.n_dropped == whole.n_dropped
        np.testing.assert_allclose(added.totals, whole.totals, rtol=1e-12, atol=1e-12)


@settings(max_examples=some(20), deadline=None)
@given(seed=st.integers(0, 50))
def test_addition_is_associative_and_commutative(seed):
    a, b, c = (reduced(survey(seed + at, gaps=0.1), missing="pairwise") for at in range(3))
    np.testing.assert_allclose(((a + b) + c).totals, (a + (b + c)).totals, rtol=1e-12)
    np.testing.assert_allclose((a + b).totals, (b + a).totals, rtol=1e-12)


@settings(max_examples=some(20), deadline=None)
@given(order=st.randoms(use_true_random=False), scale=st.floats(0.1, 10))
def test_row_order_and_the_scale_of_weights_change_nothing(order, scale):
    data = survey()
    rows = list(range(len(data)))
    order.shuffle(rows)
    moved = data.iloc[rows].assign(w=lambda frame: frame["w"] * scale)
    weights = group_draws(plan_groups(np.arange(90), most=40), draws=4)
    one, two = reduced(data).sums(weights), reduced(moved).sums(weights)
    np.testing.assert_allclose(one.correlation(), two.correlation(), rtol=1e-9)


def test_rows_are_multiplied_out_in_blocks(monkeypatch):
    data, one = survey(gaps=0.1), {"groups": None, "n_groups": 1}
    for options in ({"products": False}, {}, {"missing": "pairwise"}):
        options = {"columns": ITEMS, "weight": "w", "missing": "drop", **one, **options}
        whole = moments(data, **options)
        for block in (1, 7, 70):
            monkeypatch.setattr("brandkit.sampling.moments._BLOCK", block)
            np.testing.assert_allclose(moments(data, **options).totals, whole.totals, rtol=1e-12)
        monkeypatch.undo()


def test_whole_numbers_of_few_bytes_are_numbers_like_others():
    data = pd.DataFrame({"x": [100, 120, 90], "y": [1, -3, 2]})
    small = moments(data.astype("int8"), columns=["x", "y"])
    assert small.totals.tolist() == moments(data.astype(float), columns=["x", "y"]).totals.tolist()


def test_nothing_is_said_of_what_does_not_vary():
    data = survey().assign(y=4.2)
    sums = reduced(data).sums()
    correlation = sums.correlation()
    assert np.isnan(correlation[:, 1, :]).all()
    assert not np.isnan(correlation[:, 0, 2]).any()
    weights = np.zeros((1, 40))
    assert np.isnan(reduced(data).sums(weights).means()).all()


def test_cells_of_any_kind_have_an_order():
    data = pd.DataFrame({"x": [1.0, 2.0, 3.0], "cell": pd.Series(["b", 10, 9], dtype=object)})
    assert moments(data, columns=["x"], cells=["cell"]).cells == ((9,), (10,), ("b",))
    tiers = data.assign(cell=pd.Categorical(["hi", "lo", "hi"], categories=["lo", "mid", "hi"]))
    assert moments(tiers, columns=["x"], cells=["cell"]).cells == (("hi",), ("lo",))


def test_the_callers_frame_is_left_alone():
    data = survey()
    before = data.copy()
    reduced(data)
    pd.testing.assert_frame_equal(data, before)


# Refusals


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"columns": []}, InputError, "`columns` must name at least one"),
        ({"columns": ["x", "x"]}, InputError, "each column once"),
        ({"columns": ["X"]}, MissingColumnsError, "Did you mean|not in the table"),
        ({"cells": ["bnak"]}, MissingColumnsError, "Did you mean 'bank'"),
        ({"weight": "minus"}, ScaleError, "`weight` must be >= 0; found -1"),
        ({"missing": "mean"}, InputError, "`missing` must be one of 'raise', 'drop', 'pairwise'"),
        ({"columns": ["x", "gap"]}, InputError, r"no missing values; found \['gap \(1\)'\]"),
        ({"cells": ["place"]}, InputError, "`cells` must be known.*1 rows without 'place'"),
        ({"groups": [0, 1]}, InputError, "`groups` must hold a whole number from 0 to 1"),
        ({"groups": [0, 1, 2]}, InputError, "Take groups and n_groups from one plan"),
        ({"groups": None}, InputError, "`groups` must be given for 2 groups"),
    ],
)
def test_refusals(change, error, message):
    data = pd.DataFrame(
        {
            "x": [1.0, 2.0, 3.0],
            "gap": [1.0, np.nan, 3.0],
            "minus": [1.0, -1.0, 1.0],
            "bank": ["a", "b", "a"],
            "place": ["n", None, "s"],
        }
    )
    options = {"columns": ["x"], "groups": [0, 1, 1], "n_groups": 2, **change}
    with pytest.raises(error, match=message):
        moments(data, **options)


def test_refusals_after_the_pass():
    one, other = reduced(survey()), reduced(survey(), missing="drop")
    with pytest.raises(InputError, match="same missing to be added"):
        one + other
    with pytest.raises(InputError, match=r"one column for each of 40 groups; found shape \(3, 5\)"):
        one.sums(np.ones((3, 5)))
    with pytest.raises(InputError, match="products=True"):
        reduced(survey(), products=False).sums().covariance()
    with pytest.raises(TypeError):
        one + 1
