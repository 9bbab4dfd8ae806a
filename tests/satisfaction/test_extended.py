"""extended_services: least squares of another program, planted truths, refusals, the insurers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import brandkit as bk
from brandkit.core.errors import InputError, SchemaError
from brandkit.satisfaction import extended_services
from brandkit.sources.study.settings import read_settings
from tests.contract import assert_contract


def made(n: int = 400, *, hurt: float = -0.6, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    bank = rng.integers(0, 3, n)
    core = rng.normal(7, 1.5, n) + bank
    got, rated = rng.integers(0, 2, n), rng.normal(5, 2, n).round()
    sat = 0.6 * core + hurt * got + rng.normal(0, 1, n)
    return pd.DataFrame({"id": np.arange(n), "bank": bank.astype(str), "sat": sat, "claims": core,
                         "outing": got, "gift": rated, "w": rng.uniform(0.5, 2, n)})  # fmt: skip


def test_slopes_and_errors_are_those_of_statsmodels() -> None:
    frame = made()
    result = extended_services(frame, outcome="sat", extended=["outing", "gift"], core=["claims"],
                               brand="bank", weight="w")  # fmt: skip
    banks = pd.get_dummies(frame["bank"]).astype(float)
    x = pd.concat([frame[["outing", "gift", "claims"]], banks], axis=1)
    fit = sm.WLS(frame["sat"], x, weights=frame["w"]).fit(cov_type="HC0")
    np.testing.assert_allclose(result.services["estimate"], fit.params[:2], rtol=1e-9)
    n = len(frame)
    np.testing.assert_allclose(
        result.services["std_error"], fit.bse[:2] * np.sqrt(n / (n - 1)), rtol=1e-9
    )
    assert result.services["effect"].tolist() == ["against", "open"]
    assert result.services["is_tick"].tolist() == [True, False]


def test_a_bank_that_serves_well_and_gives_gifts_is_no_effect_of_gifts() -> None:
    frame = made(hurt=0.0)
    frame["outing"] = ((frame["bank"] == "2") ^ (frame["id"] % 9 == 0)).astype(int)
    result = extended_services(frame, outcome="sat", extended=["outing"], brand="bank")
    assert result.services["effect"].tolist() == ["open"]


def test_where_nothing_is_planted_few_are_found() -> None:
    found = [
        (extended_services(made(120, hurt=0.0, seed=seed), outcome="sat", extended=["outing"],
                           core=["claims"]).services["effect"] != "open").any()
        for seed in range(100)
    ]  # fmt: skip
    assert np.mean(found) <= 0.1


def test_rows_and_units_do_not_matter() -> None:
    frame = made()
    asked = {"outcome": "sat", "extended": ["outing"], "core": ["claims"], "brand": "bank"}
    a = extended_services(frame, **asked).services
    b = extended_services(frame.iloc[::-1], **asked).services
    c = extended_services(frame.assign(claims=frame["claims"] * 10), **asked).services
    for other in (b, c):
        np.testing.assert_allclose(a["estimate"], other["estimate"], rtol=1e-9)


@pytest.mark.parametrize(
    ("change", "told"),
    [({"extended": []}, "must be a list of columns"), ({"extended": "gift"}, "a list of columns"),
     ({"extended": ["gft"]}, "Did you mean 'gift'"), ({"extended": ["flat"]}, "must vary"),
     ({"extended": ["sat"]}, "sat")],
)  # fmt: skip
def test_refusals(change: dict, told: str) -> None:
    with pytest.raises(InputError, match=told):
        extended_services(made().assign(flat=1), **{"outcome": "sat", **change})


def test_the_contract() -> None:
    frame = made()
    assert_contract(lambda: extended_services(frame, outcome="sat", extended=["gift"]), frame)


TOML = """[study]
title = "壽險"
language = "zh-Hant"
focus = "南山"
[survey]
source = "survey.csv"
brand = "公司"
respondent = "受訪者"
outcome = "整體"
drivers = ["諮詢", "承保", "理賠", "聯誼"]
scale = [0, 10]
extended = ["聯誼"]
stages = { before = ["諮詢"], during = ["承保"], after = ["理賠"] }
"""


def test_insurers_by_stage_from_their_files(tmp_path: Path) -> None:
    rng, n = np.random.default_rng(5), 900
    rows = pd.DataFrame({name: rng.normal(7, 1.5, n).clip(0, 10).round() for name in
                         ("諮詢", "承保", "理賠", "聯誼")})  # fmt: skip
    rows["理賠"] = (rows["理賠"] - 2).clip(0, 10)
    noise = rng.normal(0, 0.8, n)
    rows["整體"] = 0.5 * rows["諮詢"] + 0.5 * rows["理賠"] - 0.3 * rows["聯誼"] + 2 + noise
    rows["整體"] = rows["整體"].clip(0, 10).round()
    rows.insert(0, "公司", rng.choice(["南山", "國泰", "富邦"], n))
    rows.insert(0, "受訪者", range(n))
    rows.to_csv(tmp_path / "survey.csv", index=False)
    (tmp_path / "study.toml").write_text(TOML, encoding="utf-8")
    answers = bk.answers(tmp_path)
    assert answers.service.stages == ("before", "during", "after")
    assert "after the sale" in " ".join(answers.service.findings())
    assert answers.extended.services["effect"].tolist() == ["against"]
    assert answers.story("extended").actions[0].verb == "test"
    (first, *_) = answers.story("extended").findings
    assert first.settled == "clear"
    lead = "".join(str(block.to_json()) for block in answers.lead("02_satisfaction").blocks)
    assert "聯誼" in lead
    assert "適得其反" not in lead  # who got it is no accident: what goes with it is no effect


def test_keys_about_no_driver_are_told(tmp_path: Path) -> None:
    for line, told in (
        ('stages = { after = ["理陪"] }', "`stages` must be about `drivers`"),
        ('expectations = { "諮詢" = "期望" }', "every one of `drivers`"),
        ('stages = { before = ["諮詢"], after = ["諮詢"] }', "each service once"),
        ('stage = { before = ["諮詢"] }', "stages"),
    ):
        kept = "\n".join(one for one in TOML.splitlines() if not one.startswith("stages"))
        (tmp_path / "study.toml").write_text(f"{kept}\n{line}\n", encoding="utf-8")
        with pytest.raises(SchemaError, match=told):
            read_settings(tmp_path / "study.toml")


def test_what_hardly_matters_in_the_sample_is_open_or_small() -> None:
    services = bk.answers("sample").extended.services
    assert (services["estimate"].abs() < 0.1).all()
