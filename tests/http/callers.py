"""Callers of the API: members with a session, and API keys."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from quart.wrappers import Response

from core.auth.memberships import add_member
from core.auth.permissions import Role
from core.auth.users import create_user
from core.db.pool import Database
from core.http.application import Application

PASSWORD = "a long enough password"
OWN_SITE = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}


@dataclass
class Answer:
    """A response, read whole."""

    status: int
    json: Any
    headers: Any
    raw: bytes

    @property
    def told(self) -> Any:
        """Its JSON without the id of the request, which every problem names: equal where nothing is betrayed."""
        return {name: value for name, value in self.json.items() if name != "request_id"}


class Caller:
    """Asks with the same headers each time, and its own cookie jar."""

    def __init__(self, app: Application, headers: dict[str, str] | None = None) -> None:
        self._client = app.test_client()
        self._open: Callable[..., Awaitable[Any]] = self._client.open
        self.headers = headers or {}
        self.csrf = ""

    async def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        given = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if body is None:
            return await _answer(await self._open(_path(path), method=method, headers=given))
        return await _answer(await self._open(_path(path), method=method, headers=given, json=body))

    async def get(self, path: str, **headers: str) -> Answer:
        return await self.ask("GET", path, **headers)

    async def raw(self, method: str, path: str, data: bytes, content_type: str) -> Answer:
        given = {**self.headers, "Content-Type": content_type}
        return await _answer(await self._open(_path(path), method=method, headers=given, data=data))

    async def log_in(self, email: str, password: str = PASSWORD) -> Answer:
        answer = await self.ask("POST", "/session", {"email": email, "password": password}, **OWN_SITE)
        if answer.status == 200:
            self.csrf = answer.json["csrf"]
            self.headers = {**OWN_SITE, "X-CSRF-Token": self.csrf}
        return answer

    def cookie(self) -> str:
        jar = self._client.cookie_jar
        assert jar is not None
        return next(f"{cookie.name}={cookie.value}" for cookie in jar if cookie.name == "comptoir_session")


async def new_member(db: Database, tenant_id: UUID, role: Role) -> tuple[UUID, str]:
    """(user id, email) of somebody who can log in."""
    email = f"{role}-{uuid4().hex[:8]}@members.test"
    user_id = await create_user(db, email, role.title(), PASSWORD)
    await add_member(db, tenant_id, user_id, role)
    return user_id, email


def _path(path: str) -> str:
    return path if path.startswith(("/api/", "/healthz", "/readyz", "/ws", "/login")) else "/api/v1" + path


async def _answer(response: Any) -> Answer:
    assert isinstance(response, Response)
    raw = await response.get_data(as_text=False)
    json = await response.get_json() if "json" in (response.content_type or "") else None
    return Answer(response.status_code, json, response.headers, raw)
