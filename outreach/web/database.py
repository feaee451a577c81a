"""The request's session. Reading pages declare so, and then wait for no writer."""

from __future__ import annotations

from flask import Flask, g, request
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy.orm import Session

from outreach import store

db = SQLAlchemy(engine_options={"hide_parameters": True}, session_options={"expire_on_commit": False})
READS = frozenset({"GET", "HEAD", "OPTIONS"})


def init_app(app: Flask) -> None:
    """Engines by the one rule of the store; must run before anything reads a signed-in account."""
    db.init_app(app)
    with app.app_context():
        store.prepare(db.engine)
    app.before_request(_forget_session_kind)


def close(app: Flask) -> None:
    """Let go of the database: for a command that needed the application only for a moment."""
    with app.app_context():
        db.engine.dispose()


def session() -> Session:
    """This request's session: read-only for a page that is read, writing for one that is sent."""
    made = db.session
    if not g.get("session_declared"):
        g.session_declared = True
        if request.method in READS and not made.in_transaction():
            store.read_only(made)
    return made


def writing() -> Session:
    """A second session, for the one line that a reading page writes: the audit trail. Use it as a context."""
    return db.sessionmaker()


def _forget_session_kind() -> None:
    """Declare the kind of the session before Flask-Security's first statement uses it."""
    if not (request.endpoint or "").startswith(("static_files.", "health.")):
        session()
