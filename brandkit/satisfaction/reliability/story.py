"""What is said of a scale: whether its items may be added up."""

from __future__ import annotations

import pandas as pd

from brandkit.core.message import Finding, Settled, as_notes
from brandkit.core.story import Action, Exhibit, Story, speaker
from brandkit.satisfaction.groups import and_more, first_names
from brandkit.satisfaction.reliability.reliability import ScaleReliability

#: Alpha from which items hang together well, and from which they may be added up.
GOOD_ALPHA, FAIR_ALPHA = 0.8, 0.7


def scale_reliability(result: ScaleReliability, *, focus: object = None) -> Story:  # noqa: ARG001
    """Tell whether the items may be added up, by the lower end of alpha's interval."""
    facts = result.scale.iloc[0]
    rows = result.items.assign(item=[result.labels.get(one, one) for one in result.items["item"]])
    turned = rows.loc[rows["looks_reversed"], "item"].tolist()
    say = speaker(
        n_items=int(facts["n_items"]),
        alpha=facts["alpha_raw"],
        low=facts["alpha_low"],
        high=facts["alpha_high"],
        level=facts["ci_level"],
        n=int(facts["n_respondents"]),
        omega=facts["omega"],
        names=first_names(turned),
        more=and_more(turned),
    )
    detail = say(
        "Alpha {alpha:decimal2} ({low:decimal2} to {high:decimal2}, {level:percent}), omega "
        "{omega:decimal2}; {n:count} persons."
    )
    least = facts["alpha_low"] if pd.notna(facts["alpha_low"]) else facts["alpha_raw"]
    actions: list[Action] = []
    settled: Settled = "open"
    if turned:
        headline = say("Some items run against the others: {names}{more}.")
        look = say("Look at the wording of {names}{more}, and turn the answers round.")
        actions = [Action("check", look, "open", "scale")]
    elif least >= FAIR_ALPHA:
        headline, settled = say("The {n_items:count} items may be added up."), "clear"
        if least >= GOOD_ALPHA:
            headline = say("The {n_items:count} items hang together well and may be added up.")
    elif facts["alpha_raw"] >= FAIR_ALPHA:
        headline, settled = say("The {n_items:count} items can probably be added up."), "likely"
    else:
        headline = say("The {n_items:count} items do not hang together well enough to be added up.")
    finding = Finding(headline, detail, settled)
    scale = Exhibit(
        say(
            "Each of {n:count} items against the sum of the others, and alpha without it; KMO says "
            "how far its correlations are shared with all.",
            n=len(rows),
        ),
        data=rows[["item", "mean", "item_rest", "alpha_if_dropped", "loading", "kmo"]],
        notes=(*as_notes([finding]), *result.notes),
    )
    return Story(headline, None, (finding,), tuple(actions), {"scale": scale})
