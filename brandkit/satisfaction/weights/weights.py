"""Weights that bring a sample to the population's margins, and what they cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    ScaleError,
    check_option,
    did_you_mean,
    numeric_matrix,
    require_columns,
    shown,
)
from brandkit.core.linalg import Codes, Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.sampling.calibration import Calibration, Margin
from brandkit.sampling.rows import Data
from brandkit.satisfaction.groups import BETWEEN, data_frame, group_text, ordered_codes
from brandkit.satisfaction.weights.kernel import AfterTrim, Raking

Margins = Mapping[str, Mapping[object, float]]

#: How far shares may be from summing to 1 (percentages: to 100) and still be mended.
ROUNDING = 0.02
#: Sums above this are counts or percentages, not shares.
MOST_SHARES = 1.5


@dataclass(frozen=True, eq=False)
class Wanted:
    """Margins of the population and each row's group in them.

    Parameters
    ----------
    margins : tuple of Margin
    codes : ndarray of int, shape (n, margins)
        -1 where the group is missing.
    notes : tuple of Message
    """

    margins: tuple[Margin, ...]
    codes: Codes
    notes: tuple[Message, ...]


def wanted_margins(frame: pd.DataFrame, margins: Margins, *, weighed: NDArray[np.bool_]) -> Wanted:
    """Read margins and place every row in them.

    Parameters
    ----------
    frame : DataFrame
    margins : mapping of column to mapping of group to number
    weighed : ndarray of bool
        Rows that have a weight; groups of others need not be covered.

    Returns
    -------
    Wanted

    Raises
    ------
    InputError, ScaleError
        See :func:`~brandkit.satisfaction.weights.weights.survey_weights`.

    Examples
    --------
    >>> people = pd.DataFrame({"sex": [1, 2, 1]})
    >>> wanted = wanted_margins(people, {"sex": {"1": 52, "2": 48}}, weighed=np.ones(3, bool))
    >>> wanted.margins[0].targets.tolist(), wanted.codes.ravel().tolist()
    ([0.52, 0.48], [0, 1, 0])
    """
    if not isinstance(margins, Mapping) or not margins:
        raise InputError(
            "`margins` must map at least one column to its groups' shares; found "
            f"{shown(margins) if margins else 'none'}. Write {{'sex': {{'f': 0.52, 'm': 0.48}}}}."
        )
    require_columns(frame, list(margins), argument="margins")
    read, codes, notes = [], [], []
    for column, groups in margins.items():
        if not isinstance(groups, Mapping) or len(groups) < 2:
            raise InputError(
                f"`margins` must give the shares of at least two groups for each column; found "
                f"{shown(groups)} for {shown(column)}."
            )
        margin, off = _margin(column, groups)
        read.append(margin)
        codes.append(_placed(frame[column], margin, weighed=weighed))
        if off is not None:
            said = "The shares of {column} sum to {total:percent1}; they were brought to 100%."
            notes.append(Message(said, {"column": column, "total": off}))
    return Wanted(tuple(read), np.stack(codes, axis=1), tuple(notes))


def _margin(column: str, groups: Mapping[object, float]) -> tuple[Margin, float | None]:
    """Give a margin, and what its shares summed to where that was not 1."""
    names = [group_text(group) for group in groups]
    if len(set(names)) < len(names):
        raise InputError(
            f"`margins` must name each group once; found {shown(sorted(names))} for "
            f"{shown(column)}."
        )
    values = np.array([_number(column, value) for value in groups.values()], dtype=np.float64)
    if not (values > 0).all():
        wrong = [name for name, value in zip(names, values, strict=True) if not value > 0]
        raise ScaleError(
            f"`margins` must be above 0; found {shown(wrong)} of {shown(column)} at 0 or below. "
            "Leave the group out of data and margins."
        )
    total = float(values.sum())
    whole = 1.0 if total <= MOST_SHARES else 100.0 if abs(total - 100) <= 100 * ROUNDING else total
    gap = abs(total / whole - 1)
    if gap > ROUNDING:
        raise ScaleError(
            f"`margins` must sum to 1 over the groups of a column; found {total:.3g} for "
            f"{shown(column)}. Write the share of every group, or counts."
        )
    return Margin(column, tuple(names), values / total), total / whole if gap > 1e-9 else None


def _number(column: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.number)):
        raise InputError(
            f"`margins` must hold numbers; found {shown(value)} for {shown(column)}. Write shares."
        )
    return float(value)


def _placed(column: pd.Series, margin: Margin, *, weighed: NDArray[np.bool_]) -> Codes:
    """Give each row's group in a margin; refuse groups that the margin does not cover."""
    codes, labels, _ = ordered_codes(column)
    place = {name: at for at, name in enumerate(margin.groups)}
    names = [group_text(label) for label in labels]
    held = np.bincount(codes[weighed & (codes >= 0)], minlength=len(names))
    beyond = [name for name, n in zip(names, held, strict=True) if n and name not in place]
    if beyond:
        raise InputError(
            f"`margins` must cover every group of {shown(margin.name)}; found {shown(beyond)} in "
            f"the data beside {shown(margin.groups, most=8)}."
            f"{did_you_mean(beyond[0], margin.groups)} Name its share, or leave its rows out."
        )
    at = np.array([*(place.get(name, -1) for name in names), -1], dtype=np.intp)
    return np.asarray(at[codes])


