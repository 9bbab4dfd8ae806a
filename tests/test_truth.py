"""Tests of truth on what the pages of five studies say: stories are read, never their wording.

No headline rests on fewer than `minimum_base`; no sentence stands against a test on its page; one
quantity has one number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from numbers import Real
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest

import brandkit as bk
from brandkit.core.labels import spoken as as_people_say
from brandkit.core.message import Finding, Message
from brandkit.core.story import Story
from brandkit.language import translate, use_language
from brandkit.overlap.gaps import LEADS_FROM
from brandkit.page.tables import table_cells
from brandkit.questions import Answers
from brandkit.questions.answering import _is_of_waves
from brandkit.questions.asked import QUESTIONS
from tests.golden.gather import AUSTRALIA, BURGER, CSIBANK, RECORDED, TRACKER

COMPLAINTS = """[study]
title = "Complaints about banks, 2015"
focus = "PayPal Holdings, Inc."
[brand_table]
source = "complaints.csv"
brand = "Company"
attribute = "Issue"
kind = "counts"
"""
#: Study, its study.toml and its files beside the clone.
STUDIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "sample": ("", ()),
    "csibank": (CSIBANK, ("surveys/csibank/csibank.csv",)),
    "burger": (BURGER, (TRACKER,)),
    "australia": (AUSTRALIA, RECORDED["australia", "offers"].files),
    "complaints": (COMPLAINTS, ("brand_tables/cfpb_complaints_2015/complaints.csv",)),
}
PAGES = (
    "01_overlap",
    "02_satisfaction",
    "03_positioning",
    "04_brief",
    "05_analysts",
    "06_market",
    "07_rankings",
)
#: A value of a sentence that counts who or what stands behind it.
BASE = re.compile(r"^(n|base|n_respondents|n_persons|n_comparable|n_a|n_b|own_n|persons)$")
#: Questions of products, banks and mentions: their counts are not of people.
OF_THINGS = {
    "overlap", "explanation", "chance", "gaps", "names", "history", "map", "what_ifs", "links",
    "market_overlap", "league_table", "strategy", "mental_availability", "scorecard_matrix",
}  # fmt: skip
#: Columns that tell what an estimate is of.
KEYS = ("brand", "attribute", "driver", "item", "measure", "wave", "wave_a", "segment", "category",
        "label")  # fmt: skip
#: Values by which a sentence says how sure it is.
P_VALUE = re.compile(r"^p$|^p_value$|^p_adjusted$")


class Told(NamedTuple):
    """What a study's questions say."""

    answers: Answers
    stories: dict[str, Story]

    def leading(self) -> Iterator[tuple[str, Finding]]:
        """Give the first finding of every story that may head a page."""
        yield from ((name, one.findings[0]) for name, one in self.stories.items() if one.findings)

    def findings(self) -> Iterator[tuple[str, Finding]]:
        """Give every finding."""
        for name, story in self.stories.items():
            yield from ((name, finding) for finding in story.findings)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(
            name,
            marks=[
                pytest.mark.slow,
                *[pytest.mark.real] * bool(files),
                *[pytest.mark.exhaustive] * (name == "australia"),  # catalogues alone: few stories
            ],
        )
        for name, (_, files) in STUDIES.items()
    ],
)
def told(request: pytest.FixtureRequest) -> Told:
    toml, files = STUDIES[request.param]
    folder: str | Path = request.param
    if toml:
        folder = request.getfixturevalue("studies_of")(toml, files)
    use_language("en")
    answers = bk.answers(folder)
    return Told(answers, {name: answers.story(name) for name in answers if answers[name]})


def values_of(message: Any) -> Iterator[tuple[str, Any]]:
    """Give what a message and those in it are filled with, where its text names it."""
    if isinstance(message, Message):
        for name, value in message.values.items():
            if re.search(rf"\{{{name}[:}}]", message.text):
                yield name, value
                yield from values_of(value)
    elif isinstance(message, (list, tuple)):
        for one in message:
            yield from values_of(one)


def frames(told: Told) -> Iterator[tuple[str, pd.DataFrame]]:
    """Give the data of every figure and table."""
    for name, story in told.stories.items():
        for key, exhibit in story.exhibits.items():
            if exhibit.data is not None and len(exhibit.data):
                yield f"{name}/{key}", exhibit.data


