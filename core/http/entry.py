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
from core.auth.second_factor import Proven
from core.auth.sessions import open_session, revoke_session_of_token
from core.auth.users import still_opens
from core.db.scope import tenant_scope, viewer_scope
from core.errors import Unauthenticated
from core.http import identity
from core.http.application import Application
from core.http.caller import caller_ip
from core.http.services import services

Proof = Literal["password", "second_factor", "passkey", "invitation", "registration", "tenant"]
_PASSWORD_ALONE = ("password", "invitation")
_NOT_NOW = "You cannot enter this organisation now: ask one of its administrators."


async def enter(
    user_id: UUID, tenant_id: UUID, *, by: Proof, password_hash: str | None = None
) -> dict[str, Any]:
    """Open a session of this person in this tenant and set its cookie. Returns LoggedIn.

    Always a new session; the one that the browser held until now ends in the same transaction, so that a cookie planted
    before is worth nothing after. Whoever goes to another tenant proves nothing anew, and is logged in no longer for
    that. `by` is what let them in, for the audit log; `password_hash` is of the password that was checked, and must
    still be theirs. Raises SecondFactorNeeded for whoever has one and came with a password alone,
    Unauthenticated when they are disabled, no member, or the tenant is suspended.
    """
    if by in _PASSWORD_ALONE:
        await services().ways.second_factor.demand(Proven(user_id, tenant_id, password_hash))
    held = services().cookie.load_user().auth_id
    async with services().db.system_transaction() as connection:
        if not await still_opens(connection, user_id, password_hash, alone=by in _PASSWORD_ALONE):
            raise Unauthenticated(_NOT_NOW)
        until = await revoke_session_of_token(connection, held) if held else None
        if by == "tenant" and until is None:  # it has been ended since it was looked up, perhaps because it was stolen
            raise Unauthenticated("Your session has ended: log in.")
        token = await open_session(connection, user_id, tenant_id, user_agent=request.headers.get("User-Agent"),
                                   ip=caller_ip(), until=until if by == "tenant" else None)  # fmt: skip
        with acting(replace(current_actor(), kind="member", id=str(user_id))):
            await audit.record_for(connection, tenant_id, "session.opened", "member", user_id, {"by": [None, by]})
    principal = await cast(Application, current_app).doorman.recognise(token)
    if principal is None:
        raise Unauthenticated(_NOT_NOW)
    carry(token)
    return await _logged_in(principal)


def carry(token: str | None) -> None:
    """Set the cookie of a session whose token is new. None: the caller has no cookie and gets none."""
    if token is not None:
        user = AuthUser(token)
        user.action = Action.WRITE_PERMANENT
        services().cookie.login_user(user)


async def _logged_in(principal: Principal) -> dict[str, Any]:
    with tenant_scope(principal.tenant_id), viewer_scope(principal.viewer):
        return {"csrf": csrf_token(principal.csrf_secret), "me": await identity.me(services(), principal)}
