"""Service priorities: the rules by hand, the sample's planted lag, words in three languages."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from brandkit.core.errors import InputError
from brandkit.language import LANGUAGES, use_language
from brandkit.questions import answers
from brandkit.satisfaction import ServicePriorities, service_priorities
from tests.contract import assert_contract
from tests.satisfaction.stories import assert_story

ITEMS = ("waiting", "advice", "app", "lobby", "fees")


@pytest.fixture(autouse=True)
def _english():
    yield
    use_language("en")


def given(
    shares=(0.4, 0.3, 0.2, 0.05, 0.05), estimates=(-0.5, 0.4, 0.1, -0.6, -0.1),
    p_values=(0.001, 0.001, 0.5, 0.001, 0.6), roles=("basic", "exciting", "basic", "basic", None),
):  # fmt: skip
    drivers = pd.DataFrame({
        "driver": ITEMS, "label": ITEMS, "importance": [share / 2 for share in shares],
        "share": shares, "above_noise": [share > 0.04 for share in shares],
    })  # fmt: skip
    comparisons = pd.DataFrame({
        "kind": "item", "item": ITEMS, "brand": "Civic", "estimate": estimates, "std_error": 0.1,
        "ci_low": [one - 0.2 for one in estimates], "ci_high": [one + 0.2 for one in estimates],
        "ci_level": 0.95, "p_adjusted": p_values,
    })  # fmt: skip
    scores = pd.DataFrame({"kind": "item", "item": ITEMS, "brand": "Civic", "score": 7.0, "n": 200})
    roles_of = pd.DataFrame({"attribute": ITEMS, "role": roles})
    return (
        SimpleNamespace(drivers=drivers),
        SimpleNamespace(comparisons=comparisons, scores=scores),
        SimpleNamespace(attributes=roles_of),
    )


def made(**options) -> ServicePriorities:
    drivers, quality, roles = given(**options)
    return service_priorities(drivers, quality=quality, brand="Civic", roles=roles)


def test_each_rule_by_hand() -> None:
    result = made()
    found = result.services.set_index("item")["priority"].to_dict()
    # half of an even share is .1: lobby lags but hardly matters
    assert found == {"waiting": "act", "advice": "keep", "app": "secure", "lobby": "later",
                     "fees": "later"}  # fmt: skip
    assert result.services["item"].tolist() == ["waiting", "advice", "app", "lobby", "fees"]


def test_a_difference_counts_only_where_it_is_settled() -> None:
    unsettled = made(p_values=(0.06, 0.06, 0.5, 0.5, 0.5))
    found = unsettled.services.set_index("item")["priority"].to_dict()
    assert (found["waiting"], found["advice"]) == ("secure", "watch")


def test_without_kinds_of_service_nothing_is_secured() -> None:
    drivers, quality, _ = given()
    result = service_priorities(drivers, quality=quality, brand="Civic")
    assert "secure" not in set(result.services["priority"])
    assert "none is secured" in str(result.notes[0])


@pytest.mark.parametrize(
    ("brand", "change", "match"),
    [
        ("Civik", {}, "Did you mean 'Civic'"),
        ("Civic", {"brand": "Other"}, "must compare 'Civic' with rivals"),
        ("Civic", {"item": "x"}, "services that `drivers` ranks"),
    ],
)
def test_refusals(brand: str, change: dict[str, str], match: str) -> None:
    drivers, quality, _ = given()
    for name, value in change.items():
        quality.comparisons[name] = value
    with pytest.raises(InputError, match=match):
        service_priorities(drivers, quality=quality, brand=brand)


def test_the_sample_s_weakest_bank_has_something_to_mend() -> None:
    result = answers("sample", focus="Civic")["priorities"]
    rows = result.services.set_index("item")
    assert (rows["estimate"] < 0).mean() > 0.5, "Civic's quality is planted below the others'"
    assert result.services["priority"].iloc[0] == "act"
    assert rows.loc["premises", "priority"] == "later"
    assert_contract(lambda: result)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("estimates", [(-0.5, 0.4, 0.1, -0.6, -0.1), (0.5, 0.4, 0.3, 0.1, 0.1)])
@pytest.mark.parametrize("focus", [None, "Civic", "Nobody"])
def test_the_story_holds(language: str, estimates: tuple[float, ...], focus: str | None) -> None:
    result = made(estimates=estimates)
    story = assert_story(result, language=language, focus=focus)
    rows = story.exhibits["first"].data
    assert rows["priority"].notna().all()
    assert len(rows) == 5
    assert [action.verb for action in story.actions] == (
        ["fix", "keep", "secure"] if estimates[0] < 0 else ["keep", "secure"]
    )
    assert (focus == "Nobody") == ("Nobody" in " ".join(map(str, story.exhibits["first"].notes)))


def test_a_finding_has_number_base_and_interval() -> None:
    story = made().story()
    first = story.findings[0]
    assert story.headline == first.headline
    assert str(first.headline) == "First to mend at Civic: waiting."
    assert "−0.50 points against the mean of its rivals (−0.70 to −0.30, 95%)" in str(first.detail)
    assert "200 answers" in str(first.detail)
    assert first.settled == "clear"


def test_services_stand_at_their_distance_from_the_rivals() -> None:
    result = made()
    ax = result.plot()
    drawn = np.vstack([dots.get_offsets() for dots in ax.collections if hasattr(dots, "get_sizes")])
    np.testing.assert_allclose(sorted(drawn[:, 0]), sorted(result.services["estimate"]))
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == result.services["label"].tolist()
