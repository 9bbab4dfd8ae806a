"""What every capability gives back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from html import escape

import pandas as pd

from brandkit.core.message import Message


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Result(ABC):
    """A frozen set of tidy frames with the caveats a reader must see.

    A subclass adds frames in long form whose columns stand in :mod:`brandkit.core.columns`,
    and says which rows are its estimates (``tidy``) and what describes it as a whole
    (``glance``).

    Parameters
    ----------
    notes : tuple of Message
        Caveats that travel with the numbers into every report.
    """

    notes: tuple[Message, ...] = ()

    @abstractmethod
    def tidy(self) -> pd.DataFrame:
        """Give a fresh frame, one row for each thing estimated."""

    @abstractmethod
    def glance(self) -> pd.DataFrame:
        """Give a fresh frame of exactly one row that describes the whole result."""

    def __repr__(self) -> str:
        name = type(self).__name__
        facts = ", ".join(f"{key}={value}" for key, value in self.glance().iloc[0].items())
        return f"{name}({facts})"

    def _repr_html_(self) -> str:
        notes = "".join(f"<li>{escape(str(note))}</li>" for note in self.notes)
        return (
            f"<p><strong>{type(self).__name__}</strong></p>"
            f"{self.glance().to_html(index=False, border=0)}"
            f"{self.tidy().head(12).to_html(index=False, border=0)}"
            f"{f'<ul>{notes}</ul>' if notes else ''}"
        )
