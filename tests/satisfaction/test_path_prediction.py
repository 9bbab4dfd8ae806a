"""path_prediction: against a plain loop over folds, what it should find, refusals, the contract."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from brandkit.core.errors import InputError, NotEnoughDataError
from brandkit.sampling.draws import person_keys
from brandkit.sampling.rows import survey_rows
from brandkit.satisfaction.paths.comparison import PathPrediction, path_prediction
from brandkit.satisfaction.paths.paths import path_model
from tests.contract import assert_contract
from tests.satisfaction.path_answers import BLOCKS, PATHS, small_answers

ITEMS = [item for items in BLOCKS.values() for item in items]


def prediction(data: pd.DataFrame, **options: Any) -> PathPrediction:
    return path_prediction(data, **({"blocks": BLOCKS, "paths": PATHS} | options))


def fold_of(data: pd.DataFrame, folds: int) -> np.ndarray:
    rows = survey_rows(data, columns=ITEMS)
    return np.unique(person_keys(rows.keys, seed=0), return_inverse=True)[1] % folds


@pytest.mark.parametrize("antecedents", ["earliest", "direct"])
def test_a_plain_loop_over_folds_gives_the_same_errors(antecedents: str) -> None:
    data = small_answers(150)
    fold = fold_of(data, 5)
    known = {"earliest": ["QUAL"], "direct": ["QUAL", "VAL"]}[antecedents]
    inputs = [item for block in known for item in BLOCKS[block]]
    path_errors, line_errors = np.empty((150, 2)), np.empty((150, 2))
    for one in range(5):
        train, test = data[fold != one], data[fold == one]
        fitted = path_model(train, blocks=BLOCKS, paths=PATHS, draws=2)
        items = fitted.items.set_index("item")
        mean, spread = train.mean(), train.std(ddof=0)
        if antecedents == "direct":
            effects = fitted.paths[fitted.paths["target"] == "SAT"].set_index("source")["estimate"]
        else:
            effects = fitted.effects[fitted.effects["target"] == "SAT"].set_index("source")[
                "total_effect"
            ]
        score = sum(
            effects[block]
            * ((test[BLOCKS[block]] - mean) / spread)[BLOCKS[block]]
            @ items.loc[BLOCKS[block], "weight"]
            for block in known
        )
        for at, item in enumerate(BLOCKS["SAT"]):
            said = mean[item] + spread[item] * items.loc[item, "loading"] * score
            path_errors[fold == one, at] = test[item] - said
            design = np.column_stack([np.ones(len(train)), train[inputs]])
            line = np.linalg.lstsq(design, train[item], rcond=None)[0]
            line_errors[fold == one, at] = test[item] - line[0] - test[inputs] @ line[1:]
    result = prediction(data, folds=5, antecedents=antecedents)
    for name, errors in (("rmse", path_errors), ("rmse_linear", line_errors)):
        np.testing.assert_allclose(result.items[name], np.sqrt((errors**2).mean(axis=0)), rtol=1e-8)
    np.testing.assert_allclose(result.items["mae"], np.abs(path_errors).mean(axis=0), rtol=1e-8)
    assert (result.comparison.loc[0, "estimate"] > 0) == (
        (path_errors**2).sum() > (line_errors**2).sum()
    )


def test_noise_is_not_foretold(rng) -> None:
    noise = pd.DataFrame(rng.normal(size=(200, len(ITEMS))), columns=ITEMS)
    result = prediction(noise)
    assert (result.items["q2"] < 0.05).all()
    assert (prediction(small_answers(200)).items["q2"] > 0.1).all()


def test_few_persons_and_many_items_favour_the_path_model() -> None:
    """A regression on eight items of 40 persons learns noise that one score of them does not."""
    rng = np.random.default_rng(8)
    better = 0
    for _ in range(10):
        quality = rng.normal(size=40)
        data = pd.DataFrame({f"q{at}": quality + rng.normal(size=40) for at in range(8)})
        data["s1"] = 0.6 * quality + 0.8 * rng.normal(size=40)
        result = path_prediction(
            data, blocks={"QUAL": [f"q{at}" for at in range(8)], "SAT": ["s1"]},
            paths=[("QUAL", "SAT")],
        )  # fmt: skip
        better += result.comparison.loc[0, "estimate"] < 0
    assert better >= 9


def test_unscaled_items_are_foretold_in_their_own_units() -> None:
    data = small_answers(150)
    wide = data.assign(s1=10 * data["s1"])
    one, two = (prediction(each, scaled=False, folds=5) for each in (data, wide))
    assert two.items.loc[0, "rmse_mean"] == pytest.approx(
        10 * one.items.loc[0, "rmse_mean"], rel=0.1
    )
    assert (two.items["rmse"] < two.items["rmse_mean"]).all()


def test_all_rows_of_a_person_are_left_out_together() -> None:
    """Copies of a person elsewhere would let the regression know what it is to foretell."""
    rng = np.random.default_rng(0)
    noise = pd.DataFrame(rng.normal(size=(30, len(ITEMS))), columns=ITEMS).assign(id=np.arange(30))
    copies = pd.concat([noise] * 8, ignore_index=True)
    apart = prediction(copies, respondent="id", antecedents="direct")
    together = prediction(copies, antecedents="direct")
    assert apart.items["rmse_linear"].mean() > together.items["rmse_linear"].mean()
    assert apart.comparison.loc[0, "std_error"] > together.comparison.loc[0, "std_error"]


def test_few_persons_are_noted() -> None:
    assert "With 60 persons" in str(prediction(small_answers(60)).notes[-1])
    assert "too short" not in str(prediction(small_answers(120)).notes)


def test_order_of_rows_does_not_matter() -> None:
    data = small_answers()
    one, two = prediction(data), prediction(data.sample(frac=1, random_state=2))
    pd.testing.assert_frame_equal(one.items, two.items, rtol=1e-7)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"outcome": "SATT"}, InputError, "Did you mean 'SAT'"),
        ({"outcome": "QUAL"}, InputError, "none leading to 'QUAL'"),
        ({"antecedents": "all"}, InputError, "antecedents"),
        ({"missing": "pairwise"}, InputError, "missing"),
        ({"folds": 1}, InputError, "folds"),
        ({"folds": 500}, NotEnoughDataError, "at least 500 persons for 500 folds"),
    ],
)
def test_what_cannot_be_is_refused(options: dict[str, Any], error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        prediction(small_answers(), **options)


def test_contract() -> None:
    data = small_answers()
    assert_contract(lambda: path_prediction(data, blocks=BLOCKS, paths=PATHS, folds=4), data)
