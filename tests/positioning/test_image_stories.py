"""What is said of doubt, claims, moves, room and what-ifs: rightly settled, in each language."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from brandkit.core.message import Finding, Message
from brandkit.core.result import Result
from brandkit.core.story import Story
from brandkit.language import LANGUAGES, translate, use_language
from brandkit.positioning import (
    MapStability,
    Opportunities,
    Repositioning,
    WaveMovement,
    claim_check,
    map_stability,
    opportunities,
    preference_map,
    repositioning,
    wave_movement,
)
from brandkit.positioning.image.story import nearest_pairs
from tests.positioning.images import small_image
from tests.positioning.test_repositioning import Choices, answers, mapped

OPTIONS = {
    "brand": "brand", "respondent": "respondent", "attributes": ["fair", "modern", "near"],
    "draws": 100,
}  # fmt: skip
MOVES = {"innovative": {"modern": 0.3, "fair": -0.3}, "evolutionary": {"fair": 0.02}}


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    use_language("en")


def ticked(chance: dict[str, tuple[float, ...]], *, n: int, seed: int) -> pd.DataFrame:
    """Draw persons who rate all banks."""
    rng = np.random.default_rng(seed)
    rows = [(p, bank, *rng.binomial(1, c)) for p in range(n) for bank, c in chance.items()]
    names = [*OPTIONS["attributes"], "warm"][: len(next(iter(chance.values())))]
    return pd.DataFrame(rows, columns=["respondent", "brand", *names])


@cache
def stability() -> MapStability:
    return map_stability(small_image(brands=4), **OPTIONS)


@cache
def movement() -> WaveMovement:
    return wave_movement(small_image(wave=None, brands=4), wave="wave", **OPTIONS)


@cache
def alike() -> MapStability:
    """Four banks of which two are the same."""
    chance = {
        "A": (0.7, 0.3, 0.5), "B": (0.3, 0.7, 0.5), "C": (0.3, 0.7, 0.5), "D": (0.4, 0.4, 0.9),
    }  # fmt: skip
    return map_stability(ticked(chance, n=150, seed=4), **OPTIONS)


@cache
def nobody_moved() -> WaveMovement:
    frame = small_image(wave=2025, brands=4, persons=200)
    odd = frame["respondent"].str.rsplit("-").str[-1].astype(int) % 2
    return wave_movement(frame.assign(wave=2025 + odd), wave="wave", **OPTIONS)


@cache
def two_banks() -> MapStability:
    """As little as can be mapped; no bank has persons enough for a region."""
    return map_stability(
        ticked({"A": (0.9, 0.2), "B": (0.3, 0.8)}, n=9, seed=2),
        **{**OPTIONS, "attributes": ["fair", "modern"]}, axes=1,
    )  # fmt: skip


@cache
def ground() -> Opportunities:
    return opportunities(mapped(answers()), brand="A")


@cache
def wanted() -> Opportunities:
    known = mapped(answers(60))
    liking = np.random.default_rng(0).random((5, 30))
    liked = pd.DataFrame(liking, index=known.brands)
    return opportunities(known, preference=preference_map(known.map, liking=liked, model="vector"))


@cache
def moves() -> Repositioning:
    return repositioning(mapped(answers()), brand="A", changes=MOVES)


RESULTS: dict[str, Callable[[], Result]] = {
    "stability": stability,
    "alike": alike,
    "one axis": lambda: map_stability(small_image(brands=4), **OPTIONS, axes=1),
    "two banks": two_banks,
    "plain": lambda: map_stability(stability().table, draws=100),
    "claims": lambda: claim_check(stability()),
    "weak claims": lambda: claim_check(two_banks()),
    "plain claims": lambda: claim_check(stability().table, draws=100),
    "movement": movement,
    "nobody moved": nobody_moved,
    "ground": ground,
    "wanted ground": wanted,
    "what-ifs": moves,
    "no change": lambda: repositioning(two_banks(), brand="A", changes={"fair": 0.0}),
    "gain": lambda: repositioning(
        mapped(answers(60)), brand="A", changes={"fair": 0.1}, preference=Choices()
    ),
}


def texts(story: Story) -> list[Message]:
    """Give all that a story says."""
    said = [story.headline, *[action.text for action in story.actions]]
    said += [story.lede] if story.lede else []
    said += [text for one in story.findings for text in (one.headline, one.detail)]
    for exhibit in story.exhibits.values():
        said += [exhibit.caption, *exhibit.notes]
        said += [exhibit.alt] if exhibit.alt else []
    return said


@pytest.mark.parametrize("focus", [None, "A", "Civic", "Nobody"])
@pytest.mark.parametrize("name", RESULTS)
def test_every_story_holds(name: str, focus: str | None) -> None:
    story = RESULTS[name]().story(focus=focus)
    assert story.findings
    assert all(str(one.detail) for one in story.findings)
    for exhibit in story.exhibits.values():
        assert len(exhibit.data)
        assert (exhibit.draw is None) == (exhibit.alt is None)
        if exhibit.draw is not None:
            assert exhibit.draw().get_figure()
    assert {action.about for action in story.actions} <= set(story.exhibits)
    unknown = "Nobody is not among the banks compared here."
    notes = [str(note) for one in story.exhibits.values() for note in one.notes]
    assert (unknown in notes) == (focus == "Nobody")
    if focus == "Nobody":
        assert str(story.headline) == str(RESULTS[name]().story().headline)


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
@pytest.mark.parametrize("name", RESULTS)
def test_every_sentence_is_there_in_chinese(name: str, language: str) -> None:
    use_language(language)
    stories = [RESULTS[name]().story(focus=focus) for focus in (None, "A", "Civic")]
    known = [story for story in stories if "not among" not in " ".join(map(str, texts(story)))]
    assert len(known) == 2
    for story in known:
        for message in texts(story):
            text = translate(message)
            assert any("\u4e00" <= letter <= "\u9fff" for letter in text), text
            assert "{" not in text
            assert " the " not in text


def settled(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.settled for finding in findings]


def headline(result: Result, focus: str | None = None) -> str:
    return str(result.story(focus=focus).headline)


# --- stability -----------------------------------------------------------------------------------


def test_a_focus_apart_from_all_is_clear() -> None:
    story = stability().story(focus="Kestrel")
    assert str(story.findings[0].headline).startswith("Kestrel is told apart from every rival, ")
    assert story.findings[0].settled == "clear"
    assert str(story.headline).startswith("Kestrel is told apart from every rival, ")


def test_alike_brands_stay_open() -> None:
    story = alike().story(focus="B")
    assert str(story.findings[0].headline) == "B is not told apart from C."
    assert settled(story.findings)[:2] == ["open", "clear"]
    assert str(story.headline) == "B is not told apart from C"
    assert headline(alike()) == "5 of 6 pairs of brands are told apart"
    assert str(story.exhibits["pairs"].alt).endswith("1 is not told apart: B – C.")


def test_findings_name_their_numbers() -> None:
    nearest = nearest_pairs(alike(), focus="B").iloc[0]
    assert nearest["brand_b"] == "C"
    detail = str(alike().story(focus="B").findings[0].detail)
    assert f"distance {nearest['map_distance']:.2f}" in detail


def test_an_unstable_axis_is_open() -> None:
    rng = np.random.default_rng(5)
    rows = [
        (p, bank, *rng.binomial(1, (0.5 + x, 0.5 - x, 0.5, 0.5)))
        for p in range(60)
        for bank, x in zip("ABCD", (-0.3, -0.1, 0.1, 0.3), strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["respondent", "brand", *"wxyz"])
    options = {**OPTIONS, "attributes": list("wxyz")}
    last = map_stability(frame, **options).story().findings[-1]
    assert str(last.headline) == "The map's second axis is not stable."
    assert last.settled == "open"
    one = map_stability(frame, **options, axes=1).story().findings[-1]
    assert str(one.headline) == "The map's one axis is stable."


def test_a_plain_table_is_never_clear() -> None:
    story = RESULTS["plain"]().story(focus="Kestrel")
    assert "clear" not in settled(story.findings)
    assert "drawn one by one" in str(story.lede)
    assert "clear" not in settled(RESULTS["plain claims"]().story().findings)


def test_many_alike_are_counted_not_listed() -> None:
    frame = ticked({bank: (0.5, 0.5, 0.5) for bank in "ABCDEFGH"}, n=40, seed=6)
    result = map_stability(frame, **OPTIONS)
    first = result.story().findings[0]
    assert "more" in str(first.detail)
    assert first.settled == "open"
    assert headline(result, "A").startswith("A is not told apart from ")
    assert headline(result, "A").endswith(", 3 more")


# --- waves ---------------------------------------------------------------------------------------


def test_a_mover_is_named_with_its_direction() -> None:
    story = movement().story(focus="Harbour")
    assert str(story.findings[0].headline) == "Harbour moved, towards “modern”."
    assert story.findings[0].settled == story.actions[0].settled == "clear"
    assert story.actions[0].verb == "check"
    assert headline(movement()) == "Harbour moved between 2025 and 2026"
    assert headline(movement(), "Civic") == "Harbour moved between 2025 and 2026; Civic did not"
    assert not movement().story(focus="Civic").actions


def test_a_focus_that_stayed_is_told_how_far_it_may_have_moved() -> None:
    still = movement().story(focus="Civic").findings[1]
    assert str(still.headline) == "Civic did not move more than chance allows."
    high = movement().moves.set_index("brand").loc["Civic", "ci_high"]
    assert f"by {high:.2f} at most" in str(still.detail)


def test_without_a_mover_nothing_is_claimed() -> None:
    story = nobody_moved().story()
    assert str(story.findings[0].headline) == "No brand moved more than chance allows."
    assert settled(story.findings) == ["open", "open"]
    assert str(story.findings[1].headline) == "The market as a whole did not change beyond chance."
    assert "without any arrow" in str(story.exhibits["moves"].alt)
    assert "beyond chance between" in str(story.headline)


def test_what_the_market_did_is_said_in_points() -> None:
    frame = small_image(wave=None, brands=3, persons=200).query("brand != 'Harbour'")
    extra = frame[frame["brand"] == "Civic"].assign(brand="Dune")
    frame = pd.concat([frame, extra])
    rng = np.random.default_rng(1)
    up = (frame["wave"] == 2026) & (rng.random(len(frame)) < 0.5)
    result = wave_movement(frame.assign(near=frame["near"].where(~up, 1)), wave="wave", **OPTIONS)
    last = result.story().findings[-1]
    assert str(last.headline) == "1 of 3 attributes changed across the market."
    assert "“near” +" in str(last.detail)
    assert last.settled == "clear"


def test_anchors_are_named() -> None:
    anchored = wave_movement(
        small_image(wave=None, brands=4), wave="wave", anchors=["Civic", "Kestrel"], **OPTIONS
    )
    first = str(anchored.story().exhibits["moves"].notes[0])
    assert "Civic, Kestrel, which are taken not to have moved" in first
    assert "market as a whole" in str(movement().story().lede)


# --- claims --------------------------------------------------------------------------------------


def test_claims_of_the_focus_and_of_all() -> None:
    result = claim_check(stability())
    first = result.story(focus="Kestrel").findings[0]
    assert str(first.headline) == "Customers support 1 claim of Kestrel."
    assert "“modern” +63 points (+57 to +68)" in str(first.detail)
    assert first.settled == "clear"
    assert headline(result, "Kestrel") == "Customers see Kestrel as “modern”"
    assert "claims are supported." in str(result.story().findings[0].headline)
    assert headline(result).startswith("Customers support ")
    assert not result.story().actions


def test_what_customers_deny_is_to_be_checked_and_comes_first_where_they_support_nothing() -> None:
    result = claim_check(stability(), claims=[("Civic", "near"), ("Civic", "fair")])
    story = result.story(focus="Civic")
    assert str(story.headline) == "Customers contradict that Civic is “fair”"
    assert str(story.findings[0].headline) == "Customers contradict 1 claim of Civic."
    assert settled(story.findings) == ["clear", "open"]
    assert [action.verb for action in story.actions] == ["check"]
    weak = claim_check(stability(), claims=[("Harbour", "near")]).story(focus="Harbour")
    assert str(weak.headline) == "No claim of Harbour is shown"
    assert settled(weak.findings) == ["open", "open"]
    assert not weak.actions


def test_a_gap_too_small_to_matter_is_never_clear_and_leads_nothing() -> None:
    result = claim_check(stability(), claims=[("Civic", "near"), ("Civic", "fair")])
    near, fair = {"gap": 0.03, "statistic": 9.0}, {"gap": 0.17, "statistic": 8.0}
    rows = pd.DataFrame([near, fair]).assign(claim="supported")
    both = replace(result, claims=result.claims.assign(**{name: rows[name] for name in rows}))
    story = both.story(focus="Civic")
    assert settled(story.findings) == ["clear", "open"]
    assert story.points[0].on == ("fair",)
    assert "1 is beyond chance but under 5 points" in str(story.findings[0].detail)

    alone = replace(both, claims=both.claims.head(1))
    story = alone.story(focus="Civic")
    assert settled((*story.findings, *story.points, *story.actions)) == [
        "likely", "open", "likely", "likely",
    ]  # fmt: skip
    told = replace(alone, smallest_gap=0.02).story(focus="Civic")
    assert settled((*told.findings, *told.points)) == ["clear", "open", "clear"]


# --- room ----------------------------------------------------------------------------------------


def test_findings_of_ground_say_which_and_how_settled() -> None:
    found, zones = ground().story().findings, ground().spots["zone"]
    first = str(found[0].headline)
    assert first.startswith("Between" if zones[0] == "within" else "Beyond")
    assert found[-1].settled == "open"
    assert "white space" in str(found[-1].detail).lower()
    for statement, zone in zip(found, (zones[0], zones[zones != zones[0]].iloc[0]), strict=False):
        if zone == "extrapolated":
            assert statement.settled != "clear"


@pytest.mark.parametrize(("support", "sure"), [(0.95, "clear"), (0.85, "likely"), (0.5, "open")])
def test_support_decides_how_settled_ground_is(support: float, sure: str) -> None:
    spots = ground().spots[ground().spots["zone"] == "within"].assign(support=support)
    story = replace(ground(), spots=spots.reset_index(drop=True)).story()
    assert story.findings[0].settled == sure
    assert ("not settled" in str(story.headline)) == (sure == "open")
    assert not story.actions, "that nobody stands there is no evidence"


def test_with_preferences_demand_is_not_called_open() -> None:
    likely = ground().spots.assign(support=0.85)
    story = replace(ground(), basis="preference", spots=likely).story()
    assert "Customers would like" in str(story.headline)
    assert not any("white space" in str(one.detail).lower() for one in story.findings)
    assert "density of customers" in str(story.exhibits["room"].caption)


# --- what-ifs ------------------------------------------------------------------------------------


def test_findings_of_what_ifs_name_rivals_changes_and_gains() -> None:
    story = moves().story()
    assert len(story.findings) == 3
    said = {str(one.headline): str(one.detail) for one in story.findings}
    assert "modern (+30)" in said["“innovative” brings A next to B instead of E."]
    assert str(story.findings[-1].headline) == "Whether it would win customers is open."
    (only,) = RESULTS["gain"]().story().findings
    assert "Share of choices +5.00 points (+4.00 to +6.00)" in str(only.detail)


@pytest.mark.parametrize(
    ("support", "told"),
    [
        (0.9, "sets A further apart from E"),
        (0.1, "brings A closer to E"),
        (0.5, "leaves A about as far from E"),
    ],
)
def test_the_direction_is_told_by_the_draws(support: float, told: str) -> None:
    row = moves().moves.head(1).assign(nearest_then="E", further_support=support)
    story = replace(moves(), moves=row).story()
    assert told in str(story.findings[0].headline)
    expected = {0.9: "likely", 0.1: "likely", 0.5: "open"}[support]
    sure = row["nearest_then_support"].iloc[0] >= 0.8
    assert story.findings[0].settled == (expected if sure else "open")
    assert len(story.actions) == (support == 0.9 and sure)


@pytest.mark.parametrize(
    ("then", "support", "said"),
    [
        (0.1, 0.9, "None of 2 what-ifs would set A further apart from its nearest rival"),
        (0.9, 0.5, "Which of 2 what-ifs would set A further apart is not settled"),
        (0.9, 0.9, "Of 2 what-ifs, “evolutionary” sets A furthest apart from its rivals"),
    ],
)
def test_of_several_what_ifs_the_furthest_comes_first(then, support, said: str) -> None:
    rows = moves().moves.assign(distance_now=0.2, further_support=support, nearest_then_support=0.9)
    rows["distance_then"] = [0.05, then]
    story = replace(moves(), moves=rows).story()
    assert str(story.headline) == said
    assert str(story.findings[0].headline).startswith("“evolutionary”")


def test_no_change_is_said_to_be_none() -> None:
    still = RESULTS["no change"]().story()
    assert str(still.findings[0].headline) == "The change leaves A where it is."
    assert not still.actions
