"""One pool of connections for each provider and process, and what a broken connection means."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import timedelta

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NewConnectionError

from ..errors import ProviderError, RefusedForNow, Unclear

CONNECTIONS = 32
"""Kept open to one provider: more than a worker has threads."""
NEVER_SENT = (ConnectionRefusedError, NewConnectionError, ssl.SSLCertVerificationError)
"""Faults before the first byte of our request: nothing was asked of the provider."""


def pooled(session: requests.Session) -> requests.Session:
    """Give ``session`` room for every thread of a worker, and no retries behind our back; returns it."""
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=CONNECTIONS, max_retries=0))
    return session


def patience(deadline: timedelta) -> float:
    """Seconds to wait for a connection, and again for its answer: both together end by the deadline of the call."""
    return deadline.total_seconds() / 2


def broken(error: requests.RequestException, provider: str) -> ProviderError:
    """Refused before anything was sent is safe to try again; what broke later may have been accepted."""
    safe = isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError) or any(
        isinstance(cause, NEVER_SENT) for cause in _causes(error)
    )
    if safe:
        return RefusedForNow("connection", f"{provider} could not be reached")
    if isinstance(error, requests.Timeout):
        return Unclear("time-out", f"{provider} did not answer in time")
    return Unclear("connection", f"the connection to {provider} broke")


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__
