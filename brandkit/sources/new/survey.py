"""Which column of a survey is what: firm where two signs agree, asked where one stands alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, takewhile
from pathlib import Path
from typing import Any

import pandas as pd

from brandkit.core.waves import order_of_time
from brandkit.sources.new.answered import (
    DATE,
    MOST_BRANDS,
    Answered,
    missing_codes,
    profiles,
)
from brandkit.sources.new.columns import Doubt, Guess
from brandkit.sources.survey import words
from brandkit.sources.survey.answers import as_numbers
from brandkit.sources.survey.codebook import code_text
from brandkit.sources.survey.design import SurveyDesign
from brandkit.sources.survey.quality import running_against
from brandkit.sources.survey.raw import RawSurvey, no_answer, with_codebook, with_missing
from brandkit.sources.survey.survey import raw_survey
from brandkit.sources.survey.ticks import grids, understood, unfolded, whole_text
from brandkit.sources.survey.words import BANK, NO, NOBODY, YES

#: The customer-satisfaction model's constructs and the arrows between them.
MODEL = (("IMAG", "EXPE"), ("EXPE", "QUAL"), ("EXPE", "VAL"), ("QUAL", "VAL"), ("IMAG", "SAT"),
         ("EXPE", "SAT"), ("QUAL", "SAT"), ("VAL", "SAT"), ("IMAG", "LOY"),
         ("SAT", "LOY"))  # fmt: skip
#: Constructs that follow from satisfaction, and so cannot drive it.
AFTER = ("LOY", "LOYALTY", "忠誠", "忠诚", "忠誠度", "忠诚度")
#: Constructs nearest to satisfaction first: where there are too many drivers, these stay.
NEAREST = ("QUAL", "VAL", "EXPE", "IMAG")
#: Scales of ratings that are in use, the likeliest first.
USUAL_SCALES = ((0, 10), (1, 10), (1, 5), (1, 7))
#: Importance is computed over all subsets of drivers up to here.
MOST_DRIVERS = 20
#: A year with more than itself: what one tells is when it was.
_TIMED = re.compile(r"(?<!\d)(?:(?:19|20)\d\d(?!\d).*\w|\w.*(?<!\d)(?:19|20)\d\d)(?!\d)")

#: A heading that is a column's code, not a word of the questionnaire.
_CODE = re.compile(r"[A-Za-z]{0,12}[\W_]*[A-Za-z]{0,3}\d+[\W\d_]*")


@dataclass
class _Roles:
    """What has been found out, and what is asked."""

    keys: dict[str, Any] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)

    def ask(self, key: str, value: Any, reason: str) -> None:
        """Write a key commented out, and put its reason as a question."""
        self.doubts.append(Doubt(key, value, reason))
        self.questions.append(f"`{key}`: {reason}")


def guessed_survey(
    path: Path, *, sheet: str | None = None, codebook: Path | None = None, certain: bool = False
) -> Guess | None:
    """Guess what the columns of a survey are; None where it looks like none.

    Parameters
    ----------
    path : Path
    sheet : str, optional
    codebook : Path, optional
    certain : bool
        Whether the form of the file alone says that it is a survey.
    """
    raw = with_codebook(raw_survey(path, sheet=sheet), codebook)
    codes = {} if certain else missing_codes(raw)
    missing = sorted({code for found in codes.values() for code in found})
    nothing = SurveyDesign()
    if missing:
        raw = with_missing(raw, {name: found for name, found in codes.items()}, design=nothing)
    read = unfolded(understood(raw, design=nothing), design=nothing)
    columns = profiles(raw, read)
    if not certain and survey_signs(columns, len(raw.frame)) < 4:
        return None
    found = _Roles()
    if sheet is not None:
        found.keys["sheet"] = sheet
    grids = _grids(columns, read)
    _design(found, columns, read)
    if missing:
        found.keys["missing"] = [int(code) for code in missing]
        told = ", ".join(code_text(code) for code in missing)
        found.questions.append(f"are {told} really codes for no answer (`missing`)?")
    if grids and "brand" not in found.keys:
        found.keys["stack"] = True
        found.questions = [q for q in found.questions if not q.startswith("no column says")]
        said = "each question is asked of every bank in columns of its own"
        found.questions.append(f"{said}: `stack` puts them under each other")
        columns = _stacked(columns, grids)
    pairs = _kano(found, columns)
    columns = [column for column in columns if column.name not in pairs]
    _explained(found, columns)
    _direction(found, read)
    _images(found, columns, read)
    _segments(found, columns)
    _people(found, columns)
    scales = sum(column.kind == "scale" for column in columns)
    n_sets = sum(one.form == "ticks" for one in read.sets)
    sets = f", {n_sets} {'question' if n_sets == 1 else 'questions'} of ticks" if n_sets else ""
    brand = next((c for c in columns if c.name == found.keys.get("brand")), None)
    single = ("brand", "outcome", "recommend", "wave", "weight", "choice")
    shown = [f"{key} {_shown(found.keys[key], columns)}" for key in single if key in found.keys]
    reason = f"a survey: {len(raw.frame)} rows, {scales} ratings{sets}"
    return Guess(
        "survey",
        found.keys,
        "; ".join([reason, *shown]),
        "\n".join(found.questions),
        brand.texts if brand else (),
        tuple(found.doubts),
        tuple(c.label for c in columns if c.kind in ("scale", "group", "list")),
    )


def survey_signs(columns: Sequence[Answered], n_rows: int) -> int:
    """Count what speaks for a survey: what services add, questions, ratings, persons."""
    kinds = [column.kind for column in columns]
    asks = sum(bool(re.search(r"[?？]", column.told)) for column in columns)
    rated = [c for c in columns if c.kind == "scale"]
    signs = 3 * (kinds.count("added") > 1) + 2 * (asks > 0) + (len(rated) > 0) + (len(rated) > 2)
    signs += 2 * any(c.kind == "id" and words.PERSON.search(c.told) for c in columns)
    is_asked = len(rated) > 1 or kinds.count("tick") > 1  # as branches and products are not
    signs += is_asked and any(_brand_score(c) > 1 for c in columns)
    signs += 2 * any(words.RECOMMEND.search(c.told) for c in rated)
    signs += 2 * any(words.SATISFIED.search(c.told) for c in rated)
    signs += sum(kinds.count(kind) > 1 for kind in ("tick", "list")) + ("list" in kinds)
    signs += 2 * ("personal" in kinds) * (len(rated) > 0) + (n_rows > 100 and len(rated) > 1)
    return signs if n_rows >= 10 and (rated or "tick" in kinds or "list" in kinds) else 0


# ---------------------------------------------------------------- roles


def _design(found: _Roles, columns: Sequence[Answered], read: RawSurvey) -> None:
    """Guess which columns say who answered, about whom, with what weight, and when."""
    brand = _brand(found, columns, read)
    _wave(found, [c for c in columns if c is not brand])
    ids = [
        c
        for c in columns
        if c.kind in ("id", "number", "text", "group")
        and c is not brand
        and c.is_whole
        and _is_person(c)
    ]
    for person in ids:
        wave = found.keys.get("wave")
        rows = read.frame[[person.name, *([wave] if wave else [])]].astype("str")
        alone = not rows.duplicated().any()
        if alone or (brand and not rows.assign(brand=read.frame[brand.name]).duplicated().any()):
            found.keys["respondent"] = person.name
            if brand and not alone:
                _choice(found, columns, read, brand=brand, person=person)
            break
    amounts = [c for c in columns if c.kind in ("number", "scale", "group", "id")]
    named = [c for c in amounts if words.WEIGHT.search(c.told)]
    for column in named[:1] or [c for c in amounts if _varies_about_one(c, read)]:
        _weight(found, column, read)
        break
    for key, named_by in (("strata", words.STRATA), ("cluster", words.CLUSTER)):
        for column in columns:
            is_code = column.kind in ("group", "number", "scale", "id") and column.is_whole
            if is_code and named_by.search(column.name.replace("_", " ")):
                found.keys[key] = column.name
                break


def _is_person(column: Answered) -> bool:
    own = words.PERSON.search(words.spoken(column.name, column.label))
    return own is not None or (column.kind == "id" and column.at == 0)


def _brand(found: _Roles, columns: Sequence[Answered], read: RawSurvey) -> Answered | None:
    scored = [(score, c) for c in columns if (score := _brand_score(c)) > 0]
    if not scored:
        found.questions.append(
            "no column says which bank a row is about; name the bank under `brand` if it is one "
            "for all"
        )
        return None
    score, best = max(scored, key=lambda pair: (pair[0], -pair[1].at))
    if score < 3:
        found.ask("brand", best.name, f"does {best.label!r} say which bank a row is about?")
        return None
    rivals = [c for score, c in scored if score > 2 and set(c.texts) & set(best.texts)]
    best = _rated_in_turn(rivals, columns, read) or best
    found.keys["brand"] = best.name
    if all(re.fullmatch(r"-?\d+", text) for text in best.texts):
        said = f"{best.name} holds codes without names, so banks are called by them"
        found.questions.append(f"`brand`: {said}; a codebook would name them")
    return best


def _rated_in_turn(
    rivals: Sequence[Answered], columns: Sequence[Answered], read: RawSurvey
) -> Answered | None:
    """Find the bank that changes from row to row of a person, beside the one that stays."""
    for person in (c for c in columns if c.is_whole and _is_person(c) and len(rivals) > 1):
        rows = read.frame[[person.name, *(c.name for c in rivals)]].astype("str")
        if not rows[person.name].duplicated().any():
            continue
        most = rows.groupby(person.name).nunique().max()
        turning = [c for c in rivals if most[c.name] > 1]
        if len(turning) == 1:
            return turning[0]
    return None


def _brand_score(column: Answered) -> int:
    """Weigh heading against answers: 3 and more where both say "bank"."""
    if column.kind not in ("group", "scale", "number") or len(column.texts) < 2:
        return 0
    texts = [text.casefold().strip() for text in column.texts]
    if len(texts) > MOST_BRANDS or set(texts) <= YES | NO or column.scale is not None:
        return 0
    named = bool(BANK.search(column.told))
    is_whole_name = BANK.fullmatch(column.name.strip()) or BANK.fullmatch(column.label.strip())
    if words.SATISFIED.search(column.told) or words.RECOMMEND.search(column.told):
        named = False
    own = sum(bool(BANK.search(text)) for text in column.texts) / len(texts)
    is_code = all(re.fullmatch(r"-?\d+", text) for text in texts)
    if is_code:
        few = len(texts) <= 40 and max(map(abs, column.numbers), default=99) <= 999
        is_asked = named and (is_whole_name or words.WHICH.search(column.told))
        return 3 * bool(is_asked and few)
    if column.kind == "scale" or are_bands(texts):
        return 0
    score = 2 * named + 2 * (own > 0.3) + bool(is_whole_name)
    score += bool(named and words.MAIN.search(column.told)) + bool(named and own == 0)
    return score if named or own > 0.5 else 0


def _choice(
    found: _Roles,
    columns: Sequence[Answered],
    read: RawSurvey,
    *,
    brand: Answered,
    person: Answered,
) -> None:
    """Look for the main bank: the same for all rows of a person, or one tick among them."""
    for column in columns:
        if column in (brand, person) or not (BANK.search(column.told) or "main" in column.told):
            continue
        if column.kind == "group" and set(column.texts) & set(brand.texts):
            rows = read.frame[[person.name, column.name]].drop_duplicates()
            if not rows[person.name].duplicated().any():
                found.keys["choice"] = column.name
                return
        texts = {text.casefold() for text in column.texts}
        if column.kind in ("tick", "group") and texts <= YES | NO and "main" in column.told:
            found.ask(
                "choice",
                column.name,
                "it says yes or no, and `choice` wants a column with "
                "the name of the bank chosen: the main bank",
            )
            return


def _varies_about_one(column: Answered, read: RawSurvey) -> bool:
    """Whether numbers vary about 1 as weights of persons do, which is one sign of them."""
    if not column.numbers or all(number.is_integer() for number in column.numbers):
        return False
    values, _ = as_numbers(read.frame[column.name])
    return len(column.numbers) > 2 and values.min() > 0 and abs(values.mean() - 1) < 0.02


def _weight(found: _Roles, column: Answered, read: RawSurvey) -> None:
    values, _ = as_numbers(read.frame[column.name])
    shown = f"{column.name!r} has values such as {', '.join(column.texts[:2])}"
    if not column.is_whole or values.isna().any():
        n = int(values.isna().sum())
        found.ask("weight", column.name, f"{shown}, and {n} rows have none")
    elif (
        (values <= 0).any()
        or len(column.numbers) < 3
        or not 0.5 <= values.mean() <= 2
        or not (words.WEIGHT.search(column.told))
    ):
        found.ask("weight", column.name, f"{shown}; are they weights of persons?")
    else:
        found.keys["weight"] = column.name


def _wave(found: _Roles, columns: Sequence[Answered]) -> None:
    taken = set(map(str, found.keys.values()))
    for column in columns:
        if column.kind not in ("group", "number", "scale") or column.name in taken:
            continue
        is_named = words.WAVE.search(words.spoken(column.name, column.label))
        is_time = column.kind == "group" and all(map(_TIMED.search, column.texts))
        if not (is_named or is_time) or column.question or not 2 <= len(column.texts) <= 60:
            continue
        if words.SATISFIED.search(column.told) or words.NO_WAVE.search(column.told):
            continue
        # codes tell the order where their labels do not; "orders per month" are no waves
        codes = column.numbers if len(column.numbers) == len(column.texts) else ()
        tells = is_time or all(1990 <= code < 2050 for code in codes or (0,))
        tells = tells or (not codes and order_of_time(list(column.texts)) is not None)
        is_coded = len(codes) > 0 and codes[-1] - codes[0] < 1.3 * len(codes)
        if not tells and not any(map(_is_brief, (column.name, column.label))):
            continue
        if not column.is_whole:
            found.ask("wave", column.name, f"{column.name!r} has rows without a wave")
        elif (codes and tells) or is_coded or order_of_time(list(column.texts)) is not None:
            found.keys["wave"] = column.name
        else:
            by_year = sorted(column.texts, key=lambda text: re.findall(r"(?:19|20)\d\d", text)[:1])
            value = {"column": column.name, "order": by_year}
            found.ask("wave", value, f"{column.name!r} does not tell the order of time; tell it")
        return
    for column in columns:
        months = {text[:7] for text in column.texts}
        is_days = bool(column.texts) and DATE.match(column.texts[0])
        if is_days and column.kind in ("date", "added") and len(months) > 1:
            by = "month" if len(months) < 13 else "quarter"
            value = {"column": column.name, "by": by}
            found.ask(
                "wave",
                value,
                f"{column.name!r} holds days of {len(months)} months; write "
                "it to compare months or quarters",
            )
            return


def _is_brief(heading: str) -> bool:
    """Whether a heading is a word or two: a name of what the column holds, no question."""
    return len(words.spoken(heading).split()) <= 2 and len(heading) <= 24


def _explained(found: _Roles, columns: Sequence[Answered]) -> None:
    """Find the likelihood to recommend, what drivers explain, and what may drive it."""
    taken = {str(value) for value in found.keys.values()}
    rated = [
        c
        for c in columns
        if (c.kind == "scale" or _is_likelihood(c))
        and c.name not in taken
        and not _is_coded_group(c)
    ]
    named = [c for c in rated if words.RECOMMEND.search(c.told)]
    to_ten = [c for c in named if _ends(c)[1] == 10]
    recommend = next(iter(to_ten), None)
    if recommend:
        found.keys["recommend"] = recommend.name
    elif named:
        low, high = _ends(named[0])
        found.ask(
            "recommend",
            named[0].name,
            f"its answers run from {low:g} to {high:g}; the "
            "likelihood to recommend is asked from 0 to 10",
        )
    others = [c for c in rated if c not in named]
    blocks = _constructs(others)
    if {"SAT"} < set(blocks):
        found.keys["blocks"] = blocks
        paths = [[a, b] for a, b in MODEL if a in blocks and b in blocks]
        if paths:
            found.keys["paths"] = paths
    outcome = _outcome(found, others, blocks)
    if outcome is None:
        if others:
            names = ", ".join(c.label for c in others[:4])
            found.questions.append(
                f"`outcome`, `drivers`: which of {names} is satisfaction overall?"
            )
        return
    found.keys["outcome"] = outcome.name
    _drivers(found, outcome, others, blocks)
    own = [outcome, *(c for c in others if c.name in found.keys.get("drivers", ()))]
    _scale(found, own)


def _is_likelihood(column: Answered) -> bool:
    """Whether numbers from 0 to 10, some of which nobody said, stand under the heading for it."""
    whole = column.kind == "number" and set(column.numbers) <= set(range(11))
    return whole and bool(words.RECOMMEND.search(column.told))


def _is_coded_group(column: Answered) -> bool:
    """Whether a few codes from 1 stand for the groups that the heading names."""
    few = len(column.numbers) <= 8 and column.numbers[:1] == (1,) and column.scale is None
    return few and not column.question and bool(words.GROUP.search(column.told))


def _ends(column: Answered) -> tuple[float, float]:
    if column.scale:
        return column.scale
    return (column.numbers[0], 10.0 if column.numbers[-1] >= 9 else column.numbers[-1])


def _outcome(
    found: _Roles, rated: Sequence[Answered], blocks: Mapping[str, list[str]]
) -> Answered | None:
    scored = []
    for column in rated:
        own = words.spoken(column.name, column.label)
        in_battery = sum(bool(c.question) and c.question == column.question for c in rated) > 1
        score = 2 * bool(words.SATISFIED.search(own)) + 2 * bool(words.OVERALL.search(own))
        score -= 2 * (in_battery and not words.OVERALL.search(own))
        if score > 0:
            scored.append((score, column))
    if not scored:
        return None
    best = max(score for score, _ in scored)
    first = [column for score, column in scored if score == best]
    in_block = [c for c in first if any(c.name in members for members in blocks.values())]
    of_bank = [c for c in first if BANK.search(c.told)]
    if best > 3 and len(of_bank) == 1:  # of the bank, as against its app
        return of_bank[0]
    if len(first) > 1 and len(in_block) < len(first):
        names = ", ".join(repr(c.label) for c in first[:4])
        found.ask("outcome", first[0].name, f"{names}: which one is satisfaction overall?")
        return None
    return first[0]


def _constructs(rated: Sequence[Answered]) -> dict[str, list[str]]:
    """Gather columns such as imag1, imag2 … under what they have in common."""
    found: dict[str, list[str]] = {}
    for column in rated:
        said = re.fullmatch(r"([^\W\d_]{2,}|.*[^\d_.\s]{2,})[_.\s]*\d+[a-z]?", column.name)
        if said:
            found.setdefault(said[1].upper(), []).append(column.name)
    return {prefix: members for prefix, members in found.items() if len(members) > 1}


def _drivers(
    found: _Roles, outcome: Answered, others: Sequence[Answered], blocks: Mapping[str, list[str]]
) -> None:
    own = next((members for members in blocks.values() if outcome.name in members), [outcome.name])
    after = {name for key, members in blocks.items() if key in AFTER for name in members}
    apart = [c for c in others if c.name not in own and c.name not in after]
    rest = [c for c in apart if _alike(c, outcome)]
    if not rest:  # services rated on a scale of their own
        shared_scale = Counter(c.scale for c in apart if c.scale).most_common(1)
        rest = [c for c in apart if shared_scale and c.scale == shared_scale[0][0]]
    if "blocks" in found.keys:
        in_blocks = {name for members in blocks.values() for name in members}
        alone = [c for c in rest if c.name not in in_blocks]  # what is done, not what is felt
        rest = alone if len(alone) > 2 else rest
    else:
        batteries: dict[str, list[Answered]] = {}
        for column in rest:
            stem = re.sub(r"[_.\s(]*\d+\)?$", "", column.name)
            batteries.setdefault(column.question or stem, []).append(column)
        shared = [c for members in batteries.values() if len(members) > 1 for c in members]
        rest = shared or [c for c in rest if len(rest) > 1]
    names = [c.name for c in rest]
    if len(names) > MOST_DRIVERS and "blocks" in found.keys:
        names = _nearest(blocks, names)
    if names:
        found.keys["drivers"] = names
    if len(names) > MOST_DRIVERS:
        found.questions.append(
            f"`drivers`: {len(names)} of them, and {MOST_DRIVERS} at most can be weighed; leave "
            "out those that ask the same, or put their mean in their place"
        )


def _alike(column: Answered, outcome: Answered) -> bool:
    """Whether a rating has the outcome's scale, as far as is known."""
    if column.scale and outcome.scale:
        return column.scale == outcome.scale
    high = max(_ends(column)[1], _ends(outcome)[1])
    return high <= 10 and (high > 5) == (min(column.numbers[-1], outcome.numbers[-1]) > 5)


