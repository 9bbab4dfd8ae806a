"""Preference map: where on a map of products respondents like what they find."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    check_option,
    check_whole_number,
    did_you_mean,
    require_frame,
    require_kind,
    require_unique,
    shown,
)
from brandkit.core.labels import label_text
from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.positioning.maps.components import ComponentMap, component_map
from brandkit.positioning.maps.correspondence import CorrespondenceMap
from brandkit.positioning.maps.distances import DistanceMap
from brandkit.positioning.preferences.kernel import (
    TERMS,
    FittedLiking,
    OwnMean,
    PreferenceModel,
    fitted_coefficients,
    grid_around,
    grid_points,
    model_terms,
    nested_test,
    optimum_kinds,
    outside,
    terms_at,
)

Missing = Literal["raise", "drop"]
AnyMap = CorrespondenceMap | ComponentMap | DistanceMap

#: What is told of the place liked by most.
_BEST = ("n_above", "share_above", "across", "upward", "extrapolated")
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

    def tidy(self) -> pd.DataFrame:
        """Give one row a product."""
        return self.products.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: model, base, and the place that most respondents are predicted to like."""
        best = self.models[self.models["model"] == self.model].iloc[0]
        facts = {"model": self.model, "own_mean": self.own_mean, "n_products": len(self.products)}
        facts |= {"n": self.n, "n_dropped": self.n_dropped}
        return pd.DataFrame([facts | {name: best[name] for name in ("r2", *_BEST)}])


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

    points = grid_points(*grid_around(rated.places, grid))
    beyond = outside(points, rated.places)
    fits = {one: _fitted(rated, points, one, own_mean) for one in possible}
    surfaces = {
        one: _places_frame(points, fit).assign(extrapolated=beyond) for one, fit in fits.items()
    }

    rows = [_model_row(rated, one, fits[one], surfaces[one]) for one in possible]
    return PreferenceMap(
        products=_products_frame(rated, fits[model]),
        surface=surfaces[model],
        models=pd.DataFrame(rows),
        tests=_tests_frame(rated, possible),
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


@dataclass(frozen=True)
class _Rated:
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
    require_frame("liking", liking)
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
    unknown = [label for label in labels if label not in known]
    if unknown and all(label_text(label) in known for label in liking.columns):
        raise InputError(
            "`liking` must have products in rows and respondents in columns; found the products "
            "in the columns. Give liking.T."
        )
    if unknown:
        raise InputError(
            f"`liking` must rate products of the map; found {shown(unknown)}."
            f"{did_you_mean(unknown[0], known) or f' It has {shown(known)}.'}"
        )
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


def _fitted(
    rated: _Rated, points: Floats, model: PreferenceModel, own_mean: OwnMean
) -> FittedLiking:
    middle = rated.places.mean(axis=0)
    coefficients = fitted_coefficients(rated.places - middle, rated.liking, model)
    threshold = rated.liking.mean(axis=0)
    if own_mean == "surface":
        threshold = terms_at(points - middle).mean(axis=0) @ coefficients
    return FittedLiking(coefficients, middle, threshold, rated.weight)


def _squared_errors(rated: _Rated, model: PreferenceModel | None) -> Floats:
    """Give each respondent's sum of squared errors, without a model about the own mean."""
    predicted = rated.liking.mean(axis=0)
    if model is not None:
        places = rated.places - rated.places.mean(axis=0)
        predicted = terms_at(places) @ fitted_coefficients(places, rated.liking, model)
    return np.asarray(((rated.liking - predicted) ** 2).sum(axis=0))


# --- labels --------------------------------------------------------------------------------------


def _places_frame(places: Floats, fitted: FittedLiking) -> pd.DataFrame:
    """Give places and who is predicted above the own mean there."""
    count, share = fitted.above(places)
    frame = pd.DataFrame(places, columns=["across", "upward"])
    return frame.assign(n_above=count.astype(int), share_above=share)


def _products_frame(rated: _Rated, fitted: FittedLiking) -> pd.DataFrame:
    weight = rated.weight / rated.weight.sum()
    frame = _places_frame(rated.places, fitted)
    frame.insert(0, "label", rated.labels)
    frame["mean_liking"] = rated.liking @ weight
    frame["observed_above"] = (rated.liking > rated.liking.mean(axis=0)) @ weight
    return frame


def _model_row(
    rated: _Rated, model: PreferenceModel, fitted: FittedLiking, surface: pd.DataFrame
) -> dict[str, object]:
    """Describe a model; of the places liked by most, the middle one is told."""
    best = surface[surface["share_above"] >= surface["share_above"].max() - 1e-12]
    places = best[["across", "upward"]].to_numpy()
    place = best.iloc[int(((places - places.mean(axis=0)) ** 2).sum(axis=1).argmin())]
    explained = 1 - _squared_errors(rated, model) / _squared_errors(rated, None)
    slope = np.average(fitted.coefficients[1:3], axis=1, weights=rated.weight)
    row: dict[str, object] = {"model": model, "n_parameters": len(TERMS[model])}
    row |= {"r2": np.average(explained, weights=rated.weight)}
    row |= {name: place[name] for name in _BEST}
    return row | {"slope_across": slope[0], "slope_upward": slope[1]}


def _tests_frame(rated: _Rated, possible: list[PreferenceModel]) -> pd.DataFrame:
    """Test each model against the next simpler one."""
    n_products, n = rated.liking.shape
    before, against, fewer = _squared_errors(rated, None), "mean", 1
    rows = []
    for model in possible:
        after, more = _squared_errors(rated, model), len(TERMS[model])
        p_values, statistic, p_value = nested_test(
            before, after, extra=more - fewer, left=n_products - more
        )
        better = p_values <= TEST_LEVEL
        row = {"model": model, "against": against, "n": n, "n_significant": int(better.sum())}
        row |= {"share_significant": float(better.mean()), "statistic": statistic}
        rows.append(row | {"df": 2 * n, "p_value": p_value})
        before, against, fewer = after, str(model), more
    return pd.DataFrame(rows)


def _optima_frame(fitted: FittedLiking, points: Floats) -> pd.DataFrame:
    """Count what kind of surface the model gives respondents."""
    kinds, places = optimum_kinds(fitted)
    inside = ((places >= points.min(axis=0)) & (places <= points.max(axis=0))).all(axis=1)
    names = ["ideal", "anti_ideal", "saddle", "direction"]
    columns = {
        "optimum": names,
        "n": [int((kinds == name).sum()) for name in names],
        "share": [fitted.weight[kinds == name].sum() / fitted.weight.sum() for name in names],
        "ideal_inside": [int((inside & (kinds == "ideal")).sum()), 0, 0, 0],
    }
    return pd.DataFrame(columns)


def _notes(rated: _Rated, possible: list[PreferenceModel]) -> tuple[Message, ...]:
    notes = []
    if rated.n_dropped:
        text = "Left out: {n:count} {n:respondent|respondents} who did not rate every product."
        notes.append(Message(text, {"n": rated.n_dropped}))
    if rated.n_constant:
        text = "Left out: {n:count} {n:respondent|respondents} who like all products alike."
        notes.append(Message(text, {"n": rated.n_constant}))
    n = rated.liking.shape[1]
    if n < SMALL_BASE:
        text = "Only {n:count} respondents stand behind this map; shares are rough."
        notes.append(Message(text, {"n": n}))
    if len(possible) < len(TERMS):
        text = (
            "{n:count} products do not suffice for every model; the richest fitted is the "
            "{model} one."
        )
        values = {"n": len(rated.labels), "model": MODEL_WORDS[possible[-1]]}
        notes.append(Message(text, values))
    return tuple(notes)
