"""New studies: what a file is, what its columns are, and a study.toml that holds at once."""
# ruff: noqa: E501 - one file a line

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brandkit.core.errors import InputError, MissingFileError
from brandkit.sources import read_study
from brandkit.sources.new.columns import Guess
from brandkit.sources.new.files import guessed_file
from brandkit.sources.new.new import new_study
from brandkit.sources.study.inspection import check_study
from brandkit.sources.study.settings import read_settings
from tests.conftest import some

WIDE = "bank,modern,fair\nCivic,12,3\nKestrel,7,9\nOld Quay,1,4\n"
CATALOG = (
    "bank,product_id,product_name,category,features,monthly_fee\n"
    "Civic,1,Everyday,accounts,card; app,5.00\nCivic,2,Saver,savings,app,0\n"
    "Kestrel,1,Wing,accounts,app,0\nKestrel,2,Nest,savings,card,0\n"
)
BRANCHES = (
    "bank,county,deposits\nCivic,North,10\nCivic,South,20\nKestrel,North,5\nKestrel,South,1\n"
)
LONG = "company,issue\nCivic,fees\nCivic,app\nKestrel,fees\nKestrel,fees\n"


def survey_text(n: int = 40, *, seed: int = 0) -> str:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        rng.integers(0, 11, (n, 6)), columns=["imag1", "imag2", "sat1", "sat2", "loy1", "loy2"]
    )
    frame.insert(0, "respondent_id", range(1, n + 1))
    frame["bank"] = rng.choice(["Civic", "Kestrel"], n)
    frame["weight"] = rng.uniform(0.5, 2, n).round(3)
    frame["tick_1"], frame["tick_2"], frame["tick_3"] = rng.integers(0, 2, (3, n))
    frame["nps"] = rng.integers(0, 11, n)
    frame.loc[frame.index[:2], "sat1"] = 99
    frame.loc[frame.index[:10], "nps"] = 10
    frame["region"] = rng.choice(["North", "South"], n)
    return frame.to_csv(index=False, lineterminator="\n")


def written(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


# ---------------------------------------------------------------- known guesses


@pytest.mark.parametrize(
    ("name", "text", "section", "keys"),
    [
        ("a.csv", WIDE, "brand_table", {"brand": "bank", "kind": "counts"}),
        ("a.csv", "bank;a;b\nX;12%;3%\nY;1%;2,5%\n", "brand_table", {"kind": "shares"}),
        ("a.csv", "bank,a,b\nX,0.12,0.3\nY,0,1\n", "brand_table", {"kind": "shares"}),
        ("a.csv", "bank,a,b\nX,12.5,30\nY,40,1.5\n", "brand_table", {"kind": "shares", "unit": "percent"}),
        ("a.csv", "bank,a,b\nX,3.5,4.25\nY,2.5,1.5\n", "brand_table", {"kind": "ratings"}),
        ("a.csv", "銀行,現代感,收費透明\n市民銀行,12,3\n紅隼銀行,7,9\n", "brand_table", {"brand": "銀行"}),
        ("a.csv", WIDE + "NET,20,16\n", "brand_table", {"leave_out": ["NET"]}),
        ("a.csv", LONG, "brand_table", {"brand": "company", "attribute": "issue", "kind": "counts"}),
        ("a.csv", "company,issue,n\nX,a,3\nX,b,4\nY,a,5\nY,b,6\n", "brand_table", {"amount": "n"}),
        ("a.csv", BRANCHES, "branches", {"brand": "bank", "market": "county", "amount": "deposits"}),
        ("a.csv", CATALOG, "catalog", {"format": "table"}),
        ("a.csv", "label,zh-Hant\nCivic,市民\n", "names", {}),
        ("a.csv", "item,label,low,high\nsat1,Satisfaction,0,10\n", "codebook", {}),
        ("a.csv", survey_text(), "survey", {"brand": "bank", "weight": "weight", "respondent": "respondent_id"}),
        ("a.json", "{}", "catalog", {"format": "cdr"}),
        ("brands_2024-08-12.json", "{}", "register", {}),
    ],
)  # fmt: skip
def test_what_a_file_is(
    tmp_path: Path, name: str, text: str, section: str, keys: dict[str, Any]
) -> None:
    guess = guessed_file(written(tmp_path, {name: text}) / name)
    assert isinstance(guess, Guess), guess
    assert guess.section == section
    for key, value in keys.items():
        assert guess.keys[key] == value


def test_what_the_columns_of_a_survey_are(tmp_path: Path) -> None:
    guess = guessed_file(written(tmp_path, {"a.csv": survey_text()}) / "a.csv")
    assert isinstance(guess, Guess)
    assert guess.keys["blocks"] == {
        "IMAG": ["imag1", "imag2"],
        "SAT": ["sat1", "sat2"],
        "LOY": ["loy1", "loy2"],
    }
    assert ["IMAG", "SAT"] in guess.keys["paths"]
    assert ["SAT", "LOY"] in guess.keys["paths"]
    assert guess.keys["missing"] == [99]
    assert guess.keys["images"] == ["tick_1", "tick_2", "tick_3"]
    assert guess.keys["recommend"] == "nps"
    assert guess.keys["outcome"] == "sat1"
    assert guess.keys["drivers"] == ["imag1", "imag2"]
    assert guess.keys["segments"] == ["region"]
    assert "is 99" in guess.question or "are 99 really" in guess.question


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.doc", "x", "its ending .doc says no table"),
        ("a.csv", "", "the file is empty"),
        ("a.xlsx", "%PDF-1.7", "a PDF document"),
        ("a.csv", "x,y\n1,2\n3,4\n", "nothing in its columns"),
    ],
)
def test_what_there_is_no_telling(tmp_path: Path, name: str, text: str, message: str) -> None:
    guess = guessed_file(written(tmp_path, {name: text}) / name)
    assert isinstance(guess, str)
    assert message in guess


