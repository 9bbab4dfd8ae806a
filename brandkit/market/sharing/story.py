"""What is said of shared customers: with whom, beyond what sizes explain."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, Message, as_notes
from brandkit.core.story import Action, Exhibit, Story, speaker, titled
from brandkit.market.sharing.sharing import CustomerSharing

MOST_TOLD = 2


def customer_sharing(result: CustomerSharing, *, focus: object = None) -> Story:
    """Tell with whom the focus shares more or fewer customers, or which pairs of the market do."""
    bank, unknown = known_focus(focus, result.brands["brand"])
    held = result.pairs[result.pairs["settled"] != "open"]
    if bank is not None:
        held = held[(held["brand_a"] == bank) | (held["brand_b"] == bank)]
    held = held.assign(far=-(held["ratio"].map(lambda one: max(one, 1 / one))),
                       doubt=held["settled"] != "clear")  # fmt: skip
    ordered = held.sort_values(["doubt", "far"], kind="stable").head(MOST_TOLD)
    told = [_pair(result, dict(row), bank) for _, row in ordered.iterrows()]
    findings = [finding for finding, _ in told] or [_nothing(result, bank)]
    actions = tuple(action for _, due in told for action in due)
    findings.append(_loyalty(result))
    say = speaker(n=result.n, banks=len(result.brands), pairs=len(held))
    caption = say(
        "Customers that two banks share over what the sizes of both explain (1: as expected); "
        "coloured where it is settled; {n:count} persons."
    )
    alt = say(
        "A matrix of {banks:count} banks, the largest first; {pairs:count} {pairs:pair|pairs} "
        "stand out."
    )
    size = speaker(repertoire=result.repertoire, law=result.duplication)
    notes = [size(
        "People hold {repertoire:decimal1} banks each on average; the factor of the law of "
        "duplication, {law:decimal2}, says only that, not how close banks are."
    )]  # fmt: skip
    if result.cap:
        notes.append(Message("Nobody names more than {n:count} banks: all factors are relative to "
                             "that.", {"n": result.cap}))  # fmt: skip
    if result.is_rated:
        notes.append(Message("The banks a person rated stand for those it is a customer of."))
    return Story(
        titled(findings[0]), None, tuple(findings), actions,
        {"shared": Exhibit(caption, alt, _table(result, bank),
                           (*as_notes(findings[1:]), *notes, *unknown, *result.notes),
                           partial(result.plot, focus=bank), kinds={"ratio": "decimal"}),
         "loyalty": _sizes(result)},
    )  # fmt: skip


def _table(result: CustomerSharing, bank: str | None) -> pd.DataFrame:
    columns = ["ratio", "ci_low", "ci_high", "ci_level", "p_adjusted", "settled", "n_joint"]
    if bank is not None:
        return result.of(bank)[["brand", *columns]].reset_index(drop=True)
    pairs = result.pairs.sort_values("ratio", ascending=False, kind="stable")
    return pairs[["brand_a", "brand_b", *columns]].reset_index(drop=True)


def _pair(
    result: CustomerSharing, row: dict[str, Any], bank: str | None
) -> tuple[Finding, list[Action]]:
    a, b = row["brand_a"], row["brand_b"]
    a, b = (b, a) if b == bank else (a, b)
    say = speaker(a=a, b=b, ratio=row["ratio"], low=row["ci_low"], high=row["ci_high"],
                  p=row["p_adjusted"], n=row["n_joint"], level=result.ci_level,
                  expected=row["expected_ratio"])  # fmt: skip
    detail = say(
        "{low:decimal2} to {high:decimal2} ({level:percent}; p {p:p} over all pairs), where sizes "
        "and the number of banks a person give {expected:decimal2}; {n:count} persons hold both."
    )
    settled = row["settled"]
    if row["ratio"] > 1:
        headline = say("{a} and {b} share {ratio:decimal1} times as many customers as their sizes "
                       "explain.")  # fmt: skip
        if settled == "likely":
            headline = say("{a} and {b} probably share more customers than their sizes explain.")
        watch = say("Watch {b}: it shares {ratio:decimal1} times as many customers with {a} as "
                    "sizes explain.")  # fmt: skip
        return Finding(headline, detail, settled), (
            [Action("check", watch, settled, "shared")] if bank is not None else []
        )
    headline = say("{a} and {b} share fewer customers than their sizes explain "
                   "({ratio:decimal2} times).")  # fmt: skip
    if settled == "likely":
        headline = say("{a} and {b} probably share fewer customers than their sizes explain.")
    return Finding(headline, detail, settled), []


def _nothing(result: CustomerSharing, bank: str | None) -> Finding:
    say = speaker(bank=bank, n=len(result.pairs), persons=result.n)
    detail = say("{n:count} pairs were tested together; {persons:count} persons.")
    headline = say("No two banks are known to share more customers than sizes explain.")
    if bank is not None:
        headline = say("Whether {bank} shares more customers with any bank than sizes explain is "
                       "open.")  # fmt: skip
    return Finding(headline, detail, "open")


def _loyalty(result: CustomerSharing) -> Finding:
    """Say that small banks have fewer sole customers, which is the rule."""
    brands = result.brands
    say = speaker(large=brands["brand"].iloc[0], small=brands["brand"].iloc[-1],
                  first=brands["sole"].iloc[0], last=brands["sole"].iloc[-1], n=len(brands),
                  banks=result.repertoire)  # fmt: skip
    headline = say("Customers hold several banks, whichever bank they hold.")
    if brands["sole"].iloc[0] > 0.5:
        headline = say("Most customers hold one bank only, whichever bank they hold.")
    detail = say(
        "{first:percent} of the customers of {large}, the largest, hold no other bank, and "
        "{last:percent} of those of {small}, the smallest of {n:count}; {banks:decimal1} banks a "
        "person. Loyalty rises with size: it is no merit."
    )
    return Finding(headline, detail, "clear")


def _sizes(result: CustomerSharing) -> Exhibit:
    say = speaker(n=result.n, period=result.period)
    caption = say(
        "Size, customers without another bank, and banks a customer: small banks have fewer "
        "customers, who are a little less loyal; {n:count} persons."
    )
    notes = []
    if result.period:
        notes.append(say("Expected from the NBD-Dirichlet, on purchases in one {period}."))
    return Exhibit(caption, data=result.brands, notes=tuple(notes))
