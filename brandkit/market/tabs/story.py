"""What is said of responses: who differs, what moved, which services reach most or must be."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import pandas as pd

from brandkit.core.message import Finding, Message, Settled, as_notes, formatted, noted
from brandkit.core.story import Action, Exhibit, Story, speaker, titled
from brandkit.market.tabs.crosstab import Crosstab
from brandkit.market.tabs.kano import RULE, Kano
from brandkit.market.tabs.reach import EQUAL, Reach
from brandkit.market.tabs.trend import Trend

#: Findings, tables on a page, and the rows and columns of one of them.
MOST_TOLD, MOST_TABLES, MOST_ROWS, MOST_COLUMNS = 3, 4, 15, 8
#: Marks a small base, as in tables.
LOW_MARK = "▵"
_WRITTEN: Final = {"mean": "decimal2", "nps": "points"}


def crosstab(result: Crosstab, *, focus: object = None) -> Story:  # noqa: ARG001
    """Tell which groups differ most, and name the questions in which none does."""
    readings = result.readings()
    settled = readings[readings["settled"] != "open"]
    findings = [_finding(row, result) for row in _leading(result)]
    if not findings:
        say = speaker(n=len(readings))
        nobody = say("In no question is a group of customers shown to differ from the others.")
        detail = say("{n:count} tables were tested, each row over all its groups at once.")
        findings = [Finding(nobody, detail, "open")]
    exhibits: dict[str, Exhibit] = {}
    for at, (_, one) in enumerate(settled.head(MOST_TABLES).iterrows()):
        notes = _notes(result, readings) if at == 0 else ()
        exhibits[f"tab_{at + 1}"] = _table(result, one["question"], one["banner"], notes)
    if not exhibits:
        first = readings.iloc[0]
        notes = _notes(result, readings)
        exhibits["tab_1"] = _table(result, first["question"], first["banner"], notes)
    for at, banner in enumerate(dict.fromkeys(result.cells["banner"])):
        for name, is_share in (("shares", True), ("scores", False)):
            sheet = _sheet(result, banner, is_share=is_share)
            if sheet is not None:
                exhibits[f"{name}_{at + 1}"] = sheet
    return Story(titled(findings[0]), None, tuple(findings), (), exhibits)


def _leading(result: Crosstab) -> list[dict[str, Any]]:
    """Give the differences to read first, one a question."""
    cells = result.cells[result.cells["settled"].isin(["clear", "likely"])]
    cells = cells[cells["kind"] != "net"]
    order = cells.assign(open_=(cells["settled"] != "clear"), far=-cells["difference"].abs())
    order = order.sort_values(["open_", "q_value", "far"], kind="stable")
    first = order.drop_duplicates("question").head(MOST_TOLD)
    return [{str(key): value for key, value in row.items()} for _, row in first.iterrows()]


def _finding(row: dict[str, Any], result: Crosstab) -> Finding:
    say = speaker(
        group=row["segment"],
        answer=row["label"],
        question=row["question"],
        banner=row["banner"],
        value=row["estimate"],
        rest=row["rest"],
        n=int(row["n"]),
        p=row["p_adjusted"],
        low=row["ci_low"],
        high=row["ci_high"],
        level=result.ci_level,
    )
    if row["kind"] == "mean":
        headline = say("{group}: {value:decimal2} on “{answer}”, all others {rest:decimal2}.")
        detail = say(
            "Mean score of {n:count} answers, {low:decimal2} to {high:decimal2} "
            "({level:percent}); p {p:p} over all groups of “{banner}”."
        )
    elif row["kind"] == "nps":
        headline = say("{group}: {value:points} points on “{answer}”, all others {rest:points}.")
        detail = say("{n:count} answers; p {p:p} over all groups of “{banner}”.")
    else:
        headline = say("{group}: {value:percent} say “{answer}”, of all others {rest:percent}.")
        detail = say(
            "“{question}”, {n:count} answers, {low:percent} to {high:percent} "
            "({level:percent}); p {p:p} over all groups of “{banner}”."
        )
    return Finding(headline, detail, row["settled"])


def _notes(result: Crosstab, readings: pd.DataFrame) -> tuple[Message, ...]:
    """Say in what nobody differs, how far the tests hold, and what is in the workbook."""
    best = readings.groupby("question", sort=False)["settled"].apply(lambda a: set(a) == {"open"})
    rest = int((readings["settled"] != "open").sum()) - MOST_TABLES
    rows = result.pairs.drop_duplicates(["item", "label", "banner"])
    say = speaker(
        n=len(rows), chance=max(round(len(rows) * (1 - result.ci_level)), 1), level=result.ci_level
    )
    holm = say(
        "Letters name the groups of the same question that a share lies above ({level:percent}, "
        "Holm over the pairs of a row). Of {n:count} rows up to {chance:count} may have one by "
        "chance."
    )
    quantum = say(
        "Letters name the groups of the same question that a share lies above ({level:percent}, "
        "pooled t on effective bases, Bonferroni over the pairs of a row). Of {n:count} rows up to "
        "{chance:count} may have one by chance."
    )
    return (
        holm if result.style == "holm" else quantum,
        *noted(
            "No group is shown to differ in: {names}.",
            names=[str(one) for one in best[best].index],
            most=40,
        ),
        *noted(
            "{n:count} more {n:table|tables} with a difference are in the workbook.", n=max(rest, 0)
        ),
        Message("All tables with their bases are in the workbook tables.xlsx."),
        *result.notes,
    )


def _table(result: Crosstab, question: str, banner: str, notes: tuple[Message, ...]) -> Exhibit:
    """Lay out one question by one banner: shares with letters, bases in the heads."""
    cells = result.cells
    cells = cells[(cells["question"] == question) & (cells["banner"] == banner)]
    groups = list(dict.fromkeys(cells["segment"].dropna()))[:MOST_COLUMNS]
    data: dict[str, list[str]] = {"label": list(dict.fromkeys(cells["label"]))[:MOST_ROWS]}
    heads: dict[str, Message | str] = {"label": Message("Answer")}
    for at, name in enumerate([*groups, None]):
        own = cells[cells["segment"].isna() if name is None else cells["segment"] == name]
        by_label = {row["label"]: row for row in own.to_dict("records")}
        data[f"c{at}"] = [_written(by_label[label]) for label in data["label"]]
        values = {"n": int(own["n"].max()), "name": name, "letter": own["letter"].iloc[0]}
        heads[f"c{at}"] = (
            Message("All ({n:count})", values)
            if name is None
            else Message("{letter} {name} ({n:count})", values)
        )
    caption = Message(
        "“{question}” by “{banner}”: shares of those asked, the base in each head.",
        {"question": question, "banner": banner},
    )
    if set(cells["kind"]) & {"mean", "nps"}:
        caption = Message(
            "“{question}” by “{banner}”: scores, the base in each head.", caption.values
        )
    return Exhibit(caption, data=pd.DataFrame(data), notes=notes, heads=heads, of_people=False)


def _written(cell: dict[Any, Any]) -> str:
    """Write a value with its letters, marked where its base is small."""
    value = formatted(cell["estimate"], _WRITTEN.get(cell["kind"], "percent"))
    low = LOW_MARK if cell["base"] == "small" else ""
    return " ".join(part for part in (value, str(cell["letters"]).replace(" ", ""), low) if part)


def _sheet(result: Crosstab, banner: str, *, is_share: bool) -> Exhibit | None:
    """Lay out all questions by one banner, letters and bases in columns of their own."""
    cells = result.cells
    scores = cells["kind"].isin(["mean", "nps"])
    cells = cells[(cells["banner"] == banner) & (scores != is_share)]
    if cells.empty:
        return None
    rows = cells.drop_duplicates(["item", "label"])[["question", "item", "label"]]
    keys = pd.MultiIndex.from_frame(rows[["item", "label"]])
    table = rows[["question", "label"]].reset_index(drop=True)
    heads: dict[str, Message | str] = {"label": Message("Answer")}
    kinds: dict[str, Any] = {}
    groups = [None, *dict.fromkeys(cells["segment"].dropna())]
    for at, name in enumerate(groups):
        own = cells[cells["segment"].isna() if name is None else cells["segment"] == name]
        own = own.set_index(["item", "label"]).reindex(keys)
        letter = own["letter"].dropna()
        said = {"name": name, "letter": letter.iloc[0] if len(letter) else ""}
        table[f"v{at}"] = own["estimate"].to_numpy()
        kinds[f"v{at}"] = "share" if is_share else "number"
        heads[f"v{at}"] = Message("{letter} {name}", said) if name else Message("All")
        if name:
            table[f"s{at}"] = own["letters"].fillna("").to_numpy()
            heads[f"s{at}"] = Message("{letter} above", said)
        table[f"n{at}"] = own["n"].astype("Int64").to_numpy()
        kinds[f"n{at}"] = "count"
        heads[f"n{at}"] = Message("{letter} base", said) if name else Message("Base")
    caption = Message("All questions by “{banner}”", {"banner": banner})
    told = Message("Above: letters of the groups it lies significantly above.")
    return Exhibit(
        caption, data=table, heads=heads, kinds=kinds, of_people=False, aside=2, notes=(told,)
    )


def trend(result: Trend, *, focus: object = None) -> Story:
    """Tell what moved; alerts on the focus's own series come first."""
    series = result.series
    held = series[series["settled"] != "open"]
    held = held.assign(
        doubt=held["settled"] != "clear",
        other=~held["label"].str.contains(str(focus), regex=False) if focus else False,
        p=held[["p_adjusted", "slope_adjusted"]].min(axis=1),
    ).sort_values(["doubt", "other", "p"], kind="stable")
    findings = [_series(result)]
    findings += [_moved(dict(row)) for _, row in held.head(MOST_TOLD).iterrows()]
    say = speaker(
        n=result.n_series,
        alerts=result.n_alerts,
        waves=result.waves["wave"].nunique(),
        persons=result.n,
        level=result.ci_level,
    )
    caption = say(
        "What moved most over {waves:count} waves: each with {level:percent} intervals and the "
        "level behind the noise; {persons:count} persons."
    )
    alt = say(
        "Small charts over {waves:count} waves; {alerts:count} of {n:count} series carry an alert."
    )
    kept = say(
        "An alert stands where the newest wave differs from the mean of all before it, or the line "
        "through all has a slope, with all {n:count} series looked at together. The change from "
        "the wave before is shown only."
    )
    notes = (*as_notes(findings[1:]), kept, *result.notes)
    columns = [
        "question",
        "label",
        "earliest",
        "newest",
        "change",
        "p_adjusted",
        "slope",
        "slope_adjusted",
        "previous_change",
        "detectable",
        "alert",
    ]
    order = series.assign(p=series[["p_adjusted", "slope_adjusted"]].min(axis=1))
    table = order.sort_values("p", kind="stable")[columns].reset_index(drop=True)
    listed = say("All {n:count} series, those that moved most first.")
    return Story(
        titled(findings[1] if len(findings) > 1 else findings[0]),
        None,
        tuple(findings),
        (),
        {
            "moved": Exhibit(
                caption, alt, _charted(result), notes, partial(result.plot, focus=focus)
            ),
            "series": Exhibit(listed, data=table, of_people=False),
        },
    )


