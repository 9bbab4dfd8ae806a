"""What the tests of path models say: do groups differ, and does the model foretell."""

from __future__ import annotations

from typing import Any

from brandkit.core.message import Finding, Message
from brandkit.satisfaction.path_comparison import PathComparison
from brandkit.satisfaction.path_names import Names, block_name
from brandkit.satisfaction.path_prediction import PathPrediction

SETTLED = 0.05
"""Adjusted p-value up to which a difference is called clear; up to twice that it is likely."""


def path_comparison_findings(
    result: PathComparison, *, names: Names | None = None
) -> tuple[Finding, ...]:
    """Say whether blocks mean the same in all groups, and which paths differ.

    Parameters
    ----------
    result : PathComparison
    names : mapping, optional
        What readers call the blocks; else by their usual codes.

    Returns
    -------
    tuple of Finding
        What blocks are made of comes first: paths of unlike blocks are not comparable.
    """
    return _invariance_finding(result, names), _paths_finding(result, names)


def path_comparison_caption(result: PathComparison) -> Message:
    """Say what the table of tests holds."""
    facts = _facts(result)
    return Message(
        "Largest difference of each path between {groups:count} groups, and how often exchanging "
        "persons between them makes one as large ({draws:count} exchanges; adjusted over paths by "
        "Holm; {n:count} answers).",
        {"groups": facts["n_segments"], "draws": result.draws, "n": result.n},
    )


def path_prediction_findings(
    result: PathPrediction, *, names: Names | None = None
) -> tuple[Finding, ...]:
    """Say whether the model foretells persons it has not seen, and better than a regression.

    Parameters
    ----------
    result : PathPrediction
    names : mapping, optional

    Returns
    -------
    tuple of Finding
    """
    facts, row = result.facts, result.comparison.iloc[0]
    values: dict[str, Any] = {
        "outcome": block_name(str(facts["outcome"]), names),
        "share": facts["q2"],
        "n": facts["n"],
        "folds": facts["folds"],
        "difference": abs(float(row["estimate"])),
        "p": float(row["p_value"]),
        "error": float(result.items["rmse"].mean()),
        "linear": float(result.items["rmse_linear"].mean()),
    }
    detail = Message(
        "Persons left out in {folds:count} parts: mean error {error:decimal2} by the path model, "
        "{linear:decimal2} by linear regression on the same answers (p {p:p}; {n:count} answers).",
        values,
    )
    if facts["q2"] <= 0:
        headline = Message("The model foretells {outcome} no better than its mean.", values)
        return (Finding(headline, detail, "clear"),)
    if values["p"] > SETTLED:
        headline = Message(
            "The model foretells {share:percent} of {outcome}, about as much as a regression.",
            values,
        )
        return (Finding(headline, detail, "open"),)
    if row["estimate"] < 0:
        headline = Message(
            "The model foretells {share:percent} of {outcome}, more than a regression.", values
        )
    else:
        headline = Message(
            "The model foretells {share:percent} of {outcome}, less than a regression: it explains "
            "better than it foretells.",
            values,
        )
    return (Finding(headline, detail, "clear"),)


def path_prediction_caption(result: PathPrediction) -> Message:
    """Say what the table of errors holds."""
    return Message(
        "Errors in foretelling each question for persons the model was not fitted to, beside those "
        "of a linear regression and of the mean ({folds:count} parts; {n:count} answers).",
        {"folds": result.facts["folds"], "n": result.facts["n"]},
    )


def _invariance_finding(result: PathComparison, names: Names | None) -> Finding:
    rows = result.invariance
    other = rows[~rows["invariant"]]
    least = rows.iloc[int(rows["correlation"].to_numpy().argmin())]
    values = {
        "blocks": [block_name(str(name), names) for name in other["block"]],
        "n": len(other),
        "least": float(least["correlation"]),
        "block": block_name(str(least["block"]), names),
        "draws": result.draws,
    }
    detail = Message(
        "Scores made with the weights of two groups correlate by at least {least:decimal3} "
        "({block}; {draws:count} exchanges).",
        values,
    )
    if other.empty:
        headline = Message("Blocks are made of the same in all groups.", values)
        return Finding(headline, detail, "clear")
    headline = Message(
        "{blocks} {n:is|are} made of other things in other groups: paths there compare unlike "
        "things.",
        values,
    )
    return Finding(headline, detail, "likely")


def _paths_finding(result: PathComparison, names: Names | None) -> Finding:
    tests = result.tests
    first = tests.iloc[int(tests["p_adjusted"].to_numpy().argmin())]
    rows = result.estimates
    rows = rows[(rows["source"] == first["source"]) & (rows["target"] == first["target"])]
    sizes = rows["estimate"].to_numpy()
    high, low = rows.iloc[int(sizes.argmax())], rows.iloc[int(sizes.argmin())]
    values = {
        "source": block_name(str(first["source"]), names),
        "target": block_name(str(first["target"]), names),
        "high": str(high["segment"]),
        "low": str(low["segment"]),
        "most": float(high["estimate"]),
        "least": float(low["estimate"]),
        "p": float(first["p_adjusted"]),
        "n": int((tests["p_adjusted"] <= SETTLED).sum()),
        "all": len(tests),
        "base": result.n,
    }
    detail = Message(
        "The largest evidence is for {source} → {target}: {most:decimal2} in {high}, "
        "{least:decimal2} in {low} (adjusted p {p:p}; {base:count} answers).",
        values,
    )
    if first["p_adjusted"] > 2 * SETTLED:
        headline = Message("No path differs between groups by more than chance.", values)
        return Finding(headline, detail, "open")
    if first["p_adjusted"] > SETTLED:
        headline = Message("{source} may move {target} more in {high} than in {low}.", values)
        return Finding(headline, detail, "likely")
    headline = Message(
        "{n:count} of {all:count} paths {n:differs|differ} between groups, above all "
        "{source} → {target}.",
        values,
    )
    return Finding(headline, detail, "clear")


def _facts(result: PathComparison) -> dict[str, Any]:
    return {str(name): value for name, value in result.glance().iloc[0].items()}
