"""Reliability: whether the items of a scale measure one thing, and how well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, get_args

import numpy as np
import pandas as pd

from brandkit.core import errors
from brandkit.core.intervals import carried_df, t_interval
from brandkit.core.linalg import Flags, Floats, Ints, ratio
from brandkit.core.message import Message, noted
from brandkit.core.result import Result
from brandkit.sampling.rows import Data, MissingRule, SurveyRows, Weight, data_frame, survey_rows
from brandkit.satisfaction.groups import wanted_items

#: Smallest share of an item's variance that is its own, as in R's ``factanal``.
LEAST_OWN = 0.005


class OneFactor(NamedTuple):
    """Loadings on one factor, and what is each item's own; of standardised items."""

    loadings: Floats
    own: Floats

    @property
    def is_bounded(self) -> bool:
        """Whether an item was left no variance of its own (a Heywood case)."""
        return bool((self.own <= LEAST_OWN * (1 + 1e-6)).any())

    def omega(self, deviations: Floats) -> float:
        """Give McDonald's omega of the sum of items with these standard deviations."""
        common = float((self.loadings * deviations).sum()) ** 2
        return common / (common + float((self.own * deviations**2).sum()))


def one_factor(correlations: Floats) -> OneFactor:
    """Fit one factor to the correlations of at least three items, shape (p, p); loadings sum >= 0.

    Minimises over the items' own variances u the profile likelihood: with the eigenvalues e of
    u^-1/2 R u^-1/2, all but the largest, the sum of e - log(e) - 1; loadings are
    u^1/2 v (e_1 - 1)^1/2, v the leading eigenvector. Jöreskog (1967), Some contributions to maximum
    likelihood factor analysis, Psychometrika 32, 443-482.

    Examples
    --------
    >>> loadings = np.array([0.8, 0.7, 0.6])
    >>> correlations = np.outer(loadings, loadings)
    >>> np.fill_diagonal(correlations, 1.0)
    >>> one_factor(correlations).loadings.round(6).tolist()
    [0.8, 0.7, 0.6]
    """
    from scipy.optimize import minimize

    inverse = np.linalg.inv(correlations)
    start = np.clip((1 - 0.5 / len(correlations)) / np.diagonal(inverse), LEAST_OWN, 1.0)
    fitted = minimize(
        _misfit,
        start,
        args=(correlations,),
        jac=True,
        method="L-BFGS-B",
        bounds=[(LEAST_OWN, 1.0)] * len(correlations),
        options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 2000},
    )
    own = np.asarray(fitted.x)
    loadings = _loadings(own, correlations)
    return OneFactor(loadings if loadings.sum() >= 0 else -loadings, own)


def _loadings(own: Floats, correlations: Floats) -> Floats:
    root = np.sqrt(own)
    values, vectors = np.linalg.eigh(correlations / np.outer(root, root))
    return np.asarray(root * vectors[:, -1] * np.sqrt(max(values[-1] - 1.0, 0.0)))


def _misfit(own: Floats, correlations: Floats) -> tuple[float, Floats]:
    """Give the likelihood's misfit and its slopes, as R's ``factanal`` computes them."""
    root = np.sqrt(own)
    values, _ = np.linalg.eigh(correlations / np.outer(root, root))
    rest = np.maximum(values[:-1], 1e-300)
    loadings = _loadings(own, correlations)
    apart = np.outer(loadings, loadings) + np.diag(own) - correlations
    return float((rest - np.log(rest) - 1.0).sum()), np.asarray(np.diagonal(apart) / own**2)


#: Smallest eigenvalue of a correlation matrix that can be inverted.
SINGULAR = 1e-10


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ScaleReliability(Result):
    """Reliability of a scale and of its items.

    Parameters
    ----------
    scale : DataFrame
        One row: ``n_items n n_respondents n_dropped alpha_raw alpha_low alpha_high ci_level
        alpha_standardised omega omega_standardised kmo mean_correlation``.
    items : DataFrame
        One row an item: ``item n mean spread item_rest alpha_if_dropped loading kmo
        looks_reversed``. A constant item has neither correlation nor part in the scale.
    labels : mapping
        Item to its label, where a codebook has one.
    """

    items: pd.DataFrame
    scale: pd.DataFrame
    labels: Mapping[str, str]

    def glance(self) -> pd.DataFrame:
        """Give the one row of the scale."""
        return self.scale.copy()


