"""Whatever question is open costs no other, and only the analysts' page speaks of it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from brandkit.__main__ import main
from brandkit.core.errors import NotEnoughDataError
from brandkit.core.story import Exhibit
from brandkit.language import use_language
from brandkit.page.blocks import Block, table
from brandkit.page.notebooks import chosen_notebooks
from brandkit.page.tables import use_bases
from brandkit.questions import QUESTIONS, Answers, Unanswered
from brandkit.questions import answering as module
from brandkit.questions.relabelled import relabelled
from brandkit.report.audit import problems_of
from brandkit.report.making import made_pages, page_job
from brandkit.sources import read_study
from brandkit.sources.catalog.catalog import Catalog
from brandkit.sources.study import study as reading
from brandkit.sources.study.store import notebooks_folder
from brandkit.sources.survey.survey import Survey
from brandkit.sources.tables.branches import Branches
from brandkit.sources.tables.brand_table import BrandTable

FOCUS, ELSEWHERE = "Harbour Bank", "Elsewhere"
#: Kind of evidence, to its class.
KINDS = {"brand_table": BrandTable, "catalog": Catalog, "survey": Survey, "branches": Branches}


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    yield
    use_language("en")
    use_bases()


@pytest.fixture(autouse=True)
def _nothing_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep neither answers nor pages of a study that was tampered with."""
    for file in ("making", "unchanged"):
        monkeypatch.setattr(f"brandkit.report.{file}.processed_folder", lambda _: tmp_path / "kept")


@pytest.fixture(autouse=True)
def _all_is_answered(sample: Answers) -> None:
    """Ask all that the sample has keys for, before anything is tampered with."""
    assert all(answer or answer.kind == "absent" for answer in map(sample.__getitem__, sample))


def sketched(exhibit: Exhibit, *, name: str, focus: object = None, title: object = None) -> Block:
    """Stand in for a figure, whose drawing takes long."""
    said = [exhibit.alt] if exhibit.alt else []
    caption, notes = exhibit.caption, [*said, *exhibit.notes]
    return table(pd.DataFrame({"n": [36]}), name=name, caption=caption, notes=notes)


def pages_of(told: Answers, names: Iterable[str]) -> Mapping[str, str]:
    """Make the pages of some questions, and check that each would pass its audit."""
    stems = {"04_brief", "05_analysts", *(QUESTIONS[name].page for name in names)}
    files = chosen_notebooks(notebooks_folder(), sorted(stems))
    jobs = [page_job(file, told.study, focus=None) for file in files]
    pages = {name: made.page for name, made in made_pages(jobs, told).items()}
    for name, page in pages.items():
        wrong = [one for one in problems_of(page) if one.severity == "fails"]
        assert not wrong, name
    return pages


def refuse(_: Any) -> Any:
    raise NotEnoughDataError("`drivers` must be more; found 3. Ask more people.")


