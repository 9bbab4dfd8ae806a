"""The explorer: a map, bars and a matrix that a reader can ask, without a server."""

from brandkit.page.explore.model import Explored, Pair, Step, View

__all__ = ["Explored", "Pair", "Step", "View"]
