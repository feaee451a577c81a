from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.planning.scene import Scene
from tests.world import World


@pytest.fixture
def scene(session: Session, world: World) -> Scene:
    return Scene(session, world)
