"""What a study holds and what is wrong with it: everything is read, nothing is computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pandas as pd

from brandkit.core.errors import BrandkitError, InputError, SchemaError, Words, did_you_mean
from brandkit.core.message import formatted
from brandkit.core.waves import wave_order, wave_text
from brandkit.sources.study.names import LabelNames
from brandkit.sources.study.settings import (
    FILE_NAME,
    LANGUAGES,
    BranchesSection,
    BrandTableSection,
    NamesSection,
    SurveySection,
)
from brandkit.sources.study.study import Study, open_study, with_focus

if TYPE_CHECKING:
    from brandkit.sources.survey.survey import Survey

Verdict = Literal["found", "note", "wrong"]


@dataclass(frozen=True)
class Remark:
    """One thing that was found.

    Parameters
    ----------
    verdict : "found" | "note" | "wrong"
        A note is worth a look; what is wrong stops a report.
    about : str
        The section or file.
    text : str
    """

    verdict: Verdict
    about: str
    text: str


Reader = Callable[[], list[Remark]]


@dataclass(frozen=True)
class Inspection:
    """What a study holds.

    Parameters
    ----------
    name : str
        The study's name, as the command line takes it.
    remarks : tuple of Remark
    study : Study
        With its evidence as it was read.
    """

    name: str
    remarks: tuple[Remark, ...]
    study: Study = field(repr=False, compare=False)

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not any(remark.verdict == "wrong" for remark in self.remarks)

    def lines(self) -> list[str]:
        """Write every remark as a line, what is wrong as its paragraph."""
        width = max((len(remark.about) for remark in self.remarks), default=0)
        return [
            f"WRONG  {remark.text}" if remark.verdict == "wrong"
            else f"{'ok' if remark.verdict == 'found' else 'note':<5}  {remark.about:<{width}}  "
            f"{remark.text}"
            for remark in self.remarks
        ]  # fmt: skip

    def verdict(self) -> str:
        """Say in a sentence what is to be done next."""
        wrong = sum(remark.verdict == "wrong" for remark in self.remarks)
        if not wrong:
            return f"Ready: brandkit report {self.name}"
        return f"{wrong} {'thing is' if wrong == 1 else 'things are'} wrong; nothing was written."


def check_study(name_or_path: str | Path) -> Inspection:
    """Read all of a study and say what was found and what is wrong, all of it at once.

    Parameters
    ----------
    name_or_path : str or Path

    Returns
    -------
    Inspection

    Raises
    ------
    InputError
        There is no such study.
    SchemaError
        study.toml itself breaks a rule, so that nothing else can be read.

    Examples
    --------
    >>> check_study("sample").remarks[0].text
    'Retail banking, Harbour Islands, 2026 (generated data); language en; for Harbour Bank'
    """
    study, labels = open_study(name_or_path)
    remarks = [Remark("found", FILE_NAME, _headline(study))]
    for about, read in _readers(study, labels):
        try:
            remarks += read()
        except BrandkitError as error:
            wrong = Remark("wrong", about, str(error))
            if wrong.text not in [remark.text for remark in remarks]:  # two may read one file
                remarks.append(wrong)
    if all(remark.verdict != "wrong" for remark in remarks):
        remarks += _brands_compared(study)
        remarks += _names_compared(study, labels)
    inspected = Inspection(str(name_or_path), tuple(remarks), study)
    focus = study.settings.study.focus
    if focus is None or not inspected.is_sound:
        return inspected
    return replace(inspected, study=with_focus(study, labels, focus, is_argument=False))


def _headline(study: Study) -> str:
    focus = study.settings.study.focus
    who = f"for {focus}" if focus else "for no bank in particular"
    return f"{study.title}; language {study.language}; {who}"


def _readers(study: Study, labels: LabelNames) -> Iterator[tuple[str, Reader]]:
    settings = study.settings
    if settings.names is not None:
        yield "[names]", lambda: _names(study, labels)
    if settings.brand_table is not None:
        yield "[brand_table]", lambda: _brand_table(study)
    if settings.catalog is not None:
        yield "[catalog]", lambda: _catalogs(study)
    if settings.survey is not None:
        yield "[survey]", lambda: _survey(study)
    if settings.survey is not None and settings.brand_table is None:
        yield "[survey]", lambda: _image(study)
    if settings.branches is not None:
        yield "[branches]", lambda: _branches(study)
    if settings.league_tables:
        yield "[[league_tables]]", lambda: _leagues(study)
    if settings.study.focus is not None:
        yield "[study]", lambda: _focus(study, labels, str(settings.study.focus))


def _focus(study: Study, labels: LabelNames, asked: str) -> list[Remark]:
    try:
        with_focus(study, labels, asked, is_argument=False)
    except SchemaError as error:
        if error.file != study.toml.path or error.place is None or "focus" not in error.place:
            return []  # some evidence cannot be read, which is told in its own place
        raise
    return []


def _names(study: Study, labels: LabelNames) -> list[Remark]:
    counts = [
        f"{language} {len(labels.rows) - len(labels.without(language))}"
        for language in LANGUAGES if len(labels.without(language)) < len(labels.rows)
    ]  # fmt: skip
    text = f"{len(labels.rows)} labels; {', '.join(counts) or 'no names'}"
    return [Remark("found", _file(study.settings.names), text)]


def _file(
    section: NamesSection | BrandTableSection | SurveySection | BranchesSection | None,
) -> str:
    return Path(section.source).name if section is not None else ""


def _brand_table(study: Study) -> list[Remark]:
    table, section = study.brand_table, study.settings.brand_table
    if table is None or section is None:
        return []
    about = _file(section)
    n_brands, n_attributes = table.values.shape
    text = f"{n_brands} brands × {n_attributes} attributes, {table.kind}"
    if table.kind == "counts":
        text += f", {formatted(float(table.values.to_numpy().sum()), 'count')} in all"
    aside = [*table.supplementary_brands, *table.supplementary_attributes]
    if aside:
        text += f"; supplementary: {', '.join(aside)}"
    return [Remark("found", about, text), *(Remark("note", about, str(n)) for n in table.notes)]


def _catalogs(study: Study) -> list[Remark]:
    remarks = []
    for day, catalog in study.catalogs.items():
        n_brands = catalog.products["brand"].nunique()
        about = f"[catalog] {day.isoformat()}" if day.year > 1 else "[catalog]"
        text = (
            f"{formatted(len(catalog.products), 'count')} offers "
            f"({formatted(len(catalog.records), 'count')} records) of {n_brands} brands "
            f"in {catalog.products['category'].nunique()} categories"
        )
        remarks.append(Remark("found" if len(catalog.products) else "wrong", about, text))
        remarks += _problems(catalog.problems, about, in_full=catalog is study.catalog)
    return remarks


def _problems(problems: pd.DataFrame, about: str, *, in_full: bool) -> list[Remark]:
    """Say what was skipped or repaired: kind by kind for the newest date, in all for others."""
    kinds = problems["problem"].value_counts()
    if not len(kinds):
        return []
    if not in_full:
        text = f"{len(problems):,} records repaired, marked or left out, for {len(kinds)} reasons"
        return [Remark("note", about, text)]
    return [
        Remark("note", about, f"{n:,} × {str(problem).rstrip('.')}") for problem, n in kinds.items()
    ]


def _survey(study: Study) -> list[Remark]:
    survey, section = study.survey, study.settings.survey
    if survey is None or section is None:
        return []
    about = _file(section)
    remarks: list[Remark] = []
    text = (
        f"{formatted(len(survey.responses), 'count')} rows of "
        f"{formatted(survey.n_respondents, 'count')} respondents, "
        f"{len(survey.codebook)} items"
    )
    if survey.design.brand is not None:
        text += f", {survey.responses[survey.design.brand].nunique()} brands rated"
    if survey.design.wave is not None:
        wave = survey.responses[survey.design.wave]
        text += f", {wave.nunique()} waves"
        try:
            remarks = [
                Remark("found", about, f"waves: {_listed(list(map(wave_text, wave_order(wave))))}")
            ]
        except InputError as untold:
            remarks = [Remark("wrong", about, str(untold))]
    remarks = [Remark("found", about, text), *remarks]
    remarks += [Remark("note", about, str(note)) for note in survey.notes]
    columns = {*map(str, survey.responses.columns), *survey.batteries["set"].dropna().astype(str)}
    for key, names in _columns_of(section):
        unknown = [name for name in names if name not in columns]
        if unknown:
            error = SchemaError(
                f"must name columns of {about}", file=study.toml.path, found=unknown,
                place=study.toml.place(("survey", *key)),
                way_out=did_you_mean(unknown[0], columns).strip() or "Correct or remove them.",
            )  # fmt: skip
            remarks.append(Remark("wrong", about, str(error)))
    return remarks + [Remark("wrong", about, text) for text in _absurd(study, survey, section)]


#: No market has more brands, and no tracker more waves, than a reader can take in.
MOST_BRANDS, MOST_WAVES = 100, 60


def _absurd(study: Study, survey: Survey, section: SurveySection) -> Iterator[str]:
    """Say what cannot be meant: roles whose values contradict them."""
    responses, design = survey.responses, survey.design
    file = study.toml.path

    def said(key: str, rule: str, found: object, way_out: str) -> str:
        place = study.toml.place(("survey", key))
        return str(SchemaError(rule, file=file, place=place, found=found, way_out=way_out))

    def distinct(name: str | None) -> int:
        return 0 if name is None else int(responses[name].nunique())

    if design.brand is not None and distinct(design.brand) > MOST_BRANDS:
        yield said("brand", "must be the column of the brand; no market has so many",
                   Words(f"{distinct(design.brand)} values"), "Name another column.")  # fmt: skip
    if design.wave is not None and distinct(design.wave) > MOST_WAVES:
        way_out = f'Write wave = {{ column = "{design.wave}", by = "month" }}, or another column.'
        yield said("wave", f"must be at most {MOST_WAVES} waves",
                   Words(f"{distinct(design.wave)} values"), way_out)  # fmt: skip
    if design.weight is not None and (responses[design.weight] == 0).mean() > 0.5:
        yield said("weight", "must be a weight; most of a weight is not 0",
                   Words(f"0 in {int((responses[design.weight] == 0).sum())} rows"),
                   "Name another column, or none.")  # fmt: skip
    if section.outcome is not None and section.outcome == section.recommend:
        yield said("outcome", "must be another question than `recommend`", section.outcome,
                   "Leave it out where only the likelihood to recommend was asked.")  # fmt: skip
    outcome = responses.get(section.outcome) if section.outcome else None
    if outcome is not None and set(outcome.dropna().unique()) <= {0.0, 1.0}:
        yield said("outcome", "must be a rating on a scale", Words("ticks: nothing but 0 and 1"),
                   "Name the question that asks for satisfaction overall.")  # fmt: skip
    yield from _off_scale(survey, section, said)


def _off_scale(
    survey: Survey, section: SurveySection, said: Callable[[str, str, object, str], str]
) -> Iterator[str]:
    """Name ratings whose answers exceed the scale that study.toml declares."""
    if section.scale is None:
        return
    low, high = section.scale
    for name in section.rated:
        answers = survey.responses.get(name)
        if answers is None or not pd.api.types.is_numeric_dtype(answers):
            continue
        ends_of = survey.codebook.set_index("item")[["low", "high"]]
        known = list(ends_of.loc[name])
        outside = answers[(answers < low) | (answers > high)]
        if len(outside) and known == [low, high]:
            ends = f"{min(outside.min(), low):g} to {max(outside.max(), high):g}"
            way_out = "Correct the scale, or declare codes of no answer under `missing`."
            yield said("scale", f"must hold the answers of {name!r}, which run from {ends}",
                       section.scale, way_out)  # fmt: skip


def _image(study: Study) -> list[Remark]:
    """Say whether the survey's ticks say how banks are seen, where no table does."""
    survey, section = study.survey, study.settings.survey
    if survey is None or section is None:
        return []
    image = study.brand_image
    about = _file(section)
    if image is not None:
        n_brands, n_attributes = image.values.shape
        notes = [Remark("note", about, str(note)) for note in image.notes[1:]]
        text = f"image: {n_brands} brands × {n_attributes} attributes"
        return [Remark("found", about, text), *notes]
    try:
        survey.images()
    except InputError as error:
        said = f"no image of the banks can be made of it: {error}"
        return [Remark("note", about, said)]
    return []


