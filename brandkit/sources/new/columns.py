"""What the columns of a table look like, and which roles their headings suggest."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from brandkit.sources.catalog.table import says_yes_or_no
from brandkit.sources.tables.cells import Grid, is_empty
from brandkit.sources.tables.numerals import decimal_mark, parsed_number, says_none

Section = Literal[
    "names",
    "codebook",
    "brand_table",
    "catalog",
    "survey",
    "branches",
    "league_tables",
    "scorecard",
    "register",
    "crosswalk",
]

#: Headings by the role they play; a heading matches when it is the word, or ends or begins with it.
ROLES: dict[str, tuple[str, ...]] = {
    "brand": ("brand", "bank", "company", "institution", "issuer", "provider", "firm", "namefull",
              "品牌", "銀行", "银行", "機構", "机构", "公司", "發行人", "发行人",
              "發行機構", "发行机构", "institution name", "bank name", "banco", "banca", "banque",
              "entidad", "marca", "marque", "marke", "institut", "bankhaus", "은행", "ブランド"),
    "brand_code": ("bank_code", "bank_id", "cert", "rssdid", "銀行代碼", "银行代码", "機構代碼",
                   "机构代码"),
    "product": ("product_id", "product id", "product_code", "product code", "product", "code",
                "產品代碼", "产品代码", "產品編號", "产品编号", "商品代碼", "代碼", "代码", "產品",
                "产品", "商品", "producto", "produkt", "produit", "prodotto", "produto", "상품"),
    "name": ("product_name", "name", "product name", "產品名稱", "产品名称", "商品名稱", "名稱",
             "名称", "商品名", "상품명", "nombre", "bezeichnung", "nom", "nome"),
    "category": ("category", "product_category", "product_type", "type", "類別", "类别", "類型",
                 "类型", "categoría", "categoria", "kategorie", "catégorie", "tipo", "produktart",
                 "カテゴリ", "種類", "분류"),
    "market": ("market", "county", "region", "city", "district", "state", "province", "area",
               "stcntybr", "縣市", "縣", "市場", "市场", "地區", "地区", "城市", "省份", "省",
               "都道府県", "市区町村", "provincia", "región", "ciudad", "municipio", "bundesland",
               "landkreis", "stadt", "ort", "département", "ville", "région", "regione", "comune",
               "região", "cidade", "estado", "시도", "지역"),
    "amount": ("amount", "count", "deposits", "branches", "volume", "balance", "n", "value",
               "數量", "数量", "金額", "金额", "存款", "分行數", "网点数", "depósitos", "einlagen", "dépôts", "depositi",
               "sucursales", "filialen", "agences", "預金", "店舗数", "예금"),
    "attribute": ("attribute", "item", "issue", "statement", "image", "association", "trait",
                  "topic", "屬性", "属性", "形象", "問題", "问题", "atributo", "eigenschaft", "aussage", "attribut",
                  "attributo", "イメージ", "속성"),
    "year": ("year", "as_of", "period", "quarter", "年度", "年份", "期間", "期间", "jahr", "año", "année", "anno", "ano"),
    "segment": ("segment", "customer_type", "customer type", "客群", "客層", "客户类型",
                "客戶類型"),
    "description": ("description", "summary", "描述", "說明", "说明", "簡介", "简介"),
    "currency": ("currency", "ccy", "幣別", "幣種", "币种", "币别", "貨幣", "货币"),
}  # fmt: skip

#: Facets of a catalogue by words their headings hold.
FACETS: dict[str, tuple[str, ...]] = {
    "features": (
        "feature",
        "benefit",
        "reward",
        "功能",
        "特色",
        "característ",
        "caracterist",
        "ventaja",
        "beneficio",
        "vantag",
        "avantage",
        "leistung",
        "vorteil",
        "特典",
        "機能",
        "혜택",
    ),
    "eligibility": ("eligib", "資格", "资格", "適用", "适用", "requisit", "voraussetz", "자격"),
    "channels": ("channel", "canal", "kanal", "通路", "渠道", "チャネル", "채널"),
    "regions": ("region", "銷售地區", "销售区域", "地區", "地区"),
    "fees": (
        "fee",
        "charge",
        "費",
        "费",
        "comisi",
        "commission",
        "gebühr",
        "frais",
        "canone",
        "anuidade",
        "tarifa",
        "手数料",
        "수수료",
        "연회비",
    ),
    "rates": (
        "rate",
        "interest",
        "apr",
        "aer",
        "yield",
        "利率",
        "收益率",
        "比较基准",
        "比較基準",
        "tipo de inter",
        r"\w*zins",
        "taux",
        "tasso",
        "taxa",
        "金利",
        "금리",
    ),
    "terms": (
        "term",
        "period",
        "min_",
        "minimum",
        "期限",
        "起購",
        "起购",
        "deposit",
        "plazo",
        "laufzeit",
        "durée",
        "durata",
        "prazo",
        "mindest",
        "기간",
    ),
}


class Unreadable(str):
    """Why a file cannot be read, as against: read, and there is no telling what it is."""

    __slots__ = ()


#: Columns of more different texts are not kept word by word.
FEW = 60


@dataclass(frozen=True)
class Column:
    """What the cells of a column look like.

    Parameters
    ----------
    name : str
    n : int
        Cells that are filled.
    n_distinct : int
    numbers : tuple of float
        The distinct numbers, sorted; empty where less than nine tenths of the cells are numbers.
    percent : bool
        Whether cells carry a percent sign.
    yes_no : bool
        Whether cells say yes or no, and nothing else.
    label : str
        What the file calls the column beside its name.
    texts : tuple of str
        The distinct texts, or the labels of the codes, where there are few.
    is_scale : bool, optional
        Whether the file declares a scale; None where it cannot.
    """

    name: str
    n: int
    n_distinct: int
    numbers: tuple[float, ...] = ()
    percent: bool = False
    yes_no: bool = False
    label: str = ""
    texts: tuple[str, ...] = ()
    is_scale: bool | None = None

    @property
    def is_number(self) -> bool:
        """Whether the column holds numbers."""
        return bool(self.numbers)

    @property
    def is_whole(self) -> bool:
        """Whether all of its numbers are whole."""
        return self.is_number and all(number.is_integer() for number in self.numbers)


class Doubt(NamedTuple):
    """A key that is written commented out, with the reason."""

    key: str
    value: Any
    reason: str


@dataclass(frozen=True)
class Guess:
    """What a file probably is.

    Parameters
    ----------
    section : str
        The section of study.toml it belongs to; ``"codebook"`` and ``"register"`` belong to
        others.
    keys : mapping
        Key of the section to its value.
    reason : str
        One line for the person who reads it.
    question : str
        What that person should look at; empty where nothing is in doubt.
    labels : tuple of str
        Names of brands seen, to find out the language and to propose a focus.
    doubts : tuple of Doubt
    words : tuple of str
        Texts that tell the language where no label does.
    """

    section: Section
    keys: Mapping[str, Any]
    reason: str
    question: str = ""
    labels: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    words: tuple[str, ...] = ()


def profiled(grid: Grid, at: int) -> Column:
    """Look at the cells of a column.

    Parameters
    ----------
    grid : Grid
    at : int
    """
    cells = [row[at] for row in grid.rows if not is_empty(row[at])]
    distinct = dict.fromkeys(one if isinstance(one, Hashable) else str(one) for one in cells)
    texts = [cell for cell in distinct if isinstance(cell, str)]
    mark = decimal_mark(texts, delimiter=grid.delimiter) or "."
    parsed = [parsed_number(cell, mark=mark) for cell in distinct if not says_none(cell)]
    numbers = [number.value for number in parsed if number is not None]
    is_number = bool(numbers) and len(numbers) >= 0.9 * len(parsed)
    return Column(
        grid.header[at], len(cells), len(distinct),
        tuple(sorted(set(numbers))) if is_number else (),
        any(number.percent for number in parsed if number is not None),
        yes_no=says_yes_or_no(texts) and len(texts) == len(distinct),
        texts=tuple(texts) if not is_number and len(texts) <= FEW else (),
    )  # fmt: skip


def role_of(columns: Sequence[Column], role: str, *, text: bool | None = None) -> Column | None:
    """Find the column that plays a role, by its heading: the whole word before parts of it.

    Parameters
    ----------
    columns : sequence of Column
    role : str
        A key of ``ROLES``.
    text : bool, optional
        True for columns of text only, False for columns of numbers only.
    """
    fitting = [c for c in columns if c.name and (text is None or c.is_number != text)]
    for word in ROLES[role]:
        for column in fitting:
            if column.name.casefold().strip() == word:
                return column
    for word in ROLES[role]:
        for column in fitting:
            if _begins_or_ends(column.name, word):
                return column
    return None


def _begins_or_ends(heading: str, word: str) -> bool:
    parts = re.split(r"[\s_.\-]+", heading.casefold().strip())
    is_chinese = not word.isascii() and word in heading
    return is_chinese or (len(word) > 2 and word in (parts[0], parts[-1]))
