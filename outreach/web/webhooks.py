"""What the providers post to us: receipts, and what families write. No sign-in and no cookie; the signature is all.

Each proves its sender or gets 403, also where we lack what it takes to prove it. What is proved is kept in one
transaction before the answer: a provider that gets no 2xx has to bring it again, and one that gets it need not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from tempfile import SpooledTemporaryFile
from typing import cast

import structlog
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue
from pydantic import SecretStr
from werkzeug.exceptions import Forbidden

from config.public_keys import public_key
from config.settings import Settings
from outreach.delivery import Providers, build
from outreach.delivery.inbound import Incoming, keep, read
from outreach.delivery.providers.sendgrid import parse
from outreach.delivery.providers.sendgrid import webhook as sendgrid
from outreach.delivery.providers.twilio import webhook as twilio
from outreach.delivery.receipts import Receipt, receive_receipts
from outreach.delivery.steps import Step, step

from .asking import now
from .database import db
from .inbound_form import Posted, UnreadableForm, read_form
from .sign_in import csrf

blueprint = Blueprint("webhooks", __name__, url_prefix="/webhooks")
csrf.exempt(blueprint)
log = structlog.get_logger(__name__)
LARGEST_BATCH = 4_000_000
"""Bytes; SendGrid posts its events before they are 768 kB (its Event Webhook's own description)."""
LARGEST_MAIL = 48_000_000
"""Bytes; SendGrid takes e-mails of 30 MB, and writes attachments longer than they are."""
IN_MEMORY = 1_000_000
PIECE = 64 * 1024
EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
"""No answer by way of Twilio: what is to be answered goes by the outbox."""
PROVIDERS = "outreach_providers"


@blueprint.post("/twilio/status")
def twilio_status() -> ResponseReturnValue:
    _prove_twilio()
    receipt = twilio.status_receipt(request.form.to_dict(), request.args.get(twilio.ATTEMPT))
    _receive([] if receipt is None else [receipt], ignored=int(receipt is None))
    return "", 204


@blueprint.post("/twilio/inbound")
def twilio_inbound() -> ResponseReturnValue:
    _prove_twilio()
    _take_in(twilio.incoming(request.form.to_dict(), now()))
    return Response(EMPTY_TWIML, mimetype="text/xml")


@blueprint.post("/sendgrid/events")
def sendgrid_events() -> ResponseReturnValue:
    request.max_content_length = LARGEST_BATCH
    signed = _Signed(_settings().sendgrid_webhook_public_key)
    body = b"".join(signed.pieces())
    signed.prove()
    try:
        batch = sendgrid.batch_of(body)
    except sendgrid.UnreadableBody:
        return _unreadable("This is no list of events; nothing was kept.")
    _receive(batch.receipts, ignored=batch.ignored, unreadable=batch.unreadable)
    return "", 204


@blueprint.post("/sendgrid/inbound")
def sendgrid_inbound() -> ResponseReturnValue:
    request.max_content_length = LARGEST_MAIL
    signed = _Signed(_settings().sendgrid_inbound_public_key)
    try:
        form = _proved_form(signed)
    except UnreadableForm:
        return _unreadable("This is no e-mail as Inbound Parse posts one; nothing was kept.")
    _take_in(parse.incoming_mail(form.fields, now(), form.files))
    return "", 204


def _prove_twilio() -> None:
    """By the public address from the settings: what a proxy made of ours, or a stranger of the Host header, is not
    asked. Raises Forbidden."""
    settings = _settings()
    if settings.twilio_auth_token is None or settings.public_url is None:
        raise _refused("TWILIO_AUTH_TOKEN or OUTREACH_PUBLIC_URL is not set")
    query = request.query_string.decode("ascii", "replace")
    address = f"{settings.public_url}{request.path}" + (f"?{query}" if query else "")
    signature = request.headers.get(twilio.SIGNATURE, "")
    if not twilio.is_signed(settings.twilio_auth_token.get_secret_value(), address, request.form, signature):
        raise _refused("the signature does not hold")


class _Signed:
    """One post of SendGrid's, digested while it is read. Raises Forbidden, at once where the headers cannot hold."""

    def __init__(self, key: SecretStr | None) -> None:
        self._key = self._read(key)
        self._signature = request.headers.get(sendgrid.SIGNATURE, "")
        timestamp = request.headers.get(sendgrid.TIMESTAMP, "")
        if not self._signature or not sendgrid.is_timely(timestamp, now()):
            raise _refused("it is not signed, or was signed at another time")
        self._digest = sendgrid.Digest(timestamp)

    def pieces(self) -> Iterator[bytes]:
        """The raw body, exactly as it came."""
        while piece := request.stream.read(PIECE):
            self._digest.update(piece)
            yield piece

    def prove(self) -> None:
        if not self._digest.is_signed(self._key, self._signature):
            raise _refused("the signature does not hold")

    @staticmethod
    def _read(key: SecretStr | None) -> EllipticCurvePublicKey:
        if key is None:
            raise _refused("the public key is not set")
        return public_key(key.get_secret_value())


def _proved_form(signed: _Signed) -> Posted:
    """The fields of an e-mail whose signature holds; what is long waits on the disk for that, not in memory."""
    with SpooledTemporaryFile(max_size=IN_MEMORY) as kept:
        for piece in signed.pieces():
            kept.write(piece)
        signed.prove()
        kept.seek(0)
        return read_form(request.headers.get("Content-Type", ""), iter(lambda: kept.read(PIECE), b""))


def _receive(receipts: Sequence[Receipt], *, ignored: int = 0, unreadable: int = 0) -> None:
    new = receive_receipts(db.sessionmaker, receipts, now())
    log.info(
        "receipts received", webhook=request.endpoint, new=new, known=len(receipts) - new, ignored=ignored,
        unreadable=unreadable,
    )  # fmt: skip


def _take_in(incoming: Incoming) -> None:
    """Keep it, and read it if that works at once; if not, the worker reads what waits."""
    with step(db.sessionmaker, Step.INBOUND_KEPT) as session:
        inbound_id = keep(session, incoming, now())
    if inbound_id is None:
        return
    try:
        read(db.sessionmaker, inbound_id, providers(), now())
    except Exception:
        log.exception("inbound left to the worker", inbound_id=inbound_id)


def providers() -> Providers:
    """The providers of this process, made when they are first needed."""
    if PROVIDERS not in current_app.extensions:
        current_app.extensions[PROVIDERS] = build(_settings(), db.sessionmaker)
    return cast("Providers", current_app.extensions[PROVIDERS])


def _settings() -> Settings:
    return cast("Settings", current_app.config["OUTREACH_SETTINGS"])


def _refused(why: str) -> Forbidden:
    log.warning("webhook refused", webhook=request.endpoint, why=why)
    return Forbidden(response=Response("", 403))


def _unreadable(sentence: str) -> Response:
    log.warning("webhook unreadable", webhook=request.endpoint, bytes=request.content_length)
    return Response(sentence, 400, mimetype="text/plain")
