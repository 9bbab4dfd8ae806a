"""What is asked of the market: what share of whom, and what others published."""

from __future__ import annotations

from typing import Any

from brandkit.core.message import Message
from brandkit.market import league_table
from brandkit.questions.question import Asking, Question

PAGE = "02_satisfaction"
NO_LEAGUE = Message(
    "What published rankings tell apart takes one ([[league_tables]] in study.toml, with n)."
)


def _league(a: Asking) -> Any:
    leagues = a.require(a.league_tables)
    beside, scores = {}, a["scores"]
    if scores is not None and a.section.brand:
        rows = scores.groups[scores.groups["measure"].isin(("mean", "nps"))]
        for item, own in rows.dropna(subset="estimate").groupby("item"):
            name = scores.labels.get(item, item)
            beside[name] = dict(zip(own["label"], own["estimate"], strict=True))
    return league_table(leagues, beside=beside, level=a.settings.report.level)


QUESTIONS = (
    Question(
        name="league_table", page=PAGE, reads=("league_tables",),
        text=Message("What do published rankings really tell apart?"), call=_league,
        may=("scores",), takes=NO_LEAGUE, keys=("league_tables",),
    ),
)  # fmt: skip
