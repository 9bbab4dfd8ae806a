"""Parts of a service quality that figures and sentences show, and what they are called."""

from __future__ import annotations

import pandas as pd

from brandkit.core.errors import InputError, did_you_mean, shown
from brandkit.core.message import Message
from brandkit.satisfaction.service_quality import ServiceQuality

STAGES = {
    "before": Message("before the sale"),
    "during": Message("during the sale"),
    "after": Message("after the sale"),
}


def stage_name(stage: str) -> Message | str:
    """Give a stage in words; one of one's own as it stands."""
    return STAGES.get(stage, stage)


def usual_kind(result: ServiceQuality) -> str:
    """Give what a figure shows where nothing is said: stages, else dimensions, else items."""
    known = list(result.scores["kind"].unique())
    return next(kind for kind in ("stage", "dimension", "item") if kind in known)


def part_rows(
    result: ServiceQuality, *, kind: str | None = None, brand: str | None = None
) -> pd.DataFrame:
    """Give the scores of a kind of part for one bank, or for the market.

    Parameters
    ----------
    result : ServiceQuality
    kind : "stage", "dimension" or "item", optional
        Stages where there are any.
    brand : str, optional
        The market where not given.

    Returns
    -------
    DataFrame
        With ``name``: item, dimension or stage.
    """
    chosen = usual_kind(result) if kind is None else kind
    known = [one for one in result.scores["kind"].unique() if one != "all"]
    if chosen not in known:
        raise InputError(f"`kind` must be one of {shown(known)}; found {shown(kind)}.")
    rows = result.scores[result.scores["kind"] == chosen]
    if brand is None:
        rows = rows[rows["brand"].isna()]
    else:
        check_brand(result, brand)
        rows = rows[rows["brand"] == brand]
    rows = rows.assign(name=rows["label"] if chosen == "item" else rows[chosen])
    return rows.reset_index(drop=True)


def check_brand(result: ServiceQuality, focus: str | None) -> None:
    """Refuse a bank that was not scored."""
    known = [str(brand) for brand in result.scores["brand"].dropna().unique()]
    if focus is not None and focus not in known:
        raise InputError(
            f"`focus` must be one of the banks; found {shown(focus)}. It has {shown(known)}."
            f"{did_you_mean(focus, known)}"
        )
