"""How much each facet counts, and where that comes from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import cast

from brandkit.core.errors import InputError, ScaleError, did_you_mean, shown
from brandkit.overlap.facets import FACETS, Facet

FACET_WEIGHTS: Mapping[Facet, float] = MappingProxyType({
    "features": 3.0, "fees": 1.0, "fee_amounts": 1.0, "rates": 1.0, "terms": 1.0,
    "eligibility": 1.0, "channels": 1.0, "regions": 1.0, "name": 0.5, "description": 0.5,
})  # fmt: skip
"""The default: what a product does counts most, what it is called least.

Features are what a customer gets and what every catalogue discloses most fully: 3. Which fees are
charged and how high they are count 1 each, as do rates, terms, eligibility, channels and regions:
each says one thing about the offer. Rates follow the market's rate, which moves all banks at once,
and so are not given more. Name and description together count 1: marketing words are a claim about
the product, not the product, yet they tell a student account from a premium one where lists do
not. Whether a finding hangs on these numbers is what :func:`weight_sensitivity` shows.
"""


def facet_weights(weights: Mapping[str, float] | None) -> dict[Facet, float]:
    """Check the weights of facets; those not named get none."""
    if weights is None:
        return dict(FACET_WEIGHTS)
    for facet, weight in weights.items():
        if facet not in FACETS:
            raise InputError(
                f"`weights` must name facets; found {shown(facet)}. They are {', '.join(FACETS)}."
                f"{did_you_mean(str(facet), FACETS)}"
            )
        if not (isinstance(weight, (int, float)) and math.isfinite(weight) and weight >= 0):
            raise ScaleError(f"`weights` must be finite and >= 0; found {weight!r} for {facet!r}.")
    if not any(weight > 0 for weight in weights.values()):
        raise InputError(
            "`weights` must give at least one facet a weight above 0. Leave `weights` out for the "
            "default ones."
        )
    return {cast("Facet", facet): float(weight) for facet, weight in weights.items()}
