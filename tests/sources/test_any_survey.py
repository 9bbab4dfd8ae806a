"""Whatever a survey's columns are called, and wherever they stand, its numbers are the same."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brandkit.core.errors import InputError
from brandkit.sources import read_study
from brandkit.sources.new.new import new_study
from brandkit.sources.study.settings import read_settings
from tests.conftest import some

N = 48
ROLES = ("bank", "sat", "rec", "desk", "wait", "app", "fair", "near", "new", "age", "weight")
HEADINGS = {
    "en": ("Which bank is your main bank?", "Overall, how satisfied are you?",
           "Would you recommend it?", *(f"Rate it [{one}]" for one in ("Desk", "Wait", "App")),
           *(f"Which describe it? [{one}]" for one in ("Fair", "Near", "New")), "How old are you?",
           "weight"),
    "names": ("bank", "sat_overall", "nps", "serv_1", "serv_2", "serv_3", "img_1", "img_2", "img_3",
              "age", "wt"),
    "de": ("Hausbank", "Zufriedenheit insgesamt", "Weiterempfehlung",
           *(f"Bewertung: {one}" for one in ("Schalter", "Wartezeit", "App")),
           *(f"Eigenschaften: {one}" for one in ("fair", "nah", "neu")), "Alter", "Gewicht"),
    "es": ("¿Cuál es su banco?", "Satisfacción general", "¿Recomendaría su banco?",
           *(f"Evalúe - {one}" for one in ("Caja", "Espera", "App")),
           *(f"Palabras que lo describen - {one}" for one in ("Justo", "Cercano", "Nuevo")), "Edad",
           "Ponderación"),
    "zh": ("主要往來銀行", "整體滿意度", "推薦意願",
           *(f"各項評分（{one}）" for one in ("櫃台", "等候", "網銀")),
           *(f"形象：{one}" for one in ("公平", "親切", "新穎")), "年齡", "權重"),
    "ko": ("주거래 은행", "전반적 만족도", "추천 의향",
           *(f"평가 - {one}" for one in ("창구", "대기", "앱")),
           *(f"이미지: {one}" for one in ("공정한", "친근한", "새로운")), "연령", "가중치"),
    "ja": ("メインバンクはどちらですか", "総合的な満足度", "知人に勧めたいと思いますか",
           *(f"次の項目を評価してください [{one}]" for one in ("窓口", "待ち時間", "アプリ")),
           *(f"イメージに当てはまるもの [{one}]" for one in ("公平", "近い", "新しい")), "年齢",
           "ウェイト"),
    "zh-Hans": ("1、您的主办银行是哪家？", "2、总体满意度", "3、您愿意推荐该银行吗",
                *(f"4、满意程度—{one}" for one in ("柜台", "等候", "手机银行")),
                *(f"5、您认为该银行的形象:{one}" for one in ("公平", "亲切", "新颖")), "6、年龄段",
                "加权系数"),
    "fr": ("Banque/Quelle est votre banque principale ?", "Banque/Satisfaction globale",
           "Banque/Recommanderiez-vous la banque ?",
           *(f"Services/Notez/{one}" for one in ("Guichet", "Attente", "Appli")),
           *(f"Image/Quels mots la décrivent ?/{one}" for one in ("Juste", "Proche", "Neuve")),
           "Profil/Âge", "Pondération"),
    "pt": ("Banco principal", "Satisfação geral com o banco", "Recomendaria o banco?",
           *(f"Avalie: {one}" for one in ("Caixa", "Espera", "App")),
           *(f"O banco é: {one}" for one in ("Justo", "Próximo", "Novo")), "Idade", "Peso"),
    "unknown": ("Fenn", "Sork", "Plim", "Tarb", "Tork", "Tusk", "Vab", "Vim", "Vop", "Jarl",
                "Kend"),
}  # fmt: skip
BANKS = (("Civic Bank", "Nova Bank", "Harbour Bank"), ("海港銀行", "紅隼銀行", "市民銀行"),
         ("Banco Norte", "Banco Sur", "Banco Este"))  # fmt: skip
#: The points of a scale in words, worst first.
SCALES = (
    None,
    ("Sehr unzufrieden", "Unzufrieden", "Teils/teils", "Zufrieden", "Sehr zufrieden"),
    ("とても不満", "やや不満", "どちらともいえない", "やや満足", "とても満足"),
    ("很不满意", "不满意", "一般", "满意", "很满意"),
    ("Muito insatisfeito", "Insatisfeito", "Neutro", "Satisfeito", "Muito satisfeito"),
)
AGES = (("18-34", "35-54", "55+"), ("18 bis 34", "35 bis 54", "55 und älter"),
        ("34歲以下", "35-54歲", "55歲以上"))  # fmt: skip
PADDING = {"IP Address": "10.0.0.1", "Comment": "", "Finished": "True", "lastpage": "4"}


def truth() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    told = pd.DataFrame({"bank": rng.integers(0, 3, N), "sat": rng.integers(1, 6, N)})
    told["rec"] = np.r_[0, 10, rng.integers(0, 11, N - 2)]
    told[["desk", "wait", "app"]] = rng.integers(1, 6, (N, 3))
    told[["fair", "near", "new"]] = rng.integers(0, 2, (N, 3))
    told["age"] = rng.integers(0, 3, N)
    told["weight"] = rng.uniform(0.6, 1.4, N).round(3)
    return told[list(ROLES)]


@settings(max_examples=some(6), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    language=st.sampled_from(sorted(HEADINGS)), banks=st.sampled_from(BANKS),
    ages=st.sampled_from(AGES), order=st.permutations(range(len(ROLES))),
    rows=st.permutations(range(N)), padded=st.sets(st.sampled_from(sorted(PADDING))),
    blank=st.booleans(), scale=st.sampled_from(SCALES), tick=st.sampled_from(("1", "V", "✓", "○")),
    encoding=st.sampled_from(("utf-8", "utf-16", "utf-8-sig")),
)  # fmt: skip
def test_roles_and_numbers_do_not_hang_on_the_form(
    language: str, banks: tuple[str, ...], ages: tuple[str, ...], order: list[int],
    rows: list[int], padded: set[str], blank: bool, scale: tuple[str, ...] | None, tick: str,
    encoding: str,
) -> None:  # fmt: skip
    told = truth()
    written = told.assign(bank=told["bank"].map(banks.__getitem__),
                          age=told["age"].map(ages.__getitem__))  # fmt: skip
    if blank:
        written[["fair", "near", "new"]] = (
            told[["fair", "near", "new"]].astype("str").replace({"0": "", "1": tick})
        )
    if scale:
        for name in ("sat", "desk", "wait", "app"):
            written[name] = told[name].map(lambda point: scale[point - 1])
    heading = dict(zip(ROLES, HEADINGS[language], strict=True))
    # options of one question stand together, as they do in any export
    kept = sorted(
        range(len(ROLES)), key=lambda at: order.index(at - (at - 3) % 3 if 3 <= at < 9 else at)
    )
    written = written.iloc[rows, kept].rename(columns=heading)
    written = written.assign(**{name: PADDING[name] for name in sorted(padded)})
    with tempfile.TemporaryDirectory() as folder:
        written.to_csv(Path(folder) / "data.csv", index=False, encoding=encoding)
        try:
            made = new_study(folder)
        except InputError:  # no word is known, and the form alone does not tell: it is said
            assert language == "unknown"
            return
        found = read_settings(made.path)[0].survey
        assert found is not None
        roles = {"brand": "bank", "outcome": "sat", "recommend": "rec", "weight": "weight"}
        for key, role in roles.items():
            got = getattr(found, key)
            asked = f"`{key}`" in " ".join(made.questions) or key == "brand"
            assert got == heading[role] or (got is None and (asked or language == "unknown"))
        assert set(found.drivers) <= {heading[one] for one in ("desk", "wait", "app")}
        assert set(found.images) <= {heading[one] for one in ("fair", "near", "new")}
        assert set(found.segments) <= {heading["age"]}
        if language != "unknown":
            assert found.brand
            assert found.outcome
            assert len(found.drivers) == len(found.images) == 3
        if found.brand and found.outcome:
            survey = read_study(folder).survey
            assert survey is not None
            means = survey.responses.groupby(found.brand)[found.outcome].mean()
            right = told.groupby("bank")["sat"].mean()
            if found.images:  # who ticked nothing was asked
                shares = survey.images(found.images).shares()
                weighted = told[["fair", "near", "new"]].mul(told["weight"], axis=0)
                by_bank = (
                    weighted.groupby(told["bank"])
                    .sum()
                    .div(told.groupby("bank")["weight"].sum(), axis=0)
                )
                for at, bank in enumerate(banks):
                    right_of_bank = by_bank if found.weight else told.groupby("bank")[
                        ["fair", "near", "new"]].mean()  # fmt: skip
                    assert np.allclose(sorted(shares.loc[bank]), sorted(right_of_bank.loc[at]))
            for at, bank in enumerate(banks):
                assert abs(means[bank] - right[at]) < 1e-9
