"""Sign-in by Flask-Security: password, no sign-up, one sentence for every failure, tries counted in the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import wraps
from hashlib import sha256
from typing import cast

from flask import Flask, request
from flask import session as cookie
from flask.typing import RouteCallable
from flask_limiter import Limiter
from flask_security import FSQLALiteUserDatastore, Security
from flask_wtf.csrf import CSRFProtect

from models import Account, Role

from . import (
    rate_limits,  # noqa: F401 - registers the storage's scheme
    sign_in_words,
)
from .database import db
from .mail import OutboxMail

MINIMUM_PASSWORD = 10
SESSION_LASTS = timedelta(hours=12)
PER_ACCOUNT, PER_ADDRESS = "10 per 15 minutes", "120 per 15 minutes"
"""A whole school may stand behind one address."""
TRIED = ("security.login", "security.forgot_password", "security.reset_password", "security.change_password")

csrf = CSRFProtect()


def configure(app: Flask, *, over_tls: bool) -> None:
    """Every setting of the sign-in that is not Flask-Security's own default, before it is set up."""
    app.config.update(
        SESSION_COOKIE_NAME="outreach",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=over_tls,
        PERMANENT_SESSION_LIFETIME=SESSION_LASTS,
        REMEMBER_COOKIE_DURATION=timedelta(0),
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a teacher's page stays open all day
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 - the scheme
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_PASSWORD_SINGLE_HASH={"argon2"},  # so that a new secret key locks nobody out
        SECURITY_PASSWORD_SALT="unused: argon2 salts each password by itself",  # noqa: S106
        SECURITY_PASSWORD_LENGTH_MIN=MINIMUM_PASSWORD,
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False, "test_environment": True},  # no name server asked
        SECURITY_REGISTERABLE=False,
        SECURITY_RECOVERABLE=True,
        SECURITY_CHANGEABLE=True,
        SECURITY_TRACKABLE=True,
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_DATETIME_FACTORY=lambda: datetime.now(UTC),
        SECURITY_RESET_PASSWORD_WITHIN=timedelta(days=3),
        SECURITY_POST_LOGIN_VIEW="/",
        SECURITY_POST_LOGOUT_VIEW="/login",
        SECURITY_POST_CHANGE_VIEW="/account",
        SECURITY_EMAIL_HTML=False,
    )
    sign_in_words.configure(app)


def init_app(app: Flask) -> None:
    csrf.init_app(app)
    datastore = FSQLALiteUserDatastore(db, Account, Role)
    security = Security(app, datastore, mail_util_cls=OutboxMail, register_blueprint=True)
    sign_in_words.init_app(app, security)
    # By session only: without this the body of every request that is JSON is read in search of a token.
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]  # flask-login puts it there
    _limit_tries(app)


def _limit_tries(app: Flask) -> None:
    """Count tries by the account that is tried and by the address they come from, in the database of all processes."""
    with app.app_context():
        limiter = Limiter(
            _address, app=app, storage_uri="outreach-database://", storage_options={"engine": db.engine},  # type: ignore[dict-item]
            strategy="fixed-window",
        )  # fmt: skip
    by_account = limiter.limit(PER_ACCOUNT, key_func=_account, methods=["POST"])
    by_address = limiter.limit(PER_ADDRESS, methods=["POST"])
    for endpoint in TRIED:
        counted = by_address(by_account(app.view_functions[endpoint]))
        app.view_functions[endpoint] = _free_of_locks(cast("RouteCallable", counted))


def _free_of_locks(page: RouteCallable) -> RouteCallable:
    """The count is written on a connection of its own: on SQLite this request must not hold the writer's place."""

    @wraps(page)
    def freed(*args: object, **kwargs: object) -> object:
        if request.method == "POST":
            db.session.rollback()
        return page(*args, **kwargs)

    return cast("RouteCallable", freed)


def _address() -> str:
    return request.remote_addr or "unknown"


def _account() -> str:
    """Whom a try is about: by the link that was sent, by who is signed in, or by the e-mail typed.

    Forms that ask for no e-mail would else be counted for all of a school together. Who is signed in is read from the
    cookie: the account itself would be asked of the database, and take the writer's place before the count.
    """
    if link := (request.view_args or {}).get("token"):
        return sha256(str(link).encode()).hexdigest()
    if signed_in := cookie.get("_user_id"):
        return str(signed_in)
    return request.form.get("email", "").strip().lower()[:200] or _address()
