"""Whether services beside the core go with satisfaction, or against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from brandkit.core.errors import InputError, check_level, require_unique, shown
from brandkit.core.intervals import holm
from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.sampling.design import SurveyData, SurveyRows
from brandkit.sampling.rows import Data, Weight, survey_rows
from brandkit.satisfaction.fitting import centred_values, estimate_columns, root

Effect = Literal["against", "with", "open"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ExtendedServices(Result):
    """How satisfaction goes with extended services, other services held.

    Parameters
    ----------
    services : DataFrame
        One row an extended service: ``item label is_tick share estimate std_error ci_low ci_high
        p_value p_adjusted alone effect n``. ``estimate`` is the outcome's difference in points
        between who got it and who did not (``is_tick``; ``share`` got it), or a point of its
        rating; ``alone`` the same without the other services; Holm over the services. ``effect``
        is "against" or "with" where the test holds and ``alone`` has the same sign, else "open".
    outcome, outcome_label : str
    n_core : int
        Core services held.
    n, n_respondents, n_dropped : int
    level : float
    """

    services: pd.DataFrame
    outcome: str
    outcome_label: str
    n_core: int
    n: int
    n_respondents: int
    n_dropped: int
    level: float

    def glance(self) -> pd.DataFrame:
        """Give one row: how many services, and how many go against the outcome."""
        return self._row(
            "outcome n_items n_against n n_respondents n_dropped ci_level",
            n_items=len(self.services),
            ci_level=self.level,
            n_against=int((self.services["effect"] == "against").sum()),
        )


def extended_services(
    data: Data,
    *,
    outcome: str,
    extended: Sequence[str],
    core: Sequence[str] = (),
    brand: str | None = None,
    weight: Weight | None = None,
    respondent: str | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    missing: Literal["drop", "raise"] = "drop",
    level: float = 0.95,
) -> ExtendedServices:
    """Say whether services beside the core go with satisfaction, or against it.

    Answers *do gifts and outings go with satisfaction, or against it?*

    Parameters
    ----------
    data : DataFrame or Survey
    outcome : str
    extended : sequence of str
        Columns: ratings, or 1 where the customer got it and 0 where not.
    core : sequence of str
        Columns of the core services, held; they keep a bank that serves well and gives gifts from
        looking as if gifts did it.
    brand : str, optional
        Rows are centred on each brand; a survey's own where it has one.
    weight, respondent, strata, cluster : optional
        The design, as everywhere.
    missing : "drop" or "raise", default "drop"
    level : float, default 0.95

    Returns
    -------
    ExtendedServices

    Raises
    ------
    InputError
        A column is unknown, no number, never varies, or stands twice.

    Notes
    -----
    Weighted least squares of the outcome on all services, within brands; errors linearised over
    persons or clusters; Student's t. Who gets an outing is no accident: this is no effect of it.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> core, gift = rng.normal(7, 1, 300), rng.integers(0, 2, 300)
    >>> frame = pd.DataFrame({"sat": core - 0.8 * gift + rng.normal(0, 1, 300),
    ...                       "claims": core, "outing": gift})
    >>> result = extended_services(frame, outcome="sat", extended=["outing"], core=["claims"])
    >>> result.services[["item", "effect"]].values.tolist()
    [['outing', 'against']]
    """
    check_level(level)
    items = [*extended, *(item for item in core if item not in extended)]
    if isinstance(extended, str) or not extended:
        raise InputError(f"`extended` must be a list of columns; found {shown(extended)}.")
    require_unique("extended", [outcome, *items], what="column")
    own = data.design.get("brand") if isinstance(data, SurveyData) else None
    rows = survey_rows(
        data,
        columns=[outcome, *items],
        others=[one] if (one := brand or own) else [],
        weight=weight,
        respondent=respondent,
        strata=strata,
        cluster=cluster,
        missing=missing,
    )
    flat = [
        item
        for item, spread in zip(items, np.ptp(rows.values[:, 1:], axis=0), strict=True)
        if spread == 0
    ]
    if flat:
        raise InputError(
            f"`extended` and `core` must vary; found one answer in {shown(flat)}. Leave them out."
        )
    centred = centred_values(rows, one)

    slope, error = _slopes(rows, centred[:, 0], centred[:, 1:])
    m = len(extended)
    alone = [_slopes(rows, centred[:, 0], centred[:, [1 + at]])[0][0] for at in range(m)]
    return ExtendedServices(
        services=_frame(rows, np.column_stack([slope[:m], error[:m], alone]), level=level),
        outcome=outcome,
        outcome_label=rows.labels.get(outcome, outcome),
        n_core=len(items) - m,
        n=len(rows),
        n_respondents=rows.n_persons,
        n_dropped=rows.n_dropped,
        level=level,
        notes=(
            *rows.notes,
            Message(
                "Who gets an outing or a gift is no accident: that satisfaction goes with it does "
                "not say that it comes from it."
            ),
        ),
    )


def _slopes(rows: SurveyRows, y: Floats, x: Floats) -> tuple[Floats, Floats]:
    """Give weighted slopes (k,) of y (n,) on x (n, k), both centred, and their errors."""
    weighted = x * rows.weight[:, None]
    inverse = np.linalg.pinv(weighted.T @ x)
    slope = inverse @ (weighted.T @ y)
    influence = x * (y - x @ slope)[:, None] @ inverse
    return slope, root(rows.covariance(influence))


def _frame(rows: SurveyRows, found: Floats, *, level: float) -> pd.DataFrame:
    """Label slopes, errors and slopes alone, (services, 3)."""
    slope, error, alone = found.T
    items, values = rows.columns[1 : 1 + len(found)], rows.values[:, 1 : 1 + len(found)]
    ticks = np.isin(values, (0.0, 1.0)).all(axis=0)
    share = np.where(ticks, (rows.weight @ values) / rows.weight.sum(), np.nan)
    frame = pd.DataFrame(
        {
            "item": list(items),
            "label": [rows.labels.get(item, item) for item in items],
            "is_tick": ticks,
            "share": share,
            **estimate_columns(slope, error, rows.df, level=level),
        }
    )
    adjusted = holm(frame["p_value"].to_numpy())
    sure = (adjusted < 1 - level) & (np.sign(slope) == np.sign(alone))
    effect = np.where(sure, np.where(slope < 0, "against", "with"), "open")
    return frame.assign(p_adjusted=adjusted, alone=alone, effect=effect, n=len(rows))
