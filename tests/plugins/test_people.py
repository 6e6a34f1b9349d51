"""One person's data, by the API: exported whole or not at all, erased by every plugin before the contact goes."""

import io
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from core.app import WebProcess
from core.config import Settings, load
from core.db.pool import Database
from core.egress import Egress
from core.jobs.runner import Runner
from core.jobs.work import Handlers
from core.plugins.host import PluginHost, Reach
from core.plugins.personal_data.erasure import PersonEraser
from core.plugins.personal_data.export import PersonExporter
from core.plugins.personal_data.forget import PeopleForgetter
from core.plugins.personal_data.requests import JOBS
from core.storage import FolderStorage
from tests.http.callers import Caller, new_member
from tests.http.ledger import Thread, new_thread
from tests.plugins.installation import Broadcasts, Switches, load_samples
from tests.plugins.samples.keeping import memory, reliable
from tests.seed import SECRET_KEY, VAULT, SeededTenant


class Installation:
    """A web process and its jobs, run when the test says."""

    def __init__(self, db: Database, host: PluginHost, web: WebProcess, storage: FolderStorage) -> None:
        self.db, self.host, self.web, self.storage = db, host, web, storage
        self.runner = Runner(db, Handlers(PersonExporter(db, storage, host.hooks).handler(),
                                          PersonEraser(db, storage, host.hooks).handler(),
                                          PeopleForgetter(db, storage).handler()))  # fmt: skip

    async def enter(self, tenant: SeededTenant, role: str) -> Caller:
        _, email = await new_member(self.db, tenant.id, role)  # type: ignore[arg-type]
        caller = Caller(self.web.app)
        assert (await caller.log_in(email)).status == 200
        return caller

    async def work(self) -> int:
        """Every job of these that waits, now, whatever its time; how many there were."""
        waiting = await self.db.system.fetch(
            "update jobs set run_at = now() where name = any($1) and state = 'queued' returning id",
            list(JOBS.values()))
        for row in waiting:
            await self.runner.run(row["id"])
        return len(waiting)


@pytest.fixture
async def place(db: Database, database_url: str, switches: Switches, tmp_path: Path, tenant: SeededTenant,
                other_tenant: SeededTenant) -> AsyncIterator[Installation]:
    memory.notes, memory.failures, memory.calls = {}, 0, []
    reliable.asked.clear()
    for one in (tenant, other_tenant):
        switches.switch_on(one.slug, "keeps", "reliable")
    config = tmp_path / "config.yaml"
    config.write_text("server: {public_url: 'http://inbox.atlas.test'}\n")
    settings: Settings = load({"DATABASE_URL": database_url, "VALKEY_URL": "redis://127.0.0.1:1/0",
                               "COMPTOIR_DATA": str(tmp_path), "COMPTOIR_SECRET_KEY": SECRET_KEY}, config)
    storage = FolderStorage(tmp_path / "media")
    host = PluginHost(load_samples("keeps", "reliable"), switches, Reach(storage, Egress(), Broadcasts(), 2, VAULT))
    web = WebProcess(settings, db, None, storage, host, None)
    async with web.app.test_app():
        yield Installation(db, host, web, storage)


@pytest.fixture
async def thread(db: Database, tenant: SeededTenant, place: Installation) -> Thread:
    return await new_thread(db, tenant)


async def _ask(admin: Caller, kind: str, thread: Thread) -> Any:
    answer = await admin.ask("POST", "/personal-data", {"kind": kind, "contact_id": str(thread.contact_id)})
    assert answer.status == 202, answer.json
    return answer.json


