"""Asking the invented market: the respondents of the sample study and what they answer.

Persons are drawn by wave, region and age; each considers some banks, rates up to three of them and
names one as the main bank. All answers of a person share a halo, so that rows of one person are
alike and only the person can be the unit of error.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from brandkit.core.linalg import Floats
from tools.sample import habits, market

PER_WAVE = 1500
DONT_KNOW, NO_ANSWER = 98, 99

#: Share of persons who answer every scale alike, and who rush through the questionnaire.
STRAIGHT_LINERS, SPEEDERS = 0.015, 0.02

IMAGE_ITEMS = [f"img_{number + 1:02d}" for number in range(len(market.ATTRIBUTES))]
CONSIDERED_ITEMS = [f"cons_{number + 1:02d}" for number in range(len(market.BANKS))]
SERVICE_ITEMS = [service.item for service in market.SERVICES]
BLOCK_ITEMS = [item for block in market.BLOCKS for item in block.items]
SCALE_ITEMS = [*BLOCK_ITEMS, *SERVICE_ITEMS, "recommend"]


def survey_answers(*, seed: int = 0) -> pd.DataFrame:
    """Draw the survey: one row a respondent-brand, answers as the codes of the data file.

    Parameters
    ----------
    seed : int, default 0
        Draws another sample of the same market.

    Returns
    -------
    DataFrame
        Columns in the order of the data file; missing answers are the codes 98 and 99.

    Examples
    --------
    >>> answers = survey_answers()
    >>> answers["respondent"].nunique(), int(answers.groupby("respondent").size().max())
    (3000, 3)
    """
    streams = np.random.default_rng([seed, 1]).spawn(6)
    persons = _persons(streams[0])
    considered = _considered(persons, streams[1])
    person, bank = _rated(persons, considered, streams[2])
    rows = persons.loc[person].reset_index(drop=True)
    halo = persons["halo"].to_numpy()[person] + streams[3].normal(0, 0.55, len(person))
    picks = _picks(rows, bank, halo=halo, rng=streams[3])
    fit = _fit(rows["group"].to_numpy(), picks)
    scales = _scales(rows, bank, halo=halo, fit=fit, rng=streams[4])
    main = _main_bank(person, bank, fit=fit, rng=streams[4])

    kept = ["respondent", "wave", "weight", "stratum", "region", "age", "gender", "tier"]
    answers = rows[kept].copy()
    answers.insert(2, "brand", bank + 1)
    answers["main"] = main[person] + 1
    answers[CONSIDERED_ITEMS] = considered[person].astype(int)
    answers[IMAGE_ITEMS] = picks
    answers[SCALE_ITEMS] = scales
    answers["seconds"] = rows["seconds"]
    answers = _with_gaps_and_carelessness(answers, rng=streams[5])
    return habits.with_habits(answers, considered=CONSIDERED_ITEMS, seed=seed)


def _persons(rng: np.random.Generator) -> pd.DataFrame:
    n = PER_WAVE * len(market.WAVES)
    region = rng.choice(len(market.REGIONS), n, p=[place.sample for place in market.REGIONS])
    persons = pd.DataFrame(
        {
            "respondent": np.arange(n) + 100_001,
            "wave": np.repeat(market.WAVES, PER_WAVE),
            "stratum": np.array([place.stratum for place in market.REGIONS])[region],
            "region": region + 1,
            "age": rng.choice(4, n, p=market.AGE_SAMPLE) + 1,
            "gender": rng.choice(2, n, p=[0.48, 0.52]) + 1,
            "tier": rng.choice(3, n, p=market.TIER_SHARES) + 1,
            "group": rng.choice(3, n, p=[share for share, _ in market.GROUPS.values()]),
            "halo": rng.normal(0, 0.45, n),
            "seconds": np.rint(660 * np.exp(rng.normal(0, 0.3, n))).astype(int),
        }
    )
    persons["weight"] = _post_stratified(persons)
    return persons


def _post_stratified(persons: pd.DataFrame) -> pd.Series:
    """Weight each wave to the population's region by age, mean 1; three decimals are exact."""
    region = np.array([place.population for place in market.REGIONS])
    age = np.array(market.AGE_POPULATION)
    wanted = region[persons["region"] - 1] * age[persons["age"] - 1] * PER_WAVE
    cell = persons.groupby(["wave", "region", "age"])["respondent"].transform("size")
    return pd.Series(wanted / cell, index=persons.index).round(3)


