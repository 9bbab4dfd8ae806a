"""What a study's survey says of satisfaction, computed in one place for all its reports.

Each function gives None where the study has no evidence for its question: no survey, or a key of
``[survey]`` in study.toml that is not there.
"""

from __future__ import annotations

from brandkit.core.survey_design import Weight
from brandkit.joins.wide_battery import n_brands, wide_battery
from brandkit.satisfaction import (
    ChoiceModel,
    CustomerSegments,
    DriverImportance,
    GroupComparison,
    PathModel,
    PenaltyReward,
    PerceivedAlikeness,
    ScaleReliability,
    ServicePriorities,
    SurveyWeights,
    choice_model,
    customer_segments,
    driver_importance,
    group_comparison,
    path_model,
    penalty_reward,
    perceived_alikeness,
    scale_reliability,
    service_priorities,
    service_quality,
    survey_weights,
)
from brandkit.sources import Study
from brandkit.sources.survey import Survey

#: Fewer drivers than this are not worth ranking.
FEWEST_DRIVERS = 2


def study_weights(study: Study) -> SurveyWeights | None:
    """Bring a survey's answers to the population's margins that study.toml declares.

    Parameters
    ----------
    study : Study

    Returns
    -------
    SurveyWeights or None
        None where no margins are declared; the survey's own weight then holds by itself.

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> round(float(study_weights(read_study("sample")).glance().loc[0, "kish_effect"]), 1)
    1.1
    """
    survey = study.survey
    if survey is None or not study.margins:
        return None
    margins = {column: dict(shares) for column, shares in study.margins.items()}
    return survey_weights(survey, margins=margins, wave=survey.design.wave)  # type: ignore[arg-type]


def study_comparison(study: Study, *, weight: Weight | None = None) -> GroupComparison | None:
    """Compare the banks by overall satisfaction and recommendation; with one bank, its segments.

    Parameters
    ----------
    study : Study
    weight : SurveyWeights, optional
        As :func:`study_weights` gives it.

    Returns
    -------
    GroupComparison or None

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> study_comparison(read_study("sample")).glance().loc[0, "n_groups"].item()
    12
    """
    survey, section = study.survey, study.settings.survey
    if survey is None or section is None or not has_ratings(study):
        return None
    items = [item for item in (section.outcome, section.recommend) if item is not None]
    by = survey.design.brand if n_brands(survey) > 1 else next(iter(section.segments), None)
    if by is None:
        return None
    return group_comparison(
        survey, items=items, by=by, weight=weight,
        minimum_base=study.settings.report.minimum_base,
        suppress_below=study.settings.report.suppress_below,
    )  # fmt: skip


def study_alikeness(study: Study, *, weight: Weight | None = None) -> PerceivedAlikeness | None:
    """Say whether customers notice a difference between the banks.

    Parameters
    ----------
    study : Study
    weight : SurveyWeights, optional

    Returns
    -------
    PerceivedAlikeness or None
        None with fewer than two banks rated.

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> int(study_alikeness(read_study("sample")).glance().loc[0, "n_brands"])
    12
    """
    survey, section = study.survey, study.settings.survey
    if survey is None or section is None:
        return None
    if n_brands(survey) < 2:
        return _wide_alikeness(study, survey, section.images)
    images = [item for item in section.images if item in survey.responses]
    if section.outcome is None and not images:
        return None
    return perceived_alikeness(
        survey, items=[section.outcome] if section.outcome else None, images=images or None,
        smallest_difference=section.smallest_difference, weight=weight,
        suppress_below=study.settings.report.suppress_below, seed=study.seed,
    )  # fmt: skip


def _wide_alikeness(study: Study, survey: Survey, images: list[str]) -> PerceivedAlikeness | None:
    """Compare the images of a survey that asks about every bank in columns of its own."""
    battery = wide_battery(survey, images)
    if battery is None or battery.cells["brand"].nunique() < 2:
        return None
    answers = battery.answers()
    roles = ("respondent", "wave", "weight", "strata", "cluster")
    respondent, wave, weight, strata, cluster = (
        role if role in answers else None for role in roles
    )
    return perceived_alikeness(
        answers, brand="brand", images=list(battery.attributes), respondent=respondent, wave=wave,
        weight=weight, strata=strata, cluster=cluster,
        suppress_below=study.settings.report.suppress_below, seed=study.seed,
    )  # fmt: skip


def study_drivers(
    study: Study, *, by: str | None = None, weight: Weight | None = None
) -> DriverImportance | None:
    """Rank what drives satisfaction.

    Parameters
    ----------
    study : Study
    by : str, optional
        Column of groups to compare.
    weight : SurveyWeights, optional

    Returns
    -------
    DriverImportance or None

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> study_drivers(read_study("sample")).drivers["driver"].head(2).tolist()
    ['counter', 'lobby']
    """
    survey, section = study.survey, study.settings.survey
    if survey is None or section is None or section.outcome is None:
        return None
    if len(section.drivers) < FEWEST_DRIVERS:
        return None
    return driver_importance(
        survey, outcome=section.outcome, drivers=section.drivers, missing="drop", by=by,
        weight=weight, seed=study.seed,
    )  # fmt: skip


