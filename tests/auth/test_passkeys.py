"""Passkeys, with an authenticator in software that lies wherever an attacker would."""

import asyncio
from dataclasses import replace
from datetime import datetime
from secrets import token_bytes
from typing import Any

import pytest

from core.auth.passkeys import MOST
from core.db.pool import Database
from core.http.application import Application
from tests.auth.authenticator import Authenticator, b64, unb64
from tests.auth.person import Person, new_person
from tests.http.callers import OWN_SITE, PASSWORD, Answer, Caller
from tests.seed import SeededTenant


@pytest.fixture
async def person(app: Application, db: Database, tenant: SeededTenant) -> Person:
    return await new_person(app, db, tenant.id)


@pytest.fixture
async def phone(person: Person) -> Authenticator:
    """A passkey of the person's."""
    phone = Authenticator()
    assert (await person.add_passkey(phone)).status == 201
    return phone


async def options(caller: Caller) -> dict[str, Any]:
    answer = await caller.ask("POST", "/session/passkey-options", {}, **OWN_SITE)
    assert answer.status == 200
    told: dict[str, Any] = answer.json
    return told


async def enter_with(caller: Caller, phone: Authenticator, **more: str) -> Answer:
    asked = await options(caller)
    told = {"challenge": asked["challenge"], "credential": phone.get(asked["options"]), **more}
    return await caller.ask("POST", "/session/passkey", told, **OWN_SITE)


async def test_a_passkey_is_added_named_listed_and_removed(person: Person, db: Database) -> None:
    me = person.caller
    added = await person.add_passkey(Authenticator(backed_up=True), "Salma's phone")
    assert (added.status, added.json["name"], added.json["backed_up"]) == (201, "Salma's phone", True)
    datetime.fromisoformat(added.json["created_at"])
    assert (await me.get("/me/factors")).json["passkeys"] == [added.json]
    path = f"/me/passkeys/{added.json['id']}"
    assert (await me.ask("PATCH", path, {"name": "An old phone"})).json["name"] == "An old phone"
    assert (await me.ask("DELETE", path)).status == 204
    assert (await me.ask("DELETE", path)).status == 404
    assert (await me.get("/me/factors")).json["passkeys"] == []
    rows = await db.system.fetch("select action from audit_log where subject_kind = 'passkey' order by n")
    assert [row["action"] for row in rows] == ["passkey.added", "passkey.renamed", "passkey.removed"]


async def test_what_browsers_are_asked_tells_nothing_of_the_person_and_demands_a_verified_one(person: Person) -> None:
    asked = (await person.caller.ask("POST", "/me/passkeys/options", {"password": PASSWORD})).json["options"]
    assert asked["rp"] == {"name": "Comptoir", "id": "inbox.atlas.test"}
    assert len(unb64(asked["user"]["id"])) == 32
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert asked["attestation"] == "none"
    again = (await person.caller.ask("POST", "/me/passkeys/options", {"password": PASSWORD})).json["options"]
    assert again["user"] == asked["user"]
    assert again["challenge"] != asked["challenge"]
    assert len(unb64(asked["challenge"])) >= 32


async def test_a_passkey_opens_the_door_alone_also_where_a_second_factor_is_on(
    person: Person, phone: Authenticator
) -> None:
    await person.enable_totp()
    browser = person.elsewhere()
    entered = await enter_with(browser, phone)
    assert (entered.status, entered.json["me"]["email"]) == (200, person.email)
    assert (await browser.get("/me")).json["auth"] == "session"
    told = (await person.caller.get("/me/factors")).json["passkeys"]
    assert told[0]["last_used_at"] is not None


async def test_adding_one_takes_the_password(person: Person) -> None:
    refused = await person.caller.ask("POST", "/me/passkeys/options", {"password": "not the password"})
    assert refused.status == 422


async def test_browsers_are_told_of_the_passkeys_one_has(person: Person, phone: Authenticator) -> None:
    asked = (await person.caller.ask("POST", "/me/passkeys/options", {"password": PASSWORD})).json["options"]
    assert asked["excludeCredentials"] == [
        {"id": b64(phone.credential_id), "type": "public-key", "transports": ["internal", "hybrid"]}
    ]
    assert (await person.add_passkey(phone)).status == 409
    assert (await options(person.elsewhere()))["options"]["allowCredentials"] == [], "strangers are told of none"


