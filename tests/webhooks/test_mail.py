"""An e-mail as Inbound Parse posts it, taken apart or whole: whose it is, what it says, and what it only claims."""

from __future__ import annotations

import json
from email.message import EmailMessage

import pytest

from outreach.delivery.inbound import Incoming
from outreach.delivery.providers.sendgrid.html_text import text_of_page
from outreach.delivery.providers.sendgrid.parse import incoming_mail
from tests.world import NOW

ATTEMPT = "b" * 32
REPLY_TO = f"reply+{ATTEMPT}@reply.example.org"
HEADERS = f"""Received: by mx.example.org; Tue, 24 Nov 2026 16:00:00 +0000
From: =?utf-8?q?Rosa_Ib=C3=A1=C3=B1ez?= <rosa@example.org>
To: {REPLY_TO}
Message-ID: <abc@mail.example.org>
Subject: =?utf-8?q?Ma=C3=B1ana?=
Content-Type: multipart/alternative; boundary=x
"""


def mail(
    *, headers: str = HEADERS, files: int = 0, sender: str = "Rosa Ibáñez <rosa@example.org>", **fields: str | bytes
) -> Incoming:
    """The default form; ``fields`` replace or add to it."""
    whole: dict[str, str | bytes] = {
        "headers": headers, "from": sender, "to": REPLY_TO, "subject": "Mañana",
        "text": "Can we talk tomorrow?\r\n\r\n> On Monday you wrote:\r\n> Maya asked for help.\r\n", "attachments": "0",
        "envelope": json.dumps({"to": [REPLY_TO], "from": "rosa@example.org"}), "SPF": "pass",
        "dkim": "{@example.org : pass}", "charsets": json.dumps({"text": "utf-8", "subject": "UTF-8"}), **fields,
    }  # fmt: skip
    as_bytes = {name: value.encode() if isinstance(value, str) else value for name, value in whole.items()}
    return incoming_mail(as_bytes, NOW, files)


def test_a_reply_names_its_sender_its_words_and_what_it_answers() -> None:
    found = mail()
    assert (found.from_value, found.to_value, found.title) == ("rosa@example.org", REPLY_TO, "Mañana")
    assert found.body.startswith("Can we talk tomorrow?\n\n> On Monday")
    assert (found.answers_attempt, found.automatic, found.pictures) == (ATTEMPT, False, 0)
    assert found.raw["authenticated"] is True
    assert found.raw["message_id"] == "<abc@mail.example.org>"


def test_the_same_mail_brought_again_has_the_same_id_and_another_under_its_message_id_has_not() -> None:
    assert mail().provider_id == mail().provider_id
    assert mail().provider_id != mail(text="Something else").provider_id
    without = HEADERS.replace("Message-ID", "X-Was-Id")
    assert mail(headers=without).provider_id == mail(headers=without).provider_id


@pytest.mark.parametrize(
    ("charset", "raw"),
    [("iso-8859-1", "mañana".encode("latin-1")), ("windows-1252", "mañana".encode("cp1252")),
     ("utf-8", "mañana".encode()), ("shift_jis", "明日 mañana".encode("shift_jis", "replace")),
     ("GB2312", "明天".encode("gb2312"))],
)  # fmt: skip
def test_each_field_is_read_in_its_own_charset(charset: str, raw: bytes) -> None:
    found = mail(text=raw, charsets=json.dumps({"text": charset, "subject": "utf-8"}))
    assert found.body == raw.decode(charset)
    assert found.title == "Mañana"


@pytest.mark.parametrize(
    "charset", ["no-such", "hex", "rot13", "idna", "undefined", "", 7, None, "utf-8\x00", "utf-16"]
)
def test_no_charset_whatever_it_is_called_loses_the_mail(charset: object) -> None:
    found = mail(text=b"caf\xe9 \xff\x00 ok", charsets=json.dumps({"text": charset}))
    assert "\x00" not in found.body
    assert found.body


