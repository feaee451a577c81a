"""Set up a process that works for days in many threads, such as a worker."""

from __future__ import annotations

import gc
import sys

GIVE_WAY_AFTER = 0.02
"""Seconds that a thread may compute while others wait for the interpreter. A worker's threads mostly wait for somebody
else, and give way of themselves; to be made to costs each of them a wait for its turn in the midst of a message."""
NEW_OBJECTS = 10_000
"""Between two looks for garbage among the youngest objects; Python's own 700 suits programs that end soon."""


def settle() -> None:
    """Once everything is loaded: what is there stays, and is never looked through for garbage again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)
    sys.setswitchinterval(GIVE_WAY_AFTER)
