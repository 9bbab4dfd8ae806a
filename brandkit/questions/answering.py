"""Each question of a study answered at most once, and kept."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from brandkit.core.errors import BrandkitError, InputError, did_you_mean
from brandkit.core.message import Message, noted
from brandkit.core.result import Result
from brandkit.core.story import Story
from brandkit.core.waves import wave_order, wave_text
from brandkit.questions.asked import QUESTIONS
from brandkit.questions.kept import numbers_code_sha256, pack, unpack
from brandkit.questions.question import Absent, Asking, Question, Unanswered
from brandkit.questions.relabelled import relabelled
from brandkit.questions.satisfaction import is_panel
from brandkit.sources import Study, read_study
from brandkit.sources.study.store import processed_folder, write_whole
from brandkit.sources.study.study import read_evidence

if TYPE_CHECKING:
    from brandkit.page.blocks import Block
    from brandkit.page.show import Shown

Answer = Result | Unanswered


class Answers:
    """The answers of a study, each made when it is first asked for.

    Every question of :data:`QUESTIONS` is an attribute: a result, or an :class:`Unanswered`.
    """

    def __init__(self, study: Study) -> None:
        self.study = study
        self._own, self._names = in_own_words(study)
        self._known: dict[str, Answer] = {}
        self._said: dict[str, Answer] = {}
        self._stories: dict[str, Story] = {}
        self._blocks: dict[tuple[str, str], Block] = {}
        self._keys: dict[str, str] = {}
        self._pairs: dict[tuple[str, str], Any] = {}
        self._explorer: Shown | None = None

    def __getitem__(self, name: str) -> Answer:
        if name not in QUESTIONS:
            raise InputError(f"there is no question {name!r}.{did_you_mean(name, list(QUESTIONS))}")
        if name not in self._said:
            answer = self._known_answer(name)
            self._said[name] = answer if not answer else relabelled(answer, self._names)
        return self._said[name]

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *QUESTIONS]

    def __iter__(self) -> Iterator[str]:
        return iter(QUESTIONS)

    def _ipython_key_completions_(self) -> list[str]:
        return list(QUESTIONS)

    def __repr__(self) -> str:
        return f"Answers({self.study.title!r}, {len(QUESTIONS)} questions)"

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def in_language(self, study: Study) -> Answers:
        """Give the same answers for the study as it was read in another language."""
        other = Answers(study)
        if other._own.focus == self._own.focus and other._own.label_names == self._own.label_names:
            other._own, other._known, other._keys = self._own, self._known, self._keys
            other._pairs = self._pairs
        return other

    def read(self) -> None:
        """Read all the evidence: what is wrong with it is told before work starts."""
        read_evidence(self._own)

    def story(self, name: str) -> Story:
        """Give what the answer to a question says, with the study's focus."""
        if name not in self._stories:
            self._stories[name] = self[name].story(focus=self.study.focus)
        return self._stories[name]

    def block(self, name: str, exhibit: str) -> Block:
        """Give a figure or table of the answer to a question, drawn once for all pages."""
        from brandkit.page.show import exhibit_block, figure_title

        if (name, exhibit) not in self._blocks:
            story, focus = self.story(name), self.study.focus
            title, shown = figure_title(story, exhibit), story.exhibits[exhibit]
            self._blocks[name, exhibit] = exhibit_block(
                shown, name=exhibit, focus=focus, title=title
            )
        return self._blocks[name, exhibit]

    def show(self, *names: str, only: str | Sequence[str] = ()) -> Shown:
        """Give the blocks that a report prints: of the first of these questions that is answered.

        A whole map has its explorer before it.

        Parameters
        ----------
        *names : str
            Questions; the first that is answered is shown, or why none is.
        only : str or sequence of str, optional
            Exhibits by their names; all where none is named.
        """
        from brandkit.page.show import Shown
        from brandkit.questions.pages import show_answer

        chosen = next((name for name in names if self[name]), names[0])
        shown = show_answer(self, chosen, only=only)
        is_map = not only and chosen in ("map", "stability")
        return Shown((*self.explore().blocks, *shown.blocks)) if is_map else shown

    def explore(self) -> Shown:
        """Give the explorer: the map, bars and matrix that a reader can ask; nothing without."""
        from brandkit.questions.exploring import explored_pairs
        from brandkit.questions.pages import show_explorer

        if self._explorer is None:
            overlap = self._known_answer("overlap")
            if overlap and not self._pairs:
                self._pairs.update(explored_pairs(self._own, overlap))  # type: ignore[arg-type]
            self._explorer = show_explorer(self, self._pairs, self._names)
        return self._explorer

    def lead(self, page: str) -> Shown:
        """Give a page's title and its findings: one a question; of the brief the first screen."""
        from brandkit.questions.pages import show_lead

        return show_lead(self, page)

    def evidence(self) -> Shown:
        """Give the figures behind the first screen."""
        from brandkit.questions.pages import show_evidence

        return show_evidence(self)

    def facts(self) -> Shown:
        """Give what stands behind the page: customers, products, weights, dates."""
        from brandkit.questions.pages import show_facts

        return show_facts(self)

    def open(self) -> Shown:
        """Name the questions that are not answered; `brandkit check` says what each takes."""
        from brandkit.questions.pages import show_open

        return show_open(self)

    def file(self, path: str) -> Path:
        """Give the path of a file in the study's folder that a notebook of one's own reads.

        The page says that it was made from it, and is made anew where it has changed.

        Parameters
        ----------
        path : str
            From the study's folder, written out.

        Raises
        ------
        MissingFileError
            There is no such file.
        """
        return self.study.file(path, "report", "notebooks")

    def of_page(self, page: str) -> list[Question]:
        """Give the questions of a page, in the reader's order."""
        return [one for one in QUESTIONS.values() if one.page == page]

    def asked(self) -> Iterator[tuple[Question, Answer, float]]:
        """Ask every question; each with its answer and the seconds that it took.

        The story is made too, so that what is answered can be told.
        """
        for name, question in QUESTIONS.items():
            start = perf_counter()
            answer = self[name]
            self.story(name)
            yield question, answer, perf_counter() - start

    def key(self, name: str) -> str:
        """Give a hash of all that the numbers of an answer follow from."""
        if name not in self._keys:
            self._keys[name] = self._made_key(QUESTIONS[name])
        return self._keys[name]

    def _known_answer(self, name: str) -> Answer:
        if name not in self._known:
            self._known[name] = self._kept_answer(QUESTIONS[name])
        return self._known[name]

    def _kept_answer(self, question: Question) -> Answer:
        lacking = question.lacks(self._own)
        if lacking:
            return self._absent(question, lacking)
        built_on: dict[str, Answer | None] = {}
        for name in (*question.need, *question.may):
            answer = self._known_answer(name)
            if isinstance(answer, Unanswered) and answer.kind != "absent":
                return _waiting(question, QUESTIONS[name])
            if isinstance(answer, Unanswered) and name in question.need:
                return self._absent(question)
            built_on[name] = answer or None
        place = processed_folder(self._own.folder) / "answers" / f"{question.name}.zip"
        kept = _read(place, self.key(question.name))
        if kept is not None:
            return kept
        try:
            with working_on(str(question.text)):
                asking = self._asking(question, built_on)
                result = question.call(asking)
                if _is_of_waves(question, self._own):
                    result = replace(result, notes=(*result.notes, *_waves_told(asking)))
        except Absent:
            return self._absent(question)
        except BrandkitError as error:
            why = in_keys(str(error), question.arguments)
            return Unanswered(question.name, "refused", Message("{why}", {"why": why}))
        with contextlib.suppress(OSError):  # read-only or full: it is made again next time
            write_whole(place, _stamped(self.key(question.name), pack(result)))
        return result

    def _asking(self, question: Question, built_on: Mapping[str, Answer | None]) -> Asking:
        """Give what a question may see: of the newest wave alone where it is not about time."""
        asking, section = Asking(question, self._own, built_on), self._own.settings.survey
        if section is None or section.pool_waves or not _is_of_waves(question, self._own):
            return asking
        if self._newest is self._own or (question.follows and is_panel(asking.survey)):
            return asking
        weights = {"weights": self._newest_weights} if built_on.get("weights") else {}
        return Asking(question, self._newest, {**built_on, **weights}, whole=asking)

    @cached_property
    def _newest(self) -> Study:
        return self._own.of_newest_wave()

    @cached_property
    def _newest_weights(self) -> Result:
        question = QUESTIONS["weights"]
        return question.call(Asking(question, self._newest, {}))

    def _absent(self, question: Question, lacking: tuple[str, ...] = ()) -> Unanswered:
        way_out = None
        if lacking:
            keys = [_written_key(key) for key in lacking]
            way_out = Message("Write {keys} in study.toml.", {"keys": keys})
        return Unanswered(question.name, "absent", question.takes, way_out)

    def _made_key(self, question: Question) -> str:
        study = self._own
        settings = study.settings.model_dump(mode="json", by_alias=True)
        del settings["report"]["notebooks"]
        peers = study.settings.catalog.peers if study.settings.catalog else []
        joined = {"attributes"} & {*question.arguments.values()}
        made_from = {
            "question": question.name,
            "code": numbers_code_sha256(),
            "seed": study.seed,
            "settings": {kind: settings[kind] for kind in (*question.reads, *joined, "report")},
            "inputs": study.inputs_of(question.reads),
            "versions": _versions(),
            "peers": sorted(map(study.called, peers)) if "catalog" in question.reads else [],
            "focus": study.focus if question.of_focus else None,
            "names": [] if study.in_own_words else sorted(study.label_names.items()),
            "built_on": [self.key(name) for name in (*question.need, *question.may)],
        }
        written = json.dumps(made_from, sort_keys=True, default=str, ensure_ascii=False)
        return hashlib.sha256(written.encode()).hexdigest()


