"""The keys of study.toml, every one of them checked.

What a section means is said in the comments that ``brandkit new`` writes. Paths are relative to
the study's folder. A mistake is one paragraph: section and key with their line, the rule, what was
found, the way out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path, PurePath
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from brandkit.sources.study.toml_file import TomlFile, explained, read_toml

#: The likelihood to recommend is asked on one scale, whatever the others are; answers that show it.
RECOMMEND, REACHED = (0.0, 10.0), (8, 9, 10)
Language = Literal["en", "zh-Hant", "zh-Hans"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


def _relative(path: str) -> str:
    if not path.strip():
        raise ValueError("must name a file")
    if PurePath(path).is_absolute() or path[1:3] in (":\\", ":/"):
        raise ValueError(
            "must be a path from the study's folder, so that the study can move; "
            "copy the file into the folder"
        )
    return path.replace("\\", "/")


def _as_date(value: Any) -> Any:
    """Take a date in quotation marks for the date it is."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            return value
    return value


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Disclosure = Literal["brand", "closed", "open"]
#: What products are compared in, and where a list's silence can be read.
Facet = Literal[
    "features",
    "eligibility",
    "channels",
    "regions",
    "fees",
    "fee_amounts",
    "rates",
    "terms",
    "name",
    "description",
]
SilentFacet = Literal["features", "eligibility", "channels", "regions", "fees"]
Source = Annotated[str, AfterValidator(_relative)]
Day = Annotated[date, BeforeValidator(_as_date)]
Text = Annotated[str, Field(min_length=1)]
Texts = Annotated[list[Text], BeforeValidator(_as_list)]
Code = int | float | str


#: What may be wrong with a section: whether it is, and the rule; after "; " the way out.
Mistakes = Iterator[tuple[object, str]]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    def _mistakes(self) -> Mistakes:
        yield from ()

    @model_validator(mode="after")
    def _obeys(self) -> Self:
        for is_broken, rule in self._mistakes():
            if is_broken:
                raise ValueError(rule)
        return self


#: Names that say that they are an insurer's.
INSURER = re.compile(
    r"人[壽寿]|[壽保產財][險]|[寿保产财]险|\binsur|\bassur|versicherung|\bsegur",
    re.IGNORECASE,
)


class StudySection(_Section):
    """``[study]``: what the study is called, whom it is for."""

    title: Text | dict[Language, Text]
    language: Language = "en"
    focus: Text | None = None
    noun: Text | dict[Language, Text] | None = None
    seed: int = Field(default=0, ge=0)

    @property
    def compared(self) -> str | Mapping[Any, str] | None:
        """What is compared: the noun, else an insurer where the focus is called one."""
        return self.noun or ("insurer" if INSURER.search(self.focus or "") else None)


class NamesSection(_Section):
    """``[names]``: a csv with a label as the files write it and its names in other languages."""

    source: Source


class BrandTableSection(_Section):
    """``[brand_table]``: brands by attributes, long or wide."""

    source: Source
    sheet: Text | None = None
    brand: Text | None = None
    attribute: Text | None = None
    amount: Text | None = None
    wide: bool | None = None
    kind: Literal["counts", "shares", "ratings"] = "counts"
    unit: Literal["share", "percent"] | None = None
    brands: Texts = []
    attributes: Texts = []
    supplementary_brands: Texts = []
    supplementary_attributes: Texts = []
    leave_out: Texts = []
    encoding: Text | None = None
    decimal: Literal[".", ","] | None = None
    transposed: bool = False
    wave: Text | int | None = None
    header_row: int | None = Field(default=None, ge=1)

    def _mistakes(self) -> Mistakes:
        yield (
            self.wide and (self.attribute or self.amount),
            "wide tables have no `attribute` or `amount`; leave them out",
        )
        yield (
            self.wide is False and not self.attribute,
            "long tables need `attribute`, the column of the attributes",
        )
        yield (
            self.amount and not self.attribute,
            "`amount` belongs to a long table, which needs `attribute` too",
        )
        yield (
            self.attribute and not self.brand,
            "long tables need `brand`, the column of the brands",
        )


