"""Words of surveys: what headings and labels name, scales in words, no answer, lists.

The words themselves, in many languages, stand in ``words.toml``.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_WORDS = tomllib.loads(Path(__file__).parents[1].joinpath("words.toml").read_text(encoding="utf-8"))


def words_of(name: str, key: str = "words") -> tuple[str, ...]:
    """Give the words that stand under a name in words.toml.

    Examples
    --------
    >>> words_of("roles", "category")[:2]
    ('category', 'product_category')
    """
    return tuple("|".join(_WORDS[name][key].split("\n")).strip("|").split("|"))


def names_of(name: str) -> tuple[str, ...]:
    """Give the keys that stand under a name in words.toml, in their order."""
    return tuple(_WORDS[name])


def pattern(name: str, *keys: str) -> re.Pattern[str]:
    """Match what stands under a name: whole words of alphabets, and parts that stand anywhere.

    Examples
    --------
    >>> bool(pattern("weight").search("w_final")), bool(pattern("weight").search("weightless"))
    (True, False)
    """
    found = []
    for key in keys or _WORDS[name]:
        said = "|".join(_WORDS[name][key].strip("\n").split("\n"))
        found.append(rf"(?<![^\W\d_])(?:{said})(?![^\W\d_])" if key == "whole" else said)
    return re.compile("|".join(found), re.IGNORECASE)


def spoken(*texts: str) -> str:
    """Give headings as words: MainBank and main_bank are "main bank"."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", " ".join(filter(None, texts)))
    return apart.casefold().replace("_", " ")


#: What names of banks and questions about them hold.
BANK = pattern("bank")
#: How ticked and not ticked, yes and no are written.
YES = frozenset(words_of("yes"))
_NOT = ("not", "nicht", "non", "no", "não", "niet", "ej", "ikke", "nie")
NO = frozenset(words_of("no")) | {f"{no} {yes}" for no in _NOT for yes in YES}
#: Names of brands and attributes that are none.
NOBODY = pattern("nobody")
#: Words for "no answer" that stand among answers.
NO_ANSWER_WORDS = pattern("no_answer_words")
#: Questions whose answers are names, as against what is thought of a named bank.
WHICH = pattern("which")
MAIN, PERSON, WEIGHT = map(pattern, ("main", "person", "weight"))
STRATA, CLUSTER, WAVE = map(pattern, ("strata", "cluster", "wave"))
#: Questions with a word of time in them: when a person was born, how often in a month.
NO_WAVE = pattern("no_wave")
RECOMMEND, SATISFIED, OVERALL = map(pattern, ("recommend", "satisfied", "overall"))
#: What is seen in a bank, as against lists of what is wanted or was done.
IMAGE, NO_IMAGE = map(pattern, ("image", "no_image"))
GROUP = pattern("group")
#: The five answers of Kano's questionnaires, in the order they are told apart; and lacking it.
KANO = {name: pattern("kano", name) for name in names_of("kano")}
LACKING = pattern("lacking")
#: Answers that tell groups of persons by themselves.
GENDERS = frozenset(words_of("genders"))
_ORDERED = tuple(
    tuple(line.split(" < ")) for line in _WORDS["ordered"]["order"].strip().split("\n")
)
_NEGATIVE, _POSITIVE, _NEUTRAL = map(pattern, ("negative", "positive", "neutral"))
_STRONG, _WEAK = map(pattern, ("strong", "weak"))
_NUMBERED = re.compile(
    r"[(（]?\s*(-?\d{1,3})\s*(?:[)）.、:：=]|(?:分|点|點|점|星|points?|punkte?|stars?|sterne?)(?![^\W\d_])|"
    r"[-–—]+|\s)?\s*(.*?)",
    re.DOTALL | re.IGNORECASE,
)
_NUMBERED_AWAY = re.compile(r"^\s*[(（]?\d{1,3}\s*[)）.、:：=\-–—]*\s*[(（]?|[)）]\s*$")
_NUMBER_BEHIND = re.compile(r"(\D*[^\W\d]\D*?)\s*(?:[-–—:=]\s*|[(（])(\d{1,2})[)）]?", re.DOTALL)
#: What a question says of single points: "1 = very good", "5 (très satisfait)".
_POINT = re.compile(
    r"(?<![\d.])(\d{1,2})\s*(?:[=:：]\s*|[(（]\s*)([^\d=()（）,;，；…]*[^\W\d][^\d=()（）,;，；…]*)"
)
_RANGE = re.compile(
    r"(?:scale|from|skala|escala|échelle|[(（\[])\D{0,14}?(\d{1,2})\s*(?:\([^)]*\)|（[^）]*）)?\s*"
    r"(?:-|–|—|to|through|bis|a|à|至|到|~|～)\s*(\d{1,3})(?!\d)|(\d{1,2})\s*(?:至|到|～|~|-|–)\s*(\d{1,3})\s*分"
)
#: What parts the options of a list in one cell, the plainest first; a comma may be theirs.
_PARTERS = ("┋", "\n", ";", "；", "|", "、", "，", ", ", ",")
MOST_OPTIONS = 40


