"""Statements that run many times a second: made into their database's text once, several asked in one round trip.

SQLAlchemy writes them and knows their types. What is left out is what it does anew at each execution: for a worker of
the outbox that came to more than the database's own work and the provider's call together.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from threading import Lock
from typing import Any, Generic, TypeVar, cast

import psycopg
from psycopg.abc import PQGen
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq.abc import PGconn, PGresult
from psycopg.waiting import Ready, Wait
from sqlalchemy import BindParameter, Connection, Dialect, Engine, Insert, Select, Update
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.orm import Session
from sqlalchemy.sql import visitors

Row = TypeVar("Row")
Statement = Select[*tuple[Any, ...]] | Insert | Update
Values = Mapping[str, object]
Convert = Callable[[Any], Any]
_numbers = count(1)
IDLE = psycopg.pq.TransactionStatus.IDLE
TAKEN = (psycopg.pq.ExecStatus.COMMAND_OK, psycopg.pq.ExecStatus.TUPLES_OK)


@dataclass(frozen=True, slots=True)
class _Made:
    """A statement as one kind of database takes it."""

    name: bytes
    """Of the plan that PostgreSQL keeps of it in each connection."""
    text: str
    converts: Mapping[str, Convert]
    """From a value of ours to the driver's."""
    order: Sequence[str]
    """Of the parameters that are given, by position."""
    fixed: Values
    """What the database's kind itself adds to them."""
    reads: Sequence[tuple[int, Convert]] | None
    """Position of a column, and from the driver's value to ours. None: it gives no rows."""

    def parameters(self, values: Values) -> list[Any]:
        converts, given = self.converts, {**self.fixed, **values}
        return [converts[name](given[name]) if name in converts else given[name] for name in self.order]


class Prepared(Generic[Row]):
    """One statement, and what each of its rows is made into: ``row`` is called with the columns in their order."""

    def __init__(self, statement: Statement, row: Callable[..., Row] | None = None) -> None:
        """``row``: None where nobody reads them."""
        self._statement, self._row = statement, row or _unread
        self._made: dict[str, _Made] = {}
        self._making = Lock()

    def on(self, dialect: Dialect) -> _Made:
        made = self._made.get(dialect.name)
        if made is None:
            with self._making:
                made = self._made.get(dialect.name) or _make(self._statement, dialect)
                self._made[dialect.name] = made
        return made

    def rows(self, made: _Made, fetched: Sequence[Sequence[Any]]) -> list[Row]:
        if not made.reads:
            return [self._row(*one) for one in fetched]
        return [self._row(*_read(list(one), made.reads)) for one in fetched]


Asked = tuple[Prepared[Any], Values]


def _unread(*columns: Any) -> Any:
    return columns


def named(statement: Select[*tuple[Any, ...]]) -> Prepared[Any]:
    """A statement whose rows have an attribute for each column."""
    return Prepared(statement, namedtuple("Row", statement.selected_columns.keys()))


def connection_of(session: Session) -> Connection:
    """Where ``session`` runs its statements; at no cost where it was made on one connection."""
    bind = session.bind
    return bind if isinstance(bind, Connection) else session.connection()


class Kept:
    """One thread's connection for many transactions, which costs each a good deal less than one of its own. Between
    two of them nothing is open on it. Leave it by ``with``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._options = {"isolation_level": "AUTOCOMMIT"} if engine.dialect.name == "postgresql" else {}
        self._connection: Connection | None = None

    def __enter__(self) -> Kept:
        return self

    def __exit__(self, *_raised: object) -> None:
        self._let_go()

    @contextmanager
    def transaction(self, *, begun: bool = False) -> Iterator[Connection]:
        """One in which to :func:`ask`: on PostgreSQL it begins in the round trip of what is asked first, and is
        committed in that of what is asked ``last``, else at the end. ``begun``: in a round trip of its own, for who has
        something else run in it first. Where something is raised, the next transaction has a new connection."""
        if self._connection is None:
            self._connection = self._engine.connect().execution_options(**self._options)
        try:
            with self._connection.begin():
                if begun:
                    ask(self._connection)
                yield self._connection
        except BaseException:
            self._let_go()
            raise

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def ask(connection: Connection, *asked: Asked, last: bool = False) -> list[list[Any]]:
    """The rows of each statement, in order; none of one that gives none.

    They run one after the other inside the connection's transaction, each seeing what those before it did and, on
    PostgreSQL, what others have committed by the time it begins; there they take one round trip. What a session has
    not flushed yet they do not see. Values are named as the statement's parameters are. The driver's own errors come
    through. ``last``: nothing more will be asked in this transaction of a :class:`Kept` connection.
    """
    made = [statement.on(connection.dialect) for statement, _ in asked]
    told = [one.parameters(values) for one, (_, values) in zip(made, asked, strict=True)]
    driver = connection.connection.driver_connection
    if isinstance(driver, psycopg.Connection):
        begins = driver.autocommit and connection.in_transaction() and driver.pgconn.transaction_status == IDLE
        fetched = _at_once(driver, connection.info, made, told, begins=begins, ends=driver.autocommit and last)
    else:
        assert driver is not None
        fetched = [driver.execute(one.text, values).fetchall() for one, values in zip(made, told, strict=True)]
    return [statement.rows(one, rows) for (statement, _), one, rows in zip(asked, made, fetched, strict=True)]


def ask_alone(engine: Engine, *asked: Asked) -> list[list[Any]]:
    """The same in a transaction of their own: on PostgreSQL one round trip in all."""
    with Kept(engine) as kept, kept.transaction() as connection:
        return ask(connection, *asked, last=True)


def _at_once(
    driver: psycopg.Connection[Any], info: dict[Any, Any], made: Sequence[_Made], told: Sequence[Sequence[Any]], *,
    begins: bool, ends: bool,
) -> list[Sequence[Any]]:  # fmt: skip
    """All in one message to the server, which has a plan of each from this connection's first time on."""
    if not driver.autocommit and driver.pgconn.transaction_status == IDLE:
        driver.execute(b"", prepare=False)  # the driver begins the transaction
    planned: set[bytes] = info.setdefault(__name__, set())
    for one in made:
        if one.name not in planned:
            driver.execute(b"PREPARE " + one.name + b" AS " + one.text.encode(), prepare=False)
            planned.add(one.name)
    adapting = Transformer(driver)
    quote = adapting.as_literal
    calls = [_call(one.name, values, quote) for one, values in zip(made, told, strict=True)]
    whole = b";".join([*[b"BEGIN"] * begins, *calls, *[b"COMMIT"] * ends])
    if all(one.reads is None for one in made):
        _checked(driver, [driver.pgconn.exec_(whole)])  # of which the last result is enough
        return [[] for _ in made]
    results = _checked(driver, driver.wait(_exchange(driver.pgconn, whole)))[begins:]
    fetched: list[Sequence[Any]] = []
    for one, result in zip(made, results, strict=False):  # the commit's comes after them
        adapting.set_pgresult(result)
        fetched.append(adapting.load_rows(0, result.ntuples, tuple) if one.reads is not None else [])
    return fetched


