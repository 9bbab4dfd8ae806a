"""Figures of service quality and segments: what is drawn is what was found."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection

from benchmarks.simulations.segments import ITEMS as SERVICES
from benchmarks.simulations.segments import answers, found
from benchmarks.simulations.service_quality import ITEMS
from benchmarks.simulations.service_quality import answers as service_answers
from brandkit.core.errors import InputError
from brandkit.language import use_language
from brandkit.satisfaction.segments.plot import plot_customer_segments
from brandkit.satisfaction.segments.segments import CustomerSegments, customer_segments
from brandkit.satisfaction.service.plot import plot_service_quality
from brandkit.satisfaction.service.service import ServiceQuality, service_quality
from brandkit.viz.export import figure_svg


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    use_language("en")


@pytest.fixture(scope="module")
def service() -> ServiceQuality:
    frame = service_answers(np.random.default_rng(2), 120, weighted=False)
    return service_quality(frame, items=list(ITEMS), stages=ITEMS, brand="bank", respondent="id")


@pytest.fixture(scope="module")
def classes() -> CustomerSegments:
    frame, _ = answers(np.random.default_rng(3), 200, apart=1.5)
    return found(frame, n_classes=3, weighted=False, draws=50)


def dots(ax: Axes) -> np.ndarray:
    parts = [np.asarray(c.get_offsets()) for c in ax.collections if isinstance(c, PathCollection)]
    return np.vstack([part for part in parts if len(part)])


def rows_of(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def texts(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_stages_stand_in_the_order_of_the_sale_with_all_banks(service) -> None:
    ax = plot_service_quality(service, focus="b")
    assert rows_of(ax) == ["before the sale", "during the sale", "after the sale"]
    stages = service.scores.query("kind == 'stage' and brand.notna()")
    np.testing.assert_allclose(sorted(dots(ax)[:, 0]), sorted(stages["estimate"]), atol=1e-12)
    use_language("zh-Hant")
    assert rows_of(plot_service_quality(service)) == ["售前", "售中", "售後"]


def test_items_stand_from_the_best_to_the_worst(service) -> None:
    ax = plot_service_quality(service, kind="item")
    market_items = service.scores.query("kind == 'item' and brand.isna()")
    best = market_items.sort_values("estimate", ascending=False)["label"].tolist()
    assert rows_of(ax) == best
    with pytest.raises(InputError, match="`kind` must be one of"):
        plot_service_quality(service, kind="dimension")
    with pytest.raises(InputError, match="`focus` must be one of the banks"):
        plot_service_quality(service, focus="z")


def test_profiles_stand_at_their_means_and_are_named(classes) -> None:
    ax = plot_customer_segments(classes)
    np.testing.assert_allclose(
        sorted(dots(ax)[:, 0]), sorted(classes.profiles["estimate"]), atol=1e-12
    )
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert [name.split(" (")[0] for name in legend] == ["class 1", "class 2", "class 3"]
    assert set(rows_of(ax)) == set(SERVICES)
    few = plot_customer_segments(classes, items=["s0", "s1"], segments=["2"])
    assert len(dots(few)) == 2
    with pytest.raises(InputError, match="`segments` must be at most 6 of"):
        plot_customer_segments(classes, segments=["7"])
    with pytest.raises(InputError, match="items of the profiles; found"):
        plot_customer_segments(classes, items=["s9"])


def test_figures_are_the_same_bytes_again(service, classes) -> None:
    for draw in (
        lambda: plot_service_quality(service),
        lambda: plot_customer_segments(classes),
    ):
        first, second = (figure_svg(draw().figure, prefix="f") for _ in range(2))
        assert first == second


def test_a_single_item_has_a_row() -> None:
    rng = np.random.default_rng(4)
    tiers = customer_segments(
        pd.DataFrame({"tier": ["low", "high"] * 20, "x": rng.normal(6, 1, 40)}),
        items=["x"], tiers="tier",
    )  # fmt: skip
    assert rows_of(plot_customer_segments(tiers)) == ["x"]
