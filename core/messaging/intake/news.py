"""What Meta tells of numbers onto their rows: the newest word on each column stays, however late an older one comes."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from core.db.pool import Connection
from core.messaging.intake.batch import Account, Heard
from core.messaging.intake.marks import unheard

COLUMNS: Final = ("verified_name", "name_status", "messaging_limit", "throughput_level", "meta_status")

_LOCK: Final = f"""select a.tenant_id, a.id, a.looked_at, a.told_at, {", ".join(f"a.{name}" for name in COLUMNS)}
from unnest($1::uuid[], $2::uuid[]) u(tenant_id, id)
join accounts a on a.tenant_id = u.tenant_id and a.id = u.id order by a.id for no key update of a"""  # noqa: S608

_SAVE: Final = """update accounts a set verified_name = u.verified_name, name_status = u.name_status,
    messaging_limit = u.messaging_limit, throughput_level = u.throughput_level, meta_status = u.meta_status,
    told_at = u.told_at::jsonb, updated_at = case when u.changed then now() else a.updated_at end,
    version = a.version + u.changed::integer
from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bool[])
    u(tenant_id, id, verified_name, name_status, messaging_limit, throughput_level, meta_status, told_at, changed)
where a.tenant_id = u.tenant_id and a.id = u.id"""

_TELL: Final = """insert into event_outbox (tenant_id, type, payload)
select u.tenant_id, 'account.updated', jsonb_build_object('account', r.resource) || u.told::jsonb
from unnest($1::uuid[], $2::uuid[], $3::text[]) with ordinality u(tenant_id, id, told, n)
join account_resources r on r.tenant_id = u.tenant_id and r.id = u.id order by u.n"""

_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode


@dataclass(slots=True)
class _Number:
    """An account's row while the news of this batch is laid onto it."""

    tenant_id: UUID
    id: UUID
    looked_at: datetime | None
    told_at: dict[str, str]
    values: dict[str, Any]
    heard: bool = False
    changed: bool = False
    told: list[dict[str, Any]] = field(default_factory=list)

    def hear(self, heard: Heard) -> None:
        """Only what is newer than what is known; what settles no column of ours is told in any case."""
        fresh = {column: value for column, value in heard.news.changes.items() if self._is_news(column, heard.at)}
        changes = {column: [self.values[column], value] for column, value in fresh.items()
                   if self.values[column] != value}  # fmt: skip
        self.values.update(fresh)
        self.told_at.update(dict.fromkeys(fresh, heard.at.isoformat()))
        self.heard, self.changed = self.heard or bool(fresh), self.changed or bool(changes)
        if changes or not heard.news.changes:
            self.told.append({"changed": changes, "field": heard.news.field, "value": heard.news.value})

    def _is_news(self, column: str, at: datetime) -> bool:
        """Meta, asked since, has told more than an older webhook can; its webhooks are a second precise."""
        known = self.told_at.get(column)
        asked = self.looked_at is not None and at < self.looked_at.replace(microsecond=0)
        return not asked and (known is None or at >= datetime.fromisoformat(known))


async def apply_news(connection: Connection, news: Sequence[Heard]) -> None:
    """In the caller's transaction, with an `account.updated` for each that changes something or has no column."""
    news = await unheard(connection, news, _about)
    if not news:
        return
    keys = sorted({(one.account.tenant_id, one.account.id) for one in news})
    rows = await connection.fetch(_LOCK, *zip(*keys, strict=True))
    numbers = {number.id: number for number in map(_number, rows)}
    for one in sorted(news, key=lambda heard: heard.at):
        if (number := numbers.get(one.account.id)) is not None:
            number.hear(one)
    await _save(connection, [number for number in numbers.values() if number.heard])
    await _tell(connection, list(_told(numbers.values())))


def _about(heard: Heard) -> tuple[Account, Any]:
    return heard.account, [heard.news.waba_id, heard.news.field, heard.news.at, heard.news.value]


def _number(row: Any) -> _Number:
    return _Number(row["tenant_id"], row["id"], row["looked_at"], dict(row["told_at"]), {c: row[c] for c in COLUMNS})


def _told(numbers: Any) -> Iterator[tuple[UUID, UUID, str]]:
    for number in numbers:
        for told in number.told:
            yield number.tenant_id, number.id, _dump(told)


async def _save(connection: Connection, numbers: Sequence[_Number]) -> None:
    if numbers:
        rows = [(n.tenant_id, n.id, *(n.values[column] for column in COLUMNS), _dump(n.told_at), n.changed)
                for n in numbers]  # fmt: skip
        await connection.execute(_SAVE, *zip(*rows, strict=True))


async def _tell(connection: Connection, told: Sequence[tuple[UUID, UUID, str]]) -> None:
    if told:
        await connection.execute(_TELL, *zip(*told, strict=True))
