"""Which claims customers' answers carry: this brand stands for that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    check_level,
    did_you_mean,
    shown,
)
from brandkit.core.labels import label_text
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.positioning.image.responses import ImageData
from brandkit.positioning.image.score import FEW_TICKS, judged_cells
from brandkit.positioning.image.stability import MapStability, map_stability
from brandkit.sampling.design import Weight

#: Sampling units under which no claim is tested: their variance is not known.
FEWEST_UNITS = 6


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ClaimCheck(Result):
    """What the answers say of each claim.

    Parameters
    ----------
    claims : DataFrame
        One row a claim: ``brand attribute share ratio residual std_error statistic p_value
        q_value visible gap gap_low gap_high detectable_gap claim``. ``claim`` is "supported",
        "contradicted" or "not_shown"; ``gap`` is what customers tick beyond the sizes of brand and
        attribute, as a share of the brand's base, with an interval at 1 - ``false_discovery``;
        ``detectable_gap`` the gap that would be found in four of five cases. ``visible`` is the
        part of the residual that the first two axes show, and decides nothing.
    false_discovery : float
        Share of the claims called supported or contradicted that may be wrong.
    n_cells : int
        Pairs of brand and attribute that were tested together.
    n_respondents : int
    from_respondents : bool
        False where only the cells of a plain table could be drawn.
    """

    claims: pd.DataFrame
    false_discovery: float
    n_cells: int
    n_respondents: int
    from_respondents: bool

    def tidy(self) -> pd.DataFrame:
        """Give one row a claim."""
        return self.claims.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: how many claims, and how many of each kind."""
        counts = self.claims["claim"].value_counts()
        return pd.DataFrame({
            "n_claims": [len(self.claims)], "n_supported": [int(counts.get("supported", 0))],
            "n_contradicted": [int(counts.get("contradicted", 0))],
            "n_not_shown": [int(counts.get("not_shown", 0))], "n_cells": [self.n_cells],
            "false_discovery": [self.false_discovery], "n_respondents": [self.n_respondents],
        })  # fmt: skip


