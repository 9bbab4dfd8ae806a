"""What a study gives is the same in every language, and from every place that asks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from brandkit.sources import read_study
from brandkit.strategy.study_results import study_overlap, study_positions, study_reference


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans"])
def test_numbers_do_not_depend_on_the_language(language: str) -> None:
    english, chinese = read_study("sample"), read_study("sample", language=language)
    one, two = study_overlap(english), study_overlap(chinese)
    assert one is not None
    assert two is not None
    first = one.brands.assign(brand=one.brands["brand"].map(chinese.names)).set_index("brand")
    second = two.brands.set_index("brand")
    numbers = first.select_dtypes("number").columns
    np.testing.assert_allclose(second.loc[first.index, numbers], first[numbers], atol=1e-12)
    keys = ["brand_a", "brand_b", "category"]
    names = {label: chinese.names.get(label, label) for label in np.unique(one.pairs[keys[:2]])}
    names |= {label: chinese.names.get(label, label) for label in one.pairs["category"].dropna()}
    renamed = one.pairs.assign(**{key: one.pairs[key].map(names) for key in keys})
    values = ["overlap", "excess", "stability_low", "stability_high", "bound_low", "bound_high"]
    first = renamed.assign(category=renamed["category"].fillna("")).set_index(keys)[values]
    second = two.pairs.assign(category=two.pairs["category"].fillna("")).set_index(keys)[values]
    np.testing.assert_allclose(second.loc[first.index], first, atol=1e-12)


def test_the_reference_is_that_of_the_first_date() -> None:
    study = read_study("sample")
    reference = study_reference(study)
    assert reference is not None
    assert reference.as_of == min(study.catalogs).isoformat()
    overlap = study_overlap(study)
    assert overlap is not None
    assert overlap.reference.sha256 == reference.sha256


def test_what_a_study_lacks_is_none(tmp_path: Path) -> None:
    (tmp_path / "image.csv").write_text("bank,a,b\nX,1,2\nY,3,1\n", encoding="utf-8")
    (tmp_path / "study.toml").write_text(
        '[study]\ntitle = "x"\n[brand_table]\nsource = "image.csv"\n', encoding="utf-8"
    )
    study = read_study(tmp_path)
    assert study_overlap(study) is None
    assert study_reference(study) is None


def test_positions_of_a_study_without_an_image_are_none(tmp_path: Path) -> None:
    (tmp_path / "branches.csv").write_text("bank,region\nA,N\nB,S\n", encoding="utf-8")
    (tmp_path / "study.toml").write_text(
        '[study]\ntitle = "x"\n[branches]\nsource = "branches.csv"\nbrand = "bank"\n'
        'market = "region"\n',
        encoding="utf-8",
    )
    assert study_positions(read_study(tmp_path)) is None
