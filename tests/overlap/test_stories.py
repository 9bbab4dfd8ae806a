"""Stories and figures of overlap: computed with their uncertainty, whole in every language."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from brandkit.core.labels import COLUMNS
from brandkit.core.message import Finding, Message
from brandkit.core.result import Result
from brandkit.core.story import Story
from brandkit.language import LANGUAGES, translate, use_language
from brandkit.overlap import (
    BrandOverlap,
    OverlapTest,
    brand_overlap,
    catalog_gaps,
    look_alike_names,
    market_overlap,
    overlap_explanation,
    overlap_history,
    overlap_test,
    product_similarity,
    weight_sensitivity,
)
from brandkit.overlap.brands import plot as plots
from brandkit.overlap.brands.brands import MOST_BRANDS, MOST_IN_CELLS, MOST_ROWS, ranked_rivals
from brandkit.overlap.examples import catalog_of, small_catalog
from brandkit.overlap.history.history import OverlapHistory
from brandkit.overlap.history.plot import overlap_change
from brandkit.sources.catalog.catalog import Catalog
from brandkit.viz import marks
from brandkit.viz.export import figure_svg
from brandkit.viz.marks import key_of
from brandkit.viz.palette import PALETTE
from brandkit.viz.theme import new_axes
from tests.overlap.markets import unrelated_market

DAYS = (date(2024, 3, 1), date(2025, 3, 1), date(2026, 3, 1))
SMALLEST_TEXT = 12.0


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    use_language("en")


def offer(brand: str, product: int, *features: str, category: str = "cards") -> dict[str, object]:
    return {"brand": brand, "product": str(product), "name": f"star card {product}",
            "category": category, "features": list(features)}  # fmt: skip


@cache
def planted() -> Catalog:
    """Near sells nearly what Ours does; Far sells other things, none of them sisters."""
    letters = "abcdefgh"
    ours = [offer("Ours", at, letters[at], letters[at + 1], "x") for at in range(6)]
    near = [offer("Near", at, letters[at], letters[at + 1]) for at in range(6)]
    far = [offer("Far", at, f"{at}", f"{at + 1}", "x") for at in range(6)]
    rest = [offer("Rest", at, f"q{at}", "y") for at in range(6)]
    return catalog_of([*ours, *near, *far, *rest])


@cache
def tied() -> Catalog:
    """Two banks hold exactly the same counterparts for Ours, without being sisters of it."""
    letters = "abcdefgh"
    ours = [offer("Ours", at, letters[at], letters[at + 1], "x") for at in range(6)]
    twins = [offer(bank, at, letters[at], letters[at + 1], "z") for bank in ("T", "U")
             for at in range(6)]  # fmt: skip
    return catalog_of([*ours, *twins, offer("V", 1, "w")])


def sisters() -> Catalog:
    same = [offer(bank, at, "abcdef"[at], "x") for bank in ("A", "B") for at in range(5)]
    return catalog_of([*same, *(offer("C", at, "vwxyz"[at], "u") for at in range(5))])


def two_banks() -> Catalog:
    return catalog_of([offer("A", 1, "p"), offer("B", 1, "p", "q")])


def silent() -> Catalog:
    """Two banks of which one states nothing: no two products can be compared."""
    return catalog_of([
        {"brand": "A", "product": "1", "name": "", "category": "c", "features": ["p"]},
        {"brand": "B", "product": "1", "name": "", "category": "c"},
    ])  # fmt: skip


def places(banks: str = "AABBCCD", cities: str = "xyxxyzw") -> pd.DataFrame:
    return pd.DataFrame({"bank": list(banks), "city": list(cities)})


def history_with(low: float, high: float, holds: str = "clear") -> OverlapHistory:
    """A history whose real change is known to lie between two values."""
    made = overlap_history(dict.fromkeys(DAYS, small_catalog()))
    is_real = made.change["component"] == "real"
    ends = {"estimate": (low + high) / 2, "range_low": low, "range_high": high, "holds": holds,
            "without_low": low, "without_high": high, "carrier": "Kestrel"}  # fmt: skip
    return replace(
        made,
        change=made.change.assign(
            **{name: made.change[name].mask(is_real, value) for name, value in ends.items()}
        ),
    )


EVERY: dict[str, Callable[[], Result]] = {
    "overlap": lambda: brand_overlap(planted(), draws=60),
    "overlap, tied": lambda: brand_overlap(tied(), draws=0),
    "overlap, few": lambda: brand_overlap(small_catalog(), draws=60),
    "overlap, sisters": lambda: brand_overlap(sisters(), draws=20),
    "overlap, two banks": lambda: brand_overlap(two_banks(), draws=0),
    "overlap, silent": lambda: brand_overlap(silent(), draws=0),
    "overlap, many": lambda: brand_overlap(many_banks(40), draws=0),
    "explanation": lambda: overlap_explanation(planted(), brand="Ours", rival="Near"),
    "weights": lambda: weight_sensitivity(planted(), draws=3),
    "weights, two banks": lambda: weight_sensitivity(two_banks(), draws=1),
    "products": lambda: product_similarity(planted(), top=2),
    "products, silent": lambda: product_similarity(silent()),
    "chance": lambda: overlap_test(planted(), draws=19),
    "chance, fixed": lambda: overlap_test(planted(), nulls=["fixed"], draws=19),
    "chance, none": lambda: overlap_test(two_banks(), nulls=["RA3"], draws=19),
    "history": lambda: overlap_history(dict.fromkeys(DAYS, small_catalog())),
    "history, more": lambda: history_with(0.01, 0.02),
    "history, unknown": lambda: history_with(np.nan, np.nan),
    "gaps": lambda: catalog_gaps(planted(), brand="Ours"),
    "gaps, none": lambda: catalog_gaps(sisters(), brand="C", facets=["regions"]),
    "names": lambda: look_alike_names(planted()),
    "names, none": lambda: look_alike_names(["Golf Club", "Star Saver"], brands=["Ours", "B"]),
    "names, no banks": lambda: look_alike_names(["Golf Club", "Golf Clubs"]),
    "meeting": lambda: market_overlap(places(), brand="bank", market="city"),
    "meeting, nowhere": lambda: market_overlap(places("AB", "xy"), brand="bank", market="city"),
}  # fmt: skip
KNOWN = {
    "overlap, many": "Bank 007",
    "gaps, none": "C",
    "chance, none": "A",
    "meeting": "A",
    "meeting, nowhere": "A",
}
made = cache(lambda name: EVERY[name]())


@cache
def many_banks(n: int) -> Catalog:
    rng = np.random.default_rng(n)
    return catalog_of(unrelated_market(rng, {f"Bank {at:03d}": 5 for at in range(n)}))


def known(name: str) -> str:
    """A bank that the result knows."""
    brands = getattr(made(name), "brands", None)
    if name in KNOWN or brands is None or brands.empty:
        return KNOWN.get(name, "Ours")
    return str(brands["brand"].iloc[-1])


def messages(story: Story) -> Iterator[Message]:
    yield from (one for one in (story.headline, story.lede) if one is not None)
    for finding in story.findings:
        yield from (finding.headline, finding.detail)
    yield from (action.text for action in story.actions)
    for exhibit in story.exhibits.values():
        yield from (
            one for one in (exhibit.caption, exhibit.alt, *exhibit.notes) if one is not None
        )
        yield from (head for head in exhibit.heads.values() if isinstance(head, Message))


every_result = pytest.mark.parametrize("name", EVERY)


@every_result
def test_every_story_holds(name: str) -> None:
    result = made(name)
    for focus in (None, known(name), "Ω"):
        story = result.story(focus=focus)
        assert str(story.headline)
        assert story.findings
        assert all(str(one.detail) for one in story.findings)
        assert {one.about for one in story.actions} <= set(story.exhibits)
        for exhibit in story.exhibits.values():
            assert exhibit.data is not None
            assert (exhibit.draw is None) == (exhibit.alt is None)
            if exhibit.kinds != "share":
                assert set(exhibit.data.columns) <= set(COLUMNS)
        notes = [str(one) for each in story.exhibits.values() for one in each.notes]
        if story.exhibits:
            assert (focus == "Ω") == any(note.startswith("Ω is not among") for note in notes)


@every_result
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_there_in_every_language(name: str, language: str) -> None:
    nobody = name == "names, no banks"
    for focus in (None, *([] if nobody else [known(name)])):
        for text in messages(made(name).story(focus=focus)):
            said = translate(text, language)
            assert "{" not in said
            if language != "en" and text.text not in (
                "{headline} {detail}",
                "{name} {value:signed}",
            ):
                assert said != translate(text, "en"), f"no translation: {text.text}"


@every_result
def test_figures_are_legible_and_speak_the_language_in_use(name: str) -> None:
    result = made(name)
    drawn = [each.draw for focus in (known(name), "Ω")  # who is not there counts as none
             for each in result.story(focus=focus).exhibits.values() if each.draw]  # fmt: skip
    for draw in (*drawn, result.plot):
        ax = draw()
        assert ax.figure.get_size_inches()[0] == pytest.approx(10.0)
        written = [text for text in ax.figure.findobj(Text) if text.get_text().strip()]
        assert min(text.get_fontsize() for text in written) >= SMALLEST_TEXT
        use_language("zh-Hant")
        spoken = draw()
        assert (spoken.get_xlabel() != ax.get_xlabel()) == bool(ax.get_xlabel())
        assert len(figure_svg(spoken.figure, prefix="f")) < 60_000
        use_language("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_speak_the_language_in_use(language: str) -> None:
    use_language(language)
    shown = {
        key: exhibit.data
        for name in ("explanation", "weights", "chance", "history", "gaps")
        for key, exhibit in made(name).story().exhibits.items()
    }
    said = [
        *shown["chance"]["null"].str.partition(":")[2], *shown["other-weights"]["scenario"],
        *shown["history"]["index"], *shown["change"]["component"], *shown["side-by-side"]["facet"],
        *shown["facets"]["facet"], *shown["gaps"]["kind"], *shown["gaps"]["state"],
    ]  # fmt: skip
    is_chinese = [any("\u4e00" <= one <= "\u9fff" for one in text) for text in said if text]
    assert all(is_chinese) if language != "en" else not any(is_chinese)


def test_a_study_is_drawn_alike_each_time_and_on_axes_that_are_given() -> None:
    result = made("overlap")
    first, second = (figure_svg(result.plot().figure, prefix="f") for _ in range(2))
    assert first == second
    ax = new_axes()
    assert plots.nearest_rivals(result, ax=ax) is ax
    assert MOST_IN_CELLS == marks.MOST_IN_CELLS, "the caption says what the figure does"


# --- settledness ---------------------------------------------------------------------------------


def found(result: Result, focus: str | None = None) -> tuple[Finding, ...]:
    return result.story(focus=focus).findings


def test_a_rival_nearest_in_every_resample_is_clear() -> None:
    clear = made("overlap")
    first = found(clear, "Ours")[0]
    assert (str(first.headline), first.settled) == ("Near is the rival nearest to Ours.", "clear")
    mine = clear.brands.set_index("brand").loc["Ours"]
    assert f"{100 * mine['nearest_rival_overlap']:.0f}% alike" in str(first.detail)
    assert "nearest in 100% of resamples" in str(first.detail)


@pytest.mark.parametrize("draws", [0, 200])
def test_two_rivals_that_cannot_be_told_apart_are_a_finding(draws: int) -> None:
    story = brand_overlap(tied(), draws=draws).story(focus="Ours")
    assert story.findings[0].settled == "open"
    assert str(story.findings[0].headline) == "Whether T or U is nearest to Ours is not settled."
    assert str(story.headline) == "Ours's products are about as much like T's as U's"


def test_under_five_products_nothing_is_called_settled() -> None:
    first = found(made("overlap, few"), "Meridian")[0]
    assert first.settled == "open"
    assert "fewer than five products" in str(first.detail)


def test_unrelated_catalogues_are_not_called_near(rng: np.random.Generator) -> None:
    catalog = catalog_of(unrelated_market(rng, {"A": 20, "B": 20, "C": 20, "D": 20}))
    result = brand_overlap(catalog, draws=200)
    assert str(found(result)[1].headline).startswith("Few banks have a rival")
    for brand in result.order:
        assert found(result, brand)[1].settled != "clear"


def test_sisters_are_named_apart() -> None:
    result = made("overlap, sisters")
    assert str(found(result, "A")[-1].headline) == "B is a sister of A, not a rival."
    assert str(found(result)[-1].headline) == "Sisters, not rivals: A – B."
    assert "B" not in str(result.story(focus="A").headline)


@pytest.mark.parametrize(
    ("low", "high", "holds", "headline", "settled"),
    [
        (0.01, 0.02, "clear", "Banks have become more alike.", "clear"),
        (0.01, 0.02, "likely", "Banks have become more alike.", "likely"),
        (0.0, 0.02, "clear", "Banks have become more alike.", "likely"),
        (-0.02, -0.01, "clear", "Banks have become less alike.", "clear"),
        (
            0.002,
            0.02,
            "carried",
            "Kestrel has become more like the others; without it +0.20 of +1.10 points is left.",
            "likely",
        ),
        (
            -0.02,
            -0.002,
            "carried",
            "Kestrel has become less like the others; without it -0.20 of -1.10 points is left.",
            "likely",
        ),
        (
            -0.01,
            0.02,
            "open",
            "Whether banks become more alike is not determined; more than ±2.0 "
            "points can be excluded.",
            "open",
        ),
        (
            0.002,
            0.012,
            "open",
            "Whether banks become more alike is not determined; more than ±1.2 "
            "points can be excluded.",
            "open",
        ),
        (
            -0.004,
            0.007,
            "open",
            "Banks are about as alike as they were: within ±0.7 points, however it is counted.",
            "clear",
        ),
        (0.0, 0.0, "open", "Banks are as alike as they were.", "clear"),
        (np.nan, np.nan, "open", "Whether banks have become more alike cannot be told.", "open"),
    ],
)
def test_the_direction_of_history_is_as_settled_as_its_range(
    low: float, high: float, holds: str, headline: str, settled: str
) -> None:
    story = history_with(low, high, holds).story()
    said = str(story.headline).replace("−", "-")  # the sign of print
    assert (said, story.findings[0].settled) == (headline, settled)


def fake_tests(p_values: dict[str, float]) -> OverlapTest:
    table = pd.DataFrame([[5, 3, 0, 0], [4, 4, 1, 0], [0, 1, 5, 6]], index=list("ABC"))
    tests = overlap_test(table, draws=19)
    given = [p_values[null] for null in tests.tests["null"]]
    return replace(tests, tests=tests.tests.assign(p_value=given))


def test_a_verdict_that_flips_with_the_null_is_open() -> None:
    groups, first = found(
        fake_tests({"RA1": 1.0, "RA2": 0.01, "RA3": 0.01, "RA4": 0.01, "fixed": 0.5})
    )
    assert (first.settled, groups.settled) == ("open", "open")
    assert "under RA2, RA3, RA4, not under RA1" in str(first.detail)


def test_a_verdict_under_every_null_is_clear() -> None:
    findings = found(fake_tests(dict.fromkeys(("RA1", "RA2", "RA3", "RA4", "fixed"), 0.01)))
    assert [one.settled for one in findings] == ["clear", "clear"]


@pytest.mark.parametrize(
    ("p", "adjusted", "settled"),
    [(0.001, 0.01, "clear"), (0.01, 0.3, "likely"), (0.03, 0.3, "open"), (0.4, 1, "open")],
)
def test_a_pair_is_clear_only_after_adjustment(p: float, adjusted: float, settled: str) -> None:
    tests = fake_tests(dict.fromkeys(("RA1", "RA2", "RA3", "RA4", "fixed"), 0.01))
    tests = replace(tests, pairs=tests.pairs.assign(p_value=p, p_adjusted=adjusted))
    assert found(tests, "B")[0].settled == settled


def test_a_gap_on_silence_is_one_to_check_and_a_told_one_clear() -> None:
    gaps = catalog_gaps(small_catalog(), brand="Kestrel")
    story = gaps.story()
    assert story.findings[0].settled == "open"
    assert [one.verb for one in story.actions] == ["check"]
    told = replace(gaps, gaps=gaps.gaps.assign(state="has_not")).story()
    assert told.findings[0].settled == "likely", "of fewer than ten comparable products"
    many = gaps.gaps.assign(state="has_not", n_comparable=12)
    assert replace(gaps, gaps=many).story().findings[0].settled == "clear"
    assert "Kestrel does not." in str(told.findings[0].headline)


def test_names_are_told_from_the_focus_banks_side() -> None:
    names = ["Star Saver", "Star Saver", "Golf Club"]
    story = look_alike_names(names, brands=["A", "F", "F"]).story(focus="F")
    assert str(story.headline) == "1 of F's 2 products bears a name like a rival's."
    assert story.exhibits["names"].data["brand_b"].tolist() == ["A"]


def test_one_sided_rivalry_is_said() -> None:
    branches = places("A" * 9 + "B", "xyyyyyyyyx")
    result = market_overlap(branches, brand="bank", market="city")
    assert "matters to it even more" in str(result.story(focus="A").headline)


def test_banks_of_one_small_market_do_not_meet_most() -> None:
    # P and Q are alone with each other in z; A and B share three large markets with C and D
    branches = places("PQ" + "AB" * 6 + "CD" * 3, "zz" + "uuvvwwuuvvww" + "uuvvww")
    result = market_overlap(branches, brand="bank", market="city")
    assert set(result.pairs.nlargest(1, "commonality")[["brand_a", "brand_b"]].iloc[0]) == {
        "P",
        "Q",
    }
    assert str(result.story().headline) == "A and B meet most."


# --- what is drawn is what the results say -------------------------------------------------------


def row_labels(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def dots(ax: Axes) -> np.ndarray[Any, Any]:
    """All dots, by row."""
    drawn = [np.asarray(one.get_offsets()) for one in ax.collections if hasattr(one, "get_sizes")]
    whole = np.vstack(drawn)
    return whole[np.argsort(whole[:, 1], kind="stable")]


def test_cells_are_the_matrix_in_the_order_of_the_result() -> None:
    result = made("overlap")
    order = list(result.order)
    expected = result.matrix().loc[order, order].to_numpy().copy()
    np.fill_diagonal(expected, np.nan)
    ax = result.plot()
    np.testing.assert_allclose(np.ma.filled(ax.images[0].get_array(), np.nan), expected)
    for text in ax.texts:
        column, row = (round(at) for at in text.get_position())
        assert text.get_text() == f"{np.floor(100 * expected[row, column] + 0.5):.0f}"
    assert len(ax.texts) == 12


def test_of_many_banks_the_most_telling_are_drawn_with_the_focus() -> None:
    ax = made("overlap, many").plot(focus="Bank 007")
    assert ax.images[0].get_array().shape == (MOST_BRANDS, MOST_BRANDS)
    assert len(set(row_labels(ax))) == MOST_BRANDS
    marked = [label for label in ax.get_yticklabels() if label.get_color() == PALETTE["accent"]]
    assert len(marked) == 1
    assert len(row_labels(plots.nearest_rivals(made("overlap, many")))) == MOST_ROWS


def test_the_focus_is_framed_and_sisters_too() -> None:
    ax = made("overlap, sisters").plot(focus="C")
    frames = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    assert len(frames) == 4, "row and column of C, A with B and B with A"
    assert len({frame.get_edgecolor() for frame in frames}) == 2


def test_one_category_has_its_own_cells() -> None:
    ax = made("overlap, few").plot(category="savings")
    assert set(row_labels(ax)) == {"Meridian", "Tidewater"}


def test_dots_and_ticks_are_those_of_the_ranking() -> None:
    result: BrandOverlap = made("overlap")
    rows = ranked_rivals(result, brand="Ours")
    ax = plots.nearest_rivals(result, focus="Ours")
    np.testing.assert_allclose(dots(ax)[:, 0], rows["overlap"])
    ticks = [line.get_xdata()[0] for line in ax.lines if line.get_linestyle() == "-"]
    np.testing.assert_allclose(ticks, rows["expected"])
    assert all("\n→ " in label for label in row_labels(plots.nearest_rivals(result)))


def test_filled_bars_add_up_to_the_overlap() -> None:
    result = made("explanation")
    frames, filled = result.plot().containers
    assert sum(bar.get_width() for bar in filled) == pytest.approx(result.overlap)
    assert sum(bar.get_width() for bar in frames) == pytest.approx(result.facets["weight"].sum())


def test_a_date_that_cannot_be_used_is_a_gap() -> None:
    history = made("history")
    gone = history.dates["as_of"] == history.dates["as_of"].iloc[1]
    lost = history.indices["as_of"] == history.dates["as_of"].iloc[1]
    estimate = history.indices["estimate"].mask(lost)
    broken = replace(
        history,
        dates=history.dates.assign(usable=~gone),
        indices=history.indices.assign(estimate=estimate, usable=~lost),
    )
    ax = broken.plot()
    assert all(np.isnan(line.get_ydata()[1]) for line in ax.lines)
    assert len([patch for patch in ax.patches if patch.get_hatch()]) == 1
    assert not [patch for patch in history.plot().patches if patch.get_hatch()]
    assert "Hatched: 1 date" in str(broken.story().exhibits["history"].caption)


def test_the_parts_of_the_change_are_drawn_in_points() -> None:
    history = made("history")
    parts = [0.01, -0.02, 0.03, 0.005, 0.025]
    history = replace(history, change=history.change.assign(estimate=parts))
    assert sorted(dots(overlap_change(history))[:, 0]) == pytest.approx(
        sorted(100 * np.array(parts))
    )


def test_the_gap_matrix_frames_points_of_difference() -> None:
    gaps = catalog_gaps(small_catalog(), brand="Kestrel")
    ax = gaps.plot()
    assert len(ax.patches) == (gaps.gaps["kind"] == "point_of_difference").sum()
    written = [text.get_text() for text in ax.texts if text.get_text()]
    assert len(written) == len(gaps.gaps)
    assert not any("?" in text for text in written), "all are open: said once"
    told = replace(gaps, gaps=gaps.gaps.assign(state="has_not"))
    assert any("?" in text.get_text() for text in told.plot().texts)
    assert "Neither gaps" in made("gaps, none").plot().texts[0].get_text()


def test_both_ways_of_meeting_are_drawn() -> None:
    result = made("meeting")
    ax = result.plot(focus="A")
    pairs = result.pairs[(result.pairs[["brand_a", "brand_b"]] == "A").any(axis=1)]
    assert sorted(dots(ax)[:, 0]) == pytest.approx(sorted(pairs["commonality"]))
    assert len(key_of(ax.figure)) == 2
