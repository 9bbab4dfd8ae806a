"""Files as services and agencies write them: read rightly, asked about, or refused."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from brandkit.core.errors import InputError, SchemaError
from brandkit.sources import read_brand_table, read_catalog, read_study, read_survey
from brandkit.sources.new.files import guessed_table
from brandkit.sources.new.new import new_study
from brandkit.sources.study.inspection import check_study
from brandkit.sources.study.settings import SurveySection, read_settings
from brandkit.sources.survey.words import (
    listed_options,
    numbered_scale,
    runs_down,
    worded_scale,
)
from brandkit.sources.tables.cells import Grid, other_encoding, read_grid
from brandkit.sources.tables.league import read_league

BANKS = ("Civic Bank", "Kestrel Bank", "Harbour Bank")
WORDS = ("Very dissatisfied", "Dissatisfied", "Neither", "Satisfied", "Very satisfied")
OPTIONS = ("Modern", "Fair", "Near")
N = 60


@pytest.fixture
def answers() -> pd.DataFrame:
    """What sixty persons say of their bank, as numbers."""
    rng = np.random.default_rng(5)
    told = {"bank": [BANKS[at % 3] for at in range(N)], "sat": rng.integers(1, 6, N)}
    told |= {"rec": np.r_[0, 10, rng.integers(0, 11, N - 2)]}
    told |= {name: rng.integers(1, 6, N) for name in ("desk", "wait", "app")}
    told |= {name: rng.integers(0, 2, N) for name in OPTIONS}
    told |= {"age": [("18-34", "35-54", "55+")[at % 3 - 1] for at in range(N)]}
    return pd.DataFrame(told)


def survey_of(folder: Path, text: str, name: str = "data.csv", encoding: str = "utf-8") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(text.encode(encoding))
    return folder


def section(folder: Path) -> SurveySection:
    made = read_settings(new_study(folder).path)[0].survey
    assert made is not None
    return made


def qualtrics(told: pd.DataFrame) -> str:
    names = ["StartDate", "ResponseId", "Q1", "Q2", "Q3", "Q4_1", "Q4_2", "Q4_3", "Q5_1", "Q5_2",
             "Q5_3", "Q6"]  # fmt: skip
    texts = ["Start Date", "Response ID", "Which bank is your main bank?", "Overall satisfaction",
             "Would you recommend it?", *(f"Rate it - {one}" for one in ("Desk", "Wait", "App")),
             *(f"Which describe it? - Selected Choice - {one}" for one in OPTIONS),
             "How old are you?"]  # fmt: skip
    body = told.astype("str")
    for option in OPTIONS:
        body[option] = told[option].map({1: "1", 0: ""})
    lines = [",".join(names), ",".join(texts),
             ",".join(f'"{{""ImportId"":""QID{at}""}}"' for at in range(len(names)))]  # fmt: skip
    lines += [f"2026-03-01 10:00:{at % 60:02d},R_{at:05d},{','.join(row)}"
              for at, row in enumerate(body.to_numpy().tolist())]  # fmt: skip
    return "\n".join(lines) + "\n"


def surveymonkey(told: pd.DataFrame) -> str:
    top = ["Respondent ID", "Which bank is your main bank?", "Overall satisfaction",
           "How likely are you to recommend it?", "Rate it", "", "", "Which describe it?", "", "",
           "How old are you?"]  # fmt: skip
    below = ["", "Response", "Response", "", "Desk", "Wait", "App", *OPTIONS, "Response"]
    rows = []
    for at, row in enumerate(told.to_dict("records")):
        rated = [WORDS[row[name] - 1] for name in ("sat", "desk", "wait", "app")]
        ticked = [name if row[name] else "" for name in OPTIONS]
        rows.append([f"{118000 + at}", row["bank"], rated[0], str(row["rec"]), *rated[1:], *ticked,
                     row["age"]])  # fmt: skip
    return "\n".join(",".join(row) for row in [top, below, *rows]) + "\n"


def google(told: pd.DataFrame) -> str:
    head = ["時間戳記", "您的主要往來銀行是哪一家？", "整體而言，您滿意嗎？", "您會推薦嗎？",
            "滿意程度 [櫃台]", "滿意程度 [等候]", "滿意程度 [App]", "哪些形容詞符合？",
            "您的年齡"]  # fmt: skip
    rows = []
    for at, row in enumerate(told.to_dict("records")):
        ticked = ", ".join(name for name in OPTIONS if row[name])
        numbers = [str(row[name]) for name in ("sat", "rec", "desk", "wait", "app")]
        rows.append([f"2026/03/01 上午 09:00:{at % 60:02d}", row["bank"], *numbers, f'"{ticked}"',
                     row["age"]])  # fmt: skip
    return "\n".join(",".join(row) for row in [head, *rows]) + "\n"


@pytest.mark.parametrize("form", [qualtrics, surveymonkey, google])
def test_a_service_s_export_is_read_by_its_form(
    answers: pd.DataFrame, tmp_path: Path, form: object
) -> None:
    folder = survey_of(tmp_path / "s", form(answers))  # type: ignore[operator]
    told = section(folder)
    assert told.brand
    assert told.outcome
    assert told.recommend
    assert len(told.drivers) == 3
    assert len(told.images) == 3
    assert len(told.segments) == 1
    assert check_study(folder).is_sound
    survey = read_study(folder).survey
    assert survey is not None
    means = survey.responses.groupby(told.brand)[told.outcome].mean()
    assert means.to_dict() == pytest.approx(answers.groupby("bank")["sat"].mean().to_dict())
    shares = survey.images(told.images).shares()
    right = answers.groupby("bank")[list(OPTIONS)].mean()
    for bank in BANKS:  # who ticked nothing was asked
        assert sorted(shares.loc[bank]) == pytest.approx(sorted(right.loc[bank]))


def test_scales_in_words_and_numbers_with_words() -> None:
    for words in (WORDS, ("非常不满意", "不满意", "一般", "满意", "非常满意"),
                  ("Muy insatisfecho", "Insatisfecho", "Ni lo uno ni lo otro", "Satisfecho",
                   "Muy satisfecho")):  # fmt: skip
        scale = worded_scale(words)
        assert scale is not None
        assert [scale.codes[word] for word in words] == [1, 2, 3, 4, 5]
    assert worded_scale(["Civic", "Kestrel", "Harbour"]) is None
    assert worded_scale(["yes", "no"]) is None
    told = numbered_scale(["0 - Not at all likely", *map(str, range(1, 10)), "10 - Extremely"])
    assert told is not None
    assert (told.low, told.high) == (0, 10)
    assert numbered_scale(["18-34", "35-54"]) is None
    assert listed_options(["The queue was long, again."] * 9 + ["Fine"] * 9) is None


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("银行,满意\n天枢银行,1\n", "gb18030"), ("銀行,滿意\n玉衡銀行,1\n", "big5hkscs"),
     ("Qualité,Âge\nÉlevée,né\n", "cp1252")],
)  # fmt: skip
def test_encodings_are_tried(text: str, encoding: str, tmp_path: Path) -> None:
    assert other_encoding(text.encode(encoding)) == encoding
    file = tmp_path / "a.csv"
    file.write_bytes(text.encode(encoding))
    assert read_grid(file).header == tuple(text.splitlines()[0].split(","))


def test_titles_above_and_notes_below_are_left_out_and_said(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("Brand image,,\nBank,modern,fair\nCivic,12,3\nKestrel,7,9\n\nSource: us\n")
    table = read_brand_table(file)
    assert table.values.to_numpy().tolist() == [[12, 3], [7, 9]]
    assert [str(note).split(": ")[1][:20] for note in table.notes] == [
        "what stands above th", "1 line of notes belo",
    ]  # fmt: skip


def test_letters_of_significance_and_turned_tables(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("Attribute,Civic Bank,Nova Bank\nmodern,66% B,58%\nfair,12%,25% A\n")
    table = read_brand_table(file, kind="shares", transposed=True)
    assert table.values.loc["Nova Bank"].tolist() == [0.58, 0.25]


def test_one_wave_of_two_headings(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(
        "Bank,modern,,fair,\n,2024,2025,2024,2025\nCivic,.1,.2,.3,.4\nNova,.5,.6,.7,.8\n"
    )
    table = read_brand_table(file, kind="shares", wave="2025")
    assert table.values.to_numpy().tolist() == [[0.2, 0.4], [0.6, 0.8]]
    with pytest.raises(SchemaError, match="must be a wave of the table's second heading"):
        read_brand_table(file, kind="shares", wave="2026")


def test_sheets_of_a_catalogue_are_categories(tmp_path: Path) -> None:
    file = tmp_path / "p.xlsx"
    with pd.ExcelWriter(file) as book:
        for name in ("Cards", "Loans"):
            frame = pd.DataFrame({"Bank": BANKS, "Product": [f"{name} 1"] * 3, "Fee": [1, 2, 3]})
            frame.to_excel(book, sheet_name=name, index=False)
    columns = {"brand": "Bank", "name": "Product", "fees": "Fee"}
    catalog = read_catalog(file, format="table", columns=columns, sheet=["Cards", "Loans"])
    assert sorted(catalog.products["category"].unique()) == ["Cards", "Loans"]


def test_grids_are_stacked_on_request(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("Fair - Civic,Fair - Nova,Near - Civic,Near - Nova,age\n1,5,2,4,30\n3,,4,,40\n")
    survey = read_survey(file, stack=True)
    assert survey.responses["brand"].tolist() == ["Civic", "Civic", "Nova"]
    assert survey.responses["Fair - Civic"].tolist() == [1, 3, 5]
    assert survey.n_respondents == 2
    file.write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="`stack` needs labels"):
        read_survey(file, stack=True)


@pytest.mark.parametrize(
    ("wave", "waves"),
    [('{ column = "day", by = "quarter" }', ["2025-Q1", "2025-Q4"]),
     ('{ column = "day", by = "half-year" }', ["2025-H1", "2025-H2"]),
     ('{ column = "day", by = "month" }', ["2025-03", "2025-10", "2025-12"])],
)  # fmt: skip
def test_days_become_waves(wave: str, waves: list[str], tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("day,sat\n2025-12-31,1\n2025-03-01,2\n2025-10-02,3\n")
    toml = f'[study]\ntitle = "T"\n[survey]\nsource = "a.csv"\nwave = {wave}\noutcome = "sat"\n'
    (tmp_path / "study.toml").write_text(toml)
    survey = read_study(tmp_path).survey
    assert survey is not None
    assert survey.responses["day"].cat.categories.tolist() == waves


def test_a_league_table(tmp_path: Path) -> None:
    text = (
        "Rank,Provider,Customer score (%),Sample size\n1,Civic,83,889\n2,Nova,79,835\n3,Ox,7,349\n"
    )
    folder = survey_of(tmp_path / "s", text)
    made = new_study(folder)
    assert made.guesses[0].startswith("data.csv: a published league table: 3 brands")
    assert check_study(folder).is_sound
    (league,) = read_study(folder).league_tables
    assert league.scores["n"].tolist() == [889, 835, 349]
    with pytest.raises(SchemaError, match="scores in percent lie between 0 and 100"):
        read_league(folder / "data.csv", brand="Provider", score="Sample size")


def test_a_choice_experiment_is_named_for_what_it_is(tmp_path: Path) -> None:
    folder = survey_of(tmp_path / "s", "resp_id,task,alt,fee,choice\n1,1,1,0,1\n1,1,2,1,0\n")
    with pytest.raises(InputError, match="a choice experiment"):
        new_study(folder)
    assert not (folder / "study.toml").exists()


@pytest.mark.parametrize(
    ("key", "told"),
    [('recommend = "sat"', "must be another question than `recommend`"),
     ("scale = [1, 3]", "must hold the answers of 'sat'"),
     ('weight = "zero"', "most of a weight is not 0")],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(key: str, told: str, tmp_path: Path) -> None:
    rows = "".join(f"{at % 5 + 1},{int(at < 3)}\n" for at in range(20))
    (tmp_path / "a.csv").write_text("sat,zero\n" + rows)
    toml = f'[study]\ntitle = "T"\n[survey]\nsource = "a.csv"\noutcome = "sat"\n{key}\n'
    (tmp_path / "study.toml").write_text(toml)
    found = check_study(tmp_path)
    assert not found.is_sound
    assert any(told in line for line in found.lines())


def test_what_one_sign_alone_says_is_asked(answers: pd.DataFrame, tmp_path: Path) -> None:
    odd = answers.assign(weight=np.where(answers.index < 5, np.nan, 1.2))
    folder = survey_of(tmp_path / "s", odd.to_csv(index=False))
    made = new_study(folder)
    assert read_settings(made.path)[0].survey.weight is None  # type: ignore[union-attr]
    assert any(
        "`weight`" in question and "5 rows have none" in question for question in made.questions
    )
    assert '# weight = "weight"' in made.path.read_text(encoding="utf-8")


def test_an_option_may_hold_the_comma_that_parts_options() -> None:
    cells = [
        "Modern,Fair,Expert, in money",
        "Modern",
        "Fair",
        "Expert, in money",
        "Modern,Fair",
    ] * 3
    found = listed_options(cells)
    assert found is not None
    assert found["Modern,Fair,Expert, in money"] == ["Modern", "Fair", "Expert, in money"]


def with_best_first(told: pd.DataFrame, heading: str = "") -> pd.DataFrame:
    """Give the answers with 1 for the best; who is satisfied recommends."""
    turned = told.assign(rec=(told["sat"] * 2 - 1).clip(0, 10))
    turned[["sat", "desk"]] = 6 - turned[["sat", "desk"]]
    return turned.rename(
        columns={"sat": f"Satisfaction overall{heading}", "desk": f"Desk{heading}"}
    )


def test_a_scale_whose_words_run_from_best_to_worst_is_turned_and_said(
    answers: pd.DataFrame, tmp_path: Path
) -> None:
    said = " (1 = very satisfied … 5 = very dissatisfied)"
    folder = survey_of(tmp_path / "s", with_best_first(answers, said).to_csv(index=False))
    made = new_study(folder)
    assert any("turned round on reading" in question for question in made.questions)
    survey = read_study(folder).survey
    assert survey is not None
    assert survey.responses[f"Satisfaction overall{said}"].tolist() == answers["sat"].tolist()
    assert survey.labels[f"Desk{said}"][5.0] == "very satisfied"
    assert any("from the best to the worst" in line for line in check_study(folder).lines())
    assert runs_down({1.0: "Sehr zufrieden", 2.0: "2", 5.0: "Sehr unzufrieden"})
    assert not runs_down({1.0: "Poor", 5.0: "Excellent"})


def test_a_direction_that_nothing_tells_is_asked(answers: pd.DataFrame, tmp_path: Path) -> None:
    folder = survey_of(tmp_path / "s", with_best_first(answers).to_csv(index=False))
    made = new_study(folder)
    assert any("`reversed`" in question for question in made.questions)
    assert any("run against the likelihood" in line for line in check_study(folder).lines())
    text = made.path.read_text(encoding="utf-8")
    assert '# reversed = ["Satisfaction overall"' in text
    made.path.write_text(text.replace("# reversed =", "reversed ="), encoding="utf-8")
    survey = read_study(folder).survey
    assert survey is not None
    assert survey.responses["Satisfaction overall"].tolist() == answers["sat"].tolist()
    assert survey.codebook.set_index("item").loc["Satisfaction overall", "reversed"]


def test_no_line_of_a_doubt_is_live(answers: pd.DataFrame, tmp_path: Path) -> None:
    seasons = [f"{season} {year} in all branches" for year in (2024, 2025)
               for season in ("Spring", "Autumn")]  # fmt: skip
    waves = answers.assign(wave=[seasons[at % 4] for at in range(N)])
    folder = survey_of(tmp_path / "s", waves.to_csv(index=False))
    made = new_study(folder)
    assert read_settings(made.path)[0].survey.wave is None  # type: ignore[union-attr]
    assert any("`wave`" in question for question in made.questions)


def test_the_bank_rated_is_the_one_that_changes_within_a_person(
    answers: pd.DataFrame, tmp_path: Path
) -> None:
    long = pd.DataFrame({
        "id_pessoa": [f"p{at // 2}" for at in range(N)],
        "banco_principal": [BANKS[at // 2 % 3] for at in range(N)],
        "banco_avaliado": [BANKS[(at // 2 + at % 2) % 3] for at in range(N)],
    })  # fmt: skip
    text = long.join(answers.drop(columns="bank")).to_csv(index=False)
    told = section(survey_of(tmp_path / "s", text))
    assert (told.brand, told.choice, told.respondent) == (
        "banco_avaliado", "banco_principal", "id_pessoa")  # fmt: skip


def test_a_wide_file_may_name_the_bank_first(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    heads = {f"{bank}: {what}": rng.integers(1, 11, N) for bank in BANKS
             for what in ("Overall satisfaction (1-10)", "Service (1-10)")}  # fmt: skip
    folder = survey_of(tmp_path / "s", pd.DataFrame(heads).to_csv(index_label="ID"))
    assert section(folder).stack
    survey = read_study(folder).survey
    assert survey is not None
    assert survey.responses["brand"].unique().tolist() == list(BANKS)


def test_headings_in_one_word_and_numbers_behind_words(
    answers: pd.DataFrame, tmp_path: Path
) -> None:
    words = {0: "Not at all likely - 0", 10: "Extremely likely - 10"}
    told = answers.assign(rec=answers["rec"].map(lambda code: words.get(code, str(code))))
    told = told.rename(columns={"bank": "MainBank", "sat": "SatOverall", "rec": "LTR",
                                "app": "Mobile", "age": "AgeBand"})  # fmt: skip
    told["OrdersPerMonth"] = np.arange(N) % 9
    found = section(survey_of(tmp_path / "s", told.to_csv(index=False)))
    assert (found.brand, found.outcome, found.recommend) == ("MainBank", "SatOverall", "LTR")
    assert "Mobile" in found.drivers  # a rating of it, not its number
    assert found.segments == ["AgeBand"]
    assert found.wave is None


def test_a_datamap_in_another_language(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    data = pd.DataFrame({"folio": [f"F{at}" for at in range(N)], "p1": np.arange(N) % 3 + 1})
    data["p2"] = np.where(np.arange(N) % 9 == 4, 99, rng.integers(1, 6, N))
    says = "1=Muy insatisfecho; 5=Muy satisfecho; 99=No sabe"
    datamap = pd.DataFrame({
        "variable": ["folio", "p1", "p2"],
        "etiqueta": ["Folio", "¿Cuál es su banco?", "Satisfacción general"],
        "valores": ["", "1=Banco Faro; 2=Caja Monte; 3=Banco Sur", says],
    })  # fmt: skip
    folder = tmp_path / "s"
    folder.mkdir()
    with pd.ExcelWriter(folder / "a.xlsx") as book:
        data.to_excel(book, sheet_name="Datos", index=False)
        datamap.to_excel(book, sheet_name="Libro de códigos", index=False)
    found = section(folder)
    assert (found.brand, found.outcome) == ("p1", "p2")
    survey = read_study(folder).survey
    assert survey is not None
    assert survey.responses["p2"].max() == 5
    assert set(survey.responses["p1"]) == {"Banco Faro", "Caja Monte", "Banco Sur"}


def test_a_table_of_percentages_by_its_title(tmp_path: Path) -> None:
    text = (
        "表3 品牌形象（%）,,,\n品牌形象,总计,天枢银行,瑶光银行\n样本量(n),400,200,200\n"
        "现代,41,55,32\n公平,38,-,45\n以上都没有,9,8,10\n"
    )
    folder = survey_of(tmp_path / "s", text)
    new_study(folder)
    table = read_study(folder).brand_table
    assert table is not None
    assert table.values.to_dict("list") == {"现代": [0.55, 0.32], "公平": [0.0, 0.45]}
    assert any("1 empty cell was read as 0" in line for line in check_study(folder).lines())


def test_an_encoding_that_was_found_out_is_said(tmp_path: Path) -> None:
    folder = survey_of(
        tmp_path / "s", "銀行,現代,公平\n玉衡銀行,12,3\n天璣銀行,7,9\n", encoding="big5"
    )
    new_study(folder)
    assert any("read as big5" in line for line in check_study(folder).lines())


def test_of_two_satisfactions_the_bank_s_is_taken_or_asked(
    answers: pd.DataFrame, tmp_path: Path
) -> None:
    heads = {"app": "How satisfied are you with the app overall?",
             "sat": "How satisfied are you with the bank overall?"}  # fmt: skip
    two = answers.rename(columns=heads)
    told = section(survey_of(tmp_path / "s", two.to_csv(index=False)))
    assert told.outcome == "How satisfied are you with the bank overall?"
    two = answers.rename(columns={"app": "Satisfied with the app overall",
                                  "sat": "Satisfied with the visit overall"})  # fmt: skip
    folder = survey_of(tmp_path / "t", two.to_csv(index=False))
    assert any("`outcome`" in question for question in new_study(folder).questions)


def test_a_row_of_letters_is_no_row_of_the_table(tmp_path: Path) -> None:
    folder = survey_of(tmp_path / "s", (
        "Brand image – % who associate,,,\n,Civic Bank,Kestrel Bank,Nova Bank\n,A,B,C\n"
        "Modern,62% B,41%,38%\nFair,33%,47% A,51% A\nLocal,21%,55%,44%\n"
    ))  # fmt: skip
    new_study(folder)
    assert check_study(folder).is_sound
    table = read_study(folder).brand_table
    assert table is not None
    assert table.values.loc["Kestrel Bank"].tolist() == [0.41, 0.47, 0.55]


def rows_of(*heads: str, banks: str, cells: tuple[object, ...]) -> str:
    """Give two dozen rows of three banks; a callable cell gets the row's number."""
    lines = [";".join(heads)]
    for at in range(24):
        row = [one(at) if callable(one) else one for one in cells]
        lines.append(";".join(map(str, [banks.split(",")[at % 3], *row])))
    return "\n".join(lines) + "\n"