def _nearest(blocks: Mapping[str, list[str]], others: Sequence[str]) -> list[str]:
    """Keep whole blocks, nearest to satisfaction first, as long as there is room."""
    kept: list[str] = []
    order = sorted(blocks, key=lambda key: NEAREST.index(key) if key in NEAREST else len(NEAREST))
    for key in order:
        members = [name for name in blocks[key] if name in others]
        if len(kept) + len(members) <= MOST_DRIVERS:
            kept += members
    return [name for name in others if name in kept]


def _scale(found: _Roles, rated: Sequence[Answered]) -> None:
    """Propose the ends of the scale, where the ratings together reach those of a usual one."""
    undeclared = [c for c in rated if c.scale is None]
    if not undeclared:
        return
    told = {c.scale for c in rated if c.scale}
    low = min(c.numbers[0] for c in rated)
    high = max(c.numbers[-1] for c in rated)
    if len(told) == 1 and next(iter(told))[0] <= low and high <= next(iter(told))[1]:
        found.keys["scale"] = [int(end) for end in next(iter(told))]
    elif (low, high) in USUAL_SCALES:
        found.keys["scale"] = [int(low), int(high)]
    else:
        fitting = (
            e
            for e in sorted(USUAL_SCALES, key=lambda e: (e[1], -e[0]))
            if e[0] <= low and high <= e[1]
        )
        near = next(fitting, (int(low), int(high)))
        found.ask(
            "scale",
            list(near),
            f"answers run from {low:g} to {high:g}; which are the ends of the scale?",
        )
        found.keys["smallest_difference"] = round((near[1] - near[0]) / 20, 2)
        found.questions.append(
            "`smallest_difference`: until the ends of the scale are told, "
            "a twentieth of its likely length stands in"
        )


