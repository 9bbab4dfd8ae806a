"""The sample study's survey as an SPSS file, the same bytes at every writing.

The library that writes the file puts the clock's time into the header, and has no way to name the
weight variable or multiple-response sets; these are put in afterwards.
"""

from __future__ import annotations

import struct
import tempfile
from pathlib import Path

import pandas as pd
import pyreadstat

from tools.sample import habits, market, survey
from tools.sample.names import NAMES

# offsets in the header of a system file
_WEIGHT_AT, _DATE_AT, _TIME_AT = 76, 92, 101
_END_OF_DICTIONARY = struct.pack("<ii", 999, 0)
_DATE, _TIME = b"29 Mar 26", b"12:00:00"

_SCALE_LABELS: dict[int | float, str] = {
    0: "0 lowest", 10: "10 highest", survey.DONT_KNOW: "don't know or does not apply",
    survey.NO_ANSWER: "no answer",
}  # fmt: skip
_PLAIN_LABELS = {
    "respondent": "Number of the respondent",
    "wave": "Wave of the survey",
    "brand": "Bank rated",
    "weight": "Weight to the population by region and age, mean 1 in each wave",
    "stratum": "Stratum of the sample",
    "region": "Region",
    "age": "Age",
    "gender": "Gender",
    "tier": "Balance at all banks, island dollars",
    "main": "Main bank",
    "recommend": "How likely are you to recommend this bank?",
    "seconds": "Length of the interview in seconds",
    "quarter": "Quarter of the interview",
}


def item_labels(language: str = "en") -> dict[str, str]:
    """Give the label of every column whose name alone would not do, in a language.

    Parameters
    ----------
    language : str
        ``"en"``, ``"zh-Hant"`` or ``"zh-Hans"``; the Chinese ones leave out what is only for
        whoever works with the file.
    """
    which = {"en": "name", "zh-Hant": "zh_hant", "zh-Hans": "zh_hans"}[language]
    names = {label: {"zh_hant": hant, "zh_hans": hans} for label, hant, hans in NAMES}
    labels = {
        item: label if which == "name" else names[label][which]
        for item, label in _PLAIN_LABELS.items()
        if which == "name" or label in names
    }
    pairs: list[tuple[list[str], tuple[object, ...]]] = [
        (survey.CONSIDERED_ITEMS, market.BANKS),
        (survey.IMAGE_ITEMS, market.ATTRIBUTES),
        (survey.BLOCK_ITEMS, market.QUESTIONS),
        (survey.SERVICE_ITEMS, market.SERVICES),
    ]
    for items, things in pairs:
        for item, thing in zip(items, things, strict=True):
            labels[item] = str(getattr(thing, which))
    column = ("name", "zh_hant", "zh_hans").index(which)
    for items, banks in ((habits.AWARE_ITEMS, market.BANKS), (habits.HOLD_ITEMS, market.BANKS)):
        labels |= {item: str(getattr(bank, which)) for item, bank in zip(items, banks, strict=True)}
    for items, rows in ((habits.CUE_ITEMS, habits.CUES), (habits.WISH_ITEMS, habits.WISHES)):
        labels |= {item: row[column] for item, row in zip(items, rows, strict=True)}
    named = {row[0]: row[column] for row in habits.WISHES}
    said = (("having it", "lacking it"), ("有的話", "沒有的話"), ("有的话", "没有的话"))[column]
    for items, service in zip(habits.KANO_ITEMS, habits.KANO_KINDS, strict=True):
        for item, how in zip(items, said, strict=True):
            colon = ": " if which == "name" else "："
            labels[item] = f"{named[service]}{colon}{how}"
    return labels


