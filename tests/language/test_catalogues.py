"""The catalogues are whole: every text translated, in the right script, and none left over."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path
from string import Formatter
from typing import NamedTuple

import pytest
from opencc import OpenCC

from brandkit.core.message import formatted
from brandkit.language import CATALOGUES, simplified
from tools import messages

CHINESE = ("zh-Hant", "zh-Hans")
HAN = re.compile(r"[\u4e00-\u9fff]")

# Characters that both scripts use, whatever a converter prefers.
IN_BOTH = set("核台占着周布松游岳范表咨于群床峰里面")

# From the glossary: what one side of the strait says, and the other does not.
NOT_IN_TAIWAN = (
    "置信", "顯著性水平", "樣本量", "客戶滿意度", "感知", "網點", "櫃面", "大堂", "情景",
    "住房貸款", "信息", "默認", "軟件", "服務質量", "文檔", "打印", "屏幕", "披露",
)  # fmt: skip
NOT_ON_THE_MAINLAND = (
    "信赖", "信心水准", "样本数", "顾客", "服务品质", "知觉", "分行", "临柜", "数位", "通路",
    "情境", "房屋贷款", "资讯", "预设", "软体", "资料", "萤幕", "列印", "揭露", "波次",
)  # fmt: skip


class Entry(NamedTuple):
    file: Path
    context: str
    text: str
    translation: str

    @property
    def key(self) -> tuple[str, str]:
        return self.context, self.text

    def __str__(self) -> str:
        return f"{self.file.parent.name}/{self.file.name}: {self.text[:90]!r}"


def read_entries(path: Path) -> list[Entry]:
    """Read a catalogue as it stands; a reader of gettext's would drop what comes twice."""
    entries = []
    for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
        parts: dict[str, str] = {}
        word = ""
        for line in block.splitlines():
            if head := re.match(r'(msgctxt|msgid|msgstr) (".*")$', line):
                word, line = head.groups()
                parts[word] = ""
            if line.startswith('"') and word:
                parts[word] += ast.literal_eval(line)
        if parts.get("msgid"):
            entries.append(
                Entry(path, parts.get("msgctxt", ""), parts["msgid"], parts.get("msgstr", ""))
            )
    return entries


def catalogue(language: str) -> list[Entry]:
    return [
        one for path in sorted((CATALOGUES / language).glob("*.po")) for one in read_entries(path)
    ]


TRADITIONAL, OWN = catalogue("zh-Hant"), catalogue("zh-Hans")
CONVERTED = [
    entry._replace(translation=simplified(entry.translation))
    for entry in TRADITIONAL
    if entry.key not in {one.key for one in OWN}
]
ENTRIES = {"zh-Hant": TRADITIONAL, "zh-Hans": [*OWN, *CONVERTED]}
SAID = messages.template()
every_language = pytest.mark.parametrize("language", CHINESE)


# --- everything is translated --------------------------------------------------------------------


def test_every_text_is_translated() -> None:
    missing = messages.unfinished(messages.translated("zh-Hant"), SAID)
    assert not missing, "\n".join(["run `make messages` and translate:", *missing])


@every_language
def test_nothing_is_translated_that_nobody_says(language: str) -> None:
    in_code = messages.constants()
    left_over = [
        str(entry)
        for entry in ENTRIES[language]
        if SAID.get(entry.text, entry.context or None) is None
        if entry.context or entry.text not in in_code
    ]
    assert not left_over, "\n".join(["run `make messages`:", *left_over])


def test_the_mainland_has_no_entry_of_its_own_without_one_of_taiwan() -> None:
    assert {entry.key for entry in OWN} <= {entry.key for entry in TRADITIONAL}


def test_the_mainland_keeps_only_what_its_conversion_does_not_give() -> None:
    if len(list((CATALOGUES / "zh-Hant").glob("*.po"))) > 1:
        pytest.skip("`make messages` has not brought the rooms' catalogues together yet")
    own, traditional = (messages.translated(code) for code in ("zh-Hans", "zh-Hant"))
    needed = {(entry.context, entry.id) for entry in messages.overrides(own, traditional)}
    assert {(entry.context, entry.id) for entry in own} == needed


