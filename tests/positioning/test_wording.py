"""Wording of the maps: computed from the result, and says when the data do not settle it."""

from __future__ import annotations

import pandas as pd
import pytest

from brandkit.language import LANGUAGES, translate
from brandkit.positioning import correspondence_map
from brandkit.positioning.maps.correspondence import READINGS
from brandkit.positioning.maps.story import (
    correspondence_map_alt,
    correspondence_map_caption,
    correspondence_map_findings,
    correspondence_map_headline,
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


def test_a_clear_nearest_rival_is_named(image) -> None:
    result = correspondence_map(image)
    first = correspondence_map_findings(result, focus="Harbour")[0]
    assert str(first.headline) == "Harbour is described most like Tidewater."
    assert first.settled == "likely"
    assert "4 rivals" in str(first.detail)


def test_a_near_tie_is_a_finding_of_its_own(image) -> None:
    image.loc["Twin"] = [56, 12, 32]
    image.loc["Other twin"] = [54, 12, 34]
    first = correspondence_map_findings(correspondence_map(image), focus="Harbour")[0]
    assert first.settled == "open"
    assert "about as much like" in str(first.headline)


def test_a_brand_without_a_mark_is_said_to_have_none(image) -> None:
    result = correspondence_map(image)
    marks = correspondence_map_findings(result, focus="Middle")[1]
    assert (str(marks.headline), marks.settled) == ("Nothing marks Middle.", "open")
    assert "no attribute marks it" in str(correspondence_map_headline(result, focus="Middle"))


def test_ratios_in_the_sentence_are_those_of_the_table(image) -> None:
    marks = correspondence_map_findings(correspondence_map(image), focus="Kestrel")[1]
    n = image.to_numpy().sum()
    ratio = 60 * n / (image.loc["Kestrel"].sum() * image["modern"].sum())
    assert f"“modern” {ratio:.2f} times" in str(marks.detail)


def test_nothing_from_a_plain_table_is_called_clear(image) -> None:
    result = correspondence_map(image)
    for focus in (None, "Harbour"):
        assert all(f.settled != "clear" for f in correspondence_map_findings(result, focus=focus))


@pytest.mark.parametrize("scaling", list(READINGS))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_there_in_every_language(image, scaling: str, language: str) -> None:
    result = correspondence_map(image, scaling=scaling)
    texts = [correspondence_map_caption(result)]
    for focus in (None, "Harbour", "Middle"):
        texts += [correspondence_map_headline(result, focus=focus)]
        texts += [correspondence_map_alt(result, focus=focus)]
        for found in correspondence_map_findings(result, focus=focus):
            texts += [found.headline, found.detail]
    for text in texts:
        said = translate(text, language)
        assert "{" not in said
        if language != "en":
            assert said != str(text), f"no translation: {text.text}"


def test_the_caption_states_share_scaling_and_that_sides_are_not_compared(image) -> None:
    result = correspondence_map(image, scaling="row_green")
    said = str(correspondence_map_caption(result))
    assert "100% of the differences shown" in said
    assert "attributes by contribution" in said
    assert "Distances between brands and attributes mean nothing" in said
    assert f"{result.arrow_factor:.2f} times as long" in said


def test_a_table_with_one_axis_has_its_words(image) -> None:
    result = correspondence_map(image[["fair", "modern"]], axes=1)
    assert "along one line" in str(correspondence_map_alt(result))
    assert "One line shows 100%" in str(correspondence_map_findings(result)[-1].detail)
