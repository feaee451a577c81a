"""The contact strip in words that a family could read over a shoulder."""

from __future__ import annotations

from datetime import date

OFTEN = 3
TIMES = ("never", "once", "twice")
NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")


def caption(
    *, reached: bool, school_first: int, family_first: int, tried: int, teacher_contacts: int, goal: int,
    open_requests: int,
) -> str:  # fmt: skip
    """A few words: who spoke first, where the family did so more often; else how far we are from our own goal."""
    if family_first > school_first:
        return f"they spoke first {times(family_first)}, we {times(school_first)}"
    if not reached and tried:
        return "tried often, never reached" if tried >= OFTEN else f"tried {times(tried)}, never reached"
    if teacher_contacts:
        return f"{teacher_contacts} from us, goal {goal} this year"
    if school_first:
        return f"we spoke first {times(school_first)}, no teacher yet"
    return "one question is open" if open_requests else "no contact yet this year"


def label(
    year_starts_on: date | None, *, reached: bool, school_first: int, family_first: int, tried: int,
    teacher_contacts: int, goal: int, open_requests: int,
) -> str:  # fmt: skip
    """Whole sentences with every count of the picture."""
    if year_starts_on is None:
        return "The school year of this family is not known."
    since = f"Since {year_starts_on:%B}"
    if not (reached or family_first or tried):
        said = f"{since} there has been no contact."
    else:
        said = f"{since}: the family spoke first {times(family_first)}, the school {times(school_first)}."
    if tried:
        nobody = "without reaching anyone" if reached else "and never reached anyone"
        said += f" The school tried {times(tried)} {nobody}."
    if open_requests:
        said += f" {counted(open_requests)} {'question is' if open_requests == 1 else 'questions are'} open."
    return said


def times(number: int) -> str:
    """never, once, twice, 3 times."""
    return TIMES[number] if number < len(TIMES) else f"{number} times"


def counted(number: int) -> str:
    """One, Two, … Nine, 10: at the start of a sentence."""
    return NUMBERS[number] if number < len(NUMBERS) else str(number)
