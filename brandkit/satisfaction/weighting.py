"""Weights that bring a sample to the population's margins, and what they cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brandkit.core.calibration import Calibration, Margin
from brandkit.core.checks import check_option, numeric_matrix, require_columns
from brandkit.core.errors import InputError, ScaleError, shown
from brandkit.core.linalg import Floats
from brandkit.core.result import Result
from brandkit.core.survey_rows import Data
from brandkit.core.waves import waves_in_order
from brandkit.satisfaction.groups import BETWEEN, data_frame, group_text, ordered_codes
from brandkit.satisfaction.margins import Margins, Wanted, wanted_margins
from brandkit.satisfaction.raked_sample import (
    RakedSample,
    Sample,
    raking_notes,
    row_notes,
    weight_facts,
)
from brandkit.satisfaction.raking import AfterTrim, Raking

Codes = NDArray[np.intp]


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
    codes, labels, _ = ordered_codes(waves_in_order(frame[column]))
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