def test_no_headline_rests_on_fewer_than_the_minimum_base(told: Told) -> None:
    least = told.answers.study.settings.report.minimum_base
    small: dict[str, set[str]] = {}  # names of banks that fewer stand behind, wherever it is shown
    for place, frame in frames(told):
        if not {"brand", "n"} <= set(frame) or told.stories[place.partition("/")[0]] is None:
            continue
        question = place.partition("/")[0]
        if not told.stories[question].exhibits[place.partition("/")[2]].of_people:
            continue
        few = frame.groupby(frame["brand"].astype(str))["n"].max()
        small.setdefault(question, set()).update(few.index[few < least])
    wrong = []
    for name, finding in told.leading():
        counted = [
            float(value)
            for part in (finding.headline, finding.detail)
            for key, value in values_of(part)
            if BASE.match(key) and isinstance(value, Real)  # NumPy's too
        ]
        people = name not in OF_THINGS
        if people and counted and max(counted) < least and finding.settled != "open":
            wrong.append((name, translate(finding.headline), counted))
        compared = dict(values_of(finding.detail)).get("n_comparable", least)
        if name == "gaps" and finding.settled == "clear" and compared < LEADS_FROM:
            wrong.append((name, translate(finding.headline), compared))
        named = {str(value) for _, value in values_of(told.stories[name].headline)}
        focus = {str(told.answers.study.focus)}
        wrong += [(name, one, "few") for one in (named & small.get(name, set())) - focus]
    plain = told.answers["map"]
    if plain and float(plain.n).is_integer() and plain.n > 1000:  # a table that counts mentions
        named = plain.rows["label"].astype(str)
        mentions = (plain.n * plain.rows["mass"]).groupby(named).first()
        near = [str(v) for k, v in values_of(told.stories["map"].headline) if k == "nearest"]
        wrong += [("map", one, mentions[one]) for one in near if mentions[one] < least]
    assert wrong == []


def test_no_sentence_stands_against_a_test_on_its_page(told: Told) -> None:
    wrong = []
    for name, finding in told.findings():
        inside = [*values_of(finding.headline), *values_of(finding.detail)]
        p_values = [float(v) for key, v in inside if P_VALUE.match(key) and v == v]
        if finding.settled == "clear" and p_values and min(p_values) > 0.05:
            wrong.append((name, "clear against its own p", translate(finding.detail)))
    for name, story in told.stories.items():
        for action in story.actions:  # no surer than some finding of its story
            sure = ["open", "likely", "clear"]
            best = max((sure.index(one.settled) for one in story.findings), default=0)
            if sure.index(action.settled) > best:
                wrong.append((name, "surer than all findings", translate(action.text)))
    claims, strategy = told.answers["claims"], told.answers["strategy"]
    if claims and strategy:
        says = claims.claims.set_index(["brand", "attribute"])["claim"]
        options = strategy.options
        for move in options[options["evidence"] == "image"].itertuples():
            pair = (strategy.brand, move.option)
            rivals = says.xs(move.option, level=1) if move.option in says.index.levels[1] else None
            if rivals is None:
                continue
            seen = (rivals.drop(strategy.brand, errors="ignore") == "supported").any()
            if move.strategy == "innovative" and seen:
                wrong.append(("strategy", "innovative though a rival is seen so", move.option))
            if says.get(pair) == "contradicted" and move.because == "we_lead_already":
                wrong.append(("strategy", "a lead that customers deny", move.option))
    stability, plain = told.answers["stability"], told.answers["map"]
    if stability and plain:
        alike = {
            frozenset(pair)
            for pair in stability.pairs.loc[
                ~stability.pairs["distinct"], ["brand_a", "brand_b"]
            ].itertuples(index=False, name=None)
        }
        assert all(len(pair) == 2 for pair in alike)
    assert wrong == []


def test_an_interval_never_leaves_its_estimate(told: Told) -> None:
    wrong = []
    for place, frame in frames(told):
        if {"estimate", "ci_low", "ci_high"} <= set(frame):
            known = frame.dropna(subset=["estimate", "ci_low", "ci_high"])
            ends = known[["estimate", "ci_low", "ci_high"]].astype(float)
            off = (ends["estimate"] < ends["ci_low"] - 1e-9) | (
                ends["estimate"] > ends["ci_high"] + 1e-9
            )
            wrong += [(place, row) for row in known[off].to_dict("records")]
    assert wrong == []


