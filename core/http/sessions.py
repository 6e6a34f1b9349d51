"""Where one is logged in."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from quart_auth import QuartAuth

from core.auth.access import PERSONAL
from core.auth.open_sessions import end_all_sessions, end_session, sessions_of
from core.http.myself import caller, myself
from core.http.operation import Api
from core.http.resources import Resource
from core.http.services import services


class OpenSession(Resource):
    """`browser`: a cookie; `token`: a program's tokens from one login. `expires_at` moves on with use."""

    id: UUID
    kind: Literal["browser", "token"]
    user_agent: str | None
    ip: str | None
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    current: bool


class OpenSessions(Resource):
    items: list[OpenSession]


def register(api: Api, cookie: QuartAuth) -> None:
    """Add the routes."""

    @api.route("GET", "/sessions", PERSONAL, "One's own sessions", responses={200: OpenSessions})
    async def list_sessions() -> dict[str, Any]:
        """Everywhere, in all one's organisations, the last used first."""
        return {"items": await sessions_of(services().db, myself(), caller().credential_id)}

    @api.route("DELETE", "/sessions/<uuid:session_id>", PERSONAL, "End a session", responses={204: None},
               idempotent=False)  # fmt: skip
    async def delete_session(session_id: UUID) -> None:
        """Its next request is refused, and its open screens close within seconds."""
        await end_session(services().db, myself(), session_id)
        if session_id == caller().credential_id:
            cookie.logout_user()

    @api.route("DELETE", "/sessions", PERSONAL, "Log out everywhere", responses={204: None}, idempotent=False)
    async def delete_sessions() -> None:
        """The caller too."""
        await end_all_sessions(services().db, myself())
        cookie.logout_user()
