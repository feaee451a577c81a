"""Statements made once and asked several at a time, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, bindparam, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models import Family, FamilyMember, PauseKind, ProviderPause
from outreach.prepared import Asked, Kept, Prepared, ask, ask_alone, connection_of, named
from tests.world import World

NOON = datetime(2026, 11, 24, 17, 0, 0, 250, tzinfo=UTC)
NAMED = Prepared(select(Family.name, Family.created_at).where(Family.id == bindparam("of")), lambda *row: row)
NEW: Prepared[object] = Prepared(
    insert(Family.__table__).values(  # type: ignore[arg-type]  # a table, as any mapped class has
        {"split_by_hand": False}
        | {name: bindparam(f"new_{name}") for name in ("id", "name", "household_key", "created_at")}
    )
)
COUNT = named(select(func.count().label("families")).select_from(Family))


def new(number: int, name: str = "Delgado", created_at: datetime = NOON) -> tuple[Prepared[object], dict[str, object]]:
    return NEW, {"new_id": number, "new_name": name, "new_household_key": f"h{number}", "new_created_at": created_at}


def families(engine: Engine) -> int:
    ((row,),) = ask_alone(engine, (COUNT, {}))
    return int(row.families)


@pytest.mark.parametrize("name", ["O'Hara", 'a "b" \\ c', "; DROP TABLE family; --", "$1 %s :x", "Ñandú 🎓", ""])
def test_what_is_written_comes_back(engine: Engine, name: str) -> None:
    _, rows = ask_alone(engine, new(1, name), (NAMED, {"of": 1}))
    assert rows == [(name, NOON)]


def test_each_statement_sees_what_those_before_it_did(engine: Engine) -> None:
    asked: list[Asked] = [(COUNT, {}), new(1), (COUNT, {}), new(2), (COUNT, {})]
    assert [rows[0].families if rows else None for rows in ask_alone(engine, *asked)] == [0, None, 1, None, 2]


def test_without_a_last_question_a_transaction_is_committed_at_its_end(engine: Engine) -> None:
    with Kept(engine) as kept, kept.transaction() as connection:
        ask(connection, new(1))
    with Kept(engine) as kept, kept.transaction() as connection:
        ask(connection, new(2))
        ask(connection, new(3), last=True)
    assert families(engine) == 3


def test_what_is_run_before_anything_is_asked_needs_the_transaction_begun(engine: Engine) -> None:
    def fails() -> None:
        with Kept(engine) as kept, kept.transaction(begun=True) as connection:
            connection.execute(insert(Family).values(id=1, name="Santos", household_key="h1", created_at=NOON))
            ask(connection, new(2))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert families(engine) == 0


def test_a_kept_connection_serves_one_transaction_after_the_other_and_also_after_a_fault(engine: Engine) -> None:
    with Kept(engine) as kept:
        for number in range(3):
            with kept.transaction() as connection:
                ask(connection, new(number), last=True)
        with pytest.raises(DBAPIError), kept.transaction() as connection:
            connection.execute(text("SELECT nothing_of_this_name"))
        with kept.transaction() as connection:
            assert ask(connection, (COUNT, {}))[0][0].families == 3
    assert families(engine) == 3


def test_what_was_asked_before_a_fault_is_taken_back_with_it(engine: Engine) -> None:
    def fails() -> None:
        with Kept(engine) as kept, kept.transaction() as connection:
            ask(connection, new(1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    with pytest.raises(Exception, match=r"(?i)unique"):
        ask_alone(engine, new(2), new(2))
    assert families(engine) == 0


def test_a_session_on_the_connection_works_in_the_same_transaction(engine: Engine) -> None:
    def fails() -> None:
        with Kept(engine) as kept, kept.transaction() as connection:
            session = Session(connection, join_transaction_mode="rollback_only")
            ask(connection_of(session), new(1))
            session.add(Family(id=2, name="Santos", household_key="h2", created_at=NOON))
            session.flush()
            assert ask(connection, (COUNT, {}))[0][0].families == 2
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert families(engine) == 0


def test_what_is_planned_outlives_what_is_rolled_back(engine: Engine) -> None:
    """The driver would drop every plan of the connection."""
    with engine.connect() as connection:
        for number in range(8):  # so often that the driver would keep a plan of its own
            ask(connection, new(number))
            connection.execute(select(Family.id).where(Family.id == number)).all()
            savepoint = connection.begin_nested()
            with pytest.raises(DBAPIError):
                connection.execute(text("SELECT nothing_of_this_name"))
            savepoint.rollback()
            connection.commit()
        connection.execute(select(Family.id)).all()
        connection.rollback()
        assert ask(connection, (COUNT, {}))[0][0].families == 8


def test_a_moment_in_any_zone_is_that_moment(engine: Engine) -> None:
    chicago = NOON.astimezone(datetime.fromisoformat("2026-11-24T11:00:00-06:00").tzinfo)
    ask_alone(engine, new(1, created_at=chicago))
    with Session(engine) as session:
        assert session.scalars(select(Family.created_at)).one() == NOON
    with pytest.raises(ValueError, match="no time zone"):
        ask_alone(engine, new(2, created_at=NOON.replace(tzinfo=None)))


def test_kinds_dates_and_what_is_unknown(engine: Engine) -> None:
    pause, member = ProviderPause.__table__, FamilyMember.__table__
    changed = Prepared(
        update(pause)  # type: ignore[arg-type]
        .where(pause.c.kind == bindparam("of_kind"))
        .values(until_at=bindparam("until"), trips=bindparam("so_many"))
        .returning(pause.c.kind, pause.c.paused_at, pause.c.until_at, pause.c.trips),
        lambda *row: row,
    )
    joined = named(select(FamilyMember.from_on, FamilyMember.until_on).where(member.c.from_on == bindparam("day")))
    with Session(engine) as session:
        world = World(session)
        world.family(world.student(world.school()))
        session.add(ProviderPause(provider="twilio", kind=PauseKind.ERRORS, why="faults", paused_at=NOON))
        session.commit()
        (day,) = session.scalars(select(FamilyMember.from_on))
    asked = {"of_kind": PauseKind.ERRORS, "until": NOON, "so_many": 3}
    rows, members = ask_alone(engine, (changed, asked), (joined, {"day": day}))
    assert rows == [(PauseKind.ERRORS, NOON, NOON, 3)]
    assert [(one.from_on, one.until_on) for one in members] == [(day, None)]
    ((row,),) = ask_alone(engine, (changed, {**asked, "until": None}))
    assert row[2] is None
    assert ask_alone(engine, (changed, {**asked, "of_kind": PauseKind.CREDENTIALS})) == [[]]


def test_a_default_that_the_session_would_fill_in_must_be_named(engine: Engine) -> None:
    without = Prepared(insert(Family.__table__).values(name=bindparam("called")))  # type: ignore[var-annotated, arg-type]
    with pytest.raises(TypeError, match="split_by_hand"):
        ask_alone(engine, (without, {"called": "Delgado"}))
