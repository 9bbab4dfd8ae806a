"""How alike banks' catalogues have become, and what made it look so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import combinations, permutations

import numpy as np
import pandas as pd

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    check_option,
    check_whole_number,
    shown,
)
from brandkit.core.intervals import market_change
from brandkit.core.linalg import Flags, Floats, Ints
from brandkit.core.message import Message, noted
from brandkit.core.result import Result
from brandkit.core.story import N_
from brandkit.overlap.history.kernel import (
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
from brandkit.overlap.similarity.facets import CatalogFacets, catalog_facets, category_key
from brandkit.overlap.similarity.kernel import (
    Categories,
    check_compared,
    chosen_categories,
    facet_weights,
    few_of,
    fit_reference,
)
from brandkit.sources.catalog.catalog import Catalog
from brandkit.sources.catalog.reference import Reference

INDICES = ("all_own", "panel_own", "panel_fixed", "panel_fixed_disclosed")
"""All banks in their own words; the panel; in fixed words; only cells disclosed at both ends."""
COMPONENTS = ("entry_exit", "vocabulary", "disclosure", "real")
"""What a change is made of, in the order in which it is taken apart."""

INDEX_NAMES = {
    "all_own": N_("all banks"),
    "panel_own": N_("the same banks"),
    "panel_fixed": N_("in the same words"),
    "panel_fixed_disclosed": N_("told at both ends"),
    "chained": N_("linked date to date"),
}
COMPONENT_NAMES = {
    "total": N_("All in all"),
    "entry_exit": N_("Banks come and go"),
    "vocabulary": N_("New words"),
    "disclosure": N_("More is told"),
    "real": N_("Real change"),
}

Values = Mapping[str, Floats]
"""Reading -> each bank's likeness; a reading is named by what it holds fixed."""
_STEPS = "PVD"  # panel, vocabulary, disclosure: what may be held fixed, in the order of COMPONENTS
_SUBSETS = tuple("".join(chosen) for n in range(4) for chosen in combinations(_STEPS, n))
_SHOWN = dict(zip(INDICES, ("", "P", "PV", "PVD"), strict=True))
SMALLEST = 0.01
"""The smallest change of overlap that matters: a point."""
_FRINGE = 1e-9  # changes smaller than this have no direction: they are the order of additions


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class OverlapHistory(Result):
    """How alike the banks' catalogues were from date to date, and what changed.

    Parameters
    ----------
    change : DataFrame
        From the first usable date to the last: ``component estimate range_low range_high on_first
        on_last without_low without_high carrier holds``. "entry_exit", "vocabulary", "disclosure"
        and "real" add up to "total". The range is one over ways of counting, no interval. Of real
        change: its ends with any one bank left out, the bank without which least of it is left,
        and "clear", "likely", "carried" (by that bank) or "open".
    indices : DataFrame
        One row a date and index: ``as_of index estimate n_brands n_offers usable``. ``index`` is
        "all_own" (all banks, own vocabulary), "panel_own", "panel_fixed" (fixed vocabulary),
        "panel_fixed_disclosed" (and only cells disclosed at both ends) or "chained" (the last
        one, linked from date to date). At a date that is a gap ``usable`` is False and the
        estimate missing.
    brands : DataFrame
        The same for each bank of the panel: ``brand component estimate range_low range_high
        without_low without_high``, real change with any one rival left out.
    dates : DataFrame
        One row a date: ``as_of usable n_brands n_unusable share_unusable``.
    usable : DataFrame
        One row a bank and date: ``as_of brand usable in_panel n_records n_failed reason``.
    reference : Reference
        What all similarities were measured against.
    """

    change: pd.DataFrame
    indices: pd.DataFrame
    brands: pd.DataFrame
    dates: pd.DataFrame
    usable: pd.DataFrame
    reference: Reference

    def glance(self) -> pd.DataFrame:
        """Give one row: the span, the panel, the total and the real change."""
        usable = self.dates.loc[self.dates["usable"], "as_of"]
        change = self.change.set_index("component")["estimate"]
        return self._row(
            "first_as_of last_as_of n_dates n_gaps n_panel total_change real_change reference",
            first_as_of=usable.min(),
            last_as_of=usable.max(),
            n_dates=len(usable),
            n_gaps=len(self.dates) - len(usable),
            n_panel=int(self.brands["brand"].nunique()),
            total_change=change["total"],
            real_change=change["real"],
            reference=self.reference.sha256,
        )


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
    check_compared(min_compared, reference)
    chosen_weights = facet_weights(weights)
    span = span_of(catalogs)
    reference = reference or fit_reference(span.kept[0].catalog)
    setting = _Setting(span, _dates(span, category, reference))
    ledger = ledger_of(setting.facets, setting.who, len(setting.banks))
    markets = tuple(
        Market(each, who, len(setting.banks), ledger, reference, chosen_weights, min_compared)
        for each, who in zip(setting.facets, setting.who, strict=True)
    )

    sister = _sisters(setting, markets)
    sizes: dict[str, int] = {}
    for facets in setting.facets:
        sizes = usual_sizes(facets) | sizes
    if n_drawn is not None:
        sizes = dict.fromkeys(sizes, n_drawn)
    readings = _readings(setting, markets[0], vocabulary)
    values = [
        bank_likeness(market, reading, sister=sister, n_drawn=sizes)
        for market, reading in zip(markets, readings, strict=True)
    ]

    change = _change(*({k: np.array([_mean(v)]) for k, v in values[at].items()} for at in (0, -1)))
    names = np.array([span.names[who] for who in setting.banks], dtype=object)[setting.panel]
    of_brand = _change(*({k: v[setting.panel] for k, v in values[at].items()} for at in (0, -1)))
    # a range of which one end or order is unknown is unknown
    ends = of_brand[["on_first", "on_last"]].isna().any(axis=1) & (of_brand["component"] == "real")
    unknown = of_brand["estimate"].isna() | ends
    of_brand.loc[unknown, ["range_low", "range_high"]] = np.nan
    of_brand.insert(0, "brand", names[of_brand.pop("at")])
    of_brand = of_brand.drop(columns=["on_first", "on_last"])
    left_out = (values[-1]["without"] - values[0]["without"])[np.ix_(setting.panel, setting.panel)]
    real = of_brand["component"] == "real"
    of_brand.loc[real, "without_low"] = np.fmin.reduce(left_out, axis=0)
    of_brand.loc[real, "without_high"] = np.fmax.reduce(left_out, axis=0)
    change = _judged(change.drop(columns="at"), left_out, names.tolist())
    return OverlapHistory(
        indices=_index_frame(values, setting),
        change=change,
        brands=of_brand,
        dates=_date_frame(span),
        usable=_usable_frame(span),
        reference=reference,
        notes=_notes(setting, change, of_brand),
    )


