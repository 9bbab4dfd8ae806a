"""Sentences on stability, moves and claims: computed, rightly settled, in each language."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from brandkit.core.message import Finding
from brandkit.language import translate, use_language
from brandkit.positioning.examples import small_image
from brandkit.positioning.image.claims import claim_check
from brandkit.positioning.image.stability import MapStability, map_stability
from brandkit.positioning.image.story import (
    claim_check_alt,
    claim_check_caption,
    claim_check_findings,
    claim_check_headline,
    claim_check_lede,
    claims_table_caption,
    distinct_pairs_alt,
    distinct_pairs_caption,
    map_stability_alt,
    map_stability_caption,
    map_stability_findings,
    map_stability_headline,
    map_stability_lede,
    nearest_pairs,
    pairs_table_caption,
)
from brandkit.positioning.waves.story import (
    moves_table_caption,
    shares_table_caption,
    wave_movement_alt,
    wave_movement_caption,
    wave_movement_findings,
    wave_movement_headline,
    wave_movement_lede,
)
from brandkit.positioning.waves.waves import WaveMovement, wave_movement

OPTIONS = {
    "brand": "brand", "respondent": "respondent", "attributes": ["fair", "modern", "near"],
    "draws": 100,
}  # fmt: skip


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    use_language("en")


@pytest.fixture(scope="module")
def stability() -> MapStability:
    return map_stability(small_image(brands=4), **OPTIONS)


@pytest.fixture(scope="module")
def movement() -> WaveMovement:
    return wave_movement(small_image(wave=None, brands=4), wave="wave", **OPTIONS)


@pytest.fixture(scope="module")
def alike() -> MapStability:
    """Four banks of which two are the same."""
    rng = np.random.default_rng(4)
    chance = {
        "A": (0.7, 0.3, 0.5),
        "B": (0.3, 0.7, 0.5),
        "C": (0.3, 0.7, 0.5),
        "D": (0.4, 0.4, 0.9),
    }
    rows = [(p, bank, *rng.binomial(1, c)) for p in range(150) for bank, c in chance.items()]
    frame = pd.DataFrame(rows, columns=["respondent", "brand", "fair", "modern", "near"])
    return map_stability(frame, **OPTIONS)


def settled(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.settled for finding in findings]


# --- stability -----------------------------------------------------------------------------------


def test_a_focus_apart_from_all_is_clear(stability) -> None:
    findings = map_stability_findings(stability, focus="Kestrel")
    assert str(findings[0].headline).startswith("Kestrel is told apart from every rival, ")
    assert findings[0].settled == "clear"
    assert str(map_stability_headline(stability, focus="Kestrel")).endswith("every rival")


def test_alike_brands_stay_open(alike) -> None:
    findings = map_stability_findings(alike, focus="B")
    assert str(findings[0].headline) == "B is not told apart from C."
    assert settled(findings)[:2] == ["open", "clear"]
    assert str(map_stability_headline(alike, focus="B")) == "Customers do not tell B apart from C"
    assert str(map_stability_headline(alike)) == "Customers tell 5 of 6 pairs of brands apart"
    assert "1 are not" not in str(distinct_pairs_alt(alike))
    assert str(distinct_pairs_alt(alike)).endswith("1 is not told apart: B – C.")


def test_findings_name_their_numbers(alike) -> None:
    nearest = nearest_pairs(alike, focus="B").iloc[0]
    assert nearest["brand_b"] == "C"
    detail = str(map_stability_findings(alike, focus="B")[0].detail)
    assert f"distance {nearest['map_distance']:.2f}" in detail


def test_an_unstable_axis_is_open() -> None:
    rng = np.random.default_rng(5)
    rows = [
        (p, bank, *rng.binomial(1, (0.5 + x, 0.5 - x, 0.5, 0.5)))
        for p in range(60)
        for bank, x in zip("ABCD", (-0.3, -0.1, 0.1, 0.3), strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["respondent", "brand", *"wxyz"])
    result = map_stability(frame, **{**OPTIONS, "attributes": list("wxyz")})
    last = map_stability_findings(result)[-1]
    assert str(last.headline) == "The map's second axis is not stable."
    assert last.settled == "open"
    one = map_stability(frame, **{**OPTIONS, "attributes": list("wxyz")}, axes=1)
    assert str(map_stability_findings(one)[-1].headline) == "The map's one axis is stable."


def test_a_plain_table_is_never_clear(stability) -> None:
    plain = map_stability(stability.table, draws=100)
    assert "clear" not in settled(map_stability_findings(plain, focus="Kestrel"))
    assert "drawn one by one" in str(map_stability_lede(plain))
    assert "clear" not in settled(claim_check_findings(claim_check(plain)))


def test_many_alike_are_counted_not_listed() -> None:
    rng = np.random.default_rng(6)
    rows = [(p, bank, *rng.binomial(1, (0.5, 0.5, 0.5))) for p in range(40) for bank in "ABCDEFGH"]
    frame = pd.DataFrame(rows, columns=["respondent", "brand", "fair", "modern", "near"])
    result = map_stability(frame, **OPTIONS)
    assert "more" in str(map_stability_findings(result)[0].detail)
    assert map_stability_findings(result)[0].settled == "open"
    assert str(map_stability_headline(result, focus="A")) == "A is told apart from no rival"


# --- waves ---------------------------------------------------------------------------------------


def test_a_mover_is_named_with_its_direction(movement) -> None:
    findings = wave_movement_findings(movement)
    assert str(findings[0].headline) == "Harbour moved, towards “modern”."
    assert findings[0].settled == "clear"
    assert str(wave_movement_headline(movement, focus="Civic")) == (
        "Harbour moved between 2025 and 2026; Civic did not"
    )
    assert str(wave_movement_headline(movement, focus="Harbour")).startswith("Harbour moved")


def test_a_focus_that_stayed_is_told_how_far_it_may_have_moved(movement) -> None:
    findings = wave_movement_findings(movement, focus="Civic")
    assert str(findings[1].headline) == "Civic did not move more than chance allows."
    high = movement.moves.set_index("brand").loc["Civic", "ci_high"]
    assert f"by {high:.2f} at most" in str(findings[1].detail)


def test_without_a_mover_nothing_is_claimed() -> None:
    frame = small_image(wave=2025, brands=4, persons=200)
    odd = frame["respondent"].str.rsplit("-").str[-1].astype(int) % 2
    result = wave_movement(frame.assign(wave=2025 + odd), wave="wave", **OPTIONS)
    findings = wave_movement_findings(result)
    assert str(findings[0].headline) == "No brand moved more than chance allows."
    assert settled(findings) == ["open", "open"]
    assert str(findings[1].headline) == "The market as a whole did not change beyond chance."
    assert "without any arrow" in str(wave_movement_alt(result))
    assert "beyond chance between" in str(wave_movement_headline(result))


def test_what_the_market_did_is_said_in_points() -> None:
    frame = small_image(wave=None, brands=3, persons=200).query("brand != 'Harbour'")
    extra = frame[frame["brand"] == "Civic"].assign(brand="Dune")
    frame = pd.concat([frame, extra])
    rng = np.random.default_rng(1)
    up = (frame["wave"] == 2026) & (rng.random(len(frame)) < 0.5)
    result = wave_movement(frame.assign(near=frame["near"].where(~up, 1)), wave="wave", **OPTIONS)
    last = wave_movement_findings(result)[-1]
    assert str(last.headline) == "1 of 3 attributes changed across the market."
    assert "“near” +" in str(last.detail)
    assert last.settled == "clear"


def test_anchors_are_named(movement) -> None:
    anchored = wave_movement(
        small_image(wave=None, brands=4), wave="wave", anchors=["Civic", "Kestrel"], **OPTIONS
    )
    assert "Civic, Kestrel, which are taken not to have moved" in str(wave_movement_lede(anchored))
    assert "market as a whole" in str(wave_movement_lede(movement))


# --- claims --------------------------------------------------------------------------------------


def test_claims_of_the_focus_and_of_all(stability) -> None:
    result = claim_check(stability)
    findings = claim_check_findings(result, focus="Civic")
    assert str(findings[0].headline) == "Customers support 1 claim of Civic."
    assert "“near”" in str(findings[0].detail)
    assert settled(findings)[0] == "clear"
    assert "claims are supported." in str(claim_check_findings(result)[0].headline)
    assert str(claim_check_headline(result)).startswith("Customers support ")


def test_without_any_claim_nothing_is_said_to_be_seen(stability) -> None:
    result = claim_check(stability, claims=[("Harbour", "near"), ("Harbour", "modern")])
    assert str(claim_check_headline(result, focus="Harbour")) == (
        "Customers contradict that Harbour is “modern”"
    )
    findings = claim_check_findings(result, focus="Harbour")
    assert settled(findings) == ["open", "clear"]
    weak = claim_check(stability, claims=[("Harbour", "near")])
    assert str(claim_check_headline(weak, focus="Harbour")) == "No claim of Harbour stands out"
    assert settled(claim_check_findings(weak, focus="Harbour")) == ["open", "open"]


# --- languages -----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans"])
def test_every_sentence_is_there_in_chinese(stability, alike, movement, language: str) -> None:
    use_language(language)
    claims = claim_check(stability)
    said = [
        map_stability_headline(stability), map_stability_lede(stability),
        map_stability_caption(stability), map_stability_alt(stability, focus="Civic"),
        distinct_pairs_caption(alike), distinct_pairs_alt(alike), pairs_table_caption(alike),
        wave_movement_headline(movement), wave_movement_lede(movement),
        wave_movement_caption(movement), wave_movement_alt(movement),
        moves_table_caption(movement), shares_table_caption(movement),
        claim_check_headline(claims, focus="Civic"), claim_check_lede(claims),
        claim_check_caption(claims), claim_check_alt(claims, focus="Civic"),
        claims_table_caption(claims),
    ]  # fmt: skip
    for findings in (
        map_stability_findings(alike, focus="B"), wave_movement_findings(movement, focus="Civic"),
        claim_check_findings(claims, focus="Civic"),
    ):  # fmt: skip
        said += [message for one in findings for message in (one.headline, one.detail)]
    for message in said:
        text = translate(message)
        assert any("\u4e00" <= letter <= "\u9fff" for letter in text), text
        assert "{" not in text
    notes = [*map_stability(stability.table, draws=60).notes]
    assert all(max(translate(note)) >= "\u4e00" for note in notes)
