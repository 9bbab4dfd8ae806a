"""What is asked of the market: who answers what, who is thought of, who shares customers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from brandkit.core.errors import InputError
from brandkit.core.message import Message
from brandkit.core.waves import wave_text
from brandkit.market import (
    brand_funnel,
    crosstab,
    customer_sharing,
    kano,
    league_table,
    mental_availability,
    reach,
    trend,
)
from brandkit.market.tabs.questions import MOST_ANSWERS
from brandkit.questions.question import Asking, Question

PAGE, RANKINGS = "06_market", "07_rankings"
NO_LEAGUE = Message(
    "What published rankings tell apart takes one ([[league_tables]] in study.toml, with n)."
)
#: Waves from which a trend is asked, and series that it watches at most where none are named.
FEWEST_WAVES, MOST_SERIES = 3, 400

_MARKET: dict[str, Any] = {
    "reads": ("survey",), "may": ("weights",),
    "arguments": {
        "rows": "survey.questions", "banner": "survey.banner", "nets": "survey.nets",
        "holds": "survey.holds", "frequency": "survey.frequency", "period": "survey.period",
        "stages": "survey.funnel", "cues": "survey.cues", "images": "survey.images",
        "items": "survey.reach", "measures": "survey.questions", "breaks": "survey.breaks",
        "pairs": "survey.kano", "answers": "survey.kano_answers", "by": "survey.segments",
        "wave": "survey.wave", "weight": "survey.weight", "brand": "survey.brand",
        "cluster": "survey.cluster", "respondent": "survey.respondent",
    },
}  # fmt: skip


def _asked(a: Asking) -> tuple[list[str], dict[str, Any]]:
    """Name the questions to lay out, and what is shown of those on a scale.

    Without a key: every set, and every question of few answers that the survey tells by label.
    """
    survey, section = a.survey, a.section
    sets = survey.batteries.drop_duplicates("set").set_index("set")["kind"]
    inside = set(survey.batteries["item"])
    aside = {*survey.design.columns, *section.banner, *section.segments, section.trend_column}
    aside |= {column for pair in section.kano.values() for column in pair}
    named = section.questions or [
        *sets.index,
        *(
            str(one)
            for one in survey.codebook["item"]
            if one not in inside | aside and (one in survey.items or _is_told(survey, one))
        ),
    ]
    scaled = [name for name in named if name in survey.items or sets.get(name) == "scale"]
    asked_nps = [section.recommend] if section.recommend in named else []
    return named, {**dict.fromkeys(scaled, "mean"), **dict.fromkeys(asked_nps, "nps")}


def _is_told(survey: Any, item: str) -> bool:
    """Whether a column holds few answers with labels."""
    cells = survey.responses[item]
    told = isinstance(cells.dtype, pd.CategoricalDtype) or bool(survey.labels.get(item))
    return told and 1 < cells.nunique() <= MOST_ANSWERS


def _tabs(a: Asking) -> Any:
    shown = a.settings.report
    banner = a.require(a.section.banner or a.section.segments)
    named, measure = _asked(a)
    return crosstab(
        a.survey,
        rows=a.require(named),
        banner=banner,
        measure=measure,
        nets=a.section.nets,
        weight=a["weights"],
        level=shown.level,
        minimum_base=shown.minimum_base,
        suppress_below=shown.suppress_below,
    )


def _thought_of(a: Asking) -> Any:
    """Take the cues, or all that the image battery asks."""
    wide = a.survey.design.brand is None
    if not (a.section.cues or a.section.images):
        a.require(wide and bool((a.survey.batteries["kind"] == "pick").any()))
    try:
        return mental_availability(
            a.survey,
            cues=a.section.cues or None,
            images=a.section.images or None,
            weight=None if wide else a["weights"],
        )
    except InputError:
        if a.section.cues or a.section.images:
            raise
        return a.require(None)


def _sharing(a: Asking) -> Any:
    return customer_sharing(
        a.survey,
        holds=_one(a.section.holds),
        frequency=a.section.frequency or None,
        period=a.section.period or "",
        weight=a["weights"],
    )


def _funnel(a: Asking) -> Any:
    stages = {
        name: told if isinstance(told, (str, list)) else told.model_dump()
        for name, told in a.section.funnel.items()
    }
    shown = a.settings.report
    return brand_funnel(
        a.survey,
        stages=stages,
        weight=a["weights"],
        minimum_base=shown.minimum_base,
        suppress_below=shown.suppress_below,
    )


def _trend(a: Asking) -> Any:
    survey, section = a.survey, a.section
    wave = section.trend_column or survey.design.wave
    a.require(wave is not None and survey.responses[wave].nunique() >= FEWEST_WAVES)
    periods = {wave: survey.labelled(wave)} if section.trend else {}
    survey = replace(survey, responses=survey.responses.assign(**periods))
    named, measure = _asked(a)
    if not section.questions:
        own = [section.outcome, section.recommend, *section.holds, *section.funnel.values()]
        told = [name for name in own if isinstance(name, str)]
        named, measure = (
            (told, {k: v for k, v in measure.items() if k in told}) if told else (named, measure)
        )
        measure |= {name: "mean" for name in told if name in survey.items and name not in measure}
    return trend(
        survey,
        wave=wave,
        measures=a.require(named),
        measure=measure,
        nets=section.nets,
        breaks=[wave_text(one) for one in section.breaks],
        weight=a["weights"],
        level=a.settings.report.level,
    )


def _reach(a: Asking) -> Any:
    return reach(a.survey, items=_one(a.section.reach), weight=a["weights"], seed=a.seed)


def _kano(a: Asking) -> Any:
    shown, rated = a.settings.report, a["penalties"]
    rows = pd.DataFrame() if rated is None else rated.attributes
    return kano(
        a.survey,
        pairs=a.section.kano,
        answers=a.section.kano_answers,
        by=next(iter(a.section.segments), None),
        roles=dict(zip(rows["label"], rows["role"], strict=True)) if len(rows) else None,
        weight=a["weights"],
        minimum_base=shown.minimum_base,
        suppress_below=shown.suppress_below,
        level=shown.level,
        seed=a.seed,
    )


def _one(named: list[str]) -> str | list[str]:
    """Give one name as it is: a set, whose question is told."""
    return named[0] if len(named) == 1 else named


def _league(a: Asking) -> Any:
    leagues = a.require(a.league_tables)
    beside, scores = {}, a["scores"]
    if scores is not None and a.section.brand:
        rows = scores.groups[scores.groups["measure"].isin(("mean", "nps"))]
        for item, own in rows.dropna(subset="estimate").groupby("item"):
            name = scores.labels.get(item, item)
            beside[name] = dict(zip(own["label"], own["estimate"], strict=True))
    return league_table(leagues, beside=beside, level=a.settings.report.level)


QUESTIONS = (
    Question(
        name="league_table",
        page=RANKINGS,
        reads=("league_tables",),
        text=Message("What do published rankings really tell apart?"),
        call=_league,
        may=("scores",),
        takes=NO_LEAGUE,
        keys=("league_tables",),
    ),
    Question(
        name="trend",
        page=PAGE,
        text=Message("What has really changed?"),
        call=_trend,
        keys=("survey",),
        takes=Message(
            "What has really changed takes at least three waves (wave in the [survey] of "
            "study.toml, or trend where its periods are shorter)."
        ),
        **_MARKET,
    ),
    Question(
        name="mental_availability",
        page=PAGE,
        text=Message("Whom do customers think of, and when?"),
        call=_thought_of,
        keys=("survey",),
        takes=Message(
            "Whom customers think of takes ticks of what comes to mind for each bank (cues or "
            "images in the [survey] of study.toml)."
        ),
        **_MARKET,
    ),
    Question(
        name="sharing",
        page=PAGE,
        text=Message("With whom do we share customers?"),
        call=_sharing,
        keys=("survey.holds",),
        takes=Message(
            "With whom customers are shared takes the banks that each person is a customer of "
            "(holds in the [survey] of study.toml)."
        ),
        **_MARKET,
    ),
    Question(
        name="funnel",
        page=PAGE,
        text=Message("Where do we lose people?"),
        call=_funnel,
        keys=("survey.funnel",),
        takes=Message(
            "Where people are lost takes the banks they know, consider and use (funnel in the "
            "[survey] of study.toml)."
        ),
        **_MARKET,
    ),
    Question(
        name="reach",
        page=PAGE,
        text=Message("Which few services reach most?"),
        call=_reach,
        keys=("survey.reach",),
        leads=False,
        takes=Message(
            "Which few services reach most takes what each person would use (reach in the "
            "[survey] of study.toml)."
        ),
        **_MARKET,
    ),
    Question(
        name="kano",
        page=PAGE,
        text=Message("Which services must be there, and which delight?"),
        call=_kano,
        keys=("survey.kano",),
        takes=Message(
            "Which services must be there takes what people say to having and to lacking each "
            "(kano in the [survey] of study.toml)."
        ),
        **_MARKET | {"may": ("weights", "penalties")},
    ),
    Question(
        name="tabs",
        page=PAGE,
        text=Message("Who answers what?"),
        call=_tabs,
        keys=("survey",),
        leads=False,
        takes=Message(
            "Who answers what takes groups of customers (banner or segments in the [survey] of "
            "study.toml)."
        ),
        **_MARKET,
    ),
)