class CatalogDate(_Section):
    """``[[catalog.dates]]``: the catalogue as it stood on one day."""

    as_of: Day
    source: Source
    register_: Source | None = Field(default=None, alias="register")


class ListPrice(_Section):
    """``[catalog.price]``: which listed rate or fee is set beside the features."""

    attribute: Text
    category: Text | None = None
    terms: Texts = []


class CatalogSection(_Section):
    """``[catalog]``: products, one source or several dates."""

    source: Source | None = None
    format: Literal["table", "cdr"] | None = None
    register_: Source | None = Field(default=None, alias="register")
    aliases: Source | dict[Text, Text] | None = None
    crosswalk: Source | None = None
    as_of: Day | None = None
    encoding: Text | None = None
    sheet: Text | list[Text] | None = None
    header_row: int | None = Field(default=None, ge=1)
    columns: dict[Text, dict[Text, Text] | Texts] = {}
    owners: dict[Text, Text] = {}
    weights: dict[Facet, Annotated[float, Field(ge=0)]] = {}
    disclosure: Disclosure | dict[SilentFacet, Disclosure] = "brand"
    ranges: dict[Text, Annotated[list[float], Field(min_length=2, max_length=2)]] = {}
    peers: Texts = []
    minimum_offers: int | None = Field(default=None, ge=1)
    possible: dict[Text, Texts] = {}
    price: ListPrice | None = None
    dates: list[CatalogDate] = []

    def _mistakes(self) -> Mistakes:
        yield (
            (self.source is None) == (not self.dates),
            "must have `source` or else [[catalog.dates]]; name one of the two",
        )
        yield (
            self.weights and not any(self.weights.values()),
            "`weights` must leave a facet above 0; write for example features = 3",
        )
        yield (
            len({entry.as_of for entry in self.dates}) < len(self.dates),
            "must have each `as_of` once among [[catalog.dates]]",
        )
        for name, (low, high) in self.ranges.items():
            yield not low < high, f"`ranges` must run from low to high, unlike {name}"


class WaveColumn(_Section):
    """``wave = { column = "…", by = "quarter" }``, or with the ``order`` of its waves."""

    column: Text
    by: Literal["week", "month", "quarter", "half-year"] | None = None
    order: list[Text | int] = []

    def _mistakes(self) -> Mistakes:
        yield (
            (self.by is None) == (not self.order),
            "`wave` with a column needs `by` or `order`; write one of the two",
        )


class LeagueTable(_Section):
    """``[[league_tables]]``: a ranking that somebody published."""

    source: Source
    sheet: Text | None = None
    brand: Text
    score: Text
    n: Text | int | None = None
    unit: Literal["percent", "index", "nps", "per_million"] = "percent"
    published: Text | Day | None = None
    measure: Text | None = None
    step: Annotated[float, Field(gt=0)] | None = None
    deff: Annotated[float, Field(ge=1)] = 1.0
    title: Text | None = None
    aliases: dict[Text, Text] = {}
    encoding: Text | None = None


Pair = Annotated[list[float], Field(min_length=2, max_length=2)]


class MatrixSection(_Section):
    """``[scorecard.matrix]``: what institutions bring against what they could bring."""

    x: Texts
    y: Texts
    cuts: Pair = [0.5, 0.5]
    tiers: dict[Text, Text] = {}

    def _mistakes(self) -> Mistakes:
        yield (
            self.tiers and len(self.tiers) != 4,
            "`tiers` must name four: high in both, in `x`, in `y`, in neither",
        )


