"""The mail of an installation without a mail server: files in its outbox."""

import asyncio
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path


async def invitation(data: Path, address: str) -> str:
    """The link of the mail to this address."""
    async with asyncio.timeout(60):
        while not (found := _mails(data, address)):  # noqa: ASYNC110 - a file of another process appears
            await asyncio.sleep(0.1)
    text = found[0].get_body(("plain",))
    assert text is not None
    link = re.search(r"https?://\S+/invitation#\S+", text.get_content())
    assert link is not None, text.get_content()
    return link[0]


def _mails(data: Path, address: str) -> list[EmailMessage]:
    read = (message_from_bytes(file.read_bytes(), policy=policy.default) for file in (data / "outbox").glob("*.eml"))
    return [mail for mail in read if isinstance(mail, EmailMessage) and address in str(mail["To"])]
