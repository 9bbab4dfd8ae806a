"""What a study's evidence gives, computed in one place so that no two reports can disagree."""

from __future__ import annotations

from collections.abc import Mapping

from brandkit.core.errors import InputError, NotEnoughDataError
from brandkit.core.message import Message
from brandkit.language import date_text
from brandkit.overlap import BrandOverlap, brand_overlap, fit_reference
from brandkit.positioning import (
    CorrespondenceMap,
    MapStability,
    Opportunities,
    Repositioning,
    WaveMovement,
    correspondence_map,
    map_stability,
    opportunities,
    repositioning,
    wave_movement,
)
from brandkit.sampling.design import Weight
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
from brandkit.sources.catalog.reference import Reference
from brandkit.sources.survey.batteries import PickAny
from brandkit.sources.survey.survey import Survey


def study_positions(study: Study) -> CorrespondenceMap | None:
    """Map how a study's customers describe the banks.

    Parameters
    ----------
    study : Study

    Returns
    -------
    CorrespondenceMap or None
        As a contribution biplot of the brands; None where there is no image of them.

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> study_positions(read_study("sample")).scaling
    'row_green'
    """
    image = study.brand_image
    if image is None:
        return None
    return correspondence_map(
        image.values,
        scaling="row_green",
        supplementary_rows=image.supplementary_brands,
        supplementary_columns=image.supplementary_attributes,
    )


def study_reference(study: Study) -> Reference | None:
    """Fit what similarities are measured against, on the study's first catalogue.

    Later dates are then measured with the same yardstick, and a bank that enters moves nobody's
    similarity.

    Parameters
    ----------
    study : Study

    Returns
    -------
    Reference or None
        None where there is no catalogue.

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> study_reference(read_study("sample")).as_of
    '2024-03-01'
    """
    if study.settings.catalog is None:
        return None
    return fit_reference(next(iter(study.catalogs.values())))


def study_overlap(study: Study) -> BrandOverlap | None:
    """Score how alike the banks' offers are at the newest date.

    Parameters
    ----------
    study : Study
        Its ``[catalog] weights`` weigh the facets, its seed seeds the draws.

    Returns
    -------
    BrandOverlap or None
        None where there is no catalogue.

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> len(study_overlap(read_study("sample")).brands)
    12
    """
    catalog, section = study.catalog, study.settings.catalog
    if catalog is None or section is None:
        return None
    return brand_overlap(
        catalog, weights=section.weights or None, reference=study_reference(study), seed=study.seed
    )


def n_brands(survey: Survey) -> int:
    """Count the banks that a survey's rows are about; 1 where no column says."""
    column = survey.design.brand
    return 1 if column is None else int(survey.responses[column].nunique())


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


#: What a what-if raises, in shares of the bank's base, and how many are looked at.
RAISE, MOST_MOVES = 0.10, 3


def study_stability(study: Study, *, weight: Weight | None = None) -> MapStability | None:
    """Map how customers describe the banks, from their single answers.

    Parameters
    ----------
    study : Study
    weight : SurveyWeights, optional
        For surveys of one row a respondent and bank; others bring their own weight.

    Returns
    -------
    MapStability or None
        None where the survey has no image answers about two banks or more.

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> study_stability(read_study("sample")).glance().loc[0, "n_brands"].item()
    12
    """
    survey, section = study.survey, study.settings.survey
    if survey is None or section is None:
        return None
    if n_brands(survey) > 1:
        if not section.images:
            return None
        return map_stability(survey, attributes=section.images, weight=weight, seed=study.seed)
    battery = wide_battery(survey, section.images)
    return None if battery is None else map_stability(battery, seed=study.seed)


def study_movement(study: Study, *, weight: Weight | None = None) -> WaveMovement | None:
    """Say which banks' images moved between the waves of a survey.

    Parameters
    ----------
    study : Study
    weight : SurveyWeights, optional

    Returns
    -------
    WaveMovement or None
        None with fewer than two waves, or without image answers.

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> moves = study_movement(read_study("sample")).moves
    >>> moves.loc[moves["moved"], "brand"].tolist()
    ['Juniper']
    """
    survey, section = study.survey, study.settings.survey
    if survey is None or section is None or survey.design.wave is None:
        return None
    if survey.responses[survey.design.wave].nunique() < 2:
        return None
    if n_brands(survey) > 1:
        if not section.images:
            return None
        return wave_movement(survey, attributes=section.images, weight=weight, seed=study.seed)
    battery = wide_battery(survey, section.images)
    return None if battery is None else wave_movement(battery, seed=study.seed)


