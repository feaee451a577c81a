"""Which language a page speaks: what its reader chose, else what the browser asks for. By Flask-Babel."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from babel.support import NullTranslations
from flask import Flask, g, request
from flask import session as cookies
from flask_babel import Babel, Domain
from flask_login import current_user

from models import Account
from outreach.language import LANGUAGES, best_of, speaking, tongue
from outreach.language.catalogs import translations

CHOSEN = "language"
"""The cookie's key for what somebody chose who is not signed in."""

SILENT = ("static_files", "health", "webhooks")
"""Blueprints that say nothing to a person; nobody's account is loaded for them."""


class Catalogues(Domain):  # type: ignore[misc]  # Flask-Babel says nothing of its types
    """Our own catalogues for Flask-Babel's templates: the language is :func:`outreach.language.tongue`'s."""

    def get_translations(self) -> NullTranslations:
        return translations(tongue())


def init_app(app: Flask) -> None:
    babel = Babel(app, locale_selector=tongue)
    babel.domain_instance = Catalogues()
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.globals.update(tongue=tongue, languages=LANGUAGES)
    app.before_request(_begin)
    app.teardown_request(_end)


def chosen() -> str | None:
    """What this reader chose: on the account, else on this browser; None: nothing."""
    account = current_user._get_current_object()
    if isinstance(account, Account) and account.language:
        return str(account.language)
    kept = cookies.get(CHOSEN)
    return kept if kept in LANGUAGES else None


def _begin() -> None:
    if request.blueprint in SILENT:
        return
    g.spoken = _as_reader()
    g.spoken.__enter__()


def _end(_error: BaseException | None) -> None:
    spoken = g.pop("spoken", None)
    if spoken is not None:
        spoken.__exit__(None, None, None)


@contextmanager
def _as_reader() -> Iterator[None]:
    with speaking(chosen() or best_of(request.accept_languages.values())):
        yield