def scale_reliability(
    data: Data,
    *,
    items: Sequence[str],
    weight: Weight | None = None,
    respondent: str | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    missing: MissingRule = "raise",
    level: float = 0.95,
) -> ScaleReliability:
    """Say how well items hang together as one scale.

    Answers *may these items be added up?* before their sum is used.

    Parameters
    ----------
    data : DataFrame or Survey
        One row a respondent, or a respondent and bank.
    items : sequence of str
        At least two numeric columns, all running the same way.
    weight : str or SurveyWeights, optional
    respondent, strata, cluster : str, optional
        The design.
    missing : "raise", "drop", "mean" or "pairwise"
        Missing answers: refuse, leave the row out, put the item's mean there, or use for each
        pair of items the rows that have both.
    level : float, default 0.95
        Coverage that the interval of alpha aims at.

    Returns
    -------
    ScaleReliability

    Raises
    ------
    InputError
        A column is unknown or no number, or an answer is missing where it must not.
    NotEnoughDataError
        Fewer than two items vary, or there are fewer than three rows.

    Notes
    -----
    With the weighted covariances C of k items (R their correlations) alpha is
    k/(k - 1) (1 - trace C / sum C); standardised alpha takes R instead, and is the larger where
    items of little spread correlate well: it describes the sum of *standardised* items.
    Item-rest is the correlation of an item with the sum of the others. KMO is
    sum r^2/(sum r^2 + sum q^2) over pairs, q the partial correlations given all other items.
    Omega is (sum l)^2/((sum l)^2 + sum u) of one factor fitted by maximum likelihood, l its
    loadings and u the items' own variances, in the units of the items or standardised; it takes
    three items. The interval is Student's t on log(1 - alpha), alpha linearised in the
    covariances, with the errors of the design; none where missing answers were filled in or used
    pairwise.

    References
    ----------
    Cronbach, L. J. (1951). Coefficient alpha. Psychometrika 16. McDonald, R. P. (1999). Test
    Theory. Kaiser, H. F. (1974). An index of factorial simplicity. Psychometrika 39. Maydeu-
    Olivares, A., Coffman, D. L. and Hartmann, W. M. (2007). Asymptotically distribution-free (ADF)
    interval estimation of coefficient alpha. Psychological Methods 12, 157-176.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"a": [1, 2, 3, 4], "b": [2, 2, 3, 5], "c": [1, 3, 3, 4]})
    >>> result = scale_reliability(answers, items=["a", "b", "c"])
    >>> f"{result.scale.loc[0, 'alpha_raw']:.3f}"
    '0.947'
    """
    errors.check_level(level)
    errors.check_option("missing", missing, get_args(MissingRule))
    names = wanted_items(items)
    errors.require_columns(data_frame(data)[0], names, argument="items")
    design: dict[str, Any] = {"respondent": respondent, "strata": strata, "cluster": cluster}
    rows = survey_rows(data, columns=names, missing=missing, weight=weight, **design)
    n, mean, whole = _moments(rows, pairwise=missing == "pairwise")
    own = np.diagonal(whole)
    varies = own > 1e-12 * np.maximum(mean**2, 1e-12)
    if varies.sum() < 2 or len(rows) < 3:
        found = np.array(names)[varies].tolist()
        raise errors.NotEnoughDataError(
            "`items` must hold at least two that vary, over at least three rows; found "
            f"{len(found)} that vary ({errors.shown(found)}) over {len(rows)} rows. Name other "
            "items."
        )
    covariance = whole[np.ix_(varies, varies)]
    deviations = np.sqrt(np.diagonal(covariance))
    correlations = covariance / np.outer(deviations, deviations)
    is_singular = bool(np.linalg.eigvalsh(correlations)[0] < SINGULAR)
    factor = None if is_singular or len(covariance) < 3 else one_factor(correlations)
    is_exact = missing in ("raise", "drop")
    low, high = _alpha_interval(rows, varies, level=level) if is_exact else (np.nan, np.nan)

    kmo, kmo_items = (np.nan, np.nan) if is_singular else _kmo(correlations)
    k, omega = len(covariance), (np.nan, np.nan)
    loading: Any = np.nan
    if factor is not None:
        loading, omega = factor.loadings, (factor.omega(deviations), factor.omega(np.ones(k)))
    rest = [_alpha(np.delete(np.delete(covariance, at, 0), at, 1)) for at in range(k)]
    of_varying: dict[str, Any] = {"item_rest": _item_rest(covariance), "alpha_if_dropped": rest}
    of_varying |= {"loading": loading, "kmo": kmo_items}
    items_frame = pd.DataFrame({"item": names, "n": n, "mean": mean, "spread": np.sqrt(own)})
    for name, values in of_varying.items():
        items_frame.loc[varies, name] = values
    items_frame["looks_reversed"] = items_frame["item_rest"].to_numpy() < 0
    bases = {"n_items": k, **rows.bases}
    alpha = {"alpha_raw": _alpha(covariance), "alpha_low": low, "alpha_high": high}
    alpha |= {"ci_level": level, "alpha_standardised": _alpha(correlations)}
    others = {"omega": omega[0], "omega_standardised": omega[1], "kmo": kmo}
    others |= {"mean_correlation": float((correlations.sum() - k) / (k * (k - 1)))}
    related = _collinear(correlations, np.array(names)[varies]) if is_singular else []
    notes = [*_item_notes(items_frame), *_factor_notes(factor, related)]
    if not is_exact:
        notes.append(
            Message("Alpha has no interval where missing answers were filled in or used pairwise.")
        )
    elif np.isnan(low):
        notes.append(Message("Alpha has no interval: the items leave no doubt, or do not add up."))
    return ScaleReliability(
        items=items_frame,
        scale=pd.DataFrame([bases | alpha | others]),
        labels={name: rows.labels[name] for name in names if name in rows.labels},
        notes=(*rows.notes, *notes),
    )


