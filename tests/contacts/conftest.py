"""The Delgado family, ready."""

from __future__ import annotations

import pytest

from tests.contacts.homes import Home, home
from tests.world import World


@pytest.fixture
def delgado(world: World) -> Home:
    return home(world)
