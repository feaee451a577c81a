"""How the stub behaves: dealt from shuffled decks, so that chance chooses the order and every manner comes up."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Generic, TypeVar

from .journal import TAKES, Manner

Card = TypeVar("Card")

FEW: Mapping[Manner, int] = {
    Manner.TAKE: 27, Manner.BUSY: 3, Manner.FAULT: 2, Manner.FAULT_TAKEN: 1, Manner.CLOSE: 1, Manner.CLOSE_TAKEN: 3,
    Manner.HANG: 1, Manner.HANG_TAKEN: 1, Manner.HANG_LATE: 1,
}  # fmt: skip
"""For a short run: each manner within forty calls."""
MANY: Mapping[Manner, int] = {
    Manner.TAKE: 160, Manner.BUSY: 12, Manner.FAULT: 9, Manner.FAULT_TAKEN: 5, Manner.CLOSE: 3, Manner.CLOSE_TAKEN: 6,
    Manner.HANG: 1, Manner.HANG_TAKEN: 2, Manner.HANG_LATE: 2,
}  # fmt: skip
NUMBER_BAD, OPTED_OUT = "+1312998", "+1312999"
"""Numbers that the provider refuses for good begin so."""
LEFT_OUT = (
    "an e-mail that SendGrid took, answered with a 5xx all the same, and tells of only after 15 minutes: the outbox "
    "tries it again by then, and the family gets it twice (docs/delivery.md)"
)
"""The one case that the stub never shows, since the design does send twice there; said in every report."""
PATIENCE = 2
"""How often one message is refused or cut off before it was taken; then the stub takes it, so that no limit of tries
is ever the reason why something did not leave."""


class Receipts(StrEnum):
    """How the stub tells what became of a message that it took."""

    PLAIN = "plain"
    EARLY = "early"
    """Delivered is told before the request to send is answered."""
    DOUBLED = "doubled"
    SHUFFLED = "shuffled"
    """Delivered first, sent afterwards."""
    LATE = "late"
    """After forty minutes."""
    WITHHELD = "withheld"
    """Never."""


TELLING: Mapping[Receipts, int] = {
    Receipts.PLAIN: 9, Receipts.EARLY: 3, Receipts.DOUBLED: 2, Receipts.SHUFFLED: 2, Receipts.LATE: 2,
    Receipts.WITHHELD: 2,
}  # fmt: skip
TELLING_SHORT: Mapping[Receipts, int] = {
    Receipts.PLAIN: 5, Receipts.EARLY: 2, Receipts.DOUBLED: 2, Receipts.SHUFFLED: 2, Receipts.LATE: 3,
    Receipts.WITHHELD: 3,
}  # fmt: skip
"""For a short run: what few are in flight at a kill must not all be told of before anybody wonders."""
TELLING_OF_LOST: Mapping[Receipts, int] = {
    Receipts.PLAIN: 1, Receipts.EARLY: 1, Receipts.LATE: 1, Receipts.WITHHELD: 1,
}  # fmt: skip
"""In a short run, of what was taken and its answer lost: half of it is told of late or never, so that lookups and
persons have something to settle."""


class Deck(Generic[Card]):
    """Deals its cards in an order of chance, then shuffles and deals again."""

    def __init__(self, cards: Mapping[Card, int], chance: random.Random) -> None:
        self._cards: Sequence[Card] = [card for card, count in cards.items() for _ in range(count)]
        self._chance = chance
        self._left: list[Card] = []

    def deal(self) -> Card:
        if not self._left:
            self._left = list(self._cards)
            self._chance.shuffle(self._left)
        return self._left.pop()


class Manners:
    """Decides what becomes of each request. A channel has its own decks, so that each meets every manner."""

    def __init__(self, seed: int, *, short: bool) -> None:
        chance = random.Random(seed)
        cards = FEW if short else MANY
        self._manners = {channel: Deck(cards, chance) for channel in ("sms", "email")}
        told = TELLING_SHORT if short else TELLING
        self._receipts = {channel: Deck(told, chance) for channel in ("sms", "email")}
        self._of_lost = Deck(TELLING_OF_LOST if short else TELLING, chance)
        self._refused: Counter[str] = Counter()
        self.kind = False
        """Takes everything, as providers do on most days."""
        self.down: Manner | None = None
        """Every call is met in this manner: an outage."""

    def of(self, channel: str, to: str, tag: str | None) -> Manner:
        if to.startswith(NUMBER_BAD):
            return Manner.NUMBER_BAD
        if to.startswith(OPTED_OUT):
            return Manner.OPTED_OUT
        if self.down is not None:
            return self.down
        manner = Manner.TAKE if self.kind else self._manners[channel].deal()
        if manner not in TAKES:
            if tag is None or self._refused[tag] >= PATIENCE:
                return Manner.TAKE
            self._refused[tag] += 1
        return manner

    def telling(self, channel: str, manner: Manner) -> Receipts:
        """SendGrid's fault after accepting is always told of in time (:data:`LEFT_OUT`); what is taken later is told of
        after that, or never."""
        if channel == "email" and manner is Manner.FAULT_TAKEN:
            return Receipts.PLAIN
        lost = manner in (Manner.CLOSE_TAKEN, Manner.HANG_TAKEN)
        told = (self._of_lost if lost else self._receipts[channel]).deal()
        if manner is Manner.HANG_LATE and told is not Receipts.WITHHELD:
            return Receipts.LATE
        return told
