"""Prediction by a path model: does it foretell answers it has not seen, and better than a line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from scipy.special import stdtr

from brandkit.core.errors import NotEnoughDataError, check_level, check_option, check_whole_number
from brandkit.core.intervals import t_interval
from brandkit.core.linalg import Codes, Flags, Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.sampling.draws import person_keys
from brandkit.sampling.rows import Data, RowDraws, SurveyRows, Weight, survey_rows
from brandkit.satisfaction.paths.checks import WholeRule
from brandkit.satisfaction.paths.design import Blocks, Mode, PathDesign, Paths, Scheme, path_design
from brandkit.satisfaction.paths.kernel import MomentSource, direct_effects, path_values

Antecedents = Literal["earliest", "direct"]

FEW_PERSONS = 100
"""Persons under which the interval of the comparison is too short: .88 of them hold at 50."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PathPrediction(Result):
    """How well a path model foretells the answers of persons it was not fitted to.

    Parameters
    ----------
    items : DataFrame
        One row an item of the outcome: ``item label n rmse rmse_linear rmse_mean mae mae_linear
        q2``. Errors are in the item's own units: of the path model, of a linear regression on
        the same blocks' items, and of the mean alone. q2 is 1 less the path model's squared error
        over that of the mean: above 0 it foretells something.
    comparison : DataFrame
        One row: ``estimate std_error ci_low ci_high ci_level p_value``: mean squared error of the
        path model less that of the linear regression, over items standardised by their spread;
        below 0 the path model is the better.
    facts : mapping
        What ``glance`` tells.
    """

    items: pd.DataFrame
    comparison: pd.DataFrame
    facts: Mapping[str, Any]

    def tidy(self) -> pd.DataFrame:
        """Give the errors by item."""
        return self.items.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: outcome, base, folds and errors over all items."""
        return pd.DataFrame([dict(self.facts)])


def path_prediction(
    data: Data,
    *,
    blocks: Blocks,
    paths: Paths,
    outcome: str = "SAT",
    antecedents: Antecedents = "earliest",
    scheme: Scheme = "path",
    scaled: bool = True,
    modes: Mode | Mapping[str, Mode] = "A",
    missing: WholeRule = "raise",
    weight: Weight | None = None,
    respondent: str | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    folds: int = 10,
    seed: int = 0,
    level: float = 0.95,
) -> PathPrediction:
    """Foretell the answers of persons left out, by the path model and by linear regression.

    Answers *does the model say more than a regression would?* A model that explains well and
    foretells badly fits its sample only.

    Parameters
    ----------
    data : DataFrame or Survey
        One row a respondent, or a respondent and bank.
    blocks, paths, scheme, scaled, modes
        The model, as in :func:`~brandkit.satisfaction.paths.paths.path_model`.
    outcome : str, default "SAT"
        The block whose items are foretold.
    antecedents : "earliest" or "direct"
        What is known of a person left out: the blocks where all ways to the outcome begin, or
        those with a path to it.
    missing : "raise", "drop" or "mean"
    weight : str or SurveyWeights, optional
    respondent, strata, cluster : str, optional
        Columns of the design.
    folds : int, default 10
        Parts; all rows of a person (cluster) are in one.
    seed : int, default 0
    level : float, default 0.95

    Returns
    -------
    PathPrediction

    Raises
    ------
    InputError
        The outcome is no block, or no path leads to it.
    NotEnoughDataError
        Fewer persons than folds, or too few for the regression.

    Notes
    -----
    Each part is foretold by the model of all others (weights, paths, loadings, means and spreads
    from there): an item is its mean plus its spread times its loading times the score that the
    known blocks' scores give along the paths. The benchmark is the regression of each item on all
    items of the known blocks. The comparison is that of predictive abilities: the mean over items
    of squared errors, by person, with the error of the design.

    References
    ----------
    Shmueli, G., Ray, S., Velasquez Estrada, J. M. and Chatla, S. B. (2016). The elephant in the
    room: predictive performance of PLS models. Journal of Business Research 69(10).
    doi:10.1016/j.jbusres.2016.03.049
    Liengaard, B. D. et al. (2021). Prediction: coveted, yet forsaken? Decision Sciences 52(2).
    doi:10.1111/deci.12445

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> quality = rng.normal(size=100)
    >>> answers = pd.DataFrame(
    ...     {name: quality + rng.normal(size=100) for name in ("q1", "q2", "s1")})
    >>> result = path_prediction(
    ...     answers, blocks={"QUAL": ["q1", "q2"], "SAT": ["s1"]}, paths=[("QUAL", "SAT")])
    >>> result.items[["rmse", "rmse_linear"]].round(3).to_numpy().tolist()
    [[1.106, 1.107]]
    """
    check_option("missing", missing, get_args(WholeRule))
    check_option("antecedents", antecedents, get_args(Antecedents))
    check_whole_number("folds", folds, low=2)
    check_level(level)
    design = path_design(blocks=blocks, paths=paths, scheme=scheme, modes=modes)
    at = design.place_led_to(outcome, argument="outcome")
    begins = ~design.inner.any(axis=1)
    known = design.inner[at] if antecedents == "direct" else design.reached[at] & begins
    rows = survey_rows(
        data, columns=design.items, weight=weight, respondent=respondent, strata=strata,
        cluster=cluster, missing=missing,
    )  # fmt: skip
    n_known = int(design.sizes[known].sum())
    if rows.n_units < folds or rows.n_persons * (folds - 1) // folds < n_known + 2:
        raise NotEnoughDataError(
            f"`data` must have at least {max(folds, n_known + 3)} persons for {folds} folds and "
            f"{n_known} items in the regression; found {rows.n_persons}. Use fewer folds or items."
        )
    # units are dealt out whatever the order of rows
    _, rank = np.unique(person_keys(rows.keys, seed=seed), return_inverse=True)
    fold = np.asarray(rank % folds, dtype=np.intp)

    errors = _errors(
        MomentSource(rows, scaled=scaled), fold, design=design, at=at, known=known,
        is_direct=antecedents == "direct",
    )  # fmt: skip
    share = rows.weight / rows.weight.sum()
    squared = {name: share @ error**2 for name, error in errors.items()}
    compared = _compared(rows, errors, squared["mean"], level)
    items = list(design.items[design.items_of(at)])
    frame = pd.DataFrame(
        {
            "item": items,
            "label": [rows.labels.get(item, item) for item in items],
            "n": len(rows),
            "rmse": np.sqrt(squared["path"]),
            "rmse_linear": np.sqrt(squared["linear"]),
            "rmse_mean": np.sqrt(squared["mean"]),
            "mae": share @ np.abs(errors["path"]),
            "mae_linear": share @ np.abs(errors["linear"]),
            "q2": 1 - squared["path"] / squared["mean"],
        }
    )
    facts = {
        "outcome": outcome, "n": len(rows), "n_dropped": rows.n_dropped, "folds": folds,
        "q2": float(1 - squared["path"].sum() / squared["mean"].sum()),
        "difference": compared["estimate"], "p_value": compared["p_value"],
    }  # fmt: skip
    few: tuple[Message, ...] = ()
    if rows.n_persons < FEW_PERSONS:
        text = "With {n:count} persons the interval of the comparison with a regression is too short; it holds from about {limit:count} on."  # noqa: E501
        few = (Message(text, {"n": rows.n_persons, "limit": FEW_PERSONS}),)
    return PathPrediction(
        items=frame, comparison=pd.DataFrame([compared]), facts=facts, notes=(*rows.notes, *few)
    )


def _compared(
    rows: SurveyRows, errors: dict[str, Floats], variance: Floats, level: float
) -> dict[str, float]:
    """Compare squared errors person by person, each item in units of its own spread."""
    loss = ((errors["path"] ** 2 - errors["linear"] ** 2) / variance).mean(axis=1)
    total = rows.weight.sum()
    estimate = float(rows.weight @ loss / total)
    error = float(np.sqrt(rows.covariance((loss - estimate) / total)[0, 0]))
    low, high = t_interval(estimate, std_error=error, df=rows.df, level=level)
    p_value = float(2 * stdtr(rows.df, -abs(estimate / error))) if error > 0 else np.nan
    ends = {"ci_low": float(low), "ci_high": float(high), "ci_level": level}
    return {"estimate": estimate, "std_error": error, **ends, "p_value": p_value}


def _errors(
    source: MomentSource, fold: Codes, *, design: PathDesign, at: int, known: Flags, is_direct: bool
) -> dict[str, Floats]:
    """Give answers less what the model of all other folds foretells, by way: n x items."""
    n_folds, p = int(fold.max()) + 1, len(design.items)
    others = RowDraws(fold, 1.0 - np.eye(n_folds))
    sums = source.moments(design.items, others).sums(others.times)
    have = source.items(sums)
    values = path_values(have, design=design, limits=np.full((p, 2), np.nan))
    if not values.settled.all():
        raise NotEnoughDataError(
            "`folds` must leave answers that a model can be fitted to; found a part without which "
            "items have no differences or determine each other. Use fewer folds."
        )
    outcome, inputs = design.items_of(at), np.flatnonzero(known[design.block_of])
    effects = direct_effects(values, design) if is_direct else values.total
    covariance = sums.covariance().reshape(-1, p, p)
    spreads = np.sqrt(np.maximum(np.diagonal(covariance, axis1=1, axis2=2), 0.0))
    into_score = values.weights[:, inputs] * effects[:, at, design.block_of[inputs]]
    slopes = into_score[:, :, None] * values.loadings[:, None, outcome]
    slopes *= spreads[:, None, outcome] / have.spreads[:, inputs, None]
    inverse = np.linalg.pinv(covariance[:, inputs[:, None], inputs], rcond=1e-12, hermitian=True)
    linear = inverse @ covariance[:, inputs, outcome]
    x = source.rows.values[:, inputs] - have.means[fold][:, inputs]
    off_mean = source.rows.values[:, outcome] - have.means[fold][:, outcome]
    return {
        "path": off_mean - np.einsum("ni,nio->no", x, slopes[fold]),
        "linear": off_mean - np.einsum("ni,nio->no", x, linear[fold]),
        "mean": off_mean,
    }
