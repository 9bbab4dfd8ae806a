"""What banks call their fees, read as one vocabulary.

The Australian banks alone write some ten thousand names for about sixty fees. Each name is read
as the first entry of the vocabulary whose words it holds; the others keep the kind of fee they
are ("other event fee") and stand in the list to review, :attr:`Catalog.fee_names`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import pandas as pd

from brandkit.sources.catalog.names import folded

#: attribute -> words in a fee's name, the more particular first. Traditional Chinese is folded to
#: simplified before it is looked up.
_VOCABULARY = (
    ("lenders mortgage insurance", r"mortgage insurance|\blmi\b"),
    ("dishonour fee", r"dishon|reject(?:ed|ion)|returned (?:item|payment|direct|periodic)|unpaid|"
     r"insufficient funds"),
    ("cheque fee", r"che?que|chq|支票"),
    ("international transfer fee", r"(?:international|overseas|foreign|outward|inward|swift|\btt\b)"
     r".*(?:transfer|payment|telegraphic|draft|remittance|money)|telegraphic|跨境汇款"),
    ("card replacement fee", r"(?:replace|lost|stolen|emergency|reissue).*(?:card|pin\b|token)|"
     r"(?:card|pin|token).*(?:replace|lost|stolen)|replacement|补卡"),
    ("cash advance fee", r"cash advance|预借现金|取现"),
    ("overseas cash fee", r"(?:overseas|international|foreign).*(?:\batm|cash|withdraw|wdl)"),
    ("foreign transaction fee", r"(?:foreign|international|overseas|cross[- ]border|non[- ]?aud)"
     r".*(?:transaction|conver|purchase|currency|exchange)|"
     r"currency conversion|境外|外币兑换"),
    ("atm fee", r"\batms?\b|自助取款"),
    ("overdrawn fee", r"overdraw|unarranged|honou?r|透支"),
    ("enforcement fee", r"enforce|mercantile|field call|recovery|demand|collection"),
    ("late payment fee", r"\blate\b|overdue|arrears|missed payment|default|滞纳金|逾期"),
    ("overlimit fee", r"over ?limit|over the limit|超限"),
    ("break cost", r"\bbreak|(?:early|pre)[- ]?(?:re)?pa?y|"
     r"early (?:termination|withdraw|exit|access|redemption)|提前还款|提前赎回"),
    ("rate lock fee", r"rate ?lock|lock ?rate|lock[- ]?in|guaranteed rate|rapid rate|capped rate"),
    ("discharge fee", r"di(?:sh?)?c?ha(?:r|h)ge|discahrge|release|deferred establishment|"
     r"loan (?:closure|finalis)|exit fee|termination|full repayment|结清"),
    ("valuation fee", r"valuation|valuer|valfee|\bavm\b|inspection|quantity survey|估值|评估"),
    ("settlement fee", r"settle"),
    ("legal fee", r"legal|solicitor|conveyanc|document|\bdoc\b|deed|stamp duty|preparation|"
     r"law stationer"),
    ("title and registration fee", r"title|regist|ppsr|\bpps\b|personal property sec|lodge?ment|"
     r"caveat|\bpexa\b|search|government"),
    ("security fee", r"substitut|portab|consent|subdivision|guarant|"
     r"security (?:fee|handling|admin)|(?:additional|multiple) security"),
    ("redraw fee", r"redraw"),
    ("progress draw fee", r"progress|progpay|draw ?down|construction|drawing|\bdraw fee"),
    ("dormant account fee", r"dorman|inactiv|unclaimed|休眠"),
    ("switching fee", r"switch|conver(?:sion|t)|\bsplit|variation|\bvary|restructur|recontract|"
     r"renegotiat|amend|\bchange|\balter|increase|top[- ]?up|extension|renew|rollover|re-?fix"),
    ("line fee", r"\bline fee|unused limit|undrawn|commitment|facility fee|limit fee"),
    ("package fee", r"package"),
    ("additional card fee", r"(?:additional|supplementary|extra) card|附属卡|附卡"),
    ("balance transfer fee", r"balance transfer"),
    ("annual fee", r"annual|yearly|per year|membership|年费"),
    ("account keeping fee", r"(?:account|acct|monthly|mthly|service|servicing|maintenance|"
     r"loan admin|administration|management).*(?:keep|servic|fee|charge|maint)|monthly|"
     r"access fee|账户管理|月费|管理费"),
    ("establishment fee", r"establish|\bestab\b|application|upfront|set ?up|approval|processing|"
     r"origination|arrangement|opening|lending fee|sign[- ]?up|手续费|开户|申购|认购"),
    ("statement fee", r"statement|paper stat|对账单"),
    ("notice fee", r"notice|reminder|letter|notification|alert|\bsms\b"),
    ("investigation fee", r"investigat|\btrac(?:e|ing)|retriev|dispute|chargeback|recall|voucher"),
    ("information fee", r"information|certificate|audit|enquir|inquir|\bcop(?:y|ies)|duplicate|"
     r"photocop|archive|print|listing|reference|history"),
    ("stop payment fee", r"\bstop(?:ping)?\b|挂失|止付"),
    ("bill payment fee", r"\bbpay\b|bill pay|direct (?:debit|credit|entry)|"
     r"period(?:ical|ic)? payment|standing order|auto(?:matic)? pay"),
    ("transfer fee", r"transfer|\brtgs\b|real[- ]time|osko|pay ?anyone|\bnpp\b|payid|"
     r"转账|汇款"),
    ("branch transaction fee", r"branch|counter|teller|assist|\botc\b|bank ?@ ?post|post office|"
     r"giropost|柜台|柜面"),
    ("electronic transaction fee", r"electronic|internet|online|mobile|phone|eftpos|point of sale"),
    ("cash handling fee", r"\bcash|coin|deposit|现金"),
    ("merchant and terminal fee", r"merchant|terminal"),
    ("instalment plan fee", r"instal"),
    ("account closing fee", r"\bclos(?:e|ing|ure)|cancel|销户|注销"),
    ("insurance fee", r"insur|保险"),
    ("broker fee", r"broker|referral|introducer"),
    ("lease and residual fee", r"\blease|residual|novat"),
    ("bank draft fee", r"draft"),
    ("withdrawal fee", r"withdraw|取款|赎回"),
    ("custody fee", r"custod|托管"),
    ("sales fee", r"sales service|销售服务"),
    ("performance fee", r"performance|业绩报酬"),
    ("card fee", r"\bcard (?:holder )?(?:admin )?fee|visa debit card"),
    ("transaction fee", r"transaction|purchase|交易"),
)  # fmt: skip
_PATTERNS = tuple((name, re.compile(pattern)) for name, pattern in _VOCABULARY)


def fee_attribute(name: str, fee_type: str = "") -> tuple[str, bool]:
    """Read a fee's name as a word of the vocabulary.

    Parameters
    ----------
    name : str
        As the bank writes it.
    fee_type : str
        The kind of fee the bank files it under ("PERIODIC", "EVENT", …); names the fee where its
        own name says nothing.

    Returns
    -------
    attribute : str
    recognised : bool

    Examples
    --------
    >>> fee_attribute("Direct_Debit_Dishonour", "EVENT")
    ('dishonour fee', True)
    >>> fee_attribute("Zymurgy", "EVENT ")
    ('other event fee', False)
    """
    return _fee_attribute(name, fee_type)


@lru_cache(maxsize=100_000)
def _fee_attribute(name: str, fee_type: str) -> tuple[str, bool]:
    words = folded(name).replace("_", " ")
    for attribute, pattern in _PATTERNS:
        if pattern.search(words):
            return attribute, True
    kind = " ".join(fee_type.lower().replace("_", " ").split())
    return (f"other {kind} fee" if kind else "other fee"), False


def fee_name_frame(counts: Mapping[tuple[str, str], int]) -> pd.DataFrame:
    """Give the list to review: every name, what it was read as, how often; unread ones first.

    Examples
    --------
    >>> fee_name_frame({("Zymurgy", "EVENT"): 1, ("Annual_Fee", "PERIODIC"): 9})["label"].tolist()
    ['Zymurgy', 'Annual Fee']
    """
    rows = []
    for (name, fee_type), n in counts.items():
        attribute, recognised = fee_attribute(name, fee_type)
        rows.append((" ".join(name.replace("_", " ").split()), attribute, recognised, n))
    frame = pd.DataFrame(rows, columns=["label", "attribute", "recognised", "n"])
    frame = frame.astype({"label": "str", "attribute": "str", "recognised": bool, "n": np.int64})
    frame = frame.groupby(["label", "attribute", "recognised"]).sum().reset_index()
    return frame.sort_values(
        ["recognised", "n", "label"],
        ascending=[True, False, True],
        ignore_index=True,
        kind="stable",
    )