@pytest.mark.parametrize("broken", [b"", b"{", b"[]", b"\xff", b'"x"', b"[" * 100_000])
def test_broken_side_fields_lose_nothing(broken: bytes) -> None:
    found = mail(charsets=broken, envelope=broken, headers="", attachments=broken, dkim=broken, SPF=broken)
    assert (found.from_value, found.to_value) == ("rosa@example.org", REPLY_TO)
    assert found.body.startswith("Can we talk tomorrow?")
    assert found.raw["authenticated"] is False


def test_a_mail_of_nothing_is_still_a_mail() -> None:
    found = incoming_mail({}, NOW)
    assert (found.body, found.from_value, found.title) == ("", "", None)


def test_a_long_mail_is_kept_whole() -> None:
    words = "Querida maestra: " + "muy largo " * 200_000
    assert mail(text=words).body == words


@pytest.mark.parametrize(
    "sender",
    ["rosa@example.org, eve@example.net", "rosa@example.org, Eve <eve@example.net>", "Rosa", "<>", "",
     "undisclosed-recipients:;", "rosa@localhost", "(" * 3000],
)  # fmt: skip
def test_a_sender_that_is_not_one_mailbox_is_nobody(sender: str) -> None:
    headers = HEADERS.replace("=?utf-8?q?Rosa_Ib=C3=A1=C3=B1ez?= <rosa@example.org>", sender)
    found = mail(headers=headers, sender=sender)
    assert (found.from_value, found.raw["authenticated"]) == ("", False)


@pytest.mark.parametrize(
    "sender",
    ["López, Ana <ana@gmail.com>", "Ana [Parent] <ana@gmail.com>", "Ana @ home <ana@gmail.com>", "López, ana@gmail.com",
     "=?utf-8?q?L=C3=B3pez,_Ana?= <ana@gmail.com>", "ana@gmail.com <ana@gmail.com>", "Ana <ana@gmail.com"],
)  # fmt: skip
def test_a_name_that_is_not_quoted_as_it_should_be_hides_no_address(sender: str) -> None:
    headers = HEADERS.replace("=?utf-8?q?Rosa_Ib=C3=A1=C3=B1ez?= <rosa@example.org>", sender)
    assert mail(headers=headers, sender=sender).from_value == "ana@gmail.com"


@pytest.mark.parametrize(
    ("spf", "dkim", "returns_to", "believed"),
    [
        ("pass", "none", "rosa@example.org", True), ("pass", "none", "bounce@mail.example.org", True),
        ("pass", "none", "spammer@evil.example", False), ("fail", "{@example.org : pass}", "x@evil.example", True),
        ("softfail", "{@evil.example : pass}", "rosa@example.org", False), ("none", "none", "rosa@example.org", False),
        ("fail", "{@example.org : fail, @evil.example : pass}", "rosa@example.org", False),
        ("pass", "", "rosa@org", False), ("pass", "", "eve@notexample.org", False),
    ],
)  # fmt: skip
def test_only_a_mail_server_that_vouches_for_this_domain_is_believed(
    spf: str, dkim: str, returns_to: str, believed: bool
) -> None:
    found = mail(SPF=spf, dkim=dkim, envelope=json.dumps({"to": [REPLY_TO], "from": returns_to}))
    assert found.raw["authenticated"] is believed


@pytest.mark.parametrize(
    "header",
    ["Auto-Submitted: auto-replied", "Auto-Submitted: auto-generated; x=y", "X-Autoreply: yes", "Precedence: bulk",
     "Precedence: Auto_Reply", "X-Auto-Response-Suppress: All", "Precedence: list"],
)  # fmt: skip
def test_an_automatic_reply_says_so_in_its_headers(header: str) -> None:
    assert mail(headers=f"{header}\n{HEADERS}").automatic


@pytest.mark.parametrize("header", ["Auto-Submitted: no", "Precedence: first-class", "X-Autoreply: no", "X-Other: yes"])
def test_a_person_s_mail_is_not_automatic(header: str) -> None:
    assert not mail(headers=f"{header}\n{HEADERS}").automatic