class _Setting:
    """The usable dates as matrices, and the banks as numbers that hold over all of them."""

    def __init__(self, span: Span, facets: list[CatalogFacets]) -> None:
        self.span, self.facets = span, facets
        everyone = {identity for period in span.kept for identity in period.present}
        self.banks = sorted(everyone, key=lambda identity: (span.names[identity], identity))
        place = {identity: at for at, identity in enumerate(self.banks)}
        self.who: list[Ints] = []
        for period, each in zip(span.kept, facets, strict=True):
            by_name = {bank.name: place.get(who, -1) for who, bank in period.banks.items()}
            self.who.append(np.array([by_name[name] for name in each.brands], dtype=np.int64))
        self.present = [
            np.array([who in period.present for who in self.banks]) for period in span.kept
        ]
        self.panel = np.array([who in span.panel for who in self.banks])
        ends = (span.kept[0], span.kept[-1])
        self.failed = {who for period in ends for who, bank in period.banks.items() if bank.reason}
        # a bank that could not be read at one end must not look like one that left or came
        self.readable = np.array([who not in self.failed for who in self.banks])


def _dates(span: Span, category: Categories, reference: Reference) -> list[CatalogFacets]:
    """Bring each usable date's chosen offers of usable banks into matrices."""
    known: dict[str, str] = {category_key(name): name for name, _ in sorted(reference.lists)}
    for period in span.kept:
        for name in sorted(set(period.catalog.products["category"].astype("str"))):
            known.setdefault(category_key(name), name)
    wanted = chosen_categories(category, known, where="catalogues; found {}. They have")
    found = []
    for period in span.kept:
        products = period.catalog.products
        brand = products["brand"].astype("str")
        labels = products["category"].astype("str").map(category_key)
        chosen = brand.isin({period.banks[who].name for who in period.present})
        chosen &= labels.isin(wanted)
        if brand[chosen].nunique() < 2:
            raise NotEnoughDataError(
                f"`catalogs` must hold offers of at least two banks in the categories chosen at "
                f"every usable date; found fewer on {period.as_of}. Choose other categories, or "
                "leave the date out."
            )
        facets = catalog_facets(replace(period.catalog, products=products[chosen]))
        united = tuple(
            replace(each, category=known[category_key(each.category)]) for each in facets.categories
        )
        found.append(replace(facets, categories=united))
    return found


