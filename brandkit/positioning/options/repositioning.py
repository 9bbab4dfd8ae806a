"""What if people said something else of a brand: its new place, rivals and share of choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast, get_args

import numpy as np
import pandas as pd

from brandkit.core.errors import (
    InputError,
    ScaleError,
    check_option,
    check_whole_number,
    did_you_mean,
    shown,
)
from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.positioning.image.stability import MapStability, ellipses, quantile, second_moments
from brandkit.positioning.maps.correspondence import CorrespondenceMap
from brandkit.positioning.options.kernel import (
    ChoiceRule,
    ChoiceShares,
    check_choice_shares,
    check_same_map,
    predicted_shares,
    respondent_weights,
)
from brandkit.positioning.preferences.preferences import PreferenceMap

#: A place, and the same place in every draw.
Placed = tuple[Floats, Floats]
#: Rivals by distance, and the draws' distances to the nearest before and after.
MeasuredRivals = tuple[pd.DataFrame, Floats]

ROUNDING = 1e-9
"""Shares and distances that differ by less are the same."""


def shares_of(stability: MapStability) -> Floats:
    """Give the share of each brand's base that ticked each attribute."""
    return np.asarray(stability.table.to_numpy() / stability.bases.to_numpy()[:, None])


def measured_rivals(stability: MapStability, at: int, *, placed: Placed) -> MeasuredRivals:
    """Measure rivals before and after; give also the draws' nearest distances, (draws, 2)."""
    place, drawn = placed
    others = np.arange(len(stability.brands)) != at
    sample = stability.drawn.places[others]
    now = np.linalg.norm(sample - stability.drawn.places[at], axis=1)
    then = np.linalg.norm(sample - place, axis=1)
    drawn_others = stability.draw_places[:, others]
    gaps = [
        np.linalg.norm(drawn_others - own[:, None], axis=2)
        for own in (stability.draw_places[:, at], drawn)
    ]
    known = [np.where(np.isnan(gap), np.inf, gap) for gap in gaps]
    nearest = [gap.argmin(axis=1) for gap in known]
    frame = pd.DataFrame({
        "brand": np.array(stability.brands, dtype=object)[others],
        "distance_now": now, "distance_then": then,
        "support_now": np.bincount(nearest[0], minlength=len(now)) / len(drawn),
        "support": np.bincount(nearest[1], minlength=len(now)) / len(drawn),
    })  # fmt: skip
    order = np.lexsort((np.arange(len(frame)), frame["distance_then"]))
    frame = frame.iloc[order].reset_index(drop=True)
    return frame, np.stack([gap.min(axis=1) for gap in known], axis=1)


def move_row(
    stability: MapStability, at: int, *, placed: Placed, rivals: MeasuredRivals
) -> dict[str, object]:
    """Describe a move: both places, the region of the new one, rivals before and after."""
    place, drawn = placed
    frame, nearest_gaps = rivals
    own = stability.drawn.places[at]
    before = frame.iloc[int(frame["distance_now"].to_numpy().argmin())]
    after = frame.iloc[0]
    new = _two(place)
    long, short, angle = _region(stability, at, place, drawn)
    gained = nearest_gaps[:, 1] - nearest_gaps[:, 0]
    return {
        "across": _two(own)[0], "upward": _two(own)[1],
        "new_across": new[0], "new_upward": new[1],
        "map_distance": float(np.linalg.norm(place - own)),
        "radius_long": long, "radius_short": short, "angle": angle,
        "ci_level": stability.level,
        "nearest": before["brand"], "nearest_support": before["support_now"],
        "nearest_then": after["brand"], "nearest_then_support": after["support"],
        "distance_now": before["distance_now"], "distance_then": after["distance_then"],
        "further_support": float((gained > ROUNDING).mean()),
    }  # fmt: skip


def _two(place: Floats) -> tuple[float, float]:
    return float(place[0]), float(place[1]) if len(place) > 1 else 0.0


def _region(
    stability: MapStability, at: int, place: Floats, drawn: Floats
) -> tuple[float, float, float]:
    """Give the ellipse of the new place, as a map's regions are made."""
    # a bank with too few persons for a region has none after a change either
    if np.isnan(stability.regions["radius_long"].to_numpy()[at]):
        return (float("nan"),) * 3
    axes = min(len(place), 2)
    df = stability.df[at : at + 1]
    spread = second_moments((drawn - place)[:, None, :])
    radii = ellipses(spread, quantile(df, axes=axes, level=stability.level))
    return float(radii[0][0]), float(radii[1][0]), float(radii[2][0])


