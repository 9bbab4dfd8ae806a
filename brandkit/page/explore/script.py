"""The explorer's own script and style, as pages bear them."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from string import ascii_letters, digits

from markupsafe import Markup

_FOLDER = Path(__file__).parent
_TOKEN = re.compile(
    r"""'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`|//[^\n]*"""
    r"""|/(?![/* ])(?:\\.|\[[^\]]*\]|[^/\\\n])+/g?(?=[.,)])|\.\.\.|\s+|[\w$]+|.""",
    re.DOTALL,
)
_LETTER = re.compile(r"[\w$]")


@cache
def script() -> Markup:
    """Give the script as pages bear it: no comments or spaces, and its own names in two letters.

    Those are what begins a line, as ``name = ``.
    """
    source = (_FOLDER / "explore.js").read_text(encoding="utf-8")
    own = sorted(set(re.findall(r"^(\w{3,}) = ", source, re.MULTILINE)))
    short = dict(zip(own, (f"${one}" for one in ascii_letters + digits), strict=False))
    tokens = [one for one in _TOKEN.findall(source) if one.strip() and not one.startswith("//")]
    made: list[str] = []
    for at, token in enumerate(tokens):
        is_key = tokens[at - 1] == "." or (tokens[at - 1] in "{," and tokens[at + 1] == ":")
        written = token if is_key else short.get(token, token)
        if made and _LETTER.match(written[0]) and _LETTER.match(made[-1][-1]):
            written = " " + written
        if written == "}" and made[-1] == ";":
            made.pop()
        made.append(written)
    return Markup("".join(made))


@cache
def script_hash() -> str:
    """Give the script's hash, as a content policy names it."""
    digest = hashlib.sha256(str(script()).encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


@cache
def explorer_style() -> Markup:
    """Give the CSS of the explorer, without comments and line breaks."""
    lines = (_FOLDER / "explore.css").read_text(encoding="utf-8").splitlines()
    kept = (line.strip() for line in lines if not line.strip().startswith("/*"))
    return Markup("".join(kept))
