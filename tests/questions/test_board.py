"""The first screen: ranked over the whole study, each thing once, never what is open alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

import brandkit as bk
from brandkit.core.message import Finding, Message
from brandkit.core.story import Action, Point, Story
from brandkit.language import use_language, use_noun
from brandkit.page.tables import use_bases
from brandkit.questions import QUESTIONS, Answers
from brandkit.questions.board import MOST, first_screen, worth
from brandkit.questions.pages import MOST_FINDINGS, led_by, speaking
from brandkit.sources.study.store import study_folder

MOST_WORDS = 25
SURVEY = '[survey]\nsource = "survey.csv"\nbrand = "bank"\noutcome = "sat"\n'


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    yield
    use_language("en")
    use_noun(None)
    use_bases()


class Fixed:
    """Answers that tell stories given by hand."""

    def __init__(self, stories: dict[str, Story], sample: Answers) -> None:
        self.study, self.stories = sample.study, stories

    def __getitem__(self, name: str) -> Any:
        return name in self.stories

    def story(self, name: str) -> Story:
        return self.stories[name]


def point(text: str, settled: Any, value: float, *, on: str = "", title: str = "") -> Point:
    said = Message(title) if title else None
    return Point(Message(text), settled, value, "x", (on,) if on else (), said)


def told(*points: Point, actions: tuple[Action, ...] = ()) -> Story:
    return Story(points[0].text if points else Message("-"), points=points, actions=actions)


def test_every_point_and_action_of_the_sample_is_short_and_has_its_evidence(
    sample: Answers,
) -> None:
    said = 0
    with speaking(sample.study):
        for name in QUESTIONS:
            story = sample.story(name)
            for one in (*story.points, *story.actions):
                gain = one.gain if isinstance(one, Action) else None
                text = f"{one.text} {gain or ''}"
                assert len(text.split()) <= MOST_WORDS, text
                assert not one.about or one.about in story.exhibits, text
                assert not re.search(r"\bRA\d|KMO|HTMT|Pianka|study\.toml|draws?\b", text), text
                said += 1
    assert said > 20


def test_the_sample_is_called_by_its_consequence(sample: Answers) -> None:
    board = first_screen(sample)
    assert str(board.title) == "Customers cannot tell Harbour Bank from Tidewater"
    assert 0 < len(board.found) <= MOST
    assert 0 < len(board.why) <= MOST
    assert 0 < len(board.do) <= MOST
    assert {one.what.verb for one in board.do} >= {"keep", "secure"}
    texts = [str(one.what.text) for one in (*board.found, *board.why)]
    assert len(set(texts)) == len(texts), "a fact stands once"
    acted = [thing for one in board.do for thing in one.what.on]
    assert len(set(acted)) == len(acted), "one action on one thing"


def test_what_is_open_gives_the_title_only_where_something_firm_agrees(sample: Answers) -> None:
    alone = point("Open.", "open", 1.0, on="Tidewater", title="Nobody tells them apart")
    firm = point("Firm.", "clear", 0.5, on="Kestrel", title="They sell the same")
    board = first_screen(Fixed({"stability": told(alone), "overlap": told(firm)}, sample))
    assert str(board.title) == "They sell the same"
    agreeing = point("Firm.", "clear", 0.5, on="Tidewater", title="They sell the same")
    board = first_screen(Fixed({"stability": told(alone), "overlap": told(agreeing)}, sample))
    assert str(board.title) == "Nobody tells them apart"


def test_an_action_on_the_same_thing_gives_way_to_the_better_question(sample: Answers) -> None:
    keep = Action("keep", Message("Keep fees."), "clear", "x", ("fees",), Message("+1."))
    test = Action("test", Message("Test fees."), "clear", "x", ("fees",), Message("+2."))
    here = {
        "priorities": told(point("P.", "clear", 0.5), actions=(keep,)),
        "drivers": told(point("D.", "clear", 0.5), actions=(test,)),
    }
    assert [str(one.what.text) for one in first_screen(Fixed(here, sample)).do] == ["Keep fees."]


def test_a_question_that_tells_no_point_still_has_its_finding(sample: Answers) -> None:
    found = Finding(Message("Four lead."), Message("81% to 86%."), "clear")
    board = first_screen(Fixed({"scores": Story(found.headline, None, (found,))}, sample))
    assert str(board.title) == "Four lead"


def part_of_the_sample(tmp_path: Path, *sections: str, without: str = "") -> Answers:
    """Give the sample study with some of its evidence alone."""
    folder = tmp_path / "study"
    copytree(study_folder("sample"), folder)
    text = (folder / "study.toml").read_text(encoding="utf-8")
    parts = re.split(r"(?m)^(?=\[)", text)
    kept = ("[study", "[names", "[report", *(f"[{name}" for name in sections))
    text = "".join(one for one in parts if one.lstrip("[").startswith(
        tuple(name.lstrip("[") for name in kept)))  # fmt: skip
    if without:
        text = re.sub(rf"(?m)^{without}.*\n", "", text)
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return bk.answers(folder)


@pytest.mark.parametrize(
    ("section", "title"),
    [
        ("brand_table", "“cares about me” marks Harbour Bank"),
        ("branches", "Harbour Bank meets Tidewater most"),
        ("catalog", "Tidewater sells nearly the same as Harbour Bank"),
    ],
)
def test_a_study_of_one_source_has_an_answer_of_its_own(
    section: str, title: str, tmp_path: Path
) -> None:
    told_of = part_of_the_sample(tmp_path, section)
    board = first_screen(told_of)
    assert str(board.title) == title
    lead = told_of.lead("04_brief").blocks
    said = str([block.to_json() for block in lead])
    assert "study.toml" not in said
    assert "Not answered" not in said


def test_without_a_focus_the_page_is_about_the_market(tmp_path: Path) -> None:
    told_of = part_of_the_sample(tmp_path, "brand_table", without="focus")
    board = first_screen(told_of)
    assert not any("marks Harbour Bank" in str(one.what.text) for one in board.found)
    assert "stands apart most" in str(board.title)


def test_a_page_leads_with_seven_findings_the_most_telling(sample: Answers) -> None:
    (_, *found) = sample.lead("02_satisfaction").blocks
    told = [block for block in found if block.kind == "findings"]
    led = {name: story for name, story in led_by(sample, "02_satisfaction")}
    kept = {block.findings[0].headline.text for block in told}
    assert len(told) == MOST_FINDINGS < len(led)
    left = [worth(story) for story in led.values() if str(story.findings[0].headline) not in kept]
    assert max(left) <= min(
        worth(story) for story in led.values() if str(story.findings[0].headline) in kept
    )


def test_two_answers_stand_in_one_cell(sample: Answers) -> None:
    both = sample.show("drivers") + sample.show("penalties", only=("kinds", "cuts"))
    assert [block.name for block in both.blocks] == ["drivers", "kinds", "cuts"]  # type: ignore[attr-defined]


def test_in_another_language_no_word_of_the_first_screen_stays_english(tmp_path: Path) -> None:
    told_of = part_of_the_sample(tmp_path, "branches")
    blocks = bk.answers(told_of.study.folder, language="zh-Hant").lead("04_brief").blocks
    said = str([block.to_json() for block in blocks])
    assert "的據點" in said
    assert "banks" not in said
