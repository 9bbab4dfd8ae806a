"""The fast reader of long tables gives what the careful one gives."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brandkit.core.errors import SchemaError
from brandkit.sources.tables import cells as reader
from brandkit.sources.tables.cells import read_cells, read_grid
from tests.conftest import some

CELLS = st.text(st.sampled_from(list('ab1,;\t" \n臺NA.é\u00a0')), max_size=5)


def both(file: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[object, object]:
    """Read with each reader: its cells, or what it says."""
    found: list[object] = []
    for length in (0, 10**9):
        monkeypatch.setattr(reader, "LONG", length)
        try:
            frame = read_cells(file)
            found.append((list(frame.columns), frame.to_numpy().tolist()))
        except SchemaError as error:
            found.append(str(error))
    return found[0], found[1]


@settings(
    max_examples=some(100),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    rows=st.integers(1, 4).flatmap(
        lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), min_size=1, max_size=6)
    ),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n"]),
)  # fmt: skip
def test_both_readers_agree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: list[list[str]], quoting: int, end: str
) -> None:
    stream = io.StringIO()
    csv.writer(stream, quoting=quoting, lineterminator=end).writerows(rows)  # type: ignore[call-overload]
    file = tmp_path / "a.csv"
    file.write_bytes(stream.getvalue().encode())
    fast, careful = both(file, monkeypatch)
    assert fast == careful


@settings(
    max_examples=some(100),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(text=st.text(st.sampled_from(list('ab,"\n\r;x')), min_size=3, max_size=25))
def test_both_readers_agree_on_torn_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(text.encode())
    fast, careful = both(file, monkeypatch)
    assert fast == careful


def test_places_are_those_of_an_editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"sep=;\na;b\n1;2\n3;4\n")
    for length in (0, 10**9):
        monkeypatch.setattr(reader, "LONG", length)
        assert read_cells(file).index.tolist() == ["line 3", "line 4"]


def test_packed_tables(tmp_path: Path) -> None:
    file = tmp_path / "a.csv.gz"
    file.write_bytes(gzip.compress(b'a;b\n"x;y";2\n'))
    assert read_cells(file).to_numpy().tolist() == [["x;y", "2"]]
    file.write_bytes(gzip.compress(b"a,b\n1,2\n1\n"))
    with pytest.raises(SchemaError, match="line 3: every row must have as many cells"):
        read_cells(file)
    odd = tmp_path / "a.xlsx.gz"
    odd.write_bytes(file.read_bytes())
    with pytest.raises(SchemaError, match="only text tables may be packed"):
        read_cells(odd)


def test_a_long_table_is_read_whole(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": range(30_000), "text": ['a "b"\nc'] * 30_000})
    frame.to_csv(tmp_path / "a.csv", index=False)
    cells = read_cells(tmp_path / "a.csv")
    assert cells["id"].astype(int).tolist() == list(range(30_000))
    assert set(cells["text"]) == {'a "b"\nc'}


@pytest.mark.parametrize(
    "text",
    [
        'code\tname\n="004"\t="NA"\n', 'code,name\n="004", ="NA" \n',
        'code;name\n"=""004""";"=""NA"""\n',
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_zeros_kept_from_a_spreadsheet_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, encoding: str
) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(text.encode(encoding))
    one, other = both(file, monkeypatch)
    assert one == other == (["code", "name"], [["004", "NA"]])
    assert read_grid(file).rows == (("004", "NA"),)
