"""Figures and sentences of free ground and of what-ifs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from brandkit.core.errors import InputError
from brandkit.language import LANGUAGES, translate, use_language
from brandkit.positioning.options.opportunities import Opportunities, opportunities
from brandkit.positioning.options.plot import plot_opportunities, plot_repositioning
from brandkit.positioning.options.repositioning import Repositioning, repositioning
from brandkit.positioning.options.story import (
    opportunities_alt,
    opportunities_caption,
    opportunities_findings,
    opportunities_headline,
    repositioning_alt,
    repositioning_caption,
    repositioning_findings,
    repositioning_headline,
)
from brandkit.viz.export import figure_svg
from tests.positioning.test_repositioning import Choices, answers, mapped

MOVES = {"innovative": {"modern": 0.3, "fair": -0.3}, "evolutionary": {"fair": 0.02}}


@pytest.fixture(scope="module")
def ground() -> Opportunities:
    return opportunities(mapped(answers()), brand="A")


@pytest.fixture(scope="module")
def moves() -> Repositioning:
    return repositioning(mapped(answers()), brand="A", changes=MOVES)


# --- figures -----------------------------------------------------------------------------------


def test_spots_are_numbered_rings_at_their_places(ground) -> None:
    ax = plot_opportunities(ground)
    numbers = [
        text for text in ax.texts if text.get_text().isdigit() and text.get_weight() == "bold"
    ]
    assert [text.get_text() for text in numbers] == [str(n) for n in ground.spots["spot"]]
    np.testing.assert_allclose(
        [text.get_position() for text in numbers], ground.spots[["across", "upward"]]
    )
    assert ax.get_aspect() == 1.0
    assert "Axis 1" in ax.get_xlabel()
    assert "coordinates" in ax.get_title(loc="left")


def test_the_surface_stands_where_its_cells_are(ground) -> None:
    ax = plot_opportunities(ground)
    image = ax.images[0]
    left, right, low, high = image.get_extent()
    half = ground.cell_width / 2
    surface = ground.surface
    assert left == pytest.approx(surface["across"].min() - half)
    assert high == pytest.approx(surface["upward"].max() + half)
    drawn = np.asarray(image.get_array())
    assert np.isfinite(drawn).sum() == len(surface)
    best = surface.loc[surface["room"].idxmax()]
    column = int((best["across"] - left) / ground.cell_width)
    row = int((best["upward"] - low) / ground.cell_width)
    assert drawn[row, column] == pytest.approx(best["room"])
    assert (right - left) / ground.cell_width == pytest.approx(drawn.shape[1])


def test_the_hull_goes_round_and_only_ground_beyond_is_hatched(ground) -> None:
    ax = plot_opportunities(ground)
    dashed = next(line for line in ax.lines if line.get_linestyle() == "--")
    np.testing.assert_allclose(dashed.get_xydata()[:-1], ground.hull)
    strokes = next(line for line in ax.lines if np.isnan(line.get_xydata()).any()).get_xydata()
    beyond = ground.surface[ground.surface["zone"] == "extrapolated"]
    cells = beyond[["across", "upward"]].to_numpy()
    ends = strokes[~np.isnan(strokes).any(axis=1)]
    gap = np.abs(ends[:, None] - cells).max(axis=2).min(axis=1)
    assert gap.max() <= ground.cell_width * 0.51


def test_a_focus_that_is_no_brand_is_refused(ground) -> None:
    with pytest.raises(InputError, match="`focus` must be a row of the map"):
        plot_opportunities(ground, focus="Z")


def test_arrows_lead_from_the_own_place_to_the_new_ones(moves) -> None:
    ax = plot_repositioning(moves)
    arrows = [text for text in ax.texts if getattr(text, "arrow_patch", None) is not None
              and not text.get_text()]  # fmt: skip
    rows = moves.moves.iloc[[0]]  # the second moves too little for an arrow
    np.testing.assert_allclose([one.xy for one in arrows], rows[["new_across", "new_upward"]])
    hollow = ax.collections[-1].get_offsets()
    np.testing.assert_allclose(hollow, moves.moves[["new_across", "new_upward"]])
    assert len(ax.patches) == 1 + len(moves.moves)


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_are_drawn_in_every_language(ground, moves, language: str) -> None:
    use_language(language)
    try:
        sizes = [
            len(figure_svg(ax.figure, prefix="f"))
            for ax in (plot_opportunities(ground), plot_repositioning(moves))
        ]
        named = [text.get_text() for text in plot_repositioning(moves).texts]
    finally:
        use_language("en")
    assert max(sizes) < 25_000
    expected = {"en": "innovative", "zh-Hant": "創新型定位", "zh-Hans": "创新型定位"}
    assert expected[language] in named


def test_a_map_of_one_axis_and_a_small_bank_can_be_drawn() -> None:
    one = repositioning(mapped(answers(60), axes=1), brand="A", changes={"modern": 0.2})
    assert plot_repositioning(one).get_ylabel() == ""
    frame = answers(60)
    rare = frame[(frame["bank"] != "E") | (frame["id"] < 8)]
    tiny = repositioning(mapped(rare), brand="E", changes={"modern": 0.1})
    assert tiny.moves["radius_long"].isna().all()
    assert not plot_repositioning(tiny).patches


# --- sentences ---------------------------------------------------------------------------------


def test_findings_of_ground_say_which_and_how_settled(ground) -> None:
    found = opportunities_findings(ground)
    zones = ground.spots["zone"]
    first = str(found[0].headline)
    assert first.startswith("Between" if zones[0] == "within" else "Beyond")
    assert found[-1].settled == "open"
    assert "white space" in str(found[-1].detail).lower()
    for statement, zone in zip(found, (zones[0], zones[zones != zones[0]].iloc[0]), strict=False):
        if zone == "extrapolated":
            assert statement.settled != "clear"


@pytest.mark.parametrize(("support", "settled"), [(0.95, "clear"), (0.85, "likely"), (0.5, "open")])
def test_support_decides_how_settled_ground_is(ground, support: float, settled: str) -> None:
    spots = ground.spots[ground.spots["zone"] == "within"].assign(support=support)
    one = replace(ground, spots=spots.reset_index(drop=True))
    assert opportunities_findings(one)[0].settled == settled
    headline = str(opportunities_headline(one))
    assert ("not settled" in headline) == (settled == "open")


def test_with_preferences_demand_is_not_called_open(ground) -> None:
    wanted = replace(ground, basis="preference")
    assert "Customers would like" in str(opportunities_headline(wanted)) or (
        ground.spots["support"][0] < 0.8
    )
    assert not any(
        "white space" in str(one.detail).lower() for one in opportunities_findings(wanted)
    )
    assert "density of customers" in str(opportunities_caption(wanted))


def test_findings_of_what_ifs_name_rivals_changes_and_gains(moves) -> None:
    found = repositioning_findings(moves)
    assert len(found) == 3
    assert "“innovative” brings A next to B instead of E." in str(found[0].headline)
    assert "modern (+30)" in str(found[0].detail)
    assert str(found[-1].headline) == "Whether it would win customers is open."
    gained = repositioning(
        mapped(answers()), brand="A", changes={"fair": 0.1}, preference=Choices()
    )
    (only,) = repositioning_findings(gained)
    assert "Share of choices +5.00 points (+4.00 to +6.00)" in str(only.detail)


@pytest.mark.parametrize(
    ("changes", "headline"),
    [
        ({"further_support": 0.9}, "sets A further apart from E"),
        ({"further_support": 0.1}, "brings A closer to E"),
        ({"further_support": 0.5}, "leaves A about as far from E"),
    ],
)
def test_the_direction_is_told_by_the_draws(moves, changes, headline: str) -> None:
    row = moves.moves.head(1).assign(nearest_then="E", **changes)
    statement = repositioning_findings(replace(moves, moves=row))[0]
    assert headline in str(statement.headline)
    expected = {0.9: "likely", 0.1: "likely", 0.5: "open"}[changes["further_support"]]
    sure = row["nearest_then_support"].iloc[0] >= 0.8
    assert statement.settled == (expected if sure else "open")


def test_no_change_is_said_to_be_none() -> None:
    still = repositioning(mapped(answers(60)), brand="A", changes={"fair": 0.0})
    assert str(repositioning_findings(still)[0].headline) == "The change leaves A where it is."


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans"])
def test_all_sentences_are_translated(ground, moves, language: str) -> None:
    said = [
        opportunities_headline(ground), opportunities_caption(ground), opportunities_alt(ground),
        repositioning_headline(moves), repositioning_caption(moves), repositioning_alt(moves),
        *ground.notes, *moves.notes,
    ]  # fmt: skip
    for one in (*opportunities_findings(ground), *repositioning_findings(moves)):
        said += [one.headline, one.detail]
    for message in said:
        text = translate(message, language)
        assert text != str(message)
        assert " the " not in text
