"""A survey with other rows in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from brandkit.core.survey_design import SurveyData
from brandkit.core.survey_rows import Data


@dataclass(frozen=True)
class SurveyWith:
    """A survey's codebook and design with rows that were worked on.

    Parameters
    ----------
    responses, codebook : DataFrame
    design : mapping
    """

    responses: pd.DataFrame
    codebook: pd.DataFrame
    design: Mapping[str, str | None]


def with_responses(data: Data, responses: pd.DataFrame) -> Data:
    """Put other rows in the place of the data's, as a frame or a survey, whichever it is.

    Parameters
    ----------
    data : DataFrame or Survey
    responses : DataFrame

    Returns
    -------
    DataFrame or SurveyWith

    Examples
    --------
    >>> with_responses(pd.DataFrame({"sat": ["low"]}), pd.DataFrame({"sat": [1]}))
       sat
    0    1
    """
    if isinstance(data, SurveyData):
        return SurveyWith(responses, data.codebook, data.design)
    return responses
