"""A TOML file, and mistakes in it told in the reader's words with their line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from brandkit.core.errors import MissingFileError, SchemaError, Words, did_you_mean, shown

_HEADING = re.compile(r"\s*(\[\[?)\s*([^\]#]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([\w.-]+))\s*=""")

#: pydantic's kinds of mistakes in the words of this project.
_RULES = {
    "string_type": "must be text in quotation marks",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "list_type": "must be a list, as in [\"one\", \"two\"]",
    "dict_type": "must be a table, as in { name = \"value\" }",
    "model_type": "must be a section of its own",
    "model_attributes_type": "must be a section of its own",
    "date_type": "must be a date, as in 2026-03-01",
    "date_from_datetime_inexact": "must be a date without a time, as in 2026-03-01",
    "string_too_short": "must not be empty",
}  # fmt: skip
_LENGTHS = {
    "too_short": "must have {min_length} entries or more",
    "too_long": "must have at most {max_length} entries",
}

_BOUNDS = {
    "greater than or equal to": ">=",
    "less than or equal to": "<=",
    "greater than": "above",
    "less than": "below",
}


@dataclass(frozen=True)
class TomlFile:
    """A TOML file's content with its text.

    Parameters
    ----------
    path : Path
    text : str
    content : mapping
    """

    path: Path
    text: str
    content: Mapping[str, Any]

    def line(self, place: Sequence[str | int]) -> int | None:
        """Say in which line a key stands, as nearly as the text shows it."""
        best: tuple[int, int] | None = None
        section: list[str | int] = []
        counts: dict[str, int] = {}
        for number, line in enumerate(self.text.splitlines(), start=1):
            heading = _HEADING.match(line)
            if heading:
                name = heading.group(2).replace('"', "").replace("'", "")
                section = [part.strip() for part in name.split(".")]
                if heading.group(1) == "[[":
                    counts[name] = counts.get(name, -1) + 1
                    section = [*section, counts[name]]
            key = None if heading else _KEY.match(line)
            if not heading and not key:
                continue
            own = next(part for part in key.groups() if part is not None) if key else None
            here = [*section, *(own.split(".") if own else [])]
            depth = len(here)
            if list(place[:depth]) == here and (best is None or depth > best[0]):
                best = (depth, number)
        return best[1] if best else None

    def place(self, path: Sequence[str | int]) -> str:
        """Write a place as a reader finds it: ``[survey] weight (line 12)``."""
        line = self.line(path)
        written = _written_place(path)
        return f"{written} (line {line})" if line else written


def _written_place(path: Sequence[str | int]) -> str:
    if not path:
        return "the whole file"
    n_names = 2 if path[1:2] == ("dates",) else 1
    head, rest = ".".join(map(str, path[:n_names])), list(path[n_names:])
    if rest and isinstance(rest[0], int) and path[n_names - 1] in ("dates", "league_tables"):
        head = f"[[{head}]] number {int(rest.pop(0)) + 1}"
    else:
        head, rest = f"[{path[0]}]", list(path[1:])
    said = ""
    for part in rest:
        said += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if said else part
    return f"{head} {said}".strip()


def read_toml(path: Path) -> TomlFile:
    r"""Read a TOML file; a slip in its grammar is told with line and column.

    Parameters
    ----------
    path : Path

    Returns
    -------
    TomlFile

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> file = Path(mkdtemp()) / "study.toml"
    >>> _ = file.write_text('[study]\ntitle = "Banks"\n')
    >>> read_toml(file).place(("study", "title"))
    '[study] title (line 2)'
    """
    if not path.is_file():
        raise MissingFileError(
            "the file is not there", file=path, way_out="`brandkit new` writes one."
        )
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SchemaError(
            "the file must be UTF-8 text",
            file=path,
            found=Words(f"byte {error.start + 1}"),
            way_out="Save it as UTF-8 in your editor.",
        ) from None
    text = text.replace("\r\n", "\n")
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = re.match(r"(?P<rule>.*?)\s*\(at (?P<place>[^)]*)\)$", str(error))
        rule = said["rule"] if said else str(error)
        raise SchemaError(
            f"the file is not TOML: {rule[:1].lower()}{rule[1:]}",
            file=path,
            place=said["place"] if said else None,
            way_out=_slip(text, said),
        ) from None
    return TomlFile(path, text, content)


def _slip(text: str, said: re.Match[str] | None) -> str:
    """Name the likeliest slip in a line that is no TOML."""
    at = re.search(r"line (\d+)", said["place"]) if said else None
    line = text.splitlines()[int(at[1]) - 1].strip() if at and text else ""
    if "“" in line or "”" in line:
        return "Use straight quotation marks, not “ ”."
    if "\\" in line:
        return "Write / in paths, also on Windows."
    if said and re.search("overwrite|twice", said["rule"]):
        return "The key or section stands twice: keep one."
    if re.search(r"=\s*\d{4}-\d", line):
        return "Write a day as 2026-03-01."
    return 'Write key = "text", key = 12 or key = ["one", "two"]; # begins a comment.'