@dataclass(frozen=True, eq=False)
class Sample:
    """Persons of the sample, with those who cannot be placed at weight 0."""

    wanted: Wanted  # its codes are of persons
    part: Codes
    waves: list[object]
    base: Floats
    placed: NDArray[np.bool_]

    @classmethod
    def of_persons(
        cls, wanted: Wanted, *, part: Codes, waves: list[object], base: Floats, first: Codes
    ) -> Sample:
        """Take the first row of each person."""
        persons = replace(wanted, codes=wanted.codes[first])
        placed = (persons.codes >= 0).all(axis=1) & (part[first] >= 0) & (base[first] > 0)
        if not placed.any():
            raise NotEnoughDataError(
                "`margins` must place at least one row; found a missing group in every row. Leave "
                "the margin out."
            )
        return cls(persons, part[first], waves, np.where(placed, base[first], 0.0), placed)


@dataclass(frozen=True, eq=False)
class RakedSample:
    """What was raked, ready to be told."""

    sample: Sample
    weight: Floats
    cut: NDArray[np.bool_]

    def margins(self) -> pd.DataFrame:
        """Give shares of each group before and after, with the population's."""
        frames = []
        for at, wave in enumerate(self.sample.waves):
            inside = (self.sample.part == at) & self.sample.placed
            for column, margin in enumerate(self.sample.wanted.margins):
                codes, size = self.sample.wanted.codes[inside, column], len(margin.groups)
                frames.append(
                    pd.DataFrame(
                        {
                            "wave": np.full(size, wave, dtype=object),
                            "margin": margin.name,
                            "label": margin.groups,
                            "n": np.bincount(codes, minlength=size),
                            "share_target": margin.targets,
                            "share_before": _shares(codes, self.sample.base[inside], size),
                            "share_after": _shares(codes, self.weight[inside], size),
                        }
                    )
                )
        return pd.concat(frames, ignore_index=True)

    def cells(self) -> pd.DataFrame:
        """Give the combinations of groups that occur, with their mean weight."""
        inside, sample = self.sample.placed, self.sample
        key = np.column_stack([sample.part, sample.wanted.codes])[inside]
        found, at = np.unique(key, axis=0, return_inverse=True)
        at, size = at.reshape(-1), len(found)
        base, weight = sample.base[inside], self.weight[inside]
        n = np.bincount(at, minlength=size)
        names = [margin.groups for margin in sample.wanted.margins]
        within = [np.bincount(sample.part[inside], weights=values) for values in (base, weight)]
        return pd.DataFrame(
            {
                "wave": np.array([sample.waves[row[0]] for row in found], dtype=object),
                "label": [
                    BETWEEN.join(names[column][code] for column, code in enumerate(row[1:]))
                    for row in found
                ],
                "n": n,
                "share_before": np.bincount(at, weights=base) / within[0][found[:, 0]],
                "share_after": np.bincount(at, weights=weight) / within[1][found[:, 0]],
                "weight": np.bincount(at, weights=weight) / n,
            }
        )

    def per_wave(self) -> pd.DataFrame:
        """Give Kish's effect and the extremes of the weights, wave by wave."""
        rows = []
        for at, wave in enumerate(self.sample.waves):
            inside = (self.sample.part == at) & self.sample.placed
            facts = weight_facts(self.weight[inside])
            rows.append({"wave": wave, "n": int(inside.sum()), **facts,
                         "n_trimmed": int(self.cut[inside].sum())})  # fmt: skip
        return pd.DataFrame(rows).astype({"wave": object})


def _shares(codes: Codes, weight: Floats, size: int) -> Floats:
    held = np.bincount(codes, weights=weight, minlength=size)
    return np.asarray(held / held.sum())