def _moments(rows: SurveyRows, *, pairwise: bool) -> tuple[Ints, Floats, Floats]:
    """Give n, weighted means and covariances (over n - 1); pairwise from rows that have both."""
    there = ~np.isnan(rows.values)
    values = np.where(there, rows.values, 0.0)
    weight = rows.weight[:, None] * there
    mean = (weight * values).sum(axis=0) / weight.sum(axis=0)
    if pairwise:
        covariance = rows.moments(pairwise=True).sums().covariance()[0]
    else:
        apart = (values - mean) * there
        covariance = (apart * rows.weight[:, None]).T @ apart / rows.weight.sum()
    covariance = np.asarray(covariance * (len(rows) / max(len(rows) - 1, 1)))
    return there.sum(axis=0).astype(np.int64), mean, covariance


def _alpha(covariance: Floats) -> float:
    k, total = len(covariance), float(covariance.sum())
    if k < 2 or total <= 0:
        return np.nan
    return k / (k - 1) * (1 - float(np.trace(covariance)) / total)


def _item_rest(covariance: Floats) -> Floats:
    """Give the correlation of each item with the sum of the others."""
    own, total = np.diagonal(covariance), covariance.sum(axis=0)
    rest = covariance.sum() - 2 * total + own
    return ratio(total - own, np.sqrt(own * np.maximum(rest, 0)))


def _kmo(correlations: Floats) -> tuple[float, Floats]:
    """Give Kaiser, Meyer and Olkin's measure of all items, and of each."""
    inverse = np.linalg.inv(correlations)
    scale = np.sqrt(np.diagonal(inverse))
    squares, rest = correlations**2, (inverse / np.outer(scale, scale)) ** 2
    np.fill_diagonal(squares, 0.0)
    np.fill_diagonal(rest, 0.0)
    each = squares.sum(axis=0) / (squares.sum(axis=0) + rest.sum(axis=0))
    return float(squares.sum() / (squares.sum() + rest.sum())), np.asarray(each)


def _alpha_interval(rows: SurveyRows, varies: Flags, *, level: float) -> tuple[float, float]:
    """Put Student's t around log(1 - alpha), with alpha linearised in the covariances."""
    values = rows.values[:, varies]
    share = rows.weight / rows.weight.sum()
    apart = values - share @ values
    own, total = (apart**2).sum(axis=1), apart.sum(axis=1) ** 2
    trace, whole = float(share @ own), float(share @ total)
    k = values.shape[1]
    rest = k / (k - 1) * trace / whole - 1 / (k - 1) if whole > 0 else np.nan  # 1 - alpha
    if not rest > 1e-12:
        return np.nan, np.nan
    slope = k / (k - 1) * ((own - trace) / whole - trace * (total - whole) / whole**2)
    influence = slope / rest / rows.weight.sum()
    error = float(np.sqrt(max(rows.covariance(influence)[0, 0], 0.0)))
    df = float(carried_df(rows.contributions(influence)[:, 0], df=rows.df))
    low, high = t_interval(np.log(rest), std_error=error, df=df, level=level)
    return 1 - float(np.exp(high)), 1 - float(np.exp(low))


def _item_notes(items: pd.DataFrame) -> list[Message]:
    constant = items.loc[items["item_rest"].isna() & (items["spread"] < 1e-6), "item"].tolist()
    alike = noted(
        "All answers are alike on {n:count} {n:item|items} ({names}), which {n:is|are} left out of "
        "the scale.",
        names=constant,
        most=5,
    )
    return alike + noted(
        "{n:count} {n:item runs|items run} against the others ({names}): worded the other way and "
        "not turned round, or of another scale. Look at the wording, turn the answers round in the "
        "codebook, and compute again.",
        names=items.loc[items["looks_reversed"], "item"].tolist(),
        most=5,
    )


def _factor_notes(factor: OneFactor | None, related: list[str]) -> list[Message]:
    """Say why there is no factor (``related``: items that follow from others), or its edge."""
    if factor is None and not related:
        return [Message("Omega and loadings take three items.")]
    edge = noted(
        "The factor explains one item wholly, which the data cannot bear: omega is at the edge of "
        "what it can be.",
        edge=factor is not None and factor.is_bounded,
    )
    return edge + noted(
        "Some items follow from the others exactly ({names}), so KMO, loadings and omega do not "
        "exist.",
        names=related,
    )


def _collinear(correlations: Floats, names: np.ndarray) -> list[str]:
    """Name the items that take part in an exact relation."""
    values, vectors = np.linalg.eigh(correlations)
    part = np.abs(vectors[:, values < SINGULAR]).max(axis=1)
    return [str(name) for name in names[part > 1e-6]][:5]
