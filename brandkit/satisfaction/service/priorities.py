"""Service priorities: what matters, what kind of service it is, and where the bank stands in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from brandkit.core.errors import InputError, did_you_mean, shown
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.satisfaction.drivers.drivers import DriverImportance
from brandkit.satisfaction.penalty.penalty import PenaltyReward
from brandkit.satisfaction.service.service import ServiceQuality

Priority = Literal["act", "keep", "secure", "watch", "later"]

#: What must be true, in this order, in words; the first that holds gives the priority.
PRIORITY_NAMES: Final[dict[Priority, Message]] = {
    "act": Message("Act first"),
    "keep": Message("Keep the lead"),
    "secure": Message("Secure"),
    "watch": Message("Watch"),
    "later": Message("Later"),
}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ServicePriorities(Result):
    """What to do first, service by service.

    Parameters
    ----------
    services : DataFrame
        One row a service, the most urgent first: ``item label importance share above_noise role
        score estimate std_error ci_low ci_high ci_level p_adjusted priority n``. ``estimate`` is
        the bank's mean less the plain mean of its rivals, in scale points.
    brand : str
        The bank.
    """

    services: pd.DataFrame
    brand: str

    def tidy(self) -> pd.DataFrame:
        """Give the services."""
        return self.services.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: how many services are to be acted on first, kept up and secured."""
        counts = {f"n_{name}": [int((self.services["priority"] == name).sum())]
                  for name in ("act", "keep", "secure")}  # fmt: skip
        return pd.DataFrame({"brand": [self.brand], "n_items": [len(self.services)], **counts})


def service_priorities(
    drivers: DriverImportance,
    *,
    quality: ServiceQuality,
    brand: str,
    roles: PenaltyReward | None = None,
    level: float = 0.95,
) -> ServicePriorities:
    """Say what a bank should do first, from what matters and where it lags behind.

    Answers *where does effort pay?*: a service that matters and in which rivals are better comes
    first; one that matters little can wait, however badly it is done.

    Parameters
    ----------
    drivers : DriverImportance
        How much each service matters.
    quality : ServiceQuality
        How well the banks do in each of them.
    brand : str
        The bank; there must be rivals.
    roles : PenaltyReward, optional
        Which services are basic: those are secured even where the bank is level with its rivals.
    level : float, default 0.95
        A difference from the rivals counts where its Holm-adjusted p-value over the banks is at
        most 1 - level.

    Returns
    -------
    ServicePriorities

    Raises
    ------
    InputError
        The bank has no rivals in `quality`, or no service is in both.

    Notes
    -----
    A service matters where its importance is above its noise floor and its share of all
    importance is at least half of an even share, 1/(2 drivers). Then, in this order: ``act``, it
    matters and the bank is behind; ``keep``, it matters and the bank is ahead; ``secure``, it
    matters, is basic, and the bank is level; ``watch``, it matters and the bank is level;
    ``later``, it does not matter.

    References
    ----------
    Martilla, J. A. and James, J. C. (1977). Importance-performance analysis. Journal of Marketing
    41(1), 77-79. doi:10.1177/002224297704100112

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> from brandkit.satisfaction.drivers.drivers import driver_importance
    >>> from brandkit.satisfaction.service.service import service_quality
    >>> study = read_study("sample")
    >>> services = study.settings.survey.drivers
    >>> what_matters = driver_importance(study.survey, outcome="sat1", drivers=services,
    ...     missing="drop", draws=100)
    >>> done = service_quality(study.survey, items=services)
    >>> first = service_priorities(what_matters, quality=done, brand="Civic")
    >>> first.services["priority"].iloc[0]
    'act'
    """
    standing = _standing(quality, brand)
    known = drivers.drivers[["driver", "label", "importance", "share", "above_noise"]]
    frame = known.rename(columns={"driver": "item"}).merge(standing, on="item", how="inner")
    if frame.empty:
        raise InputError(
            "`quality` must hold the services that `drivers` ranks; found "
            f"{shown(standing['item'].tolist())}. Make both of the same items."
        )
    role_of = {} if roles is None else dict(roles.attributes[["attribute", "role"]].to_numpy())
    frame["role"] = [role_of.get(item) for item in frame["item"]]
    n_drivers = len(drivers.drivers)
    matters = frame["above_noise"].astype(bool) & (frame["share"] >= 0.5 / n_drivers)
    differs = matters & (frame["p_adjusted"] <= 1 - level)
    rules = [differs & (frame["estimate"] < 0), differs, matters & (frame["role"] == "basic")]
    rank = np.select([*rules, matters], range(4), 4)
    frame["priority"] = [list(PRIORITY_NAMES)[at] for at in rank]

    ranked = frame.assign(rank=rank).sort_values(
        ["rank", "importance"], ascending=[True, False], kind="stable", ignore_index=True
    )
    notes = []
    if roles is None:
        notes.append(Message("Which services are basic is not known here, so none is secured."))
    if n_lost := n_drivers - len(frame):
        text = "{n:count} {n:driver|drivers} without a score of the bank {n:is|are} left out."
        notes.append(Message(text, {"n": n_lost}))
    columns = ["item", "label", "importance", "share", "above_noise", "role", "score", *_STANDING]
    return ServicePriorities(
        services=ranked[[*columns, "priority", "n"]], brand=brand, notes=tuple(notes)
    )


_STANDING = ["estimate", "std_error", "ci_low", "ci_high", "ci_level", "p_adjusted"]


def _standing(quality: ServiceQuality, brand: str) -> pd.DataFrame:
    """Give a bank's score in each item, and its difference from the mean of its rivals."""
    own, scores = (
        frame[(frame["kind"] == "item") & (frame["brand"] == brand)]
        for frame in (quality.comparisons, quality.scores)
    )
    banks = sorted(map(str, quality.scores["brand"].dropna().unique()))
    if brand not in banks:
        raise InputError(
            f"`brand` must be one of the banks rated, {shown(banks, most=12)}; found "
            f"{shown(brand)}.{did_you_mean(brand, banks)}"
        )
    if own.empty:
        raise InputError(
            f"`quality` must compare {shown(brand)} with rivals; found no other bank. Where a "
            "study has one bank only, look at importance_performance."
        )
    return own[["item", *_STANDING]].merge(scores[["item", "score", "n"]], on="item", how="left")
