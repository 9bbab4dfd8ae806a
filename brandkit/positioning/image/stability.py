"""How sure a map is: draws over respondents, regions around brands, brands told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import f as f_distribution

from brandkit.core.errors import (
    InputError,
    check_level,
    check_option,
    check_whole_number,
    did_you_mean,
    shown,
)
from brandkit.core.intervals import holm, t_interval
from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.positioning.image.answers import (
    SUPPRESSED_BASE,
    ImageData,
    ImageTables,
    image_answers,
    image_tables,
    resampled_tables,
    small_bases,
    without_empty,
)
from brandkit.positioning.image.kernel import DrawnMaps, drawn_maps
from brandkit.positioning.maps.correspondence import CorrespondenceMap, correspondence_map
from brandkit.sampling.design import Weight


def second_moments(away: Floats) -> Floats:
    """Give the mean squares of draws about a place; draws that are missing are left out.

    Parameters
    ----------
    away : ndarray, shape (draws, points, axes)
        Draws less the place. Bias is part of the mean square: a region centred on the place has
        to hold it.

    Returns
    -------
    ndarray, shape (points, axes, axes)
    """
    there: NDArray[np.bool_] = np.all(~np.isnan(away), axis=2)
    known = np.where(there[..., None], away, 0.0)
    n = np.maximum(there.sum(axis=0), 1)
    across = np.moveaxis(known, 0, 2)
    return np.asarray(across @ np.swapaxes(across, 1, 2) / n[:, None, None])


def quantile(df: Floats, *, axes: int, level: float) -> Floats:
    """Give the quantile of Hotelling's T² in so many axes, with df of the covariance."""
    second = np.maximum(df - axes + 1.0, 1.0)
    return np.asarray(axes * df / second * f_distribution.ppf(level, axes, second))


def tail(statistic: Floats, *, df: Floats, axes: int) -> Floats:
    """Give the chance of a T² as large or larger."""
    second = np.maximum(df - axes + 1.0, 1.0)
    return np.asarray(f_distribution.sf(statistic * second / (axes * df), axes, second))


def joint_df(first: Floats, second: Floats, *, df: tuple[Floats, Floats]) -> Floats:
    """Give the degrees of freedom of a sum of two variances (Welch and Satterthwaite).

    Parameters
    ----------
    first, second : ndarray
        The variances; what both share by the same persons is not looked at, and
        makes the sum smaller.
    df : tuple of ndarray
        Of each.

    Returns
    -------
    ndarray
        Between the smaller of both and their sum.

    Examples
    --------
    >>> joint_df(np.array([1.0, 1.0]), np.array([1.0, 0.0]), df=(np.array([30.0, 30.0]),
    ...          np.array([30.0, 9.0]))).tolist()
    [60.0, 30.0]
    """
    below = first**2 / df[0] + second**2 / df[1]
    least = np.minimum(*df)
    return np.where(below > 0, (first + second) ** 2 / np.where(below > 0, below, 1.0), least)


def wald(gap: Floats, covariance: Floats) -> Floats:
    """Give gap' covariance^-1 gap; a gap of nothing gives 0 whatever the covariance.

    Parameters
    ----------
    gap : ndarray, shape (..., axes)
    covariance : ndarray, shape (..., axes, axes)
    """
    solved = (np.linalg.pinv(covariance, hermitian=True) @ gap[..., None])[..., 0]
    return np.asarray((gap * solved).sum(axis=-1))


def ellipses(covariance: Floats, size: Floats) -> tuple[Floats, Floats, Floats]:
    """Give long radius, short radius and angle of ellipses on the first two axes.

    Parameters
    ----------
    covariance : ndarray, shape (points, axes, axes)
    size : ndarray, shape (points,)
        Quantile of the squared distance.

    Returns
    -------
    long, short : ndarray, shape (points,)
    angle : ndarray, shape (points,)
        Degrees from the first axis to the long radius, above -90 to 90.
    """
    if covariance.shape[-1] == 1:
        flat = np.zeros(len(covariance))
        return np.sqrt(size * covariance[:, 0, 0]), flat, flat
    values, vectors = np.linalg.eigh(covariance[:, :2, :2])
    short, long = np.sqrt(size[:, None] * np.maximum(values, 0.0)).T
    angle = np.degrees(np.arctan2(vectors[:, 1, 1], vectors[:, 0, 1]))
    angle = np.where(angle > 90, angle - 180, np.where(angle <= -90, angle + 180, angle))
    return long, short, angle