def study_opportunities(study: Study, *, stability: MapStability | None) -> Opportunities | None:
    """Look for free ground on a study's map, seen from the focus bank.

    Parameters
    ----------
    study : Study
    stability : MapStability or None

    Returns
    -------
    Opportunities or None
        None without a map of two axes and four banks.

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> study = read_study("sample")
    >>> len(study_opportunities(study, stability=study_stability(study)).spots) > 0
    True
    """
    if stability is None:
        return None
    on_map = set(stability.map.rows["label"].astype(str))
    try:
        return opportunities(
            stability, brand=study.focus if study.focus in on_map else None, seed=study.seed
        )
    except NotEnoughDataError:
        return None


def study_what_ifs(
    study: Study,
    *,
    stability: MapStability | None,
    choice: ChoiceModel | None = None,
    room: Opportunities | None = None,
) -> Repositioning | None:
    """Ask what ten points more would do for the focus bank, where it counts most.

    Parameters
    ----------
    study : Study
    stability : MapStability or None
    choice : ChoiceModel, optional
        What decides for a bank: its three most telling attributes are raised, and shares of
        choices told.
    room : Opportunities, optional
        Without a choice model: what people would have to say at the freest ground.

    Returns
    -------
    Repositioning or None
        None without a map with the focus bank, or without either evidence.

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> study = read_study("sample")
    >>> there = study_stability(study)
    >>> room = study_opportunities(study, stability=there)
    >>> what_ifs = study_what_ifs(study, stability=there, room=room)
    >>> what_ifs.brand, len(what_ifs.moves)
    ('Harbour Bank', 3)
    """
    if stability is None or study.focus is None:
        return None
    cells = stability.cells[stability.cells["brand"].astype(str) == study.focus]
    if cells.empty:
        return None
    present = dict(zip(cells["attribute"].astype(str), cells["share"], strict=True))
    wanted = _wanted(choice, room)
    moves: dict[str, Mapping[str, float]] = {
        name: {name: min(RAISE, 1.0 - present[name])} for name in wanted if name in present
    }
    if not moves:
        return None
    moves = dict(list(moves.items())[:MOST_MOVES])
    return repositioning(
        stability, brand=study.focus, changes=moves, preference=choice, seed=study.seed
    )


def _wanted(choice: ChoiceModel | None, room: Opportunities | None) -> list[str]:
    """Name the attributes to raise, the most promising first."""
    if choice is not None:
        ranked = choice.importance.sort_values("estimate", ascending=False, kind="stable")
        return [str(label) for label in ranked["label"]]
    if room is None or room.changes.empty:
        return []
    first = room.changes[room.changes["spot"] == room.changes["spot"].iloc[0]]
    ranked = first.sort_values("change", ascending=False, kind="stable")
    return [str(name) for name in ranked["attribute"]]


Fact = tuple[Message, Message]


def study_facts(study: Study) -> tuple[Fact, ...]:
    """Say how many customers and products stand behind a study's reports.

    Parameters
    ----------
    study : Study

    Returns
    -------
    tuple of (Message, Message)
        What is told, and its value.

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> facts = study_facts(read_study("sample"))
    >>> [f"{label}: {value}" for label, value in facts][:2]
    ['Customers: 3,000, 7,123 answers about a bank', 'Weights: weight']
    """
    return (*_survey_facts(study), *_catalog_facts(study))


def _survey_facts(study: Study) -> tuple[Fact, ...]:
    survey = study.survey
    if survey is None:
        return ()
    size = {"people": survey.n_respondents, "rows": len(survey.responses)}
    if size["people"] == size["rows"]:
        customers = Message("{people:count}", size)
    else:
        customers = Message("{people:count}, {rows:count} answers about a bank", size)
    facts = [(Message("Customers"), customers)]
    weight, wave = survey.design.weight, survey.design.wave
    weighed = Message("none") if weight is None else Message("{column}", {"column": weight})
    facts.append((Message("Weights"), weighed))
    if wave is not None:
        waves = sorted(str(label) for label in survey.labelled(wave).dropna().unique())
        facts.append((Message("Waves"), Message("{waves}", {"waves": waves})))
    return tuple(facts)


def _catalog_facts(study: Study) -> tuple[Fact, ...]:
    catalog = study.catalog
    if catalog is None:
        return ()
    size = {"offers": len(catalog.products), "brands": len(catalog.brands)}
    products = Message("{offers:count} of {brands:count} banks", size)
    facts = [(Message("Products"), products)]
    if study.settings.catalog is not None and study.settings.catalog.dates:
        days = sorted(entry.as_of for entry in study.settings.catalog.dates)
        said = Message("{days}", {"days": [date_text(day) for day in days]})
        facts.append((Message("Catalogue dates"), said))
    return tuple(facts)