class ScorecardSection(_Section):
    """``[scorecard]``: institutions by criteria."""

    source: Source
    sheet: Text | None = None
    brand: Text | None = None
    item: Text | None = None
    score: Text | None = None
    se: Text | float | None = None
    n: Text | float | None = None
    weights: dict[Text, Annotated[float, Field(ge=0)]] = {}
    limits: Pair | dict[Text, Pair] | None = None
    lower: Texts = []
    matrix: MatrixSection | None = None
    encoding: Text | None = None

    @property
    def ends(self) -> Any:
        """The limits, a pair or one a criterion, as methods take them."""
        if isinstance(self.limits, dict):
            return {name: tuple(pair) for name, pair in self.limits.items()}
        return None if self.limits is None else tuple(self.limits)


class FromScale(_Section):
    """``{ item = "…", at_least = 9 }``: a stage of the funnel from answers on a scale."""

    item: Text
    at_least: float


class SurveySection(_Section):
    """``[survey]``: answers of customers, and what the columns are for."""

    source: Source
    sheet: Text | None = None
    header_row: int | None = Field(default=None, ge=1)
    codebook: Source | None = None
    stack: bool = False
    brand: Text | None = None
    respondent: Text | None = None
    weight: Text | None = None
    strata: Text | None = None
    cluster: Text | None = None
    wave: Text | WaveColumn | None = None
    trend: Text | WaveColumn | None = None
    waves: list[Text | int] = []
    pool_waves: bool = False
    missing: list[Code] | dict[Text, list[Code]] | None = None
    encoding: Text | None = None
    margins: dict[Text, dict[Text, Annotated[float, Field(ge=0)]]] = {}
    blocks: dict[Text, Annotated[list[Text], Field(min_length=1)]] = {}
    paths: list[Annotated[list[Text], Field(min_length=2, max_length=2)]] = []
    outcome: Text | None = None
    drivers: Texts = []
    images: Texts = []
    segments: Texts = []
    recommend: Text | None = None
    choice: Text | None = None
    scale: Annotated[list[float], Field(min_length=2, max_length=2)] | None = None
    reversed: Texts = []
    smallest_difference: Annotated[float, Field(gt=0)] | None = None
    smallest_gap: Annotated[float, Field(gt=0, lt=1)] | None = None
    stages: dict[Text, Texts] = {}
    expectations: dict[Text, Text] = {}
    extended: Texts = []
    banner: Texts = []
    questions: Texts = []
    nets: dict[Text, Annotated[list[Text], Field(min_length=1)]] = {}
    funnel: dict[Text, Text | list[Text] | FromScale] = {}
    holds: Texts = []
    frequency: Texts = []
    period: Text | None = None
    cues: Texts = []
    reach: Texts = []
    breaks: list[Text | int] = []
    kano: dict[Text, Annotated[list[Text], Field(min_length=2, max_length=2)]] = {}
    kano_answers: list[Code] = []

    @property
    def wave_column(self) -> str | None:
        """The column of the wave."""
        return self.wave.column if isinstance(self.wave, WaveColumn) else self.wave

    @property
    def trend_column(self) -> str | None:
        """The column of the periods in which a trend is followed, where they are not the waves."""
        return self.trend.column if isinstance(self.trend, WaveColumn) else self.trend

    @property
    def rated(self) -> tuple[str, ...]:
        """The items that `scale` is about: of blocks, drivers and the outcome, each once.

        The likelihood to recommend is asked from 0 to 10, whatever the others are.
        """
        named = [item for items in self.blocks.values() for item in items]
        named += [*self.drivers, *([self.outcome] if self.outcome else [])]
        return tuple(item for item in dict.fromkeys(named) if item != self.recommend)

    def _mistakes(self) -> Mistakes:
        yield (
            self.stack and self.brand,
            "`stack` makes the brand's column itself; leave `brand` out",
        )
        yield (
            self.waves and (self.wave is None or len(set(self.waves)) < len(self.waves)),
            "`waves` must name the waves of `wave`, each once, the earliest first",
        )
        yield (len(self.funnel) == 1, "`funnel` must name at least 2 stages, the widest first")
        yield (
            bool(self.frequency) != bool(self.period),
            "`frequency` and `period` belong together; write both, or none",
        )
        yield (
            self.scale is not None and not self.scale[0] < self.scale[1],
            "`scale` must run from its lowest answer to its highest",
        )
        staged = [item for items in self.stages.values() for item in items]
        for key, items in (("stages", staged), ("expectations", [*self.expectations])):
            strange = [item for item in items if item not in self.drivers]
            yield strange, f"`{key}` must be about `drivers`, and {', '.join(strange)} are none"
        yield (
            self.expectations and set(self.expectations) != set(self.drivers),
            "`expectations` must name a column for every one of `drivers`",
        )
        yield (len(set(staged)) < len(staged), "`stages` must hold each service once")
        known = ", ".join(self.blocks) or "none"
        for name in (name for path in self.paths for name in path):
            yield (
                name not in self.blocks,
                f"`paths` must join blocks ({known}), and {name!r} is none",
            )
        for column, shares in self.margins.items():
            yield (shares and not any(shares.values()), f"`margins` of {column} must not all be 0")


