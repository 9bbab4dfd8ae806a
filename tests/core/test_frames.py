"""Frames of pandas, polars and pyarrow come in alike; odd ones are refused in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from brandkit.core.errors import InputError, frame_of, numeric_matrix
from brandkit.core.labels import coded, known_focus, label_text

PLAIN = pd.DataFrame({"bank": ["A", "B"], "sat": [8.0, np.nan]})


@pytest.mark.parametrize(
    "frame",
    [
        pa.table({"bank": ["A", "B"], "sat": [8, None]}),
        PLAIN.convert_dtypes(),
        PLAIN.convert_dtypes(dtype_backend="pyarrow"),
        PLAIN.astype({"bank": "category"}),
    ],
    ids=["arrow", "nullable", "arrow-backed", "category"],
)
def test_the_same_values_come_in_from_every_kind(frame: object) -> None:
    read = frame_of("data", frame)
    np.testing.assert_array_equal(read["sat"].to_numpy(dtype=float), [8.0, np.nan])
    assert read["bank"].astype(str).tolist() == ["A", "B"]


def test_polars_comes_in_eager_and_lazy() -> None:
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"bank": ["A", "B"], "sat": [8, None]})
    for one in (frame, frame.lazy()):
        assert frame_of("data", one)["bank"].tolist() == ["A", "B"]


def test_a_plain_frame_stays_the_same_object() -> None:
    assert frame_of("data", PLAIN) is PLAIN


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (PLAIN.rename(columns={"bank": "sat"}), r"each column once; found \['sat'\]"),
        (PLAIN.rename(columns={"bank": 3}), r"text for the names of columns; found \[3\]"),
        (PLAIN.assign(sat=[[1], [2]]), "column 'sat' holds lists, first in row 0"),
        (PLAIN.assign(sat=[{"a": 1}, None]), "column 'sat' holds dicts"),
        (PLAIN.assign(sat=[1j, 2j]), "holds complex ones"),
        (PLAIN.assign(sat=pd.Series(["\ud800", 1], dtype=object)), "half of a pair"),
        (PLAIN.set_axis(pd.Index(["a", "\ud800"], dtype=object)), "half of a pair"),
        (PLAIN.assign(sat=pd.Series([1j, "x"], dtype=object)), "holds complex ones"),
        (pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("a", "b")])), "found 2 levels"),
    ],
)
def test_odd_frames_are_refused_in_words(frame: pd.DataFrame, message: str) -> None:
    with pytest.raises(InputError, match=message):
        frame_of("data", frame)


def test_numbers_that_no_measurement_has_are_refused_or_nothing() -> None:
    with pytest.raises(InputError, match=r"numbers up to 1e60; found 1e\+300 in row 1"):
        numeric_matrix("data", pd.DataFrame({"sat": [1, 1e300]}))
    odd = pd.DataFrame({"sat": pd.Series([1e-300, pd.NA, "7"], dtype=object)})
    read = numeric_matrix("data", odd, allow_missing=True)
    np.testing.assert_array_equal(read[:, 0], [0.0, np.nan, 7.0])


def test_what_is_no_frame_is_refused() -> None:
    with pytest.raises(TypeError, match="DataFrame of pandas, polars or pyarrow; found list"):
        frame_of("data", [1, 2])


@pytest.mark.parametrize("kind", ["int64", "float64", "float32", "Int64", "object"])
def test_one_bank_is_one_bank_whatever_the_type(kind: str) -> None:
    codes, labels = coded(pd.Series([10, 2, 2, 1]).astype(kind))
    assert labels == ("1", "2", "10")
    assert codes.tolist() == [2, 1, 1, 0]


@pytest.mark.parametrize("focus", [1, 1.0, "1", "1.0", np.int64(1), np.float32(1)])
def test_a_focus_is_found_however_it_is_written(focus: object) -> None:
    assert known_focus(focus, [1.0, 2.0]) == ("1", ())


def test_labels_of_categories_keep_their_order() -> None:
    cells = pd.Series(pd.Categorical(["low", None, "high"], categories=["low", "mid", "high"]))
    codes, labels = coded(cells)
    assert (codes.tolist(), labels) == ([0, -1, 1], ("low", "high"))
    assert [label_text(one) for one in (2.5, "1.0", True)] == ["2.5", "1.0", "True"]
