"""Service quality by dimension and by stage of the sale, as performance or as a gap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    ScaleError,
    check_level,
    check_option,
    check_whole_number,
    did_you_mean,
    require_columns,
    require_unique,
    shown,
)
from brandkit.core.intervals import holm
from brandkit.core.labels import coded
from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.sampling.design import SurveyData, SurveyRows
from brandkit.sampling.rows import Data, Weight, survey_rows
from brandkit.satisfaction.alikeness.kernel import rest_contrasts
from brandkit.satisfaction.groups import in_one_cluster
from brandkit.satisfaction.service.kernel import ServiceMeans, mean_tests, service_means

Method = Literal["servperf", "servqual"]

#: The stages of a sale, in order, in words.
STAGES: Final = {
    "before": Message("before the sale"),
    "during": Message("during the sale"),
    "after": Message("after the sale"),
}
_PLACE: Final = ["kind", "item", "label", "dimension", "stage"]
_TEXTS: Final = {*_PLACE, "brand", "stage_a", "stage_b"}
_ENDS: Final = ["estimate", "std_error", "ci_low", "ci_high", "ci_level"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ServiceQuality(Result):
    """How good the service is, by item, dimension and stage of the sale.

    Parameters
    ----------
    scores : DataFrame
        ``kind item label dimension stage brand score expectation estimate std_error ci_low
        ci_high ci_level n n_persons``. ``kind`` is "item", "dimension", "stage" or "all"; the row
        without a brand is the market, all ratings together. ``score`` is the performance,
        in scale points; ``estimate`` is the same, or with expectations the gap: performance less
        expectation.
    comparisons : DataFrame
        Each bank against the plain mean of the others: ``kind item label dimension stage brand
        estimate std_error ci_low ci_high ci_level p_value p_adjusted``; Holm over the banks.
    contrasts : DataFrame
        Each pair of stages: ``brand stage_a stage_b estimate std_error ci_low ci_high ci_level
        p_value p_adjusted``; Holm over the pairs of a bank, or of the market.
    method : "servperf" or "servqual"
        Performance alone, or less expectation.
    stages : tuple of str
        The stages in order.
    ci_level : float
    """

    scores: pd.DataFrame
    comparisons: pd.DataFrame
    contrasts: pd.DataFrame
    method: Method
    stages: tuple[str, ...]
    ci_level: float

    def tidy(self) -> pd.DataFrame:
        """Give all scores."""
        return self.scores.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: the market's score over all items, and how it was made."""
        market = self.scores[self.scores["brand"].isna()]
        whole = market[market["kind"] == "all"].iloc[0]
        counts = {f"n_{kind}s": [int((market["kind"] == kind).sum())]
                  for kind in ("item", "dimension", "stage")}  # fmt: skip
        return pd.DataFrame(
            {
                "method": [self.method],
                **counts,
                "n_brands": [int(self.scores["brand"].nunique())],
                "n_persons": [int(whole["n_persons"])],
                "estimate": [float(whole["estimate"])],
                "std_error": [float(whole["std_error"])],
                "ci_level": [self.ci_level],
            }
        )

    @property
    def usual_kind(self) -> str:
        """What is shown where nothing is said: stages, else dimensions, else items."""
        known = set(self.scores["kind"])
        return next(kind for kind in ("stage", "dimension", "item") if kind in known)

    def parts(self, *, kind: str | None = None, brand: str | None = None) -> pd.DataFrame:
        """Give the scores of a kind of part for a bank, or the market, with ``name`` of each."""
        chosen = self.usual_kind if kind is None else kind
        known = [one for one in self.scores["kind"].unique() if one != "all"]
        if chosen not in known:
            raise InputError(f"`kind` must be one of {shown(known)}; found {shown(kind)}.")
        brands = self.scores["brand"]
        own = brands.isna() if brand is None else brands == brand
        rows = self.scores[(self.scores["kind"] == chosen) & own]
        names = rows["label" if chosen == "item" else chosen]
        return rows.assign(name=names).reset_index(drop=True)


