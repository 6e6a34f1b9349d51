"""How mail leaves, and who may register."""

from pathlib import Path

import pytest

from tests.config.test_load import GOOD_KEY, loaded, problems

SMTP = "mail: {kind: smtp, from: 'Atlas <inbox@atlas.ma>', host: smtp.atlas.ma"


def test_by_default_mail_goes_into_a_folder(tmp_path: Path) -> None:
    mail = loaded(tmp_path).mail
    assert (mail.kind, mail.address.domain) == ("folder", "localhost")


def test_the_password_comes_from_the_environment_and_is_not_shown(tmp_path: Path) -> None:
    settings = loaded(tmp_path, SMTP + ", username: inbox}\n", COMPTOIR_SMTP_PASSWORD="a quiet word")
    assert (settings.mail.password, settings.mail.smtp_port) == ("a quiet word", 587)
    assert "a quiet word" not in repr(settings)
    assert "a quiet word" not in problems(tmp_path, "mail: {port: x}\n", COMPTOIR_SMTP_PASSWORD="a quiet word")
    assert "31415926" not in problems(tmp_path, "mail: {password: 31415926}\n")


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_each_kind_of_security_has_its_usual_port(security: str, port: int, tmp_path: Path) -> None:
    assert loaded(tmp_path, SMTP + f", security: {security}}}\n").mail.smtp_port == port


@pytest.mark.parametrize(("text", "said"), [
    ("mail: {kind: smtp, from: 'a@b.ma'}\n", "needs mail.host"),
    ("mail: {kind: smtp, host: smtp.b.ma}\n", "needs mail.from"),
    ("mail: {from: nobody}\n", "mail.from: must be an address such as"),
    ("mail: {fron: 'a@b.ma'}\n", "did you mean 'from'?"),
    (SMTP + ", security: none, username: a, password: b}\n", "in the clear"),
    ("people: {registration: maybe}\n", "people.registration"),
])  # fmt: skip
def test_what_cannot_work_is_said_at_the_start(text: str, said: str, tmp_path: Path) -> None:
    assert said in problems(tmp_path, text)


@pytest.mark.parametrize(("mode", "chosen", "open_to_all"), [
    ("development", "", True), ("development", "closed", False), ("production", "", False),
    ("production", "open", True),
])  # fmt: skip
def test_who_may_register_depends_on_the_mode_and_the_choice(
    mode: str, chosen: str, open_to_all: bool, tmp_path: Path
) -> None:
    text = f"server: {{mode: {mode}}}\n" + (f"people: {{registration: {chosen}}}\n" if chosen else "")
    assert loaded(tmp_path, text, COMPTOIR_SECRET_KEY=GOOD_KEY).registration_open is open_to_all
