"""What SECURITY.md promises is held by tests that are there; nobody is found in what is made."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from brandkit.report import export_report
from brandkit.sources.study.inspection import check_study
from tests.public import make_world

PLANTED = re.compile(rb"zqid-|zqmail|zqword")


def test_every_promise_names_a_test_that_is_there(root: Path) -> None:
    said = (root / "SECURITY.md").read_text(encoding="utf-8")
    rows = [line for line in said.splitlines() if line.startswith("| ")][1:]
    for row in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", row)
        assert named, row
        for file, test in named:
            assert f"def {test}" in (root / file).read_text(encoding="utf-8"), f"{file}::{test}"


def files_in(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Give a file, and those packed in it, whatever stands before them."""
    yield name, data
    at = data.find(b"PK\x03\x04", 0, 300)
    if at >= 0:
        with zipfile.ZipFile(io.BytesIO(data[at:])) as box:
            for one in box.namelist():
                yield from files_in(f"{name}!{one}", box.read(one))


@pytest.mark.exhaustive
def test_nobody_is_found_in_what_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, kept, out = (tmp_path / name for name in ("study", "kept", "out"))
    folder.mkdir()
    people = make_world(2, persons=160).people.drop(columns="w")
    number = people.index.astype(str)
    people = people.assign(
        id="zqid-" + number,
        mail="zqmail" + number + "@example.org",
        words="zqword" + number,
    )
    people.to_csv(folder / "survey.csv", index=False)
    (folder / "study.toml").write_text(
        '[study]\ntitle = "T"\nfocus = "Alder"\n[survey]\nsource = "survey.csv"\nbrand = "main"\n'
        'respondent = "id"\noutcome = "sat"\ndrivers = ["q1", "q2", "q3"]\nsegments = ["tier"]\n'
        "scale = [0, 10]\n",
        encoding="utf-8",
    )
    for module in (
        "questions.answering",
        "report.making",
        "report.unchanged",
        "sources.study.store",
    ):
        monkeypatch.setattr(f"brandkit.{module}.processed_folder", lambda _: kept)
    said: list[str] = [str(line) for line in check_study(folder).lines()]
    export_report(folder, out=out, pptx=True, progress=said.append)
    made = [file for place in (out, kept) for file in place.rglob("*") if file.is_file()]
    assert {".html", ".xlsx", ".pptx", ".zip", ".json"} <= {file.suffix for file in made}
    whole = [("said", "\n".join(said).encode())]
    whole += [one for file in made for one in files_in(file.name, file.read_bytes())]
    assert [name for name, data in whole if PLANTED.search(data)] == []
