"""What a page prints of the answers: its lead, the blocks of each question, what stands behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from brandkit.core.message import Message, Settled
from brandkit.core.story import Story, listed
from brandkit.core.waves import wave_order, wave_text
from brandkit.language import (
    current_language,
    current_noun,
    date_text,
    translate,
    use_language,
    use_noun,
)
from brandkit.page.blocks import Block, BoardBlock, FigureBlock, fact, findings, item, note, title
from brandkit.page.explore.writing import explore_block
from brandkit.page.show import Shown
from brandkit.page.tables import use_bases
from brandkit.page.texts import text_of
from brandkit.questions.asked import QUESTIONS
from brandkit.questions.board import Board, Told, first_screen, worth
from brandkit.questions.exploring import PairFrames, explored
from brandkit.questions.question import Answers, Unanswered
from brandkit.questions.satisfaction import n_brands
from brandkit.sources import Study

BRIEF = "04_brief"
#: Figures that stand on the brief, and findings at the top of another page: the rest head what
#: they stand on.
MOST_FIGURES, MOST_FINDINGS = 3, 7


@contextmanager
def speaking(study: Study) -> Iterator[None]:
    """Write blocks in a study's language and its noun, with its limits on small bases."""
    before, noun = current_language(), current_noun()
    shown = study.settings.report
    use_language(study.language)
    use_noun(study.settings.study.compared)
    use_bases(minimum=shown.minimum_base, suppress=shown.suppress_below)
    try:
        yield
    finally:
        use_language(before)
        use_noun(noun)


def show_answer(answers: Answers, name: str, *, only: str | Sequence[str] = ()) -> Shown:
    """Give the blocks of a question; none of one that is open, which the analysts' page names."""
    answer = answers[name]
    with speaking(answers.study):
        if isinstance(answer, Unanswered):
            return Shown((), translate(Message("{why}", {"why": str(answer)})))
        story = answers.story(name)
        named = (only,) if isinstance(only, str) else only
        wanted = [one for one in story.exhibits if not named or one in named]
        blocks = tuple(answers.block(name, one) for one in wanted)
        return Shown(blocks or (note(story.headline),))


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
        if page == BRIEF:
            return Shown(tuple(_first_screen(answers)))
        told = list(led_by(answers, page))
        if not told:
            return Shown(())
        firm = [story for _, story in told if _settled(story) != "open"]
        top = firm[0] if firm else told[0][1]
        blocks: list[Block] = [title(top.headline, lede=top.lede)]
        most = sorted((story for _, story in told), key=worth, reverse=True)[:MOST_FINDINGS]
        shown = [story for _, story in told if story in most]
        # the title's own first, and what is open after what is known
        for story in sorted(shown, key=lambda one: (one is not top, _settled(one) == "open")):
            about = next(iter(story.exhibits), None)
            # no figure of the map stands on the page of the explorer to tell the rest beneath
            blocks.append(findings(story.findings[: 3 if about == "map" else 1], about=about))
        return Shown(tuple(blocks))


def led_by(answers: Answers, page: str) -> Iterator[tuple[str, Story]]:
    """Give the stories that lead a page, in the reader's order."""
    for question in answers.of_page(page):
        better = question.unless and answers[question.unless]
        if question.leads and not better and answers[question.name]:
            story = answers.story(question.name)
            if story.findings:
                yield question.name, story


def _settled(story: Story) -> Settled:
    return story.findings[0].settled


def _first_screen(answers: Answers) -> Iterator[Block]:
    told = first_screen(answers)
    if told.title is None:
        return
    yield title(told.title, lede=_lede(answers.study, told))
    columns: list[list[Told[Any]]] = [[*told.found], [*told.why], [*told.do]]
    found, why, do = (
        tuple(item(one.what, page=one.question.page) for one in column) for column in columns
    )
    yield BoardBlock(current_language(), found, why, do)


def show_evidence(answers: Answers) -> Shown:
    """Give the figures behind the first screen, the most telling first, in few words."""
    with speaking(answers.study):
        told = first_screen(answers)
        wanted: dict[tuple[str, str], Message] = {}
        order: list[Told[Any]] = [*told.found[:1], *told.why, *told.found[1:], *told.do]
        for one in order:
            exhibit = answers.story(one.question.name).exhibits.get(one.what.about)
            if exhibit is not None and exhibit.draw is not None:
                wanted.setdefault((one.question.name, one.what.about), one.question.text)
        blocks: list[FigureBlock] = []
        for (name, about), asked in [*wanted.items()][:MOST_FIGURES]:
            block = answers.block(name, about)
            if isinstance(block, FigureBlock):
                how = [one.text for one in (block.caption, block.method) if one is not None]
                method = replace(block.caption, text=" ".join(how))
                # the finding stands among those above
                shown = replace(block, title=None, caption=text_of(asked), method=method)
                if about in [one.name for one in blocks]:  # two questions draw a figure of one name
                    shown = replace(shown, name=f"{name}_{about}")
                blocks.append(shown)
        return Shown(tuple(blocks))


def _lede(study: Study, told: Board) -> Message | None:
    """Say what the first screen stands on, and whether the focus is in it."""
    catalog, survey, table, branches = (
        study.catalog,
        study.survey,
        study.brand_table,
        study.branches,
    )
    parts = []
    if survey is not None:
        size = {"n": survey.n_respondents, "banks": n_brands(survey)}
        said = Message("{n:count} customers of {banks:count} banks", size)
        parts.append(
            said if size["banks"] > 1 else Message("{n:count} customers of one bank", size)
        )
    if catalog is not None:
        size = {"n": len(catalog.products), "banks": len(catalog.brands)}
        parts.append(Message("{n:count} products of {banks:count} banks", size))
    if table is not None and survey is None:
        rows, columns = table.values.shape
        size = {"n": rows, "words": columns}
        parts.append(Message("{n:count} brands described in {words:count} words", size))
    if branches is not None and not parts:
        places = branches.presence
        size = {"n": places["brand"].nunique(), "places": places["market"].nunique()}
        parts.append(Message("the branches of {n:count} banks in {places:count} markets", size))
    if not parts:
        return None
    lede = Message("Told by {parts}.", {"parts": listed(parts)})
    focus = study.focus
    told_of: list[Told[Any]] = [*told.found, *told.why, *told.do]
    said_texts = [str(one.what.text) for one in told_of]
    if focus is not None and not any(focus in text for text in (str(told.title), *said_texts)):
        values = {"lede": lede, "focus": focus}
        if n_brands(survey) > 1 if survey is not None else True:
            lede = Message("{lede} Of {focus} itself they tell nothing that leads.", values)
    return lede


def show_open(answers: Answers) -> Shown:
    """Name the questions that are open, in one line."""
    with speaking(answers.study):
        asked = [QUESTIONS[name].text for name in QUESTIONS if not answers[name]]
        if not asked:
            return Shown(())
        said = Message("Not answered from this study: {questions}", {"questions": asked})
        return Shown((note(said),))


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
