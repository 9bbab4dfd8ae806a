"""What a history of overlap gives back."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from brandkit.core.result import Result
from brandkit.sources.reference import Reference

INDICES = ("all_own", "panel_own", "panel_fixed", "panel_fixed_disclosed")
"""All banks in their own words; the panel; in fixed words; only cells disclosed at both ends."""
COMPONENTS = ("entry_exit", "vocabulary", "disclosure", "real")
"""What a change is made of, in the order in which it is taken apart."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class OverlapHistory(Result):
    """How alike the banks' catalogues were from date to date, and what changed.

    Parameters
    ----------
    indices : DataFrame
        One row a date and index: ``as_of index estimate n_brands n_offers usable``. ``index`` is
        "all_own" (all banks, own vocabulary), "panel_own", "panel_fixed" (fixed vocabulary),
        "panel_fixed_disclosed" (and only cells disclosed at both ends) or "chained" (the last
        one, linked from date to date). At a date that is a gap ``usable`` is False and the
        estimate missing.
    change : DataFrame
        From the first usable date to the last: ``component estimate range_low range_high on_first
        on_last``. "entry_exit", "vocabulary", "disclosure" and "real" add up to "total".
    brands : DataFrame
        The same for each bank of the panel: ``brand component estimate range_low range_high``.
    dates : DataFrame
        One row a date: ``as_of usable n_brands n_unusable share_unusable``.
    usable : DataFrame
        One row a bank and date: ``as_of brand usable in_panel n_records n_failed reason``.
    reference : Reference
        What all similarities were measured against.
    """

    indices: pd.DataFrame
    change: pd.DataFrame
    brands: pd.DataFrame
    dates: pd.DataFrame
    usable: pd.DataFrame
    reference: Reference

    def tidy(self) -> pd.DataFrame:
        """Give the change and its components."""
        return self.change.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: the span, the panel, the total and the real change."""
        usable = self.dates.loc[self.dates["usable"], "as_of"]
        change = self.change.set_index("component")["estimate"]
        return pd.DataFrame({
            "first_as_of": [usable.min()],
            "last_as_of": [usable.max()],
            "n_dates": [len(usable)],
            "n_gaps": [int((~self.dates["usable"]).sum())],
            "n_panel": [int(self.brands["brand"].nunique())],
            "total_change": [change["total"]],
            "real_change": [change["real"]],
            "reference": [self.reference.sha256],
        })  # fmt: skip
