"""A study: one folder in ``data/raw`` with a study.toml, and the evidence it names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

from brandkit.core.errors import (
    InputError,
    MissingFileError,
    SchemaError,
    check_option,
    did_you_mean,
    shown,
)
from brandkit.sources.study.names import (
    LANGUAGES,
    LabelNames,
    codebook_names,
    read_label_names,
    relabelled_branches,
    relabelled_catalog,
    relabelled_league,
    relabelled_survey,
    relabelled_table,
)
from brandkit.sources.study.settings import (
    FILE_NAME,
    REACHED,
    RECOMMEND,
    CatalogSection,
    Language,
    Settings,
    SurveySection,
    WaveColumn,
    read_settings,
)
from brandkit.sources.study.store import processed_folder, sha256_of, study_folder
from brandkit.sources.study.toml_file import TomlFile
from brandkit.sources.tables.brand_table import BrandTable, read_brand_table

_QUICKEST_FIRST = ("league_tables", "brand_table", "branches", "catalog", "survey")

if TYPE_CHECKING:
    from brandkit.sources.catalog.catalog import Catalog
    from brandkit.sources.survey.survey import Survey
    from brandkit.sources.tables.branches import Branches
    from brandkit.sources.tables.league import League


@dataclass(frozen=True, eq=False)
class Study:
    """What a study.toml names, read when it is asked for, in one language.

    Parameters
    ----------
    name : str
        The name of its folder.
    folder : Path
    title : str
        In the study's language.
    language : "en" | "zh-Hant" | "zh-Hans"
    focus : str, optional
        The bank the report is for, as the study's language writes it.
    seed : int
    settings : Settings
        The whole of study.toml.
    names : mapping
        Label as the files write it to label in the study's language.
    toml : TomlFile
        To say where a key stands.
    in_own_words : bool
        Whether labels stay as the files write them, whatever the language.
    """

    name: str
    folder: Path
    title: str
    language: Language
    focus: str | None
    seed: int
    settings: Settings
    names: Mapping[str, str]
    toml: TomlFile = field(repr=False)
    in_own_words: bool = False

    @cached_property
    def brand_table(self) -> BrandTable | None:
        """Brands by attributes, or None."""
        section = self.settings.brand_table
        if section is None:
            return None
        options = section.model_dump(exclude={"source", "wide"})
        table = read_brand_table(self.path(section.source, "brand_table", "source"), **options)
        return relabelled_table(table, self.names, file=self.folder / FILE_NAME)

    @cached_property
    def brand_image(self) -> BrandTable | None:
        """How customers describe the banks: the brand table, or else the survey's image answers.

        None where the study has neither, or its survey has several pick-any batteries and
        ``[survey] images`` does not say which holds the image.
        """
        survey = self.survey if self.brand_table is None else None
        section = self.settings.survey
        if survey is None or section is None:
            return self.brand_table
        from brandkit.sources.survey.survey import survey_image

        return survey_image(survey, images=section.images)

    @cached_property
    def catalogs(self) -> Mapping[date, Catalog]:
        """The catalogue at each of its dates, oldest first; empty where there is none."""
        section = self.settings.catalog
        n_dates = 0 if section is None else len(section.dates) or 1
        dated = [self._dated_catalog(number) for number in range(n_dates)]
        return dict(sorted(dated, key=lambda pair: pair[0]))

    @property
    def catalog(self) -> Catalog | None:
        """The newest catalogue, or None; older ones are not read for it."""
        section = self.settings.catalog
        if section is None:
            return None
        days = [entry.as_of for entry in section.dates]
        return self._dated_catalog(days.index(max(days)) if days else 0)[1]

    @cached_property
    def survey(self) -> Survey | None:
        """Answers of customers, or None."""
        section = self.settings.survey
        if section is None:
            return None
        codebook = self._optional(section.codebook, "survey", "codebook")
        source = self.path(section.source, "survey", "source")
        survey = declared_survey(section, source, codebook=codebook)
        return relabelled_survey(survey, self.label_names)

    @cached_property
    def label_names(self) -> Mapping[str, str]:
        """Label as the files write it to label in the study's language, codebook and names."""
        section = self.settings.survey
        if self.in_own_words:
            return {}
        if section is None or section.codebook is None:
            return self.names
        codebook = self.path(section.codebook, "survey", "codebook")
        return {**codebook_names(codebook, self.language), **self.names}

    def inputs_of(self, kinds: Collection[str]) -> tuple[tuple[str, str], ...]:
        """Give the input files of some kinds of evidence, with their hashes."""
        named = [source.rstrip("/") for source in self.sources(kinds)]
        return tuple(
            (name, digest)
            for name, digest in self.inputs
            if any(name == one or name.startswith(f"{one}/") for one in named)
        )

    @cached_property
    def branches(self) -> Branches | None:
        """Brands by markets, or None."""
        section = self.settings.branches
        if section is None:
            return None
        from brandkit.sources.tables.branches import read_branches

        path = self.path(section.source, "branches", "source")
        branches = read_branches(
            path, brand=section.brand, market=section.market, amount=section.amount,
            name=section.name, where=section.where, encoding=section.encoding,
        )  # fmt: skip
        return relabelled_branches(branches, self.names)

    @cached_property
    def league_tables(self) -> tuple[League, ...]:
        """Rankings that somebody published."""
        from brandkit.sources.tables.league import read_league

        read = []
        for at, section in enumerate(self.settings.league_tables):
            options = section.model_dump(exclude={"source"})
            path = self.path(section.source, "league_tables", at, "source")
            read.append(relabelled_league(read_league(path, **options), self.names))
        return tuple(read)

    @cached_property
    def inputs(self) -> tuple[tuple[str, str], ...]:
        """Every input file: its path from the study's folder, and the sha256 of its bytes."""
        files = {FILE_NAME: self.folder / FILE_NAME}
        for source in self.sources():
            path = self.folder / source
            inside = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
            for file in inside:
                below = file.relative_to(path).as_posix() if path.is_dir() else ""
                files[f"{source.rstrip('/')}/{below}".rstrip("/")] = file
        return tuple((name, sha256_of(file)) for name, file in sorted(files.items()))

    @cached_property
    def brands(self) -> tuple[str, ...]:
        """All brands that any of the evidence knows, in the study's language, sorted."""
        return tuple(sorted(set().union(*map(self.brands_of, self.settings.evidence))))

    @property
    def margins(self) -> Mapping[str, Mapping[str, float]]:
        """Population margins for weighting: column to group to share, groups as they are named."""
        section = self.settings.survey
        margins = section.margins if section is not None else {}
        return {
            column: {self.names.get(group, group): share for group, share in groups.items()}
            for column, groups in margins.items()
        }

    def sources(self, kinds: Collection[str] | None = None) -> tuple[str, ...]:
        """Every path that study.toml names, each once, in its order; of some kinds, or all."""
        settings = self.settings
        found: list[str | None] = []
        of = settings.evidence if kinds is None else kinds
        if settings.names and kinds is None:
            found.append(settings.names.source)
        if settings.brand_table and "brand_table" in of:
            found.append(settings.brand_table.source)
        if settings.catalog and "catalog" in of:
            catalog = settings.catalog
            aliases = catalog.aliases if isinstance(catalog.aliases, str) else None
            found += [catalog.source, catalog.register_, aliases, catalog.crosswalk]
            for entry in catalog.dates:
                found += [entry.source, entry.register_]
        if settings.survey and "survey" in of:
            found += [settings.survey.source, settings.survey.codebook]
        if settings.branches and "branches" in of:
            found.append(settings.branches.source)
        if "league_tables" in of:
            found += [one.source for one in settings.league_tables]
        return tuple(dict.fromkeys(source for source in found if source))

    def path(self, source: str, *place: str | int) -> Path:
        """Give the path of a source, or refuse where nothing is there.

        Parameters
        ----------
        source : str
            As study.toml writes it.
        *place : str or int
            Section and key that name it.
        """
        path = self.folder / source
        if not path.exists():
            beside = path.parent.iterdir() if path.parent.is_dir() else ()
            near = did_you_mean(path.name, [file.name for file in beside]).strip()
            raise MissingFileError(
                "must name a file in the study's folder", file=self.folder / FILE_NAME,
                place=self.toml.place(place), found=source,
                way_out=near or "Put the file there, or correct the path.",
            )  # fmt: skip
        return path

    def _optional(self, source: str | None, *place: str | int) -> Path | None:
        return None if source is None else self.path(source, *place)

    @cached_property
    def _read_catalogs(self) -> dict[int, tuple[date, Catalog]]:
        """What has been read, by its number among the dates."""
        return {}

    def _dated_catalog(self, number: int) -> tuple[date, Catalog]:
        section = self.settings.catalog
        if section is not None and number not in self._read_catalogs:
            self._read_catalogs[number] = self._read_catalog(section, number)
        return self._read_catalogs[number]

    def _read_catalog(self, section: CatalogSection, number: int) -> tuple[date, Catalog]:
        from brandkit.sources.catalog.kept import declared_catalog

        entry = section.dates[number] if section.dates else None
        place = ("catalog", "dates", number) if entry else ("catalog",)
        source = entry.source if entry else cast("str", section.source)
        register = (entry.register_ if entry else None) or section.register_
        day = entry.as_of if entry else section.as_of
        aliases = section.aliases if isinstance(section.aliases, str) else None
        paths = {
            "source": self.path(source, *place, "source"),
            "register": self._optional(register, *place, "register"),
            "aliases": self._optional(aliases, "catalog", "aliases"),
            "crosswalk": self._optional(section.crosswalk, "catalog", "crosswalk"),
        }
        folder = processed_folder(self.folder) / f"catalog-{day.isoformat() if day else 'undated'}"
        catalog = declared_catalog(section, paths, as_of=day, place=folder)
        return day or catalog.as_of or date.min, relabelled_catalog(catalog, self.names)

    def brands_of(self, kind: str) -> set[str]:
        """Name the brands that one kind of evidence knows.

        Parameters
        ----------
        kind : "brand_table" | "catalog" | "survey" | "branches" | "league_tables"
        """
        evidence = getattr(self, kind)
        if kind == "brand_table":
            return set(evidence.brands)
        if kind == "catalog":
            return set(map(str, evidence.products["brand"].unique()))
        if kind == "league_tables":
            return {str(brand) for one in evidence for brand in one.scores["brand"]}
        if kind == "branches":
            return set(map(str, evidence.presence["brand"].unique()))
        column = evidence.design.get("brand")
        if column is None:  # a survey may ask about every brand in columns of its own
            image = self.brand_image if self.settings.brand_table is None else None
            return set() if image is None else set(image.brands)
        return set(map(str, evidence.responses[column].dropna().unique()))


