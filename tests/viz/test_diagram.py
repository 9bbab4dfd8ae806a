"""Diagrams: causes before effects, lines from side to side around the boxes between."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.patches import FancyArrowPatch

from brandkit.viz.diagram import Arrow, Box, Layout, diagram, diagram_layout
from brandkit.viz.export import figure_svg


def layout(arrows: list[tuple[int, int]], k: int) -> Layout:
    return diagram_layout(
        np.tile([80.0, 30.0], (k, 1)), arrows=arrows,
        label_sizes=np.tile([60.0, 24.0], (len(arrows), 1)), width=440.0,
    )  # fmt: skip


def test_causes_stand_above_effects_and_lines_reach_from_side_to_side() -> None:
    arrows = [(0, 1), (1, 2), (2, 3), (0, 3)]
    found = layout(arrows, 4)
    for (source, target), route in zip(arrows, found.routes, strict=True):
        assert found.boxes[source, 1] > found.boxes[target, 3]
        assert route[0, 1] == pytest.approx(found.boxes[source, 1])
        assert route[-1, 1] == pytest.approx(found.boxes[target, 3])
        for box in np.delete(found.boxes, [source, target], axis=0):
            inside = ((route > box[:2] - 1e-9) & (route < box[2:] + 1e-9)).all(axis=1)
            assert not inside.any()


def test_two_layers_stand_side_by_side() -> None:
    found = layout([(0, 3), (1, 3), (2, 3)], 4)
    assert (found.boxes[:3, 2] < found.boxes[3, 0]).all()
    assert (np.diff(found.boxes[:3, 1]) < 0).all()


def test_boxes_stay_within_the_diagram() -> None:
    found = layout([(at, 9) for at in range(3)] + [(at, at + 3) for at in range(6)], 10)
    assert found.boxes[:, :2].min() >= 1
    assert (found.boxes[:, 2:] <= np.array(found.size) - 1).all()


def test_arrows_are_drawn_as_wide_as_they_say() -> None:
    boxes = [Box("Quality", "19%"), Box("Loyalty")]
    ax = diagram(boxes, [Arrow(0, 1, "0.5", width=3.0)])
    (arrow,) = [patch for patch in ax.patches if isinstance(patch, FancyArrowPatch)]
    assert (arrow.get_linewidth(), arrow.get_linestyle()) == (3.0, "-")
    dashed = diagram(boxes, [Arrow(0, 1, "0.5", dashed=True)])
    (arrow,) = [patch for patch in dashed.patches if isinstance(patch, FancyArrowPatch)]
    assert arrow.get_linestyle() not in ("solid", "-")


def test_the_same_diagram_gives_the_same_bytes() -> None:
    drawn = [diagram([Box("A"), Box("B")], [Arrow(0, 1, "1")]) for _ in range(2)]
    first, second = (figure_svg(ax.figure, prefix="d") for ax in drawn)
    assert first == second
    assert "NaN" not in first
