"""An e-mail as SendGrid's Inbound Parse hands it in, taken apart or whole, as one of our incoming messages."""

from __future__ import annotations

import binascii
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, message_from_string
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses

from models import Channel, JsonObject

from ...inbound.incoming import Incoming
from ...links import attempt_of_reply
from ..storable import digest, storable, storable_text, text_of
from .html_text import text_of_page

NAME = "sendgrid"
LONGEST_KEPT = 200_000
"""Characters of a page, and of headers, that are kept as they came; of the words nothing is cut."""
LONGEST_HEADER = 4000
"""Characters of one header that are read."""
MAILER = re.compile(r"(?:mailer-daemon|postmaster)@", re.IGNORECASE)
BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
ADDRESS = re.compile(r"[^@\s<>,;]{1,64}@[^@\s<>,;]{1,255}\.[^@\s<>,;]{1,63}")
BRACKETED = re.compile(rf"<\s*({ADDRESS.pattern})\s*>")


def incoming_mail(fields: Mapping[str, bytes], now: datetime, files: int = 0) -> Incoming:
    """The e-mail in these fields, each still in its own charset; ``files``: how many attachments were posted with them.

    Never raises for its content: what cannot be read is left empty, and all of it that is text stands in ``raw``.
    ``raw["authenticated"]`` tells whether the mail server that brought it vouches for the address it says it is from.
    """
    values = _decoded(fields)
    letter = _whole(fields["email"]) if fields.get("email") else _apart(values, files)
    envelope = _object(values.get("envelope", ""))
    sender = _one_mailbox(letter.headers.get_all("From") or [values.get("from", "")])
    returns_to = envelope.get("from")
    recipients = _recipients(envelope, values, letter.headers)
    message_id = _header(letter.headers, "Message-ID").strip()
    title = values.get("subject") or _header(letter.headers, "Subject")
    words = letter.words.replace("\r\n", "\n")
    return Incoming(
        provider=NAME, provider_id=f"email:{digest(message_id, sender, title, words)}", channel=Channel.EMAIL,
        from_value=sender, to_value=recipients[0] if recipients else "", body=words, received_at=now,
        title=" ".join(title.split()) or None, pictures=letter.attachments,
        automatic=is_automatic(letter.headers, sender, returns_to if isinstance(returns_to, str) else None),
        answers_attempt=next((found for one in recipients if (found := attempt_of_reply(one)) is not None), None),
        raw={
            **_raw(values, letter),
            "message_id": message_id,
            "authenticated": is_authenticated(sender, envelope, values.get("SPF", ""), values.get("dkim", "")),
        },
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Letter:
    headers: Message
    words: str
    page: str
    attachments: int


def _apart(values: Mapping[str, str], files: int) -> _Letter:
    """Headers, text and page each in a field of their own: Inbound Parse's default."""
    headers = _parsed(values.get("headers", ""))
    text, page = values.get("text", ""), values.get("html", "")
    counted = values.get("attachments", "").strip()
    number = int(counted) if counted.isascii() and counted.isdecimal() and len(counted) < 5 else 0
    return _Letter(headers, text if text.strip() else text_of_page(page), page, max(files, number))


def _whole(raw: bytes) -> _Letter:
    """The full MIME message in one field: Inbound Parse with "POST the raw, full MIME message"."""
    try:
        message = message_from_bytes(raw)
        texts, pages, attachments = [], [], 0
        for part in _leaves(message):
            words = _words_of(part)
            if words is None:
                attachments += 1
            elif part.get_content_type() == "text/html":
                pages.append(words)
            else:
                texts.append(words)
    except (MessageError, ValueError, LookupError, RecursionError):
        return _Letter(Message(), text_of(raw[:LONGEST_KEPT]), "", 0)
    text, page = "\n".join(texts), "\n".join(pages)
    return _Letter(message, text if text.strip() else text_of_page(page), page, attachments)


def _leaves(part: Message) -> Iterator[Message]:
    """Its parts, down to those that have none; a whole message inside it is one, for it is another's words."""
    inside = part.get_payload() if part.get_content_maintype() == "multipart" else None
    if not isinstance(inside, list):
        yield part
        return
    for one in inside:
        if isinstance(one, Message):
            yield from _leaves(one)


def _words_of(part: Message) -> str | None:
    """The words of one part; None where it is an attachment."""
    attached = part.get_content_disposition() == "attachment" or part.get_filename() is not None
    if attached or part.get_content_type() not in ("text/plain", "text/html"):
        return None
    content = part.get_payload(decode=True)
    return text_of(content, part.get_content_charset()) if isinstance(content, bytes) else ""


def is_automatic(headers: Message, sender: str, returns_to: str | None) -> bool:
    """Whether its headers say that no person wrote it (RFC 3834; the rest is what mail programs made customary)."""
    submitted = _header(headers, "Auto-Submitted").split(";")[0].strip().lower()
    named = ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress")
    return (
        submitted not in ("", "no")
        or any(_header(headers, name).strip().lower() not in ("", "no", "none") for name in named)
        or _header(headers, "Precedence").strip().lower() in BULK
        or headers.get_content_type() == "multipart/report"
        or (returns_to is not None and returns_to.strip(" <>") == "")
        or any(MAILER.match(one) is not None for one in (sender, returns_to or ""))
    )


def is_authenticated(sender: str, envelope: JsonObject, spf: str, dkim: str) -> bool:
    """Whether SPF or DKIM passed for the domain that the mail says it is from, or one above or below it (as DMARC's
    relaxed alignment). ``spf`` and ``dkim`` are Inbound Parse's words: ``pass``; ``{@example.org : pass}``."""
    domain = _domain(sender)
    returns_to = envelope.get("from")
    if not domain:
        return False
    if spf.strip().lower() == "pass" and isinstance(returns_to, str) and _aligned(_domain(returns_to), domain):
        return True
    passed = re.findall(r"@([^\s:,{}]+)\s*:\s*pass\b", dkim, re.IGNORECASE)
    return any(_aligned(one.lower().rstrip("."), domain) for one in passed)


def _aligned(one: str, other: str) -> bool:
    return "." in one and (one == other or one.endswith(f".{other}") or other.endswith(f".{one}"))


def _domain(address: str) -> str:
    return address.rpartition("@")[2].strip(" <>").lower().rstrip(".") if "@" in address else ""


def _decoded(fields: Mapping[str, bytes]) -> dict[str, str]:
    """Every field but the whole message as text, each by the charset that the field ``charsets`` names for it."""
    charsets = _object(text_of(fields.get("charsets", b"")))
    return {
        storable_text(name): text_of(value, charset if isinstance(charset := charsets.get(name), str) else None)
        for name, value in fields.items()
        if name != "email"
    }


def _object(words: str) -> JsonObject:
    try:
        found = storable(json.loads(words))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _parsed(headers: str) -> Message:
    try:
        return message_from_string(headers.lstrip("\r\n"))
    except (MessageError, ValueError, LookupError):
        return Message()


def _header(headers: Message, name: str) -> str:
    """One header as it reads, encoded words and all; empty where it is absent."""
    value = headers.get(name)
    return "" if value is None else _readable(str(value))


def _readable(value: str) -> str:
    try:
        parts = decode_header(value[:LONGEST_HEADER])
    except (MessageError, ValueError, binascii.Error):
        return storable_text(value)
    return storable_text("".join(text_of(one, charset) if isinstance(one, bytes) else one for one, charset in parts))


def _one_mailbox(values: Iterable[object]) -> str:
    """The address in a From header; empty where it names none, or several: then nobody can say who wrote.

    A name that is not quoted as it should be ("López, Ana <ana@…>", "Ana @ home <ana@…>") hides no address.
    """
    written = [str(value)[:LONGEST_HEADER] for value in values]
    mailboxes = {one for one in _mailboxes(written) if ADDRESS.fullmatch(one)}
    if len(mailboxes) > 1:
        return ""
    bracketed = {one for value in written for one in BRACKETED.findall(value)}
    named = {one for value in written for one in ADDRESS.findall(value)}
    for found in (mailboxes, bracketed, named):
        if len(found) == 1:
            return storable_text(found.pop())
    return ""


def _recipients(envelope: JsonObject, values: Mapping[str, str], headers: Message) -> list[str]:
    """To whom it was brought, as the mail servers said it; else to whom its own header says it is."""
    told = envelope.get("to")
    brought = [one.strip(" <>") for one in told if isinstance(one, str)] if isinstance(told, list) else []
    named = _mailboxes([*(headers.get_all("To") or []), values.get("to", "")])
    return brought or [one for one in named if ADDRESS.fullmatch(one)]


def _mailboxes(values: Iterable[object]) -> list[str]:
    try:
        found = getaddresses([str(value)[:LONGEST_HEADER] for value in values])
    except RecursionError:  # remarks in remarks in remarks
        return []
    return [storable_text(address) for _, address in found]


def _raw(values: Mapping[str, str], letter: _Letter) -> JsonObject:
    """As it came, but for attachments, words that stand in the body, and pages too long to be anybody's words."""
    kept: JsonObject = {name: value[:LONGEST_KEPT] for name, value in values.items() if name not in ("text", "html")}
    kept["html"] = letter.page if len(letter.page) <= LONGEST_KEPT else None
    kept["html_length"] = len(letter.page)
    if "headers" not in kept:
        kept["headers"] = storable_text("\n".join(f"{name}: {value}" for name, value in letter.headers.items()))[
            :LONGEST_KEPT
        ]
    return kept
