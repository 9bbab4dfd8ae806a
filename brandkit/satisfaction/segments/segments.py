"""Segments of customers: declared tiers, or classes that the answers show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Final, Literal, TypeVar

import numpy as np
import pandas as pd

from brandkit.core import errors
from brandkit.core.errors import shown
from brandkit.core.intervals import carried_df, percentile_interval
from brandkit.core.labels import coded, hashed_ids, label_text
from brandkit.core.linalg import Codes, Flags, Floats
from brandkit.core.message import Message, noted
from brandkit.core.result import Result
from brandkit.sampling.design import SurveyData
from brandkit.sampling.rows import Data, Weight
from brandkit.satisfaction.groups import in_one_cluster
from brandkit.satisfaction.segments import kernel
from brandkit.satisfaction.segments.kernel import kinds_of, nature_of
from brandkit.satisfaction.segments.persons import (
    Persons,
    class_profile,
    persons_of,
    profile_frame,
    size_frame,
    tier_profile,
)

SegmentKind = Literal["tiers", "classes"]
AnyData = TypeVar("AnyData", bound=Data)

PERSONS_A_CLASS: Final = 10
#: Agreement over draws under which classes are said to be unstable.
STABLE: Final = 0.6
_FITS: Final = [
    "n_classes",
    "log_likelihood",
    "n_estimated",
    "bic",
    "entropy",
    "smallest_share",
    "is_converged",
    "is_chosen",
]
_NO_STABILITY: Final = dict.fromkeys(("rand_index", "rand_low", "rand_high", "share_kept"), np.nan)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CustomerSegments(Result):
    """Segments, how large they are, and what sets them apart.

    Parameters
    ----------
    segments : DataFrame
        ``segment share std_error ci_low ci_high ci_level n certainty share_kept``. ``n`` counts
        persons. For classes, ``certainty`` is the mean chance of belonging, and ``share_kept`` the
        share of the class that stays together when classes are found anew; missing for tiers.
    profiles : DataFrame
        ``segment item label estimate std_error ci_low ci_high ci_level difference
        difference_error p_value p_adjusted n is_described``: the mean over persons, and how far it
        is from that of all persons. The test is missing for items that formed the classes: they
        differ by construction.
    fits : DataFrame
        For classes, one row a number tried: ``n_classes log_likelihood n_estimated bic entropy
        smallest_share is_converged is_chosen``.
    membership : Series
        Segment of each person, by id (by number of the row where persons have no id; by a hash of
        the id where the answer was kept). For
        :meth:`assign`; it never stands in a report.
    kind : "tiers" or "classes"
    respondent : str, optional
        Column of the persons' ids.
    stability : mapping
        For classes: mean and ends over draws of the adjusted Rand index, and the share of persons
        that keep their class.
    ci_level : float
    draws : int
    nature : str
        Of several classes: "kinds" where persons differ in what they rate high, "levels" where
        one level of rating explains how the items go together and classes are its steps, "open"
        where fewer than four ratings or 60 persons cannot tell.
    p_levels : float
        p-value of the test that there is one level only.
    n_kinds : float
        Of kinds, how many there are once the level of rating is taken out; 1 where they go by
        degrees, missing where there are none.
    is_rough : bool
        Whether that is only about right, because answers stand at the end of their scale.
    """

    profiles: pd.DataFrame
    segments: pd.DataFrame
    fits: pd.DataFrame
    membership: pd.Series = field(metadata={"ids": "of persons"})
    kind: SegmentKind
    respondent: str | None
    stability: dict[str, float]
    ci_level: float
    draws: int
    nature: str = ""
    p_levels: float = np.nan
    n_kinds: float = np.nan
    is_rough: bool = False

    def glance(self) -> pd.DataFrame:
        """Give one row: how many segments, of whom, and how stable."""
        chosen = self.fits[self.fits["is_chosen"].astype(bool)] if len(self.fits) else self.fits
        return self._row(
            "kind n_segments n_persons n_items entropy rand_index rand_low rand_high share_kept "
            "nature p_levels n_kinds is_rough draws ci_level",
            n_segments=len(self.segments),
            n_persons=int(self.segments["n"].sum()),
            n_items=int(self.profiles["item"].nunique()),
            entropy=float(chosen["entropy"].iloc[0]) if len(chosen) else np.nan,
            **self.stability,
        )

    def assign(self, data: AnyData, *, column: str = "segment") -> AnyData:
        """Join the segments to the rows they were found in, for drivers by segment.

        Parameters
        ----------
        data : DataFrame or Survey
            The data that were handed to :func:`customer_segments`, or other rows of the same
            persons.
        column : str, default "segment"
            Name of the new column.

        Returns
        -------
        DataFrame or Survey
            A copy with the column; missing for persons without a segment.

        Examples
        --------
        >>> answers = pd.DataFrame({"id": [1, 1, 2], "tier": ["low", "low", "high"],
        ...                         "sat": [7.0, 8, 9]})
        >>> found = customer_segments(answers, items=["sat"], tiers="tier", respondent="id",
        ...                           suppress_below=1)
        >>> found.assign(answers)["segment"].tolist()
        ['low', 'low', 'high']
        """
        frame = data.responses if isinstance(data, SurveyData) else data
        if column in frame.columns:
            raise errors.InputError(
                f"`column` must be a new name; found {shown(column)} in the data. Write another."
            )
        keys: Any = np.arange(len(frame))
        if self.respondent is not None:
            errors.require_columns(frame, [self.respondent], argument="data")
            keys = [label_text(one) for one in frame[self.respondent].tolist()]
            if not self.membership.index.isin(keys).any():  # it was kept
                keys = hashed_ids(keys)
        elif len(self.membership) and self.membership.index.max() >= len(frame):
            raise errors.InputError(
                f"`data` must be the rows the segments were found in; found {len(frame)} rows "
                "only. Name the respondent's column to join other rows."
            )
        own = pd.Series(self.membership.reindex(keys).to_numpy(), index=frame.index, dtype="str")
        joined = frame.assign(**{column: own})
        if isinstance(data, SurveyData):
            return replace(data, responses=joined)  # type: ignore[type-var]
        return joined  # type: ignore[return-value]

    def name(self, segment: str) -> Message | str:
        """Give a class in words, a tier by its name."""
        return segment if self.kind == "tiers" else Message("class {name}", {"name": segment})

    def described(self) -> pd.DataFrame:
        """Give the segments of enough persons to be described."""
        told = self.profiles.loc[self.profiles["estimate"].notna(), "segment"]
        return self.segments[self.segments["segment"].isin(told)]

    def furthest_apart(
        self, *, items: Sequence[str] | None = None, most: int | None = None
    ) -> pd.DataFrame:
        """Give profiles of items on one scale, those whose segments lie furthest apart first.

        Where no items are named: all ratings, or where there are none all shares.
        """
        frame = self.profiles
        known = list(dict.fromkeys(frame["item"]))
        top = frame.groupby("item")["estimate"].max()
        chosen = list(items) if items is not None else [i for i in known if top[i] > 1] or known
        strange = [item for item in chosen if item not in known]
        if strange or not chosen:
            raise errors.InputError(
                f"`items` must be items of the profiles; found {shown(strange)}. It has "
                f"{shown(known)}.{errors.did_you_mean(str(strange[0]), known) if strange else ''}"
            )
        apart = frame.groupby("item")["estimate"].agg(np.ptp)
        order = sorted(chosen, key=lambda item: -float(apart[item]))[:most]
        rows = frame[frame["item"].isin(order)]
        return rows.sort_values(
            "item", key=lambda column: column.map(order.index), kind="stable", ignore_index=True
        )


def customer_segments(
    data: Data,
    *,
    items: Sequence[str],
    describe: Sequence[str] = (),
    tiers: str | None = None,
    cuts: Sequence[float] | None = None,
    n_classes: int | tuple[int, int] | None = None,
    form: str = "ratings",
    variances: kernel.Variances = "equal",
    starts: int = 20,
    least_share: float = 0.05,
    weight: Weight | None = None,
    respondent: str | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    missing: Literal["pairwise", "drop", "raise"] = "pairwise",
    suppress_below: int = 10,
    draws: int = 100,
    seed: int = 0,
    level: float = 0.95,
) -> CustomerSegments:
    """Part customers into declared tiers, or into classes that their answers show.

    Answers *for whom does what matter?* Persons are parted, not answers: a person's rows are
    averaged first. Join the segments to the rows with ``assign`` and look at drivers by segment.

    Parameters
    ----------
    data : DataFrame or Survey
        One row a respondent, or a respondent and bank.
    items : sequence of str
        What forms the classes, or describes the tiers: numbers; columns of 0 and 1 are taken as
        ticks, columns of text or categories as named things (which must be about the person).
    describe : sequence of str
        Further columns that describe the segments and do not form them.
    tiers : str, optional
        Declared tier of each person, such as the balance; without, classes are found.
    cuts : sequence of float, optional
        Where `tiers` is a number: the limits between tiers, ascending; a limit belongs to the
        tier above.
    n_classes : int or (int, int), optional
        Number of classes, or the least and most to try; 1 to 6 where not given.
    form : "ratings"
        Classes by the ratings as they are. The form "relative" is withdrawn: a person's ratings
        less their own mean add up to 0, so that they hang together without any kinds of persons,
        and 2 to 4 classes came out in 16 of 16 samples that had none.
    variances : "equal" or "free"
        Whether classes share the variance of an item, or have each its own (at least a hundredth
        of the item's). Free variances tend to set apart those who answer everything alike.
    starts : int, default 20
        Random starts for each number of classes.
    least_share : float, default 0.05
        Numbers of classes whose smallest class holds less of the persons are not chosen, and
        ``notes`` say so.
    weight : str or SurveyWeights, optional
    respondent, strata, cluster : str, optional
        Columns of the design; a survey knows them.
    missing : "pairwise", "drop" or "raise"
        Use what was answered, only rows with all items, or refuse.
    suppress_below : int, default 10
        Segments with fewer persons are counted but not described.
    draws : int, default 100
        Draws over persons in which classes are found anew. Tiers need none.
    seed : int, default 0
    level : float, default 0.95

    Returns
    -------
    CustomerSegments
        Classes are named "1", "2", … by size; tiers keep their names and order.

    Raises
    ------
    ScaleError
        `cuts` do not ascend, or `least_share` is no share.
    InputError
        A person is in two tiers, or a named thing differs between the rows of a person.
    NotEnoughDataError
        Fewer persons than ten a class, or an item without any spread only.

    Notes
    -----
    Latent profile and latent class analysis: within a class, items are independent; ratings are
    normal, ticks and named things have chances. The number of classes is the one with the least
    BIC on Kish's effective number of persons. Answers on a scale without gaps (satisfied through
    and through, or not) are cut into as many classes as persons allow, and the classes last over
    draws. So that several classes are tested against one level: the misfit of one factor to the
    items' correlations, against 199 draws from one level with the items' own distributions (a
    Gaussian copula, its loadings raised until the correlations come back). ``nature`` is "kinds"
    at p <= .01, or where items surely go against each other. Classes part each kind by level too;
    ``n_kinds`` is the number, by BIC, of a mixture of normals in which one level runs through all
    kinds. With ceilings it comes out too large. Whether kinds are groups at all rather than a
    second scale without gaps, neither tells.

    Stability: in each draw over persons the classes are found anew, from the sample's classes and
    from fresh starts, matched to those of the sample, and all persons put in them. Errors of
    shares and profiles are the spread over draws, so that they hold the doubt who belongs where.
    Where classes are not well told apart, what describes them differs by less than it should.

    References
    ----------
    Vermunt, J. K. and Magidson, J. (2002). Latent class cluster analysis. In Applied Latent Class
    Analysis, Cambridge University Press. Hennig, C. (2007). Cluster-wise assessment of cluster
    stability. Computational Statistics & Data Analysis 52, 258-271.
    doi:10.1016/j.csda.2006.11.025

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> kind = np.repeat([0.0, 4.0], [60, 40])
    >>> answers = pd.DataFrame({"advice": kind + rng.normal(4, 1, 100),
    ...                         "digital": rng.normal(8, 1, 100) - kind})
    >>> found = customer_segments(answers, items=["advice", "digital"], draws=100)
    >>> found.segments["n"].tolist()
    [60, 40]
    """
    errors.check_option("missing", missing, ("pairwise", "drop", "raise"))
    if form == "relative":
        raise errors.InputError(
            "`form` must be 'ratings'; found 'relative', which is withdrawn: ratings less a "
            "person's own mean add up to 0 and show classes where there are none. Leave it out; "
            "`nature` says whether customers differ in what they rate high or in how high."
        )
    errors.check_option("form", form, ("ratings",))
    errors.check_option("variances", variances, ("equal", "free"))
    errors.check_whole_number("starts", starts, low=1)
    errors.check_whole_number("draws", draws, low=50)
    errors.check_whole_number("suppress_below", suppress_below, low=1)
    errors.check_level(level)
    if not 0 <= least_share < 1:
        raise errors.ScaleError(
            f"`least_share` must lie between 0 and 1; found {shown(least_share)}."
        )
    low, high = _checked_range(n_classes, tiers=tiers)
    persons = persons_of(
        data,
        items=items,
        describe=describe,
        tiers=tiers,
        missing="keep" if missing == "pairwise" else missing,
        design={"weight": weight, "respondent": respondent, "strata": strata, "cluster": cluster},
    )

    if tiers is not None:
        parts = _tiers(persons, tiers, cuts, level=level, least=suppress_below)
    else:
        persons, data_of, notes = _indicators(persons, variances=variances)
        fits = _fitted(persons, data_of, ends=(low, high), starts=starts, seed=seed)
        chosen, passed_over = _chosen(fits, least_share)
        parts = _classes(
            persons, data_of, chosen, draws=draws, seed=seed, level=level, least=suppress_below
        )
        parts["fits"] = _fit_frame(fits, chosen)
        if chosen.classes > 1:
            ratings = _ratings(persons)
            parts["nature"], parts["p_levels"] = nature_of(ratings, persons.weight, seed=seed)
            if parts["nature"] == "kinds":
                kinds = kinds_of(ratings, persons.weight, seed=seed)
                parts |= {"n_kinds": float(kinds.n), "is_rough": kinds.is_rough}
        parts["notes"] = [*notes, *passed_over, *_class_notes(fits, chosen, parts["stability"])]
    small = noted(
        "{n:count} {n:segment has|segments have} fewer than {least:count} persons and {n:is|are} "
        "not described.",
        n=int((parts["segments"]["n"] < suppress_below).sum()),
        least=suppress_below,
    )
    parts["notes"] = (*persons.rows.notes, *parts["notes"], *small)
    return CustomerSegments(
        **parts,
        kind="classes" if tiers is None else "tiers",
        respondent=persons.rows.design["respondent"],
        ci_level=level,
        draws=draws if tiers is None else 0,
    )


def _checked_range(given: int | tuple[int, int] | None, *, tiers: str | None) -> tuple[int, int]:
    """Give the least and most classes to try."""
    if given is None:
        return 1, 6
    if tiers is not None:
        raise errors.InputError(
            "`n_classes` must not be given with `tiers`: tiers are declared. Leave one out."
        )
    ends = (given, given) if isinstance(given, (int, np.integer)) else tuple(given)
    if len(ends) != 2:
        raise errors.InputError(
            f"`n_classes` must be a number or the ends of a range; found {given}."
        )
    for end in ends:
        errors.check_whole_number("n_classes", end, low=1, high=12)
    if ends[0] > ends[1]:
        raise errors.InputError(
            f"`n_classes` must have the smaller end first; found {shown(ends)}."
        )
    return int(ends[0]), int(ends[1])


def _tiers(
    persons: Persons, tiers: str, cuts: Sequence[float] | None, *, level: float, least: int
) -> dict[str, Any]:
    """Describe declared tiers."""
    values = persons.constant(tiers, argument="tiers")
    code, names = coded(values) if cuts is None else _cut(values, cuts)
    inside = (code[:, None] == np.arange(len(names))).astype(float)
    total = persons.weight.sum()
    share = persons.weight @ inside / total
    off = (inside - share) / total
    error = np.sqrt(np.maximum(np.diag(persons.covariance(off)), 0.0))
    df = carried_df(persons.contributions(off), df=persons.rows.df)
    known = ~np.isnan(persons.rows.domain_factors(inside[persons.of_row] > 0))
    lone = [name for name, is_known in zip(names, known, strict=True) if not is_known]
    return {
        "segments": size_frame(
            names, share=share, error=error, df=df, n=inside.sum(axis=0), level=level
        ),
        "profiles": profile_frame(
            tier_profile(persons, code, len(names)),
            names,
            persons,
            level=level,
            least=least,
            tested=np.ones(len(persons.items), dtype=bool),
        ),
        "fits": pd.DataFrame(columns=_FITS),
        "membership": persons.membership(np.array(names, dtype=object)[code]),
        "stability": dict(_NO_STABILITY),
        "notes": in_one_cluster(lone),
    }


def _cut(values: pd.Series, cuts: Sequence[float]) -> tuple[Codes, tuple[str, ...]]:
    """Cut numbers into tiers; a limit belongs to the tier above."""
    if not pd.api.types.is_numeric_dtype(values):
        raise errors.InputError(
            "`cuts` must go with a number in `tiers`; found text. Leave them out."
        )
    limits = np.asarray(list(cuts), dtype=float)
    if not len(limits) or not (np.diff(limits) > 0).all():
        raise errors.ScaleError(f"`cuts` must ascend; found {shown(list(cuts))}.")
    written = [f"{one:,g}" if one < 1e6 else f"{one:,.0f}" for one in limits]
    between = [f"{low}–{high}" for low, high in pairwise(written)]
    names = [f"< {written[0]}", *between, f"≥ {written[-1]}"]
    code = np.searchsorted(limits, values.to_numpy(dtype=float), side="right")
    occurring = np.unique(code)
    return np.searchsorted(occurring, code), tuple(names[at] for at in occurring)


# --- classes -------------------------------------------------------------------------------------


def _indicators(
    persons: Persons, *, variances: kernel.Variances
) -> tuple[Persons, kernel.Indicators, list[Message]]:
    """Lay out what forms the classes; persons without any answer to it count for nothing."""
    answers = persons.columns[:, : persons.n_formed]
    flat, ticks = _flat_and_ticks(answers)
    if flat.all() and not persons.named:
        raise errors.NotEnoughDataError(
            "`items` must hold something that differs between persons; found constant items only."
        )
    notes = noted(
        "{items} {n:is|are} the same for every person and {n:forms|form} no class.",
        items=[persons.items[at][0] for at in np.flatnonzero(flat)],
    )
    ratings, ticked = answers[:, ~flat & ~ticks], answers[:, ~flat & ticks]
    answered = (~np.isnan(answers[:, ~flat])).any(axis=1) | bool(persons.named)
    persons = replace(persons, weight=np.where(answered, persons.weight, 0.0))
    notes += noted(
        "{n:count} {n:person|persons} answered nothing that forms classes and {n:is|are} in none.",
        n=int((~answered).sum()),
    )
    codes = np.where(np.isnan(ticked), -1, ticked).astype(np.intp).T
    data = kernel.indicators(
        ratings, [*codes, *persons.named], weight=persons.weight, variances=variances
    )
    return persons, data, notes


def _flat_and_ticks(answers: Floats) -> tuple[Flags, Flags]:
    """Say which columns are constant, and which hold 0 and 1 only."""
    given = [column[~np.isnan(column)] for column in answers.T]
    flat = np.array([np.ptp(column) <= 1e-12 for column in given], dtype=bool)
    return flat, np.array([bool(np.isin(column, (0.0, 1.0)).all()) for column in given], dtype=bool)


def _ratings(persons: Persons) -> Floats:
    """Give the ratings that form classes: neither ticks nor constant."""
    answers = persons.columns[:, : persons.n_formed]
    flat, ticks = _flat_and_ticks(answers)
    return np.asarray(answers[:, ~flat & ~ticks])


def _fitted(
    persons: Persons, data: kernel.Indicators, *, ends: tuple[int, int], starts: int, seed: int
) -> list[kernel.ClassFit]:
    counted = int((persons.weight > 0).sum())
    most = min(ends[1], counted // PERSONS_A_CLASS)
    if most < ends[0]:
        raise errors.NotEnoughDataError(
            f"`data` must have at least {PERSONS_A_CLASS} persons a class; found {counted} for "
            f"{ends[0]}. Ask for fewer classes."
        )
    return [
        kernel.class_fit(data, weight=persons.weight, classes=k, starts=starts, seed=seed)
        for k in range(ends[0], most + 1)
    ]


def _chosen(
    fits: list[kernel.ClassFit], least_share: float
) -> tuple[kernel.ClassFit, list[Message]]:
    """Choose the least BIC among fits without a class that is too small."""
    best = min(fits, key=lambda fit: fit.bic)
    large = [fit for fit in fits if fit.smallest >= least_share]
    chosen = min(large, key=lambda fit: fit.bic) if large else fits[0]
    if chosen is best:
        return chosen, []
    return chosen, noted(
        "{n:count} classes would fit best, but the smallest holds {share:percent1} of the persons, "
        "less than the {least:percent} asked for; {taken:count} are taken.",
        n=best.classes,
        share=best.smallest,
        least=least_share,
        taken=chosen.classes,
    )


def _classes(
    persons: Persons,
    data: kernel.Indicators,
    chosen: kernel.ClassFit,
    *,
    draws: int,
    seed: int,
    level: float,
    least: int,
) -> dict[str, Any]:
    """Describe latent classes, with errors and stability from draws."""
    weight = persons.weight
    drawn = kernel.class_draws(
        data,
        chosen,
        weight=weight,
        columns=persons.columns,
        seed=seed,
        drawn=persons.draw_weights(draws, seed=seed),
    )
    is_several = chosen.classes > 1
    own = chosen.chance.argmax(axis=1)
    inside = own[:, None] == np.arange(chosen.classes)
    mass = weight @ inside
    with np.errstate(invalid="ignore"):
        certainty = weight @ (inside * chosen.chance) / mass
    kept = drawn.kept.mean(axis=0)
    names = tuple(str(at + 1) for at in range(chosen.classes))
    ends = percentile_interval(drawn.rand_index, level=level)
    stability = {
        "rand_index": float(drawn.rand_index.mean()),
        "rand_low": float(ends.low),
        "rand_high": float(ends.high),
        "share_kept": float(np.average(kept, weights=mass)),
    }
    described = np.array([only_described for *_, only_described in persons.items])
    return {
        "segments": size_frame(
            names,
            share=np.exp(chosen.fits.log_share[0]),
            error=drawn.share.std(axis=0, ddof=1),
            df=persons.rows.df,
            n=inside[weight > 0].sum(axis=0),
            level=level,
            certainty=certainty,
            kept=kept if is_several else np.nan,
        ),
        "profiles": profile_frame(
            class_profile(persons, chosen.chance, drawn.mean, drawn.whole),
            names,
            persons,
            level=level,
            least=least,
            tested=described & is_several,
        ),
        "membership": persons.membership(
            np.where(weight > 0, np.array(names, dtype=object)[own], None)
        ),
        "stability": stability if is_several else dict(_NO_STABILITY),
    }


def _fit_frame(fits: list[kernel.ClassFit], chosen: kernel.ClassFit) -> pd.DataFrame:
    rows = [
        (
            fit.classes,
            fit.log_likelihood,
            fit.n_parameters,
            fit.bic,
            fit.entropy,
            fit.smallest,
            bool(fit.fits.settled[0]),
            fit is chosen,
        )
        for fit in fits
    ]
    return pd.DataFrame(rows, columns=_FITS)


def _class_notes(
    fits: list[kernel.ClassFit], chosen: kernel.ClassFit, stability: dict[str, float]
) -> list[Message]:
    agreed, several = stability["rand_index"], len(fits) > 1
    is_last = several and min(fits, key=lambda fit: fit.bic) is fits[-1]
    return [
        *noted(
            "One class fits best: the answers show no groups of persons.",
            alone=chosen.classes == 1 and several,
        ),
        *noted(
            "The largest number of classes tried, {n:count}, fits best: the classes may be steps "
            "of a scale without gaps rather than kinds of customers.",
            n=fits[-1].classes if is_last else 0,
        ),
        *noted(
            "Classes found anew in draws agree little with these (adjusted Rand index "
            "{index:decimal2}); read them as a sketch.",
            unstable=agreed < STABLE,
            index=agreed,
        ),
        *noted(
            "The search for classes had not settled when it was stopped.",
            unsettled=not chosen.fits.settled[0],
        ),
    ]
