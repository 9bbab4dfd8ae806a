"""How alike banks' catalogues have become, and what made it look so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations, permutations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    ScaleError,
    check_option,
    check_whole_number,
    did_you_mean,
    shown,
)
from brandkit.core.linalg import Flags, Floats
from brandkit.core.message import Message
from brandkit.overlap.brands.kernel import Categories, few_of
from brandkit.overlap.history.kernel import (
    Ledger,
    Market,
    Reading,
    Vocabulary,
    bank_likeness,
    close_pairs,
    disclosure_mask,
    joined,
    ledger_of,
    usual_sizes,
    vocabulary_mask,
)
from brandkit.overlap.history.points import UNUSABLE_BANKS, Rules, Span, span_of
from brandkit.overlap.history.story import COMPONENTS, INDICES, OverlapHistory
from brandkit.overlap.similarity.facets import CatalogFacets, catalog_facets
from brandkit.overlap.similarity.offers import category_key
from brandkit.overlap.similarity.reference import facet_weights, fit_reference
from brandkit.sources.catalog.catalog import Catalog
from brandkit.sources.catalog.reference import Reference

Values = Mapping[str, Floats]
"""Reading -> each bank's likeness; a reading is named by what it holds fixed."""

STEPS = "PVD"
"""Panel, vocabulary, disclosure: what may be held fixed, in the order of COMPONENTS."""
SUBSETS = tuple("".join(chosen) for n in range(4) for chosen in combinations(STEPS, n))
SHOWN = dict(zip(INDICES, ("", "P", "PV", "PVD"), strict=True))
_FRINGE = 1e-9
"""Changes smaller than this have no direction: they are the order of additions."""


class Setting:
    """The usable dates as matrices, and the banks as numbers that hold over all of them."""

    def __init__(self, span: Span, facets: Sequence[CatalogFacets], reference: Reference) -> None:
        self.span, self.facets, self.reference = span, tuple(facets), reference
        everyone = {identity for period in span.kept for identity in period.present}
        self.banks = sorted(everyone, key=lambda identity: (span.names[identity], identity))
        place = {identity: at for at, identity in enumerate(self.banks)}
        self.who = []
        for period, each in zip(span.kept, facets, strict=True):
            by_name = {bank.name: place.get(who, -1) for who, bank in period.banks.items()}
            self.who.append(np.array([by_name[name] for name in each.brands], dtype=np.int64))
        self.present = [
            np.array([identity in period.present for identity in self.banks])
            for period in span.kept
        ]
        self.panel = np.isin(np.array(self.banks, dtype=object), np.array(span.panel, dtype=object))
        self.failed = {
            who for period in (span.kept[0], span.kept[-1])
            for who, bank in period.banks.items() if bank.reason
        }  # fmt: skip
        # a bank that could not be read at one end must not look like one that left or came
        self.readable = np.array([identity not in self.failed for identity in self.banks])
        self.markets: tuple[Market, ...] = ()

    @property
    def n_dates(self) -> int:
        """Usable dates."""
        return len(self.facets)


@dataclass(frozen=True)
class Found:
    """Likeness of every bank under every reading, at each usable date; links between dates."""

    values: tuple[Values, ...]
    offers: tuple[NDArray[np.int64], ...]
    links: tuple[tuple[Floats, Floats], ...]


def _mean(values: Floats) -> float:
    there = values[~np.isnan(values)]
    return float(there.mean()) if len(there) else float("nan")


def _components(delta: Mapping[str, Floats | float]) -> dict[str, list[Floats | float]]:
    """Take a change apart in every order; delta is keyed by what is held fixed."""
    parts: dict[str, list[Floats | float]] = {name: [] for name in COMPONENTS}
    for order in permutations(STEPS):
        held = ""
        for step in order:
            more = "".join(sorted(held + step, key=STEPS.index))
            parts[COMPONENTS[STEPS.index(step)]].append(delta[held] - delta[more])
            held = more
        parts["real"].append(delta[STEPS])
    return parts


