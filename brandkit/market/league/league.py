"""What a published ranking really tells apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.special import betainc, gammaincinv, ndtr, ndtri

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    ScaleError,
    check_level,
    check_option,
    frame_of,
    numeric_matrix,
    require_unique,
    shown,
)
from brandkit.core.intervals import holm, wilson_interval
from brandkit.core.labels import label_text
from brandkit.core.linalg import Flags, Floats, Ints
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.core.story import speaker
from brandkit.sources.tables.league import UNITS, League, LeagueUnit

#: Few banks that two rankings share say nothing of their agreement.
FEWEST_COMMON = 4
#: A difference is clear where it would stand were the sample worth half of what is taken for it.
DOUBT = 2.0


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class LeagueTable(Result):
    """Published scores with intervals, and the ranks that they leave open.

    Parameters
    ----------
    scores : DataFrame
        One row a table and brand, the best first: ``measure brand estimate n ci_low ci_high
        rank rank_low rank_high pooled``. Percentages are shares, 0 to 1; other units stay.
        ``rank_low`` to ``rank_high`` is what is not ruled out. Without bases, and for an index,
        there is the order only.
    pairs : DataFrame
        One row a pair of a table with bases: ``measure brand_a brand_b estimate std_error p_value
        p_adjusted distinct distinct_twice``; ``distinct_twice``: even at twice the design effect.
    tables : DataFrame
        One row a table: ``measure unit published step design_effect n_brands n_pairs n_distinct
        between_sd``; ``step`` is what scores are taken to be rounded to, in units of ``estimate``.
    agreement : DataFrame
        One row a pair of rankings that share brands: ``measure_a measure_b tau p_value
        p_adjusted n_brands``; Kendall's tau-b of the order from best to worst, Holm over all
        pairs.
    level : float
    """

    scores: pd.DataFrame
    pairs: pd.DataFrame
    tables: pd.DataFrame
    agreement: pd.DataFrame
    level: float

    def glance(self) -> pd.DataFrame:
        """Give one row: how many tables and brands, and pairs told apart."""
        return self._row(
            "n_tables n_brands n_pairs n_distinct ci_level",
            n_tables=len(self.tables),
            n_brands=self.scores["brand"].nunique(),
            n_pairs=int(self.tables["n_pairs"].sum()),
            n_distinct=int(self.pairs["distinct"].sum()),
            ci_level=self.level,
        )


def league_table(
    table: pd.DataFrame | Sequence[League],
    *,
    unit: LeagueUnit = "percent",
    measure: str = "",
    published: str = "",
    step: float | None = None,
    deff: float = 1.0,
    beside: Mapping[str, Mapping[str, float]] | None = None,
    level: float = 0.95,
) -> LeagueTable:
    """Say what a published ranking really tells apart.

    Answers *who leads, which ranks are one tie, and does our own survey agree?*

    Parameters
    ----------
    table : DataFrame or sequence of League
        ``brand score`` and, where known, ``n``: what a score rests on. Several tables as
        ``read_league`` gives them say the other arguments themselves.
    unit : "percent", "index", "nps", "per_million", default "percent"
        What scores are: 0 to 100; points; -100 to 100; complaints a million clients (``n`` are the
        clients, and fewer are better).
    measure, published : str
        What was asked, and when.
    step : float, optional
        What scores are rounded to; their last printed digit where not given.
    deff : float, default 1
        Design effect of the sample.
    beside : mapping of name to mapping of brand to score, optional
        Other rankings, higher better, that the tables are compared with.
    level : float, default 0.95

    Returns
    -------
    LeagueTable

    Raises
    ------
    InputError, ScaleError, NotEnoughDataError
        A brand twice, a score outside its unit, fewer than two brands.

    Notes
    -----
    Shares have Wilson's interval on n / deff, complaints the exact one of Poisson. Of a net
    promoter score only the largest variance it can have is known, 100^2 - score^2. Differences
    are tested pair by pair with the variance of rounding, step^2 / 12 a side (complaints: the
    binomial test of one count given both); Holm's adjustment over the pairs of a table. A rank set
    runs from 1 + those surely better to all but those surely worse. ``pooled`` draws each score
    toward the mean as far as its sampling error asks (DerSimonian and Laird).

    References
    ----------
    Wilson (1927). Probable inference. JASA 22, 209-212.
    DerSimonian, R. and Laird, N. (1986). Meta-analysis in clinical trials. Controlled Clinical
    Trials 7.

    Examples
    --------
    >>> table = pd.DataFrame({"brand": ["A", "B", "C"], "score": [62, 60, 41], "n": [400, 50, 300]})
    >>> league_table(table).scores[["brand", "rank", "rank_low", "rank_high"]].values.tolist()
    [['A', 1, 1, 2], ['B', 2, 1, 2], ['C', 3, 3, 3]]
    """
    check_level(level)
    leagues = _leagues(table, unit=unit, measure=measure, published=published, step=step, deff=deff)
    read = [_Scores(one, name) for one, name in zip(leagues, _names(leagues), strict=True)]

    tested = [one.tested(level) for one in read]
    return LeagueTable(
        scores=pd.concat(
            [one.frame(distinct, level) for one, (_, distinct) in zip(read, tested, strict=True)],
            ignore_index=True,
        ),
        pairs=pd.concat([pairs for pairs, _ in tested], ignore_index=True),
        tables=pd.concat(
            [one.facts(pairs) for one, (pairs, _) in zip(read, tested, strict=True)],
            ignore_index=True,
        ),
        agreement=_agreement(read, beside or {}),
        level=level,
        notes=tuple(dict.fromkeys(note for one in read for note in one.notes())),
    )


def _leagues(
    table: pd.DataFrame | Sequence[League],
    *,
    unit: LeagueUnit,
    measure: str,
    published: str,
    step: float | None,
    deff: float,
) -> list[League]:
    """Take a frame for one table, or tables as they were read."""
    if not isinstance(table, pd.DataFrame):
        return list(table)
    check_option("unit", unit, list(UNITS))
    table = frame_of("table", table)
    missing = [column for column in ("brand", "score") if column not in table]
    if missing:
        raise InputError(f"`table` must have columns brand and score; found none of {missing}.")
    scores = table.assign(n=table.get("n", np.nan))[["brand", "score", "n"]]
    return [League(scores, unit, "", measure, published, step, deff, "")]


def _names(leagues: Sequence[League]) -> list[str]:
    """Name tables by what they measure; where two measure one thing, by when or where too."""
    plain = [one.measure or one.title or one.unit for one in leagues]
    names = [
        name if plain.count(name) == 1 else f"{name}, {one.published or one.title or one.file}"
        for name, one in zip(plain, leagues, strict=True)
    ]
    return [
        name if names.count(name) == 1 else f"{name} ({at + 1})" for at, name in enumerate(names)
    ]


class _Scores:
    """A table's checked scores, in the units of the result, the best first."""

    def __init__(self, league: League, measure: str) -> None:
        frame = league.scores.assign(brand=[label_text(one) for one in league.scores["brand"]])
        require_unique("table", frame["brand"].tolist(), what="brand")
        if len(frame) < 2:
            raise NotEnoughDataError(f"a league table must have 2 brands; found {len(frame)}.")
        frame["n"] = numeric_matrix("table", frame[["n"]], allow_missing=True)[:, 0]
        score = numeric_matrix("table", frame[["score"]])[:, 0]
        low, high = UNITS[league.unit]
        if ((score < low) | (score > high)).any() or league.deff < 1 or (frame["n"] <= 0).any():
            raise ScaleError(
                f"`table` must have scores from {low:g} to {high:g}, bases above 0 and `deff` >= 1;"
                f" found {shown(float(score.min()))} to {shown(float(score.max()))}."
            )
        self.unit, self.measure, self.league = league.unit, measure, league
        self.scale = 100.0 if self.unit == "percent" else 1.0
        step = league.step if league.step is not None else 10.0 ** -decimals(score)
        self.step, self.is_lower_better = step / self.scale, self.unit == "per_million"
        order = np.lexsort((frame["brand"], score if self.is_lower_better else -score))
        self.brands = frame["brand"].to_numpy(dtype=object)[order]
        self.score, self.n = score[order] / self.scale, frame["n"].to_numpy(dtype=float)[order]
        self.has_errors = bool(np.isfinite(self.n).all()) and self.unit != "index"

    def tested(self, level: float) -> tuple[pd.DataFrame, Flags]:
        """Test all pairs; and say which are told apart, as a matrix."""
        m = len(self.brands)
        a, b = np.triu_indices(m if self.has_errors else 0, 1)
        p, error = self._p_values(self.league.deff, a, b)
        twice = holm(self._p_values(self.league.deff * DOUBT, a, b)[0]) < 1 - level
        adjusted = holm(p)
        distinct = adjusted < 1 - level
        pairs = pd.DataFrame(
            {
                "measure": self.measure,
                "brand_a": self.brands[a],
                "brand_b": self.brands[b],
                "estimate": self.score[a] - self.score[b],
                "std_error": error,
                "p_value": p,
                "p_adjusted": adjusted,
                "distinct": distinct,
                "distinct_twice": distinct & twice,
            }
        )
        matrix = np.zeros((m, m), dtype=bool)
        matrix[a, b] = matrix[b, a] = distinct
        return pairs, matrix

    def _p_values(self, deff: float, a: Ints, b: Ints) -> tuple[Floats, Floats]:
        base = self.n / deff
        variance = estimated(self.score, n=base, unit=self.unit)[2] + self.step**2 / 12
        error = np.sqrt(variance[a] + variance[b])
        if self.is_lower_better:
            counts = self.score * base / 1e6
            return count_p(counts[a], counts[b], part=base[a] / (base[a] + base[b])), error
        return normal_p(self.score[a] - self.score[b], error), error

    def frame(self, distinct: Flags, level: float) -> pd.DataFrame:
        """Give the scores with their intervals and ranks."""
        rank = ranks(self.score, is_lower_better=self.is_lower_better)
        frame = pd.DataFrame(
            {"measure": self.measure, "brand": self.brands, "estimate": self.score, "n": self.n}
        )
        if not self.has_errors:
            nothing = pd.array([pd.NA] * len(rank), dtype="Int64")
            return frame.assign(
                ci_low=np.nan,
                ci_high=np.nan,
                rank=rank,
                rank_low=nothing,
                rank_high=nothing,
                pooled=np.nan,
            )
        base = self.n / self.league.deff
        low, high, variance = estimated(self.score, n=base, unit=self.unit, level=level)
        best, worst = surely(rank, distinct)
        pooled, _ = shrunken(self.score, variance)
        return frame.assign(
            ci_low=low,
            ci_high=high,
            rank=rank,
            rank_low=pd.array(best, dtype="Int64"),
            rank_high=pd.array(worst, dtype="Int64"),
            pooled=pooled,
        )

    def facts(self, pairs: pd.DataFrame) -> pd.DataFrame:
        """Give a row of what was published, and how far it tells apart."""
        spread = np.nan
        if self.has_errors:
            variance = estimated(self.score, n=self.n / self.league.deff, unit=self.unit)[2]
            spread = shrunken(self.score, variance)[1]
        return pd.DataFrame(
            {
                "measure": [self.measure],
                "unit": self.unit,
                "published": self.league.published,
                "step": self.step,
                "design_effect": self.league.deff,
                "n_brands": len(self.brands),
                "n_pairs": len(pairs),
                "n_distinct": int(pairs["distinct"].sum()),
                "between_sd": spread,
            }
        )

    def notes(self) -> list[Message]:
        """Say what its intervals rest on, or why there are none."""
        say = speaker(measure=self.measure, deff=self.league.deff)
        if self.unit == "index":
            return [
                say(
                    "{measure}: how far answers to an index spread was not published, so only "
                    "the order is told."
                )
            ]
        if not self.has_errors:
            return [
                say(
                    "{measure}: no bases were published (n in [[league_tables]]), so only the "
                    "order is told."
                )
            ]
        notes = [
            say(
                "{measure}: bases of {low:count} to {high:count}, design effect {deff:decimal1}; "
                "scores are rounded, and that doubt is counted.",
                low=self.n.min(),
                high=self.n.max(),
            )
        ]
        if self.unit == "nps":
            notes.append(
                say(
                    "{measure}: shares of promoters and detractors were not published; "
                    "the intervals take the widest spread the score allows."
                )
            )
        if self.is_lower_better:
            notes.append(
                say(
                    "{measure}: counted as if complaints came one by one; an accident of "
                    "one firm brings many at once."
                )
            )
        return notes


