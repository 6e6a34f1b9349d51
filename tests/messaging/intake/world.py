"""Every number and account that the payloads speak of, all of one tenant; and its ledger, to compare with another's."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from core.db.pool import Database
from core.embedded.scratch import scratch_database
from tests.conftest import TEMPLATE, Cluster
from tests.messaging.intake.deliveries import numbered
from tests.seed import SeededTenant, seed_tenant

CORPUS = Path(__file__).parents[2] / "whatsapp" / "corpus"
NAMES = sorted(path.name for path in CORPUS.glob("*.json"))

# Out: what is counted or numbered in order of arrival, and times by our own clock, where Meta's cannot be read.
_LEDGER = {
    "contacts": """select phone, bsuid, username, profile_name, name, preferences from contacts""",
    "identities": """select i.kind, i.value, i.scope, i.retired_at, c.phone, c.bsuid
        from contact_identities i join contacts c on c.id = i.contact_id""",
    "conversations": """select a.phone_number_id, c.phone, c.bsuid, v.status, v.unread_count,
        nullif(v.last_message_at, greatest(v.last_message_at, '2026-06-01')) as last_message_at,
        nullif(v.last_inbound_at, greatest(v.last_inbound_at, '2026-06-01')) as last_inbound_at
        from conversations v left join contacts c on c.id = v.contact_id join accounts a on a.id = v.account_id""",
    "groups": """select a.phone_number_id, g.group_id, g.subject, g.description, g.invite_link, g.join_approval_mode,
        g.state, g.told_at, v.status, v.unread_count from groups g join accounts a on a.id = g.account_id
        join conversations v on v.id = g.conversation_id""",
    "participants": """select g.group_id, c.phone, c.bsuid, p.seen_at, p.left_at from group_participants p
        join groups g on g.conversation_id = p.conversation_id join contacts c on c.id = p.contact_id""",
    "messages": """select phone_number_id, wamid, direction, type, body, content, original, context_wamid, status,
        ghost, error, nullif(at, greatest(at, '2026-06-01')) as at, edited_at, revoked_at, receipts, sent_at,
        delivered_at, read_at, played_at, failed_at, author_kind, in_group,
        (select coalesce(c.phone, c.bsuid) from contacts c where c.id = m.contact_id) as whose,
        (select count(*) from attachments a where a.message_id = m.id) as files from messages m""",
    "corrections": "select target_wamid, kind, wamid, at, message_id is null as waits from message_corrections",
    "receipts": "select participant, status, at from message_receipts",
    "parked": "select phone_number_id, wamid, status, participant from parked_statuses",
    "accounts": """select phone_number_id, verified_name, name_status, messaging_limit, throughput_level, meta_status
        from accounts where waba_id <> (select waba_id from accounts order by id limit 1)""",
    "unknowns": "select phone_number_id, field, kind, count from webhook_unknowns",
    "quarantine": "select distinct path, reason, item from quarantine",
}


def payload(name: str) -> Any:
    return json.loads((CORPUS / name).read_bytes())


async def settle(db: Database, tenant: SeededTenant) -> None:
    """The tenant gets every number of the payloads. One that only an account's field names stands for the account."""
    numbers: dict[str, tuple[str, str]] = {}
    accounts: dict[str, str] = {}
    for name in NAMES:
        for entry in payload(name).get("entry") or []:
            for change in entry.get("changes") or []:
                value = change.get("value") or {}
                metadata = value.get("metadata") or {}
                waba = str((value.get("waba_info") or {}).get("waba_id") or entry["id"])
                settings = value.get("phone_number_settings") or {}
                told = metadata.get("phone_number_id") or settings.get("phone_number_id")
                display = str(metadata.get("display_phone_number") or value.get("display_phone_number") or "1555000")
                if told:
                    numbers.setdefault(str(told), (waba, display))
                else:
                    accounts[waba] = display
    for waba, display in accounts.items():
        numbers.setdefault(f"of-{waba}", (waba, display))
    await db.system.executemany(
        """insert into accounts (tenant_id, meta_app_id, phone_number_id, waba_id, display_phone_number)
        select $1, (select id from meta_apps where slug = $2), $3, $4, $5""",
        [(tenant.id, tenant.app_slug, number, waba, display) for number, (waba, display) in numbers.items()])


async def ledger(db: Database) -> dict[str, list[str]]:
    """Every row as text, sorted: two ledgers that say the same are equal."""
    found = {}
    for name, query in _LEDGER.items():
        rows = await db.system.fetch(query)
        found[name] = sorted(json.dumps(dict(row), default=str, sort_keys=True, ensure_ascii=False) for row in rows)
    return found


async def told(db: Database, tenant: SeededTenant) -> list[str]:
    """The types of all events, sorted."""
    return sorted(event.type for event in await numbered(db, tenant))


def bodies(names: list[str] = NAMES) -> list[bytes]:
    """Each payload with message ids of its own, for many repeat one; the two halves of a ghost share theirs."""
    return [_own_ids(name).encode() for name in names]


def _own_ids(name: str) -> str:
    mark = name.removesuffix(".json").removesuffix("_a").removesuffix("_b")
    return re.sub(r'"(wa[mc]id\.)([^"]+)"', rf'"\g<1>{mark}.\g<2>"', (CORPUS / name).read_text())


@asynccontextmanager
async def world(cluster: Cluster) -> AsyncIterator[tuple[Database, SeededTenant]]:
    """A database of its own with a tenant that has all these numbers."""
    async with scratch_database(cluster.server, TEMPLATE) as name:
        db = await Database.open(cluster.server.dsn(name))
        try:
            tenant = await seed_tenant(db, "atlas")
            await settle(db, tenant)
            yield db, tenant
        finally:
            await db.close()
