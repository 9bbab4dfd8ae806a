"""Moments of a long survey beside DuckDB, Polars and a bare read of the same Parquet file.

Every side runs in a process of its own and counts its CPU seconds and its peak of memory.
``python -m benchmarks.moments 10000000`` takes as many rows as it is told.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from benchmarks.programs import in_peers, show
from brandkit.sampling.moments import Moments, moments

ROWS, ITEMS, BRANDS, WAVES, GROUPS = 2_000_000, 20, 12, 4, 2_000
BATCH = 1_000_000
NAMES = [f"q{at}" for at in range(ITEMS)]

SUMS = ", ".join(
    ["sum(w)", *(f"sum(w * {x})" for x in NAMES)]
    + [f"sum(w * {x} * {y})" for at, x in enumerate(NAMES) for y in NAMES[at:]]
)
DUCKDB = f"""
import json, resource, time
import duckdb
db = duckdb.connect(config={{"threads": 1}})
columns = ", ".join(f"{{name}}::DOUBLE AS {{name}}" for name in {NAMES!r})
start = time.process_time()
db.execute(f"CREATE TEMP TABLE m AS SELECT brand, wave, grp, {SUMS} FROM (SELECT brand, wave, "
           f"grp, w, {{columns}} FROM 'rows.parquet') GROUP BY brand, wave, grp")
taken = time.process_time() - start
"""
POLARS = f"""
import json, os, resource, time
os.environ["POLARS_MAX_THREADS"] = "1"
import polars as pl
names, w = {NAMES!r}, pl.col("w")
x = [pl.col(name).cast(pl.Float64) for name in names]
sums = [w.sum().alias("w")] + [(w * one).sum().alias(f"s{{i}}") for i, one in enumerate(x)]
sums += [(w * x[i] * x[j]).sum().alias(f"p{{i}}_{{j}}")
         for i in range(len(x)) for j in range(i, len(x))]
start = time.process_time()
table = pl.scan_parquet("rows.parquet").group_by("brand", "wave", "grp").agg(sums)
table = table.collect(engine="streaming")
taken = time.process_time() - start
"""
PEAK = """
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
print(json.dumps({"seconds": taken, "peak": peak}))
"""


def write_rows(file: Path, n: int) -> None:
    """Write ratings of brands by wave, a batch at a time."""
    writer = None
    for at, start in enumerate(range(0, n, BATCH)):
        rng, size = np.random.default_rng(at), min(BATCH, n - start)
        columns: dict[str, object] = {
            "brand": rng.integers(0, BRANDS, size, dtype=np.int8),
            "wave": rng.integers(0, WAVES, size, dtype=np.int8),
            "grp": rng.integers(0, GROUPS, size, dtype=np.int16),
            "w": rng.uniform(0.5, 2.0, size),
            **{name: rng.integers(0, 11, size, dtype=np.int8) for name in NAMES},
        }
        table = pa.table(columns)
        writer = writer or pq.ParquetWriter(file, table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()


def batches(file: Path) -> Iterator[pd.DataFrame]:
    """Give the rows, some at a time."""
    pa.set_cpu_count(1)
    reader = ds.dataset(file)
    for batch in reader.to_batches(batch_size=BATCH, batch_readahead=1, fragment_readahead=1):
        yield pd.DataFrame({name: batch[name].to_numpy() for name in batch.schema.names})


def bare(file: Path, gaps: bool) -> None:
    """Read to NumPy and do nothing."""
    del gaps
    for _ in batches(file):
        pass


def ours(file: Path, gaps: bool) -> None:
    """Reduce to moments."""
    whole: Moments | None = None
    for rows in batches(file):
        whole = moments(
            rows,
            columns=NAMES,
            cells=["brand", "wave"],
            weight="w",
            n_groups=GROUPS,
            groups=rows["grp"].to_numpy(),
            missing="pairwise" if gaps else "raise",
            into=whole,
        )


SIDES = {"bare read": (bare, False), "brandkit": (ours, False), "brandkit, pairwise": (ours, True)}


def measured(side: str, file: Path) -> dict[str, float]:
    """Run one of our sides in a process of its own."""
    said = subprocess.run(
        [sys.executable, "-m", "benchmarks.moments", side, str(file)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    answer: dict[str, float] = json.loads(said.stdout)
    return answer


def one_side(side: str, file: Path) -> None:
    """Print a side's CPU seconds and peak, as :func:`measured` reads them."""
    work, gaps = SIDES[side]
    start = process_time()
    work(file, gaps)
    taken = process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(json.dumps({"seconds": taken, "peak": peak}))


def main(n: int = ROWS) -> None:
    """Compare in one run."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "rows.parquet"
        write_rows(file, n)
        found = {side: measured(side, file) for side in SIDES}
        for name, program in (("DuckDB", DUCKDB), ("Polars, streaming", POLARS)):
            peer = in_peers(program + PEAK, folder=Path(folder))
            if peer is not None:
                found[name] = peer
    read, own = found["bare read"]["seconds"], found["brandkit"]["seconds"]
    print(f"{n:,} rows x {ITEMS} ratings, {BRANDS * WAVES * GROUPS:,} keys")
    show(
        [
            {
                "by": name,
                "CPU seconds": round(one["seconds"], 2),
                "GB": round(one["peak"], 2),
                "times a bare read": round(one["seconds"] / read, 1),
                "times ours": round(one["seconds"] / own, 2),
            }
            for name, one in found.items()
        ]
    )


if __name__ == "__main__":
    words = sys.argv[1:]
    if len(words) == 2:
        one_side(words[0], Path(words[1]))
    else:
        main(*(int(word) for word in words if word.isdecimal()))
