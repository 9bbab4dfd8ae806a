"""What the indices and components of a history are called where people read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from brandkit.core.message import Message

INDEX_NAMES: Mapping[str, Message] = MappingProxyType({
    "all_own": Message("all banks"),
    "panel_own": Message("the same banks"),
    "panel_fixed": Message("in the same words"),
    "panel_fixed_disclosed": Message("told at both ends"),
    "chained": Message("linked date to date"),
})  # fmt: skip
COMPONENT_NAMES: Mapping[str, Message] = MappingProxyType({
    "total": Message("All in all"),
    "entry_exit": Message("Banks come and go"),
    "vocabulary": Message("New words"),
    "disclosure": Message("More is told"),
    "real": Message("Real change"),
})  # fmt: skip
