"""The family and its school's safety list; and the same over several connections, with the sandbox."""

from __future__ import annotations

import pytest

from tests.delivery.conftest import providers, sessions
from tests.safety.scene import Scene, build
from tests.world import World

__all__ = ["providers", "sessions"]


@pytest.fixture
def scene(world: World) -> Scene:
    return build(world)
