"""What other weights would do, before anybody decides: how many families would hear from us sooner or later."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from config.tuning import Tuning
from models import Band
from outreach.effective import effective_config

from .score import points_under


@dataclass(frozen=True, slots=True)
class Moves:
    """Every family scored twice at the same moment, by the weights in force and by those proposed."""

    families: int
    moved: dict[tuple[Band, Band], int]
    """From band to band, only where they differ: how many families."""
    points_changed: int
    """Whose points would differ, whether or not the band does."""
    before: dict[Band, int]
    after: dict[Band, int]

    def into(self, band: Band) -> int:
        """How many families would come into ``band`` that are not in it now."""
        return sum(count for (_, to), count in self.moved.items() if to is band)

    def out_of(self, band: Band) -> int:
        return sum(count for (come_from, _), count in self.moved.items() if come_from is band)


def what_would_move(session: Session, now: datetime, proposed: Tuning) -> Moves:
    """Score all families by both sets of weights and compare. Changes nothing, and rolls the session back."""
    as_it_is = points_under(session, now, effective_config(session, now))
    as_proposed = points_under(session, now, proposed)
    both = [(as_it_is[family], as_proposed[family]) for family in as_it_is.keys() & as_proposed.keys()]
    bands = [(before[1], after[1]) for before, after in both]
    return Moves(
        families=len(both), moved=dict(Counter(move for move in bands if move[0] is not move[1])),
        points_changed=sum(before[0] != after[0] for before, after in both),
        before=dict.fromkeys(Band, 0) | Counter(before for before, _ in bands),
        after=dict.fromkeys(Band, 0) | Counter(after for _, after in bands),
    )  # fmt: skip
