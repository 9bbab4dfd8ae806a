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
from brandkit.sources.survey.answers import Answers, is_blank, labelled, listed, picks
from brandkit.sources.survey.codebook import Code, Item, code_of, code_text, is_missing
from brandkit.sources.survey.design import SurveyDesign
from brandkit.sources.survey.forms import is_added
from brandkit.sources.survey.raw import AnswerSet, RawSurvey, no_answer
from brandkit.sources.survey.words import (
    is_no_answer,
    listed_options,
    numbered_scale,
    told_range,
    worded_scale,
)


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
    frame, items = raw.frame.copy(), dict(raw.items)
    open_ = [name for name in map(str, frame.columns)
             if name not in design.columns and not is_added(name) and not items[name].values
             and not items[name].has_scale and not items[name].nominal
             and not pd.api.types.is_numeric_dtype(frame[name])
             and not pd.api.types.is_datetime64_any_dtype(frame[name])]  # fmt: skip
    given: dict[str, list[str]] = {}
    for name in open_:
        cells = frame[name][~is_missing(frame[name], items[name].missing)].dropna()
        texts = [text for text in cells.astype("str").str.strip().unique() if text]
        given[name] = texts
        silent = tuple(text for text in texts if is_no_answer(text))
        rest = [text for text in texts if text not in silent]
        if silent and rest and (len(rest) <= LONGEST_SCALE or "NA" in silent):
            items[name] = replace(items[name], missing=items[name].missing + silent)
            given[name] = rest
    short = {name: texts for name, texts in given.items() if 2 <= len(texts) <= LONGEST_SCALE}
    pooled = _pooled(short, items)
    for name, texts in short.items():
        among = {text for other in short.values() if set(other) & set(texts) for text in other}
        scale = numbered_scale([*texts, *pooled.get(name, ())]) or worded_scale(
            texts, among if len(among) <= 9 else ()
        )
        if scale is None:
            if all(re.fullmatch(r"-?\d+(\.0+)?", text) for text in texts):
                low_high = told_range(items[name].question or items[name].label)
                numbers = [float(text) for text in texts]
                if low_high and low_high[0] <= min(numbers) and max(numbers) <= low_high[1]:
                    items[name] = replace(items[name], low=low_high[0], high=low_high[1])
            continue
        written = {text: code_text(code) for text, code in scale.codes.items()}
        cells = frame[name].astype("str").str.strip()
        frame[name] = cells.map(written).where(cells.isin(list(written)), frame[name])
        ends = (scale.low, scale.high) if scale.low is not None else told_range(items[name].label)
        labels: dict[Code, str] = {
            code: text for text, code in scale.codes.items() if text != code_text(code)
        }
        low, high = ends or (None, None)
        items[name] = replace(items[name], low=low, high=high, values=labels)
    raw = replace(raw, frame=frame, items=items)
    in_sets = {name for one in raw.sets for name in one.items}
    loose = [name for name in map(str, frame.columns)
             if name not in in_sets and name not in design.columns and not is_added(name)
             and not pd.api.types.is_datetime64_any_dtype(frame[name]) and _may_tick(items[name])]  # fmt: skip
    return _gathered(raw, loose, design)


def _pooled(short: Mapping[str, Sequence[str]], items: Mapping[str, Item]) -> dict[str, list[str]]:
    """Give each column of numbers with words what its fellows say: of one question, or one text."""
    texts = {name: set(found) for name, found in short.items() if _is_numbered(found)}
    worded = {
        name: {t for t in found if not re.fullmatch(r"-?\d+", t)} for name, found in texts.items()
    }
    pooled = {}
    for name in short:
        if not all(re.match(r"\s*[(（]?-?\d", text) for text in short[name]):
            continue
        own = items[name].question
        near = [other for other in texts if (own and own == items[other].question)
                or worded.get(name, set()) & worded[other]]  # fmt: skip
        found = sorted({text for other in near for text in worded[other]})
        if found:
            told = {re.match(r"\D*(\d+)", text)[1]: text for text in found}  # type: ignore[index]
            pooled[name] = [t for t in told.values() if t not in short[name]
                            and re.match(r"\D*(\d+)", t)[1] not in short[name]]  # type: ignore[index]  # fmt: skip
    return pooled


def _is_numbered(texts: Sequence[str]) -> bool:
    return numbered_scale(list(texts)) is not None


def _may_tick(item: Item) -> bool:
    """Whether what is known of a column leaves room for ticks."""
    if item.has_scale:
        return (item.low, item.high) == (0.0, 1.0)
    return len(item.values) < 2 or set(item.values) <= {0.0, 1.0}


#: A column of more different texts holds no scale.
LONGEST_SCALE = 15
_STEM = re.compile(r"(.*\w)[_.\s]\d+[a-z]?|(.*?[^\d_.\s])\d+[a-z]?|(\w+)\[\w+\]")


