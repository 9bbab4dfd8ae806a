"""How sure a map is, which brands it tells apart, and which claims the answers behind it carry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, get_args

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    check_known,
    check_level,
    check_option,
    check_whole_number,
)
from brandkit.core.intervals import holm, t_interval
from brandkit.core.labels import label_text
from brandkit.core.linalg import Flags, Floats, ratio
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.core.story import speaker
from brandkit.positioning.image import kernel
from brandkit.positioning.image.kernel import (
    DrawnMaps,
    ImageData,
    ImageTables,
    TickSums,
    second_moments,
)
from brandkit.positioning.maps.correspondence import (
    CorrespondenceMap,
    correspondence_map,
    decomposed,
    points_frame,
)
from brandkit.sampling.design import Weight

RowScaling = Literal["symmetric", "row_principal", "row_gab", "row_green"]
#: Share of draws from which an axis is called stable.
STABLE = 0.8
#: RV coefficient from which a plane agrees, and part of an axis from which it is still there.
AGREES, HOLDS = 0.9, 0.5


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
    sums : TickSums, optional
        What tests of single cells take of the respondents; None of a plain table.
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
    sums: TickSums | None = field(default=None, repr=False)

    @property
    def brands(self) -> list[str]:
        """The brands, in the order of all arrays."""
        return [str(name) for name in self.cells["brand"].unique()]

    @property
    def table(self) -> pd.DataFrame:
        """Weighted ticks, brands x attributes."""
        return self._wide("count")

    @property
    def shares(self) -> pd.DataFrame:
        """Share of each brand's base that ticked each attribute, brands x attributes."""
        return self._wide("share")

    def _wide(self, column: str) -> pd.DataFrame:
        attributes = pd.Index(self.cells["attribute"].unique())
        values = self.cells[column].to_numpy(dtype=float).reshape(-1, len(attributes))
        return pd.DataFrame(values, index=pd.Index(self.brands), columns=attributes)

    @property
    def bases(self) -> pd.Series:
        """Weighted rows of each brand."""
        base = self.cells.drop_duplicates("brand")["weighted_base"]
        return pd.Series(base.to_numpy(dtype=float), index=self.brands, name="weighted_base")

    @property
    def is_stable(self) -> bool:
        """Whether the plane, and each of its axes, is found again in most draws."""
        kept = self.axes["stability"].dropna()
        return bool(self.plane_stability >= STABLE and kept.min() >= STABLE)

    def place_of(self, brand: str) -> int:
        """Give where a brand stands in all arrays; refuse one that is not on the map."""
        check_known("brand", brand, self.brands, rule="be a brand of the map")
        return self.brands.index(brand)

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
        at, table = self.place_of(brand), self.table.to_numpy()
        row, base = table[at], float(self.bases.iloc[at])
        share = (row + added * base) / base
        if np.any((share < -1e-9) | (share > 1 + 1e-9)):
            raise InputError(
                f"`added` must leave every share of {brand} within 0 and 1; found "
                f"{float(share.min()):.3f} to {float(share.max()):.3f}. Ask for smaller changes."
            )
        return self.drawn.placed(
            at,
            row + added * base,
            total=float(table.sum()),
            draw_rows=self.draw_tables[:, at] + added * self.draw_bases[:, at, None],
            draw_totals=self.draw_tables.sum(axis=(1, 2)),
        )

    def glance(self) -> pd.DataFrame:
        """Give one row: persons, draws, how stable the plane is, and how many pairs differ."""
        return self._row(
            "scaling n_respondents n_brands n_attributes draws share_explained plane_stability "
            "n_pairs n_distinct ci_level",
            scaling=self.map.scaling,
            n_brands=len(self.brands),
            n_attributes=self.attributes["label"].nunique(),
            draws=len(self.draw_tables),
            share_explained=self.axes["share"][self.axes["stability"].notna()].sum(),
            n_pairs=len(self.pairs),
            n_distinct=int(self.pairs["distinct"].sum()),
            ci_level=self.level,
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
    ticks = None
    if isinstance(data, pd.DataFrame) and brand is None and attributes is None:
        correspondence_map(data, axes=axes)  # refuses what is no table
        tables = kernel.resampled_tables(data, draws=draws, seed=seed)
    else:
        roles = {"brand": brand, "respondent": respondent, "strata": strata, "cluster": cluster}
        ticks = kernel.image_responses(data, roles, attributes=attributes, weight=weight)
        tables = kernel.image_tables(ticks, draws=draws, seed=seed)

    drawn = map_of_draws(tables, scaling=scaling, axes=axes)
    places, df, maps = drawn.places, drawn.df, drawn.maps
    away, labels = maps.rows - places, tables.labels
    sides = maps.attribute_places(scaling)
    points, regions = _places_frames(tables, places, second_moments(away), df=df, level=level)

    columns = drawn.map.columns
    at = columns["coordinate"].to_numpy(dtype=float).reshape(sides.shape[1:])
    width = len(tables.attributes)
    return MapStability(
        points=points,
        regions=regions,
        pairs=pairs_frame(labels, places, away, df=df, level=level),
        attributes=points_frame(
            tables.attributes, at, std_error=kernel.errors(second_moments(sides - at))
        ),
        axes=drawn.map.axes.assign(stability=pd.Series(drawn.found_again)),
        cells=pd.DataFrame(
            {
                "brand": np.repeat(np.array(labels, dtype=object), width),
                "attribute": list(tables.attributes) * len(labels),
                "count": tables.table.ravel(),
                "weighted_base": np.repeat(tables.bases, width),
                "share": (tables.table / tables.bases[:, None]).ravel(),
            }
        ),
        map=drawn.map,
        plane_stability=drawn.plane,
        level=level,
        n_respondents=round(tables.bases.sum()) if ticks is None else ticks.rows.n_persons,
        df=df,
        draw_tables=tables.draw_tables,
        draw_bases=tables.draw_bases,
        draw_places=maps.rows,
        draw_attributes=sides,
        drawn=maps,
        from_respondents=ticks is not None,
        sums=None
        if ticks is None
        else kernel.tick_sums(ticks, brands=labels, attributes=tables.attributes),
        notes=drawn.notes,
    )


class MapOfDraws(NamedTuple):
    """A table's map, and what draws over respondents say of it.

    ``places`` (rows, axes); ``df`` (rows,) of their covariances; ``plane`` and ``found_again``
    (axes,) the share of draws that find it again.
    """

    map: CorrespondenceMap
    maps: DrawnMaps
    places: Floats
    df: Floats
    plane: float
    found_again: Floats
    notes: tuple[Message, ...]


def map_of_draws(tables: ImageTables, *, scaling: RowScaling, axes: int) -> MapOfDraws:
    """Map a table and all its draws on the axes it has."""
    table = pd.DataFrame(tables.table, index=tables.labels, columns=list(tables.attributes))
    shown_map = correspondence_map(table, scaling=scaling, axes=axes)
    empty = int((tables.draw_tables.sum(axis=(1, 2)) <= 0).sum())
    if empty:
        raise NotEnoughDataError(
            "`data` must have enough respondents with ticks for every draw over them to have "
            f"some; found {empty} of {len(tables.draw_tables)} draws without any tick. Add "
            "respondents, or map the counts by correspondence_map, without regions."
        )
    kept = shown_map.n_axes
    maps = kernel.drawn_maps(tables.table, tables.draw_tables, axes=kept)
    plane = float((maps.agreement >= AGREES).mean())
    found_again = (maps.kept >= HOLDS).mean(axis=0)
    return MapOfDraws(
        shown_map,
        maps,
        places=shown_map.rows["coordinate"].to_numpy(dtype=float).reshape(-1, kept),
        df=kernel.degrees_of_freedom(tables, kept),
        plane=plane,
        found_again=found_again,
        notes=tables.notes + _notes(plane, found_again) + kernel.small_bases(tables),
    )


def _notes(plane: float, stability: Floats) -> tuple[Message, ...]:
    """Say which axis is not stable, from the shares of draws that find plane and axes again."""
    if len(stability) < 2 or min(plane, stability.min()) >= STABLE:
        return ()
    say = speaker(plane=plane, first=float(stability[0]), second=float(stability[1]))
    if stability[0] < STABLE:
        first = say(
            "The map is not stable: its first axis is found again in {first:percent} of the "
            "draws only."
        )
        return (first,)
    second = say(
        "The second axis is not stable: the plane agrees in {plane:percent} of the draws, "
        "and the axis is found again in {second:percent}. Read the map from left to right."
    )
    return (second,)


def _places_frames(
    tables: ImageTables, places: Floats, covariance: Floats, *, df: Floats, level: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make one row a brand and axis, and one row a brand with the ellipse around its place."""
    error = kernel.errors(covariance)
    low, high = t_interval(places, std_error=error, df=df[:, None], level=level)
    points = points_frame(
        tables.labels,
        places,
        std_error=error,
        ci_low=low,
        ci_high=high,
        ci_level=np.full(len(places), level),
        n=tables.n,
        n_effective=tables.n_effective,
    )
    size = kernel.quantile(df, axes=min(places.shape[1], 2), level=level)
    regions = np.stack(kernel.ellipses(covariance, size))
    regions[:, tables.n < kernel.SUPPRESSED_BASE] = np.nan
    return points, pd.DataFrame(
        {
            "label": tables.labels,
            "across": places[:, 0],
            "upward": places[:, 1] if places.shape[1] > 1 else 0.0,
            "radius_long": regions[0],
            "radius_short": regions[1],
            "angle": regions[2],
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
    spread = np.trace(second_moments(away), axis1=1, axis2=2)
    worth = kernel.joint_df(spread[first], spread[second], df=(df[first], df[second]))
    covariance = second_moments(away[:, first] - away[:, second])
    gap = places[first] - places[second]
    length, error, statistic, p_value = kernel.tested(gap, covariance, df=worth)
    adjusted = holm(p_value)
    return pd.DataFrame(
        {
            "brand_a": names[first],
            "brand_b": names[second],
            "map_distance": length,
            "std_error": error,
            "statistic": statistic,
            "p_value": p_value,
            "p_adjusted": adjusted,
            "distinct": adjusted <= 1 - level,
        }
    )


# --- claims --------------------------------------------------------------------------------------


# The error is that of a table without any claim, so that few persons, heavy weights and clusters
# do not make claims; the sizes are fitted without the cells that are claimed, so that one true
# claim does not make its neighbours seem denied.

#: Sampling units under which no claim is tested: their variance is not known.
FEWEST_UNITS = 6
#: Ticks expected of a claim under which it is not judged.
FEW_TICKS = 5.0
#: Rounds of proportional fitting of the sizes.
ROUNDS = 60
#: Skewness at which Pearson's third type is cut off.
MOST_SKEW = 3.0
#: Chance to be found that "detectable" speaks of, as a normal quantile.
POWER_80 = 0.84
#: The smallest gap that matters: of a bank's customers. Within five points a rival counts as having
#: as much of an attribute (NEAR of positioning.options.repositioning), so less marks nobody.
SMALLEST_GAP = 0.05


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ClaimCheck(Result):
    """What the answers say of each claim.

    Parameters
    ----------
    claims : DataFrame
        One row a claim: ``brand attribute share ratio residual std_error statistic p_value
        q_value visible gap gap_low gap_high detectable_gap claim``. ``claim`` is "supported",
        "contradicted" or "not_shown"; ``gap`` is what customers tick beyond the sizes of brand and
        attribute, as a share of the brand's base, with an interval at 1 - ``false_discovery``;
        ``detectable_gap`` the gap that would be found in four of five cases. ``visible`` is the
        part of the residual that the first two axes show, and decides nothing.
    false_discovery : float
        Share of the claims called supported or contradicted that may be wrong.
    n_cells : int
        Pairs of brand and attribute that were tested together.
    n_respondents : int
    from_respondents : bool
        False where only the cells of a plain table could be drawn.
    smallest_gap : float
        A smaller gap is beyond chance where it is called, and too small to matter.
    """

    claims: pd.DataFrame
    false_discovery: float
    n_cells: int
    n_respondents: int
    from_respondents: bool
    smallest_gap: float = SMALLEST_GAP

    def glance(self) -> pd.DataFrame:
        """Give one row: how many claims, and how many of each kind."""
        kinds = ("supported", "contradicted", "not_shown")
        counts = {f"n_{kind}": int((self.claims["claim"] == kind).sum()) for kind in kinds}
        names = " ".join(["n_claims", *counts, "n_cells false_discovery n_respondents"])
        return self._row(names, n_claims=len(self.claims), **counts)


def claim_check(
    data: ImageData | MapStability,
    *,
    claims: Sequence[tuple[str, str]] | None = None,
    brand: str | None = None,
    attributes: Sequence[str] | None = None,
    respondent: str | None = None,
    weight: Weight | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    draws: int = 50,
    seed: int = 0,
    false_discovery: float = 0.05,
    smallest_gap: float = SMALLEST_GAP,
) -> ClaimCheck:
    """Check claims such as "Harbour stands for fair fees" against what respondents tick.

    Answers *which of our claims do customers share, and which do they deny?*

    Parameters
    ----------
    data : MapStability, DataFrame, Survey or PickAny
        A stable map as it is, or what
        :func:`~brandkit.positioning.image.stability.map_stability` takes.
    claims : sequence of (brand, attribute), optional
        The claims to report; every brand with every attribute where not given. All pairs are
        tested together either way.
    brand, respondent, strata, cluster : str, optional
        Columns, as for ``map_stability``.
    attributes : sequence of str, optional
    weight : str or SurveyWeights, optional
    draws, seed : int
        Of the map behind the table; no verdict rests on them.
    false_discovery : float, default 0.05
        Rate of false discoveries over all pairs (Benjamini and Hochberg).
    smallest_gap : float, default 0.05
        Share of a bank's customers from which a gap matters. It changes no verdict: a smaller one
        is told as too small, and is never clear.

    Returns
    -------
    ClaimCheck

    Raises
    ------
    InputError
        A claim names an unknown brand or attribute, or twice the same pair.
    NotEnoughDataError
        Fewer than six sampling units.

    Notes
    -----
    A claim is measured by what is ticked beyond the sizes of brand and attribute. A score test:
    the variance is that of a table without any claim, times the mean design effect of weights,
    persons and clusters, or the linearised one where that is larger; t on twice the sampling
    units less strata, brought to the normal scale; the tail of Pearson's third type with the
    skewness that ticks with these weights have. The sizes are fitted without the cells that are
    claimed (quasi-independence): the surest leaves the fit and all are judged anew, until none is
    added. Where half of a row or column would, no rest is left whose sizes could be those of
    all, and it stays in the fit whole. Supported: more, and significant. Contradicted: less,
    and significant. Else "not_shown", also where fewer than five mentions are expected.

    A plain table has the mention for its unit, and the test is that of its adjusted residuals.
    Where weights come from margins, the linearised variance takes calibration residuals.

    References
    ----------
    Agresti, A. (2013). Categorical Data Analysis, 3rd ed., 3.3. Wiley (adjusted residuals).
    Goodman, L. A. (1968). The analysis of cross-classified data: independence, quasi-independence,
    and interactions. JASA 63, 1091-1131. doi:10.1080/01621459.1968.10480916
    Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. JRSS B 57,
    289-300. doi:10.1111/j.2517-6161.1995.tb02031.x

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> chance = {"A": (0.7, 0.3, 0.5), "B": (0.3, 0.7, 0.5), "C": (0.5, 0.4, 0.8)}
    >>> rows = pd.DataFrame([
    ...     (person, bank, *rng.binomial(1, p)) for person in range(80) for bank, p in
    ...     chance.items()], columns=["id", "bank", "fair", "modern", "near"])
    >>> result = claim_check(rows, claims=[("A", "fair"), ("B", "fair")], brand="bank",
    ...                      attributes=["fair", "modern", "near"], respondent="id", draws=200)
    >>> result.claims["claim"].tolist()
    ['supported', 'not_shown']
    """
    check_level(false_discovery, argument="false_discovery")
    check_level(smallest_gap, argument="smallest_gap")
    if not isinstance(data, MapStability):
        data = map_stability(
            data,
            brand=brand,
            attributes=attributes,
            respondent=respondent,
            weight=weight,
            strata=strata,
            cluster=cluster,
            axes=1,
            draws=draws,
            seed=seed,
        )
    asked = None if claims is None else _checked_claims(data, claims)

    if data.sums is not None and data.sums.n_units < FEWEST_UNITS:
        raise NotEnoughDataError(
            f"`data` must come from at least {FEWEST_UNITS} persons or clusters; found "
            f"{data.sums.n_units}. Their variance cannot be told from fewer."
        )
    judged = judged_cells(data.table.to_numpy(), data.sums, false_discovery=false_discovery)

    cells = pd.concat([data.cells[["brand", "attribute", "share"]], judged], axis=1)
    few = int(cells["q_value"].isna().sum())
    note = Message(
        "{n:count} of {all:count} pairs of brand and attribute have fewer than {limit:count} "
        "mentions to expect; they are not judged and count as not shown.",
        {"n": few, "all": len(cells), "limit": FEW_TICKS},
    )
    named = cells.set_index(["brand", "attribute"])
    return ClaimCheck(
        claims=cells if asked is None else named.loc[asked].reset_index(),
        false_discovery=false_discovery,
        n_cells=len(cells),
        n_respondents=data.n_respondents,
        from_respondents=data.from_respondents,
        smallest_gap=smallest_gap,
        notes=(*data.notes, *[note][:few]),
    )


def _checked_claims(
    stability: MapStability, claims: Sequence[tuple[str, str]]
) -> list[tuple[str, ...]]:
    """Give the claims as pairs of labels; refuse what the data do not have."""
    pairs = [tuple(map(label_text, claim)) for claim in claims]
    for side, column in enumerate(("brand", "attribute")):
        known = [str(name) for name in stability.cells[column].unique()]
        rule = f"pair a brand with an attribute of the data, each by its {column}"
        check_known("claims", [*dict.fromkeys(pair[side] for pair in pairs)], known, rule=rule)
    if not pairs or len(set(pairs)) < len(pairs) or any(len(pair) > 2 for pair in pairs):
        raise InputError(
            "`claims` must be pairs of brand and attribute, one at least and each once; found "
            f"{len(pairs)} of which {len(set(pairs))} differ. Leave out what is there twice."
        )
    return pairs


def fitted_sizes(table: Floats, kept: Flags) -> Floats:
    """Give what brand and attribute sizes expect, fitted on the kept cells alone.

    Quasi-independence by iterative proportional fitting; with all cells kept, rc/n.

    Examples
    --------
    >>> table = np.outer([2.0, 1.0, 3.0], [1.0, 4.0, 5.0])
    >>> loud = table + np.diag([30.0, 0.0, 0.0])
    >>> bool(np.allclose(fitted_sizes(loud, loud == table), table))
    True
    """
    column = table.sum(axis=0) / table.sum()
    for _ in range(1 if kept.all() else ROUNDS):
        row = (table * kept).sum(axis=1) / (kept * column).sum(axis=1)
        column = (table * kept).sum(axis=0) / (kept * row[:, None]).sum(axis=0)
    return np.outer(row, column)


class _Scores(NamedTuple):
    """Residuals of all cells with their null error and the skewness of its tail."""

    expected: Floats
    residual: Floats
    error: Floats
    skew: Floats
    p_value: Floats


def _scores(table: Floats, sums: TickSums | None, out: Flags) -> _Scores:
    """Score every cell, the sizes fitted without those taken ``out``."""
    from scipy.stats import pearson3

    asked = np.ones(table.shape, dtype=bool) if sums is None else sums.bases > 0
    expected = fitted_sizes(table, asked & ~out)
    residual = np.where(asked, table - expected, 0.0)
    whole = expected.sum()
    down = np.eye(len(table)) - expected.sum(axis=1, keepdims=True) / whole
    along = np.eye(table.shape[1]) - (expected.sum(axis=0) / whole)[:, None]
    second = third = expected  # mentions, each of a person of its own
    if sums is not None:
        share = np.clip(ratio(expected, sums.bases, empty=0.0), 1e-6, 0.98)
        second = sums.squares * share * (1 - share)
        third = sums.cubes * share * (1 - share) * (1 - 2 * share)
    null = down**2 @ second @ (along**2).T
    skew = down**3 @ third @ (along**3).T / null**1.5
    variance, spread = null, 1.0
    if sums is not None:
        half = np.einsum("bk,bm,klmn->bln", down, down, sums.covariance, optimize=True)
        own = np.einsum("jl,jn,bln->bj", along, along, half, optimize=True)
        spread = float(own.sum() / null.sum())
        variance = np.maximum(spread * null, own)
    error, skew = np.sqrt(variance), np.clip(np.sqrt(spread) * skew, -MOST_SKEW, MOST_SKEW)
    z = residual / error
    if sums is not None:
        z = np.sign(z) * -ndtri(np.maximum(stdtr(2 * sums.df, -np.abs(z)), 1e-300))
    tail = pearson3.sf(np.abs(z), np.where(z > 0, skew, -skew))
    return _Scores(expected, residual, error, skew, np.minimum(2 * tail, 1.0))


def judged_cells(
    table: Floats, sums: TickSums | None, *, false_discovery: float = 0.05
) -> pd.DataFrame:
    """Judge every cell of a table (brands, attributes), row by row.

    ``sums`` is None for a plain table, whose unit is the mention. The surest claimed cell leaves
    the fit of sizes and all are judged anew, until none is added; rows and columns of which half
    would leave it stay whole.
    """
    from scipy.stats import false_discovery_control

    out, dense = np.zeros((2, *table.shape), dtype=bool)
    while True:
        one = _scores(table, sums, out)
        judged = one.expected * (1.0 if sums is None else sums.ticks_a_weight) >= FEW_TICKS
        if sums is not None:
            judged &= sums.bases > 0
        q_value = np.full(table.shape, np.nan)
        q_value[judged] = false_discovery_control(one.p_value[judged])
        new = (q_value <= false_discovery) & ~out & ~dense
        if not new.any():
            break
        rows, columns = out.sum(axis=1), out.sum(axis=0)
        rows = (rows >= (table.shape[1] - 1) // 2) & new.any(axis=1)
        columns = (columns >= len(table) // 2) & new.any(axis=0)
        # unless most is left, there is no rest whose sizes could be those of all
        crowded = rows[:, None] | columns
        if crowded.any():
            dense |= crowded
            out &= ~dense
            continue
        # of cells too sure for their p-values to differ, the one with the largest residual
        sure = np.where(new, one.p_value, 2.0)
        size = np.abs(one.residual / one.error) * (sure == sure.min())
        out.flat[np.argmax(size)] = True
    return _columns(table, sums, one, q_value, rate=false_discovery)


def _columns(
    table: Floats, sums: TickSums | None, one: _Scores, q_value: Floats, *, rate: float
) -> pd.DataFrame:
    """Lay down the judgement: residuals as on the map, and points of the brand's base."""
    from scipy.stats import pearson3

    whole, claimed = table.sum(), q_value <= rate
    root = np.sqrt(one.expected / whole)
    bases = table.sum(axis=1, keepdims=True) if sums is None else sums.bases

    def beyond(tail: float) -> Floats:
        normal = pearson3.isf(tail, one.skew)
        scale = normal if sums is None else stdtrit(2 * sums.df, ndtr(normal))
        return np.asarray(one.error * scale)

    tested = max(int((~np.isnan(q_value)).sum()), 1)
    found = -ndtri(rate * max(int(claimed.sum()), 1) / tested / 2) + POWER_80
    kind = np.where(one.residual > 0, "supported", "contradicted")
    # the part of each residual that the first two axes show, 0-1
    sample = decomposed(table)
    plane = (sample.left[:, :2] * sample.values[:2]) @ sample.right[:, :2].T
    size = np.where(np.abs(sample.residuals) > 1e-12, np.abs(sample.residuals), 0.0)
    visible = ratio(plane * np.sign(sample.residuals), size, empty=0.0)
    columns = {
        "ratio": table / one.expected,
        "residual": one.residual / whole / root,
        "std_error": one.error / whole / root,
        "statistic": one.residual / one.error,
        "p_value": one.p_value,
        "q_value": q_value,
        "visible": np.clip(visible, 0.0, 1.0),
        "gap": ratio(one.residual, bases),
        "gap_low": ratio(one.residual - beyond(rate / 2), bases),
        "gap_high": ratio(one.residual - beyond(1 - rate / 2), bases),
        "detectable_gap": ratio(found * one.error, bases),
        "claim": np.where(claimed, kind, "not_shown"),
    }
    return pd.DataFrame({name: values.ravel() for name, values in columns.items()})
