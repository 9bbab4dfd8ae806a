"""What is asked of several kinds of evidence together: is it seen, and what to do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from brandkit.core.message import Message
from brandkit.overlap import cells_sold
from brandkit.questions.question import Asking, Question
from brandkit.questions.satisfaction import own_scores
from brandkit.strategy import (
    distance_link,
    distinctiveness,
    scorecard,
    scorecard_matrix,
    strategy_reading,
    uniqueness_link,
    value_curve,
)

PAGE = "03_positioning"
#: Where likeness of products is argued.
OVERLAP = "01_overlap"
#: Fewer banks than this show no relation.
FEWEST_BANKS = 4
SCORECARD_PAGE = "07_rankings"
_SCORECARD = {
    "weights": "scorecard.weights", "limits": "scorecard.limits", "scores": "scorecard.source",
    "std_errors": "scorecard.se", "direction": "scorecard.lower", "cuts": "scorecard.matrix.cuts",
    "contribution": "scorecard.matrix.x", "potential": "scorecard.matrix.y",
    "tiers": "scorecard.matrix.tiers",
}  # fmt: skip
NO_LINK = Message(
    "Whether banks that sell alike are seen alike takes a catalogue and an image of at least four "
    "banks that both know."
)
NO_OPTIONS = Message(
    "Where the bank could stand instead takes its catalogue and those of its rivals ([catalog] and "
    "focus in study.toml)."
)
NO_SCORECARD = Message(
    "Institutions by many criteria take a table of them, with limits ([scorecard] in study.toml)."
)
NO_MATRIX = Message(
    "Whom to keep close and whom to build up takes criteria of what institutions bring and of what "
    "they could bring ([scorecard.matrix] x and y in study.toml)."
)


def _scores_of(a: Asking) -> tuple[Any, dict[str, Any]]:
    """Give a scorecard's table, and what was declared of its criteria."""
    section, table = a.settings.scorecard, a.require(a.scorecard)
    errors = table.wide("std_error")
    return table.wide(), {
        "weights": section.weights or None,
        "limits": section.ends,
        "seed": a.seed,
        "std_errors": None if errors.isna().any(axis=None) else errors,
        "direction": {one: "lower" for one in section.lower} or "higher",
    }


def _scorecard(a: Asking) -> Any:
    scores, declared = _scores_of(a)
    return _with_widest(a, scorecard(scores, level=a.settings.report.level, **declared))


def _matrix(a: Asking) -> Any:
    scores, declared = _scores_of(a)
    sides = a.settings.scorecard.matrix
    result = scorecard_matrix(
        scores,
        contribution=sides.x,
        potential=sides.y,
        cuts=tuple(sides.cuts),
        tiers=sides.tiers or None,
        **declared,
    )
    return _with_widest(a, result)


def _with_widest(a: Asking, result: Any) -> Any:
    """Say where errors are the largest there can be."""
    if not a.scorecard.is_widest:
        return result
    note = Message("How far answers spread was not said: errors are the widest their limits allow.")
    return replace(result, notes=(*result.notes, note))


def _specialised(a: Asking) -> Any:
    rows = own_scores(a["scores"], a.section.outcome).rename(columns={"label": "brand"})
    sold = set(a["overlap"].brands["brand"]) & set(rows["brand"])
    a.require(len(sold) >= FEWEST_BANKS)
    return uniqueness_link(a["overlap"], satisfaction=rows, seed=a.seed)


def _distinctiveness(a: Asking) -> Any:
    """Take satisfaction for performance, or the first published ranking of these banks."""
    sold, scores, ranking = set(a.catalog.brands), a["scores"], a["league_table"]
    found = []
    if scores is not None and a.section.outcome:
        rows = own_scores(scores, a.section.outcome).rename(columns={"label": "brand"})
        found.append((rows, scores.labels.get(a.section.outcome, a.section.outcome)))
    if ranking is not None:
        found += [(rows, str(name)) for name, rows in ranking.scores.groupby("measure", sort=False)]
    known = [(rows, name) for rows, name in found if len(sold & set(rows["brand"])) >= FEWEST_BANKS]
    rows, name = a.require(known)[0]
    return distinctiveness(a.catalog, performance=rows, measure=name, seed=a.seed)


