"""An organisation's settings."""

import pytest

from core.db.pool import Database
from tests.http.conftest import Enter
from tests.seed import SeededTenant

HOURS = {"monday": [["09:00", "12:30"], ["14:00", "18:30"]]}


async def test_everybody_reads_the_organisation_and_whoever_manages_settings_changes_it(
    enter: Enter, db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    admin, viewer = await enter(tenant, "admin"), await enter(tenant, "viewer")
    before = (await viewer.get("/tenant")).json
    shown = [before[name] for name in ("slug", "status", "business_hours", "version")]
    assert shown == ["atlas", "active", None, 1]
    fields = {"name": "Atlas & Fils", "locale": "ar", "timezone": "Europe/Paris", "hue": 20, "business_hours": HOURS}
    answer = await admin.ask("PATCH", "/tenant", fields)
    assert answer.status == 200
    assert {name: answer.json[name] for name in fields} == fields
    assert answer.json["version"] == 2
    assert (await viewer.get("/tenant")).json == answer.json
    assert (await viewer.ask("PATCH", "/tenant", {"name": "Ours"})).status == 403
    other = await db.system.fetchrow("select name, hue, version from tenants where id = $1", other_tenant.id)
    assert other is not None
    assert tuple(other) == ("Zagora", 163, 1)


async def test_a_change_is_told_to_screens_and_written_into_the_log(
    enter: Enter, db: Database, tenant: SeededTenant
) -> None:
    admin = await enter(tenant, "admin")
    await admin.ask("PATCH", "/tenant", {"hue": 163, "business_hours": HOURS})
    await admin.ask("PATCH", "/tenant", {"business_hours": HOURS})
    [entry] = await db.system.fetch("select changes, subject_id from audit_log where action = 'tenant.updated'")
    assert entry["changes"] == {"business_hours": [None, HOURS]}
    [event] = await db.system.fetch("select payload from event_outbox where type = 'tenant.updated'")
    assert event["payload"]["tenant"]["business_hours"] == HOURS


@pytest.mark.parametrize(
    ("body", "loc"),
    [
        ({"name": ""}, ["name"]),
        ({"name": None}, ["name"]),
        ({"name": "two\nlines"}, ["name"]),
        ({"locale": "de"}, ["locale"]),
        ({"timezone": "Mars/Olympus"}, ["timezone"]),
        ({"hue": 361}, ["hue"]),
        ({"hue": "20"}, ["hue"]),
        ({"slug": "mine"}, ["slug"]),
        ({"status": "active"}, ["status"]),
        ({"business_hours": {"monday": [["09:00", "12:00"], ["11:00", "13:00"]]}}, ["business_hours", "monday", 1]),
        ({"business_hours": {"monday": [["09:00", "9:30"]]}}, ["business_hours", "monday", 0, 1]),
        ({"business_hours": {"noday": []}}, ["business_hours", "noday"]),
        ({"business_hours": {"monday": "always"}}, ["business_hours", "monday"]),
    ],
)
async def test_what_makes_no_sense_is_refused_with_its_place(
    enter: Enter, tenant: SeededTenant, body: object, loc: list[object]
) -> None:
    admin = await enter(tenant, "admin")
    answer = await admin.ask("PATCH", "/tenant", body)
    assert answer.status == 422
    assert answer.json["errors"][0]["loc"] == loc
    assert (await admin.get("/tenant")).json["version"] == 1


async def test_who_has_not_seen_the_last_change_changes_nothing(enter: Enter, tenant: SeededTenant) -> None:
    admin = await enter(tenant, "admin")
    seen = (await admin.get("/tenant")).headers["ETag"]
    assert (await admin.ask("PATCH", "/tenant", {"hue": 1}, If_Match=seen)).status == 200
    assert (await admin.ask("PATCH", "/tenant", {"hue": 2}, If_Match=seen)).status == 412
    assert (await admin.get("/tenant")).json["hue"] == 1


async def test_hours_may_be_taken_away_again(enter: Enter, tenant: SeededTenant) -> None:
    admin = await enter(tenant, "admin")
    await admin.ask("PATCH", "/tenant", {"business_hours": HOURS})
    assert (await admin.ask("PATCH", "/tenant", {"business_hours": None})).json["business_hours"] is None
