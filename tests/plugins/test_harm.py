"""A plugin's migration cannot hurt the house: it is refused for its words, or gives up waiting, and fails alone."""

import asyncio
import os
import sys
import time
from pathlib import Path

import asyncpg
import pytest

from core.db import migrate as runner
from core.db.migrate import MigratedApp, run
from core.db.pool import Database
from core.embedded.scratch import scratch_database
from core.plugins.statements import harm, hidden
from tests.conftest import Cluster

_MIGRATION = '''
from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    initial = True
    operations = [ops.RunSQL({sql!r})]
'''
_MODELS = '''
from comptoir_sdk import TenantModel

class X(TenantModel):
    class Meta:
        app = "acme"
        table = "acme_x"
'''
_PLUGIN = '''
from comptoir_sdk import Plugin

class Acme(Plugin):
    name = "acme"
    version = "1.0"
    models = ("acme.models",)
    migrations = "acme.migrations"

plugin = Acme()
'''


@pytest.mark.parametrize(("sql", "told"), [
    ("DROP TABLE messages", "touches the table messages"),
    ("drop table if exists acme_x, contacts cascade", "touches the table contacts"),
    ('alter table "public"."messages" add column acme text', "touches the table messages"),
    ("ALTER TABLE ONLY\n  messages ADD acme text", "touches the table messages"),
    ("alter table /* acme_x */ messages add acme text", "touches the table messages"),
    ("lock table conversations in access exclusive mode", "touches the table conversations"),
    ("lock acme_x, contacts", "touches the table contacts"), ("truncate messages", "touches the table messages"),
    ("create index acme_i on messages (id)", "touches the table messages"),
    ("create unique index concurrently if not exists acme_i on only messages (id)", "touches the table messages"),
    ("drop index messages_pkey", "touches the table messages_pkey"),
    ("create trigger acme after insert on messages execute function x()", "touches the table messages"),
    ("delete from event_log", "touches the table event_log"), ("update tenants set name = 'x'", "the table tenants"),
    ("insert into roles values (1)", "touches the table roles"),
    ("alter table acme_x add foreign key (contact_id) references contacts (id)", "touches the table contacts"),
    ("create table acmeother (id int)", "touches the table acmeother"),
    ("create policy mine on acme_x using (true)", "walls and rights"),
    ("alter table acme_x disable row level security", "walls and rights"),
    ("alter table acme_x no force row level security", "walls and rights"),
    ("grant all on acme_x to comptoir_app", "walls and rights"), ("alter table acme_x owner to x", "walls and rights"),
    ("create function acme_f() returns int security definer language sql as 'select 1'", "walls and rights"),
    ("drop schema public cascade", "walls and rights"), ("set role comptoir_sys", "walls and rights"),
    ("update contacts c set name = 'x'", "the table contacts"), ("update contacts as c set name = 'x'", "contacts"),
    ("update public . contacts set name = 'x'", "the table contacts"), ("select 1; lock contacts", "table contacts"),
    ("copy contacts from '/x'", "the table contacts"), ("begin; copy contacts (id) from stdin", "the table contacts"),
    ("create or replace view message_resources as select 1", "the view message_resources"),
    ("alter view message_resources rename to mine", "the view message_resources"),
    ("drop view if exists acme_v, message_resources", "the view message_resources"),
    ("drop materialized view totals", "the view totals"), ("drop index acme_i, contacts_pkey", "contacts_pkey"),
    ("drop function protect_tenant_table", "the function protect_tenant_table"),
    ("drop function acme_f(int, text), protect_tenant_table(regclass)", "the function protect_tenant_table"),
    ("create or replace function protect_tenant_table(x regclass) returns void language sql as ''", "the function"),
    ("alter function protect_tenant_table(regclass) rename to x", "the function protect_tenant_table"),
    ("drop trigger t on contacts", "the table contacts"), ("drop trigger if exists t on contacts", "contacts"),
    ("create or replace trigger t before update on contacts execute function acme_f()", "the table contacts"),
    ("create rule r as on insert to contacts do instead nothing", "the table contacts"),
    ("drop rule r on contacts", "the table contacts"), ("drop sequence acme_s, log_seq", "log_seq"),
    ("create function acme_f() returns trigger as $$ begin lock contacts; end $$", "the table contacts"),
])
def test_what_would_hurt_others_is_seen(sql: str, told: str) -> None:
    assert any(told in one for one in harm(sql, "acme_")), list(harm(sql, "acme_"))


