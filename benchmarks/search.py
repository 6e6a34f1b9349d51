"""python -m benchmarks.search: search on 10,000, 100,000 and 1,000,000 messages of one tenant, and of one among two
hundred, and how it is kept, and on a fifth as many notes of a plugin; writes benchmarks/SEARCH.md.

Messages are made of words whose frequencies fall as in real language, in French, English and Arabic. Times are of
the kernel's own functions, database included, on an embedded PostgreSQL with its usual settings.
"""

import asyncio
import random
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import accumulate, islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
from comptoir_sdk.migrations import ProtectTenantTable, SearchableText

from benchmarks.report import load_now
from core.db.migrate import run as migrate
from core.db.pool import Database
from core.db.scope import Viewer, tenant_scope, viewer_scope
from core.embedded.postgres import EmbeddedPostgres
from core.embedded.scratch import scratch_postgres
from core.messaging.search.folding import fold
from core.messaging.search.keeper import BATCH, SearchKeeper
from core.messaging.search.messages import find_messages
from core.messaging.search.names import find_names
from core.messaging.search.question import Question, terms_of_text
from core.messaging.search.tables import find_rows

SIZES: Final = (10_000, 100_000, 1_000_000)
NEIGHBOURS, OF_NEIGHBOUR = 199, 500
CONTACTS: Final = 20_000
ROUNDS: Final = 40
_PAGE: Final = 20
_KEPT: Final = 4_000
"""So many messages are read by the keeper itself, batch after batch; the rest at once, with the same functions."""
_EVERY: Final = timedelta(seconds=30)
_FIRST: Final = datetime(2025, 11, 1, tzinfo=UTC)
_COMMON: Final = """bonjour merci le la de vous est commande livraison prix demain colis salam شكرا السلام عليكم الطلب
    موعد غدا order thanks please when hello price paiement facture"""
_LATIN: Final = """ba be bi bo bu ca co cha che da de di do fa fe fi ga go la le li lo ma me mi mo mu na ne ni no pa pe
    po ra re ri ro sa se si so ta te ti to tion ment eur va ve vi za qu ou"""
_ARABIC: Final = "با بي بو تا تي سا سي لا لي ما مي نا ني را ري كا كي عا عي حا قا في هو يا شا جا دا ذا طا غا خا"


@dataclass(frozen=True)
class Measured:
    """Milliseconds; `found` is the hits of the first page. `cpu` is what it costs, in the database and here, however
    busy the machine is otherwise."""

    what: str
    size: str
    found: int
    median: float
    worst: float
    cpu: float


class Language:
    def __init__(self) -> None:
        self.dice = random.Random(20261126)
        rare = ["".join(self.dice.choices(_LATIN.split(), k=self.dice.choice((2, 3, 3, 4)))) for _ in range(20_000)]
        rare += ["".join(self.dice.choices(_ARABIC.split(), k=self.dice.choice((2, 2, 3)))) for _ in range(10_000)]
        self.words = [*_COMMON.split(), *rare]
        self.weights = list(accumulate(1 / (place + 2) ** 0.9 for place in range(len(self.words))))

    def sentence(self) -> str:
        length = self.dice.choice((2, 4, 6, 8, 10, 15))
        return " ".join(self.dice.choices(self.words, cum_weights=self.weights, k=length))


@dataclass(frozen=True)
class Shop:
    tenant: UUID
    account: UUID
    member: UUID
    talks: list[tuple[UUID, UUID]]
    """(conversation, contact)"""


