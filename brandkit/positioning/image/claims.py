"""Which claims customers' answers carry: this brand stands for that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtr

from brandkit.core.errors import InputError, check_level, did_you_mean, shown
from brandkit.core.labels import label_text
from brandkit.core.linalg import Floats, ratio
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.positioning.image.kernel import decomposed, residuals_of
from brandkit.positioning.image.responses import ImageData
from brandkit.positioning.image.stability import MapStability, map_stability
from brandkit.sampling.design import Weight

#: Part of a residual that the first two axes must show for a claim to be read off the map.
VISIBLE = 0.5
#: Mentions expected of a claim under which it is not judged.
FEW_TICKS = 5.0


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ClaimCheck(Result):
    """What the answers say of each claim.

    Parameters
    ----------
    claims : DataFrame
        One row a claim: ``brand attribute share ratio residual std_error statistic p_value
        q_value visible claim``. ``claim`` is "supported", "contradicted" or "weak"; ``visible`` is
        the part of the residual that the first two axes show.
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
            "n_weak": [int(counts.get("weak", 0))], "n_cells": [self.n_cells],
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
    draws: int = 1000,
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
    draws : int, default 1000
    seed : int, default 0
    false_discovery : float, default 0.05
        Rate of false discoveries over all pairs (Benjamini and Hochberg).

    Returns
    -------
    ClaimCheck

    Raises
    ------
    InputError
        A claim names an unknown brand or attribute, or twice the same pair.

    Notes
    -----
    A claim is measured by its standardised residual (p - rc)/sqrt(rc): more mentions than the
    brand's and the attribute's size lead to expect. Its error comes from draws over respondents;
    t on the brand's effective persons. Supported: positive, significant, and at least half of it
    visible on the first two axes. Contradicted: negative and significant. Else weak, also where
    fewer than five mentions are expected.

    References
    ----------
    Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. JRSS B 57,
    289-300. doi:10.1111/j.2517-6161.1995.tb02031.x

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> chance = {"A": (0.7, 0.3, 0.5), "B": (0.3, 0.7, 0.5), "C": (0.5, 0.4, 0.8)}
    >>> rows = pd.DataFrame([
    ...     (person, bank, *rng.binomial(1, p)) for person in range(80) for bank, p in
    ...     chance.items()], columns=["id", "bank", "fair", "modern", "near"])
    >>> result = claim_check(rows, claims=[("A", "fair"), ("B", "fair")], brand="bank",
    ...                      attributes=["fair", "modern", "near"], respondent="id", draws=200)
    >>> result.claims["claim"].tolist()
    ['supported', 'contradicted']
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

    first = data.points.drop_duplicates("label")
    judged = judged_cells(
        data.table.to_numpy(),
        data.draw_tables,
        n_effective=first["n_effective"].to_numpy(dtype=float),
        mentions=_mentions(data),
        false_discovery=false_discovery,
    )

    cells = pd.concat([data.cells[["brand", "attribute", "share"]], judged], axis=1)
    few = int(cells["q_value"].isna().sum())
    note = Message(
        "{n:count} of {all:count} pairs of brand and attribute have fewer than {limit:count} "
        "mentions to expect; they are not judged and count as weak.",
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


def _mentions(stability: MapStability) -> float:
    """Count the ticks behind the table, without weights: persons times ticks a person."""
    persons = stability.points.drop_duplicates("label")["n"].to_numpy(dtype=float)
    if not stability.from_respondents:
        return float(persons.sum())
    return float(persons @ stability.shares.to_numpy().sum(axis=1))


def benjamini_hochberg(p_values: Floats) -> Floats:
    """Adjust p-values (m,): the running minimum, from the largest down, of m p / rank.

    Examples
    --------
    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03])).round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    m = len(p_values)
    order = np.argsort(p_values, kind="stable")[::-1]
    adjusted = np.empty(m)
    adjusted[order] = np.minimum.accumulate(p_values[order] * m / np.arange(m, 0, -1))
    return np.minimum(adjusted, 1.0)


def judged_cells(
    table: Floats,
    draw_tables: Floats,
    *,
    n_effective: Floats,
    mentions: float,
    false_discovery: float,
) -> pd.DataFrame:
    """Judge every pair of a table (brands, attributes), row by row, by its draws.

    ``n_effective`` (brands,) counts persons, ``mentions`` the ticks behind the table, unweighted.
    """
    sample = decomposed(table)
    observed = (sample.left * sample.values) @ sample.right.T
    in_plane = (sample.left[:, :2] * sample.values[:2]) @ sample.right[:, :2].T
    error = np.sqrt(((residuals_of(draw_tables) - observed) ** 2).mean(axis=0))
    statistic = ratio(observed, error, empty=0.0)
    size = np.where(np.abs(observed) > 1e-12, np.abs(observed), 0.0)
    visible = ratio(in_plane * np.sign(observed), size, empty=0.0).clip(0.0, 1.0)
    p_value = 2 * stdtr(np.maximum(n_effective - 1, 1.0)[:, None], -np.abs(statistic))
    expected = np.outer(sample.row_mass, sample.column_mass)
    judged = expected * mentions >= FEW_TICKS
    q_value = np.full(p_value.shape, np.nan)
    q_value[judged] = benjamini_hochberg(p_value[judged])
    settled = q_value <= false_discovery
    kind = np.where(settled & (observed < 0), "contradicted", "weak")
    kind = np.where(settled & (observed > 0) & (visible >= VISIBLE), "supported", kind)
    columns = {
        "ratio": 1 + observed / np.sqrt(expected), "residual": observed, "std_error": error,
        "statistic": statistic, "p_value": p_value, "q_value": q_value, "visible": visible,
        "claim": kind,
    }  # fmt: skip
    return pd.DataFrame({name: values.ravel() for name, values in columns.items()})
