"""Figures and sentences of links, scorecards and strategies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection

import brandkit.strategy.reading as reading_rules
from brandkit.core.result import Result
from brandkit.language import LANGUAGES, translate, use_language
from brandkit.overlap import catalog_gaps
from brandkit.overlap.examples import small_catalog
from brandkit.strategy import (
    Scorecard,
    distance_link,
    scorecard,
    scorecard_matrix,
    strategy_reading,
    uniqueness_link,
)
from brandkit.strategy.plot import MOST_OPTIONS, distance_pairs
from brandkit.strategy.story import BECAUSE
from brandkit.viz.export import figure_svg
from brandkit.viz.marks import key_of
from tests.strategy.test_links import banks, tables
from tests.strategy.test_reading import VALUE, gap, made
from tests.strategy.test_scorecards import random_table

LONG = [f"The {number} Consolidated Savings Bank of the Islands" for number in range(10)]


@pytest.fixture(scope="module")
def link():
    sold, seen = tables(10, link=0.5)
    return distance_link(sold, perceived=seen, draws=199)


@pytest.fixture(scope="module")
def card() -> Scorecard:
    table = random_table(3, rows=8)
    return scorecard(table, limits=(0, 1), std_errors=0 * table + 0.05, draws=199)


@pytest.fixture(scope="module")
def reading():
    return strategy_reading(
        made(
            gap("point_of_difference", "cashback"), gap("parity_gap", "freeze", share_have=0.9),
            gap("point_of_difference", "new", n_rivals_have=0, share_have=0.0),
            gap("point_of_difference", "odd"),
        ),
        value=VALUE,
    )  # fmt: skip


# --- figures -----------------------------------------------------------------------------------


def test_both_maps_have_one_size_and_the_same_numbers(link) -> None:
    figure = link.plot(focus="bank 03")
    left, right, key = figure.axes
    assert left.get_position().size == pytest.approx(right.get_position().size)
    for ax in (left, right):
        assert ax.get_aspect() == 1.0
        assert sorted(int(text.get_text()) for text in ax.texts if text.get_text()) == list(
            range(1, 11)
        )
    assert [text.get_text() for text in key.texts][3].split() == ["4", "bank", "03"]
    wide = link.places.pivot(index="brand", columns="axis", values="catalogue_coordinate")
    drawn = np.vstack([one.get_offsets() for one in left.collections])
    np.testing.assert_allclose(np.sort(drawn, axis=0), np.sort(wide.to_numpy(), axis=0))


def test_pairs_at_odds_are_joined_on_both_maps(link) -> None:
    figure = link.plot()
    for reading, style in (("seen_apart", "-"), ("seen_alike", "--")):
        n = min(3, int((link.pairs["reading"] == reading).sum()))
        for ax in figure.axes[:2]:
            assert sum(line.get_linestyle() == style for line in ax.lines) == n


def test_every_pair_is_a_point_and_odd_ones_are_named(link) -> None:
    ax = distance_pairs(link, focus="bank 03")
    assert sum(len(one.get_offsets()) for one in ax.collections) == 45
    named = " ".join(text.get_text().replace("\n", " ") for text in ax.texts)
    odd = link.pairs[link.pairs["reading"] != "usual"].iloc[0]
    assert f"{odd['brand_a']} – {odd['brand_b']}" in named


@pytest.mark.parametrize("trait", ["uniqueness", "breadth"])
def test_banks_stand_at_their_trait_and_satisfaction(trait: str) -> None:
    sold, liked = banks()
    liked = liked.assign(ci_low=liked["estimate"] - 0.1, ci_high=liked["estimate"] + 0.1)
    result = uniqueness_link(sold, satisfaction=liked, draws=99)
    ax = result.plot(focus="bank 2", trait=trait)
    drawn = np.vstack([one.get_offsets() for one in ax.collections[1:]])
    column = "uniqueness" if trait == "uniqueness" else "effective_categories"
    expected = result.brands[[column, "estimate"]].to_numpy()
    np.testing.assert_allclose(np.sort(drawn, axis=0), np.sort(expected, axis=0))
    assert len(ax.collections[0].get_segments()) == 9


def test_dots_bars_and_lines_are_ranks_sets_and_ranges(card) -> None:
    ax = card.plot(focus="bank 1")
    lines, dots, own_line, own, bars = ax.collections
    totals, is_own = card.totals, card.totals["brand"] == "bank 1"
    ranges = totals[["weights_rank_low", "weights_rank_high"]]
    for drawn, expected in ((lines, ranges[~is_own]), (own_line, ranges[is_own])):
        np.testing.assert_allclose([one[:, 0] for one in drawn.get_segments()], expected)
    ends = np.array([segment[:, 0] for segment in bars.get_segments()])
    np.testing.assert_allclose(ends + np.array([0.12, -0.12]), totals[["rank_low", "rank_high"]])
    for drawn, which in ((dots, ~is_own), (own, is_own)):
        assert drawn.get_offsets()[:, 0].tolist() == totals.loc[which, "rank"].tolist()
    assert [label.get_text() for label in ax.get_yticklabels()] == totals["brand"].tolist()


def test_without_errors_there_are_no_bars() -> None:
    plain = scorecard(random_table(3), limits=(0, 1), draws=99)
    labels = list(key_of(plain.plot().figure))
    assert labels == ["most other weights"]


def test_many_institutions_keep_the_focus() -> None:
    many = scorecard(random_table(3, rows=45), limits=(0, 1), draws=99)
    last = str(many.totals["brand"].iloc[-1])
    names = [label.get_text() for label in many.plot(focus=last).get_yticklabels()]
    assert len(names) == 30
    assert names[-1] == last


def test_unsettled_tiers_are_hollow() -> None:
    table = pd.DataFrame({"x": [5.1, 9.0], "y": [9.0, 9.0]}, ["near", "far"])
    result = scorecard_matrix(
        table, contribution=["x"], potential=["y"], limits=(0, 10), std_errors=0 * table + 1.0
    )
    points = result.plot().collections[0]
    faces = points.get_facecolors()
    assert not np.allclose(faces[0], faces[1])
    np.testing.assert_allclose(points.get_offsets(), [[0.51, 0.9], [0.9, 0.9]])


def test_options_stand_under_their_strategy(reading) -> None:
    ax = reading.plot()
    names = [label.get_text().replace("\n", " ") for label in ax.get_yticklabels()]
    assert names == [
        "innovative: no rival has as much", "new (Cards)", "distinctive: few have it",
        "cashback (Cards)",
        "evolutionary: improves what exists", "freeze (Cards)", "not enough evidence",
        "odd (Cards)",
    ]  # fmt: skip
    dots = [one for one in ax.collections if isinstance(one, PathCollection)]
    places = [place for one in dots for place in one.get_offsets().tolist()]
    assert sorted(places, key=lambda place: place[1]) == [[0.0, 1], [0.1, 3], [0.9, 5], [0.1, 7]]
    assert "+8.00" in [text.get_text() for text in ax.texts]


def test_a_strategy_shows_at_most_so_many_options() -> None:
    rows = [gap("parity_gap", f"feature {at}", share_have=0.9) for at in range(20)]
    ax = strategy_reading(made(*rows)).plot()
    assert len(ax.get_yticklabels()) == MOST_OPTIONS + 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_are_slim_in_every_language(link, card, reading, language: str) -> None:
    use_language(language)
    try:
        sizes = [
            len(figure_svg(figure, prefix="f"))
            for figure in (
                link.plot(), distance_pairs(link).figure,
                card.plot().figure, reading.plot().figure,
            )
        ]  # fmt: skip
    finally:
        use_language("en")
    assert max(sizes) < 12_000


def test_long_names_and_many_banks_can_be_drawn() -> None:
    sold, seen = tables(10)
    for table in (sold, seen):
        table.index = table.columns = LONG
    figure = distance_link(sold, perceived=seen, draws=99).plot(focus=LONG[0])
    assert "…" in figure.axes[2].texts[0].get_text()
    sold, seen = tables(40)
    figure = distance_link(sold, perceived=seen, draws=99).plot(focus="bank 39")
    assert len(figure.axes[2].texts) == 30


# --- sentences ---------------------------------------------------------------------------------


def test_the_link_is_as_settled_as_its_tests(link) -> None:
    for p_values, verdicts, settled in (
        ((0.005, 0.01), ("linked", "linked"), "clear"),
        ((0.03, 0.01), ("linked", "linked"), "likely"),
        ((0.03, 0.2), ("linked", "open"), "likely"),
        ((0.2, 0.01), ("open", "linked"), "open"),
    ):
        tests = link.tests.assign(p_value=p_values, verdict=verdicts)
        one = replace(link, tests=tests)
        assert one.story().findings[0].settled == settled
        assert ("open" in str(one.story().headline)) == (settled == "open")


def test_few_banks_are_never_linked_in_words() -> None:
    sold, _ = tables(6)
    few = distance_link(sold, perceived=sold)
    assert str(few.story().headline).startswith("Too few banks")
    assert few.story().findings[0].settled == "open"


def test_the_focus_is_compared_with_its_nearest(link) -> None:
    found = link.story(focus="bank 03").findings[1]
    sold, seen = tables(10, link=0.5)
    nearest = sold["bank 03"].drop("bank 03").idxmin()
    assert str(nearest) in str(found.headline)
    rank = int(seen["bank 03"].drop("bank 03").rank()[nearest])
    assert f"number {rank} in image" in str(found.detail)


def test_a_trait_is_told_with_its_direction() -> None:
    sold, liked = banks(12)
    found = uniqueness_link(sold, satisfaction=liked)
    more = found.story().findings
    assert str(more[0].headline) == "Banks with offers of their own have more satisfied customers."
    assert more[1].settled == "open"
    turned = uniqueness_link(sold, satisfaction=liked.assign(estimate=-liked["estimate"]))
    assert "less satisfied" in str(turned.story().findings[0].headline)


def test_a_lead_needs_errors_and_weights_to_agree(card) -> None:
    totals = card.totals
    for share, worst, settled in ((0.99, 1, "clear"), (0.85, 1, "likely"), (0.5, 1, "open"),
                                  (0.99, 3, "open")):  # fmt: skip
        changed = totals.copy()
        changed.loc[0, ["share_first", "rank_high"]] = [share, worst]
        one = replace(card, totals=changed.astype({"rank_high": int}))
        assert one.story().findings[0].settled == settled
        assert ("open" in str(one.story().headline)) == (settled == "open")


def test_two_first_places_are_open() -> None:
    table = pd.DataFrame({"x": [0.5, 0.5, 0.1], "y": [0.5, 0.5, 0.1]}, list("ABC"))
    assert scorecard(table, limits=(0, 1)).story().findings[0].settled == "open"


def test_findings_of_the_focus_and_of_pairs(card) -> None:
    found = card.story(focus="bank 1").findings
    rank = int(card.totals.set_index("brand").loc["bank 1", "rank"])
    assert str(found[1].headline) == f"bank 1 ranks {rank} of 8."
    assert f"{card.glance().loc[0, 'n_told_apart']} of 28 pairs" in str(found[2].headline)
    plain = scorecard(random_table(3), limits=(0, 1), draws=99)
    assert len(plain.story().findings) == 1
    assert "no errors" in str(plain.story().exhibits["scorecard"].caption)


def test_findings_of_the_matrix() -> None:
    table = pd.DataFrame({"x": [9.0, 1, 8], "y": [9.0, 1, 1]}, list("ABC"))
    result = scorecard_matrix(table, contribution=["x"], potential=["y"], limits=(0, 10))
    lead, build, mine = result.story(focus="C").findings
    assert str(lead.headline) == "1 institution is strong today and tomorrow: A."
    assert str(build.headline) == "No institution is strong tomorrow."
    assert (str(mine.headline), mine.settled) == ("C: strong today.", "clear")


def test_each_strategy_has_a_finding_with_its_evidence(reading) -> None:
    found = reading.story().findings
    assert [one.settled for one in found] == ["clear", "clear", "open", "open"]
    assert str(found[0].headline).startswith("cashback (Cards) could set A apart")
    assert "few rivals have it and customers value it" in str(found[0].detail)
    assert "customers +8.00 points, +4.00 to +12.00" in str(found[0].detail)
    assert str(reading.story().headline) == (
        "What could set A apart where it counts: cashback (Cards)"
    )


@pytest.mark.parametrize(
    ("kept", "headline"),
    [
        (["innovative"], "A has 1 innovative option, and none"),
        (["evolutionary"], "A may have something to catch up on"),
        (["not_enough_evidence"], "does not yet class any option"),
        ([], "does not yet class any option"),
    ],
)
def test_the_headline_follows_the_best_strategy(reading, kept, headline: str) -> None:
    options = reading.options[reading.options["strategy"].isin(kept)]
    assert headline in str(replace(reading, options=options).story().headline)


def test_every_reason_has_its_words(reading) -> None:
    source = Path(reading_rules.__file__).read_text(encoding="utf-8")
    assert set(reading.options["because"]) <= set(BECAUSE)
    assert all(f'"{reason}"' in source for reason in BECAUSE)


# --- every story -------------------------------------------------------------------------------


def every_result(link, card, reading) -> dict[str, Result]:
    sold, liked = banks()
    few, _ = tables(4)
    same = 0 * few + 1 - np.eye(4)
    table = random_table(1)
    sides = {"contribution": ["a", "b"], "potential": ["c"], "limits": (0, 1), "draws": 99}
    none = 0 * table + np.linspace(0, 0.4, 6)[:, None]
    return {
        "link": link,
        "few": distance_link(few, perceived=few),
        "same": distance_link(few, perceived=same),
        "unique": uniqueness_link(sold, satisfaction=liked, draws=99),
        "opposite": uniqueness_link(sold, satisfaction=liked.assign(estimate=-liked["estimate"])),
        "bare": uniqueness_link(sold.head(4), satisfaction=liked[["brand", "estimate"]]),
        "card": card,
        "plain": scorecard(table, limits=(0, 1), draws=99),
        "two": scorecard(table.iloc[:2], limits=(0, 1), draws=99),
        "tied": scorecard(0 * table, limits=(0, 1), draws=99),
        "matrix": scorecard_matrix(table, **sides),
        "no lead": scorecard_matrix(none, **sides, std_errors=0 * table + 0.1),
        "leads": scorecard_matrix(1 - none, **sides),
        "reading": reading,
        "no options": strategy_reading(made()),
        "catalogue": strategy_reading(catalog_gaps(small_catalog(), brand="Kestrel")),
        **{
            strategy: replace(
                reading, options=reading.options[reading.options["strategy"] == strategy]
            )
            for strategy in reading_rules.STRATEGIES
        },
    }


@pytest.mark.parametrize("focus", [None, "bank 1", "bank 03", "A", "nobody"])
def test_every_story_holds(link, card, reading, focus) -> None:
    for name, result in every_result(link, card, reading).items():
        story = result.story(focus=focus)
        said = [story.headline, *result.notes, *(action.text for action in story.actions)]
        assert story.findings, name
        for found in story.findings:
            said += [found.headline, found.detail]
        for exhibit in story.exhibits.values():
            assert exhibit.data is not None
            assert exhibit.alt is not None
            notes = [note for note in exhibit.notes if "{focus} is not among" not in note.text]
            said += [exhibit.caption, exhibit.alt, *notes]
        if focus == "nobody":
            notes = [str(note) for one in story.exhibits.values() for note in one.notes]
            assert any("nobody is not among the banks" in note for note in notes), name
        for message in said:
            for language in ("zh-Hant", "zh-Hans"):
                text = translate(message, language)
                assert text != str(message), message.text
                assert not any(word in text for word in (" the ", " is ", " are ", " of "))


@pytest.mark.slow
def test_every_figure_of_a_story_is_drawn(link, card, reading) -> None:
    for result in every_result(link, card, reading).values():
        for exhibit in result.story(focus="bank 1").exhibits.values():
            figure = exhibit.draw()
            assert figure_svg(getattr(figure, "figure", figure), prefix="f")


def test_an_unknown_focus_draws_what_none_does(link, card) -> None:
    for result in (link, card):
        drawn = [result.plot(focus=focus) for focus in ("x", None)]
        unknown, plain = (figure_svg(getattr(one, "figure", one), prefix="f") for one in drawn)
        assert unknown == plain


def test_actions_rest_on_what_is_clear(reading) -> None:
    test, *rest = reading.story().actions
    assert (test.verb, test.settled) == ("test", "clear")
    assert str(test.text) == "Test cashback (Cards): customers value it, and only 10% have it."
    assert not rest  # ours does not say it lacks the freeze, so nothing is clear there
    lacking = made(gap("parity_gap", "freeze", state="has_not", share_have=0.9))
    (fix,) = strategy_reading(lacking).story().actions
    assert str(fix.text) == "Catch up on freeze (Cards): 90% of rivals or their offers have it."
    table = pd.DataFrame({"x": [9.0, 1], "y": [9.0, 1]}, list("AB"))
    sides = {"contribution": ["x"], "potential": ["y"], "limits": (0, 10)}
    (keep,) = scorecard_matrix(table, **sides).story().actions
    assert str(keep.text) == "Keep A close: strong today and tomorrow."
