"""Two composites of one scorecard against each other: what it brings and what it could bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar, cast, get_args

import numpy as np
import pandas as pd

from brandkit.core.errors import (
    InputError,
    ScaleError,
    check_known,
    check_option,
    check_whole_number,
    frame_of,
    require_unique,
    shown,
)
from brandkit.core.labels import label_text
from brandkit.core.linalg import Codes, Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.language import LANGUAGES, current_language
from brandkit.strategy.scorecards import (
    Direction,
    Directions,
    Limits,
    ScorecardValues,
    checked_values,
    criteria_frame,
)

Given = TypeVar("Given")
Sides = dict[str, list[str]]

TemplateName = Literal["institutions", "brand_audit"]
N_INSTITUTIONS = 12
LOW, HIGH = 0.0, 10.0
"""Limits of every criterion of a template: points from 0 to 10."""
TIERS = ("lead", "hold", "build", "watch")
"""High in both; high in contribution only; high in potential only; low in both."""
SETTLED_TIER = 0.9
"""Share of draws from which a tier is called settled."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ScorecardMatrix(Result):
    """Where institutions stand in contribution and potential.

    Parameters
    ----------
    positions : DataFrame
        One row an institution: ``brand contribution_score potential_score contribution_error
        potential_error tier tier_support``. Scores run from 0 to 1. Errors are missing without
        standard errors. ``tier`` is "lead", "hold", "build" or "watch".
    criteria : DataFrame
        ``composite criterion weight low high direction``; weights sum to 1 in each composite.
    cuts : tuple of float
        From which contribution, and from which potential, an institution is high.
    draws : int
    actions : DataFrame
        ``tier label action``: how the four tiers are called and what to do, where that was said.
    """

    positions: pd.DataFrame
    criteria: pd.DataFrame
    cuts: tuple[float, float]
    draws: int
    actions: pd.DataFrame

    def glance(self) -> pd.DataFrame:
        """Give one row: size, how many lead, and how many tiers are settled."""
        return self._row(
            "n_brands n_criteria n_lead n_settled_tiers draws",
            n_brands=len(self.positions),
            n_criteria=len(self.criteria),
            n_lead=int((self.positions["tier"] == "lead").sum()),
            n_settled_tiers=int((self.positions["tier_support"] >= SETTLED_TIER).sum()),
        )


def scorecard_matrix(
    scores: pd.DataFrame,
    *,
    contribution: Sequence[str],
    potential: Sequence[str],
    weights: Mapping[str, float] | None = None,
    limits: Limits | None = None,
    std_errors: pd.DataFrame | None = None,
    direction: Directions = "higher",
    cuts: tuple[float, float] = (0.5, 0.5),
    tiers: Mapping[str, str] | None = None,
    draws: int = 1000,
    seed: int = 0,
) -> ScorecardMatrix:
    """Set what institutions bring today against what they could bring.

    Answers *whom do we keep close, whom do we build up, and how sure is that?*

    Parameters
    ----------
    scores : DataFrame, institutions x criteria
        Every cell filled. The index names the institutions.
    contribution, potential : sequence of str
        The criteria of each composite; none in both. Other columns are not read.
    weights : mapping of criterion to weight >= 0, optional
        For all criteria of both; equal weights within a composite where not given.
    limits : mapping of criterion to (low, high), or one pair for all
        As in :func:`brandkit.strategy.scorecards.scorecard`.
    std_errors : DataFrame, institutions x criteria, optional
    direction : "higher", "lower", or a mapping of criterion to either, default "higher"
    cuts : tuple of float, 0-1, default (0.5, 0.5)
        From which contribution and potential an institution is high. Declared, not taken from the
        table, so that one more institution changes nobody's tier.
    tiers : mapping of four names to an action each, optional
        What the tiers are called and what to do: high in both, in contribution only, in potential
        only, in neither.
    draws : int, default 1000
        Draws of weights, and of errors where they are known.
    seed : int, default 0

    Returns
    -------
    ScorecardMatrix

    Raises
    ------
    InputError
        As for a scorecard, or a criterion is in both composites or unknown.
    ScaleError
        A cut is not strictly between 0 and 1.

    Notes
    -----
    Each composite is a scorecard of its own. High in both is "lead", in contribution only "hold",
    in potential only "build", in neither "watch". ``tier_support`` is the share of draws that
    leave the tier as it is: weights as in a scorecard, and normal errors where they are known.

    Examples
    --------
    >>> table = pd.DataFrame({"revenue": [8, 3, 6], "growth": [2, 7, 9]}, index=["A", "B", "C"])
    >>> found = scorecard_matrix(table, contribution=["revenue"], potential=["growth"],
    ...                          limits=(0, 10))
    >>> found.positions[["brand", "tier"]].values.tolist()
    [['A', 'hold'], ['B', 'build'], ['C', 'lead']]
    """
    check_whole_number("draws", draws, low=99)
    check_whole_number("seed", seed, low=0)
    scores = frame_of("scores", scores, named=False)
    sides = _checked_sides(scores, contribution=contribution, potential=potential)
    for cut in cuts:
        if not 0 < cut < 1:
            raise ScaleError(f"`cuts` must lie between 0 and 1; found {cut}. Write (0.5, 0.5).")
    if tiers and len(tiers) != len(TIERS):
        raise InputError(
            f"`tiers` must name four; found {shown(list(tiers))}. Name high in both, "
            "in contribution only, in potential only, in neither."
        )
    used = [*sides["contribution"], *sides["potential"]]
    whole = checked_values(
        _columns(scores, used),
        weights=_of_criteria(weights, used),
        limits=_of_criteria(limits, used),
        std_errors=_columns(std_errors, used),
        direction=_of_criteria(direction, used),
    )
    parts = {name: _part(whole, names, name) for name, names in sides.items()}

    found = _tiers([part.totals for part in parts.values()], cuts)
    drawn = _drawn_tiers(parts, cuts, draws=draws, seed=seed)

    neutral = Message("No weights were chosen: criteria count alike within each of the two scores.")
    exact = Message(
        "The scores carry no errors: how often a tier stays is over other weights only."
    )
    criteria = pd.concat({name: criteria_frame(part) for name, part in parts.items()})
    criteria = criteria.reset_index(level=0, names="composite").reset_index(drop=True)
    positions = pd.DataFrame({"brand": list(whole.brands)})
    positions = positions.assign(**{f"{name}_score": part.totals for name, part in parts.items()})
    for name, part in parts.items():
        positions[f"{name}_error"] = np.nan if part.total_errors is None else part.total_errors
    return ScorecardMatrix(
        positions=positions.assign(
            tier=np.array(TIERS, dtype=object)[found], tier_support=(drawn == found).mean(axis=0)
        ),
        criteria=criteria,
        cuts=(float(cuts[0]), float(cuts[1])),
        draws=draws,
        actions=pd.DataFrame(
            {
                "tier": TIERS[: len(tiers or ())],
                "label": list(tiers or {}),
                "action": list((tiers or {}).values()),
            }
        ),
        notes=(*[neutral] * (weights is None), *[exact] * (whole.errors is None)),
    )


