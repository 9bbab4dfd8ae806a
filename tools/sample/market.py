"""The invented market behind the sample study: what is true in it, before anybody is asked.

Twelve fictional banks on the Harbour Islands. Positions lie in a plane whose first axis runs from
local to digital and whose second runs from rational to warm; nobody stands where digital meets
warm. Everything here is made up; nothing is drawn from a real bank.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brandkit.core.linalg import Floats


def _rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]


# name | zh-Hant | zh-Hans | awareness | quality | x 2025 | y 2025 | x 2026 | y 2026
# awareness: logit of being considered; quality: mean of the service latents, in their s.d.
_BANKS = """
    Harbour Bank    | 海港銀行     | 海港银行     |  0.9 |  0.25 | -0.40 |  0.38 | -0.40 |  0.38
    Tidewater       | 潮汐銀行     | 潮汐银行     |  0.6 |  0.20 | -0.40 |  0.38 | -0.40 |  0.38
    Lantern Savings | 明燈儲蓄銀行 | 明灯储蓄银行 |  0.0 |  0.05 |  0.42 | -0.16 |  0.42 | -0.16
    Northgate       | 北門銀行     | 北门银行     |  0.9 |  0.00 | -0.36 | -0.05 | -0.36 | -0.05
    Meridian        | 子午銀行     | 子午银行     |  0.7 | -0.05 | -0.20 | -0.17 | -0.20 | -0.17
    Crown Mutual    | 皇冠互助銀行 | 皇冠互助银行 |  0.4 |  0.10 | -0.42 | -0.34 | -0.42 | -0.34
    Kestrel         | 紅隼銀行     | 红隼银行     |  0.4 |  0.10 |  0.78 | -0.12 |  0.78 | -0.12
    Juniper         | 杜松銀行     | 杜松银行     |  0.3 | -0.10 | -0.02 | -0.42 |  0.66 | -0.42
    Old Quay        | 舊碼頭銀行   | 旧码头银行   | -1.7 | -0.20 | -0.80 | -0.30 | -0.80 | -0.30
    Peninsula       | 半島銀行     | 半岛银行     |  0.1 |  0.00 | -0.05 | -0.05 | -0.05 | -0.05
    Silver Pine     | 銀松銀行     | 银松银行     | -0.2 |  0.30 | -0.14 |  0.50 | -0.14 |  0.50
    Civic           | 市民銀行     | 市民银行     |  0.2 | -0.20 | -0.04 | -0.62 | -0.04 | -0.62
"""

# name | zh-Hant | zh-Hans | popularity (logit) | x | y
_ATTRIBUTES = """
    trustworthy                | 值得信賴         | 值得信赖         | -0.2 | -0.62 |  0.50
    cares about me             | 關心我           | 关心我           | -0.8 | -0.22 |  0.86
    transparent fees           | 收費透明         | 收费透明         | -0.9 |  0.50 |  0.76
    modern                     | 現代感           | 现代感           | -0.6 |  0.96 |  0.14
    easy app                   | App 好用         | 手机应用好用     | -0.5 |  0.85 | -0.38
    near me                    | 離我近           | 离我近           | -0.4 | -0.95 | -0.12
    good rates                 | 利率優惠         | 利率优惠         | -0.7 |  0.34 | -0.80
    expert advice              | 專業建議         | 专业建议         | -0.9 | -0.50 | -0.76
    quick decisions            | 審核迅速         | 审批快           | -0.8 |  0.58 | -0.60
    friendly staff             | 員工親切         | 员工亲切         | -0.3 | -0.68 |  0.58
    rewards loyalty            | 回饋老顧客       | 回馈老客户       | -1.1 | -0.10 |  0.24
    helps when things go wrong | 出狀況時願意幫忙 | 出问题时愿意帮忙 | -0.9 | -0.28 |  0.70
    for people like me         | 適合像我這樣的人 | 适合像我这样的人 | -0.7 |  0.06 |  0.12
    supports the community     | 支持在地社區     | 支持本地社区     | -1.0 | -0.82 |  0.26
"""

# code name | zh-Hant | zh-Hans | share of the population | share of the sample | stratum
_REGIONS = """
    Old Town    | 舊城   | 旧城   | 0.28 | 0.22 | 1
    Harbourside | 港灣   | 港湾   | 0.24 | 0.20 | 1
    North Shore | 北岸   | 北岸   | 0.18 | 0.18 | 2
    Southfield  | 南原   | 南原   | 0.16 | 0.16 | 2
    West Isle   | 西島   | 西岛   | 0.08 | 0.12 | 3
    Highlands   | 高地   | 高地   | 0.06 | 0.12 | 3