def declared_survey(
    section: SurveySection, source: Path, *, codebook: Path | None = None
) -> Survey:
    """Read the survey that a study.toml declares, with its scale and its waves."""
    from brandkit.sources.survey.design import refuse_repeated
    from brandkit.sources.survey.survey import read_survey, with_periods, with_scale, with_waves

    survey = read_survey(
        source, codebook=codebook,
        brand=section.brand, respondent=section.respondent, weight=section.weight,
        strata=section.strata, cluster=section.cluster, wave=section.wave_column,
        missing=section.missing, categories=section.segments, encoding=section.encoding,
        sheet=section.sheet, header_row=section.header_row, stack=section.stack,
    )  # fmt: skip
    refuse_repeated(source, survey.responses, survey.design)
    if section.scale is not None:
        survey = with_scale(survey, section.rated, section.scale)
        recommend = survey.responses.get(section.recommend)
        if recommend is not None and recommend.isin(REACHED).any():
            survey = with_scale(survey, [str(section.recommend)], RECOMMEND)
    if isinstance(section.wave, WaveColumn) and section.wave.by:
        survey = with_periods(survey, section.wave.by)
    if section.wave_names:
        survey = with_waves(survey, section.wave_names)
    return survey


def read_study(
    name_or_path: str | Path,
    *,
    language: str | None = None,
    focus: str | None = None,
) -> Study:
    """Read a study by its name or its folder.

    Parameters
    ----------
    name_or_path : str or Path
        The name of a folder in ``data/raw``, found from any folder inside the clone; or the path
        of a folder with a study.toml.
    language : "en" | "zh-Hant" | "zh-Hans", optional
        Instead of the study's own.
    focus : str, optional
        The bank the report is for, instead of the study's own; in any of its languages.

    Returns
    -------
    Study
        Its evidence is read when it is first asked for.

    Raises
    ------
    InputError
        There is no such study, language or bank.
    SchemaError
        study.toml or a file it names breaks its rule.

    Examples
    --------
    >>> study = read_study("sample", language="zh-Hans")
    >>> study.focus, study.brand_table.values.shape
    ('海港银行', (12, 14))
    """
    study, labels = open_study(name_or_path, language=language)
    if focus is not None:
        return with_focus(study, labels, focus, is_argument=True)
    if study.settings.study.focus is not None:
        return with_focus(study, labels, study.settings.study.focus, is_argument=False)
    return study


