"""What customers want and would choose, as far as a map of their preferences tells it."""

from __future__ import annotations

from typing import Literal, Protocol, runtime_checkable

import numpy as np
import pandas as pd

from brandkit.core.errors import InputError, shown
from brandkit.core.linalg import Floats
from brandkit.positioning.preferences import PreferenceMap
from brandkit.positioning.stability import MapStability

ChoiceRule = Literal["logit", "first_choice"]

_SAME_PLACE = 1e-6
_TIE = 1e-12
_CELLS = 2_000_000


@runtime_checkable
class ChoiceShares(Protocol):
    """What can say how shares of choice change: the result of ``choice_model``."""

    def share_changes(self, brand: str, changes: dict[str, float]) -> pd.DataFrame:
        """Give one row a brand, ``brand estimate ci_low ci_high``: the change of its share."""


def check_same_map(preference: PreferenceMap, stability: MapStability) -> None:
    """Refuse preferences on another map than the one whose places are looked at."""
    if not isinstance(preference, PreferenceMap):
        raise TypeError(
            f"`preference` must be the result of preference_map; found {type(preference).__name__}."
        )
    rows = preference.products.set_index("label")
    known = [name for name in stability.brands if name in rows.index]
    at = [stability.brands.index(name) for name in known]
    here = stability.drawn.places[at, :2]
    there = rows.loc[known, ["across", "upward"]].to_numpy(dtype=float)
    if not known or np.abs(here - there).max() > _SAME_PLACE:
        raise InputError(
            "`preference` must be drawn on the map of `stability`; found brands in other places. "
            "Make it by preference_map(stability.map, liking=…)."
        )


def demand_density(
    preference: PreferenceMap, *, places: Floats, draws: int, seed: int
) -> tuple[Floats, Floats]:
    """Give how many would like a brand at each place, above their own mean; on average 1.

    Parameters
    ----------
    preference : PreferenceMap
    places : ndarray, shape (cells, 2)
    draws : int
        Draws over the respondents of the preference map.
    seed : int

    Returns
    -------
    density : ndarray, shape (cells,)
    drawn : ndarray, shape (draws, cells)
    """
    likes = preference.predicted_liking(places) > preference.fitted.threshold + _TIE
    times = respondent_weights(preference, draws=draws, seed=seed)
    share = preference.share_above(places)
    drawn = times @ likes.T.astype(float)
    return np.asarray(share / max(share.mean(), _TIE)), drawn / np.maximum(
        drawn.mean(axis=1, keepdims=True), _TIE
    )


def respondent_weights(preference: PreferenceMap, *, draws: int, seed: int) -> Floats:
    """Draw the respondents of a preference map; weights of a draw sum to 1."""
    weight = preference.fitted.weight
    n = len(weight)
    times = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), draws) * weight
    return np.asarray(times / times.sum(axis=1, keepdims=True))


def choice_shares(liking: Floats, *, weight: Floats, rule: ChoiceRule) -> Floats:
    """Give each brand's share of choices.

    Parameters
    ----------
    liking : ndarray, shape (..., brands, respondents)
    weight : ndarray, shape (..., respondents)
        Sums to 1.
    rule : "logit" or "first_choice"
        Each respondent chooses in proportion to exp(liking), or the brand liked best; ties are
        shared.

    Returns
    -------
    ndarray, shape (..., brands)

    Examples
    --------
    >>> liking = np.array([[3.0, 1.0], [2.0, 1.0]])
    >>> choice_shares(liking, weight=np.array([0.5, 0.5]), rule="first_choice").tolist()
    [0.75, 0.25]
    """
    best = liking.max(axis=-2, keepdims=True)
    is_best = (liking >= best - _TIE).astype(float)
    chosen = np.exp(liking - best) if rule == "logit" else is_best
    chosen /= chosen.sum(axis=-2, keepdims=True)
    return np.asarray((chosen @ weight[..., None])[..., 0])


def predicted_shares(
    preference: PreferenceMap, *, places: Floats, weight: Floats, rule: ChoiceRule
) -> Floats:
    """Give shares of choices of brands at places, draw by draw.

    Parameters
    ----------
    preference : PreferenceMap
    places : ndarray, shape (draws, brands, 2)
    weight : ndarray, shape (draws, respondents)
    rule : "logit" or "first_choice"

    Returns
    -------
    ndarray, shape (draws, brands)
    """
    draws, brands, _ = places.shape
    step = max(1, _CELLS // (brands * weight.shape[1]))
    parts = []
    for at in range(0, draws, step):
        part = places[at : at + step]
        liking = preference.predicted_liking(part.reshape(-1, 2))
        liking = liking.reshape(len(part), brands, -1)
        parts.append(choice_shares(liking, weight=weight[at : at + step], rule=rule))
    return np.concatenate(parts)


def check_choice_shares(frame: object) -> pd.DataFrame:
    """Refuse what a choice model should not give back."""
    columns = ["brand", "estimate", "ci_low", "ci_high"]
    if not isinstance(frame, pd.DataFrame) or not set(columns) <= set(frame.columns):
        raise InputError(
            "`preference` must give share_changes(brand, changes) with columns "
            f"{shown(columns)}; found {type(frame).__name__}."
        )
    return frame[columns]
