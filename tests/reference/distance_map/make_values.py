"""Reference values of scikit-learn's SMACOF for the metric distance map.

Run with the path of brand_associations.csv (42 brands by 15 traits, Displayr/flipExampleData):
    python make_values.py brand_associations.csv > values_smacof.json
"""

from __future__ import annotations

import json
import sys

import numpy as np
import pandas as pd
import sklearn
from scipy.spatial.distance import pdist, squareform
from sklearn.manifold import smacof

brands = pd.read_csv(sys.argv[1], index_col=0)
apart = squareform(pdist(brands.to_numpy()))
half = (apart**2).sum() / 2
options = {"n_components": 2, "max_iter": 20_000, "eps": 1e-12, "normalized_stress": False}
raw = [smacof(apart, metric=True, n_init=1, random_state=seed, **options)[1] for seed in range(100)]
rank = {"n_components": 2, "max_iter": 2_000, "eps": 1e-9, "normalized_stress": True}
by_rank = [
    smacof(apart, metric=False, n_init=1, random_state=seed, **rank)[1] for seed in range(20)
]
values = {
    "software": [f"scikit-learn {sklearn.__version__}"],
    "metric_best_of_100": float(np.sqrt(min(raw) / half)),
    "nonmetric_best_of_20": float(min(by_rank)),
}
json.dump(values, sys.stdout, indent=2)
sys.stdout.write("\n")
