"""What is asked of a survey: who satisfies, do customers notice, what drives it, for whom."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from brandkit.core.errors import InputError
from brandkit.core.message import Message
from brandkit.core.waves import numbered_anew
from brandkit.questions.question import Asking, Question
from brandkit.satisfaction import (
    choice_model,
    customer_segments,
    driver_importance,
    extended_services,
    group_comparison,
    importance_performance,
    ordinal_model,
    partial_pooling,
    path_comparison,
    path_model,
    path_prediction,
    penalty_reward,
    perceived_alikeness,
    scale_reliability,
    service_priorities,
    service_quality,
    survey_weights,
)
from brandkit.sources import Study
from brandkit.sources.survey.batteries import PickAny
from brandkit.sources.survey.quality import fieldwork_quality
from brandkit.sources.survey.survey import Survey

PAGE = "02_satisfaction"
NO_SURVEY = Message(
    "Whether customers are satisfied takes their answers ([survey] in study.toml); this study has "
    "none."
)
NO_DRIVERS = Message(
    "What drives satisfaction: it takes a survey with an outcome and drivers (outcome and drivers "
    "in [survey] of study.toml)."
)
NO_SEGMENTS = Message(
    "For whom what matters takes groups of customers and drivers (segments and drivers in the "
    "[survey] of study.toml)."
)
NO_MODEL = Message(
    "How image, quality, value and loyalty hang together takes blocks of questions and the paths "
    "between them (blocks and paths in the [survey] of study.toml)."
)
NO_PRIORITIES = Message(
    "What to do first takes services that the survey rates for the focus bank and its rivals "
    "(drivers and focus in study.toml)."
)
#: Persons in several waves from which a survey counts as a panel.
FEWEST_FOLLOWED = 100
#: Fewer scores than this tell nothing of their spread.
FEWEST_POOLED = 4
#: Fewer drivers than this are not worth ranking.
FEWEST_DRIVERS = 2

_SURVEY: dict[str, Any] = {
    "page": PAGE, "reads": ("survey",),
    "arguments": {
        "outcome": "survey.outcome", "drivers": "survey.drivers", "attributes": "survey.images",
        "items": "survey.drivers", "brand": "survey.brand", "by": "survey.segments",
        "choice": "survey.choice", "blocks": "survey.blocks", "paths": "survey.paths",
        "weight": "survey.weight", "wave": "survey.wave", "respondent": "survey.respondent",
        "strata": "survey.strata", "cluster": "survey.cluster", "missing": "survey.missing",
        "margins": "survey.margins", "images": "survey.images", "tiers": "survey.segments",
        "smallest_difference": "survey.smallest_difference", "extended": "survey.extended",
        "stages": "survey.stages", "expectations": "survey.expectations",
    },
}  # fmt: skip
_ANALYSTS = {**_SURVEY, "page": "05_analysts"}


def n_brands(survey: Survey) -> int:
    """Count the banks that a survey's rows are about; 1 where no column says."""
    column = survey.design.brand
    return 1 if column is None else int(survey.responses[column].nunique())


def is_panel(survey: Survey) -> bool:
    """Say whether enough persons answer in several waves, under one id, to follow them.

    Where ids are numbered anew in every wave, one id is several persons.
    """
    person, wave, rows = survey.design.respondent, survey.design.wave, survey.responses
    if person is None or wave is None or numbered_anew(rows[person], rows[wave]):
        return False
    waves = rows.groupby(person)[wave].nunique()
    return int((waves > 1).sum()) >= FEWEST_FOLLOWED


def wide_battery(survey: Survey, images: list[str]) -> PickAny | None:
    """Find a wide battery of ticks, without "none of these"; None where there is none."""
    if not images and not (survey.batteries["kind"] == "pick").any():
        return None
    try:
        battery = survey.images(images or None)
        return survey.images(images or None, without=battery.nobody) if battery.nobody else battery
    except InputError:
        if images:
            raise
        return None


def target_block(study: Study) -> str:
    """Name the block that a path model is to explain: the outcome's own, else the first explained.

    Empty where there are no blocks.
    """
    section = study.settings.survey
    if section is None or not section.blocks:
        return ""
    explained = [target for _, target in section.paths]
    own = [name for name, items in section.blocks.items() if section.outcome in items]
    fitting = [name for name in own if name in explained]
    return (fitting or [name for name in section.blocks if name in explained] or [""])[0]


