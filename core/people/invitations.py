"""Invitations: a link by mail, good once and for a day, that lets somebody into a tenant in a role.

Nobody invites above their own permissions or into teams beyond their sight, and only an owner invites owners. One
invitation waits for each address: a new one replaces it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from core import audit
from core.auth.giving import TenantRoles, check_may_give, check_may_let_into, roles_of
from core.auth.one_time import fresh_token
from core.auth.permissions import Permissions
from core.auth.principal import Principal
from core.db.pool import Connection, Database
from core.errors import Conflict, Invalid, NotFound, Problem, TooMany
from core.mail import Mail
from core.people import invitation_rows as rows

_MOST_A_DAY: Final = 300
"""For one tenant: our mail server is not there for advertising."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One person to invite. `email` in its normal form."""

    email: str
    role: str
    teams: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class _Known:
    """What the requests of one bulk are checked against."""

    members: frozenset[str]
    roles: TenantRoles
    teams: frozenset[UUID]


class Invitations:
    """Made by members and API keys; accepted in core/people/acceptance.py."""

    def __init__(self, db: Database, mail: Mail, permissions: Permissions) -> None:
        self._db, self._mail, self._permissions = db, mail, permissions

    async def invite(self, principal: Principal, wanted: Sequence[Wanted]) -> list[dict[str, Any]]:
        """Each is invited or not, by itself: `{email, invitation, problem}`. Raises TooMany for all."""
        async with self._db.system_transaction() as connection:
            tenant = await rows.lock_tenant(connection, principal.tenant_id)
            if tenant["today"] + len(wanted) > _MOST_A_DAY:
                raise TooMany(f"At most {_MOST_A_DAY} invitations a day: send the others tomorrow.", retry_after=3600)
            known = await self._known(connection, principal, wanted)
            seen: set[str] = set()
            answers = [await self._one(connection, principal, tenant, one, known, seen) for one in wanted]
            for answer in answers:
                if made := answer["invitation"]:
                    await _record(connection, principal.tenant_id, "member.invited", made)
        return answers

    async def _known(self, connection: Connection, principal: Principal, wanted: Sequence[Wanted]) -> _Known:
        tenant_id, emails = principal.tenant_id, [one.email for one in wanted]
        return _Known(await rows.members_among(connection, tenant_id, emails),
                      await roles_of(connection, self._permissions, tenant_id),
                      await rows.teams_of(connection, tenant_id))  # fmt: skip

    async def _one(self, connection: Connection, principal: Principal, tenant: Any, wanted: Wanted, known: _Known,
                   seen: set[str]) -> dict[str, Any]:  # fmt: skip
        try:
            _check(principal, wanted, known, seen)
        except Problem as problem:
            return {"email": wanted.email, "invitation": None, "problem": problem.as_json()}
        token, hashed = fresh_token()
        invitation = await rows.insert(connection, principal.tenant_id, wanted.email, wanted.role, wanted.teams, hashed,
                                       principal.user_id)  # fmt: skip
        await self._send(connection, tenant, principal.name, wanted.email, token)
        return {"email": wanted.email, "invitation": invitation, "problem": None}

    async def renew(self, principal: Principal, invitation_id: UUID) -> dict[str, Any]:
        """A new link, mail and day for one that waits or has expired; the old link is worth nothing. Raises NotFound,
        Conflict when it was accepted or revoked, Forbidden for a role or a team that the caller may not give."""
        async with self._db.system_transaction() as connection:
            tenant = await rows.lock_tenant(connection, principal.tenant_id)
            found = await _open_one(connection, principal, invitation_id)
            roles = await roles_of(connection, self._permissions, principal.tenant_id)
            check_may_give(principal, roles.find(found["role"]))
            check_may_let_into(principal, map(UUID, found["resource"]["teams"]))
            token, hashed = fresh_token()
            renewed = await rows.renew(connection, principal.tenant_id, invitation_id, hashed, principal.user_id)
            await self._send(connection, tenant, principal.name, found["email"], token)
            await _record(connection, principal.tenant_id, "invitation.renewed", renewed)
        return renewed

    async def revoke(self, principal: Principal, invitation_id: UUID) -> None:
        """Its link is worth nothing from now on. Raises NotFound, Conflict when it was accepted or revoked."""
        async with self._db.system_transaction() as connection:
            await rows.lock_tenant(connection, principal.tenant_id)
            await _open_one(connection, principal, invitation_id)
            revoked = await rows.revoke(connection, principal.tenant_id, invitation_id)
            await _record(connection, principal.tenant_id, "invitation.revoked", revoked)

    async def invite_owner(
        self, connection: Connection, tenant_id: UUID, email: str, *, inviter: str
    ) -> dict[str, Any]:
        """The first owner of a tenant that an operator makes, in the operator's transaction (system role)."""
        tenant = await rows.lock_tenant(connection, tenant_id)
        token, hashed = fresh_token()
        invitation = await rows.insert(connection, tenant_id, email, "owner", (), hashed, None)
        await self._send(connection, tenant, inviter, email, token)
        await _record(connection, tenant_id, "member.invited", invitation)
        return invitation

    async def _send(self, connection: Connection, tenant: Any, inviter: str, email: str, token: str) -> None:
        await self._mail.queue(
            connection, tenant["id"], to=email, template="invitation",
            locale=await rows.locale_of(connection, email) or tenant["locale"],
            values={"inviter": inviter, "tenant": tenant["name"], "token": token},
        )  # fmt: skip


def _check(principal: Principal, wanted: Wanted, known: _Known, seen: set[str]) -> None:
    """Raises the problem that this one has."""
    if wanted.email in seen:
        raise Invalid("This address is in the list twice.", errors=[{"loc": ["email"], "msg": "is here twice"}])
    seen.add(wanted.email)
    if wanted.email in known.members:
        raise Conflict("This person is a member already.")
    check_may_give(principal, known.roles.find(wanted.role))
    if not known.teams.issuperset(wanted.teams):
        raise Invalid("One of the teams is not here.", errors=[{"loc": ["teams"], "msg": "names no team of yours"}])
    check_may_let_into(principal, wanted.teams)


async def _open_one(connection: Connection, principal: Principal, invitation_id: UUID) -> Any:
    found = await rows.find(connection, principal.tenant_id, invitation_id)
    if found is None:
        raise NotFound("There is no such invitation.")
    if found["state"] in ("accepted", "revoked"):
        raise Conflict(f"This invitation was {found['state']} already: invite anew.")
    return found


async def _record(connection: Connection, tenant_id: UUID, action: str, invitation: dict[str, Any]) -> None:
    given = {"email": [None, None], "role": [None, invitation["role"]], "teams": [None, invitation["teams"]]}
    await audit.record_for(connection, tenant_id, action, "invitation", invitation["id"],
                           {} if action == "invitation.revoked" else given)  # fmt: skip
