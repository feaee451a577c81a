"""Whose terms are whose. OneRoster's sessions name no school; classes do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, select, update

from models import Section, SectionTerm, Term, TermKind

from .run import Run
from .upsert import Values, table_of


@dataclass(frozen=True)
class _Term:
    id: int
    kind: TermKind
    school_year: int
    starts_on: date
    ends_on: date
    school_id: int | None


def give_terms_to_schools(run: Run) -> None:
    """Give a term to the one school whose classes name it, where terms of its kind and year differ between schools.

    Where they are the same everywhere they stay everybody's, so that students whom the SIS lists only at the district
    have them too. Terms are few: two statements, and one that writes what differs.
    """
    terms = [
        _Term(*row)
        for row in run.session.execute(
            select(Term.id, Term.kind, Term.school_year, Term.starts_on, Term.ends_on, Term.school_id).where(
                Term.active
            )
        )
    ]
    used: dict[int, set[int]] = {}
    for term_id, school_id in run.session.execute(
        select(SectionTerm.term_id, Section.school_id)
        .join(Section, Section.id == SectionTerm.section_id)
        .where(Section.active)
        .distinct()
    ):
        used.setdefault(term_id, set()).add(school_id)
    changed: list[Values] = []
    for term in terms:
        schools = used.get(term.id, set())
        belongs = next(iter(schools)) if len(schools) == 1 and _differs(term, terms, used) else None
        if belongs != term.school_id:
            changed.append({"b_id": term.id, "b_school": belongs})
    if changed:
        table = table_of(Term)
        statement = update(table).where(table.c.id == bindparam("b_id")).values(school_id=bindparam("b_school"))
        run.session.connection().execute(statement, changed)


def _differs(term: _Term, terms: list[_Term], used: dict[int, set[int]]) -> bool:
    """Whether another school has a term of this kind and year that overlaps it with other dates."""
    return any(
        other.kind is term.kind
        and other.school_year == term.school_year
        and (other.starts_on, other.ends_on) != (term.starts_on, term.ends_on)
        and other.starts_on <= term.ends_on
        and term.starts_on <= other.ends_on
        and used.get(other.id, set()) - used.get(term.id, set())
        for other in terms
    )
