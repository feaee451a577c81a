"""Who is who: rosters and other lists in, households, and addresses with their health."""

from .attendance import import_attendance
from .figures import ContactPointFigures, FamilyFigures, ImportFigures
from .households import rebuild_families
from .incidents import import_incidents
from .lists import HEADERS
from .mark_list import import_marks
from .oneroster import import_oneroster
from .phones import ParsedAddress, parse_email, parse_phone
from .rejection import Rejection, Rejects, RosterError, TooManyDeactivationsError, safe_cell
from .relationships import import_relationships
from .run import Progress, Step
from .staff_list import import_staff

__all__ = [
    "HEADERS",
    "ContactPointFigures",
    "FamilyFigures",
    "ImportFigures",
    "ParsedAddress",
    "Progress",
    "Rejection",
    "Rejects",
    "RosterError",
    "Step",
    "TooManyDeactivationsError",
    "import_attendance",
    "import_incidents",
    "import_marks",
    "import_oneroster",
    "import_relationships",
    "import_staff",
    "parse_email",
    "parse_phone",
    "rebuild_families",
    "safe_cell",
]