# ---------------------------------------------------------------- the study.toml


def test_a_new_user_s_folder_becomes_a_study(tmp_path: Path) -> None:
    folder = written(
        tmp_path / "my_bank",
        {
            "image.csv": WIDE, "products.csv": CATALOG, "branches.csv": BRANCHES,
            "survey.csv": survey_text(), "names.csv": "label,zh-Hant\nCivic,市民銀行\n",
            "codebook.csv": "item,label,low,high,missing\nsat1,Satisfied,0,10,99\n",
            "notes.docx": "x", "README.md": "x",
        },
    )  # fmt: skip
    made = new_study(folder)
    assert len(made.guesses) == 5
    assert any("notes.docx" in question for question in made.questions)
    assert not any("README" in question for question in made.questions)
    text = made.path.read_text(encoding="utf-8")
    assert 'title = "My bank"' in text
    assert '# focus = "Civic"' in text
    chosen, _ = read_settings(made.path)
    assert chosen.evidence == ("brand_table", "catalog", "survey", "branches")
    assert chosen.survey is not None
    assert chosen.survey.codebook == "codebook.csv"
    study = read_study(folder)
    assert study.brand_table is not None
    assert study.brand_table.brands == ["Civic", "Kestrel", "Old Quay"]
    assert check_study(folder).is_sound, check_study(folder).lines()


def test_files_may_lie_elsewhere_and_are_not_copied(tmp_path: Path) -> None:
    files = written(tmp_path / "exports", {"image.csv": WIDE, "other.csv": "x,y\n1,2\n"})
    before = {file.name: file.read_bytes() for file in files.iterdir()}
    made = new_study(tmp_path / "studies" / "mine", files=[files / "image.csv"])
    assert [file.name for file in made.path.parent.iterdir()] == ["study.toml"]
    chosen, _ = read_settings(made.path)
    assert chosen.brand_table is not None
    assert chosen.brand_table.source == "../../exports/image.csv"
    assert {file.name: file.read_bytes() for file in files.iterdir()} == before
    assert check_study(made.path.parent).is_sound


def test_dated_catalogues_become_dates_with_their_registers(tmp_path: Path) -> None:
    files = {f"{day}.jsonl": "{}\n" for day in ("2023-10-31", "2022-06-30", "2024-08-12")}
    files |= {"brands_2024-08-12.json": "{}"}
    made = new_study(written(tmp_path / "au", files))
    content = tomllib.loads(made.path.read_text(encoding="utf-8"))
    dates = content["catalog"]["dates"]
    assert [str(entry["as_of"]) for entry in dates] == ["2022-06-30", "2023-10-31", "2024-08-12"]
    assert dates[2]["register"] == "brands_2024-08-12.json"
    assert "register" not in dates[0]
    assert read_settings(made.path)[0].catalog is not None


