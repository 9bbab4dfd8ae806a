"""Names of brands, attributes and categories in several languages: a study's names.csv."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from brandkit.core.errors import SchemaError, Words, did_you_mean, shown
from brandkit.sources.grid import label_text, read_grid

LANGUAGES = ("en", "zh-Hant", "zh-Hans")
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
