"""A provider on loopback for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .stub import Stub, running


@pytest.fixture
def stub() -> Iterator[Stub]:
    with running() as made:
        yield made
