"""What can be wrong with an act on a safety alert or its list, in a sentence for the person who tried."""

from __future__ import annotations

from outreach.errors import OutreachError


class SafetyRefused(OutreachError):
    """This cannot be done; ``field`` names the form's field that it is about, where it is about one."""

    def __init__(self, words: str, field: str = "") -> None:
        super().__init__(words)
        self.field = field
