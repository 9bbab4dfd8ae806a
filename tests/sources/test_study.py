"""Studies: found by name, every key checked, evidence read when it is asked for."""
# ruff: noqa: E501 - one refusal a line

from __future__ import annotations

import hashlib
import pickle
import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from brandkit.core.errors import BrandkitError, InputError, MissingFileError, SchemaError
from brandkit.sources import read_study
from brandkit.sources.study.inspection import check_study
from brandkit.sources.study.names import read_label_names
from brandkit.sources.study.settings import read_settings
from brandkit.sources.study.store import clone_folder, processed_folder, studies, write_whole

TABLE = "bank,modern,fair\nCivic,12,3\nKestrel,7,9\nOld Quay,1,4\n"
NAMES = "label,en,zh-Hant,zh-Hans\nCivic,,市民銀行,市民银行\nfair,fair dealing,公道,公道\n"
TOML = '[study]\ntitle = "Banks"\n\n[brand_table]\nsource = "image.csv"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "islands"
    place.mkdir()
    (place / "image.csv").write_text(TABLE, encoding="utf-8")
    (place / "names.csv").write_text(NAMES, encoding="utf-8")
    (place / "study.toml").write_text(TOML, encoding="utf-8")
    return place


def with_toml(folder: Path, text: str) -> Path:
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return folder


# ---------------------------------------------------------------- what a study is


def test_the_sample_study_has_all_kinds_of_evidence() -> None:
    study = read_study("sample")
    assert study.name == "sample"
    assert study.language == "en"
    assert study.focus == "Harbour Bank"
    assert study.brand_table is not None
    assert study.brand_table.values.shape == (12, 14)
    assert list(study.catalogs) == [date(2024, 3, 1), date(2025, 3, 1), date(2026, 3, 1)]
    assert study.catalog is study.catalogs[date(2026, 3, 1)]
    assert study.survey is not None
    assert study.branches is not None
    assert len(study.brands) == 12
    for kind in ("catalog", "survey", "branches"):
        assert study.brands_of(kind) == set(study.brands)


@pytest.mark.parametrize(
    ("language", "bank", "attribute"),
    [
        ("en", "Harbour Bank", "trustworthy"),
        ("zh-Hant", "海港銀行", "值得信賴"),
        ("zh-Hans", "海港银行", "值得信赖"),
    ],
)
def test_labels_are_in_the_study_s_language(language: str, bank: str, attribute: str) -> None:
    study = read_study("sample", language=language)
    assert study.focus == bank
    assert study.brand_table is not None
    assert study.survey is not None
    assert study.catalog is not None
    assert study.branches is not None
    assert bank in study.brand_table.values.index
    assert attribute in study.brand_table.values.columns
    assert bank in set(study.survey.responses[study.survey.design.brand])
    assert bank in set(study.catalog.products["brand"])
    assert bank in set(study.catalog.attributes["brand"].cat.categories)
    assert bank in set(study.branches.presence["brand"])
    items = study.survey.codebook.set_index("item")["label"]
    assert items["img_01"] == attribute


def test_numbers_do_not_depend_on_the_language() -> None:
    english, chinese = read_study("sample"), read_study("sample", language="zh-Hans")
    for study in (english, chinese):
        assert study.brand_table is not None
        assert study.catalog is not None
    assert english.brand_table is not None
    assert chinese.brand_table is not None
    assert (
        english.brand_table.values.to_numpy().tolist()
        == chinese.brand_table.values.to_numpy().tolist()
    )
    assert english.catalog is not None
    assert chinese.catalog is not None
    pd.testing.assert_series_equal(
        english.catalog.attributes["value"], chinese.catalog.attributes["value"]
    )
    assert set(english.catalog.owners.values()) == {"Northgate Group"}
    assert "北门银行" in chinese.catalog.owners