"""

# branches of each bank in the regions, in their order
_BRANCHES = """
    Harbour Bank    | 14 | 16 |  6 |  5 | 2 | 2
    Tidewater       | 11 | 13 |  5 |  5 | 2 | 1
    Lantern Savings |  2 |  2 |  1 |  0 | 0 | 0
    Northgate       |  9 |  6 | 15 |  8 | 2 | 2
    Meridian        | 10 |  7 |  9 |  8 | 2 | 1
    Crown Mutual    |  6 |  4 |  7 | 12 | 4 | 4
    Kestrel         |  1 |  1 |  0 |  0 | 0 | 0
    Juniper         |  1 |  2 |  1 |  0 | 0 | 0
    Old Quay        |  3 |  4 |  0 |  0 | 0 | 0
    Peninsula       |  4 |  3 |  6 |  3 | 6 | 1
    Silver Pine     |  2 |  2 |  3 |  2 | 1 | 5
    Civic           |  8 |  4 |  4 |  4 | 1 | 1
"""

# item | label | zh-Hant | zh-Hans | stage | kind | weight on quality (fees: on value)
_SERVICES = """
    counter  | counter staff      | 臨櫃人員 | 柜面人员 | during | performance | 0.44
    lobby    | lobby              | 大廳服務 | 大堂服务 | during | none        | 0.03
    premises | premises           | 分行環境 | 网点环境 | during | none        | 0.00
    waiting  | waiting            | 等候時間 | 等候时间 | during | basic       | 0.36
    digital  | digital channels   | 數位通路 | 数字渠道 | before | exciting    | 0.46
    advice   | advice             | 理財諮詢 | 理财咨询 | before | exciting    | 0.26
    complain | complaint handling | 申訴處理 | 投诉处理 | after  | basic       | 0.58
    fees     | fees               | 手續費   | 手续费   | after  | performance | 0.62
"""

# block | label | zh-Hant | zh-Hans
_BLOCKS = """
    IMAG | image             | 品牌形象 | 品牌形象
    EXPE | expectations      | 顧客期望 | 客户期望
    QUAL | perceived quality | 知覺品質 | 感知质量
    VAL  | perceived value   | 知覺價值 | 感知价值
    SAT  | satisfaction      | 顧客滿意 | 客户满意
    LOY  | loyalty           | 顧客忠誠 | 客户忠诚
"""

# item | label | zh-Hant | zh-Hans; its block is the item's name without the number
_ITEMS = """
    imag1 | keeps its word                        | 說到做到           | 说到做到
    imag2 | stable and well established           | 穩健可靠           | 稳健可靠
    imag3 | contributes to society                | 對社會有貢獻       | 对社会有贡献
    imag4 | concerned about its customers         | 重視顧客           | 重视客户
    imag5 | innovative and forward-looking        | 創新而有遠見       | 创新而有远见
    expe1 | expected overall quality              | 對整體品質的期望   | 对整体质量的期望
    expe2 | expected fit to my needs              | 對符合需求的期望   | 对满足需求的期望
    expe3 | expected reliability                  | 對可靠程度的期望   | 对可靠程度的期望
    qual1 | overall quality                       | 整體品質           | 整体质量
    qual2 | quality of products                   | 產品品質           | 产品质量
    qual3 | quality of service                    | 服務品質           | 服务质量
    qual4 | clear information                     | 資訊清楚           | 信息清晰
    qual5 | accurate and dependable               | 準確可靠           | 准确可靠
    val1  | quality for the price                 | 以價格而言的品質   | 就价格而言的质量
    val2  | price for the quality                 | 以品質而言的價格   | 就质量而言的价格
    sat1  | overall satisfaction                  | 整體滿意度         | 总体满意度
    sat2  | meets expectations                    | 符合期望           | 符合期望
    sat3  | close to the ideal bank               | 接近理想中的銀行   | 接近理想中的银行
    loy1  | would choose it again                 | 會再次選擇         | 会再次选择
    loy2  | would take more of its products       | 會選用更多產品     | 会选用更多产品
    loy3  | would stay if it cost somewhat more   | 稍微漲價仍會留下   | 略微涨价仍会留下
