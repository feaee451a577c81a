"""How the queue is narrowed, as its addresses and forms have it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import request, url_for

from models import School, Staff
from outreach.language import N_, _, language_name
from outreach.risk import Chosen, Code, Holder, QueueFilters, Seen, Whose

from . import asking
from .database import session
from .typed import number_or_none
from .words import grade, words

TABS: tuple[tuple[Whose, str], ...] = (
    (Whose.NEW_AND_MINE, N_("New and mine")), (Whose.OPEN, N_("All open")), (Whose.SNOOZED, N_("Snoozed")),
    (Whose.RESOLVED, N_("Resolved")),
)  # fmt: skip
NARROWING = ("reason", "grade", "language", "school", "assigned")
PLAIN = re.compile(r"[\w-]{1,20}")
"""A grade or a language's tag."""


def filters_of(given: Mapping[str, str]) -> QueueFilters:
    """What is asked for; what is asked wrongly is not narrowed by."""
    whose, reason, assigned = given.get("whose", ""), given.get("reason", ""), given.get("assigned", "")
    holder = Holder(assigned) if assigned in list(Holder) else number_or_none(assigned)
    kind = Whose(whose) if whose in list(Whose) else Whose.NEW_AND_MINE
    if holder is not None and kind is Whose.NEW_AND_MINE:
        kind = Whose.OPEN  # else a colleague's cases would be asked for among those that are nobody's or mine
    return QueueFilters(
        whose=kind, reason=reason if reason in list(Code) else None, grade=_plain(given.get("grade", "")),
        language=_plain(given.get("language", "")), school_id=number_or_none(given.get("school", "")), assigned=holder,
    )  # fmt: skip


def _plain(text: str) -> str | None:
    return text if PLAIN.fullmatch(text) else None


def address_of(filters: QueueFilters) -> dict[str, str]:
    """The same, for ``url_for`` and for a saved view."""
    assigned = filters.assigned.value if isinstance(filters.assigned, Holder) else filters.assigned
    values = {
        "whose": filters.whose.value, "reason": filters.reason, "grade": filters.grade, "language": filters.language,
        "school": filters.school_id, "assigned": assigned,
    }  # fmt: skip
    return {name: str(value) for name, value in values.items() if value is not None}


def in_words(filters: QueueFilters) -> dict[str, str]:
    """What is narrowed by, a few words each, by its name in the address."""
    said = {
        "reason": words(Code(filters.reason)) if filters.reason else "",
        "grade": grade(filters.grade).capitalize() if filters.grade else "",
        "language": language_name(filters.language).capitalize(),
        "school": _name_of_school(filters.school_id),
        "assigned": _name_of_holder(filters.assigned),
    }
    return {name: words for name, words in said.items() if words}


def _name_of_school(school_id: int | None) -> str:
    found = session().get(School, school_id) if school_id is not None else None
    return found.name if found else _("Another school") if school_id is not None else ""


def _name_of_holder(assigned: Holder | int | None) -> str:
    if assigned is None:
        return ""
    if isinstance(assigned, Holder):
        return _("Assigned to me") if assigned is Holder.ME else _("Assigned to nobody")
    found = session().get(Staff, assigned)
    return _("Assigned to %(name)s", name=found.display_name if found else _("somebody"))


def chosen_cases() -> list[Chosen]:
    """The families that a form or an address names, each with its case as the page showed it (``12:17.4``).

    ``only`` is a button's own, and stands above whatever else is ticked.
    """
    only = request.values.get("only")
    found: dict[int, Chosen] = {}
    for text in [only] if only else request.values.getlist("case"):
        family, _colon, seen = text.partition(":")
        family_id = number_or_none(family)
        if family_id is not None and family_id > 0:
            found[family_id] = Chosen(family_id, Seen.read(seen))
    return list(found.values())


def written(chosen: Chosen) -> str:
    """What :func:`chosen_cases` reads."""
    return f"{chosen.family_id}:{chosen.seen or ''}"


def queue_address(values: Mapping[str, str] | None = None) -> str:
    """The queue as narrowed by these; see :func:`address_of`."""
    return address("queue.page", values or {})


def address(endpoint: str, values: Mapping[str, str | int]) -> str:
    """``url_for`` for values by name, none of which is one of its own options."""
    named: dict[str, Any] = dict(values)
    return url_for(endpoint, **named)


def here() -> str:
    """This page with all that narrows it, to come back to."""
    return request.full_path.rstrip("?")


def may_work() -> bool:
    """This person works cases; a sign-in without a staff member only reads."""
    return asking.viewer().sees_risk and asking.viewer().staff_id is not None