@pytest.mark.parametrize(
    ("brands", "language"),
    [
        (("市民銀行", "紅隼銀行"), "zh-Hant"),
        (("市民银行", "红隼银行"), "zh-Hans"),
        (("Civic", "Kestrel"), "en"),
    ],
)
def test_the_language_is_that_of_the_labels(
    tmp_path: Path, brands: tuple[str, str], language: str
) -> None:
    folder = written(tmp_path, {"a.csv": f"b,x,y\n{brands[0]},1,2\n{brands[1]},3,5\n"})
    assert read_settings(new_study(folder).path)[0].study.language == language


def test_a_second_file_of_a_kind_is_asked_about(tmp_path: Path) -> None:
    made = new_study(written(tmp_path, {"a.csv": WIDE, "b.csv": WIDE}))
    assert made.guesses == ("a.csv: a wide table: 3 brands × 2 attributes, counts",)
    assert made.questions == (
        "b.csv: not used, because a study has one [brand_table]; a.csv was taken",
    )


def test_nothing_is_written_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="`folder` must be there"):
        new_study(tmp_path / "new")
    with pytest.raises(InputError, match="holds no file that brandkit reads"):
        new_study(tmp_path)
    written(tmp_path / "s", {"notes.csv": "a,b\nx,y\nx,z\n"})
    with pytest.raises(InputError, match="nothing in its columns"):
        new_study(tmp_path / "s")
    assert not list(tmp_path.rglob("study.toml"))


def test_sections_that_are_not_there_can_be_filled_in(tmp_path: Path) -> None:
    names = "label,zh-Hant\nCivic,市民銀行\n"
    made = new_study(written(tmp_path / "s", {"names.csv": names}))
    text = made.path.read_text(encoding="utf-8")
    assert "\n[names]" in text
    for section in ("brand_table", "catalog", "survey", "branches"):
        assert f"# [{section}]" in text
    uncommented = "\n".join(
        line.removeprefix("# ")
        if line.startswith(("# [brand_table]", '# source = "image', "# kind"))
        else line
        for line in text.splitlines()
    )
    made.path.write_text(uncommented, encoding="utf-8")
    assert read_settings(made.path)[0].evidence == ("brand_table",)


def test_somebody_s_study_is_not_overwritten(tmp_path: Path) -> None:
    folder = written(tmp_path, {"image.csv": WIDE, "study.toml": "mine"})
    with pytest.raises(InputError, match=r"is there already.*--force"):
        new_study(folder)
    assert (folder / "study.toml").read_text(encoding="utf-8") == "mine"
    new_study(folder, replace=True)
    assert read_study(folder).brand_table is not None


