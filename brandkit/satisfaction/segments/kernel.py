"""Frames of segments: sizes and profiles, from linearised values or from draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtr

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    ScaleError,
    check_whole_number,
    require_columns,
    require_unique,
    shown,
)
from brandkit.core.intervals import (
    carried_df,
    effective_base,
    holm,
    percentile_interval,
    t_interval,
    wilson_interval,
)
from brandkit.core.labels import coded
from brandkit.core.linalg import Codes, Floats
from brandkit.core.message import Message
from brandkit.sampling.design import SurveyData, SurveyRows
from brandkit.sampling.draws import row_keys
from brandkit.sampling.rows import Data, survey_rows
from brandkit.sampling.variance import linearised_covariance
from brandkit.satisfaction.segments.classes import (
    ClassDraws,
    ClassFit,
    Indicators,
    Variances,
    class_draws,
    class_fit,
    indicators,
)

Form = Literal["ratings", "relative"]
ROW, ONE = "__row__", "__one__"


@dataclass(frozen=True, eq=False)
class Persons:
    """One entry a person, in an order that the file's order does not change.

    Parameters
    ----------
    rows : SurveyRows
    of_row : ndarray of int, shape (rows,)
        The person behind each row.
    first : ndarray of int, shape (n,)
        A row of each person.
    n_rows : ndarray, shape (n,)
        Rows of each person.
    weight : ndarray, shape (n,)
        Mean weight of the person's rows.
    answers : ndarray, shape (n, columns)
        Mean answers, missing where none was given.
    columns : tuple of str
    """

    rows: SurveyRows
    of_row: Codes
    first: Codes
    n_rows: Floats
    weight: Floats
    answers: Floats
    columns: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.first)

    @property
    def n_effective(self) -> float:
        """Kish's effective number of persons."""
        return float(self.weight.sum() ** 2 / (self.weight**2).sum())

    def covariance(self, influence: Floats) -> Floats:
        """Give the design covariance of estimates from what persons of unit weight add."""
        return self.rows.covariance(self._by_row(influence))

    def contributions(self, influence: Floats) -> Floats:
        """Give what each sampling unit adds to the estimates."""
        return self.rows.contributions(self._by_row(influence))

    def _by_row(self, influence: Floats) -> Floats:
        return np.asarray((influence / self.n_rows[:, None])[self.of_row])

    def draw_weights(self, draws: int, *, seed: int) -> Floats:
        """Give the weight of each person in each draw, shape (draws, n)."""
        drawn = self.rows.draws(draws, seed=seed)
        return np.asarray(drawn.times[:, drawn.group[self.first]] * self.weight)

    def constant(self, column: str, *, argument: str) -> pd.Series:
        """Give a column that has one value for each person; refuse one that has more."""
        values = self.rows.frame[column]
        kinds = pd.DataFrame({"person": self.of_row, "value": values}).drop_duplicates()
        twice = int(kinds["person"].duplicated().sum())
        if twice:
            raise InputError(
                f"`{argument}` must have one value for each person; found {twice} persons with "
                f"more than one in {shown(column)}. Name a column about the person, not the bank."
            )
        return values.iloc[self.first].reset_index(drop=True)


def _with(data: Data, **columns: Any) -> Data:
    """Give the data with further columns; anything that is no data is left to be refused."""
    if isinstance(data, pd.DataFrame):
        return data.assign(**columns)
    if not isinstance(data, SurveyData):
        return data
    return replace(data, responses=data.responses.assign(**columns))  # type: ignore[type-var]


def split_items(data: Data, items: Sequence[str]) -> tuple[list[str], list[str]]:
    """Part items into numbers and named things."""
    frame = data.responses if isinstance(data, SurveyData) else data
    if not isinstance(frame, pd.DataFrame):
        return list(items), []
    require_columns(frame, items, argument="items")
    plain = pd.api.types.is_numeric_dtype
    return (
        [item for item in items if plain(frame[item])],
        [item for item in items if not plain(frame[item])],
    )