def _bases(a: Asking) -> dict[str, Any]:
    shown = a.settings.report
    return {"minimum_base": shown.minimum_base, "suppress_below": shown.suppress_below}


def _weights(a: Asking) -> Any:
    margins = {column: dict(shares) for column, shares in a.margins.items()}
    return survey_weights(a.survey, margins=margins, wave=a.survey.design.wave)


def _scores(a: Asking) -> Any:
    """Compare the banks; with one bank, the groups of its customers."""
    section = a.section
    items = [item for item in (section.outcome, section.recommend) if item is not None]
    own = next(iter(section.segments), None)
    by = a.survey.design.brand if n_brands(a.survey) > 1 else own
    a.require(bool(items and by))

    def compared(a: Asking) -> Any:
        return group_comparison(a.survey, items=items, by=by, weight=a["weights"], **_bases(a))

    now = compared(a)
    if a.whole is a:
        return now
    over = compared(a.whole)  # what changed is of all waves
    return replace(now, waves=over.waves, changes=over.changes)


def _alikeness(a: Asking) -> Any:
    section, suppress = a.section, a.settings.report.suppress_below
    if n_brands(a.survey) < 2:
        return _wide_alikeness(a, suppress)
    images = [item for item in section.images if item in a.survey.responses]
    a.require(bool(section.outcome or images))
    return perceived_alikeness(
        a.survey,
        items=[section.outcome] if section.outcome else None,
        images=images or None,
        smallest_difference=section.smallest_difference,
        weight=a["weights"],
        suppress_below=suppress,
        seed=a.seed,
    )


def _wide_alikeness(a: Asking, suppress: int) -> Any:
    """Compare the images of a survey that asks about every bank in columns of its own."""
    battery = a.require(wide_battery(a.survey, a.section.images))
    a.require(battery.cells["brand"].nunique() > 1)
    answers = battery.answers()
    roles = ("respondent", "wave", "weight", "strata", "cluster")
    design: dict[str, Any] = {role: role if role in answers else None for role in roles}
    return perceived_alikeness(
        answers,
        brand="brand",
        images=list(battery.attributes),
        suppress_below=suppress,
        seed=a.seed,
        **design,
    )


def _reliability(a: Asking) -> Any:
    whole = {name: items for name, items in a.section.blocks.items() if len(items) > 1}
    items = a.require(whole.get(target_block(a.study)) or next(iter(whole.values()), None))
    return scale_reliability(a.survey, items=items, missing="drop")


def _drivers(a: Asking, by: str | None = None) -> Any:
    section = a.section
    a.require(len(section.drivers) >= FEWEST_DRIVERS)
    return driver_importance(
        a.survey,
        outcome=section.outcome,
        drivers=section.drivers,
        missing="drop",
        by=by,
        weight=a["weights"],
        seed=a.seed,
    )


def _penalties(a: Asking) -> Any:
    return penalty_reward(
        a.survey,
        outcome=a.section.outcome,
        attributes=a.section.drivers,
        missing="drop",
        weight=a["weights"],
        seed=a.seed,
        **_bases(a),
    )


def _service(a: Asking) -> Any:
    section = a.section
    stages = {item: stage for stage, items in section.stages.items() for item in items}
    a.require(n_brands(a.survey) > 1 or stages or section.expectations)
    return service_quality(
        a.survey,
        items=section.drivers,
        stages=stages or None,
        expectations=section.expectations or None,
        weight=a["weights"],
        suppress_below=a.settings.report.suppress_below,
    )


def _quality(a: Asking) -> Any:
    survey = a.survey
    return fieldwork_quality(
        survey.responses,
        codebook=survey.codebook,
        design=survey.design,
        items=survey.items,
        missing_cells=survey.missing_cells,
    )


def _extended(a: Asking) -> Any:
    section = a.section
    core = [item for item in section.drivers if item not in section.extended]
    return extended_services(
        a.survey,
        outcome=section.outcome,
        extended=section.extended,
        core=core,
        weight=a["weights"],
    )


