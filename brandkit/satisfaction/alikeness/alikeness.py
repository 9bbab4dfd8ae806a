"""Perceived alikeness: whether customers notice a difference between the banks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.special import ndtr

from brandkit.core import errors
from brandkit.core.errors import shown
from brandkit.core.intervals import FEWEST_COMMON, market_change, t_interval
from brandkit.core.labels import coded
from brandkit.core.linalg import Codes, Flags, Floats
from brandkit.core.message import Message, noted
from brandkit.core.result import Result
from brandkit.core.waves import coded_waves
from brandkit.sampling.rows import Data, SurveyRows, Weight, data_frame, survey_rows
from brandkit.sampling.variance import linearised_covariance
from brandkit.satisfaction.alikeness import kernel
from brandkit.satisfaction.groups import in_one_cluster

MissingAnswers = Literal["pairwise", "drop", "raise"]

#: What stands for the smallest difference that matters where none is declared.
USUAL_SHARE = 0.05
#: Part of the first value from which a change of the market matters.
SMALLEST_PART = 0.1


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PerceivedAlikeness(Result):
    """How much of what customers say depends on the bank, and which banks they tell apart.

    Parameters
    ----------
    measures : DataFrame
        ``measure wave item label estimate ci_low ci_high ci_level untruncated observed expected
        p_value n n_persons n_brands n_attributes``. ``measure`` is "between_share": the share of
        the variance of an item's ratings that lies between banks, 0-1, on the row without an item
        over all items; or "inertia": of the table of banks by attributes, chi-square over n.
        ``observed`` is the uncorrected value, ``expected`` what noise adds to it. ``estimate`` is
        ``observed`` less that, never below 0; ``untruncated`` may be. ``p_value`` tests that
        there is no difference at all.
    changes : DataFrame
        From each wave to the next, among the banks asked about both times: ``measure item label
        wave_a wave_b estimate std_error ci_low ci_high ci_level p_value n_brands entry_exit
        without_low without_high carrier holds``. ``entry_exit`` is what banks that came or went
        and other numbers of raters add; ``without_low`` and ``without_high`` are the change's ends
        with any one bank left out, ``carrier`` the bank without which least is left. ``holds`` is
        "clear", "likely", "carried" (by that bank), "open", or "untold" under three common banks.
    pairs : DataFrame
        One row a wave, item and pair of banks: ``wave item label brand_a brand_b estimate
        std_error ci_low ci_high ci_level smallest_difference declared p_equal p_equal_adjusted
        p_value p_adjusted verdict n_a n_b n_both``; ``estimate`` is the first bank's mean less the
        second's, in scale points.
    brands : DataFrame
        The same for each bank against the plain mean of the others: ``wave item label brand score
        estimate … verdict n``.
    ci_level : float
        Coverage the intervals aim at; the tests of `pairs` keep 1 - ci_level.
    draws : int
        Draws over persons.
    """

    measures: pd.DataFrame
    changes: pd.DataFrame
    pairs: pd.DataFrame
    brands: pd.DataFrame
    ci_level: float
    draws: int

    def glance(self) -> pd.DataFrame:
        """Give one row: banks, persons and how many pairs are equal, different or open."""
        verdict, found = self.pairs["verdict"], self.measures
        return self._row(
            "n_brands n_persons n_tests share_equal share_different share_open draws ci_level",
            n_brands=int(found["n_brands"].max()),
            n_persons=int(found.groupby("wave", dropna=False)["n_persons"].max().sum()),
            n_tests=len(self.pairs),
            **{f"share_{one}": float((verdict == one).mean()) for one in kernel.VERDICTS},
        )


def perceived_alikeness(
    data: Data,
    *,
    brand: str | None = None,
    items: Sequence[str] | None = None,
    images: Sequence[str] | None = None,
    smallest_difference: float | Mapping[str, float] | None = None,
    wave: str | None = None,
    weight: Weight | None = None,
    respondent: str | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    missing: MissingAnswers = "pairwise",
    suppress_below: int = 10,
    draws: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> PerceivedAlikeness:
    """Say whether customers notice a difference between the banks.

    Not finding a difference does not show that there is none. Three answers are given: how much
    of the ratings depends on the bank at all, how much the banks' images differ beyond noise, and
    for each pair of banks whether it is shown to be equal, shown to differ, or neither.

    Parameters
    ----------
    data : DataFrame or Survey
        One row a respondent and bank.
    brand : str, optional
        Column of the bank; a survey knows it.
    items : sequence of str, optional
        Ratings.
    images : sequence of str, optional
        Attributes that were ticked (1) or not (0). Ratings, images or both must be given.
    smallest_difference : float or mapping, optional
        The smallest difference of two banks' means that matters, in scale points, for all items
        or for each. **It should be declared**, from what a difference is worth to the bank, before
        the answers are looked at. Where it is not, 5 % of the scale's length in the codebook is
        taken (half a point from 0 to 10), and ``notes`` and the ``declared`` column say so;
        without a codebook it must be given.
    wave : str, optional
        Column of the wave; a survey knows it. Each wave is looked at by itself.
    weight : str or SurveyWeights, optional
    respondent, strata, cluster : str, optional
        Columns of the design; a survey knows them.
    missing : "pairwise", "drop" or "raise"
        Use for each item the rows where it was answered, only rows with all items, or refuse.
        Rows with a missing tick are left out of the image in any case.
    suppress_below : int, default 10
        Banks with fewer persons in a wave are left out of it, and ``notes`` say so.
    draws : int, default 1000
        Draws over persons.
    seed : int, default 0
    level : float, default 0.95
        Coverage of intervals; 1 - level is the chance of a false verdict for each item.

    Returns
    -------
    PerceivedAlikeness

    Raises
    ------
    InputError
        No column is given, or an answer is missing where it must not; `smallest_difference` is
        neither given nor known from a codebook.
    ScaleError
        A tick is neither 0 nor 1, or a smallest difference is not above 0.
    NotEnoughDataError
        Fewer than two banks have enough answers in every wave, or every answer is the same.

    Notes
    -----
    The share between banks is B/(B + W), with the variance of the banks' means, weighted by their
    ratings, less what their design errors add to it (persons who rate several banks included):
    omega squared where rows are independent. A negative B is written as 0, and stands in
    ``untruncated``. Intervals invert a test by draws over persons, as the noncentral F does for
    normal data, so that they are right at 0 too: there they are [0, upper].

    Equivalence by two one-sided tests on the design covariance, adjusted by Holm over the pairs
    of an item and wave. "equal": shown to differ by less than the smallest difference that
    matters. Else "different": shown to differ. Else "open": the answers do not settle it.

    References
    ----------
    Hays, W. L. (1963). Statistics for Psychologists. Schuirmann, D. J. (1987). A comparison of the
    two one-sided tests procedure and the power approach. Journal of Pharmacokinetics and
    Biopharmaceutics 15, 657-680. doi:10.1007/BF01068419
    Lakens, D. (2017). Equivalence tests. Social Psychological and Personality Science 8, 355-362.
    doi:10.1177/1948550617697177

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> answers = pd.DataFrame({"bank": ["a", "b", "c"] * 200, "id": np.repeat(range(200), 3)})
    >>> answers["fees"] = rng.normal(6.0, 1.5, 600) + np.tile([0, 0.05, 1], 200)
    >>> result = perceived_alikeness(answers, brand="bank", items=["fees"], respondent="id",
    ...                              smallest_difference=0.5)
    >>> result.pairs[["brand_a", "brand_b", "verdict"]].to_numpy().tolist()
    [['a', 'b', 'equal'], ['a', 'c', 'different'], ['b', 'c', 'different']]
    """
    errors.check_option("missing", missing, ("pairwise", "drop", "raise"))
    errors.check_level(level)
    errors.check_whole_number("draws", draws, low=100)
    errors.check_whole_number("suppress_below", suppress_below, low=2)
    rated, ticked = _checked_columns(items, images)
    smallest, declared = _checked_smallest(data, rated, smallest_difference)

    where: dict[str, Any] = {"brand": brand, "wave": wave, "suppress_below": suppress_below}
    where |= {"weight": weight, "respondent": respondent, "strata": strata, "cluster": cluster}
    ratings = image = None
    if rated:
        ratings = bank_rows(data, columns=rated, missing=missing, **where)
    if ticked:
        whole = "raise" if missing == "raise" else "drop"
        image = bank_rows(data, columns=ticked, missing=whole, **where)
        _require_ticks(image.rows)

    measures = [] if ratings is None else _rating_squares(ratings, draws=draws, seed=seed)
    measures += [] if image is None else _image_squares(image, draws=draws, seed=seed)
    pairs, brands = equivalence_frames(ratings, smallest=smallest, declared=declared, level=level)
    if not measures:
        raise errors.NotEnoughDataError(
            "`data` must hold banks with differing answers; found every answer the same. Read the "
            "file again, or leave constant items out."
        )

    notes = dict.fromkeys(note for part in (ratings, image) if part for note in part.notes)
    if rated and not declared:
        loud = Message(
            "Nobody said which difference is too small to matter. 5% of the scale's length stands "
            "in for it; which banks count as equal depends on it."
        )
        notes = {loud: None, **notes}
    return PerceivedAlikeness(
        measures=_measure_frame(measures, level=level),
        changes=_change_frame(measures, _banks_of(ratings, image), level=level),
        pairs=pairs,
        brands=brands,
        ci_level=level,
        draws=draws,
        notes=tuple(notes),
    )


# --- checks --------------------------------------------------------------------------------------


def _checked_columns(
    items: Sequence[str] | None, images: Sequence[str] | None
) -> tuple[list[str], list[str]]:
    """Give ratings and ticks as lists; refuse none at all and a name in both."""
    for argument, names in (("items", items), ("images", images)):
        if isinstance(names, str):
            raise errors.InputError(
                f"`{argument}` must be a list of columns; found {shown(names)}."
            )
    rated, ticked = list(items or []), list(images or [])
    if not rated and not ticked:
        raise errors.InputError(
            "`items` or `images` must name columns; found neither. Name ratings."
        )
    both = sorted(set(rated) & set(ticked))
    if both:
        raise errors.InputError(
            f"`items` and `images` must be different columns; found {shown(both)} in both."
        )
    return rated, ticked


def _checked_smallest(
    data: Data, items: list[str], given: float | Mapping[str, float] | None
) -> tuple[dict[str, float], bool]:
    """Give the smallest difference that matters for each item, and whether it was declared."""
    if given is None and items:
        return _usual(data, items), False
    wanted = dict(given) if isinstance(given, Mapping) else dict.fromkeys(items, given or 0.0)
    lost = [item for item in items if item not in wanted]
    more = [item for item in wanted if item not in items]
    if lost or more:
        hint = errors.did_you_mean(str(more[0]), items) if more else ""
        raise errors.InputError(
            "`smallest_difference` must name each item once; found "
            f"{shown(more) if more else 'none'} that {'are' if more else 'is'} no item and "
            f"{shown(lost) if lost else 'none'} without one.{hint}"
        )
    wrong = [item for item, value in wanted.items() if not value > 0 or np.isinf(value)]
    if wrong:
        raise errors.ScaleError(
            f"`smallest_difference` must be above 0, in scale points; found "
            f"{shown(wanted[wrong[0]])} for {shown(wrong[0])}."
        )
    return {item: float(wanted[item]) for item in items}, True


def _usual(data: Data, items: list[str]) -> dict[str, float]:
    known = {}
    if not isinstance(data, pd.DataFrame):
        book = data.codebook.dropna(subset=["low", "high"])
        known = dict(zip(book["item"], USUAL_SHARE * (book["high"] - book["low"]), strict=True))
    lost = [item for item in items if item not in known]
    if lost:
        raise errors.InputError(
            "`smallest_difference` must be declared where no codebook tells the scale; found none "
            f"for {shown(lost)}. Write the smallest difference of two banks' means that matters, "
            "as 0.5 on a scale from 0 to 10."
        )
    return {item: float(known[item]) for item in items}


def _require_ticks(rows: SurveyRows) -> None:
    """Refuse answers that are neither ticked nor not."""
    for name, column in zip(rows.columns, rows.values.T, strict=True):
        odd = column[~np.isin(column, (0.0, 1.0))]
        if len(odd):
            raise errors.ScaleError(
                f"`images` must hold 1 (ticked) and 0; found {shown(float(odd[0]))} in "
                f"{shown(name)}. Name ratings in `items`."
            )


# --- rows by bank and wave -----------------------------------------------------------------------


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
    enough: Flags
    notes: tuple[Message, ...]

    def label(self, item: str) -> str:
        """Give an item's label, or its name where it has none."""
        return str(self.rows.labels.get(item, item))

    def sums(
        self, columns: Floats, *, draws: int, seed: int, weighs: bool = False
    ) -> kernel.BankSums:
        """Add columns up by wave and bank, of the sample and of draws over persons."""
        shape, drawn = (len(self.waves), len(self.banks)), self.rows.draws(draws, seed=seed)
        cell = self.wave * len(self.banks) + self.bank
        sums = kernel.bank_sums(columns, self.rows, cell=cell, shape=shape, drawn=drawn)
        return replace(sums, weighs=weighs)

    def means(self, column: int, wave: int) -> tuple[Codes, kernel.BankMeans]:
        """Give the banks with enough answers to an item in a wave, and their means."""
        banks = np.flatnonzero(self.enough[column, wave])
        place = np.full(len(self.banks), -1)
        place[banks] = np.arange(len(banks))
        at = np.where(self.wave == wave, place[self.bank], -1).astype(np.intp)
        answers = self.rows.values[:, column]
        return banks, kernel.bank_means(self.rows, answers=answers, bank=at, n_banks=len(banks))

    def bases(self, used: Flags, banks: Codes) -> dict[str, int]:
        """Count answers, persons and banks of the rows used."""
        persons = len(np.unique(self.rows.person[used]))
        return {"n": int(used.sum()), "n_persons": persons, "n_brands": len(banks)}