def test_refusals(tmp_path: Path) -> None:
    written(tmp_path, {"image.csv": WIDE})
    with pytest.raises(MissingFileError, match=r"Did you mean 'image\.csv'"):
        new_study(tmp_path / "s", files=[tmp_path / "imgae.csv"])
    assert not (tmp_path / "s").exists()
    with pytest.raises(InputError, match=r"`folder` must be a folder; found the file image\.csv"):
        new_study(tmp_path / "image.csv")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", r"a\.csv: the file is empty"),
        ("a.csv", b"a,b\n\x81\x8d\x9d,1\n", r"line 2: the text must be UTF-8"),
        ("a.xlsx", b"PK\x03\x04cut", r"the workbook cannot be opened"),
        ("a.sav", b"$FL2" + bytes(90), r"the SPSS file must be whole"),
        ("a.json", b"<html>", r"a\.json: the file is no JSON"),
        ("a.jsonl.xz", b"\xfd7zXZ\x00cut", r"the packed file must be whole"),
    ],
)
def test_nothing_is_written_where_nothing_can_be_read(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        new_study(tmp_path / "study", files=[tmp_path / name])
    assert [file.name for file in tmp_path.iterdir()] == [name]


# ---------------------------------------------------------------- the sample, as a new user's files


@pytest.fixture(scope="module")
def sample(root: Path) -> Path:
    return root / "data" / "raw" / "sample"


@pytest.mark.slow
def test_the_sample_s_files_alone_give_the_study_that_ships(sample: Path, tmp_path: Path) -> None:
    names = ["products_2024.csv", "products_2025.csv", "products_2026.csv", "survey.sav",
             "branches.csv"]  # fmt: skip
    made = new_study(tmp_path, files=[sample / name for name in names])
    guessed, shipped = read_settings(made.path)[0], read_settings(sample / "study.toml")[0]
    assert guessed.catalog is not None
    assert shipped.catalog is not None
    columns = {key: set(value) for key, value in guessed.catalog.columns.items()}
    assert columns == {key: set(value) for key, value in shipped.catalog.columns.items()}
    assert [entry.as_of for entry in guessed.catalog.dates] == [
        date(year, 1, 1) for year in (2024, 2025, 2026)
    ]
    assert any("tell no whole day" in question for question in made.questions)
    assert guessed.survey is not None
    assert shipped.survey is not None
    for key in ("brand", "respondent", "weight", "strata", "wave", "recommend", "outcome",
                "drivers", "images", "paths", "blocks"):  # fmt: skip
        assert getattr(guessed.survey, key) == getattr(shipped.survey, key), key
    assert set(guessed.survey.segments) == set(shipped.survey.segments)
    assert guessed.branches is not None
    assert guessed.branches.amount == "branches"
    found = check_study(tmp_path)
    assert found.is_sound, found.lines()
    assert any("image: 12 brands × 14 attributes" in line for line in found.lines())


@pytest.mark.slow
def test_a_catalogue_of_one_date_and_a_survey(sample: Path, tmp_path: Path) -> None:
    made = new_study(tmp_path, files=[sample / "products_2026.csv", sample / "survey.sav"])
    chosen = read_settings(made.path)[0]
    assert chosen.catalog is not None
    assert chosen.catalog.dates == []
    asked = [q.split(": ")[1] for q in made.questions]
    # a fee by its heading, a feature by its cells; a column of periods beside the waves
    assert asked == ["fee waiver say yes or no", "'Quarter of the interview'"]
    assert check_study(tmp_path).is_sound


def test_catalogues_of_other_columns_do_not_join(tmp_path: Path) -> None:
    files = {"p_2025-01-01.csv": CATALOG, "p_2026-01-01.csv": CATALOG,
             "p_2024-01-01.csv": CATALOG.replace("monthly_fee", "fee_yearly")}  # fmt: skip
    made = new_study(written(tmp_path / "s", files))
    chosen = read_settings(made.path)[0].catalog
    assert chosen is not None
    assert [str(entry.as_of) for entry in chosen.dates] == ["2025-01-01", "2026-01-01"]
    assert [q for q in made.questions if "p_2024-01-01.csv: not used" in q]


def test_what_a_reader_refuses_is_left_out_and_said(tmp_path: Path) -> None:
    lines = survey_text().splitlines()
    weight = lines[0].split(",").index("weight")
    cells = lines[3].split(",")
    cells[weight] = "-1"
    text = "\n".join([*lines[:3], ",".join(cells), *lines[4:]]) + "\n"
    made = new_study(written(tmp_path / "s", {"survey.csv": text}))
    chosen = read_settings(made.path)[0].survey
    assert chosen is not None
    assert chosen.weight is None
    assert any("`weight`: 'weight' has values such as -1" in q for q in made.questions)
    assert check_study(made.path.parent).is_sound


def test_chinese_headings(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    folder = tmp_path / "study"
    folder.mkdir()
    products = pd.DataFrame(
        {
            "銀行": ["市民銀行"] * 3 + ["紅隼銀行"] * 3, "產品代碼": ["001", "002", "003"] * 2,
            "產品名稱": list("甲乙丙丁戊己"), "類別": ["存款", "存款", "貸款"] * 2,
            "功能特色": ["行動支付、轉帳", "轉帳", "行動支付"] * 2, "銷售地區": ["全國", "台北市", "高雄市"] * 2,
            "年費": [0, 500, None] * 2, "可線上開戶": ["是", "否", "是"] * 2, "幣別": ["新臺幣"] * 6,
        }
    )  # fmt: skip
    products.to_excel(folder / "產品.xlsx", index=False)
    n = 60
    answers = pd.DataFrame({"受訪者編號": [f"{i:03d}" for i in range(n)]})
    answers["銀行"] = rng.choice(["市民銀行", "紅隼銀行"], n)
    answers["權重"] = rng.uniform(0.5, 2, n).round(2)
    answers["性別"] = rng.integers(1, 3, n)
    for name in ("形象_1", "形象_2", "形象_3"):
        answers[name] = rng.integers(0, 2, n)
    for name in ("滿意度1", "滿意度2", "臨櫃服務", "等候時間", "數位通路", "推薦意願"):
        answers[name] = [10, 0, *rng.integers(0, 11, n - 2)]
    answers.to_csv(folder / "問卷.csv", index=False, encoding="utf-8-sig")
    chosen = read_settings(new_study(folder).path)[0]
    assert chosen.study.language == "zh-Hant"
    assert chosen.catalog is not None
    assert chosen.catalog.columns["features"] == ["功能特色", "可線上開戶"]
    assert chosen.catalog.columns["product"] == ["產品代碼"]
    assert chosen.catalog.columns["currency"] == ["幣別"]
    assert chosen.survey is not None
    assert chosen.survey.segments == ["性別"]
    assert chosen.survey.recommend == "推薦意願"
    assert chosen.survey.drivers == ["臨櫃服務", "等候時間", "數位通路"]
    assert chosen.survey.images == ["形象_1", "形象_2", "形象_3"]
    found = check_study(folder)
    assert found.is_sound, found.lines()


ODD = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=8)


@settings(
    max_examples=some(12),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    header=st.lists(ODD, min_size=1, max_size=6),
    rows=st.lists(st.lists(ODD, max_size=6), max_size=14),
)
def test_whatever_is_in_a_file_the_study_toml_is_toml(
    tmp_path: Path, header: list[str], rows: list[list[str]]
) -> None:
    import csv
    import io

    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *rows])
    folder = tmp_path / "odd"
    folder.mkdir(exist_ok=True)
    (folder / "a.csv").write_bytes(text.getvalue().encode("utf-8"))
    try:
        made = new_study(folder, replace=True)
    except InputError:  # nothing that can be read
        return
    tomllib.loads(made.path.read_text(encoding="utf-8"))
    if made.guesses:
        read_settings(made.path)


