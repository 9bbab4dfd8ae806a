"""Make the site of brandkit in ``docs/site``: the texts, a gallery, a page of methods a room.

Each method stands with its docstring and its picture: of the sample study where a question asks
it, else of the example in its docstring. ``make docs``, or ``python -m tools.make_docs [FOLDER]``.
"""

from __future__ import annotations

import argparse
import contextlib
import doctest
import inspect
import io
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from importlib import import_module
from pathlib import Path
from types import FunctionType
from typing import Any

import mistune

import brandkit as bk
from brandkit.core.result import Result, noun
from brandkit.language import translate, use_language
from brandkit.page.blocks import whole_figure
from brandkit.questions import QUESTIONS
from brandkit.viz.export import figure_svg
from brandkit.viz.palette import PALETTE
from tools.question_table import CAPABILITIES

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
ROOMS = (*CAPABILITIES, "sources")
#: Texts of the repository, and the pages that they become.
TEXTS = {
    "README.md": "index", "CHANGELOG.md": "changes", "CONTRIBUTING.md": "contributing",
    "SECURITY.md": "security",
}  # fmt: skip
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
:root {{ {colours} }}
body {{ margin: 0 auto; max-width: 56rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif;
  color: var(--ink); background: var(--paper) }}
a {{ color: var(--accent) }} img, svg {{ max-width: 100%; height: auto }}
pre, table {{ display: block; overflow-x: auto }} pre {{ background: var(--wash); padding: .5rem;
  white-space: pre-wrap }}
td, th {{ text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0;
  border-bottom: 1px solid var(--line) }}
dd p {{ margin: 0 }} figcaption {{ color: var(--soft) }}
.gallery {{ display: grid; gap: 1rem;
  grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)) }}
.gallery figure {{ margin: 0 }}
</style>
<nav>{nav}</nav>
<main>{body}</main>
</html>
"""
markdown: Any = mistune.create_markdown(plugins=["table"])


@dataclass(frozen=True)
class Method:
    """A public function, with what is drawn of it."""

    room: str
    name: str
    function: Callable[..., Any]
    picture: str
    drawn_from: str

    @property
    def says(self) -> str:
        """The first line of its docstring."""
        return (self.function.__doc__ or "").partition("\n")[0]


def methods() -> Iterator[Method]:
    """Give every public function of the rooms, in their order, with its picture."""
    told = bk.answers("sample")
    asked: dict[str, Result] = {}
    for name in QUESTIONS:
        answer = told[name]
        if isinstance(answer, Result):
            asked.setdefault(noun(type(answer)), answer)
    for room in ROOMS:
        home = import_module(f"brandkit.{room}")
        for name in sorted(home.__all__):
            function = getattr(home, name)
            if not isinstance(function, FunctionType):
                continue
            result = asked.get(name) or of_example(function)
            picture = draw(result, name, focus=told.study.focus if name in asked else None)
            drawn_from = "the sample study" if name in asked else "its example"
            yield Method(room, name, function, picture, drawn_from)


def of_example(function: FunctionType) -> Result | None:
    """Run the example in a docstring and give its result of the function's own noun, if any."""
    results: list[Any] = []

    def kept(*args: Any, **options: Any) -> Any:
        results.append(function(*args, **options))
        return results[-1]

    names: dict[str, Any] = {**function.__globals__, function.__name__: kept}
    for example in doctest.DocTestParser().get_examples(function.__doc__ or ""):
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(example.source, function.__name__, "single"), names)
    results += names.values()
    own = [one for one in results if isinstance(one, Result)]
    return next((one for one in own if noun(type(one)) == function.__name__), None)


def draw(result: Result | None, name: str, *, focus: object = None) -> str:
    """Draw a result for a page: what its story shows first; nothing where there is none."""
    if result is None:
        return ""
    story = result.story(focus=focus)
    first = next((one for one in story.exhibits.values() if one.draw is not None), None)
    if first is not None and first.draw is not None:
        said, drawn = first.alt or first.caption, first.draw()
    else:
        said, drawn = story.headline, result.plot(focus=focus)
    alt = escape(translate(said), quote=True)
    svg = figure_svg(whole_figure(drawn), prefix=name.replace("_", "-"))
    return svg.replace("<svg ", f'<svg role="img" aria-label="{alt}" ', 1)


def call(function: Callable[..., Any]) -> str:
    """Write how a function is called: its types stand among its parameters."""
    signature = inspect.signature(function)
    empty = inspect.Parameter.empty
    plain = [one.replace(annotation=empty) for one in signature.parameters.values()]
    bare = signature.replace(parameters=plain, return_annotation=empty)
    return f"{function.__name__}{bare}"