def _checked_sides(scores: pd.DataFrame, **given: Sequence[str]) -> Sides:
    known, sides = [label_text(name) for name in scores.columns], {}
    for name, criteria in given.items():
        if isinstance(criteria, str) or not criteria:
            raise InputError(
                f"`{name}` must be a list of one criterion or more; found {shown(criteria)}."
            )
        sides[name] = [label_text(one) for one in criteria]
        check_known(name, sides[name], known, rule="name columns of `scores`")
    both = sorted(set(sides["contribution"]) & set(sides["potential"]))
    if both:
        raise InputError(
            f"`potential` must hold other criteria than `contribution`; found {shown(both)} in "
            "both. Put each where it belongs most: counted twice, it makes the two look alike."
        )
    return sides


def _columns(frame: Given, names: list[str]) -> Given:
    """Give the columns of those names that a frame has; what is no frame as it is."""
    if not isinstance(frame, pd.DataFrame):
        return frame
    known = [label_text(name) for name in frame.columns]
    at = [known.index(name) for name in names if name in known]
    return cast("Given", frame.iloc[:, at])


def _of_criteria(given: Given, used: list[str]) -> Given:
    """Keep what is declared of the criteria in use."""
    if not isinstance(given, Mapping):
        return given
    return cast("Given", {name: value for name, value in given.items() if name in used})


def _part(whole: ScorecardValues, criteria: list[str], composite: str) -> ScorecardValues:
    """Give one composite as a scorecard of its own."""
    part = whole.of(criteria)
    if not part.weights.any():
        raise ScaleError(
            f"`weights` must be above 0 for some criterion of `{composite}`; found zeros only."
        )
    return replace(part, weights=part.weights / part.weights.sum())


def _tiers(scores: Sequence[Floats], cuts: tuple[float, float]) -> Codes:
    """Give 0 to 3 by whether contribution and potential are high; the cut itself is high."""
    contributes, promises = (side >= cut - 1e-12 for side, cut in zip(scores, cuts, strict=True))
    return np.asarray(3 - 2 * contributes.astype(np.intp) - promises)


def _drawn_tiers(
    parts: dict[str, ScorecardValues], cuts: tuple[float, float], *, draws: int, seed: int
) -> Codes:
    """Give the tiers under other weights, and other errors where known, (draws, institutions)."""
    scores = []
    for number, part in enumerate(parts.values()):
        weights = part.drawn_weights(draws, seed + number)
        drawn = weights @ part.scaled.T
        if part.errors is not None:
            spread = np.sqrt(weights**2 @ (part.errors**2).T)
            # draws belong to content, not to rows
            order = np.lexsort((part.errors @ part.weights, part.totals))
            noise = np.random.default_rng([seed, number]).standard_normal(drawn.shape)
            drawn[:, order] += noise * spread[:, order]
        scores.append(drawn)
    return _tiers(scores, cuts)


# --- templates ------------------------------------------------------------------------------------


