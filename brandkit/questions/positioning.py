"""What is asked of the banks' image: where they stand, who moved, where there is room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brandkit.core.message import Message
from brandkit.positioning import (
    claim_check,
    component_map,
    correspondence_map,
    map_stability,
    opportunities,
    repositioning,
    wave_movement,
)
from brandkit.questions.question import Asking, Question
from brandkit.questions.satisfaction import n_brands, wide_battery

PAGE = "03_positioning"
NO_IMAGE = Message(
    "How customers describe the banks: it takes a table of brands by attributes ([brand_table] "
    "in study.toml) or a survey's pick-any image questions (images in its [survey])."
)
NO_ANSWERS = Message(
    "Which banks are really different takes the answers of single respondents (images in the "
    "[survey] of study.toml); a table of totals cannot tell."
)
#: What a what-if raises, in shares of the bank's base, and how many are looked at.
RAISE, MOST_MOVES = 0.10, 3
#: The steps of the grid that a reader tries out, in points, and words that it holds.
STEPS, MOST_WORDS = (5, 10, 15, 20), 15

_IMAGE: dict[str, Any] = {
    "page": PAGE, "reads": ("survey",), "keys": ("survey",),
    "arguments": {
        "attributes": "survey.images", "brand": "survey.brand", "images": "survey.images",
        "wave": "survey.wave", "weight": "survey.weight", "respondent": "survey.respondent",
    },
}  # fmt: skip


def _map(a: Asking) -> Any:
    image = a.require(a.brand_image)
    kept = image.values.drop(index=[*image.supplementary_brands])
    axes = max(1, min(2, len(kept) - 1, image.values.shape[1] - 1))
    aside = {
        "supplementary_rows": image.supplementary_brands,
        "supplementary_columns": image.supplementary_attributes,
    }
    if image.kind == "ratings":  # a mean counts nothing that could be shared out
        return component_map(image.values, axes=axes, **aside)
    return correspondence_map(image.values, axes=axes, scaling="row_green", **aside)


def _image_answers(a: Asking) -> tuple[Any, dict[str, Any]]:
    """Give the respondents' answers on image: rows a bank, or a battery with a column a bank."""
    if n_brands(a.survey) > 1:
        a.require(a.section.images)
        return a.survey, {"attributes": a.section.images, "weight": a["weights"]}
    return a.require(wide_battery(a.survey, a.section.images)), {}


def _stability(a: Asking) -> Any:
    answers, options = _image_answers(a)
    return map_stability(answers, seed=a.seed, **options)


def _claims(a: Asking) -> Any:
    smallest = a.section.smallest_gap
    return claim_check(a["stability"], **({} if smallest is None else {"smallest_gap": smallest}))


def _movement(a: Asking) -> Any:
    wave = a.survey.design.wave
    a.require(wave is not None and a.survey.responses[wave].nunique() > 1)
    answers, options = _image_answers(a)
    return wave_movement(answers, seed=a.seed, **options)


def _opportunities(a: Asking) -> Any:
    stability = a["stability"]
    on_map = set(stability.map.rows["label"].astype(str))
    return opportunities(stability, brand=a.focus if a.focus in on_map else None, seed=a.seed)


def _what_ifs(a: Asking) -> Any:
    """Ask what ten points more would do for the focus bank, where it counts most."""
    stability, choice = a["stability"], a["choice"]
    cells = stability.cells[stability.cells["brand"].astype(str) == a.focus]
    present = dict(zip(cells["attribute"].astype(str), cells["share"], strict=True))
    wanted = [name for name in _wanted(choice, a["opportunities"]) if name in present]
    a.require(wanted)
    moves: dict[str, Mapping[str, float]] = {
        name: {name: min(RAISE, 1.0 - present[name])} for name in wanted[:MOST_MOVES]
    }
    return repositioning(stability, brand=a.focus, changes=moves, preference=choice, seed=a.seed)


