"""What is said of service: where a bank serves well or not, and what it should do first."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import pandas as pd

from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, Message, Settled, as_notes
from brandkit.core.story import Action, Exhibit, Point, Say, Story, Verb, listed, speaker, titled
from brandkit.language import translate
from brandkit.satisfaction.groups import row_values
from brandkit.satisfaction.service import service
from brandkit.satisfaction.service.extended import ExtendedServices
from brandkit.satisfaction.service.penalty import ROLE_NAMES, PenaltyReward, by_role, role_names
from brandkit.satisfaction.service.service import STAGES, ServicePriorities, ServiceQuality

#: Adjusted p-values up to which a difference is called clear, or likely.
CLEAR, LIKELY = 0.01, 0.05
MOST_TOLD = 3
MOST_NAMED = 4

_EXHIBITS: Final = {"stage": "stages", "dimension": "dimensions", "item": "services"}
_MEASURES: Final = {
    "servperf": Message("Service quality, mean score (SERVPERF)"),
    "servqual": Message("Service quality, perceived less expected (SERVQUAL)"),
}


def service_quality(result: ServiceQuality, *, focus: object = None) -> Story:
    """Tell at which stage or in what the service is weak, and where the focus stands apart."""
    focus, unknown = known_focus(focus, result.scores["brand"].dropna().unique())
    rows = result.comparisons
    rows = rows[(rows["kind"] == result.usual_kind) & (rows["brand"] == focus)]
    if len(rows):
        against = rows.sort_values("p_adjusted", kind="stable").head(MOST_TOLD)
        told = [_against_others(dict(row), focus) for _, row in against.iterrows()]
        headline = _focus_headline(rows, focus)
        findings = [finding for finding, _ in told]
        actions = tuple(action for _, due in told for action in due)
        if len(result.stages) > 1:
            findings.append(_weakest(result, brand=focus))
    elif focus is not None and len(result.comparisons):
        said = "Too few people rated the service of {focus} to say where it stands."
        headline, actions = Message(said, {"focus": focus}), ()
        findings = [Finding(headline, Message("No score."), "open")]
    else:
        headline, findings, actions = _market_headline(result), [], ()
    findings.append(_weakest(result, brand=None))
    exhibits: dict[str, Exhibit] = {}
    for kind, name in _EXHIBITS.items():
        if kind in set(result.scores["kind"]):
            notes = () if exhibits else (*as_notes(findings[1:]), *unknown, *result.notes)
            exhibits[name] = _exhibit(result, kind, focus, notes=notes)
    return Story(headline, None, tuple(findings), actions, exhibits)


def _market_headline(result: ServiceQuality) -> Message:
    best, worst = _ends(result.parts())
    if best["name"] == worst["name"]:
        return Message("How good the banks' service is")
    ends = {"best": _within(best), "worst": _within(worst)}
    return Message("Service is best {best} and weakest {worst}", ends)


def _focus_headline(rows: pd.DataFrame, focus: object) -> Message:
    sure = rows[rows["p_adjusted"] <= LIKELY].to_dict("records")
    leads = [row for row in sure if row["estimate"] > 0][:MOST_TOLD]
    lags = [row for row in sure if row["estimate"] < 0][:MOST_TOLD]
    say = speaker(focus=focus, ahead=_within(*leads), behind=_within(*lags))
    if leads and lags:
        return say("{focus} leads {ahead} and falls behind {behind}")
    if leads:
        return say("{focus} serves better than the others {ahead}")
    if lags:
        return say("{focus} falls behind {behind}")
    return say("{focus} cannot be told from the others in service")


def _against_others(row: dict[str, Any], focus: object) -> tuple[Finding, list[Action]]:
    settled, about = _how(float(row["p_adjusted"])), _EXHIBITS[row["kind"]]
    say = speaker(
        focus=focus,
        part=_within(row),
        gap=row["estimate"],
        low=row["ci_low"],
        high=row["ci_high"],
        level=row["ci_level"],
        p=row["p_adjusted"],
    )
    detail = say(
        "{gap:signed} points against the mean of the others ({low:signed} to {high:signed}, "
        "{level:percent}; p {p:p} over all banks)."
    )
    if settled == "open":
        alike = say("{focus} cannot be told from the others {part}.")
        return Finding(alike, detail, settled), []
    if row["estimate"] > 0:
        better = say("{focus} serves better than the others {part}.")
        keep = say("Keep the service {part} ahead: {gap:signed} points against the others.")
        return Finding(better, detail, settled), [Action("keep", keep, settled, about)]
    worse = say("{focus} serves worse than the others {part}.")
    mend = say("Improve the service {part}: {gap:signed} points against the others.")
    return Finding(worse, detail, settled), [Action("fix", mend, settled, about)]


def _weakest(result: ServiceQuality, *, brand: str | None) -> Finding:
    """Say at which stage the service is weakest, if the tests tell the stages apart."""
    best, worst = _ends(result.parts(brand=brand))
    pairs = result.contrasts
    pairs = pairs[pairs["brand"].isna() if brand is None else pairs["brand"] == brand]
    about = pairs[(pairs["stage_a"] == worst["name"]) | (pairs["stage_b"] == worst["name"])]
    settled = _how(float(about["p_adjusted"].max()) if len(about) else 1.0)
    say = speaker(
        stage=_part(worst),
        best=_part(best),
        low=worst["estimate"],
        high=best["estimate"],
        brand=brand,
        n=int(worst["n_persons"]),
    )
    if len(result.stages) < 2:
        headline = say("“{stage}” scores lowest in the market, “{best}” highest.")
        detail = say(
            "{low:decimal2} and {high:decimal2}, not tested against each other; {n:count} persons."
        )
        return Finding(headline, detail, "open")
    if brand is None:
        headline = say("The banks serve worst {stage}.")
        if settled == "open":
            headline = say("At which stage the banks serve worst is open.")
        detail = say(
            "The market scores {low:decimal2} {stage} and {high:decimal2} {best}; {n:count} "
            "persons."
        )
        return Finding(headline, detail, settled)
    headline = say("{brand} serves worst {stage}.")
    if settled == "open":
        headline = say("At which stage {brand} serves worst is open.")
    detail = say("It scores {low:decimal2} there and {high:decimal2} {best}; {n:count} persons.")
    return Finding(headline, detail, settled)


def _exhibit(
    result: ServiceQuality, kind: str, focus: str | None, *, notes: tuple[Message, ...]
) -> Exhibit:
    shown = result.parts(kind=kind, brand=focus)
    scores = result.scores[result.scores["kind"] == kind].reset_index(drop=True)
    best, worst = _ends(shown)
    say = speaker(measure=_MEASURES[result.method], level=result.ci_level)
    say = speaker(say, best=_part(best), high=best["estimate"], n=int(scores["n_persons"].max()))
    say = speaker(
        say, worst=_part(worst), low=worst["estimate"], focus=focus or Message("the market")
    )
    caption = say(
        "{measure}: {focus} with {level:percent} intervals, the market (bars) and the other banks "
        "(circles); {n:count} persons."
    )
    if focus is None:
        caption = say(
            "{measure}: the market with {level:percent} intervals, and the banks (circles); "
            "{n:count} persons."
        )
    alt = say(
        "Dot plot of {n:count} parts of the service; {focus} scores from {high:decimal2} "
        "({best}) to {low:decimal2} ({worst}).",
        n=int(shown["estimate"].notna().sum()),
    )
    if shown["estimate"].isna().all():
        alt = say("An empty chart: too few people answered.")
    names = [translate(_part(dict(row))) for _, row in scores.iterrows()]
    both = ["score", "expectation"] if result.method == "servqual" else []
    columns = [kind, "brand", *both, "estimate", "ci_low", "ci_high", "ci_level", "n"]
    data = scores.assign(**{kind: names})[columns]
    return Exhibit(caption, alt, data, notes, partial(result.plot, kind=kind, focus=focus))


def _how(p_value: float) -> Settled:
    return "clear" if p_value <= CLEAR else "likely" if p_value <= LIKELY else "open"


def _part(row: dict[str, Any]) -> Message | str:
    """Name a part of the service: a stage of the sale in words."""
    name = str(row["label"] if row["kind"] == "item" else row[row["kind"]])
    return STAGES.get(name, name) if row["kind"] == "stage" else name


def _within(*rows: dict[Any, Any]) -> Message | list[Message | str]:
    """Say where in the service: before the sale, in “advice”."""
    parts = [_part(row) for row in rows]
    if rows and rows[0]["kind"] == "stage":
        return parts
    return Message("in {parts}", {"parts": [Message("“{part}”", {"part": one}) for one in parts]})


def _ends(rows: pd.DataFrame) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the best and the worst part."""
    ordered = rows.sort_values("estimate", ascending=False, kind="stable")
    last = max(int(ordered["estimate"].notna().sum()) - 1, 0)
    return dict(ordered.iloc[0]), dict(ordered.iloc[last])