def test_a_folder_is_a_study_wherever_it_is(folder: Path) -> None:
    for place in (folder, str(folder), folder / "study.toml"):
        study = read_study(place)
        assert study.name == "islands"
        assert study.title == "Banks"
        assert study.focus is None
        assert study.catalogs == {}
        assert study.catalog is study.survey is study.branches is None


def test_a_study_is_found_by_name_from_any_folder_of_the_clone(
    monkeypatch: pytest.MonkeyPatch, root: Path, tmp_path: Path
) -> None:
    for place in (root, root / "tests" / "sources", tmp_path):
        monkeypatch.chdir(place)
        assert read_study("sample").folder == root / "data" / "raw" / "sample"
        assert "sample" in studies()
        assert clone_folder() == root


def test_evidence_is_read_when_it_is_asked_for_and_only_once(folder: Path) -> None:
    study = read_study(folder)
    (folder / "image.csv").write_text(TABLE.replace("12", "99"), encoding="utf-8")
    first = study.brand_table
    assert first is not None
    assert first.values.loc["Civic", "modern"] == 99
    assert study.brand_table is first


def test_inputs_are_every_file_with_its_hash(folder: Path) -> None:
    with_toml(folder, TOML + '\n[names]\nsource = "names.csv"\n')
    inputs = dict(read_study(folder).inputs)
    assert sorted(inputs) == ["image.csv", "names.csv", "study.toml"]
    assert inputs["image.csv"] == hashlib.sha256(TABLE.encode()).hexdigest()
    before = read_study(folder).inputs
    (folder / "image.csv").write_text(TABLE + "Juniper,1,1\n", encoding="utf-8")
    assert read_study(folder).inputs != before


def test_inputs_in_folders_are_named_by_their_path(folder: Path) -> None:
    (folder / "catalogue" / "deep").mkdir(parents=True)
    (folder / "catalogue" / "deep" / "a.json").write_text("{}", encoding="utf-8")
    with_toml(folder, TOML + '\n[catalog]\nsource = "catalogue/"\nformat = "cdr"\n')
    assert [name for name, _ in read_study(folder).inputs] == [
        "catalogue/deep/a.json", "image.csv", "study.toml",
    ]  # fmt: skip


def test_a_title_may_stand_in_several_languages(folder: Path) -> None:
    with_toml(folder, TOML.replace('"Banks"', '{ en = "Banks", zh-Hant = "銀行" }'))
    titles = {
        lang: read_study(folder, language=lang).title for lang in ("en", "zh-Hant", "zh-Hans")
    }
    assert titles == {"en": "Banks", "zh-Hant": "銀行", "zh-Hans": "Banks"}


def test_names_fall_back_to_the_label(folder: Path) -> None:
    with_toml(folder, TOML + '\n[names]\nsource = "names.csv"\n')
    table = read_study(folder).brand_table
    assert table is not None
    assert table.brands == ["Civic", "Kestrel", "Old Quay"]
    assert table.attributes == ["modern", "fair dealing"]
    assert read_study(folder, language="zh-Hant", focus="Civic").focus == "市民銀行"
    assert read_study(folder, focus="市民银行").focus == "Civic"


def test_a_study_can_be_sent_to_another_process(folder: Path) -> None:
    study = read_study(folder)
    again = pickle.loads(pickle.dumps(study))
    assert again.brand_table.brands == ["Civic", "Kestrel", "Old Quay"]


