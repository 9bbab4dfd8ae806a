"""Fast parts of the programs of benchmarks/simulations that no method tests beside it."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd

import benchmarks.simulations as package
from benchmarks.simulations import claims, markets, means
from benchmarks.simulations.__main__ import FIRST
from benchmarks.simulations.image_surveys import sums_of
from benchmarks.simulations.record import Table, measure, runs_of, sections
from brandkit.positioning.image.stability import map_stability


def fails(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    return [row for row in rows if row["verdict"] == "FAIL"]


def test_a_stopped_simulation_goes_on(tmp_path: Path) -> None:
    """What is there with as many runs is kept, what has fewer is made again, the rest untouched."""
    file, asked = tmp_path / "COVERAGE.md", []

    def rows(runs: int) -> list[dict[str, object]]:
        asked.append(runs)
        return [{"target": "share", "rate": 0.95, "seen": runs}]

    one, other = Table("one", rows, 300), Table("other", rows, 40)
    exact = Table("exact", lambda: [{"coverage": 0.951}], 0)
    measure("m", [one, other, exact], most=50, file=file)
    assert asked == [50, 40]
    assert "m: exact" not in sections(file)
    measure("m", [one, other, exact], most=10**9, file=file)
    assert asked == [50, 40, 300]
    before = file.read_text(encoding="utf-8")
    measure("m", [one, other, exact], most=10**9, file=file)
    assert asked == [50, 40, 300]
    assert file.read_text(encoding="utf-8") == before
    told = sections(file)
    assert [runs_of(told[f"m: {name}"]) for name in ("exact", "one", "other")] == [10**9, 300, 40]
    assert "| share | 0.95 | 300 |" in told["m: one"]


def test_every_program_has_tables_of_names_that_differ() -> None:
    stems = {path.stem for path in Path(str(package.__file__)).parent.glob("[a-z]*.py")}
    assert set(FIRST) < stems
    for name in stems - {"record", "image_surveys"}:
        titles = [table.title for table in import_module(f"{package.__name__}.{name}").TABLES]
        assert len(set(titles)) == len(titles) > 0


def test_sums_of_the_simulation_are_those_of_the_method() -> None:
    study = claims.Study(4, 5, 60, cv=0.6, clusters=12)
    answers, unit = study.sample(np.random.default_rng(1))
    person, bank = np.nonzero(answers[..., -1])

    weight = answers[person, bank, -1]
    names = [f"a{at}" for at in range(5)]
    frame = pd.DataFrame((answers[person, bank, :-1] > 0).astype(float), columns=names)
    frame = frame.assign(id=person, w=weight, unit=unit[person], bank=[f"b{at}" for at in bank])
    theirs = map_stability(
        frame, brand="bank", attributes=names, respondent="id", weight="w", cluster="unit",
        axes=1, draws=50,
    ).sums  # fmt: skip
    assert theirs is not None
    ours = sums_of(answers, unit)
    scale = theirs.bases.sum() / ours.bases.sum()  # weights may be brought to a mean of 1
    np.testing.assert_allclose(ours.bases * scale, theirs.bases)
    np.testing.assert_allclose(ours.covariance * scale**2, theirs.covariance)
    np.testing.assert_allclose(ours.cubes * scale**3, theirs.cubes)
    assert (ours.n_units, ours.df) == (theirs.n_units, theirs.df)


def test_no_claims_are_made_of_nothing_and_planted_ones_are_found() -> None:
    names = ("12 x 14, 150, halo", "300, 10 clusters with tastes")
    assert not fails(claims.null_rows(40, studies={name: claims.NULLS[name] for name in names}))
    one = "4 x 12 points"
    assert not fails(claims.planted_rows(25, studies={one: claims.PLANTED[one]}))


def test_what_a_rival_has_is_never_innovative() -> None:
    assert not fails(claims.innovative_rows(12))


def test_one_bank_is_no_market() -> None:
    one, everyone = markets.MOVES[1], markets.MOVES[-1]
    alone, together = markets.carried_rows(5, banks=(12,), moves=(one, everyone))
    assert alone["rate"] == 0.0
    assert alone["mover named"] == 1.0
    assert together["rate"] >= 0.75


def test_who_comes_changes_nothing_for_the_others() -> None:
    rows = markets.entry_rows(5, cases=(markets.ENTRIES[0], markets.ENTRIES[2]))
    assert not fails(rows)


def test_edges_of_means_keep_their_promises() -> None:
    assert not fails(means.few_clusters_rows(40, seen=(1, 2)))
    assert not fails(means.weighted_rows(6, cases=(means.WEIGHTED[4],)))
    assert not fails(means.cluster_importance_rows(6, clusters=(8,)))
