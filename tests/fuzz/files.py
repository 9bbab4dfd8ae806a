"""Small files of every form that is read, and damage done to their bytes."""

from __future__ import annotations

import gzip
import io
import json
import lzma
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from brandkit.questions import answers
from brandkit.report.audit import audit_report
from brandkit.sources import (
    read_branches,
    read_brand_table,
    read_catalog,
    read_study,
    read_survey,
)
from brandkit.sources.new.new import new_study
from brandkit.sources.study.inspection import check_study
from tests.public import make_world

Rng = np.random.Generator
_TOML = """[study]
title = "Small"
focus = "Alder"
language = "en"
[survey]
source = "survey.csv"
brand = "bank"
respondent = "id"
weight = "w"
outcome = "sat"
drivers = ["q1", "q2", "q3"]
segments = ["tier"]
scale = [0, 10]
[brand_table]
source = "image.csv"
[report]
minimum_base = 30
suppress_below = 10
"""
_PRODUCT = {
    "productId": "1",
    "name": "Saver",
    "brand": "Alder",
    "productCategory": "TERM_DEPOSITS",
    "features": [{"featureType": "ONLINE_ACCESS"}],
    "depositRates": [{"rate": "0.04"}],
    "fees": [{"name": "Monthly fee", "feeType": "PERIODIC", "amount": "5.00"}],
}
_WORDS = (
    b"\x00",
    b"\xff",
    b'"',
    b"'",
    b",",
    b"\n",
    b"{",
    b"}",
    b"[",
    b"]",
    b"nan",
    b"-1",
    b"1e999",
    b"9" * 400,
    b"\xef\xbb\xbf",
    b"=",
    b"../",
    b"/dev/zero",
    b"\\ud800",
    b"[" * 500,
    b"null",
    b"true",
    "滙".encode(),
    b"<a>",
    b"&#0;",
)


def _tables() -> dict[str, bytes]:
    """Write a survey in every form of a table."""
    frame = make_world(1, persons=12).rows.drop(columns="year")
    csv = frame.to_csv(index=False).encode()
    sheet, parquet = io.BytesIO(), io.BytesIO()
    frame.to_excel(sheet, index=False)
    frame.to_parquet(parquet)
    return {
        "survey.csv": csv,
        "survey.tsv": frame.to_csv(index=False, sep="\t").encode("utf-16"),
        "survey.xlsx": sheet.getvalue(),
        "survey.parquet": parquet.getvalue(),
        "survey.csv.gz": gzip.compress(csv, mtime=0),
        "survey.csv.xz": lzma.compress(csv),
    }


def _sav(folder: Path) -> bytes:
    import pyreadstat

    pyreadstat.write_sav(make_world(1, persons=12).rows, str(folder / "one.sav"))
    return (folder / "one.sav").read_bytes()


Reader = tuple[str, bytes, Callable[[Path], Any]]


def readers(folder: Path) -> list[Reader]:
    """Give each reader with a file that it reads.

    Parameters
    ----------
    folder : Path
        To write in, what some readers need beside the file.

    Returns
    -------
    list of tuple
        File name, content and reader.
    """
    world, tables = make_world(1, persons=12), _tables()
    image = world.counts.to_csv().encode()
    (folder / "image.csv").write_bytes(image)
    (folder / "survey.csv").write_bytes(tables["survey.csv"])
    told: list[Reader] = [
        (name, data, lambda file: read_survey(file, brand="bank", respondent="id"))
        for name, data in [*tables.items(), ("survey.sav", _sav(folder))]
    ]
    told += [("new.csv", tables["survey.csv"], _new), ("new.xlsx", tables["survey.xlsx"], _new)]
    line = {
        "snapshot": "2026-03-01",
        "brand_key": "a",
        "register_name": "Alder",
        "file": "1",
        "blob": "",
        "list_status": "ok",
        "response": {"data": _PRODUCT},
    }
    listed = (
        b"brand,product,name,category,features\nAlder,1,Saver,savings,app;card\n"
        b"Birch,1,Saver,savings,app\n"
    )
    columns = {one: one for one in ("brand", "product", "name", "category", "features")}
    page = (
        b"<!doctype html><html lang='en'><head><title>A</title></head><body><h1>A</h1>"
        b"<table><tr><td>5</td></tr></table><script type='application/json' "
        b'id=\'provenance\'>{"study": "a"}</script></body></html>'
    )
    return [
        *told,
        ("image.csv", image, read_brand_table),
        ("image.xlsx", _sheet(world.counts), read_brand_table),
        (
            "branches.csv",
            world.places.to_csv(index=False).encode(),
            lambda file: read_branches(file, brand="bank", market="city"),
        ),
        ("cdr.jsonl", (json.dumps(line) + "\n").encode() * 3, read_catalog),
        ("cdr.json", json.dumps({"data": _PRODUCT}).encode(), read_catalog),
        ("catalog.csv", listed, lambda file: read_catalog(file, format="table", columns=columns)),
        ("page.html", page, audit_report),
        ("study.toml", _TOML.encode(), _study),
        ("study.toml", _TOML.encode(), _study),
    ]


def _sheet(frame: pd.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.to_excel(out)
    return out.getvalue()


def _new(file: Path) -> object:
    return new_study(file.parent, files=[file], replace=True)


def _study(file: Path) -> object:
    study = read_study(file.parent)
    found = check_study(file.parent)
    list(found.lines())
    told = answers(study)
    return [told[name] for name in ("scores", "map")]


def damaged(rng: Rng, data: bytes) -> bytes:
    """Change bytes of a file: flip, cut, repeat, insert, or trade a line for another.

    Parameters
    ----------
    rng : Generator
    data : bytes

    Returns
    -------
    bytes
    """
    for _ in range(rng.integers(0, 4)):
        at, kind = int(rng.integers(len(data) + 1)), rng.integers(6)
        size = int(rng.integers(1, 40))
        if kind == 0:
            data = data[:at] + bytes(rng.integers(0, 256, size, dtype=np.uint8)) + data[at + size :]
        elif kind == 1:
            data = data[:at] + _WORDS[rng.integers(len(_WORDS))] + data[at:]
        elif kind == 2:
            data = data[:at] + data[at + size :]
        elif kind == 3:
            data = data[:at]
        elif kind == 4:
            data = data[:at] + data[max(0, at - size) : at] * int(rng.integers(1, 9)) + data[at:]
        else:
            lines = data.split(b"\n")
            first, second = rng.integers(len(lines), size=2)
            lines[first] = lines[second]
            data = b"\n".join(lines)
    return data
