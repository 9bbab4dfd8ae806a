"""Surveys that ask about every bank in columns of its own, beside those of one row a bank."""

from __future__ import annotations

from brandkit.core.errors import InputError
from brandkit.sources.batteries import PickAny
from brandkit.sources.survey import Survey


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
