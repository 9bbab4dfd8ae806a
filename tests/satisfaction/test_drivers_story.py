"""What drivers say and show: sentences, exhibits and figures agree with the numbers."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from matplotlib.text import Annotation

from brandkit.core.message import Message
from brandkit.core.story import Story
from brandkit.language import LANGUAGES, translate, use_language
from brandkit.satisfaction.drivers.drivers import DriverImportance, driver_importance
from brandkit.satisfaction.drivers.plot import driver_segments
from brandkit.viz.export import figure_svg
from brandkit.viz.marks import key_of
from brandkit.viz.palette import PALETTE


@pytest.fixture(autouse=True)
def english_afterwards():
    yield
    use_language("en")


def data(*slopes: float, n: int = 300, seed: int = 7, noise: float = 1.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, len(slopes)))
    table = pd.DataFrame(x, columns=["fees", "advice", "lobby"][: len(slopes)])
    table["tier"] = np.tile(["small", "large"], n // 2)
    return table.assign(sat=x @ np.array(slopes) + noise * rng.normal(size=n))


def drivers(*slopes: float, by: str | None = None, **options: float) -> DriverImportance:
    table = data(*slopes, **options)  # type: ignore[arg-type]
    names = [name for name in ("fees", "advice", "lobby") if name in table]
    return driver_importance(table, outcome="sat", drivers=names, by=by, draws=200)


# --- what is said --------------------------------------------------------------------------------


def test_a_clear_first_is_said_to_be_first() -> None:
    result = drivers(2.0, 0.4, 0.2)
    first = result.story().findings[0]
    assert result.story().headline == first.headline
    assert (str(first.headline), first.settled) == ("“fees” matters most for sat.", "clear")
    row = result.drivers.iloc[0]
    assert f"{100 * row['importance']:.1f}% of the differences" in str(first.detail)
    assert "300 answers of 300 persons" in str(first.detail)


def test_a_likely_first_is_not_called_clear() -> None:
    result = drivers(1.0, 1.05, 0.0)
    assert result.drivers["rank_high"][0] == 2
    first = result.story().findings[0]
    assert first.settled == "likely"
    assert str(first.headline) == "“fees” probably matters most for sat."
    assert result.story().headline == first.headline


def test_an_open_order_is_a_finding() -> None:
    story = drivers(1.0, 1.2, 0.0).story()
    assert str(story.headline) == "What matters most for sat: fees, advice"
    first = story.findings[0]
    assert first.settled == "open"
    assert str(first.headline) == "Which driver of sat comes first is not settled."
    assert "may come first:" in str(first.detail)


def test_where_nothing_is_above_noise_nothing_is_claimed() -> None:
    result = drivers(0.0, 0.0, n=100)
    frame = result.drivers.assign(above_noise=False)
    result = dataclasses.replace(result, drivers=frame)
    assert str(result.story().headline) == "No driver of sat stands out from noise."
    assert result.story().findings[0].settled == "open"


def test_no_driver_stands_out_where_all_may_be_first() -> None:
    assert str(drivers(1.0, 1.0).story().headline) == "No single driver of sat stands out"


def test_what_is_not_above_noise_is_clear_only_where_it_cannot_matter() -> None:
    few = drivers(1.0, 1.0, 0.0, n=80).story().findings[1]
    assert few.settled == "open"
    assert "That does not show that it does not matter" in str(few.detail)
    many = drivers(1.0, 1.0, 0.0, n=4000).story().findings[1]
    assert (str(many.headline), many.settled) == ("lobby hardly matters for sat.", "clear")


def test_segments_that_cannot_be_told_apart_are_not_called_alike() -> None:
    last = drivers(1.0, 0.5, by="tier").story().findings[-1]
    assert last.settled == "open"
    assert "no proof that they are the same" in str(last.detail)


def test_segments_that_differ_are_named_with_the_driver() -> None:
    table = data(1.0, 0.5, n=600)
    large = table["tier"] == "large"
    table.loc[large, "sat"] = 2 * table["advice"][large]
    table["sat"] += np.random.default_rng(1).normal(size=600)
    result = driver_importance(
        table, outcome="sat", drivers=["fees", "advice"], by="tier", draws=199
    )
    last = result.story().findings[-1]
    assert "does not matter alike in all 2 segments" in str(last.headline)
    assert last.settled == "clear"
    assert "Most for" in str(last.detail)


def test_the_table_of_drivers_is_ranked() -> None:
    rows = drivers(0.2, 2.0, 0.4).story().exhibits["drivers"].data
    assert rows is not None
    assert rows["driver"].tolist() == ["advice", "lobby", "fees"]


def test_title_and_first_finding_agree_where_only_others_are_above_noise() -> None:
    result = drivers(1.0, 0.9, 0.0)
    above = result.drivers["importance"] < result.drivers["importance"].max()
    told = dataclasses.replace(result, drivers=result.drivers.assign(above_noise=above)).story()
    assert str(told.headline) == "No single driver of sat stands out"
    assert (told.findings[0].settled, told.actions) == ("open", ())


def test_only_what_is_settled_asks_for_action() -> None:
    (action,) = drivers(2.0, 0.4, 0.2).story().actions
    assert (action.verb, action.settled, action.about) == ("test", "clear", "drivers")
    assert "“fees”" in str(action.text)
    assert drivers(1.0, 1.2, 0.0).story().actions == ()


def test_a_focus_is_marked_where_it_is_a_segment_and_noted_where_not() -> None:
    result = drivers(2.0, 0.4, by="tier")
    known, unknown = (result.story(focus=one).exhibits["tiers"] for one in ("large", "Harbour"))
    assert "Harbour is not among the segments" in str(unknown.notes[-1])
    assert not any("not among" in str(note) for note in known.notes)
    assert list(drivers(2.0, 0.4).story(focus="Harbour").exhibits) == ["drivers"]


# --- what is drawn -------------------------------------------------------------------------------


def banks(segments: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    x = np.rint(np.clip(6.5 + 2 * rng.normal(size=(60 * segments, 3)), 0, 10))
    table = pd.DataFrame(x, columns=["a fee of $5 to $10", "advice", "lobby"])
    effect = -1.5 * (x[:, 0] <= 5) + 1.5 * (x[:, 1] >= 8)
    table["sat"] = 6 + effect + rng.normal(0, 1, len(table))
    table["bank"] = np.repeat([f"Bank {letter}" for letter in "ABCDEFGH"[:segments]], 60)
    return table


DRIVERS = ["a fee of $5 to $10", "advice", "lobby"]


def of_banks(segments: int = 3, **options: object):
    call = {"outcome": "sat", "drivers": DRIVERS, "draws": 60, "within": "none", **options}
    return driver_importance(banks(segments), **call)


def names(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def written(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts if isinstance(text, Annotation)]


def dots(ax: Axes) -> dict[tuple[float, bool], float]:
    """Value of each dot by its row and whether it is filled."""
    found = {}
    for points in ax.collections:
        if isinstance(points, LineCollection) or not len(points.get_offsets()):
            continue
        face = to_hex(points.get_facecolors()[0]) if len(points.get_facecolors()) else "none"
        filled = face not in (PALETTE["paper"], "none")
        found |= {(float(y), filled): float(x) for x, y in points.get_offsets()}
    return found


def lines(ax: Axes) -> list[tuple[float, float, float, str]]:
    """Row, ends and colour of each line across."""
    return [
        (float(y), float(low), float(high), to_hex(part.get_color()[0]))
        for part in ax.collections
        if isinstance(part, LineCollection)
        for (low, y), (high, _) in part.get_segments()
    ]


def test_dots_lines_and_ticks_are_importances_intervals_and_floors() -> None:
    result = of_banks()
    ax = result.plot()
    ranked = result.drivers.sort_values("importance", ascending=False)
    assert names(ax) == ranked["label"].tolist()
    above = ranked["above_noise"].to_numpy()
    assert not above.all()
    expected = zip(range(3), above.tolist(), ranked["importance"], strict=True)
    assert dots(ax) == {(row, filled): value for row, filled, value in expected}
    ends = [line[1:3] for line in lines(ax)]
    np.testing.assert_allclose(ends, ranked[["ci_low", "ci_high"]])
    upright = [line.get_xdata()[0] for line in ax.lines]
    np.testing.assert_allclose(upright, ranked["noise_floor"])


def test_shares_and_ranks_stand_at_the_right() -> None:
    result = of_banks()
    first = result.drivers.sort_values("importance", ascending=False).iloc[0]
    said = written(result.plot())
    assert {"share", "rank"} <= set(said)
    assert f"{100 * first['share']:.0f}%" in said
    low, high = first["rank_low"], first["rank_high"]
    assert (f"{low}" if low == high else f"{low}–{high}") in said


def test_few_segments_have_a_marker_each_and_their_intervals() -> None:
    result = of_banks(by="bank")
    ax = driver_segments(result, focus="Bank B")
    legend = list(key_of(ax.figure))
    assert legend[:3] == ["Bank A", "Bank B", "Bank C"]
    drawn = lines(ax)
    ends = sorted(line[2] for line in drawn)
    np.testing.assert_allclose(ends, np.sort(result.groups["ci_high"]))
    focus = result.groups[result.groups["segment"] == "Bank B"]
    accent = sorted(line[1] for line in drawn if line[3] == PALETTE["accent"])
    np.testing.assert_allclose(accent, np.sort(focus["ci_low"]))


def test_many_segments_are_a_crowd_with_the_focus_marked() -> None:
    result = of_banks(6, by="bank")
    ax = driver_segments(result, focus="Bank C")
    assert not set(key_of(ax.figure)) & set(result.groups["segment"].astype(str))
    focus = result.groups[result.groups["segment"] == "Bank C"]
    assert len(lines(ax)) == len(DRIVERS)
    xs = [float(x) for points in ax.collections for x in points.get_offsets()[:, 0]]
    assert set(focus["importance"]) <= set(xs)
    others = result.groups[result.groups["segment"] != "Bank C"]
    assert set(others["pooled"]) <= set(xs)
    assert "p, alike" in written(ax)


def test_texts_stay_apart_with_long_names_and_many_rows() -> None:
    rng = np.random.default_rng(6)
    columns = [f"How well we explain the terms of product number {i}" for i in range(20)]
    data = pd.DataFrame(rng.normal(size=(200, 20)), columns=columns)
    data["sat"] = data.sum(axis=1) + rng.normal(size=200)
    ax = driver_importance(data, outcome="sat", drivers=columns, draws=20).plot()
    assert len(set(names(ax))) == 20
    figure = ax.figure
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    boxes = [label.get_window_extent(renderer) for label in ax.get_yticklabels()]
    assert not any(a.overlaps(b) for a, b in pairwise(boxes))
    inside = figure.bbox.padded(1)
    assert all(inside.contains(*box.min) and inside.contains(*box.max) for box in boxes)


# --- every story holds ---------------------------------------------------------------------------


def all_texts(story: Story) -> list[Message]:
    """Every sentence of a story."""
    texts = [story.headline, *([story.lede] if story.lede else [])]
    texts += [text for one in story.findings for text in (one.headline, one.detail)]
    texts += [one.text for one in story.actions]
    for shown in story.exhibits.values():
        texts += [shown.caption, *([shown.alt] if shown.alt else []), *shown.notes]
    return texts


def lost_draws(result: DriverImportance) -> DriverImportance:
    """The same result where no draw gave values."""
    missing = dict.fromkeys(["ci_low", "ci_high", "p_first"], np.nan)
    return dataclasses.replace(result, drivers=result.drivers.assign(**missing), draws=0)


RESULTS = {
    "settled": lambda: drivers(2.0, 0.4, 0.2, by="tier"),
    "open": lambda: drivers(1.0, 1.0, 0.0),
    "johnson": lambda: of_banks(6, by="bank", method="johnson"),
    "within": lambda: of_banks(within="bank"),
    "tiny": lambda: driver_importance(data(1.0, n=10), outcome="sat", drivers=["fees"], draws=2),
    "missing": lambda: lost_draws(drivers(1.0, 1.0)),
}


@pytest.mark.parametrize("focus", [None, "large", "Nobody"])
@pytest.mark.parametrize("name", RESULTS)
def test_every_story_holds(name: str, focus: str | None) -> None:
    result = RESULTS[name]()
    told = result.story(focus=focus)
    assert str(told.headline)
    assert all(str(one.detail) for one in told.findings)
    for language in LANGUAGES:
        use_language(language)
        for text in all_texts(told):
            if "not among" in text.text:
                continue  # said by core
            said = translate(text, language)
            assert "{" not in said
            assert language == "en" or said != str(text), f"no translation: {text.text}"
        for shown in told.exhibits.values():
            assert shown.alt is not None
            assert shown.data is not None
            assert len(shown.data)
            assert "sat" in shown.draw().get_xlabel()


def test_the_same_result_gives_the_same_bytes() -> None:
    first, second = (figure_svg(of_banks().plot().figure, prefix="d") for _ in range(2))
    assert first == second
