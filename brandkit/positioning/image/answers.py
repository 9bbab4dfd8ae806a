"""Who ticked what for which brand: the answers behind a map, taken and checked once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    ScaleError,
    require_columns,
    require_frame,
    shown,
)
from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.sampling.design import SurveyRows, Weight
from brandkit.sampling.moments import moments
from brandkit.sampling.rows import survey_rows
from brandkit.sources.survey.batteries import PickAny
from brandkit.sources.survey.survey import Survey

#: What the methods on respondents take: rows of a respondent and brand, a survey, or its battery.
ImageData = pd.DataFrame | Survey | PickAny
SMALL_BASE, SUPPRESSED_BASE = 30, 10
"""Persons under which a brand's place is called uncertain, and under which none is given."""
_ASKED, _PLACE, _WEIGHT = "__asked__", "__cell__", "__weight__"


@dataclass(frozen=True, eq=False)
class ImageAnswers:
    """Ticks of respondents with the design they were drawn by.

    Parameters
    ----------
    rows : SurveyRows
        One row a respondent and brand; ticks are 1 and 0, missing where not asked.
    attributes : tuple of str
        The columns of ticks.
    brand : str
        Column of the brand in ``rows.frame``.
    wave : str, optional
        Column of the wave.
    notes : tuple of Message
    """

    rows: SurveyRows
    attributes: tuple[str, ...]
    brand: str
    wave: str | None
    notes: tuple[Message, ...]

    @property
    def brands(self) -> list[object]:
        """The brands as they stand in the data: in the order of their codes, else sorted."""
        return _ordered(self.rows.frame[self.brand])

    @property
    def waves(self) -> list[object]:
        """The waves, likewise."""
        return [] if self.wave is None else _ordered(self.rows.frame[self.wave])


@dataclass(frozen=True, eq=False)
class ImageTables:
    """The table of the sample, and of every draw over respondents.

    Parameters
    ----------
    cells : tuple of (brand, wave)
        What the rows of the tables are; the wave is None where rows are not split by it.
    attributes : tuple of str
    table : ndarray, shape (cells, attributes)
        Weighted ticks. Where an attribute was asked in a part of a cell's rows only, the share
        of those asked times the cell's base.
    bases : ndarray, shape (cells,)
        Weighted rows.
    n : ndarray of int, shape (cells,)
        Persons.
    n_effective : ndarray, shape (cells,)
        Kish's effective number of persons.
    draw_tables : ndarray, shape (draws, cells, attributes)
    draw_bases : ndarray, shape (draws, cells)
    df : int
        Degrees of freedom of the design.
    notes : tuple of Message
    """

    cells: tuple[tuple[str, str | None], ...]
    attributes: tuple[str, ...]
    table: Floats
    bases: Floats
    n: NDArray[np.int64]
    n_effective: Floats
    draw_tables: Floats
    draw_bases: Floats
    df: int
    notes: tuple[Message, ...] = ()

    def kept(self, rows: NDArray[np.bool_], columns: NDArray[np.bool_]) -> ImageTables:
        """Give the tables of some cells and attributes."""
        return replace(
            self,
            cells=tuple(cell for cell, keep in zip(self.cells, rows, strict=True) if keep),
            attributes=tuple(a for a, keep in zip(self.attributes, columns, strict=True) if keep),
            table=self.table[rows][:, columns],
            bases=self.bases[rows],
            n=self.n[rows],
            n_effective=self.n_effective[rows],
            draw_tables=self.draw_tables[:, rows][:, :, columns],
            draw_bases=self.draw_bases[:, rows],
        )