@dataclass(frozen=True)
class Scale:
    """What the words of a scale stand for.

    Parameters
    ----------
    codes : mapping
        Text to number.
    low, high : float, optional
        Its ends, where the words tell them.
    """

    codes: Mapping[str, float]
    low: float | None = None
    high: float | None = None


def is_no_answer(text: str) -> bool:
    """Whether a text says that nothing was answered.

    Examples
    --------
    >>> is_no_answer("Don't know"), is_no_answer("不适用"), is_no_answer("Nova Bank")
    (True, True, False)
    """
    return NO_ANSWER_WORDS.fullmatch(text.strip()) is not None


def worded_scale(texts: Collection[str], among: Collection[str] = ()) -> Scale | None:
    """Read the words of a scale; None where they are no scale or its order is not known.

    Parameters
    ----------
    texts : collection of str
        Every different answer.
    among : collection of str
        The answers of all columns that share these words: they tell how long the scale is.

    Examples
    --------
    >>> worded_scale(["Neither", "Very satisfied", "Dissatisfied"]).codes["Very satisfied"]
    5.0
    >>> worded_scale(["red", "blue"]) is None
    True
    """
    folded = {text: _folded(text) for text in texts}
    pool = {_folded(text) for text in among} | set(folded.values())
    for words in _ORDERED:
        if len(pool) > 2 and pool <= set(words):
            codes = {text: words.index(word) + 1.0 for text, word in folded.items()}
            return Scale(codes, 1.0, float(len(words)))
    levels = {word: _level(word) for word in pool}
    told = {word: level for word, level in levels.items() if level is not None}
    if len(told) < len(pool) or len(pool) < 3 or len(set(told.values())) < len(told):
        return None
    kept = set(told.values())
    if not any(level > 0 for level in kept) or not (len(kept) > 2 or any(x < 0 for x in kept)):
        return None
    if all({sign, sign / 2} <= kept for sign in (1, -1)):
        steps: list[float] = [-2, -1, -0.5, 0, 0.5, 1, 2]
    else:
        told = {word: level * 2 if abs(level) == 0.5 else level for word, level in told.items()}
        steps = [-2, -1, 0, 1, 2] if 0 in told.values() or len(pool) < 4 else [-2, -1, 1, 2]
        if len(set(told.values())) < len(told):
            return None
    codes = {text: steps.index(told[word]) + 1.0 for text, word in folded.items()}
    return Scale(codes, 1.0, float(len(steps)))


def numbered_scale(texts: Collection[str]) -> Scale | None:
    """Read numbers that carry words, as in "10 - Extremely likely"; None where they are none.

    Examples
    --------
    >>> numbered_scale(["1 - Not at all", "2", "10 - Extremely"]).codes["10 - Extremely"]
    10.0
    """
    codes, words = {}, {}
    for text in texts:
        plain = unicodedata.normalize("NFKC", text.strip())
        behind = _NUMBER_BEHIND.fullmatch(plain)
        said = _NUMBERED.fullmatch(f"{behind[2]} {behind[1]}" if behind else plain)
        if said is None:
            return None
        codes[text] = float(said[1])
        if said[2].strip():
            words[text] = said[2].strip()
    if not words or len(set(codes.values())) < len(codes) or len(codes) > 12:
        return None
    if any(re.search(r"\d", word) for word in words.values()):
        return None
    ends = {codes[text] for text in words}
    low, high = min(codes.values()), max(codes.values())
    counts = len(set(words.values())) <= len(words) / 2  # persons or years, as in "2 children"
    if counts or not ((low >= -5 and high <= 11) or (low, high) == (0, 100)):
        return None
    is_whole = {low, high} <= ends and low in (0, 1)
    return Scale(codes, low if is_whole else None, high if is_whole else None)


def says_scale(labels: Mapping[float, str]) -> bool:
    """Whether the labels of codes are the words of a scale, in the order of the codes.

    Examples
    --------
    >>> says_scale({1.0: "Bad", 2.0: "2", 3.0: "3 good"}), says_scale({1.0: "Civic", 2.0: "Nova"})
    (True, False)
    """
    texts = [labels[code] for code in sorted(labels) if not is_no_answer(labels[code])]
    if len(set(texts)) < len(texts):
        return False
    if any(_own_number(labels[code]) == code for code in labels):
        return True
    scale = numbered_scale(texts) or worded_scale(texts)
    codes = [scale.codes[text] for text in texts] if scale else []
    return bool(codes) and (codes == sorted(codes) or codes == sorted(codes, reverse=True))


def ends_alone(labels: Collection[float]) -> bool:
    """Whether codes that have labels are those of a scale of which most points have none.

    Examples
    --------
    >>> ends_alone([0.0, 10.0]), ends_alone([1.0, 2.0])
    (True, False)
    """
    if len(labels) < 2 or min(labels) not in (0, 1) or max(labels) > 100:
        return False
    return len(labels) * 2 < max(labels) - min(labels) + 1


def _own_number(text: str) -> float | None:
    said = re.match(r"\s*(\d{1,3})(?:\s*$|\s*[-–—.=:：]?\s+\D*$|\s*[-–—.=:：分]\D*$)", text)
    return float(said[1]) if said else None