def points_frame(
    labels: Sequence[str],
    places: Floats,
    covariance: Floats,
    tables: ImageTables,
    *,
    df: Floats,
    level: float,
) -> pd.DataFrame:
    """Make one row a brand and axis."""
    kept = places.shape[1]
    error = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
    interval = t_interval(places, std_error=error, df=df[:, None], level=level)
    return pd.DataFrame(
        {
            "label": np.repeat(np.array(labels, dtype=object), kept),
            "axis": np.tile(np.arange(1, kept + 1), len(labels)),
            "coordinate": places.ravel(),
            "std_error": error.ravel(),
            "ci_low": interval.low.ravel(),
            "ci_high": interval.high.ravel(),
            "ci_level": level,
            "n": np.repeat(tables.n, kept),
            "n_effective": np.repeat(tables.n_effective, kept),
        }
    )


def regions_frame(
    labels: Sequence[str],
    places: Floats,
    covariance: Floats,
    tables: ImageTables,
    *,
    df: Floats,
    level: float,
) -> pd.DataFrame:
    """Make one row a brand: the ellipse around its place on the first two axes."""
    axes = min(places.shape[1], 2)
    long, short, angle = ellipses(covariance, quantile(df, axes=axes, level=level))
    hidden = tables.n < SUPPRESSED_BASE
    return pd.DataFrame(
        {
            "label": list(labels),
            "across": places[:, 0],
            "upward": places[:, 1] if axes == 2 else 0.0,
            "radius_long": np.where(hidden, np.nan, long),
            "radius_short": np.where(hidden, np.nan, short),
            "angle": np.where(hidden, np.nan, angle),
            "ci_level": level,
            "n": tables.n,
        }
    )


def pairs_frame(
    labels: Sequence[str], places: Floats, away: Floats, *, df: Floats, level: float
) -> pd.DataFrame:
    """Make one row a pair of brands: how far apart, and whether that is more than noise."""
    first, second = np.triu_indices(len(labels), 1)
    names = np.array(labels, dtype=object)
    gap = places[first] - places[second]
    covariance = second_moments(away[:, first] - away[:, second])
    length = np.sqrt((gap**2).sum(axis=1))
    along = gap / np.where(length > 0, length, 1.0)[:, None]
    statistic = wald(gap, covariance)
    spread = np.trace(second_moments(away), axis1=1, axis2=2)
    worth = joint_df(spread[first], spread[second], df=(df[first], df[second]))
    p_value = tail(statistic, df=worth, axes=places.shape[1])
    adjusted = holm(p_value)
    return pd.DataFrame(
        {
            "brand_a": names[first],
            "brand_b": names[second],
            "map_distance": length,
            "std_error": np.sqrt(np.einsum("pk,pkl,pl->p", along, covariance, along)),
            "statistic": statistic,
            "p_value": p_value,
            "p_adjusted": adjusted,
            "distinct": adjusted <= 1 - level,
        }
    )


def attributes_frame(columns: pd.DataFrame, drawn: Floats) -> pd.DataFrame:
    """Make one row an attribute and axis, with the error of its place."""
    places = columns["coordinate"].to_numpy(dtype=float).reshape(drawn.shape[1:])
    spread = second_moments(drawn - places)
    frame = columns[["label", "axis", "coordinate"]].reset_index(drop=True)
    error = np.sqrt(np.diagonal(spread, axis1=1, axis2=2))
    return frame.assign(std_error=error.ravel())


def cells_frame(labels: Sequence[str], tables: ImageTables) -> pd.DataFrame:
    """Make one row a brand and attribute: weighted ticks, base and share."""
    width = len(tables.attributes)
    return pd.DataFrame(
        {
            "brand": np.repeat(np.array(labels, dtype=object), width),
            "attribute": list(tables.attributes) * len(labels),
            "count": tables.table.ravel(),
            "weighted_base": np.repeat(tables.bases, width),
            "share": (tables.table / tables.bases[:, None]).ravel(),
        }
    )


