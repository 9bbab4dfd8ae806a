"""Names of brands, attributes and categories in several languages: a study's names.csv."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from brandkit.core.errors import SchemaError, Words, did_you_mean, shown
from brandkit.sources.study.settings import LANGUAGES
from brandkit.sources.tables.brand_table import BrandTable
from brandkit.sources.tables.cells import label_text, read_grid

if TYPE_CHECKING:
    from brandkit.sources.catalog.catalog import Catalog
    from brandkit.sources.survey.survey import Survey
    from brandkit.sources.tables.branches import Branches
    from brandkit.sources.tables.league import League

#: Headings people write instead.
_TAKEN_FOR = {
    "zh-tw": "zh-Hant", "zh-hk": "zh-Hant", "zh_hant": "zh-Hant", "zh-hant": "zh-Hant",
    "繁體": "zh-Hant", "zh-cn": "zh-Hans", "zh_hans": "zh-Hans", "zh-hans": "zh-Hans",
    "zh": "zh-Hans", "简体": "zh-Hans", "name": "label", "brand": "label", "english": "en",
}  # fmt: skip


@dataclass(frozen=True)
class LabelNames:
    """Each label with its name in the languages it has.

    Parameters
    ----------
    rows : mapping
        Label as the study's files write it, to language, to name.
    """

    rows: Mapping[str, Mapping[str, str]]

    def in_language(self, language: str) -> dict[str, str]:
        """Give each label's name in a language; labels without one are left out."""
        return {label: names[language] for label, names in self.rows.items() if language in names}

    def label_of(self, name: str) -> str:
        """Give the label that a name in any language stands for, else the name itself."""
        if name in self.rows:
            return name
        for label, names in self.rows.items():
            if name in names.values():
                return label
        return name

    def without(self, language: str) -> list[str]:
        """Name the labels that have no name in a language."""
        return [label for label, names in self.rows.items() if language not in names]


def read_label_names(path: str | Path) -> LabelNames:
    r"""Read the names of labels: columns ``label``, ``en`` (optional), ``zh-Hant``, ``zh-Hans``.

    Parameters
    ----------
    path : str or Path
        A csv, tsv, xlsx or parquet file. Empty cells mean: no name in that language.

    Returns
    -------
    LabelNames

    Raises
    ------
    SchemaError
        A column is unknown, or a label stands twice.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> file = Path(mkdtemp()) / "names.csv"
    >>> _ = file.write_text("label,zh-Hant\nCivic,市民銀行\n", encoding="utf-8")
    >>> read_label_names(file).in_language("zh-Hant")
    {'Civic': '市民銀行'}
    """
    grid = read_grid(Path(path))
    allowed = ("label", *LANGUAGES)
    for name in grid.header:
        if name not in allowed:
            taken = _TAKEN_FOR.get(name.casefold())
            raise SchemaError(
                f"the columns must be {', '.join(allowed)}", file=grid.file, found=name,
                place="heading",
                way_out=f"Did you mean {taken!r}?" if taken
                else did_you_mean(name, allowed).strip() or "Remove the column.",
            )  # fmt: skip
    if len(set(grid.header)) < len(grid.header) or "label" not in grid.header:
        raise SchemaError(
            f"there must be a column 'label', and each of {', '.join(LANGUAGES)} at most once",
            file=grid.file, place="heading", found=list(grid.header), way_out="Rename the columns.",
        )  # fmt: skip
    rows: dict[str, dict[str, str]] = {}
    for place, row in zip(grid.places, grid.rows, strict=True):
        cells = {name: label_text(cell) for name, cell in zip(grid.header, row, strict=True)}
        label = cells.pop("label")
        if not label or label in rows:
            raise SchemaError(
                "each row must have a label of its own", file=grid.file, place=place,
                found=Words(f"{shown(label)} again" if label else "an empty cell"),
                way_out="Delete the row, or merge it with the other.",
            )  # fmt: skip
        rows[label] = {language: name for language, name in cells.items() if name}
    return LabelNames(rows)


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


def relabelled_league(league: League, names: Names) -> League:
    """Write the brands of a league table anew."""
    return replace(league, scores=renamed(league.scores, ("brand",), names))


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
