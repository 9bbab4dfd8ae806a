"""What changed between two catalogues: R's counts, mirrors, other ids, and what is no news."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from brandkit.__main__ import main
from brandkit.core.errors import InputError, NotEnoughDataError
from brandkit.overlap import catalog_changes
from brandkit.overlap.examples import catalog_of
from brandkit.sources.catalog.catalog import Catalog
from tests.contract import assert_contract

RIVALS = ["Kestrel", "Tidewater", "Civic", "Northgate"]
OURS = ["contactless", "lounge", "dividend"]


def changes(old: Catalog, new: Catalog, **options: Any) -> Any:
    return catalog_changes(new, since=old, **options)


def offer(brand: str, features: list[str], *, product: str = "", **more: Any) -> dict[str, Any]:
    told = {"brand": brand, "product": product or f"{brand}-1", "name": f"Card of {brand}"}
    return {**told, "category": "cards", "features": features, **more}


def market(**lists: list[str]) -> Catalog:
    """Give a bank and four rivals; each lists what it lists, or being contactless."""
    rivals = [offer(one, lists.get(one, ["contactless"])) for one in RIVALS]
    rivals += [
        offer(one, ["contactless"], product=f"{one}-{at}", name=f"{one} {at}")
        for one in RIVALS
        for at in range(2, 6)
    ]
    return catalog_of([offer("Meridian", OURS), *rivals])


def plain(rows: pd.DataFrame) -> Catalog:
    """Make a catalogue of the rows of a day."""
    rows = rows.drop_duplicates(["brand_key", "product_id"])
    products = pd.DataFrame(
        {
            "brand": rows["brand_key"],
            "product": rows["product_id"],
            "name": rows["name"],
            "category": rows["category"],
        }
    ).assign(segment="not stated", description="", n_records=1, n_free_text=0)
    listed = rows.assign(attribute=rows["feature_types"].str.split("|")).explode("attribute")
    listed["attribute"] = listed["attribute"].str.strip().str.replace(" ", "_")
    listed = listed[listed["attribute"] != ""]
    listed = listed.drop_duplicates(["brand_key", "product_id", "attribute"])
    attributes = pd.DataFrame(
        {
            "brand": listed["brand_key"],
            "product": listed["product_id"],
            "attribute": listed["attribute"],
        }
    ).assign(facet="features", state="has", value=float("nan"), unit="")
    return Catalog(products=products.reset_index(drop=True), attributes=attributes)


@pytest.mark.slow
@pytest.mark.real
@pytest.mark.parametrize("which", ["newest", "damaged"])
def test_changes_in_australia_are_r_s(which: str, real: Path, oracles: Path) -> None:
    given = json.loads((oracles / "market" / "catalog_diff.json").read_text(encoding="utf-8"))
    given = given[which]
    file = real / "catalogs" / "au_cdr" / "monthly_features.csv.xz"
    rows = pd.read_csv(file, dtype=str, keep_default_na=False)
    old, new = (plain(rows[rows["snapshot"] == given[day]]) for day in ("from", "to"))
    found = changes(old, new)
    status, facts = found.brands["status"].value_counts(), found.glance().iloc[0]
    assert status["both"] == given["brands_both"]
    assert status.get("only_first", 0) == given["brands_only_first"]
    assert status.get("only_second", 0) == given["brands_only_second"]
    assert facts["n_both"] - facts["n_renamed"] == given["products_common"]
    assert facts["n_new"] + facts["n_renamed"] == given["products_new"]
    assert facts["n_gone"] + facts["n_renamed"] == given["products_gone"]
    assert facts["n_changed"] == given["products_changed_features"]
    for name in ("new", "gone", "changed"):
        both = {name} if name == "changed" else {name, "renamed"}
        own = found.products.loc[found.products["status"].isin(both), "brand"]
        key = "changes" if name == "changed" else name
        assert own.nunique() == given[f"brands_with_{key}"]
    counts = found.features.groupby("attribute")[["n_added", "n_lost"]].sum()
    for column, key in (("n_added", "feature_added"), ("n_lost", "feature_lost")):
        assert {one: n for one, n in counts[column].items() if n} == given[key]
    assert found.alerts.empty


def test_the_same_catalogue_has_no_changes_and_the_other_way_round_mirrors() -> None:
    old, new = market(), market(Kestrel=["contactless", "lounge"], Civic=["dividend"])
    assert changes(old, old, focus="Meridian").products.empty
    there, back = changes(old, new).features, changes(new, old).features
    turned = back.rename(columns={"n_added": "n_lost", "n_lost": "n_added"})[list(there)]
    pd.testing.assert_frame_equal(there, turned)


def test_other_ids_are_no_news() -> None:
    old = market()
    frames = {
        name: getattr(old, name).assign(product=getattr(old, name)["product"] + "x")
        for name in ("products", "attributes")
    }
    frames["products"]["name"] = frames["products"]["name"] + " "
    found = changes(old, replace(old, **frames), focus="Meridian")
    assert found.glance()["n_alerts"].item() == 0
    assert set(found.products["status"]) <= {"renamed"}
    assert len(found.products) == len(old.products)


def test_a_bank_that_is_missing_has_not_left_the_market() -> None:
    old = market()
    rest = {
        name: getattr(old, name).query("brand != 'Civic'") for name in ("products", "attributes")
    }
    found = changes(old, replace(old, **rest), focus="Meridian")
    assert found.products.empty
    assert found.brands.set_index("brand")["status"]["Civic"] == "only_first"
    assert any("Civic" in str(note) for note in found.notes)


def test_a_feature_that_half_of_the_rivals_now_list_is_an_alert() -> None:
    new = market(Kestrel=["contactless", "lounge"], Tidewater=["contactless", "lounge"])
    old = market(Kestrel=["lounge"])
    assert changes(market(), old, focus="Meridian").glance()["n_alerts"].item() == 0
    row = changes(old, new, focus="Meridian").alerts.iloc[0]
    assert (row["kind"], row["attribute"], row["before"], row["after"], row["settled"]) == (
        "no_longer_apart",
        "lounge",
        1,
        2,
        "likely",
    )
    assert changes(old, new).alerts.empty


def test_a_word_that_is_new_to_the_market_is_more_told_not_more_had() -> None:
    base = {one: ["contactless"] for one in RIVALS}
    old = market(**base)
    new = market(**{one: ["contactless", "instalments"] for one in RIVALS})
    found = changes(old, new)
    assert set(found.features["status"]) == {"told"}
    told = market(**{one: ["contactless", "lounge"] for one in RIVALS[:2]})
    whole = told.attributes.assign(state="has")  # every offer of theirs lists it at once
    found = changes(old, replace(told, attributes=whole), focus="Meridian")
    assert not (found.alerts["settled"] != "open").any()


def test_an_offer_that_came_to_match_ours_is_an_alert() -> None:
    twin = offer("Kestrel", OURS, product="k9", name="Card of Meridian", fees={"annual": 10.0})
    ours = offer("Meridian", OURS, fees={"annual": 10.0})
    rest = [offer(one, ["contactless"], fees={"annual": 90.0}) for one in RIVALS]
    old, new = catalog_of([ours, *rest]), catalog_of([ours, *rest, twin])
    alerts = changes(old, new, focus="Meridian").alerts
    assert alerts[["kind", "brand_b", "product_b"]].to_numpy().tolist() == [
        ["look_alike", "Kestrel", "k9"]
    ]
    assert alerts["settled"].item() == "clear"
    story = changes(old, new, focus="Meridian").story()
    assert "Kestrel" in str(story.headline)
    assert story.actions
    assert len(changes(old, new).plot().get_yticklabels()) == 1
    assert changes(new, new, focus="Meridian").alerts.empty


def test_changes_refuse_and_keep_their_contract() -> None:
    old, new = market(), market(Kestrel=["lounge"])
    with pytest.raises(InputError, match="`focus` must be a bank"):
        changes(old, new, focus="Meridiam")
    nobody = catalog_of([offer("Elsewhere", ["contactless"])])
    with pytest.raises(NotEnoughDataError, match="must both hold"):
        changes(old, nobody)
    assert_contract(lambda: catalog_changes(new, since=old, focus="Meridian"), old.products)


def write_study(folder: Path, rows: list[dict[str, Any]]) -> str:
    folder.mkdir()
    told = [{**row, "features": ";".join(row["features"])} for row in rows]
    pd.DataFrame(told).to_csv(folder / "offers.csv", index=False)
    columns = {one: one for one in ("brand", "product", "name", "category")}
    lines = [f'{key} = "{one}"' for key, one in columns.items()] + ['features = ["features"]']
    head = '[study]\ntitle = "s"\nfocus = "Meridian"\n\n[catalog]\nsource = "offers.csv"\n'
    text = head + 'format = "table"\n\n[catalog.columns]\n' + "\n".join(lines) + "\n"
    (folder / "study.toml").write_text(text, encoding="utf-8", newline="\n")
    return str(folder)


def test_the_command_ends_with_1_where_an_alert_stands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, usual = offer("Meridian", OURS), {one: ["contactless"] for one in RIVALS}
    before = {**usual, "Kestrel": ["lounge"]}
    rest = [
        offer(one, ["contactless"], product=f"{one}-{name}", name=name)
        for one in RIVALS
        for name in ("Gold", "Travel", "Student", "Family")  # told apart by numbers they were one
    ]
    after = {**usual, "Kestrel": ["lounge"], "Civic": ["contactless", "lounge"]}
    old, new = (
        write_study(tmp_path / name, [ours, *rest, *(offer(*one) for one in lists.items())])
        for name, lists in (("old", before), ("new", after))
    )
    assert main(["compare", old, "page.html"]) == 2
    assert "found the report" in capsys.readouterr().err
    assert main(["compare", old, f"{new}@2026-13-01"]) == 2
    assert "a day behind @" in capsys.readouterr().err
    assert main(["compare", new, old]) == 0
    assert "No alert stands." in capsys.readouterr().out
    assert main(["compare", old, new]) == 1
    told = capsys.readouterr()
    assert "1 alert stands." in told.err
    assert "lounge" in told.out
