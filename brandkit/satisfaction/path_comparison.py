"""Comparison of path models: whether groups or banks differ in what drives satisfaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from brandkit.core.checks import check_option, check_whole_number
from brandkit.core.errors import InputError, NotEnoughDataError, shown
from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.core.multiplicity import holm
from brandkit.core.result import Result
from brandkit.core.survey_rows import Data, SurveyRows, Weight, survey_rows
from brandkit.core.waves import wave_order
from brandkit.satisfaction.path_checks import SMALL_BASE, WholeRule, needed_persons
from brandkit.satisfaction.path_design import (
    Blocks,
    Codes,
    Mode,
    PathDesign,
    Paths,
    Scheme,
    path_design,
)
from brandkit.satisfaction.path_groups import (
    GroupFits,
    centred_answers,
    exchanged_labels,
    group_fits,
)
from brandkit.satisfaction.path_names import block_name

NOT_ALIKE = 0.05
"""Adjusted p-value up to which a block is said to mean another thing in another group."""
SAME_SCORE = 0.99
"""Correlation from which two sets of weights give the same score for any purpose."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PathComparison(Result):
    """How path coefficients differ between groups, and whether by more than chance.

    Parameters
    ----------
    invariance : DataFrame
        To be read first. One row a block: ``block correlation p_value p_adjusted
        invariant``. Correlation: the smallest, over pairs of groups, between the scores that both
        groups' weights give all persons. Not invariant: below .99, and exchanging persons seldom
        makes it as small (Holm over blocks), so that the block is made of something else in
        another group.
    estimates : DataFrame
        One row a path and group: ``source target segment estimate n n_persons``.
    tests : DataFrame
        One row a path: ``source target difference p_value p_adjusted``. Difference: largest less
        smallest coefficient. Adjusted by Holm over the paths.
    pairs : DataFrame
        One row a path and pair of groups: ``source target segment_a segment_b difference p_value
        p_adjusted``. Adjusted by Holm over all rows.
    by : str
        The column that makes the groups.
    draws, n_degenerate : int
        Exchanges made, and those that could not be fitted and are left out.
    n, n_dropped : int
        Rows used and left out.
    """

    invariance: pd.DataFrame
    estimates: pd.DataFrame
    tests: pd.DataFrame
    pairs: pd.DataFrame
    by: str
    draws: int
    n_degenerate: int
    n: int
    n_dropped: int

    def tidy(self) -> pd.DataFrame:
        """Give the tests of the paths."""
        return self.tests.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: groups, bases, exchanges and the smallest adjusted p-value."""
        return pd.DataFrame(
            {
                "n": [self.n],
                "n_dropped": [self.n_dropped],
                "n_segments": [self.estimates["segment"].nunique()],
                "p_adjusted": [self.tests["p_adjusted"].min()],
                "draws": [self.draws],
                "n_degenerate": [self.n_degenerate],
            }
        )


def path_comparison(
    data: Data,
    *,
    by: str,
    blocks: Blocks,
    paths: Paths,
    scheme: Scheme = "path",
    scaled: bool = True,
    modes: Mode | Mapping[str, Mode] = "A",
    missing: WholeRule = "raise",
    weight: Weight | None = None,
    respondent: str | None = None,
    cluster: str | None = None,
    draws: int = 999,
    seed: int = 0,
) -> PathComparison:
    """Test whether paths differ between groups of customers, by exchanging persons.

    Answers *does the same drive satisfaction for all?* for segments, waves or banks.

    Parameters
    ----------
    data : DataFrame or Survey
        One row a respondent, or a respondent and bank.
    by : str
        Column of the groups.
    blocks, paths, scheme, scaled, modes
        The model, as in :func:`~brandkit.satisfaction.paths.path_model`.
    missing : "raise", "drop" or "mean"
    weight : str or SurveyWeights, optional
    respondent, cluster : str, optional
        Columns of the design. Strata play no part: groups often are strata.
    draws : int, default 999
        Exchanges of persons between groups.
    seed : int, default 0

    Returns
    -------
    PathComparison

    Raises
    ------
    InputError
        There is only one group, or an item has the same answer throughout a group.
    NotEnoughDataError
        A group has fewer persons than its paths need.

    Notes
    -----
    Each group's means and standard deviations are taken out first, so that groups which only differ
    in level or in how they use the scale are not told apart; then persons change places. p is
    (1 + number of exchanges with at least as large a value) / (1 + draws), of the variance of a
    coefficient over groups for the test of a path, and of the absolute difference for a pair.
    Persons in several groups (who rate several banks) hand all their groups to another person with
    as many rows; a cluster stays together.

    Before that the second step of the measurement invariance of composites: the correlation of
    scores made with different groups' weights.

    References
    ----------
    Chin, W. W. and Dibbern, J. (2010). A permutation based procedure for multi-group PLS analysis.
    Handbook of Partial Least Squares. Springer. doi:10.1007/978-3-540-32827-8_8
    Henseler, J., Ringle, C. M. and Sarstedt, M. (2016). Testing measurement invariance of
    composites using partial least squares. International Marketing Review 33(3).
    doi:10.1108/IMR-09-2014-0304

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> quality, noise = rng.normal(size=(2, 60))
    >>> answers = pd.DataFrame({
    ...     "q1": quality, "s1": quality * np.repeat([1, -1], 30) + noise / 2,
    ...     "tier": np.repeat(["low", "high"], 30)})
    >>> result = path_comparison(answers, by="tier", blocks={"QUAL": ["q1"], "SAT": ["s1"]},
    ...                          paths=[("QUAL", "SAT")], draws=199)
    >>> result.tests[["p_value"]].round(3).to_numpy().tolist()
    [[0.005]]
    """
    check_option("missing", missing, ("raise", "drop", "mean"))
    check_whole_number("draws", draws, low=19)
    design = path_design(blocks=blocks, paths=paths, scheme=scheme, modes=modes)
    rows = survey_rows(
        data, columns=design.items, others=[by], weight=weight, respondent=respondent,
        cluster=cluster, missing=missing,
    )  # fmt: skip
    group, names = _checked_groups(rows, by, design)
    answers = centred_answers(rows, group, scaled=scaled)
    labels = exchanged_labels(rows, group, draws=draws, seed=seed)
    sample, drawn = (
        group_fits(
            answers, some, weight=rows.weight, n_groups=len(names), design=design, scaled=scaled
        )
        for some in (group[None].astype(np.int16), labels)
    )
    _check_fitted(sample, design)
    drawn = drawn.chosen(drawn.settled)
    invariance = _invariance(sample, drawn, design)
    return PathComparison(
        invariance=invariance,
        estimates=_estimates(rows, sample, group, design=design, names=names),
        tests=_tests(sample, drawn, design),
        pairs=_pairs(sample, drawn, design, names),
        by=by,
        draws=draws,
        n_degenerate=draws - len(drawn.settled),
        n=len(rows),
        n_dropped=rows.n_dropped,
        notes=(*rows.notes, *_notes(rows, group, names=names, invariance=invariance)),
    )


# --- checks ------------------------------------------------------------------------------------


def _checked_groups(rows: SurveyRows, by: str, design: PathDesign) -> tuple[Codes, list[object]]:
    cells = rows.frame[by]
    names = sorted(cells.unique().tolist(), key=lambda name: (isinstance(name, str), name))
    if by in ("wave", rows.design.get("wave")):
        names = wave_order(cells)
    if len(names) < 2:
        raise InputError(
            f"`by` must have at least two groups; found {shown(names)} in {shown(by)}. "
            "Name another column."
        )
    group = pd.Categorical(cells, categories=names).codes.astype(np.intp)
    needed = needed_persons(design)
    few = {
        str(name): n
        for at, name in enumerate(names)
        if (n := int(np.unique(rows.person[group == at]).size)) < needed
    }
    if few:
        found = [f"{name} ({n})" for name, n in few.items()]
        raise NotEnoughDataError(
            f"`by` must make groups of at least {needed} persons for these paths; found "
            f"{shown(found)}. Join groups, or leave them out."
        )
    for at, name in enumerate(names):
        flat = np.ptp(rows.values[group == at], axis=0) == 0
        constant = [item for item, is_flat in zip(design.items, flat, strict=True) if is_flat]
        if constant:
            raise InputError(
                f"`by` must make groups whose answers differ; found the same answer throughout "
                f"{shown(str(name))} in {shown(constant)}. Leave the item or the group out."
            )
    return group, names


def _check_fitted(sample: GroupFits, design: PathDesign) -> None:
    if not sample.settled[0]:
        raise InputError(
            f"`by` must make groups whose models can be fitted; found one in which items or blocks "
            f"of {shown(design.blocks)} determine each other. Join groups, or leave paths out."
        )


# --- frames ------------------------------------------------------------------------------------


def _ends(design: PathDesign) -> dict[str, Floats]:
    names = np.array(design.blocks, dtype=object)
    source, target = np.array(design.paths).T
    return {"source": names[source], "target": names[target]}


def _estimates(
    rows: SurveyRows, sample: GroupFits, group: Codes, *, design: PathDesign, names: list[object]
) -> pd.DataFrame:
    """One row a path and group."""
    g, m = len(names), len(design.paths)
    persons = [int(np.unique(rows.person[group == at]).size) for at in range(g)]
    ends = {name: np.repeat(values, g) for name, values in _ends(design).items()}
    return pd.DataFrame(
        {
            **ends,
            "segment": names * m,
            "estimate": sample.paths[0].T.ravel(),
            "n": np.tile(np.bincount(group), m),
            "n_persons": persons * m,
        }
    )


def _p_values(observed: Floats, drawn: Floats) -> Floats:
    """Give the share of exchanges with at least as large a value, the sample among them."""
    return np.asarray((1 + (drawn >= observed - 1e-12).sum(axis=0)) / (1 + len(drawn)))


def _tests(sample: GroupFits, drawn: GroupFits, design: PathDesign) -> pd.DataFrame:
    """One row a path."""
    p = _p_values(sample.paths.var(axis=1)[0], drawn.paths.var(axis=1))
    difference = np.ptp(sample.paths[0], axis=0)
    return pd.DataFrame(
        {**_ends(design), "difference": difference, "p_value": p, "p_adjusted": holm(p)}
    )


def _pairs(
    sample: GroupFits, drawn: GroupFits, design: PathDesign, names: list[object]
) -> pd.DataFrame:
    """One row a path and pair of groups."""
    pairs = list(combinations(range(len(names)), 2))
    first, second = np.array(pairs).T
    gap = (sample.paths[0, first] - sample.paths[0, second]).T
    drawn_gap = np.swapaxes(drawn.paths[:, first] - drawn.paths[:, second], 1, 2)
    p = _p_values(np.abs(gap), np.abs(drawn_gap)).ravel()
    ends = {name: np.repeat(values, len(pairs)) for name, values in _ends(design).items()}
    return pd.DataFrame(
        {
            **ends,
            "segment_a": [names[at] for at in first] * len(design.paths),
            "segment_b": [names[at] for at in second] * len(design.paths),
            "difference": gap.ravel(),
            "p_value": p,
            "p_adjusted": holm(p),
        }
    )


def _invariance(sample: GroupFits, drawn: GroupFits, design: PathDesign) -> pd.DataFrame:
    """One row a block."""
    p = _p_values(-sample.alike[0], -drawn.alike)
    return pd.DataFrame(
        {
            "block": design.blocks,
            "correlation": sample.alike[0],
            "p_value": p,
            "p_adjusted": holm(p),
            "invariant": (holm(p) > NOT_ALIKE) | (sample.alike[0] >= SAME_SCORE),
        }
    )


def _notes(
    rows: SurveyRows, group: Codes, *, names: list[object], invariance: pd.DataFrame
) -> list[Message]:
    notes = []
    other = invariance.loc[~invariance["invariant"], "block"].tolist()
    if other:
        text = "{blocks} {n:is|are} made of other things in other groups; differences of paths to and from there may come from that."  # noqa: E501
        notes.append(Message(text, {"blocks": [block_name(one) for one in other], "n": len(other)}))
    small = [
        str(name)
        for at, name in enumerate(names)
        if np.unique(rows.person[group == at]).size < SMALL_BASE
    ]
    if small:
        text = "Fewer than {limit:count} persons are in {groups}."
        notes.append(Message(text, {"limit": SMALL_BASE, "groups": small}))
    return notes
