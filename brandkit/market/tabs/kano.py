"""Kano questionnaires: which services must be there, and which delight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.special import stdtr

from brandkit.core.errors import InputError, check_known, check_level, check_whole_number, shown
from brandkit.core.intervals import holm_of_tested
from brandkit.core.labels import coded, label_text
from brandkit.core.linalg import Codes, Flags, ratio
from brandkit.core.message import noted
from brandkit.core.result import Result
from brandkit.market.asked import Asked, asked, bases, is_nobody
from brandkit.sampling.ratios import SMALL_BASE, SUPPRESSED_BASE, Ratios, ratios
from brandkit.sampling.rows import Data, RowDraws, Weight
from brandkit.sampling.variance import added_up
from brandkit.sources.survey.words import names_of, pattern

#: Kinds of a service, and of a pair of answers that contradict each other; ties go in this order.
KINDS: Final = (
    "attractive",
    "one_dimensional",
    "must_be",
    "indifferent",
    "reverse",
    "questionable",
)
#: Rows: with the service, columns: without it, each from "I like it" to "I dislike it".
TABLE: Final = np.array(
    [[5, 0, 0, 0, 1], [4, 3, 3, 3, 2], [4, 3, 3, 3, 2], [4, 3, 3, 3, 2], [4, 4, 4, 4, 5]]
)
#: Kano's rule where two kinds are named equally often: what is missed most comes first.
RULE: Final = ("must_be", "one_dimensional", "attractive", "indifferent")
#: Share of contradictions beyond which a question was not understood.
MOST_QUESTIONABLE: Final = 0.1
#: The least lead of the first kind over the second that is worth telling, and its least support.
LEAST_LEAD, SURE = 0.05, 0.95
_COLUMNS: Final = (
    *("segment", "label", "kind", "second_kind", "lead", "lead_error", "p_value", "p_adjusted"),
    *("support", "by_rule", "settled", *KINDS, "strength", "better", "better_error", "better_low"),
    *("better_high", "worse", "worse_error", "worse_low", "worse_high", "ci_level", "role"),
    *("n", "base"),
)
#: The five answers as people write them, told apart in this order, and their places.
_WORDS: Final = {
    name: (pattern("kano", name), ("like", "must", "neutral", "live", "dislike").index(name))
    for name in names_of("kano")
}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Kano(Result):
    """What kind each service is.

    Parameters
    ----------
    services : DataFrame
        One row a service, in the order declared: ``label kind second_kind lead lead_error p_value
        p_adjusted support by_rule settled`` (the kind named most often, by how much more often
        than the next, the share of draws in which it is, and which of the two Kano's rule takes),
        the shares ``attractive one_dimensional must_be indifferent reverse questionable``, then
        ``strength better better_error better_low better_high worse worse_error worse_low
        worse_high ci_level role n base``. ``better`` is the share who are pleased by having it,
        ``worse`` less the share who are displeased by lacking it; ``role`` as ratings tell.
    tiers : DataFrame
        The same for each group of ``by``, with ``segment`` first; adjusted over all of them.
    ci_level : float
    n, n_dropped : int
    """

    services: pd.DataFrame
    tiers: pd.DataFrame
    ci_level: float
    n: int
    n_dropped: int

    def glance(self) -> pd.DataFrame:
        """Give one row: services, and of how many the kind is known."""
        return self._row(
            "n_services n_settled n n_dropped ci_level",
            n_services=len(self.services),
            n_settled=int((self.services["settled"] != "open").sum()),
        )


def kano(
    data: Data,
    *,
    pairs: Mapping[str, Sequence[str]],
    answers: Sequence[object] = (),
    by: str | None = None,
    roles: Mapping[str, str] | None = None,
    waves: str = "newest",
    draws: int = 500,
    seed: int = 0,
    weight: Weight | None = None,
    respondent: str | None = None,
    wave: str | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    minimum_base: int = SMALL_BASE,
    suppress_below: int = SUPPRESSED_BASE,
    level: float = 0.95,
) -> Kano:
    """Say of each service whether it must be there, pays by degrees, delights, or leaves cold.

    Parameters
    ----------
    data : DataFrame or Survey
    pairs : mapping
        Service to two columns: what people say to having it, and to lacking it.
    answers : sequence, optional
        The five answers, labels or codes, from liking to disliking. Without, they are known by
        their words, such as "I like it", "It must be so", 無所謂 or 不喜歡.
    by : str, optional
        Column of groups of customers who may see services differently.
    roles : mapping, optional
        Service to "basic", "performance" or "exciting", as ratings tell of it.
    waves : "newest", "all" or a wave
    draws, seed : int
    weight : str or SurveyWeights, optional
    respondent, wave, strata, cluster : str, optional
        Columns of the design, where a survey does not bring them.
    minimum_base, suppress_below : int
        Persons beneath which nothing is clear, and beneath which nothing is shown.
    level : float

    Returns
    -------
    Kano

    Raises
    ------
    InputError
        A service has not two columns, or answers are not the five.

    Notes
    -----
    The kind named first is tested against the second, two-sided, by the design's error, which
    holds although both were chosen for being named most (Hung and Fithian 2019), and adjusted
    after Holm over the services. Where more than a tenth contradict themselves the question was
    not understood, and nothing is said of the service.

    References
    ----------
    Kano, N. et al. (1984). Attractive quality and must-be quality. Berger, C. et al. (1993).
    Kano's methods for understanding customer-defined quality. Hung, K. and Fithian, W. (2019).
    Rank verification for exponential families. Annals of Statistics 47, 758-782.

    Examples
    --------
    >>> said = pd.DataFrame({"with": [3, 2, 3, 2, 1], "without": [5, 5, 5, 5, 5]})
    >>> found = kano(said, pairs={"Safe records": ["with", "without"]}, answers=[1, 2, 3, 4, 5],
    ...              suppress_below=1)
    >>> found.services[["label", "kind", "must_be", "better", "worse"]].to_numpy().tolist()
    [['Safe records', 'must_be', 0.8, 0.2, -1.0]]
    """
    check_level(level)
    check_whole_number("draws", draws, low=1)
    _check_pairs(pairs, answers)
    one = asked(
        data,
        waves=waves,
        wave=wave,
        weight=weight,
        respondent=respondent,
        strata=strata,
        cluster=cluster,
    )
    named = [name for columns in pairs.values() for name in columns]
    known = list(map(str, one.frame.columns))
    check_known("pairs", named, known, rule="name columns of the survey")
    place = [[_places(one, name, answers) for name in columns] for columns in pairs.values()]
    kinds = np.column_stack([np.where((a >= 0) & (b >= 0), TABLE[a, b], -1) for a, b in place])
    inside = one.counted(pd.DataFrame(kinds)) & (kinds >= 0).any(axis=1)
    drawn = one.rows.draws(draws, seed=seed)
    services = _services(one, kinds, inside, drawn, level=level)
    services.insert(0, "label", list(pairs))
    services["role"] = [(roles or {}).get(name) for name in pairs]
    parts = []
    if by is not None:
        check_known("by", by, known, rule="name a column of groups")
        group, names = one.coded(by)
        for at, name in enumerate(names):
            part = _services(one, kinds, inside & (group == at), drawn, level=level)
            part.insert(0, "label", list(pairs))
            part.insert(0, "segment", name)
            parts.append(part)
    tiers = pd.concat(parts) if parts else services.iloc[:0].assign(segment="")
    least = minimum_base, suppress_below
    odd = services.loc[services["questionable"] > MOST_QUESTIONABLE, "label"].tolist()
    notes = noted(
        "Not understood, as more than {share:percent} of the answers contradict each other: "
        "{names}.",
        names=odd,
        share=MOST_QUESTIONABLE,
    )
    return Kano(
        services=_judged(services, level=level, least=least),
        tiers=_judged(tiers, level=level, least=least),
        ci_level=level,
        notes=(*one.notes, *notes),
        **bases(inside),
    )


def _check_pairs(pairs: Mapping[str, Sequence[str]], answers: Sequence[object]) -> None:
    wrong = [name for name, two in pairs.items() if isinstance(two, str) or len(two) != 2]
    if wrong or not pairs:
        raise InputError(
            f"`pairs` must have two columns for each service; found {shown(wrong) or 'no service'}."
            " Name what people say to having it, then what they say to lacking it."
        )
    if answers and len({label_text(one) for one in answers}) != 5:
        raise InputError(
            f"`answers` must be the five answers from liking to disliking; found "
            f"{shown([label_text(one) for one in answers])}. Name each once."
        )


def _places(one: Asked, column: str, answers: Sequence[object]) -> Codes:
    """Give the place of each answer, 0 liked to 4 disliked; -1 where there is none."""
    code, labels = one.coded(column)
    if answers:
        order = {label_text(answer): at for at, answer in enumerate(answers)}
        if not set(labels) <= set(order):  # codes may be declared where labels stand
            code, labels = coded(one.frame[column])
        known = [order.get(label) for label in labels]
    else:
        known = [_by_words(label) for label in labels]
    strange = [
        label
        for label, at in zip(labels, known, strict=True)
        if at is None and not is_nobody(label)
    ]
    if strange:
        raise InputError(
            f"`pairs` must name columns of the five answers; {column!r} has {len(strange)} that "
            "are none of them. Declare `answers`, five from liking to disliking."
        )
    places = np.array([-1 if at is None else at for at in known] + [-1], dtype=np.intp)
    return places[code]


def _by_words(label: str) -> int | None:
    return next((at for words, at in _WORDS.values() if words.search(label)), None)


def _services(
    one: Asked, kinds: Codes, inside: Flags, drawn: RowDraws, *, level: float
) -> pd.DataFrame:
    """Estimate shares of kinds, both coefficients and the lead of the first kind, by service."""
    m, k = kinds.shape[1], len(KINDS)
    held = (kinds[:, :, None] == np.arange(k)) & inside[:, None, None]
    flags = held.reshape(len(held), m * k).astype(np.float64)
    base, wanted, having, lacking = (
        held[:, :, at].any(axis=2).astype(np.float64)
        for at in (slice(None), slice(4), slice(2), slice(1, 3))
    )
    found = ratios(
        np.column_stack([flags, having, lacking]),
        denominators=np.column_stack([base.repeat(k, axis=1), wanted, wanted]),
        rows=one.rows,
    )
    share = np.nan_to_num(found.estimate[: m * k].reshape(m, k))
    first, second = np.argsort(-share.round(12), axis=1, kind="stable")[:, :2].T
    cells = added_up(flags * one.rows.weight[:, None], place=drawn.group, n_places=drawn.n_groups)
    wins = (drawn.times @ cells).reshape(-1, m, k).argmax(axis=2) == first
    rows = _led(found.of(np.arange(m * k)), first, second)
    rows["support"] = wins.mean(axis=0)
    rows[list(KINDS)] = share
    rows["strength"] = share[:, :3].sum(axis=1)
    for name, start, sign in (("better", m * k, 1), ("worse", m * k + m, -1)):
        part = found.of(np.arange(start, start + m))
        low, high = part.share_interval(level=level)
        rows[name], rows[f"{name}_error"] = sign * part.estimate, part.std_error
        rows[f"{name}_low"], rows[f"{name}_high"] = (low, high) if sign > 0 else (-high, -low)
    return rows.assign(ci_level=level, n=base.sum(axis=0).astype(np.int64))


def _led(shares: Ratios, first: Codes, second: Codes) -> pd.DataFrame:
    """Set the kind named most beside the next."""
    at, k = np.arange(len(first)), len(KINDS)
    apart = np.zeros((len(shares.estimate), len(first)))
    apart[at * k + first, at], apart[at * k + second, at] = 1.0, -1.0
    lead = shares.combined(apart)
    alone = shares.of(at * k + first).unvaried  # all of one kind: nothing varies here
    error = np.where(lead.std_error > 1e-12, lead.std_error, np.sqrt(alone))
    tested = (error > 0) & (lead.estimate > 1e-12)
    statistic = ratio(lead.estimate, np.where(tested, error, 0.0))
    both = [(KINDS[a], KINDS[b]) for a, b in zip(first, second, strict=True)]
    return pd.DataFrame(
        {
            "kind": [a for a, _ in both],
            "second_kind": [b for _, b in both],
            "lead": lead.estimate,
            "lead_error": error,
            "p_value": np.where(tested, 2 * stdtr(lead.df, -statistic), 1.0),
            "by_rule": [min(two, key=(*RULE, *KINDS).index) for two in both],
        }
    )


def _judged(rows: pd.DataFrame, *, level: float, least: tuple[int, int]) -> pd.DataFrame:
    """Hold back small bases, adjust over all that were understood, and say what is settled."""
    n, odd = rows["n"], rows["questionable"] > MOST_QUESTIONABLE
    limits = [n < 1, n < max(least[1], 1), n < least[0]]
    base = np.select(limits, ["none", "suppressed", "small"], "enough")
    hidden = np.isin(base, ["none", "suppressed"])
    numbers = [one for one in _COLUMNS if one in rows and rows[one].dtype == np.float64]
    rows = rows.assign(base=base, kind=rows["kind"].mask(hidden | odd, ""))
    rows.loc[hidden, numbers] = np.nan
    p_value = rows["p_value"].mask(odd)
    adjusted = holm_of_tested(p_value.to_numpy(dtype=np.float64))
    sure = (rows["lead"] >= LEAST_LEAD) & (rows["support"] >= SURE) & (base == "enough")
    settled = np.select(
        [(adjusted < 1 - level) & sure, (p_value < 1 - level).to_numpy()],
        ["clear", "likely"],
        "open",
    )
    rows = rows.assign(p_value=p_value, p_adjusted=adjusted, settled=settled)
    return rows[[one for one in _COLUMNS if one in rows]].reset_index(drop=True)
