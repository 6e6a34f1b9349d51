"""At the door of every request and socket: who is it, may they, and which tenant's rows will they see."""

from dataclasses import replace

from quart import Quart, current_app, g, request, websocket
from quart_auth import QuartAuth

from core.auth.access import Access, declared
from core.auth.access_tokens import AccessTokens
from core.auth.api_keys import SCHEME as KEY_SCHEME
from core.auth.api_keys import holder_of
from core.auth.csrf import SAFE_METHODS, check_site, check_token, is_own_origin
from core.auth.permissions import Permissions
from core.auth.principal import Principal
from core.auth.sessions import ABSOLUTE_SECONDS, find_session
from core.auth.token_families import find_family
from core.db.pool import Database
from core.errors import Forbidden, Unauthenticated

COOKIE = "comptoir_session"


def session_cookie(app: Quart, public_url: str) -> QuartAuth:
    """quart-auth signs and sets the cookie; the session itself is a row. `__Host-` and Secure where there is TLS."""
    secure = public_url.startswith("https://")
    return QuartAuth(
        app, cookie_name=f"__Host-{COOKIE}" if secure else COOKIE, cookie_secure=secure, cookie_samesite="Lax",
        cookie_http_only=True, cookie_path="/", duration=ABSOLUTE_SECONDS, mode="cookie", salt="comptoir session v1",
    )  # fmt: skip


class Doorman:
    """Identifies callers and enforces what their route declares. A route that declares nothing is refused."""

    def __init__(
        self, db: Database, permissions: Permissions, cookie: QuartAuth, access_tokens: AccessTokens, public_url: str
    ) -> None:
        self._db, self._permissions, self._cookie, self._public_url = db, permissions, cookie, public_url
        self._access_tokens = access_tokens

    async def identify(self, authorization: str | None) -> Principal | None:
        """Who calls. With a Bearer key or token the cookie is not even read. Raises Unauthenticated for a bad one."""
        if is_bearer(authorization):
            return await self._bearer((authorization or "")[7:].strip())
        token = self._cookie.load_user().auth_id
        return await self.recognise(token) if token else None

    async def recognise(self, token: str) -> Principal | None:
        """Whose session this is; None when it has ended."""
        return await find_session(self._db, self._permissions, token)

    async def guard_request(self) -> None:
        """Runs before every view. Raises what the caller is to be told."""
        access = access_to(request.endpoint)
        if access is None:
            return
        principal: Principal | None = g.principal
        if request.method not in SAFE_METHODS and not is_bearer(request.headers.get("Authorization")):
            check_site(request.headers, request.host, self._public_url)
            if principal is not None:
                check_token(principal.csrf_secret, request.headers.get("X-CSRF-Token"))
        access.check(principal)

    async def guard_websocket(self) -> None:
        """A browser sends the cookie with any page's socket, and no CSRF token: the Origin is the only wall."""
        access = access_to(websocket.endpoint)
        if access is None:
            return
        principal: Principal | None = g.principal
        access.check(principal)
        origin = websocket.headers.get("Origin")
        if principal is not None and principal.auth == "session":
            host = websocket.headers.get("Host", "")
            if origin is None or not is_own_origin(origin, host, self._public_url):
                raise Forbidden("Sockets are opened by our own pages only: send their Origin, or use an API key.")

    async def _bearer(self, credential: str) -> Principal:
        if credential.startswith(KEY_SCHEME):
            holder = await holder_of(self._db, self._permissions, credential)
            if holder is None:
                raise Unauthenticated("The API key is mistyped, unknown, revoked or expired.")
            return holder
        found = await self._token_holder(credential)
        if found is None:
            raise Unauthenticated("The access token is not one of ours, has expired or was revoked: refresh it.")
        return found

    async def _token_holder(self, token: str) -> Principal | None:
        claims = await self._access_tokens.read(token)
        if claims is None:
            return None
        found = await find_family(self._db, self._permissions, claims.family_id, user_id=claims.user_id,
                                  tenant_id=claims.tenant_id)  # fmt: skip
        return replace(found, ends_at=claims.expires_at) if found else None


def access_to(endpoint: str | None) -> Access | None:
    """What the endpoint declares; None when no route matched. Raises Forbidden for an undeclared route."""
    if endpoint is None:
        return None
    access = declared(current_app.view_functions[endpoint])
    if access is None:
        raise Forbidden(f"The route {endpoint} declares no permission, so nobody may use it.")
    return access


def is_bearer(authorization: str | None) -> bool:
    """Whether the header carries an API key or an access token."""
    return (authorization or "")[:7].lower() == "bearer "
