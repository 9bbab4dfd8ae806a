"""Mental availability, sharing of customers and funnels against R, and their invariants."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from brandkit.core.errors import InputError, NotEnoughDataError
from brandkit.market import brand_funnel, customer_sharing, mental_availability
from brandkit.market.brands.sharing import dirichlet, nbd, shared_by_counts
from tests.contract import assert_contract
from tests.market.shared import VALUES, burger, near, oracle, table

BANKS = ["A", "B", "C"]
KEYS = {"penetration": "penetration", "network_size": "network_size",
        "mental_market_share": "market_share", "share_of_mind": "share_of_mind"}  # fmt: skip


# --- mental availability -------------------------------------------------------------------------


def links() -> pd.DataFrame:
    given = VALUES["mental_availability"]
    rows = []
    for person, banks in enumerate(given["links"]):
        for bank, ticks in zip(BANKS, banks, strict=True):
            rows.append({"id": person, "bank": bank, "w": given["weight"][person],
                         **{f"cue{at + 1}": tick for at, tick in enumerate(ticks)}})  # fmt: skip
    return pd.DataFrame(rows).astype({f"cue{at}": float for at in range(1, 5)})


def thought_of(frame: pd.DataFrame, **options: Any) -> Any:
    cues = [name for name in frame if name.startswith("cue")]
    return mental_availability(frame, cues=cues, brand="bank", respondent="id", weight="w",
                               **options)  # fmt: skip


def test_mental_availability_is_r_s() -> None:
    given, found = VALUES["mental_availability"], thought_of(links())
    for key, measure in KEYS.items():
        rows = found.brands[found.brands["measure"] == measure].set_index("brand").loc[BANKS]
        near(rows["estimate"], list(given[key].values()))
        errors = [np.nan if one is None else one for one in given["se_jackknife"][key].values()]
        mine = rows["std_error"].where(~np.isnan(errors))
        near(mine, errors, rtol=1e-7)
    shares = found.cues.pivot(index="brand", columns="attribute", values="share")
    near(shares, table(given["share"]))
    advantage = found.cues.pivot(index="brand", columns="attribute", values="advantage")
    near(advantage, table(given["advantage_points"]))
    near(found.size_correlation, given["correlation_penetration_network"])


@pytest.mark.slow
@pytest.mark.real
def test_mental_availability_of_the_burger_tracker(real: Path, oracles: Path) -> None:
    given = oracle(oracles, "mental_availability")["asked_of_all"]
    survey = burger(real)
    numbers = dict(zip(given["penetration"], (2, 4, 5, 6, 7, 8, 9, 11), strict=True))
    answers = survey.responses
    frame = pd.concat([
        pd.DataFrame({f"cue{at}": answers[f"Q14_{number}_{at}"] for at in range(1, 22)}).assign(
            bank=bank, id=np.arange(len(answers)), w=answers["wgt"]
        )
        for bank, number in numbers.items()
    ])  # fmt: skip
    found = thought_of(frame)
    for key, measure in KEYS.items():
        rows = found.brands[found.brands["measure"] == measure].set_index("brand")
        rows = rows.loc[list(given[key])]
        near(rows["estimate"], list(given[key].values()))
        near(rows["std_error"], list(given["se_jackknife"][key].values()), rtol=1e-7)


def test_a_cue_that_nobody_ticks_changes_nothing_and_shares_add_up() -> None:
    frame = links()
    one, more = thought_of(frame), thought_of(frame.assign(cue5=0 * frame["cue1"]))
    near(one.brands["estimate"], more.brands["estimate"])
    wide = one.wide()
    near(wide["market_share"].sum(), 1.0)
    doubled = frame.assign(**{f"cue{at}b": frame[f"cue{at}"] for at in range(1, 5)})
    near(thought_of(doubled).wide()["penetration"], wide["penetration"])


def test_share_of_mind_is_left_out_where_bases_differ() -> None:
    frame = links()
    frame.loc[(frame["bank"] == "A") & (frame["id"] > 2), [f"cue{at}" for at in range(1, 5)]] = None
    found = thought_of(frame)
    assert found.wide()["share_of_mind"].isna().all()
    assert any("share of mind is left out" in str(note) for note in found.notes)


def test_mental_availability_refuses_and_keeps_its_contract() -> None:
    frame = links()
    with pytest.raises(InputError, match="`brand` must name the column"):
        mental_availability(frame, cues=["cue1"])
    with pytest.raises(InputError, match="`cues` must name columns of ticks"):
        mental_availability(frame, cues=["cue9"], brand="bank")
    assert_contract(lambda: mental_availability(frame, cues=["cue1", "cue2"], brand="bank"), frame)


def test_a_cue_of_one_bank_is_found(rng: np.random.Generator) -> None:
    n, size = 600, np.array([0.5, 0.4, 0.15])
    frames = []
    for at, bank in enumerate(BANKS):
        chance = np.full(6, size[at])
        chance[3] += 0.3 * (bank == "C")
        ticks = (rng.random((n, 6)) < chance).astype(float)
        frame = pd.DataFrame(ticks, columns=[f"cue{one}" for one in range(6)])
        frames.append(frame.assign(bank=bank, id=np.arange(n), w=1.0))
    found = thought_of(pd.concat(frames))
    own = found.cues[(found.cues["settled"] == "clear") & (found.cues["advantage"] > 0)]
    assert ("C", "cue3") in set(zip(own["brand"], own["attribute"], strict=True))
    story = found.story(focus="C")
    assert "C" in str(story.headline)
    assert any("cue3" in str(finding.headline) for finding in story.findings)
    assert len(found.plot(focus="C").collections) >= 2


# --- sharing of customers ------------------------------------------------------------------------


def test_sharing_is_r_s() -> None:
    given = VALUES["duplication"]
    found = customer_sharing(pd.DataFrame(given["table"]), holds=BANKS, weight="w")
    near(found.duplication, given["D_pooled"])
    brands = found.brands.set_index("brand").loc[BANKS]
    near(brands["penetration"], list(given["penetration"].values()))
    near(brands["repertoire"], given["mean_repertoire_of_holders"])
    near(found.pairs["ratio"], given["pairs"]["ratio"])
    near(found.pairs["std_error"], given["pairs"]["log_ratio_se_jackknife"], rtol=1e-7)
    dup = table(given["duplication"])
    near(found.pairs["duplication_a"], [dup.loc["A", "B"], dup.loc["A", "C"], dup.loc["B", "C"]])


@pytest.mark.real
def test_sharing_of_the_burger_tracker(real: Path, oracles: Path) -> None:
    given = oracle(oracles, "duplication")
    columns = [f"Q2_{at}" for at in range(1, 12)]
    found = customer_sharing(burger(real), holds=columns, waves="all", period="month",
                             frequency=[f"Q5_{at}" for at in range(1, 12)])  # fmt: skip
    names = list(given["burger"]["penetration"])
    brands = found.brands.set_index("brand").loc[names]
    near(brands["penetration"], list(given["burger"]["penetration"].values()))
    for key, column in {"sole": "sole", "frequency": "frequency",
                        "share_of_category_requirement": "requirements"}.items():  # fmt: skip
        near(brands[column], list(given["jeopardy"][key].values()))
    pairs = given["burger"]["pairs"]
    rows = found.pairs.set_index(["brand_a", "brand_b"]).loc[
        list(zip(pairs["a"], pairs["b"], strict=True))
    ]
    near(rows["ratio"], pairs["ratio"])
    near(rows["std_error"], pairs["log_ratio_se_jackknife"], rtol=1e-7)
    near(rows["p_adjusted"], pairs["p_holm"], rtol=1e-7)
    observed = list(given["burger"]["penetration"].values())
    assert np.abs(brands["expected_penetration"] - observed).max() < 0.04


def test_the_factor_of_the_law_says_only_how_many_banks_people_hold(
    rng: np.random.Generator,
) -> None:
    for _ in range(20):
        held = (rng.random((60, 5)) < rng.uniform(0.1, 0.8, 5)).astype(float)
        found = customer_sharing(pd.DataFrame(held, columns=list("abcde")), holds=list("abcde"))
        number, size = held.sum(axis=1), held.mean(axis=0)
        identity = (np.mean(number**2) - number.mean()) / (number.mean() ** 2 - (size**2).sum())
        near(found.duplication, identity, rtol=1e-12)


def test_independent_banks_share_as_sizes_explain() -> None:
    given = VALUES["independent"]
    found = customer_sharing(pd.DataFrame(given["table"]), holds=BANKS, weight="w")
    near(found.duplication, 1.0)
    near(found.pairs["ratio"], 1.0)
    near(found.pairs["expected_ratio"], 1.0)


def test_what_numbers_alone_give_keeps_sizes_and_is_what_swaps_give(
    rng: np.random.Generator,
) -> None:
    held = (rng.random((60, 4)) < np.array([0.2, 0.4, 0.6, 0.5])).astype(float)
    joint = shared_by_counts(held, np.ones(60))
    near(np.diag(joint), held.mean(axis=0))
    near(joint.sum() - np.trace(joint), np.mean(held.sum(axis=1) * (held.sum(axis=1) - 1)))
    swapped, total, kept = held.copy(), np.zeros((4, 4)), 0
    for step in range(60_000):
        (a, b), (c, d) = rng.integers(0, 60, 2), rng.integers(0, 4, 2)
        if swapped[a, c] == swapped[b, d] == 1 and swapped[a, d] == swapped[b, c] == 0:
            swapped[a, c] = swapped[b, d] = 0
            swapped[a, d] = swapped[b, c] = 1
        if step % 10 == 0:
            total, kept = total + swapped.T @ swapped / 60, kept + 1
    np.testing.assert_allclose(total / kept, joint, atol=0.012)


def test_the_dirichlet_is_nbddirichlet_s() -> None:
    given = VALUES["dirichlet"]
    fitted, rate = dirichlet(np.array(given["share"]), mean=given["M"], k=given["K"], s=given["S"],
                             most=50)  # fmt: skip
    near(fitted, given["penetration"], rtol=1e-6)
    near(rate, given["rate"], rtol=1e-6)
    near(nbd(given["M"], given["category_penetration"]), given["K"], rtol=1e-4)


@pytest.mark.real
def test_the_dirichlet_of_burgers_is_nbddirichlet_s(oracles: Path) -> None:
    given = oracle(oracles, "dirichlet")["burger"]
    share = np.array(list(given["share"].values()))
    fitted, _ = dirichlet(share, mean=given["M"], k=given["K"], s=given["S"], most=50)
    near(fitted, list(given["penetration"].values()), rtol=1e-6)


def market(rng: np.random.Generator, *, excess: bool, n: int = 1500) -> pd.DataFrame:
    """Six banks; the first two share more customers than their sizes explain."""
    size = np.array([0.35, 0.3, 0.25, 0.4, 0.2, 0.3])
    held = rng.random((n, 6)) < size
    if excess:  # 1.6 times as many as sizes explain, at sizes held
        among = 1.6 * size[1]
        other = (size[1] - size[0] * among) / (1 - size[0])
        held[:, 1] = rng.random(n) < np.where(held[:, 0], among, other)
    return pd.DataFrame(held.astype(float), columns=list("ABCDEF"))


@pytest.mark.slow
def test_an_excess_pair_is_found_and_chance_is_not(rng: np.random.Generator) -> None:
    found = customer_sharing(market(rng, excess=True), holds=list("ABCDEF"))
    held = found.pairs[(found.pairs["settled"] == "clear") & (found.pairs["ratio"] > 1)]
    assert held[["brand_a", "brand_b"]].to_numpy().tolist() == [["A", "B"]]
    story = found.story(focus="A")
    assert "A and B share" in str(story.headline)
    assert story.actions[0].verb == "check"
    assert len(found.plot(focus="A").texts) > 15
    lot, banks = np.random.default_rng(5), list("ABCDEF")
    false = [
        (customer_sharing(market(lot, excess=False, n=500), holds=banks).pairs["settled"]
         == "clear").any()
        for _ in range(150)
    ]  # fmt: skip
    assert np.mean(false) <= 0.085  # .05, and two standard errors


def test_rows_about_banks_tell_who_holds_what() -> None:
    rows = pd.DataFrame({"id": [1, 1, 2, 2, 3, 4], "bank": ["A", "B", "A", "B", "A", "B"]})
    found = customer_sharing(rows, brand="bank", respondent="id")
    near(found.brands["penetration"], [0.75, 0.75])
    assert found.n == 4
    assert found.is_rated


def test_sharing_refuses_and_keeps_its_contract(rng: np.random.Generator) -> None:
    frame = market(rng, excess=False, n=80).assign(text="x", one=0.0)
    with pytest.raises(InputError, match="`holds` must name the set"):
        customer_sharing(frame)
    with pytest.raises(InputError, match="must hold ticks, 1 and 0"):
        customer_sharing(frame, holds=["A", "text"])
    with pytest.raises(NotEnoughDataError, match="at least 2 banks with customers; found 1"):
        customer_sharing(frame, holds=["A", "one"])
    with pytest.raises(InputError, match="`frequency` must have a column for each"):
        customer_sharing(frame, holds=["A", "B"], frequency=["C"], period="month")
    assert_contract(lambda: customer_sharing(frame, holds=list("ABCDEF")), frame)


# --- funnels -------------------------------------------------------------------------------------


def stages() -> tuple[pd.DataFrame, dict[str, Any]]:
    given = VALUES["funnel"]
    aware, use = (np.array(given["stages"][name], dtype=float) for name in ("aware", "use"))
    frame = pd.DataFrame({"A": aware[:, 0], "B": aware[:, 1], "w": given["weight"]})
    main = np.where(use[:, 0] == 1, "A", np.where(use[:, 1] == 1, "B", ""))
    return frame.assign(uA=use[:, 0], uB=use[:, 1], main=main), given


class Sets:
    """A survey with a set a stage, the banks for labels."""

    def __init__(self, frame: pd.DataFrame, sets: dict[str, dict[str, str]]) -> None:
        self.responses = frame
        self.design = dict.fromkeys(("brand", "respondent", "strata", "cluster", "wave"))
        self.design["weight"] = "w" if "w" in frame else None
        self.codebook = pd.DataFrame(columns=["item", "label", "low", "high"])
        rows = [(name, name, "pick", item, label) for name, held in sets.items()
                for item, label in held.items()]  # fmt: skip
        columns = ["set", "question", "kind", "item", "label"]
        self.batteries = pd.DataFrame(rows, columns=columns)


def test_the_funnel_is_r_s() -> None:
    frame, given = stages()
    survey = Sets(frame, {"aware": {"A": "A", "B": "B"}, "use": {"uA": "A", "uB": "B"}})
    found = brand_funnel(survey, stages={"aware": "aware", "use": "use"}, suppress_below=1)
    shares = found.stages[found.stages["stage"] == "aware"]
    near(shares["estimate"], list(given["share_aware"].values()))
    near(found.conversions["estimate"], list(given["conversion"].values()))
    assert found.conversions["n_leaks"].tolist() == list(given["leaks"].values())


@pytest.mark.real
def test_the_funnel_of_the_burger_tracker(real: Path, oracles: Path) -> None:
    given = oracle(oracles, "funnel")["main"]
    columns = {number: [f"Q{number}_{at}" for at in range(1, 12)] for number in (1, 2, 3)}
    found = brand_funnel(burger(real), waves="all", stages={
        "aware": columns[1], "ever": columns[3], "month": columns[2], "last": "Q6",
    })  # fmt: skip
    share = found.stages.pivot(index="brand", columns="stage", values="estimate")
    expected = table(given["share"])
    near(share.loc[expected.index, expected.columns], expected)
    steps = found.conversions
    for key, column in {"conversion": "estimate", "conversion_se_linearised": "std_error",
                        "in_stage_but_not_in_the_one_before": "n_leaks"}.items():  # fmt: skip
        expected = table(given[key])
        wide = steps.pivot(index="brand", columns="stage_b", values=column)
        wide = wide.loc[expected.index, [name.split(">")[1] for name in expected.columns]]
        near(wide, expected)
    for step, one in given["expected_from_size_leave_one_out"].items():
        rows = steps[steps["stage_b"] == step.split(">")[1]].set_index("brand").loc[one["brand"]]
        for column, key in {"expected_share": "expected", "expected_share_low": "low",
                            "expected_share_high": "high", "statistic": "t", "p_value": "p_value",
                            "p_adjusted": "p_holm"}.items():  # fmt: skip
            near(rows[column], one[key])
    assert not (steps["settled"] == "clear").any()


def nested(rng: np.random.Generator, *, leak: float = 0.0, n: int = 1200) -> pd.DataFrame:
    """Eight banks whose conversion rises with size; the third loses more where ``leak`` > 0."""
    size = np.linspace(0.2, 0.9, 8)
    chance = 1 / (1 + np.exp(-(0.3 + 1.2 * np.log(size))))
    chance[2] *= 1 - leak
    aware = rng.random((n, 8)) < size
    use = aware & (rng.random((n, 8)) < chance)
    names = [f"{stage}{at}" for stage in "ku" for at in range(8)]
    return pd.DataFrame(np.column_stack([aware, use]).astype(float), columns=names)


def funnel_of(frame: pd.DataFrame) -> Any:
    sets = {stage: {f"{stage}{at}": f"Bank {at}" for at in range(8)} for stage in "ku"}
    return brand_funnel(Sets(frame, sets), stages={"known": "k", "used": "u"})


def test_nested_stages_multiply_and_a_leak_is_found(rng: np.random.Generator) -> None:
    found = funnel_of(nested(rng, leak=0.7))
    share = found.stages.pivot(index="brand", columns="stage", values="estimate")
    step = found.conversions.set_index("brand")["estimate"]
    near(share["known"] * step, share["used"])
    assert found.conversions["estimate"].between(0, 1).all()
    clear = found.conversions[found.conversions["settled"] == "clear"]
    assert clear["brand"].tolist() == ["Bank 2"]
    story = found.story(focus="Bank 2")
    assert "Bank 2 loses more" in str(story.headline)
    assert story.actions[0].verb == "fix"
    assert [one.get_text() for one in found.plot(focus="Bank 2").get_yticklabels()] == [
        "known", "used",
    ]  # fmt: skip


@pytest.mark.slow
def test_where_size_explains_all_few_banks_are_flagged(rng: np.random.Generator) -> None:
    flagged = [
        (funnel_of(nested(rng, n=400)).conversions["settled"] == "clear").any() for _ in range(100)
    ]
    assert np.mean(flagged) <= 0.13


def test_the_funnel_refuses_and_keeps_its_contract(rng: np.random.Generator) -> None:
    frame = nested(rng, n=60)
    sets = {stage: {f"{stage}{at}": f"Bank {at}" for at in range(8)} for stage in "ku"}
    survey = Sets(frame, sets)
    with pytest.raises(InputError, match="must stand in order, the widest first; found 'known'"):
        brand_funnel(survey, stages={"used": "u", "known": "k"})
    with pytest.raises(InputError, match="at least 2 stages"):
        brand_funnel(survey, stages={"known": "k"})
    with pytest.raises(InputError, match=r"`stages` must name sets or columns.*kk"):
        brand_funnel(survey, stages={"known": "kk", "used": "u"})
    with pytest.raises(InputError, match="must be about the same banks"):
        brand_funnel(survey, stages={"known": "k", "used": ["u1", "u2"]})
    with pytest.raises(InputError, match="takes item and at_least"):
        brand_funnel(survey, stages={"known": "k", "used": {"item": "u1"}})
    assert_contract(lambda: brand_funnel(survey, stages={"known": "k", "used": "u"}), frame)


def test_a_stage_may_be_an_answer_on_a_scale() -> None:
    rows = pd.DataFrame({
        "id": np.repeat(np.arange(40), 2), "bank": ["A", "B"] * 40,
        "rec": [9.0, 3.0] * 20 + [4.0, np.nan] * 20, "kA": 1.0, "kB": 1.0,
    })  # fmt: skip
    survey = Sets(rows, {"known": {"kA": "A", "kB": "B"}})
    survey.design |= {"brand": "bank", "respondent": "id"}
    found = brand_funnel(survey, stages={"known": "known", "fans": {"item": "rec", "at_least": 9}})
    near(found.conversions["estimate"], [0.5, 0.0])
    assert found.conversions["n"].tolist() == [40, 20]
