"""Every public result on the sample study and on three real ones: what the record holds.

Only this file knows where a method is imported from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copyfile
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from brandkit import overlap, positioning, satisfaction, strategy
from brandkit.questions import answers as answers_of
from brandkit.questions.positioning import MOST_MOVES, RAISE, _wanted
from brandkit.questions.satisfaction import target_block
from brandkit.sources import Study, read_study

#: What is asked, in few words, and what answers it: a result or a plain frame.
Answer = tuple[str, Any]
SMALL = 100
"""Draws where the usual thousand would only take longer."""

CSIBANK = """[study]
title = "A retail bank, 2008"
[survey]
source = "csibank.csv"
brand = "the bank"
scale = [0, 10]
recommend = "loy3"
outcome = "sat1"
drivers = ["imag2", "imag6", "qual1", "qual2", "qual3", "qual4", "qual5", "val3"]
segments = ["Gender", "Age", "Region"]
margins = { Gender = { Female = 0.51, Male = 0.49 } }
paths = [["IMAG", "EXPE"], ["EXPE", "QUAL"], ["QUAL", "VAL"], ["VAL", "SAT"], ["IMAG", "SAT"],
    ["QUAL", "SAT"], ["SAT", "LOY"]]
[survey.blocks]
IMAG = ["imag1", "imag2", "imag3", "imag4", "imag5", "imag6"]
EXPE = ["expe1", "expe2", "expe3", "expe4"]
QUAL = ["qual1", "qual2", "qual3", "qual4", "qual5", "qual6", "qual7"]
VAL = ["val1", "val2", "val3", "val4"]
SAT = ["sat1", "sat2", "sat3"]
LOY = ["loy1", "loy2", "loy3"]
"""
BURGER = """[study]
title = "Burger brands"
focus = "Burger Chef"
[survey]
source = "Burger_Brand_Tracking_Dec_2017.sav"
respondent = "ID"
weight = "wgt"
"""
AUSTRALIA = """[study]
title = "Australian banks, August 2024"
focus = "CommBank"
[catalog]
source = "2024-08-12.jsonl.xz"
register = "brands_2024-08-12.json"
format = "cdr"
as_of = 2024-08-12
"""


class Recorded(NamedTuple):
    """A part of a study that is recorded by itself; of a real study its evidence is copied."""

    answers: Callable[[Study], Iterator[Answer]]
    toml: str = ""
    files: tuple[str, ...] = ()

    def gather(self, study: str | Path) -> Iterator[Answer]:
        """Read the study and answer every question."""
        yield from self.answers(read_study(study, language="en"))

    def write(self, folder: Path, *, real: Path) -> Path:
        """Put the evidence of a real study into an empty folder."""
        (folder / "study.toml").write_text(self.toml, encoding="utf-8")
        for file in self.files:
            copyfile(real / file, folder / Path(file).name)
        return folder


def answer(study: Study, name: str) -> Any:
    """Ask a study one of its questions; None where it is open."""
    return answers_of(study)[name] or None


def _room_what_ifs(stability: Any, room: Any, study: Study) -> Any:
    """Raise what people would have to say at the freest ground."""
    cells = stability.cells[stability.cells["brand"] == study.focus]
    present = dict(zip(cells["attribute"], cells["share"], strict=True))
    wanted = [name for name in _wanted(None, room) if name in present][:MOST_MOVES]
    moves = {name: {name: min(RAISE, 1.0 - present[name])} for name in wanted}
    return positioning.repositioning(stability, brand=study.focus, changes=moves, seed=study.seed)


# --- the sample: what its banks sell -------------------------------------------------------------


def offers(study: Study) -> Iterator[Answer]:
    """What the catalogue and the branches give."""
    catalog, bank, weights = study.catalog, study.focus, study.settings.catalog.weights or None
    found = answer(study, "overlap")
    yield "", found
    yield "matrix", found.matrix()
    usual = {"weights": weights, "reference": found.reference}
    yield from _of_offers(catalog, bank=bank, rival=_rival(found, bank), **usual)
    yield "", overlap.overlap_test(catalog, draws=SMALL, seed=study.seed)
    for vocabulary in ("both", "first", "last"):
        history = overlap.overlap_history(study.catalogs, vocabulary=vocabulary, weights=weights)
        yield f"by the vocabulary of {vocabulary}", history
    yield "", overlap.weight_sensitivity(catalog, draws=10, seed=study.seed, **usual)
    yield "", answer(study, "list_prices")
    profiles = overlap.feature_profiles(catalog)
    yield "feature_profiles", profiles
    yield "gower", overlap.gower(profiles)
    places = study.branches.presence
    for amount in (None, "amount"):
        met = overlap.market_overlap(places, brand="brand", market="market", amount=amount)
        yield f"by {amount or 'presence'}", met
    yield "", answer(study, "changes")


def _rival(found: overlap.BrandOverlap, bank: str) -> str:
    return str(found.brands.set_index("brand").loc[bank, "nearest_rival"])


def _of_offers(catalog: Any, *, bank: str, rival: str, **usual: Any) -> Iterator[Answer]:
    pair = overlap.overlap_explanation(catalog, brand=bank, rival=rival, **usual)
    yield "of the nearest pair", pair
    yield "", overlap.catalog_gaps(catalog, brand=bank, reference=usual["reference"])
    yield "", overlap.product_similarity(catalog, top=5, **usual)
    names = catalog.products["name"].tolist()
    alike = overlap.look_alike_names(names, brands=catalog.products["brand"].tolist(), focus=bank)
    yield "look_alike_names", alike


# --- the sample: what its customers say ----------------------------------------------------------


def answers(study: Study) -> Iterator[Answer]:
    """What a study's reports take from the survey, with the margins that it declares."""
    weight = answer(study, "weights")
    yield "", weight
    yield "", study.survey.quality()
    yield "", answer(study, "scores")
    yield "", answer(study, "alikeness")
    drivers = answer(study, "drivers")
    yield "", drivers
    first = study.settings.survey.segments[0]
    yield f"by {first}", answer(study, "segment_drivers")
    roles = answer(study, "penalties")
    yield "", roles
    model = answer(study, "paths")
    yield "", model
    for detail in ("block", "item"):
        yield (
            f"by {detail}",
            satisfaction.importance_performance(model, target=target_block(study), detail=detail),
        )
    yield "", answer(study, "priorities")
    yield "of tiers", answer(study, "segments")
    yield "", answer(study, "reliability")
    chosen = answer(study, "choice")
    yield "", chosen
    raised = dict.fromkeys(study.settings.survey.images[:2], 0.05)
    yield "", chosen and chosen.what_if(brand=study.focus, changes=raised)


