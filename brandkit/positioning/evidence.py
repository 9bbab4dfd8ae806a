"""What a report on positioning says where a study has no evidence."""

from __future__ import annotations

from brandkit.core.message import Message

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