def _charted(result: Trend) -> Any:
    """Give the waves of the series that the figure shows."""
    first = leading(result)
    keys = [(one["question"], one["label"]) for one in first]
    every = zip(result.waves["question"], result.waves["label"], strict=True)
    rows = result.waves[[key in keys for key in every]]
    return rows.drop(columns=["n_effective"]).reset_index(drop=True)


def leading(result: Trend, most: int = 6) -> list[dict[str, Any]]:
    """Give the series that moved most, for the figure."""
    order = result.series.assign(p=result.series[["p_value", "slope_p"]].min(axis=1))
    first = order.sort_values(["p"], kind="stable").head(most)
    return [{str(key): value for key, value in row.items()} for _, row in first.iterrows()]


def _series(result: Trend) -> Finding:
    say = speaker(
        n=result.n_series,
        moved=result.n_alerts,
        level=result.ci_level,
        wave=result.waves["wave"].iloc[-1],
    )
    detail = say(
        "A false alert among all of them has a chance of {chance:percent} at most.",
        chance=1 - result.ci_level,
    )
    if result.n_alerts:
        return Finding(say("{moved:count} of {n:count} series moved."), detail, "clear")
    said = say("None of {n:count} series is known to have moved by {wave}.")
    return Finding(said, detail, "open")


