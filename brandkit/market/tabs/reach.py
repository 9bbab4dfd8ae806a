"""Reach of sets: which few services reach most customers (TURF)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd

from brandkit.core.errors import InputError, check_known, check_level, check_whole_number
from brandkit.core.linalg import Floats, Ints
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.market.asked import Asked, Ticks, asked, bases, is_nobody, ticks
from brandkit.sampling.design import RowDraws
from brandkit.sampling.ratios import ratios
from brandkit.sampling.rows import Data, Weight

#: Items of which all sets are looked at, whatever their size; sets that are looked at beyond.
MOST_ITEMS, MOST_SETS = 20, 500_000
#: Sets, the best, among which draws look for a winner.
_CANDIDATES = 400
#: Share of draws from which a set counts as not to be told from the best.
EQUAL = 0.05


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Reach(Result):
    """How many customers the best sets of each size reach.

    Parameters
    ----------
    sizes : DataFrame
        One row a number of items: ``k items estimate std_error reached ci_low ci_high ci_level
        frequency gain n_sets n_equal support n``. ``estimate`` is the share reached by the best
        set here, ``reached`` what is left when the luck of having been chosen is taken off,
        ``support`` the share of draws in which the same set wins.
    sets : DataFrame
        The best sets of each size: ``k rank items estimate frequency support``.
    items : DataFrame
        One row an item and size: ``item label k share support``: the share that names it, and of
        draws in which it is in the best set.
    is_exact : bool
        Whether all sets were looked at, or one item added at a time.
    ci_level : float
    n, n_dropped : int
    """

    sizes: pd.DataFrame
    sets: pd.DataFrame
    items: pd.DataFrame
    is_exact: bool
    ci_level: float
    n: int
    n_dropped: int

    def glance(self) -> pd.DataFrame:
        """Give one row: items, sets, and what the largest reaches."""
        last = self.sizes.iloc[-1]
        return self._row(
            "n_items k estimate reached is_exact n n_dropped ci_level",
            n_items=self.items["item"].nunique(),
            k=int(last["k"]),
            estimate=last["estimate"],
            reached=last["reached"],
        )


def reach(
    data: Data,
    *,
    items: str | Sequence[str],
    k: int = 5,
    always: Sequence[str] = (),
    method: str = "auto",
    waves: str = "newest",
    draws: int = 200,
    seed: int = 0,
    weight: Weight | None = None,
    respondent: str | None = None,
    wave: str | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    level: float = 0.95,
) -> Reach:
    """Say which few services reach most customers.

    Parameters
    ----------
    data : DataFrame or Survey
    items : str or sequence of str
        A set, or columns of ticks: what each customer would use or asks for.
    k : int, default 5
        The most items of a set.
    always : sequence of str
        Labels of items that are in every set.
    method : "auto", "exact" or "stepwise"
        All sets, or the best item added to the best set so far; "auto" looks at all where it can.
    waves : "newest", "all" or a wave
    draws, seed : int
    weight : str or SurveyWeights, optional
    respondent, wave, strata, cluster : str, optional
        Columns of the design, where a survey does not bring them.
    level : float

    Returns
    -------
    Reach

    Raises
    ------
    InputError
        There are more sets than can be looked at, or an item is unknown.

    Notes
    -----
    The winner is overstated, as it was chosen for being large here: the mean by which the best
    set of a draw does better in it than in the sample is taken off. Ties go to the set that is
    named more often, then to the order declared. "None of these" is no item.

    References
    ----------
    Miaoulis, G., Parsons, H. and Free, V. (1990). TURF: a new planning approach for product line
    extensions. Marketing Research 2(1), 28-40.

    Examples
    --------
    >>> asks = pd.DataFrame({"a": [1, 1, 1, 1, 0, 0, 0], "b": [1, 1, 0, 0, 1, 0, 0],
    ...                      "c": [0, 0, 1, 1, 0, 1, 0]})
    >>> best = reach(asks, items=["a", "b", "c"], k=2)
    >>> best.sizes["items"].tolist(), best.sizes["estimate"].round(3).tolist()
    ([['a'], ['b', 'c']], [0.571, 0.857])
    """
    check_level(level)
    check_whole_number("k", k, low=1)
    check_known("method", method, ("auto", "exact", "stepwise"), rule="be a way of searching")
    one = asked(
        data,
        waves=waves,
        wave=wave,
        weight=weight,
        respondent=respondent,
        strata=strata,
        cluster=cluster,
    )
    told = ticks(one, items, argument="items")
    named = [
        at
        for at, label in enumerate(told.labels)
        if not is_nobody(label) and not np.isnan(told.values[told.inside, at]).all()
    ]
    told = told.only(named)
    check_known("always", list(always), told.labels, rule="name items of the set")
    p, fixed = len(told.items), [told.labels.index(label) for label in always]
    k = min(k, p)
    if k < max(len(fixed), 1):
        raise InputError(
            f"`k` must leave room for the {len(fixed)} items of `always`; found {k}. Ask for more."
        )
    n_sets = comb(p - len(fixed), k - len(fixed))
    is_exact = method != "stepwise" and (p <= MOST_ITEMS or n_sets <= MOST_SETS)
    if method == "exact" and not is_exact:
        raise InputError(
            f"`method` exact takes at most {MOST_ITEMS} items or {MOST_SETS:,} sets; found {p} "
            f"items in {n_sets:,} sets. Ask for a smaller k, fewer items, or method='stepwise'."
        )
    search = _Search(one, told, fixed, level=level, drawn=one.rows.draws(draws, seed=seed))
    start = max(len(fixed), 1)
    sizes, sets, support = search.all(range(start, k + 1), is_exact=is_exact)
    notes = list(one.notes) + list(told.notes)
    if not is_exact:
        notes.append(Message("Items were added one at a time: another set may reach more."))
    return Reach(
        sizes=sizes,
        sets=sets,
        items=support,
        is_exact=is_exact,
        ci_level=level,
        notes=tuple(notes),
        **bases(told.inside),
    )


class _Search:
    """Looks for the best sets on the distinct patterns of answers."""

    def __init__(
        self, one: Asked, told: Ticks, fixed: list[int], *, level: float, drawn: RowDraws
    ) -> None:
        self.one, self.told, self.fixed, self.level = one, told, fixed, level
        held = np.nan_to_num(told.values[told.inside]).astype(bool)
        self.bits = (held * (1 << np.arange(held.shape[1], dtype=np.int64))).sum(axis=1)
        self.patterns, place = np.unique(self.bits, return_inverse=True)
        weight = one.rows.weight[told.inside]
        self.weight = np.bincount(place, weights=weight) / weight.sum()
        self.share = weight @ held / weight.sum()
        # persons drawn, as weights of the patterns of answers
        cells = np.zeros((drawn.n_groups, len(self.patterns)))
        np.add.at(cells, (drawn.group[told.inside], place), weight)
        drawn_weight = drawn.times @ cells
        self.drawn = drawn_weight / drawn_weight.sum(axis=1, keepdims=True)

    def all(
        self, numbers: range, *, is_exact: bool
    ) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """Search every size in turn."""
        sizes, sets, support = [], [], []
        before, best = 0.0, list(self.fixed)
        for k in numbers:
            masks = self._exact(k) if is_exact else self._stepwise(k, best)
            total = len(masks)
            covered, frequency = self._measured(masks)
            order = np.lexsort((np.arange(len(masks)), -frequency.round(12), -covered.round(12)))
            order = order[:_CANDIDATES]
            masks, covered, frequency = masks[order], covered[order], frequency[order]
            best = self._members(int(masks[0]))
            wins, bias, ends = self._drawn(masks, covered)
            row = self._row(masks[0], covered[0])
            sizes.append(
                {
                    "k": k,
                    "items": self._named(masks[0]),
                    **row,
                    "reached": covered[0] - bias,
                    "ci_low": ends[0] - bias,
                    "ci_high": ends[1] - bias,
                    "ci_level": self.level,
                    "frequency": frequency[0],
                    "gain": covered[0] - before,
                    "n_sets": total,
                    "n_equal": int((wins >= EQUAL).sum()),
                    "support": wins[0],
                }
            )
            before = covered[0]
            most = range(min(5, len(masks)))
            sets += [
                {
                    "k": k,
                    "rank": at + 1,
                    "items": self._named(masks[at]),
                    "estimate": covered[at],
                    "frequency": frequency[at],
                    "support": wins[at],
                }
                for at in most
            ]
            inside = (masks[:, None] >> np.arange(len(self.told.items))) & 1
            support.append(
                pd.DataFrame(
                    {
                        "item": self.told.items,
                        "label": self.told.labels,
                        "k": k,
                        "share": self.share,
                        "support": wins @ inside,
                    }
                )
            )
        return pd.DataFrame(sizes), pd.DataFrame(sets), pd.concat(support, ignore_index=True)

    def _exact(self, k: int) -> Ints:
        free = [at for at in range(len(self.told.items)) if at not in self.fixed]
        base = sum(1 << at for at in self.fixed)
        return np.fromiter(
            (
                base + sum(1 << at for at in some)
                for some in combinations(free, k - len(self.fixed))
            ),
            dtype=np.int64,
        )

    def _stepwise(self, k: int, best: list[int]) -> Ints:
        base = sum(1 << at for at in best)
        if len(best) >= k:
            return np.array([base], dtype=np.int64)
        free = [at for at in range(len(self.told.items)) if at not in best]
        return np.array([base + (1 << at) for at in free], dtype=np.int64)

    def _measured(self, masks: Ints) -> tuple[Floats, Floats]:
        covered = np.zeros(len(masks))
        for pattern, weight in zip(self.patterns.tolist(), self.weight.tolist(), strict=True):
            covered += weight * ((masks & pattern) != 0)
        inside = (masks[:, None] >> np.arange(len(self.told.items))) & 1
        return covered, inside @ self.share

    def _drawn(self, masks: Ints, covered: Floats) -> tuple[Floats, float, tuple[float, float]]:
        """Give how often each set wins, how far the winner is overstated, and an interval."""
        hit = ((masks[:, None] & self.patterns) != 0).astype(np.float64)
        covers = self.drawn @ hit.T
        winner = covers.round(12).argmax(axis=1)
        wins = np.bincount(winner, minlength=len(masks)) / len(covers)
        bias = float((covers.max(axis=1) - covered[winner]).mean())
        tail = (1 - self.level) / 2
        low, high = np.quantile(covers[:, 0], [tail, 1 - tail])
        return wins, max(bias, 0.0), (float(low), float(high))

    def _row(self, mask: np.int64, covered: float) -> dict[str, float]:
        hit = np.zeros(len(self.one.rows))
        hit[self.told.inside] = (self.bits & mask) != 0
        base = self.told.inside.astype(np.float64)[:, None]
        found = ratios(hit[:, None] * base, denominators=base, rows=self.one.rows)
        return {"estimate": covered, "std_error": float(found.std_error[0]), "n": int(found.n[0])}

    def _members(self, mask: int) -> list[int]:
        return [at for at in range(len(self.told.items)) if mask >> at & 1]

    def _named(self, mask: np.int64) -> list[str]:
        return [self.told.labels[at] for at in self._members(int(mask))]