def change_frames(found: Found, setting: Setting) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the components for the market and for each bank of the panel."""
    first, last = found.values[0], found.values[-1]
    market = {name: _mean(last[name]) - _mean(first[name]) for name in (*SUBSETS, "first", "last")}
    rows = []
    parts = _components({name: market[name] for name in SUBSETS})
    for name in COMPONENTS:
        values = [float(value) for value in parts[name]]
        ends = (np.nan, np.nan)
        if name == "real":
            ends = (market["first"], market["last"])
            values_seen = [*values, *ends]
        else:
            values_seen = values
        rows.append((name, float(np.mean(values)), min(values_seen), max(values_seen), *ends))
    rows.append(("total", market[""], market[""], market[""], np.nan, np.nan))
    change = pd.DataFrame(
        rows, columns=["component", "estimate", "range_low", "range_high", "on_first", "on_last"]
    )
    return change, _brand_change(first, last, setting)


def _brand_change(first: Values, last: Values, setting: Setting) -> pd.DataFrame:
    delta = {name: (last[name] - first[name])[setting.panel] for name in SUBSETS}
    real = [delta[STEPS], *((last[b] - first[b])[setting.panel] for b in ("first", "last"))]
    parts = _components(delta)
    names = [setting.span.names[who] for who in np.array(setting.banks)[setting.panel]]
    frames = []
    for component in (*COMPONENTS, "total"):
        values = np.array([delta[""]] if component == "total" else parts[component])
        seen = np.vstack([values, real]) if component == "real" else values
        frames.append(pd.DataFrame({
            "brand": names, "component": component, "estimate": values.mean(axis=0),
            "range_low": seen.min(axis=0), "range_high": seen.max(axis=0),
        }))  # fmt: skip
    table = pd.concat(frames, ignore_index=True)
    order = np.argsort(np.tile(np.arange(len(names)), len(COMPONENTS) + 1), kind="stable")
    return table.take(order).reset_index(drop=True)


def index_frame(found: Found, setting: Setting) -> pd.DataFrame:
    """Give every index at every date, gaps included."""
    rows = []
    at = -1
    level = np.nan
    for period in setting.span.periods:
        day = pd.Timestamp(period.as_of)
        at += period.usable
        for index, name in SHOWN.items():
            values = found.values[at][name] if period.usable else np.array([np.nan])
            rows.append((day, index, *_described(values, found.offers[at]), period.usable))
        if setting.n_dates < 3:
            continue
        if period.usable:
            begin, end = found.links[max(at - 1, 0)]
            linked = _mean(end) - _mean(begin)
            level = _mean(begin) if at == 0 else level + linked
            _, n_brands, n_offers = _described(end if at else begin, found.offers[at])
            rows.append((day, "chained", level, n_brands, n_offers, True))
        else:
            rows.append((day, "chained", np.nan, 0, 0, False))
    frame = pd.DataFrame(
        rows, columns=["as_of", "index", "estimate", "n_brands", "n_offers", "usable"]
    )
    rank = {name: place for place, name in enumerate((*INDICES, "chained"))}
    order = np.lexsort((frame["as_of"].to_numpy(), frame["index"].map(rank).to_numpy()))
    return frame.take(order).reset_index(drop=True)


def _described(values: Floats, offers: NDArray[np.int64]) -> tuple[float, int, int]:
    there = ~np.isnan(values)
    if not there.any():
        return np.nan, 0, 0
    return _mean(values), int(there.sum()), int(offers[there].sum())


def date_frame(span: Span) -> pd.DataFrame:
    """Give one row a date: whether it can be used."""
    return pd.DataFrame({
        "as_of": [pd.Timestamp(period.as_of) for period in span.periods],
        "usable": [period.usable for period in span.periods],
        "n_brands": [len(period.banks) for period in span.periods],
        "n_unusable": [period.n_unusable for period in span.periods],
        "share_unusable": [period.n_unusable / max(len(period.banks), 1)
                           for period in span.periods],
    })  # fmt: skip


def usable_frame(span: Span) -> pd.DataFrame:
    """Give one row a bank and date: whether it can be used, and why not."""
    lasting = set(span.panel)
    rows = [
        (pd.Timestamp(period.as_of), bank.name, who in period.present, who in lasting,
         bank.n_records, bank.n_failed, bank.reason)
        for period in span.periods
        for who, bank in sorted(period.banks.items(), key=lambda pair: (pair[1].name, pair[0]))
    ]  # fmt: skip
    columns = ["as_of", "brand", "usable", "in_panel", "n_records", "n_failed", "reason"]
    frame: pd.DataFrame = pd.DataFrame(rows, columns=columns)
    return frame.astype({"brand": "str", "reason": "str"})


def history_notes(setting: Setting, change: pd.DataFrame) -> tuple[Message, ...]:
    """Say what was left out, and where the direction is open."""
    span = setting.span
    notes = [note for facets in setting.facets[-1:] for note in facets.notes]
    gaps = [period for period in span.periods if not period.usable]
    if gaps:
        text = (
            "{days} {n:is a gap|are gaps}: more than {limit:percent} of the banks could not be "
            "read, and what was read would look like an exodus."
        )
        values = {"days": few_of([period.as_of.isoformat() for period in gaps]),
                  "n": len(gaps), "limit": UNUSABLE_BANKS}  # fmt: skip
        notes.append(Message(text, values))
    if setting.failed:
        text = (
            "{n:count} {n:bank|banks} could not be read at the first or last date and {n:is|are} "
            "left out of both: {names}."
        )
        failed = sorted(span.names[who] for who in setting.failed)
        notes.append(Message(text, {"n": len(failed), "names": few_of(failed)}))
    ends = setting.present[0] & setting.present[-1] & setting.readable & ~setting.panel
    if ends.any():
        text = (
            "{n:count} {n:bank|banks} there at both ends but not at every date between "
            "{n:is|are} counted with entry and exit."
        )
        notes.append(Message(text, {"n": int(ends.sum())}))
    return (*notes, *_direction_notes(change))


def _direction_notes(change: pd.DataFrame) -> list[Message]:
    real = change[change["component"] == "real"].iloc[0]
    if np.isnan(real["estimate"]):
        return [Message("Nothing that both ends disclose can be compared: real change is open.")]
    if real["range_low"] < -_FRINGE and real["range_high"] > _FRINGE:
        text = (
            "Direction of real change not determined: {low:signed} to {high:signed}, depending on "
            "the vocabulary and on whether features named for the first time are new."
        )
        return [Message(text, {"low": real["range_low"], "high": real["range_high"]})]
    return []


def overlap_history(
    catalogs: Mapping[date, Catalog],
    *,
    category: Categories = None,
    vocabulary: Vocabulary = "both",
    weights: Mapping[str, float] | None = None,
    reference: Reference | None = None,
    n_drawn: int | None = None,
    min_compared: float = 0.5,
) -> OverlapHistory:
    """Follow how alike banks' catalogues are, and take the change apart.

    Answers *are the banks becoming more alike, since when, and is it the banks themselves, or who
    is there, what the catalogues call things, and who tells?*

    Parameters
    ----------
    catalogs : mapping of date to Catalog
        At least two; ``study.catalogs``. Read them with a crosswalk where banks' keys changed.
    category : str or sequence of str, optional
        Categories to compare; all where not given. Spelling and case do not matter.
    vocabulary : "both" | "first" | "last", default "both"
        The fixed vocabulary: entries that the panel uses at both ends, at the first date, or at
        the last. Real change is given on the first and the last one whatever is chosen here.
    weights : mapping of facet to weight >= 0, optional
        Default: :data:`brandkit.overlap.FACET_WEIGHTS`.
    reference : Reference, optional
        Held over all dates; fitted on the first usable catalogue where not given.
    n_drawn : int, optional
        How many rivals' offers each offer is held against; in each category what a bank has in
        the middle at the first usable date where not given.
    min_compared : float, 0-1, default 0.5
        Least share of the weight that two offers must both disclose to be compared.

    Returns
    -------
    OverlapHistory

    Raises
    ------
    InputError
        Unknown category, facet or vocabulary, keys that are no days.
    NotEnoughDataError
        Fewer than two usable dates, or fewer than two banks at all of them.

    Notes
    -----
    A bank's likeness is the mean over its offers of the best match to expect among ``n_drawn``
    offers of its rivals in the category, drawn without replacement, exactly; an index is the mean
    over banks. The number drawn is held, so that catalogues that grow do not look more alike. (The
    excess of :func:`brand_overlap` cannot serve: it compares a pair with its market, and so stays
    where it is when the whole market moves.) Sisters, judged at the first date that has both or
    declared, are no rivals.

    A bank whose list or more than 20 % of whose records failed is not usable at that date; a date
    with more than 10 % of such banks is a gap. The panel is the banks usable at every usable date.
    From the four indices (all banks; panel; fixed vocabulary; cells disclosed at both ends)
    follow entry and exit (change 1 - change 2), vocabulary (2 - 3), disclosure (3 - 4) and real
    change (4); each is averaged over the six orders in which the three can be held fixed, with
    its range over them. They add up to the change of the first index.

    A feature that a bank names for the first time may be new or newly told; the estimate counts
    it under disclosure, and under vocabulary where no bank of the panel named it before. How
    much of that could be real shows in ``on_first`` and ``on_last``: real change in the words of
    one end, leaving out only lists that a bank did not publish at both. Declare the list "closed"
    when reading, where silence is known to mean no.

    For long series the chained index adds up real change from date to date, each link with the
    banks, words and cells of its own two dates.

    Examples
    --------
    >>> from brandkit.overlap.examples import small_catalog
    >>> days = {date(2025, 3, 1): small_catalog(), date(2026, 3, 1): small_catalog()}
    >>> history = overlap_history(days)
    >>> history.change["component"].tolist()
    ['entry_exit', 'vocabulary', 'disclosure', 'real', 'total']
    """
    check_option("vocabulary", vocabulary, ("both", "first", "last"))
    if n_drawn is not None:
        check_whole_number("n_drawn", n_drawn, low=1)
    if not 0 <= min_compared <= 1:
        raise ScaleError(
            f"`min_compared` must lie between 0 and 1; found {min_compared}. Write 0.5."
        )
    if reference is not None and not isinstance(reference, Reference):
        raise TypeError(
            f"`reference` must come from fit_reference(); found {type(reference).__name__}."
        )
    chosen_weights = facet_weights(weights)
    span = span_of(catalogs)
    reference = reference or fit_reference(span.kept[0].catalog)
    setting = Setting(span, _dates(span, category, reference), reference)
    rules = Rules(reference, chosen_weights, min_compared)
    setting.markets = tuple(
        Market(facets, setting.who[at], len(setting.banks), rules)
        for at, facets in enumerate(setting.facets)
    )

    ledger = ledger_of(setting.facets, setting.who, len(setting.banks))
    sister = _sisters(setting, ledger)
    found = _evaluated(setting, ledger, sister, vocabulary=vocabulary, n_drawn=n_drawn)

    change, brands = change_frames(found, setting)
    return OverlapHistory(
        indices=index_frame(found, setting),
        change=change,
        brands=brands,
        dates=date_frame(span),
        usable=usable_frame(span),
        reference=reference,
        notes=history_notes(setting, change),
    )


def _dates(span: Span, category: Categories, reference: Reference) -> list[CatalogFacets]:
    """Bring each usable date's chosen offers of usable banks into matrices."""
    asked = None if category is None else [category] if isinstance(category, str) else category
    known: dict[str, str] = {category_key(name): name for name, _ in sorted(reference.lists)}
    for period in span.kept:
        for name in sorted(set(period.catalog.products["category"].astype("str"))):
            known.setdefault(category_key(name), name)
    wanted = set(known) if asked is None else _wanted(asked, known)
    found = []
    for period in span.kept:
        products = period.catalog.products
        present = {period.banks[who].name for who in period.present}
        inside = products["brand"].astype("str").isin(present).to_numpy()
        labels = products["category"].astype("str").to_numpy(dtype=object)
        inside = inside & np.array([category_key(label) in wanted for label in labels], dtype=bool)
        if products["brand"].astype("str")[inside].nunique() < 2:
            raise NotEnoughDataError(
                f"`catalogs` must hold offers of at least two banks in the categories chosen at "
                f"every usable date; found fewer on {period.as_of}. Choose other categories, or "
                "leave the date out."
            )
        facets = catalog_facets(replace(period.catalog, products=products[inside]))
        united = tuple(
            replace(each, category=known[category_key(each.category)]) for each in facets.categories
        )
        found.append(replace(facets, categories=united))
    return found


