"""Figures and sentences of ordinal and choice models: what is shown is what the results say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.text import Text

from brandkit.core.errors import InputError
from brandkit.core.result import Result
from brandkit.language import LANGUAGES, translate, use_language
from brandkit.satisfaction.choice.choice import ChoiceModel, choice_model
from brandkit.satisfaction.ordinal.ordinal import OrdinalModel, ordinal_model
from brandkit.satisfaction.ordinal.plot import ordinal_shares
from brandkit.viz.export import figure_svg
from brandkit.viz.palette import PALETTE
from tests.satisfaction.test_drivers_story import all_texts, dots, lines

SMALLEST_TEXT = 12.0
NAMES = ["Harbour Bank", "Tidewater", "Kestrel", "Civic"]


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    use_language("en")


def ordinal_answers(slopes: list[float], *, n: int = 500, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    names = [f"service {number}" for number in range(len(slopes))]
    x = rng.integers(0, 11, (n, len(slopes))).astype(float)
    latent = x @ slopes + rng.logistic(size=n)
    steps = np.quantile(latent, [0.1, 0.25, 0.5, 0.75])
    return pd.DataFrame(x, columns=names).assign(
        sat=np.searchsorted(steps, latent).astype(float), id=np.arange(n)
    )


def ordinal(slopes: list[float], **options) -> OrdinalModel:
    frame = ordinal_answers(slopes, **options)
    return ordinal_model(frame, outcome="sat", drivers=[*frame.columns[:-2]], respondent="id")


def choices(weights: list[float], *, n: int = 400, seed: int = 0, banks: int = 4) -> ChoiceModel:
    rng = np.random.default_rng(seed)
    x = (rng.random((n, banks, len(weights))) < 0.4).astype(float)
    drawn = x @ weights - np.log(-np.log(rng.random((n, banks))))
    frame = pd.DataFrame(
        x.reshape(n * banks, -1), columns=[f"attribute {at}" for at in range(len(weights))]
    )
    all_names = [*NAMES[::-1], *(f"Bank of {at:02d} Islands" for at in range(banks))]
    names = np.array(all_names[:banks])
    frame["bank"], frame["id"] = np.tile(names, n), np.repeat(np.arange(n), banks)
    frame["main"] = np.repeat(names[drawn.argmax(axis=1)], banks)
    return choice_model(frame, choice="main", brand="bank", respondent="id",
                        attributes=[*frame.columns[: len(weights)]])  # fmt: skip


@pytest.fixture(scope="module")
def driven() -> OrdinalModel:
    return ordinal([0.6, 0.2, 0.0])


@pytest.fixture(scope="module")
def chosen() -> ChoiceModel:
    return choices([1.5, 0.5, 0.0])


EVERY: dict[str, Callable[[], Axes]] = {
    "effects": lambda: ordinal([0.6, 0.2, 0.0]).plot(),
    "effects on the mean": lambda: ordinal([0.6, 0.2]).plot(measure="mean"),
    "shares": lambda: ordinal_shares(ordinal([0.6, 0.2, 0.0])),
    "choices": lambda: choices([1.5, 0.5, 0.0]).plot(),
    "what if": lambda: (
        choices([1.5, 0.5]).what_if(brand="Civic", changes={"attribute 0": 0.1}).plot()
    ),
}
every_plot = pytest.mark.parametrize("name", EVERY)


def row_labels(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def written(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


# Figures -----------------------------------------------------------------------------------------


@every_plot
def test_texts_are_large_enough_for_a_phone(name: str) -> None:
    ax = EVERY[name]()
    assert ax.figure.get_size_inches()[0] == pytest.approx(10.0)
    texts = [text for text in ax.figure.findobj(Text) if text.get_text().strip()]
    assert min(text.get_fontsize() for text in texts) >= SMALLEST_TEXT


@every_plot
def test_the_same_result_gives_the_same_bytes(name: str) -> None:
    first, second = (figure_svg(EVERY[name]().figure, prefix="f") for _ in range(2))
    assert first == second


@every_plot
@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans"])
def test_axes_are_named_in_the_language_in_use(name: str, language: str) -> None:
    english = EVERY[name]().get_xlabel()
    use_language(language)
    spoken = EVERY[name]()
    assert spoken.get_xlabel() != english
    assert not any("Percentage" in text or "now" in text for text in written(spoken))


def test_dots_are_the_effects_the_largest_first(driven: OrdinalModel) -> None:
    ax = driven.plot()
    rows = driven.effects.query("measure == 'top2'").sort_values("estimate", ascending=False)
    assert row_labels(ax) == rows["label"].tolist()
    at = range(len(rows))
    expected = zip(at, rows["ci_low"] > 0, 100 * rows["estimate"], strict=True)
    drawn = dots(ax)
    for row, is_sure, change in expected:
        assert drawn[row, is_sure] == pytest.approx(change)
    ends = sorted(line[1:3] for line in lines(ax))
    np.testing.assert_allclose(ends, sorted((100 * rows[["ci_low", "ci_high"]]).values.tolist()))
    assert f"{100 * rows['estimate'].iloc[0]:.1f}" in written(ax)


def test_changes_that_could_be_none_are_hollow(driven: OrdinalModel) -> None:
    ax = driven.plot()
    assert sorted(filled for _, filled in dots(ax)) == [False, True, True]


def test_bars_are_all_customers_and_the_top_is_dark(driven: OrdinalModel) -> None:
    ax = ordinal_shares(driven)
    ends = np.array([patch.get_x() + patch.get_width() for patch in ax.patches])
    assert ends.max() == pytest.approx(1.0)
    dark = [patch for patch in ax.patches if to_hex(patch.get_facecolor()) == PALETTE["second"]]
    top = driven.profiles.query("measure == 'top2'").set_index("label")["estimate"]
    lengths = np.zeros(3)
    for patch in dark:
        lengths[round(patch.get_y() + patch.get_height() / 2)] += patch.get_width()
    np.testing.assert_allclose(lengths, top[["low", "typical", "high"]])


def test_the_bank_that_changes_is_marked_and_comes_first(chosen: ChoiceModel) -> None:
    found = chosen.what_if(brand="Civic", changes={"attribute 0": 0.1})
    ax = found.plot()
    assert row_labels(ax)[0] == "Civic"
    assert to_hex(ax.get_yticklabels()[0].get_color()) == PALETTE["accent"]
    assert sorted(row_labels(ax)) == sorted(NAMES)
    losses = found.changes.set_index("brand")["estimate"][row_labels(ax)[1:]]
    assert losses.is_monotonic_increasing
    share = found.changes.set_index("brand").loc["Civic", "share_if"]
    assert f"{100 * share:.1f}%" in written(ax)


def test_many_rows_and_one_row_are_drawn(chosen: ChoiceModel) -> None:
    often = pd.concat([chosen.importance] * 12, ignore_index=True)
    often["label"] = [f"A rather long attribute, the {at}th" for at in often.index]
    assert len(row_labels(replace(chosen, importance=often).plot())) == 30
    change = chosen.what_if(brand="Civic", changes={"attribute 0": 0.1})
    banks = pd.concat([change.changes] * 9, ignore_index=True)
    banks["brand"] = ["Civic", *(f"Bank of {at:02d} Islands" for at in banks.index[1:])]
    assert len(row_labels(replace(change, changes=banks).plot())) == 30
    assert len(row_labels(ordinal([0.5]).plot())) == 1


def test_a_measure_that_is_not_there_is_refused(driven: OrdinalModel) -> None:
    with pytest.raises(InputError, match="`measure` must be one of 'mean', 'top2'"):
        driven.plot(measure="top1")


# Sentences ---------------------------------------------------------------------------------------


def what_if(result: ChoiceModel, by: float = 0.1) -> Result:
    return result.what_if(brand=result.brands["brand"].iloc[0], changes={"attribute 0": by})


def one_level_missing() -> OrdinalModel:
    frame = ordinal_answers([0.4, 0.1])
    frame["sat"] = frame["sat"].replace(3.0, 5.0)
    return ordinal_model(frame, outcome="sat", drivers=["service 0"], link="probit", top=1)


def unequal() -> OrdinalModel:
    result = ordinal([0.6, 0.2])
    table = result.proportionality.assign(p_adjusted=[0.001, 0.03])
    return replace(result, proportionality=table)


def without_chances() -> ChoiceModel:
    result = choices([0.0] * 6, n=60)
    missing = dict.fromkeys(["ci_low", "ci_high", "p_value"], np.nan)
    return replace(result, importance=result.importance.assign(**missing))


STORIES: dict[str, Callable[[], Result]] = {
    "ordinal": lambda: ordinal([0.6, 0.2, 0.0]),
    "ordinal, nothing": lambda: ordinal([0.0] * 6, n=120),
    "ordinal, two levels": one_level_missing,
    "ordinal, unequal": unequal,
    "choice": lambda: choices([1.5, 0.5, 0.0]),
    "choice, nothing": lambda: choices([0.0] * 6, n=60),
    "choice, missing": without_chances,
    "choice, followed": lambda: followed(choices([1.5, 0.5, 0.0])),
    "choice, followed, nothing": lambda: followed(choices([0.0] * 6, n=60)),
    "choice, above most": lambda: choices([3.0, 0.0, 0.0, 0.0]),
    "what if, followed": lambda: what_if(followed(choices([1.5, 0.5, 0.0]))),
    "what if, followed, less": lambda: what_if(followed(choices([1.5, 0.5, 0.0])), -0.05),
    "what if, followed, nothing": lambda: what_if(followed(choices([0.0] * 3, n=60))),
    "what if": lambda: what_if(choices([1.5, 0.5, 0.0])),
    "what if, less": lambda: what_if(choices([1.5, 0.5, 0.0]), -0.05),
    "what if, two banks": lambda: what_if(choices([1.0], banks=2, n=80)),
}


@pytest.mark.parametrize("name", STORIES)
def test_every_story_holds(name: str) -> None:
    result = STORIES[name]()
    told = result.story(focus="Harbour Bank")
    assert str(told.headline) == str(result.story().headline)
    assert told.findings
    for language in LANGUAGES:
        use_language(language)
        for text in all_texts(told):
            said = translate(text, language)
            assert "{" not in said
            assert language == "en" or said != str(text), f"no translation: {text.text}"
    for shown in told.exhibits.values():
        assert shown.data is not None
        assert shown.draw is None or (shown.alt is not None and shown.draw().get_xlabel())


def test_one_clear_leader_is_named(driven: OrdinalModel, chosen: ChoiceModel) -> None:
    first = driven.story().findings[0]
    assert (str(first.headline), first.settled) == ("“service 0” moves sat most.", "clear")
    top = driven.effects.query("measure == 'top2' and driver == 'service 0'").iloc[0]
    assert f"brings {100 * top['estimate']:.1f} percentage points" in str(first.detail)
    rise = chosen.importance["estimate"][0]
    of_panel = followed(chosen).story()
    assert str(of_panel.findings[0].headline) == "“attribute 0” decides most."
    assert of_panel.findings[0].settled == "clear"
    assert f"{100 * rise:.1f} percentage points more likely" in str(of_panel.findings[0].detail)


def followed(result: ChoiceModel) -> ChoiceModel:
    """The same numbers as if what was said came before the choice."""
    facts = dict(result.facts) | {"is_panel": True, "n_kept": 300, "n_changed": 100}
    return replace(result, facts=facts)


CANNOT_TELL = "or say it because they use it, this survey cannot tell."
CAUSAL = ("decide", "wins", "win choices", "likely to be chosen", "chance to be chosen")


def test_a_single_survey_tells_no_cause_and_says_so_in_the_headline(chosen: ChoiceModel) -> None:
    often = choices([3.0, 0.0, 0.0, 0.0, 0.0], n=600)
    story = often.story()
    assert str(story.headline).startswith("Customers say attribute 0 of their own bank more than")
    assert str(story.headline).endswith(CANNOT_TELL)
    assert story.findings[0].settled == "likely"
    assert story.findings[0].headline == story.headline
    nothing = choices([0.0] * 5, n=300).story()
    assert str(nothing.headline).endswith(CANNOT_TELL)
    assert nothing.findings[0].settled == "open"
    two = choices([3.0, 0.0]).story()  # of two, neither is what most are like
    assert two.findings[0].settled == "open"
    for one in (story, nothing, two, chosen.story()):
        said = " ".join(str(text) for text in all_texts(one))
        assert not [word for word in CAUSAL if word in said]
        assert not [found for found in one.findings if found.settled == "clear"]
    assert "own bank" in often.plot().get_xlabel()


def test_a_near_tie_is_only_likely() -> None:
    first = ordinal([0.4, 0.4, 0.0]).story().findings[0]
    assert first.settled == "likely"
    assert "cannot be told from" in str(first.detail)


def test_nothing_to_be_seen_is_a_finding() -> None:
    nothing = ordinal([0.0, 0.0], n=120)
    first, doubtful = nothing.story().findings[:2]
    assert (first.settled, doubtful.settled) == ("open", "open")
    assert "No driver is sure to raise sat." in str(first.headline)
    assert nothing.story().headline == first.headline
    unmoved = choices([0.0, 0.0], n=60)
    assert unmoved.story().findings[0].settled == "open"
    change = unmoved.what_if(brand="Civic", changes={"attribute 0": 0.1})
    assert change.story().findings[0].settled == "open"
    assert "this survey cannot tell" in str(change.story().findings[0].detail)


def test_unequal_slopes_are_told_with_their_direction(driven: OrdinalModel) -> None:
    table = driven.proportionality.assign(p_adjusted=[0.001, 0.03, 0.5])
    table["slope_low"], table["slope_high"] = [0.9, 0.1, 0.0], [0.3, 0.4, 0.0]
    found = replace(driven, proportionality=table).story().findings
    told = {str(one.headline): one.settled for one in found}
    assert told["“service 0” counts more among dissatisfied customers."] == "clear"
    assert told["“service 1” counts more among satisfied customers."] == "likely"


def test_a_what_if_is_a_range_and_open(chosen: ChoiceModel) -> None:
    change = chosen.what_if(brand="Civic", changes={"attribute 0": 0.2})
    mine, rivals = change.story().findings
    assert (mine.settled, rivals.settled) == ("open", "open")
    row = change.glance().iloc[0]
    assert 0 < row["change_low"] < row["change_high"] == row["estimate"]
    ends = f"{100 * row['change_low']:.1f} to {100 * row['change_high']:.1f}"
    assert f"Civic would change by {ends} percentage points" in str(mine.headline)
    assert "“attribute 0” +20 in a hundred customers" in str(mine.detail)
    assert "this survey cannot tell" in str(mine.detail)


def test_a_what_if_of_a_panel_is_likely_at_most(chosen: ChoiceModel) -> None:
    """It rests on a model of independence, whatever its interval."""
    panel = followed(chosen)
    change = panel.what_if(brand="Civic", changes={"attribute 0": 0.2})
    assert change.story().findings[0].settled == "likely"
    assert np.isnan(change.glance()["change_low"].item())
    points = 100 * change.glance()["estimate"].item()
    assert f"Civic could win {points:.1f} percentage points" in str(change.story().headline) + str(
        change.story().findings[0].headline
    )
    less = panel.what_if(brand="Civic", changes={"attribute 0": -0.2})
    assert "would lose" in str(less.story().headline)


@pytest.mark.parametrize(
    ("estimate", "said"), [(-0.6, "stand in for each other"), (0.6, "gain by being rated")]
)
def test_a_model_that_fails_its_test_says_so(
    chosen: ChoiceModel, estimate: float, said: str
) -> None:
    facts = dict(chosen.facts) | {"p_independence": 0.001}
    pair = {"brand_a": "Civic", "brand_b": "Kestrel", "n": 90, "estimate": estimate}
    pairs = pd.DataFrame([pair | {"p_adjusted": 0.001}])
    found = replace(chosen, facts=facts, independence=pairs).story().findings
    assert said in str(found[-1].headline)
    for language in LANGUAGES[1:]:
        for text in (found[-1].headline, found[-1].detail):
            assert translate(text, language) != str(text)


def test_a_promised_table_of_movers_is_shown(chosen: ChoiceModel) -> None:
    alone = followed(chosen).story()
    assert "movers" not in alone.exhibits
    assert not any("a table shows both" in str(one.detail) for one in alone.findings)
    rows = pd.DataFrame({"mover": ["keep", "change"], "term": chosen.importance["attribute"][0],
                         "n": [300, 100], "estimate": [1.0, 0.5], "std_error": 0.2})  # fmt: skip
    both = replace(followed(chosen), movers=rows).story()
    assert any("a table shows both" in str(one.detail) for one in both.findings)
    shown = both.exhibits["movers"].data
    assert shown["mover"].tolist() == ["keep their bank", "change it"]
    assert shown["attribute"].tolist() == [chosen.importance["label"][0]] * 2
