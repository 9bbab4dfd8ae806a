"""Random groups of persons and draws over them."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brandkit.core.errors import InputError, NotEnoughDataError
from brandkit.sampling.draws import group_draws, person_keys, plan_groups, row_keys
from tests.conftest import some

IDS = st.lists(st.integers(0, 10**6), min_size=1, max_size=60)


# Known values


def test_hashes_are_the_same_on_every_machine_and_in_every_process():
    # a change of these numbers changes every interval: say so under "Changed numbers"
    expected = [15049453508330490149, 10074623910901419963, 10599565072024438213]
    assert person_keys(["a", 7, "銀行"]).tolist() == expected
    code = (
        "from brandkit.sampling.draws import person_keys;"
        "print(person_keys(['a', 7, '\\u9280\\u884c']).tolist())"
    )
    again = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert again.stdout.strip() == str(expected)


def test_few_persons_are_groups_of_their_own():
    ids = np.repeat(np.arange(500), 3)
    plan = plan_groups(ids)
    groups = plan.groups(ids)
    assert plan.n_groups == plan.n_persons == 500
    assert pd.DataFrame({"id": ids, "group": groups}).drop_duplicates().shape == (500, 2)
    assert set(groups) == set(range(500))


def test_many_persons_share_groups_of_equal_size():
    ids = np.arange(7301)
    plan = plan_groups(ids)
    sizes = np.bincount(plan.groups(ids))
    assert plan.n_groups == len(sizes) == 2000
    assert set(sizes) == {3, 4}


def test_strata_get_their_own_groups():
    ids = np.arange(9000)
    strata = np.select([ids < 6000, ids < 8999], ["big", "middle"], "lonely")
    plan = plan_groups(ids, strata=strata)
    groups = plan.groups(ids, strata=strata)
    homes = pd.Series(strata).groupby(groups).nunique()
    assert (homes == 1).all()
    per_stratum = {name: int(plan.sizes[at]) for name, at in plan.strata.items()}
    assert per_stratum == {"big": 1333, "middle": 666, "lonely": 1}
    weights = group_draws(plan, draws=50)
    lonely = groups[-1]
    assert (weights[:, lonely] == 1).all()
    for name in ("big", "middle"):
        of_stratum = np.unique(groups[strata == name])
        assert (weights[:, of_stratum].sum(axis=1) == len(of_stratum)).all()


def test_draws_are_the_bootstraps(rng):
    # mean and variance of the mean: exact for the plain bootstrap, s^2 (n - 1) / n^2
    values = rng.normal(size=400)
    plan = plan_groups(np.arange(400))
    weights = group_draws(plan, draws=4000)
    ordered = np.empty(400)
    ordered[plan.groups(np.arange(400))] = values
    means = weights @ ordered / 400
    expected = values.std() / np.sqrt(400)
    assert means.mean() == pytest.approx(values.mean(), abs=4 * expected / np.sqrt(4000))
    assert means.std() == pytest.approx(expected, rel=0.05)
    assert weights.var() == pytest.approx(1 - 1 / 400, rel=0.02)


def test_rows_of_a_person_stay_together(rng):
    # 6,000 persons with 3 equal rows each: the error is that of 6,000 answers, not of 18,000
    values = rng.normal(size=6000)
    ids = np.tile(np.arange(6000), 3)
    plan = plan_groups(ids)
    groups = plan.groups(ids)
    sums = np.bincount(groups, np.tile(values, 3))
    counts = np.bincount(groups)
    weights = group_draws(plan, draws=2000)
    error = (weights @ sums / (weights @ counts)).std()
    assert error == pytest.approx(values.std() / np.sqrt(6000), rel=0.1)


# Invariants


@given(ids=IDS, order=st.randoms(use_true_random=False), most=st.integers(2, 40))
def test_order_and_chunks_change_nothing(ids, order, most):
    plan = plan_groups(ids, most=most)
    shuffled = list(ids)
    order.shuffle(shuffled)
    other = plan_groups(shuffled, most=most)
    cut = len(ids) // 2
    whole = plan.groups(ids).tolist()
    assert [*other.groups(ids[:cut]).tolist(), *other.groups(ids[cut:]).tolist()] == whole
    assert (group_draws(plan, draws=3) == group_draws(other, draws=3)).all()
    assert max(whole) < plan.n_groups <= max(most, 1)


@given(ids=IDS, scale=st.sampled_from(["int", "float", "text"]))
def test_ids_are_ids_however_they_are_written(ids, scale):
    written = {"int": ids, "float": [float(i) for i in ids], "text": [str(i) for i in ids]}[scale]
    assert (person_keys(written) == person_keys(ids)).all()


@settings(max_examples=some(30))
@given(draws=st.integers(1, 20), more=st.integers(1, 20), seed=st.integers(0, 99))
def test_the_first_draws_do_not_depend_on_how_many_follow(draws, more, seed):
    plan = plan_groups(np.arange(30), strata=np.arange(30) % 3)
    few = group_draws(plan, draws=draws, seed=seed)
    many = group_draws(plan, draws=draws + more, seed=seed)
    assert (many[:draws] == few).all()


def test_names_of_strata_do_not_decide_the_draws():
    ids, strata = np.arange(60), np.arange(60) % 3
    renamed = np.array(["z", "a", "k"])[strata]
    plan, other = plan_groups(ids, strata=strata), plan_groups(ids, strata=renamed)
    assert (plan.groups(ids, strata=strata) == other.groups(ids, strata=renamed)).all()


def test_seeds_give_other_groups_and_other_draws():
    ids = np.arange(5000)
    one, two = plan_groups(ids, seed=1), plan_groups(ids, seed=2)
    assert (one.groups(ids) != two.groups(ids)).mean() > 0.9
    assert (group_draws(one, draws=2, seed=1) != group_draws(one, draws=2, seed=2)).any()


@settings(max_examples=some(25))
@given(
    table=st.lists(st.tuples(*[st.integers(0, 1)] * 4), min_size=1, max_size=25),
    order=st.randoms(use_true_random=False),
    columns=st.permutations(range(4)),
)
def test_rows_without_ids_are_known_by_their_content(table, order, columns):
    data = pd.DataFrame(table, columns=list("abcd"))
    shuffled = list(range(len(data)))
    order.shuffle(shuffled)
    other = data.iloc[shuffled, list(columns)].astype(float)
    keys, moved = row_keys(data), row_keys(other)
    assert len(set(keys.tolist())) == len(data)
    # a key belongs to the same row, up to rows that are equal
    by_key = dict(zip(keys.tolist(), map(tuple, data.to_numpy().tolist()), strict=True))
    for key, row in zip(moved.tolist(), other[list("abcd")].to_numpy().tolist(), strict=True):
        assert by_key[key] == tuple(row)
    renamed = row_keys(other.set_axis(list("wxyz"), axis=1))
    assert sorted(renamed.tolist()) == sorted(keys.tolist())


def test_row_keys_take_text_gaps_and_zeros():
    data = pd.DataFrame({"a": ["x", None, "x"], "b": [0.0, np.nan, -0.0], "c": [True, False, True]})
    keys = row_keys(data)
    assert len(set(keys.tolist())) == 3
    assert (keys == row_keys(data.copy())).all()


# Refusals


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: plan_groups([1, None, 3]), InputError, "`respondent` must be known.*1 rows"),
        (lambda: plan_groups([]), NotEnoughDataError, "at least one person"),
        (lambda: plan_groups([1, 1], strata=["a", "b"]), InputError, "found 1 persons in more"),
        (lambda: plan_groups([1, 2], strata=["a"]), InputError, "one value a row; found 1"),
        (lambda: plan_groups([1, 2], strata=["a", None]), InputError, "`strata` must be known"),
        (lambda: plan_groups([1, 2], most=1), InputError, "`most` must be"),
        (lambda: plan_groups([1]).groups([1], strata=["a"]), InputError, "`strata` must be given"),
        (
            lambda: plan_groups([1, 2], strata=["a", "b"]).groups([1], strata=["c"]),
            InputError,
            r"strata of the plan; found \['c'\]",
        ),
        (lambda: group_draws(plan_groups([1]), draws=0), InputError, "`draws` must be"),
        (lambda: group_draws(plan_groups([1]), seed=-1), InputError, "`seed` must be"),
    ],
)
def test_refusals(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_rescaled_draws_have_the_variance_of_few_groups() -> None:
    """Of 4 groups 3 are drawn, counting 4/3 each: the variance of a sum is g s^2."""
    plan = plan_groups(np.arange(4))
    weights = group_draws(plan, draws=20_000, rescaled=True)
    np.testing.assert_allclose(weights.sum(axis=1), 4.0, rtol=1e-12)
    values = np.array([1.0, 2.0, 4.0, 9.0])
    known = 4 * values.var(ddof=1)
    assert (weights @ values).var() == pytest.approx(known, rel=0.04)
