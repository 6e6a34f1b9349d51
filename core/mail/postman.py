"""The job that sends one mail. It may run again after a crash: the Message-ID is the same, so a second copy shows."""

import json
import logging

from core.config import Mail as MailSettings
from core.db.pool import Database
from core.jobs.work import CORE, Handler, Hopeless, Run
from core.mail.letter import Letter, compose
from core.mail.outlets import Outlet
from core.mail.queue import JOB, place
from core.secrets import SealBroken, Vault

_log = logging.getLogger(__name__)
_TIMEOUT_SECONDS = 90


class Postman:
    """`public_url` is what links begin with: never a request's Host header, which is anybody's word."""

    def __init__(self, db: Database, vault: Vault, outlet: Outlet, settings: MailSettings, public_url: str) -> None:
        self._db, self._vault, self._outlet = db, vault, outlet
        self._sender, self._public_url = settings.address, public_url

    def handler(self) -> Handler:
        return Handler(CORE, JOB, self.deliver, timeout=_TIMEOUT_SECONDS)

    async def deliver(self, run: Run) -> None:
        """Compose and hand over."""
        letter = await self._unseal(run)
        message = compose(letter, sender=self._sender, public_url=self._public_url, message_id=str(run.id))
        await self._outlet.send(message)
        _log.info("mail %s (%s) sent", run.id, letter.template)

    async def _unseal(self, run: Run) -> Letter:
        async with self._db.system.acquire() as connection:
            try:
                opened = await self._vault.open(connection, run.args["sealed"], place(run.tenant_id, run.id))
            except SealBroken as broken:
                raise Hopeless("the letter does not open: moved here from another job, or its key is gone") from broken
        return Letter(**json.loads(opened))
