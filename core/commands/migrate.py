"""`comptoir migrate`: bring the database to this version, the kernel's tables first, then each plugin's."""

from __future__ import annotations

from collections.abc import Callable

from core.config import Settings
from core.db.migrate import run
from core.plugins.loader import load
from core.plugins.tables import tell_failures, to_migrate
from core.tenancy.reseal import reseal

Say = Callable[[str], None]


async def migrate(settings: Settings, say: Say) -> bool:
    """Safe to run by several at once. A plugin that fails is told and leaves the others migrated: False then."""
    plugins = load(settings.plugins.installed)
    report = await run(settings.database_url, to_migrate(plugins))
    if report.applied:
        say(f"applied {len(report.applied)} migrations, the last one {report.applied[-1]}")
    if resealed := await reseal(settings.database_url, settings.key_ring.read()):
        say(f"sealed {resealed} secrets anew, with data keys")
    for name, error in report.failed.items():
        say(f"the migrations of plugin {name} failed, it stays off: {type(error).__name__}: {error}")
    if report.failed:
        await tell_failures(settings.database_url, plugins, report)
    return not report.failed
