"""A study: one folder in ``data/raw`` with a study.toml, and the evidence it names."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from brandkit.core.errors import (
    InputError,
    MissingFileError,
    SchemaError,
    Words,
    check_option,
    did_you_mean,
    shown,
)
from brandkit.sources.study.names import LabelNames, codebook_names, read_label_names, relabelled
from brandkit.sources.study.settings import (
    LANGUAGES,
    REACHED,
    RECOMMEND,
    Language,
    Settings,
    SurveySection,
    WaveColumn,
    read_settings,
)
from brandkit.sources.study.store import FILE_NAME, input_hashes, processed_folder, study_folder
from brandkit.sources.study.toml_file import TomlFile
from brandkit.sources.tables.brand_table import BrandTable, read_brand_table

E = TypeVar("E")
#: Arguments of readers that study.toml calls otherwise.
_KEYS = {"categories": "segments"}
_QUICKEST_FIRST = ("league_tables", "scorecard", "brand_table", "branches", "catalog", "survey")

if TYPE_CHECKING:
    from brandkit.sources.catalog.catalog import Catalog
    from brandkit.sources.survey.survey import Survey
    from brandkit.sources.tables.branches import Branches
    from brandkit.sources.tables.league import League
    from brandkit.sources.tables.scores import ScoreTable


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
    labels : LabelNames
        The names of labels in every language.
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
    labels: LabelNames = field(default_factory=lambda: LabelNames({}), repr=False)

    @cached_property
    def brand_table(self) -> BrandTable | None:
        """Brands by attributes, or None."""
        return self._evidence("brand_table", read_brand_table, file=self.toml.path)

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
        dated = [(self._read_catalog(at)[0], self._compared(at)) for at in range(n_dates)]
        return dict(sorted(dated, key=lambda pair: pair[0]))

    @cached_property
    def catalog(self) -> Catalog | None:
        """The newest catalogue, or None; older ones are not read for it."""
        return None if self.settings.catalog is None else self._compared(self._newest)

    @cached_property
    def possible(self) -> tuple[tuple[str, str], ...]:
        """Segments of categories that can exist, as ``[catalog] possible`` declares them."""
        section = self.settings.catalog
        pairs = []
        for asked, segments in (section.possible if section else {}).items():
            category = self._known(asked, "category", ("catalog", "possible", asked))
            for segment in segments:
                place = ("catalog", "possible", asked)
                pairs.append((category, self._known(segment, "segment", place)))
        return tuple(pairs)

    @cached_property
    def survey(self) -> Survey | None:
        """Answers of customers, or None."""
        section = self.settings.survey
        if section is None:
            return None
        codebook = self._optional("survey", "codebook")
        with self._as_written("survey"):
            survey = declared_survey(section, self.path("survey", "source"), codebook=codebook)
        return relabelled(survey, self.label_names)

    def of_newest_wave(self) -> Study:
        """Give the study with its survey's newest wave alone; itself where that is all of it."""
        from brandkit.sources.survey.survey import newest_wave

        newest = None if self.survey is None else newest_wave(self.survey)
        if newest is self.survey:
            return self
        other = replace(self)  # what is read already is not read again, but for what it changes
        vars(other).update({**vars(self), "survey": newest})
        vars(other).pop("brand_image", None)
        return other

    @cached_property
    def label_names(self) -> Mapping[str, str]:
        """Label as the files write it to label in the study's language, codebook and names."""
        if self.in_own_words:
            return {}
        codebook = self._optional("survey", "codebook")
        return {**(codebook_names(codebook, self.language) if codebook else {}), **self.names}

    @cached_property
    def branches(self) -> Branches | None:
        """Brands by markets, or None."""
        from brandkit.sources.tables.branches import read_branches

        return self._evidence("branches", read_branches)

    @cached_property
    def league_tables(self) -> tuple[League, ...]:
        """Rankings that somebody published."""
        from brandkit.sources.tables.league import read_league

        return tuple(
            cast("League", self._evidence("league_tables", read_league, at=at))
            for at in range(len(self.settings.league_tables))
        )

    @cached_property
    def scorecard(self) -> ScoreTable | None:
        """Institutions by criteria, or None."""
        from brandkit.sources.tables.scores import read_scores

        return self._evidence("scorecard", read_scores)

    def _evidence(
        self,
        kind: str,
        read: Callable[..., E],
        *,
        at: int | None = None,
        file: Path | None = None,
    ) -> E | None:
        """Read what a section names, with its keys for options, in the study's language."""
        section = getattr(self.settings, kind)
        place = (kind,) if at is None else (kind, at)
        section = section if at is None else section[at]
        if section is None:
            return None
        options = section.model_dump(exclude={"source", "wide", "weights", "lower", "matrix"})
        with self._as_written(*place):
            evidence = read(self.path(*place, "source"), **options)
        return relabelled(evidence, self.names, file=file)

    @cached_property
    def inputs(self) -> tuple[tuple[str, str], ...]:
        """Every input file: its path from the study's folder, and the sha256 of its bytes."""
        return input_hashes(self.folder, self.sources())

    def inputs_of(self, kinds: Collection[str]) -> tuple[tuple[str, str], ...]:
        """Give the input files of some kinds of evidence, with their hashes."""
        named = tuple(source.rstrip("/") for source in self.sources(kinds))
        return tuple(
            (name, digest)
            for name, digest in self.inputs
            if name in named or name.startswith(tuple(f"{one}/" for one in named))
        )

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

    @property
    def notebooks(self) -> tuple[Path, ...]:
        """Notebooks of one's own, run and checked like brandkit's."""
        named = self.settings.report.notebooks
        return tuple(self.path("report", "notebooks", at) for at in range(len(named)))

    def sources(self, kinds: Collection[str] | None = None) -> tuple[str, ...]:
        """Every path that study.toml names, each once, in its order; of some kinds, or all."""
        of = ("names", *self.settings.evidence) if kinds is None else kinds
        held = self.settings.model_dump(by_alias=True, include=set(of))
        return tuple(dict.fromkeys(_paths(list(held.values()))))

    def path(self, *place: str | int) -> Path:
        """Give the path that a key of study.toml names, or refuse where nothing is there.

        Parameters
        ----------
        *place : str or int
            Section and key that name it.
        """
        path = self._optional(*place)
        if path is None:
            raise KeyError(place)
        return path

    def _optional(self, *place: str | int) -> Path | None:
        source: Any = self.settings.model_dump(by_alias=True)
        for part in place:
            source = source[part] if source is not None else None
        return self.file(source, *place) if isinstance(source, str) else None

    def file(self, source: str, *place: str | int) -> Path:
        """Give the path of a file in the study's folder, or refuse where nothing is there.

        Parameters
        ----------
        source : str
            From the study's folder.
        *place : str or int
            Section and key of study.toml that ask for it.
        """
        path = self.folder / source
        if not path.exists():
            beside = path.parent.iterdir() if path.parent.is_dir() else ()
            near = did_you_mean(path.name, [file.name for file in beside]).strip()
            raise MissingFileError(
                "must name a file in the study's folder",
                file=self.toml.path,
                place=self.toml.place(place),
                found=source,
                way_out=near or "Put the file there, or correct the path.",
            )
        return path

    @contextmanager
    def _as_written(self, *section: str | int) -> Iterator[None]:
        """Tell what a reader refuses of an argument as a mistake of its key."""
        try:
            yield
        except InputError as error:
            told = re.match(r"`(\w+)[^`]*` (.*)", str(error), re.DOTALL)
            held: Any = self.toml.content
            for part in section:
                held = held[part]
            key = _KEYS.get(told[1], told[1]) if told else ""
            key = "wave" if key == "waves" and key not in held else key
            if told is None or key not in held:
                raise
            rule, _, near = told[2].partition(" Did you mean")
            raise SchemaError(
                rule,
                file=self.toml.path,
                place=self.toml.place((*section, key)),
                way_out=f"Did you mean{near}" if near else None,
            ) from None

    def mistake(
        self, place: Sequence[str | int], rule: str, found: object, way_out: str
    ) -> SchemaError:
        """Say what is wrong with a key of study.toml."""
        where = self.toml.place(place)
        return SchemaError(rule, file=self.toml.path, place=where, found=found, way_out=way_out)

    # --- catalogues ---------------------------------------------------------------------------

    @property
    def _newest(self) -> int:
        section = self.settings.catalog
        days = [entry.as_of for entry in section.dates] if section else []
        return days.index(max(days)) if days else 0

    @cached_property
    def _held(self) -> dict[tuple[str, int], Any]:
        """Catalogues that were read, by their number among the dates."""
        return {}

    def _read_catalog(self, at: int) -> tuple[date, Catalog]:
        """Read a catalogue with all its banks, and the day it stands for."""
        section = self.settings.catalog
        if section is None or ("read", at) in self._held:
            return cast("tuple[date, Catalog]", self._held["read", at])
        from brandkit.sources.catalog.kept import declared_catalog

        entry = section.dates[at] if section.dates else None
        place = ("catalog", "dates", at) if entry else ("catalog",)
        day = entry.as_of if entry else section.as_of
        own = self._optional(*place, "register")
        paths = {
            "source": self.path(*place, "source"),
            "register": own or self._optional("catalog", "register"),
            "aliases": self._optional("catalog", "aliases"),
            "crosswalk": self._optional("catalog", "crosswalk"),
        }
        folder = processed_folder(self.folder) / f"catalog-{day.isoformat() if day else 'undated'}"
        with self._as_written("catalog"):
            catalog = declared_catalog(section, paths, as_of=day, place=folder)
        read = (day or catalog.as_of or date.min, relabelled(catalog, self.names))
        self._held["read", at] = read
        return read

    def _compared(self, at: int) -> Catalog:
        """Give a catalogue with the banks that study.toml compares."""
        if ("compared", at) not in self._held:
            self._held["compared", at] = self._among(at, self._read_catalog(at)[1])
        return cast("Catalog", self._held["compared", at])

    def _among(self, at: int, catalog: Catalog) -> Catalog:
        section, focus = self.settings.catalog, self.settings.study.focus
        if section is None or not (section.peers or section.minimum_offers):
            return catalog
        from brandkit.sources.catalog.catalog import among

        peers = [self._known(peer, "brand", ("catalog", "peers")) for peer in section.peers]
        ours = self.called(focus) if focus else None
        if peers and ours in catalog.brands and ours not in peers:
            raise self.mistake(
                ("catalog", "peers"),
                "must name the bank that the study is for too",
                section.peers,
                f"Add {focus!r}.",
            )
        least = section.minimum_offers or 1
        kept = among(catalog, peers=peers, minimum_offers=least)
        if at == self._newest and ours and ours in kept.left_out:
            raise self.mistake(
                ("catalog", "minimum_offers"),
                "must not leave out the bank that the study is for",
                Words(f"{least}, where it has {kept.left_out[ours]}"),
                "Write a smaller number.",
            )
        if not kept.brands:
            raise self.mistake(
                ("catalog", "minimum_offers" if kept.left_out else "peers"),
                "must leave a bank to compare at every date",
                Words(f"none on {self._read_catalog(at)[0]}"),
                "Leave the date or the key out.",
            )
        return kept

    def _known(self, asked: str, column: str, place: tuple[str, ...]) -> str:
        """Give a label of the catalogue, of any of its dates, as it is spelt there."""
        from brandkit.sources.catalog.names import spelling_key

        section = self.settings.catalog
        others = range(len(section.dates)) if section else ()
        known: dict[str, str] = {}
        for at in dict.fromkeys((self._newest, *others)):
            products = self._read_catalog(at)[1].products
            known |= {spelling_key(one): one for one in map(str, products[column].unique())}
            if (key := spelling_key(self.called(asked))) in known:
                return known[key]
        labels = sorted({*known.values()} - {"both", "not stated"})
        raise self.mistake(
            place,
            f"must name a {column} of the catalogue; it has {shown(labels, most=12)}",
            asked,
            did_you_mean(asked, labels).strip() or "Name one of these.",
        )

    def called(self, name: str) -> str:
        """Give what the study calls a brand, category or segment that is named in any language."""
        label = self.labels.label_of(name)
        return self.names.get(label, label)

    def brands_of(self, kind: str) -> set[str]:
        """Name the brands that one kind of evidence knows.

        Parameters
        ----------
        kind : "brand_table" | "catalog" | "survey" | "branches" | "league_tables" | "scorecard"
        """
        evidence, column = getattr(self, kind), "brand"
        if kind == "brand_table":
            return set(evidence.brands)
        if kind == "survey" and evidence.design.brand is None:
            # it may ask about every brand in columns of its own
            image = self.brand_image if self.settings.brand_table is None else None
            return set() if image is None else set(image.brands)
        if kind == "survey":
            frames, column = [evidence.responses], evidence.design.brand
        elif kind == "league_tables":
            frames = [one.scores for one in evidence]
        elif kind == "scorecard":
            frames = [evidence.scores]
        else:
            frames = [evidence.products if kind == "catalog" else evidence.presence]
        return {str(brand) for frame in frames for brand in frame[column].dropna().unique()}