# --- what to do first ----------------------------------------------------------------------------


def service_priorities(result: ServicePriorities, *, focus: object = None) -> Story:
    """Tell what to mend first, what to keep up and what to secure, against the rivals."""
    _, unknown = known_focus(focus, [result.brand])
    services = result.services
    rows = {name: services[services["priority"] == name] for name in ("act", "keep", "secure")}
    act, keep, secure = (list(part["label"].astype(str)[:MOST_NAMED]) for part in rows.values())
    say = speaker(brand=result.brand, n=len(services))
    findings: list[Finding] = []
    actions: list[Action] = []
    if act:
        first = say("First to mend at {brand}: {items}.", items=act)
        findings.append(Finding(first, _difference(rows["act"]), "clear"))
        due = say("Improve {items} first.", items=listed(act))
        actions.append(_due("fix", due, "clear", rows["act"]))
    else:
        least = _difference(services.sort_values("estimate", kind="stable"))
        nothing = say("{brand} lags clearly behind its rivals in nothing that matters.")
        detail = say("Its lowest standing: {difference}", difference=least)
        findings.append(Finding(nothing, detail, "likely"))
    if keep:
        leads = say("{brand} leads in what matters: {items}.", items=keep)
        findings.append(Finding(leads, _difference(rows["keep"]), "clear"))
        lead = say("Keep the lead in {items}.", items=listed(keep))
        actions.append(_due("keep", lead, "clear", rows["keep"]))
    if secure:
        text = say("To be secured, as they cost most when they fail: {items}.", items=secure)
        level = say(
            "{brand} is not shown to lead or to lag there. {difference}",
            difference=_difference(rows["secure"]),
        )
        findings.append(Finding(text, level, "likely"))
        safe = say(
            "Secure {items}: no lead is shown, and it costs most when poor.", items=listed(secure)
        )
        actions.append(_due("secure", safe, "likely", rows["secure"]))
    caption = say(
        "What {brand} should do first, of {n:count} services. Share: of what all services "
        "explain; difference: the bank's score less the mean of its rivals, in scale points. Act "
        "first: it matters and the bank lags behind; keep the lead: it matters and the bank is "
        "ahead; secure: basic and level; later: it hardly matters."
    )
    kinds = services["role"].map({key: translate(name) for key, name in ROLE_NAMES.items()})
    said = [translate(service.PRIORITY_NAMES[one]) for one in services["priority"]]
    columns = ["item", "priority", "share", "role", "score", "estimate", "ci_low", "ci_high"]
    table = services.assign(item=services["label"], priority=said, role=kinds)
    exhibit = Exhibit(
        caption,
        data=table[[*columns, "ci_level", "n"]],
        notes=(*as_notes(findings), *unknown, *result.notes),
        heads={"estimate": Message("Against rivals"), "item": Message("Service")},
    )
    points = _standing(result.brand, rows["act"], rows["keep"])
    return Story(
        findings[0].headline, None, tuple(findings), tuple(actions), {"first": exhibit}, points
    )