def _sisters(setting: _Setting, markets: tuple[Market, ...]) -> Flags:
    """Say once who is whose sister: by declared owner, or at the first date that has both."""
    n = len(setting.banks)
    owner = np.full(n, "", dtype=object)
    for period in setting.span.kept:
        for at, who in enumerate(setting.banks):
            if who in period.banks:
                owner[at] = (period.catalog.owners or {}).get(period.banks[who].name, owner[at])
    sister, open_ = np.zeros((n, n), dtype=bool), ~np.eye(n, dtype=bool)
    for present, market in zip(setting.present, markets, strict=True):
        here = open_ & present[:, None] & present[None, :]
        if here.any():
            sister |= here & close_pairs(market)
            open_ &= ~here
    sister |= (owner[:, None] == owner[None, :]) & (owner != "")[:, None]
    np.fill_diagonal(sister, False)
    return sister


def _readings(
    setting: _Setting, market: Market, vocabulary: Vocabulary
) -> list[dict[str, Reading]]:
    """Lay down for each date which cells count and which banks are there."""
    ledger, panel, last = market.ledger, setting.panel, len(setting.facets) - 1
    ends, between = (0, last), range(last + 1)
    words, fixed = vocabulary_mask(ledger, panel=panel, ends=ends, between=between, base=vocabulary)
    cells = disclosure_mask(ledger, panel=panel, ends=ends, fixed=fixed)
    masks = {"": None, "V": words, "D": cells, "VD": joined(words, cells)}
    readings: list[dict[str, Reading]] = []
    for at, present in enumerate(setting.present):
        readings.append(
            {
                name: Reading(
                    panel if "P" in name else present & setting.readable,
                    masks[name.replace("P", "")],
                )
                for name in (_SUBSETS if at in ends else _SHOWN.values())
            }
        )
        if at in ends:
            readings[at]["without"] = Reading(panel, masks["VD"], leaves_out=True)
    for base in ("first", "last"):
        kept, own = vocabulary_mask(ledger, panel=panel, ends=ends, between=between, base=base)
        lists = disclosure_mask(ledger, panel=panel, ends=ends, fixed=own, grain="list")
        readings[0][base] = readings[last][base] = Reading(panel, joined(kept, lists))
    for at in range(last):
        pair, both = (at, at + 1), setting.present[at] & setting.present[at + 1]
        kept, own = vocabulary_mask(ledger, panel=both, ends=pair, between=pair, base="both")
        told = disclosure_mask(ledger, panel=both, ends=pair, fixed=own)
        readings[at]["to next"] = readings[at + 1]["from last"] = Reading(both, joined(kept, told))
    return readings


# --- frames --------------------------------------------------------------------------------------


def _mean(values: Floats) -> float:
    there = values[~np.isnan(values)]
    return float(there.mean()) if len(there) else float("nan")


def _change(first: Values, last: Values) -> pd.DataFrame:
    """Take changes (one a bank, or the market's) apart in every order: ``at component …``."""
    delta = {name: last[name] - first[name] for name in (*_SUBSETS, "first", "last")}
    parts: dict[str, list[Floats]] = {name: [] for name in COMPONENTS}
    for order in permutations(_STEPS):
        held = ""
        for step in order:
            more = "".join(sorted(held + step, key=_STEPS.index))
            parts[COMPONENTS[_STEPS.index(step)]].append(delta[held] - delta[more])
            held = more
        parts["real"].append(delta[_STEPS])
    parts["total"] = [delta[""]]
    nothing = np.full(len(delta[""]), np.nan)
    frames = []
    for component, values in parts.items():
        ends = [delta["first"], delta["last"]] if component == "real" else [nothing, nothing]
        frames.append(
            pd.DataFrame(
                {
                    "at": np.arange(len(nothing)),
                    "component": component,
                    "estimate": np.mean(values, axis=0),
                    "range_low": np.fmin.reduce([*values, *ends]),
                    "range_high": np.fmax.reduce([*values, *ends]),
                    "on_first": ends[0],
                    "on_last": ends[1],
                }
            )
        )
    return pd.concat(frames).sort_values("at", kind="stable", ignore_index=True)


