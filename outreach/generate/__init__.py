"""A made-up district: the same for the same seed and day, plausible, and nobody in it is real."""

from .clearing import RealDistrictError, clear_made_up, made_up
from .district import AlreadyADistrictError, GenerateFigures, NothingToGenerateError, generate
from .oneroster import write_oneroster

__all__ = [
    "AlreadyADistrictError",
    "GenerateFigures",
    "NothingToGenerateError",
    "RealDistrictError",
    "clear_made_up",
    "generate",
    "made_up",
    "write_oneroster",
]
