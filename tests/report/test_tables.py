"""Tables: numbers stay numbers, text stands beside, small bases are told."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brandkit.core.errors import InputError
from brandkit.core.message import Message
from brandkit.language import use_language
from brandkit.page.tables import table_cells
from brandkit.report import use_bases
from tests.conftest import some
from tests.report.conftest import scores


def texts(frame: pd.DataFrame, **options: object) -> list[tuple[str, ...]]:
    return [row.texts for row in table_cells(frame, **options).rows]  # type: ignore[arg-type]


def test_an_interval_becomes_one_column_and_small_bases_are_told() -> None:
    cells = table_cells(scores(), focus="Tidewater")
    heads = [column.head.text for column in cells.columns]
    assert heads == ["Brand", "Estimate", "95% interval", "Base"]
    assert cells.rows[0].texts == ("Harbour Bank", "7.91", "7.70–8.10", "812")
    assert cells.rows[2].texts[-1] == "27 ▵"
    assert cells.rows[3].texts == ("Civic", "–", "–", "< 10")
    assert cells.rows[3].values == ("Civic", None, None, None), "held back in the data as well"
    assert [row.is_focus for row in cells.rows] == [False, True, False, False]
    assert [row.mark for row in cells.rows] == ["", "", "low", "held back"]
    said = [note.text for note in cells.notes]
    assert said == ["▵ base under 30", "– base under 10: not shown"]


def test_the_limits_are_those_of_the_study() -> None:
    use_bases(minimum=700, suppress=100)
    assert [row.mark for row in table_cells(scores()).rows] == ["", "low", "held back", "held back"]
    assert table_cells(scores(), of_people=False).notes == ()


@pytest.mark.parametrize(
    ("minimum", "suppress", "says"),
    [(0, 0, "`suppress` must be"), (5, 10, "at most `minimum`"), (30, -1, "at least 1")],
)
def test_limits_that_cannot_be(minimum: int, suppress: int, says: str) -> None:
    with pytest.raises(InputError, match=says):
        use_bases(minimum=minimum, suppress=suppress)


def test_signs_are_never_joined_by_a_dash() -> None:
    frame = pd.DataFrame({"brand": ["A", "B"], "ci_low": [-3.0, 1.0], "ci_high": [15.0, 4.0]})
    assert texts(frame) == [("A", "−3 to 15"), ("B", "1 to 4")]
    use_language("zh-Hant")
    assert texts(frame)[0] == ("A", "−3 至 15")


def test_one_number_of_decimals_for_a_column() -> None:
    frame = pd.DataFrame({"brand": list("AB"), "estimate": [0.0712, 1.2]})
    assert texts(frame) == [("A", "0.07"), ("B", "1.20")]


def test_an_interval_is_written_like_its_estimate() -> None:
    cells = texts(
        scores().assign(estimate=0.5, ci_low=0.4, ci_high=0.6), kinds={"estimate": "share"}
    )
    assert cells[0] == ("Harbour Bank", "50%", "40%–60%", "812")


def test_kinds_by_type_and_by_wish() -> None:
    frame = pd.DataFrame(
        {
            "modern": [0.525, np.nan], "asked": [True, False],
            "day": pd.to_datetime(["2026-03-02", None]), "many": [1234, 5],
        },
        index=pd.Index(["A", "B"], name="brand"),
    )  # fmt: skip
    assert texts(frame, kinds={"modern": "share"}) == [
        ("A", "53%", "yes", "2 March 2026", "1,234"),
        ("B", "–", "no", "–", "5"),
    ]
    assert table_cells(frame).rows[0].values == ("A", 0.525, True, "2026-03-02", 1234)


def test_names_messages_and_dates_are_spoken() -> None:
    frame = pd.DataFrame(
        {"label": [Message("Figure {number:count}", {"number": 2}), date(2026, 3, 2)]}
    )
    use_language("zh-Hans")
    assert texts(frame) == [("图 2",), ("2026年3月2日",)]


def test_heads_can_be_chosen_and_long_text_may_break() -> None:
    frame = pd.DataFrame({"item": ["The staff at the counter took their time for me", "Fees"]})
    cells = table_cells(frame, heads={"item": "Question"})
    assert (cells.columns[0].head.text, cells.columns[0].is_long) == ("Question", True)
    assert table_cells(frame.tail(1)).columns[0].is_long is False


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "each column once"),
        (pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("a", "b")])), "one row of column"),
    ],
)
def test_tables_that_cannot_be_read(frame: pd.DataFrame, says: str) -> None:
    with pytest.raises(InputError, match=says):
        table_cells(frame)


numbers = st.floats(-1e6, 1e6) | st.just(float("nan")) | st.just(float("inf"))


@settings(max_examples=some(40))
@given(
    values=st.lists(numbers, min_size=1, max_size=6),
    bases=st.lists(st.integers(0, 50), min_size=6, max_size=6),
    names=st.lists(st.text(max_size=8), min_size=6, max_size=6),
)
def test_any_frame_keeps_its_numbers_and_its_shape(
    values: list[float], bases: list[int], names: list[str]
) -> None:
    k = len(values)
    frame = pd.DataFrame({"brand": names[:k], "estimate": values, "n": bases[:k]})
    before = frame.copy(deep=True)
    cells = table_cells(frame)
    pd.testing.assert_frame_equal(frame, before)
    assert len(cells.rows) == k
    for row, value, base in zip(cells.rows, values, bases, strict=False):
        is_kept = base >= 10 and np.isfinite(value)
        assert row.values[1] == (value if is_kept else None)
        assert (row.texts[1] == "–") is (base < 10 or bool(np.isnan(value)))


def test_nullable_and_categorical_columns() -> None:
    frame = pd.DataFrame(
        {
            "brand": pd.Categorical(["A", None]),
            "n": pd.array([40, None], dtype="Int64"),
            "share": pd.array([None, 0.25], dtype="Float64"),
        }
    )
    assert texts(frame) == [("A", "40", "–"), ("–", "–", "25%")]


def test_a_segment_that_all_less_the_shown_gives_is_held_back_with_the_next() -> None:
    frame = pd.DataFrame({
        "segment": ["large", "middle", "few", "large", "middle"],
        "item": ["a", "a", "a", "b", "b"],
        "estimate": [5.1, 5.2, 5.3, 6.1, 6.2], "n": [355, 40, 5, 360, 40],
    })  # fmt: skip
    rows = table_cells(frame).rows
    assert [row.texts[2:] for row in rows] == [
        ("5.10", "355"), ("–", "–"), ("–", "< 10"), ("6.10", "360"), ("6.20", "40"),
    ]  # fmt: skip
    brands = frame.rename(columns={"segment": "brand"})
    assert table_cells(brands).rows[1].texts[2:] == ("5.20", "40"), "banks are no parts of a whole"