def _value_curve(a: Asking) -> Any:
    """Join catalogue, image and drivers as [attributes] says; every feature alone without it."""
    a.require(a.focus in a.catalog.brands)
    joined = {name: one.model_dump() for name, one in a.settings.attributes.items()}
    return value_curve(
        a.catalog,
        brand=a.focus,
        attributes=joined or None,
        image=a["stability"],
        drivers=a["drivers"],
        level=a.settings.report.level,
    )


def _links(a: Asking) -> Any:
    return distance_link(a["overlap"], perceived=a.require(a["stability"] or a["map"]))


def _strategy(a: Asking) -> Any:
    possible = [*a.possible, *(cell for one in a.catalogs.values() for cell in cells_sold(one))]
    return strategy_reading(
        a["gaps"], what_ifs=a["what_ifs"], value=a["choice"], claims=a["claims"], possible=possible
    )


QUESTIONS = (
    Question(
        name="links",
        page=OVERLAP,
        text=Message("Do customers see what is sold?"),
        call=_links,
        need=("overlap",),
        may=("stability", "map"),
        takes=NO_LINK,
        keys=("catalog",),
    ),
    Question(
        name="specialised",
        page=OVERLAP,
        call=_specialised,
        need=("overlap", "scores"),
        text=Message("Are specialists liked better than universal banks?"),
        keys=("catalog", "survey.outcome"),
        takes=Message(
            "Whether specialists are liked better takes a catalogue and the satisfaction of at "
            "least four of its banks ([catalog], and outcome in [survey] of study.toml)."
        ),
    ),
    Question(
        name="distinctiveness",
        page=SCORECARD_PAGE,
        leads=False,
        reads=("catalog", "survey"),
        text=Message("As different as it pays to be?"),
        call=_distinctiveness,
        may=("scores", "league_table"),
        keys=("catalog",),
        takes=Message(
            "Whether being different pays takes a catalogue and how at least four of its banks do: "
            "satisfaction (outcome in [survey] of study.toml) or a published ranking."
        ),
        arguments={"performance": "survey.outcome", "offers": "catalog"},
    ),
    Question(
        name="scorecard",
        page=SCORECARD_PAGE,
        reads=("scorecard",),
        text=Message("Which institution leads by many criteria?"),
        call=_scorecard,
        takes=NO_SCORECARD,
        keys=("scorecard",),
        arguments=_SCORECARD,
    ),
    Question(
        name="scorecard_matrix",
        page=SCORECARD_PAGE,
        reads=("scorecard",),
        text=Message("Whom do we keep close, and whom do we build up?"),
        call=_matrix,
        takes=NO_MATRIX,
        keys=("scorecard.matrix",),
        arguments=_SCORECARD,
    ),
    Question(
        name="value_curve",
        page=SCORECARD_PAGE,
        leads=False,
        reads=("catalog",),
        text=Message("What could we raise, reduce, drop or add?"),
        call=_value_curve,
        may=("stability", "drivers"),
        of_focus=True,
        takes=Message(
            "The value curve takes a catalogue and the bank that the study is for ([catalog] and "
            "focus in study.toml); [attributes] joins it to image and drivers."
        ),
        keys=("catalog", "study.focus"),
        arguments={"attributes": "attributes", "offers": "catalog", "brand": "study.focus"},
    ),
    Question(
        name="strategy",
        page=PAGE,
        reads=("catalog",),
        text=Message("Where could we stand instead?"),
        call=_strategy,
        need=("gaps",),
        may=("what_ifs", "choice", "claims"),
        of_focus=True,
        takes=NO_OPTIONS,
        keys=("catalog", "study.focus"),
    ),
)
