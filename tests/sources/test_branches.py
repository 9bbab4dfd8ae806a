"""Branches: one market whatever its spelling, brands by code, one period."""

from __future__ import annotations

import lzma
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brandkit.core.errors import InputError, MissingColumnsError, SchemaError
from brandkit.sources import read_branches
from tests.conftest import some

TEXT = "code,name,city,money\n004,臺灣銀行,台北市,5\n004,臺灣銀行,臺北市,\n004,臺灣銀行,臺北市,1\n\
005,土地銀行,高雄市,0\n005,土地銀行,,2\n"


def write(folder: Path, text: str, name: str = "a.csv", encoding: str = "utf-8") -> Path:
    file = folder / name
    file.write_bytes(text.encode(encoding))
    return file


def test_markets_are_folded_and_added_up(tmp_path: Path) -> None:
    branches = read_branches(write(tmp_path, TEXT), brand="code", market="city", amount="money")
    assert branches.presence.to_numpy().tolist() == [
        ["004", "臺北市", 6, 3],
        ["005", "高雄市", 0, 1],
    ]
    assert (branches.n_rows, branches.n_unplaced) == (5, 1)
    assert [str(note) for note in branches.notes] == [
        "1 row has an amount of 0; the presence counts all the same.",
        "1 row has no amount; the presence counts all the same.",
        "1 of 5 rows name no brand or no market and are left out.",
    ]
    plain = read_branches(write(tmp_path, TEXT), brand="code", market="city")
    assert plain.presence["amount"].isna().all()
    assert plain.presence["n"].tolist() == [3, 1]


@pytest.mark.parametrize(
    ("name", "encoding"), [("a.csv", "utf-16"), ("a.tsv", "utf-16-le"), ("a.csv", "utf-8-sig")]
)
def test_files_as_governments_publish_them(tmp_path: Path, name: str, encoding: str) -> None:
    text = TEXT.replace("004", '="004"').replace("005", '="005"').replace(",", "\t")
    file = write(tmp_path, text, name, encoding)
    branches = read_branches(file, brand="code", market="city")
    assert branches.presence["brand"].tolist() == ["004", "005"]


def test_packed_files(tmp_path: Path) -> None:
    file = tmp_path / "a.csv.xz"
    file.write_bytes(lzma.compress(TEXT.encode()))
    assert len(read_branches(file, brand="code", market="city").presence) == 2
    file.write_bytes(lzma.compress(TEXT.encode())[:-9])
    with pytest.raises(SchemaError, match="packed file must be whole"):
        read_branches(file, brand="code", market="city")


def test_workbooks_and_parquet(tmp_path: Path) -> None:
    frame = pd.DataFrame({"brand": ["A", "A", "B"], "market": ["x", "Ｘ", "y"], "n": [1, 2, 3.5]})
    frame.to_excel(tmp_path / "a.xlsx", index=False)
    frame.to_parquet(tmp_path / "a.parquet", index=False)
    for name in ("a.xlsx", "a.parquet"):
        presence = read_branches(tmp_path / name, amount="n").presence
        assert presence.to_numpy().tolist() == [["A", "x", 3, 2], ["B", "y", 3.5, 1]]


def test_brands_are_told_apart_by_code(tmp_path: Path) -> None:
    text = "CERT,NAME,FIPS\n1,First State Bank,5007\n2,First State Bank,54009\n3,Other,54009\n"
    branches = read_branches(write(tmp_path, text), brand="CERT", market="FIPS", name="NAME")
    assert branches.presence[["brand", "market"]].to_numpy().tolist() == [
        ["First State Bank (1)", "05007"], ["First State Bank (2)", "54009"], ["Other", "54009"],
    ]  # fmt: skip
    assert (
        str(branches.notes[0]) == "1 code of FIPS had lost a leading zero; all have 5 digits now."
    )


@pytest.mark.parametrize(
    "codes", [["1", "12"], ["100", "1000x"], ["5007", "540091"], ["2024", "99"]]
)
def test_other_numbers_keep_their_form(tmp_path: Path, codes: list[str]) -> None:
    text = "brand,market\n" + "".join(f"A,{code}\n" for code in codes)
    assert sorted(read_branches(write(tmp_path, text)).presence["market"]) == sorted(codes)


def test_one_period_is_chosen(tmp_path: Path) -> None:
    file = write(tmp_path, "YEAR,brand,market\n2022,A,x\n2023,A,x\n2023,B,x\n")
    with pytest.raises(
        InputError, match=r"`where` must choose one period.*YEAR is \['2022', '2023'\]"
    ):
        read_branches(file)
    for year in (2023, "2023", [2023], 2023.0):
        assert read_branches(file, where={"YEAR": year}).presence["brand"].tolist() == ["A", "B"]  # type: ignore[dict-item]
    with pytest.raises(InputError, match=r"YEAR = \[2024\] leaves none"):
        read_branches(file, where={"YEAR": 2024})


def test_markets_of_several_columns_aliases_and_owners(tmp_path: Path) -> None:
    file = write(tmp_path, "brand,city,district\nA Ltd,x,1\nA,x,1\nB,x,\n")
    owners = write(tmp_path, "brand,owner\nB,Group\nZ,Group\n", "owners.csv")
    branches = read_branches(
        file, market=["city", "district"], aliases={"A Ltd": "A"}, owners=owners
    )
    assert branches.presence[["brand", "market", "n"]].to_numpy().tolist() == [
        ["A", "x 1", 2], ["B", "x", 1],
    ]  # fmt: skip
    assert dict(branches.owners) == {"B": "Group"}


@pytest.mark.parametrize(
    ("text", "options", "error", "message"),
    [
        (
            "brand,market\nA,x\n",
            {"brand": "bank"},
            MissingColumnsError,
            r"`brand` must name columns",
        ),
        ("brand,market\nA,x\n", {"market": "markt"}, MissingColumnsError, r"mean 'market'"),
        ("brand,market\nA,x\n", {"amount": "n"}, MissingColumnsError, r"`amount` must name"),
        ("brand,market\nA,x\n", {"where": {"y": 1}}, MissingColumnsError, r"`where` must name"),
        (
            "brand,market,n\nA,x,-1\n",
            {"amount": "n"},
            SchemaError,
            r"line 2.*number >= 0; found '-1'",
        ),
        ("brand,market,n\nA,x,many\n", {"amount": "n"}, SchemaError, r"found 'many'"),
        ("brand,market\n,x\nA,\n", {}, SchemaError, r"some rows must have a brand and a market"),
        ("brand,market\n", {}, SchemaError, r"rows"),
        ("", {}, SchemaError, r"empty"),
    ],
)
def test_refusals(
    tmp_path: Path, text: str, options: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        read_branches(write(tmp_path, text), **options)


@settings(max_examples=some(25), deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.sampled_from(["A", "B", "臺銀"]), st.sampled_from(["x", "y", "台北"]),
                  st.integers(0, 10**6)),
        min_size=1, max_size=20,
    )
)  # fmt: skip
def test_amounts_add_up(tmp_path_factory: pytest.TempPathFactory, rows: list[Any]) -> None:
    file = tmp_path_factory.mktemp("branches") / "a.csv"
    frame = pd.DataFrame(rows, columns=["brand", "market", "amount"])
    frame.to_csv(file, index=False)
    presence = read_branches(file, amount="amount").presence
    expected = frame.groupby(["brand", "market"])["amount"].agg(["sum", "size"])
    np.testing.assert_array_equal(presence[["amount", "n"]], expected)
    assert not presence.duplicated(["brand", "market"]).any()