DE, ES, JA = "Sparkasse Nord,Volksbank Süd,Commerz West", "Banco Faro,Caja Monte,Banco Sur", (
    "みなと銀行,あおば銀行,つばき銀行")  # fmt: skip


BRANCH, MARKET = "{}支店".format, lambda at: ("東京都", "大阪府")[at // 3 % 2]
LEAGUE = (("Nordbank", "75,5", 400), ("Südbank", "73,5", 400), ("Westbank", "71,5", 400))
IMAGE = (("ブランド", "先進的", "公平", "親切", "計"), ("みなと銀行", 120, 80, 95, 295),
         ("あおば銀行", 90, 110, 60, 260), ("つばき銀行", 70, 65, 130, 265),
         ("合計", 280, 255, 285, 820))  # fmt: skip


def lined(*rows: tuple[object, ...]) -> str:
    return "".join(";".join(map(str, row)) + "\n" for row in rows)


@pytest.mark.parametrize(
    ("kind", "text"),
    [("league_tables", lined(("Bank", "Punkte (Index)", "Befragte"), *LEAGUE)),
     ("league_tables", lined(("順位", "銀行", "スコア"), *((at, *row[:2]) for at, row in
                             enumerate(LEAGUE, start=1)))),
     ("catalog", rows_of("Bank", "Produkt", "Kategorie", "Kontoführungsgebühr", banks=DE,
                         cells=("Konto {}".format, "Giro", "2,50 EUR"))),
     ("catalog", rows_of("Banco", "Producto", "Categoría", "Comisión mensual", banks=ES,
                         cells=("Cuenta {}".format, "Cuentas", "2,50 €"))),
     ("catalog", rows_of("銀行", "商品名", "カテゴリ", "手数料", banks=JA,
                         cells=("口座{}".format, "預金", "100円"))),
     ("branches", rows_of("銀行名", "支店名", "都道府県", banks=JA, cells=(BRANCH, MARKET))),
     ("branches", rows_of("Entidad", "Provincia", "Depósitos", banks=ES,
                          cells=(MARKET, lambda at: 100 + at))),
     ("brand_table", lined(*IMAGE))],
)  # fmt: skip
def test_tables_in_other_languages(kind: str, text: str, tmp_path: Path) -> None:
    folder = survey_of(tmp_path / "s", text)
    assert read_settings(new_study(folder).path)[0].evidence == (kind,)
    assert check_study(folder).is_sound


@pytest.mark.parametrize(
    ("head", "told"),
    [("encuestado,tarea,alternativa,comisión,elegida", "a choice experiment"),
     ("受試者,題組,方案,年費,選擇", "a choice experiment"),
     ("Issuer,Agreement,Product name,Effective date,File", "US credit card agreements")],
)  # fmt: skip
def test_what_is_not_read_is_named(head: str, told: str, tmp_path: Path) -> None:
    rows = "".join(f"{at // 6},{at // 2 % 3},{at % 2},{at % 5},{at % 2}\n" for at in range(60))
    with pytest.raises(InputError, match=told):
        new_study(survey_of(tmp_path / "s", f"{head}\n{rows}"))


def test_a_blank_of_a_list_was_asked_and_what_was_skipped_was_not(tmp_path: Path) -> None:
    told = ("现代┋公平", "(空)", "(跳过)", "公平", "现代", "现代┋亲切")
    lines = ["您的主办银行是哪家？,总体满意度,该银行的形象如何？（多选）,年龄段"]
    lines += [
        f"{('天枢银行', '瑶光银行')[at % 2]},{at % 5 + 1},{told[at // 2 % 6]},{at % 3}0后"
        for at in range(72)
    ]
    folder = survey_of(tmp_path / "s", "\n".join(lines) + "\n")
    images = section(folder).images
    assert len(images) == 3  # a blank is no attribute
    shares = read_study(folder).survey.images(images).shares()  # type: ignore[union-attr]
    modern = next(name for name in shares if str(name).endswith("现代"))
    assert shares[modern].tolist() == pytest.approx([3 / 5, 3 / 5])


def test_who_is_said_nothing_else_about_is_left_out(tmp_path: Path) -> None:
    pairs = [
        ("Civic", "fees"),
        ("Nova", "fees"),
        ("Civic", "app"),
        ("Nova", "app"),
        ("Ox", "Other"),
    ]
    folder = survey_of(tmp_path / "s", "Company,Issue\n" + "".join(
        f"{bank},{issue}\n" for bank, issue in pairs * 6))  # fmt: skip
    assert "left out: Other, Ox" in " ".join(new_study(folder).questions)
    assert check_study(folder).is_sound


@pytest.mark.parametrize(
    ("text", "name"),
    [("名次,銀行,滿意度得分\n1,玉衡銀行,88\n2,天璣銀行,86\n3,開陽銀行,84\n", "league"),
     ("銀行,產品名稱,手續費\n" + "".join(f"{'玉天開'[at % 3]}銀行,卡{at},{at}\n"
                                  for at in range(12)), "catalog"),
     ("銀行,縣市,存款\n" + "".join(f"{'玉天開'[at % 3]}銀行,{'北中'[at // 3 % 2]}市,{at}\n"
                                  for at in range(1, 25)), "branches")],
)  # fmt: skip
def test_every_reader_says_its_encoding(text: str, name: str, tmp_path: Path) -> None:
    folder = survey_of(tmp_path / "s", text, name=f"{name}.csv", encoding="big5")
    new_study(folder)
    assert any("read as big5" in line for line in check_study(folder).lines())


def test_json_of_another_kind_is_no_catalogue(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no `productId` stands in it"):
        new_study(survey_of(tmp_path / "s", '{"banks": [{"name": "Civic"}]}', name="banks.json"))


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        # a bank's column that holds "<1%" is a bank's column, not one to leave out
        (
            "形象.csv",
            "屬性,青松銀行,白鷺銀行,山海銀行\n創新,45%,22%,31%\n誠實,33%,41%,<1%\n親切,21%,52%,-\n",
            {"brand_table": {"transposed": True, "kind": "shares"}},
        ),
        # the trade's average is no brand
        (
            "ranking.csv",
            "Rank,Bank,Index,Respondents\n1,Civic,682,900\n2,Nova,671,800\n3,Old Quay,655,700\n"
            ",Industry average,664,\n",
            {"league_tables": {"brand": "Bank", "score": "Index", "n": "Respondents"}},
        ),
        # merged cells name a bank once
        (
            "年費.csv",
            "發卡銀行,卡別,年費\n青松銀行,旅遊卡,3000\n,現金卡,免年費\n白鷺銀行,里程卡,2400\n,購物卡,600\n",
            {"catalog": {"brand": "發卡銀行", "name": "卡別", "fees": "年費"}},
        ),
        (
            "Preise.csv",
            "Bank;Kontomodell;Monatliche Gebühr\nNord;Basis;kostenlos\nNord;Plus;4,90 €\n"
            "Süd;Start;0,00 €\nSüd;Gold;12,90 €\n",
            {"catalog": {"brand": "Bank", "name": "Kontomodell"}},
        ),
    ],
)
def test_tables_as_people_lay_them_out(
    file: str, text: str, told: dict[str, dict[str, object]], tmp_path: Path
) -> None:
    (tmp_path / file).write_text(text, encoding="utf-8")
    made = tomllib.loads(new_study(tmp_path).path.read_text(encoding="utf-8"))
    for section, keys in told.items():
        found = made[section][0] if isinstance(made[section], list) else made[section]
        assert keys.items() <= {**found, **found.get("columns", {})}.items()
    assert check_study(tmp_path).is_sound
    study = read_study(tmp_path)
    if study.brand_table is not None:
        assert study.brand_table.values.loc["山海銀行", ["創新", "誠實", "親切"]].tolist() == [
            0.31,
            0.005,
            0,
        ]
    if study.catalog is not None:
        fees = study.catalog.attributes.query("facet == 'fees'")["value"]
        assert fees.notna().all()
        assert study.catalog.products["brand"].value_counts().tolist() == [2, 2]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "respondent,bank,question,answer\n"
            + "".join(
                f"r{at},{BANKS[at % 3]},{('Fees', 'Desk')[at % 2]},{at % 5}\n" for at in range(40)
            ),
            "each row is one answer",
        ),
        (
            "snapshot,brand,product_id,name,n_fees\n"
            + "".join(
                f"2024-0{1 + at % 3}-31,{BANKS[at % 2]},p{at // 3},Account {at // 3},{at % 4}\n"
                for at in range(36)
            ),
            "products at 3 dates",
        ),
        (",a,b,c\n1,7.9,5.5,3\n2,3.4,5.4,3\n3,5,5,1\n", "rows bear numbers only"),
    ],
)
def test_a_table_laid_out_otherwise_is_told_how(text: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=told):
        new_study(tmp_path)


