"""Drawing of service quality by stage of the sale, by dimension or by item."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.satisfaction.service.service import (
    ServiceQuality,
    check_brand,
    part_rows,
    stage_name,
    usual_kind,
)
from brandkit.viz.interval_rows import draw_interval_rows, number_axis
from brandkit.viz.names import row_names
from brandkit.viz.palette import PALETTE
from brandkit.viz.rows import name_rows, write_column
from brandkit.viz.theme import WIDTH, new_axes, rows_height, theme

NAME_LINE: Final = 24
MOST_PARTS: Final = 25


def plot_service_quality(
    result: ServiceQuality,
    *,
    ax: Axes | None = None,
    kind: str | None = None,
    focus: str | None = None,
) -> Axes:
    """Draw the score of every stage, with the focus bank's interval among the other banks.

    A tick is the market, small circles are the other banks. Without a focus the market has the
    interval. Stages stand in the order of the sale, other parts from the best to the worst.

    Parameters
    ----------
    result : ServiceQuality
    ax : Axes, optional
        Where to draw; new axes where not given.
    kind : "stage", "dimension" or "item", optional
        Stages where there are any.
    focus : str, optional
        The bank to mark.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        The kind or the focus is not in the result.

    Examples
    --------
    >>> from brandkit.satisfaction.service.service import service_quality
    >>> answers = pd.DataFrame({"bank": ["a", "b"] * 20, "advice": [6.0, 8] * 20,
    ...                         "fees": [5.0, 7] * 20})
    >>> result = service_quality(answers, items=["advice", "fees"], brand="bank",
    ...                          stages={"advice": "before", "fees": "after"})
    >>> [name.get_text() for name in plot_service_quality(result, focus="a").get_yticklabels()]
    ['before the sale', 'after the sale']
    """
    chosen = usual_kind(result) if kind is None else kind
    check_brand(result, focus)
    market = part_rows(result, kind=chosen)
    order = np.arange(len(market))
    if chosen != "stage":
        order = np.argsort(-market["estimate"].to_numpy(), kind="stable")[:MOST_PARTS]
    market = market.iloc[order].reset_index(drop=True)
    shown = market if focus is None else part_rows(result, kind=chosen, brand=focus)
    shown = shown if focus is None else shown.iloc[order].reset_index(drop=True)
    if ax is None:
        ax = new_axes(WIDTH, rows_height(max(len(market), 3) + 2))
    names = [
        translate(said) if isinstance(said := stage_name(str(name)), Message) else said
        for name in market["name"]
    ]
    with theme():
        _draw_others(ax, result, market["name"].tolist(), kind=chosen, focus=focus)
        rows = np.arange(len(market))
        ax.vlines(market["estimate"], rows - 0.3, rows + 0.3, color=PALETTE["ink"], linewidth=2.2,
                  zorder=2)  # fmt: skip
        is_focus = np.full(len(shown), focus is not None)
        draw_interval_rows(
            ax, shown["estimate"], low=shown["ci_low"], high=shown["ci_high"], focus=is_focus
        )
        name_rows(ax, row_names(names, line=NAME_LINE))
        number_axis(ax, "decimal1", fine="decimal2")
        said = Message("Mean score")
        if result.method == "servqual":
            said = Message("Perceived less expected service")
            ax.axvline(0, color=PALETTE["line"], linewidth=1.2, zorder=0)
        ax.set_xlabel(translate(said))
        if focus is not None:
            write_column(ax, _texts(shown), head=focus if len(focus) < 8 else translate(_BANK))
            write_column(ax, _texts(market), column=1, head=translate(_MARKET))
        else:
            write_column(ax, _texts(market))
    return ax


_BANK: Final = Message("bank")
_MARKET: Final = Message("market")


def _texts(rows: pd.DataFrame) -> list[str]:
    return [formatted(value, "decimal2") for value in rows["estimate"]]


def _draw_others(
    ax: Axes, result: ServiceQuality, names: list[str], *, kind: str, focus: str | None
) -> None:
    """Draw the other banks as small hollow circles."""
    scores = result.scores[(result.scores["kind"] == kind) & result.scores["brand"].notna()]
    scores = scores[(scores["brand"] != focus) & scores["estimate"].notna()]
    column = "label" if kind == "item" else kind
    place = {name: at for at, name in enumerate(names)}
    kept = scores[scores[column].isin(place)]
    ax.scatter(
        kept["estimate"], [place[name] for name in kept[column]], s=22, c=PALETTE["paper"],
        edgecolors=PALETTE["soft"], linewidths=1.1, zorder=1.5,
    )  # fmt: skip
