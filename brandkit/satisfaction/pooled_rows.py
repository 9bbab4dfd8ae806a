"""Choose what a partial pooling's figure and sentences are about."""

from __future__ import annotations

from brandkit.core.errors import InputError, did_you_mean, shown
from brandkit.satisfaction.pooling import PartialPooling


def chosen_group(result: PartialPooling, group: str | None) -> str:
    """Give the group asked for, or the first."""
    known = [str(one) for one in result.groups["group"]]
    one = known[0] if group is None else group
    if one not in known:
        raise InputError(
            f"`group` must be one that was pooled; found {shown(group)}. It has {shown(known)}."
            f"{did_you_mean(one, known)}"
        )
    return one
