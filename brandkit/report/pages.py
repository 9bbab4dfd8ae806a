"""The templates: one environment, in which every text is escaped unless said otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from brandkit.core.message import Message
from brandkit.language import translate
from brandkit.report.texts import language_of

TEMPLATES = Path(__file__).with_name("template")


def prepared(environment: Environment) -> Environment:
    """Set an environment up for brandkit's templates: escape, refuse what is undefined."""
    environment.autoescape = True
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.globals["words"] = words
    environment.globals["foreign"] = foreign
    return environment


def foreign(text: str, language: str) -> Markup:
    """Give the attribute of an element whose text is not in the page's language.

    Examples
    --------
    >>> foreign("Harbour Bank", "zh-Hant")
    Markup(' lang="en"')
    """
    lang = language_of(text, language)
    return Markup() if lang == language else Markup(' lang="{}"').format(lang)


def words(text: str, **values: Any) -> str:
    """Write the page's own words in the language in use.

    Examples
    --------
    >>> words("Data of figure {number:count}", number=2)
    'Data of figure 2'
    """
    return translate(Message(text, values))


@cache
def environment() -> Environment:
    """Give the environment in which blocks are written for JupyterLab, and the index."""
    return prepared(Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True))


def rendered(template: str, **names: Any) -> str:
    """Fill one of brandkit's templates."""
    return environment().get_template(template).render(**names)


def stylesheet() -> Markup:
    """Give the CSS of every page, without the comments and line breaks of its file."""
    lines = (TEMPLATES / "page.css").read_text(encoding="utf-8").splitlines()
    kept = (line.strip() for line in lines if not line.strip().startswith("/*"))
    return Markup("".join(kept))


def block_html(block: Mapping[str, Any], *, language: str) -> str:
    """Write one block for JupyterLab.

    Parameters
    ----------
    block : mapping
        The block's JSON.
    language : str

    Returns
    -------
    str
    """
    return rendered("block.html.j2", block=block, language=language).strip()
