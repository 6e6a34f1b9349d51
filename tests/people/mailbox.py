"""What the workers would have sent: the due jobs are run here, and the mail kept."""

import re
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any, cast

from core.auth.passwords import Passwords
from core.config import Settings
from core.db.pool import Database
from core.jobs import rows
from core.jobs.runner import Runner
from core.jobs.work import CORE, Handlers
from core.mail import Mail, Postman
from core.people import Resets
from core.secrets import Vault


class Kept:
    """An outlet that keeps."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []

    async def send(self, message: EmailMessage) -> None:
        self.messages.append(message)


@dataclass(frozen=True)
class Letter:
    """One mail as its reader sees it."""

    to: str
    subject: str
    text: str
    html: str = field(repr=False)

    @property
    def token(self) -> str:
        """What follows the # of its link."""
        found = re.search(r"https?://\S+#(\S+)", self.text)
        assert found is not None, self.text
        return found[1]


class Mailbox:
    """Everybody's."""

    def __init__(self, settings: Settings, db: Database) -> None:
        vault = Vault.of(settings.key_ring)
        self._db, self._kept = db, Kept()
        postman = Postman(db, vault, self._kept, settings.mail, settings.public_url)
        resets = Resets(db, vault, Mail(vault), Passwords())
        self._handlers = Handlers(postman.handler(), resets.handler())

    async def collect(self, *, failing: int = 0) -> list[Letter]:
        """What has been sent since the last time. So many jobs are expected to fail."""
        runner, done = Runner(self._db, self._handlers), -1
        while done != 0:
            async with self._db.system.acquire() as connection:
                due = await rows.due(connection, [CORE], 100)
            done = len([await runner.run(job.id) for job in due])
        letters = [_read(message) for message in self._kept.messages]
        self._kept.messages.clear()
        failed = await self._db.system.fetch("select last_error from jobs where last_error is not null")
        assert len(failed) == failing, failed
        return letters

    async def only(self, to: str) -> Letter:
        """The one letter there is, which is to this address."""
        (letter,) = await self.collect()
        assert letter.to == to
        return letter


def _read(message: EmailMessage) -> Letter:
    text, html = (cast(Any, message.get_body((kind,))).get_content() for kind in ("plain", "html"))
    return Letter(str(message["To"]), str(message["Subject"]), text, html)
