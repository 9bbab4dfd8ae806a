"""One thing that a reader asks, and what its answer may see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sized
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from brandkit.core.errors import InputError
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.core.story import Story
from brandkit.sources import Study

if TYPE_CHECKING:
    from brandkit.page.blocks import Block

T = TypeVar("T")

KINDS = ("brand_table", "catalog", "survey", "branches", "league_tables", "scorecard")
#: What of a study holds which kind of evidence.
_HOLDS = {
    "catalogs": "catalog",
    "possible": "catalog",
    "margins": "survey",
    **{kind: kind for kind in KINDS},
}


Why = Literal["absent", "refused", "waits"]


class OpenQuestionError(InputError, AttributeError):
    """A number was asked of a question that is not answered."""


@dataclass(frozen=True)
class Unanswered:
    """A question that is not answered, and why; it is falsy.

    Parameters
    ----------
    question : str
    kind : "absent" | "refused" | "waits"
        The study has no evidence for it, its method refused the evidence, or a question that it
        builds on is open.
    why : Message
    way_out : Message, optional
        What to write in study.toml.

    Examples
    --------
    >>> open_one = Unanswered("drivers", "absent", Message("It takes drivers."))
    >>> bool(open_one), str(open_one)
    (False, 'It takes drivers.')
    """

    question: str
    kind: Why
    why: Message
    way_out: Message | None = None

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return f"{self.why} {self.way_out}" if self.way_out else str(self.why)

    def story(self, *, focus: object = None) -> Story:  # noqa: ARG002 - as a result's
        """Say why."""
        return Story(self.why, self.way_out)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"text/plain": str(self)}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise OpenQuestionError(f"`{self.question}` is not answered: {self}")


class Absent(Exception):
    """The study does not hold what the question takes; told by the question's own sentence."""


class Answers(Protocol):
    """The answers of a study, as far as its pages look at them."""

    study: Study

    def __getitem__(self, name: str, /) -> Result | Unanswered: ...
    def story(self, name: str) -> Story: ...  # noqa: D102
    def block(self, name: str, exhibit: str) -> Block: ...  # noqa: D102
    def of_page(self, page: str) -> list[Question]: ...  # noqa: D102


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question of a study, one line a method.

    Parameters
    ----------
    name : str
        Its name among the answers, and in ``brandkit ask``.
    page : str
        The page it stands on, such as ``"02_satisfaction"``.
    text : Message
        The question in a reader's words.
    call : callable
        Given an :class:`Asking`, makes the result, or raises :class:`Absent`.
    takes : Message
        What it takes, said where the study has not got it.
    reads : tuple of str
        Kinds of evidence that it looks at, all it may see.
    keys : tuple of str
        Keys of study.toml without which it is not asked, as ``"survey.outcome"``.
    need, may : tuple of str
        Questions that it builds on, and those it uses where they are answered.
    unless : str
        The question that says the same better; its finding then heads the page alone.
    leads : bool
        Whether it may head a page, or is footing: weights, reliability, sensitivity.
    of_focus : bool
        Whether its numbers are the focus bank's, not only its words.
    pools : bool
        Whether its numbers are of one time: the newest wave's, or all waves' together where
        study.toml pools them; its figures say which.
    follows : bool
        Whether it follows the persons of a panel from wave to wave, and then needs all waves.
    arguments : mapping
        Argument of the method to its key of study.toml, to say a refusal in the user's words.
    """

    name: str
    page: str
    text: Message
    call: Callable[[Asking], Result]
    takes: Message
    reads: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    need: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    unless: str = ""
    leads: bool = True
    of_focus: bool = False
    pools: bool = False
    follows: bool = False
    arguments: Mapping[str, str] = field(default_factory=dict)

    def lacks(self, study: Study) -> tuple[str, ...]:
        """Name the keys of study.toml that are not written."""
        return tuple(key for key in self.keys if not _stands(study, key))


class Asking:
    """What one question may see: its kinds of evidence, settings, and the answers it builds on."""

    def __init__(
        self,
        question: Question,
        study: Study,
        built_on: Mapping[str, Any],
        *,
        whole: Asking | None = None,
    ) -> None:
        self._question, self._study, self._built_on = question, study, built_on
        #: The same over all waves.
        self.whole: Asking = self if whole is None else whole

    def __getitem__(self, name: str) -> Any:
        """Give an answer that the question builds on; None where it is absent."""
        return self._built_on[name]

    def __getattr__(self, name: str) -> Any:
        """Give what the study holds of the kinds of evidence the question declares."""
        question, kind = self._question, _HOLDS.get(name)
        if kind is not None and kind not in question.reads:
            raise AssertionError(f"{question.name} reads {name}, which it does not declare")
        if name == "brand_image" and not {"brand_table", "survey"} <= set(question.reads):
            raise AssertionError(f"{question.name} reads {name}, which it does not declare")
        if name == "focus" and not question.of_focus:
            raise AssertionError(f"{question.name} reads the focus, which it does not declare")
        return getattr(self._study, name)

    @property
    def study(self) -> Study:
        """The study, for what its settings say."""
        return self._study

    @property
    def section(self) -> Any:
        """The ``[survey]`` of study.toml."""
        return self._study.settings.survey

    def require(self, held: T | None) -> T:
        """Give what the question takes, or end it where the evidence does not hold it."""
        if held is None or held is False or (isinstance(held, Sized) and not len(held)):
            raise Absent
        return held


def _stands(study: Study, key: str) -> bool:
    section, _, name = key.partition(".")
    if key == "study.focus":
        return study.focus is not None
    if key == "image":  # a brand table, or ticks of a survey
        return study.settings.brand_table is not None or study.settings.survey is not None
    there = getattr(study.settings, section)
    return there not in (None, []) and (not name or getattr(there, name) not in (None, [], {}, ()))
