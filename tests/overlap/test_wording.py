"""Wording of overlap: computed from results with their uncertainty, whole in every language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from brandkit.core.message import Finding, Message, as_notes
from brandkit.language import LANGUAGES, translate, use_language
from brandkit.overlap import (
    BrandOverlap,
    OverlapTest,
    brand_overlap,
    catalog_gaps,
    evidence,
    market_overlap,
    overlap_explanation,
    overlap_history,
    overlap_test,
    weight_sensitivity,
)
from brandkit.overlap.brands import (
    story as captions,
)
from brandkit.overlap.brands import (
    story as wording,
)
from brandkit.overlap.brands import (
    story as wording_explanation,
)
from brandkit.overlap.chance import story as wording_chance
from brandkit.overlap.examples import catalog_of, small_catalog
from brandkit.overlap.gaps import story as wording_gaps
from brandkit.overlap.gaps.gaps import cell_rows, gap_rows
from brandkit.overlap.history import story as wording_history
from brandkit.overlap.history.story import OverlapHistory
from brandkit.overlap.regions import story as wording_market
from brandkit.sources.catalog.catalog import Catalog
from tests.overlap.markets import unrelated_market

DAYS = (date(2024, 3, 1), date(2026, 3, 1))


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    use_language("en")


def offer(brand: str, product: int, *features: str, category: str = "cards") -> dict[str, object]:
    return {"brand": brand, "product": str(product), "name": "card", "category": category,
            "features": list(features)}  # fmt: skip


def planted() -> Catalog:
    """Near sells nearly what Ours does; Far sells other things, none of them sisters."""
    letters = "abcdefgh"
    ours = [offer("Ours", at, letters[at], letters[at + 1], "x") for at in range(6)]
    near = [offer("Near", at, letters[at], letters[at + 1]) for at in range(6)]
    far = [offer("Far", at, f"{at}", f"{at + 1}", "x") for at in range(6)]
    rest = [offer("Rest", at, f"q{at}", "y") for at in range(6)]
    return catalog_of([*ours, *near, *far, *rest])


def tied() -> Catalog:
    """Two banks hold exactly the same counterparts for Ours, without being sisters of it."""
    letters = "abcdefgh"
    ours = [offer("Ours", at, letters[at], letters[at + 1], "x") for at in range(6)]
    twins = [offer(bank, at, letters[at], letters[at + 1], "z") for bank in ("T", "U")
             for at in range(6)]  # fmt: skip
    return catalog_of([*ours, *twins, offer("V", 1, "w")])


@pytest.fixture(scope="module")
def clear() -> BrandOverlap:
    return brand_overlap(planted(), draws=200)


def history_with(low: float, high: float) -> OverlapHistory:
    """A history whose real change is known to lie between two values."""
    made = overlap_history(dict.fromkeys(DAYS, small_catalog()))
    middle = (low + high) / 2
    is_real = made.change["component"] == "real"
    change = made.change.assign(
        estimate=np.where(is_real, middle, made.change["estimate"]),
        range_low=np.where(is_real, low, made.change["range_low"]),
        range_high=np.where(is_real, high, made.change["range_high"]),
    )
    return replace(made, change=change)


# --- settledness ---------------------------------------------------------------------------------


def test_a_rival_nearest_in_every_resample_is_clear(clear: BrandOverlap) -> None:
    first = wording.brand_overlap_findings(clear, focus="Ours")[0]
    assert (str(first.headline), first.settled) == ("Near is the rival nearest to Ours.", "clear")
    mine = clear.brands.set_index("brand").loc["Ours"]
    assert f"{100 * mine['nearest_rival_overlap']:.0f}% alike" in str(first.detail)
    assert "nearest in 100% of resamples" in str(first.detail)


def test_two_rivals_that_cannot_be_told_apart_are_a_finding() -> None:
    result = brand_overlap(tied(), draws=200)
    first = wording.brand_overlap_findings(result, focus="Ours")[0]
    assert first.settled == "open"
    assert str(first.headline) == "Whether T or U is nearest to Ours is not settled."
    headline = str(wording.brand_overlap_headline(result, focus="Ours"))
    assert headline == "Ours's products are about as much like T's as U's"


def test_without_draws_overlapping_intervals_leave_it_open() -> None:
    first = wording.brand_overlap_findings(brand_overlap(tied(), draws=0), focus="Ours")[0]
    assert first.settled == "open"


def test_under_five_products_nothing_is_called_settled() -> None:
    found = wording.brand_overlap_findings(brand_overlap(small_catalog()), focus="Meridian")
    assert found[0].settled == "open"
    assert "fewer than five products" in str(found[0].detail)


def test_unrelated_catalogues_are_not_called_near(rng: np.random.Generator) -> None:
    catalog = catalog_of(unrelated_market(rng, {"A": 20, "B": 20, "C": 20, "D": 20}))
    result = brand_overlap(catalog, draws=200)
    market = wording.brand_overlap_findings(result)[1]
    assert str(market.headline).startswith("Few banks have a rival")
    for brand in result.order:
        size = wording.brand_overlap_findings(result, focus=brand)[1]
        assert size.settled != "clear", str(size.headline)


def test_sisters_are_named_apart() -> None:
    same = [offer(bank, at, "abcdef"[at], "x") for bank in ("A", "B") for at in range(5)]
    other = [offer("C", at, "vwxyz"[at], "u") for at in range(5)]
    result = brand_overlap(catalog_of([*same, *other]), draws=50)
    own = wording.brand_overlap_findings(result, focus="A")[-1]
    assert str(own.headline) == "B is a sister of A, not a rival."
    market = wording.brand_overlap_findings(result)[-1]
    assert str(market.headline) == "Sisters, not rivals: A – B."
    assert "B" not in str(wording.brand_overlap_headline(result, focus="A"))


@pytest.mark.parametrize(
    ("low", "high", "headline", "settled"),
    [
        (0.01, 0.02, "Banks have become more alike.", "clear"),
        (-0.02, -0.01, "Banks have become less alike.", "clear"),
        (-0.01, 0.02, "Whether banks become more alike is not determined.", "open"),
        (0.0, 0.0, "Banks are as alike as they were.", "clear"),
        (np.nan, np.nan, "Whether banks have become more alike cannot be told.", "open"),
    ],
)
def test_the_direction_of_history_is_as_settled_as_its_range(
    low: float, high: float, headline: str, settled: str
) -> None:
    first = wording_history.overlap_history_findings(history_with(low, high))[0]
    assert (str(first.headline), first.settled) == (headline, settled)


def fake_tests(p_values: dict[str, float]) -> OverlapTest:
    made = overlap_test(
        pd.DataFrame([[5, 3, 0, 0], [4, 4, 1, 0], [0, 1, 5, 6]], index=list("ABC")), draws=19
    )
    tests = made.tests.assign(p_value=[p_values[null] for null in made.tests["null"]])
    return replace(made, tests=tests)


def test_a_verdict_that_flips_with_the_null_is_open() -> None:
    result = fake_tests({"RA1": 1.0, "RA2": 0.01, "RA3": 0.01, "RA4": 0.01, "fixed": 0.5})
    first, groups = wording_chance.overlap_test_findings(result)
    assert first.settled == "open"
    assert "under RA2, RA3, RA4, not under RA1" in str(first.detail)
    assert groups.settled == "open"


def test_a_verdict_under_every_null_is_clear() -> None:
    result = fake_tests(dict.fromkeys(("RA1", "RA2", "RA3", "RA4", "fixed"), 0.01))
    first, groups = wording_chance.overlap_test_findings(result)
    assert (first.settled, groups.settled) == ("clear", "clear")


@pytest.mark.parametrize(
    ("p", "adjusted", "settled"), [(0.001, 0.01, "clear"), (0.01, 0.3, "likely"), (0.4, 1, "open")]
)
def test_a_pair_is_clear_only_after_adjustment(p: float, adjusted: float, settled: str) -> None:
    made = fake_tests(dict.fromkeys(("RA1", "RA2", "RA3", "RA4", "fixed"), 0.01))
    made = replace(made, pairs=made.pairs.assign(p_value=p, p_adjusted=adjusted))
    found = wording_chance.overlap_test_findings(made, pair=("B", "A"))[-1]
    assert found.settled == settled


def test_a_gap_on_silence_is_open_and_a_told_one_clear() -> None:
    gaps = catalog_gaps(small_catalog(), brand="Kestrel")
    assert wording_gaps.catalog_gaps_findings(gaps)[0].settled == "open"
    told = replace(gaps, gaps=gaps.gaps.assign(state="has_not"))
    first = wording_gaps.catalog_gaps_findings(told)[0]
    assert first.settled == "clear"
    assert "Kestrel does not." in str(first.headline)


def test_one_sided_rivalry_is_said() -> None:
    branches = pd.DataFrame({"bank": ["A"] * 9 + ["B"], "city": list("xyyyyyyyyx")})
    result = market_overlap(branches, brand="bank", market="city")
    assert "matters to it even more" in str(
        wording_market.market_overlap_finding(result, focus="A").headline
    )


# --- every text in every language ----------------------------------------------------------------


def flat(found: Iterable[Finding | Message]) -> Iterator[Message]:
    for one in found:
        if isinstance(one, Finding):
            yield from (one.headline, one.detail)
        else:
            yield one


def every_text() -> Iterator[Message]:
    catalogs = (planted(), tied(), small_catalog())
    for catalog in catalogs:
        for draws in (0, 60):
            result = brand_overlap(catalog, draws=draws)
            for focus in (None, *result.order):
                yield wording.brand_overlap_headline(result, focus=focus)
                yield from flat(wording.brand_overlap_findings(result, focus=focus))
                yield captions.brand_overlap_caption(result, focus=focus)
                yield captions.brand_overlap_alt(result, focus=focus)
                yield captions.nearest_rivals_caption(result, focus=focus)
                yield captions.nearest_rivals_alt(result, focus=focus)
            yield wording.brand_overlap_lede(result)
            yield captions.brands_table_caption(result)
            yield from result.notes
    sensitivity = weight_sensitivity(planted(), draws=3)
    yield wording_chance.weight_sensitivity_caption(sensitivity)
    for focus in (None, "Ours"):
        yield from flat([wording_chance.weight_sensitivity_finding(sensitivity, focus=focus)])
    tests = overlap_test(planted(), draws=19)
    yield wording_chance.overlap_test_caption(tests)
    yield from as_notes(wording_chance.overlap_test_findings(tests, pair=("Ours", "Near")))
    why = overlap_explanation(planted(), brand="Ours", rival="Near")
    yield from flat([wording_explanation.overlap_explanation_finding(why)])
    yield wording_explanation.overlap_explanation_caption(why)
    yield wording_explanation.overlap_explanation_alt(why)
    yield wording_explanation.counterparts_caption(why, shown=3)
    yield wording_explanation.side_by_side_caption(why)
    for low, high in ((np.nan, np.nan), (-0.01, 0.02), (-0.02, -0.01), (0.01, 0.02)):
        history = history_with(low, high)
        yield from flat(wording_history.overlap_history_findings(history, focus="Kestrel"))
    yield wording_history.overlap_history_caption(history)
    yield wording_history.overlap_history_alt(history)
    yield wording_history.overlap_change_caption(history)
    yield wording_history.overlap_change_alt(history)
    for brand in ("Kestrel", "Meridian", "Tidewater"):
        gaps = catalog_gaps(small_catalog(), brand=brand)
        yield from flat(wording_gaps.catalog_gaps_findings(gaps))
        yield wording_gaps.catalog_gaps_caption(gaps)
        yield wording_gaps.catalog_gaps_alt(gaps)
        yield wording_gaps.gaps_table_caption(gaps)
        yield wording_gaps.cells_table_caption(gaps)
        yield wording_gaps.look_alikes_caption(gaps, shown=5)
    branches = pd.DataFrame({"bank": list("AABBCD"), "city": list("xyxxyw")})
    meeting = market_overlap(branches, brand="bank", market="city")
    for focus in (None, "A", "D"):
        yield from flat([wording_market.market_overlap_finding(meeting, focus=focus)])
        yield wording_market.market_overlap_caption(meeting, focus=focus)
        yield wording_market.market_overlap_alt(meeting, focus=focus)
    yield from (evidence.NO_CATALOG, evidence.ONE_DATE, evidence.NO_FOCUS, evidence.NO_BRANCHES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_there_in_every_language(language: str) -> None:
    texts = list(every_text())
    assert len(texts) > 150
    for text in texts:
        said = translate(text, language)
        assert "{" not in said
        assert "–" not in said.replace(" – ", ""), f"a number is missing: {said}"
        if language != "en" and text.text != "{headline} {detail}":
            assert said != translate(text, "en"), f"no translation: {text.text}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_speak_the_language_in_use(language: str) -> None:
    use_language(language)
    tests = wording_chance.overlap_test_rows(overlap_test(planted(), draws=19))
    weights = wording_chance.weight_sensitivity_rows(weight_sensitivity(planted(), draws=1))
    why = overlap_explanation(planted(), brand="Ours", rival="Near")
    gaps = catalog_gaps(small_catalog(), brand="Kestrel")
    history = wording_history.history_rows(history_with(0.01, 0.02))
    said = [
        *tests["null"].str.partition(":")[2], *weights["scenario"], *history["index"],
        *wording_explanation.side_by_side_rows(why)["facet"],
        *wording_explanation.facet_rows(why)["facet"], *gap_rows(gaps)["kind"],
        *gap_rows(gaps)["state"], *cell_rows(gaps)["cell"],
    ]  # fmt: skip
    is_chinese = [any("\u4e00" <= one <= "\u9fff" for one in text) for text in said if text]
    assert all(is_chinese) if language != "en" else not any(is_chinese)
