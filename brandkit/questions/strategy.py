"""What is asked of several kinds of evidence together: is it seen, and what to do."""

from __future__ import annotations

from typing import Any

from brandkit.core.message import Message
from brandkit.overlap import cells_sold
from brandkit.questions.question import Asking, Question
from brandkit.strategy import distance_link, strategy_reading

PAGE = "04_brief"
NO_LINK = Message(
    "Whether banks that sell alike are seen alike takes a catalogue and an image of at least four "
    "banks that both know."
)
NO_OPTIONS = Message(
    "Where the bank could stand instead takes its catalogue and those of its rivals ([catalog] and "
    "focus in study.toml)."
)


def _links(a: Asking) -> Any:
    return distance_link(a["overlap"], perceived=a.require(a["stability"] or a["map"]))


def _strategy(a: Asking) -> Any:
    possible = [*a.possible, *(cell for one in a.catalogs.values() for cell in cells_sold(one))]
    return strategy_reading(
        a["gaps"], what_ifs=a["what_ifs"], value=a["choice"], claims=a["claims"], possible=possible
    )


QUESTIONS = (
    Question(
        name="links", page=PAGE, text=Message("Do customers see what is sold?"), call=_links,
        need=("overlap",), may=("stability", "map"), takes=NO_LINK,
        keys=("catalog",),
    ),
    Question(
        name="strategy", page=PAGE, reads=("catalog",),
        text=Message("Where could we stand instead?"), call=_strategy,
        need=("gaps",), may=("what_ifs", "choice", "claims"), of_focus=True, takes=NO_OPTIONS,
        keys=("catalog", "study.focus"),
    ),
)  # fmt: skip
