"""`comptoir storage sweep`: the store and the database compared."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable
from uuid import UUID

from core.commands.place import the_installation
from core.config import Settings
from core.db.pool import Database
from core.errors import Problem
from core.messaging.media.sweep import Found, StorageSweeper
from core.storage import open_storage
from core.tenancy.tenants import tenant_by_slug

Say = Callable[[str], None]
_ALL = "select id, slug from tenants where status <> 'closing' order by slug"


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    sweep = actions.add_parser("sweep", help="delete files that nothing names, and say which named ones are missing")
    sweep.add_argument("slug", nargs="?", metavar="TENANT", help="one tenant's; without it all")
    sweep.add_argument("--dry-run", action="store_true", help="look, and change nothing")


def run(settings: Settings, given: argparse.Namespace, say: Say) -> int:
    """The exit status."""
    return asyncio.run(_sweep(settings, given, say))


async def _sweep(settings: Settings, given: argparse.Namespace, say: Say) -> int:
    async with the_installation(settings) as place:
        try:
            storage = await open_storage(settings.storage, settings.data_dir)
            try:
                sweeper = StorageSweeper(place.db, storage, dry=given.dry_run)
                for tenant_id, slug in await _tenants(place.db, given.slug):
                    found = await sweeper.sweep(tenant_id)
                    say(_told(slug, found or Found(), dry=given.dry_run))
            finally:
                await storage.close()
        except Problem as problem:
            say(problem.detail)
            return 1
    return 0


async def _tenants(db: Database, slug: str | None) -> list[tuple[UUID, str]]:
    if slug is not None:
        return [((await tenant_by_slug(db, slug)).id, slug)]
    return [(row["id"], row["slug"]) for row in await db.system.fetch(_ALL)]


def _told(slug: str, found: Found, *, dry: bool) -> str:
    would = "would be " if dry else ""
    return (f"{slug}: {found.objects} objects; {found.deleted} unnamed ones {would}deleted ({found.bytes} bytes), "
            f"{found.young} too young to judge; {found.refetched} missing {would}fetched again, {found.lost} lost, "
            f"{found.thumbnails} thumbnails {would}made again")
