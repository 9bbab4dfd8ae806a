"""Which items make which dimension and stage of service quality, and how much each counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from brandkit.core.checks import require_unique
from brandkit.core.errors import InputError, ScaleError, did_you_mean, shown
from brandkit.core.linalg import Floats
from brandkit.core.survey_design import SurveyData
from brandkit.core.survey_rows import Data

#: The stages of a sale, in order.
SALE_STAGES = ("before", "during", "after")


@dataclass(frozen=True, eq=False)
class ServiceParts:
    """Items, the parts they make, and the weight of every item in every part.

    Parameters
    ----------
    items : tuple of str
    item_dimensions, item_stages : tuple
        Of each item; None where it has none.
    kinds, names : tuple
        Of each part: "item", "dimension", "stage" or "all", and the item, dimension or stage.
    weights : ndarray, shape (parts, items)
        Rows add up to 1.
    """

    items: tuple[str, ...]
    item_dimensions: tuple[str | None, ...]
    item_stages: tuple[str | None, ...]
    kinds: tuple[str, ...]
    names: tuple[str | None, ...]
    weights: Floats

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages, in order."""
        return tuple(
            str(name) for kind, name in zip(self.kinds, self.names, strict=True) if kind == "stage"
        )

    def place(self, part: int) -> dict[str, str | None]:
        """Give kind, item, dimension and stage of a part."""
        kind, name = self.kinds[part], self.names[part]
        at = self.items.index(str(name)) if kind == "item" else None
        return {
            "kind": kind,
            "item": name if kind == "item" else None,
            "dimension": name if kind == "dimension" else _of(self.item_dimensions, at),
            "stage": name if kind == "stage" else _of(self.item_stages, at),
        }


def _of(values: tuple[str | None, ...], at: int | None) -> str | None:
    return None if at is None else values[at]


def checked_items(
    items: Sequence[str] | Mapping[str, str], expectations: Mapping[str, str] | None
) -> tuple[list[str], dict[str, str]]:
    """Give the items and the dimension of those that have one."""
    if isinstance(items, str) or not len(items):
        raise InputError(f"`items` must be a list of columns, or a mapping; found {shown(items)}.")
    names = list(items)
    require_unique("items", names, what="item")
    if expectations is not None:
        require_items("expectations", expectations, names, whole=True)
    return names, dict(items) if isinstance(items, Mapping) else {}


def require_items(
    argument: str, given: Mapping[str, object], items: list[str], *, whole: bool
) -> None:
    """Refuse keys that are no items, and items without a key where all must have one."""
    strange = [name for name in given if name not in items]
    if strange:
        raise InputError(
            f"`{argument}` must be about the items; found {shown(strange)}, which are none."
            f"{did_you_mean(str(strange[0]), items)}"
        )
    lost = [name for name in items if name not in given]
    if whole and lost:
        raise InputError(
            f"`{argument}` must say something of every item; found none for {shown(lost)}. Add "
            "them, or leave those items out."
        )


def known_stages(data: Data, items: list[str], given: Mapping[str, str] | None) -> dict[str, str]:
    """Give the stage of each item: as declared, else from the survey's codebook."""
    if given is not None:
        require_items("stages", given, items, whole=False)
        return dict(given)
    if not isinstance(data, SurveyData) or "stage" not in data.codebook.columns:
        return {}
    told = data.codebook.dropna(subset=["stage"])
    known = dict(zip(told["item"].astype(str), told["stage"].astype(str), strict=True))
    return {item: known[item] for item in items if item in known}


def checked_importance(items: list[str], given: Mapping[str, float] | None) -> Floats:
    """Give the weight of each item; 1 where none are given."""
    if given is None:
        return np.ones(len(items))
    require_items("importance", given, items, whole=True)
    weights = np.array([float(given[item]) for item in items])
    wrong = ~(np.isfinite(weights) & (weights >= 0))
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        raise ScaleError(
            f"`importance` must be >= 0; found {shown(float(weights[at]))} for {shown(items[at])}."
        )
    return weights


def service_parts(
    items: list[str],
    *,
    dimensions: Mapping[str, str],
    stages: Mapping[str, str],
    importance: Floats,
) -> ServiceParts:
    """Put items, dimensions, stages and the whole in one table of weights.

    Examples
    --------
    >>> parts = service_parts(["advice", "fees"], dimensions={},
    ...     stages={"advice": "before", "fees": "after"}, importance=np.ones(2))
    >>> parts.kinds, parts.weights[-1].tolist()
    (('item', 'item', 'stage', 'stage', 'all'), [0.5, 0.5])
    """
    kinds, names, rows = [], [], []
    for at, item in enumerate(items):
        kinds.append("item")
        names.append(item)
        rows.append(np.eye(len(items))[at])
    own = [("dimension", dimensions, list(dict.fromkeys(dimensions.values())))]
    own.append(("stage", stages, _in_order(stages)))
    for kind, mapping, found in own:
        for name in found:
            inside = np.array([mapping.get(item) == name for item in items], dtype=float)
            kinds.append(kind)
            names.append(name)
            rows.append(_shares(inside * importance, f"{kind} {name!r}"))
    rows.append(_shares(importance, "all items"))
    return ServiceParts(
        tuple(items),
        tuple(dimensions.get(item) for item in items),
        tuple(stages.get(item) for item in items),
        (*kinds, "all"),
        (*names, None),
        np.array(rows),
    )


def _in_order(stages: Mapping[str, str]) -> list[str]:
    """Give the stages: those of a sale in its order, then others as they come."""
    found = list(dict.fromkeys(stages.values()))
    return [s for s in SALE_STAGES if s in found] + [s for s in found if s not in SALE_STAGES]


def _shares(weights: Floats, part: str) -> Floats:
    total = weights.sum()
    if total <= 0:
        raise ScaleError(
            f"`importance` must be above 0 for some item of {part}; found zeros only. Leave the "
            "part out, or give one of its items weight."
        )
    return np.asarray(weights / total)
