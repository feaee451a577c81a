"""Several students at once, after a parents' evening: an outcome each, saved together or not at all, undone so too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from secrets import token_hex

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from models import Channel, Guardian, Outcome, Topic
from outreach.access import audit, require
from outreach.contacts import (
    NewContact,
    SomeRefused,
    StudentRow,
    contact_warnings,
    guardians_to_reach,
    kept_before,
    log_together,
    own_sections,
    recent_students,
    restore_contacts,
    students_by_id,
    students_of_section,
    void_contacts,
)
from outreach.contacts.checks import LONGEST_SUMMARY
from outreach.language import N_, _, ngettext
from outreach.planning import follow_contacts

from . import asking
from .answering import Problem, in_json, kept, refused, speaks_json
from .database import session
from .drafts import NOT_YOURS, of_another
from .keeping import find_each_changeable
from .log_form import LogForm, occurred_at, outcome_sides
from .notices import say
from .typed import number, number_or_none

blueprint = Blueprint("many", __name__, url_prefix="/contacts/many")
speaks_json(blueprint)
CHANNELS = (Channel.IN_PERSON, Channel.PHONE, Channel.VIDEO)
RECENT = "recent"
MOST = 120
"""Students on one page, which stays under 40 kB; whoever comes after them in a large group stands on the next."""
LINE_FIELDS = {"guardian_id": "guardian", "summary": "summary"}
"""A refused contact's field, as the line of its student names it; any other: beside its outcome."""
MOST_WARNINGS = 5
BY_MISTAKE = N_("Logged by mistake.")


@dataclass(frozen=True)
class Line:
    """What was typed beside one student."""

    key: str = field(default_factory=lambda: token_hex(16))
    guardian_id: str = ""
    outcome: str = ""
    summary: str = ""


@dataclass(frozen=True)
class ManyForm:
    """What holds for all, and a line for each student by id. Nothing tapped beside a student: nothing is logged."""

    common: LogForm
    lines: Mapping[int, Line]

    @classmethod
    def read(cls, sent: MultiDict[str, str]) -> ManyForm:
        ids = [found for each in sent.getlist("student") if (found := number_or_none(each)) is not None]
        lines = {
            each: Line(
                sent.get(f"key-{each}", "")[:64] or token_hex(16), sent.get(f"guardian-{each}", ""),
                sent.get(f"outcome-{each}", ""), sent.get(f"summary-{each}", ""),
            )
            for each in ids
        }  # fmt: skip
        return cls(LogForm.read(sent), lines)

    def chosen(self) -> dict[int, Line]:
        return {student_id: line for student_id, line in self.lines.items() if line.outcome in list(Outcome)}

    def closed(self, rows: Sequence[StudentRow]) -> list[Line]:
        """What was tapped beside students who are not among ``rows``, those open to the viewer now."""
        open_now = {row.student_id for row in rows}
        return [line for student_id, line in self.chosen().items() if student_id not in open_now]

    def problems(self) -> list[Problem]:
        wrong = [each for each in self.common.problems(choose_students=False) if each[0] in ("day", "clock")]
        if self.common.channel not in {each.value for each in CHANNELS}:
            wrong.append(("channel-in_person", _("Say how it was: in person, by phone or by video.")))
        if not self.chosen():
            wrong.append(("lines", _("Tap what came of it beside at least one student.")))
        return wrong


@blueprint.get("")
@asking.signed_in()
def page() -> ResponseReturnValue:
    looking, now = asking.viewer(), asking.now()
    section = request.args.get("section", type=number)
    if section is not None:
        rows = students_of_section(session(), looking, section, now)
    elif request.args.get("of") == RECENT:
        rows = recent_students(session(), looking, now)
    else:
        return render_template(
            "contacts/many_of.html", sections=own_sections(session(), looking),
            recent=recent_students(session(), looking, now),
        )  # fmt: skip
    lines = {row.student_id: Line(guardian_id=str(row.way.guardian_id) if row.way else "") for row in rows}
    ids = [row.student_id for row in rows]
    after = request.args.get("after", type=number)
    begin = ids.index(after) + 1 if after in ids else 0
    shown, left = rows[begin : begin + MOST], len(rows[begin + MOST :])
    return _form(shown, ManyForm(LogForm(channel=Channel.IN_PERSON.value), lines), left=left)


@blueprint.post("")
@asking.signed_in()
def keep() -> ResponseReturnValue:
    form, looking, now = ManyForm.read(request.form), asking.viewer(), asking.now()
    if of_another() and in_json():
        return refused([("", _(NOT_YOURS))], 401)
    rows = students_by_id(session(), looking, list(form.lines), now)
    problems = [("", _(NOT_YOURS))] if of_another() else [*_closed(form, rows), *form.problems()]
    if problems:
        return _again(rows, form, problems)
    chosen = [row for row in rows if row.student_id in form.chosen()]
    grants = {family_id: require(session(), looking, family_id) for family_id in {row.family_id for row in chosen}}
    described = [_described(form, row) for row in chosen]
    is_new = [kept_before(session(), one, looking.account_id) is None for one in described]
    try:
        contacts = log_together(session(), described, now, looking.account_id)
    except SomeRefused as wrong:
        session().rollback()
        return _again(rows, form, _refusals(chosen, wrong))
    for row, contact, new in zip(chosen, contacts, is_new, strict=True):
        if new:
            because = grants[row.family_id].because
            audit(session(), looking, "log_contact", "contact", contact.id, now, because=because)
    warnings = _warnings(described)
    session().commit()
    ids = [contact.id for contact in contacts]
    text = ngettext("Saved: %(count)s contact.", "Saved: %(count)s contacts.", len(ids))
    undo = url_for("many.undo", ids=_joined(ids))
    return kept(ids, text, undo=undo, url=url_for("contacts.new"), warnings=warnings)


