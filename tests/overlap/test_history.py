"""Overlap over dates: each cause of a change lands in its own component, and they add up."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brandkit.core.errors import InputError, NotEnoughDataError, ScaleError
from brandkit.overlap import FACET_WEIGHTS, fit_reference, overlap_history
from brandkit.overlap.examples import catalog_of
from brandkit.overlap.history.history import COMPONENTS, INDICES, OverlapHistory
from brandkit.overlap.history.kernel import Market, Reading, bank_likeness, ledger_of
from brandkit.overlap.similarity.facets import catalog_facets
from brandkit.sources.catalog.catalog import Catalog
from brandkit.sources.catalog.listing import ProblemLog
from brandkit.sources.study.study import read_study
from tests.australia import DAYS as AUSTRALIAN_DAYS
from tests.australia import australian
from tests.conftest import some
from tests.contract import assert_contract
from tests.overlap.markets import random_market

Offers = list[dict[str, Any]]
DAYS = tuple(date(year, 3, 1) for year in range(2022, 2028))
FEATURES = {"weights": {"features": 1.0}}


def offer(brand: str, number: int, features: Sequence[str] | None, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "brand": brand, "product": f"{brand}{number}", "name": f"card {number}", "category": "cards"
    }  # fmt: skip
    return made | ({} if features is None else {"features": list(features)}) | more


def market() -> Offers:
    """Four banks with two cards each; every feature is one that every bank names."""
    lists = {"A": ("pq", "pr"), "B": ("pq", "rs"), "C": ("ps", "qr"), "D": ("pqs", "pr")}
    return [
        offer(brand, at, features, channels=("app", "branch")[at : at + 1 + (brand == "A")],
              fees={"annual fee": 10.0 * at})
        for brand, two in lists.items()
        for at, features in enumerate(two)
    ]  # fmt: skip


def history(*dates: Offers | Catalog, **arguments: Any) -> OverlapHistory:
    catalogs = {
        day: each if isinstance(each, Catalog) else catalog_of(each)
        for day, each in zip(DAYS, dates, strict=False)
    }
    return overlap_history(catalogs, **arguments)


def change(found: OverlapHistory) -> dict[str, float]:
    return dict(zip(found.change["component"], found.change["estimate"], strict=True))


def assert_all_in(found: OverlapHistory, component: str) -> None:
    parts = change(found)
    assert abs(parts["total"]) > 1e-4, "the change must be seen"
    assert parts[component] == pytest.approx(parts["total"], abs=1e-12)
    for other in set(COMPONENTS) - {component}:
        assert parts[other] == pytest.approx(0, abs=1e-12), other


def failing(catalog: Catalog, failures: Mapping[str, int], *, stale: Sequence[str] = ()) -> Catalog:
    """The catalogue with records that came as errors, of banks it may not even hold."""
    log = ProblemLog()
    for brand, n in failures.items():
        for at in range(n):
            log.add("error_body", file="f", record=f"{brand} x{at}", field="response",
                    found="Unsupported Version", brand=brand)  # fmt: skip
    for brand in stale:
        log.add("stale_list", file="f", record="1", field="list_status", found="error", brand=brand)
    return replace(catalog, problems=log.frame())


# known values


def test_an_index_by_hand() -> None:
    offers = [offer("A", 0, "pq"), offer("B", 0, "pq"), offer("C", 0, "pr")]
    found = history(offers, offers, **FEATURES)
    # of three banks three have p, two q, one r; A and B are sisters, so only C is their rival
    p, q, r = 1.0, 1 + np.log(4 / 3), 1 + np.log(4 / 2)
    assert found.indices["estimate"].to_numpy() == pytest.approx([p / (p + q + r)] * 8, abs=1e-12)


@pytest.mark.parametrize(("n_drawn", "chance"), [(1, 1 / 3), (2, 2 / 3), (3, 1), (9, 1)])
def test_the_number_drawn_is_the_chance_to_meet_the_likest(n_drawn: int, chance: float) -> None:
    offers = [offer("A", 0, "pq"), offer("A", 1, "t"), offer("B", 0, "pq"), offer("B", 1, "r"),
              offer("C", 0, "s")]  # fmt: skip
    found = history(offers, offers, n_drawn=n_drawn, **FEATURES)
    # one of A's two offers is like one of three offers of its rivals, and so is one of B's
    expected = (chance / 2 + chance / 2 + 0) / 3
    assert found.indices["estimate"].to_numpy() == pytest.approx([expected] * 8, abs=1e-12)


def test_the_number_drawn_is_what_a_bank_has_in_the_middle_at_first() -> None:
    offers = [offer("A", 0, "pq"), offer("A", 1, "t"), offer("B", 0, "pq"), offer("B", 1, "r"),
              offer("C", 0, "s")]  # fmt: skip
    one, two = (history(offers, offers, n_drawn=n, **FEATURES) for n in (None, 2))
    pd.testing.assert_frame_equal(one.indices, two.indices)


# each cause in its own component


def test_nothing_changes() -> None:
    found = history(market(), market())
    assert found.change["estimate"].abs().max() < 1e-15
    assert not found.notes


@pytest.mark.parametrize("other_way", [False, True])
def test_a_bank_that_leaves_or_comes_is_entry_and_exit(other_way: bool) -> None:
    dates = [market(), [each for each in market() if each["brand"] != "D"]]
    assert_all_in(history(*(dates[::-1] if other_way else dates)), "entry_exit")


def test_a_new_bank_with_its_own_words_is_entry_too() -> None:
    new = [*market(), offer("E", 0, ("p", "only here"))]
    assert_all_in(history(market(), new), "entry_exit")


def test_a_word_that_everybody_changes_is_vocabulary() -> None:
    renamed = [
        each | {"features": ["new p" if word == "p" else word for word in each["features"]]}
        for each in market()
    ]
    assert_all_in(history(market(), renamed), "vocabulary")


def test_a_new_word_that_everybody_adopts_is_vocabulary() -> None:
    more = [each | {"features": [*each["features"], "wallet"]} for each in market()]
    found = history(market(), more)
    assert change(found)["total"] > 0
    assert_all_in(found, "vocabulary")
    real = found.change.set_index("component").loc["real"]
    assert real["on_first"] == pytest.approx(0, abs=1e-12)
    assert real["on_last"] == pytest.approx(change(found)["total"], abs=1e-12)


@pytest.mark.parametrize("other_way", [False, True])
def test_a_bank_that_stops_or_starts_to_tell_is_disclosure(other_way: bool) -> None:
    silent = [
        {key: value for key, value in each.items() if key != "channels" or each["brand"] != "B"}
        for each in market()
    ]
    dates = [market(), silent]
    found = history(*(dates[::-1] if other_way else dates))
    assert_all_in(found, "disclosure")
    real = found.change.set_index("component").loc["real"]
    assert real[["on_first", "on_last"]].abs().max() < 1e-12


def test_a_feature_dropped_from_one_of_a_banks_products_is_real() -> None:
    moved = [dict(each) for each in market()]
    moved[4]["features"], moved[5]["features"] = list("qs"), list("pr")
    found = history(market(), moved)
    assert_all_in(found, "real")


def test_other_fees_are_real() -> None:
    moved = [each | ({"fees": {"annual fee": 0.0}} if each["brand"] == "C" else {})
             for each in market()]  # fmt: skip
    assert_all_in(history(market(), moved), "real")


def test_a_feature_named_for_the_first_time_is_disclosure_or_real_if_the_list_is_closed() -> None:
    before = market()
    after = [dict(each) for each in before]
    after[2]["features"] = [*before[2]["features"], "s"]
    after[4]["features"] = [*before[4]["features"], "q", "r"]
    before[3]["features"] = after[3]["features"] = ["r"]
    found = history(before, after)
    assert change(found)["disclosure"] != pytest.approx(0, abs=1e-6)
    real = found.change.set_index("component").loc["real"]
    assert real["on_first"] == pytest.approx(change(found)["total"], abs=1e-12)
    closed = {"disclosure": {"features": "closed"}}
    assert_all_in(history(catalog_of(before, **closed), catalog_of(after, **closed)), "real")


# they add up


@st.composite
def two_dates(draw: st.DrawFn) -> tuple[Offers, Offers]:
    first, last = (
        random_market(draw(st.integers(0, 10_000)), brands=draw(st.integers(3, 5)))
        for _ in range(2)
    )
    return first, last


@pytest.mark.slow
@settings(max_examples=some(8))
@given(two_dates(), st.sampled_from(["both", "first", "last"]))
def test_components_add_up_to_the_total(dates: tuple[Offers, Offers], vocabulary: str) -> None:
    try:
        found = history(*dates, vocabulary=vocabulary)
    except NotEnoughDataError:
        return
    parts = change(found)
    if not np.isnan(list(parts.values())).any():
        assert sum(parts[name] for name in COMPONENTS) == pytest.approx(parts["total"], abs=1e-12)
    by_brand = found.brands.pivot(index="brand", columns="component", values="estimate")
    assert np.nansum(np.abs(by_brand[list(COMPONENTS)].sum(axis=1, skipna=False)
                            - by_brand["total"])) < 1e-12  # fmt: skip
    table = found.indices.pivot(index="as_of", columns="index", values="estimate")
    assert table["all_own"].iloc[-1] - table["all_own"].iloc[0] == pytest.approx(
        parts["total"], abs=1e-12, nan_ok=True
    )
    assert (found.change["range_low"] <= found.change["estimate"] + 1e-12).all() or np.isnan(
        list(parts.values())
    ).any()


# what must not matter


def test_the_order_of_rows_and_dates_does_not_matter() -> None:
    first, last = market(), [each for each in market() if each["product"] != "A0"]
    one = history(first, last)
    two = overlap_history({DAYS[1]: catalog_of(last[::-1]), DAYS[0]: catalog_of(first[::-1])})
    pd.testing.assert_frame_equal(one.change, two.change)
    pd.testing.assert_frame_equal(one.indices, two.indices)


def test_banks_are_joined_by_their_keys_and_called_by_their_newest_name() -> None:
    renamed = [each | {"brand": {"A": "Alpha"}.get(each["brand"], each["brand"])}
               for each in market()]  # fmt: skip
    keys = {brand: f"{brand}-1" for brand in "ABCD"}
    first = replace(catalog_of(market()), brand_keys=keys)
    newest = {"Alpha": "A-1", "B": "B-1", "C": "C-1", "D": "D-1"}
    last = replace(catalog_of(renamed), brand_keys=newest)
    found = history(first, last)
    assert change(found)["total"] == pytest.approx(0, abs=1e-12)
    assert set(found.brands["brand"]) == {"Alpha", "B", "C", "D"}
    apart = history(market(), renamed)
    assert int(apart.glance()["n_panel"].iloc[0]) == 3, "without keys it is another bank"


def test_categories_meet_whatever_their_spelling() -> None:
    respelt = [each | {"category": "CARDS"} for each in market()]
    assert change(history(market(), respelt))["total"] == pytest.approx(0, abs=1e-12)
    assert history(market(), respelt, category="Cards").glance()["n_panel"].iloc[0] == 4


def test_declared_sisters_are_no_rivals() -> None:
    offers = [offer("A", 0, "pq"), offer("B", 0, "pr"), offer("C", 0, "s")]
    owned = catalog_of(offers, owners={"A": "group", "B": "group"})
    assert history(owned, owned, **FEATURES).indices["estimate"].max() == 0
    assert history(offers, offers, **FEATURES).indices["estimate"].max() > 0.05


def test_a_given_reference_is_held() -> None:
    reference = fit_reference(catalog_of(market()))
    found = history(market(), market(), reference=reference)
    assert found.reference.sha256 == reference.sha256
    assert found.glance()["reference"].iloc[0] == reference.sha256


# dates and banks that failed


def crowd(n: int = 12) -> Offers:
    return [
        offer(f"bank {brand:02d}", at, ["p", "qrs"[(brand + at) % 3]])
        for brand in range(n)
        for at in range(2)
    ]


def test_a_damaged_date_is_a_gap_and_not_an_exodus() -> None:
    lost = {f"bank {at:02d}": 2 for at in range(5)}
    damaged = failing(catalog_of([each for each in crowd() if each["brand"] not in lost]), lost)
    found = history(crowd(), damaged, crowd(), **FEATURES)
    assert found.dates["usable"].tolist() == [True, False, True]
    assert found.dates["n_unusable"].tolist() == [0, 5, 0]
    assert int(found.glance()["n_panel"].iloc[0]) == 12
    assert found.change["estimate"].abs().max() < 1e-12
    gap = found.indices[~found.indices["usable"]]
    assert gap["estimate"].isna().all()
    assert len(gap) == len(INDICES)
    assert "2023-03-01" in str(found.notes[0])


def test_without_the_note_of_failures_it_would_look_like_one() -> None:
    left = [each for each in crowd() if int(each["brand"][-2:]) >= 5]
    found = history(crowd(), left, crowd(), **FEATURES)
    assert found.dates["usable"].all()
    assert int(found.glance()["n_panel"].iloc[0]) == 7


def test_a_bank_that_failed_at_one_end_is_left_out_of_both() -> None:
    whole, odd = catalog_of(crowd()), [*crowd(), offer("odd", 0, "x"), offer("odd", 1, "y")]
    found = history(catalog_of(odd), failing(whole, {"odd": 1}), **FEATURES)
    assert found.change["estimate"].abs().max() < 1e-12
    assert "odd" in str(found.notes[0])
    told = found.usable.query("brand == 'odd'")
    assert told["usable"].tolist() == [True, False]
    assert told["reason"].tolist() == ["", "error_body"]


@pytest.mark.parametrize(("n_failed", "usable"), [(0, True), (1, False)])
def test_more_than_a_fifth_of_records_is_too_much(n_failed: int, usable: bool) -> None:
    four = [*crowd(), *(offer("bank 00", at, "p") for at in (2, 3))]
    catalog = failing(catalog_of(four), {"bank 00": 1 + n_failed})
    found = history(catalog, catalog_of(four), **FEATURES)
    at_first = found.usable.query("brand == 'bank 00'").iloc[0]
    assert bool(at_first["usable"]) is usable


def test_a_stale_list_makes_a_bank_unusable() -> None:
    catalog = failing(catalog_of(crowd()), {}, stale=["bank 01"])
    found = history(catalog, crowd(), **FEATURES)
    assert found.usable.query("brand == 'bank 01'")["reason"].tolist() == ["stale_list", ""]
    assert int(found.glance()["n_panel"].iloc[0]) == 11


def test_the_chained_index_adds_up_real_change_between_neighbours() -> None:
    dates = []
    for at in range(4):
        offers = market()
        offers[4]["fees"] = {"annual fee": float(2 * at)}
        dates.append(offers)
    found = history(*dates)
    table = found.indices.pivot(index="as_of", columns="index", values="estimate")
    # nothing but fees changes, so that every link and every index move alike
    for name in INDICES:
        assert table["chained"].to_numpy() == pytest.approx(table[name].to_numpy(), abs=1e-12)
    assert len(set(table["chained"].round(9))) == 4


# refusals


def test_direction_is_open_where_the_vocabularies_disagree() -> None:
    before, after = market(), [dict(each) for each in market()]
    for each in after:
        each["features"] = [word for word in each["features"] if word != "p"] + ["new"]
    found = history(before, after)
    assert "not determined" in " ".join(map(str, found.notes))


# whether it holds for the market


def movers(n_banks: int, moving: int) -> tuple[Offers, Offers]:
    """Banks with a word of their own; of them ``moving`` take up the word of all at the end."""
    first = [offer(f"B{at}", 0, ("all", f"own{at}", f"two{at}")) for at in range(n_banks)]
    common = [offer(f"B{at}", 1, ("all", "also")) for at in range(n_banks)]
    last = [
        each | ({"features": ["all", "also", f"own{at}"]} if at < moving else {})
        for at, each in enumerate(first)
    ]
    return [*first, *common], [*last, *common]


@pytest.mark.parametrize(
    ("n_banks", "moving", "holds"),
    [(7, 7, "clear"), (7, 1, "carried"), (4, 4, "likely"), (7, 0, "open"), (2, 2, "open")],
)
def test_what_one_bank_does_is_not_the_market(n_banks: int, moving: int, holds: str) -> None:
    real = history(*movers(n_banks, moving), vocabulary="last", **FEATURES).change.iloc[3]
    assert real["holds"] == holds
    if holds == "carried":
        assert real["carrier"] == "B0"


def test_a_bank_left_out_is_one_that_is_not_there() -> None:
    rng = np.random.default_rng(5)
    offers = random_market(8, brands=6)
    study = catalog_of(offers)
    reference = fit_reference(study)
    facets = catalog_facets(study)
    n = len(facets.brands)
    who = np.arange(n)
    ledger = ledger_of([facets], [who], n)
    market = Market(facets, who, n, ledger, reference, dict(FACET_WEIGHTS), 0.3)
    sister = np.zeros((n, n), dtype=bool)
    sister[0, 1] = sister[1, 0] = True
    there = np.arange(n) != rng.integers(2, n)
    names = {str(at): Reading(there & (np.arange(n) != at)) for at in np.flatnonzero(there)}
    sizes = {each.category: 2 for each in facets.categories}
    found = bank_likeness(
        market, names | {"without": Reading(there, leaves_out=True)}, sister=sister, n_drawn=sizes
    )
    for at in np.flatnonzero(there):
        np.testing.assert_allclose(found["without"][at], found[str(at)], atol=1e-12)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: overlap_history({}), NotEnoughDataError, "at least two dates; found 0"),
        (lambda: overlap_history([1]), TypeError, "map days to catalogues"),
        (lambda: overlap_history({"2022": catalog_of(market()), "2023": catalog_of(market())}),
         InputError, "days as keys; found '2022'"),
        (lambda: overlap_history({DAYS[0]: 1, DAYS[1]: 2}), TypeError, "found int at 2022-03-01"),
        (lambda: history(market(), market(), vocabulary="mine"), InputError, "vocabulary"),
        (lambda: history(market(), market(), n_drawn=0), InputError, "n_drawn.*at least 1"),
        (lambda: history(market(), market(), min_compared=2), ScaleError, "min_compared"),
        (lambda: history(market(), market(), reference="x"), TypeError, "fit_reference"),
        (lambda: history(market(), market(), weights={"x": 1}), InputError, "weights.*facets"),
        (lambda: history(market(), market(), category="loans"), InputError, "found 'loans'"),
        (lambda: history(market(), market(), category=[]), InputError, "at least one category"),
        (lambda: history(market(), [each | {"brand": each["brand"] + "!"} for each in market()]),
         NotEnoughDataError, "share at least two banks"),
        (lambda: history(crowd(), failing(catalog_of(crowd()), {f"x{at}": 1 for at in range(5)})),
         NotEnoughDataError, "at least two usable dates; found 1 of 2"),
        (lambda: history(market(), [offer("A", 0, "p"), offer("B", 0, "p", category="loans")],
                         category="cards"), NotEnoughDataError, "at least two banks.*2023-03-01"),
    ],
)  # fmt: skip
def test_refusals(make: Callable[[], object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()


def test_contract() -> None:
    catalogs = {DAYS[0]: catalog_of(market()), DAYS[1]: catalog_of(market()[:-2]),
                DAYS[2]: catalog_of(market())}  # fmt: skip
    frames = [frame for each in catalogs.values() for frame in (each.products, each.attributes)]
    assert_contract(lambda: overlap_history(catalogs), *frames)


# the sample study and the real banks


def test_the_bank_that_moves_toward_the_market_is_found() -> None:
    study = read_study("sample")
    truth = json.loads((study.folder / "truth.json").read_text(encoding="utf-8"))["catalog"]
    found = overlap_history(study.catalogs)
    real = found.change.set_index("component").loc["real"]
    assert (real["holds"], real["carrier"]) == ("carried", truth["homogenising"])
    assert real["without_low"] < 0.2 * real["estimate"]
    table = found.brands.pivot(index="brand", columns="component", values="estimate")
    assert table["total"].idxmax() == truth["homogenising"]
    assert table["real"].idxmax() == truth["homogenising"]
    assert table["real"].max() > 2 * table["real"].drop(truth["homogenising"]).max()
    assert set(truth["new_in"]).isdisjoint(table.index), "the bank that comes is not in the panel"
    tells_more = table["disclosure"].nlargest(2).index
    assert set(tells_more) == set(truth["states_channels_from"])


CATEGORIES = ("CREDIT_AND_CHARGE_CARDS", "TRANSACTION_AND_SAVINGS_ACCOUNTS",
              "RESIDENTIAL_MORTGAGES")  # fmt: skip


@pytest.mark.slow
@pytest.mark.real
@pytest.mark.parametrize(
    ("days", "categories"),
    [
        (("2022-06-30", "2023-06-30", "2024-08-12"), CATEGORIES[1:2]),
        pytest.param(AUSTRALIAN_DAYS, CATEGORIES, marks=pytest.mark.exhaustive),
    ],
)
def test_australian_history(real: Path, days: Sequence[str], categories: Sequence[str]) -> None:
    catalogs = {date.fromisoformat(day): australian(real, day) for day in days}
    found = overlap_history(catalogs, vocabulary="last", category=list(categories))
    dates = found.dates.set_index("as_of")
    assert dates.index[~dates["usable"]].tolist() == [pd.Timestamp("2023-06-30")]
    assert dates.loc["2023-06-30", "n_unusable"] == 44
    parts = change(found)
    assert sum(parts[name] for name in COMPONENTS) == pytest.approx(parts["total"], abs=1e-12)
    table = found.indices.pivot(index="as_of", columns="index", values="estimate")
    assert table.loc["2023-06-30"].isna().all()
    steps = table.drop(pd.Timestamp("2023-06-30")).diff().abs().max()
    assert steps.max() < 0.02, "no date looks like an exodus"
    assert int(found.glance()["n_panel"].iloc[0]) > 80
    names = set(found.brands["brand"])
    assert {"CommBank", "ANZ"} <= names, "banks lost only on the damaged date stay in the panel"
