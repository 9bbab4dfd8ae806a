"""What a study's evidence is: the facts a reader needs to weigh a report."""

from __future__ import annotations

from brandkit.core.message import Message
from brandkit.core.waves import wave_order, wave_text
from brandkit.language import date_text
from brandkit.sources import Study

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
        waves = list(map(wave_text, wave_order(survey.labelled(wave))))
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