def service_quality(
    data: Data,
    *,
    items: Sequence[str] | Mapping[str, str],
    expectations: Mapping[str, str] | None = None,
    stages: Mapping[str, str] | None = None,
    importance: Mapping[str, float] | None = None,
    brand: str | None = None,
    weight: Weight | None = None,
    respondent: str | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    missing: Literal["pairwise", "drop", "raise"] = "pairwise",
    suppress_below: int = 10,
    level: float = 0.95,
) -> ServiceQuality:
    """Score the service by dimension and by stage of the sale.

    Answers *where in the customer's way do we serve well, and where do we fall behind?* With
    performance alone it is SERVPERF; with expectations the gap between both, SERVQUAL.

    Parameters
    ----------
    data : DataFrame or Survey
        One row a respondent and bank.
    items : sequence of str, or mapping
        Ratings of the service; a mapping says which dimension each belongs to.
    expectations : mapping, optional
        Each item's column of what was expected, on the same scale.
    stages : mapping, optional
        Each item's stage: "before", "during" or "after" the sale, or names of your own. A
        survey's codebook may tell it, in a column ``stage``. Items without one count in no stage.
    importance : mapping, optional
        Weight >= 0 of each item within its dimension and stage; without, items count alike. The
        weights are taken as they are: errors do not count theirs.
    brand : str, optional
        Column of the bank; a survey knows it. Without one, the market alone is scored.
    weight : str or SurveyWeights, optional
    respondent, strata, cluster : str, optional
        Columns of the design; a survey knows them.
    missing : "pairwise", "drop" or "raise"
        Use for each item the rows where it was answered, only rows with all items, or refuse.
    suppress_below : int, default 10
        Scores resting on fewer persons are not shown, and ``notes`` say how many.
    level : float, default 0.95

    Returns
    -------
    ServiceQuality

    Raises
    ------
    InputError
        A mapping names a column that is no item, or leaves one out.
    ScaleError
        An importance is below 0, or all of a part are 0.
    NotEnoughDataError
        No bank has enough answers.

    Notes
    -----
    The score of a part is the (weighted) mean of its items' means, so that an item answered by
    few counts as much as the others and missing answers need no filling in. A gap is taken row by
    row, where both were answered. Errors by linearisation over persons, all items of a person and
    all banks together; degrees of freedom by
    :func:`~brandkit.core.intervals.carried_df`.

    References
    ----------
    Parasuraman, A., Zeithaml, V. A. and Berry, L. L. (1988). SERVQUAL: a multiple-item scale for
    measuring consumer perceptions of service quality. Journal of Retailing 64, 12-40.
    Cronin, J. J. and Taylor, S. A. (1992). Measuring service quality: a reexamination and
    extension. Journal of Marketing 56(3), 55-68. doi:10.1177/002224299205600304

    Examples
    --------
    >>> answers = pd.DataFrame({"bank": ["a", "a", "b", "b"], "advice": [6.0, 8, 9, 9],
    ...                         "complaints": [4.0, 6, 7, 5]})
    >>> result = service_quality(answers, items=["advice", "complaints"], brand="bank",
    ...     stages={"advice": "before", "complaints": "after"}, suppress_below=2)
    >>> stage = result.scores.query("kind == 'stage' and brand.isna()")
    >>> stage[["stage", "estimate"]].to_numpy().tolist()
    [['before', 8.0], ['after', 5.5]]
    """
    check_option("missing", missing, ("pairwise", "drop", "raise"))
    check_whole_number("suppress_below", suppress_below, low=2)
    check_level(level)
    if isinstance(items, str) or not len(items):
        raise InputError(f"`items` must be a list of columns, or a mapping; found {shown(items)}.")
    names = list(items)
    require_unique("items", names, what="item")
    if expectations is not None:
        _require_items("expectations", expectations, names, whole=True)
    stage_of = _known_stages(data, names, stages)
    places, weights = _parts(
        names,
        dimensions=dict(items) if isinstance(items, Mapping) else {},
        stages=stage_of,
        importance=_checked_importance(names, importance),
    )
    column = brand or (data.design.get("brand") if isinstance(data, SurveyData) else None)
    frame = data.responses if isinstance(data, SurveyData) else data
    if column is not None and isinstance(frame, pd.DataFrame):
        require_columns(frame, [column], argument="brand")
    rows = survey_rows(
        data, columns=[*names, *((expectations[item] for item in names) if expectations else ())],
        others=[column] if column else [], missing="keep" if missing == "pairwise" else missing,
        weight=weight, respondent=respondent, strata=strata, cluster=cluster,
    )  # fmt: skip

    codes, brands = coded(rows.frame[column]) if column else (np.zeros(len(rows), np.intp), ())
    means = service_means(
        rows, n_items=len(names), bank=codes, n_banks=len(brands), weights=weights,
        least=suppress_below,
    )  # fmt: skip
    if means.hidden[:, -1].all():
        raise NotEnoughDataError(
            f"`data` must have answers of {suppress_below} persons to some item; found "
            f"{int(means.persons[: len(names), -1].max())}. Lower suppress_below, or gather more."
        )

    places["label"] = [rows.labels.get(item, item) if item else None for item in places["item"]]
    loose = [item for item in names if stage_of and item not in stage_of]
    frames = _Frames(rows, means, places, brands, level)
    lone = np.flatnonzero(means.alone[:-1])
    return ServiceQuality(
        scores=frames.scores(),
        comparisons=frames.comparisons(),
        contrasts=frames.contrasts(),
        method="servperf" if expectations is None else "servqual",
        stages=tuple(places.loc[places["kind"] == "stage", "stage"]),
        ci_level=level,
        notes=(
            *rows.notes,
            *([in_one_cluster([brands[at] for at in lone])] if len(lone) else []),
            *_notes(means, suppress_below, loose, weighted=importance is not None),
        ),
    )