def _presence() -> Floats:
    """Give the banks' branch presence by region, 0-1, shape (banks, regions)."""
    branches = np.log1p([bank.branches for bank in market.BANKS])
    return np.asarray(branches / branches.max())


def _considered(persons: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    logit = _awareness(persons)
    chosen = rng.random(logit.shape) < 1 / (1 + np.exp(-logit))
    best = np.argmax(logit + rng.gumbel(size=logit.shape), axis=1)
    chosen[np.arange(len(logit)), best] = True
    return np.asarray(chosen)


def _awareness(persons: pd.DataFrame) -> Floats:
    known = np.array([bank.awareness for bank in market.BANKS]) - 1.1
    presence = _presence()
    nearby = (presence - presence.mean(axis=1, keepdims=True)).T[persons["region"] - 1]
    # the young look at digital banks, the old at those with branches
    digital = np.stack([market.bank_places(wave)[:, 0] for wave in persons["wave"]])
    youth = (2.5 - persons["age"].to_numpy())[:, None]
    return np.asarray(known + 0.8 * nearby + 0.35 * youth * digital)


def _rated(
    persons: pd.DataFrame, considered: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    wanted = rng.choice([1, 2, 3], len(persons), p=[0.15, 0.25, 0.60])
    appeal = np.where(considered, _awareness(persons), -np.inf) + rng.gumbel(size=considered.shape)
    place = np.argsort(np.argsort(-appeal, axis=1), axis=1)
    person, bank = np.nonzero((place < wanted[:, None]) & considered)
    return person, bank


def _picks(
    rows: pd.DataFrame, bank: np.ndarray, *, halo: Floats, rng: np.random.Generator
) -> np.ndarray:
    attributes = market.attribute_places()
    popularity = np.array([attribute.popularity for attribute in market.ATTRIBUTES])
    quality = np.array([one.quality for one in market.BANKS])[bank]
    logit = popularity + market.IMAGE_STRENGTH * (_places(rows, bank) @ attributes.T)
    logit += (0.7 * halo + 0.5 * quality)[:, None]
    names = [attribute.name for attribute in market.ATTRIBUTES]
    presence = _presence()
    nearby = presence[bank, rows["region"].to_numpy() - 1] - presence.mean(axis=1)[bank]
    logit[:, names.index("near me")] += 1.2 * nearby
    return np.asarray((rng.random(logit.shape) < 1 / (1 + np.exp(-logit))).astype(int))


def _places(rows: pd.DataFrame, bank: np.ndarray) -> Floats:
    by_wave = np.stack([market.bank_places(wave) for wave in market.WAVES])
    return np.asarray(by_wave[rows["wave"].to_numpy() - market.WAVES[0], bank])


def _fit(group: np.ndarray, picks: np.ndarray) -> Floats:
    """Give what each rated bank is worth to its rater, in units of the choice model."""
    names = [attribute.name for attribute in market.ATTRIBUTES]
    worth = np.zeros((len(market.GROUPS), len(names)))
    for row, (_, weights) in zip(worth, market.GROUPS.values(), strict=True):
        for name, weight in weights.items():
            row[names.index(name)] = weight
    return np.asarray(np.sum(worth[group] * picks, axis=1))


def _main_bank(
    person: np.ndarray, bank: np.ndarray, *, fit: Floats, rng: np.random.Generator
) -> np.ndarray:
    utility = fit + rng.gumbel(size=len(fit))
    order = np.lexsort((-utility, person))
    first = order[np.r_[True, np.diff(person[order]) > 0]]
    main = np.empty(int(person.max()) + 1, dtype=int)
    main[person[first]] = bank[first]
    return main


def _services(
    rows: pd.DataFrame, bank: np.ndarray, *, halo: Floats, rng: np.random.Generator
) -> Floats:
    """Draw the latent service scores, shape (rows, services), each of about unit variance."""
    x, y = _places(rows, bank).T
    quality = np.array([one.quality for one in market.BANKS])[bank]
    lean = {
        "counter": 0.35 * y, "lobby": -0.2 * x, "premises": -0.3 * x, "waiting": 0.3 * x,
        "digital": 0.5 * x, "advice": -0.3 * x - 0.2 * y, "complain": 0.3 * y,
        "fees": 0.3 * x + 0.3 * y,
    }  # fmt: skip
    latent = []
    for item in SERVICE_ITEMS:
        # what does not matter must not look as if it did: no halo on the building
        loading = 0.08 if item in {"lobby", "premises"} else 0.6
        drawn = rng.normal(0, 0.9, len(rows))
        latent.append(lean[item] + 0.6 * quality + loading * halo + drawn)
    return np.stack(latent, axis=1)


def _scales(
    rows: pd.DataFrame,
    bank: np.ndarray,
    *,
    halo: Floats,
    fit: Floats,
    rng: np.random.Generator,
) -> np.ndarray:
    """Draw all 0-10 answers, in the order of ``SCALE_ITEMS``."""
    services = _services(rows, bank, halo=halo, rng=rng)
    effects = {
        service.item: market.service_effect(service.kind, service.weight, services[:, at])
        for at, service in enumerate(market.SERVICES)
    }
    quality = np.array([one.quality for one in market.BANKS])[bank]
    latent = _structure(effects, start=0.8 * halo + quality, rng=rng)
    columns = []
    for block in market.BLOCKS:
        for number in range(len(block.items)):
            error = rng.normal(0, 0.5, len(rows))
            columns.append(7.2 + 0.1 * number + 1.7 * (0.9 * latent[block.key] + error))
    noise = rng.normal(0, 0.3, services.shape)
    columns.extend((7.0 + 1.8 * (services + noise)).T)
    wish = 0.5 * (fit - fit.mean())
    columns.append(7.9 + 1.8 * (latent["LOY"] + wish + rng.normal(0, 0.4, len(rows))))
    return np.clip(np.rint(np.stack(columns, axis=1)), 0, 10).astype(int)


def _structure(
    effects: dict[str, Floats], *, start: Floats, rng: np.random.Generator
) -> dict[str, Floats]:
    """Draw the blocks' latent variables from the equations in ``sample_market.PATHS``."""
    errors = {"EXPE": 0.80, "QUAL": 0.45, "VAL": 0.55, "SAT": 0.50, "LOY": 0.55}
    latent = {"IMAG": start + rng.normal(0, 0.75, len(start))}
    for block, spread in errors.items():
        value = rng.normal(0, spread, len(start))
        for (source, target), weight in market.PATHS.items():
            if target == block:
                value = value + weight * latent[source]
        if block == "QUAL":
            value = value + sum(effect for item, effect in effects.items() if item != "fees")
        if block == "VAL":
            value = value + effects["fees"]
        latent[block] = value - value.mean()
    return latent


def _with_gaps_and_carelessness(answers: pd.DataFrame, *, rng: np.random.Generator) -> pd.DataFrame:
    """Add straight lines and hurry by person, then the codes of answers that are not there."""
    persons = answers["respondent"].unique()
    flat = pd.Series(rng.random(len(persons)) < STRAIGHT_LINERS, index=persons)
    hasty = pd.Series(rng.random(len(persons)) < SPEEDERS, index=persons)
    level = pd.Series(rng.choice([5, 7, 8, 10], len(persons)), index=persons)
    pace = pd.Series(rng.integers(70, 150, len(persons)), index=persons)

    who = answers["respondent"]
    is_flat, is_hasty = who.map(flat).to_numpy(), who.map(hasty).to_numpy()
    scales = answers[SCALE_ITEMS].to_numpy()
    scales[is_flat] = who.map(level).to_numpy()[is_flat, None]
    chance = np.where(np.array(SCALE_ITEMS) == "complain", 0.12, 0.015)
    luck = rng.random(scales.shape)
    scales[(luck < chance) & ~is_flat[:, None]] = DONT_KNOW
    scales[(luck > 0.996) & ~is_flat[:, None]] = NO_ANSWER
    answers[SCALE_ITEMS] = scales
    answers.loc[is_hasty, "seconds"] = who.map(pace)[is_hasty]
    return answers
