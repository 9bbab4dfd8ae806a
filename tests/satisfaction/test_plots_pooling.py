"""Figures of alikeness and pooling: what is drawn is what was found."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection

from benchmarks.simulations.alikeness import market
from brandkit.core.errors import InputError, NotEnoughDataError
from brandkit.language import use_language
from brandkit.satisfaction.alikeness import plot
from brandkit.satisfaction.alikeness.alikeness import PerceivedAlikeness, perceived_alikeness
from brandkit.satisfaction.scores import plot as pooling_plot
from brandkit.satisfaction.scores.pooling import partial_pooling
from brandkit.viz.export import figure_svg


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    use_language("en")


@pytest.fixture(scope="module")
def alike() -> PerceivedAlikeness:
    frame = market(120, spread=0.6, image=0.3).sample(np.random.default_rng(1), 120)
    frame["bank"] = "Bank " + frame["bank"].astype(str)
    frame["advice"] = frame["rating"].to_numpy()[::-1]
    return perceived_alikeness(
        frame, brand="bank", items=["rating", "advice"], images=["t0", "t1", "t2"],
        respondent="id", smallest_difference=0.8, draws=100,
    )  # fmt: skip


def dots(ax: Axes) -> np.ndarray:
    parts = [np.asarray(c.get_offsets()) for c in ax.collections if isinstance(c, PathCollection)]
    return np.vstack([part for part in parts if len(part)])


def rows_of(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def texts(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_shares_stand_at_their_values_with_all_items_last(alike) -> None:
    ax = plot.perceived_alikeness(alike)
    assert rows_of(ax)[-1] == "all items"
    shares = alike.measures.query("measure == 'between_share'")
    drawn = dots(ax)
    np.testing.assert_allclose(sorted(drawn[:, 0]), sorted(shares["estimate"]), atol=1e-12)
    assert ax.get_xlim()[0] == 0
    use_language("zh-Hans")
    assert rows_of(plot.perceived_alikeness(alike))[-1] == "所有题目"


def test_images_alone_have_no_shares_to_draw(alike) -> None:
    frame = market(60, spread=0.6, image=0.3).sample(np.random.default_rng(1), 60)
    images = perceived_alikeness(frame, brand="bank", images=["t0", "t1"], draws=100)
    ax = plot.perceived_alikeness(images)
    np.testing.assert_allclose(dots(ax)[:, 0], images.measures["estimate"], atol=1e-12)
    with pytest.raises(NotEnoughDataError, match="found none"):
        plot.alikeness_pairs(images)


def test_pairs_are_turned_toward_the_focus_and_told_by_marker(alike) -> None:
    ax = plot.alikeness_pairs(alike, focus="Bank 2", item="rating")
    pairs = alike.pairs.query("item == 'rating'")
    expected = pd.concat(
        [
            -pairs.set_index("brand_a").loc[["Bank 2"], "estimate"],
            pairs.set_index("brand_b").loc[["Bank 2"], "estimate"],
        ]
    )
    np.testing.assert_allclose(sorted(dots(ax)[:, 0]), sorted(expected), atol=1e-12)
    assert "Bank 2" not in rows_of(ax)
    assert set(texts(ax)) <= {"equal", "different", "open"}
    band = ax.patches[0].get_extents().transformed(ax.transData.inverted())
    assert (band.x0, band.x1) == pytest.approx((-0.8, 0.8))


def test_without_a_focus_each_stands_against_the_others(alike) -> None:
    ax = plot.alikeness_pairs(alike, item="advice")
    assert len(rows_of(ax)) == 6
    assert "the mean of the others" in ax.get_xlabel()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"item": "ratings"}, "one that was tested; found 'ratings'.*Did you mean 'rating'"),
        ({"wave": "2031"}, "`wave` must be one of"),
    ],
)
def test_pairs_refuse_what_was_not_looked_at(alike, options, message) -> None:
    with pytest.raises(InputError, match=message):
        plot.alikeness_pairs(alike, **options)


@pytest.fixture
def league() -> pd.DataFrame:
    return pd.DataFrame(
        {"brand": list("abcde"), "estimate": [7.0, 7.4, 7.6, 8.2, 8.3],
         "std_error": [0.1, 0.1, 0.1, 0.1, 0.8]}
    )  # fmt: skip


def test_arrows_lead_from_the_raw_to_the_pooled_value(league) -> None:
    result = partial_pooling(league, label="brand")
    ax = pooling_plot.partial_pooling(result, focus="e")
    assert rows_of(ax) == ["d", "e", "c", "b", "a"]
    arrows = [text for text in ax.texts if text.arrow_patch is not None]
    ordered = result.estimates.set_index("label").loc[rows_of(ax)]
    np.testing.assert_allclose([arrow.xy[0] for arrow in arrows], ordered["pooled"])
    np.testing.assert_allclose([arrow.xyann[0] for arrow in arrows], ordered["estimate"])
    assert "1 → 2" in texts(ax)
    assert ax.get_yticklabels()[1].get_fontweight() == "bold"
    with pytest.raises(InputError, match="one that was pooled; found 'fees'"):
        pooling_plot.partial_pooling(result, group="fees")
    unknown = pooling_plot.partial_pooling(result, focus="z")
    assert {label.get_fontweight() for label in unknown.get_yticklabels()} == {"normal"}


def test_figures_are_the_same_bytes_again(alike, league) -> None:
    pooled = partial_pooling(league, label="brand")
    for draw in (
        lambda: plot.perceived_alikeness(alike),
        lambda: plot.alikeness_pairs(alike, focus="Bank 1"),
        lambda: pooling_plot.partial_pooling(pooled),
    ):
        first, second = (figure_svg(draw().figure, prefix="f") for _ in range(2))
        assert first == second


def test_many_banks_and_long_names_stay_in_the_figure() -> None:
    rng = np.random.default_rng(4)
    names = [f"The Very Long Named Savings Bank of Place {at:02d}" for at in range(30)]
    frame = pd.DataFrame(
        {
            "brand": names,
            "estimate": rng.normal(7, 0.4, 30),
            "std_error": rng.uniform(0.05, 0.6, 30),
        }
    )
    ax = pooling_plot.partial_pooling(partial_pooling(frame, label="brand"), focus=names[3])
    assert len(rows_of(ax)) == 25
