"""Boxes find places beside their points, whatever the points are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brandkit.core.linalg import Floats
from brandkit.viz.placement import Ground, Placement, lines_hit_boxes, overlaps, place_boxes
from tests.conftest import some

WINDOW = np.array([0.0, 0, 400, 300])
RADIUS = 4.0


def placed(points: Floats, sizes: Floats, **standing: Floats) -> Placement:
    return place_boxes(points, sizes, Ground(WINDOW, points, RADIUS, **standing))


def assert_sound(points: Floats, placement: Placement, boxes: Floats | None = None) -> None:
    """Nothing lies on anything: tested without padding, by definition."""
    found = placement.boxes[placement.found]
    clash = overlaps(found, found, pad=-1e-9)
    np.fill_diagonal(clash, False)
    assert not clash.any()
    marks = np.hstack([points - RADIUS, points + RADIUS])
    assert not overlaps(found, marks, pad=-1e-9).any()
    assert (found[:, :2] >= WINDOW[:2]).all()
    assert (found[:, 2:] <= WINDOW[2:]).all()
    hits = lines_hit_boxes(placement.leaders, placement.boxes, pad=0)
    np.fill_diagonal(hits, False)
    assert not hits.any()
    if boxes is not None:
        assert not overlaps(found, boxes, pad=-1e-9).any()


@settings(max_examples=some(25), deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 24), st.floats(10, 150))
def test_labels_never_lie_on_anything(seed: int, count: int, spread: float) -> None:
    rng = np.random.default_rng(seed)
    points = np.clip(rng.normal((200, 150), spread, (count, 2)), WINDOW[:2], WINDOW[2:])
    sizes = np.column_stack([rng.uniform(15, 130, count), rng.choice([12.0, 26.0], count)])
    standing = np.array([[150.0, 200, 250, 220]])
    assert_sound(points, placed(points, sizes, boxes=standing), standing)


def test_spread_points_all_find_room_beside_them() -> None:
    points = np.array([[x, y] for x in (50.0, 150, 250) for y in (50.0, 100, 150, 200)])
    placement = placed(points, np.full((12, 2), (60.0, 12)))
    assert placement.found.all()
    assert np.isnan(placement.leaders).all()


def test_one_cannot_take_all_room_from_another() -> None:
    """The second label has one place only; the first gives way though it came first."""
    points = np.array([[200.0, 150], [200, 150]])
    ground = Ground(np.array([100.0, 140, 300, 160]), points, RADIUS)
    placement = place_boxes(points, np.array([[80.0, 12], [80, 12]]), ground)
    assert placement.found.all()
    assert sorted(np.sign(placement.boxes[:, 0] - 200)) == [-1, 1]


def test_a_far_label_is_tied_to_its_marker() -> None:
    points = np.array([[200.0, 150]])
    left, right = [150.0, 140, 190, 160], [210.0, 140, 250, 160]
    walls = np.array([left, right, [190, 155, 197, 175], [203, 155, 210, 175]])
    below = np.array([[150.0, 100, 250, 144]])
    ground = Ground(WINDOW, points, RADIUS, boxes=np.vstack([walls, below]))
    placement = place_boxes(points, np.array([[40.0, 12]]), ground)
    assert placement.found.all()
    assert placement.boxes[0, 1] > 175
    assert placement.leaders[0, 3] > placement.leaders[0, 1] > 150
    wall = np.array([[185.0, 135, 215, 165]])
    closed = Ground(WINDOW, points, RADIUS, boxes=wall)
    assert not place_boxes(points, np.array([[40.0, 12]]), closed).found.any()


def test_near_labels_do_not_go_far() -> None:
    """Numbers without room are left out rather than written elsewhere."""
    points = np.full((12, 2), (200.0, 150))
    placement = place_boxes(
        points, np.full((12, 2), (20.0, 12)), Ground(WINDOW, points, RADIUS), is_near=True
    )
    assert 3 <= placement.found.sum() < 12
    centres = (placement.boxes[:, :2] + placement.boxes[:, 2:]) / 2
    assert np.nanmax(np.abs(centres - points)) < 40
    assert_sound(points, placement)


def test_places_repeat() -> None:
    rng = np.random.default_rng(3)
    points, sizes = rng.uniform(50, 250, (30, 2)), np.full((30, 2), (70.0, 12))
    once, twice = placed(points, sizes), placed(points.copy(), sizes.copy())
    np.testing.assert_array_equal(once.boxes, twice.boxes)
    np.testing.assert_array_equal(once.leaders, twice.leaders)


def test_no_points() -> None:
    assert placed(np.empty((0, 2)), np.empty((0, 2))).boxes.shape == (0, 4)


@pytest.mark.parametrize(
    ("line", "hit"),
    [
        ((0, 6, 20, 6), True),
        ((6, 0, 6, 20), True),
        ((0, 0, 4, 4), False),
        ((0, 30, 30, 30), False),
        ((6, 6, 7, 7), True),
        ((0, 12, 12, 0), True),
        ((0, 8, 8, 0), False),
    ],
)
def test_lines_and_boxes(line: tuple[float, ...], hit: bool) -> None:
    box = np.array([[5.0, 5, 10, 10]])
    assert lines_hit_boxes(np.array([line], dtype=float), box, pad=0).item() is hit