async def test_hook_provide_personal_data(place: Installation, tenant: SeededTenant, thread: Thread) -> None:
    """Asked for, made by a job, fetched by a link: the person, their messages and files, and what each plugin keeps."""
    memory.notes = {thread.contact_id: 4}
    admin = await place.enter(tenant, "admin")
    asked = await _ask(admin, "export", thread)
    assert (asked["state"], (await _ask(admin, "export", thread))["id"]) == ("waiting", asked["id"])
    assert (await admin.get(f"/personal-data/{asked['id']}/link")).status == 409
    assert await place.work() == 1
    [told] = (await admin.get(f"/personal-data?contact_id={thread.contact_id}")).json["items"]
    assert (told["state"], told["plugins"]) == ("ready", [
        {"plugin": "keeps", "state": "done", "rows": None, "why": None}])
    link = (await admin.get(f"/personal-data/{asked['id']}/link")).json["url"].partition("/api/v1")[2]
    fetched = await admin.get(link)
    assert (fetched.status, fetched.headers["Cache-Control"]) == (200, "private, no-store")
    archive = zipfile.ZipFile(io.BytesIO(fetched.raw))
    assert json.loads(archive.read("plugins/keeps.json"))["notes"] == 4
    assert json.loads(archive.read("contact.json"))["id"] == str(thread.contact_id)
    lines = archive.read("messages.jsonl").splitlines()
    assert {json.loads(line)["id"] for line in lines} == {str(one) for one in thread.message_ids}


async def test_an_export_that_a_plugin_cannot_fill_fails_and_names_it(
        place: Installation, tenant: SeededTenant, thread: Thread) -> None:
    memory.failures = 99
    admin = await place.enter(tenant, "admin")
    asked = await _ask(admin, "export", thread)
    for _attempt in range(3):
        assert await place.work() == 1
    told = (await admin.get(f"/personal-data/{asked['id']}")).json
    assert (told["state"], told["attempts"], told["size"]) == ("failed", 3, None)
    assert "The plugin keeps could not tell" in told["error"]
    assert await place.work() == 0
    assert [key async for key in place.storage.keys(str(tenant.id))] == []


async def test_hook_erase_personal_data(
        place: Installation, db: Database, tenant: SeededTenant, thread: Thread) -> None:
    """A plugin that fails twice is asked again; only then the contact goes, with the exports of it; audited."""
    memory.notes = {thread.contact_id: 4}
    admin = await place.enter(tenant, "admin")
    exported = await _ask(admin, "export", thread)
    await place.work()
    memory.failures = 2
    asked = await _ask(admin, "erasure", thread)
    for attempt in (1, 2):
        assert await place.work() == 1
        told = (await admin.get(f"/personal-data/{asked['id']}")).json
        assert (told["state"], told["attempts"], told["next_attempt_at"] is None) == ("waiting", attempt, False)
        assert {one["plugin"]: one["state"] for one in told["plugins"]} == {"keeps": "failed", "reliable": "done"}
        assert "The plugin keeps could not erase" in told["error"]
        assert (await admin.get(f"/contacts/{thread.contact_id}")).status == 200
        assert reliable.asked == [thread.contact_id]
    assert (await admin.ask("POST", "/personal-data", {"kind": "export", "contact_id": str(thread.contact_id)})
            ).status == 409
    assert await place.work() == 1
    told = (await admin.get(f"/personal-data/{asked['id']}")).json
    assert (told["state"], told["error"], {one["plugin"]: one["rows"] for one in told["plugins"]}) == (
        "done", None, {"keeps": 4, "reliable": 2})
    assert reliable.asked == [thread.contact_id] * 2  # once more before the end
    assert (await admin.get(f"/contacts/{thread.contact_id}")).status == 404
    assert await place.work() == 0
    assert (await admin.get(f"/personal-data/{exported['id']}")).status == 404
    assert [key async for key in place.storage.keys(str(tenant.id))] == []
    actions = [row["action"] for row in await db.system.fetch(
        "select action from audit_log where chain = $1 and subject_id = $2 order by n", tenant.id,
        str(thread.contact_id))]
    assert actions[-3:] == ["personal_data.erasure_requested", "contact.deleted", "personal_data.erased"]


