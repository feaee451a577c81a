"""What ``outreach doctor`` and the administrators' first page find: one sentence each, and how much it matters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from outreach.language import _


class Weight(StrEnum):
    OK = "ok"
    ADVICE = "advice"
    """Works; somebody should know."""
    WRONG = "wrong"
    """Something families or staff rely on does not work, or soon will not."""


@dataclass(frozen=True)
class Finding:
    """``about`` is a fixed word for scripts; ``sentence`` is for a person and ends with what to do, if anything."""

    about: str
    weight: Weight
    sentence: str


def ok(about: str, sentence: str) -> Finding:
    return Finding(about, Weight.OK, sentence)


def advice(about: str, sentence: str) -> Finding:
    return Finding(about, Weight.ADVICE, sentence)


def wrong(about: str, sentence: str) -> Finding:
    return Finding(about, Weight.WRONG, sentence)


def named(names: Iterable[str], most: int = 5) -> str:
    """The first few, and how many more: A, B and 3 more."""
    all_names = list(names)
    shown, left = all_names[:most], len(all_names) - most
    if left > 0:
        return _("%(names)s and %(count)s more", names=", ".join(shown), count=left)
    return ", ".join(shown)
