"""Two studies, or two dates of one: what came, went and moved, and whether an alert stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtr

from brandkit.core.errors import InputError, shown
from brandkit.core.intervals import holm_of_tested
from brandkit.core.linalg import ratio
from brandkit.core.message import Finding
from brandkit.core.story import speaker
from brandkit.overlap import CatalogChanges, catalog_changes
from brandkit.questions.answering import Answers, answers
from brandkit.sources.catalog.catalog import Catalog

#: Chance of any false alert among all scores.
FALSE_ALERTS = 0.05
_SCORE = ["item", "measure", "label"]


@dataclass(frozen=True)
class Comparison:
    """What two studies, or two dates of one, have between them.

    Parameters
    ----------
    changes : CatalogChanges, optional
        Of their catalogues.
    scores : DataFrame
        One row a score of a bank that both ask alike: ``item measure label before after change
        p_value p_adjusted alert``, adjusted after Holm over all of them.
    bank : str, optional
        Whom the alerts of catalogues are for.
    """

    changes: CatalogChanges | None
    scores: pd.DataFrame
    bank: str | None

    @property
    def n_alerts(self) -> int:
        """Alerts that stand."""
        listed = 0 if self.changes is None else (self.changes.alerts["settled"] != "open").sum()
        return int(listed) + int(self.scores["alert"].sum())

    def findings(self) -> list[Finding]:
        """Say what changed, alerts first."""
        rows = self.scores[self.scores["alert"]].to_dict("records")
        found = [_moved({str(key): one for key, one in row.items()}) for row in rows]
        if len(self.scores) and not rows:
            say = speaker(n=len(self.scores))
            said = say("None of {n:count} scores is known to have moved.")
            detail = say("All looked at together; a false alert has a chance of 5% at most.")
            found.append(Finding(said, detail, "open"))
        return found + ([] if self.changes is None else [*self.changes.story().findings])


def compare(old: str, new: str, *, focus: str | None = None) -> Comparison:
    """Compare two studies, or two dates of one, and say whether an alert stands.

    Parameters
    ----------
    old, new : str
        A study's name or folder; its newest catalogue, or that of a day written behind it:
        ``"sample@2025-03-01"``.
    focus : str, optional
        Whom alerts of catalogues are for, where it is not the newer study's own.

    Returns
    -------
    Comparison

    Raises
    ------
    InputError
        A day or study is not there, or the two have nothing in common to compare.

    Notes
    -----
    Scores of two samples are set apart by their own errors, as if no person were in both: where
    some are, alerts are rarer still. A question with other words or another scale is not compared.

    Examples
    --------
    >>> compare("sample@2025-03-01", "sample@2026-03-01").changes.glance()["n_brands"].item()
    12
    """
    (a, then), (b, now) = (_named(one) for one in (old, new))
    studies = answers(a), answers(b, focus=focus)
    focus = studies[1].study.focus
    catalogs = [_catalog(one, day) for one, day in zip(studies, (then, now), strict=True)]
    changes = None
    if catalogs[0] is not None and catalogs[1] is not None:
        is_there = focus is not None and all(focus in one.brands for one in catalogs if one)
        changes = catalog_changes(catalogs[1], since=catalogs[0], focus=focus if is_there else None)
    is_dated = then is not None or now is not None
    scores = _scores(*studies) if not is_dated and a != b else _scores_of([])
    if changes is None and scores.empty:
        raise InputError(
            f"`compare` must be given two studies with catalogues or scores of the same banks; "
            f"found {shown(old)} and {shown(new)}, which have none in common. Of one study name "
            "two dates: sample@2025-03-01 sample@2026-03-01."
        )
    return Comparison(changes, scores, focus)


def _named(text: str) -> tuple[str, date | None]:
    name, sign, day = text.rpartition("@")
    if text.endswith(".html"):
        raise InputError(
            f"`compare` must be given studies; found the report {shown(text)}. Name the study it "
            "was made from; `brandkit verify` says whether its numbers stand."
        )
    if not sign:
        return text, None
    try:
        return name, date.fromisoformat(day)
    except ValueError:
        raise InputError(
            f"`compare` must have a day behind @; found {shown(day)}. Write sample@2025-03-01."
        ) from None


def _catalog(told: Answers, day: date | None) -> Catalog | None:
    if day is None:
        return told.study.catalog
    catalogs = told.study.catalogs
    if day not in catalogs:
        known = [one.isoformat() for one in catalogs]
        raise InputError(
            f"`compare` must name a day of the study's catalogues; found {day.isoformat()}. It has "
            f"{shown(known)}."
        )
    return catalogs[day]


def _scores(old: Answers, new: Answers) -> pd.DataFrame:
    """Set the scores of banks that both studies ask alike side by side."""
    frames = []
    for told in (old, new):
        survey, scores = told.study.survey, told["scores"]  # type: Any, Any
        if survey is None or not scores:
            return _scores_of([])
        asked = survey.codebook[["item", "label", "low", "high"]].drop_duplicates("item")
        rows = scores.groups[scores.groups["measure"].isin(["mean", "nps"])]
        frames.append(rows.merge(asked.rename(columns={"label": "text"}), on="item", how="left"))
    keys = [*_SCORE, "text", "low", "high"]
    both = frames[0].merge(frames[1], on=keys, suffixes=("_a", "_b"))
    return _scores_of(both.to_dict("records"))


def _scores_of(rows: list[dict[Any, Any]]) -> pd.DataFrame:
    columns = [*_SCORE, "estimate_a", "estimate_b", "std_error_a", "std_error_b"]
    both = pd.DataFrame(rows, columns=columns)
    change = both["estimate_b"].astype(float) - both["estimate_a"].astype(float)
    error = (both[["std_error_a", "std_error_b"]].astype(float) ** 2).sum(
        axis=1, skipna=False
    ) ** 0.5
    z = ratio(np.abs(change.to_numpy()), np.nan_to_num(error.to_numpy()))
    p_value = 2 * ndtr(-z)
    adjusted = holm_of_tested(p_value)
    return both[_SCORE].assign(
        before=both["estimate_a"],
        after=both["estimate_b"],
        change=change,
        p_value=p_value,
        p_adjusted=adjusted,
        alert=np.nan_to_num(adjusted, nan=1.0) < FALSE_ALERTS,
    )


def _moved(row: dict[str, Any]) -> Finding:
    say = speaker(
        bank=row["label"],
        item=row["item"],
        before=row["before"],
        after=row["after"],
        p=row["p_adjusted"],
    )
    headline = say("{bank} fell on “{item}”: {before:decimal2} before, {after:decimal2} now.")
    if row["change"] > 0:
        headline = say("{bank} rose on “{item}”: {before:decimal2} before, {after:decimal2} now.")
    return Finding(headline, say("p {p:p} over all scores of all banks."), "clear")