# ---------------------------------------------------------------- real files


@pytest.mark.real
@pytest.mark.parametrize(
    ("path", "section", "keys"),
    [
        ("brand_tables/cfpb_complaints_2015/complaints.csv", "brand_table", {"brand": "Company", "attribute": "Issue"}),
        ("brand_tables/cars_39x7/data_brands.csv", "brand_table", {"kind": "counts"}),
        ("brand_tables/brands_42x15/brand_associations.csv", "brand_table", {"kind": "shares"}),
        ("brand_tables/smoke/smoke.csv", "brand_table", {"kind": "counts"}),
        ("branches/tw_bank_branches/tw_branches.csv", "branches", {"brand": "bank_code", "name": "bank_name", "market": "city_derived"}),
        pytest.param("branches/us_fdic_sod/bank_county_1994_2023.csv.xz", "branches", {"brand": "CERT", "name": "NAMEFULL", "market": "STCNTYBR", "where": {"YEAR": 2023}}, marks=pytest.mark.exhaustive),
        ("surveys/csibank/csibank.csv", "survey", {"outcome": "sat1", "segments": ["Gender", "Age", "Education", "Occupation", "Region"]}),
        pytest.param("surveys/burger_tracker/Burger_Brand_Tracking_Dec_2017.sav", "survey", {"weight": "wgt"}, marks=pytest.mark.exhaustive),
        ("catalogs/cn_wmp_chinawealth/products_20250516_184720.csv", "catalog", {"format": "table"}),
        ("catalogs/au_cdr/snapshots", "catalog", {"format": "cdr"}),
    ],
)  # fmt: skip
def test_real_files_are_recognised(
    real: Path, path: str, section: str, keys: dict[str, Any]
) -> None:
    guess = guessed_file(real / path)
    assert isinstance(guess, Guess), guess
    assert guess.section == section
    for key, value in keys.items():
        assert guess.keys[key] == value


@pytest.mark.slow
@pytest.mark.real
@pytest.mark.parametrize(
    "path",
    [pytest.param("brand_tables/cfpb_complaints_2015", marks=pytest.mark.exhaustive), "brand_tables/cars_39x7", "brand_tables/brands_42x15", "brand_tables/smoke",
     "surveys/csibank", "branches/tw_bank_branches", "catalogs/cn_wmp_chinawealth"],
)  # fmt: skip
def test_new_then_check_on_real_folders(real: Path, tmp_path: Path, path: str) -> None:
    files = sorted(file for file in (real / path).iterdir() if file.suffix == ".csv")
    made = new_study(tmp_path / "study", files=files)
    found = check_study(made.path.parent)
    assert found.is_sound, found.lines()


# --- persons are no brands -----------------------------------------------------------------------


def persons_text(head: str, ids: list[str], *, bank: bool = True, n: int = 40) -> str:
    rng = np.random.default_rng(1)
    rows = [
        ",".join([ids[at], *([str(rng.choice(["Civic", "Kestrel"]))] if bank else []),
                  *map(str, rng.integers(0, 11, 4))])
        for at in range(n)
    ]  # fmt: skip
    return "\n".join([head, *rows]) + "\n"