def _moved(row: dict[str, Any]) -> Finding:
    kind = _WRITTEN.get(row["kind"], "percent")
    say = speaker(
        answer=row["label"],
        question=row["question"],
        since=row["wave_from"],
        now=row["wave_to"],
        first=formatted(row["earliest"], kind),
        newest=formatted(row["newest"], kind),
        before=formatted(row["newest"] - row["change"], kind),
        n=int(row["n_waves"]),
        p=row["p_adjusted"],
        line=row["slope_adjusted"],
    )
    by_line = row["slope_adjusted"] < row["p_adjusted"]
    rises = row["slope"] > 0 if by_line else row["change"] > 0
    detail = say(
        "“{question}”: {before} on average before; p {p:p} against it, {line:p} for the line "
        "through {n:count} waves, over all series."
    )
    if row["settled"] == "likely":
        headline = say("“{answer}” has probably fallen ({since}: {first}, {now}: {newest}).")
        if rises:
            headline = say("“{answer}” has probably risen ({since}: {first}, {now}: {newest}).")
        return Finding(headline, detail, "likely")
    if by_line:
        headline = say("“{answer}” falls on the whole: {first} in {since}, {newest} in {now}.")
        if rises:
            headline = say("“{answer}” rises on the whole: {first} in {since}, {newest} in {now}.")
    else:
        headline = say("“{answer}” fell to {newest} in {now}, from {before} before.")
        if rises:
            headline = say("“{answer}” rose to {newest} in {now}, from {before} before.")
    return Finding(headline, detail, "clear")