async def new_shop(admin: Any, slug: str, contacts: int) -> Shop:
    tenant = await admin.fetchval("insert into tenants (slug, name) values ($1, $1) returning id", slug)
    member = await admin.fetchval("insert into users (email, name) values ($1 || '@x.test', $1) returning id", slug)
    await admin.execute("insert into memberships (tenant_id, user_id, name, role) values ($1, $2, $3, 'agent')", tenant,
                        member, slug)  # fmt: skip
    app = await admin.fetchval("insert into meta_apps (slug, app_secrets_sealed, verify_token_sealed) "
                               "values ($1, '{}', '') returning id", slug)
    account = await admin.fetchval(
        "insert into accounts (tenant_id, meta_app_id, phone_number_id, waba_id, display_phone_number, verified_name, "
        "access_token_sealed) values ($1, $2, $3, '1', '212520000000', $3, '') returning id", tenant, app, slug)
    await admin.execute("insert into contacts (tenant_id, name, phone) select $1, 'Client ' || n, "
                        "(212600000000 + n * 37)::text from generate_series(1, $2) n", tenant, contacts)
    rows = await admin.fetch("insert into conversations (tenant_id, account_id, contact_id) "
                             "select $1, $2, id from contacts where tenant_id = $1 returning id, contact_id", tenant,
                             account)  # fmt: skip
    talks = [tuple(row) for row in rows]
    # A limited member has one conversation in four hundred.
    mine = [talk for talk, _ in talks[::400]]
    await admin.execute("update conversations set assignee_id = $2 where id = any ($1)", mine, member)
    return Shop(tenant, account, member, talks)


def said(shop: Shop, slug: str, language: Language, begins: int, ends: int) -> Iterator[tuple[Any, ...]]:
    for number in range(begins, ends):
        conversation, contact = language.dice.choice(shop.talks)
        body = language.sentence()
        if number % 50_000 == 777:
            body += " zanzibarquux"
        if number % 1_000 == 5:
            body += " +212 612-34 56 78"
        inbound = number % 2 == 0
        yield (shop.tenant, uuid4(), conversation, shop.account, contact, slug, f"wamid.{number}",
               "inbound" if inbound else "outbound", "text", body, "customer" if inbound else "agent", "received", 0,
               _FIRST + number * _EVERY)  # fmt: skip


_COLUMNS: Final = ("tenant_id", "id", "conversation_id", "account_id", "contact_id", "phone_number_id", "wamid",
                   "direction", "type", "body", "author_kind", "status", "status_rank", "at")


async def write(admin: Any, shop: Shop, slug: str, language: Language, begins: int, ends: int) -> None:
    """Into the ledger, without the queue: it is measured apart."""
    await admin.execute("alter table messages disable trigger messages_to_search")
    await admin.copy_records_to_table("messages", records=said(shop, slug, language, begins, ends), columns=_COLUMNS)
    await admin.execute("alter table messages enable trigger messages_to_search")


_NOTES: Final = [
    "create table bench_note (tenant_id uuid not null, id uuid not null default uuidv7() primary key, "
    "conversation_id uuid not null, body text not null)",
    *ProtectTenantTable("bench_note", {"conversation_id": "conversations"}).sql,
    *SearchableText("bench_note", "body").sql]  # fmt: skip