def persons_of(
    data: Data,
    *,
    ratings: list[str],
    others: list[str],
    respondent: str | None,
    missing: str,
    design: dict[str, Any],
) -> Persons:
    """Take the rows and average them by person.

    Parameters
    ----------
    data : DataFrame or Survey
    ratings : list of str
        Numeric columns.
    others : list of str
        Columns about the person: a tier, a named thing.
    respondent : str, optional
        Column of the persons' ids.
    missing : str
    design : dict

    Returns
    -------
    Persons
    """
    rule: Any = "keep" if missing == "pairwise" else missing
    whole = data if ratings else _with(data, **{ONE: 1.0})
    keep = [*others, *([respondent] if respondent and respondent not in others else [])]
    rows = survey_rows(whole, columns=ratings or [ONE], others=keep, missing=rule, **design)
    n = rows.n_persons
    count = np.bincount(rows.person, minlength=n).astype(float)
    values = rows.values[:, : len(ratings)]
    there = ~np.isnan(values)
    sums, base = np.zeros((n, len(ratings))), np.zeros((n, len(ratings)))
    np.add.at(sums, rows.person, np.where(there, values, 0.0))
    np.add.at(base, rows.person, there.astype(float))
    with np.errstate(invalid="ignore"):
        answers = sums / base
    weight = np.bincount(rows.person, weights=rows.weight, minlength=n) / count
    first = np.zeros(n, dtype=np.intp)
    first[rows.person[::-1]] = np.arange(len(rows))[::-1]
    order = _content_order(answers, weight, rows.frame[others].iloc[first])
    place = np.empty(n, dtype=np.intp)
    place[order] = np.arange(n)
    return Persons(rows, place[rows.person], first[order], count[order], weight[order],
                   answers[order], tuple(ratings))  # fmt: skip


def _content_order(answers: Floats, weight: Floats, others: pd.DataFrame) -> Codes:
    """Order persons by what they said, so that random starts do not hang on the file's order."""
    frame = pd.DataFrame(answers).assign(weight=weight)
    for at, name in enumerate(others.columns):
        frame[f"other {at}"] = others[name].astype(str).to_numpy()
    return np.argsort(row_keys(frame), kind="stable")


def kept_rows(
    data: Data, persons: Persons, *, others: list[str], missing: str, design: dict[str, Any]
) -> Codes:
    """Give the number in the file of each row that was used."""
    frame = data.responses if isinstance(data, SurveyData) else data
    rule: Any = "keep" if missing == "pairwise" else missing
    rows = survey_rows(
        _with(data, **{ONE: 1.0, ROW: np.arange(len(frame))}),
        columns=list(persons.columns) or [ONE], others=[*others, ROW], missing=rule, **design,
    )  # fmt: skip
    return rows.frame[ROW].to_numpy(np.intp)


def person_texts(column: pd.Series) -> NDArray[np.object_]:
    """Give ids as text; 7, 7.0 and "7" are one id."""
    return np.array(
        [
            str(int(one)) if isinstance(one, float) and one.is_integer() else str(one)
            for one in column.tolist()
        ],
        dtype=object,
    )


FIT_COLUMNS = (
    "n_classes", "log_likelihood", "n_estimated", "bic", "entropy", "smallest_share",
    "is_converged", "is_chosen",
)  # fmt: skip
NO_STABILITY = dict.fromkeys(("rand_index", "rand_low", "rand_high", "share_kept"), np.nan)


@dataclass(frozen=True, eq=False)
class Segmented:
    """What a way of parting persons gives."""

    segments: pd.DataFrame
    profiles: pd.DataFrame
    fits: pd.DataFrame
    membership: pd.Series
    respondent: str | None
    stability: dict[str, float]
    notes: tuple[Message, ...]


@dataclass(frozen=True, eq=False)
class Profile:
    """Means of all columns by segment, with errors and those of their distance from all persons.

    Parameters
    ----------
    mean, error, gap, gap_error, df : ndarray, shape (segments, columns)
    n : ndarray, shape (segments, columns)
        Persons who answered.
    """

    mean: Floats
    error: Floats
    gap: Floats
    gap_error: Floats
    df: Floats
    n: Floats


