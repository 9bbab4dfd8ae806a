"""From the answers of a study to what its explorer shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd

from brandkit.core.errors import NotEnoughDataError
from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.core.waves import wave_text
from brandkit.overlap import BrandOverlap, overlap_explanation, product_similarity
from brandkit.overlap.products import nearest_pairs
from brandkit.overlap.similarity.facets import facet_name
from brandkit.page.explore import Explored, Pair, Step, View
from brandkit.page.explore.model import MOST_IN_FULL
from brandkit.positioning import MapStability, WaveMovement
from brandkit.positioning.maps.correspondence import TableMap
from brandkit.positioning.maps.story import axis_ends
from brandkit.questions.question import Answers
from brandkit.questions.relabelled import relabelled
from brandkit.sources import Study

#: Pairs of a large market that are taken apart, products named of a pair, and offers up to which
#: all pairs of products are looked at together.
MOST_PAIRS, MOST_PRODUCTS, MOST_OFFERS = 6, 2, 600
_REGION = ["radius_long", "radius_short", "angle"]
_OVERLAP = ["overlap", "expected", "stability_low", "stability_high"]
#: Facets ``facet part weight`` of a pair of banks, and its products ``name_a name_b similarity``.
PairFrames = tuple[pd.DataFrame, pd.DataFrame]


class _Places(dict[str, int]):
    """The place of every bank, and tables laid out by them."""

    def set_out(self, frame: pd.DataFrame | pd.Series) -> Floats:
        """Lay rows named by a bank out by the places of all banks; missing where there is none."""
        known = frame.set_axis([self[str(name)] for name in frame.index])
        return known.reindex(range(len(self))).to_numpy(dtype=float, copy=True)


def explored(
    answers: Answers, pairs: Mapping[tuple[str, str], PairFrames], names: Mapping[str, str]
) -> Explored | None:
    """Gather what can be explored of a study; None without a map or catalogues to compare.

    Parameters
    ----------
    answers : Answers
    pairs : mapping
        What pairs of banks are made of, in the labels of the files.
    names : mapping
        Label to its name in the reader's language.

    Returns
    -------
    Explored or None
    """
    image: Any = answers["stability"] or answers["map"] or None
    overlap: Any = answers["overlap"] or None
    table = image.map if isinstance(image, MapStability) else image
    seen = [] if table is None else list(_wide(table.rows).index)
    sold = [] if overlap is None else overlap.brands["brand"].astype(str).tolist()
    banks = tuple(dict.fromkeys([*seen, *sold]))
    if len(banks) < 2:
        return None
    place = _Places((name, at) for at, name in enumerate(banks))
    told: dict[str, Any] = {"focus": place.get(str(answers.study.focus))}
    if image is not None:
        told |= _image(answers, image, table, place)
    if overlap is not None:
        told |= _products(overlap, place)
        told["pairs"] = {
            (place[names.get(a, a)], place[names.get(b, b)]): _pair(*frames, names)
            for (a, b), frames in pairs.items()
        }
    told["scores"] = _scores(answers, place, told.get("hidden", frozenset()))
    return Explored(banks=banks, **told)


# --- the map --------------------------------------------------------------------------------------


def _image(answers: Answers, image: Any, table: TableMap, place: _Places) -> dict[str, Any]:
    """Give places, words and what is said of each bank."""
    words, least = tuple(_wide(table.columns).index), answers.study.settings.report
    base, regions = np.full(len(place), np.nan), np.full((len(place), 3), np.nan)
    if isinstance(image, MapStability):
        base = place.set_out(image.points.drop_duplicates("label").set_index("label")["n"])
        regions = place.set_out(image.regions.set_index("label")[_REGION])
        shares, kind = image.shares, "people" if image.from_respondents else "mentions"
    else:
        brand_table: Any = answers.study.brand_image
        shares = brand_table.values.astype(float)
        kind = "ratings" if brand_table.kind == "ratings" else "mentions"
        if brand_table.kind == "counts":  # mentions: nobody counted who made them
            base = place.set_out(shares.sum(axis=1))
        if kind == "mentions":
            shares = shares.div(shares.sum(axis=1).replace(0, np.nan), axis=0)
    shares = shares.rename(columns=str)[list(words)]
    hidden = np.flatnonzero(base < least.suppress_below)
    said = place.set_out(shares)
    said[hidden] = np.nan
    views = [_view(Message("now"), table, place.set_out(_wide(table.rows)), regions)]
    movement: Any = answers["movement"] or None
    if movement is not None and tuple(_wide(movement.map.columns).index) == words:
        views += _steps_of_waves(movement, place)
    return {
        "words": words,
        "said": said,
        "market": shares.mean().to_numpy(dtype=float),
        "said_kind": kind,
        "views": views,
        "base": base,
        "hidden": frozenset(hidden.tolist()),
        "few": frozenset(np.flatnonzero(base < least.minimum_base).tolist()),
        "near": _near(image, place),
        "steps": list(_steps(answers, place, words)),
    }


def _wide(points: pd.DataFrame) -> pd.DataFrame:
    """Lay places out one row a label; on a map of one axis along a line."""
    points = points.assign(label=points["label"].astype(str))
    at = points.pivot(index="label", columns="axis", values="coordinate")
    at = at.loc[points["label"].unique()].reindex(columns=[1, 2], fill_value=0.0)
    return at.astype(float)


def _view(title: Message, table: TableMap, places: Floats, regions: Floats, **more: Any) -> View:
    columns = table.columns[table.columns["axis"].isin([1, 2])]
    telling = columns.groupby("label", sort=False)["contribution"].sum().fillna(0.0)
    ends = [
        end
        for axis in sorted(columns["axis"].unique())
        for end in axis_ends(table, int(axis)).values()
    ]
    return View(title, places, regions, _wide(columns).to_numpy(), telling.to_numpy(), ends, **more)


def _steps_of_waves(movement: WaveMovement, place: _Places) -> Iterator[View]:
    """Give each step between waves: where banks stood and how far they moved, the market's off."""
    for wave in movement.waves[1:]:
        step = movement.step(wave)
        step = step[step["brand"].astype(str).isin(place)].set_index("brand")
        since = str(step["wave_from"].iloc[0])
        before = movement.places[movement.places["wave"].astype(str) == since]
        start = place.set_out(_wide(before.rename(columns={"brand": "label"})).loc[step.index])
        end = start + place.set_out(step[["move_across", "move_upward"]])
        told = step[["map_distance", "ci_low", "ci_high", "moved"]].to_dict("index")
        yield _view(
            Message("since {wave}", {"wave": wave_text(since)}),
            movement.map,
            end,
            place.set_out(step[_REGION]),
            start=start,
            since=wave_text(since),
            moved={place[str(name)]: tuple(one.values()) for name, one in told.items()},
        )


