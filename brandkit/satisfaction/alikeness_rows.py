"""Rows of ratings and ticks by bank and wave, and what they say of the spread between banks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brandkit.core.checks import require_columns
from brandkit.core.errors import InputError, NotEnoughDataError, ScaleError, did_you_mean, shown
from brandkit.core.linalg import Floats
from brandkit.core.linearised import linearised_covariance
from brandkit.core.message import Message
from brandkit.core.survey_design import SurveyData, SurveyRows
from brandkit.core.survey_rows import Data, survey_rows
from brandkit.core.waves import waves_in_order
from brandkit.satisfaction.between_banks import Cells, bank_sums, image_inertia, rating_spread
from brandkit.satisfaction.bounded_share import DrawnSquare, together
from brandkit.satisfaction.equivalence import BankMeans, bank_means

Measure = Literal["between_share", "inertia"]
Codes = NDArray[np.intp]

#: What stands for the smallest difference that matters where none is declared.
USUAL_SHARE = 0.05


@dataclass(frozen=True, eq=False)
class BankRows:
    """Rows with the bank and wave of each.

    Parameters
    ----------
    rows : SurveyRows
    banks, waves : tuple
        Their names in order; one None where there are no waves.
    bank, wave : ndarray of int, shape (n,)
    enough : ndarray of bool, shape (columns, waves, banks)
        Whether as many persons answered as are shown.
    notes : tuple of Message
    """

    rows: SurveyRows
    banks: tuple[str, ...]
    waves: tuple[str | None, ...]
    bank: Codes
    wave: Codes
    enough: NDArray[np.bool_]
    notes: tuple[Message, ...]

    @property
    def cells(self) -> Cells:
        """The cell of wave and bank of each row."""
        code = self.wave * len(self.banks) + self.bank
        return Cells(code, len(self.waves), len(self.banks))

    def label(self, item: str) -> str:
        """Give an item's label, or its name where it has none."""
        return str(self.rows.labels.get(item, item))

    def means(self, column: int, wave: int) -> tuple[Codes, BankMeans]:
        """Give the banks with enough answers to an item in a wave, and their means."""
        banks = np.flatnonzero(self.enough[column, wave])
        place = np.full(len(self.banks), -1)
        place[banks] = np.arange(len(banks))
        at = np.where(self.wave == wave, place[self.bank], -1).astype(np.intp)
        answers = self.rows.values[:, column]
        return banks, bank_means(self.rows, answers=answers, bank=at, n_banks=len(banks))


@dataclass(frozen=True, eq=False)
class Measured:
    """One measure of one wave, with its draws and base."""

    measure: Measure
    wave: str | None
    item: str | None
    label: str | None
    square: DrawnSquare
    n: int
    n_persons: int
    n_brands: int
    n_attributes: int | None = None

    def scaled(self, length: Any) -> Any:
        """Give the measure itself from a squared length: between over all, or as it is."""
        return length / (1.0 + length) if self.measure == "between_share" else length


def checked_columns(
    items: Sequence[str] | None, images: Sequence[str] | None
) -> tuple[list[str], list[str]]:
    """Give ratings and ticks as lists; refuse none at all and a name in both."""
    for argument, names in (("items", items), ("images", images)):
        if isinstance(names, str):
            raise InputError(f"`{argument}` must be a list of columns; found {shown(names)}.")
    rated, ticked = list(items or []), list(images or [])
    if not rated and not ticked:
        raise InputError("`items` or `images` must name columns; found neither. Name ratings.")
    both = sorted(set(rated) & set(ticked))
    if both:
        raise InputError(
            f"`items` and `images` must be different columns; found {shown(both)} in both."
        )
    return rated, ticked


def checked_smallest(
    data: Data, items: list[str], given: float | Mapping[str, float] | None
) -> tuple[dict[str, float], bool]:
    """Give the smallest difference that matters for each item, and whether it was declared."""
    if given is None and items:
        return _usual(data, items), False
    wanted = dict(given) if isinstance(given, Mapping) else dict.fromkeys(items, given or 0.0)
    lost = [item for item in items if item not in wanted]
    more = [item for item in wanted if item not in items]
    if lost or more:
        hint = did_you_mean(str(more[0]), items) if more else ""
        raise InputError(
            "`smallest_difference` must name each item once; found "
            f"{shown(more) if more else 'none'} that {'are' if more else 'is'} no item and "
            f"{shown(lost) if lost else 'none'} without one.{hint}"
        )
    wrong = [item for item, value in wanted.items() if not value > 0 or np.isinf(value)]
    if wrong:
        raise ScaleError(
            f"`smallest_difference` must be above 0, in scale points; found "
            f"{shown(wanted[wrong[0]])} for {shown(wrong[0])}."
        )
    return {item: float(wanted[item]) for item in items}, True


