"""The explorer as a page holds it: its default state for every reader, its data for the script."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from markupsafe import Markup

from brandkit.core.linalg import Floats
from brandkit.core.message import Message, formatted
from brandkit.language import current_language, translate, translation
from brandkit.page.blocks import Block
from brandkit.page.explore.layout import WIDTH, Drawn, Label, drawn_views
from brandkit.page.explore.model import (
    LETTERS,
    MOST_IN_FULL,
    Explored,
    Pair,
    View,
    lettered,
    percents,
)
from brandkit.page.explore.script import explorer_style, script
from brandkit.page.provenance import json_in_page
from brandkit.page.tables import TableCells, table_cells
from brandkit.page.texts import Text, foreign, rendered, text_of
from brandkit.viz.labels import text_width

#: Banks up to which the rows of the matrix bear names, and up to which a table gives all pairs.
MOST_NAMED, MOST_IN_TABLE = 18, 15
#: Points more that a table tells of.
TOLD = 10
#: Facets that are told of a pair.
MOST_FACETS = 6
ANCHORS = ("start", "middle", "end")
_ENDS = ("choices", "most", "ci_low", "ci_high")
Table = tuple[Message, pd.DataFrame, dict[str, Message | str], Any]

#: The sentences that the script fills; places take ready texts.
TEXTS = {
    "copied": Message("Copied"),
    "sells": Message("Who sells what {bank} sells"),
    "groups": Message("By category, there and back"),
    "facets": Message("What makes them alike"),
    "products": Message("Products that pair up"),
    "same": Message("Customers do not tell {bank} from {near}."),
    "apart": Message("{bank} is described most like {near}, but customers tell the two apart."),
    "near": Message("{bank} is described most like {near}."),
    "score": Message("Satisfaction {score} ({low}–{high})."),
    "few": Message("Few answers: {n}."),
    "hidden": Message("Too few answers to show what customers say."),
    "moved": Message("Since {wave} {bank} has moved {distance} ({low}–{high}), more than chance."),
    "still": Message(
        "Since {wave} {bank} has moved {distance} ({low}–{high}), no more than chance."
    ),
    "what": Message(
        "If {points} points more say “{word}” of {bank}, {near} is nearest: {before} → {then} away."
    ),
    "choice": Message("Choices change by {from} points (95% interval {low} to {high})."),
    "range": Message("Choices change by {from} to {to} points (95% interval {low} to {high})."),
    "over": Message(
        "{share} of what {bank} sells has a counterpart at {other}; {chance} by size alone."
    ),
    "pair": Message(
        "{share} of what {bank} sells has a counterpart at {other} ({low}–{high}); "
        "{chance} by size alone."
    ),
    "only": Message("{share} of what {bank} sells has a counterpart at {other}."),
    "category": Message("{category}: {share} of what {bank} sells has a counterpart at {other}."),
    "part": Message("{facet}: {part} of {most} possible points"),
}


@dataclass(frozen=True)
class ExploreBlock(Block):
    """The explorer: HTML that stands without its script, and the numbers of all banks."""

    kind: ClassVar[str] = "explore"
    name: str
    html: str
    caption: Text
    cells: TableCells

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        bundle = super()._repr_mimebundle_()
        head = Markup('<div class="explore-card"><style>{}</style>').format(explorer_style())
        bundle["text/html"] = f"{head}{self.html}<script>{script()}</script></div>"
        return bundle


def explore_block(shown: Explored) -> ExploreBlock:
    """Write the explorer in the language in use.

    Parameters
    ----------
    shown : Explored

    Returns
    -------
    ExploreBlock
    """
    drawn = drawn_views(shown) if shown.views else []
    names = {"bank": shown.banks[shown.first], "other": shown.banks[shown.second]}
    options: dict[str, Any] = {"focus": names["bank"], "of_people": False}
    tables = [
        (text_of(caption), table_cells(frame, heads=heads, kinds=kinds, **options))
        for caption, frame, heads, kinds in _tables(shown)
    ]
    kinds = [translate(view.title) for view in shown.views] or [translate("all products")]
    left = _room_for_names(shown)
    values: dict[str, Any] = {
        **names,
        "shown": shown,
        "data": json_in_page(_data(shown, drawn)),
        "left": left,
        "map": _map(shown, drawn[0]) if drawn else "",
        "side": 30 * bool(left) + WIDTH - left,
        "tables": [(caption, cells.to_json()) for caption, cells in tables],
        "views": [*kinds, *filter(None, shown.overlap)],
        "sentence": _joint().join(_sentences(shown)),
        "moves": list(dict.fromkeys(step.word for step in shown.steps)),
    }
    language = current_language()
    html = rendered("explore.html.j2", language=language, **values).strip()
    return ExploreBlock(language, "explore", html, *tables[0])


def _joint() -> str:
    return " " if current_language() == "en" else ""


def _room_for_names(shown: Explored) -> int:
    if not 2 < len(shown.order) <= MOST_NAMED:
        return 0
    widest = max(text_width(shown.banks[at]) for at in shown.order)
    return int(np.clip(12.5 * widest + 52, 120, 330))


def _sentences(shown: Explored) -> Iterator[str]:
    """Say of the first bank what the script says of each."""
    bank, other = shown.first, shown.second
    values: dict[str, Any] = {"bank": shown.banks[bank], "other": shown.banks[other]}
    keys = []
    if bank in shown.hidden:
        keys.append("hidden")
    elif bank in shown.near:
        near, told = shown.near[bank]
        keys.append({None: "near", True: "apart", False: "same"}[told])
        values["near"] = shown.banks[near]
    if bank in shown.few - shown.hidden:
        keys.append("few")
        values["n"] = formatted(shown.base[bank], "count")
    if shown.overlap and np.isfinite(shown.overlap[""][0][bank, other]):
        keys.append("over")
        share, chance = (float(table[bank, other]) for table in shown.overlap[""][:2])
        values |= {"share": formatted(share, "percent"), "chance": formatted(chance, "percent")}
    if bank in shown.scores:
        keys.append("score")
        told_scores = (formatted(one, "decimal2") for one in shown.scores[bank])
        values |= dict(zip(("score", "low", "high"), told_scores, strict=True))
    return (translate(replace(TEXTS[key], values=values)) for key in keys)


# --- the map --------------------------------------------------------------------------------------


def _map(shown: Explored, drawn: Drawn) -> Markup:
    """Draw the map: rays to the words on the rim, then banks with their regions."""
    language = current_language()
    parts = [
        Markup('<text class="ax{}"{} x="{}" y="{:.0f}" text-anchor="{}">{}</text>').format(
            kind, foreign(words, language), x, drawn.height - 6, anchor, words
        )
        for words, (x, anchor, kind) in zip(
            _end_texts(shown.views[0]),
            ((6, "start", ""), (754, "end", ""), (380, "middle", " up")),
            strict=False,
        )
    ]
    for at, end in enumerate(drawn.rays):
        if end is not None:
            texts = _texts([one[at] for one in drawn.words], shown.words[at])
            parts.append(
                Markup(
                    '<g class="at{}" data-a="{}"><line x1="{}" y1="{}" x2="{}" y2="{}"/>{}</g>'
                ).format("" if texts else " mute", at, *drawn.middle, *end, texts)
            )
    parts.append(Markup('<g class="mv"></g><path class="lk"/>'))
    for at, mark in enumerate(drawn.marks):
        if mark is not None:
            kind = " on" * (at == shown.first) + " vs" * (at == shown.second)
            texts = _texts(
                [one[at] for one in drawn.labels],
                shown.banks[at],
                Markup('<tspan class="v"></tspan>'),
            )
            parts.append(
                Markup(
                    '<g class="bk{}{}" data-i="{}" transform="translate({} {})">'
                    '<ellipse rx="{}" ry="{}" transform="rotate({})"/><circle r="{}"/>{}</g>'
                ).format(kind, " few" * (at in shown.few), at, *mark[:5], 7 if texts else 4, texts)
            )
    said = Message(
        "Map of {n:count} banks by what is said of them; {bank} and {other} stand out.",
        {
            "n": sum(mark is not None for mark in drawn.marks),
            "bank": shown.banks[shown.first],
            "other": shown.banks[shown.second],
        },
    )
    svg = '<svg class="map" role="img" viewBox="0 0 {:.0f} {:.0f}" aria-label="{}">{}'
    svg += '<g class="gh"></g></svg>'
    return Markup(svg).format(WIDTH, drawn.height, translate(said), Markup().join(parts))


def _texts(labels: Sequence[Label | None], words: str, mark: str = "") -> Markup:
    """Write a name for the desk and for the phone; nothing where neither has room for it."""
    lang = foreign(words, current_language())
    return Markup().join(
        Markup('<text class="l{}"{}{}>{}{}</text>').format(
            layout, lang, _placed(label), words, mark
        )
        for layout, label in enumerate(labels if any(labels) else ())
    )


def _placed(label: Label | None) -> Markup:
    """Give the attributes of a name's place; without room for it, it is not shown."""
    if label is None:
        return Markup(' style="display:none"')
    anchor = Markup(' text-anchor="{}"').format(label[2]) if label[2] != "start" else ""
    return Markup(' x="{:g}" y="{:g}"{}').format(*label[:2], anchor)


