"""Asking Meta on behalf of an administrator: the number's own row, its app's keys, and refusals as answers."""

from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, TypeVar
from uuid import UUID

from core.errors import Conflict, NotFound, Problem, Unavailable
from core.messaging.accounts import ACCOUNT_COLUMNS, Account, NoToken
from core.messaging.doctor.door import AppKeys
from core.messaging.doctor.no_word import TOKEN_REFUSED
from core.messaging.numbers.desk import NumberDesk
from core.messaging.token_death import stop_number
from core.secrets import SealBroken, Vault
from core.tenancy import places
from core.whatsapp.client import GraphClient, GraphRefused, GraphUnreachable
from core.whatsapp.outcomes import Refused

Answer = TypeVar("Answer")
_NUMBER: Final = f"""
select {ACCOUNT_COLUMNS}, a.waba_id, a.simulated, p.slug, p.tenant_id as owner, p.meta_app_id, p.app_secrets_sealed,
    p.verify_token_sealed, (select k.wrapped from data_keys k
        where k.tenant_id is not distinct from p.tenant_id and k.purpose = 'seal') as app_wrapped
from accounts a left join meta_apps p on p.id = a.meta_app_id
where a.tenant_id = $1 and a.id = $2 and a.removed_at is null
"""  # noqa: S608 - constants


class RefusedByMeta(Problem):
    """Meta said no to what an administrator asked: its reason in our words."""

    status: ClassVar[int] = 422
    type: ClassVar[str] = "refused-by-meta"
    title: ClassVar[str] = "Meta refused this"


@dataclass(frozen=True, slots=True)
class MetaApp:
    """An app's keys in the clear, for as long as one act takes. `shared`: the installation's, for all its tenants."""

    slug: str
    shared: bool
    meta_app_id: str | None
    secrets: tuple[str, ...] = field(repr=False)
    verify_token: str = field(repr=False)

    @property
    def keys(self) -> AppKeys | None:
        """What our door knows of it; None without a secret."""
        return AppKeys(self.slug, self.verify_token, self.secrets[0]) if self.secrets else None


@dataclass(frozen=True, slots=True)
class Number:
    """A number and its app."""

    account: Account
    waba_id: str
    simulated: bool
    app: MetaApp | None


async def number_of(desk: NumberDesk, tenant_id: UUID, account_id: UUID) -> Number:
    """Raises NotFound."""
    row = await desk.db.system.fetchrow(_NUMBER, tenant_id, account_id)
    if row is None:
        raise NotFound("There is no such number.")
    return Number(Account.of(row), row["waba_id"], row["simulated"], _app(desk.vault, row))


def _app(vault: Vault, row: Any) -> MetaApp | None:
    if row["slug"] is None:
        return None
    slug, owner, wrapped = row["slug"], row["owner"], row["app_wrapped"]
    place = places.app_secret(owner, slug)
    try:
        opened = tuple(vault.open_with(wrapped, sealed, place) for sealed in row["app_secrets_sealed"])
        verify_token = vault.open_with(wrapped, row["verify_token_sealed"], places.verify_token(owner, slug))
    except SealBroken:
        raise Conflict(f"The secrets of the Meta app {slug} cannot be opened: give it new ones.") from None
    return MetaApp(slug, owner is None, row["meta_app_id"], opened, verify_token)


def client_of(desk: NumberDesk, account: Account) -> GraphClient:
    """Raises Conflict when the number has no token that opens."""
    try:
        return desk.clients.of(account)
    except (NoToken, SealBroken):
        raise Conflict("This number has no access token that can be used: give it one.") from None


async def asked(desk: NumberDesk, account: Account, call: Awaitable[Answer]) -> Answer:
    """Meta's answer. Raises RefusedByMeta or Unavailable; a token that Meta no longer takes stops the number."""
    try:
        return await call
    except GraphRefused as error:
        await heard_refusal(desk, account, error.refused)
        raise refused_by_meta(error.refused) from None
    except GraphUnreachable as error:
        raise unreachable(error) from None


async def heard_refusal(desk: NumberDesk, account: Account, refused: Refused) -> None:
    """Only what refuses the token itself: a permission that is missing here may be no need of sending."""
    if refused.error.code in TOKEN_REFUSED:
        async with desk.db.system_transaction() as connection:
            await stop_number(connection, desk.mail, account, refused)


def refused_by_meta(refused: Refused) -> RefusedByMeta:
    """The refusal with its cause and its cure."""
    error = refused.error
    meta = {"code": error.code, "details": error.details, "fbtrace_id": refused.fbtrace_id}
    return RefusedByMeta(f"{error.title}: {error.cause} {error.cure}", meta=meta)


def unreachable(error: GraphUnreachable) -> Unavailable:
    """The reason is ours, without address or headers."""
    return Unavailable(f"Meta gave no answer that can be read ({error}): try again in a moment, or examine the number.")
