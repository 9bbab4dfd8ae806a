"""Names become labels of at most two short lines, and stay apart."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brandkit.viz.labels import LINE, label_lines, text_width
from tests.conftest import some


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("Civic", "Civic"),
        ("  Harbour \n Bank ", "Harbour Bank"),
        ("$5 to $10", "$5 to $10"),
        ("<script>alert(1)</script>", "<script>alert(1)</scr…"),
        ("Harbour Islands Savings Bank", "Harbour Islands\nSavings Bank"),
        (
            "Federal National Mortgage Association, Inc. & Co.",
            "Federal National\nMortgage Association…",
        ),
        ("海港群島儲蓄銀行", "海港群島儲蓄銀行"),
        ("海港群島郵政儲蓄銀行股份有限公司", "海港群島郵政儲蓄銀行"),
        ("海港群島銀行（中國香港）有限公司分行", "海港群島銀行（中國\n香港）有限公司分行"),
        ("Donaudampfschifffahrtsgesellschaft", "Donaudampfschifffahrt…"),
        ("", ""),
    ],
)
def test_labels(name: str, label: str) -> None:
    assert label_lines([name]) == [label]


def test_names_that_begin_alike_stay_apart() -> None:
    begin = "Federal Home Loan Mortgage Corporation of the"
    east, west = label_lines([f"{begin} Eastern Isles", f"{begin} Western Isles"])
    assert east != west
    assert east.endswith("Eastern Isles")
    assert west.startswith("Federal Home Loan Mor")


def test_equal_names_stay_equal() -> None:
    assert label_lines(["A Bank", "A Bank"]) == ["A Bank", "A Bank"]


@settings(max_examples=some(60), deadline=None)
@given(st.text(st.sampled_from("ab 銀行（），.-&"), max_size=90))
def test_no_line_is_too_long(name: str) -> None:
    lines = label_lines([name])[0].split("\n")
    assert len(lines) <= 2
    assert all(text_width(line) <= LINE for line in lines)