def explained(error: ValidationError, *, toml: TomlFile, model: type[BaseModel]) -> SchemaError:
    """Turn the first mistake pydantic found into one paragraph, and say how many there are.

    Parameters
    ----------
    error : ValidationError
    toml : TomlFile
    model : type of BaseModel
        What the file was checked against.

    Returns
    -------
    SchemaError
    """
    mistakes = error.errors()
    places = [_toml_path(mistake, toml.content) for mistake in mistakes]
    # an unknown key is the likeliest cause of what else is amiss; of the forms that a key may have,
    # the one that what is written comes nearest to, and so fails at the deepest place
    order = [
        (
            mistake["type"] != "extra_forbidden",
            _is_above(places, at),
            mistake["type"].endswith("_type"),
            at,
        )
        for at, mistake in enumerate(mistakes)
    ]
    at = min(order)[-1]
    first, path = mistakes[at], places[at]
    rule, way_out = _told(first, path, mistakes, model)
    named = re.search(r"`(\w+)`", rule) if first["type"] == "value_error" else None
    if named and named[1] in _held(toml.content, path):
        path = (*path, named[1])
    more = len({place for at, place in enumerate(places) if not _is_above(places, at)}) - 1
    if more:
        way_out += f" ({more} more {'mistake' if more == 1 else 'mistakes'} after this one.)"
    value = first["input"]
    is_whole = first["type"] in ("missing", "extra_forbidden", "value_error") and not isinstance(
        value, str
    )
    return SchemaError(
        rule,
        file=toml.path,
        place=toml.place(path),
        way_out=way_out.strip() or None,
        found=None if is_whole or first["type"] == "extra_forbidden" else _found(value),
    )


def _found(value: Any) -> Words:
    kind = {
        str: "text",
        bool: "true or false",
        int: "a whole number",
        float: "a number",
        list: "a list",
        dict: "a table",
    }.get(type(value), type(value).__name__)
    return Words(f"{kind} {shown(value) if not isinstance(value, dict) else shown(list(value))}")


def _is_above(places: Sequence[tuple[str | int, ...]], at: int) -> bool:
    """Whether a mistake is told of a table inside which another one is."""
    place = places[at]
    return any(len(other) > len(place) and other[: len(place)] == place for other in places)


def _held(content: Any, path: Sequence[str | int]) -> Any:
    """Give the table at a place; an empty one where there is none."""
    for part in path:
        content = content[part]
    return content if isinstance(content, Mapping) else {}


def _toml_path(mistake: ErrorDetails, content: Any) -> tuple[str | int, ...]:
    """Drop from pydantic's place what is not in the file: names of alternatives, ``[key]``."""
    path: list[str | int] = []
    here, loc = content, mistake["loc"]
    is_absent = mistake["type"] in ("missing", "extra_forbidden")
    for at, part in enumerate(loc):
        if isinstance(here, Mapping) and (part in here or (is_absent and at == len(loc) - 1)):
            here = here.get(part)
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
        else:
            continue
        path.append(part)
    return tuple(path)


def _told(
    mistake: ErrorDetails,
    path: tuple[str | int, ...],
    mistakes: Sequence[ErrorDetails],
    model: type[BaseModel],
) -> tuple[str, str]:
    kind = mistake["type"]
    if kind == "extra_forbidden":
        keys = _keys_at(model, path[:-1])
        what = f"unknown key; [{path[0]}] takes" if len(path) > 1 else "unknown section; there are"
        near = did_you_mean(str(path[-1]), keys).strip()
        return f"{what} {', '.join(keys)}", near or "Remove or rename it."
    if kind == "missing":
        if len(path) == 1:
            return "the section must be there", "Add it; `brandkit new` writes one."
        return "the key must be there", "Add it."
    if kind == "literal_error":
        options = str(mistake.get("ctx", {}).get("expected", "")).replace(" or ", ", ")
        allowed = re.findall(r"'([^']*)'", options)
        near = did_you_mean(str(mistake["input"]), allowed).strip()
        return f"must be one of {', '.join(allowed)}", near or "Choose one of these."
    if kind == "value_error":
        rule, _, way_out = str(mistake["ctx"]["error"]).partition("; ")
        return rule, way_out[:1].upper() + way_out[1:] + ("." if way_out else "")
    others = [_RULES.get(m["type"], "") for m in mistakes if m["loc"][: len(path)] == path]
    alternatives = list(dict.fromkeys(rule for rule in others if rule))
    if kind in _RULES and len(alternatives) > 1 and len(path) < len(mistake["loc"]):
        others = [rule.removeprefix("must be ") for rule in alternatives[1:]]
        return " or ".join([alternatives[0], *others]), ""
    if kind in _RULES:
        return _RULES[kind], ""
    if kind in _LENGTHS:
        return _LENGTHS[kind].format_map(mistake["ctx"]), ""
    message = mistake["msg"].replace("Input should", "must")
    for words, sign in _BOUNDS.items():
        message = message.replace(words, sign)
    return message[:1].lower() + message[1:], ""


def _keys_at(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """Give the keys a section may have."""
    here: Any = model
    for part in path:
        if isinstance(part, int):
            continue
        field = here.model_fields.get(part) if hasattr(here, "model_fields") else None
        here = _model_in(field.annotation) if field is not None else None
    if here is None:
        return []
    return [field.alias or name for name, field in here.model_fields.items()]


def _model_in(annotation: Any) -> Any:
    """Find the model inside ``Model | None`` or ``list[Model]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = getattr(annotation, "__args__", ())
    return next((found for found in map(_model_in, inner) if found is not None), None)