def _near(image: Any, place: _Places) -> dict[int, tuple[int, bool | None]]:
    """Name for each bank the one described most like it, and whether they are told apart."""
    if not isinstance(image, MapStability):
        both = zip(image.nearest["label"], image.nearest["nearest"], strict=True)
        return {place[str(name)]: (place[str(near)], None) for name, near in both}
    pairs, near = image.pairs, dict[int, tuple[int, bool | None]]()
    turned = pairs.rename(columns={"brand_a": "brand_b", "brand_b": "brand_a"})
    ranked = pd.concat([pairs, turned]).sort_values("map_distance", kind="stable")
    for a, b, distinct in ranked[["brand_a", "brand_b", "distinct"]].to_numpy():
        near.setdefault(place[str(a)], (place[str(b)], bool(distinct)))
    return near


def _steps(answers: Answers, place: _Places, words: tuple[str, ...]) -> Iterator[Step]:
    """Read the grid of what-ifs, step by step."""
    grid: Any = answers["grid"] or None
    if grid is None:
        return
    raised = grid.changes.drop_duplicates("move").set_index("move")
    for row in grid.moves.to_dict("records"):
        told = raised.loc[row["move"]]
        ends = [row[name] for name in ("choice_low", "choice_high", "ci_low", "ci_high")]
        if not np.isfinite(ends[:2]).all():  # a panel tells it as one number
            ends[:2] = [row["choice_change"]] * 2
        yield Step(
            words.index(str(told["attribute"])),
            round(100 * float(told["change"])),
            place[str(row["nearest_then"])],
            np.array([row["new_across"], row["new_upward"]]),
            np.array([row[name] for name in _REGION]),
            row["distance_now"],
            row["distance_then"],
            [100 * one for one in ends] if np.isfinite(ends).all() else [],
        )


