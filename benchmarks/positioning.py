"""map_stability beside loops of prince's CA fits: on the tables of the same draws, and from rows.

The goal, 40 times as fast, is about maps of the same tables: prince fits each of them, we map,
align and correct all of them at once. The whole call from rows to regions and tests, which draws
respondents and counts, is compared with a loop that does so with pandas.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from benchmarks.programs import in_peers, seconds, show
from brandkit.positioning.image.kernel import drawn_maps
from brandkit.positioning.image.stability import map_stability

BRANDS, ATTRIBUTES, RESPONDENTS, RATED, DRAWS = 12, 14, 3000, 3, 1000

PRINCE = """
import json, time
import numpy as np, pandas as pd, prince
tables = np.load("tables.npy")
names = [f"brand {at}" for at in range(tables.shape[1])]
columns = [f"attribute {at}" for at in range(tables.shape[2])]
def fit(values):
    table = pd.DataFrame(values, index=names, columns=columns)
    model = prince.CA(n_components=2, engine="scipy").fit(table)
    return model.row_coordinates(table).to_numpy()
fit(tables[0])
start = time.perf_counter()
places = [fit(values) for values in tables]
taken = time.perf_counter() - start
rows = pd.read_csv("rows.csv")
ticks = rows[columns].mul(rows["weight"], axis=0).assign(brand=rows["brand"])
start_of = np.flatnonzero(np.r_[True, np.diff(rows["id"].to_numpy()) > 0])
rated = np.diff(np.r_[start_of, len(rows)])[0]
rng = np.random.default_rng(1)
start = time.perf_counter()
for _ in range(100):
    chosen = start_of[rng.integers(0, len(start_of), len(start_of))]
    drawn = ticks.iloc[(chosen[:, None] + np.arange(rated)).ravel()]
    fit(drawn.groupby("brand")[columns].sum().to_numpy())
whole = (time.perf_counter() - start) * len(tables) / 100
print(json.dumps({"seconds": taken, "whole": whole}))
"""


def battery() -> pd.DataFrame:
    """Draw a battery: each respondent rates three of twelve brands on fourteen attributes."""
    rng = np.random.default_rng(1)
    pull = rng.normal(size=(BRANDS, 2)) @ rng.normal(size=(2, ATTRIBUTES)) * 0.5
    rated = np.argsort(rng.random((RESPONDENTS, BRANDS)), axis=1)[:, :RATED]
    person = np.repeat(np.arange(RESPONDENTS), RATED)
    mood = rng.normal(0, 0.8, RESPONDENTS)[person, None]
    chance = 1 / (1 + np.exp(-(pull[rated.ravel()] - 0.4 + mood)))
    frame = pd.DataFrame(
        (rng.random(chance.shape) < chance).astype(int),
        columns=[f"attribute {at}" for at in range(ATTRIBUTES)],
    )
    weight = rng.lognormal(0, 0.3, RESPONDENTS)[person]
    return frame.assign(id=person, brand=rated.ravel(), weight=weight)


def main() -> None:
    """Compare a whole call, and the maps of its draws alone, with a loop over the draws."""
    frame = battery()
    options = {
        "brand": "brand", "respondent": "id", "weight": "weight", "draws": DRAWS,
        "attributes": [f"attribute {at}" for at in range(ATTRIBUTES)],
    }  # fmt: skip
    result = map_stability(frame, **options)  # type: ignore[arg-type]
    tables, sample = result.draw_tables, result.table.to_numpy()
    whole = seconds(lambda: map_stability(frame, **options))  # type: ignore[arg-type]
    maps = seconds(lambda: drawn_maps(sample, tables, axes=2))
    rows: list[dict[str, object]] = [
        {"by": "brandkit", "what": "rows to regions and tests", "seconds": round(whole, 4)},
        {"by": "brandkit", "what": "maps of the draws, aligned", "seconds": round(maps, 4)},
    ]
    with TemporaryDirectory() as folder:
        np.save(Path(folder) / "tables.npy", tables)
        frame.to_csv(Path(folder) / "rows.csv", index=False, encoding="utf-8")
        peer = in_peers(PRINCE, folder=Path(folder))
    if peer is not None:
        rows += [
            {"by": "prince, in a loop", "what": "maps of the same tables, not aligned",
             "seconds": round(peer["seconds"], 4), "times ours": round(peer["seconds"] / maps, 1),
             "times the whole call": round(peer["seconds"] / whole, 1)},
            {"by": "prince, in a loop", "what": "from rows, a tenth of the draws times ten",
             "seconds": round(peer["whole"], 4), "times ours": round(peer["whole"] / whole, 1)},
        ]  # fmt: skip
    print(f"{RESPONDENTS:,} respondents, {BRANDS} x {ATTRIBUTES}, {DRAWS:,} draws")
    show(rows)


if __name__ == "__main__":
    main()