def test_margins_are_named_as_the_answers_are(folder: Path) -> None:
    text = TOML + '[names]\nsource = "names.csv"\n[survey]\nsource = "s.csv"\n' \
        "margins = { bank = { Civic = 0.4, Kestrel = 0.6 } }\n"  # fmt: skip
    study = read_study(with_toml(folder, text), language="zh-Hant")
    assert study.margins == {"bank": {"市民銀行": 0.4, "Kestrel": 0.6}}


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[study]\ntitle = “Banks”\n", r"line 2, column 9: the file is not TOML.*straight quotation marks"),
        ("[study]\ntitle 'Banks'\n", r"line 2, column 7: the file is not TOML: expected '='"),
        ('[study]\ntitle = "a\\b\\data"\n', r"Write / in paths"),
        ('[study]\ntitle = "a"\ntitle = "b"\n', r"stands twice"),
        ("", r"\[study\]: the section must be there"),
        ("[study]\n[brand_table]\nsource = 'image.csv'\n", r"\[study\] title.*: the key must be there"),
        ("[study]\ntitle = 'B'\n", r"must name some evidence.*Add \[brand_table\]"),
        (TOML.replace("title", "titel"), r"\[study\] titel \(line 2\): unknown key; \[study\] takes title, .*Did you mean 'title'"),
        (TOML + "sorce = 'x'\n", r"\[brand_table\] sorce \(line 6\): unknown key.*Did you mean 'source'"),
        (TOML + "[brandtable]\nsource = 'x'\n", r"unknown section; there are .*Did you mean 'brand_table'"),
        (TOML.replace('"Banks"', "12"), r"\[study\] title \(line 2\): must be text in quotation marks.*found a whole number 12"),
        (TOML.replace("\n\n", "\nseed = '1'\n\n"), r"\[study\] seed \(line 3\): must be a whole number; found text '1'"),
        (TOML.replace("\n\n", "\nseed = -1\n\n"), r"\[study\] seed \(line 3\): must be >= 0"),
        (TOML.replace("\n\n", "\nlanguage = 'zh-TW'\n\n"), r"\[study\] language \(line 3\): must be one of en, zh-Hant, zh-Hans; found text 'zh-TW'"),
        (TOML + "kind = 'count'\n", r"\[brand_table\] kind \(line 6\): must be one of counts, shares, ratings.*Did you mean 'counts'"),
        (TOML + "brands = 3\n", r"\[brand_table\] brands \(line 6\): must be a list"),
        (TOML + "amount = 'n'\n", r"\[brand_table\] amount \(line 6\): `amount` belongs to a long table"),
        (TOML + "wide = true\nattribute = 'a'\nbrand = 'b'\n", r"wide tables have no `attribute`"),
        (TOML + "wide = false\n", r"long tables need `attribute`"),
        (TOML + "attribute = 'a'\n", r"long tables need `brand`"),
        (TOML.replace('"image.csv"', "'/home/me/image.csv'"), r"must be a path from the study's folder.*[Cc]opy the file into the folder"),
        (TOML.replace('"image.csv"', "'C:\\data\\image.csv'"), r"must be a path from the study's folder"),
        (TOML.replace('"image.csv"', "''"), r"must name a file"),
        (TOML.replace("image.csv", "imgae.csv"), r"\[brand_table\] source \(line 5\): must name a file.*found 'imgae.csv'. Did you mean 'image.csv'"),
        (TOML + "[names]\nsource = 'name.csv'\n", r"\[names\] source \(line 7\): must name a file.*Did you mean 'names.csv'"),
        (TOML + "[catalog]\nformat = 'cdr'\n", r"\[catalog\] \(line 6\): must have `source` or else \[\[catalog.dates\]\]"),
        (TOML + "[[catalog.dates]]\nas_of = 2024-01-01\nsource = 'a'\n[[catalog.dates]]\nas_of = 2024-01-01\nsource = 'b'\n", r"must have each `as_of` once"),
        (TOML + "[[catalog.dates]]\nas_of = 2024-01-01\nsource = 'a'\n[[catalog.dates]]\nas_of = 'March'\nsource = 'b'\n",
         r"\[\[catalog.dates\]\] number 2 as_of \(line 10\): must be a .*date.*found text 'March'"),
        (TOML + "[catalog]\nsource = 'a'\nranges = { fee = [9, 1] }\n", r"`ranges` must run from low to high"),
        (TOML + "[catalog]\nsource = 'a'\ndisclosure = 'shut'\n", r"\[catalog\] disclosure \(line 8\): must be one of brand, closed, open"),
        (TOML + "[catalog]\nsource = 'a'\nranges = { fee = [9] }\n", r"ranges.fee \(line 8\): must have 2 entries or more; found a list \[9\]"),
        (TOML + "[catalog]\nsource = 'a'\nweights = { featuers = 1 }\n", r"weights.featuers \(line 8\): must be one of features, .*Did you mean 'features'"),
        (TOML + "[catalog]\nsource = 'a'\nweights = { fees = 0 }\n", r"weights \(line 8\): `weights` must leave a facet above 0"),
        (TOML + "[catalog]\nsource = 'a'\ndisclosure = { fee = 'open' }\n", r"disclosure.fee \(line 8\): must be one of features, .*Did you mean 'fees'"),
        (TOML + "[catalog]\nsource = 'a'\nas_of = 2025-13-01\n", r"line 8.*Write a day as 2026-03-01"),
        (TOML + "[study]\ntitle = 'x'\n", r"line 6.*The key or section stands twice"),
        (TOML + "[survey]\nsource = 'a'\nwave = { column = 'd', by = 'year' }\n", r"wave.by \(line 8\): must be one of week, .*Did you mean 'half-year'\?$"),
        (TOML + "[survey]\nsource = 'a'\nwave = { column = 'd' }\n", r"wave \(line 8\): `wave` with a column needs `by` or `order`"),
        (TOML + "[[league_tables]]\nsource = 'a'\nbrand = 'b'\nscore = 3\n", r"\[\[league_tables\]\] number 1 score \(line 9\): must be text"),
        (TOML + "[survey]\nsource = 'a'\nblocks = { SAT = ['s1'] }\npaths = [['IMAG', 'SAT']]\n", r"`paths` must join blocks \(SAT\), and 'IMAG' is none"),
        (TOML + "[survey]\nsource = 'a'\nblocks = { SAT = 's1' }\n", r"\[survey\] blocks.SAT \(line 8\): must be a list"),
        (TOML + "[survey]\nsource = 'a'\nmargins = { age = { young = -1 } }\n", r"\[survey\] margins.age.young .*must be >= 0"),
        (TOML + "[report]\nlevel = 95\n", r"\[report\] level \(line 7\): must be below 1; found a whole number 95"),
        (TOML + "[report]\nminimum_base = 5\n", r"`suppress_below` must not exceed `minimum_base`"),
        (TOML.replace("\n\n", "\nfocus = 'Civc'\n\n"), r"\[study\] focus \(line 3\): must be one of the study's brands.*Did you mean 'Civic'"),
    ],
)  # fmt: skip
def test_mistakes_in_study_toml(folder: Path, text: str, message: str) -> None:
    with pytest.raises(SchemaError, match=message) as caught:
        read_study(with_toml(folder, text)).brand_table  # noqa: B018 - reading is what fails
    told = str(caught.value)
    assert "\n" not in told
    assert "study.toml" in told
    assert "pydantic" not in told
    assert "Input should" not in told


