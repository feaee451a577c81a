"""What the queue says of its steps: what each asks, and what was done with one family or with many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from outreach.language import N_, _, ngettext
from outreach.risk import Step

ASKED: Mapping[Step, str] = {
    Step.CLAIM: N_("Claim"),
    Step.RELEASE: N_("Give back"),
    Step.ASSIGN: N_("Assign"),
    Step.SNOOZE: N_("Snooze"),
    Step.WAKE: N_("Back to the queue"),
    Step.NOTE: N_("Add a note"),
    Step.RESOLVE: N_("Resolve"),
    Step.REOPEN: N_("Open again"),
}
ALL_THE_SAME: Mapping[Step, str] = {
    Step.CLAIM: N_("Claim it all the same"),
    Step.RELEASE: N_("Give it back all the same"),
    Step.ASSIGN: N_("Assign it all the same"),
    Step.SNOOZE: N_("Snooze it all the same"),
    Step.WAKE: N_("Back to the queue all the same"),
    Step.NOTE: N_("Add the note all the same"),
    Step.RESOLVE: N_("Resolve it all the same"),
    Step.REOPEN: N_("Open it again all the same"),
}
"""After somebody else has worked on the case."""
ONE: Mapping[Step, str] = {
    Step.CLAIM: N_("Yours now: %(name)s."),
    Step.RELEASE: N_("Given back: %(name)s."),
    Step.ASSIGN: N_("Assigned: %(name)s."),
    Step.SNOOZE: N_("Out of the way until then: %(name)s."),
    Step.WAKE: N_("Back in the queue: %(name)s."),
    Step.NOTE: N_("Noted: %(name)s."),
    Step.RESOLVE: N_("Resolved: %(name)s. It comes back only for something new."),
    Step.REOPEN: N_("Open again: %(name)s."),
}


def done_words(step: Step, names: Sequence[str]) -> str:
    """For the notice after a step."""
    return _(ONE[step], name=names[0]) if len(names) == 1 else _many(step, len(names))


def _many(step: Step, count: int) -> str:
    if step is Step.CLAIM:
        return ngettext("%(count)s family is yours now.", "%(count)s families are yours now.", count)
    if step is Step.RELEASE:
        return ngettext("%(count)s family given back.", "%(count)s families given back.", count)
    if step is Step.ASSIGN:
        return ngettext("%(count)s family assigned.", "%(count)s families assigned.", count)
    if step is Step.SNOOZE:
        return ngettext("%(count)s family snoozed.", "%(count)s families snoozed.", count)
    if step is Step.WAKE:
        return ngettext("%(count)s family back in the queue.", "%(count)s families back in the queue.", count)
    if step is Step.NOTE:
        return ngettext("Noted for %(count)s family.", "Noted for %(count)s families.", count)
    if step is Step.RESOLVE:
        return ngettext("%(count)s case resolved.", "%(count)s cases resolved.", count)
    return ngettext("%(count)s case open again.", "%(count)s cases open again.", count)


def undone_words(names: Sequence[str]) -> str:
    """For the notice after an undo."""
    if len(names) == 1:
        return _("Taken back: %(name)s.", name=names[0])
    return ngettext("Taken back for %(count)s family.", "Taken back for %(count)s families.", len(names))
