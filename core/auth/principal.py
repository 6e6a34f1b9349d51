"""Who is asking, found once per request or socket."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from core.db.scope import Sees, Viewer
from core.errors import Forbidden


@dataclass(frozen=True, slots=True)
class Principal:
    """A logged-in member, or an API key speaking for its tenant. `user_id` is None for a key."""

    tenant_id: UUID
    user_id: UUID | None
    role: str
    name: str
    permissions: frozenset[str]
    auth: Literal["session", "token", "api_key"]
    credential_id: UUID
    """The session's, the token family's or the API key's id, by which it is looked up again while a socket is open."""
    csrf_secret: bytes = b""
    sees: Sees = "all"
    """How much of the tenant's conversations: enforced by the database (policy `visibility`)."""
    teams: frozenset[UUID] = frozenset()
    """The member's teams when `sees` is team; else nothing depends on them."""

    ends_at: datetime | None = None
    """When the access token expires that opened a socket: the socket goes with it. None: when its row says so."""

    @property
    def standing(self) -> object:
        """Equal as long as the caller may do and see the same."""
        return self.role, self.permissions, self.sees, self.teams

    @property
    def viewer(self) -> Viewer:
        """As the database knows the caller."""
        return Viewer(self.user_id, self.sees)

    def may(self, permission: str) -> bool:
        """Whether the role holds the permission."""
        return permission in self.permissions

    def require(self, permission: str) -> None:
        """Raises Forbidden without the permission."""
        if not self.may(permission):
            raise Forbidden(f"Your role ({self.role}) lacks the permission {permission}: ask an administrator for it.")