def test_several_mistakes_are_counted(folder: Path) -> None:
    with_toml(folder, TOML + "kind = 'count'\nbrands = 3\n[report]\nlevel = 'x'\n")
    with pytest.raises(SchemaError, match=r"\(2 more mistakes after this one\.\)"):
        read_study(folder)


def test_study_toml_must_be_utf_8(folder: Path) -> None:
    (folder / "study.toml").write_bytes(TOML.replace("Banks", "銀行").encode("big5"))
    with pytest.raises(SchemaError, match="must be UTF-8 text"):
        read_study(folder)
    (folder / "study.toml").write_bytes(b"\xef\xbb\xbf" + TOML.replace("\n", "\r\n").encode())
    assert read_study(folder).title == "Banks"


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        ({"name_or_path": "sampel"}, InputError, r"The studies there are: .*sample.* Did you mean 'sample'"),
        ({"name_or_path": "sample", "language": "fr"}, InputError, r"`language` must be one of 'en'"),
        ({"name_or_path": "sample", "focus": "Harbor Bank"}, InputError, r"`focus` must be one of .*found 'Harbor Bank'. Did you mean 'Harbour Bank'"),
        ({"name_or_path": "no/such/folder"}, InputError, r"`study` must be the name of a study or the path"),
        ({"name_or_path": ""}, MissingFileError, r"has no study.toml"),
    ],
)  # fmt: skip
def test_studies_that_are_not_there(
    call: dict[str, str], kind: type[Exception], message: str,
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    with pytest.raises(kind, match=message):
        read_study(**call)


def test_a_folder_without_study_toml_is_told_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"no study.toml.*`brandkit new"):
        read_study(tmp_path)


