"""Values of stepmix for tests/satisfaction/test_segments.py.

Run here with stepmix 3.0.0 in some environment: python make_values.py; writes values.json.
"""

import json
from pathlib import Path

import numpy as np
from stepmix.stepmix import StepMix

rng = np.random.default_rng(20260301)
kind = rng.choice(3, 240, p=[0.5, 0.3, 0.2])
shape = np.array([[6, 6, 6, 6], [8, 8, 4, 5], [4, 5, 8, 8]])
ratings = np.round(shape[kind] + rng.normal(0, 1.2, (240, 4)), 1)
ratings[rng.random(ratings.shape) < 0.05] = np.nan
ticks = (rng.random((240, 3)) < np.array([[0.2], [0.5], [0.8]])[kind]).astype(float)
weight = np.round(rng.uniform(0.5, 2, 240), 2)
options = {"random_state": 0, "verbose": 0, "progress_bar": 0, "abs_tol": 1e-13, "rel_tol": 0}


def fitted(values, measurement, classes):
    model = StepMix(classes, measurement=measurement, n_init=20, max_iter=20000, **options)
    model.fit(values, sample_weight=weight)
    found = model.get_parameters()
    order = np.argsort(-found["weights"])
    inner = found["measurement"]
    means = inner["means" if "means" in inner else "pis"][order]
    return {
        "log_likelihood": model.score(values, sample_weight=weight) * weight.sum(),
        "share": found["weights"][order].tolist(),
        "mean": means[:, : values.shape[1]].tolist(),
    }


said = {
    "ratings": [[None if np.isnan(v) else v for v in row] for row in ratings.tolist()],
    "ticks": ticks.tolist(),
    "weight": weight.tolist(),
    "free": {k: fitted(ratings, "gaussian_diag_nan", k) for k in (1, 2, 3)},
    "ticked": {k: fitted(ticks, "binary", k) for k in (1, 2)},
    "made_with": "stepmix 3.0.0",
}
Path("values.json").write_text(json.dumps(said))
