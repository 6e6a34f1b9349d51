"""Inviting people: who may, whom, as what."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from core.auth.permissions import Role
from core.db.pool import Database
from core.http.application import Application
from tests.http.callers import Answer, Caller, new_member
from tests.http.conftest import Enter
from tests.people.acts import acts, everything_said
from tests.people.mailbox import Mailbox
from tests.seed import SeededTenant

SALMA = "salma@example.test"


async def invite(caller: Caller, *people: dict[str, Any]) -> Answer:
    return await caller.ask("POST", "/invitations", {"invitations": list(people)})


async def outcome(caller: Caller, email: str = SALMA, role: str = "agent", **more: Any) -> tuple[int, str | None]:
    """(status of its own problem or 201, its detail) of inviting one person."""
    answer = await invite(caller, {"email": email, "role": role, **more})
    assert answer.status == 201, answer.json
    (item,) = answer.json["items"]
    assert (item["invitation"] is None) is (item["problem"] is not None)
    return (item["problem"]["status"], item["problem"]["detail"]) if item["problem"] else (201, None)


async def custom_role(db: Database, tenant: SeededTenant, key: str, permissions: list[str], sees: str = "all") -> None:
    await db.system.execute("insert into roles (tenant_id, key, name, permissions, sees) values ($1, $2, $3, $4, $5)",
                            tenant.id, key, key.title(), permissions, sees)  # fmt: skip


async def in_role(app: Application, db: Database, tenant: SeededTenant, role: str) -> Caller:
    """A logged-in member in a role of the tenant's own."""
    user_id, email = await new_member(db, tenant.id, "agent")
    await db.system.execute("update memberships set role = $2 where user_id = $1", user_id, role)
    caller = Caller(app)
    assert (await caller.log_in(email)).status == 200
    return caller


async def test_an_invitation_is_made_mailed_and_listed(
    enter: Enter, mailbox: Mailbox, db: Database, tenant: SeededTenant
) -> None:
    admin = await enter(tenant, "admin")
    answer = await invite(admin, {"email": "Salma@Example.test", "role": "agent"})
    assert answer.status == 201
    made = answer.json["items"][0]["invitation"]
    assert (made["email"], made["role"], made["state"], made["invited_by"]["name"]) == (
        SALMA, "agent", "waiting", "Admin")  # fmt: skip
    letter = await mailbox.only(SALMA)
    assert letter.subject == "Admin vous invite à rejoindre Atlas"
    assert "http://inbox.atlas.test/invitation#" in letter.text
    assert (await admin.get("/invitations")).json == {"items": [made], "next": None}
    assert ("member.invited", "member") in await acts(db, tenant.id)
    assert SALMA not in await everything_said(db)
    assert letter.token not in str(await db.system.fetch("select i::text, j::text from invitations i, jobs j"))


async def test_a_hundred_at_once_each_with_its_own_outcome(
    enter: Enter, mailbox: Mailbox, db: Database, tenant: SeededTenant
) -> None:
    admin = await enter(tenant, "admin")
    people = [{"email": f"person{number}@example.test", "role": "agent"} for number in range(96)]
    odd = [{"email": "person1@example.test", "role": "agent"}, {"email": "agent@atlas.test", "role": "agent"},
           {"email": "boss@example.test", "role": "owner"}, {"email": "x@x.test", "role": "astronaut"}]  # fmt: skip
    items = (await invite(admin, *people, *odd)).json["items"]
    assert [item["problem"] and item["problem"]["status"] for item in items] == [None] * 96 + [422, 409, 403, 422]
    assert len(await mailbox.collect()) == 96
    assert await db.system.fetchval("select count(*) from invitations") == 96
    first = (await admin.get("/invitations?limit=60")).json
    rest = (await admin.get(f"/invitations?limit=60&cursor={first['next']}")).json
    assert len({one["id"] for one in first["items"] + rest["items"]}) == 96
    assert rest["next"] is None