def claim_check(
    data: ImageData | MapStability,
    *,
    claims: Sequence[tuple[str, str]] | None = None,
    brand: str | None = None,
    attributes: Sequence[str] | None = None,
    respondent: str | None = None,
    weight: Weight | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    draws: int = 50,
    seed: int = 0,
    false_discovery: float = 0.05,
) -> ClaimCheck:
    """Check claims such as "Harbour stands for fair fees" against what respondents tick.

    Answers *which of our claims do customers share, and which do they deny?*

    Parameters
    ----------
    data : MapStability, DataFrame, Survey or PickAny
        A stable map as it is, or what
        :func:`~brandkit.positioning.image.stability.map_stability` takes.
    claims : sequence of (brand, attribute), optional
        The claims to report; every brand with every attribute where not given. All pairs are
        tested together either way.
    brand, respondent, strata, cluster : str, optional
        Columns, as for ``map_stability``.
    attributes : sequence of str, optional
    weight : str or SurveyWeights, optional
    draws, seed : int
        Of the map behind the table; no verdict rests on them.
    false_discovery : float, default 0.05
        Rate of false discoveries over all pairs (Benjamini and Hochberg).

    Returns
    -------
    ClaimCheck

    Raises
    ------
    InputError
        A claim names an unknown brand or attribute, or twice the same pair.
    NotEnoughDataError
        Fewer than six sampling units.

    Notes
    -----
    A claim is measured by what is ticked beyond the sizes of brand and attribute. A score test:
    the variance is that of a table without any claim, times the mean design effect of weights,
    persons and clusters, or the linearised one where that is larger; t on twice the sampling
    units less strata, brought to the normal scale; the tail of Pearson's third type with the
    skewness that ticks with these weights have. The sizes are fitted without the cells that are
    claimed (quasi-independence): the surest leaves the fit, at most half of a row or column, and
    all are judged anew, until none is added. Supported: more, and significant. Contradicted: less,
    and significant. Else "not_shown", also where fewer than five mentions are expected.

    A plain table has the mention for its unit, and the test is that of its adjusted residuals.
    Where weights come from margins, the linearised variance takes calibration residuals.

    References
    ----------
    Agresti, A. (2013). Categorical Data Analysis, 3rd ed., 3.3. Wiley (adjusted residuals).
    Goodman, L. A. (1968). The analysis of cross-classified data: independence, quasi-independence,
    and interactions. JASA 63, 1091-1131. doi:10.1080/01621459.1968.10480916
    Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. JRSS B 57,
    289-300. doi:10.1111/j.2517-6161.1995.tb02031.x

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> chance = {"A": (0.7, 0.3, 0.5), "B": (0.3, 0.7, 0.5), "C": (0.5, 0.4, 0.8)}
    >>> rows = pd.DataFrame([
    ...     (person, bank, *rng.binomial(1, p)) for person in range(80) for bank, p in
    ...     chance.items()], columns=["id", "bank", "fair", "modern", "near"])
    >>> result = claim_check(rows, claims=[("A", "fair"), ("B", "fair")], brand="bank",
    ...                      attributes=["fair", "modern", "near"], respondent="id", draws=200)
    >>> result.claims["claim"].tolist()
    ['supported', 'not_shown']
    """
    check_level(false_discovery, argument="false_discovery")
    if not isinstance(data, MapStability):
        roles: dict[str, Any] = {
            "brand": brand,
            "respondent": respondent,
            "strata": strata,
            "cluster": cluster,
        }
        rest: dict[str, Any] = {"attributes": attributes, "draws": draws, "seed": seed}
        data = map_stability(data, weight=weight, axes=1, **roles, **rest)
    asked = None if claims is None else _checked(data, claims)

    if data.sums is not None and data.sums.n_units < FEWEST_UNITS:
        raise NotEnoughDataError(
            f"`data` must come from at least {FEWEST_UNITS} persons or clusters; found "
            f"{data.sums.n_units}. Their variance cannot be told from fewer."
        )
    judged = judged_cells(data.table.to_numpy(), data.sums, false_discovery=false_discovery)

    cells = pd.concat([data.cells[["brand", "attribute", "share"]], judged], axis=1)
    few = int(cells["q_value"].isna().sum())
    note = Message(
        "{n:count} of {all:count} pairs of brand and attribute have fewer than {limit:count} "
        "mentions to expect; they are not judged and count as not shown.",
        {"n": few, "all": len(cells), "limit": FEW_TICKS},
    )
    named = cells.set_index(["brand", "attribute"])
    return ClaimCheck(
        claims=cells if asked is None else named.loc[asked].reset_index(),
        false_discovery=false_discovery,
        n_cells=len(cells),
        n_respondents=data.n_respondents,
        from_respondents=data.from_respondents,
        notes=(*data.notes, *[note][:few]),
    )


def _checked(stability: MapStability, claims: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Give the claims as pairs of labels; refuse what the data do not have."""
    pairs = [tuple(map(label_text, claim)) for claim in claims]
    for side, column in enumerate(("brand", "attribute")):
        known = [str(name) for name in stability.cells[column].unique()]
        unknown = [pair[side] for pair in pairs if len(pair) != 2 or pair[side] not in known]
        if unknown:
            raise InputError(
                f"`claims` must pair a brand with an attribute of the data; found the {column} "
                f"{shown(unknown[0])}."
                f"{did_you_mean(unknown[0], known) or f' It has {shown(known)}.'}"
            )
    if len(set(pairs)) < len(pairs) or not pairs:
        raise InputError(
            f"`claims` must name at least one pair, and each once; found {len(pairs)} of which "
            f"{len(set(pairs))} differ. Leave out what is there twice."
        )
    return [(brand, attribute) for brand, attribute in pairs]
