"""What a reader asks of a study, and the answers: the only place that knows every method."""

from brandkit.questions.answering import Answers, answers
from brandkit.questions.asked import QUESTIONS
from brandkit.questions.question import Question, Unanswered

__all__ = ["QUESTIONS", "Answers", "Question", "Unanswered", "answers"]
