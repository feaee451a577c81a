"""Demographics, line items and results: birth dates and marks. Of ``demographics.csv`` nothing but the birth date is
read: sex, origin and the rest are none of our business."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial

from sqlalchemy import bindparam, select, update

from models import LineItem, Mark, MarkKind, Section, Student, Subject
from outreach.language import N_

from . import staging
from .fields import date_of, named, number_of, shown, text_of
from .marks import WITHOUT_LEVEL, NoMarkError, grade, kind_of
from .references import NO_SUCH
from .rejection import RejectedRow
from .rows import FileSpec, Row
from .run import Chunk, Run
from .source import Member
from .staging import Named
from .upsert import Values, active_ids_by_key, deactivate, ids_by_key, table_of, upsert

STATUS = ("status", "dateLastModified")
DEMOGRAPHICS = FileSpec("demographics", ("sourcedId",), (*STATUS, "birthDate"))
CATEGORIES = FileSpec("categories", ("sourcedId", "title"), STATUS)
LINE_ITEMS = FileSpec(
    "lineItems",
    ("sourcedId", "title", "classSourcedId"),
    (*STATUS, "assignDate", "dueDate", "categorySourcedId", "resultValueMin", "resultValueMax"),
)
RESULTS = FileSpec(
    "results",
    ("sourcedId", "lineItemSourcedId", "studentSourcedId"),
    (*STATUS, "scoreStatus", "score", "textScore", "scoreDate"),
)
SCORED = {"", "fully graded", "partially graded", "earned fully", "earned partial"}


def import_demographics(run: Run, member: Member) -> None:
    """Birth dates. Rows that are missing later take nothing away."""
    table = table_of(Student)
    for chunk in run.chunks(DEMOGRAPHICS, member):
        found = run.session.execute(
            select(Student.sourced_id, Student.id, Student.birth_date).where(
                Student.sourced_id.in_([row["sourcedId"] for row in chunk.rows])
            )
        )
        students = {key: (number, born) for key, number, born in found}
        good, gone = chunk.read(partial(_birth, run, students))
        changed = [values for _, values in good if values["b_date"] != values["before"]]
        if changed:
            run.session.connection().execute(
                update(table).where(table.c.id == bindparam("b_id")).values(birth_date=bindparam("b_date")),
                [{"b_id": values["b_id"], "b_date": values["b_date"]} for values in changed],
            )
        chunk.tally.updated += len(changed)
        chunk.tally.unchanged += len(good) - len(changed) + len(gone)


def _birth(run: Run, students: dict[str, tuple[int, date | None]], row: Row) -> Values | None:
    born = date_of(row, "birthDate")
    if born and born > run.today:
        raise RejectedRow("birthDate", N_("%(day)s lies in the future."), day=str(born))
    student = students.get(row["sourcedId"])
    if student is None:
        raise RejectedRow("sourcedId", N_("%(key)s is no student."), key=named(row["sourcedId"]))
    return {"b_id": student[0], "b_date": born, "before": student[1]} if born else None


def stage_categories(run: Run, member: Member) -> None:
    """Titles of categories, which may say that a line item is a figure of the report card."""
    for chunk in run.chunks(CATEGORIES, member):
        good, gone = chunk.read(lambda row: {"key": row["sourcedId"], "title": text_of(row, "title")})
        staging.add(run.session, staging.category, [values for _, values in good])
        chunk.tally.unchanged += len(good) + len(gone)


def import_line_items(run: Run, member: Member) -> None:
    """What results are given for: its class, scale and date."""
    for chunk in run.chunks(LINE_ITEMS, member, Named.LINE_ITEM):
        sections = active_ids_by_key(run.session, Section, [row["classSourcedId"] for row in chunk.rows])
        table = staging.category.c
        keys = {row["categorySourcedId"] for row in chunk.rows}
        titles = dict(run.session.execute(select(table.key, table.title).where(table.key.in_(keys))).all())
        good, gone = chunk.read(partial(_line_item, sections, titles))
        chunk.count(upsert(run.session, LineItem, [values for _, values in good]))
        chunk.count_gone(len(gone), deactivate(run.session, LineItem, gone))


def _line_item(sections: dict[str, tuple[int, bool]], titles: dict[str, str], row: Row) -> Values:
    section = sections.get(row["classSourcedId"])
    if section is None:
        raise RejectedRow("classSourcedId", NO_SUCH["class"], key=named(row["classSourcedId"]))
    low, high = number_of(row, "resultValueMin") or 0.0, number_of(row, "resultValueMax")
    if high is not None and high <= low:
        raise RejectedRow(
            "resultValueMax", N_("%(high)s is not above resultValueMin %(low)s, so no score has a percent."),
            high=f"{high:g}", low=f"{low:g}",
        )  # fmt: skip
    title = text_of(row, "title")
    return {
        "sourced_id": row["sourcedId"], "section_id": section[0], "title": title,
        "kind": kind_of(title, titles.get(row["categorySourcedId"], "")), "value_min": low, "value_max": high,
        "due_on": date_of(row, "dueDate") or date_of(row, "assignDate"), "active": True,
    }  # fmt: skip


@dataclass(frozen=True)
class _Item:
    section_id: int
    subject: Subject
    title: str
    kind: MarkKind
    value_min: float
    value_max: float | None
    due_on: date | None
    active: bool


def import_results(run: Run, member: Member) -> None:
    """Every result becomes a mark, or is rejected with the reason why it is none."""
    for chunk in run.chunks(RESULTS, member, Named.MARK):
        items = _items(run, [row["lineItemSourcedId"] for row in chunk.rows])
        students = ids_by_key(run.session, Student, [row["studentSourcedId"] for row in chunk.rows])
        good, gone = chunk.read(partial(_mark, chunk, items, students))
        changes = upsert(run.session, Mark, [values for _, values in good])
        chunk.count(changes)
        chunk.count_gone(len(gone), deactivate(run.session, Mark, gone))
        people = run.figures.people
        people["results"] = people.get("results", 0) + len(chunk.rows)
        people["marks"] = people.get("marks", 0) + len(changes)


def _items(run: Run, keys: list[str]) -> dict[str, _Item]:
    found = run.session.execute(
        select(
            LineItem.sourced_id, LineItem.section_id, Section.subject, LineItem.title, LineItem.kind,
            LineItem.value_min, LineItem.value_max, LineItem.due_on, LineItem.active,
        )
        .join(Section, Section.id == LineItem.section_id)
        .where(LineItem.sourced_id.in_(set(keys)))
    )  # fmt: skip
    return {row[0]: _Item(*row[1:]) for row in found}


NO_ITEM = N_("names %(key)s, and there is no such line item.")
ITEM_ENDED = N_("names %(key)s, and that line item no longer counts.")


def _mark(chunk: Chunk, items: dict[str, _Item], students: dict[str, int], row: Row) -> Values:
    item = items.get(row["lineItemSourcedId"])
    if item is None or not item.active:
        what = NO_ITEM if item is None else ITEM_ENDED
        raise RejectedRow("lineItemSourcedId", what, key=named(row["lineItemSourcedId"]))
    student_id = students.get(row["studentSourcedId"])
    if student_id is None:
        raise RejectedRow("studentSourcedId", NO_SUCH["student"], key=named(row["studentSourcedId"]))
    status, score = row["scoreStatus"].lower(), row["score"] or row["textScore"]
    if status in WITHOUT_LEVEL and (status == "exempt" or not score):
        raise RejectedRow("scoreStatus", WITHOUT_LEVEL[status])
    if status not in SCORED and status not in WITHOUT_LEVEL:
        raise RejectedRow("scoreStatus", N_("%(text)s is no status that we know."), text=shown(status))
    if not score:
        raise RejectedRow("score", N_("is empty."))
    try:
        graded = grade(score, item.value_min, item.value_max, chunk.run.tuning.risk.terms)
    except NoMarkError as error:
        raise RejectedRow("score", error.sentence, **error.values) from None
    marked_on = date_of(row, "scoreDate") or item.due_on
    if marked_on is None:
        raise RejectedRow("scoreDate", N_("is empty, and the line item has no date either."))
    return {
        "sourced_id": row["sourcedId"], "student_id": student_id, "section_id": item.section_id, "kind": item.kind,
        "subject": item.subject, "level": graded.level, "percent": graded.percent, "letter": graded.letter,
        "title": item.title or None, "marked_on": marked_on, "active": True,
    }  # fmt: skip