def _priorities(a: Asking) -> Any:
    a.require(a.focus in a.brands_of("survey"))
    return service_priorities(
        a["drivers"], quality=a["service"], brand=a.focus, roles=a["penalties"]
    )


def _paths(a: Asking) -> Any:
    paths = [(source, target) for source, target in a.section.paths]
    return path_model(
        a.survey,
        blocks=a.section.blocks,
        paths=paths,
        target=target_block(a.study) or None,
        missing="drop",
        weight=a["weights"],
        seed=a.seed,
    )


def _model(a: Asking) -> dict[str, Any]:
    paths = [(source, target) for source, target in a.section.paths]
    return {
        "blocks": a.section.blocks,
        "paths": paths,
        "missing": "drop",
        "weight": a["weights"],
        "seed": a.seed,
    }


def _comparison(a: Asking) -> Any:
    return path_comparison(a.survey, by=a.section.segments[0], **_model(a))


def _prediction(a: Asking) -> Any:
    return path_prediction(a.survey, outcome=a.require(target_block(a.study)), **_model(a))


def _ordinal(a: Asking) -> Any:
    section = a.section
    return ordinal_model(
        a.survey,
        outcome=section.outcome,
        drivers=section.drivers,
        missing="drop",
        weight=a["weights"],
    )


def own_scores(scores: Any, item: str) -> pd.DataFrame:
    """Give the mean scores of an item: one row a group that has one."""
    rows = scores.groups[(scores.groups["item"] == item) & (scores.groups["measure"] == "mean")]
    kept: pd.DataFrame = rows.dropna(subset=["estimate", "std_error"])
    return kept


def _pooling(a: Asking) -> Any:
    rows = own_scores(a["scores"], a.section.outcome)
    a.require(len(rows) >= FEWEST_POOLED)
    return partial_pooling(rows, label="label", level=a.settings.report.level)


def _choice(a: Asking) -> Any:
    images = [item for item in a.section.images if item in a.survey.responses]
    a.require(images)
    a.require(n_brands(a.survey) > 1 and a.survey.design.respondent is not None)
    return choice_model(
        a.survey,
        choice=a.section.choice,
        attributes=images,
        weight=a["weights"],
        missing="drop",
        panel=is_panel(a.survey),
    )


def _segments(a: Asking) -> Any:
    items = list(dict.fromkeys([a.section.outcome, *a.section.drivers]))
    suppress = a.settings.report.suppress_below
    return customer_segments(
        a.survey,
        items=items,
        tiers=a.section.segments[0],
        weight=a["weights"],
        seed=a.seed,
        suppress_below=suppress,
    )


