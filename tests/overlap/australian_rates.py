"""Term deposits of the Australian banks, cut as the reference's make_inputs_dev.py does."""

from __future__ import annotations

import json
import lzma
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

COLUMNS = [
    "brand",
    "product",
    "rate",
    "months",
    "paid_monthly",
    "digital",
    "notifications",
    "business",
]
PERIOD = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?")


def term_deposits(real: Path, day: str = "2024-08-12") -> pd.DataFrame:
    """Give one row a fixed rate of every term deposit, of banks with ten or more."""
    folder = real / "catalogs" / "au_cdr"
    register = (folder / "registers" / f"brands_{day}.json").read_text(encoding="utf-8")
    with lzma.open(folder / "snapshots" / f"{day}.jsonl.xz", "rt", encoding="utf-8") as lines:
        records = (json.loads(line) for line in lines if "TERM_DEPOSITS" in line)
        rows = [row for one in records if one["brand_key"] in register for row in rates(one)]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame = frame.drop_duplicates(["brand", "product", "months", "paid_monthly", "rate"])
    size = frame.groupby("brand")["brand"].transform("size")
    return frame[size >= 10].round({"months": 4}).reset_index(drop=True)


def rates(record: Any) -> Iterator[tuple[Any, ...]]:
    product = record["response"].get("data") or {}
    if product.get("productCategory") != "TERM_DEPOSITS":
        return
    features = {str(one.get("featureType")).strip() for one in product.get("features") or []}
    eligible = {str(one.get("eligibilityType")) for one in product.get("eligibility") or []}
    for one in product.get("depositRates") or []:
        period = PERIOD.fullmatch(str(one.get("additionalValue") or ""))
        try:
            rate = float(one["rate"])
        except (KeyError, TypeError, ValueError):
            continue
        if one.get("depositRateType") != "FIXED" or not 0 < rate < 0.2 or not period:
            continue
        years, months, days = (int(part or 0) for part in period.groups())
        term = 12 * years + months + days * 12 / 365.25
        if any(period.groups()) and 0.5 <= term <= 60:
            yield (
                record["brand_key"],
                product["productId"],
                100 * rate,
                term,
                float(one.get("applicationFrequency") == "P1M"),
                *(float(name in features) for name in ("DIGITAL_BANKING", "NOTIFICATIONS")),
                float("BUSINESS" in eligible),
            )