async def test_what_could_not_load_is_waited_for_by_name_and_what_is_off_is_listed(
        place: Installation, tenant: SeededTenant, switches: Switches, db: Database, thread: Thread) -> None:
    """Nobody may be told of an archive without holes, or of an erasure, that a plugin was not even asked for."""
    memory.notes = {thread.contact_id: 4}
    admin = await place.enter(tenant, "admin")
    place.host.plugins.refuse("reliable", "broken", "it could not be imported")
    exported = await _ask(admin, "export", thread)
    for _attempt in range(3):
        assert await place.work() == 1
    told = (await admin.get(f"/personal-data/{exported['id']}")).json
    assert (told["state"], "The plugin reliable could not tell" in told["error"]) == ("failed", True)
    asked = await _ask(admin, "erasure", thread)
    assert await place.work() == 1
    told = (await admin.get(f"/personal-data/{asked['id']}")).json
    assert (told["state"], told["plugins"]) == ("waiting", [
        {"plugin": "keeps", "state": "done", "rows": 4, "why": None},
        {"plugin": "reliable", "state": "failed", "rows": None, "why": "it could not be loaded: it is broken"}])
    assert "The plugin reliable could not erase" in told["error"]
    assert (await admin.get(f"/contacts/{thread.contact_id}")).status == 200
    switches.switch_on("atlas", "keeps")
    await place.host.refresh(db)
    assert await place.work() == 1
    told = (await admin.get(f"/personal-data/{asked['id']}")).json
    assert (told["state"], [(one["plugin"], one["state"]) for one in told["plugins"]]) == (
        "done", [("keeps", "done"), ("reliable", "off")])


async def test_one_that_is_off_is_listed_and_asked_again_once_it_is_on(
        place: Installation, tenant: SeededTenant, switches: Switches, db: Database, thread: Thread) -> None:
    memory.failures = 1
    admin = await place.enter(tenant, "admin")
    switches.switch_on("atlas", "keeps")
    await place.host.refresh(db)
    asked = await _ask(admin, "erasure", thread)
    await place.work()
    told = (await admin.get(f"/personal-data/{asked['id']}")).json
    assert (told["state"], [(one["plugin"], one["state"]) for one in told["plugins"]]) == (
        "waiting", [("keeps", "failed"), ("reliable", "off")])
    switches.switch_on("atlas", "keeps", "reliable")
    await place.host.refresh(db)
    await place.work()
    told = (await admin.get(f"/personal-data/{asked['id']}")).json
    assert (told["state"], {one["plugin"]: (one["state"], one["rows"]) for one in told["plugins"]}) == (
        "done", {"keeps": ("done", 0), "reliable": ("done", 1)})


async def test_an_erasure_whose_worker_dies_is_taken_up_again(
        place: Installation, db: Database, tenant: SeededTenant, thread: Thread) -> None:
    admin = await place.enter(tenant, "admin")
    asked = await _ask(admin, "erasure", thread)
    await db.system.execute("update jobs set state = 'failed' where name = 'erase_person'")
    await db.system.execute("update personal_data_requests set created_at = now() - interval '1 hour'")
    await PeopleForgetter(db, place.storage).run(None)  # type: ignore[arg-type]
    assert await place.work() == 1
    assert (await admin.get(f"/personal-data/{asked['id']}")).json["state"] == "done"


async def test_a_contact_that_went_another_way_is_told_as_not_erased(
        place: Installation, db: Database, tenant: SeededTenant, thread: Thread) -> None:
    admin = await place.enter(tenant, "admin")
    asked = await _ask(admin, "erasure", thread)
    await db.system.execute("delete from contacts where id = $1", thread.contact_id)
    await place.work()
    told = (await admin.get(f"/personal-data/{asked['id']}")).json
    assert (told["state"], "merged" in told["error"]) == ("failed", True)


async def test_only_admins_and_only_of_the_same_tenant(
        place: Installation, tenant: SeededTenant, other_tenant: SeededTenant, thread: Thread) -> None:
    wanted = {"kind": "erasure", "contact_id": str(thread.contact_id)}
    for role in ("supervisor", "agent", "viewer"):
        assert (await (await place.enter(tenant, role)).ask("POST", "/personal-data", wanted)).status == 403
    stranger, admin = await place.enter(other_tenant, "owner"), await place.enter(tenant, "admin")
    assert (await stranger.ask("POST", "/personal-data", wanted)).status == 404
    asked = await _ask(admin, "export", thread)
    await place.work()
    assert (await stranger.get(f"/personal-data/{asked['id']}")).status == 404
    assert (await stranger.get("/personal-data")).json["items"] == []
    link = (await admin.get(f"/personal-data/{asked['id']}/link")).json["url"].partition("/api/v1")[2]
    assert (await stranger.get(link)).status == 404
    assert (await admin.get(f"/files/{link.rpartition('/')[2]}")).status == 404  # a link to one is none to the other


