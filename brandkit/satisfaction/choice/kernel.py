"""Choices among rated banks: the sets, the ways to answer them, and their likelihood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import comb
from typing import Any, Final

import numpy as np
import pandas as pd

from brandkit.core.errors import InputError, NotEnoughDataError, frame_of, require_columns, shown
from brandkit.core.labels import coded, label_text
from brandkit.core.linalg import Codes, Flags, Floats
from brandkit.core.message import Message
from brandkit.core.story import N_
from brandkit.core.waves import coded_waves, numbered_anew
from brandkit.sampling import rows as sampled
from brandkit.sampling.design import SurveyData
from brandkit.sampling.rows import with_responses
from brandkit.satisfaction.fitting import Maximum, maximise

#: Combinations of banks in all choices together.
MOST_OPTIONS: Final = 1_000_000
#: Where a row's bank was chosen on the occasion itself, when the next one's choice is explained.
CHOSEN_BEFORE: Final = "__chosen_before__"
#: Options of a set up to which what it adds to the estimate is freed of itself.
LARGEST_SOLVED: Final = 64


@dataclass(frozen=True, eq=False)
class Sets:
    """Choices: in each, some of the rows were taken.

    Parameters
    ----------
    starts : ndarray of int, shape (sets + 1,)
        Where the rows of each set begin, and the end.
    chosen : ndarray of bool, shape (rows,)
        At least one and not all of each set.
    weight : ndarray, shape (sets,)
    """

    starts: Codes
    chosen: Flags
    weight: Floats

    @property
    def size(self) -> Codes:
        """Rows of each set."""
        return np.diff(self.starts)

    @property
    def of_row(self) -> Codes:
        """Set of each row."""
        return np.repeat(np.arange(len(self.weight)), self.size)

    @property
    def taken(self) -> Codes:
        """How many each set takes."""
        return np.add.reduceat(self.chosen.astype(np.intp), self.starts[:-1])


@dataclass(frozen=True, eq=False)
class Choices:
    """Choices among rated banks, with the survey they come from.

    Parameters
    ----------
    rows : sampled.SurveyRows
        All rows of the survey that have what is asked for.
    row : ndarray of int, shape (used,)
        Rows that are in a choice, sorted by choice.
    sets : Sets
        The choices: of at least two banks, at least one of them taken and not all.
    values : ndarray, shape (used, attributes)
    brand : ndarray of int, shape (used,)
        Place in `brands`.
    brands : tuple of str
    attributes : tuple of str
    counts : mapping
        Choices left out: ``n_single`` with one bank, ``n_without`` with none taken, ``n_all``
        with all of them taken.
    notes : tuple of Message
    """

    rows: sampled.SurveyRows
    row: Codes
    sets: Sets
    values: Floats
    brand: Codes
    brands: tuple[str, ...]
    attributes: tuple[str, ...]
    counts: Mapping[str, int]
    notes: tuple[Message, ...] = ()

    def part(self, keep: Flags) -> Choices:
        """Give the choices among some of the rows; those that say nothing any more fall away."""
        key = self.sets.of_row[keep]
        chosen, row = self.sets.chosen[keep], self.row[keep]
        inside, starts, number = _informative(key, chosen)
        sets = Sets(starts, chosen[inside], self.sets.weight[number])
        kept = np.flatnonzero(keep)[inside]
        return replace(
            self, row=row[inside], sets=sets, values=self.values[kept], brand=self.brand[kept]
        )

    def to_rows(self, by_set: Floats) -> Floats:
        """Share out what each choice adds over its rows in the survey; other rows add nothing."""
        spread = np.zeros((len(self.rows), by_set.shape[1]))
        size = self.sets.size[:, None]
        spread[self.row] = (by_set / size)[self.sets.of_row]
        return spread


def _informative(key: Codes, chosen: Flags) -> tuple[Flags, Codes, Codes]:
    """Find rows of choices with some taken and some not; rows are sorted by choice."""
    total = np.bincount(key)
    taken = np.bincount(key, weights=chosen)
    good = (taken > 0) & (taken < total)
    inside = good[key]
    number = np.flatnonzero(good)
    starts = np.concatenate([[0], np.cumsum(total[number])]).astype(np.intp)
    return inside, starts, number


def choices_of(
    data: sampled.Data,
    *,
    choice: str,
    brand: str | None,
    attributes: Sequence[str],
    wave: str | None,
    weight: sampled.Weight | None,
    missing: sampled.MissingRule,
    design: Mapping[str, str | None],
    panel: bool = False,
) -> Choices:
    """Take choices from rows of respondents and banks.

    Parameters
    ----------
    data : DataFrame or Survey
    choice : str
        1 where the row's bank was chosen and 0 elsewhere, or the name of the chosen bank.
    brand, wave : str, optional
    attributes : sequence of str
    weight : str or SurveyWeights, optional
    missing : "raise" or "drop"
    design : mapping
        Columns of respondent, strata and cluster, where given.
    panel : bool
        Whether what is said on one occasion is set beside the person's choice on the next.

    Returns
    -------
    Choices

    Raises
    ------
    InputError
        No column names the bank or the respondent, a bank occurs twice in a choice, or choices
        name no rated bank.
    NotEnoughDataError
        No choice is left.
    """
    frame = data.responses if isinstance(data, SurveyData) else data
    frame = frame_of("data", frame)
    known = data.design if isinstance(data, SurveyData) else {}
    respondent = _role("respondent", design["respondent"] or known.get("respondent"))
    bank = _role("brand", brand or known.get("brand"))
    wave = wave or known.get("wave")
    for argument, name in (("choice", choice), ("brand", bank), ("respondent", respondent)):
        require_columns(frame, [name], argument=argument)
    chosen = _chosen(frame[choice], frame[bank])
    flagged = frame.assign(**{choice: chosen})
    if panel:
        later = _chosen_next(
            frame, chosen, respondent=respondent, bank=bank, wave=_role("wave", wave)
        )
        flagged = frame.assign(**{choice: later, CHOSEN_BEFORE: chosen.fillna(0.0)})
    rows = sampled.survey_rows(
        with_responses(data, flagged),
        columns=[choice, *attributes],
        others=[bank, *([wave] if wave else []), *([CHOSEN_BEFORE] if panel else [])],
        weight=weight,
        respondent=respondent,
        strata=design["strata"],
        cluster=design["cluster"],
        missing=missing,
    )
    made = _sorted_choices(rows, bank=bank, wave=wave, attributes=tuple(attributes))
    if wave is None or not numbered_anew(frame[respondent], frame[wave]):
        return made
    text = (
        "Respondents have the same numbers in every wave, without gaps: they are not taken for a "
        "panel."
    )
    if panel:
        text = (
            "Respondents have the same numbers in every wave, without gaps: if a number is another "
            "person each time, what is said and the next choice are of different persons."
        )
    return replace(made, notes=(Message(text), *made.notes))


def _role(argument: str, name: str | None) -> str:
    if name is None:
        raise InputError(
            f"`{argument}` must name a column of the data, because choices are made among the "
            f"banks that one person rates; found none. Write {argument}='…'."
        )
    return name


def _chosen(choice: pd.Series[Any], bank: pd.Series[Any]) -> pd.Series[Any]:
    """Give 1 in rows whose bank was chosen, 0 in others; codes for no answer stay."""
    if pd.api.types.is_bool_dtype(choice):
        return choice.astype(float)
    if pd.api.types.is_numeric_dtype(choice):
        values = np.asarray(pd.unique(choice.dropna()), dtype=float)
        if np.isin(values, [0, 1, *sampled.NEGATIVE_CODES, *sampled.POSITIVE_CODES]).all():
            return choice.astype(float)
    (named, names), (rated, banks) = coded(choice), coded(bank)
    # -2, so that a missing name is no missing bank
    of_bank = np.array([banks.index(name) if name in banks else -2 for name in (*names, "")])
    flags = pd.Series((of_bank[named] == rated).astype(float), index=choice.index)
    if not flags.any():
        raise InputError(
            "`choice` must be 1 and 0, or name banks as `brand` does; found "
            f"{shown(sorted(names))} beside {shown(sorted(banks))}. "
            "Use the same names in both columns."
        )
    return flags


def _chosen_next(
    frame: pd.DataFrame, chosen: pd.Series[Any], *, respondent: str, bank: str, wave: str
) -> pd.Series[Any]:
    """Give 1 in rows whose bank the person chose on the next occasion; missing on the last one."""
    rows = pd.DataFrame(
        {
            "person": coded(frame[respondent])[0],
            "wave": coded_waves(frame[wave])[0],
            "bank": coded(frame[bank])[0],
            "chosen": chosen.to_numpy(dtype=float),
        }
    )
    occasions = rows.loc[rows["chosen"].notna(), ["person", "wave"]].drop_duplicates()
    occasions = occasions.sort_values(["person", "wave"])
    following = occasions.assign(next=occasions.groupby("person")["wave"].shift(-1)).dropna()
    if following.empty:
        raise NotEnoughDataError(
            "`panel` must have persons who answer on two occasions or more, under one id; found "
            "none. Leave it out: choices then stand beside what is said on the same occasion."
        )
    taken = rows.loc[rows["chosen"] > 0, ["person", "wave", "bank"]].drop_duplicates()
    taken = taken.rename(columns={"wave": "next"}).assign(taken=1.0)
    joined = rows.merge(following, on=["person", "wave"], how="left")
    joined = joined.merge(taken, on=["person", "next", "bank"], how="left")
    later = joined["taken"].fillna(0.0).where(joined["next"].notna())
    return pd.Series(later.to_numpy(), index=frame.index)


def _sorted_choices(
    rows: sampled.SurveyRows, *, bank: str, wave: str | None, attributes: tuple[str, ...]
) -> Choices:
    """Put the rows of each choice together, and leave out choices that say nothing."""
    occasion = rows.person
    if wave is not None:
        when = pd.factorize(rows.frame[wave])[0]
        occasion = pd.factorize(rows.person * (int(when.max()) + 1) + when)[0].astype(np.intp)
    codes, brands = coded(rows.frame[bank].astype(object).map(label_text))
    twice = int(pd.Series(occasion * len(brands) + codes).duplicated().sum())
    if twice:
        raise InputError(
            f"`data` must have one row a respondent and bank; found {twice} more rows of the same. "
            "Name the column of the wave (wave=…), or keep one row of each."
        )
    order = np.lexsort((codes, occasion))
    key, chosen = occasion[order], rows.values[order, 0] > 0
    inside, starts, number = _informative(key, chosen)
    if not len(number):
        raise NotEnoughDataError(
            "`data` must have persons who rate at least two banks and chose one of them; found "
            "none. Ask persons about more banks, or name another column in `choice`."
        )
    size, taken = np.bincount(key), np.bincount(key, weights=chosen)
    weight = np.bincount(key, weights=rows.weight[order]) / np.maximum(size, 1)
    row = order[inside]
    said = {
        "n_single": N_(
            "{n:count} {n:choice is|choices are} left out because only one bank is rated."
        ),
        "n_without": N_(
            "{n:count} {n:choice is|choices are} left out because no rated bank was chosen."
        ),
        "n_all": N_(
            "{n:count} {n:choice is|choices are} left out because every rated bank was chosen."
        ),
    }
    lost = (size == 1, (size > 1) & (taken == 0), (size > 1) & (taken == size))
    counts = {name: int(part.sum()) for name, part in zip(said, lost, strict=True)}
    return Choices(
        rows=rows,
        row=row,
        sets=Sets(starts, chosen[inside], weight[number]),
        values=rows.values[row, 1:],
        brand=codes[row].astype(np.intp),
        brands=brands,
        attributes=attributes,
        counts=counts,
        notes=tuple(Message(said[name], {"n": n}) for name, n in counts.items() if n),
    )


@dataclass(frozen=True, eq=False)
class Options:
    """The ways a set could have been answered: its rows, or its subsets where several are taken.

    Parameters
    ----------
    starts : ndarray of int, shape (sets + 1,)
    picked : ndarray of int, shape (sets,)
        The option that was taken.
    option, row : ndarray of int, shape (pairs,)
        Which row is in which option, sorted by option; both count up where each set takes one.
    is_single : bool
        Whether options are the rows themselves.
    weight : ndarray, shape (sets,)
    """

    starts: Codes
    picked: Codes
    option: Codes
    row: Codes
    is_single: bool
    weight: Floats

    def over(self, values: Floats) -> Floats:
        """Add up the values of the rows in each option."""
        if self.is_single:
            return values
        first = np.flatnonzero(np.r_[True, np.diff(self.option) > 0])
        return np.asarray(np.add.reduceat(values[self.row], first, axis=0))

    def back(self, values: Floats, n_rows: int) -> Floats:
        """Add up the values of the options that a row is in."""
        if self.is_single:
            return values
        return np.bincount(self.row, weights=values[self.option], minlength=n_rows).astype(float)

    def chances(self, eta: Floats) -> tuple[Floats, Floats]:
        """Give the chance of each option, and the log of each set's sum of exponentials."""
        size = np.diff(self.starts)
        largest = np.maximum.reduceat(eta, self.starts[:-1])
        raised = np.exp(eta - np.repeat(largest, size))
        total = np.add.reduceat(raised, self.starts[:-1])
        return raised / np.repeat(total, size), largest + np.log(total)


