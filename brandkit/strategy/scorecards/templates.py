"""Scorecards ready to fill in: twelve institutions by fourteen criteria, and a brand audit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from brandkit.core.errors import InputError, check_option, require_unique, shown
from brandkit.language import LANGUAGES, current_language
from brandkit.strategy.scorecards.scorecards import Direction

TemplateName = Literal["institutions", "brand_audit"]

N_INSTITUTIONS = 12
LOW, HIGH = 0.0, 10.0
"""Limits of every criterion of a template: points from 0 to 10."""

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
    name: TemplateName,
    *,
    brands: Sequence[str] | None = None,
    language: str | None = None,
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

    rows = [
        [cell.strip() for cell in line.split("|")] for line in _TABLES[name].strip().splitlines()
    ]
    labels = [row[1 + LANGUAGES.index(code)] for row in rows]
    composites: dict[str, list[str]] = {}
    for label, row in zip(labels, rows, strict=True):
        composites.setdefault(row[4], []).append(label)
    return ScorecardTemplate(
        scores=pd.DataFrame(np.nan, index=list(brands), columns=labels),
        weights=dict.fromkeys(labels, 1.0),
        limits=dict.fromkeys(labels, (LOW, HIGH)),
        direction={
            label: "lower" if row[5] == "lower" else "higher"
            for label, row in zip(labels, rows, strict=True)
        },
        composites=composites,
    )