def _end_texts(view: View) -> list[str]:
    """Say what each end of the axes stands for, in words."""
    left, right, *upward = (translate(end) for end in view.ends)
    return [f"← {left}", f"{right} →", *([f"↑ {upward[1]} · ↓ {upward[0]}"] if upward else [])]


# --- tables ---------------------------------------------------------------------------------------


def _tables(shown: Explored) -> Iterator[Table]:
    """Give every number as a table: all banks, what is said of them, pairs, and what-ifs."""
    banks, every = np.array(shown.banks, dtype=object), range(len(shown.banks))
    columns: dict[str, Any] = {"brand": shown.banks}
    heads: dict[str, Message | str] = {}
    if shown.overlap:
        pairs, said = shown.overlap[""][0], {"bank": shown.banks[shown.first]}
        columns |= {"there": pairs[shown.first], "back": pairs[:, shown.first]}
        heads["there"] = Message("Of what {bank} sells, found there", said)
        heads["back"] = Message("Of what it sells, found at {bank}", said)
    if shown.near:
        near = {at: banks[one] for at, (one, _) in shown.near.items()}
        columns["nearest"] = [near.get(at) for at in every]
    if shown.scores:
        columns["score"] = [shown.scores.get(at, (np.nan,))[0] for at in every]
        heads["score"] = Message("Satisfaction")
    if np.isfinite(shown.base).any():
        columns["answers"] = np.where([at in shown.hidden for at in every], np.nan, shown.base)
        heads["answers"] = Message("Answers")
    kinds = {"there": "share", "back": "share", "score": "decimal", "answers": "count"}
    kinds = {name: kind for name, kind in kinds.items() if name in columns}
    yield Message("All banks"), pd.DataFrame(columns), heads, kinds
    kind = "decimal" if shown.said_kind == "ratings" else "share"
    if shown.words:
        rows = np.isfinite(shown.said).any(axis=1)
        said_of = _square(shown.said[rows], banks[rows], shown.words)
        yield (
            Message("What customers say of each bank"),
            said_of,
            {name: name for name in shown.words},
            dict.fromkeys(shown.words, kind),
        )
    if 1 < len(shown.order) <= MOST_IN_TABLE:
        names, cells = banks[list(shown.order)], np.ix_(shown.order, shown.order)
        yield (
            Message("Every pair of banks"),
            _square(shown.overlap[""][0][cells], names, names),
            {name: name for name in names},
            dict.fromkeys(names, "share"),
        )
    if shown.steps:
        yield _steps_table(shown)


