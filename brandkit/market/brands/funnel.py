"""Brand funnels: where people are lost between knowing a bank and choosing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit, stdtr, stdtrit

from brandkit.core.errors import InputError, check_known, check_level, shown
from brandkit.core.intervals import false_discovery, holm_of_tested
from brandkit.core.labels import coded
from brandkit.core.linalg import Flags, Floats
from brandkit.core.message import noted
from brandkit.core.result import Result
from brandkit.market.asked import Asked, asked, bases, is_nobody, ticks
from brandkit.sampling.ratios import SMALL_BASE, SUPPRESSED_BASE, ratios
from brandkit.sampling.rows import Data, Weight

Stage = str | Sequence[str] | Mapping[str, Any]

#: Brands beneath which sizes cannot tell what to expect.
FEWEST_BRANDS = 6


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class BrandFunnel(Result):
    """How many people each bank has at each stage, and how many pass on.

    Parameters
    ----------
    stages : DataFrame
        One row a brand and stage, in order: ``brand stage estimate std_error ci_low ci_high
        ci_level n base``: shares of all asked.
    conversions : DataFrame
        One row a brand and step: ``brand stage_a stage_b estimate std_error ci_low ci_high
        ci_level n base n_leaks expected_share expected_share_low expected_share_high statistic
        p_value p_adjusted settled``. Leaks are in the later stage but not in the earlier, and no
        part of the conversion. What its size leads to expect is fitted on the other brands.
    names : tuple of str
        The stages, the widest first.
    ci_level : float
    n, n_dropped : int
    """

    stages: pd.DataFrame
    conversions: pd.DataFrame
    names: tuple[str, ...]
    ci_level: float
    n: int
    n_dropped: int

    def glance(self) -> pd.DataFrame:
        """Give one row: brands, stages, and how many conversions size does not explain."""
        return self._row(
            "n_brands n_stages n n_dropped n_distinct ci_level",
            n_brands=self.stages["brand"].nunique(),
            n_stages=len(self.names),
            n_distinct=int((self.conversions["settled"] != "open").sum()),
        )


def brand_funnel(
    data: Data,
    *,
    stages: Mapping[str, Stage],
    brand: str | None = None,
    waves: str = "newest",
    weight: Weight | None = None,
    respondent: str | None = None,
    wave: str | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    level: float = 0.95,
    minimum_base: int = SMALL_BASE,
    suppress_below: int = SUPPRESSED_BASE,
) -> BrandFunnel:
    """Say where people are lost between knowing a bank and choosing it.

    Parameters
    ----------
    data : DataFrame or Survey
    stages : mapping
        Stage to what holds it, the widest first, two at least: a set or columns of ticks with the
        banks for labels, a column of banks' names, or ``{"item": column, "at_least": 9}`` of the
        rows about each bank.
    brand, respondent, wave, strata, cluster : str, optional
        Columns of the design, where a survey does not bring them.
    waves : "newest", "all" or a wave
    weight : str or SurveyWeights, optional
    level : float
    minimum_base, suppress_below : int
        Persons beneath which a base is flagged, and beneath which nothing is shown.

    Returns
    -------
    BrandFunnel

    Raises
    ------
    InputError
        A stage is unknown, shares no bank with the first, or is wider than the one before it for
        most banks.

    Notes
    -----
    Small banks convert less (double jeopardy). What a bank's size leads to expect is the t
    prediction interval of logit conversion on the log share of the stage before, fitted on all
    other banks; adjusted after Holm over the banks of a step. With 12 banks only gross outliers
    can be told. Shares are of one interview: nobody is followed from stage to stage.

    References
    ----------
    Ehrenberg, A. S. C., Goodhardt, G. J. and Barwise, T. P. (1990). Double jeopardy revisited.
    Journal of Marketing 54(3), 82-91. doi:10.2307/1251818

    Examples
    --------
    >>> answers = pd.DataFrame({"k1": [1, 1, 1, 0], "k2": [1, 1, 0, 0], "u1": [1, 0, 1, 0],
    ...                         "u2": [0, 1, 0, 0]})
    >>> funnel = brand_funnel(answers.rename(columns={"k1": "A", "k2": "B"}).assign(
    ...     main=["A", "B", "A", None]), stages={"aware": ["A", "B"], "main": "main"},
    ...     suppress_below=1)
    >>> funnel.conversions["estimate"].round(3).tolist()
    [0.667, 0.5]
    """
    check_level(level)
    if len(stages) < 2:
        raise InputError(
            f"`stages` must name at least 2 stages, the widest first; found {shown(list(stages))}."
        )
    one = asked(
        data,
        waves=waves,
        wave=wave,
        brand=brand,
        weight=weight,
        respondent=respondent,
        strata=strata,
        cluster=cluster,
    )
    names = list(stages)
    held = {name: _stage(one, name, stages[name]) for name in names}
    inside = held[names[0]][2]
    brands = [
        label
        for at, label in enumerate(held[names[0]][0])
        if all(label in held[name][0] for name in names)
        and not is_nobody(label)
        and not np.isnan(held[names[0]][1][inside, at]).all()
    ]
    if not brands:
        raise InputError(
            f"`stages` must be about the same banks; found none of {shown(held[names[0]][0])} in "
            "every stage. Give the banks the same labels."
        )
    reached = np.stack(
        [
            values[:, [labels.index(brand) for brand in brands]]
            for labels, values, _ in held.values()
        ]
    )
    _check_order(reached, inside, one.rows.weight, names)
    how: dict[str, Any] = {"level": level, "bases": (minimum_base, suppress_below)}
    everybody = inside[:, None] & ~np.isnan(reached[0])
    shares = [
        _rows(one, np.nan_to_num(now) * everybody, everybody, how).assign(brand=brands, stage=name)
        for name, now in zip(names, reached, strict=True)
    ]
    steps = [
        _step(one, *pair, inside=inside, how=how).assign(brand=brands, stage_a=a, stage_b=b)
        for (a, b), pair in zip(pairwise(names), pairwise(reached), strict=True)
    ]
    table = pd.concat(shares, ignore_index=True)[["brand", "stage", *_SHARE]]
    conversions = _expected(pd.concat(steps, ignore_index=True), table, level)
    return BrandFunnel(
        stages=table,
        conversions=conversions,
        names=tuple(names),
        ci_level=level,
        notes=(*one.notes, *_leak_note(conversions, int(inside.sum()), len(brands))),
        **bases(inside),
    )


Held = tuple[tuple[str, ...], Floats, Flags]
_SHARE = ["estimate", "std_error", "ci_low", "ci_high", "ci_level", "n", "base"]
_EXPECTED = [
    "expected_share",
    "expected_share_low",
    "expected_share_high",
    "statistic",
    "p_value",
    "p_adjusted",
    "settled",
]


def _stage(one: Asked, name: str, told: Stage) -> Held:
    """Give the banks of a stage and who is in it, on the rows that count."""
    if isinstance(told, Mapping):
        return _from_rows(one, name, told)
    sets = set(one.sets["set"].dropna())
    if isinstance(told, str) and told in one.frame.columns and told not in sets:
        cells = one.frame[told]
        if not pd.api.types.is_numeric_dtype(cells) or one.codes.get(told):
            code, labels = one.coded(told)
            values = (code[:, None] == np.arange(len(labels))).astype(np.float64)
            return labels, values, one.counted(pd.DataFrame(code))
    found = ticks(one, told, argument="stages")
    return found.labels, found.values, found.inside


def _from_rows(one: Asked, name: str, told: Mapping[str, Any]) -> Held:
    """Give whose rows about a bank reach an answer, on each person's first row."""
    item, least = told.get("item"), told.get("at_least")
    if item is None or least is None or one.brand is None:
        raise InputError(
            f"`stages` with a scale takes item and at_least, and rows about each bank; found "
            f"{shown(dict(told))} for {shown(name)}."
        )
    check_known("stages", item, list(map(str, one.frame.columns)), rule="name columns")
    code, labels = coded(one.frame[one.brand])
    answers = one.frame[item].to_numpy(np.float64)
    persons = pd.factorize(one.persons)[0]
    there = (code >= 0) & ~np.isnan(answers)
    values = np.full((persons.max() + 1, len(labels)), np.nan)
    values[persons[there], code[there]] = answers[there] >= float(least)
    first = ~pd.Series(persons).duplicated().to_numpy()
    return labels, np.where(first[:, None], values[persons], np.nan), one.inside & first


