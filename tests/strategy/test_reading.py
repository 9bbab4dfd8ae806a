"""strategy_reading: each rule by hand, evidence beside it, refusals, contract."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri

from brandkit.core.errors import InputError, MissingColumnsError
from brandkit.core.intervals import wilson_interval
from brandkit.overlap import CatalogGaps, catalog_gaps, cells_sold
from brandkit.overlap.examples import small_catalog
from brandkit.positioning import ClaimCheck, claim_check
from brandkit.positioning.options.repositioning import Repositioning, repositioning
from brandkit.strategy.reading import (
    STRATEGIES,
    UNKNOWN,
    StrategyReading,
    _move_rule,
    strategy_reading,
)
from tests.contract import assert_contract
from tests.positioning.test_repositioning import Choices, answers, mapped

VALUE = pd.DataFrame({
    "attribute": ["cashback", "easy app", "lounge"], "estimate": [0.08, 0.05, 0.01],
    "ci_low": [0.04, -0.01, -0.02], "ci_high": [0.12, 0.11, 0.04],
})  # fmt: skip


def gap(kind: str, attribute: str, **changes: object) -> dict[str, object]:
    row = {
        "kind": kind, "category": "Cards", "facet": "features", "attribute": attribute,
        "state": "has", "n_ours": 2, "n_ours_have": 1, "n_comparable": 20, "n_have": 2,
        "share_have": 0.1, "share_not_stated": 0.05, "n_rivals": 8, "n_rivals_have": 2,
    }  # fmt: skip
    return row | changes


def made(*gaps: dict[str, object], cells: list[dict[str, object]] | None = None) -> CatalogGaps:
    cell = {"category": "Cards", "segment": "personal", "cell": "usual", "n_offers": 9, "n_ours": 1,
            "n_rivals": 8, "share": 1.0, "expected": 9.0, "share_not_stated": 0.0}  # fmt: skip
    plain = catalog_gaps(small_catalog(), brand="Kestrel")
    return replace(
        plain, brand="A", gaps=pd.DataFrame(list(gaps), columns=list(gap("", ""))),
        cells=pd.DataFrame([cell | one for one in cells or [{}]]), notes=(),
    )  # fmt: skip


def rules(result: StrategyReading) -> dict[str, tuple[str, str, str]]:
    rows = result.options.set_index("option")
    return {
        str(name): tuple(rows.loc[name, ["strategy", "because", "settled"]]) for name in rows.index
    }


@pytest.fixture(scope="module")
def moves() -> Repositioning:
    return repositioning(
        mapped(answers()), brand="A", changes={"x": {"modern": 0.1}, "y": {"fair": -0.1}}
    )


# --- the catalogue -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (gap("point_of_difference", "cashback", n_rivals_have=0, n_have=0, share_have=0.0),
         ("innovative", "nobody_has_it", "clear")),
        (gap("point_of_difference", "cashback", n_rivals_have=0, share_not_stated=0.6),
         ("not_enough_evidence", "rivals_do_not_say", "open")),
        (gap("point_of_difference", "cashback"),
         ("distinctive", "few_have_and_customers_value_it", "clear")),
        (gap("point_of_difference", "lounge"), ("not_enough_evidence", "value_not_shown", "open")),
        (gap("point_of_difference", "offset"),
         ("not_enough_evidence", "no_evidence_of_value", "open")),
        (gap("point_of_difference", "cashback", share_have=0.3),
         ("not_enough_evidence", "value_not_shown", "open")),
        (gap("parity_gap", "card freeze", state="has_not", share_have=0.9),
         ("evolutionary", "improves_what_exists", "clear")),
        (gap("parity_gap", "card freeze", state="not_stated", share_have=0.9),
         ("evolutionary", "improves_what_exists", "open")),
        (gap("parity_gap", "card freeze", n_rivals=2),
         ("not_enough_evidence", "too_few_rivals", "open")),
        (gap("parity_gap", "card freeze", n_comparable=4),
         ("not_enough_evidence", "too_few_offers", "open")),
    ],
)  # fmt: skip
def test_each_rule_of_the_catalogue(row, expected) -> None:
    result = strategy_reading(made(row), value=VALUE)
    assert rules(result) == {row["attribute"]: expected}
    shown = result.options.iloc[0]
    assert shown["share_have"] == row["share_have"]
    assert shown["evidence"] == "catalogue"


def test_cells_where_nobody_sells() -> None:
    cells = [
        {"segment": "young", "cell": "empty"},
        {"segment": "old", "cell": "empty", "share_not_stated": 0.3},
        {"segment": "firms", "cell": "ours_alone", "share_not_stated": 0.5},
        {"segment": "all", "cell": "crowded"},
    ]
    cells.append({"segment": "odd", "cell": "ours_alone"})
    known = [("cards", "young")]
    assert rules(strategy_reading(made(cells=cells), possible=known)) == {
        "young": ("innovative", "nobody_sells_there", "likely"),
        "odd": ("innovative", "nobody_sells_there", "likely"),
        "old": ("not_enough_evidence", "may_not_exist", "open"),
        "firms": ("not_enough_evidence", "segments_untold", "open"),
    }


def test_an_empty_cell_that_may_not_exist_is_no_finding() -> None:
    result = strategy_reading(made(cells=[{"segment": "young", "cell": "empty"}]))
    story = result.story()
    assert "young" not in " ".join(str(one.detail) for one in story.findings)
    assert "young" in " ".join(story.exhibits["options"].data["option"])
    assert "whether it can exist is not known" in " ".join(map(str, result.notes))


def test_what_some_bank_sold_before_can_exist() -> None:
    catalog = small_catalog()
    products = catalog.products.assign(segment=["young", "both", "", "old", "", "young"])
    assert cells_sold(replace(catalog, products=products)) == {
        ("cards", "young"), ("cards", "old"), ("savings", "young"),
    }  # fmt: skip


def test_links_lead_from_features_to_questions() -> None:
    rows = made(gap("point_of_difference", "app lock"))
    plain = strategy_reading(rows, value=VALUE)
    assert rules(plain)["app lock"][1] == "no_evidence_of_value"
    linked = strategy_reading(rows, value=VALUE, links={"app lock": "cashback"})
    assert rules(linked)["app lock"][0] == "distinctive"
    assert linked.options.loc[0, ["estimate", "ci_low", "ci_high"]].tolist() == [0.08, 0.04, 0.12]


def test_a_choice_models_labels_are_known() -> None:
    class Model:
        importance = VALUE.assign(attribute=["q1", "q2", "q3"])
        labels = {"q1": "cashback"}  # noqa: RUF012

    result = strategy_reading(made(gap("point_of_difference", "cashback")), value=Model())
    assert rules(result)["cashback"][0] == "distinctive"


# --- what-ifs ----------------------------------------------------------------------------------


RARE = {"n_rivals_now": 0, "top_high": 0.1, "lead_low": 0.05, "n_rivals_have": 0}
WORTH = {"choice_change": 0.02, "ci_low": 0.01}
#: As one survey tells it: a range, whatever the interval.
RANGE = WORTH | {"choice_low": 0.012, "choice_high": 0.02}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (RARE, ("innovative", "none_would_have_as_much", "clear")),
        (RARE | {"top_high": 0.04}, ("innovative", "nobody_has_it", "clear")),
        (RARE | {"n_rivals_now": 3}, ("innovative", "none_would_have_as_much", "clear")),
        (RARE | {"least_base": 99}, ("not_enough_evidence", "too_few_rated", "open")),
        (RARE | {"top_high": 0.16}, ("evolutionary", "we_lead_already", "likely")),
        (RARE | {"top_high": 0.16} | WORTH,
         ("distinctive", "few_have_and_customers_value_it", "clear")),
        (RARE | {"lead_low": -0.01} | WORTH,
         ("distinctive", "few_have_and_customers_value_it", "likely")),
        (RARE | {"top_high": 0.6, "n_rivals_near": 2} | WORTH,
         ("evolutionary", "we_lead_already", "clear")),
        ({"n_rivals_have": 0, "top_high": 0.6, "lead_low": 0.05},
         ("evolutionary", "improves_what_exists", "likely")),
        ({"n_rivals_have": 3} | WORTH, ("evolutionary", "improves_what_exists", "clear")),
        ({"n_rivals_have": 3} | RANGE, ("evolutionary", "improves_what_exists", "likely")),
        (RARE | {"top_high": 0.16} | RANGE,
         ("distinctive", "few_have_and_customers_value_it", "likely")),
        ({"n_rivals_have": 3, "choice_change": 0.02, "ci_low": -0.01},
         ("evolutionary", "improves_what_exists", "open")),
        ({"n_rivals_have": np.nan, "n_rivals_now": np.nan},
         ("not_enough_evidence", "nothing_raised", "open")),
        ({"n_rivals": 2}, ("not_enough_evidence", "too_few_rivals", "open")),
    ],
)  # fmt: skip
def test_each_rule_of_what_ifs(moves, changes, expected) -> None:
    usual = {"n_rivals": 4, "n_rivals_now": 4, "n_rivals_near": 1, "top_high": 0.6,
             "lead_low": -0.1, "least_base": 200}  # fmt: skip
    row = moves.moves.head(1).assign(**usual | changes)
    row["ci_high"] = np.where(row["choice_change"].isna(), np.nan, 0.05)
    result = strategy_reading(made(), what_ifs=replace(moves, moves=row))
    assert rules(result) == {"x": expected}
    assert result.options.loc[0, "nearest_then"] == row["nearest_then"].iloc[0]


@pytest.fixture(scope="module")
def claims() -> ClaimCheck:
    return claim_check(mapped(answers()))


KINDS = ("supported", "contradicted", "not_shown")


@pytest.mark.parametrize(("ours", "theirs"), list(product(KINDS, KINDS)))
def test_claims_and_strategy_never_contradict_each_other(moves, claims, ours, theirs) -> None:
    kinds = claims.claims["claim"].mask(claims.claims["attribute"] == "modern", theirs)
    own = (claims.claims["brand"] == "A") & (claims.claims["attribute"] == "modern")
    claims = replace(claims, claims=claims.claims.assign(claim=kinds.mask(own, ours)))
    cases = list(product([0, 2], [0.04, 0.1, 0.6], [-0.1, 0.1], [0, 3]))
    names = ["n_rivals_now", "top_high", "lead_low", "n_rivals_near"]
    rows = moves.moves.head(1).loc[[0] * len(cases)].reset_index(drop=True).assign(
        n_rivals=4, n_rivals_have=0, least_base=300, choice_change=0.02, ci_low=0.01,
        move=[f"x{at}" for at in range(len(cases))],
    )  # fmt: skip
    rows[names] = pd.DataFrame(cases, columns=names).to_numpy()
    change = moves.changes[moves.changes["move"] == "x"]
    changes = pd.concat([change.assign(move=name) for name in rows["move"]])
    every = replace(moves, moves=rows, changes=changes)
    said = rules(strategy_reading(made(), what_ifs=every, claims=claims)).values()
    assert len({because for _, because, _ in said}) > 1
    for strategy, because, settled in said:
        _holds_beside(ours, theirs, strategy, because=because, settled=settled)


def _holds_beside(ours: str, theirs: str, strategy: str, *, because: str, settled: str) -> None:
    if theirs == "supported":  # "customers see a rival so" is not "no rival has it"
        assert strategy != "innovative"
    if ours == "contradicted":  # "do not claim it" is not "we lead", nor "it sets us apart"
        assert because != "we_lead_already"
        assert strategy != "distinctive"
    if ours == "supported":  # "keep claiming it" is not "catch up on it"
        assert not (because == "improves_what_exists" and settled == "clear")


def test_the_joint_end_by_hand() -> None:
    stability = mapped(answers())
    found = repositioning(stability, brand="A", changes={"modern": 0.1}).moves.iloc[0]
    at = stability.table.columns.get_loc("modern")
    share = stability.shares.drop("A").iloc[:, at]
    base = stability.points.drop_duplicates("label").set_index("label")["n_effective"]
    z = ndtri(1 - 0.05 / len(share))
    n = base[share.index].to_numpy()
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    assert found["top_high"] == pytest.approx((centre + half).max(), abs=1e-9)
    assert found["top_rival"] == share.idxmax()
    own = stability.shares.loc["A"].iloc[at]
    assert found["lead_low"] == pytest.approx(own + 0.1 - found["top_high"], abs=1e-12)
    assert found["n_rivals_near"] == (share >= own - 0.05).sum()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("top", "ours", "low", "high"),
    [(0.55, 0.55, 0, 0), (0.2, 0.2, 0, 0.02), (0.05, 0.05, 0.97, 1), (0.03, 0.1, 0.97, 1)],
)
def test_innovative_is_said_at_its_rate(top: float, ours: float, low: float, high: float) -> None:
    """Of 40 studies, 300 a bank, eight rivals, ten points more: landed .5 of them at 55 / 55 %."""
    rng, said = np.random.default_rng(4), []
    for _ in range(40):
        share = rng.binomial(300, np.r_[ours, np.linspace(top / 2, top, 8)]) / 300
        level = 1 - 2 * 0.05 / 8
        end = wilson_interval(share[1:], n=300, level=level).high.max()
        row = {
            "n_rivals": 8, "n_rivals_have": 0, "n_rivals_now": int((share[1:] >= share[0]).sum()),
            "top_high": end, "lead_low": share[0] + 0.1 - end, "least_base": 300,
            "n_rivals_near": int((share[1:] >= share[0] - 0.05).sum()),
        }  # fmt: skip
        rule = _move_rule(row, UNKNOWN, {"rival": False, "ours": False, "denied": False})
        said.append(rule["strategy"] == "innovative")
    assert low <= np.mean(said) <= high


def test_a_what_if_that_raises_nothing_is_no_strategy(moves) -> None:
    assert rules(strategy_reading(made(), what_ifs=moves))["y"][1] == "nothing_raised"


def test_the_count_of_rivals_with_as_much_by_hand() -> None:
    stability = mapped(answers())
    shares = stability.table.div(stability.bases, axis=0)["modern"]
    found = repositioning(stability, brand="A", changes={"modern": 0.1}).moves.iloc[0]
    assert found["n_rivals_have"] == (shares.drop("A") >= shares["A"] + 0.1).sum()
    assert found["n_rivals_now"] == (shares.drop("A") >= shares["A"]).sum()
    drawn = (stability.draw_tables / stability.draw_bases[..., None])[..., 1]
    at = stability.brands.index("A")
    others = np.delete(drawn, at, axis=1)
    alone = (others < drawn[:, [at]] + 0.1 - 1e-9).all(axis=1).mean()
    assert found["alone_support"] == pytest.approx(alone, abs=1e-12)


def test_a_choice_models_gain_makes_a_rare_image_distinctive() -> None:
    stability = mapped(answers())
    found = repositioning(
        stability, brand="A", changes={"near": {"near": 0.2}}, preference=Choices()
    )
    led = found.moves.assign(n_rivals_now=0, n_rivals_near=0, least_base=200)
    result = strategy_reading(made(), what_ifs=replace(found, moves=led))
    row = result.options.iloc[0]
    assert (row["strategy"], row["estimate"]) == ("distinctive", pytest.approx(0.1))


# --- order, notes, refusals, contract ----------------------------------------------------------


def test_options_stand_by_strategy_and_are_counted(moves) -> None:
    result = strategy_reading(
        made(
            gap("parity_gap", "freeze", state="has_not"), gap("point_of_difference", "cashback"),
            gap("point_of_difference", "new", n_rivals_have=0), gap("point_of_difference", "odd"),
        ),
        what_ifs=moves, value=VALUE,
    )  # fmt: skip
    order = [STRATEGIES.index(name) for name in result.options["strategy"]]
    assert order == sorted(order)
    assert result.glance().loc[0, ["n_innovative", "n_distinctive", "n_open"]].tolist() == [1, 1, 2]
    notes = " ".join(map(str, result.notes))
    assert "1 option that few rivals have could be distinctive" in notes


def test_silence_and_missing_value_are_told() -> None:
    silent = made(gap("point_of_difference", "new", n_rivals_have=0, share_not_stated=1.0))
    notes = " ".join(map(str, strategy_reading(silent).notes))
    assert "Of 1 feature that no rival lists, rivals mostly say nothing" in notes
    assert "No evidence on what customers value went in" in notes


def test_nothing_to_read_gives_an_empty_frame() -> None:
    result = strategy_reading(made())
    assert result.options.empty
    assert result.glance().loc[0, "n_open"] == 0


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"value": VALUE.drop(columns="ci_low")}, MissingColumnsError, "ci_low"),
        ({"value": pd.concat([VALUE, VALUE])}, InputError, "each attribute once"),
        ({"value": VALUE, "links": {"x": "cash back"}}, InputError, "Did you mean 'cashback'"),
        ({"value": [1]}, TypeError, "`value` must be the result of choice_model"),
        ({"what_ifs": VALUE}, TypeError, "`what_ifs` must be the result of repositioning"),
    ],
)
def test_what_cannot_be_read_is_refused(options, error, message: str) -> None:
    with pytest.raises(error, match=message):
        strategy_reading(made(), **options)


def test_what_ifs_of_another_bank_are_refused(moves) -> None:
    with pytest.raises(InputError, match="must be of the bank of `gaps`, B; found A"):
        strategy_reading(replace(made(), brand="B"), what_ifs=moves)
    with pytest.raises(TypeError, match="`gaps` must be the result of catalog_gaps"):
        strategy_reading(moves)


def test_contract(moves) -> None:
    rows = made(gap("point_of_difference", "cashback"), gap("parity_gap", "freeze"))
    assert_contract(lambda: strategy_reading(rows, what_ifs=moves, value=VALUE), rows.gaps, VALUE)
