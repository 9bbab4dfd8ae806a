"""Where studies are: found by name from any folder inside the clone, or by path."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import json
import os
import sys
import uuid
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import brandkit
from brandkit.core.errors import InputError, MissingFileError, did_you_mean, shown

if TYPE_CHECKING:  # hashes are told without it
    import pandas as pd

FILE_NAME = "study.toml"
SAMPLE = "sample"
#: Where a wheel brings the notebooks and the sample study; a clone has its own (tools/backend.py).
_SHIPPED = Path(brandkit.__file__).parent


def study_folder(name_or_path: str | Path) -> Path:
    """Find a study's folder.

    Parameters
    ----------
    name_or_path : str or Path
        A name in ``data/raw``, a folder, or the path of a study.toml.

    Returns
    -------
    Path

    Examples
    --------
    >>> study_folder("sample").name
    'sample'
    """
    text = str(name_or_path)
    is_name = isinstance(name_or_path, str) and not any(mark in text for mark in "/\\") and text
    raw = raw_folder()
    if is_name and text not in (".", "..") and (raw / text / FILE_NAME).is_file():
        return raw / text
    path = Path(name_or_path).expanduser()
    if path.name == FILE_NAME:
        path = path.parent
    if (path / FILE_NAME).is_file():
        return path.resolve()
    if text == SAMPLE and (_SHIPPED / SAMPLE / FILE_NAME).is_file():
        return _SHIPPED / SAMPLE
    there = studies()
    if path.is_dir():
        raise MissingFileError(
            "the folder has no study.toml",
            file=path,
            way_out=f"`brandkit new {path}` writes one.",
        )
    raise InputError(
        f"`study` must be the name of a study or the path of its folder; found {shown(text)}. "
        f"The studies there are: {', '.join(there) or 'none yet'}.{did_you_mean(text, there)}"
    )


def studies() -> list[str]:
    """Name the studies in ``data/raw``, and the one that an installed brandkit brings along.

    Examples
    --------
    >>> "sample" in studies()
    True
    """
    files = [*raw_folder().glob(f"*/{FILE_NAME}"), *_SHIPPED.glob(f"{SAMPLE}/{FILE_NAME}")]
    return sorted({file.parent.name for file in files})


def clone_folder() -> Path:
    """Find the clone: upwards from the working folder, else where brandkit runs from.

    An installed brandkit works in the working folder itself.

    Examples
    --------
    >>> (clone_folder() / "brandkit").is_dir()
    True
    """
    return _clone() or Path.cwd()


def _clone() -> Path | None:
    here = Path.cwd()
    for folder in (here, *here.parents, Path(brandkit.__file__).resolve().parents[1]):
        if (folder / "data" / "raw").is_dir() and (folder / "brandkit" / "__main__.py").is_file():
            return folder
    return None


def notebooks_folder() -> Path:
    """Give the folder of the notebooks: the clone's, else those that are installed.

    Examples
    --------
    >>> notebooks_folder().name
    'notebooks'
    """
    clone = _clone()
    return _SHIPPED / "notebooks" if clone is None else clone / "notebooks"


def raw_folder() -> Path:
    """Give the folder of the studies, ``data/raw`` of the clone or of the working folder.

    Examples
    --------
    >>> raw_folder().name
    'raw'
    """
    return clone_folder() / "data" / "raw"


def sha256_of(file: Path) -> str:
    """Give the sha256 of a file's bytes, in hexadecimal.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> file = Path(mkdtemp()) / "empty"
    >>> _ = file.write_bytes(b"")
    >>> sha256_of(file)[:8]
    'e3b0c442'
    """
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def input_hashes(folder: Path, sources: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Give study.toml and every file that it names, by the path from its folder, with sha256."""
    files = {FILE_NAME: folder / FILE_NAME}
    for source in sources:
        files |= files_of(source, folder / source)
    return tuple((name, sha256_of(file)) for name, file in sorted(files.items()))


def files_of(name: str, path: Path) -> dict[str, Path]:
    """Give a file by its name, or all files of a folder by their paths from above it.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> folder = Path(mkdtemp())
    >>> _ = (folder / "a.json").write_bytes(b"{}")
    >>> list(files_of("catalogue/", folder)), list(files_of("a.json", folder / "a.json"))
    (['catalogue/a.json'], ['a.json'])
    """
    if not path.is_dir():
        return {name: path}
    inside = sorted(one for one in path.rglob("*") if one.is_file())
    return {f"{name.rstrip('/')}/{one.relative_to(path).as_posix()}": one for one in inside}


MANIFEST = "manifest.json"


def write_whole(path: Path, content: str | bytes) -> None:
    r"""Write a file so that it is either the old one or the whole new one, never a part.

    Parameters
    ----------
    path : Path
    content : str or bytes
        Text is written as UTF-8 with line feeds, on every machine.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> file = Path(mkdtemp()) / "a.txt"
    >>> write_whole(file, "one\n")
    >>> file.read_bytes()
    b'one\n'
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}")
    try:
        draft.write_bytes(data)
        if path.exists():
            draft.chmod(path.stat().st_mode & 0o777)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def processed_folder(folder: Path) -> Path:
    """Give the folder of what is derived from a study: in the clone, else in the user's cache.

    Parameters
    ----------
    folder : Path
        The study's own folder.

    Examples
    --------
    >>> processed_folder(clone_folder() / "data" / "raw" / "sample").parts[-3:]
    ('data', 'processed', 'sample')
    """
    # two folders elsewhere may share a name with a study of the clone
    folder = folder.resolve()
    name = folder.name
    clone = _clone()
    if clone is None or folder != clone / "data" / "raw" / name:
        name += "-" + hashlib.sha256(str(folder).encode()).hexdigest()[:8]
    return (_cache_folder() if clone is None else clone / "data" / "processed") / name


def _cache_folder() -> Path:
    """Give the folder of the user's that may be emptied at any time."""
    usual = {"win32": "AppData/Local", "darwin": "Library/Caches"}.get(sys.platform, ".cache")
    named = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME")
    return (Path(named) if named else Path.home() / usual) / "brandkit"


