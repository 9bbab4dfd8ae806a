"""What a page prints of the answers: its lead, the blocks of each question, what stands behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from brandkit.core.message import Message, Settled
from brandkit.core.result import Result
from brandkit.core.story import Story
from brandkit.core.waves import wave_order, wave_text
from brandkit.language import current_language, date_text, use_language
from brandkit.page.blocks import Block, fact, findings, note, title
from brandkit.page.explore.writing import explore_block
from brandkit.page.show import Shown
from brandkit.page.tables import use_bases
from brandkit.questions.asked import QUESTIONS
from brandkit.questions.exploring import PairFrames, explored
from brandkit.questions.question import Question, Unanswered
from brandkit.questions.satisfaction import NO_SURVEY
from brandkit.questions.satisfaction import PAGE as SATISFACTION
from brandkit.sources import Study


class Answers(Protocol):
    """The answers of a study, as far as a page looks at them."""

    study: Study

    def __getitem__(self, name: str, /) -> Result | Unanswered: ...
    def story(self, name: str) -> Story: ...  # noqa: D102
    def block(self, name: str, exhibit: str) -> Block: ...  # noqa: D102
    def of_page(self, page: str) -> list[Question]: ...  # noqa: D102


#: What the brief takes its findings from, in the order of what a board may act on.
BRIEF = (
    "priorities", "alikeness", "strategy", "overlap", "stability", "map", "drivers", "scores",
    "paths", "market_overlap", "scorecard_matrix",
    "scorecard", "league_table",
)  # fmt: skip
MOST_IN_BRIEF = 5


@contextmanager
def speaking(study: Study) -> Iterator[None]:
    """Write blocks in a study's language, with its limits on small bases."""
    before = current_language()
    shown = study.settings.report
    use_language(study.language)
    use_bases(minimum=shown.minimum_base, suppress=shown.suppress_below)
    try:
        yield
    finally:
        use_language(before)


def show_answer(answers: Answers, name: str, *, only: str | None = None) -> Shown:
    """Give the blocks of a question; of one that is open why, where it is not for want of keys."""
    answer = answers[name]
    with speaking(answers.study):
        if answer:
            story = answers.story(name)
            wanted = [one for one in story.exhibits if only in (None, one)]
            blocks = tuple(answers.block(name, one) for one in wanted)
            return Shown(blocks or (note(story.headline),))
        if isinstance(answer, Unanswered) and answer.kind == "absent":
            return Shown(())
        said = Message("Not answered: {question}", {"question": QUESTIONS[name].text})
        return Shown((note(said),))


def show_explorer(
    answers: Answers, pairs: Mapping[tuple[str, str], PairFrames], names: Mapping[str, str]
) -> Shown:
    """Give the explorer, where there is a map or there are catalogues to compare."""
    with speaking(answers.study):
        shown = explored(answers, pairs, names)
        return Shown(() if shown is None else (explore_block(shown),))


def show_lead(answers: Answers, page: str) -> Shown:
    """Give a page's title, and one finding of each of its questions that leads."""
    with speaking(answers.study):
        told = list(_told(answers, page))
        if not told:
            first = next((one.takes for one in QUESTIONS.values() if one.page == page), None)
            if page == SATISFACTION and answers.study.settings.survey is None:
                first = NO_SURVEY
            return Shown((note(first or Message("No question of this page can be answered.")),))
        firm = [story for _, story in told if _settled(story) != "open"]
        top = firm[0] if firm else told[0][1]
        blocks: list[Block] = [title(top.headline, lede=top.lede)]
        for name, story in told:
            shown = next(iter(story.exhibits), None) if QUESTIONS[name].page == page else None
            blocks.append(findings(story.findings[:1], about=shown))
        return Shown(tuple(blocks))


def _told(answers: Answers, page: str) -> Iterator[tuple[str, Story]]:
    """Give the stories that lead a page, in the reader's order."""
    if page == "04_brief":
        yield from _brief(answers)
        return
    for question in answers.of_page(page):
        better = question.unless and answers[question.unless]
        if question.leads and not better and answers[question.name]:
            story = answers.story(question.name)
            if story.findings:
                yield question.name, story


def _brief(answers: Answers) -> Iterator[tuple[str, Story]]:
    n = 0
    for name in BRIEF:
        better = QUESTIONS[name].unless
        if n == MOST_IN_BRIEF or not answers[name] or (better and answers[better]):
            continue
        story = answers.story(name)
        if story.findings:
            n += 1
            yield name, story


def _settled(story: Story) -> Settled:
    return story.findings[0].settled


def show_open(answers: Answers) -> Shown:
    """Name the questions that are open and what each takes."""
    with speaking(answers.study):
        blocks = []
        for name, question in QUESTIONS.items():
            answer = answers[name]
            if isinstance(answer, Unanswered):
                values = {"question": question.text, "why": answer.why}
                blocks.append(note(Message("{question} {why}", values)))
        return Shown(tuple(blocks))


def show_facts(answers: Answers) -> Shown:
    """Say how many customers and products stand behind a study's reports."""
    with speaking(answers.study):
        facts = (*_survey_facts(answers.study), *_catalog_facts(answers.study))
        return Shown(tuple(fact(label, value) for label, value in facts))


def _survey_facts(study: Study) -> Iterator[tuple[Message, Message]]:
    survey = study.survey
    if survey is None:
        return
    size = {"people": survey.n_respondents, "rows": len(survey.responses)}
    if size["people"] == size["rows"]:
        yield Message("Customers"), Message("{people:count}", size)
    else:
        yield (
            Message("Customers"),
            Message("{people:count}, {rows:count} answers about a bank", size),
        )
    weight, wave = survey.design.weight, survey.design.wave
    weighed = Message("none") if weight is None else Message("{column}", {"column": weight})
    yield Message("Weights"), weighed
    if wave is not None:
        waves = list(map(wave_text, wave_order(survey.labelled(wave))))
        yield Message("Waves"), Message("{waves}", {"waves": waves})


def _catalog_facts(study: Study) -> Iterator[tuple[Message, Message]]:
    catalog = study.catalog
    if catalog is None:
        return
    size = {"offers": len(catalog.products), "brands": len(catalog.brands)}
    yield Message("Products"), Message("{offers:count} of {brands:count} banks", size)
    if study.settings.catalog is not None and study.settings.catalog.dates:
        days = sorted(entry.as_of for entry in study.settings.catalog.dates)
        said = [date_text(day) for day in days]
        yield Message("Catalogue dates"), Message("{days}", {"days": said})
