"""What a report on positioning shows of results, and says where a study has no evidence."""

from __future__ import annotations

import pandas as pd

from brandkit.core.message import Message
from brandkit.language import translate
from brandkit.positioning.image.stability import MapStability
from brandkit.positioning.options.repositioning import Repositioning
from brandkit.positioning.options.story import move_words

NO_ANSWERS = Message(
    "Which banks are really different takes the answers of single respondents (images in the "
    "[survey] of study.toml); a table of mentions cannot tell."
)
ONE_WAVE = Message("Who moved takes the same image questions in two waves (wave in study.toml).")
NO_ROOM = Message(
    "Where there is room takes the answers of single respondents about at least four banks."
)
NO_WHAT_IF = Message(
    "What a change would do takes the answers of single respondents about the focus bank (images "
    "in [survey] and focus in [study] of study.toml)."
)


def place_rows(result: MapStability) -> pd.DataFrame:
    """Give the banks' places with their errors and bases, one row a bank and axis."""
    points = result.points.rename(columns={"label": "brand"})
    return points[
        ["brand", "axis", "coordinate", "std_error", "ci_low", "ci_high", "ci_level", "n"]
    ]


def move_rows(result: Repositioning) -> pd.DataFrame:
    """Give the what-ifs with what they would do."""
    rows = result.moves
    moves = [
        words if isinstance(words := move_words(str(move)), str) else translate(words)
        for move in rows["move"]
    ]
    return rows.assign(move=moves)[
        ["move", "map_distance", "nearest_then", "distance_now", "distance_then",
         "further_support", "choice_change", "ci_low", "ci_high"]
    ]  # fmt: skip
