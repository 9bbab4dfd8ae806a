"""Every public result keeps its numbers; `python -m tests.golden` records them anew."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

import brandkit
from brandkit.core.result import Result
from tests.golden import record
from tests.golden.gather import RECORDED

#: They tell of pages, whose words may change.
OF_PAGES = {"Audit", "ReportVerification"}
MOST_BYTES = 1_500_000


#: Of all 114 banks: the sample has its like, and these take a minute.
LONGEST = {("australia", "offers")}
CASES = [
    pytest.param(
        *case,
        marks=[pytest.mark.real] * bool(one.files) + [pytest.mark.exhaustive] * (case in LONGEST),
        id="-".join(case),
    )
    for case, one in RECORDED.items()
]


@pytest.mark.slow
@pytest.mark.parametrize(("study", "part"), CASES)
def test_numbers_are_those_recorded(study: str, part: str, request: pytest.FixtureRequest) -> None:
    one = RECORDED[study, part]
    own = request.getfixturevalue("studies_of")(one.toml, one.files) if one.files else study
    found = record.recorded(one.gather(own))
    differs = record.differences(record.read(study)[part], found)
    assert not differs, "\n".join(differs[:40])


def test_every_public_result_is_recorded() -> None:
    for module in pkgutil.walk_packages(brandkit.__path__, "brandkit."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    there = {kind.__name__ for kind in _kinds(Result) if kind.__module__.startswith("brandkit.")}
    parts = record.read("sample").values()
    nouns = {name.partition(":")[0] for part in parts for name in part}
    assert there - nouns == OF_PAGES


def _kinds(kind: type[Result]) -> Iterator[type[Result]]:
    """Give the kinds that are made: a kind that others are built on is none itself."""
    for one in kind.__subclasses__():
        if not one.__subclasses__():
            yield one
        yield from _kinds(one)


def test_the_record_is_of_what_is_gathered_and_small() -> None:
    for study in {study for study, _ in RECORDED}:
        assert list(record.read(study)) == [part for name, part in RECORDED if name == study]
    files = list(record.FOLDER.glob("*.json"))
    assert {file.stem for file in files} == {study for study, _ in RECORDED}
    assert sum(file.stat().st_size for file in files) < MOST_BYTES


# --- the record sees what changes ----------------------------------------------------------------

SHORT = pd.DataFrame({"label": list("abc"), "value": [0.5, np.nan, 2.0], "n": [1, 2, 3]})
LONG = pd.DataFrame({"value": np.sin(np.arange(1000.0)), "at": np.arange(1000)})


def _differs(before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    old, new = (record.recorded([("frame", frame)]) for frame in (before, after))
    return record.differences(old, new)


def test_the_same_numbers_do_not_differ() -> None:
    for frame in (SHORT, LONG):
        assert not _differs(frame, frame.copy())
        assert not _differs(frame, frame.assign(value=frame["value"] * (1 + 1e-13)))


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (SHORT.assign(value=SHORT["value"] * (1 + 1e-8)), "value: 2 of 3 differ, row 0"),
        (SHORT.assign(value=SHORT["value"].fillna(0)), "value: 1 of 3 differ, row 1"),
        (SHORT.assign(label=list("abd")), "label: other texts"),
        (SHORT.assign(n=SHORT["n"].astype(float)), "n: was int, is float"),
        (SHORT.drop(columns="n"), "n: is gone"),
        (SHORT.assign(other=1), "other: is not recorded"),
        (SHORT.head(2), "3 rows were recorded, not 2"),
    ],
)
def test_what_differs_is_named(after: pd.DataFrame, said: str) -> None:
    assert any(said in line for line in _differs(SHORT, after))


@pytest.mark.parametrize(
    "after",
    [
        LONG.assign(value=LONG["value"].where(LONG.index != 500, LONG["value"] + 1e-4)),
        LONG.assign(value=LONG["value"].where(LONG.index != 500)),
        LONG.assign(value=LONG["value"].to_numpy()[::-1]),
        LONG.assign(at=LONG["at"].replace({7: 8, 8: 7})),
        LONG.head(999),
    ],
    ids=["one value", "one missing", "reversed", "two changed places", "one less"],
)
def test_a_digest_sees_what_changes(after: pd.DataFrame) -> None:
    assert _differs(LONG, after)
