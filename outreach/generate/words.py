"""What made-up teachers and families say, so that a timeline reads like one. First names and plain facts only."""

from __future__ import annotations

from models import Department, Purpose, Subject, Topic

SUBJECT_NAMES = {
    Subject.READING: "reading", Subject.MATH: "math", Subject.SOCIAL_STUDIES: "social studies",
    Subject.SCIENCE: "science", Subject.OTHER: "art",
}  # fmt: skip

BY_PURPOSE: dict[Purpose, tuple[tuple[Topic, str], ...]] = {
    Purpose.PRAISE: (
        (Topic.ACADEMICS, "The last piece of work in {subject} was careful and complete."),
        (Topic.BEHAVIOR, "Helped a classmate who was new to the group, without being asked."),
        (Topic.ACADEMICS, "Asked good questions in {subject} this week."),
    ),
    Purpose.IMPROVE: (
        (Topic.ACADEMICS, "One thing to work on in {subject}: hand homework in on the day."),
        (Topic.ACADEMICS, "Ten minutes of {subject} practice a day would help most now."),
        (Topic.BEHAVIOR, "We agreed on a seat nearer to the front for a while."),
    ),
    Purpose.CONCERN: (
        (Topic.ACADEMICS, "Two pieces of work in {subject} are missing; offered help on Thursdays."),
        (Topic.ATTENDANCE, "Missed several mornings; asked whether the bus is the trouble."),
        (Topic.WELLBEING, "Seemed tired and quiet this week; asked how things are."),
    ),
    Purpose.LOGISTICS: (
        (Topic.LOGISTICS, "Talked about the date of the conference."),
        (Topic.SERVICES, "Arranged the next meeting about support at school."),
    ),
}  # fmt: skip
NOTICES = (
    "School is closed on Monday. Have a good long weekend.",
    "Pictures are taken on Thursday; order forms come home today.",
    "Report cards for the first grading period are ready.",
    "The book fair is open before and after school this week.",
)
QUESTIONS: dict[Department, tuple[str, ...]] = {
    Department.TEACHING: (
        "Can the test from Friday be made up?",
        "I do not understand the last grade. What was missing?",
        "Which pages are for tomorrow?",
        "Is there any extra help after school?",
    ),
    Department.ADMINISTRATION: (
        "Who decides about the change of class? I asked in September.",
        "Why was I not told about what happened at lunch?",
        "Can we be excused for a family trip?",
    ),
    Department.COUNSELING: (
        "My child does not want to go to school any more. Can we talk?",
        "Could the schedule be changed for next semester?",
    ),
    Department.FRONT_OFFICE: (
        "The bus has not come twice this week. Whom do I call?",
        "How do I send in a doctor's note?",
    ),
    Department.SPECIAL_EDUCATION: (
        "When is the next meeting about the plan?",
        "The extra time in tests was not given last week. Why?",
    ),
}  # fmt: skip
IN_SPANISH = ("¿Cuándo es la próxima junta con la maestra?", "No entiendo la última calificación. ¿Qué faltó?")
ANSWERS = (
    "Called back and went through it together.",
    "Explained how it is graded and what can still be handed in.",
    "Found a time to meet on Thursday.",
    "Checked with the office and told the family what comes next.",
)
ASKED_AGAIN = "Thank you, but this does not answer what I asked."
THANKS = ("Thank you!", "Thanks for letting me know.", "Gracias por avisar.")
HELPED = ("Yes, that helped.", "Thank you for calling.", None)
NOT_HELPED = ("Nothing came of it.", "I still do not know what to do.", None)
SURVEY_WORDS = {
    "promoter": ("We always know how the week went.", None),
    "passive": ("Fine, mostly. More about behavior would be good.", None),
    "detractor": ("I only hear from school when something is wrong.", "I wrote twice and nobody answered.", None),
}
