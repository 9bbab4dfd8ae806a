"""Damaged, twisted and packed files end in a paragraph that says where, and quote nobody."""

from __future__ import annotations

import gzip
import os
import resource
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest

from brandkit.core.errors import BrandkitError, SchemaError, shown
from brandkit.report.audit import audit_report
from brandkit.sources import read_catalog
from brandkit.sources.new.new import new_study
from brandkit.sources.study.inspection import check_study
from brandkit.sources.tables.cells import read_grid
from brandkit.sources.tables.files import unpacked

HOSTILE = Path(__file__).parent / "hostile"


def folder_of(name: str, tmp_path: Path) -> Path:
    shutil.copy(HOSTILE / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("damaged.csv.gz", "the packed file must be whole"),
        ("badutf8.parquet", "column 'brand': cells must be readable; found text that is no UTF-8"),
        ("lists.parquet", "lists.parquet was left out"),
        ("ts.parquet", "column 'x': cells must be readable; found a date that no calendar"),
        ("dup.parquet", "the Parquet file cannot be opened"),
    ],
)
def test_a_damaged_table_is_refused_with_its_place(name: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(BrandkitError, match=said):
        new_study(folder_of(name, tmp_path))
    assert not (tmp_path / "study.toml").exists()


def test_half_a_pair_is_no_text() -> None:
    with pytest.raises(SchemaError, match="the text must be UTF-8; found 'half of a pair"):
        read_catalog(HOSTILE / "surrogate.json")


def test_a_whole_pair_is_text(tmp_path: Path) -> None:
    text = (HOSTILE / "surrogate.json").read_text(encoding="utf-8")
    file = tmp_path / "pair.json"
    file.write_text(text.replace("\\ud800", "\\ud83c\\udfe6"), encoding="utf-8")
    assert "\N{BANK}" in str(read_catalog(file).products.to_dict())


def test_deep_nesting_is_shown_short() -> None:
    deep: list[object] = []
    for _ in range(5_000):
        deep = [deep]
    assert shown(deep) == "[[[[…]]]]"


def test_a_facet_without_a_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(BrandkitError, match="must name at least one column as 'channels'"):
        read_catalog(HOSTILE / "emptycol.csv", format="table",
                     columns={"brand": "brand", "product": "id", "channels": {}})  # fmt: skip


def test_a_packed_file_that_grows_without_end_is_refused_before_it_does(tmp_path: Path) -> None:
    file = tmp_path / "bomb.csv.gz"
    with gzip.open(file, "wb") as stream:
        stream.write(b"bank,sat\n")
        for _ in range(30):
            stream.write(b"A,1\n" * 500_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(SchemaError, match=r"may hold 50,000,000 bytes; this one holds more"):
        unpacked(file)
    if sys.platform == "linux":
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.csv")
    with pytest.raises(SchemaError, match="must be a file, not a pipe or a device"):
        read_grid(tmp_path / "x.csv")


def test_a_page_of_deep_divs_is_audited(tmp_path: Path) -> None:
    page = tmp_path / "deep.html"
    page.write_text("<html><body>" + "<div>" * 2_000 + "</div>" * 2_000 + "</body></html>")
    assert audit_report(page).lines(severity="fails")


def test_what_persons_wrote_is_no_segment_and_is_not_repeated(tmp_path: Path) -> None:
    n = 60
    answers = pd.DataFrame({
        "rid": range(n), "bank": ["A", "B", "C"] * 20, "sat": [7, 8, 5, 6] * 15,
        "comment": [f"my teller {at} was rude" for at in range(n)],
    })  # fmt: skip
    answers.to_csv(tmp_path / "survey.csv", index=False)
    (tmp_path / "study.toml").write_text(
        '[study]\ntitle = "T"\n[survey]\nsource = "survey.csv"\nbrand = "bank"\n'
        'respondent = "rid"\noutcome = "sat"\nscale = [0, 10]\nsegments = ["comment"]\n',
        encoding="utf-8",
    )
    said = "\n".join(str(one) for one in check_study(tmp_path).lines())
    assert "must be groups of customers; found 60 values in 'comment'" in said
    assert "rude" not in said