# --- every translation is sound ------------------------------------------------------------------


@every_language
def test_a_text_is_translated_once_and_not_by_nothing(language: str) -> None:
    counts = Counter((entry.file.name, *entry.key) for entry in ENTRIES[language])
    assert not [key for key, n in counts.items() if n > 1]
    assert not [str(entry) for entry in ENTRIES[language] if not entry.translation.strip()]
    one: dict[tuple[str, str], str] = {}
    for entry in ENTRIES[language]:
        assert one.setdefault(entry.key, entry.translation) == entry.translation, f"two: {entry}"


def places(text: str) -> tuple[set[str], set[str], set[str]]:
    """Give a text's places: all, those written as a value, and the formats they use."""
    found = [(name, kind or "") for _, name, kind, _ in Formatter().parse(text) if name is not None]
    valued = {name for name, kind in found if "|" not in kind}
    return {name for name, _ in found}, valued, {kind for _, kind in found}


@every_language
def test_places_are_the_same_and_have_formats_that_exist(language: str) -> None:
    wrong = []
    for entry in ENTRIES[language]:
        asked, needed, _ = places(entry.text)
        given, _, formats = places(entry.translation)
        # a place that only chooses singular or plural has no use in Chinese
        if not needed <= given <= asked:
            wrong.append(f"{entry} has {sorted(given)} for {sorted(asked)}")
        for kind in formats | places(entry.text)[2]:
            formatted(0.5, kind)
    assert not wrong, "\n".join(wrong)


def test_english_formats_exist() -> None:
    unknown = set()
    for text in (entry.id for entry in SAID if entry.id):
        for kind in places(text)[2]:
            try:
                formatted(0.5, kind)
            except KeyError:
                unknown.add(f"{text!r}: {kind}")
    assert not unknown


# --- in the right script and words ---------------------------------------------------------------


@cache
def converter(kind: str) -> OpenCC:
    return OpenCC(kind)


def foreign(text: str, language: str) -> set[str]:
    """Give the characters of a text that its readers do not write.

    The old national character sets know one script each; a character that both hold, such as 后,
    is told by a converter that reads the words around it.
    """
    encoding, kind = ("cp950", "s2t") if language == "zh-Hant" else ("gb2312", "t2s")
    unknown = {one for one in HAN.findall(text) if not one.encode(encoding, "ignore")}
    turned = converter(kind).convert(text)
    if len(turned) == len(text):
        unknown |= {old for old, new in zip(text, turned, strict=True) if old != new}
    return unknown - IN_BOTH


@every_language
def test_every_character_is_of_its_script(language: str) -> None:
    wrong = {
        str(entry): found
        for entry in ENTRIES[language]
        if (found := foreign(entry.translation, language))
    }
    assert not wrong, "\n".join(f"{entry} has {found}" for entry, found in wrong.items())


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("zh-Hant", "银行的定位圖", {"银"}),
        ("zh-Hant", "之后的台灣市占率", {"后"}),
        ("zh-Hans", "銀行的定位图", {"銀"}),
        ("zh-Hans", "感知图与市场占有率", set()),
    ],
)
def test_the_other_script_is_noticed(language: str, text: str, found: set[str]) -> None:
    assert foreign(text, language) == found


@every_language
def test_words_are_those_of_the_place(language: str) -> None:
    strange = NOT_IN_TAIWAN if language == "zh-Hant" else NOT_ON_THE_MAINLAND
    wrong = [
        f"{entry} says {word}"
        for entry in ENTRIES[language]
        for word in strange
        if word in entry.translation
    ]
    assert not wrong, "\n".join(wrong)


@every_language
def test_punctuation_is_chinese(language: str) -> None:
    half = re.compile(r"[\u4e00-\u9fff][,;:?!]|[,;:?!][\u4e00-\u9fff]|\.$")
    wrong = [
        str(entry)
        for entry in ENTRIES[language]
        if HAN.search(entry.translation)
        if half.search(re.sub(r"\{[^}]*\}", "", entry.translation))
    ]
    assert not wrong, "\n".join(wrong)
