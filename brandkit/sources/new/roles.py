"""Words by which headings and labels tell what a column of a survey is, in many languages."""

from __future__ import annotations

import re

from brandkit.sources.survey.words import whole_words, words_of


def spoken(*texts: str) -> str:
    """Give headings as words: MainBank and main_bank are "main bank"."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", " ".join(filter(None, texts)))
    return apart.casefold().replace("_", " ")


#: Questions whose answers are names, as against what is thought of a named bank.
WHICH = re.compile(
    r"which|name of|what is the name|哪|何行|どの|どちら|어느|어떤|cuál|cual |quelle|quel |quale|qual |welche|"
    r"welke|vilken|mikä|który|która|какой|какая|hangi|nào|ไหน|yang mana",
    re.IGNORECASE,
)
MAIN = re.compile(
    r"\bmain|primary|principal|rated|which|name of|hausbank|haupt|index|主要|主办|主辦|往來|往来|哪|"
    r"cuál|quelle|quale|qual |welche|メイン|主な|주거래|主力",
    re.IGNORECASE,
)
PERSON = whole_words(
    r"respondents?|respid|resp_id|responseid|response[ _]?id|respondent[ _]?id|participant|person|"
    r"interview[ _]?(no|number|id)|case[ _]?id|caseid|serial|id|uuid|customer[ _]?(id|no)|ticket",
    r"受訪者|受访者|問卷編號|问卷编号|編號|编号|序號|序号|客戶編號|客户编号|응답자|回答者",
)
WEIGHT = whole_words(
    r"weights?|wt|wgt|weighting|w(gt|eight)?_?(final|post|resp)|gew(icht\w*)?|pes(o|os)|poids|pond\w*|"
    r"factor|coeffi?cient\w*|vikt|vægt|vekt|waga|вес|ağırlık|bobot|trọng số|súly|váha",
    r"[權权][重值數数]|加[權权]|가중|ウェイト|ウエイト|น้ำหนัก",
)
STRATA = whole_words(r"strat(a|um)", r"分層|分层")
CLUSTER = whole_words(r"cluster|psu", r"群集")
WAVE = whole_words(
    r"waves?|quarter|period|year|month|round|season|half|week|welle|vague|ola|onda|rodada|ronda|"
    r"trimestre|quartal|jahr|année|año|ano|anno|monat|mes|mois|dalga|fala|\w*welle|kwartał|kvartal|"
    r"semestre|halbjahr|golf|bølge|våg|период|волна|квартал|gelombang|đợt|fieldwork|edition|edición|édition",
    r"波次|批次|期次|期別|期别|季度|季別|年份|年度|月份|調查期|调查期|輪次|轮次|調査回|차수|ウェーブ|時期|时期",
)
#: Questions with a word of time in them: when a person was born, how often in a month.
NO_WAVE = re.compile(
    r"[?？]|birth|born|出生|生年|naissance|geburt|nacimiento|nascimento|nascita|geboor|\bper\b|/ ?month|often|"
    r"times|number of|how (many|long)|每[年月週周]|幾次|次數|次数|customer since|tenure",
    re.IGNORECASE,
)
DATE = whole_words(
    r"date|day|timestamp|submitted|datum|fecha|data|interview_date|start|when",
    r"日期|時間|时间|日付|날짜",
)
RECOMMEND = re.compile(
    r"recom|\brec\b|\bnps\b|\bltr\b|net promoter|推薦|推荐|引薦|weiterempf|empfehl|consigli|raccomand|aanbevel|"
    r"すすめ|薦め|勧め|추천|rekom+en|suosit|\bpolec|anbefal|doporuč|рекоменд|tavsiye|giới thiệu|แนะนำ",
    re.IGNORECASE,
)
SATISFIED = re.compile(
    r"sat_|\bo?sat\d?\b|satis|\bcontent de\b|tilfreds|fornøyd|spokoj|zufried|soddisf|tevred|満足|滿意|满意|만족|nöjd|tyytyv|zadowol|"
    r"удовлетвор|memnun|hài lòng|พอใจ|\bcsat\b|happy with|kepuasan|puas",
    re.IGNORECASE,
)
OVERALL = re.compile(
    r"overall|in general|all in all|on the whole|\bosat\b|total|總體|整體|总体|整体|總的|总的|综合|綜合|"
    r"insgesamt|gesamt|général|globale?|global|\bgeneral$|general |en general|in generale|complessiv|geral|al met al|"
    r"over het algemeen|ogóln|総合|全体|전반|genel|ogóln|в целом|общ|secara keseluruhan|nhìn chung",
    re.IGNORECASE,
)
IMAGE = re.compile(
    r"imag|img|assoc|attribut|describ|words|adjectiv|perception|形象|印象|屬性|属性|形容|符合|描述|词语|詞語|"
    r"特[點点質质徴]|trifft|zutreff|kenmerk|caract|cechy|특징|đặc điểm|özellik|egenskap|come to mind|聯想|联想|"
    r"jaki jest|jaka jest|gambar|descrev|palavra|palabra|parole|\bmots\b|wörter|woorden|อธิบาย|miêu tả|mô tả|"
    r"beschreib|eigenschaft|passen|(?:bank\w*|banca|banco|banque|caja|cassa) (?:is|ist|è|es|est|é)\b|décri|qualific|descri|caratteri|[您你][認认覺觉][為为得][這这該该]家?[銀银]行(?!.{0,8}[應应需改])|イメージ|이미지|określ|опис|tanımla",
    re.IGNORECASE,
)
#: Lists of what is wanted or was done, not of how a bank is seen.
NO_IMAGE = re.compile(
    r"improve|better|reason|why|problem|complain|product|service used|hobb|free time|media|where|how did|"
    r"改善|改進|改进|原因|為什麼|为什么|問題|问题|產品|产品|興趣|兴趣",
    re.IGNORECASE,
)
AWARE = re.compile(
    r"heard|know|aware|consider|hold|use|知道|聽過|听过|考慮|考虑|使用|持有|kenn|conna|conoc|conosc",
    re.IGNORECASE,
)
GROUP = whole_words(
    r"gender|sex|age|ages|agegr|age_?group|how old|region|area|income|education|occupation|job|tier|"
    r"segment|marital|urban|city|county|state|province|district|channel|tenure|customer[ _]?type|"
    r"account type|type of account|employment|household|geschlecht|alter|altersgruppe|bundesland|"
    r"einkommen|bildung|sexe|âge|région|revenu|edad|sexo|g(é|e)nero|regi(ó|o)n|ingresos|età|genere|"
    r"regione|reddito|idade|região|renda|leeftijd|geslacht|regio|ikä|ålder|kön|wiek|płeć|возраст|пол|"
    r"регион|yaş|cinsiyet|bölge|cidade|ciudad|ville|città|stadt|wohnort|beruf|bildungsabschluss|"
    r"profissão|profesión|ocupación|professione|profession|estudios|scolarità|escolaridade|usia|jenis kelamin|"
    r"pendidikan|wilayah|tuổi|giới tính|khu vực|wykształcenie|województwo|koulutus|sukupuoli|utbildning",
    r"性別|性别|年齡|年龄|地區|地区|所得|收入|學歷|学历|教育|職業|职业|客群|分級|等級|等级|婚姻|渠道|通路|城市|縣市|"
    r"省份|年代|居住|年齢|お住まい|都道府県|世代|職種|연령|나이|성별|지역|소득|직업|학력|อายุ|เพศ|จังหวัด|รายได้",
)
#: Answers that tell groups of persons by themselves.
GENDERS = words_of(
    "male female man woman men women m f other diverse divers non-binary 男 女 男性 女性 その他 回答しない mann "
    "frau männlich weiblich homme femme hombre mujer masculino femenino uomo donna homem mulher feminino "
    "vrouw man kvinna mies nainen kobieta mężczyzna kadın erkek мужской женский pria wanita nam nữ ชาย "
    "หญิง 남 여 남성 여성 남자 여자"
) | {"prefer not to say"}
