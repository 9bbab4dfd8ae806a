"""Part persons into tiers or into latent classes, and describe the parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brandkit.core.checks import check_whole_number, require_columns, require_unique
from brandkit.core.effective_base import carried_df
from brandkit.core.errors import InputError, NotEnoughDataError, ScaleError, shown
from brandkit.core.intervals import percentile_interval
from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.core.survey_design import SurveyData
from brandkit.core.survey_rows import Data
from brandkit.satisfaction.alikeness_rows import coded
from brandkit.satisfaction.latent_classes import Indicators, Variances, indicators
from brandkit.satisfaction.segment_classes import ClassDraws, ClassFit, class_draws, class_fit
from brandkit.satisfaction.segment_frames import (
    FIT_COLUMNS,
    NO_STABILITY,
    Profile,
    Segmented,
    profile_frame,
    size_frame,
    tier_profile,
)
from brandkit.satisfaction.segment_persons import (
    Form,
    Persons,
    kept_rows,
    person_texts,
    persons_of,
    split_items,
)

Codes = NDArray[np.intp]
PERSONS_A_CLASS = 10
#: Agreement over draws under which classes are said to be unstable.
STABLE = 0.6


@dataclass(frozen=True)
class ClassPlan:
    """How classes are looked for."""

    least: int
    most: int
    form: Form
    variances: Variances
    starts: int
    draws: int
    seed: int
    least_share: float


@dataclass(frozen=True, eq=False)
class Taken:
    """Persons with the columns that form and describe segments.

    Parameters
    ----------
    persons : Persons
    formed : tuple of str
        Numbers that form classes.
    names : tuple of (str, codes, tuple of str)
        Named things that form classes: column, code of each person, categories.
    columns : ndarray, shape (n, columns)
        All that is described, named things as 0 and 1.
    items : list of (str, str, bool)
        Name, label and whether it only describes, of each of these.
    row_numbers : ndarray of int, optional
        Number in the file of each row, where persons have no id.
    notes : tuple of Message
    """

    persons: Persons
    formed: tuple[str, ...]
    names: tuple[tuple[str, Codes, tuple[str, ...]], ...]
    columns: Floats
    items: list[tuple[str, str, bool]]
    row_numbers: Codes | None
    notes: tuple[Message, ...]

    def membership(self, names: NDArray[np.object_]) -> pd.Series:
        """Give the segment of each person, by id or number of the row."""
        persons, column = self.persons, self.persons.rows.design["respondent"]
        if column is None:
            return pd.Series(
                names[persons.of_row], index=self.row_numbers, dtype="str"
            ).sort_index()
        ids = person_texts(persons.rows.frame[column].iloc[persons.first])
        return pd.Series(names, index=ids, dtype="str").sort_index()


def checked_range(given: int | tuple[int, int] | None, *, tiers: str | None) -> tuple[int, int]:
    """Give the least and most classes to try."""
    if given is None:
        return 1, 6
    if tiers is not None:
        raise InputError(
            "`n_classes` must not be given with `tiers`: tiers are declared. Leave one out."
        )
    ends = (given, given) if isinstance(given, (int, np.integer)) else tuple(given)
    if len(ends) != 2:
        raise InputError(f"`n_classes` must be a number or the ends of a range; found {given}.")
    for end in ends:
        check_whole_number("n_classes", end, low=1, high=12)
    if ends[0] > ends[1]:
        raise InputError(f"`n_classes` must have the smaller end first; found {shown(ends)}.")
    return int(ends[0]), int(ends[1])


def taken_persons(
    data: Data,
    *,
    items: Sequence[str],
    describe: Sequence[str],
    tiers: str | None,
    missing: str,
    design: dict[str, Any],
) -> Taken:
    """Average the rows by person and lay out what forms and describes segments."""
    if isinstance(items, str) or not len(items):
        raise InputError(f"`items` must be a list of columns; found {shown(items)}.")
    require_unique("items", [*items, *describe], what="column")
    frame = data.responses if isinstance(data, SurveyData) else data
    if tiers is not None and isinstance(frame, pd.DataFrame):
        require_columns(frame, [tiers], argument="tiers")
    formed, named = split_items(data, items)
    shown_too, named_too = split_items(data, describe)
    known = data.design.get("respondent") if isinstance(data, SurveyData) else None
    respondent = design["respondent"] or known
    others = list(dict.fromkeys([*named, *named_too, *([tiers] if tiers else [])]))
    persons = persons_of(
        data, ratings=[*formed, *shown_too], others=others, respondent=respondent,
        missing=missing, design=design,
    )  # fmt: skip
    numbers = None
    if respondent is None:
        numbers = kept_rows(data, persons, others=others, missing=missing, design=design)
    columns, laid = [persons.answers], [
        (name, str(persons.rows.labels.get(name, name)), name in shown_too)
        for name in persons.columns
    ]  # fmt: skip
    codes = []
    for name in [*named, *named_too]:
        code, found = coded(persons.constant(name, argument="items"))
        columns.append((code[:, None] == np.arange(len(found))).astype(float))
        laid += [(f"{name}: {one}", one, name in named_too) for one in found]
        if name in named:
            codes.append((name, code, found))
    return Taken(persons, tuple(formed), tuple(codes), np.concatenate(columns, axis=1), laid,
                 numbers, persons.rows.notes)  # fmt: skip


# --- tiers -------------------------------------------------------------------------------------


def tier_segments(
    taken: Taken, *, tiers: str, cuts: Sequence[float] | None, level: float, least: int
) -> Segmented:
    """Describe declared tiers."""
    persons = taken.persons
    values = persons.constant(tiers, argument="tiers")
    code, names = coded(values) if cuts is None else _cut(values, cuts)
    inside = (code[:, None] == np.arange(len(names))).astype(float)
    total = persons.weight.sum()
    share = persons.weight @ inside / total
    totals = persons.contributions((inside - share) / total)
    error = np.sqrt(np.maximum(np.diag(persons.covariance((inside - share) / total)), 0.0))
    sizes = size_frame(
        names, share=share, error=error, df=carried_df(totals, df=persons.rows.df),
        n=inside.sum(axis=0), level=level,
    )  # fmt: skip
    profile = tier_profile(persons, taken.columns, code, len(names))
    frame = profile_frame(
        profile, segments=names, items=taken.items, level=level, least=least,
        tested=np.ones(len(taken.items), dtype=bool),
    )  # fmt: skip
    return Segmented(
        sizes, frame, pd.DataFrame(columns=list(FIT_COLUMNS)),
        taken.membership(np.array(names, dtype=object)[code]),
        persons.rows.design["respondent"], dict(NO_STABILITY), _small(sizes, least),
    )  # fmt: skip


def _cut(values: pd.Series, cuts: Sequence[float]) -> tuple[Codes, tuple[str, ...]]:
    """Cut numbers into tiers; a limit belongs to the tier above."""
    if not pd.api.types.is_numeric_dtype(values):
        raise InputError("`cuts` must go with a number in `tiers`; found text. Leave them out.")
    limits = np.asarray(list(cuts), dtype=float)
    if not len(limits) or not (np.diff(limits) > 0).all():
        raise ScaleError(f"`cuts` must ascend; found {shown(list(cuts))}.")
    written = [f"{one:,g}" if one < 1e6 else f"{one:,.0f}" for one in limits]
    names = [f"< {written[0]}"]
    names += [f"{low}–{high}" for low, high in pairwise(written)]
    names.append(f"≥ {written[-1]}")
    code = np.searchsorted(limits, values.to_numpy(dtype=float), side="right")
    there = np.unique(code)
    return np.searchsorted(there, code).astype(np.intp), tuple(names[at] for at in there)


def _small(sizes: pd.DataFrame, least: int) -> tuple[Message, ...]:
    few = int((sizes["n"] < least).sum())
    if not few:
        return ()
    said = "{n:count} {n:segment has|segments have} fewer than {least:count} persons and {n:is|are} not described."  # noqa: E501
    return (Message(said, {"n": few, "least": least}),)


# --- classes -----------------------------------------------------------------------------------


def class_segments(taken: Taken, *, plan: ClassPlan, level: float, least: int) -> Segmented:
    """Find latent classes, choose their number and describe them."""
    taken, data, notes = _indicators(taken, plan)
    persons = taken.persons
    most = min(plan.most, int((persons.weight > 0).sum()) // PERSONS_A_CLASS)
    if most < plan.least:
        raise NotEnoughDataError(
            f"`data` must have at least {PERSONS_A_CLASS} persons a class; found "
            f"{int((persons.weight > 0).sum())} for {plan.least}. Ask for fewer classes."
        )
    fits = [
        class_fit(data, weight=persons.weight, classes=k, starts=plan.starts, seed=plan.seed)
        for k in range(plan.least, most + 1)
    ]
    one, passed_over = _chosen(fits, plan.least_share)
    notes += passed_over
    drawn = class_draws(
        data, one, weight=persons.weight, columns=taken.columns, seed=plan.seed,
        drawn=persons.draw_weights(plan.draws, seed=plan.seed),
    )  # fmt: skip
    own, used = one.chance.argmax(axis=1), persons.weight > 0
    names = tuple(str(at + 1) for at in range(one.classes))
    sizes = _class_sizes(taken, one, drawn, names=names, level=level)
    described = np.array([item[2] for item in taken.items])
    frame = profile_frame(
        _class_profile(taken, one, drawn.mean, drawn.whole), segments=names, items=taken.items,
        tested=described & (one.classes > 1), level=level, least=least,
    )  # fmt: skip
    stability = _stability(taken, one, drawn, level=level)
    labels = np.array(
        [names[at] if is_used else None for at, is_used in zip(own, used, strict=True)]
    )
    return Segmented(
        sizes, frame, _fit_frame(fits, one), taken.membership(labels.astype(object)),
        persons.rows.design["respondent"], stability,
        (*notes, *_class_notes(fits, one, stability), *_small(sizes, least)),
    )  # fmt: skip


def _chosen(fits: list[ClassFit], least_share: float) -> tuple[ClassFit, list[Message]]:
    """Choose the least BIC among fits without a class that is too small."""
    best = min(fits, key=lambda fit: fit.bic)
    large = [fit for fit in fits if fit.smallest >= least_share]
    one = min(large, key=lambda fit: fit.bic) if large else fits[0]
    if one is best:
        return one, []
    told = {"n": best.classes, "share": best.smallest, "least": least_share, "taken": one.classes}
    said = "{n:count} classes would fit best, but the smallest holds {share:percent1} of the persons, less than the {least:percent} asked for; {taken:count} are taken."  # noqa: E501
    return one, [Message(said, told)]


def _class_sizes(
    taken: Taken, one: ClassFit, drawn: ClassDraws, *, names: tuple[str, ...], level: float
) -> pd.DataFrame:
    """Give shares, and how surely and lastingly persons belong to their class."""
    weight = taken.persons.weight
    inside = one.chance.argmax(axis=1)[:, None] == np.arange(one.classes)
    mass = (weight[:, None] * inside).sum(axis=0)
    with np.errstate(invalid="ignore"):
        certainty = (weight[:, None] * inside * one.chance).sum(axis=0) / mass
    return size_frame(
        names, share=np.exp(one.fits.log_share[0]), error=drawn.share.std(axis=0, ddof=1),
        df=taken.persons.rows.df, n=inside[weight > 0].sum(axis=0).astype(float), level=level,
        certainty=certainty, kept=drawn.kept.mean(axis=0) if one.classes > 1 else None,
    )  # fmt: skip


def _stability(taken: Taken, one: ClassFit, drawn: ClassDraws, *, level: float) -> dict[str, float]:
    if one.classes == 1:
        return dict(NO_STABILITY)
    ends = percentile_interval(drawn.rand_index, level=level)
    inside = one.chance.argmax(axis=1)[:, None] == np.arange(one.classes)
    kept = np.average(drawn.kept.mean(axis=0), weights=taken.persons.weight @ inside)
    return {
        "rand_index": float(drawn.rand_index.mean()), "rand_low": float(ends.low),
        "rand_high": float(ends.high), "share_kept": float(kept),
    }  # fmt: skip


def _indicators(taken: Taken, plan: ClassPlan) -> tuple[Taken, Indicators, list[Message]]:
    """Lay out what forms the classes; persons without any answer to it count for nothing."""
    place = [taken.persons.columns.index(name) for name in taken.formed]
    answers = taken.persons.answers[:, place]
    with np.errstate(invalid="ignore"):
        ticks = np.array([bool(np.isin(c[~np.isnan(c)], (0.0, 1.0)).all()) for c in answers.T])
        flat = np.array([np.ptp(c[~np.isnan(c)]) <= 1e-12 for c in answers.T])
    varied = [at for at in range(len(place)) if not flat[at]]
    codes = [code for _, code, found in taken.names if len(found) > 1]
    if not varied and not codes:
        raise NotEnoughDataError(
            "`items` must hold something that differs between persons; found constant items only."
        )
    notes = []
    if flat.any():
        told = [name for name, is_flat in zip(taken.formed, flat, strict=True) if is_flat]
        said = "{items} {n:is|are} the same for every person and {n:forms|form} no class."
        notes.append(Message(said, {"items": told, "n": len(told)}))
    ratings = answers[:, [at for at in varied if not ticks[at]]]
    answered = np.asarray((~np.isnan(answers[:, varied])).any(axis=1) | bool(codes))
    if plan.form == "relative":
        with np.errstate(invalid="ignore"):
            counts = (~np.isnan(ratings)).sum(axis=1, keepdims=True)
            ratings = ratings - np.nansum(ratings, axis=1, keepdims=True) / np.maximum(counts, 1)
    ticked = [
        np.where(np.isnan(answers[:, at]), -1, answers[:, at]).astype(np.intp)
        for at in varied if ticks[at]
    ]  # fmt: skip
    persons = taken.persons
    if not answered.all():
        persons = replace(persons, weight=np.where(answered, persons.weight, 0.0))
        lost = "{n:count} {n:person|persons} answered nothing that forms classes and {n:is|are} in none."  # noqa: E501
        notes.append(Message(lost, {"n": int((~answered).sum())}))
    data = indicators(ratings, [*ticked, *codes], weight=persons.weight, variances=plan.variances)
    return replace(taken, persons=persons), data, notes


def _class_profile(taken: Taken, one: ClassFit, drawn: Floats, whole: Floats) -> Profile:
    """Give means by the chances of belonging, with the spread over draws as error."""
    columns, weight = taken.columns, taken.persons.weight
    there = ~np.isnan(columns)
    value = np.where(there, columns, 0.0)
    mass = one.chance * weight[:, None]
    mean = (mass.T @ value) / (mass.T @ there)
    every = (weight @ value) / (weight @ there)
    own = one.chance.argmax(axis=1)[:, None] == np.arange(one.classes)
    gap = drawn - whole[:, None, :]
    return Profile(
        mean, drawn.std(axis=0, ddof=1), mean - every, gap.std(axis=0, ddof=1),
        np.full(mean.shape, float(taken.persons.rows.df)),
        (own & (weight > 0)[:, None]).T.astype(float) @ there,
    )  # fmt: skip


def _fit_frame(fits: list[ClassFit], one: ClassFit) -> pd.DataFrame:
    made = [
        (fit.classes, fit.log_likelihood, fit.n_parameters, fit.bic, fit.entropy, fit.smallest,
         fit.is_settled, fit is one)
        for fit in fits
    ]  # fmt: skip
    return pd.DataFrame(made, columns=list(FIT_COLUMNS))


def _class_notes(fits: list[ClassFit], one: ClassFit, stability: dict[str, float]) -> list[Message]:
    notes = []
    told = {"n": one.classes}
    if one.classes == 1 and len(fits) > 1:
        notes.append(Message("One class fits best: the answers show no groups of persons.", told))
    if len(fits) > 1 and min(fits, key=lambda fit: fit.bic) is fits[-1]:
        said = "The largest number of classes tried, {n:count}, fits best: the classes may be steps of a scale without gaps rather than kinds of customers."  # noqa: E501
        notes.append(Message(said, {"n": fits[-1].classes}))
    if stability["rand_index"] < STABLE:
        said = "Classes found anew in draws agree little with these (adjusted Rand index {index:decimal2}); read them as a sketch."  # noqa: E501
        notes.append(Message(said, {"index": stability["rand_index"]}))
    if not one.is_settled:
        notes.append(Message("The search for classes had not settled when it was stopped.", told))
    return notes
