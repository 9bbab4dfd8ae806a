"""Count lines of code, without docstrings, comments and blanks, and files, by room.

Lines that hold nothing but text, such as the sentences of stories and errors, count as code and are
told apart beside it.
"""

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


def code_lines(text: str) -> tuple[int, int]:
    """Count the lines of a module that hold code, and those of them that hold text alone.

    A text that stands alone, such as a docstring, is none.
    """
    words, others = set(), set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in NOT_CODE:
            is_text = token.type == tokenize.STRING or token.string in ",()[]{}"
            (words if is_text else others).update(range(token.start[0], token.end[0] + 1))
    lines = words | others
    pure = {line for line in words - others if any(c in "\"'" for c in text.splitlines()[line - 1])}
    for node in ast.walk(ast.parse(text)):
        alone = node.value if isinstance(node, ast.Expr) else None
        if isinstance(alone, ast.Constant) and isinstance(alone.value, str):
            lines -= set(range(node.lineno, node.end_lineno + 1))
    return len(lines), len(pure & lines)


def main() -> None:
    """Print a line for each room, for the package and for all."""
    lines, words, files = Counter(), Counter(), Counter()
    for top in ("brandkit", *BESIDE):
        for path in sorted((ROOT / top).rglob("*.py")):
            parts = path.relative_to(ROOT).parts
            room = ".".join(parts[:2]) if top == "brandkit" and len(parts) > 2 else top
            n_lines, n_words = code_lines(path.read_text(encoding="utf-8"))
            lines[room] += n_lines
            words[room] += n_words
            files[room] += 1
    rooms = [room for room in lines if room not in BESIDE]
    rooms.sort(key=lines.__getitem__, reverse=True)
    shown = [(room, [room]) for room in rooms] + [("the package", rooms)]
    shown += [(room, [room]) for room in BESIDE] + [("in all", [*rooms, *BESIDE])]
    print(f"{'':24}{'code lines':>12}{'of text alone':>16}{'files':>8}")
    for name, counted in shown:
        n_lines, n_words, n_files = (sum(of[room] for room in counted)
                                     for of in (lines, words, files))  # fmt: skip
        print(f"{name:24}{n_lines:>12,}{n_words:>16,}{n_files:>8,}")


if __name__ == "__main__":
    main()
