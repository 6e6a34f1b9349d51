"""Costs of a span of days in the tenant's time zone, by day, category or number."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, Literal

from core.db.pool import Connection
from core.messaging.costs.rates import RateCard, rate_card

Group = Literal["day", "category", "account"]
Part = tuple[str, str | None, bool | None, str]
"""(category, type, billable, prefix)"""

_GROUPS: Final[Mapping[Group, str]] = {
    "day": "(c.delivered_at at time zone t.timezone)::date::text",
    "category": "c.category",
    "account": "c.account_id::text",
}
_COUNT: Final = """
select {group} as key, c.category, c.type, c.billable, c.prefix, count(*) as messages
from message_costs c join tenants t on t.id = c.tenant_id
where c.category is not null and c.delivered_at is not null
    and c.delivered_at >= ($1::date::timestamp at time zone t.timezone)
    and c.delivered_at < ($2::date::timestamp at time zone t.timezone)
group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
"""


@dataclass(slots=True)
class _Line:
    """One day, category or number."""

    messages: int = 0
    free: int = 0
    unpriced: int = 0
    amount: Decimal = Decimal(0)
    by_category: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    by_type: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    by_country: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, part: Part, messages: int, card: RateCard | None) -> None:
        category, type, billable, prefix = part
        self.messages += messages
        self.by_category[category] += messages
        self.by_type[type or ""] += messages
        self.by_country[prefix] += messages
        price = (card or _NO_CARD).price(category, type, billable, prefix)
        self.free += messages * (price == 0)
        self.unpriced += messages * (price is None)
        self.amount += messages * (price or Decimal(0))

    def told(self, key: str, priced: bool) -> dict[str, Any]:
        return {"key": key, "messages": self.messages, "free": self.free, "unpriced": self.unpriced,
                "amount": str(self.amount) if priced else None, "by_category": dict(self.by_category),
                "by_type": dict(self.by_type), "by_country": dict(self.by_country)}  # fmt: skip


_NO_CARD: Final = RateCard("", ())


async def costs(connection: Connection, first: date, last: date, group: Group) -> dict[str, Any]:
    """Delivered messages from `first` to `last` inclusive, of the tenant in scope. Money only by the tenant's card."""
    card = await rate_card(connection)
    lines: dict[str, _Line] = {}
    total = _Line()
    query = _COUNT.format(group=_GROUPS[group])
    for row in await connection.fetch(query, first, last + timedelta(days=1)):
        part = (row["category"], row["type"], row["billable"], row["prefix"])
        lines.setdefault(row["key"], _Line()).add(part, row["messages"], card)
        total.add(part, row["messages"], card)
    priced = card is not None
    return {
        "from": first.isoformat(), "to": last.isoformat(), "group": group,
        "timezone": await connection.fetchval("select timezone from tenants"),
        "currency": card.currency if card else None,
        "items": [line.told(key, priced) for key, line in lines.items()], "total": total.told("total", priced),
    }  # fmt: skip
