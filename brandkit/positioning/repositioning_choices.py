"""How shares of choices change when a brand moves: by preferences or by a choice model."""

from __future__ import annotations

import numpy as np
import pandas as pd

from brandkit.core.linalg import Floats
from brandkit.positioning.demand import (
    ChoiceRule,
    ChoiceShares,
    check_choice_shares,
    predicted_shares,
    respondent_weights,
)
from brandkit.positioning.preferences import PreferenceMap
from brandkit.positioning.repositioning_places import Placed
from brandkit.positioning.stability import MapStability


def choice_changes(
    stability: MapStability,
    *,
    brand: str,
    asked: dict[str, Floats],
    placed: dict[str, Placed],
    preference: PreferenceMap | ChoiceShares | None,
    rule: ChoiceRule,
    seed: int,
) -> pd.DataFrame:
    """Give the change of every brand's share, and the shares where they are known."""
    columns = ["move", "brand", "now", "then", "estimate", "ci_low", "ci_high"]
    if preference is None:
        return pd.DataFrame(columns=columns)
    names = [str(name) for name in stability.table.columns]
    parts = []
    for move, added in asked.items():
        if isinstance(preference, PreferenceMap):
            part = _by_preference(
                stability, brand, placed[move], preference=preference, rule=rule, seed=seed
            )
        else:
            moved = {names[at]: float(added[at]) for at in np.flatnonzero(added)}
            part = _by_choices(stability, brand, moved, preference=preference)
        parts.append(part.assign(move=move)[columns])
    return pd.concat(parts, ignore_index=True)


def _by_choices(
    stability: MapStability, brand: str, moved: dict[str, float], *, preference: ChoiceShares
) -> pd.DataFrame:
    if not moved:
        still = dict.fromkeys(("estimate", "ci_low", "ci_high"), 0.0)
        return pd.DataFrame({"brand": stability.brands, "now": np.nan, "then": np.nan, **still})
    found = check_choice_shares(preference.share_changes(brand, moved))
    return found.assign(now=np.nan, then=np.nan)


def _by_preference(
    stability: MapStability,
    brand: str,
    placed: Placed,
    *,
    preference: PreferenceMap,
    rule: ChoiceRule,
    seed: int,
) -> pd.DataFrame:
    at = stability.brands.index(brand)
    here = stability.drawn.places[None, :, :2]
    drawn = np.where(np.isnan(stability.draw_places), stability.drawn.places, stability.draw_places)
    own_weight = preference.fitted.weight / preference.fitted.weight.sum()
    weight = respondent_weights(preference, draws=len(drawn), seed=seed)
    shares = []
    for places, new, weights in (
        (here, placed[0][None], own_weight[None]), (drawn[..., :2], placed[1], weight),
    ):  # fmt: skip
        moved = places.copy()
        moved[:, at] = new[:, :2]
        shares.append([
            predicted_shares(preference, places=each, weight=weights, rule=rule)
            for each in (places, moved)
        ])  # fmt: skip
    (now, then), (drawn_now, drawn_then) = shares
    tail = (1 - stability.level) / 2
    low, high = np.quantile(drawn_then - drawn_now, [tail, 1 - tail], axis=0)
    return pd.DataFrame({
        "brand": stability.brands, "now": now[0], "then": then[0], "estimate": then[0] - now[0],
        "ci_low": low, "ci_high": high,
    })  # fmt: skip


def choice_row(choices: pd.DataFrame, move: str, brand: str) -> dict[str, float]:
    """Give the brand's own shares of a what-if; missing where nothing is known."""
    names = ("choice_now", "choice_then", "choice_change", "ci_low", "ci_high")
    mine = choices[(choices["move"] == move) & (choices["brand"].astype(str) == brand)]
    if not len(mine):
        return dict.fromkeys(names, float("nan"))
    row = mine.iloc[0]
    values = (row["now"], row["then"], row["estimate"], row["ci_low"], row["ci_high"])
    return dict(zip(names, map(float, values), strict=True))
