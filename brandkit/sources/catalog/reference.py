"""The frozen reference that similarities are measured against, and its file.

What a similarity depends on beside the two offers themselves (how common a feature is, how far
fees range, how frequent a piece of a name is) is counted once, stored beside the study, and read
back, so that a new bank or a new date does not move the old numbers. Counting is the task of
:func:`brandkit.overlap.fit_reference`; here it is only held, written and read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from brandkit.core.errors import MissingFileError, SchemaError
from brandkit.sources.study.store import write_whole

FORM = "brandkit reference 1"
"""First entry of the file: what it is and which form it has."""


@dataclass(frozen=True)
class ListCounts:
    """How many banks of a category disclose a list, and how many have each of its entries.

    Parameters
    ----------
    n_brands : int
        Banks that disclose the list for at least one offer of the category.
    brands_with : mapping of str to int
        Entry -> banks with at least one offer that has it.
    """

    n_brands: int
    brands_with: Mapping[str, int]


@dataclass(frozen=True)
class TextCounts:
    """In how many offers' texts each piece of text occurs.

    Parameters
    ----------
    n_texts : int
        Offers that have the text at all.
    texts_with : mapping of str to int
        Piece of two or three characters -> offers whose text holds it.
    """

    n_texts: int
    texts_with: Mapping[str, int]


@dataclass(frozen=True)
class Reference:
    """Everything fitted that product similarity needs, fitted once and then held.

    Parameters
    ----------
    as_of : str
        Date of the catalogue it was fitted on, in ISO form; empty where the catalogue has none.
    lists : mapping (category, facet) -> ListCounts
    ranges : mapping (category, facet) -> mapping "attribute [unit]" -> (low, high)
    texts : mapping facet -> TextCounts
    fee_terms : mapping of str to str
        Fee name as written -> term of the fee vocabulary.

    Notes
    -----
    Counts are kept rather than weights, so that the file is the same on every machine. The hash
    names the content: two references with one hash give the same similarities.
    """

    as_of: str
    lists: Mapping[tuple[str, str], ListCounts]
    ranges: Mapping[tuple[str, str], Mapping[str, tuple[float, float]]]
    texts: Mapping[str, TextCounts]
    fee_terms: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("lists", "ranges", "texts", "fee_terms"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __reduce__(self) -> tuple[Any, ...]:
        return (_read_text, (self.text, "reference"))

    @cached_property
    def text(self) -> str:
        """The content as canonical JSON: keys sorted, one line a category and facet."""
        return _written(self)

    @cached_property
    def sha256(self) -> str:
        """Hash of the content, 64 hexadecimal digits."""
        return _digest(self.text)


def write_reference(reference: Reference, *, path: str | Path) -> Path:
    """Store a reference as JSON; the file is replaced whole.

    Parameters
    ----------
    reference : Reference
    path : str or Path
        Where to; its folder is made where it is absent.

    Returns
    -------
    Path
        The file written.

    Examples
    --------
    >>> import tempfile
    >>> empty = Reference(as_of="2026-03-01", lists={}, ranges={}, texts={})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = write_reference(empty, path=Path(folder) / "reference.json")
    ...     read_reference(file).sha256 == empty.sha256
    True
    """
    write_whole(Path(path), reference.text)
    return Path(path)


def read_reference(path: str | Path) -> Reference:
    """Read a reference that :func:`write_reference` stored.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    Reference

    Raises
    ------
    MissingFileError
        The file is not there.
    SchemaError
        It is no reference, or was changed by hand so that its hash no longer fits.

    Examples
    --------
    >>> import tempfile
    >>> empty = Reference(as_of="2026-03-01", lists={}, ranges={}, texts={})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     read_reference(write_reference(empty, path=Path(folder) / "kept.json")).as_of
    '2026-03-01'
    """
    file = Path(path)
    if not file.is_file():
        raise MissingFileError(
            "a stored reference must be there",
            file=file,
            way_out="Fit one with fit_reference(catalog) and store it with write_reference().",
        )
    return _read_text(file.read_text(encoding="utf-8"), file)


def _written(reference: Reference) -> str:
    lists, ranges = sorted(reference.lists.items()), sorted(reference.ranges.items())
    content = _canonical(
        {
            "as_of": reference.as_of,
            "lists": [[*place, told.n_brands, dict(told.brands_with)] for place, told in lists],
            "ranges": [
                [*place, {k: list(ends) for k, ends in told.items()}] for place, told in ranges
            ],
            "texts": [
                [facet, told.n_texts, dict(told.texts_with)]
                for facet, told in sorted(reference.texts.items())
            ],
            "fee_terms": dict(reference.fee_terms),
        }
    )
    return f'{{"form":"{FORM}","sha256":"{_digest(content)}","content":\n{content}\n}}\n'


def _canonical(body: object) -> str:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode("utf-8")).hexdigest()


def _read_text(text: str, file: str | Path) -> Reference:
    try:
        outer = json.loads(text)
        form, digest, body = outer["form"], outer["sha256"], outer["content"]
    except (ValueError, KeyError, TypeError) as cause:
        raise SchemaError(
            "a stored reference must be JSON with form, sha256 and content",
            file=file,
            way_out="Fit it again with fit_reference(catalog).",
        ) from cause
    if form != FORM:
        raise SchemaError(
            f"the form must be {FORM!r}",
            file=file,
            found=form,
            way_out="It was written by another version: fit it again with fit_reference(catalog).",
        )
    if _digest(_canonical(body)) != digest:
        raise SchemaError(
            "the content must fit its hash: a reference is never edited by hand",
            file=file,
            found=digest,
            way_out="Fit it again, or declare ranges and weights in study.toml.",
        )
    return Reference(
        as_of=body["as_of"],
        lists={(c, f): ListCounts(n, counts) for c, f, n, counts in body["lists"]},
        ranges={
            (c, f): {name: (float(low), float(high)) for name, (low, high) in limits.items()}
            for c, f, limits in body["ranges"]
        },
        texts={f: TextCounts(n, counts) for f, n, counts in body["texts"]},
        fee_terms=body["fee_terms"],
    )
