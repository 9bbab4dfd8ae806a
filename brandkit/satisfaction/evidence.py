"""What a report on satisfaction says where a study has no evidence for a part of it."""

from __future__ import annotations

from brandkit.core.message import Message

NO_SURVEY = Message(
    "Whether customers are satisfied takes their answers ([survey] in study.toml); this study has "
    "none."
)
NO_RATINGS = Message(
    "The survey has no ratings and no image of several banks that could be compared (outcome, "
    "drivers, blocks or images in the [survey] of study.toml)."
)
NO_SCORES = Message(
    "Who satisfies takes a rating of satisfaction or recommendation, and several banks or groups "
    "of customers (outcome, recommend and segments in the [survey] of study.toml)."
)
ONE_WAVE = Message("What has changed takes two waves of the survey (wave in study.toml).")
ONE_BANK = Message(
    "Whether customers notice a difference takes answers about at least two banks (brand in the "
    "[survey] of study.toml)."
)
NO_RATED_PAIRS = Message(
    "Which banks are rated alike takes a rating (outcome in the [survey] of study.toml)."
)
NO_MODEL = Message(
    "How image, quality, value and loyalty hang together takes blocks of questions and the paths "
    "between them (blocks and paths in the [survey] of study.toml)."
)
NO_SEGMENTS = Message(
    "For whom what matters takes groups of customers and drivers (segments and drivers in the "
    "[survey] of study.toml)."
)
NO_CHOICE = Message(
    "What wins customers takes the bank they chose among those they describe (choice and images "
    "in the [survey] of study.toml, one row a respondent and bank)."
)
NO_SCALE = Message("How well questions hang together takes blocks of several questions.")
NO_PRIORITIES = Message(
    "What to do first takes services that the survey rates for the focus bank and its rivals "
    "(drivers and focus in study.toml)."
)
