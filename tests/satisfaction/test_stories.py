"""Every story of the scores' side holds: whatever the data and the focus, in every language."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from benchmarks.simulations.alikeness import market
from benchmarks.simulations.scores import Market
from brandkit.core.labels import known_focus
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.core.story import Story
from brandkit.language import LANGUAGES, translate, translation, use_language
from brandkit.satisfaction import (
    group_comparison,
    partial_pooling,
    perceived_alikeness,
    satisfaction_scores,
    scale_reliability,
    survey_weights,
)
from brandkit.sources import read_study


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    use_language("en")
    plt.close("all")


def _answers(persons: int = 150) -> pd.DataFrame:
    frame = Market().sample(np.random.default_rng(5), persons)
    return frame.assign(
        wave=2025 + frame["id"] % 2, rec=(frame["sat"] + frame["id"] % 4).clip(0, 10)
    )


def _compared(frame: pd.DataFrame, **options: object) -> Result:
    asked = {"items": ["sat", "rec"], "by": "brand", "wave": "wave", "limits": (0, 10)}
    return group_comparison(frame, respondent="id", **{**asked, **options})


def _rated(persons: int, spread: float, **options: object) -> Result:
    frame = market(persons, spread=spread, image=spread / 2).sample(
        np.random.default_rng(1), persons
    )
    frame["bank"] = frame["bank"].map("ABCDEF".__getitem__)
    frame["wave"] = np.where(frame["id"] < persons / 2, "2025", "2026")
    asked = {"items": ["rating"], "images": ["t0", "t1", "t2"], "smallest_difference": 0.5}
    return perceived_alikeness(
        frame, brand="bank", respondent="id", draws=100, **{**asked, **options}
    )


def _pooled(values: list[float], errors: list[float]) -> Result:
    table = {"brand": list("ABCDEF")[: len(values)], "estimate": values, "std_error": errors}
    return partial_pooling(pd.DataFrame(table), label="brand")


def _scale(noise: float = 1.0, **columns: object) -> Result:
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(rng.normal(size=(60, 1)) + noise * rng.normal(size=(60, 4)))
    frame = frame.set_axis(list("abcd"), axis=1).assign(**columns)
    return scale_reliability(frame, items=list("abcd"))


def _sample(method: Callable[..., Result], **options: object) -> Result:
    return method(read_study("sample").survey, **options)


def _weights(men: int, share: float = 0.5, **options: object) -> Result:
    frame = pd.DataFrame({"sex": ["f"] * 60 + ["m"] * men, "wave": ["1", "2"] * (30 + men // 2)})
    return survey_weights(frame, margins={"sex": {"f": 1 - share, "m": share}}, **options)


CASES: dict[str, Callable[[], Result]] = {
    "sample compared": lambda: _sample(group_comparison, items=["sat1", "recommend"]),
    "sample scored": lambda: _sample(satisfaction_scores, items="sat1", by="brand"),
    "sample alike": lambda: _sample(perceived_alikeness, items=["sat1"], draws=100),
    "sample weighted": lambda: _sample(
        survey_weights, margins={"stratum": _even(read_study("sample").survey.responses["stratum"])}
    ),
    "compared": lambda: _compared(_answers()),
    "compared, one level": lambda: _compared(_answers(), levels=(0.95,)),
    "compared, percentages": lambda: _compared(_answers(), measures="top2"),
    "compared, few": lambda: _compared(_answers(8)),
    "compared, one mind": lambda: _compared(_answers().assign(sat=7, rec=7)),
    "compared, one bank left": lambda: _compared(_one_left(), wave=None),
    "compared, one in both waves": lambda: _compared(_half_gone()),
    "scored": lambda: satisfaction_scores(_answers(), items="sat", by="brand", respondent="id"),
    "scored, whole": lambda: satisfaction_scores(_answers(), items="sat", respondent="id"),
    "scored, few": lambda: satisfaction_scores(_answers(3), items="sat", by="brand"),
    "alike": lambda: _rated(1000, 0.05, wave="wave"),
    "different": lambda: _rated(400, 1.2, items=["rating"], wave="wave"),
    "neither": lambda: _rated(60, 0.0),
    "images": lambda: _rated(60, 0.3, items=None, smallest_difference=None),
    "ratings": lambda: _rated(60, 0.3, images=None),
    "pooled": lambda: _pooled([7.0, 7.4, 7.6, 8.2, 8.3], [0.1] * 4 + [0.8]),
    "pooled, flat": lambda: _pooled([5.0, 5.0, 5.0, 5.0], [1.0] * 4),
    "scale": _scale,
    "scale, fair": lambda: _scale(1.5),
    "scale, poor": lambda: _scale(5.0),
    "scale, turned": lambda: _scale(c=np.linspace(3, -3, 60), d=np.linspace(-3, 3, 60)),
    "scale, constant": lambda: _scale(a=1.0, b=2.0),
    "weights": lambda: _weights(50),
    "weights, costly": lambda: _weights(4, wave="wave", trim=3),
}  # fmt: skip


def _even(column: pd.Series) -> dict[object, float]:
    return dict.fromkeys(column.unique(), 1 / column.nunique())


def _one_left() -> pd.DataFrame:
    frame = _answers()
    return frame[(frame["brand"] == "A") | (frame["id"] < 4)]


def _half_gone() -> pd.DataFrame:
    frame = _answers()
    return frame[(frame["brand"] == "A") | (frame["wave"] == 2025)]


@cache
def result_of(case: str) -> Result:
    return CASES[case]()


#: Said by core, whose own catalogue has it.
OF_CORE = {
    note.text for what in ("banks", "segments") for note in known_focus("?", [], what=what)[1]
}


def texts_of(story: Story) -> list[Message]:
    texts = [story.headline, *([story.lede] if story.lede else [])]
    texts += [text for one in story.findings for text in (one.headline, one.detail)]
    texts += [one.text for one in story.actions]
    for exhibit in story.exhibits.values():
        texts += [exhibit.caption, *([exhibit.alt] if exhibit.alt else []), *exhibit.notes]
        texts += [head for head in exhibit.heads.values() if isinstance(head, Message)]
    return [text for text in texts if text.text not in OF_CORE]


@pytest.mark.parametrize("case", CASES)
def test_every_story_holds(case: str) -> None:
    result = result_of(case)
    for focus in (None, "A", "Harbour Bank", "nobody", 1.0):
        story = result.story(focus=focus)
        assert story.findings
        assert str(story.headline)
        assert not str(story.headline).endswith(".") or story.headline == story.findings[0].headline
        assert all(str(one.headline).endswith(".") for one in story.findings)
        assert story.exhibits
        for exhibit in story.exhibits.values():
            assert exhibit.data is not None
            assert len(exhibit.data)
            assert (exhibit.draw is None) == (exhibit.alt is None)
        assert {one.about for one in story.actions} <= set(story.exhibits)
        for language in LANGUAGES:
            for text in texts_of(story):
                assert translation(text, language) is not None or not text.text, text.text
                assert "{" not in translate(text, language)


@pytest.mark.parametrize("case", CASES)
def test_every_figure_of_a_story_is_drawn(case: str) -> None:
    result = result_of(case)
    use_language("zh-Hant")
    for focus in (None, "A", "nobody"):
        assert isinstance(result.plot(focus=focus), Axes)
        for exhibit in result.story(focus=focus).exhibits.values():
            ax = exhibit.draw() if exhibit.draw else None
            assert ax is None or ax.get_xlabel()
            assert ax is None or not ax.get_xlabel().isascii()
        plt.close("all")


def test_an_unknown_focus_is_noted_and_counts_as_none() -> None:
    result = result_of("compared")
    unknown, none = result.story(focus="nobody"), result.story()
    assert unknown.headline == none.headline
    assert unknown.findings == none.findings
    said = set(unknown.exhibits["scores"].notes) - set(none.exhibits["scores"].notes)
    assert [str(note) for note in said] == ["nobody is not among the banks compared here."]


def test_actions_follow_from_tests_alone() -> None:
    rng = np.random.default_rng(8)
    frame = Market(levels=(5.0, 6.5, 7.0, 8.0, 8.0, 9.5)).sample(rng, 300)
    result = group_comparison(frame, items="sat", by="brand", respondent="id", limits=(0, 10))
    assert [one.verb for one in result.story(focus="F").actions] == ["keep"]
    assert [one.verb for one in result.story(focus="A").actions] == ["fix"]
    assert not result.story(focus="D").actions
    assert not result.story().actions


# --- one bank is one bank ------------------------------------------------------------------------


def _coded(kind: str) -> pd.DataFrame:
    """Banks 1, 2, 3 as a file gives them: whole, as floats beside a gap, or as text."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"id": np.arange(601) // 3, "bank": np.tile([1, 2, 3], 201)[:601]})
    frame["sat"] = rng.integers(3, 10, 601) + (frame["bank"] == 3)
    frame["wave"] = 2025 + frame["id"] % 2
    if kind == "gap":
        frame["bank"] = frame["bank"].astype(float)
        frame["wave"] = frame["wave"].astype(float)
        frame.loc[600, ["bank", "wave"]] = np.nan
        return frame
    return frame.iloc[:600].astype({"bank": kind, "wave": kind})


