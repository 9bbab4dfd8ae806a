"""What if people said something else of a brand: its new place, rivals and share of choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, cast, get_args, runtime_checkable

import numpy as np
import pandas as pd

from brandkit.core.errors import (
    InputError,
    ScaleError,
    check_known,
    check_option,
    check_whole_number,
    require_columns,
    require_kind,
    shown,
)
from brandkit.core.intervals import wilson_interval
from brandkit.core.labels import label_text
from brandkit.core.linalg import Floats, ratio
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.positioning.image.kernel import ellipses, quantile, second_moments
from brandkit.positioning.image.stability import MapStability
from brandkit.positioning.maps.correspondence import CorrespondenceMap
from brandkit.positioning.maps.preferences import PreferenceMap
from brandkit.positioning.options.opportunities import (
    CELLS_AT_ONCE,
    TIE,
    check_same_map,
    map_places,
    respondent_weights,
)

#: A place (axes,), and the same place in every draw (draws, axes).
Placed = tuple[Floats, Floats]
ChoiceRule = Literal["logit", "first_choice"]
Changes = Mapping[str, float] | Mapping[str, Mapping[str, float]]

#: Shares and distances that differ by less are the same.
ROUNDING = 1e-9
#: What a single set of changes is called.
UNNAMED = "what-if"
#: Change of a share from which notes warn that other places would move as well.
LARGE_CHANGE = 0.25
#: Distance below a share within which another counts as near it.
NEAR = 0.05


@runtime_checkable
class ChoiceShares(Protocol):
    """What can say how shares of choice change: the result of ``choice_model``."""

    def share_changes(self, brand: str, changes: dict[str, float]) -> pd.DataFrame:
        """Give one row a brand, ``brand estimate ci_low ci_high``: the change of its share.

        ``change_low change_high``, where they are given: the range that it can only be told in.
        """


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Repositioning(Result):
    """Where a brand would stand if people said something else of it.

    Parameters
    ----------
    moves : DataFrame
        One row a what-if: ``move across upward new_across new_upward map_distance radius_long
        radius_short angle ci_level nearest nearest_support nearest_then nearest_then_support
        distance_now distance_then further_support n_rivals n_rivals_now n_rivals_have
        alone_support leads top_rival top_share top_high lead_low n_rivals_near least_base
        choice_now choice_then choice_change choice_low choice_high ci_low ci_high``. The ellipse
        is that of the new place. From a single survey the change of choices is known as a range
        only, ``choice_low`` to ``choice_high``; its interval holds both ends with their errors.
        ``n_rivals_have`` counts rivals that have as much of all that is raised as the brand then
        would, ``n_rivals_now`` those that have as much as it has now, ``n_rivals_near`` those at
        most five points below that. ``top_high`` is the joint upper end of every rival's share of
        what is raised (the largest where several are), ``lead_low`` by how much the brand would
        then be above it (the least), ``least_base`` the smallest base of a rival.
        Shares of choices and their interval are missing without evidence on them.
    changes : DataFrame
        One row a what-if and changed attribute: ``move attribute share_now change share_then
        observed_low observed_high``.
    rivals : DataFrame
        One row a what-if and rival, the nearest first: ``move brand distance_now distance_then
        support``: the share of draws in which it is the nearest after the changes.
    choices : DataFrame
        One row a what-if and brand, where there is evidence: ``move brand estimate ci_low
        ci_high``: the change of its share of choices.
    places : DataFrame
        Brands and attributes for a figure: ``side label across upward radius_long radius_short
        angle``.
    map : CorrespondenceMap
        The map it is looked at on.
    brand : str
    rule : str, optional
        "logit", "first_choice", or "choice_model"; None without evidence on choices.
    n : int
        Persons who rated the brand.
    draws : int
    """

    moves: pd.DataFrame
    changes: pd.DataFrame
    rivals: pd.DataFrame
    choices: pd.DataFrame
    places: pd.DataFrame
    map: CorrespondenceMap
    brand: str
    rule: str | None
    n: int
    draws: int

    def glance(self) -> pd.DataFrame:
        """Give one row: the brand, how many what-ifs, and the first with its nearest rival."""
        told = ["move", "map_distance", "nearest_then", "nearest_then_support", "choice_change"]
        names = " ".join(["brand n_moves n", *told, "method draws"])
        facts = {name: self.moves[name].iloc[0] for name in told}
        return self._row(names, n_moves=len(self.moves), method=self.rule, **facts)


def repositioning(
    stability: MapStability,
    *,
    brand: str,
    changes: Changes,
    preference: PreferenceMap | ChoiceShares | None = None,
    rule: ChoiceRule = "logit",
    seed: int = 0,
) -> Repositioning:
    """Ask what a change of image would do: place, neighbours, and share of choices.

    Answers *what if ten points more of our customers called our fees transparent?*

    Parameters
    ----------
    stability : MapStability
    brand : str
    changes : mapping of attribute to change, or of name to such a mapping
        In shares of the brand's base: 0.10 for ten points more. Several what-ifs at once have
        names, such as "innovative", "distinctive" and "evolutionary".
    preference : PreferenceMap or ChoiceModel, optional
        Evidence on choices: preferences on the same map, or a choice model on the same
        attributes. Without it nothing is said of shares.
    rule : "logit" or "first_choice", default "logit"
        How a preference map's respondents choose: in proportion to exp(predicted liking), one
        point of the rating's scale being one unit, or the brand they like best. A choice model
        brings its own.
    seed : int, default 0
        For the draws of a preference map's respondents.

    Returns
    -------
    Repositioning

    Raises
    ------
    InputError
        The brand or an attribute is not on the map, or nothing is asked.
    ScaleError
        A share would leave 0 to 100 %: the error names the attribute, its present share, what
        was asked and what is allowed.

    Notes
    -----
    The changed profile is placed on the map by the transition formula, the place of all other
    brands and attributes held, so that no change gives the brand's own place. The same is done in
    every draw over respondents, which gives the region of the new place: what is uncertain is the
    map and the brand's present image, not whether the change would come about. Distances to
    rivals are straight ones over the kept axes.

    With a preference map, every respondent's liking is predicted at all brands' places before and
    after; the interval is over draws of places and of respondents, each respondent's surface
    held. A choice model gives changes of share by itself; independence of irrelevant alternatives
    then holds: the brand takes from all others in proportion to their shares.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> chance = {"A": (0.7, 0.3, 0.5), "B": (0.3, 0.7, 0.5), "C": (0.5, 0.4, 0.8)}
    >>> rows = pd.DataFrame([
    ...     (person, bank, *rng.binomial(1, p)) for person in range(80) for bank, p in
    ...     chance.items()], columns=["id", "bank", "fair", "modern", "near"])
    >>> from brandkit.positioning.image.stability import map_stability
    >>> result = map_stability(rows, brand="bank", attributes=["fair", "modern", "near"],
    ...                        respondent="id", draws=200)
    >>> found = repositioning(result, brand="A", changes={"modern": 0.30, "fair": -0.30})
    >>> found.moves[["nearest", "nearest_then"]].values.tolist()
    [['C', 'B']]
    """
    check_option("rule", rule, get_args(ChoiceRule))
    check_whole_number("seed", seed, low=0)
    require_kind("stability", stability, MapStability, what="the result of map_stability")
    at = stability.place_of(label_text(brand))
    brand = stability.brands[at]
    asked = _asked(stability, changes, at)
    if isinstance(preference, PreferenceMap):
        check_same_map(preference, stability)
    elif preference is not None:
        what = "the result of preference_map or choice_model"
        require_kind("preference", preference, ChoiceShares, what=what)

    rows, rivals, choices = [], [], [pd.DataFrame(columns=_CHOICES)]
    for name, added in asked.items():
        placed = stability.place_with(brand, added)
        measured, gained = _rivals(stability, at, placed=placed)
        row = _place_row(stability, at, placed, measured) | _rivals_row(stability, at, added)
        if isinstance(preference, PreferenceMap):
            chosen = _preferred(stability, at, placed, preference=preference, rule=rule, seed=seed)
        elif preference is not None:
            chosen = _chosen(stability, brand, added, preference)
        if preference is not None:
            choices.append(chosen.assign(move=name))
            row |= _choice_row(chosen, brand)
        rows.append(row | {"move": name, "further_support": float((gained > ROUNDING).mean())})
        rivals.append(measured.assign(move=name))
    used = rule if isinstance(preference, PreferenceMap) else "choice_model"
    return Repositioning(
        moves=pd.DataFrame(rows, columns=_MOVES),
        changes=pd.concat(
            [_changes_frame(stability, at, *one) for one in asked.items()], ignore_index=True
        ),
        rivals=pd.concat(rivals, ignore_index=True)[_RIVALS],
        choices=pd.concat(choices[1:] or choices, ignore_index=True)[_CHOICES],
        places=map_places(stability),
        map=stability.map,
        brand=brand,
        rule=None if preference is None else used,
        n=int(stability.regions["n"].to_numpy()[at]),
        draws=len(stability.draw_places),
        notes=(_HELD, _basis_note(preference, rule), *_limit_notes(stability, asked, at)),
    )


_MOVES = [
    "move", "across", "upward", "new_across", "new_upward", "map_distance", "radius_long",
    "radius_short", "angle", "ci_level", "nearest", "nearest_support", "nearest_then",
    "nearest_then_support", "distance_now", "distance_then", "further_support", "n_rivals",
    "n_rivals_now", "n_rivals_have", "alone_support", "leads", "top_rival", "top_share",
    "top_high", "lead_low", "n_rivals_near", "least_base", "choice_now", "choice_then",
    "choice_change", "choice_low", "choice_high", "ci_low", "ci_high",
]  # fmt: skip
_RIVALS = ["move", "brand", "distance_now", "distance_then", "support"]
_CHOICES = ["move", "brand", "estimate", "ci_low", "ci_high"]


def _asked(stability: MapStability, changes: Changes, at: int) -> dict[str, Floats]:
    """Give the change of every share, what-if by what-if."""
    if not isinstance(changes, Mapping) or not changes:
        raise InputError(
            "`changes` must map attributes to changes, such as {'transparent fees': 0.10}; found "
            f"{shown(changes)}."
        )
    nested = [isinstance(one, Mapping) for one in changes.values()]
    if any(nested) != all(nested):
        raise InputError(
            "`changes` must be one what-if, {attribute: change}, or named ones, {name: {attribute: "
            "change}}; found both mixed."
        )
    named = cast("dict[str, Any]", changes if all(nested) else {UNNAMED: changes})
    return {str(name): _added(stability.shares.iloc[at], one) for name, one in named.items()}


def _added(now: pd.Series, changes: Mapping[str, float]) -> Floats:
    known = [str(name) for name in now.index]
    named = {label_text(name): change for name, change in changes.items()}
    check_known("changes", list(named), known, rule="name attributes of the map")
    added = np.zeros(len(known))
    for name, change in named.items():
        place = known.index(name)
        share = float(now.iloc[place])
        if not isinstance(change, (int, float)) or not np.isfinite(change):
            raise InputError(
                f"`changes` must be finite numbers; found {shown(change)} for {name!r}."
            )
        if not -ROUNDING <= share + change <= 1 + ROUNDING:
            raise ScaleError(
                f"`changes` must leave every share within 0 and 100 %; {name!r} is {share:.1%} "
                f"now, and {100 * change:+.1f} points were asked. Allowed are {-100 * share:+.1f} "
                f"to {100 * (1 - share):+.1f} points (0.10 is ten points)."
            )
        added[place] = np.clip(share + change, 0.0, 1.0) - share
    return added


# --- places and rivals ---------------------------------------------------------------------------


def _rivals(stability: MapStability, at: int, *, placed: Placed) -> tuple[pd.DataFrame, Floats]:
    """Measure rivals before and after; give also how much further the nearest is, (draws,)."""
    others = np.arange(len(stability.brands)) != at
    frame = pd.DataFrame({"brand": np.array(stability.brands, dtype=object)[others]})
    nearest = []
    own = (stability.drawn.places[at], stability.draw_places[:, at])
    for end, (place, drawn) in (("now", own), ("then", placed)):
        apart = np.linalg.norm(stability.drawn.places[others] - place, axis=1)
        gaps = np.linalg.norm(stability.draw_places[:, others] - drawn[:, None], axis=2)
        gaps = np.nan_to_num(gaps, nan=np.inf)
        support = np.bincount(gaps.argmin(axis=1), minlength=len(apart)) / len(drawn)
        frame[f"distance_{end}"], frame[f"support_{end}"] = apart, support
        nearest.append(gaps.min(axis=1))
    frame = frame.rename(columns={"support_then": "support"})
    frame = frame.sort_values("distance_then", kind="stable", ignore_index=True)
    return frame, nearest[1] - nearest[0]


def _place_row(
    stability: MapStability, at: int, placed: Placed, rivals: pd.DataFrame
) -> dict[str, Any]:
    """Describe a move: both places, the region of the new one, rivals before and after."""
    (place, drawn), own = placed, stability.drawn.places[at]
    before, after = rivals.iloc[int(rivals["distance_now"].to_numpy().argmin())], rivals.iloc[0]
    size = quantile(stability.df[at : at + 1], axes=min(len(place), 2), level=stability.level)
    region = np.stack(ellipses(second_moments((drawn - place)[:, None, :]), size))[:, 0]
    if np.isnan(stability.regions["radius_long"].to_numpy()[at]):
        region[:] = np.nan  # too few persons for a region, after a change as before
    both = np.zeros((2, 2))
    both[:, : len(place)] = own[:2], place[:2]
    ends = zip(("across", "upward", "new_across", "new_upward"), both.ravel(), strict=True)
    radii = zip(("radius_long", "radius_short", "angle"), region, strict=True)
    return (
        dict(ends)
        | dict(radii)
        | {
            "map_distance": float(np.linalg.norm(place - own)),
            "ci_level": stability.level,
            "nearest": before["brand"],
            "nearest_support": before["support_now"],
            "nearest_then": after["brand"],
            "nearest_then_support": after["support"],
            "distance_now": before["distance_now"],
            "distance_then": after["distance_then"],
        }
    )


def _rivals_row(stability: MapStability, at: int, added: Floats) -> dict[str, Any]:
    """Count rivals that have as much of all that is raised, now and then, and name the leads.

    ``alone_support`` is the share of draws in which none would have. ``top_high`` is the joint
    upper end of all rivals' shares: Wilson's one-sided ends on effective bases, Bonferroni over
    rivals and attributes. Missing where nothing is raised.
    """
    raised, others = np.flatnonzero(added > ROUNDING), np.arange(len(stability.brands)) != at
    if not len(raised):
        return {"n_rivals": int(others.sum()), "leads": "", "top_rival": ""}
    sample, more = stability.shares.to_numpy()[None, :, raised], added[raised]
    drawn = ratio(stability.draw_tables[..., raised], stability.draw_bases[..., None])
    now, then, draws = (
        (shares[:, others] >= shares[:, [at]] + asked - ROUNDING).all(axis=2)
        for shares, asked in ((sample, 0.0), (sample, more), (drawn, more))
    )
    ahead = sample[0, at] + more > sample[0, others].max(axis=0) + ROUNDING

    bases = stability.points.drop_duplicates("label").set_index("label").loc[stability.brands]
    effective, persons = bases[["n_effective", "n"]].to_numpy(dtype=float)[others].T
    shares = np.clip(sample[0], 0.0, 1.0)
    rivals, own = shares[others], shares[at]
    # a two-sided interval at 1 - 2a has the one-sided end at 1 - a
    level = 1 - 2 * (1 - stability.level) / rivals.size
    _, high = wilson_interval(rivals, n=effective[:, None], level=level)
    top = np.unravel_index(int(np.argmax(rivals)), rivals.shape)
    near = (rivals >= own - NEAR - ROUNDING).all(axis=1)
    return {
        "n_rivals": len(rivals),
        "n_rivals_now": int(now.sum()),
        "n_rivals_have": int(then.sum()),
        "alone_support": float(1 - np.any(draws, axis=1).mean()),
        "leads": ", ".join(str(stability.table.columns[place]) for place in raised[ahead]),
        "top_rival": str(np.array(stability.brands, dtype=object)[others][top[0]]),
        "top_share": float(rivals[top]),
        "top_high": float(high.max()),
        "lead_low": float((own + more - high.max(axis=0)).min()),
        "n_rivals_near": int(near.sum()),
        "least_base": float(persons.min()),
    }


def _changes_frame(stability: MapStability, at: int, move: str, added: Floats) -> pd.DataFrame:
    used = np.flatnonzero(added)
    shares = stability.shares.to_numpy()[:, used]
    names = np.array([str(name) for name in stability.table.columns], dtype=object)
    return pd.DataFrame(
        {
            "move": move,
            "attribute": names[used],
            "share_now": shares[at],
            "change": added[used],
            "share_then": shares[at] + added[used],
            "observed_low": shares.min(axis=0),
            "observed_high": shares.max(axis=0),
        }
    )


# --- shares of choices ---------------------------------------------------------------------------


def _chosen(
    stability: MapStability, brand: str, added: Floats, preference: ChoiceShares
) -> pd.DataFrame:
    """Ask a choice model for the change of every brand's share."""
    names = [str(name) for name in stability.table.columns]
    moved = {names[at]: float(added[at]) for at in np.flatnonzero(added)}
    columns = ["brand", "estimate", "ci_low", "ci_high"]
    if not moved:
        return pd.DataFrame({"brand": stability.brands, **dict.fromkeys(columns[1:], 0.0)})
    frame = preference.share_changes(brand, moved)
    what = f"what gives share_changes(brand, changes) with columns {shown(columns)}"
    require_kind("preference", frame, pd.DataFrame, what=what)
    require_columns(frame, columns, argument="preference")
    return frame.reindex(columns=[*columns, "change_low", "change_high"])


