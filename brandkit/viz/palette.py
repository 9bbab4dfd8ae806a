"""The few colours of brandkit's figures and the names a page knows them by."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

#: Colours by name, as on light paper. A page sets custom properties of the same names
#: (``--ink``, ``--accent-soft``), so that a figure follows it into the dark.
PALETTE: Final = MappingProxyType(
    {
        "ink": "#1b2430",
        "soft": "#5a6472",
        "line": "#d9dde2",
        "accent": "#b3400f",
        "accent-soft": "#f6e3d8",
        "second": "#0b6a63",
        "wash": "#f3f4f1",
        "paper": "#fdfdfb",
    }
)

#: The name of each colour.
COLOUR_NAMES: Final = {colour: name for name, colour in PALETTE.items()}


def css_colour(colour: str) -> str:
    """Write a colour for a page: by its name where it is one of ours.

    Examples
    --------
    >>> css_colour("#1b2430"), css_colour("#808080")
    ('var(--ink,#1b2430)', '#808080')
    """
    name = COLOUR_NAMES.get(colour.lower())
    return f"var(--{name},{colour.lower()})" if name else colour.lower()
