"""Segments of customers: declared tiers, or classes that the answers show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

import numpy as np
import pandas as pd

from brandkit.core.errors import (
    InputError,
    ScaleError,
    check_level,
    check_option,
    check_whole_number,
    did_you_mean,
    require_columns,
    shown,
)
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.sampling.design import SurveyData
from brandkit.sampling.rows import Data, Weight
from brandkit.satisfaction.segments.classes import Variances
from brandkit.satisfaction.segments.kernel import (
    ClassPlan,
    Form,
    Segmented,
    checked_range,
    class_segments,
    person_texts,
    taken_persons,
    tier_segments,
)

SegmentKind = Literal["tiers", "classes"]
AnyData = TypeVar("AnyData", bound=Data)


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
        Segment of each person, by id (by number of the row where persons have no id). For
        :meth:`assign`; it never stands in a report.
    kind : "tiers" or "classes"
    respondent : str, optional
        Column of the persons' ids.
    stability : mapping
        For classes: mean and ends over draws of the adjusted Rand index, and the share of persons
        that keep their class.
    ci_level : float
    draws : int
    """

    segments: pd.DataFrame
    profiles: pd.DataFrame
    fits: pd.DataFrame
    membership: pd.Series
    kind: SegmentKind
    respondent: str | None
    stability: dict[str, float]
    ci_level: float
    draws: int

    def tidy(self) -> pd.DataFrame:
        """Give the profiles: one row a segment and item."""
        return self.profiles.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: how many segments, of whom, and how stable."""
        chosen = self.fits[self.fits["is_chosen"].astype(bool)] if len(self.fits) else self.fits
        return pd.DataFrame(
            {
                "kind": [self.kind],
                "n_segments": [len(self.segments)],
                "n_persons": [int(self.segments["n"].sum())],
                "n_items": [int(self.profiles["item"].nunique())],
                "entropy": [float(chosen["entropy"].iloc[0]) if len(chosen) else np.nan],
                **{name: [value] for name, value in self.stability.items()},
                "draws": [self.draws],
                "ci_level": [self.ci_level],
            }
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
            raise InputError(
                f"`column` must be a new name; found {shown(column)} in the data. Write another."
            )
        if self.respondent is None:
            if len(self.membership) and self.membership.index.max() >= len(frame):
                raise InputError(
                    f"`data` must be the rows the segments were found in; found {len(frame)} rows "
                    "only. Name the respondent's column to join other rows."
                )
            found = self.membership.reindex(np.arange(len(frame))).to_numpy()
        else:
            require_columns(frame, [self.respondent], argument="data")
            found = self.membership.reindex(person_texts(frame[self.respondent])).to_numpy()
        joined = frame.assign(**{column: pd.Series(found, index=frame.index, dtype="str")})
        if isinstance(data, SurveyData):
            return replace(data, responses=joined)  # type: ignore[type-var]
        return joined  # type: ignore[return-value]


def customer_segments(
    data: Data,
    *,
    items: Sequence[str],
    describe: Sequence[str] = (),
    tiers: str | None = None,
    cuts: Sequence[float] | None = None,
    n_classes: int | tuple[int, int] | None = None,
    form: Form = "ratings",
    variances: Variances = "equal",
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
    form : "ratings" or "relative"
        Classes by the ratings as they are, or by each person's ratings less their own mean: then
        lenient and strict persons who value alike fall in one class.
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
    and through, or not) are cut into as many classes as persons allow: ``notes`` say where the
    largest number tried fits best, and then the classes are steps, not kinds of people.

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
    check_option("missing", missing, ("pairwise", "drop", "raise"))
    check_option("form", form, ("ratings", "relative"))
    check_option("variances", variances, ("equal", "free"))
    check_whole_number("starts", starts, low=1)
    check_whole_number("draws", draws, low=50)
    check_whole_number("suppress_below", suppress_below, low=1)
    check_level(level)
    if not 0 <= least_share < 1:
        raise ScaleError(f"`least_share` must lie between 0 and 1; found {shown(least_share)}.")
    low, high = checked_range(n_classes, tiers=tiers)
    design = {"weight": weight, "respondent": respondent, "strata": strata, "cluster": cluster}
    taken = taken_persons(
        data, items=items, describe=describe, tiers=tiers, missing=missing, design=design
    )

    if tiers is not None:
        found = tier_segments(taken, tiers=tiers, cuts=cuts, level=level, least=suppress_below)
    else:
        plan = ClassPlan(low, high, form, variances, starts, draws, seed, least_share)
        found = class_segments(taken, plan=plan, level=level, least=suppress_below)

    return _result(found, kind="classes" if tiers is None else "tiers", level=level,
                   draws=draws if tiers is None else 0, notes=taken.notes)  # fmt: skip


def _result(
    found: Segmented, *, kind: SegmentKind, level: float, draws: int, notes: tuple[Message, ...]
) -> CustomerSegments:
    return CustomerSegments(
        segments=found.segments,
        profiles=found.profiles,
        fits=found.fits,
        membership=found.membership,
        kind=kind,
        respondent=found.respondent,
        stability=found.stability,
        ci_level=level,
        draws=draws,
        notes=(*notes, *found.notes),
    )


def segment_name(result: CustomerSegments, segment: str) -> Message | str:
    """Give a class in words, a tier by its name."""
    if result.kind == "tiers":
        return segment
    return Message("class {name}", {"name": segment})


def profile_rows(
    result: CustomerSegments, *, items: Sequence[str] | None = None, most: int | None = None
) -> pd.DataFrame:
    """Give the profiles of items on one scale, those whose segments lie furthest apart first.

    Parameters
    ----------
    result : CustomerSegments
    items : sequence of str, optional
        Where not given: all ratings, or where there are none all shares.
    most : int, optional
        Items at most.

    Returns
    -------
    DataFrame
        As ``profiles``.
    """
    frame = result.profiles
    known = list(dict.fromkeys(frame["item"]))
    if items is None:
        top = frame.groupby("item")["estimate"].max()
        chosen = [item for item in known if top[item] > 1] or known
    else:
        chosen = list(items)
        strange = [item for item in chosen if item not in known]
        if strange or not chosen:
            raise InputError(
                f"`items` must be items of the profiles; found {shown(strange)}. It has "
                f"{shown(known)}.{did_you_mean(str(strange[0]), known) if strange else ''}"
            )
    rows = frame[frame["item"].isin(chosen)]
    apart = rows.groupby("item")["estimate"].agg(np.ptp)
    order = sorted(chosen, key=lambda item: -float(apart[item]))[:most]
    place = {item: at for at, item in enumerate(order)}
    rows = rows[rows["item"].isin(order)]
    return rows.sort_values("item", key=lambda found: found.map(place), kind="stable").reset_index(
        drop=True
    )