def _preferred(
    stability: MapStability,
    at: int,
    placed: Placed,
    *,
    preference: PreferenceMap,
    rule: ChoiceRule,
    seed: int,
) -> pd.DataFrame:
    """Give every brand's share of choices before and after, and its change with an interval."""
    drawn = np.where(np.isnan(stability.draw_places), stability.drawn.places, stability.draw_places)
    own_weight = preference.fitted.weight / preference.fitted.weight.sum()
    weight = respondent_weights(preference, draws=len(drawn), seed=seed)
    shares = []
    for places, new, weights in (
        (stability.drawn.places[None], placed[0][None], own_weight[None]),
        (drawn, placed[1], weight),
    ):
        moved = places[..., :2].copy()
        moved[:, at] = new[:, :2]
        shares += [
            _predicted_shares(preference, each, weights, rule) for each in (places[..., :2], moved)
        ]
    now, then, drawn_now, drawn_then = shares
    tail = (1 - stability.level) / 2
    low, high = np.quantile(drawn_then - drawn_now, [tail, 1 - tail], axis=0)
    return pd.DataFrame(
        {
            "brand": stability.brands,
            "now": now[0],
            "then": then[0],
            "estimate": then[0] - now[0],
            "ci_low": low,
            "ci_high": high,
        }
    )