def row_notes(wanted: Wanted, base: Floats, *, person: bool) -> list[Message]:
    """Say what rows were taken for: persons, and those without weight."""
    notes = list(wanted.notes)
    if not person:
        said = "No column names the respondent, so each row counts as a person of its own."
        notes.append(Message(said))
    zero = int((base == 0).sum())
    if zero:
        told = "{n:count} {n:row has|rows have} weight 0 and {n:counts|count} nowhere."
        notes.append(Message(told, {"n": zero}))
    return notes


def raking_notes(
    described: RakedSample, lost: NDArray[np.bool_], *, after: str, limit: float | None
) -> list[Message]:
    """Say who could not be placed, and what cutting weights did."""
    notes, sample = [], described.sample
    n_lost, n_cut = int(lost.sum()), int(described.cut.sum())
    if n_lost:
        gaps = {margin.name: int((sample.wanted.codes[lost, at] < 0).sum())
                for at, margin in enumerate(sample.wanted.margins)}  # fmt: skip
        names = [Message("{name} ({n:count})", {"name": name, "n": n})
                 for name, n in gaps.items() if n]  # fmt: skip
        said = (
            "{n:count} {n:person has|persons have} a missing group and {n:gets|get} no weight: "
            "{names}."
        )
        notes.append(Message(said, {"n": n_lost, "names": names or [Message("no wave")]}))
    if not n_cut:
        return notes
    margins = described.margins()
    gap = float((margins["share_after"] - margins["share_target"]).abs().max())
    most = float(described.per_wave()["weight_high"].max())
    if after == "rake" and limit is not None and most > limit * 1.001:
        said = (
            "Weights cannot be kept to the limit of {limit:decimal2} times the mean with these "
            "margins: the largest is {most:decimal2} times the mean."
        )
    elif after == "rake":
        said = (
            "The weights of {n:count} {n:person|persons} were cut and the sample raked again: the "
            "margins hold, and the largest weight is {most:decimal2} times the mean."
        )
    else:
        said = (
            "The weights of {n:count} {n:person|persons} were cut and the sample not raked again: "
            "a group is off its margin by up to {gap:percent1}."
        )
    notes.append(Message(said, {"n": n_cut, "gap": gap, "most": most, "limit": limit}))
    return notes


