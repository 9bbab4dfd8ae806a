"""What a reader must know about driver importances: what was left out, tied, turned round."""

from __future__ import annotations

import numpy as np

from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.core.survey_rows import SurveyRows
from brandkit.satisfaction.driver_estimates import SAMPLED_ORDERS, Estimates
from brandkit.satisfaction.driver_groups import PERSONS_A_DRIVER, GroupFrames

SURELY = 2.6
"""Standard errors below 0 from which a slope is called negative."""
SMALL_BASE = 30


def driver_notes(
    rows: SurveyRows,
    found: Estimates,
    *,
    correlation: Floats,
    slope: Floats,
    std_error: Floats,
    constant: list[str],
    dependent: list[tuple[int, list[int]]],
    sampled: bool,
    missing: str,
    assumed_brand: bool,
    split: GroupFrames,
) -> tuple[Message, ...]:
    """Say what the numbers rest on that a reader would not expect."""
    names = [rows.labels.get(name, name) for name in rows.columns[:-1]]
    notes = [*rows.notes]
    if constant:
        told = {"items": [rows.labels.get(name, name) for name in constant], "n": len(constant)}
        notes.append(
            Message(
                "{items} {n:is|are} left out: the answers do not vary, so they explain nothing.",
                told,
            )
        )
    for place, others in dependent:
        told = {"item": names[place], "others": [names[other] for other in others]}
        said = (
            "“{item}” is given in full by {others}: they share their importance, and their "
            "coefficients cannot be told apart."
        )
        notes.append(Message(said, told))
    notes += _signs(names, correlation, slope, std_error, found=found)
    notes += _ways(rows, found, sampled=sampled, missing=missing, assumed_brand=assumed_brand)
    return (*notes, *_groups(split))


def _signs(
    names: list[str], correlation: Floats, slope: Floats, std_error: Floats, *, found: Estimates
) -> list[Message]:
    """Name drivers that fall as the outcome rises, alone or beside the others."""
    alone = correlation[:-1, -1] * np.sqrt(found.n_effective) < -SURELY
    beside = np.nan_to_num(slope) < -SURELY * np.nan_to_num(std_error, nan=np.inf)
    notes = []
    turned = [name for name, is_so in zip(names, alone, strict=True) if is_so]
    if turned:
        said = (
            "{items} {n:falls|fall} as the outcome rises: either it hurts, or the scale runs the "
            "other way round; turn it round where it does."
        )
        notes.append(Message(said, {"items": turned, "n": len(turned)}))
    held = [name for name, a, b in zip(names, alone, beside, strict=True) if b and not a]
    if held:
        said = (
            "{items} {n:counts|count} against the outcome once the other drivers are held, though "
            "not alone: read {n:its|their} coefficient with them."
        )
        notes.append(Message(said, {"items": held, "n": len(held)}))
    return notes


def _ways(
    rows: SurveyRows, found: Estimates, *, sampled: bool, missing: str, assumed_brand: bool
) -> list[Message]:
    notes = []
    if assumed_brand:
        said = (
            "Answers are centred on the mean of each brand, so that differences between brands "
            "do not count; within='none' leaves them in."
        )
        notes.append(Message(said))
    if sampled:
        said = (
            "With {n:count} drivers, draws and noise floor rest on {orders:count} sampled orders "
            "of entry; the importances themselves are exact."
        )
        notes.append(Message(said, {"n": len(rows.columns) - 1, "orders": SAMPLED_ORDERS}))
    if missing == "mean":
        said = (
            "Missing answers are taken for the mean of their question, which weakens what goes "
            "together."
        )
        notes.append(Message(said))
    few = rows.n_persons < max(SMALL_BASE, PERSONS_A_DRIVER * (len(rows.columns) - 1))
    if few:
        said = (
            "{n:count} persons are few for {drivers:count} {drivers:driver|drivers}: intervals "
            "may be too short."
        )
        notes.append(Message(said, {"n": rows.n_persons, "drivers": len(rows.columns) - 1}))
    lost = int(np.isnan(found.draws).any(axis=1).sum())
    if lost:
        said = "{n:count} of {all:count} draws are left out: the outcome does not vary in them."
        notes.append(Message(said, {"n": lost, "all": len(found.draws)}))
    return notes


def _groups(split: GroupFrames) -> list[Message]:
    notes = []
    if split.left_out:
        said = (
            "{groups} {n:is|are} left out of the comparison: fewer than {needed:count} persons, "
            "or an outcome that does not vary."
        )
        told = {"groups": list(split.left_out), "n": len(split.left_out), "needed": split.needed}
        notes.append(Message(said, told))
    base = split.groups.drop_duplicates("segment")
    small = base.loc[base["n"] < SMALL_BASE, "segment"].tolist()
    if small:
        said = "{groups} {n:has|have} fewer than {least:count} persons: read with care."
        notes.append(Message(said, {"groups": small, "n": len(small), "least": SMALL_BASE}))
    return notes