def _is_of_waves(question: Question, study: Study) -> bool:
    """Say whether a question is about one time, and reads answers that may be of several."""
    by_table = "brand_table" in question.reads and study.settings.brand_table is not None
    return question.pools and not by_table


def _waves_told(asking: Asking) -> list[Message]:
    """Say whose waves the numbers are, where there are several."""
    study = asking.whole.study
    column = study.survey.design.wave if study.survey is not None else None
    if study.survey is None or column is None:
        return []
    waves = list(map(wave_text, wave_order(study.survey.labelled(column))))
    if asking.whole is not asking:
        values = {"rows": len(asking.survey.responses), "all": len(study.survey.responses)}
        said = Message(
            "Of {n:count} waves only {wave} is looked at, {rows:count} of {all:count} answers; "
            "what changed is told apart.",
            {"n": len(waves), "wave": waves[-1], **values},
        )
        return [said]
    return noted(
        "The answers of {n:count} waves are taken together ({waves}): what changed between them "
        "is told apart.",
        n=len(waves) if len(waves) > 1 else 0,
        waves=waves,
    )


def answers(
    study: str | Path | Study, *, focus: str | None = None, language: str | None = None
) -> Answers:
    """Give the answers of a study, none of them computed yet.

    Parameters
    ----------
    study : str, Path or Study
        A name in ``data/raw``, a folder with a study.toml, or a study that was read.
    focus : str, optional
        The bank the answers are for, where it is not the study's own.
    language : "en" | "zh-Hant" | "zh-Hans", optional
        Of labels and texts; the study's own where not given.

    Returns
    -------
    Answers

    Raises
    ------
    InputError, SchemaError
        There is no such study, language or bank, or study.toml breaks its rule.

    Examples
    --------
    >>> sample = answers("sample")
    >>> str(QUESTIONS["drivers"].text), bool(sample["drivers"])
    ('What drives satisfaction?', True)
    """
    if isinstance(study, Study):
        if focus is None and language is None:
            return Answers(study)
        study = study.folder
    return Answers(read_study(study, focus=focus, language=language))


