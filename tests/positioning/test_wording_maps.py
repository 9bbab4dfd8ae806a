"""Wording of component, distance and preference maps: computed, hedged, in three languages."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import pdist, squareform

from brandkit.core.message import Message
from brandkit.language import LANGUAGES, translate
from brandkit.positioning.maps.components import component_map
from brandkit.positioning.maps.correspondence import correspondence_map
from brandkit.positioning.maps.distances import distance_map
from brandkit.positioning.maps.story import (
    component_axis_ends,
    component_map_alt,
    component_map_caption,
    component_map_findings,
    component_map_headline,
    component_nearest_caption,
    correspondence_map_caption,
    correspondence_map_findings,
    distance_map_alt,
    distance_map_caption,
    distance_map_findings,
    distance_map_headline,
    strengths_of,
)
from brandkit.positioning.preferences.preferences import PreferenceMap, preference_map
from brandkit.positioning.preferences.story import (
    preference_map_alt,
    preference_map_caption,
    preference_map_findings,
    preference_map_headline,
    preference_table_caption,
    surface_words,
)


@pytest.fixture
def ratings() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "fair": [8.0, 7.8, 4.0, 5.0, 6.1],
            "modern": [4.0, 4.3, 8.0, 6.0, 5.5],
            "near": [6.0, 5.0, 5.5, 8.0, 6.0],
        },
        index=["Tidewater", "Harbour", "Kestrel", "Civic", "Middle"],
    )


def apart_of(table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(squareform(pdist(table)), table.index, table.index)


def said_in(language: str, texts: list[Message]) -> list[str]:
    return [translate(text, language) for text in texts]


def assert_told(texts: list[Message]) -> None:
    for language in LANGUAGES:
        for text, said in zip(texts, said_in(language, texts), strict=True):
            assert "{" not in said
            assert "nan" not in said
            if language != "en":
                assert said != str(text), f"no translation: {text.text}"


# --- component maps ------------------------------------------------------------------------------


def test_nearest_and_strength_of_the_focus_are_those_of_the_table(ratings) -> None:
    result = component_map(ratings)
    z = (ratings - ratings.mean()) / ratings.std(ddof=0)
    near, marks, _ = component_map_findings(result, focus="Harbour")
    assert str(near.headline) == "Harbour is most like Tidewater."
    assert near.settled == "likely"
    gap = np.hypot.reduce(z.loc["Harbour"] - z.loc["Tidewater"])
    assert f"Distance {gap:.2f}; to the next" in str(near.detail)
    assert str(marks.headline) == "“fair” marks Harbour."
    assert f"On “fair” it stands +{z.loc['Harbour', 'fair']:.2f}" in str(marks.detail)
    standing = strengths_of(result, "Harbour").set_index("column_label")["standing"]
    np.testing.assert_allclose(standing, z.loc["Harbour"].sort_values(ascending=False))


def test_a_brand_without_a_mark_is_said_to_have_none(ratings) -> None:
    result = component_map(ratings)
    assert str(component_map_findings(result, focus="Middle")[1].headline) == (
        "No attribute marks Middle."
    )
    assert "no attribute marks it" in str(component_map_headline(result, focus="Middle"))


def test_a_table_of_means_settles_nothing_clearly(ratings) -> None:
    for focus in (None, "Civic"):
        for found in component_map_findings(component_map(ratings), focus=focus):
            assert found.settled != "clear"


def test_where_all_attributes_point_one_way_the_other_end_is_less_of_the_strongest() -> None:
    halo = pd.DataFrame(
        {"fair": [1.0, 2, 3, 4], "modern": [1.1, 2.2, 2.9, 4.1], "near": [0.9, 2.1, 3.2, 3.7]},
        index=list("abcd"),
    )
    result = component_map(halo)
    ends = component_axis_ends(result, 1)
    assert str(ends["low"]) == f"less {ends['high']}"
    assert "against" in str(component_map_findings(result)[-1].headline)


def test_caption_states_scaling_share_weights_and_reading(ratings) -> None:
    result = component_map(ratings)
    said = str(component_map_caption(result))
    share = result.glance().loc[0, "share_explained"]
    assert f"{100 * share:.0f}% of the differences shown" in said
    assert "brands in principal, attributes in standard coordinates" in said
    assert "of equal weight" in said
    assert "Distances between brands and attributes mean nothing" in said
    raw = str(component_map_caption(component_map(ratings, standardise=False)))
    assert "the weight of its variance" in raw
    turned = str(component_map_caption(component_map(ratings, rotation="varimax")))
    assert "turned by varimax" in turned
    assert "Distances between brands are not those of their ratings" in turned


@pytest.mark.parametrize(
    "options",
    [{}, {"scaling": "symmetric"}, {"rotation": "varimax"}, {"standardise": False}, {"axes": 1}],
)
def test_component_texts_are_there_in_every_language(ratings, options) -> None:
    result = component_map(ratings, **options)
    texts = [component_map_caption(result), component_nearest_caption(result), *result.notes]
    for focus in (None, "Harbour", "Middle"):
        texts += [component_map_headline(result, focus=focus)]
        texts += [component_map_alt(result, focus=focus)]
        for found in component_map_findings(result, focus=focus):
            texts += [found.headline, found.detail]
    assert_told(texts)


# --- distance maps -------------------------------------------------------------------------------


def test_a_near_tie_is_a_finding_of_its_own() -> None:
    apart = pd.DataFrame(
        [[0, 1.0, 1.05, 3], [1.0, 0, 2, 3], [1.05, 2, 0, 3], [3, 3, 3, 0]],
        index=list("ABCD"), columns=list("ABCD"),
    )  # fmt: skip
    result = distance_map(apart)
    near = distance_map_findings(result, focus="A")[0]
    assert near.settled == "open"
    assert str(near.headline) == "A is about as much like B as like C."
    assert str(distance_map_headline(result, focus="A")).startswith("A is about as much like B")
    assert str(distance_map_headline(result)) == "A and B are most alike"


def test_the_fit_is_judged_by_its_stress(ratings, rng) -> None:
    good = distance_map(apart_of(ratings))
    assert str(distance_map_findings(good)[1].headline) == "The map shows the distances faithfully."
    noise = rng.uniform(1, 2, (20, 20))
    names = [f"Bank {number}" for number in range(20)]
    table = pd.DataFrame((noise + noise.T) * (1 - np.eye(20)), names, names)
    bad = distance_map(table, method="metric", starts=5)
    assert bad.stress > 0.2
    finding = distance_map_findings(bad)[1]
    assert (finding.settled, str(finding.headline)) == (
        "open", "The map bends many distances; read the table beside it.",
    )  # fmt: skip
    worst = bad.points.loc[bad.points["stress"].idxmax(), "label"]
    assert f"{worst} is shown worst" in str(finding.detail)


@pytest.mark.parametrize("method", ["classical", "metric", "nonmetric"])
def test_distance_texts_are_there_in_every_language(ratings, method) -> None:
    result = distance_map(apart_of(ratings), method=method, starts=3)
    texts = [distance_map_caption(result), *result.notes]
    for focus in (None, "Harbour"):
        texts += [distance_map_headline(result, focus=focus)]
        texts += [distance_map_alt(result, focus=focus)]
        for found in distance_map_findings(result, focus=focus):
            texts += [found.headline, found.detail]
    assert_told(texts)
    assert f"{result.stress:.3f}" in str(distance_map_caption(result))


# --- preference maps -----------------------------------------------------------------------------


@pytest.fixture
def liked(rng: np.random.Generator) -> PreferenceMap:
    """Twelve products around an empty middle that everybody would like most."""
    angle = np.arange(12) * np.pi / 6
    table = pd.DataFrame(
        {"x": 2 * np.cos(angle), "y": 2 * np.sin(angle)},
        index=[f"P{number}" for number in range(12)],
    )
    table.iloc[0] = [1.2, 0.4]
    space = component_map(table, standardise=False)
    at = space.rows["coordinate"].to_numpy().reshape(-1, 2)
    ratings = 9 - (at**2).sum(axis=1)[:, None] + rng.normal(0, 0.3, (12, 50))
    return preference_map(space, liking=pd.DataFrame(ratings, index=table.index), model="circular")


def test_an_empty_place_that_most_would_like_is_the_headline(liked) -> None:
    assert "would like a place where nobody stands" in str(preference_map_headline(liked))
    place, focus, model = preference_map_findings(liked, focus="P6")
    assert str(place.headline) == "Most would like a place where nobody stands."
    share = liked.products.set_index("label").loc["P6", "share_above"]
    assert str(focus.headline) == f"{100 * share:.0f}% would like P6's place."
    assert (str(model.headline), model.settled) == (
        "The circular model is better than the vector model.", "clear",
    )  # fmt: skip


def test_a_model_that_is_not_needed_is_called_so(rng) -> None:
    table = pd.DataFrame(rng.normal(size=(14, 3)), [f"P{n}" for n in range(14)], list("xyz"))
    space = component_map(table)
    at = space.rows["coordinate"].to_numpy().reshape(-1, 2)
    ratings = 5 + at @ rng.normal(size=(2, 60)) + rng.normal(0, 1, (14, 60))
    liking = pd.DataFrame(ratings, index=table.index)
    model = preference_map_findings(preference_map(space, liking=liking))[-1]
    assert (str(model.headline), model.settled) == (
        "The quadratic model is no better than the elliptical model.", "open",
    )  # fmt: skip
    plain = preference_map(space, liking=liking, model="vector")
    assert str(preference_map_findings(plain)[-1].headline) == (
        "The vector model is better than no map at all."
    )


def test_a_place_beyond_all_products_is_open(liked) -> None:
    far = liked.models.assign(extrapolated=True)
    object.__setattr__(liked, "models", far)
    place = preference_map_findings(liked)[0]
    assert place.settled == "open"
    assert "beyond all products rated" in str(place.headline)


@pytest.mark.parametrize("own_mean", ["surface", "products"])
def test_preference_texts_are_there_in_every_language(ratings, rng, own_mean) -> None:
    liking = pd.DataFrame(rng.integers(1, 11, (5, 20)).astype(float), index=ratings.index)
    liking.iloc[0, 0], liking.iloc[:, 1] = np.nan, 5
    result = preference_map(
        ratings, liking=liking, model="vector", missing="drop", own_mean=own_mean, grid=20
    )
    texts = [preference_map_caption(result), surface_words(result), *result.notes]
    texts.append(preference_table_caption(result))
    for focus in (None, "Harbour"):
        texts += [preference_map_headline(result, focus=focus)]
        texts += [preference_map_alt(result, focus=focus)]
        for found in preference_map_findings(result, focus=focus):
            texts += [found.headline, found.detail]
    assert_told(texts)
    assert "18 respondents" in str(surface_words(result))


# --- a turned correspondence map -----------------------------------------------------------------


def test_a_turned_map_is_told_in_every_language(ratings) -> None:
    result = correspondence_map(ratings, rotate_to="Harbour", scaling="row_green")
    texts = [correspondence_map_caption(result), *result.notes]
    for found in correspondence_map_findings(result, focus="Harbour"):
        texts += [found.headline, found.detail]
    assert_told(texts)
