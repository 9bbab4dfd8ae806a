"""Drawings of regions, pairs, moves and claims: what is drawn is what the result says."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import same_color
from matplotlib.patches import Ellipse
from matplotlib.text import Annotation

from brandkit.core.errors import InputError
from brandkit.language import LANGUAGES, use_language
from brandkit.positioning.image.plot import distinct_pairs
from brandkit.positioning.image.stability import (
    ClaimCheck,
    MapStability,
    claim_check,
    map_stability,
)
from brandkit.positioning.image.waves import WaveMovement, wave_movement
from brandkit.positioning.options.opportunities import Opportunities, opportunities
from brandkit.positioning.options.repositioning import Repositioning, repositioning
from brandkit.viz.export import figure_svg
from brandkit.viz.marks import key_of
from brandkit.viz.palette import PALETTE
from tests.positioning.images import small_image
from tests.positioning.test_repositioning import answers, mapped

ATTRIBUTES = ["fair", "modern", "near"]
OPTIONS = {"brand": "brand", "respondent": "respondent", "attributes": ATTRIBUTES, "draws": 100}


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    use_language("en")


@pytest.fixture(scope="module")
def stability() -> MapStability:
    return map_stability(small_image(brands=4), **OPTIONS)


@pytest.fixture(scope="module")
def movement() -> WaveMovement:
    return wave_movement(small_image(wave=None, brands=4), wave="wave", **OPTIONS)


@pytest.fixture(scope="module")
def claims(stability: MapStability) -> ClaimCheck:
    return claim_check(stability)


def many(n_brands: int, *, n: int = 60) -> MapStability:
    rng = np.random.default_rng(2)
    chance = rng.uniform(0.1, 0.9, (n_brands, 12))
    rows = [
        (person, f"Savings Bank of the {bank}th District", *(rng.random(12) < chance[bank]))
        for bank in range(n_brands)
        for person in rng.choice(400, n, replace=False)
    ]
    names = [f"attribute number {at}" for at in range(12)]
    frame = pd.DataFrame(rows, columns=["id", "bank", *names])
    return map_stability(frame, brand="bank", attributes=names, respondent="id", draws=60)


def names(ax: Axes) -> list[str]:
    return [t.get_text() for t in ax.texts if isinstance(t, Annotation) and t.get_text()
            and t.xycoords == "data"]  # fmt: skip


def overlaps(ax: Axes) -> int:
    """Count the pairs of texts on the axes whose boxes lie on each other."""
    ax.figure.canvas.draw()
    texts = [t for t in ax.texts if isinstance(t, Annotation) and t.get_text()]
    boxes = [text.get_window_extent() for text in texts]
    return sum(a.overlaps(b) for at, a in enumerate(boxes) for b in boxes[at + 1 :])


def points(ax: Axes) -> np.ndarray:
    return np.vstack([np.asarray(one.get_offsets()) for one in ax.collections])


# --- regions -------------------------------------------------------------------------------------


def test_every_region_is_drawn_where_and_as_large_as_it_is(stability) -> None:
    ax = stability.plot(focus="Kestrel")
    drawn = [patch for patch in ax.patches if isinstance(patch, Ellipse)]
    regions = stability.regions
    np.testing.assert_allclose([e.center for e in drawn], regions[["across", "upward"]])
    np.testing.assert_allclose([e.width for e in drawn], 2 * regions["radius_long"])
    np.testing.assert_allclose([e.height for e in drawn], 2 * regions["radius_short"])
    np.testing.assert_allclose([e.angle for e in drawn], regions["angle"])
    accent = [same_color(e.get_edgecolor(), PALETTE["accent"]) for e in drawn]
    assert accent == [label == "Kestrel" for label in regions["label"]]


def test_units_are_equal_and_the_scaling_is_told_beneath(stability) -> None:
    ax = stability.plot()
    assert ax.get_aspect() == 1.0
    assert set(names(ax)) == {*stability.brands, *ATTRIBUTES}
    assert "Scaling: brands in principal" in str(stability.story().exhibits["map"].caption)
    assert overlaps(ax) == 0


@pytest.mark.slow
def test_forty_brands_leave_the_names_readable() -> None:
    ax = many(40).plot()
    assert len(ax.patches) == 30
    assert overlaps(ax) == 0


def test_a_map_of_one_axis_and_one_in_chinese(stability) -> None:
    flat = map_stability(small_image(brands=4), **OPTIONS, axes=1)
    ax = flat.plot()
    assert not [text for text in ax.texts if text.get_text()[:1] in "↑↓" and text.get_text()]
    use_language("zh-Hant")
    assert any(text.get_text().startswith("← ") for text in stability.plot().texts)


def test_a_region_of_too_few_persons_is_left_out(stability) -> None:
    frame = small_image(brands=4)
    few = frame[(frame["brand"] != "Civic") | (frame.index < 20)]
    ax = map_stability(few, **OPTIONS).plot()
    assert len(ax.patches) == 3


# --- pairs ---------------------------------------------------------------------------------------


def test_pairs_stand_under_the_diagonal_filled_where_told_apart(stability) -> None:
    ax = distinct_pairs(stability, focus="Civic")
    places = points(ax)
    assert len(places) == 6
    assert (places[:, 0] <= places[:, 1]).all()
    told, alike = ax.collections
    assert len(told.get_offsets()) == int(stability.pairs["distinct"].sum())
    assert not same_color(told.get_facecolor()[0], PALETTE["paper"])
    assert len(alike.get_offsets()) == int((~stability.pairs["distinct"]).sum())
    assert list(key_of(ax.figure)) == ["told apart", "not told apart"]


# --- moves ---------------------------------------------------------------------------------------


def arrows(ax: Axes) -> list[Annotation]:
    return [t for t in ax.texts if isinstance(t, Annotation) and t.arrow_patch and not t.get_text()]


def test_only_who_moved_has_an_arrow_the_others_are_hollow(movement) -> None:
    ax = movement.plot()
    moved = movement.moves.query("moved")
    assert moved["brand"].tolist() == ["Harbour"]
    assert len(arrows(ax)) == len(ax.patches) == 1
    start = movement.places.query("brand == 'Harbour' and wave == '2025'")["coordinate"].to_numpy()
    end = start + moved[["move_across", "move_upward"]].to_numpy(dtype=float)[0]
    np.testing.assert_allclose(arrows(ax)[0].xy, end)
    np.testing.assert_allclose(arrows(ax)[0].get_position(), start)
    assert overlaps(ax) == 0
    faces = [one.get_facecolor()[0] for one in ax.collections if len(one.get_offsets()) == 3]
    assert all(same_color(face, PALETTE["paper"]) for face in faces)


def test_a_focus_that_stayed_is_hollow_in_the_accent(movement) -> None:
    ax = movement.plot(focus="Civic")
    last = ax.collections[-1]
    assert same_color(last.get_edgecolor()[0], PALETTE["accent"])
    assert same_color(last.get_facecolor()[0], PALETTE["paper"])
    assert len(arrows(movement.plot(focus="Harbour"))) == 1


def test_a_wave_that_no_step_leads_to_is_refused(movement) -> None:
    with pytest.raises(InputError, match=r"`wave_to` must be one of"):
        movement.plot(wave_to="2031")


# --- claims --------------------------------------------------------------------------------------


def test_every_claim_has_its_mark(claims) -> None:
    ax = claims.plot(focus="Kestrel")
    assert len(points(ax)) == int((claims.claims["claim"] != "not_shown").sum())
    counts = [len(one.get_offsets()) for one in ax.collections]
    kinds = claims.claims.groupby([claims.claims["brand"] == "Kestrel", "claim"]).size()
    expected = [
        kinds.get((focus, kind), 0)
        for kind in ("supported", "contradicted")
        for focus in (False, True)
    ]
    assert counts == expected
    # marks differ in shape, so that nothing is told by colour alone
    shapes = {one.get_paths()[0].vertices.shape for one in ax.collections}
    assert len(shapes) >= 2
    drawn = claims.claims["claim"].unique()
    told = [kind for kind in ("supported", "contradicted") if kind in drawn]
    assert list(key_of(ax.figure)) == [*told, "empty: not shown"]


def test_of_forty_brands_the_telling_thirty_and_the_focus_are_drawn() -> None:
    result = claim_check(many(40))
    called = result.claims["claim"].ne("not_shown").groupby(result.claims["brand"]).sum()
    dull = str(called.idxmin())
    ax = result.plot(focus=dull)
    assert len(ax.get_xticks()) == 30
    assert any(label.get_fontweight() == "bold" for label in ax.get_xticklabels())


@pytest.mark.parametrize("plot", [MapStability.plot, distinct_pairs])
def test_the_same_result_gives_the_same_bytes(stability, plot) -> None:
    one, two = (figure_svg(plot(stability).figure, prefix="f") for _ in range(2))
    assert one == two


# --- room and what-ifs ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ground() -> Opportunities:
    return opportunities(mapped(answers()), brand="A")


@pytest.fixture(scope="module")
def moves() -> Repositioning:
    changes = {"innovative": {"modern": 0.3, "fair": -0.3}, "evolutionary": {"fair": 0.02}}
    return repositioning(mapped(answers()), brand="A", changes=changes)


def test_spots_are_numbered_rings_at_their_places(ground) -> None:
    ax = ground.plot()
    numbers = [
        text for text in ax.texts if text.get_text().isdigit() and text.get_weight() == "bold"
    ]
    assert [text.get_text() for text in numbers] == [str(n) for n in ground.spots["spot"]]
    np.testing.assert_allclose(
        [text.get_position() for text in numbers], ground.spots[["across", "upward"]]
    )
    assert ax.get_aspect() == 1.0


def test_the_surface_stands_where_its_cells_are(ground) -> None:
    ax = ground.plot()
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
    ax = ground.plot()
    dashed = next(line for line in ax.lines if line.get_linestyle() == "--")
    np.testing.assert_allclose(dashed.get_xydata()[:-1], ground.hull)
    strokes = next(line for line in ax.lines if np.isnan(line.get_xydata()).any()).get_xydata()
    beyond = ground.surface[ground.surface["zone"] == "extrapolated"]
    cells = beyond[["across", "upward"]].to_numpy()
    ends = strokes[~np.isnan(strokes).any(axis=1)]
    gap = np.abs(ends[:, None] - cells).max(axis=2).min(axis=1)
    assert gap.max() <= ground.cell_width * 0.51


def test_arrows_lead_from_the_own_place_to_the_new_ones(moves) -> None:
    ax = moves.plot()
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
        sizes = [len(figure_svg(ax.figure, prefix="f")) for ax in (ground.plot(), moves.plot())]
        named = [text.get_text() for text in moves.plot().texts]
    finally:
        use_language("en")
    assert max(sizes) < 25_000
    expected = {"en": "innovative", "zh-Hant": "創新型定位", "zh-Hans": "创新型定位"}
    assert expected[language] in named


def test_a_map_of_one_axis_and_a_small_bank_can_be_drawn() -> None:
    one = repositioning(mapped(answers(60), axes=1), brand="A", changes={"modern": 0.2})
    assert one.plot().get_ylabel() == ""
    frame = answers(60)
    rare = frame[(frame["bank"] != "E") | (frame["id"] < 8)]
    tiny = repositioning(mapped(rare), brand="E", changes={"modern": 0.1})
    assert tiny.moves["radius_long"].isna().all()
    assert not tiny.plot().patches
