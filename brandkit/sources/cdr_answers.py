"""The answers of banks' product interfaces, out of files, lines and envelopes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brandkit.core.errors import MissingFileError, SchemaError, shown
from brandkit.sources.files import ending, unpacked

ENDINGS = (".json", ".jsonl", ".ndjson")
_OUTER = frozenset({"response", "body"})


@dataclass(slots=True)
class Answer:
    """One answer of a bank's interface, and whose it is as far as the file says.

    Parameters
    ----------
    file : str
        The file's name, relative to the folder that was read.
    place : str
        ``"line 7"`` or ``"item 7"``.
    body : object
        ``{"data": {…}}``, ``{"errors": […]}``, or whatever came instead.
    key, name, member, list_status, day : str
        From the envelope: the brand's key and name, the file the answer was kept in, whether
        the list of products came ("ok" or "error"), the day of the snapshot.
    folder : str
        The folder the file lies in, which often is the brand's key.
    """

    file: str
    place: str
    body: Any
    key: str = ""
    name: str = ""
    member: str = ""
    list_status: str = ""
    day: str = ""
    folder: str = ""


def read_answers(path: Path) -> Iterator[Answer]:
    """Give every answer in a file or a folder of files.

    Parameters
    ----------
    path : Path
        ``.json``, ``.jsonl`` or ``.ndjson``, each as it is or packed (``.xz``, ``.gz``), or a
        folder that holds such files at any depth.

    Raises
    ------
    MissingFileError
        There is no such file.
    SchemaError
        A file is empty, cut off, no JSON, or holds nothing like an answer.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.json").write_text('{"data": {"productId": "1"}}', encoding="utf-8")
    >>> [answer.body["data"]["productId"] for answer in read_answers(folder)]
    ['1']
    """
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file() and _is_answer_file(file))
        if not files:
            raise MissingFileError(
                f"the folder must hold product answers ({', '.join(ENDINGS)}, packed or not)",
                file=path, way_out="Name the folder that the files lie in.",
            )  # fmt: skip
        for file in files:
            inside = file.relative_to(path)
            folder = inside.parts[0] if len(inside.parts) > 1 else ""
            yield from _file_answers(file, inside.as_posix(), folder)
        return
    if path.exists() and not _is_answer_file(path):
        raise SchemaError(
            f"the ending must be one of {', '.join(ENDINGS)}, packed or not", file=path,
            found=path.name, way_out='A table of products is read with format="table".',
        )  # fmt: skip
    yield from _file_answers(path, path.name, "")


def _is_answer_file(file: Path) -> bool:
    return ending(file) in ENDINGS and not file.name.startswith(".")


def _file_answers(file: Path, name: str, folder: str) -> Iterator[Answer]:
    found = False
    for place, content in _documents(file):
        for answer in _unwrapped(content, name, place):
            found = True
            answer.folder = folder
            answer.member = answer.member or (name if folder or ending(file) == ".json" else "")
            yield answer
    if not found:
        raise SchemaError(
            "the file must hold product answers", file=file,
            found="no product and no error message",
            way_out="An answer is a JSON object with `data`, or with `errors`.",
        )  # fmt: skip


def _documents(file: Path) -> Iterator[tuple[str, Any]]:
    """Give each JSON document of a file: one a line, or the whole file as one."""
    content = unpacked(file)
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        content = _reencoded(content, file)
    content = content.removeprefix(b"\xef\xbb\xbf")
    if not content.strip():
        raise SchemaError("the file must not be empty", file=file, way_out="Download it again.")
    if _first_line_is_whole(content):
        for number, line in enumerate(content.split(b"\n"), 1):
            if line.strip():
                yield f"line {number}", _parsed(line, file, f"line {number}")
    else:
        yield "item 1", _parsed(content, file, None)


def _reencoded(content: bytes, file: Path) -> bytes:
    try:
        return content.decode("utf-16").encode("utf-8")
    except UnicodeDecodeError:
        raise SchemaError(
            "the text must be UTF-8", file=file, found="damaged UTF-16",
            way_out="Download it again.",
        ) from None  # fmt: skip


def _first_line_is_whole(content: bytes) -> bool:
    first, _, rest = content.lstrip().partition(b"\n")
    if not rest.strip():
        return False
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return False
    return True


def _parsed(text: bytes, file: Path, place: str | None) -> Any:
    try:
        return json.loads(text)
    except UnicodeDecodeError as error:
        raise SchemaError(
            "the text must be UTF-8", file=file, place=place,
            found=f"byte 0x{text[error.start]:02x}", way_out="Download it again.",
        ) from None  # fmt: skip
    except RecursionError:
        raise SchemaError(
            "the JSON is nested too deeply to be a product", file=file, place=place,
            way_out="Leave the file out.",
        ) from None  # fmt: skip
    except ValueError as error:
        where = place or f"line {getattr(error, 'lineno', 1)}"
        raise SchemaError(
            "the text must be whole JSON", file=file, place=where, found=_said(error, text),
            way_out="It is cut off or no JSON: download it again, or leave it out.",
        ) from None  # fmt: skip


def _said(error: ValueError, text: bytes) -> str:
    at = getattr(error, "pos", 0)
    return text[max(at - 20, 0) : at + 20].decode("utf-8", "replace").strip() or "its end"


def _unwrapped(content: Any, file: str, place: str) -> Iterator[Answer]:
    """Give the answers in a document, envelopes and lists taken off."""
    if isinstance(content, list):
        for at, item in enumerate(content, 1):
            yield from _unwrapped(item, file, f"{place}, item {at}")
        return
    if not isinstance(content, Mapping):
        raise SchemaError(
            "a product answer must be a JSON object", file=file, place=place, found=shown(content),
            way_out="An answer has `data`, or `errors`.",
        )  # fmt: skip
    if _OUTER & content.keys():
        body = content.get("response", content.get("body"))
        for answer in _bodies(body, file, place):
            answer.key = _text(content.get("brand_key"))
            answer.name = _text(content.get("register_name") or content.get("brand_name"))
            answer.member = _text(content.get("file"))
            answer.list_status = _text(content.get("list_status"))
            answer.day = _text(content.get("snapshot") or content.get("as_of"))
            yield answer
        return
    yield from _bodies(content, file, place)


def _bodies(body: Any, file: str, place: str) -> Iterator[Answer]:
    if isinstance(body, Mapping):
        data = body.get("data")
        if isinstance(data, Mapping) and isinstance(data.get("products"), list):
            data = data["products"]
        if isinstance(data, list):
            for at, item in enumerate(data, 1):
                yield Answer(file, f"{place}, item {at}", {"data": item})
            return
        if data is None and "productId" in body:
            body = {"data": body}
    yield Answer(file, place, body)


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()
