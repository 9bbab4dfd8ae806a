"""correspondence_map beside prince's CA: seconds, and the largest difference of a place."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from benchmarks.programs import in_peers, seconds, show
from brandkit.positioning import correspondence_map

SIZES = ((12, 14), (226, 30), (1000, 60))

PRINCE = """
import json, time
import pandas as pd, prince
table = pd.read_csv("counts.csv", index_col=0)
def fit():
    model = prince.CA(n_components=2, engine="scipy").fit(table)
    return model, model.row_coordinates(table)
fit()
taken = []
for _ in range(5):
    start = time.perf_counter()
    model, places = fit()
    taken.append(time.perf_counter() - start)
print(json.dumps({"seconds": min(taken), "places": places.to_numpy().tolist()}))
"""


def counts_table(n_rows: int, n_columns: int) -> pd.DataFrame:
    """Draw a table of mentions with two axes of real differences in it."""
    rng = np.random.default_rng(n_rows)
    place, pull = rng.normal(size=(n_rows, 2)), rng.normal(size=(n_columns, 2))
    expected = 40 * np.exp(0.4 * place @ pull.T + rng.normal(0, 0.3, (n_rows, 1)))
    brands = [f"bank {number}" for number in range(n_rows)]
    attributes = [f"attribute {number}" for number in range(n_columns)]
    return pd.DataFrame(rng.poisson(expected) + 1, index=brands, columns=attributes)


def main() -> None:
    """Compare on tables of three sizes."""
    rows: list[dict[str, object]] = []
    for size in SIZES:
        table = counts_table(*size)
        own = seconds(lambda table=table: correspondence_map(table))  # type: ignore[misc]
        rows.append({"table": f"{size[0]} x {size[1]}", "by": "brandkit", "seconds": round(own, 5)})
        with TemporaryDirectory() as folder:
            table.to_csv(Path(folder) / "counts.csv", encoding="utf-8", lineterminator="\n")
            peer = in_peers(PRINCE, folder=Path(folder))
        if peer is None:
            continue
        ours = correspondence_map(table).rows.pivot(index="label", columns="axis")["coordinate"]
        theirs = np.array(peer["places"])
        # prince leaves the sign of an axis to the decomposition
        turned = theirs * np.sign((theirs * ours.loc[table.index].to_numpy()).sum(axis=0))
        largest = np.abs(turned - ours.loc[table.index].to_numpy()).max()
        rows.append({
            "table": rows[-1]["table"], "by": "prince", "seconds": round(peer["seconds"], 5),
            "times ours": round(peer["seconds"] / own, 1), "largest difference": f"{largest:.0e}",
        })  # fmt: skip
    show(rows)


if __name__ == "__main__":
    main()