def bank_rows(
    data: Data,
    *,
    columns: list[str],
    missing: str,
    brand: str | None = None,
    wave: str | None = None,
    suppress_below: int = 10,
    **design: Any,
) -> BankRows:
    """Take rows with their bank and wave; say which banks have too few persons."""
    frame, known = data_frame(data)
    brand, wave = brand or known.get("brand"), wave or known.get("wave")
    if brand is None:
        raise errors.InputError("`brand` must name the column of the bank; found none. Name it.")
    errors.require_columns(frame, [brand], argument="brand")
    errors.require_columns(frame, [wave] if wave else [], argument="wave")
    rows = survey_rows(
        data,
        columns=columns,
        others=[brand, wave] if wave else [brand],
        missing="keep" if missing == "pairwise" else missing,  # type: ignore[arg-type]
        **design,
    )
    bank, banks = coded(rows.frame[brand])
    nowhen: tuple[Codes, tuple[str, ...]] = np.zeros(len(rows), np.intp), ()
    at, waves = coded_waves(rows.frame[wave]) if wave else nowhen
    shape = (len(waves) or 1, len(banks))
    cell, n_cells = at * len(banks) + bank, shape[0] * shape[1]
    counts, lost = np.zeros((2, len(columns), n_cells))
    for column, there in enumerate(~np.isnan(rows.values).T):
        persons = np.unique(np.stack([cell, rows.person], axis=1)[there], axis=0)
        counts[column] = np.bincount(persons[:, 0], minlength=n_cells)
        inside = (cell[:, None] == np.arange(n_cells)) & there[:, None]
        lost[column] = np.isnan(rows.domain_factors(inside)) & inside.any(axis=0)
    counts, alone = counts.reshape(-1, *shape), lost.reshape(-1, *shape) > 0
    enough = (counts >= suppress_below) & ~alone
    if (enough.sum(axis=2) < 2).all():
        raise errors.NotEnoughDataError(
            f"`data` must have at least two banks with {suppress_below} persons each; found "
            f"{int(enough.sum(axis=2).max())}. Unite small banks, or lower suppress_below."
        )
    lone, few = (
        sorted({banks[place] for place in np.argwhere(cells)[:, 2]})
        for cells in (alone, ~enough & ~alone)
    )
    notes = [*rows.notes, *_constant(rows), *in_one_cluster(lone)]
    notes += noted(
        "Fewer than {least:count} persons answered for {brands} in some wave or item; these banks "
        "are left out there.",
        brands=few,
        least=suppress_below,
    )
    return BankRows(rows, banks, waves or (None,), bank, at, enough, tuple(notes))


