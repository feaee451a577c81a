"""A provider without account or network, that behaves like the real ones. The default.

Most addresses accept, are sent after 2 seconds and delivered after 5. The magic ones do as :data:`MAGIC_NUMBERS` and
:data:`MAGIC_MAILBOXES` say. Its transaction is the far side of the wire: whatever dies on ours, it has what it took.
"""

from .advance import advance
from .behaviors import COURSES, MAGIC_DOMAIN, MAGIC_MAILBOXES, MAGIC_NUMBERS, Behavior, behavior_of
from .outbox import outbox, to_families, write_back
from .send import Sandbox

__all__ = [
    "COURSES",
    "MAGIC_DOMAIN",
    "MAGIC_MAILBOXES",
    "MAGIC_NUMBERS",
    "Behavior",
    "Sandbox",
    "advance",
    "behavior_of",
    "outbox",
    "to_families",
    "write_back",
]
