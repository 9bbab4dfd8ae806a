"""What the tests of the market share: R's values of made tables, and the burger tracker."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

REFERENCE = Path(__file__).parent.parent / "reference" / "market" / "values.json"
VALUES: dict[str, Any] = json.loads(REFERENCE.read_text(encoding="utf-8"))
CLOSED = 1e-9
"""Closed forms; rounding alone."""


@cache
def burger(real: Path) -> Any:
    from brandkit.sources.survey.survey import read_survey

    file = real / "surveys" / "burger_tracker" / "Burger_Brand_Tracking_Dec_2017.sav"
    return read_survey(file, weight="wgt")


def oracle(oracles: Path, name: str) -> Any:
    return json.loads((oracles / "market" / f"{name}.json").read_text(encoding="utf-8"))


def table(given: dict[str, Any]) -> pd.DataFrame:
    """Read a matrix as R wrote it."""
    return pd.DataFrame(given["values"], index=given["rows"], columns=given["columns"], dtype=float)


def near(found: object, given: object, *, rtol: float = CLOSED) -> None:
    np.testing.assert_allclose(
        np.asarray(found, dtype=float), np.asarray(given, dtype=float), rtol=rtol, atol=1e-12
    )
