"""What is said of a crosstab: who differs, in what, and what nobody differs in."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from brandkit.core.message import Finding, Message, formatted, noted
from brandkit.core.story import Exhibit, Story, speaker, titled
from brandkit.market.tabs.crosstab import Crosstab

#: Findings, tables on a page, and the rows and columns of one of them.
MOST_TOLD, MOST_TABLES, MOST_ROWS, MOST_COLUMNS = 3, 6, 15, 8
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
        nobody = say("In no question does a group of customers differ from the others.")
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
    say = speaker(group=row["segment"], answer=row["label"], question=row["question"],
                  banner=row["banner"], value=row["estimate"], rest=row["rest"], n=int(row["n"]),
                  p=row["p_adjusted"], low=row["ci_low"], high=row["ci_high"],
                  level=result.ci_level)  # fmt: skip
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
    say = speaker(n=len(rows), chance=max(round(len(rows) * (1 - result.ci_level)), 1),
                  level=result.ci_level)  # fmt: skip
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
        *noted("No group differs in: {names}.", names=[str(one) for one in best[best].index],
               most=40),
        *noted("{n:count} more {n:table|tables} with a difference are in the workbook.",
               n=max(rest, 0)),
        Message("All tables with their bases are in the workbook tables.xlsx."),
        *result.notes,
    )  # fmt: skip


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
            Message("All ({n:count})", values) if name is None
            else Message("{letter} {name} ({n:count})", values)
        )  # fmt: skip
    caption = Message(
        "“{question}” by “{banner}”: shares of those asked, the base in each head.",
        {"question": question, "banner": banner},
    )
    if set(cells["kind"]) & {"mean", "nps"}:
        caption = Message("“{question}” by “{banner}”: scores, the base in each head.",
                          caption.values)  # fmt: skip
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
    return Exhibit(caption, data=table, heads=heads, kinds=kinds, of_people=False, aside=2,
                   notes=(told,))  # fmt: skip
