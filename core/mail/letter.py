"""One mail, from its wording to a MIME message: text and HTML, in the reader's language and direction."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, localtime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from core.mail.values import isolated, tame
from core.mail.wordings import WORDINGS, Template, Wording
from core.mail.words import translator

_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")), autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
)  # fmt: skip
_NEVER_TAMED = frozenset({"token", "email"})
"""Ours, or checked to be an address where it came in."""


@dataclass(frozen=True)
class Letter:
    """What is sealed in the queue."""

    to: str
    template: Template
    locale: str
    values: Mapping[str, str]


def compose(letter: Letter, *, sender: Address, public_url: str, message_id: str) -> EmailMessage:
    """The message. Raises ValueError for a line break in a header, and for a value that the wording lacks."""
    words = _Words(WORDINGS[letter.template], letter)
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = Address(addr_spec=letter.to)
    message["Subject"] = words.subject
    message["Date"] = format_datetime(localtime())
    message["Message-ID"] = f"<{message_id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # out-of-office answers stay away (RFC 3834)
    page = words.page(public_url)
    message.set_content(_PAGES.get_template("letter.txt").render(page))
    message.add_alternative(_PAGES.get_template("letter.html").render(page), subtype="html")
    message["Content-Language"] = letter.locale
    return message


class _Words:
    """A wording in one language with its values in place."""

    def __init__(self, wording: Wording, letter: Letter) -> None:
        self._wording, self._locale = wording, letter.locale
        self._translate = translator(letter.locale)
        self._raw = letter.values
        self._shown = {name: isolated(value if name in _NEVER_TAMED else tame(value), letter.locale)
                       for name, value in letter.values.items()}  # fmt: skip

    @property
    def subject(self) -> str:
        return self._say(self._wording.subject)

    def page(self, public_url: str) -> dict[str, Any]:
        return {
            "locale": self._locale,
            "dir": "rtl" if self._locale == "ar" else "ltr",
            "subject": self.subject,
            "lines": [self._say(line) for line in self._wording.lines],
            "button": self._say(self._wording.button),
            "link": public_url + self._wording.path.format_map(self._raw),
            "closing": self._say(self._wording.closing),
        }

    def _say(self, message: str) -> str:
        return self._translate(message).format_map(self._shown)
