"""What a study's survey gives: each answer where the keys are there, None where they are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from brandkit.core.errors import SchemaError
from brandkit.sources import read_study
from brandkit.strategy import (
    study_alikeness,
    study_choice,
    study_comparison,
    study_drivers,
    study_movement,
    study_opportunities,
    study_paths,
    study_penalties,
    study_priorities,
    study_reliability,
    study_stability,
    study_tiers,
    study_weights,
    study_what_ifs,
    target_block,
)

ASKED = (
    study_alikeness, study_choice, study_comparison, study_drivers, study_movement, study_paths,
    study_penalties, study_reliability, study_stability, study_tiers, study_weights,
)  # fmt: skip


def written(folder: Path, keys: str, frame: pd.DataFrame) -> Path:
    frame.to_csv(folder / "answers.csv", index=False, encoding="utf-8", lineterminator="\n")
    (folder / "study.toml").write_text(
        f'[study]\ntitle = "Banks"\n[survey]\nsource = "answers.csv"\n{keys}', encoding="utf-8"
    )
    return folder


@pytest.fixture
def one_bank(rng: np.random.Generator) -> pd.DataFrame:
    true = rng.normal(7, 1.5, 200)
    names = ("sat1", "sat2", "advice", "fees")
    frame = pd.DataFrame({
        name: np.clip(np.rint(true + rng.normal(0, 1, 200)), 0, 10) for name in names
    })  # fmt: skip
    frame["sex"] = np.where(np.arange(200) % 2, "f", "m")
    return frame


def test_a_survey_without_keys_answers_nothing(tmp_path: Path, one_bank: pd.DataFrame) -> None:
    study = read_study(written(tmp_path, "", one_bank))
    assert [asked.__name__ for asked in ASKED if asked(study) is not None] == []
    assert study_opportunities(study, stability=None) is None
    assert study_what_ifs(study, stability=None) is None
    assert study_priorities(study, drivers=None) is None
    assert target_block(study) == ""


def test_one_bank_is_compared_by_its_segments(tmp_path: Path, one_bank: pd.DataFrame) -> None:
    keys = (
        'outcome = "sat1"\ndrivers = ["advice", "fees"]\nsegments = ["sex"]\nscale = [0, 10]\n'
        'blocks = { SAT = ["sat1", "sat2"], SERVICE = ["advice", "fees"] }\n'
        'paths = [["SERVICE", "SAT"]]\n'
    )
    study = read_study(written(tmp_path, keys, one_bank))
    compared = study_comparison(study)
    assert compared is not None
    assert set(compared.groups["label"]) == {"f", "m"}
    assert study_alikeness(study) is None
    assert study_choice(study) is None
    drivers = study_drivers(study)
    assert drivers is not None
    assert study_priorities(study, drivers=drivers) is None
    assert target_block(study) == "SAT"
    model = study_paths(study)
    assert model is not None
    assert model.blocks["index"].between(0, 100).all(), "limits come from the declared scale"
    assert study_reliability(study).glance().shape[0] == 1
    assert study_tiers(study).glance().loc[0, "n_segments"] == 2
    codebook = study.survey.codebook.set_index("item")
    assert codebook.loc["sat1", ["low", "high"]].tolist() == [0.0, 10.0]
    assert codebook.loc["sex", "low"] != 0.0, "only what is rated gets the scale"


@pytest.mark.parametrize(
    ("keys", "match"),
    [
        ("scale = [10, 0]", "lowest answer to its highest"),
        ("scale = [0]", r"\[survey\] scale"),
        ("smallest_difference = 0", r"\[survey\] smallest_difference"),
    ],
)
def test_keys_that_break_their_rule(tmp_path, one_bank, keys: str, match: str) -> None:
    with pytest.raises(SchemaError, match=match):
        read_study(written(tmp_path, keys + "\n", one_bank))


def test_wide_batteries_serve_map_and_alikeness(tmp_path: Path, rng: np.random.Generator) -> None:
    banks, attributes = ("Civic", "Harbour", "Kestrel", "Juniper"), ("fair", "modern", "near")
    chance = rng.uniform(0.2, 0.8, (4, 3))
    columns = {f"q{b}_{a}": rng.binomial(1, chance[b, a], 150) for b in range(4) for a in range(3)}
    frame = pd.DataFrame({"id": np.arange(150), **columns})
    book = pd.DataFrame({
        "item": list(columns), "label": [attributes[int(name[-1])] for name in columns],
        "set": [f"q{name[1]}" for name in columns],
        "brand": [banks[int(name[1])] for name in columns],
        "attribute": [attributes[int(name[-1])] for name in columns],
    })  # fmt: skip
    book.to_csv(tmp_path / "book.csv", index=False, encoding="utf-8", lineterminator="\n")
    keys = 'codebook = "book.csv"\nrespondent = "id"\nimages = ["q0", "q1", "q2", "q3"]\n'
    study = read_study(written(tmp_path, keys, frame), focus="Harbour")
    assert study.brands_of("survey") == set(banks)
    stability = study_stability(study)
    assert stability is not None
    assert set(stability.brands) == set(banks)
    alike = study_alikeness(study)
    assert alike is not None
    assert int(alike.glance()["n_brands"].iloc[0]) == 4
    room = study_opportunities(study, stability=stability)
    what_ifs = study_what_ifs(study, stability=stability, room=room)
    assert what_ifs is not None
    assert what_ifs.brand == "Harbour"
    shares = what_ifs.changes
    assert (shares["share_then"] <= 1).all()


def test_the_sample_s_planted_truth_reaches_the_reports() -> None:
    study = read_study("sample")
    roles = study_penalties(study).attributes.set_index("attribute")["role"].to_dict()
    assert {name for name, role in roles.items() if role == "basic"} == {"waiting", "complain"}
    assert {name for name, role in roles.items() if role == "exciting"} == {"digital", "advice"}
    moves = study_movement(study).moves
    assert moves.loc[moves["moved"], "brand"].tolist() == ["Juniper"]
    pairs = study_stability(study).pairs
    apart = pairs.set_index(["brand_a", "brand_b"])["distinct"]
    assert not apart.loc[("Harbour Bank", "Tidewater")]