def models(study: Study) -> Iterator[Answer]:
    """What customers say, by methods and options that no report asks for."""
    survey, section = study.survey, study.settings.survey
    asked = {"outcome": section.outcome, "drivers": section.drivers}
    few = asked | {"drivers": section.drivers[:3]}
    means = satisfaction.satisfaction_scores(survey, items="sat1", by="brand")
    yield "of banks", means
    yield (
        "of all measures",
        satisfaction.satisfaction_scores(
            survey, items="recommend", by=["wave", "tier"], measures=["mean", "top2", "nps"]
        ),
    )
    means = means.scores[means.scores["measure"] == "mean"]
    for method in ("reml", "paule_mandel"):
        yield f"by {method}", satisfaction.partial_pooling(means, label="brand", method=method)
    for link in ("logit", "probit"):
        yield f"by {link}", satisfaction.ordinal_model(survey, link=link, missing="drop", **few)
    yield "within banks", satisfaction.ordinal_model(survey, within="brand", missing="drop", **few)
    yield (
        "by Johnson, within banks",
        satisfaction.driver_importance(
            survey, method="johnson", within="brand", missing="drop", draws=SMALL, **asked
        ),
    )
    yield (
        "in tables' letters",
        satisfaction.group_comparison(
            survey, items=["sat1", "recommend"], by="tier", style="ctables"
        ),
    )
    yield "within banks", satisfaction.penalty_reward(
        survey, outcome="sat1", attributes=section.drivers, within="brand", missing="drop",
        draws=SMALL,
    )  # fmt: skip
    stages = survey.codebook.dropna(subset="stage").set_index("item")["stage"].to_dict()
    yield "by stages", satisfaction.service_quality(survey, items=section.drivers, stages=stages)
    yield (
        "of classes",
        satisfaction.customer_segments(
            survey, items=section.drivers, n_classes=3, starts=3, draws=50
        ),
    )
    yield (
        "with constants",
        satisfaction.choice_model(
            survey, choice="main", attributes=section.images[:5], constants="brand", missing="drop"
        ),
    )
    yield "of each bank", survey.images(section.images)
    yield "of banks considered", survey.pick_any("considered")