def _wanted(asked: Sequence[str], known: Mapping[str, str]) -> set[str]:
    if not len(asked):
        raise InputError(
            "`category` must name at least one category; found none. Leave it out for all."
        )
    for label in asked:
        if category_key(str(label)) not in known:
            names = sorted(known.values())
            raise InputError(
                f"`category` must be a category of the catalogues; found {shown(label)}. They have "
                f"{shown(names, most=12)}.{did_you_mean(str(label), names)}"
            )
    return {category_key(str(label)) for label in asked}


def _sisters(setting: Setting, ledger: Ledger) -> Flags:
    """Say once who is whose sister: by declared owner, or at the first date that has both."""
    n = len(setting.banks)
    owner = np.full(n, "", dtype=object)
    place = {identity: at for at, identity in enumerate(setting.banks)}
    for period in setting.span.kept:
        owners = dict(period.catalog.owners or {})
        for who, bank in period.banks.items():
            if who in place and bank.name in owners:
                owner[place[who]] = owners[bank.name]
    declared: Flags = (owner[:, None] == owner[None, :]) & (owner != "")[:, None]
    sister, open_ = np.zeros((n, n), dtype=bool), ~np.eye(n, dtype=bool)
    for at, present in enumerate(setting.present):
        here = open_ & present[:, None] & present[None, :]
        if here.any():
            sister |= here & close_pairs(setting.markets[at], ledger=ledger)
            open_ &= ~here
    sister |= declared
    np.fill_diagonal(sister, False)
    return sister


