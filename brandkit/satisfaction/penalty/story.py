"""What penalties and rewards say: which services are core, which delight, which are not settled."""

from __future__ import annotations

from typing import Any

import pandas as pd

from brandkit.core.message import Finding, Message, Settled
from brandkit.language import translate
from brandkit.satisfaction.penalty.penalty import PenaltyReward, by_role, role_name

CLEARLY, ROBUST = 0.975, 0.75
"""Share of draws, and of other cuts, from which a kind is called clear."""

NO_ATTRIBUTES = Message(
    "Core or exciting services: it takes a survey with an outcome and ratings of services "
    "(outcome and drivers in [survey] of study.toml)."
)
"""What to say where a study has no ratings of services."""


def penalty_reward_headline(result: PenaltyReward) -> Message:
    """Say which services must not fail and which delight, for a title.

    Parameters
    ----------
    result : PenaltyReward

    Returns
    -------
    Message

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> bank = pd.DataFrame({"fees": rng.integers(0, 11, 300)})
    >>> bank["sat"] = 7 - 2 * (bank["fees"] <= 5) + rng.normal(0, 1, 300)
    >>> from brandkit.satisfaction.penalty.penalty import penalty_reward
    >>> str(penalty_reward_headline(penalty_reward(
    ...     bank, outcome="sat", attributes=["fees"], low=5, high=8, draws=100)))
    'Must not fail: fees'
    """
    values = {"core": _of(result, "basic"), "extended": _of(result, "exciting")}
    if values["core"] and values["extended"]:
        return Message("Must not fail: {core}. Can delight: {extended}", values)
    if values["core"]:
        return Message("Must not fail: {core}", values)
    if values["extended"]:
        return Message("Can delight: {extended}", values)
    return Message("No service is clearly core or exciting")


def penalty_reward_lede(result: PenaltyReward) -> Message:
    """Say what the kinds of services rest on."""
    return Message(
        "What poor and good answers to {n_attributes:count} services go with in {outcome}, against "
        "answers in between ({n:count} answers of {persons:count} persons).",
        _bases(result),
    )


def penalty_reward_findings(result: PenaltyReward) -> tuple[Finding, ...]:
    """Say which services are core, which delight, which do both, and what is not settled.

    Parameters
    ----------
    result : PenaltyReward

    Returns
    -------
    tuple of Finding
    """
    found = [_role_finding(result, role) for role in ("basic", "exciting", "performance")]
    found.append(_undecided_finding(result))
    kept = tuple(one for one in found if one is not None)
    return kept or (_nothing(result),)


def penalty_reward_caption(result: PenaltyReward) -> Message:
    """Say what the bars and lines are, with the cuts."""
    cuts = result.attributes[["cut_low", "cut_high"]].drop_duplicates()
    values = _bases(result) | {"level": result.level}
    if len(cuts) == 1:
        low, high = cuts.iloc[0]
        values |= {"low": _plain(low), "high": _plain(high)}
        return Message(
            "What poor answers ({low} or less) cost and good answers ({high} or more) gain in "
            "{outcome}, all services at once, with {level:percent} intervals over persons. Hollow: "
            "undecided. {n:count} answers of {persons:count} persons.",
            values,
        )
    return Message(
        "What poor answers cost and good answers gain in {outcome}, all services at once (cuts of "
        "each in the table), with {level:percent} intervals over persons. Hollow: undecided. "
        "{n:count} answers of {persons:count} persons.",
        values,
    )


def penalty_reward_alt(result: PenaltyReward) -> Message:
    """Describe the picture for those who cannot see it."""
    counts = {role: len(_of(result, role)) for role in ("basic", "performance", "exciting")}
    rows = by_role(result.attributes)
    worst = rows.iloc[int(rows["penalty"].fillna(0.0).argmin())]
    best = rows.iloc[int(rows["reward"].fillna(0.0).argmax())]
    return Message(
        "Bars to both sides for {n_attributes:count} services: {basic:count} basic, "
        "{performance:count} performance, {exciting:count} exciting. The largest penalty is that "
        "of “{worst}” ({penalty:signed}), the largest reward that of “{best}” ({reward:signed}).",
        _bases(result)
        | counts
        | {
            "worst": worst["label"],
            "penalty": float(worst["penalty"]),
            "best": best["label"],
            "reward": float(best["reward"]),
        },
    )


def sensitivity_table_caption(result: PenaltyReward) -> Message:
    """Say what the table of other cuts holds."""
    return Message(
        "The kind of each of {n_attributes:count} services under the chosen cuts and under cuts "
        "one step lower and higher.",
        _bases(result),
    )


def penalty_rows(result: PenaltyReward) -> pd.DataFrame:
    """Give the services for a table, by kind, in the language in use."""
    rows = by_role(result.attributes).reset_index(drop=True)
    return rows.assign(attribute=rows["label"], role=_role_texts(rows))[
        [
            "attribute", "role", "penalty", "penalty_low", "penalty_high", "reward", "reward_low",
            "reward_high", "asymmetry", "p_basic", "p_performance", "p_exciting", "cuts_agree",
            "n_low", "n_high",
        ]
    ]  # fmt: skip


