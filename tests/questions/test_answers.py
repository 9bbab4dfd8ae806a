"""Answers: each question once, kept, its refusal its own, the language never in the numbers."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import brandkit as bk
from brandkit.core.errors import InputError, NotEnoughDataError
from brandkit.core.result import Result
from brandkit.core.story import Story
from brandkit.questions import QUESTIONS, Answers, Question, Unanswered
from brandkit.questions import answering as module
from brandkit.questions.kept import pack, unpack
from brandkit.sources import read_study
from tests.public import make_world

NAMES = (
    "overlap", "chance", "history", "gaps", "names", "market_overlap", "scores", "alikeness",
    "reliability", "drivers", "penalties", "priorities", "paths", "choice", "segments",
    "service", "quality", "map", "stability", "movement", "claims", "opportunities",
    "what_ifs", "links", "strategy", "scorecard", "league_table",
)  # fmt: skip
#: Questions whose methods have no key in study.toml yet; this list may only shrink.
NO_KEY_YET: set[str] = set()


def refusing(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Make the methods behind some questions refuse."""

    def refuse(_: Any) -> Any:
        raise NotEnoughDataError("`drivers` must be more. Ask more people.")

    for name in names:
        changed = dataclasses.replace(QUESTIONS[name], call=refuse)
        monkeypatch.setitem(QUESTIONS, name, changed)
    monkeypatch.setattr(module, "_read", lambda *_: None)
    monkeypatch.setattr(module, "write_whole", lambda *_: None)


def test_questions_have_their_fixed_names() -> None:
    assert set(NAMES) - NO_KEY_YET <= set(QUESTIONS)
    assert not NO_KEY_YET & set(QUESTIONS), "take it off the list"


def test_questions_build_on_what_comes_with_them() -> None:
    for question in QUESTIONS.values():
        known = {*question.need, *question.may, *filter(None, [question.unless])}
        assert known <= set(QUESTIONS), question.name


def test_every_question_of_the_sample_is_answered(sample: Answers) -> None:
    assert {name for name in sample if not sample[name]} == set()


def test_every_answer_comes_back_from_its_file_as_it_was(sample: Answers) -> None:
    for name in sample:
        result = sample[name]
        again = unpack(pack(result))
        assert type(again) is type(result)
        pd.testing.assert_frame_equal(again.tidy(), result.tidy())
        pd.testing.assert_frame_equal(again.glance(), result.glance())
        assert again.notes == result.notes


def test_no_id_of_a_person_is_in_a_file() -> None:
    rows = make_world(1).people.assign(id=lambda frame: "planted-" + frame["id"])
    told = {"items": ["q1", "q2"], "respondent": "id"}
    groups = bk.customer_segments(rows, tiers="tier", draws=50, **told)
    models = [bk.ordinal_model(rows, outcome="sat", drivers=["q1"], respondent="id"), groups]
    for result in models:
        assert b"planted" not in pack(result)
        again = unpack(pack(result))
        pd.testing.assert_frame_equal(again.tidy(), result.tidy())
    assert again.assign(rows)["segment"].tolist() == groups.assign(rows)["segment"].tolist()


def test_an_answer_is_computed_once_and_then_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    first = bk.answers("sample").reliability

    def never(_: Any) -> Any:
        raise AssertionError("computed again")

    monkeypatch.setitem(
        QUESTIONS, "reliability", dataclasses.replace(QUESTIONS["reliability"], call=never)
    )
    again = bk.answers("sample").reliability
    pd.testing.assert_frame_equal(again.tidy(), first.tidy())


def test_a_damaged_file_is_made_again(tmp_path: Path) -> None:
    study = small_study(tmp_path)
    told = bk.answers(study)
    assert told.map
    place = module.processed_folder(told.study.folder) / "answers" / "map.zip"
    place.write_bytes(place.read_bytes()[:-7])
    assert bk.answers(study).map.tidy().equals(told.map.tidy())
    shutil.rmtree(place.parent.parent)


def test_tab_computes_nothing() -> None:
    told = bk.answers("sample")
    assert {"drivers", "overlap"} <= set(dir(told))
    assert type(told).drivers.__doc__ == "What drives satisfaction?"
    assert not told._known


def test_language_changes_labels_and_no_number(sample: Answers) -> None:
    chinese = bk.answers("sample", language="zh-Hant")
    for name in ("drivers", "scores", "stability", "what_ifs", "gaps", "strategy"):
        ours, theirs = sample[name].tidy(), chinese[name].tidy()
        numbers = ours.select_dtypes("number").columns
        pd.testing.assert_frame_equal(ours[numbers], theirs[numbers])
    assert "臨櫃人員" in set(chinese.drivers.drivers["label"])
    assert chinese.what_ifs.brand == "海港銀行"
    assert sample.what_ifs.brand == "Harbour Bank"