def _square(values: Floats, rows: Any, columns: Any) -> pd.DataFrame:
    made = pd.DataFrame(values, columns=list(columns))
    made.insert(0, "brand", list(rows), allow_duplicates=True)
    return made


def _steps_table(shown: Explored) -> Table:
    """Give ten points; fewer and more lie in proportion."""
    steps = [one for one in shown.steps if one.points == TOLD] or shown.steps
    frame = pd.DataFrame(
        {
            "attribute": [shown.words[one.word] for one in steps],
            "more": [one.points for one in steps],
            "nearest": [shown.banks[one.near] for one in steps],
            "then": [one.then for one in steps],
            **{
                name: [one.change[at] for one in steps]
                for at, name in enumerate(_ENDS)
                if all(one.change for one in steps)
            },
        }
    )
    heads: dict[str, Message | str] = {
        "more": Message("Points more"),
        "then": Message("Distance then"),
        "choices": Message("Choices, least"),
        "most": Message("Choices, most"),
    }
    kinds = {"more": "points", "then": "decimal", **dict.fromkeys(_ENDS[:2], "signed")}
    known = set(frame.columns)
    return (
        Message("Changes of ten points"),
        frame,
        {name: head for name, head in heads.items() if name in known},
        {name: kind for name, kind in kinds.items() if name in known},
    )


# --- data -----------------------------------------------------------------------------------------


def _data(shown: Explored, drawn: Sequence[Drawn]) -> dict[str, Any]:
    """Give what the script knows, as short as it may be; names stand in the controls."""
    every, language = range(len(shown.banks)), current_language()
    is_rated = shown.said_kind == "ratings"
    write = _decimals if is_rated else lettered
    top = np.nanmax([*shown.said.ravel(), *shown.market, 0.0])
    return {
        "t": {key: translation(one, language) or one.text for key, one in TEXTS.items()},
        "l": LETTERS,
        "j": _joint(),
        "f": shown.first,
        "c": shown.second,
        "n": {at: formatted(shown.base[at], "count") for at in sorted(shown.few - shown.hidden)},
        "h": sorted(shown.hidden),
        "d": int(is_rated),
        "s": write(shown.said),
        "m": write(shown.market),
        "g": [*filter(None, shown.overlap)],
        "top": 100 if shown.said_kind == "people" else float(top if is_rated else percents(top)),
        "near": {
            at: [near, -1 if told is None else int(told)]
            for at, (near, told) in sorted(shown.near.items())
        },
        "v": [_view_data(*one) for one in zip(shown.views, drawn, strict=True)],
        "w": _steps_data(shown, drawn),
        "sc": {
            at: [formatted(one, "decimal2") for one in shown.scores[at]]
            for at in every
            if at in shown.scores
        },
        **(_overlap_data(shown) if shown.overlap else {}),
    }


