"""Finds the English texts that readers will see, in the code, the notebooks and the template.

A text is written where a :class:`~brandkit.core.message.Message` is made, or given as it is to
``translate`` or to a block of a report. The finder follows a name to what it was bound to, through
conditions, tables of texts, loops and the arguments of functions of the same file; where it cannot
tell a text, it says the place.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

# Functions that take texts as they are: how many by position, and by which names.
EVERYWHERE: dict[str, tuple[int, tuple[str, ...]]] = {"translate": (1, ()), "words": (1, ())}
IN_NOTEBOOKS = {
    **EVERYWHERE,
    "title": (1, ("lede", "kicker")),
    "figure": (0, ("caption", "alt", "notes", "heads")),
    "table": (0, ("caption", "notes", "heads")),
    "note": (1, ()),
    "leave_out": (1, ()),
    "fact": (2, ()),
}

Function = ast.FunctionDef | ast.AsyncFunctionDef
Takes = Mapping[str, tuple[int, tuple[str, ...]]]


@dataclass(frozen=True, order=True)
class Text:
    """An English text with its context, and where it stands."""

    text: str
    context: str = ""
    place: str = field(default="", compare=False)


@dataclass
class Found:
    """What one file says, and the places where that could not be told."""

    texts: list[Text] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)
    constants: set[str] = field(default_factory=set)


class Unknown(Exception):
    """The text is not written in this file in a way that the finder can follow."""


class Finder:
    """Follows the texts of one file."""

    def __init__(self, source: str, place: str, takes: Takes) -> None:
        self.tree = ast.parse(source)
        self.place = place
        self.takes = takes
        self.within: dict[ast.AST, list[ast.AST]] = {}
        self._note_scopes(self.tree, [self.tree])

    def _note_scopes(self, node: ast.AST, scopes: list[ast.AST]) -> None:
        self.within[node] = scopes
        inner = [*scopes, node] if isinstance(node, (ast.FunctionDef, ast.Lambda)) else scopes
        for child in ast.iter_child_nodes(node):
            self._note_scopes(child, inner)

    def find(self) -> Found:
        found = Found()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.constants.add(node.value)
            if isinstance(node, ast.Call):
                self._read_call(node, found)
        return found

    def _read_call(self, call: ast.Call, found: Found) -> None:
        name = called(call)
        place = f"{self.place}:{call.lineno}"
        given = {word.arg: word.value for word in call.keywords}
        if name == "Message":
            expression = call.args[0] if call.args else given.get("text")
            context_node = call.args[2] if len(call.args) > 2 else given.get("context")
            context = context_node.value if isinstance(context_node, ast.Constant) else ""
            try:
                texts = self.texts(expression)
            except Unknown:
                inside = [one.name for one in self.within[call] if hasattr(one, "name")]
                found.untold.append(" ".join([place, *inside]))
                return
            found.texts += [Text(text, context, place) for text in texts]
            return
        by_position, by_name = self.takes.get(name, (0, ()))
        plain = [given[word] for word in by_name if word in given]
        plain += call.args[:by_position]
        found.texts += [Text(text, "", place) for node in plain for text in plainly(node)]

    def texts(self, node: ast.AST | None, depth: int = 0) -> set[str]:
        """Give every text that an expression can be."""
        if node is None or depth > 8:
            raise Unknown
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return {node.value}
        if isinstance(node, ast.IfExp):
            return self.texts(node.body, depth + 1) | self.texts(node.orelse, depth + 1)
        if isinstance(node, ast.Name):
            return self._bound(node, depth)
        if isinstance(node, ast.Subscript):
            return self._within(node.value, depth)
        if isinstance(node, ast.Attribute) and node.attr == "text":
            return set()  # of a message that is made elsewhere
        raise Unknown

    def _within(self, node: ast.AST, depth: int) -> set[str]:
        """Give every text that stands in a table or a list of texts."""
        if isinstance(node, ast.Dict):
            return set().union(*(self._within(value, depth + 1) for value in node.values))
        if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            parts = (part for part in node.elts if not isinstance(part, (ast.Starred, ast.Lambda)))
            return set().union(*(self._either(part, depth) for part in parts))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            return self._within(node.func.value, depth + 1)  # table.items(), table.get(…)
        if isinstance(node, ast.Name):
            values = list(self._values(node))
            if not values or depth > 8:
                raise Unknown
            return set().union(*(self._within(value, depth + 1) for value in values))
        return self.texts(node, depth + 1)

    def _either(self, node: ast.AST, depth: int) -> set[str]:
        """Give the texts of one part of a row, which may hold other things beside texts."""
        try:
            return {text for text in self._within(node, depth + 1) if " " in text}
        except Unknown:
            return set()

    def _values(self, name: ast.Name) -> Iterator[ast.AST]:
        """Give what a name is bound to, from the inner scope to the outer."""
        for scope in reversed(self.within[name]):
            bound = [
                node.value
                for node in ast.walk(scope)
                if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None
                for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
                if isinstance(target, ast.Name) and target.id == name.id
            ]
            if bound:
                yield from bound
                return

    def _bound(self, name: ast.Name, depth: int) -> set[str]:
        values = list(self._values(name))
        if values:
            return set().union(*(self.texts(value, depth + 1) for value in values))
        for scope in reversed(self.within[name]):
            for node in ast.walk(scope):
                loops = (ast.For, ast.comprehension)
                if isinstance(node, loops) and name.id in names_of(node.target):
                    return self._within(node.iter, depth + 1)
            if isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef)):
                position = [argument.arg for argument in scope.args.args]
                named = [argument.arg for argument in scope.args.kwonlyargs]
                if name.id in position + named:
                    return self._passed(scope, name.id, position, depth)
        raise Unknown

    def _passed(self, function: Function, name: str, position: list[str], depth: int) -> set[str]:
        """Give the texts that callers of a function in this file pass for an argument."""
        texts: set[str] = set()
        seen = False
        for call in ast.walk(self.tree):
            if not isinstance(call, ast.Call) or called(call) != function.name:
                continue
            given = dict(zip(position, call.args, strict=False))
            given |= {word.arg: word.value for word in call.keywords if word.arg}
            if name in given:
                texts |= self.texts(given[name], depth + 1)
                seen = True
        if not seen:
            raise Unknown
        return texts


def called(call: ast.Call) -> str:
    """Give the last name of what is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def names_of(target: ast.AST) -> set[str]:
    """Give the names that a loop binds."""
    return {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}


