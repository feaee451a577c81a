"""What the stub's Twilio has: texts it took and texts that came in, and the lists and single answers made of them."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime

INBOUND, OUTBOUND = "inbound", "outbound-api"


@dataclass(frozen=True)
class Text:
    sid: str
    to: str
    from_: str | None
    service: str | None
    body: str
    created_at: datetime
    direction: str = OUTBOUND
    status: str = "queued"
    code: int | None = None
    pictures: int = 0

    def as_json(self) -> dict[str, object]:
        at = format_datetime(self.created_at.astimezone(UTC))
        waits = self.status in ("queued", "accepted")
        return {
            "sid": self.sid, "status": self.status, "to": self.to, "from": self.from_, "body": self.body,
            "messaging_service_sid": self.service, "direction": self.direction, "error_code": self.code,
            "error_message": None, "num_segments": "1", "num_media": str(self.pictures), "date_created": at,
            "date_updated": at, "date_sent": None if waits else at, "uri": f"/2010-04-01/Messages/{self.sid}.json",
        }  # fmt: skip


class Texts:
    """Safe for the threads of a server. ``now`` is the time on its wall, for as long as a test does not move it."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)
        self._texts: list[Text] = []
        self._lock = threading.Lock()

    def take(self, form: Mapping[str, str]) -> Text:
        """A text of ours, as it was asked for."""
        return self._add(
            to=form.get("To", ""), from_=form.get("From"), service=form.get("MessagingServiceSid"),
            body=form.get("Body", ""),
        )  # fmt: skip

    def comes_in(self, from_: str, to: str, body: str, pictures: int = 0, service: str | None = None) -> Text:
        """A text of a family's."""
        return self._add(
            to=to, from_=from_, service=service, body=body, direction=INBOUND, status="received", pictures=pictures
        )  # fmt: skip

    def stands(self, sid: str, status: str, code: int | None = None) -> None:
        """From now on this text is ``status``."""
        with self._lock:
            self._texts = [replace(one, status=status, code=code) if one.sid == sid else one for one in self._texts]

    @property
    def sids(self) -> list[str]:
        return [one.sid for one in self._texts]

    def one(self, sid: str) -> Text | None:
        return next((one for one in self._texts if one.sid == sid), None)

    def page(self, query: Mapping[str, str], path: str) -> dict[str, object]:
        """Newest first, filtered and cut into pages as Twilio does; a text that still waits has no date of sending."""
        found = [one for one in reversed(self._texts) if _asked_for(one, query)]
        size, number = int(query.get("PageSize", "50")), int(query.get("Page", "0"))
        here, more = found[number * size : (number + 1) * size], len(found) > (number + 1) * size
        rest = "&".join(f"{name}={value.replace('+', '%2B')}" for name, value in query.items() if name != "Page")
        return {
            "messages": [one.as_json() for one in here], "page": number, "page_size": size, "uri": path,
            "first_page_uri": path, "previous_page_uri": None, "start": 0, "end": 0,
            "next_page_uri": f"{path}?{rest}&Page={number + 1}" if more else None,
        }  # fmt: skip

    def _add(
        self, *, to: str, from_: str | None, service: str | None, body: str, direction: str = OUTBOUND,
        status: str = "queued", pictures: int = 0,
    ) -> Text:  # fmt: skip
        with self._lock:
            sid = f"SM{len(self._texts) + 1:032x}"
            made = Text(sid, to, from_, service, body, self.now, direction, status, None, pictures)
            self._texts.append(made)
            return made


def _asked_for(text: Text, query: Mapping[str, str]) -> bool:
    since = query.get("DateSent>")
    if since is not None and (
        text.status in ("queued", "accepted") or text.created_at < datetime.fromisoformat(since)
    ):  # fmt: skip
        return False
    return all(query.get(name, value) == value for name, value in {"To": text.to, "From": text.from_}.items())
