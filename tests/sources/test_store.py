"""What is kept in data/processed: equal to what was read, and made anew when anything changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import pandas as pd
import pytest

from brandkit import __version__
from brandkit.core.errors import InputError
from brandkit.sources import read_catalog, read_study
from brandkit.sources.catalog import kept as kept_catalog
from brandkit.sources.catalog.catalog import Catalog
from brandkit.sources.study import study as study_module
from brandkit.sources.study.store import MANIFEST, kept_frames


def test_frames_are_kept_until_an_input_changes(tmp_path: Path) -> None:
    made = []
    kinds = pd.Categorical(["b", "a", "b"], categories=["b", "a", "unused"])
    days = pd.Series([date(2026, 3, 1)] * 2 + [None]).astype("datetime64[s]")
    frame = pd.DataFrame({"kind": kinds, "value": [0.1, float("nan"), 1 / 3], "day": days})

    def make() -> dict[str, pd.DataFrame]:
        made.append(1)
        return {"t": frame.copy()}

    def kept(sha256: str = "e3b0") -> pd.DataFrame:
        return kept_frames(place, made_from={"inputs": {"a.csv": sha256}}, make=make)["t"]

    place = tmp_path / "processed"
    for _ in range(3):
        pd.testing.assert_frame_equal(kept(), frame, check_exact=True)
    assert len(made) == 1
    kept("c442")
    assert len(made) == 2
    (place / "t.parquet").write_bytes(b"damaged")
    pd.testing.assert_frame_equal(kept("c442"), frame, check_exact=True)
    assert len(made) == 3
    (place / MANIFEST).write_text("{", encoding="utf-8")
    kept("c442")
    assert len(made) == 4
    manifest = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
    assert manifest["brandkit"] == __version__
    assert manifest["made_from"] == {"inputs": {"a.csv": "c442"}}
    manifest["code"] = "another"
    (place / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    kept("c442")
    assert len(made) == 5
    with pytest.raises(InputError, match="must be named by letters"):
        kept_frames(place, made_from={}, make=lambda: {"../t": frame})


def test_a_folder_that_cannot_be_written_keeps_nothing_and_stops_nothing(tmp_path: Path) -> None:
    frame = pd.DataFrame({"n": [1]})
    (tmp_path / "a file").write_text("x", encoding="utf-8")
    place = tmp_path / "a file" / "processed"
    assert kept_frames(place, made_from={}, make=lambda: {"t": frame})["t"].equals(frame)


def _keeps(place: Path, number: int) -> bool:
    """Read or write the same place as another process does, with inputs that change."""
    return all(
        kept_frames(
            place, made_from={"turn": turn % 2}, make=lambda turn=turn: {  # type: ignore[misc]
                "a": pd.DataFrame({"n": [turn % 2] * 5000}), "b": pd.DataFrame({"n": [turn % 2]})}
        )[name]["n"].eq(turn % 2).all()
        for turn in range(number, number + 30) for name in ("a", "b")
    )  # fmt: skip


@pytest.mark.slow
def test_two_processes_may_write_at_once(tmp_path: Path) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        assert all(pool.map(_keeps, [tmp_path / "kept"] * 2, [0, 1]))


CATALOG = (
    "bank,id,name,category,features,monthly fee,rate\n"
    "Civic,1,Everyday,accounts,card; app,5.00,\nCivic,2,Saver,savings,app,,1.5%\n"
    "Kestrel,1,Wing,accounts,app,0,\nKestrel,2,Nest 2025,savings,card,,NA\n"
)


@pytest.mark.parametrize("language", ["en", "zh-Hant"])
def test_a_kept_catalogue_is_the_one_that_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    folder = tmp_path / "islands"
    folder.mkdir()
    (folder / "products.csv").write_text(CATALOG, encoding="utf-8")
    (folder / "names.csv").write_text("label,zh-Hant\nCivic,市民銀行\n", encoding="utf-8")
    (folder / "study.toml").write_text(
        '[study]\ntitle = "Banks"\n[names]\nsource = "names.csv"\n[catalog]\n'
        'source = "products.csv"\nowners = { Civic = "Group" }\n'
        "ranges = { rate = [0, 0.1] }\nas_of = 2026-03-01\n"
        'columns = { brand = "bank", product = "id", fees = "monthly fee", rates = "rate", '
        'features = "features" }\n',
        encoding="utf-8",
    )
    fresh = read_study(folder, language=language).catalog
    monkeypatch.setattr(kept_catalog, "LARGE", 0)
    monkeypatch.setattr(study_module, "processed_folder", lambda _: tmp_path / "processed")
    first = read_study(folder, language=language).catalog
    monkeypatch.setattr(kept_catalog, "read_catalog", _never)
    second = read_study(folder, language=language).catalog
    for kept in (first, second):
        same_catalogue(fresh, kept)
    (folder / "products.csv").write_text(CATALOG.replace("Wing", "Feather"), encoding="utf-8")
    with pytest.raises(AssertionError, match="read again"):
        _ = read_study(folder).catalog


def _never(*_: object, **__: object) -> None:
    raise AssertionError("read again")


def same_catalogue(one: Catalog | None, other: Catalog | None) -> None:
    assert one is not None
    assert other is not None
    for each in fields(Catalog):
        value, kept = getattr(one, each.name), getattr(other, each.name)
        if isinstance(value, pd.DataFrame):
            pd.testing.assert_frame_equal(value, kept, check_exact=True, check_freq=True)
        else:
            assert value == kept
            assert isinstance(value, Mapping) or type(value) is type(kept)


@pytest.mark.exhaustive
@pytest.mark.real
def test_the_newest_australian_catalogue_is_kept_as_it_was_read(real: Path, tmp_path: Path) -> None:
    au = real / "catalogs" / "au_cdr"
    files = {
        "source": au / "snapshots" / "2024-08-12.jsonl.xz",
        "register": au / "registers" / "brands_2024-08-12.json",
    }

    def read() -> Catalog:
        return read_catalog(files["source"], register=files["register"])

    kept = [
        kept_catalog.kept_catalog(tmp_path / "kept", files=files, options={}, read=read)
        for _ in range(2)
    ]
    same_catalogue(read(), kept[0])
    same_catalogue(kept[0], kept[1])
    again = kept_catalog.kept_catalog(tmp_path / "kept", files=files, options={}, read=_never)
    same_catalogue(kept[0], again)
