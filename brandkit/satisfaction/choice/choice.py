"""Choice model: what makes people choose their bank among those they know."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any, Final, Literal, get_args

import numpy as np
import pandas as pd
from scipy.special import expit, stdtr, stdtrit

from brandkit.core import errors
from brandkit.core.errors import shown
from brandkit.core.intervals import carried_df, holm
from brandkit.core.linalg import Codes, Flags, Floats
from brandkit.core.message import Message, noted
from brandkit.core.result import Result
from brandkit.core.story import speaker
from brandkit.sampling.rows import Data, Weight
from brandkit.satisfaction import fitting
from brandkit.satisfaction.choice import kernel
from brandkit.satisfaction.choice.solution import (
    LEAST,
    Averages,
    Solution,
    attribute_effects,
    by_brand,
    constants_test,
    independence_rows,
    is_flag,
    predicted_shares,
    row_chances,
    solve,
)

#: p-value under which an assumption is said not to hold.
UNLIKELY: Final = 0.05

#: Attributes of 0 and 1 that a what-if may change at once.
MOST_CHANGED: Final = 8
_STEP: Final = 1e-5
#: Attributes of a kind from which the middle of them says what most are like.
FEWEST_COMPARED: Final = 3

Constants = Literal["none", "brand"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ShareChange(Result):
    """What a change in what people say of one bank would do to every bank's share of choices.

    Parameters
    ----------
    changes : DataFrame
        One row a bank: ``brand n share share_if estimate std_error ci_low ci_high p_value
        change_low change_high``; ``estimate`` is the change of its share, 0-1, if all that goes
        with what is said comes from it; the changes of all banks add up to 0 where each person
        chose one. ``n`` choices have both banks in them: on these the change of a rival rests. The
        range reaches to the change if only what goes beyond most attributes does; the interval
        holds both with their errors. In a panel the range is missing.
    brand : str
    raised : mapping
        Label of an attribute to its change.
    flags : tuple of str
        Those of 0 and 1, whose change is one of a share.
    level : float
    is_panel : bool
        Whether what was said came before the choice.
    """

    changes: pd.DataFrame
    brand: str
    raised: Mapping[str, float]
    flags: tuple[str, ...]
    level: float
    is_panel: bool = False

    def glance(self) -> pd.DataFrame:
        """Give one row: the bank that changes, its share before and after, the change."""
        mine = self.changes[self.changes["brand"] == self.brand].reset_index(drop=True)
        return mine.assign(ci_level=self.level)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ChoiceModel(Result):
    """What makes people choose their bank, and how sure that is.

    Parameters
    ----------
    coefficients : DataFrame
        One row an attribute: ``term estimate std_error ci_low ci_high p_value std_error_model
        std_error_design``. exp(estimate) multiplies the odds of choosing a bank over another.
    constants : DataFrame
        With ``constants="brand"`` one row a bank with the same columns: what speaks for it
        beyond the attributes, about the mean of all banks.
    importance : DataFrame
        One row an attribute: ``attribute label estimate std_error ci_low ci_high p_value rank_low
        rank_high importance share above_most above_most_error p_above tipping_odds``. ``estimate``
        is the average rise of the chance to be chosen, 0-1, when a customer comes to say so of the
        bank (for a scale: gives one more point), with the ranks that cannot be ruled out;
        ``importance`` is the coefficient times the standard deviation within choices, ``share``
        its part of all importances in absolute value. ``above_most`` is the coefficient less the
        median of attributes of its kind (0 and 1, or scales), ``p_above`` tests one-sided that it
        lies above (Holm), and by ``tipping_odds`` use would have to raise the odds of this answer
        more than of most others to explain that; missing for fewer than three of a kind.
    movers : DataFrame
        In a panel one row a group and attribute, of those who ``keep`` their bank until the next
        occasion and those who ``change`` it: ``mover term n estimate std_error``.
    brands : DataFrame
        One row a bank: ``brand n n_chosen observed expected``: choices it was part of and those
        that took it, its observed and predicted weighted share of all choices.
    independence : DataFrame
        One row a pair of banks that meets in 30 choices with a third: ``brand_a brand_b n
        estimate std_error p_value p_adjusted``. By how much each is worth less (below 0) for
        being rated beside the other; 0 where chances are independent of irrelevant alternatives.
    choice : str
    fitted : Solution
        What :meth:`what_if` works with.
    labels : mapping
        Attribute to its label.
    facts : mapping
        What :meth:`glance` gives.
    """

    coefficients: pd.DataFrame
    constants: pd.DataFrame
    importance: pd.DataFrame
    brands: pd.DataFrame
    independence: pd.DataFrame
    movers: pd.DataFrame
    choice: str
    fitted: Solution
    labels: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)

    def tidy(self) -> pd.DataFrame:
        """Give coefficients and constants in one frame."""
        parts = [part for part in (self.coefficients, self.constants) if len(part)]
        return pd.concat(parts, ignore_index=True)

    def glance(self) -> pd.DataFrame:
        """Give one row: base, what was left out, fit, and the two tests of assumptions."""
        return pd.DataFrame({name: [value] for name, value in self.facts.items()})

    def what_if(self, *, brand: str, changes: Mapping[str, float]) -> ShareChange:
        """Say what a change in what people say of a bank would do to the shares of choices.

        Parameters
        ----------
        brand : str
        changes : mapping
            Attribute, by column or label, to its change. For an attribute of 0 and 1 points of
            the share of the bank's raters who say so: 0.10 lets ten more in a hundred say it,
            drawn evenly from those who do not. For a scale points for every rater.

        Returns
        -------
        ShareChange

        Raises
        ------
        errors.InputError
            The bank or an attribute is not in the model.
        errors.ScaleError
            A share would leave 0 to 1, or a mean its scale.

        Notes
        -----
        Unless the answers are a panel, use may have raised what people say of their own bank, so
        that a change is given as a range: from what goes beyond most attributes to all that goes
        with the answer.

        Shares are sums of chances (logit rule), over the persons whose choice is in the model;
        who rates which banks stays as it is. What one bank wins, the others lose in proportion to
        their chances (independence of irrelevant alternatives).
        """
        level = self.facts["ci_level"]
        options = {"brand": brand, "changes": changes, "level": level, "notes": self.notes}
        return _share_change(self.fitted, is_panel=self.facts["is_panel"], **options)

    def share_changes(self, brand: str, changes: Mapping[str, float]) -> pd.DataFrame:
        """Give what :meth:`what_if` finds as plain numbers.

        ``brand estimate ci_low ci_high change_low change_high``; the range is missing in a panel.
        """
        found = self.what_if(brand=brand, changes=changes).changes
        columns = ["brand", "estimate", "ci_low", "ci_high", "change_low", "change_high"]
        return found[columns].copy()


def choice_model(
    data: Data,
    *,
    choice: str,
    attributes: Sequence[str],
    brand: str | None = None,
    respondent: str | None = None,
    weight: Weight | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    wave: str | None = None,
    panel: bool = False,
    constants: Constants | None = None,
    missing: Literal["raise", "drop"] = "raise",
    level: float = 0.95,
) -> ChoiceModel:
    """Set which bank people choose beside what they say of the banks they know.

    Answers *what goes with being chosen?*, which is not what people say when asked. Whether they
    chose their bank for what they say of it, or say it because they use it, one survey cannot
    tell; a panel can. Each person's banks are compared with each other only, so that people who
    rate everything high do not count.

    Parameters
    ----------
    data : DataFrame or Survey
        One row a respondent and bank. A survey brings bank, respondent, weight and design.
    choice : str
        The main bank by name, as `brand` writes it, or 1 for a chosen and 0 for another bank.
        Several 1 are possible: banks that a person would consider.
    attributes : sequence of str
        What people say of the bank: 0 and 1, or a scale.
    brand, respondent : str, optional
        Columns of the bank and the person; needed unless a survey brings them.
    weight : str or SurveyWeights, optional
        Weights >= 0.
    strata, cluster : str, optional
        Columns of the design.
    wave : str, optional
        Column of the occasion, where a person chose more than once.
    panel : bool, default False
        Whether what a person says on one occasion is set beside the choice on the next one, where
        persons answer in several waves. Last occasions have no next and are left out.
    constants : "none" or "brand", optional
        Whether each bank has a constant for what speaks for it beyond the attributes. Not given:
        in a panel.
    missing : "raise" or "drop", default "raise"
        Whether missing answers are refused or their rows left out.
    level : float, default 0.95
        Coverage of the intervals.

    Returns
    -------
    ChoiceModel

    Raises
    ------
    InputError
        A column is missing, a bank occurs twice for a person, attributes follow from each other
        or tell every choice.
    NotEnoughDataError
        Nobody rates two banks and chose one of them, or no attribute varies.
    NotConvergedError
        The iteration did not settle.

    Notes
    -----
    P(i) = exp(x_i'b) / sum over the person's banks of exp(x_j'b), by Newton's method (McFadden).
    With several banks taken the likelihood is exact, given their number. Persons who rate one
    bank only, or chose none of those they rate, say nothing and are left out and counted.

    ``std_error`` is the model's where persons are drawn singly with equal weight; with weights,
    strata, clusters or several choices a person it is the linearised design error. Intervals of
    ``importance`` and of what-ifs always use the design error.

    Customers tick more for the bank they use. If use raises the odds of every tick alike, the
    levels of the coefficients mean nothing in a single survey and only their differences do;
    where it raises some ticks more, differences do not either. So that a single survey is read by
    ``above_most`` and ``tipping_odds`` = exp(above_most - z s), z at 1 - .025 / attributes and s
    the error of the coefficient less the mean of the middle half of them. With ``panel=True`` and
    constants, use before the choice is held.

    Chances are independent of irrelevant alternatives: a new bank takes from all others in
    proportion. ``independence`` tests it pair by pair: close substitutes are worth less where
    they meet. Where groups of people want different things, it holds within a group only.

    References
    ----------
    McFadden, D. (1974). Conditional logit analysis of qualitative choice behavior. In Zarembka
    (ed.), Frontiers in Econometrics, 105-142.
    McFadden, D., Train, K. and Tye, W. B. (1977). An application of diagnostic tests for the
    independence from irrelevant alternatives property of the multinomial logit model.
    Transportation Research Record 637, 39-46.

    Examples
    --------
    >>> from brandkit.satisfaction.choice.choice import choice_model
    >>> answers = pd.DataFrame({
    ...     "id": [1, 1, 2, 2, 3, 3, 4, 4], "bank": ["A", "B"] * 4,
    ...     "main": ["A"] * 6 + ["B"] * 2, "fair": [1, 0, 1, 0, 1, 0, 1, 0]})
    >>> result = choice_model(answers, choice="main", attributes=["fair"], brand="bank",
    ...                       respondent="id")
    >>> print(f"{result.coefficients.loc[0, 'estimate']:.4f}")  # the log of 3 to 1
    1.0986
    """
    constants = constants or ("brand" if panel else "none")
    errors.check_option("constants", constants, get_args(Constants))
    errors.check_option("missing", missing, ("raise", "drop"))
    errors.check_level(level)
    _check_attributes(attributes, {choice, brand, respondent})
    design = {"respondent": respondent, "strata": strata, "cluster": cluster}
    choices = kernel.choices_of(
        data,
        choice=choice,
        brand=brand,
        attributes=attributes,
        wave=wave,
        weight=weight,
        missing="drop" if panel else missing,  # last occasions have no next choice
        design=design,
        panel=panel,
    )

    solution = solve(choices, with_constants=constants == "brand")

    table, place, covariances = _estimated(solution, level=level)
    p, rows = len(solution.kept), choices.rows
    independence = independence_rows(solution)
    facts = _facts(solution, covariances, level=level) | {
        "is_panel": panel,
        **_moves(choices, panel=panel),
        "p_constants": constants_test(solution),
        "p_independence": float(independence["p_adjusted"].min()),
    }
    left_out = (*rows.notes, *solution.choices.notes, *solution.notes)
    return ChoiceModel(
        coefficients=table[:p].reset_index(drop=True),
        constants=table[p:].reset_index(drop=True),
        importance=_importance(solution, place[:p], level=level).assign(
            **_gap_columns(solution, place[:p], covariances)
        ),
        brands=_brands(solution),
        independence=independence,
        movers=_movers(choices, solution) if panel else pd.DataFrame(columns=_MOVERS),
        choice=choice,
        fitted=solution,
        labels=dict(zip(solution.attributes, solution.labels, strict=True)),
        facts=facts,
        notes=(*left_out, *fitting.small_base(rows), *_notes(facts)),
    )


def _check_attributes(attributes: Sequence[str], others: set[str | None]) -> None:
    if isinstance(attributes, str) or not len(attributes):
        raise errors.InputError(
            f"`attributes` must be a list of at least one column; found {shown(attributes)}. "
            "Write attributes=['fair', 'modern']."
        )
    both = [name for name in attributes if name in others]
    if both:
        raise errors.InputError(
            f"`attributes` must not hold choice, brand or respondent; found {shown(both)}. "
            "Leave it out."
        )


# --- tables --------------------------------------------------------------------------------------


def _estimated(solution: Solution, *, level: float) -> tuple[pd.DataFrame, Floats, fitting.Errors]:
    """Give coefficients and constants in a table, as they are, and their covariances."""
    rows, turn = solution.choices.rows, solution.to_units()
    n, units = len(solution.choices.sets.weight), np.unique(rows.unit[solution.choices.row])
    model = turn @ solution.inverse @ turn.T
    design = rows.covariance(solution.row_influence @ turn.T)
    covariances = fitting.errors_of(rows, model=model, design=design, n=n, n_units=len(units))
    place = turn @ solution.maximum.place
    names = [*solution.attributes, *(solution.choices.brands[at] for at in solution.constants)]
    return fitting.estimate_rows(names, place, covariances, level=level), place, covariances


def _importance(solution: Solution, place: Floats, *, level: float) -> pd.DataFrame:
    rows, effects = solution.choices.rows, attribute_effects(solution)
    covariance, estimate = rows.covariance(effects.influence), effects.estimate
    first, last = fitting.rank_sets(estimate, covariance, rows.df, level=level)
    weighed = place * solution.spread
    names = {"attribute": list(solution.attributes), "label": solution.labels}
    columns = fitting.estimate_columns(estimate, fitting.root(covariance), rows.df, level=level)
    frame = pd.DataFrame(names | columns).assign(rank_low=first, rank_high=last)
    return frame.assign(importance=weighed, share=np.abs(weighed) / np.abs(weighed).sum())


def _less_middle(solution: Solution, place: Floats) -> tuple[Floats, Floats]:
    """Give the gap to the median of its kind, and L that takes off the mean of the middle half.

    Attributes are of two kinds: 0 and 1, or scales.
    """
    flags = np.array([is_flag(solution.choices.values[:, at]) for at in solution.kept])
    gap, less = np.full(len(place), np.nan), np.eye(len(place))
    for kind in (np.flatnonzero(flags), np.flatnonzero(~flags)):
        n = len(kind)
        if n >= FEWEST_COMPARED:
            middle = kind[np.argsort(place[kind], kind="stable")][n // 4 : n - n // 4]
            gap[kind] = place[kind] - np.median(place[kind])
            less[np.ix_(kind, middle)] -= 1 / len(middle)
    return gap, less


def _gap_columns(
    solution: Solution, place: Floats, covariances: fitting.Errors
) -> dict[str, Floats]:
    gap, less = _less_middle(solution, place)
    p = len(place)
    error = fitting.root(less @ covariances.chosen[:p, :p] @ less.T)
    df = min(covariances.df, 1e9)
    known = np.isfinite(gap)
    error[~known] = np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        p_above = stdtr(df, -gap / error)
    p_above[known] = holm(p_above[known])
    reach = stdtrit(df, 1 - 0.025 / max(int(known.sum()), 1)) * error
    tipping = np.exp(np.maximum(gap - reach, 0.0))
    return {
        "above_most": gap,
        "above_most_error": error,
        "p_above": p_above,
        "tipping_odds": tipping,
    }


_MOVERS: Final = ["mover", "term", "n", "estimate", "std_error"]


def _kept_bank(choices: kernel.Choices) -> Flags:
    """Say which choices take a bank that was chosen on the occasion before."""
    before = choices.rows.frame[kernel.CHOSEN_BEFORE].to_numpy(dtype=float)[choices.row] > 0
    return np.asarray(np.add.reduceat(before & choices.sets.chosen, choices.sets.starts[:-1]) > 0)


def _moves(choices: kernel.Choices, *, panel: bool) -> dict[str, Any]:
    if not panel:
        return {"n_kept": np.nan, "n_changed": np.nan}
    kept = _kept_bank(choices)
    return {"n_kept": int(kept.sum()), "n_changed": int((~kept).sum())}


def _movers(choices: kernel.Choices, whole: Solution) -> pd.DataFrame:
    """Estimate those who keep their bank and those who change it apart, where there are enough."""
    kept, tables = _kept_bank(choices)[choices.sets.of_row], []
    for group, inside in (("keep", kept), ("change", ~kept)):
        try:
            solution = solve(choices.part(inside), with_constants=bool(whole.constants))
        except (errors.BrandkitError, ValueError):
            continue
        rows = _estimated(solution, level=0.95)[0][: len(solution.kept)]
        tables.append(rows.assign(mover=group, n=len(solution.choices.sets.weight))[_MOVERS])
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=_MOVERS)


def _brands(solution: Solution) -> pd.DataFrame:
    choices, n = solution.choices, len(solution.choices.brands)
    weight = choices.sets.weight
    taken = choices.sets.chosen
    frame = pd.DataFrame({"brand": choices.brands, "n": np.bincount(choices.brand, minlength=n)})
    frame["n_chosen"] = np.bincount(choices.brand[taken], minlength=n)
    frame["observed"] = weight @ by_brand(choices, taken.astype(float)) / weight.sum()
    frame["expected"] = predicted_shares(solution).estimate
    return frame[frame["n"] > 0].reset_index(drop=True)


def _facts(solution: Solution, covariances: fitting.Errors, *, level: float) -> dict[str, Any]:
    choices = solution.choices
    weight, options = choices.sets.weight, solution.options
    ways = np.diff(options.starts)
    null = -float(weight @ np.log(ways))
    _, by_option = row_chances(solution.options, solution.columns @ solution.maximum.place)
    best = np.maximum.reduceat(by_option, options.starts[:-1])
    hit = by_option[options.picked] >= best - 1e-12
    return {
        "item": choices.rows.columns[0],
        "n": len(weight),
        "n_persons": len(np.unique(choices.rows.person[choices.row])),
        "n_brands": int(np.unique(choices.brand).size),
        "n_dropped": choices.rows.n_dropped,
        **choices.counts,
        "log_likelihood": solution.maximum.value,
        "pseudo_r2": 1.0 - solution.maximum.value / null,
        "hit_rate": float(weight @ hit / weight.sum()),
        "hit_rate_chance": float(weight @ (1 / ways) / weight.sum()),
        "n_iterations": solution.maximum.iterations,
        "is_converged": solution.maximum.is_settled,
        "method": "design" if covariances.is_designed else "model",
        "ci_level": level,
    }


def _notes(facts: Mapping[str, Any]) -> list[Message]:
    """Say what errors allow for, and what the model takes for granted and whether it holds."""
    p, p_constants = (facts[name] for name in ("p_independence", "p_constants"))
    say = speaker(p=p, constants=p_constants)
    notes = [
        say("Errors are those of the model: every person is drawn singly and weighs the same.")
    ]
    if facts["method"] == "design":
        notes = [
            say(
                "Errors allow for weights, strata and choices that belong together; those of the "
                "model, which do not, stand beside them."
            )
        ]
    notes.append(
        say(
            "What one bank gains, all others that a person rates lose in proportion to their "
            "chances (independence of irrelevant alternatives); banks that are close substitutes "
            "would lose more."
        )
    )
    if np.isnan(p):
        notes.append(
            say("This independence cannot be tested: too few different sets of banks are rated.")
        )
    if p < UNLIKELY:
        notes.append(
            say(
                "Some banks stand in for each other more, or less, than this independence says "
                "(p {p:p}): what-ifs show the direction rather than the size."
            )
        )
    if p_constants < UNLIKELY:
        notes.append(
            say(
                "Some banks are chosen more or less often than what is said of them explains "
                "(p {constants:p}); constants='brand' allows for that."
            )
        )
    return notes


# --- what-ifs ------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Scenario:
    """A change of what people say of one bank, ready to be computed.

    Parameters
    ----------
    part : Choices
        Choices in which the bank is rated.
    options : Options
    columns : ndarray, shape (rows of part, k)
    mine : ndarray of int
        The bank's rows in `part`.
    flips : ndarray of int
        Places of the changed attributes of 0 and 1 among the coefficients.
    steps : ndarray, shape (flips,)
        What a row gains where it changes, in standard deviations; below 0 where fewer shall say
        so.
    open : ndarray, shape (mine, flips)
        1 in rows that can change: those that do not say so yet, or do.
    points : ndarray, shape (flips,)
        Changes of the share who say so, in absolute value.
    now : ndarray, shape (flips,)
        The share of rows that are open.
    shifts : mapping of int to float
        Changes of scales, in standard deviations, by place among the coefficients.
    less, off : ndarray, shapes (k, k) and (k,)
        What the change is worth: ``less @ place + off``, `place` being the coefficients.
    """

    part: kernel.Choices
    options: kernel.Options
    columns: Floats
    mine: Codes
    flips: Codes
    steps: Floats
    open: Floats
    points: Floats
    now: Floats
    shifts: Mapping[int, float]
    less: Floats
    off: Floats


def _share_change(
    solution: Solution,
    *,
    brand: str,
    changes: Mapping[str, float],
    level: float,
    is_panel: bool,
    notes: tuple[Message, ...],
) -> ShareChange:
    """Compute what a change does to all banks' shares; ``notes`` are those of the model."""
    places = {_place(solution, name): float(by) for name, by in changes.items()}
    scenario = _scenario(solution, brand, places)
    choices, change = solution.choices, _share_changes(solution, scenario)
    columns = least = _change_columns(choices, change, level=level)
    if not is_panel:
        beyond = _share_changes(solution, _beyond_most(solution, scenario))
        least = _change_columns(choices, beyond, level=level)
    ends = np.stack([columns["estimate"], least["estimate"]])
    ends = np.full_like(ends, np.nan) if is_panel else ends
    columns |= {
        "ci_low": np.minimum(columns["ci_low"], least["ci_low"]),
        "ci_high": np.maximum(columns["ci_high"], least["ci_high"]),
        "change_low": ends.min(axis=0),
        "change_high": ends.max(axis=0),
    }
    n = np.bincount(scenario.part.brand, minlength=len(choices.brands))
    now = predicted_shares(solution).estimate
    shares = {"brand": choices.brands, "n": n, "share": now, "share_if": now + change.estimate}
    frame = pd.DataFrame(shares | columns)
    frame = frame.iloc[np.unique(choices.brand)].reset_index(drop=True)
    few = frame.loc[frame["n"] < fitting.SMALL_BASE, "brand"].tolist()
    notes += tuple(
        noted(
            "Fewer than {least:count} persons choose between this bank and {names}: {n:its|their} "
            "{n:change is|changes are} uncertain beyond the {n:interval|intervals}.",
            names=few,
            least=fitting.SMALL_BASE,
        )
    )
    return ShareChange(
        changes=frame,
        brand=brand,
        raised={solution.labels[place]: by for place, by in places.items()},
        flags=tuple(solution.labels[place] for place in scenario.flips.tolist()),
        level=level,
        is_panel=is_panel,
        notes=notes,
    )


def _change_columns(choices: kernel.Choices, change: Averages, *, level: float) -> dict[str, Any]:
    # what a rival loses rests on the few who rate both banks
    df = carried_df(choices.rows.contributions(change.influence), df=choices.rows.df)
    error = fitting.root(choices.rows.covariance(change.influence))
    return fitting.estimate_columns(change.estimate, error, df, level=level)


def _beyond_most(solution: Solution, scenario: Scenario) -> Scenario:
    """Let a change be worth only what its attributes' coefficients lie above the median's.

    Where there are too few attributes to tell most from some it is worth nothing.
    """
    p, spread = len(solution.kept), solution.spread
    place = solution.maximum.place[:p] / spread
    gap, part = _less_middle(solution, place)
    known = np.isfinite(gap)
    less = np.zeros((len(solution.maximum.place),) * 2)
    less[:p, :p] = np.where(known[:, None], part * spread[:, None] / spread, 0.0)
    off = np.zeros(len(less))
    off[:p] = np.where(known, gap, 0.0) * spread - less[:p, :p] @ solution.maximum.place[:p]
    return replace(scenario, less=less, off=off)


def _scenario(solution: Solution, brand: str, places: Mapping[int, float]) -> Scenario:
    """Check a change, by place among the coefficients, and find the rows that it touches."""
    choices = solution.choices
    inside, is_mine = _rows_with(choices, brand)
    part, mine = choices.part(inside), np.flatnonzero(is_mine[inside])
    weight = choices.rows.weight[part.row[mine]]
    flips: list[int] = []
    steps, opened, shifts = [], [], {}
    for place, by in places.items():
        raw, column = part.values[mine, solution.kept[place]], solution.kept[place]
        mean, name = float(weight @ raw / weight.sum()), solution.labels[place]
        if is_flag(choices.values[:, column]):
            _check_within(name, mean, by, low=0.0, high=1.0)
            flips.append(place)
            steps.append((1.0 if by >= 0 else -1.0) / solution.spread[place])
            opened.append(raw == (0.0 if by >= 0 else 1.0))
        else:
            limits = choices.rows.limits.get(solution.attributes[place], (-np.inf, np.inf))
            _check_within(name, mean, by, low=limits[0], high=limits[1])
            shifts[place] = by / solution.spread[place]
    if len(flips) > MOST_CHANGED:
        raise errors.InputError(
            f"`changes` may name at most {MOST_CHANGED} attributes of 0 and 1; found {len(flips)}. "
            "Change fewer at once."
        )
    is_open = np.array(opened, dtype=float).reshape(len(flips), len(mine)).T
    return Scenario(
        part=part,
        options=kernel.options_of(part.sets),
        columns=solution.columns[inside],
        mine=mine,
        flips=np.array(flips, dtype=np.intp),
        steps=np.array(steps),
        open=is_open,
        points=np.array([abs(places[place]) for place in flips]),
        now=weight @ is_open / weight.sum(),
        shifts=shifts,
        less=np.eye(len(solution.maximum.place)),
        off=np.zeros(len(solution.maximum.place)),
    )


def _rows_with(choices: kernel.Choices, brand: str) -> tuple[Flags, Flags]:
    """Find the rows of choices in which a bank is rated, and its own."""
    names = [choices.brands[at] for at in np.unique(choices.brand).tolist()]
    errors.check_known("brand", brand, names, rule="be a bank of the model")
    is_mine = choices.brand == choices.brands.index(brand)
    has = np.zeros(len(choices.sets.weight), dtype=bool)
    has[choices.sets.of_row[is_mine]] = True
    return has[choices.sets.of_row], is_mine


def _place(solution: Solution, name: str) -> int:
    for place, names in enumerate(zip(solution.attributes, solution.labels, strict=True)):
        if name in names:
            return place
    raise errors.InputError(
        f"`changes` must name attributes of the model; found {shown(name)}."
        f"{errors.did_you_mean(name, solution.labels)} It has {shown(solution.labels, most=14)}."
    )


def _check_within(name: str, mean: float, by: float, *, low: float, high: float) -> None:
    if not np.isfinite(by) or not low - 1e-9 <= mean + by <= high + 1e-9:
        unit = " (shares of persons, 0.10 for ten in a hundred)" if (low, high) == (0, 1) else ""
        raise errors.ScaleError(
            f"`changes` must leave {shown(name)} between {low:g} and {high:g}{unit}; found "
            f"{mean:.3g} now and a change of {by:g}. Change it by less."
        )


def _share_changes(solution: Solution, scenario: Scenario) -> Averages:
    """Give the change of each bank's share of all choices.

    Linearised in the coefficients, in the share who say so now, and over persons.
    """
    choices, part = solution.choices, scenario.part
    total = float(choices.sets.weight.sum())
    place, now = solution.maximum.place, scenario.now
    by_set = _changes(scenario, place, now)

    def change(beta: Floats, said: Floats) -> Floats:
        return np.asarray(part.sets.weight @ _changes(scenario, beta, said) / total)

    estimate = part.sets.weight @ by_set / total
    influence = part.to_rows(by_set / total)
    influence -= choices.to_rows(np.ones((len(choices.sets.weight), 1)) / total) * estimate
    influence += solution.row_influence @ _derivatives(lambda beta: change(beta, now), place)
    if len(now):
        by_now = _derivatives(lambda said: change(place, said), now)
        rows = part.row[scenario.mine]
        weight = choices.rows.weight[rows].sum()
        influence[rows] += (scenario.open - now) / weight @ by_now
    return Averages(np.asarray(estimate), influence)


def _changes(scenario: Scenario, place: Floats, now: Floats) -> Floats:
    """Give the change of each bank's chance in each choice, shape (sets, banks).

    A bank's chance is logistic in what speaks for it, and given whether it is taken the chances
    of all others do not depend on that: which is independence of irrelevant alternatives.
    """
    part, options = scenario.part, scenario.options
    chance, by_option = row_chances(options, scenario.columns @ place)
    inside = np.clip(chance[scenario.mine], LEAST, 1 - LEAST)
    then = np.zeros(len(inside))
    odds = np.log(inside) - np.log1p(-inside)
    worth = scenario.less @ place + scenario.off
    moved = sum(by * worth[at] for at, by in scenario.shifts.items())
    gains = scenario.steps * worth[scenario.flips]
    for flipped, weight in _ways(scenario, now):
        then += weight * expit(odds + moved + float(gains @ flipped))
    rise = then - inside
    mine = np.zeros(len(chance), dtype=bool)
    mine[scenario.mine] = True
    with_mine = options.over(mine.astype(float)) > 0
    joint = options.back(by_option * with_mine, len(chance))
    home = part.sets.of_row
    own, up = np.zeros(len(part.sets.weight)), np.zeros(len(part.sets.weight))
    own[home[scenario.mine]], up[home[scenario.mine]] = inside, rise
    given = joint / own[home] - (chance - joint) / (1 - own[home])
    return by_brand(part, up[home] * given)


def _ways(scenario: Scenario, now: Floats) -> Iterator[tuple[Floats, Floats]]:
    """Give every way in which the attributes may change, with its chance for each of the rows.

    Of those who do not say so yet, points / now come to say it, each attribute on its own.
    """
    rate = scenario.points / np.maximum(now, LEAST)
    for flipped in product((0.0, 1.0), repeat=len(rate)):
        which = np.array(flipped)
        once = np.where(which > 0, rate, 1 - rate)
        yield which, np.where(scenario.open > 0, once, 1 - which).prod(axis=1)


def _derivatives(function: Callable[[Floats], Floats], at: Floats) -> Floats:
    """Differentiate by central differences, shape (inputs, outputs): errors need five digits."""
    slopes = []
    for place, size in enumerate(_STEP * np.maximum(np.abs(at), 0.01)):
        step = np.zeros(len(at))
        step[place] = size
        slopes.append((function(at + step) - function(at - step)) / (2 * size))
    return np.array(slopes)
