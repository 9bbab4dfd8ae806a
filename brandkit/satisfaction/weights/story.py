"""What is said of weights: how far the sample was from its population, and what mending costs."""

from __future__ import annotations

from brandkit.core.message import Finding, as_notes
from brandkit.core.story import Exhibit, Story, speaker
from brandkit.satisfaction.weights.weights import SurveyWeights

#: Design effect of weights from which weighting is called costly.
COSTLY = 1.5


def survey_weights(result: SurveyWeights, *, focus: object = None) -> Story:  # noqa: ARG001
    """Tell which group was furthest from its share, and what weighting costs."""
    facts, margins = result.glance().iloc[0], result.margins
    gap = (margins["share_before"] - margins["share_target"]).abs().round(9)
    worst = margins.iloc[int(gap.to_numpy().argmax())]
    before, target = worst["share_before"], worst["share_target"]
    say = speaker(group=worst["label"], before=before, target=target, n=int(facts["n"]))
    low, high = facts["weight_low"], facts["weight_high"]
    say = speaker(say, base=facts["n_effective"], low=low, high=high)
    detail = say(
        "Before weighting {group} made up {before:percent1} of the sample, {target:percent1} of "
        "the population. {n:count} persons are worth {base:count} equally weighted ones; weights "
        "run from {low:decimal2} to {high:decimal2} times the mean."
    )
    headline = say("The sample has the population's shares, at little cost.")
    finding = Finding(headline, detail, "clear")
    if facts["kish_effect"] >= COSTLY:
        headline = say(
            "Weighting mends the sample at a price: it loses a third of its base or more."
        )
        finding = Finding(headline, detail, "likely")
    caption = say(
        "Groups of the population and of the sample of {n:count} persons, before and after "
        "weighting."
    )
    if margins["share_delivered"].isna().all():
        margins = margins.drop(columns="share_delivered")
    table = Exhibit(caption, data=margins, notes=(*as_notes([finding]), *result.notes))
    return Story(headline, None, (finding,), (), {"weights": table})
