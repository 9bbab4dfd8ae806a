"""What the importance-performance map says, in sentences."""

from __future__ import annotations

from typing import Any, Final

from brandkit.core.message import Finding, Message, Settled
from brandkit.satisfaction.path_names import Names, block_name
from brandkit.satisfaction.priorities import ImportancePerformance

CLEAR: Final = 0.9
LIKELY: Final = 0.7
"""Shares of draws from which a place in a quadrant is called clear, or likely."""


def importance_performance_headline(
    result: ImportancePerformance, *, names: Names | None = None
) -> Message:
    """Say where to act first, for a title.

    Parameters
    ----------
    result : ImportancePerformance
    names : mapping, optional
        What readers call the blocks; else by their usual codes.

    Returns
    -------
    Message

    Examples
    --------
    >>> import pandas as pd
    >>> from brandkit.satisfaction.paths import path_model
    >>> from brandkit.satisfaction.priorities import importance_performance
    >>> answers = pd.DataFrame({
    ...     "q": [8, 5, 9, 4, 7, 6], "v": [6, 6, 7, 2, 5, 6], "s": [7, 5, 9, 5, 8, 4]})
    >>> model = path_model(answers, blocks={"QUAL": ["q"], "VAL": ["v"], "SAT": ["s"]},
    ...                    paths=[("QUAL", "SAT"), ("VAL", "SAT")], limits=(0, 10), draws=50)
    >>> str(importance_performance_headline(importance_performance(model)))
    'Nothing that matters for Customer satisfaction is clearly done badly'
    """
    target = block_name(result.target, names)
    urgent = [row for row in _by_share(result, "act") if row["share_act"] >= LIKELY]
    if not urgent:
        return Message(
            "Nothing that matters for {target} is clearly done badly", {"target": target}
        )
    first = [_name(row, names) for row in urgent[:2]]
    return Message("To raise {target}, act first on {first}", {"target": target, "first": first})


def importance_performance_findings(
    result: ImportancePerformance, *, names: Names | None = None
) -> tuple[Finding, ...]:
    """Say what to act on, what to keep up, what matters most and what is not settled.

    Parameters
    ----------
    result : ImportancePerformance
    names : mapping, optional

    Returns
    -------
    tuple of Finding
    """
    found = [_first_finding(result, names)]
    keep = [row for row in _by_share(result, "keep") if row["share_keep"] >= LIKELY]
    if keep:
        values = _told(result, keep, names)
        headline = Message("Keep up: {first} {n:matters|matter} and {n:is|are} done well.", values)
        found.append(Finding(headline, _numbers(result, keep[0], "share_keep", names), _how(keep)))
    between = [row for row in _rows(result) if max(_shares(row)) < CLEAR]
    if between:
        values = _told(result, between, names)
        values |= {"n": len(between), "all": len(result.points)}
        headline = Message("{n:count} of {all:count} {n:lies|lie} in no quadrant for sure.", values)
        detail = Message("In fewer than 90% of the draws in any one: {every}.", values)
        found.append(Finding(headline, detail, "open"))
    return tuple(found)


def importance_performance_caption(result: ImportancePerformance) -> Message:
    """Say what the map shows and how it is read."""
    values = {
        "target": block_name(result.target),
        "n": result.n,
        "draws": result.draws,
        "level": float(result.points["ci_level"].iloc[0]),
    }
    return Message(
        "To the right: what moves {target} more, in points of its index for a point more, along "
        "all ways. Up: mean answer from 0 to 100. The lines are the means of both. Percent: draws "
        "in which the point lies in its quadrant; hollow points lie there in fewer than 90%. Thin "
        "lines: {level:percent} intervals ({n:count} answers, {draws:count} draws).",
        values,
    )


def importance_performance_alt(
    result: ImportancePerformance, *, names: Names | None = None
) -> Message:
    """Describe the map for those who cannot see it."""
    rows = _rows(result)
    most = max(rows, key=lambda row: float(row["importance"]))
    worst = min(rows, key=lambda row: float(row["performance"]))
    values = {
        "points": len(rows),
        "most": _name(most, names),
        "worst": _name(worst, names),
        "urgent": sum(row["quadrant"] == "act" for row in rows),
    }
    return Message(
        "Map of {points:count} points in four quadrants. {most} lies furthest to the right, "
        "{worst} lowest; {urgent:count} {urgent:lies|lie} in the quadrant to act on first.",
        values,
    )


def _first_finding(result: ImportancePerformance, names: Names | None) -> Finding:
    urgent = [row for row in _by_share(result, "act") if row["quadrant"] == "act"]
    if not urgent:
        most = max(_rows(result), key=lambda row: float(row["importance"]))
        values = _told(result, [most], names)
        headline = Message("Nothing that matters more than the mean is done worse than it.", values)
        return Finding(headline, _numbers(result, most, _own(most), names), "likely")
    values = _told(result, urgent, names)
    headline = Message(
        "Act first on {first}: {n:it matters|they matter} and can be done better.", values
    )
    return Finding(headline, _numbers(result, urgent[0], "share_act", names), _how(urgent, "act"))


def _numbers(
    result: ImportancePerformance, row: dict[str, Any], share: str, names: Names | None
) -> Message:
    values = {
        "name": _name(row, names),
        "target": block_name(result.target, names),
        "importance": float(row["importance"]),
        "low": float(row["importance_low"]),
        "high": float(row["importance_high"]),
        "performance": float(row["performance"]),
        "bottom": float(row["performance_low"]),
        "top": float(row["performance_high"]),
        "share": float(row[share]),
        "n": result.n,
    }
    return Message(
        "{name}: a point more adds {importance:decimal2} ({low:decimal2} to {high:decimal2}) to "
        "{target}; it stands at {performance:decimal1} of 100 ({bottom:decimal1} to "
        "{top:decimal1}); in this quadrant in {share:percent} of the draws ({n:count} answers).",
        values,
    )


def _told(
    result: ImportancePerformance, rows: list[dict[str, Any]], names: Names | None
) -> dict[str, Any]:
    every = [_name(row, names) for row in rows]
    return {
        "target": block_name(result.target, names),
        "first": every[:3],
        "every": every,
        "n": len(every) if len(every) < 3 else 3,
    }


def _how(rows: list[dict[str, Any]], quadrant: str = "keep") -> Settled:
    share = max(float(row[f"share_{quadrant}"]) for row in rows)
    return "clear" if share >= CLEAR else "likely" if share >= LIKELY else "open"


def _by_share(result: ImportancePerformance, quadrant: str) -> list[dict[str, Any]]:
    """Sort points: those clearly in a quadrant first, the most important of them leading."""

    def order(row: dict[str, Any]) -> tuple[int, float]:
        share = float(row[f"share_{quadrant}"])
        return -(int(share >= CLEAR) + int(share >= LIKELY)), -float(row["importance"])

    return sorted(_rows(result), key=order)


def _own(row: dict[str, Any]) -> str:
    return f"share_{row['quadrant']}"


def _shares(row: dict[str, Any]) -> list[float]:
    return [float(row[f"share_{name}"]) for name in ("act", "keep", "later", "enough")]


def _name(row: dict[str, Any], names: Names | None) -> str | Message:
    if row["item"] is None:
        return block_name(str(row["block"]), names)
    label = str(row["label"])
    return names[str(row["item"])] if names and str(row["item"]) in names else label


def _rows(result: ImportancePerformance) -> list[dict[str, Any]]:
    frame = result.points
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
