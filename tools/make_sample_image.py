"""Write the brand image table of the sample study and the names of its labels.

Each bank's customers tick the attributes they see in it; how likely that is follows from the
places of bank and attribute in the invented market. The same seed gives the same bytes.

    python tools/make_sample_image.py
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np

from brandkit.sources.sample_market import ATTRIBUTES, BANKS, IMAGE_STRENGTH, WAVES, bank_places
from brandkit.sources.sample_market import attribute_places as places_of_attributes

TARGET = Path(__file__).resolve().parent.parent / "data" / "raw" / "sample"
SEED = 20260302
ASKED = 2_400  # people, each about the banks they know


def image_counts() -> list[list[object]]:
    """Give the table: bank × attribute, people who tick the attribute for the bank."""
    rng = np.random.default_rng(SEED)
    known = 1 / (1 + np.exp(-np.array([bank.awareness for bank in BANKS])))
    people = rng.binomial(ASKED, 0.35 * known)
    pull = IMAGE_STRENGTH * bank_places(WAVES[-1]) @ places_of_attributes().T
    popular = np.array([attribute.popularity for attribute in ATTRIBUTES])
    ticks = rng.binomial(people[:, None], 1 / (1 + np.exp(-(popular + pull))))
    heading = ["bank", *(attribute.name for attribute in ATTRIBUTES)]
    rows = zip(BANKS, ticks.tolist(), strict=True)
    return [heading, *([bank.name, *counts] for bank, counts in rows)]


def names() -> list[list[object]]:
    """Give the names of banks and attributes in the three languages."""
    banks = [[bank.name, bank.zh_hant, bank.zh_hans] for bank in BANKS]
    attributes = [[thing.name, thing.zh_hant, thing.zh_hans] for thing in ATTRIBUTES]
    return [["label", "zh-Hant", "zh-Hans"], *banks, *attributes]


def write(file: Path, rows: list[list[object]]) -> None:
    """Write rows as csv: UTF-8, line feeds."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    file.write_bytes(text.getvalue().encode("utf-8"))


if __name__ == "__main__":
    write(TARGET / "brand_image.csv", image_counts())
    write(TARGET / "names.csv", names())
    print(f"written: {TARGET}")