# --- checks --------------------------------------------------------------------------------------


def _require_items(
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


def _known_stages(data: Data, items: list[str], given: Mapping[str, str] | None) -> dict[str, str]:
    """Give the stage of each item: as declared, else from the survey's codebook."""
    if given is not None:
        _require_items("stages", given, items, whole=False)
        return dict(given)
    if not isinstance(data, SurveyData) or "stage" not in data.codebook.columns:
        return {}
    told = data.codebook.dropna(subset=["stage"])
    known = dict(zip(told["item"].astype(str), told["stage"].astype(str), strict=True))
    return {item: known[item] for item in items if item in known}


def _checked_importance(items: list[str], given: Mapping[str, float] | None) -> Floats:
    """Give the weight of each item; 1 where none are given."""
    if given is None:
        return np.ones(len(items))
    _require_items("importance", given, items, whole=True)
    weights = np.array([float(given[item]) for item in items])
    wrong = np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))
    if len(wrong):
        at = int(wrong[0])
        raise ScaleError(
            f"`importance` must be >= 0; found {shown(float(weights[at]))} for {shown(items[at])}."
        )
    return weights


def _parts(
    items: list[str],
    *,
    dimensions: Mapping[str, str],
    stages: Mapping[str, str],
    importance: Floats,
) -> tuple[pd.DataFrame, Floats]:
    """Give the place of each part, and the weights of items in it, shape (parts, items)."""
    found = list(dict.fromkeys(stages.values()))
    ordered = [one for one in STAGES if one in found] + [one for one in found if one not in STAGES]
    places: list[tuple[str, str | None, str | None, str | None]] = [
        ("item", item, dimensions.get(item), stages.get(item)) for item in items
    ]
    weights = list(np.eye(len(items)))
    groups = [("dimension", dimensions, name) for name in dict.fromkeys(dimensions.values())]
    for kind, home, name in [*groups, *(("stage", stages, name) for name in ordered)]:
        of_part = np.array([home.get(item) == name for item in items]) * importance
        places.append((kind, None, *((name, None) if kind == "dimension" else (None, name))))
        weights.append(_shares(of_part, f"{kind} {name!r}"))
    places.append(("all", None, None, None))
    weights.append(_shares(importance, "all items"))
    return pd.DataFrame(places, columns=["kind", "item", "dimension", "stage"]), np.array(weights)


def _shares(weights: Floats, part: str) -> Floats:
    if weights.sum() <= 0:
        raise ScaleError(
            f"`importance` must be above 0 for some item of {part}; found zeros only. Leave the "
            "part out, or give one of its items weight."
        )
    return np.asarray(weights / weights.sum())


