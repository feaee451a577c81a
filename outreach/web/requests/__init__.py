"""What families asked: the board by clock, one question and what is done with it, and what is past due as one list."""

from . import answering, board, past_due, question, steps
from .room import blueprint

__all__ = ["answering", "blueprint", "board", "past_due", "question", "steps"]
