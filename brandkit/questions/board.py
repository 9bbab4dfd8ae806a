"""The first screen: over all answers what was found, why it matters and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from brandkit.core.message import Message, Settled
from brandkit.core.story import Action, Point, Story, Verb, pointed
from brandkit.questions.asked import QUESTIONS
from brandkit.questions.question import Answers, Question
from brandkit.questions.relabelled import relabelled
from brandkit.satisfaction.paths.design import block_name
from brandkit.sources import Study

T = TypeVar("T", Point, Action)
#: Things told in a column.
MOST = 3
#: What certainty is worth, what a verb's urgency, and a thing nothing can be done about.
_SURE: dict[Settled, float] = {"clear": 1.0, "likely": 0.7, "open": 0.45}
_URGENT: dict[Verb, float] = {"fix": 1.0, "secure": 0.9, "keep": 0.85, "test": 0.8, "check": 0.4}
IDLE, AGAIN, WANTED = 0.7, 0.6, 1.6
#: Of a question that tells no point of its own.
UNTOLD = 0.4
#: Whose action gives way where the other question has one on the same thing, or has checked it.
_BETTER = {
    "drivers": "priorities",
    "penalties": "priorities",
    "overlap": "stability",
    "alikeness": "what_ifs",
}
ANALYSTS = "05_analysts"


@dataclass(frozen=True)
class Told(Generic[T]):
    """A point or an action with the question that tells it."""

    question: Question
    what: T
    score: float


@dataclass(frozen=True)
class Board:
    """What the first screen says.

    Parameters
    ----------
    title : Message, optional
        The consequence; None where nothing is answered.
    found, why : list of Told
        Points, the most telling first.
    do : list of Told
        Actions, the most urgent first.
    """

    title: Message | None = None
    found: list[Told[Point]] = field(default_factory=list)
    why: list[Told[Point]] = field(default_factory=list)
    do: list[Told[Action]] = field(default_factory=list)


def first_screen(answers: Answers) -> Board:
    """Rank what all stories tell by value, certainty and what can be done; each thing once."""
    questions = [one for one in QUESTIONS.values() if _is_told(answers, one)]
    names = _item_names(answers.study)
    actions = [_in_words(told, names) for told in _actions(answers, questions)]
    points = [_in_words(told, names) for told in _points(answers, questions, actions)]
    points.sort(key=lambda told: -told.score)
    if not points:
        return Board()
    lead, firm = _lead(points), {one for told in points if _is_firm(told) for one in told.what.on}
    rest = [told for told in points if told is not lead]
    found = [lead, *(told for told in rest if not told.what.why)]
    why = [told for told in rest if told.what.why]
    wanted = set(lead.what.on) & firm or set(lead.what.on)
    do = _chosen(actions, wanted)
    title = lead.what.title or Message("{title:title}", {"title": lead.what.text})
    fix = next((told.what for told in do if told.what.verb == "fix"), None)
    if fix is not None and lead.what.why:
        title = Message("{title}; {action:clause}", {"title": title, "action": fix.text})
    return Board(title, _various(found), _various(why), do)


def _item_names(study: Study) -> dict[str, Message]:
    """Call a question that has no words by its construct: "Perceived value (val1)"."""
    section, survey = study.settings.survey, study.survey
    if section is None or survey is None:
        return {}
    bare = survey.codebook.loc[survey.codebook["label"] == survey.codebook["item"], "item"]
    return {
        item: Message("{block} ({item})", {"block": block_name(block), "item": item})
        for block, items in section.blocks.items()
        for item in items
        if item in set(bare)
    }


def _in_words(told: Told[T], names: dict[str, Message]) -> Told[T]:
    parts = ("text", "gain", "title")
    said = {
        name: relabelled(getattr(told.what, name), names)
        for name in parts
        if getattr(told.what, name, None) is not None
    }
    return replace(told, what=replace(told.what, **said))


def _is_told(answers: Answers, question: Question) -> bool:
    better = question.unless and answers[question.unless]
    return question.page != ANALYSTS and bool(answers[question.name]) and not better


def _points(
    answers: Answers, questions: Iterable[Question], actions: list[Told[Action]]
) -> Iterator[Told[Point]]:
    due = {one for told in actions for one in told.what.on}
    known: set[str] = set()
    for question in questions:
        story = answers.story(question.name)
        told = story.points
        if not told and question.leads and story.findings and story.findings[0].settled != "open":
            told = (pointed(story.findings[0], UNTOLD, next(iter(story.exhibits), "")),)
        for point in told:
            score = point.value * _SURE[point.settled] * (1.0 if due & set(point.on) else IDLE)
            if str(point.text) not in known:  # drivers are told again by segment
                yield Told(question, point, score)
            known.add(str(point.text))


def _actions(answers: Answers, questions: list[Question]) -> Iterator[Told[Action]]:
    due = {one.name: answers.story(one.name).actions for one in questions}
    for question in questions:
        others = due.get(_BETTER.get(question.name, ""))
        for action in due[question.name]:
            same = [one for one in others or () if set(one.on) & set(action.on)]
            is_checked = others is not None and action.verb == "check"
            is_more = action.gain is not None and any(one.verb == action.verb for one in same)
            if is_checked or (same and not is_more):
                continue
            worth = _URGENT[action.verb] * _SURE[action.settled]
            yield Told(question, action, worth * (1.0 if action.gain else IDLE))


def worth(story: Story) -> float:
    """Rank a story among those of its page: what it tells, times how certain that is."""
    first = [(UNTOLD, story.findings[0].settled)] if story.findings else []
    told = [(point.value, point.settled) for point in story.points] or first
    return max((value * _SURE[settled] for value, settled in told), default=0.0)


def _is_firm(told: Told[Point]) -> bool:
    return told.what.settled != "open"


def _lead(points: list[Told[Point]]) -> Told[Point]:
    """Choose what the page is called by: never what is open, unless something firm agrees."""
    firm = {one for told in points if _is_firm(told) for one in told.what.on}
    titled = [
        told
        for told in points
        if told.what.title is not None and (_is_firm(told) or firm & set(told.what.on))
    ]

    def weight(told: Told[Point]) -> float:
        return told.what.value * (_SURE[told.what.settled] if _is_firm(told) else 1.0)

    return max(titled, key=weight) if titled else points[0]


def _chosen(actions: list[Told[Action]], wanted: set[str]) -> list[Told[Action]]:
    """Choose the actions that bear on the lead, then the most urgent; one on each thing."""

    def urgency(told: Told[Action]) -> float:
        return -told.score * (WANTED if wanted & set(told.what.on) else 1.0)

    chosen: list[Told[Action]] = []
    taken: set[str] = set()
    for told in sorted(actions, key=urgency):
        if len(chosen) < MOST and not taken & set(told.what.on):
            chosen.append(told)
            taken |= set(told.what.on)
    return sorted(chosen, key=lambda told: -told.score)


def _various(points: list[Told[Point]]) -> list[Told[Point]]:
    """Take the first of every question before the second of any."""
    seen: dict[str, int] = {}
    order = []
    for at, told in enumerate(points):
        n = seen.get(told.question.name, 0)
        seen[told.question.name] = n + 1
        order.append((at != 0, -told.score * AGAIN**n, at))
    return [points[at] for *_, at in sorted(order)][:MOST]