def told_range(heading: str) -> tuple[float, float] | None:
    """Read the ends of a scale out of a question.

    Examples
    --------
    >>> told_range("On a scale from 0 to 10, how likely …?"), told_range("Service (1-5)")
    ((0.0, 10.0), (1.0, 5.0))
    """
    said = _RANGE.search(heading.casefold())
    if said is None:
        return None
    low, high = (float(part) for part in said.groups() if part)
    is_usual = low in (0, 1) and high in (3, 4, 5, 6, 7, 9, 10, 11, 100)
    return (low, high) if is_usual else None


def told_points(heading: str) -> dict[float, str]:
    """Read what a question says of single points of its scale.

    Examples
    --------
    >>> told_points("Satisfied? (1 = very satisfied … 5 = very dissatisfied)")
    {1.0: 'very satisfied', 5.0: 'very dissatisfied'}
    """
    found = {float(said[1]): said[2].strip(" -–—.") for said in _POINT.finditer(heading)}
    return found if len(found) > 1 else {}


def runs_down(labels: Mapping[float, str]) -> bool:
    """Whether the labels of codes run from the best to the worst.

    Examples
    --------
    >>> runs_down({1.0: "Excellent", 2.0: "Good", 5.0: "Very poor"})
    True
    >>> runs_down({1.0: "Never", 5.0: "Always"}), runs_down({1.0: "Civic", 2.0: "Nova"})
    (False, False)
    """
    words = [_folded(_NUMBERED_AWAY.sub("", labels[code])) for code in sorted(labels)]
    words = [word for word in words if word and not is_no_answer(word)]
    if len(words) < 2:
        return False
    for order in _ORDERED:
        if set(words) <= set(order):
            return order.index(words[0]) > order.index(words[-1])
    first, last = _level(words[0]), _level(words[-1])
    return first is not None and last is not None and first > 0 > last


def listed_options(cells: Iterable[str]) -> dict[str, list[str]] | None:
    """Read cells that list several options each; None where they are single answers or prose.

    An option may hold the sign that parts options: what only ever follows one other part belongs
    to it.

    Examples
    --------
    >>> cells = ["Fair, Near", "Near", "Fair", "Old, Near", "Old", "Old, Near", "Fair, Old"]
    >>> listed_options(cells)["Old, Near"]
    ['Old', 'Near']
    """
    times = Counter(str(cell).strip() for cell in cells)
    found_by: list[tuple[int, dict[str, list[str]]]] = []
    for mark in _PARTERS:
        if found_by and mark != ",":
            break
        sign = r",(?! )" if mark == "," else re.escape(mark)
        parts = {
            text: [part.strip() for part in re.split(sign, text) if part.strip()] for text in times
        }
        several = sum(times[text] for text, found in parts.items() if len(found) > 1)
        if several < max(3, 0.05 * times.total()):
            continue
        parts = _mended(parts, mark)
        options: Counter[str] = Counter()
        for text, found in parts.items():
            options.update(dict.fromkeys(found, times[text]))
        combined = [found for found in parts.values() if len(found) > 1]
        if not combined or not 2 <= len(options) <= MOST_OPTIONS:
            continue
        is_repeated = sum(n for option, n in options.items() if n > 1) >= 0.95 * options.total()
        is_set = all(len(set(found)) == len(found) for found in parts.values())
        is_short = all(len(option) <= 80 for option in options)
        is_number = all(re.fullmatch(r"[\d.]+", option) for option in options)
        if is_repeated and is_set and is_short and not is_number and len(parts) > len(options) / 2:
            found_by.append((len(options), parts))
    return min(found_by, key=lambda pair: pair[0], default=(0, None))[1]


def _mended(parts: Mapping[str, Sequence[str]], mark: str) -> dict[str, list[str]]:
    """Join parts that never stand apart: "Expert, in money matters" is one option."""
    before: dict[str, set[str]] = {}
    after: dict[str, set[str]] = {}
    for found in parts.values():
        for at, part in enumerate(found):
            before.setdefault(part, set()).add(found[at - 1] if at else "")
            after.setdefault(part, set()).add(found[at + 1] if at + 1 < len(found) else "")
    joined = {
        part: next(iter(told))
        for part, told in before.items()
        if len(told) == 1 and "" not in told and after[next(iter(told))] == {part}
    }
    mended: dict[str, list[str]] = {}
    for text, found in parts.items():
        whole: list[str] = []
        for part in found:
            if part in joined and whole:
                whole[-1] += f"{mark}{part}"
            else:
                whole.append(part)
        mended[text] = whole
    return mended


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return " ".join(plain.split()).strip(" .")


def _level(word: str) -> float | None:
    """Give -2 to 2 for a word of a scale."""
    if _NEUTRAL.fullmatch(word):
        return 0.0
    negative = _NEGATIVE.search(word)
    if negative is None and _POSITIVE.search(word) is None:
        return None
    size = 2.0 if _STRONG.search(word) else 0.5 if _WEAK.search(word) else 1.0
    return -size if negative else size