def _columns_of(section: SurveySection) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """Give every key of ``[survey]`` that names columns or sets, with the names."""
    for block, items in section.blocks.items():
        yield ("blocks", block), items
    for key in ("drivers", "images", "segments"):
        yield (key,), list(getattr(section, key))
    for key in ("outcome", "recommend", "choice"):
        value = getattr(section, key)
        if value is not None:
            yield (key,), [value]
    yield ("margins",), list(section.margins)
    if isinstance(section.missing, Mapping):
        yield ("missing",), list(section.missing)


def _branches(study: Study) -> list[Remark]:
    branches, section = study.branches, study.settings.branches
    if branches is None or section is None:
        return []
    presence = branches.presence
    text = f"{presence['brand'].nunique()} brands in {presence['market'].nunique()} markets"
    amounts = "with amounts" if presence["amount"].notna().any() else "presence only"
    notes = [str(note) for note in getattr(branches, "notes", ())]
    about = _file(section)
    found = Remark("found", about, f"{text}, {amounts}")
    return [found, *(Remark("note", about, note) for note in notes)]


def _leagues(study: Study) -> list[Remark]:
    remarks = []
    for one in study.league_tables:
        base = "with bases" if one.scores["n"].notna().all() else "no bases: the order only"
        text = f"league table: {len(one.scores)} brands, {one.measure or one.unit}, {base}"
        remarks.append(Remark("found", one.file, text))
    return remarks


