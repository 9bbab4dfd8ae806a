"""What brandkit writes: files replaced whole, and frames derived from a study's inputs.

Everything in ``data/processed`` follows from the inputs and can be deleted at any time without
moving a number. A manifest beside it says from which bytes and by which version it was made.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from brandkit import __version__
from brandkit.core.checks import check_option
from brandkit.core.errors import InputError
from brandkit.sources.study import Study
from brandkit.sources.study_folders import clone_folder, sha256_of

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
    >>> file = Path(tempfile.mkdtemp()) / "a.txt"
    >>> write_whole(file, "one\n")
    >>> file.read_bytes()
    b'one\n'
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        if path.exists():
            Path(name).chmod(path.stat().st_mode & 0o777)
        else:
            mask = os.umask(0)
            os.umask(mask)
            Path(name).chmod(0o666 & ~mask)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def processed_folder(study: Study) -> Path:
    """Give the folder of what is derived from a study.

    Parameters
    ----------
    study : Study

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> processed_folder(read_study("sample")).parts[-3:]
    ('data', 'processed', 'sample')
    """
    # two folders elsewhere may share a name with a study of the clone
    name = study.folder.name
    if study.folder != clone_folder() / "data" / "raw" / name:
        name += "-" + hashlib.sha256(str(study.folder).encode()).hexdigest()[:8]
    return clone_folder() / "data" / "processed" / name


def derived_frames(
    study: Study,
    *,
    name: str,
    make: Callable[[], Mapping[str, pd.DataFrame]],
    sources: Sequence[str] | None = None,
    folder: Path | None = None,
) -> dict[str, pd.DataFrame]:
    """Give frames derived from a study: those kept, where nothing has changed, else made anew.

    Parameters
    ----------
    study : Study
    name : str
        What the frames are together, as a file name: letters, digits, ``-`` and ``_``.
    make : callable
        Makes the frames from the study.
    sources : sequence of str, optional
        Which of ``study.inputs`` they follow from; all where not given. study.toml is always one.
    folder : Path, optional
        Instead of ``processed_folder(study)``.

    Returns
    -------
    dict
        Equal to what ``make`` gives.

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> study = read_study("sample")
    >>> place = Path(tempfile.mkdtemp())
    >>> def totals():
    ...     return {"totals": study.brand_table.values.sum(axis=1).to_frame("n")}
    >>> first = derived_frames(study, name="totals", make=totals, folder=place)
    >>> again = derived_frames(study, name="totals", make=totals, folder=place)
    >>> first["totals"].equals(again["totals"])
    True
    """
    if not name.replace("-", "").replace("_", "").isalnum():
        raise InputError(f"`name` must be letters, digits, - and _; found {name!r}.")
    inputs = dict(study.inputs)
    if sources is not None:
        for source in sources:
            check_option("sources", source, list(inputs))
        inputs = {key: inputs[key] for key in ("study.toml", *sources)}
    place = (folder or processed_folder(study)) / name
    made_from = {"brandkit": __version__, "language": study.language, "inputs": inputs}
    kept = _kept(place, made_from)
    if kept is not None:
        return kept
    frames = {key: frame.copy() for key, frame in make().items()}
    _keep(place, frames, made_from)
    return frames


def _kept(place: Path, made_from: Mapping[str, object]) -> dict[str, pd.DataFrame] | None:
    """Read the frames if their manifest says they follow from these inputs, and they are whole."""
    try:
        manifest = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
        if any(manifest.get(key) != value for key, value in made_from.items()):
            return None
        files = {key: place / f"{key}.parquet" for key in manifest["frames"]}
        if any(sha256_of(file) != manifest["frames"][key] for key, file in files.items()):
            return None
        return {key: pd.read_parquet(file) for key, file in files.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None  # not there, or damaged: it is made anew


def _keep(place: Path, frames: Mapping[str, pd.DataFrame], made_from: Mapping[str, object]) -> None:
    (place / MANIFEST).unlink(missing_ok=True)
    for key, frame in frames.items():
        write_whole(place / f"{key}.parquet", frame.to_parquet())
    hashes = {key: sha256_of(place / f"{key}.parquet") for key in frames}
    manifest = {**made_from, "frames": hashes}
    write_whole(place / MANIFEST, json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