def _constant(rows: SurveyRows) -> list[Message]:
    return noted(
        "{items} {n:has|have} the same answer in every row and {n:is|are} left out of the "
        "variance.",
        items=[
            Message("“{item}”", {"item": name})
            for name, column in zip(rows.columns, rows.values.T, strict=True)
            if np.nanmin(column, initial=np.inf) >= np.nanmax(column, initial=-np.inf)
        ],
    )


# --- measures ------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Table:
    """What a squared length is made of: sums of a wave's banks, for any of these."""

    sums: kernel.BankSums
    wave: int
    banks: Codes
    persons: Floats
    covariance: Floats | None = None

    def square(self, chosen: Codes | None = None, held: Floats | None = None) -> kernel.DrawnSquare:
        """Give the squared length of all banks, or of the ``chosen`` at ``held`` sizes."""
        at = np.arange(len(self.banks)) if chosen is None else self.places(chosen)
        sums, persons = self.sums.of(self.wave, self.banks[at], held=held), self.persons[at]
        if self.covariance is None:
            return kernel.image_inertia(sums, persons=persons)
        return kernel.rating_spread(
            sums, persons=persons, covariance=self.covariance[np.ix_(at, at)]
        )

    def places(self, chosen: Codes) -> Codes:
        return np.searchsorted(self.banks, chosen)

    def sizes(self, chosen: Codes) -> Floats:
        return self.sums.sizes(self.wave, chosen)


