"""Answers kept in a file each, without code in them: Arrow tables, arrays, and plain JSON."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from importlib import import_module
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

import brandkit
from brandkit.core.labels import hashed_ids
from brandkit.core.message import Message

#: Rooms whose code no number follows from.
_NOT_COMPUTING = {"page", "report", "viz", "language", "__main__.py"}
_NOT_NUMBERS = {"story.py", "plot.py"}


def pack(value: Any) -> bytes:
    """Write a result: JSON for its shape, Arrow for frames, npy for arrays."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as box:
        shape = _Packer(box).down(value)
        box.writestr(zipfile.ZipInfo("result.json"), json.dumps(shape, ensure_ascii=False))
    return out.getvalue()


def unpack(data: bytes) -> Any:
    """Read what :func:`pack` wrote."""
    with zipfile.ZipFile(io.BytesIO(data)) as box:
        return _up(json.loads(box.read("result.json")), box)


@cache
def numbers_code_sha256() -> str:
    """Give one hash of all code that numbers follow from; words and drawings do not count."""
    folder = Path(brandkit.__file__).parent
    digest = hashlib.sha256()
    for file in sorted([*folder.rglob("*.py"), *folder.rglob("words.toml")]):
        below = file.relative_to(folder)
        if below.parts[0] in _NOT_COMPUTING or file.name in _NOT_NUMBERS:
            continue
        digest.update(below.as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


class _Packer:
    """Takes values apart into JSON, and what is long into files of its own."""

    def __init__(self, box: zipfile.ZipFile) -> None:
        self.box, self.numbers = box, count()

    def put(self, data: bytes, kind: str) -> str:
        name = f"{next(self.numbers)}.{kind}"
        self.box.writestr(zipfile.ZipInfo(name), data)
        return name

    def down(self, v: Any) -> Any:
        if v is None or type(v) in (bool, int, float, str):
            return v
        named = getattr(v, "_fields", ())  # of a named tuple
        for kind, put in self.ways():
            if isinstance(v, kind) and not named:
                return put(v)
        if (named or is_dataclass(v)) and type(v).__module__.startswith("brandkit."):
            names = named or [one.name for one in fields(v)]
            of_ids = () if named else [one.name for one in fields(v) if "ids" in one.metadata]
            parts = {
                name: self.down(_pseudonymous(getattr(v, name), is_secret=name in of_ids))
                for name in names
            }
            return {"$": "record", "of": f"{type(v).__module__}:{type(v).__qualname__}", "v": parts}
        raise TypeError(f"an answer holds a {type(v).__name__}, which cannot be kept")

    def ways(self) -> tuple[tuple[Any, Callable[[Any], Any]], ...]:
        return (
            (Message, self.message),
            (np.generic, lambda v: {"$": "scalar", "type": v.dtype.str, "v": self.down(v.item())}),
            (date, lambda v: {"$": "date", "v": v.isoformat()}),
            (pd.DataFrame, self.frame),
            (pd.Series, self.series),
            (pd.Index, self.index),
            (np.ndarray, self.array),
            ((set, frozenset), lambda v: self.several(v, sorted(v, key=str))),
            ((tuple, list), lambda v: self.several(v, v)),
            ((dict, MappingProxyType), self.pairs),
        )

    def message(self, v: Message) -> dict[str, Any]:
        values = self.down(dict(v.values))
        return {"$": "message", "text": v.text, "values": values, "context": v.context}

    def several(self, v: Any, members: Iterable[Any]) -> dict[str, Any]:
        return {"$": type(v).__name__, "v": [self.down(one) for one in members]}

    def pairs(self, v: Mapping[Any, Any]) -> dict[str, Any]:
        pairs = [[self.down(key), self.down(one)] for key, one in v.items()]
        return {"$": type(v).__name__, "v": pairs}

    def series(self, v: pd.Series) -> dict[str, Any]:
        whole = self.frame(v.rename("v").to_frame())
        return {"$": "series", "name": self.down(v.name), "v": whole}

    def index(self, v: pd.Index[Any]) -> dict[str, Any]:
        names = [self.down(name) for name in v.names]
        plain = v.to_frame(index=False)
        plain.columns = pd.Index([str(at) for at in range(v.nlevels)])
        return {"$": "index", "names": names, "v": self.frame(plain)}

    def array(self, v: np.ndarray[Any, Any]) -> dict[str, Any]:
        if v.dtype == object:
            cells = [self.down(one) for one in v.ravel().tolist()]
            return {"$": "objects", "shape": list(v.shape), "v": cells}
        stream = io.BytesIO()
        np.save(stream, v, allow_pickle=False)
        return {"$": "npy", "at": self.put(stream.getvalue(), "npy")}

    def frame(self, v: pd.DataFrame) -> dict[str, Any]:
        """Put a frame down: columns by place, cells that Arrow does not know as JSON."""
        plain = v.set_axis([str(at) for at in range(v.shape[1])], axis=1)
        plain = plain.reset_index(drop=True)
        odd = {
            name: [self.down(one) for one in cells.tolist()]
            for name, cells in plain.items()
            if cells.dtype == object
        }
        table = pa.Table.from_pandas(plain.drop(columns=list(odd)), preserve_index=False)
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        usual = isinstance(v.index, pd.RangeIndex) and v.index.equals(pd.RangeIndex(len(v)))
        return {
            "$": "frame",
            "at": self.put(sink.getvalue().to_pybytes(), "arrow"),
            "odd": odd,
            "columns": self.columns(v.columns),
            "types": [str(kind) if kind.kind == "M" else None for kind in v.dtypes],
            "index": None if usual else self.down(v.index),
            "rows": len(v),
        }

    def columns(self, v: pd.Index[Any]) -> dict[str, Any]:
        return {
            "v": [self.down(one) for one in v.tolist()],
            "type": str(v.dtype),
            "names": [self.down(name) for name in v.names],
        }


def _pseudonymous(v: Any, *, is_secret: bool) -> Any:
    """Put hashes in the place of persons' ids, which no file of ours has to hold."""
    if is_secret and isinstance(v, pd.Series) and not pd.api.types.is_integer_dtype(v.index):
        return v.set_axis(pd.Index(hashed_ids(v.index), name=v.index.name, dtype=v.index.dtype))
    if is_secret and isinstance(v, np.ndarray):
        return np.array(hashed_ids(v), dtype=object)
    return v


def _up(v: Any, box: zipfile.ZipFile) -> Any:
    if not isinstance(v, dict):
        return v
    kind = v["$"]
    if kind == "record":
        return _record(v, box)
    if kind in ("tuple", "list", "set", "frozenset"):
        made = {"tuple": tuple, "list": list, "set": set, "frozenset": frozenset}[kind]
        return made(_up(one, box) for one in v["v"])
    if kind in ("dict", "mappingproxy"):
        pairs = {_up(key, box): _up(one, box) for key, one in v["v"]}
        return pairs if kind == "dict" else MappingProxyType(pairs)
    return _LONG[kind](v, box)


def _record(v: Any, box: zipfile.ZipFile) -> Any:
    module, _, name = v["of"].partition(":")
    if not module.startswith("brandkit."):
        raise ValueError("an answer holds a record that is not brandkit's")
    kind: Any = import_module(module)
    for part in name.split("."):
        kind = getattr(kind, part)
    parts = {key: _up(one, box) for key, one in v["v"].items()}
    if issubclass(kind, tuple):
        return kind(**parts)
    new = object.__new__(kind)
    for key, one in parts.items():
        object.__setattr__(new, key, one)
    return new


def _frame(v: Any, box: zipfile.ZipFile) -> pd.DataFrame:
    frame = pa.ipc.open_stream(box.read(v["at"])).read_all().to_pandas()
    n = len(v["columns"]["v"])
    whole = {}
    for at, kind in zip(map(str, range(n)), v["types"], strict=True):
        if at in v["odd"]:
            cells = np.empty(v["rows"], dtype=object)
            cells[:] = [_up(one, box) for one in v["odd"][at]]
            whole[at] = pd.Series(cells, dtype=object)
        else:
            whole[at] = frame[at] if kind is None else frame[at].astype(kind)
    made = pd.DataFrame(whole, index=pd.RangeIndex(v["rows"]))
    heads = [_up(one, box) for one in v["columns"]["v"]]
    names = [_up(one, box) for one in v["columns"]["names"]]
    made.columns = (
        pd.MultiIndex.from_tuples(heads, names=names)
        if len(names) > 1
        else pd.Index(heads, name=names[0], dtype=v["columns"]["type"])
    )
    if v["index"] is not None:
        made.index = _up(v["index"], box)
    return made


def _index(v: Any, box: zipfile.ZipFile) -> pd.Index[Any]:
    frame, names = _frame(v["v"], box), [_up(name, box) for name in v["names"]]
    if len(names) > 1:
        return pd.MultiIndex.from_frame(frame, names=names)
    made: pd.Index[Any] = pd.Index(frame.iloc[:, 0]).rename(names[0])  # None is a name, too
    return made


def _objects(v: Any, box: zipfile.ZipFile) -> np.ndarray[Any, Any]:
    cells = np.empty(len(v["v"]), dtype=object)
    cells[:] = [_up(one, box) for one in v["v"]]
    return cells.reshape(v["shape"])


def _array(v: Any, box: zipfile.ZipFile) -> np.ndarray[Any, Any]:
    whole: np.ndarray[Any, Any] = np.load(io.BytesIO(box.read(v["at"])), allow_pickle=False)
    return whole


_LONG: dict[str, Any] = {
    "message": lambda v, box: Message(v["text"], _up(v["values"], box), v["context"]),
    "scalar": lambda v, box: np.dtype(v["type"]).type(_up(v["v"], box)),
    "date": lambda v, _: date.fromisoformat(v["v"]),
    "series": lambda v, box: _frame(v["v"], box)["v"].rename(_up(v["name"], box)),
    "frame": _frame,
    "index": _index,
    "objects": _objects,
    "npy": _array,
}
