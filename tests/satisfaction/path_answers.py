"""Small sets of answers that the tests of path models share."""

from __future__ import annotations

import numpy as np
import pandas as pd

BLOCKS = {"QUAL": ["q1", "q2", "q3"], "VAL": ["v1", "v2"], "SAT": ["s1", "s2"], "LOY": ["l1"]}
PATHS = [("QUAL", "VAL"), ("QUAL", "SAT"), ("VAL", "SAT"), ("SAT", "LOY")]


def small_answers(n: int = 120, *, seed: int = 3) -> pd.DataFrame:
    """Answers from 0 to 10 with paths from quality over value to satisfaction and loyalty."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(n, 4))
    quality = noise[:, 0]
    value = 0.6 * quality + 0.8 * noise[:, 1]
    satisfied = 0.4 * quality + 0.4 * value + 0.6 * noise[:, 2]
    loyal = 0.7 * satisfied + 0.7 * noise[:, 3]
    scores = {"q": quality, "v": value, "s": satisfied, "l": loyal}
    answers = {
        item: np.clip(np.rint(6.5 + 1.7 * (scores[item[0]] + 0.6 * rng.normal(size=n))), 0, 10)
        for items in BLOCKS.values()
        for item in items
    }
    return pd.DataFrame(answers)
