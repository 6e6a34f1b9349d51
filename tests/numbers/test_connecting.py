"""Connecting numbers: Meta is asked first, one number is in one place, and nothing secret comes out again."""

import json
from typing import Any

import pytest

from core.db.pool import Database
from tests.http.callers import Answer, Caller
from tests.messaging.intake.deliveries import count, row
from tests.numbers.clinic import Clinic, listening
from tests.numbers.conftest import As
from tests.seed import SeededTenant


async def fresh(clinic: Clinic, **wanted: Any) -> dict[str, Any]:
    """A number at Meta that nobody has connected, with an app of its own, and what one enters to connect it."""
    app = {"app_id": "670000000000001", "app_secret": "the-app-secret"}
    made = await clinic.control("POST", "numbers", app | wanted)
    return {
        "phone_number_id": made["phone_number_id"], "waba_id": made["waba_id"], "access_token": made["token"],
        "meta_app": {"app_secret": "the-app-secret", "meta_app_id": "670000000000001", "name": "Atlas"},
        "graph_url": clinic.sandbox_url,
    }  # fmt: skip


def wrong_fields(answer: Answer) -> list[str]:
    return [str(error["loc"][0]) for error in answer.json["errors"]]


async def test_a_number_is_connected_with_what_meta_says_of_it(
    db: Database, clinic: Clinic, admin: Caller, tenant: SeededTenant
) -> None:
    wanted = await fresh(clinic, business_name="Rabat", facts={"quality_rating": "YELLOW"})
    answer = await admin.ask("POST", "/accounts", wanted)
    assert answer.status == 201, answer.json
    told = answer.json
    assert (told["verified_name"], told["quality_rating"], told["meta_status"]) == ("Rabat", "YELLOW", "CONNECTED")
    assert (told["status"], told["simulated"], told["version"]) == ("connected", False, 2)
    assert told["webhook_url"] == f"{clinic.public_url}/webhooks/whatsapp/{told['meta_app']['slug']}"
    assert told["verify_token"]
    assert "verify_token" not in (await admin.get(f"/accounts/{told['id']}")).json
    stored = await row(db, "select * from accounts where id = $1", told["id"])
    assert wanted["access_token"] not in str(dict(stored))
    event = await row(db, "select * from event_outbox where type = 'account.connected'")
    assert (event["tenant_id"], event["payload"]["account"]["id"]) == (tenant.id, told["id"])
    entries = [entry["action"] for entry in await db.system.fetch("select action from audit_log order by n")]
    assert entries == ["meta_app.created", "account.connected"]
    kept = json.dumps([dict(entry) for entry in await db.system.fetch("select * from audit_log")], default=str)
    assert wanted["access_token"] not in kept
    assert "the-app-secret" not in kept


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"access_token": "EAAGnobody-knows-it"}, "access_token"), ({"phone_number_id": "123"}, "phone_number_id"),
     ({"waba_id": "123"}, "waba_id")],
)  # fmt: skip
async def test_what_does_not_fit_is_said_in_our_words_and_nothing_is_kept(
    db: Database, clinic: Clinic, admin: Caller, changes: dict[str, str], field: str
) -> None:
    wanted = await fresh(clinic) | changes
    answer = await admin.ask("POST", "/accounts", wanted)
    assert answer.status == 422
    assert field in wrong_fields(answer)
    assert all(finding["cure"] for finding in answer.json["findings"])
    assert wanted["access_token"] not in answer.raw.decode()
    assert await count(db, "accounts") == 1
    assert await count(db, "meta_apps") == 1


async def test_the_app_that_made_the_token_is_found_by_itself(clinic: Clinic, admin: Caller) -> None:
    wanted = await fresh(clinic) | {"meta_app": {"app_secret": "the-app-secret"}}
    made = (await admin.ask("POST", "/accounts", wanted)).json
    apps = (await admin.get(f"/meta-apps/{made['meta_app']['id']}")).json
    assert apps["meta_app_id"] == "670000000000001"
    examined = await admin.ask("POST", f"/accounts/{made['id']}/examinations")
    assert {f["check"] for f in examined.json["findings"] if f["state"] != "ok"} == {"override", "round_trip"}


async def test_a_number_of_another_account_of_the_same_token_is_refused(clinic: Clinic, admin: Caller) -> None:
    wanted = await fresh(clinic)
    other = await fresh(clinic, token=wanted["access_token"])
    answer = await admin.ask("POST", "/accounts", wanted | {"waba_id": other["waba_id"]})
    assert answer.status == 422
    assert "waba_id" in wrong_fields(answer)


@pytest.mark.parametrize(("fault", "status"), [("read_500", 503), ("read_reset", 503), ("read_truncated", 422)])
async def test_without_metas_word_nothing_is_connected(
    db: Database, clinic: Clinic, admin: Caller, fault: str, status: int
) -> None:
    wanted = await fresh(clinic)
    await clinic.control("PUT", f"faults/{fault}?number={wanted['phone_number_id']}", {})
    assert (await admin.ask("POST", "/accounts", wanted)).status == status
    assert await count(db, "accounts") == 1


@pytest.mark.parametrize(
    "url",
    ["http://graph.facebook.com", "https://127.0.0.1", "https://10.0.0.8/graph", "https://[::1]", "https://2130706433",
     "https://0x7f.1", "ftp://a.test", "https://user:word@a.test", "https://a.test/?q=1", "http://169.254.169.254",
     "https://a.test:99999", "nonsense", "https://a.test/\u2028x"],
)  # fmt: skip
async def test_a_graph_address_must_be_public_and_https(clinic: Clinic, admin: Caller, url: str) -> None:
    answer = await admin.ask("POST", "/accounts", await fresh(clinic) | {"graph_url": url})
    assert answer.status == 422
    assert wrong_fields(answer) == ["graph_url"]


