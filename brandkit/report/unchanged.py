"""Reports for which nothing has changed since they were written, told without reading the study."""

from __future__ import annotations

import hashlib
import site
import sys
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import brandkit
from brandkit.sources.study.store import (
    input_hashes,
    keep_document,
    kept_document,
    processed_folder,
    sha256_of,
)

_OWN_FILES = ("*.py", "*.po", "*.txt", "*.j2", "*.css", "*.js", "*.ttf")


class Receipt:
    """What a report was asked for and follows from, kept with what was written."""

    def __init__(self, folder: Path, *, notebooks: Sequence[Path], **asked: Any) -> None:
        self.folder = folder
        self.made_from = {
            "asked": {name: None if one is None else str(one) for name, one in asked.items()},
            "notebooks": [[str(file), sha256_of(file)] for file in notebooks],
            "code": own_code_sha256(),
            "libraries": libraries_sha256(),
        }
        name = hashlib.sha256(repr((asked, notebooks)).encode()).hexdigest()[:16]
        self.place = processed_folder(folder) / "reports" / f"{name}.json"

    def written(self) -> list[Path] | None:
        """Give the files, where all stand as they were written, of inputs that are as they were."""
        kept = self._kept()
        return None if kept is None else [Path(file) for file, _ in kept["written"]]

    def told(self) -> Any | None:
        """Give what was told beside the files, of inputs that are as they were."""
        kept = self._kept()
        return None if kept is None else kept["told"]

    def _kept(self) -> Any | None:
        kept = kept_document(self.place, made_from=self.made_from)
        try:
            if kept is None or kept["inputs"] != self._inputs(kept["sources"]):
                return None
            if any(font_of(code) != font for code, font in kept["fonts"].items()):
                return None
            if any(sha256_of(Path(file)) != digest for file, digest in kept["written"]):
                return None
        except OSError:  # a file is gone
            return None
        return kept

    def keep(
        self,
        written: Iterable[Path],
        *,
        sources: Sequence[str],
        languages: Iterable[str],
        told: Any = None,
    ) -> None:
        """Keep what was written and told, in which languages and from which files of the study."""
        document = {
            "sources": list(sources),
            "inputs": self._inputs(sources),
            "fonts": {code: font_of(code) for code in languages},
            "written": [[str(file), sha256_of(file)] for file in written],
            "told": told,
        }
        keep_document(self.place, document, made_from=self.made_from)

    def _inputs(self, sources: Iterable[str]) -> list[list[str]]:
        return [list(pair) for pair in input_hashes(self.folder, sources)]


@cache
def own_code_sha256() -> str:
    """Give one hash of brandkit's code, texts, templates and fonts."""
    folder = Path(brandkit.__file__).parent
    digest = hashlib.sha256()
    for file in sorted(file for kind in _OWN_FILES for file in folder.rglob(kind)):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


@cache
def libraries_sha256() -> str:
    """Give one hash of the names and versions of all that is installed, and of the Python."""
    places = {Path(place) for place in [*site.getsitepackages(), *sys.path] if place}
    names = {
        found.name for place in places if place.is_dir() for found in place.glob("*.dist-info")
    }
    return hashlib.sha256("\n".join([sys.version, *sorted(names)]).encode()).hexdigest()


def font_of(language: str) -> str:
    """Name the Chinese font with its version; empty where none is needed or there."""
    if not language.startswith("zh"):
        return ""
    from brandkit.viz.fonts import cjk_font

    found = cjk_font(language)
    return "" if found is None else f"{found.family} {found.version}"