@dataclass(frozen=True, eq=False)
class _Measured:
    """One measure of one wave, with its draws and base."""

    measure: Literal["between_share", "inertia"]
    wave: str | None
    item: str | None
    label: str | None
    square: kernel.DrawnSquare
    tables: tuple[_Table, ...]
    n: int
    n_persons: int
    n_brands: int
    n_attributes: float = np.nan

    def scaled(self, length: Any) -> Any:
        """Give the measure itself from a squared length: between over all, or as it is."""
        return length / (1.0 + length) if self.measure == "between_share" else length


def _rating_squares(found: BankRows, *, draws: int, seed: int) -> list[_Measured]:
    """Give the variance between banks of every item and wave, and over all items."""
    rows = found.rows
    there = ~np.isnan(rows.values)
    middle = np.nansum(rows.values * rows.weight[:, None], axis=0)
    middle /= (there * rows.weight[:, None]).sum(axis=0)
    answers = np.where(there, rows.values - middle, 0.0)
    columns = np.stack([there, answers, answers**2], axis=2).reshape(len(rows), -1)
    sums = found.sums(columns, draws=draws, seed=seed, weighs=True)
    measures = []
    for wave, name in enumerate(found.waves):
        made: list[_Measured] = []
        for at, item in enumerate(rows.columns):
            banks, means = found.means(at, wave)
            three = slice(3 * at, 3 * at + 3)
            part = kernel.BankSums(
                sums.sample[..., three], sums.drawn[..., three], weighs=True, key=item
            )
            if len(banks) < 2 or not _varies(part.sample[wave][banks]):
                continue
            covariance = _domain_covariance(means, rows)
            table = _Table(part, wave, banks, means.persons, covariance)
            square = table.square()
            bases = found.bases(
                there[:, at] & (found.wave == wave) & np.isin(found.bank, banks), banks
            )
            label = found.label(item)
            made.append(_Measured("between_share", name, item, label, square, (table,), **bases))
        measures += made
        if len(made) > 1:
            square = kernel.together([one.square for one in made])
            most = {
                base: max(getattr(one, base) for one in made)
                for base in ("n", "n_persons", "n_brands")
            }
            tables = tuple(table for one in made for table in one.tables)
            measures.append(_Measured("between_share", name, None, None, square, tables, **most))
    return measures


