"""Surveys larger than memory: reduced part by part, in this process or on a cluster.

Persons go to the random groups that a survey in memory would give them, and sums add up, so that
neither the parts nor the workers change a number beyond rounding (1e-12).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar, cast

import numpy as np
import pandas as pd

from brandkit.core.errors import NotEnoughDataError, require_columns
from brandkit.sampling.draws import (
    GroupPlan,
    Keys,
    group_draws,
    person_keys,
    plan_keys,
)
from brandkit.sampling.moments import Missing, Moments, MomentSums, moments

Chunk = TypeVar("Chunk")
Found = TypeVar("Found")


class Part(Protocol):
    """Part of a survey, such as :func:`brandkit.sources.survey.parts.survey_parts` gives."""

    def frames(self) -> Iterator[pd.DataFrame]:
        """Give its rows, some at a time."""


class Cluster(Protocol):
    """What a ``dask.distributed.Client`` has that is needed here."""

    def submit(self, fn: Callable[..., Any], *args: Any, pure: bool) -> Any:
        """Have a worker do a piece of work."""

    def nthreads(self) -> Mapping[str, int]:
        """Give the threads of each worker."""


def map_reduce(
    chunks: Iterable[Chunk],
    fn: Callable[[Chunk], Found],
    combine: Callable[[Iterable[Found]], Found],
    *,
    client: Cluster | None = None,
) -> Found:
    """Do a piece of work on each chunk, and combine what is found in the order of the chunks.

    Parameters
    ----------
    chunks : iterable
        Taken as they are needed.
    fn : callable
    combine : callable
        Takes an iterable of what ``fn`` gave; it holds one of them at a time where it can.
    client : dask.distributed.Client, optional
        Whose workers do the work, at most two pieces a thread ahead; work that a lost worker did
        or held is done again. Without, it is done here, one chunk after the other.

    Returns
    -------
    What ``combine`` gives: the same whatever the workers.

    Examples
    --------
    >>> map_reduce(["a b", "c"], lambda text: len(text.split()), sum)
    3
    """
    return combine(map(fn, chunks) if client is None else _in_order(chunks, fn, client))


def _in_order(
    chunks: Iterable[Chunk], fn: Callable[[Chunk], Found], client: Cluster
) -> Iterator[Found]:
    waiting: deque[Any] = deque()
    for chunk in chunks:
        waiting.append(client.submit(fn, chunk, pure=False))
        if len(waiting) > 2 * sum(client.nthreads().values()):
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


@dataclass(frozen=True, eq=False)
class StreamedMoments:
    """A survey's moments by random group, and the plan of the groups.

    Parameters
    ----------
    moments : Moments
    plan : GroupPlan
    """

    moments: Moments
    plan: GroupPlan

    def draws(self, draws: int, *, seed: int = 0) -> MomentSums:
        """Give the sums of each draw over persons; ``moments.sums()`` are the sample's.

        Parameters
        ----------
        draws : int
        seed : int, default 0

        Returns
        -------
        MomentSums
        """
        return self.moments.sums(group_draws(self.plan, draws=draws, seed=seed))


def stream_moments(
    parts: Iterable[Part],
    *,
    columns: Sequence[str],
    respondent: str,
    cells: Sequence[str] = (),
    weight: str | None = None,
    limits: Mapping[str, tuple[float, float]] | None = None,
    missing: Missing = "raise",
    products: bool = True,
    seed: int = 0,
    client: Cluster | None = None,
) -> StreamedMoments:
    """Reduce a survey of any length to its moments, in two passes over its parts.

    Parameters
    ----------
    parts : iterable of Part
        Can be gone through twice: a list.
    columns : sequence of str
        Numeric columns.
    respondent : str
        Column of the person behind each row.
    cells : sequence of str
        Columns that split the rows: brand, segment, wave.
    weight : str, optional
        Column of weights >= 0.
    limits : mapping, optional
        Column to the ends of its scale: what lies outside is a code for no answer, and missing.
    missing, products : optional
        As :func:`brandkit.sampling.moments.moments` takes them.
    seed : int, default 0
        Of the groups.
    client : dask.distributed.Client, optional
        As :func:`map_reduce` takes it.

    Returns
    -------
    StreamedMoments

    Raises
    ------
    InputError
        A column is not there, or a value breaks its rule.
    NotEnoughDataError
        There are no rows.

    Notes
    -----
    Memory: 8 bytes a person for the groups; groups x cells x moments x 8 bytes for the sums, twice
    where a part is added; and the rows that a part gives at a time.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from pathlib import Path
    >>> from brandkit.sources.survey.parts import survey_parts
    >>> file = Path(mkdtemp()) / "wave 1.parquet"
    >>> pd.DataFrame({"id": [1, 2, 3], "sat": [8, 6, 99]}).to_parquet(file)
    >>> parts = survey_parts(file.parent, columns=["id", "sat"])
    >>> found = stream_moments(parts, columns=["sat"], respondent="id", limits={"sat": (0, 10)},
    ...     missing="drop")
    >>> found.moments.sums().means().item(), found.moments.n_dropped, found.draws(9).means().shape
    (7.0, 1, (9, 1, 1))
    """
    parts = list(parts)
    keys = map_reduce(
        parts, partial(_keys, respondent=respondent, seed=seed), _united, client=client
    )
    if not len(keys):
        raise NotEnoughDataError("`parts` must hold rows; found none. Check the folder.")
    plan = plan_keys(keys, seed=seed)
    reduce = partial(
        _reduced,
        respondent=respondent,
        plan=plan,
        limits=dict(limits or {}),
        columns=list(columns),
        cells=list(cells),
        weight=weight,
        missing=missing,
        products=products,
    )
    found = map_reduce(parts, reduce, _added, client=client)
    return StreamedMoments(cast(Moments, found), plan)


def _keys(part: Part, *, respondent: str, seed: int) -> Keys:
    found = []
    for frame in part.frames():
        require_columns(frame, [respondent], argument="respondent")
        found.append(np.unique(person_keys(frame[respondent], seed=seed)))
    return _united(found)


def _united(keys: Iterable[Keys]) -> Keys:
    whole = np.empty(0, dtype=np.uint64)
    for more in keys:
        whole = np.union1d(whole, more)
    return whole


def _reduced(
    part: Part,
    *,
    respondent: str,
    plan: GroupPlan,
    limits: Mapping[str, tuple[float, float]],
    **options: Any,
) -> Moments | None:
    """Reduce one part in one buffer; None where it has no rows."""
    whole: Moments | None = None
    for frame in part.frames():
        if frame.empty:
            continue
        require_columns(frame, limits, argument="limits")
        inside = {
            name: frame[name].where(frame[name].between(*ends)) for name, ends in limits.items()
        }
        whole = moments(
            frame.assign(**inside),
            groups=plan.groups(frame[respondent]),
            n_groups=plan.n_groups,
            into=whole,
            **options,
        )
    return whole


def _added(parts: Iterable[Moments | None]) -> Moments:
    return Moments.combine(part for part in parts if part is not None)
