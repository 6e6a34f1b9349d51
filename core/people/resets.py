"""A forgotten password: a link by mail, good once and for an hour.

Whoever asks learns nothing: the answer comes before the address is looked up, which a job does later.
"""

import json
import logging
from typing import Any, Final
from uuid import UUID

from core.audit import Actor, acting, current_actor
from core.auth.one_time import digest, fresh_token
from core.auth.password_rules import check_password
from core.auth.passwords import Passwords
from core.auth.users import normal_email
from core.db.pool import Connection, Database
from core.db.uuid7 import uuid7
from core.errors import SpentLink
from core.jobs.queue import enqueue
from core.jobs.work import CORE, Handler, Hopeless, Run
from core.mail import Mail
from core.people.passwords import replace_password, told_by_mail
from core.people.trail import record_for_person
from core.secrets import Place, SealBroken, Vault

_log = logging.getLogger(__name__)
JOB: Final = "prepare_password_reset"
_MOST_AN_HOUR: Final = 3
"""Links for one person, whoever asks: a stranger must not fill their mailbox."""

_FIND = """
select u.id, u.email, coalesce(u.locale, (
    select t.locale from memberships m join tenants t on t.id = m.tenant_id where m.user_id = u.id
    order by m.created_at limit 1), 'fr') as locale,
    (select count(*) from password_resets r
     where r.user_id = u.id and r.created_at > now() - interval '1 hour') as links
from users u where u.email = $1 and u.disabled_at is null for update of u
"""
_OPEN = """
select u.id, u.email from password_resets r join users u on u.id = r.user_id and u.disabled_at is null
where r.token_hash = $1 and r.used_at is null and r.expires_at > now()
"""
_USE = """
update password_resets r set used_at = now() from users u
where r.token_hash = $1 and r.used_at is null and r.expires_at > now() and u.id = r.user_id and u.disabled_at is null
returning r.user_id
"""
_SPENT = "This link was used, has expired, or was replaced by a newer one: ask for another."


class Resets:
    """`request` and `redeem` in the web process, the job in a worker."""

    def __init__(self, db: Database, vault: Vault, mail: Mail, passwords: Passwords) -> None:
        self._db, self._vault, self._mail, self._passwords = db, vault, mail, passwords

    async def request(self, email: str) -> None:
        """Takes the same for every address: nothing is looked up here."""
        actor, job_id = current_actor(), uuid7()
        asked = json.dumps({"email": normal_email(email), "ip": actor.ip, "request_id": actor.request_id})
        async with self._db.system_transaction() as connection:
            sealed = await self._vault.seal(connection, asked, _place(job_id))
            await enqueue(connection, None, CORE, JOB, {"sealed": sealed}, id=job_id)

    def handler(self) -> Handler:
        return Handler(CORE, JOB, self.prepare, atomic=True)

    async def prepare(self, run: Run) -> None:
        """Make the link and its mail, in the job's transaction. An unknown address ends here, quietly."""
        assert run.connection is not None  # noqa: S101 - atomic
        asked = await self._unseal(run)
        user = await run.connection.fetchrow(_FIND, asked["email"])
        if user is None:
            return
        if user["links"] >= _MOST_AN_HOUR:
            _log.warning("user %s was sent %d links within an hour: no more for now", user["id"], user["links"])
            return
        with acting(Actor("stranger", None, asked["ip"], asked["request_id"])):
            await self._send(run.connection, user)

    async def _unseal(self, run: Run) -> dict[str, str]:
        try:
            opened = await self._vault.open(run.connection, run.args["sealed"], _place(run.id))
        except SealBroken as broken:
            raise Hopeless("the request does not open: moved here from another job, or its key is gone") from broken
        asked: dict[str, str] = json.loads(opened)
        return asked

    async def _send(self, connection: Connection, user: Any) -> None:
        token = await make_link(connection, user["id"])
        await self._mail.queue(connection, None, to=user["email"], template="password_reset", locale=user["locale"],
                               values={"email": user["email"], "token": token})  # fmt: skip
        await record_for_person(connection, user["id"], "password.reset_requested")

    async def redeem(self, token: str, password: str) -> UUID:
        """The user's id. Ends all their sessions and tokens. Raises SpentLink, or Invalid for a poor password: the link
        stays good then."""
        user = await self._db.system.fetchrow(_OPEN, digest(token))
        if user is None:
            raise SpentLink(_SPENT)
        check_password(password, email=user["email"])
        hashed = await self._passwords.hash(password)
        async with self._db.system_transaction() as connection:
            if await connection.fetchval(_USE, digest(token)) is None:
                raise SpentLink(_SPENT)
            await replace_password(connection, user["id"], hashed)
            await told_by_mail(connection, self._mail, user["id"])
            with acting(Actor("member", str(user["id"]), current_actor().ip, current_actor().request_id)):
                await record_for_person(connection, user["id"], "password.reset")
        return UUID(str(user["id"]))


async def make_link(connection: Connection, user_id: UUID) -> str:
    """The token of a new link for this person: good once, for an hour."""
    token, hashed = fresh_token()
    await connection.execute(
        "insert into password_resets (token_hash, user_id, expires_at) values ($1, $2, now() + interval '1 hour')",
        hashed, user_id,
    )  # fmt: skip
    return token


def _place(job_id: UUID) -> Place:
    return Place(None, "jobs", str(job_id), "args")
