"""One pool of connections for each provider and process, and what a broken connection means."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NewConnectionError

from ..errors import NotReached, ProviderError, Unclear

CONNECTIONS = 32
"""Kept open to one provider: more than a worker has threads."""
NEVER_SENT = (ConnectionRefusedError, NewConnectionError, ssl.SSLCertVerificationError)
"""Faults before the first byte of our request: nothing was asked of the provider."""

DAY = 24 * 60 * 60


class Remembering(requests.Session):
    """Asks the environment for proxies and certificates once for each host, not for each message: that alone took a
    third of the time of a call."""

    def __init__(self) -> None:
        super().__init__()
        self._around: dict[tuple[str, str], dict[str, Any]] = {}

    def merge_environment_settings(
        self, url: str, proxies: dict[str, str] | None, stream: bool | None, verify: bool | str | None,
        cert: str | tuple[str, str] | None,
    ) -> dict[str, Any]:  # fmt: skip
        parts = urlsplit(url)
        host = (parts.scheme, parts.netloc)
        if host not in self._around:
            self._around[host] = super().merge_environment_settings(url, proxies, stream, verify, cert)
        return dict(self._around[host])


def pooled(session: requests.Session) -> requests.Session:
    """Give ``session`` room for every thread of a worker, and no retries behind our back; returns it."""
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=CONNECTIONS, max_retries=0))
    return session


def patience(deadline: timedelta) -> float:
    """Seconds to wait for a connection, and again for the first, and for each further, part of its answer.

    That bounds the usual call by its deadline, but not every one: a host of several addresses that are all silent, or
    an answer that comes drop by drop, may hold a thread longer. Nothing rests on it: past its lease the attempt is
    unknown, and what the call says after that is still written down.
    """
    return deadline.total_seconds() / 2


def broken(error: requests.RequestException, provider: str) -> ProviderError:
    """Refused before anything was sent is safe to try again; what broke later may have been accepted."""
    safe = isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError) or any(
        isinstance(cause, NEVER_SENT) for cause in _causes(error)
    )
    if safe:
        return NotReached("connection", f"{provider} could not be reached")
    if isinstance(error, requests.Timeout):
        return Unclear("time-out", f"{provider} did not answer in time")
    return Unclear("connection", f"the connection to {provider} broke")


def asked_to_wait(headers: Mapping[str, str]) -> timedelta | None:
    """How long the provider asks us to wait: ``Retry-After`` in seconds or as a date (RFC 9110, 10.2.3), or
    ``X-RateLimit-Reset`` in seconds since 1970 (SendGrid). None where it names nothing that can be read.

    A date is counted from the answer's own ``Date``, so that no two clocks are compared; never longer than a day.
    """
    now = _moment(headers.get("Date")) or datetime.now(UTC)
    named = headers.get("Retry-After", "").strip()
    reset = headers.get("X-RateLimit-Reset", "").strip()
    if named.isdecimal():
        wait = timedelta(seconds=min(int(named), DAY))
    elif (moment := _moment(named)) is not None:
        wait = moment - now
    elif reset.isdecimal():
        wait = timedelta(seconds=min(int(reset) - int(now.timestamp()), DAY))
    else:
        return None
    return min(max(wait, timedelta(0)), timedelta(seconds=DAY))


def _moment(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__