def _judged(change: pd.DataFrame, left_out: Floats, names: Sequence[str]) -> pd.DataFrame:
    """Say of real change whether it holds with each bank left out, and who carries it."""
    real = change["component"] == "real"
    without = np.array([_mean(row) for row in left_out])
    found = np.array([float(change.loc[real, "estimate"].iloc[0]), *without])
    change = change.assign(without_low=np.nan, without_high=np.nan, carrier=None, holds=None)
    if np.isfinite(found).all():
        judged = market_change(found, smallest=SMALLEST)
        change.loc[real, ["without_low", "without_high"]] = without.min(), without.max()
        change.loc[real, ["carrier", "holds"]] = names[judged.carrier], judged.holds
    return change.astype({"carrier": "str", "holds": "str"})


def _index_frame(values: list[dict[str, Floats]], setting: _Setting) -> pd.DataFrame:
    """Give every index at every date, gaps included."""
    n_offers = []
    for facets, who in zip(setting.facets, setting.who, strict=True):
        codes = np.concatenate([each.brands for each in facets.categories])
        n_offers.append(np.bincount(who[codes], minlength=len(setting.banks)))
    rows = []
    at, level = -1, np.nan
    for period in setting.span.periods:
        day = pd.Timestamp(period.as_of)
        at += period.usable
        shown = {index: values[max(at, 0)][name] for index, name in _SHOWN.items()}
        levels = {index: _mean(likeness) for index, likeness in shown.items()}
        if len(values) > 2:
            before = max(at - 1, 0)
            begin, end = values[before]["to next"], values[before + 1]["from last"]
            if period.usable:
                level = _mean(begin) if at == 0 else level + _mean(end) - _mean(begin)
            shown["chained"], levels["chained"] = (end if at > 0 else begin), level
        for index, likeness in shown.items():
            there = ~np.isnan(likeness) & period.usable
            estimate = levels[index] if period.usable else np.nan
            offers = int(n_offers[max(at, 0)][there].sum())
            rows.append((day, index, estimate, int(there.sum()), offers, period.usable))
    columns = ["as_of", "index", "estimate", "n_brands", "n_offers", "usable"]
    frame = pd.DataFrame(rows, columns=columns)
    rank = frame["index"].map({name: at for at, name in enumerate((*INDICES, "chained"))})
    return frame.take(np.lexsort((frame["as_of"], rank))).reset_index(drop=True)


def _date_frame(span: Span) -> pd.DataFrame:
    """Give one row a date: whether it can be used."""
    rows = [
        (pd.Timestamp(each.as_of), each.usable, len(each.banks), each.n_unusable)
        for each in span.periods
    ]
    frame: pd.DataFrame = pd.DataFrame(rows, columns=["as_of", "usable", "n_brands", "n_unusable"])
    return frame.assign(share_unusable=frame["n_unusable"] / frame["n_brands"].clip(lower=1))


def _usable_frame(span: Span) -> pd.DataFrame:
    """Give one row a bank and date: whether it can be used, and why not."""
    rows = [
        {
            "as_of": pd.Timestamp(period.as_of),
            "brand": bank.name,
            "usable": who in period.present,
            "in_panel": who in span.panel,
            "n_records": bank.n_records,
            "n_failed": bank.n_failed,
            "reason": bank.reason,
        }
        for period in span.periods
        for who, bank in sorted(period.banks.items(), key=lambda pair: (pair[1].name, pair[0]))
    ]
    frame: pd.DataFrame = pd.DataFrame(rows)
    return frame.astype({"brand": "str", "reason": "str"})