def options_of(sets: Sets) -> Options:
    """List the ways each set could have been answered, given how many it takes.

    Parameters
    ----------
    sets : Sets

    Returns
    -------
    Options

    Raises
    ------
    InputError
        There are too many.

    Notes
    -----
    With one taken this is the conditional logit; with several the exact conditional likelihood
    given their number (Cox 1972; ``clogit(method = "exact")`` of R's survival).

    Examples
    --------
    >>> sets = Sets(np.array([0, 3]), np.array([True, True, False]), np.ones(1))
    >>> options = options_of(sets)
    >>> options.row.tolist(), options.picked.tolist()
    ([0, 1, 0, 2, 1, 2], [0])
    """
    taken, size = sets.taken, sets.size
    if (taken == 1).all():
        rows = np.arange(len(sets.chosen))
        return Options(sets.starts, np.flatnonzero(sets.chosen), rows, rows, True, sets.weight)
    counts = np.array([comb(m, k) for m, k in zip(size.tolist(), taken.tolist(), strict=True)])
    if counts.sum() > MOST_OPTIONS:
        raise InputError(
            f"`choice` must leave at most {MOST_OPTIONS:,} ways to answer; found "
            f"{int(counts.sum()):,}, because persons take many of many banks. Name the main bank, "
            "or ask for fewer banks."
        )
    starts = np.concatenate([[0], np.cumsum(counts)])
    option, row, picked = [], [], np.zeros(len(size), dtype=np.intp)
    for m, k in sorted(set(zip(size.tolist(), taken.tolist(), strict=True))):
        which = np.flatnonzero((size == m) & (taken == k))
        subsets = np.array(list(combinations(range(m), k)))
        rows = sets.starts[which, None, None] + subsets
        numbers = starts[which, None] + np.arange(len(subsets))
        option.append(np.broadcast_to(numbers[:, :, None], rows.shape).ravel())
        row.append(rows.ravel())
        hit = sets.chosen[rows].all(axis=2)
        picked[which] = starts[which] + hit.argmax(axis=1)
    where, members = np.concatenate(option), np.concatenate(row)
    order = np.argsort(where, kind="stable")
    return Options(starts, picked, where[order], members[order], False, sets.weight)


