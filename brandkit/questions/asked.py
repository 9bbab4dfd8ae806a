"""All questions, in the order in which a reader asks them."""

from __future__ import annotations

from brandkit.questions import market, overlap, positioning, satisfaction, strategy
from brandkit.questions.question import Question

QUESTIONS: dict[str, Question] = {
    question.name: question
    for question in (
        *overlap.QUESTIONS,
        *satisfaction.QUESTIONS,
        *positioning.QUESTIONS,
        *market.QUESTIONS,
        *strategy.QUESTIONS,
    )
}