def _varies(sums: Floats) -> bool:
    weight, total, squares = sums.T
    return bool((squares / weight - (total / weight) ** 2).max() > 1e-12)


def _domain_covariance(means: kernel.BankMeans, rows: SurveyRows) -> Floats:
    """Give the covariance of bank means, unbiased for small banks in a large sample."""
    units = rows.n_units
    factor = np.sqrt(means.persons / (means.persons - 1) * (units - 1) / units)
    if rows.is_clustered:  # the means know of it
        factor = np.ones(len(means.mean))
    return linearised_covariance(means.contributions * factor, stratum=rows.stratum)


def _image_squares(found: BankRows, *, draws: int, seed: int) -> list[_Measured]:
    """Give the inertia of banks by attributes in every wave."""
    sums = found.sums(found.rows.values, draws=draws, seed=seed)
    measures = []
    for wave, name in enumerate(found.waves):
        table = sums.sample[wave]
        asked, means = found.means(0, wave)
        is_ticked = table[asked].sum(axis=1) > 0
        banks = asked[is_ticked]
        if len(banks) < 2:
            continue
        image = _Table(sums, wave, banks, means.persons[is_ticked])
        bases = found.bases((found.wave == wave) & np.isin(found.bank, banks), banks)
        attributes = float((table[banks].sum(axis=0) > 0).sum())
        measures.append(
            _Measured(
                "inertia",
                name,
                None,
                None,
                image.square(),
                (image,),
                **bases,
                n_attributes=attributes,
            )
        )
    return measures