def read_evidence(study: Study) -> None:
    """Read all that study.toml names, the quickest first: what is wrong is told before work starts.

    Parameters
    ----------
    study : Study
        Keeps what was read.

    Raises
    ------
    BrandkitError
        Some evidence cannot be read.

    Examples
    --------
    >>> study = read_study("sample")
    >>> read_evidence(study)
    >>> "survey" in vars(study)
    True
    """
    for kind in sorted(study.settings.evidence, key=_QUICKEST_FIRST.index):
        study.brands_of(kind)
    _ = study.catalogs, study.brand_image


def open_study(
    name_or_path: str | Path, *, language: str | None = None
) -> tuple[Study, LabelNames]:
    """Open a study without a look at its evidence, and so without its focus.

    Parameters
    ----------
    name_or_path : str or Path
    language : str, optional

    Returns
    -------
    Study
        Its ``focus`` is None.
    LabelNames
        The names of its labels in every language.

    Examples
    --------
    >>> open_study("sample")[0].settings.study.focus
    'Harbour Bank'
    """
    if language is not None:
        check_option("language", language, LANGUAGES)
    folder = study_folder(name_or_path)
    settings, toml = read_settings(folder / FILE_NAME)
    chosen = cast("Language", language or settings.study.language)
    study = Study(
        name=folder.name, folder=folder, title=settings.title_in(chosen), language=chosen,
        focus=None, seed=settings.study.seed, settings=settings, names={},
        toml=toml,
    )  # fmt: skip
    if settings.names is None:
        return study, LabelNames({})
    labels = read_label_names(study.path(settings.names.source, "names", "source"))
    return replace(study, names=labels.in_language(chosen)), labels