def test_products_side_by_side_are_to_be_turned() -> None:
    head = ("", "Civic Bank", "", "Nova Bank", "")
    rows = (("Account", "Basic", "Plus", "Basic", "Gold"), ("Fee", "£0", "£12", "£0", "£9"))
    told = guessed_table(Grid(Path("a.xlsx"), head, rows, ("row 2", "row 3")))
    assert "products stand side by side" in str(told)


def test_drawn_stars_are_numbers_and_two_codes_are_asked_about(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    rows = ["主要银行,整体满意度,评分｜柜台,评分｜收费,形象：创新,形象：诚实,形象：亲切"]
    for at in range(60):
        stars = ["★" * n + "☆" * (5 - n) for n in (1 + at % 5, *rng.integers(1, 6, 2))]
        rows.append(",".join([f"{'青白山'[at % 3]}银行", *stars, *map(str, rng.integers(1, 3, 3))]))
    (tmp_path / "a.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    made = new_study(tmp_path)
    settings = read_settings(made.path)[0].survey
    assert settings is not None
    assert (settings.outcome, len(settings.drivers), settings.scale) == (
        "整体满意度",
        2,
        [1.0, 5.0],
    )
    assert not settings.images
    assert any("`images`" in line and "1 and 2" in line for line in made.questions)
    survey = read_study(tmp_path).survey
    assert survey is not None
    assert survey.responses["整体满意度"].mean() == 3


def test_no_key_that_is_only_shown_is_live(answers: pd.DataFrame, tmp_path: Path) -> None:
    asked = "How satisfied are you with this service of the bank that you use most"
    long = {name: f"{asked}: {name}" for name in ("desk", "wait", "app")}
    answers.rename(columns=long).to_csv(tmp_path / "a.csv", index=False)
    made = new_study(tmp_path).path
    settings = read_settings(made)[0].survey
    assert settings is not None
    assert settings.drivers == list(long.values())
    assert (settings.stages, settings.extended) == ({}, [])
    assert "\n# stages = " in made.read_text(encoding="utf-8")