def _notes(means: ServiceMeans, least: int, loose: list[str], *, weighted: bool) -> list[Message]:
    notes = []
    if hidden := int(means.hidden[:, :-1].sum()):
        text = "{n:count} {n:score rests|scores rest} on fewer than {least:count} persons and {n:is|are} not shown."  # noqa: E501
        notes.append(Message(text, {"n": hidden, "least": least}))
    if loose:
        text = "{items} {n:belongs|belong} to no stage of the sale and {n:counts|count} in none."
        notes.append(Message(text, {"items": loose, "n": len(loose)}))
    if weighted:
        text = "Items count by their importance, whose own uncertainty the intervals leave out."
        notes.append(Message(text))
    return notes


@dataclass(frozen=True, eq=False)
class _Frames:
    """Puts names, errors and tests to means of parts (rows of ``places``) by bank."""

    rows: SurveyRows
    means: ServiceMeans
    places: pd.DataFrame
    brands: tuple[str, ...]
    level: float

    def scores(self) -> pd.DataFrame:
        """Give the score of every part, for the market first and then for every bank."""
        means, order, pieces = self.means, [len(self.brands), *range(len(self.brands))], []
        for part, place in enumerate(self.places.to_dict("records")):
            scores = {
                "score": means.performance[part],
                "expectation": means.expectation[part],
                **self._tested(means.estimate[part], means.contributions[:, part]),
                "n": means.n[part].astype(int),
                "n_persons": means.persons[part].astype(int),
            }
            ordered = {name: values[order] for name, values in scores.items()}
            pieces.append(ordered | {"brand": [None, *self.brands]} | place)
        return self._framed(
            pieces, [*_PLACE, "brand", "score", "expectation", *_ENDS, "n", "n_persons"]
        )

    def comparisons(self) -> pd.DataFrame:
        """Test every bank's score of a part against the plain mean of the others'."""
        means, pieces = self.means, []
        for part, place in enumerate(self.places.to_dict("records")):
            unknown = np.isnan(means.contributions[:, part, :-1]).any(axis=0)
            banks = np.flatnonzero(~np.isnan(means.estimate[part, :-1]) & ~unknown)
            if len(banks) > 1:
                contrasts = rest_contrasts(len(banks))
                added = means.contributions[:, part][:, banks] @ contrasts.T
                tested = self._tested(contrasts @ means.estimate[part, banks], added)
                pieces.append(tested | {"brand": [self.brands[at] for at in banks]} | place)
        return self._framed(pieces, [*_PLACE, "brand", *_ENDS, "p_value", "p_adjusted"])

    def contrasts(self) -> pd.DataFrame:
        """Test every pair of stages, for the market and for every bank."""
        means, pieces = self.means, []
        stages = np.flatnonzero(self.places["kind"] == "stage")
        names = self.places["stage"].to_numpy(dtype=object)
        for at, brand in [(len(self.brands), None), *enumerate(self.brands)]:
            scored = stages[~np.isnan(means.estimate[stages, at])]
            first, second = (scored[ends] for ends in np.triu_indices(len(scored), 1))
            if len(first):
                added = means.contributions[:, first, at] - means.contributions[:, second, at]
                gap = means.estimate[first, at] - means.estimate[second, at]
                ends = {"brand": brand, "stage_a": names[first], "stage_b": names[second]}
                pieces.append(self._tested(gap, added) | ends)
        columns = ["brand", "stage_a", "stage_b", *_ENDS, "p_value", "p_adjusted"]
        return self._framed(pieces, columns)

    def _tested(self, estimate: Floats, added: Floats) -> dict[str, Any]:
        tested = mean_tests(self.rows, estimate, added=added, level=self.level)
        return tested | {"p_adjusted": holm(tested["p_value"])}

    def _framed(self, pieces: list[dict[Any, Any]], columns: list[str]) -> pd.DataFrame:
        """Join columns of pieces, whose single values stand for all their rows."""
        joined: dict[str, list[Any]] = {name: [] for name in columns}
        for piece in pieces:
            n = len(piece["estimate"])
            for name, values in ({"ci_level": self.level} | piece).items():
                if name in joined:
                    joined[name] += list(values) if np.ndim(values) else [values] * n
        return pd.DataFrame(joined).astype({name: "str" for name in columns if name in _TEXTS})
