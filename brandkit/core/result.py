"""What every capability gives back: frozen tidy frames that can say, draw and show themselves."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from importlib import import_module
from inspect import signature
from typing import Any

import pandas as pd

from brandkit.core.message import Message
from brandkit.core.story import Exhibit, Story


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Result(ABC):
    """A frozen set of tidy frames with the caveats a reader must see.

    A subclass adds frames in long form whose columns stand in :mod:`brandkit.core.labels`,
    and says which rows are its estimates (``tidy``) and what describes it as a whole
    (``glance``). What it says stands in ``story.py`` beside its method, its figure in ``plot.py``:
    functions of its own noun, imported when asked for.

    Parameters
    ----------
    notes : tuple of Message
        Caveats that travel with the numbers into every report.
    """

    notes: tuple[Message, ...] = ()

    def tidy(self) -> pd.DataFrame:
        """Give a fresh frame, one row for each thing estimated: the first of its frames."""
        values = (getattr(self, one.name) for one in fields(self))
        return next(value for value in values if isinstance(value, pd.DataFrame)).copy()

    @abstractmethod
    def glance(self) -> pd.DataFrame:
        """Give a fresh frame of exactly one row that describes the whole result."""

    def _row(self, columns: str, **computed: object) -> pd.DataFrame:
        """Give one row for ``glance``: its columns are fields of that name, or computed."""
        return pd.DataFrame(
            {
                name: [computed[name] if name in computed else getattr(self, name)]
                for name in columns.split()
            }
        )

    def story(self, *, focus: object = None) -> Story:
        """Say what it says; a focus that it does not know counts as none, with a note."""
        try:
            said = _beside(self, "story")
        except (ModuleNotFoundError, AttributeError):
            return _plain(self)
        story: Story = said(self, focus=focus)
        return story

    def findings(self, *, focus: object = None) -> list[str]:
        """Give its findings as sentences, in English."""
        found = self.story(focus=focus).findings
        return [f"{one.headline} {one.detail} [{one.settled}]" for one in found]

    def plot(self, *, focus: object = None, figure: str = "", **options: Any) -> Any:
        """Draw it, or another figure of its ``plot.py`` by name: Axes, or a Figure of several."""
        drawn = _beside(self, "plot", figure)
        if "focus" in signature(drawn).parameters:
            options["focus"] = focus
        return drawn(self, **options)

    def __repr__(self) -> str:
        name = type(self).__name__
        facts = ", ".join(f"{key}={value}" for key, value in self.glance().iloc[0].items())
        return f"{name}({facts})"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = import_module("brandkit.page.show").mimebundle(self)  # a door up
        return bundle


def noun(kind: type[Result]) -> str:
    """Give the noun of a result: the name of its function.

    Examples
    --------
    >>> noun(type("DriverImportance", (), {}))
    'driver_importance'
    """
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


def _plain(result: Result) -> Story:
    """Show the rows of a result that others read further, such as counts of ticks."""
    rows = result.tidy()
    caption = Message("A table of {n:count} {n:row|rows}.", {"n": len(rows)})
    return Story(caption, exhibits={"rows": Exhibit(caption, data=rows, notes=result.notes)})


def _beside(result: Result, file: str, name: str = "") -> Any:
    """Find the function of a result's noun, or a name, in the file beside its method."""
    kind = type(result)
    module = import_module(f"{kind.__module__.rpartition('.')[0]}.{file}")
    return getattr(module, name or noun(kind))
