"""`comptoir tenant`: the operator's console on the command line."""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.auth.permissions import Permissions
from core.commands.place import Action, Place, Say, act
from core.config import Settings
from core.mail import Mail
from core.people.invitations import Invitations
from core.platform import tenants
from core.storage import Storage, open_storage
from core.tenancy.closing import close_tenant
from core.tenancy.erasure import TenantEraser
from core.tenancy.exports import Exporter, begin
from core.tenancy.slugs import check_slug
from core.tenancy.status import set_status
from core.tenancy.tenants import tenant_by_slug
from core.tenancy.zones import check_zone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_COLUMNS = ("slug", "name", "status", "members", "accounts", "messages_30d", "storage_bytes", "last_message_at")


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="every organisation, with what it uses")
    _named(actions, "show", "one organisation")
    create = _named(actions, "create", "make an organisation and invite its owner by mail")
    create.add_argument("--name", required=True)
    create.add_argument("--owner", required=True, metavar="EMAIL")
    create.add_argument("--locale", choices=["ar", "fr", "en"], default="fr")
    create.add_argument("--timezone", default="Africa/Casablanca")
    suspend = _named(actions, "suspend", "log everybody out and send nothing; what customers write is stored")
    suspend.add_argument("--reason", help="for your own memory")
    _named(actions, "resume", "end a suspension")
    export = _named(actions, "export", "write everything of an organisation into a zip")
    export.add_argument("--to", type=Path, metavar="FILE", help="where; else SLUG-DATE.zip in this folder")
    delete = _named(actions, "delete", "erase an organisation for good; the workers do it")
    delete.add_argument("--yes", action="store_true", help="without asking")
    delete.add_argument("--without-export", action="store_true", help="although its data was not exported today")
    delete.add_argument("--now", action="store_true", help="erase it here, without the workers")


def run(settings: Settings, given: argparse.Namespace, say: Say) -> int:
    """The exit status."""
    return asyncio.run(act(_ACTIONS, settings, given, say))


def _named(actions: Any, action: str, purpose: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(action, help=purpose)
    parser.add_argument("slug", metavar="SLUG")
    return parser


async def _list(place: Place, _: argparse.Namespace, say: Say) -> int:
    rows: list[tuple[str, ...]] = [_COLUMNS]
    cursor: str | None = None
    while True:
        page = await tenants.list_tenants(place.db, q=None, status=None, limit=100, cursor=cursor)
        rows += [tuple(_cell(tenant[name]) for name in _COLUMNS) for tenant in page.items]
        cursor = page.next
        if cursor is None:
            break
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    for row in rows:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return 0


async def _show(place: Place, given: argparse.Namespace, say: Say) -> int:
    tenant = await tenants.get_tenant(place.db, (await tenant_by_slug(place.db, given.slug)).id)
    for name, value in tenant.items():
        say(f"{name:<17} {_cell(value)}")
    return 0


async def _create(place: Place, given: argparse.Namespace, say: Say) -> int:
    try:
        check_slug(given.slug)
        check_zone(given.timezone)
    except ValueError as error:
        say(f"{given.slug}, {given.timezone}: {error}")
        return 1
    invitations = Invitations(place.db, Mail(place.vault), Permissions())
    new = tenants.NewTenant(given.name, given.owner.strip().lower(), given.slug, given.locale, given.timezone)
    made = await tenants.create_tenant(place.db, place.vault, invitations, new, inviter="Comptoir", changed=_nobody)
    say(f"made {made['slug']}; an invitation goes to {new.owner_email}, good for 24 hours")
    return 0


async def _suspend(place: Place, given: argparse.Namespace, say: Say) -> int:
    tenant = await tenant_by_slug(place.db, given.slug)
    await set_status(place.db, tenant.id, "suspended", given.reason)
    say(f"{given.slug} is suspended: open screens close within seconds")
    return 0


async def _resume(place: Place, given: argparse.Namespace, say: Say) -> int:
    tenant = await tenant_by_slug(place.db, given.slug)
    await set_status(place.db, tenant.id, "active")
    say(f"{given.slug} is active")
    return 0


async def _export(place: Place, given: argparse.Namespace, say: Say) -> int:
    tenant = await tenant_by_slug(place.db, given.slug)
    target = given.to or Path(f"{given.slug}-{datetime.now(UTC):%Y-%m-%d}.zip")
    async with _storage(place.settings) as storage, place.db.system.acquire() as connection:
        export_id = await begin(connection, tenant.id)
        made = await Exporter(place.db, storage).make(tenant.id, export_id)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            async for piece in storage.open(made.key):
                file.write(piece)
    say(f"{target}: {made.size} bytes, sha256 {made.sha256}")
    return 0


async def _delete(place: Place, given: argparse.Namespace, say: Say) -> int:
    tenant = await tenant_by_slug(place.db, given.slug)
    if not given.yes and not await asyncio.to_thread(_is_sure, given.slug, tenant.name):
        say("nothing was deleted")
        return 1
    await close_tenant(place.db, tenant.id, without_export=given.without_export)
    if given.now:
        async with _storage(place.settings) as storage:
            await TenantEraser(place.db, storage).erase(tenant.id)
        say(f"{given.slug} is erased; a worker looks once more within the hour for what was under way")
    else:
        say(f"{given.slug} is closing: the workers erase it")
    return 0


def _is_sure(slug: str, name: str) -> bool:
    return input(f"Type {slug} to erase everything of {name} for good: ") == slug


@asynccontextmanager
async def _storage(settings: Settings) -> AsyncIterator[Storage]:
    storage = await open_storage(settings.storage, settings.data_dir)
    try:
        yield storage
    finally:
        await storage.close()


async def _nobody() -> None:
    """Running processes look by themselves within a second."""


def _cell(value: Any) -> str:
    return "-" if value is None else str(value)


_ACTIONS: Mapping[str, Action] = {
    "list": _list, "show": _show, "create": _create, "suspend": _suspend, "resume": _resume, "export": _export,
    "delete": _delete,
}  # fmt: skip