def _notes(setting: _Setting, change: pd.DataFrame, brands: pd.DataFrame) -> tuple[Message, ...]:
    """Say what was left out, and where the direction is open."""
    span = setting.span
    notes = [*setting.facets[-1].notes]
    if gaps := [period.as_of.isoformat() for period in span.periods if not period.usable]:
        text = (
            "{days} {n:is a gap|are gaps}: more than {limit:percent} of the banks could not be "
            "read, and what was read would look like an exodus."
        )
        values = {"days": few_of(gaps), "n": len(gaps), "limit": UNUSABLE_BANKS}
        notes.append(Message(text, values))
    if failed := sorted(span.names[who] for who in setting.failed):
        text = (
            "{n:count} {n:bank|banks} could not be read at the first or last date and {n:is|are} "
            "left out of both: {names}."
        )
        notes.append(Message(text, {"n": len(failed), "names": few_of(failed)}))
    lost = setting.present[0] & setting.present[-1] & setting.readable & ~setting.panel
    if lost.any():
        text = (
            "{n:count} {n:bank|banks} there at both ends but not at every date between "
            "{n:is|are} counted with entry and exit."
        )
        notes.append(Message(text, {"n": int(lost.sum())}))
    real = change[change["component"] == "real"].iloc[0]
    if np.isnan(real["estimate"]):
        text = "Nothing that both ends disclose can be compared: real change is open."
        notes.append(Message(text))
    elif real["range_low"] < -_FRINGE and real["range_high"] > _FRINGE:
        text = (
            "Direction of real change not determined: {low:signed} to {high:signed} percentage "
            "points, depending on the vocabulary and on whether features named for the first time "
            "are new."
        )
        ends = {"low": 100 * real["range_low"], "high": 100 * real["range_high"]}
        notes.append(Message(text, ends))
    open_ = brands.loc[brands["estimate"].isna(), "brand"].astype(str).unique().tolist()
    notes += noted(
        "Too little that {names} {n:tells|tell} at both ends can be compared with others: "
        "{n:its|their} change is open.",
        most=8,
        names=open_,
    )
    return tuple(notes)


# --- which banks could be read at each date, and which last through all --------------------------


FAILED_RECORDS = 0.20
"""Share of failed records from which a bank's catalogue is not usable."""
UNUSABLE_BANKS = 0.10
"""Share of unusable banks from which a date is a gap."""
_FAILURES = ("error_body", "no_product")


@dataclass(frozen=True)
class Bank:
    """One bank at one date: what was read of it and what failed."""

    name: str
    n_records: int
    n_failed: int
    is_stale: bool

    @property
    def reason(self) -> str:
        """Why it cannot be used; empty where it can."""
        if self.is_stale:
            return "stale_list"
        whole = self.n_failed + self.n_records
        return "error_body" if whole and self.n_failed / whole > FAILED_RECORDS else ""


@dataclass(frozen=True)
class Period:
    """One date of a history.

    Parameters
    ----------
    as_of : date
    catalog : Catalog
    banks : mapping of identity to Bank
        Those with products and those of which nothing but failures came.
    """

    as_of: date
    catalog: Catalog
    banks: Mapping[str, Bank]

    @property
    def present(self) -> set[str]:
        """Identities of banks whose data can be used."""
        return {who for who, bank in self.banks.items() if bank.n_records and not bank.reason}

    @property
    def n_unusable(self) -> int:
        """Banks whose list, or too many of whose records, failed."""
        return sum(bool(bank.reason) for bank in self.banks.values())

    @property
    def usable(self) -> bool:
        """Whether enough banks were read."""
        return self.n_unusable <= UNUSABLE_BANKS * len(self.banks) and bool(self.present)


@dataclass(frozen=True)
class Span:
    """A history's dates in order, and the banks that last through it.

    Parameters
    ----------
    periods : tuple of Period
        All dates, ascending.
    names : mapping of identity to name
        As the newest date with the bank calls it.
    panel : tuple of str
        Identities present and usable at every usable date, by name.
    """

    periods: tuple[Period, ...]
    names: Mapping[str, str]
    panel: tuple[str, ...]

    @property
    def kept(self) -> tuple[Period, ...]:
        """The usable dates."""
        return tuple(period for period in self.periods if period.usable)


