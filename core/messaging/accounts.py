"""Graph clients by account: each number's own token, host and version, opened from what is sealed in its row."""

from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from core.db.pool import Database
from core.egress import Egress
from core.secrets import Vault
from core.tenancy import places
from core.whatsapp.client import GraphClient


class NoToken(Exception):
    """The account has no access token: nothing can be asked of Meta for it."""


@dataclass(frozen=True, slots=True)
class Account:
    """A number as the lanes, the receipts and the media need it. The token stays sealed; `wrapped_key` opens it."""

    tenant_id: UUID
    id: UUID
    phone_number_id: str
    status: str
    access_token_sealed: str | None
    graph_url: str
    graph_version: str
    wrapped_key: str | None = field(compare=False, repr=False)

    @classmethod
    def of(cls, row: Any) -> "Account":
        """From any row that holds ACCOUNT_COLUMNS."""
        return cls(row["tenant_id"], row["account_id"], row["phone_number_id"], row["account_status"],
                   row["access_token_sealed"], row["graph_url"], row["graph_version"], row["wrapped_key"])


ACCOUNT_COLUMNS: Final = """a.tenant_id, a.id as account_id, a.phone_number_id, a.status as account_status,
    a.access_token_sealed, a.graph_url, a.graph_version,
    (select k.wrapped from data_keys k where k.tenant_id = a.tenant_id and k.purpose = 'seal') as wrapped_key"""


class GraphClients:
    """Safe to share between tasks. A changed token or host is a new client at the next call."""

    def __init__(self, egress: Egress, vault: Vault) -> None:
        self._egress, self._vault = egress, vault
        self._open: dict[UUID, tuple[Account, GraphClient]] = {}

    def of(self, account: Account) -> GraphClient:
        """Raises NoToken, or SealBroken when the token was sealed with another key, or its key was shredded."""
        known = self._open.get(account.id)
        if known is not None and known[0] == account and account.wrapped_key is not None:
            return known[1]
        if account.access_token_sealed is None:
            raise NoToken(f"the number {account.phone_number_id} has no access token: connect it again")
        place = places.access_token(account.tenant_id, account.phone_number_id)
        token = self._vault.open_with(account.wrapped_key, account.access_token_sealed, place)
        client = GraphClient(self._egress, account.graph_url, account.graph_version, token)
        self._open[account.id] = (account, client)
        return client


async def find_account(db: Database, tenant_id: UUID, account_id: UUID) -> Account | None:
    """The number, by the system role."""
    row = await db.system.fetchrow(
        f"select {ACCOUNT_COLUMNS} from accounts a where a.tenant_id = $1 and a.id = $2",  # noqa: S608 - constant
        tenant_id, account_id,
    )
    return None if row is None else Account.of(row)
