"""Ending a notebook early, where a study has no evidence for its question."""

from __future__ import annotations

from typing import NoReturn

from IPython.display import display

from brandkit.core.errors import BrandkitError
from brandkit.core.message import Message
from brandkit.report.blocks import note


class LeftOut(BrandkitError):
    """The study's evidence does not answer this notebook's question."""

    def _render_traceback_(self) -> list[str]:
        """Show one line in JupyterLab: nothing went wrong."""
        return [str(self)]


def leave_out(message: Message | str) -> NoReturn:
    """End a notebook here: the report says why, and shows what came before.

    Parameters
    ----------
    message : Message or str
        What cannot be answered, and what it would take.

    Raises
    ------
    LeftOut
        Always; the exporter takes it as the notebook's proper end.

    Examples
    --------
    >>> leave_out("How alike the products are: this needs a catalogue.")
    Traceback (most recent call last):
    brandkit.report.left_out.LeftOut: How alike the products are: this needs a catalogue.
    """
    block = note(message)
    display(block)  # type: ignore[no-untyped-call]
    raise LeftOut(block.text.text)