def test_a_mail_server_s_own_words_are_automatic() -> None:
    assert mail(envelope=json.dumps({"to": [REPLY_TO], "from": ""})).automatic
    assert mail(headers=HEADERS.replace("multipart/alternative", "multipart/report")).automatic
    assert mail(headers=HEADERS.replace("rosa@", "MAILER-DAEMON@")).automatic


def test_a_mail_that_is_only_a_page_becomes_words_with_its_quotes_marked() -> None:
    page = (
        "<html><head><title>Re</title><style>p{color:red}</style></head><body><p>S&iacute;, ma&ntilde;ana.<br>Gracias"
        "</p><script>alert(1)</script><ul><li>uno<li>dos</ul><div>El lunes escribi&oacute;:<blockquote>Maya"
        " pidi&oacute; ayuda.<blockquote>Antes</blockquote></blockquote></div></body></html>"
    )
    assert mail(text=" \r\n", html=page).body == (
        "Sí, mañana.\nGracias\n\n- uno\n- dos\n\nEl lunes escribió:\n\n> Maya pidió ayuda.\n>\n> > Antes"
    )


@pytest.mark.parametrize(
    "page",
    ["<a " * 100_000, "<!--" * 100_000, "<" * 300_000, "<title>" * 50_000, "<blockquote>" * 30_000, "&#" * 200_000],
)
def test_a_malicious_page_is_read_in_a_moment(page: str) -> None:
    assert isinstance(text_of_page(page), str)


@pytest.mark.parametrize(
    ("page", "words"),
    [("1 < 2 & 3 > 2", "1 < 2 & 3 > 2"), ("<title>Re<body>words", "Rewords"), ("<script>x", ""),
     ("<p>a</p><p></p><p>b", "a\n\nb"), ("<img alt='🙂' src=x>", "🙂"), ("<pre> a\n  b</pre>", "a\n  b"),
     ("</blockquote>x", "x"), ("<!DOCTYPE html><!-- no -->yes", "yes")],
)  # fmt: skip
def test_broken_pages_are_read_more_or_less_as_a_browser_does(page: str, words: str) -> None:
    assert text_of_page(page).strip() == words


def whole(message: EmailMessage) -> Incoming:
    return incoming_mail(
        {
            "email": message.as_bytes(), "SPF": b"pass", "dkim": b"{@example.org : pass}",
            "envelope": json.dumps({"to": [REPLY_TO], "from": "rosa@example.org"}).encode(),
        },
        NOW,
    )  # fmt: skip


def letter() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = "Rosa Ibáñez <rosa@example.org>", REPLY_TO
    message["Subject"], message["Message-ID"] = "¿Mañana?", "<whole@mail.example.org>"
    message.set_content("¿Podemos hablar mañana?\n")
    return message


def test_a_whole_message_is_taken_apart_here() -> None:
    message = letter()
    message.add_alternative("<p>page</p>", subtype="html")
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="a.png")
    found = whole(message)
    assert (found.body.strip(), found.title, found.pictures) == ("¿Podemos hablar mañana?", "¿Mañana?", 1)
    assert (found.from_value, found.answers_attempt) == ("rosa@example.org", ATTEMPT)
    assert "PNG" not in json.dumps(found.raw)


def test_what_somebody_else_wrote_inside_a_forwarded_message_is_not_taken_for_the_sender_s_words() -> None:
    message = letter()
    message.add_attachment(letter())
    found = whole(message)
    assert found.body.count("mañana") == 1
    assert found.pictures == 1


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe", b"From: rosa@example.org\n\nhi", b"Content-Type: multipart/mixed\n\nhi"]
)
def test_a_whole_message_that_is_none_is_kept_all_the_same(raw: bytes) -> None:
    assert incoming_mail({"email": raw, "text": b""}, NOW).received_at == NOW


def test_many_levels_of_parts_are_no_way_to_stop_us() -> None:
    raw = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(3000))
    assert incoming_mail({"email": raw + b"\n\nhi"}, NOW).received_at == NOW


def test_attachments_are_counted_and_nothing_else() -> None:
    assert mail(files=2).pictures == 2
    assert mail(attachments="3").pictures == 3
    assert mail(attachments="9" * 5000).pictures == 0
