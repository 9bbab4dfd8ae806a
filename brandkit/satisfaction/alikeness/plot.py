"""Figures of alikeness: what depends on the bank, and banks against a difference that matters."""

from __future__ import annotations

from matplotlib.axes import Axes

from brandkit.core.labels import known_focus
from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.satisfaction.alikeness.alikeness import PerceivedAlikeness
from brandkit.satisfaction.alikeness.story import (
    KINDS,
    against_rows,
    chosen_item,
    of_wave,
    share_rows,
)
from brandkit.satisfaction.scores.scores import MOST_ROWS, telling_rows
from brandkit.viz.marks import Dots, add_key, dot_rows, point
from brandkit.viz.palette import PALETTE
from brandkit.viz.theme import theme

#: What a pair of banks is called, and how it is drawn; open ones are hollow.
_VERDICTS = {"equal": Message("equal"), "different": Message("different"), "open": Message("open")}


def perceived_alikeness(
    result: PerceivedAlikeness,
    *,
    ax: Axes | None = None,
    wave: object = None,
) -> Axes:
    """Draw for every item how much of its ratings depends on the bank, all items last.

    Hollow: no more than noise would give. Images alone are drawn by wave.
    """
    rows = share_rows(result, wave=wave)
    if not len(rows):
        return _images(result, ax)
    single, whole = rows[rows["item"].notna()].head(MOST_ROWS), rows[rows["item"].isna()]
    names = single["label"].tolist() + [translate(Message("all items"))] * len(whole)
    rows = rows.loc[[*single.index, *whole.index]]
    ax = dot_rows(
        names,
        Dots(rows["estimate"], rows["ci_low"], rows["ci_high"], hollow=rows["ci_low"] <= 0),
        label=Message("Part of the differences in ratings that lies between banks"),
        columns={"": [formatted(value, "percent1") for value in rows["estimate"]]},
        limits=(0.0, max(1.06 * float(rows["ci_high"].max()), 0.02)),
        says={"hollow": Message("no more than chance")},
        ax=ax,
    )
    if len(whole) and len(single):
        ax.axhline(len(rows) - 1.5, color=PALETTE["line"], linewidth=1, zorder=0)
    return ax


def _images(result: PerceivedAlikeness, ax: Axes | None) -> Axes:
    rows = result.measures
    name = translate(KINDS["inertia"])
    waves = [wave if isinstance(wave, str) else name for wave in rows["wave"]]
    return dot_rows(
        waves,
        Dots(rows["estimate"], rows["ci_low"], rows["ci_high"], hollow=rows["ci_low"] <= 0),
        label=Message("Inertia of the banks' images beyond chance"),
        kind="decimal2",
        columns={"": [formatted(value, "decimal3") for value in rows["estimate"]]},
        reference=0.0,
        ax=ax,
    )


def alikeness_pairs(
    result: PerceivedAlikeness,
    *,
    ax: Axes | None = None,
    focus: object = None,
    item: str | None = None,
    wave: object = None,
) -> Axes:
    """Draw each bank against the focus, or against the others, with the band that matters.

    Within the band differences are too small to matter. Filled circles are shown to be equal,
    squares to be different; hollow circles are open.
    """
    item = chosen_item(result, item)
    of_item = of_wave(result.pairs[result.pairs["item"] == item], wave)
    focus, _ = known_focus(focus, [*of_item["brand_a"], *of_item["brand_b"]])
    rows = against_rows(result, item=item, focus=focus, wave=wave)
    rows = telling_rows(rows.assign(label=rows["brand"]), focus=focus)
    limit = float(rows["smallest_difference"].iloc[0])
    label = Message("Mean score less the mean of the others")
    if focus is not None:
        label = Message("Mean score less that of {brand}", {"brand": focus})
    verdicts = rows["verdict"].tolist()
    ax = dot_rows(
        rows["brand"].tolist(),
        Dots(
            rows["estimate"],
            rows["ci_low"],
            rows["ci_high"],
            hollow=[verdict == "open" for verdict in verdicts],
            markers=["s" if verdict == "different" else "o" for verdict in verdicts],
        ),
        label=label,
        kind="decimal1",
        reference=0.0,
        ax=ax,
    )
    with theme():
        band = ax.axvspan(-limit, limit, color=PALETTE["wash"], zorder=0)
        for kind, mark in (
            ("equal", point()),
            ("different", point("s")),
            ("open", point(hollow=True)),
        ):
            if kind in verdicts:
                add_key(ax, (_VERDICTS[kind], mark))
        add_key(ax, (Message("too small to matter"), band))
        for edge in (-limit, limit):
            ax.axvline(edge, color=PALETTE["soft"], linewidth=1, linestyle=":", zorder=1)
        for at, verdict in enumerate(verdicts):
            ax.annotate(
                translate(_VERDICTS[verdict]),
                (1.0, at),
                xycoords=("axes fraction", "data"),
                xytext=(8, 0),
                textcoords="offset points",
                va="center",
                color=PALETTE["soft"],
            )
    return ax
