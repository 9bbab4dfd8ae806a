"""The responses behind a map, taken and checked once, and the maps of many draws over them.

A draw from the sample holds the sample's noise and its own. Left as it is, its axes wander among
noise that the population does not have, and regions come out too large: up to twice the variance
where answers are few. The draws are therefore taken about a table whose noise, as far as the
draws can tell it, has been taken out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.special import fdtrc, fdtri

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
from brandkit.positioning.maps.correspondence import Decomposed, decomposed, some_names
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
        columns=columns,
        cells=["cell"],
        weight="weight",
        groups=drawn.group,
        n_groups=drawn.n_groups,
        products=False,
    )
    both, tables = (summed.sums(), summed.sums(drawn.times)), []
    for one in both:
        ticks = one.sums
        if not asked.all():  # shares of those asked times the base
            ticks, base = np.split(ticks, 2, axis=-1)
            ticks = ratio(ticks, base, empty=0.0) * one.weight[..., None]
        tables.append(ticks)
    n, n_effective = _persons(rows, place, len(found))
    waves = responses.waves or (None,)
    return _without_empty(
        ImageTables(
            cells=tuple(
                (responses.brands[at // width], waves[at % width]) for at in found.tolist()
            ),
            attributes=responses.attributes,
            table=tables[0],
            bases=both[0].weight,
            n=n,
            n_effective=n_effective,
            draw_tables=tables[1],
            draw_bases=both[1].weight,
            df=rows.df,
            notes=notes,
        )
    )


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
    return _without_empty(
        ImageTables(
            cells=tuple((label_text(label), None) for label in counts.index),
            attributes=tuple(map(label_text, counts.columns)),
            table=values,
            bases=mentions,
            n=np.rint(mentions).astype(np.int64),
            n_effective=mentions,
            draw_tables=tables,
            draw_bases=tables.sum(axis=2),
            df=max(total - 1, 1),
            notes=(note,),
        )
    )


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
        tables,
        cells=tuple(tables.cells[at] for at in np.flatnonzero(rows)),
        attributes=tuple(tables.attributes[at] for at in np.flatnonzero(columns)),
        table=tables.table[rows][:, columns],
        bases=tables.bases[rows],
        n=tables.n[rows],
        n_effective=tables.n_effective[rows],
        draw_bases=tables.draw_bases[:, rows],
        draw_tables=tables.draw_tables[:, rows][:, :, columns],
        notes=(*tables.notes, note),
    )


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


# --- maps of draws, turned onto the sample's and freed of its noise ------------------------------


#: Draws that tell the noise: it is a mean over all cells, so few do.
ENOUGH = 250
#: Share of a kept axis's inertia that is never taken for noise.
LEAST = 0.1
#: Times as much as as many normal values that ticks tell of their variance.
SHORT_TAILS = 2.0


@dataclass(frozen=True, eq=False)
class DrawnMaps:
    """Maps of draws about the sample's map.

    Parameters
    ----------
    rows : ndarray, shape (draws, rows, axes)
        Places in principal coordinates; missing where a draw has no mention of a row.
    columns : ndarray, shape (draws, columns, axes)
        Places in standard coordinates, turned like the rows.
    turn : ndarray, shape (draws, axes, axes)
        How each draw's map was turned.
    sample : Decomposed
        The sample's own.
    axis_scale : ndarray, shape (axes,)
        By what the noise-free map is smaller than the sample's along each axis.
    correction : ndarray, shape (rows, columns)
        Shares to add to a draw's to take the sample's noise out; sums to 0 by row and column.
    column_mass : ndarray, shape (draws, columns)
    singular_values : ndarray, shape (draws, axes)
    agreement : ndarray, shape (draws,)
        RV coefficient with the sample's map.
    kept : ndarray, shape (draws, axes)
        Share of each of the sample's axes that lies within the draw's.
    """

    rows: Floats
    columns: Floats
    turn: Floats
    sample: Decomposed
    axis_scale: Floats
    correction: Floats
    column_mass: Floats
    singular_values: Floats
    agreement: Floats
    kept: Floats

    @property
    def places(self) -> Floats:
        """The sample's rows in principal coordinates, shape (rows, axes)."""
        return np.asarray(self.sample.row_places[:, : self.rows.shape[2]])

    def attribute_places(self, scaling: str) -> Floats:
        """Give the draws' columns in a scaling with rows in principal coordinates.

        Shape (draws, columns, axes): about the sample's places, missing where a draw has no
        mention of a column.
        """
        axes = self.rows.shape[2]
        standard = self.sample.column_standard[:, :axes]
        if scaling == "symmetric":
            stretch = np.swapaxes(self.turn, 1, 2) @ (self.singular_values[..., None] * self.turn)
            own = standard * self.sample.values[:axes]
            return np.asarray(own + (self.columns @ stretch - own * self.axis_scale))
        power = {"row_principal": 0.0, "row_gab": 1.0, "row_green": 0.5}[scaling]
        return np.asarray(self.columns * self.column_mass[..., None] ** power)

    def placed(
        self, at: int, row: Floats, *, total: float, draw_rows: Floats, draw_totals: Floats
    ) -> tuple[Floats, Floats]:
        """Place a row that stands for row ``at`` on the sample's map and on every draw's.

        ``row`` (columns,) and ``total`` are the sample's, ``draw_rows`` (draws, columns) and
        ``draw_totals`` (draws,) those of the draws; gives (axes,) and (draws, axes), the row's
        own places where its cells are those of the table.
        """
        standard = self.sample.column_standard[:, : self.rows.shape[2]]
        place = row @ standard / row.sum()
        smooth = (row / total + self.correction[at]) @ standard * (total / row.sum())
        size = draw_rows.sum(axis=1) / draw_totals
        cells = draw_rows / draw_totals[:, None] + self.correction[at]
        with np.errstate(divide="ignore", invalid="ignore"):
            drawn = np.einsum("da,dak->dk", cells, np.nan_to_num(self.columns)) / size[:, None]
        return place, place + (drawn - smooth)


