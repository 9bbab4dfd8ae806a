"""Where studies are: found by name from any folder inside the clone, or by path."""

from __future__ import annotations

import hashlib
from pathlib import Path

from brandkit.core.errors import InputError, MissingFileError, did_you_mean, shown
from brandkit.sources.settings import FILE_NAME


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
    there = studies()
    if path.is_dir():
        raise MissingFileError(
            "the folder has no study.toml", file=path,
            way_out=f"`brandkit new {path}` writes one.",
        )  # fmt: skip
    raise InputError(
        f"`study` must be the name of a study or the path of its folder; found {shown(text)}. "
        f"The studies there are: {', '.join(there) or 'none yet'}.{did_you_mean(text, there)}"
    )


def studies() -> list[str]:
    """Name the studies in ``data/raw``.

    Examples
    --------
    >>> "sample" in studies()
    True
    """
    raw = raw_folder()
    return sorted(file.parent.name for file in raw.glob(f"*/{FILE_NAME}")) if raw.is_dir() else []


def clone_folder() -> Path:
    """Find the clone: upwards from the working folder, else where brandkit is installed from.

    Examples
    --------
    >>> (clone_folder() / "brandkit").is_dir()
    True
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "data" / "raw").is_dir() and (folder / "brandkit" / "__main__.py").is_file():
            return folder
    return Path(__file__).resolve().parents[2]


def raw_folder() -> Path:
    """Give the folder of the studies, ``data/raw`` of the clone.

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
