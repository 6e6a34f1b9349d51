"""A worker that only sends webhooks, for a test that kills it: DATABASE_URL, MASTER_KEY."""

import asyncio
import os

from core.db.pool import Database
from core.db.wake import Wake
from core.egress import Egress
from core.mail import Mail
from core.outward.sender import Sender
from core.secrets import MasterKeys, Vault


async def main() -> None:
    url, vault = os.environ["DATABASE_URL"], Vault(MasterKeys(os.environ["MASTER_KEY"]))
    db = await Database.open(url, app_size=1, system_size=4)
    print("sending", flush=True)
    await Sender(db, Wake(url), Egress(("127.0.0.1",)), vault, Mail(vault)).run()


asyncio.run(main())