def _check_order(reached: Floats, inside: Flags, weight: Floats, names: Sequence[str]) -> None:
    size = np.nan_to_num(reached[:, inside]).swapaxes(1, 2) @ weight[inside]
    for at in range(1, len(names)):
        wider = (size[at] > size[at - 1]).sum()
        if wider * 2 > size.shape[1]:
            raise InputError(
                f"`stages` must stand in order, the widest first; found {shown(names[at])} wider "
                f"than {shown(names[at - 1])} for {wider} of {size.shape[1]} "
                "banks. Turn them round."
            )


def _rows(one: Asked, given: Floats, base: Flags, how: Mapping[str, Any]) -> pd.DataFrame:
    """Give the share of each bank's base that is given, a row a bank."""
    whole = base.astype(np.float64)
    found = ratios(given.astype(np.float64), denominators=whole, rows=one.rows)
    return pd.DataFrame(found.columns(**how))


def _step(
    one: Asked, earlier: Floats, later: Floats, *, inside: Flags, how: Mapping[str, Any]
) -> pd.DataFrame:
    """Give who passes on from a stage to the next, and how many are in the next alone."""
    before = (np.nan_to_num(earlier) == 1) & inside[:, None]
    after = np.nan_to_num(later) == 1
    asked_of = before & (~np.isnan(later) if _is_scale(later) else True)
    leaks = (after & ~before & inside[:, None]).sum(axis=0)
    return _rows(one, after & asked_of, asked_of, how).assign(n_leaks=leaks)


