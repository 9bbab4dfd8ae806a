"""A check is told again as it was, until anything it read changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from brandkit.report.checking import checked
from tests.questions.test_answers import small_study


def test_a_second_check_reads_nothing_until_a_file_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = small_study(tmp_path / "study")
    first: list[str] = []
    found = checked(str(folder), tell=first.append)
    assert found["ready"]
    with monkeypatch.context() as patched:
        patched.setattr("brandkit.sources.study.inspection.check_study", None)
        again: list[str] = []
        assert checked(str(folder), tell=again.append) == found
        assert again == first
    image = folder / "image.csv"
    image.write_text(image.read_text(encoding="utf-8") + "E,16,17,18\n", encoding="utf-8")
    changed: list[str] = []
    checked(str(folder), tell=changed.append)
    assert "4 brands" in first[1]
    assert "5 brands" in changed[1]


def test_what_is_wrong_is_read_again(tmp_path: Path) -> None:
    folder = small_study(tmp_path / "study")
    (folder / "image.csv").write_text("nothing\n", encoding="utf-8")
    found = checked(str(folder), tell=lambda _: None)
    assert not found["ready"]
    assert found["questions"] == []
    small_study(tmp_path / "whole")
    (folder / "image.csv").write_bytes((tmp_path / "whole" / "image.csv").read_bytes())
    assert checked(str(folder), tell=lambda _: None)["ready"]