@pytest.mark.parametrize(
    ("head", "pattern", "bank"),
    [
        ("respondent,bank,satisfaction,recommend,counter,fees", "P{:03d}", True),
        ("respondent,satisfaction,recommend,counter,fees", "P{}", False),
        ("code,bank,satisfaction,recommend,counter,staff", "R_{:06x}f", True),
        ("who,satisfaction,recommend,counter,fees", "3f2a{:04x}-77b1", False),
        ("Timestamp,bank,satisfaction,recommend,counter,fees", "2025/03/11 10:{}:31", True),
        ("受訪者編號,銀行,滿意度,推薦,櫃檯,手續費", "受訪者{}", True),
        ("participant,satisfaction,recommend,counter,fees", "Anna {}. Lee", False),
    ],
)  # fmt: skip
def test_numbers_and_codes_of_persons_are_no_brands(
    tmp_path: Path, head: str, pattern: str, bank: bool
) -> None:
    ids = [pattern.format(at) for at in range(40)]
    written(tmp_path, {"survey.csv": persons_text(head, ids, bank=bank)})
    guess = guessed_file(tmp_path / "survey.csv")
    assert isinstance(guess, Guess)
    assert guess.section == "survey"
    assert set(guess.labels) <= {"Civic", "Kestrel"}
    first = head.split(",")[0]
    assert guess.keys.get("respondent") == (None if first == "Timestamp" else first)
    assert guess.keys.get("brand") == (head.split(",")[1] if bank else None)
    new_study(tmp_path)
    assert check_study(tmp_path).is_sound


@pytest.mark.parametrize(
    ("head", "first"),
    [("bank,modern,fair,near", ""), ("id,name,modern,fair,near", "{},"),
     ("code,bank,modern,fair,near", "B{:02d},"), ("respondent,bank,modern,fair,near", "{},")],
)  # fmt: skip
def test_a_numbered_table_of_brands_stays_one(tmp_path: Path, head: str, first: str) -> None:
    names = ("Civic", "Kestrel", "Harbour", "Old Quay", "Tidewater", "Silver Pine", "Oak", "Elm",
             "Ash", "Birch", "Cedar", "Maple")  # fmt: skip
    rows = [f"{first.format(at)}{name},{at % 7},{at % 5},{at % 3}" for at, name in enumerate(names)]
    written(tmp_path, {"image.csv": "\n".join([head, *rows]) + "\n"})
    guess = guessed_file(tmp_path / "image.csv")
    assert isinstance(guess, Guess)
    assert (guess.section, guess.labels) == ("brand_table", names)


def test_numbered_brands_are_brands(tmp_path: Path) -> None:
    rows = [f"Bank {at},{at},{at % 5},{at % 3}" for at in range(1, 13)]
    written(tmp_path, {"image.csv": "\n".join([",modern,fair,near", *rows]) + "\n"})
    guess = guessed_file(tmp_path / "image.csv")
    assert isinstance(guess, Guess)
    assert guess.section == "brand_table"


@pytest.mark.parametrize(
    ("labels", "answers"),
    [
        (("Instant transfers: having it", "Instant transfers: lacking it"),
         ("I like it", "It must be so", "I am neutral", "I can live with it", "I dislike it")),
        (("即時轉帳－沒有這項服務", "即時轉帳－有這項服務"),
         ("喜歡", "理所當然", "無所謂", "能接受", "不喜歡")),
    ],
)  # fmt: skip
def test_pairs_of_kano_answers_are_known_by_their_words(
    tmp_path: Path, labels: tuple[str, str], answers: Sequence[str]
) -> None:
    rows = 60
    pd.DataFrame(
        {
            "id": [f"r{at:03}" for at in range(rows)],
            "How satisfied are you overall (0-10)?": [at % 11 for at in range(rows)],
            "How satisfied are you with fees (0-10)?": [(3 * at) % 11 for at in range(rows)],
            labels[0]: [answers[at % 5] for at in range(rows)],
            labels[1]: [answers[(at // 5) % 5] for at in range(rows)],
        }
    ).to_csv(tmp_path / "answers.csv", index=False)
    chosen = read_settings(new_study(tmp_path).path)[0].survey
    assert chosen is not None
    having = labels if "lacking" in labels[1] else labels[::-1]
    assert list(chosen.kano.values()) == [list(having)]
    assert not set(labels) & set(chosen.segments)
