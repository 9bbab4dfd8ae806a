"""Drawing of what customers' answers say of each claim."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from brandkit.core.message import Message
from brandkit.language import translate
from brandkit.positioning.claims import ClaimCheck
from brandkit.viz.maps import MOST_BRANDS, check_focus
from brandkit.viz.names import row_names
from brandkit.viz.palette import PALETTE
from brandkit.viz.theme import WIDTH, new_axes, rows_height, theme

NAME_LINE, COLUMN_LINE = 30, 24
CELL, AROUND = 0.29, 1.9
"""Inches of a row, and of what stands around the rows."""

_SAYS = {
    "supported": Message("supported"),
    "contradicted": Message("contradicted"),
    "weak": Message("neither"),
}


def plot_claim_check(
    result: ClaimCheck, *, ax: Axes | None = None, focus: str | None = None
) -> Axes:
    """Draw every claim: a filled circle where it is supported, a cross where contradicted.

    Attributes are rows, brands columns; a small dot says that the answers settle neither, and an
    empty cell that nobody made the claim. Beyond 30 brands those of which most is said are drawn,
    and the focus.

    Parameters
    ----------
    result : ClaimCheck
    ax : Axes, optional
        Where to draw; new axes where not given.
    focus : str, optional
        The brand whose column is in the accent.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        Where the focus makes no claim.

    Examples
    --------
    >>> from brandkit.positioning.claims import claim_check
    >>> from brandkit.positioning.examples import small_image
    >>> result = claim_check(small_image(), brand="brand", respondent="respondent",
    ...                      attributes=["fair", "modern", "near"], draws=200)
    >>> [label.get_text() for label in plot_claim_check(result).get_yticklabels()]
    ['fair', 'modern', 'near']
    """
    check_focus(focus, result.claims["brand"].unique())
    claims = _drawn(result.claims, focus)
    brands = list(dict.fromkeys(claims["brand"]))
    attributes = list(dict.fromkeys(claims["attribute"]))
    if ax is None:
        ax = new_axes(WIDTH, max(CELL * len(attributes) + AROUND, rows_height(4)))
    with theme():
        for spine in ax.spines.values():
            spine.set_visible(False)
        _draw_grid(ax, len(attributes), len(brands))
        across = claims["brand"].map({name: at for at, name in enumerate(brands)}).to_numpy()
        down = claims["attribute"].map({name: at for at, name in enumerate(attributes)}).to_numpy()
        kind = claims["claim"].to_numpy()
        is_focus = claims["brand"].to_numpy() == focus
        for name, marker, size in (
            ("supported", "o", 62),
            ("contradicted", "x", 44),
            ("weak", ".", 14),
        ):
            for marked, colour in ((False, PALETTE["ink"]), (True, PALETTE["accent"])):
                which = (kind == name) & (is_focus == marked)
                colour = PALETTE["soft"] if name == "weak" else colour
                ax.scatter(across[which], down[which], s=size, marker=marker, c=colour,
                           linewidths=1.8 if marker == "x" else 0.0, zorder=3,
                           label="" if marked else translate(_SAYS[name]))  # fmt: skip
        ax.set_xticks(np.arange(len(brands)), row_names(brands, line=COLUMN_LINE), rotation=90)
        ax.set_yticks(np.arange(len(attributes)), row_names(attributes, line=NAME_LINE))
        ax.set(xlim=(-0.5, len(brands) - 0.5), ylim=(len(attributes) - 0.5, -0.5))
        for label, brand in zip(ax.get_xticklabels(), brands, strict=True):
            label.set_color(PALETTE["accent"] if brand == focus else PALETTE["ink"])
            label.set_fontweight("bold" if brand == focus else "normal")
        for label in ax.get_yticklabels():
            label.set_color(PALETTE["ink"])
        ax.legend(loc="lower right", bbox_to_anchor=(1, 1.0), ncols=3, handletextpad=0.2,
                  columnspacing=1.2, borderaxespad=0.2)  # fmt: skip
    return ax


def _drawn(claims: pd.DataFrame, focus: str | None) -> pd.DataFrame:
    """Give the claims of the brands of which most is said."""
    called = (claims["claim"] != "weak").groupby(claims["brand"], sort=False).sum()
    if len(called) <= MOST_BRANDS:
        return claims
    weight = called.to_numpy(dtype=float) + 1e6 * (called.index == focus)
    chosen = called.index[np.sort(np.argsort(-weight, kind="stable")[:MOST_BRANDS])]
    return claims[claims["brand"].isin(chosen)]


def _draw_grid(ax: Axes, n_rows: int, n_columns: int) -> None:
    for at in range(n_rows + 1):
        ax.axhline(at - 0.5, color=PALETTE["line"], linewidth=1, zorder=1)
    for at in range(n_columns + 1):
        ax.axvline(at - 0.5, color=PALETTE["line"], linewidth=1, zorder=1)
