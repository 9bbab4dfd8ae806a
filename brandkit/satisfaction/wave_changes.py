"""What changed from wave to wave, group by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brandkit.core.message import Message
from brandkit.satisfaction.comparison_frames import group_frame, pseudo_variance, with_tests
from brandkit.satisfaction.domains import DomainEstimates
from brandkit.satisfaction.groups import GroupedRows, group_labels, group_text
from brandkit.satisfaction.pair_tests import against_zero
from brandkit.satisfaction.scales import ItemScale, Measure
from brandkit.satisfaction.score_estimates import UNITS, in_order, measured, shown_numbers

Codes = NDArray[np.intp]

_SCORES = (
    "item", "measure", "unit", "label", "wave", "estimate", "std_error", "ci_low", "ci_high",
    "ci_level", "n", "n_respondents", "n_effective", "base",
)  # fmt: skip
_CHANGES = (
    "item", "measure", "unit", "label", "wave_a", "wave_b", "estimate", "std_error", "ci_low",
    "ci_high", "ci_level", "statistic", "p_value", "p_adjusted", "distinct", "n_a", "n_b",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class WaveFrames:
    """Scores by wave, and each wave less the one before.

    Parameters
    ----------
    waves, changes : DataFrame
        See :class:`~brandkit.satisfaction.comparison.GroupComparison`.
    notes : tuple of Message
    """

    waves: pd.DataFrame
    changes: pd.DataFrame
    notes: tuple[Message, ...] = ()


def no_waves() -> WaveFrames:
    """Give empty frames, for data without waves."""
    return WaveFrames(pd.DataFrame(columns=list(_SCORES)), pd.DataFrame(columns=list(_CHANGES)))


def wave_frames(
    rows: GroupedRows,
    items: Sequence[str],
    scales: Mapping[str, ItemScale],
    *,
    level: float,
    bases: tuple[int, int],
) -> WaveFrames:
    """Compare each wave with the one before, in every group.

    Parameters
    ----------
    rows : GroupedRows
        Split by group and, last, by wave.
    items : sequence of str
    scales : mapping
        Item to its scale.
    level : float
    bases : tuple of int
        Persons beneath which a base is flagged, and beneath which it is not compared.

    Returns
    -------
    WaveFrames
        P-values adjusted after Holm over the groups of one item, measure and pair of waves.
    """
    labels = np.array(group_labels(rows.groups.assign(wave=None)), dtype=object)
    waves = np.array([group_text(one) for one in rows.groups["wave"]], dtype=object)
    steps = _steps(labels, waves, [group_text(one) for one in rows.ordered["wave"]])
    scores, changes = [], []
    for measure, (names, estimate) in measured(rows, items, scales).items():
        numbers = shown_numbers(estimate, measure, level=level, bases=bases)
        for at, item in enumerate(names):
            frame = group_frame(numbers, at, measure, labels=labels.tolist(), level=level)
            frame.insert(0, "item", item)
            frame.insert(4, "wave", waves)
            scores.append(frame)
            changes += _changes(estimate, at, steps, measure=measure, level=level,
                                least=bases[1], names=(item, labels, waves))  # fmt: skip
    if not changes:
        said = "No group is in two waves that follow each other: nothing can be said of change."
        return WaveFrames(in_order(scores, items), no_waves().changes, (Message(said),))
    return WaveFrames(in_order(scores, items), in_order(changes, items))


def _steps(
    labels: NDArray[np.object_], waves: NDArray[np.object_], order: list[str]
) -> list[tuple[Codes, Codes]]:
    """Give for each pair of waves that follow each other the cells of groups in both."""
    steps = []
    place = {(label, wave): at for at, (label, wave) in enumerate(zip(labels, waves, strict=True))}
    names = list(dict.fromkeys(labels))
    for earlier, later in pairwise(order):
        both = [name for name in names if (name, earlier) in place and (name, later) in place]
        if both:
            cells = [[place[name, wave] for name in both] for wave in (earlier, later)]
            steps.append((np.array(cells[0], np.intp), np.array(cells[1], np.intp)))
    return steps


def _changes(
    estimate: DomainEstimates,
    at: int,
    steps: list[tuple[Codes, Codes]],
    *,
    measure: Measure,
    level: float,
    least: int,
    names: tuple[str, NDArray[np.object_], NDArray[np.object_]],
) -> list[pd.DataFrame]:
    item, labels, waves = names
    mean = np.where(estimate.n_persons[:, at] < least, np.nan, estimate.mean[:, at])
    df = (estimate.df if measure == "mean" else estimate.carried)[:, at]
    own = estimate.variance[:, at] + pseudo_variance(estimate, at, measure)
    shared = estimate.covariance(at)
    frames = []
    for before, after in steps:
        both = own[before] + own[after] - 2 * shared[before, after]
        error = np.sqrt(np.maximum(both, 0.0))
        apart = own[before] ** 2 / df[before] + own[after] ** 2 / df[after]
        freedom = np.divide((own[before] + own[after]) ** 2, apart,
                            out=np.full(len(before), np.inf), where=apart > 0)  # fmt: skip
        tests = against_zero(mean[after] - mean[before], error, df=freedom, pairs=(before, after))
        frame = pd.DataFrame({
            "item": item, "measure": measure, "unit": UNITS[measure], "label": labels[before],
            "wave_a": waves[before], "wave_b": waves[after],
        })  # fmt: skip
        frames.append(with_tests(frame, tests, n=estimate.n[:, at], level=level))
    return frames
