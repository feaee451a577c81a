"""A list as a file for a spreadsheet, in which no cell is ever run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response

from outreach.roster import safe_cell

BYTE_ORDER_MARK = "\ufeff"
"""By which Excel knows UTF-8."""


def csv_file(name: str, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> Response:
    """``heading`` and ``rows`` as a download called ``name``; never kept by a browser's cache."""
    written = io.StringIO()
    written.write(BYTE_ORDER_MARK)
    file = csv.writer(written)
    file.writerow([safe_cell(cell) for cell in heading])
    file.writerows([safe_cell(cell) for cell in row] for row in rows)
    made = Response(written.getvalue(), content_type="text/csv; charset=utf-8")
    made.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return made