@contextlib.contextmanager
def working_on(text: str) -> Iterator[None]:
    """Show what is being worked on, where a person looks on: in a terminal or a notebook."""
    looks_on = sys.stderr.isatty() or "ipykernel" in sys.modules
    if not looks_on or os.environ.get("CI") or os.environ.get("BRANDKIT_QUIET"):
        yield
        return
    sys.stderr.write(f"{text} …\r")
    sys.stderr.flush()
    try:
        yield
    finally:
        sys.stderr.write(" " * (len(text) + 2) + "\r")
        sys.stderr.flush()


def in_own_words(study: Study) -> tuple[Study, Mapping[str, str]]:
    """Give a study with the labels of its files, and their names in its language.

    Answers are computed in the files' own labels, so that a language never moves a number or
    chooses between ties. Where two labels share one name they are one thing, which has to be
    known before anything is computed: then the study stays as it is.
    """
    names = study.label_names
    if not names:
        return study, {}
    if len(set(names.values())) < len(names):
        return study, {}
    back = {name: label for label, name in names.items()}
    focus = None if study.focus is None else back.get(study.focus, study.focus)
    return replace(study, names={}, focus=focus, in_own_words=True), names


def in_keys(text: str, arguments: Mapping[str, str]) -> str:
    """Say a refusal in the words of study.toml: its argument becomes the key.

    Examples
    --------
    >>> in_keys("`items` must name columns.", {"items": "survey.drivers"})
    '[survey] drivers must name columns.'
    """

    def key(match: re.Match[str]) -> str:
        known = arguments.get(match.group(1))
        return _written_key(known) if known else match.group(0)

    return re.sub(r"`(\w+)`", key, text)


def _written_key(key: str) -> str:
    section, _, name = key.partition(".")
    if section == "image":
        return "[brand_table] or [survey] images"
    if section == "league_tables":
        return "[[league_tables]]"
    return f"[{section}] {name}".rstrip()


def _waiting(question: Question, other: Question) -> Unanswered:
    return Unanswered(
        question.name, "waits", Message("It waits for: {question}", {"question": other.text})
    )


def _stamped(key: str, data: bytes) -> bytes:
    """Put before the bytes what they follow from, and their own hash."""
    return f"{key} {hashlib.sha256(data).hexdigest()}\n".encode() + data


def _read(place: Path, key: str) -> Result | None:
    """Read a kept answer, where it follows from the same and is whole."""
    try:
        head, _, data = place.read_bytes().partition(b"\n")
        if head.decode() != f"{key} {hashlib.sha256(data).hexdigest()}":
            return None
        kept: Result = unpack(data)
        return kept
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ImportError):
        return None  # not there, damaged, or of another brandkit: it is made anew


@cache
def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return {name: version(name) for name in ("numpy", "scipy", "pandas", "statsmodels")}


def _property(question: Question) -> property:
    def answer(self: Answers) -> Answer:
        return self[question.name]

    answer.__doc__ = str(question.text)
    return property(answer)


for _name, _question in QUESTIONS.items():
    setattr(Answers, _name, _property(_question))