#: Share of draws in which one set must win.
SURE, LIKELY = 0.95, 0.8
#: Points that a further item must add to be worth its place.
WORTH = 0.02


def reach(result: Reach, *, focus: object = None) -> Story:  # noqa: ARG001
    """Tell how many the best set reaches, and which items could change places."""
    sizes = result.sizes
    worth = sizes[(sizes["gain"] >= WORTH) | (sizes["k"] == sizes["k"].min())]
    best = worth.iloc[-1]
    support = float(best["support"])
    settled: Settled = "clear" if support >= SURE else "likely" if support >= LIKELY else "open"
    if not result.is_exact and settled == "clear":
        settled = "likely"
    say = speaker(
        k=int(best["k"]),
        items=_named(best["items"]),
        value=best["reached"],
        low=best["ci_low"],
        high=best["ci_high"],
        n=int(best["n"]),
        level=result.ci_level,
        equal=int(best["n_equal"]),
        sets=int(best["n_sets"]),
        seen=best["estimate"],
    )
    headline = say("{k:count} items reach {value:percent} of those asked: {items}.")
    if settled == "open":
        headline = say(
            "Several sets of {k:count} reach {value:percent}; the choice among them is open."
        )
    detail = say(
        "{low:percent} to {high:percent} ({level:percent}), after {seen:percent1} here; of "
        "{sets:count} sets {equal:count} cannot be told from the best; {n:count} persons."
    )
    findings = [Finding(headline, detail, settled)]
    action = Action("test", say("Test these together first: {items}."), settled, "reach")
    caption = say(
        "Share reached by the best set of each size, the luck of the choice taken off; "
        "{n:count} persons."
    )
    alt = say("A rising row of dots: {k:count} items reach {value:percent}.")
    table = sizes.assign(items=[", ".join(one) for one in sizes["items"]])
    columns = [
        "k",
        "items",
        "reached",
        "ci_low",
        "ci_high",
        "ci_level",
        "estimate",
        "gain",
        "support",
        "n_equal",
        "n",
    ]
    notes = (*as_notes(findings[1:]), Message("Reach counts people, not sales."), *result.notes)
    return Story(
        titled(findings[0]),
        None,
        tuple(findings),
        (action,),
        {
            "reach": Exhibit(caption, alt, table[columns], notes, partial(result.plot)),
            "members": _candidates(result, int(best["k"])),
        },
    )