def image_answers(
    data: ImageData,
    *,
    brand: str | None,
    attributes: Sequence[str] | None,
    respondent: str | None,
    weight: Weight | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    wave: str | None = None,
) -> ImageAnswers:
    """Take ticks from rows, from a survey with a column of brands, or from a wide battery.

    Parameters
    ----------
    data : DataFrame, Survey or PickAny
        A survey brings its design, and its battery where `attributes` names none.
    brand, respondent, strata, cluster, wave : str, optional
        Columns.
    attributes : sequence of str, optional
        Columns of ticks; of a survey, sets or items.
    weight : str or SurveyWeights, optional

    Returns
    -------
    ImageAnswers

    Examples
    --------
    >>> rows = pd.DataFrame({"id": [1, 1, 2], "bank": ["A", "B", "A"], "fair": [1, 0, 1],
    ...                      "modern": [0, 1, 1]})
    >>> taken = image_answers(rows, brand="bank", attributes=["fair", "modern"], respondent="id")
    >>> taken.brands, taken.rows.n_persons
    (['A', 'B'], 2)
    """
    notes: tuple[Message, ...] = ()
    if isinstance(data, Survey):
        given = {"brand": brand, "respondent": respondent, "strata": strata, "cluster": cluster}
        if isinstance(weight, str):
            given["weight"] = weight
        given["wave"] = wave
        data = _battery(data, attributes, {role: name for role, name in given.items() if name})
        brand = respondent = strata = cluster = attributes = None
        wave = None if wave is None else "wave"
        weight = None if isinstance(weight, str) else weight
    if isinstance(data, PickAny):
        notes = data.notes
        frame, roles = data.answers(), set(data.rows.columns)
        attributes = list(data.attributes if attributes is None else attributes)
        brand, respondent, strata, cluster = (
            name or (role if role in roles else None)
            for role, name in (("brand", brand), ("respondent", respondent),
                               ("strata", strata), ("cluster", cluster))
        )  # fmt: skip
        weight = "weight" if weight is None and "weight" in roles else weight
    else:
        require_frame("data", data)
        frame = data
    if brand is None or attributes is None or not len(attributes):
        raise InputError(
            "`brand` and `attributes` must name the column of brands and those of ticks; found "
            f"brand={brand!r}, attributes={attributes!r}. Name them, or hand in a survey with a "
            "pick-any battery."
        )
    rows = survey_rows(
        _as_numbers(frame, attributes), columns=list(attributes),
        others=[brand] if wave is None else [brand, wave],
        weight=weight, respondent=respondent, strata=strata, cluster=cluster, missing="keep",
    )  # fmt: skip
    _check_ticks(rows)
    return ImageAnswers(rows, tuple(map(str, attributes)), brand, wave, (*notes, *rows.notes))


def image_tables(answers: ImageAnswers, *, draws: int, seed: int) -> ImageTables:
    """Reduce ticks to the table of the sample and of every draw, brands (by wave) x attributes.

    All draws are one matrix product of their weights with the tables of the random groups.
    """
    rows = answers.rows
    split = [answers.brand] if answers.wave is None else [answers.brand, answers.wave]
    cells, place = _cells(answers, split)
    drawn = rows.draws(draws, seed=seed)
    ticks, asked = np.nan_to_num(rows.values), ~np.isnan(rows.values)
    columns = {f"t{at}": ticks[:, at] for at in range(ticks.shape[1])}
    gaps = not asked.all()
    if gaps:
        columns |= {f"{_ASKED}{at}": asked[:, at].astype(float) for at in range(ticks.shape[1])}
    summed = moments(
        pd.DataFrame(columns | {_PLACE: place, _WEIGHT: rows.weight}), columns=list(columns),
        groups=drawn.group, n_groups=drawn.n_groups, cells=[_PLACE], weight=_WEIGHT,
        products=False,
    )  # fmt: skip
    sample, sums = summed.sums(), summed.sums(drawn.times)
    n, n_effective = _persons(rows, place, len(cells))
    notes = answers.notes
    if gaps:
        said = "{n:percent} of the cells were not asked; shares are of those asked."
        notes = (*notes, Message(said, {"n": float((~asked).mean())}))
    return ImageTables(
        cells=cells, attributes=answers.attributes,
        table=_counts(sample.sums, sample.weight, gaps=gaps), bases=sample.weight,
        n=n, n_effective=n_effective,
        draw_tables=_counts(sums.sums, sums.weight, gaps=gaps), draw_bases=sums.weight,
        df=rows.df, notes=notes,
    )  # fmt: skip


