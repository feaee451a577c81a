"""For the machine that watches: alive, and ready to serve."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from models import District
from outreach import store

from .database import db

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """The process answers; says nothing about the database."""
    return {"status": "ok"}


@blueprint.get("/readyz")
def readyz() -> ResponseReturnValue:
    """The database answers and has our tables: send people here."""
    try:
        with db.sessionmaker() as session:
            store.read_only(session)
            session.execute(text("SELECT 1"))
            session.query(District.id).first()
    except SQLAlchemyError:
        return {"status": "the database does not answer, or `outreach db upgrade` has not run"}, 503
    return {"status": "ok"}