def fit(options: Options, x: Floats) -> Maximum:
    """Estimate the coefficients of a conditional logit on x (options, p), summed over rows.

    References
    ----------
    McFadden, D. (1974). Conditional logit analysis of qualitative choice behavior. In Zarembka
    (ed.), Frontiers in Econometrics, 105-142.

    Examples
    --------
    Three of four persons take the bank that is seen as fair: the log of three.

    >>> sets = Sets(np.arange(0, 9, 2), np.array([1, 0, 1, 0, 1, 0, 0, 1], bool), np.ones(4))
    >>> found = fit(options_of(sets), np.tile([[1.0], [0.0]], (4, 1)))
    >>> found.place.round(6).tolist()
    [1.098612]
    """
    scale = float(options.weight.mean())
    weight = options.weight / scale
    by_option = np.repeat(weight, np.diff(options.starts))
    seen = weight @ x[options.picked]

    def objective(place: Floats) -> tuple[float, Floats, Floats]:
        eta = x @ place
        chance, total = options.chances(eta)
        value = float(weight @ (eta[options.picked] - total))
        mean = np.add.reduceat(x * chance[:, None], options.starts[:-1], axis=0)
        information = (x * (by_option * chance)[:, None]).T @ x - (mean * weight[:, None]).T @ mean
        return value, seen - weight @ mean, information

    return maximise(objective, start=np.zeros(x.shape[1]), scale=scale)