@pytest.mark.parametrize("kind", ["int64", "float64", "float32", "str", "gap"])
def test_banks_are_text_and_one_however_a_file_writes_them(kind: str) -> None:
    frame, by = _coded(kind), {"brand": "bank"}
    scores = satisfaction_scores(frame, items="sat", by=by, respondent="id")
    assert scores.scores["brand"].unique().tolist() == ["1", "2", "3"]
    compared = group_comparison(frame, items="sat", by=by, wave="wave", respondent="id")
    assert compared.groups["label"].unique().tolist() == ["1", "2", "3"]
    assert set(compared.changes["wave_a"]) == {"2025"}
    alike = perceived_alikeness(
        frame, brand="bank", items=["sat"], respondent="id", smallest_difference=0.5, draws=100
    )
    assert alike.brands["brand"].tolist() == ["1", "2", "3"]
    means = scores.scores[scores.scores["measure"] == "mean"]
    table = pd.concat([means, means.assign(brand="4")]).head(4).assign(brand=[1.0, 2, 3, 4])
    pooled = partial_pooling(table, label="brand")
    assert pooled.estimates["label"].tolist() == ["1", "2", "3", "4"]
    weighted = survey_weights(frame.iloc[:600:3].assign(bank=frame["bank"].to_numpy()[:200]),
                              margins={"bank": {1: 0.4, 2.0: 0.3, "3": 0.3}})  # fmt: skip
    assert weighted.margins["label"].tolist() == ["1", "2", "3"]
    for result in (scores, compared, alike, pooled):
        said = [result.story(focus=focus).headline for focus in ("1", "1.0", 1, 1.0)]
        assert len(set(said)) == 1
        assert "not among" not in " ".join(
            str(note) for one in result.story(focus=1.0).exhibits.values() for note in one.notes
        )
        assert isinstance(result.plot(focus=1.0), Axes)