def paths(study: Study) -> Iterator[Answer]:
    """Path models by other schemes, compared and held to new answers."""
    survey, section = study.survey, study.settings.survey
    asked = {"blocks": section.blocks, "paths": section.paths, "missing": "drop"}
    for scheme in ("centroid", "factorial"):
        model = satisfaction.path_model(survey, scheme=scheme, draws=SMALL, **asked)
        yield f"by the {scheme} scheme", model
    formed = satisfaction.path_model(survey, modes="B", within="brand", draws=SMALL, **asked)
    yield "formed, within banks", formed
    yield "by gender", satisfaction.path_comparison(survey, by="gender", draws=SMALL, **asked)
    for antecedents in ("earliest", "direct"):
        predicted = satisfaction.path_prediction(survey, antecedents=antecedents, **asked)
        yield f"from the {antecedents} antecedents", predicted


# --- the sample: where its banks stand -----------------------------------------------------------


def places(study: Study) -> Iterator[Answer]:
    """What a study's reports say of places on the map."""
    stability = answer(study, "stability")
    yield "", stability
    yield "", answer(study, "movement")
    yield "", positioning.claim_check(stability)
    room = answer(study, "opportunities")
    yield "", room
    yield "by choices", answer(study, "what_ifs")
    yield "by room", _room_what_ifs(stability, room, study)


def maps(study: Study) -> Iterator[Answer]:
    """Maps of tables."""
    counts, survey = study.brand_image.values, study.survey
    yield "of the brand table", answer(study, "map")
    for scaling in ("symmetric", "column_gab", "standard"):
        yield scaling, positioning.correspondence_map(counts, scaling=scaling)
    yield "turned, with guests", positioning.correspondence_map(
        counts, rotate_to=study.focus, axes=3, supplementary_rows=counts.index[-2:].tolist(),
        supplementary_columns=counts.columns[-1:].tolist(),
    )  # fmt: skip
    yield "", positioning.stacked_tables({"then": counts, "now": counts.iloc[::-1] + 1})
    rated = survey.responses.assign(brand=survey.labelled("brand").astype(str))
    means = rated.groupby("brand")[list(study.settings.survey.drivers)].mean()
    plain = positioning.component_map(means)
    yield "", plain
    yield "turned", positioning.component_map(means, rotation="varimax", standardise=False)
    apart = 1 - answer(study, "overlap").matrix()
    apart = apart.mask(np.eye(len(apart), dtype=bool), 0.0)
    for method in ("classical", "metric", "nonmetric"):
        yield method, positioning.distance_map(apart, method=method, asymmetry="average", starts=5)
    liking = rated.pivot_table(index="brand", columns=["region", "tier"], values="sat1")
    liking.columns = [f"{region}, {tier}" for region, tier in liking.columns]
    for model in ("vector", "circular", "elliptical", "quadratic"):
        yield (
            model,
            positioning.preference_map(plain, liking=liking, model=model, missing="drop", grid=40),
        )
    yield "with what is liked", _liked_room(study, liking)


def _liked_room(study: Study, liking: pd.DataFrame) -> positioning.Opportunities:
    stability = positioning.map_stability(
        study.survey, attributes=study.settings.survey.images, draws=SMALL
    )
    liked = positioning.preference_map(
        stability.map, liking=liking, model="vector", missing="drop", grid=40
    )
    return positioning.opportunities(stability, brand=study.focus, preference=liked)


# --- the sample: evidence joined -----------------------------------------------------------------


