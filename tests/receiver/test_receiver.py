import asyncio
import json
import time

import pytest

from core.db.pool import Database
from core.receiver import LARGEST_BODY
from core.tenancy import places
from core.tenancy.accounts import create_meta_app
from tests.receiver.door import call, link, post, receiver, signed
from tests.seed import VAULT, SeededTenant

BODY = json.dumps({"object": "whatsapp_business_account", "entry": [], "say": "é"}, ensure_ascii=True).encode()


async def _stored(db: Database) -> tuple[int, int]:
    found = await db.system.fetchrow(
        "select (select count(*) from journal) as j, (select count(*) from journal_pending) as p")
    assert found is not None
    return found["j"], found["p"]


async def test_a_signed_delivery_is_stored_byte_for_byte_before_it_is_acknowledged(
    db: Database, database_url: str, tenant: SeededTenant
) -> None:
    async with receiver(database_url) as app:
        headers = {"X-Hub-Signature-256": signed(tenant.app_secret, BODY), "User-Agent": "facebook", "Cookie": "no"}
        status, answer = await call(app, "POST", f"/webhooks/whatsapp/{tenant.app_slug}", BODY, headers)
        assert (status, answer) == (200, b"")
        found = await db.system.fetchrow("select app_slug, headers, body from journal")
        assert found is not None
        assert (found["app_slug"], found["body"]) == (tenant.app_slug, BODY)
        assert found["headers"] == {"x-hub-signature-256": headers["X-Hub-Signature-256"], "user-agent": "facebook",
                                    "remote": "203.0.113.9", "x-request-id": found["headers"]["x-request-id"]}
    assert await _stored(db) == (1, 1)


