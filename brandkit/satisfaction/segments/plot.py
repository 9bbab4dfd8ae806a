"""Drawing of segments: what each of them says, item by item."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from brandkit.core.errors import InputError, did_you_mean, shown
from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.satisfaction.segments.segments import CustomerSegments
from brandkit.viz.marks import Dots, dot_rows

MOST_ITEMS, MOST_SEGMENTS = 16, 6
_MEAN, _SHARE = Message("Mean score"), Message("Share of persons")


def customer_segments(
    result: CustomerSegments,
    *,
    ax: Axes | None = None,
    items: Sequence[str] | None = None,
    segments: Sequence[str] | None = None,
) -> Axes:
    """Draw the mean of each item in each segment; items whose segments lie furthest apart first."""
    share = result.segments.set_index("segment")["share"]
    # of few persons not even the share is shown
    known = result.described()["segment"].tolist() or share.index.tolist()
    chosen = known[:MOST_SEGMENTS] if segments is None else [str(one) for one in segments]
    strange = [one for one in chosen if one not in known]
    if strange or len(chosen) > MOST_SEGMENTS:
        raise InputError(
            f"`segments` must be at most {MOST_SEGMENTS} of {shown(known)}; found {shown(chosen)}."
            f"{did_you_mean(strange[0], known) if strange else ''}"
        )
    rows = result.furthest_apart(items=items, most=MOST_ITEMS)
    names = rows.drop_duplicates("item")
    is_share = bool((rows["estimate"].dropna() <= 1).all())
    series = []
    for segment in chosen:
        part = rows[rows["segment"] == segment].set_index("item").loc[names["item"]]
        label = translate(result.name(segment))
        if part["estimate"].notna().any():
            label = f"{label} ({formatted(share[segment], 'percent')})"
        series.append(Dots(part["estimate"], part["ci_low"], part["ci_high"], label=label))
    return dot_rows(
        names["label"].astype(str).tolist(),
        series,
        label=_SHARE if is_share else _MEAN,
        kind="percent" if is_share else "decimal1",
        ax=ax,
    )
