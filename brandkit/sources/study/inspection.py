"""What a study holds and what is wrong with it: everything is read, nothing is computed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from brandkit.core.errors import BrandkitError, InputError, SchemaError, Words, did_you_mean, shown
from brandkit.core.message import formatted
from brandkit.core.waves import wave_order, wave_text
from brandkit.sources.study.settings import LANGUAGES, SurveySection
from brandkit.sources.study.store import FILE_NAME
from brandkit.sources.study.study import Study, open_study, with_focus
from brandkit.sources.survey.quality import running_against
from brandkit.sources.tables.cells import label_text

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
            f"WRONG  {remark.text}"
            if remark.verdict == "wrong"
            else f"{'ok' if remark.verdict == 'found' else 'note':<5}  {remark.about:<{width}}  "
            f"{remark.text}"
            for remark in self.remarks
        ]

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
    study = open_study(name_or_path)
    settings = study.settings
    focus = settings.study.focus
    who = f"for {focus}" if focus else "for no bank in particular"
    remarks = [Remark("found", FILE_NAME, f"{study.title}; language {study.language}; {who}")]
    for section, read in _READERS:
        if not getattr(settings, section):
            continue
        about = "[[league_tables]]" if section == "league_tables" else f"[{section}]"
        try:
            remarks += read(study, _file(getattr(settings, section)))
        except BrandkitError as error:
            wrong = Remark("wrong", about, str(error))
            if wrong.text not in [remark.text for remark in remarks]:  # two may read one file
                remarks.append(wrong)
    if all(remark.verdict != "wrong" for remark in remarks):
        remarks += [*_brands_compared(study), *_names_compared(study)]
    inspected = Inspection(str(name_or_path), tuple(remarks), study)
    focus = study.settings.study.focus
    if focus is None or not inspected.is_sound:
        return inspected
    return replace(inspected, study=with_focus(study, focus, is_argument=False))


def _file(section: object) -> str:
    return Path(getattr(section, "source", None) or "").name


def _focus(study: Study, _: str) -> list[Remark]:
    if study.settings.study.focus is not None:
        try:
            with_focus(study, study.settings.study.focus, is_argument=False)
        except SchemaError as error:
            if error.file == study.toml.path and "focus" in (error.place or ""):
                raise  # else some evidence cannot be read, which is told in its own place
    return []


def _names(study: Study, about: str) -> list[Remark]:
    rows = study.labels.rows
    named = {language: len(study.labels.in_language(language)) for language in LANGUAGES}
    counts = ", ".join(f"{language} {n}" for language, n in named.items() if n)
    return [Remark("found", about, f"{len(rows)} labels; {counts or 'no names'}")]


def _brand_table(study: Study, about: str) -> list[Remark]:
    table: Any = study.brand_table
    n_brands, n_attributes = table.values.shape
    text = f"{n_brands} brands × {n_attributes} attributes, {table.kind}"
    if table.kind == "counts":
        text += f", {formatted(float(table.values.to_numpy().sum()), 'count')} in all"
    aside = [*table.supplementary_brands, *table.supplementary_attributes]
    if aside:
        text += f"; supplementary: {', '.join(aside)}"
    return [Remark("found", about, text), *_notes(about, table.notes)]


def _notes(about: str, notes: Iterable[object]) -> list[Remark]:
    return [Remark("note", about, str(note)) for note in notes]


def _catalogs(study: Study, _: str) -> list[Remark]:
    remarks, section = [], study.settings.catalog
    newest = max(study.catalogs)
    for day, catalog in study.catalogs.items():
        about = f"[catalog] {day.isoformat()}" if day.year > 1 else "[catalog]"
        text = (
            f"{formatted(len(catalog.products), 'count')} offers "
            f"({formatted(len(catalog.records), 'count')} records) of {len(catalog.brands)} brands "
            f"in {catalog.products['category'].nunique()} categories"
        )
        if section and section.peers:
            text += "; only `peers` are compared"
        remarks.append(Remark("found" if len(catalog.products) else "wrong", about, text))
        few = [f"{brand} ({n})" for brand, n in catalog.left_out.items()]
        if few:
            told = f"left out, with fewer offers than `minimum_offers`: {len(few)} brands: "
            remarks.append(Remark("note", about, told + ", ".join(few)))
        remarks += _problems(catalog.problems, about, in_full=day == newest)
    for category, segment in study.possible:
        remarks.append(Remark("found", "[catalog]", f"possible: {segment} in {category}"))
    return remarks


def _problems(problems: pd.DataFrame, about: str, *, in_full: bool) -> list[Remark]:
    """Say what was skipped or repaired: kind by kind for the newest date, in all for others."""
    problems = problems[problems["reason"] != "few_offers"]
    kinds: Counter[str] = Counter()
    for problem, reason, found in problems[["problem", "reason", "found"]].itertuples(index=False):
        named = f": {found}" if reason in ("owner", "no_attribute") else ""  # by study.toml
        kinds[f"{problem.rstrip('.')}{named}"] += 1
    if in_full or not kinds:
        return _notes(about, (f"{n:,} × {what}" for what, n in kinds.most_common()))
    text = f"{len(problems):,} records repaired, marked or left out, for {len(kinds)} reasons"
    return [Remark("note", about, text)]


def _survey(study: Study, about: str) -> list[Remark]:
    survey: Any = study.survey
    section: Any = study.settings.survey
    responses, design = survey.responses, survey.design
    text = (
        f"{formatted(len(responses), 'count')} rows of "
        f"{formatted(survey.n_respondents, 'count')} respondents, {len(survey.codebook)} items"
    )
    if design.brand is not None:
        text += f", {responses[design.brand].nunique()} brands rated"
    remarks = []
    if design.wave is not None:
        wave = responses[design.wave]
        text += f", {wave.nunique()} waves"
        try:
            said = f"waves: {_listed(list(map(wave_text, wave_order(wave))))}"
            remarks.append(Remark("found", about, said))
        except InputError as untold:
            remarks.append(Remark("wrong", about, str(untold)))
    totals = {column: sum(groups.values()) for column, groups in section.margins.items()}
    counts = [n for n in totals.values() if n > 1.5 and abs(n - 100) > 2]  # neither shares nor %
    if counts and max(counts) > 1.01 * min(counts):
        said = ", ".join(f"{column} {n:,.0f}" for column, n in totals.items() if n in counts)
        told = f"the margins disagree about how many there are ({said}); each is read as shares"
        remarks.append(Remark("note", about, told))
    wrong = (
        *_unknown_columns(survey, section, about),
        *_unknown_groups(survey, study.margins),
        *_absurd(survey, section),
    )
    remarks += _notes(about, survey.notes)
    against = running_against(responses.select_dtypes("number"), section.outcome, section.recommend)
    if against:
        told = (
            "the answers to {names} run against the likelihood to recommend; if their lowest is "
            "the best, write reversed = [{names}]"
        )
        remarks += _notes(about, [told.replace("{names}", ", ".join(map(repr, against[:12])))])
    for key, rule, found, way_out in wrong:
        said = str(study.mistake(("survey", *key), rule, found, way_out))
        remarks.append(Remark("wrong", about, said))
    return [Remark("found", about, text), *remarks]


#: No market has more brands, no tracker more waves and no survey more groups than a reader takes
#: in; from so few groups on, most of one person each are what persons wrote, not groups.
MOST_BRANDS, MOST_WAVES, MOST_GROUPS, FEW_GROUPS = 100, 60, 60, 12
#: What is wrong with a key: its place in the section, the rule, what was found, the way out.
Wrong = tuple[tuple[str, ...], str, object, str]


def _unknown_columns(survey: Survey, section: SurveySection, about: str) -> Iterator[Wrong]:
    columns = {*map(str, survey.responses.columns), *survey.batteries["set"].dropna().astype(str)}
    for key, names in _columns_of(section):
        unknown = [name for name in names if name not in columns]
        if unknown:
            way_out = did_you_mean(unknown[0], columns).strip() or "Correct or remove them."
            yield key, f"must name columns of {about}", unknown, way_out


def _unknown_groups(survey: Survey, margins: Mapping[str, Mapping[str, float]]) -> Iterator[Wrong]:
    """Name groups that the margins or the answers have alone."""
    for column, shares in margins.items():
        if column not in survey.responses:
            continue
        codes, labels = survey.responses[column], survey.labelled(column)
        held = {label_text(one) for cells in (codes, labels) for one in cells.dropna().unique()}
        told = {
            label_text(c): label_text(text)
            for c, text in zip(codes, labels, strict=True)
            if pd.notna(c)
        }
        left = [code for code, text in told.items() if not {code, text} & shares.keys()]
        key, unknown = ("margins", column), [group for group in shares if group not in held]
        if (total := sum(shares.values())) <= 1.5 and abs(total - 1) > 0.02:
            way_out = "Write the share of every group, or counts."
            yield key, "must sum to 1 over its groups", Words(f"{total:.3g}"), way_out
        elif unknown:
            near = did_you_mean(unknown[0], held).strip() or "Correct or remove them."
            yield key, f"must name groups of {column}; it has {shown(sorted(held))}", unknown, near
        elif left:
            none = Words(f"none for {shown(sorted(left))}")
            way_out = "Add them, or declare them `missing`."
            yield key, f"must give a share to every group of {column}", none, way_out


def _absurd(survey: Survey, section: SurveySection) -> Iterator[Wrong]:
    """Say what cannot be meant: roles whose values contradict them."""
    responses, design = survey.responses, survey.design
    n_values = responses.nunique()
    n_brands, n_waves = (n_values.get(name, 0) for name in (design.brand, design.wave))
    n_zeros = int((responses[design.weight] == 0).sum()) if design.weight is not None else 0
    outcome = responses.get(section.outcome, pd.Series([2.0]))
    by_month = f'Write wave = {{ column = "{design.wave}", by = "month" }}, or another column.'
    rules = (
        (
            n_brands > MOST_BRANDS,
            "brand",
            "must be the column of the brand; no market has so many",
            Words(f"{n_brands} values"),
            "Name another column.",
        ),
        (
            n_waves > MOST_WAVES,
            "wave",
            f"must be at most {MOST_WAVES} waves",
            Words(f"{n_waves} values"),
            by_month,
        ),
        (
            n_zeros > len(responses) / 2,
            "weight",
            "must be a weight; most of a weight is not 0",
            Words(f"0 in {n_zeros} rows"),
            "Name another column, or none.",
        ),
        (
            section.outcome is not None and section.outcome == section.recommend,
            "outcome",
            "must be another question than `recommend`",
            section.outcome,
            "Leave it out where only the likelihood to recommend was asked.",
        ),
        (
            set(outcome.dropna().unique()) <= {0.0, 1.0},
            "outcome",
            "must be a rating on a scale",
            Words("ticks: nothing but 0 and 1"),
            "Name the question that asks for satisfaction overall.",
        ),
    )
    yield from (((key,), rule, found, way) for is_so, key, rule, found, way in rules if is_so)
    yield from _no_groups(survey, section)
    if section.scale is None:
        return
    low, high = section.scale
    ends_of = survey.codebook.set_index("item")[["low", "high"]]
    for name in section.rated:
        answers = responses.get(name)
        if answers is None or not pd.api.types.is_numeric_dtype(answers):
            continue
        outside = answers[(answers < low) | (answers > high)]
        if len(outside) and list(ends_of.loc[name]) == [low, high]:
            ends = f"{min(outside.min(), low):g} to {max(outside.max(), high):g}"
            rule = f"must hold the answers of {name!r}, which run from {ends}"
            way_out = "Correct the scale, or declare codes of no answer under `missing`."
            yield ("scale",), rule, section.scale, way_out


def _no_groups(survey: Survey, section: SurveySection) -> Iterator[Wrong]:
    """Refuse segments that are what each person wrote; the words are not repeated."""
    for name in section.segments:
        sizes = survey.responses.get(name, pd.Series(dtype=object)).value_counts()
        if len(sizes) > MOST_GROUPS or (len(sizes) > FEW_GROUPS and (sizes == 1).mean() > 0.5):
            found = Words(f"{len(sizes)} values in {name!r}, {(sizes == 1).sum()} of them once")
            way_out = "Take it out: groups are age bands, regions, tiers."
            yield ("segments",), "must be groups of customers", found, way_out


def _image(study: Study, about: str) -> list[Remark]:
    """Say whether the survey's ticks say how banks are seen, where no table does."""
    survey = study.survey
    if survey is None or study.settings.brand_table is not None:
        return []
    image = study.brand_image
    if image is not None:
        n_brands, n_attributes = image.values.shape
        text = f"image: {n_brands} brands × {n_attributes} attributes"
        return [Remark("found", about, text), *_notes(about, image.notes[1:])]
    try:
        survey.images()
    except InputError as error:
        return _notes(about, [f"no image of the banks can be made of it: {error}"])
    return []