def drawn_maps(table: Floats, draw_tables: Floats, *, axes: int) -> DrawnMaps:
    """Map every draw, and turn it onto the map of the sample.

    ``table`` (rows, columns) has no row or column of zeros, ``draw_tables`` (draws, rows,
    columns) none of zeros only.

    Notes
    -----
    With S = U d V' of the sample's standardised residuals and E those of a draw about it, the
    noise of the kept axes is the mean of the draws' largest squared singular values less d^2,
    that of the others the mean of |E|^2 outside the kept axes. Both are taken from d^2 (at least a
    tenth of a kept axis stays), and the table with these singular values takes the sample's place
    in every draw. Its map is the sample's, a little smaller; what a draw's map lies off it is
    what the sample may lie off the population.
    """
    sample = decomposed(table)
    draws = draw_tables / draw_tables.sum(axis=(1, 2), keepdims=True)
    denoised = _noise_free(sample, draws[:ENOUGH], axes)
    smooth = (sample.left * denoised) @ sample.right.T
    roots = np.sqrt(np.outer(sample.row_mass, sample.column_mass))
    correction = roots * (smooth - sample.residuals)

    residuals, row_root, column_root = _residuals(draws, correction)
    left, values, right = leading(residuals, axes)
    scale = denoised[:axes] / sample.values[:axes]
    place = sample.row_places[:, :axes]
    with np.errstate(all="ignore"):  # a draw may leave a bank without ticks
        rows = left * values[:, None, :] / row_root[..., None]
        columns = right / column_root[..., None]
        turn = turns_onto(rows, target=place * scale, weight=sample.row_mass)
        rows_there, columns_there = place + (rows @ turn - place * scale), columns @ turn
        agreement = plane_agreement(rows, target=place * scale, weight=sample.row_mass)
    return DrawnMaps(
        rows=rows_there,
        columns=columns_there,
        turn=turn,
        sample=sample,
        axis_scale=scale,
        correction=correction,
        column_mass=column_root**2,
        singular_values=values,
        agreement=agreement,
        kept=axes_kept(left, of=sample.left[:, :axes]),
    )


def leading(residuals: Floats, axes: int) -> tuple[Floats, Floats, Floats]:
    """Give the first axes of (draws, rows, columns), by eigenvectors of the smaller side."""
    is_wide = residuals.shape[1] <= residuals.shape[2]
    across = residuals if is_wide else np.swapaxes(residuals, 1, 2)
    squares, vectors = np.linalg.eigh(across @ np.swapaxes(across, 1, 2))
    near = vectors[:, :, : -axes - 1 : -1]
    values = np.sqrt(np.maximum(squares[:, : -axes - 1 : -1], 0.0))
    far = np.swapaxes(across, 1, 2) @ near
    far /= np.where(values > 0, values, 1.0)[:, None, :]
    return (near, values, far) if is_wide else (far, values, near)


