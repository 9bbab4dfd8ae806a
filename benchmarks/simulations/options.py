"""Free ground on a map: whether a spot's support tells how often the next survey says the same.

The rule: the share of next surveys of the same size, turned onto the first, in which a spot is
among the best tenth of its ground is at least its support as promised, give or take 2.6 errors of
simulation and .05: the page says "in so many of the draws", and takes it for how sure the spot is.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.simulations.image_surveys import DESIGNS, RATED, Floats, market
from benchmarks.simulations.record import Table
from brandkit.positioning.image.kernel import turns_onto
from brandkit.positioning.image.stability import map_stability
from brandkit.positioning.options.opportunities import freedom, opportunities, share_among_best

MARGIN = 0.05


def survey(answers: Floats) -> pd.DataFrame:
    """Lay out answers of persons as rows of a person and a brand."""
    person, brand = np.nonzero(answers[..., -1])
    ticks = (answers[person, brand, :-1] > 0).astype(int)
    frame = pd.DataFrame(ticks, columns=[f"a{at}" for at in range(ticks.shape[1])])
    return frame.assign(id=person, brand=[f"b{at}" for at in brand])


def support_rows(
    runs: int = 200, *, designs: tuple[str, ...] = DESIGNS, sizes: tuple[int, ...] = (300, 1000)
) -> list[dict[str, object]]:
    """Set the support of the first spot of each ground beside what the next survey says."""
    rows: list[dict[str, object]] = []
    for design in designs:
        one = market(design)
        for persons in sizes:
            rng = np.random.default_rng([persons, DESIGNS.index(design), 9])
            found = []
            for _ in range(runs):
                maps = [
                    map_stability(
                        survey(one.ask(rng, persons, weighted=False)), brand="brand",
                        attributes=[f"a{at}" for at in range(10)], respondent="id", draws=200,
                    )
                    for _ in range(2)
                ]  # fmt: skip
                result = opportunities(maps[0])
                first, then = (each.drawn.places[:, :2] for each in maps)
                mass = maps[0].drawn.sample.row_mass
                turned = then @ turns_onto(then, target=first, weight=mass)
                cells = result.surface[["across", "upward"]].to_numpy()
                again = freedom(cells, rivals=turned[None])
                for zone, spots in result.spots.groupby("zone"):
                    of = (result.surface["zone"] == zone).to_numpy()
                    spot = spots.iloc[0]
                    at = int(np.argmin(np.hypot(*(cells - spot[["across", "upward"]].to_numpy(
                        dtype=float)).T)))  # fmt: skip
                    same = share_among_best(again, of=of, cells=np.array([at]))[0]
                    found.append((zone, spot["support"], same))
            table = pd.DataFrame(found, columns=["zone", "support", "same"])
            for zone, part in table.groupby("zone"):
                gap = part["same"] - part["support"]
                error = float(gap.std() / np.sqrt(len(part)))
                rows.append({
                    "design": design, "persons": persons, "rated": RATED, "zone": zone,
                    "runs": len(part), "mean support": round(float(part["support"].mean()), 3),
                    "the next survey": round(float(part["same"].mean()), 3),
                    "error": round(error, 4),
                    "verdict": "pass" if gap.mean() + 2.6 * error >= -MARGIN else "FAIL",
                })  # fmt: skip
    return rows


TABLES = tuple(
    Table(f"support of spots, {design}, {persons} persons",
          lambda runs, design=design, persons=persons: support_rows(
              runs, designs=(design,), sizes=(persons,)), 200)
    for design in DESIGNS for persons in (300, 1000)
)  # fmt: skip
