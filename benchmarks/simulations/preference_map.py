"""Error and power of the nested F tests of preference maps.

The target: a step to a richer model is called better where respondents' true liking has the
richer form. The rule: a test passes where its rate of rejection at 5 %, less 2.6 errors of
simulation, is at most .05; and it has to find what is there. Both the rate over single
respondents and that of Fisher's combination over all of them are judged. Rows marked "outside"
are beyond the range promised and are shown, not judged.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.simulations.record import Table
from brandkit.positioning.maps.preferences import (
    TERMS,
    PreferenceModel,
    fitted_coefficients,
    nested_test,
    terms_at,
)

RUNS = 2_000
STEPS: tuple[tuple[PreferenceModel, PreferenceModel], ...] = (
    ("vector", "circular"),
    ("circular", "elliptical"),
    ("elliptical", "quadratic"),
)
#: True liking beyond the vector: coefficients of x^2, y^2 and xy.
TRUTH: dict[str, tuple[float, float, float]] = {
    "vector": (0.0, 0.0, 0.0),
    "circular": (-0.5, -0.5, 0.0),
    "elliptical": (-0.8, -0.2, 0.0),
    "quadratic": (-0.5, -0.5, 0.7),
}

Floats = NDArray[np.float64]


def drawn_liking(
    rng: np.random.Generator, places: Floats, truth: str, *, persons: int, errors: str
) -> Floats:
    """Draw ratings of products by persons; each has an own direction and, uneven, own error."""
    coefficients = np.zeros((6, persons))
    coefficients[1:3] = rng.normal(0, 0.8, (2, persons))
    coefficients[3:] = np.array(TRUTH[truth])[:, None]
    spread = rng.lognormal(0, 0.7, persons) if errors == "uneven" else np.ones(persons)
    ratings = 5.5 + terms_at(places) @ coefficients
    ratings = ratings + spread * rng.normal(0, 1.2, ratings.shape)
    return np.asarray(np.clip(np.rint(ratings), 1, 10)) if errors == "1 to 10" else ratings


def squared_errors(places: Floats, liking: Floats, model: PreferenceModel) -> Floats:
    """Give each person's residual sum of squares."""
    gap = liking - terms_at(places) @ fitted_coefficients(places, liking, model)
    return np.asarray((gap * gap).sum(axis=0))


def rates(
    truth: PreferenceModel,
    step: tuple[PreferenceModel, PreferenceModel],
    *,
    products: int,
    persons: int,
    errors: str,
    runs: int = RUNS,
) -> tuple[float, float]:
    """Give the rates of rejection over respondents, and of the combined test."""
    rng = np.random.default_rng(products * 1000 + persons)
    simple, rich = step
    extra = len(TERMS[rich]) - len(TERMS[simple])
    single, combined = [], []
    for _ in range(runs):
        places = rng.normal(size=(products, 2))
        places -= places.mean(axis=0)
        liking = drawn_liking(rng, places, truth, persons=persons, errors=errors)
        p_values, _, p_value = nested_test(
            squared_errors(places, liking, simple), squared_errors(places, liking, rich),
            extra=extra, left=products - len(TERMS[rich]),
        )  # fmt: skip
        single.append((p_values <= 0.05).mean())
        combined.append(p_value <= 0.05)
    return float(np.mean(single)), float(np.mean(combined))


def verdict(rate: float, *, runs: int, promised: bool) -> str:
    """Judge a rate of false rejection."""
    error = np.sqrt(max(rate * (1 - rate), 1e-4) / runs)
    return ("pass" if rate - 2.6 * error <= 0.05 else "FAIL") if promised else "outside"


def error_rows() -> list[dict[str, object]]:
    """Where the simpler model is true."""
    rows: list[dict[str, object]] = []
    for simple, rich in STEPS:
        for products, persons in ((8, 50), (16, 50), (16, 300)):
            for errors in ("even", "uneven", "1 to 10"):
                single, combined = rates(
                    simple, (simple, rich), products=products, persons=persons, errors=errors
                )
                promised = errors != "1 to 10"
                rows.append({
                    "target": f"false {rich}", "products": products, "persons": persons,
                    "errors": errors, "single": round(single, 3), "combined": round(combined, 3),
                    "verdict": verdict(max(single, combined), runs=RUNS, promised=promised),
                })  # fmt: skip
    return rows


def power_rows() -> list[dict[str, object]]:
    """Where the richer model is true: the combined test is to find it in 80 % of the runs."""
    rows: list[dict[str, object]] = []
    for simple, rich in STEPS:
        for products, persons in ((8, 50), (16, 50)):
            single, combined = rates(
                rich, (simple, rich), products=products, persons=persons, errors="uneven"
            )
            promised = products >= 12
            said = ("pass" if combined >= 0.8 else "FAIL") if promised else "outside"
            rows.append({
                "target": f"true {rich}", "products": products, "persons": persons,
                "errors": "uneven", "single": round(single, 3), "combined": round(combined, 3),
                "verdict": said,
            })  # fmt: skip
    return rows


TABLES = (
    Table("rejection where the simpler model is true", error_rows, 0),
    Table("rejection where the richer model is true", power_rows, 0),
)
