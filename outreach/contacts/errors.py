"""What is refused about contacts and requests; each says in one sentence what to do."""

from __future__ import annotations

from outreach.errors import OutreachError


class ContactRefused(OutreachError):
    """A contact that cannot be kept as given."""

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field
        """The field of :class:`~outreach.contacts.NewContact` that the sentence is about, for the form."""


class ContactMovedOn(ContactRefused):
    """Somebody has changed this contact since the form was made from which it was to be corrected."""


class RequestRefused(OutreachError):
    """A step that this request cannot take now."""


class MovedOn(RequestRefused):
    """Somebody has done something with this question since the page was made from which a step was asked for."""
