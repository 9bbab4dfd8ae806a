"""What was raked, and how it is told: persons, their groups, shares before and after."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brandkit.core.errors import NotEnoughDataError
from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.satisfaction.groups import BETWEEN
from brandkit.satisfaction.margins import Wanted

Codes = NDArray[np.intp]


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