async def test_nobody_but_the_operator_lets_a_server_of_their_own_say_whose_a_number_is(
    db: Database, clinic: Clinic, admin: Caller, tenant: SeededTenant
) -> None:
    before = await count(db, "accounts")
    for url in ("https://graph.attacker.example", "https://graph.facebook.com.attacker.example/graph"):
        answer = await admin.ask("POST", "/accounts", await fresh(clinic) | {"graph_url": url})
        assert (answer.status, wrong_fields(answer)) == (422, ["graph_url"])
        assert "egress.graph" in answer.json["detail"]
        moved = await admin.ask("PATCH", f"/accounts/{tenant.account_id}", {"graph_url": url, "access_token": "EAAGx"})
        assert moved.status in (403, 422)
    assert await count(db, "accounts") == before


async def test_another_port_of_the_allowed_host_is_not_allowed(clinic: Clinic, admin: Caller) -> None:
    listener, beside = listening()
    answer = await admin.ask("POST", "/accounts", await fresh(clinic) | {"graph_url": beside})
    listener.close()
    assert answer.status == 422
    assert wrong_fields(answer) == ["graph_url"]


async def test_one_number_is_in_one_place(
    db: Database, clinic: Clinic, admin: Caller, as_role: As, other_tenant: SeededTenant
) -> None:
    wanted = await fresh(clinic)
    assert (await admin.ask("POST", "/accounts", wanted)).status == 201
    other = await as_role(other_tenant, "owner")
    again = await other.ask("POST", "/accounts", wanted)
    assert (again.status, again.json["type"]) == (409, "/problems/conflict")
    assert (await admin.ask("POST", "/accounts", wanted)).status == 409
    assert await count(db, "accounts") == 3
    assert len((await other.get("/accounts")).json["items"]) == 1


async def test_of_a_shared_app_metas_own_word_must_say_whose_a_number_is(
    db: Database, clinic: Clinic, admin: Caller, tenant: SeededTenant
) -> None:
    app_id = await db.system.fetchval("select id::text from meta_apps where slug = $1", tenant.app_slug)
    wanted = await fresh(clinic) | {"meta_app": {"id": app_id}}
    answer = await admin.ask("POST", "/accounts", wanted)
    assert answer.status == 403
    assert await count(db, "accounts") == 1


async def test_another_tenants_app_is_no_app(
    db: Database, clinic: Clinic, admin: Caller, other_tenant: SeededTenant, as_role: As
) -> None:
    other = await as_role(other_tenant, "owner")
    theirs = (await other.ask("POST", "/meta-apps", {"name": "Theirs", "app_secret": "their-secret"})).json
    wanted = await fresh(clinic) | {"meta_app": {"id": theirs["id"]}}
    answer = await admin.ask("POST", "/accounts", wanted)
    assert (answer.status, wrong_fields(answer)) == (422, ["meta_app"])


async def test_everybody_sees_numbers_in_brief_and_administrators_in_full(
    admin: Caller, as_role: As, tenant: SeededTenant
) -> None:
    [full] = (await admin.get("/accounts")).json["items"]
    [brief] = (await (await as_role(tenant, "viewer")).get("/accounts")).json["items"]
    assert brief == {key: full[key] for key in brief}
    assert brief.keys() == {"id", "phone_number_id", "waba_id", "display_phone_number", "verified_name", "status",
                            "simulated", "team", "version"}  # fmt: skip
    assert {"graph_url", "webhook_url", "examination", "meta_app"} <= full.keys()
    assert tenant.access_token not in str(full)
    one = await (await as_role(tenant, "agent")).get(f"/accounts/{full['id']}")
    assert one.json == brief
    assert (await admin.get(f"/accounts/{full['id']}")).json == full


async def test_only_who_manages_numbers_manages_them(as_role: As, tenant: SeededTenant) -> None:
    supervisor, one = await as_role(tenant, "supervisor"), f"/accounts/{tenant.account_id}"
    for method, path in (
        ("POST", "/accounts"), ("POST", "/accounts/simulated"), ("PATCH", one), ("DELETE", one),
        ("POST", "/account-examinations"), ("POST", f"{one}/examinations"), ("POST", f"{one}/refreshes"),
        ("PUT", f"{one}/subscription"), ("GET", f"{one}/profile"), ("PATCH", f"{one}/profile"), ("GET", "/meta-apps"),
        ("POST", "/meta-apps"),
    ):  # fmt: skip
        assert (await supervisor.ask(method, path, {} if method != "GET" else None)).status == 403, path


async def test_a_simulated_number_is_made_whole_and_healthy(db: Database, clinic: Clinic, admin: Caller) -> None:
    made = await admin.ask("POST", "/accounts/simulated", {"name": "Essai"})
    assert made.status == 201, made.json
    assert (made.json["simulated"], made.json["verified_name"], made.json["graph_url"]) == (
        True, "Essai", clinic.sandbox_url)
    examined = await admin.ask("POST", f"/accounts/{made.json['id']}/examinations")
    assert {finding["state"] for finding in examined.json["findings"]} == {"ok"}, examined.json
    listed = await clinic.control("GET", "numbers")
    assert made.json["phone_number_id"] in [number["phone_number_id"] for number in listed["items"]]
    assert (await admin.ask("DELETE", f"/accounts/{made.json['id']}")).status == 204
    listed = await clinic.control("GET", "numbers")
    assert made.json["phone_number_id"] not in [number["phone_number_id"] for number in listed["items"]]
