"""What the tests against chance and the other weights say, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from brandkit.core.message import Finding, Message, Settled
from brandkit.language import translate
from brandkit.overlap.brands.sensitivity import WeightSensitivity
from brandkit.overlap.chance.chance import OverlapTest
from brandkit.overlap.similarity.facets import facet_name

LEVEL = 0.05
KEPT_FIRMLY = 0.95
"""Share of other weights under which a nearest rival must stay to be called clear."""
KEPT_MOSTLY = 0.70

_INDICES: Mapping[str, Message] = MappingProxyType({
    "pianka": Message("Pianka's overlap, mean of pairs"),
    "czekanowski": Message("Czekanowski's overlap, mean of pairs"),
    "jaccard_variance": Message("Differences between pairs (variance of Jaccard)"),
})  # fmt: skip
_NULLS: Mapping[str, Message] = MappingProxyType({
    "RA1": Message("RA1: everything at random"),
    "RA2": Message("RA2: random amounts, gaps kept"),
    "RA3": Message("RA3: features shuffled, breadth kept"),
    "RA4": Message("RA4: amounts shuffled, gaps kept"),
    "fixed": Message("Fixed: popularity and breadth kept"),
})  # fmt: skip
_SCENARIOS: Mapping[str, Message] = MappingProxyType({
    "all alike": Message("All alike"),
    "left out": Message("{facet} left out"),
})  # fmt: skip


def overlap_test_findings(
    result: OverlapTest, *, pair: tuple[str, str] | None = None
) -> tuple[Finding, ...]:
    """Say whether the banks are more alike than chance, under every null that was asked for.

    Parameters
    ----------
    result : OverlapTest
    pair : tuple of str, optional
        Two banks to judge by the fixed null.

    Returns
    -------
    tuple of Finding

    Examples
    --------
    >>> from brandkit.overlap import overlap_test
    >>> table = pd.DataFrame([[5, 3, 0, 0], [4, 4, 1, 0], [0, 1, 5, 6]], index=list("ABC"))
    >>> found = overlap_test_findings(overlap_test(table, nulls=["RA3"], draws=99))
    >>> str(found[0].headline), found[0].settled
    ('Banks do not concentrate on the same features more than chance.', 'open')
    """
    found = [_concentration_finding(result), _groups_finding(result)]
    if pair is not None:
        found.append(_pair_finding(result, *pair))
    return tuple(one for one in found if one is not None)


def overlap_test_rows(result: OverlapTest) -> pd.DataFrame:
    """Give the tests for a table, indices and nulls in words of the language in use.

    Parameters
    ----------
    result : OverlapTest

    Returns
    -------
    DataFrame
        ``index null observed expected ses p_value p_two_sided``.
    """
    rows = result.tests[["index", "null", "observed", "expected", "ses", "p_value", "p_two_sided"]]
    return rows.assign(
        index=[translate(_INDICES[name]) for name in rows["index"]],
        null=[translate(_NULLS[name]) for name in rows["null"]],
    )


def overlap_test_caption(result: OverlapTest) -> Message:
    """Say what the table of tests holds."""
    return Message(
        "Overlap of the feature profiles of {brands:count} banks ({features:count} features of "
        "categories) against models of chance, {draws:count} random markets each. p: chance "
        "reaches as much or more.",
        {"brands": result.n_brands, "features": result.n_attributes, "draws": result.draws},
    )


def weight_sensitivity_finding(result: WeightSensitivity, *, focus: str | None = None) -> Finding:
    """Say whether the rankings survive other weights.

    Parameters
    ----------
    result : WeightSensitivity
    focus : str, optional

    Returns
    -------
    Finding

    Examples
    --------
    >>> from brandkit.overlap import weight_sensitivity
    >>> from brandkit.overlap.examples import small_catalog
    >>> found = weight_sensitivity_finding(weight_sensitivity(small_catalog(), draws=5))
    >>> found.settled
    'clear'
    """
    facts = result.glance().iloc[0]
    values: dict[str, Any] = {
        "n": int(facts["n_scenarios"]), "lowest": facts["correlation"],
        "kept": facts["nearest_kept"], "brand": focus,
    }  # fmt: skip
    detail = Message(
        "Under {n:count} other weights of the facets the order of all pairs stays much the same "
        "(rank correlation at least {lowest:decimal2}); on average {kept:percent} keep their "
        "nearest rival.",
        values,
    )
    if focus is None:
        settled = _kept(float(facts["nearest_kept"]))
        if settled == "open":
            return Finding(Message("Who is nearest hangs on the weights."), detail, settled)
        return Finding(Message("Other weights name the same rivals."), detail, settled)
    mine = result.brands[result.brands["brand"] == focus].iloc[0]
    values |= {"rival": mine["nearest_rival"], "own": mine["nearest_kept"]}
    settled = _kept(float(mine["nearest_kept"]))
    if settled == "open":
        headline = Message(
            "That {rival} is nearest to {brand} hangs on the weights: it holds under {own:percent} "
            "of them.",
            values,
        )
        return Finding(headline, detail, settled)
    headline = Message(
        "{rival} stays nearest to {brand} under {own:percent} of other weights.", values
    )
    return Finding(headline, detail, settled)


def weight_sensitivity_rows(result: WeightSensitivity) -> pd.DataFrame:
    """Give the plainest other weights, in words of the language in use: all alike, one left out.

    Parameters
    ----------
    result : WeightSensitivity

    Returns
    -------
    DataFrame
        ``scenario correlation nearest_kept largest_change``.
    """
    rows = result.scenarios[result.scenarios["scenario"].isin(_SCENARIOS)]
    said = [
        translate(Message(_SCENARIOS[word].text, {"facet": facet_name(facet)} if facet else {}))
        for word, facet in zip(rows["scenario"], rows["facet"], strict=True)
    ]
    columns = ["correlation", "nearest_kept", "largest_change"]
    return rows[columns].assign(scenario=said)[["scenario", *columns]].reset_index(drop=True)


def weight_sensitivity_caption(result: WeightSensitivity) -> Message:
    """Say what the table of other weights holds."""
    return Message(
        "The same comparison under other weights: rank correlation of all overlaps with those "
        "above, share of banks that keep their nearest rival, and the largest change of an "
        "overlap. {n:count} sets of weights in all, random ones included.",
        {"n": len(result.scenarios)},
    )


def _concentration_finding(result: OverlapTest) -> Finding | None:
    tests = result.tests[result.tests["null"].str.startswith("RA")]
    if not len(tests):
        return None
    alike = tests.groupby("null", sort=False)["p_value"].max() <= LEVEL
    # mean overlaps disagree: neither verdict
    unlike = tests.groupby("null", sort=False)["p_value"].min() > LEVEL
    yes, no = alike.index[alike].tolist(), alike.index[unlike].tolist()
    split = [name for name in alike.index if name not in (*yes, *no)]
    values = {
        "yes": yes or None, "no": no or None, "split": split or None, "draws": result.draws,
        "n": len(alike),
    }  # fmt: skip
    if len(yes) == len(alike):
        settled: Settled = "clear" if "RA3" in yes and len(yes) > 1 else "likely"
        detail = Message(
            "Under every model asked ({yes}). Unequal popularity of features alone is enough for "
            "RA3 ({draws:count} draws).",
            values,
        )
        headline = Message("Banks concentrate on the same features more than chance.")
        return Finding(headline, detail, settled)
    if not yes and not split:
        headline = Message("Banks do not concentrate on the same features more than chance.")
        detail = Message("Under no model asked ({no}; {draws:count} draws).", values)
        return Finding(headline, detail, "open")
    headline = Message(
        "Whether banks concentrate on the same features depends on what chance means."
    )
    detail = Message(
        "More alike than chance under {yes}, not under {no}. Unequal popularity of features alone "
        "is enough for RA3 ({draws:count} draws).",
        values,
    )
    if split:
        detail = Message("{detail} The two measures disagree under {split}.",
                         {**values, "detail": detail})  # fmt: skip
    return Finding(headline, detail, "open")


def _groups_finding(result: OverlapTest) -> Finding | None:
    tests = result.tests[result.tests["index"] == "jaccard_variance"]
    if not len(tests):
        return None
    row = tests.iloc[0]
    values = {"ses": row["ses"], "p": row["p_value"], "draws": result.draws}
    detail = Message(
        "Against markets in which every feature stays as popular and every bank as broad, pairs "
        "differ {ses:signed} standard deviations more than chance (p {p:p}, {draws:count} draws).",
        values,
    )
    if row["p_value"] <= LEVEL:
        headline = Message(
            "Some pairs are more alike, others less, than popularity and breadth explain."
        )
        return Finding(headline, detail, "clear")
    headline = Message("Popularity and breadth may explain how alike pairs are.")
    return Finding(headline, detail, "open")


def _pair_finding(result: OverlapTest, focus: str, rival: str) -> Finding | None:
    pairs = result.pairs[result.pairs["null"] == "fixed"]
    wanted = {focus, rival}
    mine = pairs[pairs["brand_a"].isin(wanted) & pairs["brand_b"].isin(wanted)]
    if not len(mine):
        return None
    row = mine.iloc[0]
    values = {
        "brand": focus, "rival": rival, "ses": row["ses"], "p": row["p_value"],
        "adjusted": row["p_adjusted"], "n": len(pairs), "draws": result.draws,
    }  # fmt: skip
    detail = Message(
        "{ses:signed} standard deviations from what popularity and breadth give (p {p:p}; "
        "{adjusted:p} after adjustment over {n:count} pairs, {draws:count} draws).",
        values,
    )
    if row["p_value"] <= LEVEL:
        headline = Message(
            "{brand} and {rival} share more features than popular ones explain.", values
        )
        return Finding(headline, detail, "clear" if row["p_adjusted"] <= LEVEL else "likely")
    headline = Message(
        "{brand} and {rival} may share no more features than popular ones explain.", values
    )
    return Finding(headline, detail, "open")


def _kept(share: float) -> Settled:
    return "clear" if share >= KEPT_FIRMLY else "likely" if share >= KEPT_MOSTLY else "open"