def test_one_quantity_has_one_number(told: Told) -> None:
    """What is told of a bank by one name in two exhibits of a page, and in two stories, agrees."""
    seen: dict[tuple[str, ...], tuple[str, float]] = {}
    wrong = []
    for place, frame in frames(told):
        question = place.partition("/")[0]
        keys = [name for name in KEYS if name in frame]
        if "estimate" not in frame or not keys:
            continue
        texts = frame[keys].astype(object).fillna("").astype(str).agg("|".join, axis=1)
        if texts.duplicated().any():
            continue
        for key, value in zip(texts, frame["estimate"].astype(float), strict=True):
            mark = (question, "|".join(keys), key)
            if mark in seen and value == value and abs(seen[mark][1] - value) > 1e-9:
                wrong.append((place, mark, value, seen[mark]))
            seen[mark] = (place, value)
    drivers, tiers = told.answers["drivers"], told.answers["segment_drivers"]
    if drivers and tiers:
        both = drivers.drivers.merge(tiers.drivers, on="driver", suffixes=("", "_again"))
        pd.testing.assert_series_equal(
            both["importance"], both["importance_again"], check_names=False, rtol=1e-9
        )
    stability, claims = told.answers["stability"], told.answers["claims"]
    if stability and claims:
        shares = stability.cells.set_index(["brand", "attribute"])["share"]
        again = claims.claims.set_index(["brand", "attribute"])["share"]
        pd.testing.assert_series_equal(shares.loc[again.index], again, check_names=False)
    for name, story in told.stories.items():  # the headline names no other than its findings do
        focus = {str(told.answers.study.focus)}
        if story.findings:
            named = {str(v) for k, v in values_of(story.headline) if k in ("nearest", "rival")}
            spoken = " ".join(
                translate(part) for one in story.findings for part in (one.headline, one.detail)
            )
            wrong += [(name, one) for one in named - focus if as_people_say(one) not in spoken]
    assert wrong == []


def test_a_picture_names_the_nearest_that_its_sentences_name(told: Told) -> None:
    for story in told.stories.values():
        for exhibit in story.exhibits.values():
            alt = dict(values_of(exhibit.alt))
            near = {str(v) for k, v in values_of(story.headline) if k == "nearest"}
            if near and "nearest" in alt and "focus" in alt:
                assert str(alt["nearest"]) in near


def test_no_table_shows_a_code(told: Told) -> None:
    codes = re.compile(r"^[a-z]+(_[a-z]+)+$")
    own = {
        str(name)
        for survey in [told.answers.study.survey]
        if survey is not None
        for name in survey.responses
    }
    shown = {
        (place, column.names[0], text)
        for place, frame in frames(told)
        for cells in [table_cells(frame, of_people=False)]
        for at, column in enumerate(cells.columns)
        if column.is_text
        for text in {row.texts[at] for row in cells.rows}
        if codes.match(text) and text not in own
    }
    assert shown == set()


def test_every_page_leads_with_what_is_answered(told: Told) -> None:
    for page in PAGES:
        blocks = [block.to_json() for block in told.answers.lead(page).blocks]
        if not blocks:  # nothing of it is answered, and no such page is written
            continue
        firm = [one["settled"] for one in blocks if one["kind"] == "finding"]
        if len(set(firm) - {"open"}):
            title = blocks[0]["text"]["text"]
            assert title


def test_claims_and_links_of_cues_never_contradict_each_other(told: Told) -> None:
    """What is thought of a bank more than its size explains is no claim that customers deny."""
    claims, mental = told.answers["claims"], told.answers["mental_availability"]
    if not claims or not mental:
        pytest.skip("the study has not got both")
    both = claims.claims.merge(mental.cues, on=["brand", "attribute"], suffixes=("", "_cue"))
    if both.empty:
        pytest.skip("its entry points are other words than its attributes")
    sure = both[(both["claim"] != "not_shown") & (both["settled"] == "clear")]
    assert len(sure)
    against = (sure["gap"] > 0) != (sure["advantage"] > 0)
    assert sure.loc[against, ["brand", "attribute", "gap", "advantage"]].to_numpy().tolist() == []


def test_waves_are_said_where_their_numbers_stand(told: Told) -> None:
    """Pooled ones are all named; of the newest alone also how many answers it has."""
    survey = told.answers.study.survey
    wave = survey.design.wave if survey is not None else None
    if wave is None or survey.responses[wave].nunique() < 2:
        pytest.skip("the study has one wave")
    for name, story in told.stories.items():
        if _is_of_waves(QUESTIONS[name], told.answers.study):  # a map of a brand table is not
            notes = [note for one in story.exhibits.values() for note in one.notes]
            told_of = [dict(values_of(note)).keys() for note in notes]
            assert any("waves" in keys or {"wave", "rows"} <= keys for keys in told_of), name