def tier_profile(persons: Persons, columns: Floats, tier: Codes, count: int) -> Profile:
    """Give the means of columns by tier, errors linearised over persons."""
    there = ~np.isnan(columns)
    value = np.where(there, columns, 0.0)
    inside = (tier[:, None] == np.arange(count)).astype(float)
    parts = []
    for at in range(columns.shape[1]):
        member = np.concatenate([inside, np.ones((len(persons), 1))], axis=1)
        member *= there[:, [at]]
        base = persons.weight @ member
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = (persons.weight * value[:, at]) @ member / base
        off = member * (value[:, [at]] - np.nan_to_num(mean)) / np.where(base > 0, base, 1.0)
        both = np.concatenate([off[:, :-1], off[:, :-1] - off[:, -1:]], axis=1)
        totals = persons.contributions(both)
        spread = np.diag(linearised_covariance(totals, stratum=persons.rows.stratum))
        error = np.sqrt(np.maximum(spread, 0.0))
        df = carried_df(totals, df=persons.rows.df)
        parts.append((mean[:-1], error[:count], mean[:-1] - mean[-1], error[count:], df[count:],
                      member[:, :-1].sum(axis=0)))  # fmt: skip
    return Profile(*(np.stack(side, axis=1) for side in zip(*parts, strict=True)))


def profile_frame(
    profile: Profile,
    *,
    segments: tuple[str, ...],
    items: list[tuple[str, str, bool]],
    tested: NDArray[np.bool_],
    level: float,
    least: int,
) -> pd.DataFrame:
    """Put means and distances in long form; Holm over the segments of an item.

    Parameters
    ----------
    profile : Profile
    segments : tuple of str
    items : list of (str, str, bool)
        Name and label of each column, and whether it only describes.
    tested : ndarray of bool, shape (columns,)
        Columns whose distances are tested.
    level : float
    least : int
        Persons below which nothing is shown.
    """
    low, high = t_interval(profile.mean, std_error=profile.error, df=profile.df, level=level)
    with np.errstate(invalid="ignore", divide="ignore"):
        apart = np.where(profile.gap == 0, 0.0, np.abs(profile.gap) / profile.gap_error)
    p_value = np.where(tested, 2 * stdtr(profile.df, -apart), np.nan)
    adjusted = np.full_like(p_value, np.nan)
    shown = profile.n >= least
    for at in np.flatnonzero(tested):
        used = shown[:, at] & ~np.isnan(p_value[:, at])
        adjusted[used, at] = holm(p_value[used, at])
    hidden = {"estimate": profile.mean, "std_error": profile.error, "ci_low": low, "ci_high": high}
    hidden |= {"difference": profile.gap, "difference_error": profile.gap_error}
    hidden |= {"p_value": p_value, "p_adjusted": adjusted}
    hidden = {name: np.where(shown, values, np.nan) for name, values in hidden.items()}
    made = [
        {
            "segment": name, "item": item, "label": label,
            **{key: values[row, at] for key, values in hidden.items()},
            "ci_level": level, "n": int(profile.n[row, at]), "is_described": described,
        }
        for row, name in enumerate(segments)
        for at, (item, label, described) in enumerate(items)
    ]  # fmt: skip
    columns = [
        "segment", "item", "label", "estimate", "std_error", "ci_low", "ci_high", "ci_level",
        "difference", "difference_error", "p_value", "p_adjusted", "n", "is_described",
    ]  # fmt: skip
    return pd.DataFrame(made, columns=columns).astype(
        {"segment": "str", "item": "str", "label": "str"}
    )


def size_frame(
    segments: tuple[str, ...],
    *,
    share: Floats,
    error: Floats,
    df: Floats | float,
    n: Floats,
    level: float,
    certainty: Floats | None = None,
    kept: Floats | None = None,
) -> pd.DataFrame:
    """Give the shares of segments with Wilson's interval on what the error is worth."""
    none = np.full(len(segments), np.nan)
    base = effective_base(share * (1 - share), std_error=error, n=max(float(n.sum()), 1.0))
    low, high = wilson_interval(share, n=base, df=df, level=level)
    frame = pd.DataFrame(
        {
            "segment": list(segments), "share": share, "std_error": error, "ci_low": low,
            "ci_high": high, "ci_level": level, "n": n.astype(int),
            "certainty": none if certainty is None else certainty,
            "share_kept": none if kept is None else kept,
        }
    )  # fmt: skip
    return frame.astype({"segment": "str"})


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