def rivals_with(stability: MapStability, at: int, added: Floats) -> dict[str, float]:
    """Count rivals that have as much of all that is raised as the brand then would.

    ``n_rivals n_rivals_now n_rivals_have``, now and then, and in ``alone_support`` the share of
    draws in which none would have. Missing where nothing is raised.
    """
    n_rivals = len(stability.brands) - 1
    raised = np.flatnonzero(added > ROUNDING)
    if not len(raised):
        unknown = dict.fromkeys(("n_rivals_now", "n_rivals_have", "alone_support"), float("nan"))
        return {"n_rivals": n_rivals, **unknown}
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn = stability.draw_tables[..., raised] / stability.draw_bases[..., None]
    sample, more = shares_of(stability)[None, :, raised], added[raised]
    now, then, draws = (
        np.delete(shares >= shares[:, [at]] + asked - ROUNDING, at, axis=1).all(axis=2)
        for shares, asked in ((sample, 0.0), (sample, more), (drawn, more))
    )
    return {
        "n_rivals": n_rivals,
        "n_rivals_now": int(np.sum(now)),
        "n_rivals_have": int(np.sum(then)),
        "alone_support": float(1 - np.any(draws, axis=1).mean()),
    }


def leads_of(stability: MapStability, at: int, added: Floats) -> str:
    """Name the raised attributes on which no rival would have as large a share."""
    shares = shares_of(stability)
    others = np.delete(shares, at, axis=0).max(axis=0)
    names = [str(name) for name in stability.table.columns]
    ahead = (added > ROUNDING) & (shares[at] + added > others + ROUNDING)
    return ", ".join(names[place] for place in np.flatnonzero(ahead))


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


Changes = Mapping[str, float] | Mapping[str, Mapping[str, float]]

UNNAMED = "what-if"
"""What a single set of changes is called."""
LARGE_CHANGE = 0.25
"""Change of a share from which notes warn that other places would move as well."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Repositioning(Result):
    """Where a brand would stand if people said something else of it.

    Parameters
    ----------
    moves : DataFrame
        One row a what-if: ``move across upward new_across new_upward map_distance radius_long
        radius_short angle ci_level nearest nearest_support nearest_then nearest_then_support
        distance_now distance_then further_support n_rivals n_rivals_now n_rivals_have
        alone_support leads choice_now choice_then choice_change ci_low ci_high``. The ellipse is
        that of the new place. ``n_rivals_have`` counts rivals that have as much of all that is
        raised as the brand then would, ``n_rivals_now`` those that have as much as it has now.
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
            "brand": [self.brand],
            "n_moves": [len(self.moves)],
            "n": [self.n],
            "move": [first["move"]],
            "map_distance": [first["map_distance"]],
            "nearest_then": [first["nearest_then"]],
            "nearest_then_support": [first["nearest_then_support"]],
            "choice_change": [first["choice_change"]],
            "method": [self.rule],
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
    at = _brand_at(stability, brand)
    asked = _asked(stability, changes, at)
    if isinstance(preference, PreferenceMap):
        check_same_map(preference, stability)
    elif preference is not None and not isinstance(preference, ChoiceShares):
        raise TypeError(
            "`preference` must be the result of preference_map or choice_model; found "
            f"{type(preference).__name__}."
        )

    placed = {name: stability.place_with(brand, added) for name, added in asked.items()}
    choices = choice_changes(
        stability, brand=brand, asked=asked, placed=placed, preference=preference, rule=rule,
        seed=seed,
    )  # fmt: skip
    rivals = {name: measured_rivals(stability, at, placed=one) for name, one in placed.items()}
    moves = [
        {"move": name}
        | move_row(stability, at, placed=placed[name], rivals=rivals[name])
        | rivals_with(stability, at, asked[name])
        | {"leads": leads_of(stability, at, asked[name])}
        | choice_row(choices, name, brand)
        for name in asked
    ]
    return Repositioning(
        moves=pd.DataFrame(moves),
        changes=_changes_frame(stability, asked, at),
        rivals=pd.concat(
            [frame.assign(move=name) for name, (frame, _) in rivals.items()], ignore_index=True
        )[["move", "brand", "distance_now", "distance_then", "support"]],
        choices=choices[["move", "brand", "estimate", "ci_low", "ci_high"]],
        places=_places_frame(stability),
        map=stability.map,
        brand=brand,
        rule=None if preference is None
        else rule if isinstance(preference, PreferenceMap) else "choice_model",
        n=int(stability.regions["n"].to_numpy()[at]),
        draws=len(stability.draw_places),
        notes=_notes(stability, asked, at, preference=preference, rule=rule),
    )  # fmt: skip


