"""Answers in words: scales from "very dissatisfied" to 非常满意, "10 - certain", no answer, lists."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass


def words_of(words: str) -> frozenset[str]:
    """Give words that stand in one text, parted by blanks."""
    return frozenset(words.split())


def whole_words(plain: str, written: str = "") -> re.Pattern[str]:
    """Match whole words of alphabets, and parts of what is written without blanks."""
    whole = rf"(?<![^\W\d_])(?:{plain})(?![^\W\d_])"
    return re.compile(f"{whole}|{written}" if written else whole, re.IGNORECASE)


#: What names of banks and questions about them hold.
BANK = whole_words(
    r"brands?|banks?|company|institution|issuer|provider|firm|insurer|bancos?|banca|banche|banques?|"
    r"(main|home|primary|rated|which|my|own)_?bank|banka(sı|nız)?|bankası|bankanız|bankiniz|marke|marca|marque|merk|caja|assureur|hausbank|"
    r"versicherer|spółka|pankki|pankin|ngân hàng|банка?|банков?|hauptbank|bank(ie|u|en)",
    r"銀行|银行|品牌|機構|机构|公司|은행|브랜드|ブランド|バンク|ธนาคาร",
)
#: How ticked and not ticked, yes and no are written.
YES = words_of(
    "1 x v yes y true selected checked picked ticked mentioned quoted ✓ ✔ ☑ √ ○ ◯ ● ■ 是 有 選 选 勾選 勾选 已選 已选 "
    "ja oui sí si sì sim da tak evet kyllä igen ano áno はい あり 예 네 genannt angekreuzt gewählt coché "
    "cochée cité citée seleccionado marcado mencionado selezionato citato selecionado aangevinkt "
    "genoemd vald valgt zaznaczono да ya có ใช่"
)
NO = words_of(
    "0 no n false unchecked 否 無 无 沒有 没有 未選 未选 未勾選 未勾选 nein non não nao nee nej nie hayır ei "
    "nem いいえ なし 아니오 아니요 нет tidak không ไม่ใช่"
) | {f"{no} {yes}" for no in words_of("not nicht non no não niet ej ikke nie") for yes in YES}
#: Names of brands and attributes that are none.
NOBODY = re.compile(
    r"none|none of (these|the above|them)|no (brand|bank)|don'?t know|other( \(.*\)|, .*|:.*)?|other "
    r"(bank|brand)s?|以上皆非|以上都不是|都沒有|都没有|不知道|其他.{0,8}|其它.{0,8}|ningun[oa].*|aucune?.*|"
    r"keine.*|nessun.*|nenhum.*|geen.*|ingen.*|żad.*|otr[oa]s?|autres?|andere[sr]?|sonstige.*|altr[oaie]|"
    r"outr[oa]s?|その他.{0,8}|該当なし|해당.?없음|기타.{0,8}|以上.{0,2}[無无没沒皆都].{0,4}",
    re.IGNORECASE,
)
#: Words for "no answer" that stand among answers.
NO_ANSWER_WORDS = re.compile(
    r"(i )?(don'?t know|do not know|dk|refused?|no answer|no opinion|not applicable|does not apply|"
    r"n/?a|n\.a\.|#n/a|not asked|prefer not( to (say|answer))?|can'?t say|cannot say|unsure|not sure|"
    r"no response|none given|skipped?|nan|null|missing)|不知道|不清楚|拒答|拒絕回答|拒绝回答|無意見|无意见|沒意見|"
    r"没意见|未回答|無回答|无回答|未填|不適用|不适用|難說|难说|說不清|说不清|\(跳过\)|（跳过）|跳过|\(空\)|（空）|"
    r"keine angabe|k\.? ?a\.?|weiß nicht|ns/?nc|no sabe|no sabe/no contesta|no aplica|no contesta|"
    r"ne sait pas|sans réponse|nsp|non applicable|non so|não sei|não se aplica|weet niet|"
    r"わからない|分からない|無回答|該当なし|모름|모르겠다|무응답|해당 ?없음|nie wiem|brak odpowiedzi|trudno powiedzieć|"
    r"не знаю|затрудняюсь ответить|нет ответа|bilmiyorum|cevap yok|vet (ej|inte)|ved ikke|vet ikke|en osaa "
    r"sanoa|nevím|nem tudom|tidak tahu|không biết|ไม่ทราบ|sin respuesta|sem resposta|geen (antwoord|mening)",
    re.IGNORECASE,
)
_ORDERED = tuple(
    tuple(words.split(" < "))
    for words in (
        "poor < fair < good < very good < excellent",
        "very poor < poor < average < good < excellent",
        "terrible < poor < average < good < excellent",
        "never < rarely < sometimes < often < always",
        "never < seldom < sometimes < usually < always",
        "从不 < 很少 < 有时 < 经常 < 总是",
        "從不 < 很少 < 有時 < 經常 < 總是",
        "nunca < casi nunca < a veces < casi siempre < siempre",
        "jamais < rarement < parfois < souvent < toujours",
        "nie < selten < manchmal < oft < immer",
        "not at all satisfied < slightly satisfied < moderately satisfied < very satisfied < "
        "extremely satisfied",
        "not at all likely < slightly likely < moderately likely < very likely < extremely likely",
        "not at all important < slightly important < moderately important < very important < "
        "extremely important",
        "much worse < worse < about the same < better < much better",
        "很差 < 差 < 一般 < 好 < 很好",
        "非常差 < 差 < 一般 < 好 < 非常好",
        "muy malo < malo < regular < bueno < muy bueno",
        "muy mala < mala < regular < buena < muy buena",
        "très mauvais < mauvais < moyen < bon < très bon",
        "sehr schlecht < schlecht < mittelmäßig < gut < sehr gut",
        "molto scarso < scarso < sufficiente < buono < ottimo",
        "muito ruim < ruim < regular < bom < muito bom",
    )
)
_NEGATIVE = re.compile(
    r"dissatisf|unsatisf|not satisf|disagree|unlikely|unhappy|不滿|不满|不同意|不可能|不太可能|不會|不会|不好|不推|不贊|不赞|"
    r"insatisf|descontent|en desacuerdo|desacuerdo|pas d'accord|désaccord|mécontent|unzufrieden|"
    r"stimme .*nicht zu|lehne .*ab|insoddisf|disaccordo|ontevreden|oneens|insatisfeit|discord|不満|そう思わない|同意しない|"
    r"불만|동의하지|missnöjd|tyytymät|niezadowol|не ?удовлетвор|не соглас|недовол|memnun değil|tidak puas|"
    r"ไม่พอใจ|không hài lòng|not at all|pas du tout|überhaupt nicht|para nada|per niente|全く|まったく|전혀|hiç|improbable|peu probable|unwahrscheinlich"
)
_POSITIVE = re.compile(
    r"satisf|agree|likely|happy|滿意|满意|同意|可能|會推|会推|贊|赞|de acuerdo|d'accord|content|zufrieden|stimme|soddisf|"
    r"accordo|tevreden|eens|concord|満足|そう思う|만족|동의|nöjd|tyytyväi|zadowol|удовлетвор|соглас|довол|"
    r"memnun|puas|พอใจ|hài lòng|probable|wahrscheinlich"
)
_NEUTRAL = re.compile(
    r"neither.*|neutral.*|average|so-so|undecided|普通|一般|沒意見|没意见|尚可|還好|还好|中立|无所谓|說不上.*|说不上.*|"
    r"ni .* ni .*|neutro|indiferente|neutre|moyen|weder.*|teils.*|neutraal|né .* né .*|nem .* nem .*|"
    r"どちらとも.*|ふつう|보통.*|그저 그렇다|ani .*|нейтраль.*|biasa saja|netral|ปานกลาง|เฉยๆ|bình thường|trung lập"
)
_STRONG = re.compile(
    r"very|extremely|strongly|completely|totally|highly|not at all|非常|很|十分|極|极|完全|muy|totalmente|completamente|"
    r"très|tout à fait|pas du tout|sehr|völlig|voll|überhaupt|molto|completamente|zeer|helemaal|muito|とても|非常に|大変|"
    r"全く|まったく|매우|전혀|mycket|erittäin|bardzo|zdecydowanie|очень|полностью|совсем|çok|hiç|sangat|มาก|อย่างยิ่ง|rất"
)
_WEAK = re.compile(
    r"somewhat|slightly|rather|fairly|mostly|a little|tend to|比較|比较|較|较|有點|有点|略|不太|algo|bastante|plutôt|assez|eher|"
    r"abbastanza|piuttosto|enigszins|parcialmente|やや|まあ|あまり|약간|다소|ganska|melko|raczej|скорее|oldukça|cukup|ค่อนข้าง|khá"
)
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
_PARTERS = ("┋", "\n", ";", "；", "|", "、", ", ", ",")
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
        part: next(iter(told)) for part, told in before.items()
        if len(told) == 1 and "" not in told and after[next(iter(told))] == {part}
    }  # fmt: skip
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
