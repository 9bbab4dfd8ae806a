"""Crosstabs: who answers what, group by group, with tests that know who is in both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from brandkit.core.errors import InputError, NotEnoughDataError, check_level, check_option
from brandkit.core.intervals import false_discovery, holm_of_tested
from brandkit.core.linalg import Flags, Floats, ratio
from brandkit.core.result import Result
from brandkit.market.asked import Asked, asked, bases
from brandkit.market.tabs.questions import Asking, Banner, Measure, Nets, banners, questions
from brandkit.sampling.ratios import (
    SMALL_BASE,
    SUPPRESSED_BASE,
    PairTests,
    Ratios,
    column_letters,
    design_tests,
    letters_below,
    quantum_tests,
    ratios,
)
from brandkit.sampling.rows import Data, Weight

Style = Literal["holm", "quantum"]

#: Rate of false discoveries at which a difference is worth reading first.
DISCOVERY = 0.05
#: Smallest difference of shares that is called clear; of means, in standard deviations.
SMALLEST = 0.05
#: Numbers in one block of linearised values.
_MOST_CELLS = 4_000_000


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Crosstab(Result):
    """Who answers what: questions by groups.

    Parameters
    ----------
    cells : DataFrame
        One row an answer and group, and one for all groups together (``segment`` is missing
        there): ``question item label kind banner segment letter estimate std_error ci_low ci_high
        ci_level n weighted_base n_kish n_effective base letters rest difference difference_error
        p_value p_adjusted q_value settled``. ``difference`` is the group less all others, never
        less the total; ``p_adjusted`` holds within the row of groups, ``q_value`` over the book.
    pairs : DataFrame
        One row an answer and pair of groups: ``question label banner group_a group_b difference
        std_error statistic p_value p_adjusted``.
    style : str
    ci_level : float
    n, n_dropped : int
        Rows that count, and rows of other waves or without a weight.
    n_questions : int
    """

    cells: pd.DataFrame
    pairs: pd.DataFrame
    style: Style
    ci_level: float
    n: int
    n_dropped: int
    n_questions: int

    def glance(self) -> pd.DataFrame:
        """Give one row: questions, rows, tests, and how many differences stand."""
        return self._row(
            "style n_questions n n_dropped n_pairs n_distinct ci_level",
            n_pairs=len(self.pairs),
            n_distinct=int((self.pairs["p_adjusted"] < 1 - self.ci_level).sum()),
        )

    def readings(self) -> pd.DataFrame:
        """Give questions by what sets them apart most: one row a question and banner, in order."""
        told = self.cells[self.cells["segment"].notna()]
        order = ["clear", "likely", "open"]
        best = told.groupby(["question", "banner"], sort=False).agg(
            q_value=("q_value", "min"),
            settled=("settled", lambda found: min(found, key=order.index)),
        )
        return best.reset_index().sort_values("q_value", kind="stable", ignore_index=True)


def crosstab(
    data: Data,
    *,
    rows: Sequence[str],
    banner: str | Sequence[str],
    measure: Measure | Mapping[str, Measure] = "share",
    nets: Nets | None = None,
    style: Style = "holm",
    waves: str = "newest",
    weight: Weight | None = None,
    respondent: str | None = None,
    wave: str | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    level: float = 0.95,
    minimum_base: int = SMALL_BASE,
    suppress_below: int = SUPPRESSED_BASE,
) -> Crosstab:
    """Say who answers what: questions by groups, with letters for what differs.

    The analyst's first look at a survey. Persons may stand in several groups (those who know a
    bank, those who use another): their answers are then counted in both, and tests know it.

    Parameters
    ----------
    data : DataFrame or Survey
        One row a respondent, or a respondent and brand. Questions about the person are counted
        once a person.
    rows : sequence of str
        Questions: columns of few answers, or sets of ticks.
    banner : str or sequence of str
        Columns, or sets of ticks, whose groups stand beside each other.
    measure : "share", "mean", "top2", "nps" or mapping
        What is shown of questions on a scale; a mapping says it for some questions or sets.
    nets : mapping, optional
        Name to answers of one question: the share of those who gave any of them.
    style : "holm" or "quantum"
        Pairs of groups tested with the design's errors and Holm's adjustment within the row; or
        as Quantum does, with pooled t on effective bases and Bonferroni (shares only).
    waves : "newest", "all" or a wave
    weight : str or SurveyWeights, optional
    respondent, wave, strata, cluster : str, optional
        Columns of the design, where a survey does not bring them.
    level : float
        Of intervals and letters.
    minimum_base, suppress_below : int
        Persons beneath which a base is flagged, and beneath which a group is left out.

    Returns
    -------
    Crosstab

    Raises
    ------
    InputError
        A name is unknown, a question has too many answers, a banner one group, a net no answer.

    Notes
    -----
    A group below ``suppress_below`` is left out altogether, of the others' complement and of the
    total too, so that it cannot be reckoned back. An answer counts against those who were asked.
    "None" and "Don't know" stay as rows. Shares have Wilson intervals on their effective base.

    References
    ----------
    Rao, J. N. K. and Scott, A. J. (1984). On chi-squared tests for multiway contingency tables.
    Annals of Statistics 12, 46-60. doi:10.1214/aos/1176346391

    Examples
    --------
    >>> answers = pd.DataFrame({"tier": ["mass"] * 40 + ["private"] * 40,
    ...                         "app": ["yes"] * 10 + ["no"] * 30 + ["yes"] * 30 + ["no"] * 10})
    >>> table = crosstab(answers, rows=["app"], banner="tier")
    >>> shown = table.cells[(table.cells["label"] == "yes") & table.cells["segment"].notna()]
    >>> shown[["segment", "estimate", "letters"]].to_numpy().tolist()
    [['mass', 0.25, ''], ['private', 0.75, 'A']]
    """
    check_option("style", style, get_args(Style))
    check_level(level)
    one = asked(
        data,
        waves=waves,
        wave=wave,
        weight=weight,
        respondent=respondent,
        strata=strata,
        cluster=cluster,
    )
    listed = [rows] if isinstance(rows, str) else list(rows)
    if not listed:
        raise InputError("`rows` must name at least one question; found none.")
    found = questions(one, listed, measure=measure, nets=nets or {})
    across = banners(one, [banner] if isinstance(banner, str) else list(banner))
    how = _How(style, level, minimum_base, suppress_below)
    tables, tested = [], []
    for at in across:
        for asking in found:
            for part in _parts(one, asking, at):
                for cells, pairs in _block(one, part, at, how):
                    tables.append(cells)
                    tested.append(pairs)
    if not tables:
        raise NotEnoughDataError(
            f"`banner` must make a group of {suppress_below} persons or more who answered; found "
            "none. Name fewer, larger groups."
        )
    table = _settled(_stacked(tables, _CELLS), level)
    counted = one.inside if not found else np.any([asking.inside for asking in found], axis=0)
    notes = dict.fromkeys((*one.notes, *(note for asking in found for note in asking.notes)))
    return Crosstab(
        cells=table,
        pairs=_stacked(tested, _PAIRS),
        style=style,
        ci_level=level,
        n_questions=len(found),
        notes=tuple(notes),
        **bases(counted),
    )


@dataclass(frozen=True)
class _How:
    style: Style
    level: float
    minimum: int
    suppress: int


def _parts(one: Asked, asking: Asking, banner: Banner) -> list[Asking]:
    """Cut a question into parts whose linearised values fit into memory."""
    most = max(1, _MOST_CELLS // (len(one.rows) * (2 * len(banner.groups) + 1)))
    return [
        replace(
            asking,
            answers=asking.answers[a : a + most],
            kinds=asking.kinds[a : a + most],
            values=asking.values[:, a : a + most],
        )
        for a in range(0, len(asking.answers), most)
    ]


Part = dict[str, Any]


def _block(one: Asked, asking: Asking, banner: Banner, how: _How) -> Iterator[tuple[Part, Part]]:
    """Estimate and test one question by one banner: the columns of each row and of its pairs."""
    at = np.flatnonzero(asking.inside & ~np.isnan(asking.values).all(axis=1))
    groups, values = banner.flags[at], asking.values[at]
    persons = [len(np.unique(one.rows.person[at][flag])) for flag in groups.T]
    kept: Flags = np.asarray(np.array(persons) >= how.suppress)
    universe: Flags = np.asarray((groups & kept).any(axis=1))
    if not banner.is_apart:
        universe = np.ones(len(at), dtype=bool)
    groups, g = groups[:, kept], int(kept.sum())
    if g == 0:
        return
    names = np.array(banner.groups, dtype=object)[kept]
    letters = np.array(column_letters(len(banner.groups)), dtype=object)[kept]
    whole = np.column_stack([groups, universe[:, None] & ~groups, universe])
    there: Flags = ~np.isnan(values)
    base = (there[:, :, None] & whole[:, None, :]).astype(np.float64)
    given, n = np.nan_to_num(values)[:, :, None] * base, len(base)
    estimated = ratios(given.reshape(n, -1), denominators=base.reshape(n, -1), rows=one.rows, at=at)
    about = {"question": asking.text, "item": asking.name, "banner": banner.text}
    for row, (label, kind) in enumerate(zip(asking.answers, asking.kinds, strict=True)):
        own = np.arange((2 * g + 1) * row, (2 * g + 1) * (row + 1))
        is_share = kind in ("answer", "net", "top2")
        met = groups & there[:, [row]]
        tests = _pair_tests(
            one.rows.weight[at], estimated.of(own[:g]), met, is_share=is_share, how=how
        )
        above = letters_below(tests, levels=(how.level, how.level), n_groups=g)
        cells = _cells(estimated, own, g=g, is_share=is_share, how=how)
        cells |= {
            "segment": [*names, None],
            "letter": [*letters, None],
            "kind": kind,
            "letters": [*_renamed(above, letters), ""],
            "label": label,
            **about,
        }
        yield (
            cells,
            {
                "group_a": names[tests.first],
                "group_b": names[tests.second],
                "label": label,
                **about,
                "difference": tests.difference,
                "std_error": tests.std_error,
                "statistic": tests.statistic,
                "p_value": tests.p_value,
                "p_adjusted": tests.p_adjusted,
            },
        )


def _stacked(parts: Sequence[Part], columns: Sequence[str]) -> pd.DataFrame:
    """Put columns under each other; what is one value holds of a whole part."""
    sizes = [
        max(len(one) for one in part.values() if not isinstance(one, (str, float)))
        for part in parts
    ]
    held: dict[str, list[Any]] = {name: [] for name in columns}
    for part, size in zip(parts, sizes, strict=True):
        for name in columns:
            one = part[name]
            held[name] += [one] * size if isinstance(one, (str, float)) else list(one)
    return pd.DataFrame(held)


_CELLS = [
    "question", "item", "label", "kind", "banner", "segment", "letter", "estimate", "std_error",
    "ci_low", "ci_high", "ci_level", "n", "weighted_base", "n_kish", "n_effective", "base",
    "letters", "rest", "difference", "difference_error", "p_value", "p_adjusted",
]  # fmt: skip
_PAIRS = [
    "question",
    "item",
    "label",
    "banner",
    "group_a",
    "group_b",
    "difference",
    "std_error",
    "statistic",
    "p_value",
    "p_adjusted",
]


def _cells(estimated: Ratios, at: Any, *, g: int, is_share: bool, how: _How) -> Part:
    """Give a row of the table: groups, then all of them; each group against its complement."""
    one = estimated.of(np.array([*at[:g], at[-1]]))
    against = np.zeros((2 * g + 1, g))
    against[np.arange(g), np.arange(g)], against[g + np.arange(g), np.arange(g)] = 1.0, -1.0
    apart = estimated.of(at).combined(against)
    rest = estimated.estimate[at[g : 2 * g]]
    numbers: Part = {
        "n_kish": one.n_kish,
        "n_effective": one.n_effective if is_share else one.n_kish,
        "rest": [*rest, np.nan],
        "difference": [*apart.estimate, np.nan],
        "difference_error": [*apart.std_error, np.nan],
        "p_value": [*apart.p_value, np.nan],
        "p_adjusted": [*holm_of_tested(apart.p_value), np.nan],
    }
    hidden = one.n < max(how.suppress, 1)
    shown = {name: np.where(hidden, np.nan, value) for name, value in numbers.items()}
    told = one.columns(level=how.level, is_share=is_share, bases=(how.minimum, how.suppress))
    return {**told, **shown, "weighted_base": one.base}


def _pair_tests(
    weight: Floats, part: Ratios, groups: Flags, *, is_share: bool, how: _How
) -> PairTests:
    """Test the pairs of groups of one row."""
    mean = np.where(part.n < how.suppress, np.nan, part.estimate)
    if how.style == "quantum" and is_share:
        weighed = groups * weight[:, None]
        flags = groups.astype(np.float64)
        both = ratio((weighed.T @ flags) ** 2, weighed.T @ weighed, empty=0.0)
        return quantum_tests(mean, weight=part.base, effective=part.n_kish, overlap=both)
    covariance = part.covariance()
    if is_share:
        covariance = covariance + np.diag(part.unvaried)
    df = part.df if is_share else np.minimum(part.df, np.maximum(part.n - 1, 1))
    first, second = np.triu_indices(len(mean), 1)
    apart = (groups[:, first] != groups[:, second]).any(axis=0)  # one column twice is no pair
    return design_tests(mean, covariance, df=df, pairs=(first[apart], second[apart]))


def _renamed(above: Sequence[str], letters: Any) -> list[str]:
    """Write letters of the groups shown as those of all groups."""
    plain = dict(zip(column_letters(len(letters)), letters, strict=True))
    return [" ".join(plain[one] for one in text.split()) for text in above]


def _settled(cells: pd.DataFrame, level: float) -> pd.DataFrame:
    """Say over the whole book how settled each difference from the others is."""
    rate = false_discovery(cells["p_value"].to_numpy(np.float64))
    holds = cells["p_adjusted"].to_numpy(np.float64) < 1 - level
    unit = np.where(cells["kind"] == "mean", cells["std_error"] * np.sqrt(cells["n_kish"]), 1.0)
    unit = np.where(cells["kind"] == "nps", 100.0, unit)
    large = np.abs(cells["difference"].to_numpy(np.float64)) >= SMALLEST * unit
    found = holds & (rate <= DISCOVERY)
    clear = found & large & (cells["base"] == "enough").to_numpy()
    words = np.where(clear, "clear", np.where(found, "likely", "open"))
    return cells.assign(q_value=rate, settled=words)
