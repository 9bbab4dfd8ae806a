"""How the kinds of services are called."""

from __future__ import annotations

from typing import Final

import pandas as pd

from brandkit.core.message import Message

ROLE_NAMES: Final = {
    "basic": Message("basic factor"),
    "performance": Message("performance factor"),
    "exciting": Message("exciting factor"),
    "undecided": Message("undecided"),
}
HARDLY: Final = Message("hardly matters")

#: The order in which kinds are shown.
ORDER: Final = ("basic", "performance", "exciting", "undecided")


def role_name(role: str, *, matters: bool = True) -> Message:
    """Give a kind's name.

    Examples
    --------
    >>> str(role_name("basic")), str(role_name("undecided", matters=False))
    ('basic factor', 'hardly matters')
    """
    return ROLE_NAMES[role] if matters else HARDLY


def by_role(attributes: pd.DataFrame) -> pd.DataFrame:
    """Sort attributes by kind, what matters first, the larger effect first within a kind.

    Parameters
    ----------
    attributes : DataFrame
        Of a ``PenaltyReward``.
    """
    size = -(attributes["reward"].fillna(0.0) - attributes["penalty"].fillna(0.0))
    place = attributes["role"].map({role: at for at, role in enumerate(ORDER)})
    keys = pd.DataFrame({"place": place, "idle": ~attributes["matters"].astype(bool), "size": size})
    return attributes.loc[keys.sort_values(["place", "idle", "size"], kind="stable").index]
