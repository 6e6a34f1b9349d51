"""Meta apps: secrets go in and never out, two of them while one is changed, a verify token for each."""

import json

from core.db.pool import Database
from tests.http.callers import Caller
from tests.messaging.intake.deliveries import row
from tests.numbers.conftest import As
from tests.receiver.door import call, post, receiver, signed
from tests.seed import SeededTenant

BODY = json.dumps({"object": "whatsapp_business_account", "entry": []}).encode()


async def make(admin: Caller, **more: str) -> dict[str, str]:
    answer = await admin.ask("POST", "/meta-apps", {"name": "Été & Co", "app_secret": "the-first-secret"} | more)
    assert answer.status == 201, answer.json
    made: dict[str, str] = answer.json
    return made


async def shake(app: object, slug: str, token: str) -> tuple[int, bytes]:
    query = f"hub.mode=subscribe&hub.challenge=1158&hub.verify_token={token}"
    return await call(app, "GET", f"/webhooks/whatsapp/{slug}", query=query)  # type: ignore[arg-type]


async def test_an_app_is_made_with_an_address_and_a_verify_token_of_its_own(
    db: Database, admin: Caller, database_url: str
) -> None:
    made, other = await make(admin), await make(admin, verify_token="chosen-by-hand")
    assert made["slug"].startswith("ete-co-")
    assert made["webhook_url"].endswith(f"/webhooks/whatsapp/{made['slug']}")
    assert "verify_token" not in other
    listed = (await admin.get("/meta-apps")).json["items"]
    assert [app["secrets"] for app in listed] == [1, 1, 1]
    assert made["verify_token"] not in str(listed)
    assert "the-first-secret" not in str(listed)
    async with receiver(database_url) as door:
        assert await shake(door, made["slug"], made["verify_token"]) == (200, b"1158")
        assert await shake(door, other["slug"], "chosen-by-hand") == (200, b"1158")
        assert (await shake(door, other["slug"], made["verify_token"]))[0] == 403


async def test_while_a_secret_is_changed_both_are_good_and_afterwards_the_new_one_alone(
    db: Database, admin: Caller, database_url: str
) -> None:
    made = await make(admin)
    one, slug = f"/meta-apps/{made['id']}", made["slug"]

    async def accepted(secret: str) -> bool:
        async with receiver(database_url) as door:
            return await post(door, slug, BODY, signed(secret, BODY)) == 200

    assert (await admin.ask("PATCH", one, {"add_secret": "the-second-secret"})).json["secrets"] == 2
    assert [await accepted("the-first-secret"), await accepted("the-second-secret")] == [True, True]
    assert (await admin.ask("PATCH", one, {"drop_secret": 0})).json["secrets"] == 1
    assert [await accepted("the-first-secret"), await accepted("the-second-secret")] == [False, True]
    assert (await admin.ask("PATCH", one, {"drop_secret": 0})).status == 422
    assert (await admin.ask("PATCH", one, {"drop_secret": 4})).status == 422
    both = {"drop_secret": 0, "add_secret": "the-third-secret", "name": "Renamed"}
    assert (await admin.ask("PATCH", one, both)).json["name"] == "Renamed"
    assert [await accepted("the-second-secret"), await accepted("the-third-secret")] == [False, True]
    entries = await db.system.fetch("select action, changes from audit_log order by n")
    assert [entry["action"] for entry in entries] == ["meta_app.created", *["meta_app.updated"] * 3]
    assert "secret\"" not in json.dumps([entry["changes"] for entry in entries]).replace('"added_secret"', "")
    assert entries[-1]["changes"] == {"name": ["Été & Co", "Renamed"], "added_secret": [None, None]}


async def test_an_app_that_numbers_use_stays(db: Database, admin: Caller, tenant: SeededTenant) -> None:
    made = await make(admin)
    await db.system.execute("update accounts set meta_app_id = $2 where id = $1", tenant.account_id, made["id"])
    assert (await admin.ask("DELETE", f"/meta-apps/{made['id']}")).status == 409
    await db.system.execute("update accounts set meta_app_id = null")
    assert (await admin.ask("DELETE", f"/meta-apps/{made['id']}")).status == 204
    assert (await admin.get(f"/meta-apps/{made['id']}")).status == 404
    assert (await row(db, "select action from audit_log order by n desc limit 1"))["action"] == "meta_app.deleted"


async def test_another_tenants_app_does_not_exist_and_its_slug_is_taken(
    admin: Caller, as_role: As, other_tenant: SeededTenant
) -> None:
    made, other = await make(admin), await as_role(other_tenant, "owner")
    one = f"/meta-apps/{made['id']}"
    assert made["id"] not in [app["id"] for app in (await other.get("/meta-apps")).json["items"]]
    assert (await other.get(one)).status == 404
    assert (await other.ask("PATCH", one, {"add_secret": "mine-from-now-on"})).status == 404
    assert (await other.ask("DELETE", one)).status == 404
    taken = {"name": "x", "app_secret": "some-secret", "slug": made["slug"]}
    assert (await other.ask("POST", "/meta-apps", taken)).status == 409


async def test_what_all_share_only_the_operator_changes(
    db: Database, admin: Caller, tenant: SeededTenant
) -> None:
    shared = await db.system.fetchval("select id::text from meta_apps where slug = $1", tenant.app_slug)
    assert (await admin.get(f"/meta-apps/{shared}")).json["shared"] is True
    assert (await admin.ask("PATCH", f"/meta-apps/{shared}", {"add_secret": "mine-from-now-on"})).status == 403
    assert (await admin.ask("DELETE", f"/meta-apps/{shared}")).status == 403
    new = {"name": "x", "app_secret": "some-secret", "shared": True}
    assert (await admin.ask("POST", "/meta-apps", new)).status == 403


async def test_secrets_that_cannot_be_ones_are_refused_without_being_repeated(admin: Caller) -> None:
    for secret in ("", "short", "with space in it", "x" * 513, "clé-secrète-accentuée"):
        answer = await admin.ask("POST", "/meta-apps", {"name": "x", "app_secret": secret})
        assert answer.status == 422
        assert not secret or secret not in answer.raw.decode()
