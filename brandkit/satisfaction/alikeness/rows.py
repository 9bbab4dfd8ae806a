"""Rows of alikeness as figures and tables show them."""

from __future__ import annotations

import pandas as pd

from brandkit.core.errors import InputError, NotEnoughDataError, did_you_mean, shown
from brandkit.core.labels import label_text
from brandkit.core.message import Message
from brandkit.language import translate
from brandkit.satisfaction.alikeness.alikeness import PerceivedAlikeness

KINDS = {
    "between_share": Message("ratings: part between banks"),
    "inertia": Message("images: inertia"),
}


def of_wave(frame: pd.DataFrame, wave: object = None) -> pd.DataFrame:
    """Give the rows of a wave, the last where none is named."""
    known = list(dict.fromkeys(frame["wave"].dropna().astype(str)))
    if wave is None:
        return frame[frame["wave"] == known[-1]] if known else frame
    if label_text(wave) not in known:
        raise InputError(f"`wave` must be one of {shown(known)}; found {shown(wave)}.")
    return frame[frame["wave"] == label_text(wave)]


def share_rows(result: PerceivedAlikeness, *, wave: object = None) -> pd.DataFrame:
    """Give the shares between banks of a wave, the largest item first and all items last."""
    shares = result.measures[result.measures["measure"] == "between_share"]
    rows = of_wave(shares, wave)
    single = rows[rows["item"].notna()].sort_values("untruncated", ascending=False, kind="stable")
    return pd.concat([single, rows[rows["item"].isna()]], ignore_index=True)


def measure_rows(result: PerceivedAlikeness) -> pd.DataFrame:
    """Give the measures of difference by wave, those of a rating with its name."""
    rows = result.measures
    kinds = [translate(KINDS[str(one)]) for one in rows["measure"]]
    columns = ["measure", "item", "wave", "estimate", "ci_low", "ci_high", "ci_level", "expected"]
    return rows.assign(measure=kinds, item=rows["label"])[[*columns, "n"]]


def chosen_item(result: PerceivedAlikeness, item: str | None) -> str:
    """Give the item asked for, or the first that was tested."""
    known = [str(one) for one in result.pairs["item"].unique()]
    if not known:
        raise NotEnoughDataError(
            "`result` must hold tested pairs of banks; found none. Name `items` when asking "
            "whether customers notice."
        )
    chosen = known[0] if item is None else item
    if chosen not in known:
        raise InputError(
            f"`item` must be one that was tested; found {shown(item)}. It has {shown(known)}."
            f"{did_you_mean(chosen, known)}"
        )
    return chosen


def against_rows(
    result: PerceivedAlikeness, *, item: str, focus: str | None, wave: object = None
) -> pd.DataFrame:
    """Give each bank less the focus, or where there is none less the others' mean, highest first.

    ``brand estimate ci_low ci_high smallest_difference declared verdict n label``.
    """
    if focus is None:
        rows = of_wave(result.brands[result.brands["item"] == item], wave)
    else:
        pairs = of_wave(result.pairs[result.pairs["item"] == item], wave)
        first, second = (pairs[pairs[side] == focus] for side in ("brand_a", "brand_b"))
        turned = first.assign(
            brand=first["brand_b"],
            n=first["n_b"],
            estimate=-first["estimate"],
            ci_low=-first["ci_high"],
            ci_high=-first["ci_low"],
        )
        rows = pd.concat([turned, second.assign(brand=second["brand_a"], n=second["n_a"])])
    columns = ["brand", "estimate", "ci_low", "ci_high", "smallest_difference", "declared"]
    return rows[[*columns, "verdict", "n", "label"]].sort_values(
        ["estimate", "brand"], ascending=[False, True], kind="stable", ignore_index=True
    )