def _direction(found: _Roles, read: RawSurvey) -> None:
    """Say which scales are turned round; ask where answers run against the rest."""
    named = [str(found.keys.get(key)) for key in ("outcome", "recommend") if key in found.keys]
    named += found.keys.get("drivers", ())
    turned = [name for name in named if read.items[name].reversed]
    if turned:
        found.questions.append(
            f"{', '.join(turned[:4])}: by the labels 1 is the best answer, so "
            "they are turned round on reading"
        )
    values = {
        name: as_numbers(read.frame[name].mask(no_answer(read, name)))[0]
        for name in named
        if name not in turned
    }
    against = running_against(
        pd.DataFrame(values), found.keys.get("outcome"), found.keys.get("recommend")
    )
    if against:
        found.ask(
            "reversed",
            against,
            "their answers run against the likelihood to recommend: is the lowest the best?",
        )


def _images(found: _Roles, columns: Sequence[Answered], read: RawSurvey) -> None:
    """Find the ticks that say how a bank is seen, where each row is about one bank."""
    if "stack" in found.keys:
        names = [c.name for c in columns if c.kind == "tick" and not NOBODY.fullmatch(c.label)]
        if len(names) > 2:
            found.keys["images"] = names
        return
    brand = next((c for c in columns if c.name == found.keys.get("brand")), None)
    if brand is None:
        return
    banks = {text.casefold() for text in brand.texts}
    candidates = []
    for one in read.sets:
        labels = {name: read.items[name].label or name for name in one.items}
        told = " ".join([one.name, one.question, *labels, *labels.values()]).replace("_", " ")
        if sum(label.casefold() in banks for label in labels.values()) > len(labels) / 2:
            continue
        names = [name for name, label in labels.items() if not NOBODY.fullmatch(label)]
        if len(names) > 2:
            candidates.append((bool(words.IMAGE.search(told)), names, one))
    if not candidates:
        return
    firm = [candidate for candidate in candidates if candidate[0]]
    by_stem = {f"question {number}" for number in range(9)}
    by_stem |= {re.sub(r"[_.\s]?\d+[a-z]?$", "", name) for name in candidates[0][1]}
    # options side by side without their question can only be about the bank of the row
    alone = not firm and len(candidates) == 1 and candidates[0][2].question in by_stem
    _, names, one = max(firm or candidates, key=lambda candidate: len(candidate[1]))
    if firm or alone:
        found.keys["images"] = names
        _codes_asked(found, [read.items[name].label or name for name in names])
    elif words.NO_IMAGE.search(one.question or one.name):
        return
    else:
        label = one.question or one.name
        found.ask("images", names, f"does {label!r} say how the bank is seen?")


