"""Which scores an item's scale allows: declared, taken for granted, or refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from brandkit.core.errors import ScaleError
from brandkit.satisfaction.scores.scores import satisfaction_scores


@pytest.fixture
def asked(rng: np.random.Generator) -> pd.DataFrame:
    """Answers from 0 to 10, all of them given."""
    answers = np.r_[np.arange(11), rng.integers(0, 11, 289)]
    return pd.DataFrame({"recommend": answers.astype(float), "id": np.arange(300)})


def nps(frame: pd.DataFrame, **options: object) -> float:
    scores = satisfaction_scores(
        frame, items="recommend", respondent="id", measures="nps", **options
    ).scores
    return float(scores["estimate"].iloc[0])


def said(frame: pd.DataFrame, **options: object) -> str:
    result = satisfaction_scores(frame, items="recommend", respondent="id", **options)
    return " ".join(map(str, result.notes))


class Coded:
    """A survey of one item whose codebook says its scale."""

    def __init__(self, frame: pd.DataFrame, low: float, high: float) -> None:
        self.responses = frame
        self.codebook = pd.DataFrame(
            {"item": ["recommend"], "label": ["would recommend"], "low": [low], "high": [high]}
        )
        self.design = dict.fromkeys(("brand", "weight", "strata", "cluster", "wave"), None) | {
            "respondent": "id"
        }


# --- a peer's trap: the question coded 1 to 10, or 1 to 11 ---------------------------------------


def test_coded_1_to_11_the_score_is_that_of_0_to_10_once_declared(asked) -> None:
    shifted = asked.assign(recommend=asked["recommend"] + 1)
    assert nps(shifted, nps_coding="1-11") == pytest.approx(nps(asked), rel=1e-12)
    assert nps(shifted, limits=(1, 11)) == pytest.approx(nps(asked), rel=1e-12)
    assert "coded 1 to 11, which stands for 0 to 10" in said(shifted, nps_coding="1-11")
    # what a peer that takes 0 to 10 for granted would give
    naive = 100 * ((shifted["recommend"] >= 9).mean() - (shifted["recommend"] <= 6).mean())
    assert naive - nps(asked) > 15


@pytest.mark.parametrize("measures", [None, "nps"])
def test_coded_1_to_11_and_not_declared_it_is_found_and_named(asked, measures) -> None:
    shifted = asked.assign(recommend=asked["recommend"] + 1)
    with pytest.raises(ScaleError, match=r"`nps_coding` must say how 'recommend'.*1 to 11"):
        satisfaction_scores(shifted, items="recommend", measures=measures)


def test_a_codebook_that_is_wrong_about_1_to_11_is_found_and_named(asked) -> None:
    shifted = asked.assign(recommend=asked["recommend"] + 1)
    with pytest.raises(ScaleError, match=r"answers of 11 and none of 0.*looks coded 1 to 11"):
        satisfaction_scores(Coded(shifted, 0, 10), items="recommend")
    right = satisfaction_scores(Coded(shifted, 1, 11), items="recommend", measures="nps").scores
    assert right["estimate"].iloc[0] == pytest.approx(nps(asked), rel=1e-12)


def test_asked_from_1_to_10_it_is_scored_as_declared_and_called_not_comparable(asked) -> None:
    ten = asked.assign(recommend=asked["recommend"].clip(lower=1))
    assert "Nobody answered 0 on recommend" in said(ten)
    told = said(ten, nps_coding="1-10")
    assert "ran from 1 to 10" in told
    assert "not comparable with one asked from 0 to 10" in told
    answers = ten["recommend"]
    expected = 100 * ((answers >= 9).mean() - (answers <= 6).mean())
    assert nps(ten, nps_coding="1-10") == pytest.approx(expected, rel=1e-12)
    assert nps(Coded(ten, 1, 10)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("frame_change", "options", "message"),
    [
        (0, {"nps_coding": "1-10"}, r"on its scale from 1 to 10; found 0 in"),
        (0, {"nps_coding": "1-11"}, r"on its scale from 1 to 11; found 0 in"),
        (0, {"nps_coding": "1-10", "limits": (0, 10)}, r"`nps_coding` must agree with the scale"),
        (0, {"nps_coding": "0-11"}, r"`nps_coding` must be one of '0-10', '1-10', '1-11'"),
        (1, {"limits": (0, 10)}, r"looks coded 1 to 11"),
        (0, {"limits": (1, 5)}, r"must suit each item|on its scale from 1 to 5"),
    ],
)
def test_codings_that_contradict_the_answers_are_refused(
    asked, frame_change: int, options: dict, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        nps(asked.assign(recommend=asked["recommend"] + frame_change), **options)


def test_the_share_of_those_likely_to_recommend_is_no_net_promoter_score(asked) -> None:
    likely = asked.assign(recommend=(asked["recommend"] > 6).astype(float))
    scores = satisfaction_scores(likely, items="recommend", respondent="id").scores
    assert scores["measure"].tolist() == ["mean"]
    with pytest.raises(ScaleError, match=r"nps takes 0 to 10"):
        nps(likely)
    with pytest.raises(ScaleError, match=r"nps takes 0 to 10"):
        nps(asked.assign(recommend=10 * asked["recommend"]), limits=(0, 100))


# --- top two -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("low", "high"), [(1, 5), (0, 10), (1, 7), (1, 10)])
def test_the_top_two_are_those_of_the_declared_scale_not_of_the_answers(low, high) -> None:
    answers = np.arange(low, high - 1)  # nobody gave the top two
    frame = pd.DataFrame({"recommend": np.tile(answers, 20), "id": np.arange(20 * len(answers))})
    for options in ({"limits": (low, high)}, {"limits": {"recommend": (low, high)}}):
        share = satisfaction_scores(
            frame, items="recommend", respondent="id", measures="top2", **options
        ).scores["estimate"]
        assert share.tolist() == [0.0]
    coded = satisfaction_scores(Coded(frame, low, high), items="recommend", measures="top2")
    assert coded.scores["estimate"].tolist() == [0.0]


def test_a_scale_that_nobody_declares_is_said(asked) -> None:
    assert "No codebook says the scale of recommend; 0 to 10 is taken" in said(asked)
    five = asked.assign(recommend=1 + asked["recommend"] % 5)
    assert "only means are given" in said(five)
    with pytest.raises(ScaleError, match=r"a scale nobody declares. Write limits"):
        satisfaction_scores(five, items="recommend", measures="top2")


def test_answers_outside_a_codebook_s_scale_are_missing_and_counted(asked) -> None:
    asked.loc[:2, "recommend"] = 12
    told = said(Coded(asked, 0, 10))
    assert "“recommend” holds 12 in 3 rows, outside its scale from 0 to 10" in told


def test_percentages_have_no_top_two(asked) -> None:
    shares = asked.assign(recommend=10 * asked["recommend"])
    result = satisfaction_scores(shares, items="recommend", respondent="id", limits=(0, 100))
    assert result.scores["measure"].tolist() == ["mean"]