def _agreement(read: Sequence[_Scores], beside: Mapping[str, Mapping[str, float]]) -> pd.DataFrame:
    """Compare the order of every two rankings over the brands that both have."""
    from scipy.stats import kendalltau  # a second to load, and few studies need it

    rankings = {
        one.measure: dict(
            zip(one.brands, -one.score if one.is_lower_better else one.score, strict=True)
        )
        for one in read
    } | {name: dict(scores) for name, scores in beside.items()}
    rows = []
    for a, b in combinations(rankings, 2):
        common = sorted(rankings[a].keys() & rankings[b].keys())
        if len(common) < FEWEST_COMMON or a in beside:
            continue
        tau, p = kendalltau(
            [rankings[a][one] for one in common], [rankings[b][one] for one in common]
        )
        rows.append((a, b, float(tau), float(p), len(common)))
    columns = ["measure_a", "measure_b", "tau", "p_value", "n_brands"]
    found = pd.DataFrame(rows, columns=columns)
    found.insert(4, "p_adjusted", holm(found["p_value"].to_numpy(dtype=float)))
    return found


def decimals(values: Floats) -> int:
    """Give the digits after the point that printed values (m,) need, at most 6."""
    return next((d for d in range(6) if np.allclose(values, values.round(d), 0, 1e-9)), 6)