# --- frames --------------------------------------------------------------------------------------

_TESTED = (
    *("estimate", "std_error", "ci_low", "ci_high", "ci_level", "smallest_difference", "declared"),
    *("p_equal", "p_equal_adjusted", "p_value", "p_adjusted", "verdict"),
)
_PAIRS = ("wave", "item", "label", "brand_a", "brand_b", *_TESTED, "n_a", "n_b", "n_both")
_BRANDS = ("wave", "item", "label", "brand", "score", *_TESTED, "n")
_CHANGES = (
    *("measure", "item", "label", "wave_a", "wave_b"),
    *("estimate", "std_error", "ci_low", "ci_high", "ci_level", "p_value"),
    *("n_brands", "entry_exit", "without_low", "without_high", "carrier", "holds"),
)
_BASES = (*("measure", "wave", "item", "label"), *("n", "n_persons", "n_brands", "n_attributes"))
_MEASURES = (
    *("measure", "wave", "item", "label", "estimate", "ci_low", "ci_high", "ci_level"),
    *("untruncated", "observed", "expected", "p_value", *_BASES[4:]),
)
_TEXTS = {"measure", "wave", "item", "label", "brand", "verdict", "carrier", "holds"}


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Let columns of texts be such, also where all are missing."""
    names = [name for name in frame if str(name).removesuffix("_a").removesuffix("_b") in _TEXTS]
    return frame.astype(dict.fromkeys(names, "str"))


def _measure_frame(measures: list[_Measured], *, level: float) -> pd.DataFrame:
    """Give one row a measure, wave and item."""
    frame = pd.DataFrame({name: [getattr(one, name) for one in measures] for name in _BASES})
    squares = [one.square for one in measures]

    def scaled(lengths: list[float]) -> Floats:
        return np.array([one.scaled(x) for one, x in zip(measures, lengths, strict=True)], float)

    ends = [one.interval(level) for one in squares]
    observed = scaled([one.observed for one in squares])
    corrected = scaled([one.corrected for one in squares])
    return _typed(frame).assign(
        estimate=scaled([max(one.corrected, 0.0) for one in squares]),
        ci_low=scaled([float(low) for low, _ in ends]),
        ci_high=scaled([float(high) for _, high in ends]),
        ci_level=level,
        untruncated=corrected,
        observed=observed,
        expected=observed - corrected,
        p_value=[one.p_value() for one in squares],
    )[list(_MEASURES)]


def _banks_of(ratings: BankRows | None, image: BankRows | None) -> dict[str, tuple[str, ...]]:
    """Give the names behind the codes of each measure's banks."""
    kinds = {"between_share": ratings, "inertia": image}
    return {kind: rows.banks for kind, rows in kinds.items() if rows is not None}


def _change_frame(
    measures: list[_Measured], banks: Mapping[str, tuple[str, ...]], *, level: float
) -> pd.DataFrame:
    """Give the change of every measure from each wave to the next, among the banks of both.

    The error comes from the same draws over persons in both waves, about the corrected values.
    """
    places: dict[tuple[str, str | None], list[_Measured]] = {}
    for one in measures:
        places.setdefault((one.measure, one.item), []).append(one)
    made = []
    for (measure, item), waves in places.items():
        for before, after in pairwise(waves):
            place = (measure, item, after.label, before.wave, after.wave)
            made.append((*place, *_change_row(before, after, banks[measure], level=level)))
    return _typed(pd.DataFrame(made, columns=list(_CHANGES)))


