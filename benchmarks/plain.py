"""What our intake is held against: the same rows written by plain set-based SQL that asks neither who nor where."""

import json
import time
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

_BATCH: Final = 500
_BODY: Final = json.dumps({"object": "whatsapp_business_account", "text": "Bonjour, est-ce en stock ? " * 20}).encode()
_TABLES: Final = """
create table plain_raw (id bigint generated always as identity primary key, body bytea not null);
create table plain_messages (id uuid not null default uuidv7(), tenant_id uuid not null, raw_id bigint not null,
    wamid text not null, body text not null, primary key (tenant_id, id), unique (tenant_id, wamid));
create table plain_events (tenant_id uuid not null, id bigint generated always as identity primary key,
    message_id uuid not null, payload jsonb not null);
"""
_INSERT: Final = """
with raw as (insert into plain_raw (body) select unnest($1::bytea[]) returning id),
told as (insert into plain_messages (raw_id, tenant_id, wamid, body)
    select r, t, w, 'Bonjour' from unnest($2::bigint[], $3::uuid[], $4::text[]) u(r, t, w) returning id, tenant_id)
insert into plain_events (tenant_id, message_id, payload) select tenant_id, id, '{"type": "message"}' from told
"""


async def prepare(owner: Any) -> None:
    """Make the tables. Dropped with their database, or by `clear`."""
    await owner.execute(_TABLES)


async def clear(owner: Any) -> None:
    await owner.execute("drop table plain_events, plain_messages, plain_raw")


async def rate(owner: Any, tenants: Sequence[UUID], rows: int) -> float:
    """Raw body, message and event, 500 of each a commit: messages a second."""
    mark, began = time.time_ns(), time.perf_counter()
    for piece in range(0, rows, _BATCH):
        places = list(range(piece, piece + _BATCH))
        await owner.execute(_INSERT, [_BODY] * _BATCH, places, [tenants[n % len(tenants)] for n in places],
                            [f"wamid.{mark}.{n}" for n in places])  # fmt: skip
    return rows / (time.perf_counter() - began)