class Attribute(_Section):
    """``[attributes]``: what of catalogue, image and drivers is one attribute."""

    features: Texts = []
    image: Text | None = None
    driver: Text | None = None


class BranchesSection(_Section):
    """``[branches]``: which brand is present in which market, with an amount where known."""

    source: Source
    brand: Text = "brand"
    market: Text = "market"
    amount: Text | None = None
    name: Text | None = None
    where: dict[Text, Code | list[Code]] = {}
    encoding: Text | None = None


class ReportSection(_Section):
    """``[report]``: what is shown, marked and held back."""

    minimum_base: int = Field(default=30, ge=1)
    suppress_below: int = Field(default=10, ge=1)
    level: float = Field(default=0.95, gt=0, lt=1)
    notebooks: list[Source] = []

    def _mistakes(self) -> Mistakes:
        yield (
            self.suppress_below > self.minimum_base,
            "`suppress_below` must not exceed `minimum_base`",
        )


class Settings(_Section):
    """The whole of a study.toml."""

    study: StudySection
    names: NamesSection | None = None
    brand_table: BrandTableSection | None = None
    catalog: CatalogSection | None = None
    survey: SurveySection | None = None
    branches: BranchesSection | None = None
    league_tables: list[LeagueTable] = []
    scorecard: ScorecardSection | None = None
    attributes: dict[Text, Attribute] = {}
    report: ReportSection = ReportSection()

    def _mistakes(self) -> Mistakes:
        yield (
            not self.evidence,
            (
                "must name some evidence; add [brand_table], [catalog], [survey], [branches], "
                "[[league_tables]] or [scorecard]"
            ),
        )

    @property
    def evidence(self) -> tuple[str, ...]:
        """The kinds of evidence the study has."""
        kinds = (
            "brand_table",
            "catalog",
            "survey",
            "branches",
            "league_tables",
            "scorecard",
        )
        return tuple(kind for kind in kinds if getattr(self, kind))

    def title_in(self, language: str) -> str:
        """Give the study's title in a language, or the first it has."""
        title = self.study.title
        if isinstance(title, str):
            return title
        titles: Mapping[str, str] = {str(key): text for key, text in title.items()}
        return titles.get(language) or titles.get("en") or next(iter(titles.values()))


def read_settings(path: Path) -> tuple[Settings, TomlFile]:
    r"""Read and check a study.toml.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Settings
    TomlFile
        The file's text, to say where a key stands in later errors.

    Raises
    ------
    SchemaError
        The file is no TOML, or a key breaks its rule.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> file = Path(mkdtemp()) / "study.toml"
    >>> _ = file.write_text('[study]\ntitle = "Banks"\n[branches]\nsource = "b.csv"\n')
    >>> read_settings(file)[0].evidence
    ('branches',)
    """
    toml = read_toml(path)
    try:
        return Settings.model_validate(toml.content), toml
    except ValidationError as error:
        raise explained(error, toml=toml, model=Settings) from None