def _due(verb: Verb, text: Message, settled: Settled, rows: pd.DataFrame) -> Action:
    """Say what to do about services, with the first one's standing against rivals."""
    first = row_values(rows.iloc[0])
    gain = Message(
        "In “{label}” {estimate:signed} points against rivals ({ci_low:signed} to "
        "{ci_high:signed}).",
        first,
    )
    on = tuple(rows["label"].astype(str)[:MOST_NAMED])
    return Action(verb, text, settled, "first", on, gain, int(first["n"]))


def _standing(brand: str, act: pd.DataFrame, keep: pd.DataFrame) -> tuple[Point, ...]:
    """Give where the bank leads or lags its rivals in what matters."""
    points = []
    for rows, value in ((act, 0.95), (keep, 0.8)):
        if rows.empty:
            continue
        names = tuple(rows["label"].astype(str)[:MOST_NAMED])
        say = speaker(brand=brand, items=listed(names), **row_values(rows.iloc[0]))
        text = say(
            "{brand} leads its rivals in {items}, in the first by {estimate:signed} points "
            "({ci_low:signed} to {ci_high:signed})."
        )
        title = say("{brand} leads its rivals where it matters")
        if rows is act:
            text = say(
                "{brand} lags behind its rivals in {items}, in the first by {estimate:signed} "
                "points ({ci_low:signed} to {ci_high:signed})."
            )
            title = say("{brand} lags behind its rivals where it matters")
        points.append(Point(text, "clear", value, "first", names, title))
    return tuple(points)


