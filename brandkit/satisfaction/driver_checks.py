"""Checks of drivers and outcome before anything is computed: what is refused and what left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

import numpy as np

from brandkit.core.checks import check_level, check_option, check_whole_number
from brandkit.core.errors import InputError, NotEnoughDataError, shown
from brandkit.core.linalg import Floats
from brandkit.core.survey_rows import MissingRule, SurveyRows
from brandkit.satisfaction.centred import NO_VARIANCE, centred_values
from brandkit.satisfaction.driver_estimates import Method

MOST_DRIVERS = 20
"""Drivers whose subsets can all be met; 21 would take a gigabyte."""


def check_call(
    outcome: str,
    drivers: Sequence[str],
    *,
    method: str,
    missing: str,
    level: float,
    draws: int,
) -> None:
    """Refuse arguments that break their rules, before any data are looked at."""
    check_option("method", method, get_args(Method))
    check_option("missing", missing, get_args(MissingRule))
    check_level(level)
    check_whole_number("draws", draws, low=2)
    if isinstance(drivers, str):
        raise InputError(
            f"`drivers` must be a list of columns; found the text {shown(drivers)}. "
            f"Write [{drivers!r}]."
        )
    if outcome in drivers:
        raise InputError(
            f"`drivers` must not name the outcome; found {shown(outcome)} in both. "
            "Take it out of one of them."
        )
    if not 1 <= len(drivers) <= MOST_DRIVERS:
        raise InputError(
            f"`drivers` must name 1 to {MOST_DRIVERS} columns; found {len(drivers)}. "
            "Leave out those that ask the same, or put their mean in their place."
        )


def without_constants(rows: SurveyRows, within: str | None) -> tuple[SurveyRows, list[str]]:
    """Leave out drivers that do not vary, and refuse an outcome that does not."""
    weight = rows.weight[:, None]
    whole = (weight * centred_values(rows) ** 2).sum(axis=0)
    inside = (weight * centred_values(rows, within) ** 2).sum(axis=0)
    size = (weight * np.nan_to_num(rows.values) ** 2).sum(axis=0)
    varies = (inside > NO_VARIANCE * whole) & (whole > 1e-18 * size)
    outcome, drivers = rows.columns[-1], rows.columns[:-1]
    where = "" if within is None else f" within {shown(within)}"
    if not varies[-1]:
        raise InputError(
            f"`outcome` must vary{where}; found the same answer in all {len(rows)} rows of "
            f"{shown(outcome)}. Take another outcome."
        )
    kept = [name for name, some in zip(drivers, varies[:-1], strict=True) if some]
    constant = [name for name in drivers if name not in kept]
    if not kept:
        raise NotEnoughDataError(
            f"`drivers` must vary{where}; found the same answer in all rows of "
            f"{shown(constant)}. Take other drivers."
        )
    return (rows if not constant else _only(rows, [*kept, outcome])), constant


def _only(rows: SurveyRows, columns: Sequence[str]) -> SurveyRows:
    places = [rows.columns.index(name) for name in columns]
    return replace(rows, columns=tuple(columns), values=rows.values[:, places])


def check_size(rows: SurveyRows) -> None:
    """Refuse fewer persons than drivers + 2, or than 10."""
    needed = max(10, len(rows.columns) + 1)
    if rows.n_persons < needed:
        raise NotEnoughDataError(
            f"`data` must have at least {needed} persons for {len(rows.columns) - 1} drivers; "
            f"found {rows.n_persons} in {len(rows)} rows. Take fewer drivers, or pool waves."
        )


def check_possible(correlation: Floats) -> None:
    """Refuse correlations of pairs that cannot occur together."""
    if np.linalg.eigvalsh(correlation)[0] < -1e-8:
        raise InputError(
            "`missing` = 'pairwise' must give correlations that can occur together; found some "
            "that no answers could have. Too many answers are missing: write missing='drop'."
        )
