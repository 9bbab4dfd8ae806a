"""Which columns a method means: those it names, and the one that answers are centred on."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from brandkit.core.checks import require_columns, require_frame
from brandkit.core.errors import InputError, shown
from brandkit.core.survey_design import SurveyData
from brandkit.core.survey_rows import Data

NO_CENTRING = "none"


def check_names(data: Data, **named: Sequence[str]) -> None:
    """Refuse columns that are not there, by the argument that names them.

    Parameters
    ----------
    data : DataFrame or Survey
    **named : sequence of str
        The columns of each argument.
    """
    frame = data.responses if isinstance(data, SurveyData) else data
    require_frame("data", frame)
    for argument, names in named.items():
        require_columns(frame, names, argument=argument)


def within_column(data: Data, within: str | None, *, taken: Sequence[str]) -> str | None:
    """Give the column to centre on: the one named, or the brand where data hold several.

    Parameters
    ----------
    data : DataFrame or Survey
    within : str or None
        A column, ``"brand"`` for the survey's own whatever it is called, ``"none"`` for none; not
        given, the survey's brand column or one called ``brand`` if it holds several.
    taken : sequence of str
        Outcome and drivers.

    Returns
    -------
    str or None

    Examples
    --------
    >>> within_column(pd.DataFrame({"brand": ["a", "b"], "sat": [7, 8]}), None, taken=["sat"])
    'brand'
    """
    frame = data.responses if isinstance(data, SurveyData) else data
    if not isinstance(frame, pd.DataFrame) or within == NO_CENTRING:
        return None
    declared = data.design.get("brand") if isinstance(data, SurveyData) else None
    own = declared or "brand"
    if within is None:
        several = own in frame.columns and own not in taken and frame[own].nunique() > 1
        return own if several else None
    column = own if within == "brand" else within
    require_columns(frame, [column], argument="within")
    if column in taken:
        raise InputError(
            f"`within` must be another column than outcome and drivers; found {shown(column)}. "
            "Name the column of the brands, or write within='none'."
        )
    return column
