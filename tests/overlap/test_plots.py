"""Figures of overlap: what is drawn is what the results say, at every size and in every script."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from brandkit.core.errors import InputError
from brandkit.language import LANGUAGES, use_language
from brandkit.overlap import (
    BrandOverlap,
    brand_overlap,
    catalog_gaps,
    market_overlap,
    overlap_explanation,
    overlap_history,
)
from brandkit.overlap.brands.plot import (
    plot_brand_overlap,
    plot_nearest_rivals,
    plot_overlap_explanation,
)
from brandkit.overlap.brands.rankings import MOST_BRANDS, MOST_ROWS, ranked_rivals
from brandkit.overlap.examples import catalog_of, small_catalog
from brandkit.overlap.gaps.plot import plot_catalog_gaps
from brandkit.overlap.history.plot import plot_overlap_change, plot_overlap_history
from brandkit.overlap.regions.plot import plot_market_overlap
from brandkit.sources.catalog.catalog import Catalog
from brandkit.viz.export import figure_svg
from brandkit.viz.palette import PALETTE
from brandkit.viz.theme import new_axes
from tests.overlap.markets import unrelated_market

SMALLEST_TEXT = 12.0
DAYS = (date(2024, 3, 1), date(2025, 3, 1), date(2026, 3, 1))


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    use_language("en")


def market(n: int, *, offers: int = 6) -> Catalog:
    rng = np.random.default_rng(n)
    names = [f"Bank of {at:03d} and All Its Islands" for at in range(n)]
    return catalog_of(unrelated_market(rng, dict.fromkeys(names, offers)))


@pytest.fixture(scope="module")
def three() -> BrandOverlap:
    return brand_overlap(market(3), draws=100)


@pytest.fixture(scope="module")
def many() -> BrandOverlap:
    return brand_overlap(market(120, offers=5), draws=0)


def row_labels(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def places() -> pd.DataFrame:
    return pd.DataFrame({"bank": list("AABBCC"), "city": list("xyxxyz")})


EVERY: dict[str, Callable[[], Axes]] = {
    "heat map": lambda: plot_brand_overlap(
        brand_overlap(small_catalog(), draws=0), focus="Meridian"
    ),
    "rivals": lambda: plot_nearest_rivals(
        brand_overlap(small_catalog(), draws=0), focus="Meridian"
    ),
    "pairs": lambda: plot_nearest_rivals(brand_overlap(small_catalog(), draws=0)),
    "explanation": lambda: plot_overlap_explanation(
        overlap_explanation(small_catalog(), brand="Meridian", rival="Kestrel")
    ),
    "gaps": lambda: plot_catalog_gaps(catalog_gaps(small_catalog(), brand="Kestrel")),
    "history": lambda: plot_overlap_history(overlap_history(dict.fromkeys(DAYS, small_catalog()))),
    "change": lambda: plot_overlap_change(overlap_history(dict.fromkeys(DAYS, small_catalog()))),
    "meeting": lambda: plot_market_overlap(
        market_overlap(places(), brand="bank", market="city"), focus="A"
    ),
}
every_plot = pytest.mark.parametrize("name", EVERY)


@every_plot
def test_texts_are_large_enough_for_a_phone(name: str) -> None:
    ax = EVERY[name]()
    assert ax.figure.get_size_inches()[0] == pytest.approx(6.4)
    written = [text for text in ax.figure.findobj(Text) if text.get_text().strip()]
    assert min(text.get_fontsize() for text in written) >= SMALLEST_TEXT


@every_plot
def test_the_same_result_gives_the_same_bytes(name: str) -> None:
    first, second = (figure_svg(EVERY[name]().figure, prefix="f") for _ in range(2))
    assert first == second


@every_plot
@pytest.mark.parametrize("language", LANGUAGES)
def test_axes_are_named_in_the_language_in_use(name: str, language: str) -> None:
    english = EVERY[name]()
    use_language(language)
    spoken = EVERY[name]()
    assert (spoken.get_xlabel() != english.get_xlabel()) == (
        language != "en" and bool(english.get_xlabel())
    )


@pytest.mark.parametrize("plot", [plot_brand_overlap, plot_nearest_rivals])
def test_given_axes_are_drawn_on(plot: Callable[..., Axes], three: BrandOverlap) -> None:
    ax = new_axes()
    assert plot(three, ax=ax) is ax


# --- heat map ------------------------------------------------------------------------------------


def test_cells_are_the_matrix_in_the_order_of_the_result(three: BrandOverlap) -> None:
    ax = plot_brand_overlap(three)
    order = list(three.order)
    expected = three.matrix().loc[order, order].to_numpy().copy()
    np.fill_diagonal(expected, np.nan)
    drawn = np.ma.filled(ax.images[0].get_array().astype(float), np.nan)
    np.testing.assert_allclose(drawn, expected)


def test_few_banks_have_numbers_in_cells(three: BrandOverlap) -> None:
    order = list(three.order)
    table = three.matrix().loc[order, order].to_numpy()
    ax = plot_brand_overlap(three)
    for text in ax.texts:
        column, row = (round(at) for at in text.get_position())
        assert text.get_text() == f"{np.floor(100 * table[row, column] + 0.5):.0f}"
    assert len(ax.texts) == 6


def test_of_many_banks_the_most_telling_are_drawn_with_the_focus(many: BrandOverlap) -> None:
    focus = many.brands["brand"].iloc[77]
    ax = plot_brand_overlap(many, focus=focus)
    assert ax.images[0].get_array().shape == (MOST_BRANDS, MOST_BRANDS)
    assert len(set(row_labels(ax))) == MOST_BRANDS, "names cut short stay different"
    marked = [label for label in ax.get_yticklabels() if label.get_color() == PALETTE["accent"]]
    assert len(marked) == 1
    assert len(figure_svg(ax.figure, prefix="h")) < 20_000


def test_the_focus_is_framed_and_sisters_too() -> None:
    sold = {"name": "card", "category": "cards", "features": ["a", "b"]}
    catalog = catalog_of([
        {"brand": "A", "product": "1", **sold}, {"brand": "B", "product": "1", **sold},
        {"brand": "C", "product": "1", "name": "loan", "category": "cards", "features": ["z"]},
    ])  # fmt: skip
    ax = plot_brand_overlap(brand_overlap(catalog, draws=0), focus="C")
    frames = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    by_accent = [frame.get_edgecolor() for frame in frames]
    assert len(frames) == 4, "row and column of C, A with B and B with A"
    assert len(set(by_accent)) == 2


def test_one_category_has_its_own_cells() -> None:
    result = brand_overlap(small_catalog(), draws=0)
    ax = plot_brand_overlap(result, category="savings")
    assert set(row_labels(ax)) == {"Meridian", "Tidewater"}


# --- nearest rivals ------------------------------------------------------------------------------


def test_dots_lines_and_ticks_are_those_of_the_ranking(three: BrandOverlap) -> None:
    focus = three.order[0]
    rows = ranked_rivals(three, brand=focus)
    ax = plot_nearest_rivals(three, focus=focus)
    ticks, *dots = ax.collections[1:]
    np.testing.assert_allclose(np.asarray(ticks.get_offsets())[:, 0], rows["expected"])
    drawn = np.vstack([np.asarray(dot.get_offsets()) for dot in dots if len(dot.get_offsets())])
    np.testing.assert_allclose(drawn[np.argsort(drawn[:, 1]), 0], rows["overlap"])
    lines = ax.collections[0].get_segments()
    np.testing.assert_allclose([line[:, 0] for line in lines],
                               rows[["stability_low", "stability_high"]])  # fmt: skip


def test_without_intervals_there_are_dots_alone(many: BrandOverlap) -> None:
    small = brand_overlap(market(4, offers=3), draws=50)
    ax = plot_nearest_rivals(small, focus=small.order[0])
    assert len(ax.collections[0].get_segments()) == 0
    assert len(row_labels(plot_nearest_rivals(many))) == MOST_ROWS


def test_the_market_names_both_banks(three: BrandOverlap) -> None:
    assert all("\n→ " in label for label in row_labels(plot_nearest_rivals(three)))


# --- others --------------------------------------------------------------------------------------


def test_filled_bars_add_up_to_the_overlap() -> None:
    found = overlap_explanation(small_catalog(), brand="Meridian", rival="Kestrel")
    frames, filled = plot_overlap_explanation(found).containers
    assert sum(bar.get_width() for bar in filled) == pytest.approx(found.overlap)
    assert sum(bar.get_width() for bar in frames) == pytest.approx(found.facets["weight"].sum())


def test_a_date_that_cannot_be_used_is_a_gap() -> None:
    history = overlap_history(dict.fromkeys(DAYS, small_catalog()))
    gone = history.dates["as_of"].to_numpy()[1]
    broken = replace(
        history,
        dates=history.dates.assign(usable=history.dates["as_of"] != gone),
        indices=history.indices.assign(
            estimate=history.indices["estimate"].where(history.indices["as_of"] != gone)
        ),
    )
    ax = plot_overlap_history(broken)
    assert all(np.isnan(line.get_ydata()[1]) for line in ax.lines)
    assert len([patch for patch in ax.patches if patch.get_hatch()]) == 1
    assert not [patch for patch in plot_overlap_history(history).patches if patch.get_hatch()]


def test_the_parts_of_the_change_are_drawn_in_points() -> None:
    history = overlap_history(dict.fromkeys(DAYS, small_catalog()))
    parts = {"estimate": [0.01, -0.02, 0.03, 0.005, 0.025]}
    history = replace(history, change=history.change.assign(**parts))
    ax = plot_overlap_change(history)
    drawn = np.vstack([np.asarray(dots.get_offsets()) for dots in ax.collections[-2:]])
    parts = history.change.set_index("component")["estimate"] * 100
    assert sorted(drawn[:, 0]) == pytest.approx(sorted(parts))


def test_the_gap_matrix_frames_points_of_difference() -> None:
    gaps = catalog_gaps(small_catalog(), brand="Kestrel")
    ax = plot_catalog_gaps(gaps)
    kinds = gaps.gaps["kind"].value_counts()
    assert len(ax.patches) == kinds["point_of_difference"]
    assert len(ax.texts) == len(gaps.gaps)
    assert not any("?" in text.get_text() for text in ax.texts), "all are open: said once"
    told = replace(gaps, gaps=gaps.gaps.assign(state="has_not"))
    assert any("?" in text.get_text() for text in plot_catalog_gaps(told).texts)


def test_without_gaps_the_matrix_says_so() -> None:
    gaps = catalog_gaps(small_catalog(), brand="Kestrel")
    ax = plot_catalog_gaps(replace(gaps, gaps=gaps.gaps.head(0)))
    assert "Neither gaps" in ax.texts[0].get_text()


def test_both_ways_of_meeting_are_drawn() -> None:
    result = market_overlap(places(), brand="bank", market="city")
    ax = plot_market_overlap(result, focus="A")
    out = np.asarray(ax.collections[1].get_offsets())[:, 0]
    rows = result.pairs[result.pairs["brand_a"] == "A"]
    assert sorted(out) == pytest.approx(sorted(rows["commonality"]))
    assert len(plot_market_overlap(result).get_legend().get_texts()) == 2


@pytest.mark.parametrize(
    ("plot", "options", "match"),
    [
        (plot_brand_overlap, {"focus": "Ω"}, "`focus` must be a bank that was compared"),
        (plot_brand_overlap, {"category": "loans"}, "`category` must be one that was compared"),
        (plot_nearest_rivals, {"focus": "Bank"}, "must be a bank that was compared"),
    ],
)
def test_refusals(
    plot: Callable[..., Axes], options: dict[str, Any], match: str, three: BrandOverlap
) -> None:
    with pytest.raises(InputError, match=match):
        plot(three, **options)
