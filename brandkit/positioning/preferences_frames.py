"""What a preference map tells of its regressions: counts and shares, never single persons."""

from __future__ import annotations

import numpy as np
import pandas as pd

from brandkit.core.linalg import Floats
from brandkit.positioning.preferences_fit import (
    TERMS,
    FittedLiking,
    PreferenceModel,
    fitted_coefficients,
    nested_test,
    optimum_kinds,
    terms_at,
)
from brandkit.positioning.preferences_table import RatedProducts

TEST_LEVEL = 0.05


def products_frame(rated: RatedProducts, fitted: FittedLiking) -> pd.DataFrame:
    """Give places, predicted and observed liking of the products."""
    count, share = fitted.above(rated.places)
    weight = rated.weight / rated.weight.sum()
    return pd.DataFrame(
        {
            "label": rated.labels,
            "across": rated.places[:, 0],
            "upward": rated.places[:, 1],
            "n_above": count.astype(int),
            "share_above": share,
            "mean_liking": rated.liking @ weight,
            "observed_above": (rated.liking > rated.liking.mean(axis=0)) @ weight,
        }
    )


def surface_frame(
    points: Floats, counts: tuple[Floats, Floats], beyond: np.ndarray
) -> pd.DataFrame:
    """Give the share above their own mean at every point of the grid."""
    return pd.DataFrame(
        {
            "across": points[:, 0],
            "upward": points[:, 1],
            "n_above": counts[0].astype(int),
            "share_above": counts[1],
            "extrapolated": beyond,
        }
    )


def model_row(
    rated: RatedProducts,
    model: PreferenceModel,
    fitted: FittedLiking,
    *,
    surface: pd.DataFrame,
) -> dict[str, object]:
    """Describe a model; of the places liked by most, the middle one is told."""
    best = surface[surface["share_above"] >= surface["share_above"].max() - 1e-12]
    middle = best[["across", "upward"]].to_numpy()
    nearest = ((middle - middle.mean(axis=0)) ** 2).sum(axis=1).argmin()
    place = best.iloc[int(nearest)]
    total = ((rated.liking - rated.liking.mean(axis=0)) ** 2).sum(axis=0)
    explained = 1 - _squared_errors(rated, model) / total
    slope = np.average(fitted.coefficients[1:3], axis=1, weights=rated.weight)
    return {
        "model": model,
        "n_parameters": len(TERMS[model]),
        "r2": np.average(explained, weights=rated.weight),
        "n_above": int(place["n_above"]),
        "share_above": float(place["share_above"]),
        "across": float(place["across"]),
        "upward": float(place["upward"]),
        "extrapolated": bool(place["extrapolated"]),
        "slope_across": slope[0],
        "slope_upward": slope[1],
    }


def comparisons_frame(rated: RatedProducts, possible: list[PreferenceModel]) -> pd.DataFrame:
    """Test each model against the next simpler one."""
    before = ((rated.liking - rated.liking.mean(axis=0)) ** 2).sum(axis=0)
    against, fewer = "mean", 1
    n_products, n = rated.liking.shape
    rows = []
    for model in possible:
        after, more = _squared_errors(rated, model), len(TERMS[model])
        p_values, statistic, p_value = nested_test(
            before, after, extra=more - fewer, left=n_products - more
        )
        better = p_values <= TEST_LEVEL
        rows.append(
            {
                "model": model,
                "against": against,
                "n": n,
                "n_significant": int(better.sum()),
                "share_significant": float(better.mean()),
                "statistic": statistic,
                "df": 2 * n,
                "p_value": p_value,
            }
        )
        before, against, fewer = after, str(model), more
    return pd.DataFrame(rows)


def optima_frame(fitted: FittedLiking, surface: pd.DataFrame) -> pd.DataFrame:
    """Count what kind of surface the model gives respondents."""
    kinds, places = optimum_kinds(fitted)
    sides = surface[["across", "upward"]]
    low, high = sides.min().to_numpy(), sides.max().to_numpy()
    inside = ((places >= low) & (places <= high)).all(axis=1)
    names = ["ideal", "anti_ideal", "saddle", "direction"]
    counts = [int((kinds == name).sum()) for name in names]
    return pd.DataFrame(
        {
            "optimum": names,
            "n": counts,
            "share": [fitted.weight[kinds == name].sum() / fitted.weight.sum() for name in names],
            "ideal_inside": [int((inside & (kinds == "ideal")).sum()), 0, 0, 0],
        }
    )


def _squared_errors(rated: RatedProducts, model: PreferenceModel) -> Floats:
    places = rated.places - rated.places.mean(axis=0)
    predicted = terms_at(places) @ fitted_coefficients(places, rated.liking, model)
    return np.asarray(((rated.liking - predicted) ** 2).sum(axis=0))
