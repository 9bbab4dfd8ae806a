"""The frozen reference: its counts, its file, its hash; and what other weights change."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pandas as pd
import pytest

from brandkit.core.errors import MissingFileError, NotEnoughDataError, SchemaError
from brandkit.overlap import brand_overlap, fit_reference, product_similarity, weight_sensitivity
from brandkit.overlap.examples import catalog_of, small_catalog
from brandkit.sources.catalog.reference import read_reference, write_reference
from tests.contract import assert_contract
from tests.overlap.markets import random_market


def test_counts_by_hand() -> None:
    reference = fit_reference(small_catalog())
    cards = reference.lists["cards", "features"]
    assert cards.n_brands == 2
    assert cards.brands_with == {"cashback": 1, "contactless": 2, "insurance": 1, "lounge": 1}
    assert reference.ranges["cards", "fee_amounts"] == {"annual fee [aud]": (0.0, 120.0)}
    names = reference.texts["name"]
    assert names.n_texts == 6
    assert names.texts_with["card"[:3]] == 4
    assert names.texts_with["sa"] == 2


def test_stored_and_read_back_it_gives_the_same_numbers(tmp_path: Path) -> None:
    catalog = catalog_of(random_market(2))
    reference = fit_reference(catalog)
    file = write_reference(reference, path=tmp_path / "kept" / "reference.json")
    again = read_reference(file)
    assert again.sha256 == reference.sha256
    assert file.read_bytes() == write_reference(again, path=tmp_path / "copy.json").read_bytes()
    one, other = (product_similarity(catalog, reference=each).pairs for each in (reference, again))
    pd.testing.assert_frame_equal(one, other, check_exact=True)
    assert pickle.loads(pickle.dumps(reference)).sha256 == reference.sha256
    assert [path.name for path in file.parent.iterdir()] == ["reference.json"]


def test_a_reference_changed_by_hand_is_refused(tmp_path: Path) -> None:
    file = write_reference(fit_reference(small_catalog()), path=tmp_path / "reference.json")
    file.write_text(file.read_text("utf-8").replace('"lounge":1', '"lounge":2'), "utf-8")
    with pytest.raises(SchemaError, match="must fit its hash"):
        read_reference(file)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "must be JSON with form, sha256 and content"),
        ("[]", "must be JSON with form"),
        (json.dumps({"form": "other", "sha256": "", "content": {}}), "found 'other'"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "reference.json"
    file.write_text(text, "utf-8")
    with pytest.raises(SchemaError, match=said):
        read_reference(file)


def test_a_missing_file_is_named() -> None:
    with pytest.raises(MissingFileError, match=r"nowhere\.json: a stored reference must be there"):
        read_reference("nowhere.json")


def test_fee_names_read_otherwise_are_told() -> None:
    catalog = small_catalog()
    names = {"label": ["Annual"], "attribute": ["annual fee"], "recognised": [True], "n": [1]}
    object.__setattr__(catalog, "fee_names", pd.DataFrame(names))
    reference = fit_reference(catalog)
    object.__setattr__(catalog, "fee_names", pd.DataFrame({**names, "attribute": ["card fee"]}))
    notes = brand_overlap(catalog, reference=reference, draws=0).notes
    assert "1 fee name is read otherwise than when the reference was fitted: Annual" in str(
        notes[0]
    )


# --- other weights -------------------------------------------------------------------------------


def test_sensitivity_contract() -> None:
    catalog = small_catalog()
    assert_contract(
        lambda: weight_sensitivity(catalog, draws=3), catalog.products, catalog.attributes
    )


def test_leaving_a_facet_out_is_what_weights_without_it_give() -> None:
    catalog = catalog_of(random_market(4))
    weights = {"features": 3.0, "name": 1.0, "fees": 1.0}
    found = weight_sensitivity(catalog, weights=weights, draws=0)
    assert len(found.scenarios) == 1 + 2 * 3
    base = brand_overlap(catalog, weights=weights, draws=0).matrix()
    other = brand_overlap(catalog, weights={"features": 3.0, "fees": 1.0}, draws=0).matrix()
    change = (base - other).abs().max().max()
    row = found.scenarios.query("scenario == 'left out' and facet == 'name'").iloc[0]
    assert row["largest_change"] == pytest.approx(change, abs=1e-12)


def test_the_chosen_weights_themselves_change_nothing() -> None:
    catalog = catalog_of(random_market(4))
    weights = {"features": 1.0, "name": 1.0}
    row = weight_sensitivity(catalog, weights=weights, draws=0).scenarios.iloc[0]
    assert row["scenario"] == "all alike"
    assert row[["correlation", "nearest_kept", "largest_change"]].tolist() == pytest.approx(
        [1, 1, 0], abs=1e-12
    )


def test_one_facet_has_no_other_weights() -> None:
    with pytest.raises(NotEnoughDataError, match="at least two facets that count"):
        weight_sensitivity(small_catalog(), weights={"name": 1})
