"""What ``doctor`` can tell of this machine and its settings, without looking at any district."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError

from config.settings import DeliveryMode, Settings, variable_names
from models import migrations
from outreach.delivery.replies import RepliesWrong, check_replies
from outreach.effective import message_languages, unknown_files
from outreach.upkeep.finding import Finding, advice, ok, wrong

OURS = re.compile(r"OUTREACH_|TWILIO_|SENDGRID_")
READ_ELSEWHERE = {"OUTREACH_SHARED", "OUTREACH_USER_PASSWORD"}
"""By the tests, and by ``outreach user create``."""
AUTH_TOKEN = re.compile(r"[0-9a-f]{32}")
STATIC_FILES = {
    "flask_bootstrap": ("static/bootstrap5/css/bootstrap.min.css", "static/bootstrap5/icons/bootstrap-icons.svg"),
    "js_lib_htmx": ("static/htmx/htmx.min.js",),
}
"""Files that pages need, from the wheels that bring them."""


def check_environment(settings: Settings) -> Iterator[Finding]:
    """Misspelt variables, the secret key, the public address, the shape of credentials."""
    names = {*variable_names().values(), *READ_ELSEWHERE}
    known = names | {f"{name}_FILE" for name in names}
    strange = sorted(name for name in os.environ if OURS.match(name) and name not in known)
    if strange:
        yield advice("environment", f"Nothing reads {', '.join(strange)}; is a name misspelt?")
    else:
        yield ok("environment", "Every setting in the environment is known.")
    if settings.secret_key is not None:
        yield ok("secret_key", "The secret key is set.")
    else:
        yield advice(
            "secret_key",
            "The secret key is this machine's own (instance/secret_key); set OUTREACH_SECRET_KEY before others use it.",
        )
    yield _public_address(settings)
    yield from _credentials(settings)
    yield from _roster_drop(settings)


def check_configuration_files() -> Iterator[Finding]:
    """Files of OUTREACH_CONFIG_DIR that override nothing; languages with templates."""
    strange = unknown_files()
    if strange:
        yield advice(
            "configuration_files", f"OUTREACH_CONFIG_DIR holds files that override nothing: {', '.join(strange)}."
        )
    languages = message_languages()
    missing = sorted({"en", "es"} - set(languages))
    if missing:
        yield wrong("message_templates", f"There are no message templates for: {', '.join(missing)}.")
    else:
        yield ok("message_templates", f"Message templates exist for: {', '.join(languages)}.")
    try:
        check_replies(languages)
    except RepliesWrong as found:
        yield wrong("replies", f"{found} Until then families get the words that were shipped.")
    else:
        yield ok("replies", "What the system says itself (first text, STOP, HELP, nights) is whole.")


def check_static_files() -> Iterator[Finding]:
    """Styles, icons and script that pages serve come from wheels; are they there?"""
    missing = []
    for package, files in STATIC_FILES.items():
        spec = find_spec(package)
        folder = Path(spec.origin).parent if spec and spec.origin else None
        missing += [f"{package}/{file}" for file in files if folder is None or not (folder / file).is_file()]
    if missing:
        yield wrong("static_files", f"Pages lack {', '.join(missing)}; install the packages of requirements.txt again.")
    else:
        yield ok("static_files", "Styles, icons and script of the pages are installed.")


def check_database(settings: Settings, engine: Engine) -> Iterator[Finding]:
    """Reachable, at this release, without drift, and of a kind that fits."""
    try:
        pending = migrations.pending(engine)
    except DatabaseError as error:
        yield wrong("database", f"The database cannot be reached: {str(error.orig).strip().splitlines()[0]}.")
        return
    yield ok("database", f"The database ({engine.dialect.name}) can be reached.")
    if pending:
        yield wrong("migrations", f"The database lacks {len(pending)} migrations; run: outreach db upgrade")
        return
    if newer := migrations.unknown_revision(engine):
        yield wrong("migrations", f"The database is at revision {newer}, of a newer release; install that one here.")
        return
    yield ok("migrations", f"The database is at revision {migrations.current(engine)}, that of this release.")
    try:
        drift = migrations.drift(engine)
    except PermissionError as error:
        yield advice("drift", f"Whether the schema was changed by hand is not known: {error}.")
    else:
        if drift:
            yield wrong("drift", f"The schema differs from this release in {len(drift)} places; see: outreach db check")
        else:
            yield ok("drift", "The schema is exactly that of this release.")
    if settings.on_sqlite:
        weight = wrong if settings.any_live else advice
        yield weight(
            "one_machine", "SQLite serves one machine only; for several, or for a district at work, use PostgreSQL."
        )


def _public_address(settings: Settings) -> Finding:
    live_email = settings.delivery_email is DeliveryMode.LIVE
    if settings.public_url is None:
        sentence = "OUTREACH_PUBLIC_URL is not set: e-mail receipts are missing, and links in e-mails lead only here."
        return (wrong if live_email else advice)("public_url", sentence)
    if settings.any_live and not settings.public_url.startswith("https://"):
        return wrong("public_url", "OUTREACH_PUBLIC_URL must begin with https:// where a channel is live.")
    return ok("public_url", "The public address is set.")


def _credentials(settings: Settings) -> Iterator[Finding]:
    if not settings.any_live:
        yield ok("providers", "Both channels use the sandbox: nothing leaves this machine.")
        return
    if settings.delivery_sms is DeliveryMode.LIVE:
        token = settings.twilio_auth_token
        if token is None or not AUTH_TOKEN.fullmatch(token.get_secret_value()):
            yield wrong("twilio", "TWILIO_AUTH_TOKEN does not look like one: 32 hexadecimal digits.")
        else:
            yield ok("twilio", "Twilio's credentials have the right shape.")
    if settings.delivery_email is DeliveryMode.LIVE:
        yield from _sendgrid(settings)


def _sendgrid(settings: Settings) -> Iterator[Finding]:
    key, public = settings.sendgrid_api_key, settings.sendgrid_webhook_public_key
    if key is None or not key.get_secret_value().startswith("SG."):
        yield wrong("sendgrid", "SENDGRID_API_KEY does not look like one: it begins with SG.")
    else:
        yield ok("sendgrid", "SendGrid's key has the right shape.")
    if public is None:
        yield wrong("sendgrid_webhook", "SENDGRID_WEBHOOK_PUBLIC_KEY is not set: no e-mail receipt can be believed.")
    else:
        yield ok("sendgrid_webhook", "SendGrid's receipts can be verified.")
    if settings.sendgrid_inbound_domain is None:
        yield advice(
            "sendgrid_inbound",
            "SENDGRID_INBOUND_DOMAIN is not set: what families reply to e-mails goes to the sender's mailbox, unread "
            "here.",
        )
    else:
        yield ok("sendgrid_inbound", "Families' replies to e-mails come in, and can be verified.")


def _roster_drop(settings: Settings) -> Iterator[Finding]:
    path = settings.roster_path
    if path is None:
        yield advice("roster_path", "OUTREACH_ROSTER_PATH is not set: rosters come in only by hand.")
    elif not path.exists():
        yield wrong("roster_path", f"OUTREACH_ROSTER_PATH names {str(path)!r}, where there is nothing.")
    else:
        yield ok("roster_path", "The SIS's drop folder is there.")
