"""From cells to ticks and scales: what answers say in words, and which columns are one question."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from brandkit.core.errors import InputError
from brandkit.core.message import Message
from brandkit.sources.survey.answers import NO_VALUE, Answers, is_blank, labelled, listed, picks
from brandkit.sources.survey.codebook import Code, Item, code_of, code_text, is_missing
from brandkit.sources.survey.design import SurveyDesign
from brandkit.sources.survey.forms import is_added
from brandkit.sources.survey.raw import AnswerSet, RawSurvey, no_answer
from brandkit.sources.survey.words import (
    BANK,
    is_no_answer,
    listed_options,
    numbered_scale,
    runs_down,
    told_points,
    told_range,
    worded_scale,
)

#: A column of more different texts holds no scale.
LONGEST_SCALE = 15
_HEAD = re.compile(r"[^\W_]+(?:[_.]|\s*[:：-]\s*)(?=\S)")
_STEM = re.compile(r"(.*\w)[_.\s]\d+[a-z]?|(.*?[^\d_.\s])\d+[a-z]?|(\w+)\[\w+\]")


def understood(raw: RawSurvey, *, design: SurveyDesign) -> RawSurvey:
    """Read what answers say in words: no answer, scales, ticks; gather ticks into their questions.

    What a codebook says of a column is left as it is.

    Examples
    --------
    >>> words = ["Neither", "Very satisfied", "N/A", "Dissatisfied"]
    >>> raw = understood(RawSurvey(pd.DataFrame({"q": words}), {"q": Item("q")}),
    ...                  design=SurveyDesign())
    >>> raw.frame["q"].tolist(), raw.items["q"].high, raw.items["q"].missing
    (['3', '5', 'N/A', '2'], 5.0, ('N/A',))
    """
    in_sets = {name for one in raw.sets for name in one.items}
    loose = [
        name
        for name in map(str, raw.frame.columns)
        if name not in design.columns
        and not is_added(name)
        and not pd.api.types.is_datetime64_any_dtype(raw.frame[name])
    ]
    plain = [
        name
        for name in loose
        if _is_open(raw.items[name]) and not pd.api.types.is_numeric_dtype(raw.frame[name])
    ]
    raw = _turned(_in_numbers(_without_words(raw, plain), plain))
    ticks = [name for name in loose if name not in in_sets and _may_tick(raw.items[name])]
    return _gathered(raw, ticks, design)


def _is_open(item: Item) -> bool:
    return not item.values and not item.has_scale and not item.nominal


def _may_tick(item: Item) -> bool:
    """Whether what is known of a column leaves room for ticks."""
    if item.has_scale:
        return (item.low, item.high) == (0.0, 1.0)
    return len(item.values) < 2 or set(item.values) <= {0.0, 1.0}


def _given(raw: RawSurvey, name: str) -> list[str]:
    """Give the different texts of a column, without what is missing."""
    cells = raw.frame[name][~no_answer(raw, name)].dropna()
    return [text for text in cells.astype("str").str.strip().unique() if text]


def _without_words(raw: RawSurvey, names: Sequence[str]) -> RawSurvey:
    """Take words such as "don't know" for missing, where they stand beside scales or numbers."""
    spoken: dict[str, tuple[str, ...]] = {}
    rest: dict[str, list[str]] = {}
    for name in names:
        texts = _given(raw, name)
        spoken[name] = tuple(text for text in texts if is_no_answer(text))
        rest[name] = [text for text in texts if text not in spoken[name]]
    # as R and pandas write what is missing: told by the numbers, meant in the texts
    written = {
        word
        for name, words in spoken.items()
        if rest[name] and _are_numbers(rest[name])
        for word in words
        if word in NO_VALUE
    }
    items = dict(raw.items)
    for name, words in spoken.items():
        silent = [word for word in words if _tells(rest[name]) or word in written]
        if silent and rest[name]:
            items[name] = replace(items[name], missing=(*items[name].missing, *silent))
    return replace(raw, items=items)


def _are_numbers(texts: Sequence[str]) -> bool:
    return all(re.fullmatch(r"-?\d+([.,]\d+)?", text) for text in texts)


def _tells(texts: Sequence[str]) -> bool:
    """Whether texts are numbers, a scale or ticks, beside which a word says that nothing is."""
    if not texts or len(texts) > LONGEST_SCALE:
        return False
    marks = picks(pd.Series(texts)) is not None
    return marks or _are_numbers(texts) or bool(numbered_scale(texts) or worded_scale(texts))


def _in_numbers(raw: RawSurvey, names: Sequence[str]) -> RawSurvey:
    """Write the words of scales as their numbers; take ends that a question tells."""
    frame, items = raw.frame.copy(), dict(raw.items)
    given = {name: _given(raw, name) for name in names}
    short = {name: texts for name, texts in given.items() if 2 <= len(texts) <= LONGEST_SCALE}
    pooled = _pooled(short, items)
    for name, texts in short.items():
        among = {text for other in short.values() if set(other) & set(texts) for text in other}
        scale = numbered_scale([*texts, *pooled.get(name, ())]) or worded_scale(
            texts, among if len(among) <= 9 else ()
        )
        said = (items[name].label, items[name].question or "")
        told = told_points(said[0]) or told_points(said[1])
        points: dict[Code, str] = {code: text for code, text in told.items()}
        ends = (float(min(points)), float(max(points))) if {0.0, 1.0} & {*points} else None
        asked = next(filter(None, map(told_range, said)), None) or ends
        if scale is None:
            numbers = [float(text) for text in texts if re.fullmatch(r"-?\d+(\.0+)?", text)]
            if (
                len(numbers) == len(texts)
                and asked
                and (asked[0] <= min(numbers) and max(numbers) <= asked[1])
            ):
                values = points if ends == asked else {}
                items[name] = replace(items[name], low=asked[0], high=asked[1], values=values)
            continue
        codes = {text: code_text(code) for text, code in scale.codes.items()}
        cells = frame[name].astype("str").str.strip()
        frame[name] = cells.map(codes).where(cells.isin(list(codes)), frame[name])
        low, high = (scale.low, scale.high) if scale.low is not None else asked or (None, None)
        labels: dict[Code, str] = {
            code: text for text, code in scale.codes.items() if text != code_text(code)
        }
        items[name] = replace(items[name], low=low, high=high, values=labels)
    return replace(raw, frame=frame, items=items)


def _turned(raw: RawSurvey) -> RawSurvey:
    """Have scales from the best to the worst turned round on reading, and say so."""
    down = [
        name
        for name, item in raw.items.items()
        if item.has_scale
        and not item.reversed
        and not item.nominal
        and runs_down({code: text for code, text in item.values.items() if isinstance(code, float)})
    ]
    if not down:
        return raw
    items = {**raw.items, **{name: replace(raw.items[name], reversed=True) for name in down}}
    note = Message(
        "By their labels the answers to {items} run from the best to the worst; they were turned "
        "round, so that more is better.",
        {"items": down[:12]},
    )
    return replace(raw, items=items, notes=(*raw.notes, note))


def _pooled(short: Mapping[str, Sequence[str]], items: Mapping[str, Item]) -> dict[str, list[str]]:
    """Give each column of numbers with words what its fellows say: of one question, or one text."""
    worded = {
        name: {text for text in texts if not re.fullmatch(r"-?\d+", text)}
        for name, texts in short.items()
        if numbered_scale(list(texts))
    }
    pooled: dict[str, list[str]] = {}
    for name, texts in short.items():
        if not all(re.match(r"\s*[(（]?-?\d", text) for text in texts):
            continue
        own, question = worded.get(name, set()), items[name].question
        near = [
            found
            for other, found in worded.items()
            if found & own or (question and question == items[other].question)
        ]
        seen = {_number_in(text) for text in texts}
        told = {_number_in(text): text for text in sorted(set().union(*near))}
        pooled[name] = [text for number, text in told.items() if number not in seen]
    return pooled


def _number_in(text: str) -> str:
    said = re.match(r"\D*(\d+)", text)
    return said[1] if said else text


def _gathered(raw: RawSurvey, names: Sequence[str], design: SurveyDesign) -> RawSurvey:
    """Put columns of ticks into the questions they belong to; a blank beside ticks is no tick."""
    ticks = {name: marks for name in names if (marks := _marks(raw, name)) is not None}
    groups = _questions(raw, ticks)
    if not groups:
        return raw
    frame, items, notes, sets = raw.frame.copy(), dict(raw.items), list(raw.notes), []
    aside = {*ticks, *design.columns}
    others = [name for name in map(str, frame.columns) if name not in aside and not is_added(name)]
    alike = Counter(tuple(items[n].label for n in members) for members in groups.values())
    for question, members in groups.items():
        block = pd.DataFrame({name: ticks[name] for name in members})
        # a question asked of every brand in turn: who has no tick at all was not asked
        is_one_of_many = alike[tuple(items[n].label for n in members)] > 1
        if not block.eq(0).any().any() and not is_one_of_many:
            block, silent = _with_silence(raw, block, others)
            if silent:
                said = (
                    "{n:count} {n:row|rows} without a tick in “{question}” {n:counts|count} as "
                    "asked: nothing was ticked."
                )
                notes.append(Message(said, {"n": silent, "question": question}))
        for name in members:
            frame[name] = block[name]
            items[name] = replace(
                items[name], set=question, question=items[name].question or question
            )
        sets.append(AnswerSet(question, question, tuple(members), form="ticks", counted=1.0))
    return replace(raw, frame=frame, items=items, sets=(*raw.sets, *sets), notes=tuple(notes))


def _marks(raw: RawSurvey, name: str) -> pd.Series | None:
    """Read a column as ticks: marks, or its own name where it was ticked."""
    codes, distinct = pd.factorize(raw.frame[name], use_na_sentinel=False)
    item, cells = raw.items[name], pd.Series(distinct).astype("str").str.strip()
    kept = cells.mask(is_missing(cells, item.missing) | cells.eq(""))
    own = {name.casefold(), (item.label or name).casefold()}
    marks = picks(kept)
    if kept.notna().any() and kept.dropna().str.casefold().isin(own).all():
        marks = kept.notna().astype(float).where(kept.notna())
    return None if marks is None else marks.take(codes).set_axis(raw.frame.index)


def _questions(raw: RawSurvey, ticks: Mapping[str, pd.Series]) -> dict[str, list[str]]:
    """Give each question of ticks its columns, two and more: by text, by name, or side by side.

    A question that holds numbers beyond 1 elsewhere counts things: its 0s and 1s are no ticks.
    """
    groups: dict[str, list[str]] = {}
    heads = Counter(head[0] for name in ticks if (head := _HEAD.match(name)))
    last, number = "", 0
    columns = list(map(str, raw.frame.columns))
    for at, name in enumerate(columns):
        if name not in ticks:
            continue
        stem = _STEM.fullmatch(name)
        question = raw.items[name].question or (stem and (stem[1] or stem[2] or stem[3])) or ""
        head = _HEAD.match(name)
        if not question and head and heads[head[0]] > 2:
            question = head[0].strip("_. :-")
        if not question:  # options that stand beside each other without their question
            said = raw.frame[name].astype("str").str.strip()
            if not said[said.ne("")].str.casefold().eq(name.casefold()).all():
                continue
            number += last != columns[at - 1]
            question, last = f"question {number}", name
        groups.setdefault(question, []).append(name)
    counts = {
        raw.items[name].question
        for name in columns
        if name not in ticks
        and pd.to_numeric(pd.Series(raw.frame[name].unique()), errors="coerce").max() > 1
    }
    return {key: told for key, told in groups.items() if len(told) > 1 and key not in counts}


def _with_silence(
    raw: RawSurvey, block: pd.DataFrame, others: Sequence[str]
) -> tuple[pd.DataFrame, int]:
    """Count blanks as not ticked for who was asked: who ticked any, or went on past the question.

    Where more than half have no tick, the question was for some only, and silence says nothing.
    """
    asked = block.notna().any(axis=1)
    silent = 0
    if asked.mean() > 0.5:
        reached = _went_on(raw, list(map(str, block.columns)), others)
        silent = int((reached & ~asked).sum())
        asked = asked | reached
    filled = block.where(block.notna(), 0.0)
    return filled.where(asked, axis=0), silent


def _went_on(raw: RawSurvey, names: Sequence[str], others: Sequence[str]) -> pd.Series:
    """Say which rows answered anything after some columns, or at all where these are the last.

    Where the file asks nothing else, a row is there because it was asked.
    """
    if not others:
        return pd.Series(True, index=raw.frame.index)
    order = {str(name): at for at, name in enumerate(raw.frame.columns)}
    end = max(order[name] for name in names)
    answered = pd.DataFrame({n: ~no_answer(raw, n) for n in others}, index=raw.frame.index)
    later = [name for name in others if order[name] > end and answered[name].mean() > 0.5]
    return answered[later or list(others)].any(axis=1)


def unfolded(raw: RawSurvey, *, design: SurveyDesign) -> RawSurvey:
    """Make a column of ticks of each code, where columns hold codes of several things picked.

    Examples
    --------
    >>> raw = RawSurvey(pd.DataFrame({"q": ["1;3", "1"]}), {"q": Item("q")})
    >>> unfolded(raw, design=SurveyDesign()).frame.iloc[:, 1:].to_dict("list")
    {'q_1': [1.0, 1.0], 'q_3': [1.0, 0.0]}
    """
    made: list[_Ticks] = []
    items = dict(raw.items)
    for one in raw.sets:
        if one.form != "codes":
            continue
        labels = {code: text for name in one.items for code, text in raw.items[name].values.items()}
        parts = [raw.frame[name].mask(no_answer(raw, name)) for name in one.items]
        made.append(_ticks(one, _together(parts), labels=labels, taken=items))
    for name in map(str, raw.frame.columns):
        item = items[name]
        if name in design.columns or item.has_scale or not _may_list(raw.frame[name]):
            continue
        cells = raw.frame[name].mask(no_answer(raw, name))
        lists = listed(cells, item.values)
        if lists is None and not item.values and not is_added(name):
            lists = _options(cells, raw, name, design)
        if lists is not None:
            question = AnswerSet(name, item.label or name, (name,))
            made.append(_ticks(question, lists, labels=item.values, taken=items))
            items[name] = replace(item, nominal=False, values={})
    if not made:
        return raw
    columns = {name: ticks for one in made for name, ticks in one.columns.items()}
    items |= {name: item for one in made for name, item in one.items.items()}
    frame = pd.concat([raw.frame, pd.DataFrame(columns)], axis=1)
    return replace(raw, frame=frame, items=items, sets=(*raw.sets, *(one.set for one in made)))


def tick_answers(raw: RawSurvey) -> dict[str, Answers]:
    """Read the columns of ticks; of an open set they are ticks if all of its columns are.

    Examples
    --------
    >>> sets = (AnswerSet("s", "Which?", ("q",)),)
    >>> raw = RawSurvey(pd.DataFrame({"q": ["x", ""]}), {"q": Item("q")}, sets)
    >>> tick_answers(raw)["q"].values.tolist()
    [1.0, nan]
    """
    found: dict[str, Answers] = {}
    for one in raw.sets:
        if one.form == "codes":
            continue
        read: dict[str, Answers] = {}
        for name in one.items:
            item, cells = raw.items[name], raw.frame[name]
            coded = is_missing(cells, item.missing)
            blank = is_blank(cells) & ~coded
            kept = cells.mask(coded | blank)
            if one.form == "open":
                if item.has_scale and (item.low, item.high) != (0.0, 1.0):
                    break
                if item.values and item.nominal:
                    kept = labelled(kept, item.values).astype(object)
            values = picks(kept, counted=one.counted)
            if values is None and kept.notna().any():
                break
            ticked = kept.astype(float) if values is None else values
            read[name] = Answers(ticked, int(coded.sum()), int(blank.sum()))
        else:
            found |= read
    return found


def _may_list(cells: pd.Series) -> bool:
    """Whether any cell has a sign that parts codes; asked of each text once, not of each row."""
    if pd.api.types.is_numeric_dtype(cells) or pd.api.types.is_datetime64_any_dtype(cells):
        return False
    texts = pd.Series(cells.dropna().unique()).astype("str")
    return bool(texts.str.contains(r"[;|；┋、，,\n]", regex=True).any())


def _options(cells: pd.Series, raw: RawSurvey, name: str, design: SurveyDesign) -> pd.Series | None:
    """Read a column of options in words; who went on without one was asked and ticked none."""
    if pd.api.types.is_numeric_dtype(cells) or pd.api.types.is_datetime64_any_dtype(cells):
        return None
    unsaid = cells.map(lambda cell: is_no_answer(str(cell)), na_action="ignore").eq(True)
    cells = cells.mask(unsaid)
    parts = listed_options(cells.dropna().astype("str"))
    if parts is None:
        return None
    lists = cells.map(lambda cell: parts[str(cell).strip()], na_action="ignore")
    if cells.notna().mean() > 0.5:
        others = [
            str(n)
            for n in raw.frame.columns
            if n != name and n not in design.columns and not is_added(str(n))
        ]
        pairs = zip(lists, _went_on(raw, [name], others) & ~unsaid, strict=True)
        found = [[] if isinstance(one, float) and went else one for one, went in pairs]
        lists = pd.Series(found, index=cells.index, dtype=object)
    return lists


def _together(parts: Sequence[pd.Series]) -> pd.Series:
    """Give, for each row, the list of codes over several columns; missing where all are blank."""
    rows = zip(*(part.astype(object).where(part.notna(), None) for part in parts), strict=True)
    lists = [[code_of(code) for code in row if code is not None] or np.nan for row in rows]
    return pd.Series(lists, index=parts[0].index, dtype=object)


def whole_text(item: Item) -> str:
    """Give what a column asks, with its question."""
    is_part = item.question and item.question not in item.label
    return f"{item.question} - {item.label}" if is_part else item.label


_GRID = re.compile(r"(.*\S)(?:\s+[-–—|]\s+|\s*[:：－｜]\s*)(.+)|(.*\S)\s*\[([^\[\]]+)\]")


def grids(labels: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Find what is asked of several things in columns of their own: question -> thing -> column.

    Examples
    --------
    >>> grids({"a": "Fair - Civic", "b": "Fair - Nova", "c": "Age"})
    {'Fair': {'Civic': 'a', 'Nova': 'b'}}
    >>> grids({"a": "Civic Bank: Fair", "b": "Nova Bank: Fair"})
    {'Fair': {'Civic Bank': 'a', 'Nova Bank': 'b'}}
    """
    cut: dict[str, dict[str, str]] = {}
    parts = {
        name: [part for part in said.groups() if part]
        for name, label in labels.items()
        if (said := _GRID.fullmatch(label))
    }
    named = {part for parted in parts.values() for part in parted if BANK.search(part)}
    is_first = [sum(said[at] in named for said in parts.values()) for at in (0, 1)]
    for name, (one, other) in parts.items():
        turned = is_first[0] > is_first[1] if (one in named) == (other in named) else one in named
        question, thing = (other, one) if turned else (one, other)
        cut.setdefault(question, {})[thing] = name
    things = max(cut.values(), key=len, default={})
    return {question: told for question, told in cut.items() if set(told) == set(things)}


