"""The figures behind the first screen."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from brandkit.questions import answers, pages
from brandkit.questions.asked import QUESTIONS


def test_two_questions_may_draw_figures_of_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    told = answers("sample")
    what = SimpleNamespace(about="drivers")
    asked = [SimpleNamespace(question=QUESTIONS[name], what=what) for name in ("drivers", "levers")]
    board = SimpleNamespace(found=asked[:1], why=asked[1:], do=[])
    monkeypatch.setattr(pages, "first_screen", lambda _: board)
    story, block = told.story("drivers"), told.block("drivers", "drivers")
    both = SimpleNamespace(study=told.study, story=lambda _: story, block=lambda *_: block)
    names = [one.name for one in pages.show_evidence(both).blocks]  # type: ignore[arg-type, union-attr]
    assert names == ["drivers", "levers_drivers"]
