"""What a guardian is to a child, as rosters usually put it; any other word stands as the roster has it."""

from __future__ import annotations

from outreach.language import N_, _

RELATIONS = (
    N_("parent or guardian"), N_("parent"), N_("guardian"), N_("mother"), N_("father"), N_("grandparent"),
    N_("grandmother"), N_("grandfather"), N_("stepparent"), N_("stepmother"), N_("stepfather"), N_("foster parent"),
    N_("aunt"), N_("uncle"), N_("sibling"), N_("sister"), N_("brother"), N_("relative"),
)  # fmt: skip


def relation_of(relation: str | None, student: str, course: str | None) -> str:
    """ "parent of Maya, Algebra I"; where nothing is known of the relation: parent or guardian."""
    is_to = _((relation or RELATIONS[0]).replace("_", " ").lower())
    if course:
        return _("%(relation)s of %(student)s, %(course)s", relation=is_to, student=student, course=course)
    return _("%(relation)s of %(student)s", relation=is_to, student=student)


def about(student: str, course: str | None) -> str:
    """The same where no guardian is on record."""
    if course:
        return _("about %(student)s, %(course)s", student=student, course=course)
    return _("about %(student)s", student=student)
