"""Meta in a box as `comptoir up` runs it: in development always, so that anybody may try a simulated number."""

from __future__ import annotations

from collections.abc import Mapping

from core.config import Settings
from core.db.pool import Database


def sandbox_url(settings: Settings) -> str:
    """Where it answers, for the Graph API as for the phones."""
    return f"http://127.0.0.1:{settings.ports.sandbox}"


def sandbox_environment(settings: Settings, first: Mapping[str, str] | None) -> dict[str, str]:
    """Its settings; not arguments, for those can be read by every local user. `first`: the demo's number, if any."""
    receiver = f"http://127.0.0.1:{settings.ports.receiver}/"
    values = {
        "DATA": str(settings.data_dir / "sandbox"),
        "PUBLIC_URL": sandbox_url(settings),
        **(first or {"EMPTY": "1", "WEBHOOK_URL": receiver}),
    }
    return {f"COMPTOIR_SANDBOX_{name}": value for name, value in values.items()}


async def find_sandbox_again(settings: Settings, db: Database) -> None:
    """The sandbox moves with COMPTOIR_PORT, so every simulated number is pointed at it again."""
    await db.system.execute(
        "update accounts set graph_url = $1 where simulated and graph_url <> $1", sandbox_url(settings)
    )
