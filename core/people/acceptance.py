"""Accepting an invitation: the link proves the mailbox, a password proves the person when they have an account.

Without that second proof, whoever invites an address and reads its mail would enter all of that person's tenants.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from core import audit
from core.audit import acting, current_actor
from core.auth.giving import GivenRole, check_may_give, check_may_let_into, roles_of
from core.auth.memberships import join
from core.auth.one_time import digest
from core.auth.password_rules import check_password
from core.auth.passwords import Passwords
from core.auth.permissions import Permissions
from core.auth.standing import MEMBER, principal_of
from core.auth.users import insert_user
from core.db.pool import Connection, Database
from core.errors import Conflict, Invalid, Problem, SpentLink, Unauthenticated
from core.people.membership_events import tell_saved
from core.people.passwords import replace_password
from core.people.wordings import role_name

_USABLE: Final = "i.accepted_at is null and i.revoked_at is null and i.expires_at > now() and t.status = 'active'"
_LOOK = f"""
select i.id, i.tenant_id, i.email, i.role, i.team_ids, i.invited_by, t.name as tenant_name, t.hue, t.locale,
    u.id as user_id, u.name as user_name, u.password_hash, u.disabled_at is not null as disabled
from invitations i join tenants t on t.id = i.tenant_id left join users u on u.email = i.email
where i.token_hash = $1 and {_USABLE}
"""  # noqa: S608 - constants
_USE = f"""
update invitations i set accepted_at = now() from tenants t
where t.id = i.tenant_id and i.token_hash = $1 and {_USABLE} returning i.id
"""  # noqa: S608 - constants
_INVITER = f"""
select c.id, c.tenant_id, c.user_id, {MEMBER.columns}
from (select id, tenant_id, invited_by as user_id from invitations where id = $1) c {MEMBER.joins}
"""  # noqa: S608 - constants
_TEAMS = """
insert into team_members (tenant_id, team_id, user_id)
select tenant_id, id, $3 from teams where tenant_id = $1 and id = any($2) on conflict do nothing
"""
_SPENT = "This invitation was used, revoked or replaced, or it is older than a day: ask for another."


@dataclass(frozen=True, slots=True)
class Answer:
    """What the invited person gives. `signed_in`: the user whose session asks, if any."""

    token: str = field(repr=False)
    name: str | None = None
    password: str | None = field(default=None, repr=False)
    signed_in: UUID | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """Who is in where. `proven`: by a session, which may have had a second factor; else by the password with this hash,
    checked or chosen now."""

    user_id: UUID
    tenant_id: UUID
    proven: bool
    password_hash: str | None = field(repr=False)


Guess = Callable[[str], Awaitable[None]]
"""Counts an attempt at this address's password before it is looked at. Raises TooMany."""


class Acceptance:
    """`look` shows an invitation to whoever holds its link, `accept` uses it."""

    def __init__(self, db: Database, passwords: Passwords, permissions: Permissions) -> None:
        self._db, self._passwords, self._permissions = db, passwords, permissions

    async def look(self, token: str, wish: str | None = None) -> dict[str, Any]:
        """In the language of `wish`, else the tenant's. Raises SpentLink, the same for every reason."""
        found = await self._find(token)
        role = await self._role(self._db.system, found)
        return {
            "tenant": {"name": found["tenant_name"], "hue": found["hue"], "locale": found["locale"]},
            "email": found["email"],
            "role_name": role_name(role.key, role.name, wish or found["locale"]),
            "known": found["password_hash"] is not None,
        }

    async def accept(self, answer: Answer, guess: Guess) -> Accepted:
        """Use the link and make the membership, in one transaction. Raises SpentLink, Unauthenticated for a wrong
        password, Invalid for a poor new one: the link stays good after the last two."""
        found = await self._find(answer.token)
        known = found["password_hash"] is not None
        proven = answer.signed_in is not None and answer.signed_in == found["user_id"]
        hashed = None if known else await self._new_password(found, answer)
        if known and not proven:
            await self._check_password(found, answer, guess)
        async with self._db.system_transaction() as connection:
            user_id = await self._let_in(connection, found, answer, hashed)
        return Accepted(user_id, found["tenant_id"], proven, None if proven else hashed or found["password_hash"])

    async def _find(self, token: str) -> Any:
        found = await self._db.system.fetchrow(_LOOK, digest(token))
        if found is None or found["disabled"]:
            raise SpentLink(_SPENT)
        return found

    async def _check_password(self, found: Any, answer: Answer, guess: Guess) -> None:
        await guess(found["email"])
        if not await self._passwords.matches(found["password_hash"], answer.password or ""):
            raise Unauthenticated("This address has an account here: give its password.",
                                  errors=[{"loc": ["password"], "msg": "is not the one of this account"}])  # fmt: skip

    async def _new_password(self, found: Any, answer: Answer) -> str:
        if not answer.name:
            raise Invalid("Give your name.", errors=[{"loc": ["name"], "msg": "is needed"}])
        check_password(answer.password or "", email=found["email"])
        return await self._passwords.hash(answer.password or "")

    async def _let_in(self, connection: Connection, found: Any, answer: Answer, hashed: str | None) -> UUID:
        if await connection.fetchval(_USE, digest(answer.token)) is None:
            raise SpentLink(_SPENT)
        role = await self._role(connection, found)
        user_id, name = await self._person(connection, found, answer, hashed)
        if not await join(connection, found["tenant_id"], user_id, role.key, name):
            raise Conflict("You are a member already: log in.")
        await connection.execute(_TEAMS, found["tenant_id"], found["team_ids"], user_id)
        await tell_saved(connection, found["tenant_id"], user_id, name, role.key)
        with acting(replace(current_actor(), kind="member", id=str(user_id))):
            await audit.record_for(connection, found["tenant_id"], "member.joined", "member", user_id,
                                   {"role": [None, role.key], "invitation": [None, str(found["id"])]})  # fmt: skip
        return user_id

    async def _person(self, connection: Connection, found: Any, answer: Answer, hashed: str | None) -> tuple[UUID, str]:
        """Their id and the name that colleagues will see."""
        user_id, name = found["user_id"], answer.name or found["user_name"]
        if user_id is None:
            return await insert_user(connection, found["email"], name, hashed), name
        if not await self._still(connection, found):
            raise Conflict("This account has just changed: try again.")
        if hashed is not None:
            await replace_password(connection, user_id, hashed)
            await connection.execute("update users set name = $2 where id = $1", user_id, name)
        return user_id, name

    async def _still(self, connection: Connection, found: Any) -> bool:
        """Whether the account is as it was when the password was checked: hashing takes a while."""
        return bool(await connection.fetchval(
            "select true from users where id = $1 and disabled_at is null and password_hash is not distinct from $2 "
            "for no key update", found["user_id"], found["password_hash"],
        ))  # fmt: skip

    async def _role(self, connection: Connection, found: Any) -> GivenRole:
        """Raises SpentLink when the inviter may not give this role or these teams any more: else somebody who is about
        to lose their rights would keep them by inviting themselves."""
        role = (await roles_of(connection, self._permissions, found["tenant_id"])).find(found["role"])
        if found["invited_by"] is None:
            return role
        row = await connection.fetchrow(_INVITER, found["id"])
        if row is None:
            raise SpentLink(_SPENT)
        inviter = principal_of(row, "session", self._permissions)
        try:
            inviter.require("members.manage")
            check_may_give(inviter, role)
            check_may_let_into(inviter, found["team_ids"])
        except Problem:
            raise SpentLink(_SPENT) from None
        return role