def _codes_asked(found: _Roles, labels: Sequence[str]) -> None:
    """Ask what words stand behind attributes of which only codes are known."""
    if all(map(_CODE.fullmatch, labels)):
        found.questions.append(
            f"`images`: {labels[0]}, {labels[1]} … are codes; which word does each stand for? "
            "A codebook (item, label) would name them"
        )


def are_bands(texts: Sequence[str]) -> bool:
    """Whether texts are bands of a number that follow each other: ages, incomes, years.

    Examples
    --------
    >>> are_bands(["18-34", "under 18", "35 bis 54", "55+"]), are_bands(["Area 1", "Area 2"])
    (True, False)
    """
    told = sorted(
        [float(one.replace(",", "")) for one in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]
        for text in texts
    )
    if len(told) < 3 or not all(1 <= len(one) <= 2 for one in told):
        return False
    steps = {b[0] - a[-1] for a, b in pairwise(told)}
    if all(len(one) == 1 for one in told):  # decades
        return len(steps) == 1 and steps <= {5.0, 10.0}
    return all(step in (-1, 0, 1) for step in steps)


def _segments(found: _Roles, columns: Sequence[Answered]) -> None:
    """Find groups of persons: by heading and answers; what is not understood is asked."""
    taken = {str(v) for key, v in found.keys.items() if not isinstance(v, list)}
    taken |= {name for v in found.keys.values() if isinstance(v, list) for name in map(str, v)}
    brand = next((c for c in columns if c.name == found.keys.get("brand")), None)
    segments, unknown = [], []
    taken |= _pairs_asked(found, [c for c in columns if c.name not in taken])
    for column in columns:
        if column.name in taken or column.kind not in ("group", "scale"):
            continue
        if any(column.name in str(doubt.value) for doubt in found.doubts):
            continue
        texts = [text.casefold().strip() for text in column.texts]
        if not 2 <= len(texts) <= 12 or set(texts) <= YES | NO:
            continue
        own = set(column.texts) <= set(brand.texts) if brand else False
        if own and not all(re.fullmatch(r"[A-Za-z]?\d+", text) for text in column.texts):
            continue
        named = bool(words.GROUP.search(column.told))
        if column.kind == "scale" and (not named or not _is_coded_group(column)):
            continue
        tells = set(texts) <= words.GENDERS or are_bands(texts)
        if (named and column.kind in ("group", "scale")) or tells:
            segments.append(column.name)
        else:
            unknown.append(column.label)
    if segments:
        found.keys["segments"] = segments
    if unknown:
        names = ", ".join(repr(name) for name in unknown[:6])
        found.questions.append(f"{names}: groups of customers? then add them to `segments`")