def stacked(raw: RawSurvey) -> RawSurvey:
    """Put questions asked of every brand in columns of their own under each other.

    Labels tell: "Fair - Civic" and "Fair - Nova" are one question of two brands. A row stays for
    each brand that its person was asked about; a question keeps the name of its first column.

    Examples
    --------
    >>> items = {n: Item(n, label) for n, label in (("a", "Fair - Civic"), ("b", "Fair - Nova"),
    ...                                             ("c", "Near - Civic"), ("d", "Near - Nova"))}
    >>> raw = stacked(RawSurvey(pd.DataFrame([[1, 5, 2, 4]], columns=list("abcd")), items))
    >>> raw.frame.to_dict("list")
    {'respondent': ['1', '1'], 'brand': ['Civic', 'Nova'], 'a': [1, 5], 'c': [2, 4]}
    """
    grid = grids({name: whole_text(raw.items[name]) for name in map(str, raw.frame.columns)})
    brands = next(iter(grid.values()), {})
    if len(brands) < 2:
        raise InputError(
            "`stack` needs labels such as “Fair fees - Civic Bank” that name question and brand; "
            "found none that several brands share. Name the brand's column, or leave `stack` out."
        )
    every = [name for told in grid.values() for name in told.values()]
    rest = raw.frame.drop(columns=every)
    rest = rest.drop(columns=[n for n in ("brand", "respondent") if n in rest])
    persons = pd.Series(np.arange(1, len(rest) + 1), index=rest.index).astype("str")
    parts = []
    for brand in brands:
        own = {told[brand]: next(iter(told.values())) for told in grid.values()}
        asked = pd.DataFrame({name: ~no_answer(raw, name) for name in own}).any(axis=1)
        block = raw.frame[list(own)].rename(columns=own).assign(brand=brand, respondent=persons)
        parts.append(pd.concat([block, rest], axis=1)[asked])
    told = persons.isin(pd.concat([part["respondent"] for part in parts]))
    if not told.all():  # asked of no brand
        parts.append(rest[~told].assign(respondent=persons, brand=None))
    frame = pd.concat(parts)
    named = [next(iter(told.values())) for told in grid.values()]
    items = {name: raw.items[name] for name in map(str, rest.columns)}
    items |= {
        first: replace(raw.items[first], label=question, question=None)
        for question, first in zip(grid, named, strict=True)
    }
    items |= {"brand": Item("brand", "brand"), "respondent": Item("respondent", "respondent")}
    sets = tuple(one for one in raw.sets if not set(one.items) & set(every))
    return replace(
        raw, frame=frame[["respondent", "brand", *named, *rest.columns]], items=items, sets=sets
    )


class _Ticks(NamedTuple):
    """Columns of ticks made of a question, and what is known of them."""

    columns: dict[str, pd.Series]
    items: dict[str, Item]
    set: AnswerSet


def _ticks(
    question: AnswerSet, lists: pd.Series, *, labels: Mapping[Code, str], taken: Mapping[str, Item]
) -> _Ticks:
    """Make a column of ticks for each code, labelled ones first."""
    given = {code for codes in lists.dropna() for code in codes}
    order = [*labels, *sorted(given - set(labels), key=lambda code: (isinstance(code, str), code))]
    columns, items = {}, {}
    for code in order:
        name = f"{question.name}_{code_text(code)}"
        while name in taken:
            name += "_"
        has = [code in codes if isinstance(codes, list) else np.nan for codes in lists]
        columns[name] = pd.Series(has, index=lists.index, dtype=float)
        items[name] = Item(
            name,
            labels.get(code, code_text(code)),
            0.0,
            1.0,
            set=question.name,
            question=question.question,
        )
    made = AnswerSet(question.name, question.question, tuple(columns), form="ticks", counted=1.0)
    return _Ticks(columns, items, made)
