"""The design of a path model: which items make a block, and which block leads to which."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final, Literal, get_args

import numpy as np

from brandkit.core.errors import InputError, ScaleError, check_option, did_you_mean, shown
from brandkit.core.linalg import Codes, Flags, Floats
from brandkit.core.message import Message
from brandkit.sampling.rows import SurveyRows

Scheme = Literal["path", "centroid", "factorial"]
Mode = Literal["A", "B"]
#: Blocks with the columns of their items.
Blocks = Mapping[str, Sequence[str]]
#: Ends of a scale: of all items, or by item or block.
ScaleEnds = tuple[float, float] | Mapping[str, tuple[float, float]]
#: What can be done about missing answers where whole rows are needed.
WholeRule = Literal["raise", "drop", "mean"]
#: Pairs of blocks: what leads to what.
Paths = Sequence[tuple[str, str]]


@dataclass(frozen=True, eq=False)
class PathDesign:
    """k blocks, their p items block by block, and paths, as kernels read them.

    ``block_of`` (p) is the block of each item; ``inner[target, source]`` (k x k) whether a path
    leads there; ``formative`` (k) tells blocks in mode B; ``paths`` are (source, target) in the
    order declared.
    """

    blocks: tuple[str, ...]
    items: tuple[str, ...]
    block_of: Codes
    inner: Flags
    formative: Flags
    scheme: Scheme
    paths: tuple[tuple[int, int], ...]

    @cached_property
    def starts(self) -> Codes:
        """The first item of each block."""
        return np.searchsorted(self.block_of, np.arange(len(self.blocks)))

    @cached_property
    def sizes(self) -> Codes:
        """Items of each block."""
        return np.bincount(self.block_of, minlength=len(self.blocks)).astype(np.intp)

    @cached_property
    def order(self) -> tuple[int, ...]:
        """Blocks from causes to effects."""
        sources = {at: set(np.flatnonzero(row).tolist()) for at, row in enumerate(self.inner)}
        return tuple(TopologicalSorter(sources).static_order())

    @property
    def needed_persons(self) -> int:
        """The fewest persons that the largest regression of the model can do with."""
        return max(int(self.inner.sum(axis=1).max()) + 3, 5)

    def items_of(self, block: int) -> slice:
        """Give the places of a block's items."""
        first = int(self.starts[block])
        return slice(first, first + int(self.sizes[block]))

    def path_ends(self) -> dict[str, Any]:
        """Give names of source and target of each path."""
        names = np.array(self.blocks, dtype=object)
        return dict(zip(("source", "target"), names[np.array(self.paths).T], strict=True))

    @cached_property
    def reached(self) -> Flags:
        """Whether any way leads to a block (row) from another (column)."""
        reached = self.inner.copy()
        for target in self.order:
            reached[target] |= reached[np.flatnonzero(self.inner[target])].any(axis=0)
        return reached

    def place_led_to(self, name: str, *, argument: str) -> int:
        """Find a block; refuse one that is not there, or that no path leads to."""
        if name not in self.blocks:
            raise InputError(
                f"`{argument}` must be a block of the model; found {shown(name)}. It has "
                f"{shown(self.blocks, most=12)}.{did_you_mean(name, self.blocks)}"
            )
        at = self.blocks.index(name)
        if not self.inner[at].any():
            raise InputError(
                f"`{argument}` must be a block that paths lead to; found none leading to "
                f"{shown(name)}. Name another block."
            )
        return at

    def without_path(self, path: int) -> PathDesign:
        """Leave a path out, and with it a block that had no other."""
        paths = [ends for at, ends in enumerate(self.paths) if at != path]
        kept = sorted({at for ends in paths for at in ends})
        place = np.searchsorted(kept, np.arange(len(self.blocks)))
        inner = self.inner.copy()
        source, target = self.paths[path]
        inner[target, source] = False
        stays = np.isin(self.block_of, kept)
        return PathDesign(
            blocks=tuple(self.blocks[at] for at in kept),
            items=tuple(np.array(self.items, dtype=object)[stays]),
            block_of=place[self.block_of[stays]],
            inner=inner[np.ix_(kept, kept)],
            formative=self.formative[kept],
            scheme=self.scheme,
            paths=tuple((int(place[one]), int(place[other])) for one, other in paths),
        )

    def without(self, items: Sequence[str]) -> PathDesign:
        """Leave items out; every block keeps at least one."""
        keep = np.array([item not in items for item in self.items])
        kept = tuple(item for item in self.items if item not in items)
        return replace(self, items=kept, block_of=self.block_of[keep])


