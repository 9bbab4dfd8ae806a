"""Parts of a perceived alikeness that figures, tables and sentences show: one wave, one item."""

from __future__ import annotations

from typing import Any

import pandas as pd

from brandkit.core.errors import InputError, NotEnoughDataError, did_you_mean, shown
from brandkit.satisfaction.alikeness import PerceivedAlikeness


def last_wave(frame: pd.DataFrame) -> str | None:
    """Give the last wave of a frame; None where there are none."""
    waves = frame["wave"].dropna()
    return str(waves.iloc[-1]) if len(waves) else None


def of_wave(frame: pd.DataFrame, wave: str | None) -> pd.DataFrame:
    """Give the rows of a wave, the last where none is named."""
    known = list(dict.fromkeys(frame["wave"].dropna().astype(str)))
    chosen = last_wave(frame) if wave is None else str(wave)
    if wave is not None and chosen not in known:
        raise InputError(f"`wave` must be one of {shown(known)}; found {shown(wave)}.")
    return frame if chosen is None else frame[frame["wave"] == chosen]


def share_rows(result: PerceivedAlikeness, *, wave: str | None = None) -> pd.DataFrame:
    """Give the shares between banks of a wave, the largest item first and all items last.

    Parameters
    ----------
    result : PerceivedAlikeness
    wave : str, optional
        The last where not given.

    Returns
    -------
    DataFrame

    Raises
    ------
    NotEnoughDataError
        No ratings were looked at.
    """
    shares = result.measures[result.measures["measure"] == "between_share"]
    if not len(shares):
        raise NotEnoughDataError(
            "`result` must hold ratings for this; found images only. Name `items` when asking "
            "whether customers notice."
        )
    rows = of_wave(shares, wave)
    single = rows[rows["item"].notna()].sort_values("untruncated", ascending=False, kind="stable")
    return pd.concat([single, rows[rows["item"].isna()]], ignore_index=True)


def whole_share(result: PerceivedAlikeness, *, wave: str | None = None) -> dict[str, Any]:
    """Give the share over all items, or that of the only one."""
    return dict(share_rows(result, wave=wave).iloc[-1])


def chosen_item(result: PerceivedAlikeness, item: str | None) -> str:
    """Give the item asked for, or the first that was tested."""
    known = [str(one) for one in result.pairs["item"].unique()]
    if not known:
        raise NotEnoughDataError(
            "`result` must hold tested pairs of banks; found none. Name `items` when asking "
            "whether customers notice."
        )
    one = known[0] if item is None else item
    if one not in known:
        raise InputError(
            f"`item` must be one that was tested; found {shown(item)}. It has {shown(known)}."
            f"{did_you_mean(one, known)}"
        )
    return one


def against_rows(
    result: PerceivedAlikeness,
    *,
    item: str | None = None,
    focus: str | None = None,
    wave: str | None = None,
) -> pd.DataFrame:
    """Give each bank against the focus, or where there is none against the others' mean.

    Parameters
    ----------
    result : PerceivedAlikeness
    item : str, optional
        The first tested where not given.
    focus : str, optional
        Must have been rated by enough persons.
    wave : str, optional
        The last where not given.

    Returns
    -------
    DataFrame
        ``brand estimate ci_low ci_high smallest_difference declared verdict n label``, the highest
        first. With a focus, ``estimate`` is the other bank less the focus.
    """
    one = chosen_item(result, item)
    columns = ["brand", "estimate", "ci_low", "ci_high", "smallest_difference", "declared",
               "verdict", "n", "label"]  # fmt: skip
    if focus is None:
        rows = of_wave(result.brands[result.brands["item"] == one], wave)
        return _highest_first(rows[columns])
    pairs = of_wave(result.pairs[result.pairs["item"] == one], wave)
    known = list(dict.fromkeys([*pairs["brand_a"], *pairs["brand_b"]]))
    if focus not in known:
        raise InputError(
            f"`focus` must be a bank that enough people rated; found {shown(focus)}. It has "
            f"{shown(known)}.{did_you_mean(str(focus), known)}"
        )
    first = pairs[pairs["brand_a"] == focus]
    second = pairs[pairs["brand_b"] == focus]
    turned = first.assign(
        brand=first["brand_b"], n=first["n_b"], estimate=-first["estimate"],
        ci_low=-first["ci_high"], ci_high=-first["ci_low"],
    )  # fmt: skip
    same = second.assign(brand=second["brand_a"], n=second["n_a"])
    return _highest_first(pd.concat([turned, same])[columns])


def _highest_first(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values(
        ["estimate", "brand"], ascending=[False, True], kind="stable", ignore_index=True
    )
