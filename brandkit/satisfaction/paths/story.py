"""What path models say, in sentences: headlines, findings, captions and alt texts."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from brandkit.core.message import Finding, Message, Settled
from brandkit.satisfaction.paths.comparison import PathComparison
from brandkit.satisfaction.paths.design import Names, block_name, block_pair
from brandkit.satisfaction.paths.paths import PathModel
from brandkit.satisfaction.paths.prediction import PathPrediction
from brandkit.satisfaction.paths.priorities import ImportancePerformance

CLEAR, LIKELY = 0.95, 0.80
"""Share of draws from which the first of two is called so without doubt, or likely."""


def path_model_headline(
    result: PathModel, *, target: str = "SAT", names: Names | None = None
) -> Message:
    """Say what moves the target most, for a title.

    Parameters
    ----------
    result : PathModel
    target : str, default "SAT"
        The block to be explained; the last one that paths lead to where there is none of that
        name.
    names : mapping, optional
        What readers call the blocks; else by their usual codes.

    Returns
    -------
    Message

    Examples
    --------
    >>> from brandkit.satisfaction.paths.paths import path_model
    >>> answers = pd.DataFrame({"q": [8, 5, 9, 4, 7, 6], "s": [7, 5, 9, 5, 8, 4]})
    >>> model = path_model(answers, blocks={"QUAL": ["q"], "SAT": ["s"]},
    ...                    paths=[("QUAL", "SAT")], draws=50)
    >>> str(path_model_headline(model))
    'Perceived quality moves Customer satisfaction'
    """
    told = _strongest(result, target, names)
    if told["second"] is None:
        return Message("{first} moves {target}", told)
    if told["support"] >= LIKELY:
        return Message("{first} moves {target} most", told)
    return Message("{first} and {second} move {target} most, about equally", told)


def path_model_lede(result: PathModel) -> Message:
    """Say what the model rests on."""
    facts = result.facts
    values = {
        "n": facts["n"],
        "persons": facts["n_persons"],
        "items": len(result.design.items),
        "blocks": len(result.design.blocks),
        "paths": len(result.design.paths),
    }
    return Message(
        "{n:count} answers of {persons:count} persons to {items:count} questions, joined to "
        "{blocks:count} blocks with {paths:count} paths between them.",
        values,
    )


def path_model_findings(
    result: PathModel, *, target: str = "SAT", names: Names | None = None
) -> tuple[Finding, ...]:
    """Say what moves the target, what is explained, what is not settled and what cannot be told.

    Parameters
    ----------
    result : PathModel
    target : str, default "SAT"
        As for :func:`path_model_headline`.
    names : mapping, optional

    Returns
    -------
    tuple of Finding
        The warning that blocks cannot be told apart comes first, where there is one.
    """
    found = [
        _strongest_finding(result, target, names),
        _explained_finding(result, target, names),
        _open_finding(result, names),
    ]
    if through := _through_finding(result, target, names):
        found.insert(1, through)
    alike = _alike_finding(result, names)
    return (alike, *found) if _alike(result) else (*found, alike)


def path_model_caption(result: PathModel) -> Message:
    """Say how the diagram is read."""
    facts = result.facts
    return Message(
        "Path model (partial least squares, {scheme} scheme; {n:count} answers). Numbers: what a "
        "standard deviation more of the first block goes with in the second, and the "
        "{level:percent} interval. Wide arrows are strong; dashed ones may be 0. Paths join scores "
        "made of the answers, not the constructs behind them; their direction is the model's, not "
        "proven by the answers.",
        {"scheme": _SCHEMES[result.design.scheme], "n": facts["n"], "level": result.level},
    )


def path_model_alt(
    result: PathModel, *, target: str = "SAT", names: Names | None = None
) -> Message:
    """Describe the diagram for those who cannot see it."""
    told = _strongest(result, target, names)
    largest = result.paths.iloc[int(result.paths["estimate"].abs().to_numpy().argmax())]
    values = {
        **told,
        "blocks": len(result.design.blocks),
        "paths": len(result.paths),
        "source": block_name(str(largest["source"]), names),
        "end": block_name(str(largest["target"]), names),
        "size": float(largest["estimate"]),
        "open": int((~_is_sure(result.paths)).sum()),
    }
    return Message(
        "Diagram of {blocks:count} boxes joined by {paths:count} arrows. The strongest leads from "
        "{source} to {end} ({size:signed}); {open:count} {open:arrow is|arrows are} dashed because "
        "their interval holds 0.",
        values,
    )


def path_effects_caption(result: PathModel) -> Message:
    """Say what the table of effects holds."""
    return Message(
        "Direct, indirect and total effects of every block on those it leads to, per standard "
        "deviation of both, with {level:percent} intervals.",
        {"level": result.level},
    )


def path_blocks_caption(result: PathModel) -> Message:
    """Say what the table of blocks holds."""
    return Message(
        "Explained variance, reliability and the index from 0 to 100 of {n:count} blocks. AVE from "
        ".50, alpha and both ρ from .70 are usually asked for.",
        {"n": len(result.blocks)},
    )


def path_ratios_caption(result: PathModel) -> Message:
    """Say what the table of heterotrait-monotrait ratios holds."""
    return Message(
        "How far answers tell two blocks apart: the ratio of correlations between blocks to those "
        "within. From .90, or with an interval up to 1, they are not told apart ({n:count} pairs).",
        {"n": len(result.htmt)},
    )


_SCHEMES: dict[str, Message] = {
    "path": Message("path weighting"),
    "centroid": Message("centroid"),
    "factorial": Message("factorial"),
}


# --- findings ----------------------------------------------------------------------------------


def _strongest_finding(result: PathModel, target: str, names: Names | None) -> Finding:
    told = _strongest(result, target, names)
    if told["second"] is None:
        settled: Settled = "clear" if told["low"] > 0 or told["high"] < 0 else "open"
        detail = Message(
            "Total effect {size:decimal2} ({low:decimal2} to {high:decimal2}; {n:count} answers).",
            told,
        )
        return Finding(Message("{first} is all that leads to {target}.", told), detail, settled)
    detail = Message(
        "Total effects: {first} {size:decimal2} ({low:decimal2} to {high:decimal2}), {second} "
        "{next_size:decimal2} ({next_low:decimal2} to {next_high:decimal2}); {first} leads in "
        "{support:percent} of the draws ({n:count} answers).",
        told,
    )
    if told["support"] < LIKELY:
        headline = Message(
            "{first} and {second} move {target} most; which more is not settled.", told
        )
        return Finding(headline, detail, "open")
    settled = "clear" if told["support"] >= CLEAR else "likely"
    return Finding(
        Message("{first} moves {target} most, all ways together.", told), detail, settled
    )


def _through_finding(result: PathModel, target: str, names: Names | None) -> Finding | None:
    """Name the block that moves the target mostly through others."""
    rows = result.effects[result.effects["target"] == _end(result, target)]
    rows = rows[
        (rows["indirect_low"] > 0) & (rows["indirect_effect"] > rows["direct_effect"].abs())
    ]
    if rows.empty:
        return None
    row = rows.iloc[int(rows["indirect_effect"].to_numpy().argmax())]
    values = {
        "source": block_name(str(row["source"]), names),
        "target": block_name(str(row["target"]), names),
        "direct": float(row["direct_effect"]),
        "indirect": float(row["indirect_effect"]),
        "low": float(row["indirect_low"]),
        "high": float(row["indirect_high"]),
        "n": result.facts["n"],
    }
    return Finding(
        Message("{source} works on {target} mostly through other blocks.", values),
        Message(
            "Indirect effect {indirect:decimal2} ({low:decimal2} to {high:decimal2}), direct "
            "{direct:decimal2} ({n:count} answers).",
            values,
        ),
        "likely",
    )


def _explained_finding(result: PathModel, target: str, names: Names | None) -> Finding:
    at = result.design.blocks.index(_end(result, target))
    row = result.blocks.iloc[at]
    values = {
        "target": block_name(str(row["block"]), names),
        "share": float(row["r2"]),
        "n_sources": int(result.design.inner[at].sum()),
        "index": float(row["index"]),
        "low": float(row["index_low"]),
        "high": float(row["index_high"]),
        "n": result.facts["n"],
    }
    headline = Message("The model explains {share:percent} of {target}.", values)
    if np.isnan(row["index"]):
        detail = Message(
            "{n_sources:count} {n_sources:block leads|blocks lead} to it ({n:count} answers).",
            values,
        )
    else:
        detail = Message(
            "{n_sources:count} {n_sources:block leads|blocks lead} to it; its index is "
            "{index:decimal1} of 100 ({low:decimal1} to {high:decimal1}; {n:count} answers).",
            values,
        )
    return Finding(headline, detail, "clear")


def _open_finding(result: PathModel, names: Names | None) -> Finding:
    sure = _is_sure(result.paths)
    unsure = result.paths[~sure]
    values = {
        "n": int((~sure).sum()),
        "all": len(sure),
        "level": result.level,
        "pairs": [
            _arrow(str(source), str(target), names)
            for source, target in zip(unsure["source"], unsure["target"], strict=True)
        ],
    }
    if sure.all():
        headline = Message("Every path is settled: none may be 0.", values)
        detail = Message("All {all:count} {level:percent} intervals leave out 0.", values)
        return Finding(headline, detail, "clear")
    return Finding(
        Message("{n:count} of {all:count} direct paths {n:is|are} not settled.", values),
        Message("The {level:percent} interval holds 0: {pairs}.", values),
        "open",
    )


def _alike_finding(result: PathModel, names: Names | None) -> Finding:
    rows = _alike(result)
    largest = result.htmt.iloc[int(result.htmt["estimate"].to_numpy().argmax())]
    values: dict[str, Any] = {
        "pair": block_pair(str(largest["block_a"]), str(largest["block_b"]), names),
        "ratio": float(largest["estimate"]),
        "low": float(largest["ci_low"]),
        "high": float(largest["ci_high"]),
        "n": len(rows),
        "all": len(result.htmt),
    }
    detail = Message(
        "Heterotrait–monotrait ratio {ratio:decimal2} ({low:decimal2} to {high:decimal2}), the "
        "largest of {all:count} pairs.",
        values,
    )
    if not rows:
        return Finding(Message("Answers tell all blocks apart.", values), detail, "clear")
    values["pairs"] = [block_pair(a, b, names) for a, b in rows]
    headline = Message("Answers cannot tell apart {pairs}.", values)
    return Finding(headline, detail, "clear")


# --- facts -------------------------------------------------------------------------------------


def _end(result: PathModel, target: str) -> str:
    """Give the target, or the last block that paths lead to where there is none of that name."""
    design = result.design
    if target in design.blocks and design.inner[design.blocks.index(target)].any():
        return target
    return design.blocks[[at for at in design.order if design.inner[at].any()][-1]]


def _strongest(result: PathModel, target: str, names: Names | None) -> dict[str, Any]:
    """Give the two largest total effects on the target, and how often the first leads."""
    end = _end(result, target)
    at = result.design.blocks.index(end)
    rows = result.effects[result.effects["target"] == end]
    order = np.argsort(-rows["total_effect"].abs().to_numpy(), kind="stable")
    first = rows.iloc[int(order[0])]
    told: dict[str, Any] = {
        "first": block_name(str(first["source"]), names),
        "second": None,
        "target": block_name(end, names),
        "size": float(first["total_effect"]),
        "low": float(first["ci_low"]),
        "high": float(first["ci_high"]),
        "support": 1.0,
        "n": result.facts["n"],
    }
    if len(order) > 1:
        second = rows.iloc[int(order[1])]
        places = [result.design.blocks.index(str(name)) for name in rows["source"].iloc[order]]
        sizes = np.abs(result.drawn.total[:, at, places])
        told |= {
            "second": block_name(str(second["source"]), names),
            "next_size": float(second["total_effect"]),
            "next_low": float(second["ci_low"]),
            "next_high": float(second["ci_high"]),
            "support": float((sizes.argmax(axis=1) == 0).mean()),
        }
    return told


def _alike(result: PathModel) -> list[tuple[str, str]]:
    rows = result.htmt[~result.htmt["distinct"]]
    rows = rows.sort_values("estimate", ascending=False, kind="stable")
    return [(str(a), str(b)) for a, b in zip(rows["block_a"], rows["block_b"], strict=True)]


def _is_sure(paths: pd.DataFrame) -> pd.Series:
    return (paths["ci_low"] > 0) | (paths["ci_high"] < 0)


def _arrow(source: str, target: str, names: Names | None) -> Message:
    ends = {"source": block_name(source, names), "target": block_name(target, names)}
    return Message("{source} → {target}", ends)


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


WORDING_PRIORITIES_CLEAR: Final = 0.9
WORDING_PRIORITIES_LIKELY: Final = 0.7
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
    >>> from brandkit.satisfaction.paths.paths import path_model
    >>> from brandkit.satisfaction.paths.priorities import importance_performance
    >>> answers = pd.DataFrame({
    ...     "q": [8, 5, 9, 4, 7, 6], "v": [6, 6, 7, 2, 5, 6], "s": [7, 5, 9, 5, 8, 4]})
    >>> model = path_model(answers, blocks={"QUAL": ["q"], "VAL": ["v"], "SAT": ["s"]},
    ...                    paths=[("QUAL", "SAT"), ("VAL", "SAT")], limits=(0, 10), draws=50)
    >>> str(importance_performance_headline(importance_performance(model)))
    'Nothing that matters for Customer satisfaction is clearly done badly'
    """
    target = block_name(result.target, names)
    urgent = [
        row for row in _by_share(result, "act") if row["share_act"] >= WORDING_PRIORITIES_LIKELY
    ]
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
    keep = [
        row for row in _by_share(result, "keep") if row["share_keep"] >= WORDING_PRIORITIES_LIKELY
    ]
    if keep:
        values = _told(result, keep, names)
        headline = Message("Keep up: {first} {n:matters|matter} and {n:is|are} done well.", values)
        found.append(Finding(headline, _numbers(result, keep[0], "share_keep", names), _how(keep)))
    between = [row for row in _rows(result) if max(_shares(row)) < WORDING_PRIORITIES_CLEAR]
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
    return (
        "clear"
        if share >= WORDING_PRIORITIES_CLEAR
        else "likely"
        if share >= WORDING_PRIORITIES_LIKELY
        else "open"
    )


def _by_share(result: ImportancePerformance, quadrant: str) -> list[dict[str, Any]]:
    """Sort points: those clearly in a quadrant first, the most important of them leading."""

    def order(row: dict[str, Any]) -> tuple[int, float]:
        share = float(row[f"share_{quadrant}"])
        return -(
            int(share >= WORDING_PRIORITIES_CLEAR) + int(share >= WORDING_PRIORITIES_LIKELY)
        ), -float(row["importance"])

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