def _change_row(
    before: _Measured, after: _Measured, names: tuple[str, ...], *, level: float
) -> tuple[Any, ...]:
    """Give a change among common banks with its error, what entry and exit add, who carries it."""
    pairs = _paired(before, after)
    common = sorted(set.intersection(*(set(one.tolist()) for *_, one in pairs)) if pairs else ())
    if len(common) < FEWEST_COMMON:
        return (*[np.nan] * 4, level, np.nan, len(common), *[np.nan] * 3, None, "untold")
    found = [_common(before, after, pairs, left_out=one) for one in (-1, *common)]
    change = np.array([one[1] - one[0] for one, _ in found])
    draws = np.stack([one for _, one in found], axis=1)
    first = found[0][0][0]
    smallest = SMALLEST_PART * max(first, 0.0)
    judged = market_change(change, draws.std(axis=0, ddof=1), smallest=smallest)
    whole = after.scaled(after.square.corrected) - before.scaled(before.square.corrected)
    error = judged.std_error
    low, high = t_interval(judged.estimate, std_error=error, level=level)
    p_value = 2 * float(ndtr(-abs(judged.estimate) / error)) if error > 0 else 1.0
    return (
        judged.estimate,
        error,
        float(low),
        float(high),
        level,
        p_value,
        len(common),
        float(whole) - judged.estimate,
        float(judged.without.min()),
        float(judged.without.max()),
        names[common[judged.carrier]],
        judged.holds,
    )


_Paired = tuple[_Table, _Table, Codes]


def _paired(before: _Measured, after: _Measured) -> list[_Paired]:
    """Pair the tables of two waves with the banks of both; items asked once are left out."""
    items = [
        (one, two)
        for one in before.tables
        for two in after.tables
        if len(before.tables) == len(after.tables) == 1 or one.sums.key == two.sums.key
    ]
    return [(one, two, np.intersect1d(one.banks, two.banks)) for one, two in items]


def _common(
    before: _Measured, after: _Measured, pairs: list[_Paired], *, left_out: int
) -> tuple[tuple[float, float], Floats]:
    """Give the measure among common banks before and after, and its change in draws."""
    squares: tuple[list[kernel.DrawnSquare], list[kernel.DrawnSquare]] = ([], [])
    for one, two, both in pairs:
        chosen = both[both != left_out]
        held = (one.sizes(chosen) + two.sizes(chosen)) / 2
        for kept, table in zip(squares, (one, two), strict=True):
            kept.append(table.square(chosen, held))
    first, second = (each[0] if len(each) == 1 else kernel.together(each) for each in squares)
    values = float(before.scaled(first.corrected)), float(after.scaled(second.corrected))
    return values, np.asarray(after.scaled(second.settled) - before.scaled(first.settled))


def equivalence_frames(
    found: BankRows | None, *, smallest: dict[str, float], declared: bool, level: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the tests of all pairs, and of each bank against the others, by wave and item."""
    pairs: list[pd.DataFrame] = []
    brands: list[pd.DataFrame] = []
    if found is None:
        return _stacked(pairs, _PAIRS), _stacked(brands, _BRANDS)
    names = np.array(found.banks, dtype=object)
    for wave, at in np.ndindex(len(found.waves), len(found.rows.columns)):
        banks, means = found.means(at, wave)
        if len(banks) < 2:
            continue
        item, k = found.rows.columns[at], len(banks)
        place: dict[str, Any] = {"wave": found.waves[wave], "item": item, "declared": declared}
        place["label"] = found.label(item)
        rule: dict[str, Any] = {"smallest": smallest[item], "rows": found.rows, "level": level}
        (first, second), own, n = np.triu_indices(k, 1), names[banks], means.n.astype(np.int64)
        tested = kernel.verdicts(means, contrasts=kernel.pair_contrasts(k), **rule)
        both = {"brand_a": own[first], "brand_b": own[second], "n_a": n[first], "n_b": n[second]}
        n_both = means.both[first, second].astype(np.int64)
        pairs.append(tested.assign(**place, **both, n_both=n_both))
        tested = kernel.verdicts(means, contrasts=kernel.rest_contrasts(k), **rule)
        brands.append(tested.assign(**place, brand=own, score=means.mean, n=n))
    return _stacked(pairs, _PAIRS), _stacked(brands, _BRANDS)


def _stacked(parts: list[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    """Put frames below each other."""
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(columns))
    return _typed(frame[list(columns)])
