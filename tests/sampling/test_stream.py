"""A survey taken apart gives what it gives in one piece: any split, any form, a cluster."""

from __future__ import annotations

import itertools
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brandkit.core.errors import InputError, MissingColumnsError, MissingFileError
from brandkit.sampling.rows import survey_rows
from brandkit.sampling.stream import StreamedMoments, map_reduce, stream_moments
from brandkit.sources.survey.parts import survey_parts
from tests.conftest import some

ITEMS = ["x", "y"]


def answers(n: int = 300, *, seed: int = 0, persons: int = 2_600) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    person = rng.integers(0, persons, n)
    frame = pd.DataFrame(rng.integers(0, 11, (n, 2)).astype(float), columns=ITEMS)
    frame[rng.random(frame.shape) < 0.1] = np.nan
    frame.loc[rng.random(n) < 0.05, "y"] = 99.0
    return frame.assign(id=person, w=rng.uniform(0.5, 2, n), bank=rng.choice(["a", "b", "c"], n))


@dataclass(frozen=True)
class Held:
    """A part that is in memory; with ``once``, the first worker that reads it dies."""

    rows: pd.DataFrame
    cuts: tuple[int, ...] = ()
    once: Path | None = None

    def frames(self) -> Iterator[pd.DataFrame]:
        if self.once is not None and self.once.exists():
            self.once.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        bounds = [0, *sorted(self.cuts), len(self.rows)]
        for start, end in itertools.pairwise(bounds):
            yield self.rows.iloc[start:end]


def streamed(parts: object, **options: object) -> StreamedMoments:
    told = {
        "columns": ITEMS,
        "respondent": "id",
        "weight": "w",
        "cells": ["bank"],
        "limits": {"y": (0, 10)},
        "missing": "pairwise",
        **options,
    }
    return stream_moments(parts, **told)


def assert_same(one: StreamedMoments, other: StreamedMoments, rtol: float = 1e-10) -> None:
    assert one.moments.cells == other.moments.cells
    assert one.moments.n.tolist() == other.moments.n.tolist()
    np.testing.assert_allclose(one.moments.totals, other.moments.totals, rtol=rtol, atol=1e-10)
    drawn = (each.draws(5, seed=3).covariance() for each in (one, other))
    np.testing.assert_allclose(*drawn, rtol=1e-8, atol=1e-8)


def test_it_is_what_rows_in_memory_give():
    frame = answers(6_000)
    clean = frame.assign(y=frame["y"].where(frame["y"] <= 10))
    rows = survey_rows(
        clean, columns=ITEMS, others=["bank"], weight="w", respondent="id", missing="pairwise"
    )
    drawn = rows.draws(6, seed=0)
    known = rows.moments(cells=["bank"], drawn=drawn, pairwise=True).sums(drawn.times)
    found = streamed([Held(clean.dropna(how="all", subset=ITEMS), (700, 701))])
    assert found.moments.n_groups == drawn.n_groups < found.plan.n_persons
    np.testing.assert_allclose(found.draws(6).means(), known.means(), rtol=1e-10)
    np.testing.assert_allclose(found.draws(6).covariance(), known.covariance(), atol=1e-8)


@settings(max_examples=some(8), deadline=None)
@given(
    cuts=st.lists(st.integers(0, 300), max_size=4),
    inner=st.lists(st.integers(0, 80), max_size=2),
    missing=st.sampled_from(["drop", "pairwise"]),
)
def test_any_split_of_rows_gives_the_same(cuts, inner, missing):
    frame = answers()
    bounds = [0, *sorted(cuts), len(frame)]
    parts = [frame.iloc[a:b] for a, b in itertools.pairwise(bounds)]
    split = streamed(
        [Held(part, tuple(at for at in inner if at < len(part))) for part in parts], missing=missing
    )
    assert_same(split, streamed([Held(frame)], missing=missing))


def test_folders_of_parquet_and_csv_files_give_what_one_file_gives(tmp_path, monkeypatch):
    monkeypatch.setattr("brandkit.sources.survey.parts.ROWS_AT_ONCE", 40)
    frame = answers()
    frame.to_parquet(tmp_path / "all.parquet", row_group_size=70)
    whole = streamed([Held(frame)])
    used = ["id", "w", *ITEMS, "bank"]
    one = survey_parts(tmp_path / "all.parquet", columns=used)
    assert len(one) == 5
    assert_same(streamed(one), whole)
    for bank, rows in frame.groupby("bank"):
        (tmp_path / "parquet" / f"bank={bank}").mkdir(parents=True)
        rows.drop(columns="bank").to_parquet(tmp_path / "parquet" / f"bank={bank}" / "0.parquet")
    assert_same(streamed(survey_parts(tmp_path / "parquet", columns=used)), whole)
    (tmp_path / "csv").mkdir()
    for at, start in enumerate((0, 120)):
        rows = frame.iloc[start : start + 180 if at else 120]
        rows.to_csv(tmp_path / "csv" / f"{at}.csv", index=False, sep=";")
    assert_same(streamed(survey_parts(tmp_path / "csv", columns=used, texts=["bank"])), whole)


def test_refusals(tmp_path):
    with pytest.raises(MissingFileError, match="a folder of one of them"):
        survey_parts(tmp_path, columns=["x"])
    answers(9).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(MissingColumnsError, match=r"found no \['bnak'\].*'bank'"):
        survey_parts(tmp_path, columns=["bnak"])
    with pytest.raises(MissingColumnsError, match=r"`respondent`"):
        streamed(survey_parts(tmp_path, columns=["x", "y", "w", "bank"]))
    with pytest.raises(InputError, match="`parts` must hold rows"):
        streamed([])


def test_chunks_are_combined_in_their_order():
    assert map_reduce("abcd", str.upper, "".join) == "ABCD"


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_a_cluster_of_which_a_worker_dies_gives_what_one_process_gives(tmp_path):
    distributed = pytest.importorskip("distributed")
    frame = answers(4_000)
    parts = [frame.iloc[start : start + 400] for start in range(0, 4_000, 400)]
    fatal = tmp_path / "dies once"
    fatal.touch()
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, processes=True
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        before = set(client.nthreads())
        found = streamed(
            [Held(part, once=fatal if at == 6 else None) for at, part in enumerate(parts)],
            client=client,
        )
        deadline = time.monotonic() + 30
        while set(client.nthreads()) == before and time.monotonic() < deadline:
            time.sleep(0.1)
        after = set(client.nthreads())
    assert not fatal.exists()
    assert len(before) == 2
    assert before - after, "no worker died"
    assert_same(found, streamed([Held(part) for part in parts]), rtol=1e-12)