def _noise_free(sample: Decomposed, draws: Floats, axes: int) -> Floats:
    """Give the singular values less their noise, those kept first."""
    squares = sample.values**2
    plain, _, _ = _residuals(draws, np.zeros_like(sample.residuals))
    _, largest, _ = leading(plain, axes)
    gained = (largest**2).mean(axis=0) - squares[:axes]
    kept = np.maximum(squares[:axes] - np.maximum(gained, 0.0), LEAST * squares[:axes])

    row_root, column_root = np.sqrt(sample.row_mass)[:, None], np.sqrt(sample.column_mass)[:, None]
    noise = draws / (row_root * column_root.T) - sample.residuals - row_root * column_root.T
    for axis in (row_root, sample.left[:, :axes]):
        noise = noise - axis @ (axis.T @ noise)
    for axis in (column_root, sample.right[:, :axes]):
        noise = noise - (noise @ axis) @ axis.T
    lost, left = (noise**2).sum(axis=(1, 2)).mean(), squares[axes:].sum()
    rest = squares[axes:] * (max(0.0, 1.0 - lost / left) if left > 0 else 0.0)
    # the axes must stay in their order, or the map would not be the sample's
    kept = np.minimum.accumulate(kept)
    return np.asarray(np.sqrt(np.concatenate([kept, np.minimum(rest, kept[-1])])))


def _residuals(draws: Floats, correction: Floats) -> tuple[Floats, Floats, Floats]:
    """Standardise shares about independence; give the roots of both margins too."""
    row_root, column_root = np.sqrt(draws.sum(axis=2)), np.sqrt(draws.sum(axis=1))
    by_row, by_column = (ratio(1.0, root, empty=0.0) for root in (row_root, column_root))
    residuals = (draws + correction) * by_row[:, :, None] * by_column[:, None, :]
    residuals -= row_root[:, :, None] * column_root[:, None, :]
    return residuals, row_root, column_root


# --- regions and tests ---------------------------------------------------------------------------


def turns_onto(places: Floats, *, target: Floats, weight: Floats) -> Floats:
    """Give the rotations and reflections that bring maps as near to a target as can be.

    Parameters
    ----------
    places : ndarray, shape (..., points, axes)
        Missing points are NaN and have no say.
    target : ndarray, shape (points, axes)
    weight : ndarray, shape (points,)
        How much each point counts: the rows' masses.

    Returns
    -------
    ndarray, shape (..., axes, axes)
        R with ``places @ R`` nearest to the target in weighted least squares. Axes may change
        places or sides; nothing is stretched or moved.

    References
    ----------
    Schönemann, P. H. (1966). A generalized solution of the orthogonal Procrustes problem.
    Psychometrika 31, 1-10. doi:10.1007/BF02289451

    Examples
    --------
    >>> target = np.array([[1.0, 0.0], [0.0, 2.0], [-1.0, -2.0]])
    >>> turned = target @ np.array([[0.0, 1.0], [1.0, 0.0]])
    >>> back = turned @ turns_onto(turned, target=target, weight=np.ones(3))
    >>> bool(np.allclose(back, target))
    True
    """
    there = np.nan_to_num(places)
    crossed = np.swapaxes(there, -1, -2) @ (weight[:, None] * target)
    left, _, right = np.linalg.svd(crossed)
    return np.asarray(left @ right)


def plane_agreement(places: Floats, *, target: Floats, weight: Floats) -> Floats:
    """Give the RV coefficient of maps with a target, which no turn can change.

    Parameters
    ----------
    places : ndarray, shape (..., points, axes)
    target : ndarray, shape (points, axes)
    weight : ndarray, shape (points,)

    Returns
    -------
    ndarray, shape (...)
        0 to 1; 1 where both maps are the same but for a turn and one factor of size.

    References
    ----------
    Robert, P. and Escoufier, Y. (1976). A unifying tool for linear multivariate statistical
    methods: the RV-coefficient. Applied Statistics 25, 257-265. doi:10.2307/2347233

    Examples
    --------
    >>> square = np.array([[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]])
    >>> float(plane_agreement(2 * square[:, ::-1], target=square, weight=np.ones(4)).round(9))
    1.0
    """
    there = np.nan_to_num(places)
    weighted = weight[:, None] * there
    crossed = np.swapaxes(weighted, -1, -2) @ target
    own = np.swapaxes(weighted, -1, -2) @ there
    theirs = (weight[:, None] * target).T @ target
    size = np.sqrt((own**2).sum(axis=(-1, -2)) * (theirs**2).sum())
    return np.asarray((crossed**2).sum(axis=(-1, -2)) / np.where(size > 0, size, 1.0))


def axes_kept(axes: Floats, *, of: Floats) -> Floats:
    """Give the share of each axis of one map that lies within the axes of others.

    Parameters
    ----------
    axes : ndarray, shape (..., points, axes)
        Orthonormal columns: the other maps' axes.
    of : ndarray, shape (points, axes)
        Orthonormal columns: the axes looked for.

    Returns
    -------
    ndarray, shape (..., axes)
        Squared cosine of the angle between each axis and the span of the others, 0-1.

    Examples
    --------
    >>> eye = np.eye(3)
    >>> axes_kept(eye[:, [1, 0]], of=eye[:, [0, 2]]).tolist()
    [1.0, 0.0]
    """
    crossed = np.swapaxes(np.nan_to_num(axes), -1, -2) @ of
    return np.asarray((crossed**2).sum(axis=-2))