@pytest.mark.parametrize("sql", [
    "create index concurrently acme_i on acme_x (contact_id)", "alter table acme_x add column note text",
    "-- like messages\nupdate acme_x set note = 'drop table messages' where note is null",
    "insert into acme_x select * from acme_y", "drop index concurrently if exists acme_i",
    "alter table acme_x validate constraint acme_c", "create view acme_v as select 1",
    "alter table acme_x add column copy text", "alter table acme_x add column lock boolean, add cluster text",
    "create table acme_x (id int, truncate bool, trigger text, y int references acme_y on delete cascade)",
    "update acme_x x set note = y.note from acme_y y where y.id = x.id", "drop function if exists acme_f(int, text)",
    "create trigger acme_t after insert on acme_x for each row when (new.note is null) execute function acme_f()",
    "insert into acme_x values (1) on conflict (id) do update set note = ''", "copy acme_x from stdin",
    "alter table acme_x add foreign key (y) references acme_y on update cascade on delete set null",
    "create or replace function acme_f() returns int language sql as 'select 1'", "lock table only acme_x",
])
def test_what_is_its_own_affair_is_not_told(sql: str) -> None:
    assert [*harm(sql, "acme_"), *hidden(sql)] == []


@pytest.mark.parametrize("sql", ["do $$ begin drop table messages; end $$", "do language plpgsql $x$ begin end $x$"])
def test_what_hides_is_told(sql: str) -> None:
    assert len(list(hidden(sql))) == 1


def _site(folder: Path, sql: str) -> Path:
    info = folder / "acme-1.0.dist-info"
    (folder / "acme" / "migrations").mkdir(parents=True)
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[comptoir.plugins]\nacme = acme:plugin\n")
    (folder / "acme" / "__init__.py").write_text(_PLUGIN)
    (folder / "acme" / "models.py").write_text(_MODELS)
    (folder / "acme" / "migrations" / "__init__.py").touch()
    (folder / "acme" / "migrations" / "0001_initial.py").write_text(_MIGRATION.format(sql=sql))
    return folder


@pytest.mark.timeout(300)
async def test_three_starters_at_once_migrate_once_and_refuse_what_would_hurt_others(
        cluster: Cluster, tmp_path: Path) -> None:
    site = _site(tmp_path / "site", "alter table messages add column acme text")
    config = tmp_path / "config.yaml"
    config.write_text("plugins: {acme: {}, contacts: {}, inbox: {}}\n")
    async with scratch_database(cluster.server) as name:
        url = cluster.server.dsn(name)
        environment = {**os.environ, "DATABASE_URL": url, "COMPTOIR_DATA": str(tmp_path), "PYTHONPATH": str(site),
                       "COMPTOIR_CONFIG": str(config)}
        starters = [await asyncio.create_subprocess_exec(
            sys.executable, "-m", "core.cli", "migrate", env=environment, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE) for _ in range(3)]
        told = [await one.communicate() for one in starters]
        assert [one.returncode for one in starters] == [1, 1, 1], told
        connection = await asyncpg.connect(url)
        try:
            applied = await connection.fetch("select app, count(*) from tortoise_migrations group by 1 order by 1")
            twice = await connection.fetch(
                "select app, name from tortoise_migrations group by 1, 2 having count(*) > 1")
            columns = await connection.fetchval(
                "select count(*) from information_schema.columns where table_name = 'messages' and column_name = 'acme'"
            )
            incident = await connection.fetchrow("select kind, told, count from plugin_incidents where plugin = 'acme'")
        finally:
            await connection.close()
    assert {row["app"] for row in applied} == {"core", "contacts", "inbox"}
    assert twice == []
    assert columns == 0
    assert incident is not None
    assert (incident["kind"], incident["count"]) == ("migration", 3)
    assert "0001_initial: it touches the table messages, which is not its own" in incident["told"]


async def test_one_that_waits_for_a_lock_gives_up_before_everybody_waits_behind_it(
        database_url: str, db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(_site(tmp_path, "lock table messages in access exclusive mode")))
    monkeypatch.setitem(runner._PLUGIN_SETTINGS, "lock_timeout", "300ms")
    app = MigratedApp("acme", ("acme.models",), "acme.migrations")  # its words are not looked at
    async with db.system_transaction() as connection:
        await connection.execute("select count(*) from messages")
        began = time.monotonic()
        report = await run(database_url, [app])
        assert "lock timeout" in str(report.failed["acme"])
        assert time.monotonic() - began < 30
