"""One call of every public function on small invented data, for tests that try them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

import brandkit as bk
from brandkit.overlap.examples import catalog_of
from brandkit.sources.catalog.catalog import Catalog
from tests.overlap.markets import random_market

BANKS = ("Alder", "Birch", "Cedar", "Dale", "Elm")
TICKS, SCALES = ["fair", "modern", "near"], ["q1", "q2", "q3", "sat"]
#: Functions that read files and not frames; they are tried where their readers are.
OF_FILES = {"answers", "read_study"}


@dataclass
class World:
    """Small data of every kind that a public function takes.

    Parameters
    ----------
    rows : DataFrame
        One row a person and bank: ``id bank year tier w main q1 q2 q3 sat fair modern near``.
    people : DataFrame
        One row a person: ``id year month tier w main``, ``q1 q2 q3 sat``, and ticks
        ``k_`` and ``u_`` of every bank.
    counts, ratings, apart, liking, errors : DataFrame
        Banks by attributes, ratings, banks, judges, and the standard errors of ratings.
    places, league, scores : DataFrame
        Branches, a published list, and scores of banks with their errors.
    features, prices : DataFrame
        Shares of offers with a feature by bank; listed rates.
    catalog : Catalog
    banks, sellers : tuple of str
        What banks are called in frames and in the catalogue.
    """

    rows: pd.DataFrame
    people: pd.DataFrame
    counts: pd.DataFrame
    ratings: pd.DataFrame
    apart: pd.DataFrame
    liking: pd.DataFrame
    errors: pd.DataFrame
    places: pd.DataFrame
    league: pd.DataFrame
    scores: pd.DataFrame
    features: pd.DataFrame
    prices: pd.DataFrame
    catalog: Catalog
    banks: tuple[str, ...] = BANKS
    sellers: tuple[str, ...] = ("bank P", "bank Q", "bank R")


def make_world(seed: int, *, persons: int = 60) -> World:
    """Draw data in which persons, banks and questions hang together.

    Parameters
    ----------
    seed : int
    persons : int

    Returns
    -------
    World
    """
    rng = np.random.default_rng(seed)
    banks = list(BANKS)
    people = _people(rng, persons)
    taste = rng.normal(0, 1, persons)
    rows = people.loc[people.index.repeat(4), ["id", "year", "tier", "w", "main"]]
    rows = rows.assign(bank=np.tile(banks[:4], persons)).reset_index(drop=True)
    where = np.tile([0.0, 0.5, 1.0, 1.5], persons) + np.repeat(taste, 4)
    for name in SCALES:
        rows[name] = np.clip(np.round(5 + where + rng.normal(0, 1.5, len(rows))), 0, 10)
    for at, name in enumerate(TICKS):
        chance = 0.25 + 0.5 * ((np.tile(range(4), persons) + at) % 3 == 0)
        rows[name] = rng.binomial(1, chance)
    table = pd.Index(banks, name="bank")
    value = rng.integers(5, 60, (5, 4))
    at = rng.normal(size=(5, 2))
    apart = np.sqrt(((at[:, None] - at[None]) ** 2).sum(axis=2))
    scores = {
        "brand": banks,
        "estimate": rng.normal(7, 1, 5),
        "std_error": [0.2] * 5,
        "uniqueness": rng.random(5),
        "breadth": rng.random(5) + 1,
        "n_categories": rng.integers(2, 8, 5),
    }
    return World(
        rows=rows,
        people=people,
        counts=pd.DataFrame(value, table, ["fair", "modern", "near", "kind"]),
        ratings=pd.DataFrame(rng.normal(6, 1, (5, 3)), table, TICKS),
        apart=pd.DataFrame(apart, table, banks),
        liking=pd.DataFrame(rng.integers(1, 10, (5, 12)), table, [f"r{n}" for n in range(12)]),
        errors=pd.DataFrame(np.full((5, 3), 0.2), table, TICKS),
        places=pd.DataFrame(
            {
                "bank": rng.choice(banks, 40),
                "city": rng.choice([*"uvwxyz"], 40),
                "n": rng.integers(1, 5, 40),
            }
        ),
        league=pd.DataFrame(
            {"brand": banks, "score": rng.integers(40, 90, 5), "n": rng.integers(100, 900, 5)}
        ),
        scores=pd.DataFrame(scores),
        features=pd.DataFrame(rng.uniform(0, 1, (5, 3)), table, ["app", "advice", "card"]),
        prices=pd.DataFrame(
            {
                "bank": np.repeat(banks, 4),
                "bonus": np.tile([0, 1], 10),
                "rate": rng.uniform(1, 5, 20),
            }
        ),
        catalog=catalog_of(random_market(seed, most=2)),
    )


def _people(rng: np.random.Generator, persons: int) -> pd.DataFrame:
    taste = rng.normal(0, 1, persons)
    people = pd.DataFrame(
        {
            "id": [f"p{n:03d}" for n in range(persons)],
            "year": np.arange(persons) % 2 + 2025,
            "month": [f"2026-0{1 + n % 4}" for n in range(persons)],
            "tier": rng.choice(["mass", "private"], persons),
            "w": rng.uniform(0.5, 2, persons),
            "main": rng.choice(BANKS[:4], persons),
        }
    )
    for name in SCALES:
        people[name] = np.clip(np.round(6 + 1.5 * taste + rng.normal(0, 1, persons)), 0, 10)
    for bank in BANKS[:4]:
        people[f"k_{bank}"] = rng.binomial(1, 0.7, persons)
        people[f"u_{bank}"] = people[f"k_{bank}"] * rng.binomial(1, 0.6, persons)
    people["with"], people["without"] = rng.integers(1, 6, (2, persons))
    return people


_WHO: dict[str, Any] = {"respondent": "id", "weight": "w"}
_BLOCKS: dict[str, Any] = {
    "blocks": {"QUAL": ["q1", "q2"], "VAL": ["q3"], "SAT": ["sat"]},
    "paths": [("QUAL", "SAT"), ("VAL", "SAT")],
}
_IMAGE: dict[str, Any] = {"brand": "bank", "attributes": TICKS, "draws": 100, **_WHO}


def _stability(w: World) -> Any:
    return bk.map_stability(w.rows, **_IMAGE)


def _drivers(w: World) -> Any:
    return bk.driver_importance(
        w.rows, outcome="sat", drivers=["q1", "q2"], draws=50, missing="drop", **_WHO
    )


def _quality(w: World) -> Any:
    return bk.service_quality(w.rows, items=["q1", "q2"], brand="bank", **_WHO)


def _paths(w: World) -> Any:
    return bk.path_model(w.people, limits=(0, 10), draws=20, missing="drop", **_BLOCKS, **_WHO)


def _pooled(w: World) -> Any:
    return bk.partial_pooling(w.scores, label="brand")


def _funnel(w: World) -> Any:
    named = w.people.rename(columns={f"k_{bank}": bank for bank in w.banks})
    return bk.brand_funnel(
        named, stages={"aware": list(w.banks[:4]), "main": "main"}, suppress_below=1, **_WHO
    )


def _used(w: World) -> list[str]:
    return [f"u_{bank}" for bank in w.banks[:4]]


#: Public functions by their rooms; the choice of options is what makes them quick.
CALLS: dict[str, Callable[[World], Any]] = {
    "distinctiveness": lambda w: bk.distinctiveness(
        w.features, performance=w.scores.filter(["brand", "estimate"]), draws=99
    ),
    "kano": lambda w: bk.kano(
        w.people, pairs={"Safe": ["with", "without"]}, answers=[1, 2, 3, 4, 5], draws=50, **_WHO
    ),
    "list_prices": lambda w: bk.list_prices(
        w.prices, price="rate", features=["bonus"], brand="bank"
    ),
    "value_curve": lambda w: bk.value_curve(w.features, brand=w.banks[0]),
    "show": lambda w: bk.show(_pooled(w)),
    "brand_overlap": lambda w: bk.brand_overlap(w.catalog, draws=20),
    "catalog_gaps": lambda w: bk.catalog_gaps(w.catalog, brand=w.sellers[0]),
    "look_alike_names": lambda w: bk.look_alike_names(w.catalog),
    "market_overlap": lambda w: bk.market_overlap(
        w.places, brand="bank", market="city", amount="n"
    ),
    "overlap_explanation": lambda w: bk.overlap_explanation(
        w.catalog, brand=w.sellers[0], rival=w.sellers[1]
    ),
    "overlap_history": lambda w: bk.overlap_history(
        {date(2025, 3, 1): w.catalog, date(2026, 3, 1): w.catalog}
    ),
    "catalog_changes": lambda w: bk.catalog_changes(w.catalog, since=w.catalog),
    "overlap_test": lambda w: bk.overlap_test(w.counts, nulls=["RA3"], draws=50),
    "product_similarity": lambda w: bk.product_similarity(w.catalog),
    "weight_sensitivity": lambda w: bk.weight_sensitivity(w.catalog, draws=3),
    "choice_model": lambda w: bk.choice_model(
        w.rows, choice="main", attributes=TICKS, brand="bank", missing="drop", **_WHO
    ),
    "customer_segments": lambda w: bk.customer_segments(
        w.people, items=["q1", "q2"], tiers="tier", draws=50, **_WHO
    ),
    "driver_importance": _drivers,
    "extended_services": lambda w: bk.extended_services(
        w.rows, outcome="sat", extended=["fair"], core=["q1"], **_WHO
    ),
    "group_comparison": lambda w: bk.group_comparison(
        w.rows, items="sat", by="bank", measures="mean", **_WHO
    ),
    "importance_performance": lambda w: bk.importance_performance(_paths(w)),
    "ordinal_model": lambda w: bk.ordinal_model(
        w.people, outcome="sat", drivers=["q1", "q2"], missing="drop", **_WHO
    ),
    "partial_pooling": _pooled,
    "path_comparison": lambda w: bk.path_comparison(
        w.people, by="tier", draws=99, missing="drop", **_BLOCKS, **_WHO
    ),
    "path_model": _paths,
    "path_prediction": lambda w: bk.path_prediction(
        w.people, folds=3, missing="drop", **_BLOCKS, **_WHO
    ),
    "penalty_reward": lambda w: bk.penalty_reward(
        w.rows,
        outcome="sat",
        attributes=["q1", "q2"],
        low=4,
        high=7,
        draws=50,
        missing="drop",
        **_WHO,
    ),
    "perceived_alikeness": lambda w: bk.perceived_alikeness(
        w.rows, brand="bank", items=["q1", "sat"], draws=100, smallest_difference=0.5, **_WHO
    ),
    "satisfaction_scores": lambda w: bk.satisfaction_scores(
        w.rows, items=["q1", "sat"], by="bank", **_WHO
    ),
    "scale_reliability": lambda w: bk.scale_reliability(
        w.people, items=["q1", "q2", "q3"], missing="drop", **_WHO
    ),
    "service_priorities": lambda w: bk.service_priorities(
        _drivers(w), quality=_quality(w), brand=w.banks[0]
    ),
    "service_quality": _quality,
    "survey_weights": lambda w: bk.survey_weights(
        w.people, margins={"tier": {"mass": 0.6, "private": 0.4}}, weight="w"
    ),
    "claim_check": lambda w: bk.claim_check(w.rows, claims=[(w.banks[0], "fair")], **_IMAGE),
    "component_map": lambda w: bk.component_map(w.ratings),
    "correspondence_map": lambda w: bk.correspondence_map(w.counts),
    "distance_map": lambda w: bk.distance_map(w.apart),
    "map_stability": _stability,
    "opportunities": lambda w: bk.opportunities(_stability(w), brand=w.banks[0], most=1),
    "preference_map": lambda w: bk.preference_map(
        w.ratings[TICKS[:2]], liking=w.liking, model="vector", grid=20
    ),
    "repositioning": lambda w: bk.repositioning(
        _stability(w), brand=w.banks[0], changes={"modern": 0.2}
    ),
    "stacked_tables": lambda w: bk.stacked_tables({"2025": w.counts, "2026": w.counts}),
    "wave_movement": lambda w: bk.wave_movement(w.rows, wave="year", **_IMAGE),
    "brand_funnel": _funnel,
    "crosstab": lambda w: bk.crosstab(w.people, rows=["main", "q1"], banner="tier", **_WHO),
    "customer_sharing": lambda w: bk.customer_sharing(w.people, holds=_used(w), **_WHO),
    "league_table": lambda w: bk.league_table(w.league),
    "mental_availability": lambda w: bk.mental_availability(
        w.rows, cues=TICKS, brand="bank", **_WHO
    ),
    "reach": lambda w: bk.reach(w.people, items=_used(w), k=2, draws=20, **_WHO),
    "trend": lambda w: bk.trend(w.people, measures=["sat"], measure="mean", wave="month", **_WHO),
    "distance_link": lambda w: bk.distance_link(w.apart, perceived=w.apart, draws=99),
    "scorecard": lambda w: bk.scorecard(w.ratings, limits=(0, 10), std_errors=w.errors, draws=99),
    "scorecard_matrix": lambda w: bk.scorecard_matrix(
        w.ratings,
        contribution=["fair"],
        potential=["modern"],
        limits=(0, 10),
        draws=99,
        std_errors=w.errors,
    ),
    "strategy_reading": lambda w: bk.strategy_reading(
        bk.catalog_gaps(w.catalog, brand=w.sellers[0])
    ),
    "uniqueness_link": lambda w: bk.uniqueness_link(
        w.scores, satisfaction=w.scores.filter(["brand", "estimate"]), draws=99
    ),
}