def docstring_html(function: Callable[..., Any]) -> str:
    """Write a numpydoc docstring as HTML: prose, definition lists, examples as they are typed."""
    parts = re.split(r"^(\w[\w ]+)\n-{3,}\n", inspect.getdoc(function) or "", flags=re.MULTILINE)
    written = [markdown(prose(parts[0]))]
    for head, body in zip(parts[1::2], parts[2::2], strict=True):
        written.append(f"<h3>{head}</h3>")
        if head == "Examples":
            written.append(f"<pre>{escape(body.strip())}</pre>")
        elif head in ("Parameters", "Returns", "Raises", "Attributes"):
            written.append(f"<dl>{''.join(definitions(body))}</dl>")
        else:
            written.append(markdown(prose(body)))
    return "".join(written)


def definitions(body: str) -> Iterator[str]:
    """Write what a section defines: a head at the margin, its text indented below."""
    for entry in re.split(r"\n(?=\S)", body.strip()):
        head, _, text = entry.partition("\n")
        told = markdown(prose(inspect.cleandoc(text)))
        yield f"<dt><code>{escape(head)}</code></dt><dd>{told}</dd>"


def prose(text: str) -> str:
    """Take the roles of reStructuredText off, and number references as a list."""
    plain = re.sub(r":\w+:`~?([^`]+)`", r"`\1`", text)
    return re.sub(r"^\.\. \[(\d+)\]", r"\1.", plain, flags=re.MULTILINE)


def page(title: str, body: str) -> str:
    """Put a body on a page."""
    names = {"index": "brandkit"} | {
        name: name for name in ("gallery", *ROOMS, *list(TEXTS.values())[1:])
    }
    nav = " · ".join(f'<a href="{file}.html">{text}</a>' for file, text in names.items())
    colours = " ".join(f"--{name}: {colour};" for name, colour in PALETTE.items())
    return PAGE.format(title=title, nav=nav, body=body, colours=colours)


def room_page(room: str, told: list[Method]) -> str:
    """Write the page of a room: each of its methods, drawn and described."""
    body = [f"<h1>brandkit.{room}</h1><p>{escape(import_module(f'brandkit.{room}').__doc__ or '')}"]
    for one in told:
        body.append(f'<h2 id="{one.name}">{one.name}</h2><pre>{escape(call(one.function))}</pre>')
        if one.picture:
            caption = f"<figcaption>Drawn from {one.drawn_from}.</figcaption>"
            body.append(f"<figure>{one.picture}{caption}</figure>")
        body.append(docstring_html(one.function))
    return page(f"brandkit.{room}", "".join(body))


def gallery_page(told: list[Method]) -> str:
    """Write the gallery: a picture a method, leading to its description."""
    frames = (
        f"<figure>{one.picture}<figcaption>"
        f'<a href="{one.room}.html#{one.name}">{one.name}</a>: {escape(one.says)}'
        "</figcaption></figure>"
        for one in told
        if one.picture
    )
    return page("Gallery", f'<h1>Gallery</h1><div class="gallery">{"".join(frames)}</div>')


def of_text(name: str) -> str:
    """Write a text of the repository as HTML, its links to others leading to their pages."""
    text = re.sub(r"<!--.*?-->\n", "", (ROOT / name).read_text(encoding="utf-8"))
    text = text.replace("](docs/", "](")
    for other, stem in TEXTS.items():
        text = re.sub(rf"\]\({re.escape(other)}(?:#[\w-]+)?\)", f"]({stem}.html)", text)
    return str(markdown(text))


def make(folder: Path) -> list[Method]:
    """Write the site into a folder and give what stands in it."""
    use_language("en")
    told = list(methods())
    folder.mkdir(parents=True, exist_ok=True)
    pages = {name: page(title, of_text(title)) for title, name in TEXTS.items()}
    pages["gallery"] = gallery_page(told)
    for room in ROOMS:
        pages[room] = room_page(room, [one for one in told if one.room == room])
    for name, text in pages.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8", newline="\n")
    for picture in DOCS.glob("*.png"):
        shutil.copy(picture, folder / picture.name)
    return told


def main() -> None:
    """Make the site, and say what was drawn."""
    parser = argparse.ArgumentParser(description="Make brandkit's site.")
    parser.add_argument("folder", nargs="?", type=Path, default=DOCS / "site")
    folder = parser.parse_args().folder
    told = make(folder)
    n = sum(bool(one.picture) for one in told)
    print(f"{folder / 'index.html'}: {len(told)} methods, {n} with their picture.")


if __name__ == "__main__":
    main()
