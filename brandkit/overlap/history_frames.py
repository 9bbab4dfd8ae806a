"""The frames of a history: indices by date, the change and its components, who could be used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.overlap.facets import CatalogFacets
from brandkit.overlap.history_periods import UNUSABLE_BANKS, Span
from brandkit.overlap.history_scores import Market
from brandkit.overlap.history_tables import COMPONENTS, INDICES
from brandkit.overlap.prepared import few_of
from brandkit.sources.reference import Reference

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