def _difference(rows: pd.DataFrame) -> Message:
    return Message(
        "“{label}”: {estimate:signed} points against the mean of its rivals ({ci_low:signed} to "
        "{ci_high:signed}, {ci_level:percent}), {share:percent} of what all services explain "
        "({n:count} answers).",
        row_values(rows.iloc[0]),
    )


# --- penalties and rewards -----------------------------------------------------------------------


#: Share of draws, and of other cuts, from which a kind is called clear.
CLEARLY, ROBUST = 0.975, 0.75

_KINDS = (
    *("attribute", "role", "penalty", "penalty_low", "penalty_high", "reward", "reward_low"),
    *("reward_high", "penalty_slope", "reward_slope", "asymmetry", "asymmetry_even", "p_basic"),
    *("p_performance", "p_exciting", "cuts_agree", "n_low", "n_high"),
)
_CUTS = (
    *("attribute", "cut_low", "cut_high", "chosen", "role", "penalty", "reward", "asymmetry"),
    "asymmetry_even",
)


#: Basic services that are each to be secured.
MOST_SECURED = 3


def penalty_reward(result: PenaltyReward, *, focus: object = None) -> Story:  # noqa: ARG001
    """Tell which services act like basic or exciting ones, and what is not settled."""
    rows = by_role(result.attributes)
    say = speaker(outcome=result.outcome_label, n_attributes=len(rows), level=result.level)
    say = speaker(say, n=result.n, base=result.n, persons=result.n_respondents)
    findings, actions = [], []
    for role in ("basic", "exciting", "performance"):
        if (rows["role"] == role).any():
            finding, due = _role(role, rows[rows["role"] == role], say)
            findings.append(finding)
            actions += due
    findings += _undecided(rows, say)
    if not findings:
        headline = say("No service could be placed.")
        findings = [Finding(headline, say("There are {n:count} answers."), "open")]
    lede = say(
        "What poor and good answers to {n_attributes:count} services go with in {outcome}, "
        "against answers in between ({n:count} answers of {persons:count} persons)."
    )
    exhibits = {
        "kinds": _kinds(result, rows, say, notes=(*as_notes(findings), *result.notes)),
        "cuts": _cuts(result, rows, say),
    }
    title = _title(rows, findings[0].headline)
    points = _points(rows, findings, say)
    return Story(title, lede, tuple(findings), tuple(actions), exhibits, points)


def _title(rows: pd.DataFrame, first: Message) -> Message:
    core, extended = (
        rows.loc[rows["role"] == role, "label"].tolist() for role in ("basic", "exciting")
    )
    if not core and not extended:
        return Message("No service clearly acts like a basic or an exciting one")
    if not core or not extended:
        return first
    return Message(
        "{core} {n_core:acts|act} like a basic service; {extended} {n_extended:acts|act} like "
        "an exciting one",
        {"core": core, "n_core": len(core), "extended": extended, "n_extended": len(extended)},
    )


# --- findings ------------------------------------------------------------------------------------