LIES: dict[str, dict[str, Any]] = {
    "another site": {"origin": "https://inbox.atlas.test.evil.test"},
    "the same host without TLS or with": {"origin": "https://inbox.atlas.test"},
    "another port": {"origin": "http://inbox.atlas.test:8080"},
    "another relying party": {"rp_id": "evil.test"},
    "a parent domain": {"rp_id": "atlas.test"},
    "a challenge of its own": {"challenge": b64(token_bytes(64))},
    "an empty challenge": {"challenge": ""},
    "nobody present": {"present": False},
    "nobody verified": {"verifies": False},
    "inside another site's page": {"in_frame": True},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
async def test_a_passkey_that_lies_is_not_taken(lie: dict[str, Any], person: Person, db: Database) -> None:
    refused = await person.add_passkey(Authenticator(**lie))
    assert (refused.status, refused.json["errors"][0]["loc"]) == (422, ["credential"])
    assert await db.system.fetchval("select count(*) from passkeys") == 0


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
async def test_a_passkey_that_lies_opens_nothing(
    lie: dict[str, Any], person: Person, phone: Authenticator, db: Database
) -> None:
    browser = person.elsewhere()
    refused = await enter_with(browser, replace(phone, **lie))
    assert (refused.status, refused.json["type"]) == (401, "/problems/unauthenticated")
    assert (await browser.get("/me")).status == 401
    assert (await enter_with(browser, phone)).status == 200, "the honest one still does"


async def test_another_key_under_the_same_name_opens_nothing(person: Person, phone: Authenticator) -> None:
    forged = Authenticator(credential_id=phone.credential_id, handle=phone.handle)
    assert (await enter_with(person.elsewhere(), forged)).status == 401


@pytest.mark.parametrize("handle", [b"", b"x" * 32])
async def test_a_passkey_must_say_whose_it_is_and_say_the_truth(
    handle: bytes, person: Person, phone: Authenticator
) -> None:
    assert (await enter_with(person.elsewhere(), replace(phone, handle=handle))).status == 401


async def test_one_persons_passkey_does_not_speak_for_another(
    person: Person, phone: Authenticator, app: Application, db: Database, tenant: SeededTenant
) -> None:
    other = await new_person(app, db, tenant.id)
    theirs = Authenticator()
    assert (await other.add_passkey(theirs)).status == 201
    assert (await enter_with(person.elsewhere(), replace(theirs, handle=phone.handle))).status == 401
    await person.enable_totp()
    asked = (await person.challenge()).json
    assert asked["methods"] == ["totp", "recovery_code", "passkey"]
    refused = await person.prove(challenge=asked["challenge"], passkey=theirs.get(asked["passkey_options"]))
    assert (refused.status, refused.json["tries_left"]) == (401, 4)
    accepted = await person.prove(challenge=asked["challenge"], passkey=phone.get(asked["passkey_options"]))
    assert (accepted.status, accepted.json["me"]["email"]) == (200, person.email)


async def test_a_passkey_cannot_be_taken_by_a_second_person(
    person: Person, phone: Authenticator, app: Application, db: Database, tenant: SeededTenant
) -> None:
    other = await new_person(app, db, tenant.id)
    assert (await other.add_passkey(phone)).status == 409
    entered = await enter_with(person.elsewhere(), phone)
    assert entered.json["me"]["email"] == person.email


@pytest.mark.parametrize("verb", ["PATCH", "DELETE"])
async def test_anothers_passkey_is_as_if_absent(
    verb: str, person: Person, phone: Authenticator, app: Application, db: Database, tenant: SeededTenant
) -> None:
    other = await new_person(app, db, tenant.id, "owner")
    passkey_id = (await person.caller.get("/me/factors")).json["passkeys"][0]["id"]
    assert (await other.caller.ask(verb, f"/me/passkeys/{passkey_id}", {"name": "mine"})).status == 404
    assert (await enter_with(person.elsewhere(), phone)).status == 200


async def test_an_answer_is_good_once(person: Person, phone: Authenticator) -> None:
    browser = person.elsewhere()
    asked = await options(browser)
    told = {"challenge": asked["challenge"], "credential": phone.get(asked["options"])}
    assert (await browser.ask("POST", "/session/passkey", told, **OWN_SITE)).status == 200
    assert (await browser.ask("POST", "/session/passkey", told, **OWN_SITE)).status == 401
    fresh = {**told, "challenge": (await options(browser))["challenge"]}
    assert (await browser.ask("POST", "/session/passkey", fresh, **OWN_SITE)).status == 401


async def test_of_ten_uses_of_one_answer_at_once_one_succeeds(person: Person, phone: Authenticator) -> None:
    asked = await options(person.elsewhere())
    told = {"challenge": asked["challenge"], "credential": phone.get(asked["options"])}
    answers = await asyncio.gather(
        *(person.elsewhere().ask("POST", "/session/passkey", told, **OWN_SITE) for _ in range(10))
    )
    assert sorted(answer.status for answer in answers) == [200] + [401] * 9


async def test_a_wrong_answer_spends_the_challenge(person: Person, phone: Authenticator) -> None:
    browser = person.elsewhere()
    asked = await options(browser)
    lying = replace(phone, verifies=False).get(asked["options"])
    for credential in (lying, phone.get(asked["options"])):
        told = {"challenge": asked["challenge"], "credential": credential}
        assert (await browser.ask("POST", "/session/passkey", told, **OWN_SITE)).status == 401


async def test_a_challenge_to_add_a_passkey_is_the_persons_own_and_good_once(
    person: Person, app: Application, db: Database, tenant: SeededTenant
) -> None:
    other = await new_person(app, db, tenant.id)
    asked = (await person.caller.ask("POST", "/me/passkeys/options", {"password": PASSWORD})).json
    told = {"challenge": asked["challenge"], "name": "x", "credential": Authenticator().create(asked["options"])}
    assert (await other.caller.ask("POST", "/me/passkeys", told)).status == 422
    assert (await person.caller.ask("POST", "/me/passkeys", told)).status == 422
    login = (await options(person.elsewhere()))["challenge"]
    assert (await person.caller.ask("POST", "/me/passkeys", {**told, "challenge": login})).status == 422


@pytest.mark.parametrize("counter", [0, 4, 5])
async def test_a_copied_authenticator_is_found_out_by_its_counter(
    counter: int, person: Person, phone: Authenticator, db: Database
) -> None:
    phone.counter = 4
    assert (await enter_with(person.elsewhere(), phone)).status == 200
    copy = replace(phone, counter=counter, counts=False)
    assert (await enter_with(person.elsewhere(), copy)).status == 401
    assert await db.system.fetchval("select changes from audit_log where action = 'passkey.refused'") == {
        "because": [None, "the counter did not rise"]
    }
    assert (await enter_with(person.elsewhere(), phone)).status == 200, "the original counts on"


async def test_authenticators_that_do_not_count_are_taken_at_their_word(person: Person) -> None:
    phone = Authenticator(counts=False)
    await person.add_passkey(phone)
    for _ in range(2):
        assert (await enter_with(person.elsewhere(), phone)).status == 200


@pytest.mark.parametrize(
    "change",
    ["update users set disabled_at = now()", "delete from memberships", "delete from passkeys",
     "update login_challenges set expires_at = now()"],
)  # fmt: skip
async def test_a_passkey_opens_nothing_that_is_closed(
    change: str, person: Person, phone: Authenticator, db: Database
) -> None:
    browser = person.elsewhere()
    asked = await options(browser)
    await db.system.execute(change)
    told = {"challenge": asked["challenge"], "credential": phone.get(asked["options"])}
    assert (await browser.ask("POST", "/session/passkey", told, **OWN_SITE)).status == 401
    assert "Set-Cookie" not in (await browser.get("/me")).headers


async def test_who_proves_a_passkey_is_told_that_the_organisation_is_suspended(
    person: Person, phone: Authenticator, db: Database
) -> None:
    await db.system.execute("update tenants set status = 'suspended'")
    refused = await enter_with(person.elsewhere(), phone)
    assert (refused.status, refused.json["type"]) == (403, "/problems/suspended")
    assert "Set-Cookie" not in refused.headers


async def test_one_enters_the_tenant_that_one_names_and_no_other(
    person: Person, phone: Authenticator, db: Database, other_tenant: SeededTenant, tenant: SeededTenant
) -> None:
    assert (await enter_with(person.elsewhere(), phone, tenant=other_tenant.slug)).status == 401
    entered = await enter_with(person.elsewhere(), phone, tenant=tenant.slug)
    assert entered.json["me"]["tenant"]["slug"] == tenant.slug


async def test_another_site_cannot_have_a_browser_answer(person: Person, phone: Authenticator) -> None:
    browser = Caller(person.app, {"Origin": "https://evil.test"})
    assert (await browser.ask("POST", "/session/passkey-options", {})).status == 403
    assert (await browser.ask("POST", "/session/passkey", {"challenge": "x", "credential": {}})).status == 403


async def test_there_is_an_end_to_how_many_one_has(person: Person, db: Database) -> None:
    await db.system.execute(
        "insert into passkeys (user_id, credential_id, public_key, name) "
        "select $1, int8send(n), ''::bytea, n::text from generate_series(1, $2::int) n", person.id, MOST,
    )  # fmt: skip
    assert (await person.add_passkey(Authenticator())).status == 422
