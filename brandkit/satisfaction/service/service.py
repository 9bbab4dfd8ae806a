"""Service quality by dimension and by stage of the sale, and what a bank should do first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

import numpy as np
import pandas as pd

from brandkit.core import errors
from brandkit.core.errors import shown
from brandkit.core.intervals import carried_df, holm
from brandkit.core.labels import coded
from brandkit.core.linalg import Codes, Flags, Floats, ratio
from brandkit.core.message import Message, noted
from brandkit.core.result import Result
from brandkit.sampling.design import SurveyData, SurveyRows
from brandkit.sampling.rows import Data, Weight, data_frame, survey_rows
from brandkit.sampling.variance import linearised_covariance
from brandkit.satisfaction.alikeness.kernel import bank_means, rest_contrasts
from brandkit.satisfaction.drivers.drivers import DriverImportance
from brandkit.satisfaction.fitting import estimate_columns, root
from brandkit.satisfaction.groups import in_one_cluster
from brandkit.satisfaction.service.penalty import PenaltyReward

Method = Literal["servperf", "servqual"]
Priority = Literal["act", "keep", "secure", "watch", "later"]

#: The stages of a sale, in order, in words.
STAGES: Final = {
    "before": Message("before the sale"),
    "during": Message("during the sale"),
    "after": Message("after the sale"),
}
#: What must be true, in this order, in words; the first that holds gives the priority.
PRIORITY_NAMES: Final[dict[Priority, Message]] = {
    "act": Message("Act first"),
    "keep": Message("Keep the lead"),
    "secure": Message("Secure"),
    "watch": Message("Watch"),
    "later": Message("Later"),
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

    def glance(self) -> pd.DataFrame:
        """Give one row: the market's score over all items, and how it was made."""
        market = self.scores[self.scores["brand"].isna()]
        whole = market[market["kind"] == "all"].iloc[0]
        kinds = ("item", "dimension", "stage")
        return self._row(
            "method n_items n_dimensions n_stages n_brands n_persons estimate std_error ci_level",
            **{f"n_{kind}s": int((market["kind"] == kind).sum()) for kind in kinds},
            n_brands=int(self.scores["brand"].nunique()),
            n_persons=int(whole["n_persons"]),
            estimate=float(whole["estimate"]),
            std_error=float(whole["std_error"]),
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
        errors.check_known("kind", chosen, known, rule=f"be one of {shown(known)}")
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
    errors.check_option("missing", missing, ("pairwise", "drop", "raise"))
    errors.check_whole_number("suppress_below", suppress_below, low=2)
    errors.check_level(level)
    if isinstance(items, str) or not len(items):
        raise errors.InputError(
            f"`items` must be a list of columns, or a mapping; found {shown(items)}."
        )
    names, dimensions = list(items), dict(items) if isinstance(items, Mapping) else {}
    errors.require_unique("items", names, what="item")
    if expectations is not None:
        _require_items("expectations", expectations, names, whole=True)
    stage_of = _known_stages(data, names, stages)
    places, weights = _parts(names, dimensions, stage_of, _checked_importance(names, importance))
    frame, known = data_frame(data)
    column = brand or known.get("brand")
    errors.require_columns(frame, [column] if column else [], argument="brand")
    design: dict[str, Any] = {"respondent": respondent, "strata": strata, "cluster": cluster}
    design |= {"weight": weight, "others": [column] if column else []}
    design["missing"] = "keep" if missing == "pairwise" else missing
    expected = [expectations[item] for item in names] if expectations else []
    rows = survey_rows(data, columns=[*names, *expected], **design)

    codes, brands = coded(rows.frame[column]) if column else (np.zeros(len(rows), np.intp), ())
    means = _service_means(rows, codes, len(brands), weights=weights, least=suppress_below)
    if means.hidden[:, -1].all():
        raise errors.NotEnoughDataError(
            f"`data` must have answers of {suppress_below} persons to some item; found "
            f"{int(means.persons[: len(names), -1].max())}. Lower suppress_below, or gather more."
        )

    places["label"] = [rows.labels.get(item, item) if item else None for item in places["item"]]
    frames = _Frames(rows, means, places, brands, level)
    alone = [brand for brand, is_alone in zip(brands, means.alone[:-1], strict=False) if is_alone]
    notes = noted(
        "{n:count} {n:score rests|scores rest} on fewer than {least:count} persons and {n:is|are} "
        "not shown.",
        n=int(means.hidden[:, :-1].sum()),
        least=suppress_below,
    )
    notes += noted(
        "{items} {n:belongs|belong} to no stage of the sale and {n:counts|count} in none.",
        items=[item for item in names if stage_of and item not in stage_of],
    )
    notes += noted(
        "Items count by their importance, whose own uncertainty the intervals leave out.",
        importance=importance,
    )
    return ServiceQuality(
        scores=frames.scores(),
        comparisons=frames.comparisons(),
        contrasts=frames.contrasts(),
        method="servperf" if expectations is None else "servqual",
        stages=tuple(places.loc[places["kind"] == "stage", "stage"]),
        ci_level=level,
        notes=(*rows.notes, *in_one_cluster(alone), *notes),
    )


# --- checks --------------------------------------------------------------------------------------


def _require_items(
    argument: str, given: Mapping[str, object], items: list[str], *, whole: bool
) -> None:
    """Refuse keys that are no items, and items without a key where all must have one."""
    strange = [name for name in given if name not in items]
    if strange:
        raise errors.InputError(
            f"`{argument}` must be about the items; found {shown(strange)}, which are none."
            f"{errors.did_you_mean(str(strange[0]), items)}"
        )
    lost = [name for name in items if name not in given]
    if whole and lost:
        raise errors.InputError(
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
        raise errors.ScaleError(
            f"`importance` must be >= 0; found {shown(float(weights[at]))} for {shown(items[at])}."
        )
    return weights


def _parts(
    items: list[str], dimensions: Mapping[str, str], stages: Mapping[str, str], importance: Floats
) -> tuple[pd.DataFrame, Floats]:
    """Give the place of each part, and the weights of items in it, shape (parts, items)."""
    found = list(dict.fromkeys(stages.values()))
    ordered = [one for one in STAGES if one in found] + [one for one in found if one not in STAGES]
    places = [
        {"kind": "item", "item": item, "dimension": dimensions.get(item), "stage": stages.get(item)}
        for item in items
    ]
    weights = list(np.eye(len(items)))
    groups = [("dimension", dimensions, name) for name in dict.fromkeys(dimensions.values())]
    groups += [("stage", stages, name) for name in ordered]
    for kind, home, name in [*groups, ("all", {}, None)]:
        of_part = np.array([home.get(item) == name for item in items]) * importance
        if of_part.sum() <= 0:
            part = "all items" if name is None else f"{kind} {name!r}"
            raise errors.ScaleError(
                f"`importance` must be above 0 for some item of {part}; found zeros only. Leave "
                "the part out, or give one of its items weight."
            )
        places.append({"kind": kind, kind: name})
        weights.append(of_part / of_part.sum())
    columns = ["kind", "item", "dimension", "stage"]
    return pd.DataFrame(places, dtype=object).reindex(columns=columns), np.array(weights)


# --- means of items and parts, the market last ---------------------------------------------------


class _Means(NamedTuple):
    """Scores of parts x banks; missing where too few persons answered."""

    estimate: Floats
    performance: Floats
    expectation: Floats
    #: What each sampling unit adds, units x parts x banks; missing for banks met in one cluster.
    contributions: Floats
    n: Floats  # of the part's item with the most
    persons: Floats
    hidden: Flags  # items x banks
    alone: Flags  # banks met in one cluster, whose error cannot be estimated


def _service_means(
    rows: SurveyRows, bank: Codes, n_banks: int, *, weights: Floats, least: int
) -> _Means:
    """Take means of items by bank, then of parts (weights: parts x items).

    Columns of ``rows`` beyond the items are what was expected of each.
    """
    n_items = weights.shape[1]
    ratings, expected = rows.values[:, :n_items], rows.values[:, n_items:]
    scored = ratings - expected if expected.size else ratings
    market = np.zeros(len(rows), np.intp)
    sides = [(bank, n_banks), (market, 1)] if n_banks else [(market, 1)]
    taken = [
        [bank_means(rows, answers=column, bank=codes, n_banks=n) for codes, n in sides]
        for column in scored.T
    ]
    mean, n, persons, added = (
        np.stack([np.concatenate([getattr(side, name) for side in item], -1) for item in taken])
        for name in ("mean", "n", "persons", "contributions")
    )
    hidden, answered = np.asarray(persons < least), ~np.isnan(scored)
    inside = np.vstack([bank == np.arange(n_banks)[:, None], np.ones(len(rows))])
    base = answered * rows.weight[:, None]

    def of_parts(values: Floats) -> Floats:
        """Give means of parts; missing where an item that counts is."""
        shown = np.where(hidden, np.nan, values)
        lost = (weights > 0).astype(float) @ np.isnan(shown)
        return np.asarray(np.where(lost > 0, np.nan, weights @ np.nan_to_num(shown)))

    def levels(values: Floats) -> Floats:
        """Give plain weighted means of parts."""
        if not values.size:
            return of_parts(np.full(mean.shape, np.nan))
        return of_parts(ratio(inside @ (np.where(answered, values, 0.0) * base), inside @ base).T)

    def most(counts: Floats) -> Floats:
        return np.asarray(np.where((weights > 0)[:, :, None], counts, 0.0).max(axis=1))

    gone = np.isnan(added).any(axis=1)
    parts = np.einsum("pi,iub->upb", weights, np.nan_to_num(added))
    parts[:, (weights > 0).astype(float) @ gone > 0] = np.nan
    means = (of_parts(mean), levels(ratings), levels(expected))
    return _Means(*means, parts, most(n), most(persons), hidden, (gone & ~hidden).any(axis=0))


@dataclass(frozen=True, eq=False)
class _Frames:
    """Puts names, errors and tests to means of parts (rows of ``places``) by bank."""

    rows: SurveyRows
    means: _Means
    places: pd.DataFrame
    brands: tuple[str, ...]
    level: float

    def scores(self) -> pd.DataFrame:
        """Give the score of every part, for the market first and then for every bank."""
        means, order, pieces = self.means, [-1, *range(len(self.brands))], []
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
        for at, brand in [(-1, None), *enumerate(self.brands)]:
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
        """Give estimates with errors, intervals and tests of 0, from what units add (units, m)."""
        unknown = np.isnan(estimate) | np.isnan(added).any(axis=0)
        added = np.where(unknown, 0.0, added)
        error = root(linearised_covariance(added, stratum=self.rows.stratum))
        error = np.where(unknown, np.nan, error)
        df = carried_df(added, df=self.rows.df)
        tested = estimate_columns(estimate, error, df, level=self.level)
        # what is 0 without any error is sure to be none
        tested["p_value"] = np.where((estimate == 0) & (error == 0), 1.0, tested["p_value"])
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


# --- what to do first ----------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ServicePriorities(Result):
    """What to do first, service by service.

    Parameters
    ----------
    services : DataFrame
        One row a service, the most urgent first: ``item label importance share above_noise role
        score estimate std_error ci_low ci_high ci_level p_adjusted priority n``. ``estimate`` is
        the bank's mean less the plain mean of its rivals, in scale points.
    brand : str
        The bank.
    """

    services: pd.DataFrame
    brand: str

    def glance(self) -> pd.DataFrame:
        """Give one row: how many services are to be acted on first, kept up and secured."""
        priority = self.services["priority"]
        counts = {f"n_{name}": int((priority == name).sum()) for name in ("act", "keep", "secure")}
        return self._row("brand n_items n_act n_keep n_secure", n_items=len(priority), **counts)


def service_priorities(
    drivers: DriverImportance,
    *,
    quality: ServiceQuality,
    brand: str,
    roles: PenaltyReward | None = None,
    level: float = 0.95,
) -> ServicePriorities:
    """Say what a bank should do first, from what matters and where it lags behind.

    Answers *where does effort pay?*: a service that matters and in which rivals are better comes
    first; one that matters little can wait, however badly it is done.

    Parameters
    ----------
    drivers : DriverImportance
        How much each service matters.
    quality : ServiceQuality
        How well the banks do in each of them.
    brand : str
        The bank; there must be rivals.
    roles : PenaltyReward, optional
        Which services are basic: those are secured even where the bank is level with its rivals.
    level : float, default 0.95
        A difference from the rivals counts where its Holm-adjusted p-value over the banks is at
        most 1 - level.

    Returns
    -------
    ServicePriorities

    Raises
    ------
    InputError
        The bank has no rivals in `quality`, or no service is in both.

    Notes
    -----
    A service matters where its importance is above its noise floor and its share of all
    importance is at least half of an even share, 1/(2 drivers). Then, in this order: ``act``, it
    matters and the bank is behind; ``keep``, it matters and the bank is ahead; ``secure``, it
    matters, is basic, and the bank is level; ``watch``, it matters and the bank is level;
    ``later``, it does not matter.

    References
    ----------
    Martilla, J. A. and James, J. C. (1977). Importance-performance analysis. Journal of Marketing
    41(1), 77-79. doi:10.1177/002224297704100112

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> from brandkit.satisfaction.drivers.drivers import driver_importance
    >>> from brandkit.satisfaction.service.service import service_quality
    >>> study = read_study("sample")
    >>> services = study.settings.survey.drivers
    >>> what_matters = driver_importance(study.survey, outcome="sat1", drivers=services,
    ...     missing="drop", draws=100)
    >>> done = service_quality(study.survey, items=services)
    >>> first = service_priorities(what_matters, quality=done, brand="Civic")
    >>> first.services["priority"].iloc[0]
    'act'
    """
    standing = _standing(quality, brand)
    known = drivers.drivers[["driver", "label", "importance", "share", "above_noise"]]
    frame = known.rename(columns={"driver": "item"}).merge(standing, on="item", how="inner")
    if frame.empty:
        raise errors.InputError(
            "`quality` must hold the services that `drivers` ranks; found "
            f"{shown(standing['item'].tolist())}. Make both of the same items."
        )
    role_of = {} if roles is None else dict(roles.attributes[["attribute", "role"]].to_numpy())
    frame["role"] = [role_of.get(item) for item in frame["item"]]
    n_drivers = len(drivers.drivers)
    matters = frame["above_noise"].astype(bool) & (frame["share"] >= 0.5 / n_drivers)
    differs = matters & (frame["p_adjusted"] <= 1 - level)
    rules = [differs & (frame["estimate"] < 0), differs, matters & (frame["role"] == "basic")]
    rank = np.select([*rules, matters], range(4), 4)
    frame["priority"] = [list(PRIORITY_NAMES)[at] for at in rank]

    ranked = frame.assign(rank=rank).sort_values(
        ["rank", "importance"], ascending=[True, False], kind="stable", ignore_index=True
    )
    notes = noted(
        "Which services are basic is not known here, so none is secured.", unknown=roles is None
    )
    notes += noted(
        "{n:count} {n:driver|drivers} without a score of the bank {n:is|are} left out.",
        n=n_drivers - len(frame),
    )
    columns = ["item", "label", "importance", "share", "above_noise", "role", "score", *_STANDING]
    return ServicePriorities(
        services=ranked[[*columns, "priority", "n"]], brand=brand, notes=tuple(notes)
    )


_STANDING = [*_ENDS, "p_adjusted"]


def _standing(quality: ServiceQuality, brand: str) -> pd.DataFrame:
    """Give a bank's score in each item, and its difference from the mean of its rivals."""
    banks = sorted(map(str, quality.scores["brand"].dropna().unique()))
    rule = f"be one of the banks rated, {shown(banks, most=12)}"
    errors.check_known("brand", brand, banks, rule=rule)
    own, scores = (
        frame[(frame["kind"] == "item") & (frame["brand"] == brand)]
        for frame in (quality.comparisons, quality.scores)
    )
    if own.empty:
        raise errors.InputError(
            f"`quality` must compare {shown(brand)} with rivals; found no other bank. Where a "
            "study has one bank only, look at importance_performance."
        )
    return own[["item", *_STANDING]].merge(scores[["item", "score", "n"]], on="item", how="left")