def resampled_tables(counts: pd.DataFrame, *, draws: int, seed: int) -> ImageTables:
    """Draw the cells of a plain table of counts anew: all there is where nobody's rows are kept.

    Mentions are drawn one by one as if each came from a person of its own.
    """
    values = counts.to_numpy(dtype=float)
    # the content decides the draws, not the order of rows and columns
    down = np.lexsort((*np.sort(values, axis=1).T, values.sum(axis=1)))
    along = np.lexsort((*values[down], values.sum(axis=0)))
    total = round(values.sum())
    if total < 1:
        raise NotEnoughDataError("`data` must hold counts of mentions; found fewer than one.")
    ordered = values[down][:, along]
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    drawn = rng.multinomial(total, ordered.ravel() / ordered.sum(), size=draws)
    tables = np.empty((draws, *values.shape))
    tables[:, down[:, None], along] = drawn.reshape(draws, *values.shape)
    tables *= values.sum() / total
    mentions = values.sum(axis=1)
    return ImageTables(
        cells=tuple((str(label), None) for label in counts.index),
        attributes=tuple(map(str, counts.columns)), table=values, bases=mentions,
        n=np.rint(mentions).astype(np.int64), n_effective=mentions,
        draw_tables=tables, draw_bases=tables.sum(axis=2), df=max(total - 1, 1),
        notes=(Message(
            "The table holds no respondents: mentions were drawn one by one, as if each came "
            "from a person of its own. Regions can be up to twice too large, right, or too small."
        ),),
    )  # fmt: skip


def _battery(survey: Survey, attributes: Sequence[str] | None, roles: dict[str, str]) -> PickAny:
    """Take a survey's image battery without those that by their names are nobody."""
    for role, name in roles.items():
        require_columns(survey.responses, [name], argument=role)
    survey = replace(survey, design=replace(survey.design, **roles))
    names = None if attributes is None else list(attributes)
    image = survey.images(names)
    return survey.images(names, without=image.nobody) if image.nobody else image


def _as_numbers(frame: pd.DataFrame, attributes: Sequence[str]) -> pd.DataFrame:
    require_columns(frame, attributes, argument="attributes")
    flags = [name for name in attributes if pd.api.types.is_bool_dtype(frame[name])]
    return frame.astype(dict.fromkeys(flags, float)) if flags else frame


def _check_ticks(rows: SurveyRows) -> None:
    odd = ~(np.isnan(rows.values) | (rows.values == 0) | (rows.values == 1))
    if odd.any():
        row, column = (int(at[0]) for at in np.nonzero(odd))
        raise ScaleError(
            f"`attributes` must hold ticks, 1 and 0; found {rows.values[row, column]:g} in "
            f"{shown(rows.columns[column])}. Ratings go into a component map; cut them at a value "
            "to map who agrees."
        )


def _ordered(column: pd.Series) -> list[object]:
    there = set(column.unique())
    if isinstance(column.dtype, pd.CategoricalDtype):
        return [label for label in column.cat.categories if label in there]
    numbers = pd.api.types.is_numeric_dtype(column)
    return sorted(there, key=None if numbers else str)