def _role(role: str, rows: pd.DataFrame, say: Say) -> tuple[Finding, list[Action]]:
    """Give the numbers behind a kind: both sides, how sure, under how many cuts."""
    values = row_values(rows.iloc[0])
    chance, agree = float(rows[f"p_{role}"].min()), float(rows["cuts_agree"].min())
    values |= {"items": rows["label"].tolist(), "item": values["label"], "n": len(rows)}
    values |= {"chance": chance, "agree": agree}
    values |= {name: f"{values[name]:g}".replace("-", "−") for name in ("cut_low", "cut_high")}
    settled: Settled = "clear" if chance >= CLEARLY and agree >= ROBUST else "likely"
    detail = say(
        "A poor answer (≤ {cut_low}) for “{item}” goes with {penalty:signed} points "
        "({penalty_low:signed} to {penalty_high:signed}), a good one (≥ {cut_high}) with "
        "{reward:signed} ({reward_low:signed} to {reward_high:signed}); per point of rating "
        "{penalty_slope:signed} and {reward_slope:signed}. At least {chance:percent} of draws and "
        "{agree:percent} of other cuts say the same ({base:count} answers).",
        **values,
    )
    if role == "basic":
        headline = say(
            "{items} {n:acts|act} like a basic service: what is poor costs more than what is good "
            "gains.",
            **values,
        )
        return Finding(headline, detail, settled), [
            _secured(row_values(row), settled, say) for _, row in rows.head(MOST_SECURED).iterrows()
        ]
    if role == "exciting":
        headline = say(
            "{items} {n:acts|act} like an exciting service: what is good gains more than what is "
            "poor costs.",
            **values,
        )
        text = say("Try out what makes “{item}” good.", **values)
        gain = say(
            "A good answer goes with {reward:signed} points in {outcome} ({reward_low:signed} to "
            "{reward_high:signed}).",
            **values,
        )
        on, n = (str(values["item"]),), int(say("").values["base"])
        return Finding(headline, detail, settled), [
            Action("test", text, settled, "kinds", on, gain, n)
        ]
    better = say("Try out what makes “{item}” better.", **values)
    gain = say(
        "A poor answer goes with {penalty:signed} points in {outcome}, a good one with "
        "{reward:signed} ({reward_low:signed} to {reward_high:signed}).",
        **values,
    )
    on, n = (str(values["item"]),), int(say("").values["base"])
    return Finding(say("The better the better: {items}.", **values), detail, settled), [
        Action("test", better, settled, "kinds", on, gain, n)
    ]


def _secured(row: dict[str, Any], settled: Settled, say: Say) -> Action:
    say = speaker(say, **{**row, "item": row["label"]})
    text = say("See that nobody finds “{item}” poor.")
    gain = say(
        "A poor answer goes with {penalty:signed} points in {outcome} ({penalty_low:signed} to "
        "{penalty_high:signed})."
    )
    return Action(
        "secure", text, settled, "kinds", (str(row["label"]),), gain, int(say("").values["base"])
    )


def _points(rows: pd.DataFrame, findings: list[Finding], say: Say) -> tuple[Point, ...]:
    """Say what a poor answer costs: where it must not be poor, or else where both ways count."""
    kinds = [rows[rows["role"] == role] for role in ("basic", "performance")]
    told = next((part for part in kinds if len(part)), None)
    if told is None:
        return ()
    say = speaker(say, **{**row_values(told.iloc[0]), "item": told["label"].iloc[0]})
    text = say(
        "A poor answer for “{item}” goes with {penalty:signed} points in {outcome} "
        "({penalty_low:signed} to {penalty_high:signed}), a good one with {reward:signed}."
    )
    title = say("“{item}” costs most when it is poor") if told is kinds[0] else None
    on = (str(told["label"].iloc[0]),)
    return (Point(text, findings[0].settled, 0.6, "kinds", on, title, why=True),)


def _undecided(rows: pd.DataFrame, say: Say) -> list[Finding]:
    rows = rows[rows["role"] == "undecided"].sort_index()
    matters = rows["matters"].astype(bool)
    unsettled, idle = rows.loc[matters, "label"].tolist(), rows.loc[~matters, "label"].tolist()
    if unsettled:
        headline = say("Whether core or exciting is not settled: {open}.", open=unsettled)
        detail = say(
            "Per point of rating neither side is sure to weigh twice the other, nor are both sure "
            "to weigh alike ({base:count} answers)."
        )
        return [Finding(headline, detail, "open")]
    if not idle:
        return []
    headline = say("What poor or good answers to {idle} go with is not shown.", idle=idle)
    detail = say("Neither a penalty nor a reward can be told from chance ({base:count} answers).")
    return [Finding(headline, detail, "open")]


# --- exhibits ------------------------------------------------------------------------------------


