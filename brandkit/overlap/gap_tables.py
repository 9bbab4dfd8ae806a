"""What a comparison of one bank's catalogue with its rivals' gives back."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from brandkit.core.result import Result


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CatalogGaps(Result):
    """Where one bank's catalogue differs from its rivals'.

    Parameters
    ----------
    brand : str
        The focus bank ("we").
    gaps : DataFrame
        One row an attribute that sets us apart: ``kind category facet attribute state n_ours
        n_ours_have n_comparable n_have share_have share_not_stated n_rivals n_rivals_have``.
        ``kind`` is "parity_gap" (most rivals' comparable offers have it, none of ours does) or
        "point_of_difference" (ours has it, few of theirs). ``state`` is ours: "has", "has_not"
        or "not_stated".
    cells : DataFrame
        One row a segment and category: ``category segment cell n_offers n_ours n_rivals share
        expected share_not_stated``. ``cell`` is "crowded", "empty", "ours_alone" or "usual".
    look_alikes : DataFrame
        One row a pair of our product and a rival's whose names look alike: ``category product
        name brand_b product_b name_b similarity``.
    n_offers, n_rivals : int
        Our offers, and rivals in our categories, sisters left out.
    """

    brand: str
    gaps: pd.DataFrame
    cells: pd.DataFrame
    look_alikes: pd.DataFrame
    n_offers: int
    n_rivals: int

    def tidy(self) -> pd.DataFrame:
        """Give the gaps."""
        return self.gaps.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: how many gaps, points of difference, cells and look-alikes."""
        return pd.DataFrame({
            "brand": [self.brand],
            "n_offers": [self.n_offers],
            "n_rivals": [self.n_rivals],
            "n_parity_gaps": [int((self.gaps["kind"] == "parity_gap").sum())],
            "n_differences": [int((self.gaps["kind"] == "point_of_difference").sum())],
            "n_crowded": [int((self.cells["cell"] == "crowded").sum())],
            "n_empty": [int((self.cells["cell"] == "empty").sum())],
            "n_look_alikes": [len(self.look_alikes)],
        })  # fmt: skip
