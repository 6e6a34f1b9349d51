"""Accepting an invitation, attacked."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from core.auth.permissions import Role
from core.db.pool import Database
from core.http.application import Application
from tests.auth.person import new_person, services_of
from tests.http.callers import OWN_SITE, PASSWORD, Answer, Caller, new_member
from tests.http.conftest import Enter
from tests.people.acts import acts
from tests.people.mailbox import Mailbox
from tests.people.test_invitations import SALMA, custom_role, in_role, invite
from tests.seed import SeededTenant

NEW = {"name": "Salma Idrissi", "password": "a wholly new password"}


async def accept(caller: Caller, token: str, **answer: object) -> Answer:
    return await caller.ask("POST", "/invitations/acceptances", {"token": token, **answer}, **OWN_SITE)


async def link(mailbox: Mailbox, inviter: Caller, email: str = SALMA, role: str = "agent", **more: object) -> str:
    """The token of an invitation, taken from its mail."""
    answer = await invite(inviter, {"email": email, "role": role, **more})
    assert answer.json["items"][0]["problem"] is None, answer.json
    return (await mailbox.only(email)).token


async def role_of(db: Database, tenant_id: UUID, email: str) -> str | None:
    found: str | None = await db.system.fetchval(
        "select m.role from memberships m join users u on u.id = m.user_id where m.tenant_id = $1 and u.email = $2",
        tenant_id, email,
    )  # fmt: skip
    return found


@pytest.fixture
async def token(enter: Enter, mailbox: Mailbox, tenant: SeededTenant) -> str:
    """For Salma, who has no account, as an agent."""
    return await link(mailbox, await enter(tenant, "owner"))


async def test_somebody_new_chooses_a_name_and_a_password_and_is_in(
    anonymous: Caller, app: Application, token: str, db: Database, tenant: SeededTenant
) -> None:
    shown = await anonymous.ask("POST", "/invitations/lookups", {"token": token})
    assert shown.json == {"tenant": {"name": "Atlas", "hue": 163, "locale": "fr"}, "email": SALMA,
                          "role_name": "Agent", "known": False}  # fmt: skip
    arabic = await anonymous.ask("POST", "/invitations/lookups?lang=ar", {"token": token})
    assert arabic.json["role_name"] == "وكيل خدمة"
    answer = await accept(anonymous, token, **NEW)
    assert answer.status == 200, answer.json
    me = answer.json["me"]
    assert (me["name"], me["email"], me["role"], me["tenant"]["slug"]) == ("Salma Idrissi", SALMA, "agent", "atlas")
    assert (await anonymous.get("/me")).json == me
    assert (await Caller(app).log_in(SALMA, NEW["password"])).status == 200
    assert [one for one in await acts(db, tenant.id) if one[0] == "member.joined"] == [("member.joined", "member")]
    told = await db.system.fetchrow("select tenant_id, type, payload from event_outbox where type = 'member.saved'")
    assert told is not None
    assert (told["tenant_id"], told["type"]) == (tenant.id, "member.saved")
    assert told["payload"] == {"member": {"id": me["id"], "name": "Salma Idrissi", "role": "agent"}}


async def test_teams_come_with_it_as_far_as_they_are_still_there(
    enter: Enter, anonymous: Caller, mailbox: Mailbox, db: Database, tenant: SeededTenant
) -> None:
    kept, gone = [await db.system.fetchval("insert into teams (tenant_id, name) values ($1, $2) returning id",
                                           tenant.id, name) for name in ("Sales", "Support")]  # fmt: skip
    token = await link(mailbox, await enter(tenant, "owner"), teams=[str(kept), str(gone)])
    await db.system.execute("delete from teams where id = $1", gone)
    assert (await accept(anonymous, token, **NEW)).status == 200
    assert [row["team_id"] for row in await db.system.fetch("select team_id from team_members")] == [kept]


async def test_a_link_works_once(anonymous: Caller, app: Application, token: str, db: Database) -> None:
    assert (await accept(anonymous, token, **NEW)).status == 200
    thief = Caller(app)
    again = await accept(thief, token, name="Thief", password="the password of a thief")
    assert (again.status, again.json["type"]) == (410, "/problems/spent-link")
    assert (await thief.get("/me")).status == 401
    assert (await thief.ask("POST", "/invitations/lookups", {"token": token})).status == 410


async def test_of_twenty_acceptances_at_once_one_wins(
    app: Application, token: str, db: Database, tenant: SeededTenant
) -> None:
    answers = await asyncio.gather(*(
        accept(Caller(app), token, name=f"Racer {number}", password=f"the password of racer {number}")
        for number in range(20)))  # fmt: skip
    assert [answer.status for answer in answers].count(200) == 1
    assert {answer.status for answer in answers} <= {200, 409, 410}
    assert await db.system.fetchval("select count(*) from users where email = $1", SALMA) == 1
    assert [action for action, _ in await acts(db, tenant.id)].count("member.joined") == 1


@pytest.mark.parametrize("change", [
    "update invitations set expires_at = now()", "update invitations set revoked_at = now()",
    "update invitations set accepted_at = now()", "update tenants set status = 'suspended'",
    "update invitations set token_hash = sha256('x')", "delete from invitations",
])  # fmt: skip
async def test_a_link_that_is_over_lets_nobody_in(
    change: str, anonymous: Caller, token: str, db: Database, tenant: SeededTenant
) -> None:
    await db.system.execute(change)
    lookup = await anonymous.ask("POST", "/invitations/lookups", {"token": token})
    refused = await accept(anonymous, token, **NEW)
    assert lookup.status == refused.status == 410
    assert lookup.told == refused.told
    assert await db.system.fetchval("select count(*) from users where email = $1", SALMA) == 0


@pytest.mark.parametrize("poor", [
    {}, {"name": "Salma"}, {"password": "a wholly new password"}, {"name": " ", "password": "a wholly new password"},
    {"name": "Salma", "password": "azerty123"}, {"name": "Salma", "password": SALMA},
    {"name": "Salma\r\nBcc: x@y.test", "password": "a wholly new password"},
    {"name": "Salma", "password": "a wholly new password", "role": "owner"},
])  # fmt: skip
async def test_a_poor_answer_is_refused_and_the_link_stays_good(
    poor: dict[str, object], anonymous: Caller, token: str
) -> None:
    assert (await accept(anonymous, token, **poor)).status == 422
    assert (await accept(anonymous, token, **NEW)).status == 200


async def test_an_account_elsewhere_gives_its_own_password(
    enter: Enter, anonymous: Caller, mailbox: Mailbox, db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    user_id, email = await new_member(db, other_tenant.id, "owner")
    token = await link(mailbox, await enter(tenant, "owner"), email)
    assert (await anonymous.ask("POST", "/invitations/lookups", {"token": token})).json["known"] is True
    # The link alone, or with a new password, would open all of that person's organisations to whoever reads the mail.
    for wrong in ({}, {"password": ""}, {"password": "not the password"}, {**NEW}):
        refused = await accept(anonymous, token, **wrong)
        assert (refused.status, refused.json["errors"][0]["loc"]) == (401, ["password"])
    assert await role_of(db, tenant.id, email) is None
    let_in = await accept(anonymous, token, password=PASSWORD)
    assert let_in.json["me"]["id"] == str(user_id)
    assert (await anonymous.get("/me/tenants")).json["items"][0]["slug"] == "atlas"
    assert await role_of(db, other_tenant.id, email) == "owner"


async def test_guesses_at_that_password_count_with_those_at_the_login(
    enter: Enter, anonymous: Caller, mailbox: Mailbox, db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    _, email = await new_member(db, other_tenant.id, "owner")
    token = await link(mailbox, await enter(tenant, "owner"), email)
    for number in range(3):
        assert (await accept(anonymous, token, password=f"guess {number}")).status == 401
    for number in range(2):
        assert (await anonymous.log_in(email, f"guess {number}")).status == 401
    assert (await accept(anonymous, token, password=PASSWORD)).status == 429


async def test_a_password_that_is_changed_meanwhile_opens_nothing(
    app: Application, enter: Enter, anonymous: Caller, mailbox: Mailbox, db: Database, tenant: SeededTenant,
    other_tenant: SeededTenant, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    _, email = await new_member(db, other_tenant.id, "owner")
    owner, services = await enter(tenant, "owner"), services_of(app)
    changed = "update users set password_hash = password_hash || 'x' where email = $1"
    for place, what in ((services.passwords, "matches"), (services.people.acceptance, "accept")):
        token = await link(mailbox, owner, email)
        done = getattr(place, what)

        async def then_changed(*given: Any, done: Any = done) -> Any:
            result = await done(*given)
            await db.system.execute(changed, email)
            return result

        monkeypatch.setattr(place, what, then_changed)
        assert (await accept(anonymous, token, password=PASSWORD)).status in (401, 409)
        assert (await anonymous.get("/me")).status == 401
        monkeypatch.setattr(place, what, done)
        await db.system.execute("update users set password_hash = left(password_hash, -1) where email = $1", email)


async def test_whoever_is_logged_in_gives_no_password_if_their_own_page_asks(
    app: Application, enter: Enter, mailbox: Mailbox, db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    person = await new_person(app, db, other_tenant.id)
    token = await link(mailbox, await enter(tenant, "owner"), person.email)
    with_token, person.caller.headers = person.caller.headers, dict(OWN_SITE)
    assert (await accept(person.caller, token)).status == 401
    person.caller.headers = with_token
    let_in = await accept(person.caller, token)
    assert (let_in.status, let_in.json["me"]["tenant"]["slug"]) == (200, "atlas")


async def test_somebody_elses_session_does_not_speak_for_the_invited(
    app: Application, enter: Enter, mailbox: Mailbox, db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    invited, thief = [await new_person(app, db, other_tenant.id) for _ in range(2)]
    token = await link(mailbox, await enter(tenant, "owner"), invited.email)
    assert (await accept(thief.caller, token)).status == 401
    assert await role_of(db, tenant.id, invited.email) is None
    assert await role_of(db, tenant.id, thief.email) is None


async def test_a_second_factor_is_asked_here_too(
    app: Application, enter: Enter, mailbox: Mailbox, db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    person = await new_person(app, db, other_tenant.id)
    await person.enable_totp()
    token = await link(mailbox, await enter(tenant, "owner"), person.email)
    stranger = person.elsewhere()
    half = await accept(stranger, token, password=PASSWORD)
    assert (half.status, half.json["type"]) == (401, "/problems/second-factor")
    assert (await stranger.get("/me")).status == 401
    proven = await person.prove(stranger, challenge=half.json["challenge"], code=person.code())
    assert (proven.status, proven.json["me"]["tenant"]["slug"]) == (200, "atlas")


async def test_an_account_without_a_password_is_begun_by_its_invitation(
    enter: Enter, anonymous: Caller, mailbox: Mailbox, db: Database, tenant: SeededTenant
) -> None:
    await db.system.execute("insert into users (email, name) values ($1, 'Nobody yet')", SALMA)
    token = await link(mailbox, await enter(tenant, "owner"))
    assert (await anonymous.ask("POST", "/invitations/lookups", {"token": token})).json["known"] is False
    assert (await accept(anonymous, token, **NEW)).json["me"]["name"] == "Salma Idrissi"


async def test_a_disabled_account_stays_out(
    enter: Enter, anonymous: Caller, mailbox: Mailbox, db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    user_id, email = await new_member(db, other_tenant.id, "agent")
    token = await link(mailbox, await enter(tenant, "owner"), email)
    await db.system.execute("update users set disabled_at = now() where id = $1", user_id)
    assert (await accept(anonymous, token, password=PASSWORD)).status == 410


async def test_whoever_became_a_member_meanwhile_keeps_the_role_they_have(
    enter: Enter, anonymous: Caller, mailbox: Mailbox, db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    user_id, email = await new_member(db, other_tenant.id, "agent")
    token = await link(mailbox, await enter(tenant, "owner"), email, "admin")
    await db.system.execute("insert into memberships (tenant_id, user_id, name, role) values ($1, $2, 'S', 'viewer')",
                            tenant.id, user_id)  # fmt: skip
    assert (await accept(anonymous, token, password=PASSWORD)).status == 409
    assert await role_of(db, tenant.id, email) == "viewer"


@pytest.mark.parametrize("change", [
    "delete from memberships where user_id = $1", "update memberships set role = 'agent' where user_id = $1",
    "update users set disabled_at = now() where id = $1",
])  # fmt: skip
async def test_nobody_keeps_their_rights_by_inviting_themselves_before_they_lose_them(
    change: str, app: Application, anonymous: Caller, mailbox: Mailbox, db: Database, tenant: SeededTenant
) -> None:
    leaver = await new_person(app, db, tenant.id, "admin")
    token = await link(mailbox, leaver.caller, SALMA, "admin")
    await db.system.execute(change, leaver.id)
    assert (await accept(anonymous, token, **NEW)).status == 410
    assert await role_of(db, tenant.id, SALMA) is None


async def test_a_role_that_has_grown_meanwhile_is_weighed_again(
    app: Application, anonymous: Caller, mailbox: Mailbox, db: Database, tenant: SeededTenant
) -> None:
    await custom_role(db, tenant, "recruiter", ["members.manage", "conversations.read", "contacts.read"])
    await custom_role(db, tenant, "greeter", ["conversations.read"])
    token = await link(mailbox, await in_role(app, db, tenant, "recruiter"), role="greeter")
    await db.system.execute("update roles set permissions = '{conversations.read,keys.manage}' where key = 'greeter'")
    assert (await accept(anonymous, token, **NEW)).status == 410


async def test_the_link_of_one_tenant_opens_no_other(
    enter: Enter, anonymous: Caller, mailbox: Mailbox, db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    token = await link(mailbox, await enter(tenant, "owner"))
    await link(mailbox, await enter(other_tenant, "owner"))
    let_in = await accept(anonymous, token, **NEW)
    anonymous.headers = {**OWN_SITE, "X-CSRF-Token": let_in.json["csrf"]}
    assert await role_of(db, tenant.id, SALMA) == "agent"
    assert await role_of(db, other_tenant.id, SALMA) is None
    assert (await anonymous.ask("PUT", "/session/tenant", {"tenant": "zagora"})).status == 404


@pytest.mark.parametrize("role", ["owner", "admin", "supervisor", "viewer"])
async def test_the_role_is_the_invitations_whatever_is_asked(
    role: Role, enter: Enter, anonymous: Caller, mailbox: Mailbox, db: Database, tenant: SeededTenant
) -> None:
    token = await link(mailbox, await enter(tenant, "owner"), role=role)
    answer = await accept(anonymous, token, **NEW)
    assert answer.json["me"]["role"] == role
    assert "platform.manage" not in answer.json["me"]["permissions"]


async def test_a_session_planted_before_is_worth_nothing_after(
    anonymous: Caller, app: Application, token: str, db: Database, tenant: SeededTenant
) -> None:
    _, email = await new_member(db, tenant.id, "viewer")
    await anonymous.log_in(email)
    planted = anonymous.cookie()
    anonymous.headers = {}
    assert (await accept(anonymous, token, **NEW)).status == 200
    assert (await Caller(app, {"Cookie": planted}).get("/me")).status == 401


async def test_guessing_links_is_counted(anonymous: Caller) -> None:
    statuses = [(await anonymous.ask("POST", "/invitations/lookups", {"token": f"guess{number}"})).status
                for number in range(31)]  # fmt: skip
    assert statuses == [410] * 30 + [429]
