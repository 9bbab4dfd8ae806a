"""Maps beside what they are made of: a plain decomposition, and scikit-learn's scaling.

A correspondence map of 2,000 x 200 is set against numpy's singular value decomposition of the same
residuals: what checks, places and frames cost on top (goal: at most 1.5 times). A distance map is
set against scikit-learn's SMACOF with as many starts: seconds, and the stress each comes to.
"""

from __future__ import annotations

import warnings
from time import perf_counter

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.correspondence_map import counts_table
from benchmarks.programs import seconds, show
from brandkit.positioning.maps.correspondence import correspondence_map
from brandkit.positioning.maps.distances import distance_map
from brandkit.positioning.maps.preferences import preference_map

SIZES = ((200, 40), (2_000, 200))
POINTS = (12, 42, 100)
STARTS = 50
GOAL = 1.5


def residuals(counts: pd.DataFrame) -> NDArray[np.float64]:
    """Give the standardised residuals that a correspondence map decomposes."""
    share = counts.to_numpy(dtype=float) / counts.to_numpy().sum()
    expected = np.outer(share.sum(axis=1), share.sum(axis=0))
    return np.asarray((share - expected) / np.sqrt(expected))


def decomposition_rows() -> list[dict[str, object]]:
    """Time a correspondence map, alone and with its tables, against the bare decomposition."""
    rows: list[dict[str, object]] = []
    for size in SIZES:
        table = counts_table(*size)
        bare = residuals(table)
        plain = seconds(lambda bare=bare: np.linalg.svd(bare, full_matrices=False), times=15)  # type: ignore[misc]

        def with_tables(table: pd.DataFrame = table) -> None:
            result = correspondence_map(table)
            _ = result.nearest, result.associations

        own = seconds(lambda table=table: correspondence_map(table), times=15)  # type: ignore[misc]
        whole = seconds(with_tables, times=7)
        rows.append({
            "table": f"{size[0]} x {size[1]}", "plain SVD": round(plain, 5),
            "map": round(own, 5), "times": round(own / plain, 2),
            "with nearest and associations": round(whole, 5), "times ": round(whole / plain, 2),
            "goal": f"<= {GOAL}: {'met' if own <= GOAL * plain else 'MISSED'}"
            if size == SIZES[-1] else "-",
        })  # fmt: skip
    return rows


def smacof_stress(apart: NDArray[np.float64], *, metric: bool) -> float:
    """Run scikit-learn's SMACOF from as many starts; give its normalised stress."""
    from sklearn.manifold import smacof

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, stress = smacof(
            apart, metric=metric, n_components=2, n_init=STARTS, random_state=0,
            normalized_stress=False if metric else "auto",
        )  # fmt: skip
    return float(np.sqrt(stress / (apart**2).sum() * 2)) if metric else float(stress)


def scaling_rows() -> list[dict[str, object]]:
    """Time metric and non-metric maps against scikit-learn alone."""
    rows: list[dict[str, object]] = []
    smacof_stress(np.array([[0.0, 1, 2], [1, 0, 1], [2, 1, 0]]), metric=True)  # loads the library
    for n in POINTS:
        rng = np.random.default_rng(n)
        places = rng.normal(size=(n, 6))
        apart = np.sqrt(((places[:, None] - places) ** 2).sum(axis=2))
        table = pd.DataFrame(apart, [str(i) for i in range(n)], [str(i) for i in range(n)])
        for method in ("metric", "nonmetric"):
            started = perf_counter()
            stress = distance_map(table, method=method, starts=STARTS).stress  # type: ignore[arg-type]
            halfway = perf_counter()
            peer_stress = smacof_stress(apart, metric=method == "metric")
            own, peer = halfway - started, perf_counter() - halfway
            rows.append({
                "points": n, "method": method, "ours": round(own, 3),
                "scikit-learn": round(peer, 3), "times ours": round(peer / own, 1),
                "stress": round(stress, 4), "its stress": round(peer_stress, 4),
            })  # fmt: skip
    return rows


def preference_rows() -> list[dict[str, object]]:
    """Time preference maps of many respondents: four models, a surface of 200 steps each."""
    rows: list[dict[str, object]] = []
    rng = np.random.default_rng(1)
    table = pd.DataFrame(rng.normal(size=(16, 5)), [f"product {i}" for i in range(16)])
    for persons in (100, 1_000, 5_000):
        liking = pd.DataFrame(rng.integers(1, 11, (16, persons)), table.index)
        own = seconds(lambda liking=liking: preference_map(table, liking=liking), times=1)  # type: ignore[misc]
        rows.append({"respondents": persons, "seconds": round(own, 3)})
    return rows


def main() -> None:
    """Print the three tables."""
    show(decomposition_rows())
    show(scaling_rows())
    show(preference_rows())


if __name__ == "__main__":
    main()
