"""Write README's table of questions from ``brandkit/questions``: ``make readme``.

README is read before anything is installed, so the table stands in it as text; a test compares.
"""

from __future__ import annotations

from collections.abc import Iterator
from dis import get_instructions
from pathlib import Path
from types import CodeType, FunctionType

from brandkit.questions import QUESTIONS, Question

README = Path(__file__).resolve().parent.parent / "README.md"
BEGIN, END = "<!-- questions: make readme writes this table -->\n", "<!-- end of questions -->\n"
HEAD = """\
| page | question | `answers.` | method | study.toml | builds on |
|---|---|---|---|---|---|
"""
#: Rooms whose functions questions call.
CALLED = ("overlap", "satisfaction", "positioning", "market", "strategy", "sources")
CAPABILITIES = ("overlap", "satisfaction", "positioning", "market", "strategy")


def called(question: Question) -> list[str]:
    """Name the public methods that a question's call leads to, in the order of the code."""
    found: dict[str, None] = {}
    seen: set[str] = set()

    def follow(function: FunctionType) -> None:
        for name in _names(function.__code__):
            thing = function.__globals__.get(name)
            home = getattr(thing, "__module__", "").split(".")
            if not isinstance(thing, FunctionType) or home[0] != "brandkit":
                continue
            if home[1] in CALLED:
                found[name] = None
            elif home[1] == "questions" and name not in seen:
                seen.add(name)
                follow(thing)

    if isinstance(question.call, FunctionType):
        follow(question.call)
    return list(found)


def _names(code: CodeType) -> Iterator[str]:
    yield from (one.argval for one in get_instructions(code) if one.opname == "LOAD_GLOBAL")
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)


def table() -> str:
    """Give the table: one row a question, in the reader's order."""
    return HEAD + "".join(map(_row, sorted(QUESTIONS.values(), key=lambda one: one.page)))


def _row(question: Question) -> str:
    from brandkit import __all__ as at_the_top

    methods = [f"`{name}`" for name in called(question) if name in at_the_top]
    built_on = [*question.need, *(f"({name})" for name in question.may)]
    cells = (
        question.page[:2], str(question.text), f"`{question.name}`", ", ".join(methods),
        _keys(question.keys), ", ".join(built_on),
    )  # fmt: skip
    return f"| {' | '.join(cells)} |\n"


def _keys(keys: tuple[str, ...]) -> str:
    """Write keys by section: ``[survey] outcome, drivers``."""
    if keys == ("image",):
        return "`[brand_table]`, or `[survey]` `images`"
    sections: dict[str, list[str]] = {}
    for key in keys:
        section, _, name = key.partition(".")
        sections.setdefault(section, []).extend([f"`{name}`"] if name else [])
    return "; ".join(
        " ".join([f"`[{section}]`", ", ".join(names)]).strip()
        for section, names in sections.items()
    )


def with_table(readme: str) -> str:
    """Give a README with the table as it is to be."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + "\n" + table() + "\n" + END + after


if __name__ == "__main__":
    README.write_text(
        with_table(README.read_text(encoding="utf-8")), encoding="utf-8", newline="\n"
    )
