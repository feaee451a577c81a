"""The contact strip in words that a family could read over a shoulder."""

from __future__ import annotations

from datetime import date

from outreach.language import _, month, ngettext, times

OFTEN = 3


def caption(
    *, reached: bool, school_first: int, family_first: int, tried: int, teacher_contacts: int, goal: int,
    open_requests: int,
) -> str:  # fmt: skip
    """A few words: who spoke first, where the family did so more often; else how far we are from our own goal."""
    if family_first > school_first:
        return _("they spoke first %(they)s, we %(we)s", they=times(family_first), we=times(school_first))
    if not reached and tried:
        if tried >= OFTEN:
            return _("tried often, never reached")
        return _("tried %(often)s, never reached", often=times(tried))
    if teacher_contacts:
        return _("%(contacts)s from us, goal %(goal)s this year", contacts=teacher_contacts, goal=goal)
    if school_first:
        return _("we spoke first %(often)s, no teacher yet", often=times(school_first))
    return _("one question is open") if open_requests else _("no contact yet this year")


def label(
    year_starts_on: date | None, *, reached: bool, school_first: int, family_first: int, tried: int,
    teacher_contacts: int, goal: int, open_requests: int,
) -> str:  # fmt: skip
    """Whole sentences with every count of the picture."""
    if year_starts_on is None:
        return _("The school year of this family is not known.")
    since = month(year_starts_on)
    if not (reached or family_first or tried):
        said = [_("Since %(month)s there has been no contact.", month=since)]
    else:
        said = [
            _(
                "Since %(month)s: the family spoke first %(family)s, the school %(school)s.",
                month=since, family=times(family_first), school=times(school_first),
            )
        ]  # fmt: skip
    if tried:
        sentence = (
            _("The school tried %(often)s without reaching anyone.", often=times(tried))
            if reached
            else _("The school tried %(often)s and never reached anyone.", often=times(tried))
        )
        said.append(sentence)
    if open_requests == 1:
        said.append(_("One question is open."))
    elif open_requests:
        said.append(ngettext("%(count)s question is open.", "%(count)s questions are open.", open_requests))
    return " ".join(said)
