"""How the installation does, as the operator sees it."""

from core.db.pool import Database
from core.secrets import MasterKeys
from tests.platform.conftest import Operator
from tests.seed import SECRET_KEY, SeededTenant


async def test_health_tells_lags_queues_mail_and_keys(operator: Operator, db: Database, tenant: SeededTenant) -> None:
    caller = await operator(tenant)
    await db.system.execute(
        "insert into jobs (name, state, finished_at, last_error) values "
        "('send_mail', 'failed', now(), E'Traceback\\n  where\\nSMTPError: 550 no such user')")
    await db.system.execute("insert into jobs (plugin, name, run_at) values ('inbox', 'sweep', now() - interval '9 s')")
    await db.system.execute("update data_keys set master_id = '0000aaaa' where tenant_id = $1", tenant.id)
    found = (await caller.get("/platform/health")).json
    assert found["mail"] == {"kind": "folder", "waiting": 0, "failed_1d": 1,
                             "last_error": "SMTPError: 550 no such user"}  # fmt: skip
    queues = {one["queue"]: one for one in found["queues"]}
    assert queues["inbox"]["waiting"] == 1
    assert 9 <= queues["inbox"]["oldest_due_seconds"] < 60
    states = {one["id"]: one["state"] for one in found["master_keys"]}
    assert states == {MasterKeys(SECRET_KEY).current_id: "current", "0000aaaa": "missing"}
    assert found["stages"]["journal_waiting"] == 0
    assert found["database_bytes"] > 1_000_000
    assert found["versions"]["postgresql"].startswith("18")


async def test_an_installation_without_plugins_lists_none(operator: Operator, tenant: SeededTenant) -> None:
    assert (await (await operator(tenant)).get("/platform/plugins")).json == {"items": []}
