"""Figures and sentences of links, scorecards and strategies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from brandkit.core.errors import InputError
from brandkit.core.message import Message
from brandkit.language import LANGUAGES, translate, use_language
from brandkit.strategy.links.distances import distance_link
from brandkit.strategy.links.plot import (
    plot_distance_link,
    plot_distance_pairs,
    plot_uniqueness_link,
)
from brandkit.strategy.links.story import (
    distance_link_alt,
    distance_link_caption,
    distance_link_findings,
    distance_link_headline,
    distance_pairs_alt,
    distance_pairs_caption,
    uniqueness_link_alt,
    uniqueness_link_caption,
    uniqueness_link_findings,
)
from brandkit.strategy.links.uniqueness import uniqueness_link
from brandkit.strategy.reading.plot import MOST_OPTIONS, plot_strategy_reading
from brandkit.strategy.reading.reading import strategy_reading
from brandkit.strategy.reading.story import (
    BECAUSE,
    strategy_reading_alt,
    strategy_reading_caption,
    strategy_reading_findings,
    strategy_reading_headline,
)
from brandkit.strategy.scorecards.matrix import scorecard_matrix
from brandkit.strategy.scorecards.plot import plot_scorecard, plot_scorecard_matrix
from brandkit.strategy.scorecards.scorecards import Scorecard, scorecard
from brandkit.strategy.scorecards.story import (
    scorecard_alt,
    scorecard_caption,
    scorecard_findings,
    scorecard_headline,
    scorecard_matrix_alt,
    scorecard_matrix_caption,
    scorecard_matrix_findings,
)
from brandkit.viz.export import figure_svg
from tests.joins.test_distance_link import banks, tables
from tests.joins.test_scorecard import random_table
from tests.joins.test_strategy_reading import VALUE, gap, made

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
    figure = plot_distance_link(link, focus="bank 03")
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
    figure = plot_distance_link(link)
    for reading, style in (("seen_apart", "-"), ("seen_alike", "--")):
        n = min(3, int((link.pairs["reading"] == reading).sum()))
        for ax in figure.axes[:2]:
            assert sum(line.get_linestyle() == style for line in ax.lines) == n


def test_every_pair_is_a_point_and_odd_ones_are_named(link) -> None:
    ax = plot_distance_pairs(link, focus="bank 03")
    assert sum(len(one.get_offsets()) for one in ax.collections) == 45
    named = " ".join(text.get_text().replace("\n", " ") for text in ax.texts)
    odd = link.pairs[link.pairs["reading"] != "usual"].iloc[0]
    assert f"{odd['brand_a']} – {odd['brand_b']}" in named


@pytest.mark.parametrize("trait", ["uniqueness", "breadth"])
def test_banks_stand_at_their_trait_and_satisfaction(trait: str) -> None:
    sold, liked = banks()
    liked = liked.assign(ci_low=liked["estimate"] - 0.1, ci_high=liked["estimate"] + 0.1)
    result = uniqueness_link(sold, satisfaction=liked, draws=99)
    ax = plot_uniqueness_link(result, focus="bank 2", trait=trait)
    drawn = np.vstack([one.get_offsets() for one in ax.collections[1:]])
    column = "uniqueness" if trait == "uniqueness" else "effective_categories"
    expected = result.brands[[column, "estimate"]].to_numpy()
    np.testing.assert_allclose(np.sort(drawn, axis=0), np.sort(expected, axis=0))
    assert len(ax.collections[0].get_segments()) == 9


def test_dots_bars_and_lines_are_ranks_sets_and_ranges(card) -> None:
    ax = plot_scorecard(card, focus="bank 1")
    lines, bars, dots, mine = ax.collections
    totals = card.totals
    np.testing.assert_allclose(
        [segment[:, 0] for segment in lines.get_segments()],
        totals[["weights_rank_low", "weights_rank_high"]],
    )
    ends = np.array([segment[:, 0] for segment in bars.get_segments()])
    np.testing.assert_allclose(ends + np.array([0.12, -0.12]), totals[["rank_low", "rank_high"]])
    assert len(dots.get_offsets()) == 7
    assert mine.get_offsets()[0, 0] == totals.set_index("brand").loc["bank 1", "rank"]
    assert [label.get_text() for label in ax.get_yticklabels()] == totals["brand"].tolist()


def test_without_errors_there_are_no_bars() -> None:
    plain = scorecard(random_table(3), limits=(0, 1), draws=99)
    assert len(plot_scorecard(plain).collections) == 3
    labels = [text.get_text() for text in plot_scorecard(plain).get_legend().get_texts()]
    assert labels == ["most other weights"]


def test_many_institutions_keep_the_focus() -> None:
    many = scorecard(random_table(3, rows=45), limits=(0, 1), draws=99)
    last = str(many.totals["brand"].iloc[-1])
    names = [label.get_text() for label in plot_scorecard(many, focus=last).get_yticklabels()]
    assert len(names) == 30
    assert names[-1] == last


def test_unsettled_tiers_are_hollow() -> None:
    table = pd.DataFrame({"x": [5.1, 9.0], "y": [9.0, 9.0]}, ["near", "far"])
    result = scorecard_matrix(
        table, contribution=["x"], potential=["y"], limits=(0, 10), std_errors=0 * table + 1.0
    )
    points = plot_scorecard_matrix(result).collections[0]
    faces = points.get_facecolors()
    assert not np.allclose(faces[0], faces[1])
    np.testing.assert_allclose(points.get_offsets(), [[0.51, 0.9], [0.9, 0.9]])


def test_options_stand_under_their_strategy(reading) -> None:
    ax = plot_strategy_reading(reading)
    names = [label.get_text().strip() for label in ax.get_yticklabels()]
    assert names == [
        "innovative: nobody has it", "new (Cards)", "distinctive: few have it", "cashback (Cards)",
        "evolutionary: improves what exists", "freeze (Cards)", "not enough evidence",
        "odd (Cards)",
    ]  # fmt: skip
    places = [one.get_offsets()[0].tolist() for one in ax.collections]
    assert places == [[0.0, 1], [0.1, 3], [0.9, 5], [0.1, 7]]
    assert "+8.00" in [text.get_text() for text in ax.texts]


def test_a_strategy_shows_at_most_so_many_options() -> None:
    rows = [gap("parity_gap", f"feature {at}", share_have=0.9) for at in range(20)]
    ax = plot_strategy_reading(strategy_reading(made(*rows)))
    assert len(ax.get_yticklabels()) == MOST_OPTIONS + 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_are_slim_in_every_language(link, card, reading, language: str) -> None:
    use_language(language)
    try:
        sizes = [
            len(figure_svg(figure, prefix="f"))
            for figure in (
                plot_distance_link(link), plot_distance_pairs(link).figure,
                plot_scorecard(card).figure, plot_strategy_reading(reading).figure,
            )
        ]  # fmt: skip
    finally:
        use_language("en")
    assert max(sizes) < 12_000


def test_long_names_and_many_banks_can_be_drawn() -> None:
    sold, seen = tables(10)
    for table in (sold, seen):
        table.index = table.columns = LONG
    figure = plot_distance_link(distance_link(sold, perceived=seen, draws=99), focus=LONG[0])
    assert "…" in figure.axes[2].texts[0].get_text()
    sold, seen = tables(40)
    figure = plot_distance_link(distance_link(sold, perceived=seen, draws=99), focus="bank 39")
    assert len(figure.axes[2].texts) == 30


@pytest.mark.parametrize(
    ("draw", "of"),
    [(plot_distance_link, "link"), (plot_distance_pairs, "link"), (plot_scorecard, "card")],
)
def test_a_focus_that_was_not_compared_is_refused(draw, of, request) -> None:
    with pytest.raises(InputError, match="`focus` must be"):
        draw(request.getfixturevalue(of), focus="x")


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
        assert distance_link_findings(one)[0].settled == settled
        assert ("open" in str(distance_link_headline(one))) == (settled == "open")


def test_few_banks_are_never_linked_in_words() -> None:
    sold, _ = tables(6)
    few = distance_link(sold, perceived=sold)
    assert str(distance_link_headline(few)).startswith("Too few banks")
    assert distance_link_findings(few)[0].settled == "open"


def test_the_focus_is_compared_with_its_nearest(link) -> None:
    found = distance_link_findings(link, focus="bank 03")[1]
    sold, seen = tables(10, link=0.5)
    nearest = sold["bank 03"].drop("bank 03").idxmin()
    assert str(nearest) in str(found.headline)
    rank = int(seen["bank 03"].drop("bank 03").rank()[nearest])
    assert f"number {rank} in image" in str(found.detail)


def test_a_trait_is_told_with_its_direction() -> None:
    sold, liked = banks(12)
    found = uniqueness_link(sold, satisfaction=liked)
    more = uniqueness_link_findings(found)
    assert str(more[0].headline) == "Banks with offers of their own have more satisfied customers."
    assert more[1].settled == "open"
    turned = uniqueness_link(sold, satisfaction=liked.assign(estimate=-liked["estimate"]))
    assert "less satisfied" in str(uniqueness_link_findings(turned)[0].headline)


def test_a_lead_needs_errors_and_weights_to_agree(card) -> None:
    totals = card.totals
    for share, worst, settled in ((0.99, 1, "clear"), (0.85, 1, "likely"), (0.5, 1, "open"),
                                  (0.99, 3, "open")):  # fmt: skip
        changed = totals.copy()
        changed.loc[0, ["share_first", "rank_high"]] = [share, worst]
        one = replace(card, totals=changed.astype({"rank_high": int}))
        assert scorecard_findings(one)[0].settled == settled
        assert ("open" in str(scorecard_headline(one))) == (settled == "open")


def test_two_first_places_are_open() -> None:
    table = pd.DataFrame({"x": [0.5, 0.5, 0.1], "y": [0.5, 0.5, 0.1]}, list("ABC"))
    assert scorecard_findings(scorecard(table, limits=(0, 1)))[0].settled == "open"


def test_findings_of_the_focus_and_of_pairs(card) -> None:
    found = scorecard_findings(card, focus="bank 1")
    rank = int(card.totals.set_index("brand").loc["bank 1", "rank"])
    assert str(found[1].headline) == f"bank 1 ranks {rank} of 8."
    assert f"{card.glance().loc[0, 'n_told_apart']} of 28 pairs" in str(found[2].headline)
    plain = scorecard(random_table(3), limits=(0, 1), draws=99)
    assert len(scorecard_findings(plain)) == 1
    assert "no errors" in str(scorecard_caption(plain))


def test_findings_of_the_matrix() -> None:
    table = pd.DataFrame({"x": [9.0, 1, 8], "y": [9.0, 1, 1]}, list("ABC"))
    result = scorecard_matrix(table, contribution=["x"], potential=["y"], limits=(0, 10))
    lead, build, mine = scorecard_matrix_findings(result, focus="C")
    assert str(lead.headline) == "1 institution is strong today and tomorrow: A."
    assert str(build.headline) == "No institution is strong tomorrow."
    assert (str(mine.headline), mine.settled) == ("C: strong today.", "clear")


def test_each_strategy_has_a_finding_with_its_evidence(reading) -> None:
    found = strategy_reading_findings(reading)
    assert [one.settled for one in found] == ["clear", "clear", "likely", "open"]
    assert "few rivals have it and customers value it" in str(found[1].detail)
    assert "customers +8.00 points, +4.00 to +12.00" in str(found[1].detail)
    assert str(strategy_reading_headline(reading)) == (
        "What could set A apart where it counts: cashback (Cards)"
    )


@pytest.mark.parametrize(
    ("kept", "headline"),
    [
        (["innovative"], "A has 1 innovative option, and none"),
        (["evolutionary"], "A can catch up"),
        (["not_enough_evidence"], "does not yet class any option"),
        ([], "does not yet class any option"),
    ],
)
def test_the_headline_follows_the_best_strategy(reading, kept, headline: str) -> None:
    options = reading.options[reading.options["strategy"].isin(kept)]
    assert headline in str(strategy_reading_headline(replace(reading, options=options)))


def test_every_reason_has_its_words(reading) -> None:
    from pathlib import Path

    import brandkit.strategy.reading.reading as module

    source = Path(module.__file__).read_text(encoding="utf-8")
    assert set(reading.options["because"]) <= set(BECAUSE)
    assert all(f'"{reason}"' in source for reason in BECAUSE)


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans"])
def test_all_sentences_are_translated(link, card, reading, language: str) -> None:
    sold, liked = banks()
    unique = uniqueness_link(sold, satisfaction=liked, draws=99)
    matrix = scorecard_matrix(
        random_table(1), contribution=["a", "b"], potential=["c"], limits=(0, 1), draws=99
    )
    said: list[Message] = [
        distance_link_headline(link), distance_link_caption(link), distance_link_alt(link),
        distance_pairs_caption(link), distance_pairs_alt(link), uniqueness_link_caption(unique),
        uniqueness_link_alt(unique), scorecard_headline(card), scorecard_caption(card),
        scorecard_alt(card), scorecard_matrix_caption(matrix), scorecard_matrix_alt(matrix),
        strategy_reading_headline(reading), strategy_reading_caption(reading),
        strategy_reading_alt(reading), *link.notes, *unique.notes, *card.notes, *matrix.notes,
        *reading.notes,
    ]  # fmt: skip
    for found in (
        distance_link_findings(link, focus="bank 03"), uniqueness_link_findings(unique),
        scorecard_findings(card, focus="bank 1"), scorecard_matrix_findings(matrix, focus="bank 1"),
        strategy_reading_findings(reading),
    ):  # fmt: skip
        for one in found:
            said += [one.headline, one.detail]
    for message in said:
        text = translate(message, language)
        assert text != str(message)
        assert not any(word in text for word in (" the ", " is ", " are ", " of "))