def test_two_labels_of_one_name_are_one_thing_before_anything_is_computed(tmp_path: Path) -> None:
    study = small_study(tmp_path, names="label,zh-Hant\nA,甲\nB,乙\nfees,費用\n")
    known = read_study(study, language="zh-Hant")
    assert module.in_own_words(known)[0].in_own_words
    again = small_study(tmp_path / "more", names="label,zh-Hant\nfees,費用\ncosts,費用\n")
    known = read_study(again, language="zh-Hant")
    assert module.in_own_words(known) == (known, {})


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_refusal_costs_its_question_and_those_that_build_on_it(
    name: str, monkeypatch: pytest.MonkeyPatch, sample: Answers
) -> None:
    refusing(monkeypatch, name)
    told = Answers(sample.study)
    others = set(sample) - builds_on(name)
    told._known = {one: sample._known_answer(one) for one in others}
    answer = told[name]
    assert isinstance(answer, Unanswered)
    assert answer.kind == "refused"
    assert not answer
    for other in builds_on(name) - {name}:
        assert isinstance(told[other], Unanswered)
        assert told[other].kind == "waits"


def builds_on(name: str) -> set[str]:
    """Give a question and all that build on it."""
    found = {name}
    for question in QUESTIONS.values():  # in the order of building
        if found & {*question.need, *question.may}:
            found.add(question.name)
    return found


def test_a_refusal_is_said_in_the_words_of_study_toml(
    monkeypatch: pytest.MonkeyPatch, sample: Answers
) -> None:
    refusing(monkeypatch, "drivers")
    assert str(Answers(sample.study).drivers) == ("[survey] drivers must be more. Ask more people.")


def test_a_bug_is_no_refusal(monkeypatch: pytest.MonkeyPatch, sample: Answers) -> None:
    def fail(_: Any) -> Any:
        raise ZeroDivisionError

    refusing(monkeypatch)
    changed = dataclasses.replace(QUESTIONS["reliability"], call=fail)
    monkeypatch.setitem(QUESTIONS, "reliability", changed)
    with pytest.raises(ZeroDivisionError):
        _ = Answers(sample.study).reliability


def test_a_question_sees_only_what_it_declares(monkeypatch: pytest.MonkeyPatch) -> None:
    told = bk.answers("sample")
    refusing(monkeypatch)
    peeking = dataclasses.replace(QUESTIONS["reliability"], call=lambda a: a.catalog)
    monkeypatch.setitem(QUESTIONS, "reliability", peeking)
    with pytest.raises(AssertionError, match="does not declare"):
        _ = told.reliability


def test_what_is_absent_is_said_with_its_key(tmp_path: Path) -> None:
    told = bk.answers(small_study(tmp_path))
    answer = told.drivers
    assert isinstance(answer, Unanswered)
    assert answer.kind == "absent"
    assert "study.toml" in str(answer)
    assert isinstance(answer.story(), Story)
    with pytest.raises(InputError, match="`drivers` is not answered"):
        _ = answer.drivers
    assert not hasattr(answer, "tidy")


def test_an_unknown_question_is_refused_with_the_nearest(sample: Answers) -> None:
    with pytest.raises(InputError, match="Did you mean 'drivers'"):
        _ = sample["driver"]
    with pytest.raises(AttributeError):
        _ = sample.driver


def test_the_focus_counts_only_where_the_numbers_use_it() -> None:
    one, other = bk.answers("sample"), bk.answers("sample", focus="Civic")
    assert one.key("scores") == other.key("scores")
    assert one.key("gaps") != other.key("gaps")
    assert one.key("strategy") != other.key("strategy")  # it builds on gaps


def test_every_result_is_of_the_question(sample: Answers) -> None:
    for name in sample:
        assert isinstance(sample[name], Result)
        assert isinstance(QUESTIONS[name], Question)


def small_study(folder: Path, names: str = "") -> Path:
    """Write a study of one brand table."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "image.csv").write_text(
        "bank,fees,costs,care\nA,30,10,20\nB,10,30,25\nC,20,22,31\nD,15,18,40\n", encoding="utf-8"
    )
    text = '[study]\ntitle = "Small"\n'
    if names:
        (folder / "names.csv").write_text(names, encoding="utf-8")
        text += '[names]\nsource = "names.csv"\n'
    text += '[brand_table]\nsource = "image.csv"\nkind = "counts"\n'
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return folder
