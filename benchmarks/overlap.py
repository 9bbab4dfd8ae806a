"""Overlap beside its peers: Gower's kernel, and the real catalogue's seconds."""

from __future__ import annotations

import resource
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
import pandas as pd

from benchmarks.programs import in_peers, seconds, show
from brandkit.overlap import (
    brand_overlap,
    catalog_gaps,
    gower,
    overlap_history,
    overlap_test,
    product_similarity,
)
from brandkit.sources.catalog.catalog import read_catalog

ROWS, COLUMNS = 2_000, 15
HISTORY = ["TRANSACTION_AND_SAVINGS_ACCOUNTS", "CREDIT_AND_CHARGE_CARDS", "RESIDENTIAL_MORTGAGES"]
REAL = Path(__file__).resolve().parents[2] / "shared" / "real" / "catalogs" / "au_cdr"

GOWER = """
import json, time
import numpy as np, gower
values = np.load("values.npy")
gower.gower_matrix(values)
taken = []
for _ in range(7):
    start = time.perf_counter()
    found = gower.gower_matrix(values)
    taken.append(time.perf_counter() - start)
np.save("found.npy", found)
print(json.dumps({"seconds": min(taken)}))
"""

KINDS = (
    "saver", "account", "home loan", "credit card", "term deposit", "personal loan", "overdraft",
    "transaction account", "offset account", "investment loan", "car loan", "line of credit",
)  # fmt: skip
WORDS = [
    "everyday", "smart", "classic", "premium", "essential", "flexi", "bonus", "online", "young",
    "senior", "student", "business", "green", "travel", "rewards", "ultimate", "basic",
    "advantage", "complete", "freedom", "growth", "income", "first", "family", "community",
    "special", "package", "fixed", "variable", "plus", "direct", "max", "choice", "extra",
]  # fmt: skip
SYLLABLES = [
    "ba", "co", "den", "fi", "gor", "hal", "ix", "jo", "kel", "lum", "mar", "nor", "op", "per",
    "qui", "ros", "sel", "tur", "um", "vex", "wil", "yar",
]  # fmt: skip


def kernel() -> None:
    """Compare Gower's kernel on float columns."""
    values = np.random.default_rng(0).normal(size=(ROWS, COLUMNS))
    frame = pd.DataFrame(values, columns=[f"x{at}" for at in range(COLUMNS)])
    own = seconds(lambda: gower(frame), times=7)
    rows: list[dict[str, object]] = [
        {"table": f"{ROWS:,} x {COLUMNS}", "by": "brandkit", "seconds": round(own, 4)}
    ]
    with TemporaryDirectory() as folder:
        np.save(Path(folder) / "values.npy", values)
        peer = in_peers(GOWER, folder=Path(folder))
        if peer is not None:
            apart = np.load(Path(folder) / "found.npy")
            largest = np.abs(1 - apart - gower(frame).to_numpy()).max()
            rows.append({
                "table": f"{ROWS:,} x {COLUMNS}", "by": "gower",
                "seconds": round(peer["seconds"], 4), "times ours": round(peer["seconds"] / own, 1),
                "largest difference": f"{largest:.0e}",
            })  # fmt: skip
    show(rows)


def catalogue() -> None:
    """Time the real Australian catalogue, all facets."""
    if not REAL.is_dir():
        print("  (real catalogue skipped: it is not beside this clone)")
        return
    day = "2024-08-12"
    start = perf_counter()
    catalog = read_catalog(
        REAL / "snapshots" / f"{day}.jsonl.xz", register=REAL / "registers" / f"brands_{day}.json"
    )
    rows: list[dict[str, object]] = [
        {"work": "read_catalog", "seconds": round(perf_counter() - start, 2)}
    ]
    for work, call in (
        ("brand_overlap, no draws", lambda: brand_overlap(catalog, draws=0)),
        ("brand_overlap, 1,000 draws", lambda: brand_overlap(catalog, draws=1000)),
        ("product_similarity", lambda: product_similarity(catalog)),
        ("catalog_gaps", lambda: catalog_gaps(catalog, brand="CommBank")),
        ("overlap_test, 999 draws", lambda: overlap_test(catalog)),
    ):
        start = perf_counter()
        call()
        rows.append({"work": work, "seconds": round(perf_counter() - start, 2)})
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    source = REAL / "snapshots"
    dated = {
        date.fromisoformat(as_of): read_catalog(
            source / f"{as_of}.jsonl.xz", register=REAL / "registers" / f"brands_{as_of}.json",
            crosswalk=REAL / "brand_crosswalk.csv", as_of=as_of,
        )
        for as_of in sorted(file.name.partition(".")[0] for file in source.glob("*.jsonl.xz"))
    }  # fmt: skip
    start = perf_counter()
    overlap_history(dated, category=HISTORY)
    rows.append({
        "work": f"overlap_history, {len(dated)} dates, {len(HISTORY)} categories",
        "seconds": round(perf_counter() - start, 2),
    })  # fmt: skip
    show(rows)
    print(f"{catalog}; at most {peak:.2f} GB of memory without the history")


def main() -> None:
    """Run all three; the catalogue first, so that its memory is its own."""
    print("The real catalogue")
    catalogue()
    print("\nGower's similarity, all pairs")
    kernel()


if __name__ == "__main__":
    main()
