"""Where mail leaves: an SMTP server, or a folder that a person can look into."""

import asyncio
import ssl
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Protocol

import aiosmtplib

from core.config import Mail as MailSettings
from core.config.private_file import write_private_bytes
from core.jobs.work import Hopeless

_TIMEOUT_SECONDS = 20


class Outlet(Protocol):
    """Raises Hopeless when trying again cannot help, anything else when it can."""

    async def send(self, message: EmailMessage) -> None: ...


class Folder:
    """One file a message, readable by its owner only: what is in it lets somebody in."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def send(self, message: EmailMessage) -> None:
        """`<time>-<id>.eml`: sorted by when it was sent."""
        identifier = str(message["Message-ID"]).strip("<>").partition("@")[0]
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{identifier}.eml"
        await asyncio.to_thread(write_private_bytes, self._path / name, message.as_bytes(policy=SMTP))


class Smtp:
    """A connection for each message: mail is rare here. TLS is demanded, not merely tried, unless told otherwise."""

    def __init__(self, settings: MailSettings, *, trust: ssl.SSLContext | None = None) -> None:
        self._settings, self._trust = settings, trust

    async def send(self, message: EmailMessage) -> None:
        """Hand over to the server. A refusal of this recipient or of this content is final; all else may pass."""
        settings = self._settings
        try:
            await aiosmtplib.send(
                message, hostname=settings.host, port=settings.smtp_port, username=settings.username,
                password=settings.password, use_tls=settings.security == "tls",
                start_tls=settings.security == "starttls", tls_context=self._trust, timeout=_TIMEOUT_SECONDS,
                local_hostname=settings.address.domain or "localhost",
            )  # fmt: skip
        except aiosmtplib.SMTPRecipientsRefused as refused:
            if all(one.code >= 500 for one in refused.recipients):
                raise Hopeless(f"the mail server refused the recipient for good: {_codes(refused)}") from refused
            raise
        except aiosmtplib.SMTPDataError as refused:
            if refused.code >= 500:
                raise Hopeless(f"the mail server refused the message for good: {refused.code}") from refused
            raise


def _codes(refused: aiosmtplib.SMTPRecipientsRefused) -> str:
    return ", ".join(str(one.code) for one in refused.recipients)


def open_outlet(settings: MailSettings, data_dir: Path) -> Outlet:
    """What config.yaml says: `mail.kind`."""
    return Smtp(settings) if settings.kind == "smtp" else Folder(data_dir / "outbox")