def _usual(data: Data, items: list[str]) -> dict[str, float]:
    known = {}
    if isinstance(data, SurveyData):
        book = data.codebook.dropna(subset=["low", "high"])
        known = dict(zip(book["item"], USUAL_SHARE * (book["high"] - book["low"]), strict=True))
    lost = [item for item in items if item not in known]
    if lost:
        raise InputError(
            "`smallest_difference` must be declared where no codebook tells the scale; found none "
            f"for {shown(lost)}. Write the smallest difference of two banks' means that matters, "
            "as 0.5 on a scale from 0 to 10."
        )
    return {item: float(known[item]) for item in items}


@dataclass(frozen=True)
class Where:
    """The columns of bank, wave and design, and the smallest base shown."""

    brand: str | None
    wave: str | None
    design: Mapping[str, Any]
    suppress_below: int


def bank_rows(data: Data, *, columns: list[str], missing: str, where: Where) -> BankRows:
    """Take rows with their bank and wave; say which banks have too few persons."""
    known = data.design if isinstance(data, SurveyData) else {}
    bank_column, wave_column = where.brand or known.get("brand"), where.wave or known.get("wave")
    if bank_column is None:
        raise InputError("`brand` must name the column of the bank; found none. Name it.")
    frame = data.responses if isinstance(data, SurveyData) else data
    if isinstance(frame, pd.DataFrame):
        require_columns(frame, [bank_column], argument="brand")
        require_columns(frame, [wave_column] if wave_column else [], argument="wave")
    others = [bank_column] if wave_column is None else [bank_column, wave_column]
    rows = survey_rows(
        data, columns=columns, others=others,
        missing="keep" if missing == "pairwise" else missing, **where.design,  # type: ignore[arg-type]
    )  # fmt: skip
    bank, banks = coded(rows.frame[bank_column])
    at, waves = (
        coded(waves_in_order(rows.frame[wave_column]))
        if wave_column
        else (np.zeros(len(rows), np.intp), ())
    )
    cells = Cells(at * len(banks) + bank, len(waves) or 1, len(banks))
    there = ~np.isnan(rows.values).T
    enough = np.stack([_persons(rows, cells, one) >= where.suppress_below for one in there])
    few = sorted({banks[place] for place in np.argwhere(~enough)[:, 2]})
    notes = [*rows.notes, *_constant(rows)]
    if few:
        said = "Fewer than {least:count} persons answered for {brands} in some wave or item; these banks are left out there."  # noqa: E501
        notes.append(Message(said, {"least": where.suppress_below, "brands": few}))
    if (enough.sum(axis=2) < 2).all():
        raise NotEnoughDataError(
            f"`data` must have at least two banks with {where.suppress_below} persons each; found "
            f"{int(enough.sum(axis=2).max())}. Unite small banks, or lower suppress_below."
        )
    return BankRows(rows, banks, waves or (None,), bank, at, enough, tuple(notes))


