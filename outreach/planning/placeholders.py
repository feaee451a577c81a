"""What a template's words may ask for in curly brackets, and what is wrong with those that ask for something else."""

from __future__ import annotations

from collections.abc import Iterable
from string import Formatter

from outreach.delivery.wording import PLACEHOLDERS
from outreach.language import _

MARKS = frozenset({"percent", "percent_before"})
"""Never in a text, unless the district says so."""


def wrong_in(text: str, *, marks: bool, offered: Iterable[str] = PLACEHOLDERS) -> str | None:
    """A sentence where ``text`` cannot be a template's; None where it can.

    ``marks``: whether it may carry a mark. ``offered``: the placeholders that are named instead of a wrong one.
    """
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return _("A curly bracket is not closed, or closes nothing; a placeholder looks like {student}.")
    if any(form or conversion for _literal, _name, form, conversion in parts):
        return _("A placeholder is a plain name in curly brackets, such as {student}.")
    names = [name for _literal, name, _form, _conversion in parts if name is not None]
    for name in names:
        if name not in PLACEHOLDERS:
            return _("{%(name)s} is not allowed; use %(known)s.", name=name, known=", ".join(offered))
        if name in MARKS and not marks:
            return _("{%(name)s} is a mark, and a text carries none; use the text with marks, or an e-mail.", name=name)
    return None


def asked_for(text: str) -> frozenset[str]:
    """The placeholders of words that :func:`wrong_in` finds nothing wrong with."""
    return frozenset(name for _literal, name, _form, _conversion in Formatter().parse(text) if name is not None)
