"""Sets of banks that persons rate, and which of them they chose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    require_columns,
    require_frame,
    shown,
)
from brandkit.core.labels import coded, label_text
from brandkit.core.linalg import Codes, Flags, Floats
from brandkit.core.message import Message
from brandkit.core.story import N_
from brandkit.sampling.design import SurveyData
from brandkit.sampling.rows import (
    NEGATIVE_CODES,
    POSITIVE_CODES,
    Data,
    MissingRule,
    SurveyRows,
    Weight,
    survey_rows,
)
from brandkit.satisfaction.choice.kernel import Sets
from brandkit.satisfaction.groups import with_responses


@dataclass(frozen=True, eq=False)
class Choices:
    """Choices among rated banks, with the survey they come from.

    Parameters
    ----------
    rows : SurveyRows
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

    rows: SurveyRows
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
    data: Data,
    *,
    choice: str,
    brand: str | None,
    attributes: Sequence[str],
    wave: str | None,
    weight: Weight | None,
    missing: MissingRule,
    design: Mapping[str, str | None],
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
    require_frame("data", frame)
    known = data.design if isinstance(data, SurveyData) else {}
    respondent = _role("respondent", design["respondent"] or known.get("respondent"))
    bank = _role("brand", brand or known.get("brand"))
    wave = wave or known.get("wave")
    for argument, name in (("choice", choice), ("brand", bank), ("respondent", respondent)):
        require_columns(frame, [name], argument=argument)
    flagged = frame.assign(**{choice: _chosen(frame[choice], frame[bank])})
    rows = survey_rows(
        with_responses(data, flagged),
        columns=[choice, *attributes],
        others=[bank] if wave is None else [bank, wave],
        weight=weight,
        respondent=respondent,
        strata=design["strata"],
        cluster=design["cluster"],
        missing=missing,
    )
    return _sorted_choices(rows, bank=bank, wave=wave, attributes=tuple(attributes))


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
        if np.isin(values, [0, 1, *NEGATIVE_CODES, *POSITIVE_CODES]).all():
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


def _sorted_choices(
    rows: SurveyRows, *, bank: str, wave: str | None, attributes: tuple[str, ...]
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
