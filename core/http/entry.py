"""The one way in: whoever has proved who they are gets a session, its cookie, and the answer LoggedIn."""

from dataclasses import replace
from typing import Any, Literal, cast
from uuid import UUID

from quart import current_app, request
from quart_auth import Action, AuthUser

from core import audit
from core.audit import acting, current_actor
from core.auth.csrf import csrf_token
from core.auth.principal import Principal
from core.auth.sessions import open_session, revoke_session
from core.db.scope import tenant_scope, viewer_scope
from core.errors import Unauthenticated
from core.http import identity
from core.http.application import Application
from core.http.caller import caller_ip
from core.http.services import services

Proof = Literal["password", "second_factor", "passkey", "invitation", "registration", "password_change", "tenant"]


async def enter(user_id: UUID, tenant_id: UUID, *, by: Proof, instead_of: UUID | None = None) -> dict[str, Any]:
    """Open a session of this person in this tenant and set its cookie. Returns LoggedIn.

    Always a new session: a cookie planted before is worth nothing after. `instead_of` is a session of theirs that ends
    in the same transaction; `by` is what let them in, for the audit log. Raises Unauthenticated when the person is
    disabled, is no member, or the tenant is suspended.
    """
    async with services().db.system_transaction() as connection:
        token = await open_session(connection, user_id, tenant_id, user_agent=request.headers.get("User-Agent"),
                                   ip=caller_ip())  # fmt: skip
        if instead_of is not None:
            await revoke_session(connection, instead_of)
        with acting(replace(current_actor(), kind="member", id=str(user_id))):
            await audit.record_for(connection, tenant_id, "session.opened", "member", user_id, {"by": [None, by]})
    return await _greet(token)


async def _greet(token: str) -> dict[str, Any]:
    """The cookie of an open session, and LoggedIn."""
    doorman = cast(Application, current_app).doorman
    principal = await doorman.recognise(token)
    if principal is None:
        raise Unauthenticated("You cannot enter this organisation now: ask one of its administrators.")
    user = AuthUser(token)
    user.action = Action.WRITE_PERMANENT
    services().cookie.login_user(user)
    return await _logged_in(principal)


async def _logged_in(principal: Principal) -> dict[str, Any]:
    with tenant_scope(principal.tenant_id), viewer_scope(principal.viewer):
        return {"csrf": csrf_token(principal.csrf_secret), "me": await identity.me(services(), principal)}
