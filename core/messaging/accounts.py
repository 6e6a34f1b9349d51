"""Graph clients by account: each number's own token, host and version, opened from what is sealed in its row."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from core.db.pool import Database
from core.egress import Egress
from core.secrets import open_sealed
from core.whatsapp.client import GraphClient


class NoToken(Exception):
    """The account has no access token: nothing can be asked of Meta for it."""


@dataclass(frozen=True, slots=True)
class Account:
    """A number as the lanes, the receipts and the media need it. The token stays sealed."""

    tenant_id: UUID
    id: UUID
    phone_number_id: str
    status: str
    access_token_sealed: str | None
    graph_url: str
    graph_version: str

    @classmethod
    def of(cls, row: Any) -> "Account":
        """From any row that holds ACCOUNT_COLUMNS."""
        return cls(row["tenant_id"], row["account_id"], row["phone_number_id"], row["account_status"],
                   row["access_token_sealed"], row["graph_url"], row["graph_version"])


ACCOUNT_COLUMNS: Final = """a.tenant_id, a.id as account_id, a.phone_number_id, a.status as account_status,
    a.access_token_sealed, a.graph_url, a.graph_version"""


class GraphClients:
    """Safe to share between tasks. A changed token or host is a new client at the next call."""

    def __init__(self, egress: Egress, secret_key: str) -> None:
        self._egress, self._secret_key = egress, secret_key
        self._open: dict[UUID, tuple[Account, GraphClient]] = {}

    def of(self, account: Account) -> GraphClient:
        """Raises NoToken, or SealBroken when the token was sealed with another key."""
        known = self._open.get(account.id)
        if known is not None and known[0] == account:
            return known[1]
        if account.access_token_sealed is None:
            raise NoToken(f"the number {account.phone_number_id} has no access token: connect it again")
        place = f"accounts|{account.phone_number_id}|access_token"
        token = open_sealed(self._secret_key, account.access_token_sealed, place)
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