async def test_nothing_unsigned_or_wrongly_signed_is_stored(
    db: Database, database_url: str, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    good = signed(tenant.app_secret, BODY)
    reserialised = json.dumps(json.loads(BODY), ensure_ascii=False).encode()
    mutations = [
        (BODY, None), (BODY, ""), (BODY, good[7:]), (BODY, "sha1=" + good[7:]), (BODY, good.upper()),
        (BODY, "sha256=" + "z" * 64), (BODY, good[:-1]), (BODY, good + "0"), (BODY, "sha256=" + "0" * 64),
        (BODY + b" ", good), (BODY[:-1], good), (b"", good), (reserialised, good),
        (BODY, signed(other_tenant.app_secret, BODY)), (BODY, signed("", BODY)), (BODY, " " + good),
    ]
    async with receiver(database_url) as app:
        answers = [await post(app, tenant.app_slug, body, signature) for body, signature in mutations]
    assert set(answers) == {403}
    assert await _stored(db) == (0, 0)


async def test_an_app_that_is_unknown_or_has_no_secret_accepts_nothing(
    db: Database, database_url: str, tenant: SeededTenant
) -> None:
    async with db.system.acquire() as connection:
        token = await VAULT.seal(connection, "t", places.verify_token(None, "bare"))
        moved = await VAULT.seal(connection, "s", places.app_secret(None, "elsewhere"))
    query = "insert into meta_apps (slug, app_secrets_sealed, verify_token_sealed) values ($1, $2, $3)"
    await db.system.execute(query, "bare", [], token)
    await db.system.execute(query, "moved", [moved], token)
    async with receiver(database_url) as app:
        for slug, secret in [("nobody", "x"), ("bare", ""), ("moved", "s"), ("moved", ""), ("", "x")]:
            assert await post(app, slug, BODY, signed(secret, BODY)) == 403
    assert await _stored(db) == (0, 0)


async def test_both_secrets_of_a_rotation_are_accepted(
    db: Database, database_url: str, tenant: SeededTenant
) -> None:
    async with db.system.acquire() as connection:
        following = await VAULT.seal(connection, "next", places.app_secret(None, tenant.app_slug))
        await connection.execute(
            "update meta_apps set app_secrets_sealed = app_secrets_sealed || $1::text[]", [following])
    async with receiver(database_url) as app:
        for secret in (tenant.app_secret, "next"):
            assert await post(app, tenant.app_slug, BODY, signed(secret, BODY)) == 200


async def test_an_app_connected_after_the_start_is_found(database_url: str, db: Database) -> None:
    async with receiver(database_url) as app:
        assert await post(app, "late", BODY, signed("s", BODY)) == 403
        await create_meta_app(db, VAULT, "late", app_secrets=["s"], verify_token="t")
        async with asyncio.timeout(5):
            while await post(app, "late", BODY, signed("s", BODY)) != 200:  # noqa: ASYNC110 - it is tried like Meta does
                await asyncio.sleep(0.2)


@pytest.mark.parametrize("pieces", [1, 5])
async def test_a_body_over_three_megabytes_is_refused(
    database_url: str, db: Database, tenant: SeededTenant, pieces: int
) -> None:
    async with receiver(database_url) as app:
        for size, expected in [(LARGEST_BODY, 200), (LARGEST_BODY + 1, 413)]:
            body = b"x" * size
            headers = {"X-Hub-Signature-256": signed(tenant.app_secret, body), "Content-Length": str(size)}
            status, _ = await call(app, "POST", f"/webhooks/whatsapp/{tenant.app_slug}", body, headers, pieces=pieces)
            assert status == expected
    assert await _stored(db) == (1, 1)


async def test_a_client_that_hangs_up_half_way_stores_nothing(
    database_url: str, db: Database, tenant: SeededTenant
) -> None:
    async with receiver(database_url) as app:
        path, signature = f"/webhooks/whatsapp/{tenant.app_slug}", signed(tenant.app_secret, BODY)
        answer = await call(app, "POST", path, BODY, {"X-Hub-Signature-256": signature}, pieces=2, hang_up=True)
        assert answer == (0, b"")
    assert await _stored(db) == (0, 0)


async def test_deliveries_at_once_share_commits_and_all_are_stored(
    database_url: str, db: Database, tenant: SeededTenant
) -> None:
    async with receiver(database_url) as app:
        bodies = [BODY + b" " * n for n in range(300)]
        answers = await asyncio.gather(
            *(post(app, tenant.app_slug, body, signed(tenant.app_secret, body)) for body in bodies))
    assert set(answers) == {200}
    assert await _stored(db) == (300, 300)
    assert await db.system.fetchval("select count(distinct xmin::text) from journal") < 30


async def test_metas_handshake_gets_the_bare_challenge_and_nobody_else_does(
    database_url: str, tenant: SeededTenant
) -> None:
    path = f"/webhooks/whatsapp/{tenant.app_slug}"
    good = f"hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={tenant.verify_token}"
    async with receiver(database_url) as app:
        assert await call(app, "GET", path, query=good) == (200, b"1158201444")
        for bad in (good + "x", good.replace("subscribe", "other"), good.replace("hub.", "hub_"), "",
                    "hub.mode=subscribe&hub.challenge=1&hub.verify_token="):
            assert (await call(app, "GET", path, query=bad))[0] == 403
        assert (await call(app, "GET", "/webhooks/whatsapp/nobody", query=good))[0] == 403


async def test_everything_else_is_not_found(database_url: str, tenant: SeededTenant) -> None:
    async with receiver(database_url) as app:
        for method, path in [("GET", "/"), ("POST", "/"), ("PUT", f"/webhooks/whatsapp/{tenant.app_slug}")]:
            assert (await call(app, method, path))[0] == 404
        assert (await call(app, "GET", "/healthz"))[0] == 200
        assert (await call(app, "GET", "/readyz"))[0] == 200


async def test_a_database_that_is_away_is_never_a_200_and_it_recovers_alone(
    db: Database, database_url: str, tenant: SeededTenant
) -> None:
    signature = signed(tenant.app_secret, BODY)
    async with link(database_url) as cable, receiver(cable.url) as app:
        assert await post(app, tenant.app_slug, BODY, signature) == 200
        await cable.down()
        assert await post(app, tenant.app_slug, BODY, signature) == 503
        assert await post(app, tenant.app_slug, BODY, "sha256=" + "0" * 64) == 403
        assert await post(app, "nobody", BODY, signature) == 403
        await cable.up()
        assert await post(app, tenant.app_slug, BODY, signature) == 200
    assert await _stored(db) == (2, 2)


async def test_a_database_that_hangs_is_a_503_within_five_seconds_for_everybody_waiting(
    db: Database, database_url: str, tenant: SeededTenant
) -> None:
    signature = signed(tenant.app_secret, BODY)
    async with link(database_url) as cable, receiver(cable.url) as app:
        assert await post(app, tenant.app_slug, BODY, signature) == 200
        cable.hang()
        started = time.monotonic()
        first = [asyncio.create_task(post(app, tenant.app_slug, BODY, signature)) for _ in range(3)]
        await asyncio.sleep(0.5)
        later = [asyncio.create_task(post(app, tenant.app_slug, BODY, signature)) for _ in range(50)]
        assert set(await asyncio.gather(*first)) == {503}
        assert time.monotonic() - started < 5
        assert set(await asyncio.gather(*later)) == {503}
        assert time.monotonic() - started < 5.5
        await cable.down()
        await cable.up()
        assert await post(app, tenant.app_slug, BODY, signature) == 200


async def test_a_receiver_started_without_its_database_serves_when_it_comes(
    database_url: str, db: Database, tenant: SeededTenant
) -> None:
    signature = signed(tenant.app_secret, BODY)
    async with link(database_url) as cable:
        await cable.down()
        async with receiver(cable.url) as app:
            assert (await call(app, "GET", "/readyz"))[0] == 503
            assert await post(app, tenant.app_slug, BODY, signature) == 503
            await cable.up()
            async with asyncio.timeout(6):
                while await post(app, tenant.app_slug, BODY, signature) != 200:  # noqa: ASYNC110 - it is tried like Meta does
                    await asyncio.sleep(0.2)