#: Keys of study.toml that name files.
_PATHS = ("source", "register", "aliases", "crosswalk", "codebook")


def _paths(held: object) -> list[str]:
    """Name the files of sections, and of their dates."""
    if isinstance(held, list):
        return [path for one in held for path in _paths(one)]
    if not isinstance(held, dict):
        return []
    own = [held[key] for key in _PATHS if isinstance(held.get(key), str)]
    return own + _paths(held.get("dates"))


def declared_survey(
    section: SurveySection, source: Path, *, codebook: Path | None = None
) -> Survey:
    """Read the survey that a study.toml declares, with its scale and its waves."""
    from brandkit.sources.survey.design import refuse_repeated
    from brandkit.sources.survey.survey import (
        read_survey,
        with_periods,
        with_scale,
        with_turned,
        with_waves,
    )

    survey = read_survey(
        source,
        codebook=codebook,
        wave=section.wave_column,
        categories=section.segments,
        **section.model_dump(
            include={
                "brand",
                "respondent",
                "weight",
                "strata",
                "cluster",
                "missing",
                "encoding",
                "sheet",
                "header_row",
                "stack",
            }
        ),
    )
    refuse_repeated(source, survey.responses, survey.design)
    if section.scale is not None:
        survey = with_scale(survey, section.rated, section.scale)
        recommend = survey.responses.get(section.recommend)
        if recommend is not None and recommend.isin(REACHED).any():
            survey = with_scale(survey, [str(section.recommend)], RECOMMEND)
    if section.reversed:
        survey = with_turned(survey, section.reversed)
    for told in (section.wave, section.trend):
        if isinstance(told, WaveColumn) and told.by:
            survey = with_periods(survey, told.by, column=told.column)
        elif isinstance(told, WaveColumn):
            survey = with_waves(survey, told.order, column=told.column)
    return with_waves(survey, section.waves) if section.waves else survey