def _brands_compared(study: Study) -> list[Remark]:
    """Say where kinds of evidence write a brand differently."""
    known = {kind: study.brands_of(kind) for kind in study.settings.evidence}
    remarks = []
    for kind, brands in known.items():
        others = set().union(*(known[other] for other in known if other != kind))
        if others and not brands & others:
            remarks.append(Remark("note", f"[{kind}]", "none of its brands is in other evidence"))
            continue
        for brand in sorted(brands - others):
            near = did_you_mean(brand, sorted(others - brands))
            if near:
                text = f"{brand!r} is in no other evidence.{near} Then give them one name."
                remarks.append(Remark("note", f"[{kind}]", text))
    return remarks


def _names_compared(study: Study, labels: LabelNames) -> list[Remark]:
    """Say which brands and attributes lack a name in a language that others have one in."""
    used = [brand for kind in study.settings.evidence for brand in study.brands_of(kind)]
    if study.brand_table is not None:
        used += study.brand_table.attributes
    plain = sorted({labels.label_of(label) for label in used})
    remarks = []
    for language in LANGUAGES[1:]:
        have = labels.in_language(language)
        without = [label for label in plain if label not in have]
        if have and without:
            text = f"no name in {language} for {_listed(without)}; they stay as they are"
            remarks.append(Remark("note", _file(study.settings.names), text))
    return remarks


def _listed(labels: Sequence[str]) -> str:
    rest = f" and {len(labels) - 5} more" if len(labels) > 5 else ""
    return ", ".join(map(str, labels[:5])) + rest