def _cells(
    answers: ImageAnswers, split: list[str]
) -> tuple[tuple[tuple[str, str | None], ...], NDArray[np.intp]]:
    """Number the cells that occur, brand by brand, and give each row's."""
    frame = answers.rows.frame
    codes = [pd.Categorical(frame[split[0]], categories=answers.brands).codes.astype(np.intp)]
    names = [[label_text(label) for label in answers.brands]]
    if answers.wave is not None:
        codes.append(
            pd.Categorical(frame[answers.wave], categories=answers.waves).codes.astype(int)
        )
        names.append([label_text(label) for label in answers.waves])
    else:
        codes.append(np.zeros(len(frame), dtype=np.intp))
    width = len(names[1]) if len(names) > 1 else 1
    found, place = np.unique(codes[0] * width + codes[1], return_inverse=True)
    cells = tuple(
        (names[0][at // width], names[1][at % width] if len(names) > 1 else None)
        for at in found.tolist()
    )
    return cells, place.reshape(-1).astype(np.intp)


def label_text(label: object) -> str:
    """Write a brand or wave as text; 2026.0 is 2026."""
    if isinstance(label, (float, np.floating)) and float(label).is_integer():
        return str(int(label))
    return str(label)


def _counts(sums: Floats, weight: Floats, *, gaps: bool) -> Floats:
    """Give weighted ticks; where some were not asked, shares of those asked times the base."""
    if not gaps:
        return sums
    ticks, asked = np.split(sums, 2, axis=-1)
    share = np.where(asked > 0, ticks / np.where(asked > 0, asked, 1.0), 0.0)
    return np.asarray(share * weight[..., None])


def _persons(
    rows: SurveyRows, place: NDArray[np.intp], n_cells: int
) -> tuple[NDArray[np.int64], Floats]:
    """Count the persons of each cell, and what they are worth after weights (Kish)."""
    pairs, at = np.unique(place * (int(rows.person.max()) + 1) + rows.person, return_inverse=True)
    weight = np.bincount(at.reshape(-1), weights=rows.weight)
    cell = pairs // (int(rows.person.max()) + 1)
    n = np.bincount(cell, minlength=n_cells).astype(np.int64)
    total = np.bincount(cell, weights=weight, minlength=n_cells)
    return n, total**2 / np.bincount(cell, weights=weight**2, minlength=n_cells)


MOST_NAMED = 4
"""Names that a sentence tells."""


def without_empty(tables: ImageTables) -> tuple[ImageTables, tuple[Message, ...]]:
    """Leave out brands and attributes that nobody ticked, and say so."""
    columns: NDArray[np.bool_] = tables.table.sum(axis=0) > 0
    rows: NDArray[np.bool_] = tables.table.sum(axis=1) > 0
    if rows.sum() < 2 or columns.sum() < 2:
        raise NotEnoughDataError(
            "`data` must have ticks for at least 2 brands and 2 attributes; found "
            f"{int(rows.sum())} and {int(columns.sum())}. Check the columns and their codes."
        )
    names = [_name(cell) for cell, keep in zip(tables.cells, rows, strict=True) if not keep]
    names += [name for name, keep in zip(tables.attributes, columns, strict=True) if not keep]
    if not names:
        return tables, ()
    said = Message("Nobody ticked {names}; left out.", {"names": some_names(names)})
    return tables.kept(rows, columns), (said,)


def small_bases(tables: ImageTables) -> tuple[Message, ...]:
    """Name the cells with few persons, and those with too few for a region."""
    notes = []
    few = [_name(cell) for cell, n in zip(tables.cells, tables.n, strict=True)
           if SUPPRESSED_BASE <= n < SMALL_BASE]  # fmt: skip
    hidden = [_name(cell) for cell, n in zip(tables.cells, tables.n, strict=True)
              if n < SUPPRESSED_BASE]  # fmt: skip
    if few:
        said = "Fewer than {limit:count} persons rated {names}; read with care."
        notes.append(Message(said, {"limit": SMALL_BASE, "names": some_names(few)}))
    if hidden:
        told = "Fewer than {limit:count} persons rated {names}; no region is given."
        notes.append(Message(told, {"limit": SUPPRESSED_BASE, "names": some_names(hidden)}))
    return tuple(notes)


def some_names(names: Sequence[str], *, most: int = MOST_NAMED) -> list[str | Message]:
    """Give the first names, and how many more there are."""
    rest = len(names) - most
    more = [Message("{n:count} more", {"n": rest})] if rest > 0 else []
    return [*names[:most], *more]


def _name(cell: tuple[str, str | None]) -> str:
    return cell[0] if cell[1] is None else f"{cell[0]} · {cell[1]}"