def span_of(catalogs: Mapping[date, Catalog]) -> Span:
    """Follow the banks over the dates and say what can be used.

    Banks are joined by their key in the register where they have one, else by name; never by the
    ids of their products.

    Raises
    ------
    InputError
        The keys are no days.
    NotEnoughDataError
        Fewer than two usable dates, or fewer than two banks at all of them.
    """
    dated = _dated(catalogs)
    who = _identities(list(dated.values()))
    periods = tuple(
        Period(day, catalog, _banks(catalog, names))
        for (day, catalog), names in zip(dated.items(), who, strict=True)
    )
    kept = [period for period in periods if period.usable]
    if len(kept) < 2:
        raise NotEnoughDataError(
            f"`catalogs` must hold at least two usable dates; found {len(kept)} of {len(periods)}. "
            f"At a usable date at most {UNUSABLE_BANKS:.0%} of the banks failed: look into the "
            "problems of each catalogue, or read more dates."
        )
    names = {identity: bank.name for period in periods for identity, bank in period.banks.items()}
    lasting = set.intersection(*(period.present for period in kept))
    if len(lasting) < 2:
        raise NotEnoughDataError(
            f"`catalogs` must share at least two banks over all usable dates; found {len(lasting)}."
            " Give a crosswalk when reading where the banks' keys changed, or fewer dates."
        )
    panel = tuple(sorted(lasting, key=lambda identity: (names[identity], identity)))
    return Span(periods, names, panel)


def _dated(catalogs: Mapping[date, Catalog]) -> dict[date, Catalog]:
    if not isinstance(catalogs, Mapping):
        raise TypeError(
            f"`catalogs` must map days to catalogues; found {type(catalogs).__name__}. "
            "Give study.catalogs."
        )
    days: dict[date, Catalog] = {}
    for key, catalog in catalogs.items():
        day = key.date() if isinstance(key, datetime) else key
        if not isinstance(day, date):
            raise InputError(
                f"`catalogs` must have days as keys; found {shown(key)}. "
                "Write datetime.date(2026, 3, 1)."
            )
        if not isinstance(catalog, Catalog):
            raise TypeError(
                f"`catalogs` must map days to catalogues; found {type(catalog).__name__} at {day}."
            )
        if day in days:
            raise InputError(f"`catalogs` must hold each day once; found {day} twice.")
        days[day] = catalog
    if len(days) < 2:
        raise NotEnoughDataError(
            f"`catalogs` must hold at least two dates; found {len(days)}. One date has no history."
        )
    return dict(sorted(days.items()))


def _identities(catalogs: Sequence[Catalog]) -> list[dict[str, str]]:
    """Map each date's brands to identities: the key, where that is one bank's, or the name."""
    shared: set[str] = set()
    keys_of: dict[str, set[str]] = {}
    for catalog in catalogs:
        # several brands under one key: the key says who runs them, not which is which
        shared |= {key for key, n in Counter(catalog.brand_keys.values()).items() if n > 1}
        for brand, key in catalog.brand_keys.items():
            keys_of.setdefault(brand, set()).add(key)
    found = []
    for catalog in catalogs:
        who = {}
        for brand in sorted(set(catalog.brands) | set(_failures(catalog))):
            elsewhere = keys_of.get(brand, set())
            only = next(iter(elsewhere)) if len(elsewhere) == 1 else ""
            key = catalog.brand_keys.get(brand) or only
            who[brand] = f"key {key}" if key and key not in shared else f"name {brand}"
        twice = {identity for identity, n in Counter(who.values()).items() if n > 1}
        found.append({b: f"name {b}" if one in twice else one for b, one in who.items()})
    return found


def _banks(catalog: Catalog, who: Mapping[str, str]) -> dict[str, Bank]:
    grain = catalog.records if len(catalog.records) else catalog.products
    read = grain["brand"].astype("str").value_counts()
    failed = _failures(catalog)
    return {
        who[brand]: Bank(brand, int(read.get(brand, 0)), *failed.get(brand, (0, False)))
        for brand in sorted(who)
    }


def _failures(catalog: Catalog) -> dict[str, tuple[int, bool]]:
    """Count each brand's failed records, and say whether its list failed; ghosts left out."""
    problems = catalog.problems
    if not len(problems) or not {"reason", "brand", "file", "record"} <= set(problems.columns):
        return {}
    told = problems[problems["reason"].isin([*_FAILURES, "stale_list", "ghost"])]
    place = pd.MultiIndex.from_frame(told[["file", "record", "brand"]].astype("str"))
    is_ghost = (told["reason"] == "ghost").to_numpy()
    brand = told["brand"].astype("str")
    alive = ~place.isin(place[is_ghost]) & (brand != "").to_numpy()
    failed = told["reason"].isin(_FAILURES)
    by_brand = failed[alive].groupby(brand[alive])
    return {str(name): (int(each.sum()), not each.all()) for name, each in by_brand}