def test_two_labels_may_not_share_a_name(folder: Path) -> None:
    (folder / "names.csv").write_text("label,zh-Hans\nCivic,银行\nKestrel,银行\n", encoding="utf-8")
    with_toml(folder, TOML + '\n[names]\nsource = "names.csv"\n')
    with pytest.raises(
        SchemaError, match=r"two brands of the table must not share a name; found \['银行'\]"
    ):
        read_study(folder, language="zh-Hans").brand_table  # noqa: B018


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("label,zh-TW\nCivic,市民\n", r"the columns must be label, en, zh-Hant, zh-Hans; found 'zh-TW'. Did you mean 'zh-Hant'"),
        ("label,french\nCivic,x\n", r"found 'french'"),
        ("en,zh-Hant\nCivic,市民\n", r"there must be a column 'label'"),
        ("label,zh-Hant\nCivic,a\nCivic,b\n", r"line 3: each row must have a label of its own; found 'Civic' again"),
        ("label,zh-Hant\nCivic,a\n,b\n", r"line 3: .*found an empty cell"),
    ],
)  # fmt: skip
def test_mistakes_in_names(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "names.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SchemaError, match=message):
        read_label_names(file)


def test_lines_are_found_in_nested_sections(tmp_path: Path) -> None:
    file = tmp_path / "study.toml"
    file.write_text(
        '[study]\ntitle = "B"\n# a comment\n[[catalog.dates]]\nas_of = 2024-01-01\nsource = "a"\n'
        '[[catalog.dates]]\nas_of = 2025-01-01\nsource = "b"\n[survey]\nsource = "s"\n[survey.blocks]\n'
        'SAT = ["s1"]\n',
        encoding="utf-8",
    )
    _, toml = read_settings(file)
    assert toml.line(("catalog", "dates", 1, "source")) == 9
    assert toml.line(("survey", "blocks", "SAT")) == 13
    assert toml.line(("survey", "blocks")) == 12
    assert toml.line(("report",)) is None
    assert (
        toml.place(("catalog", "dates", 1, "register"))
        == "[[catalog.dates]] number 2 register (line 7)"
    )


# ---------------------------------------------------------------- inspection


def test_inspection_says_what_there_is() -> None:
    found = check_study("sample")
    assert found.is_sound, found.lines()
    text = "\n".join(found.lines())
    for part in (
        "12 brands × 14 attributes, counts",
        "3,000 respondents",
        "2026-03-01",
        "6 markets",
    ):
        assert part in text
    assert found.verdict() == "Ready: brandkit report sample"


def test_inspection_tells_everything_that_is_wrong_at_once(folder: Path) -> None:
    (folder / "image.csv").write_text("bank,a,b\nCivic,-1,2\nKestrel,3,4\n", encoding="utf-8")
    (folder / "names.csv").write_text("label,zh-TW\nCivic,市民\n", encoding="utf-8")
    (folder / "answers.csv").write_text("id,sat1,image1\n1,5,1\n2,7,0\n3,9,1\n", encoding="utf-8")
    (folder / "branches.csv").write_text(
        "bank,town\nCivic,Old Town\nKestrel,Harbour\n", encoding="utf-8"
    )
    with_toml(
        folder,
        TOML.replace("\n\n", "\nfocus = 'Civic'\n\n")
        + '[names]\nsource = "names.csv"\n[survey]\nsource = "answers.csv"\n'
        'drivers = ["image2"]\noutcome = "sat1"\n[branches]\nsource = "branches.csv"\nbrand = "bnak"\nmarket = "town"\n',
    )
    with pytest.raises(SchemaError, match="zh-TW"):  # without names nothing can be read
        check_study(folder)
    (folder / "names.csv").write_text(NAMES, encoding="utf-8")
    found = check_study(folder)
    wrong = [remark.text for remark in found.remarks if remark.verdict == "wrong"]
    assert len(wrong) == 3, found.lines()
    assert "found '-1'" in wrong[0]
    assert "[survey] drivers (line 11)" in wrong[1]
    assert "bnak" in wrong[2]
    assert not found.is_sound
    assert found.verdict().startswith("3 things are wrong")


SURVEY = "id,bank,age,sat\n" + "".join(
    f"{at},{('Civic', 'Kestrel')[at % 2]},{('young', 'old')[at % 3 > 0]},{1 + at % 5}\n"
    for at in range(30)
)
PRODUCTS = "bank,id,type,features\nCivic,1,cards,app;desk\nKestrel,1,cards,app;gold\n"


@pytest.mark.parametrize(
    ("section", "key", "told"),
    [
        ("survey", 'weight = "agee"', r"weight .*: must name a column of s.csv; found 'agee'.* Did you mean 'age'\?$"),
        ("survey", 'strata = "zz"', r"strata .*: must name a column of s.csv; found 'zz'"),
        ("survey", 'segments = ["aeg"]', r"segments .*: must name columns of the survey; found 'aeg'\. Did you mean 'age'\?$"),
        ("survey", 'wave = { column = "age", order = ["young"] }', r"wave .*: must name every wave of 'age'"),
        ("survey", "missing = { zz = [9] }", r"missing .*: must name columns"),
        ("survey", "margins = { ages = { young = 1 } }", r"margins .*: must name columns of s.csv.*Did you mean 'age'"),
        ("survey", "margins = { age = { young = 0.4, odl = 0.6 } }", r"margins.age .*: must name groups of age; it has \['old', 'young'\]; found \['odl'\]\. Did you mean 'old'\?$"),
        ("survey", "margins = { age = { young = 400 } }", r"margins.age .*: must give a share to every group of age; found none for \['old'\]"),
        ("survey", "margins = { age = { young = 0.4, old = 0.3 } }", r"margins.age .*: must sum to 1 over its groups; found 0.7"),
        ("catalog", 'columns = { brnd = "bank" }', r"columns .*: must say what a column is by one of .*found 'brnd'\. Did you mean 'brand'\?$"),
        ("catalog", 'columns = { brand = "bnk" }', r"columns .*: names columns that p.csv does not have: \['bnk'\].*Did you mean 'bank'\?$"),
        ("catalog", 'format = "cdr"\nencoding = "utf-8"', r"encoding .*: belongs to format"),
        ("catalog", 'crosswalk = "p.csv"', r"crosswalk .*: belongs to format"),
        ("branches", "where = { typ = 'x' }", r"where .*: must name columns of b.csv; found \['typ'\].*Did you mean 'type'\?$"),
        ("branches", "amount = 'x'", r"amount .*: must name columns of b.csv"),
        ("league_tables", "aliases = 3", r"\[\[league_tables\]\] number 1 aliases .*: must be a table"),
    ],
)  # fmt: skip
def test_what_a_reader_refuses_is_told_of_its_key(
    tmp_path: Path, section: str, key: str, told: str
) -> None:
    for name, text in (("s.csv", SURVEY), ("p.csv", PRODUCTS), ("b.csv", PRODUCTS)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    head = {"survey": '[survey]\nsource = "s.csv"\nbrand = "bank"\nrespondent = "id"\n',
            "catalog": '[catalog]\nsource = "p.csv"\n',
            "branches": '[branches]\nsource = "b.csv"\nbrand = "bank"\nmarket = "type"\n',
            "league_tables": '[[league_tables]]\nsource = "b.csv"\nbrand = "bank"\nscore = "id"\n',
            }[section]  # fmt: skip
    (tmp_path / "study.toml").write_text(f'[study]\ntitle = "t"\n{head}{key}\n', encoding="utf-8")
    try:
        wrong = [one.text for one in check_study(tmp_path).remarks if one.verdict == "wrong"]
    except SchemaError as error:
        wrong = [str(error)]
    assert len(wrong) == 1, wrong
    place = "league_tables" if section == "league_tables" else section
    assert re.match(rf".*study.toml, \[+{place}\]+ ", wrong[0]), wrong[0]
    assert re.search(told, wrong[0]), wrong[0]


def test_margins_that_disagree_are_told(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text(SURVEY, encoding="utf-8")
    text = ('[study]\ntitle = "t"\n[survey]\nsource = "s.csv"\nrespondent = "id"\n[survey.margins]\n'
            "age = { young = 400, old = 600 }\nbank = { Civic = 500, Kestrel = 700 }\n")  # fmt: skip
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    notes = [one.text for one in check_study(tmp_path).remarks if one.verdict == "note"]
    assert any(
        "margins disagree about how many there are (age 1,000, bank 1,200)" in n for n in notes
    )
    (tmp_path / "study.toml").write_text(text.replace("500", "300"), encoding="utf-8")
    assert not any("disagree" in line for line in check_study(tmp_path).lines())


def test_facets_are_those_that_products_are_compared_in() -> None:
    from typing import get_args

    from brandkit.overlap.similarity.facets import FACETS
    from brandkit.sources.catalog.listing import SILENT_FACETS
    from brandkit.sources.study.settings import Facet, SilentFacet

    assert set(get_args(Facet)) == set(FACETS)
    assert set(get_args(SilentFacet)) == set(SILENT_FACETS)


def test_inspection_notes_spellings_and_names_that_are_missing(folder: Path) -> None:
    (folder / "branches.csv").write_text(
        "bank,town\nCivic,Old Town\nKestral,Harbour\n", encoding="utf-8"
    )
    with_toml(
        folder,
        TOML
        + '[names]\nsource = "names.csv"\n[branches]\nsource = "branches.csv"\nbrand = "bank"\nmarket = "town"\n',
    )
    found = check_study(folder)
    assert found.is_sound, found.lines()
    text = "\n".join(found.lines())
    assert "'Kestral' is in no other evidence. Did you mean 'Kestrel'?" in text
    assert (
        "no name in zh-Hant for Kestral, Kestrel, Old Quay, modern; they stay as they are" in text
    )


def test_inspection_tells_a_wrong_focus_in_its_place(folder: Path) -> None:
    with_toml(folder, TOML.replace("\n\n", "\nfocus = 'Civc'\n\n"))
    found = check_study(folder)
    assert [remark.about for remark in found.remarks if remark.verdict == "wrong"] == ["[study]"]


# ---------------------------------------------------------------- what is written


def test_files_are_replaced_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "deep" / "a.txt"
    write_whole(file, "one\ntwo\n")
    assert file.read_bytes() == b"one\ntwo\n"

    def failing(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(OSError, match="disk full"):
        write_whole(file, "half")
    assert file.read_bytes() == b"one\ntwo\n"
    assert [entry.name for entry in file.parent.iterdir()] == ["a.txt"]


def test_two_folders_of_one_name_do_not_share_what_is_derived(folder: Path, root: Path) -> None:
    assert processed_folder(read_study("sample").folder) == root / "data" / "processed" / "sample"
    assert processed_folder(read_study(folder).folder).name.startswith("islands-")


def test_what_names_no_bank_is_no_brand_of_the_image(folder: Path) -> None:
    rows = ["id,Modern - Civic,Fair - Civic,Modern - Kestrel,Fair - Kestrel,"
            "Modern - None of these,Fair - None of these"]  # fmt: skip
    rows += [f"{n},{n % 2},1,0,{n % 3 > 0:d},{n % 5 == 0:d},0" for n in range(12)]
    (folder / "survey.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    codebook = ["item,set,attribute,brand"] + [
        f"{name},image,{name.replace(' - ', ',')}" for name in rows[0].split(",")[1:]
    ]
    (folder / "codebook.csv").write_text("\n".join(codebook) + "\n", encoding="utf-8")
    with_toml(
        folder,
        '[study]\ntitle = "Banks"\n[survey]\nsource = "survey.csv"\ncodebook = "codebook.csv"\n'
        'respondent = "id"\nimages = ["image"]\n'
        '[branches]\nsource = "b.csv"\n',
    )
    (folder / "b.csv").write_text("brand,market\nCivic,N\nKestrel,S\n", encoding="utf-8")
    image = read_study(folder).brand_image
    assert image is not None
    assert image.values.to_dict("index") == {
        "Civic": {"Modern": 6, "Fair": 12}, "Kestrel": {"Modern": 0, "Fair": 8}
    }  # fmt: skip
    assert "None of these" in str(image.notes[-1])
    assert any("image: 2 brands × 2 attributes" in line for line in check_study(folder).lines())


def test_every_error_can_be_caught_as_one(folder: Path) -> None:
    with pytest.raises(BrandkitError):
        read_study(with_toml(folder, "["))


# --- the likelihood to recommend -----------------------------------------------------------------


@pytest.mark.parametrize("scale", ["[1, 10]", "[1, 5]", "[0, 10]"])
def test_scale_leaves_the_likelihood_to_recommend_alone(tmp_path: Path, scale: str) -> None:
    from brandkit.satisfaction import satisfaction_scores

    low, high = (int(one) for one in scale.strip("[]").split(","))
    given = {"Civic": [10] * 24 + [8] * 16 + [0] * 10, "Kestrel": [9] * 21 + [7] * 19 + [0] * 10}
    rows = [
        f"{bank}{at},{bank},{low + at % (high - low + 1)},{answer}"
        for bank, answers in given.items() for at, answer in enumerate(answers)
    ]  # fmt: skip
    (tmp_path / "survey.csv").write_text("id,bank,sat,rec\n" + "\n".join(rows) + "\n")
    (tmp_path / "study.toml").write_text(
        '[study]\ntitle = "t"\n[survey]\nsource = "survey.csv"\nbrand = "bank"\n'
        f'respondent = "id"\noutcome = "sat"\nrecommend = "rec"\nscale = {scale}\n'
    )
    survey = read_study(tmp_path).survey
    assert survey is not None
    ends = survey.codebook.set_index("item")[["low", "high"]]
    assert ends.loc["sat"].tolist() == [low, high]
    assert ends.loc["rec"].tolist() == [0, 10]
    scores = satisfaction_scores(survey, items=["rec"], by="brand", measures=["nps"]).scores
    assert scores["estimate"].round(6).tolist() == [28, 22]
    assert scores["n"].tolist() == [50, 50]


def test_ratings_that_are_no_likelihood_are_not_made_one(tmp_path: Path) -> None:
    rows = [f"{at},{1 + at % 5},{1 + at % 5}" for at in range(20)]
    (tmp_path / "survey.csv").write_text("id,sat,rec\n" + "\n".join(rows) + "\n")
    (tmp_path / "study.toml").write_text(
        '[study]\ntitle = "t"\n[survey]\nsource = "survey.csv"\nbrand = "Civic"\n'
        'respondent = "id"\noutcome = "sat"\nrecommend = "rec"\nscale = [1, 5]\n'
    )
    survey = read_study(tmp_path).survey
    assert survey is not None
    assert survey.codebook.set_index("item")["high"].isna().to_dict() == {"sat": False, "rec": True}