RowScaling = Literal["symmetric", "row_principal", "row_gab", "row_green"]
STABLE = 0.8
"""Share of draws from which an axis is called stable."""
SHORT_TAILS = 2.0
"""Times as much as as many normal values that ticks tell of their variance."""
AGREES, HOLDS = 0.9, 0.5
"""RV coefficient from which a plane agrees, and part of an axis from which it is still there."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class MapStability(Result):
    """A map of brands with what respondents leave open.

    Parameters
    ----------
    points : DataFrame
        One row a brand and axis: ``label axis coordinate std_error ci_low ci_high ci_level n
        n_effective``; ``n`` is persons who rated the brand.
    regions : DataFrame
        One row a brand: ``label across upward radius_long radius_short angle ci_level n``. The
        ellipse on the first two axes that holds the brand's place in the population with
        probability ``ci_level``; ``angle`` is from the first axis to the long radius, in degrees.
        Missing under 10 persons.
    pairs : DataFrame
        One row a pair: ``brand_a brand_b map_distance std_error statistic p_value p_adjusted
        distinct``.
    attributes : DataFrame
        One row an attribute and axis: ``label axis coordinate std_error``.
    axes : DataFrame
        One row an axis of the table: ``axis singular_value inertia share stability``. Stability
        is the share of draws whose kept axes hold at least half of this one; missing for axes not
        kept.
    cells : DataFrame
        One row a brand and attribute: ``brand attribute count weighted_base share``.
    map : CorrespondenceMap
        Of the weighted table.
    plane_stability : float
        Share of draws whose plane agrees with the sample's, RV >= .9.
    level : float
        Of regions and tests.
    n_respondents : int
        Persons; of a plain table its mentions.
    df : ndarray, shape (brands,)
        Degrees of freedom of each brand's covariance.
    draw_tables : ndarray, shape (draws, brands, attributes)
        Weighted ticks in each draw; brands and attributes in the order of ``table``.
    draw_bases : ndarray, shape (draws, brands)
        Weighted rows of each brand in each draw.
    draw_places : ndarray, shape (draws, brands, axes)
        Places about the sample's map and turned onto it, in its coordinates; missing where a draw
        has no mention of a brand.
    draw_attributes : ndarray, shape (draws, attributes, axes)
        Places of attributes in the map's scaling, likewise.
    drawn : DrawnMaps
        The draws' maps, for places of rows that are not in the table.
    from_respondents : bool
        False where only cells could be drawn.
    """

    points: pd.DataFrame
    regions: pd.DataFrame
    pairs: pd.DataFrame
    attributes: pd.DataFrame
    axes: pd.DataFrame
    cells: pd.DataFrame
    map: CorrespondenceMap
    plane_stability: float
    level: float
    n_respondents: int
    df: Floats = field(repr=False)
    draw_tables: Floats = field(repr=False)
    draw_bases: Floats = field(repr=False)
    draw_places: Floats = field(repr=False)
    draw_attributes: Floats = field(repr=False)
    drawn: DrawnMaps = field(repr=False)
    from_respondents: bool = True

    @property
    def brands(self) -> list[str]:
        """The brands, in the order of all arrays."""
        return [str(name) for name in self.cells["brand"].unique()]

    @property
    def table(self) -> pd.DataFrame:
        """Weighted ticks, brands x attributes."""
        attributes = pd.Index(self.cells["attribute"].unique())
        values = self.cells["count"].to_numpy(dtype=float).reshape(-1, len(attributes))
        return pd.DataFrame(values, index=pd.Index(self.brands), columns=attributes)

    @property
    def bases(self) -> pd.Series:
        """Weighted rows of each brand."""
        first = self.cells.drop_duplicates("brand")
        return pd.Series(
            first["weighted_base"].to_numpy(dtype=float), index=self.brands, name="weighted_base"
        )

    @property
    def is_stable(self) -> bool:
        """Whether the plane, and each of its axes, is found again in most draws."""
        kept = self.axes["stability"].dropna()
        return bool(self.plane_stability >= STABLE and kept.min() >= STABLE)

    def place_with(self, brand: str, added: Floats) -> tuple[Floats, Floats]:
        """Give where a brand would stand if it were ticked more, or less, for some attributes.

        Parameters
        ----------
        brand : str
        added : ndarray, shape (attributes,)
            Change of each share, of the brand's base: 0.10 for ten points more.

        Returns
        -------
        place : ndarray, shape (axes,)
            On the sample's map, whose axes and other brands stay where they are.
        draws : ndarray, shape (draws, axes)
            The same in every draw, turned onto the sample's map.

        Raises
        ------
        InputError
            The brand is not on the map, or a share would leave 0 to 1.
        """
        if brand not in self.brands:
            raise InputError(
                f"`brand` must be a brand of the map; found {shown(brand)}."
                f"{did_you_mean(brand, self.brands) or f' It has {shown(self.brands)}.'}"
            )
        at = self.brands.index(brand)
        row, base = self.table.to_numpy()[at], float(self.bases.iloc[at])
        share = (row + added * base) / base
        if np.any((share < -1e-9) | (share > 1 + 1e-9)):
            raise InputError(
                f"`added` must leave every share of {brand} within 0 and 1; found "
                f"{float(share.min()):.3f} to {float(share.max()):.3f}. Ask for smaller changes."
            )
        return self.drawn.placed(
            at, row + added * base, total=float(self.table.to_numpy().sum()),
            draw_rows=self.draw_tables[:, at] + added * self.draw_bases[:, at, None],
            draw_totals=self.draw_tables.sum(axis=(1, 2)),
        )  # fmt: skip

    def tidy(self) -> pd.DataFrame:
        """Give one row a brand and axis."""
        return self.points.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: persons, draws, how stable the plane is, and how many pairs differ."""
        return pd.DataFrame(
            {
                "scaling": [self.map.scaling],
                "n_respondents": [self.n_respondents],
                "n_brands": [len(self.brands)],
                "n_attributes": [self.attributes["label"].nunique()],
                "draws": [len(self.draw_tables)],
                "share_explained": [self.axes["share"][self.axes["stability"].notna()].sum()],
                "plane_stability": [self.plane_stability],
                "n_pairs": [len(self.pairs)],
                "n_distinct": [int(self.pairs["distinct"].sum())],
                "ci_level": [self.level],
            }
        )