class _OncePerWord:
    """Asks a choice model once a word: with one flag raised, all it gives grows with the points."""

    def __init__(self, choice: Any) -> None:
        self.choice = choice
        self.known: dict[str, tuple[float, Any]] = {}

    def share_changes(self, brand: str, changes: dict[str, float]) -> Any:
        """Give the change of every share."""
        ((word, by),) = changes.items()
        if word not in self.known:
            self.known[word] = (by, self.choice.share_changes(brand, changes))
        first, found = self.known[word]
        numbers = found.select_dtypes("number").columns
        return found.assign(**{name: found[name] * (by / first) for name in numbers})


def _grid(a: Asking) -> Any:
    """Ask of every word what some points more would do, step by step."""
    stability, choice = a["stability"], a["choice"]
    a.require(a.focus in stability.brands)
    shares = stability.shares.loc[a.focus]
    axes = stability.map.columns
    weight = axes[axes["axis"].isin([1, 2])].groupby("label", sort=False)["contribution"].sum()
    words = weight.sort_values(ascending=False, kind="stable").index[:MOST_WORDS]
    moves: dict[str, Mapping[str, float]] = {
        f"{word} +{step}": {str(word): step / 100}
        for word in words
        for step in STEPS
        if shares[word] + step / 100 <= 1
    }
    known = None if choice is None else _OncePerWord(choice)
    return repositioning(
        stability, brand=a.focus, changes=a.require(moves), preference=known, seed=a.seed
    )


def _wanted(choice: Any, room: Any) -> list[str]:
    """Name the attributes to raise, the most promising first."""
    if choice is not None:
        ranked = choice.importance.sort_values("estimate", ascending=False, kind="stable")
        return [str(label) for label in ranked["label"]]
    if room is None or room.changes.empty:
        return []
    first = room.changes[room.changes["spot"] == room.changes["spot"].iloc[0]]
    ranked = first.sort_values("change", ascending=False, kind="stable")
    return [str(name) for name in ranked["attribute"]]


QUESTIONS = (
    Question(
        name="map",
        pools=True,
        text=Message("Where do customers see the banks?"),
        call=_map,
        takes=NO_IMAGE,
        unless="stability",
        **{
            **_IMAGE,
            "reads": ("brand_table", "survey"),
            "keys": ("image",),
            "arguments": {
                "counts": "brand_table.source",
                "supplementary_rows": "brand_table.supplementary_brands",
            },
        },
    ),
    Question(
        name="stability",
        pools=True,
        text=Message("How sure are their places?"),
        call=_stability,
        may=("weights",),
        takes=NO_ANSWERS,
        **_IMAGE,
    ),
    Question(
        name="claims",
        text=Message("What may a bank claim?"),
        need=("stability",),
        call=_claims,
        takes=NO_ANSWERS,
        **_IMAGE,
    ),
    Question(
        name="movement",
        text=Message("Who moved?"),
        call=_movement,
        may=("weights",),
        takes=Message(
            "Who moved takes the same image questions in two waves (wave in study.toml)."
        ),
        **{**_IMAGE, "keys": ("survey.wave",), "page": "06_market"},
    ),
    Question(
        name="opportunities",
        text=Message("Where is there room?"),
        call=_opportunities,
        need=("stability",),
        of_focus=True,
        takes=Message(
            "Where there is room takes the answers of single respondents about at least four banks."
        ),
        **_IMAGE,
    ),
    Question(
        name="what_ifs",
        text=Message("What would a change do?"),
        call=_what_ifs,
        need=("stability",),
        may=("choice", "opportunities"),
        of_focus=True,
        takes=Message(
            "What a change would do takes the answers of single respondents about the focus bank "
            "(images in [survey] and focus in [study] of study.toml)."
        ),
        **{**_IMAGE, "keys": ("survey", "study.focus")},
    ),
    Question(
        name="grid",
        text=Message("What would each word do, step by step?"),
        call=_grid,
        need=("stability",),
        may=("choice",),
        of_focus=True,
        leads=False,
        takes=Message(
            "What each word would do takes the answers of single respondents about the focus bank "
            "(images in [survey] and focus in [study] of study.toml)."
        ),
        **{**_IMAGE, "keys": ("survey", "study.focus")},
    ),
)
