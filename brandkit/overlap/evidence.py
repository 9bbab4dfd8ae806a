"""What a report on overlap says where a study has no evidence for a part of it."""

from __future__ import annotations

from brandkit.core.message import Message

NO_CATALOG = Message(
    "How alike the products are cannot be told: the study has no catalogue of at least two banks' "
    "products."
)
ONE_DATE = Message(
    "Since when banks are alike takes catalogues of at least two dates; this study has one."
)
NO_FOCUS = Message("What sets a bank apart takes a focus bank; this study names none.")
NO_BRANCHES = Message("Where banks meet takes their branches by market; this study has none.")
