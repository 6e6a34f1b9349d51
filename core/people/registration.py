"""A person makes a tenant of their own. The first one of an installation runs it: they become platform admin."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal
from uuid import UUID

from core import audit
from core.audit import acting, current_actor
from core.auth.memberships import join
from core.auth.passwords import Passwords
from core.auth.setup_code import is_setup_code, setup_code
from core.auth.users import insert_user
from core.config import Settings
from core.db.pool import Connection, Database
from core.errors import Forbidden
from core.secrets import Vault
from core.tenancy.slugs import free_slug
from core.tenancy.tenants import Tenant, insert_tenant

_ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtextextended('comptoir registration', 0))"
_LOOK = """
select not exists (select from tenants where not demo) as new, exists (select from tenants where demo) as demo,
    exists (select from users where platform_admin and disabled_at is null) as run
"""


@dataclass(frozen=True, slots=True)
class Policy:
    """`open`: anybody may, once there is a tenant. `code`: what the first person has to know; None: nothing.
    `simulated`: numbers can be had that only exist in the sandbox."""

    open: bool
    simulated: bool
    code: Callable[[], str] | None = None

    @classmethod
    def of(cls, settings: Settings) -> "Policy":
        ring = settings.key_ring  # read anew each time: the key may be replaced while we run
        code = (lambda: setup_code(ring.read()[0])) if settings.production else None
        return cls(settings.registration_open, not settings.production, code)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who registers, and the tenant they want."""

    name: str
    email: str
    password: str = field(repr=False)
    tenant_name: str
    slug: str | None = None
    locale: str = "fr"
    timezone: str = "Africa/Casablanca"
    code: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class State:
    """`new`: no tenant besides a demo. `run`: somebody is platform admin."""

    new: bool
    demo: bool
    run: bool


class Registration:
    """Decides who may, and makes user, tenant and membership in one transaction."""

    def __init__(self, db: Database, vault: Vault, passwords: Passwords, policy: Policy) -> None:
        self._db, self._vault, self._passwords, self.policy = db, vault, passwords, policy

    async def state(self) -> State:
        """Of this installation, now."""
        async with self._db.system.acquire() as connection:
            return await _state(connection)

    def kind(self, state: State) -> Literal["first", "open", "closed"]:
        """Who may register."""
        if state.new:
            return "first"
        return "open" if self.policy.open else "closed"

    async def register(self, newcomer: Newcomer) -> tuple[UUID, UUID]:
        """(user id, tenant id). Raises Forbidden when registration is closed or the setup code is wrong, Conflict for
        an address or a slug that is taken.

        That an address has an account cannot be hidden here: who registers with a new one is let in at once, so any
        refusal tells. The route is counted strictly, and in production it is closed after the first person.
        """
        self._admit(await self.state(), newcomer)
        hashed = await self._passwords.hash(newcomer.password)
        async with self._db.system_transaction() as connection:
            await connection.execute(_ONE_AT_A_TIME)
            state = await _state(connection)
            self._admit(state, newcomer)
            return await self._make(connection, newcomer, hashed, first=state.new and not state.run)

    def _admit(self, state: State, newcomer: Newcomer) -> None:
        kind = self.kind(state)
        if kind == "closed":
            raise Forbidden("Registration is closed here: ask somebody of your organisation to invite you.")
        code = self.policy.code
        if kind == "first" and code is not None and not is_setup_code(newcomer.code or "", code()):
            raise Forbidden("The setup code is missing or wrong: run `comptoir setup-code` on the server.")

    async def _make(self, connection: Connection, who: Newcomer, hashed: str, *, first: bool) -> tuple[UUID, UUID]:
        user_id = await insert_user(connection, who.email, who.name, hashed, platform_admin=first)
        tenant = await insert_tenant(connection, await _slug(connection, who), who.tenant_name, locale=who.locale,
                                     timezone=who.timezone)  # fmt: skip
        await self._vault.wrapped_key(connection, tenant.id)
        await join(connection, tenant.id, user_id, "owner", who.name)
        await _tell(connection, tenant, user_id, first=first)
        return user_id, tenant.id


async def _state(connection: Connection) -> State:
    return State(**await connection.fetchrow(_LOOK))


async def _slug(connection: Connection, who: Newcomer) -> str:
    """The one asked for, else one made of the name."""
    if who.slug is not None:
        return who.slug
    return await free_slug(connection, who.tenant_name)


async def _tell(connection: Connection, tenant: Tenant, user_id: UUID, *, first: bool) -> None:
    named = {"slug": [None, tenant.slug], "name": [None, tenant.name]}
    with acting(replace(current_actor(), kind="member", id=str(user_id))):
        # The installation's log outlives the tenant, and may then not name it.
        for chain, names in ((audit.INSTALLATION, {}), (tenant.id, named)):
            await audit.record_for(connection, chain, "tenant.registered", "tenant", tenant.id,
                                   {**names, "owner": [None, str(user_id)]})  # fmt: skip
        if first:
            await audit.record_for(connection, audit.INSTALLATION, "platform_admin.made", "user", user_id,
                                   {"platform_admin": [False, True]})  # fmt: skip