def path_design(
    *, blocks: Blocks, paths: Paths, scheme: Scheme = "path", modes: str | Mapping[str, str] = "A"
) -> PathDesign:
    """Check what was declared and put it into arrays.

    Parameters
    ----------
    blocks : mapping of str to sequence of str
    paths : sequence of (source, target)
    scheme : "path", "centroid" or "factorial"
    modes : "A", "B" or mapping of block to mode
        Blocks that are not named are in mode A.

    Returns
    -------
    PathDesign

    Raises
    ------
    InputError
        A block or item is unknown, empty or named twice, a block has no path, or paths go round.

    Examples
    --------
    >>> design = path_design(
    ...     blocks={"QUAL": ["q1", "q2"], "SAT": ["s1"]}, paths=[("QUAL", "SAT")])
    >>> design.items, design.inner.tolist()
    (('q1', 'q2', 's1'), [[False, False], [True, False]])
    """
    check_option("scheme", scheme, get_args(Scheme))
    names = _checked_blocks(blocks)
    ends = _checked_paths(paths, names)
    inner = np.zeros((len(names), len(names)), dtype=bool)
    for source, target in ends:
        inner[target, source] = True
    sizes = [len(members) for members in blocks.values()]
    items = tuple(item for members in blocks.values() for item in members)
    block_of = np.repeat(np.arange(len(names)), sizes)
    return PathDesign(names, items, block_of, inner, _checked_modes(modes, names), scheme, ends)


def _checked_blocks(blocks: Blocks) -> tuple[str, ...]:
    if not isinstance(blocks, Mapping) or len(blocks) < 2:
        found = shown(list(blocks)) if isinstance(blocks, Mapping) else type(blocks).__name__
        raise InputError(
            "`blocks` must be a mapping of at least two blocks to their items; found "
            f'{found}. Write {{"QUAL": ["qual1", "qual2"], "SAT": ["sat1", "sat2"]}}.'
        )
    home: dict[str, str] = {}
    for name, items in blocks.items():
        if isinstance(items, str) or not len(items):
            found = shown(items) if isinstance(items, str) else "none"
            raise InputError(
                f"`blocks` must give a list of items for each block; found {found} for "
                f"{shown(name)}. Write a list of columns."
            )
        for item in items:
            if item in home:
                raise InputError(
                    f"`blocks` must have each item in one block; found {shown(item)} in "
                    f"{shown(home[item])} and {shown(name)}. Keep it where it belongs."
                )
            home[item] = name
    return tuple(str(name) for name in blocks)


