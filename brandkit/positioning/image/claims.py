"""Which claims customers' answers carry: this brand stands for that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtr

from brandkit.core.errors import InputError, check_level, did_you_mean, shown
from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.positioning.image.answers import ImageData
from brandkit.positioning.image.kernel import decomposed, residuals_of
from brandkit.positioning.image.stability import MapStability, map_stability
from brandkit.sampling.design import Weight

VISIBLE = 0.5
"""Part of a residual that the first two axes must show for a claim to be read off the map."""
FEW_TICKS = 5.0
"""Mentions expected of a claim under which it is not judged."""


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
        kinds = self.claims["claim"]
        return pd.DataFrame(
            {
                "n_claims": [len(self.claims)],
                "n_supported": [int((kinds == "supported").sum())],
                "n_contradicted": [int((kinds == "contradicted").sum())],
                "n_weak": [int((kinds == "weak").sum())],
                "n_cells": [self.n_cells],
                "false_discovery": [self.false_discovery],
                "n_respondents": [self.n_respondents],
            }
        )


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
        data = map_stability(
            data, brand=brand, attributes=attributes, respondent=respondent, weight=weight,
            strata=strata, cluster=cluster, draws=draws, seed=seed, axes=1,
        )  # fmt: skip
    cells = _cells(data, false_discovery)
    chosen = cells if claims is None else _chosen(cells, claims)
    return ClaimCheck(
        claims=chosen,
        false_discovery=false_discovery,
        n_cells=len(cells),
        n_respondents=data.n_respondents,
        from_respondents=data.from_respondents,
        notes=(*data.notes, *_notes(cells)),
    )


def benjamini_hochberg(p_values: Floats) -> Floats:
    """Adjust p-values so that the rate of false discoveries is kept.

    Parameters
    ----------
    p_values : ndarray, shape (m,)

    Returns
    -------
    ndarray, shape (m,)
        The running minimum, from the largest down, of m p / rank.

    Examples
    --------
    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03])).round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    m = len(p_values)
    order = np.argsort(p_values, kind="stable")[::-1]
    steps = p_values[order] * m / np.arange(m, 0, -1)
    adjusted = np.empty(m)
    adjusted[order] = np.minimum(np.minimum.accumulate(steps), 1.0)
    return adjusted


def judged_cells(
    table: Floats,
    draw_tables: Floats,
    *,
    n_effective: Floats,
    mentions: float,
    false_discovery: float,
) -> pd.DataFrame:
    """Judge every pair of brand and attribute, row by row of the table.

    Parameters
    ----------
    table : ndarray, shape (brands, attributes)
    draw_tables : ndarray, shape (draws, brands, attributes)
    n_effective : ndarray, shape (brands,)
        Effective persons of each brand.
    mentions : float
        Ticks behind the table, unweighted.
    false_discovery : float

    Returns
    -------
    DataFrame
        ``ratio residual std_error statistic p_value q_value visible claim``.
    """
    sample = decomposed(table)
    observed = (sample.left * sample.values) @ sample.right.T
    in_plane = (sample.left[:, :2] * sample.values[:2]) @ sample.right[:, :2].T
    error = np.sqrt(((residuals_of(draw_tables) - observed) ** 2).mean(axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = np.where(error > 0, observed / error, 0.0)
        visible = np.where(np.abs(observed) > 1e-12, in_plane / observed, 0.0).clip(0.0, 1.0)
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


def _cells(stability: MapStability, false_discovery: float) -> pd.DataFrame:
    first = stability.points.drop_duplicates("label")
    judged = judged_cells(
        stability.table.to_numpy(), stability.draw_tables,
        n_effective=first["n_effective"].to_numpy(dtype=float), mentions=_mentions(stability),
        false_discovery=false_discovery,
    )  # fmt: skip
    return pd.concat([stability.cells[["brand", "attribute", "share"]], judged], axis=1)


def _mentions(stability: MapStability) -> float:
    """Count the ticks behind the table, without weights: persons times ticks a person."""
    persons = stability.points.drop_duplicates("label")["n"].to_numpy(dtype=float)
    if not stability.from_respondents:
        return float(persons.sum())
    a_person = stability.cells.groupby("brand", sort=False)["share"].sum().to_numpy(dtype=float)
    return float((persons * a_person).sum())


def _chosen(cells: pd.DataFrame, claims: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """Give the rows of the claims, in their order."""
    pairs = [tuple(map(str, claim)) for claim in claims]
    for side, column in enumerate(("brand", "attribute")):
        known = [str(name) for name in cells[column].unique()]
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
    at = {
        pair: row for row, pair in enumerate(zip(cells["brand"], cells["attribute"], strict=True))
    }
    return cells.iloc[[at[pair[0], pair[1]] for pair in pairs]].reset_index(drop=True)


def _notes(cells: pd.DataFrame) -> tuple[Message, ...]:
    few = int(cells["q_value"].isna().sum())
    if not few:
        return ()
    said = (
        "{n:count} of {all:count} pairs of brand and attribute have fewer than {limit:count} "
        "mentions to expect; they are not judged and count as weak."
    )
    return (Message(said, {"n": few, "all": len(cells), "limit": FEW_TICKS}),)
