"""What is said of the fieldwork: what a careful reader checks before believing a survey."""

from __future__ import annotations

from brandkit.core.message import Message
from brandkit.core.story import Exhibit, Story, speaker
from brandkit.sources.survey.quality import Quality

#: Rows of the table on a page: the largest shares found.
MOST_ROWS = 12
CHECKS = {
    "straight_lining": Message("one answer all through"),
    "speeding": Message("answered in a rush"),
    "duplicate_answers": Message("ratings copied"),
    "duplicate_ids": Message("respondent repeated"),
    "out_of_range": Message("outside the scale"),
    "nonresponse": Message("no answer"),
    "personal_data": Message("personal data"),
}


def quality(result: Quality, *, focus: object = None) -> Story:  # noqa: ARG001 - as everywhere
    """Tell what is odd in the fieldwork, and how much of it."""
    facts = result.glance().iloc[0]
    rows = result.checks[result.checks["n_found"] > 0].sort_values(
        "share", ascending=False, kind="stable"
    )
    odd = rows[rows["check"] != "nonresponse"]
    say = speaker(n=facts["n"], persons=facts["n_respondents"], most=MOST_ROWS)
    headline = say("The fieldwork shows no straight-lining, rush or copies in {n:count} rows")
    if len(odd):
        worst = odd.iloc[0]
        headline = say(
            "Fieldwork: {share:percent1} {what}", share=worst["share"], what=CHECKS[worst["check"]]
        )
    caption = say(
        "What is odd in {n:count} rows of {persons:count} respondents, at most {most:count} "
        "checks, the largest share first. Everything is counted, nothing is left out."
    )
    data = rows.head(MOST_ROWS).assign(
        check=rows["check"].map(CHECKS).astype(object), item=rows["item"].fillna(rows["set"])
    )
    columns = ["check", "item", "n_found", "n", "share"]
    exhibit = Exhibit(
        caption,
        data=data[columns].reset_index(drop=True),
        notes=result.notes,
        kinds={"share": "share"},
    )
    return Story(headline, exhibits={"fieldwork": exhibit})
