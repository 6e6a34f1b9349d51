"""The tenant's rate card: what Meta takes for a message, by category and country. Ours is empty: we know no prices."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from core import audit
from core.db.pool import Connection, Database
from core.db.scope import require_tenant

_READ: Final = "select currency, rates, updated_at, version from rate_cards"
_WRITE: Final = """
insert into rate_cards as c (tenant_id, currency, rates) values ($1, $2, $3)
on conflict (tenant_id) do update set currency = excluded.currency, rates = excluded.rates, updated_at = now(),
    version = c.version + 1
returning currency, rates, updated_at, version
"""
FREE: Final = ("free_customer_service", "free_entry_point")
"""Types of pricing that cost nothing, whatever the category."""


@dataclass(frozen=True, slots=True)
class Rate:
    """For one delivered message. `prefix` is the start of a phone number, or a country of two letters; "" is all."""

    category: str
    prefix: str
    rate: Decimal


@dataclass(frozen=True, slots=True)
class RateCard:
    currency: str
    rates: Sequence[Rate]

    def price(self, category: str, type: str | None, billable: bool | None, prefix: str) -> Decimal | None:
        """Of one message; None when the card does not say. The longest prefix wins."""
        if type in FREE or (type is None and billable is False):
            return Decimal(0)
        fitting = [rate for rate in self.rates if rate.category == category and prefix.startswith(rate.prefix)]
        return max(fitting, key=lambda rate: len(rate.prefix)).rate if fitting else None


async def rate_card(connection: Connection) -> RateCard | None:
    """Of the tenant in scope."""
    row = await connection.fetchrow(_READ)
    return None if row is None else RateCard(row["currency"], [
        Rate(one["category"], one["prefix"], Decimal(one["rate"])) for one in row["rates"]])  # fmt: skip


async def rate_card_resource(connection: Connection) -> dict[str, Any]:
    """As the API shows it; an empty one when the tenant has none."""
    row = await connection.fetchrow(_READ)
    return dict(row) if row else {"currency": None, "rates": [], "updated_at": None, "version": 0}


async def save_rate_card(db: Database, currency: str, rates: Sequence[dict[str, str]]) -> dict[str, Any]:
    """Replace the card of the tenant in scope. Each rate is checked before."""
    async with db.tenant_transaction() as connection:
        before = await rate_card_resource(connection)
        row = await connection.fetchrow(_WRITE, require_tenant(), currency, list(rates))
        after = dict(row or {})
        changed = {name: [before[name], after[name]] for name in ("currency", "rates") if before[name] != after[name]}
        if changed:
            await audit.record(connection, "rates.updated", "tenant", require_tenant(), changed)
    return after
