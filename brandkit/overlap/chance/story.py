"""What the tests against chance say."""

from __future__ import annotations

import pandas as pd

from brandkit.core.intervals import holm
from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, Message, Settled, as_notes
from brandkit.core.story import N_, Exhibit, Say, Story, speaker
from brandkit.language import translate
from brandkit.overlap.chance.chance import LEVEL, OverlapTest

INDEX_NAMES = {
    "pianka": N_("Pianka's overlap, mean of pairs"),
    "czekanowski": N_("Czekanowski's overlap, mean of pairs"),
    "jaccard_variance": N_("Differences between pairs (variance of Jaccard)"),
}
NULL_NAMES = {
    "RA1": N_("RA1: everything at random"),
    "RA2": N_("RA2: random amounts, gaps kept"),
    "RA3": N_("RA3: features shuffled, breadth kept"),
    "RA4": N_("RA4: amounts shuffled, gaps kept"),
    "fixed": N_("Fixed: popularity and breadth kept"),
}
_COLUMNS = ["index", "null", "observed", "expected", "ses", "p_value", "p_two_sided"]


def overlap_test(result: OverlapTest, *, focus: object = None) -> Story:
    """Say whether banks are more alike than chance, under every null that was asked for."""
    bank, unknown = known_focus(
        focus, pd.unique(result.pairs[["brand_a", "brand_b"]].values.ravel())
    )
    say = speaker(draws=result.draws, brands=result.n_brands, features=result.n_attributes)
    findings = (*_pair(result, bank, say), *_groups(result, say), *_concentration(result, say))
    table = result.tests[_COLUMNS].assign(
        index=[translate(Message(INDEX_NAMES[name])) for name in result.tests["index"]],
        null=[translate(Message(NULL_NAMES[name])) for name in result.tests["null"]],
    )
    caption = say(
        "Overlap of the feature profiles of {brands:count} banks ({features:count} features of "
        "categories) against models of chance, {draws:count} random markets each. p: chance "
        "reaches as much or more."
    )
    notes = (*as_notes(findings), *unknown, *result.notes)
    exhibits = {"chance": Exhibit(caption, data=table, notes=notes, kinds={"expected": "decimal"})}
    return Story(findings[0].headline, caption, findings, exhibits=exhibits)


def _pair(result: OverlapTest, bank: str | None, say: Say) -> list[Finding]:
    """The focus bank's most alike pair, beyond popularity and breadth."""
    pairs = result.pairs[result.pairs["null"] == "fixed"]
    ends = pairs[["brand_a", "brand_b"]].astype(str)
    own = pairs[(ends == bank).any(axis=1) & pairs["ses"].notna()]
    if own.empty:
        return []
    row = own.sort_values("ses", ascending=False, kind="stable").iloc[0]
    values = {
        "brand": bank,
        "rival": row["brand_b"] if str(row["brand_a"]) == bank else row["brand_a"],
        "ses": row["ses"],
        "p": row["p_value"],
        "adjusted": row["p_adjusted"],
        "n": len(pairs),
    }
    detail = say(
        "{ses:signed} standard deviations from what popularity and breadth give (p {p:p}; "
        "{adjusted:p} after adjustment over {n:count} pairs, {draws:count} draws).",
        **values,
    )
    if row["tail_fitted"]:
        detail = say(
            "{ses:signed} standard deviations from what popularity and breadth give (p {p:p}, its "
            "tail fitted to {draws:count} draws; {adjusted:p} after adjustment over {n:count} "
            "pairs).",
            **values,
        )
    # the pair was chosen among the bank's own, so that its p-value alone says too much
    if holm(own["p_value"].to_numpy(dtype=float)).min() > LEVEL:
        headline = say(
            "{brand} and {rival} may share no more features than popular ones explain.", **values
        )
        return [Finding(headline, detail, "open")]
    headline = say("{brand} and {rival} share more features than popular ones explain.", **values)
    return [Finding(headline, detail, "clear" if row["p_adjusted"] <= LEVEL else "likely")]


def _groups(result: OverlapTest, say: Say) -> list[Finding]:
    tests = result.tests[result.tests["index"] == "jaccard_variance"]
    if tests.empty:
        return []
    row = tests.iloc[0]
    detail = say(
        "Against markets in which every feature stays as popular and every bank as broad, pairs "
        "differ {ses:signed} standard deviations more than chance (p {p:p}, {draws:count} draws).",
        ses=row["ses"],
        p=row["p_value"],
    )
    if row["p_value"] <= LEVEL:
        headline = say(
            "Some pairs are more alike, others less, than popularity and breadth explain."
        )
        return [Finding(headline, detail, "clear")]
    headline = say("Popularity and breadth may explain how alike pairs are.")
    return [Finding(headline, detail, "open")]


def _concentration(result: OverlapTest, say: Say) -> list[Finding]:
    tests = result.tests[result.tests["null"].str.startswith("RA")]
    if tests.empty:
        return []
    by_null = tests.groupby("null", sort=False)["p_value"]
    most, least = by_null.max(), by_null.min()
    yes, no = most.index[most <= LEVEL].tolist(), least.index[least > LEVEL].tolist()
    # where the two mean overlaps disagree there is neither verdict
    split = [name for name in most.index if name not in (*yes, *no)]
    values = {"yes": yes or None, "no": no or None, "split": split}
    if len(yes) == len(most):
        headline = say("Banks concentrate on the same features more than chance.")
        detail = say(
            "Under every model asked ({yes}). Unequal popularity of features alone is enough for "
            "RA3 ({draws:count} draws).",
            **values,
        )
        settled: Settled = "clear" if "RA3" in yes and len(yes) > 1 else "likely"
        return [Finding(headline, detail, settled)]
    if not yes and not split:
        headline = say("Banks do not concentrate on the same features more than chance.")
        detail = say("Under no model asked ({no}; {draws:count} draws).", **values)
        return [Finding(headline, detail, "open")]
    headline = say("Whether banks concentrate on the same features depends on what chance means.")
    detail = say(
        "More alike than chance under {yes}, not under {no}. Unequal popularity of features alone "
        "is enough for RA3 ({draws:count} draws).",
        **values,
    )
    if split:
        text = "{detail} The two measures disagree under {split}."
        detail = Message(text, {"detail": detail, "split": split})
    return [Finding(headline, detail, "open")]