def plainly(node: ast.AST) -> Iterator[str]:
    """Give the texts that stand as they are in an argument."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from plainly(node.body)
        yield from plainly(node.orelse)
    elif isinstance(node, (ast.Tuple, ast.List, ast.Dict)):
        for part in node.values if isinstance(node, ast.Dict) else node.elts:
            yield from plainly(part)


def in_python(paths: Iterable[Path], root: Path) -> Found:
    """Read Python files."""
    whole = Found()
    for path in paths:
        place = path.relative_to(root).as_posix()
        add(whole, Finder(path.read_text(encoding="utf-8"), place, EVERYWHERE).find())
    return whole


def in_notebooks(paths: Iterable[Path]) -> Found:
    """Read the code cells of notebooks; names bound in one cell are known in the next."""
    whole = Found()
    for path in paths:
        cells = nbformat.read(path, as_version=4).cells
        code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
        add(whole, Finder(code, path.name, IN_NOTEBOOKS).find())
    return whole


def in_templates(paths: Iterable[Path]) -> Found:
    """Read the texts that a template asks a translation for, ``words("…")``."""
    whole = Found()
    for path in paths:
        source = path.read_text(encoding="utf-8")
        asked = re.findall(r"\bwords\(\s*(\"[^\"]+\"|'[^']+')", source)
        whole.texts += [Text(text[1:-1], "", path.name) for text in asked]
        whole.constants |= {text[1:-1] for text in re.findall(r"\"[^\"\n]+\"|'[^'\n]+'", source)}
    return whole


def add(whole: Found, part: Found) -> None:
    """Put what one file says to the rest."""
    whole.texts += part.texts
    whole.untold += part.untold
    whole.constants |= part.constants