def sensitivity_rows(result: PenaltyReward) -> pd.DataFrame:
    """Give kinds under all cuts for a table, in the language in use."""
    rows = result.sensitivity.merge(result.attributes[["attribute", "matters"]], on="attribute")
    order = {name: at for at, name in enumerate(by_role(result.attributes)["attribute"])}
    rows = rows.assign(place=rows["attribute"].map(order)).sort_values(
        ["place", "chosen", "cut_low", "cut_high"], ascending=[True, False, True, True]
    )
    texts = [translate(role_name(str(role))) for role in rows["role"]]
    return rows.assign(attribute=rows["label"], role=texts)[
        ["attribute", "cut_low", "cut_high", "chosen", "role", "penalty", "reward", "asymmetry"]
    ].reset_index(drop=True)


# --- findings ----------------------------------------------------------------------------------


def _role_finding(result: PenaltyReward, role: str) -> Finding | None:
    rows = by_role(result.attributes)
    rows = rows[rows["role"] == role]
    if rows.empty:
        return None
    first = rows.iloc[0]
    values: dict[str, Any] = {
        "items": rows["label"].tolist(),
        "n": len(rows),
        "item": first["label"],
        "penalty": float(first["penalty"]),
        "reward": float(first["reward"]),
        "penalty_low": float(first["penalty_low"]),
        "penalty_high": float(first["penalty_high"]),
        "reward_low": float(first["reward_low"]),
        "reward_high": float(first["reward_high"]),
        "chance": float(rows[f"p_{role}"].min()),
        "agree": float(rows["cuts_agree"].min()),
        "base": result.n,
    }
    headlines = {
        "basic": Message("Core services, which cost when they are poor: {items}.", values),
        "exciting": Message(
            "Extended services, which delight when they are good: {items}.", values
        ),
        "performance": Message("The better the better: {items}.", values),
    }
    sure = values["chance"] >= CLEARLY and values["agree"] >= ROBUST
    settled: Settled = "clear" if sure else "likely"
    return Finding(headlines[role], _role_detail(role, values), settled)


def _role_detail(role: str, values: dict[str, Any]) -> Message:
    """Give the numbers behind a kind: both sides, how sure, under how many cuts."""
    details = {
        "basic": Message(
            "A poor answer for “{item}” goes with {penalty:signed} points ({penalty_low:signed} to "
            "{penalty_high:signed}), a good one with {reward:signed}; at least {chance:percent} of "
            "draws lean to the penalty, and {agree:percent} of other cuts say the same "
            "({base:count} answers).",
            values,
        ),
        "exciting": Message(
            "A good answer for “{item}” goes with {reward:signed} points ({reward_low:signed} to "
            "{reward_high:signed}), a poor one with {penalty:signed}; at least {chance:percent} of "
            "draws lean to the reward, and {agree:percent} of other cuts say the same "
            "({base:count} answers).",
            values,
        ),
        "performance": Message(
            "A poor answer for “{item}” goes with {penalty:signed} points ({penalty_low:signed} to "
            "{penalty_high:signed}), a good one with {reward:signed}; in at least {chance:percent} "
            "of draws both are alike, and {agree:percent} of other cuts say the same "
            "({base:count} answers).",
            values,
        ),
    }
    return details[role]


def _undecided_finding(result: PenaltyReward) -> Finding | None:
    rows = result.attributes[result.attributes["role"] == "undecided"]
    idle = rows.loc[~rows["matters"].astype(bool), "label"].tolist()
    open_ = rows.loc[rows["matters"].astype(bool), "label"].tolist()
    values = {"idle": idle, "open": open_, "n": len(idle), "base": result.n}
    if open_:
        headline = Message("Whether core or exciting is not settled: {open}.", values)
        detail = Message("Neither side leads in nine of ten draws ({base:count} answers).", values)
        return Finding(headline, detail, "open")
    if not idle:
        return None
    headline = Message("{idle} hardly {n:matters|matter}: neither poor nor good shows.", values)
    detail = Message(
        "Neither a penalty nor a reward can be told from chance ({base:count} answers).", values
    )
    return Finding(headline, detail, "open")


def _nothing(result: PenaltyReward) -> Finding:
    return Finding(
        Message("No service could be placed."),
        Message("There are {n:count} answers.", {"n": result.n}),
        "open",
    )


def _of(result: PenaltyReward, role: str) -> list[str]:
    rows = by_role(result.attributes)
    return [str(label) for label in rows.loc[rows["role"] == role, "label"]]


def _role_texts(rows: pd.DataFrame) -> list[str]:
    return [
        translate(role_name(str(role), matters=bool(matters)))
        for role, matters in zip(rows["role"], rows["matters"], strict=True)
    ]


def _bases(result: PenaltyReward) -> dict[str, Any]:
    return {
        "outcome": result.outcome_label,
        "n_attributes": len(result.attributes),
        "n": result.n,
        "persons": result.n_respondents,
    }


def _plain(value: float) -> str:
    return f"{value:g}".replace("-", "−")