def _named(items: list[str]) -> list[Message]:
    return [Message("“{part}”", {"part": one}) for one in items]


def _candidates(result: Reach, k: int) -> Exhibit:
    rows = result.items[result.items["k"] == k].sort_values(
        "support", ascending=False, kind="stable"
    )
    close = int(((rows["support"] >= EQUAL) & (rows["support"] < SURE)).sum())
    caption = Message(
        "How surely each item belongs in the best set of {k:count}: {n:count} could change places.",
        {"k": k, "n": close},
    )
    table = pd.DataFrame(rows)[["label", "share", "support"]].reset_index(drop=True)
    return Exhibit(caption, data=table, heads={"label": Message("Item")}, of_people=False)


#: Kinds of services, as sentences and tables call them.
KIND_NAMES: Final = {
    "must_be": Message("a must-be"),
    "one_dimensional": Message("one-dimensional"),
    "attractive": Message("attractive"),
    "reverse": Message("unwanted"),
    "indifferent": Message("indifferent"),
    "questionable": Message("contradictory"),
}
#: What ratings call the same.
_AS_RATED: Final = {
    "basic": "must_be",
    "performance": "one_dimensional",
    "exciting": "attractive",
}
_KANO_HEADS: Final[dict[str, Message | str]] = {
    "label": Message("Service"),
    "kind": Message("Kind"),
    "better": Message("Pleased by having it"),
    "worse": Message("Displeased by lacking it"),
}


def kano(result: Kano, *, focus: object = None) -> Story:  # noqa: ARG001
    """Tell what must be there and what delights; what is not told apart stays open."""
    rows = result.services
    told = rows.assign(
        doubt=rows["settled"].map({"clear": 0, "likely": 1, "open": 2}),
        turn=rows["kind"].map({name: at for at, name in enumerate(KIND_NAMES)}),
    )
    told = told.sort_values(["doubt", "turn", "lead"], ascending=[True, True, False], kind="stable")
    told = told[told["kind"] != ""]
    sure = told[told["settled"] != "open"]
    told = sure if len(sure) else told
    every = [_of_kind(dict(row)) for _, row in told.iterrows()]
    findings = [finding for finding, _ in every[:MOST_TOLD]]
    if not findings:
        nothing = Message("Of no service can be told whether it must be there or delights.")
        say = speaker(n=len(rows), persons=result.n)
        detail = say("{n:count} services were asked about; {persons:count} persons.")
        findings = [Finding(nothing, detail, "open")]
    findings += _by_tier(result)
    say = speaker(n=len(rows), persons=result.n, settled=int((rows["settled"] != "open").sum()))
    caption = say(
        "Services by who is pleased by having them (upward) and displeased by lacking them "
        "(across). Of those who want them or do not care; hollow where the kind is open; "
        "{persons:count} persons."
    )
    alt = say(
        "A square of four regions with {n:count} services; of {settled:count} the kind is settled."
    )
    notes = (*as_notes(findings[1:]), *_as_rated(result), *result.notes)
    tables = {"kinds": _kinds(result)}
    if len(result.tiers):
        tables["kinds_by_group"] = _kinds(result, tiers=True)
    columns = ["label", "better", "better_low", "better_high", "worse", "worse_low", "worse_high"]
    shown = rows[[*columns, "ci_level", "n"]]
    heads = {name: said for name, said in _KANO_HEADS.items() if name in shown}
    figure = Exhibit(caption, alt, shown, notes, partial(result.plot), heads=heads)
    actions = tuple(action for _, due in every[:MOST_TOLD] for action in due)
    return Story(titled(findings[0]), None, tuple(findings), actions, {"kano": figure, **tables})


