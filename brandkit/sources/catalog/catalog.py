"""A catalogue of products: what every bank offers, in one form."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import pandas as pd

from brandkit.core.errors import InputError, check_option, did_you_mean, shown
from brandkit.sources.catalog.cdr import read_cdr
from brandkit.sources.catalog.fee_names import fee_name_frame
from brandkit.sources.catalog.listing import (
    COLUMNS,
    LIST_FACETS,
    SILENT_FACETS,
    Disclosure,
    ProblemLog,
)
from brandkit.sources.catalog.offers import attribute_frame, collapsed, product_frame
from brandkit.sources.catalog.register import Named
from brandkit.sources.catalog.table import read_catalog_table

CatalogFormat = Literal["cdr", "table"]
_DISCLOSURES = ("brand", "closed", "open")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Catalog:
    """What banks offer on one day.

    Parameters
    ----------
    products : DataFrame
        One row an offer: brand, product (its id, unique within the brand), name, category,
        segment ("personal", "business", "both" or "not stated"), description, as_of, n_records,
        n_free_text (features in free text, which cannot be compared).
    records : DataFrame
        The other grain, one row a record: brand, product (the offer it belongs to), record, file.
    attributes : DataFrame
        Long: brand, product, facet, attribute, state ("has", "has_not", "not_stated"), value,
        unit. In a list facet (features, eligibility, channels, regions) every offer has a row for
        every attribute its category knows; in the others (fees, rates, terms) where it is stated.
        Rates are fractions a year, unit "share".
    problems : DataFrame
        What was skipped or repaired: file, record, field, problem, found, brand, reason.
    disclosure : mapping
        List facet, or "fees" -> how silence is read: "brand", "closed" or "open".
    owners : mapping
        Brand -> the group it belongs to, as declared; may be empty.
    as_of : date, optional
        The day the catalogue stands for.
    brand_keys : mapping
        Brand -> its key in the register (after the crosswalk), to follow it over dates.
    ranges : mapping
        Attribute -> (low, high) as declared for comparing numbers; may be empty.
    own_names : mapping
        Brand -> its name in the file, where labels were translated: what is taken out of the
        names of its products, so that scores do not depend on the language.
    fee_names : DataFrame
        The list to review: label (a fee's name as banks write it), attribute (the word of the
        vocabulary it was read as), recognised, n (fees so named).
    left_out : mapping
        Brand -> its offers, where these were too few to compare (:func:`among`).

    Notes
    -----
    has: listed, or says yes. has_not: says no, or, by disclosure "brand", its brand lists the
    attribute for another offer of the category and not for this one; by "closed" whatever a list
    leaves out. not_stated: the brand never mentions it in the category, or the record has no such
    list. Yes/no columns are taken as they are.
    """

    products: pd.DataFrame
    attributes: pd.DataFrame
    records: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=["brand", "product", "record", "file"])
    )
    problems: pd.DataFrame = field(default_factory=lambda: ProblemLog().frame())
    disclosure: Mapping[str, str] = field(
        default_factory=lambda: MappingProxyType(dict.fromkeys(SILENT_FACETS, "brand"))
    )
    owners: Mapping[str, str] = field(default_factory=dict)
    as_of: date | None = None
    brand_keys: Mapping[str, str] = field(default_factory=dict)
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    own_names: Mapping[str, str] = field(default_factory=dict)
    fee_names: pd.DataFrame = field(default_factory=lambda: fee_name_frame({}))
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def brands(self) -> list[str]:
        """The brands that have offers, sorted."""
        return sorted(self.products["brand"].astype("str").unique().tolist())

    def __repr__(self) -> str:
        counts = ", ".join(
            f"{n:,} {word}{'' if n == 1 else 's'}"
            for n, word in (
                (len(self.brands), "brand"),
                (len(self.products), "offer"),
                (len(self.records), "record"),
                (len(self.problems), "problem"),
            )
        )
        when = f", as of {self.as_of.isoformat()}" if self.as_of else ""
        return f"Catalog({counts}{when})"


def read_catalog(
    path: str | Path,
    *,
    format: CatalogFormat = "cdr",
    columns: Mapping[str, Any] | None = None,
    register: Named | None = None,
    aliases: Named | None = None,
    as_of: date | str | None = None,
    disclosure: Disclosure | Mapping[str, Disclosure] = "brand",
    owners: Mapping[str, str] | None = None,
    crosswalk: Named | None = None,
    ranges: Mapping[str, Sequence[float]] | None = None,
    encoding: str | None = None,
    sheet: str | Sequence[str] | None = None,
    header_row: int | None = None,
) -> Catalog:
    """Read a catalogue of banks' products, as it is published or as a table.

    Parameters
    ----------
    path : path
        With ``format="cdr"`` a ``.json`` or ``.jsonl`` file, as it is or packed (``.xz``,
        ``.gz``), or a folder of such files. With ``format="table"`` a csv, tsv, xlsx or Parquet
        file.
    format : "cdr" | "table"
        "cdr": product reference data as banks publish it under the Consumer Data Right.
    columns : mapping, optional
        Only for tables: what each column is, see
        :func:`brandkit.sources.catalog.table.read_catalog_table`.
    register : path or mapping, optional
        Key -> brand of that date. Brands are named as the register names them, and records of
        brands that are not in it ("ghosts") are left out.
    aliases : path or mapping, optional
        Issuer -> the brand customers know it as.
    as_of : date or "YYYY-MM-DD", optional
        The day the catalogue stands for; else the day the files tell.
    disclosure : "brand" | "closed" | "open", or a mapping from facet to these
        How a product's silence about an attribute is read: as "has not" if its brand lists it
        elsewhere in the category, always, or never. Facets: features, eligibility, channels,
        regions; for fees it is kept for those who compare them.
    owners : mapping, optional
        Brand -> the group it belongs to.
    crosswalk : path or mapping, optional
        Old register key -> new one.
    ranges : mapping, optional
        Attribute -> (low, high): the declared range in which its numbers are compared.
    encoding, sheet, header_row : optional
        Only for tables: how a text file is written, where that is not found out; which sheet of
        a workbook to read, or which sheets, each a category; which row is the heading.

    Returns
    -------
    Catalog

    Raises
    ------
    SchemaError
        The file is missing, damaged, or not what ``format`` says.
    InputError
        An argument breaks its rule.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "products.jsonl"
    >>> product = '{"productId": "%d", "brand": "Civic", "name": "Saver Series %d"}'
    >>> _ = file.write_text("[" + product % (1, 1) + "," + product % (2, 2) + "]")
    >>> read_catalog(file, as_of="2026-03-01")
    Catalog(1 brand, 1 offer, 2 records, 2 problems, as of 2026-03-01)
    """
    check_option("format", format, ("cdr", "table"))
    silence, day, bounds = _disclosures(disclosure), _as_of(as_of), _ranges(ranges)
    log = ProblemLog()
    table: dict[str, Any] = {
        "columns": columns,
        "encoding": encoding,
        "sheet": sheet,
        "header_row": header_row,
    }
    shared: dict[str, Any] = {"register": register, "aliases": aliases, "as_of": day}
    other = "table" if format == "cdr" else "cdr"
    for name, value in (table if format == "cdr" else {"crosswalk": crosswalk}).items():
        if value is not None:
            raise InputError(
                f'`{name}` belongs to format="{other}"; found it with format="{format}". '
                "Leave it out."
            )
    source = (
        read_cdr(Path(path), log, crosswalk=crosswalk, **shared)
        if format == "cdr"
        else read_catalog_table(Path(path), log, **table, **shared)
    )
    offers, records = collapsed(source.listings)
    attributes = attribute_frame(offers, silence)
    _note_outside(attributes, bounds, Path(path).name, log)
    _note_owners(owners or {}, {offer.first.brand for offer in offers}, Path(path).name, log)
    return Catalog(
        products=product_frame(offers, source.as_of),
        attributes=attributes,
        records=records,
        problems=log.frame(),
        disclosure=MappingProxyType(silence),
        owners=MappingProxyType(dict(owners or {})),
        as_of=source.as_of,
        brand_keys=MappingProxyType(source.brand_keys),
        ranges=MappingProxyType(bounds),
        fee_names=fee_name_frame(source.fee_names),
    )


def among(catalog: Catalog, *, peers: Collection[str] = (), minimum_offers: int = 1) -> Catalog:
    r"""Restrict a catalogue to the banks that are to be compared, as if it held no others.

    Parameters
    ----------
    catalog : Catalog
    peers : collection of str
        The banks; all of them where empty. Those that are not in the catalogue are passed over.
    minimum_offers : int, default 1
        Banks with fewer offers are left out, and stand in ``left_out`` and ``problems``.

    Returns
    -------
    Catalog

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "products.csv"
    >>> text = "brand,name,features\nCivic,Saver,app\nCivic,Card,app\nKestrel,Nest,app\n"
    >>> _ = file.write_text(text, encoding="utf-8")
    >>> found = among(read_catalog(file, format="table"), minimum_offers=2)
    >>> found.brands, dict(found.left_out)
    (['Civic'], {'Kestrel': 1})
    """
    offers = catalog.products["brand"].astype("str").value_counts().sort_index()
    asked = offers[offers.index.isin(list(peers))] if peers else offers
    few, kept = asked[asked < minimum_offers], set(asked.index[asked >= minimum_offers])
    products, attributes, records = (
        frame[frame["brand"].isin(kept)].reset_index(drop=True)
        for frame in (catalog.products, catalog.attributes, catalog.records)
    )
    log = ProblemLog(list(catalog.problems[list(COLUMNS)].itertuples(index=False, name=None)))
    log.rows = [row for row in log.rows if not row[5] or row[5] in kept]
    for brand, n in few.items():
        log.add("few_offers", file="", field="minimum_offers", found=str(n), brand=str(brand))
    return replace(
        catalog,
        products=products,
        attributes=_mentioned(attributes, products, catalog.disclosure),
        records=records,
        problems=log.frame(),
        brand_keys=MappingProxyType({b: k for b, k in catalog.brand_keys.items() if b in kept}),
        left_out=MappingProxyType({str(brand): int(n) for brand, n in few.items()}),
    )


def _mentioned(
    attributes: pd.DataFrame, products: pd.DataFrame, disclosure: Mapping[str, str]
) -> pd.DataFrame:
    """Leave out of lists what no offer of the category mentions any more."""
    offer = ["brand", "product"]
    category = products.astype(dict.fromkeys(offer, "str")).set_index(offer)["category"]
    at = pd.MultiIndex.from_frame(attributes[offer].astype("str"))
    facet, state = attributes["facet"], attributes["state"]
    closed = facet.isin([name for name, rule in disclosure.items() if rule == "closed"])
    keys = [category.reindex(at).astype("str").to_numpy(), facet, attributes["attribute"]]
    said = (state == "has") | ((state == "has_not") & ~closed)
    is_known = said.groupby(keys, observed=True).transform("any") | ~facet.isin(LIST_FACETS)
    return attributes[is_known].reset_index(drop=True)


def _disclosures(disclosure: Disclosure | Mapping[str, Disclosure]) -> dict[str, Disclosure]:
    if isinstance(disclosure, str):
        check_option("disclosure", disclosure, _DISCLOSURES)
        return dict.fromkeys(SILENT_FACETS, disclosure)
    rules: dict[str, Disclosure] = dict.fromkeys(SILENT_FACETS, "brand")
    for facet, rule in disclosure.items():
        check_option("disclosure (its facets)", facet, SILENT_FACETS)
        check_option(f"disclosure[{facet!r}]", rule, _DISCLOSURES)
        rules[facet] = rule
    return rules


def _as_of(as_of: date | str | None) -> date | None:
    if isinstance(as_of, datetime):
        return as_of.date()
    if as_of is None or isinstance(as_of, date):
        return as_of
    try:
        return date.fromisoformat(as_of)
    except (TypeError, ValueError):
        raise InputError(
            f"`as_of` must be a day written YYYY-MM-DD; found {shown(as_of)}."
        ) from None


def _ranges(ranges: Mapping[str, Sequence[float]] | None) -> dict[str, tuple[float, float]]:
    read = {}
    for attribute, bounds in (ranges or {}).items():
        try:
            low, high = (float(bound) for bound in bounds)
        except (TypeError, ValueError):
            low = high = 0.0
        if not low < high:
            raise InputError(
                f"`ranges` must give a low and a higher end for each attribute; found "
                f"{shown(bounds)} for {shown(attribute)}. Write for example (0, 500)."
            )
        read[attribute] = (low, high)
    return read


def _note_outside(
    attributes: pd.DataFrame, ranges: Mapping[str, tuple[float, float]], file: str, log: ProblemLog
) -> None:
    for attribute, (low, high) in ranges.items():
        rows = attributes[(attributes["attribute"] == attribute) & attributes["value"].notna()]
        if rows.empty:
            log.add("no_attribute", file=file, field="ranges", found=attribute)
        outside = rows[~rows["value"].between(low, high)]
        for brand, product, value in zip(
            outside["brand"], outside["product"], outside["value"], strict=True
        ):
            log.add(
                "outside_range",
                file=file,
                record=product,
                field=attribute,
                found=f"{value:g}, range {low:g} to {high:g}",
                brand=brand,
            )


def _note_owners(owners: Mapping[str, str], brands: set[str], file: str, log: ProblemLog) -> None:
    for brand in owners:
        if brand not in brands:
            hint = did_you_mean(brand, sorted(brands))
            log.add("owner", file=file, field="owners", found=f"{brand}.{hint}" if hint else brand)
