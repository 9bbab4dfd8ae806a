"""Pages kept from the last run: what has not changed need not run again.

A page follows from the study's files, the notebook, its parameters, brandkit's own code and
texts, the libraries and the Chinese font. While all of these are the same, so is the page.
"""

from __future__ import annotations

import hashlib
import site
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import brandkit
from brandkit.report.provenance import Provenance
from brandkit.report.workbook import Sheet
from brandkit.sources.store import keep_document, kept_document, processed_folder
from brandkit.sources.study import Study

_OWN_FILES = ("*.py", "*.po", "*.j2", "*.css", "*.ttf")


@dataclass(frozen=True)
class MadePage:
    """A page with what it says of itself, and its tables.

    Parameters
    ----------
    page : str
    summary : mapping
    sheets : tuple of Sheet
    """

    page: str
    summary: Mapping[str, Any]
    sheets: tuple[Sheet, ...]


@dataclass(frozen=True)
class PagePlace:
    """Where a page is kept, and all that it follows from.

    Parameters
    ----------
    path : Path
    made_from : mapping
    """

    path: Path
    made_from: Mapping[str, Any]

    def read(self) -> MadePage | None:
        """Give the page, where nothing has changed since it was kept."""
        kept = kept_document(self.path, made_from=self.made_from)
        if kept is None:
            return None
        sheets = tuple(_sheet(one) for one in kept["sheets"])
        return MadePage(kept["page"], kept["summary"], sheets)

    def keep(self, made: MadePage) -> None:
        """Keep the page for the next run."""
        document = {
            "page": made.page, "summary": made.summary,
            "sheets": [asdict(sheet) for sheet in made.sheets],
        }  # fmt: skip
        keep_document(self.path, document, made_from=self.made_from)


def page_place(study: Study, origin: Provenance, parameters: Mapping[str, Any]) -> PagePlace:
    """Say where a study's page is kept.

    Parameters
    ----------
    study : Study
    origin : Provenance
        Of the page: inputs, notebook, seed, versions.
    parameters : mapping
        Of the notebook.

    Returns
    -------
    PagePlace
    """
    stem = origin.notebook.removesuffix(".ipynb")
    made_from = {
        **origin.to_json(), "parameters": dict(parameters), "code": own_code_sha256(),
        "libraries": _libraries_sha256(), "font": _font(study.language),
    }  # fmt: skip
    return PagePlace(
        processed_folder(study.folder) / "pages" / f"{stem}.{study.language}.json", made_from
    )


@cache
def own_code_sha256() -> str:
    """Give one hash of brandkit's code, texts, templates and fonts."""
    folder = Path(brandkit.__file__).parent
    digest = hashlib.sha256()
    for file in sorted(file for kind in _OWN_FILES for file in folder.rglob(kind)):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


@cache
def _libraries_sha256() -> str:
    """Give one hash of the names and versions of all that is installed, and of the Python."""
    places = {Path(place) for place in [*site.getsitepackages(), *sys.path] if place}
    names = {
        found.name for place in places if place.is_dir() for found in place.glob("*.dist-info")
    }
    return hashlib.sha256("\n".join([sys.version, *sorted(names)]).encode()).hexdigest()


def _font(language: str) -> str:
    from brandkit.viz.fonts import cjk_font

    found = cjk_font(language) if language.startswith("zh") else None
    return "" if found is None else f"{found.family} {found.version}"


def _sheet(kept: Mapping[str, Any]) -> Sheet:
    return Sheet(
        kept["name"], kept["caption"], tuple(kept["notes"]), tuple(kept["heads"]),
        tuple(kept["kinds"]), tuple(tuple(row) for row in kept["rows"]),
    )  # fmt: skip
