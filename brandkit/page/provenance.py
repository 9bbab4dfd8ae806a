"""Where a report comes from: inputs, seed, versions, font; for readers and for programs."""

from __future__ import annotations

import hashlib
import json
import platform
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from markupsafe import Markup

_PACKAGES = ("brandkit", "numpy", "pandas", "scipy", "matplotlib")
_IN_PAGE = re.compile(r'<script type="application/json" id="provenance">(.*?)</script>', re.DOTALL)


@dataclass(frozen=True)
class Provenance:
    """What a report was made from.

    Parameters
    ----------
    study : str
        The study's name.
    title : str
        The study's title, in the report's language.
    focus : str, optional
    seed : int, optional
    inputs : sequence of pairs
        Path from the study's folder, and the sha256 of the file.
    notebook : str
        Its name.
    notebook_sha256 : str
    versions : mapping
        Package to version.
    minimum_base, suppress_below : int
        Bases from which values are shown without a mark, and shown at all.
    """

    study: str = ""
    title: str = ""
    focus: str | None = None
    seed: int | None = None
    inputs: Sequence[tuple[str, str]] = ()
    notebook: str = ""
    notebook_sha256: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    minimum_base: int = 30
    suppress_below: int = 10

    def to_json(self) -> dict[str, Any]:
        """Give what stands in the file for programs."""
        return {
            "study": self.study,
            "study_title": self.title,
            "focus": self.focus,
            "seed": self.seed,
            "inputs": [{"file": file, "sha256": digest} for file, digest in self.inputs],
            "notebook": self.notebook,
            "notebook_sha256": self.notebook_sha256,
            "versions": dict(self.versions),
            "minimum_base": self.minimum_base,
            "suppress_below": self.suppress_below,
        }


def versions() -> dict[str, str]:
    """Give the versions that numbers and pictures depend on.

    Examples
    --------
    >>> sorted(versions())
    ['brandkit', 'matplotlib', 'numpy', 'pandas', 'python', 'scipy']
    """
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def numbers_sha256(blocks: Iterable[Mapping[str, Any]]) -> str:
    """Give one hash of every number a report shows, to tell whether they still stand.

    Parameters
    ----------
    blocks : iterable of mapping
        Blocks as JSON.

    Returns
    -------
    str
        sha256 in hexadecimal.

    Examples
    --------
    >>> numbers_sha256([])[:8]
    '4f53cda1'
    """
    numbers = [
        {"name": block["name"], "rows": [row["values"] for row in cells["rows"]]}
        for block in blocks
        if (cells := block.get("cells") or block.get("data"))
    ]
    return sha256(json.dumps(numbers, sort_keys=True, ensure_ascii=False).encode())


def sha256(content: bytes) -> str:
    """Give the sha256 of some bytes, in hexadecimal.

    Examples
    --------
    >>> sha256(b"")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(content).hexdigest()


def json_in_page(content: Mapping[str, Any]) -> Markup:
    r"""Write JSON that may stand inside a page: no text in it can end its element.

    Examples
    --------
    >>> json_in_page({"brand": "</script>"})
    Markup('{"brand":"\\u003c/script\\u003e"}')
    """
    written = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    for mark in "<>&":
        written = written.replace(mark, f"\\u{ord(mark):04x}")
    return Markup(written)


def json_of_page(page: str) -> dict[str, Any] | None:
    """Read what a page says of itself for programs; None where it says nothing.

    Examples
    --------
    >>> json_of_page('<script type="application/json" id="provenance">{"seed":0}</script>')
    {'seed': 0}
    """
    data = _IN_PAGE.search(page)
    if data is None:
        return None
    try:
        found = json.loads(data.group(1))
    except json.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None
