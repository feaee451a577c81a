"""What the system says in its own name: before a first text, to STOP, START and HELP, at night, under an e-mail."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from html import escape
from pathlib import Path
from string import Formatter

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import District, JsonObject, School, Staff
from outreach.contacts.who_to_ask import ask_path
from outreach.effective import SHIPPED, message_file
from outreach.errors import OutreachError
from outreach.language import N_, _

log = structlog.get_logger(__name__)

FILE = "replies.toml"
FALLBACK = "en"
MAY_BE_MISSING = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)


class Reply(StrEnum):
    """Each is a table of ``config/messages/<language>/replies.toml``."""

    FIRST_TEXT = "first_text"
    """Before the words of the first text to an address."""
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    HELP = "help"
    NIGHT = "night"
    HANDED_OVER = "handed_over"
    """Who has a family's question now."""
    FOOTER = "footer"
    """Under each e-mail to a family."""


VALUES = {
    "district": N_("the district's name"),
    "school": N_("the school's name"),
    "sender": N_("who writes"),
    "phone": N_("the school office's number"),
    "reopens": N_("when somebody reads again"),
    "unsubscribe": N_("where e-mails can be stopped"),
    "ask": N_("where a family finds whom to ask for what"),
    "owner": N_("who has the question now"),
    "expect": N_("when an answer can be expected"),
}
"""The allow-list of placeholders, and what each stands for."""
MUST_SAY = {
    Reply.FIRST_TEXT: ("{district}", "{school}", "{sender}", "STOP"),
    Reply.OPT_OUT: ("{district}", "START"),
    Reply.OPT_IN: ("{district}", "STOP"),
    Reply.HELP: ("{district}", "STOP"),
    Reply.NIGHT: ("{reopens}", "911", "988"),
    Reply.HANDED_OVER: ("{owner}",),
    Reply.FOOTER: ("{unsubscribe}",),
}
"""What no district's own words may leave out (DESIGN §7.6 and §7.8; STOP and HELP as carriers ask for them)."""


class RepliesWrong(OutreachError):
    """A file of replies cannot be used: the sentence names the file and what is wrong."""


@dataclass(frozen=True, slots=True)
class Replies:
    """The words of one language."""

    bodies: Mapping[Reply, str]
    link: str
    """The words of the link under an e-mail."""

    def say(self, reply: Reply, values: Mapping[str, str]) -> str:
        """The words of ``reply``; see :func:`reply_words`."""
        return _filled(reply, self.bodies[reply], values)

    def footer(self, values: Mapping[str, str], html: bool = False) -> str:
        """What stands under an e-mail to a family: why it came, and how to stop it; as text, or as a paragraph."""
        words = self.say(Reply.FOOTER, values)
        return self._as_page(words, values["unsubscribe"]) if html else words

    def _as_page(self, words: str, link: str) -> str:
        shown = escape(words).replace(escape(link), f'<a href="{escape(link)}">{escape(self.link)}</a>')
        return "<p>" + shown.replace("\n", "<br>") + "</p>"

    def under(self, body: str, body_html: str | None, values: Mapping[str, str]) -> tuple[str, str | None]:
        """An e-mail's words and page with the footer under each; nothing is added where ``values`` has no
        ``unsubscribe`` (no public address is set, so there is no link to give)."""
        if not values.get("unsubscribe"):
            return body, body_html
        words = self.footer(values)
        text = f"{body.rstrip()}\n\n-- \n{words}\n"
        if body_html is None:
            return text, None
        below = self._as_page(words, values["unsubscribe"])
        inside, end, after = body_html.rpartition("</body>")
        return text, f"{inside}{below}{end}{after}" if end else body_html + below


def reply_words(reply: Reply, language: str | None, values: Mapping[str, str]) -> str:
    """The words of ``reply`` for a reader of ``language`` (``es-MX`` reads ``es``; no words of theirs: English).

    ``values``: those of :data:`VALUES`; of them ``phone``, ``sender``, ``school``, ``ask`` and ``expect`` may be
    missing or empty where the words mark them as such. Raises :class:`RepliesWrong` where one is missing that the
    words need.
    """
    return replies_of(language).say(reply, values)


def values_of(session: Session, school_id: int | None, staff_id: int | None = None) -> dict[str, str]:
    """District, school, its office's number and the sender, as far as known, for :func:`reply_words`."""
    row = session.execute(
        select(District.name, School.name, School.phone, Staff.display_name)
        .select_from(District)
        .outerjoin(School, School.id == school_id)
        .outerjoin(Staff, Staff.id == staff_id)
    ).first()
    found = dict(zip(("district", "school", "phone", "sender"), row or (), strict=False))
    return {name: value for name, value in found.items() if value and value.strip()}


def ask_value(
    session: Session, school_id: int | None, language: str | None, public_url: str | None
) -> dict[str, str]:  # fmt: skip
    """``ask`` for :func:`reply_words`: the whole address of the school's who-to-ask directory. Nothing where the
    directory is empty, or no public address is set."""
    path = ask_path(session, school_id, language) if public_url is not None else None
    return {"ask": f"{public_url}{path}"} if path is not None else {}


WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
}
MONTHS = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
    "es": ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
           "noviembre", "diciembre"),
}  # fmt: skip
A_WEEK = 7


def moment_words(at: datetime, now: datetime, language: str | None) -> str:
    """The local moment ``at`` (in the reader's zone) as in "Monday at 8:00 AM"; with its date a week or more ahead."""
    spoken = language_of_reply(language)
    days = (at.date() - now.astimezone(at.tzinfo).date()).days
    clock = f"{at.hour % 12 or 12}:{at.minute:02d} {'AM' if at.hour < 12 else 'PM'}"
    day, month = WEEKDAYS[spoken][at.weekday()], MONTHS[spoken][at.month - 1]
    if spoken == "es":
        date = f" {at.day} de {month}" if days >= A_WEEK else ""
        return f"el {day}{date} a {'la' if at.hour % 12 == 1 else 'las'} {clock}"
    date = f", {month} {at.day}" if days >= A_WEEK else ""
    return f"{day}{date} at {clock}"


def language_of_reply(language: str | None) -> str:
    """The language that dates and pages of ours speak to a reader of ``language``: Spanish, or English."""
    return "es" if _base(language) == "es" else FALLBACK


def check_replies(languages: list[str]) -> None:
    """Read the replies of each language that has some. Raises :class:`RepliesWrong` for the first that is wrong."""
    for language in languages:
        path = message_file(language, FILE)
        if path is not None:
            _parsed(path, path.stat().st_mtime_ns)


def _base(language: str | None) -> str:
    return language.split("-")[0].lower() if language else FALLBACK


def replies_of(language: str | None) -> Replies:
    """The approved words of the reader's language, else English; a broken file of a district's gives way to ours."""
    base = _base(language)
    for path in _places(base):
        if path is None or not path.is_file():
            continue
        try:
            found = _parsed(path, path.stat().st_mtime_ns)
        except RepliesWrong as wrong:
            log.error("replies not used", file=str(path), why=str(wrong))
            continue
        if found is not None:
            return found
    shipped = _parsed(SHIPPED / "messages" / FALLBACK / FILE, 0)
    assert shipped is not None
    return shipped


def _places(base: str) -> Iterator[Path | None]:
    yield message_file(base, FILE)
    yield SHIPPED / "messages" / base / FILE
    yield message_file(FALLBACK, FILE)


@lru_cache(maxsize=64)
def _parsed(path: Path, _changed: int) -> Replies | None:
    """The file's words; None where nobody's name stands in its header."""
    try:
        content: JsonObject = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RepliesWrong(_("%(file)s is not a file of replies: %(why)s.", file=str(path), why=str(error))) from None
    approver = content.get("approved_by")
    if not isinstance(approver, str) or not approver.strip():
        return None
    bodies = {reply: _checked(path, reply, content) for reply in Reply}
    under = content[Reply.FOOTER]
    link = under.get("link") if isinstance(under, dict) else None
    if not isinstance(link, str) or not link.strip():
        raise RepliesWrong(
            _("%(file)s: [footer] needs a link, the words that are clicked to stop e-mails.", file=str(path))
        )
    return Replies(bodies, link.strip())


def _checked(path: Path, reply: Reply, content: JsonObject) -> str:
    table = content.get(reply)
    body = table.get("body") if isinstance(table, dict) else None
    if not isinstance(body, str) or not body.strip():
        raise RepliesWrong(_("%(file)s: [%(reply)s] needs a body.", file=str(path), reply=reply.value))
    try:
        names = set(_names(body))
    except ValueError as error:
        words = _("%(file)s: [%(reply)s] has a curly bracket that is not closed.", file=str(path), reply=reply.value)
        raise RepliesWrong(words) from error
    unknown = sorted(names - VALUES.keys())
    if unknown:
        raise RepliesWrong(
            _(
                "%(file)s: {%(name)s} is not allowed; use %(allowed)s.", file=str(path), name=unknown[0],
                allowed=", ".join(VALUES),
            )
        )  # fmt: skip
    left_out = next((part for part in MUST_SAY[reply] if part not in body), None)
    if left_out:
        words = _("%(file)s: [%(reply)s] must say %(words)s.", file=str(path), reply=reply.value, words=left_out)
        raise RepliesWrong(words)
    return body.strip()


def _names(text: str) -> Iterator[str]:
    for _literal, name, form, conversion in Formatter().parse(text):
        if form or conversion:
            raise ValueError("a placeholder is a plain name")
        if name is not None:
            yield name


def _filled(reply: Reply, body: str, values: Mapping[str, str]) -> str:
    given = {name: value.strip() for name, value in values.items() if name in VALUES and value.strip()}
    whole = MAY_BE_MISSING.sub(lambda part: part[1] if given.keys() >= set(_names(part[1])) else "", body)
    missing = next((name for name in _names(whole) if name not in given), None)
    if missing is not None:
        lacks = _(VALUES[missing])
        raise RepliesWrong(_("The reply “%(reply)s” cannot go out: it lacks %(what)s.", reply=reply.value, what=lacks))
    return "".join(
        literal + (given[name] if name is not None else "") for literal, name, _, _ in Formatter().parse(whole)
    )