def _checked_paths(paths: Paths, names: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for path in paths:
        if isinstance(path, str) or len(path) != 2:
            raise InputError(
                f'`paths` must be pairs of blocks; found {shown(path)}. Write ("QUAL", "SAT").'
            )
        for name in path:
            if name not in names:
                raise InputError(
                    f"`paths` names blocks that are not in `blocks`: {shown([name])}. There are "
                    f"{shown(names, most=12)}.{did_you_mean(str(name), names)}"
                )
        ends = (names.index(path[0]), names.index(path[1]))
        if ends in found:
            raise InputError(
                f"`paths` must name each path once; found {shown(list(path))} twice. Leave one out."
            )
        found.append(ends)
    alone = [name for at, name in enumerate(names) if not any(at in ends for ends in found)]
    if alone:
        raise InputError(
            f"`paths` must lead to or from every block; found none for {shown(alone)}. "
            "Add a path, or leave the block out."
        )
    sources = {at: {source for source, target in found if target == at} for at in range(len(names))}
    try:
        TopologicalSorter(sources).prepare()
    except CycleError as error:
        circle = [names[at] for at in reversed(error.args[1])]
        raise InputError(
            f"`paths` must not go round in a circle; found {' -> '.join(circle)}. "
            "Leave out the path that goes against time."
        ) from None
    return tuple(found)


def _checked_modes(modes: str | Mapping[str, str], names: tuple[str, ...]) -> Flags:
    given = dict.fromkeys(names, modes) if isinstance(modes, str) else dict(modes)
    for name, mode in given.items():
        if name not in names:
            raise InputError(
                f"`modes` names blocks that are not in `blocks`: {shown([name])}."
                f"{did_you_mean(str(name), names)}"
            )
        check_option("modes", mode, get_args(Mode))
    return np.array([given.get(name, "A") == "B" for name in names])


def scale_ends(rows: SurveyRows, *, design: PathDesign, limits: ScaleEnds | None) -> Floats:
    """Give the ends of each item's scale, shape (p, 2): as declared, else from the codebook.

    Ends that were only observed are never used: they would make the index of a sample depend on
    who happened to answer.
    """
    known = dict(rows.limits)
    if isinstance(limits, Mapping):
        members = {name: design.items[design.items_of(at)] for at, name in enumerate(design.blocks)}
        for name, ends in limits.items():
            if name not in design.items and name not in members:
                raise InputError(
                    f"`limits` must name items or blocks; found {shown(name)}."
                    f"{did_you_mean(str(name), [*design.items, *design.blocks])}"
                )
            known |= dict.fromkeys(members.get(name, (name,)), ends)
    elif limits is not None:
        known |= dict.fromkeys(design.items, limits)
    found = np.array([_ends(known.get(item)) for item in design.items])
    values = rows.values[:, [rows.columns.index(item) for item in design.items]]
    beyond = np.asarray(((values < found[:, 0]) | (values > found[:, 1])).any(axis=0))
    if beyond.any():
        names = [item for item, is_out in zip(design.items, beyond, strict=True) if is_out]
        raise ScaleError(
            f"`limits` must hold every answer; found answers beyond them in {shown(names)}. "
            "Write the ends of the scale that was asked."
        )
    return found


def _ends(pair: Sequence[float] | None) -> tuple[float, float]:
    if pair is None:
        return float("nan"), float("nan")
    if len(pair) != 2 or not pair[0] < pair[1]:
        raise ScaleError(
            f"`limits` must be a low end and a higher one; found {shown(list(pair))}. "
            "Write (0, 10)."
        )
    return float(pair[0]), float(pair[1])


#: What readers call the blocks of the satisfaction indices, by their usual codes.
BLOCK_NAMES: Final[dict[str, Message]] = {
    "IMAG": Message("Brand image"),
    "EXPE": Message("Expectations"),
    "QUAL": Message("Perceived quality"),
    "VAL": Message("Perceived value"),
    "SAT": Message("Customer satisfaction"),
    "COMP": Message("Complaints"),
    "LOY": Message("Loyalty"),
}


@dataclass(frozen=True)
class PathTemplate:
    """Blocks and paths of a well-known model.

    Parameters
    ----------
    blocks : tuple of str
        Codes of the blocks.
    paths : tuple of (str, str)
        Source and target of each path.
    """

    blocks: tuple[str, ...]
    paths: tuple[tuple[str, str], ...]

    def items_in(self, columns: Sequence[str]) -> dict[str, list[str]]:
        """Find each block's items among columns named by its code and a number.

        Examples
        --------
        >>> ECSI.items_in(["id", "sat1", "sat2", "loy1", "loyal"])
        {'SAT': ['sat1', 'sat2'], 'LOY': ['loy1']}
        """
        found = {
            block: [name for name in columns if re.fullmatch(rf"{block}_?\d+", name, re.IGNORECASE)]
            for block in self.blocks
        }
        return {block: items for block, items in found.items() if items}

    def paths_among(self, blocks: Sequence[str]) -> tuple[tuple[str, str], ...]:
        """Give the paths between blocks that were measured.

        Examples
        --------
        >>> ECSI.paths_among(["VAL", "SAT", "LOY"])
        (('VAL', 'SAT'), ('SAT', 'LOY'))
        """
        return tuple(path for path in self.paths if set(path) <= set(blocks))


#: The European Customer Satisfaction Index (Tenenhaus et al. 2005).
ECSI: Final = PathTemplate(
    ("IMAG", "EXPE", "QUAL", "VAL", "SAT", "LOY"),
    (
        ("IMAG", "EXPE"),
        ("EXPE", "QUAL"),
        ("EXPE", "VAL"),
        ("QUAL", "VAL"),
        ("IMAG", "SAT"),
        ("EXPE", "SAT"),
        ("QUAL", "SAT"),
        ("VAL", "SAT"),
        ("IMAG", "LOY"),
        ("SAT", "LOY"),
    ),
)
#: The American Customer Satisfaction Index (Fornell et al. 1996).
ACSI: Final = PathTemplate(
    ("EXPE", "QUAL", "VAL", "SAT", "COMP", "LOY"),
    (
        ("EXPE", "QUAL"),
        ("EXPE", "VAL"),
        ("QUAL", "VAL"),
        ("EXPE", "SAT"),
        ("QUAL", "SAT"),
        ("VAL", "SAT"),
        ("SAT", "COMP"),
        ("SAT", "LOY"),
        ("COMP", "LOY"),
    ),
)


def block_name(code: str) -> str | Message:
    """Say what readers call a block: by its usual code, else as it stands.

    Examples
    --------
    >>> str(block_name("SAT")), block_name("Trust")
    ('Customer satisfaction', 'Trust')
    """
    return BLOCK_NAMES.get(code.upper(), code)


def block_pair(first: str, second: str) -> Message:
    """Name two blocks.

    Examples
    --------
    >>> str(block_pair("EXPE", "QUAL"))
    'Expectations and Perceived quality'
    """
    ends = {"first": block_name(first), "second": block_name(second)}
    return Message("{first} and {second}", ends)
