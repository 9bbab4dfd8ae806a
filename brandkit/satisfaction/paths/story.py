"""What is said of path models: what moves the target, what is settled, and where to act first."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, Message, Settled, as_notes
from brandkit.core.story import Action, Exhibit, Point, Say, Story, Verb, listed, speaker
from brandkit.language import translate
from brandkit.satisfaction.paths.comparison import PathComparison, PathPrediction
from brandkit.satisfaction.paths.design import block_name, block_pair
from brandkit.satisfaction.paths.paths import ALIKE, ImportancePerformance, PathModel, point_name

#: Shares of draws from which the first of two is called so without doubt, or likely.
CLEAR, LIKELY = 0.95, 0.80
#: Adjusted p-value up to which a difference is called clear; up to twice that it is likely.
SETTLED: Final = 0.05
#: Shares of draws from which a place in a quadrant is called clear, or likely.
PLACED, LEANING = 0.9, 0.7

_SIZES: Final = {
    "matters": Message("matters"),
    "small": Message("too small to matter"),
    "open": Message("not settled"),
}
_SCHEMES: Final = {
    "path": Message("path weighting"),
    "centroid": Message("centroid"),
    "factorial": Message("factorial"),
}


#: Columns of the table of paths.
_SHOWN: Final = [
    "source",
    "target",
    "estimate",
    "ci_low",
    "ci_high",
    "ci_level",
    "corrected",
    "corrected_low",
    "corrected_high",
    "size",
    "f2",
    "total_effect",
]


def path_model(result: PathModel, *, focus: object = None) -> Story:  # noqa: ARG001
    """Tell what moves the target most, what is explained, what is open and what looks alike."""
    facts, paths, design = result.facts, result.paths, result.design
    largest = paths.iloc[int(paths["estimate"].abs().to_numpy().argmax())]
    say = speaker(
        n=facts["n"],
        persons=facts["n_persons"],
        items=len(design.items),
        blocks=len(design.blocks),
        paths=len(paths),
        level=result.level,
        scheme=_SCHEMES[design.scheme],
        target=block_name(result.target),
        source=block_name(str(largest["source"])),
        end=block_name(str(largest["target"])),
        size=float(largest["estimate"]),
        open=int((paths["size"] != "matters").sum()),
        least=result.smallest,
    )
    headline, first = _strongest(result)
    alike = _alike(result)
    findings = [
        first,
        *([alike] if not result.htmt["distinct"].all() else []),
        *_through(result),
        _explained(result, say),
        *_sizes(paths, say),
        *([alike] if result.htmt["distinct"].all() else []),
    ]
    exhibits = _exhibits(result, say, findings[1:])
    lede = say(
        "{n:count} answers of {persons:count} persons to {items:count} questions, joined to "
        "{blocks:count} blocks with {paths:count} paths between them."
    )
    return Story(
        headline, lede, tuple(findings), (), exhibits, _path_point(result, headline, first)
    )


def _exhibits(result: PathModel, say: Say, others: list[Finding]) -> dict[str, Exhibit]:
    paths = result.paths
    return {
        "paths": Exhibit(
            say(
                "Path model (partial least squares, {scheme} scheme; {n:count} answers). Numbers: "
                "what a standard deviation more of the first block goes with in the second, and "
                "the {level:percent} interval. Wide arrows are strong; dashed ones are not shown "
                "to matter (to lie beyond {least:decimal2}). Paths join scores made of the "
                "answers, not the constructs behind them; their direction is the model's, not "
                "proven by the answers."
            ),
            say(
                "Diagram of {blocks:count} boxes joined by {paths:count} arrows. The strongest "
                "leads from {source} to {end} ({size:signed}); {open:count} {open:arrow is|arrows "
                "are} dashed because {open:it is|they are} not shown to matter."
            ),
            _named(paths.assign(size=[translate(_SIZES[one]) for one in paths["size"]]))[_SHOWN],
            (*as_notes(others), *result.notes),
            result.plot,
        ),
        "effects": Exhibit(
            say(
                "Direct, indirect and total effects of every block on those it leads to, per "
                "standard deviation of both, with {level:percent} intervals."
            ),
            data=_named(result.effects),
        ),
        "blocks": Exhibit(
            Message(
                "Explained variance, reliability and the index from 0 to 100 of {n:count} blocks. "
                "AVE from .50, alpha and both ρ from .70 are usually asked for.",
                {"n": len(result.blocks)},
            ),
            data=_named(result.blocks),
        ),
        "ratios": Exhibit(
            Message(
                "How far answers tell two blocks apart: the ratio of correlations between blocks "
                "to those within. From .90, or with an interval up to 1, they are not told apart "
                "({n:count} pairs).",
                {"n": len(result.htmt)},
            ),
            data=_named(result.htmt),
        ),
    }


def _path_point(result: PathModel, headline: Message, first: Finding) -> tuple[Point, ...]:
    rows = result.effects[result.effects["target"] == result.target]
    top = rows.iloc[int(rows["total_effect"].abs().to_numpy().argmax())]
    say = speaker(**{**top, "first": block_name(str(top["source"]))})
    text = say(
        "{first} moves {target} most, all ways together: {total_effect:decimal2} "
        "({ci_low:decimal2} to {ci_high:decimal2}) for a step of one.",
        target=block_name(result.target),
    )
    if first.settled == "open":
        return ()
    on = (str(top["source"]),)
    return (Point(text, first.settled, 0.5, "paths", on, headline, why=True),)


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    """Put what readers call blocks in place of their codes."""
    columns = frame.columns.intersection(["source", "target", "block", "block_a", "block_b"])
    return frame.assign(
        **{name: [translate(block_name(str(one))) for one in frame[name]] for name in columns}
    )


def _strongest(result: PathModel) -> tuple[Message, Finding]:
    """Give the largest total effects on the target, and how often the first leads in the draws."""
    rows = result.effects[result.effects["target"] == result.target]
    rows = rows.iloc[np.argsort(-rows["total_effect"].abs().to_numpy(), kind="stable")]
    first, second = rows.iloc[0], rows.iloc[min(1, len(rows) - 1)]
    say = speaker(
        first=block_name(str(first["source"])),
        target=block_name(result.target),
        size=first["total_effect"],
        low=first["ci_low"],
        high=first["ci_high"],
        second=block_name(str(second["source"])),
        next_size=second["total_effect"],
        next_low=second["ci_low"],
        next_high=second["ci_high"],
        n=result.facts["n"],
    )
    if len(rows) == 1:
        is_sure = first["ci_low"] > 0 or first["ci_high"] < 0
        detail = say(
            "Total effect {size:decimal2} ({low:decimal2} to {high:decimal2}; {n:count} answers)."
        )
        only = say("{first} is all that leads to {target}.")
        return say("{first} moves {target}"), Finding(only, detail, "clear" if is_sure else "open")
    places = [result.design.blocks.index(name) for name in (result.target, *rows["source"])]
    sizes = np.abs(result.drawn.total[:, places[0], places[1:]])
    support = float((sizes.argmax(axis=1) == 0).mean())
    detail = say(
        "Total effects: {first} {size:decimal2} ({low:decimal2} to {high:decimal2}), {second} "
        "{next_size:decimal2} ({next_low:decimal2} to {next_high:decimal2}); {first} leads in "
        "{support:percent} of the draws ({n:count} answers).",
        support=support,
    )
    if support < LIKELY:
        both = say("{first} and {second} move {target} most; which more is not settled.")
        headline = say("{first} and {second} move {target} most, about equally")
        return headline, Finding(both, detail, "open")
    most = say("{first} moves {target} most, all ways together.")
    finding = Finding(most, detail, "clear" if support >= CLEAR else "likely")
    return say("{first} moves {target} most"), finding


def _through(result: PathModel) -> list[Finding]:
    """Name the block that moves the target mostly through others."""
    rows = result.effects[result.effects["target"] == result.target]
    is_more = rows["indirect_effect"] > rows["direct_effect"].abs()
    # without a direct path all goes through others by the model, which no answer has shown
    at = [result.design.blocks.index(name) for name in (result.target, *rows["source"])]
    rows = rows[is_more & (rows["indirect_low"] > 0) & result.design.inner[at[0], at[1:]]]
    if rows.empty:
        return []
    row = rows.iloc[int(rows["indirect_effect"].to_numpy().argmax())]
    ends = {end: block_name(str(row[end])) for end in ("source", "target")}
    say = speaker(**{**row, **ends}, n=result.facts["n"])
    detail = say(
        "Indirect effect {indirect_effect:decimal2} ({indirect_low:decimal2} to "
        "{indirect_high:decimal2}), direct {direct_effect:decimal2} ({n:count} answers)."
    )
    works = say("{source} works on {target} mostly through other blocks.")
    return [Finding(works, detail, "likely")]


def _explained(result: PathModel, say: Say) -> Finding:
    at = result.design.blocks.index(result.target)
    row = result.blocks.iloc[at]
    say = speaker(say, **row, n_sources=int(result.design.inner[at].sum()))
    detail = say(
        "{n_sources:count} {n_sources:block leads|blocks lead} to it; its index is "
        "{index:decimal1} of 100 ({index_low:decimal1} to {index_high:decimal1}; {n:count} "
        "answers)."
    )
    if np.isnan(row["index"]):
        detail = say(
            "{n_sources:count} {n_sources:block leads|blocks lead} to it ({n:count} answers)."
        )
    headline = say("The model explains {share:percent} of {target}.", share=float(row["r2"]))
    return Finding(headline, detail, "clear")


def _sizes(paths: pd.DataFrame, say: Say) -> list[Finding]:
    """Say which paths matter, which are too small to, and which are open."""
    pairs = {
        size: [
            Message("{source} → {target}", {"source": block_name(a), "target": block_name(b)})
            for a, b in rows[["source", "target"]].astype(str).to_numpy()
        ]
        for size, rows in paths.groupby("size")
    }
    findings = []
    sizes: dict[str, Settled] = {"matters": "clear", "small": "clear", "open": "open"}
    for size, settled in sizes.items():
        if size not in pairs:
            continue
        say = speaker(say, pairs=pairs[size], k=len(pairs[size]), all=len(paths))
        headline = say("{k:count} of {all:count} direct paths {k:matters|matter}.")
        detail = say(
            "The {level:percent} interval lies beyond {least:decimal2}, and freed of the answers' "
            "unreliability beyond 0: {pairs}."
        )
        if size == "small":
            headline = say("{k:count} of {all:count} direct paths {k:is|are} too small to matter.")
            detail = say(
                "With its error {k:it stays|each of them stays} under {least:decimal2}: {pairs}."
            )
        elif size == "open":
            headline = say(
                "Whether {k:count} of {all:count} direct paths {k:matters|matter} is not settled."
            )
            detail = say(
                "{k:It|They} may lie on either side of {least:decimal2}, or be 0 once the "
                "answers' unreliability is taken off: {pairs}."
            )
        findings.append(Finding(headline, detail, settled))
    return findings


def _alike(result: PathModel) -> Finding:
    rows = result.htmt.sort_values("estimate", ascending=False, kind="stable")
    pairs = [
        block_pair(a, b) for a, b in rows.loc[~rows["distinct"], ["block_a", "block_b"]].to_numpy()
    ]
    say = speaker(
        pairs=pairs,
        ratio=rows["estimate"].iloc[0],
        low=rows["ci_low"].iloc[0],
        high=rows["ci_high"].iloc[0],
        all=len(rows),
    )
    detail = say(
        "Heterotrait–monotrait ratio {ratio:decimal2} ({low:decimal2} to {high:decimal2}), the "
        "largest of {all:count} pairs."
    )
    if pairs:
        surely = bool((rows.loc[~rows["distinct"], "ci_low"] >= ALIKE).all())
        said: Settled = "clear" if surely else "likely"
        return Finding(say("Answers cannot tell apart {pairs}."), detail, said)
    if rows["ci_high"].max() >= ALIKE:
        return Finding(say("Answers tell all blocks apart, if only just."), detail, "likely")
    return Finding(say("Answers tell all blocks apart."), detail, "clear")


# --- groups and prediction -----------------------------------------------------------------------


def path_comparison(result: PathComparison, *, focus: object = None) -> Story:
    """Tell whether blocks mean the same in all groups, and which paths differ."""
    groups = list(dict.fromkeys(result.estimates["segment"].astype(str)))
    _, unknown = known_focus(focus, groups, what="segments")
    alike, differ = _invariance(result), _differences(result)
    # paths between unlike blocks are not comparable: that comes first, then
    findings = (differ, alike) if result.invariance["invariant"].all() else (alike, differ)
    say = speaker(
        groups=len(groups),
        draws=result.draws,
        n=result.n,
        paths=len(result.tests),
        settled=int((result.tests["p_adjusted"] <= SETTLED).sum()),
    )
    data = result.estimates.merge(result.tests, on=["source", "target"])
    exhibit = Exhibit(
        say(
            "Largest difference of each path between {groups:count} groups. How often exchanging "
            "persons between them makes one as large is counted over {draws:count} exchanges, "
            "adjusted over paths by Holm ({n:count} answers)."
        ),
        say(
            "Dots of {paths:count} paths in {groups:count} groups; {settled:count} {settled:path "
            "differs|paths differ} between groups by more than chance."
        ),
        _named(data),
        (*as_notes(findings[1:]), *unknown, *result.notes),
        result.plot,
    )
    return Story(findings[0].headline, None, findings, (), {"groups": exhibit})


def _invariance(result: PathComparison) -> Finding:
    rows = result.invariance
    other = rows.loc[~rows["invariant"], "block"]
    least = rows.iloc[int(rows["correlation"].to_numpy().argmin())]
    say = speaker(
        blocks=[block_name(str(name)) for name in other],
        n=len(other),
        least=least["correlation"],
        block=block_name(str(least["block"])),
        draws=result.draws,
    )
    detail = say(
        "Scores made with the weights of two groups correlate by at least {least:decimal3} "
        "({block}; {draws:count} exchanges)."
    )
    if other.empty:
        return Finding(say("Blocks are made of the same in all groups."), detail, "clear")
    unlike = say(
        "{blocks} {n:is|are} made of other things in other groups: paths there compare unlike "
        "things."
    )
    return Finding(unlike, detail, "likely")


def _differences(result: PathComparison) -> Finding:
    first = result.tests.iloc[int(result.tests["p_adjusted"].to_numpy().argmin())]
    rows = result.estimates
    rows = rows[(rows["source"] == first["source"]) & (rows["target"] == first["target"])]
    estimates = rows["estimate"].to_numpy()
    high, low = (rows.iloc[int(at)] for at in (estimates.argmax(), estimates.argmin()))
    p = float(first["p_adjusted"])
    say = speaker(
        source=block_name(str(first["source"])),
        target=block_name(str(first["target"])),
        high=str(high["segment"]),
        low=str(low["segment"]),
        most=high["estimate"],
        least=low["estimate"],
        p=p,
        n=int((result.tests["p_adjusted"] <= SETTLED).sum()),
        all=len(result.tests),
        base=result.n,
    )
    detail = say(
        "The largest evidence is for {source} → {target}: {most:decimal2} in {high}, "
        "{least:decimal2} in {low} (adjusted p {p:p}; {base:count} answers)."
    )
    if p > 2 * SETTLED:
        none = say("No path differs between groups by more than chance.")
        return Finding(none, detail, "open")
    if p > SETTLED:
        some = say("{source} may move {target} more in {high} than in {low}.")
        return Finding(some, detail, "likely")
    several = say(
        "{n:count} of {all:count} paths {n:differs|differ} between groups, above all {source} → "
        "{target}."
    )
    return Finding(several, detail, "clear")


def path_prediction(result: PathPrediction, *, focus: object = None) -> Story:  # noqa: ARG001
    """Tell whether the model foretells persons it has not seen, and better than a regression."""
    facts, row = result.facts, result.comparison.iloc[0]
    say = speaker(
        outcome=block_name(str(facts["outcome"])),
        share=facts["q2"],
        n=facts["n"],
        folds=facts["folds"],
        p=float(row["p_value"]),
        items=len(result.items),
        error=float(result.items["rmse"].mean()),
        linear=float(result.items["rmse_linear"].mean()),
    )
    settled: Settled = "clear"
    if not facts["q2"] > 0:
        headline = say("The model foretells {outcome} no better than its mean.")
    elif not row["p_value"] <= SETTLED:
        headline = say(
            "The model foretells {share:percent} of {outcome}, about as much as a regression."
        )
        settled = "open"
    elif row["estimate"] < 0:
        headline = say("The model foretells {share:percent} of {outcome}, more than a regression.")
    else:
        headline = say(
            "The model foretells {share:percent} of {outcome}, less than a regression: it explains "
            "better than it foretells."
        )
    detail = say(
        "Persons left out in {folds:count} parts: mean error {error:decimal2} by the path model, "
        "{linear:decimal2} by linear regression on the same answers (p {p:p}; {n:count} answers)."
    )
    exhibit = Exhibit(
        say(
            "Errors in foretelling each question for persons the model was not fitted to, beside "
            "those of a linear regression and of the mean. {folds:count} parts; {n:count} answers."
        ),
        say(
            "Dots of the errors for {items:count} {items:question|questions}: on average "
            "{error:decimal2} by the path model and {linear:decimal2} by the regression; ticks are "
            "the error of the mean."
        ),
        result.items.assign(item=result.items["label"]).drop(columns="label"),
        result.notes,
        result.plot,
    )
    finding = Finding(headline, detail, settled)
    return Story(headline, None, (finding,), (), {"foretold": exhibit})


# --- importance and performance ------------------------------------------------------------------


def importance_performance(result: ImportancePerformance, *, focus: object = None) -> Story:  # noqa: ARG001
    """Tell where to act first, what to keep up, and what is not settled."""
    points = result.points
    target = block_name(result.target)
    act, keep = (_leaning(points, quadrant) for quadrant in ("act", "keep"))
    most = points.sort_values("importance", ascending=False, kind="stable")
    say = speaker(target=target)
    actions = []
    if len(act):
        headline = say("To raise {target}, act first on {first}", first=_names(act)[:2])
        finding = Finding(
            _several(act)(
                "Act first on {first}: {n:it matters|they matter} and can be done better."
            ),
            _numbers(result, act),
            _how(act, "act"),
        )
        text = say("Improve {first}.", first=listed(_names(act)[:2]))
        actions.append(_lever("fix", text, finding.settled, act))
    elif (most["quadrant"] == "act").any():
        headline = say("What to act on first for {target} is not settled")
        unsure = most[most["quadrant"] == "act"].sort_values(
            "share_act", ascending=False, kind="stable"
        )
        finding = Finding(
            say("What to act on first for {target} is not settled."),
            _numbers(result, unsure),
            "open",
        )
    else:
        headline = say("Nothing that matters for {target} is clearly done badly")
        nothing = say("Nothing that matters more than the mean is done worse than it.")
        finding = Finding(nothing, _numbers(result, most), "likely")
    findings = [finding]
    if len(keep):
        text = _several(keep)("Keep up: {first} {n:matters|matter} and {n:is|are} done well.")
        findings.append(Finding(text, _numbers(result, keep), _how(keep, "keep")))
        text = say("Keep up {first}.", first=listed(_names(keep)[:2]))
        actions.append(_lever("keep", text, findings[-1].settled, keep))
    shares = points[["share_act", "share_keep", "share_later", "share_enough"]]
    between = points[shares.max(axis=1) < PLACED]
    if len(between):
        say = speaker(n=len(between), all=len(points), every=_names(between))
        text = say("{n:count} of {all:count} {n:lies|lie} in no quadrant for sure.")
        detail = say("In fewer than 90% of the draws in any one: {every}.")
        findings.append(Finding(text, detail, "open"))
    levers = _levers(result, most, (*as_notes(findings), *result.notes))
    told = _lever_points(act, keep, findings, target)
    return Story(headline, None, tuple(findings), tuple(actions), {"levers": levers}, told)


def _lever(verb: Verb, text: Message, settled: Settled, rows: pd.DataFrame) -> Action:
    target = text.values["target"]
    gain = Message(
        "A point more adds {importance:decimal2} to {target} ({importance_low:decimal2} to "
        "{importance_high:decimal2}).",
        {"target": target, **rows.iloc[0]},
    )
    return Action(verb, text, settled, "levers", tuple(rows["block"].astype(str)[:2]), gain)


def _lever_points(
    act: pd.DataFrame, keep: pd.DataFrame, findings: list[Finding], target: Message | str
) -> tuple[Point, ...]:
    """Give where the levers that matter stand."""
    points = []
    for rows, value in ((act, 0.9), (keep, 0.7)):
        if rows.empty:
            continue
        say = speaker(first=_names(rows)[0], target=target, **rows.iloc[0])
        text = say(
            "{first} matters for {target} and is done well: it stands at {performance:decimal1} of "
            "100 ({performance_low:decimal1} to {performance_high:decimal1})."
        )
        title = say("{first} carries {target}")
        if rows is act:
            text = say(
                "{first} matters for {target} and can be done better: it stands at "
                "{performance:decimal1} of 100 ({performance_low:decimal1} to "
                "{performance_high:decimal1})."
            )
            title = say("To raise {target}, act first on {first}")
        settled = findings[0 if rows is act else 1].settled
        on = tuple(rows["block"].astype(str)[:1])
        points.append(Point(text, settled, value, "levers", on, title))
    return tuple(points)


def _levers(
    result: ImportancePerformance, most: pd.DataFrame, notes: tuple[Message, ...]
) -> Exhibit:
    points = result.points
    worst = points.sort_values("performance", kind="stable")
    say = speaker(
        target=block_name(result.target),
        n=result.n,
        draws=result.draws,
        level=float(points["ci_level"].iloc[0]),
        points=len(points),
        most=_names(most)[0],
        worst=_names(worst)[0],
        urgent=int((points["quadrant"] == "act").sum()),
    )
    caption = say(
        "To the right: what moves {target} more, in points of its index for a point more, along "
        "all ways. Up: mean answer from 0 to 100. The lines are the means of both. Percent: draws "
        "in which the point lies in its quadrant; hollow points lie there in fewer than 90%. Thin "
        "lines: {level:percent} intervals ({n:count} answers, {draws:count} draws)."
    )
    alt = say(
        "Map of {points:count} points in four quadrants. {most} lies furthest to the right, "
        "{worst} lowest; {urgent:count} {urgent:lies|lie} in the quadrant to act on first."
    )
    columns = [
        "block",
        "importance",
        "importance_low",
        "importance_high",
        "performance",
        "performance_low",
        "performance_high",
    ]
    if result.detail == "item":
        columns.insert(1, "label")
    return Exhibit(caption, alt, _named(points)[columns], notes, result.plot)


def _leaning(points: pd.DataFrame, quadrant: str) -> pd.DataFrame:
    """Give points that are likely in a quadrant: those clearly so first, then by importance."""
    share = points[f"share_{quadrant}"]
    return points.assign(is_sure=share >= PLACED)[share >= LEANING].sort_values(
        ["is_sure", "importance"], ascending=False, kind="stable"
    )


def _names(rows: pd.DataFrame) -> list[str | Message]:
    return [point_name(row) for row in rows.to_dict("records")]


def _several(rows: pd.DataFrame) -> Say:
    return speaker(first=_names(rows)[:3], n=min(len(rows), 3))


def _numbers(result: ImportancePerformance, rows: pd.DataFrame) -> Message:
    row = rows.iloc[0]
    return Message(
        "{name}: a point more adds {importance:decimal2} ({importance_low:decimal2} to "
        "{importance_high:decimal2}) to {target}; it stands at {performance:decimal1} of 100 "
        "({performance_low:decimal1} to {performance_high:decimal1}); in this quadrant in "
        "{share:percent} of the draws ({n:count} answers).",
        {**row, "name": _names(rows)[0], "target": block_name(result.target)}
        | {"share": row[f"share_{row['quadrant']}"], "n": result.n},
    )


def _how(rows: pd.DataFrame, quadrant: str) -> Settled:
    return "clear" if rows[f"share_{quadrant}"].max() >= PLACED else "likely"
