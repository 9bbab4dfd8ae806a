"""Who ticked what for which brand: the responses behind a map, taken and checked once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import scipy.sparse as sp

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    ScaleError,
    frame_of,
    require_columns,
    shown,
)
from brandkit.core.labels import coded, label_text
from brandkit.core.linalg import Codes, Flags, Floats, Ints, ratio
from brandkit.core.message import Message
from brandkit.core.waves import coded_waves
from brandkit.positioning.maps.sides import some_names
from brandkit.sampling.design import SurveyRows, Weight
from brandkit.sampling.moments import moments
from brandkit.sampling.rows import survey_rows
from brandkit.sampling.variance import stratum_residuals
from brandkit.sources.survey.batteries import PickAny
from brandkit.sources.survey.survey import Survey

#: What the methods on respondents take: rows of a respondent and brand, a survey, or its battery.
ImageData = pd.DataFrame | Survey | PickAny
#: Persons under which a brand's place is called uncertain, and under which none is given.
SMALL_BASE, SUPPRESSED_BASE = 30, 10


@dataclass(frozen=True, eq=False)
class ImageResponses:
    """Ticks of respondents, missing where not asked, with their design and each row's cell.

    ``place`` is the brand's code, times the number of waves plus the wave's code where there are
    waves.
    """

    rows: SurveyRows
    attributes: tuple[str, ...]
    brands: tuple[str, ...]
    waves: tuple[str, ...]
    place: Codes
    notes: tuple[Message, ...]


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
    n: Ints
    n_effective: Floats
    draw_tables: Floats
    draw_bases: Floats
    df: int
    notes: tuple[Message, ...] = ()

    @property
    def labels(self) -> list[str]:
        """The names of the rows: the brand, with its wave."""
        return [" · ".join(part for part in cell if part is not None) for cell in self.cells]


def image_responses(
    data: ImageData,
    roles: Mapping[str, str | None],
    *,
    attributes: Sequence[str] | None,
    weight: Weight | None = None,
) -> ImageResponses:
    """Take ticks from rows, from a survey with a column of brands, or from a wide battery.

    ``roles`` names the columns of brand, respondent, strata, cluster and, to part by it, wave.

    Examples
    --------
    >>> rows = pd.DataFrame({"id": [1, 1, 2], "bank": ["A", "B", "A"], "fair": [1, 0, 1],
    ...                      "modern": [0, 1, 1]})
    >>> taken = image_responses(rows, {"brand": "bank", "respondent": "id"},
    ...                         attributes=["fair", "modern"])
    >>> taken.brands, taken.rows.n_persons
    (('A', 'B'), 2)
    """
    notes: tuple[Message, ...] = ()
    by_wave = roles.get("wave") is not None
    if isinstance(data, Survey):
        data = _battery(data, attributes, {**roles, "weight": weight})
        roles, attributes = {"wave": "wave" if by_wave else None}, None
        weight = None if isinstance(weight, str) else weight
    if isinstance(data, PickAny):
        notes, frame, known = data.notes, data.answers(), set(data.rows.columns)
        attributes = data.attributes if attributes is None else attributes
        own = {role: role for role in known & {"brand", "respondent", "strata", "cluster"}}
        roles = own | {role: name for role, name in roles.items() if name}
        weight = "weight" if weight is None and "weight" in known else weight
    else:
        data = frame_of("data", data)
        frame = data
    brand, wave = roles.get("brand"), roles.get("wave")
    if brand is None or attributes is None or not len(attributes):
        raise InputError(
            "`brand` and `attributes` must name the column of brands and those of ticks; found "
            f"brand={brand!r}, attributes={attributes!r}. Name them, or hand in a survey with a "
            "pick-any battery."
        )
    require_columns(frame, attributes, argument="attributes")
    flags = [name for name in attributes if pd.api.types.is_bool_dtype(frame[name])]
    design = {role: roles.get(role) for role in ("respondent", "strata", "cluster")}
    rows = survey_rows(
        frame.astype(dict.fromkeys(flags, float)),
        columns=list(attributes),
        others=[brand] if wave is None else [brand, wave],
        weight=weight,
        missing="keep",
        **design,
    )
    odd = ~(np.isnan(rows.values) | (rows.values == 0) | (rows.values == 1))
    if odd.any():
        row, column = (int(at[0]) for at in np.nonzero(odd))
        raise ScaleError(
            f"`attributes` must hold ticks, 1 and 0; found {rows.values[row, column]:g} in "
            f"{shown(rows.columns[column])}. Ratings go into a component map; cut them at a value "
            "to map who agrees."
        )
    place, brands = coded(rows.frame[brand])
    waves: tuple[str, ...] = ()
    if wave is not None:
        when, waves = coded_waves(rows.frame[wave])
        place = place * len(waves) + when
    names = tuple(map(str, attributes))
    return ImageResponses(rows, names, brands, waves, place, (*notes, *rows.notes))


def _battery(survey: Survey, attributes: Sequence[str] | None, roles: dict[str, object]) -> PickAny:
    """Take a survey's image battery without those that by their names are nobody."""
    named = {role: name for role, name in roles.items() if isinstance(name, str)}
    for role, name in named.items():
        require_columns(survey.responses, [name], argument=role)
    survey = replace(survey, design=replace(survey.design, **named))
    names = None if attributes is None else list(attributes)
    image = survey.images(names)
    return survey.images(names, without=image.nobody) if image.nobody else image


