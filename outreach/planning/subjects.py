"""School subjects inside sentences: each a whole sentence, since languages bend the word for a subject differently."""

from __future__ import annotations

from models import Subject
from outreach.language import N_, _, number

STANDS = {
    Subject.READING: N_("Reading is at %(percent)s%%."),
    Subject.MATH: N_("Math is at %(percent)s%%."),
    Subject.SOCIAL_STUDIES: N_("Social studies is at %(percent)s%%."),
    Subject.SCIENCE: N_("Science is at %(percent)s%%."),
}
ROSE = {
    Subject.READING: N_("%(student)s rose from %(before)s%% to %(after)s%% in reading."),
    Subject.MATH: N_("%(student)s rose from %(before)s%% to %(after)s%% in math."),
    Subject.SOCIAL_STUDIES: N_("%(student)s rose from %(before)s%% to %(after)s%% in social studies."),
    Subject.SCIENCE: N_("%(student)s rose from %(before)s%% to %(after)s%% in science."),
}


def stands(subject: Subject | None, percent: float) -> str:
    """ "Math is at 58%." """
    shown = number(int(percent))
    known = STANDS.get(subject) if subject is not None else None
    return _(known, percent=shown) if known else _("School work is at %(percent)s%%.", percent=shown)


def rose(subject: Subject | None, student: str, before: float, after: float) -> str:
    """ "Kim rose from 71% to 84% in math." """
    values = {"student": student, "before": number(int(before)), "after": number(int(after))}
    known = ROSE.get(subject) if subject is not None else None
    if known:
        return _(known, **values)
    return _("%(student)s rose from %(before)s%% to %(after)s%% in school work.", **values)


def subject_of(value: object) -> Subject | None:
    """The subject that evidence names; None where it names none."""
    try:
        return Subject(str(value))
    except ValueError:
        return None