def _predicted_shares(
    preference: PreferenceMap, places: Floats, weight: Floats, rule: ChoiceRule
) -> Floats:
    """Give shares of choices of brands at places (draws, brands, 2), draw by draw.

    ``weight`` (draws, respondents) sums to 1 in each.
    """
    brands = places.shape[1]
    step = max(1, CELLS_AT_ONCE // (2 * brands * weight.shape[1]))
    parts = []
    for at in range(0, len(places), step):
        part = places[at : at + step]
        liking = preference.predicted_liking(part.reshape(-1, 2)).reshape(len(part), brands, -1)
        parts.append(choice_shares(liking, weight=weight[at : at + step], rule=rule))
    return np.concatenate(parts)


def choice_shares(liking: Floats, *, weight: Floats, rule: ChoiceRule) -> Floats:
    """Give each brand's share of choices from liking (..., brands, respondents).

    Each respondent, of a weight (..., respondents) that sums to 1, chooses in proportion to
    exp(liking), or the brand liked best; ties are shared.

    Examples
    --------
    >>> liking = np.array([[3.0, 1.0], [2.0, 1.0]])
    >>> choice_shares(liking, weight=np.array([0.5, 0.5]), rule="first_choice").tolist()
    [0.75, 0.25]
    """
    best = liking.max(axis=-2, keepdims=True)
    is_best = (liking >= best - TIE).astype(float)
    chosen = np.exp(liking - best) if rule == "logit" else is_best
    chosen /= chosen.sum(axis=-2, keepdims=True)
    return np.asarray((chosen @ weight[..., None])[..., 0])


def _choice_row(choices: pd.DataFrame, brand: str) -> dict[str, float]:
    """Give the brand's own shares of a what-if; missing where nothing is known."""
    mine = choices[choices["brand"].map(label_text) == brand].drop(columns="brand").head(1)
    names = {
        "now": "choice_now",
        "then": "choice_then",
        "estimate": "choice_change",
        "change_low": "choice_low",
        "change_high": "choice_high",
    }
    renamed = mine.rename(columns=names)
    return {str(name): float(one) for name, values in renamed.items() for one in values}


# --- notes ---------------------------------------------------------------------------------------

_HELD = Message(
    "Other banks and the axes are held where they are. The region says how sure the place "
    "is if the change comes about, not whether it will."
)


def _basis_note(preference: PreferenceMap | ChoiceShares | None, rule: ChoiceRule) -> Message:
    if preference is None:
        return Message(
            "Without evidence on what customers choose, nothing is said of market share."
        )
    if not isinstance(preference, PreferenceMap):
        return Message(
            "Shares by a choice model: what one bank gains, all others lose in proportion to their "
            "shares (independence of irrelevant alternatives)."
        )
    if rule == "logit":
        return Message(
            "Shares by preference, logit rule: each respondent chooses in proportion to the "
            "exponential of predicted liking."
        )
    return Message("Shares by preference, first choice: each respondent takes the bank liked best.")


def _limit_notes(stability: MapStability, asked: dict[str, Floats], at: int) -> tuple[Message, ...]:
    """Warn of what-ifs beyond all banks of today, and of large ones."""
    shares = stability.shares.to_numpy()
    low, high = shares.min(axis=0) - ROUNDING, shares.max(axis=0) + ROUNDING
    then = {move: shares[at] + added for move, added in asked.items()}
    beyond = [move for move, share in then.items() if ((share < low) | (share > high)).any()]
    large = [move for move, added in asked.items() if np.abs(added).max() > LARGE_CHANGE]
    outside = Message(
        "Beyond what any bank has today: {names}. There the map is extrapolated.", {"names": beyond}
    )
    turning = Message(
        "Changes of more than {points:count} points ({names}) would turn the map itself; read "
        "their places as a direction.",
        {"points": 100 * LARGE_CHANGE, "names": large},
    )
    return (outside,) * bool(beyond) + (turning,) * bool(large)