def image_tables(responses: ImageResponses, *, draws: int, seed: int) -> ImageTables:
    """Reduce ticks to the table of the sample and of every draw, brands (by wave) x attributes.

    All draws are one matrix product of their weights with the tables of the random groups.
    Brands and attributes that nobody ticked are left out.
    """
    rows, notes = responses.rows, responses.notes
    found, place = np.unique(responses.place, return_inverse=True)
    width = max(len(responses.waves), 1)
    drawn = rows.draws(draws, seed=seed)
    asked = ~np.isnan(rows.values)
    values = np.nan_to_num(rows.values)
    if not asked.all():
        values = np.hstack([values, asked])
        text = "{n:percent} of the cells were not asked; shares are of those asked."
        notes = (*notes, Message(text, {"n": float((~asked).mean())}))
    columns = [str(at) for at in range(values.shape[1])]
    summed = moments(
        pd.DataFrame(values, columns=columns).assign(cell=place, weight=rows.weight),
        columns=columns, cells=["cell"], weight="weight", groups=drawn.group,
        n_groups=drawn.n_groups, products=False,
    )  # fmt: skip
    both, tables = (summed.sums(), summed.sums(drawn.times)), []
    for one in both:
        ticks = one.sums
        if not asked.all():  # shares of those asked times the base
            ticks, base = np.split(ticks, 2, axis=-1)
            ticks = ratio(ticks, base, empty=0.0) * one.weight[..., None]
        tables.append(ticks)
    n, n_effective = _persons(rows, place, len(found))
    waves = responses.waves or (None,)
    return _without_empty(ImageTables(
        cells=tuple((responses.brands[at // width], waves[at % width]) for at in found.tolist()),
        attributes=responses.attributes, table=tables[0], bases=both[0].weight, n=n,
        n_effective=n_effective, draw_tables=tables[1], draw_bases=both[1].weight, df=rows.df,
        notes=notes,
    ))  # fmt: skip


def _persons(rows: SurveyRows, place: Codes, n_cells: int) -> tuple[Ints, Floats]:
    """Count the persons of each cell, and what they are worth after weights (Kish)."""
    width = int(rows.person.max()) + 1
    pairs, at = np.unique(place * width + rows.person, return_inverse=True)
    weight = np.bincount(at, weights=rows.weight)
    cell = pairs // width
    total, squares = (np.bincount(cell, one, n_cells) for one in (weight, weight**2))
    return np.bincount(cell, minlength=n_cells).astype(np.int64), total**2 / squares


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
    note = Message(
        "The table holds no respondents: mentions were drawn one by one, as if each came "
        "from a person of its own. Regions can be up to twice too large, right, or too small."
    )
    return _without_empty(ImageTables(
        cells=tuple((label_text(label), None) for label in counts.index),
        attributes=tuple(map(label_text, counts.columns)), table=values, bases=mentions,
        n=np.rint(mentions).astype(np.int64), n_effective=mentions, draw_tables=tables,
        draw_bases=tables.sum(axis=2), df=max(total - 1, 1), notes=(note,),
    ))  # fmt: skip


def _without_empty(tables: ImageTables) -> ImageTables:
    """Leave out brands and attributes that nobody ticked, and say so."""
    rows: Flags = tables.table.sum(axis=1) > 0
    columns: Flags = tables.table.sum(axis=0) > 0
    if rows.sum() < 2 or columns.sum() < 2:
        raise NotEnoughDataError(
            "`data` must have ticks for at least 2 brands and 2 attributes; found "
            f"{int(rows.sum())} and {int(columns.sum())}. Check the columns and their codes."
        )
    if rows.all() and columns.all():
        return tables
    names = [tables.labels[at] for at in np.flatnonzero(~rows)]
    names += [tables.attributes[at] for at in np.flatnonzero(~columns)]
    note = Message("Nobody ticked {names}; left out.", {"names": some_names(names)})
    return replace(
        tables, cells=tuple(tables.cells[at] for at in np.flatnonzero(rows)),
        attributes=tuple(tables.attributes[at] for at in np.flatnonzero(columns)),
        table=tables.table[rows][:, columns], bases=tables.bases[rows], n=tables.n[rows],
        n_effective=tables.n_effective[rows], draw_bases=tables.draw_bases[:, rows],
        draw_tables=tables.draw_tables[:, rows][:, :, columns], notes=(*tables.notes, note),
    )  # fmt: skip


def small_bases(tables: ImageTables) -> tuple[Message, ...]:
    """Name the cells with few persons, and those with too few for a region."""
    labels = np.array(tables.labels, dtype=object)
    hidden = tables.n < SUPPRESSED_BASE
    few = (tables.n < SMALL_BASE) & ~hidden
    care = Message(
        "Fewer than {limit:count} persons rated {names}; read with care.",
        {"limit": SMALL_BASE, "names": some_names(list(labels[few]))},
    )
    without = Message(
        "Fewer than {limit:count} persons rated {names}; no region is given.",
        {"limit": SUPPRESSED_BASE, "names": some_names(list(labels[hidden]))},
    )
    return (care,) * bool(few.any()) + (without,) * bool(hidden.any())


@dataclass(frozen=True, eq=False)
class TickSums:
    """What the score test takes of respondents' ticks; nobody's answers can be read from it.

    Parameters
    ----------
    bases, squares, cubes : ndarray, shape (brands, attributes)
        Sums of weights, their squares and cubes over who was asked; where only some of a brand's
        rows were, their weights are raised to the brand's base. 0 where nobody was asked.
    covariance : ndarray, shape (brands, attributes, brands, attributes)
        Of the weighted ticks, over sampling units within strata.
    ticks_a_weight : float
        Unweighted ticks over weighted ones.
    n_units, df : int
        Sampling units, and those less strata.
    """

    bases: Floats = field(repr=False)
    squares: Floats = field(repr=False)
    cubes: Floats = field(repr=False)
    covariance: Floats = field(repr=False)
    ticks_a_weight: float
    n_units: int
    df: int


def tick_sums(
    responses: ImageResponses, *, brands: Sequence[str], attributes: Sequence[str]
) -> TickSums:
    """Reduce responses to sums, for the brands and attributes of a table, in its order."""
    rows = responses.rows
    values = rows.values[:, [responses.attributes.index(name) for name in attributes]]
    asked = ~np.isnan(values)
    powers = np.zeros((3, len(brands), len(attributes)))
    totals = []
    for at, name in enumerate(brands):
        inside = responses.place == responses.brands.index(name)
        there, weight = asked & inside[:, None], rows.weight[:, None]
        base = (there * weight).sum(axis=0)
        raised = ratio(float(rows.weight[inside].sum()), base, empty=0.0)
        for power in (1, 2, 3):
            powers[power - 1, at] = (there * (raised * weight) ** power).sum(axis=0)
        share = ratio((np.where(there, values, 0.0) * weight).sum(axis=0), base, empty=0.0)
        influence = np.where(there, raised * (values - share), 0.0) + share * inside[:, None]
        adds = stratum_residuals(rows.contributions(influence), stratum=rows.stratum)
        totals.append(sp.csr_array(adds))
    stacked = sp.csr_array(sp.hstack(totals))
    shape = (len(brands), len(attributes)) * 2
    ticks = np.nansum(values)
    return TickSums(
        bases=powers[0],
        squares=powers[1],
        cubes=powers[2],
        covariance=np.asarray((stacked.T @ stacked).toarray()).reshape(shape),
        ticks_a_weight=float(ticks / np.nansum(values * rows.weight[:, None])),
        n_units=rows.n_units,
        df=rows.df,
    )
