"""An app that several tenants share: its secret signs for all of them, and no tenant gets to read it."""

import asyncio
from dataclasses import replace
from typing import Any

from quart import Quart, request

from core.app import WebProcess
from core.db.pool import Database
from core.egress.allowlist import Allowlist
from tests.http.callers import Caller
from tests.messaging.intake.deliveries import row
from tests.numbers.clinic import Clinic, listening, served
from tests.seed import SeededTenant


def states(answer: dict[str, Any]) -> dict[str, str]:
    return {finding["check"]: finding["state"] for finding in answer["findings"]}


async def test_a_number_of_a_shared_app_is_not_taken_to_another_address_than_metas(
    db: Database, admin: Caller, tenant: SeededTenant
) -> None:
    one = f"/accounts/{tenant.account_id}"
    wanted = {"graph_url": "https://elsewhere.example", "access_token": "EAAGanother"}
    before = await row(db, "select * from accounts where id = $1", tenant.account_id)
    assert (await admin.ask("PATCH", one, wanted)).status == 403
    assert dict(await row(db, "select * from accounts where id = $1", tenant.account_id)) == dict(before)


async def test_a_shared_apps_secret_goes_to_nobody_whom_the_operator_does_not_name(
    clinic: Clinic, process: WebProcess, admin: Caller, tenant: SeededTenant
) -> None:
    """Where a number was taken elsewhere before that was refused: somebody listens there."""
    heard: list[str] = []
    listener, url = listening()
    stranger = Quart(__name__)

    @stranger.route("/<path:_>", methods=["GET", "POST"])
    async def hear(_: str) -> dict[str, Any]:
        heard.append(str(request.headers) + request.url + str(await request.get_data(as_text=True)))
        return {"data": []}

    numbers = process.numbers
    async with served(stranger, listener), asyncio.timeout(30):
        await numbers.db.system.execute("update accounts set graph_url = $2 where id = $1", tenant.account_id, url)
        await numbers.egress.aclose()
        opened = type(numbers.egress)(["127.0.0.1"])
        doctor = type(numbers.doctor)(opened, numbers.door)
        process.app.extensions["comptoir"].numbers = replace(numbers, named=Allowlist(()), doctor=doctor, egress=opened)
        found = await admin.ask("POST", f"/accounts/{tenant.account_id}/examinations")
        await opened.aclose()
    assert found.status == 200, found.json
    assert heard
    assert not any(tenant.app_secret in words for words in heard)
    assert states(found.json)["app_secret"] == "unknown"


async def test_a_host_that_the_operator_names_is_told_it(admin: Caller, tenant: SeededTenant) -> None:
    found = await admin.ask("POST", f"/accounts/{tenant.account_id}/examinations")
    assert states(found.json)["app_secret"] == "ok"