def _kano(found: _Roles, columns: Sequence[Answered]) -> set[str]:
    """Find columns of the five answers of Kano's questionnaires: having a service, and lacking it.

    Firm where their labels pair them; else their pairs are asked.
    """
    own = [column for column in columns if _says_kano(column.texts)]
    pairs: dict[str, list[str]] = {}
    for first, second in zip(own[::2], own[1::2], strict=False):
        said = [": ".join(filter(None, (c.question, c.label))) for c in (first, second)]
        letters = zip(*said, strict=False)
        shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], letters))
        name = said[0][:shared].strip(" :：,，-–—/|(（[")
        lacks = [bool(words.LACKING.search(one[shared:])) for one in said]
        if len(name) > 1 and sum(lacks) == 1:
            having, lacking = (second, first) if lacks[0] else (first, second)
            pairs[name] = [having.name, lacking.name]
    if own and 2 * len(pairs) == len(own):
        found.keys["kano"] = pairs
    elif own:
        names = ", ".join(repr(column.name) for column in own[:6])
        found.questions.append(
            f"{names}: answers to having and to lacking a service (Kano)? then pair them in "
            "[survey.kano]"
        )
    return {column.name for column in own}


def _says_kano(texts: Sequence[str]) -> bool:
    """Say whether at least four of the five answers stand, and nothing else."""
    kinds = [next((k for k, said in words.KANO.items() if said.search(one)), None) for one in texts]
    return 4 <= len(set(kinds)) == len(kinds) and None not in kinds