def joined(study: Study) -> Iterator[Answer]:
    """What the brief joins, and scorecards."""
    alike = answer(study, "overlap")
    for name in ("links", "strategy", "priorities", "distinctiveness", "value_curve"):
        yield "of the brief", answer(study, name)
    by_map = strategy.distance_link(
        alike, perceived=answer(study, "stability").map, value="excess", draws=SMALL
    )
    yield "by excess and map", by_map
    gaps = overlap.catalog_gaps(study.catalog, brand=study.focus)
    yield "of gaps alone", strategy.strategy_reading(gaps)
    items = ["sat1", "counter", "waiting", "digital"]
    scores = satisfaction.satisfaction_scores(study.survey, items=items, by="brand").scores
    scores = scores[scores["measure"] == "mean"]
    liked = scores[scores["item"] == "sat1"]
    yield "", strategy.uniqueness_link(alike, satisfaction=liked, draws=SMALL)
    table, errors = (
        scores.pivot_table(index="brand", columns="item", values=value)
        for value in ("estimate", "std_error")
    )
    card = {"limits": (0, 10), "std_errors": errors, "draws": SMALL}
    yield "", strategy.scorecard(table, **card)
    yield "weighted", strategy.scorecard(
        table, weights=dict.fromkeys(items, 1.0) | {"sat1": 3.0}, direction={"waiting": "lower"},
        limits=(0, 10),
    )  # fmt: skip
    yield "", strategy.scorecard_matrix(table, contribution=items[:2], potential=items[2:], **card)
    for name in ("institutions", "brand_audit"):
        template = strategy.scorecard_template(name, language="en")
        yield f"scorecard_template of {name}", template.scores


# --- the sample: its market ----------------------------------------------------------------------


def asked_of_the_market(study: Study) -> Iterator[Answer]:
    """What the market's questions answer."""
    names = ("funnel", "tabs", "sharing", "league_table", "mental_availability", "reach", "trend",
             "extended", "kano")  # fmt: skip
    yield from (("", answer(study, name)) for name in names)


# --- three real studies --------------------------------------------------------------------------


def tracked(study: Study) -> Iterator[Answer]:
    """A wide battery of ticks, with weights."""
    stability = answer(study, "stability")
    yield "", stability
    yield "", positioning.claim_check(stability)
    room = answer(study, "opportunities")
    yield "", room
    yield "", answer(study, "what_ifs")
    yield "", answer(study, "alikeness")
    image = study.survey.images(without=["None of These"])
    yield "", image
    rows = image.answers()
    dates = pd.to_datetime(study.survey.responses.set_index("ID")["date"])
    yield "by years", positioning.wave_movement(
        rows.assign(year=rows["respondent"].map(dates).dt.year.astype(str)), brand="brand",
        attributes=image.attributes, wave="year", respondent="respondent", weight="weight",
        draws=SMALL,
    )  # fmt: skip


def sold(study: Study) -> Iterator[Answer]:
    """Thousands of products."""
    catalog, bank = study.catalog, study.focus
    found = answer(study, "overlap")
    yield "", found
    usual = {"weights": None, "reference": found.reference}
    yield from _of_offers(catalog, bank=bank, rival=_rival(found, bank), **usual)
    yield "", overlap.overlap_test(catalog, nulls=["RA3", "fixed"], draws=20, seed=study.seed)


TRACKER = "surveys/burger_tracker/Burger_Brand_Tracking_Dec_2017.sav"
#: Study and part to how it is gathered; the parts of a study share a file.
RECORDED: dict[tuple[str, str], Recorded] = {
    ("sample", "offers"): Recorded(offers),
    ("sample", "answers"): Recorded(answers),
    ("sample", "models"): Recorded(models),
    ("sample", "paths"): Recorded(paths),
    ("sample", "places"): Recorded(places),
    ("sample", "maps"): Recorded(maps),
    ("sample", "joined"): Recorded(joined),
    ("sample", "market"): Recorded(asked_of_the_market),
    ("csibank", "answers"): Recorded(answers, CSIBANK, ("surveys/csibank/csibank.csv",)),
    ("burger", "places"): Recorded(tracked, BURGER, (TRACKER,)),
    ("australia", "offers"): Recorded(
        sold,
        AUSTRALIA,
        (
            "catalogs/au_cdr/snapshots/2024-08-12.jsonl.xz",
            "catalogs/au_cdr/registers/brands_2024-08-12.json",
        ),
    ),
}
