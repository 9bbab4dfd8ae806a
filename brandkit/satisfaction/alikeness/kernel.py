"""Rows of ratings and ticks by bank and wave, and what they say of the spread between banks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtr

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    ScaleError,
    did_you_mean,
    require_columns,
    shown,
)
from brandkit.core.intervals import carried_df, holm, t_interval
from brandkit.core.linalg import Codes, Floats
from brandkit.core.message import Message
from brandkit.sampling.design import RowDraws, SurveyData, SurveyRows
from brandkit.sampling.moments import moments
from brandkit.sampling.rows import Data, survey_rows
from brandkit.sampling.variance import linearised_covariance
from brandkit.satisfaction.alikeness.variance import DrawnSquare, together


@dataclass(frozen=True, eq=False)
class Cells:
    """Which cell of wave and bank each row belongs to, and the persons in each.

    Parameters
    ----------
    code : ndarray of int, shape (n,)
        wave x banks + bank; -1 for rows that are left out.
    n_waves, n_banks : int
    """

    code: Codes
    n_waves: int
    n_banks: int


@dataclass(frozen=True, eq=False)
class BankSums:
    """Weighted sums of columns by wave and bank, of the sample and of draws.

    Parameters
    ----------
    sample : ndarray, shape (waves, banks, columns)
    drawn : ndarray, shape (draws, waves, banks, columns)
    """

    sample: Floats
    drawn: Floats


def bank_sums(columns: Floats, rows: SurveyRows, cells: Cells, drawn: RowDraws) -> BankSums:
    """Add columns up by wave and bank, once for the sample and once for every draw."""
    names = [f"c{at}" for at in range(columns.shape[1])]
    used = cells.code >= 0
    frame = pd.DataFrame(columns[used], columns=names)
    frame["cell"], frame["w"] = cells.code[used], rows.weight[used]
    found = moments(
        frame, columns=names, cells=["cell"], weight="w", products=False,
        groups=drawn.group[used], n_groups=drawn.n_groups,
    )  # fmt: skip
    place = [int(cell[0]) for cell in found.cells]  # type: ignore[call-overload]
    shape = (cells.n_waves * cells.n_banks, len(names))

    def spread(values: Floats) -> Floats:
        whole = np.zeros((*values.shape[:-2], *shape))
        whole[..., place, :] = values
        return whole.reshape(*values.shape[:-2], cells.n_waves, cells.n_banks, len(names))

    return BankSums(spread(found.sums().sums), spread(found.sums(drawn.times).sums))


def rating_spread(
    sums: BankSums,
    *,
    persons: Floats,
    covariance: Floats,
    wave: int,
    banks: Codes,
) -> DrawnSquare:
    """Give the variance of an item between banks over that within, with draws.

    Parameters
    ----------
    sums : BankSums
        Of three columns: answered, answer, squared answer (about the middle of all answers).
    persons : ndarray, shape (banks,)
        Persons who rated each of the chosen banks.
    covariance : ndarray, shape (banks, banks)
        Design covariance of the chosen banks' means.
    wave : int
    banks : ndarray of int
        The banks with enough answers.

    Returns
    -------
    DrawnSquare

    Notes
    -----
    With shares of the ratings p_b, means m_b and their design covariance V, the variance between
    is sum p_b (m_b - m)^2 - (sum p_b V_bb - p'Vp): the second part is what noise adds, persons who
    rated several banks included. The variance within is sum p_b (s_b^2 + V_bb), s_b^2 with the
    weight as denominator. Where every person rates one of equally many this is omega squared.
    """
    weight, total, squares = np.moveaxis(sums.sample[wave][banks], -1, 0)
    share, mean = weight / weight.sum(), total / weight
    noise_of = np.diag(covariance)
    between = _spread(share, mean, mean)
    noise = float(share @ noise_of - share @ covariance @ share)
    inner = float(share @ (squares / weight - mean**2))
    within = inner + float(share @ noise_of)

    drawn = sums.drawn[:, wave][:, banks]
    drawn_weight = drawn[..., 0]
    there = drawn_weight > 0
    safe = np.where(there, drawn_weight, 1.0)
    drawn_share = drawn_weight / drawn_weight.sum(axis=1, keepdims=True)
    drawn_mean = drawn[..., 1] / safe
    # a draw takes the variance of a mean of n persons for (n - 1) / n of what it is
    off = np.where(there, (drawn_mean - mean) * np.sqrt(persons / (persons - 1)), 0.0)
    drawn_inner = (drawn_share * (drawn[..., 2] / safe - drawn_mean**2)).sum(axis=1)
    return DrawnSquare(
        observed=float(between) / within,
        corrected=(float(between) - noise) / within,
        square=_spread(drawn_share, mean, mean),
        cross=_spread(drawn_share, mean, off),
        noise=_spread(drawn_share, off, off),
        scale=drawn_inner + 2.0 * float(share @ noise_of),
        unit=float(between) / within,
    )


def _spread(share: Floats, one: Floats, other: Floats) -> Floats:
    """Give the covariance between banks of two sets of their values."""
    means = (share * one).sum(axis=-1), (share * other).sum(axis=-1)
    return np.asarray((share * one * other).sum(axis=-1) - means[0] * means[1])


def image_inertia(sums: BankSums, *, persons: Floats, wave: int, banks: Codes) -> DrawnSquare:
    """Give the inertia of the table of banks by attributes, with draws.

    Parameters
    ----------
    sums : BankSums
        Of the ticks.
    persons : ndarray, shape (banks,)
        Persons asked about each of the chosen banks.
    wave : int
    banks : ndarray of int
        The banks with enough answers.

    Returns
    -------
    DrawnSquare
        Not divided by anything: chi-square over the number of mentions.

    Notes
    -----
    Inertia is the squared length of the residuals (p - rc)/sqrt(rc). What noise adds is the mean
    over draws of the squared length of their deviations. (rows - 1)(columns - 1)/n would hold for
    single mentions only: ticks of frequent attributes vary less, ticks of one person go together.
    """
    table = sums.sample[wave][banks]
    ticked = table.sum(axis=0) > 0
    residual = _residuals(table[:, ticked])
    drawn = _residuals(sums.drawn[:, wave][:, banks][..., ticked])
    off = (drawn - residual) * np.sqrt(persons / (persons - 1))[:, None]
    square = float((residual**2).sum())
    noise = (off**2).sum(axis=(1, 2))
    return DrawnSquare(
        observed=square,
        corrected=square - float(noise.mean()),
        square=np.full(len(drawn), square),
        cross=(residual * off).sum(axis=(1, 2)),
        noise=noise,
        scale=np.ones(len(drawn)),
        unit=square,
    )


def _residuals(table: Floats) -> Floats:
    """Give (p - rc)/sqrt(rc) of one table or a stack; 0 where a row or column is empty."""
    share = table / table.sum(axis=(-1, -2), keepdims=True)
    expected = share.sum(axis=-1, keepdims=True) * share.sum(axis=-2, keepdims=True)
    filled = expected > 0
    root = np.sqrt(np.where(filled, expected, 1.0))
    return np.asarray(np.where(filled, (share - expected) / root, 0.0))


@dataclass(frozen=True, eq=False)
class BankMeans:
    """Means of one item by bank, with what each sampling unit adds to them.

    Parameters
    ----------
    mean : ndarray, shape (banks,)
    contributions : ndarray, shape (units, banks)
        As ``SurveyRows.contributions`` gives them.
    n, persons : ndarray, shape (banks,)
        Answers, and persons who gave them.
    both : ndarray, shape (banks, banks)
        Persons who rated both.
    """

    mean: Floats
    contributions: Floats
    n: Floats
    persons: Floats
    both: Floats


def bank_means(rows: SurveyRows, *, answers: Floats, bank: Codes, n_banks: int) -> BankMeans:
    """Take means of an item by bank, and what the sampling units add to them.

    Parameters
    ----------
    rows : SurveyRows
    answers : ndarray, shape (n,)
        Missing ones are left out.
    bank : ndarray of int, shape (n,)
        Bank of each row; -1 leaves it out.
    n_banks : int

    Returns
    -------
    BankMeans
        Of all banks; those without answers have a missing mean.
    """
    used = (bank >= 0) & ~np.isnan(answers)
    inside = bank[:, None] == np.arange(n_banks)
    inside &= used[:, None]
    value = np.where(used, answers, 0.0)
    weight = (inside * rows.weight[:, None]).sum(axis=0)
    with np.errstate(invalid="ignore"):
        mean = (inside * (rows.weight * value)[:, None]).sum(axis=0) / weight
    off = inside * (value[:, None] - np.nan_to_num(mean)) / np.where(weight > 0, weight, 1.0)
    met = np.zeros((rows.n_persons, n_banks))
    met[rows.person[used], bank[used]] = 1.0
    return BankMeans(
        mean=np.asarray(mean),
        contributions=rows.contributions(off),
        n=inside.sum(axis=0).astype(float),
        persons=met.sum(axis=0),
        both=met.T @ met,
    )


def pair_contrasts(banks: int) -> Floats:
    """Give one row a pair of banks: +1 for the first, -1 for the second.

    Examples
    --------
    >>> pair_contrasts(3).astype(int).tolist()
    [[1, -1, 0], [1, 0, -1], [0, 1, -1]]
    """
    first, second = np.triu_indices(banks, 1)
    identity = np.eye(banks)
    return np.asarray(identity[first] - identity[second])


def rest_contrasts(banks: int) -> Floats:
    """Give one row a bank: itself less the plain mean of the others.

    Examples
    --------
    >>> rest_contrasts(3).tolist()[0]
    [1.0, -0.5, -0.5]
    """
    share = 1.0 / (banks - 1)
    return np.asarray(np.eye(banks) * (1.0 + share) - share)


def verdicts(
    means: BankMeans,
    *,
    contrasts: Floats,
    smallest: float,
    rows: SurveyRows,
    level: float,
) -> pd.DataFrame:
    """Test contrasts of bank means against no difference and against one that matters.

    Parameters
    ----------
    means : BankMeans
    contrasts : ndarray, shape (m, banks)
    smallest : float, > 0
        The smallest difference that matters.
    rows : SurveyRows
        Whose design made the contributions.
    level : float

    Returns
    -------
    DataFrame
        ``estimate std_error ci_low ci_high p_equal p_equal_adjusted p_value p_adjusted verdict``,
        one row a contrast; both p-values are adjusted over the rows.

    Notes
    -----
    Two one-sided tests: p_equal = P(T <= (|d| - smallest)/error), small where the difference lies
    surely within the limits on both sides. Degrees of freedom by
    :func:`~brandkit.core.intervals.carried_df`.
    """
    difference = contrasts @ means.mean
    totals = means.contributions @ contrasts.T
    variance = np.diag(linearised_covariance(totals, stratum=rows.stratum))
    error = np.sqrt(np.maximum(variance, 0.0))
    df = carried_df(totals, df=rows.df)
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = np.where(difference == 0, 0.0, np.abs(difference) / error)
        beyond = (np.abs(difference) - smallest) / error
    p_value, p_equal = 2 * stdtr(df, -apart), stdtr(df, beyond)
    low, high = t_interval(difference, std_error=error, df=df, level=level)
    adjusted, equal_adjusted = holm(p_value), holm(p_equal)
    alpha = 1 - level + 1e-12
    said = np.where(
        equal_adjusted <= alpha, "equal", np.where(adjusted <= alpha, "different", "open")
    )
    return pd.DataFrame(
        {
            "estimate": difference, "std_error": error, "ci_low": low, "ci_high": high,
            "ci_level": level, "smallest_difference": smallest, "p_equal": p_equal,
            "p_equal_adjusted": equal_adjusted, "p_value": p_value, "p_adjusted": adjusted,
            "verdict": said.astype(object),
        }
    )  # fmt: skip


Measure = Literal["between_share", "inertia"]

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
        coded(rows.frame[wave_column]) if wave_column else (np.zeros(len(rows), np.intp), ())
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