async def note(admin: Any, shop: Shop, language: Language, begins: int, ends: int) -> None:
    """Notes of a plugin: one for each fifth message, in the order of their ids."""
    for statement in _NOTES if begins == 0 else ():
        await admin.execute(str(statement))
    marks = {777: " zanzibarquux", 5: " 0612 34 56 78"}
    rows = ((shop.tenant, language.dice.choice(shop.talks)[0], language.sentence() + marks.get(number % 2000, ""))
            for number in range(begins // 5, ends // 5))
    await admin.copy_records_to_table("bench_note", records=rows, columns=("tenant_id", "conversation_id", "body"))
    await admin.execute("vacuum analyze bench_note")


async def index_all(admin: Any) -> None:
    """What the keeper would do, in one statement for each table."""
    await admin.execute("""
        set maintenance_work_mem = '1GB'; delete from search_queue where noun = 'message';
        drop index message_words_by_key; truncate message_words; delete from search_shelves;
        insert into search_shelves (tenant_id, number, from_at, messages, last_at)
        select tenant_id, n, case when n = 0 then '-infinity' else min(at) end, count(*), max(at) from (
            select tenant_id, at,
                ((row_number() over (partition by tenant_id order by at, id) - 1) / 16384)::integer as n
            from messages) m group by tenant_id, n;
        insert into message_words (tenant_id, message_id, conversation_id, shelf, at, words, facets)
        select m.tenant_id, m.id, m.conversation_id,
            ((row_number() over (partition by m.tenant_id order by m.at, m.id) - 1) / 16384)::integer, m.at,
            search_message(m), search_facets(m) from messages m;
        create index message_words_by_key on message_words using gin (search_keys(tenant_id, shelf, words, facets))
            with (fastupdate = off);
        analyze""")


async def kept_by_the_keeper(db: Database, admin: Any, shop: Shop, slug: str, language: Language, at: int) -> float:
    """Microseconds of the keeper for each message."""
    while await SearchKeeper(db).keep():
        pass
    await admin.copy_records_to_table("messages", records=said(shop, slug, language, at, at + _KEPT), columns=_COLUMNS)
    began = time.perf_counter()
    while await SearchKeeper(db).keep():
        pass
    return (time.perf_counter() - began) / _KEPT * 1e6


async def inserts(admin: Any, shop: Shop, slug: str, language: Language, at: int) -> tuple[float, float]:
    """Microseconds of an insert without the queue, and with it: batches of 500, alternately, the median of each."""
    took: dict[str, list[float]] = {"disable": [], "enable": []}
    rows = said(shop, slug, language, at, at + 40 * BATCH)
    for number in range(40):
        batch = list(islice(rows, BATCH))
        how = ("disable", "enable")[number % 2]
        await admin.execute(f"alter table messages {how} trigger messages_to_search")
        began = time.perf_counter()
        await admin.copy_records_to_table("messages", records=batch, columns=_COLUMNS)
        took[how].append((time.perf_counter() - began) / BATCH * 1e6)
    return statistics.median(took["disable"]), statistics.median(took["enable"])


async def timed(db: Database, what: str, size: str, work: Callable[[], Awaitable[int]]) -> Measured:
    found = [await work() for _ in range(3)][-1]
    times, before = [], await spent(db)
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await work()
        times.append((time.perf_counter() - began) * 1e3)
    cpu = (await spent(db) - before) / ROUNDS * 1e3
    return Measured(what, size, found, statistics.median(times), max(times), cpu)


async def spent(db: Database) -> float:
    """Seconds of processor that our connections' processes and this one have had."""
    ours = await db.system.fetch("select pid from pg_stat_activity where application_name = 'comptoir'")
    return time.process_time() + sum(_had(row["pid"]) for row in ours)


def _had(pid: int) -> float:
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


async def questions(db: Database, shop: Shop, size: str) -> AsyncIterator[Measured]:
    async def messages(q: str, **filters: Any) -> int:
        return len((await find_messages(db, Question(q, **filters), limit=_PAGE)).items)

    async def names(q: str) -> int:
        found = await find_names(db, q, limit=8, contacts=True)
        return len(found["conversations"]) + len(found["contacts"])

    async def notes(q: str) -> int:
        return len((await find_rows(db, ["bench_note"], terms_of_text(fold(q).words))).get("bench_note", []))

    asked: list[tuple[str, Callable[[], Awaitable[int]]]] = [
        ("common word", lambda: messages("bonjour")), ("two letters", lambda: messages("de")),
        ("part of a word", lambda: messages("raison")), ("rare word", lambda: messages("zanzibarquux")),
        ("Arabic", lambda: messages("السَّلام")), ("two words", lambda: messages("bonjour facture")),
        ("phone fragment", lambda: messages("0612 34 56")), ("no hit", lambda: messages("xylophone")),
        ("common syllables, no hit", lambda: messages("tionmentdebale")),
        ("in one conversation", lambda: messages("bonjour", conversation=shop.talks[-1][0])),
        ("name", lambda: names("client 77")), ("part of a phone", lambda: names("0600 01")),
        *((f"notes: {what}", partial(notes, q)) for what, q in (
            ("common word", "bonjour"), ("part of a word", "raison"), ("rare word", "zanzibarquux"),
            ("Arabic", "السَّلام"), ("two words", "bonjour facture"), ("phone fragment", "0612 34 56"),
            ("no hit", "xylophone"), ("common syllables, no hit", "tionmentdebale"))),
    ]  # fmt: skip
    with tenant_scope(shop.tenant):
        for what, work in asked:
            yield await timed(db, what, size, work)
        with viewer_scope(Viewer(shop.member, "own")):
            yield await timed(db, "limited member, common word", size, lambda: messages("bonjour"))
            yield await timed(db, "limited member, rare word", size, lambda: messages("zanzibarquux"))
            yield await timed(db, "limited member, notes, common word", size, lambda: notes("bonjour"))


@asynccontextmanager
async def database(server: EmbeddedPostgres, name: str) -> AsyncIterator[tuple[Database, Any]]:
    await server.create_database(name)
    assert not (await migrate(server.dsn(name))).failed
    db, admin = await Database.open(server.dsn(name)), await asyncpg.connect(server.dsn(name))
    try:
        yield db, admin
    finally:
        await admin.close()
        await db.close()


async def of_one_tenant(server: EmbeddedPostgres, quiet: Callable[[], Any]) -> tuple[list[Measured], list[str]]:
    measured: list[Measured] = []
    language, notes, have = Language(), list[str](), 0
    async with database(server, "one") as (db, admin):
        shop = await new_shop(admin, "atlas", CONTACTS)
        for size in SIZES:
            await write(admin, shop, "atlas", language, have, size)
            await note(admin, shop, language, have, size)
            have = size
            await index_all(admin)
            while await SearchKeeper(db).keep():
                pass
            await admin.execute("vacuum analyze name_words")
            with quiet():
                measured += [one async for one in questions(db, shop, f"{size:,}")]
        with quiet():
            without, with_queue = await inserts(admin, shop, "atlas", language, have)
            each = await kept_by_the_keeper(db, admin, shop, "atlas", language, have + 40 * BATCH)
        bytes_of = "select pg_size_pretty(pg_relation_size($1::text::regclass))"
        sizes = [(name, await admin.fetchval(bytes_of, name))
                 for name in ("messages", "message_words", "message_words_by_key")]
        notes += [f"An insert into the ledger, in batches of {BATCH}: {without:.0f} µs without the queue, "
                  f"{with_queue:.0f} with it.",
                  f"The keeper: {each:.0f} µs a message, with a million others there ({1e6 / each:,.0f} a second).",
                  "At a million messages: " + ", ".join(f"`{name}` {size}" for name, size in sizes) + "."]
    return measured, notes


async def of_two_hundred(server: EmbeddedPostgres, quiet: Callable[[], Any]) -> list[Measured]:
    """A tenant of 100,000 messages beside 199 others."""
    language = Language()
    async with database(server, "many") as (db, admin):
        for number in range(NEIGHBOURS):
            neighbour = await new_shop(admin, f"n{number}", 100)
            await write(admin, neighbour, f"n{number}", language, 0, OF_NEIGHBOUR)
        shop = await new_shop(admin, "atlas", CONTACTS)
        await write(admin, shop, "atlas", language, 0, SIZES[1])
        await note(admin, shop, language, 0, SIZES[1])
        await index_all(admin)
        while await SearchKeeper(db).keep():
            pass
        await admin.execute("vacuum analyze name_words")
        with quiet():
            return [one async for one in questions(db, shop, "100,000, one of 200")]


def report(measured: list[Measured], notes: list[str], load: str) -> str:
    columns = list(dict.fromkeys(one.size for one in measured))
    cells = {(one.what, one.size): f"{one.cpu:.1f} ({one.median:.1f})" for one in measured}
    hits = {one.what: one.found for one in measured if one.size == f"{SIZES[-1]:,}"}
    lines = [f"| {what} | {found} | {' | '.join(cells[what, size] for size in columns)} |"
             for what, found in hits.items()]
    head = f"| Asked for | hits on the page | {' | '.join(columns)} |\n|---|---|{'---|' * len(columns)}"
    return "\n".join([
        "# Search", "", (__doc__ or "").partition("\n\n")[2].strip(), "",
        f"Milliseconds of processor, database included, for a page of {_PAGE}, by number of messages; in brackets the "
        f"median on the clock of {ROUNDS}. {load}", "",
        head, *lines, "", *(f"- {note}" for note in notes), ""])  # fmt: skip


@contextmanager
def undisturbed() -> Iterator[None]:
    """Nothing to wait for on a machine of one's own."""
    yield


async def main(quiet: Callable[[], Any] = undisturbed) -> None:
    with scratch_postgres(fsync=True) as server:
        measured, notes = await of_one_tenant(server, quiet)
        measured += await of_two_hundred(server, quiet)
    text = report(measured, notes, f"Load of the machine at the end: {load_now()}.")
    sys.stdout.write(text)
    Path(__file__).with_name("SEARCH.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
