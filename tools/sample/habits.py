"""What the respondents of the sample study say of the market: known, held, thought of, wanted.

Drawn from random generators of their own, after and beside all other answers: what is planted here
changes nothing else. Quarters part each wave in four.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from brandkit.core.linalg import Floats
from tools.sample import market

QUARTERS = ("2024-Q2", "2024-Q3", "2024-Q4", "2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4", "2026-Q1")

# label | zh-Hant | zh-Hans | logit of being ticked
_CUES = """
    when buying a home         | 買房時       | 买房时     | -0.9
    when travelling abroad     | 出國旅行時   | 出国旅行时 | -0.6
    when starting a firm       | 創業時       | 创业时     | -1.4
    when money is short        | 急需用錢時   | 急需用钱时 | -1.1
    when saving for children   | 替孩子存錢時 | 替孩子存钱时 | -0.7
    when the salary comes in   | 薪水入帳時   | 工资到账时 | -0.3
"""
# label | zh-Hant | zh-Hans | kind of person | share of the kind, or of those who wish a first item
_WISHES = """
    instant transfers         | 即時轉帳     | 实时转账     | digital | 0.92 |
    card freeze in the app    | App 一鍵停卡 | 手机一键锁卡 | digital | 0.85 | wish_1
    an adviser of one's own   | 個人理財顧問 | 个人理财顾问 | advised | 0.90 |
    help by telephone         | 電話客服     | 电话客服     | advised | 0.80 | wish_3
    savings plan for children | 兒童儲蓄計畫 | 儿童储蓄计划 | family  | 0.85 |
    pocket-money card         | 零用錢卡     | 零用钱卡     | family  | 0.50 | wish_5
    safe-deposit box          | 保管箱       | 保管箱       | advised | 0.15 | wish_3
"""


def _rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]


CUES, WISHES = _rows(_CUES), _rows(_WISHES)
#: Services by the kind most see them as, of Kano's, and the pairs of answers that say so.
KANO_KINDS = {
    "instant transfers": "one_dimensional",
    "card freeze in the app": "attractive",
    "help by telephone": "must_be",
    "safe-deposit box": "indifferent",
}
KANO_ANSWERS = ("I like it", "It must be so", "I don't mind", "I can live with it", "I dislike it")
_KANO_PAIRS = {
    "one_dimensional": [(1, 5)],
    "attractive": [(1, 2), (1, 3), (1, 4)],
    "must_be": [(2, 5), (3, 5), (4, 5)],
    "indifferent": [(2, 3), (3, 3), (3, 4), (4, 4)],
}
#: Share of persons who see a service as most do; the others answer as of any kind.
AGREEING = 0.45
AWARE_ITEMS, HOLD_ITEMS = (
    [f"{name}_{at + 1:02d}" for at in range(len(market.BANKS))] for name in ("aware", "hold")
)
CUE_ITEMS = [f"cue_{at + 1}" for at in range(len(CUES))]
WISH_ITEMS = [f"wish_{at + 1}" for at in range(len(WISHES))]
KANO_ITEMS = [(f"kano_{at + 1}_with", f"kano_{at + 1}_without") for at in range(len(KANO_KINDS))]
#: Kinds of persons by what they would use; all others would use nothing of it.
KINDS = {"digital": 0.40, "advised": 0.30, "family": 0.18}

#: Logit of being considered where known: at full awareness, and by its logarithm.
LAW = (1.2, 0.8)
#: The bank that more know than its size explains, and the share that knows it.
LEAKING, LEAKING_SHARE = "Harbour Bank", 0.94
#: The bank that more know in the last quarter, and the one that fewer know from each to the next.
STEPPING, STEP = "Silver Pine", 0.20
DRIFTING, DRIFT = "Crown Mutual", -0.025
#: Banks held beside the main bank, over the share that has it as main bank.
BESIDE = 1.2
#: The pair that shares more customers: over what sizes explain, and the odds that make it so.
SHARING, SHARED, SHARED_ODDS = ("Harbour Bank", "Tidewater"), 1.6, 1.7
#: The small bank that a situation belongs to, and by how much more (logit) it is ticked for it.
CUE_OWNER, OWN_CUE, CUE_LEAD = "Silver Pine", "when starting a firm", 1.7

_NAMES = [bank.name for bank in market.BANKS]


def with_habits(answers: pd.DataFrame, *, considered: list[str], seed: int) -> pd.DataFrame:
    """Add to the answers what their persons say of the market.

    Parameters
    ----------
    answers : DataFrame
        One row a respondent and bank.
    considered : list of str
        Columns of the banks considered.
    seed : int

    Returns
    -------
    DataFrame
        With ``quarter``, the columns of the four sets and of the services after all others.
    """
    streams = np.random.default_rng([seed, 16]).spawn(6)
    persons = answers.drop_duplicates("respondent").reset_index(drop=True)
    quarter = 4 * (persons["wave"].to_numpy() - market.WAVES[0]) + streams[0].integers(
        0, 4, len(persons)
    )
    held = _held(persons, streams[1])
    known = held | (persons[considered].to_numpy() == 1)
    sizes = persons[considered].mul(persons["weight"], axis=0).sum() / persons["weight"].sum()
    aware = _aware(persons.assign(quarter=quarter), known, sizes.to_numpy(), streams[2])
    person = pd.Series(persons.index, index=persons["respondent"])[answers["respondent"]].to_numpy()
    tables = [
        pd.DataFrame({"quarter": quarter + 1}),
        pd.DataFrame(aware.astype(int), columns=AWARE_ITEMS),
        pd.DataFrame(held.astype(int), columns=HOLD_ITEMS),
        pd.DataFrame(_wished(len(persons), streams[3]), columns=WISH_ITEMS),
        pd.DataFrame(_kano(len(persons), streams[5]), columns=[*sum(KANO_ITEMS, ())]),
    ]
    said = [table.iloc[person].reset_index(drop=True) for table in tables]
    cues = pd.DataFrame(_cues(answers["brand"].to_numpy() - 1, streams[4]), columns=CUE_ITEMS)
    return pd.concat([answers, *said, cues], axis=1)


def _held(persons: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Draw the banks a person is a customer of: the main one, and others by their size."""
    main = np.eye(len(_NAMES), dtype=bool)[persons["main"] - 1]
    beside = BESIDE * main.mean(axis=0)
    luck = rng.random(main.shape)
    held = main | (luck < beside)
    one, other = (_NAMES.index(name) for name in SHARING)
    size = held.mean(axis=0)
    for of, given in ((other, one), (one, other)):
        own = persons["main"].to_numpy() - 1 == given
        held[own, of] |= luck[own, of] < SHARED_ODDS * beside[of]
    free = ~main[:, one] & ~main[:, other]
    less = (1 - SHARED_ODDS * size[one]) / (1 - size[one])
    odds = np.where(held[:, one], SHARED_ODDS, less)
    held[free, other] = (luck[:, other] < odds * beside[other])[free]
    return held


