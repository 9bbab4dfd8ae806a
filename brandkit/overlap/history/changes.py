"""What banks' catalogues gained and lost between two dates, and what of it needs an answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from brandkit.core.errors import BrandkitError, NotEnoughDataError, check_known
from brandkit.core.message import noted
from brandkit.core.result import Result
from brandkit.overlap.history.history import _banks, _identities
from brandkit.overlap.products import product_similarity
from brandkit.overlap.similarity.kernel import fit_reference
from brandkit.sources.catalog.catalog import Catalog
from brandkit.sources.catalog.reference import Reference

#: Likeness from which an offer looks like another, or is the same one under a new id; a rise of it.
ALIKE, RISE = 0.95, 0.10
#: Share of a bank's offers that gain or lose a feature at once, beyond which it only tells more.
TELLS_MORE = 0.3
#: Share of rivals up to which a feature sets apart, and from which it no longer does.
APART, USUAL = 0.25, 0.5
_KEY: Final = ["brand", "product"]
_THEN, _NOW = "then", "now"
_ALERTS: Final = [
    *("kind", *_KEY, "category", "attribute", "brand_b", "product_b", "before", "after", "settled"),
]
#: A bank's identity and a product's id.
Key = tuple[str, str]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CatalogChanges(Result):
    """What changed between two catalogues.

    Parameters
    ----------
    products : DataFrame
        One row a product that came, went, or changed in a feature: ``brand product name category
        status n_added n_lost``; status "new", "gone", "renamed" (under another id) or "changed".
    features : DataFrame
        One row a bank and feature: ``brand attribute n_added n_lost status``, of products at both
        dates; status "told" where the word is new to the market or many offers gain or lose it at
        once: then the bank tells more or less, and "changed" otherwise.
    alerts : DataFrame
        What a focus must answer: ``kind brand product category attribute brand_b product_b before
        after settled``; kind "look_alike" (a rival's offer that came or changed matches ours) or
        "no_longer_apart" (a feature of ours that half of the rivals now list). An alert that is
        "open" is none: more is told, or what is not stated could explain it.
    brands : DataFrame
        ``brand status``: "both", or why it is not compared: "only_first", "only_second", "failed".
    focus : str, optional
    n_both : int
        Products at both dates.
    n_rates : int
        Of these, how many changed a rate.
    """

    products: pd.DataFrame
    features: pd.DataFrame
    alerts: pd.DataFrame
    brands: pd.DataFrame
    focus: str | None
    n_both: int
    n_rates: int

    def glance(self) -> pd.DataFrame:
        """Give one row: how many products came, went and changed, and how many alerts stand."""
        status = self.products["status"].value_counts()
        return self._row(
            "n_brands n_both n_new n_gone n_renamed n_changed n_rates n_alerts",
            n_brands=int((self.brands["status"] == "both").sum()),
            n_alerts=int((self.alerts["settled"] != "open").sum()),
            **{
                f"n_{one}": int(status.get(one, 0)) for one in ("new", "gone", "renamed", "changed")
            },
        )


def catalog_changes(
    catalog: Catalog, *, since: Catalog, focus: str | None = None
) -> CatalogChanges:
    """Say what banks' catalogues gained and lost, and what of it a bank must answer.

    Parameters
    ----------
    catalog, since : Catalog
        The newer and the older one.
    focus : str, optional
        The bank that is to be warned, as the newer catalogue calls it; without, nothing is an
        alert.

    Returns
    -------
    CatalogChanges

    Raises
    ------
    InputError
        The focus is not in the newer catalogue.
    NotEnoughDataError
        No bank, or not the focus, was read at both dates.

    Notes
    -----
    Facts of lists are exact. A bank that is at one date only, or whose list failed, is not
    compared: a collector's fault looks like leaving the market. An offer that went and one of the
    same bank that came with a likeness of .95 are one offer under a new id. Likeness is measured
    against the first date. A look-alike is an alert where the rival's offer came or changed, our
    own stands as it stood, and the ranges of both likenesses (whatever the truth of what is not
    stated) lie apart.

    Examples
    --------
    >>> from brandkit.overlap.examples import small_catalog
    >>> same = catalog_changes(small_catalog(), since=small_catalog(), focus="Kestrel")
    >>> same.products.empty, same.alerts.empty
    (True, True)
    """
    if focus is not None:
        check_known("focus", focus, catalog.brands, rule="be a bank of the newer catalogue")
    brands, sides = _comparable(since, catalog, focus=focus)
    first, second = sides
    reference = fit_reference(first.catalog)
    renamed = _renamed(first, second, reference)
    keys = [renamed.get(key, key) for key in second.offers.index]
    offers = second.offers.set_axis(pd.MultiIndex.from_tuples(keys), axis=0)
    second, same = replace(second, offers=offers), set(renamed.values())
    both = first.offers.index.intersection(offers.index)
    features, changed = _features(first.offers, offers, both[~both.isin(list(same))])
    products = _products(first.offers, offers, changed, renamed=same)
    alerts: list[dict[str, Any]] = []
    if focus is not None:
        us = next(who for who, name in second.names.items() if name == focus)
        told = set(features[features["status"] == "told"].index)
        alerts = [
            *_no_longer_apart(first, second, us, told=told),
            *_look_alikes(first, second, us, products, reference=reference, renamed=renamed),
        ]
    rates = first.offers.loc[both, "rates"] != second.offers.loc[both, "rates"]
    odd = brands.loc[brands["status"] != "both", "brand"].tolist()
    notes = noted(
        "Not compared, as they were not read at both dates, which is no leaving of the market: "
        "{names}.",
        names=odd,
        most=8,
    )
    return CatalogChanges(
        products=products.reset_index(drop=True),
        features=features.reset_index(drop=True),
        alerts=pd.DataFrame(alerts, columns=_ALERTS),
        brands=brands,
        focus=focus,
        n_both=len(both),
        n_rates=int(rates.sum()),
        notes=tuple(notes),
    )


@dataclass(frozen=True)
class _Side:
    """One date: its catalogue of the banks that are compared, and what each offer lists."""

    catalog: Catalog
    offers: pd.DataFrame
    names: Mapping[str, str]


def _comparable(
    old: Catalog, new: Catalog, *, focus: str | None
) -> tuple[pd.DataFrame, tuple[_Side, _Side]]:
    """Keep the banks that were read at both dates; joined by their key, or by name."""
    who = _identities([old, new])
    read = [_banks(catalog, names) for catalog, names in zip((old, new), who, strict=True)]
    rows = []
    for one in sorted({*read[0], *read[1]}):
        there = [side.get(one) for side in read]
        status = "both"
        if any(bank is not None and (bank.reason or not bank.n_records) for bank in there):
            status = "failed"
        elif None in there:
            status = "only_second" if there[0] is None else "only_first"
        name = next(bank.name for bank in reversed(there) if bank is not None)
        rows.append({"who": one, "brand": name, "status": status})
    frame = pd.DataFrame(rows)
    kept = set(frame.loc[frame["status"] == "both", "who"])
    if not kept or (focus is not None and who[1][focus] not in kept):
        raise NotEnoughDataError(
            f"`catalog` and `since` must both hold {focus or 'a bank'}, read without faults. "
            "Compare dates at which it was."
        )
    sides = [
        _side(catalog, {name: one for name, one in names.items() if one in kept})
        for catalog, names in zip((old, new), who, strict=True)
    ]
    return frame[["brand", "status"]], (sides[0], sides[1])


def _side(catalog: Catalog, who: Mapping[str, str]) -> _Side:
    products = catalog.products[catalog.products["brand"].isin(list(who))]
    has = catalog.attributes[catalog.attributes["brand"].isin(list(who))]
    offers = products[[*_KEY, "name", "category"]].astype("str")
    listed = has[(has["facet"] == "features") & (has["state"] == "has")]
    rates = has[(has["facet"] == "rates") & has["value"].notna()]
    for name, rows in (("features", listed), ("rates", rates)):
        held: dict[tuple[str, str], set[Any]] = {}
        keys = zip(rows["brand"].astype("str"), rows["product"].astype("str"), strict=True)
        said = zip(rows["attribute"], rows["value"].fillna(0.0), strict=True)
        for key, (one, value) in zip(keys, said, strict=True):
            held.setdefault(key, set()).add(one if name == "features" else (one, value))
        own = zip(offers["brand"], offers["product"], strict=True)
        offers[name] = pd.Series([frozenset(held.get(key, ())) for key in own], offers.index)
    offers.index = pd.MultiIndex.from_arrays([offers["brand"].map(dict(who)), offers["product"]])
    kept = replace(catalog, products=products, attributes=has)
    return _Side(kept, offers, {one: name for name, one in who.items()})


def _renamed(first: _Side, second: _Side, reference: Reference) -> dict[Key, Key]:
    """Find offers that came under a new id: the new key to the old one."""
    gone = first.offers[~first.offers.index.isin(second.offers.index)]
    came = second.offers[~second.offers.index.isin(first.offers.index)]
    found: dict[Key, Key] = {}
    same: dict[Any, list[Key]] = {}
    for key, row in zip(gone.index, gone.itertuples(), strict=True):
        same.setdefault((key[0], row.name, row.category, row.features), []).append(key)
    for key, row in zip(came.index, came.itertuples(), strict=True):
        if left := same.get((key[0], row.name, row.category, row.features)):
            found[key] = left.pop(0)
    gone, came = gone.drop(list(found.values())), came.drop(list(found))
    for who in set(gone.index.get_level_values(0)) & set(came.index.get_level_values(0)):
        try:
            pairs = product_similarity(
                _joined((first, gone.loc[[who]]), (second, came.loc[[who]])),
                reference=reference,
            ).pairs
        except BrandkitError:  # nothing is stated: then they are what they seem
            continue
        pairs = pairs[(pairs["brand_a"] == _THEN) & (pairs["similarity"] >= ALIKE)]
        for pair in pairs.sort_values("similarity", ascending=False, kind="stable").itertuples():
            old, key = (who, str(pair.product_a)), (who, str(pair.product_b))
            if old not in found.values():
                found.setdefault(key, old)
    return found


def _joined(*sides: tuple[_Side, pd.DataFrame]) -> Catalog:
    """Set what of a bank went beside what came, as two banks."""
    frames: dict[str, list[pd.DataFrame]] = {"products": [], "attributes": []}
    own: dict[str, str] = {}
    for (side, offers), when in zip(sides, (_THEN, _NOW), strict=True):
        own[when] = offers["brand"].iloc[0]
        for name, parts in frames.items():
            rows = getattr(side.catalog, name)
            is_there = (rows["brand"] == own[when]) & rows["product"].isin(offers["product"])
            parts.append(rows[is_there].assign(brand=when))
    products, attributes = (pd.concat(parts, ignore_index=True) for parts in frames.values())
    for column in ("category", "segment"):
        products[column] = products[column].astype("str").astype("category")
    return Catalog(products=products, attributes=attributes, own_names=own)


def _features(
    first: pd.DataFrame, second: pd.DataFrame, both: pd.Index[Any]
) -> tuple[pd.DataFrame, dict[Key, tuple[int, int]]]:
    """List what offers at both dates gained and lost, by bank and feature, and by offer."""
    market = [frozenset[str]().union(*side["features"]) for side in (first, second)]
    n_of = pd.Series(both.get_level_values(0)).value_counts()
    brand = dict(zip(second.index.get_level_values(0), second["brand"], strict=True))
    counts: dict[tuple[str, str], list[int]] = {}
    changed: dict[Key, tuple[int, int]] = {}
    for key, a, b in zip(
        both, first.loc[both, "features"], second.loc[both, "features"], strict=True
    ):
        if a == b:
            continue
        changed[key] = len(b - a), len(a - b)
        for at, gained in ((0, b - a), (1, a - b)):
            for one in gained:
                row = counts.setdefault((key[0], one), [0, 0, 0])
                row[at] += 1
                row[2] += not (a and b)  # told nothing at one date
    rows = []
    for (who, one), (added, lost, silent) in sorted(counts.items()):
        is_word = one not in market[0] or one not in market[1]
        many = max(added, lost) > TELLS_MORE * n_of[who]
        told = is_word or many or silent == added + lost
        rows.append((who, brand[who], one, added, lost, "told" if told else "changed"))
    columns = ["who", "brand", "attribute", "n_added", "n_lost", "status"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.set_index([frame.pop("who"), frame["attribute"]]), changed


def _products(
    first: pd.DataFrame,
    second: pd.DataFrame,
    changed: Mapping[Key, tuple[int, int]],
    *,
    renamed: set[Key],
) -> pd.DataFrame:
    """List what came, went, changed, or stands under another id."""
    rows = []
    for key in first.index.union(second.index):
        now, then = key in second.index, key in first.index
        if not (now and then):
            status = "new" if now else "gone"
        elif key in renamed:
            status = "renamed"
        elif key in changed:
            status = "changed"
        else:
            continue
        row = (second if now else first).loc[key]
        added, lost = changed.get(key, (0, 0))
        rows.append(
            (key, row["brand"], row["product"], row["name"], row["category"], status, added, lost)
        )
    columns = ["key", *_KEY, "name", "category", "status", "n_added", "n_lost"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.set_index(frame.pop("key"))


def _no_longer_apart(
    first: _Side, second: _Side, us: str, *, told: set[tuple[str, str]]
) -> Iterator[dict[str, Any]]:
    """Find features of ours that set us apart, and half of the rivals list by now."""
    groups = [_by_category(side, us) for side in (first, second)]
    for category in sorted(set(groups[0]) & set(groups[1])):
        (ours, then), (still, now) = groups[0][category], groups[1][category]
        rivals = set(then) & set(now)
        for one in sorted(ours & still):
            before = {who for who in rivals if one in then[who]}
            after = {who for who in rivals if one in now[who]}
            n = len(rivals)
            if not n or len(before) > APART * n or len(after) < max(USUAL * n, 2):
                continue
            real = before | {who for who in after if (who, one) not in told}
            settled = "likely" if len(real & after) >= USUAL * n else "open"
            yield {
                "kind": "no_longer_apart",
                "brand": second.names[us],
                "category": category,
                "attribute": one,
                "before": len(before),
                "after": len(after),
                "settled": settled,
            }


def _by_category(
    side: _Side, us: str
) -> dict[str, tuple[frozenset[str], dict[str, frozenset[str]]]]:
    """Give of each category that we sell what we list, and what each rival lists."""
    owners = side.catalog.owners
    mine = owners.get(side.names[us])
    found = {}
    rows: Any
    for category, rows in side.offers.groupby("category", sort=True):
        lists: dict[str, frozenset[str]] = {
            str(who): frozenset[str]().union(*own["features"]) for who, own in rows.groupby(level=0)
        }
        if us in lists:
            ours = lists.pop(us)
            rivals = {
                who: held
                for who, held in lists.items()
                if held and not (mine and owners.get(side.names[who]) == mine)
            }
            found[str(category)] = ours, rivals
    return found


def _look_alikes(
    first: _Side,
    second: _Side,
    us: str,
    products: pd.DataFrame,
    *,
    reference: Reference,
    renamed: Mapping[Key, Key],
) -> Iterator[dict[str, Any]]:
    """Find offers of ours that a rival's offer, which came or changed, has come to match."""
    moved = set(products.index[products["status"].isin(["new", "changed"])])
    if not any(who != us for who, _ in moved):
        return
    best = [_best(side, us, reference) for side in (first, second)]
    who = {name: one for one, name in second.names.items()}
    for product, row in best[1].iterrows():
        ours = renamed.get((us, str(product)), (us, str(product)))
        rival = (who[row["brand_b"]], row["product_b"])
        if (
            ours in moved
            or ours not in first.offers.index
            or renamed.get(rival, rival) not in moved
        ):
            continue
        then: Any = best[0].loc[ours[1]] if ours[1] in best[0].index else None
        before = np.nan if then is None else float(then["similarity"])
        rises = row["similarity"] - np.nan_to_num(before) >= RISE
        if not (rises or row["similarity"] >= ALIKE > np.nan_to_num(before)):
            continue
        sold = first.offers[first.offers["category"] == first.offers.loc[ours, "category"]]
        alone = set(sold.index.get_level_values(0)) == {us}
        high = (0.0 if alone else 1.0) if then is None else float(then["bound_high"])
        is_sure = row["bound_low"] > high
        if not is_sure and row["similarity"] < ALIKE:
            continue  # a little more alike, or only told more
        settled = "clear" if is_sure else "open"
        yield {
            "kind": "look_alike",
            "brand": second.names[us],
            "product": product,
            "category": row["category"],
            "brand_b": row["brand_b"],
            "product_b": row["product_b"],
            "before": before,
            "after": row["similarity"],
            "settled": settled,
        }


def _best(side: _Side, us: str, reference: Reference) -> pd.DataFrame:
    """Give the nearest rival offer of each of our offers, by product."""
    owners, name = side.catalog.owners, side.names[us]
    rivals = [
        one
        for one in side.catalog.brands
        if one == name or not (owners.get(one) and owners.get(one) == owners.get(name))
    ]
    sold = sorted(map(str, side.offers.loc[[us], "category"].unique()))
    kept = replace(
        side.catalog,
        products=side.catalog.products[side.catalog.products["brand"].isin(rivals)],
        attributes=side.catalog.attributes[side.catalog.attributes["brand"].isin(rivals)],
    )
    try:
        pairs = product_similarity(kept, category=sold, reference=reference, top=1).pairs
    except NotEnoughDataError:
        return pd.DataFrame(columns=["similarity"])
    pairs = pairs[pairs["brand_a"] == name]
    return pairs.drop_duplicates("product_a").set_index("product_a")
