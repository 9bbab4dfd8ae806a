"""The brief: what the evidence of a study says, gathered on one page."""

from __future__ import annotations

from dataclasses import dataclass, field

from brandkit.core.errors import NotEnoughDataError
from brandkit.core.message import Finding, Message, Settled
from brandkit.overlap import BrandOverlap, catalog_gaps
from brandkit.overlap.brands.story import brand_overlap_findings, brand_overlap_headline
from brandkit.positioning import CorrespondenceMap, MapStability
from brandkit.positioning.maps.story import NO_BRAND_TABLE
from brandkit.satisfaction import PerceivedAlikeness, ServicePriorities, SurveyWeights
from brandkit.satisfaction.alikeness.story import perceived_alikeness_findings
from brandkit.satisfaction.drivers.story import NO_DRIVERS
from brandkit.satisfaction.service.story import service_priorities_findings
from brandkit.sources import Study
from brandkit.strategy.links.distances import DistanceLink, distance_link
from brandkit.strategy.reading.reading import StrategyReading, strategy_reading
from brandkit.strategy.study_results import (
    study_alikeness,
    study_choice,
    study_drivers,
    study_opportunities,
    study_overlap,
    study_penalties,
    study_positions,
    study_priorities,
    study_stability,
    study_weights,
    study_what_ifs,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class CustomerFindings:
    """What the ratings of a study's survey give.

    Parameters
    ----------
    findings : tuple of Finding
        At most two: whether customers notice a difference, and what the focus bank does first.
    alike : PerceivedAlikeness or None
    todo : ServicePriorities or None
    """

    findings: tuple[Finding, ...] = ()
    alike: PerceivedAlikeness | None = None
    todo: ServicePriorities | None = None


def customer_findings(study: Study, *, weight: SurveyWeights | None = None) -> CustomerFindings:
    """Gather what a study's customers say of the focus bank and its rivals.

    Parameters
    ----------
    study : Study
    weight : SurveyWeights, optional

    Returns
    -------
    CustomerFindings

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> found = customer_findings(read_study("sample"))
    >>> str(found.findings[0].headline)
    'Which bank it is explains little of what customers say.'
    """
    section = study.settings.survey
    if section is None or section.outcome is None:
        return CustomerFindings()
    alike = study_alikeness(study, weight=weight)
    drivers = study_drivers(study, weight=weight)
    roles = study_penalties(study, weight=weight)
    todo = study_priorities(study, drivers=drivers, roles=roles, weight=weight)
    findings: tuple[Finding, ...] = ()
    if alike is not None:
        findings += perceived_alikeness_findings(alike, focus=study.focus)[:1]
    if todo is not None:
        findings += service_priorities_findings(todo)[:1]
    return CustomerFindings(findings=findings, alike=alike, todo=todo)


MOST_FINDINGS = 5
"""A page of more is read by nobody."""
_FIRMNESS: tuple[Settled, ...] = ("open", "likely", "clear")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Brief:
    """What leadership should know, and what this study cannot tell them.

    Parameters
    ----------
    headline : Message
        The one sentence to remember.
    lede : Message
        What it stands on.
    joint, about_customers, about_strategy, about_products, about_image : tuple of Finding
        At most five in all: what products and image say together, whether customers notice and
        what comes first, which options are open, and what products and image say by themselves.
    customers : CustomerFindings
        What the survey's ratings give, where there are any.
    link : DistanceLink or None
        Distances of products beside distances of images, where both are there.
    options : StrategyReading or None
        The focus bank's options, read by rule, where there is a catalogue.
    stability : MapStability or None
        The map with its doubt, where the survey has image answers.
    overlap : BrandOverlap or None
        The comparison of offers, where the study has a catalogue.
    positions : CorrespondenceMap or None
        The map, where the study has an image of the banks.
    unanswered : tuple of Message
        Questions left open for want of evidence, and what it would take.
    """

    headline: Message
    lede: Message
    joint: tuple[Finding, ...]
    about_products: tuple[Finding, ...]
    about_image: tuple[Finding, ...]
    overlap: BrandOverlap | None
    positions: CorrespondenceMap | None
    unanswered: tuple[Message, ...]
    about_customers: tuple[Finding, ...] = ()
    about_strategy: tuple[Finding, ...] = ()
    customers: CustomerFindings = field(default_factory=lambda: CustomerFindings())
    link: DistanceLink | None = None
    options: StrategyReading | None = None
    stability: MapStability | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All of them, the most important first."""
        return (
            *self.joint, *self.about_customers, *self.about_strategy, *self.about_products,
            *self.about_image,
        )  # fmt: skip


def brief(study: Study) -> Brief:
    """Gather what a study's evidence says, and what it cannot say.

    Parameters
    ----------
    study : Study
        Any study; what it has is used, what it lacks is named.

    Returns
    -------
    Brief

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> str(brief(read_study("sample")).headline)
    'Tidewater is nearest to Harbour Bank in products and in image'
    """
    overlap, weight = study_overlap(study), study_weights(study)
    stability = study_stability(study, weight=weight)
    positions = study_positions(study) if stability is None else stability.map
    customers = customer_findings(study, weight=weight)
    options = _options(study, overlap, stability, weight=weight)
    products = () if overlap is None else brand_overlap_findings(overlap, focus=study.focus)
    image = () if positions is None else positions.story(focus=study.focus).findings
    together = _together(overlap, positions, products, image, focus=study.focus)
    joint = () if together is None else (together,)
    image = image[len(joint) :]  # who is nearest by image is then said already
    strategy = () if options is None else options.story().findings[:1]
    room = MOST_FINDINGS - len(joint) - len(customers.findings) - len(strategy)
    n_products = min(len(products), (room + 1) // 2 if image else room)
    return Brief(
        headline=_headline(overlap, positions, together, focus=study.focus),
        lede=_lede(overlap, positions),
        joint=joint,
        about_customers=customers.findings,
        about_strategy=strategy,
        about_products=products[:n_products],
        about_image=image[: room - n_products],
        customers=customers,
        link=_link(overlap, positions if stability is None else stability),
        options=options,
        stability=stability,
        overlap=overlap,
        positions=positions,
        unanswered=_unanswered(study, has_image=positions is not None),
    )


def _options(
    study: Study,
    overlap: BrandOverlap | None,
    stability: MapStability | None,
    *,
    weight: SurveyWeights | None,
) -> StrategyReading | None:
    """Read the focus bank's gaps and what-ifs by rule."""
    catalog = study.catalog
    if catalog is None or overlap is None or study.focus not in catalog.brands:
        return None
    choice = study_choice(study, weight=weight)
    what_ifs = study_what_ifs(
        study,
        stability=stability,
        choice=choice,
        room=study_opportunities(study, stability=stability),
    )
    gaps = catalog_gaps(catalog, brand=study.focus, reference=overlap.reference)
    return strategy_reading(gaps, what_ifs=what_ifs, value=choice)


def _link(
    overlap: BrandOverlap | None, perceived: MapStability | CorrespondenceMap | None
) -> DistanceLink | None:
    """Set distances of products beside those of images, where both know enough banks."""
    if overlap is None or perceived is None:
        return None
    try:
        return distance_link(overlap, perceived=perceived)
    except NotEnoughDataError:
        return None


def _together(
    overlap: BrandOverlap | None,
    positions: CorrespondenceMap | None,
    products: tuple[Finding, ...],
    image: tuple[Finding, ...],
    *,
    focus: str | None,
) -> Finding | None:
    """Compare the nearest rival in products with that in image; as settled as the weaker."""
    if overlap is None or positions is None or focus is None:
        return None
    sold = dict(zip(overlap.brands["brand"], overlap.brands["nearest_rival"], strict=True))
    seen = dict(zip(positions.nearest["label"], positions.nearest["nearest"], strict=True))
    by_products, by_image = sold.get(focus), seen.get(focus)
    if not isinstance(by_products, str) or not isinstance(by_image, str):
        return None
    values = {"brand": focus, "rival": by_products, "other": by_image}
    settled = min(products[0].settled, image[0].settled, key=_FIRMNESS.index)
    detail = Message(
        "By products the nearest of {n:count} rivals, by image of {m:count}; two rankings of one "
        "bank show agreement, not cause.",
        {"n": int(overlap.brands["n_rivals"].max()), "m": len(positions.nearest) - 1},
    )
    if by_products == by_image:
        headline = Message("{rival} is nearest to {brand} in products and in image.", values)
        return Finding(headline, detail, settled)
    headline = Message(
        "{brand} is nearest to {rival} in products, but to {other} in image.", values
    )
    return Finding(headline, detail, settled)


def _headline(
    overlap: BrandOverlap | None,
    positions: CorrespondenceMap | None,
    together: Finding | None,
    *,
    focus: str | None,
) -> Message:
    if together is not None:
        values = together.headline.values
        if values["rival"] == values["other"]:
            return Message("{rival} is nearest to {brand} in products and in image", values)
        return Message("{brand} is nearest to {rival} in products, but to {other} in image", values)
    if overlap is not None:
        return brand_overlap_headline(overlap, focus=focus)
    if positions is not None:
        return positions.story(focus=focus).headline
    return Message("What the evidence of this study can and cannot answer")


def _lede(overlap: BrandOverlap | None, positions: CorrespondenceMap | None) -> Message:
    offers = 0 if overlap is None else int(overlap.brands["n_offers"].sum())
    mentions = 0.0 if positions is None else positions.n
    values = {"offers": offers, "mentions": mentions}
    if overlap is not None and positions is not None:
        return Message(
            "{offers:count} products compared within their category, and {mentions:count} mentions "
            "of attributes by customers. Each statement says how settled it is.",
            values,
        )
    if overlap is not None:
        return Message(
            "{offers:count} products compared within their category. Each statement says how "
            "settled it is.",
            values,
        )
    if positions is not None:
        return Message(
            "{mentions:count} mentions of attributes by customers. Each statement says how settled "
            "it is.",
            values,
        )
    return Message("Neither a catalogue nor an image of the banks, so no comparison.")


def _unanswered(study: Study, *, has_image: bool) -> tuple[Message, ...]:
    """Name the questions this study leaves open, and the evidence each of them takes."""
    settings = study.settings
    missing = []
    if not has_image:
        missing.append(NO_BRAND_TABLE)
    if settings.catalog is None:
        missing.append(
            Message(
                "How alike the banks' offers are: it takes a product catalogue ([catalog] in "
                "study.toml)."
            )
        )
    if settings.branches is None:
        missing.append(
            Message(
                "Where the banks meet: it takes their branches by market ([branches] in "
                "study.toml)."
            )
        )
    if settings.survey is None:
        missing.append(
            Message(
                "How sure the places on the map are, and what drives satisfaction: it takes the "
                "answers of single respondents ([survey] in study.toml)."
            )
        )
    elif settings.survey.outcome is None or not settings.survey.drivers:
        missing.append(NO_DRIVERS)
    return tuple(missing)
