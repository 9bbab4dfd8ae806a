"""Means of service items by bank with what each person adds to them, and the frames from these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtr

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    ScaleError,
    did_you_mean,
    require_columns,
    require_unique,
    shown,
)
from brandkit.core.intervals import carried_df, holm, t_interval
from brandkit.core.labels import coded
from brandkit.core.linalg import Codes, Floats
from brandkit.core.message import Message
from brandkit.sampling.design import SurveyData, SurveyRows
from brandkit.sampling.rows import Data, survey_rows
from brandkit.sampling.variance import linearised_covariance
from brandkit.satisfaction.alikeness.kernel import BankMeans, bank_means, rest_contrasts

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


_PLACE = ("kind", "item", "label", "dimension", "stage", "brand")
_TEXTS = ("kind", "item", "label", "dimension", "stage", "brand", "stage_a", "stage_b")


@dataclass(frozen=True, eq=False)
class ServiceMeans:
    """Scores of every part and bank, with what each sampling unit adds to them.

    Parameters
    ----------
    rows : SurveyRows
    brands : tuple
        The banks, and None for the market last.
    estimate, performance, expectation : ndarray, shape (parts, brands)
        Missing where too few persons answered.
    contributions : ndarray, shape (units, parts, brands)
    n, persons : ndarray, shape (parts, brands)
        Answers and persons behind the item of the part with the most.
    notes : tuple of Message
    """

    rows: SurveyRows
    brands: tuple[str | None, ...]
    estimate: Floats
    performance: Floats
    expectation: Floats
    contributions: Floats
    n: Floats
    persons: Floats
    notes: tuple[Message, ...]


def service_means(
    data: Data,
    *,
    parts: ServiceParts,
    expectations: Mapping[str, str] | None,
    brand: str | None,
    missing: str,
    design: Mapping[str, Any],
    suppress_below: int,
) -> ServiceMeans:
    """Take the rows, and the means of all items, dimensions and stages by bank."""
    column = _bank_column(data, brand)
    wanted = [*parts.items, *((expectations[item] for item in parts.items) if expectations else ())]
    rows = survey_rows(
        data, columns=wanted, others=[column] if column else [],
        missing="keep" if missing == "pairwise" else missing, **design,  # type: ignore[arg-type]
    )  # fmt: skip
    bank, banks = coded(rows.frame[column]) if column else (np.zeros(len(rows), np.intp), ())
    answers = rows.values[:, : len(parts.items)]
    expected = rows.values[:, len(parts.items) :] if expectations else np.zeros_like(answers)
    scored = answers - expected
    found = [_both(rows, scored[:, at], bank, len(banks)) for at in range(len(parts.items))]
    persons = np.stack([one.persons for one in found])
    few = _too_few(persons, suppress_below)
    there = ~np.isnan(scored)
    answered, hoped = (
        np.where(few, np.nan, _levels(rows, np.where(there, one, np.nan), bank, len(banks)))
        for one in (answers, expected)
    )
    estimate = np.where(few, np.nan, np.stack([one.mean for one in found]))
    empty = np.full((len(parts.kinds), len(banks) + 1), np.nan)
    added = np.stack([one.contributions for one in found])
    return ServiceMeans(
        rows=rows,
        brands=(*banks, None),
        estimate=_parts(parts.weights, estimate),
        performance=_parts(parts.weights, answered),
        expectation=_parts(parts.weights, hoped) if expectations else empty,
        contributions=np.einsum("pi,iub->upb", parts.weights, added),
        n=_most(parts.weights, np.stack([one.n for one in found])),
        persons=_most(parts.weights, persons),
        notes=(*rows.notes, *_hidden(int(few[:, : len(banks)].sum()), suppress_below)),
    )


def _bank_column(data: Data, brand: str | None) -> str | None:
    column = brand or (data.design.get("brand") if isinstance(data, SurveyData) else None)
    frame = data.responses if isinstance(data, SurveyData) else data
    if column is not None and isinstance(frame, pd.DataFrame):
        require_columns(frame, [column], argument="brand")
    return column


def _too_few(persons: Floats, least: int) -> NDArray[np.bool_]:
    """Say which scores rest on too few persons; refuse where all of the market's do."""
    few = np.asarray(persons < least)
    if few[:, -1].all():
        raise NotEnoughDataError(
            f"`data` must have answers of {least} persons to some item; found "
            f"{int(persons[:, -1].max())}. Lower suppress_below, or gather more."
        )
    return few


def _hidden(count: int, least: int) -> tuple[Message, ...]:
    if not count:
        return ()
    said = "{n:count} {n:score rests|scores rest} on fewer than {least:count} persons and {n:is|are} not shown."  # noqa: E501
    return (Message(said, {"n": count, "least": least}),)


def _both(rows: SurveyRows, answers: Floats, bank: Codes, n_banks: int) -> BankMeans:
    """Give the means of the banks and, last, of all ratings together."""
    market = bank_means(rows, answers=answers, bank=np.zeros(len(rows), np.intp), n_banks=1)
    if not n_banks:
        return market
    own = bank_means(rows, answers=answers, bank=bank, n_banks=n_banks)
    return BankMeans(
        np.concatenate([own.mean, market.mean]),
        np.concatenate([own.contributions, market.contributions], axis=1),
        np.concatenate([own.n, market.n]),
        np.concatenate([own.persons, market.persons]),
        own.both,
    )