def set_scores(options: Options, x: Floats, place: Floats, inverse: Floats) -> Floats:
    """Give what each set says of the coefficients, as if the model had not seen it.

    Parameters
    ----------
    options : Options
    x : ndarray, shape (options, p)
    place : ndarray, shape (p,)
        The estimate.
    inverse : ndarray, shape (p, p)
        Inverse of the information.

    Returns
    -------
    ndarray, shape (sets, p)
        X'(I - w M X J X')^-1 (taken - chance) with M = diag(chance) - chance chance': one step
        of the jackknife. Without, errors come out too small in small samples.
    """
    chance, _ = options.chances(x @ place)
    surprise = -chance
    surprise[options.picked] += 1.0
    size = np.diff(options.starts)
    scores = np.empty((len(size), x.shape[1]))
    for m in np.unique(size).tolist():
        which = np.flatnonzero(size == m)
        at = options.starts[which, None] + np.arange(m)
        mine, left = x[at], surprise[at][:, :, None]
        if m <= LARGEST_SOLVED:
            p = chance[at]
            spread = p[:, :, None] * (np.eye(m) - p[:, None, :])
            pull = (mine @ inverse) @ mine.transpose(0, 2, 1)
            shrunk = np.eye(m) - options.weight[which, None, None] * (spread @ pull)
            left = np.asarray(np.linalg.solve(shrunk, left), dtype=np.float64)
        scores[which] = (mine * left).sum(axis=1)
    return scores