def coded(column: pd.Series) -> tuple[Codes, tuple[str, ...]]:
    """Give codes and names of a column: categories in their order, others sorted.

    Examples
    --------
    >>> coded(pd.Series(["b", "a", "b"]))[1]
    ('a', 'b')
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        kept = column.cat.remove_unused_categories()
        return np.asarray(kept.cat.codes, dtype=np.intp), tuple(
            str(name) for name in kept.cat.categories
        )
    codes, found = pd.factorize(column, sort=True)
    return np.asarray(codes, dtype=np.intp), tuple(_name(name) for name in found.tolist())


def _name(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def require_ticks(rows: SurveyRows) -> None:
    """Refuse answers that are neither ticked nor not."""
    for name, column in zip(rows.columns, rows.values.T, strict=True):
        odd = column[~np.isin(column, (0.0, 1.0))]
        if len(odd):
            raise ScaleError(
                f"`images` must hold 1 (ticked) and 0; found {shown(float(odd[0]))} in "
                f"{shown(name)}. Name ratings in `items`."
            )


def _persons(rows: SurveyRows, cells: Cells, there: NDArray[np.bool_]) -> Codes:
    """Count the persons with an answer, by wave and bank."""
    pairs = np.unique(np.stack([cells.code[there], rows.person[there]], axis=1), axis=0)
    counts = np.bincount(pairs[:, 0], minlength=cells.n_waves * cells.n_banks)
    return np.asarray(counts.reshape(cells.n_waves, cells.n_banks), dtype=np.intp)


# --- the measures ------------------------------------------------------------------------------


def rating_squares(found: BankRows, *, draws: int, seed: int) -> list[Measured]:
    """Give the variance between banks of every item and wave, and over all items."""
    rows = found.rows
    there = ~np.isnan(rows.values)
    middle = np.nansum(rows.values * rows.weight[:, None], axis=0)
    middle /= (there * rows.weight[:, None]).sum(axis=0)
    answers = np.where(there, rows.values - middle, 0.0)
    columns = np.stack([there, answers, answers**2], axis=2).reshape(len(rows), -1)
    sums = bank_sums(columns, rows, found.cells, rows.draws(draws, seed=seed))
    measures = []
    for wave, name in enumerate(found.waves):
        made = []
        for at, item in enumerate(rows.columns):
            banks, means = found.means(at, wave)
            if len(banks) < 2:
                continue
            part = type(sums)(
                sums.sample[..., 3 * at : 3 * at + 3], sums.drawn[..., 3 * at : 3 * at + 3]
            )
            if not _varies(part.sample[wave][banks]):
                continue
            square = rating_spread(
                part, persons=means.persons, covariance=_domain_covariance(means, rows),
                wave=wave, banks=banks,
            )  # fmt: skip
            used = there[:, at] & (found.wave == wave) & np.isin(found.bank, banks)
            persons = len(np.unique(rows.person[used]))
            made.append(Measured("between_share", name, item, found.label(item), square,
                                 int(used.sum()), persons, len(banks)))  # fmt: skip
        measures += [*made, *_over_all(made)]
    return measures


def _constant(rows: SurveyRows) -> list[Message]:
    flat = [
        name
        for name, column in zip(rows.columns, rows.values.T, strict=True)
        if np.nanmin(column, initial=np.inf) >= np.nanmax(column, initial=-np.inf)
    ]
    if not flat:
        return []
    told = {"items": [Message("“{item}”", {"item": name}) for name in flat], "n": len(flat)}
    said = (
        "{items} {n:has|have} the same answer in every row and {n:is|are} left out of the variance."
    )
    return [Message(said, told)]


def _varies(sums: Floats) -> bool:
    weight, total, squares = sums.T
    return bool((squares / weight - (total / weight) ** 2).max() > 1e-12)


def _domain_covariance(means: BankMeans, rows: SurveyRows) -> Floats:
    """Give the covariance of bank means, unbiased for small banks in a large sample."""
    units = rows.n_units
    factor = np.sqrt(means.persons / (means.persons - 1) * (units - 1) / units)
    return linearised_covariance(means.contributions * factor, stratum=rows.stratum)


def _over_all(made: list[Measured]) -> list[Measured]:
    if len(made) < 2:
        return []
    square = together([one.square for one in made])
    return [
        Measured("between_share", made[0].wave, None, None, square, max(one.n for one in made),
                 max(one.n_persons for one in made), max(one.n_brands for one in made))
    ]  # fmt: skip


def image_squares(found: BankRows, *, draws: int, seed: int) -> list[Measured]:
    """Give the inertia of banks by attributes in every wave."""
    rows = found.rows
    sums = bank_sums(rows.values, rows, found.cells, rows.draws(draws, seed=seed))
    measures = []
    for wave, name in enumerate(found.waves):
        banks = np.flatnonzero(found.enough[0, wave] & (sums.sample[wave].sum(axis=1) > 0))
        if len(banks) < 2:
            continue
        _, means = found.means(0, wave)
        used = (found.wave == wave) & np.isin(found.bank, banks)
        asked = means.persons[np.isin(np.flatnonzero(found.enough[0, wave]), banks)]
        square = image_inertia(sums, persons=asked, wave=wave, banks=banks)
        persons = len(np.unique(rows.person[used]))
        n_attributes = int((sums.sample[wave][banks].sum(axis=0) > 0).sum())
        measures.append(Measured("inertia", name, None, None, square, int(used.sum()),
                                 persons, len(banks), n_attributes))  # fmt: skip
    return measures