def write_survey(answers: pd.DataFrame, path: Path) -> None:
    """Write the answers with labels, missing codes, sets and the weight variable.

    Parameters
    ----------
    answers : DataFrame
        As :func:`tools.sample.survey.survey_answers` gives them.
    path : Path
        Where to write; replaced whole.
    """
    whole = [str(column) for column in answers if column != "weight"]
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "survey.sav"
        pyreadstat.write_sav(
            answers.astype(float),
            str(draft),
            file_label="Sample study: generated answers about invented banks",
            column_labels=[item_labels().get(str(column)) for column in answers],
            row_compress=True,
            variable_value_labels=value_labels(),
            missing_ranges={
                item: [{"lo": survey.DONT_KNOW, "hi": survey.NO_ANSWER}]
                for item in survey.SCALE_ITEMS
            },
            variable_measure=_measures(answers),
            variable_format={**dict.fromkeys(whole, "F8.0"), "weight": "F8.3"},
        )
        content = draft.read_bytes()
    path.write_bytes(_completed(content, weight_at=list(answers).index("weight") + 1))


def _completed(content: bytes, *, weight_at: int) -> bytes:
    """Put in what the writer leaves out, and a fixed date for the clock's."""
    header = bytearray(content)
    header[_WEIGHT_AT : _WEIGHT_AT + 4] = struct.pack("<i", weight_at)
    header[_DATE_AT : _DATE_AT + 9] = _DATE
    header[_TIME_AT : _TIME_AT + 8] = _TIME
    sets = "".join(
        f"${name}=D1 1 {len(label)} {label} {' '.join(items)}\n"
        for name, label, items in (
            ("considered", "Banks considered", survey.CONSIDERED_ITEMS),
            ("image", "Image of the bank", survey.IMAGE_ITEMS),
            ("known", "Banks known", habits.AWARE_ITEMS),
            ("customer", "Banks held", habits.HOLD_ITEMS),
            ("wished", "Services wished", habits.WISH_ITEMS),
            ("cues", "Situations", habits.CUE_ITEMS),
        )
    ).encode("ascii")
    record = struct.pack("<iiii", 7, 7, 1, len(sets)) + sets
    end = content.index(_END_OF_DICTIONARY)
    return bytes(header[:end]) + record + bytes(header[end:])


def value_labels() -> dict[str, dict[int | float, str]]:
    """Give the labels of every column's codes."""

    def numbered(names: list[str] | tuple[str, ...]) -> dict[int | float, str]:
        codes: list[int | float] = [*range(1, len(names) + 1)]
        return dict(zip(codes, names, strict=True))

    banks = numbered([bank.name for bank in market.BANKS])
    labels: dict[str, dict[int | float, str]] = {
        "wave": {wave: str(wave) for wave in market.WAVES},
        "brand": banks,
        "main": banks,
        "stratum": numbered(["city", "coast", "islands and hills"]),
        "region": numbered([region.name for region in market.REGIONS]),
        "age": numbered(market.AGES),
        "gender": numbered(["man", "woman"]),
        "tier": numbered(market.TIERS),
        "quarter": numbered(habits.QUARTERS),
    }
    for item in survey.SCALE_ITEMS:
        labels[item] = dict(_SCALE_LABELS)
    labels |= {item: numbered(habits.KANO_ANSWERS) for pair in habits.KANO_ITEMS for item in pair}
    ticked = (survey.CONSIDERED_ITEMS, survey.IMAGE_ITEMS, habits.AWARE_ITEMS, habits.HOLD_ITEMS,
              habits.WISH_ITEMS, habits.CUE_ITEMS)  # fmt: skip
    for item in (item for items in ticked for item in items):
        labels[item] = {0: "not chosen", 1: "chosen"}
    return labels


def _measures(answers: pd.DataFrame) -> dict[str, str]:
    measures = dict.fromkeys((str(column) for column in answers), "nominal")
    measures |= dict.fromkeys(["age", "tier", "quarter"], "ordinal")
    measures |= dict.fromkeys([*survey.SCALE_ITEMS, "weight", "seconds"], "scale")
    return measures
