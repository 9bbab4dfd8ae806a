"""How alike banks' catalogues have become, and what made it look so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from brandkit.core.checks import check_option, check_whole_number
from brandkit.core.errors import InputError, NotEnoughDataError, ScaleError, did_you_mean, shown
from brandkit.overlap.facets import CatalogFacets, catalog_facets
from brandkit.overlap.history_cells import (
    Ledger,
    Vocabulary,
    disclosure_mask,
    joined,
    ledger_of,
    vocabulary_mask,
)
from brandkit.overlap.history_frames import (
    SHOWN,
    SUBSETS,
    Found,
    Setting,
    change_frames,
    date_frame,
    history_notes,
    index_frame,
    usable_frame,
)
from brandkit.overlap.history_periods import Span, span_of
from brandkit.overlap.history_points import Rules
from brandkit.overlap.history_scores import (
    Market,
    Reading,
    bank_likeness,
    close_pairs,
    usual_sizes,
)
from brandkit.overlap.history_tables import OverlapHistory
from brandkit.overlap.offers import category_key
from brandkit.overlap.prepared import Categories
from brandkit.overlap.reference import fit_reference
from brandkit.overlap.weights import facet_weights
from brandkit.sources.catalog import Catalog
from brandkit.sources.reference import Reference

Truth = NDArray[np.bool_]


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


def _sisters(setting: Setting, ledger: Ledger) -> Truth:
    """Say once who is whose sister: by declared owner, or at the first date that has both."""
    n = len(setting.banks)
    owner = np.full(n, "", dtype=object)
    place = {identity: at for at, identity in enumerate(setting.banks)}
    for period in setting.span.kept:
        owners = dict(period.catalog.owners or {})
        for who, bank in period.banks.items():
            if who in place and bank.name in owners:
                owner[place[who]] = owners[bank.name]
    declared: Truth = (owner[:, None] == owner[None, :]) & (owner != "")[:, None]
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
    sister: Truth,
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
