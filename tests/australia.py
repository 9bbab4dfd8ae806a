"""The catalogues of the Australian banks, read once for all tests of a process."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from brandkit.sources import read_catalog
from brandkit.sources.catalog.catalog import Catalog

NEWEST = "2024-08-12"
DAYS = ("2022-06-30", "2022-09-30", "2022-12-31", "2023-02-28", "2023-06-30", "2023-10-31",
        "2023-12-31", "2024-03-31", NEWEST)  # fmt: skip


@cache
def australian(real: Path, day: str = NEWEST) -> Catalog:
    """Read the catalogue of a day; banks are followed over days by the crosswalk."""
    folder = real / "catalogs" / "au_cdr"
    return read_catalog(
        folder / "snapshots" / f"{day}.jsonl.xz",
        register=folder / "registers" / f"brands_{day}.json",
        crosswalk=folder / "brand_crosswalk.csv",
    )
