"""What if people said something else of a brand: its new place, rivals and share of choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast, get_args

import numpy as np
import pandas as pd

from brandkit.core.errors import (
    InputError,
    ScaleError,
    check_known,
    check_option,
    check_whole_number,
    shown,
)
from brandkit.core.intervals import wilson_interval
from brandkit.core.labels import label_text
from brandkit.core.linalg import Codes, Floats, ratio
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.positioning.image.kernel import ellipses, quantile, second_moments
from brandkit.positioning.image.stability import MapStability
from brandkit.positioning.maps.correspondence import CorrespondenceMap
from brandkit.positioning.maps.preferences import PreferenceMap
from brandkit.positioning.options import kernel
from brandkit.positioning.options.kernel import ChoiceRule, ChoiceShares

#: A place (axes,), and the same place in every draw (draws, axes).
Placed = tuple[Floats, Floats]
Changes = Mapping[str, float] | Mapping[str, Mapping[str, float]]

#: Shares and distances that differ by less are the same.
ROUNDING = 1e-9
#: What a single set of changes is called.
UNNAMED = "what-if"
#: Change of a share from which notes warn that other places would move as well.
LARGE_CHANGE = 0.25
#: Distance below a share within which another counts as near it.
NEAR = 0.05


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
        choice_now choice_then choice_change ci_low ci_high``. The ellipse is that of the new place.
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

    def tidy(self) -> pd.DataFrame:
        """Give the what-ifs."""
        return self.moves.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: the brand, how many what-ifs, and the first with its nearest rival."""
        first = self.moves.iloc[0]
        return pd.DataFrame({
            "brand": [self.brand], "n_moves": [len(self.moves)], "n": [self.n],
            "move": [first["move"]], "map_distance": [first["map_distance"]],
            "nearest_then": [first["nearest_then"]],
            "nearest_then_support": [first["nearest_then_support"]],
            "choice_change": [first["choice_change"]], "method": [self.rule],
            "draws": [self.draws],
        })  # fmt: skip


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
    kernel.check_stability(stability)
    at = stability.place_of(label_text(brand))
    brand = stability.brands[at]
    asked = _asked(stability, changes, at)
    if isinstance(preference, PreferenceMap):
        kernel.check_same_map(preference, stability)
    elif preference is not None and not isinstance(preference, ChoiceShares):
        raise TypeError(
            "`preference` must be the result of preference_map or choice_model; found "
            f"{type(preference).__name__}."
        )

    placed = {name: stability.place_with(brand, added) for name, added in asked.items()}
    rivals = {name: _rivals(stability, at, placed=one) for name, one in placed.items()}
    choices: dict[str, pd.DataFrame] = {}
    for name, added in asked.items() if preference is not None else ():
        if isinstance(preference, PreferenceMap):
            choices[name] = _preferred(
                stability, at, placed[name], preference=preference, rule=rule, seed=seed
            )
        else:
            choices[name] = _chosen(stability, brand, added, cast("ChoiceShares", preference))

    moves = [
        {"move": name}
        | _place_row(stability, at, placed[name], rivals=rivals[name])
        | _rivals_row(stability, at, added)
        | _choice_row(choices.get(name), brand)
        for name, added in asked.items()
    ]
    known = [frame.assign(move=name) for name, frame in choices.items()]
    measured = pd.concat([frame.assign(move=name) for name, (frame, _) in rivals.items()])
    used = rule if isinstance(preference, PreferenceMap) else "choice_model"
    return Repositioning(
        moves=pd.DataFrame(moves),
        changes=pd.concat(
            [_changes_frame(stability, at, *one) for one in asked.items()], ignore_index=True
        ),
        rivals=measured.reset_index(drop=True)[_RIVALS],
        choices=pd.concat(known, ignore_index=True)[_CHOICES]
        if known
        else pd.DataFrame(columns=_CHOICES),
        places=kernel.map_places(stability),
        map=stability.map,
        brand=brand,
        rule=None if preference is None else used,
        n=int(stability.regions["n"].to_numpy()[at]),
        draws=len(stability.draw_places),
        notes=(_HELD, _basis_note(preference, rule), *_limit_notes(stability, asked, at)),
    )


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
    named = changes if all(nested) else {UNNAMED: changes}
    return {
        str(name): _added(stability.shares.iloc[at], cast("Mapping[str, float]", one))
        for name, one in named.items()
    }


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
    """Measure rivals before and after; give also the draws' nearest distances, (draws, 2)."""
    place, drawn = placed
    others = np.arange(len(stability.brands)) != at
    sample, drawn_others = stability.drawn.places[others], stability.draw_places[:, others]
    now, then = (
        np.linalg.norm(sample - own, axis=1) for own in (stability.drawn.places[at], place)
    )
    gaps = [
        np.nan_to_num(np.linalg.norm(drawn_others - own[:, None], axis=2), nan=np.inf)
        for own in (stability.draw_places[:, at], drawn)
    ]
    support = [np.bincount(gap.argmin(axis=1), minlength=len(now)) / len(drawn) for gap in gaps]
    frame = pd.DataFrame({
        "brand": np.array(stability.brands, dtype=object)[others], "distance_now": now,
        "distance_then": then, "support_now": support[0], "support": support[1],
    })  # fmt: skip
    frame = frame.sort_values("distance_then", kind="stable", ignore_index=True)
    return frame, np.stack([gap.min(axis=1) for gap in gaps], axis=1)


