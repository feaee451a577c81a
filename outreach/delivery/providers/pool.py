"""One pool of connections for each provider and process, and what a broken connection means."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPSConnectionPool, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ProxyError, ReadTimeoutError

from outreach.language import N_, kept

from ..errors import NotReached, ProviderError, Unclear

CONNECTIONS = 32
"""Kept open to one provider: more than a worker has threads."""
NEVER_SENT = (
    ConnectionRefusedError, NewConnectionError, ConnectTimeoutError, ProxyError, ssl.SSLCertVerificationError
)  # fmt: skip
"""Faults before the first byte of our request: nothing was asked of the provider."""

DAY = 24 * 60 * 60


class Pool(HTTPAdapter):
    """Connections to one provider, kept open for every thread of a worker; no redirect is followed, nothing is tried
    again behind our back. What ``requests`` reads from the environment (proxies, certificates) it reads once for each
    host: that, and its objects for each request, took half the time of a call."""

    def __init__(self, patience: float) -> None:
        """``patience``: seconds, as :func:`patience` counts them."""
        super().__init__(pool_maxsize=CONNECTIONS, max_retries=0)
        self._waits = Timeout(connect=patience, read=patience)
        self._hosts: dict[tuple[str, str], tuple[HTTPConnectionPool, bool]] = {}

    def ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> BaseHTTPResponse:
        """The provider's answer, read to its end. Raises urllib3's ``HTTPError`` where none came."""
        parts = urlsplit(url)
        host = (parts.scheme, parts.netloc)
        found = self._hosts.get(host)
        if found is None:
            found = self._hosts[host] = self._connect(url)
        connections, whole = found
        path = url if whole else urlunsplit(("", "", parts.path or "/", parts.query, ""))
        return connections.urlopen(
            method, path, body=body, headers=headers, timeout=self._waits, retries=False, redirect=False,
            assert_same_host=False,
        )  # fmt: skip

    def _connect(self, url: str) -> tuple[HTTPConnectionPool, bool]:
        """To one host, by its proxy where there is one; and whether it wants whole addresses (a proxy without TLS)."""
        around = requests.Session().merge_environment_settings(url, {}, None, None, None)
        request = requests.Request("GET", url).prepare()
        verify, proxies, cert = around["verify"], around["proxies"], around["cert"]
        connections = self.get_connection_with_tls_context(request, verify, proxies, cert)
        self.cert_verify(connections, url, verify, cert)
        connections.ConnectionCls = _AT_ONCE.get(type(connections), connections.ConnectionCls)  # not by SOCKS
        return connections, urlsplit(self.request_url(request, proxies)).netloc != ""


class _AtOnce(HTTPConnection):
    """Head and body leave in one write: in two they are two packets, and the thread waits twice for its turn."""

    _kept: list[bytes] | None = None

    def request(self, *args: Any, **options: Any) -> None:
        self._kept = []
        try:
            super().request(*args, **options)
            whole = b"".join(self._kept)
        finally:
            self._kept = None
        super().send(whole)

    def send(self, data: Any) -> None:
        if self._kept is None:
            super().send(data)
        else:
            self._kept.append(data)


class _AtOnceByTls(_AtOnce, HTTPSConnection):
    pass


_AT_ONCE: Mapping[type[HTTPConnectionPool], type[HTTPConnection]] = {
    HTTPConnectionPool: _AtOnce, HTTPSConnectionPool: _AtOnceByTls,
}  # fmt: skip


def patience(deadline: timedelta) -> float:
    """Seconds to wait for a connection, and again for the first, and for each further, part of its answer.

    That bounds the usual call by its deadline, but not every one: a host of several addresses that are all silent, or
    an answer that comes drop by drop, may hold a thread longer. Nothing rests on it: past its lease the attempt is
    unknown, and what the call says after that is still written down.
    """
    return deadline.total_seconds() / 2


def broken(error: HTTPError, provider: str) -> ProviderError:
    """Refused before anything was sent is safe to try again; what broke later may have been accepted."""
    if any(isinstance(cause, NEVER_SENT) for cause in _causes(error)):
        return NotReached("connection", kept(N_("%(provider)s could not be reached"), provider=provider))
    if isinstance(error, ReadTimeoutError):
        return Unclear("time-out", kept(N_("%(provider)s did not answer in time"), provider=provider))
    return Unclear("connection", kept(N_("the connection to %(provider)s broke"), provider=provider))


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