def make_refuse(names: Iterable[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in names:
        changed = dataclasses.replace(QUESTIONS[name], call=refuse, keys=())
        monkeypatch.setitem(QUESTIONS, name, changed)
    real = module._read
    monkeypatch.setattr(
        module, "_read", lambda place, key: None if place.stem in names else real(place, key)
    )


def waiting(*names: str) -> set[str]:
    """Name questions and all that wait for them."""
    found = {*names}
    for question in QUESTIONS.values():  # in the order of building
        if found & {*question.need, *question.may}:
            found.add(question.name)
    return found


def groups() -> dict[tuple[int, bool], list[str]]:
    """Give questions none of which waits for another of its group: by how much each builds on."""
    depth: dict[str, int] = {}
    found: dict[tuple[int, bool], list[str]] = {}
    for name, question in QUESTIONS.items():  # in the order of building
        depth[name] = 1 + max((depth[one] for one in (*question.need, *question.may)), default=-1)
        found.setdefault((depth[name], waiting(name) == {name}), []).append(name)
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    "names",
    [*(pytest.param(names, id=f"{names[0]} and others") for names in groups().values()),
     *(pytest.param([name], id=name, marks=pytest.mark.exhaustive) for name in QUESTIONS)],
)  # fmt: skip
def test_refused_questions_cost_no_page(
    names: list[str], monkeypatch: pytest.MonkeyPatch, sample: Answers
) -> None:
    make_refuse(names, monkeypatch)
    monkeypatch.setattr("brandkit.page.show.exhibit_block", sketched)
    told = Answers(sample.study)
    others = {one: answer for one, answer in sample._known.items() if one not in waiting(*names)}
    told._known = others
    told._stories = {one: sample.story(one) for one in others}
    pages = pages_of(told, waiting(*names))
    for name in names:
        asked = str(QUESTIONS[name].text)
        assert asked in pages["05_analysts.html"], "the analysts' page names every open question"
        assert "must be more; found 3. Ask more people." in str(told[name])
    for page in set(pages) - {"05_analysts.html"}:
        assert "Not answered" not in pages[page], "leadership reads of what is answered"
        assert "study.toml" not in re.sub(r"<footer.*", "", pages[page], flags=re.DOTALL)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["drivers", *(pytest.param(one, marks=pytest.mark.exhaustive)
                          for one in ("overlap", "stability"))],
)  # fmt: skip
def test_the_command_line_writes_every_page(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_refuse([name], monkeypatch)
    monkeypatch.setattr("brandkit.page.show.exhibit_block", sketched)
    assert main(["check", "sample"]) == 0
    assert f"open   {name}" in capsys.readouterr().out
    assert main(["report", "sample", "--out", str(tmp_path / "out")]) == 0
    made = {path.stem for path in (tmp_path / "out").glob("*.html")}
    assert made == {"index", *(path.stem for path in notebooks_folder().glob("*.ipynb"))}
    page = (tmp_path / "out" / "05_analysts.html").read_text(encoding="utf-8")
    assert str(QUESTIONS[name].text) in page


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind",
    ["brand_table", "branches", *(pytest.param(one, marks=pytest.mark.slow)
                                  for one in ("catalog", "survey"))],
)  # fmt: skip
def test_a_focus_that_one_kind_of_evidence_does_not_know(
    kind: str, monkeypatch: pytest.MonkeyPatch, sample: Answers
) -> None:
    real = reading.relabelled

    def renamed(evidence: Any, names: Mapping[str, str], **options: Any) -> Any:
        others = {FOCUS: ELSEWHERE} if isinstance(evidence, KINDS[kind]) else names
        return real(evidence, others, **options)

    monkeypatch.setattr(reading, "relabelled", renamed)
    monkeypatch.setattr(module, "_read", lambda *_: None)
    monkeypatch.setattr(module, "write_whole", lambda *_: None)
    told = Answers(read_study("sample"))
    touched = [one.name for one in QUESTIONS.values() if kind in one.reads]
    touched = [name for name in QUESTIONS if any(name in waiting(one) for one in touched)]
    assert len(touched) > 0
    told._known = {one: answer for one, answer in sample._known.items() if one not in touched}
    if kind in ("catalog", "survey"):  # their many questions take long
        for name in touched:  # what no focus enters is called otherwise, and not computed again
            question = QUESTIONS[name]
            built_on = {*question.need, *question.may} & {*touched}
            if not question.of_focus and question.reads == (kind,) and built_on <= {*told._known}:
                told._known[name] = relabelled(sample._known[name], {FOCUS: ELSEWHERE})
        assert not {*touched} <= {*told._known}
    if kind == "survey":  # each room draws its figures with a focus that is not there
        monkeypatch.setattr("brandkit.page.show.exhibit_block", sketched)
    refused = {
        name: str(answer)
        for name in touched
        if isinstance(answer := told[name], Unanswered) and answer.kind == "refused"
    }
    assert not refused
    for name in touched:
        assert told.show(name).blocks or told[name].kind == "absent"
    monkeypatch.setattr("brandkit.page.show.exhibit_block", sketched)
    pages_of(told, touched)


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_focus_that_nothing_knows_counts_as_none(name: str, sample: Answers) -> None:
    if not sample[name]:
        pytest.skip("the sample has no keys for it")
    story = sample[name].story(focus=ELSEWHERE)
    plain = sample[name].story(focus=None)
    assert str(story.headline) == str(plain.headline)
    assert list(story.exhibits) == list(plain.exhibits)