def _scores(
    answers: Answers, place: _Places, hidden: frozenset[int]
) -> dict[int, tuple[float, float, float]]:
    """Give each bank's mean satisfaction, where banks were compared."""
    rows = answers["scores"].tidy() if isinstance(answers["scores"], Result) else pd.DataFrame()
    if rows.empty:
        return {}
    rows = rows[(rows["measure"] == "mean") & rows["label"].astype(str).isin(place)]
    rows = rows[rows["item"].eq(rows["item"].head(1).squeeze()) & rows["estimate"].notna()]
    rows = rows[rows["n"] >= answers.study.settings.report.suppress_below]
    told = rows[["label", "estimate", "ci_low", "ci_high"]].to_numpy().tolist()
    return {
        place[str(name)]: (score, low, high)
        for name, score, low, high in told
        if place[str(name)] not in hidden
    }


# --- the products ---------------------------------------------------------------------------------


def _products(overlap: BrandOverlap, place: _Places) -> dict[str, Any]:
    """Give the overlap of all pairs, and by category where the market is small."""
    pairs, found = overlap.pairs.assign(category=overlap.pairs["category"].fillna("")), {}
    if len(overlap.brands) > MOST_IN_FULL:
        pairs = pairs[pairs["category"] == ""]
    for category, rows in pairs.groupby("category"):
        cells = np.full((len(_OVERLAP), len(place), len(place)), np.nan)
        at = rows["brand_a"].map(place).to_numpy(), rows["brand_b"].map(place).to_numpy()
        cells[:, at[0], at[1]] = rows[_OVERLAP].to_numpy(dtype=float).T
        found[str(category)] = list(cells)
    return {"overlap": found, "order": tuple(place[name] for name in overlap.order)}


def explored_pairs(study: Study, overlap: BrandOverlap) -> dict[tuple[str, str], PairFrames]:
    """Take pairs of banks apart: all of a small market, else the nearest of the bank asked about.

    Parameters
    ----------
    study : Study
        In the labels of its files.
    overlap : BrandOverlap
        Of its catalogue.

    Returns
    -------
    dict
        Ordered pair to the parts of its facets, and its products most alike.
    """
    catalog: Any = study.catalog
    section: Any = study.settings.catalog
    options: dict[str, Any] = {"reference": overlap.reference, "weights": section.weights or None}
    whole = overlap.pairs[overlap.pairs["category"].isna() & overlap.pairs["overlap"].notna()]
    both = ["brand_a", "brand_b"]
    made: dict[Any, PairFrames] = {}
    if int(overlap.brands["n_offers"].sum()) > MOST_OFFERS:
        mine = whole[whole["brand_a"] == study.focus]
        ranked = (mine if len(mine) else whole).sort_values(
            ["overlap", *both], ascending=[False, True, True], kind="stable"
        )
        for a, b in ranked[both].head(MOST_PAIRS).to_numpy().tolist():
            for pair in ((a, b), (b, a)):
                with suppress(NotEnoughDataError):
                    one = overlap_explanation(catalog, brand=pair[0], rival=pair[1], **options)
                    made[pair] = (one.facets, one.offers)
        return made
    counted = dict(zip(map(tuple, whole[both].to_numpy()), whole["n_compared"], strict=True))
    found = product_similarity(catalog, top=None, **options)
    ends = ["brand_a", "product_a", "brand_b", "product_b"]
    nearest = nearest_pairs(found, once=False).drop_duplicates(ends[:3])
    sums = found.parts.merge(nearest[ends], on=ends).groupby([*both, "facet"], observed=True)
    parts = dict(list(sums[["part", "weight"]].sum().reset_index().groupby(both)))
    for key, rows in nearest.groupby(both):
        mean = parts[key][["part", "weight"]] / counted[key]
        made[key] = (mean.assign(facet=parts[key]["facet"]), rows)
    return made


def _pair(facets: pd.DataFrame, offers: pd.DataFrame, names: Mapping[str, str]) -> Pair:
    facets = facets[facets["weight"] > 0].sort_values("part", ascending=False, kind="stable")
    told = facets[["facet", "part", "weight"]].to_numpy().tolist()
    first = relabelled(offers.head(MOST_PRODUCTS)[["name_a", "name_b", "similarity"]], names)
    return [
        (facet_name(str(name)), part, most) for name, part, most in told
    ], first.to_numpy().tolist()
