"""What the administration of numbers works with, one for each web process."""

from dataclasses import dataclass
from uuid import UUID

from core.config import Settings
from core.db.pool import Connection, Database
from core.egress import Egress
from core.egress.allowlist import Allowlist
from core.mail import Mail
from core.messaging.accounts import GraphClients
from core.messaging.doctor import Doctor
from core.messaging.doctor.door import Door
from core.secrets import Vault


@dataclass(frozen=True, slots=True)
class NumberDesk:
    """`egress` may go where tenants name hosts, `named` says which private ones the operator allows for that; `door`
    goes to our own address alone. `sandbox_url` is where simulated numbers are made; None in production.
    """

    db: Database
    vault: Vault
    mail: Mail
    egress: Egress
    named: Allowlist
    clients: GraphClients
    door: Door
    doctor: Doctor
    sandbox_url: str | None

    @classmethod
    def of(cls, settings: Settings, db: Database, vault: Vault) -> "NumberDesk":
        """From the settings of this process."""
        egress, door = Egress(settings.egress.graph), Door(db, settings.public_url, also=_loopback(settings))
        return cls(
            db, vault, Mail(vault), egress, Allowlist(settings.egress.graph), GraphClients(egress, vault), door,
            Doctor(egress, door), None if settings.production else f"http://127.0.0.1:{settings.ports.sandbox}",
        )  # fmt: skip

    async def aclose(self) -> None:
        await self.door.aclose()
        await self.egress.aclose()


def _loopback(settings: Settings) -> tuple[str, ...]:
    """Other spellings of our own door, where Meta may be on this machine."""
    if settings.production:
        return ()
    return tuple(f"http://{host}:{port}" for host in ("127.0.0.1", "localhost")
                 for port in (settings.ports.web, settings.ports.receiver))  # fmt: skip


async def account_told(connection: Connection, tenant_id: UUID, account_id: UUID) -> dict[str, object]:
    """The number as events carry it."""
    resource: dict[str, object] = await connection.fetchval(
        "select resource from account_resources where tenant_id = $1 and id = $2", tenant_id, account_id
    )
    return resource