def kept_frames(
    place: Path, *, made_from: Mapping[str, Any], make: Callable[[], Mapping[str, pd.DataFrame]]
) -> dict[str, pd.DataFrame]:
    """Give frames that follow from inputs: those kept, where nothing has changed, else made anew.

    Parameters
    ----------
    place : Path
        The folder to keep them in. Where it cannot be written nothing is kept, and nothing else
        changes.
    made_from : mapping
        All that the frames follow from, as JSON writes it: hashes of files, options. The version
        and the source text of brandkit are added.
    make : callable
        Makes the frames; their names become file names: letters, digits, ``-`` and ``_``.

    Returns
    -------
    dict
        Equal to what ``make`` gives, to the last bit and type.

    Examples
    --------
    >>> import pandas as pd
    >>> from tempfile import mkdtemp
    >>> place = Path(mkdtemp())
    >>> make = lambda: {"totals": pd.DataFrame({"n": [36]})}
    >>> first = kept_frames(place, made_from={"image.csv": "e3b0c442"}, make=make)
    >>> again = kept_frames(place, made_from={"image.csv": "e3b0c442"}, make=dict)
    >>> first["totals"].equals(again["totals"])
    True
    """
    told = {"brandkit": brandkit.__version__, "code": _code(), "made_from": dict(made_from)}
    known: dict[str, Any] = json.loads(json.dumps(told))  # as the manifest gives it back
    kept = _kept(place, known)
    if kept is not None:
        return kept
    frames = dict(make())
    for name in frames:
        if not name.replace("-", "").replace("_", "").isalnum():
            raise InputError(f"frames must be named by letters, digits, - and _; found {name!r}.")
    with contextlib.suppress(OSError):  # read-only, full, or open elsewhere: made again next time
        _keep(place, frames, known)
    return frames


def kept_document(path: Path, *, made_from: Mapping[str, Any]) -> Any | None:
    """Give a document that follows from inputs, where it was kept and nothing has changed.

    Parameters
    ----------
    path : Path
        The file it was kept in.
    made_from : mapping
        All that it follows from, as JSON writes it.

    Returns
    -------
    object or None
        As :func:`keep_document` was given it; None where it has to be made.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> file = Path(mkdtemp()) / "page.json"
    >>> kept_document(file, made_from={"seed": 0}) is None
    True
    >>> keep_document(file, {"n": 36}, made_from={"seed": 0})
    >>> kept_document(file, made_from={"seed": 0}), kept_document(file, made_from={"seed": 1})
    ({'n': 36}, None)
    """
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        written = json.dumps(kept["document"], ensure_ascii=False)
        is_whole = hashlib.sha256(written.encode()).hexdigest() == kept["sha256"]
        known = json.loads(json.dumps(dict(made_from)))
        return kept["document"] if is_whole and kept["made_from"] == known else None
    except (OSError, ValueError, KeyError, TypeError):
        return None  # not there, or damaged: it is made anew


def keep_document(path: Path, document: Any, *, made_from: Mapping[str, Any]) -> None:
    """Keep a document with what it follows from.

    Parameters
    ----------
    path : Path
        Replaced whole. Where it cannot be written nothing is kept, and nothing else changes.
    document : object
        Of texts, numbers, lists and mappings, as JSON writes them.
    made_from : mapping

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> keep_document(Path(mkdtemp()) / "page.json", [1, 2], made_from={})
    """
    written = json.dumps(document, ensure_ascii=False)
    digest = hashlib.sha256(written.encode()).hexdigest()
    whole = {"made_from": dict(made_from), "sha256": digest, "document": document}
    with contextlib.suppress(OSError):
        write_whole(path, json.dumps(whole, ensure_ascii=False))


@functools.cache
def _code() -> str:
    """Give one hash of all that reads and shapes data, so that its changes are never missed."""
    digest = hashlib.sha256()
    for room in ("core", "sources"):
        for file in sorted((Path(brandkit.__file__).parent / room).rglob("*.py")):
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _kept(place: Path, known: Mapping[str, Any]) -> dict[str, pd.DataFrame] | None:
    """Read the frames if their manifest says they follow from these inputs, and they are whole.

    Every file is read once and then checked, so that another process may replace it meanwhile.
    """
    import pandas as pd

    try:
        manifest = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
        if any(manifest.get(key) != value for key, value in known.items()):
            return None
        frames = {}
        for name, about in manifest["frames"].items():
            data = (place / f"{name}.parquet").read_bytes()
            if hashlib.sha256(data).hexdigest() != about["sha256"]:
                return None
            frames[name] = pd.read_parquet(io.BytesIO(data)).astype(about["days"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None  # not there, or damaged: it is made anew
    return frames


def _keep(place: Path, frames: Mapping[str, pd.DataFrame], known: Mapping[str, Any]) -> None:
    """Write every file whole, the manifest last; two that write at once write the same."""
    about = {}
    for name, frame in frames.items():
        data = frame.to_parquet()
        # Parquet knows no seconds: what it makes milliseconds is turned back
        days = {str(column): str(kind) for column, kind in frame.dtypes.items() if kind.kind == "M"}
        about[name] = {"sha256": hashlib.sha256(data).hexdigest(), "days": days}
        write_whole(place / f"{name}.parquet", data)
    manifest = {**known, "frames": about}
    write_whole(place / MANIFEST, json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