def with_focus(study: Study, labels: LabelNames, asked: str, *, is_argument: bool) -> Study:
    """Give the study with its focus, found among the brands in any language.

    Parameters
    ----------
    study : Study
    labels : LabelNames
    asked : str
    is_argument : bool
        Whether a caller asked for it, or study.toml.

    Examples
    --------
    >>> study, labels = open_study("sample", language="zh-Hant")
    >>> with_focus(study, labels, "Kestrel", is_argument=True).focus
    '紅隼銀行'
    """
    label = labels.label_of(asked)
    named = study.names.get(label, label)
    known: set[str] = set()
    # the evidence that is quick to read comes first, and may be enough
    for kind in sorted(study.settings.evidence, key=_QUICKEST_FIRST.index):
        known |= study.brands_of(kind)
        if named in known:
            focused = replace(study, focus=named)
            read = vars(study).keys() - vars(focused).keys()
            vars(focused).update({name: vars(study)[name] for name in read})
            return focused
    near = did_you_mean(asked, sorted(known)).strip() or "Name one of these."
    rule = f"must be one of the study's brands; it has {shown(sorted(known), most=12)}"
    if is_argument:
        raise InputError(f"`focus` {rule}; found {shown(asked)}. {near}")
    raise SchemaError(
        rule, file=study.toml.path, place=study.toml.place(("study", "focus")), found=asked,
        way_out=near,
    )  # fmt: skip
