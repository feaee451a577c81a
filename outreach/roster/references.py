"""What a rejected row is told of somebody or something that it names: one sentence for each kind, since languages
decline them each in their own way."""

from __future__ import annotations

from outreach.language import N_

NO_SUCH = {
    "student": N_("names %(key)s, and there is no such student."),
    "guardian": N_("names %(key)s, and there is no such guardian."),
    "class": N_("names %(key)s, and there is no such class."),
    "member of staff": N_("names %(key)s, and there is no such member of staff."),
}
IS_NOT = {
    "student": N_("names %(key)s, who is here and is not a student."),
    "member of staff": N_("names %(key)s, who is here and is not a member of staff."),
}
NO_LONGER = {
    "student": N_("names %(key)s, and that student is no longer active."),
    "class": N_("names %(key)s, and that class is no longer active."),
    "member of staff": N_("names %(key)s, and that member of staff is no longer active."),
}