"""

#: Coefficients of the equations between latent variables, each of about unit variance.
PATHS: dict[tuple[str, str], float] = {
    ("IMAG", "EXPE"): 0.55,
    ("EXPE", "QUAL"): 0.30,
    ("EXPE", "VAL"): 0.10,
    ("QUAL", "VAL"): 0.35,
    ("IMAG", "SAT"): 0.15,
    ("EXPE", "SAT"): 0.0,
    ("QUAL", "SAT"): 0.45,
    ("VAL", "SAT"): 0.35,
    ("IMAG", "LOY"): 0.20,
    ("SAT", "LOY"): 0.60,
}

#: Customer groups by what makes them choose: share, and weight of each image attribute in the
#: choice of the main bank among the banks a person rates.
GROUPS: dict[str, tuple[float, dict[str, float]]] = {
    "fair and digital": (0.34, {"modern": 0.9, "transparent fees": 1.2, "easy app": 0.8}),
    "cared for": (0.40, {"cares about me": 1.3, "friendly staff": 0.8, "near me": 0.7}),
    "rates first": (0.26, {"good rates": 1.3, "quick decisions": 0.8, "expert advice": 0.5}),
}

#: How strongly positions show in what people tick.
IMAGE_STRENGTH = 2.2

#: The ground where nobody stands: both coordinates above these, around the market's centre.
EMPTY_QUADRANT = {"local_to_digital_above": 0.10, "rational_to_warm_above": 0.10}

WAVES = (2025, 2026)
AGES = ("18-29", "30-44", "45-59", "60+")
AGE_POPULATION = (0.20, 0.28, 0.28, 0.24)
AGE_SAMPLE = (0.15, 0.25, 0.30, 0.30)
TIERS = ("1-5 million", "5-10 million", "over 10 million")
TIER_SHARES = (0.55, 0.29, 0.16)


@dataclass(frozen=True)
class Bank:
    """One fictional bank: its names, how known and how good it is, and its places."""

    name: str
    zh_hant: str
    zh_hans: str
    awareness: float
    quality: float
    places: dict[int, tuple[float, float]]
    branches: tuple[int, ...]


@dataclass(frozen=True)
class Attribute:
    """One image attribute: its names, how often it is ticked, and its place."""

    name: str
    zh_hant: str
    zh_hans: str
    popularity: float
    place: tuple[float, float]


@dataclass(frozen=True)
class Region:
    """One region: its names, its share of the people and of the sample, its stratum."""

    name: str
    zh_hant: str
    zh_hans: str
    population: float
    sample: float
    stratum: int


@dataclass(frozen=True)
class Service:
    """One item of the service battery: its names, stage, kind and weight."""

    item: str
    name: str
    zh_hant: str
    zh_hans: str
    stage: str
    kind: str
    weight: float


@dataclass(frozen=True)
class Question:
    """One item of the satisfaction model, and what it asks."""

    item: str
    name: str
    zh_hant: str
    zh_hans: str


@dataclass(frozen=True)
class Block:
    """One block of the satisfaction model."""

    key: str
    name: str
    zh_hant: str
    zh_hans: str
    questions: tuple[Question, ...]

    @property
    def items(self) -> list[str]:
        """Names of the block's items in the survey."""
        return [question.item for question in self.questions]


def _banks() -> tuple[Bank, ...]:
    branches = {row[0]: tuple(int(cell) for cell in row[1:]) for row in _rows(_BRANCHES)}
    banks = []
    for name, hant, hans, *cells in _rows(_BANKS):
        awareness, quality, x1, y1, x2, y2 = (float(cell) for cell in cells)
        places = {WAVES[0]: (x1, y1), WAVES[1]: (x2, y2)}
        banks.append(Bank(name, hant, hans, awareness, quality, places, branches[name]))
    return tuple(banks)


def _attributes() -> tuple[Attribute, ...]:
    return tuple(
        Attribute(name, hant, hans, float(popularity), (float(x), float(y)))
        for name, hant, hans, popularity, x, y in _rows(_ATTRIBUTES)
    )


BANKS = _banks()
ATTRIBUTES = _attributes()
REGIONS = tuple(
    Region(name, hant, hans, float(population), float(sample), int(stratum))
    for name, hant, hans, population, sample, stratum in _rows(_REGIONS)
)
SERVICES = tuple(
    Service(item, name, hant, hans, stage, kind, float(weight))
    for item, name, hant, hans, stage, kind, weight in _rows(_SERVICES)
)
QUESTIONS = tuple(Question(*row) for row in _rows(_ITEMS))
BLOCKS = tuple(
    Block(key, name, hant, hans, tuple(one for one in QUESTIONS if one.item[:-1] == key.lower()))
    for key, name, hant, hans in _rows(_BLOCKS)
)

FOCUS = "Harbour Bank"
MOVING_BANK = "Juniper"
SISTERS = ("Northgate", "Peninsula")
SISTER_OWNER = "Northgate Group"
NEAREST_RIVALS = ("Harbour Bank", "Tidewater")
HOMOGENISING_BANK = "Meridian"
DISTINCTIVE_BANK = "Kestrel"


def bank_places(wave: int) -> Floats:
    """Give the banks' true places in a wave, shape (banks, 2)."""
    return np.array([bank.places[wave] for bank in BANKS])


def attribute_places() -> Floats:
    """Give the attributes' true places, shape (attributes, 2)."""
    return np.array([attribute.place for attribute in ATTRIBUTES])


def service_effect(kind: str, weight: float, latent: Floats) -> Floats:
    """Give what a service adds to its outcome at each level of its latent variable.

    A basic service hurts where it is poor and adds nothing where it is not; an exciting one the
    other way round. They bend at answers of about 6 and 7.5: bent in the middle, poor and good
    answers would differ by less than twice a point, too little to be told from a straight line.
    """
    if kind == "basic":
        return 1.5 * weight * np.minimum(latent + 0.4, 0.0)
    if kind == "exciting":
        return 1.4 * weight * np.maximum(latent - 0.3, 0.0)
    return weight * latent
