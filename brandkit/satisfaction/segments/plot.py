"""Drawing of segments: what each of them says, item by item."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes

from brandkit.core.errors import InputError, did_you_mean, shown
from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.satisfaction.segments.segments import CustomerSegments, profile_rows, segment_name
from brandkit.viz.interval_rows import number_axis
from brandkit.viz.names import row_names, text_width
from brandkit.viz.palette import PALETTE
from brandkit.viz.rows import name_rows
from brandkit.viz.theme import WIDTH, new_axes, rows_height, theme

NAME_LINE: Final = 24
MOST_ITEMS: Final = 16
#: Half ems of a line of the legend, and of a marker in it.
LEGEND_LINE, SIGN = 40, 5
#: Marker and colour of the first segment, the second and so on; hollow from the fourth.
LOOKS: Final = (
    ("o", "ink"), ("s", "second"), ("^", "soft"), ("o", "ink"), ("s", "second"), ("^", "soft"),
)  # fmt: skip


def plot_customer_segments(
    result: CustomerSegments,
    *,
    ax: Axes | None = None,
    items: Sequence[str] | None = None,
    segments: Sequence[str] | None = None,
) -> Axes:
    """Draw the mean of each item in each segment with its interval.

    Items whose segments lie furthest apart stand first. Up to six segments and sixteen items are
    drawn; the table beside has the rest.

    Parameters
    ----------
    result : CustomerSegments
    ax : Axes, optional
        Where to draw; new axes where not given.
    items : sequence of str, optional
        Those on the scale that most items share where not given.
    segments : sequence of str, optional
        The first six where not given.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        An item or a segment is not in the result.

    Examples
    --------
    >>> import pandas as pd
    >>> from brandkit.satisfaction.segments.segments import customer_segments
    >>> answers = pd.DataFrame({"tier": ["low", "high"] * 30, "fees": [5.0, 7] * 30,
    ...                         "advice": [8.0, 8.5] * 30})
    >>> found = customer_segments(answers, items=["fees", "advice"], tiers="tier")
    >>> [name.get_text() for name in plot_customer_segments(found).get_yticklabels()]
    ['fees', 'advice']
    """
    known = result.segments["segment"].tolist()
    chosen = known[: len(LOOKS)] if segments is None else [str(one) for one in segments]
    strange = [one for one in chosen if one not in known]
    if strange or len(chosen) > len(LOOKS):
        raise InputError(
            f"`segments` must be at most {len(LOOKS)} of {shown(known)}; found {shown(chosen)}."
            f"{did_you_mean(strange[0], known) if strange else ''}"
        )
    rows = profile_rows(result, items=items, most=MOST_ITEMS)
    names = rows.drop_duplicates("item")
    size = dict(zip(known, result.segments["share"], strict=True))
    called = {one: _named(result, one, size[one]) for one in chosen}
    wide = max(text_width(name) for name in called.values()) + SIGN
    beside = max(1, min(len(chosen), LEGEND_LINE // wide))
    if ax is None:
        lines = round(1.35 * len(names)) + 1 + -(-len(chosen) // beside)
        ax = new_axes(WIDTH, rows_height(lines))
    spread = np.linspace(-0.26, 0.26, len(chosen)) if len(chosen) > 1 else np.zeros(1)
    with theme():
        for at, one in enumerate(chosen):
            part = rows[rows["segment"] == one].set_index("item").loc[names["item"]]
            marker, colour = LOOKS[at][0], PALETTE[LOOKS[at][1]]
            height = np.arange(len(names)) + spread[at]
            ax.hlines(height, part["ci_low"], part["ci_high"], color=colour, linewidth=1.6,
                      zorder=2)  # fmt: skip
            ax.scatter(part["estimate"], height, s=38, marker=marker, edgecolors=colour,
                       c=colour if at < 3 else PALETTE["paper"], linewidths=1.4, zorder=3,
                       label=called[one])  # fmt: skip
        name_rows(ax, row_names(names["label"].astype(str).tolist(), line=NAME_LINE))
        is_share = bool((rows["estimate"].dropna() <= 1).all())
        number_axis(
            ax, "percent" if is_share else "decimal1", fine=None if is_share else "decimal2"
        )
        ax.set_xlabel(translate(Message("Share of persons") if is_share else Message("Mean score")))
        ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=beside,
                  handletextpad=0.2, columnspacing=1.0, borderaxespad=0.2)  # fmt: skip
    return ax


def _named(result: CustomerSegments, segment: str, share: float) -> str:
    said = segment_name(result, segment)
    name = translate(said) if isinstance(said, Message) else said
    return f"{name} ({formatted(share, 'percent')})"
