"""Evidence with its labels written in the study's language: the same numbers, other names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from brandkit.core.errors import SchemaError
from brandkit.sources.grid import label_text, read_grid
from brandkit.sources.table import BrandTable

if TYPE_CHECKING:
    from brandkit.sources.branches import Branches
    from brandkit.sources.catalog import Catalog
    from brandkit.sources.survey import Survey

Names = Mapping[str, str]


def renamed(frame: pd.DataFrame, columns: Iterable[str], names: Names) -> pd.DataFrame:
    """Write the labels in some columns anew; the frame itself stays as it is.

    Parameters
    ----------
    frame : DataFrame
    columns : iterable of str
        Those the frame does not have are passed over.
    names : mapping
        Label to name; labels without a name stay.

    Examples
    --------
    >>> renamed(pd.DataFrame({"brand": ["Civic", "Kestrel"]}), ["brand"], {"Civic": "市民銀行"})
         brand
    0     市民銀行
    1  Kestrel
    """
    changed: dict[str, pd.Series] = {}
    for column in columns:
        if column not in frame.columns:
            continue
        cells = frame[column]
        if not isinstance(cells.dtype, pd.CategoricalDtype):
            changed[column] = cells.map(lambda label: names.get(label, label), na_action="ignore")
            continue
        new = {label: names.get(str(label), label) for label in cells.cat.categories}
        if len(set(new.values())) == len(new):
            changed[column] = cells.cat.rename_categories(new)
        else:  # two labels are one thing in this language
            kinds = pd.CategoricalDtype(list(dict.fromkeys(new.values())), cells.cat.ordered)
            changed[column] = cells.map(new).astype(kinds)
    return frame.assign(**changed) if changed else frame


def relabelled_table(table: BrandTable, names: Names, *, file: Path) -> BrandTable:
    """Write the brands and attributes of a table anew.

    Parameters
    ----------
    table : BrandTable
    names : mapping
    file : Path
        Where the names come from, for the error when two labels share one.
    """
    if not names:
        return table
    values = table.values.copy()
    new = {
        "brand": [names.get(label, label) for label in table.brands],
        "attribute": [names.get(label, label) for label in table.attributes],
    }
    for side, labels in new.items():
        twice = [label for label in dict.fromkeys(labels) if labels.count(label) > 1]
        if twice:
            raise SchemaError(
                f"two {side}s of the table must not share a name", file=file, found=twice,
                way_out="Name them apart.",
            )  # fmt: skip
    values.index = pd.Index(new["brand"], name="brand")
    values.columns = pd.Index(new["attribute"], name="attribute")
    return replace(
        table, values=values,
        supplementary_brands=tuple(names.get(b, b) for b in table.supplementary_brands),
        supplementary_attributes=tuple(names.get(a, a) for a in table.supplementary_attributes),
    )  # fmt: skip


def relabelled_catalog(catalog: Catalog, names: Names) -> Catalog:
    """Write brands, categories and attributes of a catalogue anew.

    Parameters
    ----------
    catalog : Catalog
    names : mapping
    """
    if not names:
        return catalog
    owners = {names.get(b, b): names.get(o, o) for b, o in catalog.owners.items()}
    keys = {names.get(brand, brand): key for brand, key in catalog.brand_keys.items()}
    ranges = {names.get(name, name): ends for name, ends in catalog.ranges.items()}
    own = {names.get(b, b): catalog.own_names.get(b, b) for b in catalog.brands}
    return replace(
        catalog,
        products=renamed(catalog.products, ("brand", "category", "segment"), names),
        attributes=renamed(catalog.attributes, ("brand", "attribute"), names),
        records=renamed(catalog.records, ("brand",), names),
        problems=renamed(catalog.problems, ("brand",), names),
        fee_names=renamed(catalog.fee_names, ("attribute",), names),
        owners=MappingProxyType(owners),
        brand_keys=MappingProxyType(keys),
        ranges=MappingProxyType(ranges),
        own_names=MappingProxyType(own),
    )


def relabelled_survey(survey: Survey, names: Names) -> Survey:
    """Write the brands, groups and items of a survey anew.

    Parameters
    ----------
    survey : Survey
    names : mapping
    """
    if not names:
        return survey
    responses = survey.responses
    worded = [
        str(column)
        for column in responses.columns
        if column != survey.design.respondent
        and not pd.api.types.is_numeric_dtype(responses[column])
    ]
    labels = {
        item: MappingProxyType({code: names.get(text, text) for code, text in codes.items()})
        for item, codes in survey.labels.items()
    }
    return replace(
        survey,
        responses=renamed(responses, worded, names),
        codebook=renamed(survey.codebook, ("label", "question"), names),
        batteries=renamed(survey.batteries, ("label", "question", "brand", "attribute"), names),
        labels=MappingProxyType(labels),
    )


def relabelled_branches(branches: Branches, names: Names) -> Branches:
    """Write the brands and markets of branches anew.

    Parameters
    ----------
    branches : Branches
    names : mapping
    """
    if not names:
        return branches
    return replace(branches, presence=renamed(branches.presence, ("brand", "market"), names))


def codebook_names(path: Path, language: str) -> dict[str, str]:
    """Give the labels of a codebook's items in a language: its column ``label_<language>``.

    Parameters
    ----------
    path : Path
    language : str

    Returns
    -------
    dict
        Label to label; empty where the codebook has no such column.
    """
    grid = read_grid(path)
    header = [name.casefold() for name in grid.header]
    wanted = f"label_{language}".casefold()
    if "label" not in header or wanted not in header:
        return {}
    at, to = header.index("label"), header.index(wanted)
    pairs = ((label_text(row[at]), label_text(row[to])) for row in grid.rows)
    return {label: name for label, name in pairs if label and name}
