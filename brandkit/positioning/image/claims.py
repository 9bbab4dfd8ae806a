"""Which claims customers' answers carry: this brand stands for that.

The error is that of a table without any claim, so that few persons, heavy weights and clusters
do not make claims; the sizes are fitted without the cells that are claimed, so that one true
claim does not make its neighbours seem denied.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from brandkit.core.errors import InputError, NotEnoughDataError, check_known, check_level
from brandkit.core.labels import label_text
from brandkit.core.linalg import Flags, Floats, ratio
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.positioning.image.responses import ImageData, TickSums
from brandkit.positioning.image.stability import MapStability, map_stability
from brandkit.positioning.maps.correspondence import decomposed
from brandkit.sampling.design import Weight

#: Sampling units under which no claim is tested: their variance is not known.
FEWEST_UNITS = 6
#: Ticks expected of a claim under which it is not judged.
FEW_TICKS = 5.0
#: Rounds of proportional fitting of the sizes.
ROUNDS = 60
#: Skewness at which Pearson's third type is cut off.
MOST_SKEW = 3.0
#: Chance to be found that "detectable" speaks of, as a normal quantile.
POWER_80 = 0.84


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
        kinds = ("supported", "contradicted", "not_shown")
        counts = {f"n_{kind}": int((self.claims["claim"] == kind).sum()) for kind in kinds}
        names = " ".join(["n_claims", *counts, "n_cells false_discovery n_respondents"])
        return self._row(names, n_claims=len(self.claims), **counts)


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
        data = map_stability(
            data, brand=brand, attributes=attributes, respondent=respondent, weight=weight,
            strata=strata, cluster=cluster, axes=1, draws=draws, seed=seed,
        )  # fmt: skip
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


def _checked(stability: MapStability, claims: Sequence[tuple[str, str]]) -> list[tuple[str, ...]]:
    """Give the claims as pairs of labels; refuse what the data do not have."""
    pairs = [tuple(map(label_text, claim)) for claim in claims]
    for side, column in enumerate(("brand", "attribute")):
        known = [str(name) for name in stability.cells[column].unique()]
        rule = f"pair a brand with an attribute of the data, each by its {column}"
        check_known("claims", [*dict.fromkeys(pair[side] for pair in pairs)], known, rule=rule)
    if not pairs or len(set(pairs)) < len(pairs) or any(len(pair) > 2 for pair in pairs):
        raise InputError(
            "`claims` must be pairs of brand and attribute, one at least and each once; found "
            f"{len(pairs)} of which {len(set(pairs))} differ. Leave out what is there twice."
        )
    return pairs


def fitted_sizes(table: Floats, kept: Flags) -> Floats:
    """Give what brand and attribute sizes expect, fitted on the kept cells alone.

    Quasi-independence by iterative proportional fitting; with all cells kept, rc/n.

    Examples
    --------
    >>> table = np.outer([2.0, 1.0, 3.0], [1.0, 4.0, 5.0])
    >>> loud = table + np.diag([30.0, 0.0, 0.0])
    >>> bool(np.allclose(fitted_sizes(loud, loud == table), table))
    True
    """
    column = table.sum(axis=0) / table.sum()
    for _ in range(1 if kept.all() else ROUNDS):
        row = (table * kept).sum(axis=1) / (kept * column).sum(axis=1)
        column = (table * kept).sum(axis=0) / (kept * row[:, None]).sum(axis=0)
    return np.outer(row, column)


class _Scores(NamedTuple):
    """Residuals of all cells with their null error and the skewness of its tail."""

    expected: Floats
    residual: Floats
    error: Floats
    skew: Floats
    p_value: Floats


def _scores(table: Floats, sums: TickSums | None, out: Flags) -> _Scores:
    """Score every cell, the sizes fitted without those taken ``out``."""
    from scipy.stats import pearson3

    asked = np.ones(table.shape, dtype=bool) if sums is None else sums.bases > 0
    expected = fitted_sizes(table, asked & ~out)
    residual = np.where(asked, table - expected, 0.0)
    whole = expected.sum()
    down = np.eye(len(table)) - expected.sum(axis=1, keepdims=True) / whole
    along = np.eye(table.shape[1]) - (expected.sum(axis=0) / whole)[:, None]
    second = third = expected  # mentions, each of a person of its own
    if sums is not None:
        share = np.clip(ratio(expected, sums.bases, empty=0.0), 1e-6, 0.98)
        second = sums.squares * share * (1 - share)
        third = sums.cubes * share * (1 - share) * (1 - 2 * share)
    null = down**2 @ second @ (along**2).T
    skew = down**3 @ third @ (along**3).T / null**1.5
    variance, spread = null, 1.0
    if sums is not None:
        half = np.einsum("bk,bm,klmn->bln", down, down, sums.covariance, optimize=True)
        own = np.einsum("jl,jn,bln->bj", along, along, half, optimize=True)
        spread = float(own.sum() / null.sum())
        variance = np.maximum(spread * null, own)
    error, skew = np.sqrt(variance), np.clip(np.sqrt(spread) * skew, -MOST_SKEW, MOST_SKEW)
    z = residual / error
    if sums is not None:
        z = np.sign(z) * -ndtri(np.maximum(stdtr(2 * sums.df, -np.abs(z)), 1e-300))
    tail = pearson3.sf(np.abs(z), np.where(z > 0, skew, -skew))
    return _Scores(expected, residual, error, skew, np.minimum(2 * tail, 1.0))


def judged_cells(
    table: Floats, sums: TickSums | None, *, false_discovery: float = 0.05
) -> pd.DataFrame:
    """Judge every cell of a table (brands, attributes), row by row.

    ``sums`` is None for a plain table, whose unit is the mention. The surest claimed cell leaves
    the fit of sizes, at most half of a row or column; then all are judged anew, until none is
    added.
    """
    from scipy.stats import false_discovery_control

    out = np.zeros(table.shape, dtype=bool)
    while True:
        one = _scores(table, sums, out)
        judged = one.expected * (1.0 if sums is None else sums.ticks_a_weight) >= FEW_TICKS
        if sums is not None:
            judged &= sums.bases > 0
        q_value = np.full(table.shape, np.nan)
        q_value[judged] = false_discovery_control(one.p_value[judged])
        rows, columns = out.sum(axis=1), out.sum(axis=0)
        has_room = (rows < table.shape[1] // 2)[:, None] & (columns < len(table) // 2)
        new = (q_value <= false_discovery) & ~out & has_room
        if not new.any():
            break
        # of cells too sure for their p-values to differ, the one with the largest residual
        sure = np.where(new, one.p_value, 2.0)
        size = np.abs(one.residual / one.error) * (sure == sure.min())
        out.flat[np.argmax(size)] = True
    return _columns(table, sums, one, q_value, rate=false_discovery)


def _columns(
    table: Floats, sums: TickSums | None, one: _Scores, q_value: Floats, *, rate: float
) -> pd.DataFrame:
    """Lay down the judgement: residuals as on the map, and points of the brand's base."""
    from scipy.stats import pearson3

    whole, claimed = table.sum(), q_value <= rate
    root = np.sqrt(one.expected / whole)
    bases = table.sum(axis=1, keepdims=True) if sums is None else sums.bases

    def beyond(tail: float) -> Floats:
        normal = pearson3.isf(tail, one.skew)
        scale = normal if sums is None else stdtrit(2 * sums.df, ndtr(normal))
        return np.asarray(one.error * scale)

    tested = max(int((~np.isnan(q_value)).sum()), 1)
    found = -ndtri(rate * max(int(claimed.sum()), 1) / tested / 2) + POWER_80
    kind = np.where(one.residual > 0, "supported", "contradicted")
    # the part of each residual that the first two axes show, 0-1
    sample = decomposed(table)
    plane = (sample.left[:, :2] * sample.values[:2]) @ sample.right[:, :2].T
    size = np.where(np.abs(sample.residuals) > 1e-12, np.abs(sample.residuals), 0.0)
    visible = ratio(plane * np.sign(sample.residuals), size, empty=0.0)
    columns = {
        "ratio": table / one.expected, "residual": one.residual / whole / root,
        "std_error": one.error / whole / root, "statistic": one.residual / one.error,
        "p_value": one.p_value, "q_value": q_value, "visible": np.clip(visible, 0.0, 1.0),
        "gap": ratio(one.residual, bases), "gap_low": ratio(one.residual - beyond(rate / 2), bases),
        "gap_high": ratio(one.residual - beyond(1 - rate / 2), bases),
        "detectable_gap": ratio(found * one.error, bases),
        "claim": np.where(claimed, kind, "not_shown"),
    }  # fmt: skip
    return pd.DataFrame({name: values.ravel() for name, values in columns.items()})