_BOTH = ("survey.outcome", "survey.drivers")
QUESTIONS = (
    Question(
        name="weights",
        text=Message("Whom do the answers stand for?"),
        call=_weights,
        keys=("survey.margins",),
        leads=False,
        takes=Message("Weights take the population's shares (margins in [survey] of study.toml)."),
        **_ANALYSTS,
    ),
    Question(
        name="quality",
        text=Message("How carefully was it answered?"),
        call=_quality,
        keys=("survey",),
        leads=False,
        takes=NO_SURVEY,
        **_ANALYSTS,
    ),
    Question(
        name="scores",
        pools=True,
        text=Message("Who satisfies, and what has changed?"),
        call=_scores,
        keys=("survey",),
        may=("weights",),
        takes=Message(
            "Who satisfies takes a rating of satisfaction or recommendation, and several banks or "
            "groups of customers (outcome, recommend and segments in the [survey] of study.toml)."
        ),
        **_SURVEY,
    ),
    Question(
        name="alikeness",
        text=Message("Do customers notice a difference?"),
        call=_alikeness,
        keys=("survey",),
        may=("weights",),
        takes=Message(
            "Whether customers notice a difference takes answers about at least two banks (brand "
            "in the [survey] of study.toml)."
        ),
        **_SURVEY,
    ),
    Question(
        name="reliability",
        pools=True,
        text=Message("Do the questions measure one thing?"),
        call=_reliability,
        keys=("survey.blocks",),
        leads=False,
        takes=Message("How well questions hang together takes blocks of several questions."),
        **_ANALYSTS,
    ),
    Question(
        name="drivers",
        pools=True,
        text=Message("What drives satisfaction?"),
        call=_drivers,
        keys=_BOTH,
        may=("weights",),
        takes=NO_DRIVERS,
        **_SURVEY,
    ),
    Question(
        name="penalties",
        pools=True,
        text=Message("What is core, and what delights?"),
        call=_penalties,
        keys=_BOTH,
        may=("weights",),
        takes=NO_DRIVERS,
        **_SURVEY,
    ),
    Question(
        name="service",
        pools=True,
        text=Message("Where are we better or worse than rivals?"),
        call=_service,
        keys=("survey.drivers",),
        may=("weights",),
        takes=NO_PRIORITIES,
        **_SURVEY,
    ),
    Question(
        name="extended",
        pools=True,
        text=Message("Do gifts and outings go with satisfaction?"),
        call=_extended,
        keys=("survey.outcome", "survey.extended"),
        may=("weights",),
        takes=Message(
            "Whether gifts, outings or events help takes columns of who got them, or how they are "
            "rated (extended in [survey] of study.toml)."
        ),
        **_SURVEY,
    ),
    Question(
        name="priorities",
        text=Message("What comes first?"),
        call=_priorities,
        keys=("study.focus", *_BOTH),
        need=("drivers", "service"),
        may=("penalties",),
        takes=NO_PRIORITIES,
        of_focus=True,
        **_SURVEY,
    ),
    Question(
        name="paths",
        pools=True,
        text=Message("How does it hang together?"),
        call=_paths,
        keys=("survey.blocks", "survey.paths"),
        may=("weights",),
        takes=NO_MODEL,
        **_SURVEY,
    ),
    Question(
        name="levers",
        text=Message("Which levers move it?"),
        need=("paths",),
        takes=NO_MODEL,
        call=lambda a: importance_performance(a["paths"], target=target_block(a.study)),
        leads=False,
        keys=("survey.blocks", "survey.paths"),
        **_SURVEY,
    ),
    Question(
        name="choice",
        pools=True,
        follows=True,
        text=Message("What do customers say of their own bank?"),
        call=_choice,
        keys=("survey.choice", "survey.images"),
        may=("weights",),
        takes=Message(
            "What customers say of their own bank takes the bank they chose among those they "
            "describe (choice and images in the [survey] of study.toml, one row a respondent and "
            "bank)."
        ),
        **{**_SURVEY, "page": "06_market"},
    ),
    Question(
        name="pooling",
        pools=True,
        text=Message("How much of the ranking is noise?"),
        call=_pooling,
        keys=("survey.outcome",),
        need=("scores",),
        leads=False,
        takes=Message(
            "How much of a ranking is noise takes the scores of at least four banks or groups "
            "(outcome and brand in the [survey] of study.toml)."
        ),
        **_ANALYSTS,
    ),
    Question(
        name="ordinal",
        pools=True,
        text=Message("What moves customers to the top of the scale?"),
        call=_ordinal,
        keys=_BOTH,
        may=("weights",),
        leads=False,
        takes=NO_DRIVERS,
        **_ANALYSTS,
    ),
    Question(
        name="comparison",
        pools=True,
        text=Message("Do things work the same way for all?"),
        call=_comparison,
        keys=("survey.blocks", "survey.paths", "survey.segments"),
        may=("weights",),
        leads=False,
        takes=NO_MODEL,
        **_ANALYSTS,
    ),
    Question(
        name="prediction",
        pools=True,
        text=Message("Does the model foretell answers?"),
        call=_prediction,
        keys=("survey.blocks", "survey.paths"),
        may=("weights",),
        leads=False,
        takes=NO_MODEL,
        **_ANALYSTS,
    ),
    Question(
        name="segments",
        pools=True,
        text=Message("Who are the customers?"),
        call=_segments,
        keys=("survey.segments", "survey.outcome"),
        may=("weights",),
        takes=NO_SEGMENTS,
        **_ANALYSTS,
    ),
    Question(
        name="segment_drivers",
        pools=True,
        text=Message("What matters to whom?"),
        takes=NO_SEGMENTS,
        call=lambda a: _drivers(a, by=a.section.segments[0]),
        keys=("survey.segments", *_BOTH),
        may=("weights",),
        leads=False,
        **_SURVEY,
    ),
)
