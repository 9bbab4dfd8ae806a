"""Preference map: where on a map of products respondents like what they find."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    check_known,
    check_option,
    check_whole_number,
    frame_of,
    require_kind,
    require_unique,
)
from brandkit.core.labels import label_text
from brandkit.core.linalg import Flags, Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.core.story import speaker
from brandkit.positioning.maps.components import ComponentMap, component_map
from brandkit.positioning.maps.correspondence import CorrespondenceMap
from brandkit.positioning.maps.distances import DistanceMap

PreferenceModel = Literal["vector", "circular", "elliptical", "quadratic"]
OwnMean = Literal["surface", "products"]
Missing = Literal["raise", "drop"]
AnyMap = CorrespondenceMap | ComponentMap | DistanceMap

#: What is told of the place liked by most.
_BEST = ("n_above", "share_above", "across", "upward", "extrapolated")
#: Columns of a model's terms among 1, x, y, x^2, y^2, xy; a circle has one for both squares.
TERMS: dict[PreferenceModel, tuple[tuple[int, ...], ...]] = {
    "vector": ((0,), (1,), (2,)),
    "circular": ((0,), (1,), (2,), (3, 4)),
    "elliptical": ((0,), (1,), (2,), (3,), (4,)),
    "quadratic": ((0,), (1,), (2,), (3,), (4,), (5,)),
}
MARGIN = 0.05
"""Room around the products on the grid, as a part of their spread."""
_CHUNK = 4_096
_ROUNDING = 1e-12
TEST_LEVEL = 0.05
SMALL_BASE = 30
"""Respondents under which shares are called uncertain."""

MODEL_WORDS = {
    "vector": Message("vector"),
    "circular": Message("circular"),
    "elliptical": Message("elliptical"),
    "quadratic": Message("quadratic"),
}
"""The models as readers see them."""


@dataclass(frozen=True)
class FittedLiking:
    """What each respondent is predicted to like, and the mean it is compared with.

    Rows of single persons: for computing, never for a page.

    Parameters
    ----------
    coefficients : ndarray, 6 x respondents
        Of 1, x, y, x^2, y^2 and xy, from the middle of the products.
    middle : ndarray, 2
    threshold : ndarray, respondents
        Each one's own mean.
    weight : ndarray, respondents
    """

    coefficients: Floats
    middle: Floats
    threshold: Floats
    weight: Floats

    def predicted(self, places: Floats) -> Floats:
        """Predict liking at places, n x 2; gives n x respondents."""
        return np.asarray(terms_at(places - self.middle) @ self.coefficients)

    def above(self, places: Floats) -> tuple[Floats, Floats]:
        """Count respondents above their own mean at places, and give their weighted share."""
        count, weighted = np.empty(len(places)), np.empty(len(places))
        size = np.abs(self.coefficients).max(axis=0)
        least = self.threshold + _ROUNDING * np.maximum(size, np.abs(self.threshold))
        for start in range(0, len(places), _CHUNK):
            part = slice(start, start + _CHUNK)
            is_above = self.predicted(places[part]) > least
            count[part] = is_above.sum(axis=1)
            weighted[part] = is_above @ self.weight
        return count, weighted / self.weight.sum()


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PreferenceMap(Result):
    """Which places of a map how many respondents are predicted to like.

    Parameters
    ----------
    products : DataFrame
        One row a product: ``label across upward n_above share_above mean_liking
        observed_above``: its place, respondents predicted above their own mean there, its mean
        rating, and the share who rated it above their own mean rating.
    surface : DataFrame
        One row a point of the grid, upward within across: ``across upward n_above share_above
        extrapolated``.
    models : DataFrame
        One row a model that the products suffice for: ``model n_parameters r2 n_above
        share_above across upward extrapolated slope_across slope_upward``: the mean share of a
        respondent's variance it explains, the place liked by most and how many, and the slope
        of the average respondent's liking at the middle of the products.
    tests : DataFrame
        One row a step from a model to the next richer: ``model against n n_significant
        share_significant statistic df p_value``. Each respondent has an F test; ``statistic`` is
        Fisher's combination of them, chi-square with ``df`` degrees of freedom.
    optima : DataFrame
        One row a kind of surface the chosen model gives respondents: ``optimum n share
        ideal_inside``: ideal point (liking falls from there on), anti-ideal, saddle, direction;
        and how many ideal points lie on the grid.
    axes : DataFrame
        One row an axis of the map, ``axis share``: the share it shows, as on the map itself;
        missing where the map does not say.
    model : str
        The model of ``surface``, ``products`` and ``optima``.
    own_mean : str
        What a predicted liking is compared with.
    n, n_dropped : int
        Respondents behind the map, and those left out because a rating is missing.
    fitted : FittedLiking
        The regressions of all respondents: to predict liking elsewhere, never for a page.
    """

    products: pd.DataFrame
    surface: pd.DataFrame
    models: pd.DataFrame
    tests: pd.DataFrame
    optima: pd.DataFrame
    axes: pd.DataFrame
    model: PreferenceModel
    own_mean: OwnMean
    n: int
    n_dropped: int
    fitted: FittedLiking

    def share_above(self, places: Floats) -> Floats:
        """Give the share of respondents predicted above their own mean at places, n x 2."""
        return self.fitted.above(np.asarray(places, dtype=float).reshape(-1, 2))[1]

    def predicted_liking(self, places: Floats) -> Floats:
        """Predict each respondent's liking at places, n x 2; gives n x respondents.

        For computing on, such as shares of choice. Rows of single persons: never for a page.
        """
        return self.fitted.predicted(np.asarray(places, dtype=float).reshape(-1, 2))

    def glance(self) -> pd.DataFrame:
        """Give one row: model, base, and the place that most respondents are predicted to like."""
        best = self.models[self.models["model"] == self.model].iloc[0]
        told = {name: best[name] for name in ("r2", *_BEST)}
        names = " ".join(["model own_mean n_products n n_dropped", *told])
        return self._row(names, n_products=len(self.products), **told)


def preference_map(
    space: pd.DataFrame | AnyMap,
    *,
    liking: pd.DataFrame,
    model: PreferenceModel = "quadratic",
    own_mean: OwnMean = "surface",
    weight: pd.Series | None = None,
    missing: Missing = "raise",
    grid: int = 200,
) -> PreferenceMap:
    """Map where respondents like what they find: external preference mapping.

    Answers *which place on the map would most people like, and does anybody stand there?* Each
    respondent's ratings of the products are regressed on the products' places on the first two
    axes; every place then has the share of respondents who are predicted to like it.

    Parameters
    ----------
    space : DataFrame, products x attributes, or a map
        A table is mapped by :func:`~brandkit.positioning.maps.components.component_map`. Of a map
        the places of its rows or points are taken as they are.
    liking : DataFrame, products x respondents
        Ratings, higher for better liked. The index names products of the map.
    model : str, default "quadratic"
        ``"vector"``: the further in one direction, the better. ``"circular"``: an ideal point,
        liking falls alike all round. ``"elliptical"``: it falls faster along one axis.
        ``"quadratic"``: along any direction.
    own_mean : str, default "surface"
        A respondent counts where the prediction is above ``"surface"``: the mean of all
        predictions over the grid (R's ``carto``), or ``"products"``: the mean of his or her
        ratings. The first depends on how far the grid goes, the second does not.
    weight : Series, optional
        Weights of respondents, by the columns of `liking`; shares are weighted, counts are not.
    missing : str, default "raise"
        What to do with respondents who did not rate every product: refuse, or ``"drop"`` them.
    grid : int, default 200
        Steps of the grid along the longer side of the products, which gets a margin of 5 %.

    Returns
    -------
    PreferenceMap

    Raises
    ------
    InputError
        Where products, respondents or weights do not fit together, or a rating is missing or no
        number. Errors tell counts, never a respondent's name or answer.
    NotEnoughDataError
        Where there are too few products for the model, or they lie on one line or curve.

    Notes
    -----
    With x and y the place of a product, liking = a + bx + cy (vector), + d(x^2 + y^2)
    (circular), + dx^2 + ey^2 (elliptical), + dx^2 + ey^2 + fxy (quadratic), by least squares for
    every respondent. The vector and the quadratic model do not depend on the scale of the axes;
    the other two do.

    Tests compare each model with the next simpler one within every respondent (F, which needs
    errors that are independent and of equal spread within a respondent) and combine the p-values
    by Fisher's method; respondents may differ in their spread. Under the simpler model 5 % of the
    respondents prefer the richer at the 5 % level. They hold for these products: what all like
    about a product beside its place speaks against every simple model.

    Respondents who like all products alike have no preference to map: they are left out, and
    ``notes`` count them. With few products a model fits noise: watch the degrees of freedom.

    References
    ----------
    Danzart, M. (1998). Quadratic model in preference mapping. 4th Sensometric Meeting,
    Copenhagen.
    Lê, S. and Husson, F. (2008). SensoMineR: a package for sensory data analysis. Journal of
    Sensory Studies 23, 14-25. doi:10.1111/j.1745-459X.2007.00137.x
    Greenhoff, K. and MacFie, H. J. H. (1994). Preference mapping in practice. In: Measurement of
    Food Preferences, 137-166. doi:10.1007/978-1-4615-2171-6_6

    Examples
    --------
    Five products; two respondents like what lies right, one what lies left:

    >>> import pandas as pd
    >>> table = pd.DataFrame({"fair": [1.0, 2, 3, 4, 5], "modern": [2.0, 1, 4, 3, 3]},
    ...                      index=list("ABCDE"))
    >>> liking = pd.DataFrame({"r1": [1, 2, 3, 4, 5], "r2": [2, 1, 3, 4, 4], "r3": [5, 4, 3, 2, 1]},
    ...                       index=list("ABCDE"))
    >>> result = preference_map(table, liking=liking, model="vector")
    >>> result.products["n_above"].tolist()
    [1, 1, 2, 2, 2]
    """
    check_option("model", model, get_args(PreferenceModel))
    check_option("own_mean", own_mean, get_args(OwnMean))
    check_option("missing", missing, get_args(Missing))
    check_whole_number("grid", grid, low=10)
    space = component_map(space) if isinstance(space, pd.DataFrame) else space
    rated = _rated_products(_places_of(space), liking, weight=weight, missing=missing)
    possible = _possible_models(rated.places, model)

    points = _grid(rated.places, grid)
    beyond = outside(points, rated.places)
    fits = {one: _fitted(rated, points, one, own_mean) for one in possible}
    errors = {"mean": ((rated.liking - rated.liking.mean(axis=0)) ** 2).sum(axis=0)}
    for one, fit in fits.items():
        errors[one] = ((rated.liking - fit.predicted(rated.places)) ** 2).sum(axis=0)
    surfaces = {
        one: _places_frame(points, fit).assign(extrapolated=beyond) for one, fit in fits.items()
    }

    weight = rated.weight / rated.weight.sum()
    products = _places_frame(rated.places, fits[model]).assign(
        mean_liking=rated.liking @ weight,
        observed_above=(rated.liking > rated.liking.mean(axis=0)) @ weight,
    )
    products.insert(0, "label", rated.labels)
    explained = {one: 1 - errors[one] / errors["mean"] for one in possible}
    rows = [_model_row(one, fits[one], surfaces[one], explained[one]) for one in possible]
    return PreferenceMap(
        products=products,
        surface=surfaces[model],
        models=pd.DataFrame(rows),
        tests=_tests_frame(errors, len(rated.labels)),
        optima=_optima_frame(fits[model], points),
        axes=space.axes[["axis", "share"]].head(2),
        model=model,
        own_mean=own_mean,
        n=rated.liking.shape[1],
        n_dropped=rated.n_dropped,
        fitted=fits[model],
        notes=_notes(rated, possible),
    )


# --- checks --------------------------------------------------------------------------------------


class _Rated(NamedTuple):
    """Rated products: places (products, 2), liking (products, respondents), their weights."""

    labels: pd.Index
    places: Floats
    liking: Floats
    weight: Floats
    n_dropped: int
    n_constant: int


def _places_of(space: AnyMap) -> pd.DataFrame:
    """Give the first two coordinates of a map's rows or points."""
    require_kind("space", space, AnyMap, what="a table of products by attributes or a map")
    points = space.points if isinstance(space, DistanceMap) else space.rows
    if points["axis"].max() < 2:
        raise NotEnoughDataError(
            "`space` must have two axes; found a map of one. Add attributes or products."
        )
    wide = points[points["axis"] <= 2].pivot(index="label", columns="axis", values="coordinate")
    return wide.loc[points["label"].drop_duplicates()]


def _rated_products(
    space: pd.DataFrame, liking: pd.DataFrame, *, weight: pd.Series | None, missing: Missing
) -> _Rated:
    """Check ratings against the map, without ever telling a respondent's name or answer."""
    liking = frame_of("liking", liking, named=False)
    labels = _checked_products(space.index, liking)
    if liking.columns.has_duplicates:
        raise InputError(
            "`liking` must name each respondent once; found "
            f"{int(liking.columns.duplicated().sum())} names more than once. Number them anew."
        )
    values = _numbers(liking)
    weights = _weights(weight, liking.columns)
    is_known = np.isfinite(values)
    is_whole = is_known.all(axis=0)
    if missing == "raise" and not is_whole.all():
        raise InputError(
            f"`liking` must hold finite numbers; found {int((~is_known).sum())} cells without one, "
            f'of {int((~is_whole).sum())} respondents. Give `missing="drop"` to leave them out.'
        )
    varies = np.ptp(np.where(is_whole, values, 0.0), axis=0) > 0
    used = is_whole & varies & (weights > 0)
    if used.sum() < 2:
        raise NotEnoughDataError(
            "`liking` must have at least 2 respondents who like products unequally; found "
            f"{int(used.sum())}."
        )
    n_dropped, n_constant = int((~is_whole).sum()), int((is_whole & ~varies).sum())
    places = space.loc[labels].to_numpy(dtype=float)
    return _Rated(labels, places, values[:, used], weights[used], n_dropped, n_constant)


def _checked_products(known: pd.Index, liking: pd.DataFrame) -> pd.Index:
    labels = pd.Index([label_text(label) for label in liking.index])
    require_unique("liking", list(labels), what="product")
    if not labels.isin(known).all() and all(label_text(one) in known for one in liking.columns):
        raise InputError(
            "`liking` must have products in rows and respondents in columns; found the products "
            "in the columns. Give liking.T."
        )
    check_known("liking", list(labels), list(known), rule="rate products of the map")
    return labels


def _numbers(liking: pd.DataFrame) -> Floats:
    if all(dtype.kind in "iuf" for dtype in set(liking.dtypes)):
        return np.asarray(liking.to_numpy(dtype=float, na_value=np.nan))
    cells = pd.Series(liking.to_numpy(dtype=object).ravel())
    numbers = pd.to_numeric(cells, errors="coerce")
    n_texts = int((numbers.isna() & cells.notna()).sum())
    if n_texts:
        raise InputError(
            f"`liking` must hold numbers only; found {n_texts} cells that are none. Code the "
            "answers as numbers, higher for better liked."
        )
    return np.asarray(numbers.to_numpy(dtype=float, na_value=np.nan).reshape(liking.shape))


def _weights(weight: pd.Series | None, respondents: pd.Index) -> Floats:
    if weight is None:
        return np.ones(len(respondents))
    require_kind("weight", weight, pd.Series, what="a pandas Series")
    n_without = int((~respondents.isin(weight.index)).sum())
    twice = " and names more than once" if weight.index.has_duplicates else ""
    if n_without or twice:
        raise InputError(
            "`weight` must give one weight for each respondent of `liking`; found "
            f"{n_without} respondents without one{twice}. Index it by the columns of `liking`."
        )
    values = weight.loc[respondents].to_numpy(dtype=float, na_value=np.nan)
    is_bad = ~np.isfinite(values) | (values < 0)
    if is_bad.any() or not values.any():
        raise InputError(
            "`weight` must be finite and >= 0, and not all 0; found "
            f"{int(is_bad.sum())} that are not. Mend the weights."
        )
    return values


def _possible_models(places: Floats, chosen: PreferenceModel) -> list[PreferenceModel]:
    """List the models the products suffice for; refuse where the chosen is none of them."""
    n = len(places)
    spread = places - places.mean(axis=0)
    spread = spread / np.abs(spread).max()
    ranks = {one: np.linalg.matrix_rank(model_terms(spread, one), tol=1e-8) for one in TERMS}
    possible = [one for one, terms in TERMS.items() if n > len(terms) == ranks[one]]
    if chosen in possible:
        return possible
    most = len(TERMS[chosen])
    if n <= most:
        raise NotEnoughDataError(
            f"`liking` must rate at least {most + 1} products for the {chosen} model; found {n}. "
            "Take a simpler model, or rate more products."
        )
    raise InputError(
        f"`space` must spread the products over the plane for the {chosen} model; found all on "
        "one line or curve. Take a simpler model, or other axes."
    )


# --- the fit -------------------------------------------------------------------------------------


def terms_at(places: Floats) -> Floats:
    """Give 1, x, y, x^2, y^2 and xy at places, n x 2."""
    x, y = places.T
    return np.column_stack([np.ones_like(x), x, y, x * x, y * y, x * y])


def model_terms(places: Floats, model: PreferenceModel) -> Floats:
    """Give the terms of a model at places."""
    terms = terms_at(places)
    return np.column_stack([terms[:, group].sum(axis=1) for group in TERMS[model]])


def fitted_coefficients(places: Floats, liking: Floats, model: PreferenceModel) -> Floats:
    """Regress all respondents on a model's terms; give the coefficients of all six terms."""
    found = np.linalg.lstsq(model_terms(places, model), liking, rcond=None)[0]
    coefficients = np.zeros((6, liking.shape[1]))
    for row, group in enumerate(TERMS[model]):
        coefficients[list(group)] = found[row]
    return coefficients


def _grid(places: Floats, steps: int) -> Floats:
    """List the points of a grid, upward within across: the places and a margin around them."""
    low, high = places.min(axis=0), places.max(axis=0)
    room = MARGIN * (high - low)
    step = (high - low).max() / steps
    across, upward = (
        start + step * np.arange(int(np.floor((stop - start) / step + 1e-9)) + 1)
        for start, stop in zip(low - room, high + room, strict=True)
    )
    return np.column_stack([np.repeat(across, len(upward)), np.tile(upward, len(across))])


def outside(places: Floats, products: Floats) -> Flags:
    """Say which places lie outside the hull of the products."""
    from scipy.spatial import ConvexHull

    sides = ConvexHull(products).equations
    room = 1e-9 * np.ptp(products, axis=0).max()
    return np.asarray((places @ sides[:, :2].T + sides[:, 2] > room).any(axis=1))


def _fitted(
    rated: _Rated, points: Floats, model: PreferenceModel, own_mean: OwnMean
) -> FittedLiking:
    middle = rated.places.mean(axis=0)
    coefficients = fitted_coefficients(rated.places - middle, rated.liking, model)
    threshold = rated.liking.mean(axis=0)
    if own_mean == "surface":
        threshold = terms_at(points - middle).mean(axis=0) @ coefficients
    return FittedLiking(coefficients, middle, threshold, rated.weight)


# --- labels --------------------------------------------------------------------------------------


def _places_frame(places: Floats, fitted: FittedLiking) -> pd.DataFrame:
    """Give places and who is predicted above the own mean there."""
    count, share = fitted.above(places)
    frame = pd.DataFrame(places, columns=["across", "upward"])
    return frame.assign(n_above=count.astype(int), share_above=share)


def nested_test(
    residual: Floats, richer: Floats, *, extra: int, left: int
) -> tuple[Floats, float, float]:
    """F test each respondent's residual sums of squares; p (respondents,), Fisher's sum and p."""
    from scipy.stats import chi2
    from scipy.stats import f as f_distribution

    gain = np.maximum(residual - richer, 0.0) / extra
    # A perfect fit: the F ratio is as large as numbers go.
    base = np.maximum(richer / left, np.finfo(float).tiny)
    p_values = f_distribution.sf(gain / base, extra, left)
    statistic = float(-2 * np.log(np.maximum(p_values, np.finfo(float).tiny)).sum())
    return p_values, statistic, float(chi2.sf(statistic, 2 * len(p_values)))


def _model_row(
    model: PreferenceModel, fitted: FittedLiking, surface: pd.DataFrame, explained: Floats
) -> dict[str, object]:
    """Describe a model; of the places liked by most, the middle one is told."""
    best = surface[surface["share_above"] >= surface["share_above"].max() - 1e-12]
    places = best[["across", "upward"]].to_numpy()
    place = best.iloc[int(((places - places.mean(axis=0)) ** 2).sum(axis=1).argmin())]
    slope = np.average(fitted.coefficients[1:3], axis=1, weights=fitted.weight)
    return {
        "model": model,
        "n_parameters": len(TERMS[model]),
        "r2": np.average(explained, weights=fitted.weight),
        **{name: place[name] for name in _BEST},
        "slope_across": slope[0],
        "slope_upward": slope[1],
    }


def _tests_frame(errors: Mapping[str, Floats], n_products: int) -> pd.DataFrame:
    """Test each model against the next simpler one, by squared errors (respondents,)."""
    size = {"mean": 1} | {str(model): len(terms) for model, terms in TERMS.items()}
    rows = []
    for (against, before), (model, after) in pairwise(errors.items()):
        extra, left = size[model] - size[against], n_products - size[model]
        p_values, statistic, p_value = nested_test(before, after, extra=extra, left=left)
        better = p_values <= TEST_LEVEL
        rows.append(
            {
                "model": model,
                "against": against,
                "n": len(better),
                "n_significant": int(better.sum()),
                "share_significant": float(better.mean()),
                "statistic": statistic,
                "df": 2 * len(better),
                "p_value": p_value,
            }
        )
    return pd.DataFrame(rows)


def _optima_frame(fitted: FittedLiking, points: Floats) -> pd.DataFrame:
    """Count what kind of surface the model gives respondents, and ideal points on the grid."""
    _, a, b, aa, bb, ab = fitted.coefficients
    determinant = 4 * aa * bb - ab**2
    size = np.maximum(np.abs(aa) + np.abs(bb) + np.abs(ab), np.finfo(float).tiny)
    is_curved = (aa != 0) | (bb != 0) | (ab != 0)
    is_point = is_curved & (np.abs(determinant) > _ROUNDING * size**2)
    names = ["ideal", "anti_ideal", "saddle", "direction"]
    kinds = np.select([~is_point, determinant < 0, aa < 0], [3, 2, 0], 1)
    safe = np.where(is_point, determinant, np.nan)
    places = np.stack([(ab * b - 2 * bb * a) / safe, (ab * a - 2 * aa * b) / safe], axis=1)
    places += fitted.middle
    inside = ((places >= points.min(axis=0)) & (places <= points.max(axis=0))).all(axis=1)
    return pd.DataFrame(
        {
            "optimum": names,
            "n": np.bincount(kinds, minlength=4),
            "share": [fitted.weight[kinds == at].sum() / fitted.weight.sum() for at in range(4)],
            "ideal_inside": [int((inside & (kinds == 0)).sum()), 0, 0, 0],
        }
    )


def _notes(rated: _Rated, possible: list[PreferenceModel]) -> tuple[Message, ...]:
    n = rated.liking.shape[1]
    say = speaker(n=n, model=MODEL_WORDS[possible[-1]])
    dropped = say(
        "Left out: {n:count} {n:respondent|respondents} who did not rate every product.",
        n=rated.n_dropped,
    )
    constant = say(
        "Left out: {n:count} {n:respondent|respondents} who like all products alike.",
        n=rated.n_constant,
    )
    rough = say("Only {n:count} respondents stand behind this map; shares are rough.")
    richest = say(
        "{n:count} products do not suffice for every model; the richest fitted is the {model} one.",
        n=len(rated.labels),
    )
    return (
        *[dropped] * bool(rated.n_dropped),
        *[constant] * bool(rated.n_constant),
        *[rough] * (n < SMALL_BASE),
        *[richest] * (len(possible) < len(TERMS)),
    )