def weight_facts(weight: Floats) -> dict[str, float]:
    """Give Kish's design effect, the effective base and the extremes of weights above 0.

    Parameters
    ----------
    weight : ndarray

    Examples
    --------
    >>> {name: round(value, 3) for name, value in weight_facts(np.array([1.0, 3.0])).items()}
    {'kish_effect': 1.25, 'n_effective': 1.6, 'weight_low': 0.5, 'weight_high': 1.5}
    """
    effect = len(weight) * float((weight**2).sum()) / float(weight.sum()) ** 2
    mean = float(weight.mean())
    return {
        "kish_effect": effect,
        "n_effective": len(weight) / effect,
        "weight_low": float(weight.min()) / mean,
        "weight_high": float(weight.max()) / mean,
    }


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class SurveyWeights(Result):
    """Weights raked to margins, and how far they are from equal.

    Parameters
    ----------
    margins : DataFrame
        Of persons, one row a wave, margin and group: ``wave margin label n share_target
        share_before share_after``; wave is missing where the sample was raked as a whole.
    cells : DataFrame
        One row a combination of groups that occurs: ``wave label n share_before share_after
        weight``; weight is the mean weight of its persons.
    waves : DataFrame
        One row a wave: ``wave n kish_effect n_effective weight_low weight_high n_trimmed``.
    weights : Series
        Weight of the person behind each row of the data, with its index; 0 for those who could
        not be placed. Over persons they sum to what the weights before raking summed to, wave by
        wave.
    calibration : Calibration
        What other methods need to honour the margins: hand the whole result over as ``weight``.
    n_dropped : int
        Persons with a missing group, who get no weight.
    """

    margins: pd.DataFrame
    cells: pd.DataFrame
    waves: pd.DataFrame
    weights: pd.Series
    calibration: Calibration
    n_dropped: int

    def tidy(self) -> pd.DataFrame:
        """Give one row a group of a margin."""
        return self.margins.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: persons, design effect and effective base, extreme weights."""
        made = self.calibration
        _, first = np.unique(
            np.arange(len(made.weight)) if made.person is None else made.person, return_index=True
        )
        weight = made.weight[first][made.weight[first] > 0]
        facts = weight_facts(weight)
        return pd.DataFrame(
            {
                "n": [len(weight)],
                "n_dropped": [self.n_dropped],
                **{name: [value] for name, value in facts.items()},
                "n_trimmed": [int(self.waves["n_trimmed"].sum())],
            }
        )


def survey_weights(
    data: Data,
    *,
    margins: Margins,
    weight: str | None = None,
    respondent: str | None = None,
    wave: str | None = None,
    trim: float | None = None,
    after_trim: AfterTrim = "rake",
) -> SurveyWeights:
    """Weight a sample so that it has the population's margins.

    Answers *does the sample look like the customers it stands for, and what does mending cost?*
    Every method takes the result as ``weight``: errors then use residuals on the margins, and
    draws are raked anew.

    Parameters
    ----------
    data : DataFrame or Survey
        One row a respondent, or a respondent and bank. A survey's own weight, respondents and
        waves are used where none are named here.
    margins : mapping of column to mapping of group to number
        Shares, percentages or counts of the population. Groups are compared as text: 1, 1.0 and
        ``"1"`` are one.
    weight : str, optional
        Column of weights before raking, >= 0: design weights. 1 where not given.
    respondent : str, optional
        Column of the persons. Margins count persons, however many rows they have.
    wave : str, optional
        Column of waves, each raked by itself.
    trim : float, optional
        Largest weight allowed, in units of the mean weight of its wave: 3 or 5.
    after_trim : "rake" or "keep"
        Whether to hold weights at the limit and rake the others until both hold (the default),
        or to stop after cutting, which leaves margins a little off.

    Returns
    -------
    SurveyWeights

    Raises
    ------
    InputError
        A column or group is unknown, the margins do not cover a group of the data, nobody is in
        a group that the population has, or a person changes groups between rows.
    ScaleError
        Shares do not sum to 1, a number is not above 0, or a weight is negative.
    NotConvergedError
        The margins cannot all be met: some groups meet in no row.

    Notes
    -----
    Raking (iterative proportional fitting): weights are multiplied group by group, margin by
    margin, until every group has its share to 1e-12. Kish's design effect is
    n sum(w^2)/(sum w)^2, the effective base n over it; both are descriptive, as the errors of
    other methods know more than that.

    References
    ----------
    Deming, W. E. and Stephan, F. F. (1940). On a least squares adjustment of a sampled frequency
    table when the expected marginal totals are known. Annals of Mathematical Statistics 11.
    Kish, L. (1992). Weighting for unequal P_i. Journal of Official Statistics 8, 183-200.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"sex": ["f", "f", "f", "m"]})
    >>> result = survey_weights(people, margins={"sex": {"f": 0.5, "m": 0.5}})
    >>> result.weights.round(3).tolist(), f"{result.glance().loc[0, 'kish_effect']:.3f}"
    ([0.667, 0.667, 0.667, 2.0], '1.333')
    """
    frame, design = data_frame(data)
    check_option("after_trim", after_trim, ("rake", "keep"))
    if trim is not None and not trim > 1:
        raise ScaleError(
            f"`trim` must be above 1, in units of the mean weight; found {trim}. Write 3 or 5."
        )
    base = _base_weights(frame, weight or design.get("weight"))
    part, waves = _waves(frame, wave or design.get("wave"))
    wanted = wanted_margins(frame, margins, weighed=base > 0)
    person, first = _persons(frame, respondent or design.get("respondent"), part)
    _refuse_changing(wanted, base, person=person, first=first)
    sample = Sample.of_persons(wanted, part=part, waves=waves, base=base, first=first)

    margin_list, codes = _crossed(sample)
    weights, cut = _raked(margin_list, codes, sample, limit=trim, after=after_trim)
    described = RakedSample(sample, weights, cut)
    calibration = Calibration(
        margin_list, codes[person], sample.base[person], weights[person], bool(cut.any()),
        None if len(first) == len(frame) else person,
    )  # fmt: skip
    lost = ~sample.placed & (base[first] > 0)
    return SurveyWeights(
        margins=described.margins(),
        cells=described.cells(),
        waves=described.per_wave(),
        weights=pd.Series(calibration.weight, index=frame.index, name="weight"),
        calibration=calibration,
        n_dropped=int(lost.sum()),
        notes=(
            *row_notes(wanted, base, person=(respondent or design.get("respondent")) is not None),
            *raking_notes(described, lost, after=after_trim, limit=trim),
        ),
    )


# --- raking --------------------------------------------------------------------------------------


def _base_weights(frame: pd.DataFrame, column: str | None) -> Floats:
    if column is None:
        return np.ones(len(frame))
    require_columns(frame, [column], argument="weight")
    base = numeric_matrix("weight", frame[[column]], allow_missing=True)[:, 0]
    gaps, below = int(np.isnan(base).sum()), int((base < 0).sum())
    if gaps or below or not base.any():
        found = (
            f"{gaps} rows without" if gaps else f"{below} negative values" if below else "only 0"
        )
        raise ScaleError(
            f"`weight` must be a known number >= 0 in every row, above 0 in some; found {found} in "
            f"{shown(column)}. Mend the column, or name none."
        )
    return base


def _waves(frame: pd.DataFrame, column: str | None) -> tuple[Codes, list[object]]:
    if column is None:
        return np.zeros(len(frame), dtype=np.intp), [None]
    require_columns(frame, [column], argument="wave")
    codes, labels, _ = ordered_codes(frame[column])
    if not labels:
        raise InputError(f"`wave` must be known in some row; found {shown(column)} empty.")
    return codes, labels


def _persons(frame: pd.DataFrame, column: str | None, part: Codes) -> tuple[Codes, Codes]:
    """Number persons, anew in each wave; give the number of each row and each one's first row."""
    if column is None:
        return np.arange(len(frame), dtype=np.intp), np.arange(len(frame), dtype=np.intp)
    require_columns(frame, [column], argument="respondent")
    codes, _ = pd.factorize(frame[column])
    gaps = int((codes < 0).sum())
    if gaps:
        raise InputError(
            f"`respondent` must be known in every row; found {gaps} rows without "
            f"{shown(column)}. Fill it in, or leave those rows out."
        )
    person, _ = pd.factorize(codes.astype(np.int64) * (int(part.max()) + 2) + part + 1)
    _, first = np.unique(person, return_index=True)
    return person.astype(np.intp), first.astype(np.intp)


