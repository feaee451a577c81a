"""A small writer of OneRoster folders: the least that is true, every row open to change."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Base, District, ImportRejection, ImportRun
from outreach.roster import ImportFigures, import_oneroster
from tests.world import CHICAGO, NOW

Row = TypeVar("Row", bound=Base)

COLUMNS = {
    "orgs": "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId",
    "academicSessions": "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear",
    "courses": (
        "sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,"
        "subjectCodes"
    ),
    "classes": (
        "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,"
        "termSourcedIds,subjects,subjectCodes,periods"
    ),
    "users": (
        "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,"
        "middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,metadata.householdId,metadata.language"
    ),
    "roles": "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId",
    "userProfiles": "sourcedId,status,dateLastModified,userSourcedId,profileType,vendorId,applicationId,description,"
    "credentialType,username,password",
    "demographics": "sourcedId,status,dateLastModified,birthDate,sex",
    "enrollments": (
        "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate"
    ),
    "categories": "sourcedId,status,dateLastModified,title",
    "lineItems": "sourcedId,status,dateLastModified,title,description,assignDate,dueDate,classSourcedId,"
    "categorySourcedId,gradingPeriodSourcedId,resultValueMin,resultValueMax",
    "results": (
        "sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment"
    ),
}


@dataclass
class OneRosterFolder:
    """Rows of each file by sourced id. Begins with a district, a school and a school year."""

    version: str = "1.1"
    rows: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    modes: dict[str, str] = field(default_factory=dict)
    """``delta`` for a file that is not the whole list."""

    def __post_init__(self) -> None:
        self.add("orgs", "D", name="Lakeside Schools", type="district")
        self.add("orgs", "S", name="Lakeside High", type="school", parentSourcedId="D")
        self.add("academicSessions", "Y", title="2026-27", type="schoolYear", startDate="2026-08-17",
                 endDate="2027-05-28", schoolYear="2027")  # fmt: skip

    def add(self, file: str, sourced_id: str, **values: str) -> Self:
        self.rows.setdefault(file, {})[sourced_id] = {"sourcedId": sourced_id, **values}
        return self

    def student(self, sourced_id: str, *parents: str, **values: str) -> Self:
        row = {
            "role": "student", "givenName": "Maya", "familyName": "Delgado", "orgSourcedIds": "S",
            "agentSourcedIds": ",".join(parents), **values,
        }  # fmt: skip
        return self.add("users", sourced_id, **row)

    def parent(self, sourced_id: str, *children: str, **values: str) -> Self:
        row = {
            "role": "parent", "givenName": f"Rosa {sourced_id}", "familyName": "Delgado", "orgSourcedIds": "S",
            "agentSourcedIds": ",".join(children), **values,
        }  # fmt: skip
        return self.add("users", sourced_id, **row)

    def teacher(self, sourced_id: str, **values: str) -> Self:
        row = {"role": "teacher", "givenName": "Lucia", "familyName": "Alvarez", "orgSourcedIds": "S", **values}
        return self.add("users", sourced_id, **row)

    def algebra(self, *students: str, teacher: str | None = None) -> Self:
        """A class C of Algebra I with its students, and a line item L of 0 to 100 points."""
        self.add("courses", "ALG", title="Algebra I")
        self.add("classes", "C", title="Algebra I, 3rd", courseSourcedId="ALG", schoolSourcedId="S",
                 termSourcedIds="Y", classType="scheduled")  # fmt: skip
        for student in students:
            self.add("enrollments", f"E-{student}", classSourcedId="C", userSourcedId=student, role="student")
        if teacher:
            self.add("enrollments", f"E-{teacher}", classSourcedId="C", userSourcedId=teacher, role="teacher")
        return self.add("lineItems", "L", title="Quiz 1", classSourcedId="C", dueDate="2026-09-10",
                        resultValueMin="0", resultValueMax="100")  # fmt: skip

    def result(self, sourced_id: str, student: str, score: str, **values: str) -> Self:
        row = {
            "lineItemSourcedId": "L", "studentSourcedId": student, "scoreStatus": "fully graded", "score": score,
            "scoreDate": "2026-09-11", **values,
        }  # fmt: skip
        return self.add("results", sourced_id, **row)

    def text(self, file: str) -> str:
        header = COLUMNS[file].split(",")
        if self.version == "1.2" and file == "users":
            header.remove("role")
        out = io.StringIO()
        writer = csv.DictWriter(out, header, restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(self.rows.get(file, {}).values())
        return out.getvalue()

    def files(self) -> dict[str, bytes]:
        manifest = ["propertyName,value", "manifest.version,1.0", f"oneroster.version,{self.version}"]
        manifest += [
            f"file.{file},{self.modes.get(file, 'bulk') if file in self.rows else 'absent'}" for file in COLUMNS
        ]
        made = {f"{file}.csv": self.text(file).encode() for file in self.rows}
        return {"manifest.csv": "\r\n".join(manifest).encode(), **made}

    def write(self, folder: Path) -> Path:
        """The folder with exactly these files."""
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for name, content in self.files().items():
            (folder / name).write_bytes(content)
        return folder

    def zip(self, path: Path, inside: str = "") -> Path:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.files().items():
                archive.writestr(f"{inside}{name}", content)
        return path


def take(session: Session, folder: Path, *, accept: bool = False, dry_run: bool = False) -> ImportFigures:
    return import_oneroster(session, folder, NOW, accept_deactivations=accept, dry_run=dry_run, timezone=CHICAGO)


def one(session: Session, model: type[Row], key: str) -> Row:
    return session.scalars(select(model).where(model.__table__.c.sourced_id == key)).one()


def everything(session: Session) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table but the record of imports themselves: to see that nothing, or what, changed."""
    session.flush()
    found = {}
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.columns if column is not District.__table__.c.roster_as_of]
        if table not in (ImportRun.__table__, ImportRejection.__table__):
            found[table.name] = sorted((tuple(row) for row in session.execute(select(*columns))), key=repr)
    return found
