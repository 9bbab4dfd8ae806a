"""What is said of maps: computed, hedged, in three languages."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import pdist, squareform

from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.language import LANGUAGES, translate
from brandkit.positioning import StackedTables, stacked_tables
from brandkit.positioning.maps.components import component_map
from brandkit.positioning.maps.correspondence import READINGS, correspondence_map
from brandkit.positioning.maps.distances import distance_map
from brandkit.positioning.maps.preferences import PreferenceMap, preference_map
from brandkit.positioning.maps.story import axis_ends, strengths_of


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


@pytest.fixture
def image() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "fair": [60, 55, 10, 12, 30],
            "modern": [10, 12, 60, 40, 30],
            "near": [30, 33, 20, 70, 30],
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


# --- correspondence maps -------------------------------------------------------------------------


def test_a_clear_nearest_rival_is_named(image) -> None:
    result = correspondence_map(image)
    first = result.story(focus="Harbour").findings[0]
    assert str(first.headline) == "Harbour is described most like Tidewater."
    assert first.settled == "likely"
    assert "4 rivals" in str(first.detail)


def test_a_near_tie_is_a_finding_of_its_own(image) -> None:
    image.loc["Twin"] = [56, 12, 32]
    image.loc["Other twin"] = [54, 12, 34]
    first = correspondence_map(image).story(focus="Harbour").findings[0]
    assert first.settled == "open"
    assert "about as much like" in str(first.headline)


def test_a_brand_without_a_mark_is_said_to_have_none(image) -> None:
    result = correspondence_map(image)
    marks = result.story(focus="Middle").findings[1]
    assert (str(marks.headline), marks.settled) == ("No attribute marks Middle.", "open")
    assert "no attribute marks it" in str(result.story(focus="Middle").headline)


def test_ratios_in_the_sentence_are_those_of_the_table(image) -> None:
    marks = correspondence_map(image).story(focus="Kestrel").findings[1]
    n = image.to_numpy().sum()
    ratio = 60 * n / (image.loc["Kestrel"].sum() * image["modern"].sum())
    assert f"“modern” {ratio:.2f} times" in str(marks.detail)


def test_nothing_from_a_plain_table_is_called_clear(image) -> None:
    result = correspondence_map(image)
    for focus in (None, "Harbour"):
        assert all(f.settled != "clear" for f in result.story(focus=focus).findings)


def test_the_caption_states_share_scaling_and_that_sides_are_not_compared(image) -> None:
    result = correspondence_map(image, scaling="row_green")
    said = str(result.story().exhibits["map"].caption)
    assert "100% of the differences shown" in said
    assert "attributes by contribution" in said
    assert "Distances between brands and attributes mean nothing" in said
    assert f"{result.arrow_factor:.2f} times as long" in said


def test_a_table_with_one_axis_has_its_words(image) -> None:
    result = correspondence_map(image[["fair", "modern"]], axes=1)
    assert "along one line" in str(result.story().exhibits["map"].alt)
    assert "One line shows 100%" in str(result.story().findings[-1].detail)


# --- component maps ------------------------------------------------------------------------------


def test_nearest_and_strength_of_the_focus_are_those_of_the_table(ratings) -> None:
    result = component_map(ratings)
    z = (ratings - ratings.mean()) / ratings.std(ddof=0)
    near, marks, _ = result.story(focus="Harbour").findings
    assert str(near.headline) == "Harbour is most like Tidewater."
    assert near.settled == "likely"
    gap = np.hypot.reduce(z.loc["Harbour"] - z.loc["Tidewater"])
    assert f"Distance {gap:.2f}; to the next" in str(near.detail)
    assert str(marks.headline) == "“fair” marks Harbour."
    assert f"On “fair” it stands +{z.loc['Harbour', 'fair']:.2f}" in str(marks.detail)
    standing = strengths_of(result, "Harbour").set_index("attribute")["standing"]
    np.testing.assert_allclose(standing, z.loc["Harbour"].sort_values(ascending=False))


def test_a_brand_rated_like_others_is_said_to_have_none(ratings) -> None:
    result = component_map(ratings)
    assert str(result.story(focus="Middle").findings[1].headline) == ("No attribute marks Middle.")
    assert "no attribute marks it" in str(result.story(focus="Middle").headline)


def test_a_table_of_means_settles_nothing_clearly(ratings) -> None:
    for focus in (None, "Civic"):
        for found in component_map(ratings).story(focus=focus).findings:
            assert found.settled != "clear"


def test_where_all_attributes_point_one_way_the_other_end_is_less_of_the_strongest() -> None:
    halo = pd.DataFrame(
        {"fair": [1.0, 2, 3, 4], "modern": [1.1, 2.2, 2.9, 4.1], "near": [0.9, 2.1, 3.2, 3.7]},
        index=list("abcd"),
    )
    result = component_map(halo)
    ends = axis_ends(result, 1)
    assert str(ends["low"]) == f"less {ends['high']}"
    assert "against" in str(result.story().findings[-1].headline)


def test_caption_states_scaling_share_weights_and_reading(ratings) -> None:
    result = component_map(ratings)
    said = str(result.story().exhibits["map"].caption)
    share = result.glance().loc[0, "share_explained"]
    assert f"{100 * share:.0f}% of the differences shown" in said
    assert "brands in principal, attributes in standard coordinates" in said
    assert "of equal weight" in said
    assert "Distances between brands and attributes mean nothing" in said
    raw = str(component_map(ratings, standardise=False).story().exhibits["map"].caption)
    assert "the weight of its variance" in raw
    turned = str(component_map(ratings, rotation="varimax").story().exhibits["map"].caption)
    assert "turned by varimax" in turned
    assert "Distances between brands are not those of their ratings" in turned


# --- distance maps -------------------------------------------------------------------------------


def test_two_as_near_as_each_other_are_a_finding() -> None:
    apart = pd.DataFrame(
        [[0, 1.0, 1.05, 3], [1.0, 0, 2, 3], [1.05, 2, 0, 3], [3, 3, 3, 0]],
        index=list("ABCD"), columns=list("ABCD"),
    )  # fmt: skip
    result = distance_map(apart)
    near = result.story(focus="A").findings[0]
    assert near.settled == "open"
    assert str(near.headline) == "A is about as much like B as like C."
    assert str(result.story(focus="A").headline).startswith("A is about as much like B")
    assert str(result.story().headline) == "A and B are among the most alike"
    assert result.story().findings[0].settled == "open"


def test_a_firm_of_one_mention_leads_nothing() -> None:
    counts = pd.DataFrame(
        [[90, 30, 30], [30, 90, 31], [85, 33, 30], [0, 1, 0], [0, 1, 0]],
        index=list("ABCde"), columns=["fees", "app", "staff"],
    )  # fmt: skip
    story = correspondence_map(counts).story()
    assert str(story.headline) == "A and C are described most alike"
    assert set(story.exhibits["nearest"].data["brand"]) == set("ABC")
    apart = [str(one.headline) for one in story.findings]
    assert "B stands apart most." in apart
    few = correspondence_map(counts).story(focus="d")
    assert str(few.headline) == "Too few mention d to say where it stands"
    assert few.findings[0].settled == "open"
    shares = correspondence_map(counts.div(counts.sum(axis=1), axis=0)).story()
    assert set(shares.exhibits["nearest"].data["brand"]) == set("ABCde")


def test_the_fit_is_judged_by_its_stress(ratings, rng) -> None:
    good = distance_map(apart_of(ratings))
    assert str(good.story().findings[1].headline) == "The map shows the distances faithfully."
    noise = rng.uniform(1, 2, (20, 20))
    names = [f"Bank {number}" for number in range(20)]
    table = pd.DataFrame((noise + noise.T) * (1 - np.eye(20)), names, names)
    bad = distance_map(table, method="metric", starts=5)
    assert bad.stress > 0.2
    finding = bad.story().findings[1]
    assert (finding.settled, str(finding.headline)) == (
        "open", "The map bends many distances; read the table beside it.",
    )  # fmt: skip
    worst = bad.points.loc[bad.points["stress"].idxmax(), "label"]
    assert f"{worst} is shown worst" in str(finding.detail)


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
    assert "would like a place where nobody stands" in str(liked.story().headline)
    place, focus, model = liked.story(focus="P6").findings
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
    model = preference_map(space, liking=liking).story().findings[-1]
    assert (str(model.headline), model.settled) == (
        "The quadratic model is no better than the elliptical model.", "open",
    )  # fmt: skip
    plain = preference_map(space, liking=liking, model="vector")
    assert str(plain.story().findings[-1].headline) == (
        "The vector model is better than no map at all."
    )


def test_a_place_beyond_all_products_is_open(liked) -> None:
    far = liked.models.assign(extrapolated=True)
    object.__setattr__(liked, "models", far)
    place = liked.story().findings[0]
    assert place.settled == "open"
    assert "beyond all products rated" in str(place.headline)


# --- every story ---------------------------------------------------------------------------------


def every_result(ratings: pd.DataFrame, image: pd.DataFrame) -> dict[str, Result]:
    """Maps of all kinds and sizes down to the smallest that can be made."""
    liking = pd.DataFrame(
        np.random.default_rng(1).integers(1, 11, (5, 20)).astype(float), index=ratings.index
    )
    liking.iloc[0, 0], liking.iloc[:, 1] = np.nan, 5
    options = {"liking": liking, "model": "vector", "missing": "drop", "grid": 20}
    apart, pair = apart_of(ratings), image.iloc[:2, :2]
    numbered = ratings.set_axis([1.0, 2, 3, 4, 5], axis=0)
    return {
        **{f"map {scaling}": correspondence_map(image, scaling=scaling) for scaling in READINGS},
        "map turned": correspondence_map(image, rotate_to="Harbour", scaling="row_green"),
        "map extra": correspondence_map(image, supplementary_rows=["Harbour"]),
        "map of two": correspondence_map(pair, axes=1),
        "ratings": component_map(ratings),
        "ratings symmetric": component_map(ratings, scaling="symmetric"),
        "ratings turned": component_map(ratings, rotation="varimax"),
        "ratings raw": component_map(ratings, standardise=False),
        "ratings of two": component_map(ratings.iloc[:2], axes=1),
        "ratings of numbers": component_map(numbered),
        **{
            method: distance_map(apart, method=method, starts=3)
            for method in ("classical", "metric", "nonmetric")
        },
        "line": distance_map(apart.iloc[:3, :3], axes=1),
        "liked": preference_map(ratings, **options),
        "liked more": preference_map(ratings, **options, own_mean="products"),
        "waves": stacked_tables({"2025": image, "2026": image}),
        "unequal waves": stacked_tables({"2025": image, "2026": 3 * image}),
    }


@pytest.fixture
def results(ratings, image) -> dict[str, Result]:
    return every_result(ratings, image)


@pytest.mark.parametrize("focus", [None, "Harbour", "Middle", 2, "nobody"])
def test_every_story_holds(results, focus) -> None:
    for name, result in results.items():
        story = result.story(focus=focus)
        said = [story.headline, *result.notes, *(action.text for action in story.actions)]
        said += [story.lede] if story.lede else []
        assert story.findings, name
        for found in story.findings:
            said += [found.headline, found.detail]
        for exhibit in story.exhibits.values():
            assert exhibit.data is not None
            assert (exhibit.draw is None) == (exhibit.alt is None)
            notes = [note for note in exhibit.notes if "{focus} is not among" not in note.text]
            said += [exhibit.caption, *notes, *([exhibit.alt] if exhibit.alt else [])]
        if focus == "nobody":
            notes = [str(note) for one in story.exhibits.values() for note in one.notes]
            assert any("nobody is not among the banks" in note for note in notes), name
        assert_told(said)


@pytest.mark.slow
def test_every_figure_of_a_story_is_drawn(results) -> None:
    for result in results.values():
        for exhibit in result.story(focus="Harbour").exhibits.values():
            assert exhibit.draw is None or exhibit.draw().figure


def test_a_bank_has_one_name_whether_written_as_number_or_text(results) -> None:
    result = results["ratings of numbers"]
    assert result.nearest["label"].tolist() == ["1", "2", "3", "4", "5"]
    said = {str(result.story(focus=focus).headline) for focus in (2, 2.0, "2", "2.0")}
    assert len(said) == 1
    assert said.pop().startswith("2 ")


def test_waves_of_unequal_size_lead_the_axes(image) -> None:
    even: StackedTables = stacked_tables({"2025": image, "2026": image})
    assert str(even.story().headline) == "No wave leads the common axes"
    led = stacked_tables({"2025": image, "2026": 3 * image})
    (finding,) = led.story().findings
    assert str(finding.headline) == "Wave 2026 leads the common axes."
    assert "It holds 75% of all mentions" in str(finding.detail)
    ax = led.plot()
    drawn = np.vstack([dots.get_offsets() for dots in ax.collections])
    assert {0.25, 0.75} <= set(drawn[:, 0])
