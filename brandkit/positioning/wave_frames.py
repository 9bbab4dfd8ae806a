"""Moves from wave to wave and their frames, from places of brands in waves and draws of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtr

from brandkit.core.errors import InputError
from brandkit.core.intervals import t_interval
from brandkit.core.linalg import Floats
from brandkit.core.multiplicity import holm
from brandkit.positioning.image_answers import ImageTables
from brandkit.positioning.market_shift import length_limits, market_shift
from brandkit.positioning.place_frames import (
    ellipses,
    joint_df,
    quantile,
    second_moments,
    tail,
    wald,
)


@dataclass(frozen=True, eq=False)
class Step:
    """From a wave to the next: the brands of both, and their rows of the stacked table."""

    before: str
    after: str
    brands: tuple[str, ...]
    first: NDArray[np.intp]
    second: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Moves:
    """The moves of one step, relative to the market."""

    shift: Floats
    relative: Floats
    covariance: Floats
    df: Floats


def step_moves(
    step: Step, places: Floats, drawn: Floats, *, df: Floats, anchors: Collection[str]
) -> Moves:
    """Give the moves of a step less the market's shift, which every draw finds anew.

    Parameters
    ----------
    step : Step
    places : ndarray, shape (rows, axes)
    drawn : ndarray, shape (draws, rows, axes)
    df : ndarray, shape (rows,)
    anchors : collection of str

    Returns
    -------
    Moves
    """
    still = np.array([name in anchors for name in step.brands])
    if anchors and not still.any():
        raise InputError(
            f"`anchors` must be there in every wave; found none from {step.before} to "
            f"{step.after}. Name brands that all waves have."
        )
    moves = places[step.second] - places[step.first]
    drawn_moves = drawn[:, step.second] - drawn[:, step.first]
    shift = market_shift(moves, still)
    spread = np.trace(second_moments(drawn - places), axis1=1, axis2=2)
    relative = moves - shift
    drawn_relative = drawn_moves - market_shift(drawn_moves, still)[:, None, :]
    return Moves(
        shift, relative, second_moments(drawn_relative - relative),
        joint_df(spread[step.first], spread[step.second], df=(df[step.first], df[step.second])),
    )  # fmt: skip


def moves_frame(
    steps: Sequence[Step], moved: Sequence[Moves], tables: ImageTables, *, level: float
) -> pd.DataFrame:
    """Make one row a brand and step."""
    frame = pd.concat(
        [_step_frame(step, moves, tables, level) for step, moves in zip(steps, moved, strict=True)],
        ignore_index=True,
    )
    # a brand that anchors the market by itself cannot move, and is no test
    tested = frame["p_value"].notna().to_numpy()
    adjusted = np.full(len(frame), np.nan)
    adjusted[tested] = holm(frame["p_value"].to_numpy(dtype=float)[tested])
    frame = frame.assign(p_adjusted=adjusted, moved=adjusted <= 1 - level)
    ahead = list(frame.columns[: frame.columns.get_loc("radius_long")])
    return frame[[*ahead, "p_adjusted", "moved", "radius_long", "radius_short", "angle", "n"]]


def _step_frame(step: Step, moves: Moves, tables: ImageTables, level: float) -> pd.DataFrame:
    gap, covariance, df = moves.relative, moves.covariance, moves.df
    axes = gap.shape[1]
    length = np.sqrt((gap**2).sum(axis=1))
    along = gap / np.where(length > 0, length, 1.0)[:, None]
    statistic = wald(gap, covariance)
    varies = np.trace(covariance, axis1=1, axis2=2) > 1e-20
    low, high = length_limits(gap, covariance, quantile(df, axes=axes, level=level))
    long, short, angle = ellipses(covariance, quantile(df, axes=min(axes, 2), level=level))
    return pd.DataFrame(
        {
            "brand": list(step.brands),
            "wave_from": step.before,
            "wave_to": step.after,
            "move_across": gap[:, 0],
            "move_upward": gap[:, 1] if axes > 1 else 0.0,
            "map_distance": length,
            "std_error": np.sqrt(np.einsum("pk,pkl,pl->p", along, covariance, along)),
            "ci_low": low,
            "ci_high": high,
            "ci_level": level,
            "statistic": np.where(varies, statistic, np.nan),
            "p_value": np.where(varies, tail(statistic, df=df, axes=axes), np.nan),
            "radius_long": long,
            "radius_short": short,
            "angle": angle,
            "n": np.minimum(tables.n[step.first], tables.n[step.second]),
        }
    )


def market_frame(steps: Sequence[Step], moved: Sequence[Moves]) -> pd.DataFrame:
    """Make one row a step: what the brands did together."""
    return pd.DataFrame(
        {
            "wave_from": [step.before for step in steps],
            "wave_to": [step.after for step in steps],
            "move_across": [float(moves.shift[0]) for moves in moved],
            "move_upward": [float(moves.shift[1]) if len(moves.shift) > 1 else 0.0
                            for moves in moved],
            "n_brands": [len(step.brands) for step in steps],
        }
    )  # fmt: skip


def places_frame(
    cells: Sequence[tuple[str, str | None]],
    places: Floats,
    covariance: Floats,
    n: NDArray[np.int64],
) -> pd.DataFrame:
    """Make one row a brand, wave and axis."""
    kept = places.shape[1]
    return pd.DataFrame(
        {
            "brand": np.repeat([name for name, _ in cells], kept),
            "wave": np.repeat([str(when) for _, when in cells], kept),
            "axis": np.tile(np.arange(1, kept + 1), len(cells)),
            "coordinate": places.ravel(),
            "std_error": np.sqrt(np.diagonal(covariance, axis1=1, axis2=2)).ravel(),
            "n": np.repeat(n, kept),
        }
    )


def shares_frame(
    steps: Sequence[Step], tables: ImageTables, moves: pd.DataFrame, *, level: float
) -> pd.DataFrame:
    """Make one row an attribute and step: the change of its mean share over brands that stayed.

    What one mover did is no change of the market; where fewer than two stayed, all count.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        share = tables.table / tables.bases[:, None]
        drawn = tables.draw_tables / tables.draw_bases[..., None]
    parts = []
    for step in steps:
        stayed = ~moves.loc[moves["wave_from"] == step.before, "moved"].to_numpy(dtype=bool)
        chosen = stayed if stayed.sum() > 1 else np.ones(len(stayed), dtype=bool)
        first, second = step.first[chosen], step.second[chosen]
        before, after = share[first].mean(axis=0), share[second].mean(axis=0)
        drawn_change = np.nanmean(drawn[:, second] - drawn[:, first], axis=1)
        error = drawn_change.std(axis=0, ddof=1)
        low, high = t_interval(after - before, std_error=error, df=tables.df, level=level)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(error > 0, np.abs(after - before) / error, 0.0)
        parts.append(
            pd.DataFrame(
                {
                    "attribute": list(tables.attributes),
                    "wave_from": step.before,
                    "wave_to": step.after,
                    "share_from": before,
                    "share_to": after,
                    "change": after - before,
                    "std_error": error,
                    "ci_low": low,
                    "ci_high": high,
                    "ci_level": level,
                    "p_value": 2 * stdtr(tables.df, -ratio),
                }
            )
        )
    frame = pd.concat(parts, ignore_index=True)
    return frame.assign(p_adjusted=holm(frame["p_value"].to_numpy(dtype=float)))
