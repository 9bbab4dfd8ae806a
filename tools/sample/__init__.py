"""The sample study that ships: a generated market whose truth is known.

Run ``python -m tools.sample`` in the clone to write ``data/raw/sample`` anew. The same
seed and library versions give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tools.sample import habits, market, products, survey
from tools.sample.names import NAMES
from tools.sample.sav import item_labels, value_labels, write_survey

#: Columns whose codes name something.
_NAMED = ("wave", "brand", "stratum", "region", "age", "gender", "tier", "main", "quarter")
SCALE_QUESTION = "How do you rate this bank, from 0 (lowest) to 10 (highest)?"


def write_sample_study(folder: str | Path, *, seed: int = 0) -> list[Path]:
    """Write the sample study's generated files and the truth behind them.

    ``study.toml`` and ``README.md`` of the folder are written by hand and left alone.

    Parameters
    ----------
    folder : str or Path
        Made where it is not there; files in it are replaced.
    seed : int, default 0
        The shipped study has 0; another gives another sample of the same market.

    Returns
    -------
    list of Path
        The files written.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> [file.name for file in write_sample_study(mkdtemp())][:3]
    ['survey.sav', 'codebook.csv', 'brand_image.csv']
    """
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    answers = survey.survey_answers(seed=seed)
    write_survey(answers, place / "survey.sav")
    written = [place / "survey.sav"]
    tables = {
        "codebook.csv": _codebook(),
        "brand_image.csv": brand_image(answers),
        "names.csv": _names(),
        "branches.csv": _branches(),
        "rankings.csv": _rankings(seed),
        "partners.csv": _partners(seed),
    }
    for year, table in products.catalogues(seed=seed).items():
        tables[f"products_{year}.csv"] = table
    for name, table in tables.items():
        table.to_csv(place / name, index=False, lineterminator="\n", encoding="utf-8")
        written.append(place / name)
    truth = json.dumps(known_truth(answers), indent=1, ensure_ascii=False)
    (place / "truth.json").write_text(truth + "\n", encoding="utf-8", newline="\n")
    return [*written, place / "truth.json"]


def brand_image(answers: pd.DataFrame) -> pd.DataFrame:
    """Count, weighted, who ticks each attribute for each bank: both waves together.

    Parameters
    ----------
    answers : DataFrame
        As :func:`tools.sample.survey.survey_answers` gives them.

    Returns
    -------
    DataFrame
        ``bank`` and one column an attribute. Weights have three decimals, so counts do too.
    """
    ticked = answers[survey.IMAGE_ITEMS].mul(answers["weight"], axis=0)
    counts = ticked.groupby(answers["brand"]).sum().round(3)
    counts.columns = pd.Index([attribute.name for attribute in market.ATTRIBUTES])
    counts.insert(0, "bank", [market.BANKS[code - 1].name for code in counts.index])
    return counts.reset_index(drop=True)


def known_truth(answers: pd.DataFrame) -> dict[str, Any]:
    """Say what was planted, so that every method can be held against it.

    Parameters
    ----------
    answers : DataFrame
        The survey, for the sizes that its draw decided.

    Returns
    -------
    dict
        What ``truth.json`` holds; each part says in ``about`` what it is.
    """
    return {
        "about": "Generated data about invented banks. What was planted, not what was observed.",
        "focus": market.FOCUS,
        "map": _map_truth(),
        "satisfaction": _satisfaction_truth(),
        "choice": {
            "about": "Weights of image attributes in the choice of the main bank among the banks "
            "a person rates (logit), in groups that the data do not show; shares of persons.",
            "groups": {
                name: {"share": share, "weights": weights}
                for name, (share, weights) in market.GROUPS.items()
            },
        },
        "survey": {
            "about": "Population shares behind the weights, and planted careless answers.",
            "respondents": int(answers["respondent"].nunique()),
            "rows": len(answers),
            "region": {region.name: region.population for region in market.REGIONS},
            "age": dict(zip(market.AGES, market.AGE_POPULATION, strict=True)),
            "share_straight_lining": survey.STRAIGHT_LINERS,
            "share_speeding": survey.SPEEDERS,
        },
        "market": habits.habits_truth(),
        "catalog": products.catalog_truth(),
        "rankings": {
            "about": "Share of each bank's customers who would recommend it, by quality; what a "
            "magazine found of so many asked is rankings.csv.",
            "share": {bank.name: _recommended(bank) for bank in market.BANKS},
        },
        "partners": {
            "about": "What banks bring and could bring as partners between banks, 0 to 10: the "
            "mean of three criteria each; partners.csv adds errors of that size to every cell.",
            "brings": {name: brings for name, (brings, _) in PARTNERS.items()},
            "could_bring": {name: could for name, (_, could) in PARTNERS.items()},
            "std_error": PARTNER_ERROR,
        },
    }


def _map_truth() -> dict[str, Any]:
    return {
        "about": "Places in the plane that image answers were drawn from: the first number runs "
        "from local to digital, the second from rational to warm. A map shows them up to "
        "rotation, reflection and scale.",
        "strength": market.IMAGE_STRENGTH,
        "brands": {
            bank.name: {str(wave): list(place) for wave, place in bank.places.items()}
            for bank in market.BANKS
        },
        "attributes": {one.name: list(one.place) for one in market.ATTRIBUTES},
        "moving_brand": market.MOVING_BANK,
        "cannot_be_told_apart": list(market.NEAREST_RIVALS),
        "empty_quadrant": market.EMPTY_QUADRANT,
    }


def _satisfaction_truth() -> dict[str, Any]:
    return {
        "about": "Paths join latent variables of about unit variance; path models of composites "
        "find them smaller. Weights of services are slopes on quality (fees: on value): a basic "
        "service has one and a half times its slope below answers of about 6, an exciting one 1.4 "
        "times above about 7.5, and none on the other side.",
        "paths": [
            {"source": source, "target": target, "weight": weight}
            for (source, target), weight in market.PATHS.items()
        ],
        "services": {
            service.item: {"kind": service.kind, "stage": service.stage, "weight": service.weight}
            for service in market.SERVICES
        },
        "quality": {bank.name: bank.quality for bank in market.BANKS},
    }


def _codebook() -> pd.DataFrame:
    english, hant, hans = (item_labels(language) for language in ("en", "zh-Hant", "zh-Hans"))
    sets = {
        **dict.fromkeys(survey.CONSIDERED_ITEMS, ("considered", "Which banks would you consider?")),
        **dict.fromkeys(survey.IMAGE_ITEMS, ("image", "Which of these describe this bank?")),
        **{item: (block.key, SCALE_QUESTION) for block in market.BLOCKS for item in block.items},
        **dict.fromkeys(survey.SERVICE_ITEMS, ("service", SCALE_QUESTION)),
        **dict.fromkeys(habits.AWARE_ITEMS, ("known", "Which of these banks do you know?")),
        **dict.fromkeys(habits.HOLD_ITEMS, ("customer", "Of which banks are you a customer?")),
        **dict.fromkeys(habits.WISH_ITEMS, ("wished", "Which of these would you use?")),
        **dict.fromkeys(habits.CUE_ITEMS, ("cues", "When do you think of this bank?")),
    }
    stages = {service.item: service.stage for service in market.SERVICES}
    attributes = dict(zip(survey.IMAGE_ITEMS, [one.name for one in market.ATTRIBUTES], strict=True))
    missing = f"{survey.DONT_KNOW}; {survey.NO_ANSWER}"
    codes = {item: labels for item, labels in value_labels().items() if item in _NAMED}
    rows = []
    for item, label in english.items():
        battery, question = sets.get(item, ("", ""))
        scale = (0, 10, missing) if item in survey.SCALE_ITEMS else ("", "", "")
        rows.append((item, label, hant.get(item, ""), hans.get(item, ""), *scale, battery,
                     question, stages.get(item, ""), attributes.get(item, ""),
                     "; ".join(f"{code}={name}" for code, name in codes.get(item, {}).items()))
                    )  # fmt: skip
    columns = ["item", "label", "label_zh-Hant", "label_zh-Hans", "low", "high", "missing", "set",
               "question", "stage", "attribute", "values"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _names() -> pd.DataFrame:
    things: list[Iterable[Any]] = [
        market.BANKS, market.ATTRIBUTES, market.SERVICES, market.BLOCKS, market.QUESTIONS,
        market.REGIONS,
    ]  # fmt: skip
    rows: list[Sequence[str]] = [
        (thing.name, thing.zh_hant, thing.zh_hans) for group in things for thing in group
    ]
    rows += [row[:3] for row in (*habits.CUES, *habits.WISHES)]
    frame = pd.DataFrame([*rows, *NAMES], columns=["label", "zh-Hant", "zh-Hans"])
    return frame.drop_duplicates("label")


def _branches() -> pd.DataFrame:
    rows = [
        (bank.name, region.name, number)
        for bank in market.BANKS
        for region, number in zip(market.REGIONS, bank.branches, strict=True)
        if number
    ]
    return pd.DataFrame(rows, columns=["brand", "region", "branches"])


#: Whom the magazine asked of each bank, and of the one that few know.
RANKING_BASE, SMALL_RANKING_BASE = 600, 120


def _recommended(bank: market.Bank) -> float:
    return round(0.62 + 0.5 * bank.quality, 3)


def _rankings(seed: int) -> pd.DataFrame:
    """Draw what a magazine found: whole percentages, the best first."""
    rng = np.random.default_rng([seed, 14])
    rows = []
    for bank in market.BANKS:
        n = SMALL_RANKING_BASE if bank.awareness < -1 else RANKING_BASE
        rows.append((bank.name, round(100 * rng.binomial(n, _recommended(bank)) / n), n))
    frame = pd.DataFrame(rows, columns=["bank", "would recommend (%)", "customers asked"])
    frame = frame.sort_values(["would recommend (%)", "bank"], ascending=[False, True])
    rank = frame["would recommend (%)"].rank(ascending=False, method="min").astype(int)
    frame.insert(0, "rank", rank)
    return frame


#: What a bank brings as a partner between banks, and what it could bring, 0 to 10.
PARTNERS = {
    "Harbour Bank": (7.5, 5.0), "Tidewater": (7.0, 8.0), "Lantern Savings": (3.0, 7.5),
    "Northgate": (8.5, 8.0), "Meridian": (8.0, 3.0), "Crown Mutual": (5.0, 2.5),
    "Kestrel": (2.5, 8.5), "Juniper": (2.0, 7.0), "Old Quay": (1.5, 1.5), "Peninsula": (5.5, 5.0),
    "Silver Pine": (3.0, 3.0), "Civic": (4.5, 4.5),
}  # fmt: skip
PARTNER_CRITERIA = (
    ("deposits placed", "fees earned", "deals shared"),
    ("growth", "room for more", "openness"),
)
PARTNER_ERROR = 0.4


def _partners(seed: int) -> pd.DataFrame:
    """Draw a scorecard of partners: each criterion the planted side, with its error."""
    rng = np.random.default_rng([seed, 15])
    rows = []
    for name, sides in PARTNERS.items():
        cells = [rng.normal(side, PARTNER_ERROR, 3).clip(0, 10).round(1) for side in sides]
        rows.append((name, *np.concatenate(cells).tolist()))
    return pd.DataFrame(rows, columns=["institution", *sum(PARTNER_CRITERIA, ())])