def _is_scale(values: Floats) -> bool:
    """Whether a stage was asked bank by bank, so that a blank is no answer."""
    answered = ~np.isnan(values)
    return bool((answered.any(axis=1) & ~answered.all(axis=1)).any())


def _expected(steps: pd.DataFrame, shares: pd.DataFrame, level: float) -> pd.DataFrame:
    """Add what the size of each bank leads to expect, fitted on the others."""
    size = shares.set_index(["stage", "brand"])["estimate"]
    parts = []
    for _, step in steps.groupby("stage_b", sort=False):
        before = size.loc[list(zip(step["stage_a"], step["brand"], strict=True))].to_numpy()
        parts.append(step.assign(**_left_out(before, step["estimate"].to_numpy(), level)))
    columns = ["brand", "stage_a", "stage_b", *_SHARE, "n_leaks", *_EXPECTED]
    table = pd.concat(parts, ignore_index=True)
    p_value = table["p_value"].to_numpy(np.float64)
    clear, likely = (
        adjusted(p_value) < 1 - level for adjusted in (holm_of_tested, false_discovery)
    )
    words = np.where(clear, "clear", np.where(likely, "likely", "open"))
    return table.assign(settled=words)[columns]


def _left_out(size: Floats, conversion: Floats, level: float) -> dict[str, Any]:
    """Predict each conversion from the others' regression on size."""
    usable = np.flatnonzero((conversion > 0) & (conversion < 1) & (size > 0))
    if len(usable) < FEWEST_BRANDS:
        return dict.fromkeys(_EXPECTED[:-1], np.nan)
    x, y = np.log(size[usable]), logit(conversion[usable])
    m, df = len(usable), len(usable) - 3
    centre, spread, t = (np.full(len(size), np.nan) for _ in range(3))
    for at, place in enumerate(usable):
        others = np.arange(m) != at
        design = np.column_stack([np.ones(m - 1), x[others]])
        beta = np.linalg.lstsq(design, y[others], rcond=None)[0]
        rest = y[others] - design @ beta
        variance = rest @ rest / df
        new = np.array([1.0, x[at]])
        spread[place] = np.sqrt(variance * (1 + new @ np.linalg.pinv(design.T @ design) @ new))
        centre[place] = new @ beta
        t[place] = (y[at] - centre[place]) / spread[place] if spread[place] > 0 else np.nan
    p_value = 2 * stdtr(df, -np.abs(t))
    adjusted = holm_of_tested(p_value)
    half = stdtrit(df, (1 + level) / 2) * spread
    return {
        "expected_share": expit(centre),
        "expected_share_low": expit(centre - half),
        "expected_share_high": expit(centre + half),
        "statistic": t,
        "p_value": p_value,
        "p_adjusted": adjusted,
    }


def _leak_note(steps: pd.DataFrame, n: int, n_brands: int) -> list[Any]:
    leaks = int(steps["n_leaks"].max())
    few = n_brands < FEWEST_BRANDS
    return [
        *noted(
            "Up to {leaks:count} of {n:count} persons stand in a stage of a bank without the one "
            "before it; they are counted, and kept out of the conversion.",
            leaks=leaks,
            n=n,
        ),
        *noted(
            "With {n:count} banks nothing can be expected from size; it takes {least:count}.",
            n=n_brands if few else 0,
            least=FEWEST_BRANDS,
        ),
    ]