@blueprint.post("/undo")
@asking.signed_in()
def undo() -> ResponseReturnValue:
    """Undo what was saved together; nothing, where one of them is not this person's to change."""
    looking, now, ids = asking.viewer(), asking.now(), _ids()
    asked = find_each_changeable(ids)
    void_contacts(session(), ids, BY_MISTAKE, now, looking.account_id)
    follow_contacts(session(), looking, ids, now)
    for one in asked:
        audit(session(), looking, "undo_contact", "contact", one.contact.id, now, because=one.because)
    session().commit()
    text = ngettext(
        "Undone: %(count)s contact no longer counts.", "Undone: %(count)s contacts no longer count.", len(ids)
    )
    say(text, url_for("many.restore", ids=_joined(ids)))
    return redirect(url_for("contacts.new"), 303)


@blueprint.post("/restore")
@asking.signed_in()
def restore() -> ResponseReturnValue:
    looking, now, ids = asking.viewer(), asking.now(), _ids()
    asked = find_each_changeable(ids)
    restore_contacts(session(), ids, now, looking.account_id)
    follow_contacts(session(), looking, ids, now)
    for one in asked:
        audit(session(), looking, "restore_contact", "contact", one.contact.id, now, because=one.because)
    session().commit()
    say(_("Back as it was."))
    return redirect(url_for("contacts.new"), 303)


def _described(form: ManyForm, row: StudentRow) -> NewContact:
    common, line = form.common, form.lines[row.student_id]
    when = occurred_at(common.day, common.clock, asking.now() - common.kept_for, asking.zone())
    return NewContact(
        student_ids=(row.student_id,), channel=Channel(common.channel), outcome=Outcome(line.outcome),
        occurred_at=when, staff_id=asking.viewer().staff_id, guardian_id=number_or_none(line.guardian_id),
        topic=Topic(common.topic) if common.topic in list(Topic) else None, summary=line.summary.strip() or None,
        client_key=line.key,
    )  # fmt: skip


def _closed(form: ManyForm, rows: Sequence[StudentRow]) -> list[Problem]:
    count = len(form.closed(rows))
    if not count:
        return []
    sentence = ngettext(
        "Nothing was saved: %(count)s student whom you tapped is not open to you now. Save again to keep the rest.",
        "Nothing was saved: %(count)s students whom you tapped are not open to you now. Save again to keep the rest.",
        count,
    )
    return [("", sentence)]


def _refusals(chosen: Sequence[StudentRow], wrong: SomeRefused) -> list[Problem]:
    """What is wrong with the day, which all have in common, once; the rest beside its student."""
    found: dict[str, str] = {}
    for place, why in wrong.refused.items():
        row = chosen[place]
        if why.field == "occurred_at":
            found["day"] = str(why)
        else:
            found[f"{LINE_FIELDS.get(why.field or '', 'outcome')}-{row.student_id}"] = f"{row.name}: {why}"
    return list(found.items())


def _warnings(described: Sequence[NewContact]) -> list[str]:
    """As many as a notice holds: it is kept in a cookie."""
    found = list(dict.fromkeys(sentence for one in described for sentence in contact_warnings(session(), one)))
    left = len(found) - MOST_WARNINGS
    if left <= 0:
        return found
    more = ngettext(
        "%(count)s more warning like these; look at the family’s page before the next contact.",
        "%(count)s more warnings like these; look at the families’ pages before the next contact.",
        left,
    )
    return [*found[:MOST_WARNINGS], more]


def _again(rows: Sequence[StudentRow], form: ManyForm, problems: Sequence[Problem]) -> ResponseReturnValue:
    return refused(problems) if in_json() else (_form(rows, form, problems), 422)


def _form(rows: Sequence[StudentRow], form: ManyForm, problems: Sequence[Problem] = (), *, left: int = 0) -> str:
    """``left``: how many come after these."""
    guardians = guardians_to_reach(session(), [row.student_id for row in rows], asking.now())
    where = {name: request.values.get(name) or None for name in ("section", "of", "after")}
    last = str(rows[-1].student_id) if rows else None
    return render_template(
        "contacts/many.html", rows=rows, form=form, problems=problems, channels=CHANNELS, topics=list(Topic),
        outcomes=(Outcome.REACHED, Outcome.LEFT_MESSAGE, Outcome.NO_ANSWER, Outcome.DECLINED),
        guardians={student: [(one.id, _name(one)) for one in those] for student, those in guardians.items()},
        sides=outcome_sides(), where=where, page=_address(where), left=left,
        next_page=_address({**where, "after": last}), longest=LONGEST_SUMMARY,
        closed=[line.summary for line in form.closed(rows) if line.summary.strip()],
    )  # fmt: skip


def _address(where: Mapping[str, str | None]) -> str:
    return url_for("many.page", section=where["section"], of=where["of"], after=where["after"])


def _name(guardian: Guardian) -> str:
    return f"{guardian.preferred_name or guardian.given_name} {guardian.family_name}"


def _joined(ids: Sequence[int]) -> str:
    return ".".join(map(str, ids))


def _ids() -> list[int]:
    """The contacts that the address names, each once."""
    found = [number_or_none(each) for each in request.args.get("ids", "").split(".")]
    return sorted({each for each in found if each is not None})
