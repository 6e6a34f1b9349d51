"""What a mail says, and what it cannot be made to say."""

from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any, cast

import pytest

from core.mail.letter import Letter, compose
from core.mail.values import tame
from core.mail.wordings import WORDINGS, Template
from core.mail.words import translator

SENDER = Address("Comptoir", addr_spec="inbox@atlas.test")
INVITED = {"inviter": "Amine", "tenant": "Atlas Store", "token": "tOkEn"}


def mail(values: dict[str, str], *, template: Template = "invitation", locale: str = "fr") -> EmailMessage:
    letter = Letter("salma@example.test", template, locale, values)
    return compose(letter, sender=SENDER, public_url="https://inbox.atlas.test", message_id="1")


def part(message: EmailMessage, kind: str) -> str:
    found = cast(Any, message.get_body((kind,)))
    return str(found.get_content())


@pytest.mark.parametrize("locale", ["ar", "fr", "en"])
@pytest.mark.parametrize("template", list(WORDINGS))
def test_each_mail_is_text_and_html_in_each_language_with_its_link(template: Template, locale: str) -> None:
    wording = WORDINGS[template]
    message = mail({name: f"<{name}>" for name in wording.names}, template=template, locale=locale)
    link = "https://inbox.atlas.test" + wording.path.replace("{token}", "<token>")
    assert link in part(message, "plain")
    assert link.replace("<", "&lt;").replace(">", "&gt;") in part(message, "html")
    assert translator(locale)(wording.button) in part(message, "html")
    assert f'lang="{locale}" dir="{"rtl" if locale == "ar" else "ltr"}"' in part(message, "html")
    assert "{" not in str(message["Subject"]) + part(message, "plain")
    if locale != "en":
        assert translator(locale)(wording.subject) != wording.subject


def test_the_token_is_in_the_fragment_which_no_server_sees() -> None:
    for wording in WORDINGS.values():
        assert "{token}" not in wording.path.partition("#")[0]
        assert "{token}" not in wording.subject + "".join(wording.lines) + wording.closing


def test_a_name_with_line_breaks_adds_no_header_and_no_line() -> None:
    attack = "Atlas\r\nBcc: victims@example.test\r\n\r\n<script>alert(1)</script>"
    for locale in ("ar", "fr", "en"):
        message = mail({**INVITED, "tenant": attack, "inviter": attack}, locale=locale)
        assert message["Bcc"] is None
        assert {name.lower() for name in message} == {
            "from", "to", "subject", "date", "message-id", "auto-submitted", "content-language", "mime-version",
            "content-type"}  # fmt: skip
        assert "<script>" not in part(message, "html")
        assert b"\nBcc" not in message.as_bytes()


def test_an_address_with_line_breaks_is_refused() -> None:
    letter = Letter("salma@example.test\r\nBcc: victims@example.test", "invitation", "fr", INVITED)
    with pytest.raises(ValueError, match=r"(?i)cr or lf|address"):
        compose(letter, sender=SENDER, public_url="https://inbox.atlas.test", message_id="1")


def test_an_organisations_name_carries_no_link_and_no_writing_direction() -> None:
    assert "evil.test" not in tame("Pay at https://evil.test/now")
    assert "www.evil" not in tame("www.evil.test")
    assert "@evil" not in tame("a@evil.test")
    assert tame("Atlas \u202e erotS\u200b\x00\x1b[31m") == "Atlas erotS [31m"
    assert len(tame("x" * 5000)) == 80
    assert tame("Café Maure") == "Café Maure"


def test_html_in_a_name_is_shown_and_not_run() -> None:
    assert "<b>" not in part(mail({**INVITED, "inviter": "<b>Amine</b>"}), "html")


def test_a_name_of_the_other_direction_gets_its_own_embedding() -> None:
    assert "\u2068مقهى\u2069" in str(mail({**INVITED, "tenant": "مقهى"})["Subject"])
    assert "\u2068Atlas Store\u2069" in str(mail(INVITED, locale="ar")["Subject"])
    assert "\u2068" not in str(mail(INVITED)["Subject"])


def test_braces_in_a_name_name_nothing() -> None:
    assert "{token}" in str(mail({**INVITED, "inviter": "{token}"})["Subject"])
