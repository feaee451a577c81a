"""The web application: settings in, one Flask app out. Every part sets itself up; this says in which order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from flask_compress import Compress
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

import templates
from config.settings import Settings, load_settings

from .logs import set_up_logging
from .web import (
    account,
    admin,
    ask,
    consent,
    contacts,
    database,
    delivery,
    drafts,
    families,
    health,
    inbox,
    language,
    layout,
    log_search,
    many,
    plan,
    problems,
    queue,
    requests,
    safety,
    sandbox,
    security_headers,
    sign_in,
    static_files,
    today,
    tuning,
    typed,
    unsubscribe,
    webhooks,
    who_to_ask,
    words,
)
from .web.asking import CLOCK

LARGEST_FORM_BYTES = 1_000_000
BLUEPRINTS = (
    health, today, families, contacts, log_search, many, drafts, requests, inbox, plan, queue, safety,
    sandbox, admin, account, consent, delivery, tuning, unsubscribe, webhooks, who_to_ask, ask,
)  # fmt: skip


def create_app(settings: Settings | None = None, *, clock: Callable[[], datetime] | None = None) -> Flask:
    """The application for ``settings`` (None: the environment's). ``clock`` gives the present, aware; None: the real
    one. Raises :class:`~config.settings.SettingsError`."""
    settings = settings or load_settings()
    over_tls = (settings.public_url or "").startswith("https://")
    app = Flask("outreach", template_folder=str(Path(templates.__file__).parent), static_folder=None)
    app.config.update(
        SECRET_KEY=settings.signing_key(),
        SQLALCHEMY_ENGINES={"default": settings.database_url},
        MAX_CONTENT_LENGTH=LARGEST_FORM_BYTES,
        OUTREACH_SETTINGS=settings,
        COMPRESS_MIMETYPES=["text/html", "text/css", "text/javascript", "image/svg+xml", "application/json"],
    )
    app.config[CLOCK] = clock or (lambda: datetime.now(UTC))
    if settings.public_url:
        app.config["TRUSTED_HOSTS"] = [urlsplit(settings.public_url).hostname, "127.0.0.1", "localhost"]
    if over_tls:
        app.config["PREFERRED_URL_SCHEME"] = "https"
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    app.jinja_env.undefined = StrictUndefined
    typed.init_app(app)
    database.init_app(app)
    static_files.init_app(app)
    language.init_app(app)
    words.init_app(app)
    layout.init_app(app)
    sign_in.configure(app, over_tls=over_tls)
    sign_in.init_app(app)
    problems.init_app(app)
    security_headers.init_app(app, over_tls=over_tls)
    for page in BLUEPRINTS:
        app.register_blueprint(page.blueprint)
    Compress(app)
    return app


def serving_app() -> Flask:
    """The application of one process of the web server; logs in the common form, settings from the environment."""
    set_up_logging()
    return create_app()