# key | English | zh-Hant | zh-Hans | composite | better
_INSTITUTIONS = """
    deposits    | deposits                | 存款規模 | 存款规模 | contribution | higher
    loans       | loans                   | 貸款規模 | 贷款规模 | contribution | higher
    fees        | fee income              | 手續費收入 | 中间业务收入 | contribution | higher
    profit      | profit                  | 獲利 | 利润 | contribution | higher
    customers   | customers served        | 服務客戶數 | 服务客户数 | contribution | higher
    products    | products per customer   | 每客戶產品數 | 户均产品数 | contribution | higher
    bad_loans   | loans in arrears        | 逾期放款 | 逾期贷款 | contribution | lower
    market      | size of its market      | 市場規模 | 市场规模 | potential | higher
    growth      | growth of its market    | 市場成長 | 市场增长 | potential | higher
    room        | share still to be won   | 市占提升空間 | 份额提升空间 | potential | higher
    affluence   | affluence of customers  | 客戶財力 | 客户财力 | potential | higher
    digital     | use of digital channels | 數位通路使用 | 数字渠道使用 | potential | higher
    rivals      | pressure from rivals    | 競爭壓力 | 竞争压力 | potential | lower
    staff       | skills of its staff     | 員工能力 | 员工能力 | potential | higher
"""
_BRAND_AUDIT = """
    concept     | brand concept           | 品牌理念 | 品牌理念 | audit | higher
    culture     | brand culture           | 品牌文化 | 品牌文化 | audit | higher
    positioning | brand positioning       | 品牌定位 | 品牌定位 | audit | higher
    management  | brand management        | 品牌管理 | 品牌管理 | audit | higher
    maintenance | brand maintenance       | 品牌維護 | 品牌维护 | audit | higher
"""
_TABLES: dict[TemplateName, str] = {"institutions": _INSTITUTIONS, "brand_audit": _BRAND_AUDIT}
_INSTITUTION = {"en": "Institution {n}", "zh-Hant": "機構 {n}", "zh-Hans": "机构{n}"}


@dataclass(frozen=True, kw_only=True, eq=False)
class ScorecardTemplate:
    """A scorecard to fill in, with all that scoring it takes.

    Parameters
    ----------
    scores : DataFrame, institutions x criteria
        Empty cells, to be filled with points from 0 to 10.
    weights : dict of criterion to weight
        Neutral: all the same.
    limits : dict of criterion to (low, high)
    direction : dict of criterion to "higher" or "lower"
    composites : dict of str to list of criteria
        "contribution" and "potential", or "audit".
    """

    scores: pd.DataFrame
    weights: dict[str, float]
    limits: dict[str, tuple[float, float]]
    direction: dict[str, Direction]
    composites: dict[str, list[str]]


def scorecard_template(
    name: TemplateName, *, brands: Sequence[str] | None = None, language: str | None = None
) -> ScorecardTemplate:
    """Give a ready-made scorecard to fill in.

    Parameters
    ----------
    name : "institutions" or "brand_audit"
        Twelve institutions by fourteen criteria, seven of contribution and seven of potential; or
        banks by concept, culture, positioning, management and maintenance of their brands.
    brands : sequence of str, optional
        Who is scored; twelve numbered institutions where not given.
    language : "en", "zh-Hant" or "zh-Hans", optional
        Of the criteria; the language in use where not given.

    Returns
    -------
    ScorecardTemplate

    Raises
    ------
    InputError
        Unknown name or language, fewer than two brands, or one twice.

    Examples
    --------
    >>> audit = scorecard_template("brand_audit", brands=["Civic", "Kestrel"], language="zh-Hant")
    >>> audit.scores.columns.tolist()
    ['品牌理念', '品牌文化', '品牌定位', '品牌管理', '品牌維護']
    >>> scorecard_template("institutions").scores.shape
    (12, 14)
    """
    check_option("name", name, get_args(TemplateName))
    code = current_language() if language is None else language
    check_option("language", code, LANGUAGES)
    if brands is None:
        brands = [_INSTITUTION[code].format(n=n + 1) for n in range(N_INSTITUTIONS)]
    if isinstance(brands, str) or len(brands) < 2:
        raise InputError(f"`brands` must be a list of two names or more; found {shown(brands)}.")
    require_unique("brands", list(brands), what="institution")

    table = [line.split("|") for line in _TABLES[name].strip().splitlines()]
    rows = [[cell.strip() for cell in line] for line in table]
    labels = [row[1 + LANGUAGES.index(code)] for row in rows]
    direction = {label: cast("Direction", row[5]) for label, row in zip(labels, rows, strict=True)}
    composites: dict[str, list[str]] = {}
    for label, row in zip(labels, rows, strict=True):
        composites.setdefault(row[4], []).append(label)
    return ScorecardTemplate(
        scores=pd.DataFrame(np.nan, index=list(brands), columns=labels),
        weights=dict.fromkeys(labels, 1.0),
        limits=dict.fromkeys(labels, (LOW, HIGH)),
        direction=direction,
        composites=composites,
    )