def degrees_of_freedom(tables: ImageTables, axes: int) -> Floats:
    """Give what each cell's covariance is worth: twice its effective persons less one, and draws.

    Ticks are 1 or 0 and have short tails: their variance is known better than that of as many
    normal values. Twice comes nearest to the coverage aimed at (about 37 persons a brand: .95 to
    .975 over three designs; with their number itself .96 to .98).
    """
    persons = np.minimum(SHORT_TAILS * (tables.n_effective - 1.0), tables.df)
    known = np.maximum(persons, axes + 1.0)
    return np.maximum(1.0 / (1.0 / known + 1.0 / (len(tables.draw_tables) - 1)), axes + 1.0)


def second_moments(away: Floats) -> Floats:
    """Give mean squares (points, axes, axes) of draws less a place (draws, points, axes).

    Bias is part of the mean square: a region centred on the place has to hold it. Missing draws
    are left out.
    """
    known: Flags = np.all(~np.isnan(away), axis=2)
    across = np.moveaxis(np.where(known[..., None], away, 0.0), 0, 2)
    n = np.maximum(known.sum(axis=0), 1)
    return np.asarray(across @ np.swapaxes(across, 1, 2) / n[:, None, None])


def errors(covariance: Floats) -> Floats:
    """Give standard errors (points, axes) from covariances (points, axes, axes)."""
    return np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))


def quantile(df: Floats, *, axes: int, level: float) -> Floats:
    """Give the quantile of Hotelling's T² in so many axes, with df of the covariance."""
    second = np.maximum(df - axes + 1.0, 1.0)
    return np.asarray(axes * df / second * fdtri(axes, second, level))


def tail(statistic: Floats, *, df: Floats, axes: int) -> Floats:
    """Give the chance of a T² as large or larger."""
    second = np.maximum(df - axes + 1.0, 1.0)
    return np.asarray(fdtrc(axes, second, statistic * second / (axes * df)))


def joint_df(first: Floats, second: Floats, *, df: tuple[Floats, Floats]) -> Floats:
    """Give the degrees of freedom of a sum of two variances (Welch and Satterthwaite).

    What both share by the same persons is not looked at, and makes the sum smaller.

    Examples
    --------
    >>> joint_df(np.array([1.0, 1.0]), np.array([1.0, 0.0]), df=(np.array([30.0, 30.0]),
    ...          np.array([30.0, 9.0]))).tolist()
    [60.0, 30.0]
    """
    below = first**2 / df[0] + second**2 / df[1]
    return np.where(below > 0, ratio((first + second) ** 2, below), np.minimum(*df))


def wald(gap: Floats, covariance: Floats) -> Floats:
    """Give gap' covariance^-1 gap of (..., axes); a gap of nothing gives 0 in any case."""
    solved = (np.linalg.pinv(covariance, hermitian=True) @ gap[..., None])[..., 0]
    return np.asarray((gap * solved).sum(axis=-1))


def lengths(gap: Floats, covariance: Floats) -> tuple[Floats, Floats]:
    """Give the lengths of (points, axes), and their standard errors along themselves."""
    length = np.sqrt((gap**2).sum(axis=1))
    along = gap / np.where(length > 0, length, 1.0)[:, None]
    return length, np.sqrt(np.einsum("pk,pkl,pl->p", along, covariance, along))


def tested(gap: Floats, covariance: Floats, *, df: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Give length, error, T² and its p of differences (n, axes)."""
    statistic = wald(gap, covariance)
    return *lengths(gap, covariance), statistic, tail(statistic, df=df, axes=gap.shape[1])


def ellipses(covariance: Floats, size: Floats) -> tuple[Floats, Floats, Floats]:
    """Give long and short radius of ellipses on the first two axes, and their angle.

    ``covariance`` (points, axes, axes), ``size`` (points,) the quantile of the squared distance;
    degrees from the first axis to the long radius, above -90 to 90.
    """
    if covariance.shape[-1] == 1:
        flat = np.zeros(len(covariance))
        return np.sqrt(size * covariance[:, 0, 0]), flat, flat
    values, vectors = np.linalg.eigh(covariance[:, :2, :2])
    short, long = np.sqrt(size[:, None] * np.maximum(values, 0.0)).T
    angle = np.degrees(np.arctan2(vectors[:, 1, 1], vectors[:, 0, 1]))
    return long, short, np.where(angle > 90, angle - 180, angle + 180 * (angle <= -90))
