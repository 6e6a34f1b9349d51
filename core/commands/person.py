"""`comptoir person`: accounts of people, made and helped from the command line."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping
from uuid import UUID

from core import audit
from core.auth.memberships import join
from core.auth.permissions import ROLES
from core.auth.users import find_by_email, insert_user
from core.commands.place import Action, Place, Say, act
from core.config import Settings
from core.db.pool import Connection
from core.errors import Conflict, Invalid, NotFound
from core.people.resets import make_link
from core.platform.people import Change, change_person
from core.tenancy.tenants import tenant_by_slug


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("action", choices=["create", "reset", "promote"],
                        help="create: an account, with a link to choose its password; reset: such a link for an "
                             "account; promote: let the person run the installation")  # fmt: skip
    parser.add_argument("email", metavar="EMAIL")
    parser.add_argument("--name", help="create: what they are called")
    parser.add_argument("--tenant", metavar="SLUG", help="create: the organisation they work for")
    parser.add_argument("--role", default="agent", help="create: their role there (agent)")
    parser.add_argument("--revoke", action="store_true", help="promote: take it back")


def run(settings: Settings, given: argparse.Namespace, say: Say) -> int:
    """The exit status."""
    return asyncio.run(act(_ACTIONS, settings, given, say))


async def _create(place: Place, given: argparse.Namespace, say: Say) -> int:
    if not given.name:
        raise Invalid("Give the person's --name.")
    tenant = await tenant_by_slug(place.db, given.tenant) if given.tenant else None
    async with place.db.system_transaction() as connection:
        user_id = await insert_user(connection, given.email, given.name, None)
        if tenant is not None:
            await _join(connection, tenant.id, user_id, given)
        await audit.record_for(connection, audit.INSTALLATION, "person.created", "user", user_id)
        token = await make_link(connection, user_id)
    say(f"made the account of {given.email}; a password is chosen here, once, within an hour:")
    say(_link(place, token))
    return 0


async def _join(connection: Connection, tenant_id: UUID, user_id: UUID, given: argparse.Namespace) -> None:
    known = given.role in ROLES or await connection.fetchval(
        "select exists (select from roles where tenant_id = $1 and key = $2)", tenant_id, given.role)  # fmt: skip
    if not known:
        raise Invalid(f"There is no role {given.role!r} in {given.tenant}; built in are {', '.join(ROLES)}.")
    if not await join(connection, tenant_id, user_id, given.role, given.name):
        raise Conflict("This person is a member already.")
    await audit.record_for(connection, tenant_id, "member.added", "member", user_id, {"role": [None, given.role]})


async def _reset(place: Place, given: argparse.Namespace, say: Say) -> int:
    user_id = await _known(place, given.email)
    async with place.db.system_transaction() as connection:
        token = await make_link(connection, user_id)
        await audit.record_for(connection, audit.INSTALLATION, "password.link_made", "user", user_id)
    say("a new password is chosen here, once, within an hour; it logs the person out everywhere else:")
    say(_link(place, token))
    return 0


async def _promote(place: Place, given: argparse.Namespace, say: Say) -> int:
    await change_person(place.db, await _known(place, given.email), Change(platform_admin=not given.revoke))
    does = "no longer runs" if given.revoke else "runs"
    say(f"{given.email} {does} this installation")
    return 0


async def _known(place: Place, email: str) -> UUID:
    user = await find_by_email(place.db, email)
    if user is None:
        raise NotFound(f"Nobody has the address {email} here.")
    return user.id


def _link(place: Place, token: str) -> str:
    return f"{place.settings.public_url}/reset#{token}"


_ACTIONS: Mapping[str, Action] = {
    "create": _create, "reset": _reset, "promote": _promote,
}  # fmt: skip
