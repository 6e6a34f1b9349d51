"""Connecting a number: Meta is asked first whether token, number and account belong together, then it is kept."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from core import audit
from core.db.pool import Connection
from core.errors import Conflict, Forbidden, Invalid, Unavailable
from core.events import outbox
from core.messaging.clock import utc_now
from core.messaging.doctor.finding import Check, Finding
from core.messaging.doctor.number import judge_number, judge_waba
from core.messaging.doctor.reply import NoWord, Reply, Told, asked
from core.messaging.doctor.token import app_of, judge_token
from core.messaging.doctor.words import told
from core.messaging.numbers import addresses
from core.messaging.numbers.asking import unreachable
from core.messaging.numbers.desk import NumberDesk, account_told
from core.messaging.numbers.facts import facts_of, save_facts
from core.messaging.numbers.meta_apps import NewApp, insert_app, record_app
from core.tenancy import places
from core.whatsapp.client import GraphClient, GraphUnreachable
from core.whatsapp.values import JsonObject

_SECONDS: Final = 10.0
_FIELDS: Final[dict[Check, str]] = {"token": "access_token", "number": "phone_number_id", "waba": "waba_id"}
_GOOD_ENOUGH: Final = frozenset({"number.pending", "number.stopped", "number.not_cloud", "number.health_blocked",
                                 "token.scopes"})  # fmt: skip
"""What speaks against sending, and not against connecting: the doctor says it afterwards."""
_OF_THE_ADDRESS: Final = frozenset({"forbidden", "untrusted", "unreadable"})
_APP: Final = "select id, tenant_id, meta_app_id from meta_apps where id = $1 and (tenant_id = $2 or tenant_id is null)"
_TAKEN: Final = "select exists (select from accounts where phone_number_id = $1)"
_INSERT: Final = """
insert into accounts (tenant_id, meta_app_id, phone_number_id, waba_id, display_phone_number, access_token_sealed,
    graph_url, graph_version, team_id, simulated)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id
"""


@dataclass(frozen=True, slots=True)
class NewNumber:
    """`app` is a Meta app's id, or one to make with it."""

    phone_number_id: str
    waba_id: str
    access_token: str = field(repr=False)
    app: UUID | NewApp
    graph_url: str = addresses.META
    graph_version: str = addresses.VERSION
    team: UUID | None = None
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Connected:
    """`verify_token` of an app that was made with the number: it is not shown again."""

    account_id: UUID
    verify_token: str | None = field(repr=False)


async def connect(desk: NumberDesk, tenant_id: UUID, new: NewNumber, locale: str, *, operator: bool) -> Connected:
    """Raises Invalid with Meta's reason, Conflict when any tenant has the number, Unavailable."""
    url = addresses.checked(new.graph_url, desk.named)
    meta_app_id = await _app_id(desk, tenant_id, new, url, operator=operator)
    addresses.refuse_unnamed(url, desk.named, operator=operator)
    if await desk.db.system.fetchval(_TAKEN, new.phone_number_id):
        raise _taken(new.phone_number_id)
    asked_at = utc_now()
    number, its_app = await introduced(desk, new, url, meta_app_id, locale)
    if isinstance(new.app, NewApp) and new.app.meta_app_id is None:
        new = replace(new, app=replace(new.app, meta_app_id=its_app))  # nobody has to look it up
    return await keep(desk, tenant_id, new, url, number, asked_at)


async def _app_id(desk: NumberDesk, tenant_id: UUID, new: NewNumber, url: str, *, operator: bool) -> str | None:
    """Meta's id of the app, when it is known."""
    if isinstance(new.app, NewApp):
        return new.app.meta_app_id
    row = await desk.db.system.fetchrow(_APP, new.app, tenant_id)
    if row is None:
        raise Invalid("There is no such Meta app.", errors=[{"loc": ["meta_app", "id"], "msg": "not an app of yours"}])
    if row["tenant_id"] is None:
        check_of_shared_app(url, operator=operator)
    meta_app_id: str | None = row["meta_app_id"]
    return meta_app_id


def check_of_shared_app(url: str, *, operator: bool) -> None:
    """Raises Forbidden unless Meta itself answers there, or the operator says so.

    With an app that several tenants share, Meta's own word must say whose a number is: any other server could hand one
    tenant another's messages. And the app's secret, which signs for all of them, goes there to be examined.
    """
    if not addresses.is_metas(url) and not operator:
        raise Forbidden("A number of a shared app is connected at Meta's own address.")