async def test_the_link_and_the_archive_end(
        place: Installation, db: Database, tenant: SeededTenant, thread: Thread) -> None:
    admin = await place.enter(tenant, "admin")
    asked = await _ask(admin, "export", thread)
    await place.work()
    link = (await admin.get(f"/personal-data/{asked['id']}/link")).json["url"].partition("/api/v1")[2]
    await db.system.execute("update personal_data_requests set expires_at = now() - interval '1 second'")
    await PeopleForgetter(db, place.storage).run(None)  # type: ignore[arg-type]
    assert (await admin.get(link)).status == 404
    assert [key async for key in place.storage.keys(str(tenant.id))] == []


async def test_hook_provide_contact_facts(
        place: Installation, tenant: SeededTenant, other_tenant: SeededTenant, switches: Switches, db: Database,
        thread: Thread) -> None:
    """Beside a contact, for whoever may read it; a plugin that fails is named, one that is off not asked."""
    memory.notes = {thread.contact_id: 4}
    agent, path = await place.enter(tenant, "agent"), f"/contacts/{thread.contact_id}/facts"
    fact = {"plugin": "keeps", "label": "Notes", "value": "4", "url": f"/contacts/{thread.contact_id}"}
    assert (await agent.get(path)).json == {"items": [fact], "missing": []}
    memory.failures = 1
    assert (await agent.get(path)).json == {"items": [], "missing": ["keeps"]}
    assert (await (await place.enter(other_tenant, "owner")).get(path)).status == 404
    assert (await agent.get("/bootstrap")).json["ui"]["provides"] == ["facts", "suggestions"]
    switches.switch_on("atlas", "reliable")
    await place.host.refresh(db)
    assert (await agent.get(path)).json == {"items": [], "missing": []}
    assert (await agent.get("/bootstrap")).json["ui"]["provides"] == []


async def test_hook_provide_suggestions(
        place: Installation, tenant: SeededTenant, other_tenant: SeededTenant, thread: Thread) -> None:
    """For whoever may answer; nothing is sent; one that fails is left out and named."""
    agent, path = await place.enter(tenant, "agent"), f"/conversations/{thread.conversation_id}/suggestions"
    [told] = (await agent.get(path)).json["items"]
    assert (told["plugin"], told["body"].startswith("Salam "), told["why"]) == ("keeps", True, "a greeting")
    memory.failures = 1
    assert (await agent.get(path)).json == {"items": [], "missing": ["keeps"]}
    assert (await (await place.enter(tenant, "viewer")).get(path)).status == 403
    assert (await (await place.enter(other_tenant, "owner")).get(path)).status == 404


async def test_hook_provide_search(
        place: Installation, tenant: SeededTenant, other_tenant: SeededTenant, thread: Thread) -> None:
    """Marked by the kernel; what does not say it, or leads to nobody here, is left out; one that fails is named."""
    stranger = uuid4()
    memory.texts = {thread.contact_id: "Préfère le thé à la menthe", stranger: "du thé"}
    agent = await place.enter(tenant, "agent")
    found = (await agent.get("/search?q=the")).json["plugins"]
    [hit] = found["items"]
    assert (hit["plugin"], hit["contact_id"]) == ("keeps", str(thread.contact_id))
    assert hit["snippet"]["ranges"][0] == [11, 14]
    assert (await agent.get("/search?q=cafe")).json["plugins"] == {"items": [], "missing": []}
    assert (await agent.get("/search?q=the&kind=image")).json["plugins"] == {"items": [], "missing": []}
    memory.failures = 1
    assert (await agent.get("/search?q=the")).json["plugins"] == {"items": [], "missing": ["keeps"]}
    assert (await (await place.enter(other_tenant, "owner")).get("/search?q=the")).json["plugins"]["items"] == []