def estimated(
    score: Floats, *, n: Floats, unit: str, level: float = 0.95
) -> tuple[Floats, Floats, Floats]:
    """Give low and high ends and variances of scores (m,) on effective bases n (m,).

    percent: Wilson 1927; per_million: exact Poisson (Garwood 1936); nps: the largest variance of
    answers in -100, 0, 100 with that mean, normal. A share of 0 or 1 has Laplace's variance.
    """
    if unit == "percent":
        low, high = wilson_interval(score, n=n, level=level)
        inner = np.where((score <= 0) | (score >= 1), (score * n + 1) / (n + 2), score)
        return low, high, np.asarray(inner * (1 - inner) / n)
    if unit == "per_million":
        count, tail = score * n / 1e6, (1 - level) / 2
        low = np.where(count > 0, gammaincinv(np.where(count > 0, count, 1.0), tail), 0.0)
        high = gammaincinv(count + 1, 1 - tail)
        return low / n * 1e6, high / n * 1e6, np.asarray(np.maximum(count, 1.0) / n**2 * 1e12)
    variance = (100.0**2 - score**2) / n
    half = float(ndtri((1 + level) / 2)) * np.sqrt(variance)
    return np.maximum(score - half, -100.0), np.minimum(score + half, 100.0), variance


def normal_p(difference: Floats, error: Floats) -> Floats:
    """Give two-sided p-values (pairs,); without error only equal scores are equal."""
    zero = error == 0
    z = np.abs(difference) / np.where(zero, 1.0, error)
    return np.asarray(np.where(zero, (difference == 0) * 1.0, 2 * ndtr(-z)))


