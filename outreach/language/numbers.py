"""Figures as a person reads them, in the language spoken now."""

from __future__ import annotations

from babel.numbers import format_decimal

from .catalogs import LOCALES
from .sentences import _, ngettext
from .speaking import tongue


def number(value: float) -> str:
    """``58``, ``58.4``, ``19,706``; cut after one decimal rather than rounded, so that 69.96 never reads as 70."""
    cut = int(value * 10 + 1e-6) / 10
    return format_decimal(cut, "#,##0.#", locale=LOCALES[tongue()])


def times(count: int) -> str:
    """How often: never, once, twice, 3 times."""
    if count == 0:
        return _("never")
    if count == 1:
        return _("once")
    return _("twice") if count == 2 else ngettext("%(count)s time", "%(count)s times", count)