def _place_row(
    stability: MapStability, at: int, placed: Placed, *, rivals: tuple[pd.DataFrame, Floats]
) -> dict[str, Any]:
    """Describe a move: both places, the region of the new one, rivals before and after."""
    place, drawn = placed
    frame, nearest_gaps = rivals
    own = stability.drawn.places[at]
    before, after = frame.iloc[int(frame["distance_now"].to_numpy().argmin())], frame.iloc[0]
    gained = nearest_gaps[:, 1] - nearest_gaps[:, 0]
    size = quantile(stability.df[at : at + 1], axes=min(len(place), 2), level=stability.level)
    region = ellipses(second_moments((drawn - place)[:, None, :]), size)
    # a bank with too few persons for a region has none after a change either
    hidden = bool(np.isnan(stability.regions["radius_long"].to_numpy()[at]))
    long, short, angle = (float("nan") if hidden else float(one[0]) for one in region)
    both = np.zeros((2, 2))
    both[:, : len(place)] = own[:2], place[:2]
    return {
        "across": both[0, 0], "upward": both[0, 1], "new_across": both[1, 0],
        "new_upward": both[1, 1], "map_distance": float(np.linalg.norm(place - own)),
        "radius_long": long, "radius_short": short, "angle": angle, "ci_level": stability.level,
        "nearest": before["brand"], "nearest_support": before["support_now"],
        "nearest_then": after["brand"], "nearest_then_support": after["support"],
        "distance_now": before["distance_now"], "distance_then": after["distance_then"],
        "further_support": float((gained > ROUNDING).mean()),
    }  # fmt: skip


def _rivals_row(stability: MapStability, at: int, added: Floats) -> dict[str, Any]:
    """Count rivals that have as much of all that is raised, now and then, and name the leads.

    ``alone_support`` is the share of draws in which none would have. Missing where nothing is
    raised.
    """
    names = ("n_rivals", "n_rivals_now", "n_rivals_have", "alone_support", "leads")
    raised = np.flatnonzero(added > ROUNDING)
    n_rivals = len(stability.brands) - 1
    if not len(raised):
        unknown = dict.fromkeys(("top_share", "top_high", "lead_low", "n_rivals_near"), np.nan)
        nothing = dict(zip(names, (n_rivals, *[float("nan")] * 3, ""), strict=True))
        return nothing | {"top_rival": ""} | unknown | {"least_base": np.nan}
    sample, more = stability.shares.to_numpy()[None, :, raised], added[raised]
    drawn = ratio(stability.draw_tables[..., raised], stability.draw_bases[..., None])
    now, then, draws = (
        np.delete(shares >= shares[:, [at]] + asked - ROUNDING, at, axis=1).all(axis=2)
        for shares, asked in ((sample, 0.0), (sample, more), (drawn, more))
    )
    ahead = sample[0, at] + more > np.delete(sample[0], at, axis=0).max(axis=0) + ROUNDING
    leads = ", ".join(str(stability.table.columns[place]) for place in raised[ahead])
    alone = float(1 - np.any(draws, axis=1).mean())
    found = dict(zip(names, (n_rivals, int(now.sum()), int(then.sum()), alone, leads), strict=True))
    return found | _ends_row(stability, at, added, raised)


