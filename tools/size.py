"""Count lines of code, without docstrings, comments and blanks, and files, by room."""

from __future__ import annotations

import ast
import io
import tokenize
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: Beside the rooms of the package; files of its top level count as "brandkit".
BESIDE = ("tests", "tools", "benchmarks")
NOT_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}


def code_lines(text: str) -> int:
    """Count the lines of a module that hold code.

    A text that stands alone, such as a docstring, is none.
    """
    lines = {
        line
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type not in NOT_CODE
        for line in range(token.start[0], token.end[0] + 1)
    }
    for node in ast.walk(ast.parse(text)):
        alone = node.value if isinstance(node, ast.Expr) else None
        if isinstance(alone, ast.Constant) and isinstance(alone.value, str):
            lines -= set(range(node.lineno, node.end_lineno + 1))
    return len(lines)


def main() -> None:
    """Print a line for each room, for the package and for all."""
    lines, files = Counter(), Counter()
    for top in ("brandkit", *BESIDE):
        for path in sorted((ROOT / top).rglob("*.py")):
            parts = path.relative_to(ROOT).parts
            room = ".".join(parts[:2]) if top == "brandkit" and len(parts) > 2 else top
            lines[room] += code_lines(path.read_text(encoding="utf-8"))
            files[room] += 1
    rooms = [room for room in lines if room not in BESIDE]
    rows = [(room, lines[room], files[room]) for room in sorted(rooms, key=lines.get, reverse=True)]
    rows.append(("the package", sum(lines[room] for room in rooms), sum(map(files.get, rooms))))
    rows += [(room, lines[room], files[room]) for room in BESIDE]
    rows.append(("in all", sum(lines.values()), sum(files.values())))
    print(f"{'':24}{'code lines':>12}{'files':>8}")
    for room, n_lines, n_files in rows:
        print(f"{room:24}{n_lines:>12,}{n_files:>8,}")


if __name__ == "__main__":
    main()
