"""Weights that bring a sample to the population's margins, and what they cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Literal

import numpy as np
import pandas as pd

from brandkit.core import errors
from brandkit.core.errors import shown
from brandkit.core.labels import coded, label_text
from brandkit.core.linalg import Codes, Flags, Floats
from brandkit.core.message import Message, noted
from brandkit.core.result import Result
from brandkit.core.story import speaker
from brandkit.core.waves import coded_waves
from brandkit.sampling.design import Calibration, Margin, raked_factors
from brandkit.sampling.draws import id_codes
from brandkit.sampling.rows import Data, data_frame
from brandkit.satisfaction.groups import BETWEEN

Margins = Mapping[str, Mapping[object, float]]
AfterTrim = Literal["rake", "keep"]

#: How far shares may be from summing to 1 (percentages: to 100) and still be mended.
ROUNDING: Final = 0.02
#: Sums above this are counts or percentages, not shares.
MOST_SHARES: Final = 1.5
#: Rounds of cutting and raking in turn, and by how much a weight may exceed its limit.
ROUNDS, SLACK = 60, 1e-6


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class SurveyWeights(Result):
    """Weights raked to margins, and how far they are from equal.

    Parameters
    ----------
    margins : DataFrame
        Of persons, one row a wave, margin and group: ``wave margin label n share_target
        share_before share_delivered share_after``: before any weighting, by the weights that the
        data came with (missing where they came with none), and raked; wave is missing where the
        sample was raked as a whole.
    cells : DataFrame
        One row a combination of groups that occurs: ``wave label n share_before share_delivered
        share_after weight``; weight is the mean weight of its persons.
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

    def glance(self) -> pd.DataFrame:
        """Give one row: persons, design effect and effective base, extreme weights."""
        made = self.calibration
        person = np.arange(len(made.weight)) if made.person is None else made.person
        weight = made.weight[np.unique(person, return_index=True)[1]]
        weight = weight[weight > 0]
        return self._row(
            "n n_dropped kish_effect n_effective weight_low weight_high n_trimmed",
            n=len(weight),
            **weight_facts(weight),
            n_trimmed=int(self.waves["n_trimmed"].sum()),
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
    frame, known = data_frame(data)
    errors.check_option("after_trim", after_trim, ("rake", "keep"))
    if trim is not None and not trim > 1:
        raise errors.ScaleError(
            f"`trim` must be above 1, in units of the mean weight; found {trim}. Write 3 or 5."
        )
    respondent, delivered = respondent or known.get("respondent"), weight or known.get("weight")
    base = _base_weights(frame, delivered)
    part, waves = _waves(frame, wave or known.get("wave"))
    read, codes, notes = _read_margins(frame, margins, weighed=base > 0)
    person, first = _persons(frame, respondent, part)
    _refuse_changing(read, codes, base, person=person, first=first)
    placed = (codes[first] >= 0).all(axis=1) & (part[first] >= 0) & (base[first] > 0)
    if not placed.any():
        raise errors.NotEnoughDataError(
            "`margins` must place at least one row; found a missing group in every row. Leave "
            "the margin out."
        )
    own = np.where(placed, base[first], 0.0)
    sample = _Sample(read, codes[first], part[first], waves, own, placed, delivered)

    crossed, cells = _crossed(sample)
    raking = Raking(crossed, cells[placed], own[placed], sample.part[placed])
    weights, cut = np.zeros(len(placed)), np.zeros(len(placed), dtype=bool)
    weights[placed], cut[placed] = raking.limited(trim, after=after_trim)

    persons = None if len(first) == len(frame) else person
    calibration = Calibration(
        crossed, cells[person], own[person], weights[person], bool(cut.any()), persons
    )
    lost = ~placed & (base[first] > 0)
    by_margin, by_wave = _margin_frame(sample, weights), _wave_frame(sample, weights, cut)
    notes += noted(
        "No column names the respondent, so each row counts as a person of its own.",
        unnamed=respondent is None,
    )
    notes += noted(
        "{n:count} {n:row has|rows have} weight 0 and {n:counts|count} nowhere.",
        n=int((base == 0).sum()),
    )
    notes += noted(
        "The data came with weights (“{column}”): “as delivered” are the shares by these, “before "
        "weighting” the plain counts; raking starts from the weights as delivered.",
        column=delivered,
    )
    gaps = zip(sample.margins, (sample.codes[lost] < 0).sum(axis=0).tolist(), strict=True)
    names = [Message("{name} ({n:count})", {"name": one.name, "n": n}) for one, n in gaps if n]
    notes += noted(
        "{n:count} {n:person has|persons have} a missing group and {n:gets|get} no weight: "
        "{names}.",
        n=int(lost.sum()),
        names=names or [Message("no wave")],
    )
    return SurveyWeights(
        margins=by_margin,
        cells=_cell_frame(sample, weights),
        waves=by_wave,
        weights=pd.Series(calibration.weight, index=frame.index, name="weight"),
        calibration=calibration,
        n_dropped=int(lost.sum()),
        notes=(*notes, *_cut_notes(by_margin, by_wave, after=after_trim, limit=trim)),
    )


@dataclass(frozen=True, eq=False)
class _Sample:
    """Persons of the sample: their groups (persons, margins), waves, weights; who is placed."""

    margins: tuple[Margin, ...]
    codes: Codes
    part: Codes
    waves: list[str | None]
    base: Floats
    placed: Flags
    delivered: str | None

    def shares(
        self, place: Codes, weight: Floats, inside: Flags, *, of: Codes, n_places: int
    ) -> dict[str, Floats]:
        """Give the share of each place: unweighted, as delivered, and raked.

        ``place`` and ``of`` say for the persons inside what they count in, and out of what.
        """
        even, home = np.ones(inside.sum()), np.zeros(n_places, dtype=np.intp)
        home[place] = of
        by = {"share_before": even, "share_after": weight[inside]}
        by["share_delivered"] = np.nan * even if self.delivered is None else self.base[inside]
        columns = ("share_before", "share_delivered", "share_after")
        return {
            name: np.bincount(place, weights=by[name], minlength=n_places)
            / np.bincount(of, weights=by[name])[home]
            for name in columns
        }


# --- what was given ------------------------------------------------------------------------------


def _read_margins(
    frame: pd.DataFrame, margins: Margins, *, weighed: Flags
) -> tuple[tuple[Margin, ...], Codes, list[Message]]:
    """Read margins and place every row in them; rows without weight need not be covered."""
    if not isinstance(margins, Mapping) or not margins:
        raise errors.InputError(
            "`margins` must map at least one column to its groups' shares; found "
            f"{shown(margins) if margins else 'none'}. Write {{'sex': {{'f': 0.52, 'm': 0.48}}}}."
        )
    errors.require_columns(frame, list(margins), argument="margins")
    read, codes, notes = [], [], []
    for column, groups in margins.items():
        if not isinstance(groups, Mapping) or len(groups) < 2:
            raise errors.InputError(
                f"`margins` must give the shares of at least two groups for each column; found "
                f"{shown(groups)} for {shown(column)}."
            )
        margin, total = _margin(column, groups)
        read.append(margin)
        codes.append(_placed(frame[column], margin, weighed=weighed))
        notes += noted(
            "The shares of {column} sum to {total:percent1}; they were brought to 100%.",
            column=column if abs(total - 1) > 1e-9 else "",
            total=total,
        )
    return tuple(read), np.stack(codes, axis=1), notes


def _margin(column: str, groups: Mapping[object, float]) -> tuple[Margin, float]:
    """Give a margin, and what its shares summed to."""
    names = [label_text(group) for group in groups]
    if len(set(names)) < len(names):
        raise errors.InputError(
            f"`margins` must name each group once; found {shown(sorted(names))} for "
            f"{shown(column)}."
        )
    for value in groups.values():
        if isinstance(value, bool) or not isinstance(value, (int, float, np.number)):
            raise errors.InputError(
                f"`margins` must hold numbers; found {shown(value)} for {shown(column)}. Write "
                "shares."
            )
    values = np.array([float(value) for value in groups.values()])
    if not (values > 0).all():
        wrong = [name for name, value in zip(names, values, strict=True) if not value > 0]
        raise errors.ScaleError(
            f"`margins` must be above 0; found {shown(wrong)} of {shown(column)} at 0 or below. "
            "Leave the group out of data and margins."
        )
    total = float(values.sum())
    whole = 1.0 if total <= MOST_SHARES else 100.0 if abs(total - 100) <= 100 * ROUNDING else total
    if abs(total / whole - 1) > ROUNDING:
        raise errors.ScaleError(
            f"`margins` must sum to 1 over the groups of a column; found {total:.3g} for "
            f"{shown(column)}. Write the share of every group, or counts."
        )
    return Margin(column, tuple(names), values / total), total / whole


def _placed(column: pd.Series, margin: Margin, *, weighed: Flags) -> Codes:
    """Give each row's group in a margin; refuse groups that the margin does not cover."""
    codes, names = coded(column)
    place = {name: at for at, name in enumerate(margin.groups)}
    held = np.bincount(codes[weighed & (codes >= 0)], minlength=len(names))
    beyond = [name for name, n in zip(names, held, strict=True) if n and name not in place]
    if beyond:
        raise errors.InputError(
            f"`margins` must cover every group of {shown(margin.name)}; found {shown(beyond)} in "
            f"the data beside {shown(margin.groups, most=8)}."
            f"{errors.did_you_mean(beyond[0], margin.groups)} Name its share, or leave its rows "
            "out."
        )
    return np.array([*(place.get(name, -1) for name in names), -1], dtype=np.intp)[codes]


def _base_weights(frame: pd.DataFrame, column: str | None) -> Floats:
    if column is None:
        return np.ones(len(frame))
    errors.require_columns(frame, [column], argument="weight")
    base = errors.numeric_matrix("weight", frame[[column]], allow_missing=True)[:, 0]
    gaps, below = int(np.isnan(base).sum()), int((base < 0).sum())
    if gaps or below or not base.any():
        found = f"{gaps} rows without" if gaps else f"{below} negative values"
        raise errors.ScaleError(
            f"`weight` must be a known number >= 0 in every row, above 0 in some; found "
            f"{found if gaps or below else 'only 0'} in {shown(column)}. Mend the column, or name "
            "none."
        )
    return base


def _waves(frame: pd.DataFrame, column: str | None) -> tuple[Codes, list[str | None]]:
    if column is None:
        return np.zeros(len(frame), dtype=np.intp), [None]
    errors.require_columns(frame, [column], argument="wave")
    codes, labels = coded_waves(frame[column])
    if not labels:
        raise errors.InputError(f"`wave` must be known in some row; found {shown(column)} empty.")
    return codes, list(labels)


def _persons(frame: pd.DataFrame, column: str | None, part: Codes) -> tuple[Codes, Codes]:
    """Number persons, anew in each wave; give the number of each row and each one's first row."""
    if column is None:
        return np.arange(len(frame), dtype=np.intp), np.arange(len(frame), dtype=np.intp)
    errors.require_columns(frame, [column], argument="respondent")
    codes, _ = id_codes("respondent", frame[column])
    person, _ = pd.factorize(codes.astype(np.int64) * (int(part.max()) + 2) + part + 1)
    _, first = np.unique(person, return_index=True)
    return person.astype(np.intp), first.astype(np.intp)


def _refuse_changing(
    margins: tuple[Margin, ...], codes: Codes, base: Floats, *, person: Codes, first: Codes
) -> None:
    """Refuse persons whose rows disagree about their group or their weight."""
    for margin, group in zip(margins, codes.T, strict=True):
        n = len(np.unique(person[group != group[first][person]]))
        if n:
            raise errors.InputError(
                f"`margins` must be about persons; found {n} who change their {shown(margin.name)} "
                "between rows of one wave. Mend those rows, or leave the margin out."
            )
    n = len(np.unique(person[base != base[first][person]]))
    if n:
        raise errors.InputError(
            f"`weight` must be the same in all rows of a person; found {n} persons with several. "
            "Weigh persons, not their answers."
        )


def _crossed(sample: _Sample) -> tuple[tuple[Margin, ...], Codes]:
    """Cross every margin with the waves, so that each wave keeps its weight and is raked alone."""
    n_waves, part = len(sample.waves), sample.part
    held = np.bincount(np.maximum(part, 0), weights=sample.base, minlength=n_waves)
    held = held / held.sum()
    margins, codes = [], np.empty_like(sample.codes)
    for at, margin in enumerate(sample.margins):
        size, own = len(margin.groups), sample.codes[:, at]
        codes[:, at] = np.where((own < 0) | (part < 0), -1, part * size + own)
        _refuse_empty(margin, codes[:, at], sample)
        groups = tuple(f"{one}{BETWEEN}{group}" for one in sample.waves for group in margin.groups)
        parts = tuple(np.arange(n_waves).repeat(size).tolist())
        targets = (held[:, None] * margin.targets).ravel()
        margins.append(margin if n_waves == 1 else Margin(margin.name, groups, targets, parts))
    return tuple(margins), codes


def _refuse_empty(margin: Margin, codes: Codes, sample: _Sample) -> None:
    size, there = len(margin.groups), codes >= 0
    minlength = size * len(sample.waves)
    held = np.bincount(codes[there], weights=sample.base[there], minlength=minlength)
    empty = np.flatnonzero(held.reshape(-1, size).min(axis=1) == 0)
    if len(empty):
        wave = sample.waves[empty[0]]
        names = [margin.groups[at] for at in np.flatnonzero(held.reshape(-1, size)[empty[0]] == 0)]
        of_wave = "" if wave is None else f" in wave {wave}"
        raise errors.InputError(
            f"`margins` must name groups that somebody is in; found nobody in {shown(names)} of "
            f"{shown(margin.name)}{of_wave}. Unite them with a neighbour in data and margins."
        )


# --- what came of it -----------------------------------------------------------------------------


def _margin_frame(sample: _Sample, weight: Floats) -> pd.DataFrame:
    """Give shares of each group before and after, with the population's."""
    frames = []
    for at, wave in enumerate(sample.waves):
        inside = (sample.part == at) & sample.placed
        for margin, codes in zip(sample.margins, sample.codes[inside].T, strict=True):
            size, whole = len(margin.groups), np.zeros(len(codes), dtype=np.intp)
            place = {"wave": np.full(size, wave, object), "margin": margin.name}
            place |= {"label": margin.groups, "n": np.bincount(codes, minlength=size)}
            shares = sample.shares(codes, weight, inside, of=whole, n_places=size)
            frames.append(pd.DataFrame(place | {"share_target": margin.targets} | shares))
    return pd.concat(frames, ignore_index=True)


def _cell_frame(sample: _Sample, weight: Floats) -> pd.DataFrame:
    """Give the combinations of groups that occur, with their mean weight."""
    inside = sample.placed
    key = np.column_stack([sample.part, sample.codes])[inside]
    cells, index = np.unique(key, axis=0, return_inverse=True)
    index, part = index.reshape(-1), cells[:, 0]
    n, after = (np.bincount(index, weights=one) for one in (None, weight[inside]))
    names = [
        BETWEEN.join(margin.groups[code] for margin, code in zip(sample.margins, row, strict=True))
        for row in cells[:, 1:].tolist()
    ]
    place = {"wave": np.array(sample.waves, dtype=object)[part], "label": names, "n": n}
    shares = sample.shares(index, weight, inside, of=key[:, 0], n_places=len(cells))
    return pd.DataFrame(place | shares | {"weight": after / n})


def _wave_frame(sample: _Sample, weight: Floats, cut: Flags) -> pd.DataFrame:
    """Give Kish's effect and the extremes of the weights, wave by wave."""
    rows = []
    for at, wave in enumerate(sample.waves):
        inside = (sample.part == at) & sample.placed
        facts = {"wave": wave, "n": int(inside.sum()), **weight_facts(weight[inside])}
        rows.append(facts | {"n_trimmed": int(cut[inside].sum())})
    return pd.DataFrame(rows).astype({"wave": object})


def _cut_notes(
    margins: pd.DataFrame, waves: pd.DataFrame, *, after: AfterTrim, limit: float | None
) -> list[Message]:
    """Say what cutting weights did."""
    if limit is None or not waves["n_trimmed"].any():
        return []
    most = float(waves["weight_high"].max())
    gap = float((margins["share_after"] - margins["share_target"]).abs().max())
    say = speaker(n=int(waves["n_trimmed"].sum()), gap=gap, most=most, limit=limit)
    if after == "keep":
        note = say(
            "The weights of {n:count} {n:person|persons} were cut and the sample not raked again: "
            "a group is off its margin by up to {gap:percent1}."
        )
    elif most > limit * 1.001:
        note = say(
            "Weights cannot be kept to the limit of {limit:decimal2} times the mean with these "
            "margins: the largest is {most:decimal2} times the mean."
        )
    else:
        note = say(
            "The weights of {n:count} {n:person|persons} were cut and the sample raked again: the "
            "margins hold, and the largest weight is {most:decimal2} times the mean."
        )
    return [note]


# --- raking --------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Raking:
    """Persons to be raked.

    Parameters
    ----------
    margins : tuple of Margin
    codes : ndarray of int, shape (n, margins)
        Group of each person in each margin.
    base : ndarray, shape (n,), > 0
        Weights before raking.
    part : ndarray of int, shape (n,)
        Wave of each person.
    """

    margins: tuple[Margin, ...]
    codes: Codes
    base: Floats
    part: Codes

    @cached_property
    def _cells(self) -> tuple[Codes, Codes]:
        groups, cell = np.unique(self.codes, axis=0, return_inverse=True)
        return groups.astype(np.intp), cell.reshape(-1).astype(np.intp)

    def weights(self, start: Floats, margins: tuple[Margin, ...] | None = None) -> Floats:
        """Bring weights to the margins."""
        groups, cell = self._cells
        total = np.zeros(len(groups))
        np.add.at(total, cell, start)
        factors = raked_factors(total, groups=groups, margins=margins or self.margins)
        return np.asarray(start * factors[cell])

    def limited(self, limit: float | None, *, after: AfterTrim) -> tuple[Floats, Flags]:
        """Give weights none of which is above ``limit`` mean weights of its part, and who was cut.

        Margins hold in the end after "rake", not after "keep".
        """
        weight = self.weights(self.base)
        if limit is None:
            return weight, np.zeros(len(weight), dtype=bool)
        whole = np.bincount(self.part, weights=self.base)
        most = (limit * whole / np.maximum(np.bincount(self.part), 1))[self.part]
        if after == "rake":
            return self._held(weight, most)
        cut = weight > most * (1 + SLACK)
        weight = np.minimum(weight, most)
        # what was cut goes to all, so that each part keeps its total
        return weight * (whole / np.bincount(self.part, weights=weight))[self.part], cut

    def _held(self, weight: Floats, most: Floats) -> tuple[Floats, Flags]:
        """Hold at the limit whoever exceeds it, and rake the others to what is left."""
        held = np.zeros(len(weight), dtype=bool)
        for _ in range(len(weight)):
            over = weight > most * (1 + SLACK)
            if not over.any():
                break
            held |= over
            rest = self._rest(held, most)
            if rest is None:
                return self._in_turn(most)
            weight = np.where(held, most, rest)
        return weight, held

    def _rest(self, held: Flags, most: Floats) -> Floats | None:
        """Rake those not held to what the held leave of each group; None where that cannot be."""
        free = np.where(held, 0.0, self.base)
        left = self.base.sum() - most[held].sum()
        margins = []
        for at, margin in enumerate(self.margins):
            size = len(margin.groups)
            taken = np.bincount(self.codes[held, at], weights=most[held], minlength=size)
            targets = margin.targets * self.base.sum() - taken
            have = np.bincount(self.codes[:, at], weights=free, minlength=size)
            if (targets <= 0).any() or (have <= 0).any():
                return None
            margins.append(replace(margin, targets=targets / left))
        try:
            return self.weights(free * left / free.sum(), tuple(margins))
        except errors.NotConvergedError:
            return None

    def _in_turn(self, most: Floats) -> tuple[Floats, Flags]:
        """Cut and rake in turn, where margins and limit cannot both be kept."""
        weight, cut = self.weights(self.base), np.zeros(len(most), dtype=bool)
        for _ in range(ROUNDS):
            cut |= weight > most * (1 + SLACK)
            weight = self.weights(np.minimum(weight, most))
        return weight, cut


def weight_facts(weight: Floats) -> dict[str, float]:
    """Give Kish's design effect, the effective base and the extremes of weights above 0.

    Examples
    --------
    >>> {name: round(value, 3) for name, value in weight_facts(np.array([1.0, 3.0])).items()}
    {'kish_effect': 1.25, 'n_effective': 1.6, 'weight_low': 0.5, 'weight_high': 1.5}
    """
    effect = len(weight) * float((weight**2).sum()) / float(weight.sum()) ** 2
    mean = float(weight.mean())
    ends = {"weight_low": float(weight.min()) / mean, "weight_high": float(weight.max()) / mean}
    return {"kish_effect": effect, "n_effective": len(weight) / effect, **ends}