def _ends_row(stability: MapStability, at: int, added: Floats, raised: Codes) -> dict[str, Any]:
    """Give the joint upper end of all rivals' shares of what is raised, and who is near.

    Wilson's one-sided ends on effective bases, Bonferroni over rivals and attributes.
    """
    bases = stability.points.drop_duplicates("label").set_index("label").loc[stability.brands]
    others = np.arange(len(bases)) != at
    shares = np.clip(stability.shares.to_numpy()[:, raised], 0.0, 1.0)
    rivals, own = shares[others], shares[at]
    effective = bases["n_effective"].to_numpy(dtype=float)[others]
    # a two-sided interval at 1 - 2a has the one-sided end at 1 - a
    level = 1 - 2 * (1 - stability.level) / rivals.size
    _, high = wilson_interval(rivals, n=effective[:, None], level=level)
    top = np.unravel_index(int(np.argmax(rivals)), rivals.shape)
    near = (rivals >= own - NEAR - ROUNDING).all(axis=1)
    return {
        "top_rival": str(np.array(stability.brands, dtype=object)[others][top[0]]),
        "top_share": float(rivals[top]), "top_high": float(high.max()),
        "lead_low": float((own + added[raised] - high.max(axis=0)).min()),
        "n_rivals_near": int(near.sum()),
        "least_base": float(bases["n"].to_numpy(dtype=float)[others].min()),
    }  # fmt: skip


def _changes_frame(stability: MapStability, at: int, move: str, added: Floats) -> pd.DataFrame:
    used = np.flatnonzero(added)
    shares = stability.shares.to_numpy()[:, used]
    names = np.array([str(name) for name in stability.table.columns], dtype=object)
    return pd.DataFrame({
        "move": move, "attribute": names[used], "share_now": shares[at], "change": added[used],
        "share_then": shares[at] + added[used], "observed_low": shares.min(axis=0),
        "observed_high": shares.max(axis=0),
    })  # fmt: skip


# --- shares of choices ---------------------------------------------------------------------------


def _chosen(
    stability: MapStability, brand: str, added: Floats, preference: ChoiceShares
) -> pd.DataFrame:
    """Ask a choice model for the change of every brand's share."""
    names = [str(name) for name in stability.table.columns]
    moved = {names[at]: float(added[at]) for at in np.flatnonzero(added)}
    if not moved:
        still = dict.fromkeys(("estimate", "ci_low", "ci_high"), 0.0)
        return pd.DataFrame({"brand": stability.brands, **still})
    return kernel.check_choice_shares(preference.share_changes(brand, moved))


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
    weight = kernel.respondent_weights(preference, draws=len(drawn), seed=seed)
    shares = []
    for places, new, weights in (
        (stability.drawn.places[None], placed[0][None], own_weight[None]),
        (drawn, placed[1], weight),
    ):
        moved = places[..., :2].copy()
        moved[:, at] = new[:, :2]
        shares += [
            kernel.predicted_shares(preference, places=each, weight=weights, rule=rule)
            for each in (places[..., :2], moved)
        ]
    now, then, drawn_now, drawn_then = shares
    tail = (1 - stability.level) / 2
    low, high = np.quantile(drawn_then - drawn_now, [tail, 1 - tail], axis=0)
    return pd.DataFrame({
        "brand": stability.brands, "now": now[0], "then": then[0], "estimate": then[0] - now[0],
        "ci_low": low, "ci_high": high,
    })  # fmt: skip


def _choice_row(choices: pd.DataFrame | None, brand: str) -> dict[str, float]:
    """Give the brand's own shares of a what-if; missing where nothing is known."""
    names = {"choice_now": "now", "choice_then": "then", "choice_change": "estimate",
             "ci_low": "ci_low", "ci_high": "ci_high"}  # fmt: skip
    known = pd.DataFrame(columns=["brand"]) if choices is None else choices
    mine = known[known["brand"].map(label_text) == brand].reindex(columns=[*names.values()])
    values = mine.iloc[0] if len(mine) else dict.fromkeys(mine, float("nan"))
    return {name: float(values[column]) for name, column in names.items()}


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
        "Beyond what any bank has today: {names}. There the map is extrapolated.",
        {"names": beyond},
    )
    turning = Message(
        "Changes of more than {points:count} points ({names}) would turn the map itself; read "
        "their places as a direction.",
        {"points": 100 * LARGE_CHANGE, "names": large},
    )
    return (outside,) * bool(beyond) + (turning,) * bool(large)
