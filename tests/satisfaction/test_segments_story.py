"""What is said and drawn of segments: only what is shown over all items, and how lasting it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection

from benchmarks.simulations.segments import ITEMS, answers, found
from brandkit.core.errors import InputError
from brandkit.language import LANGUAGES, use_language
from brandkit.satisfaction.segments.segments import CustomerSegments, customer_segments
from brandkit.viz.export import figure_svg
from brandkit.viz.marks import key_of
from tests.satisfaction.stories import assert_story, said


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    use_language("en")


@pytest.fixture(scope="module")
def classes() -> CustomerSegments:
    frame, _ = answers(np.random.default_rng(3), 200, apart=1.5)
    return found(frame, n_classes=3, weighted=False, draws=50)


def tiers(gap: float = 0.0, *, names: tuple[str, ...] = ("low", "high")) -> CustomerSegments:
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(rng.normal(6, 1, (200, 6)), columns=list("uvwxyz"))
    frame["tier"] = np.resize(names, 200)
    frame.loc[frame["tier"] == "high", "w"] += gap
    return customer_segments(frame, items=list("uvwxyz"), tiers="tier")


def rows_of(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def dots(ax: Axes) -> np.ndarray:
    parts = [np.asarray(c.get_offsets()) for c in ax.collections if isinstance(c, PathCollection)]
    return np.vstack([part for part in parts if len(part)])


def test_classes_are_kinds_or_steps_and_lasting_or_a_sketch() -> None:
    rng = np.random.default_rng(3)
    lasting = found(answers(rng, 300, apart=2.0)[0], n_classes=3, weighted=False, draws=50).story()
    assert str(lasting.headline).startswith("Customers differ in what they rate high")
    assert said(lasting)[1] == ("likely", "The classes are lasting.")
    noise = answers(rng, 200, apart=0)[0]
    steps = found(noise, n_classes=3, weighted=False, draws=50)
    assert said(steps.story())[0][0] == "likely"
    assert "are steps" in said(steps.story())[0][1]
    few = replace(steps, nature="open").story()
    assert said(few)[0][0] == said(few)[1][0] == "open"
    assert "a sketch" in said(few)[1][1]
    none = found(answers(rng, 200, apart=0)[0], n_classes=(1, 2), weighted=False, draws=50).story()
    assert said(none) == [("likely", "The answers show no groups of customers.")]
    assert str(none.headline) == "The answers show no groups of customers"


@pytest.mark.parametrize(("gap", "settled"), [(0.0, "open"), (3.0, "clear")])
def test_tiers_differ_only_where_it_is_shown_over_all_items(gap: float, settled: str) -> None:
    story = tiers(gap).story()
    assert story.findings[0].settled == settled
    expected = "differ most in “w”" if gap else "answer differently is open"
    assert expected in str(story.headline)


def test_profiles_stand_at_their_means_and_are_named(classes) -> None:
    ax = classes.plot()
    np.testing.assert_allclose(
        sorted(dots(ax)[:, 0]), sorted(classes.profiles["estimate"]), atol=1e-12
    )
    legend = list(key_of(ax.figure))
    assert [name.split(" (")[0] for name in legend[:3]] == ["class 1", "class 2", "class 3"]
    assert set(rows_of(ax)) == set(ITEMS)
    few = classes.plot(items=["s0", "s1"], segments=["2"])
    assert len(dots(few)) == 2
    with pytest.raises(InputError, match="`segments` must be at most 6 of"):
        classes.plot(segments=["7"])
    with pytest.raises(InputError, match="items of the profiles; found"):
        classes.plot(items=["s9"])


def test_six_segments_stay_apart_on_their_rows() -> None:
    ax = tiers(names=tuple("abcdef")).plot()
    rows = dots(ax)[:, 1]
    assert np.abs(rows - np.rint(rows)).max() < 0.4
    assert list(key_of(ax.figure))[6:] in ([], ["interval"])


def test_the_same_figure_gives_the_same_bytes(classes) -> None:
    first, second = (figure_svg(classes.plot().figure, prefix="f") for _ in range(2))
    assert first == second


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_story_holds(classes, language: str) -> None:
    single = found(answers(np.random.default_rng(3), 60, apart=0)[0], n_classes=1, weighted=False,
                   draws=50)  # fmt: skip
    hidden = customer_segments(
        pd.DataFrame({"tier": ["low", "high"] * 4, "x": np.arange(8.0)}), items=["x"], tiers="tier"
    )
    sexes = customer_segments(
        pd.DataFrame({"tier": ["low", "high"] * 20, "sex": ["f", "m", "m", "f"] * 10}),
        items=["sex"], tiers="tier",
    )  # fmt: skip
    for result in (classes, single, hidden, sexes, tiers(), tiers(3.0), tiers(names=("low",))):
        for focus in (None, "low", "Nobody"):
            assert_story(result, language=language, focus=focus)


def test_a_segment_of_few_persons_is_counted_and_neither_named_nor_drawn() -> None:
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(rng.normal(6, 1, (205, 6)), columns=list("uvwxyz"))
    frame["tier"] = [*np.resize(["low", "high"], 200), *["tiny"] * 5]
    found = customer_segments(frame, items=list("uvwxyz"), tiers="tier")
    story = found.story()
    written = " ".join([*map(str, story.findings), *map(str, story.exhibits["customers"].notes)])
    assert "tiny" not in written
    assert [label for label, _ in key_of(found.plot())] == [
        label for label, _ in key_of(replace(found, segments=found.described()).plot())
    ]
    assert not any("tiny" in str(label) for label, _ in key_of(found.plot()))