def _kinds(
    result: PenaltyReward, rows: pd.DataFrame, say: Say, *, notes: tuple[Message, ...]
) -> Exhibit:
    caption = say(
        "What poor answers cost and good answers gain in {outcome}, with {level:percent} "
        "intervals over persons. All services at once; the cuts of each stand in the table. "
        "Hollow: undecided. {n:count} answers of {persons:count} persons."
    )
    values: dict[str, Any] = {
        role: int((rows["role"] == role).sum()) for role in ("basic", "performance", "exciting")
    }
    worst = rows.iloc[int(rows["penalty"].fillna(0.0).argmin())]
    best = rows.iloc[int(rows["reward"].fillna(0.0).argmax())]
    values |= {"worst": worst["label"], "penalty": worst["penalty"]}
    values |= {"best": best["label"], "reward": best["reward"]}
    alt = say(
        "Bars to both sides for {n_attributes:count} services: {basic:count} basic, "
        "{performance:count} performance, {exciting:count} exciting. The largest penalty is that "
        "of “{worst}” ({penalty:signed}), the largest reward that of “{best}” ({reward:signed}).",
        **values,
    )
    said = [translate(name) for name in role_names(rows)]
    data = rows.assign(attribute=rows["label"], role=said)[list(_KINDS)].reset_index(drop=True)
    return Exhibit(caption, alt, data, notes, draw=result.plot)


def _cuts(result: PenaltyReward, rows: pd.DataFrame, say: Say) -> Exhibit:
    caption = say(
        "The kind of each of {n_attributes:count} services under the chosen cuts and under cuts "
        "one step lower and higher."
    )
    cuts = result.sensitivity
    order = cuts.assign(place=cuts["attribute"].map(rows["attribute"].tolist().index)).sort_values(
        ["place", "chosen", "cut_low", "cut_high"], ascending=[True, False, True, True]
    )
    said = [translate(name) for name in role_names(order)]
    data = order.assign(attribute=order["label"], role=said)[list(_CUTS)]
    return Exhibit(caption, data=data.reset_index(drop=True))


# --- extended services ---------------------------------------------------------------------------


def extended_services(
    result: ExtendedServices,
    *,
    focus: object = None,  # noqa: ARG001 - as everywhere
) -> Story:
    """Tell which extended services go against satisfaction, and which with it."""
    order = {"against": 0, "with": 1, "open": 2}
    ranked = result.services.sort_values(
        ["effect", "estimate"], key=lambda one: one.map(order) if one.name == "effect" else one
    )
    told = [_told(dict(row), result) for row in ranked.to_dict("records")]
    findings = [finding for finding, _ in told]
    say = speaker(
        outcome=result.outcome_label,
        n=result.n,
        persons=result.n_respondents,
        k=len(ranked),
        core=result.n_core,
        level=result.level,
    )
    caption = say(
        "Points of {outcome} for a point of rating, or for who got it (¤), with {level:percent} "
        "intervals; {core:count} core services held, within banks. {n:count} answers of "
        "{persons:count} persons."
    )
    alt = say("Dots with lines for {k:count} extended services around zero.")
    columns = ["item", "share", "estimate", "ci_low", "ci_high", "p_adjusted", "alone", "effect"]
    data = ranked.assign(item=ranked["label"])[columns].reset_index(drop=True)
    notes = (*as_notes(findings[1:]), *result.notes)
    exhibit = Exhibit(caption, alt, data, notes, result.plot, kinds={"estimate": "signed"})
    actions = tuple(action for _, due in told for action in due)
    return Story(titled(findings[0]), None, tuple(findings), actions, {"extended": exhibit})


def _told(row: dict[Any, Any], result: ExtendedServices) -> tuple[Finding, list[Action]]:
    say = speaker(**row, outcome=result.outcome_label)
    detail = say(
        "A point more of it goes with {estimate:signed} points ({ci_low:signed} to "
        "{ci_high:signed}; alone {alone:signed}), other services held."
    )
    if row["is_tick"]:
        detail = say(
            "The {share:percent} who got it: {estimate:signed} points ({ci_low:signed} to "
            "{ci_high:signed}; alone {alone:signed}), other services held."
        )
    if row["effect"] == "open":
        return Finding(say("Whether “{label}” goes with {outcome} is open."), detail, "open"), []
    settled: Settled = "clear" if row["p_adjusted"] < CLEAR else "likely"
    if row["effect"] == "with":
        return Finding(say("“{label}” goes with higher {outcome}."), detail, settled), []
    headline: Message = say("“{label}” goes with lower {outcome}.")
    if row["is_tick"]:
        headline = say("Who got “{label}” is less satisfied ({outcome}).")
    text = say("Leave “{label}” out for some customers, and measure what it does to {outcome}.")
    return Finding(headline, detail, settled), [Action("test", text, settled, "extended")]
