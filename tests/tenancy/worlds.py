"""A tenant with something in every place where a tenant's data may be, each thing with the same canary in it."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from core.auth.api_keys import create_api_key
from core.auth.sessions import open_session
from core.db.pool import Connection, Database
from core.db.roles import role_url
from core.mail import Mail
from core.messaging.search.keeper import SearchKeeper
from core.storage import Storage
from core.tenancy.accounts import create_meta_app
from tests.seed import VAULT, SeededTenant

PLUGIN_TABLE = "acme_pins_pins"


@dataclass(frozen=True)
class World:
    """`canary` is in names, bodies, files, payloads; `secrets` were sealed or hashed."""

    tenant: SeededTenant
    canary: str
    secrets: tuple[str, ...]
    file_keys: tuple[str, ...]


async def make_plugin_table(db: Database) -> None:
    """What a plugin's migration does."""
    import asyncpg

    owner = await asyncpg.connect(role_url(db.url, "comptoir_owner"))
    await owner.execute(
        f"""create table {PLUGIN_TABLE} (tenant_id uuid not null references tenants (id), id uuid not null,
            contact_id uuid, text text, "order" int, token_sealed text, primary key (tenant_id, id),
            foreign key (tenant_id, contact_id) references contacts (tenant_id, id));
        select protect_tenant_table('{PLUGIN_TABLE}');
        create table acme_unrelated (id int primary key)""")
    await owner.close()


async def fill(db: Database, storage: Storage, tenant: SeededTenant, messages: int = 20) -> World:
    """Rows, files and raw deliveries of this tenant."""
    canary, app_secret, letter = f"canary{uuid4().hex}", uuid4().hex, uuid4().hex
    await create_meta_app(db, VAULT, f"own-{tenant.slug}", app_secrets=[app_secret], verify_token=uuid4().hex,
                          tenant_id=tenant.id)  # fmt: skip
    key = await create_api_key(db, tenant.id, canary)
    session = await open_session(db.system, tenant.agent_id, tenant.id, user_agent=canary)
    async with db.system_transaction() as connection:
        await Mail(VAULT).queue(connection, tenant.id, to="a@b.test", template="invitation", locale="fr",
                                values={"inviter": canary, "tenant": canary, "token": letter})  # fmt: skip
        attachment_id = await _ledger(connection, tenant, canary, messages)
        await _sundries(connection, tenant, canary)
        await _outward(connection, tenant, canary)
        await _journal(connection, tenant, canary)
    await SearchKeeper(db).keep()
    await db.system.execute("insert into search_queue (tenant_id, noun, item) values ($1, 'message', $1)", tenant.id)
    keys = (f"{tenant.id}/attachments/{attachment_id}", f"plugins/{tenant.id}/acme_pins/notes/1.txt",
            f"{tenant.id}/attachments/orphan", f"{tenant.id}/thumbnails/{attachment_id}")  # fmt: skip
    for one in keys:
        await storage.put(one, f"bytes of {canary}".encode(), "image/jpeg")
    await db.system.execute(
        "update attachments set storage_key = $3, thumbnail_key = $4, state = 'stored' "
        "where tenant_id = $1 and id = $2",
        tenant.id, attachment_id, keys[0], keys[3])  # fmt: skip
    secrets = (app_secret, letter, key, session, tenant.access_token, tenant.app_secret)
    return World(tenant, canary, secrets, keys)


async def _ledger(connection: Connection, tenant: SeededTenant, canary: str, messages: int) -> UUID:
    contact_id = await connection.fetchval(
        "insert into contacts (tenant_id, name, phone) values ($1, $2, '212600000001') returning id", tenant.id, canary)
    await connection.execute(
        "insert into contact_identities (tenant_id, kind, value, contact_id) values ($1, 'bsuid', $2, $3)",
        tenant.id, canary, contact_id)  # fmt: skip
    conversation_id = await connection.fetchval(
        "insert into conversations (tenant_id, account_id, contact_id, assignee_id) values ($1, $2, $3, $4) "
        "returning id", tenant.id, tenant.account_id, contact_id, tenant.agent_id)  # fmt: skip
    message_ids = [row["id"] for row in await connection.fetch(
        "insert into messages (tenant_id, conversation_id, account_id, contact_id, phone_number_id, wamid, direction, "
        "type, body, content, author_kind, status, status_rank, at) select $1, $2, $3, $4, $5, 'wamid.' || n || $6, "
        "'inbound', 'text', $6 || n, jsonb_build_object('body', $6::text), 'customer', 'received', 0, now() "
        "from generate_series(1, $7) n returning id", tenant.id, conversation_id, tenant.account_id, contact_id,
        tenant.phone_number_id, canary, messages)]  # fmt: skip
    await connection.execute(
        "insert into send_attempts (tenant_id, message_id, conversation_id, account_id, state, lease_until, error) "
        "values ($1, $2, $3, $4, 'refused', now(), $5)", tenant.id, message_ids[0], conversation_id, tenant.account_id,
        {"told": canary})  # fmt: skip
    await connection.execute(
        f"insert into {PLUGIN_TABLE} (tenant_id, id, contact_id, text, token_sealed) values ($1, $2, $3, $4, $5)",
        tenant.id, uuid4(), contact_id, canary, "sealed" + canary)
    attachment_id: UUID = await connection.fetchval(
        "insert into attachments (tenant_id, message_id, kind, mime_type, filename, size) "
        "values ($1, $2, 'image', 'image/jpeg', $3, 4) returning id",
        tenant.id, message_ids[0], f"../../{canary}.jpg")  # fmt: skip
    return attachment_id


