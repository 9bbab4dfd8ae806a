"""The sample study: the same bytes again, one market in all its files, and a truth one can find."""

from __future__ import annotations

import itertools
import json
import struct
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from brandkit.sources import read_study
from tools import sample
from tools.sample import market, survey
from tools.sample import products as sample_products

BANKS = [bank.name for bank in market.BANKS]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("sample")
    sample.write_sample_study(place)
    return place


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    return survey.survey_answers()


@pytest.fixture(scope="module")
def scores(answers: pd.DataFrame) -> pd.DataFrame:
    """The 0-10 answers, missing codes taken out."""
    codes = answers[survey.SCALE_ITEMS]
    return codes.where(codes <= 10)


@pytest.fixture(scope="module")
def tables() -> dict[int, pd.DataFrame]:
    return {year: table for year, table in sample_products.catalogues().items()}


# The files


def test_the_shipped_files_are_written_again_byte_for_byte(folder, root):
    shipped = root / "data" / "raw" / "sample"
    for file in folder.iterdir():
        assert file.read_bytes() == (shipped / file.name).read_bytes(), file.name
    by_hand = {"study.toml", "README.md"}
    assert {file.name for file in shipped.iterdir()} == by_hand | {f.name for f in folder.iterdir()}


def test_another_seed_is_another_sample_of_the_same_market(folder, tmp_path):
    sample.write_sample_study(tmp_path, seed=1)
    for name in (
        "survey.sav",
        "brand_image.csv",
        "products_2026.csv",
        "rankings.csv",
        "partners.csv",
    ):
        assert (tmp_path / name).read_bytes() != (folder / name).read_bytes()
    for name in ("codebook.csv", "names.csv", "branches.csv"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_all_of_it_stays_small(folder):
    assert sum(file.stat().st_size for file in folder.iterdir()) <= 3_000_000


def test_the_survey_file_gives_the_answers_back(folder, answers):
    read, meta = pyreadstat.read_sav(folder / "survey.sav", user_missing=True)
    pd.testing.assert_frame_equal(read, answers.astype(float), check_names=False)
    assert meta.variable_value_labels["brand"][1.0] == "Harbour Bank"
    assert meta.column_names_to_labels["img_01"] == "trustworthy"
    assert meta.missing_ranges["sat1"] == [{"lo": 98.0, "hi": 99.0}]
    assert meta.mr_sets["image"]["variable_list"] == survey.IMAGE_ITEMS
    assert meta.mr_sets["considered"]["counted_value"] == 1
    header = (folder / "survey.sav").read_bytes()[:176]
    weight_at = struct.unpack("<i", header[76:80])[0]
    assert list(read)[weight_at - 1] == "weight"
    # a clock's time would change the bytes
    assert header[92:109] == b"29 Mar 2612:00:00"


def test_the_brand_image_is_the_surveys(folder):
    read, _ = pyreadstat.read_sav(folder / "survey.sav")
    image = pd.read_csv(folder / "brand_image.csv", index_col="bank")
    assert list(image.index) == BANKS
    for number, name in enumerate(image.columns, 1):
        ticked = read["weight"].where(read[f"img_{number:02d}"] == 1, 0.0)
        counted = ticked.groupby(read["brand"]).sum().to_numpy()
        np.testing.assert_allclose(image[name], counted, atol=1e-9)


def test_everything_has_names_in_three_languages(folder):
    names = pd.read_csv(folder / "names.csv", keep_default_na=False).set_index("label")
    assert names.index.is_unique
    assert (names != "").all().all()
    codebook = pd.read_csv(folder / "codebook.csv", keep_default_na=False)
    in_use = set(BANKS) | {attribute.name for attribute in market.ATTRIBUTES}
    in_use |= {region.name for region in market.REGIONS} | set(market.TIERS)
    for year in sample_products.YEARS:
        table = pd.read_csv(folder / f"products_{year}.csv", keep_default_na=False)
        in_use |= set(table["category"])
        for column in ("features", "eligibility", "channels", "regions"):
            in_use |= {word for cell in table[column] for word in cell.split("; ") if word}
    assert in_use <= set(names.index)
    batteries = codebook[codebook["set"] != ""]
    assert (batteries[["label_zh-Hant", "label_zh-Hans"]] != "").all().all()


def test_traditional_and_simplified_differ_where_their_characters_do(folder):
    from opencc import OpenCC

    names = pd.read_csv(folder / "names.csv", keep_default_na=False)
    to_hant, to_hans = OpenCC("s2t"), OpenCC("t2s")
    for hant, hans in zip(names["zh-Hant"], names["zh-Hans"], strict=True):
        assert to_hans.convert(hans) == hans, f"{hans} holds traditional characters"
        # one character at a time: phrases have variants that are both right
        assert "".join(to_hant.convert(sign) for sign in hant) == hant


def test_the_truth_says_what_was_planted(folder, answers):
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    assert truth["survey"]["rows"] == len(answers)
    assert truth["map"]["moving_brand"] == "Juniper"
    assert set(truth["map"]["brands"]) == set(BANKS)
    assert truth["catalog"]["sisters"] == ["Northgate", "Peninsula"]


# The sample


def test_persons_rate_up_to_three_banks_and_live_in_one_wave(answers):
    per_person = answers.groupby("respondent")
    assert per_person["brand"].nunique().max() == 3
    assert len(per_person) == 3000
    for column in ("wave", "weight", "stratum", "main", "tier", "seconds"):
        assert (per_person[column].nunique() == 1).all()
    assert not answers.duplicated(["respondent", "brand"]).any()


def test_the_main_bank_is_rated_and_rated_banks_are_considered(answers):
    rated = answers.groupby("respondent")["brand"].agg(set)
    main = answers.groupby("respondent")["main"].first()
    assert all(bank in banks for bank, banks in zip(main, rated, strict=True))
    considered = answers[survey.CONSIDERED_ITEMS].to_numpy()
    assert (considered[np.arange(len(answers)), answers["brand"] - 1] == 1).all()


def test_weights_bring_each_wave_to_the_population(answers):
    persons = answers.drop_duplicates("respondent")
    for _, wave in persons.groupby("wave"):
        share = wave.groupby("region")["weight"].sum() / wave["weight"].sum()
        np.testing.assert_allclose(share, [r.population for r in market.REGIONS], atol=1e-4)
        share = wave.groupby("age")["weight"].sum() / wave["weight"].sum()
        np.testing.assert_allclose(share, market.AGE_POPULATION, atol=1e-4)
        assert wave["weight"].mean() == pytest.approx(1.0, abs=1e-3)
        unweighted = wave["region"].value_counts(normalize=True)[6]
        assert unweighted > 1.5 * market.REGIONS[5].population


def test_answers_that_are_not_there_have_codes(answers):
    codes = answers[survey.SCALE_ITEMS]
    assert set(np.unique(codes)) == {*range(11), 98, 99}
    gone = (codes > 10).mean()
    assert gone["complain"] == pytest.approx(0.124, abs=0.02)
    assert gone.drop("complain").between(0.01, 0.03).all()


def test_careless_people_are_there(answers):
    first = answers.drop_duplicates("respondent")
    flat = (first[survey.SCALE_ITEMS].nunique(axis=1) == 1).mean()
    assert flat == pytest.approx(survey.STRAIGHT_LINERS, abs=0.007)
    assert (first["seconds"] < 150).mean() == pytest.approx(survey.SPEEDERS, abs=0.008)


# The map


def _map(answers: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Two axes of a plain correspondence analysis, rows and columns."""
    ticked = answers[survey.IMAGE_ITEMS].mul(answers["weight"], axis=0)
    table = ticked.groupby(answers["brand"]).sum().to_numpy()
    p = table / table.sum()
    r, c = p.sum(axis=1), p.sum(axis=0)
    u, d, vt = np.linalg.svd((p - np.outer(r, c)) / np.sqrt(np.outer(r, c)))
    rows, columns = u[:, :2] / np.sqrt(r)[:, None], vt[:2].T / np.sqrt(c)[:, None]
    return rows * d[:2], columns * d[:2]


def _aligned(places: np.ndarray, target: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Places turned, mirrored and scaled onto a target."""
    w = weight / weight.sum()
    x, y = places - w @ places, target - w @ target
    u, d, vt = np.linalg.svd(x.T @ (w[:, None] * y))
    return x @ u @ vt * d.sum() / np.sum(w[:, None] * x**2) + w @ target


@pytest.mark.parametrize("wave", market.WAVES)
def test_the_map_shows_where_banks_and_attributes_stand(answers, wave):
    of_wave = answers[answers["wave"] == wave]
    rows, columns = _map(of_wave)
    base = of_wave.groupby("brand")["weight"].sum().to_numpy()
    for found, truth, weight in (
        (rows, market.bank_places(wave), base),
        (columns, market.attribute_places(), np.ones(14)),
    ):
        placed = _aligned(found, truth, weight)
        assert np.corrcoef(placed[:, 0], truth[:, 0])[0, 1] > 0.95
        assert np.corrcoef(placed[:, 1], truth[:, 1])[0, 1] > 0.9


def test_nobody_stands_where_digital_meets_warm(answers):
    for wave in market.WAVES:
        rows, _ = _map(answers[answers["wave"] == wave])
        base = answers[answers["wave"] == wave].groupby("brand")["weight"].sum().to_numpy()
        truth = market.bank_places(wave)
        centre = base @ truth / base.sum()
        low = np.array(list(market.EMPTY_QUADRANT.values()))
        assert not np.any(np.all(truth - centre > low, axis=1))
        assert not np.any(np.all(_aligned(rows, truth, base) - centre > low, axis=1))
    # and there is something to want there
    assert np.any(np.all(market.attribute_places() > 0.4, axis=1))


def test_one_bank_moves_and_the_others_stand_still(answers):
    base = answers.groupby("brand")["weight"].sum().to_numpy()
    first, second = (
        _aligned(_map(answers[answers["wave"] == wave])[0], market.bank_places(wave), base)
        for wave in market.WAVES
    )
    moved = pd.Series(np.hypot(*(second - first).T), index=BANKS).drop("Old Quay")  # few raters
    assert moved.idxmax() == market.MOVING_BANK
    assert moved[market.MOVING_BANK] > 3 * moved.drop(market.MOVING_BANK).max()


# Satisfaction and choice


def test_services_matter_in_the_planted_order(scores):
    data = scores[[*survey.SERVICE_ITEMS, "sat1"]].dropna()
    z = ((data - data.mean()) / data.std()).to_numpy()
    slopes = dict(zip(survey.SERVICE_ITEMS, np.linalg.lstsq(z[:, :-1], z[:, -1])[0], strict=True))
    order = ["counter", "fees", "complain", "digital", "waiting", "advice"]
    assert sorted(order, key=lambda item: -slopes[item]) == order
    assert abs(slopes["lobby"]) < 0.03
    assert abs(slopes["premises"]) < 0.03
    assert slopes["advice"] > 0.06


def test_core_services_punish_and_extended_ones_reward(scores):
    data = scores[[*survey.SERVICE_ITEMS, "sat1"]].dropna()
    services = data[survey.SERVICE_ITEMS]
    dummies = [np.ones((len(data), 1)), services <= 5, services >= 9]
    effects = np.linalg.lstsq(np.hstack(dummies).astype(float), data["sat1"].to_numpy())[0]
    penalty, reward = -effects[1:9], effects[9:]
    lean = pd.Series((reward - penalty) / (reward + penalty), index=survey.SERVICE_ITEMS)
    kinds = {service.item: service.kind for service in market.SERVICES}
    for item, kind in kinds.items():
        if kind == "basic":
            assert lean[item] < -0.25
        if kind == "exciting":
            assert lean[item] > 0.05
        if kind == "performance":
            assert abs(lean[item]) < 0.2


def test_blocks_hang_together_along_the_planted_paths(scores):
    blocks = pd.DataFrame({block.key: scores[block.items].mean(axis=1) for block in market.BLOCKS})
    r = blocks.corr()
    assert (r.to_numpy() > 0.2).all()
    assert r.loc["QUAL", "SAT"] > r.loc["EXPE", "SAT"]
    assert r.loc["SAT", "LOY"] > r.loc["IMAG", "LOY"]


def test_people_choose_by_what_their_group_wants(answers):
    is_main = answers["main"] == answers["brand"]
    contested = answers.groupby("respondent")["brand"].transform("size") > 1
    ticked = answers.loc[contested, survey.IMAGE_ITEMS]
    names = [attribute.name for attribute in market.ATTRIBUTES]
    lift = (ticked[is_main[contested]].mean() - ticked[~is_main[contested]].mean()).to_numpy()
    lift = pd.Series(lift, index=names)
    assert {"cares about me", "transparent fees"} <= set(lift.nlargest(6).index)
    assert lift["rewards loyalty"] < lift["transparent fees"]


def test_the_basic_exciting_and_even_effects_by_hand():
    latent = np.array([-2.0, 0.0, 1.0])
    np.testing.assert_allclose(market.service_effect("basic", 0.5, latent), [-1.2, 0.0, 0.0])
    np.testing.assert_allclose(market.service_effect("exciting", 0.5, latent), [0.0, 0.0, 0.49])
    np.testing.assert_allclose(market.service_effect("performance", 0.5, latent), [-1.0, 0, 0.5])


# The catalogues


def _offers(table: pd.DataFrame) -> dict[str, list[tuple[str, frozenset[str]]]]:
    """Category and features of each brand's offers."""
    offers: dict[str, list[tuple[str, frozenset[str]]]] = {}
    for row in table.drop_duplicates(["brand", "name"]).itertuples():
        listed = (row.category, frozenset(row.features.split("; ")))
        offers.setdefault(row.brand, []).append(listed)
    return offers


def _overlap(offers: dict[str, list[tuple[str, frozenset[str]]]], a: str, b: str) -> float:
    """Mean best Jaccard index of features over a's offers."""
    best = []
    for category, ours in offers[a]:
        rivals = [theirs for other, theirs in offers[b] if other == category]
        best.append(max((len(ours & theirs) / len(ours | theirs) for theirs in rivals), default=0))
    return float(np.mean(best))


def _mean_overlap(table: pd.DataFrame) -> pd.Series:
    offers = _offers(table)
    pairs = {pair: _overlap(offers, *pair) for pair in itertools.permutations(offers, 2)}
    return pd.Series(pairs).groupby(level=0).mean()


def test_catalogues_have_their_size(tables):
    offers = {year: len(table.drop_duplicates(["brand", "name"])) for year, table in tables.items()}
    assert all(140 <= number <= 170 for number in offers.values())
    assert {year: table["brand"].nunique() for year, table in tables.items()} == {
        2024: 11, 2025: 12, 2026: 12,
    }  # fmt: skip
    for table in tables.values():
        assert not table.duplicated(["brand", "product_id"]).any()
        deposits = table[table["category"] == "Term deposits"]
        assert (deposits.groupby(["brand", "name"]).size() == 3).all()


def test_sisters_offer_the_same_and_the_close_rival_nearly_so(tables):
    offers = _offers(tables[2026])
    sister_a, sister_b = market.SISTERS
    assert _overlap(offers, sister_b, sister_a) == 1.0
    focus, rival = market.NEAREST_RIVALS
    overlaps = {bank: _overlap(offers, focus, bank) for bank in BANKS if bank != focus}
    assert max(overlaps, key=overlaps.__getitem__) == rival
    assert 0.7 < overlaps[rival] < 0.97


def test_one_bank_homogenises_and_one_stays_apart(tables):
    means = {year: _mean_overlap(table) for year, table in tables.items()}
    course = [means[year][market.HOMOGENISING_BANK] for year in sample_products.YEARS]
    assert course[0] + 0.05 < course[1] < course[2] - 0.05
    assert means[2026].idxmin() == market.DISTINCTIVE_BANK


def test_a_gap_and_a_point_of_difference_are_planted(tables):
    table = tables[2026]
    cards = table[table["category"] == "Credit cards"]
    has = cards["features"].str.contains(sample_products.PARITY_GAP)
    ours = cards["brand"] == market.FOCUS
    assert not has[ours].any()
    assert has[~ours].mean() > 0.5
    brands = table["brand"][table["features"].str.contains(sample_products.POINT_OF_DIFFERENCE)]
    assert set(brands) == {market.FOCUS}


def test_cells_are_left_out_as_planted(tables):
    for year, table in tables.items():
        silent = set(table["brand"][table["eligibility"] == ""])
        assert silent == {"Old Quay", "Civic"}
        silent = set(table["brand"][table["channels"] == ""])
        assert silent == {
            2024: {"Crown Mutual", "Silver Pine"}, 2025: {"Silver Pine"}, 2026: set(),
        }[year]  # fmt: skip


# The study as it is read


def test_the_study_reads_whole_in_every_language():
    for language in ("en", "zh-Hant", "zh-Hans"):
        study = read_study("sample", language=language)
        assert len(study.brands) == 12
        assert set(study.brand_table.values.index) == set(study.brands)
        assert study.focus in study.brands
        assert [len(catalog.problems) for catalog in study.catalogs.values()] == [0, 0, 0]
        deposits = study.catalog.products["n_records"].value_counts()
        assert set(deposits.index) == {1, 3}
        assert study.survey.n_respondents == 3000
        assert set(study.survey.responses["brand"].unique()) == set(study.brands)
        assert set(study.branches.presence["brand"].unique()) == set(study.brands)
        assert set(study.margins["region"]) == set(study.survey.responses["region"].unique())


def test_the_survey_that_is_read_makes_the_brand_table():
    study = read_study("sample")
    counts = study.survey.images("image").counts()
    table = study.brand_table.values
    np.testing.assert_allclose(counts.loc[table.index, table.columns], table, atol=1e-9)


def test_fieldwork_checks_find_the_careless():
    found = read_study("sample").survey.quality(duration="seconds").tidy()
    flat = found[(found["check"] == "straight_lining") & (found["set"] == "service")]
    assert flat["share"].iloc[0] == pytest.approx(survey.STRAIGHT_LINERS, abs=0.007)
    hasty = found[found["check"] == "speeding"]
    assert hasty["share"].iloc[0] == pytest.approx(survey.SPEEDERS, abs=0.01)