def _levels(rows: SurveyRows, values: Floats, bank: Codes, n_banks: int) -> Floats:
    """Give plain weighted means by item and bank, the market last."""
    there = ~np.isnan(values)
    weight = there * rows.weight[:, None]
    total = np.where(there, values, 0.0) * weight
    inside = bank[:, None] == np.arange(n_banks)
    sums = [np.concatenate([inside.T @ one, one.sum(axis=0)[None]]) for one in (total, weight)]
    with np.errstate(invalid="ignore"):
        return np.asarray((sums[0] / sums[1]).T)


def _parts(weights: Floats, values: Floats) -> Floats:
    """Give means of parts; missing where an item that counts is."""
    gaps = np.isnan(values)
    lost = (weights > 0).astype(float) @ gaps
    return np.asarray(np.where(lost > 0, np.nan, weights @ np.where(gaps, 0.0, values)))


def _most(weights: Floats, counts: Floats) -> Floats:
    inside = weights > 0
    return np.asarray(np.where(inside[:, :, None], counts, 0.0).max(axis=1))


def score_frame(means: ServiceMeans, parts: ServiceParts, *, level: float) -> pd.DataFrame:
    """Give the score of every part, for the market first and then for every bank."""
    made = []
    order = [len(means.brands) - 1, *range(len(means.brands) - 1)]
    for part in range(len(parts.kinds)):
        tested = _tested(means, means.estimate[part], means.contributions[:, part], level=level)
        place = _labelled(means, parts, part)
        for at in order:
            made.append({
                **place, "brand": means.brands[at], "score": means.performance[part, at],
                "expectation": means.expectation[part, at],
                **{name: values[at] for name, values in tested.items() if name != "p_value"},
                "ci_level": level, "n": int(means.n[part, at]),
                "n_persons": int(means.persons[part, at]),
            })  # fmt: skip
    columns = [
        *_PLACE, "score", "expectation", "estimate", "std_error", "ci_low", "ci_high",
        "ci_level", "n", "n_persons",
    ]  # fmt: skip
    return _framed(made, columns)


def comparison_frame(means: ServiceMeans, parts: ServiceParts, *, level: float) -> pd.DataFrame:
    """Test every bank's score of a part against the plain mean of the others'."""
    made = []
    for part in range(len(parts.kinds)):
        banks = np.flatnonzero(~np.isnan(means.estimate[part, :-1]))
        if len(banks) < 2:
            continue
        contrasts = rest_contrasts(len(banks))
        tested = _tested(
            means,
            contrasts @ means.estimate[part, banks],
            means.contributions[:, part][:, banks] @ contrasts.T,
            level=level,
        )
        adjusted = holm(tested["p_value"])
        for at, bank in enumerate(banks):
            made.append({
                **_labelled(means, parts, part), "brand": means.brands[bank],
                **{name: values[at] for name, values in tested.items()},
                "ci_level": level, "p_adjusted": adjusted[at],
            })  # fmt: skip
    return _framed(made, [*_PLACE, *_TEST_COLUMNS])


_TEST_COLUMNS = (
    "estimate", "std_error", "ci_low", "ci_high", "ci_level", "p_value", "p_adjusted",
)  # fmt: skip


def contrast_frame(means: ServiceMeans, parts: ServiceParts, *, level: float) -> pd.DataFrame:
    """Test every pair of stages, for the market and for every bank."""
    stages = [at for at, kind in enumerate(parts.kinds) if kind == "stage"]
    made = []
    for at in [len(means.brands) - 1, *range(len(means.brands) - 1)]:
        there = [one for one in stages if not np.isnan(means.estimate[one, at])]
        first, second = np.triu_indices(len(there), 1)
        if not len(first):
            continue
        one, other = np.array(there)[first], np.array(there)[second]
        tested = _tested(
            means,
            means.estimate[one, at] - means.estimate[other, at],
            means.contributions[:, one, at] - means.contributions[:, other, at],
            level=level,
        )
        adjusted = holm(tested["p_value"])
        for pair in range(len(first)):
            made.append({
                "brand": means.brands[at], "stage_a": parts.names[one[pair]],
                "stage_b": parts.names[other[pair]],
                **{name: values[pair] for name, values in tested.items()},
                "ci_level": level, "p_adjusted": adjusted[pair],
            })  # fmt: skip
    return _framed(made, ["brand", "stage_a", "stage_b", *_TEST_COLUMNS])


def _tested(
    means: ServiceMeans, estimate: Floats, contributions: Floats, *, level: float
) -> dict[str, Floats]:
    """Give estimates with errors, intervals and the test of no difference."""
    covariance = linearised_covariance(contributions, stratum=means.rows.stratum)
    error = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    error = np.where(np.isnan(estimate), np.nan, error)
    df = carried_df(contributions, df=means.rows.df)
    low, high = t_interval(estimate, std_error=error, df=df, level=level)
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = np.where(estimate == 0, 0.0, np.abs(estimate) / error)
    return {
        "estimate": estimate, "std_error": error, "ci_low": low, "ci_high": high,
        "p_value": np.asarray(2 * stdtr(df, -apart)),
    }  # fmt: skip


def _labelled(means: ServiceMeans, parts: ServiceParts, part: int) -> dict[str, str | None]:
    place = parts.place(part)
    item = place["item"]
    return {**place, "label": None if item is None else means.rows.labels.get(item, item)}


def _framed(made: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(made, columns=columns)
    return frame.astype({name: "str" for name in columns if name in _TEXTS})
