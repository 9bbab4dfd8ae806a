"""What is said and drawn of service quality: settled as far as the data go, and what was found."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection

from benchmarks.simulations.service_quality import ITEMS, answers
from brandkit.core.errors import InputError
from brandkit.language import LANGUAGES, use_language
from brandkit.satisfaction.service.service import ServiceQuality, service_quality
from brandkit.viz.export import figure_svg
from tests.satisfaction.stories import assert_story, said


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    use_language("en")


def scored(persons: int = 120, *, few: bool = False, **options) -> ServiceQuality:
    frame = answers(np.random.default_rng(2), persons, weighted=False)
    if few:
        frame = frame[(frame["bank"] != "e") | (frame["id"] < 6)]
    given = {"items": list(ITEMS), "stages": ITEMS, "brand": "bank", "respondent": "id"}
    return service_quality(frame, **(given | options))


def dots(ax: Axes) -> np.ndarray:
    parts = [np.asarray(c.get_offsets()) for c in ax.collections if isinstance(c, PathCollection)]
    drawn = np.vstack([np.ma.filled(part, np.nan) for part in parts if len(part)])
    return drawn[np.isfinite(drawn).all(axis=1)]


def rows_of(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def test_a_bank_is_told_from_the_others_where_it_differs() -> None:
    result = scored(400)
    behind = result.story(focus="e")
    assert str(behind.headline).startswith("e falls behind before the")
    assert str(result.story(focus="a").headline).startswith("a serves better than the")
    assert str(result.story(focus="c").headline) == "c cannot be told from the others in service"
    found = said(behind)
    assert ("clear", "e serves worse than the others during the sale.") in found
    assert found[-1] == ("clear", "The banks serve worst before the sale.")
    assert found[-2] == ("open", "At which stage e serves worst is open.")
    assert {action.verb for action in behind.actions} == {"fix"}
    assert not result.story(focus="c").actions


def test_without_stages_items_are_named() -> None:
    result = scored(300, stages=None)
    assert str(result.story().headline) == (
        "Service is best in “complaints” and weakest in “advice”"
    )
    assert said(result.story()) == [
        ("open", "“advice” scores lowest in the market, “complaints” highest.")
    ]
    found = result.story(focus="a").findings[:-1]
    assert all("better than the others in “" in str(one.headline) for one in found)


def test_a_bank_that_few_rated_is_not_placed() -> None:
    story = scored(few=True, stages=None).story(focus="e")
    told = "Too few people rated the service of e to say where it stands."
    assert said(story)[0] == ("open", told)
    assert str(story.headline) == told
    assert str(story.exhibits["services"].alt) == "An empty chart: too few people answered."


def test_an_unknown_focus_counts_as_none_with_a_note() -> None:
    result = scored()
    story = result.story(focus="z")
    assert str(story.headline) == str(result.story().headline)
    assert "z is not among the banks" in str(story.exhibits["stages"].notes[0])
    result.plot(focus="z")


def test_stages_stand_in_the_order_of_the_sale_with_all_banks() -> None:
    result = scored()
    ax = result.plot(focus="b")
    assert rows_of(ax) == ["before the sale", "during the sale", "after the sale"]
    stages = result.scores.query("kind == 'stage' and brand.notna()")
    np.testing.assert_allclose(sorted(dots(ax)[:, 0]), sorted(stages["estimate"]), atol=1e-12)
    use_language("zh-Hant")
    assert rows_of(result.plot()) == ["售前", "售中", "售後"]


def test_items_stand_from_the_best_to_the_worst() -> None:
    result = scored()
    market = result.scores.query("kind == 'item' and brand.isna()")
    best = market.sort_values("estimate", ascending=False)["label"].tolist()
    assert rows_of(result.plot(kind="item")) == best
    with pytest.raises(InputError, match="`kind` must be one of"):
        result.plot(kind="dimension")


def test_data_of_a_figure_are_its_scores() -> None:
    result = scored()
    data = result.story(focus="b").exhibits["stages"].data
    stages = result.scores.query("kind == 'stage'")
    np.testing.assert_allclose(data["estimate"], stages["estimate"])
    assert data["stage"].unique().tolist() == [
        "before the sale", "during the sale", "after the sale",
    ]  # fmt: skip


def test_the_same_figure_gives_the_same_bytes() -> None:
    first, second = (figure_svg(scored().plot().figure, prefix="f") for _ in range(2))
    assert first == second


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("focus", [None, "a", "e", "z"])
def test_every_story_holds(language: str, focus: str | None) -> None:
    dimensions = {"advice": "x", "digital": "x", "counter": "y", "complaints": "y"}
    results = [
        scored(), scored(stages=None), scored(few=True), scored(brand=None),
        scored(items=dimensions, stages=None), scored(12, suppress_below=2),
        scored(items=["advice", "counter"], stages=None,
               expectations={"advice": "digital", "counter": "complaints"}),
    ]  # fmt: skip
    for result in results:
        assert_story(result, language=language, focus=focus)


def test_a_market_that_nobody_rated_as_a_whole_is_still_told() -> None:
    frame = pd.DataFrame({"bank": ["a", "b"] * 10, "x": [6.0, 7.0] * 10, "y": np.nan})
    frame.loc[0, "y"] = 5.0
    result = service_quality(frame, items=["x", "y"], stages={"x": "before", "y": "before"},
                             brand="bank", suppress_below=5)  # fmt: skip
    assert str(assert_story(result, language="en").headline) == "How good the banks' service is"