def _refuse_changing(wanted: Wanted, base: Floats, *, person: Codes, first: Codes) -> None:
    """Refuse persons whose rows disagree about their group or their weight."""
    for at, margin in enumerate(wanted.margins):
        codes = wanted.codes[:, at]
        n = len(set(person[codes != codes[first][person]].tolist()))
        if n:
            raise InputError(
                f"`margins` must be about persons; found {n} who change their {shown(margin.name)} "
                "between rows of one wave. Mend those rows, or leave the margin out."
            )
    n = len(set(person[base != base[first][person]].tolist()))
    if n:
        raise InputError(
            f"`weight` must be the same in all rows of a person; found {n} persons with several. "
            "Weigh persons, not their answers."
        )


def _crossed(sample: Sample) -> tuple[tuple[Margin, ...], Codes]:
    """Cross every margin with the waves, so that each wave keeps its weight and is raked alone."""
    n_waves, part, base = len(sample.waves), sample.part, sample.base
    held = np.bincount(np.maximum(part, 0), weights=base, minlength=n_waves)
    held = held / held.sum()
    margins, codes = [], np.empty_like(sample.wanted.codes)
    for at, margin in enumerate(sample.wanted.margins):
        size, own = len(margin.groups), sample.wanted.codes[:, at]
        codes[:, at] = np.where((own < 0) | (part < 0), -1, part * size + own)
        _refuse_empty(margin, codes[:, at], base, sample.waves)
        if n_waves == 1:
            margins.append(margin)
            continue
        groups = tuple(f"{group_text(one)}{BETWEEN}{group}" for one in sample.waves
                       for group in margin.groups)  # fmt: skip
        targets = (held[:, None] * margin.targets).ravel()
        parts = tuple(np.arange(n_waves).repeat(size).tolist())
        margins.append(Margin(margin.name, groups, targets, parts))
    return tuple(margins), codes


def _refuse_empty(margin: Margin, codes: Codes, base: Floats, waves: list[object]) -> None:
    size = len(margin.groups)
    there = codes >= 0
    held = np.bincount(codes[there], weights=base[there], minlength=size * len(waves))
    empty = np.flatnonzero(held == 0)
    if len(empty):
        one = waves[empty[0] // size]
        names = [margin.groups[at % size] for at in empty if waves[at // size] == one]
        of_wave = "" if one is None else f" in wave {group_text(one)}"
        raise InputError(
            f"`margins` must name groups that somebody is in; found nobody in {shown(names)} of "
            f"{shown(margin.name)}{of_wave}. Unite them with a neighbour in data and margins."
        )


def _raked(
    margins: tuple[Margin, ...],
    codes: Codes,
    sample: Sample,
    *,
    limit: float | None,
    after: AfterTrim,
) -> tuple[Floats, NDArray[np.bool_]]:
    """Give everybody's weight, 0 for those not placed, and who was cut."""
    placed = sample.placed
    raking = Raking(margins, codes[placed], sample.base[placed], sample.part[placed])
    whole, cut = np.zeros(len(placed)), np.zeros(len(placed), dtype=bool)
    if limit is None:
        whole[placed] = raking.weights()
    else:
        whole[placed], cut[placed] = raking.limited(limit, after=after)
    return whole, cut
