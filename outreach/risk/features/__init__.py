"""Features, one file a group, each in two halves.

``…(scope)`` reads the database: one statement for all families or for those given, never one a family. ``reasons(…)``
turns features into codes, points and evidence; labelled data passes through the same second half
(:mod:`outreach.risk.evaluate`), so what is measured is what the night does.
"""

from collections.abc import Callable, Mapping

from outreach.risk.points import Reasons
from outreach.risk.scope import Scope

from . import absences, contacts, follow_through, reach, requests, standing, surge, surveys, verdicts

GROUPS: Mapping[str, Callable[[Scope], Reasons]] = {
    "standing": standing.select_reasons,
    "absences": absences.select_reasons,
    "contacts": contacts.select_reasons,
    "follow_through": follow_through.select_reasons,
    "surge": surge.select_reasons,
    "requests": requests.select_reasons,
    "verdicts": verdicts.select_reasons,
    "surveys": surveys.select_reasons,
    "reach": reach.select_reasons,
}

__all__ = ["GROUPS", "Reasons"]