def _columns_of(section: SurveySection) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """Give every key of ``[survey]`` that names columns or sets, with the names."""
    for block, items in section.blocks.items():
        yield ("blocks", block), items
    for key in ("drivers", "images", "segments", "reversed"):
        yield (key,), list(getattr(section, key))
    for key in ("outcome", "recommend", "choice"):
        value = getattr(section, key)
        if value is not None:
            yield (key,), [value]
    yield ("margins",), list(section.margins)
    if isinstance(section.missing, Mapping):
        yield ("missing",), list(section.missing)


def _branches(study: Study, about: str) -> list[Remark]:
    branches: Any = study.branches
    presence = branches.presence
    text = f"{presence['brand'].nunique()} brands in {presence['market'].nunique()} markets"
    amounts = "with amounts" if presence["amount"].notna().any() else "rows counted"
    found = Remark("found", about, f"{text}, {amounts}")
    return [found, *_notes(about, getattr(branches, "notes", ()))]


def _leagues(study: Study, _: str) -> list[Remark]:
    remarks = []
    for one in study.league_tables:
        base = "with bases" if one.scores["n"].notna().all() else "no bases: the order only"
        text = f"league table: {len(one.scores)} brands, {one.measure or one.unit}, {base}"
        remarks += [Remark("found", one.file, text), *_notes(one.file, one.notes)]
    return remarks


def _scorecard(study: Study, about: str) -> list[Remark]:
    table: Any = study.scorecard
    errors = "with errors" if table.scores["std_error"].notna().all() else "no errors"
    size = f"{table.scores['brand'].nunique()} institutions × {table.scores['criterion'].nunique()}"
    return [Remark("found", about, f"{size} criteria, {errors}"), *_notes(about, table.notes)]


#: Sections in the order they are told, and what reads them.
_READERS: tuple[tuple[str, Callable[[Study, str], list[Remark]]], ...] = (
    ("names", _names),
    ("brand_table", _brand_table),
    ("catalog", _catalogs),
    ("survey", _survey),
    ("survey", _image),
    ("branches", _branches),
    ("league_tables", _leagues),
    ("scorecard", _scorecard),
    ("study", _focus),
)


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


def _names_compared(study: Study) -> list[Remark]:
    """Say which brands and attributes lack a name in a language that others have one in."""
    used = [brand for kind in study.settings.evidence for brand in study.brands_of(kind)]
    if study.brand_table is not None:
        used += study.brand_table.attributes
    labels = study.labels
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
