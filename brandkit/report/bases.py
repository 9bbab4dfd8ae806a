"""How small a base may be before it is marked, and before it is held back."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

from brandkit.core.errors import InputError, check_whole_number


@dataclass(frozen=True)
class Bases:
    """Two limits on the number of people behind a value.

    Parameters
    ----------
    minimum : int
        Smaller bases are marked.
    suppress : int
        Values on smaller bases are not shown at all.
    """

    minimum: int = 30
    suppress: int = 10


_USUAL = Bases()
_current: ContextVar[Bases] = ContextVar("bases", default=_USUAL)


def use_bases(*, minimum: int = 30, suppress: int = 10) -> None:
    """Choose from which base on values are shown, and shown without a mark.

    Exported reports take both from ``[report]`` in study.toml.

    Parameters
    ----------
    minimum : int
        Bases below it are marked, >= ``suppress``.
    suppress : int
        Values on bases below it are held back, >= 1.

    Raises
    ------
    InputError
        If a limit is below 1, or ``suppress`` exceeds ``minimum``.

    Examples
    --------
    >>> use_bases(minimum=30, suppress=10)
    """
    check_whole_number("suppress", suppress, low=1)
    check_whole_number("minimum", minimum, low=1)
    if suppress > minimum:
        raise InputError(
            f"`suppress` must be at most `minimum`; found {suppress} and {minimum}. "
            "Mark more bases than you hold back."
        )
    _current.set(Bases(minimum, suppress))


def current_bases() -> Bases:
    """Give the limits in use.

    Examples
    --------
    >>> current_bases()
    Bases(minimum=30, suppress=10)
    """
    return _current.get()
