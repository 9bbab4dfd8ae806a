"""Frames of segments: sizes and profiles, from linearised values or from draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtr

from brandkit.core.effective_base import carried_df, effective_base
from brandkit.core.intervals import t_interval, wilson_interval
from brandkit.core.linalg import Floats
from brandkit.core.linearised import linearised_covariance
from brandkit.core.message import Message
from brandkit.core.multiplicity import holm
from brandkit.satisfaction.segment_persons import Persons

Codes = NDArray[np.intp]

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
