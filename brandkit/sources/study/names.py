"""Names of brands, attributes and categories in several languages: a study's names.csv."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import pandas as pd

from brandkit.core.errors import SchemaError, Words, did_you_mean, shown
from brandkit.sources.study.settings import LANGUAGES
from brandkit.sources.tables.cells import label_text, read_grid

T = TypeVar("T", bound=Any)
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
                f"the columns must be {', '.join(allowed)}",
                file=grid.file,
                found=name,
                place="heading",
                way_out=f"Did you mean {taken!r}?"
                if taken
                else did_you_mean(name, allowed).strip() or "Remove the column.",
            )
    if len(set(grid.header)) < len(grid.header) or "label" not in grid.header:
        raise SchemaError(
            f"there must be a column 'label', and each of {', '.join(LANGUAGES)} at most once",
            file=grid.file,
            place="heading",
            found=list(grid.header),
            way_out="Rename the columns.",
        )
    rows: dict[str, dict[str, str]] = {}
    for place, row in zip(grid.places, grid.rows, strict=True):
        cells = {name: label_text(cell) for name, cell in zip(grid.header, row, strict=True)}
        label = cells.pop("label")
        if not label or label in rows:
            raise SchemaError(
                "each row must have a label of its own",
                file=grid.file,
                place=place,
                found=Words(f"{shown(label)} again" if label else "an empty cell"),
                way_out="Delete the row, or merge it with the other.",
            )
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


#: What of evidence holds labels, and in which columns.
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "products": ("brand", "category", "segment"), "attributes": ("brand", "attribute"),
    "records": ("brand",), "problems": ("brand",), "fee_names": ("attribute",),
    "codebook": ("label", "question"),
    "batteries": ("label", "question", "brand", "attribute"),
    "presence": ("brand", "market"), "scores": ("brand",),
}  # fmt: skip


def relabelled(evidence: T, names: Names, *, file: Path | None = None) -> T:
    """Write the brands, attributes, categories and groups of evidence anew.

    Parameters
    ----------
    evidence : BrandTable, Catalog, Survey, Branches or League
    names : mapping
        Label to name; labels without a name stay.
    file : Path, optional
        Where the names come from, for the error when two labels of a table share one.
    """
    if not names:
        return evidence
    held: dict[str, Any] = {one.name: getattr(evidence, one.name) for one in fields(evidence)}
    new: dict[str, Any] = {
        name: renamed(held[name], columns, names)
        for name, columns in _COLUMNS.items()
        if name in held
    }
    if "own_names" in held:
        own = {brand: held["own_names"].get(brand, brand) for brand in evidence.brands}
        for name, told in {**held, "own_names": own}.items():
            if name in ("brand_keys", "ranges", "own_names"):
                new[name] = _proxy((names.get(key, key), value) for key, value in told.items())
        owners = held["owners"].items()
        new["owners"] = _proxy((names.get(b, b), names.get(o, o)) for b, o in owners)
    if "responses" in held:
        responses, respondent = held["responses"], held["design"].respondent
        worded = [
            str(column)
            for column in responses.columns
            if column != respondent and not pd.api.types.is_numeric_dtype(responses[column])
        ]
        new["responses"] = renamed(responses, worded, names)
        new["labels"] = _proxy(
            (item, _proxy((code, names.get(text, text)) for code, text in codes.items()))
            for item, codes in held["labels"].items()
        )
    if "supplementary_brands" in held:
        values = new["values"] = held["values"].copy()
        values.index = _told_apart("brand", values.index, names, file)
        values.columns = _told_apart("attribute", values.columns, names, file)
        for side in ("supplementary_brands", "supplementary_attributes"):
            new[side] = tuple(names.get(label, label) for label in held[side])
    return replace(evidence, **new)


def _proxy(pairs: Iterable[tuple[Any, Any]]) -> Mapping[Any, Any]:
    return MappingProxyType(dict(pairs))


def _told_apart(side: str, labels: pd.Index, names: Names, file: Path | None) -> pd.Index:
    new = [names.get(str(label), str(label)) for label in labels]
    twice = [label for label in dict.fromkeys(new) if new.count(label) > 1]
    if twice:
        raise SchemaError(
            f"two {side}s of the table must not share a name",
            file=file or "names",
            found=twice,
            way_out="Name them apart.",
        )
    return pd.Index(new, name=side)


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