def _pairs_asked(found: _Roles, columns: Sequence[Answered]) -> set[str]:
    """Ask which of two codes is a tick, where all options of one question hold the same two."""
    questions: dict[str, list[Answered]] = {}
    for column in columns:
        if column.question and len(column.texts) == 2 and set(column.texts) == {"1", "2"}:
            questions.setdefault(column.question, []).append(column)
    paired: set[str] = set()
    for question, options in questions.items():
        if len(options) > 2 and words.IMAGE.search(question):
            names = [option.name for option in options]
            why = f"{question!r} holds 1 and 2: write 1 for a tick and 0 for none to use it"
            found.questions.append(f"`images`: {', '.join(names[:4])}: {why}")
            paired |= set(names)
    return paired


def _people(found: _Roles, columns: Sequence[Answered]) -> None:
    personal = [column.name for column in columns if column.kind == "personal"]
    if personal:
        found.questions.append(
            f"personal data in {', '.join(personal[:6])}: not used; take these "
            "columns out before you share the file"
        )


def _grids(columns: Sequence[Answered], read: RawSurvey) -> dict[str, dict[str, str]]:
    """Find questions asked of every bank in columns of their own: question -> bank -> column."""
    same = grids(
        {c.name: whole_text(read.items[c.name]) for c in columns if c.kind in ("scale", "tick")}
    )
    banks = next(iter(same.values()), {})
    own = sum(bool(BANK.search(bank)) for bank in banks)
    return same if len(same) > 1 and len(banks) > 1 and own > len(banks) / 2 else {}


def _stacked(columns: Sequence[Answered], grids: Mapping[str, Mapping[str, str]]) -> list[Answered]:
    """Give the columns as they are once a grid is stacked: one for each question."""
    first = {next(iter(told.values())): question for question, told in grids.items()}
    gone = {name for told in grids.values() for name in told.values()} - set(first)
    kept = [column for column in columns if column.name not in gone]
    return [replace(column, label=first.get(column.name, column.label)) for column in kept]


def _shown(value: Any, columns: Sequence[Answered]) -> str:
    name = value if isinstance(value, str) else str(value)
    column = next((c for c in columns if c.name == name), None)
    seen = [text for text in column.texts[:2] if len(text) < 40] if column else []
    return f"{name!r}" + (f" ({', '.join(seen)} …)" if seen else "")