def _of_kind(row: dict[str, Any]) -> tuple[Finding, list[Action]]:
    kind, settled = row["kind"], row["settled"]
    say = speaker(
        service=row["label"],
        kind=KIND_NAMES[kind],
        other=KIND_NAMES[row["second_kind"]],
        rule=KIND_NAMES[row["by_rule"]],
        better=row["better"],
        worse=-row["worse"],
        share=row[kind],
        next=row[row["second_kind"]],
        p=row["p_adjusted"],
        n=int(row["n"]),
    )
    detail = say(
        "{share:percent} answer so, {next:percent} that it is {other} (p {p:p} over all services); "
        "{n:count} persons."
    )
    if settled == "open":
        headline = say(
            "Whether “{service}” is {kind} or {other} is open ({share:percent} and {next:percent})."
        )
        if row["by_rule"] in RULE:
            detail = say(
                "p {p:p} over all services; {n:count} persons. Kano's rule, which takes what is "
                "missed most, would call it {rule}; that is no finding."
            )
        return Finding(headline, detail, "open"), []
    if kind == "reverse":
        headline = say("“{service}” is unwanted: {share:percent} would rather be without it.")
        if settled == "likely":
            headline = say("“{service}” is probably unwanted ({share:percent}).")
        text = say("Ask why customers would rather be without “{service}”.")
        return Finding(headline, detail, settled), [Action("check", text, settled, "kano")]
    headline = say(
        "“{service}” is {kind}: having it pleases {better:percent}, lacking it displeases "
        "{worse:percent}."
    )
    if settled == "likely":
        headline = say("“{service}” is probably {kind}.")
    due = {
        "must_be": ("secure", say("Secure “{service}”: its lack displeases {worse:percent}.")),
        "one_dimensional": ("keep", say("Keep “{service}” good: it pleases and its lack costs.")),
        "attractive": ("test", say("Test “{service}”: having it pleases {better:percent}.")),
    }
    actions = [Action(*due[kind], settled, "kano")] if kind in due else []  # type: ignore[arg-type]
    return Finding(headline, detail, settled), actions


def _by_tier(result: Kano) -> list[Finding]:
    """Tell where a group sees a service otherwise than all together."""
    over_all = result.services.set_index("label")
    rows = result.tiers[result.tiers["settled"] == "clear"]
    all_of = over_all.loc[rows["label"], ["kind", "settled"]].reset_index(drop=True)
    differ = (all_of["kind"].to_numpy() != rows["kind"]) & (rows["kind"] != "indifferent")
    findings = []
    for _, row in rows[differ].sort_values("lead", ascending=False, kind="stable").iterrows():
        say = speaker(
            group=row["segment"],
            service=row["label"],
            kind=KIND_NAMES[row["kind"]],
            share=row[row["kind"]],
            n=int(row["n"]),
            p=row["p_adjusted"],
        )
        headline = say("For {group}, “{service}” is {kind}; over all customers that is not seen.")
        detail = say("{share:percent} of {n:count} (p {p:p} over all groups and services).")
        findings.append(Finding(headline, detail, "clear"))
    return findings[:2]


def _as_rated(result: Kano) -> list[Message]:
    """Say how far ratings tell the same kinds."""
    rows = result.services[result.services["settled"] != "open"]
    rated = rows["role"].map(_AS_RATED).dropna()
    return noted(
        "Of {n:count} {n:service|services} that ratings tell about too, {same:count} act as people "
        "say here.",
        n=len(rated),
        same=int((rated == rows.loc[rated.index, "kind"]).sum()),
    )


def _kinds(result: Kano, *, tiers: bool = False) -> Exhibit:
    rows = result.tiers if tiers else result.services
    heads = ["segment"] if tiers else []
    columns = ["label", "kind", *KIND_NAMES, "better", "worse", "p_adjusted", "settled", "n"]
    table = rows[[*heads, *columns]]
    names: list[Any] = [KIND_NAMES.get(kind, "") for kind in table["kind"]]
    table = table.assign(kind=names)
    caption = Message("What people say of having and of lacking each service, in shares.")
    if tiers:
        caption = Message("What each group says of having and of lacking each service, in shares.")
    return Exhibit(caption, data=table.reset_index(drop=True), heads=_KANO_HEADS)