def _decimals(values: Floats) -> list[float | None]:
    return [round(float(one), 1) if np.isfinite(one) else None for one in values.ravel()]


def _view_data(view: View, drawn: Drawn) -> dict[str, Any]:
    """Give the places of a view, with those of its names in both layouts."""
    told: dict[str, Any] = {
        "o": drawn.middle,
        "e": _end_texts(view),
        "p": [
            mark and [*mark[:5], _named(drawn.labels, at), *mark[5:]]
            for at, mark in enumerate(drawn.marks)
        ],
        "r": [end and [*end, _named(drawn.words, at)] for at, end in enumerate(drawn.rays)],
    }
    if view.since:
        told |= {
            "since": view.since,
            "d": {
                at: [*(formatted(one, "decimal2") for one in move[:3]), int(move[3])]
                for at, move in view.moved.items()
            },
        }
    return told


def _named(labels: Sequence[Sequence[Label | None]], at: int) -> list[Any]:
    found = (one[at] for one in labels)
    return [one and [round(one[0]), round(one[1]), ANCHORS.index(one[2])] for one in found]


def _steps_data(shown: Explored, drawn: Sequence[Drawn]) -> dict[int, list[list[int]]]:
    """Give the grid, word to its steps: all in whole units or hundredths."""
    grid: dict[int, list[list[int]]] = {}
    for one in shown.steps:
        region = np.nan_to_num(one.region * (drawn[0].scale, drawn[0].scale, -1))
        rest = (_hundredths(value) for value in (one.now, one.then, *one.change))
        told = [*drawn[0].at(one.place), *region, one.near, *rest]
        grid.setdefault(one.word, []).append([round(float(value)) for value in told])
    return grid


def _hundredths(value: float) -> int:
    return int(np.copysign(np.floor(100 * abs(value) + 0.5 + 1e-9), value))


def _overlap_data(shown: Explored) -> dict[str, Any]:
    """Give the matrix a letter a cell, by category too, and what pairs are made of."""
    at = sorted(shown.order)
    cells, whole = np.ix_(at, at), shown.overlap[""]
    is_small = len(at) <= MOST_IN_FULL
    weight: dict[str, float] = defaultdict(float)
    for parts, _ in shown.pairs.values():
        for name, part, _ in parts:
            weight[translate(name)] += part
    facets = sorted(weight, key=lambda name: -weight[name])[:MOST_FACETS]
    products: list[dict[str, int]] = [{} for _ in shown.banks]
    pairs = {
        at.index(a) * len(at) + at.index(b): _pair_data(
            pair, facets, [(shown.banks[one], products[one]) for one in (a, b)]
        )
        for (a, b), pair in shown.pairs.items()
    }
    around = [] if is_small else [whole[1][shown.first][at], whole[1][at, shown.first]]
    return {
        "k": at,
        "q": list(map(at.index, shown.order)),
        "x": [lettered(one) for one in around],
        "o": [lettered(one[cells]) for one in (whole if is_small else whole[:1])],
        "p": [[lettered(tables[0][cells])] for name, tables in shown.overlap.items() if name],
        "fa": facets,
        "pn": [list(products[one]) for one in at],
        "pr": [pairs.get(n, "") for n in range(len(at) ** 2)] if is_small else pairs,
    }


def _pair_data(pair: Pair, facets: list[str], banks: list[tuple[str, dict[str, int]]]) -> str:
    """Write a pair in letters: its facets' parts and weights, then places of products."""
    parts = np.full((2, len(facets)), np.nan)
    for facet, part, most in pair[0]:
        if (said := translate(facet)) in facets:
            parts[:, facets.index(said)] = part, most
    letters = lettered(parts)
    for *ends, alike in pair[1]:
        for (bank, known), name in zip(banks, map(str, ends), strict=True):
            short = name.removeprefix(bank).strip() or name
            letters += LETTERS[min(known.setdefault(short, len(known)), 100)]
        letters += lettered(float(alike))
    return letters