def count_p(first: Floats, second: Floats, *, part: Floats) -> Floats:
    """Give p-values that two counts (pairs,) have one rate: the first, binomial given the sum.

    ``part`` is the first's share of both bases. Counts over a design effect need not be whole: the
    incomplete beta function goes on between whole numbers.
    """
    above = np.where(first > 0, betainc(np.maximum(first, 1e-12), second + 1, part), 1.0)
    below = np.where(second > 0, betainc(np.maximum(second, 1e-12), first + 1, 1 - part), 1.0)
    return np.asarray(np.minimum(1.0, 2 * np.minimum(above, below)))


def ranks(score: Floats, *, is_lower_better: bool) -> Ints:
    """Rank scores (m,), 1 the best; equal ones share the better rank."""
    signed = -score if is_lower_better else score
    return np.asarray(1 + (signed[None, :] > signed[:, None] + 1e-12).sum(axis=1))


def surely(rank: Ints, distinct: Flags) -> tuple[Ints, Ints]:
    """Give the best and worst rank that are not ruled out: 1 + surely better, m - surely worse."""
    better = distinct & (rank[None, :] < rank[:, None])
    worse = distinct & (rank[None, :] > rank[:, None])
    return 1 + better.sum(axis=1), len(rank) - worse.sum(axis=1)


def shrunken(score: Floats, variance: Floats) -> tuple[Floats, float]:
    """Draw scores (m,) to their mean by their errors; and the spread between (DerSimonian, Laird).

    tau^2 = max(0, (Q - (m - 1)) / (sum w - sum w^2 / sum w)), w = 1 / v.
    """
    w = 1 / np.maximum(variance, 1e-300)
    centre = (w * score).sum() / w.sum()
    q = (w * (score - centre) ** 2).sum()
    between = max(0.0, (q - (len(score) - 1)) / (w.sum() - (w**2).sum() / w.sum()))
    both = 1 / (variance + between) if between + variance.min() > 0 else w
    mean = (both * score).sum() / both.sum()
    share = between / (between + variance) if between > 0 else np.zeros(len(score))
    return np.asarray(mean + share * (score - mean)), float(np.sqrt(between))
