"""Changing a number: its token, its Graph address and version, its team, and whether it works."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import asyncpg

from core import audit
from core.db.pool import Connection
from core.errors import Conflict, Invalid, NotFound
from core.events import outbox
from core.messaging.clock import utc_now
from core.messaging.media import unpark
from core.messaging.number_stop import lift
from core.messaging.numbers import addresses
from core.messaging.numbers.asking import Number, client_of, number_of
from core.messaging.numbers.connect import NewNumber, check_of_shared_app, introduced
from core.messaging.numbers.desk import NumberDesk, account_told
from core.messaging.numbers.facts import facts_of, save_facts
from core.tenancy import places
from core.whatsapp.values import JsonObject

_LOCK: Final = "select * from accounts where tenant_id = $1 and id = $2 and removed_at is null for no key update"
_UPDATE: Final = """
update accounts set access_token_sealed = $3, graph_url = $4, graph_version = $5, team_id = $6, status = $7,
    token_died_at = case when $8 then null else token_died_at end,
    token_error = case when $8 then null else token_error end, updated_at = now(), version = version + 1
where tenant_id = $1 and id = $2
"""


@dataclass(frozen=True, slots=True)
class NumberChange:
    """None leaves a thing as it is; `team` only counts when `moves`, for None is a team of nobody's."""

    access_token: str | None = field(default=None, repr=False)
    graph_url: str | None = None
    graph_version: str | None = None
    status: Literal["connected", "disabled"] | None = None
    moves: bool = False
    team: UUID | None = None

    @property
    def needs_meta(self) -> bool:
        """Whether it is kept only after Meta has taken it."""
        return bool(self.access_token or self.graph_url or self.graph_version) or self.status == "connected"


async def change_number(
    desk: NumberDesk, tenant_id: UUID, account_id: UUID, change: NumberChange, locale: str, *, operator: bool
) -> None:
    """Raises NotFound, Conflict, Invalid (with Meta's reason where it refuses), Forbidden, RefusedByMeta, Unavailable.
    """
    number = await number_of(desk, tenant_id, account_id)
    url = addresses.checked(change.graph_url, desk.named) if change.graph_url else number.account.graph_url
    if url != number.account.graph_url:
        _check_goes_there(number, change, url, operator=operator)
        addresses.refuse_unnamed(url, desk.named, operator=operator)
    asked_at = utc_now()
    met = await _met(desk, number, change, url, locale) if change.needs_meta else None
    try:
        async with desk.db.system_transaction() as connection:
            await _apply(connection, desk, number, change, url, met, asked_at)
    except asyncpg.ForeignKeyViolationError:
        raise Invalid("There is no such team.", errors=[{"loc": ["team"], "msg": "not a team of yours"}]) from None


def _check_goes_there(number: Number, change: NumberChange, url: str, *, operator: bool) -> None:
    """The token goes wherever the address says: who may only replace it must not read it out that way."""
    if change.access_token is None:
        reason = "give the access token again: it goes to that address"
        raise Invalid(f"Another Graph address: {reason}.", errors=[{"loc": ["access_token"], "msg": reason}])
    if number.app is not None and number.app.shared:
        check_of_shared_app(url, operator=operator)


async def _met(desk: NumberDesk, number: Number, change: NumberChange, url: str, locale: str) -> JsonObject:
    """Meta's word on the number as it would be. Raises Invalid or Unavailable."""
    account, version = number.account, change.graph_version or number.account.graph_version
    token = change.access_token or client_of(desk, account).token
    app = number.app.meta_app_id if number.app else None
    new = NewNumber(account.phone_number_id, number.waba_id, token, UUID(int=0), url, version)
    met, _ = await introduced(desk, new, url, app, locale)
    return met


async def _apply(
    connection: Connection, desk: NumberDesk, number: Number, change: NumberChange, url: str, met: JsonObject | None,
    asked_at: datetime,
) -> None:  # fmt: skip
    tenant_id, account_id = number.account.tenant_id, number.account.id
    before = await connection.fetchrow(_LOCK, tenant_id, account_id)
    if before is None:
        raise NotFound("There is no such number.")
    _refuse_overtaken(number, change, before)
    sealed = before["access_token_sealed"]
    if change.access_token is not None:
        place = places.access_token(tenant_id, number.account.phone_number_id)
        sealed = await desk.vault.seal(connection, change.access_token, place)
    status = _status(before["status"], change)
    team = change.team if change.moves else before["team_id"]
    if not change.needs_meta:
        url = before["graph_url"]
    version, alive = change.graph_version or before["graph_version"], status == "connected"
    await connection.execute(_UPDATE, tenant_id, account_id, sealed, url, version, team, status, alive)
    facts = await save_facts(connection, tenant_id, account_id, facts_of(met), asked_at, tell=False) if met else {}
    after = {"graph_url": url, "graph_version": version, "team_id": team, "status": status}
    changed = facts | {name: [before[name], value] for name, value in after.items() if before[name] != value}
    if change.access_token is not None:
        changed["access_token"] = [None, None]
    if alive and (before["status"] != status or change.access_token is not None):
        await _revive(connection, tenant_id, account_id)
    told = {"account": await account_told(connection, tenant_id, account_id), "changed": changed}
    await outbox.append(connection, tenant_id, "account.updated", told)
    await audit.record_for(connection, tenant_id, "account.updated", "account", account_id, changed)


def _refuse_overtaken(number: Number, change: NumberChange, before: Any) -> None:
    """Meta was asked about the address and token of then. Kept beside somebody's newer ones, the new token would go to
    the old address, or the old token to the new one."""
    account = number.account
    if change.needs_meta and (before["graph_url"], before["access_token_sealed"]) != (
            account.graph_url, account.access_token_sealed):  # fmt: skip
        raise Conflict("Somebody else has just changed this number: look at it again, then change it.")


def _status(before: str, change: NumberChange) -> str:
    """A new token that Meta takes revives a number; one that was switched off stays so until it is switched on."""
    if change.status is not None:
        return change.status
    return "connected" if before == "token_dead" and change.access_token is not None else before


async def _revive(connection: Connection, tenant_id: UUID, account_id: UUID) -> None:
    """What waited goes on: files at once, messages when the lanes hear of it."""
    await lift(connection, tenant_id, account_id)
    await unpark(connection, tenant_id, account_id)
    await connection.execute("select pg_notify('lanes', '')")


