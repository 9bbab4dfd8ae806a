"""Messages: numbers as readers see them, places filled, plurals chosen."""

from __future__ import annotations

import math
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brandkit.core.message import Message, formatted


@pytest.mark.parametrize(
    ("value", "kind", "said"),
    [
        (1234567, "count", "1,234,567"),
        (-1234, "count", "−1,234"),
        (0.525, "percent", "53%"),
        (0.005, "percent", "1%"),
        (-0.001, "percent", "0%"),
        (0.5249, "percent1", "52.5%"),
        (0.0123456, "number", "0.0123"),
        (12.345, "number", "12.3"),
        (123456.0, "number", "123,456"),
        (0, "number", "0"),
        (2.675, "decimal2", "2.68"),
        (-0.004, "decimal2", "0.00"),
        (0.19, "signed", "+0.19"),
        (-31.4, "points", "−31"),
        (31.5, "points", "+32"),
        (0.0004, "p", "< .001"),
        (0.041, "p", ".041"),
        (1.0, "p", "1"),
        (math.nan, "percent", "–"),
        (None, "count", "–"),
        (math.inf, "number", "∞"),
        ("fair fees", "percent", "fair fees"),
        ([0.1, 0.2], "percent", "10%, 20%"),
        (1, "bank|banks", "bank"),
        (0, "bank|banks", "banks"),
    ],
)
def test_values_are_written_as_readers_see_them(value, kind: str, said: str) -> None:
    assert formatted(value, kind) == said


def test_an_unknown_format_is_a_mistake_in_the_code() -> None:
    with pytest.raises(KeyError, match="percentage"):
        formatted(0.5, "percentage")


@given(st.floats(-1e6, 1e6), st.sampled_from(["percent", "number", "decimal2", "signed"]))
def test_a_written_number_is_near_the_number(value: float, kind: str) -> None:
    said = formatted(value, kind).replace("−", "-").replace(",", "")
    read = float(said.rstrip("%")) / (100 if said.endswith("%") else 1)
    assert abs(read - value) <= 0.0051 * max(1.0, abs(value))
    assert not said.startswith("-0.00") or float(said) != 0


def test_messages_nest_and_travel() -> None:
    inner = Message("{n:count} more", {"n": 3})
    message = Message("A and {rest}", {"rest": inner}, context="list")
    assert str(message) == "A and 3 more"
    stored = pickle.loads(pickle.dumps(message))
    assert (stored, hash(stored)) == (message, hash(message))


def test_values_of_a_message_cannot_be_changed() -> None:
    message = Message("{n}", {"n": 1})
    with pytest.raises(TypeError, match="does not support item assignment"):
        message.values["n"] = 2  # type: ignore[index]


def test_a_name_with_a_full_stop_ends_the_sentence_once() -> None:
    assert str(Message("Like {name}.", {"name": "Chase & Co."})) == "Like Chase & Co."
    assert str(Message("Wait{dots}", {"dots": "..."})) == "Wait..."