async def introduced(
    desk: NumberDesk, new: NewNumber, url: str, meta_app_id: str | None, locale: str
) -> tuple[JsonObject, str | None]:
    """What Meta says of the number, and which app made its token. Raises Invalid with what is wrong, in our words, or
    Unavailable."""
    client = GraphClient(desk.egress, url, new.graph_version, new.access_token)
    token, number, waba, numbers = await asyncio.gather(
        asked(client.token_details(), _SECONDS), asked(client.number(new.phone_number_id), _SECONDS),
        asked(client.waba(new.waba_id), _SECONDS), asked(client.phone_numbers(new.waba_id), _SECONDS),
    )  # fmt: skip
    _refuse_silence(number, waba, numbers)
    belongs = judge_waba(waba, numbers, new.waba_id, new.phone_number_id)
    findings = [judge_token(token, new.waba_id, meta_app_id, utc_now()), *judge_number(number, new.phone_number_id),
                belongs]  # fmt: skip
    wrong = [finding for finding in findings if finding.state == "failed" and finding.words not in _GOOD_ENOUGH]
    if wrong:
        raise _not_so(wrong, locale)
    if not isinstance(number, Told) or belongs.state != "ok":
        raise Unavailable("Meta did not say whether this number is yours: try again in a while.", retry_after=60)
    return number.value, app_of(token)


def _refuse_silence(*replies: Reply[Any]) -> None:
    """Without an answer to each question nothing is connected."""
    for reply in replies:
        if not isinstance(reply, NoWord) or reply.why == "refused":
            continue
        if reply.why in _OF_THE_ADDRESS:
            reason = "what answers there is not Meta, or may not be called"
            raise Invalid(f"The Graph address does not do: {reason}.",
                          errors=[{"loc": ["graph_url"], "msg": reason}])  # fmt: skip
        raise unreachable(GraphUnreachable(reply.reason or "no answer in time"))


def _not_so(findings: list[Finding], locale: str) -> Invalid:
    english = [told(finding, "en") for finding in findings]
    errors = [{"loc": [_FIELDS.get(one["check"], one["check"])], "msg": f"{one['title']}. {one['detail']}"}
              for one in english]  # fmt: skip
    return Invalid(f"{english[0]['title']}. {english[0]['cure'] or ''}".strip(), errors=errors,
                   findings=[told(finding, locale) for finding in findings])  # fmt: skip


async def keep(
    desk: NumberDesk, tenant_id: UUID, new: NewNumber, url: str, number: JsonObject, asked_at: datetime
) -> Connected:
    """One transaction: the app when it is new, the number, what Meta said of it, the event and the entries."""
    try:
        async with desk.db.system_transaction() as connection:
            app_id, verify_token = await _app(connection, desk, tenant_id, new.app)
            account_id = await _insert(connection, desk, tenant_id, new, url, app_id)
            await save_facts(connection, tenant_id, account_id, facts_of(number), asked_at, tell=False)
            resource = await account_told(connection, tenant_id, account_id)
            await outbox.append(connection, tenant_id, "account.connected", {"account": resource})
            if isinstance(new.app, NewApp):
                await record_app(connection, tenant_id, app_id, new.app)
            await audit.record_for(connection, tenant_id, "account.connected", "account", account_id, {
                "phone_number_id": [None, new.phone_number_id], "graph_url": [None, url],
                "simulated": [None, new.simulated]})  # fmt: skip
    except asyncpg.UniqueViolationError:
        raise _taken(new.phone_number_id) from None
    except asyncpg.ForeignKeyViolationError:
        raise Invalid("There is no such team.", errors=[{"loc": ["team"], "msg": "not a team of yours"}]) from None
    return Connected(account_id, verify_token)


async def _app(
    connection: Connection, desk: NumberDesk, tenant_id: UUID, app: UUID | NewApp
) -> tuple[UUID, str | None]:
    if isinstance(app, UUID):
        return app, None
    return await insert_app(connection, desk.vault, tenant_id, app)


async def _insert(
    connection: Connection, desk: NumberDesk, tenant_id: UUID, new: NewNumber, url: str, app_id: UUID
) -> UUID:
    place = places.access_token(tenant_id, new.phone_number_id)
    sealed = await desk.vault.seal(connection, new.access_token, place)
    account_id: UUID = await connection.fetchval(
        _INSERT, tenant_id, app_id, new.phone_number_id, new.waba_id, "", sealed, url, new.graph_version, new.team,
        new.simulated,
    )  # fmt: skip
    return account_id


def _taken(phone_number_id: str) -> Conflict:
    return Conflict(f"The number {phone_number_id} is connected already: it can be in one place only.")
