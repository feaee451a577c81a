"""Engines and applications that outlive one test. What an engine has compiled and an application has loaded is the
same for every test; to make both anew for each took most of the time of a test that opens a page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Flask
from pydantic import SecretStr
from sqlalchemy import Engine

from config.settings import Settings
from outreach import store
from outreach.app import create_app
from outreach.web.asking import CLOCK
from outreach.web.database import close

from .world import NOW

_engines: dict[str, Engine] = {}
_apps: dict[str, Flask] = {}


def kept_engine(url: str) -> Engine:
    """This process's engine for ``url``. Its connections end with the test, by :func:`let_go`."""
    if url not in _engines:
        _engines[url] = store.connect(url)
    return _engines[url]


def kept_app(settings: Settings, clock: Callable[[], datetime] | None = None) -> Flask:
    """This process's application for these settings; ``clock``: None, it stands at ``NOW``. A test that changes one
    otherwise makes one of its own."""
    told = repr(sorted((name, _open(value)) for name, value in settings.model_dump().items()))
    if told not in _apps:
        _apps[told] = create_app(settings)
    _apps[told].config[CLOCK] = clock or (lambda: NOW)
    return _apps[told]


def let_go() -> None:
    """End every connection: the database is about to be made anew."""
    for app in _apps.values():
        close(app)
    for engine in _engines.values():
        engine.dispose()


def _open(value: object) -> object:
    return value.get_secret_value() if isinstance(value, SecretStr) else value