async def _sundries(connection: Connection, tenant: SeededTenant, canary: str) -> None:
    statements: list[tuple[str, list[Any]]] = [
        ("update tenants set name = $2 where id = $1", [canary]),
        ("insert into roles (tenant_id, key, name, permissions) values ($1, 'clerks', $2, '{}')", [canary]),
        ("update memberships set role = 'clerks', name = $2 where tenant_id = $1 and role = 'agent'", [canary]),
        ("insert into teams (tenant_id, name) values ($1, $2)", [canary]),
        ("with made as (insert into tags (tenant_id, name, colour) values ($1, $2, 'red') returning id) "
         "update conversations set tag_ids = array(select id from made) where tenant_id = $1", [canary]),
        ("insert into team_members select tenant_id, id, $2 from teams where tenant_id = $1", [tenant.agent_id]),
        ("insert into invitations (tenant_id, email, role, token_hash, expires_at) "
         "values ($1, $2, 'clerks', sha256($3), now())", [f"{canary}@x.test", canary.encode()]),
        ("insert into parked_statuses (tenant_id, phone_number_id, wamid, status, at, payload) "
         "values ($1, '1', $2, 'sent', now(), '{}')", [canary]),
        ("insert into message_corrections (tenant_id, phone_number_id, target_wamid, kind, wamid, outbound, at, body, "
         "content) values ($1, '1', $2, 'edit', $2, false, now(), $2, '{}')", [canary]),
        ("insert into message_receipts (tenant_id, message_id, participant, status, rank, at) "
         "select tenant_id, id, $2, 'read', 3, now() from messages where tenant_id = $1", [canary]),
        ("with made as (insert into conversations (tenant_id, account_id, kind) "
         "select tenant_id, id, 'group' from accounts where tenant_id = $1 limit 1 returning *), "
         "known as (insert into groups (tenant_id, conversation_id, account_id, group_id, subject) "
         "select tenant_id, id, account_id, $2, $2 from made) "
         "insert into group_participants (tenant_id, conversation_id, contact_id, seen_at) "
         "select made.tenant_id, made.id, c.id, now() from made join contacts c using (tenant_id) limit 1",
         [canary]),
        ("insert into webhook_marks (tenant_id, key) values ($1, sha256($2))", [canary.encode()]),
        ("insert into webhook_unknowns (tenant_id, day, phone_number_id, field, kind, count) "
         "values ($1, now(), '1', $2, '', 1)", [canary]),
        ("insert into event_log (tenant_id, seq, id, type, payload, created_at) values ($1, 1, $3, 'x', $2, now())",
         [{"told": canary}, uuid4().int % 2**40]),
        ("insert into event_heads (tenant_id, seq) values ($1, 1)", []),
        ("insert into event_outbox (tenant_id, type, payload) values ($1, 'x', $2)", [{"told": canary}]),
        ("insert into plugin_cursors (tenant_id, plugin) values ($1, $2)", [canary]),
        ("insert into plugin_failures (tenant_id, plugin, hook, seq, traceback) values ($1, 'x', 'y', 1, $2)",
         [canary]),
        ("insert into observations (tenant_id, seq, plugin) values ($1, 1, $2)", [canary]),
        ("insert into journal_traces (tenant_id, delivery_id, received_at, item, kind, what, wamid, outcome) "
         "values ($1, 1, now(), 1, 'message', 'text', $2, 'applied')", [canary]),
        ("insert into contact_blocks (tenant_id, account_id, contact_id) select tenant_id, $2, id from contacts "
         "where tenant_id = $1", [tenant.account_id]),
        ("insert into known_templates (tenant_id, waba_id, name, language, status, category, named, components) "
         "values ($1, $2, 'x', 'fr', 'x', 'x', false, '[]')", [canary]),
        ("insert into template_readings (tenant_id, waba_id, read_at) values ($1, $2, now())", [canary]),
        ("insert into message_costs (tenant_id, account_id, wamid_digest) values ($1, $2, sha256('x'))",
         [tenant.account_id]),
        ("insert into rate_cards (tenant_id, currency, rates) values ($1, $2, '[]')", [canary]),
        ("insert into media_ids (tenant_id, account_id, sha256, mime_type) select tenant_id, id, $2, 'x' from accounts "
         "where tenant_id = $1", [canary]),
        ("insert into attachment_holds (tenant_id, attachment_id, plugin) select tenant_id, id, $2 from attachments "
         "where tenant_id = $1", [canary]),
        ("insert into storage_sweeps (tenant_id, after_key) values ($1, $2)", [canary]),
        ("insert into plugin_settings (tenant_id, plugin, values) values ($1, 'x', $2)", [{"told": canary}]),
        ("insert into jobs (tenant_id, name, args) values ($1, 'other', $2)", [{"told": canary}]),
        ("insert into idempotency_keys (tenant_id, credential_id, key, request_hash, locked_until) "
         "values ($1, gen_random_uuid(), $2, '', now())", [canary]),
        ("insert into login_challenges (token_hash, purpose, tenant_id, expires_at) "
         "values (sha256($2), 'second_factor', $1, now())", [canary.encode()]),
        ("insert into token_families (user_id, tenant_id, user_agent, expires_at) values ($3, $1, $2, now())",
         [canary, tenant.agent_id]),
        ("select audit_append($1, 'member', null, null, null, 'x.y', 'x', $2, '{}')", [canary]),
    ]
    for statement, values in statements:
        await connection.execute(statement, tenant.id, *values)
    members = [tenant.owner_id, tenant.agent_id]
    await connection.execute("update users set name = $2 where id = any($1)", members, canary)