def study_penalties(study: Study, *, weight: Weight | None = None) -> PenaltyReward | None:
    """Tell core services from extended ones: what hurts when poor, what delights when good.

    Parameters
    ----------
    study : Study
    weight : SurveyWeights, optional

    Returns
    -------
    PenaltyReward or None

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> roles = study_penalties(read_study("sample")).attributes.set_index("attribute")["role"]
    >>> roles["waiting"], roles["digital"]
    ('basic', 'exciting')
    """
    survey, section = study.survey, study.settings.survey
    if survey is None or section is None or section.outcome is None or not section.drivers:
        return None
    return penalty_reward(
        survey, outcome=section.outcome, attributes=section.drivers, missing="drop",
        weight=weight, seed=study.seed, minimum_base=study.settings.report.minimum_base,
        suppress_below=study.settings.report.suppress_below,
    )  # fmt: skip


def study_paths(study: Study, *, weight: Weight | None = None) -> PathModel | None:
    """Fit the path model that study.toml declares.

    Parameters
    ----------
    study : Study
    weight : SurveyWeights, optional

    Returns
    -------
    PathModel or None

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> study_paths(read_study("sample")).blocks["block"].tolist()
    ['IMAG', 'EXPE', 'QUAL', 'VAL', 'SAT', 'LOY']
    """
    survey, section = study.survey, study.settings.survey
    if survey is None or section is None or not section.blocks or not section.paths:
        return None
    joins = [(source, target) for source, target in section.paths]
    return path_model(
        survey, blocks=section.blocks, paths=joins, missing="drop", weight=weight, seed=study.seed
    )


def study_priorities(
    study: Study,
    *,
    drivers: DriverImportance | None,
    roles: PenaltyReward | None = None,
    weight: Weight | None = None,
) -> ServicePriorities | None:
    """Say what the focus bank should do first.

    Parameters
    ----------
    study : Study
    drivers : DriverImportance or None
        As :func:`study_drivers` gives it.
    roles : PenaltyReward, optional
        As :func:`study_penalties` gives it.
    weight : SurveyWeights, optional

    Returns
    -------
    ServicePriorities or None
        None where there are no drivers, no focus, or no rivals rated.

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> study = read_study("sample", focus="Civic")
    >>> study_priorities(study, drivers=study_drivers(study)).brand
    'Civic'
    """
    survey, section = study.survey, study.settings.survey
    if survey is None or section is None or drivers is None or n_brands(survey) < 2:
        return None
    if study.focus is None or study.focus not in study.brands_of("survey"):
        return None
    quality = service_quality(
        survey, items=section.drivers, weight=weight,
        suppress_below=study.settings.report.suppress_below,
    )  # fmt: skip
    return service_priorities(drivers, quality=quality, brand=study.focus, roles=roles)


def study_tiers(study: Study, *, weight: Weight | None = None) -> CustomerSegments | None:
    """Compare the customers of the first declared grouping, such as tiers of balance.

    Parameters
    ----------
    study : Study
    weight : SurveyWeights, optional

    Returns
    -------
    CustomerSegments or None

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> study_tiers(read_study("sample")).glance().loc[0, "n_segments"].item()
    3
    """
    survey, section = study.survey, study.settings.survey
    if survey is None or section is None or not section.segments or section.outcome is None:
        return None
    items = list(dict.fromkeys([section.outcome, *section.drivers]))
    return customer_segments(
        survey, items=items, tiers=section.segments[0], weight=weight, seed=study.seed,
        suppress_below=study.settings.report.suppress_below,
    )  # fmt: skip


def study_reliability(study: Study) -> ScaleReliability | None:
    """Say how well the questions on satisfaction, or of the first block, hang together.

    Parameters
    ----------
    study : Study

    Returns
    -------
    ScaleReliability or None

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> round(float(study_reliability(read_study("sample")).scale["alpha_raw"].iloc[0]), 1)
    0.9
    """
    survey, section = study.survey, study.settings.survey
    if survey is None or section is None:
        return None
    whole = {name: items for name, items in section.blocks.items() if len(items) > 1}
    items = whole.get(target_block(study)) or next(iter(whole.values()), None)
    return None if items is None else scale_reliability(survey, items=items, missing="drop")


def target_block(study: Study) -> str:
    """Name the block that a path model is to explain: the outcome's own, else the last but one.

    Parameters
    ----------
    study : Study

    Returns
    -------
    str
        Empty where there are no blocks.

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> target_block(read_study("sample"))
    'SAT'
    """
    section = study.settings.survey
    if section is None or not section.blocks:
        return ""
    explained = [target for _, target in section.paths]
    own = [name for name, items in section.blocks.items() if section.outcome in items]
    fitting = [name for name in own if name in explained]
    return (fitting or [name for name in section.blocks if name in explained] or [""])[0]


def study_choice(study: Study, *, weight: Weight | None = None) -> ChoiceModel | None:
    """Explain which bank people choose by what they say of it.

    Parameters
    ----------
    study : Study
    weight : SurveyWeights, optional

    Returns
    -------
    ChoiceModel or None

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> len(study_choice(read_study("sample")).importance)
    14
    """
    survey, section = study.survey, study.settings.survey
    if survey is None or section is None or section.choice is None or n_brands(survey) < 2:
        return None
    images = [item for item in section.images if item in survey.responses]
    if not images or survey.design.respondent is None:
        return None
    return choice_model(
        survey, choice=section.choice, attributes=images, weight=weight, missing="drop"
    )


def has_ratings(study: Study) -> bool:
    """Say whether a survey has a question on satisfaction or recommendation."""
    section = study.settings.survey
    return section is not None and bool(section.outcome or section.recommend)
