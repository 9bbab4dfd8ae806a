"""The old name of :mod:`brandkit.strategy`: what is asked of it is taken from there."""

from importlib import import_module
from typing import Any


def __getattr__(name: str) -> Any:
    return getattr(import_module("brandkit.strategy"), name)
