"""Twilio's side of a lookup: every text that the stub took, listed and fetched as its API does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import urlencode

from .board import Board

ACCOUNT = "AC" + "0123456789abcdef" * 2
SENDER = "+13125550100"
ON_ITS_WAY = timedelta(seconds=5)
"""For so long a text is only sent, then delivered."""
ONE = re.compile(r"/Messages/SM([0-9a-f]{32})\.json$")


@dataclass(frozen=True, slots=True)
class Kept:
    sid: str
    to: str
    body: str
    at: datetime
    """Before that it is in no list: taken a while after it was asked."""


class Archive:
    def __init__(self, board: Board) -> None:
        self._board = board
        self._kept: dict[int, Kept] = {}

    def keep(self, number: int, to: str, body: str, after: timedelta) -> str:
        """A text that is taken as the call with this number, ``after`` it came; its sid."""
        at = (self._board.now() + after).replace(microsecond=0)
        self._kept[number] = Kept(f"SM{number:032x}", to, body, at)
        return self._kept[number].sid

    def shown(self, number: int) -> dict[str, object]:
        """The resource as it stands when it was just created."""
        return {**self._resource(self._kept[number]), "status": "queued", "date_sent": None}

    def answer(self, path: str, query: dict[str, str]) -> dict[str, object] | None:
        """A fetch of one text, or one page of a list; None where there is no such text."""
        if one := ONE.search(path):
            found = self._kept.get(int(one.group(1), 16))
            return None if found is None or found.at > self._board.now() else self._resource(found)
        return self._page(path, query)

    def _page(self, path: str, query: dict[str, str]) -> dict[str, object]:
        page, size = int(query.get("Page", "0")), min(int(query.get("PageSize", "50")), 1000)
        now = self._board.now()
        newest_first = [kept for _, kept in sorted(self._kept.items(), reverse=True) if kept.at <= now]
        fitting = [kept for kept in newest_first if _fits(kept, query)]
        rows = fitting[page * size : (page + 1) * size]
        following = {**query, "Page": str(page + 1), "PageSize": str(size), "PageToken": f"PT{page + 1}"}
        more = len(fitting) > (page + 1) * size
        return {
            "messages": [self._resource(kept) for kept in rows], "page": page, "page_size": size,
            "next_page_uri": f"{path}?{urlencode(following)}" if more else None, "previous_page_uri": None,
            "first_page_uri": f"{path}?{urlencode({**query, 'Page': '0', 'PageSize': str(size)})}",
            "uri": f"{path}?{urlencode(query)}", "start": page * size, "end": page * size + len(rows),
        }  # fmt: skip

    def _resource(self, kept: Kept) -> dict[str, object]:
        arrived = self._board.now() - kept.at >= ON_ITS_WAY
        moment = format_datetime(kept.at)
        return {
            "sid": kept.sid, "account_sid": ACCOUNT, "to": kept.to, "from": SENDER, "body": kept.body,
            "status": "delivered" if arrived else "sent", "error_code": None, "error_message": None,
            "num_segments": "1", "num_media": "0", "direction": "outbound-api", "price": None, "price_unit": "USD",
            "messaging_service_sid": None, "api_version": "2010-04-01", "date_created": moment, "date_sent": moment,
            "date_updated": moment, "uri": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{kept.sid}.json",
            "subresource_uris": {},
        }  # fmt: skip


def _fits(kept: Kept, query: dict[str, str]) -> bool:
    if "To" in query and query["To"] != kept.to:
        return False
    after, before, on = query.get("DateSent>"), query.get("DateSent<"), query.get("DateSent")
    return (
        (after is None or kept.at >= _moment(after))
        and (before is None or kept.at <= _end(before))
        and (on is None or kept.at.date() == _moment(on).date())
    )


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _end(text: str) -> datetime:
    """The last moment that ``text`` means: a bare date is the whole day."""
    found = _moment(text)
    return found + timedelta(days=1, seconds=-1) if len(text) == len("2026-01-01") else found