def _evaluated(
    setting: Setting,
    ledger: Ledger,
    sister: Flags,
    *,
    vocabulary: Vocabulary,
    n_drawn: int | None,
) -> Found:
    """Compare the offers of every date under every reading that the indices need."""
    last = setting.n_dates - 1
    readings = _readings(setting, ledger, vocabulary)
    sizes: dict[str, int] = {}
    for facets in setting.facets:
        sizes = usual_sizes(facets) | sizes
    if n_drawn is not None:
        sizes = dict.fromkeys(sizes, n_drawn)
    values = [
        bank_likeness(
            setting.markets[at], readings[at], ledger=ledger, sister=sister, n_drawn=sizes
        )
        for at in range(last + 1)
    ]
    offers = []
    for facets, who in zip(setting.facets, setting.who, strict=True):
        codes = np.concatenate([each.brands for each in facets.categories])
        offers.append(np.bincount(who[codes], minlength=len(setting.banks)))
    links = [(values[at]["to next"], values[at + 1]["from last"]) for at in range(last)]
    return Found(tuple(values), tuple(offers), tuple(links))


def _readings(setting: Setting, ledger: Ledger, vocabulary: Vocabulary) -> list[dict[str, Reading]]:
    """Lay down for each date which cells count and which banks are there."""
    last = setting.n_dates - 1
    between, panel = range(last + 1), setting.panel
    words, fixed = vocabulary_mask(
        ledger, panel=panel, ends=(0, last), between=between, base=vocabulary
    )
    cells = disclosure_mask(ledger, panel=panel, ends=(0, last), fixed=fixed)
    masks = {"": None, "V": words, "D": cells, "VD": joined(words, cells)}
    readings: list[dict[str, Reading]] = []
    for at, present in enumerate(setting.present):
        is_end = at in (0, last)
        chosen = SUBSETS if is_end else tuple(SHOWN.values())
        banks = {True: panel, False: present & setting.readable}
        readings.append({
            name: Reading(masks[name.replace("P", "")], banks["P" in name]) for name in chosen
        })  # fmt: skip
    for base in ("first", "last"):
        kept, own = vocabulary_mask(ledger, panel=panel, ends=(0, last), between=between, base=base)
        lists = disclosure_mask(ledger, panel=panel, ends=(0, last), fixed=own, grain="list")
        reading = Reading(joined(kept, lists), panel)
        readings[0][base] = readings[last][base] = reading
    for at in range(last):
        ends, both = (at, at + 1), setting.present[at] & setting.present[at + 1]
        kept, own = vocabulary_mask(ledger, panel=both, ends=ends, between=ends, base="both")
        link = Reading(
            joined(kept, disclosure_mask(ledger, panel=both, ends=ends, fixed=own)), both
        )
        readings[at]["to next"] = readings[at + 1]["from last"] = link
    return readings