def map_stability(
    data: ImageData,
    *,
    brand: str | None = None,
    attributes: Sequence[str] | None = None,
    respondent: str | None = None,
    weight: Weight | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    scaling: RowScaling = "row_green",
    axes: int = 2,
    draws: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> MapStability:
    """Map brands from respondents' ticks, with regions and tests of who stands apart.

    Answers *how sure are we of a place, and which brands are really seen differently?*

    Parameters
    ----------
    data : DataFrame, Survey or PickAny
        One row a respondent and brand, attributes as 1 and 0 (missing: not asked). A survey
        brings its design and its image battery, in either form; ``survey.images()`` is taken as
        well. A plain table of counts, brands x attributes, is taken where neither `brand` nor
        `attributes` is named: its cells are drawn, and ``notes`` say what that is worth.
    brand : str, optional
        Column of the brand.
    attributes : sequence of str, optional
        Columns of ticks; of a survey, its sets or items.
    respondent : str, optional
        Column of the person, who may rate several brands. Without, each row is a person.
    weight : str or SurveyWeights, optional
        Column of weights, or margins to rake to in every draw.
    strata, cluster : str, optional
        Columns of the sample's design.
    scaling : str, default "row_green"
        One that has brands in principal coordinates: ``"symmetric"``, ``"row_principal"``,
        ``"row_gab"`` or ``"row_green"``.
    axes : int, default 2
        Axes to keep.
    draws : int, default 1000
        Draws over persons, or over clusters within strata.
    seed : int, default 0
        Seed of the draws.
    level : float, default 0.95
        Of regions, and 1 - the error of the tests over all pairs.

    Returns
    -------
    MapStability

    Raises
    ------
    InputError
        A column is missing or no tick, or the scaling has no distances between brands.
    NotEnoughDataError
        Fewer than two brands or attributes were ticked.

    Notes
    -----
    Every draw's map is turned onto the sample's by rotation and reflection, brands weighing by
    their masses; axes may change places. Draws are taken about the table less its noise
    (:mod:`brandkit.positioning.image.kernel`): left as they are, they hold the noise twice, and
    regions have up to twice the variance of what they are for. Target: the map of the population's
    table, turned onto the sample's. A brand's region is centred on its place, its covariance the
    mean square of the draws about it; its size the quantile of Hotelling's T², whose
    degrees of freedom are twice the brand's effective persons less one (ticks have short tails;
    for a difference, Welch's of both brands).

    Two brands are tested on the difference of their places over the kept axes, with its own
    covariance over the draws (persons who rate both bring theirs), and Holm's adjustment over all
    pairs. Regions may overlap and brands still be distinct.

    References
    ----------
    Greenacre, M. (2017). Correspondence Analysis in Practice, 3rd ed., chapter 29. Chapman &
    Hall/CRC. Milan, L. and Whittaker, J. (1995). Application of the parametric bootstrap to models
    that incorporate a singular value decomposition. Applied Statistics 44, 31-49.
    doi:10.2307/2986193

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> chance = {"A": (0.7, 0.3, 0.5), "B": (0.3, 0.7, 0.5), "C": (0.5, 0.4, 0.8)}
    >>> rows = pd.DataFrame([
    ...     (person, bank, *rng.binomial(1, p)) for person in range(80) for bank, p in
    ...     chance.items()], columns=["id", "bank", "fair", "modern", "near"])
    >>> result = map_stability(rows, brand="bank", attributes=["fair", "modern", "near"],
    ...                        respondent="id", draws=200)
    >>> result.pairs["distinct"].tolist()
    [True, True, True]
    """
    check_option("scaling", scaling, get_args(RowScaling))
    check_whole_number("draws", draws, low=50)
    check_level(level)
    plain = isinstance(data, pd.DataFrame) and brand is None and attributes is None
    if isinstance(data, pd.DataFrame) and plain:
        correspondence_map(data, axes=axes)  # refuses what is no table
        tables = resampled_tables(data, draws=draws, seed=seed)
    else:
        answers = image_answers(
            data, brand=brand, attributes=attributes, respondent=respondent, weight=weight,
            strata=strata, cluster=cluster,
        )  # fmt: skip
        tables = image_tables(answers, draws=draws, seed=seed)
    n_respondents = round(tables.bases.sum()) if plain else answers.rows.n_persons
    return _stability(
        tables, scaling=scaling, axes=axes, level=level, n_respondents=n_respondents,
        from_respondents=not plain,
    )  # fmt: skip


def _stability(
    tables: ImageTables,
    *,
    scaling: RowScaling,
    axes: int,
    level: float,
    n_respondents: int,
    from_respondents: bool,
) -> MapStability:
    tables, left_out = without_empty(tables)
    labels = [brand for brand, _ in tables.cells]
    table = pd.DataFrame(tables.table, index=labels, columns=list(tables.attributes))
    shown_map = correspondence_map(table, scaling=scaling, axes=axes)
    kept = int(shown_map.rows["axis"].max())
    maps = drawn_maps(tables.table, tables.draw_tables, axes=kept)
    places = shown_map.rows["coordinate"].to_numpy(dtype=float).reshape(-1, kept)
    away = maps.rows - places
    df = degrees_of_freedom(tables, kept)
    sides = maps.attribute_places(scaling)

    stability = np.full(len(shown_map.axes), np.nan)
    stability[:kept] = (maps.kept >= HOLDS).mean(axis=0)
    plane = float((maps.agreement >= AGREES).mean())
    return MapStability(
        points=points_frame(labels, places, second_moments(away), tables, df=df, level=level),
        regions=regions_frame(labels, places, second_moments(away), tables, df=df, level=level),
        pairs=pairs_frame(labels, places, away, df=df, level=level),
        attributes=attributes_frame(shown_map.columns, sides),
        axes=shown_map.axes.assign(stability=stability),
        cells=cells_frame(labels, tables),
        map=shown_map,
        plane_stability=plane,
        level=level,
        n_respondents=n_respondents,
        df=df,
        draw_tables=tables.draw_tables,
        draw_bases=tables.draw_bases,
        draw_places=maps.rows,
        draw_attributes=sides,
        drawn=maps,
        from_respondents=from_respondents,
        notes=(
            *tables.notes, *left_out, *stability_notes(plane, stability[:kept]),
            *small_bases(tables),
        ),
    )  # fmt: skip


def stability_notes(plane: float, stability: Floats) -> tuple[Message, ...]:
    """Say which axis is not stable, from the shares of draws that find plane and axes again."""
    if len(stability) < 2 or min(plane, stability.min()) >= STABLE:
        return ()
    if stability[0] < STABLE:
        said = (
            "The map is not stable: its first axis is found again in {first:percent} of the "
            "draws only."
        )
        return (Message(said, {"first": float(stability[0])}),)
    said = (
        "The second axis is not stable: the plane agrees in {plane:percent} of the draws, and the "
        "axis is found again in {second:percent}. Read the map from left to right."
    )
    return (Message(said, {"plane": plane, "second": float(stability[1])}),)


def degrees_of_freedom(tables: ImageTables, axes: int) -> Floats:
    """Give what each cell's covariance is worth: twice its effective persons less one, and draws.

    Ticks are 1 or 0 and have short tails: their variance is known better than that of as many
    normal values. Twice comes nearest to the coverage aimed at (about 37 persons a brand: .95 to
    .975 over three designs; with their number itself .96 to .98).
    """
    persons = np.minimum(SHORT_TAILS * (tables.n_effective - 1.0), tables.df)
    known = np.maximum(persons, axes + 1.0)
    return np.maximum(1.0 / (1.0 / known + 1.0 / (len(tables.draw_tables) - 1)), axes + 1.0)
