"""What path models say, in sentences: headlines, findings, captions and alt texts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from brandkit.core.message import Finding, Message, Settled
from brandkit.satisfaction.path_names import Names, block_name, block_pair
from brandkit.satisfaction.paths import PathModel

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
    >>> from brandkit.satisfaction.paths import path_model
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