def read_study(
    name_or_path: str | Path, *, language: str | None = None, focus: str | None = None
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
    study = open_study(name_or_path, language=language)
    asked = focus if focus is not None else study.settings.study.focus
    return study if asked is None else with_focus(study, asked, is_argument=focus is not None)


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
    _ = study.catalogs, study.possible, study.brand_image


def open_study(name_or_path: str | Path, *, language: str | None = None) -> Study:
    """Open a study without a look at its evidence, and so without its focus.

    Parameters
    ----------
    name_or_path : str or Path
    language : str, optional

    Examples
    --------
    >>> open_study("sample").settings.study.focus
    'Harbour Bank'
    """
    if language is not None:
        check_option("language", language, LANGUAGES)
    folder = study_folder(name_or_path)
    settings, toml = read_settings(folder / FILE_NAME)
    chosen = cast("Language", language or settings.study.language)
    study = Study(
        name=folder.name,
        folder=folder,
        title=settings.title_in(chosen),
        language=chosen,
        focus=None,
        seed=settings.study.seed,
        settings=settings,
        names={},
        toml=toml,
    )
    if settings.names is None:
        return study
    labels = read_label_names(study.path("names", "source"))
    return replace(study, names=labels.in_language(chosen), labels=labels)


def with_focus(study: Study, asked: str, *, is_argument: bool) -> Study:
    """Give the study with its focus, found among the brands in any language.

    Parameters
    ----------
    study : Study
    asked : str
    is_argument : bool
        Whether a caller asked for it, or study.toml.

    Examples
    --------
    >>> with_focus(open_study("sample", language="zh-Hant"), "Kestrel", is_argument=True).focus
    '紅隼銀行'
    """
    named, known = study.called(asked), set[str]()
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
    raise study.mistake(("study", "focus"), rule, asked, near)