@pytest.mark.parametrize("body", [
    {"invitations": []}, {"invitations": [{"email": "x@y.test", "role": "agent"}] * 101}, {},
    {"invitations": [{"email": "x@y.test\r\nBcc: z@y.test", "role": "agent"}]},
    {"invitations": [{"email": "x@y.test, z@y.test", "role": "agent"}]},
    {"invitations": [{"email": "Salma <x@y.test>", "role": "agent"}]},
    {"invitations": [{"email": "x@y.test", "role": "agent", "tenant_id": str(uuid4())}]},
])  # fmt: skip
async def test_what_is_not_valid_invites_nobody(
    body: object, enter: Enter, mailbox: Mailbox, tenant: SeededTenant
) -> None:
    admin = await enter(tenant, "admin")
    assert (await admin.ask("POST", "/invitations", body)).status == 422
    assert await mailbox.collect() == []


@pytest.mark.parametrize("role", ["supervisor", "agent", "viewer"])
async def test_only_those_who_manage_members_invite_see_and_revoke(
    role: Role, enter: Enter, with_key: Enter, db: Database, tenant: SeededTenant
) -> None:
    await invite(await enter(tenant, "admin"), {"email": SALMA, "role": "agent"})
    one = f"/invitations/{await db.system.fetchval('select id from invitations')}"
    for caller in (await enter(tenant, role), await with_key(tenant, role)):
        assert (await invite(caller, {"email": "x@y.test", "role": "viewer"})).status == 403
        assert (await caller.get("/invitations")).status == 403
        assert (await caller.ask("DELETE", one)).status == 403
        assert (await caller.ask("POST", f"{one}/renewals")).status == 403
    assert await db.system.fetchval("select count(*) from invitations where revoked_at is null") == 1


async def test_nobody_invites_above_themselves(
    app: Application, enter: Enter, with_key: Enter, db: Database, tenant: SeededTenant
) -> None:
    await custom_role(db, tenant, "recruiter", ["members.manage", "conversations.read", "contacts.read"])
    await custom_role(db, tenant, "greeter", ["conversations.read"])
    await custom_role(db, tenant, "auditor", ["audit.read"])
    recruiter = await in_role(app, db, tenant, "recruiter")
    for role, status in (("viewer", 201), ("greeter", 201), ("recruiter", 201), ("agent", 403), ("supervisor", 403),
                         ("auditor", 403), ("admin", 403), ("owner", 403)):  # fmt: skip
        assert (await outcome(recruiter, role=role))[0] == status, role
    admin, owner = await enter(tenant, "admin"), await enter(tenant, "owner")
    assert (await outcome(admin, role="owner"))[0] == 403
    assert (await outcome(admin, role="admin"))[0] == 201
    assert (await outcome(owner, role="owner"))[0] == 201
    assert (await outcome(await with_key(tenant, "admin"), role="owner"))[0] == 403


async def test_nobody_invites_to_see_more_than_they_see(
    app: Application, db: Database, tenant: SeededTenant
) -> None:
    await custom_role(db, tenant, "narrow", ["members.manage", "conversations.read", "contacts.read"], "team")
    await custom_role(db, tenant, "own", ["conversations.read"], "own")
    await custom_role(db, tenant, "wide", ["conversations.read"], "all")
    narrow = await in_role(app, db, tenant, "narrow")
    assert (await outcome(narrow, role="own"))[0] == 201
    assert (await outcome(narrow, role="narrow"))[0] == 201
    for role in ("wide", "viewer"):
        status, detail = await outcome(narrow, role=role)
        assert status == 403
        assert "sees more" in str(detail)


