"""Catalogues that were read before: large ones are kept as frames, and read many times faster."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from brandkit.sources.catalog.catalog import Catalog, read_catalog
from brandkit.sources.study.settings import CatalogSection
from brandkit.sources.study.store import files_of, kept_frames, sha256_of
from brandkit.sources.tables.files import ENDINGS, ending

#: Bytes of the files from which keeping pays; smaller ones are read as fast as what is kept.
LARGE = 250_000
_FACTS = "facts"
#: Keys of ``[catalog]`` that reading depends on, beside its files.
_OPTIONS = {
    "aliases",
    "encoding",
    "sheet",
    "header_row",
    "columns",
    "owners",
    "disclosure",
    "ranges",
}


def kept_catalog(
    place: Path,
    *,
    files: Mapping[str, Path],
    options: Mapping[str, Any],
    read: Callable[[], Catalog],
    large: int | None = None,
) -> Catalog:
    r"""Read a catalogue, or take what is kept of it while its files and options are the same.

    Parameters
    ----------
    place : Path
        The folder to keep it in.
    files : mapping
        Every file or folder it is read from: what study.toml calls it -> where it is.
    options : mapping
        How it is read, as JSON writes it.
    read : callable
        Reads it.
    large : int, optional
        Bytes of the files from which it is kept; ``LARGE`` where not given.

    Returns
    -------
    Catalog
        Equal to what ``read`` gives.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from brandkit.sources.catalog.catalog import read_catalog
    >>> folder = Path(mkdtemp())
    >>> file = folder / "products.csv"
    >>> _ = file.write_text("brand,name,features\nCivic,Saver,app\n", encoding="utf-8")
    >>> read = lambda: read_catalog(file, format="table")
    >>> kept_catalog(folder / "kept", files={"products.csv": file}, options={}, read=read, large=0)
    Catalog(1 brand, 1 offer, 1 record, 0 problems)
    >>> sorted(kept.name for kept in (folder / "kept").iterdir())[:2]
    ['attributes.parquet', 'facts.parquet']
    """
    inside = {name: path for key, one in files.items() for name, path in files_of(key, one).items()}
    if sum(path.stat().st_size for path in inside.values()) < (LARGE if large is None else large):
        return read()
    hashes = {name: sha256_of(path) for name, path in inside.items()}
    made_from = {"inputs": hashes, "options": dict(options)}
    return _catalog(kept_frames(place, made_from=made_from, make=lambda: _frames(read())))


def declared_catalog(
    section: CatalogSection, paths: Mapping[str, Path | None], *, as_of: date | None, place: Path
) -> Catalog:
    r"""Read the catalogue that a study.toml declares, or take what is kept of it.

    Parameters
    ----------
    section : CatalogSection
    paths : mapping
        Where the files of this date are: ``source``, ``register``, ``aliases``, ``crosswalk``.
    as_of : date, optional
    place : Path
        The folder to keep it in.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> file = Path(mkdtemp()) / "products.csv"
    >>> _ = file.write_text("brand,name,features\nCivic,Saver,app\n", encoding="utf-8")
    >>> section = CatalogSection(source="products.csv")
    >>> declared_catalog(section, {"source": file}, as_of=None, place=file.parent).brands
    ['Civic']
    """
    there = {key: path for key, path in paths.items() if path is not None}
    source = there["source"]
    options = section.model_dump(mode="json", include=_OPTIONS)
    columns = {
        name: value[0] if isinstance(value, list) and len(value) == 1 else value
        for name, value in section.columns.items()
    }
    reading: dict[str, Any] = {
        **options,
        "columns": columns or None,
        "ranges": section.ranges or None,
        "as_of": as_of,
        "format": section.format or ("table" if ending(source) in ENDINGS else "cdr"),
        **{key: there[key] for key in ("register", "aliases", "crosswalk") if key in there},
    }
    options |= {
        "names": {key: path.name for key, path in there.items()},  # they stand in the records
        "as_of": as_of.isoformat() if as_of else None,
        "format": reading["format"],
    }
    return kept_catalog(
        place, files=there, options=options, read=lambda: read_catalog(source, **reading)
    )


def _frames(catalog: Catalog) -> dict[str, pd.DataFrame]:
    """Take a catalogue apart: its frames, and all else as text in one cell."""
    values = {one.name: getattr(catalog, one.name) for one in fields(Catalog)}
    frames = {name: value for name, value in values.items() if isinstance(value, pd.DataFrame)}
    facts = {
        name: value.isoformat()
        if isinstance(value, date)
        else dict(value)
        if isinstance(value, Mapping)
        else value
        for name, value in values.items()
        if name not in frames
    }
    text = json.dumps(facts, ensure_ascii=False)  # refuses what it could not give back
    return {**frames, _FACTS: pd.DataFrame({"value": [text]})}


def _catalog(frames: Mapping[str, pd.DataFrame]) -> Catalog:
    values: dict[str, Any] = {name: frame for name, frame in frames.items() if name != _FACTS}
    facts = json.loads(frames[_FACTS]["value"].iloc[0])
    if facts["as_of"] is not None:
        facts["as_of"] = date.fromisoformat(facts["as_of"])
    facts["ranges"] = {name: tuple(ends) for name, ends in facts["ranges"].items()}
    for name, value in facts.items():
        values[name] = MappingProxyType(value) if isinstance(value, dict) else value
    return Catalog(**values)
