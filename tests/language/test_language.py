"""Language: translations are found, filled and joined; dates are written the local way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
from babel.messages.pofile import read_po

from brandkit.core.errors import InputError
from brandkit.core.message import Message
from brandkit.language import (
    CATALOGUES,
    LANGUAGES,
    column_label,
    current_language,
    date_text,
    translate,
    use_language,
)


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    use_language("en")


def test_a_message_is_translated_with_its_numbers_and_messages_inside() -> None:
    more = Message(" and {n:count} more", {"n": 2})
    message = Message("No effect to be seen: {names}{more}.", {"names": ["A", "B"], "more": more})
    assert translate(message, "zh-Hant") == "看不出影響：A、B 等另外 2 個。"
    assert translate(message, "zh-Hans") == "看不出影响：A、B 等另外 2 个。"
    assert translate(message, "en") == "No effect to be seen: A, B and 2 more."


def test_what_has_no_translation_stays_english() -> None:
    assert translate("No such sentence anywhere", "zh-Hans") == "No such sentence anywhere"


def test_the_language_in_use_is_the_default() -> None:
    use_language("zh-Hant")
    assert current_language() == "zh-Hant"
    assert column_label("std_error") == "標準誤"
    assert column_label("a column of the user's") == "a column of the user's"


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "2 March 2026"), ("zh-Hant", "2026年3月2日"), ("zh-Hans", "2026年3月2日")],
)
def test_dates(language: str, said: str) -> None:
    assert date_text(date(2026, 3, 2), language) == said


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(InputError, match=r"one of 'en', 'zh-Hant', 'zh-Hans'; found 'zh-Hand'"):
        use_language("zh-Hand")
    assert LANGUAGES == ("en", "zh-Hant", "zh-Hans")


@pytest.mark.parametrize(
    ("text", "values", "written"),
    [
        ("附{level:percent}区间，{n:count}人", {"level": 0.95, "n": 3000}, "附 95% 区间，3,000 人"),
        ("減去 {bank} 的平均", {"bank": "海港銀行"}, "減去海港銀行的平均"),
        ("減去{bank}的平均", {"bank": "Harbour Bank"}, "減去 Harbour Bank 的平均"),
        ("{bank}與{rival}的差異", {"bank": "3號", "rival": "A"}, "3號與 A 的差異"),
        ("{bank}{rival}", {"bank": "海港", "rival": "Civic"}, "海港 Civic"),
        ("差{gap:signed}分（{n:count}）", {"gap": -0.5, "n": 3}, "差 −0.50 分（3）"),
        ("「{bank}」的平均", {"bank": "Harbour Bank"}, "「Harbour Bank」的平均"),
    ],
)  # fmt: skip
def test_chinese_is_spaced_beside_latin_signs_only(
    monkeypatch: pytest.MonkeyPatch, text: str, values: dict[str, object], written: str
) -> None:
    monkeypatch.setattr("brandkit.language.translation", lambda *_: text)
    assert translate(Message("said", values), "zh-Hant") == written


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans"])
def test_translations_keep_one_way_of_spacing(language: str) -> None:
    tight = re.compile("[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9%][\u4e00-\u9fff]")
    for file in sorted((CATALOGUES / language).glob("*.po")):
        with file.open("rb") as stream:
            for entry in read_po(stream):
                plain = re.sub(r"\{[^}]*\}", "\n", str(entry.string))
                assert not tight.search(plain), f"{file.name}: {entry.string}"
