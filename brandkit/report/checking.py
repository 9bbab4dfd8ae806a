"""What `brandkit check` says of a study: read and asked once, then told again until it changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from brandkit.report.unchanged import Receipt
from brandkit.sources.study.store import study_folder


def checked(study: str, *, tell: Callable[[str], None]) -> dict[str, Any]:
    """Read all of a study and ask it every question; tell each line as it is known.

    Parameters
    ----------
    study : str
        A folder's name in ``data/raw``, or its path.
    tell : callable
        Told each line.

    Returns
    -------
    dict
        ``ready``, ``verdict``, ``remarks`` and ``questions`` (name, text, state, why, seconds).

    Raises
    ------
    InputError, SchemaError
        There is no such study, or its study.toml breaks a rule.
    """
    receipt = Receipt(study_folder(study), notebooks=(), command="check", study=study)
    kept = receipt.told()
    if kept is not None:
        for line in kept["lines"]:
            tell(line)
        return dict(kept)
    from brandkit.sources.study.inspection import check_study

    lines: list[str] = []

    def pass_on(line: str) -> None:
        lines.append(line)
        tell(line)

    found = check_study(study)
    for line in found.lines():
        pass_on(line)
    asked = _asked(found.study, pass_on) if found.is_sound else []
    document = {
        "ready": any(one["state"] == "answered" for one in asked),
        "verdict": found.verdict(),
        "remarks": [vars(remark) for remark in found.remarks],
        "questions": asked,
        "lines": lines,
    }
    if found.is_sound:
        receipt.keep((), sources=found.study.sources(), languages=(), told=document)
    return document


def _asked(study: Any, tell: Callable[[str], None]) -> list[dict[str, Any]]:
    """Ask every question, each told by a line."""
    from brandkit.questions import Unanswered, answers

    asked = []
    for question, answer, seconds in answers(study).asked():
        why = str(answer) if isinstance(answer, Unanswered) else ""
        asked.append(
            {
                "question": question.name,
                "text": str(question.text),
                "state": answer.kind if isinstance(answer, Unanswered) else "answered",
                "why": why,
                "seconds": round(seconds, 3),
            }
        )
        took = f"  ({seconds:.1f} s)" if seconds >= 0.05 else ""
        said = f"not, because: {why}" if why else f"answered{took}"
        tell(f"{'open' if why else 'ok':<5}  {question.name:<16}  {question.text} {said}")
        for note in answer.notes if question.name == "quality" and answer else ():
            tell(f"note   {question.name:<16}  {note}")
    return asked
