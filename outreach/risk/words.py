"""Reasons in words, made when shown: figures from the evidence, elapsed days by the school's own calendar.

A family may read any of it over a shoulder: no word of risk, score or detractor.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from models import Department, JsonObject, Level, Purpose, Subject
from outreach.language import N_, _, ngettext, number

from .codes import Code
from .reader import Figures, Reader

SUBJECTS = {
    Subject.READING: N_("Reading"), Subject.MATH: N_("Math"), Subject.SOCIAL_STUDIES: N_("Social studies"),
    Subject.SCIENCE: N_("Science"), Subject.OTHER: N_("Other work"),
}  # fmt: skip
LEVELS = {
    Level.FAILING: N_("failing"), Level.BELOW_AVERAGE: N_("below average"), Level.AVERAGE: N_("average"),
    Level.ABOVE_AVERAGE: N_("above average"),
}  # fmt: skip
SUBJECT_AT_LEVEL = {
    Level.FAILING: N_("%(subject)s failing"), Level.BELOW_AVERAGE: N_("%(subject)s below average"),
    Level.AVERAGE: N_("%(subject)s average"), Level.ABOVE_AVERAGE: N_("%(subject)s above average"),
}  # fmt: skip
TITLES = {
    Code.GRADE_C_OR_BELOW: N_("Grade C or lower"), Code.WORK_BELOW_AVERAGE: N_("A subject below average"),
    Code.WORK_AVERAGE: N_("A subject average"), Code.ABSENCES_6_10: N_("Days absent"),
    Code.ABSENCES_11_UP: N_("Days absent"), Code.NO_PERSONAL_CONTACT: N_("Not reached this year"),
    Code.NO_GENERAL_NOTICE: N_("No general notices"), Code.CONTACT_DEFICIT: N_("Few contacts from teachers"),
    Code.UNANSWERED_REQUEST: N_("Request unanswered"), Code.UNHELPFUL_OUTCOME: N_("Did not help"),
    Code.NO_FOLLOW_THROUGH: N_("Raised, nothing since"), Code.INBOUND_SURGE: N_("Writes often, hears little"),
    Code.SURVEY_DETRACTOR: N_("Would not recommend"), Code.SURVEY_PROMOTER: N_("Would recommend"),
    Code.UNREACHABLE: N_("Nobody can be reached"),
}  # fmt: skip
"""What it is, for a heading, whatever its evidence."""


@dataclass(frozen=True)
class ReasonWords:
    title: str
    """What it is, for a heading: "Request unanswered"."""
    words: str
    """One sentence with its figures: "Asked on 3 Nov, unanswered for 6 school days."."""
    short: str
    """For a chip in the queue: "Math 58%", "Request unanswered 2 days"."""
    student_id: int | None = None
    """The child it is about, so that a page can leave out a child whom its reader does not teach."""


Words = tuple[str, str, str]


def describe(code: str, evidence: JsonObject, reader: Reader) -> ReasonWords:
    """Words for one reason. A code that this version does not know is shown by its name, never an error."""
    try:
        known = Code(code)
    except ValueError:
        plain = code.replace("_", " ")
        return ReasonWords(plain.capitalize(), f"{plain.capitalize()}.", plain)
    title, words, short = _WORDS[known](Figures(evidence, reader))
    student_id = evidence.get("student_id")
    return ReasonWords(title or title_of(code), words, short, student_id if isinstance(student_id, int) else None)


def title_of(code: str) -> str:
    """What a reason is called without its evidence; one of another version by its name."""
    try:
        return _(TITLES[Code(code)])
    except ValueError:
        return code.replace("_", " ").capitalize()


OWN_TITLE = ""
"""Stands for the title that the code has."""


def _grade(found: Figures) -> Words:
    given = {"child": found.child, "percent": found.percent, "day": found.on("on")}
    subjects = found.count("subjects")
    if subjects > 1:
        words = _(
            "%(child)s: %(percent)s over %(subjects)s core subjects, last mark on %(day)s.", subjects=subjects, **given
        )
    else:
        words = _("%(child)s: %(percent)s in the one subject with marks, last mark on %(day)s.", **given)
    return OWN_TITLE, words, _("Overall %(percent)s", percent=found.percent)


def _work(found: Figures) -> Words:
    subject = _(SUBJECTS[Subject(found.text("subject"))]) if found.text("subject") else _("Work")
    level = Level(found.text("level"))
    standing = _(SUBJECT_AT_LEVEL[level], subject=subject)
    given = {"child": found.child, "subject": subject, "day": found.on("on"), "level": _(LEVELS[level])}
    if not found.percent:
        return standing, _("%(child)s: %(subject)s %(level)s on %(day)s.", **given), standing
    words = _("%(child)s: %(subject)s %(percent)s on %(day)s, %(level)s.", percent=found.percent, **given)
    return standing, words, _("%(subject)s %(percent)s", subject=subject, percent=found.percent)


def _absences(found: Figures) -> Words:
    days = found.number("days") or 0
    shown, one_or_many = number(days), 1 if days == 1 else 2
    words = ngettext(
        "%(child)s was absent on %(days)s day this school year.",
        "%(child)s was absent on %(days)s days this school year.",
        one_or_many, child=found.child, days=shown,
    )  # fmt: skip
    return OWN_TITLE, words, ngettext("%(days)s day absent", "%(days)s days absent", one_or_many, days=shown)


def _silence(found: Figures) -> Words:
    words = _(
        "Nobody at school has reached the family about %(child)s since %(day)s.",
        child=found.child, day=found.on("since"),
    )  # fmt: skip
    return OWN_TITLE, words, _("not reached this year")


def _no_notice(found: Figures) -> Words:
    words = _("None of the school's general notices has reached the family since %(day)s.", day=found.on("since"))
    return OWN_TITLE, words, _("no notices")


def _deficit(found: Figures) -> Words:
    contacts, goal = found.count("contacts"), number(found.number("goal") or 0)
    words = ngettext(
        "%(count)s contact begun by a teacher about %(child)s since %(day)s; the goal by now is %(goal)s.",
        "%(count)s contacts begun by a teacher about %(child)s since %(day)s; the goal by now is %(goal)s.",
        contacts, child=found.child, day=found.on("since"), goal=goal,
    )  # fmt: skip
    return OWN_TITLE, words, _("%(contacts)s of %(goal)s teacher contacts", contacts=contacts, goal=goal)


def _request(found: Figures) -> Words:
    asked, many, day = found.at("asked_at"), found.count("requests"), found.on("asked_at")
    department = Department(found.text("department")) if found.text("department") else None
    days = found.reader.school_days_since(found.count("school_id"), department, asked) if asked else None
    if days is None:
        words = _("Asked on %(day)s, unanswered.", day=day)
    else:
        words = ngettext(
            "Asked on %(day)s, unanswered for %(count)s school day.",
            "Asked on %(day)s, unanswered for %(count)s school days.", days, day=day,
        )  # fmt: skip
    if many > 1:
        others = ngettext("%(count)s more waits too.", "%(count)s more wait too.", many - 1)
        words = f"{words} {others}"
    return OWN_TITLE, words, _unanswered(max(many, 1), days)


def _unanswered(many: int, days: int | None) -> str:
    if days is None:
        if many == 1:
            return _("Request unanswered")
        return _("%(requests)s requests unanswered", requests=many)
    if many == 1:
        return ngettext("Request unanswered %(count)s day", "Request unanswered %(count)s days", days)
    return ngettext(
        "%(requests)s requests unanswered %(count)s day", "%(requests)s requests unanswered %(count)s days", days,
        requests=many,
    )  # fmt: skip


def _unhelpful(found: Figures) -> Words:
    day = found.on("at")
    words = (
        _("The family said on %(day)s that an answer did not help.", day=day)
        if found.number("request_id")
        else _("The family said on %(day)s that a contact did not help.", day=day)
    )
    return OWN_TITLE, words, _("“Not helpful” on %(day)s", day=day)


def _follow_through(found: Figures) -> Words:
    child, day = found.child, found.on("at")
    if found.text("purpose") == Purpose.CONCERN:
        words = _(
            "A concern was raised about %(child)s on %(day)s; family and school have not spoken since.",
            child=child, day=day,
        )  # fmt: skip
    else:
        words = _(
            "Something to improve was raised about %(child)s on %(day)s; family and school have not spoken since.",
            child=child, day=day,
        )  # fmt: skip
    return OWN_TITLE, words, _("raised %(day)s, nothing since", day=day)


def _surge(found: Figures) -> Words:
    times = found.count("contacts")
    words = _(
        "In touch %(times)s times from %(first)s to %(last)s; nobody at school began one.",
        times=times, first=found.on("first_at"), last=found.on("last_at"),
    )  # fmt: skip
    return OWN_TITLE, words, _("wrote %(times)s times", times=times)


def _survey(found: Figures) -> Words:
    score = found.count("score")
    words = _("Answered %(score)s of 10 on %(day)s.", score=score, day=found.on("at"))
    return OWN_TITLE, words, _("answered %(score)s of 10", score=score)


def _unreachable(found: Figures) -> Words:
    words, tried = _why_unreached(found), found.on("tried_at")
    if tried:
        last = _("Last tried on %(day)s.", day=tried)
        words = f"{words} {last}"
    return OWN_TITLE, words, _("nobody can be reached")


def _why_unreached(found: Figures) -> str:
    addresses, dead, withdrawn = found.count("addresses"), found.count("dead"), found.count("withdrawn")
    if not found.count("people"):
        return _("There is nobody on record who may be told about this family's children.")
    if not addresses:
        return _("No phone number or e-mail is on record for anybody who may be told.")
    parts = []
    if dead:
        parts.append(ngettext("%(count)s no longer works", "%(count)s no longer work", dead))
    if withdrawn:
        parts.append(ngettext("%(count)s asked for no more e-mails", "%(count)s asked for no more e-mails", withdrawn))
    if other := addresses - dead - withdrawn:
        parts.append(
            ngettext(
                "%(count)s would also reach somebody who may not be told",
                "%(count)s would also reach somebody who may not be told",
                other,
            )
        )
    why = ", ".join(parts)
    if addresses == 1:
        return _("The one address on record cannot be used: %(why)s.", why=why)
    return _("None of the %(number)s addresses on record can be used: %(why)s.", number=addresses, why=why)


_WORDS: Mapping[Code, Callable[[Figures], Words]] = {
    Code.GRADE_C_OR_BELOW: _grade,
    Code.WORK_BELOW_AVERAGE: _work,
    Code.WORK_AVERAGE: _work,
    Code.ABSENCES_6_10: _absences,
    Code.ABSENCES_11_UP: _absences,
    Code.NO_PERSONAL_CONTACT: _silence,
    Code.NO_GENERAL_NOTICE: _no_notice,
    Code.CONTACT_DEFICIT: _deficit,
    Code.UNANSWERED_REQUEST: _request,
    Code.UNHELPFUL_OUTCOME: _unhelpful,
    Code.NO_FOLLOW_THROUGH: _follow_through,
    Code.INBOUND_SURGE: _surge,
    Code.SURVEY_DETRACTOR: _survey,
    Code.SURVEY_PROMOTER: _survey,
    Code.UNREACHABLE: _unreachable,
}
assert set(_WORDS) == set(Code) == set(TITLES)