def _gathered(raw: RawSurvey, names: Sequence[str], design: SurveyDesign) -> RawSurvey:
    """Put columns of ticks into the questions they belong to; a blank beside ticks is no tick."""
    ticks: dict[str, pd.Series] = {}
    for name in names:
        item, cells = raw.items[name], raw.frame[name].astype("str").str.strip()
        kept = cells.mask(is_missing(cells, item.missing) | cells.eq(""))
        own = {name.casefold(), (item.label or name).casefold()}
        if kept.notna().any() and kept.dropna().str.casefold().isin(own).all():
            ticks[name] = kept.notna().astype(float).where(kept.notna())
        elif (marks := picks(kept)) is not None:
            ticks[name] = marks
    groups: dict[str, list[str]] = {}
    last, number = "", 0
    for at, name in enumerate(map(str, raw.frame.columns)):
        if name not in ticks:
            continue
        stem = _STEM.fullmatch(name)
        question = raw.items[name].question or (stem and (stem[1] or stem[2] or stem[3])) or ""
        if not question:  # options that stand beside each other without their question
            said = raw.frame[name].astype("str").str.strip()
            if not said[said.ne("")].str.casefold().eq(name.casefold()).all():
                continue
            number += last != str(raw.frame.columns[at - 1])
            question, last = f"question {number}", name
        groups.setdefault(question, []).append(name)
    groups = {key: members for key, members in groups.items() if len(members) > 1}
    if not groups:
        return raw
    frame, items, notes, sets = raw.frame.copy(), dict(raw.items), list(raw.notes), []
    others = [name for name in map(str, frame.columns)
              if name not in ticks and name not in design.columns and not is_added(name)]  # fmt: skip
    answered = pd.DataFrame({n: ~no_answer(raw, n) for n in others}, index=frame.index)
    order = {str(name): at for at, name in enumerate(frame.columns)}
    wide = Counter(tuple(items[n].label for n in members) for members in groups.values())
    for key, members in groups.items():
        block = pd.DataFrame({name: ticks[name] for name in members})
        is_repeated = wide[tuple(items[n].label for n in members)] > 1
        if not block.eq(0).any().any() and not is_repeated:
            asked = block.notna().any(axis=1)
            end = max(order[name] for name in members)
            later = [n for n in others if order[n] > end and answered[n].mean() > 0.5]
            reached = answered[later or others].any(axis=1)
            if asked.mean() > 0.5:
                silent = int((reached & ~asked).sum())
                asked |= reached
                if silent:
                    said = (
                        "{n:count} {n:row|rows} without a tick in “{question}” {n:counts|count} as "
                        "asked: nothing was ticked."
                    )
                    notes.append(Message(said, {"n": silent, "question": key}))
            block = block.where(block.notna(), 0.0).where(asked, axis=0)
        for name in members:
            frame[name] = block[name]
            items[name] = replace(items[name], set=key, question=items[name].question or key)
        sets.append(AnswerSet(key, key, tuple(members), form="ticks", counted=1.0))
    return replace(raw, frame=frame, items=items, sets=(*raw.sets, *sets), notes=tuple(notes))


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
    return bool(texts.str.contains(r"[;|；┋、,\n]", regex=True).any())


def _options(cells: pd.Series, raw: RawSurvey, name: str, design: SurveyDesign) -> pd.Series | None:
    """Read a column of options in words; who went on without one was asked and ticked none."""
    if pd.api.types.is_numeric_dtype(cells) or pd.api.types.is_datetime64_any_dtype(cells):
        return None
    parts = listed_options(cells.dropna().astype("str"))
    if parts is None:
        return None
    lists = cells.map(lambda cell: parts[str(cell).strip()], na_action="ignore")
    if cells.notna().mean() > 0.5:
        others = [str(n) for n in raw.frame.columns
                  if n != name and n not in design.columns and not is_added(str(n))]  # fmt: skip
        at = list(raw.frame.columns).index(name)
        later = [n for n in others if list(raw.frame.columns).index(n) > at
                 and (~no_answer(raw, n)).mean() > 0.5]  # fmt: skip
        reached = pd.DataFrame({n: ~no_answer(raw, n) for n in later or others}).any(axis=1)
        lists = pd.Series(
            [[] if isinstance(one, float) and went else one for one, went in zip(lists, reached, strict=True)],
            index=cells.index, dtype=object,
        )  # fmt: skip
    return lists


def _together(parts: Sequence[pd.Series]) -> pd.Series:
    """Give, for each row, the list of codes over several columns; missing where all are blank."""
    rows = zip(*(part.astype(object).where(part.notna(), None) for part in parts), strict=True)
    lists = [[code_of(code) for code in row if code is not None] or np.nan for row in rows]
    return pd.Series(lists, index=parts[0].index, dtype=object)


_GRID = re.compile(r"(.*\S)\s+[-–—|]\s+(.+)|(.*\S)\s*[:：]\s*(.+)")


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
    cut: dict[str, dict[str, str]] = {}
    for name in map(str, raw.frame.columns):
        if said := _GRID.fullmatch(raw.items[name].label):
            cut.setdefault(said[1] or said[3], {})[said[2] or said[4]] = name
    brands = max(cut.values(), key=len, default={})
    grid = {question: told for question, told in cut.items() if set(told) == set(brands)}
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
    frame = pd.concat(parts)
    named = [next(iter(told.values())) for told in grid.values()]
    items = {name: raw.items[name] for name in map(str, rest.columns)}
    items |= {first: replace(raw.items[first], label=question, question=None)
              for question, first in zip(grid, named, strict=True)}  # fmt: skip
    items |= {"brand": Item("brand", "brand"), "respondent": Item("respondent", "respondent")}
    sets = tuple(one for one in raw.sets if not set(one.items) & set(every))
    return replace(raw, frame=frame[["respondent", "brand", *named, *rest.columns]], items=items,
                   sets=sets)  # fmt: skip


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
        items[name] = Item(name, labels.get(code, code_text(code)), 0.0, 1.0,
                           set=question.name, question=question.question)  # fmt: skip
    made = AnswerSet(question.name, question.question, tuple(columns), form="ticks", counted=1.0)
    return _Ticks(columns, items, made)
