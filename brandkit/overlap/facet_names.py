"""What the facets are called where people read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from brandkit.core.message import Message

FACET_NAMES: Mapping[str, Message] = MappingProxyType({
    "features": Message("Features"),
    "fees": Message("Which fees"),
    "eligibility": Message("Who may have it"),
    "channels": Message("Channels"),
    "regions": Message("Regions"),
    "rates": Message("Rates"),
    "fee_amounts": Message("How high the fees"),
    "terms": Message("Terms and limits"),
    "name": Message("Name"),
    "description": Message("Description"),
})  # fmt: skip


def facet_name(facet: str) -> Message:
    """Give what a facet is called.

    Parameters
    ----------
    facet : str

    Returns
    -------
    Message

    Examples
    --------
    >>> str(facet_name("fee_amounts"))
    'How high the fees'
    """
    return FACET_NAMES[facet]
