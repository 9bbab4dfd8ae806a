"""Which banks of a catalogue are compared, and what can exist: `[catalog]` of study.toml."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from brandkit.core.errors import InputError, SchemaError
from brandkit.questions import answers
from brandkit.sources import Study, read_catalog, read_study
from brandkit.sources.catalog.catalog import among
from brandkit.sources.new.new import new_study
from brandkit.sources.study.inspection import check_study
from brandkit.sources.study.settings import read_settings
from brandkit.sources.study.study import read_evidence

COLUMNS = "bank,id,name,type,segment,features,monthly fee\n"
ROWS = """\
Civic,1,Everyday,accounts,personal,card;app,5
Civic,2,Nest,savings,personal,app,0
Civic,3,Wing,accounts,business,card,9
Kestrel,1,Plain,accounts,personal,app;desk,0
Kestrel,2,Egg,savings,personal,app;bonus,0
Kestrel,3,Trade,accounts,business,card,7
Tidewater,1,Shore,accounts,personal,card;gold,4
Tidewater,2,Pool,savings,personal,bonus,0
Old Quay,1,Rope,accounts,personal,lounge,3
"""
STUDY = (
    '[study]\ntitle = "t"\n[names]\nsource = "names.csv"\n[catalog]\nsource = "products.csv"\n'
    'columns = { brand = "bank", product = "id", category = "type", fees = "monthly fee", '
    'features = "features" }\n'
)


def study_of(folder: Path, keys: str = "", *, text: str = STUDY, **options: str) -> Study:
    folder.mkdir(exist_ok=True)
    (folder / "products.csv").write_text(COLUMNS + ROWS, encoding="utf-8")
    (folder / "names.csv").write_text("label,zh-Hant\nCivic,市民\nsavings,儲蓄\n", encoding="utf-8")
    (folder / "study.toml").write_text(text + keys, encoding="utf-8")
    return read_study(folder, **options)


def texts(frame: pd.DataFrame) -> list[list[object]]:
    return [list(map(str, row)) for row in frame.to_numpy().tolist()]


@pytest.mark.parametrize("rule", ["brand", "closed", "open"])
def test_a_catalogue_of_some_banks_is_as_if_it_held_no_others(tmp_path: Path, rule: str) -> None:
    columns = {"brand": "bank", "product": "id", "category": "type", "fees": "monthly fee",
               "features": "features"}  # fmt: skip
    file, few = tmp_path / "products.csv", tmp_path / "few" / "products.csv"
    few.parent.mkdir()
    file.write_text(COLUMNS + ROWS, encoding="utf-8")
    kept = [line for line in ROWS.splitlines() if line.startswith(("Civic", "Tidewater"))]
    few.write_text(COLUMNS + "\n".join(kept) + "\n", encoding="utf-8")
    whole, right = (
        read_catalog(each, format="table", columns=columns, disclosure=rule)  # type: ignore[arg-type]
        for each in (file, few)
    )
    found = among(whole, peers=["Civic", "Tidewater", "Nobody"])
    for name in ("products", "attributes", "records"):
        assert texts(getattr(found, name)) == texts(getattr(right, name)), name
    assert found.brands == right.brands == ["Civic", "Tidewater"]
    assert "lounge" not in set(found.attributes["attribute"])
    assert not found.left_out


def test_banks_with_few_offers_are_left_out_and_named(tmp_path: Path) -> None:
    study = study_of(tmp_path, "minimum_offers = 3\n")
    catalog = study.catalog
    assert catalog is not None
    assert catalog.brands == ["Civic", "Kestrel"]
    assert dict(catalog.left_out) == {"Old Quay": 1, "Tidewater": 2}
    few = catalog.problems[catalog.problems["reason"] == "few_offers"]
    assert few[["brand", "found"]].to_numpy().tolist() == [["Old Quay", "1"], ["Tidewater", "2"]]
    told = "\n".join(check_study(tmp_path).lines())
    assert "left out, with fewer offers than `minimum_offers`: 2 brands: Old Quay (1), " in told
    overlap = answers(tmp_path)["overlap"]
    said = [str(note) for note in overlap.notes if "too few products" in str(note)]
    assert said == ["2 banks with too few products are not compared: Old Quay, Tidewater."]


def test_every_overlap_answer_is_of_the_peers(tmp_path: Path) -> None:
    keys = 'peers = ["市民", "kestrel", "Tidewater"]\n'  # any language, any spelling
    text = STUDY.replace('"t"\n', '"t"\nfocus = "Civic"\n')
    told = answers(study_of(tmp_path, keys, text=text))
    asked = {name: told[name] for name in ("overlap", "chance", "gaps", "names", "explanation")}
    for name, answer in asked.items():
        assert answer, f"{name}: {answer}"
        said = answer.story(focus="Civic")
        assert "Old Quay" not in f"{vars(answer)} {said}", name
    assert asked["gaps"].n_rivals == 2
    chinese = answers(tmp_path, language="zh-Hant")
    assert chinese.study.catalog.brands == ["Kestrel", "Tidewater", "市民"]
    assert "only `peers` are compared" in "\n".join(check_study(tmp_path).lines())


def test_who_a_peer_is_is_part_of_the_answer(tmp_path: Path) -> None:
    study = study_of(tmp_path, 'peers = ["市民", "Tidewater"]\n')
    key = answers(study).key("overlap")
    (tmp_path / "names.csv").write_text("label,zh-Hant\nKestrel,市民\n", encoding="utf-8")
    assert answers(tmp_path).key("overlap") != key


FOCUS = STUDY.replace('"t"\n', '"t"\nfocus = "Tidewater"\n')


@pytest.mark.parametrize(
    ("keys", "text", "message"),
    [
        ('peers = ["Civic", "Kestral"]\n', STUDY,
         r"study.toml, \[catalog\] peers \(line 8\): must name a brand of the catalogue; it has "
         r"\['Civic', .*found 'Kestral'\. Did you mean 'Kestrel'\?"),
        ('peers = ["Xyz"]\n', STUDY, r"found 'Xyz'\. Name one of these\."),
        ("peers = []\nminimum_offers = 9\n", STUDY,
         r"\[catalog\] minimum_offers \(line 9\): must leave a bank to compare"),
        ("minimum_offers = 0\n", STUDY, r"minimum_offers \(line 8\): must be >= 1; found a whole"),
        ('peers = ["Civic", "Kestrel"]\n', FOCUS,
         r"peers .*must name the bank that the study is for too.*Add 'Tidewater'\."),
        ("minimum_offers = 3\n", FOCUS,
         r"minimum_offers .*must not leave out the bank that the study is for; found 3, where it "
         r"has 2\. Write a smaller number\."),
        ('possible = { saving = ["business"] }\n', STUDY,
         r"\[catalog\] possible\.saving \(line 8\): must name a category of the catalogue; it has "
         r"\['accounts', 'savings'\]; found 'saving'\. Did you mean 'savings'\?"),
        ('possible = { savings = ["busines"] }\n', STUDY,
         r"possible\.savings \(line 8\): must name a segment of the catalogue; it has "
         r"\['business', 'personal'\]; found 'busines'\. Did you mean 'business'\?"),
        ("possible = { savings = [3] }\n", STUDY, r"possible\.savings.* must be text in quotation"),
    ],
)  # fmt: skip
def test_mistakes_are_told_in_study_toml_s_words(
    tmp_path: Path, keys: str, text: str, message: str
) -> None:
    with pytest.raises(SchemaError, match=message):
        read_evidence(study_of(tmp_path, keys, text=text))
    if "quotation" not in message and "whole" not in message:
        wrong = [one.text for one in check_study(tmp_path).remarks if one.verdict == "wrong"]
        assert len(wrong) == 1
        assert re.search(message, wrong[0])


def test_owners_and_ranges_that_name_nothing_are_named(tmp_path: Path) -> None:
    study_of(tmp_path, 'owners = { Civc = "G" }\nranges = { nofee = [0, 5] }\n')
    notes = [one.text for one in check_study(tmp_path).remarks if one.verdict == "note"]
    assert "1 × The owners name a brand that has no offer in the catalogue: Civc. Did you mean " \
        "'Civic'?" in notes  # fmt: skip
    assert "1 × The ranges name an attribute that the catalogue does not state: nofee" in notes


def test_a_peer_may_be_new(tmp_path: Path) -> None:
    dates = STUDY.replace('source = "products.csv"\n', 'peers = ["Civic", "Tidewater"]\n') + (
        '[[catalog.dates]]\nas_of = 2025-01-01\nsource = "old.csv"\n'
        '[[catalog.dates]]\nas_of = 2026-01-01\nsource = "products.csv"\n'
    )
    old = [line for line in ROWS.splitlines() if not line.startswith("Tidewater")]
    (tmp_path / "old.csv").write_text(COLUMNS + "\n".join(old) + "\n", encoding="utf-8")
    study = study_of(tmp_path, text=dates)
    assert [one.brands for one in study.catalogs.values()] == [["Civic"], ["Civic", "Tidewater"]]
    (tmp_path / "old.csv").write_text(COLUMNS + "Kestrel,1,P,savings,personal,app,0\n")
    with pytest.raises(SchemaError, match=r"peers .*at every date; found none on 2025-01-01"):
        _ = read_study(tmp_path).catalogs


def test_what_is_declared_possible_is_read_as_room(tmp_path: Path) -> None:
    text = STUDY.replace('"t"\n', '"t"\nfocus = "Civic"\n')
    before = answers(study_of(tmp_path / "a", text=text))["strategy"].options
    study = study_of(tmp_path / "b", 'possible = { "儲蓄" = ["business"] }\n', text=text)
    assert study.possible == (("savings", "business"),)
    after = answers(study)["strategy"].options
    cell = ("business", "savings")
    rules = [
        frame.set_index(["option", "category"]).loc[cell, "because"] for frame in (before, after)
    ]
    assert rules == ["may_not_exist", "too_few_offers"]
    assert "possible: business in savings" in "\n".join(check_study(tmp_path / "b").lines())


def test_a_new_study_shows_the_keys_and_they_hold(tmp_path: Path) -> None:
    (tmp_path / "products.csv").write_text(COLUMNS + ROWS * 1, encoding="utf-8")
    made = new_study(tmp_path)
    text = made.path.read_text(encoding="utf-8")
    assert read_settings(made.path)[0].catalog.peers == []  # type: ignore[union-attr]
    shown = re.sub(r"(?m)^# (peers|minimum_offers|possible)\b", r"\1", text)
    made.path.write_text(shown, encoding="utf-8")
    section = read_settings(made.path)[0].catalog
    assert section is not None
    assert section.peers == ["Civic", "Kestrel", "Tidewater"]
    assert (section.minimum_offers, section.possible) == (3, {"savings": ["business"]})
    with pytest.raises(InputError, match="must be there"):
        new_study(tmp_path / "nowhere")
