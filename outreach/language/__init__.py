"""The languages that pages and staff's e-mails are written in, and the one that this request or letter speaks.

Any layer may say a sentence: ``_("Saved.")``, ``ngettext("%(count)s family", "%(count)s families", count)``. A sentence
is whole (never built from pieces: other languages order them otherwise), its values are named, and the English one is
its key in the catalogues of this package. A table made at import time marks its words with ``N_`` and says them with
``_`` when shown. What is stored and shown later is stored by :func:`kept` and shown by :func:`said`, so that each
reader reads it in a language of their own.
"""

from __future__ import annotations

from .catalogs import LANGUAGES, SOURCE
from .dates import clock, day, moment, month, month_day, short_day, span, weekday, whole_day
from .names import language_name, zone_name
from .numbers import number, times
from .sentences import N_, _, ngettext, pgettext
from .speaking import best_of, speaking, tongue
from .stored import kept, said

__all__ = [
    "LANGUAGES",
    "N_",
    "SOURCE",
    "_",
    "best_of",
    "clock",
    "day",
    "kept",
    "language_name",
    "moment",
    "month",
    "month_day",
    "ngettext",
    "number",
    "pgettext",
    "said",
    "short_day",
    "span",
    "speaking",
    "times",
    "tongue",
    "weekday",
    "whole_day",
    "zone_name",
]
