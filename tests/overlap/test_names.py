"""Look-alike names among many: the same pairs as the full product, in every corner."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from brandkit.core.errors import InputError
from brandkit.overlap.gaps import names as module
from brandkit.overlap.gaps.names import similar_names

WORDS = [
    "easy", "smart", "bonus", "travel", "gold", "home", "card", "loan", "saver", "account", "plus",
    "direct", "youth", "储蓄", "理财",
]  # fmt: skip


def drawn(seed: int, n: int) -> list[str]:
    rng = np.random.default_rng(seed)
    return [" ".join(rng.choice(WORDS, size=rng.integers(0, 4))) for _ in range(n)]


def in_full(names: list[str], minimum: float) -> pd.DataFrame:
    """Every pair by scikit-learn, without any shortcut."""
    made = TfidfVectorizer(analyzer="char", ngram_range=(2, 3), lowercase=False)
    filled = np.array([bool(name) for name in names])
    texts = [f" {name} " for name, there in zip(names, filled, strict=True) if there]
    vectors = made.fit_transform(texts)
    likeness = np.zeros((len(names), len(names)))
    likeness[np.ix_(filled, filled)] = (vectors @ vectors.T).toarray()
    np.fill_diagonal(likeness, 0)
    first, second = np.nonzero(likeness >= minimum)
    frame = pd.DataFrame({"row_a": first, "row_b": second, "similarity": likeness[first, second]})
    return frame.sort_values(["row_a", "row_b"], ignore_index=True)


@pytest.mark.parametrize("minimum", [0.3, 0.6, 0.9])
def test_every_pair_is_found(minimum: float) -> None:
    names = drawn(0, 300)
    found = similar_names(names, minimum=minimum, top=None)
    expected = in_full(names, minimum)
    moved = found.sort_values(["row_a", "row_b"], ignore_index=True)
    pd.testing.assert_frame_equal(moved, expected, check_exact=False, rtol=0, atol=1e-12)


def test_the_best_of_each_are_the_best_of_all() -> None:
    names = drawn(1, 300)
    every = similar_names(names, minimum=0.3, top=None)
    best = similar_names(names, minimum=0.3, top=4)
    expected = every[every.groupby("row_a").cumcount() < 4].reset_index(drop=True)
    pd.testing.assert_frame_equal(best, expected)


def test_rows_with_more_matches_than_there_was_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"{name} {at}" for at, name in enumerate(drawn(2, 120))]
    expected = similar_names(names, minimum=0.2, top=None)
    monkeypatch.setattr(module, "_ROOM", 3)
    pd.testing.assert_frame_equal(similar_names(names, minimum=0.2, top=None), expected)


def test_groups_are_searched_apart() -> None:
    names = ["easy saver", "easy saver", "easy saver", ""]
    found = similar_names(names, groups=["a", "b", "a", "a"])
    assert found[["row_a", "row_b"]].to_numpy().tolist() == [[0, 2], [2, 0]]
    assert found["similarity"].tolist() == [1, 1]


def test_nothing_alike_is_an_empty_table() -> None:
    assert similar_names(["abc", "xyz"]).empty
    assert similar_names(["", ""]).columns.tolist() == ["row_a", "row_b", "similarity"]


REFUSED = [
    (lambda: similar_names(["a"], minimum=0), "`minimum` must be above 0"),
    (lambda: similar_names(["a"], top=0), "`top` must be a whole number at least 1"),
    (lambda: similar_names(["a"], groups=[]), "found 0 for 1 names"),
]


@pytest.mark.parametrize(("call", "said"), REFUSED)
def test_refusals(call: Callable[[], object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        call()
