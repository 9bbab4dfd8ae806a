"""What a choice model says beside its numbers: errors, and assumptions that may not hold."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from brandkit.core.message import Message
from brandkit.satisfaction.model_errors import Errors

UNLIKELY = 0.05
"""p-value under which an assumption is said not to hold."""


def choice_notes(errors: Errors, facts: Mapping[str, object]) -> list[Message]:
    """Say what errors allow for, and what the model takes for granted and whether it holds."""
    said = "Errors are those of the model: every person is drawn singly and weighs the same."
    if errors.is_designed:
        said = (
            "Errors allow for weights, strata and choices that belong together; those of the "
            "model, which do not, stand beside them."
        )
    notes = [
        Message(said),
        Message(
            "What one bank wins, all others that a person rates lose in proportion to their "
            "chances (independence of irrelevant alternatives); banks that are close substitutes "
            "would lose more."
        ),
    ]
    values = {"p": facts["p_independence"], "constants": facts["p_constants"]}
    if np.isnan(float(str(facts["p_independence"]))):
        said = "This independence cannot be tested: too few different sets of banks are rated."
        notes.append(Message(said))
    if _is_unlikely(facts["p_independence"]):
        said = (
            "Some banks stand in for each other more, or less, than this independence says "
            "(p {p:p}): what-ifs show the direction rather than the size."
        )
        notes.append(Message(said, values))
    if _is_unlikely(facts["p_constants"]):
        said = (
            "Some banks are chosen more or less often than what is said of them explains "
            "(p {constants:p}); constants='brand' allows for that."
        )
        notes.append(Message(said, values))
    return notes


def _is_unlikely(p: object) -> bool:
    return isinstance(p, float) and p < UNLIKELY
