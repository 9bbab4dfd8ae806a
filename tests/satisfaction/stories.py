"""What every story of a result must hold, whatever the focus and the language."""

from __future__ import annotations

from collections.abc import Iterator

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from brandkit.core.message import Finding, Message
from brandkit.core.result import Result
from brandkit.core.story import Story
from brandkit.language import translate, use_language


def texts_of(story: Story) -> Iterator[Message]:
    """Give all that a story says, but what core says of an unknown focus."""
    yield story.headline
    if story.lede is not None:
        yield story.lede
    for finding in story.findings:
        yield from (finding.headline, finding.detail)
    yield from (action.text for action in story.actions)
    for exhibit in story.exhibits.values():
        yield exhibit.caption
        if exhibit.alt is not None:
            yield exhibit.alt
        yield from (note for note in exhibit.notes if "is not among the" not in note.text)
        yield from (head for head in exhibit.heads.values() if isinstance(head, Message))


def said(story: Story) -> list[tuple[str, str]]:
    """Give how settled each finding is, and its headline."""
    return [(one.settled, str(one.headline)) for one in story.findings]


def of(story: Story, words: str) -> Finding:
    """Give the first finding whose headline has these words."""
    return next(one for one in story.findings if words in str(one.headline))


def assert_story(result: Result, *, language: str, focus: object = None) -> Story:
    """Check a story: it is whole, agrees with itself, is translated, and its figures draw."""
    use_language(language)
    story = result.story(focus=focus)
    assert story.findings
    assert story.exhibits
    for name, exhibit in story.exhibits.items():
        assert exhibit.data is not None, name
        assert (exhibit.draw is None) == (exhibit.alt is None), name
        # one script draws as the other; a focus is drawn alike in every language
        is_drawn = language == "en" or (language == "zh-Hant" and focus is None)
        if exhibit.draw is not None and is_drawn:
            assert isinstance(exhibit.draw(), (Axes, Figure))
    for action in story.actions:
        assert action.about in story.exhibits
        assert action.settled != "open"
    for text in texts_of(story):
        written = translate(text, language)
        assert "{" not in written
        assert "nan" not in written.lower().split()
        assert language == "en" or written != str(text), f"no translation: {text.text}"
    return story
