"""The burger tracker at the level of respondents: weights, a wide battery, half-years as waves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Annotation

from brandkit.positioning.image.stability import MapStability, claim_check, map_stability
from brandkit.positioning.image.waves import WaveMovement, wave_movement
from brandkit.positioning.maps.correspondence import correspondence_map
from brandkit.sources.survey.batteries import PickAny
from brandkit.sources.survey.survey import read_survey

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def image(real: Path) -> PickAny:
    path = real / "surveys" / "burger_tracker" / "Burger_Brand_Tracking_Dec_2017.sav"
    survey = read_survey(path, respondent="ID", weight="wgt", wave="date")
    return survey.images(without=["None of These"])


@pytest.fixture(scope="module")
def stability(image: PickAny) -> MapStability:
    return map_stability(image, draws=400)


@pytest.fixture(scope="module")
def movement(image: PickAny) -> WaveMovement:
    rows = image.answers()
    date = pd.to_datetime(rows["wave"])
    half = date.dt.year.astype(str) + np.where(date.dt.month > 6, " H2", " H1")
    return wave_movement(
        rows.assign(half=half), brand="brand", attributes=image.attributes, wave="half",
        respondent="respondent", weight="weight", draws=400,
    )  # fmt: skip


def overlaps(ax) -> int:
    ax.figure.canvas.draw()
    texts = [t for t in ax.texts if isinstance(t, Annotation) and t.get_text()]
    boxes = [text.get_window_extent() for text in texts]
    return sum(a.overlaps(b) for at, a in enumerate(boxes) for b in boxes[at + 1 :])


def test_the_map_is_that_of_the_weighted_shares(image, stability) -> None:
    assert stability.table.shape == (10, 21)
    assert stability.n_respondents == 4853
    counts = image.counts()
    np.testing.assert_allclose(stability.table.loc[counts.index, counts.columns], counts, rtol=1e-9)
    plain = correspondence_map(counts, scaling="row_green")
    mine = stability.points.set_index(["label", "axis"])["coordinate"]
    theirs = plain.rows.set_index(["label", "axis"])["coordinate"]
    np.testing.assert_allclose(mine, theirs.loc[mine.index], atol=1e-9)
    assert stability.is_stable


def test_errors_are_those_of_a_plain_bootstrap_of_persons(image, stability) -> None:
    """A loop over draws, as anybody would write it: with many answers both must agree."""
    rows = image.answers()
    ticks = rows[list(image.attributes)].to_numpy() * rows["weight"].to_numpy()[:, None]
    person = pd.factorize(rows["respondent"])[0]
    brand = pd.Categorical(rows["brand"], categories=stability.brands).codes
    places = stability.drawn.places
    mass = stability.drawn.sample.row_mass
    rng = np.random.default_rng(1)
    drawn = []
    for _ in range(150):
        times = np.bincount(rng.integers(0, person.max() + 1, person.max() + 1),
                            minlength=person.max() + 1)[person]  # fmt: skip
        table = np.zeros((10, ticks.shape[1]))
        np.add.at(table, brand, ticks * times[:, None])
        share = table / table.sum()
        r, c = share.sum(axis=1), share.sum(axis=0)
        u, d, _ = np.linalg.svd((share - np.outer(r, c)) / np.sqrt(np.outer(r, c)))
        own = u[:, :2] * d[:2] / np.sqrt(r)[:, None]
        left, _, right = np.linalg.svd(own.T @ (mass[:, None] * places))
        drawn.append(own @ (left @ right))
    error = np.std(drawn, axis=0).ravel()
    ratio = stability.points["std_error"].to_numpy() / error
    assert np.median(ratio) == pytest.approx(1.0, abs=0.06)
    assert ratio.min() > 0.75
    assert ratio.max() < 1.3


def test_most_brands_are_told_apart(stability) -> None:
    assert stability.pairs["distinct"].mean() > 0.9
    assert (stability.pairs["p_adjusted"] >= stability.pairs["p_value"]).all()


def test_half_years_are_followed(movement) -> None:
    assert len(movement.waves) >= 5
    assert movement.n_respondents == 4853
    # one brand or the other may have moved; a market where all move would be noise
    assert movement.moves["moved"].mean() < 0.2
    assert (movement.moves["p_value"] <= 0.05).mean() < 0.25
    assert (movement.moves["ci_low"] <= movement.moves["map_distance"]).all()


def test_names_do_not_lie_on_each_other(stability, movement) -> None:
    for ax in (stability.plot(focus="Arnold's"), movement.plot()):
        assert overlaps(ax) == 0
        assert ax.get_aspect() == 1.0


def test_claims_of_a_real_battery(stability) -> None:
    result = claim_check(stability)
    assert result.n_cells == 210
    assert result.glance().loc[0, "n_supported"] > 20
    assert len(result.plot().get_xticks()) == 10