def _exchange(to: PGconn, whole: bytes) -> PQGen[list[PGresult]]:
    """The result of each statement in ``whole``. The driver's own way gives up the interpreter at each of them, and
    this thread its turn; this one, while the server works."""
    to.send_query(whole)
    while to.flush():
        if (yield Wait.RW) & Ready.R:
            to.consume_input()
    results: list[PGresult] = []
    while True:
        while to.is_busy():
            yield Wait.R
            to.consume_input()
        result = to.get_result()
        if result is None:
            return results
        results.append(result)


def _checked(driver: psycopg.Connection[Any], results: list[PGresult]) -> list[PGresult]:
    for result in results:
        if result.status not in TAKEN:
            raise error_from_result(result, encoding=driver.info.encoding)
    return results


def _call(name: bytes, values: Sequence[object], quote: Callable[[object], bytes]) -> bytes:
    return b"EXECUTE " + name + (b"(" + b",".join([_literal(one, quote) for one in values]) + b")" if values else b"")


def _literal(value: object, quote: Callable[[object], bytes]) -> bytes:
    """As SQL has it; the usual kinds without the driver's detour. The plan knows each one's type."""
    if type(value) is int:
        return b"%d" % value
    if value is None:
        return b"NULL"
    if type(value) is datetime or type(value) is date:
        return b"'" + value.isoformat().encode() + b"'"
    return quote(value)


def _make(statement: Statement, dialect: Dialect) -> _Made:
    compiled = _with_its_values(statement).compile(dialect=_numbered(dialect))
    unnamed = [column.name for column in (*compiled.insert_prefetch, *compiled.update_prefetch)]
    if unnamed:
        raise TypeError(f"name a value for {', '.join(unnamed)}: a prepared statement fills in no default")
    binds = compiled.binds
    whole = compiled.construct_expanded_state({name: None for name, bind in binds.items() if bind.required})
    order = list(whole.positiontup or ())
    converts = {name: binds[name].type.dialect_impl(dialect).bind_processor(dialect) for name in order}
    columns = list(statement.selected_columns if isinstance(statement, Select) else statement.exported_columns)
    reads = [
        (at, column.type.dialect_impl(dialect).result_processor(dialect, None)) for at, column in enumerate(columns)
    ]
    return _Made(
        b"outreach_%d" % next(_numbers), whole.statement,
        {name: convert for name, convert in converts.items() if convert is not None}, order,
        {name: whole.parameters[name] for name in order if not binds[name].required},
        [(at, convert) for at, convert in reads if convert is not None] if columns else None,
    )  # fmt: skip


def _with_its_values(statement: Statement) -> Statement:
    """What stands in the statement itself (a state, a kind) is written into its text, where the planner sees it."""

    def written(element: object, **_options: object) -> object:
        if isinstance(element, BindParameter) and not element.required:
            return element.render_literal_execute()
        return None

    return cast("Statement", visitors.replacement_traverse(statement, {}, written))


def _numbered(dialect: Dialect) -> Dialect:
    """A dialect whose statements name their parameters $1, $2, as a kept plan does."""
    if dialect.name != "postgresql":
        return dialect
    numbered: Dialect = PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
    return numbered


def _read(values: list[Any], reads: Sequence[tuple[int, Convert]]) -> list[Any]:
    for position, convert in reads:
        values[position] = convert(values[position])
    return values
