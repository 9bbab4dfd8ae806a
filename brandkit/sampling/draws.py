"""Draws over persons by random groups.

Persons go to at most 2,000 groups by a seeded hash of their id, within their stratum; a draw is a
weight for each group. With 2,000 persons or fewer each is a group of its own, and a draw is the
plain bootstrap. Beyond that the cost is draws x groups, whatever the number of rows, and neither
row order nor chunks nor workers can change a number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from brandkit.core.errors import InputError, NotEnoughDataError, check_whole_number, frame_of, shown
from brandkit.core.labels import label_text
from brandkit.core.linalg import Codes, Floats

Keys = NDArray[np.uint64]

MOST_GROUPS = 2000


@dataclass(frozen=True, eq=False)
class GroupPlan:
    """Which group each person belongs to.

    Parameters
    ----------
    seed : int
        The seed of the hash.
    strata : mapping of str to int
        Stratum as text to its place; a single ``""`` where there are none.
    cuts : tuple of ndarray
        For each stratum the smallest hash of each of its groups, ascending.
    n_persons : int
        Persons the plan was made of.
    """

    seed: int
    strata: dict[str, int]
    cuts: tuple[Keys, ...]
    n_persons: int

    @property
    def sizes(self) -> Codes:
        """Groups in each stratum."""
        return np.array([len(cut) for cut in self.cuts], dtype=np.intp)

    @property
    def n_groups(self) -> int:
        """Groups in all."""
        return int(self.sizes.sum())

    def groups(self, respondent: ArrayLike, *, strata: ArrayLike | None = None) -> Codes:
        """Give the group of each row, from 0; rows may be any part of the data.

        Parameters
        ----------
        respondent : array_like
            Ids of the persons, one a row.
        strata : array_like, optional
            Their strata, where the plan has any.

        Returns
        -------
        ndarray of int
        """
        keys = person_keys(respondent, seed=self.seed)
        stratum = self._stratum_places(strata, len(keys))
        first = np.concatenate([[0], np.cumsum(self.sizes)])
        codes = np.empty(len(keys), dtype=np.intp)
        for place, cut in enumerate(self.cuts):
            rows = stratum == place
            found = np.searchsorted(cut, keys[rows], side="right") - 1
            codes[rows] = first[place] + np.maximum(found, 0)
        return codes

    def _stratum_places(self, strata: ArrayLike | None, n: int) -> Codes:
        if (strata is None) != (list(self.strata) == [""]):
            raise InputError(
                "`strata` must be given to the rows where it was given to the plan, and only "
                "there. Pass the same column to both."
            )
        if strata is None:
            return np.zeros(n, dtype=np.intp)
        codes, texts = id_codes("strata", strata)
        new = [text for text in texts if text not in self.strata]
        if new:
            raise InputError(
                f"`strata` must name strata of the plan; found {shown(new)}. "
                "Make the plan from all rows."
            )
        return np.array([self.strata[text] for text in texts], dtype=np.intp)[codes]


def plan_groups(
    respondent: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    seed: int = 0,
    most: int = MOST_GROUPS,
) -> GroupPlan:
    """Put persons into random groups.

    Parameters
    ----------
    respondent : array_like
        Id of the person behind each row, or of the primary sampling unit where one is declared.
        ``7``, ``7.0`` and ``"7"`` are one id. Without ids: :func:`row_keys`.
    strata : array_like, optional
        Stratum of each row, the same in all rows of a person. Strata get groups of their own, in
        proportion to their persons and at least two (one for a stratum of one person, which then
        never varies).
    seed : int, default 0
        Seed of the hash.
    most : int, default 2000
        Groups at most, where strata are not too many for that.

    Returns
    -------
    GroupPlan
        Groups of a stratum differ by at most one in their number of persons.

    Raises
    ------
    InputError
        An id or a stratum is missing, or a person is in two strata.

    Examples
    --------
    >>> plan = plan_groups([101, 101, 102, 103])
    >>> plan.n_groups, len(set(plan.groups([101, 102, 103, 101]).tolist()))
    (3, 3)
    """
    check_whole_number("seed", seed, low=0)
    check_whole_number("most", most, low=2)
    keys = person_keys(respondent, seed=seed)
    if not len(keys):
        raise NotEnoughDataError("`respondent` must name at least one person; found no rows.")
    place, names = _strata_of(strata, len(keys))
    persons = pd.DataFrame({"key": keys, "stratum": place}).drop_duplicates()
    twice = int(persons["key"].duplicated().sum())
    if twice:
        raise InputError(
            f"`strata` must be the same in all rows of a person; found {twice} persons in more "
            "than one. Use the stratum a person was drawn from, or make ids unique over strata."
        )
    # strata in the order of their smallest hash: their names must not decide the draws
    key, home = persons["key"].to_numpy(), persons["stratum"].to_numpy()
    sorted_keys = {at: np.sort(key[home == at]) for at in range(len(names))}
    order = sorted(sorted_keys, key=lambda at: int(sorted_keys[at][0]))
    cuts = [_cuts(sorted_keys[at], n=len(persons), most=most) for at in order]
    ranks = {names[at]: rank for rank, at in enumerate(order)}
    return GroupPlan(seed, ranks, tuple(cuts), len(persons))


def plan_keys(keys: Keys, *, seed: int = 0, most: int = MOST_GROUPS) -> GroupPlan:
    """Put persons into random groups by their hashes, as :func:`plan_groups` does by their ids.

    Parameters
    ----------
    keys : ndarray of uint64
        As :func:`person_keys` gives them with the same seed.
    seed, most : int
        As :func:`plan_groups` takes them.

    Returns
    -------
    GroupPlan

    Examples
    --------
    >>> plan_keys(person_keys([101, 102, 101])).n_groups
    2
    """
    found = np.unique(keys)
    return GroupPlan(seed, {"": 0}, (_cuts(found, n=len(found), most=most),), len(found))


def group_draws(
    plan: GroupPlan, *, draws: int = 1000, seed: int = 0, rescaled: bool = False
) -> Floats:
    """Draw groups with replacement, each stratum as many as it has.

    Parameters
    ----------
    plan : GroupPlan
        As :func:`plan_groups` gives it.
    draws : int, default 1000
        Number of draws.
    seed : int, default 0
        The first draws are the same however many follow.
    rescaled : bool, default False
        Whether g - 1 of a stratum's g groups are drawn and count g/(g - 1) times each, which makes
        the variance right where groups are few.

    Returns
    -------
    ndarray, shape (draws, groups)
        How often each group is drawn: rows sum to the number of groups. Multiply the moments of
        the groups by it.

    Notes
    -----
    The plain bootstrap takes the variance within a stratum of g groups for (g - 1) / g of what it
    is, which matters only where strata have very few persons, or units are few clusters.

    References
    ----------
    Rao, J. N. K. and Wu, C. F. J. (1988). Resampling inference with complex survey data. JASA 83,
    231-241. doi:10.1080/01621459.1988.10478591

    Examples
    --------
    >>> weights = group_draws(plan_groups(["a", "b", "c"]), draws=4)
    >>> weights.shape, weights.sum(axis=1).tolist()
    ((4, 3), [3.0, 3.0, 3.0, 3.0])
    """
    check_whole_number("draws", draws, low=1)
    check_whole_number("seed", seed, low=0)
    streams = np.random.SeedSequence(seed).spawn(len(plan.cuts))
    parts = []
    for size, stream in zip(plan.sizes.tolist(), streams, strict=True):
        taken = size - 1 if rescaled and size > 1 else size
        drawn = np.random.default_rng(stream).integers(0, size, (draws, taken), dtype=np.int64)
        drawn += size * np.arange(draws, dtype=np.int64)[:, None]
        times = np.bincount(drawn.ravel(), minlength=draws * size).reshape(draws, size)
        parts.append(times * (size / taken))
    return np.concatenate(parts, axis=1).astype(np.float64)


def person_keys(respondent: ArrayLike, *, seed: int = 0) -> Keys:
    """Hash ids the same way on every machine and in every process.

    Parameters
    ----------
    respondent : array_like
        Ids: numbers or text. Numbers and their text are one id.
    seed : int, default 0
        Another seed gives unrelated hashes.

    Returns
    -------
    ndarray of uint64

    Examples
    --------
    >>> bool((person_keys([7, 8.0]) == person_keys(["7", "8"])).all())
    True
    """
    codes, texts = id_codes("respondent", respondent)
    return _text_hashes(texts, seed=seed)[codes]


def row_keys(data: pd.DataFrame) -> Keys:
    """Give each row a key of its own from its content, to stand in for a missing id.

    Parameters
    ----------
    data : DataFrame
        One row a person.

    Returns
    -------
    ndarray of uint64
        The order of rows and columns does not change the key of a row. Rows that are equal get
        different keys and are exchangeable.

    Notes
    -----
    Rows and columns are hashed from each other in turn, so that columns of equal content apart
    from their order (two ticked boxes, equally often) are still told apart. The columns' names
    decide only where the content cannot: where swapping two columns is the same as swapping rows.

    Examples
    --------
    >>> answers = pd.DataFrame({"a": [1, 2, 2], "b": [5, 6, 6]})
    >>> other = answers.iloc[::-1].rename(columns={"a": "z"})[["b", "z"]]
    >>> sorted(row_keys(answers).tolist()) == sorted(row_keys(other).tolist())
    True
    """
    data = frame_of("data", data, named=False)
    cells = np.empty(data.shape, dtype=np.uint64)
    for at in range(data.shape[1]):
        cells[:, at] = _cell_hashes(data.iloc[:, at])
    columns = np.zeros(data.shape[1], dtype=np.uint64)
    rows = np.zeros(len(data), dtype=np.uint64)
    for _ in range(3):
        columns = _mixed(_mixed(cells ^ _mixed(rows)[:, None]).sum(axis=0, dtype=np.uint64))
        rows = _mixed(_mixed(cells ^ columns[None, :]).sum(axis=1, dtype=np.uint64))
    by_name = cells[:, np.argsort([str(name) for name in data.columns], kind="stable")]
    return _mixed(rows ^ _mixed(_rank_among_equals(rows, by_name)))


def _rank_among_equals(keys: Keys, cells: Keys) -> Keys:
    """Number the rows of one key from 0, in the order of their cells."""
    rank = np.zeros(len(keys), dtype=np.uint64)
    tied = np.flatnonzero(pd.Series(keys).duplicated(keep=False))
    if len(tied):
        order = tied[np.lexsort((*cells[tied].T, keys[tied]))]
        rank[order] = pd.Series(keys[order]).groupby(keys[order]).cumcount().to_numpy()
    return rank


def _cuts(keys: Keys, *, n: int, most: int) -> Keys:
    """Give the first hash of each group of a stratum whose hashes are sorted."""
    if n <= most:
        return keys
    groups = min(len(keys), max(2, most * len(keys) // n))
    return keys[(np.arange(groups) * len(keys)) // groups]


def _strata_of(strata: ArrayLike | None, n: int) -> tuple[Codes, list[str]]:
    if strata is None:
        return np.zeros(n, dtype=np.intp), [""]
    codes, texts = id_codes("strata", strata)
    if len(codes) != n:
        raise InputError(
            f"`strata` must have one value a row; found {len(codes)} for {n} rows of `respondent`."
        )
    # texts may repeat: a number and its text are one stratum
    names, place = np.unique(texts, return_inverse=True)
    return place[codes], names.tolist()


def id_codes(argument: str, values: ArrayLike) -> tuple[Codes, list[str]]:
    """Give the code of each id and the ids as texts, which may repeat; 7 and 7.0 are "7"."""
    column = values if isinstance(values, pd.Series) else pd.Series(np.asarray(values))
    codes, found = pd.factorize(column)
    missing = int((codes < 0).sum())
    if missing:
        name = "" if column.name is None else f" {shown(column.name)}"
        raise InputError(
            f"`{argument}` must be known in every row; found {missing} rows without{name}. "
            "Fill it in, or leave those rows out."
        )
    return np.asarray(codes, dtype=np.intp), [label_text(value) for value in found.tolist()]


def _text_hashes(texts: list[str], *, seed: int) -> Keys:
    key = f"{seed % 10**16:016d}"
    hashed = pd.util.hash_array(np.array(texts, dtype=object), hash_key=key, categorize=False)
    return np.asarray(hashed, dtype=np.uint64)


def _cell_hashes(column: pd.Series) -> Keys:
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        # + 0.0 makes one zero of two
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan) + 0.0
        numbers[np.isnan(numbers)] = np.nan
        return _mixed(numbers.view(np.uint64))
    codes, found = pd.factorize(column, use_na_sentinel=False)
    return _text_hashes([str(value) for value in found], seed=0)[codes]


def _mixed(bits: Keys) -> Keys:
    """Scramble 64 bits (the finaliser of splitmix64, Steele et al. 2014)."""
    bits = bits + np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(bits ^ (bits >> np.uint64(31)), dtype=np.uint64)