async def _outward(connection: Connection, tenant: SeededTenant, canary: str) -> None:
    """What is told to systems of others, what plugins keep sealed, and what was done for one person."""
    statements = (
        "insert into webhook_endpoints (tenant_id, name, url, types, secrets_sealed, seq) "
        "values ($1, $2, 'https://x.test', '{x}', array['sealed' || $2], 0)",
        "insert into webhook_requests (tenant_id, endpoint_id, kind) "
        "select tenant_id, id, 'test' from webhook_endpoints where tenant_id = $1 and name = $2",
        "insert into webhook_attempts (tenant_id, endpoint_id, kind, message_id, type, attempt, outcome, milliseconds) "
        "select tenant_id, id, 'event', $2, 'x', 1, 'delivered', 1 from webhook_endpoints where tenant_id = $1",
        "insert into frames (tenant_id, title, url, slot, secret_sealed) "
        "values ($1, $2, 'https://x.test', 'contact.detail', 'sealed' || $2)",
        "insert into plugin_secrets (tenant_id, plugin, name, value_sealed) values ($1, 'x', $2, 'sealed' || $2)",
        "insert into personal_data_requests (tenant_id, kind, contact_id, error) "
        "values ($1, 'export', gen_random_uuid(), $2)",
    )
    for statement in statements:
        await connection.execute(statement, tenant.id, canary)


async def _journal(connection: Connection, tenant: SeededTenant, canary: str) -> None:
    """A delivery that was applied, one that waits, and one that could not be applied."""
    for body in (delivery(tenant, f"one {canary}"), delivery(tenant, f"two {canary}"), delivery(tenant, f"3 {canary}")):
        last = await journalled(connection, tenant.app_slug, body)
    await connection.execute("insert into journal_pending (id) values ($1)", last)
    await connection.execute(
        "insert into quarantine (delivery_id, tenant_id, path, reason, item) values ($1, $2, 'x', 'y', $3)",
        last - 1, tenant.id, {"told": canary})  # fmt: skip
    await connection.execute(
        "insert into quarantine (delivery_id, path, reason, item) values ($1, 'x', $2, $3)",
        last - 1, f"no account has the phone number id {tenant.phone_number_id}", {"told": canary})  # fmt: skip


async def journalled(connection: Connection, app_slug: str, body: bytes) -> int:
    """Its id in the journal."""
    statement = "insert into journal (app_slug, headers, body) values ($1, '{}', $2) returning id"
    return int(await connection.fetchval(statement, app_slug, body))


def delivery(tenant: SeededTenant, text: str) -> bytes:
    """As Meta sends it."""
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry(tenant, text)]}).encode()


def entry(tenant: SeededTenant, text: str) -> dict[str, Any]:
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": tenant.phone_number_id},
             "contacts": [{"wa_id": "212600000001", "profile": {"name": "Zineb"}}],
             "messages": [{"from": "212600000001", "id": f"wamid.{uuid4().hex}", "timestamp": "1790000000",
                           "type": "text", "text": {"body": text}}]}  # fmt: skip
    return {"id": tenant.waba_id, "changes": [{"field": "messages", "value": value}]}