async def test_another_tenants_roles_and_teams_are_not_there(
    enter: Enter, db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    await custom_role(db, other_tenant, "theirs", ["conversations.read"])
    team = await db.system.fetchval("insert into teams (tenant_id, name) values ($1, 'Sales') returning id",
                                    other_tenant.id)  # fmt: skip
    owner = await enter(tenant, "owner")
    assert (await outcome(owner, role="theirs"))[0] == 422
    assert (await outcome(owner, teams=[str(team)]))[0] == 422
    assert (await outcome(owner, teams=[str(uuid4())]))[0] == 422


async def test_another_tenants_invitations_are_neither_seen_nor_touched(
    enter: Enter, with_key: Enter, mailbox: Mailbox, db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    await invite(await enter(other_tenant, "owner"), {"email": SALMA, "role": "agent"})
    before = await db.system.fetchval("select i::text from invitations i")
    await mailbox.collect()
    foreign = f"/invitations/{await db.system.fetchval('select id from invitations')}"
    for caller in (await enter(tenant, "owner"), await with_key(tenant, "owner")):
        assert (await caller.get("/invitations")).json["items"] == []
        assert (await caller.ask("DELETE", foreign)).status == 404
        assert (await caller.ask("POST", f"{foreign}/renewals")).status == 404
    assert await db.system.fetchval("select i::text from invitations i") == before
    assert await mailbox.collect() == []
    # The same person may be invited by both.
    assert (await outcome(await enter(tenant, "owner")))[0] == 201


async def test_a_new_invitation_replaces_the_one_that_waits(
    enter: Enter, mailbox: Mailbox, anonymous: Caller, tenant: SeededTenant
) -> None:
    admin = await enter(tenant, "admin")
    await invite(admin, {"email": SALMA, "role": "agent"})
    old = await mailbox.only(SALMA)
    await invite(admin, {"email": SALMA, "role": "viewer"})
    new = await mailbox.only(SALMA)
    assert (await anonymous.ask("POST", "/invitations/lookups", {"token": old.token})).status == 410
    assert (await anonymous.ask("POST", "/invitations/lookups", {"token": new.token})).json["role_name"] == "Lecteur"
    states = [(one["role"], one["state"]) for one in (await admin.get("/invitations")).json["items"]]
    assert states == [("viewer", "waiting"), ("agent", "revoked")]


async def test_of_many_at_once_for_one_address_one_waits(enter: Enter, db: Database, tenant: SeededTenant) -> None:
    admin = await enter(tenant, "admin")
    answers = await asyncio.gather(*(invite(admin, {"email": SALMA, "role": "agent"}) for _ in range(10)))
    assert [answer.status for answer in answers] == [201] * 10
    waiting = "select count(*) from invitations where accepted_at is null and revoked_at is null"
    assert await db.system.fetchval(waiting) == 1


async def test_a_renewal_gives_another_link_and_another_day(
    enter: Enter, mailbox: Mailbox, anonymous: Caller, db: Database, tenant: SeededTenant
) -> None:
    admin = await enter(tenant, "admin")
    made = (await invite(admin, {"email": SALMA, "role": "agent"})).json["items"][0]["invitation"]
    old = await mailbox.only(SALMA)
    await db.system.execute("update invitations set expires_at = now()")
    assert (await admin.get("/invitations")).json["items"][0]["state"] == "expired"
    renewed = await admin.ask("POST", f"/invitations/{made['id']}/renewals")
    assert (renewed.status, renewed.json["state"], renewed.json["id"]) == (201, "waiting", made["id"])
    new = await mailbox.only(SALMA)
    assert (await anonymous.ask("POST", "/invitations/lookups", {"token": old.token})).status == 410
    assert (await anonymous.ask("POST", "/invitations/lookups", {"token": new.token})).status == 200
    assert ("invitation.renewed", "member") in await acts(db, tenant.id)


async def test_a_renewal_is_a_gift_as_an_invitation_is(
    app: Application, enter: Enter, mailbox: Mailbox, db: Database, tenant: SeededTenant
) -> None:
    owner, admin = await enter(tenant, "owner"), await enter(tenant, "admin")
    made = (await invite(owner, {"email": SALMA, "role": "owner"})).json["items"][0]["invitation"]
    await mailbox.collect()
    assert (await admin.ask("POST", f"/invitations/{made['id']}/renewals")).status == 403
    assert await mailbox.collect() == []


async def test_a_revoked_link_is_worth_nothing_and_stays_revoked(
    enter: Enter, mailbox: Mailbox, anonymous: Caller, tenant: SeededTenant
) -> None:
    admin = await enter(tenant, "admin")
    made = (await invite(admin, {"email": SALMA, "role": "agent"})).json["items"][0]["invitation"]
    letter = await mailbox.only(SALMA)
    assert (await admin.ask("DELETE", f"/invitations/{made['id']}")).status == 204
    assert (await anonymous.ask("POST", "/invitations/lookups", {"token": letter.token})).status == 410
    assert (await admin.ask("DELETE", f"/invitations/{made['id']}")).status == 409
    assert (await admin.ask("POST", f"/invitations/{made['id']}/renewals")).status == 409


async def test_a_members_address_is_known_here_and_nobody_elses(
    enter: Enter, db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    admin = await enter(tenant, "admin")
    member, stranger = await new_member(db, tenant.id, "agent"), await new_member(db, other_tenant.id, "agent")
    assert (await outcome(admin, member[1]))[0] == 409
    # An account elsewhere shows in nothing: the answer is that for an address without one.
    assert (await outcome(admin, stranger[1]))[0] == 201


async def test_a_tenant_sends_no_more_than_so_many_a_day(
    enter: Enter, mailbox: Mailbox, db: Database, tenant: SeededTenant
) -> None:
    await db.system.execute(
        "insert into invitations (tenant_id, email, role, token_hash, expires_at, revoked_at) "
        "select $1, n || '@x.test', 'agent', sha256(n::text::bytea), now(), now() from generate_series(1, 299) n",
        tenant.id)  # fmt: skip
    admin = await enter(tenant, "admin")
    two = ({"email": "a@b.test", "role": "agent"}, {"email": "c@b.test", "role": "agent"})
    assert (await invite(admin, *two)).status == 429
    assert (await invite(admin, two[0])).status == 201
    assert len(await mailbox.collect()) == 1


async def test_a_repeated_request_with_its_key_sends_one_mail(
    enter: Enter, mailbox: Mailbox, tenant: SeededTenant
) -> None:
    admin = await enter(tenant, "admin")
    body = {"invitations": [{"email": SALMA, "role": "agent"}]}
    answers = [await admin.ask("POST", "/invitations", body, Idempotency_Key="k1") for _ in range(2)]
    assert answers[0].json == answers[1].json
    assert len(await mailbox.collect()) == 1


async def test_the_mail_speaks_the_readers_language_else_the_organisations(
    enter: Enter, mailbox: Mailbox, db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    user_id, email = await new_member(db, other_tenant.id, "agent")
    await db.system.execute("update users set locale = 'ar' where id = $1", user_id)
    await db.system.execute("update tenants set locale = 'en' where id = $1", tenant.id)
    admin = await enter(tenant, "admin")
    await invite(admin, {"email": email, "role": "agent"}, {"email": SALMA, "role": "agent"})
    subjects = {letter.to: letter.subject for letter in await mailbox.collect()}
    assert subjects[SALMA] == "Admin invites you to Atlas"
    assert "دعوة" in subjects[email]


async def test_a_key_invites_in_its_own_name(with_key: Enter, mailbox: Mailbox, tenant: SeededTenant) -> None:
    key = await with_key(tenant, "admin")
    made = (await invite(key, {"email": SALMA, "role": "agent"})).json["items"][0]["invitation"]
    assert made["invited_by"] is None
    assert (await mailbox.only(SALMA)).subject == "a program vous invite à rejoindre Atlas"