def _law_share(considered: float) -> float:
    """Solve share x conversion = considered for the share that knows a bank."""
    share = np.linspace(0.001, 1, 20_000)
    converts = 1 / (1 + np.exp(-(LAW[0] + LAW[1] * np.log(share))))
    return float(share[np.argmin(np.abs(share * converts - considered))])


def _shares(sizes: Floats) -> Floats:
    """Give who knows each bank in each quarter, shape (quarters, banks)."""
    share = np.array([_law_share(size) for size in sizes])
    share[_NAMES.index(LEAKING)] = LEAKING_SHARE
    shares = np.tile(share, (len(QUARTERS), 1))
    newest = np.arange(len(QUARTERS) // 2, len(QUARTERS))
    step, drift = np.zeros(len(QUARTERS)), DRIFT * np.arange(len(QUARTERS))
    step[-1] = STEP
    for name, course in ((STEPPING, step), (DRIFTING, drift)):
        shares[:, _NAMES.index(name)] += course - course[newest].mean()
    return shares


def _aware(
    persons: pd.DataFrame, known: np.ndarray, sizes: Floats, rng: np.random.Generator
) -> np.ndarray:
    """Let so many more know a bank than hold or consider it that the planted share does."""
    aware = known.copy()
    luck, weight = rng.random(known.shape), persons["weight"].to_numpy()
    for at, share in enumerate(_shares(sizes)):
        there = persons["quarter"].to_numpy() == at
        base = weight[there] @ known[there] / weight[there].sum()
        more = np.clip((share - base) / (1 - base), 0, 1)
        aware[there] |= luck[there] < more
    return aware


def _wished(n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw what each person would use: of a kind's items one is main, the others come with it."""
    kind = rng.choice([*KINDS, ""], n, p=[*KINDS.values(), 1 - sum(KINDS.values())])
    wished = np.zeros((n, len(WISHES)), dtype=int)
    for at, (_, _, _, of, share, under) in enumerate(WISHES):
        can = wished[:, WISH_ITEMS.index(under)] == 1 if under else kind == of
        wished[:, at] = can & (rng.random(n) < float(share))
    return wished


def _kano(n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw what each person says to having and to lacking each service."""
    said = []
    for kind in KANO_KINDS.values():
        seen = np.where(rng.random(n) < AGREEING, kind, rng.choice([*_KANO_PAIRS], n))
        luck = rng.random(n)
        pairs = [
            _KANO_PAIRS[one][int(at * len(_KANO_PAIRS[one]))]
            for one, at in zip(seen, luck, strict=True)
        ]
        said.append(np.array(pairs))
    return np.hstack(said)


def _cues(bank: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    quality = np.array([one.quality for one in market.BANKS])
    logit = np.array([float(row[3]) for row in CUES]) + 0.5 * quality[:, None]
    logit[_NAMES.index(CUE_OWNER), [row[0] for row in CUES].index(OWN_CUE)] += CUE_LEAD
    chance = 1 / (1 + np.exp(-logit[bank]))
    return np.asarray((rng.random(chance.shape) < chance).astype(int))


def habits_truth() -> dict[str, Any]:
    """Say what was planted."""
    best = [row for row in WISHES if not row[5]]
    return {
        "about": "What the market was asked. Known, considered, main bank: the share of those who "
        "know a bank and consider it follows from the logarithm of the share that knows it, but "
        "for one bank that leaks. Customers: one pair shares more of them than sizes explain. "
        "Knowledge by quarter: one bank steps up in the last, one drifts. Situations: one belongs "
        "to a small bank. Wishes: the items that together reach most are not those wished most. "
        "Kano: the kind that most see each service as.",
        "leak": {"brand": LEAKING, "stage_a": "known", "stage_b": "considered"},
        "shared": {"brands": list(SHARING), "ratio": SHARED},
        "step": {"brand": STEPPING, "quarter": QUARTERS[-1], "points": 100 * STEP},
        "drift": {"brand": DRIFTING, "points_a_quarter": 100 * DRIFT},
        "cue": {"brand": CUE_OWNER, "cue": OWN_CUE},
        "kano": KANO_KINDS,
        "reach": {
            "items": [row[0] for row in best],
            "share": round(sum(KINDS[row[3]] * float(row[4]) for row in best), 4),
        },
    }