# --- what is asked -----------------------------------------------------------------------------


def _brand_at(stability: MapStability, brand: str) -> int:
    if not isinstance(stability, MapStability):
        raise TypeError(
            f"`stability` must be the result of map_stability; found {type(stability).__name__}."
        )
    if brand not in stability.brands:
        known = stability.brands
        raise InputError(
            f"`brand` must be a brand of the map; found {shown(brand)}."
            f"{did_you_mean(str(brand), known) or f' It has {shown(known, most=12)}.'}"
        )
    return stability.brands.index(brand)


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
        str(name): _added(stability, cast("Mapping[str, float]", one), at)
        for name, one in named.items()
    }


def _added(stability: MapStability, changes: Mapping[str, float], at: int) -> Floats:
    known = [str(name) for name in stability.table.columns]
    unknown = [name for name in changes if name not in known]
    if unknown:
        raise InputError(
            f"`changes` must name attributes of the map; found {shown(unknown)}."
            f"{did_you_mean(str(unknown[0]), known) or f' It has {shown(known, most=14)}.'}"
        )
    now = shares_of(stability)[at]
    added = np.zeros(len(known))
    for name, change in changes.items():
        place = known.index(name)
        share = float(now[place])
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


# --- frames ------------------------------------------------------------------------------------


def _changes_frame(stability: MapStability, asked: dict[str, Floats], at: int) -> pd.DataFrame:
    shares = shares_of(stability)
    names = np.array([str(name) for name in stability.table.columns], dtype=object)
    parts = []
    for move, added in asked.items():
        used = np.flatnonzero(added)
        parts.append(pd.DataFrame({
            "move": move, "attribute": names[used], "share_now": shares[at, used],
            "change": added[used], "share_then": shares[at, used] + added[used],
            "observed_low": shares[:, used].min(axis=0),
            "observed_high": shares[:, used].max(axis=0),
        }))  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _places_frame(stability: MapStability) -> pd.DataFrame:
    regions = stability.regions
    brands = regions[["label", "across", "upward", "radius_long", "radius_short", "angle"]]
    columns = stability.map.columns
    wide = columns.pivot(index="label", columns="axis", values="coordinate")
    wide = wide.loc[columns["label"].drop_duplicates()] * stability.map.arrow_factor
    attributes = pd.DataFrame({
        "label": wide.index.astype(str).to_numpy(dtype=object), "across": wide[1].to_numpy(),
        "upward": wide[2].to_numpy() if 2 in wide else 0.0,
    })  # fmt: skip
    both = pd.concat([brands.assign(side="row"), attributes.assign(side="column")])
    columns_of = ["side", "label", "across", "upward", "radius_long", "radius_short", "angle"]
    return both[columns_of].reset_index(drop=True)


def _notes(
    stability: MapStability,
    asked: dict[str, Floats],
    at: int,
    *,
    preference: PreferenceMap | ChoiceShares | None,
    rule: ChoiceRule,
) -> tuple[Message, ...]:
    notes = [
        Message(
            "Other banks and the axes are held where they are. The region says how sure the place "
            "is if the change comes about, not whether it will."
        )
    ]
    if preference is None:
        notes.append(
            Message("Without evidence on what customers choose, nothing is said of market share.")
        )
    elif not isinstance(preference, PreferenceMap):
        text = (
            "Shares by a choice model: what one bank gains, all others lose in proportion to their "
            "shares (independence of irrelevant alternatives)."
        )
        notes.append(Message(text))
    elif rule == "logit":
        text = (
            "Shares by preference, logit rule: each respondent chooses in proportion to the "
            "exponential of predicted liking."
        )
        notes.append(Message(text))
    else:
        text = "Shares by preference, first choice: each respondent takes the bank liked best."
        notes.append(Message(text))
    shares = shares_of(stability)
    low, high = shares.min(axis=0) - ROUNDING, shares.max(axis=0) + ROUNDING
    beyond = [
        move for move, added in asked.items()
        if ((shares[at] + added < low) | (shares[at] + added > high)).any()
    ]  # fmt: skip
    if beyond:
        text = "Beyond what any bank has today: {names}. There the map is extrapolated."
        notes.append(Message(text, {"names": beyond}))
    large = [move for move, added in asked.items() if np.abs(added).max() > LARGE_CHANGE]
    if large:
        text = (
            "Changes of more than {points:count} points ({names}) would turn the map itself; read "
            "their places as a direction."
        )
        notes.append(Message(text, {"points": 100 * LARGE_CHANGE, "names": large}))
    return tuple(notes)
